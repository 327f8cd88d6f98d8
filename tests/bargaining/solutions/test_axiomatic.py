"""Axiomatic solutions against brute force, closed forms and their axioms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from negotiation.bargaining.solutions.axiomatic import (
    deal_me_out,
    egalitarian,
    kalai_smorodinsky,
    nash_bargaining,
    split_the_difference,
    utilitarian,
)
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.stepwise import discrete_raiffa, maschler_perles
from negotiation.errors import InvalidInputError

ALL = [
    nash_bargaining,
    kalai_smorodinsky,
    egalitarian,
    utilitarian,
    maschler_perles,
    discrete_raiffa,
]


def parabola(u):
    return 1 - u**2


@st.composite
def clouds(draw, players=2):
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    size = draw(st.integers(2, 40))
    points = rng.normal(size=(size, players)) * rng.uniform(0.1, 5, players)
    disagreement = points.min(axis=0) - rng.uniform(0.01, 1, players)
    return points, disagreement


def hull_product_by_projection(points, d, w):
    """Nash payoffs on the hull by minimising over mixtures with a general-purpose solver."""
    best = None
    for start in (
        np.full(len(points), 1 / len(points)),
        np.eye(len(points))[points.sum(1).argmax()],
    ):
        x0 = 0.9 * start + 0.1 / len(points)
        done = minimize(
            lambda x: -float(w @ np.log(np.maximum(x @ points - d, 1e-12))),
            x0,
            jac=lambda x: -points @ (w / np.maximum(x @ points - d, 1e-12)),
            bounds=[(0, 1)] * len(points),
            constraints=[{"type": "eq", "fun": lambda x: x.sum() - 1}],
            options={"maxiter": 500, "ftol": 1e-13},
            method="SLSQP",
        )
        if best is None or done.fun < best.fun:
            best = done
    return best.x @ points, -best.fun


@given(clouds())
@settings(max_examples=30, deadline=None)
def test_nash_on_the_hull_is_no_worse_than_a_general_optimiser(drawn):
    points, d = drawn
    w = np.array([0.6, 0.4])
    ours = nash_bargaining(BargainingProblem(points, d, weights=w))
    _, value = hull_product_by_projection(points, d, w)
    assert w @ np.log(ours.gains) >= value - 1e-7
    assert ours.converged
    assert ours.defining_residual < 1e-9
    mixed = np.vstack([points, d])[list(ours.support)]
    assert np.array(ours.probabilities) @ mixed == pytest.approx(ours.payoffs, abs=1e-9)


@given(clouds(players=3))
@settings(max_examples=30, deadline=None)
def test_nash_with_three_players(drawn):
    points, d = drawn
    w = np.array([0.5, 0.3, 0.2])
    ours = nash_bargaining(BargainingProblem(points, d, weights=w))
    _, value = hull_product_by_projection(points, d, w)
    assert w @ np.log(ours.gains) >= value - 1e-7
    assert ours.defining_residual < 1e-7


@given(clouds(), st.floats(0.1, 1e4), st.floats(0.1, 1e4), st.floats(-10, 10))
@settings(max_examples=30, deadline=None)
def test_affine_invariance(drawn, a, b, shift):
    points, d = drawn
    scale, move = np.array([a, b]), np.array([shift, -shift])
    for solve in (nash_bargaining, kalai_smorodinsky, maschler_perles, discrete_raiffa):
        here = solve(BargainingProblem(points, d)).payoffs
        there = solve(BargainingProblem(points * scale + move, d * scale + move)).payoffs
        spread = scale * np.ptp(points, axis=0) + 1
        assert np.abs(there - (here * scale + move)).max() <= 1e-7 * spread.max()


@given(clouds())
@settings(max_examples=30, deadline=None)
def test_relabelling_players_and_efficiency(drawn):
    points, d = drawn
    for solve in ALL:
        here = solve(BargainingProblem(points, d))
        there = solve(BargainingProblem(points[:, ::-1], d[::-1]))
        assert here.payoffs == pytest.approx(there.payoffs[::-1], rel=1e-6, abs=1e-6)
        assert here.efficiency_slack < 1e-8
        assert np.all(here.gains >= -1e-9)


@given(clouds())
@settings(max_examples=30, deadline=None)
def test_without_lotteries_the_best_point_is_found_by_enumeration(drawn):
    points, d = drawn
    problem = BargainingProblem(points, d, convexify=False)
    gains = points - d
    ideal = gains.max(axis=0)
    assert np.prod(nash_bargaining(problem).gains) == pytest.approx(np.prod(gains, axis=1).max())
    assert (kalai_smorodinsky(problem).gains / ideal).min() == pytest.approx(
        (gains / ideal).min(axis=1).max()
    )
    assert egalitarian(problem).gains.min() == pytest.approx(gains.min(axis=1).max())
    assert utilitarian(problem).payoffs.sum() == pytest.approx(points.sum(axis=1).max())
    row = nash_bargaining(problem).support[0]
    assert np.array_equal(points[row], nash_bargaining(problem).payoffs)


@pytest.mark.parametrize("solve", ALL)
def test_a_dense_sample_approaches_the_curve(solve):
    u = np.linspace(0, 1, 4001)
    curve = solve(BargainingProblem(parabola, [0.1, 0.2]))
    sample = solve(BargainingProblem(np.column_stack([u, parabola(u)]), [0.1, 0.2]))
    assert sample.payoffs == pytest.approx(curve.payoffs, abs=2e-4)


def test_nash_on_curves_by_hand():
    assert nash_bargaining(BargainingProblem(parabola, [0, 0])).payoffs == pytest.approx(
        [3**-0.5, 2 / 3], rel=1e-11
    )
    circle = BargainingProblem(lambda u: np.sqrt(1 - u**2), [0, 0], weights=[3, 1])
    assert nash_bargaining(circle).payoffs == pytest.approx([0.75**0.5, 0.5], rel=1e-10)


def test_a_kink_is_found():
    kinked = BargainingProblem(lambda u: min(2 - 0.5 * u, 4 - 3 * u), [0, 0])
    assert nash_bargaining(kinked).payoffs == pytest.approx([0.8, 1.6], rel=1e-8)


def test_tiny_and_huge_payoffs():
    for scale in (1e-9, 1e9):
        problem = BargainingProblem(lambda u, s=scale: s * (1 - (u / s) ** 2), [0, 0])
        assert nash_bargaining(problem).payoffs / scale == pytest.approx([3**-0.5, 2 / 3], rel=1e-9)


def test_convex_curve_uses_lotteries():
    hollow = BargainingProblem(lambda u: (1 - u) ** 2, [0, 0], bounds=(0, 1))
    assert nash_bargaining(hollow).payoffs == pytest.approx([0.5, 0.5], abs=1e-9)
    without = BargainingProblem(lambda u: (1 - u) ** 2, [0, 0], convexify=False, bounds=(0, 1))
    assert nash_bargaining(without).payoffs == pytest.approx([1 / 3, 4 / 9], abs=1e-3)


def test_maschler_perles_by_hand():
    u = 0.5 ** (2 / 3)
    assert maschler_perles(BargainingProblem(parabola, [0, 0])).payoffs == pytest.approx(
        [u, 1 - u**2], rel=1e-10
    )


@given(clouds(), clouds())
@settings(max_examples=20, deadline=None)
def test_maschler_perles_is_superadditive(one, two):
    (p, d), (q, e) = one, two
    apart = (
        maschler_perles(BargainingProblem(np.vstack([p - d, np.zeros(2)]), [0, 0])).payoffs
        + maschler_perles(BargainingProblem(np.vstack([q - e, np.zeros(2)]), [0, 0])).payoffs
    )
    corners_p = np.vstack([p - d, np.zeros(2), _ends(p - d)])
    corners_q = np.vstack([q - e, np.zeros(2), _ends(q - e)])
    joint = (corners_p[:, None, :] + corners_q[None, :, :]).reshape(-1, 2)
    together = maschler_perles(BargainingProblem(joint, [0, 0])).payoffs
    assert np.all(together >= apart - 1e-7)


def _ends(gains):
    """Free disposal: each side's best point with nothing for the other."""
    ideal = BargainingProblem(gains, [0, 0]).ideal
    return np.diag(ideal)


