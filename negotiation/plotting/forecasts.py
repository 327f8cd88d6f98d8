"""Pictures of dated forecasts: over draws and payoff models, and beside what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from negotiation.data.labels import spelled
from negotiation.errors import InvalidInputError
from negotiation.plotting.process import COLOURS, STYLES, legend_above, new_axes
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.process.analysis.scores import DatedForecasts, RateCut
from negotiation.values import float_array, one_of

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.axes import Axes

__all__ = ["plot_cut_levels", "plot_dated_forecasts", "plot_forecast_bands"]

_DARK, _HAPPENED = "#0072B2", "#D55E00"


def plot_dated_forecasts(result: DatedForecasts, day: date, *, ax: Axes | None = None) -> Axes:
    """Draw the probability of a first cut by a date over how long terms are expected to last.

    Parameters
    ----------
    result
        By payoff model and over all of them.
    day
        One of the result's dates.
    """
    if day not in result.dates:
        raise InvalidInputError(
            "no such date", where="day", seen=day, allowed=", ".join(map(str, result.dates))
        )
    k = result.dates.index(day)
    ax = new_axes(ax)
    for m, name in enumerate(result.models):
        ax.plot(
            result.durations,
            100.0 * result.alone[:, k, m],
            color=COLOURS[1 + m % (len(COLOURS) - 1)],
            linestyle=STYLES[1 + m % (len(STYLES) - 1)],
            linewidth=1.2,
            label=spelled(name),
        )
    ax.plot(
        result.durations,
        100.0 * result.ensemble[:, k],
        color="black",
        marker="o",
        markersize=4,
        label="ensemble",
    )
    ax.set(xscale="log", ylim=(0.0, 100.0))
    ax.set_xticks(result.durations, [f"{years:g}" for years in result.durations])
    ax.minorticks_off()
    ax.set_title(f"by {day.day} {day:%B %Y}")
    ax.set_xlabel("terms last, years")
    ax.set_ylabel("probability of a first cut (percent)")
    legend_above(ax)
    return ax


def plot_forecast_bands(
    forecast: ProcessForecast,
    *,
    of: str = "cut",
    intervals: Sequence[float] = (0.5, 0.9),
    happened: date | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the spread over draws and payoff models of a probability by date.

    Parameters
    ----------
    forecast
        At several dates.
    of
        "cut": that the open stage is over; "deal": of a deal.
    intervals
        Weight of the draws and models in each band around the median.
    happened
        Day on which it came about, drawn as a line.
    """
    events = {"cut": f"{forecast.stage} over", "deal": "comprehensive deal"}
    one_of(of, events, name="of")
    bands = sorted(float_array(intervals, name="intervals", ndim=1, low=0.0, high=1.0))
    days = np.array([(day - forecast.as_of).days for day in forecast.dates], dtype=np.float64)
    order = np.argsort(days)
    by = {"cut": forecast.cut_by, "deal": forecast.deal_by}[of]
    mean = np.array([by(day) for day in forecast.dates])
    ax = new_axes(ax)
    for n, share in enumerate(reversed(bands)):
        ends = np.array([forecast.interval(day, share, of=of) for day in forecast.dates])
        ax.fill_between(
            days[order],
            100.0 * ends[order, 0],
            100.0 * ends[order, 1],
            color=_DARK,
            alpha=0.2 + 0.25 * n,
            linewidth=0,
            label=f"{100 * share:.0f} % of draws and models",
        )
    ax.plot(days[order], 100.0 * mean[order], color="black", label="mean")
    if happened is not None:
        ax.axvline(
            float((happened - forecast.as_of).days),
            color=_HAPPENED,
            linestyle="--",
            label="what happened",
        )
    ax.set_xlim(float(days.min()), float(days.max()))
    ax.set_ylim(0.0, min(float(ax.get_ylim()[1]), 100.0))
    ax.set_xlabel(f"days since {forecast.as_of}")
    ax.set_ylabel(f"{events[of]} by then (percent)")
    legend_above(ax)
    return ax


def plot_cut_levels(forecast: ProcessForecast, cut: RateCut, *, ax: Axes | None = None) -> Axes:
    """Draw the distribution of the first side's added tariff after the cut, and the outcome.

    Parameters
    ----------
    forecast
        Over draws and payoff models.
    cut
        What happened.
    """
    shares = (forecast.weights[:, :, None] * forecast.concedes).ravel()
    levels = forecast.after[:, :, :, 0].ravel()
    kept = np.isfinite(levels) & (shares > 0.0)
    order = np.argsort(levels[kept], kind="stable")
    x, y = levels[kept][order], np.cumsum(shares[kept][order])
    ax = new_axes(ax)
    ax.step(
        np.concatenate([[0.0], 100.0 * x]),
        np.concatenate([[0.0], 100.0 * y / y[-1]]),
        where="post",
        color="black",
        label="draws and models",
    )
    ax.axvline(100.0 * cut.after[0], color=_HAPPENED, linestyle="--", label="what happened")
    ax.set(xlim=(0.0, 105.0 * float(x.max())), ylim=(0.0, 100.0))
    ax.set_xlabel(f"added tariff of {forecast.players[0]} after the first cut (points)")
    ax.set_ylabel("probability of at most this level (percent)")
    legend_above(ax)
    return ax
