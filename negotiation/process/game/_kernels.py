"""Compiled kernels of the Markov game with private shocks.

Symbols: n node, i the side whose value it is and j the other, a and b actions, theta inverse scale
of the shocks relative to the game's (1 at the game itself, 0 for boundless shocks), phi = log
theta, s scale of the shocks, eta rate of windows, w log-weight of an action, W their sum.

    x_a = theta (pay_i(a) + V_i(n^a) - V_i(n)) / s_i,   D = 1 - W + sum_a w exp(x_a)
    h_a = eta_i w exp(x_a) / D
    G_i = g_i - r_i V_i + (eta_i s_i / theta) log D + sum_b h_b (pay_i(b) + V_i(n^b) - V_i)
        + sum_m gamma_m (pay_i(m) + V_i(n^m) - V_i)

An equilibrium has G = 0; with a date, dV/dt = -G. The equations are those of `solve_games`, an act
at infinite cost counted in g and w; ``tables`` is `Span.tables`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from negotiation.compilation import njit
from negotiation.process.game.layout import Tables
from negotiation.values import FloatArray, IntArray

#: What a kernel writes, and one node as `node_solutions` takes it.
Work: TypeAlias = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]
OneNode: TypeAlias = tuple[*Work, FloatArray, FloatArray, FloatArray, FloatArray]
#: Of `linear_step`, and what moves chances: tables, hazards, targets of acts and of endings.
Part: TypeAlias = tuple[IntArray, IntArray, IntArray]
Room: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]
Pair: TypeAlias = tuple[float, float]
Moves: TypeAlias = tuple[Tables, FloatArray, IntArray, IntArray]

#: The pair of orders 5 and 4 of Dormand and Prince (1980): shares of earlier slopes in each stage
#: (the last row is the step itself), the weights of the error, and the dates of the stages.
STAGES = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [1 / 5, 0.0, 0.0, 0.0, 0.0, 0.0],
        [3 / 40, 9 / 40, 0.0, 0.0, 0.0, 0.0],
        [44 / 45, -56 / 15, 32 / 9, 0.0, 0.0, 0.0],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0.0, 0.0],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0.0],
        [35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ]
)
ERRORS = np.array([71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40])
STAGE_DATES = np.array([0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0])


@njit(cache=True, nogil=True)
def workspace(nodes: int, actions: int) -> Work:
    """Room for what `evaluate` writes.

    The hazards ``h`` [action], the derivative ``c`` of the other side's G by the acting side's
    value of an action's target, the derivatives ``D`` [node, of, by] by the node's own values,
    ``G`` [node, side] and its derivative ``G_phi`` by phi.
    """
    pair = (nodes, 2)
    D = np.zeros((nodes, 2, 2))
    return np.zeros(actions), np.zeros(actions), D, np.zeros(pair), np.zeros(pair)


@njit(cache=True, nogil=True)
def evaluate(theta: float, V: FloatArray, members: IntArray, tables: Tables, work: Work) -> None:
    """Conditions of equilibrium of some nodes and their derivatives, into `workspace`."""
    h, c, D, G, G_phi = work
    ptr, mid, to, pay, e_ptr, e_to, e_pay, e_rate, g, r, s, eta, w = tables
    for n in members:
        for i in range(2):
            G[n, i] = g[n, i] - r[i] * V[n, i]
            D[n, i, i] = -r[i]
            D[n, 1 - i, i] = 0.0
            G_phi[n, i] = 0.0
        for e in range(e_ptr[n], e_ptr[n + 1]):
            m = e_to[e]
            for i in range(2):
                ahead = e_pay[e, i] - V[n, i]
                if m >= 0:
                    ahead += V[m, i]
                G[n, i] += e_rate[e] * ahead
                D[n, i, i] -= e_rate[e]
        for i in range(2):
            j = 1 - i
            first, last = (ptr[n], mid[n]) if i == 0 else (mid[n], ptr[n + 1])
            if first == last:
                continue
            scale = theta / s[i]
            weight = w[n, i]
            top = 0.0
            total = 0.0
            for a in range(first, last):
                m = to[a]
                x = pay[a, i] - V[n, i]
                if m >= 0:
                    x += V[m, i]
                x *= scale
                h[a] = x
                top = max(top, x)
                if x > -np.inf:
                    total += weight
            # Small differences keep their digits; large ones do not overflow.
            if top <= 30.0:
                top = 0.0
                above = 0.0
                for a in range(first, last):
                    x = h[a]
                    if abs(x) < 0.5:
                        above += weight * np.expm1(x)
                    elif x > -np.inf:
                        above += weight * (np.exp(x) - 1.0)
                shared = 1.0 + above
                log_shared = np.log1p(above)
            else:
                shared = (1.0 - total) * np.exp(-top)
                for a in range(first, last):
                    if h[a] > -np.inf:
                        shared += weight * np.exp(h[a] - top)
                log_shared = top + np.log(shared)
            idle = (1.0 - total) * np.exp(-top) / shared
            mean = 0.0
            for a in range(first, last):
                if h[a] > -np.inf:
                    c[a] = weight * np.exp(h[a] - top) / shared
                    if c[a] > 0.0:
                        mean += c[a] * h[a]
                else:
                    c[a] = 0.0
            G[n, i] += eta[i] / scale * log_shared
            G_phi[n, i] += eta[i] / scale * (mean - log_shared)
            lost = 0.0
            for a in range(first, last):
                m = to[a]
                hazard = eta[i] * c[a]
                gap = pay[a, j] - V[n, j]
                if m >= 0:
                    gap += V[m, j]
                lost += hazard * gap
                D[n, i, i] -= hazard
                D[n, j, j] -= hazard
                if c[a] > 0.0:
                    G_phi[n, j] += hazard * (h[a] - mean) * gap
            G[n, j] += lost
            D[n, j, i] -= scale * idle * lost
            for a in range(first, last):
                m = to[a]
                gap = pay[a, j] - V[n, j]
                if m >= 0:
                    gap += V[m, j]
                h[a] = eta[i] * c[a]
                c[a] = scale * c[a] * (eta[i] * gap - lost)


@njit(cache=True, nogil=True)
def eliminate(M: FloatArray, size: int) -> float:
    """Solve ``size`` linear equations in place, the right side in column ``size``.

    Returns the sign of the determinant, 0 where it is zero or not a number.
    """
    sign = 1.0
    for k in range(size):
        best = k
        for row in range(k + 1, size):
            if abs(M[row, k]) > abs(M[best, k]):
                best = row
        if M[best, k] == 0.0 or not np.isfinite(M[best, k]):
            return 0.0
        if M[best, k] < 0.0:
            sign = -sign
        if best != k:
            sign = -sign
            for col in range(k, size + 1):
                M[k, col], M[best, col] = M[best, col], M[k, col]
        for row in range(k + 1, size):
            factor = M[row, k] / M[k, k]
            if factor != 0.0:
                for col in range(k + 1, size + 1):
                    M[row, col] -= factor * M[k, col]
    for k in range(size - 1, -1, -1):
        value = M[k, size]
        for col in range(k + 1, size):
            value -= M[k, col] * M[col, size]
        M[k, size] = value / M[k, k]
    return sign


@njit(cache=True, nogil=True)
def linear_step(
    block: Part, tables: Tables, work: Work, row: FloatArray, phi_right: Pair, room: Room
) -> tuple[float, float]:
    """Newton step of a block's equations with one more row.

    Solves ``J dV + G_phi dphi = -G`` with ``row . dV + row_phi dphi = right``, the last two in
    ``phi_right``. ``block`` is the members, which of them are bordered, and -1 for every node;
    ``room`` is for columns and equations, and for the step that is written. Nodes are
    eliminated in their order; what is left is dense in the values of bordered nodes, of nodes
    whose own equations are nearly singular, and in phi. Returns the step of phi and the sign of
    the determinant, 0 where the equations are singular.
    """
    members, bordered, place = block
    cols, M, step = room
    h, c, D, G, G_phi = work
    ptr, mid, to, _, e_ptr, e_to, _, e_rate, _, _, _, _, _ = tables
    count = len(members)
    border = np.empty(count, dtype=np.int64)
    size = 0
    turned = 1.0
    for q in range(count):
        n = members[q]
        place[n] = q
        border[q] = -1
        det = D[n, 0, 0] * D[n, 1, 1] - D[n, 0, 1] * D[n, 1, 0]
        if bordered[q] == 1 or abs(det) < 0.05 * D[n, 0, 0] * D[n, 1, 1] or count == 1:
            border[q] = size
            size += 2
    phi = size
    size += 1
    for k in range(size):
        for col in range(size + 1):
            M[k, col] = 0.0
    M[phi, phi], M[phi, size] = phi_right
    acc = np.empty((2, size + 1))
    own = np.empty((2, 2))
    for q in range(count):
        n = members[q]
        for i in range(2):
            own[i, 0], own[i, 1] = D[n, i, 0], D[n, i, 1]
            for col in range(size):
                acc[i, col] = 0.0
            acc[i, size] = G[n, i]
            acc[i, phi] = G_phi[n, i]
        for a in range(ptr[n], ptr[n + 1]):
            m = to[a]
            if m < 0 or place[m] < 0:
                continue
            i = 0 if a < mid[n] else 1
            j = 1 - i
            if m == n:
                own[0, 0] += h[a]
                own[1, 1] += h[a]
                own[j, i] += c[a]
                continue
            k = place[m]
            if border[k] >= 0:
                acc[i, border[k] + i] += h[a]
                acc[j, border[k] + j] += h[a]
                acc[j, border[k] + i] += c[a]
            else:
                for col in range(size + 1):
                    acc[i, col] += h[a] * cols[k, i, col]
                    acc[j, col] += h[a] * cols[k, j, col] + c[a] * cols[k, i, col]
        for e in range(e_ptr[n], e_ptr[n + 1]):
            m = e_to[e]
            if m < 0 or place[m] < 0:
                continue
            k = place[m]
            for i in range(2):
                if m == n:
                    own[i, i] += e_rate[e]
                elif border[k] >= 0:
                    acc[i, border[k] + i] += e_rate[e]
                else:
                    for col in range(size + 1):
                        acc[i, col] += e_rate[e] * cols[k, i, col]
        if border[q] >= 0:
            for i in range(2):
                for col in range(size):
                    M[border[q] + i, col] += acc[i, col]
                M[border[q] + i, size] -= acc[i, size]
                for k in range(2):
                    M[border[q] + i, border[q] + k] += own[i, k]
                M[phi, border[q] + i] += row[n, i]
        else:
            det = own[0, 0] * own[1, 1] - own[0, 1] * own[1, 0]
            if det < 0.0:
                turned = -turned
            for col in range(size + 1):
                first = -(own[1, 1] * acc[0, col] - own[0, 1] * acc[1, col]) / det
                second = -(own[0, 0] * acc[1, col] - own[1, 0] * acc[0, col]) / det
                cols[q, 0, col] = first
                cols[q, 1, col] = second
                if col < size:
                    M[phi, col] += row[n, 0] * first + row[n, 1] * second
                else:
                    M[phi, col] -= row[n, 0] * first + row[n, 1] * second
    sign = eliminate(M, size)
    for q in range(count):
        n = members[q]
        for i in range(2):
            if border[q] >= 0:
                step[n, i] = M[border[q] + i, size]
            else:
                value = cols[q, i, size]
                for col in range(size):
                    value += cols[q, i, col] * M[col, size]
                step[n, i] = value
    for q in range(count):
        place[members[q]] = -1
    return M[phi, size], sign * turned


@njit(cache=True, nogil=True)
def correct(
    phi: float,
    V: FloatArray,
    block: Part,
    tables: Tables,
    work: Work,
    row: FloatArray,
    row_phi: float,
    room: Room,
    limit: float,
    enough: float,
    then_tangent: bool,
) -> tuple[float, float, float, float]:
    """Newton's method for a block on the plane ``row . dV + row_phi dphi = 0``.

    Stops at steps below ``enough`` scales of the shocks, or of rounding where that is zero, and
    gives up at steps above ``limit``. In the end ``step`` is the tangent of the branch with
    ``row . step + row_phi dphi = 1``, if one is asked for. Returns the sign of the determinant, 0
    where it did not converge, the length of the first step in scales of the shocks, phi and dphi.
    """
    G, s = work[3], tables[10]
    members, step = block[0], room[2]
    first = 0.0
    before = np.inf
    done = False
    for it in range(50):
        theta = np.exp(phi)
        evaluate(theta, V, members, tables, work)
        right = 0.0
        if done:
            right = 1.0
            for n in members:
                G[n, 0], G[n, 1] = 0.0, 0.0
        dphi, sign = linear_step(block, tables, work, row, (row_phi, right), room)
        if sign == 0.0 or done:
            return sign, first, phi, dphi
        size = abs(dphi)
        rounding = 0.0
        for n in members:
            for i in range(2):
                size = max(size, abs(step[n, i]) * theta / s[i])
                rounding = max(rounding, abs(V[n, i]) * theta / s[i])
        if it == 0:
            first = size
        if not size <= limit or (enough > 0.0 and (size > 0.9 * before or it == 6)):
            break
        for n in members:
            for i in range(2):
                V[n, i] += step[n, i]
        phi += dphi
        # Below rounding, or where rounding no longer lets the step shrink.
        done = size <= max(enough, 1e-14 * rounding + 1e-300)
        done = done or (size < 1e-8 and size > 0.2 * before)
        if done and not then_tangent:
            return sign, first, phi, dphi
        before = size
    return 0.0, first, phi, 0.0


@njit(cache=True, nogil=True)
def solve_stationary(
    values: FloatArray,
    given: IntArray,
    order: IntArray,
    begins: IntArray,
    all_bordered: IntArray,
    tables: Tables,
    largest: float,
    max_steps: int,
) -> IntArray:
    """Values of all blocks, in order, on the branch that comes from boundless shocks.

    ``given`` marks nodes whose values stand. A branch is followed in V and phi by pseudo-arclength,
    so that it may turn back in phi, until it first reaches phi = 0. ``largest`` bounds how far, in
    scales of the shocks, a corrector may move; the sign of the determinant tells a jump to another
    branch. Returns the number of steps of each block, negative where its branch was lost.
    """
    nodes = len(values)
    ptr, to, pay, s = tables[0], tables[2], tables[3], tables[10]
    work = workspace(nodes, len(to))
    place = np.full(nodes, -1, dtype=np.int64)
    taken = np.zeros(len(begins) - 1, dtype=np.int64)
    widest = 0
    for k in range(len(begins) - 1):
        widest = max(widest, begins[k + 1] - begins[k])
    step = np.zeros((nodes, 2))
    size = 2 * widest + 1
    room = np.empty((widest, 2, size + 1)), np.empty((size, size + 1)), step
    tangent = np.zeros((nodes, 2))
    row = np.zeros((nodes, 2))
    zero = np.zeros((nodes, 2))
    V = values.copy()
    trial = values.copy()
    unit = np.empty(2)
    for k in range(len(begins) - 1):
        members = order[begins[k] : begins[k + 1]]
        block = members, all_bordered[begins[k] : begins[k + 1]], place
        if given[members[0]] == 1:
            continue
        for n in members:
            for i in range(2):
                trial[n, i] = 0.0
                row[n, i] = 0.0
        # First boundless shocks, under which values solve a linear system, then the start of the
        # branch, where differences are at most half a scale of the shocks, then steps along it.
        phase = 0
        phi = np.log(1e-12)
        base_phi = 0.0
        tangent_phi = 1.0
        length = 0.0
        move = 0.0
        orientation = 0.0
        end = True
        steps = 0
        while True:
            on_plane = phase == 2 and not end
            sign, first, phi, dphi = correct(
                phi,
                trial,
                block,
                tables,
                work,
                row if on_plane else zero,
                tangent_phi if on_plane else 1.0,
                room,
                largest if phase == 2 else np.inf,
                1e-5 if on_plane else 0.0,
                on_plane or phase == 1,
            )
            good = sign != 0.0
            if phase == 0:
                spread = 0.0
                for n in members:
                    for a in range(ptr[n], ptr[n + 1]):
                        for i in range(2):
                            gap = pay[a, i] - trial[n, i]
                            if to[a] >= 0:
                                gap += trial[to[a], i]
                            if gap > -np.inf:
                                spread = max(spread, abs(gap) / s[i])
                if not np.isfinite(spread):
                    good = False
                for i in range(2):
                    unit[i] = s[i] * max(spread, 1.0)
                phi = min(0.0, np.log(0.5 / max(spread, 0.5)))
                phase = 1
                if good:
                    continue
            elif phase == 1:
                orientation = sign
                if good and phi == 0.0:
                    break
            elif end:
                good = sign == orientation
                if good:
                    break
            if phase == 1 and not good:
                steps = -1
                break
            norm = dphi * dphi
            if good:
                # The tangent, along the last one; a jump to another branch turns it around.
                for n in members:
                    for i in range(2):
                        norm += (step[n, i] / unit[i]) ** 2
                norm = np.sqrt(norm)
                good = sign == orientation and (phase == 1 or norm < 1.2)
                if sign == -orientation and move < 1e-6 and norm < 1.001:
                    # Straight through a point where branches cross, as in symmetric games.
                    orientation = sign
                    good = True
            steps += 1
            if good:
                for n in members:
                    for i in range(2):
                        V[n, i] = trial[n, i]
                        tangent[n, i] = step[n, i] / norm
                        row[n, i] = tangent[n, i] / unit[i] ** 2
                base_phi = phi
                tangent_phi = dphi / norm
                grown = np.sqrt(0.5 * largest / max(first, 1e-12))
                length = 0.5 if phase == 1 else min(move * min(2.5, grown), 3.0)
                phase = 2
            else:
                length = 0.3 * move
            if length < 1e-10 or steps > max_steps:
                steps = -steps
                break
            end = tangent_phi > 0.0 and base_phi + length * tangent_phi >= 0.0
            move = -base_phi / tangent_phi if end else length
            phi = 0.0 if end else base_phi + move * tangent_phi
            for n in members:
                for i in range(2):
                    trial[n, i] = V[n, i] + move * tangent[n, i]
        for n in members:
            for i in range(2):
                V[n, i] = trial[n, i]
                values[n, i] = trial[n, i]
        taken[k] = steps
    return taken


@njit(cache=True, nogil=True)
def curvature(
    members: IntArray, moves: IntArray, tables: Tables, work: Work, out: FloatArray
) -> None:
    """Second derivative of values by date, from ``dV/dt = -G``; nodes not in ``moves`` stand."""
    h, c, D, G, _ = work
    ptr, mid, to, _, e_ptr, e_to, _, e_rate, _, _, _, _, _ = tables
    for n in members:
        for i in range(2):
            out[n, i] = D[n, i, 0] * G[n, 0] + D[n, i, 1] * G[n, 1]
        for a in range(ptr[n], ptr[n + 1]):
            m = to[a]
            if m >= 0 and moves[m] == 1:
                i = 0 if a < mid[n] else 1
                out[n, i] += h[a] * G[m, i]
                out[n, 1 - i] += h[a] * G[m, 1 - i] + c[a] * G[m, i]
        for e in range(e_ptr[n], e_ptr[n + 1]):
            m = e_to[e]
            if m >= 0 and moves[m] == 1:
                for i in range(2):
                    out[n, i] += e_rate[e] * G[m, i]


@njit(cache=True, nogil=True)
def integrate_back(
    V: FloatArray,
    begin: float,
    end: float,
    members: IntArray,
    tables: Tables,
    tol: float,
    max_steps: int,
    dates: FloatArray,
    path: FloatArray,
) -> int:
    """Values of some nodes from ``end`` back to ``begin``; ``V`` moves from the one to the other.

    Steps of order 5; ``tol`` bounds the error of one in scales of the shocks. Writes ``dates`` and
    ``path`` [date, node, side, derivative], from the end back: values, first and second
    derivatives. Returns how many; 0 where the steps did not suffice, -1 where the room did not.
    """
    nodes = len(V)
    s = tables[10]
    work = workspace(nodes, len(tables[2]))
    G = work[3]
    moves = np.zeros(nodes, dtype=np.int64)
    for n in members:
        moves[n] = 1
    slopes = np.zeros((7, nodes, 2))
    trial = V.copy()
    second = np.zeros_like(V)
    known = 0
    t = end
    length = 1e-4 * (end - begin)
    for _ in range(max_steps):
        # The last step must not leave a crumb.
        if t - length < begin + 1e-3 * length:
            length = t - begin
        for k in range(7):
            for n in members:
                for i in range(2):
                    total = 0.0
                    for q in range(k):
                        total += STAGES[k, q] * slopes[q, n, i]
                    trial[n, i] = V[n, i] + length * total
            evaluate(1.0, trial, members, tables, work)
            for n in members:
                for i in range(2):
                    slopes[k, n, i] = G[n, i]
            if k == 0 and (known == 0 or t != dates[known - 1]):
                if known == len(dates):
                    return -1
                curvature(members, moves, tables, work, second)
                dates[known] = t
                for n in range(nodes):
                    for i in range(2):
                        path[known, n, i, 0] = V[n, i]
                for n in members:
                    for i in range(2):
                        path[known, n, i, 1] = -G[n, i]
                        path[known, n, i, 2] = second[n, i]
                known += 1
                if t <= begin:
                    return known
        worst = 0.0
        for n in members:
            for i in range(2):
                total = 0.0
                for q in range(7):
                    total += ERRORS[q] * slopes[q, n, i]
                allowed = tol * s[i] + 1e-15 * abs(V[n, i])
                worst = max(worst, abs(length * total) / allowed)
        if worst <= 1.0:
            t = begin if length == t - begin else t - length
            for n in members:
                for i in range(2):
                    V[n, i] = trial[n, i]
        elif not np.isfinite(worst):
            worst = 1e5
        length *= min(5.0, max(0.1, 0.9 * (max(worst, 1e-10)) ** -0.2))
    return 0


@njit(cache=True, nogil=True)
def values_between(
    t: float, k: int, dates: FloatArray, path: FloatArray, members: IntArray, V: FloatArray
) -> None:
    """Values at a date between ``dates[k + 1]`` and ``dates[k]`` by the quintic of both ends."""
    span = dates[k] - dates[k + 1]
    u = (t - dates[k + 1]) / span
    v = 1.0 - u
    a0 = v * v * v * (1.0 + 3.0 * u + 6.0 * u * u)
    b0 = u * v * v * v * (1.0 + 3.0 * u)
    c0 = 0.5 * u * u * v * v * v
    a1 = u * u * u * (1.0 + 3.0 * v + 6.0 * v * v)
    b1 = -v * u * u * u * (1.0 + 3.0 * v)
    c1 = 0.5 * v * v * u * u * u
    for n in members:
        for i in range(2):
            V[n, i] = (
                a0 * path[k + 1, n, i, 0]
                + a1 * path[k, n, i, 0]
                + span * (b0 * path[k + 1, n, i, 1] + b1 * path[k, n, i, 1])
                + span * span * (c0 * path[k + 1, n, i, 2] + c1 * path[k, n, i, 2])
            )


@njit(cache=True, nogil=True)
def flow_of_chances(state: FloatArray, moves: Moves, states: int, out: FloatArray) -> None:
    """Rates of change of chances, of expected numbers of events and of the time in each node."""
    tables, h, act_target, ending_target = moves
    ptr, _, _, _, e_ptr, _, _, e_rate, _, _, _, _, _ = tables
    for z in range(states):
        out[z] = 0.0
    events = states
    for n in range(len(ptr) - 1):
        for a in range(ptr[n], ptr[n + 1]):
            move = state[n] * h[a]
            out[n] -= move
            out[act_target[a]] += move
            out[events + a] = move
        for e in range(e_ptr[n], e_ptr[n + 1]):
            move = state[n] * e_rate[e]
            out[n] -= move
            out[ending_target[e]] += move
            out[events + len(h) + e] = move
        out[events + len(h) + len(e_rate) + n] = state[n]


@njit(cache=True, nogil=True)
def integrate_forward(
    state: FloatArray,
    t: float,
    until: float,
    values: tuple[FloatArray, FloatArray, IntArray],
    moves: Moves,
    states: int,
    finest: float,
) -> None:
    """Move chances, then numbers of events and times spent, from ``t`` to ``until``.

    ``values`` are dates, values and members of a path, whose hazards follow it; the others stand in
    ``h``. Steps of order 5, at most ``finest`` over the largest rate of leaving.
    """
    dates, path, members = values
    tables, h, _, _ = moves
    nodes = len(tables[0]) - 1
    eta = tables[11]
    e_ptr, e_rate = tables[4], tables[7]
    _, c, D, G, G_phi = workspace(nodes, len(h))
    work = h, c, D, G, G_phi
    V = path[0, :, :, 0].copy()
    largest = 1e-300
    for n in range(nodes):
        rate = eta[0] + eta[1]
        for e in range(e_ptr[n], e_ptr[n + 1]):
            rate += e_rate[e]
        largest = max(largest, rate)
    slopes = np.zeros((6, len(state)))
    trial = np.empty_like(state)
    k = len(dates) - 2
    while t < until:
        while k > 0 and t >= dates[k]:
            k -= 1
        stop = min(until, dates[k])
        pieces = int(np.ceil((stop - t) * largest / finest))
        pieces = max(pieces, 1)
        length = (stop - t) / pieces
        for piece in range(pieces):
            at = t + piece * length
            for q in range(6):
                values_between(at + STAGE_DATES[q] * length, k, dates, path, members, V)
                evaluate(1.0, V, members, tables, work)
                for z in range(len(state)):
                    total = 0.0
                    for b in range(q):
                        total += STAGES[q, b] * slopes[b, z]
                    trial[z] = state[z] + length * total
                flow_of_chances(trial, moves, states, slopes[q])
            for z in range(len(state)):
                for q in range(6):
                    state[z] += length * STAGES[6, q] * slopes[q, z]
        t = stop


@njit(cache=True, nogil=True)
def uniformised(start: FloatArray, times: FloatArray, moves: Moves) -> FloatArray:
    """Chances of the nodes ``[time, node]`` at increasing times, constant hazards.

    Uniformisation (Jensen 1953): jumps at the largest rate of leaving, their number Poisson;
    longer times are cut at a mean of 32 jumps.
    """
    tables, h, act_target, ending_target = moves
    ptr, e_ptr, e_rate = tables[0], tables[4], tables[7]
    nodes = len(ptr) - 1
    states = len(start)
    leave = np.zeros(nodes)
    for n in range(nodes):
        for a in range(ptr[n], ptr[n + 1]):
            leave[n] += h[a]
        for e in range(e_ptr[n], e_ptr[n + 1]):
            leave[n] += e_rate[e]
    rate = 1e-300
    for n in range(nodes):
        rate = max(rate, leave[n])
    out = np.zeros((len(times), states))
    base = start.copy()
    current = np.empty(states)
    following = np.empty(states)
    ahead = np.zeros(states)
    t = 0.0
    k = 0
    still = False
    while k < len(times):
        if still:
            out[k] = base
            k += 1
            continue
        stop = min(times[-1], t + 32.0 / rate)
        last = k
        while last < len(times) and times[last] <= stop:
            last += 1
        mean = rate * (stop - t)
        jumps = int(mean + 9.0 * np.sqrt(mean) + 25.0)
        for z in range(states):
            current[z] = base[z]
            ahead[z] = 0.0
        weight = np.exp(-mean)
        shares = np.empty(last - k)
        for q in range(k, last):
            shares[q - k] = np.exp(-rate * (times[q] - t))
        for jump in range(jumps):
            for q in range(k, last):
                share = shares[q - k]
                if share > 1e-19:
                    for z in range(states):
                        out[q, z] += share * current[z]
                shares[q - k] = share * rate * (times[q] - t) / (jump + 1.0)
            for z in range(states):
                ahead[z] += weight * current[z]
            weight *= mean / (jump + 1.0)
            for z in range(states):
                following[z] = current[z]
            for n in range(nodes):
                if current[n] == 0.0:
                    continue
                unit = current[n] / rate
                following[n] -= unit * leave[n]
                for a in range(ptr[n], ptr[n + 1]):
                    following[act_target[a]] += unit * h[a]
                for e in range(e_ptr[n], e_ptr[n + 1]):
                    following[ending_target[e]] += unit * e_rate[e]
            current, following = following, current
        change = 0.0
        for z in range(states):
            change = max(change, abs(ahead[z] - base[z]))
            base[z] = ahead[z]
        still = change < 1e-17 * mean
        k = last
        t = stop
    return out


@njit(cache=True, nogil=True)
def hazards_at(
    V: float, own: FloatArray, s: float, eta: float, w: float, out: FloatArray
) -> tuple[float, float]:
    """Hazards of one side's actions at a value; returns log D and the chance of waiting."""
    top = 0.0
    for x in own:
        top = max(top, (x - V) / s)
    shared = (1.0 - w * len(own)) * np.exp(-top)
    idle = shared
    for a in range(len(own)):
        out[a] = w * np.exp((own[a] - V) / s - top)
        shared += out[a]
    for a in range(len(own)):
        out[a] *= eta / shared
    return top + np.log(shared), idle / shared


