"""Pictures of dated forecasts: by how long terms last, and beside what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.plotting.style import Pen
from negotiation.process.analysis.scores import DatedForecasts, FirstCutForecast

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.axes import Axes

__all__ = ["plot_cut_levels", "plot_cut_times", "plot_dated_forecasts"]


@takes
def plot_dated_forecasts(
    result: DatedForecasts,
    day: date,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability of a first cut by a date over how long terms are expected to last.

    Parameters
    ----------
    result
        Mean and interval over swept parameters.
    day
        One of the result's dates.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    if day not in result.dates:
        raise InvalidInputError(
            "no such date", where="day", seen=day, allowed=", ".join(map(str, result.dates))
        )
    k = result.dates.index(day)
    pen = Pen(ax, colours)
    ax = pen.ax
    share = f"{100 * result.probability:.0f} % of parameter draws"
    ax.fill_between(
        result.durations,
        100.0 * result.low[:, k],
        100.0 * result.high[:, k],
        color=pen.colour(0),
        alpha=0.25,
        linewidth=0,
        label=share,
    )
    ax.plot(result.durations, 100.0 * result.mean[:, k], color=pen.ink, marker="o", label="mean")
    ax.set(xscale="log", ylim=(0.0, 100.0))
    ax.set_xticks(result.durations, [f"{years:g}" for years in result.durations])
    ax.minorticks_off()
    ax.set_title(f"by {day.day} {day:%B %Y}")
    ax.set_xlabel("terms last, years")
    ax.set_ylabel("probability of a first cut (percent)")
    pen.legend(loc="best")
    return pen.finish(labels)


@takes
def plot_cut_times(
    result: FirstCutForecast,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the distribution of the days to the first cut and the day on which it came."""
    pen = Pen(ax, colours)
    ax = pen.ax
    ax.fill_between(
        result.days,
        result.low,
        result.high,
        color=pen.colour(0),
        alpha=0.25,
        linewidth=0,
        label=f"{100 * result.probability:.0f} % of parameter draws",
    )
    ax.plot(result.days, result.mean, color=pen.ink, label="mean over draws")
    ax.axvline(result.days_outcome, color=pen.colour(1), linestyle="--", label="what happened")
    ax.set(xscale="log", xlim=(result.days[0], result.days[-1]), ylim=(0.0, 1.0))
    ticks = [day for day in (1, 10, 30, 100, 300) if result.days[0] <= day <= result.days[-1]]
    ax.set_xticks(ticks, [str(day) for day in ticks])
    ax.minorticks_off()
    ax.set_xlabel("days from the information date")
    ax.set_ylabel("probability of a first cut by then")
    pen.legend(loc="best")
    return pen.finish(labels)


@takes
def plot_cut_levels(
    result: FirstCutForecast,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the distribution of the first side's added tariff after the cut, and the outcome."""
    pen = Pen(ax, colours)
    ax = pen.ax
    ax.step(
        np.concatenate([[0.0], 100.0 * result.levels]),
        np.concatenate([[0.0], np.cumsum(result.weights)]),
        where="post",
        color=pen.ink,
        label="distribution over draws",
    )
    ax.axvline(
        100.0 * result.level_outcome, color=pen.colour(1), linestyle="--", label="what happened"
    )
    ax.set(xlim=(0.0, 1.05 * 100.0 * float(result.levels.max())), ylim=(0.0, 1.0))
    ax.set_xlabel("added tariff after the first cut (percentage points)")
    ax.set_ylabel("probability of at most this level")
    pen.legend(loc="best")
    return pen.finish(labels)
