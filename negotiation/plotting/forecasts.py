"""Pictures of dated forecasts: over draws and payoff models, and beside what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.data.labels import spelled
from negotiation.errors import InvalidInputError
from negotiation.plotting.process import legend_above
from negotiation.plotting.style import Pen
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.process.analysis.scores import DatedForecasts, RateCut
from negotiation.process.analysis.tariffs import TariffFan
from negotiation.process.beliefs.events import DatedEvent
from negotiation.values import float_array, one_of

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.axes import Axes

__all__ = ["plot_cut_levels", "plot_dated_forecasts", "plot_forecast_bands", "plot_timeline"]


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
        By payoff model and over all of them.
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
    for m, name in enumerate(result.models):
        ax.plot(
            result.durations,
            100.0 * result.alone[:, k, m],
            **pen.series(m),
            linewidth=1.2,
            label=spelled(name),
        )
    ax.plot(
        result.durations,
        100.0 * result.ensemble[:, k],
        color=pen.ink,
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
    legend_above(pen)
    return pen.finish(labels)


@takes
def plot_forecast_bands(
    forecast: ProcessForecast,
    *,
    of: str = "cut",
    intervals: Sequence[float] = (0.5, 0.9),
    happened: date | None = None,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
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
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    events = {"cut": f"{forecast.stage} over", "deal": "comprehensive deal"}
    one_of(of, events, name="of")
    bands = sorted(float_array(intervals, name="intervals", ndim=1, low=0.0, high=1.0))
    dates = sorted(forecast.dates)
    # Nothing has happened by the information date itself.
    days = np.array([0, *((day - forecast.as_of).days for day in dates)], dtype=np.float64)
    by = {"cut": forecast.cut_by, "deal": forecast.deal_by}[of]
    mean = np.array([0.0, *(by(day) for day in dates)])
    pen = Pen(ax, colours)
    ax = pen.ax
    for n, share in enumerate(reversed(bands)):
        ends = np.array([(0.0, 0.0), *(forecast.interval(day, share, of=of) for day in dates)])
        ax.fill_between(
            days,
            100.0 * ends[:, 0],
            100.0 * ends[:, 1],
            color=pen.colour(0),
            alpha=0.2 + 0.25 * n,
            linewidth=0,
            label=f"{100 * share:.0f} % of draws and models",
        )
    ax.plot(days, 100.0 * mean, color=pen.ink, label="mean")
    if happened is not None:
        ax.axvline(
            float((happened - forecast.as_of).days),
            color=pen.colour(1),
            linestyle="--",
            label="what happened",
        )
    ax.set_xlim(0.0, float(days.max()))
    ax.set_ylim(0.0, min(float(ax.get_ylim()[1]), 100.0))
    ax.set_xlabel(f"days since {forecast.as_of}")
    ax.set_ylabel(f"{events[of]} by then (percent)")
    legend_above(pen)
    return pen.finish(labels)


@takes
def plot_cut_levels(
    forecast: ProcessForecast,
    cut: RateCut,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the distribution of the first side's added tariff after the cut, and the outcome.

    Parameters
    ----------
    forecast
        Over draws and payoff models.
    cut
        What happened.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    shares = (forecast.weights[:, :, None] * forecast.concedes).ravel()
    levels = forecast.after[:, :, :, 0].ravel()
    kept = np.isfinite(levels) & (shares > 0.0)
    order = np.argsort(levels[kept], kind="stable")
    x, y = levels[kept][order], np.cumsum(shares[kept][order])
    pen = Pen(ax, colours)
    ax = pen.ax
    ax.step(
        np.concatenate([[0.0], 100.0 * x]),
        np.concatenate([[0.0], 100.0 * y / y[-1]]),
        where="post",
        color=pen.ink,
        label="draws and models",
    )
    ax.axvline(100.0 * cut.after[0], color=pen.colour(1), linestyle="--", label="what happened")
    ax.set(xlim=(0.0, 105.0 * float(x.max())), ylim=(0.0, 100.0))
    ax.set_xlabel(f"added tariff of {forecast.players[0]} \nafter the first cut (points)")
    ax.set_ylabel("probability of at most this level (percent)")
    legend_above(pen)
    return pen.finish(labels)


@takes
def plot_timeline(
    events: Sequence[DatedEvent],
    fan: TariffFan,
    player: str,
    *,
    named: Mapping[date, str] | None = None,
    until: date | None = None,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one side's added tariff over dated events, and beside it what a process expects.

    Parameters
    ----------
    events
        In order, with the tariffs in force after them where stated.
    fan
        Distribution of the tariffs from an information date on.
    player
        Whose tariff.
    named
        Words for days, written above a line; empty: a line alone.
    until
        Last day drawn; None: that of the last event.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    from matplotlib.dates import ConciseDateFormatter, MonthLocator

    side = fan.players.index(one_of(player, fan.players, name="player"))
    if fan.start is None:
        raise InvalidInputError("a timeline needs dates", where="fan.start", seen=None)
    stated = [event for event in events if np.isfinite(event.rates[side])]
    if not stated:
        raise InvalidInputError("no event states the tariff", where="events", seen=len(events))
    end = until or stated[-1].day
    days = [*(event.day for event in stated if event.day <= end), end]
    rates = [100.0 * event.rates[side] for event in stated if event.day <= end]
    ahead = np.array([fan.start + timedelta(days=float(day)) for day in fan.days])
    kept = ahead <= end
    levels = np.round(fan.levels, 9).tolist()
    pen = Pen(ax, colours)
    ax = pen.ax
    for n, (low, high) in enumerate(((0.1, 0.9), (0.25, 0.75))):
        bottom, top = (100.0 * fan.quantiles[levels.index(p), kept, side] for p in (low, high))
        ax.fill_between(
            ahead[kept],
            bottom,
            top,
            step="post",
            color=pen.colour(0),
            alpha=0.18 + 0.2 * n,
            linewidth=0,
            label=f"expected: {100 * (high - low):.0f} % of paths",
        )
    ax.plot(
        ahead[kept],
        100.0 * fan.mean[kept, side],
        color=pen.colour(0),
        linestyle="--",
        label="expected: mean",
    )
    ax.step(days, [*rates, rates[-1]], where="post", color=pen.ink, label="in force")  # type: ignore[arg-type]  # Matplotlib takes dates
    for day, words in (named or {}).items():
        ax.axvline(day, color=pen.grey(0.4), linewidth=0.8, linestyle=":")  # type: ignore[arg-type]  # as above
        ax.annotate(
            words,
            (day, 1.0),
            (0.0, 2.0),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="left",
            va="bottom",
            rotation=40,
            rotation_mode="anchor",
            fontsize=pen.small,
        )
    ax.set_xlim(stated[0].day, end)  # type: ignore[arg-type]  # as above
    ax.set_ylim(bottom=0.0)
    locator = MonthLocator(bymonth=(1, 4, 7, 10))  # type: ignore[no-untyped-call]  # untyped there
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # as above
    other = fan.players[1 - side]
    ax.set_ylabel(f"{player} on {other}, points added")
    pen.legend(loc="upper right")
    return pen.finish(labels)
