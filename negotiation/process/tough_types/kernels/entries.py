"""Compiled kernels of entries into a stage with a clock: which path follows, and values.

Symbols as in `clocks.py`. A stage is entered by a loser x with posterior
zx and a winner w with posterior z_w. Play with an end (t, b_U, b_C, p_U, p_C) has posteriors b(0)
just after the opening; it follows an entry for which one side's b(0) is its posterior and the
other side's is no less than that: that side concedes at the opening with mu = 1 - z / b(0). Rows
list, for z_w from one down, the play that follows.
"""

from __future__ import annotations

import numpy as np

from negotiation.compilation import njit
from negotiation.process.tough_types.kernels.clocks import (
    ALL_GO,
    ALL_LAST,
    LOST_PATH,
    NO_LAST,
    RESTS,
    SOME_GO,
    SOME_LAST,
    Game,
    Plays,
    correct,
    evaluate,
    exchange,
    follow,
    path_backward,
    slacks,
    stakes_of_both,
    weigh,
)
from negotiation.process.tough_types.kernels.curves import speeds
from negotiation.process.tough_types.kernels.regimes import (
    AT_ONCE,
    ATTRITION,
    CONCEDES,
    CONCEDES_LAST,
    IMPASSE,
    LEAST,
    MIXES,
    NEVER,
    WAITS,
)
from negotiation.values import FloatArray, IntArray

_SAME = 1e-9
#: Width in ln z of the ramp by which a jump of values is replaced.
_RAMP = 1e-4
#: Pieces of the path of conditions between which play with hazards and waiting take turns.
_PIECES = 8


@njit(cache=True, nogil=True)
def add_row(
    z: float, play: int, kink: int, count: int, logs: FloatArray, which: IntArray, kinks: IntArray
) -> int:
    """Append a row; where values jump, one at the same place or further up, it is a ramp's end.

    A later row there replaces that end. The ramp keeps values continuous in the entry.
    """
    if count > 0 and z > logs[count - 1] - _SAME:
        if count > 1 and logs[count - 2] - logs[count - 1] < 1.5 * _RAMP and kinks[count - 1] == 2:
            which[count - 1] = play
            return count
        kinks[count - 1] = max(kinks[count - 1], 1)
        z, kink = logs[count - 1] - _RAMP, 2
    logs[count], which[count], kinks[count] = z, play, kink
    return count + 1


@njit(cache=True, nogil=True)
def cut(
    game: Game, unit: float, m: int, goal: FloatArray, plays: Plays, into: int
) -> tuple[int, int]:
    """Make the play between numbers m - 1 and m whose opening first meets a log posterior asked.

    Returns the side that it meets, and a code of what went wrong.
    """
    place, span, chance, path = plays
    low, high = 0.0, 1.0
    at_low, at_high = np.inf, np.inf
    for j in range(2):
        at_low = min(at_low, path[m - 1, 0, j] - goal[j])
        at_high = min(at_high, path[m, 0, j] - goal[j])
    side = 0
    for attempt in range(60):
        share = 0.5 * (low + high)
        if attempt % 3 != 2 and at_low > at_high:
            share = low + (high - low) * at_low / (at_low - at_high)
        for c in range(5):
            place[into, c] = place[m - 1, c] + share * (place[m, c] - place[m - 1, c])
        span[into] = max(place[into, 0] * unit, 0.0)
        problem = path_backward(game, span[into], place[into, 1:3], path[into])
        if problem:
            return 0, problem
        side = 0 if path[into, 0, 0] - goal[0] <= path[into, 0, 1] - goal[1] else 1
        value = path[into, 0, side] - goal[side]
        if abs(value) < 1e-12 or high - low < 1e-14:
            break
        if value > 0.0:
            low, at_low = share, value
        else:
            high, at_high = share, value
    for j in range(2):
        chance[into, j] = (1.0 - share) * chance[m - 1, j] + share * chance[m, j]
    return side, 0


@njit(cache=True, nogil=True)
def next_knot(game: Game, j: int, passed: IntArray) -> float:
    """Place in ln b of the next knot of the stakes of conceding to j, after those passed."""
    return float(game[7][j, passed[j]]) if passed[j] < game[9][j] else -np.inf


