"""Reader of inter-country input-output tables that users bring as csv files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from negotiation.errors import DataError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.values import FloatArray, one_of

__all__ = ["read_icio"]

_TO_BILLION = {"USD": 1e-9, "thousand USD": 1e-6, "million USD": 1e-3, "billion USD": 1.0}
_VALUE_COLUMNS = {"value": None, "value_usd_mn": "million USD", "value_usd_bn": "billion USD"}
_LABELS = ("sector", "exporter", "importer")
_VALUE_ADDED_ROWS = ("VA", "VALU")
_OUTPUT_ROWS = ("OUT", "OUTPUT", "TOTAL")
_NOT_SALES = (*_VALUE_ADDED_ROWS, *_OUTPUT_ROWS, "TLS", "TAXSUB")


@dataclass
class _Sums:
    """Flows added up while a file is read; labels in order of appearance."""

    sectors: dict[str, int]
    regions: dict[str, int]
    flows: dict[tuple[int, int, int], float]
    value_added: dict[str, float]

    def add(self, sector: str, exporter: str, importer: str, value: float) -> None:
        key = (
            self.sectors.setdefault(sector, len(self.sectors)),
            self.regions.setdefault(exporter, len(self.regions)),
            self.regions.setdefault(importer, len(self.regions)),
        )
        self.flows[key] = self.flows.get(key, 0.0) + value

    def array(self) -> FloatArray:
        out = np.zeros((len(self.sectors), len(self.regions), len(self.regions)))
        for key, value in self.flows.items():
            out[key] = value
        return out


def _number(text: str, place: str) -> float:
    try:
        value = float(text) if text.strip() else 0.0
    except ValueError as error:
        raise DataError("not a number", where=place, seen=repr(text)) from error
    if not np.isfinite(value):
        raise DataError("not finite", where=place, seen=text)
    return value


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of a csv file that are not empty."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield reader.line_num, [cell.strip() for cell in row]
    except OSError as error:
        raise DataError("cannot be read", where=path.name, seen=str(error.strerror)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError("not a csv file", where=path.name, seen=str(error)) from error


def _read_long(
    header: list[str], lines: Iterator[tuple[int, list[str]]], file: str, unit: str | None
) -> _Sums:
    """Read rows of sector, exporter, importer and value; values are turned into billion USD."""
    names = [name.lower() for name in header]
    column = next(name for name in names if name in _VALUE_COLUMNS)
    fixed = _VALUE_COLUMNS[column] or unit
    sums = _Sums({}, {}, {}, {})
    seen: dict[tuple[str, ...], int] = {}
    for line, row in lines:
        if len(row) != len(names):
            raise DataError(
                "wrong number of cells",
                where=f"{file}, row {line}",
                seen=len(row),
                allowed=f"{len(names)}",
            )
        cells = dict(zip(names, row, strict=True))
        labels = (cells["sector"], cells["exporter"], cells["importer"])
        if "" in labels:
            empty = _LABELS[labels.index("")]
            raise DataError("empty cell", where=f"{file}, row {line}, column {empty}")
        if labels in seen:
            raise DataError(
                "duplicate key",
                where=f"{file}, row {line}, column {_LABELS[0]}",
                seen=", ".join(labels),
                allowed=f"once (first in row {seen[labels]})",
            )
        seen[labels] = line
        place = f"{file}, row {line}, column {column}"
        value = _number(cells[column], place)
        if value < 0.0:
            raise DataError("negative flow", where=place, seen=value, allowed=">= 0")
        in_unit = cells.get("unit") or fixed
        if in_unit not in _TO_BILLION:
            raise DataError(
                "unknown unit",
                where=f"{file}, row {line}, column unit",
                seen=repr(in_unit),
                allowed=", ".join(_TO_BILLION),
                hint="Give unit=... where the file has no column of units.",
            )
        sums.add(*labels, value * _TO_BILLION[in_unit])
    return sums


def _split(label: str, place: str) -> tuple[str, str]:
    region, mark, sector = label.partition("_")
    if not (mark and region and sector):
        raise DataError(
            "not a label of a region and a sector", where=place, seen=repr(label), allowed="USA_C26"
        )
    return region, sector


def _read_wide(
    header: list[str], lines: Iterator[tuple[int, list[str]]], file: str, factor: float
) -> _Sums:
    """Read rows and columns labelled REGION_SECTOR, final demand as REGION_CATEGORY."""
    columns = header[1:]
    importers = [
        None if label.upper() in _NOT_SALES else _split(label, f"{file}, row 1, column {k}")[0]
        for k, label in enumerate(columns, start=2)
    ]
    names = list(dict.fromkeys(name for name in importers if name is not None))
    belongs = np.array([[name == wanted for name in importers] for wanted in names], dtype=float)
    sums = _Sums({}, {}, {}, {})
    seen: dict[str, int] = {}
    for line, row in lines:
        label = row[0]
        if len(row) != len(header):
            raise DataError(
                "wrong number of cells",
                where=f"{file}, row {line} ({label})",
                seen=len(row),
                allowed=f"{len(header)}",
            )
        if label in seen:
            raise DataError(
                "duplicate row",
                where=f"{file}, row {line}, column 1",
                seen=label,
                allowed=f"once (first in row {seen[label]})",
            )
        seen[label] = line
        try:
            values = np.array(row[1:], dtype=np.float64)
            unreadable = not np.isfinite(values).all()
        except ValueError:
            unreadable = True
        if unreadable:
            values = np.array(
                [
                    _number(cell, f"{file}, row {line} ({label}), column {name}")
                    for name, cell in zip(columns, row[1:], strict=True)
                ]
            )
        if label.upper() in _NOT_SALES:
            if label.upper() in _VALUE_ADDED_ROWS:
                added = belongs @ values * factor
                sums.value_added.update(zip(names, added.tolist(), strict=True))
            continue
        exporter, sector = _split(label, f"{file}, row {line}, column 1")
        for importer, value in zip(names, (belongs @ values * factor).tolist(), strict=True):
            sums.add(sector, exporter, importer, value)
    return sums


def _refuse_negative(
    flows: FloatArray, sectors: tuple[str, ...], regions: tuple[str, ...], file: str
) -> None:
    if np.any(flows < 0.0):
        s, x, m = (int(k) for k in np.argwhere(flows < 0.0)[0])
        raise DataError(
            "negative flow",
            where=f"{file}: sector {sectors[s]}, exporter {regions[x]}, importer {regions[m]}",
            seen=f"{flows[s, x, m]:.6g} billion USD",
            allowed=">= 0",
            hint='Inventories fell by more than all other uses: negative="zero" puts 0.',
        )


def _groups(
    wanted: Mapping[str, Iterable[str]] | Iterable[str] | None, labels: tuple[str, ...], name: str
) -> dict[str, list[str]]:
    """Groups of labels; a list of labels keeps those and puts the others in ``ROW`` or ``REST``."""
    if wanted is None:
        return {}
    if isinstance(wanted, Mapping):
        return {
            group: [members] if isinstance(members, str) else list(members)
            for group, members in wanted.items()
        }
    kept = [wanted] if isinstance(wanted, str) else list(wanted)
    for label in kept:
        one_of(label, labels, name=name)
    others = [label for label in labels if label not in kept]
    return {"ROW" if name == "regions" else "REST": others} if others else {}


def read_icio(
    path: str | Path,
    regions: Mapping[str, Iterable[str]] | Iterable[str] | None = None,
    sectors: Mapping[str, Iterable[str]] | Iterable[str] | None = None,
    *,
    unit: str | None = "million USD",
    negative: str = "refuse",
    name: str | None = None,
    year: int | None = None,
) -> Economy:
    r"""Return an economy from an inter-country input-output table in csv.

    Two layouts are told apart by the header.

    *Long*: columns ``sector``, ``exporter``, ``importer`` and one of ``value``, ``value_usd_mn``,
    ``value_usd_bn``; an optional column ``unit`` goes before ``unit=``; other columns are ignored.
    Flows that the file does not list are 0.

    *Wide*, that of the OECD: the first column and the header hold labels ``REGION_SECTOR``;
    further columns ``REGION_CATEGORY`` are final demand, and every column of a region counts as
    that region's purchase. Columns and rows OUT, OUTPUT, TOTAL, VA, VALU, TLS and TAXSUB are no
    sales; a row VA or VALU gives ``value_added_share`` and ``gdp`` (value added at basic prices).
    The file is read row by row.

    Parameters
    ----------
    path
        The csv file.
    regions, sectors
        New label to the labels it groups (labels not named stay), or the labels to keep: the
        others are added up as ``ROW`` or ``REST``.
    unit
        ``"USD"``, ``"thousand USD"``, ``"million USD"`` or ``"billion USD"``.
    negative
        ``"refuse"``, or ``"zero"`` to put 0 where inventories fall by more than all other uses.
    name, year
        Put on the economy; the name defaults to the file's.

    Returns
    -------
    Economy
        Flows in billion USD; no tariffs and no trade elasticities, which such tables lack.

    Raises
    ------
    DataError
        If the file cannot be read, has neither layout, a repeated or misnamed label, a negative
        flow or a cell that is no number; names file, row and column.
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
    file = Path(path)
    one_of(negative, ("refuse", "zero"), name="negative")
    lines = _lines(file)
    header = next(lines, (0, []))[1]
    names = [cell.lower() for cell in header]
    values = [cell for cell in names if cell in _VALUE_COLUMNS]
    if set(_LABELS) <= set(names) and len(values) == 1:
        sums = _read_long(header, lines, file.name, unit)
    elif len(header) > 1 and all("_" in c or c.upper() in _NOT_SALES for c in header[1:]):
        factor = _TO_BILLION[one_of(str(unit), _TO_BILLION, name="unit")]
        sums = _read_wide(header, lines, file.name, factor)
    else:
        missing = [label for label in _LABELS if label not in names] or ["value"]
        raise DataError(
            "missing column",
            where=f"{file.name}, row 1, column {missing[0]}",
            seen=", ".join(header[:6]) or "an empty file",
            allowed="sector, exporter, importer, value; or labels REGION_SECTOR",
            hint="Cells must be separated by commas." if len(header) == 1 else "",
        )
    if not sums.flows:
        raise DataError("no rows", where=file.name)
    region_labels, sector_labels = tuple(sums.regions), tuple(sums.sectors)
    flows = sums.array()
    if negative == "zero":
        flows = np.maximum(flows, 0.0)
    _refuse_negative(flows, sector_labels, region_labels, file.name)
    gdp = share = None
    if sums.value_added:
        gdp = np.array([sums.value_added.get(region, 0.0) for region in region_labels])
        share = _value_added_share(gdp, flows.sum(axis=(0, 2)), region_labels, file.name)
    count = len(region_labels)
    economy = Economy(
        name=name or file.stem,
        regions=region_labels,
        sectors=sector_labels,
        flows=flows,
        tariffs=TariffSchedule(
            region_labels, sector_labels, np.zeros((len(sector_labels), count, count))
        ),
        gdp=gdp,
        value_added_share=share,
        year=year,
    )
    return economy.aggregate(
        regions=_groups(regions, region_labels, "regions"),
        sectors=_groups(sectors, sector_labels, "sectors"),
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
