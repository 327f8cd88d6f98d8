"""Lemke's algorithm for linear complementarity problems, in whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.equilibrium.exact_linear_program import integer_row
from negotiation.equilibrium.limits import TIME_REACHED, TimeLimit
from negotiation.errors import ConvergenceError

__all__ = ["solve_complementarity"]


def _leaving(table: NDArray[Any], column: int, size: int) -> int | None:
    """Row of the lexicographically smallest ratio: right-hand side first, then the inverse."""
    candidates = [i for i in range(size) if table[i, column] > 0]
    for key in (-1, *range(size)):
        if len(candidates) < 2:
            break
        ratios = [Fraction(table[i, key], table[i, column]) for i in candidates]
        smallest = min(ratios)
        candidates = [i for i, r in zip(candidates, ratios, strict=True) if r == smallest]
    return candidates[0] if candidates else None


def solve_complementarity(
    matrix: Sequence[Sequence[Fraction]],
    constant: Sequence[Fraction],
    *,
    max_pivots: int = 100_000,
    limit: TimeLimit | None = None,
) -> tuple[Fraction, ...]:
    r"""Return z with :math:`z \ge 0`, :math:`w = M z + q \ge 0`, :math:`z^\top w = 0`.

    Lemke (1965) with covering vector of ones and lexicographic pivots, which cannot cycle.

    Parameters
    ----------
    matrix, constant
        M and q.
    max_pivots
        Largest number of pivots.
    limit
        Time for them; None for all.

    Raises
    ------
    ConvergenceError
        If the path ends in a ray, takes too many pivots or too long.
    """
    n = len(constant)
    if min(constant) >= 0:
        return (Fraction(0),) * n
    # Columns: w (n), z (n), z0, right-hand side. Each equation is scaled to whole numbers; its
    # w is scaled with it, which keeps the signs and the identity.
    table = np.zeros((n, 2 * n + 2), dtype=object)
    for i in range(n):
        whole = integer_row([*(-m for m in matrix[i]), Fraction(-1), constant[i]])
        table[i, n:] = whole
        table[i, i] = 1
    denominator = 1
    basis = list(range(n))
    covering = 2 * n
    # Entering z0 first: the most negative ratio leaves, ties broken lexicographically.
    row = 0
    for i in range(1, n):
        for key in (-1, *range(n)):
            a = Fraction(table[i, key], -table[i, covering])
            b = Fraction(table[row, key], -table[row, covering])
            if a != b:
                row = i if a < b else row
                break
    column = covering
    for _ in range(max_pivots):
        if limit is not None and limit.is_over():
            raise ConvergenceError(TIME_REACHED, where="complementarity problem")
        pivot_row = table[row].copy()
        if pivot_row[column] < 0:
            pivot_row = -pivot_row
        pivot = pivot_row[column]
        updated = (table * pivot - np.outer(table[:, column], pivot_row)) // denominator
        updated[row] = pivot_row
        table, denominator = updated, pivot
        left = basis[row]
        basis[row] = column
        if left == covering:
            z = [Fraction(0)] * n
            for i, variable in enumerate(basis):
                if n <= variable < 2 * n:
                    z[variable - n] = Fraction(table[i, -1], denominator)
            return tuple(z)
        column = left + n if left < n else left - n
        found = _leaving(table, column, n)
        if found is None:
            raise ConvergenceError("the path ended in a ray", where="complementarity problem")
        row = found
    raise ConvergenceError(f"more than {max_pivots} pivots", where="complementarity problem")