@njit(cache=True, nogil=True)
def start_quiet(
    game: Game,
    x: int,
    entry: float,
    stays: IntArray,
    scale: FloatArray,
    v: FloatArray,
    early: IntArray,
    last: IntArray,
) -> None:
    """What is done where the winner is surely tough and a side waits at the opening."""
    w = 1 - x
    room = (np.empty(4), np.empty((2, 4)), np.empty((2, 4)), np.empty((2, 4)))
    out = np.empty(4)
    for c in range(5):
        v[c] = 0.0
    early[x] = RESTS if stays[x] else ALL_GO
    early[w] = RESTS
    last[0], last[1] = NO_LAST, NO_LAST
    v[1 + x] = entry if stays[x] else 0.0
    for i in (x, w):
        evaluate(game, 1.0, v, early, last, x, entry, scale, room, out)
        worth = room[3]
        if i == w and worth[w, 0] > worth[w, 3]:
            early[w] = ALL_GO
        if early[i] != ALL_GO and worth[i, 1] >= worth[i, 2]:
            last[i] = ALL_LAST
            v[3 + i] = 1.0 - np.exp(v[1 + i])


@njit(cache=True, nogil=True)
def rest_at_priors(
    game: Game,
    logs: FloatArray,
    scale: FloatArray,
    low: float,
    into: int,
    plays: Plays,
) -> bool:
    """Find play in which neither side concedes before the deadline, entered at the priors.

    Of several both sides' concessions at the deadline come first, as where types are drawn anew.
    ``logs [side]`` are ln of the priors. Writes the play number ``into`` if there is one.
    """
    place, span, chance, path = plays
    room = (np.empty(4), np.empty((2, 4)), np.empty((2, 4)), np.empty((2, 4)))
    early, last = np.full(2, RESTS), np.empty(2, dtype=np.int64)
    along, guess, v, slack = np.zeros(5), np.empty(5), np.empty(5), np.empty(9)
    along[0] = 1.0
    for ends in (
        (ALL_LAST, ALL_LAST),
        (SOME_LAST, SOME_LAST),
        (ALL_LAST, NO_LAST),
        (NO_LAST, ALL_LAST),
        (NO_LAST, NO_LAST),
    ):
        guess[0] = logs[1]
        for i in range(2):
            last[i], guess[1 + i] = ends[i], logs[i]
            guess[3 + i] = 0.0 if ends[i] == NO_LAST else 1.0 - np.exp(logs[i])
            if ends[i] == SOME_LAST:
                guess[3 + i] *= 0.5
        if not correct(game, 1.0, guess, along, early, last, 0, logs[0], scale, room, v):
            continue
        slacks(v, early, last, 0, logs[0], low, scale, room[3], slack)
        if slack.min() < -_SAME:
            continue
        place[into], span[into] = v, 0.0
        for j in range(2):
            chance[into, j] = max(v[3 + j], 0.0)
            path[into, :, j] = logs[j]
        path[into, :, 2] = 0.0
        return True
    return False


@njit(cache=True, nogil=True)
def rows_of(
    game: Game,
    unit: float,
    x: int,
    entry: float,
    low: float,
    mixing: int,
    back_at_zero: int,
    ends: tuple[FloatArray, IntArray, IntArray],
    stays: IntArray,
    scale: FloatArray,
    target: float,
    plays: Plays,
    bends: IntArray,
    total: int,
    logs: FloatArray,
    which: IntArray,
    kinks: IntArray,
) -> tuple[int, int, int]:
    """Rows of entries with ln zx = ``entry`` and ln z_w from zero down to ``low``.

    The first ``mixing`` plays are those with hazards; ``ends`` is the point and what the sides do
    where their path came back to time zero. Plays are added from number ``total`` on. Returns the
    number of rows, the new total and a code of what went wrong.
    """
    w = 1 - x
    floor, passed = np.empty(2), np.zeros(2, dtype=np.int64)
    floor[x], floor[w] = entry, low
    v, early, last = ends[0].copy(), ends[1].copy(), ends[2].copy()
    count, first, after, back = 0, 0, mixing, back_at_zero
    for piece in range(_PIECES):
        if after > first:
            count, total, done, problem = rows_of_mixing(
                game,
                unit,
                x,
                floor,
                passed,
                first,
                after,
                plays,
                bends,
                total,
                count,
                logs,
                which,
                kinks,
            )
            if problem or done:
                return count, total, problem
            if not back:
                # The last play is down to the entry itself.
                if logs[count - 1] > low + _SAME:
                    count = add_row(low, after - 1, 1, count, logs, which, kinks)
                return count, total, 0
            if early[w] != SOME_GO:
                return count, total, LOST_PATH
            v[0] = v[1 + w]
            opened = exchange(2 + w, early, last, np.zeros((2, 4)))
        elif piece == 0:
            start_quiet(game, x, entry, stays, scale, v, early, last)
            opened = 9
        else:
            return count, total, LOST_PATH
        first = total
        for quiet in (True, False):
            after, back, problem = follow(
                game,
                unit,
                v,
                early,
                last,
                x if quiet else -1,
                entry,
                low if quiet else 0.0,
                scale,
                opened,
                target,
                floor,
                first,
                plays,
                bends,
            )
            total = after
            if problem:
                return count, total, problem
            if not quiet:
                break
            count, total, problem = rows_of_quiet(
                game, w, passed, first, after, plays, bends, count, logs, which, kinks
            )
            if problem or back == 1:
                return count, total, problem
            # Both sides would concede at the opening: from here on they do so with hazards.
            first, v[0], opened = total, 0.0, 8
    return count, total, LOST_PATH


