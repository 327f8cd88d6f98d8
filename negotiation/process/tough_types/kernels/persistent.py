"""Compiled kernels of the process with persistent types: tables of values, node after node.

Symbols as in `negotiation.process.tough_types.kernels.curves`.
"""

from __future__ import annotations

import numpy as np

from negotiation.compilation import njit
from negotiation.process.tough_types.kernels.closed_form import next_weight
from negotiation.process.tough_types.kernels.curves import knots_of, solve_curve, speeds, stakes
from negotiation.process.tough_types.kernels.deadlines import waiting_gain
from negotiation.process.tough_types.kernels.entries import solve_clocked
from negotiation.process.tough_types.kernels.regimes import (
    AT_ONCE,
    ATTRITION,
    CONCEDES,
    CONCEDES_FIRST,
    IMPASSE,
    LEAST,
    MIXES,
    NEVER,
)
from negotiation.process.tough_types.kernels.tables import (
    corner_values,
    table_from_curve,
    table_of_corner,
)
from negotiation.values import FloatArray, IntArray


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
    stays: IntArray,
) -> int:
    """Kind of a node from its stakes against sides known to be tough; see `closed_form_stage`.

    ``stays`` says which side rather waits, for ever or for the deadline, than concedes to a side
    that never does; with a deadline such a node is left to `solve_clocked`.
    """
    scratch, pay = np.empty(4), np.empty((2, 4))
    for j in range(2):
        i = 1 - j
        child = following[n, i]
        last = tc[child, i] - 1 if child >= 0 else 1
        stakes(n, j, 1.0, 0, last, psi, node, following, table, scratch, pay[j])
        at_one[i] = pay[j, 0]
        behaviour[i] = MIXES
    T = node[n, 15]
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
            + node[n, 13 + i]
        )
        a = node[n, 13 + i]
        if np.isfinite(T):
            flow, B = node[n, i] + node[n, 12] * node[n, 6 + i], node[n, 6 + i]
            gain = waiting_gain(0.0, 0.0, at_one[i], pay[i, 2], B, a, rho, flow, T)
            stays[i] = gain >= 0.0
        else:
            stays[i] = N <= 0.0 or (a > 0.0 and rho > 0.0 and at_one[i] <= W[i])
        greedy[i] = pay[i, 2] <= at_one[i]
    if np.isfinite(T) and (stays[0] or stays[1]):
        return ATTRITION
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
            speeds(n, node, entry, entry_pay, 0.0, lam)
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
    clocked: IntArray,
    shown: IntArray,
    last: FloatArray,
    plays: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    bends: IntArray,
    counts: IntArray,
    logs: FloatArray,
    which: IntArray,
    row_kinks: IntArray,
) -> tuple[int, float, int, int]:
    """Solve every node backward with persistent types; iterate on the value of a relapse.

    Nodes are ordered so that ``following [node, conceder]`` is larger than the node (-1 at the
    end); node 0 is the start. ``back [node]`` is where a breakdown returns to, or -1. Entries
    V, mu, after, lam, T0, pay are at the prior beliefs of each node. Returns outer iterations,
    the last change of a relapse value over the largest value, and the node and code of a failure
    (-1, 0 if none).

    ``clocked`` marks nodes that `solve_clocked` has solved; what follows it are its results.
    """
    count = node.shape[0]
    stays = np.zeros(2, dtype=np.int64)
    least, reach = np.empty(2), np.empty(2)
    places = np.empty((2, table.shape[2] + 2))
    index = np.zeros((2, table.shape[2] + 2), dtype=np.int64)
    found = np.zeros(2, dtype=np.int64)
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
                stays,
            )
            cc[n] = 0
            for i in range(2):
                last[n, i] = 0.0
                shown[n, 1 + i] = behaviour[n, i]
            shown[n, 0] = kind[n]
            clocked[n] = 0
            if kind[n] == ATTRITION and (
                node[n, 13] > 0.0 or node[n, 14] > 0.0 or np.isfinite(node[n, 15])
            ):
                clocked[n] = 1
                for j in range(2):
                    low = node[n, 8 + j] * (1.0 - psi if n > 0 and psi < 1.0 else 1.0)
                    reach[j] = np.log(max(low, LEAST))
                    least[j] = reach[j]
                    if psi == 1.0 and n > 0 and (stays[0] or stays[1]):
                        # Entries may be of sides known to be normal.
                        least[j] = np.log(LEAST)
                for j in range(2):
                    found[j] = knots_of(
                        n, j, psi, node, following, tc, table, tk, places[j], index[j]
                    )
                T0[n], problem = solve_clocked(
                    (n, psi, node, following, tc, table, W[n], places, index, found),
                    stays,
                    least,
                    -2.0 * reach.sum() / steps,
                    (plays[0][n], plays[1][n], plays[2][n], plays[3][n]),
                    bends,
                    counts[n],
                    logs[n],
                    which[n],
                    row_kinks,
                    table[n],
                    tc[n],
                    tk[n],
                    shown[n],
                    V[n],
                    mu[n],
                    last[n],
                    lam[n],
                    pay[n],
                )
                if problem:
                    return rounds, change, n, problem
                for x in range(2):
                    if n > 0 and counts[n, 1 + x] == 0:
                        tc[n, x] = table_of_corner(
                            n,
                            x,
                            0.0,
                            0.0,
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
                continue
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
    clocked: IntArray,
    shown: IntArray,
    last: FloatArray,
    place: FloatArray,
    span: FloatArray,
    chance: FloatArray,
    path: FloatArray,
    counts: IntArray,
    logs: FloatArray,
    which: IntArray,
) -> None:
    """Solve processes of one shape one after another, `persistent_tree` for each.

    One call holds no lock for as long as the whole batch takes, so that threads share the work.
    """
    count, size = node.shape[0], node.shape[1]
    at_one, W, after = np.zeros((size, 2)), np.zeros((size, 2)), np.zeros((size, 2))
    cpay = np.zeros((size, points, 2, 2, 4))
    cknot = np.zeros((size, points), dtype=np.int64)
    tc = np.zeros((size, 2), dtype=np.int64)
    rows = max(points + 4, logs.shape[3])
    table = np.zeros((size, 2, rows, 7))
    tk = np.zeros((size, 2, rows), dtype=np.int64)
    bends = np.zeros(span.shape[2], dtype=np.int64)
    row_kinks = np.zeros((3, logs.shape[3]), dtype=np.int64)
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
            clocked[p],
            shown[p],
            last[p],
            (place[p], span[p], chance[p], path[p]),
            bends,
            counts[p],
            logs[p],
            which[p],
            row_kinks,
        )
