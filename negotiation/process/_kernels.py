"""Compiled kernels of the multi-step process.

Symbols: k stage, h history (an integer, see `Stage`), i and j the two sides, z prior of the tough
type, b its posterior, g flow, L and F the values of conceding and of being conceded to (lump sum
plus the value of the next stage), B value of a breakdown, beta its hazard, r discount rate,
a growth of the cost of conceding, lam hazard of concession, mu atom of concession at the opening.

    N_i = r_i L_i - g_i + beta (L_i - B_i) + a_i
    lam_j [F_i - L_i + b_j dL_i/db_j] = N_i,      b_j' = lam_j b_j
    V_i = mu_j F_i + (1 - mu_j) L_i
"""

from __future__ import annotations

import numpy as np
from numba import njit

from negotiation.process._deadline_kernels import deadline_stage, growth, time_to
from negotiation.values import FloatArray, IntArray

ATTRITION = 0
AT_ONCE = 1
IMPASSE = 2
PASSED = 3
NO_EQUILIBRIUM = 4

MIXES = 0
CONCEDES = 1
NEVER = 2
CONCEDES_FIRST = 3


@njit(cache=True, nogil=True)
def closed_form_stage(
    g: FloatArray,
    L: FloatArray,
    F: FloatArray,
    B: FloatArray,
    beta: float,
    a: FloatArray,
    z: FloatArray,
    r: FloatArray,
    deadline: float,
    lam: FloatArray,
    T: FloatArray,
    mu: FloatArray,
    end: FloatArray,
    V: FloatArray,
    behaviour: IntArray,
    last: FloatArray,
) -> int:
    """Equilibrium of one stage whose continuation values do not move with beliefs.

    Writes the hazards at the opening ``lam``, exhaustion times ``T``, atoms ``mu``, values ``V``,
    the behaviours and the atoms at a deadline ``last``; ``end[0]`` is the time T0 at which
    concessions stop. Returns the kind of the stage.
    """
    if np.isfinite(deadline):
        return int(
            deadline_stage(g, L, F, B, beta, a, z, r, deadline, lam, T, mu, end, V, behaviour, last)
        )
    N = np.empty(2)
    D = np.empty(2)
    W = np.empty(2)
    rho = r + beta
    for i in range(2):
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
    end[0] = T0
    if np.isfinite(T0):
        for j in range(2):
            i = 1 - j
            if locked != j:
                left = z[j] * np.exp(growth(T0, N[i], D[i], a[i], rho[i]))
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
    shift: IntArray,
    g: FloatArray,
    lump: FloatArray,
    f: FloatArray,
    B: FloatArray,
    beta: FloatArray,
    a: FloatArray,
    z: FloatArray,
    r: FloatArray,
    deadline: FloatArray,
    opens: FloatArray,
    relapse_to: IntArray,
    relapse_lump: FloatArray,
    tol: float,
    max_iter: int,
    V: FloatArray,
    L: FloatArray,
    F: FloatArray,
    used: FloatArray,
    lam: FloatArray,
    T: FloatArray,
    T0: FloatArray,
    mu: FloatArray,
    kind: IntArray,
    behaviour: IntArray,
    last: FloatArray,
) -> tuple[int, float]:
    """Solve every stage and history backward; iterate on the value of a relapse.

    Arrays are indexed ``[stage, history, side]``; ``shift`` is 1 where who concedes in a stage is
    remembered (a digit is then appended to the history) and 0 elsewhere. Returns the number of
    outer iterations and the last change of a relapse value over the largest value.
    """
    K = g.shape[0]
    relapses = False
    level = np.zeros(K + 1, dtype=np.int64)
    for k in range(K):
        relapses = relapses or relapse_to[k] >= 0
        level[k + 1] = level[k] + shift[k]
    end = np.empty(1)
    change, weight = 0.0, 0.5
    rounds = 0
    used[:] = B
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
                kind[k, h] = closed_form_stage(
                    g[k, h],
                    L[k, h],
                    F[k, h],
                    used[k, h],
                    beta[k],
                    a[k],
                    z[k],
                    r,
                    deadline[k],
                    lam[k, h],
                    T[k, h],
                    mu[k, h],
                    end,
                    V[k, h],
                    behaviour[k, h],
                    last[k, h],
                )
                T0[k, h] = end[0]
                if not np.isfinite(V[k, h]).all():
                    V[0, 0] = V[k, h]
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


