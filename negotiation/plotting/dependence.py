"""Pictures of export dependence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.plotting.style import Pen
from negotiation.trade.analysis.dependence import ExportDependence
from negotiation.values import one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_export_dependence"]

_LABELS = {
    "share_of_exports": "Share of the exporter's exports of the sector (%)",
    "share_of_output": "Share of the exporter's output of the sector (%)",
    "share_of_importer_imports": "Share of the importer's imports of the sector (%)",
    "share_of_importer_absorption": "Share of the importer's purchases of the sector (%)",
}


@takes
def plot_export_dependence(
    directions: ExportDependence | Sequence[ExportDependence],
    *,
    measure: str = "share_of_exports",
    sector_names: Mapping[str, str] | None = None,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw dependence by sector as horizontal bars, one or two directions side by side.

    Parameters
    ----------
    directions
        One result, or two with the same sectors (each side's dependence on the other).
    measure
        Which share: ``share_of_exports``, ``share_of_output``, ``share_of_importer_imports`` or
        ``share_of_importer_absorption``.
    sector_names
        Names to print instead of sector codes.
    ax
        Axes to draw on; a new figure where None.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Returns
    -------
    matplotlib.axes.Axes
        Sectors are ordered by the larger of the export values, the totals come first.
    """
    results = [directions] if isinstance(directions, ExportDependence) else list(directions)
    if not 1 <= len(results) <= 2 or any(r.sectors != results[0].sectors for r in results):
        raise InvalidInputError(
            "one or two results with the same sectors", where="directions", seen=len(results)
        )
    one_of(measure, _LABELS, name="measure")
    shares = np.array(
        [[*result.column(measure), getattr(result.total, measure)] for result in results]
    )
    exports = np.max([result.column("exports") for result in results], axis=0)
    order = np.argsort(exports, kind="stable")
    order = np.append(order, shares.shape[1] - 1)
    names = [*results[0].sectors, "total"]
    pen = Pen(ax, colours, (5.5, 0.28 * len(names) + 1.2))
    ax = pen.ax
    height = 0.8 / len(results)
    places = np.arange(len(names))
    for k, result in enumerate(results):
        ax.barh(
            places + (0.5 * (len(results) - 1) - k) * height,
            100.0 * shares[k, order],
            height=height,
            label=f"{result.exporter} on {result.importer}",
            color=pen.colour(5 * k),
            hatch=("", "///")[k],
            edgecolor=pen.ink,
            linewidth=0.5,
        )
    shown = sector_names or {}
    ax.set_yticks(places, [shown.get(names[k], names[k]) for k in order])
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.axhline(len(names) - 1.5, color=pen.grey(0.5), linewidth=0.6)
    ax.set_xlabel(_LABELS[measure])
    ax.set_ylabel("Sector, by value of exports")
    pen.legend(title="Dependence of", loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return pen.finish(labels)
