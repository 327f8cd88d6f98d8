"""How far Markov strategies are from equilibrium, from each player's own decision problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import deviation_payoffs
from negotiation.errors import InvalidInputError
from negotiation.games.stochastic import StochasticGame
from negotiation.values import FloatArray, decoding

__all__ = ["Strategies", "bellman_residual", "markov_regret", "payoffs_ahead"]

Strategies: TypeAlias = Sequence[Sequence[FloatArray]]


@takes
def payoffs_ahead(game: StochasticGame) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Return what play may still earn from each state on.

    Returns
    -------
    low, spread
        Lowest stage payoff and range of stage payoffs (1 where flat), ``[state, player]``, of the
        states that play may reach from a state.
    reach
        Whether play may reach a state from another, ``[from, to]``.
    """
    count = len(game.stages)
    reach = np.eye(count, dtype=bool)
    for k, transition in enumerate(game.transitions):
        reach[k] |= (transition > 0.0).any(axis=tuple(range(transition.ndim - 1)))
    for k in range(count):
        reach |= np.outer(reach[:, k], reach[k])
    axes = tuple(range(1, 1 + len(game.players)))
    lows = np.array([stage.payoffs.min(axis=axes) for stage in game.stages])
    highs = np.array([stage.payoffs.max(axis=axes) for stage in game.stages])
    low = np.array([lows[row].min(axis=0) for row in reach])
    spread = np.array([highs[row].max(axis=0) for row in reach]) - low
    return low, np.where(spread > 0.0, spread, 1.0), reach


def _decision_problem(
    game: StochasticGame, strategies: Strategies, player: int
) -> list[tuple[FloatArray, FloatArray]]:
    """For each state: expected payoff and next-state probabilities of each own action."""
    out = []
    if len(strategies) != len(game.stages):
        raise InvalidInputError(
            "one profile a state",
            where="strategies",
            seen=len(strategies),
            allowed=str(len(game.stages)),
        )
    for stage, transition, profile in zip(game.stages, game.transitions, strategies, strict=True):
        with decoding("strategies"):
            reward = deviation_payoffs(stage.payoffs, profile, player)
            moves = [
                deviation_payoffs(
                    np.broadcast_to(transition[..., k], stage.payoffs.shape), profile, player
                )
                for k in range(transition.shape[-1])
            ]
        out.append((reward, np.stack(moves, axis=-1)))
    return out


def _evaluate(
    problem: list[tuple[FloatArray, FloatArray]], weights: Sequence[FloatArray], discount: float
) -> FloatArray:
    reward = np.array([w @ r for w, (r, _) in zip(weights, problem, strict=True)])
    moves = np.array([w @ t for w, (_, t) in zip(weights, problem, strict=True)])
    system = np.eye(len(reward)) - discount * moves
    value = np.linalg.solve(system, reward)
    for _ in range(2):
        # Rows that the solver swaps bring large values of other states into small ones.
        value += np.linalg.solve(system, reward - value + discount * moves @ value)
    return value


@takes
def markov_regret(game: StochasticGame, strategies: Strategies) -> tuple[float, FloatArray]:
    """Return the largest gain from a best response in any state, and the strategies' values.

    Each player's best response is found by policy iteration in the decision problem that the
    others' strategies leave. The gain is relative to the range of the stage payoffs that play may
    still reach from the state, over (1 - discount factor); values are ``[state, player]``.
    """
    game, lowest = game.above_lowest
    _, spread, _ = payoffs_ahead(game)
    worst = 0.0
    columns = []
    for player, discount in enumerate(game.discounts):
        problem = _decision_problem(game, strategies, player)
        own = [profile[player] for profile in strategies]
        value = _evaluate(problem, own, discount)
        columns.append(value)
        policy = [np.asarray(w, dtype=np.float64) for w in own]
        best = value
        for _ in range(10_000):
            table = [r + discount * t @ best for r, t in problem]
            margin = 1e-13 * spread[:, player] / (1.0 - discount)
            improved = False
            for k, q in enumerate(table):
                if q.max() > float(policy[k] @ q) + margin[k]:
                    policy[k] = np.eye(len(q))[int(q.argmax())]
                    improved = True
            if not improved:
                break
            best = _evaluate(problem, policy, discount)
        gain = (best - value) * (1.0 - discount) / spread[:, player]
        worst = max(worst, float(gain.max()))
    return worst, np.stack(columns, axis=-1) + lowest / (1.0 - np.array(game.discounts))


@takes
def bellman_residual(game: StochasticGame, strategies: Strategies, values: FloatArray) -> float:
    """Return the largest violation of V = max Q in any state, on the scale of `markov_regret`."""
    _, spread, _ = payoffs_ahead(game)
    worst = 0.0
    for player, discount in enumerate(game.discounts):
        for k, (reward, moves) in enumerate(_decision_problem(game, strategies, player)):
            q = reward + discount * moves @ values[:, player]
            gap = abs(float(q.max()) - float(values[k, player]))
            worst = max(worst, gap * (1.0 - discount) / float(spread[k, player]))
    return worst
