"""How much an exporter depends on one market, and how easily that market does without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.presentation import Pictured, Presented
from negotiation.trade.economy import Economy
from negotiation.trade.elasticities.elasticity_sets import ElasticityChoice, trade_elasticities
from negotiation.values import FloatArray, instance, quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

__all__ = ["CustomsTrade", "DependenceRow", "ExportDependence", "export_dependence"]


@dataclass(frozen=True)
class DependenceRow:
    """Dependence of one exporter on one importer, in one sector or in total.

    Attributes
    ----------
    sector
        Sector, or ``"total"``.
    exports
        Sales to the importer.
    share_of_exports
        Their share of all that the exporter sells abroad.
    share_of_output
        Their share of all that the exporter sells, home sales included.
    share_of_importer_imports
        Their share of all that the importer buys abroad.
    share_of_importer_absorption
        Their share of all that the importer buys, home sales included.
    available_elsewhere
        One less that share: what the importer buys from other sources, its own included.
    trade_elasticity
        Fall of import value, in percent, for a price rise of one percent relative to the
        other sources.
    substitutability
        ``eps (1 - share of absorption)``: percent by which the importer cuts these purchases
        when they alone become one percent dearer and its spending on the sector is fixed.
        In total: means weighted by the exporter's sales to the importer.
    """

    sector: str
    exports: float = quantity("V0", "billion USD/year", "baseline exports to the importer")
    share_of_exports: float = quantity("d_X", "fraction", "share of the exporter's exports")
    share_of_output: float = quantity("d_Y", "fraction", "share of the exporter's output")
    share_of_importer_imports: float = quantity("d_M", "fraction", "share of imports")
    share_of_importer_absorption: float = quantity("d_A", "fraction", "share of absorption")
    available_elsewhere: float = quantity("1-d_A", "fraction", "share bought from other sources")
    trade_elasticity: float = quantity("eps", "1", "trade elasticity")
    substitutability: float = quantity("S", "1", "eps (1-d_A)")


@dataclass(frozen=True)
class CustomsTrade(Presented):
    """Trade in goods of a year by the records of one customs authority.

    Shares differ from those of input-output tables, which value sales at basic prices (margins
    and transport are services there), leave out goods that are only re-exported, and divide by
    totals that are smaller for both reasons.

    Attributes
    ----------
    exporter, importer, year
        Who sold to whom, and when.
    exports
        Goods sold to the importer.
    exporter_total, importer_total
        All goods that the exporter sells, or the importer buys, abroad; None where the authority
        is not the one that records them.
    basis, source
        Whose records and what they count, and the key of their source.
    """

    exporter: str
    importer: str
    year: int
    exports: float = quantity("V_c", "billion USD/year", "exports by customs records")
    exporter_total: float | None = None
    importer_total: float | None = None
    basis: str = ""
    source: str = ""

    @property
    def share_of_exports(self) -> float | None:
        """Share of all goods that the exporter sells abroad, a fraction."""
        return None if self.exporter_total is None else self.exports / self.exporter_total

    @property
    def share_of_importer_imports(self) -> float | None:
        """Share of all goods that the importer buys abroad, a fraction."""
        return None if self.importer_total is None else self.exports / self.importer_total


@dataclass(frozen=True, eq=False)
class ExportDependence(Pictured):
    """Export dependence by sector and in total.

    Attributes
    ----------
    economy
        Name of the economy.
    exporter, importer
        Who sells to whom.
    elasticities
        Name of the set of trade elasticities.
    table
        One row a sector, in the economy's order.
    total
        The same for all these sectors together.
    customs
        What customs records say of the same flow.
    """

    economy: str
    exporter: str
    importer: str
    elasticities: str
    table: tuple[DependenceRow, ...]
    total: DependenceRow
    customs: tuple[CustomsTrade, ...] = ()

    _picture = "plot_export_dependence"

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sectors of the rows."""
        return tuple(row.sector for row in self.table)

    def column(self, name: str) -> FloatArray:
        """Return one measure ``[sector]``, by its name in :class:`DependenceRow`."""
        if name == "sector" or name not in DependenceRow.__dataclass_fields__:
            raise InvalidInputError(
                "unknown measure",
                where="column",
                seen=repr(name),
                allowed=", ".join(list(DependenceRow.__dataclass_fields__)[1:]),
            )
        return np.array([getattr(row, name) for row in self.table])

    def to_frame(self) -> pd.DataFrame:
        """Return a table indexed by sector, with the total last; shares are fractions."""
        import pandas as pd

        rows = [*self.table, self.total]
        names = list(DependenceRow.__dataclass_fields__)
        frame = pd.DataFrame({name: [getattr(row, name) for row in rows] for name in names})
        return frame.set_index("sector")


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Part over whole, 0 where there is nothing to share."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0.0)