# Persistence of types. A node is a stage after a history. Entering it after a concession, the
# loser x of the last stage has posterior zx = (1 - psi) z_x and the winner w has posterior
# z_w = psi b + (1 - psi) z_w, so that a node's values are functions of z_w for each loser: tables
# with values and one-sided slopes at nodes of z_w, read by cubic Hermite interpolation. Between
# two knots (nodes at which a slope may jump) everything is smooth.

IRREGULAR_HAZARD = 1
IRREGULAR_ROOM = 2


@njit(cache=True, nogil=True)
def read_table(
    z: float,
    first: int,
    last: int,
    table: FloatArray,
    out: FloatArray,
) -> None:
    """Values and slopes of both sides at z from the intervals first..last-1 of a table.

    Writes V_U, V_C, V_U', V_C'.
    """
    low, high = first, last - 1
    while low < high:
        middle = (low + high + 1) // 2
        if table[middle, 0] <= z:
            low = middle
        else:
            high = middle - 1
    width = table[low + 1, 0] - table[low, 0]
    u = (z - table[low, 0]) / width
    for i in range(2):
        step = table[low + 1, 1 + i] - table[low, 1 + i]
        s0, s1 = table[low, 3 + i] * width, table[low, 5 + i] * width
        quadratic = 3.0 * step - 2.0 * s0 - s1
        cubic = s0 + s1 - 2.0 * step
        out[i] = table[low, 1 + i] + u * (s0 + u * (quadratic + u * cubic))
        out[2 + i] = (s0 + u * (2.0 * quadratic + 3.0 * u * cubic)) / width


@njit(cache=True, nogil=True)
def stakes(
    n: int,
    j: int,
    b: float,
    first: int,
    last: int,
    psi: float,
    node: FloatArray,
    following: IntArray,
    table: FloatArray,
    scratch: FloatArray,
    out: FloatArray,
) -> None:
    """What a concession to j at its posterior b is worth.

    Writes L_i, dL_i/db, F_j, dF_j/db for i the other side.
    """
    i = 1 - j
    child = following[n, i]
    out[0], out[1], out[2], out[3] = node[n, 2 + i], 0.0, node[n, 4 + j], 0.0
    if child >= 0:
        x = psi * b + (1.0 - psi) * node[child, 8 + j]
        read_table(x, first, last, table[child, i], scratch)
        out[0] += scratch[i]
        out[1] = psi * scratch[2 + i]
        out[2] += scratch[j]
        out[3] = psi * scratch[2 + j]


@njit(cache=True, nogil=True)
def speeds(
    n: int,
    node: FloatArray,
    b: FloatArray,
    pay: FloatArray,
    lam: FloatArray,
) -> int:
    """Hazards from the stakes ``pay[j]`` of conceding to each side; 0 if both are positive."""
    problem = 0
    for j in range(2):
        i = 1 - j
        L = pay[j, 0]
        N = node[n, 10 + i] * L - node[n, 0 + i] + node[n, 12] * (L - node[n, 6 + i])
        room = pay[i, 2] - L + b[j] * pay[j, 1]
        if not room > 0.0:
            problem = IRREGULAR_ROOM
            lam[j] = np.nan
        else:
            lam[j] = N / room
            if not N > 0.0:
                problem = IRREGULAR_HAZARD
    return problem


@njit(cache=True, nogil=True)
def curve_step(
    n: int,
    x: FloatArray,
    size: float,
    along: int,
    first: IntArray,
    last: IntArray,
    psi: float,
    node: FloatArray,
    following: IntArray,
    table: FloatArray,
    scratch: FloatArray,
    pay: FloatArray,
    lam: FloatArray,
    new: FloatArray,
) -> int:
    """One fourth-order Runge-Kutta step backward along the curve of a node.

    The state x is (ln b_U, ln b_C, time before the end). ``along`` is the independent variable:
    0 or 1 for a side's ln b, which falls by ``size``; 2 for the sum of both.
    """
    k = np.zeros((4, 3))
    b = np.empty(2)
    for stage in range(4):
        for m in range(3):
            new[m] = x[m]
            if 1 <= stage <= 2:
                new[m] += 0.5 * size * k[stage - 1, m]
            elif stage == 3:
                new[m] += size * k[2, m]
        for j in range(2):
            b[j] = np.exp(min(new[j], 0.0))
            stakes(
                n,
                j,
                b[j],
                first[j],
                last[j],
                psi,
                node,
                following,
                table,
                scratch,
                pay[j],
            )
        problem = speeds(n, node, b, pay, lam)
        if problem:
            return problem
        speed = lam[0] + lam[1] if along == 2 else lam[along]
        k[stage, 0] = -lam[0] / speed
        k[stage, 1] = -lam[1] / speed
        k[stage, 2] = 1.0 / speed
    for m in range(3):
        new[m] = x[m] + size / 6.0 * (k[0, m] + 2.0 * k[1, m] + 2.0 * k[2, m] + k[3, m])
    if along < 2:
        new[along] = x[along] - size
    return 0


