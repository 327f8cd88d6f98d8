r"""What decides perfection with more than two players.

A profile p is perfect if it is a best reply to each of a sequence of completely mixed profiles
that converges to it (Selten 1975). Three facts decide most profiles:

- a regular equilibrium, where unused actions earn strictly less and the equations of indifference
  have an invertible Jacobian, moves smoothly with every small perturbation, so that it is perfect
  and proper (van Damme 1991);
- at a pure profile, mistakes of size :math:`\varepsilon q_j(c)` change the gap between a tied
  action and the one that is played by a linear form in q to first order; where some positive q
  makes every form negative, the profile is perfect;
- where the gap is positive for all small mistakes whatever their relative speeds, it is not.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.exact_linear_program import maximize
from negotiation.games.normal_form import NormalFormGame

__all__ = ["is_regular", "mistakes_that_support", "never_a_best_reply"]

Exact = tuple[tuple[Fraction, ...], ...]


def _value(game: NormalFormGame, player: int, fixed: dict[int, int], profile: Exact) -> Fraction:
    """Payoff of a player where some players' actions are fixed and the others mix."""
    choices = [
        [fixed[i]] if i in fixed else [k for k, p in enumerate(x) if p]
        for i, x in enumerate(profile)
    ]
    total = Fraction(0)
    for cell in itertools.product(*choices):
        weight = Fraction(1)
        for i, k in enumerate(cell):
            if i not in fixed:
                weight *= profile[i][k]
        total += weight * Fraction(game.exact_payoffs[(player, *cell)])
    return total


def _rank(rows: list[list[Fraction]]) -> int:
    rows = [list(row) for row in rows]
    rank = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((k for k in range(rank, len(rows)) if rows[k][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for k in range(rank + 1, len(rows)):
            factor = rows[k][column] / rows[rank][column]
            if factor:
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[rank], strict=True)]
        rank += 1
    return rank


@takes
def is_regular(game: NormalFormGame, profile: Exact, values: Sequence[Sequence[Fraction]]) -> bool:
    """Return whether an equilibrium in fractions is regular.

    Parameters
    ----------
    game
        Any number of players.
    profile
        An equilibrium in fractions; used actions must earn the same without any rounding.
    values
        Payoff of each player's actions at the profile.
    """
    supports = [[k for k, p in enumerate(x) if p] for x in profile]
    for support, u in zip(supports, values, strict=True):
        earned = max(u)
        if [k for k, v in enumerate(u) if v == earned] != support:
            return False
    unknowns = [(j, c) for j, support in enumerate(supports) for c in support[1:]]
    rows = []
    for i, support in enumerate(supports):
        for a in support[1:]:
            row = []
            for j, c in unknowns:
                if j == i:
                    row.append(Fraction(0))
                    continue
                first, last = support[0], supports[j][0]
                at = {
                    (own, other): _value(game, i, {i: own, j: other}, profile)
                    for own in (a, first)
                    for other in (c, last)
                }
                row.append(at[a, c] - at[first, c] - at[a, last] + at[first, last])
            rows.append(row)
    return _rank(rows) == len(unknowns)


def _ties(played: Sequence[int], values: Sequence[Sequence[Fraction]]) -> list[tuple[int, int]]:
    """(player, action) pairs that earn as much as the action that is played."""
    return [
        (i, b)
        for i, (a, u) in enumerate(zip(played, values, strict=True))
        for b in range(len(u))
        if b != a and u[b] == u[a]
    ]


@takes
def mistakes_that_support(
    game: NormalFormGame, profile: Exact, values: Sequence[Sequence[Fraction]]
) -> Exact | None:
    """Return first-order mistakes against which a pure profile is the only best reply.

    Parameters
    ----------
    game, profile, values
        As in :func:`is_regular`; every player plays one action for sure.

    Returns
    -------
    tuple or None
        For each player the sizes of mistakes by action, all positive, 0 at the action that is
        played; None where no such mistakes exist to first order.
    """
    played = [x.index(1) for x in profile]
    unknowns = [(j, c) for j, x in enumerate(profile) for c in range(len(x)) if c != played[j]]
    forms = []
    for i, b in _ties(played, values):
        # Duplicates of the action that is played never do better.
        table = np.moveaxis(game.exact_payoffs[i], i, 0)
        if np.array_equal(table[b], table[played[i]]):
            continue
        forms.append(
            [
                Fraction(0)
                if j == i
                else _value(game, i, {i: b, j: c}, profile)
                - _value(game, i, {i: played[i], j: c}, profile)
                for j, c in unknowns
            ]
        )
    # Largest t with every form below -t and every mistake above t; mistakes sum to 1.
    size = len(unknowns)
    at_most = [([*form, Fraction(1)], Fraction(0)) for form in forms]
    at_most += [
        ([Fraction(-int(k == m)) for m in range(size)] + [Fraction(1)], Fraction(0))
        for k in range(size)
    ]
    solution = maximize(
        [Fraction(0)] * size + [Fraction(1)],
        at_most=at_most,
        equal=[([Fraction(1)] * size + [Fraction(0)], Fraction(1))],
    )
    if solution.status != "optimal" or solution.value <= 0:
        return None
    sizes = [[Fraction(0)] * len(x) for x in profile]
    for (j, c), q in zip(unknowns, solution.point, strict=False):
        sizes[j][c] = Fraction(q)
    return tuple(tuple(x) for x in sizes)


@takes
def never_a_best_reply(
    game: NormalFormGame, profile: Exact, values: Sequence[Sequence[Fraction]]
) -> tuple[int, int] | None:
    """Return a player and an action that beats the one played, however the others err a little.

    The gap between the two actions is a sum over the others' cells, each weighted by the
    probability of its mistakes. Where every cell that favours the action played has more
    mistakes than another, among them all of that one's, which favours the other action, small
    mistakes leave the gap positive.

    Parameters
    ----------
    game, profile, values
        As in :func:`mistakes_that_support`.
    """
    played = [x.index(1) for x in profile]
    for i, b in _ties(played, values):
        others = [j for j in range(len(profile)) if j != i]
        better: list[set[tuple[int, int]]] = []
        worse: list[set[tuple[int, int]]] = []
        for cell in itertools.product(*(range(len(profile[j])) for j in others)):
            place = list(played)
            for j, c in zip(others, cell, strict=True):
                place[j] = c
            own, other = list(place), list(place)
            own[i], other[i] = played[i], b
            gap = Fraction(game.exact_payoffs[(i, *other)]) - Fraction(
                game.exact_payoffs[(i, *own)]
            )
            mistakes = {(j, c) for j, c in zip(others, cell, strict=True) if c != played[j]}
            if gap:
                (better if gap > 0 else worse).append(mistakes)
        if better and all(any(good < bad for good in better) for bad in worse):
            return i, b
    return None
