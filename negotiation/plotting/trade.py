"""Pictures of the trade economy: optimal tariffs, whose war hurts whom, models, validation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError

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

_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_MARKERS = ("o", "s", "^", "D")
_HATCHES = ("", "///", "...", "xxx", "\\\\\\")


class _Points(Protocol):
    papers: tuple[str, ...]
    paper: tuple[str, ...]
    loose: tuple[bool, ...]
    printed: tuple[float, ...]
    computed: tuple[float, ...]


class _Row(Protocol):
    name: str
    horizon: str
    losses: tuple[tuple[float, float], ...]
    nash: tuple[float, float]


class _ModelMap(Protocol):
    points: tuple[tuple[float, float], ...]
    rows: tuple[Any, ...]

    @property
    def labels(self) -> tuple[str, ...]: ...


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=size, layout="constrained")[1] if ax is None else ax


@takes
def plot_optimal_tariffs(
    result: SectorTariffs, *, annotate: int = 0, ax: Axes | None = None
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

    Returns
    -------
    matplotlib.axes.Axes
        The line is a tariff of one over the elasticity.
    """
    ax = _axes(ax, (5.4, 4.2))
    inverse = 100.0 / result.elasticities
    for k, importer in enumerate(result.importers):
        ax.plot(
            inverse,
            100.0 * result.rates[k],
            _MARKERS[k % len(_MARKERS)],
            color=_COLORS[k % len(_COLORS)],
            markerfacecolor="none" if k % 2 else _COLORS[k % len(_COLORS)],
            markersize=5,
            label=importer,
        )
    top = float(inverse.max()) * 1.08
    ax.plot([0.0, top], [0.0, top], color="0.4", linewidth=0.9, label="one over the elasticity")
    for s in np.argsort(-result.rates[0])[:annotate]:
        ax.annotate(
            result.sectors[s],
            (inverse[s], 100.0 * result.rates[0, s]),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize="small",
        )
    ax.set_xlim(0.0, top)
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel("100 / trade elasticity of the sector")
    ax.set_ylabel("Optimal tariff (%)")
    ax.legend(frameon=False)
    return ax


@takes
def plot_war_gains(result: WarGains, *, decimals: int = 2, ax: Axes | None = None) -> Axes:
    """Draw who gains from whose war: one row a war, one column a region.

    Parameters
    ----------
    result
        Welfare changes ``[war, region]`` in percent.
    decimals
        Of the numbers in the cells.
    ax
        Axes to draw on; a new figure where None.

    Returns
    -------
    matplotlib.axes.Axes
        Losses and gains differ in colour and by the sign in each cell; colours are capped at the
        90th percentile of sizes, so that one large cell does not wash out the others.
    """
    ax = _axes(ax, (7.2, 5.0))
    values = np.asarray(result.welfare)
    limit = max(float(np.quantile(np.abs(values), 0.9)), 1e-9)
    image = ax.imshow(values, cmap="PuOr", vmin=-limit, vmax=limit, aspect="auto")
    ax.set_xticks(range(len(result.regions)), result.regions, rotation=45, ha="right")
    ax.set_yticks(range(len(result.wars)), result.wars)
    ax.tick_params(length=0)
    ax.grid(False)
    for (row, column), value in np.ndenumerate(values):
        text = f"{value:+.{decimals}f}"
        ax.text(
            column,
            row,
            text if float(text) != 0.0 else "0",
            ha="center",
            va="center",
            fontsize=6.5,
            color="white" if abs(value) > 0.6 * limit else "black",
        )
    ax.set_xlabel("Region")
    ax.set_ylabel("Who sets tariffs")
    ends = "both" if np.abs(values).max() > limit else "neither"
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02, extend=ends)
    bar.set_label("Change of real income (%)")
    return ax


