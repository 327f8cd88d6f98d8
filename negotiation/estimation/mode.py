"""Where a posterior is largest, and how it falls there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from negotiation.errors import ConvergenceError, NonFiniteError
from negotiation.values import FloatArray, decoding

__all__ = ["Mode", "posterior_mode"]

#: Differences above it come from neighbours without a value.
_NO_VALUE = 1e200
#: Share of the largest second derivative below which another one is none.
_FLAT = 1e-12


def _differences(
    function: Callable[[FloatArray], float], at: FloatArray, step: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return gradient and second derivatives by central differences."""
    size = at.size
    moves = np.diag(step)
    middle = function(at)
    up = np.array([function(at + m) for m in moves])
    down = np.array([function(at - m) for m in moves])
    curve = np.diag((up - 2.0 * middle + down) / step**2)
    for i in range(size):
        for j in range(i):
            corners = [
                function(at + a * moves[i] + b * moves[j])
                for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))
            ]
            cross = corners[0] - corners[1] - corners[2] + corners[3]
            curve[i, j] = curve[j, i] = cross / (4.0 * step[i] * step[j])
    return (up - down) / (2.0 * step), curve


@dataclass(frozen=True, eq=False)
class Mode:
    """Where a posterior is largest.

    Attributes
    ----------
    at
        ``[parameter]``.
    covariance
        Inverse of minus the second derivatives.
    gradient_norm
        Largest derivative, in units of the covariance's roots; at a kink the steepest way up.
    """

    at: FloatArray
    covariance: FloatArray
    gradient_norm: float


def _falls(curve: FloatArray) -> bool:
    """Whether second derivatives are those of a maximum: each neighbour has a value, all fall."""
    if not np.isfinite(curve).all() or float(np.abs(curve).max()) > _NO_VALUE:
        return False
    values = np.linalg.eigvalsh(-curve)
    return bool(values.min() > _FLAT * values.max())


def _at_most(curve: FloatArray, least: FloatArray | None) -> FloatArray:
    """Return a covariance whose precision is at least what the prior alone makes of it."""
    if least is None:
        raise ConvergenceError(
            "no mode: second derivatives do not all fall",
            where="laplace_posterior",
            hint="A parameter may not be identified; give it a prior.",
        )
    unit = np.sqrt(np.outer(least, least))
    told = np.isfinite(curve).all() and float(np.abs(curve).max()) <= _NO_VALUE
    values, vectors = np.linalg.eigh(-curve / unit if told else np.eye(len(least)))
    return np.asarray((vectors / np.maximum(values, 1.0)) @ vectors.T / unit)


def posterior_mode(
    log_posterior: Callable[[FloatArray], float],
    start: FloatArray,
    tol: float,
    least: FloatArray | None = None,
) -> Mode:
    """Climb by quasi-Newton steps, then by Newton's until derivatives are below ``tol``.

    Where second derivatives do not all fall at the end and ``least`` says what the prior alone
    would make them, they are taken to be at least that: the proposal of draws needs no more.

    Raises
    ------
    ConvergenceError
        If the climb ends where second derivatives do not all fall.
    NonFiniteError
        If the start has no finite value.
    """
    from scipy.optimize import minimize

    def value(x: FloatArray) -> float:
        given = log_posterior(x)
        with decoding("log_posterior"):
            found = float(given)
        return found if np.isfinite(found) else -1e300

    if value(start) == -1e300:
        raise NonFiniteError("log posterior at the start", where="laplace_posterior")
    with np.errstate(all="ignore"):
        found: Any = minimize(lambda x: -value(x), start, method="BFGS", options={"gtol": 1e-4})
    mode = np.asarray(found.x, dtype=np.float64)
    # Steps of a hundredth of the spread keep differences exact at any scale.
    share, step = 1e-2, 1e-3 * np.ones(mode.size)
    falls = False
    for _ in range(20):
        with np.errstate(over="ignore"):
            gradient, curve = _differences(value, mode, step)
        falls = _falls(curve)
        if not falls:
            if share > 0.2:
                break
            # The climb may have stopped at a kink: go on without derivatives, look farther around.
            found = minimize(
                lambda x: -value(x), mode, method="Nelder-Mead",
                options={"xatol": 1e-4, "fatol": 1e-6, "maxfev": 200 * mode.size},
            )  # fmt: skip
            mode, share = np.asarray(found.x, dtype=np.float64), 5.0 * share
            step = 0.1 * share * np.ones(mode.size)
            continue
        spread = np.sqrt(np.diag(np.linalg.inv(-curve)))
        told = bool((np.abs(step / spread - share) <= 0.5 * share).all())
        if told and float(np.abs(gradient * spread).max()) <= 0.1 * tol:
            break
        move = np.linalg.solve(-curve, gradient)
        if value(mode + move) > value(mode):
            mode = mode + move
        elif told:
            # What is left is the differences' own error.
            break
        step = share * spread
    if falls:
        covariance = np.asarray(np.linalg.inv(-curve), dtype=np.float64)
    else:
        covariance = _at_most(curve, least)
        gradient = np.where(np.abs(gradient) < _NO_VALUE, gradient, np.inf)
    spread = np.sqrt(np.diag(covariance))
    slope = float(np.abs(gradient * spread).max())
    if slope > tol:
        # At a kink there is no derivative: what counts is that no step leads up.
        rises = [value(mode + m) - value(mode) for m in tol * np.diag(spread)]
        rises += [value(mode - m) - value(mode) for m in tol * np.diag(spread)]
        slope = min(slope, max(0.0, *rises) / tol)
    return Mode(mode, covariance, slope)
