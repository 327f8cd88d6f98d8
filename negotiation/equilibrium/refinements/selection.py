"""Which of several equilibria players select: risk dominance and payoff dominance.

References
----------
Harsanyi and Selten (1988), *A General Theory of Equilibrium Selection in Games*.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import expected_payoffs
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, decoding

__all__ = ["RiskDominance", "payoff_dominant", "risk_dominance"]


@dataclass(frozen=True)
class RiskDominance(Presented):
    """Comparison of two strict equilibria of a 2x2 game.

    Attributes
    ----------
    dominant
        0 or 1, which of the two is risk-dominant; None if neither.
    losses
        Product of the players' losses from deviating alone, at each equilibrium, in the product
        of the players' payoff units.
    resistance
        For each player, the probability that the other side plays the first equilibrium above
        which the player does too.
    """

    dominant: int | None
    losses: tuple[float, float]
    resistance: tuple[float, float]


@takes
def risk_dominance(
    game: NormalFormGame, first: tuple[int, int], second: tuple[int, int]
) -> RiskDominance:
    r"""Compare two strict equilibria of a 2x2 game by risk (Harsanyi and Selten 1988).

    Equilibrium (U, L) risk-dominates (D, R) where the product of deviation losses is larger:

    .. math:: (A_{UL} - A_{DL})(B_{UL} - B_{UR}) > (A_{DR} - A_{UR})(B_{DR} - B_{DL}).

    Parameters
    ----------
    game
        A 2x2 game.
    first, second
        Strict equilibria without an action in common, as (row, column) from 0.

    Raises
    ------
    InvalidInputError
        If the game is not 2x2, or these are not two strict equilibria.

    Examples
    --------
    >>> stag_hunt = NormalFormGame.from_bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]])
    >>> risk_dominance(stag_hunt, (0, 0), (1, 1)).dominant
    1
    """
    A, B = game.exact_bimatrix
    if game.shape != (2, 2):
        raise InvalidInputError(
            "risk dominance is defined here for 2x2 games", where="game", seen=game.shape
        )
    pairs = (tuple(first), tuple(second))
    if set(pairs) not in ({(0, 0), (1, 1)}, {(0, 1), (1, 0)}):
        raise InvalidInputError(
            "the two equilibria must be (row, column) pairs without an action in common",
            where="first, second",
            seen=pairs,
        )
    losses, exact = [], []
    for r, c in pairs:
        row = Fraction(A[r, c]) - Fraction(A[1 - r, c])
        column = Fraction(B[r, c]) - Fraction(B[r, 1 - c])
        if row <= 0 or column <= 0:
            raise InvalidInputError("not a strict equilibrium", where="first, second", seen=(r, c))
        losses.append((float(row), float(column)))
        # Compared as fractions: products of floats may round to a tie or away from one.
        exact.append(row * column)
    products = (math.prod(losses[0]), math.prod(losses[1]))
    dominant = None if exact[0] == exact[1] else int(exact[1] > exact[0])
    resistance = (
        losses[1][0] / (losses[0][0] + losses[1][0]),
        losses[1][1] / (losses[0][1] + losses[1][1]),
    )
    return RiskDominance(dominant, products, resistance)


@takes
def payoff_dominant(
    game: NormalFormGame, profiles: Sequence[Sequence[ArrayLike] | Any], *, tolerance: float = 1e-12
) -> int | None:
    """Return which profile is better for everybody than every other one, or None.

    A profile payoff-dominates another if no player has less there and one has more (Harsanyi and
    Selten 1988).

    Parameters
    ----------
    game
        Any number of players.
    profiles
        Equilibria with ``.probabilities``, or one distribution a player each.
    tolerance
        Differences up to this share of a player's payoff range count as ties.

    Examples
    --------
    >>> stag_hunt = NormalFormGame.from_bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]])
    >>> payoff_dominant(stag_hunt, [([1, 0], [1, 0]), ([0, 1], [0, 1])])
    0
    """
    spread = np.ptp(game.payoffs.reshape(len(game.shape), -1), axis=1)
    with decoding("profiles"):
        points = [expected_payoffs(game, list(getattr(p, "probabilities", p))) for p in profiles]

    def beats(a: FloatArray, b: FloatArray) -> bool:
        gap = a - b
        return bool(np.all(gap >= -tolerance * spread) and np.any(gap > tolerance * spread))

    for k, point in enumerate(points):
        if all(beats(point, other) for m, other in enumerate(points) if m != k):
            return k
    return None
