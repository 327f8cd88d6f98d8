"""The largest gain that all players can have at least, over few rates, by sequential programming.

Maximise ``g`` subject to ``gain_p(t) >= g`` for every player and bounds on the rates. With few
rates some players may gain more than the others at the solution: their multiplier is 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from negotiation.policy.problem.tariff_problem import Point, TariffProblem
from negotiation.values import FloatArray

__all__ = ["largest_common_gain"]

_ACTIVE = 1e-5
_STEPS = 200


def largest_common_gain(
    problem: TariffProblem,
    start: FloatArray,
    gains: Callable[[FloatArray], FloatArray],
    slopes: FloatArray,
    max_iter: int,
) -> tuple[Point | None, FloatArray]:
    """Return the point where the search ends and the players' multipliers, which add to 1.

    Parameters
    ----------
    problem
        All rates are one team's.
    start
        Rates.
    gains
        Payoffs to gains in percent.
    slopes
        Derivative of each gain by its payoff.
    max_iter
        Largest number of steps.
    """
    from scipy.optimize import minimize

    low, high = np.log1p(problem.low), np.log1p(problem.high)
    first = np.clip(np.log1p(start), low, high)
    seen: dict[bytes, FloatArray | None] = {}
    sloped: dict[bytes, tuple[FloatArray, FloatArray] | None] = {}
    state: FloatArray | None = None

    def gains_at(logs: FloatArray) -> FloatArray | None:
        """Gains alone: line searches ask for them at many places."""
        nonlocal state
        key = logs.tobytes()
        if key not in seen:
            seen.clear()
            found = problem.payoffs(np.expm1(logs), state)
            seen[key] = None
            if found is not None:
                values, state = found
                seen[key] = gains(values)
        return seen[key]

    def at(logs: FloatArray) -> tuple[FloatArray, FloatArray] | None:
        """All gains and their derivatives."""
        key = logs.tobytes()
        if key not in sloped:
            sloped.clear()
            found = problem.gradients(np.expm1(logs), state)
            sloped[key] = None
            if found is not None:
                sloped[key] = gains(found[0]), slopes[:, None] * found[1]
        return sloped[key]

    def excess(x: FloatArray) -> FloatArray:
        gain = gains_at(x[:-1])
        if gain is None:
            return np.full(len(slopes), -1e3)
        left: FloatArray = gain - x[-1]
        return left

    def excess_slope(x: FloatArray) -> FloatArray:
        here = at(x[:-1])
        own = np.zeros((len(slopes), len(first))) if here is None else here[1]
        return np.column_stack([own, np.full(len(slopes), -1.0)])

    begin = at(first)
    if begin is None:
        return None, slopes
    floor = float(begin[0].min())
    found = minimize(
        lambda x: -x[-1],
        np.append(first, floor),
        jac=lambda _: np.append(np.zeros(len(first)), -1.0),
        method="SLSQP",
        bounds=[(low, high)] * len(first) + [(None, None)],
        constraints={"type": "ineq", "fun": excess, "jac": excess_slope},
        options={"maxiter": min(max_iter, _STEPS), "ftol": 1e-13},
    )
    last = np.clip(found.x[:-1], low, high)
    point, end = problem.evaluate(np.expm1(last), state), at(last)
    if point is None or end is None:
        return None, slopes
    return point, _multipliers(problem, point, *end)


def _multipliers(
    problem: TariffProblem, point: Point, gain: FloatArray, gradients: FloatArray
) -> FloatArray:
    """Weights on gains, zero for those above the least, that come closest to stationarity."""
    from scipy.optimize import nnls

    binding = np.flatnonzero(gain <= gain.min() + _ACTIVE * max(1.0, float(np.abs(gain).max())))
    inside = (point.rates > problem.low + 1e-9) & (point.rates < problem.high - 1e-9)
    scale = np.abs(gradients).max(axis=0, initial=1e-300)
    system = (gradients[binding] / scale).T[inside]
    weights = np.zeros(len(gain))
    solved, _ = nnls(
        np.vstack([system, np.ones(len(binding))]), np.append(np.zeros(len(system)), 1.0)
    )
    weights[binding] = solved
    total = weights.sum()
    return weights / total if total > 0.0 else np.full(len(gain), 1.0 / len(gain))