def test_outside_options_bind_or_do_not_matter():
    line = [[0, 1], [1, 0]]
    free = BargainingProblem(line, [0, 0], outside_options=[0.2, 0.4])
    assert deal_me_out(free).payoffs == pytest.approx([0.5, 0.5])
    assert split_the_difference(free).payoffs == pytest.approx([0.4, 0.6])
    bound = BargainingProblem(line, [0, 0], outside_options=[0.1, 0.8])
    assert deal_me_out(bound).payoffs == pytest.approx([0.2, 0.8])
    for solve in (kalai_smorodinsky, egalitarian, utilitarian):
        assert solve(bound).payoffs[1] >= 0.8 - 1e-12
    with pytest.raises(InvalidInputError, match="outside options together exceed"):
        BargainingProblem(line, [0, 0], outside_options=[0.7, 0.5])
    with pytest.raises(InvalidInputError, match="none given"):
        deal_me_out(BargainingProblem(line, [0, 0]))
    with pytest.raises(InvalidInputError, match="none given"):
        split_the_difference(BargainingProblem(line, [0, 0]))


def test_three_players_with_outside_options():
    points = np.eye(3)
    problem = BargainingProblem(points, [0, 0, 0], outside_options=[0.5, 0, 0])
    assert nash_bargaining(problem).payoffs == pytest.approx([0.5, 0.25, 0.25], abs=1e-8)
    assert egalitarian(BargainingProblem(points, [0, 0, 0])).payoffs == pytest.approx([1 / 3] * 3)
    assert kalai_smorodinsky(BargainingProblem(points, [0.1, 0, 0])).payoffs.sum() == (
        pytest.approx(1)
    )
    assert utilitarian(problem).payoffs.sum() == pytest.approx(1)
    assert discrete_raiffa(BargainingProblem(points, [0, 0, 0])).payoffs == pytest.approx(
        [1 / 3] * 3
    )


