"""A stage as a game in periods, in which sides may hold, concede or escalate.

Complete information, no stubborn types: in every period both sides see the level of escalation
and choose at once. While nobody concedes, side i earns (1 + s e) g_i at level e; escalating raises
e by one. A concession ends the stage with the payoffs of the process; two at once give the mean
of both outcomes. The equilibrium is Markov perfect (Shapley 1953; Fink 1964), or a logit quantal
response of it (McKelvey and Palfrey 1995).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.dynamic.markov import markov_perfect_equilibrium
from negotiation.errors import ConvergenceError
from negotiation.games.normal_form import NormalFormGame
from negotiation.games.stochastic import StochasticGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray

__all__ = ["PeriodPlay", "StagePayoffs", "markov_play", "quantal_play", "stage_game"]

HOLD, CONCEDE, ESCALATE = range(3)


@dataclass(frozen=True, eq=False)
class StagePayoffs:
    """What one stage pays.

    Attributes
    ----------
    flows
        g per unit of time ``[side]``.
    outcomes
        ``[conceder, side]``: payoff when a side concedes, continuation included.
    breakdown, hazard
        Payoff ``[side]`` of a breakdown, and its rate.
    discount
        ``[side]``, per unit of time.
    """

    flows: FloatArray
    outcomes: FloatArray
    breakdown: FloatArray
    hazard: float
    discount: FloatArray


@dataclass(frozen=True, eq=False)
class PeriodPlay(Presented):
    """How a stage is played.

    Attributes
    ----------
    concedes
        ``[level, outcome]``: probability that a period at a level of escalation ends by the
        first side's concession, the second's, or both at once.
    moves
        ``[level, next level]``: probability that play goes on, at which level.
    values
        Value at the opening ``[side]``.
    certificate
        Regret of a Markov perfect equilibrium, or largest change of a best logit response.
    """

    concedes: FloatArray
    moves: FloatArray
    values: FloatArray
    certificate: float


@takes
def stage_game(
    stage: StagePayoffs, *, period: float, levels: int, step: float
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Payoffs ``[side, action, action]`` and transitions of each level, the last state absorbing.

    At the highest level there is no escalating.
    """
    payoffs, transitions = [], []
    with np.errstate(divide="ignore", invalid="ignore"):
        annuity = np.where(
            stage.discount > 0.0, -np.expm1(-stage.discount * period) / stage.discount, period
        )
    lasts = float(np.exp(-stage.hazard * period))
    lost = (1.0 - lasts) * np.exp(-stage.discount * period) * stage.breakdown
    for level in range(levels):
        actions = 3 if level < levels - 1 else 2
        u = np.empty((2, actions, actions))
        move = np.zeros((actions, actions, levels + 1))
        for a in range(actions):
            for b in range(actions):
                who = [i for i, action in enumerate((a, b)) if action == CONCEDE]
                if who:
                    u[:, a, b] = stage.outcomes[who].mean(axis=0)
                    move[a, b, levels] = 1.0
                else:
                    after = min(level + (ESCALATE in {a, b}), levels - 1)
                    u[:, a, b] = (1.0 + step * after) * stage.flows * annuity + lost
                    move[a, b, after] = lasts
                    move[a, b, levels] = 1.0 - lasts
        payoffs.append(u)
        transitions.append(move)
    return payoffs, transitions


def _play(
    profile: list[tuple[FloatArray, FloatArray]],
    transitions: list[FloatArray],
    values: FloatArray,
    certificate: float,
) -> PeriodPlay:
    levels = len(profile)
    concedes, moves = np.zeros((levels, 3)), np.zeros((levels, levels))
    for level, (first, second) in enumerate(profile):
        joint = np.multiply.outer(first, second)
        both = joint[CONCEDE, CONCEDE]
        concedes[level] = (first[CONCEDE] - both, second[CONCEDE] - both, both)
        moves[level] = np.tensordot(joint, transitions[level], axes=2)[:levels]
    return PeriodPlay(concedes, moves, values, certificate)


@takes
def markov_play(stage: StagePayoffs, *, period: float, levels: int, step: float) -> PeriodPlay:
    """Play a stage as a certified Markov perfect equilibrium."""
    payoffs, transitions = stage_game(stage, period=period, levels=levels, step=step)
    nothing = NormalFormGame(np.zeros((2, 1, 1)), ("1", "2"), (("over",), ("over",)))
    games = [
        NormalFormGame(u, ("1", "2"), (_names(u.shape[1]), _names(u.shape[2]))) for u in payoffs
    ]
    over = np.zeros((1, 1, levels + 1))
    over[0, 0, levels] = 1.0
    game = StochasticGame(
        (*games, nothing),
        (*transitions, over),
        tuple(float(np.exp(-rate * period)) for rate in stage.discount),
    )
    found = markov_perfect_equilibrium(game, tol=1e-7)
    profile = [
        (np.asarray(state[0]), np.asarray(state[1])) for state in found.probabilities[:levels]
    ]
    return _play(profile, transitions, np.asarray(found.values[0]), found.regret)


def _names(count: int) -> tuple[str, ...]:
    return ("hold", "concede", "escalate")[:count]


@takes
def quantal_play(
    stage: StagePayoffs,
    *,
    period: float,
    levels: int,
    step: float,
    precision: float,
    tol: float = 1e-10,
    max_iter: int = 50_000,
) -> PeriodPlay:
    """Play a stage as a logit Markov quantal response, by damped iteration on play and values.

    Raises
    ------
    ConvergenceError
        If the iteration does not settle.
    """
    payoffs, transitions = stage_game(stage, period=period, levels=levels, step=step)
    discount = np.exp(-stage.discount * period)
    values = np.zeros((levels + 1, 2))
    values[:levels] = stage.outcomes.mean(axis=0)
    profile = [
        (np.full(len(u[0]), 1 / len(u[0])), np.full(len(u[0]), 1 / len(u[0]))) for u in payoffs
    ]
    change = np.inf
    for _ in range(max_iter):
        change = 0.0
        for level in range(levels - 1, -1, -1):
            ahead = transitions[level] @ values
            total = payoffs[level] + discount[:, None, None] * np.moveaxis(ahead, 2, 0)
            first, second = profile[level]
            better = (_logit(total[0] @ second, precision), _logit(first @ total[1], precision))
            change = max(
                change,
                float(np.abs(better[0] - first).max()),
                float(np.abs(better[1] - second).max()),
            )
            first, second = 0.7 * first + 0.3 * better[0], 0.7 * second + 0.3 * better[1]
            profile[level] = (first, second)
            now = np.array([first @ total[i] @ second for i in range(2)])
            change = max(change, float(np.abs(now - values[level]).max()))
            values[level] = now
        if change <= tol:
            return _play(profile, transitions, values[0].copy(), change)
    raise ConvergenceError(
        f"quantal response still moves by {change:.3g}",
        where="quantal_play",
        partial=_play(profile, transitions, values[0].copy(), change),
        hint="Lower the precision or raise max_iter.",
    )


def _logit(gains: FloatArray, precision: float) -> FloatArray:
    weights = np.exp(precision * (gains - gains.max()))
    return np.asarray(weights / weights.sum())
