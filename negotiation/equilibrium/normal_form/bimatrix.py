"""Extreme equilibria of a two-player game from the vertices of its best-response polytopes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from negotiation.equilibrium.normal_form.faces import match_on_faces
from negotiation.equilibrium.normal_form.polytopes import (
    MOST_LABELS,
    VertexSet,
    basis_of,
    integer_columns,
    normalized,
    orientation,
    solve_basis,
)
from negotiation.equilibrium.normal_form.vertex_search import find_vertices, unit_columns
from negotiation.values import IntArray

__all__ = ["Strategy", "VertexPairs", "match_vertices"]

# The player with fewer actions may have so many for the search face by face.
MOST_OF_THE_FEW = 16

Strategy: TypeAlias = tuple[Fraction, ...] | tuple[float, ...]


@dataclass(frozen=True)
class VertexPairs:
    """Extreme equilibria of a two-player game as pairs of vertices.

    Attributes
    ----------
    pairs
        One (row vertex, column vertex) an equilibrium.
    rows, columns
        The mixed strategy of each vertex that is used: fractions, or floats where ``is_floating``.
    indices
        For pairs that are near an equilibrium of a nearby game without ties, the sum of the
        indices of those; empty unless ``complete``, and where faces were searched one by one.
    complete
        Whether it is proven that no pair is missing.
    is_floating
        Whether the strategies are floats; every label is proven all the same.
    """

    pairs: list[tuple[int, int]]
    rows: dict[int, Strategy]
    columns: dict[int, Strategy]
    indices: dict[tuple[int, int], int]
    complete: bool
    is_floating: bool


def _row_actions_first(masks: NDArray[Any], m: int, n: int) -> NDArray[Any]:
    # Labels of the column player's polytope in the order of the row player's.
    return (masks >> n) | ((masks & ((1 << n) - 1)) << m)


def _complementary(
    xs: NDArray[Any], ys: NDArray[Any], everything: int
) -> tuple[IntArray, IntArray]:
    # Positions of the pairs of masks that carry every label exactly once between them.
    _, i, j = np.intersect1d(everything ^ xs, ys, assume_unique=True, return_indices=True)
    return i, j


def _ample(found: VertexSet) -> NDArray[np.bool_]:
    # Vertices with more labels than the dimension.
    if found.points is None:
        return np.zeros(len(found.labels), dtype=bool)
    width = len(found.matrix[0])
    return np.array([mask.bit_count() > width for mask in found.labels.tolist()], dtype=bool)


def _partners(xs: VertexSet, ys: VertexSet, m: int, n: int) -> Iterator[tuple[int, int]]:
    # Two simple vertices share no label; all other pairs are compared one by one.
    everything = (1 << (m + n)) - 1
    x_labels, y_labels = xs.labels, _row_actions_first(ys.labels, m, n)
    ample_x, ample_y = _ample(xs), _ample(ys)
    x_simple, y_simple = np.flatnonzero(~ample_x), np.flatnonzero(~ample_y)
    for i, j in zip(
        *_complementary(x_labels[x_simple], y_labels[y_simple], everything), strict=True
    ):
        yield int(x_simple[i]), int(y_simple[j])
    y_ample = np.flatnonzero(ample_y)
    for i in range(len(x_labels)) if len(y_ample) else np.flatnonzero(ample_x).tolist():
        others = np.arange(len(y_labels)) if ample_x[i] else y_ample
        missing = everything ^ int(x_labels[i])
        for j in others[np.asarray((y_labels[others] & missing) == missing, dtype=bool)]:
            yield i, int(j)


def _exact_strategies(
    found: VertexSet, scales: list[Fraction], used: set[int]
) -> dict[int, Strategy]:
    out: dict[int, Strategy] = {}
    for k in sorted(used):
        if found.points is None:
            point = solve_basis(found.matrix, int(found.labels[k]))
        else:
            point = found.points[k]
        out[k] = normalized(point, scales)
    return out


def _floating_strategies(
    found: VertexSet, scales: list[Fraction], used: set[int]
) -> dict[int, Strategy]:
    matrix = unit_columns(found.matrix)
    tops = [max(column) for column in zip(*found.matrix, strict=True)]
    weights = np.array([float(s / top) for s, top in zip(scales, tops, strict=True)])
    out: dict[int, Strategy] = {}
    for k in sorted(used):
        rows, columns = basis_of(found.matrix, int(found.labels[k]))
        point = np.zeros(len(scales))
        point[columns] = np.linalg.solve(matrix[np.ix_(rows, columns)], np.ones(len(rows)))
        point *= weights
        out[k] = tuple((point / point.sum()).tolist())
    return out


def _indices(xs: VertexSet, ys: VertexSet, m: int, n: int) -> dict[tuple[int, int], int]:
    # Relaxing the constraints lexicographically is a nearby game without ties. Its equilibria
    # are the complementary bases, and the index of a component is the sum of the indices of
    # those near it. Shapley's index of an equilibrium with supports of size k is
    # (-1)**(k + 1) times the signs of the two determinants.
    everything = (1 << (m + n)) - 1
    out: dict[tuple[int, int], int] = {}
    for i, j in zip(
        *_complementary(xs.bases, _row_actions_first(ys.bases, m, n), everything), strict=True
    ):
        support = m - (int(xs.bases[i]) & ((1 << m) - 1)).bit_count()
        sign = orientation(xs.orders[i].tolist(), m) * orientation(ys.orders[j].tolist(), n)
        pair = int(xs.nearest[i]), int(ys.nearest[j])
        out[pair] = out.get(pair, 0) + (sign if support % 2 else -sign)
    return out


def _clock(end: float | None) -> Callable[[], bool]:
    return (lambda: True) if end is None else (lambda: time.perf_counter() < end)


def _numbered(vectors: list[tuple[Fraction, ...]]) -> tuple[list[int], dict[int, Strategy]]:
    """Number distinct vectors; many are one object, which is cheaper to tell than fractions."""
    by_object: dict[int, int] = {}
    by_value: dict[tuple[Fraction, ...], int] = {}
    for vector in vectors:
        if id(vector) not in by_object:
            by_object[id(vector)] = by_value.setdefault(vector, len(by_value))
    return [by_object[id(v)] for v in vectors], {k: v for v, k in by_value.items()}


def _by_faces(
    A: NDArray[Any], B: NDArray[Any], keep_going: Callable[[], bool], max_equilibria: int | None
) -> VertexPairs:
    few_rows = A.shape[0] <= A.shape[1]
    few, many = (A, B) if few_rows else (np.ascontiguousarray(B.T), np.ascontiguousarray(A.T))
    found, complete = match_on_faces(
        few, many, keep_going=keep_going, max_equilibria=max_equilibria
    )
    profiles = found if few_rows else [(y, x) for x, y in found]
    rows, columns = _numbered([x for x, _ in profiles]), _numbered([y for _, y in profiles])
    return VertexPairs(
        pairs=list(zip(rows[0], columns[0], strict=True)),
        rows=rows[1],
        columns=columns[1],
        indices={},
        complete=complete,
        is_floating=False,
    )


def match_vertices(
    A: NDArray[Any],
    B: NDArray[Any],
    *,
    max_seconds: float | None,
    max_equilibria: int | None,
    compiled: bool,
    floating: bool,
) -> VertexPairs:
    """Return the extreme equilibria of the game with row payoffs ``A``, column payoffs ``B``.

    Parameters
    ----------
    A, B
        Payoff matrices of one shape, floats or fractions.
    max_seconds, max_equilibria
        Limits; None for none.
    compiled
        Whether to try the compiled kernels before whole numbers of any size.
    floating
        Whether floats will do for the strategies where no vertex is degenerate.
    """
    start = time.perf_counter()
    m, n = A.shape
    if compiled and m + n > MOST_LABELS and min(m, n) <= MOST_OF_THE_FEW:
        # Half of the time is left for what is made of the pairs that are found.
        end = None if max_seconds is None else start + max_seconds / 2
        return _by_faces(A, B, _clock(end), max_equilibria)
    column_matrix, column_scales = integer_columns(A)
    row_matrix, row_scales = integer_columns(np.ascontiguousarray(B.T))
    # Either search alone would find nothing: the first may take half of the time.
    half, end = (
        (None, None) if max_seconds is None else (start + max_seconds / 2, start + max_seconds)
    )
    xs = find_vertices(row_matrix, _clock(half), compiled=compiled)
    ys = find_vertices(column_matrix, _clock(end), compiled=compiled)
    complete = xs.complete and ys.complete
    floating = floating and xs.points is None and ys.points is None
    pairs: list[tuple[int, int]] = []
    for pair in _partners(xs, ys, m, n):
        if max_equilibria is not None and len(pairs) == max_equilibria:
            complete = False
            break
        pairs.append(pair)
    strategies = _floating_strategies if floating else _exact_strategies
    return VertexPairs(
        pairs=pairs,
        rows=strategies(xs, row_scales, {i for i, _ in pairs}),
        columns=strategies(ys, column_scales, {j for _, j in pairs}),
        indices=_indices(xs, ys, m, n) if complete else {},
        complete=complete,
        is_floating=floating,
    )