@njit(cache=True, nogil=True)
def reply(i: np.int64, node: OneNode, low: FloatArray, high: FloatArray, sign: float) -> float:
    """Value of a side whose rival's hazards lie between two bounds, the largest or smallest.

    The root of a decreasing function: ``sign`` 1 takes of each hazard the bound that is better for
    the side, -1 the worse.
    """
    base, rho, s, eta, w = node[0][i], node[1][i], node[2][i], node[3][i], node[4][i]
    own, ahead = (node[5], node[8]) if i == 0 else (node[7], node[6])
    out = np.empty(len(own))
    left, right = -np.inf, np.inf
    V = base / max(rho, 1e-3 * eta)
    step = s
    for _ in range(200):
        log_shared, _idle = hazards_at(V, own, s, eta, w, out)
        f = base + eta * s * log_shared - rho * V
        slope = -rho
        for a in range(len(own)):
            slope -= out[a]
        for b in range(len(ahead)):
            gap = ahead[b] - V
            hazard = high[b] if sign * gap > 0.0 else low[b]
            f += hazard * gap
            slope -= hazard
        if f > 0.0:
            left = V
        elif f < 0.0:
            right = V
        else:
            return float(V)
        guess = V - f / slope if slope < 0.0 else np.nan
        if abs(guess - V) <= 1e-15 * max(abs(V), s):
            return guess
        if not (guess > left and guess < right):
            if np.isinf(left) or np.isinf(right):
                step *= 2.0
                guess = V + step if f > 0.0 else V - step
                if (f > 0.0 and guess >= right) or (f < 0.0 and guess <= left):
                    guess = 0.5 * (left + right)
            else:
                guess = 0.5 * (left + right)
                if guess in (left, right):
                    return guess
        V = guess
    return float(V)


