"""Pictures of the multi-step process: dates, how stages end, tariffs, readings of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.plotting.style import Pen
from negotiation.process.analysis.readings import Readings
from negotiation.process.analysis.stage_ends import StageEnds
from negotiation.process.analysis.tariffs import TariffFan
from negotiation.process.game.solution import GameSolution
from negotiation.process.tough_types.solution import ProcessSolution
from negotiation.values import float_array, one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "legend_above",
    "plot_readings",
    "plot_stage_ends",
    "plot_tariff_fan",
    "plot_time_to_deal",
]

_HATCHES = ("", "////", "", "....", "xxxx", "")


def legend_above(pen: Pen, columns: int = 2) -> None:
    """Put the legend above the axes, where it covers nothing."""
    pen.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns, borderaxespad=0.2)


@takes
def plot_time_to_deal(
    solutions: GameSolution
    | ProcessSolution
    | Mapping[str, GameSolution]
    | Mapping[str, ProcessSolution],
    *,
    days: ArrayLike | None = None,
    stage: str | None = None,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability of a deal by the number of days since the process began.

    Parameters
    ----------
    solutions
        One solution, or several by label (for instance by payoff model).
    days
        Where the curves are drawn; None: 0 to 730.
    stage
        Name of a stage whose end counts instead of the deal's.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    pen = Pen(ax, colours)
    ax = pen.ax
    several: dict[str, GameSolution | ProcessSolution] = (
        dict(solutions) if isinstance(solutions, Mapping) else {"": solutions}
    )
    if not several:
        raise InvalidInputError("nothing to draw", where="solutions", allowed="1 or more")
    where = np.linspace(0.0, 730.0, 147) if days is None else float_array(days, name="days").ravel()
    highest = 0.0
    for n, (label, solution) in enumerate(several.items()):
        values = solution.deal_by(where) if stage is None else solution.stage_by(stage, where)
        highest = max(highest, float(np.max(values)))
        ax.plot(
            where,
            100.0 * values,
            **pen.series(n),
            label=label or None,
        )
    top = 100.0 if highest > 0.5 else 110.0 * max(highest, 0.01)
    ax.set(xlim=(float(where.min()), float(where.max())), ylim=(0.0, top))
    start = next(iter(several.values())).process.start
    ax.set_xlabel(f"days since {start}" if start else "days since the start")
    event = "comprehensive deal" if stage is None else f"{stage} over"
    ax.set_ylabel(f"{event} by then (percent)")
    if any(several):
        legend_above(pen)
    return pen.finish(labels)


@takes
def plot_tariff_fan(
    fan: TariffFan,
    player: str,
    *,
    intervals: Sequence[float] = (0.5, 0.8, 0.95),
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw quantiles of one side's added tariff by day.

    Parameters
    ----------
    fan
        From `negotiation.process.analysis.tariffs.tariff_fan`.
    player
        Whose tariff.
    intervals
        Probability of each band; the fan must have the quantiles at both ends of each.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    side = fan.players.index(one_of(player, fan.players, name="player"))
    levels = np.round(fan.levels, 9).tolist()
    wanted = [0.5, *(round(0.5 + sign * p / 2, 9) for p in intervals for sign in (-1, 1))]
    missing = sorted(set(wanted) - set(levels))
    if missing:
        raise InvalidInputError(
            "the fan lacks a quantile", where="intervals", seen=missing, allowed=str(levels)
        )
    values = 100.0 * fan.quantiles[:, :, side]
    pen = Pen(ax, colours)
    ax = pen.ax
    for n, p in enumerate(sorted(intervals, reverse=True)):
        low, high = (levels.index(round(0.5 + sign * p / 2, 9)) for sign in (-1, 1))
        ax.fill_between(
            fan.days,
            values[low],
            values[high],
            step="post",
            color=pen.colour(0),
            alpha=0.15 + 0.15 * n,
            linewidth=0,
            label=f"{100 * p:.0f} % of paths",
        )
    middle = values[levels.index(0.5)]
    ax.step(fan.days, middle, where="post", color=pen.ink, label="median")
    ax.plot(fan.days, 100.0 * fan.mean[:, side], color=pen.colour(1), linestyle="--", label="mean")
    ax.set(xlim=(float(fan.days.min()), float(fan.days.max())))
    ax.set_ylim(bottom=min(0.0, float(values.min())))
    ax.set_xlabel(f"days since {fan.start}" if fan.start else "days since the start")
    other = fan.players[1 - side]
    ax.set_ylabel(f"added tariff of {player} on {other} (points)")
    legend_above(pen, 3)
    return pen.finish(labels)


@takes
def plot_stage_ends(
    ends: StageEnds | Mapping[str, StageEnds],
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how each stage ends, once it is reached: a bar a stage and label.

    Parameters
    ----------
    ends
        From `negotiation.process.analysis.stage_ends.stage_ends`; or several by label, with the
        same stages.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    several = ends if isinstance(ends, Mapping) else {"": ends}
    if not several:
        raise InvalidInputError("nothing to draw", where="ends", allowed="1 or more")
    stages = next(iter(several.values())).stages
    if not stages:
        raise InvalidInputError(
            "no stage has an act that could end it", where="ends", allowed="1 stage or more"
        )
    causes = tuple(dict.fromkeys(c for item in several.values() for c in item.causes))
    pen = Pen(ax, colours)
    ax = pen.ax
    gap = len(several) + 1.4
    rows, names = [], []
    left = np.zeros((len(stages), len(several)))
    total = np.array([[item.number[s].sum() for item in several.values()]
                      for s in range(len(stages))])  # fmt: skip
    place = np.array([[gap * s + m for m in range(len(several))] for s in range(len(stages))])
    for c, cause in enumerate(causes):
        width = np.array(
            [
                [
                    item.number[s, item.causes.index(cause)] if cause in item.causes else 0.0
                    for item in several.values()
                ]
                for s in range(len(stages))
            ]
        )
        share = 100.0 * width / total
        ax.barh(
            place.ravel(),
            share.ravel(),
            left=left.ravel(),
            height=0.86,
            color=pen.colour(c),
            hatch=_HATCHES[c % len(_HATCHES)],
            edgecolor=pen.paper,
            linewidth=0.4,
            label=cause,
        )
        left += share
    for s, stage in enumerate(stages):
        ax.text(
            0.6, gap * s - 0.62, stage, ha="left", va="bottom", fontsize=pen.small, style="italic"
        )
        rows += place[s].tolist()
        names += list(several)
    ax.set_yticks(rows, names)
    ax.tick_params(axis="y", length=0, labelsize=pen.small)
    ax.set(xlim=(0.0, 100.0), ylim=(gap * len(stages) - 1.0, -1.6))
    ax.set_xlabel("how a stage ends, once it is reached (percent)")
    legend_above(pen, min(len(causes), 5))
    return pen.finish(labels)


@takes
def plot_readings(
    result: Readings,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability of a first cut under each reading of what has been seen.

    Parameters
    ----------
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    pen = Pen(ax, colours)
    ax = pen.ax
    rows = np.arange(len(result.names))[::-1]
    mean = 100.0 * result.mean
    ax.hlines(
        rows,
        100.0 * result.low,
        100.0 * result.high,
        color=pen.colour(0),
        linewidth=5.0,
        alpha=0.35,
        label=f"{100 * result.probability:.0f} % of draws and payoff models",
    )
    ax.plot(mean, rows, "o", color=pen.ink, label="mean")
    for row, value in zip(rows, mean, strict=True):
        ax.annotate(f"{value:.0f}", (value, row), (0.0, 6.0), textcoords="offset points",
                    ha="center", fontsize=pen.small)  # fmt: skip
    ax.set_yticks(rows, result.names)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.set_xlim(left=0.0)
    ax.set_xlabel(f"probability of a first cut by {result.day} (percent)")
    legend_above(pen)
    return pen.finish(labels)