@njit(cache=True, nogil=True)
def knots_of(
    n: int,
    j: int,
    psi: float,
    node: FloatArray,
    following: IntArray,
    tc: IntArray,
    table: FloatArray,
    tk: IntArray,
    places: FloatArray,
    index: IntArray,
) -> int:
    """Knots of the stakes of conceding to j, as ln b_j descending, with their table positions."""
    child = following[n, 1 - j]
    if child < 0:
        return 0
    x = 1 - j
    count = 0
    for p in range(tc[child, x] - 1, -1, -1):
        if tk[child, x, p] == 0:
            continue
        b = (table[child, x, p, 0] - (1.0 - psi) * node[child, 8 + j]) / psi
        if 1e-12 < b < 1.0 - 1e-12:
            places[count] = np.log(b)
            index[count] = p
            count += 1
    return count


@njit(cache=True, nogil=True)
def solve_curve(
    n: int,
    floor: FloatArray,
    stops: FloatArray,
    steps: int,
    psi: float,
    node: FloatArray,
    following: IntArray,
    tc: IntArray,
    table: FloatArray,
    tk: IntArray,
    cx: FloatArray,
    clam: FloatArray,
    cpay: FloatArray,
    cknot: IntArray,
) -> tuple[int, int]:
    """Integrate a node's curve from (1, 1) backward until a posterior reaches its floor.

    ``floor`` holds ln of the smallest posteriors asked for, ``stops`` further places of ln b_j
    at which a node is wanted. Writes nodes ``cx [node, 3]``, and at both ends of the interval
    after each node the hazards ``clam [node, end, side]`` and stakes ``cpay [node, end, side, 4]``.
    Returns the number of nodes and a code of what went wrong, if anything.
    """
    capacity = cx.shape[0]
    places = np.empty((2, table.shape[2] + 2))
    index = np.zeros((2, table.shape[2] + 2), dtype=np.int64)
    count = np.zeros(2, dtype=np.int64)
    at = np.zeros(2, dtype=np.int64)
    first = np.zeros(2, dtype=np.int64)
    last = np.ones(2, dtype=np.int64)
    for j in range(2):
        count[j] = knots_of(n, j, psi, node, following, tc, table, tk, places[j], index[j])
        child = following[n, 1 - j]
        if child >= 0:
            last[j] = tc[child, 1 - j] - 1
            first[j] = index[j, 0] if count[j] > 0 else 0
    total = 0.0
    for j in range(2):
        if np.isfinite(floor[j]):
            total -= floor[j]
    size = max(total / steps, 0.01)
    scratch, pay, lam = np.empty(4), np.empty((2, 4)), np.empty(2)
    new, x, b = np.empty(3), np.zeros(3), np.ones(2)
    nodes = 1
    cknot[0] = 1
    for m in range(3):
        cx[0, m] = 0.0
    while True:
        for j in range(2):
            b[j] = np.exp(x[j])
            stakes(
                n,
                j,
                b[j],
                first[j],
                last[j],
                psi,
                node,
                following,
                table,
                scratch,
                pay[j],
            )
        problem = speeds(n, node, b, pay, lam)
        if problem:
            return nodes, problem
        for j in range(2):
            clam[nodes - 1, 0, j] = lam[j]
            for m in range(4):
                cpay[nodes - 1, 0, j, m] = pay[j, m]
        problem = curve_step(
            n,
            x,
            size,
            2,
            first,
            last,
            psi,
            node,
            following,
            table,
            scratch,
            pay,
            lam,
            new,
        )
        if problem:
            return nodes, problem
        target = np.empty(2)
        for j in range(2):
            target[j] = floor[j]
            if at[j] < count[j]:
                target[j] = max(target[j], places[j, at[j]])
            if stops[j] < x[j] - 1e-13:
                target[j] = max(target[j], stops[j])
        hit = -1
        for _ in range(3):
            share, which = 1.0, -1
            for j in range(2):
                if new[j] < target[j] + 1e-13 and j != hit:
                    drop = x[j] - new[j]
                    part = (x[j] - target[j]) / drop if drop > 0.0 else 1.0
                    if part < share or which < 0:
                        share, which = part, j
            if which < 0:
                break
            hit = which
            problem = curve_step(
                n,
                x,
                x[hit] - target[hit],
                hit,
                first,
                last,
                psi,
                node,
                following,
                table,
                scratch,
                pay,
                lam,
                new,
            )
            if problem:
                return nodes, problem
            new[hit] = target[hit]
        for m in range(3):
            x[m] = new[m]
        for j in range(2):
            b[j] = np.exp(x[j])
            stakes(
                n,
                j,
                b[j],
                first[j],
                last[j],
                psi,
                node,
                following,
                table,
                scratch,
                pay[j],
            )
        problem = speeds(n, node, b, pay, lam)
        if problem:
            return nodes, problem
        for j in range(2):
            clam[nodes - 1, 1, j] = lam[j]
            for m in range(4):
                cpay[nodes - 1, 1, j, m] = pay[j, m]
        if nodes >= capacity:
            return nodes, 3
        for m in range(3):
            cx[nodes, m] = x[m]
        cknot[nodes] = 0
        for j in range(2):
            if at[j] < count[j] and x[j] <= places[j, at[j]] + 1e-13:
                cknot[nodes] = 1
                last[j] = index[j, at[j]]
                at[j] += 1
                first[j] = index[j, at[j]] if at[j] < count[j] else 0
        nodes += 1
        if nodes > steps:
            # A side whose prior is zero has no floor to set the length of the curve by.
            size *= 1.1
        if x[0] <= floor[0] + 1e-13 or x[1] <= floor[1] + 1e-13:
            return nodes, 0


