"""Value and optimal strategies of two-player games of pure conflict."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

from negotiation.arguments import takes
from negotiation.equilibrium.frames import play_frame
from negotiation.equilibrium.limits import TimeLimit
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, number, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ZeroSumResult", "zero_sum_value"]

TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True, eq=False)
class ZeroSumResult(Presented):
    """Solution of a zero-sum or constant-sum game.

    Attributes
    ----------
    game
        The game that was solved.
    value
        What the row player can be sure of, in the game's payoff units.
    payoffs
        The value for each player; they sum to the constant of the game.
    probabilities
        One optimal strategy a player.
    gap
        What the column player's strategy concedes minus what the row player's guarantees, as a
        share of the payoff range, from the payoffs alone: an upper bound on the value's error.
    converged
        Whether the gap is within the tolerance.
    elapsed_seconds
        Wall-clock time; never compared.
    """

    game: NormalFormGame
    value: float
    payoffs: FloatArray
    probabilities: tuple[FloatArray, ...]
    gap: float
    converged: bool
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a player and action: probability and the player's value."""
        profile = {"probabilities": self.probabilities, "payoff": self.payoffs}
        return play_frame(self.game.players, self.game.actions, [profile])

    def _heading(self) -> str:
        return f"value {self.value:.6g}, gap {self.gap:.2g}"


def maximin_strategy(table: FloatArray, limit: TimeLimit) -> FloatArray:
    """Return the row mixture with the largest guarantee; entries must lie in [0, 1]."""
    rows, columns = table.shape
    answer = linprog(
        np.append(np.zeros(rows), -1.0),
        A_ub=np.hstack([-table.T, np.ones((columns, 1))]),
        b_ub=np.zeros(columns),
        A_eq=np.append(np.ones(rows), 0.0)[np.newaxis],
        b_eq=[1.0],
        bounds=[(0.0, None)] * rows + [(None, None)],
        options={**TIGHT, **limit.of_programme()},
    )
    if answer.x is None or answer.status == 1:
        raise ConvergenceError(
            limit.reached("linear programme not solved"), where="maximin strategy"
        )
    x = np.clip(answer.x[:rows], 0.0, None)
    return np.asarray(x / x.sum(), dtype=np.float64)


@takes
def zero_sum_value(
    game: NormalFormGame,
    *,
    tol: float = 1e-9,
    max_seconds: float | None = None,
    raise_on_failure: bool = True,
) -> ZeroSumResult:
    r"""Return the value and optimal strategies of a two-player zero- or constant-sum game.

    The players move at once and know the payoffs. By the minimax theorem (von Neumann 1928)

    .. math:: v = \max_x \min_j (x^\top A)_j = \min_y \max_i (A y)_i,

    and each side of the equation is a linear programme (Dantzig 1951).

    Parameters
    ----------
    game
        Two players whose payoffs sum to the same constant in every cell.
    tol
        Largest gap, relative to the payoff range, and largest deviation of the sums.
    max_seconds
        Wall-clock limit on the two programmes.
    raise_on_failure
        Whether a gap above ``tol`` raises.

    Raises
    ------
    InvalidInputError
        If there are not two players or their payoffs do not sum to a constant.
    ConvergenceError
        If the gap stays above ``tol``, or the time is over.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[2, -1], [-1, 1]], [[-2, 1], [1, -1]])
    >>> result = zero_sum_value(game)
    >>> round(result.value, 12), result.probabilities[0].round(12).tolist()
    (0.2, [0.4, 0.6])
    """
    limit = TimeLimit(max_seconds)
    number(tol, name="tol", low=0.0)
    A, B = game.bimatrix
    total = A + B
    low = float(A.min())
    spread = float(np.ptp(A))
    off = float(np.ptp(total))
    if off > tol * max(spread, float(np.ptp(B))):
        raise InvalidInputError(
            "payoffs do not sum to a constant",
            where="game",
            seen=f"sums from {total.min():g} to {total.max():g}",
            hint="Use nash_equilibria for games that are not of pure conflict.",
        )
    share = (A - low) / spread if spread > 0.0 else np.zeros_like(A)
    x = maximin_strategy(share, limit)
    y = maximin_strategy(1.0 - share.T, limit)
    guaranteed, conceded = float((x @ share).min()), float((share @ y).max())
    gap = conceded - guaranteed
    value = low + spread * 0.5 * (guaranteed + conceded)
    constant = float(total.mean())
    result = ZeroSumResult(
        game=game,
        value=value,
        payoffs=read_only(np.array([value, constant - value])),
        probabilities=(read_only(x), read_only(y)),
        gap=gap,
        converged=gap <= tol,
        elapsed_seconds=limit.elapsed_seconds(),
    )
    if raise_on_failure and not result.converged:
        raise ConvergenceError(
            f"gap {gap:.1e} is above {tol:.1e}",
            where="zero_sum_value",
            partial=result,
            hint="Raise tol, or use nash_equilibria, which is exact.",
        )
    return result