def export_dependence(
    economy: Economy,
    *,
    exporter: str,
    importer: str,
    elasticities: ElasticityChoice = 4.0,
    sectors: Iterable[str] | None = None,
    customs: Sequence[CustomsTrade] = (),
) -> ExportDependence:
    """Return how much ``exporter`` depends on selling to ``importer``.

    Parameters
    ----------
    economy
        Baseline flows, net of tariffs.
    exporter, importer
        Two different regions.
    elasticities
        Name of one of the economy's sets, a number, a mapping by sector or an array; a flat 4
        (Simonovska and Waugh 2014) unless told.
    sectors
        Which sectors to keep, in rows and in the total (goods only, say); all unless told.
    customs
        Customs records to set beside the shares; those of other flows are left out.

    Returns
    -------
    ExportDependence
        Shares and substitutability by sector and in total. A share of nothing is 0.

    Raises
    ------
    InvalidInputError
        If a region or sector is unknown or the two regions are the same.

    Examples
    --------
    >>> import numpy as np
    >>> from negotiation.trade.economy import Economy, TariffSchedule
    >>> regions, flows = ("A", "B", "C"), np.array([[[80.0, 15, 5], [4, 90, 6], [2, 8, 70]]])
    >>> toy = Economy("toy", regions, ("goods",), flows,
    ...               TariffSchedule(regions, ("goods",), np.zeros((1, 3, 3))))
    >>> total = export_dependence(toy, exporter="A", importer="B").total
    >>> total.share_of_exports, total.share_of_output
    (0.75, 0.15)
    """
    economy = instance(economy, Economy, name="economy")
    x, m = economy.region_index(exporter), economy.region_index(importer)
    if x == m:
        raise InvalidInputError(
            "a region does not export to itself", where="importer", seen=importer
        )
    kept = tuple(economy.sectors) if sectors is None else tuple(sectors)
    if not kept or len(set(kept)) != len(kept):
        raise InvalidInputError("distinct sectors, one or more", where="sectors", seen=kept)
    index = [economy.sector_index(sector) for sector in kept]
    chosen = trade_elasticities(economy, elasticities)
    epsilon = chosen.values[index]

    flows = economy.flows[index]
    sales, output, spending = flows[:, x, m], flows[:, x, :].sum(axis=1), flows[:, :, m].sum(axis=1)
    abroad, imports = output - flows[:, x, x], spending - flows[:, m, m]
    absorbed = _share(sales, spending)
    weights = _share(sales, np.full_like(sales, sales.sum()))

    def row(label: str, *values: float) -> DependenceRow:
        return DependenceRow(label, *(float(value) for value in values))

    wholes = (abroad, output, imports, spending)
    columns = (
        sales,
        *(_share(sales, whole) for whole in wholes),
        1.0 - absorbed,
        epsilon,
        epsilon * (1.0 - absorbed),
    )
    sums = np.array([whole.sum() for whole in wholes])
    shares = _share(np.full_like(sums, sales.sum()), sums)
    total = row(
        "total",
        sales.sum(),
        *shares,
        1.0 - shares[-1],
        np.dot(weights, epsilon),
        np.dot(weights, epsilon * (1.0 - absorbed)),
    )
    return ExportDependence(
        economy=economy.name,
        exporter=exporter,
        importer=importer,
        elasticities=chosen.name,
        table=tuple(row(s, *values) for s, *values in zip(kept, *columns, strict=True)),
        total=total,
        customs=tuple(
            item for item in customs if (item.exporter, item.importer) == (exporter, importer)
        ),
    )
