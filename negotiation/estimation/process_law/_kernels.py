"""Compiled kernels of the process's law: values of the node of a dispute, its likelihood.

Symbols: k cell (a row of payoffs at a quadrature node), i the side whose value it is and j the
other (0 sender, 1 target), s scale of the shocks, theta inverse scale relative to the law's (1 at
the law itself), phi = log theta, eta rate of windows, w weight of conceding at a window, gamma rate
of endings nobody chooses, leak = r / (r + 1/D) what lapsing terms leave of a value. With own_i what
conceding is worth before the shock and other_i what the rival's concession is worth, both beside
what lapses back,

    x_i = theta (own_i - leak V_i) / s,   p_i = w exp(x_i) / (1 - w + w exp(x_i)),  h_i = eta p_i
    G_i = g_i - (r + gamma) V_i + (eta s / theta) log(1 - w + w exp(x_i)) + h_j (other_i - leak V_i)

An equilibrium has G = 0; before a deadline dV/dt = -G. Times are in years.
"""

from __future__ import annotations

import numpy as np

from negotiation.compilation import njit
from negotiation.values import FloatArray, IntArray

#: How far, in scales of the shocks, the first Newton step may move a value along the branch.
LARGEST_CORRECTION = 0.3
#: Above it, exponentials of cumulative hazards are not told apart.
_LARGEST_EXPONENT = 600.0


@njit(cache=True, nogil=True)
def conditions(
    theta: float,
    first: float,
    second: float,
    g: FloatArray,
    own: FloatArray,
    other: FloatArray,
    fixed: FloatArray,
    out: FloatArray,
) -> None:
    """Write G (0, 1), its derivatives (2 to 5, by rows), those by phi (6, 7) and hazards (8, 9).

    ``fixed`` is s, eta, w, r, leak, gamma.
    """
    s, eta, w, r, leak, gamma = fixed[0], fixed[1], fixed[2], fixed[3], fixed[4], fixed[5]
    scale = theta / s
    for i in range(2):
        V = first if i == 0 else second
        x = (own[i] - leak * V) * scale
        if x > 30.0:
            log_shared = x + np.log(w + (1.0 - w) * np.exp(-x))
            p = w / (w + (1.0 - w) * np.exp(-x))
        else:
            above = w * np.expm1(x)
            log_shared = np.log1p(above)
            p = w * np.exp(x) / (1.0 + above)
        out[8 + i] = eta * p
        out[i] = g[i] - (r + gamma) * V + eta / scale * log_shared
        out[2 + 3 * i] = -r - gamma - leak * eta * p
        out[6 + i] = eta / scale * (p * x - log_shared)
        out[10 + i] = x * (1.0 - p)
        out[12 + i] = -leak * scale * eta * p * (1.0 - p)
    for i in range(2):
        j = 1 - i
        V = first if i == 0 else second
        gap = other[i] - leak * V
        out[i] += out[8 + j] * gap
        out[2 + 3 * i] -= leak * out[8 + j]
        out[3 + i] = out[12 + j] * gap
        out[6 + i] += out[8 + j] * out[10 + j] * gap


@njit(cache=True, nogil=True)
def node_values(
    g: FloatArray, own: FloatArray, other: FloatArray, fixed: FloatArray, V: FloatArray
) -> IntArray:
    """Stationary values ``V`` [cell, side] on the branch that comes from boundless shocks.

    Returns one for each cell whose branch was followed without a turn, zero for the others.
    """
    cells = len(g)
    followed = np.zeros(cells, dtype=np.int64)
    out = np.empty(14)
    s, eta, w, r, leak, gamma = fixed[0], fixed[1], fixed[2], fixed[3], fixed[4], fixed[5]
    lam = eta * w
    for k in range(cells):
        # Boundless shocks: both act at the base rate and values solve linear equations.
        rate = r + gamma + 2.0 * lam * leak
        a = (g[k, 0] + lam * (own[k, 0] + other[k, 0])) / rate
        b = (g[k, 1] + lam * (own[k, 1] + other[k, 1])) / rate
        spread = 0.0
        for i in range(2):
            value = a if i == 0 else b
            spread = max(spread, abs(own[k, i] - leak * value) / s)
            spread = max(spread, abs(other[k, i] - leak * value) / s)
        if not np.isfinite(spread):
            continue
        phi = min(0.0, np.log(0.5 / max(spread, 0.5)))
        base_a, base_b, base = a, b, phi
        slope_a, slope_b = 0.0, 0.0
        length = 0.0
        opened = False
        for _ in range(200):
            a = base_a + (phi - base) * slope_a
            b = base_b + (phi - base) * slope_b
            theta = np.exp(phi)
            good = False
            before = np.inf
            for turn in range(30):
                conditions(theta, a, b, g[k], own[k], other[k], fixed, out)
                det = out[2] * out[5] - out[3] * out[4]
                if not det > 0.0:
                    break
                step_a = -(out[5] * out[0] - out[3] * out[1]) / det
                step_b = -(out[2] * out[1] - out[4] * out[0]) / det
                size = max(abs(step_a), abs(step_b)) * theta / s
                if not (size <= LARGEST_CORRECTION or (not opened and turn < 20)):
                    break
                a += step_a
                b += step_b
                reach = max(abs(a), abs(b)) * theta / s
                if size <= 1e-14 * reach + 1e-300 or (size < 1e-8 and size > 0.2 * before):
                    good = True
                    break
                before = size
            if good:
                if phi == 0.0:
                    V[k, 0], V[k, 1] = a, b
                    followed[k] = 1
                    break
                conditions(theta, a, b, g[k], own[k], other[k], fixed, out)
                det = out[2] * out[5] - out[3] * out[4]
                slope_a = -(out[5] * out[6] - out[3] * out[7]) / det
                slope_b = -(out[2] * out[7] - out[4] * out[6]) / det
                base_a, base_b, base = a, b, phi
                length = 0.7 if not opened else min(1.8 * length, 1.5)
                opened = True
            else:
                if not opened or length < 1e-3:
                    break
                length *= 0.4
            phi = min(base + length, 0.0)
    return followed