@njit(cache=True, nogil=True)
def reply_slope(
    rho: float,
    hazards: FloatArray,
    idle: FloatArray,
    other_s: float,
    own: FloatArray,
    ahead: FloatArray,
    V: FloatArray,
) -> tuple[float, float]:
    """Bounds on the slope of a side's value in its rival's, over an interval.

    ``hazards`` [bound, rival's action] and ``idle`` [bound] of the rival, ``own`` [bound] the sum
    of the side's own hazards, ``ahead`` what the rival's actions bring it, ``V`` [bound] its value.
    """
    low, high = 0.0, 0.0
    least, most = rho + own[0], rho + own[1]
    for b in range(len(ahead)):
        least += hazards[0, b]
        most += hazards[1, b]
        small = hazards[0, b] * idle[0] / other_s
        large = hazards[1, b] * idle[1] / other_s
        down = -(ahead[b] - V[0])
        up = -(ahead[b] - V[1])
        low += min(small * down, large * down)
        high += max(small * up, large * up)
    least = max(least, 1e-300)
    return min(low / least, low / most), max(high / least, high / most)


@njit(cache=True, nogil=True)
def reply_to_reply(a: float, b: float, node: OneNode, out: Work) -> None:
    """Side 1's values ``V`` [bound] when side 0's lies between a and b, and side 0's replies.

    Hazards fall with the value: the smaller bound stands at the upper end.
    """
    _, _, s, eta, w, own_0, _, own_1, _ = node
    h_0, h_1, idle, V, image = out
    _, idle[0, 0] = hazards_at(a, own_0, s[0], eta[0], w[0], h_0[1])
    _, idle[0, 1] = hazards_at(b, own_0, s[0], eta[0], w[0], h_0[0])
    for q in range(2):
        sign = 2.0 * q - 1.0
        V[q] = reply(np.int64(1), node, h_0[0], h_0[1], sign)
    _, idle[1, 0] = hazards_at(V[0], own_1, s[1], eta[1], w[1], h_1[1])
    _, idle[1, 1] = hazards_at(V[1], own_1, s[1], eta[1], w[1], h_1[0])
    for q in range(2):
        sign = 2.0 * q - 1.0
        image[q] = reply(np.int64(0), node, h_1[0], h_1[1], sign)


