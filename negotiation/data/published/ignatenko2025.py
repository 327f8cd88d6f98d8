"""Reader of the data of Ignatenko, Macedoni, Lashkaripour and Simonovska (2025).

"Making America Great Again? The Economic Impacts of Liberation Day Tariffs": csv files of 194
countries.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.data.readers.home_sales import calibrate_destination_shares, close_home_sales
from negotiation.data.readers.text_files import FileLimits, csv_rows
from negotiation.errors import DataError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.values import FloatArray, float_array, number, user_path

__all__ = ["read_ignatenko2025", "read_ignatenko2025_tariffs"]

_SECTOR = "goods"
_US = "USA"
_LIMITS = FileLimits(text_bytes=100_000_000)


def _rows(path: Path) -> list[list[str]]:
    """Rows of a csv file, the header included."""
    rows = [row for _, row in csv_rows(path, limits=_LIMITS)]
    if len(rows) < 2:
        raise DataError("no rows", where=path.name)
    return rows


def _number(text: str, place: str, *, low: float, blank: float | None = None) -> float:
    """Number of one cell; ``blank`` stands for an empty one."""
    if not text.strip() and blank is not None:
        return blank
    try:
        value = float(text)
    except ValueError as error:
        raise DataError("not a number", where=place, seen=repr(text)) from error
    if not np.isfinite(value) or value < low:
        raise DataError(
            "number out of range", where=place, seen=text, allowed=f"finite and >= {low:g}"
        )
    return value


def _single_column(path: Path, count: int, *, low: float) -> FloatArray:
    rows = _rows(path)
    if len(rows) != count + 1:
        raise DataError(
            "wrong number of rows", where=path.name, seen=len(rows) - 1, allowed=f"{count}"
        )
    return np.array(
        [
            _number(row[0], f"{path.name}, row {k}, column {rows[0][0]}", low=low)
            for k, row in enumerate(rows[1:], start=2)
        ]
    )


def _country_codes(path: Path) -> tuple[str, ...]:
    rows = _rows(path)
    header = [name.strip().lower() for name in rows[0]]
    if "iso3" not in header:
        raise DataError("missing column", where=f"{path.name}, row 1, column iso3", seen=rows[0])
    codes = tuple(row[header.index("iso3")].strip() for row in rows[1:])
    repeated = sorted({code for code in codes if codes.count(code) > 1 or not code})
    if repeated:
        raise DataError("codes must be distinct", where=f"{path.name}, column iso3", seen=repeated)
    if _US not in codes:
        raise DataError("no row for the United States", where=f"{path.name}, column iso3")
    return codes


def _trade_matrix(path: Path, codes: tuple[str, ...]) -> FloatArray:
    rows = _rows(path)
    count = len(codes)
    if len(rows) != count + 1:
        raise DataError(
            "wrong number of rows", where=path.name, seen=len(rows) - 1, allowed=f"{count}"
        )
    trade = np.zeros((count, count))
    for k, row in enumerate(rows[1:]):
        if len(row) != count:
            raise DataError(
                "wrong number of cells",
                where=f"{path.name}, row {k + 2} ({codes[k]})",
                seen=len(row),
                allowed=f"{count}",
            )
        for j, cell in enumerate(row):
            place = f"{path.name}, row {k + 2} ({codes[k]}), column {j + 1} ({codes[j]})"
            trade[k, j] = _number(cell, place, low=0.0, blank=0.0)
    if np.diagonal(trade).any():
        k = int(np.argmax(np.diagonal(trade) > 0.0))
        raise DataError(
            "the diagonal must be empty: sales at home follow from GDP",
            where=f"{path.name}, row {k + 2} ({codes[k]})",
            seen=trade[k, k],
        )
    return trade


@takes
def read_ignatenko2025(
    folder: str | Path, *, destination_shares: ArrayLike | None = None
) -> Economy:
    """Return the one-sector world of 194 countries of Ignatenko et al. (2025).

    Parameters
    ----------
    folder
        Holds ``country_labels.csv`` (column iso3), ``gdp.csv`` (USD) and ``trade_cepii.csv``
        (rows exporters, columns importers, thousand USD, blank is 0, diagonal empty).
    destination_shares
        ``nu`` by country, or one number, with which sales at home are computed. None: the
        authors' calibration, also behind their Eaton-Kortum and deficit tables, where ``nu`` is 0
        in the model but sales at home stay (`calibrate_destination_shares`, .11433521 and
        .27047098 for the United States).

    Returns
    -------
    Economy
        Regions are iso3 codes, flows and GDP in billion USD of 2023, no baseline tariffs. ``gdp``
        is the file's; the model's income follows from the flows and ``nu``.

    Raises
    ------
    DataError
        If a file is missing, of another shape, or has a negative flow or a cell that is no
        number; names file, row and column.
    """
    base = user_path(folder)
    codes = _country_codes(base / "country_labels.csv")
    gdp = _single_column(base / "gdp.csv", len(codes), low=0.0) / 1e9
    trade = _trade_matrix(base / "trade_cepii.csv", codes) / 1e6
    if destination_shares is None:
        rest, us = calibrate_destination_shares(trade, gdp, codes.index(_US))
        nu = np.full(len(codes), rest)
        nu[codes.index(_US)] = us
    else:
        nu = float_array(destination_shares, name="destination_shares", low=0.0, high=1.0)
    closed = close_home_sales(trade, gdp, nu)
    return Economy(
        name="ignatenko2025",
        regions=codes,
        sectors=(_SECTOR,),
        flows=closed.flows[None],
        tariffs=TariffSchedule(codes, (_SECTOR,), np.zeros((1, len(codes), len(codes)))),
        gdp=gdp,
        elasticities={"flat_4": np.array([4.0])},
        year=2023,
    )


@takes
def read_ignatenko2025_tariffs(folder: str | Path, *, floor: float = 0.10) -> TariffSchedule:
    """Return the United States' tariffs of 2 April 2025 by origin, nobody else taxing.

    Parameters
    ----------
    folder
        Holds ``country_labels.csv`` and ``tariffs.csv`` (one fraction a country, in order).
    floor
        Smallest rate on any origin; the authors use .10.

    Raises
    ------
    DataError
        If a file is missing or a rate is below 0; names file and row.
    """
    base = user_path(folder)
    codes = _country_codes(base / "country_labels.csv")
    least = number(floor, name="floor", low=0.0)
    rates = _single_column(base / "tariffs.csv", len(codes), low=0.0)
    table = np.zeros((1, len(codes), len(codes)))
    table[0, :, codes.index(_US)] = np.maximum(rates, least)
    table[0, codes.index(_US), codes.index(_US)] = 0.0
    return TariffSchedule(codes, (_SECTOR,), table)