@njit(cache=True, nogil=True)
def table_from_curve(
    x: int,
    zx: float,
    low: float,
    nodes: int,
    cx: FloatArray,
    clam: FloatArray,
    cpay: FloatArray,
    cknot: IntArray,
    table: FloatArray,
    tk: IntArray,
) -> int:
    """Values against the winner's posterior when the loser x enters with zx; see the module.

    On the curve the loser, too weak, concedes at the opening with mu = 1 - zx/b_x; below the knot
    at which b_x = zx the winner is the one that is too weak.
    """
    w = 1 - x
    end = nodes - 1
    while end > 0 and cx[end, x] < np.log(zx) - 1e-12:
        end -= 1
    b_end = np.exp(cx[end, w])
    count = 0
    if b_end > low * (1.0 + 1e-12):
        L, F = cpay[end - 1, 1, w, 0], cpay[end - 1, 1, x, 2]
        slope = -(F - L) / b_end
        table[0, 0] = low
        table[0, 1 + x] = F + slope * low
        table[0, 1 + w] = cpay[end - 1, 1, x, 0]
        table[0, 3 + x], table[0, 5 + x] = slope, slope
        table[0, 3 + w], table[0, 5 + w] = 0.0, 0.0
        tk[0] = 1
        count = 1
    for m in range(end, -1, -1):
        b_w, b_x = np.exp(cx[m, w]), np.exp(cx[m, x])
        table[count, 0] = b_w
        tk[count] = 1 if m == end else cknot[m]
        # the interval above this node runs from node m (its end 1) to node m - 1 (its end 0)
        for end_of in range(2):
            if end_of == 0:
                if m == 0:
                    continue
                pay, lam, into = cpay[m - 1, 1], clam[m - 1, 1], count
            else:
                if m == end:
                    continue
                pay, lam, into = cpay[m, 0], clam[m, 0], count - 1
            mu = 1.0 - zx / b_x
            turn = b_x / b_w * lam[x] / lam[w]
            F, dF = pay[w, 2], pay[w, 3]
            L, dL = pay[x, 0], pay[x, 1]
            slope_w = zx / b_x**2 * turn * (F - L) + mu * dF + (1.0 - mu) * dL * turn
            slope_x = pay[w, 1]
            if end_of == 0:
                table[into, 3 + w], table[into, 3 + x] = slope_w, slope_x
            else:
                table[into, 5 + w], table[into, 5 + x] = slope_w, slope_x
            table[count, 1 + w] = mu * F + (1.0 - mu) * L
            table[count, 1 + x] = pay[w, 0]
        count += 1
    return count


