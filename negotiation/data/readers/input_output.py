"""Input-output tables of many regions: rows added up as they are read, accounts checked.

Every column is somebody's purchase and every row somebody's sale. A sector's column adds up to
its output: inputs, taxes less subsidies on them, and value added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from negotiation.data.readers.grouping import Grouping
from negotiation.data.readers.text_files import FileLimits
from negotiation.errors import DataError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.values import FloatArray, number

__all__ = ["InputOutputSums", "Purchase", "TableOptions"]

_DIGITS = 1e-6


@dataclass(frozen=True)
class Purchase:
    """A column of a table: who buys, and the sector that it is an input of (None: final demand)."""

    label: str
    region: str | None
    sector: str | None = None


@dataclass(frozen=True)
class TableOptions:
    """How a table is read: file, grouping, unit, tolerances."""

    file: str
    regions: Grouping
    sectors: Grouping
    factor: float
    negative: str
    balance_tolerance: float
    limits: FileLimits


@dataclass
class InputOutputSums:
    """Sums of a table while its rows are read; values in the file's unit until the end."""

    purchases: Sequence[Purchase]
    options: TableOptions
    seen: dict[str, int] = field(default_factory=dict)
    regions: dict[str, int] = field(default_factory=dict)
    sectors: dict[str, int] = field(default_factory=dict)
    flows: dict[tuple[int, int], FloatArray] = field(default_factory=dict)
    inputs: dict[int, FloatArray] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    sales: dict[str, float] = field(default_factory=dict)
    value_added: FloatArray | None = None
    costs: FloatArray | None = None
    output: FloatArray | None = None
    gaps: list[tuple[float, float, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Number the buyers, in the order of the columns."""
        buyers = [
            None if p.region is None else self.options.regions(p.region) for p in self.purchases
        ]
        for buyer in buyers:
            if buyer is not None:
                self.regions.setdefault(buyer, len(self.regions))
        count = len(self.regions)
        self.options.limits.check_cells(
            count * len(self.purchases), self.options.file, "regions and columns"
        )
        self._belongs = np.zeros((count, len(self.purchases)))
        for place, buyer in enumerate(buyers):
            if buyer is not None:
                self._belongs[self.regions[buyer], place] = 1.0

    def add_sales(
        self, line: int, label: str, place: tuple[str, str], values: FloatArray, total: float | None
    ) -> None:
        """Add the row of a region and sector; ``total`` is what the file says it adds up to."""
        if label in self.seen:
            raise DataError(
                "duplicate row",
                where=f"{self.options.file}, row {line}, column 1",
                seen=label,
                allowed=f"once (first in row {self.seen[label]})",
            )
        self.seen[label] = line
        self.products[label] = place[1]
        added = float(values.sum())
        if total is not None:
            self.gaps.append((added, total, line, label))
        region, sector = self.options.regions(place[0]), self.options.sectors(place[1])
        seller = self.regions.setdefault(region, len(self.regions))
        product = self.sectors.setdefault(sector, len(self.sectors))
        self.options.limits.check_cells(
            len(self.sectors) * max(len(self.regions) ** 2, len(self.purchases)),
            self.options.file,
            "sectors, regions and columns",
        )
        bought = self._belongs @ values
        key = (product, seller)
        self.flows[key] = self.flows[key] + bought if key in self.flows else bought
        if product in self.inputs:
            self.inputs[product] += values
        else:
            self.inputs[product] = values.copy()
        self.sales[label] = added

    def add_account(self, kind: str, values: FloatArray) -> None:
        """Add a row that is nobody's sale: ``value_added``, ``costs`` (taxes too) or ``output``."""
        held = getattr(self, kind)
        setattr(self, kind, values if held is None else held + values)

    # -- accounts -----------------------------------------------------------------------------

    def match_columns(self) -> None:
        """Tell inputs from final demand by the rows; refuse rows and columns without the other."""
        sectors = set(self.products.values())
        columns = {p.label for p in self.purchases if p.sector is not None}
        alone = [p for p in self.purchases if p.sector is not None and p.label not in self.seen]
        for purchase in alone:
            if purchase.sector in sectors:
                raise DataError(
                    "a column of a sector without its row",
                    where=f"{self.options.file}, column {purchase.label}",
                )
        if len(alone) < len(columns):
            for label, line in self.seen.items():
                if label not in columns and self.sales[label] != 0.0:
                    raise DataError(
                        "a row of a sector without its column",
                        where=f"{self.options.file}, row {line} ({label})",
                    )
        gone = {p.label for p in alone}
        self.purchases = [
            Purchase(p.label, p.region) if p.label in gone else p for p in self.purchases
        ]

    def _industries(self) -> NDArray[np.bool_]:
        return np.array([p.sector is not None for p in self.purchases])

    def check_accounts(self) -> None:
        """Refuse a table whose rows or columns do not add up; name the first that does not.

        A gap is measured against the row's own total, or the table's mean where that is larger:
        small totals carry the rounding of the file.
        """
        tolerance = number(self.options.balance_tolerance, name="balance_tolerance", low=0.0)
        totals = [abs(total) for _, total, _, _ in self.gaps]
        mean = float(np.mean(totals)) if totals else 0.0
        for added, total, line, label in self.gaps:
            self._refuse(added, total, mean, tolerance, f"row {line} ({label})", "row")
        if self.output is None:
            return
        industry = self._industries()
        mean = float(np.abs(self.output[industry]).mean()) if industry.any() else 0.0
        for k in np.flatnonzero(industry).tolist():
            label = self.purchases[k].label
            where = f"row {self.seen[label]} ({label})"
            made = float(self.output[k])
            self._refuse(self.sales[label], made, mean, tolerance, where, "sales and output")
        if self.value_added is not None:
            cost = sum(self.inputs.values(), start=np.zeros(len(self.purchases)))
            cost = cost + self.value_added + (0.0 if self.costs is None else self.costs)
            for k in np.flatnonzero(industry).tolist():
                label = self.purchases[k].label
                self._refuse(
                    float(cost[k]),
                    float(self.output[k]),
                    mean,
                    tolerance,
                    f"column {label}",
                    "column",
                )

    def _refuse(
        self, added: float, total: float, mean: float, tolerance: float, where: str, what: str
    ) -> None:
        if abs(added - total) <= tolerance * max(abs(total), mean):
            return
        ratio = added / total if total else 0.0
        thousand = min(abs(ratio / 1000.0 - 1.0), abs(ratio * 1000.0 - 1.0)) < 0.05
        raise DataError(
            f"{what} does not add up",
            where=f"{self.options.file}, {where}",
            seen=f"{added:.10g}",
            allowed=f"{total:.10g} within {tolerance:g}",
            hint="A unit is off by a thousand."
            if thousand
            else "Cells were changed or left out; balance_tolerance= accepts a larger gap.",
        )

    # -- the economy --------------------------------------------------------------------------

    def economy(self, name: str, year: int | None) -> Economy:
        """Return the economy of the table: flows, GDP, value added and inputs by sector."""
        file, factor = self.options.file, self.options.factor
        if not self.flows:
            raise DataError("no rows", where=file)
        self.check_accounts()
        self.options.regions.check()
        self.options.sectors.check()
        regions, sectors = tuple(self.regions), tuple(self.sectors)
        flows = np.zeros((len(sectors), len(regions), len(regions)))
        for (product, seller), bought in self.flows.items():
            flows[product, seller, : len(bought)] = factor * bought
        if self.options.negative == "zero":
            flows = np.maximum(flows, 0.0)
        refuse_negative(flows, sectors, regions, file)
        output = flows.sum(axis=2)
        gdp = share = None
        if self.value_added is not None:
            gdp = np.zeros(len(regions))
            gdp[: len(self._belongs)] = factor * (self._belongs @ self.value_added)
            share = _value_added_share(gdp, output.sum(axis=0), regions, file)
        by_sector, inputs = self._input_shares(output)
        return Economy(
            name=name,
            regions=regions,
            sectors=sectors,
            flows=flows,
            tariffs=TariffSchedule(regions, sectors, np.zeros_like(flows)),
            gdp=gdp,
            value_added_share=share,
            year=year,
            sector_value_added_share=by_sector,
            input_shares=inputs,
        )

    def _input_shares(self, output: FloatArray) -> tuple[FloatArray | None, FloatArray | None]:
        """Value added ``[region, sector]`` and inputs ``[region, input, using]`` over output.

        None where some seller has no column. Net taxes on inputs count as value added.
        """
        sectors, regions = tuple(self.sectors), tuple(self.regions)
        self.options.limits.check_cells(
            len(regions) * len(sectors) ** 2, self.options.file, "input shares"
        )
        used = np.zeros((len(regions), len(sectors), len(sectors)))
        found = np.zeros((len(regions), len(sectors)), dtype=bool)
        table = np.array([self.inputs[k] for k in range(len(sectors))])
        for k in np.flatnonzero(self._industries()).tolist():
            region = self.regions[self.options.regions(str(self.purchases[k].region))]
            sector = self.sectors.get(self.options.sectors(str(self.purchases[k].sector)))
            if sector is not None:
                used[region, :, sector] += self.options.factor * table[:, k]
                found[region, sector] = True
        sold = output.T
        if not found[sold > 0.0].all():
            return None, None
        shares = np.divide(
            used, sold[:, None, :], out=np.zeros_like(used), where=sold[:, None, :] > 0.0
        )
        bad = (shares < -_DIGITS).any(axis=1) | (shares.sum(axis=1) >= 1.0)
        if bad.any():
            n, s = (int(i) for i in np.argwhere(bad)[0])
            raise DataError(
                "inputs must lie between 0 and output",
                where=f"{self.options.file}, column {regions[n]}, {sectors[s]}",
                seen=f"inputs {shares[n, :, s].sum():.6g} of output",
                allowed="0 or more, below 1",
                hint="Group the sector with another while reading: sectors={...}.",
            )
        shares = np.maximum(shares, 0.0)
        return 1.0 - shares.sum(axis=1), shares


def refuse_negative(
    flows: FloatArray, sectors: tuple[str, ...], regions: tuple[str, ...], file: str
) -> None:
    """Refuse a negative flow and name it."""
    if np.any(flows < 0.0):
        s, x, m = (int(k) for k in np.argwhere(flows < 0.0)[0])
        raise DataError(
            "negative flow",
            where=f"{file}: sector {sectors[s]}, exporter {regions[x]}, importer {regions[m]}",
            seen=f"{flows[s, x, m]:.6g} billion USD",
            allowed=">= 0",
            hint='Inventories fell by more than all other uses: negative="zero" puts 0.',
        )


def _value_added_share(
    gdp: FloatArray, output: FloatArray, regions: tuple[str, ...], file: str
) -> FloatArray:
    """Value added over output; rounding of the file may carry it a little above 1."""
    bad = (gdp < 0.0) | (gdp > output * (1.0 + 1e-6)) | (output <= 0.0)
    if bad.any():
        i = int(np.argmax(bad))
        raise DataError(
            "value added must lie between 0 and output",
            where=f"{file}, value added of {regions[i]}",
            seen=f"{gdp[i]:.6g} billion USD",
            allowed=f"0 to {output[i]:.6g}",
        )
    return np.minimum(gdp / output, 1.0)
