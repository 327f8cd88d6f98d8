"""The likelihood of durations under a law, its maximum, and a certificate of it.

Exact ends contribute a density, ends within an interval a probability, open cases a survival.
Scores are complex-step derivatives, dispute by dispute; the certificate takes the gradient again by
real finite differences, which share neither code path nor rounding with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.exposure import Design
from negotiation.estimation.laws import Law
from negotiation.values import FloatArray

__all__ = ["Likelihood", "Maximum", "maximise"]

_COMPLEX_STEP = 1e-20


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Log-likelihood of disputes under a law, as a function of its parameters.

    Parameters are the coefficients of the design, then the transformed shape if the law has one.
    """

    law: Law
    design: Design
    disputes: Disputes

    def __post_init__(self) -> None:
        low, high = self.disputes.low, self.disputes.high
        at_once = (low == high) & (low == 0.0)
        if at_once.any():
            raise InvalidInputError(
                "a density has no value at 0 days",
                where=f"disputes, {self.disputes.ids[int(np.argmax(at_once))]}",
                seen="an end at exactly 0 days",
                allowed="an interval, such as 0 to 0.5 days",
            )

    @property
    def n_parameters(self) -> int:
        """Number of parameters."""
        return len(self.design.names) + bool(self.law.shape_name)

    def split(self, parameters: NDArray[Any]) -> tuple[NDArray[Any], Any]:
        """Return the coefficients of the clock and the transformed shape, 0 where there is none."""
        k = len(self.design.names)
        return parameters[:k], parameters[k] if parameters.size > k else 0.0

    def log_survival(self, times: FloatArray, parameters: NDArray[Any]) -> NDArray[Any]:
        """Return log S at ``times`` ``[dispute]`` or ``[dispute, time]``; 0 at time 0."""
        coefficients, shape = self.split(parameters)
        tau = self.design.clock(times, coefficients)
        begun = np.broadcast_to(times > 0.0, tau.shape)
        safe = np.where(begun, tau, 1.0)
        return np.asarray(np.where(begun, self.law.log_survival(safe, shape), 0.0))

    def log_density(self, times: FloatArray, parameters: NDArray[Any]) -> NDArray[Any]:
        """Return the log density at positive ``times``, per day."""
        coefficients, shape = self.split(parameters)
        tau = self.design.clock(times, coefficients)
        speed = self.design.log_pace(times, coefficients)
        return np.asarray(self.law.log_density(tau, shape) + speed)

    def by_dispute(self, parameters: NDArray[Any]) -> NDArray[Any]:
        """Return each dispute's log-likelihood."""
        low, high = self.disputes.low, self.disputes.high
        exact, open_ = low == high, ~np.isfinite(high)
        within = ~exact & ~open_
        at_low = self.log_survival(low, parameters)
        at_high = self.log_survival(np.where(within, high, low + 1.0), parameters)
        gap = np.where(within, at_high - at_low, -1.0)
        out = at_low + np.where(within, np.log(-np.expm1(gap)), 0.0)
        if exact.any():
            days = np.where(exact, low, 1.0)
            out = np.where(exact, self.log_density(days, parameters), out)
        return out

    def __call__(self, parameters: FloatArray) -> float:
        """Return the log-likelihood; minus infinity where some dispute has probability zero."""
        with np.errstate(all="ignore"):
            total = float(np.sum(self.by_dispute(np.asarray(parameters, dtype=np.float64))))
        return total if np.isfinite(total) else -np.inf

    def scores(self, parameters: FloatArray) -> FloatArray:
        """Return derivatives of each dispute's log-likelihood ``[dispute, parameter]``."""
        columns = []
        for k in range(parameters.size):
            moved = parameters.astype(np.complex128)
            moved[k] += 1j * _COMPLEX_STEP
            columns.append(np.imag(self.by_dispute(moved)) / _COMPLEX_STEP)
        return np.stack(columns, axis=-1)

    def hessian(self, parameters: FloatArray, *, step: float = 1e-5) -> FloatArray:
        """Return second derivatives, by central differences of the scores."""
        rows = []
        for k in range(parameters.size):
            move = np.zeros(parameters.size)
            move[k] = step * (1.0 + abs(parameters[k]))
            up, down = self.scores(parameters + move), self.scores(parameters - move)
            rows.append((up - down).sum(axis=0) / (2.0 * move[k]))
        full = np.array(rows)
        return np.asarray(0.5 * (full + full.T))


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where a likelihood is largest, and how that is known.

    Attributes
    ----------
    parameters
        ``[parameter]``.
    value
        Log-likelihood there.
    free
        Parameters that are not at a bound ``[parameter]``.
    information
        Minus the second derivatives of the free ones.
    gain
        Half the squared Newton decrement, with the gradient by real finite differences: what one
        more Newton step would add to the log-likelihood.
    gradient_norm
        Largest entry of that gradient in units of the parameters' standard errors.
    converged
        ``gain <= tol`` and a positive definite information.
    steps
        Newton steps of the last stage.
    """

    parameters: FloatArray
    value: float
    free: NDArray[np.bool_]
    information: FloatArray
    gain: float
    gradient_norm: float
    converged: bool
    steps: int


def _real_gradient(likelihood: Likelihood, at: FloatArray, step: float = 1e-3) -> FloatArray:
    """Return the gradient by five-point differences of the log-likelihood itself."""
    out = np.empty(at.size)
    for k in range(at.size):
        move = np.zeros(at.size)
        move[k] = step
        far = likelihood(at + 2 * move) - likelihood(at - 2 * move)
        out[k] = (8.0 * (likelihood(at + move) - likelihood(at - move)) - far) / (12.0 * step)
    return out


def _climb(
    likelihood: Likelihood, at: FloatArray, bounds: tuple[float, float], max_iter: int
) -> tuple[FloatArray, NDArray[np.bool_], int]:
    """Climb by damped Newton steps; the shape stays within its bounds, and rests there if pushed.

    Steps are at most 2 in any parameter: all act on logs of rates and shapes.
    """
    has_shape = bool(likelihood.law.shape_name)
    best, free = likelihood(at), np.ones(at.size, dtype=bool)
    for count in range(max_iter):
        gradient = likelihood.scores(at).sum(axis=0)
        if has_shape:
            free[-1] = (at[-1] > bounds[0] or gradient[-1] > 0.0) and (
                at[-1] < bounds[1] or gradient[-1] < 0.0
            )
        curvature = -likelihood.hessian(at)[np.ix_(free, free)]
        values, vectors = np.linalg.eigh(curvature)
        values = np.maximum(np.abs(values), 1e-10 * np.abs(values).max() + 1e-300)
        step = np.zeros(at.size)
        step[free] = vectors @ ((vectors.T @ gradient[free]) / values)
        gain = 0.5 * float(gradient @ step)
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        size, new = 1.0, at
        while size > 1e-8:
            new = at + size * step
            if has_shape:
                new[-1] = min(max(new[-1], bounds[0]), bounds[1])
            value = likelihood(new)
            if value > best or gain < 1e-13 * (1.0 + abs(best)):
                break
            size *= 0.5
        if gain < 1e-13 * (1.0 + abs(best)) or size <= 1e-8:
            return new, free, count
        at, best = new, value
    return at, free, max_iter


def maximise(likelihood: Likelihood, *, tol: float = 1e-8, max_iter: int = 60) -> Maximum:
    """Return the largest likelihood found from every start of the law.

    Columns of the design should be of order 1: steps of the derivatives are.

    Raises
    ------
    InvalidInputError
        If no dispute has ended.
    NonFiniteError
        If the likelihood or its derivatives are not finite where the climb begins or ends.
    """
    law, disputes = likelihood.law, likelihood.disputes
    n_ended = int(disputes.ended.sum())
    if n_ended == 0:
        raise InvalidInputError("no dispute has ended", where=law.name, seen=0, allowed="1 or more")
    begin = np.zeros(likelihood.n_parameters)
    begin[0] = np.log(n_ended / disputes.times.sum())
    found = []
    with np.errstate(all="ignore"):
        for start in law.starts if law.shape_name else (0.0,):
            first = begin.copy()
            if law.shape_name:
                first[-1] = start
            if not (np.isfinite(likelihood(first)) and np.isfinite(likelihood.scores(first)).all()):
                raise NonFiniteError("log-likelihood at the start", where=law.name)
            found.append(_climb(likelihood, first, law.bounds, max_iter))
        at, free, steps = max(found, key=lambda end: likelihood(end[0]))
        value = likelihood(at)
        information = -likelihood.hessian(at)[np.ix_(free, free)]
    if not (np.isfinite(value) and np.isfinite(information).all()):
        raise NonFiniteError("log-likelihood at its maximum", where=law.name)
    slope = _real_gradient(likelihood, at)[free]
    # Standard errors as units: the test is the same in days and in years.
    unit = 1.0 / np.sqrt(np.maximum(np.diag(information), 1e-300))
    correlated = information * np.outer(unit, unit)
    firm = bool(np.linalg.eigvalsh(correlated).min() > 1e-8)
    decrement = np.linalg.lstsq(correlated, slope * unit, rcond=None)[0]
    gain = float(0.5 * (slope * unit) @ decrement)
    return Maximum(
        parameters=at,
        value=value,
        free=free,
        information=information,
        gain=gain,
        gradient_norm=float(np.abs(slope * unit).max()),
        converged=bool(firm and abs(gain) <= tol),
        steps=steps,
    )
