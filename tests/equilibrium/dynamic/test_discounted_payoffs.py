"""Equilibrium payoffs of repeated games from outside and inside, against linear programmes."""

import numpy as np
import pytest
from scipy.optimize import linprog

from negotiation import ConvergenceError, InvalidInputError, NormalFormGame
from negotiation.equilibrium.dynamic import discounted_payoffs as module
from negotiation.equilibrium.dynamic.discounted_payoffs import discounted_payoffs
from negotiation.equilibrium.dynamic.exact_polygons import exact_fixed_point
from negotiation.equilibrium.dynamic.polygons import distance_outside
from negotiation.equilibrium.dynamic.repeated import sustainable_payoffs

DILEMMA = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])


def test_the_dilemma_in_closed_form():
    # Impatient players only defect; from 1/2 on, grim reversion keeps up cooperation.
    assert discounted_payoffs(DILEMMA, 0.0).outer.tolist() == [[1.0, 1.0]]
    low = discounted_payoffs(DILEMMA, 0.2)
    assert low.outer.tolist() == low.inner.tolist() == [[1.0, 1.0]]
    assert low.gap == 0.0
    for discount in (0.6, 0.9, 0.97):
        high = discounted_payoffs(DILEMMA, discount)
        assert high.outer.max(axis=1).min() >= 1.0
        top = high.outer[(high.outer.sum(axis=1)).argmax()]
        assert top == pytest.approx([3.0, 3.0], abs=1e-8)
    folk = sustainable_payoffs(DILEMMA).vertices
    assert discounted_payoffs(DILEMMA, 0.9).outer == pytest.approx(folk, abs=1e-7)
    assert discounted_payoffs(DILEMMA, 0.9).gap == 0.0
    # At exactly 1/2 cooperation just holds.
    assert discounted_payoffs(DILEMMA, 0.5).outer.max() >= 3.0
    # Below, taking turns pays 0 (1 - d) + 4 d >= 1 to the exploited from d = 1/4 on.
    assert discounted_payoffs(DILEMMA, 0.24).outer.tolist() == [[1.0, 1.0]]
    turns = discounted_payoffs(DILEMMA, 0.4)
    assert turns.outer.max(axis=0) == pytest.approx([4.0, 4.0], abs=1e-6)
    assert turns.inner.max(axis=0) == pytest.approx([4.0, 4.0], abs=1e-3)


def support_by_linear_programmes(game, discount, directions, rounds):
    """Outer polygon in fixed directions (Judd, Yeltekin and Conklin), a programme a profile."""
    A, B = game.bimatrix
    cells = [(A[i, j], B[i, j], A[:, j].max() - A[i, j], B[i].max() - B[i, j])
             for i in range(A.shape[0]) for j in range(A.shape[1])]  # fmt: skip
    level = np.array([max(d @ np.array(c[:2]) for c in cells) for d in directions])
    for _ in range(rounds):
        worst = []
        for i in (0, 1):
            answer = linprog(np.eye(2)[i], A_ub=directions, b_ub=level, bounds=[(None, None)] * 2)
            if answer.x is None:
                return None
            worst.append(answer.fun)
        new = np.full(len(directions), -np.inf)
        for u, v, gain_row, gain_column in cells:
            ratio = (1 - discount) / discount
            floors = [(worst[0] + ratio * gain_row, None), (worst[1] + ratio * gain_column, None)]
            for k, d in enumerate(directions):
                answer = linprog(-d, A_ub=directions, b_ub=level, bounds=floors)
                if answer.status == 0:
                    reached = (1 - discount) * (d @ np.array([u, v])) - discount * answer.fun
                    new[k] = max(new[k], reached)
        if not np.all(np.isfinite(new)):
            return None
        level = new
    return level


@pytest.mark.parametrize("seed", range(4))
def test_random_games_against_linear_programmes(seed):
    rng = np.random.default_rng(seed)
    game = NormalFormGame(rng.integers(0, 8, (2, 2, 3)).astype(float))
    discount = float(rng.choice([0.3, 0.5, 0.7]))
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    level = support_by_linear_programmes(game, discount, directions, 25)
    found = discounted_payoffs(game, discount)
    if level is None:
        assert len(found.outer) == 0
        return
    # Few directions give a larger set.
    if len(found.outer):
        assert np.all((found.outer @ directions.T).max(axis=0) <= level + 1e-6)


