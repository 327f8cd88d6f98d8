"""How often disputes end by days left to their deadline: ends over days at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.exposure import steps_of
from negotiation.presentation import Pictured
from negotiation.values import FloatArray, number, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DeadlineRates", "deadline_rates"]


@dataclass(frozen=True, eq=False)
class DeadlineRates(Pictured):
    """Rates of ending by days to the deadline, nothing assumed within a window but constancy.

    Attributes
    ----------
    names
        Windows; the first is all other days, with no deadline or one farther off.
    windows
        Edges of the windows, days before the deadline.
    ends, days
        Ends and days at risk ``[window]``.
    rate, low, high
        Ends a day, with exact Poisson intervals as if disputes were independent ``[window]``.
    """

    names: tuple[str, ...]
    windows: tuple[float, ...]
    ends: FloatArray
    days: FloatArray
    rate: FloatArray
    low: FloatArray
    high: FloatArray

    _picture = "plot_deadline_rates"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a window."""
        import pandas as pd

        return pd.DataFrame(
            {"window": self.names, "ends": self.ends, "days": self.days, "rate": self.rate,
             "low": self.low, "high": self.high}
        )  # fmt: skip


@takes
def deadline_rates(
    disputes: Disputes,
    windows: Sequence[float] = (3.0, 7.0, 14.0, 30.0),
    *,
    probability: float = 0.95,
) -> DeadlineRates:
    """Return how often disputes end by days left to their deadline.

    Parameters
    ----------
    disputes
        Ends count at the middle of their intervals.
    windows
        Days before the deadline, ascending.
    probability
        Of the intervals.

    Examples
    --------
    >>> from negotiation.estimation.disputes.load import load_disputes
    >>> rates = deadline_rates(load_disputes(), [7])
    >>> list(rates.names), rates.ends
    (['other days', 'deadline in 0 to 7 days', 'deadline passed'], array([31., 17.,  9.]))
    """
    from scipy.stats import chi2

    level = number(probability, name="probability", low=0.0, high=1.0)
    steps = steps_of((), windows)
    begins, ends = steps.spans(disputes.deadline)
    times = disputes.times[:, None]
    inside = np.clip(np.minimum(times, ends) - np.maximum(begins, 0.0), 0.0, None)
    days = inside.sum(axis=0)
    # An end on the opening day counts in the step of that day.
    at = (times > begins) & (times <= ends)
    counts = (at & disputes.ended[:, None]).sum(axis=0)
    days = np.concatenate([[disputes.times.sum() - days.sum()], days])
    counts = np.concatenate([[disputes.ended.sum() - counts.sum()], counts]).astype(np.float64)
    tail = 0.5 * (1.0 - level)
    with np.errstate(all="ignore"):
        low = np.where(counts > 0, chi2.ppf(tail, 2 * counts), 0.0) / (2 * days)
        high = chi2.ppf(1 - tail, 2 * counts + 2) / (2 * days)
        rate = counts / days
    return DeadlineRates(
        names=("other days", *steps.names),
        windows=steps.windows,
        ends=read_only(counts),
        days=read_only(days),
        rate=read_only(rate),
        low=read_only(low),
        high=read_only(high),
    )