@njit(cache=True, nogil=True)
def corner_values(
    x: int,
    zx: float,
    b: float,
    behaviour: IntArray,
    kind: int,
    pay_x: FloatArray,
    pay_w: FloatArray,
    at_one: FloatArray,
    W: FloatArray,
    out: FloatArray,
) -> None:
    """Values and slopes in b of a node without a war of attrition; the winner enters with b.

    ``pay_x`` and ``pay_w`` are the stakes of conceding to the loser at zx and to the winner at b,
    ``at_one`` the values of conceding to a side that is known to be tough.
    """
    w = 1 - x
    L_w, F_x = pay_x[0], pay_x[2]
    L_x, dL_x, F_w, dF_w = pay_w[0], pay_w[1], pay_w[2], pay_w[3]
    if kind == ATTRITION:
        # zx = 0: the loser is known to be normal and concedes at once.
        out[w], out[2 + w] = F_w, dF_w
        out[x], out[2 + x] = L_x, dL_x
    elif kind == IMPASSE:
        out[0], out[1], out[2], out[3] = W[0], W[1], 0.0, 0.0
    elif behaviour[w] == NEVER:
        out[w], out[2 + w] = (1.0 - zx) * F_w + zx * W[w], (1.0 - zx) * dF_w
        out[x], out[2 + x] = L_x, dL_x
    elif behaviour[x] == NEVER:
        out[x], out[2 + x] = (1.0 - b) * F_x + b * W[x], W[x] - F_x
        out[w], out[2 + w] = L_w, 0.0
    elif behaviour[x] == CONCEDES_FIRST:
        out[x], out[2 + x] = L_x, dL_x
        out[w], out[2 + w] = (1.0 - zx) * F_w + zx * at_one[w], (1.0 - zx) * dF_w
    elif behaviour[w] == CONCEDES_FIRST:
        out[w], out[2 + w] = L_w, 0.0
        out[x], out[2 + x] = (1.0 - b) * F_x + b * at_one[x], at_one[x] - F_x
    else:
        out[x] = 0.5 * (1.0 + b) * L_x + 0.5 * (1.0 - b) * F_x
        out[2 + x] = 0.5 * (L_x - F_x) + 0.5 * (1.0 + b) * dL_x
        out[w] = 0.5 * (1.0 + zx) * L_w + 0.5 * (1.0 - zx) * F_w
        out[2 + w] = 0.5 * (1.0 - zx) * dF_w


@njit(cache=True, nogil=True)
def table_of_corner(
    n: int,
    x: int,
    zx: float,
    low: float,
    psi: float,
    behaviour: IntArray,
    kind: int,
    at_one: FloatArray,
    W: FloatArray,
    node: FloatArray,
    following: IntArray,
    tc: IntArray,
    table: FloatArray,
    tk: IntArray,
) -> int:
    """Tabulate `corner_values` on the nodes of the table that the winner's stakes rest on."""
    w = 1 - x
    scratch, pay_x, pay_w, value = np.empty(4), np.empty(4), np.empty(4), np.empty(4)
    other = following[n, w]
    stakes(
        n,
        x,
        zx,
        0,
        tc[other, w] - 1 if other >= 0 else 1,
        psi,
        node,
        following,
        table,
        scratch,
        pay_x,
    )
    child = following[n, x]
    size = 0
    table[n, x, 0, 0] = low
    tk[n, x, 0] = 1
    size = 1
    if child >= 0:
        for p in range(tc[child, x]):
            b = (table[child, x, p, 0] - (1.0 - psi) * node[child, 8 + w]) / psi
            if low * (1.0 + 1e-9) + 1e-12 < b < 1.0 - 1e-12:
                table[n, x, size, 0] = b
                tk[n, x, size] = tk[child, x, p]
                size += 1
    table[n, x, size, 0] = 1.0
    tk[n, x, size] = 1
    size += 1
    for p in range(size - 1):
        first, last = 0, 1
        if child >= 0:
            middle = (
                psi * 0.5 * (table[n, x, p, 0] + table[n, x, p + 1, 0])
                + (1.0 - psi) * node[child, 8 + w]
            )
            last = tc[child, x] - 1
            while first < last - 1:
                half = (first + last) // 2
                if table[child, x, half, 0] <= middle:
                    first = half
                else:
                    last = half
        for end in range(2):
            stakes(
                n,
                w,
                table[n, x, p + end, 0],
                first,
                last,
                psi,
                node,
                following,
                table,
                scratch,
                pay_w,
            )
            corner_values(
                x, zx, table[n, x, p + end, 0], behaviour, kind, pay_x, pay_w, at_one, W, value
            )
            for i in range(2):
                table[n, x, p + end, 1 + i] = value[i]
                if end == 0:
                    table[n, x, p, 3 + i] = value[2 + i]
                else:
                    table[n, x, p, 5 + i] = value[2 + i]
    return size


