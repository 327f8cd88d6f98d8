"""Reader of long tables of trade: own csv files, ITPD-E, BACI."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.data.readers.grouping import Concordance, Grouping, concordance_of
from negotiation.data.readers.home_sales import close_home_sales, close_sector_home_sales
from negotiation.data.readers.input_output import refuse_negative
from negotiation.data.readers.text_files import FileLimits, cell_number, csv_rows, header_of
from negotiation.data.readers.units import TO_BILLION, check_scale
from negotiation.errors import DataError, InvalidInputError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.frames import refuse_missing_home_sales
from negotiation.values import FloatArray, number, one_of, user_path

__all__ = ["LONG_COLUMNS", "long_economy", "read_trade"]

LONG_COLUMNS = ("sector", "exporter", "importer")
_NAMES = {
    "sector": ("sector", "industry_id", "hs6", "product", "k"),
    "exporter": ("exporter", "exporter_iso3", "i"),
    "importer": ("importer", "importer_iso3", "j"),
    "value": ("value", "value_usd_mn", "value_usd_bn", "trade", "v"),
    "year": ("year", "t"),
}
_UNITS = {
    "value_usd_mn": "million USD",
    "value_usd_bn": "billion USD",
    "trade": "million USD",
    "v": "thousand USD",
}
_PRODUCTS = ("hs6", "k")


def _columns(header: list[str], file: str) -> dict[str, int]:
    """Place of each column by what it holds."""
    names = [name.lower() for name in header]
    found: dict[str, int] = {}
    for role, known in _NAMES.items():
        places = [k for k, name in enumerate(names) if name in known]
        if len(places) > 1:
            raise DataError(
                f"two columns for the {role}",
                where=f"{file}, row 1",
                seen=", ".join(header[k] for k in places),
                allowed="one",
            )
        if places:
            found[role] = places[0]
    for role in (*LONG_COLUMNS, "value"):
        if role not in found:
            raise DataError(
                "missing column",
                where=f"{file}, row 1, column {role}",
                seen=", ".join(header[:6])[:200] or "an empty file",
                allowed="sector, exporter, importer, value; or labels REGION_SECTOR",
                hint="Cells must be separated by commas." if len(header) == 1 else "",
            )
    if "unit" in names:
        found["unit"] = names.index("unit")
    return found


def _year(cell: str, place: str) -> int:
    try:
        return int(cell)
    except ValueError as error:
        raise DataError("not a year", where=place, seen=repr(cell[:40])) from error


def _sums(
    header: list[str],
    rows: Iterator[tuple[int, list[str]]],
    file: str,
    groups: tuple[Grouping, Grouping],
    unit: str | None,
    year: int | None,
    blank: float | None,
    negative: str,
    concordance: Concordance | None,
    limits: FileLimits,
) -> tuple[tuple[str, ...], tuple[str, ...], FloatArray]:
    """Read the rows; returns regions, sectors and flows in billion USD."""
    columns = _columns(header, file)
    value_name = header[columns["value"]].lower()
    named_product = header[columns["sector"]].lower() in _PRODUCTS
    fixed = _UNITS.get(value_name, unit)
    origin: dict[str, int] = {}
    product: dict[str, int] = {}
    keys, lines, values = array("q"), array("q"), array("d")
    years: set[int] = set()
    for line, row in rows:
        if len(row) != len(header):
            raise DataError(
                "wrong number of cells",
                where=f"{file}, row {line}",
                seen=len(row),
                allowed=f"{len(header)}",
            )
        if "year" in columns:
            when = _year(row[columns["year"]], f"{file}, row {line}, column year")
            years.add(when)
            if year is not None and when != year:
                continue
        labels = [row[columns[role]] for role in LONG_COLUMNS]
        if "" in labels:
            empty = LONG_COLUMNS[labels.index("")]
            raise DataError("empty cell", where=f"{file}, row {line}, column {empty}")
        if named_product and labels[0].isdigit():
            labels[0] = labels[0].zfill(6)
        place = f"{file}, row {line}, column {header[columns['value']]}"
        value = cell_number(row[columns["value"]], place, blank=blank)
        if value < 0.0 and negative != "zero":
            raise DataError("negative flow", where=place, seen=value, allowed=">= 0")
        in_unit = row[columns["unit"]] if columns.get("unit") is not None else ""
        in_unit = in_unit or str(fixed)
        if in_unit not in TO_BILLION:
            raise DataError(
                "unknown unit",
                where=f"{file}, row {line}, column unit",
                seen=repr(in_unit) if in_unit != "None" else "None",
                allowed=", ".join(TO_BILLION),
                hint="Give unit=... where the file has no column of units.",
            )
        s = product.setdefault(labels[0], len(product))
        x = origin.setdefault(labels[1], len(origin))
        m = origin.setdefault(labels[2], len(origin))
        if len(keys) >= limits.rows or max(len(product), len(origin)) >= 1 << 20:
            raise DataError(
                "too many rows", where=file, allowed=f"{limits.rows}", hint="See limits=."
            )
        keys.append((s << 40) | (x << 20) | m)
        lines.append(line)
        values.append(max(value, 0.0) * TO_BILLION[in_unit])
    if year is None and len(years) > 1:
        raise DataError(
            "several years",
            where=f"{file}, column year",
            seen=f"{min(years)} to {max(years)}",
            hint="year=... chooses one.",
        )
    if not keys:
        raise DataError("no rows", where=file, seen=f"years {sorted(years)[:8]}" if years else None)
    return _grouped(
        np.frombuffer(keys, dtype=np.int64),
        np.frombuffer(lines, dtype=np.int64),
        np.frombuffer(values, dtype=np.float64),
        (tuple(product), tuple(origin)),
        file, groups, concordance, limits,
    )  # fmt: skip


def _grouped(
    keys: Any,
    lines: Any,
    values: FloatArray,
    labels: tuple[tuple[str, ...], tuple[str, ...]],
    file: str,
    groups: tuple[Grouping, Grouping],
    concordance: Concordance | None,
    limits: FileLimits,
) -> tuple[tuple[str, ...], tuple[str, ...], FloatArray]:
    """Refuse rows listed twice, then add up groups."""
    order = np.argsort(keys, kind="stable")
    twice = np.flatnonzero(np.diff(keys[order]) == 0)
    if len(twice):
        later = order[twice + 1]
        pick = int(np.argmin(lines[later]))
        again, first = int(later[pick]), int(order[twice[pick]])
        key = int(keys[again])
        named = (labels[0][key >> 40], labels[1][(key >> 20) & 0xFFFFF], labels[1][key & 0xFFFFF])
        raise DataError(
            "duplicate key",
            where=f"{file}, row {lines[again]}, column {LONG_COLUMNS[0]}",
            seen=", ".join(named),
            allowed=f"once (first in row {lines[first]})",
        )
    by_region, by_sector = groups
    products = [
        by_sector(label if concordance is None else concordance(label, f"{file}, column sector"))
        for label in labels[0]
    ]
    origins = [by_region(label) for label in labels[1]]
    by_region.check()
    by_sector.check()
    sectors, regions = tuple(dict.fromkeys(products)), tuple(dict.fromkeys(origins))
    shape = (len(sectors), len(regions), len(regions))
    limits.check_cells(shape[0] * shape[1] * shape[2], file, "sectors and regions")
    sector = np.array([sectors.index(label) for label in products])
    region = np.array([regions.index(label) for label in origins])
    places = (sector[keys >> 40], region[(keys >> 20) & 0xFFFFF], region[keys & 0xFFFFF])
    flat = np.ravel_multi_index(places, shape)
    size = shape[0] * shape[1] * shape[2]
    flows = np.asarray(np.bincount(flat, weights=values, minlength=size), dtype=np.float64)
    return regions, sectors, flows.reshape(shape)


def long_economy(
    header: list[str],
    rows: Iterator[tuple[int, list[str]]],
    *,
    file: Path,
    groups: tuple[Grouping, Grouping],
    unit: str | None,
    negative: str,
    blank: str,
    name: str | None,
    year: int | None,
    limits: FileLimits,
    concordance: Concordance | None = None,
) -> Economy:
    """Return the economy of a long table, sales at home as they stand in it."""
    empty = 0.0 if blank == "zero" else None
    regions, sectors, flows = _sums(
        header, rows, file.name, groups, unit, year, empty, negative, concordance, limits
    )
    refuse_negative(flows, sectors, regions, file.name)
    tariffs = TariffSchedule(regions, sectors, np.zeros_like(flows))
    return Economy(name or file.stem, regions, sectors, flows, tariffs, year=year)


def _by_region(values: Mapping[str, float], regions: tuple[str, ...], name: str) -> FloatArray:
    if not isinstance(values, Mapping):
        raise InvalidInputError(
            "not a mapping from region to a number", where=name, seen=type(values).__name__
        )
    missing = [region for region in regions if region not in values]
    if missing:
        raise InvalidInputError("no value for a region", where=name, seen=", ".join(missing[:8]))
    return np.array([number(values[r], name=f"{name}[{r}]", low=0.0) for r in regions])


def _closed(
    economy: Economy,
    gdp: Mapping[str, float] | None,
    output: Mapping[str, Mapping[str, float]] | None,
    destination_shares: float,
    negative: str,
) -> Economy:
    """Fill in sales at home from GDP (one sector) or from output by sector."""
    from dataclasses import replace

    if gdp is not None and output is not None:
        raise InvalidInputError("give gdp or output, not both", where="gdp, output")
    if output is not None:
        if not isinstance(output, Mapping):
            raise InvalidInputError(
                "not a mapping from sector", where="output", seen=repr(output)[:80]
            )
        unknown = [s for s in economy.sectors if s not in output]
        if unknown:
            raise InvalidInputError("no output for a sector", where="output", seen=unknown[0])
        table = np.array(
            [_by_region(output[s], economy.regions, f"output[{s}]") for s in economy.sectors]
        )
        flows = close_sector_home_sales(
            economy.flows, table, regions=economy.regions, sectors=economy.sectors,
            negative=negative,
        )  # fmt: skip
        return replace(economy, flows=flows)
    assert gdp is not None
    if len(economy.sectors) != 1:
        raise InvalidInputError(
            "GDP closes a world of one sector",
            where="gdp",
            seen=f"{len(economy.sectors)} sectors",
            hint="Group the sectors, or give output={sector: {region: billion USD}}.",
        )
    income = _by_region(gdp, economy.regions, "gdp")
    exports = economy.flows[0].sum(axis=1) - economy.flows[0].diagonal()
    ratio = float(exports.sum() / income.sum()) if income.sum() > 0.0 else np.inf
    if not 1e-3 < ratio < 3.0:
        raise InvalidInputError(
            "trade and GDP are not in the same unit",
            where="gdp",
            seen=f"trade is {ratio:.3g} of GDP",
            allowed="0.001 to 3",
            hint="GDP must be in billion USD; see unit= for trade.",
        )
    closed = close_home_sales(economy.flows[0], income, destination_shares)
    return replace(economy, flows=closed.flows[None], gdp=income)


@takes
def read_trade(
    path: str | Path,
    regions: Mapping[str, Iterable[str]] | Iterable[str] | None = None,
    sectors: Mapping[str, Iterable[str]] | Iterable[str] | None = None,
    *,
    concordance: Mapping[str, str] | Concordance | str | Path | None = None,
    gdp: Mapping[str, float] | None = None,
    output: Mapping[str, Mapping[str, float]] | None = None,
    destination_shares: float = 0.0,
    home_sales: str = "required",
    unit: str | None = "million USD",
    negative: str = "refuse",
    blank: str = "refuse",
    name: str | None = None,
    year: int | None = None,
    member: str | None = None,
    stated_total: float | None = None,
    total_tolerance: float = 0.1,
    limits: FileLimits | None = None,
) -> Economy:
    r"""Return an economy from a long table of trade, one row a sector, exporter and importer.

    Columns are known by name: ``sector, exporter, importer`` and ``value`` (or ``value_usd_mn``,
    ``value_usd_bn``); those of ITPD-E (``industry_id, exporter_iso3, importer_iso3, year, trade``
    in million USD) and of BACI (``t, i, j, k, v`` in thousand USD). A column ``unit`` goes before
    ``unit=``. Other columns are ignored; rows that are not there are 0.

    Parameters
    ----------
    path
        The csv file, plain, ``.gz`` or ``.zip``.
    regions, sectors
        New label to the labels it groups, or the labels to keep; sectors are grouped after the
        concordance.
    concordance
        Sector by product code (a code stands for all that begin with it, ``"*"`` for the rest),
        or the path of a csv file with the two columns.
    gdp
        By region, billion USD: closes sales at home of a one-sector world (`close_home_sales`).
    output
        Gross output by sector and region, billion USD: sales at home are output less exports.
    destination_shares
        As in `close_home_sales`, with ``gdp``.
    home_sales
        ``"required"`` refuses a table in which a region buys and sells nothing at home, as trade
        data do; ``"as_given"`` takes it, in which tariffs leave nothing at home to turn to.
    unit, negative, blank, name, member, stated_total, total_tolerance, limits
        As in `read_icio`.
    year
        Which year of a file that holds several.

    Raises
    ------
    DataError
        If the file cannot be read or a row is not what its column allows; names file and row.
    InvalidInputError
        If an option does not fit the table, or sales at home are missing.

    Examples
    --------
    >>> import tempfile
    >>> text = "t,i,j,k,v,q\n2022,A,B,010121,2000000,1\n2022,B,A,870323,1000000,\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "BACI.csv"
    ...     _ = file.write_text(text)
    ...     world = read_trade(file, concordance={"*": "goods"}, gdp={"A": 10.0, "B": 10.0})
    >>> world.flows[0].tolist()
    [[8.0, 2.0], [1.0, 9.0]]
    """
    file = user_path(path)
    one_of(negative, ("refuse", "zero"), name="negative")
    one_of(blank, ("refuse", "zero"), name="blank")
    one_of(home_sales, ("required", "as_given"), name="home_sales")
    bounds = limits or FileLimits()
    rows = csv_rows(file, member=member, limits=bounds)
    _, header = header_of(rows, file.name)
    economy = long_economy(
        header,
        rows,
        file=file,
        groups=(Grouping(regions, "regions"), Grouping(sectors, "sectors")),
        unit=unit,
        negative=negative,
        blank=blank,
        name=name,
        year=year,
        limits=bounds,
        concordance=concordance_of(concordance, bounds),
    )
    if gdp is not None or output is not None:
        economy = _closed(economy, gdp, output, destination_shares, negative)
    if home_sales == "required":
        refuse_missing_home_sales(economy.flows, economy.regions, file.name)
    check_scale(
        economy.flows, file.name, stated_total=stated_total, total_tolerance=total_tolerance
    )
    return economy
