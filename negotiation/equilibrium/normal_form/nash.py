"""All Nash equilibria of a finite game, each with its certificate."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import regret_at_stake, undominated_range
from negotiation.equilibrium.many_players.isolation import isolate_equilibria
from negotiation.equilibrium.normal_form.bimatrix import Strategy, match_vertices
from negotiation.equilibrium.normal_form.components import Component, NashSubset, nash_components
from negotiation.equilibrium.normal_form.other_solvers import PEERS
from negotiation.equilibrium.normal_form.polytopes import most_vertices
from negotiation.equilibrium.normal_form.results import (
    Equilibrium,
    ExactProfile,
    NashResult,
    certified_equilibrium,
    pure_equilibria,
)
from negotiation.equilibrium.refinements.dominance import iterated_elimination
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame, as_normal_form
from negotiation.values import number, one_of

__all__ = [
    "Equilibrium",
    "NashResult",
    "certified_equilibrium",
    "nash_equilibria",
    "pure_equilibria",
]

# Beyond this many vertices a player, a complete answer is refused unless a limit is given.
MOST_VERTICES = 2_000_000
# Below this many vertices plain Python answers before the kernels are loaded.
UNCOMPILED_VERTICES = 40


def _widened(vector: Strategy, kept: Sequence[int], size: int) -> tuple[Any, ...]:
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
            hint="Use one_equilibrium(game), or give max_seconds or max_equilibria.",
        )


def _bimatrix_equilibria(
    game: NormalFormGame,
    method: str,
    max_seconds: float | None,
    max_equilibria: int | None,
) -> NashResult:
    # What strict dominance by pure actions removes carries no weight in any equilibrium, and
    # its constraints are never tight: no vertex is touched.
    reduced = iterated_elimination(game, "strict")
    A, B = reduced.game.exact_payoffs
    m, n = A.shape
    if max_seconds is None and max_equilibria is None:
        _refuse_the_impossible(m, n)
    found = match_vertices(
        A,
        B,
        max_seconds=max_seconds,
        max_equilibria=max_equilibria,
        compiled=method == "floating_point"
        or (method == "auto" and most_vertices(m + n, min(m, n)) > UNCOMPILED_VERTICES),
        floating=method == "floating_point",
    )
    profiles = {
        (i, j): (
            _widened(found.rows[i], reduced.surviving[0], game.shape[0]),
            _widened(found.columns[j], reduced.surviving[1], game.shape[1]),
        )
        for i, j in found.pairs
    }
    pairs = sorted(found.pairs, key=profiles.__getitem__, reverse=True)
    spread = undominated_range(game, reduced.surviving)
    equilibria = [
        certified_equilibrium(
            game, profiles[pair], None if found.is_floating else profiles[pair], spread=spread
        )
        for pair in pairs
    ]
    components: tuple[Component, ...] = ()
    notes: list[str] = []
    if found.complete:
        components = tuple(
            replace(c, index=sum(found.indices.get(pairs[k], 0) for k in c.equilibria))
            if found.indices
            else c
            for c in nash_components(pairs)
        )
        for component in components:
            if component.is_isolated:
                k = component.equilibria[0]
                equilibria[k] = replace(equilibria[k], index=component.index)
    else:
        notes.append("a limit stopped the search: equilibria may be missing")
        known = {tuple(x.tobytes() for x in e.probabilities) for e in equilibria}
        equilibria += [
            e
            for e in pure_equilibria(game)
            if tuple(x.tobytes() for x in e.probabilities) not in known
        ][: None if max_equilibria is None else max_equilibria - len(equilibria)]
    if method == "floating_point" and not found.is_floating:
        notes.append("floating point left a sign open: solved in whole numbers")
    return NashResult(
        game=game,
        equilibria=tuple(equilibria),
        components=components,
        complete=found.complete,
        method="floating_point" if found.is_floating else "vertex_enumeration",
        notes=tuple(notes),
        converged=found.complete,
    )


def _widened_profile(
    vectors: Sequence[Sequence[Any]], active: Sequence[int], kept: Sequence[Sequence[int]],
    shape: Sequence[int], one: Any,
) -> tuple[tuple[Any, ...], ...]:  # fmt: skip
    """Give a profile of the players who still choose weights for every action of everybody."""
    own = dict(zip(active, vectors, strict=False))
    return tuple(
        _widened(tuple(own.get(i, (one,))), actions, size)
        for i, (actions, size) in enumerate(zip(kept, shape, strict=True))
    )


def _many_player_equilibria(
    game: NormalFormGame, max_seconds: float | None, max_equilibria: int | None
) -> NashResult:
    # Actions that strict dominance removes, and players who have none left to choose from,
    # are in no equilibrium's way.
    reduced = iterated_elimination(game, "strict")
    active = [i for i, n in enumerate(reduced.game.shape) if n > 1]
    table = reduced.game.exact_payoffs
    if len(active) < 3:
        pair = [*active, *(i for i in range(len(game.shape)) if i not in active)][:2]
        pair = sorted(pair)
        small = NormalFormGame(table[pair].reshape(2, *(table.shape[1 + i] for i in pair)))
        solved = _bimatrix_equilibria(small, "auto", max_seconds, max_equilibria)
        widened = [
            _widened_profile(e.exact or (), pair, reduced.surviving, game.shape, Fraction(1))
            for e in solved.equilibria
        ]
        return replace(
            solved,
            game=game,
            equilibria=tuple(
                replace(certified_equilibrium(game, profile, profile), index=e.index)
                for profile, e in zip(widened, solved.equilibria, strict=True)
            ),
        )
    found = isolate_equilibria(
        table[active].reshape(len(active), *(table.shape[1 + i] for i in active)),
        max_seconds=max_seconds,
        max_equilibria=max_equilibria,
    )
    ends = np.cumsum([0, *(reduced.game.shape[i] for i in active)])
    spread = undominated_range(game, reduced.surviving)
    distinct: dict[tuple[float, ...], Equilibrium] = {}
    for row, radius, index in zip(found.profiles, found.radii, found.indices, strict=True):
        weights = np.clip(row, 0.0, None)
        vectors = [weights[a:b] / weights[a:b].sum() for a, b in itertools.pairwise(ends)]
        is_pure = bool(np.all((weights == 0.0) | (weights == 1.0)))
        if is_pure:
            exact = _widened_profile(
                [[Fraction(int(w)) for w in v.tolist()] for v in vectors],
                active, reduced.surviving, game.shape, Fraction(1),
            )  # fmt: skip
            equilibrium = certified_equilibrium(game, exact, exact, spread=spread)
        else:
            profile = _widened_profile(
                [v.tolist() for v in vectors], active, reduced.surviving, game.shape, 1.0
            )
            equilibrium = replace(
                certified_equilibrium(game, profile, spread=spread),
                radius=float(radius) if index else None,
            )
        key = tuple(np.round(np.concatenate(equilibrium.probabilities), 9).tolist())
        distinct.setdefault(key, replace(equilibrium, index=int(index) or None))
    notes = []
    if found.searched < 1.0:
        notes.append(f"a limit stopped the search after {found.searched:.0%} of the supports")
    if found.undecided or np.any(found.indices == 0):
        notes.append(
            f"{found.undecided} supports are open: ties, as in a game that is not generic, or "
            "nearly double solutions; equilibria may be missing"
        )
    elif found.searched == 1.0 and not found.complete:
        notes.append("the indices do not sum to 1: equilibria are missing")
    if found.searched < 1.0:
        for e in pure_equilibria(game, most=max_equilibria):
            key = tuple(np.round(np.concatenate(e.probabilities), 9).tolist())
            distinct.setdefault(key, e)
    equilibria = sorted(
        distinct.values(), key=lambda e: np.concatenate(e.probabilities).tolist(), reverse=True
    )[:max_equilibria]
    return NashResult(
        game=game,
        equilibria=tuple(equilibria),
        components=tuple(
            Component((k,), (NashSubset((k,), (k,), (k,)),), e.index)
            for k, e in enumerate(equilibria)
        ) if found.complete else (),
        complete=found.complete,
        method="isolation",
        notes=tuple(notes),
        converged=found.searched == 1.0,
    )  # fmt: skip


def _by_pure_actions(game: NormalFormGame) -> NashResult:
    equilibria = pure_equilibria(game)
    solved = iterated_elimination(game, "strict").is_solved
    return NashResult(
        game=game,
        equilibria=equilibria,
        components=nash_components([(0, 0)]) if solved else (),
        complete=solved,
        method="pure",
        notes=() if solved else ("equilibria in mixed strategies are not looked for",),
    )


def _by_peer(game: NormalFormGame, method: str, max_equilibria: int | None) -> NashResult:
    answer = PEERS[method](game)
    exact: Sequence[ExactProfile | None] = answer.exact or [None] * len(answer.profiles)
    distinct: dict[tuple[float, ...], Equilibrium] = {}
    notes = list(answer.notes)
    spread = undominated_range(game)
    for profile, fractions in zip(answer.profiles, exact, strict=True):
        try:
            equilibrium = certified_equilibrium(game, profile, fractions, spread=spread)
        except InvalidInputError as error:
            notes.append(f"a profile was dropped: {error}")
            continue
        key = tuple(np.round(np.concatenate(equilibrium.probabilities), 9).tolist())
        distinct.setdefault(key, equilibrium)
    equilibria = sorted(
        distinct.values(), key=lambda e: np.concatenate(e.probabilities).tolist(), reverse=True
    )
    complete = answer.complete
    if max_equilibria is not None and len(equilibria) > max_equilibria:
        equilibria, complete = equilibria[:max_equilibria], False
        notes.append("max_equilibria was reached")
    components: tuple[Component, ...] = ()
    if complete and answer.exact is not None:
        rows = {x: k for k, x in enumerate(sorted({e.exact[0] for e in equilibria if e.exact}))}
        columns = {y: k for k, y in enumerate(sorted({e.exact[1] for e in equilibria if e.exact}))}
        components = nash_components(
            [(rows[e.exact[0]], columns[e.exact[1]]) for e in equilibria if e.exact]
        )
    return NashResult(
        game=game,
        equilibria=tuple(equilibria),
        components=components,
        complete=complete,
        method=method,
        notes=tuple(notes),
        converged=bool(equilibria),
    )


def _without_uncertified(result: NashResult, tolerance: float) -> NashResult:
    # An exact or proven profile may carry rounding that large payoffs blow up; any other must
    # hold on the payoffs that it reaches itself.
    kept = tuple(
        e
        for e in result.equilibria
        if e.regret <= tolerance
        and (e.radius is not None or regret_at_stake(result.game, e.probabilities) <= tolerance)
    )
    dropped = len(result.equilibria) - len(kept)
    if not dropped:
        return result
    note = f"{dropped} profiles dropped: regret above {tolerance:g}"
    return replace(
        result, equilibria=kept, components=(), complete=False, notes=(*result.notes, note)
    )


METHODS = ("auto", "vertex_enumeration", "floating_point", "pure", *PEERS)


@takes
def nash_equilibria(
    game: NormalFormGame,
    method: str = "auto",
    *,
    max_seconds: float | None = None,
    max_equilibria: int | None = None,
    tolerance: float = 1e-9,
) -> NashResult:
    """Return all Nash equilibria of a game; of two players, all extreme ones exactly.

    With more players probabilities are in general irrational: each equilibrium is returned as
    floats with a proven ``radius``. ``complete`` needs a generic game, whose equilibria are all
    regular; their indices then sum to 1.

    All choose at once and know all payoffs. With two players an extreme equilibrium is a pair
    of vertices of the best-response polyhedra that together carry every label; every
    equilibrium is a mixture of extreme ones of one maximal Nash subset.

    Parameters
    ----------
    game
        A finite normal-form game; payoffs are taken as the fractions that were given, floats as
        the binary rational numbers that they are.
    method
        ``"auto"``: with two players compiled kernels where the game is large enough for them,
        every sign proven, and fractions as the answer; with more, every support is searched and
        every equilibrium isolated with proof.
        ``"vertex_enumeration"``: two players, whole numbers of any size in plain Python.
        ``"floating_point"``: two players, every label proven but probabilities as floats only;
        games with ties are solved exactly after all.
        ``"pure"``: any number of players, pure strategies only.
        ``"nashpy_support"``, ``"nashpy_vertex"``, ``"nashpy_lemke_howson"``, ``"pygambit"``,
        ``"quantecon"``, ``"lrsnash"``: other people's solvers, their profiles certified here.
    max_seconds, max_equilibria
        Limits; where one is hit, what was found is returned with ``complete=False``.
        ``max_seconds`` is for the library's own methods and lrsnash.
    tolerance
        Largest regret, relative to the payoffs that undominated play reaches, of a profile that
        may be returned; profiles in floats without a proof must hold on the payoffs that they
        reach themselves too.

    Raises
    ------
    InvalidInputError
        If the method is unknown or does not fit the number of players, or if the game is too
        large to be solved completely and no limit is given.
    MissingDependencyError
        If the method needs a package or program that is not installed.

    Notes
    -----
    Vertices of best-response polyhedra: Mangasarian (1964). Lexicographic pivoting and the
    labelled polytopes: von Stengel (2002). Index: Shapley (1974); that of a component is the
    sum over its neighbours in a nearby game without ties.

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
    one_of(method, METHODS, name="method")
    if max_seconds is not None:
        number(max_seconds, name="max_seconds", low=0.0)
    if max_equilibria is not None:
        number(max_equilibria, name="max_equilibria", low=1.0)
    number(tolerance, name="tolerance", low=0.0)
    two = len(as_normal_form(game, "nash_equilibria").shape) == 2
    if method == "pure":
        result = _by_pure_actions(game)
    elif method in PEERS:
        result = _by_peer(game, method, max_equilibria)
    elif two:
        result = _bimatrix_equilibria(game, method, max_seconds, max_equilibria)
    elif method != "auto":
        raise InvalidInputError(
            "this method is for two players",
            where=f"method={method!r}",
            seen=f"{len(game.shape)} players",
            hint='With more players use method="auto" or method="pure".',
        )
    else:
        result = _many_player_equilibria(game, max_seconds, max_equilibria)
    result = _without_uncertified(result, tolerance)
    return replace(result, elapsed_seconds=time.perf_counter() - start)
