"""All Nash equilibria of a finite game, each with its certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import regret_at_stake, undominated_range
from negotiation.equilibrium.limits import COUNT_REACHED, TimeLimit, count_limit
from negotiation.equilibrium.many_players.equilibria import many_player_equilibria
from negotiation.equilibrium.normal_form.bimatrix import bimatrix_equilibria
from negotiation.equilibrium.normal_form.components import Component, nash_components
from negotiation.equilibrium.normal_form.other_solvers import PEERS
from negotiation.equilibrium.normal_form.results import (
    Equilibrium,
    ExactProfile,
    NashResult,
    certified_equilibrium,
    pure_equilibria,
)
from negotiation.equilibrium.refinements.dominance import iterated_elimination
from negotiation.errors import InvalidInputError
from negotiation.former_names import former_argument
from negotiation.games.normal_form import NormalFormGame, as_normal_form
from negotiation.values import number, one_of

__all__ = [
    "Equilibrium",
    "NashResult",
    "certified_equilibrium",
    "nash_equilibria",
    "pure_equilibria",
]


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


def _by_peer(game: NormalFormGame, method: str, max_count: int | None) -> NashResult:
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
    if max_count is not None and len(equilibria) > max_count:
        equilibria, complete = equilibria[:max_count], False
        notes.append(COUNT_REACHED)
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


@former_argument("max_equilibria", "max_count")
@takes
def nash_equilibria(
    game: NormalFormGame,
    method: str = "auto",
    *,
    max_seconds: float | None = None,
    max_count: int | None = None,
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
    max_seconds, max_count
        Limits of wall-clock time and of the equilibria that are listed; where one is hit, what
        was found is returned with ``complete=False`` and a note that says which.
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
    limit = TimeLimit(max_seconds)
    one_of(method, METHODS, name="method")
    count_limit(max_count)
    number(tolerance, name="tolerance", low=0.0)
    two = len(as_normal_form(game, "nash_equilibria").shape) == 2
    if method == "pure":
        result = _by_pure_actions(game)
    elif method in PEERS:
        result = _by_peer(game, method, max_count)
    elif two:
        result = bimatrix_equilibria(game, method, limit, max_count)
    elif method != "auto":
        raise InvalidInputError(
            "this method is for two players",
            where=f"method={method!r}",
            seen=f"{len(game.shape)} players",
            hint='With more players use method="auto" or method="pure".',
        )
    else:
        result = many_player_equilibria(game, limit, max_count)
    result = _without_uncertified(result, tolerance)
    return replace(result, elapsed_seconds=limit.elapsed_seconds())
