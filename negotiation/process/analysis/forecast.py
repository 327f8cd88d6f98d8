"""A dated forecast: over payoff models and draws, weighed by what was seen.

Parameters that nobody measured are drawn over their ranges, and each draw is solved under every
payoff model of the ensemble that explains what the sides ask for. A draw weighs as much as what has
been seen since the tariffs in force were put in force is likely under it: the probability that play
stands in the stage that is open at the information date. Public events may say more about a
side's audience cost: a draw whose cost is in the upper half of its range is called tough, and
an event of type k multiplies its weight by

    ell_k                              for an act,
    theta ell_k + (1 - theta)          for a claim, which says something only where it is true,

with theta the mean rate at which the side's earlier claims had proved true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InvalidInputError
from negotiation.presentation import Pictured
from negotiation.process.beliefs.events import DatedEvent, event_ratios, read_events
from negotiation.values import FloatArray, number, one_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ProcessForecast"]


@dataclass(frozen=True, eq=False)
class ProcessForecast(Pictured):
    """Probabilities by date over payoff models and parameter draws.

    Attributes
    ----------
    as_of
        Information date on which everything is conditional: the stage open then has not ended.
    stage
        The open stage.
    players
        The sides.
    models
        Names of the payoff models that explain what the sides ask for.
    left_out
        Names of those that do not.
    model_weights
        Of ``models``; they add to 1.
    dates
        Dates of the probabilities.
    parameters, values
        Names of what is drawn, and the draws ``[draw, parameter]``; the first is the value that
        each parameter has, and weighs nothing unless it is the only one.
    middle
        Of the range of each parameter, or of its draws from a fit ``[parameter]``: a side whose
        audience cost is above it is called tough.
    seen
        Likelihood of what was seen ``[draw, model]``.
    cut, deal
        Probability that the open stage is over, and of a deal, ``[draw, model, date]``.
    lowered
        Probability that a side's added tariff has been below the one in force now, for whatever
        reason, ``[draw, model, date, side]``.
    concedes
        Share of each side among concessions that end the stage, ``[draw, model, side]``.
    after
        Added tariffs after each side's concession, ``[draw, model, conceder, side]``; NaN where
        it has nothing to concede.
    disputes
        How many other disputes audience costs and scales of shocks are fitted to; 0: none, they
        are as recorded.
    """

    _picture = "plot_forecast_bands"

    as_of: date
    stage: str
    players: tuple[str, str]
    models: tuple[str, ...]
    left_out: tuple[str, ...]
    model_weights: FloatArray
    dates: tuple[date, ...]
    parameters: tuple[str, ...]
    values: FloatArray
    middle: FloatArray
    seen: FloatArray
    cut: FloatArray
    deal: FloatArray
    lowered: FloatArray
    concedes: FloatArray
    after: FloatArray
    disputes: int = 0

    @cached_property
    def weights(self) -> FloatArray:
        """Weight of each draw under each model ``[draw, model]``; they add to 1."""
        out = self.seen * self.model_weights
        if len(out) > 1:
            out = out.copy()
            out[0] = 0.0
        return np.asarray(out / out.sum())

    def read(
        self, ratios: Mapping[str, float], events: Sequence[DatedEvent] | None = None
    ) -> ProcessForecast:
        """Return the forecast whose draws weigh as much as public events say as well.

        Parameters
        ----------
        ratios
            Likelihood ratio of types of events, tough against not; see the module.
        events
            What happened; None: the embedded events known at the information date.
        """
        seen = read_events(as_of=self.as_of) if events is None else events
        weights = _event_weights(self, ratios, seen)
        return replace(self, seen=self.seen * weights[:, None])

    @property
    def effective_draws(self) -> float:
        """``1 / sum of squared weights``."""
        return float(1.0 / np.sum(self.weights**2))

    def _place(self, day: DateLike) -> int:
        asked = as_date(day, name="day")
        if asked not in self.dates:
            raise InvalidInputError(
                "not one of the dates of the forecast",
                where="day",
                seen=str(asked),
                allowed=", ".join(map(str, self.dates)),
            )
        return self.dates.index(asked)

    def cut_by(self, day: DateLike) -> float:
        """Probability that the open stage is over by one of the dates."""
        return float(np.sum(self.weights * self.cut[:, :, self._place(day)]))

    def deal_by(self, day: DateLike) -> float:
        """Probability of a deal by one of the dates."""
        return float(np.sum(self.weights * self.deal[:, :, self._place(day)]))

    def lowered_by(self, day: DateLike, player: str) -> float:
        """Probability that a side's added tariff is lowered by one of the dates."""
        side = self.players.index(one_of(player, self.players, name="player"))
        return float(np.sum(self.weights * self.lowered[:, :, self._place(day), side]))

    def concedes_first(self) -> FloatArray:
        """Probability, given a concession, that each side makes it, ``[side]``."""
        return np.asarray(np.einsum("dm,dms->s", self.weights, self.concedes))

    def interval(self, day: DateLike, level: float = 0.9, *, of: str = "cut") -> FloatArray:
        """Ends of the central interval of a probability over draws and models."""
        level = number(level, name="level", low=0.0, high=1.0)
        values = {"cut": self.cut, "deal": self.deal}[of][:, :, self._place(day)].ravel()
        order = np.argsort(values)
        reached = np.cumsum(self.weights.ravel()[order])
        ends = np.array([(1.0 - level) / 2.0, (1.0 + level) / 2.0])
        places = np.clip(np.searchsorted(reached, ends), 0, len(values) - 1)
        return np.asarray(values[order][places])

    def table(self, level: float = 0.9) -> pd.DataFrame:
        """One row a date: probabilities over all draws and payoff models.

        Columns ``low`` and ``high`` are the ends of the central interval of ``cut``.
        """
        import pandas as pd

        rows = []
        for day in self.dates:
            low, high = self.interval(day, level)
            row = {"cut": self.cut_by(day), "low": low, "high": high, "deal": self.deal_by(day)}
            rows.append(row | {f"{p} lowers": self.lowered_by(day, p) for p in self.players})
        return pd.DataFrame(rows, index=pd.Index(self.dates, name="by"))

    def to_frame(self, level: float = 0.9) -> pd.DataFrame:
        """One row a payoff model, then the ensemble: probabilities by date, who concedes.

        Every row is conditional on the same date. Columns ``low`` and ``high`` are the ends of
        the central interval of the ensemble's probability by each date.
        """
        import pandas as pd

        rows: list[dict[str, Any]] = []
        shares = self.weights.sum(axis=0)
        for m, name in enumerate(self.models):
            own = self.weights[:, m] / shares[m]
            row: dict[str, Any] = {"payoffs": name, "weight": float(shares[m])}
            for k, day in enumerate(self.dates):
                row[f"cut by {day}"] = float(own @ self.cut[:, m, k])
                row[f"deal by {day}"] = float(own @ self.deal[:, m, k])
            for i, player in enumerate(self.players):
                row[f"{player} concedes first"] = float(own @ self.concedes[:, m, i])
            rows.append(row)
        row = {"payoffs": "ensemble", "weight": 1.0}
        for day in self.dates:
            row[f"cut by {day}"], row[f"deal by {day}"] = self.cut_by(day), self.deal_by(day)
            low, high = self.interval(day, level)
            row[f"cut by {day}, low"], row[f"cut by {day}, high"] = low, high
        for i, player in enumerate(self.players):
            row[f"{player} concedes first"] = float(self.concedes_first()[i])
        return pd.DataFrame([*rows, row])


def _event_weights(
    forecast: ProcessForecast, ratios: Mapping[str, float], events: Sequence[DatedEvent]
) -> FloatArray:
    """Weights of draws ``[draw]`` by what events say about who is tough."""
    out = np.ones(len(forecast.values))
    for player in forecast.players:
        column = f"audience_cost_{player.lower()}"
        if column in forecast.parameters:
            k = forecast.parameters.index(column)
            ratio = float(np.prod([item for _, item in event_ratios(events, player, ratios)]))
            out = np.where(forecast.values[:, k] > forecast.middle[k], ratio * out, out)
    return out
