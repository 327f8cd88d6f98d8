"""Probabilities and dates of a process whose stages are solved in closed form.

While a stage of the war-of-attrition kind lasts, side c concedes at rate lam_c and the stage
breaks down at rate beta, until T0; with s = lam_U + lam_C, q = (1 - mu_U)(1 - mu_C), the
transform of the date at which c concedes is

    E[exp(-x t); c concedes] = mu_c + q lam_c [1 - exp(-(s + beta + x) T0)] / (s + beta + x).

The date of the deal has the product of these along each history as its transform. Each factor is
a rational function plus a delayed one; the delays are expanded, and each rational transform is
inverted by quadrature along a Talbot contour (Trefethen, Weideman and Schmelzer 2006, Talbot
quadratures and rational approximations).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TypeAlias

import numpy as np

from negotiation.process.tough_types.closed_form import Branches, ProcessArrays
from negotiation.process.tough_types.kernels.regimes import ATTRITION, PASSED
from negotiation.values import FloatArray

__all__ = [
    "StageOutcomes",
    "constant_hazard_deal_by",
    "log_growth",
    "stage_outcomes",
    "stage_transform",
]

_Factor: TypeAlias = tuple[float, float, float, float]

_QUADRATURE = 96
_TALBOT = 32


@dataclass(frozen=True, eq=False)
class StageOutcomes:
    """How each stage ends, arrays ``[stage, history, conceder]``.

    Attributes
    ----------
    at_opening
        Probability that a side concedes when the stage opens.
    concedes
        Probability that a side concedes at some time.
    time
        Mean of the time of the concession times its indicator.
    impasse
        ``[stage, history]``: probability that nobody has conceded when concessions stop, which is
        at the deadline where a side may concede there.
    """

    at_opening: FloatArray
    concedes: FloatArray
    time: FloatArray
    impasse: FloatArray


def log_growth(t: FloatArray, N: float, D: float, a: float, rho: float) -> FloatArray:
    """Integral from 0 to t of (N - rho a s)/(D + a s) ds."""
    if a == 0.0:
        return N / D * t
    return -rho * t + (N + rho * D) / a * np.log1p(a * t / D)


@lru_cache(maxsize=1)
def _quadrature() -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of Gauss and Legendre on [-1, 1]."""
    return np.polynomial.legendre.leggauss(_QUADRATURE)


def stage_outcomes(arrays: ProcessArrays, branches: Branches) -> StageOutcomes:
    """Integrate the concessions of each stage over time."""
    shape = branches.atoms.shape
    concedes, time = np.zeros(shape), np.zeros(shape)
    impasse = np.zeros(shape[:2])
    for k in range(shape[0]):
        for h in range(arrays.histories(k)):
            if branches.kinds[k, h] == PASSED:
                concedes[k, h] = branches.atoms[k, h]
                continue
            concedes[k, h], time[k, h], impasse[k, h] = stage_transform(arrays, branches, k, h)
    return StageOutcomes(at_opening=branches.atoms, concedes=concedes, time=time, impasse=impasse)


def stage_transform(
    arrays: ProcessArrays, branches: Branches, k: int, h: int, x: float = 0.0
) -> tuple[FloatArray, FloatArray, float]:
    """Integrate the concessions of one stage over time.

    Returns ``E[exp(-x t); c concedes]`` and ``E[t exp(-x t); c concedes]``, ``[conceder]``, and the
    probability that nobody has conceded when concessions stop, for x = 0.
    """
    beta = arrays.breakdown_hazard[k] + x
    atoms, lam, T0 = branches.atoms[k, h], branches.hazards[k, h], branches.horizons[k, h]
    concedes, time = atoms.copy(), np.zeros(2)
    q = 1.0 - atoms.sum()
    alive = q
    if branches.kinds[k, h] == ATTRITION and T0 > 0.0:
        if not arrays.audience_growth[k].any():
            rate = lam.sum() + beta
            gone = -np.expm1(-rate * T0)
            concedes += q * lam / rate * gone
            tail = T0 * np.exp(-rate * T0) if np.isfinite(T0) else 0.0
            time = q * lam * (gone / rate**2 - tail / rate)
            alive = q * np.exp(-rate * T0)
        else:
            if not np.isfinite(T0):
                T0 = 60.0 / max(lam.sum() + beta, 1e-12)
            nodes, weights = _quadrature()
            t = 0.5 * T0 * (nodes + 1.0)
            hazard, grown, full = _growing_cost(arrays, branches, k, h, t, T0)
            density = q * hazard * np.exp(-grown.sum(axis=0) - beta * t)
            concedes += density @ weights * (0.5 * T0)
            time = (density * t) @ weights * (0.5 * T0)
            alive = q * np.exp(-full.sum() - beta * T0)
    last = branches.deadline_atoms[k, h]
    if last.any():
        alive *= np.exp(-beta * (arrays.deadlines[k] - T0))
        first = last * (1.0 - 0.5 * last[::-1]) * alive
        concedes += first
        time += first * arrays.deadlines[k]
        alive *= (1.0 - last).prod()
    return concedes, time, float(alive)


