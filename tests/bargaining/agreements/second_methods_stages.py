"""Stages and repeated play by methods that share neither code nor formula with the library.

Every function returns the largest deviation over a few cases; ``docs/models_a.toml`` states what it
may be at most.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import linprog

from negotiation.bargaining.agreements.repeated_strategies import long_run_play, play_match
from negotiation.bargaining.agreements.staged_exchange import stage_chain, staged_exchange
from tests.bargaining.deviation import worst


def stage_chain_by_simulation():
    rng = np.random.default_rng(2)
    lam, b = np.array([0.9, 0.25, 0.12, 0.08]), np.array([0.05, 0.05, 0.04, 0.03])
    n = 400_000
    clock, alive = np.zeros(n), np.ones(n, dtype=bool)
    for x, y in zip(lam, b, strict=True):
        go, stop = rng.exponential(1 / x, n), rng.exponential(1 / y, n)
        alive &= go < stop
        clock += np.minimum(go, stop)
    ours = stage_chain(lam, b, discount_rate=0.01, horizons=[12, 30])
    return worst(
        (ours.deal_probability, alive.mean()),
        (ours.deal_by, [(alive & (clock <= t)).mean() for t in (12, 30)]),
        (ours.discounted_deal, np.where(alive, np.exp(-0.01 * clock), 0).mean()),
        (ours.mean_time_given_deal / 100, clock[alive].mean() / 100),
    )


def stage_chain_by_differential_equation():
    lam, b = np.array([0.5, 0.5, 0.2]), np.array([0.1, 0.1, 0.0])

    def flow(_, x):
        out = -(lam + b) * x[:3]
        out[1:] += lam[:-1] * x[:2]
        return np.append(out, lam[-1] * x[2])

    path = solve_ivp(flow, (0, 7.5), [1, 0, 0, 0], rtol=1e-12, atol=1e-14)
    return worst((stage_chain(lam, b, horizons=[7.5]).deal_by[0], path.y[3, -1]))


def staged_exchange_by_enumeration():
    """The outcome of the only strategy pair from which no single change of plan pays."""
    error = 0.0
    rng = np.random.default_rng(4)
    for case in range(6):
        n, d = 2, 0.9
        cc, cu = rng.uniform(0.2, 2, n), rng.uniform(0.2, 2, n)
        gc, gu = rng.uniform(0.5, 3, n), rng.uniform(0.5, 3, n)
        end = np.array([0.0, 0.0]) if case == 0 else rng.uniform(0, 4, 2)

        def play(plan, stage, mover, n=n, d=d, cc=cc, cu=cu, gc=gc, gu=gu, end=end):
            """Values from a node on: mover 0 is the first side's move in that stage."""
            if stage == n:
                return end
            if mover == 0:
                if not plan[0][stage]:
                    return np.zeros(2)
                later = play(plan, stage, 1)
                return np.array([-cc[stage], gu[stage]]) + d * later
            if not plan[1][stage]:
                return np.zeros(2)
            return np.array([gc[stage], -cu[stage]]) + play(plan, stage + 1, 0)

        equilibria = []
        for bits in itertools.product((True, False), repeat=2 * n):
            plan = (bits[:n], bits[n:])
            good = True
            for side, stage in itertools.product((0, 1), range(n)):
                other = [list(plan[0]), list(plan[1])]
                other[side][stage] = not other[side][stage]
                here = play(plan, stage, side)[side]
                there = play((tuple(other[0]), tuple(other[1])), stage, side)[side]
                good &= here >= there - 1e-12
            if good:
                equilibria.append(play(plan, 0, 0))
        ours = staged_exchange(
            d, first_cost=cc, first_gain=gc, second_cost=cu, second_gain=gu, terminal=end
        )
        error = max(error, min(worst((ours.values, e)) for e in equilibria))
    return error


def long_run_by_simulation():
    rng = np.random.default_rng(9)
    p, q = np.array([8 / 9, 0.5, 1 / 3, 0.0]), np.array([0.9, 0.2, 0.7, 0.1])
    n, rounds = 4000, 400
    state = np.zeros(n, dtype=int)
    table = np.array([[3, 3], [0, 5], [5, 0], [1, 1]])
    total = np.zeros(2)
    swap = np.array([0, 2, 1, 3])
    for t in range(rounds):
        a, b = rng.random(n) >= p[state], rng.random(n) >= q[swap[state]]
        state = 2 * a.astype(int) + b.astype(int)
        if t >= 50:
            total += table[state].sum(axis=0)
    return worst((long_run_play(p, q).scores, total / n / (rounds - 50)))


def noisy_tit_for_tat_by_linear_system():
    e = 0.05
    keep, flip = 1 - e, e
    moves = np.array(
        [
            [keep * keep, keep * flip, flip * keep, flip * flip],
            [flip * keep, flip * flip, keep * keep, keep * flip],
            [keep * flip, keep * keep, flip * flip, flip * keep],
            [flip * flip, flip * keep, keep * flip, keep * keep],
        ]
    )
    solved = linprog(
        np.zeros(4),
        A_eq=np.vstack([moves.T - np.eye(4), np.ones(4)]),
        b_eq=[0, 0, 0, 0, 1],
    )
    score = solved.x @ np.array([3, 0, 5, 1])
    ours = long_run_play("tit_for_tat", "tit_for_tat", noise=e)
    return worst((ours.scores, [score, score]), (ours.cooperation[0], solved.x[0] + solved.x[1]))


def match_by_playing_it():
    def tit_for_tat(history):
        return history[-1][1] if history else 0

    def never(_):
        return 1

    table = {(0, 0): (3, 3), (0, 1): (0, 5), (1, 0): (5, 0), (1, 1): (1, 1)}
    mine, theirs, totals = [], [], np.zeros(2)
    for _ in range(200):
        a, b = tit_for_tat(mine), never(theirs)
        mine.append((a, b))
        theirs.append((b, a))
        totals += table[a, b]
    return worst((play_match("tit_for_tat", "always_defect", 200).scores, totals))
