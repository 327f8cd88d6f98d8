"""Reader of the data of Ossa (2014), "Trade Wars and Trade Talks with Data".

A .mat file of 7 regions and 33 industries.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.data.published.matlab_files import read_mat
from negotiation.errors import DataError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.values import FloatArray, number, user_path

__all__ = ["read_ossa2014"]

_OSSA_REGIONS = ("BRA", "CHN", "EU", "IND", "JPN", "ROW", "USA")
_OSSA_SECTORS = (
    "ric", "wht", "gro", "v_f", "osd", "sug", "pfb", "ocr", "ctl", "oap", "dry", "wol", "frs",
    "cmt", "omt", "vol", "ofd", "b_t", "tex", "wap", "lea", "lum", "ppp", "crp", "nmm", "i_s",
    "nfm", "fmp", "mvh", "otn", "ele", "ome", "omf",
)  # fmt: skip


def _variable(
    content: dict[str, Any], name: str, shape: tuple[int, ...], file: str, *, low: float
) -> FloatArray:
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


@takes
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
    file = user_path(path)
    political = "LAMBDAPOL" if lobbying else "LAMBDABAS"
    content = read_mat(file, ("TRADE", "TARIFF", "SIGMA", political))
    regions, sectors = len(_OSSA_REGIONS), len(_OSSA_SECTORS)
    stacked, shape = (sectors * regions, regions), (sectors, regions, regions)
    flows = _variable(content, "TRADE", stacked, file.name, low=0.0).reshape(shape) / 1000.0
    rates = _variable(content, "TARIFF", stacked, file.name, low=0.0).reshape(shape)
    sigma = _variable(content, "SIGMA", (sectors, 1), file.name, low=0.0)[:, 0]
    weights = _variable(content, political, (regions, sectors), file.name, low=0.0)
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