def _growing_cost(
    arrays: ProcessArrays, branches: Branches, k: int, h: int, t: FloatArray, T0: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Hazards and log reputations ``[side, t]`` where the cost of conceding grows."""
    hazard, grown, full = np.empty((2, len(t))), np.empty((2, len(t))), np.empty(2)
    for j in range(2):
        i = 1 - j
        r, a = arrays.discount_rates[i], arrays.audience_growth[k, i]
        beta = arrays.breakdown_hazard[k]
        L, F = branches.concede_values[k, h, i], branches.win_values[k, h, i]
        N = branches.hazards[k, h, j] * (F - L)
        hazard[j] = (N - (r + beta) * a * t) / (F - L + a * t)
        grown[j] = log_growth(t, N, F - L, a, r + beta)
        full[j] = log_growth(np.array(T0), N, F - L, a, r + beta)
    return hazard, grown, full


def constant_hazard_deal_by(
    arrays: ProcessArrays, branches: Branches, times: FloatArray, *, count: int | None = None
) -> FloatArray:
    """Probability that the first ``count`` stages (all by default) are over by each time.

    For constant hazards, without a return after a breakdown.
    """
    count = len(arrays.breakdown_hazard) if count is None else count
    out = np.zeros(len(times))
    factors: list[_Factor] = []

    def follow(k: int, h: int) -> None:
        if k == count:
            out[:] += _invert(factors, times)
            return
        if branches.kinds[k, h] == PASSED:
            follow(k + 1, arrays.child(k, h, 0))
            return
        together = k == count - 1 or arrays.child(k, h, 0) == arrays.child(k, h, 1)
        for conceders in [[0, 1]] if together else [[0], [1]]:
            factors.append(_factor(arrays, branches, k, h, conceders))
            follow(k + 1, arrays.child(k, h, conceders[0]))
            factors.pop()

    follow(0, 0)
    return out


def _factor(
    arrays: ProcessArrays, branches: Branches, k: int, h: int, conceders: list[int]
) -> _Factor:
    """Return (atom, weight, rate, T0) of a stage that one of the conceders ends."""
    atoms = branches.atoms[k, h]
    lam = branches.hazards[k, h] if branches.kinds[k, h] == ATTRITION else np.zeros(2)
    weight = (1.0 - atoms.sum()) * lam[conceders].sum()
    rate = lam.sum() + arrays.breakdown_hazard[k]
    T0 = float(branches.horizons[k, h])
    return float(atoms[conceders].sum()), float(weight), float(rate), T0


def _invert(factors: list[_Factor], times: FloatArray) -> FloatArray:
    """Distribution function whose transform is the product of the factors over x."""
    theta = np.pi * np.arange(1, _TALBOT, 2) / _TALBOT
    cotangent = 1.0 / np.tan(0.6407 * theta)
    z = _TALBOT * (0.5017 * theta * cotangent - 0.6122 + 0.2645j * theta)
    dz = _TALBOT * (
        0.5017 * cotangent - 0.5017 * 0.6407 * theta / np.sin(0.6407 * theta) ** 2 + 0.2645j
    )
    out = np.zeros(len(times))
    delayed = [
        n
        for n, (_, weight, rate, T0) in enumerate(factors)
        if weight > 0.0 and np.isfinite(T0) and rate * T0 < 80.0
    ]
    for choice in product((False, True), repeat=len(delayed)):
        late = {n for n, chosen in zip(delayed, choice, strict=True) if chosen}
        shift = sum(factors[n][3] for n in late)
        after = times - shift
        alive = after > 0.0
        at_zero = after == 0.0
        plain = 0.0 if late else float(np.prod([atom for atom, *_ in factors]))
        out[at_zero] += plain
        if not alive.any():
            continue
        x = z[:, None] / after[alive]
        value = np.ones_like(x)
        for n, (atom, weight, rate, T0) in enumerate(factors):
            if n in late:
                value *= -weight * np.exp(-rate * T0) / (rate + x)
            elif weight > 0.0:
                value *= atom + weight / (rate + x)
            else:
                value *= atom
        # sum over the upper half of the contour; the integrand is F(x)/x at x = z/t
        summand = np.exp(z)[:, None] * value / z[:, None] * dz[:, None]
        out[alive] += 2.0 / _TALBOT * summand.sum(axis=0).imag
    return out
