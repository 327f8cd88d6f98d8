"""Pictures of the multi-step process: dates of a deal, tariffs over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError
from negotiation.process.simulate import ProcessPaths
from negotiation.process.solve import ProcessSolution
from negotiation.values import float_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_tariff_fan", "plot_time_to_deal"]

_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
#: Okabe and Ito's colours, which stay apart for the colour-blind, ordered from dark to light.
_COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7")


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(layout="constrained")[1]


def plot_time_to_deal(
    solutions: ProcessSolution | Mapping[str, ProcessSolution],
    *,
    days: ArrayLike | None = None,
    stage: str | None = None,
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
    """
    ax = _axes(ax)
    several = solutions if isinstance(solutions, Mapping) else {"": solutions}
    if not several:
        raise InvalidInputError("nothing to draw", where="solutions", allowed="1 or more")
    where = np.linspace(0.0, 730.0, 147) if days is None else np.ravel(days)
    for n, (label, solution) in enumerate(several.items()):
        values = solution.deal_by(where) if stage is None else solution.stage_by(stage, where)
        ax.plot(
            where,
            values,
            color=_COLOURS[n % len(_COLOURS)],
            linestyle=_STYLES[n % len(_STYLES)],
            label=label or None,
        )
    ax.set(xlim=(float(where.min()), float(where.max())), ylim=(0.0, 1.0))
    start = next(iter(several.values())).process.start
    ax.set_xlabel(f"days since {start}" if start else "days since the start")
    event = "a comprehensive deal" if stage is None else f"the end of {stage}"
    ax.set_ylabel(f"probability of {event}")
    if any(several):
        ax.legend(loc="best")
    return ax


def plot_tariff_fan(
    paths: ProcessPaths,
    player: str,
    *,
    days: ArrayLike | None = None,
    intervals: Sequence[float] = (0.5, 0.8, 0.95),
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
    ax = _axes(ax)
    for n, p in enumerate(reversed(bands)):
        low, high = levels.index(0.5 - p / 2), levels.index(0.5 + p / 2)
        ax.fill_between(
            where,
            values[low],
            values[high],
            step="post",
            color="#0072B2",
            alpha=0.2 + 0.2 * n,
            linewidth=0,
            label=f"{100 * p:.0f} % of paths",
        )
    ax.step(where, values[levels.index(0.5)], where="post", color="#000000", label="median")
    ax.set(xlim=(float(where.min()), float(where.max())))
    ax.set_ylim(bottom=min(0.0, float(values.min())))
    start = paths.process.start
    ax.set_xlabel(f"days since {start}" if start else "days since the start")
    other = players[1 - side]
    ax.set_ylabel(f"added tariff of {player} on {other} (percentage points)")
    ax.legend(loc="best")
    return ax
