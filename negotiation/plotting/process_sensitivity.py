"""Pictures of what a process's answers rest on: bars and maps over parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.data.labels import spelled
from negotiation.errors import InvalidInputError
from negotiation.plotting.process import legend_above
from negotiation.plotting.style import Pen
from negotiation.process.analysis.sensitivity import (
    ExemptionRegions,
    FirstConcessionMap,
    SweptOutcome,
    Tornado,
)
from negotiation.values import FloatArray, IntArray, float_array, one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.contour import QuadContourSet

__all__ = [
    "plot_exemption_regions",
    "plot_first_concession_map",
    "plot_sobol_indices",
    "plot_tornado",
]

#: Share of a map's width or height that a label keeps from other lines.
_LEGIBLE = 0.06


def _ordered(size: FloatArray, most: int | None) -> IntArray:
    order = np.argsort(size, kind="stable").astype(np.int64)
    return order if most is None else order[-most:]


def _labels(names: Sequence[str], order: IntArray) -> list[str]:
    """Names of parameters in words; what belongs to a side ends in its code."""
    return [spelled(names[int(k)]) for k in order]


@takes
def plot_tornado(
    result: Tornado,
    *,
    most: int | None = 12,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far an answer moves when each parameter goes to the ends of its range.

    Parameters
    ----------
    result
        From `tornado`. An end without an equilibrium has no bar.
    most
        Only this many of the widest bars; None: all.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    names, base = result.parameters, result.base
    ends = np.asarray(result.ends, dtype=np.float64)
    if ends.shape != (len(names), 2):
        raise InvalidInputError(
            "two ends a parameter are needed",
            where="ends",
            seen=ends.shape,
            allowed=f"({len(names)}, 2)",
        )
    moved = np.nan_to_num(ends - base)
    order = _ordered(np.abs(moved).max(axis=1), most)
    pen = Pen(ax, colours)
    ax = pen.ax
    rows = np.arange(len(order))
    styles: tuple[dict[str, Any], ...] = (
        {"height": 0.76, "color": pen.colour(5)},
        {"height": 0.44, "color": pen.colour(0), "hatch": "////"},
    )
    for end, style in enumerate(styles):
        ax.barh(
            rows,
            moved[order, end],
            left=base,
            edgecolor=pen.ink,
            linewidth=0.6,
            label=("low end of range", "high end of range")[end],
            **style,
        )
    ax.axvline(base, color=pen.ink, linewidth=1.0)
    ax.set_yticks(rows, _labels(names, order))
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(result.outcome)
    legend_above(pen)
    return pen.finish(labels)


@takes
def plot_sobol_indices(
    result: SweptOutcome,
    *,
    most: int | None = 12,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw first-order and total Sobol indices of each parameter, with their intervals.

    Parameters
    ----------
    result
        From `swept_outcomes`: the share of the variance due to a
        parameter alone, and with all its interactions.
    most
        Only this many of the largest; None: all.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    names = result.parameters
    alone = float_array(result.first_order, name="first_order", shape=(len(names),))
    whole = float_array(result.total_order, name="total_order", shape=(len(names),))
    order = _ordered(whole, most)
    pen = Pen(ax, colours)
    ax = pen.ax
    rows = np.arange(len(order))
    drawn: tuple[tuple[float, FloatArray, FloatArray, str, dict[str, Any]], ...] = (
        (0.2, whole, result.total_interval, "with interactions (total)", {"color": pen.colour(5)}),
        (
            -0.2,
            alone,
            result.first_interval,
            "alone (first order)",
            {"color": pen.colour(0), "hatch": "////"},
        ),
    )
    for shift, index, interval, label, style in drawn:
        ax.barh(
            rows + shift,
            index[order],
            height=0.4,
            edgecolor=pen.ink,
            linewidth=0.6,
            label=label,
            **style,
        )
        if len(interval) == len(names):
            spread = np.abs(interval[order] - index[order, None]).T
            ax.errorbar(
                index[order],
                rows + shift,
                xerr=spread,
                fmt="none",
                ecolor=pen.ink,
                elinewidth=0.9,
                capsize=2.0,
            )
    ax.axvline(0.0, color=pen.ink, linewidth=0.8)
    ax.set_yticks(rows, _labels(names, order))
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(f"share of the variance of {result.label or result.outcome.replace('_', ' ')}")
    legend_above(pen)
    return pen.finish(labels)


@takes
def plot_first_concession_map(
    result: FirstConcessionMap,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw who is likely to concede first over the audience costs of both sides.

    Lines are labelled with the probability; where nobody concedes the map is hatched.

    Parameters
    ----------
    result
        From `first_concession_map`.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    first, second = result.players
    x = float_array(result.first_cost, name="first_cost", ndim=1, low=1e-12)
    y = float_array(result.second_cost, name="second_cost", ndim=1, low=1e-12)
    known = np.isfinite(result.share)
    filled = float_array(
        np.where(known, result.share, 0.0),
        name="share",
        shape=(len(x), len(y)),
        low=0.0,
        high=1.0,
    )
    values = np.ma.masked_array(filled, ~known).T
    pen = Pen(ax, colours)
    ax = pen.ax
    if not known.all():
        ax.patch.set(hatch="xxx", edgecolor=pen.grey(0.6))
    image = ax.pcolormesh(x, y, values, cmap="cividis", vmin=0.0, vmax=1.0, shading="nearest")
    inside = [p for p in (0.1, 0.25, 0.5, 0.75, 0.9) if values.min() < p < values.max()]
    if inside and min(values.shape) > 1:
        widths = [2.2 if p == 0.5 else 1.0 for p in inside]
        tones = ["black" if p >= 0.5 else "white" for p in inside]
        lines = ax.contour(x, y, values, levels=inside, colors=tones, linewidths=widths)
        ax.set(xscale="log", yscale="log")
        places = _label_places(lines)
        ax.clabel(lines, fmt=lambda p: f"{100 * p:.0f} %", fontsize=pen.small, manual=places)
    ax.set(xscale="log", yscale="log", xlim=(x.min(), x.max()), ylim=(y.min(), y.max()))
    for axis, ends in ((ax.xaxis, x), (ax.yaxis, y)):
        ticks = [v for v in (0.1, 0.2, 0.3, 0.5, 0.8, 1.2) if ends.min() <= v <= ends.max()]
        axis.set_ticks(ticks, labels=[f"{v:g}" for v in ticks])
        axis.set_ticks([], minor=True)
    ax.set_xlabel(f"audience cost of {first} (percent of GDP)")
    ax.set_ylabel(f"audience cost of {second} (percent of GDP)")
    _percent_bar(ax, image, f"{first} concedes first (percent)")
    return pen.finish(labels)


def _label_places(lines: QuadContourSet) -> list[tuple[float, float]]:
    """Return where labels of lines stand: away from other lines; none where there is no room."""
    points = [
        np.log(np.concatenate(parts)) if parts else np.empty((0, 2)) for parts in lines.allsegs
    ]
    ends = np.concatenate(points)
    span = np.ptp(ends, axis=0)
    unit = np.where(span > 0.0, span, 1.0)
    places = []
    for k, own in enumerate(points):
        others = np.concatenate([np.empty((0, 2)), *points[:k], *points[k + 1 :]])
        inside = (own - ends.min(axis=0) > 0.12 * unit) & (ends.max(axis=0) - own > 0.12 * unit)
        inner = own[inside[:, 0]]
        if not len(inner):
            continue
        gaps = np.abs((inner[:, None] - others[None]) / unit).max(axis=2)
        nearest = gaps.min(axis=1) if len(others) else np.ones(len(inner))
        if nearest.max() > _LEGIBLE:
            x, y = np.exp(inner[nearest.argmax()])
            places.append((float(x), float(y)))
    return places


@takes
def plot_exemption_regions(
    result: ExemptionRegions,
    player: str,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how likely a side is to exempt, over the costs of being seen to.

    Parameters
    ----------
    result
        From `exemption_regions`.
    player
        Whose exemptions they are.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    side = result.players.index(one_of(player, result.players, name="player"))
    x = float_array(result.visibility, name="visibility", ndim=1, low=0.0, high=1.0)
    y = float_array(result.curvature, name="curvature", ndim=1, low=0.0)
    if min(len(x), len(y)) < 2:
        raise InvalidInputError("a map needs two values an axis", where="visibility, curvature")
    chance = float_array(result.chance, name="chance", shape=(len(x), len(y), 2), low=0.0)
    values = chance[:, :, side].T
    pen = Pen(ax, colours)
    ax = pen.ax
    image = ax.pcolormesh(x, y, values, cmap="cividis", vmin=0.0, vmax=1.0, shading="nearest")
    inside = [p for p in (0.1, 0.25, 0.5, 0.75, 0.9) if values.min() < p < values.max()]
    if inside:
        tones = ["black" if p >= 0.5 else "white" for p in inside]
        lines = ax.contour(x, y, values, levels=inside, colors=tones, linewidths=1.2)
        ax.clabel(lines, fmt=lambda p: f"{100 * p:.0f} %", fontsize=pen.small)
    ax.set(xlim=(x.min(), x.max()), ylim=(y.min(), y.max()))
    ax.set_xlabel("probability that an exemption is seen")
    ax.set_ylabel("curvature of the audience cost (percent of GDP)")
    _percent_bar(ax, image, f"{player} exempts before the first cut (percent)")
    return pen.finish(labels)


def _percent_bar(ax: Axes, image: Any, label: str) -> None:
    """Add the scale of a map of probabilities beside it, in percent."""
    figure = ax.get_figure()
    if figure is not None:
        bar = figure.colorbar(image, ax=ax, label=label)
        ticks = range(0, 101, 25)
        bar.set_ticks([0.01 * tick for tick in ticks], labels=[f"{tick:d}" for tick in ticks])