@njit(cache=True, nogil=True)
def node_solutions(node: OneNode, finest: float, most: int) -> tuple[FloatArray, int]:
    """All equilibria of one node whose continuation is known, by interval bisection.

    ``node`` is base, rho, s, eta and w by side, then what side 0's actions bring it and the other
    side, and what side 1's bring it and the other side. The value of side 0 is a fixed point of
    reply to reply; an interval of it is dropped where its image misses it, and settled where the
    slope of the image excludes a second fixed point. Returns the values ``[solution, side]`` and
    the number of intervals finer than ``finest`` scales of the shocks, or left after ``most``, that
    are not settled.
    """
    _, rho, s, eta, _, own_0, ahead_1, own_1, ahead_0 = node
    none_1, all_1 = np.zeros(len(own_1)), np.full(len(own_1), eta[1])
    margin = 1e-12 * s[0]
    stack = np.empty((400, 2))
    for q in range(2):
        sign = 2.0 * q - 1.0
        stack[0, q] = sign * margin + reply(np.int64(0), node, none_1, all_1, sign)
    found = np.empty((64, 2))
    count = 0
    undecided = 0
    depth = 1
    h_0 = np.empty((2, len(own_0)))
    h_1 = np.empty((2, len(own_1)))
    idle = np.empty((2, 2))
    sums_0, sums_1, ends = np.empty(2), np.empty(2), np.empty(2)
    V, image = np.empty(2), np.empty(2)
    out = h_0, h_1, idle, V, image
    done = 0
    while depth > 0:
        depth -= 1
        a, b = stack[depth, 0], stack[depth, 1]
        done += 1
        if done > most or depth > 396 or count >= 60:
            undecided += depth + 1
            break
        reply_to_reply(a, b, node, out)
        left, right = max(a, image[0] - margin), min(b, image[1] + margin)
        if left > right:
            continue
        if right - left < 0.7 * (b - a) and right > left:
            stack[depth, 0], stack[depth, 1] = left, right
            depth += 1
            continue
        for q in range(2):
            sums_0[q], sums_1[q] = 0.0, 0.0
            for act in range(len(own_0)):
                sums_0[q] += h_0[q, act]
            for act in range(len(own_1)):
                sums_1[q] += h_1[q, act]
        down_1, up_1 = reply_slope(rho[1], h_0, idle[0], s[0], sums_1, ahead_1, V)
        ends[0], ends[1] = a, b
        down_0, up_0 = reply_slope(rho[0], h_1, idle[1], s[1], sums_0, ahead_0, ends)
        largest = max(down_0 * down_1, down_0 * up_1, up_0 * down_1, up_0 * up_1)
        smallest = min(down_0 * down_1, down_0 * up_1, up_0 * down_1, up_0 * up_1)
        if largest < 1.0 or smallest > 1.0:
            turn = 1.0 if largest < 1.0 else -1.0
            x, y = a, b
            for probe in range(120):
                v = x if probe == 0 else (y if probe == 1 else 0.5 * (x + y))
                reply_to_reply(v, v, node, out)
                gap = turn * (image[0] - v)
                if probe == 0 and gap < -margin:
                    break
                if probe == 1 and gap > margin:
                    break
                if probe > 1:
                    if gap > 0.0:
                        x = v
                    else:
                        y = v
                    if y - x <= 1e-15 * max(abs(x), s[0]) or probe == 119:
                        found[count, 0], found[count, 1] = v, V[0]
                        count += 1
                        break
            continue
        if b - a < finest * s[0]:
            undecided += 1
            continue
        centre = 0.5 * (a + b)
        stack[depth, 0], stack[depth, 1] = a, centre
        stack[depth + 1, 0], stack[depth + 1, 1] = centre, b
        depth += 2
    # A solution on the border of two intervals is found twice.
    kept = np.empty((count, 2))
    distinct = 0
    for q in range(count):
        again = False
        for k in range(distinct):
            again = again or abs(found[q, 0] - kept[k, 0]) <= 1e-9 * s[0]
        if not again:
            kept[distinct, 0], kept[distinct, 1] = found[q, 0], found[q, 1]
            distinct += 1
    return kept[:distinct], undecided


