"""Figures of standoffs: who has conceded by when, horizons of crises, talk and beliefs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.bargaining.attrition.audience_costs import AudienceCostCrisis
from negotiation.bargaining.attrition.hazard import ConcessionPath
from negotiation.bargaining.attrition.reputation import (
    ReputationEquilibrium,
    survival_of_reputation,
)
from negotiation.bargaining.signals.cheap_talk import CheapTalkPartition
from negotiation.bargaining.signals.sources import SourcePosterior
from negotiation.errors import InvalidInputError
from negotiation.plotting.style import Pen

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "plot_audience_cost_horizon",
    "plot_cheap_talk_partition",
    "plot_concession_hazards",
    "plot_concession_survival",
    "plot_source_posterior",
]


@takes
def plot_concession_hazards(
    path: ConcessionPath,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    sides: Sequence[str] = ("side 1", "side 2"),
    time_unit: str = "time unit",
) -> Axes:
    """Draw the rates at which both sides concede over time.

    Parameters
    ----------
    path
        Result of :func:`negotiation.bargaining.attrition.hazard.concession_path`.
    ax
        Where to draw; a new figure when None.
    sides
        Names of the two sides.
    time_unit
        Unit of the process's clock, singular.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    """
    pen = Pen(ax, colours)
    ax = pen.ax
    for j in (0, 1):
        ax.plot(path.times, path.hazards[j], **pen.series(j), label=sides[j])
    ax.set(
        xlabel=f"time ({time_unit}s)", ylabel=f"concession rate (per {time_unit})", xlim=(0, None)
    )
    ax.set_ylim(bottom=0)
    pen.legend()
    return pen.finish(labels)


@takes
def plot_concession_survival(
    equilibrium: ReputationEquilibrium,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    sides: Sequence[str] = ("side 1", "side 2"),
    time_unit: str = "time unit",
) -> Axes:
    """Draw the probability that each side has not conceded yet, with its jump at time 0.

    The vertical line is the date after which only stubborn sides are left; the filled marker at
    time 0 is what remains after concessions at once, the open one the start.

    Parameters
    ----------
    equilibrium
        Result of `reputational_bargaining`, of kind
        "attrition".
    ax
        Where to draw; a new figure when None.
    sides
        Names of the two sides.
    time_unit
        Unit of the process's clock, singular.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Raises
    ------
    InvalidInputError
        If the equilibrium is a corner: nothing happens after time 0.
    """
    if equilibrium.kind != "attrition":
        raise InvalidInputError(
            "a corner has no path over time", where="equilibrium", seen=equilibrium.kind
        )
    pen = Pen(ax, colours)
    ax = pen.ax
    horizon = equilibrium.horizon
    ends = (1.3 * horizon or 1.0) if math.isfinite(horizon) else 5 / min(equilibrium.hazards)
    times = np.linspace(0, ends, 401)
    survival = survival_of_reputation(equilibrium, times)
    for j in (0, 1):
        ax.plot(times, survival[j], **pen.series(j), label=sides[j])
        if equilibrium.initial_concession[j] > 0:
            after = 1 - equilibrium.initial_concession[j]
            ax.plot([0, 0], [1, after], ":", color=pen.colour(j))
            ax.plot(0, 1, "o", color=pen.colour(j), markerfacecolor=pen.paper, clip_on=False)
            ax.plot(0, after, "o", color=pen.colour(j), clip_on=False)
    if math.isfinite(horizon):
        ax.axvline(horizon, color=pen.grey(0.5), linewidth=0.8)
        ax.annotate(
            "only stubborn sides left",
            (horizon, 1.0),
            xytext=(-4, -2),
            textcoords="offset points",
            rotation=90,
            ha="right",
            va="top",
            color=pen.grey(0.3),
            fontsize=pen.small,
        )
    ax.set(
        xlabel=f"time ({time_unit}s)",
        ylabel="probability of not having conceded",
        xlim=(-0.02 * ends, ends),
        ylim=(0, 1.03),
    )
    pen.legend()
    return pen.finish(labels)


