"""Compiled kernels: vertices of best-response polytopes, small games in batches.

A polytope {z >= 0, M z <= 1} has the variables 0..width-1 and the slacks width..width+height-1,
which are also its labels. A tableau has one row a basic and one column a nonbasic variable, and
the right-hand side last. The search walks the graph of bases breadth first; a queue holds every
tableau met.

Integer tableaux are fraction-free: entries are minors of the first tableau, divided exactly by
the last pivot. Entries below 2**31 in size cannot overflow 64 bits in ``pivot * a - factor * b``;
entries below 2**62 cannot overflow 128 bits. Either bound is checked on the tableau before its
entries are multiplied, and a quotient that does not fit 62 bits ends the search with OVERFLOW.

Floating-point tableaux decide nothing by themselves: every basis met is verified by a rigorous
bound on its error, and the search ends with UNCERTAIN where the bound leaves a sign open.

Kernels that call one another stand in this file because the compiler's disk cache does not see
an edit in another one.
"""

# ruff: noqa: ARG001 -- numba, not Python, reads the parameters of an intrinsic.
from __future__ import annotations

import math
from importlib import import_module
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from negotiation.compilation import njit

__all__ = [
    "DONE",
    "GROW",
    "OVERFLOW",
    "UNCERTAIN",
    "batch_regrets",
    "float_vertices",
    "integer_vertices",
    "lemke_howson",
    "rehash",
    "solve_slice",
]

# How a search ended.
DONE, GROW, OVERFLOW, UNCERTAIN = 0, 1, 2, 3

# Entries below the first cannot overflow 64 bits in a pivot, below the second 128 bits.
SMALL = np.int64(1) << 31
LARGE = np.int64(1) << 62
UNIT_ROUNDOFF = 2.0**-53
# Payoffs up to this size are tried in integers before floating point: ties are there.
INTEGERS_FIRST = 2.0**16

# Neither package ships types.
ir: Any = import_module("llvmlite.ir")
config: Any = import_module("numba.core.config")

if config.DISABLE_JIT:

    def _trailing_zeros(value: Any) -> Any:
        whole = int(value)
        return (whole & -whole).bit_length() - 1

    def _odd_inverse(value: Any) -> Any:
        return int(value)

    def _divide_exactly(value: Any, shift: Any, inverse: Any) -> Any:
        return (int(value) >> int(shift)) // int(inverse)

    def _wide_quotient(p: Any, a: Any, f: Any, b: Any, shift: Any, inverse: Any) -> Any:
        quotient = ((int(p) * int(a) - int(f) * int(b)) >> int(shift)) // int(inverse)
        # What does not fit 64 bits is wrapped as the machine would; the check refuses it.
        return (quotient + 2**63) % 2**64 - 2**63

    def _is_quotient(p: Any, a: Any, f: Any, b: Any, quotient: Any, d: Any) -> Any:
        return int(p) * int(a) - int(f) * int(b) == int(quotient) * int(d)

    def _compare_products(a: Any, b: Any, c: Any, d: Any) -> Any:
        left, right = int(a) * int(b), int(c) * int(d)
        return int(left > right) - int(left < right)

