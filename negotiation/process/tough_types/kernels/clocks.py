"""Compiled kernels of a stage with a clock, types persisting: every entry has a path of its own.

Symbols as in `curves.py`; T is the deadline (infinite if there is none)
and p_j the probability that j concedes at it. Only the concession that counts is seen, and a coin
decides which of two does: a winner at T has posterior q_i = b_i / (1 - p_i/2). With

    E_i = L_i(b_j) - a_i t,     X_i = max{(1 - p_j/2) [L_i(q_j) - a_i T] + p_j/2 F_i(q_i),
                                          p_j F_i(q_i) + (1 - p_j) B_i},
    C_i = int_t^T exp(-rho (s - t)) (g_i + beta B_i) ds + exp(-rho (T - t)) X_i

(rho = r_i + beta; without a deadline C_i is the value of waiting for ever), play in which both
sides concede with hazards up to a time t and are quiet from then on ends at (t, b_U, b_C, p_U,
p_C) with, for each side,

    b_i = 1 and E_i >= C_i,                or  b_i < 1 and E_i = C_i;
    p_i = 1 - b_i and conceding at T pays, or  p_i = 0 and it does not, or i is indifferent at T.

These are four conditions on five unknowns. Their solutions form a path, followed from t = 0 and
b = (1, 1) with one condition exchanged for another at a time, in the way of Lemke and Howson
(1964, Equilibrium points of bimatrix games). Where the path comes to t = 0, or for entries from
which a side waits at the opening, the same conditions with t = 0 and the winner's entry z_w as
the unknown in its place describe play that is quiet from the opening on: then also b_i = z_i with
E_i <= C_i, a side that does not concede at the opening.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from negotiation.compilation import njit
from negotiation.process.tough_types.kernels.curves import speeds, stakes
from negotiation.process.tough_types.kernels.deadlines import quiet_flow
from negotiation.values import FloatArray, IntArray

#: Node, persistence, nodes, following nodes, sizes and tables of values, worth of waiting for ever,
#: and of each side's stakes the knots: places in ln b, descending, in the table, and their number.
Game: TypeAlias = tuple[
    int,
    float,
    FloatArray,
    IntArray,
    IntArray,
    FloatArray,
    FloatArray,
    FloatArray,
    IntArray,
    IntArray,
]

#: Room for stakes and payoffs.
Room: TypeAlias = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
#: Points of the path of conditions, and of each play: the time up to which the sides concede, the
#: chances of conceding at the deadline, log posteriors from the opening to that time.
Plays: TypeAlias = tuple[FloatArray, FloatArray, FloatArray, FloatArray]

#: What a side does up to t: all its normal types concede, some do, none does.
ALL_GO, SOME_GO, RESTS = 0, 1, 2
#: What the side's normal types that are left do at the deadline.
NO_LAST, ALL_LAST, SOME_LAST = 0, 1, 2

#: Codes of what went wrong.
LOST_PATH = 4

#: Points of a path kept for knots.
SPARE = 16

_TOUCH = 1e-9
_SWITCHES = 80


@njit(cache=True, nogil=True)
def stakes_of_both(game: Game, b: FloatArray, scratch: FloatArray, pay: FloatArray) -> None:
    """Stakes of conceding to each side at its posterior ``b [side]``."""
    n, psi, node, following, tc, table = game[0], game[1], game[2], game[3], game[4], game[5]
    for j in range(2):
        child = following[n, 1 - j]
        last = tc[child, 1 - j] - 1 if child >= 0 else 1
        stakes(n, j, b[j], 0, last, psi, node, following, table, scratch, pay[j])


@njit(cache=True, nogil=True)
def step_backward(
    game: Game,
    t: float,
    x: FloatArray,
    size: float,
    first: IntArray,
    last: IntArray,
    room: Room,
    lam: FloatArray,
    new: FloatArray,
) -> int:
    """One fourth-order Runge-Kutta step of the log posteriors x from t back to t - size.

    The stakes of conceding to j are read from the intervals first[j]..last[j] - 1 of its table.
    """
    n, psi, node, following, table = game[0], game[1], game[2], game[3], game[5]
    scratch, pay = room[0], room[1]
    k, b = np.zeros((4, 2)), np.empty(2)
    for stage in range(4):
        share = 0.0 if stage == 0 else (1.0 if stage == 3 else 0.5)
        for j in range(2):
            b[j] = x[j] - (share * size * k[stage - 1, j] if stage > 0 else 0.0)
            b[j] = np.exp(min(b[j], 0.0))
            stakes(n, j, b[j], first[j], last[j], psi, node, following, table, scratch, pay[j])
        problem = speeds(n, node, b, pay, t - share * size, lam)
        if problem:
            return problem
        for j in range(2):
            k[stage, j] = lam[j]
    for j in range(2):
        new[j] = x[j] - size / 6.0 * (k[0, j] + 2.0 * k[1, j] + 2.0 * k[2, j] + k[3, j])
    return 0


@njit(cache=True, nogil=True)
def path_backward(game: Game, end: float, final: FloatArray, path: FloatArray) -> int:
    """Log posteriors and times ``path [point, 3]`` from the opening to ``end``, there ``final``.

    Integrated backward in time on an even grid, with one more point at each knot of the stakes;
    points that are left over repeat the opening.
    """
    following, tc = game[3], game[4]
    places, index, found = game[7], game[8], game[9]
    count = path.shape[0] - 1 - SPARE
    row = path.shape[0] - 1
    room = (np.empty(4), np.empty((2, 4)), np.empty((2, 4)), np.empty((2, 4)))
    x, new, lam = final.copy(), np.empty(2), np.empty(2)
    at, first, last = np.zeros((3, 2), dtype=np.int64)
    for j in range(2):
        child = following[game[0], 1 - j]
        last[j] = tc[child, 1 - j] - 1 if child >= 0 else 1
        path[row, j] = final[j]
    path[row, 2] = end
    step = end / count
    for m in range(count, 0, -1):
        t, left = m * step, step
        size, side, tries = step, -1, 0
        while True:
            if side < 0:
                for j in range(2):
                    while at[j] < found[j] and x[j] <= places[j, at[j]] + 1e-13:
                        last[j] = index[j, at[j]]
                        at[j] += 1
                    first[j] = index[j, at[j]] if at[j] < found[j] else 0
            problem = step_backward(game, t, x, size, first, last, room, lam, new)
            if problem:
                return problem
            if side >= 0 and tries < 4:
                # Newton's method for the moment at which the knot is met.
                tries += 1
                size += (new[side] - places[side, at[side]]) / lam[side]
                size = min(max(size, 0.0), left)
                continue
            share, met = 1.0, -1
            if side >= 0:
                new[side] = places[side, at[side]]
                t, left = t - size, left - size
            else:
                for j in range(2):
                    if at[j] < found[j] and new[j] < places[j, at[j]] - 1e-13:
                        part = (x[j] - places[j, at[j]]) / (x[j] - new[j])
                        if part < share or met < 0:
                            share, met = part, j
                if met >= 0:
                    size, side, tries = share * left, met, 0
                    continue
            x[0], x[1] = new[0], new[1]
            if side < 0:
                break
            size, side = left, -1
            if row > m:
                row -= 1
                path[row, 0], path[row, 1], path[row, 2] = x[0], x[1], t
        row -= 1
        path[row, 0], path[row, 1], path[row, 2] = x[0], x[1], (m - 1) * step
    for m in range(row):
        path[m, 0], path[m, 1], path[m, 2] = x[0], x[1], 0.0
    return 0


@njit(cache=True, nogil=True)
def weigh(
    game: Game,
    t: float,
    v: FloatArray,
    scratch: FloatArray,
    pay: FloatArray,
    late: FloatArray,
    worth: FloatArray,
) -> None:
    """Payoffs ``worth [side, (E, conceding at T, not conceding at T, C)]`` at v; see the module.

    ``v`` is (unknown time or entry, ln b_U, ln b_C, p_U, p_C).
    """
    n, node, forever = game[0], game[2], game[6]
    b = np.empty(2)
    T, beta = node[n, 15], node[n, 12]
    for at_end in range(2 if np.isfinite(T) else 1):
        for j in range(2):
            b[j] = np.exp(min(v[1 + j], 0.0))
            if at_end:
                b[j] = min(b[j] / (1.0 - 0.5 * min(max(v[3 + j], 0.0), 1.0)), 1.0)
        stakes_of_both(game, b, scratch, late if at_end else pay)
    for i in range(2):
        j = 1 - i
        a, B = node[n, 13 + i], node[n, 6 + i]
        worth[i, 0] = pay[j, 0] - a * t
        if not np.isfinite(T):
            worth[i, 1], worth[i, 2], worth[i, 3] = -1.0, 0.0, forever[i]
            continue
        p, rho = v[3 + j], node[n, 10 + i] + beta
        win, lose = late[i, 2], late[j, 0] - a * T
        worth[i, 1] = (1.0 - 0.5 * p) * lose + 0.5 * p * win
        worth[i, 2] = p * win + (1.0 - p) * B
        span = T - t
        worth[i, 3] = quiet_flow(span, rho, node[n, i] + beta * B) + np.exp(-rho * span) * max(
            worth[i, 1], worth[i, 2]
        )


@njit(cache=True, nogil=True)
def conditions(
    v: FloatArray,
    early: IntArray,
    last: IntArray,
    x: int,
    entry: float,
    scale: FloatArray,
    worth: FloatArray,
    out: FloatArray,
) -> None:
    """The four conditions that hold with equality.

    ``x`` is the side whose log posterior at the entry is ``entry``, that of the other being v[0];
    -1 while the time is the unknown.
    """
    for i in range(2):
        if early[i] == ALL_GO:
            out[i] = v[1 + i]
        elif early[i] == SOME_GO:
            out[i] = (worth[i, 0] - worth[i, 3]) / scale[i]
        else:
            out[i] = v[1 + i] - (entry if i == x else v[0])
        if early[i] == ALL_GO or last[i] == NO_LAST:
            out[2 + i] = v[3 + i]
        elif last[i] == ALL_LAST:
            out[2 + i] = v[3 + i] - (1.0 - np.exp(v[1 + i]))
        else:
            out[2 + i] = (worth[i, 1] - worth[i, 2]) / scale[i]


@njit(cache=True, nogil=True)
def slacks(
    v: FloatArray,
    early: IntArray,
    last: IntArray,
    x: int,
    entry: float,
    low: float,
    scale: FloatArray,
    worth: FloatArray,
    out: FloatArray,
) -> None:
    """What must not be negative: per side what it does early (0-3) and last (4-7); the end (8)."""
    for m in range(8):
        out[m] = 1.0
    for i in range(2):
        gain = (worth[i, 0] - worth[i, 3]) / scale[i]
        if early[i] == ALL_GO:
            out[i] = gain
            continue
        if early[i] == RESTS:
            out[i] = -gain
        else:
            out[i] = -v[1 + i]
            if x >= 0:
                out[2 + i] = v[1 + i] - (entry if i == x else v[0])
        prefers = (worth[i, 1] - worth[i, 2]) / scale[i]
        if last[i] == NO_LAST:
            out[4 + i] = -prefers
        elif last[i] == ALL_LAST:
            out[4 + i] = prefers
        else:
            out[4 + i] = v[3 + i]
            out[6 + i] = 1.0 - np.exp(v[1 + i]) - v[3 + i]
    out[8] = v[0] - low


@njit(cache=True, nogil=True)
def exchange(m: int, early: IntArray, last: IntArray, worth: FloatArray) -> int:
    """Exchange the condition whose slack ``m`` is used up; returns the slack that opens."""
    i = m % 2
    if m < 4:
        if early[i] == ALL_GO:
            early[i] = SOME_GO
            last[i] = ALL_LAST if worth[i, 1] >= worth[i, 2] else NO_LAST
            return i
        if early[i] == RESTS:
            early[i] = SOME_GO
            return 2 + i
        early[i] = ALL_GO if m < 2 else RESTS
        return i
    if last[i] == NO_LAST:
        last[i] = SOME_LAST
        return 4 + i
    if last[i] == ALL_LAST:
        last[i] = SOME_LAST
        return 6 + i
    last[i] = NO_LAST if m < 6 else ALL_LAST
    return 4 + i


@njit(cache=True, nogil=True)
def solve_square(A: FloatArray, b: FloatArray, out: FloatArray) -> bool:
    """Gaussian elimination with partial pivoting; overwrites A and b. False where singular."""
    size = len(b)
    for c in range(size):
        p = c
        for m in range(c + 1, size):
            if abs(A[m, c]) > abs(A[p, c]):
                p = m
        if abs(A[p, c]) < 1e-13:
            return False
        if p != c:
            for m in range(size):
                A[c, m], A[p, m] = A[p, m], A[c, m]
            b[c], b[p] = b[p], b[c]
        for m in range(c + 1, size):
            factor = A[m, c] / A[c, c]
            if factor != 0.0:
                for k in range(c, size):
                    A[m, k] -= factor * A[c, k]
                b[m] -= factor * b[c]
    for c in range(size - 1, -1, -1):
        total = b[c]
        for k in range(c + 1, size):
            total -= A[c, k] * out[k]
        out[c] = total / A[c, c]
    return True


@njit(cache=True, nogil=True)
def evaluate(
    game: Game,
    unit: float,
    v: FloatArray,
    early: IntArray,
    last: IntArray,
    x: int,
    entry: float,
    scale: FloatArray,
    room: Room,
    out: FloatArray,
) -> None:
    """`conditions` at v; leaves the payoffs in ``room``."""
    scratch, pay, late, worth = room
    weigh(game, v[0] * unit if x < 0 else 0.0, v, scratch, pay, late, worth)
    conditions(v, early, last, x, entry, scale, worth, out)


@njit(cache=True, nogil=True)
def jacobian(
    game: Game,
    unit: float,
    v: FloatArray,
    early: IntArray,
    last: IntArray,
    x: int,
    entry: float,
    scale: FloatArray,
    room: Room,
    J: FloatArray,
) -> None:
    """Central differences of `conditions`, in the first four rows of J."""
    out, w, step = np.empty(4), v.copy(), 1e-6
    for c in range(5):
        # A log posterior is not more than zero.
        high = min(v[c] + step, 0.0) if c in {1, 2} else v[c] + step
        low = v[c] - step
        for up in range(2):
            w[c] = high if up else low
            evaluate(game, unit, w, early, last, x, entry, scale, room, out)
            for m in range(4):
                J[m, c] = (out[m] - (J[m, c] if up else 0.0)) / ((high - low) if up else 1.0)
        w[c] = v[c]


@njit(cache=True, nogil=True)
def tangent(J: FloatArray, before: FloatArray, out: FloatArray) -> bool:
    """Unit vector along the path, on the side of ``before`` if that is possible."""
    A, b = np.empty((5, 5)), np.empty(5)
    for attempt in range(6):
        for m in range(5):
            b[m] = 0.0
            for c in range(5):
                A[m, c] = J[m, c] if m < 4 else 0.0
        if attempt == 0:
            for c in range(5):
                A[4, c] = before[c]
        else:
            A[4, attempt - 1] = 1.0
        b[4] = 1.0
        if solve_square(A, b, out):
            size = np.sqrt((out * out).sum())
            for c in range(5):
                out[c] /= size
            return True
    return False


@njit(cache=True, nogil=True)
def correct(
    game: Game,
    unit: float,
    guess: FloatArray,
    along: FloatArray,
    early: IntArray,
    last: IntArray,
    x: int,
    entry: float,
    scale: FloatArray,
    room: Room,
    v: FloatArray,
) -> bool:
    """Newton's method back to the path, in the plane through the guess across ``along``."""
    J, A, b = np.empty((5, 5)), np.empty((5, 5)), np.empty(5)
    move, out = np.empty(5), np.empty(4)
    for c in range(5):
        v[c] = guess[c]
    for attempt in range(13):
        evaluate(game, unit, v, early, last, x, entry, scale, room, out)
        error = np.abs(out).max()
        if not np.isfinite(error):
            return False
        if error < 1e-12 or attempt == 12:
            return bool(error < 1e-9)
        jacobian(game, unit, v, early, last, x, entry, scale, room, J)
        for m in range(5):
            b[m] = -out[m] if m < 4 else 0.0
            for c in range(5):
                A[m, c] = J[m, c] if m < 4 else along[c]
        if not solve_square(A, b, move) or np.abs(move).max() > 1.0:
            return False
        for c in range(5):
            v[c] += move[c]
    return False