@njit(cache=True, nogil=True)
def classify(
    n: int,
    psi: float,
    node: FloatArray,
    following: IntArray,
    tc: IntArray,
    table: FloatArray,
    behaviour: IntArray,
    at_one: FloatArray,
    W: FloatArray,
) -> int:
    """Kind of a node from its stakes against sides known to be tough; see `closed_form_stage`."""
    scratch, pay = np.empty(4), np.empty((2, 4))
    for j in range(2):
        i = 1 - j
        child = following[n, i]
        last = tc[child, i] - 1 if child >= 0 else 1
        stakes(n, j, 1.0, 0, last, psi, node, following, table, scratch, pay[j])
        at_one[i] = pay[j, 0]
        behaviour[i] = MIXES
    stays = np.zeros(2, dtype=np.bool_)
    greedy = np.zeros(2, dtype=np.bool_)
    for i in range(2):
        rho = node[n, 10 + i] + node[n, 12]
        if rho > 0.0:
            W[i] = (node[n, 0 + i] + node[n, 12] * node[n, 6 + i]) / rho
        elif node[n, 0 + i] == 0.0:
            W[i] = 0.0
        else:
            W[i] = -np.inf if node[n, 0 + i] < 0.0 else np.inf
        N = (
            node[n, 10 + i] * at_one[i]
            - node[n, 0 + i]
            + node[n, 12] * (at_one[i] - node[n, 6 + i])
        )
        stays[i] = N <= 0.0
        greedy[i] = pay[i, 2] <= at_one[i]
    if stays[0] and stays[1]:
        behaviour[0], behaviour[1] = NEVER, NEVER
        return IMPASSE
    for i in range(2):
        if stays[i]:
            behaviour[i], behaviour[1 - i] = NEVER, CONCEDES
            return AT_ONCE
    if greedy[0] and greedy[1]:
        behaviour[0], behaviour[1] = CONCEDES, CONCEDES
        return AT_ONCE
    for i in range(2):
        if greedy[i]:
            behaviour[i], behaviour[1 - i] = CONCEDES_FIRST, CONCEDES
            return AT_ONCE
    return ATTRITION