@njit(cache=True, nogil=True)
def before_deadline(
    g: FloatArray,
    own: FloatArray,
    other: FloatArray,
    fixed: FloatArray,
    V: FloatArray,
    after: FloatArray,
    loss: float,
    days: FloatArray,
    run: FloatArray,
) -> None:
    """Hazards on the way to a deadline at which both sides lose ``loss`` and play goes on.

    ``after`` are the stationary values; ``V`` [cell, side] is overwritten. Classical Runge-Kutta
    steps on the grid ``days`` (years before the deadline, ascending from 0). Writes ``run``
    [cell, date, 6]: cumulative hazard to the deadline H, integrals of h_0 exp(H), h_1 exp(H) and
    gamma exp(H), and the hazards h_0 and h_1.
    """
    out = np.empty(14)
    moved = np.empty(2)
    own_then, other_then = np.empty(2), np.empty(2)
    plain = fixed.copy()
    leak, gamma = fixed[4], fixed[5]
    plain[4] = 1.0
    slopes = np.empty((4, 2))
    for k in range(len(g)):
        # Terms that lapse return play to the node after the deadline.
        for i in range(2):
            own_then[i] = own[k, i] + (1.0 - leak) * after[k, i]
            other_then[i] = other[k, i] + (1.0 - leak) * after[k, i]
            V[k, i] = after[k, i] - loss
        conditions(1.0, V[k, 0], V[k, 1], g[k], own_then, other_then, plain, out)
        for c in range(4):
            run[k, 0, c] = 0.0
        run[k, 0, 4], run[k, 0, 5] = out[8], out[9]
        for d in range(1, len(days)):
            step = days[d] - days[d - 1]
            # The slope where the step begins is that where the last one ended.
            slopes[0, 0], slopes[0, 1] = out[0], out[1]
            for q in range(1, 4):
                share = step if q == 3 else 0.5 * step
                for i in range(2):
                    moved[i] = V[k, i] + share * slopes[q - 1, i]
                conditions(1.0, moved[0], moved[1], g[k], own_then, other_then, plain, out)
                slopes[q, 0], slopes[q, 1] = out[0], out[1]
            for i in range(2):
                V[k, i] += (
                    step
                    / 6.0
                    * (slopes[0, i] + 2.0 * slopes[1, i] + 2.0 * slopes[2, i] + slopes[3, i])
                )
            conditions(1.0, V[k, 0], V[k, 1], g[k], own_then, other_then, plain, out)
            run[k, d, 4], run[k, d, 5] = out[8], out[9]
            # Hazards as the mean of both ends; exact integrals of exp(H) in between.
            h0 = 0.5 * (run[k, d - 1, 4] + out[8])
            h1 = 0.5 * (run[k, d - 1, 5] + out[9])
            rise = (h0 + h1 + gamma) * step
            low = run[k, d - 1, 0]
            run[k, d, 0] = low + rise
            weight = np.exp(min(low, _LARGEST_EXPONENT)) * (
                step if rise < 1e-12 else step * np.expm1(rise) / rise
            )
            run[k, d, 1] = run[k, d - 1, 1] + h0 * weight
            run[k, d, 2] = run[k, d - 1, 2] + h1 * weight
            run[k, d, 3] = run[k, d - 1, 3] + gamma * weight


@njit(cache=True, nogil=True)
def _at(ahead: float, days: FloatArray, run: FloatArray, gamma: float, out: FloatArray) -> None:
    """Write H and the three integrals at ``ahead`` years before the deadline."""
    last = len(days) - 1
    if ahead >= days[last]:
        h0, h1 = run[last, 4], run[last, 5]
        d, step = last, ahead - days[last]
    else:
        d = int(np.searchsorted(days, ahead, side="right")) - 1
        h0 = 0.5 * (run[d, 4] + run[d + 1, 4])
        h1 = 0.5 * (run[d, 5] + run[d + 1, 5])
        step = ahead - days[d]
    rise = (h0 + h1 + gamma) * step
    low = run[d, 0]
    out[0] = low + rise
    weight = np.exp(min(low, _LARGEST_EXPONENT)) * (
        step if rise < 1e-12 else step * np.expm1(min(rise, _LARGEST_EXPONENT)) / rise
    )
    out[1] = run[d, 1] + h0 * weight
    out[2] = run[d, 2] + h1 * weight
    out[3] = run[d, 3] + gamma * weight


