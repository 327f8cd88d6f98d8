"""Linear programmes in rational arithmetic, for questions that a rounding error would decide.

Whether a strategy is weakly dominated hangs on ties, and ties are the rule in policy games. The
simplex method here pivots on whole numbers without forming fractions (Edmonds 1967; Bareiss
1968) and follows Bland's (1977) rule, so that it ends and its answer is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from negotiation.equilibrium.limits import TIME_REACHED
from negotiation.errors import ConvergenceError

__all__ = [
    "LinearProgramSolution",
    "Rational",
    "dominating_mixture",
    "integer_row",
    "is_badly_scaled",
    "maximize",
]

# A range of payoffs this many times the smallest difference is more than floats can carry
# through a linear programme whose tolerance is relative to the range.
LARGEST_RATIO = 1e5

Rational: TypeAlias = Fraction | int | float
Row: TypeAlias = Sequence[Rational]


@dataclass(frozen=True)
class LinearProgramSolution:
    """Exact optimum of a linear programme.

    Attributes
    ----------
    status
        ``"optimal"``, ``"infeasible"`` or ``"unbounded"``.
    value
        Largest value of the objective; 0 unless optimal.
    point
        Where it is reached; empty unless optimal.
    """

    status: str
    value: Fraction
    point: tuple[Fraction, ...]


def integer_row(row: Row) -> list[int]:
    """Scale a row by a positive number so that all its entries are whole."""
    exact = [Fraction(value) for value in row]
    scale = math.lcm(*(value.denominator for value in exact))
    return [int(value * scale) for value in exact]


class _Tableau:
    """Simplex tableau of whole numbers over one common denominator."""

    def __init__(self, rows: NDArray[Any], basis: list[int]) -> None:
        self.rows = rows
        self.basis = basis
        self.denominator = 1

    def pivot(self, row: int, column: int) -> None:
        pivot_row = self.rows[row].copy()
        if pivot_row[column] < 0:
            pivot_row = -pivot_row
        p = pivot_row[column]
        updated = (self.rows * p - np.outer(self.rows[:, column], pivot_row)) // self.denominator
        updated[row] = pivot_row
        self.rows = updated
        self.basis[row] = column
        self.denominator = p

    def run(self, columns: int, keep_going: Callable[[], bool]) -> bool:
        """Pivot to the optimum of the last row over the first columns; False if unbounded."""
        while True:
            if not keep_going():
                raise ConvergenceError(TIME_REACHED, where="exact linear programme")
            entering = next((j for j in range(columns) if self.rows[-1, j] < 0), None)
            if entering is None:
                return True
            leaving = None
            for i, basic in enumerate(self.basis):
                a = self.rows[i, entering]
                if a <= 0:
                    continue
                ratio = Fraction(self.rows[i, -1], a)
                if leaving is None or (ratio, basic) < leaving[:2]:
                    leaving = (ratio, basic, i)
            if leaving is None:
                return False
            self.pivot(leaving[2], entering)


def maximize(
    objective: Row,
    *,
    at_most: Sequence[tuple[Row, Rational]] = (),
    equal: Sequence[tuple[Row, Rational]] = (),
    keep_going: Callable[[], bool] = lambda: True,
) -> LinearProgramSolution:
    """Maximise ``objective @ x`` over ``x >= 0`` exactly.

    Parameters
    ----------
    objective
        Coefficients; floats count as the rationals that they are.
    at_most, equal
        Constraints ``(row, bound)``: ``row @ x <= bound`` and ``row @ x == bound``.
    keep_going
        Asked before each pivot.

    Raises
    ------
    ConvergenceError
        If there is no time left.

    Examples
    --------
    >>> maximize([1, 1], at_most=[([2, 1], 2), ([1, 3], 3)]).value
    Fraction(7, 5)
    """
    n = len(objective)
    slack_count = len(at_most)
    systems: list[tuple[list[int], int | None]]
    systems = [(integer_row([*row, bound]), k) for k, (row, bound) in enumerate(at_most)]
    systems += [(integer_row([*row, bound]), None) for row, bound in equal]
    m = len(systems)
    width = n + slack_count + m
    rows = np.zeros((m + 1, width + 1), dtype=object)
    basis = []
    artificial = []
    for i, (entries, slack) in enumerate(systems):
        rows[i, :n], rows[i, -1] = entries[:-1], entries[-1]
        if slack is not None:
            rows[i, n + slack] = 1
        if entries[-1] < 0:
            rows[i] = -rows[i]
        if slack is not None and entries[-1] >= 0:
            basis.append(n + slack)
            continue
        rows[i, n + slack_count + i] = 1
        basis.append(n + slack_count + i)
        artificial.append(i)
    table = _Tableau(rows, basis)
    real = n + slack_count
    if artificial:
        rows[-1] = -rows[artificial].sum(axis=0)
        rows[-1, real:-1] = 0
        table.run(real, keep_going)
        if table.rows[-1, -1] != 0:
            return LinearProgramSolution("infeasible", Fraction(0), ())
        redundant = []
        for i, basic in enumerate(table.basis):
            if basic >= real:
                nonzero = next((j for j in range(real) if table.rows[i, j] != 0), None)
                if nonzero is None:
                    redundant.append(i)
                else:
                    table.pivot(i, nonzero)
        table.rows = np.delete(table.rows, redundant, axis=0)
        table.basis = [b for i, b in enumerate(table.basis) if i not in redundant]
    costs = integer_row(objective)
    scale = Fraction(1)
    if any(costs):
        first = next(k for k, value in enumerate(costs) if value)
        scale = Fraction(objective[first]) / costs[first]
    final = np.zeros(width + 1, dtype=object)
    final[:n] = [-value * table.denominator for value in costs]
    for i, basic in enumerate(table.basis):
        if basic < n:
            final = final + table.rows[i] * costs[basic]
    table.rows[-1] = final
    if not table.run(real, keep_going):
        return LinearProgramSolution("unbounded", Fraction(0), ())
    point = [Fraction(0)] * n
    for i, basic in enumerate(table.basis):
        if basic < n:
            point[basic] = Fraction(table.rows[i, -1], table.denominator)
    value = Fraction(table.rows[-1, -1], table.denominator) * scale
    return LinearProgramSolution("optimal", value, tuple(point))


def dominating_mixture(
    payoffs: Sequence[Row], strategy: Row, *, strict: bool
) -> tuple[Fraction, ...] | None:
    r"""Return a mixed strategy that dominates ``strategy``, or None, exactly.

    Weakly: ``z`` maximises :math:`\sum_j (z A - x A)_j` subject to :math:`z A \ge x A`, and
    dominates ``x`` where the sum is positive. Strictly: ``z`` maximises the smallest gain
    :math:`\min_j (z A - x A)_j`.

    Parameters
    ----------
    payoffs
        ``[own action, profile of the others]``.
    strategy
        Probabilities of the own actions, which sum to 1 exactly.
    strict
        Whether the dominating strategy must be better everywhere.

    Examples
    --------
    >>> dominating_mixture([[3, 0], [0, 3], [1, 1]], [0, 0, 1], strict=True)
    (Fraction(1, 2), Fraction(1, 2), Fraction(0, 1))
    """
    table = [[Fraction(value) for value in row] for row in payoffs]
    weights = [Fraction(p) for p in strategy]
    columns = list(zip(*table, strict=True))
    gains = [
        [value - sum((w * u for w, u in zip(weights, column, strict=True)), Fraction(0))
         for value in column]
        for column in columns
    ]  # fmt: skip
    count = len(table)
    if strict:
        # Gains are shifted by their lowest so that the free variable "smallest gain" is >= 0.
        low = min(min(row) for row in gains)
        solution = maximize(
            [*([0] * count), 1],
            at_most=[([*(low - g for g in row), 1], 0) for row in gains],
            equal=[([*([1] * count), 0], 1)],
        )
        return solution.point[:count] if solution.value + low > 0 else None
    total = [sum(row[i] for row in gains) for i in range(count)]
    solution = maximize(
        total, at_most=[([-g for g in row], 0) for row in gains], equal=[([1] * count, 1)]
    )
    return solution.point if solution.value > 0 else None


def is_badly_scaled(payoffs: NDArray[Any]) -> bool:
    """Say whether a player's payoffs differ by very much more than the closest two do.

    Examples
    --------
    >>> is_badly_scaled(np.array([[3.0, 0, 5, 1], [3, 5, 0, -1e9]]))
    True
    """
    for table in payoffs:
        values = np.unique(np.asarray(table, dtype=np.float64))
        if len(values) > 1:
            scaled = values / np.abs(values).max()
            if np.ptp(scaled) > LARGEST_RATIO * np.diff(scaled).min():
                return True
    return False
