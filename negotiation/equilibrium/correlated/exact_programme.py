"""Correlated equilibria in rational arithmetic, for payoffs of very different size.

A linear programme in floats loses payoffs that are small beside the largest one. Where that
threatens, the same programme is solved in whole numbers, and so is its dual, which certifies it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.equilibrium.exact_linear_program import LinearProgramSolution, maximize
from negotiation.errors import ConvergenceError

__all__ = ["exact_best", "exact_fairest", "exact_gains"]

Row = list[Fraction]


def exact_gains(payoffs: NDArray[Any], *, coarse: bool) -> list[Row]:
    """Return the gain from each way to disobey, ``[constraint][cell]``; nobody gains where <= 0."""
    shape = payoffs.shape[1:]
    cells = np.arange(int(np.prod(shape))).reshape(shape)
    rows = []
    for i, table in enumerate(payoffs):
        own = np.moveaxis(table, i, 0).reshape(shape[i], -1)
        place = np.moveaxis(cells, i, 0).reshape(shape[i], -1)
        exact = [[Fraction(v) for v in line] for line in own.tolist()]
        for b in range(shape[i]):
            # One row a deviation b, or one for each recommendation a that b replaces.
            for group in [range(shape[i])] if coarse else [[a] for a in range(shape[i]) if a != b]:
                row = [Fraction(0)] * cells.size
                for a in group:
                    for k, cell in enumerate(place[a].tolist()):
                        row[cell] = exact[b][k] - exact[a][k]
                rows.append(row)
    return rows


def _optimal(solution: LinearProgramSolution) -> LinearProgramSolution:
    if solution.status != "optimal":
        raise ConvergenceError("linear programme not solved", where="correlated_equilibria")
    return solution


def exact_best(
    rows: Sequence[Row], objective: Sequence[Fraction], keep_going: Callable[[], bool]
) -> tuple[tuple[Fraction, ...], Fraction]:
    """Return the distribution with the largest mean of ``objective``, and the dual's bound.

    The bound is the smallest v with ``objective - prices @ rows <= v`` in every cell, for
    prices >= 0: no distribution that nobody disobeys has a larger mean.
    """
    cells = len(objective)
    best = _optimal(
        maximize(
            list(objective),
            at_most=[(row, 0) for row in rows],
            equal=[([1] * cells, 1)],
            keep_going=keep_going,
        )
    )
    # v = least objective + w with w >= 0, since some cell has at least that value.
    floor = min(objective)
    dual = _optimal(
        maximize(
            [*([0] * len(rows)), -1],
            at_most=[
                ([*(-row[k] for row in rows), -1], floor - objective[k]) for k in range(cells)
            ],
            keep_going=keep_going,
        )
    )
    return best.point, floor - dual.value


def exact_fairest(
    rows: Sequence[Row], levels: Sequence[Sequence[Fraction]], keep_going: Callable[[], bool]
) -> tuple[tuple[Fraction, ...], Fraction]:
    """Return the distribution with the largest smallest mean of ``levels``, then largest sum.

    The second value is that smallest mean, the optimum of the first programme.
    """
    cells = len(levels[0])
    low = min(min(level) for level in levels)
    first = _optimal(
        maximize(
            [*([0] * cells), 1],
            at_most=[([*row, Fraction(0)], 0) for row in rows]
            + [([*(low - v for v in level), Fraction(1)], 0) for level in levels],
            equal=[([*([1] * cells), 0], 1)],
            keep_going=keep_going,
        )
    )
    reached = first.value + low
    second = _optimal(
        maximize(
            [sum(column, Fraction(0)) for column in zip(*levels, strict=True)],
            at_most=[
                *((row, 0) for row in rows),
                *(([-v for v in level], -reached) for level in levels),
            ],
            equal=[([1] * cells, 1)],
            keep_going=keep_going,
        )
    )
    return second.point, reached
