r"""How far a profile is from equilibrium, computed from the payoffs alone.

Nothing here knows how a profile was found. The regret of player i at the profile x is

.. math:: \frac{\max_a u_i(a, x_{-i}) - u_i(x)}{\max u_i - \min u_i},

the most that the player could gain by deviating, as a share of the spread of the player's own
payoffs. A profile is a Nash equilibrium exactly when every regret is zero.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.values import FloatArray, float_array

__all__ = [
    "check_profile",
    "deviation_payoffs",
    "exact_regret",
    "expected_payoffs",
    "largest_gain",
    "regret",
]


def check_profile(
    game: NormalFormGame, profile: Sequence[ArrayLike], *, tolerance: float = 1e-9
) -> tuple[FloatArray, ...]:
    """Return ``profile`` as one read-only distribution a player.

    Parameters
    ----------
    game
        The game whose shape the profile must have.
    profile
        One vector of probabilities a player.
    tolerance
        How far a sum may be from one.

    Raises
    ------
    InvalidInputError
        If a vector has the wrong length, a negative entry or does not sum to one.
    """
    if len(profile) != len(game.shape):
        raise InvalidInputError(
            "one distribution a player",
            where="profile",
            seen=len(profile),
            allowed=str(len(game.shape)),
        )
    out = []
    for player, (vector, size) in enumerate(zip(profile, game.shape, strict=True)):
        name = f"profile[{player}]"
        x = float_array(vector, name=name, shape=(size,), low=-tolerance)
        if abs(float(x.sum()) - 1.0) > tolerance:
            raise InvalidInputError("probabilities must sum to 1", where=name, seen=float(x.sum()))
        out.append(x)
    return tuple(out)


def _against(table: FloatArray, profile: Sequence[FloatArray], player: int) -> FloatArray:
    if table.ndim == 2:
        return np.asarray(table @ profile[1] if player == 0 else profile[0] @ table)
    for other in reversed(range(len(profile))):
        if other != player:
            table = np.tensordot(table, profile[other], axes=([other], [0]))
    return np.asarray(table, dtype=np.float64)


def deviation_payoffs(
    payoffs: FloatArray, profile: Sequence[FloatArray], player: int
) -> FloatArray:
    """Return the payoff of each pure action of ``player`` while the others play ``profile``."""
    return _against(payoffs[player], profile, player)


def expected_payoffs(game: NormalFormGame, profile: Sequence[ArrayLike]) -> FloatArray:
    """Return each player's expected payoff at ``profile``.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> expected_payoffs(game, ([0.5, 0.5], [1, 0]))
    array([4. , 1.5])
    """
    mixed = check_profile(game, profile)
    return np.array(
        [deviation_payoffs(game.payoffs, mixed, i) @ x for i, x in enumerate(mixed)],
        dtype=np.float64,
    )


def regret(game: NormalFormGame, profile: Sequence[ArrayLike]) -> float:
    """Return the largest regret of any player at ``profile``, relative to own payoff range.

    Parameters
    ----------
    game
        Any finite normal-form game.
    profile
        One vector of probabilities a player.

    Returns
    -------
    float
        0 at an equilibrium, up to rounding; 1 is the worst there is. A player whose payoff
        never changes has no regret.

    Examples
    --------
    >>> pennies = NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> regret(pennies, ([0.5, 0.5], [0.5, 0.5]))
    0.0
    >>> regret(pennies, ([1, 0], [1, 0]))
    1.0
    """
    mixed = check_profile(game, profile)
    worst = 0.0
    for player, x in enumerate(mixed):
        table = game.payoffs[player]
        low, high = float(table.min()), float(table.max())
        if high == low:
            continue
        if np.isfinite(high - low):
            share = (table - low) / (high - low)
        else:
            # Halved so that a range from -1e308 to 1e308 does not overflow.
            share = (table / 2 - low / 2) / (high / 2 - low / 2)
        values = _against(share, mixed, player)
        worst = max(worst, float(values.max() - values @ x))
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
