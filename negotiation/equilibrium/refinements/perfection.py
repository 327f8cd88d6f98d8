"""Which Nash equilibria survive small mistakes.

Checks of perfection and properness are exact: profiles are read as rational numbers and every
question becomes a linear programme in whole numbers.

References
----------
Selten (1975), "Reexamination of the perfectness concept for equilibrium points in extensive
games". Myerson (1978), "Refinements of the Nash equilibrium concept". van Damme (1983),
*Refinements of the Nash Equilibrium Concept*. Blume, Brandenburger and Dekel (1991),
"Lexicographic probabilities and equilibrium refinements".
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import check_profile, undominated_range
from negotiation.equilibrium.exact_linear_program import dominating_mixture, maximize
from negotiation.equilibrium.limits import TIME_REACHED, TimeLimit
from negotiation.equilibrium.refinements.many_player_perfection import (
    is_regular,
    mistakes_that_support,
    never_a_best_reply,
)
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import decoding

__all__ = [
    "PerfectionCheck",
    "PropernessCheck",
    "is_perfect",
    "is_proper",
]

Exact: TypeAlias = tuple[tuple[Fraction, ...], ...]
Partition: TypeAlias = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class PerfectionCheck(Presented):
    """Whether an equilibrium is trembling-hand perfect.

    Attributes
    ----------
    is_nash
        Whether the profile is a Nash equilibrium at all.
    is_perfect
        None where the check cannot tell, which happens only with three or more players.
    reason
        What decided.
    dominated_player
        Position of a player whose strategy is weakly dominated.
    dominating
        The strategy that dominates it.
    mistakes
        With more than two players, sizes of first-order mistakes by player and action against
        which a pure profile is a best reply, where these decided.
    """

    is_nash: bool
    is_perfect: bool | None
    reason: str
    dominated_player: int | None = None
    dominating: tuple[Fraction, ...] | None = None
    mistakes: Exact | None = None


@dataclass(frozen=True)
class PropernessCheck(Presented):
    """Whether an equilibrium is proper.

    Attributes
    ----------
    is_nash
        Whether the profile is a Nash equilibrium at all.
    is_proper
        The answer; None where the check cannot tell, which happens with three or more players,
        and where the time is over.
    levels
        With two players, for each of them, actions ordered from infinitely more likely to
        infinitely less likely mistakes, under which the profile is the limit of epsilon-proper
        ones; empty if not proper.
    reason
        What decided.
    """

    is_nash: bool
    is_proper: bool | None
    levels: tuple[Partition, ...] = ()
    reason: str = ""


def _exact_profile(game: NormalFormGame, profile: Any) -> Exact:
    """Read a profile as fractions that sum to 1, simple ones where they are the same floats."""
    given = getattr(profile, "exact", None) or getattr(profile, "probabilities", profile)
    with decoding("profile"):
        check_profile(game, [np.array(x, dtype=np.float64) for x in given])
    out = []
    for vector in given:
        exact = [Fraction(p) for p in vector]
        if all(isinstance(p, Fraction | int) for p in vector) and sum(exact) == 1:
            out.append(tuple(exact))
            continue
        simple = [p.limit_denominator(10**6) for p in exact]
        near = all(abs(s - p) <= Fraction(1, 10**12) for s, p in zip(simple, exact, strict=True))
        chosen = simple if near and sum(simple) == 1 else [max(p, Fraction(0)) for p in exact]
        total = sum(chosen, Fraction(0))
        out.append(tuple(p / total for p in chosen))
    return tuple(out)


def _action_values(game: NormalFormGame, profile: Exact, player: int) -> list[Fraction]:
    """Exact payoff of each action of a player against the others' mixtures."""
    values = [Fraction(0)] * game.shape[player]
    supports = [
        [k for k, p in enumerate(x) if p > 0] if i != player else list(range(len(x)))
        for i, x in enumerate(profile)
    ]
    for cell in itertools.product(*supports):
        weight = math.prod(
            (profile[i][k] for i, k in enumerate(cell) if i != player), start=Fraction(1)
        )
        values[cell[player]] += weight * Fraction(game.exact_payoffs[player][cell])
    return values


def _gains(
    game: NormalFormGame, profile: Exact, tolerance: float
) -> tuple[list[list[Fraction]], bool]:
    """Payoffs of all actions, and whether the profile is a Nash equilibrium within tolerance."""
    values = [_action_values(game, profile, i) for i in range(len(profile))]
    ranges = undominated_range(game).tolist()
    for x, u, spread in zip(profile, values, ranges, strict=True):
        earned = sum((p * v for p, v in zip(x, u, strict=True)), Fraction(0))
        if max(u) - earned > Fraction(tolerance) * Fraction(spread):
            return values, False
    return values, True