@njit(cache=True, nogil=True)
def heading(
    game: Game,
    unit: float,
    v: FloatArray,
    early: IntArray,
    last: IntArray,
    x: int,
    entry: float,
    low: float,
    scale: FloatArray,
    room: Room,
    opened: int,
    tau: FloatArray,
) -> bool:
    """Direction of the path: on from ``tau``, in which v[0] falls (9), or a slack grows (0-8)."""
    J, new, w = np.empty((5, 5)), np.empty(5), np.empty(5)
    slack, out = np.empty(9), np.empty(4)
    jacobian(game, unit, v, early, last, x, entry, scale, room, J)
    if not tangent(J, tau, new):
        return False
    rises = -new[0]
    if opened < 0:
        rises = 0.0
        for c in range(5):
            rises += new[c] * tau[c]
    elif opened < 9:
        for ahead in range(2):
            for c in range(5):
                w[c] = v[c] + 1e-6 * ahead * new[c]
            evaluate(game, unit, w, early, last, x, entry, scale, room, out)
            slacks(w, early, last, x, entry, low, scale, room[3], slack)
            rises = slack[opened] - (rises if ahead else 0.0)
    for c in range(5):
        tau[c] = new[c] if rises > 0.0 or (rises == 0.0 and opened < 0) else -new[c]
    return True


