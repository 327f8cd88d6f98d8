"""Extreme equilibria of a two-player game from the vertices of its best-response polytopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import undominated_range
from negotiation.equilibrium.limits import COUNT_REACHED, TIME_REACHED, TimeLimit
from negotiation.equilibrium.normal_form.components import Component, nash_components
from negotiation.equilibrium.normal_form.faces import match_on_faces
from negotiation.equilibrium.normal_form.polytopes import (
    MOST_LABELS,
    VertexSet,
    basis_of,
    integer_columns,
    most_vertices,
    normalized,
    orientation,
    solve_basis,
)
from negotiation.equilibrium.normal_form.results import (
    NashResult,
    certified_pairs,
    pure_equilibria,
)
from negotiation.equilibrium.normal_form.vertex_search import (
    find_vertices,
    find_vertices_by_float,
    unit_columns,
)
from negotiation.equilibrium.refinements.dominance import iterated_elimination
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.values import IntArray

__all__ = ["Strategy", "VertexPairs", "bimatrix_equilibria", "match_vertices", "widened"]

# Beyond this many vertices a player, a complete answer is refused unless a limit is given.
MOST_VERTICES = 2_000_000
# Below this many vertices plain Python answers before the kernels are loaded.
UNCOMPILED_VERTICES = 40
# Shares of the time by which vertices are found, matched and certified.
SEARCH, MATCH, CERTIFY = 0.5, 0.7, 0.9

# The player with fewer actions may have so many for the search face by face.
MOST_OF_THE_FEW = 16
# So many times the actions of one player make a game lopsided.
LOPSIDED = 8

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
    found: VertexSet, scales: list[Fraction], used: set[int], keep_going: Callable[[], bool]
) -> dict[int, Strategy]:
    out: dict[int, Strategy] = {}
    for k in sorted(used):
        if not keep_going():
            break
        if found.points is None:
            point = solve_basis(found.matrix, int(found.labels[k]))
        else:
            point = found.points[k]
        out[k] = normalized(point, scales)
    return out


def _floating_strategies(
    found: VertexSet, scales: list[Fraction], used: set[int], keep_going: Callable[[], bool]
) -> dict[int, Strategy]:
    matrix = unit_columns(found.matrix)
    tops = [max(column) for column in zip(*found.matrix, strict=True)]
    weights = np.array([float(s / top) for s, top in zip(scales, tops, strict=True)])
    out: dict[int, Strategy] = {}
    for k in sorted(used):
        if not keep_going():
            break
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


def _by_faces(
    A: NDArray[Any], B: NDArray[Any], keep_going: Callable[[], bool], max_count: int | None
) -> VertexPairs:
    few_rows = A.shape[0] <= A.shape[1]
    few, many = (A, B) if few_rows else (np.ascontiguousarray(B.T), np.ascontiguousarray(A.T))
    found = match_on_faces(few, many, keep_going=keep_going, max_count=max_count)
    own: dict[int, Strategy] = dict(enumerate(found.few))
    other: dict[int, Strategy] = dict(enumerate(found.many))
    return VertexPairs(
        pairs=found.pairs if few_rows else [(j, i) for i, j in found.pairs],
        rows=own if few_rows else other,
        columns=other if few_rows else own,
        indices={},
        complete=found.complete,
        is_floating=False,
    )


def match_vertices(
    A: NDArray[Any],
    B: NDArray[Any],
    *,
    limit: TimeLimit,
    max_count: int | None,
    compiled: bool,
    floating: bool,
) -> VertexPairs:
    """Return the extreme equilibria of the game with row payoffs ``A``, column payoffs ``B``.

    Parameters
    ----------
    A, B
        Payoff matrices of one shape, floats or fractions.
    limit
        Of the time a half is left for what is made of the pairs that are found.
    max_count
        Where to stop; None for no limit.
    compiled
        Whether to try the compiled kernels before whole numbers of any size.
    floating
        Whether floats will do for the strategies where no vertex is degenerate.
    """
    m, n = A.shape
    few, many = sorted((m, n))
    compiled_faces = compiled and few <= MOST_OF_THE_FEW
    if compiled_faces and m + n > MOST_LABELS:
        return _by_faces(A, B, limit.keep_going(SEARCH), max_count)
    column_matrix, column_scales = integer_columns(A)
    row_matrix, row_scales = integer_columns(np.ascontiguousarray(B.T))
    # Either search alone would find nothing: the first may take half of the time.
    going = limit.keep_going(SEARCH / 2), limit.keep_going(SEARCH)
    if compiled_faces and many >= LOPSIDED * few:
        # Under ties the large polytope has far more bases than the game has equilibria.
        found = [
            find_vertices_by_float(unit_columns(matrix), matrix, keep_going)
            for matrix, keep_going in zip((row_matrix, column_matrix), going, strict=True)
        ]
        if found[0] is None or found[1] is None:
            return _by_faces(A, B, going[1], max_count)
        xs, ys = found[0], found[1]
    else:
        xs = find_vertices(row_matrix, going[0], compiled=compiled)
        ys = find_vertices(column_matrix, going[1], compiled=compiled)
    complete = xs.complete and ys.complete
    floating = floating and xs.points is None and ys.points is None
    pairs: list[tuple[int, int]] = []
    match_going = limit.keep_going(MATCH)
    for pair in _partners(xs, ys, m, n):
        if (max_count is not None and len(pairs) == max_count) or not match_going():
            complete = False
            break
        pairs.append(pair)
    strategies = _floating_strategies if floating else _exact_strategies
    rows = strategies(xs, row_scales, {i for i, _ in pairs}, limit.keep_going(MATCH))
    columns = strategies(ys, column_scales, {j for _, j in pairs}, limit.keep_going(MATCH))
    known = [(i, j) for i, j in pairs if i in rows and j in columns]
    complete = complete and len(known) == len(pairs)
    return VertexPairs(
        pairs=known,
        rows=rows,
        columns=columns,
        indices=_indices(xs, ys, m, n) if complete else {},
        complete=complete,
        is_floating=floating,
    )


def widened(vector: Strategy, kept: Sequence[int], size: int) -> tuple[Any, ...]:
    """Give a strategy over the actions ``kept`` a weight for each of ``size`` actions."""
    out: list[Any] = [type(vector[0])(0)] * size
    for value, place in zip(vector, kept, strict=True):
        out[place] = value
    return tuple(out)


def _refuse_the_impossible(m: int, n: int) -> None:
    vertices = min(most_vertices(m + n, m), most_vertices(m + n, n))
    if vertices > MOST_VERTICES:
        raise InvalidInputError(
            "too large to find every equilibrium",
            where="nash_equilibria",
            seen=f"{m} x {n} actions after dominance, up to {vertices:.1e} vertices a player",
            allowed=f"{MOST_VERTICES:.0e} vertices",
            hint="Use one_equilibrium(game), or give max_seconds or max_count.",
        )


def _reached(limit: TimeLimit, max_count: int | None, found: int) -> str:
    """Which limit ended a search that is not complete."""
    if max_count is not None and found >= max_count:
        return COUNT_REACHED
    return TIME_REACHED if limit.is_over(SEARCH / 2) else "memory for vertices is used up"


@takes
def bimatrix_equilibria(
    game: NormalFormGame,
    method: str,
    limit: TimeLimit,
    max_count: int | None,
) -> NashResult:
    """Return the extreme equilibria of a two-player game, certified, with their components.

    Parameters
    ----------
    game
        Two players.
    method
        ``"auto"``, ``"vertex_enumeration"`` or ``"floating_point"``; see
        :func:`~negotiation.nash_equilibria`.
    limit, max_count
        Where to stop; what is certified by then is returned.
    """
    # What strict dominance by pure actions removes carries no weight in any equilibrium, and
    # its constraints are never tight: no vertex is touched.
    reduced = iterated_elimination(game, "strict")
    A, B = reduced.game.exact_payoffs
    m, n = A.shape
    if limit.max_seconds is None and max_count is None:
        _refuse_the_impossible(m, n)
    found = match_vertices(
        A,
        B,
        limit=limit,
        max_count=max_count,
        compiled=method == "floating_point"
        or (method == "auto" and most_vertices(m + n, min(m, n)) > UNCOMPILED_VERTICES),
        floating=method == "floating_point",
    )
    (row_actions, column_actions), (height, width) = reduced.surviving, game.shape
    pairs, equilibria = certified_pairs(
        game,
        lambda k: widened(found.rows[k], row_actions, height),
        lambda k: widened(found.columns[k], column_actions, width),
        pairs=found.pairs,
        exact=not found.is_floating,
        spread=undominated_range(game, reduced.surviving),
        keep_going=limit.keep_going(CERTIFY),
    )
    complete = found.complete and len(pairs) == len(found.pairs)
    components: tuple[Component, ...] = ()
    notes: list[str] = []
    if complete:
        grouped = nash_components(pairs, keep_going=limit.keep_going())
        if not grouped:
            notes.append(f"{TIME_REACHED}: components are not known")
        components = tuple(
            replace(c, index=sum(found.indices.get(pairs[k], 0) for k in c.equilibria))
            if found.indices
            else c
            for c in grouped
        )
        for component in components:
            if component.is_isolated:
                k = component.equilibria[0]
                equilibria[k] = replace(equilibria[k], index=component.index)
    else:
        notes.append(f"{_reached(limit, max_count, len(found.pairs))}: equilibria may be missing")
        known = {tuple(x.tobytes() for x in e.probabilities) for e in equilibria}
        most = None if max_count is None else max_count - len(equilibria)
        equilibria += [
            e
            for e in pure_equilibria(game, max_count=max_count)
            if tuple(x.tobytes() for x in e.probabilities) not in known
        ][:most]
    if method == "floating_point" and not found.is_floating:
        notes.append("floating point left a sign open: solved in whole numbers")
    return NashResult(
        game=game,
        equilibria=tuple(equilibria),
        components=components,
        complete=complete,
        method="floating_point" if found.is_floating else "vertex_enumeration",
        notes=tuple(notes),
        converged=complete,
    )
