"""Compiled kernels of a stage that breaks down at a deadline, types drawn anew in each stage.

Symbols as in `closed_form.py`; T is the deadline, p_j the probability that j
concedes at T given that T is reached, and a coin decides which of two concessions at T counts.
Reaching T, and waiting for it from t while the other side waits too, are worth

    X_i(p_j) = max{L_i(T) + p_j [F_i - L_i(T)]/2,  B_i + p_j (F_i - B_i)},
    C_i(t; p_j) = int_t^T exp(-rho (s - t)) (g_i + beta B_i) ds + exp(-rho (T - t)) X_i(p_j).

Since a concession at T may be answered by the other side's, nobody concedes just before a T at
which the other side may concede: hazards stop at a time t* < T, the sides are quiet until T, and
at T each concedes with the probability that made the other indifferent at t*,

    L_i(t*) = C_i(t*; p_j),

unless a side's normal types are exhausted at t*. Of the pair (t*, atom of one side at the
opening) the first makes one of the two sides' normal types just suffice for p_j, or leaves one
indifferent between conceding at T and not; the second does so for the other side.

The timing, with ties at the end, is that of Hendricks, Weiss and Wilson (1988), The war of
attrition in continuous time with complete information; the types are those of Abreu and Gul
(2000). The case with both is derived here.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from negotiation.compilation import njit
from negotiation.process.tough_types.kernels.regimes import (
    AT_ONCE,
    ATTRITION,
    CONCEDES,
    CONCEDES_FIRST,
    CONCEDES_LAST,
    IMPASSE,
    MIXES,
    NEVER,
    WAITS,
)
from negotiation.values import FloatArray, IntArray

_Four: TypeAlias = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
#: What a stage is given: g, L, F, B, beta, a, z, r and its deadline; and what is found: hazards at
#: the opening, exhaustion times, atoms, time T0 at which concessions stop, values, behaviours, and
#: atoms at the deadline.
Given: TypeAlias = tuple[*_Four, float, FloatArray, FloatArray, FloatArray, float]
Found: TypeAlias = tuple[*_Four, FloatArray, IntArray, FloatArray]
#: T, then by side L, F, B, a, rho, flow, N and z.
Terms: TypeAlias = tuple[float, *_Four, *_Four]

_ROUNDING = 1e-13


@njit(cache=True, nogil=True)
def growth(t: float, N: float, D: float, a: float, rho: float) -> float:
    """Integral from 0 to t of (N - rho a s)/(D + a s) ds: log growth of a reputation."""
    if a == 0.0:
        return N / D * t
    return float(-rho * t + (N + rho * D) / a * np.log1p(a * t / D))


@njit(cache=True, nogil=True)
def posterior(z: float, grown: float) -> float:
    """Reputation of a side whose log has grown, without overflow."""
    return 0.0 if z == 0.0 else float(np.exp(min(np.log(z) + grown, 700.0)))


@njit(cache=True, nogil=True)
def time_to(target: float, N: float, D: float, a: float, rho: float) -> float:
    """First time at which `growth` reaches target; infinite where it never does."""
    if target <= 0.0:
        return 0.0
    if a == 0.0:
        return target / (N / D)
    top = np.inf if rho == 0.0 else N / (rho * a)
    high = min(target / (N / D) + 1e-300, top)
    while growth(high, N, D, a, rho) < target:
        if high >= top:
            return np.inf
        high = min(2.0 * high, top)
    low = 0.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if growth(middle, N, D, a, rho) < target:
            low = middle
        else:
            high = middle
    return high


@njit(cache=True, nogil=True)
def quiet_flow(span: float, rho: float, flow: float) -> float:
    """Flow, breakdowns included, of a span without concessions."""
    return flow * span if rho == 0.0 else float(-flow * np.expm1(-rho * span) / rho)


@njit(cache=True, nogil=True)
def left_tough(t: float, j: int, terms: Terms) -> float:
    """Reputation of side j at t, if it has conceded with its hazard until then."""
    _, L, F, _, a, rho, _, N, z = terms
    i = 1 - j
    return float(posterior(z[j], growth(t, N[i], F[i] - L[i], a[i], rho[i])))


@njit(cache=True, nogil=True)
def waiting_gain(t: float, p: float, i: int, terms: Terms) -> float:
    """C(t; p) - L(t) of side i: by how much waiting for the deadline beats conceding at t."""
    T, L, F, B, a, rho, flow, _, _ = terms
    late = L[i] - a[i] * T
    reached = max(late + 0.5 * p * (F[i] - late), B[i] + p * (F[i] - B[i]))
    span = T - t
    waited = quiet_flow(span, rho[i], flow[i]) + np.exp(-rho[i] * span) * reached
    return float(waited - (L[i] - a[i] * t))


@njit(cache=True, nogil=True)
def chance_needed(t: float, i: int, terms: Terms) -> float:
    """Smallest p with C(t; p) >= L(t) of side i; infinite where no p has it."""
    T, L, F, B, a, rho, flow, _, _ = terms
    late = L[i] - a[i] * T
    span = T - t
    asked = (L[i] - a[i] * t - quiet_flow(span, rho[i], flow[i])) * np.exp(rho[i] * span)
    if asked <= max(late, B[i]):
        return 0.0
    p = np.inf
    if late < F[i]:
        p = 2.0 * (asked - late) / (F[i] - late)
    if F[i] > B[i]:
        p = min(p, (asked - B[i]) / (F[i] - B[i]))
    return p


@njit(cache=True, nogil=True)
def stops_at(i: int, terms: Terms) -> float:
    """Time from which waiting for the deadline is better even if the other side never concedes."""
    T, L, _, B, a, rho, _, N, _ = terms
    if waiting_gain(0.0, 0.0, i, terms) >= 0.0:
        return 0.0
    if L[i] - a[i] * T >= B[i] and rho[i] * a[i] * T < N[i]:
        return float(T)
    low, high = 0.0, T
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if waiting_gain(middle, 0.0, i, terms) < 0.0:
            low = middle
        else:
            high = middle
    return float(high)


@njit(cache=True, nogil=True)
def slack(t: float, terms: Terms, enough: FloatArray, out: FloatArray) -> None:
    """By how much j's normal types at t, and i's patience at T, exceed what i needs; see module."""
    for j in range(2):
        i = 1 - j
        out[j] = min(1.0 - left_tough(t, j, terms), enough[i]) - chance_needed(t, i, terms)


@njit(cache=True, nogil=True)
def wait_from_the_opening(
    terms: Terms,
    enough: FloatArray,
    mu: FloatArray,
    behaviour: IntArray,
    last: FloatArray,
) -> int:
    """Equilibrium in which nobody concedes between the opening and the deadline.

    ``enough [i]`` is the p_j above which i no longer concedes at the deadline, zero where it
    never does. Writes atoms at the opening and at the deadline; returns the kind.
    """
    L, F, z = terms[1], terms[2], terms[8]
    full = np.empty(2)
    for j in range(2):
        full[j] = 1.0 - z[j] if enough[j] > 0.0 else 0.0
    gives = full[1] <= enough[0], full[0] <= enough[1]
    if enough[0] > 0.0 and enough[1] > 0.0 and not (gives[0] and gives[1]):
        if not gives[0] and not gives[1]:
            last[0], last[1] = enough[1], enough[0]
        else:
            i = 0 if gives[0] else 1
            last[i], last[1 - i] = full[i], 0.0
    else:
        last[0], last[1] = full[0], full[1]
    gain, needed = np.empty(2), np.empty(2)
    for i in range(2):
        gain[i] = waiting_gain(0.0, last[1 - i], i, terms)
        needed[i] = chance_needed(0.0, i, terms)
        if gain[i] >= -_ROUNDING * (abs(L[i]) + abs(F[i])):
            gain[i] = 0.0
    # A side that would wait for a breakdown, but not to be conceded to there, comes second.
    i = 0 if (needed[0] > 0.0 and gain[0] < 0.0) or gain[1] == 0.0 else 1
    j = 1 - i
    if gain[i] < 0.0:
        if needed[i] > full[j] or needed[i] == 0.0:
            mu[i] = 1.0 - z[i]
            last[i], last[j] = 0.0, full[j]
            behaviour[i] = CONCEDES
            behaviour[j] = CONCEDES_LAST if full[j] > 0.0 else NEVER
            return AT_ONCE
        if gives[i] and enough[i] > 0.0:
            # So few of i's normal types stay that j gives in at the deadline with some chance.
            mu[i] = 1.0 - z[i] / (1.0 - enough[j])
            last[i], last[j] = enough[j], needed[i]
        else:
            last[i], last[j] = 0.0, full[j]
    for i in range(2):
        if mu[i] == 0.0:
            behaviour[i] = CONCEDES_LAST if last[i] > 0.0 else NEVER
    return WAITS if last[0] > 0.0 or last[1] > 0.0 else IMPASSE


@njit(cache=True, nogil=True)
def stop_before_the_deadline(
    terms: Terms,
    stop: FloatArray,
    exhausted: FloatArray,
    enough: FloatArray,
    mu: FloatArray,
    last: FloatArray,
) -> float:
    """Time at which hazards stop; writes the atoms at the opening and at the deadline.

    Returns -1 where both sides would rather wait from the opening on.
    """
    end = float(min(exhausted[0], exhausted[1]))
    if end <= min(stop[0], stop[1]):
        j = 0 if exhausted[0] > exhausted[1] else 1
        mu[j] = max(0.0, 1.0 - left_tough(end, j, terms))
        return end
    j = 0 if stop[0] <= stop[1] else 1
    i = 1 - j
    end = float(stop[j])
    grown = np.empty(2)
    for k in range(2):
        grown[k] = left_tough(end, k, terms)
    needed = chance_needed(end, i, terms)
    most = 1.0 - grown[j] if enough[j] > 0.0 else 0.0
    if enough[0] == enough[1] == 0.0 and stop[i] - end <= _ROUNDING * terms[0]:
        # Both are indifferent when they stop, and neither gives in at the deadline.
        return end
    if needed >= most:
        # i never waits for j's last concession: its normal types are gone when j stops.
        mu[i] = max(0.0, 1.0 - grown[i])
        last[j] = most
        return end
    if needed >= enough[i]:
        mu[j] = max(0.0, 1.0 - grown[j] / (1.0 - needed))
        last[j] = needed
        return end
    room = np.empty(2)
    slack(0.0, terms, enough, room)
    if room[0] >= 0.0 and room[1] >= 0.0:
        return -1.0
    low, high = 0.0, end
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        slack(middle, terms, enough, room)
        if room[0] >= 0.0 and room[1] >= 0.0:
            high = middle
        else:
            low = middle
    end = high
    slack(end, terms, enough, room)
    j = 0 if room[0] <= room[1] else 1
    i = 1 - j
    last[i] = chance_needed(end, j, terms)
    for k in range(2):
        grown[k] = left_tough(end, k, terms)
    if 1.0 - grown[j] <= enough[i]:
        last[j] = 1.0 - grown[j]
        mu[i] = max(0.0, 1.0 - grown[i] / (1.0 - last[i]))
    elif abs(room[0] - room[1]) <= _ROUNDING and 1.0 - grown[i] > enough[j]:
        # Both are indifferent between conceding at the deadline and not: nobody need be exhausted.
        last[j] = enough[i]
    else:
        last[j] = enough[i]
        mu[j] = max(0.0, 1.0 - grown[j] / (1.0 - last[j]))
    return end


@njit(cache=True, nogil=True)
def give_in_before(i: int, terms: Terms, found: Found) -> int:
    """Side i, to which being conceded to is worth less than conceding, does so at the opening.

    The other side gives in to a tough i after that; a coin decides where both want to be first.
    """
    L, F, z = terms[1], terms[2], terms[8]
    _, _, mu, _, V, behaviour, last = found
    j = 1 - i
    last[0], last[1] = 0.0, 0.0
    behaviour[j] = CONCEDES
    if F[j] <= L[j]:
        behaviour[i] = CONCEDES
        for k in range(2):
            o = 1 - k
            mu[k] = (1.0 - z[k]) * 0.5 * (1.0 + z[o])
            V[k] = 0.5 * (1.0 + z[o]) * L[k] + 0.5 * (1.0 - z[o]) * F[k]
        return AT_ONCE
    behaviour[i] = CONCEDES_FIRST
    mu[i], mu[j] = 1.0 - z[i], z[i] * (1.0 - z[j])
    V[i], V[j] = L[i], (1.0 - z[i]) * F[j] + z[i] * L[j]
    return AT_ONCE


@njit(cache=True, nogil=True)
def deadline_stage(given: Given, found: Found) -> int:
    """Equilibrium of one stage with a deadline, into what is ``found``; returns its kind."""
    g, L, F, B, beta, a, z, r, T = given
    lam, exhausted, mu, end, V, behaviour, last = found
    N, rho, flow = np.empty(2), np.empty(2), np.empty(2)
    terms = T, L, F, B, a, rho, flow, N, z
    stop, enough = np.empty(2), np.zeros(2)
    for i in range(2):
        rho[i], flow[i] = r[i] + beta, g[i] + beta * B[i]
        N[i] = rho[i] * L[i] - flow[i] + a[i]
        stop[i] = stops_at(i, terms)
        late = L[i] - a[i] * T
        if late > B[i]:
            enough[i] = 1.0 if late >= F[i] else (late - B[i]) / (0.5 * (late + F[i]) - B[i])
        lam[i], exhausted[i], mu[i], last[i], behaviour[i] = 0.0, np.inf, 0.0, 0.0, MIXES
    end[0] = -1.0
    if stop[0] > 0.0 and stop[1] > 0.0:
        for i in range(2):
            if F[i] <= L[i]:
                end[0] = 0.0
                return int(give_in_before(i, terms, found))
        for j in range(2):
            i = 1 - j
            if z[j] > 0.0:
                exhausted[j] = time_to(-np.log(z[j]), N[i], F[i] - L[i], a[i], rho[i])
        end[0] = stop_before_the_deadline(terms, stop, exhausted, enough, mu, last)
    if end[0] >= 0.0:
        for j in range(2):
            i = 1 - j
            lam[j] = N[i] / (F[i] - L[i])
            V[i] = mu[j] * F[i] + (1.0 - mu[j]) * L[i]
            if mu[j] >= 1.0:
                behaviour[j] = CONCEDES
        return ATTRITION
    end[0] = 0.0
    kind = int(wait_from_the_opening(terms, enough, mu, behaviour, last))
    for i in range(2):
        j = 1 - i
        gain = waiting_gain(0.0, last[j], i, terms)
        V[i] = mu[j] * F[i] + (1.0 - mu[j]) * (L[i] + max(gain, 0.0))
    if F[0] < L[0] and F[1] < L[1] and (last[0] > 0.0 or last[1] > 0.0):
        # Each would give in before a deadline at which the other does. If that is so from the
        # opening on, also beside the chance of waiting alone for the deadline, both do it there.
        both = True
        for i in range(2):
            j = 1 - i
            alone = max(waiting_gain(0.0, 0.0, i, terms), 0.0)
            both = both and 0.5 * (1.0 - z[j]) * (L[i] - F[i]) >= z[j] * alone
        if both:
            return int(give_in_before(0, terms, found))
    for i in range(2):
        j = 1 - i
        # Being conceded to may be so bad that a side that would wait gives in before.
        if mu[j] > 0.0 and stop[j] > 0.0 and F[i] < L[i]:
            coin = F[j] <= L[j]
            first = L[i] + 0.5 * (1.0 - z[j]) * (F[i] - L[i]) if coin else L[i]
            if V[i] < first:
                return int(give_in_before(i, terms, found))
    return kind