@takes
def plot_audience_cost_horizon(
    crisis: AudienceCostCrisis,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    sides: Sequence[str] = ("side 1", "side 2"),
    time_unit: str = "time unit",
) -> Axes:
    """Draw who is still in a crisis over time, up to the horizon after which only attack follows.

    Parameters
    ----------
    crisis
        Result of :func:`negotiation.bargaining.attrition.audience_costs.audience_cost_crisis`.
    ax
        Where to draw; a new figure when None.
    sides
        Names of the two sides.
    time_unit
        Unit of the crisis's clock, singular.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    """
    pen = Pen(ax, colours)
    ax = pen.ax
    v, a, horizon = crisis.prize, crisis.cost_rates, crisis.horizon
    times = np.linspace(0, horizon, 301)
    for j in (0, 1):
        start = 1 - crisis.initial_concession[j]
        ax.plot(
            times,
            start * v / (v + a[1 - j] * times),
            **pen.series(j),
            label=f"{sides[j]} (backs down: {crisis.prob_backs_down[j]:.2f})",
        )
        ax.plot(horizon, crisis.survival[j], "s", color=pen.colour(j), zorder=3, clip_on=False)
        if start < 1:
            ax.plot([0, 0], [1, start], ":", color=pen.colour(j))
            ax.plot(0, 1, "o", color=pen.colour(j), markerfacecolor=pen.paper, clip_on=False)
            ax.plot(0, start, "o", color=pen.colour(j), clip_on=False)
    ends = 1.25 * horizon
    ax.axvspan(horizon, ends, color=pen.grey(0.88), zorder=0)
    ax.axvline(horizon, color=pen.grey(0.4), linewidth=0.8)
    ax.text(
        (horizon + ends) / 2,
        0.5,
        f"war (probability {crisis.prob_war:.2f})",
        rotation=90,
        ha="center",
        va="center",
    )
    ax.set(
        xlabel=f"time ({time_unit}s)",
        ylabel="probability of not having backed down",
        xlim=(-0.02 * ends, ends),
        ylim=(0, 1.03),
    )
    pen.legend(loc="lower left")
    return pen.finish(labels)


@takes
def plot_cheap_talk_partition(
    talk: CheapTalkPartition,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    unit: str = "unit of the state",
) -> Axes:
    """Draw the receiver's action in each interval of states, against both sides' ideals.

    Parameters
    ----------
    talk
        Result of `cheap_talk_partition` with finitely many
        messages.
    ax
        Where to draw; a new figure when None.
    unit
        Unit of state and action.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Raises
    ------
    InvalidInputError
        If talk reveals the state fully: there are no intervals.
    """
    if talk.messages is None:
        raise InvalidInputError("talk without bias has no intervals", where="talk", seen="bias 0")
    pen = Pen(ax, colours)
    ax = pen.ax
    ends = np.array(talk.boundaries)
    outer = ends[[0, -1]]
    for k, (low, high) in enumerate(itertools.pairwise(ends)):
        if k % 2:
            ax.axvspan(low, high, color=pen.grey(0.93), zorder=0)
        ax.plot([low, high], [talk.actions[k]] * 2, color=pen.colour(0), linewidth=2.5, zorder=3)
    ax.plot([], [], color=pen.colour(0), linewidth=2.5, label="action after the message")
    ax.plot(outer, outer, color=pen.grey(0.25), linewidth=1, label="receiver's ideal")
    ax.plot(outer, outer + talk.bias, "--", color=pen.colour(1), label="sender's ideal")
    ax.set(xlabel=f"state ({unit})", ylabel=f"action ({unit})", xlim=tuple(outer))
    # Boundaries crowd where the bias pushes; labels closer than 7 % of the width would overlap.
    shown = [outer[0]]
    for end in ends[1:-1]:
        if min(end - shown[-1], outer[1] - end) > 0.07 * (outer[1] - outer[0]):
            shown.append(end)
    shown.append(outer[1])
    ax.set_xticks(ends, [f"{a:.3g}" if a in shown else "" for a in ends])
    pen.legend(loc="upper left")
    return pen.finish(labels)


@takes
def plot_source_posterior(
    found: SourcePosterior,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    sources: Sequence[str] | None = None,
    event: str = "event",
) -> Axes:
    """Draw how each report moves the belief in an event, from the prior on.

    Parameters
    ----------
    found
        Result of :func:`negotiation.bargaining.signals.sources.source_posterior`.
    ax
        Where to draw; a new figure when None.
    sources
        What to call each report, for example "state media: yes".
    event
        Name of the event, for the axis label.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Raises
    ------
    InvalidInputError
        If there is not one name a report.
    """
    count = len(found.path) - 1
    names = list(sources) if sources is not None else [f"report {k + 1}" for k in range(count)]
    if len(names) != count:
        raise InvalidInputError(
            "one name a report", where="sources", seen=len(names), allowed=str(count)
        )
    pen = Pen(ax, colours)
    ax = pen.ax
    x = np.arange(count + 1)
    for k in range(count):
        low, high = found.path[k], found.path[k + 1]
        up = high >= low
        ax.bar(
            k + 1,
            high - low,
            bottom=low,
            width=0.6,
            color=pen.colour(0) if up else pen.colour(1),
            hatch=None if up else "//",
            edgecolor=pen.paper,
        )
        ax.plot([k - 0.3 if k else 0, k + 1.3], [low, low], color=pen.grey(0.4), linewidth=0.8)
    ax.plot(x, found.path, "o", color=pen.ink, markersize=5, zorder=3)
    for k, belief in enumerate(found.path):
        above = k == 0 or belief >= found.path[k - 1]
        ax.annotate(
            f"{belief:.2f}",
            (k, belief),
            xytext=(0, 6 if above else -6),
            textcoords="offset points",
            ha="center",
            va="bottom" if above else "top",
        )
    ax.set_xticks(x, ["prior", *names])
    ax.set(ylabel=f"probability of the {event}", ylim=(0, 1.08), xlim=(-0.6, count + 0.6))
    return pen.finish(labels)
