"""Best-response polytopes in exact integers of any size.

For a nonnegative integer matrix M without a zero column, {z >= 0, M z <= 1} is a bounded
polytope. With M from the row player's payoffs its nonzero vertices, divided by their sum, are
the column player's candidate strategies; a vertex is labelled with the tight inequalities.
A pair of vertices of the two players' polytopes is an extreme equilibrium exactly when the
two carry every label between them (Mangasarian 1964; von Stengel 2002).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.values import IntArray

__all__ = [
    "MOST_LABELS",
    "VertexSet",
    "basis_of",
    "enumerate_vertices",
    "integer_columns",
    "mask_array",
    "most_vertices",
    "normalized",
    "orientation",
    "solve_basis",
]

Matrix = list[list[int]]

# A set of labels is one signed 64-bit mask up to here.
MOST_LABELS = 62


@dataclass(frozen=True, eq=False)
class VertexSet:
    """Nonzero vertices of one best-response polytope {z >= 0, matrix z <= 1}.

    Attributes
    ----------
    matrix
        The polytope's integers.
    labels
        [vertex] bit masks: bit k is set where coordinate k is zero, bit ``width + i`` where
        constraint i is tight. 64-bit integers, or Python's where there are more labels.
    points
        Numerators over one positive denominator, a vertex; None where every vertex is simple:
        its labels are then its only basis, from which ``solve_basis`` gives the point.
    bases
        [basis] nonbasic variables of each basis of the lexicographically perturbed polytope, as
        bit masks.
    nearest
        [basis] position of the vertex that the basis is near.
    orders
        [basis, row] the basic variable of each row of the basis' tableau.
    complete
        Whether it is proven that nothing is missing.
    """

    matrix: Matrix
    labels: NDArray[Any]
    points: list[tuple[int, ...]] | None
    bases: NDArray[Any]
    nearest: IntArray
    orders: IntArray
    complete: bool


def mask_array(masks: Iterable[int], labels: int) -> NDArray[Any]:
    """Return bit masks of ``labels`` bits as an array of 64-bit or of Python integers."""
    return np.array(list(masks), dtype=np.int64 if labels <= MOST_LABELS else object)


def most_vertices(facets: int, dimension: int) -> int:
    """Return the largest number of vertices of a polytope (McMullen's upper bound theorem).

    Examples
    --------
    >>> most_vertices(12, 6)
    112
    """
    half, rest = dimension // 2, (dimension + 1) // 2
    return comb(facets - rest, half) + comb(facets - half - 1, rest - 1)


def integer_columns(payoffs: NDArray[Any]) -> tuple[Matrix, list[Fraction]]:
    """Return nonnegative integers with the same best responses, and each column's scale.

    ``payoffs[i, j]`` is what action i earns against the opponent's action j. Shifting a column
    by a constant changes no best response; multiplying it by s_j > 0 only rescales the
    coordinate of the opponent's action j. Columns become ``s_j * (payoff - shift_j)``: whole
    numbers without a common divisor, at least one of them positive.

    Floats are read as the binary rationals that they are, fractions as they stand.
    """
    columns: Matrix = []
    scales: list[Fraction] = []
    for column in payoffs.T.tolist():
        ratios = [value.as_integer_ratio() for value in column]
        common = lcm(*(q for _, q in ratios))
        whole = [p * (common // q) for p, q in ratios]
        low = min(whole)
        whole = [value - low for value in whole]
        divisor = gcd(*whole)
        if divisor == 0:
            columns.append([1] * len(whole))
            scales.append(Fraction(1))
        else:
            columns.append([value // divisor for value in whole])
            scales.append(Fraction(common, divisor))
    return [list(row) for row in zip(*columns, strict=True)], scales


def normalized(vertex: Sequence[int], scales: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return the mixed strategy of a vertex: scaled back and divided by its sum."""
    used = [k for k, value in enumerate(vertex) if value]
    common = lcm(*(scales[k].denominator for k in used))
    weights = [vertex[k] * scales[k].numerator * (common // scales[k].denominator) for k in used]
    total = sum(weights)
    out = [Fraction(0)] * len(vertex)
    for k, weight in zip(used, weights, strict=True):
        out[k] = Fraction(weight, total)
    return tuple(out)


def _leaving_row(tableau: Matrix, basis: list[int], nonbasis: list[int], column: int) -> int:
    # Lexicographic minimum ratio: constraint i is relaxed by eps**(i + 1). Only ties of the
    # right-hand side look at the slack columns.
    height, width = len(tableau), len(nonbasis)
    best = -1
    for row in range(height):
        if tableau[row][column] <= 0:
            continue
        if best < 0 or _precedes(tableau, basis, nonbasis, (row, best), column, width):
            best = row
    return best


def _precedes(
    tableau: Matrix,
    basis: list[int],
    nonbasis: list[int],
    rows: tuple[int, int],
    column: int,
    width: int,
) -> bool:
    one, two = rows
    pivot_one, pivot_two = tableau[one][column], tableau[two][column]
    left, right = tableau[one][width] * pivot_two, tableau[two][width] * pivot_one
    if left != right:
        return left < right
    place = {label: k for k, label in enumerate(nonbasis)}
    for slack in range(width, width + len(tableau)):
        if slack in place:
            k = place[slack]
            left, right = tableau[one][k] * pivot_two, tableau[two][k] * pivot_one
        else:
            # A basic slack's column is the unit vector of its row; all entries share one
            # positive denominator, so that its size does not matter for the comparison.
            left = pivot_two if basis[one] == slack else 0
            right = pivot_one if basis[two] == slack else 0
        if left != right:
            return left < right
    return False


def _pivot(tableau: Matrix, denominator: int, row: int, column: int) -> tuple[Matrix, int]:
    # Fraction-free: every entry is a minor of the first tableau, so the division is exact.
    pivot_row = tableau[row]
    pivot = pivot_row[column]
    out = []
    for i, line in enumerate(tableau):
        if i == row:
            new = list(line)
            new[column] = denominator
        else:
            factor = line[column]
            if factor:
                new = [
                    (pivot * a - factor * b) // denominator
                    for a, b in zip(line, pivot_row, strict=True)
                ]
                new[column] = -factor
            else:
                new = [pivot * a // denominator for a in line]
        out.append(new)
    return out, pivot


def basis_of(matrix: Matrix, mask: int) -> tuple[list[int], list[int]]:
    """Return the tight constraints and the positive coordinates of nonbasic labels ``mask``."""
    width = len(matrix[0])
    rows = [i for i in range(len(matrix)) if mask >> (width + i) & 1]
    return rows, [j for j in range(width) if not mask >> j & 1]


def orientation(order: Sequence[int], width: int) -> int:
    """Return the sign of the determinant of M[R, C] for a basis reached by positive pivots.

    R are the tight constraints and C the positive variables, both ascending. The columns of
    [M I] that belong to ``order``, row by row, have a positive determinant: it is the product
    of the pivots. Bringing slack i to column i and C to the columns R is a permutation, whose
    sign remains.
    """
    slacks = {label - width for label in order if label >= width}
    tight = iter([i for i in range(len(order)) if i not in slacks])
    place = dict(zip(sorted(label for label in order if label < width), tight, strict=True))
    target = [place[label] if label < width else label - width for label in order]
    sign = 1
    for i in range(len(target)):
        while target[i] != i:
            j = target[i]
            target[i], target[j] = target[j], target[i]
            sign = -sign
    return sign


def solve_basis(matrix: Matrix, mask: int) -> tuple[int, ...]:
    """Return the point of the basis with nonbasic labels ``mask``.

    With C the variables that may be positive and R the tight constraints, z solves
    ``matrix[R, C] z = 1``; fraction-free elimination gives its numerators over the absolute
    value of the determinant.
    """
    width = len(matrix[0])
    rows, columns = basis_of(matrix, mask)
    system = [[matrix[i][j] for j in columns] + [1] for i in rows]
    size, last = len(columns), 1
    for k in range(size):
        pivot_row = next(i for i in range(k, size) if system[i][k])
        if pivot_row != k:
            system[k], system[pivot_row] = system[pivot_row], system[k]
        pivot, line = system[k][k], system[k]
        for i in range(size):
            if i != k:
                factor = system[i][k]
                system[i] = [
                    (pivot * a - factor * b) // last for a, b in zip(system[i], line, strict=True)
                ]
        last = pivot
    # All rows now carry the common denominator ``last``, the determinant up to the swaps.
    positive = 1 if last > 0 else -1
    point = [0] * width
    for k, j in enumerate(columns):
        point[j] = system[k][size] * positive
    return tuple(point)


def enumerate_vertices(
    matrix: Matrix, *, keep_going: Callable[[], bool] = lambda: True
) -> VertexSet:
    """Return all nonzero vertices of {z >= 0, matrix z <= 1}, in integers of any size.

    Parameters
    ----------
    matrix
        Nonnegative integers, no column all zero.
    keep_going
        Asked before each basis; False stops the search.

    Returns
    -------
    VertexSet
        Complete where the search was not stopped: the graph of the lexicographically perturbed
        polytope is connected, and each vertex is the limit of one of its vertices.
    """
    height, width = len(matrix), len(matrix[0])
    start = [[*row, 1] for row in matrix]
    first = ((1 << width) - 1, start, 1, list(range(width, width + height)), list(range(width)))
    seen = {first[0]}
    stack = [first]
    position: dict[int, int] = {}
    points: list[tuple[int, ...]] = []
    bases: dict[int, int] = {}
    orders: list[list[int]] = []
    complete = True
    while stack and complete:
        mask, tableau, denominator, basis, nonbasis = stack.pop()
        labels = mask
        point = [0] * width
        for row, label in enumerate(basis):
            value = tableau[row][width]
            if value == 0:
                labels |= 1 << label
            elif label < width:
                point[label] = value
        if any(point):
            if labels not in position:
                position[labels] = len(points)
                points.append(tuple(point))
            bases[mask] = position[labels]
            orders.append(basis)
        for column in range(width):
            # A pivot of a wide game takes long by itself.
            if not keep_going():
                complete = False
                break
            row = _leaving_row(tableau, basis, nonbasis, column)
            key = mask ^ (1 << nonbasis[column]) ^ (1 << basis[row])
            if key in seen:
                continue
            seen.add(key)
            new, new_denominator = _pivot(tableau, denominator, row, column)
            new_basis, new_nonbasis = list(basis), list(nonbasis)
            new_basis[row], new_nonbasis[column] = nonbasis[column], basis[row]
            stack.append((key, new, new_denominator, new_basis, new_nonbasis))
    return VertexSet(
        matrix=matrix,
        labels=mask_array(position, width + height),
        points=points,
        bases=mask_array(bases, width + height),
        nearest=np.array(list(bases.values()), dtype=np.int64),
        orders=np.array(orders, dtype=np.int64),
        complete=complete,
    )
