"""Profiles of mixed strategies: checked, and what they and each deviation pay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.values import FloatArray, float_array

__all__ = ["against", "check_profile", "deviation_payoffs", "expected_payoffs"]


@takes
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


def against(table: FloatArray, profile: Sequence[FloatArray], player: int) -> FloatArray:
    """Return what each action of ``player`` earns in ``table`` while the others play."""
    if table.ndim == 2:
        return np.asarray(table @ profile[1] if player == 0 else profile[0] @ table)
    for other in reversed(range(len(profile))):
        if other != player:
            table = np.tensordot(table, profile[other], axes=([other], [0]))
    return np.asarray(table, dtype=np.float64)


@takes
def deviation_payoffs(
    payoffs: FloatArray, profile: Sequence[FloatArray], player: int
) -> FloatArray:
    """Return the payoff of each pure action of ``player`` while the others play ``profile``."""
    return against(payoffs[player], profile, player)


@takes
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
