"""Pictures of the multi-step process: stages, dates, tariffs, reputations and beliefs."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError
from negotiation.plotting.style import Pen
from negotiation.process.beliefs.updating import BeliefPath
from negotiation.process.solve import ProcessSolution
from negotiation.process.tough_types.kernels.regimes import ATTRITION
from negotiation.process.tough_types.node_laws import node_laws
from negotiation.process.tough_types.simulation import ProcessPaths
from negotiation.values import float_array, one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "plot_belief_path",
    "plot_reputation_curves",
    "plot_stage_tree",
    "plot_tariff_fan",
    "plot_time_to_deal",
]


def plot_time_to_deal(
    solutions: ProcessSolution | Mapping[str, ProcessSolution],
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
        One solution, or several by label (for instance by how long terms last).
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
    several = solutions if isinstance(solutions, Mapping) else {"": solutions}
    if not several:
        raise InvalidInputError("nothing to draw", where="solutions", allowed="1 or more")
    where = np.linspace(0.0, 730.0, 147) if days is None else np.ravel(days)
    for n, (label, solution) in enumerate(several.items()):
        values = solution.deal_by(where) if stage is None else solution.stage_by(stage, where)
        ax.plot(
            where,
            values,
            **pen.series(n),
            label=label or None,
        )
    ax.set(xlim=(float(where.min()), float(where.max())), ylim=(0.0, 1.0))
    start = next(iter(several.values())).process.start
    ax.set_xlabel(f"days since {start}" if start else "days since the start")
    event = "a comprehensive deal" if stage is None else f"the end of {stage}"
    ax.set_ylabel(f"probability of {event}")
    if any(several):
        pen.legend(loc="best")
    return pen.finish(labels)


def plot_tariff_fan(
    paths: ProcessPaths,
    player: str,
    *,
    days: ArrayLike | None = None,
    intervals: Sequence[float] = (0.5, 0.8, 0.95),
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw quantiles of one side's added tariff over simulated paths.

    Parameters
    ----------
    paths
        Of a process that says which tariffs are in force.
    player
        Whose tariff.
    days
        Where the fan is drawn; None: every fifth day of two years.
    intervals
        Probability of each band around the median, the mean and one path are lines.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    players = paths.process.players
    if player not in players:
        raise InvalidInputError(
            "unknown side", where="player", seen=player, allowed=", ".join(players)
        )
    side = players.index(player)
    where = np.linspace(0.0, 730.0, 147) if days is None else np.ravel(days)
    bands = sorted(float_array(intervals, name="intervals", ndim=1, low=0.0, high=1.0))
    levels = sorted({0.5, *(0.5 - p / 2 for p in bands), *(0.5 + p / 2 for p in bands)})
    values = 100.0 * paths.tariff_quantiles(where, levels)[:, :, side]
    pen = Pen(ax, colours)
    ax = pen.ax
    for n, p in enumerate(reversed(bands)):
        low, high = levels.index(0.5 - p / 2), levels.index(0.5 + p / 2)
        ax.fill_between(
            where,
            values[low],
            values[high],
            step="post",
            color=pen.colour(0),
            alpha=0.2 + 0.2 * n,
            linewidth=0,
            label=f"{100 * p:.0f} % of paths",
        )
    ax.step(where, values[levels.index(0.5)], where="post", color=pen.ink, label="median")
    ax.set(xlim=(float(where.min()), float(where.max())))
    ax.set_ylim(bottom=min(0.0, float(values.min())))
    start = paths.process.start
    ax.set_xlabel(f"days since {start}" if start else "days since the start")
    other = players[1 - side]
    ax.set_ylabel(f"added tariff of {player} on {other} (percentage points)")
    pen.legend(loc="best")
    return pen.finish(labels)


def plot_stage_tree(
    solution: ProcessSolution,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw stages and histories: how likely each is, and who concedes on the way to the next.

    A circle is a stage after a history, its area the probability of getting there. A line to the
    right is a concession, solid by the first side and dashed by the second, its width the
    probability; under a circle stands how likely the stage, once reached, is to end without one.
    """
    laws, eventual = node_laws(solution), solution.eventual
    process = solution.process
    count = len(process.stages)
    pen = Pen(ax, colours)
    ax = pen.ax
    places: dict[int, tuple[float, float]] = {}
    for k in range(count):
        here = [n for n, law in enumerate(laws) if law.stage == k and eventual.openings[n] > 1e-12]
        for row, n in enumerate(here):
            places[n] = (float(k), (len(here) - 1) / 2.0 - row)
    goal = (float(count), 0.0)
    for n, (x, y) in places.items():
        for c in range(2):
            weight = float(eventual.concessions[n, c])
            if weight <= 1e-12:
                continue
            child = int(laws[n].following[c])
            end = places.get(child, goal) if child >= 0 else goal
            ax.annotate(
                "",
                xy=end,
                xytext=(x, y),
                arrowprops={
                    "arrowstyle": "-",
                    "linestyle": ("-", "--")[c],
                    "color": pen.colour(c),
                    "linewidth": 0.5 + 6.0 * min(weight, 1.0),
                    "connectionstyle": f"arc3,rad={0.12 if c else -0.12}",
                },
            )
    for n, (x, y) in places.items():
        reached = float(eventual.openings[n])
        failed = 1.0 - float(eventual.concessions[n].sum()) / reached
        ax.scatter(
            [x],
            [y],
            s=60.0 + 700.0 * min(reached, 1.0),
            color=pen.paper,
            edgecolor=pen.ink,
            zorder=3,
        )
        ax.text(
            x, y, f"{100 * reached:.0f}", ha="center", va="center", fontsize=pen.small, zorder=4
        )
        ax.annotate(
            f"fails {100 * failed:.0f} %",
            (x, y),
            xytext=(-7.0, -6.0 - 0.5 * float(np.sqrt(60.0 + 700.0 * min(reached, 1.0)))),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=pen.small,
        )
    ax.scatter(
        [goal[0]], [goal[1]], s=760, color=pen.grey(0.85), edgecolor=pen.ink, marker="s", zorder=3
    )
    ax.text(
        *goal, f"{100 * eventual.deal:.0f}", ha="center", va="center", fontsize=pen.small, zorder=4
    )
    names = [stage.name for stage in process.stages] + ["deal"]
    # a stage has this many letters of room; names with a longer word are turned
    room = 72.0 * ax.get_window_extent().width / ax.figure.dpi / (count + 1) / (0.6 * pen.small)
    tick: dict[str, Any] = {"fontsize": pen.small}
    if max(len(word) for name in names for word in name.split()) > room:
        tick |= {"rotation": 35, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(
        range(count + 1),
        [textwrap.fill(name, max(12, int(room)), break_long_words=False) for name in names],
        **tick,
    )
    ax.tick_params(axis="x", length=0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    rows = [y for _, y in places.values()] or [0.0]
    ax.set(xlim=(-0.5, count + 0.5), ylim=(min(rows) - 0.55, max(rows) + 0.55))
    for c, player in enumerate(process.players):
        ax.plot([], [], color=pen.colour(c), linestyle=("-", "--")[c], label=f"{player} concedes")
    ax.set_xlabel("stage; in circles, the probability of reaching it in percent")
    pen.legend(loc="upper left")
    return pen.finish(labels)


def plot_reputation_curves(
    solution: ProcessSolution,
    stage: str | int = 0,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the belief that each side is tough grows while nobody concedes in a stage.

    The stage opens at its prior beliefs, after the first history with which it is played; a side
    that may concede at once starts above its prior, which a marker shows.
    """
    process = solution.process
    names = [entry.name for entry in process.stages]
    position = stage if isinstance(stage, int) else names.index(one_of(stage, names, name="stage"))
    laws = [law for law in node_laws(solution) if law.stage == position]
    if not laws or laws[0].kind != ATTRITION or not 0.0 < laws[0].duration < np.inf:
        raise InvalidInputError(
            "no reputations grow in this stage",
            where="stage",
            seen=stage,
            allowed="one with both mixing",
        )
    law = laws[0]
    start = law.duration
    left = np.linspace(start, 0.0, 201)
    beliefs = np.exp(law.log_beliefs(left))
    days = (start - left) * solution.days_per_unit
    pen = Pen(ax, colours)
    ax = pen.ax
    for i, player in enumerate(process.players):
        ax.plot(days, beliefs[:, i], **pen.series(i), label=player)
        ax.plot(
            [0.0],
            [law.prior[i]],
            marker="os"[i],
            markersize=(8, 4)[i],
            markerfacecolor=(pen.paper, pen.colour(1))[i],
            color=pen.colour(i),
            linestyle="none",
            label=f"{player}, prior",
            clip_on=False,
            zorder=3 + i,
        )
    ax.set(xlim=(0.0, float(days[-1])), ylim=(0.0, 1.0))
    ax.set_xlabel(f"days without a concession in {names[position]}")
    ax.set_ylabel("belief that the side is tough")
    pen.legend(loc="best")
    return pen.finish(labels)


def plot_belief_path(
    path: BeliefPath,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw beliefs over dated events, with those of silence alone beside them.

    Parameters
    ----------
    path
        From `filter_beliefs`; days with news are marked on the axis.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    from matplotlib.dates import AutoDateLocator, DateFormatter

    pen = Pen(ax, colours)
    ax = pen.ax
    days = np.array(path.days, dtype="datetime64[D]")
    for i, player in enumerate(path.process.players):
        ax.step(
            days,
            path.posteriors[:, i],
            where="post",
            **pen.series(i),
            label=f"{player}, all events",
        )
    for i, player in enumerate(path.process.players):
        ax.plot(
            days,
            path.quiet[:, i],
            color=pen.colour(i),
            linestyle=(":", "-.")[i],
            linewidth=1.0,
            label=f"{player}, silence alone",
        )
    news = [day for day, label in zip(path.days, path.labels, strict=True) if label]
    if news:
        ax.plot(
            np.array(news, dtype="datetime64[D]"),
            np.zeros(len(news)),
            linestyle="none",
            marker="|",
            markersize=12,
            color=pen.ink,
            clip_on=False,
            label="day with news",
        )
    ax.set_ylim(0.0, 1.0)
    ax.set_xlim(days[0], days[-1])
    locator = AutoDateLocator(minticks=3, maxticks=5)  # type: ignore[no-untyped-call]  # Matplotlib leaves it untyped
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(DateFormatter("%d %b"))  # type: ignore[no-untyped-call]  # as above
    ax.set_xlabel(f"date, {path.as_of.year}")
    ax.set_ylabel("belief that the side is tough")
    pen.legend(loc="best")
    return pen.finish(labels)