def slack_of_lotteries(points, floor):
    """The most that a lottery gives everybody above a floor."""
    n, players = points.shape
    scale = np.abs(points).max()
    points, floor = points / scale, floor / scale
    found = linprog(
        np.append(np.zeros(n), -1.0),
        A_ub=np.hstack([-points.T, np.ones((players, 1))]), b_ub=-floor,
        A_eq=np.append(np.ones(n), 0.0)[None], b_eq=[1.0],
        bounds=[(0, None)] * n + [(None, None)],
    )  # fmt: skip
    return -found.fun * scale


@pytest.mark.parametrize(
    ("solve", "players"),
    [
        (solve, players)
        for solve in (*ALL, deal_me_out, split_the_difference)
        for players in (2, 3)
        if (solve, players) != (maschler_perles, 3)
    ],
)
def test_awards_are_feasible_wherever_disagreement_lies(solve, players):
    rng = np.random.default_rng(players)
    seen = {"refused": 0, "solved": 0}
    for _ in range(30):
        points = rng.normal(size=(rng.integers(2, 9), players)) * 10.0 ** rng.integers(-3, 4)
        place = rng.uniform(-0.2, 1.2, players)
        low, high = points.min(axis=0), points.max(axis=0)
        d = low + place * (high - low)
        tolerance = 1e-7 * np.abs(points).max()
        options = d if solve in (deal_me_out, split_the_difference) else None
        slack = slack_of_lotteries(points, d)
        try:
            found = solve(BargainingProblem(points, d, outside_options=options))
        except InvalidInputError:
            assert slack < tolerance
            seen["refused"] += 1
            continue
        assert slack >= -tolerance
        assert slack_of_lotteries(points, found.payoffs) >= -tolerance
        assert np.all(found.payoffs >= d - tolerance)
        seen["solved"] += 1
    assert min(seen.values()) > 3


