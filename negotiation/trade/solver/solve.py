"""Solve the system: compiled steps on unit costs where they determine everything else.

Economies with inputs, and policies with export taxes, whose revenue depends on all markets at
once, take Newton steps where small and chord steps with Anderson acceleration where large.
A chord step multiplies the residual by the inverse Jacobian at a reference point, kept in single
precision: it decides only the direction, never the accuracy. Scenarios that a chord does not
bring home are solved one by one with Newton steps, and if need be along a path of tariffs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from negotiation.trade.calibration import Calibration
from negotiation.trade.solver.jacobian import jacobian_at
from negotiation.trade.solver.reduced import is_reducible, solve_reduced
from negotiation.trade.solver.shares import Shares
from negotiation.trade.solver.system import Outcome, System
from negotiation.values import FloatArray, IntArray

__all__ = ["NEWTON_SIZE", "Solution", "reference_inverse", "solve_batch", "system_of"]

NEWTON_SIZE = 96
_MEMORY = 5
_LARGEST_STEP = 1.0
_LARGE_TARGET = 1e-11
_SMALL_TARGET = 1e-13
_PATH_STEPS = 64
_PATH_NEWTON = 12
_SHORTEST_PATH_STEP = 1e-2
_SLOW = 0.9
_SLOW_STEPS = 5
_RESCUE_NEWTON = 40
_LARGEST_LOG = 30.0


@dataclass(frozen=True, eq=False)
class Solution:
    """What a batch ended with; ``norms`` are the largest relative residuals by scenario."""

    outcome: Outcome
    shares: Shares
    norms: FloatArray
    iterations: IntArray


@lru_cache(maxsize=32)
def system_of(calibration: Calibration) -> System:
    """The system of a calibration, made once."""
    return System(calibration)


@lru_cache(maxsize=16)
def reference_inverse(system: System) -> Any:
    """Inverse Jacobian at the baseline, transposed, in single precision."""
    state = np.zeros((1, system.size))
    shares = system.shares(system.calibration.tariffs[None])
    jacobian = jacobian_at(system, system.outcome(state, shares), shares)
    return np.ascontiguousarray(np.linalg.inv(jacobian).T, dtype=np.float32)


def _norms(residual: FloatArray) -> FloatArray:
    """Largest residual by scenario; infinite where something is not finite."""
    norms: FloatArray = np.abs(residual).max(axis=1)
    if not np.isfinite(norms.sum()):
        norms[~np.isfinite(norms)] = np.inf
    return norms


def _target(system: System, tol: float) -> float:
    """Residual at which steps end: near rounding, so that batches agree with single solutions."""
    return min(tol, _LARGE_TARGET if system.size > NEWTON_SIZE else _SMALL_TARGET)


class _Secants:
    """Anderson acceleration of a batch: the last differences of states and steps."""

    def __init__(self, batch: int, size: int) -> None:
        self.moves = np.zeros((batch, _MEMORY, size))
        self.changes = np.zeros((batch, _MEMORY, size))
        self.ridge = 1e-14 * np.eye(_MEMORY)
        self.count = 0
        self.state: FloatArray | None = None
        self.step: FloatArray | None = None

    def corrected(self, state: FloatArray, step: FloatArray) -> FloatArray:
        """The step less what the secants explain of it, scenario by scenario."""
        if self.state is not None and self.step is not None:
            place = self.count % _MEMORY
            np.subtract(state, self.state, out=self.moves[:, place])
            np.subtract(step, self.step, out=self.changes[:, place])
            self.count += 1
        self.state, self.step = state, step
        used = min(self.count, _MEMORY)
        if used == 0:
            return step
        changes = self.changes[:, :used]
        gram = np.matmul(changes, changes.transpose(0, 2, 1))
        scale = np.maximum(np.einsum("bkk->b", gram), 1e-200)[:, None, None]
        target = np.matmul(changes, step[:, :, None])
        weights = np.linalg.solve(gram + scale * self.ridge[:used, :used], target)
        corrected: FloatArray = (
            step - np.matmul(weights.transpose(0, 2, 1), self.moves[:, :used] + changes)[:, 0]
        )
        return corrected


def _product(rows: Any, matrix: Any) -> Any:
    """``rows @ matrix``; one row on one thread, since several lose time on so small a product."""
    return np.einsum("bi,ij->bj", rows, matrix) if len(rows) == 1 else rows @ matrix


def _chord(
    system: System, state: FloatArray, shares: Shares, tol: float, max_iter: int
) -> tuple[Outcome, FloatArray, IntArray]:
    """Chord steps for a whole batch; returns where they end with the residual norms."""
    inverse = reference_inverse(system)
    outcome = system.outcome(state, shares)
    norms = _norms(outcome.residual)
    used = np.zeros(len(state), dtype=np.int64)
    secants = _Secants(*state.shape)
    target = _target(system, tol)
    best = norms
    stalled = 0
    for _ in range(max_iter):
        open_ = norms > target
        if not open_.any() or stalled >= 3:
            break
        used += open_
        residual = outcome.residual
        if not np.isfinite(norms.max()):
            residual = np.where(np.isfinite(residual), residual, 0.0)
        with np.errstate(all="ignore"):
            step = -_product(residual.astype(np.float32), inverse).astype(np.float64)
            move = secants.corrected(state, step)
        if np.abs(move).max() > _LARGEST_STEP:
            move = np.clip(move, -_LARGEST_STEP, _LARGEST_STEP)
        state = state + (move if open_.all() else move * open_[:, None])
        outcome = system.outcome(state, shares)
        norms = _norms(outcome.residual)
        improved = (norms < 0.9 * best) & open_
        stalled = 0 if improved.any() else stalled + 1
        best = np.minimum(best, norms)
    return outcome, norms, used


def _reduced(
    system: System,
    state: FloatArray,
    shares: Shares,
    tariffs: FloatArray,
    tol: float,
    max_iter: int,
) -> tuple[Outcome, FloatArray, IntArray]:
    """Chord steps on unit costs alone, on all unknowns for scenarios where those fail."""
    found, used = solve_reduced(system, shares, _target(system, tol), max_iter, state)
    outcome = system.outcome(found, shares)
    norms = _norms(outcome.residual)
    failed = np.flatnonzero(~(norms <= tol))
    if len(failed) == 0:
        return outcome, norms, used
    retried, _, more = _chord(system, state[failed], system.shares(tariffs[failed]), tol, max_iter)
    found[failed] = retried.state
    used[failed] += more
    outcome = system.outcome(found, shares)
    return outcome, _norms(outcome.residual), used


def _newton(
    system: System, state: FloatArray, shares: Shares, tol: float, max_iter: int
) -> tuple[FloatArray, Outcome, float, int]:
    """Newton steps with halving for one scenario (a batch of one)."""
    outcome = system.outcome(state, shares)
    norm = float(_norms(outcome.residual)[0])
    target = min(tol, _SMALL_TARGET)
    slow = 0
    for iteration in range(max_iter):
        if norm <= target or not np.isfinite(norm):
            return state, outcome, norm, iteration
        jacobian = jacobian_at(system, outcome, shares)
        try:
            step = -np.linalg.solve(jacobian, outcome.residual[0])
        except np.linalg.LinAlgError:
            return state, outcome, norm, iteration
        length = min(1.0, _LARGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        for _ in range(12):
            trial = state + length * step
            tried = system.outcome(trial, shares)
            tried_norm = float(_norms(tried.residual)[0])
            if tried_norm < norm:
                break
            length *= 0.5
        else:
            return state, outcome, norm, iteration
        slow = slow + 1 if tried_norm > _SLOW * norm else 0
        stuck = slow >= _SLOW_STEPS or (norm <= tol and tried_norm > 0.5 * norm)
        state, outcome, norm = trial, tried, tried_norm
        if stuck:
            return state, outcome, norm, iteration
    return state, outcome, norm, max_iter


def _along_path(
    system: System, tariffs: FloatArray, tol: float, max_iter: int
) -> tuple[FloatArray, Outcome, float, int]:
    """Newton along the path from baseline tariffs, in logs, with adaptive steps."""
    start, end = np.log1p(system.calibration.tariffs), np.log1p(tariffs)
    if end.ndim > start.ndim:
        start = np.concatenate([start[None], np.zeros((len(end) - 1, *start.shape))])
    near = np.minimum(end, _LARGEST_LOG)
    state = np.zeros((1, system.size))
    done, length, count = 0.0, 0.25, 0
    result = None
    for _ in range(_PATH_STEPS):
        goal = min(1.0, done + length)
        there = start + goal * (near - start) if goal < 1.0 else end
        shares = system.shares(np.expm1(there)[None])
        result = _newton(system, state, shares, tol, min(max_iter, _PATH_NEWTON))
        count += result[3]
        if result[2] <= tol:
            state, done, length = result[0], goal, 2.0 * length
            if done >= 1.0:
                return (*result[:3], count)
        else:
            length *= 0.5
            if length < _SHORTEST_PATH_STEP:
                break
    shares = system.shares(tariffs[None])
    outcome = system.outcome(state, shares)
    return state, outcome, float(_norms(outcome.residual)[0]), count


def solve_batch(
    system: System,
    tariffs: FloatArray,
    *,
    tol: float,
    max_iter: int,
    start: FloatArray | None = None,
    near: bool = False,
) -> Solution:
    """Solve a batch of tariffs ``[B, S, N, N]``, or of all instruments, from given states.

    ``start`` None is the baseline.
    ``near`` says that an equilibrium is sought close to ``start`` alone: where Newton steps from
    there find none, the scenario is given up, and the caller takes a smaller step.
    """
    shares = system.shares(tariffs)
    state = np.zeros((len(tariffs), system.size)) if start is None else start
    if is_reducible(system) and len(shares.taxed_exports) == 0:
        outcome, norms, used = _reduced(system, state, shares, tariffs, tol, max_iter)
    elif len(tariffs) == 1 and system.size <= NEWTON_SIZE:
        state, outcome, norm, count = _newton(system, state, shares, tol, max_iter)
        norms, used = np.array([norm]), np.array([count])
    else:
        outcome, norms, used = _chord(system, state, shares, tol, max_iter)
    failed = np.flatnonzero(~(norms <= tol))
    if len(failed):
        state = outcome.state.copy()
        for b in failed:
            tried = start[b] if near and start is not None else None
            state[b], count = _rescue(system, tariffs[b], state[b], tol, max_iter, tried)
            used[b] += count
        outcome = system.outcome(state, shares)
        norms = _norms(outcome.residual)
    return Solution(outcome, shares, norms, used)


def _rescue(
    system: System,
    tariffs: FloatArray,
    state: FloatArray,
    tol: float,
    max_iter: int,
    neighbor: FloatArray | None,
) -> tuple[FloatArray, int]:
    """One scenario by Newton from a neighbor, or from where it stands, the baseline, a path."""
    shares = system.shares(tariffs[None])
    count = 0
    for start in (state, np.zeros(system.size)) if neighbor is None else (neighbor,):
        if not np.all(np.isfinite(start)):
            continue
        steps = min(max_iter, _RESCUE_NEWTON)
        found, _, norm, used = _newton(system, start[None], shares, tol, steps)
        count += used
        if norm <= tol or neighbor is not None:
            return found[0], count
    found, _, _, used = _along_path(system, tariffs, tol, max_iter)
    return found[0], count + used