@njit(cache=True, nogil=True)
def enter(
    n: int,
    zu: float,
    zc: float,
    psi: float,
    kind: int,
    behaviour: IntArray,
    at_one: FloatArray,
    W: FloatArray,
    nodes: int,
    cx: FloatArray,
    clam: FloatArray,
    node: FloatArray,
    following: IntArray,
    tc: IntArray,
    table: FloatArray,
    V: FloatArray,
    mu: FloatArray,
    after: FloatArray,
    lam: FloatArray,
    entry_pay: FloatArray,
) -> float:
    """Play of a node from any beliefs: values, atoms, posteriors after the opening, hazards.

    ``mu`` is the probability that a side is the one that concedes at the opening. Returns the
    time T0 at which concessions stop.
    """
    entry = np.empty(2)
    entry[0], entry[1] = zu, zc
    scratch, pay, value = np.empty(4), np.empty((2, 4)), np.empty(4)
    mu[0], mu[1], lam[0], lam[1] = 0.0, 0.0, 0.0, 0.0
    after[0], after[1] = zu, zc
    T0 = 0.0
    if kind == ATTRITION:
        if zu == 0.0 and zc == 0.0:
            T0 = np.inf
        elif zu == 0.0 or zc == 0.0:
            weak = 0 if zu == 0.0 else 1
            mu[weak] = 1.0
            after[weak] = 1.0
        else:
            # first place on the curve, from (1, 1), at which a posterior is down to its entry
            m = 0
            while m < nodes - 2 and (
                cx[m + 1, 0] > np.log(zu) + 1e-12 and cx[m + 1, 1] > np.log(zc) + 1e-12
            ):
                m += 1
            share = 1.0
            for j in range(2):
                drop = cx[m, j] - cx[m + 1, j]
                if drop > 0.0:
                    share = min(share, (cx[m, j] - np.log(entry[j])) / drop)
            share = min(max(share, 0.0), 1.0)
            T0 = cx[m, 2] + share * (cx[m + 1, 2] - cx[m, 2])
            for j in range(2):
                lam[j] = clam[m, 0, j] + share * (clam[m, 1, j] - clam[m, 0, j])
                reached = np.exp(cx[m, j] + share * (cx[m + 1, j] - cx[m, j]))
                mu[j] = 1.0 - entry[j] / reached
                after[j] = reached
                if mu[j] < 1e-11:
                    mu[j] = 0.0
                    after[j] = entry[j]
    for j in range(2):
        child = following[n, 1 - j]
        last = tc[child, 1 - j] - 1 if child >= 0 else 1
        stakes(
            n,
            j,
            entry[j],
            0,
            last,
            psi,
            node,
            following,
            table,
            scratch,
            entry_pay[j],
        )
        stakes(n, j, after[j], 0, last, psi, node, following, table, scratch, pay[j])
    if kind == ATTRITION:
        for i in range(2):
            V[i] = mu[1 - i] * entry_pay[i, 2] + (1.0 - mu[1 - i]) * pay[1 - i, 0]
        if zu == 0.0 and zc == 0.0:
            speeds(n, node, entry, entry_pay, lam)
        return T0
    if kind == AT_ONCE:
        for i in range(2):
            j = 1 - i
            if behaviour[i] == NEVER:
                mu[j] = 1.0 - entry[j]
            elif behaviour[i] == CONCEDES_FIRST:
                mu[i] = 1.0 - entry[i]
                mu[j] = entry[i] * (1.0 - entry[j])
            elif behaviour[j] == CONCEDES:
                mu[i] = (1.0 - entry[i]) * (1.0 - 0.5 * (1.0 - entry[j]))
    corner_values(0, zu, zc, behaviour, kind, entry_pay[0], entry_pay[1], at_one, W, value)
    V[0], V[1] = value[0], value[1]
    return T0