def generates(game, discount, corners):
    """Every corner is (1 - d) u(a) + d w with w a mixture of corners that nobody deviates from."""
    A, B = game.bimatrix
    worst = corners.min(axis=0)
    points = []
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            gain = np.array([A[:, j].max() - A[i, j], B[i].max() - B[i, j]])
            points.append((np.array([A[i, j], B[i, j]]), worst + (1 - discount) / discount * gain))
    count, size = len(points), len(corners)
    for target in corners:
        # Weights q[a, k]: play a with weight sum_k q[a, k], then corner k.
        equal = np.zeros((3, count * size))
        upper = np.zeros((2 * count, count * size))
        for a, (u, floor) in enumerate(points):
            for k, w in enumerate(corners):
                column = a * size + k
                equal[:2, column] = (1 - discount) * u + discount * w
                equal[2, column] = 1.0
                upper[2 * a : 2 * a + 2, column] = floor - w
        answer = linprog(
            np.zeros(count * size), A_ub=upper, b_ub=np.full(2 * count, 1e-7), A_eq=equal,
            b_eq=[*target, 1.0],
        )  # fmt: skip
        if answer.status != 0:
            return False
    return True


@pytest.mark.parametrize("seed", range(8))
def test_the_inner_polygon_generates_itself(seed):
    rng = np.random.default_rng(100 + seed)
    game = NormalFormGame(rng.integers(0, 8, (2, 3, 3)).astype(float))
    discount = float(rng.choice([0.4, 0.6, 0.8]))
    found = discounted_payoffs(game, discount)
    if len(found.inner):
        assert generates(game, discount, found.inner)
        assert found.exact
        assert found.gap == 0.0
    assert found.converged


def test_units_do_not_matter():
    game = NormalFormGame.from_bimatrix(
        1e9 * np.array([[3, 0], [5, 1]]) - 7e9, 2.0**-30 * np.array([[3, 5], [0, 1]])
    )
    one, other = discounted_payoffs(DILEMMA, 0.625), discounted_payoffs(game, 0.625)
    back = other.outer / [1e9, 2.0**-30] + np.array([7, 0])
    assert back == pytest.approx(one.outer, abs=1e-6)


def test_no_pure_equilibrium_and_limits(monkeypatch):
    pennies = NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    nothing = discounted_payoffs(pennies, 0.5)
    assert len(nothing.outer) == len(nothing.inner) == 0
    assert nothing.gap == 0.0
    slow = NormalFormGame(np.random.default_rng(5).random((2, 3, 3)))
    assert exact_fixed_point(slow, 0.7, rounds=1) is None
    monkeypatch.setattr(module, "exact_fixed_point", lambda *a: None)
    with pytest.raises(ConvergenceError) as caught:
        discounted_payoffs(slow, 0.7, max_iter=1)
    assert len(caught.value.partial.outer) > 0
    late = discounted_payoffs(slow, 0.7, max_seconds=0.0, raise_on_failure=False)
    assert late.iterations == 1


@pytest.mark.parametrize("seed", range(6))
def test_floats_agree_with_fractions(seed, monkeypatch):
    rng = np.random.default_rng(200 + seed)
    game = NormalFormGame(rng.integers(0, 8, (2, 2, 3)).astype(float))
    exact = discounted_payoffs(game, 0.6)
    monkeypatch.setattr(module, "exact_fixed_point", lambda *a: None)
    floating = discounted_payoffs(game, 0.6)
    assert exact.exact == (seed != 5)
    assert not floating.exact
    assert len(exact.outer) == 0 or distance_outside(exact.outer, floating.outer) <= 1e-6
    if len(floating.inner):
        assert distance_outside(floating.inner, exact.outer) <= 1e-6
        assert generates(game, 0.6, floating.inner)


def test_refusals():
    with pytest.raises(InvalidInputError, match="discount"):
        discounted_payoffs(DILEMMA, 1.0)
    with pytest.raises(InvalidInputError, match="two-player"):
        discounted_payoffs(NormalFormGame(np.zeros((3, 2, 2, 2))), 0.5)
