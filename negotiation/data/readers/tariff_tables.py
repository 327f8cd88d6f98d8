"""Reader of tariffs by product, such as those of the Harmonised System, with a concordance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.data.readers.grouping import Concordance, concordance_of
from negotiation.data.readers.text_files import FileLimits, cell_number, csv_rows, header_of
from negotiation.errors import DataError, InvalidInputError
from negotiation.trade.economy import HIGHEST_RATE, TariffSchedule
from negotiation.values import FloatArray, number, one_of, user_path

__all__ = ["read_tariffs"]

_NAMES = {
    "importer": ("importer", "reporter", "importer_iso3"),
    "exporter": ("exporter", "partner", "exporter_iso3"),
    "product": ("product", "hs6", "sector", "k"),
    "rate": ("rate", "tariff"),
    "weight": ("weight", "value"),
}
#: Names of the partner for rates on everybody who is not listed by name.
_EVERYBODY = ("*", "ALL", "WLD", "000")


def _columns(header: list[str], file: str) -> dict[str, int]:
    names = [name.lower() for name in header]
    found: dict[str, int] = {}
    for role, known in _NAMES.items():
        places = [k for k, name in enumerate(names) if name in known]
        if len(places) > 1 or (not places and role != "weight"):
            raise DataError(
                "missing column" if not places else f"two columns for the {role}",
                where=f"{file}, row 1, column {role}",
                seen=", ".join(header)[:200],
                allowed=" or ".join(known),
            )
        if places:
            found[role] = places[0]
    return found


class _Means:
    """Weighted sums of rates by importer, exporter (None: everybody) and sector."""

    def __init__(self) -> None:
        self.sums: dict[tuple[str, str | None, str], tuple[float, float]] = {}
        self.seen: set[tuple[str, str | None, str]] = set()

    def add(self, importer: str, exporter: str | None, sector: str, rate: float, by: float) -> None:
        total, weight = self.sums.get((importer, exporter, sector), (0.0, 0.0))
        self.sums[importer, exporter, sector] = (total + by * rate, weight + by)

    def of(self, importer: str, exporter: str, sector: str) -> float | None:
        """Mean rate of a pair: its own, else that on everybody; None where there is neither."""
        for partner in (exporter, None):
            total, weight = self.sums.get((importer, partner, sector), (0.0, 0.0))
            if weight > 0.0:
                return total / weight
        return None


@takes
def read_tariffs(
    path: str | Path,
    regions: Iterable[str],
    sectors: Iterable[str],
    *,
    unit: str,
    concordance: Mapping[str, str] | Concordance | str | Path | None = None,
    missing: float | None = None,
    highest_rate: float = HIGHEST_RATE,
    member: str | None = None,
    limits: FileLimits | None = None,
) -> TariffSchedule:
    r"""Return a schedule from a csv file with one row an importer, exporter and product.

    A sector's rate is the mean over its products, weighted by the column ``weight`` (or
    ``value``, baseline trade) where there is one, else simple. A pair with rows of its own takes
    only these; other pairs take the importer's rows whose exporter is ``*``, ``ALL``, ``WLD`` or
    ``000``.

    Parameters
    ----------
    path
        Columns importer (or reporter), exporter (or partner), product (or hs6, sector, k), rate
        (or tariff); plain, ``.gz`` or ``.zip``.
    regions, sectors
        Axes of the schedule; rows of other regions are left out, other sectors are refused.
    unit
        ``"percent"`` or ``"fraction"``; files do not say, so it must be named.
    concordance
        Sector by product code, as in `~negotiation.data.readers.trade_tables.read_trade`; None
        where the file has sectors.
    missing
        Rate where the file has none, a fraction; None refuses such a file and names the place.
    highest_rate
        As in `~negotiation.trade.economy.TariffSchedule`; applied to every row.

    Raises
    ------
    DataError
        If a row is not what its column allows, stands twice, or rates are missing; names file
        and row.

    Examples
    --------
    >>> import tempfile
    >>> text = "reporter,partner,hs6,rate\nUSA,WLD,854231,0\nUSA,WLD,870323,2.5\nCHN,USA,*,125\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "rates.csv"
    ...     _ = file.write_text(text.replace("*", "870323"))
    ...     rates = read_tariffs(file, ("USA", "CHN"), ("C26", "C29"), unit="percent",
    ...                          concordance={"85": "C26", "87": "C29"}, missing=0.0)
    >>> rates.rate("C29", exporter="USA", importer="CHN")
    1.25
    """
    file = user_path(path)
    factor = {"percent": 0.01, "fraction": 1.0}[one_of(unit, ("percent", "fraction"), name="unit")]
    highest = number(highest_rate, name="highest_rate", low=0.0)
    axes = _axis(regions, "regions"), _axis(sectors, "sectors")
    bounds = limits or FileLimits()
    codes = concordance_of(concordance, bounds)
    rows = csv_rows(file, member=member, limits=bounds)
    _, header = header_of(rows, file.name)
    columns = _columns(header, file.name)
    means = _Means()
    for count, (line, row) in enumerate(rows):
        where = f"{file.name}, row {line}"
        if len(row) != len(header):
            raise DataError(
                "wrong number of cells", where=where, seen=len(row), allowed=f"{len(header)}"
            )
        importer, partner, product = (row[columns[c]] for c in ("importer", "exporter", "product"))
        if not (importer and partner and product):
            raise DataError("empty cell", where=where, allowed="importer, exporter, product")
        exporter = None if partner.upper() in _EVERYBODY else partner
        if count >= bounds.rows:
            raise DataError("too many rows", where=where, allowed=f"{bounds.rows}")
        if (importer, exporter, product) in means.seen:
            raise DataError("duplicate key", where=where, seen=f"{importer}, {partner}, {product}")
        means.seen.add((importer, exporter, product))
        rate = factor * cell_number(row[columns["rate"]], f"{where}, column rate")
        if not -1.0 < rate <= highest:
            raise DataError(
                "rate out of range",
                where=f"{where}, column rate",
                seen=row[columns["rate"]],
                allowed=f"above -100 %, up to {100 * highest:g} %",
                hint='Is it percent (unit="percent")? highest_rate= allows more.',
            )
        by = 1.0
        if "weight" in columns:
            by = cell_number(row[columns["weight"]], f"{where}, column weight")
            if by < 0.0:
                raise DataError("negative weight", where=where, seen=by)
        if importer not in axes[0] or (exporter is not None and exporter not in axes[0]):
            continue
        sector = product if codes is None else codes(product, where)
        if sector not in axes[1]:
            raise DataError(
                "sector that is not listed", where=where, seen=sector[:40],
                allowed=", ".join(axes[1])[:200], hint="concordance= maps products to sectors.",
            )  # fmt: skip
        means.add(importer, exporter, sector, rate, by)
    return TariffSchedule(*axes, _table(means, axes, missing, file.name), highest)


def _axis(labels: Any, name: str) -> tuple[str, ...]:
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise InvalidInputError("not a list of labels", where=name, seen=repr(labels)[:80])
    out = tuple(labels)
    if not out or not all(isinstance(label, str) for label in out):
        raise InvalidInputError("not a list of labels", where=name, seen=repr(out)[:80])
    return out


def _table(
    means: _Means, axes: tuple[tuple[str, ...], tuple[str, ...]], missing: float | None, file: str
) -> FloatArray:
    regions, sectors = axes
    fill = None if missing is None else number(missing, name="missing", low=-1.0, open_low=True)
    rates = np.zeros((len(sectors), len(regions), len(regions)))
    for x, exporter in enumerate(regions):
        for m, importer in enumerate(regions):
            if x == m:
                continue
            for s, sector in enumerate(sectors):
                rate = means.of(importer, exporter, sector)
                rate = fill if rate is None else rate
                if rate is None:
                    raise DataError(
                        "no rate",
                        where=file,
                        seen=f"importer {importer}, exporter {exporter}, sector {sector}",
                        hint="missing=0.0 puts 0 there.",
                    )
                rates[s, x, m] = rate
    return rates
