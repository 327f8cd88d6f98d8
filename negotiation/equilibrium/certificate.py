r"""How far a profile is from equilibrium, computed from the payoffs alone.

Nothing here knows how a profile was found. The regret of player i at the profile x is

.. math:: \frac{\max_a u_i(a, x_{-i}) - u_i(x)}{\text{range of } u_i \text{ over undominated play}},

the most that the player could gain by deviating, as a share of what undominated actions can make
of the player's own payoff: a payoff of -1e12 on an action that nobody would take does not make
every other gain look small. A profile is a Nash equilibrium exactly when every regret is zero.
Next to the share stand the gain in payoff units without rounding (:func:`exact_regret`) and the
gain as a share of what is at stake at the profile itself (:func:`regret_at_stake`).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.arguments import takes
from negotiation.equilibrium.profiles import (
    against,
    check_profile,
    deviation_payoffs,
    expected_payoffs,
)
from negotiation.equilibrium.refinements.dominance import iterated_elimination
from negotiation.games.normal_form import NormalFormGame
from negotiation.values import FloatArray, decoding, read_only

__all__ = [
    "check_profile",
    "deviation_payoffs",
    "exact_regret",
    "expected_payoffs",
    "halved_gains",
    "largest_gain",
    "regret",
    "regret_at_stake",
    "regrets_of_pairs",
    "undominated_range",
]

LARGEST_GAIN = 1e300


@takes
def undominated_range(
    game: NormalFormGame, surviving: Sequence[Sequence[int]] | None = None
) -> FloatArray:
    """Return the range of each player's payoffs over undominated play.

    Actions that are strictly dominated by another action, again and again, are left out. Where
    a player's payoff does not change over what is left, the range is the gap to the player's
    next best payoff against the others' undominated actions; 0 where the payoff never changes.

    Parameters
    ----------
    game
        Any finite normal-form game.
    surviving
        Undominated actions of each player, where they are known.

    Examples
    --------
    >>> forbidden = NormalFormGame.from_bimatrix([[3, 0], [5, 1], [-1e9, -1e9]],
    ...                                          [[3, 5], [0, 1], [0, 0]])
    >>> undominated_range(forbidden).tolist()
    [1.0, 1.0]
    """
    if surviving is None:
        surviving = iterated_elimination(game, "strict").surviving
    out = np.zeros(len(game.shape))
    for i, table in enumerate(game.exact_payoffs):
        kept = table[np.ix_(*surviving)]
        low, high = kept.min(), kept.max()
        if high == low:
            mine = [range(n) if j == i else surviving[j] for j, n in enumerate(game.shape)]
            gaps = np.abs(table[np.ix_(*mine)] - high)
            positive = gaps[gaps > 0.0]
            out[i] = float(positive.min()) if positive.size else float(np.abs(table - high).max())
        else:
            # Where the range overflows, the largest float stands for it.
            out[i] = min(float(high / 2 - low / 2), np.finfo(float).max / 2) * 2
    return read_only(out)


@takes
def regret(
    game: NormalFormGame, profile: Sequence[ArrayLike], *, spread: FloatArray | None = None
) -> float:
    """Return the largest regret of any player at ``profile``, relative to undominated play.

    Parameters
    ----------
    game
        Any finite normal-form game.
    profile
        One vector of probabilities a player.
    spread
        Range of each player's payoffs that counts; None for :func:`undominated_range`.

    Returns
    -------
    float
        0 at an equilibrium, up to rounding. A player whose payoff never changes has no regret.

    Examples
    --------
    >>> pennies = NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> regret(pennies, ([0.5, 0.5], [0.5, 0.5]))
    0.0
    >>> regret(pennies, ([1, 0], [1, 0]))
    1.0
    """
    mixed = check_profile(game, profile)
    ranges = undominated_range(game) if spread is None else spread
    worst = 0.0
    for player, x in enumerate(mixed):
        if ranges[player] > 0.0:
            cell = tuple(int(p.argmax()) for p in mixed)
            own = halved_gains(game, player, cell, ranges[player])
            values = against(own, mixed, player)
            worst = max(worst, 2.0 * float(values.max() - values @ x))
    return worst


@takes
def halved_gains(game: NormalFormGame, player: int, cell: Any, unit: float) -> FloatArray:
    """Return half of what each profile of actions pays a player above ``cell``, in units.

    Differences come first, so that large equal parts cancel before fractions are rounded; halves,
    and a bound on what the unit makes larger than floats, keep them finite.
    """
    table = game.exact_payoffs[player]
    if game.fractions is None:
        with np.errstate(over="ignore"):
            gains = (table / 2 - table[cell] / 2) / unit
        return np.asarray(np.clip(gains, -LARGEST_GAIN, LARGEST_GAIN), dtype=np.float64)
    bound, scale = Fraction(LARGEST_GAIN), 2 * Fraction(unit)
    halves = [max(-bound, min(bound, (u - table[cell]) / scale)) for u in table.flat]
    return np.array(halves, dtype=np.float64).reshape(game.shape)


@takes
def regrets_of_pairs(
    game: NormalFormGame, X: FloatArray, Y: FloatArray, spread: FloatArray
) -> FloatArray:
    """Return :func:`regret` of many profiles of a two-player game.

    Parameters
    ----------
    game
        Two players.
    X, Y
        [profile, action] probabilities of the row and of the column player.
    spread
        Range of each player's payoffs that counts.
    """
    worst = np.zeros(len(X))
    corners = np.stack([X.argmax(axis=1), Y.argmax(axis=1)], axis=1)
    # Bounded memory: the payoffs less their base are one matrix a profile.
    step = max(1, 2**18 // (X.shape[1] * Y.shape[1]))
    for player in range(2):
        if not spread[player] > 0.0:
            continue
        for first in range(0, len(X), step):
            part = slice(first, first + step)
            cells, which = np.unique(corners[part], axis=0, return_inverse=True)
            tables = [halved_gains(game, player, tuple(c), spread[player]) for c in cells]
            own = np.stack(tables)[which.ravel()]
            x, y = X[part], Y[part]
            if player == 0:
                values = np.einsum("kab,kb->ka", own, y)
                gains = values.max(axis=1) - np.einsum("ka,ka->k", values, x)
            else:
                values = np.einsum("kab,ka->kb", own, x)
                gains = values.max(axis=1) - np.einsum("kb,kb->k", values, y)
            worst[part] = np.maximum(worst[part], 2.0 * gains)
    return worst


@takes
def regret_at_stake(game: NormalFormGame, profile: Sequence[ArrayLike]) -> float:
    """Return the largest gain from deviating as a share of what the profile itself puts at stake.

    The gain is divided by the mean distance of the player's payoff, at the profile and after
    the best deviation, from the expected payoff: payoffs that play does not reach do not count,
    however large. A gain within rounding of these payoffs counts as none; at a pure profile any
    other gain has share 1.

    Examples
    --------
    A crash that is not dominated, and costs all the same to come near:

    >>> chicken = NormalFormGame.from_bimatrix([[0, -1], [1, -1e12]], [[0, 1], [-1, -1e12]])
    >>> share = regret_at_stake(chicken, ([1.0, 0.0], [1.0, 0.0]))
    >>> regret(chicken, ([1.0, 0.0], [1.0, 0.0])) < 1e-9, share
    (True, 1.0)
    """
    mixed = check_profile(game, profile)
    worst = 0.0
    for player, x in enumerate(mixed):
        table = game.payoffs[player] / 4
        values = against(table, mixed, player)
        mean = float(values @ x)
        best = int(values.argmax())
        gain = float(values[best]) - mean
        spread, size = (against(part, mixed, player) for part in (np.abs(table - mean), abs(table)))
        stake = max(float(spread @ x), float(spread[best]))
        rounding = 16 * np.finfo(float).eps * table.ndim * max(float(size @ x), float(size[best]))
        if gain > rounding:
            worst = max(worst, min(gain / stake, 1.0))
    return worst


def largest_gain(payoffs: NDArray[Any], profile: Sequence[Sequence[Fraction]]) -> Fraction:
    """Return the largest gain of any player from deviating, in rational arithmetic.

    Parameters
    ----------
    payoffs
        ``[player, action of player 1, ...]``, floats (the rationals that they are) or fractions.
    profile
        One distribution a player, as fractions.
    """
    worst = Fraction(0)
    with decoding("profile"):
        supports = [[k for k, p in enumerate(x) if p] for x in profile]
        for player, x in enumerate(profile):
            own = range(len(x))
            values = [Fraction(0)] * len(x)
            others = [s if i != player else [0] for i, s in enumerate(supports)]
            for cell in itertools.product(*others):
                weight = Fraction(1)
                for i, k in enumerate(cell):
                    if i != player:
                        weight *= profile[i][k]
                for a in own:
                    place = (*cell[:player], a, *cell[player + 1 :])
                    values[a] += weight * Fraction(payoffs[(player, *place)])
            earned = sum((p * v for p, v in zip(x, values, strict=True)), Fraction(0))
            worst = max(worst, max(values) - earned)
    return worst


@takes
def exact_regret(game: NormalFormGame, profile: Sequence[Sequence[Fraction]]) -> Fraction:
    """Return the largest absolute regret of a profile in rational arithmetic.

    Payoffs are taken as the fractions that were given, floats as the rational numbers that they
    are, so that zero means an equilibrium without any rounding.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[0, 3], [1, 0]], [[1, 0], [0, 3]])
    >>> exact_regret(game, ((Fraction(3, 4), Fraction(1, 4)), (Fraction(3, 4), Fraction(1, 4))))
    Fraction(0, 1)
    """
    return largest_gain(game.exact_payoffs, profile)
