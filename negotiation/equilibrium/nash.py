"""All Nash equilibria of a finite game, each with its certificate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.equilibrium.certificate import expected_payoffs, regret
from negotiation.equilibrium.components import Component, nash_components
from negotiation.equilibrium.dominance import iterated_elimination
from negotiation.equilibrium.polytopes import (
    VertexSet,
    integer_columns,
    most_vertices,
    normalized,
    solve_basis,
)
from negotiation.equilibrium.search import find_vertices
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.values import FloatArray, IntArray, one_of, read_only

__all__ = ["Equilibrium", "NashResult", "nash_equilibria", "pure_equilibria"]

ExactProfile = tuple[tuple[Fraction, ...], ...]

# Beyond this many vertices a player, a complete answer is refused unless a limit is given.
MOST_VERTICES = 2_000_000
# Below this many vertices plain Python answers before the kernels are loaded.
UNCOMPILED_VERTICES = 40


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """One Nash equilibrium.

    Attributes
    ----------
    probabilities
        One read-only vector of probabilities a player.
    exact
        The same as fractions; None where the solver is numerical.
    payoffs
        Expected payoff of each player, in the game's units.
    regret
        Largest gain from deviating, relative to that player's payoff range.
    index
        +1 or -1 (Shapley 1974) where the equilibrium is regular, otherwise None.
    """

    probabilities: tuple[FloatArray, ...]
    exact: ExactProfile | None
    payoffs: FloatArray
    regret: float
    index: int | None = None

    @property
    def is_pure(self) -> bool:
        """Whether every player plays one action for sure."""
        return all(bool((x == 1.0).any()) for x in self.probabilities)


@dataclass(frozen=True, eq=False)
class NashResult:
    """Nash equilibria of one game.

    Attributes
    ----------
    game
        The game that was solved.
    equilibria
        Every one certified: its regret, computed apart from the solver, is within tolerance.
        For two players these are the extreme equilibria.
    components
        Connected components made of maximal Nash subsets; empty where ``complete`` is False.
    complete
        True only where it is proven that no extreme equilibrium is missing.
    method
        The solver that answered.
    notes
        What the reader must know: limits that were hit, profiles that were dropped.
    converged
        False where a limit stopped the search.
    elapsed_seconds
        Wall-clock time; never compared.
    """

    game: NormalFormGame
    equilibria: tuple[Equilibrium, ...]
    components: tuple[Component, ...]
    complete: bool
    method: str
    notes: tuple[str, ...] = ()
    converged: bool = True
    elapsed_seconds: float = field(default=0.0, compare=False)

    @property
    def max_regret(self) -> float:
        """Largest regret of any equilibrium; 0 where there is none."""
        return max((e.regret for e in self.equilibria), default=0.0)


def _certified(
    game: NormalFormGame,
    probabilities: Sequence[FloatArray],
    exact: ExactProfile | None,
) -> Equilibrium:
    profile = tuple(read_only(np.asarray(x, dtype=np.float64)) for x in probabilities)
    return Equilibrium(
        probabilities=profile,
        exact=exact,
        payoffs=read_only(expected_payoffs(game, profile)),
        regret=regret(game, profile),
    )


def _unit(size: int, action: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(k == action)) for k in range(size))


def pure_equilibria(game: NormalFormGame) -> tuple[Equilibrium, ...]:
    """Return every equilibrium in pure strategies, for any number of players.

    Payoffs are compared as they are, without tolerance: a near-tie is not a tie.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> [e.payoffs.tolist() for e in pure_equilibria(dilemma)]
    [[1.0, 1.0]]
    """
    best = np.ones(game.shape, dtype=bool)
    for player, table in enumerate(game.payoffs):
        best &= table == table.max(axis=player, keepdims=True)
    out = []
    for cell in np.argwhere(best).tolist():
        exact = tuple(_unit(n, a) for n, a in zip(game.shape, cell, strict=True))
        out.append(_certified(game, [np.array(x, dtype=np.float64) for x in exact], exact))
    return tuple(out)


def _deadline(max_seconds: float | None) -> Callable[[], bool]:
    if max_seconds is None:
        return lambda: True
    end = time.perf_counter() + max_seconds
    return lambda: time.perf_counter() < end


@dataclass(frozen=True)
class _Solution:
    """Extreme equilibria as pairs of vertices, with what proves their number and index."""

    pairs: list[tuple[int, int]]
    rows: dict[int, Any]
    columns: dict[int, Any]
    indices: dict[tuple[int, int], int]
    complete: bool


def _row_actions_first(masks: NDArray[Any], m: int, n: int) -> NDArray[Any]:
    # Labels of the column player's polytope in the order of the row player's.
    return (masks >> n) | ((masks & ((1 << n) - 1)) << m)


def _complementary(
    xs: NDArray[Any], ys: NDArray[Any], everything: int
) -> tuple[IntArray, IntArray]:
    # Positions of the pairs of masks that carry every label exactly once between them.
    _, i, j = np.intersect1d(everything ^ xs, ys, assume_unique=True, return_indices=True)
    return i, j


def _label_counts(masks: NDArray[Any]) -> IntArray:
    return np.array([mask.bit_count() for mask in masks.tolist()], dtype=np.int64)


def _partners(
    x_labels: NDArray[Any], y_labels: NDArray[Any], m: int, n: int
) -> Iterator[tuple[int, int]]:
    # Two simple vertices share no label; all other pairs are compared one by one.
    everything = (1 << (m + n)) - 1
    ample_x = _label_counts(x_labels) > m
    ample_y = _label_counts(y_labels) > n
    x_simple, y_simple = np.flatnonzero(~ample_x), np.flatnonzero(~ample_y)
    for i, j in zip(
        *_complementary(x_labels[x_simple], y_labels[y_simple], everything), strict=True
    ):
        yield int(x_simple[i]), int(y_simple[j])
    y_ample = np.flatnonzero(ample_y)
    for i, mask in enumerate(x_labels.tolist()):
        others = np.arange(len(y_labels)) if ample_x[i] else y_ample
        missing = everything ^ mask
        for j in others[np.asarray((y_labels[others] & missing) == missing, dtype=bool)]:
            yield i, int(j)


def _exact_strategies(
    found: VertexSet, scales: list[Fraction], used: set[int]
) -> dict[int, tuple[Fraction, ...]]:
    out = {}
    for k in sorted(used):
        if found.points is None:
            point = solve_basis(found.matrix, int(found.labels[k]))[1]
        else:
            point = found.points[k]
        out[k] = normalized(point, scales)
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
        mask, other = int(xs.bases[i]), int(ys.bases[j])
        support = m - (mask & ((1 << m) - 1)).bit_count()
        sign = solve_basis(xs.matrix, mask)[0] * solve_basis(ys.matrix, other)[0]
        pair = int(xs.nearest[i]), int(ys.nearest[j])
        out[pair] = out.get(pair, 0) + (sign if support % 2 else -sign)
    return out


def _solve(
    A: FloatArray,
    B: FloatArray,
    keep_going: Callable[[], bool],
    max_equilibria: int | None,
    compiled: bool,
) -> _Solution:
    m, n = A.shape
    column_matrix, column_scales = integer_columns(A)
    row_matrix, row_scales = integer_columns(np.ascontiguousarray(B.T))
    xs = find_vertices(row_matrix, keep_going, compiled=compiled)
    ys = find_vertices(column_matrix, keep_going, compiled=compiled)
    complete = xs.complete and ys.complete
    pairs: list[tuple[int, int]] = []
    for pair in _partners(xs.labels, _row_actions_first(ys.labels, m, n), m, n):
        if max_equilibria is not None and len(pairs) == max_equilibria:
            complete = False
            break
        pairs.append(pair)
    return _Solution(
        pairs=pairs,
        rows=_exact_strategies(xs, row_scales, {i for i, _ in pairs}),
        columns=_exact_strategies(ys, column_scales, {j for _, j in pairs}),
        indices=_indices(xs, ys, m, n) if complete else {},
        complete=complete,
    )


def _widened(vector: Sequence[Fraction], kept: Sequence[int], size: int) -> tuple[Fraction, ...]:
    out = [Fraction(0)] * size
    for value, place in zip(vector, kept, strict=True):
        out[place] = value
    return tuple(out)


def _refuse_the_impossible(shape: tuple[int, ...]) -> None:
    m, n = shape
    vertices = min(most_vertices(m + n, m), most_vertices(m + n, n))
    if vertices > MOST_VERTICES:
        raise InvalidInputError(
            "too large to find every equilibrium",
            where="nash_equilibria",
            seen=f"{m} x {n} actions after dominance, up to {vertices:.1e} vertices a player",
            allowed=f"{MOST_VERTICES:.0e} vertices",
            hint="Use one_equilibrium(game), or give max_seconds or max_equilibria.",
        )


def _bimatrix_equilibria(
    game: NormalFormGame,
    keep_going: Callable[[], bool],
    max_equilibria: int | None,
    method: str,
    limited: bool,
) -> NashResult:
    # What strict dominance by pure actions removes carries no weight in any equilibrium, and
    # its constraints are never tight: no vertex is touched.
    reduced = iterated_elimination(game, "strict")
    A, B = reduced.game.bimatrix
    m, n = A.shape
    if not limited:
        _refuse_the_impossible(A.shape)
    compiled = method == "auto" and most_vertices(m + n, min(m, n)) > UNCOMPILED_VERTICES
    solution = _solve(A, B, keep_going, max_equilibria, compiled)
    exact = {
        pair: (
            _widened(solution.rows[pair[0]], reduced.surviving[0], game.shape[0]),
            _widened(solution.columns[pair[1]], reduced.surviving[1], game.shape[1]),
        )
        for pair in solution.pairs
    }
    pairs = sorted(solution.pairs, key=exact.__getitem__, reverse=True)
    equilibria = [
        _certified(game, [np.array(x, dtype=np.float64) for x in exact[pair]], exact[pair])
        for pair in pairs
    ]
    components: tuple[Component, ...] = ()
    notes: tuple[str, ...] = ()
    if solution.complete:
        components = tuple(
            replace(c, index=sum(solution.indices.get(pairs[k], 0) for k in c.equilibria))
            for c in nash_components(pairs)
        )
        for component in components:
            if component.is_isolated:
                k = component.equilibria[0]
                equilibria[k] = replace(equilibria[k], index=component.index)
    else:
        notes = ("a limit stopped the search: equilibria may be missing",)
        known = {e.exact for e in equilibria}
        equilibria += [e for e in pure_equilibria(game) if e.exact not in known]
        if max_equilibria is not None:
            equilibria = equilibria[:max_equilibria]
    return NashResult(
        game=game,
        equilibria=tuple(equilibria),
        components=components,
        complete=solution.complete,
        method="vertex enumeration, exact",
        notes=notes,
        converged=solution.complete,
    )


def _without_uncertified(result: NashResult, tolerance: float) -> NashResult:
    kept = tuple(e for e in result.equilibria if e.regret <= tolerance)
    dropped = len(result.equilibria) - len(kept)
    if not dropped:
        return result
    note = f"{dropped} profiles dropped: regret above {tolerance:g}"
    return replace(
        result, equilibria=kept, components=(), complete=False, notes=(*result.notes, note)
    )


def nash_equilibria(
    game: NormalFormGame,
    method: str = "auto",
    *,
    max_seconds: float | None = None,
    max_equilibria: int | None = None,
    tolerance: float = 1e-9,
) -> NashResult:
    """Return all extreme Nash equilibria of a two-player game, exactly.

    Both players choose at once and know all payoffs. An extreme equilibrium is a pair of
    vertices of the best-response polyhedra that together carry every label; every equilibrium
    is a mixture of extreme ones of one maximal Nash subset.

    Parameters
    ----------
    game
        A finite normal-form game; payoffs are taken as the rational numbers that the floats
        are.
    method
        ``"auto"``: compiled kernels where the game is large enough for them, with every sign
        proven. ``"vertex_enumeration"``: whole numbers of any size in plain Python.
    max_seconds, max_equilibria
        Limits; where one is hit, what was found is returned with ``complete=False``.
    tolerance
        Largest regret, relative to the payoff range, of a profile that may be returned.

    Raises
    ------
    InvalidInputError
        If the method is unknown or does not fit the number of players, or if the game is too
        large to be solved completely and no limit is given.

    Examples
    --------
    >>> sexes = NormalFormGame.from_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    >>> result = nash_equilibria(sexes)
    >>> [tuple(str(p) for p in e.exact[0]) for e in result.equilibria]
    [('1', '0'), ('2/3', '1/3'), ('0', '1')]
    >>> [e.index for e in result.equilibria]
    [1, -1, 1]
    >>> result.complete
    True
    """
    start = time.perf_counter()
    one_of(method, ("auto", "vertex_enumeration"), name="method")
    if len(game.shape) != 2:
        raise InvalidInputError(
            "vertex enumeration is for two players", where="method", seen=f"{len(game.shape)}"
        )
    limited = max_seconds is not None or max_equilibria is not None
    result = _bimatrix_equilibria(game, _deadline(max_seconds), max_equilibria, method, limited)
    result = _without_uncertified(result, tolerance)
    return replace(result, elapsed_seconds=time.perf_counter() - start)
