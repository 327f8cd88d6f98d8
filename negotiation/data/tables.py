"""Loading the embedded tables: checksum, schema, information date."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

from negotiation.arguments import takes
from negotiation.data.schema import SCHEMAS, Column
from negotiation.data.sources import EMBEDDED, described_tables, sources
from negotiation.errors import DataError, InformationDateError, InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, one_of, read_only, user_path

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cell", "DateLike", "Table", "as_date", "load_table", "read_table", "table_names"]

Cell: TypeAlias = str | float | int | date | None
DateLike: TypeAlias = str | date | None


def as_date(value: DateLike, *, name: str = "as_of") -> date | None:
    """Return an ISO date string or a date as a date; None stays None.

    Examples
    --------
    >>> as_date("2025-05-02")
    datetime.date(2025, 5, 2)
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            "not a date", where=name, seen=repr(value), allowed="YYYY-MM-DD, such as 2025-05-02"
        ) from error


@dataclass(frozen=True, eq=False)
class Table(Presented):
    """Rows of an embedded table as they were known at a date.

    Attributes
    ----------
    name, title
        Name and contents.
    columns
        Column names in order.
    rows
        Tuples of cells: str, float, int, date, or None where the table has no value.
    key
        Columns whose values identify a row.
    as_of
        Information date, or None for all rows.

    Examples
    --------
    >>> table = load_table("tariff_rates", as_of="2025-05-02")
    >>> table.select(imposer="USA", series="added_2025", date="2025-04-10").column("rate_pct")
    (145.0,)
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    key: tuple[str, ...]
    as_of: date | None = None
    _later: tuple[tuple[Cell, ...], ...] = field(default=(), repr=False)

    @property
    def withheld(self) -> Mapping[tuple[Cell, ...], date]:
        """Keys of the rows that became known after ``as_of``, with the day on which they did."""
        places, known = [self.columns.index(c) for c in self.key], self.columns.index("known_on")
        return MappingProxyType(
            {tuple(row[k] for k in places): cast(date, row[known]) for row in self._later}
        )

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        """Yield each row as a mapping from column to cell."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def _position(self, column: str) -> int:
        one_of(column, self.columns, name=f"column of {self.name}")
        return self.columns.index(column)

    def column(self, name: str) -> tuple[Cell, ...]:
        """Return one column."""
        k = self._position(name)
        return tuple(row[k] for row in self.rows)

    def numbers(self, name: str) -> FloatArray:
        """Return a numeric column as a read-only array, NaN where empty."""
        cells = self.column(name)
        if any(isinstance(cell, str | date) for cell in cells):
            raise InvalidInputError("not a column of numbers", where=f"{self.name}.{name}")
        return read_only(np.array([math.nan if c is None else c for c in cells], dtype=np.float64))

    def _wanted(self, equal: Mapping[str, Cell]) -> dict[str, Cell]:
        dates = {c.name for c in SCHEMAS[self.name].columns if c.kind == "date"}
        for name in equal:
            self._position(name)
        return {
            name: as_date(cell, name=name) if name in dates and isinstance(cell, str) else cell
            for name, cell in equal.items()
        }

    def select(self, **equal: Cell) -> Table:
        """Return the rows whose columns equal the given cells; dates may be ISO strings."""
        wanted = self._wanted(equal)
        places = {self.columns.index(name): cell for name, cell in wanted.items()}

        def fits(row: tuple[Cell, ...]) -> bool:
            return all(row[k] == cell for k, cell in places.items())

        return replace(
            self,
            rows=tuple(row for row in self.rows if fits(row)),
            _later=tuple(row for row in self._later if fits(row)),
        )

    def row(self, **key: Cell) -> dict[str, Cell]:
        """Return the one row that the given cells identify.

        Raises
        ------
        InformationDateError
            If the row became known after the table's information date.
        InvalidInputError
            If no row or more than one answers.
        """
        found = self.select(**key)
        where = f"{self.name}[{', '.join(f'{k}={v}' for k, v in key.items())}]"
        if len(found) == 1:
            return next(iter(found))
        if not found.rows and found.withheld:
            raise InformationDateError(
                "this row was not known at the information date",
                where=where,
                seen=f"known on {min(found.withheld.values())}",
                allowed=f"on or before {self.as_of}",
            )
        raise InvalidInputError(
            "no such row" if not found.rows else "more than one row",
            where=where,
            seen=f"{len(found)} rows",
            allowed="exactly one",
            hint=f"The key of this table is {', '.join(self.key)}.",
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.columns))


def _cell(text: str, column: Column, place: str) -> Cell:
    """Turn the text of one cell into its type, or say what is wrong with it."""
    if text == "":
        if column.optional:
            return None
        raise DataError("empty cell", where=place, allowed=f"a {column.kind}")
    if column.kind == "text":
        return text
    if column.kind == "label":
        if text not in column.labels:
            raise DataError(
                "unknown label", where=place, seen=repr(text), allowed=", ".join(column.labels)
            )
        return text
    if column.kind == "date":
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise DataError(
                "not a date", where=place, seen=repr(text), allowed="YYYY-MM-DD"
            ) from error
    try:
        number = int(text) if column.kind == "integer" else float(text)
    except ValueError as error:
        raise DataError("not a number", where=place, seen=repr(text)) from error
    low = -math.inf if column.low is None else column.low
    high = math.inf if column.high is None else column.high
    if not math.isfinite(number) or not low <= number <= high:
        raise DataError(
            "number out of range", where=place, seen=text, allowed=f"from {low:g} to {high:g}"
        )
    return number


