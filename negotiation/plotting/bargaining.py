"""Figures of bargaining results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from negotiation.bargaining.problem import BargainingProblem
from negotiation.bargaining.solutions import BargainingSolution
from negotiation.errors import InvalidInputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_bargaining_set"]

# Okabe and Ito's colours in an order whose greys differ, each with its own marker.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(layout="constrained")[1]


def plot_bargaining_set(
    problem: BargainingProblem,
    solutions: Iterable[BargainingSolution] = (),
    ax: Axes | None = None,
    *,
    unit: str = "payoff",
) -> Axes:
    """Draw feasible payoffs, the frontier, the disagreement point and solutions of two players.

    Parameters
    ----------
    problem
        Two players.
    solutions
        Any solutions of it; each gets a marker and an entry in the legend.
    ax
        Where to draw; a new figure when None.
    unit
        Unit of payoffs, for the axis labels (for example "% of GDP").
    """
    if problem.point.size != 2:
        raise InvalidInputError(
            "a plane shows two players", where="problem", seen=f"{problem.point.size} players"
        )
    ax = _axes(ax)
    if not callable(problem.frontier):
        ax.plot(*problem.points.T, ".", color="0.7", markersize=2, label="outcomes", zorder=1)
    if problem.convexify:
        ax.plot(*problem.geometry.nodes().T, "-", color="0.25", linewidth=1.5, label="frontier")
    else:
        order = np.argsort(problem.candidates[:, 0])
        ax.plot(*problem.candidates[order].T, ".", color="0.25", markersize=4, label="frontier")
    d = problem.point
    ax.plot(*d, "x", color="black", markersize=8, markeredgewidth=2, label="disagreement", zorder=4)
    ax.axvline(d[0], color="0.6", linewidth=0.7, linestyle=":", zorder=0)
    ax.axhline(d[1], color="0.6", linewidth=0.7, linestyle=":", zorder=0)
    if problem.outside_options is not None:
        ax.plot(
            *np.asarray(problem.outside_options),
            "+",
            color="0.3",
            markersize=10,
            label="outside options",
        )
    for k, solution in enumerate(solutions):
        ax.plot(
            *solution.payoffs,
            _MARKERS[k % len(_MARKERS)],
            color=_COLOURS[k % len(_COLOURS)],
            markeredgecolor="black",
            markeredgewidth=0.6,
            markersize=7,
            linestyle="none",
            label=solution.name,
            zorder=5,
        )
    ax.set_xlabel(f"{problem.players[0]}: {unit}")
    ax.set_ylabel(f"{problem.players[1]}: {unit}")
    ax.legend(frameon=False, fontsize="small")
    return ax
