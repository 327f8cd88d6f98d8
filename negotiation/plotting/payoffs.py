"""Pictures of payoffs: best-response curves and the plane of two tariffs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.payoffs.plane import TariffPlane
from negotiation.policy.best_responses import BestResponseCurves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_best_responses", "plot_tariff_plane"]

_FIRST: dict[str, Any] = {"color": "#0072B2", "linestyle": "-", "linewidth": 1.8}
_SECOND: dict[str, Any] = {"color": "#D55E00", "linestyle": "--", "linewidth": 1.8}


def _axes(ax: Axes | None) -> Axes:
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(5.4, 4.6), layout="constrained")[1] if ax is None else ax


def _shifts(amount: float) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    return lambda value: value - amount, lambda value: value + amount


def _label(ax: Axes, players: tuple[str, str], baseline: tuple[float, float]) -> None:
    """Total tariffs on the main axes, added points opposite."""
    first, second = players
    ax.set_xlabel(f"{first} tariff on {second}, total (%)")
    ax.set_ylabel(f"{second} tariff on {first}, total (%)")
    top = ax.secondary_xaxis("top", functions=_shifts(100.0 * baseline[0]))
    right = ax.secondary_yaxis("right", functions=_shifts(100.0 * baseline[1]))
    top.set_xlabel("Points added to the baseline")
    right.set_ylabel("Points added to the baseline")


def _curves(ax: Axes, curves: BestResponseCurves) -> None:
    total = [100.0 * (curves.replies[k] + curves.baseline[k]) for k in range(2)]
    other = [100.0 * (curves.partner_rates[k] + curves.baseline[1 - k]) for k in range(2)]
    ax.plot(total[0], other[0], label=f"best reply of {curves.players[0]}", **_FIRST)
    ax.plot(other[1], total[1], label=f"best reply of {curves.players[1]}", **_SECOND)
    for k, point in enumerate(curves.nash_points):
        ax.plot(
            *(
                100.0 * (rate + base)
                for rate, base in zip(point.rates, curves.baseline, strict=True)
            ),
            "o",
            color="black",
            markersize=7,
            clip_on=False,
            zorder=5,
            label=None if k else ("Nash point" if point.converged else "no Nash point found"),
        )


def _status_quo(
    ax: Axes, status_quo: tuple[float, float] | None, baseline: tuple[float, float]
) -> None:
    ax.plot(
        *(100.0 * rate for rate in baseline),
        "+",
        color="black",
        markersize=9,
        markeredgewidth=1.6,
        label="baseline",
    )
    if status_quo is not None:
        ax.plot(
            *(100.0 * (rate + base) for rate, base in zip(status_quo, baseline, strict=True)),
            "s",
            markerfacecolor="white",
            markeredgecolor="black",
            markersize=7,
            label="status quo",
        )


def plot_best_responses(curves: BestResponseCurves, *, ax: Axes | None = None) -> Axes:
    """Draw both best-response curves, the points where they meet, baseline and status quo.

    Parameters
    ----------
    curves
        Result of :func:`~negotiation.payoffs.best_response_curves`.
    ax
        Axes to draw on; a new figure where None.

    Returns
    -------
    matplotlib.axes.Axes
        Total tariffs in percent below and left, added points above and right.
    """
    ax = _axes(ax)
    _curves(ax, curves)
    _status_quo(ax, curves.status_quo, curves.baseline)
    _label(ax, curves.players, curves.baseline)
    ax.legend(frameon=False, loc="best", fontsize="small")
    return ax


def plot_tariff_plane(
    plane: TariffPlane,
    *,
    player: str,
    curves: BestResponseCurves | None = None,
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw lines of equal payoff of one player over the plane of tariffs.

    Parameters
    ----------
    plane
        Result of :func:`~negotiation.payoffs.tariff_plane`.
    player
        Whose payoff.
    curves
        Best-response curves to draw on top.
    legend
        Whether to draw a legend; panels side by side need only one.
    ax
        Axes to draw on; a new figure where None.

    Returns
    -------
    matplotlib.axes.Axes
        Payoffs in percent of GDP against the baseline; the line of no change is thick.
    """
    if player not in plane.players:
        raise InvalidInputError(
            "unknown player", where="player", seen=player, allowed=", ".join(plane.players)
        )
    if curves is not None and curves.players != plane.players:
        raise InvalidInputError(
            "curves of other players",
            where="curves",
            seen=curves.players,
            allowed=str(plane.players),
        )
    ax = _axes(ax)
    values = plane.payoffs[plane.players.index(player)].T
    x, y = (100.0 * rates for rates in plane.total_rates)
    filled = ax.contourf(x, y, values, levels=10, cmap="cividis")
    ax.contour(
        x, y, values, levels=filled.levels, colors="white", linewidths=0.5, linestyles="solid"
    )
    if values.min() < 0.0 < values.max():
        ax.contour(x, y, values, levels=[0.0], colors="white", linewidths=2.2)
    bar = ax.figure.colorbar(filled, ax=ax, location="bottom", pad=0.02)
    bar.set_label(f"Payoff of {player} (% of GDP, against the baseline)")
    if curves is not None:
        _curves(ax, curves)
    _status_quo(ax, plane.status_quo, plane.baseline)
    _label(ax, plane.players, plane.baseline)
    ax.set_xlim(float(np.min(x)), float(np.max(x)))
    ax.set_ylim(float(np.min(y)), float(np.max(y)))
    if legend:
        ax.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.14), ncols=3, fontsize="small", frameon=False
        )
    return ax
