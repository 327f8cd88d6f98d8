"""Extreme equilibria of lopsided games, face by face.

Where one player has few actions and the other very many, as in normal forms of trees, the
polytope of the few is small. Each of its vertices x says which of the many actions are best
replies, and the partners of x are the vertices of the face on which only these are played and
every action in the support of x is a best reply: a polytope in far fewer variables.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
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

__all__ = ["FacePairs", "match_on_faces"]

Exact = tuple[Fraction, ...]
# Actions played, and whole numbers in proportion to their probabilities.
Sparse = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass
class FacePairs:
    """Extreme equilibria as pairs of numbered strategies.

    Attributes
    ----------
    few, many
        Distinct strategies of the player with few actions, and of the other.
    pairs
        One (place in ``few``, place in ``many``) an equilibrium.
    complete
        Whether these are proven to be all.
    """

    few: list[Exact] = field(default_factory=list)
    many: list[Exact] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    complete: bool = True


def _points(found: VertexSet) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Labels and numerators of each vertex."""
    for k, mask in enumerate(found.labels.tolist()):
        yield (
            int(mask),
            (solve_basis(found.matrix, int(mask)) if found.points is None else found.points[k]),
        )


def _undominated(matrix: Matrix) -> Matrix:
    """Rows that no other row reaches everywhere: in z >= 0 the others cut nothing off."""
    distinct = sorted({tuple(row) for row in matrix}, reverse=True)
    fits = max(map(max, distinct)) < 2**63
    kept = np.zeros((len(distinct), len(distinct[0])), dtype=np.int64 if fits else object)
    count = 0
    for row in distinct:
        if not (kept[:count] >= row).all(axis=1).any():
            kept[count] = row
            count += 1
    return [list(row) for row in kept[:count].tolist()]


def _replies(matrix: NDArray[Any], point: tuple[int, ...]) -> list[int]:
    """Rows that are tight at a vertex: the largest payoffs against its strategy."""
    weights = np.array(point, dtype=object)
    # Sums of 64-bit products are exact where a bound on them fits.
    largest = int(matrix.max()) * sum(point)
    values = (
        matrix.astype(np.int64) @ weights.astype(np.int64) if largest < 2**63 else matrix @ weights
    )
    return [int(j) for j in np.flatnonzero(values == values.max())]


def _partners(
    matrix: Matrix,
    scales: list[int],
    support: list[int],
    replies: list[int],
    keep_going: Callable[[], bool],
) -> Iterator[Sparse]:
    """Vertices that play ``replies`` only and make every action of ``support`` a best reply.

    Ends early where ``keep_going`` says so.
    """
    # Columns that are alike up to scale enter the polytope by their sum: a vertex plays one of
    # them, any one.
    alike: dict[tuple[int, ...], list[int]] = {}
    for j in replies:
        alike.setdefault(tuple(row[j] for row in matrix), []).append(j)
    groups = list(alike.values())
    width = len(groups)
    small = [[row[group[0]] for group in groups] for row in matrix]
    for mask, point in _points(find_vertices(small, keep_going, compiled=True)):
        if not all(mask >> (width + i) & 1 for i in support):
            continue
        used = [g for g in range(width) if point[g]]
        for chosen in itertools.product(
            *([(j, point[g] * scales[j]) for j in groups[g]] for g in used)
        ):
            if not keep_going():
                return
            by_action = sorted(chosen)
            divisor = gcd(*(w for _, w in by_action))
            yield tuple(j for j, _ in by_action), tuple(w // divisor for _, w in by_action)


def _dense(sparse: Sparse, size: int) -> Exact:
    out = [Fraction(0)] * size
    total = sum(sparse[1])
    for action, weight in zip(*sparse, strict=True):
        out[action] = Fraction(weight, total)
    return tuple(out)


def match_on_faces(
    few: NDArray[Any],
    many: NDArray[Any],
    *,
    keep_going: Callable[[], bool],
    max_count: int | None,
) -> FacePairs:
    """Return the extreme equilibria of a game.

    Parameters
    ----------
    few
        Payoffs ``[few, many]`` of the player with few actions.
    many
        Payoffs ``[few, many]`` of the other player.
    keep_going
        Asked now and then; False stops the search.
    max_count
        Where to stop; None for no limit.
    """
    many_matrix, many_scales = integer_columns(few)
    few_matrix, few_scales = integer_columns(np.ascontiguousarray(many.T))
    common = lcm(*(s.denominator for s in many_scales))
    whole_scales = [s.numerator * (common // s.denominator) for s in many_scales]
    m, size = few.shape
    own = find_vertices(_undominated(few_matrix), keep_going, compiled=True)
    every_reply = np.array(few_matrix, dtype=object)
    out = FacePairs(complete=own.complete)
    numbers: dict[Sparse, int] = {}
    known: dict[tuple[tuple[int, ...], tuple[int, ...]], list[int]] = {}
    for mask, point in _points(own):
        if not any(point):
            continue
        support = [i for i in range(m) if not mask >> i & 1]
        replies = _replies(every_reply, point)
        key = tuple(support), tuple(replies)
        if key not in known:
            known[key] = []
            for sparse in _partners(many_matrix, whole_scales, support, replies, keep_going):
                if sparse not in numbers:
                    numbers[sparse] = len(out.many)
                    out.many.append(_dense(sparse, size))
                known[key].append(numbers[sparse])
                if max_count is not None and len(known[key]) > max_count:
                    break
        row = len(out.few)
        out.few.append(normalized(point, few_scales))
        for column in known[key]:
            if max_count is not None and len(out.pairs) >= max_count:
                out.complete = False
                return out
            out.pairs.append((row, column))
        if not keep_going():
            out.complete = False
            return out
    return out
