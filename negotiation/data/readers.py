"""Readers of the replication files of published models, which users bring.

Ignatenko, Macedoni, Lashkaripour and Simonovska (2025), "Making America Great Again? The
Economic Impacts of Liberation Day Tariffs": csv files of 194 countries. Ossa (2014), "Trade Wars
and Trade Talks with Data": a .mat file of 7 regions and 33 industries.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.data.home_sales import calibrate_destination_shares, close_home_sales
from negotiation.errors import DataError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.values import FloatArray, float_array, number

__all__ = ["read_ignatenko2025", "read_ignatenko2025_tariffs", "read_ossa2014"]

_SECTOR = "goods"
_US = "USA"
_OSSA_REGIONS = ("BRA", "CHN", "EU", "IND", "JPN", "ROW", "USA")
_OSSA_SECTORS = (
    "ric", "wht", "gro", "v_f", "osd", "sug", "pfb", "ocr", "ctl", "oap", "dry", "wol", "frs",
    "cmt", "omt", "vol", "ofd", "b_t", "tex", "wap", "lea", "lum", "ppp", "crp", "nmm", "i_s",
    "nfm", "fmp", "mvh", "otn", "ele", "ome", "omf",
)  # fmt: skip


def _rows(path: Path) -> list[list[str]]:
    """Rows of a csv file, the header included."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise DataError("cannot be read", where=path.name, seen=str(error.strerror)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError("not a csv file", where=path.name, seen=str(error)) from error
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
    base = Path(folder)
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
    base = Path(folder)
    codes = _country_codes(base / "country_labels.csv")
    least = number(floor, name="floor", low=0.0)
    rates = _single_column(base / "tariffs.csv", len(codes), low=0.0)
    table = np.zeros((1, len(codes), len(codes)))
    table[0, :, codes.index(_US)] = np.maximum(rates, least)
    table[0, codes.index(_US), codes.index(_US)] = 0.0
    return TariffSchedule(codes, (_SECTOR,), table)


def _load_mat(path: Path) -> dict[str, Any]:
    from scipy.io import loadmat

    if not path.is_file():
        seen = "a folder" if path.is_dir() else "no such file"
        raise DataError("cannot be read", where=path.name, seen=seen, allowed="a .mat file")
    try:
        return dict(loadmat(path))
    except Exception as error:  # scipy has no common base for what a damaged file raises
        raise DataError(
            "not a .mat file that can be read",
            where=path.name,
            seen=f"{type(error).__name__}: {error}",
            allowed="a MATLAB 5 to 7 file (not 7.3)",
        ) from error


def _variable(
    content: dict[str, Any], name: str, shape: tuple[int, ...], file: str, *, low: float
) -> FloatArray:
    if name not in content:
        raise DataError(
            "missing variable",
            where=f"{file}, {name}",
            seen=", ".join(sorted(k for k in content if not k.startswith("__"))) or "none",
        )
    values = content[name]
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiu":
        raise DataError("not an array of real numbers", where=f"{file}, {name}")
    if values.shape != shape:
        raise DataError(
            "wrong shape", where=f"{file}, {name}", seen=values.shape, allowed=f"{shape}"
        )
    bad = ~np.isfinite(values.astype(np.float64)) | (values < low)
    if bad.any():
        row, column = (int(k) for k in np.argwhere(bad)[0])
        raise DataError(
            "number out of range",
            where=f"{file}, {name}, {_ossa_place(name, row, column)}",
            seen=values[row, column],
            allowed=f"finite and >= {low:g}",
        )
    return values.astype(np.float64)


