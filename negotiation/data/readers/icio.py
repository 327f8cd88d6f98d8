"""Reader of the OECD's inter-country input-output tables, in every edition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from negotiation.arguments import takes
from negotiation.data.readers.grouping import Grouping
from negotiation.data.readers.input_output import InputOutputSums, Purchase, TableOptions
from negotiation.data.readers.text_files import (
    FileLimits,
    cell_number,
    csv_rows,
    header_of,
    row_numbers,
)
from negotiation.data.readers.trade_tables import LONG_COLUMNS, long_economy
from negotiation.data.readers.units import check_scale, to_billion
from negotiation.errors import DataError
from negotiation.trade.economy import Economy
from negotiation.trade.frames import refuse_missing_home_sales
from negotiation.values import one_of, user_path

__all__ = ["read_icio"]

_VALUE_ADDED = {"VA", "VALU", "VA+TAXSUB", "VA.TAXSUB", "VA_TAXSUB"}
_OUTPUT = {"OUT", "OUTPUT", "TOTAL"}
_TAXES = {"TLS", "TAXSUB"}
_DISCREPANCY = {"DISC"}
_NOT_PURCHASES = _VALUE_ADDED | _OUTPUT | _TAXES | _DISCREPANCY
_FINAL_DEMAND = (
    *("HFCE", "NPISH", "NPS", "GGFC", "GFCF", "INVNT", "INV", "DPABR", "DIRP", "P33"),
    *("NONRES", "CONS_NONRES", "HC", "FD", "FNL"),
)
_PARTS = re.compile(r"(CN|MX)[0-9]")
_WHOLE = {"CN": "CHN", "MX": "MEX"}


def _final_region(label: str) -> str | None:
    """Region of a column of final demand, which editions write before or after its kind."""
    for kind in _FINAL_DEMAND:
        if label.endswith(f"_{kind}"):
            return label[: -len(kind) - 1] or None
    for kind in _FINAL_DEMAND:
        if label.startswith(f"{kind}_"):
            return label[len(kind) + 1 :] or None
    return None


class _Labels:
    """Splits labels ``REGION_SECTOR``; regions with underscores are known by their final demand."""

    def __init__(self, header: list[str], file: str) -> None:
        self.final = {label: region for label in header if (region := _final_region(label))}
        self.long = sorted(
            {region for region in self.final.values() if "_" in region}, key=len, reverse=True
        )
        self.file = file
        self.whole = {
            label.partition("_")[0]
            for label in header
            if label.partition("_")[0] in _WHOLE.values()
        } | set(self.final.values())

    def split(self, label: str, place: str) -> tuple[str, str]:
        """Region and sector of a label."""
        region = next((r for r in self.long if label.startswith(f"{r}_")), None)
        region, mark, sector = (
            (region, "_", label[len(region) + 1 :]) if region else label.partition("_")
        )
        if not (mark and region and sector):
            raise DataError(
                "not a label of a region and a sector",
                where=f"{self.file}, {place}",
                seen=repr(label[:40]),
                allowed="REGION_SECTOR",
            )
        return region, sector

    def whole_region(self, region: str, grouping: Grouping) -> str:
        """CHN and MEX for the parts in which some editions list China and Mexico."""
        part = _PARTS.fullmatch(region)
        if part and region not in grouping.group_of and region not in (grouping.kept or ()):
            whole = _WHOLE[part[1]]
            if whole in self.whole:
                return whole
        return region


def _account(label: str) -> str | None:
    """What a row that is no sale holds; None for a row of sales."""
    name = label.upper()
    if name in _VALUE_ADDED:
        return "value_added"
    if name in _OUTPUT:
        return "output"
    if name in _TAXES or name.endswith(("_TAXSUB", "_TLS")):
        return "costs"
    return None


def _wide(
    header: list[str],
    rows: Iterator[tuple[int, list[str]]],
    options: TableOptions,
    blank: float | None,
) -> InputOutputSums:
    """Read rows and columns labelled REGION_SECTOR, final demand as REGION_CATEGORY."""
    names, file = header[1:], options.file
    labels = _Labels(names, file)
    bought = [
        k for k, name in enumerate(names) if name.upper() not in _OUTPUT | _TAXES | _VALUE_ADDED
    ]
    totals = [k for k, name in enumerate(names) if name.upper() in _OUTPUT]
    purchases = []
    for k in bought:
        name, place = names[k], f"row 1, column {k + 2}"
        if name.upper() in _DISCREPANCY:
            purchases.append(Purchase(name, None))
        elif name in labels.final:
            purchases.append(Purchase(name, labels.final[name]))
        else:
            region, sector = labels.split(name, place)
            purchases.append(Purchase(name, labels.whole_region(region, options.regions), sector))
    sums = InputOutputSums(purchases, options)
    columns = [names[k] for k in bought]
    accounts: dict[str, int] = {}
    for line, row in rows:
        label = row[0]
        if len(row) != len(header):
            raise DataError(
                "wrong number of cells",
                where=f"{file}, row {line} ({label[:40]})",
                seen=len(row),
                allowed=f"{len(header)}",
            )
        kind = _account(label)
        cells = [row[k + 1] for k in bought]
        place = f"{file}, row {line} ({label[:40]})"
        values = row_numbers(cells, columns, place, blank=0.0 if kind else blank)
        if kind is not None:
            if label in accounts:
                raise DataError(
                    "duplicate row",
                    where=f"{file}, row {line}, column 1",
                    seen=label,
                    allowed=f"once (first in row {accounts[label]})",
                )
            accounts[label] = line
            sums.add_account(kind, values)
            continue
        region, sector = labels.split(label, f"row {line}, column 1")
        total = (
            cell_number(row[totals[0] + 1], f"{place}, column {names[totals[0]]}")
            if totals
            else None
        )
        key = (labels.whole_region(region, options.regions), sector)
        sums.add_sales(line, label, key, values, total)
    sums.match_columns()
    return sums


@takes
def read_icio(
    path: str | Path,
    regions: Mapping[str, Iterable[str]] | Iterable[str] | None = None,
    sectors: Mapping[str, Iterable[str]] | Iterable[str] | None = None,
    *,
    unit: str | None = "million USD",
    negative: str = "refuse",
    blank: str = "refuse",
    name: str | None = None,
    year: int | None = None,
    member: str | None = None,
    balance_tolerance: float = 1e-6,
    stated_total: float | None = None,
    total_tolerance: float = 0.1,
    limits: FileLimits | None = None,
) -> Economy:
    r"""Return an economy from an inter-country input-output table in csv.

    Two layouts are told apart by the header.

    *Wide*, that of the OECD: the first column and the header hold labels ``REGION_SECTOR``;
    columns ``REGION_CATEGORY`` (``CATEGORY_REGION`` in 2016) are final demand. Every column of a
    region counts as that region's purchase. Rows ``TLS``, ``TAXSUB`` and ``XXX_TAXSUB`` are taxes
    less subsidies, ``VA`` or ``VALU`` value added, ``OUT``, ``OUTPUT`` and ``TOTAL`` totals,
    ``DISC`` a discrepancy: none is a sector. The parts ``CN1``, ``CN2``, ``MX1``, ``MX2`` count
    as CHN and MEX. The file is read row by row.

    *Long*: columns ``sector``, ``exporter``, ``importer`` and ``value``, as in
    `~negotiation.data.readers.trade_tables.read_trade`.

    Parameters
    ----------
    path
        The csv file, plain, ``.gz`` or ``.zip``.
    regions, sectors
        New label to the labels it groups (labels not named stay), or the labels to keep: the
        others are added up as ``ROW`` or ``REST``.
    unit
        ``"USD"``, ``"thousand USD"``, ``"million USD"`` or ``"billion USD"``.
    negative
        ``"refuse"``, or ``"zero"`` to put 0 where inventories fall by more than all other uses.
    blank
        ``"refuse"``, or ``"zero"`` to read an empty cell of a sale as 0.
    name, year
        Put on the economy; the name defaults to the file's.
    member
        Which file of a ``.zip`` that holds several.
    balance_tolerance
        Largest gap of a row or column to its total, over that total or the table's mean total.
    stated_total, total_tolerance
        What all flows add up to in billion USD, from another source, and the accepted relative
        gap: shows a unit that is off by a thousand.
    limits
        Largest file that is taken.

    Returns
    -------
    Economy
        Flows in billion USD; no tariffs and no trade elasticities, which such tables lack.
        ``gdp`` and ``value_added_share`` are value added at basic prices; where each seller has
        a column, ``input_shares`` and ``sector_value_added_share`` (one less inputs: taxes on
        inputs count there) carry the technology, and final demand is what is left of purchases.

    Raises
    ------
    DataError
        If the file cannot be read, has neither layout, a repeated or misnamed label, a negative
        flow, a cell that is empty or no number, or accounts that do not add up; names file, row
        and column.
    InvalidInputError
        If a group names an unknown label, or nobody buys a sector.

    Examples
    --------
    >>> import tempfile
    >>> text = "sector,exporter,importer,value\ngoods,A,A,8\ngoods,A,B,2\ngoods,B,B,9\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "table.csv"
    ...     _ = file.write_text(text)
    ...     economy = read_icio(file, unit="billion USD")
    >>> economy.flows.tolist()
    [[[8.0, 2.0], [0.0, 9.0]]]
    """
    file = user_path(path)
    one_of(negative, ("refuse", "zero"), name="negative")
    one_of(blank, ("refuse", "zero"), name="blank")
    bounds = limits or FileLimits()
    rows = csv_rows(file, member=member, limits=bounds)
    _, header = header_of(rows, file.name)
    lowered = [cell.lower() for cell in header]
    groups = Grouping(regions, "regions"), Grouping(sectors, "sectors")
    if (
        len(header) > 1
        and all("_" in c or c.upper() in _NOT_PURCHASES for c in header[1:])
        and not (set(lowered) >= set(LONG_COLUMNS))
    ):
        options = TableOptions(
            file.name, *groups, to_billion(unit), negative, balance_tolerance, bounds
        )
        empty = 0.0 if blank == "zero" else None
        economy = _wide(header, rows, options, empty).economy(name or file.stem, year)
    else:
        economy = long_economy(
            header,
            rows,
            file=file,
            groups=groups,
            unit=unit,
            negative=negative,
            blank=blank,
            name=name,
            year=year,
            limits=bounds,
        )
    refuse_missing_home_sales(economy.flows, economy.regions, file.name)
    check_scale(
        economy.flows,
        file.name,
        stated_total=stated_total,
        total_tolerance=total_tolerance,
    )
    return economy
