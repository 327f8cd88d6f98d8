"""Extreme equilibria of lopsided games, face by face.

Where one player has few actions and the other very many, as in normal forms of trees, the
polytope of the few is small. Each of its vertices x says which of the many actions are best
replies, and the partners of x are the vertices of the face on which only these are played and
every action in the support of x is a best reply: a polytope in far fewer variables.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.equilibrium.normal_form.polytopes import (
    Matrix,
    VertexSet,
    integer_columns,
    normalized,
    solve_basis,
)
from negotiation.equilibrium.normal_form.vertex_search import find_vertices

__all__ = ["match_on_faces"]

Exact = tuple[Fraction, ...]


def _points(found: VertexSet) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Labels and numerators of each vertex."""
    for k, mask in enumerate(found.labels.tolist()):
        yield (
            int(mask),
            (solve_basis(found.matrix, int(mask)) if found.points is None else found.points[k]),
        )


def _partners(
    matrix: Matrix,
    scales: list[Fraction],
    support: list[int],
    replies: list[int],
    keep_going: Callable[[], bool],
) -> tuple[list[Exact], bool]:
    """Vertices that play ``replies`` only and make every action of ``support`` a best reply."""
    size = len(matrix[0])
    # Columns that are alike up to scale enter the polytope by their sum: a vertex plays one of
    # them, any one.
    alike: dict[tuple[int, ...], list[int]] = {}
    for j in replies:
        alike.setdefault(tuple(row[j] for row in matrix), []).append(j)
    groups = list(alike.values())
    small = [[row[group[0]] for group in groups] for row in matrix]
    found = find_vertices(small, keep_going, compiled=True)
    out: list[Exact] = []
    width = len(groups)
    for mask, point in _points(found):
        if not all(mask >> (width + i) & 1 for i in support):
            continue
        used = [g for g in range(width) if point[g]]
        weights = tuple(point[g] for g in used)
        for chosen in itertools.product(*(groups[g] for g in used)):
            full = [Fraction(0)] * size
            own = normalized(weights, [scales[j] for j in chosen])
            for j, weight in zip(chosen, own, strict=True):
                full[j] = weight
            out.append(tuple(full))
            if not keep_going():
                return out, False
    return out, found.complete


def match_on_faces(
    few: NDArray[Any],
    many: NDArray[Any],
    *,
    keep_going: Callable[[], bool],
    max_equilibria: int | None,
) -> tuple[list[tuple[Exact, Exact]], bool]:
    """Return the extreme equilibria of a game, and whether these are proven to be all.

    Parameters
    ----------
    few
        Payoffs ``[few, many]`` of the player with few actions.
    many
        Payoffs ``[few, many]`` of the other player.
    keep_going
        Asked now and then; False stops the search.
    max_equilibria
        Where to stop; None for no limit.
    """
    many_matrix, many_scales = integer_columns(few)
    few_matrix, few_scales = integer_columns(np.ascontiguousarray(many.T))
    m = few.shape[0]
    own = find_vertices(few_matrix, keep_going, compiled=True)
    complete = own.complete
    pairs: list[tuple[Exact, Exact]] = []
    known: dict[tuple[tuple[int, ...], tuple[int, ...]], list[Exact]] = {}
    for mask, point in _points(own):
        support = [i for i in range(m) if not mask >> i & 1]
        replies = [j for j in range(few.shape[1]) if mask >> (m + j) & 1]
        if not replies:
            continue
        key = tuple(support), tuple(replies)
        if key not in known:
            known[key], whole = _partners(many_matrix, many_scales, support, replies, keep_going)
            complete = complete and whole
        x = normalized(point, few_scales)
        for y in known[key]:
            if max_equilibria is not None and len(pairs) >= max_equilibria:
                return pairs, False
            pairs.append((x, y))
        if not keep_going():
            return pairs, False
    return pairs, complete