@takes
def is_perfect(game: NormalFormGame, profile: Any, *, tolerance: float = 1e-9) -> PerfectionCheck:
    """Check trembling-hand perfection (Selten 1975) of a Nash equilibrium.

    With two players an equilibrium is perfect exactly when neither strategy is weakly dominated,
    by a mixed strategy included (van Damme 1983); that is decided by an exact linear programme.
    With more players this is necessary only. The check then answers True for regular and for
    completely mixed equilibria and for pure profiles that are the only best reply to some
    first-order mistakes, False for dominated strategies and for pure profiles with an action
    that another beats however small the others' mistakes, and None otherwise.

    Parameters
    ----------
    game
        Any number of players.
    profile
        An equilibrium with ``.probabilities``, or one distribution a player. Fractions are taken
        as they are; floats that lie within 1e-12 of simple fractions are taken as these.
    tolerance
        Regret, relative to a player's payoff range, up to which the profile counts as Nash.

    Raises
    ------
    InvalidInputError
        If the profile does not fit the game.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[1, 0], [0, 0]], [[1, 0], [0, 0]])
    >>> is_perfect(game, ([1, 0], [1, 0])).is_perfect
    True
    >>> is_perfect(game, ([0, 1], [0, 1])).reason
    'the strategy of player 1 is weakly dominated'
    """
    exact = _exact_profile(game, profile)
    values, is_nash = _gains(game, exact, tolerance)
    if not is_nash:
        return PerfectionCheck(False, False, "not a Nash equilibrium")
    for player, x in enumerate(exact):
        table = np.moveaxis(game.exact_payoffs[player], player, 0).reshape(game.shape[player], -1)
        better = dominating_mixture(table.tolist(), x, strict=False)
        if better is not None:
            name = game.players[player]
            return PerfectionCheck(
                True, False, f"the strategy of {name} is weakly dominated", player, better
            )
    if len(exact) == 2:
        return PerfectionCheck(True, True, "two players, no strategy weakly dominated")
    if all(min(x) > 0 for x in exact):
        return PerfectionCheck(True, True, "completely mixed")
    if _proven_regular(game, profile, exact, values):
        return PerfectionCheck(True, True, "regular")
    if all(max(x) == 1 for x in exact):
        mistakes = mistakes_that_support(game, exact, values)
        if mistakes is not None:
            return PerfectionCheck(
                True, True, "a best reply to some small mistakes", mistakes=mistakes
            )
        beaten = never_a_best_reply(game, exact, values)
        if beaten is not None:
            player, action = beaten
            return PerfectionCheck(
                True,
                False,
                f"{game.players[player]} does better with {game.actions[player][action]} however "
                "small the mistakes",
                player,
            )
    return PerfectionCheck(
        True, None, "no strategy is weakly dominated, which decides for two players only"
    )


def _proven_regular(
    game: NormalFormGame, profile: Any, exact: Exact, values: list[list[Fraction]]
) -> bool:
    # The search of games with more than two players proves regularity with the index.
    return getattr(profile, "index", None) in (-1, 1) or is_regular(game, exact, values)


def _ordered_partitions(items: tuple[int, ...]) -> Iterator[Partition]:
    """Yield all ways of ranking items with ties."""
    if not items:
        yield ()
        return
    for size in range(len(items), 0, -1):
        for first in itertools.combinations(items, size):
            rest = tuple(k for k in items if k not in first)
            for tail in _ordered_partitions(rest):
                yield (first, *tail)


def _refinements(values: Sequence[Fraction], support: set[int]) -> Iterator[Partition]:
    """Yield rankings that break ties of ``values`` and have the whole support on top."""
    classes = [
        tuple(k for k, v in enumerate(values) if v == level)
        for level in sorted(set(values), reverse=True)
    ]
    for parts in itertools.product(*(list(_ordered_partitions(c)) for c in classes)):
        ranking = tuple(level for part in parts for level in part)
        if support <= set(ranking[0]):
            yield ranking


