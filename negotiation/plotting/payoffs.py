"""Pictures of payoffs: best-response curves and the plane of two tariffs or other instruments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.payoffs.plane import TariffPlane
from negotiation.plotting.style import Pen
from negotiation.policy.best_responses import BestResponseCurves
from negotiation.trade.instruments.measures import NO_CHANGE
from negotiation.values import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_best_responses", "plot_tariff_plane"]


def _shifts(amount: float) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    return lambda value: value - amount, lambda value: value + amount


def _shown(sizes: Any, instrument: str, baseline: float) -> FloatArray:
    """Totals as axes show them: percent, but factors of trade costs and billion USD."""
    scale = 1.0 if instrument in ("trade_cost", "purchase") else 100.0
    totals: FloatArray = scale * (np.asarray(sizes, dtype=np.float64) + baseline)
    return totals


def _axis_label(instrument: str, player: str, other: str) -> str:
    return {
        "import_tariff": f"{player} tariff on {other}, total (%)",
        "export_tax": f"{player} export tax on {other} (%)",
        "export_control": f"{player} export control on {other} (% of price)",
        "trade_cost": f"{player} trade cost on {other} (factor)",
        "quota": f"{player} quota on {other} (% of baseline)",
        "purchase": f"{player} purchases from {other} (bn USD)",
    }[instrument]


def _label(ax: Axes, result: BestResponseCurves | TariffPlane) -> None:
    """Totals on the main axes; added points opposite, where tariffs are set."""
    first, second = result.players
    kinds = result.instruments
    ax.set_xlabel(_axis_label(kinds[0], first, second))
    ax.set_ylabel(_axis_label(kinds[1], second, first))
    if kinds[0] == "import_tariff":
        top = ax.secondary_xaxis("top", functions=_shifts(100.0 * result.baseline[0]))
        top.set_xlabel("Points added to the baseline")
    if kinds[1] == "import_tariff":
        right = ax.secondary_yaxis("right", functions=_shifts(100.0 * result.baseline[1]))
        right.set_ylabel("Points added to the baseline")


def _point(sizes: Any, result: BestResponseCurves | TariffPlane) -> list[float]:
    """Where a pair of sizes stands on the axes."""
    return [
        float(_shown(size, kind, base))
        for size, kind, base in zip(sizes, result.instruments, result.baseline, strict=True)
    ]


def _curves(pen: Pen, curves: BestResponseCurves) -> None:
    own, other = [], []
    for k in range(2):
        own.append(_shown(curves.replies[k], curves.instruments[k], curves.baseline[k]))
        partner = curves.instruments[1 - k], curves.baseline[1 - k]
        other.append(_shown(curves.partner_rates[k], *partner))
    names = [f"best reply of {player}" for player in curves.players]
    ax = pen.ax
    ax.plot(own[0], other[0], label=names[0], lw=1.8, **pen.series(0))
    ax.plot(other[1], own[1], label=names[1], lw=1.8, **pen.series(1))
    for k, point in enumerate(curves.nash_points):
        ax.plot(
            *_point(point.rates, curves),
            "o",
            color=pen.ink,
            markersize=7,
            clip_on=False,
            zorder=5,
            label=None if k else ("Nash point" if point.converged else "no Nash point found"),
        )


def _status_quo(pen: Pen, result: BestResponseCurves | TariffPlane) -> None:
    from matplotlib.patheffects import withStroke

    ax = pen.ax
    ax.plot(
        *_point([NO_CHANGE.get(kind, 0.0) for kind in result.instruments], result),
        "+",
        color=pen.ink,
        markersize=9,
        markeredgewidth=1.6,
        path_effects=[withStroke(linewidth=3.6, foreground=pen.paper)],
        label="baseline",
    )
    if result.status_quo is not None:
        ax.plot(
            *_point(result.status_quo, result),
            "s",
            markerfacecolor=pen.paper,
            markeredgecolor=pen.ink,
            markersize=7,
            label="status quo",
        )


@takes
def plot_best_responses(
    curves: BestResponseCurves,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw both best-response curves, the points where they meet, baseline and status quo.

    Parameters
    ----------
    curves
        Result of :func:`~negotiation.payoffs.best_response_curves`.
    ax
        Axes to draw on; a new figure where None.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Returns
    -------
    matplotlib.axes.Axes
        Total tariffs, or sizes of other instruments, below and left; added points above and right
        where tariffs are set.
    """
    pen = Pen(ax, colours, (5.4, 4.6))
    ax = pen.ax
    _curves(pen, curves)
    _status_quo(pen, curves)
    _label(ax, curves)
    pen.legend(loc="best")
    return pen.finish(labels)


@takes
def plot_tariff_plane(
    plane: TariffPlane,
    *,
    player: str,
    curves: BestResponseCurves | None = None,
    legend: bool = True,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw lines of equal payoff of one player over the plane of tariffs or other instruments.

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
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Returns
    -------
    matplotlib.axes.Axes
        Payoffs in percent of GDP against the baseline; the line of no change is thick.
    """
    if player not in plane.players:
        raise InvalidInputError(
            "unknown player", where="player", seen=player, allowed=", ".join(plane.players)
        )
    if curves is not None and (curves.players, curves.instruments) != (
        plane.players,
        plane.instruments,
    ):
        raise InvalidInputError(
            "curves of other players or instruments",
            where="curves",
            seen=(curves.players, curves.instruments),
            allowed=str((plane.players, plane.instruments)),
        )
    pen = Pen(ax, colours, (5.4, 4.6))
    ax = pen.ax
    values = plane.payoffs[plane.players.index(player)].T
    x, y = (
        _shown(sizes, kind, base)
        for sizes, kind, base in zip(
            plane.added_rates, plane.instruments, plane.baseline, strict=True
        )
    )
    filled = ax.contourf(x, y, values, levels=10, cmap="cividis")
    ax.contour(
        x, y, values, levels=filled.levels, colors="white", linewidths=0.5, linestyles="solid"
    )
    if values.min() < 0.0 < values.max():
        ax.contour(x, y, values, levels=[0.0], colors="white", linewidths=2.2)
    bar = ax.figure.colorbar(filled, ax=ax, location="bottom", pad=0.02)
    bar.set_label(f"Payoff of {player} \n(% of GDP, against the baseline)")
    if curves is not None:
        _curves(pen, curves)
    _status_quo(pen, plane)
    _label(ax, plane)
    ax.set_xlim(float(np.min(x)), float(np.max(x)))
    ax.set_ylim(float(np.min(y)), float(np.max(y)))
    if legend:
        pen.legend(loc="lower center", bbox_to_anchor=(0.5, 1.14), ncols=3)
    return pen.finish(labels)