@njit(cache=True, nogil=True)
def persistent_tree(
    psi: float,
    steps: int,
    node: FloatArray,
    following: IntArray,
    back: IntArray,
    relapse_lump: FloatArray,
    tol: float,
    max_iter: int,
    kind: IntArray,
    behaviour: IntArray,
    at_one: FloatArray,
    W: FloatArray,
    V: FloatArray,
    mu: FloatArray,
    after: FloatArray,
    lam: FloatArray,
    T0: FloatArray,
    pay: FloatArray,
    cc: IntArray,
    cx: FloatArray,
    clam: FloatArray,
    cpay: FloatArray,
    cknot: IntArray,
    tc: IntArray,
    table: FloatArray,
    tk: IntArray,
) -> tuple[int, float, int, int]:
    """Solve every node backward with persistent types; iterate on the value of a relapse.

    Nodes are ordered so that ``following [node, conceder]`` is larger than the node (-1 at the
    end); node 0 is the start. ``back [node]`` is where a breakdown returns to, or -1. Entries
    V, mu, after, lam, T0, pay are at the prior beliefs of each node. Returns outer iterations,
    the last change of a relapse value over the largest value, and the node and code of a failure
    (-1, 0 if none).
    """
    count = node.shape[0]
    relapses = False
    for n in range(count):
        relapses = relapses or back[n] >= 0
    change, weight = 0.0, 0.5
    rounds = 0
    for rounds in range(1, max_iter + 1):
        for n in range(count - 1, -1, -1):
            kind[n] = classify(
                n,
                psi,
                node,
                following,
                tc,
                table,
                behaviour[n],
                at_one[n],
                W[n],
            )
            cc[n] = 0
            if kind[n] == ATTRITION:
                floor, stops = np.empty(2), np.empty(2)
                for j in range(2):
                    low = node[n, 8 + j]
                    if n > 0 and psi < 1.0:
                        low *= 1.0 - psi
                    floor[j] = np.log(low) if low > 0.0 else -np.inf
                    stops[j] = np.log(node[n, 8 + j]) if node[n, 8 + j] > 0.0 else -np.inf
                if np.isfinite(floor[0]) or np.isfinite(floor[1]):
                    cc[n], problem = solve_curve(
                        n,
                        floor,
                        stops,
                        steps,
                        psi,
                        node,
                        following,
                        tc,
                        table,
                        tk,
                        cx[n],
                        clam[n],
                        cpay[n],
                        cknot[n],
                    )
                    if problem:
                        return rounds, change, n, problem
            if n > 0:
                for x in range(2):
                    zx = (1.0 - psi) * node[n, 8 + x]
                    low = (1.0 - psi) * node[n, 8 + 1 - x]
                    if kind[n] == ATTRITION and zx > 0.0:
                        tc[n, x] = table_from_curve(
                            x,
                            zx,
                            low,
                            cc[n],
                            cx[n],
                            clam[n],
                            cpay[n],
                            cknot[n],
                            table[n, x],
                            tk[n, x],
                        )
                    else:
                        tc[n, x] = table_of_corner(
                            n,
                            x,
                            zx,
                            low,
                            psi,
                            behaviour[n],
                            kind[n],
                            at_one[n],
                            W[n],
                            node,
                            following,
                            tc,
                            table,
                            tk,
                        )
            T0[n] = enter(
                n,
                node[n, 8 + 0],
                node[n, 8 + 1],
                psi,
                kind[n],
                behaviour[n],
                at_one[n],
                W[n],
                cc[n],
                cx[n],
                clam[n],
                node,
                following,
                tc,
                table,
                V[n],
                mu[n],
                after[n],
                lam[n],
                pay[n],
            )
        if not relapses:
            return rounds, 0.0, -1, 0
        before, change, largest = change, 0.0, 1e-300
        for n in range(count):
            if back[n] >= 0:
                for i in range(2):
                    new = relapse_lump[n, i] + V[back[n], i]
                    difference = new - node[n, 6 + i]
                    change = max(change, abs(difference))
                    largest = max(largest, abs(new))
                    node[n, 6 + i] += weight * difference
        change /= largest
        weight = next_weight(weight, change, before)
        if not change > tol:
            break
    return rounds, change, -1, 0


@njit(cache=True, nogil=True)
def persistent_batch(
    psi: FloatArray,
    steps: int,
    node: FloatArray,
    following: IntArray,
    back: IntArray,
    relapse_lump: FloatArray,
    tol: float,
    max_iter: int,
    points: int,
    kind: IntArray,
    behaviour: IntArray,
    V: FloatArray,
    mu: FloatArray,
    lam: FloatArray,
    T0: FloatArray,
    pay: FloatArray,
    cc: IntArray,
    cx: FloatArray,
    clam: FloatArray,
    rounds: IntArray,
    change: FloatArray,
    failed: IntArray,
    code: IntArray,
) -> None:
    """Solve processes of one shape one after another, `persistent_tree` for each.

    One call holds no lock for as long as the whole batch takes, so that threads share the work.
    """
    count, size = node.shape[0], node.shape[1]
    at_one, W, after = np.zeros((size, 2)), np.zeros((size, 2)), np.zeros((size, 2))
    cpay = np.zeros((size, points, 2, 2, 4))
    cknot = np.zeros((size, points), dtype=np.int64)
    tc = np.zeros((size, 2), dtype=np.int64)
    table = np.zeros((size, 2, points + 4, 7))
    tk = np.zeros((size, 2, points + 4), dtype=np.int64)
    for p in range(count):
        rounds[p], change[p], failed[p], code[p] = persistent_tree(
            psi[p],
            steps,
            node[p],
            following,
            back,
            relapse_lump[p],
            tol,
            max_iter,
            kind[p],
            behaviour[p],
            at_one,
            W,
            V[p],
            mu[p],
            after,
            lam[p],
            T0[p],
            pay[p],
            cc[p],
            cx[p],
            clam[p],
            cpay,
            cknot,
            tc,
            table,
            tk,
        )
