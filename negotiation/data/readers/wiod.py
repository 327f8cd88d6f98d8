"""Reader of the World Input-Output Database, release 2016.

Timmer, Dietzenbacher, Los, Stehrer and de Vries (2015), "An Illustrated User Guide to the World
Input-Output Database". Prices are basic, values million USD.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
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
from negotiation.data.readers.units import check_scale, to_billion
from negotiation.errors import DataError
from negotiation.trade.economy import Economy
from negotiation.trade.frames import refuse_missing_home_sales
from negotiation.values import one_of, user_path

__all__ = ["read_wiod"]

_FLAT = ("IndustryCode", "IndustryDescription", "Country", "RNr", "Year")
_FINAL_DEMAND = ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN")
_ACCOUNTS = {
    "II_fob": None,
    "TXSP": "costs",
    "EXP_adj": "costs",
    "PURR": "costs",
    "PURNR": "costs",
    "IntTTM": "costs",
    "VA": "value_added",
    "GO": "output",
}
_TOTAL = "TOT"
_SHEET_HEAD = 6

_Rows = Iterator[tuple[int, list[str]]]


def _refuse_layout(file: str, seen: str) -> DataError:
    return DataError(
        "not a table of the World Input-Output Database",
        where=file,
        seen=seen[:120],
        allowed=f"columns {', '.join(_FLAT)}, AUS1, ..., TOT; or the worksheet saved as csv",
    )


def _flat_columns(header: list[str], rows: _Rows, file: str) -> list[tuple[str, str]]:
    """Region and code of each column, from the order of the rows of a first pass."""
    codes: dict[str, list[str]] = {}
    years: set[str] = set()
    for line, row in rows:
        if len(row) != len(header):
            raise DataError(
                "wrong number of cells",
                where=f"{file}, row {line}",
                seen=len(row),
                allowed=f"{len(header)}",
            )
        codes.setdefault(row[2], []).append(row[0])
        years.add(row[4])
    if len(years) > 1:
        raise DataError("several years", where=f"{file}, column Year", seen=sorted(years)[:5])
    countries = [name for name in codes if name != _TOTAL]
    for country in countries:
        other = set(codes[country]) ^ set(codes[countries[0]])
        if other:
            raise DataError(
                "countries with other industries",
                where=f"{file}, country {country} or {countries[0]}",
                seen=", ".join(sorted(other))[:120],
                allowed="the same codes everywhere",
            )
    out = []
    for place, name in enumerate(header[len(_FLAT) : -1], start=len(_FLAT) + 1):
        parts = re.fullmatch(r"(.+?)([0-9]{1,3})", name)
        listed = codes.get(parts[1]) if parts else None
        if parts is None or not listed or parts[1] == _TOTAL:
            raise _refuse_layout(f"{file}, row 1, column {place}", name)
        number = int(parts[2]) - 1
        kinds = [*listed, *_FINAL_DEMAND]
        if not 0 <= number < len(kinds):
            raise _refuse_layout(f"{file}, row 1, column {place}", name)
        out.append((parts[1], kinds[number]))
    return out


def _sheet_columns(head: list[list[str]], file: str) -> list[tuple[str, str]]:
    """Region and code of each column, from the lines above the table."""
    codes, regions = head[2][4:-1], head[4][4:-1]
    if not codes or head[4][-1] != _TOTAL or "" in codes or "" in regions:
        raise _refuse_layout(file, ", ".join(head[4]))
    return list(zip(regions, codes, strict=True))


def _filled(
    columns: list[tuple[str, str]],
    rows: Iterable[tuple[int, list[str]]],
    first: int,
    options: TableOptions,
    blank: float | None,
) -> InputOutputSums:
    names = [f"{region}_{code}" for region, code in columns]
    twice = next((name for k, name in enumerate(names) if name in names[:k]), None)
    if twice is not None:
        raise DataError("repeated column", where=options.file, seen=twice, allowed="once")
    purchases = [
        Purchase(name, region, None if code in _FINAL_DEMAND else code)
        for name, (region, code) in zip(names, columns, strict=True)
    ]
    sums = InputOutputSums(purchases, options)
    accounts: set[str] = set()
    for line, row in rows:
        whole = len(row) == first + len(columns) + 1
        code, region = (row[0], row[2]) if whole else ("", "")
        where = f"{options.file}, row {line} ({region} {code})"[:120]
        if not (code and region):
            raise DataError(
                "wrong number of cells" if not whole else "empty cell",
                where=where,
                seen=len(row),
                allowed=f"{first + len(columns) + 1}, with code and country",
            )
        kind = region == _TOTAL
        values = row_numbers(row[first:-1], names, where, blank=0.0 if kind else blank)
        if not kind:
            total = cell_number(row[-1], f"{where}, column {_TOTAL}")
            sums.add_sales(line, f"{region}_{code}", (region, code), values, total)
            continue
        if code not in _ACCOUNTS or code in accounts:
            raise DataError(
                "unknown row of totals" if code not in _ACCOUNTS else "duplicate row",
                where=where,
                allowed=", ".join(_ACCOUNTS),
            )
        accounts.add(code)
        account = _ACCOUNTS[code]
        if account is not None:
            sums.add_account(account, values)
    if "GO" not in accounts or "VA" not in accounts:
        raise DataError("no rows of output and value added", where=options.file, allowed="GO, VA")
    sums.match_columns()
    return sums


@takes
def read_wiod(
    path: str | Path,
    regions: Mapping[str, Iterable[str]] | Iterable[str] | None = None,
    sectors: Mapping[str, Iterable[str]] | Iterable[str] | None = None,
    *,
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
    """Return an economy from a world input-output table of WIOD, release 2016, as csv.

    Two layouts: the flat table of the ``.RData`` and ``.dta`` files (columns ``IndustryCode``,
    ``IndustryDescription``, ``Country``, ``RNr``, ``Year``, then ``AUS1`` to ``ROW61`` and
    ``TOT``), or the worksheet of the ``.xlsb`` files with its six lines of head. Both are saved as
    csv from the program that opens them.

    Parameters
    ----------
    path
        The csv file, plain, ``.gz`` or ``.zip``.
    regions, sectors, negative, blank, name, year, member, balance_tolerance, limits
        As in `~negotiation.data.readers.icio.read_icio`.
    stated_total, total_tolerance
        As there.

    Returns
    -------
    Economy
        As there. International transport margins and adjustments of a sector's column count as
        value added in ``sector_value_added_share``, since they are no input of the table.

    Raises
    ------
    DataError
        If the file has neither layout, or its accounts do not add up; names row and column.
    """
    file = user_path(path)
    one_of(negative, ("refuse", "zero"), name="negative")
    one_of(blank, ("refuse", "zero"), name="blank")
    bounds = limits or FileLimits()
    rows = csv_rows(file, member=member, limits=bounds)
    options = TableOptions(
        file.name,
        Grouping(regions, "regions"),
        Grouping(sectors, "sectors"),
        to_billion("million USD"),
        negative,
        balance_tolerance,
        bounds,
    )
    first = next(rows, (0, []))[1]
    empty = 0.0 if blank == "zero" else None
    if tuple(first[: len(_FLAT)]) == _FLAT and first[-1] == _TOTAL:
        header_of(iter([(1, first)]), file.name)
        columns = _flat_columns(first, rows, file.name)
        again = csv_rows(file, member=member, limits=bounds)
        next(again, None)
        sums = _filled(columns, again, len(_FLAT), options, empty)
    else:
        head = [first, *(row for _, row in islice(rows, _SHEET_HEAD - 1))]
        if len(head) < _SHEET_HEAD or len({len(row) for row in head}) > 1 or len(first) < 6:
            raise _refuse_layout(file.name, ", ".join(first))
        sums = _filled(_sheet_columns(head, file.name), rows, 4, options, empty)
    economy = sums.economy(name or file.stem, year)
    refuse_missing_home_sales(economy.flows, economy.regions, file.name)
    check_scale(
        economy.flows, file.name, stated_total=stated_total, total_tolerance=total_tolerance
    )
    return economy