@njit(cache=True, nogil=True)
def rows_of_mixing(
    game: Game,
    unit: float,
    x: int,
    floor: FloatArray,
    passed: IntArray,
    first: int,
    after: int,
    plays: Plays,
    bends: IntArray,
    total: int,
    count: int,
    logs: FloatArray,
    which: IntArray,
    kinks: IntArray,
) -> tuple[int, int, int, int]:
    """Rows of the plays with hazards number ``first`` to ``after``, down to log posteriors asked.

    Returns the number of rows, the new total, whether that is all, and a code of what went wrong.
    """
    w, path, goal = 1 - x, plays[3], np.empty(2)
    for m in range(first, after):
        while m > first:
            # Values have a kink where posteriors just after the opening meet one of the stakes.
            for j in range(2):
                goal[j] = max(floor[j], next_knot(game, j, passed))
            if path[m, 0, 0] > goal[0] - 1e-12 and path[m, 0, 1] > goal[1] - 1e-12:
                break
            if total >= len(path):
                return count, total, 0, LOST_PATH
            side, problem = cut(game, unit, m, goal, plays, total)
            if problem:
                return count, total, 0, problem
            total += 1
            if goal[side] > floor[side]:
                passed[side] += 1
                count = add_row(path[total - 1, 0, w], total - 1, 1, count, logs, which, kinks)
                continue
            z = floor[w] if side == w else path[total - 1, 0, w]
            count = add_row(z, total - 1, 1, count, logs, which, kinks)
            if side == x and z > floor[w] + _SAME:
                # The winner is the one that is too weak.
                count = add_row(floor[w], total - 1, 1, count, logs, which, kinks)
            return count, total, 1, 0
        count = add_row(path[m, 0, w], m, bends[m], count, logs, which, kinks)
    return count, total, 0, 0


@njit(cache=True, nogil=True)
def rows_of_quiet(
    game: Game,
    w: int,
    passed: IntArray,
    first: int,
    after: int,
    plays: Plays,
    bends: IntArray,
    count: int,
    logs: FloatArray,
    which: IntArray,
    kinks: IntArray,
) -> tuple[int, int, int]:
    """Rows of the plays that wait from the opening, number ``first`` to ``after``."""
    place, span, chance, path = plays
    total = after
    for m in range(first, after):
        while m > first and next_knot(game, w, passed) > place[m, 0]:
            knot = next_knot(game, w, passed)
            passed[w] += 1
            if knot >= place[m - 1, 0]:
                continue
            if total >= len(place):
                return count, total, LOST_PATH
            share = (place[m - 1, 0] - knot) / (place[m - 1, 0] - place[m, 0])
            place[total] = (1.0 - share) * place[m - 1] + share * place[m]
            chance[total] = (1.0 - share) * chance[m - 1] + share * chance[m]
            path[total] = (1.0 - share) * path[m - 1] + share * path[m]
            span[total] = 0.0
            count = add_row(knot, total, 1, count, logs, which, kinks)
            total += 1
        count = add_row(place[m, 0], m, bends[m], count, logs, which, kinks)
    return count, total, 0


