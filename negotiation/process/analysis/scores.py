"""Scores of dated forecasts, and the baseline of a constant hazard.

Brier (1950), Verification of forecasts expressed in terms of probability; Good (1952), Rational
decisions, for the logarithmic score; Dawid (1984), Statistical theory: the prequential approach,
for the probability integral transform.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.data.tables import DateLike, as_date, load_table
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.process.beliefs.events import DatedEvent
from negotiation.values import FloatArray, float_vector, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ConstantHazard",
    "DatedForecasts",
    "RateCut",
    "ScoredForecast",
    "brier",
    "constant_hazard",
    "log_score",
    "next_cut",
]


def _checked(probabilities: ArrayLike, outcomes: ArrayLike) -> tuple[FloatArray, FloatArray]:
    p = float_vector(probabilities, name="probabilities", low=0.0, high=1.0)
    return p, float_vector(outcomes, name="outcomes", shape=p.shape, low=0.0, high=1.0)


@takes
def brier(probabilities: ArrayLike, outcomes: ArrayLike) -> float:
    """Return the mean squared error of probabilities; 0 is best, a fair coin has .25.

    Examples
    --------
    >>> round(brier([0.8, 0.4], [1, 0]), 3)
    0.1
    """
    p, y = _checked(probabilities, outcomes)
    return float(np.mean((p - y) ** 2))


@takes
def log_score(probabilities: ArrayLike, outcomes: ArrayLike) -> float:
    """Return the mean log probability of what happened; 0 is best, a fair coin has -.693.

    Minus infinity where what happened had probability zero.
    """
    p, y = _checked(probabilities, outcomes)
    with np.errstate(divide="ignore"):
        return float(np.mean(np.log(np.where(y > 0.5, p, 1.0 - p))))


@dataclass(frozen=True)
class ScoredForecast:
    """A probability stated on a day, and what came of it.

    Attributes
    ----------
    question
        What it is about.
    forecaster
        Who states it.
    made_on, resolves
        When it was stated, and when it is decided.
    probability
        Of yes; for a model the mean over its swept parameters.
    low, high
        Central interval over swept parameters; equal to the probability where there is none.
    outcome
        Whether it came about; None if not decided by the last event at hand.
    """

    question: str
    forecaster: str
    made_on: date
    resolves: date
    probability: float
    low: float
    high: float
    outcome: bool | None

    @property
    def brier(self) -> float:
        """Squared error, NaN where undecided."""
        if self.outcome is None:
            return float("nan")
        return brier([self.probability], [float(self.outcome)])


@dataclass(frozen=True)
class RateCut:
    """A fall of a side's added tariff.

    Attributes
    ----------
    day
        When it was announced.
    before, after
        Added tariffs of both sides before and after it.
    """

    day: date
    before: tuple[float, float]
    after: tuple[float, float]


@dataclass(frozen=True, eq=False)
class DatedForecasts(Presented):
    """Probabilities of a first cut by dates, over how long terms are expected to last.

    Attributes
    ----------
    durations
        Mean life of terms, years ``[duration]``, ascending.
    dates
        By which the cut comes.
    models
        Names of payoff models.
    alone
        Probability under each payoff model ``[duration, date, model]``.
    ensemble
        Probability over all of them ``[duration, date]``.
    """

    durations: FloatArray
    dates: tuple[date, ...]
    models: tuple[str, ...]
    alone: FloatArray
    ensemble: FloatArray

    def to_frame(self) -> pd.DataFrame:
        """Return one row a mean life of terms and date: the probability by payoff model."""
        import pandas as pd

        index = pd.MultiIndex.from_product([self.durations, self.dates], names=["years", "date"])
        columns = {name: self.alone[:, :, m].ravel() for m, name in enumerate(self.models)}
        return pd.DataFrame({**columns, "ensemble": self.ensemble.ravel()}, index).reset_index()


def next_cut(events: Sequence[DatedEvent], day: DateLike, *, side: int = 0) -> RateCut | None:
    """Return the first fall of a side's added tariff after a day; None if there was none.

    Parameters
    ----------
    events
        In order; those without stated rates are passed over.
    """
    since = as_date(day)
    if since is None:
        raise InvalidInputError("no day", where="day", seen=day)
    stated = [event for event in events if np.isfinite(event.rates[side])]
    known = [event for event in stated if event.day <= since]
    if not known:
        raise InvalidInputError("no tariff is known on that day", where="day", seen=since)
    last = known[-1]
    for event in stated:
        if event.day > since:
            if event.rates[side] < last.rates[side] - 1e-12:
                return RateCut(event.day, last.rates, event.rates)
            last = event
    return None


@dataclass(frozen=True)
class ConstantHazard(Presented):
    """The hazard of a settlement, by episodes that had ended and the one that lasts.

    Attributes
    ----------
    rate
        A day: settlements over days at risk.
    settled, days
        Settlements, and days at risk.
    episodes
        Those that were counted.
    """

    rate: float
    settled: int
    days: float
    episodes: tuple[str, ...]

    def by(self, days: float) -> float:
        """Probability of a settlement within a number of days."""
        return float(-np.expm1(-self.rate * number(days, name="days", low=0.0)))


@takes
def constant_hazard(
    *, as_of: DateLike, current_days: float = 0.0, without: Sequence[str] = ()
) -> ConstantHazard:
    """Return the maximum-likelihood constant hazard of the embedded episodes known at a date.

    Parameters
    ----------
    as_of
        Episodes settled by then count.
    current_days
        Days for which the present one has lasted without a settlement.
    without
        Episodes to leave out.

    Examples
    --------
    >>> constant_hazard(as_of="2025-05-02", current_days=20).settled
    6
    """
    table = load_table("episodes", as_of=as_of)
    spans = {
        str(row["episode"]): (row["settled"] - row["began"]).days
        for row in table
        if isinstance(row["began"], date)
        and isinstance(row["settled"], date)
        and row["episode"] not in without
    }
    days = number(current_days, name="current_days", low=0.0) + sum(spans.values())
    if not spans or days <= 0.0:
        raise InvalidInputError("no episode is known", where="as_of", seen=as_of)
    return ConstantHazard(
        rate=len(spans) / days,
        settled=len(spans),
        days=days,
        episodes=tuple(spans),
    )