@njit(cache=True, nogil=True)
def follow(
    game: Game,
    unit: float,
    v: FloatArray,
    early: IntArray,
    last: IntArray,
    x: int,
    entry: float,
    low: float,
    scale: FloatArray,
    opened: int,
    target: float,
    floor: FloatArray,
    first: int,
    plays: Plays,
    kinks: IntArray,
) -> tuple[int, int, int]:
    """Follow the path from v, adding a play for each point from number ``first`` on.

    With x = -1 the time is the unknown, until a posterior at the opening is down to ``floor`` or
    the time is back at zero; else the winner's entry is, until
    it is down to ``low``. Plays are about ``target`` apart in the sum of log posteriors at the
    opening, or in the log entry. Leaves v, early and last at the end. Returns the number after the
    last play, 1 if the end ``low`` was reached and 2 where some of both sides' normal types would
    concede at the opening, and a code of what went wrong.
    """
    place, span, chance, path = plays
    room = (np.empty(4), np.empty((2, 4)), np.empty((2, 4)), np.empty((2, 4)))
    tau, guess, new, trial = np.zeros(5), np.empty(5), np.empty(5), np.empty(5)
    slack = np.empty(9)
    count, switches, ended, kink = first, 0, 0, 1
    size = target
    while True:
        if count >= len(span):
            return count, 0, LOST_PATH
        for c in range(5):
            place[count, c] = v[c]
        kinks[count] = kink
        for j in range(2):
            chance[count, j] = v[3 + j] if early[j] != ALL_GO and v[3 + j] > 0.0 else 0.0
        if x < 0:
            span[count] = max(v[0] * unit, 0.0)
            problem = path_backward(game, span[count], v[1:3], path[count])
            if problem:
                return count, 0, problem
        else:
            span[count] = 0.0
            for m in range(path.shape[1]):
                path[count, m, 0], path[count, m, 1], path[count, m, 2] = v[1], v[2], 0.0
        count += 1
        if ended:
            return count, 1, 0
        if x < 0 and (path[count - 1, 0, :2] <= floor).any():
            return count, 0, 0
        if count - 1 > first:
            moved, apart = abs(place[count - 1, 0] - place[count - 2, 0]), target
            if x >= 0:
                # What is left to change is in proportion to the entry, not to its log.
                apart = max(target, -0.05 * v[0])
            else:
                moved = np.abs(path[count - 1, 0, :2] - path[count - 2, 0, :2]).sum()
            size *= min(max(apart / max(moved, 1e-12), 0.4), 1.7)
            size = min(size, 0.5)
        if not heading(game, unit, v, early, last, x, entry, low, scale, room, opened, tau):
            return count, 0, LOST_PATH
        opened, kink = -1, 0
        # One step, halved until it leads back to the path, or cut where a slack is used up.
        below, above, ahead, spent, halved = 0.0, np.inf, size, -1, 0
        for c in range(5):
            new[c] = v[c]
        while above - below > 1e-13:
            for c in range(5):
                guess[c] = v[c] + ahead * tau[c]
            if not correct(game, unit, guess, tau, early, last, x, entry, scale, room, trial):
                halved += 1
                if spent >= 0 or halved > 40:
                    return count, 0, LOST_PATH
                ahead *= 0.5
                continue
            slacks(trial, early, last, x, entry, low, scale, room[3], slack)
            if slack.min() < -_TOUCH:
                above, spent = ahead, int(np.argmin(slack))
            else:
                below = ahead
                for c in range(5):
                    new[c] = trial[c]
                if spent < 0:
                    break
            ahead = 0.5 * (below + above)
        for c in range(5):
            v[c] = new[c]
        if spent < 0:
            size = ahead
            continue
        kink = 1
        if spent == 8:
            v[0] = low
            ended = 1
            continue
        switches += 1
        if switches > _SWITCHES:
            return count, 0, LOST_PATH
        opened = exchange(spent, early, last, room[3])
        if x >= 0 and early[0] == SOME_GO and early[1] == SOME_GO:
            return count, 2, 0
        size = max(size, 0.2 * target)
