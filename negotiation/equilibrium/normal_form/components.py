"""From extreme equilibria to maximal Nash subsets and connected components.

Join x and y by an edge when (x, y) is an extreme equilibrium. The convex hull of a complete
bipartite subgraph's row strategies, times that of its column strategies, consists of
equilibria; the maximal ones cover the whole set (Winkels 1979; Jansen 1981; Avis, Rosenberg,
Savani and von Stengel 2010). Subsets that share an equilibrium share an extreme one, so that
the connected components of the graph are those of the set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Component", "NashSubset", "nash_components"]


@dataclass(frozen=True)
class NashSubset:
    """A maximal convex set of interchangeable equilibria.

    Attributes
    ----------
    rows, columns
        Positions in ``NashResult.equilibria``, one for each extreme strategy of the row and of
        the column player: any mixture of the former with any mixture of the latter is an
        equilibrium.
    equilibria
        Positions of all its extreme equilibria; ``len(rows) * len(columns)`` of them.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    equilibria: tuple[int, ...]


@dataclass(frozen=True)
class Component:
    """A connected component of the set of Nash equilibria.

    Attributes
    ----------
    equilibria
        Positions of its extreme equilibria in ``NashResult.equilibria``.
    subsets
        Its maximal Nash subsets.
    index
        Its index where that is proven, otherwise None. Indices sum to 1 over a game.
    """

    equilibria: tuple[int, ...]
    subsets: tuple[NashSubset, ...]
    index: int | None = None

    @property
    def is_isolated(self) -> bool:
        """Whether the component is a single equilibrium."""
        return len(self.equilibria) == 1


def _maximal_bicliques(
    neighbours: dict[int, int], keep_going: Callable[[], bool]
) -> Iterator[tuple[int, int]]:
    # Close every intersection of neighbourhoods: the closed sets of a bipartite graph are its
    # maximal complete subgraphs.
    closed: set[int] = set()
    for mask in neighbours.values():
        if not keep_going():
            return
        closed |= {mask & other for other in closed} | {mask}
    for columns in sorted(closed):
        if columns:
            rows = sum(1 << row for row, mask in neighbours.items() if columns & ~mask == 0)
            yield rows, columns


def _bits(mask: int) -> list[int]:
    return [k for k in range(mask.bit_length()) if mask >> k & 1]


def nash_components(
    pairs: Sequence[tuple[int, int]], *, keep_going: Callable[[], bool] = lambda: True
) -> tuple[Component, ...]:
    """Return the components of the graph whose edges are the extreme equilibria.

    Parameters
    ----------
    pairs
        For each extreme equilibrium the number of its row strategy and of its column strategy.
    keep_going
        Asked now and then; False stops the search.

    Returns
    -------
    tuple of Component
        Empty where the search was stopped.

    Examples
    --------
    Entry deterrence: one strict equilibrium, and a segment with two ends.

    >>> [c.equilibria for c in nash_components([(0, 0), (1, 1), (1, 2)])]
    [(0,), (1, 2)]
    """
    # Few of all vertices are used; their masks are to be short.
    row_place = {row: k for k, row in enumerate(dict.fromkeys(row for row, _ in pairs))}
    column_place = {c: k for k, c in enumerate(dict.fromkeys(c for _, c in pairs))}
    short = [(row_place[row], column_place[column]) for row, column in pairs]
    position = {pair: k for k, pair in enumerate(short)}
    neighbours: dict[int, int] = {}
    for row, column in short:
        neighbours[row] = neighbours.get(row, 0) | 1 << column
    groups: list[tuple[int, dict[int, int]]] = []
    for row, mask in neighbours.items():
        reach, members = mask, {row: mask}
        apart = []
        for other_reach, other in groups:
            if other_reach & reach:
                reach |= other_reach
                members = {**other, **members}
            else:
                apart.append((other_reach, other))
        groups = [*apart, (reach, members)]
    out = []
    for _, members in groups:
        subsets = []
        for rows, columns in _maximal_bicliques(members, keep_going):
            row_list, column_list = _bits(rows), _bits(columns)
            subsets.append(
                NashSubset(
                    rows=tuple(position[r, column_list[0]] for r in row_list),
                    columns=tuple(position[row_list[0], c] for c in column_list),
                    equilibria=tuple(sorted(position[r, c] for r in row_list for c in column_list)),
                )
            )
        everything = sorted(position[r, c] for r, mask in members.items() for c in _bits(mask))
        out.append(
            Component(
                equilibria=tuple(everything),
                subsets=tuple(sorted(subsets, key=lambda s: s.equilibria)),
            )
        )
    return tuple(sorted(out, key=lambda c: c.equilibria)) if keep_going() else ()
