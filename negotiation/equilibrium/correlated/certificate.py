"""A correlated equilibrium as a value, and what anybody would gain by disobeying it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import halved_gains, undominated_range
from negotiation.equilibrium.correlated.exact_programme import exact_gains
from negotiation.games.exact_numbers import as_distribution
from negotiation.games.names import free_name
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CorrelatedResult", "disobedience_at_stake", "incentive_to_disobey"]


@dataclass(frozen=True, eq=False)
class CorrelatedResult(Presented):
    """One correlated or coarse correlated equilibrium.

    Attributes
    ----------
    game
        The game that was solved.
    distribution
        Probability of each profile, axes ``[action of player 1, action of player 2, ...]``.
    payoffs
        Expected payoff of each player.
    objective
        What was optimised.
    value
        Its value in payoff units.
    coarse
        Whether only commitments made before the recommendation are ruled out.
    regret
        Largest gain from disobeying, relative to the range of the player's payoffs over
        undominated play, from the payoffs and the distribution alone; weighted by the
        probability of the recommendation.
    optimality_gap
        How far the objective may be from its optimum, by weak duality, relative to the payoff
        range.
    exact
        The distribution as fractions where payoffs of very different size made exact arithmetic
        necessary; otherwise None.
    exact_regret
        Largest gain from disobeying in payoff units, of ``exact`` without rounding and else of
        the floats as the rationals that they are.
    converged
        Whether regret and gap are within the tolerance.
    elapsed_seconds
        Wall-clock time; never compared.
    """

    game: NormalFormGame
    distribution: FloatArray
    payoffs: FloatArray
    objective: str
    value: float
    coarse: bool
    regret: float
    optimality_gap: float
    converged: bool
    elapsed_seconds: float = field(default=0.0, compare=False)
    exact: NDArray[Any] | None = field(default=None, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a profile: each player's action, and how likely it is recommended."""
        frame = self.game.profiles()
        frame[free_name("probability", frame.columns)] = self.distribution.ravel()
        return frame

    def _displayed(self) -> pd.DataFrame:
        return self.to_frame()[self.distribution.ravel() > 0.0]

    def _heading(self) -> str:
        kind = "coarse correlated" if self.coarse else "correlated"
        payoffs = ", ".join(
            f"{player} {payoff:.4g}"
            for player, payoff in zip(self.game.players, self.payoffs, strict=True)
        )
        return f"{kind} equilibrium for {self.objective}: {payoffs}; regret {self.regret:.2g}"

    @cached_property
    def exact_regret(self) -> Fraction:
        """Largest gain from disobeying in payoff units, in rational arithmetic."""
        given = self.distribution if self.exact is None else self.exact
        q = as_distribution([Fraction(p) for p in given.ravel().tolist()])
        rows = exact_gains(self.game.exact_payoffs, coarse=self.coarse)
        gains = [
            sum((p * g for p, g in zip(q, row, strict=True) if p), Fraction(0)) for row in rows
        ]
        return max([Fraction(0), *gains])


@takes
def incentive_to_disobey(
    game: NormalFormGame, distribution: FloatArray, *, coarse: bool = False
) -> float:
    """Return the largest gain from disobeying, relative to payoffs that undominated play reaches.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    >>> incentive_to_disobey(game, np.array([[1 / 3, 1 / 3], [1 / 3, 0]]))
    0.0
    """
    worst = 0.0
    ranges = undominated_range(game)
    distribution = float_array(distribution, name="distribution", shape=game.shape)
    base = np.unravel_index(int(distribution.argmax()), game.shape)
    for player in range(len(game.shape)):
        spread = float(ranges[player])
        if spread == 0.0:
            continue
        # mass[a, others] and share[b, others]: conditional on a, action b earns row b of share.
        mass = np.moveaxis(distribution, player, 0).reshape(game.shape[player], -1)
        table = halved_gains(game, player, base, spread)
        share = np.moveaxis(table, player, 0).reshape(mass.shape)
        if coarse:
            gain = (share @ mass.sum(axis=0)).max() - float((mass * share).sum())
        else:
            earned = mass @ share.T
            gain = (earned - np.diagonal(earned)[:, np.newaxis]).max()
        worst = max(worst, 2.0 * float(gain))
    return worst


@takes
def disobedience_at_stake(
    game: NormalFormGame, distribution: FloatArray, *, coarse: bool = False
) -> float:
    """Return the largest gain from disobeying as a share of what the distribution puts at stake.

    The gain is divided by the player's mean temptation (the most that another action could gain
    in each cell) plus the mean distance of the payoff from its mean.
    """
    worst = 0.0
    for player, table in enumerate(game.gains):
        mass = np.moveaxis(distribution, player, 0).reshape(game.shape[player], -1)
        own = np.moveaxis(table, player, 0).reshape(mass.shape)
        own = own / (float(np.abs(own).max()) or 1.0)
        mean = float((mass * own).sum())
        stake = float((mass * (own.max(axis=0) - own + np.abs(own - mean))).sum())
        if coarse:
            gain = float((own @ mass.sum(axis=0)).max()) - mean
        else:
            earned = mass @ own.T
            gain = float((earned - np.diagonal(earned)[:, np.newaxis]).max())
        if gain > 16 * np.finfo(float).eps * float((mass * np.abs(own)).sum()):
            worst = max(worst, gain / stake)
    return worst