@njit(cache=True, nogil=True)
def draw_paths(
    rng: np.random.Generator,
    paths: int,
    start: int,
    horizon: float,
    graph: tuple[Any, ...],
    hazards: tuple[Any, ...],
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Paths by hazards: what happens in which node and when, path after path.

    ``graph`` is where actions and endings of nodes begin, ends of spans, targets of actions, of
    endings and of deadlines, rates of endings, and which deadlines have passed; ``hazards`` which
    nodes are dated, bounds of their hazards, hazards after the last date, and where the grid of
    each span begins, its dates and hazards. Arrays of spans have a leading axis [span]. Hazards of
    dated nodes are drawn by thinning, those at a date by interpolation on the grid. Events are
    actions, then endings, then deadlines of nodes. Returns where each path begins, and the node,
    event and time of every event.
    """
    ptr, e_ptr, ends, act_target, ending_target, later_to, e_rate, passed = graph
    dated, bound, h, grid_begin, grid, grid_h = hazards
    nodes = len(ptr) - 1
    actions = len(h)
    deadline_event = actions + e_rate.shape[1]
    spans = len(ends)
    room = 4 * paths + 16
    begins = np.zeros(paths + 1, dtype=np.int64)
    where = np.empty(room, dtype=np.int64)
    what = np.empty(room, dtype=np.int64)
    when = np.empty(room)
    known = 0
    for path in range(paths):
        n = start
        t = 0.0
        span = 0
        while n < nodes:
            event = -1
            target = -1
            if passed[span, n] == 1:
                event = deadline_event + n
                target = later_to[span, n]
            else:
                constant = span == spans - 1 or dated[n] == 0
                total = 0.0
                if constant:
                    for a in range(ptr[n], ptr[n + 1]):
                        total += h[a]
                else:
                    total = bound[n]
                for e in range(e_ptr[n], e_ptr[n + 1]):
                    total += e_rate[span, e]
                t_next = t - np.log1p(-rng.random()) / total if total > 0.0 else np.inf
                if t_next > horizon and horizon <= ends[span]:
                    break
                if t_next >= ends[span]:
                    if span == spans - 1:
                        break
                    t = ends[span]
                    span += 1
                    continue
                t = t_next
                u = rng.random() * total
                low, high, part = 0, 0, 0.0
                if not constant:
                    low, high = grid_begin[span], grid_begin[span + 1] - 1
                    while high - low > 1:
                        middle = (low + high) // 2
                        if grid[middle] <= t:
                            low = middle
                        else:
                            high = middle
                    part = (t - grid[low]) / (grid[high] - grid[low])
                for a in range(ptr[n], ptr[n + 1]):
                    if constant:
                        u -= h[a]
                    else:
                        u -= grid_h[low, a] + part * (grid_h[high, a] - grid_h[low, a])
                    if u < 0.0:
                        event = a
                        target = act_target[span, a]
                        break
                if event < 0:
                    for e in range(e_ptr[n], e_ptr[n + 1]):
                        u -= e_rate[span, e]
                        if u < 0.0:
                            event = actions + e
                            target = ending_target[span, e]
                            break
                    if event < 0:
                        # Thinned, or the rounding of a sum: nothing happens.
                        continue
            if known == room:
                room *= 2
                where, what = np.append(where, where), np.append(what, what)
                when = np.append(when, when)
            where[known] = n
            what[known] = event
            when[known] = t
            known += 1
            n = target
        begins[path + 1] = known
    return begins, where[:known].copy(), what[:known].copy(), when[:known].copy()