@njit(cache=True, nogil=True)
def values_of_entry(
    game: Game, play: int, plays: Plays, z: FloatArray, V: FloatArray, mu: FloatArray
) -> None:
    """Values of both sides and atoms at the opening for posteriors ``z [side]`` at the entry."""
    place, span, _, path = plays
    room = (np.empty(4), np.empty((2, 4)), np.empty((2, 4)), np.empty((2, 4)))
    entered, b = np.empty((2, 4)), np.empty(2)
    stakes_of_both(game, z, room[0], entered)
    for j in range(2):
        b[j] = np.exp(min(path[play, 0, j], 0.0))
        mu[j] = max(1.0 - z[j] / b[j], 0.0)
        if mu[j] < 1e-11:
            mu[j] = 0.0
    if span[play] > 0.0:
        stakes_of_both(game, b, room[0], room[1])
    else:
        weigh(game, 0.0, place[play], room[0], room[1], room[2], room[3])
    for i in range(2):
        j = 1 - i
        stay = room[1][j, 0]
        if span[play] == 0.0:
            stay = max(stay, room[3][i, 3])
        V[i] = mu[j] * entered[i, 2] + (1.0 - mu[j]) * stay


@njit(cache=True, nogil=True)
def tabulate(
    game: Game,
    x: int,
    zx: float,
    rows: int,
    plays: Plays,
    logs: FloatArray,
    which: IntArray,
    kinks: IntArray,
    table: FloatArray,
    tk: IntArray,
) -> int:
    """Table of values against z_w from the rows, slopes by parabolas through three points."""
    z, V, mu = np.empty(2), np.empty(2), np.empty(2)
    z[x] = zx
    for m in range(rows):
        r = rows - 1 - m
        own = logs[r]
        if kinks[r] == 2:
            # The end of a ramp has the values of the entry that its play belongs to.
            play = which[r]
            own = plays[3][play, 0, 1 - x] if plays[1][play] > 0.0 else plays[0][play, 0]
        z[1 - x] = np.exp(own)
        values_of_entry(game, which[r], plays, z, V, mu)
        table[m, 0], table[m, 1], table[m, 2] = np.exp(logs[r]), V[0], V[1]
        tk[m] = 1 if m in {0, rows - 1} or kinks[r] > 0 else 0
        for c in range(3, 7):
            table[m, c] = 0.0
    first = 0
    while first < rows - 1:
        end = first + 1
        while tk[end] == 0:
            end += 1
        for m in range(first, end + 1):
            middle = min(max(m, first + 1), end - 1)
            for i in range(2):
                if table[end, 0] <= table[first, 0]:
                    slope = 0.0
                elif end == first + 1:
                    slope = (table[end, 1 + i] - table[first, 1 + i]) / (
                        table[end, 0] - table[first, 0]
                    )
                else:
                    left = table[middle, 0] - table[middle - 1, 0]
                    right = table[middle + 1, 0] - table[middle, 0]
                    down = (table[middle, 1 + i] - table[middle - 1, 1 + i]) / left
                    up = (table[middle + 1, 1 + i] - table[middle, 1 + i]) / right
                    bend = (up - down) / (left + right)
                    slope = down + bend * left + 2.0 * bend * (table[m, 0] - table[middle, 0])
                if m < end:
                    table[m, 3 + i] = slope
                if m > first:
                    table[m - 1, 5 + i] = slope
        first = end
    return rows


