"""Iterate the first-order map of tariffs to where every rate is stationary or at a bound.

Where rates are set jointly, the weights on the governments' payoffs are unknown too: they move
along, by a rule that says where the payoffs of a point would have them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from negotiation.policy.problem.tariff_problem import Point, TariffProblem
from negotiation.values import FloatArray

__all__ = ["Conditions", "Search", "WeightRule", "conditions", "iterate_map"]

WeightRule: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]
"""Maps payoffs ``[government]`` and weights ``[team, government]`` to moves of the log weights."""

_MEMORY = 8
_DAMPING = 0.7
_GRADIENT_STEP = 0.1
_LARGEST_MOVE = 0.7
_PATIENCE = 25
_BOLD_ROUNDS = 30
_GROWTH = 1.5


@dataclass(frozen=True, eq=False)
class Search:
    """Where an iteration ended; ``point`` is None where no equilibrium was found at all."""

    point: Point | None
    converged: bool
    rounds: int
    weights: FloatArray
    equilibrium_lost: bool = False


@dataclass(frozen=True)
class Conditions:
    """First-order conditions of a point.

    Attributes
    ----------
    interior_gradient
        Largest derivative of a player's payoff (percent of GDP) by ``log(1 + t)`` of a rate
        strictly within its bounds.
    relative_gradient
        The same over the sum of the sizes of its two parts, so that small flows count alike.
    bound_violation
        Largest relative derivative that points from a bound into the interior; 0 if signs are
        right everywhere.
    """

    interior_gradient: float
    relative_gradient: float
    bound_violation: float


def conditions(problem: TariffProblem, point: Point) -> Conditions:
    """Return the first-order conditions of a point."""
    relative = point.gradient / np.maximum(point.curvature, 1e-300)
    at_low = point.rates <= problem.low + 1e-12
    at_high = point.rates >= problem.high - 1e-12
    inside = ~(at_low | at_high)
    inward = np.maximum(
        np.where(at_low, relative, 0.0).max(initial=0.0),
        np.where(at_high, -relative, 0.0).max(initial=0.0),
    )
    return Conditions(
        interior_gradient=float(np.abs(point.gradient[inside]).max(initial=0.0)),
        relative_gradient=float(np.abs(relative[inside]).max(initial=0.0)),
        bound_violation=float(inward),
    )


def _proposed_move(
    problem: TariffProblem, point: Point, logs: FloatArray
) -> tuple[FloatArray, bool]:
    """Undamped move of each log rate, and whether all of them are the map's.

    Where the map does not apply a rate takes a step uphill; at a bound it may have nowhere to go,
    which is as good as the map.
    """
    mapped = np.isfinite(point.image)
    image = np.clip(np.where(mapped, point.image, 0.0), problem.low, problem.high)
    uphill = _GRADIENT_STEP * np.sign(point.gradient)
    move = np.where(mapped, np.log1p(image) - logs, uphill)
    target = np.clip(logs + move, np.log1p(problem.low), np.log1p(problem.high))
    move = np.clip(target - logs, -_LARGEST_MOVE, _LARGEST_MOVE)
    return move, bool(np.all(mapped | (move == 0.0)))


def _accelerated(
    move: FloatArray, places: list[FloatArray], moves: list[FloatArray], now: FloatArray
) -> FloatArray:
    """Anderson mixing of the last moves."""
    differences = np.stack([move - old for old in moves], axis=1)
    weights, *_ = np.linalg.lstsq(differences, move, rcond=1e-10)
    steps = np.stack([now - old for old in places], axis=1)
    mixed: FloatArray = move - (steps + differences) @ weights
    return mixed


def iterate_map(
    problem: TariffProblem,
    rates: FloatArray,
    *,
    tol: float,
    max_rounds: int,
    state: FloatArray | None = None,
    rule: WeightRule | None = None,
) -> Search:
    """Iterate from ``rates`` until no log rate or weight wants to move by more than ``tol``.

    Moves are accelerated by their secants. Where they stay small without ending, as along a ridge
    of the objective that has no top yet, they are stretched as long as they keep their direction.
    """
    low, high = np.log1p(problem.low), np.log1p(problem.high)
    count = len(rates)
    free = problem.weights > 0.0 if rule is not None else np.zeros(problem.weights.shape, bool)

    def placed(now: FloatArray) -> TariffProblem:
        if rule is None:
            return problem
        weights = np.zeros(problem.weights.shape)
        weights[free] = np.exp(now[count:])
        return replace(problem, weights=weights)

    now = np.concatenate([np.clip(np.log1p(rates), low, high), np.log(problem.weights[free])])
    point = placed(now).evaluate(np.expm1(now[:count]), state)
    if point is None and state is not None:
        point = placed(now).evaluate(np.expm1(now[:count]))
    if point is None:
        return Search(None, False, 0, problem.weights, equilibrium_lost=True)
    past: list[FloatArray] = []
    past_moves: list[FloatArray] = []
    best, lowest, stale, bold, stretch = np.inf, np.inf, 0, 0, _DAMPING
    last = np.zeros(len(now))
    for rounds in range(max_rounds):
        move, smooth = _proposed_move(problem, point, now[:count])
        if rule is not None:
            weights = placed(now).weights
            move = np.concatenate([move, rule(point.values, weights)[free]])
        size = float(np.abs(move).max())
        if size <= tol:
            return Search(point, True, rounds, placed(now).weights)
        stale = 0 if size < 0.9 * lowest else stale + 1
        lowest = min(lowest, size)
        if stale > _PATIENCE and bold == 0:
            bold, stretch = _BOLD_ROUNDS, _DAMPING
            lowest = np.inf
        smooth = smooth and size < 0.3 and bold == 0
        if not smooth or size > 4.0 * best:
            past, past_moves, best = [], [], np.inf
        best = min(best, size)
        step = _DAMPING * move
        if bold > 0:
            stretch = _GROWTH * stretch if float(last @ move) > 0.0 else _DAMPING
            step = np.clip(stretch * move, -_LARGEST_MOVE, _LARGEST_MOVE)
            bold, stale = bold - 1, 0
            lowest = np.inf
        elif smooth and past_moves:
            mixed = _accelerated(move, past, past_moves, now)
            if np.abs(mixed).max() <= 3.0 * max(size, 0.02):
                step = mixed
        if smooth:
            past = [*past[1 - _MEMORY :], now]
            past_moves = [*past_moves[1 - _MEMORY :], move]
        last = move
        for _ in range(6):
            trial = now + step
            trial[:count] = np.clip(trial[:count], low, high)
            found = placed(trial).evaluate(np.expm1(trial[:count]), point.solution.outcome.state)
            if found is not None:
                break
            step = 0.5 * step
            past, past_moves = [], []
        else:
            return Search(point, False, rounds, placed(now).weights, equilibrium_lost=True)
        now, point = trial, found
    return Search(point, False, max_rounds, placed(now).weights)