def _parse(
    name: str, text: str, file: str, known_sources: frozenset[str] | None
) -> list[tuple[Cell, ...]]:
    """Return the checked rows; without known sources any name of one is accepted."""
    schema = SCHEMAS[name]
    reader = csv.reader(io.StringIO(text))
    header = next(reader, [])
    expected = [column.name for column in schema.columns]
    missing = [column for column in expected if column not in header]
    if missing:
        raise DataError("missing column", where=f"{file}, row 1, column {missing[0]}", seen=header)
    if header != expected:
        raise DataError(
            "unexpected columns", where=f"{file}, row 1", seen=header, allowed=f"{expected}"
        )
    key_places = [expected.index(column) for column in schema.key]
    seen: dict[tuple[Cell, ...], int] = {}
    rows = []
    for cells in reader:
        line = reader.line_num
        if len(cells) != len(expected):
            raise DataError(
                "wrong number of cells",
                where=f"{file}, row {line}",
                seen=len(cells),
                allowed=f"{len(expected)}",
            )
        row = tuple(
            _cell(cell, column, f"{file}, row {line}, column {column.name}")
            for cell, column in zip(cells, schema.columns, strict=True)
        )
        if known_sources is not None and cells[-1] not in known_sources:
            raise DataError(
                "source without an entry in sources.toml",
                where=f"{file}, row {line}, column source",
                seen=repr(cells[-1]),
            )
        key = tuple(row[k] for k in key_places)
        if key in seen:
            raise DataError(
                "duplicate key",
                where=f"{file}, row {line}, column {schema.key[0]}",
                seen=", ".join(map(str, key)),
                allowed=f"once (first in row {seen[key]})",
            )
        seen[key] = line
        rows.append(row)
    return rows


def table_names() -> tuple[str, ...]:
    """Return the names of the embedded tables.

    Examples
    --------
    >>> "trade_icio_2022" in table_names()
    True
    """
    return tuple(SCHEMAS)


def _read_table(name: str, folder: Path) -> Table:
    file = f"tables/{name}.csv"
    entry = described_tables(folder=folder).get(name)
    if entry is None:
        raise DataError("table without an entry", where="sources.toml", seen=name)
    try:
        content = (folder / "tables" / f"{name}.csv").read_bytes()
    except OSError as error:
        raise DataError("cannot be read", where=file, seen=str(error.strerror)) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.get("sha256"):
        raise DataError(
            "wrong checksum",
            where=file,
            seen=f"sha256 {digest}",
            allowed=f"{entry.get('sha256')}, as in sources.toml",
            hint="The file was changed; restore it, or check the change and renew the checksum.",
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError("not UTF-8 text", where=file, seen=f"byte {error.start}") from error
    rows = _parse(name, text, file, frozenset(sources(folder=folder)))
    if not rows:
        raise DataError("no rows", where=file)
    schema = SCHEMAS[name]
    return Table(
        name,
        str(entry.get("title", "")),
        tuple(c.name for c in schema.columns),
        tuple(rows),
        schema.key,
    )


@takes
def read_table(name: str, path: str | Path) -> Table:
    """Return a user's csv with the columns of an embedded table; sources are free text.

    Raises
    ------
    DataError
        If the file cannot be read, has other columns, or a cell is not what its column allows;
        names file, row and column.
    """
    file = user_path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError("cannot be read", where=str(path), seen=str(error.strerror)) from error
    except UnicodeDecodeError as error:
        raise DataError("not UTF-8 text", where=str(path), seen=f"byte {error.start}") from error
    rows = _parse(one_of(name, table_names(), name="table"), text, str(path), None)
    if not rows:
        raise DataError("no rows", where=str(path))
    schema = SCHEMAS[name]
    return Table(name, file.name, tuple(c.name for c in schema.columns), tuple(rows), schema.key)


@lru_cache(maxsize=64)
def _embedded_table(name: str) -> Table:
    return _read_table(name, EMBEDDED)


@takes
def load_table(name: str, *, as_of: DateLike = None, folder: str | Path | None = None) -> Table:
    """Return an embedded table, without the rows that became known after a date.

    Parameters
    ----------
    name
        One of `table_names`.
    as_of
        Information date; None returns every row.
    folder
        A folder with ``sources.toml`` and ``tables/``, laid out as the embedded one.

    Raises
    ------
    DataError
        If the file's checksum is wrong or a cell is not what its column allows; names file, row
        and column.
    InformationDateError
        If no row of the table was known at the information date.

    Examples
    --------
    >>> len(load_table("trade_icio_2022")) == 28 * 12 * 12
    True
    """
    one_of(name, table_names(), name="table")
    table = _embedded_table(name) if folder is None else _read_table(name, Path(folder))
    limit = as_date(as_of)
    if limit is None:
        return table
    known = table.columns.index("known_on")
    rows = tuple(row for row in table.rows if cast(date, row[known]) <= limit)
    later = tuple(row for row in table.rows if cast(date, row[known]) > limit)
    if not rows:
        raise InformationDateError(
            "no row of this table was known at the information date",
            where=name,
            seen=f"first known on {min(cast(date, row[known]) for row in later)}",
            allowed=f"on or before {limit}",
        )
    return replace(table, rows=rows, as_of=limit, _later=later)