@takes
def plot_validation(points: _Points, *, ax: Axes | None = None) -> Axes:
    """Draw printed against computed cells of published tables.

    Parameters
    ----------
    points
        See `negotiation.study.comparisons.published.ValidationPoints`.
    ax
        Axes to draw on; a new figure where None.

    Returns
    -------
    matplotlib.axes.Axes
        Symmetric logarithmic axes; hollow markers are cells whose published value is loose.
    """
    ax = _axes(ax, (4.8, 4.6))
    printed, computed = np.array(points.printed), np.array(points.computed)
    paper, loose = np.array(points.paper), np.array(points.loose)
    span = 1.4 * max(float(np.abs(printed).max()), float(np.abs(computed).max()))
    ax.plot([-span, span], [-span, span], color="0.5", linewidth=0.8, zorder=1)
    for k, name in enumerate(points.papers):
        for is_loose in (False, True):
            chosen = (paper == name) & (loose == is_loose)
            if not chosen.any():
                continue
            color = _COLORS[k % len(_COLORS)]
            ax.plot(
                printed[chosen],
                computed[chosen],
                _MARKERS[k % len(_MARKERS)],
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
    ax.legend(frameon=False, loc="upper left", fontsize="small")
    return ax


@takes
def plot_model_map(found: _ModelMap, *, point: int | None = 0, ax: Axes | None = None) -> Axes:
    """Draw both sides' changes of real income in every setting of the map of models.

    Parameters
    ----------
    found
        Result of :func:`~negotiation.study.comparisons.model_map.model_map`.
    point
        Which point of the map; None is the Nash point.
    ax
        Axes to draw on; a new figure where None.

    Returns
    -------
    matplotlib.axes.Axes
        Settings in percent of GDP above those in percent of gross sales; in each block from top
        to bottom by how much worse China does than the United States.
    """
    if point is not None and not 0 <= point < len(found.points):
        raise InvalidInputError(
            "no such point", where="point", seen=point, allowed=f"0 to {len(found.points) - 1}"
        )
    ax = _axes(ax, (6.6, 6.4))
    values = np.array([row.nash if point is None else row.losses[point] for row in found.rows])
    # Percent of GDP and of gross sales are different units: two blocks, GDP above.
    gdp = np.array([row.denominator == "GDP" for row in found.rows])
    order = np.lexsort((values[:, 0] - values[:, 1], gdp))
    y = np.arange(len(order)) + gdp[order] * 1.0
    ax.hlines(y, values[order].min(axis=1), values[order].max(axis=1), color="0.7", zorder=1)
    for k, name in enumerate(("United States", "China")):
        ax.plot(
            values[order, k],
            y,
            _MARKERS[k],
            color=_COLORS[k],
            markerfacecolor="none" if k else _COLORS[k],
            label=name,
        )
    labels = [
        found.rows[k].name + (" *" if found.rows[k].horizon == "one year" else "") for k in order
    ]
    ax.set_yticks(y, labels, fontsize="small")
    ax.axvline(0.0, color="black", linewidth=0.7)
    if 0 < gdp.sum() < len(gdp):
        edge = len(gdp) - gdp.sum()
        ax.axhline(edge, color="0.4", linewidth=0.7)
        sides = ((edge + 0.3, "percent of GDP", "bottom"), (edge - 0.3, "of gross sales", "top"))
        for height, unit, va in sides:
            ax.annotate(
                unit, (0.01, height), xycoords=ax.get_yaxis_transform(), va=va, fontsize="small"
            )
    at = "the Nash point" if point is None else f"{found.labels[point]} points added"
    ax.set_xlabel(f"Change of real income at {at} (%); * one-year elasticities")
    ax.set_ylabel("Setting")
    ax.legend(frameon=False, loc="best")
    ax.margins(y=0.02)
    return ax


@takes
def plot_welfare_parts(parts: WelfareDecomposition, *, ax: Axes | None = None) -> Axes:
    """Draw the parts of each region's welfare change as stacked bars.

    Parameters
    ----------
    parts
        Result of :func:`~negotiation.trade.analysis.decomposition.decompose_welfare`.
    ax
        Axes to draw on; a new figure where None.

    Returns
    -------
    matplotlib.axes.Axes
        Parts that are zero everywhere are left out; the diamond is the total.
    """
    ax = _axes(ax, (6.4, 3.8))
    names = (
        *("terms_of_trade", "volume", "labor_supply", "profits", "entry", "transfers"),
        *("export_tax_revenue", "export_taxes_paid", "trade_costs"),
    )
    x = np.arange(len(parts.regions))
    above, below = np.zeros(len(x)), np.zeros(len(x))
    shades = (
        *("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#999999"),
        *("#F0E442", "#D55E00", "#000000"),
    )
    for k, name in enumerate(names):
        values = np.asarray(getattr(parts, name))
        if np.abs(values).max() < 1e-6:
            continue
        ax.bar(
            x,
            values,
            bottom=np.where(values >= 0.0, above, below),
            color=shades[k],
            hatch=_HATCHES[k % len(_HATCHES)],
            edgecolor="white",
            linewidth=0.4,
            label=name.replace("_", " ").replace("labor", "labour"),
        )
        above += np.maximum(values, 0.0)
        below += np.minimum(values, 0.0)
    ax.plot(x, parts.welfare, "D", color="black", markersize=5, label="total")
    ax.axhline(0.0, color="black", linewidth=0.7)
    ax.set_xticks(x, parts.regions, rotation=45, ha="right")
    ax.set_xlabel("Region")
    ax.set_ylabel("Change of real income (%)")
    ax.legend(frameon=False, ncols=2, fontsize="small")
    return ax