def _ranking_attainable(
    table: Sequence[Sequence[float]], ranks: Partition, order: Partition
) -> bool:
    """Whether mistakes in the order ``order`` can make the other side rank actions ``ranks``.

    The opponents' mixtures under which ``ranks`` holds are a cone; its closure is generated by
    finitely many nonnegative vectors, whose weights may vanish at any speeds. Mistakes ``order``
    are possible if each action is in the support of a member of the cone that uses no action of
    a later level, and the ranking is strict where some member makes it so.
    """
    rows = [[Fraction(u) for u in row] for row in table]
    count = len(rows[0])
    equal = []
    weak = []
    for level in ranks:
        for other in level[1:]:
            equal.append([a - b for a, b in zip(rows[level[0]], rows[other], strict=True)])
    for upper, lower in itertools.pairwise(ranks):
        weak.append([b - a for a, b in zip(rows[upper[0]], rows[lower[0]], strict=True)])

    def attainable(goal: Sequence[Fraction | int], allowed: set[int]) -> bool:
        columns = sorted(allowed)
        solution = maximize(
            [goal[j] for j in columns],
            at_most=[([row[j] for j in columns], 0) for row in weak],
            equal=[
                *(([row[j] for j in columns], 0) for row in equal),
                ([1] * len(columns), 1),
            ],
        )
        return solution.status == "optimal" and solution.value > 0

    everything = set(range(count))
    if not all(attainable([-u for u in row], everything) for row in weak):
        return False
    seen: set[int] = set()
    for level in order:
        seen |= set(level)
        for action in level:
            if not attainable([int(j == action) for j in range(count)], seen):
                return False
    return True


@takes
def is_proper(
    game: NormalFormGame,
    profile: Any,
    *,
    tolerance: float = 1e-9,
    max_orders: int = 100_000,
    max_seconds: float | None = None,
) -> PropernessCheck:
    """Check whether an equilibrium is proper (Myerson 1978).

    A profile is proper if it is the limit of completely mixed ones in which a costlier mistake
    is less likely by any factor. In the limit each player's actions are ranked by payoff, and the
    other side's mistakes come in that order (Blume, Brandenburger and Dekel 1991). There are
    finitely many rankings; only those that break ties of the payoffs at the profile can occur,
    and each is decided by exact linear programmes.

    With more than two players regular equilibria are proper, imperfect ones are not, and the
    check answers None otherwise; :func:`~negotiation.proper_equilibrium` finds one.

    Parameters
    ----------
    game
        Any number of players.
    profile, tolerance
        As in :func:`is_perfect`. Ties at the profile are read exactly, so give fractions, or an
        equilibrium that has them, where the equilibrium is mixed.
    max_orders
        Largest number of pairs of rankings that are tried.
    max_seconds
        Wall-clock limit on trying them.

    Raises
    ------
    InvalidInputError
        If the profile does not fit, or there are too many rankings.

    Examples
    --------
    >>> A = [[1, 0, -9], [0, 0, -7], [-9, -7, -7]]
    >>> game = NormalFormGame.from_bimatrix(A, A)
    >>> is_perfect(game, ([0, 1, 0], [0, 1, 0])).is_perfect
    True
    >>> is_proper(game, ([0, 1, 0], [0, 1, 0])).is_proper
    False
    """
    limit = TimeLimit(max_seconds)
    exact = _exact_profile(game, profile)
    values, is_nash = _gains(game, exact, tolerance)
    if not is_nash:
        return PropernessCheck(False, False, reason="not a Nash equilibrium")
    if len(exact) > 2:
        if _proven_regular(game, profile, exact, values):
            return PropernessCheck(True, True, reason="regular")
        perfect = is_perfect(game, profile, tolerance=tolerance)
        if perfect.is_perfect is False:
            return PropernessCheck(True, False, reason=perfect.reason)
        return PropernessCheck(True, None, reason="neither regular nor imperfect")
    A, B = game.exact_bimatrix
    supports = [{k for k, p in enumerate(x) if p > 0} for x in exact]
    candidates = [
        list(itertools.islice(_refinements(u, support), max_orders + 1))
        for u, support in zip(values, supports, strict=True)
    ]
    if len(candidates[0]) * len(candidates[1]) > max_orders:
        raise InvalidInputError(
            "too many rankings of tied actions",
            where="is_proper",
            seen=f"{len(candidates[0])} x {len(candidates[1])}",
            allowed=f"{max_orders} pairs",
            hint="Remove duplicate actions, or raise max_orders.",
        )
    tables = (A.tolist(), B.T.tolist())
    for own, others in itertools.product(*candidates):
        if limit.is_over():
            return PropernessCheck(True, None, reason=TIME_REACHED)
        if _ranking_attainable(tables[0], own, others) and _ranking_attainable(
            tables[1], others, own
        ):
            return PropernessCheck(True, True, (own, others), "mistakes in this order")
    return PropernessCheck(True, False, reason="no order of mistakes supports it")
