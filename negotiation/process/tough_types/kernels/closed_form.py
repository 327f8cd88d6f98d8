"""Compiled kernels of the process whose types are drawn anew in each stage.

Symbols: k stage, h history (an integer, see `Stage`), i and j the two sides (N_i etc. are of side
i), z prior of the tough type, g flow, L and F the values of conceding and of being conceded to
(lump sum plus the value of the next stage), B value of a breakdown, beta its hazard, r discount
rate, a growth of the cost of conceding, lam hazard of concession, mu atom of concession at the
opening.

    lam_j = N_i / (F_i - L_i),   N_i = r_i L_i - g_i + beta (L_i - B_i) + a_i
    V_i = mu_j F_i + (1 - mu_j) L_i
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiation.compilation import njit
from negotiation.process.tough_types.kernels.deadlines import (
    Found,
    Given,
    deadline_stage,
    growth,
    posterior,
    time_to,
)
from negotiation.process.tough_types.kernels.regimes import (
    AT_ONCE,
    ATTRITION,
    CONCEDES,
    CONCEDES_FIRST,
    IMPASSE,
    MIXES,
    NEVER,
    PASSED,
)


@njit(cache=True, nogil=True)
def closed_form_stage(given: Given, found: Found) -> int:
    """Equilibrium of one stage whose continuation values do not move with beliefs.

    Writes what is ``found`` and returns the kind of the stage.
    """
    g, L, F, B, beta, a, z, r, deadline = given
    lam, T, mu, end, V, behaviour, last = found
    if np.isfinite(deadline):
        return int(deadline_stage(given, found))
    N = np.empty(2)
    D = np.empty(2)
    W = np.empty(2)
    rho = np.empty(2)
    for i in range(2):
        rho[i] = r[i] + beta
        N[i] = r[i] * L[i] - g[i] + beta * (L[i] - B[i]) + a[i]
        D[i] = F[i] - L[i]
        if rho[i] > 0.0:
            W[i] = (g[i] + beta * B[i]) / rho[i]
        elif g[i] == 0.0:
            W[i] = 0.0
        else:
            W[i] = -np.inf if g[i] < 0.0 else np.inf
        lam[i] = 0.0
        T[i] = np.inf
        mu[i] = 0.0
        last[i] = 0.0
        behaviour[i] = MIXES
    end[0] = 0.0
    # Without growth of the cost, N <= 0 says that waiting for ever beats conceding; with it,
    # conceding now has to be compared with never conceding.
    stays = np.zeros(2, dtype=np.bool_)
    for i in range(2):
        stays[i] = N[i] <= 0.0 or (a[i] > 0.0 and (rho[i] > 0.0 or g[i] > 0.0) and L[i] <= W[i])
    if stays[0] and stays[1]:
        for i in range(2):
            behaviour[i] = NEVER
            V[i] = W[i]
        return IMPASSE
    for i in range(2):
        j = 1 - i
        # Being conceded to may be so bad that a side that would wait for ever gives in before.
        if stays[i] and D[i] < 0.0 and np.isfinite(W[i]):
            first = L[i] if D[j] > 0.0 else L[i] + 0.5 * (1.0 - z[j]) * D[i]
            stays[i] = (1.0 - z[j]) * F[i] + z[j] * W[i] >= first
    for i in range(2):
        j = 1 - i
        if stays[i]:
            behaviour[i] = NEVER
            behaviour[j] = CONCEDES
            mu[j] = 1.0 - z[j]
            V[j] = L[j]
            V[i] = mu[j] * F[i] + z[j] * W[i]
            return AT_ONCE
    if D[0] <= 0.0 and D[1] <= 0.0:
        # Both want to be first: a fair coin decides who is.
        for i in range(2):
            j = 1 - i
            behaviour[i] = CONCEDES
            mu[i] = (1.0 - z[i]) * (1.0 - 0.5 * (1.0 - z[j]))
            V[i] = (1.0 - 0.5 * (1.0 - z[j])) * L[i] + 0.5 * (1.0 - z[j]) * F[i]
        return AT_ONCE
    for i in range(2):
        j = 1 - i
        if D[i] <= 0.0:
            # i concedes at once; after that i is known to be tough and a normal j gives in.
            behaviour[i] = CONCEDES_FIRST
            behaviour[j] = CONCEDES
            mu[i] = 1.0 - z[i]
            mu[j] = z[i] * (1.0 - z[j])
            V[i] = L[i]
            V[j] = (1.0 - z[i]) * F[j] + z[i] * L[j]
            return AT_ONCE
    for j in range(2):
        i = 1 - j
        lam[j] = N[i] / D[i]
        if z[j] > 0.0:
            T[j] = time_to(-np.log(z[j]), N[i], D[i], a[i], rho[i])
    T0 = min(T[0], T[1])
    locked = -1
    for i in range(2):
        if a[i] > 0.0 and rho[i] > 0.0:
            stop = (L[i] - W[i]) / a[i]
            if stop < T0:
                T0 = stop
                locked = i
            elif stop == T0 and locked >= 0:
                # Both are indifferent when they stop: neither need be exhausted.
                locked = 2
    end[0] = T0
    if np.isfinite(T0):
        for j in range(2):
            i = 1 - j
            if locked not in (j, 2):
                left = posterior(z[j], growth(T0, N[i], D[i], a[i], rho[i]))
                mu[j] = max(0.0, 1.0 - left)
    if not np.isfinite(T0) and (z[0] > 0.0 or z[1] > 0.0):
        # A growing cost that never exhausts the tough side's rival: nobody is worn down.
        mu[0] = 0.0
        mu[1] = 0.0
    if locked == -1 and np.isfinite(T0):
        mu[0 if T[0] <= T[1] else 1] = 0.0
    for i in range(2):
        j = 1 - i
        V[i] = mu[j] * F[i] + (1.0 - mu[j]) * L[i]
        if mu[i] >= 1.0:
            behaviour[i] = CONCEDES
    return ATTRITION


@njit(cache=True, nogil=True)
def next_weight(weight: float, change: float, before: float) -> float:
    """Weight of the next step of the outer iteration on the value of a relapse.

    Half steps until little is left and each takes half of it off, as where what a relapse is
    worth hardly depends on what it was thought to be worth; then whole steps, unless they fail.
    """
    if weight == 1.0:
        return 1.0 if change < 0.5 * before else 0.499
    return 1.0 if weight == 0.5 and change < 1e-4 and change < 0.7 * before else weight


@njit(cache=True, nogil=True)
def closed_form_tree(
    tables: tuple[Any, ...], tol: float, max_iter: int, out: tuple[Any, ...]
) -> tuple[int, float]:
    """Solve every stage and history backward; iterate on the value of a relapse.

    ``tables`` are the fields of `ProcessArrays`, ``out`` the arrays of `Branches`, indexed
    ``[stage, history, side]``; ``shift`` is 1 where who concedes in a stage is remembered (a digit
    is then appended to the history) and 0 elsewhere. Returns the number of outer iterations and the
    last change of a relapse value over the largest value. ``used`` holds values of a breakdown: on
    the way in those to start from, then those that agree with V.
    """
    shift, g, lump, f, _, beta, a, z, r, deadline, opens, relapse_to, relapse_lump = tables
    V, L, F, used, lam, T, T0, mu, last, kind, behaviour = out
    K = g.shape[0]
    relapses = False
    level = np.zeros(K + 1, dtype=np.int64)
    for k in range(K):
        relapses = relapses or relapse_to[k] >= 0
        level[k + 1] = level[k] + shift[k]
    end = np.empty(1)
    change, weight = 0.0, 0.5
    rounds = 0
    for rounds in range(1, max_iter + 1):
        for k in range(K - 1, -1, -1):
            for h in range(1 << level[k]):
                for c in range(2):
                    child = (h << shift[k]) + c * shift[k]
                    for i in range(2):
                        ahead = V[k + 1, child, i] if k + 1 < K else 0.0
                        if i == c:
                            L[k, h, i] = lump[k, h, i] + ahead
                        else:
                            F[k, h, i] = f[k, h, i] + ahead
                if not opens[k, h]:
                    kind[k, h] = PASSED
                    T0[k, h] = 0.0
                    child = h << shift[k]
                    for i in range(2):
                        V[k, h, i] = V[k + 1, child, i] if k + 1 < K else 0.0
                        L[k, h, i] = V[k, h, i]
                        F[k, h, i] = V[k, h, i]
                    continue
                here = g[k, h], L[k, h], F[k, h], used[k, h], beta[k], a[k], z[k], r, deadline[k]
                found = lam[k, h], T[k, h], mu[k, h], end, V[k, h], behaviour[k, h], last[k, h]
                kind[k, h] = closed_form_stage(here, found)
                T0[k, h] = end[0]
                if not (np.isfinite(V[k, h, 0]) and np.isfinite(V[k, h, 1])):
                    for i in range(2):
                        V[0, 0, i] = V[k, h, i]
                    return rounds, 0.0
        if not relapses:
            return rounds, 0.0
        before, change, largest = change, 0.0, 1e-300
        for k in range(K):
            m = relapse_to[k]
            if m < 0:
                continue
            for h in range(1 << level[k]):
                hm = h >> (level[k] - level[m])
                for i in range(2):
                    new = relapse_lump[k, i] + V[m, hm, i]
                    difference = new - used[k, h, i]
                    change = max(change, abs(difference))
                    largest = max(largest, abs(new))
                    used[k, h, i] += weight * difference
        change /= largest
        weight = next_weight(weight, change, before)
        if not change > tol:
            break
    return rounds, change