def test_nobody_can_gain():
    with pytest.raises(InvalidInputError, match="at least as good"):
        BargainingProblem([[0, 1], [1, 0]], [2, 2], convexify=False)
    with pytest.raises(InvalidInputError, match="no payoff pair gains"):
        BargainingProblem(parabola, [2, 2])
    with pytest.raises(InvalidInputError, match="does not come down"):
        BargainingProblem(lambda u: 1.0, [0, 0])


@pytest.mark.parametrize(
    "kwargs",
    [
        {"frontier": [[0, 1]], "disagreement": [0]},
        {"frontier": [[0, 1, 2]], "disagreement": [0, 0]},
        {"frontier": parabola, "disagreement": [0, 0, 0]},
        {"frontier": parabola, "disagreement": [0, 0], "parameters": [[1, 2]]},
        {"frontier": parabola, "disagreement": [0, 0], "bounds": (1, 0)},
        {"frontier": [[0, 1], [1, 0]], "disagreement": [0, 0], "weights": [0, 0]},
        {"frontier": [[0, 1], [1, 0]], "disagreement": [0, 0], "weights": [-1, 2]},
        {"frontier": [[0, np.nan], [1, 0]], "disagreement": [0, 0]},
        {"frontier": [[0, 1], [1, 0]], "disagreement": [0, 0], "players": ("one",)},
    ],
)
def test_bad_problems(kwargs):
    with pytest.raises(InvalidInputError):
        BargainingProblem(**kwargs)


def test_bounds_limit_a_curve():
    problem = BargainingProblem(parabola, [0, 0], bounds=(0.0, 0.4))
    assert nash_bargaining(problem).payoffs == pytest.approx([0.4, 0.84])
    assert problem.ideal == pytest.approx([0.4, 1.0])


def test_a_curve_with_an_end_to_its_domain():
    circle = BargainingProblem(lambda u: (1 - u**2) ** 0.5, [0, 0])
    assert nash_bargaining(circle).payoffs == pytest.approx([0.5**0.5] * 2, rel=1e-10)
    assert circle.ideal == pytest.approx([1, 1], rel=1e-9)


def test_solutions_that_need_two_players_and_lotteries():
    three = BargainingProblem(np.eye(3), [0, 0, 0])
    with pytest.raises(InvalidInputError, match="two players"):
        maschler_perles(three)
    with pytest.raises(InvalidInputError, match="lotteries"):
        discrete_raiffa(BargainingProblem([[0, 1], [1, 0]], [0, 0], convexify=False))


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.9))
@settings(max_examples=30, deadline=None)
def test_more_weight_never_hurts(weight, more):
    low = nash_bargaining(BargainingProblem(parabola, [0, 0], weights=[weight, 1 - weight]))
    high = weight + more * (1 - weight)
    up = nash_bargaining(BargainingProblem(parabola, [0, 0], weights=[high, 1 - high]))
    assert up.payoffs[0] >= low.payoffs[0] - 1e-10


@given(st.floats(0, 0.5), st.floats(0, 0.4))
@settings(max_examples=30, deadline=None)
def test_a_better_disagreement_payoff_helps_its_owner(d1, more):
    before = nash_bargaining(BargainingProblem(parabola, [d1, 0]))
    after = nash_bargaining(BargainingProblem(parabola, [d1 + more, 0]))
    assert after.payoffs[0] >= before.payoffs[0] - 1e-10
