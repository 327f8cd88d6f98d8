"""Pictures of the trade economy: optimal tariffs, whose war hurts whom, models, validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from negotiation.arguments import takes
from negotiation.data.labels import region_names
from negotiation.data.schema import REGIONS
from negotiation.errors import InvalidInputError
from negotiation.plotting.style import SMALLEST_TYPE, Pen

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negotiation.policy.results import SectorTariffs, WarGains
    from negotiation.trade.analysis.decomposition import WelfareDecomposition

__all__ = [
    "plot_model_map",
    "plot_optimal_tariffs",
    "plot_validation",
    "plot_war_gains",
    "plot_welfare_parts",
]

_HATCHES = ("", "///", "...", "xxx", "\\\\\\")


class _Points(Protocol):
    papers: tuple[str, ...]
    paper: tuple[str, ...]
    loose: tuple[bool, ...]
    printed: tuple[float, ...]
    computed: tuple[float, ...]


class _ModelMap(Protocol):
    points: tuple[tuple[float, float], ...]
    rows: tuple[Any, ...]

    @property
    def labels(self) -> tuple[str, ...]: ...


@takes
def plot_optimal_tariffs(
    result: SectorTariffs,
    *,
    annotate: int = 0,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw optimal tariffs by sector against the inverse of the sector's trade elasticity.

    Parameters
    ----------
    result
        Rates ``[importer, sector]`` and elasticities.
    annotate
        How many sectors are named, those with the highest rates of the first importer.
    ax
        Axes to draw on; a new figure where None.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Returns
    -------
    matplotlib.axes.Axes
        The line is a tariff of one over the elasticity.
    """
    pen = Pen(ax, colours, (5.4, 4.2))
    ax = pen.ax
    inverse = 100.0 / result.elasticities
    for k, importer in enumerate(result.importers):
        ax.plot(
            inverse,
            100.0 * result.rates[k],
            pen.marker(k),
            color=pen.colour(k),
            markerfacecolor="none" if k % 2 else pen.colour(k),
            markersize=5,
            label=importer,
        )
    top = float(inverse.max()) * 1.08
    ax.plot(
        [0.0, top], [0.0, top], color=pen.grey(0.4), linewidth=0.9, label="one over the elasticity"
    )
    for s in np.argsort(-result.rates[0])[:annotate]:
        ax.annotate(
            result.sectors[s],
            (inverse[s], 100.0 * result.rates[0, s]),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize=pen.small,
        )
    ax.set_xlim(0.0, top)
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel("100 / trade elasticity of the sector")
    ax.set_ylabel("Optimal tariff (%)")
    pen.legend()
    return pen.finish(labels)


def _cell_text(value: float, decimals: int, letters: float) -> str:
    """Return a number with as many decimals as a cell of some letters holds; its sign if none."""
    for places in range(decimals, -1, -1):
        text = f"{value:+.{places}f}"
        if len(text) <= letters:
            return text if float(text) else "0"
    return "+" if value > 0.0 else "-" if value < 0.0 else "0"