def _ossa_place(name: str, row: int, column: int) -> str:
    place = f"row {row + 1}, column {column + 1}"
    count = len(_OSSA_REGIONS)
    if name in ("TRADE", "TARIFF"):
        exporter, sector = _OSSA_REGIONS[row % count], _OSSA_SECTORS[row // count]
        place += f" ({sector}, exporter {exporter}, importer {_OSSA_REGIONS[column]})"
    return place


def read_ossa2014(
    path: str | Path, lobbying: bool = False, *, balance_tolerance: float = 1e-9
) -> Economy:
    """Return the world of 7 regions and 33 industries of Ossa (2014).

    Parameters
    ----------
    path
        The author's ``DATA.mat``: TRADE and TARIFF (231 x 7, industries stacked, rows exporters),
        SIGMA (33), LAMBDABAS and LAMBDAPOL (7 x 33).
    lobbying
        True takes the political weights LAMBDAPOL, False LAMBDABAS (all 1).
    balance_tolerance
        Largest imbalance of a region that is accepted, over its exports: the file's trade is
        balanced, so that transfers are 0 and need no model.

    Returns
    -------
    Economy
        Regions BRA, CHN, EU, IND, JPN, ROW, USA; sectors by GTAP code; flows net of tariffs in
        billion USD, diagonal sales at home; the factual tariffs as baseline; elasticity set
        ``ossa_2014``, ``sigma - 1``.

    Raises
    ------
    DataError
        If the file cannot be read, a variable is missing or of another shape, a flow is negative
        or not finite, or trade is not balanced; names the variable, row and column.
    """
    file = Path(path)
    content = _load_mat(file)
    regions, sectors = len(_OSSA_REGIONS), len(_OSSA_SECTORS)
    stacked, shape = (sectors * regions, regions), (sectors, regions, regions)
    flows = _variable(content, "TRADE", stacked, file.name, low=0.0).reshape(shape) / 1000.0
    rates = _variable(content, "TARIFF", stacked, file.name, low=0.0).reshape(shape)
    sigma = _variable(content, "SIGMA", (sectors, 1), file.name, low=0.0)[:, 0]
    weights = _variable(
        content, "LAMBDAPOL" if lobbying else "LAMBDABAS", (regions, sectors), file.name, low=0.0
    )
    if np.any(sigma <= 1.0):
        s = int(np.argmin(sigma))
        raise DataError(
            "elasticity of substitution must exceed 1",
            where=f"{file.name}, SIGMA, row {s + 1} ({_OSSA_SECTORS[s]})",
            seen=sigma[s],
        )
    if np.diagonal(rates, axis1=1, axis2=2).any():
        s, i = (int(k) for k in np.argwhere(np.diagonal(rates, axis1=1, axis2=2))[0])
        raise DataError(
            "a region cannot tax its own sales",
            where=f"{file.name}, TARIFF, {_ossa_place('TARIFF', s * regions + i, i)}",
            seen=rates[s, i, i],
        )
    _refuse_imbalance(flows, file.name, balance_tolerance)
    return Economy(
        name="ossa2014" + ("_lobbying" if lobbying else ""),
        regions=_OSSA_REGIONS,
        sectors=_OSSA_SECTORS,
        flows=flows,
        tariffs=TariffSchedule(_OSSA_REGIONS, _OSSA_SECTORS, rates),
        elasticities={"ossa_2014": sigma - 1.0},
        political_weights=weights,
        year=2007,
    )


def _refuse_imbalance(flows: FloatArray, file: str, tolerance: float) -> None:
    exports, imports = flows.sum(axis=(0, 2)), flows.sum(axis=(0, 1))
    if np.any(exports <= 0.0):
        raise DataError(
            "a region sells nothing",
            where=f"{file}, TRADE, {_OSSA_REGIONS[int(np.argmin(exports))]}",
        )
    gap = np.abs(exports - imports) / exports
    limit = number(tolerance, name="balance_tolerance", low=0.0)
    if gap.max() > limit:
        i = int(np.argmax(gap))
        raise DataError(
            "trade is not balanced: transfers must be 0",
            where=f"{file}, TRADE, {_OSSA_REGIONS[i]}",
            seen=f"exports less imports {exports[i] - imports[i]:.6g} billion USD",
            allowed=f"{limit:g} of exports",
            hint="Use the purged file, or raise balance_tolerance.",
        )
