"""Economies and tariff schedules: immutable tables with labelled axes.

Every trade array is indexed ``[sector, exporter, importer]``. Flows are net of tariffs, in
billion USD a year; tariff rates are fractions of the net value (1.45 is 145 %).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.trade.aggregation import (
    aggregate_tables,
    flow_cells,
    positions,
    unique_labels,
)
from negotiation.trade.frames import economy_tables, frame_of, schedule_tables
from negotiation.trade.technology import checked_technology
from negotiation.values import FloatArray, float_array, instance, number, quantity

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HIGHEST_RATE", "Economy", "TariffSchedule"]

#: Rates above it are refused unless a schedule allows them: 10 is 1000 %.
HIGHEST_RATE = 10.0


@dataclass(frozen=True, eq=False)
class TariffSchedule(Presented):
    """Ad valorem tariffs by sector, exporter and importer.

    Attributes
    ----------
    regions, sectors
        Labels of the axes.
    rates
        Read-only array ``[sector, exporter, importer]``, fractions above -1; zero inside a region.
    highest_rate
        Rates above it are refused: 145 is taken for a percentage. ``dataclasses.replace(schedule,
        highest_rate=100.0)`` allows more.

    Examples
    --------
    >>> import numpy as np
    >>> free = TariffSchedule(("USA", "CHN"), ("goods",), np.zeros((1, 2, 2)))
    >>> war = free.set(importer="USA", exporter="CHN", rate=1.45)
    >>> float(war.rate("goods", exporter="CHN", importer="USA"))
    1.45
    >>> float(free.rates.max())
    0.0
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    rates: FloatArray = quantity("t", "fraction", "ad valorem tariff [sector, exporter, importer]")
    highest_rate: float = HIGHEST_RATE

    def __post_init__(self) -> None:
        """Check labels, shape and bounds."""
        object.__setattr__(self, "regions", unique_labels(self.regions, "regions"))
        object.__setattr__(self, "sectors", unique_labels(self.sectors, "sectors"))
        count = len(self.regions)
        highest = number(self.highest_rate, name="highest_rate", low=0.0)
        object.__setattr__(self, "highest_rate", highest)
        rates = float_array(
            self.rates, name="tariff rates", shape=(len(self.sectors), count, count)
        )
        self._refuse_impossible(rates)
        if np.any(np.diagonal(rates, axis1=1, axis2=2) != 0.0):
            raise InvalidInputError("a region cannot tax its own sales here", where="tariff rates")
        object.__setattr__(self, "rates", rates)

    def _refuse_impossible(self, rates: FloatArray) -> None:
        if np.any(rates <= -1.0):
            s, x, m = (int(i) for i in np.argwhere(rates <= -1.0)[0])
            raise InvalidInputError(
                "tariff at or below -100 %",
                where=f"importer {self.regions[m]}, exporter {self.regions[x]}, "
                f"sector {self.sectors[s]}",
                seen=rates[s, x, m],
                allowed="> -1 (a fraction: 0.25 is 25 %)",
            )
        above = rates > self.highest_rate * (1.0 + 1e-9)
        if np.any(above):
            s, x, m = (int(i) for i in np.argwhere(above)[0])
            raise InvalidInputError(
                "tariff above the highest that is expected",
                where=f"importer {self.regions[m]}, exporter {self.regions[x]}, "
                f"sector {self.sectors[s]}",
                seen=rates[s, x, m],
                allowed=f"<= {self.highest_rate:g} (a fraction: 0.25 is 25 %)",
                hint="Percent is divided by 100. A schedule with a larger highest_rate allows it.",
            )

    def rate(self, sector: str, *, exporter: str, importer: str) -> float:
        """Return one rate."""
        s, x, m = (
            positions(self.sectors, sector, "sector")[0],
            positions(self.regions, exporter, "exporter")[0],
            positions(self.regions, importer, "importer")[0],
        )
        return float(self.rates[s, x, m])

    def _changed(
        self,
        value: float,
        *,
        importer: str | Iterable[str] | None,
        exporter: str | Iterable[str] | None,
        sectors: str | Iterable[str] | None,
        add: bool,
    ) -> TariffSchedule:
        value = number(value, name="rate")
        chosen = flow_cells(
            self.regions, self.sectors, of_sectors=sectors, exporter=exporter, importer=importer
        )
        rates = self.rates.copy()
        rates[chosen] = rates[chosen] + value if add else value
        index = np.arange(len(self.regions))
        rates[:, index, index] = 0.0
        self._refuse_impossible(rates)
        return replace(self, rates=rates)

    def set(
        self,
        *,
        importer: str | Iterable[str] | None = None,
        exporter: str | Iterable[str] | None = None,
        rate: float,
        sectors: str | Iterable[str] | None = None,
    ) -> TariffSchedule:
        """Return a schedule with ``rate`` put in place; None means every label of an axis."""
        return self._changed(rate, importer=importer, exporter=exporter, sectors=sectors, add=False)

    def add(
        self,
        *,
        importer: str | Iterable[str] | None = None,
        exporter: str | Iterable[str] | None = None,
        rate: float,
        sectors: str | Iterable[str] | None = None,
    ) -> TariffSchedule:
        """Return a schedule with ``rate`` added, in points as a fraction (0.3 adds 30 points)."""
        return self._changed(rate, importer=importer, exporter=exporter, sectors=sectors, add=True)

    @classmethod
    @takes
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        unit: str = "fraction",
        missing: float | None = None,
        regions: Iterable[str] | None = None,
        sectors: Iterable[str] | None = None,
        highest_rate: float = HIGHEST_RATE,
    ) -> TariffSchedule:
        """Return the schedule of a table with columns sector, exporter, importer, rate.

        Parameters
        ----------
        frame
            One row a sector, exporter and importer; trade inside a region may be left out.
        unit
            ``"fraction"`` or ``"percent"``.
        missing
            Rate of rows that are not there; None refuses a table with gaps.
        regions, sectors, highest_rate
            Order of the axes (None: that of appearance); as in the class.
        """
        return cls(*schedule_tables(frame, unit, missing, regions, sectors), highest_rate)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a sector, exporter and importer with its rate, a fraction."""
        return frame_of(self.regions, self.sectors, {"rate": self.rates})


@dataclass(frozen=True, eq=False)
class Economy(Presented):
    """A world of regions and sectors in its baseline year.

    Attributes
    ----------
    name
        What the tables are called.
    regions, sectors
        Labels of the axes.
    flows
        ``[sector, exporter, importer]``, net of tariffs; the diagonal holds sales at home.
    tariffs
        Baseline tariffs, those in force when the flows were recorded.
    gdp
        Nominal GDP by region, or None where unknown.
    value_added_share
        GDP over gross output by region, or None where unknown.
    elasticities
        Named sets of trade elasticities, each ``[sector]``, positive.
    political_weights
        Weight of each sector's income in its government's objective, ``[region, sector]``.
    year
        Year of the flows.
    sector_value_added_share, input_shares
        Technology by sector, or None where unknown: value added over output ``[region, sector]``
        and inputs over output ``[region, input, using sector]``, which add up to 1.
    """

    name: str
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    flows: FloatArray = quantity(
        "F", "billion USD/year", "trade net of tariffs [sector, exporter, importer]"
    )
    tariffs: TariffSchedule = quantity("t0", "fraction", "baseline tariffs")
    gdp: FloatArray | None = quantity("GDP", "billion USD/year", "nominal GDP", default=None)
    value_added_share: FloatArray | None = quantity(
        "v", "fraction", "value added over gross output", default=None
    )
    elasticities: Mapping[str, FloatArray] = field(default_factory=dict)
    political_weights: FloatArray | None = quantity(
        "lambda_js", "1", "political weight of a sector's income", default=None
    )
    year: int | None = None
    sector_value_added_share: FloatArray | None = quantity(
        "gL", "fraction", "value added over cost", default=None
    )
    input_shares: FloatArray | None = quantity(
        "gIO", "fraction", "input shares [region, input, using sector]", default=None
    )

    def __post_init__(self) -> None:
        """Check every table and freeze it."""
        regions = unique_labels(self.regions, "regions")
        sectors = unique_labels(self.sectors, "sectors")
        shape = (len(sectors), len(regions), len(regions))
        put = object.__setattr__
        put(self, "regions", regions)
        put(self, "sectors", sectors)
        try:
            flows = float_array(self.flows, name="flows", shape=shape, low=0.0)
        except InvalidInputError as error:
            raise InvalidInputError(self._place_of_bad_flow(shape) or str(error)) from error
        put(self, "flows", flows)
        unsold = [s for k, s in enumerate(sectors) if not flows[k].sum() > 0.0]
        if unsold:
            raise InvalidInputError(
                "a sector nobody buys",
                where="flows",
                seen=", ".join(unsold),
                hint="Aggregate it with another sector or leave it out.",
            )
        instance(self.tariffs, TariffSchedule, name="tariffs")
        if self.tariffs.regions != regions or self.tariffs.sectors != sectors:
            raise InvalidInputError(
                "labels differ from the economy's", where="tariffs", seen=self.tariffs.regions
            )
        for name, size, high in (
            ("gdp", shape[1:2], None),
            ("value_added_share", shape[1:2], 1.0),
            ("political_weights", shape[1::-1], None),
        ):
            table = getattr(self, name)
            if table is not None:
                put(self, name, float_array(table, name=name, shape=size, low=0.0, high=high))
        added, inputs = checked_technology(
            self.sector_value_added_share, self.input_shares, regions, sectors
        )
        put(self, "sector_value_added_share", added)
        put(self, "input_shares", inputs)
        if not isinstance(self.elasticities, Mapping):
            raise InvalidInputError("not a mapping", where="elasticities", seen=self.elasticities)
        sets = {
            name: self._checked_elasticities(name, values)
            for name, values in self.elasticities.items()
        }
        put(self, "elasticities", MappingProxyType(sets))

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild from plain values, since a read-only mapping cannot be pickled."""
        values = [getattr(self, item.name) for item in fields(self)]
        plain = [dict(value) if isinstance(value, MappingProxyType) else value for value in values]
        return type(self), tuple(plain)

    def _place_of_bad_flow(self, shape: tuple[int, int, int]) -> str:
        try:
            flows = np.asarray(self.flows)
        except ValueError:  # ragged
            return ""
        if flows.shape != shape or flows.dtype.kind not in "fiu":
            return ""
        s, x, m = (int(i) for i in np.argwhere(~(np.isfinite(flows) & (flows >= 0)))[0])
        return (
            f"flows: sector {self.sectors[s]}, exporter {self.regions[x]}, "
            f"importer {self.regions[m]}: seen {flows[s, x, m]}; allowed: finite and >= 0"
        )

    def _checked_elasticities(self, name: str, values: FloatArray) -> FloatArray:
        out = float_array(values, name=f"elasticities[{name}]", shape=(len(self.sectors),))
        if np.any(out <= 0.0):
            s = int(np.argmax(out <= 0.0))
            raise InvalidInputError(
                "trade elasticity must be positive",
                where=f"elasticities[{name}], sector {self.sectors[s]}",
                seen=out[s],
                allowed="> 0",
            )
        return out

    @classmethod
    @takes
    def from_frame(
        cls, frame: pd.DataFrame, *, name: str = "frame", year: int | None = None, **tables: Any
    ) -> Economy:
        """Return the economy of a table with columns sector, exporter, importer, value.

        A column that is missing or repeated, an empty label or value, a row listed twice, and a
        region that buys from others and sells nothing at home are refused.

        Parameters
        ----------
        frame
            Values in billion USD, sales at home included; rows that are not there are 0. A column
            ``tariff``, where there is one, holds the baseline rates as fractions.
        name, year
            Put on the economy.
        **tables
            Further attributes, such as ``gdp`` or ``elasticities``.
        """
        regions, sectors, flows, rates = economy_tables(frame)
        tariffs = TariffSchedule(regions, sectors, rates)
        return cls(name, regions, sectors, flows, tariffs, year=year, **tables)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a sector, exporter and importer: value in billion USD, tariff."""
        columns = {"value": self.flows, "tariff": self.tariffs.rates}
        return frame_of(self.regions, self.sectors, columns)

    def _displayed(self) -> pd.DataFrame:
        """Sales of each region at home and abroad and its imports, billion USD a year."""
        import pandas as pd

        total = self.flows.sum(axis=0)
        home = np.diagonal(total)
        sold, bought = total.sum(axis=1) - home, total.sum(axis=0) - home
        columns = {"home_sales": home, "exports": sold, "imports": bought}
        return pd.DataFrame({"region": self.regions, **columns})

    def region_index(self, region: str) -> int:
        """Return the position of a region on the exporter and importer axes."""
        return positions(self.regions, instance(region, str, name="region"), "region")[0]

    def sector_index(self, sector: str) -> int:
        """Return the position of a sector on the sector axis."""
        return positions(self.sectors, instance(sector, str, name="sector"), "sector")[0]

    def aggregate(
        self,
        regions: Mapping[str, Iterable[str]] | None = None,
        sectors: Mapping[str, Iterable[str]] | None = None,
    ) -> Economy:
        """Return the economy with groups of regions and sectors added up.

        Parameters
        ----------
        regions, sectors
            New label to the labels it holds; labels not named stay as they are.

        Returns
        -------
        Economy
            Flows and GDP are sums; tariffs and elasticities are means weighted by trade between
            different regions; value added and inputs over output and political weights are means
            weighted by gross output.
        """
        tables = {**vars(self), "rates": self.tariffs.rates}
        new = aggregate_tables(tables, regions or {}, sectors or {})
        labels = new["regions"], new["sectors"]
        rates = new.pop("rates")
        highest = max(self.tariffs.highest_rate, float(rates.max()))
        tariffs = TariffSchedule(*labels, rates, highest)
        return Economy(name=self.name, tariffs=tariffs, year=self.year, **new)
