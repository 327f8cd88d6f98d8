"""Compiled kernels of the tables of a node's values against the posterior of its winner.

Symbols as in `negotiation.process.tough_types.kernels.curves`.
"""

from __future__ import annotations

import numpy as np

from negotiation.compilation import njit
from negotiation.process.tough_types.kernels.curves import stakes
from negotiation.process.tough_types.kernels.regimes import (
    ATTRITION,
    CONCEDES_FIRST,
    IMPASSE,
    NEVER,
)
from negotiation.values import FloatArray, IntArray


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
        if p > 0 and table[n, x, p + 1, 0] <= table[n, x, p, 0]:
            # A jump: the intervals on its two sides fill its two nodes.
            continue
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
