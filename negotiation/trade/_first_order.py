"""Iterate the first-order map of tariffs to where every rate is stationary or at a bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.trade._tariff_problem import Point, TariffProblem
from negotiation.values import FloatArray

__all__ = ["Conditions", "Search", "conditions", "iterate_map"]

_MEMORY = 8
_DAMPING = 0.7
_GRADIENT_STEP = 0.1
_LARGEST_MOVE = 0.7


@dataclass(frozen=True, eq=False)
class Search:
    """Where an iteration ended; ``point`` is None where no equilibrium was found at all."""

    point: Point | None
    converged: bool
    rounds: int
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


def _proposed_move(problem: TariffProblem, point: Point, logs: FloatArray) -> FloatArray:
    """Undamped move of each log rate: the map, or a step uphill where it does not apply."""
    mapped = np.isfinite(point.image)
    image = np.clip(np.where(mapped, point.image, 0.0), problem.low, problem.high)
    uphill = _GRADIENT_STEP * np.sign(point.gradient)
    move = np.where(mapped, np.log1p(image) - logs, uphill)
    target = np.clip(logs + move, np.log1p(problem.low), np.log1p(problem.high))
    return np.clip(target - logs, -_LARGEST_MOVE, _LARGEST_MOVE)


def _accelerated(
    move: FloatArray, logs: list[FloatArray], moves: list[FloatArray], now: FloatArray
) -> FloatArray:
    """Anderson mixing of the last moves."""
    differences = np.stack([move - old for old in moves], axis=1)
    weights, *_ = np.linalg.lstsq(differences, move, rcond=1e-10)
    steps = np.stack([now - old for old in logs], axis=1)
    mixed: FloatArray = move - (steps + differences) @ weights
    return mixed


def iterate_map(
    problem: TariffProblem,
    rates: FloatArray,
    *,
    tol: float,
    max_rounds: int,
    state: FloatArray | None = None,
) -> Search:
    """Iterate from ``rates`` until no log rate wants to move by more than ``tol``."""
    low, high = np.log1p(problem.low), np.log1p(problem.high)
    now = np.clip(np.log1p(rates), low, high)
    point = problem.evaluate(np.expm1(now), state)
    if point is None:
        return Search(None, False, 0, equilibrium_lost=True)
    past_logs: list[FloatArray] = []
    past_moves: list[FloatArray] = []
    best = np.inf
    for rounds in range(max_rounds):
        move = _proposed_move(problem, point, now)
        size = float(np.abs(move).max())
        if size <= tol:
            return Search(point, True, rounds)
        smooth = bool(np.isfinite(point.image).all()) and size < 0.3
        if not smooth or size > 4.0 * best:
            past_logs, past_moves, best = [], [], np.inf
        best = min(best, size)
        step = _DAMPING * move
        if smooth and past_moves:
            mixed = _accelerated(move, past_logs, past_moves, now)
            if np.abs(mixed).max() <= 3.0 * max(size, 0.02):
                step = mixed
        if smooth:
            past_logs = [*past_logs[1 - _MEMORY :], now]
            past_moves = [*past_moves[1 - _MEMORY :], move]
        for _ in range(6):
            trial = np.clip(now + step, low, high)
            found = problem.evaluate(np.expm1(trial), point.solution.outcome.state)
            if found is not None:
                break
            step = 0.5 * step
            past_logs, past_moves = [], []
        else:
            return Search(point, False, rounds, equilibrium_lost=True)
        now, point = trial, found
    return Search(point, False, max_rounds)
