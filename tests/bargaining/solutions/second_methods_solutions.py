"""Bargaining solutions by methods that share neither code nor formula with the library.

Every function returns the largest deviation over a few cases; ``docs/models_a.toml`` states what it
may be at most.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, minimize

from negotiation.bargaining.solutions.axiomatic import (
    deal_me_out,
    egalitarian,
    kalai_smorodinsky,
    nash_bargaining,
    utilitarian,
)
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.stepwise import discrete_raiffa, maschler_perles
from negotiation.bargaining.solutions.transferable import nash_risk_averse, nash_transferable
from negotiation.bargaining.solutions.variable_threats import variable_threats
from negotiation.games.normal_form import NormalFormGame
from tests.bargaining.deviation import worst


def transferable_by_optimiser():
    found = []
    for total, *rest in (
        (10, [-2, 1], [0.6, 0.4], [-2, 1]),
        (1, [0, 0.1, -0.2], [0.5, 0.3, 0.2], [0, 0.1, -0.2]),
        (1, [0, 0, 0], [1 / 3] * 3, [0.5, 0.1, 0]),
    ):
        d, w, o = (np.array(x, float) for x in rest)
        floor = np.maximum(d, o)
        start = floor + (total - floor.sum()) / d.size
        done = minimize(
            lambda u, d=d, w=w: -np.sum(w * np.log(np.maximum(u - d, 1e-12))),
            start,
            bounds=[(f + 1e-9, None) for f in floor],
            constraints=[{"type": "eq", "fun": lambda u, s=total: u.sum() - s}],
            options={"ftol": 1e-15, "maxiter": 500},
            method="SLSQP",
        )
        ours = nash_transferable(total, d, weights=w, outside_options=o).payoffs
        found.append((ours, done.x))
    return worst(*found)


def risk_aversion_on_its_frontier():
    pairs = []
    for a, w in ((0.5, [0.5, 0.5]), (0.3, [0.7, 0.3]), (1.0, [0.2, 0.8])):
        problem = BargainingProblem(lambda u, a=a: 1 - u ** (1 / a), [0, 0], weights=w)
        share = nash_bargaining(problem).payoffs[0] ** (1 / a)
        pairs.append((nash_risk_averse([a, 1.0], weights=w).payoffs[0], share))
    return worst(*pairs)


def solutions_by_fine_search():
    """Nash, Kalai-Smorodinsky, egalitarian and utilitarian on a curve by refining a grid."""

    def curve(u):
        return 1 - 0.3 * u - 0.7 * u**3

    d = np.array([0.1, 0.2])
    problem = BargainingProblem(curve, d, weights=[0.55, 0.45])
    high = brentq(lambda u: curve(u) - d[1], 0, 2, xtol=1e-15)
    ideal = np.array([high, curve(d[0])])

    def refine(score):
        low, top = d[0], high
        for _ in range(40):
            grid = np.linspace(low, top, 401)
            best = int(np.argmax([score(u) for u in grid]))
            low, top = grid[max(best - 2, 0)], grid[min(best + 2, 400)]
        return np.array([(low + top) / 2, curve((low + top) / 2)])

    w = np.array([0.55, 0.45])

    def gains(u):
        return np.array([u, curve(u)]) - d

    return worst(
        (problem.ideal, ideal),
        (
            nash_bargaining(problem).payoffs,
            refine(lambda u: gains(u)[0] ** w[0] * gains(u)[1] ** w[1]),
        ),
        (kalai_smorodinsky(problem).payoffs, refine(lambda u: np.min(gains(u) / (ideal - d)))),
        (egalitarian(problem).payoffs, refine(lambda u: np.min(gains(u) / w))),
        (utilitarian(problem).payoffs, refine(lambda u: w @ np.array([u, curve(u)]))),
    )


def maschler_perles_by_equation_of_motion():
    """Two points walk from the ends with du1 du2 equal in size; they meet at the solution."""

    def curve(u):
        return 1 - 0.3 * u - 0.7 * u**3

    def slope(u):
        return -0.3 - 2.1 * u**2

    high = brentq(curve, 0, 2)

    def speed(_, x):
        return [1 / math.sqrt(-slope(x[0])), -1 / math.sqrt(-slope(x[1]))]

    def met(_, x):
        return x[1] - x[0]

    met.terminal = True
    path = solve_ivp(speed, (0, 10), [0.0, high], events=met, rtol=1e-11, atol=1e-13)
    u = path.y_events[0][0, 0]
    ours = maschler_perles(BargainingProblem(curve, [0, 0])).payoffs
    return worst((ours, [u, curve(u)]))


def raiffa_by_lottery_game():
    """A dictator drawn by coin in a last round, and agreement on its expectation before it.

    With n rounds the first-round payoffs are those of n steps; on the parabola the best points
    are explicit.
    """

    def expected(d, rounds):
        if rounds == 0:
            return d
        best = ((math.sqrt(1 - d[1]), d[1]), (d[0], 1 - d[0] ** 2))
        return expected(tuple(np.mean(best, axis=0)), rounds - 1)

    ours = discrete_raiffa(BargainingProblem(lambda u: 1 - u**2, [0.1, 0.2])).payoffs
    return worst((ours, expected((0.1, 0.2), 60)))


def deal_me_out_as_quick_offers():
    """Alternating offers with outside options, iterated on reservation values as offers quicken."""
    pairs = []
    for o in ([0.7, 0.1], [0.2, 0.3], [0.1, 0.65]):
        d = math.exp(-1e-6)
        a = 0.5
        for _ in range(40):
            a = _outside_map_fixed_point(d, o)
        ours = deal_me_out(BargainingProblem([[0, 1], [1, 0]], [0, 0], outside_options=o)).payoffs
        pairs.append((ours[0], a))
    return worst(*pairs)


def _outside_map_fixed_point(d, o):
    """Bisection on side 1's share as proposer."""
    low, high = 0.0, 1.0
    for _ in range(200):
        a = (low + high) / 2
        b = max(d * a, o[0])
        answer = 1 - max(d * (1 - b), o[1])
        low, high = (a, high) if answer > a else (low, a)
    return low


def threats_by_vertex_enumeration():
    import nashpy

    rng = np.random.default_rng(5)
    pairs = []
    for _ in range(6):
        a, b = rng.normal(size=(2, 3, 3))
        x, y = next(nashpy.Game(a - b).vertex_enumeration())
        value, total = x @ (a - b) @ y, (a + b).max()
        ours = variable_threats(NormalFormGame.from_bimatrix(a, b))
        pairs.append((ours.payoffs, [(total + value) / 2, (total - value) / 2]))
    return worst(*pairs)


def threats_without_transfers_by_deviation():
    """No mixed threat on a grid improves on the solution, Nash's rule being solved on the hull."""
    rng = np.random.default_rng(7)
    gain = 0.0
    for _ in range(3):
        a, b = rng.normal(size=(2, 2, 2))
        s = variable_threats(NormalFormGame.from_bimatrix(a, b), transfers=False)
        points = np.column_stack([a.ravel(), b.ravel()])
        p, q = s.threats
        for mix in np.linspace(0, 1, 21):
            m = np.array([mix, 1 - mix])
            for player, threat in ((0, (m @ a @ q, m @ b @ q)), (1, (p @ a @ m, p @ b @ m))):
                there = nash_bargaining(BargainingProblem(points, threat)).payoffs
                gain = max(gain, there[player] - s.payoffs[player])
    return gain