@takes
def plot_war_gains(
    result: WarGains,
    *,
    decimals: int = 2,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw who gains from whose war: one row a war, one column a region.

    Parameters
    ----------
    result
        Welfare changes ``[war, region]`` in percent.
    decimals
        Of the numbers in the cells; fewer where a cell is too narrow, and its sign alone where
        it holds no number.
    ax
        Axes to draw on; a new figure where None.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Returns
    -------
    matplotlib.axes.Axes
        Losses and gains differ in colour and by the sign in each cell; colours are capped at the
        90th percentile of sizes, so that one large cell does not wash out the others.
    """
    pen = Pen(ax, colours, (7.2, 5.0))
    ax = pen.ax
    values = np.asarray(result.welfare)
    limit = max(float(np.quantile(np.abs(values), 0.9)), 1e-9)
    image = ax.imshow(values, cmap="PuOr", vmin=-limit, vmax=limit, aspect="auto")
    ax.set_xticks(range(len(result.regions)), result.regions, rotation=45, ha="right")
    ax.set_yticks(range(len(result.wars)), result.wars)
    ax.tick_params(length=0)
    ax.grid(False)
    box = ax.get_window_extent()
    width = 72.0 * box.width / ax.figure.dpi / values.shape[1]
    letters = width / (0.64 * SMALLEST_TYPE)
    if 72.0 * box.height / ax.figure.dpi / values.shape[0] > SMALLEST_TYPE:
        for (row, column), value in np.ndenumerate(values):
            ax.text(
                column,
                row,
                _cell_text(float(value), decimals, letters),
                ha="center",
                va="center",
                fontsize=SMALLEST_TYPE,
                color="white" if abs(value) > 0.6 * limit else "black",
            )
    ax.set_xlabel("Region")
    ax.set_ylabel("Who sets tariffs")
    ends = "both" if np.abs(values).max() > limit else "neither"
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02, extend=ends)
    bar.set_label("Change of real income (%)")
    return pen.finish(labels)


@takes
def plot_validation(
    points: _Points,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw printed against computed cells of published tables.

    Parameters
    ----------
    points
        See `negotiation.study.comparisons.published.ValidationPoints`.
    ax
        Axes to draw on; a new figure where None.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Returns
    -------
    matplotlib.axes.Axes
        Symmetric logarithmic axes; hollow markers are cells whose published value is loose.
    """
    pen = Pen(ax, colours, (4.8, 4.6))
    ax = pen.ax
    printed, computed = np.array(points.printed), np.array(points.computed)
    paper, loose = np.array(points.paper), np.array(points.loose)
    span = 1.4 * max(float(np.abs(printed).max()), float(np.abs(computed).max()))
    ax.plot([-span, span], [-span, span], color=pen.grey(0.5), linewidth=0.8, zorder=1)
    for k, name in enumerate(points.papers):
        for is_loose in (False, True):
            chosen = (paper == name) & (loose == is_loose)
            if not chosen.any():
                continue
            color = pen.colour(k)
            ax.plot(
                printed[chosen],
                computed[chosen],
                pen.marker(k),
                color=color,
                markerfacecolor="none" if is_loose else color,
                markersize=4,
                alpha=0.8,
                label=f"{name}, loosely converged cells" if is_loose else name,
            )
    for axis in ("x", "y"):
        getattr(ax, f"set_{axis}scale")("symlog", linthresh=1.0)
        getattr(ax, f"set_{axis}lim")(-span, span)
    ticks = [-100, -10, -1, 0, 1, 10, 100]
    kept = [tick for tick in ticks if abs(tick) <= span]
    ax.set_xticks(kept, [str(tick) for tick in kept])
    ax.set_yticks(kept, [str(tick) for tick in kept])
    ax.minorticks_off()
    ax.set_xlabel("Printed (%)")
    ax.set_ylabel("Computed (%)")
    ax.set_aspect("equal")
    pen.legend(loc="upper left", fontsize=pen.small)
    return pen.finish(labels)


@takes
def plot_model_map(
    found: _ModelMap,
    *,
    point: int | None = 0,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw both sides' changes of real income in every setting of the map of models.

    Parameters
    ----------
    found
        Result of :func:`~negotiation.study.comparisons.model_map.model_map`.
    point
        Which point of the map; None is the Nash point.
    ax
        Axes to draw on; a new figure where None.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Returns
    -------
    matplotlib.axes.Axes
        Settings in percent of GDP above those in percent of gross sales; in each block from top
        to bottom by how much worse the second side does than the first.
    """
    if point is not None and not 0 <= point < len(found.points):
        raise InvalidInputError(
            "no such point", where="point", seen=point, allowed=f"0 to {len(found.points) - 1}"
        )
    pen = Pen(ax, colours, (6.6, 6.4))
    ax = pen.ax
    values = np.array([row.nash if point is None else row.losses[point] for row in found.rows])
    # Percent of GDP and of gross sales are different units: two blocks, GDP above.
    gdp = np.array([row.denominator == "GDP" for row in found.rows])
    order = np.lexsort((values[:, 0] - values[:, 1], gdp))
    y = np.arange(len(order)) + gdp[order] * 2.0
    ax.hlines(
        y, values[order].min(axis=1), values[order].max(axis=1), color=pen.grey(0.7), zorder=1
    )
    names = region_names()
    for k, name in enumerate(names[player] for player in REGIONS[:2]):
        ax.plot(
            values[order, k],
            y,
            pen.marker(k),
            color=pen.colour(k),
            markerfacecolor="none" if k else pen.colour(k),
            label=name,
        )
    settings = [
        found.rows[k].name + (" *" if found.rows[k].horizon == "one year" else "") for k in order
    ]
    ax.set_yticks(y, settings, fontsize=pen.small)
    ax.axvline(0.0, color=pen.ink, linewidth=0.7)
    if 0 < gdp.sum() < len(gdp):
        edge = len(gdp) - gdp.sum() + 0.5
        ax.axhline(edge, color=pen.grey(0.4), linewidth=0.7)
        sides = ((edge + 0.1, "percent of GDP", "bottom"), (edge - 0.1, "of gross sales", "top"))
        for height, unit, va in sides:
            ax.annotate(
                unit, (0.01, height), xycoords=ax.get_yaxis_transform(), va=va, fontsize=pen.small
            )
    at = "the Nash point" if point is None else f"{found.labels[point]} points added"
    ax.set_xlabel(f"Change of real income at {at} (%)\n* one-year elasticities")
    ax.set_ylabel("Setting")
    pen.legend(loc="best")
    ax.margins(y=0.02)
    return pen.finish(labels)


@takes
def plot_welfare_parts(
    parts: WelfareDecomposition,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the parts of each region's welfare change as stacked bars.

    Parameters
    ----------
    parts
        Result of :func:`~negotiation.trade.analysis.decomposition.decompose_welfare`.
    ax
        Axes to draw on; a new figure where None.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Returns
    -------
    matplotlib.axes.Axes
        Parts that are zero everywhere are left out; the diamond is the total.
    """
    pen = Pen(ax, colours, (6.4, 3.8))
    ax = pen.ax
    names = (
        *("terms_of_trade", "volume", "labor_supply", "profits", "entry", "transfers"),
        *("export_tax_revenue", "export_taxes_paid", "trade_costs"),
    )
    x = np.arange(len(parts.regions))
    above, below = np.zeros(len(x)), np.zeros(len(x))
    for k, name in enumerate(names):
        values = np.asarray(getattr(parts, name))
        if np.abs(values).max() < 1e-6:
            continue
        ax.bar(
            x,
            values,
            bottom=np.where(values >= 0.0, above, below),
            color=pen.colour(k),
            hatch=_HATCHES[(k + k // len(pen.colours)) % len(_HATCHES)],
            edgecolor=pen.paper,
            linewidth=0.4,
            label=name.replace("_", " ").replace("labor", "labour"),
        )
        above += np.maximum(values, 0.0)
        below += np.minimum(values, 0.0)
    ax.plot(x, parts.welfare, "D", color=pen.ink, markersize=5, label="total")
    ax.axhline(0.0, color=pen.ink, linewidth=0.7)
    ax.set_xticks(x, parts.regions, rotation=45, ha="right")
    ax.set_xlabel("Region")
    ax.set_ylabel("Change of real income (%)")
    pen.legend(ncols=2, fontsize=pen.small)
    return pen.finish(labels)