@njit(cache=True, nogil=True)
def _survival(
    day: float,
    due: float,
    h0: float,
    h1: float,
    gamma: float,
    days: FloatArray,
    run: FloatArray,
    out: FloatArray,
) -> float:
    """Log of the chance that a cell's dispute is open at ``day``; ``due`` is NaN without a date."""
    total = h0 + h1 + gamma
    if not due > 0.0:
        return -total * day
    _at(due, days, run, gamma, out)
    opened = out[0]
    if day >= due:
        return float(-opened - total * (day - due))
    _at(due - day, days, run, gamma, out)
    return float(out[0] - opened)


@njit(cache=True, nogil=True)
def _of_kind(kind: int, first: float, second: float, nobody: float) -> float:
    """Share of one way of ending; see `_ending`."""
    if kind == 0:
        return first
    if kind == 1:
        return second
    if kind == 2:
        return first + second
    return nobody if kind == 3 else first + second + nobody


@njit(cache=True, nogil=True)
def _ending(
    low: float,
    high: float,
    due: float,
    kind: int,
    h0: float,
    h1: float,
    gamma: float,
    days: FloatArray,
    run: FloatArray,
    out: FloatArray,
) -> float:
    """Chance that a cell's dispute ends in ``(low, high]`` in a way, or its density.

    Kinds: 0 the sender concedes, 1 the target, 2 one of them, 3 nobody, 4 any of these.
    """
    total = h0 + h1 + gamma
    rate = _of_kind(kind, h0, h1, gamma)
    dated = due > 0.0
    if low == high:
        if dated and low < due:
            d = int(np.searchsorted(days, due - low, side="right")) - 1
            e = min(d + 1, len(days) - 1)
            rate = _of_kind(
                kind, 0.5 * (run[d, 4] + run[e, 4]), 0.5 * (run[d, 5] + run[e, 5]), gamma
            )
        return float(rate * np.exp(_survival(low, due, h0, h1, gamma, days, run, out)))
    chance = 0.0
    begin = 0.0
    opened = 0.0
    if dated:
        begin = due
        _at(due, days, run, gamma, out)
        opened = out[0]
        if low < due:
            _at(due - low, days, run, gamma, out)
            before = _of_kind(kind, out[1], out[2], out[3])
            _at(max(due - high, 0.0), days, run, gamma, out)
            chance += np.exp(-opened) * (before - _of_kind(kind, out[1], out[2], out[3]))
    if high > begin and total > 0.0:
        start = max(low - begin, 0.0)
        span = high - begin - start
        chance -= np.exp(-opened - total * start) * rate / total * np.expm1(-total * span)
    return chance


@njit(cache=True, nogil=True)
def chances(
    low: FloatArray,
    high: FloatArray,
    due: FloatArray,
    kind: IntArray,
    row: IntArray,
    h: FloatArray,
    gamma: float,
    days: FloatArray,
    run: FloatArray,
) -> FloatArray:
    """Chance of what each dispute did at each quadrature node, or its density [dispute, node].

    ``kind`` -1: open at ``low``. ``h`` [row, node, side]; ``run`` [row, node, date, 6].
    """
    found = np.empty((len(low), h.shape[1]))
    out = np.empty(4)
    for n in range(len(low)):
        q = row[n]
        for k in range(h.shape[1]):
            if kind[n] < 0:
                found[n, k] = np.exp(
                    _survival(low[n], due[n], h[q, k, 0], h[q, k, 1], gamma, days, run[q, k], out)
                )
            else:
                found[n, k] = _ending(
                    low[n], high[n], due[n], kind[n], h[q, k, 0], h[q, k, 1], gamma, days,
                    run[q, k], out,
                )  # fmt: skip
    return found


@njit(cache=True, nogil=True)
def survivals(
    times: FloatArray,
    due: FloatArray,
    row: IntArray,
    h: FloatArray,
    gamma: float,
    days: FloatArray,
    run: FloatArray,
    weights: FloatArray,
) -> FloatArray:
    """Chance that each dispute is open at ``times`` [dispute, time]; ``weights`` by its nodes."""
    found = np.zeros(times.shape)
    out = np.empty(4)
    for n in range(len(times)):
        q = row[n]
        for t in range(times.shape[1]):
            for k in range(weights.shape[1]):
                found[n, t] += weights[n, k] * np.exp(
                    _survival(
                        times[n, t], due[n], h[q, k, 0], h[q, k, 1], gamma, days, run[q, k], out
                    )
                )
    return found
