"""Which tariffs are in force by day, over payoff models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.process.game.solution import GameSolution
from negotiation.process.multi_step.built_process import BuiltProcess
from negotiation.values import FloatArray, float_array

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TariffFan", "tariff_fan"]


@dataclass(frozen=True, eq=False)
class TariffFan(Presented):
    """Distribution of the added tariffs in force, by day.

    Attributes
    ----------
    players
        The sides.
    start
        Day from which days are counted.
    days
        ``[day]``.
    levels
        Probabilities of the quantiles, ``[quantile]``.
    quantiles
        Smallest added tariff that is not exceeded with that probability, as a fraction,
        ``[quantile, day, side]``.
    mean
        Expected added tariff ``[day, side]``.
    """

    players: tuple[str, str]
    start: date | None
    days: FloatArray
    levels: FloatArray
    quantiles: FloatArray
    mean: FloatArray

    def to_frame(self) -> pd.DataFrame:
        """Return one row a day: the mean and the quantiles of each side's added tariff."""
        import pandas as pd

        columns = {"days": self.days}
        for i, player in enumerate(self.players):
            columns[f"mean_{player}"] = self.mean[:, i]
            for level, values in zip(self.levels, self.quantiles[:, :, i], strict=True):
                columns[f"{player}_{level:g}"] = values
        return pd.DataFrame(columns)


@takes
def tariff_fan(
    members: Sequence[tuple[float, BuiltProcess, GameSolution]],
    *,
    days: ArrayLike,
    levels: ArrayLike = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975),
) -> TariffFan:
    """Return the distribution of the tariffs in force by day, over payoff models.

    Parameters
    ----------
    members
        Weight, process and solution of each payoff model; the processes start on one day.
    days
        Days from the start, ``[day]``.
    levels
        Probabilities of the quantiles.

    Raises
    ------
    InvalidInputError
        If there is no member, or their sides or starts differ.
    """
    starts = {(built.game.players, built.game.start) for _, built, _ in members}
    if len(starts) != 1:
        raise InvalidInputError(
            "processes of the same sides that start on one day are needed",
            where="members",
            seen=starts or "none",
        )
    when = float_array(days, name="days", ndim=1, low=0.0)
    asked = float_array(levels, name="levels", ndim=1, low=0.0, high=1.0)
    weights = float_array([weight for weight, _, _ in members], name="weights", low=0.0)
    shares = weights / weights.sum()
    rates = np.concatenate([built.rates for _, built, _ in members])
    chances = np.concatenate(
        [
            share * solution.node_probabilities(when)[:, :-1]
            for share, (_, _, solution) in zip(shares, members, strict=True)
        ],
        axis=1,
    )
    quantiles = np.empty((len(asked), len(when), 2))
    for side in range(2):
        order = np.argsort(rates[:, side], kind="stable")
        reached = np.cumsum(chances[:, order], axis=1)
        reached /= reached[:, -1:]
        for k, level in enumerate(asked):
            place = (reached < level - 1e-12).sum(axis=1)
            quantiles[k, :, side] = rates[order, side][np.minimum(place, len(order) - 1)]
    game = members[0][1].game
    mean = chances @ rates / chances.sum(axis=1, keepdims=True)
    return TariffFan(game.players, game.start, when, asked, quantiles, mean)