else:
    _I64, _I128 = ir.IntType(64), ir.IntType(128)

    def _difference(builder: Any, args: Any) -> Any:
        p, a, f, b = (builder.sext(value, _I128) for value in args)
        return builder.sub(builder.mul(p, a), builder.mul(f, b))

    @intrinsic
    def _trailing_zeros(typingctx: Any, value: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

        return types.int64(types.int64), codegen

    @intrinsic
    def _odd_inverse(typingctx: Any, value: Any) -> Any:
        # Newton's iteration modulo 2**64: each step doubles the number of correct low bits;
        # an odd number is its own inverse modulo 8.
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            two = ir.Constant(_I64, 2)
            inverse = args[0]
            for _ in range(5):
                inverse = builder.mul(inverse, builder.sub(two, builder.mul(args[0], inverse)))
            return inverse

        return types.int64(types.int64), codegen

    @intrinsic
    def _divide_exactly(typingctx: Any, value: Any, shift: Any, inverse: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.mul(builder.ashr(args[0], args[1]), args[2])

        return types.int64(types.int64, types.int64, types.int64), codegen

    @intrinsic
    def _wide_quotient(
        typingctx: Any, p: Any, a: Any, f: Any, b: Any, shift: Any, inverse: Any
    ) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            wide = builder.ashr(_difference(builder, args[:4]), builder.zext(args[4], _I128))
            return builder.mul(builder.trunc(wide, _I64), args[5])

        return types.int64(*[types.int64] * 6), codegen

    @intrinsic
    def _is_quotient(typingctx: Any, p: Any, a: Any, f: Any, b: Any, quotient: Any, d: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            product = builder.mul(builder.sext(args[4], _I128), builder.sext(args[5], _I128))
            return builder.icmp_signed("==", _difference(builder, args[:4]), product)

        return types.boolean(*[types.int64] * 6), codegen

    @intrinsic
    def _compare_products(typingctx: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            wide = [builder.sext(value, _I128) for value in args]
            left, right = builder.mul(wide[0], wide[1]), builder.mul(wide[2], wide[3])
            more = builder.zext(builder.icmp_signed(">", left, right), _I64)
            less = builder.zext(builder.icmp_signed("<", left, right), _I64)
            return builder.sub(more, less)

        return types.int64(*[types.int64] * 4), codegen


@njit(cache=True, nogil=True)
def _place(keys: Any, owners: Any, stamps: Any, stamp: Any, key: Any, owner: Any) -> Any:
    # Who owns the key: whoever entered it first, otherwise now ``owner``. Open addressing; a
    # slot is taken where it carries the stamp of the current search.
    mask = stamps.size - 1
    slot = (key ^ ((key >> 12) * 40503) ^ (key >> 29)) & mask
    while stamps[slot] == stamp:
        if keys[slot] == key:
            return owners[slot]
        slot = (slot + 1) & mask
    stamps[slot] = stamp
    keys[slot] = key
    owners[slot] = owner
    return owner


@njit(cache=True, nogil=True)
def rehash(old_table: Any, table: Any, stamp: Any) -> None:
    """Enter what a table [keys, owners, stamps] holds into a larger one."""
    for slot in range(old_table.shape[1]):
        if old_table[2, slot] == stamp:
            _place(table[0], table[1], table[2], stamp, old_table[0, slot], old_table[1, slot])


@njit(cache=True, nogil=True)
def _start(matrix: Any, height: Any, width: Any, tableau: Any, basis: Any, nonbasis: Any) -> None:
    for i in range(height):
        for j in range(width):
            tableau[i, j] = matrix[i, j]
        tableau[i, width] = 1
        basis[i] = width + i
    for j in range(width):
        nonbasis[j] = j


@njit(cache=True, nogil=True)
def _lexicographically_less(
    tableau: Any,
    basis: Any,
    nonbasis: Any,
    height: Any,
    width: Any,
    one: Any,
    two: Any,
    column: Any,
) -> Any:
    # Rows tie in their ratio; constraint i is relaxed by eps**(i + 1).
    pivot_one, pivot_two = tableau[one, column], tableau[two, column]
    for slack in range(width, width + height):
        left = right = np.int64(0)
        place = -1
        for j in range(width):
            if nonbasis[j] == slack:
                place = j
        if place >= 0:
            left, right = tableau[one, place], tableau[two, place]
        elif basis[one] == slack:
            return False
        elif basis[two] == slack:
            return True
        order = _compare_products(left, pivot_two, right, pivot_one)
        if order != 0:
            return order < 0
    return False


@njit(cache=True, nogil=True)
def _integer_leaving(
    tableau: Any, basis: Any, nonbasis: Any, height: Any, width: Any, column: Any, small: Any
) -> Any:
    best = -1
    for i in range(height):
        a = tableau[i, column]
        if a <= 0:
            continue
        if best < 0:
            best = i
            continue
        if small:
            order = tableau[i, width] * tableau[best, column] - tableau[best, width] * a
        else:
            order = _compare_products(
                tableau[i, width], tableau[best, column], tableau[best, width], a
            )
        if order < 0 or (
            order == 0
            and _lexicographically_less(tableau, basis, nonbasis, height, width, i, best, column)
        ):
            best = i
    return best


@njit(cache=True, nogil=True)
def _integer_pivot(
    old: Any,
    new: Any,
    height: Any,
    width: Any,
    row: Any,
    column: Any,
    denominator: Any,
    small: Any,
) -> Any:
    # Returns the largest entry's size, or -1 where one does not fit.
    pivot = old[row, column]
    shift = _trailing_zeros(denominator)
    inverse = _odd_inverse(denominator >> shift)
    largest = np.int64(0)
    for i in range(height):
        if i == row:
            for j in range(width + 1):
                new[i, j] = old[i, j]
            new[i, column] = denominator
        elif small:
            factor = old[i, column]
            for j in range(width + 1):
                new[i, j] = _divide_exactly(
                    pivot * old[i, j] - factor * old[row, j], shift, inverse
                )
            new[i, column] = -factor
        else:
            factor = old[i, column]
            for j in range(width + 1):
                a, b = old[i, j], old[row, j]
                quotient = _wide_quotient(pivot, a, factor, b, shift, inverse)
                if j != column and not _is_quotient(pivot, a, factor, b, quotient, denominator):
                    return np.int64(-1)
                new[i, j] = quotient
            new[i, column] = -factor
        for j in range(width + 1):
            size = abs(new[i, j])
            largest = max(largest, size)
    if largest >= LARGE:
        return np.int64(-1)
    return max(largest, pivot)


@njit(cache=True, nogil=True)
def integer_vertices(
    matrix: Any,
    height: Any,
    width: Any,
    state: Any,
    tableaux: Any,
    keys: Any,
    bases: Any,
    nonbases: Any,
    denominators: Any,
    sizes: Any,
    done: Any,
    basis_table: Any,
    label_table: Any,
    stamp: Any,
    labels: Any,
    nodes: Any,
    limit: Any,
) -> Any:
    """Walk all lexicographically feasible bases of {z >= 0, matrix z <= 1} in integers.

    ``state`` is [head, bases, vertices]; zeros begin a search, other values resume one after
    GROW. At DONE vertex k has the label set ``labels[k]`` and stands in the tableau
    ``nodes[k]``. At most ``limit`` bases are taken from the queue in one call; GROW is returned
    as well where the limit is hit.
    """
    head, count, found = state[0], state[1], state[2]
    if count == 0:
        _start(matrix, height, width, tableaux[0], bases[0], nonbases[0])
        largest = np.int64(1)
        for i in range(height):
            for j in range(width):
                largest = max(largest, tableaux[0, i, j])
        sizes[0] = largest
        denominators[0] = 1
        keys[0] = (np.int64(1) << width) - 1
        done[0] = 0
        _place(basis_table[0], basis_table[1], basis_table[2], stamp, keys[0], 0)
        count = 1
    stop = head + limit
    while head < count:
        if count + width > keys.size or head == stop:
            state[0], state[1], state[2] = head, count, found
            return GROW
        tableau, basis, nonbasis = tableaux[head], bases[head], nonbases[head]
        key = keys[head]
        small = sizes[head] < SMALL
        mask = key
        for i in range(height):
            if tableau[i, width] == 0:
                mask |= np.int64(1) << basis[i]
        # The origin, where no slack is tight, is no strategy.
        if mask >> width and (
            mask == key
            or _place(label_table[0], label_table[1], label_table[2], stamp, mask, head) == head
        ):
            labels[found] = mask
            nodes[found] = head
            found += 1
        for column in range(width):
            entering = np.int64(1) << nonbasis[column]
            if done[head] & entering:
                continue
            row = _integer_leaving(tableau, basis, nonbasis, height, width, column, small)
            leaving = np.int64(1) << basis[row]
            other = key ^ entering | leaving
            node = _place(basis_table[0], basis_table[1], basis_table[2], stamp, other, count)
            if node != count:
                # The other end need not come back along this edge.
                done[node] |= leaving
                continue
            done[count] = leaving
            largest = _integer_pivot(
                tableau, tableaux[count], height, width, row, column, denominators[head], small
            )
            if largest < 0:
                return OVERFLOW
            sizes[count] = largest
            denominators[count] = tableau[row, column]
            keys[count] = other
            for i in range(height):
                bases[count, i] = basis[i]
            for j in range(width):
                nonbases[count, j] = nonbasis[j]
            bases[count, row] = nonbasis[column]
            nonbases[count, column] = basis[row]
            count += 1
        head += 1
    state[0], state[1], state[2] = head, count, found
    return DONE


@njit(cache=True, nogil=True)
def _error_bound(
    matrix: Any,
    tableau: Any,
    basis: Any,
    nonbasis: Any,
    height: Any,
    width: Any,
    work: Any,
    residuals: Any,
) -> Any:
    """Bound on the error of a basic solution that proves the basis strictly feasible, or inf.

    C holds the basic variables, R the tight constraints, W the tableau's approximation to the
    inverse of M[R, C]. With |I - W M[R, C]| <= alpha < 1 in the maximum norm the matrix is
    nonsingular and the error of z is at most |W| |1 - M[R, C] z| / (1 - alpha). Entries of M
    lie in [0, 1] and carry an error of one roundoff from the shift of columns; ``gamma``
    bounds that and the rounding of every sum below.
    """
    rows, columns, variables, constraints = work[0], work[1], work[2], work[3]
    k = 0
    for i in range(height):
        if basis[i] < width:
            rows[k] = i
            variables[k] = basis[i]
            k += 1
    t = 0
    for j in range(width):
        if nonbasis[j] >= width:
            columns[t] = j
            constraints[t] = nonbasis[j] - width
            t += 1
    gamma = 4.0 * (k + 4) * UNIT_ROUNDOFF
    alpha = norm = residual = total = 0.0
    for a in range(k):
        total += abs(tableau[rows[a], width])
    for a in range(k):
        deviation = inverse_norm = 0.0
        for b in range(k):
            residuals[b] = 0.0
        for c in range(k):
            w = tableau[rows[a], columns[c]]
            inverse_norm += abs(w)
            for b in range(k):
                residuals[b] += w * matrix[constraints[c], variables[b]]
        residuals[a] -= 1.0
        for b in range(k):
            deviation += abs(residuals[b])
        alpha = max(alpha, deviation + gamma * k * (inverse_norm + 1.0))
        norm = max(norm, inverse_norm)
        left = 1.0
        for b in range(k):
            left -= matrix[constraints[a], variables[b]] * tableau[rows[b], width]
        residual = max(residual, abs(left))
    if not alpha < 0.5:
        return np.inf
    error = 2.0 * norm * (residual + gamma * (1.0 + total)) * (1.0 + gamma)
    for a in range(k):
        if not tableau[rows[a], width] > error:
            return np.inf
    for i in range(height):
        if basis[i] < width:
            continue
        slack = basis[i] - width
        left = 1.0
        reach = 0.0
        for b in range(k):
            entry = matrix[slack, variables[b]]
            left -= entry * tableau[rows[b], width]
            reach += entry
        if not left > (reach * error + gamma * (1.0 + total)) * (1.0 + gamma):
            return np.inf
    return error


@njit(cache=True, nogil=True)
def _is_accurate(
    matrix: Any,
    tableau: Any,
    basis: Any,
    nonbasis: Any,
    height: Any,
    width: Any,
    work: Any,
    residuals: Any,
) -> Any:
    # A vertex may be proven and yet be known to few digits; probabilities are to have ten, by a
    # bound that is a hundred times the usual error.
    total = 0.0
    for i in range(height):
        if basis[i] < width:
            total += tableau[i, width]
    error = _error_bound(matrix, tableau, basis, nonbasis, height, width, work, residuals)
    return error <= 1e-10 * total


@njit(cache=True, nogil=True)
def _float_pivot(
    old: Any,
    new: Any,
    old_errors: Any,
    errors: Any,
    height: Any,
    width: Any,
    row: Any,
    column: Any,
) -> None:
    """Pivot, and carry a bound on the error of each row's entries along.

    With e the bound of a row, d that of the pivot's row and q = p - d, entries t and f of the
    row and g of the pivot's row give t - f g / p up to
    ``e + (|f| d + |g| e + e d) / q + |f| |g| d / (p q)``, f / p up to ``(e + |f| d / p) / q``
    and g / p up to ``d (1 + |g| / p) / q``; rounding adds a few units of the largest term.
    The last element of the bounds is one on the size of all entries.
    """
    pivot = old[row, column]
    scale = 1.0 / pivot
    d, size = old_errors[row], old_errors[height]
    q = pivot - d
    across = down = 0.0
    for j in range(width + 1):
        across = max(across, abs(old[row, j])) if j != column else across
        new[row, j] = old[row, j] * scale
    new[row, column] = scale
    for i in range(height):
        if i != row:
            factor = old[i, column]
            for j in range(width + 1):
                new[i, j] = old[i, j] - factor * new[row, j]
            new[i, column] = -factor * scale
            f, e = abs(factor), old_errors[i]
            down = max(down, f)
            errors[i] = max(
                e + (f * d + across * e + e * d) / q + f * across * scale * d / q,
                (e + f * d * scale) / q,
            )
    errors[row] = d * max(1.0 + across * scale, scale) / q
    grown = max(size + across * down * scale, max(across, down, 1.0) * scale) * (1.0 + 1e-9)
    errors[height] = grown
    for i in range(height):
        errors[i] = (errors[i] + 16.0 * UNIT_ROUNDOFF * grown) * (1.0 + 1e-9)
        if not q > 0.0:
            errors[i] = np.inf


@njit(cache=True, nogil=True, error_model="numpy")
def _float_leaving(tableau: Any, height: Any, width: Any, column: Any) -> Any:
    # Written without branches in the loop: which rows count is unpredictable.
    row, best = -1, np.inf
    for i in range(height):
        a = tableau[i, column]
        ratio = tableau[i, width] / (a if a > 1e-11 else 1.0)
        ratio = ratio if a > 1e-11 else np.inf
        row = i if ratio < best else row
        best = ratio if ratio < best else best
    return row


@njit(cache=True, nogil=True)
def float_vertices(
    matrix: Any,
    height: Any,
    width: Any,
    state: Any,
    tableaux: Any,
    keys: Any,
    bases: Any,
    nonbases: Any,
    errors: Any,
    done: Any,
    basis_table: Any,
    stamp: Any,
    work: Any,
    residuals: Any,
    limit: Any,
) -> Any:
    """Walk all bases of {z >= 0, matrix z <= 1} in floating point and prove each of them.

    Each basis met is proven to be a simple vertex: all basic variables exceed the error carried
    along from the first tableau, or else a bound computed from the basis itself. Two simple
    vertices that share all labels but one are the two ends of the edge between them, so that a
    set of simple vertices that is closed under the walk holds every neighbour of its members;
    the graph of a polytope being connected, it holds every vertex. At UNCERTAIN nothing is
    claimed: there may be ties.

    ``errors`` is [basis, height + 1]: bounds on the error of each row of a tableau, and on the
    size of its entries.
    """
    head, count = state[0], state[1]
    if count == 0:
        _start(matrix, height, width, tableaux[0], bases[0], nonbases[0])
        keys[0] = (np.int64(1) << width) - 1
        errors[0, :height] = UNIT_ROUNDOFF
        errors[0, height] = 1.0
        done[0] = 0
        _place(basis_table[0], basis_table[1], basis_table[2], stamp, keys[0], 0)
        count = 1
    stop = head + limit
    while head < count:
        if count + width > keys.size or head == stop:
            state[0], state[1] = head, count
            return GROW
        tableau, basis, nonbasis = tableaux[head], bases[head], nonbases[head]
        key = keys[head]
        proven = True
        for i in range(height):
            proven = proven and tableau[i, width] > errors[head, i]
        if not proven and not np.isfinite(
            _error_bound(matrix, tableau, basis, nonbasis, height, width, work, residuals)
        ):
            return UNCERTAIN
        for column in range(width):
            entering = np.int64(1) << nonbasis[column]
            if done[head] & entering:
                continue
            row = _float_leaving(tableau, height, width, column)
            if row < 0:
                return UNCERTAIN
            leaving = np.int64(1) << basis[row]
            other = key ^ entering | leaving
            node = _place(basis_table[0], basis_table[1], basis_table[2], stamp, other, count)
            if node != count:
                # The other end need not come back along this edge.
                done[node] |= leaving
                continue
            done[count] = leaving
            _float_pivot(
                tableau,
                tableaux[count],
                errors[head],
                errors[count],
                height,
                width,
                row,
                column,
            )
            keys[count] = other
            for i in range(height):
                bases[count, i] = basis[i]
            for j in range(width):
                nonbases[count, j] = nonbasis[j]
            bases[count, row] = nonbasis[column]
            nonbases[count, column] = basis[row]
            count += 1
        head += 1
    state[0], state[1] = head, count
    return DONE


@njit(cache=True, nogil=True)
def _eliminate(A: Any, B: Any, rows: Any, columns: Any) -> tuple[Any, Any]:
    # Actions strictly dominated by a pure action, again and again; they carry no weight and
    # their constraints are never tight, so that no extreme equilibrium is touched.
    m, n = A.shape
    for i in range(m):
        rows[i] = i
    for j in range(n):
        columns[j] = j
    changed = True
    while changed:
        changed = False
        i = 0
        while i < m and m > 1:
            dominated = False
            for k in range(m):
                if k == i:
                    continue
                dominated = True
                for j in range(n):
                    if not A[rows[k], columns[j]] > A[rows[i], columns[j]]:
                        dominated = False
                        break
                if dominated:
                    break
            if dominated:
                for k in range(i, m - 1):
                    rows[k] = rows[k + 1]
                m -= 1
                changed = True
            else:
                i += 1
        j = 0
        while j < n and n > 1:
            dominated = False
            for k in range(n):
                if k == j:
                    continue
                dominated = True
                for i in range(m):
                    if not B[rows[i], columns[k]] > B[rows[i], columns[j]]:
                        dominated = False
                        break
                if dominated:
                    break
            if dominated:
                for k in range(j, n - 1):
                    columns[k] = columns[k + 1]
                n -= 1
                changed = True
            else:
                j += 1
    return m, n


@njit(cache=True, nogil=True)
def _to_integers(source: Any, height: Any, width: Any, matrix: Any, scales: Any) -> Any:
    """Shift and scale each column of ``source`` to nonnegative integers.

    Returns the largest entry, or -1.0 where a column does not fit 62 bits. ``scales[j]`` is
    what turns coordinate j of a vertex into a weight.
    """
    largest = 0.0
    for j in range(width):
        low = high = source[0, j]
        whole = True
        for i in range(height):
            value = source[i, j]
            low, high = min(low, value), max(high, value)
            whole = whole and value == np.floor(value)
        factor = 1.0
        if not whole:
            # Bring the lowest set bit of any entry to the units place.
            lowest = 2000
            for i in range(height):
                value = source[i, j]
                if value != 0.0:
                    fraction, exponent = math.frexp(value)
                    bits = np.int64(fraction * 2.0**53)
                    lowest = min(lowest, exponent - 53 + _trailing_zeros(bits))
            if lowest < -1000:
                return -1.0
            factor = 2.0**-lowest
        low, high = low * factor, high * factor
        if max(abs(low), abs(high)) > 2.0**61:
            return -1.0
        if low == high:
            for i in range(height):
                matrix[i, j] = 1
            scales[j] = 1.0
            largest = max(largest, 1.0)
            continue
        for i in range(height):
            matrix[i, j] = np.int64(source[i, j] * factor) - np.int64(low)
        top = high - low
        if top > 4096.0:
            divisor = np.int64(0)
            for i in range(height):
                other = matrix[i, j]
                while other != 0:
                    divisor, other = other, divisor % other
                if divisor == 1:
                    break
            if divisor > 1:
                for i in range(height):
                    matrix[i, j] //= divisor
                top /= divisor
                factor /= divisor
        scales[j] = factor
        largest = max(largest, top)
    return largest


@njit(cache=True, nogil=True)
def _to_unit(source: Any, height: Any, width: Any, matrix: Any, scales: Any) -> Any:
    """Shift and scale each column of ``source`` into [0, 1], by powers of two.

    False where a column's magnitude or range leaves no room in a float's exponent.
    """
    for j in range(width):
        low = high = source[0, j]
        for i in range(height):
            low, high = min(low, source[i, j]), max(high, source[i, j])
        if max(abs(low), abs(high)) > 1e290 or 0.0 < high - low < 1e-280:
            return False
        if low == high:
            for i in range(height):
                matrix[i, j] = 1.0
            scales[j] = 1.0
            continue
        _, exponent = math.frexp(high - low)
        scale = 2.0**-exponent
        for i in range(height):
            matrix[i, j] = (source[i, j] - low) * scale
        scales[j] = scale
    return True


@njit(cache=True, nogil=True)
def _put_point(
    tableau: Any, basis: Any, height: Any, width: Any, scales: Any, names: Any, out: Any, shift: Any
) -> None:
    total = 0.0
    for i in range(height):
        k = basis[i]
        if k < width:
            weight = tableau[i, width] * scales[k]
            out[shift + names[k]] = weight
            total += weight
    for i in range(height):
        k = basis[i]
        if k < width:
            out[shift + names[k]] /= total


@njit(cache=True, nogil=True)
def _sort_rows(rows: Any, first: Any, last: Any) -> None:
    # Insertion sort, largest first, so that the order does not depend on the search.
    width = rows.shape[1]
    for i in range(first + 1, last):
        k = i
        while k > first:
            order = 0.0
            for j in range(width):
                order = rows[k, j] - rows[k - 1, j]
                if order != 0.0:
                    break
            if order <= 0.0:
                break
            for j in range(width):
                rows[k, j], rows[k - 1, j] = rows[k - 1, j], rows[k, j]
            k -= 1


@njit(cache=True, nogil=True)
def _two_by_two(A: Any, B: Any, rows: Any, columns: Any, out: Any, used: Any) -> Any:
    """Extreme equilibria of a 2x2 game from the signs of payoff differences.

    A strategy's vertices are its two ends and, where the opponent's preference changes sign,
    the point of indifference. A pair is an equilibrium where each plays best responses only:
    of the labels 0, 1 (row) and 2, 3 (column) every one is an unused action of its player or a
    best response to the other one.
    """
    m = A.shape[0]
    r0, r1, c0, c1 = rows[0], rows[1], columns[0], columns[1]
    # The column player's gain from its first action against row 0 and 1, and the other way.
    b0, b1 = B[r0, c0] - B[r0, c1], B[r1, c0] - B[r1, c1]
    a0, a1 = A[r0, c0] - A[r1, c0], A[r0, c1] - A[r1, c1]
    count = 0
    for i in range(3):
        if i == 1:
            if not ((b0 > 0.0 and b1 < 0.0) or (b0 < 0.0 and b1 > 0.0)):
                continue
            x0, x1, x_mask = b1 / (b1 - b0), b0 / (b0 - b1), 12
        else:
            b = b0 if i == 0 else b1
            x0, x1, x_mask = (1.0, 0.0, 2) if i == 0 else (0.0, 1.0, 1)
            x_mask |= (4 if b >= 0.0 else 0) | (8 if b <= 0.0 else 0)
        for j in range(3):
            if j == 1:
                if not ((a0 > 0.0 and a1 < 0.0) or (a0 < 0.0 and a1 > 0.0)):
                    continue
                y0, y1, y_mask = a1 / (a1 - a0), a0 / (a0 - a1), 3
            else:
                a = a0 if j == 0 else a1
                y0, y1, y_mask = (1.0, 0.0, 8) if j == 0 else (0.0, 1.0, 4)
                y_mask |= (1 if a >= 0.0 else 0) | (2 if a <= 0.0 else 0)
            if x_mask | y_mask == 15:
                row = out[used + count]
                row[:] = 0.0
                row[r0], row[r1] = x0, x1
                row[m + c0], row[m + c1] = y0, y1
                count += 1
    return count


@njit(cache=True, nogil=True)
def _swap_labels(mask: Any, width: Any, height: Any) -> Any:
    # From [own variables, constraints] to [constraints, own variables].
    return (mask >> width) | ((mask & ((np.int64(1) << width) - 1)) << height)


@njit(cache=True, nogil=True)
def solve_slice(
    A: Any, B: Any, first: Any, counts: Any, out: Any, capacity: Any, table_size: Any
) -> tuple[Any, Any]:
    """All extreme equilibria of the games from ``first`` on, until ``out`` is full.

    Parameters
    ----------
    A, B
        [game, row, column] payoffs.
    first
        The game to begin with.
    counts
        [game], filled with the number of equilibria, or -1 where a game needs wider integers.
    out
        [equilibrium, rows + columns], filled in the order of the games; largest first in each.
    capacity
        At least the most bases that a polytope of this shape can have, plus its dimension.
    table_size
        A power of two, at least twice ``capacity``.

    Returns
    -------
    tuple
        The next game to solve and the number of filled rows of ``out``. A game whose equilibria
        may not fit is left for the next call.
    """
    games, m, n = A.shape
    size = max(m, n)
    rows, columns = np.empty(m, np.int64), np.empty(n, np.int64)
    source = np.empty((2, size, size))
    integers, units = np.empty((2, size, size), np.int64), np.empty((2, size, size))
    scales = np.empty((2, size))
    whole = np.empty((2, capacity, size, size + 1), np.int64)
    floating = np.empty((2, capacity, size, size + 1))
    keys = np.empty((2, capacity), np.int64)
    bases = np.empty((2, capacity, size), np.int64)
    nonbases = np.empty((2, capacity, size), np.int64)
    denominators, sizes = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
    errors, done = np.empty((capacity, size + 1)), np.empty(capacity, np.int64)
    basis_table, label_table = np.zeros((2, 3, table_size), np.int64)
    labels, nodes = np.empty((2, capacity), np.int64), np.empty((2, capacity), np.int64)
    work, residuals = np.empty((4, size), np.int64), np.empty(size)
    state = np.zeros(3, np.int64)
    found = np.zeros(2, np.int64)
    stamp = 0
    used = 0
    for g in range(first, games):
        mr, nr = _eliminate(A[g], B[g], rows, columns)
        if mr == 1 or nr == 1:
            # What strict dominance leaves beside a single action is all equally good.
            if used + mr * nr > out.shape[0]:
                return g, used
            for i in range(mr):
                for j in range(nr):
                    row = out[used]
                    row[:] = 0.0
                    row[rows[i]] = row[m + columns[j]] = 1.0
                    used += 1
            counts[g] = mr * nr
            _sort_rows(out, used - mr * nr, used)
            continue
        if mr == 2 and nr == 2:
            if used + 4 > out.shape[0]:
                return g, used
            counts[g] = _two_by_two(A[g], B[g], rows, columns, out, used)
            used += counts[g]
            continue
        for i in range(mr):
            for j in range(nr):
                source[0, j, i] = B[g, rows[i], columns[j]]
                source[1, i, j] = A[g, rows[i], columns[j]]
        status = UNCERTAIN
        top = _to_integers(source[0], nr, mr, integers[0], scales[0])
        other_top = _to_integers(source[1], mr, nr, integers[1], scales[1])
        integral = min(top, other_top) >= 0.0
        # Small integers stay small, and are where ties are; others go to floating point first.
        integers_first = integral and max(top, other_top) < INTEGERS_FIRST
        use_floats = False
        for attempt in range(2):
            use_floats = (attempt == 0) != integers_first
            if use_floats:
                if not (
                    _to_unit(source[0], nr, mr, units[0], scales[0])
                    and _to_unit(source[1], mr, nr, units[1], scales[1])
                ):
                    continue
            elif not integral:
                continue
            elif attempt == 1:
                _to_integers(source[0], nr, mr, integers[0], scales[0])
                _to_integers(source[1], mr, nr, integers[1], scales[1])
            for side in range(2):
                width, height = (mr, nr) if side == 0 else (nr, mr)
                state[:] = 0
                stamp += 1
                if use_floats:
                    status = float_vertices(
                        units[side],
                        height,
                        width,
                        state,
                        floating[side],
                        keys[side],
                        bases[side],
                        nonbases[side],
                        errors,
                        done,
                        basis_table,
                        stamp,
                        work,
                        residuals,
                        capacity,
                    )
                    for k in range(1, state[1]):
                        labels[side, k - 1] = keys[side, k]
                        nodes[side, k - 1] = k
                    found[side] = state[1] - 1
                else:
                    status = integer_vertices(
                        integers[side],
                        height,
                        width,
                        state,
                        whole[side],
                        keys[side],
                        bases[side],
                        nonbases[side],
                        denominators,
                        sizes,
                        done,
                        basis_table,
                        label_table,
                        stamp,
                        labels[side],
                        nodes[side],
                        capacity,
                    )
                    found[side] = state[2]
                if status != DONE:
                    break
            if status == DONE:
                break
        if status != DONE:
            counts[g] = -1
            continue
        for k in range(found[1]):
            labels[1, k] = _swap_labels(labels[1, k], nr, mr)
        everything = (np.int64(1) << (mr + nr)) - 1
        begin = used
        accurate = True
        for i in range(found[0]):
            for j in range(found[1]):
                if labels[0, i] | labels[1, j] != everything:
                    continue
                if used == out.shape[0]:
                    return g, begin
                row = out[used]
                row[:] = 0.0
                one, two = nodes[0, i], nodes[1, j]
                if use_floats:
                    accurate = (
                        accurate
                        and _is_accurate(
                            units[0],
                            floating[0, one],
                            bases[0, one],
                            nonbases[0, one],
                            nr,
                            mr,
                            work,
                            residuals,
                        )
                        and _is_accurate(
                            units[1],
                            floating[1, two],
                            bases[1, two],
                            nonbases[1, two],
                            mr,
                            nr,
                            work,
                            residuals,
                        )
                    )
                    _put_point(floating[0, one], bases[0, one], nr, mr, scales[0], rows, row, 0)
                    _put_point(floating[1, two], bases[1, two], mr, nr, scales[1], columns, row, m)
                else:
                    _put_point(whole[0, one], bases[0, one], nr, mr, scales[0], rows, row, 0)
                    _put_point(whole[1, two], bases[1, two], mr, nr, scales[1], columns, row, m)
                used += 1
        if not accurate:
            counts[g] = -1
            used = begin
            continue
        counts[g] = used - begin
        _sort_rows(out, begin, used)
    return games, used


@njit(cache=True, nogil=True)
def batch_regrets(A: Any, B: Any, counts: Any, profiles: Any, regrets: Any) -> None:
    """Regret of each profile relative to each player's payoff range, from the payoffs alone.

    ``profiles`` holds ``counts[g]`` rows for game g, in order; games with -1 have none.
    """
    games, m, n = A.shape
    k = 0
    for g in range(games):
        if counts[g] <= 0:
            continue
        a_low = a_high = A[g, 0, 0]
        b_low = b_high = B[g, 0, 0]
        for i in range(m):
            for j in range(n):
                a_low, a_high = min(a_low, A[g, i, j]), max(a_high, A[g, i, j])
                b_low, b_high = min(b_low, B[g, i, j]), max(b_high, B[g, i, j])
        for _ in range(counts[g]):
            x, y = profiles[k, :m], profiles[k, m:]
            worst = 0.0
            if a_high > a_low:
                best = mean = 0.0
                for i in range(m):
                    value = 0.0
                    for j in range(n):
                        value += (A[g, i, j] - a_low) * y[j]
                    best = max(best, value)
                    mean += x[i] * value
                worst = (best - mean) / (a_high - a_low)
            if b_high > b_low:
                best = mean = 0.0
                for j in range(n):
                    value = 0.0
                    for i in range(m):
                        value += (B[g, i, j] - b_low) * x[i]
                    best = max(best, value)
                    mean += y[j] * value
                worst = max(worst, (best - mean) / (b_high - b_low))
            regrets[k] = worst
            k += 1


@njit(cache=True, nogil=True)
def _invert(source: Any, constraints: Any, variables: Any, k: Any, inverse: Any, work: Any) -> Any:
    # Gauss-Jordan with partial pivoting on M[R, C]; ``source`` is M transposed.
    for a in range(k):
        for b in range(k):
            work[a, b] = source[variables[b], constraints[a]]
            inverse[a, b] = 1.0 if a == b else 0.0
    for c in range(k):
        pivot = c
        for a in range(c + 1, k):
            if abs(work[a, c]) > abs(work[pivot, c]):
                pivot = a
        if not abs(work[pivot, c]) > 1e-13:
            return False
        if pivot != c:
            for b in range(k):
                work[c, b], work[pivot, b] = work[pivot, b], work[c, b]
                inverse[c, b], inverse[pivot, b] = inverse[pivot, b], inverse[c, b]
        scale = 1.0 / work[c, c]
        for b in range(k):
            work[c, b] *= scale
            inverse[c, b] *= scale
        for a in range(k):
            if a != c and work[a, c] != 0.0:
                factor = work[a, c]
                for b in range(k):
                    work[a, b] -= factor * work[c, b]
                    inverse[a, b] -= factor * inverse[c, b]
    return True


@njit(cache=True, nogil=True)
def _slack_coefficient(
    source: Any, variables: Any, places: Any, k: Any, inverse: Any, row: Any, slack: Any
) -> Any:
    # Entry of the tableau in ``row`` and the column of a slack; rows 0..k-1 are the basic
    # variables, k + i is the slack of constraint i.
    q = places[slack]
    if q < 0:
        return 1.0 if row == k + slack else 0.0
    if row < k:
        return inverse[row, q]
    total = 0.0
    for c in range(k):
        total -= source[variables[c], row - k] * inverse[c, q]
    return total


@njit(cache=True, nogil=True)
def _revised_step(
    source: Any,
    variables: Any,
    constraints: Any,
    places: Any,
    k: Any,
    inverse: Any,
    work: Any,
    values: Any,
    direction: Any,
    entering: Any,
) -> tuple[Any, Any]:
    """Let a variable or slack enter the basis; return what leaves and the new size.

    The basis is given by its variables C and tight constraints R; ``inverse`` is that of
    M[R, C], with M transposed in ``source``. Only the entering column and the right-hand side of
    the tableau are formed, which takes O(height k). Leaves -1 where no row limits the step.
    """
    width, height = source.shape
    u = direction[height:]
    z = values[height:]
    for i in range(height):
        values[i] = 1.0
        direction[i] = source[entering, i] if entering < width else 0.0
    for c in range(k):
        z[c] = u[c] = 0.0
        for q in range(k):
            z[c] += inverse[c, q]
            if entering < width:
                u[c] += inverse[c, q] * source[entering, constraints[q]]
        if entering >= width:
            u[c] = inverse[c, places[entering - width]]
        column = source[variables[c]]
        for i in range(height):
            values[i] -= column[i] * z[c]
            direction[i] -= column[i] * u[c]
    best, row = np.inf, -1
    for position in range(k + height):
        # Basic variables first, then basic slacks.
        if position < k:
            a, value = u[position], z[position]
        else:
            i = position - k
            if places[i] >= 0:
                continue
            a, value = direction[i], values[i]
        if a <= 1e-10:
            continue
        ratio = max(value, 0.0) / a
        if row >= 0 and abs(ratio - best) <= 1e-12 * (1.0 + best):
            best_a = u[row] if row < k else direction[row - k]
            for slack in range(height):
                one = _slack_coefficient(source, variables, places, k, inverse, position, slack) / a
                two = _slack_coefficient(source, variables, places, k, inverse, row, slack) / best_a
                if abs(one - two) > 1e-11 * (1.0 + abs(two)):
                    if one < two:
                        best, row = ratio, position
                    break
        elif ratio < best:
            best, row = ratio, position
    if row < 0:
        return -1, k
    if entering < width:
        if row < k:
            leaving = variables[row]
            variables[row] = entering
        else:
            leaving = width + row - k
            variables[k] = entering
            constraints[k] = row - k
            places[row - k] = k
            k += 1
    else:
        q = places[entering - width]
        places[entering - width] = -1
        if row < k:
            leaving = variables[row]
            k -= 1
            variables[row] = variables[k]
            constraints[q] = constraints[k]
            if q < k:
                places[constraints[q]] = q
        else:
            leaving = width + row - k
            constraints[q] = row - k
            places[row - k] = q
    if not _invert(source, constraints, variables, k, inverse, work):
        return -1, k
    return leaving, k


@njit(cache=True, nogil=True)
def lemke_howson(
    row_source: Any, column_source: Any, first: Any, cap: Any, x: Any, y: Any
) -> tuple[Any, Any]:
    """Follow Lemke-Howson paths of at most ``cap`` pivots from one label after the other.

    Parameters
    ----------
    row_source
        [row action, column action] the transpose of the row player's polytope matrix: column
        payoffs, each row shifted and scaled into [0, 1].
    column_source
        [column action, row action] the same of the column player's polytope.
    first
        Label to begin with: a row action, or the number of rows plus a column action.
    cap
        Most pivots a path.
    x, y
        Filled with the vertex that completes all labels, still to be scaled.

    Returns
    -------
    tuple
        The label whose path ended in an equilibrium, or -1; and the number of pivots.
    """
    m, n = row_source.shape
    most = min(m, n, cap) + 2
    variables, constraints = np.empty((2, most), np.int64), np.empty((2, most), np.int64)
    places = np.empty((2, max(m, n)), np.int64)
    inverse, work = np.empty((2, most, most)), np.empty((most, most))
    values, direction = np.empty(max(m, n) + most), np.empty(max(m, n) + most)
    size = np.zeros(2, np.int64)
    pivots = 0
    for label in range(first, m + n):
        places[:] = -1
        size[:] = 0
        side = 0 if label < m else 1
        entering = label if label < m else label - m
        ended = False
        for _ in range(cap):
            pivots += 1
            source = row_source if side == 0 else column_source
            leaving, size[side] = _revised_step(
                source,
                variables[side],
                constraints[side],
                places[side],
                size[side],
                inverse[side],
                work,
                values,
                direction,
                entering,
            )
            if leaving < 0:
                break
            # Own actions come first on either side; labels count row actions first.
            width = m if side == 0 else n
            missing = leaving
            if side == 1:
                missing = leaving + m if leaving < n else leaving - n
            if missing == label:
                ended = True
                break
            # The label is now missing here, and carried twice: drop it on the other side.
            entering = leaving - width if leaving >= width else leaving + (m + n - width)
            side = 1 - side
        if ended and size[0] > 0 and size[1] > 0:
            x[:] = 0.0
            y[:] = 0.0
            for c in range(size[0]):
                for q in range(size[0]):
                    x[variables[0, c]] += inverse[0, c, q]
            for c in range(size[1]):
                for q in range(size[1]):
                    y[variables[1, c]] += inverse[1, c, q]
            return label, pivots
    return -1, pivots