@njit(cache=True, nogil=True)
def solve_clocked(
    game: Game,
    stays: IntArray,
    floor: FloatArray,
    target: float,
    plays: Plays,
    bends: IntArray,
    counts: IntArray,
    logs: FloatArray,
    which: IntArray,
    kinks: IntArray,
    table: FloatArray,
    tc: IntArray,
    tk: IntArray,
    shown: IntArray,
    V: FloatArray,
    mu: FloatArray,
    last_atoms: FloatArray,
    lam: FloatArray,
    entry_pay: FloatArray,
) -> tuple[float, int]:
    """Plays, rows and tables of a node with a clock in which no side concedes out of greed.

    ``floor`` is ln of the smallest posteriors with which the node may be entered; see `follow` for
    ``target``. Writes the
    play at the node's priors, as ``shown [(kind, behaviours of both)]``, atoms, hazards, values.
    ``counts`` are the number of plays and of the rows after a loss of either side and at the
    priors. Returns the time at which hazards stop and a code of what went wrong.
    """
    n, node = game[0], game[2]
    room = (np.empty(4), np.empty((2, 4)), np.empty((2, 4)), np.empty((2, 4)))
    # A side known to be normal is the limit of one that is hardly tough.
    prior, b, scale = np.maximum(node[n, 8:10], LEAST), np.ones(2), np.empty(2)
    stakes_of_both(game, b, room[0], room[1])
    for i in range(2):
        L, F = room[1][1 - i, 0], room[1][i, 2]
        scale[i] = max(abs(F - L), 1e-9 * (abs(F) + abs(L)), 1e-290)
    v, early, last = np.zeros(5), np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    target = max(target, 0.02)
    mixing, back_at_zero, unit = 0, 0, 1.0
    if speeds(n, node, b, room[1], 0.0, lam) == 0:
        unit = 1.0 / (lam[0] + lam[1])
    elif np.isfinite(node[n, 15]):
        unit = 0.25 * node[n, 15]
    if not (stays[0] or stays[1]):
        # From an array: each literal would have a version of its own compiled.
        no_side, rising, first = np.array([-1, 8, 0])
        mixing, back_at_zero, problem = follow(
            game,
            unit,
            v,
            early,
            last,
            no_side,
            0.0,
            0.0,
            scale,
            rising,
            target,
            floor,
            first,
            plays,
            bends,
        )
        if problem:
            return 0.0, problem
    ends = (v, early, last)
    total = mixing
    for source in range(3):
        counts[1 + source] = 0
        # A loser known to be normal concedes again, unless a side rather waits: no row is needed.
        if source < 2 and (n == 0 or (game[1] == 1.0 and not (stays[0] or stays[1]))):
            continue
        x = source % 2
        entry, low = floor[x], floor[1 - x]
        if source == 2:
            entry, low = np.log(prior[0]), np.log(prior[1])
        counts[1 + source], total, problem = rows_of(
            game,
            unit,
            x,
            entry,
            low,
            mixing,
            back_at_zero,
            ends,
            stays,
            scale,
            target,
            plays,
            bends,
            total,
            logs[source],
            which[source],
            kinks[source],
        )
        if problem:
            return 0.0, problem
        if source < 2:
            tc[x] = tabulate(
                game,
                x,
                np.exp(entry),
                counts[1 + source],
                plays,
                logs[source],
                which[source],
                kinks[source],
                table[x],
                tk[x],
            )
    counts[0] = total
    # The last row at the priors is the entry itself.
    final = which[2, counts[3] - 1]
    values_of_entry(game, final, plays, prior, V, mu)
    waits = plays[1][final] == 0.0 and total < len(plays[1]) and (mu[0] > 0.0 or mu[1] > 0.0)
    low = np.log(prior[1]) - 1.0
    # Nobody has lost before: of several equilibria not the one that favours a side.
    if waits and rest_at_priors(game, np.log(prior), scale, low, total, plays):
        which[2, counts[3] - 1] = total
        final = total
        counts[0] = total + 1
        values_of_entry(game, final, plays, prior, V, mu)
    stakes_of_both(game, prior, room[0], entry_pay)
    span, chance, path = plays[1], plays[2], plays[3]
    for j in range(2):
        last_atoms[j] = chance[final, j]
        b[j] = np.exp(min(path[final, 0, j], 0.0))
        lam[j] = 0.0
    if span[final] > 0.0:
        shown[0], shown[1], shown[2] = ATTRITION, MIXES, MIXES
        stakes_of_both(game, b, room[0], room[1])
        return span[final], speeds(n, node, b, room[1], 0.0, lam)
    shown[0] = WAITS if last_atoms[0] > 0.0 or last_atoms[1] > 0.0 else IMPASSE
    for i in range(2):
        shown[1 + i] = CONCEDES_LAST if last_atoms[i] > 0.0 else NEVER
        if mu[i] > 0.0:
            shown[1 + i] = MIXES
            if b[i] >= 1.0 - 1e-12:
                shown[0], shown[1 + i] = AT_ONCE, CONCEDES
    return 0.0, 0
