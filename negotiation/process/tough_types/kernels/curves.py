"""Compiled kernels of the curve of posteriors of a stage, types persisting.

Symbols as in `closed_form.py`, b the posterior of the tough type:

    N_i = r_i L_i - g_i + beta (L_i - B_i) + a_i
    lam_j [F_i - L_i + b_j dL_i/db_j] = N_i,      b_j' = lam_j b_j

A node is a stage after a history. Entering it after a concession, the loser x of the last stage
has posterior zx = (1 - psi) z_x and the winner w has posterior z_w = psi b + (1 - psi) z_w, so that
a node's values are functions of z_w for each loser: tables with values and one-sided slopes at
nodes of z_w, read by cubic Hermite interpolation. Between two knots (nodes at which a slope may
jump) everything is smooth.
"""

from __future__ import annotations

import numpy as np

from negotiation.compilation import njit
from negotiation.values import FloatArray, IntArray

IRREGULAR_HAZARD = 1
IRREGULAR_ROOM = 2

#: Width of an interval over its place below which it is the ramp of a jump.
_NARROW = 5e-4


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
    if table[last, 0] - table[first, 0] < _NARROW * table[last, 0]:
        # A step that leaves the ramp of a jump is cut at its end: nothing is read beyond.
        z = min(max(z, table[first, 0]), table[last, 0])
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
    t: float,
    lam: FloatArray,
) -> int:
    """Hazards at time t from the stakes ``pay[j]`` of conceding to each side; 0 if all is well."""
    problem = 0
    for j in range(2):
        i = 1 - j
        a = node[n, 13 + i]
        L = pay[j, 0] - a * t
        N = node[n, 10 + i] * L - node[n, 0 + i] + node[n, 12] * (L - node[n, 6 + i]) + a
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
        problem = speeds(n, node, b, pay, 0.0, lam)
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
        problem = speeds(n, node, b, pay, 0.0, lam)
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
        problem = speeds(n, node, b, pay, 0.0, lam)
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
            # Two knots at one place are a jump.
            while at[j] < count[j] and x[j] <= places[j, at[j]] + 1e-13:
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
