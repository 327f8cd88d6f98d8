r"""Isolation of all equilibria on given supports by subdivision and Krawczyk's operator.

On supports S_i the unknowns are y_i(a), the weights of all supported actions but the first, and
the equations say that every supported action earns what the first one does,

.. math:: F_{ia}(y) = u_i(a, y_{-i}) - u_i(r_i, y_{-i}) = 0, \quad a \in S_i \setminus r_i.

F is linear in the weights of each player, so that moving its origin to the middle m of a box
gives its exact Taylor expansion: value, derivative J, and products of two or more steps. For
steps up to r and any matrix Y, all roots of the box lie in

.. math:: K = m - Y F(m) + \left(|I - Y J| r + |Y| \, R(r)\right) [-1, 1],

with R(r) the largest sum of the products; if K lies inside the box it holds exactly one root
(Krawczyk 1969; Neumaier 1990). Every sum carries a bound on its rounding error.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiation.compilation import njit

EPS = 2.0**-52
# What can happen to the roots of one support.
DONE, UNDECIDED, FULL = 0, 1, 2


@njit(cache=True, nogil=True)
def support_size(masks: Any) -> Any:
    """Return how many actions each mask has."""
    out = np.zeros(len(masks), np.int64)
    for i in range(len(masks)):
        mask = masks[i]
        while mask:
            out[i] += mask & 1
            mask >>= 1
    return out


@njit(cache=True, nogil=True)
def cells_of(shape: Any, player: Any, sizes: Any, actions: Any) -> Any:
    """Return the supported cells of the others: positions in the table of a player."""
    n = len(shape)
    count = 1
    for j in range(n):
        if j != player:
            count *= sizes[j]
    out = np.zeros(count, np.int64)
    stride_out = count
    for j in range(n):
        if j == player:
            continue
        stride_out //= sizes[j]
        stride_in = 1
        for k in range(j + 1, n):
            if k != player:
                stride_in *= shape[k]
        for c in range(count):
            out[c] += actions[j, (c // stride_out) % sizes[j]] * stride_in
    return out


@njit(cache=True, nogil=True)
def is_excluded(
    data: Any, offsets: Any, shape: Any, sizes: Any, actions: Any, cells: Any, counts: Any
) -> Any:
    """Say whether a supported action earns less than another against every supported cell."""
    for i in range(len(shape)):
        width = 1
        for j in range(len(shape)):
            if j != i:
                width *= shape[j]
        for k in range(sizes[i]):
            a = actions[i, k]
            for b in range(shape[i]):
                if b == a:
                    continue
                base = offsets[i] + (b * shape[i] + a) * width
                lowest, highest = np.inf, -np.inf
                for c in range(counts[i]):
                    value = data[base + cells[i, c]]
                    lowest = min(lowest, value)
                    highest = max(highest, value)
                if lowest >= 0.0 and highest > 0.0:
                    return True
    return False


@njit(cache=True, nogil=True)
def coefficients(
    data: Any, base: Any, cells: Any, count: Any, shape: Any, player: Any, sizes: Any, out: Any
) -> Any:
    """Write one row as a polynomial; return a bound on the error of its values.

    Along each axis stands the value at the first action, then the differences to it.
    """
    largest = 0.0
    for c in range(count):
        out[c] = data[base + cells[c]]
        largest = max(largest, abs(out[c]))
    stride = count
    terms = 0
    power = 1.0
    for j in range(len(shape)):
        if j == player:
            continue
        k = sizes[j]
        stride //= k
        terms += k + 2
        power *= 4.0
        if k == 1:
            continue
        for c in range(count):
            if (c // stride) % k == 0:
                for t in range(1, k):
                    out[c + t * stride] -= out[c]
    return largest * EPS * terms * power


@njit(cache=True, nogil=True)
def expand(
    row: Any,
    count: Any,
    player: Any,
    sizes: Any,
    first: Any,
    middle: Any,
    radius: Any,
    work: Any,
    linear: Any,
) -> Any:
    """Move the origin of a row to the middle of the box.

    Returns the value there and the largest sum of products of two or more steps; ``linear``
    receives the derivatives.
    """
    n = len(sizes)
    for c in range(count):
        work[c] = row[c]
    stride = count
    for j in range(n):
        if j == player:
            continue
        k = sizes[j]
        stride //= k
        if k == 1:
            continue
        for c in range(count):
            if (c // stride) % k == 0:
                total = work[c]
                for t in range(1, k):
                    total += work[c + t * stride] * middle[first[j] + t - 1]
                work[c] = total
    for v in range(len(linear)):
        linear[v] = 0.0
    rest = 0.0
    for c in range(1, count):
        product = abs(work[c])
        steps = 0
        variable = 0
        stride = count
        for j in range(n):
            if j == player:
                continue
            stride //= sizes[j]
            t = (c // stride) % sizes[j]
            if t:
                steps += 1
                variable = first[j] + t - 1
                product *= radius[variable]
        if steps == 1:
            linear[variable] = work[c]
        else:
            rest += product
    return work[0], rest


@njit(cache=True, nogil=True)
def invert(matrix: Any, inverse: Any, scratch: Any) -> Any:
    """Write the inverse; returns the sign of the determinant, 0 where it is too small to tell."""
    size = len(matrix)
    largest = 0.0
    for i in range(size):
        for j in range(size):
            scratch[i, j] = matrix[i, j]
            largest = max(largest, abs(matrix[i, j]))
            inverse[i, j] = 1.0 if i == j else 0.0
    sign = 1
    for k in range(size):
        best = k
        for i in range(k + 1, size):
            if abs(scratch[i, k]) > abs(scratch[best, k]):
                best = i
        if abs(scratch[best, k]) <= 1e-13 * largest:
            return 0
        if best != k:
            sign = -sign
            for j in range(size):
                scratch[k, j], scratch[best, j] = scratch[best, j], scratch[k, j]
                inverse[k, j], inverse[best, j] = inverse[best, j], inverse[k, j]
        pivot = scratch[k, k]
        if pivot < 0.0:
            sign = -sign
        for j in range(size):
            scratch[k, j] /= pivot
            inverse[k, j] /= pivot
        for i in range(size):
            factor = scratch[i, k]
            if i != k and factor != 0.0:
                for j in range(size):
                    scratch[i, j] -= factor * scratch[k, j]
                    inverse[i, j] -= factor * inverse[k, j]
    return sign


@njit(cache=True, nogil=True)
def krawczyk(
    jacobian: Any,
    values: Any,
    rests: Any,
    errors: Any,
    radius: Any,
    inverse: Any,
    center: Any,
    spread: Any,
) -> Any:
    """Write the move of the middle and the radii of K."""
    size = len(values)
    for k in range(size):
        move, slack = 0.0, 0.0
        for j in range(size):
            move -= inverse[k, j] * values[j]
            slack += abs(inverse[k, j]) * (rests[j] + errors[j] + 4.0 * size * EPS * abs(values[j]))
        for v in range(size):
            off = 1.0 if v == k else 0.0
            rounding = 0.0
            for j in range(size):
                product = inverse[k, j] * jacobian[j, v]
                off -= product
                rounding += abs(product)
            slack += (abs(off) + 4.0 * size * EPS * rounding) * radius[v]
        center[k] = move
        spread[k] = slack * (1.0 + 8.0 * EPS) + 1e-300


@njit(cache=True, nogil=True)
def search_support(
    data: Any,
    offsets: Any,
    shape: Any,
    masks: Any,
    least_width: Any,
    most_boxes: Any,
    found: Any,
    radii: Any,
    signs: Any,
    regular: Any,
    begin: Any,
) -> Any:
    """Find every equilibrium whose supports are ``masks``.

    Returns the number of equilibria in the lists, what happened, and the boxes that were looked
    at. ``found[k]`` are weights of all actions, player after player.
    """
    n = len(shape)
    sizes = support_size(masks)
    starts = np.zeros(n + 1, np.int64)
    first = np.zeros(n + 1, np.int64)
    actions = np.zeros((n, shape.max()), np.int64)
    for i in range(n):
        starts[i + 1] = starts[i] + shape[i]
        first[i + 1] = first[i] + sizes[i] - 1
        place = 0
        for a in range(shape[i]):
            if masks[i] >> a & 1:
                actions[i, place] = a
                place += 1
    size = first[n]
    counts = np.zeros(n, np.int64)
    most = 0
    for i in range(n):
        counts[i] = 1
        for j in range(n):
            if j != i:
                counts[i] *= sizes[j]
        most = max(most, counts[i])
    cells = np.zeros((n, most), np.int64)
    for i in range(n):
        cells[i, : counts[i]] = cells_of(shape, i, sizes, actions)
    if is_excluded(data, offsets, shape, sizes, actions, cells, counts):
        return begin, DONE, 0

    # Rows: the equations, then for each action outside the support that it must not earn more.
    total = 0
    for i in range(n):
        total += shape[i] - 1
    rows = np.zeros((total, most))
    owner = np.zeros(total, np.int64)
    bounds = np.zeros(total)
    flat = True
    equation, other = 0, size
    for i in range(n):
        width = 1
        for j in range(n):
            if j != i:
                width *= shape[j]
        for a in range(shape[i]):
            if a == actions[i, 0]:
                continue
            base = offsets[i] + (a * shape[i] + actions[i, 0]) * width
            inside = masks[i] >> a & 1
            row = equation if inside else other
            bounds[row] = coefficients(data, base, cells[i], counts[i], shape, i, sizes, rows[row])
            owner[row] = i
            if inside:
                equation += 1
            else:
                other += 1
    if size == 0:
        # A pure profile: signs of differences of payoffs are exact.
        flat = False
        for row in range(total):
            if rows[row, 0] == 0.0:
                flat = True
        if begin == len(found):
            return begin, FULL, 0
        found[begin] = 0.0
        for i in range(n):
            found[begin, starts[i] + actions[i, 0]] = 1.0
        radii[begin] = 0.0
        signs[begin] = 1
        regular[begin] = 0 if flat else 1
        return begin + 1, (UNDECIDED if flat else DONE), 0

    work = np.zeros(most)
    linear = np.zeros(size)
    jacobian = np.zeros((size, size))
    inverse = np.zeros((size, size))
    scratch = np.zeros((size, size))
    values, rests, errors = np.zeros(size), np.zeros(size), np.zeros(size)
    middle, radius = np.zeros(size), np.zeros(size)
    center, spread = np.zeros(size), np.zeros(size)
    capacity = 64 * size + 64
    low, high = np.zeros((capacity, size)), np.ones((capacity, size))
    depth = 1
    known_low, known_high = np.zeros((64, size)), np.zeros((64, size))
    known = 0
    boxes = 0
    here = begin
    while depth:
        boxes += 1
        if boxes > most_boxes or depth + 1 > capacity:
            return here, UNDECIDED, boxes
        depth -= 1
        lo, hi = low[depth].copy(), high[depth].copy()
        before = np.inf
        while True:
            # Weights of one player sum to at most 1.
            dead = False
            for i in range(n):
                lowest = 0.0
                for v in range(first[i], first[i + 1]):
                    lowest += lo[v]
                if lowest > 1.0:
                    dead = True
                    break
                for v in range(first[i], first[i + 1]):
                    hi[v] = min(hi[v], 1.0 - (lowest - lo[v]) + 4.0 * EPS)
            if dead:
                break
            inside_known = False
            for q in range(known):
                covered = True
                for v in range(size):
                    if lo[v] < known_low[q, v] or hi[v] > known_high[q, v]:
                        covered = False
                        break
                if covered:
                    inside_known = True
                    break
            if inside_known:
                dead = True
                break
            widest = 0.0
            reach = 0.0
            for v in range(size):
                middle[v] = 0.5 * (lo[v] + hi[v])
                half = max(hi[v] - middle[v], middle[v] - lo[v])
                widest = max(widest, half)
                radius[v] = 1.05 * half + 1e-14
                reach += radius[v]
            for row in range(total):
                value, rest = expand(
                    rows[row], counts[owner[row]], owner[row], sizes, first, middle, radius, work,
                    linear,
                )  # fmt: skip
                error = bounds[row] * (1.0 + reach)
                span = rest + error
                for v in range(size):
                    span += abs(linear[v]) * radius[v]
                if row >= size:
                    if value - span > 0.0:
                        dead = True
                        break
                    continue
                if abs(value) > span:
                    dead = True
                    break
                values[row], rests[row], errors[row] = value, rest, error
                for v in range(size):
                    jacobian[row, v] = linear[v]
                    # The equation solved for one unknown.
                    slope = abs(linear[v])
                    if slope * radius[v] > 0.0:
                        near = -value / linear[v]
                        left = (span - slope * radius[v]) / slope * (
                            1.0 + 8.0 * EPS
                        ) + 4.0 * EPS * (abs(near) + 1.0)
                        lo[v] = max(lo[v], middle[v] + near - left)
                        hi[v] = min(hi[v], middle[v] + near + left)
                        if lo[v] > hi[v]:
                            dead = True
                            break
                if dead:
                    break
            if dead:
                break
            sign = invert(jacobian, inverse, scratch)
            proven = False
            if sign:
                krawczyk(jacobian, values, rests, errors, radius, inverse, center, spread)
                proven = True
                for v in range(size):
                    if abs(center[v]) + spread[v] >= radius[v]:
                        proven = False
                    lo[v] = max(lo[v], middle[v] + center[v] - spread[v] - EPS)
                    hi[v] = min(hi[v], middle[v] + center[v] + spread[v] + EPS)
                    if lo[v] > hi[v] and not proven:
                        dead = True
            if proven:
                if known == 64:
                    return here, UNDECIDED, boxes
                box_low, box_high = middle - radius, middle + radius
                point, tight = middle + center, spread.copy() + EPS
                # Tighten around the only root: it lies in every K of a box that holds it.
                for _ in range(60):
                    worst = tight.max()
                    for row in range(size):
                        values[row], rests[row] = expand(
                            rows[row], counts[owner[row]], owner[row], sizes, first, point, tight,
                            work, linear,
                        )  # fmt: skip
                        errors[row] = bounds[row] * (1.0 + tight.sum())
                        for v in range(size):
                            jacobian[row, v] = linear[v]
                    again = invert(jacobian, inverse, scratch)
                    if not again:
                        break
                    sign = again
                    krawczyk(jacobian, values, rests, errors, tight, inverse, center, spread)
                    for v in range(size):
                        lower = max(-tight[v], center[v] - spread[v])
                        upper = min(tight[v], center[v] + spread[v])
                        point[v] += 0.5 * (lower + upper)
                        tight[v] = max(0.5 * (upper - lower), 0.0) + 2.0 * EPS * (
                            abs(point[v]) + EPS
                        )
                    if tight.max() > 0.9 * worst:
                        break
                same = False
                for q in range(known):
                    covered = True
                    for v in range(size):
                        if (
                            point[v] - tight[v] < known_low[q, v]
                            or point[v] + tight[v] > known_high[q, v]
                        ):
                            covered = False
                            break
                    same = same or covered
                known_low[known], known_high[known] = box_low, box_high
                known += 1
                if same:
                    dead = True
                    break
                verdict = 1
                for i in range(n):
                    rest_weight, rest_error = 1.0, 4.0 * EPS
                    for v in range(first[i], first[i + 1]):
                        rest_weight -= point[v]
                        rest_error += tight[v]
                        if point[v] + tight[v] < 0.0:
                            verdict = -1
                        elif point[v] - tight[v] <= 0.0 and verdict == 1:
                            verdict = 0
                    if sizes[i] > 1:
                        if rest_weight + rest_error < 0.0:
                            verdict = -1
                        elif rest_weight - rest_error <= 0.0 and verdict == 1:
                            verdict = 0
                for row in range(size, total):
                    value, rest = expand(
                        rows[row], counts[owner[row]], owner[row], sizes, first, point, tight,
                        work, linear,
                    )  # fmt: skip
                    span = rest + bounds[row] * (1.0 + tight.sum())
                    for v in range(size):
                        span += abs(linear[v]) * tight[v]
                    if value - span > 0.0:
                        verdict = -1
                    elif value + span >= 0.0 and verdict == 1:
                        verdict = 0
                if verdict >= 0:
                    if here == len(found):
                        return here, FULL, boxes
                    found[here] = 0.0
                    for i in range(n):
                        last = 1.0
                        for t in range(1, sizes[i]):
                            weight = point[first[i] + t - 1]
                            found[here, starts[i] + actions[i, t]] = weight
                            last -= weight
                        found[here, starts[i] + actions[i, 0]] = last
                    radii[here] = tight.max() * max(1, sizes.max() - 1)
                    signs[here] = sign if size % 2 == 0 else -sign
                    regular[here] = verdict
                    here += 1
                dead = True
            if dead:
                break
            left_half = 0.0
            for v in range(size):
                left_half = max(left_half, 0.5 * (hi[v] - lo[v]))
            if left_half > 0.7 * widest or left_half > 0.9 * before:
                break
            before = left_half
        if dead:
            continue
        split = 0
        heaviest = 0.0
        for v in range(size):
            slope = 0.0
            for row in range(size):
                slope = max(slope, abs(jacobian[row, v]))
            # Wide unknowns first, those that move the equations most among them.
            weight = (hi[v] - lo[v]) * (slope + 1e-3)
            if weight > heaviest:
                split, heaviest = v, weight
        if hi[split] - lo[split] < least_width:
            return here, UNDECIDED, boxes
        cut = 0.5 * (lo[split] + hi[split])
        low[depth], high[depth] = lo, hi
        high[depth, split] = cut
        depth += 1
        low[depth], high[depth] = lo, hi
        low[depth, split] = cut
        depth += 1
    return here, DONE, boxes


@njit(cache=True, nogil=True)
def search_supports(
    data: Any,
    offsets: Any,
    shape: Any,
    start: Any,
    stop: Any,
    least_width: Any,
    most_boxes: Any,
    found: Any,
    radii: Any,
    signs: Any,
    regular: Any,
    begin: Any,
    status: Any,
) -> Any:
    """Search the supports numbered from ``start`` to ``stop``.

    Supports are numbered in mixed radix: digit i plus one is the mask of player i. ``status``
    collects [next support, undecided supports, boxes]. Returns the number of equilibria in the
    lists; stops early where they are full, or after many boxes.
    """
    n = len(shape)
    masks = np.zeros(n, np.int64)
    here = begin
    looked = 0
    for number in range(start, stop):
        remaining = number
        for i in range(n - 1, -1, -1):
            base = (1 << shape[i]) - 1
            masks[i] = remaining % base + 1
            remaining //= base
        now, outcome, boxes = search_support(
            data, offsets, shape, masks, least_width, most_boxes, found, radii, signs, regular,
            here,
        )  # fmt: skip
        if outcome == FULL:
            status[0] = number
            return here
        here = now
        looked += boxes
        status[2] += boxes
        if outcome == UNDECIDED:
            status[1] += 1
        status[0] = number + 1
        if looked > 20_000:
            return here
    return here
