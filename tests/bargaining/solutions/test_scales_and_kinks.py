"""Frontiers with kinks, outside options that bind, and players whose units differ."""

import numpy as np
import pytest

import negotiation as ng

PROBLEM = ng.BargainingProblem


@pytest.mark.parametrize(
    ("curve", "corners"),
    [
        (lambda u: np.minimum(1.0 - 0.2 * u, 1.5 - u), [[0, 1], [0.625, 0.875], [1, 0.5]]),
        (lambda u: np.minimum(1.0 + 0.0 * u, 1.5 - u), [[0.5, 1], [1, 0.5]]),
        (lambda u: np.minimum(1.0 + 0.0 * u, 2.0 - 2.0 * u), [[0.5, 1], [1, 0]]),
        (lambda u: np.minimum(np.minimum(1 - u / 4, 1.1 - u / 2), 2 - 2 * u),
         [[0, 1], [0.4, 0.9], [0.6, 0.8], [1, 0]]),
    ],
)  # fmt: skip
def test_kinks_of_a_curve_are_those_of_its_corners(curve, corners):
    """The integral over a polygon is exact: sums of ``sqrt`` over its sides."""
    corners = np.array(corners, dtype=float)
    found = ng.maschler_perles(PROBLEM(curve, [0, 0], bounds=(0, 1)))
    sides = np.sqrt(-np.prod(np.diff(corners, axis=0), axis=1))
    along = np.concatenate([[0.0], np.cumsum(sides)])
    exact = [np.interp(along[-1] / 2, along, corners[:, k]) for k in range(2)]
    assert found.payoffs == pytest.approx(exact, abs=1e-9)
    assert found.converged
    assert ng.maschler_perles(PROBLEM(corners, [0, 0])).payoffs == pytest.approx(exact, abs=1e-12)


def test_what_costs_the_other_nothing_is_taken():
    found = ng.maschler_perles(PROBLEM(lambda u: 1.0 + 0.0 * u, [0, 0], bounds=(0, 1)))
    assert found.payoffs.tolist() == [1.0, 1.0]
    assert found.converged


@pytest.mark.parametrize("power", [0.3, 0.5, 0.8, 1.0])
def test_halves_of_a_power_curve(power):
    """On ``u2 = (1 - u1)^p`` the integral up to u1 is in proportion to 1 - (1 - u1)^((p+1)/2)."""
    found = ng.maschler_perles(PROBLEM(lambda u: (1.0 - u) ** power, [0, 0], bounds=(0, 1)))
    first = 1.0 - 0.5 ** (2.0 / (power + 1.0))
    assert found.payoffs == pytest.approx([first, (1.0 - first) ** power], abs=1e-9)


@pytest.mark.parametrize("players", [2, 3, 4])
@pytest.mark.parametrize("solve", [ng.kalai_smorodinsky, ng.egalitarian])
def test_binding_outside_options_are_no_failure(players, solve):
    rng = np.random.default_rng(players)
    bound = 0
    for _ in range(40):
        points = np.vstack([np.eye(players), rng.uniform(0.0, 0.7, (5, players))])
        free = solve(PROBLEM(points, np.zeros(players)))
        option = np.zeros(players)
        option[0] = free.payoffs[0] + rng.uniform(-0.1, 0.2)
        found = solve(PROBLEM(points, np.zeros(players), outside_options=np.maximum(option, 0.0)))
        assert found.converged, found.defining_residual
        assert found.payoffs[0] >= option[0] - 1e-9
        bound += option[0] > free.payoffs[0]
    assert bound > 10


@pytest.mark.parametrize("players", [2, 3])
@pytest.mark.parametrize("solve", [ng.kalai_smorodinsky, ng.nash_bargaining])
@pytest.mark.parametrize("powers", [(9, 0, 0), (-9, 9, 0), (0, -5, 4), (0, 150, -150)])
def test_units_of_players_do_not_matter(players, solve, powers):
    rng = np.random.default_rng(7)
    unit = 10.0 ** np.array(powers[:players], dtype=float)
    for _ in range(10):
        points = np.vstack([np.eye(players), rng.uniform(0.0, 0.8, (4, players))])
        plain = solve(PROBLEM(points, np.zeros(players)))
        scaled = solve(PROBLEM(points * unit, np.zeros(players)))
        assert scaled.payoffs / unit == pytest.approx(plain.payoffs, abs=1e-8)
        assert scaled.converged


def test_equal_gains_in_units_far_apart():
    found = ng.egalitarian(PROBLEM([[0, 0, 1e9], [1, 0, 0], [0, 1, 0]], [0, 0, 0]))
    assert found.payoffs == pytest.approx([0.5, 0.5, 0.5], rel=1e-6)
