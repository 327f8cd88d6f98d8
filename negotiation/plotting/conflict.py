"""Figures of standoffs: who has conceded by when, horizons of crises, talk and beliefs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
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

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "plot_audience_cost_horizon",
    "plot_cheap_talk_partition",
    "plot_concession_hazards",
    "plot_concession_survival",
    "plot_source_posterior",
]

# Two of Okabe and Ito's colours whose greys differ, and two dashes.
_COLOURS = ("#0072B2", "#D55E00")
_DASHES = ("-", "--")


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(layout="constrained")[1]


@takes
def plot_concession_hazards(
    path: ConcessionPath,
    *,
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
    """
    ax = _axes(ax)
    for j in (0, 1):
        ax.plot(path.times, path.hazards[j], _DASHES[j], color=_COLOURS[j], label=sides[j])
    ax.set(
        xlabel=f"time ({time_unit}s)", ylabel=f"concession rate (per {time_unit})", xlim=(0, None)
    )
    ax.set_ylim(bottom=0)
    ax.legend(frameon=False)
    return ax


@takes
def plot_concession_survival(
    equilibrium: ReputationEquilibrium,
    *,
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

    Raises
    ------
    InvalidInputError
        If the equilibrium is a corner: nothing happens after time 0.
    """
    if equilibrium.kind != "attrition":
        raise InvalidInputError(
            "a corner has no path over time", where="equilibrium", seen=equilibrium.kind
        )
    ax = _axes(ax)
    horizon = equilibrium.horizon
    ends = 1.3 * horizon if math.isfinite(horizon) else 5 / min(equilibrium.hazards)
    times = np.linspace(0, ends, 401)
    survival = survival_of_reputation(equilibrium, times)
    for j in (0, 1):
        ax.plot(times, survival[j], _DASHES[j], color=_COLOURS[j], label=sides[j])
        if equilibrium.initial_concession[j] > 0:
            after = 1 - equilibrium.initial_concession[j]
            ax.plot([0, 0], [1, after], ":", color=_COLOURS[j])
            ax.plot(0, 1, "o", color=_COLOURS[j], markerfacecolor="white", clip_on=False)
            ax.plot(0, after, "o", color=_COLOURS[j], clip_on=False)
    if math.isfinite(horizon):
        ax.axvline(horizon, color="0.5", linewidth=0.8)
        ax.annotate(
            "only stubborn sides left",
            (horizon, 1.0),
            xytext=(-4, -2),
            textcoords="offset points",
            rotation=90,
            ha="right",
            va="top",
            color="0.3",
            fontsize="small",
        )
    ax.set(
        xlabel=f"time ({time_unit}s)",
        ylabel="probability of not having conceded",
        xlim=(-0.02 * ends, ends),
        ylim=(0, 1.03),
    )
    ax.legend(frameon=False)
    return ax


@takes
def plot_audience_cost_horizon(
    crisis: AudienceCostCrisis,
    *,
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
    """
    ax = _axes(ax)
    v, a, horizon = crisis.prize, crisis.cost_rates, crisis.horizon
    times = np.linspace(0, horizon, 301)
    for j in (0, 1):
        start = 1 - crisis.initial_concession[j]
        ax.plot(
            times,
            start * v / (v + a[1 - j] * times),
            _DASHES[j],
            color=_COLOURS[j],
            label=f"{sides[j]} (backs down: {crisis.prob_backs_down[j]:.2f})",
        )
        ax.plot(horizon, crisis.survival[j], "s", color=_COLOURS[j], zorder=3, clip_on=False)
        if start < 1:
            ax.plot([0, 0], [1, start], ":", color=_COLOURS[j])
            ax.plot(0, 1, "o", color=_COLOURS[j], markerfacecolor="white", clip_on=False)
            ax.plot(0, start, "o", color=_COLOURS[j], clip_on=False)
    ends = 1.25 * horizon
    ax.axvspan(horizon, ends, color="0.88", zorder=0)
    ax.axvline(horizon, color="0.4", linewidth=0.8)
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
    ax.legend(frameon=False, loc="lower left")
    return ax


@takes
def plot_cheap_talk_partition(
    talk: CheapTalkPartition, *, ax: Axes | None = None, unit: str = "unit of the state"
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

    Raises
    ------
    InvalidInputError
        If talk reveals the state fully: there are no intervals.
    """
    if talk.messages is None:
        raise InvalidInputError("talk without bias has no intervals", where="talk", seen="bias 0")
    ax = _axes(ax)
    ends = np.array(talk.boundaries)
    outer = ends[[0, -1]]
    for k, (low, high) in enumerate(itertools.pairwise(ends)):
        if k % 2:
            ax.axvspan(low, high, color="0.93", zorder=0)
        ax.plot([low, high], [talk.actions[k]] * 2, color=_COLOURS[0], linewidth=2.5, zorder=3)
    ax.plot([], [], color=_COLOURS[0], linewidth=2.5, label="action after the message")
    ax.plot(outer, outer, color="0.25", linewidth=1, label="receiver's ideal")
    ax.plot(outer, outer + talk.bias, "--", color=_COLOURS[1], label="sender's ideal")
    ax.set(xlabel=f"state ({unit})", ylabel=f"action ({unit})", xlim=tuple(outer))
    # Boundaries crowd where the bias pushes; labels closer than 7 % of the width would overlap.
    shown = [outer[0]]
    for end in ends[1:-1]:
        if min(end - shown[-1], outer[1] - end) > 0.07 * (outer[1] - outer[0]):
            shown.append(end)
    shown.append(outer[1])
    ax.set_xticks(ends, [f"{a:.3g}" if a in shown else "" for a in ends])
    ax.legend(frameon=False, loc="upper left")
    return ax


@takes
def plot_source_posterior(
    found: SourcePosterior,
    *,
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
    ax = _axes(ax)
    x = np.arange(count + 1)
    for k in range(count):
        low, high = found.path[k], found.path[k + 1]
        up = high >= low
        ax.bar(
            k + 1,
            high - low,
            bottom=low,
            width=0.6,
            color=_COLOURS[0] if up else _COLOURS[1],
            hatch=None if up else "//",
            edgecolor="white",
        )
        ax.plot([k - 0.3 if k else 0, k + 1.3], [low, low], color="0.4", linewidth=0.8)
    ax.plot(x, found.path, "o", color="black", markersize=5, zorder=3)
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
    return ax
