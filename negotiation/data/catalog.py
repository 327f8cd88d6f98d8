"""What the embedded data hold, as rows of plain cells to print or to write as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from negotiation.arguments import takes
from negotiation.data.parameters import Parameter, parameter, parameters
from negotiation.data.schema import SCHEMAS
from negotiation.data.sources import sources
from negotiation.data.tables import Cell, DateLike, as_date, load_table, table_names
from negotiation.errors import InformationDateError
from negotiation.presentation import Presented
from negotiation.values import instance, one_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Listing", "list_data", "list_sources", "show_codebook", "show_data"]

PlainCell: TypeAlias = str | float | int | None
Folder: TypeAlias = str | Path | None

_PARAMETERS = "parameters"
_PARAMETER_COLUMNS = (
    "name",
    "value",
    "low",
    "high",
    "unit",
    "symbol",
    "meaning",
    "known_on",
    "status",
    "source",
    "note",
)


@dataclass(frozen=True)
class Listing(Presented):
    """A table of plain cells.

    Attributes
    ----------
    title
        What it shows.
    columns
        Names of the columns.
    rows
        Cells that are str, int, float or None; dates are ISO strings.

    Examples
    --------
    >>> listing = show_data("purchase_compliance")
    >>> listing.as_dict()["rows"][0]["value"]
    0.5748
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[PlainCell, ...], ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.columns))

    def as_dict(self) -> dict[str, Any]:
        """Return title, columns and rows (each a mapping), fit for JSON."""
        return {
            "title": self.title,
            "columns": list(self.columns),
            "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows],
        }

    def as_text(self) -> tuple[tuple[str, ...], ...]:
        """Return the rows as text, None as an empty cell."""
        return tuple(
            tuple(
                "" if cell is None else f"{cell:.10g}" if isinstance(cell, float) else str(cell)
                for cell in row
            )
            for row in self.rows
        )


def _plain(cell: Cell) -> PlainCell:
    return cell.isoformat() if isinstance(cell, date) else cell


def _title(text: str, as_of: DateLike) -> str:
    day = as_date(as_of)
    return text if day is None else f"{text}, as known on {day.isoformat()}"


@takes
def list_data(as_of: DateLike = None, *, folder: Folder = None) -> Listing:
    """Return every table, and the parameters, with rows known at a date and their days.

    Every table is read and its checksum verified.

    Examples
    --------
    >>> list_data(as_of="2025-05-02").columns
    ('name', 'rows', 'withheld', 'known_from', 'known_to', 'contents')
    """
    rows: list[tuple[PlainCell, ...]] = []
    for name in table_names():
        everything = load_table(name, folder=folder)
        try:
            table = load_table(name, as_of=as_of, folder=folder)
        except InformationDateError:
            rows.append((name, 0, len(everything), None, None, everything.title))
            continue
        days = [cell for cell in table.column("known_on") if isinstance(cell, date)]
        rows.append(
            (
                name,
                len(table),
                len(everything) - len(table),
                min(days).isoformat(),
                max(days).isoformat(),
                table.title,
            )
        )
    known, everyone = parameters(as_of, folder=folder), parameters(folder=folder)
    first = min((p.known_on for p in known.values()), default=None)
    last = max((p.known_on for p in known.values()), default=None)
    rows.append(
        (
            _PARAMETERS,
            len(known),
            len(everyone) - len(known),
            None if first is None else first.isoformat(),
            None if last is None else last.isoformat(),
            "Parameters of the models with unit, range, source and status",
        )
    )
    columns = ("name", "rows", "withheld", "known_from", "known_to", "contents")
    return Listing(_title("Embedded data", as_of), columns, tuple(rows))


def _parameter_row(item: Parameter) -> tuple[PlainCell, ...]:
    return tuple(_plain(getattr(item, column)) for column in _PARAMETER_COLUMNS)


@takes
def show_data(name: str, as_of: DateLike = None, *, folder: Folder = None) -> Listing:
    """Return the rows of a table, all parameters (``"parameters"``) or one parameter.

    Raises
    ------
    InvalidInputError
        If there is no table or parameter of that name; lists the tables.
    InformationDateError
        If nothing of it was known at ``as_of``.

    Examples
    --------
    >>> show_data("exemptions", as_of="2025-04-11").rows[-1][3]
    'C26'
    """
    instance(name, str, name="table or parameter")
    if name == _PARAMETERS:
        known = parameters(as_of, folder=folder).values()
        rows = tuple(_parameter_row(item) for item in known)
        return Listing(_title("Parameters", as_of), _PARAMETER_COLUMNS, rows)
    if name in parameters(folder=folder):
        item = parameter(name, as_of, folder=folder)
        return Listing(_title(item.meaning, as_of), _PARAMETER_COLUMNS, (_parameter_row(item),))
    one_of(name, (*table_names(), _PARAMETERS), name="table or parameter")
    table = load_table(name, as_of=as_of, folder=folder)
    return Listing(
        _title(table.title, as_of),
        table.columns,
        tuple(tuple(_plain(cell) for cell in row) for row in table.rows),
    )


@takes
def show_codebook(name: str) -> Listing:
    """Return the columns of a table: type, unit, meaning, allowed labels, whether it may be empty.

    Examples
    --------
    >>> [row[1:3] for row in show_codebook("disputes").rows if row[0] == "coverage_usd_bn"]
    [('number', 'billion USD')]
    """
    one_of(name, table_names(), name="table")
    rows = tuple(
        (c.name, c.kind, c.unit, c.meaning, ", ".join(c.labels), "yes" if c.optional else "no")
        for c in SCHEMAS[name].columns
    )
    columns = ("column", "type", "unit", "meaning", "labels", "may_be_empty")
    return Listing(f"Columns of {name}", columns, rows)


@takes
def list_sources(name: str | None = None, *, folder: Folder = None) -> Listing:
    """Return the sources of everything, or of one table or parameter.

    Examples
    --------
    >>> [row[1] for row in list_sources("trade_icio_2022").rows]
    ['OECD']
    """
    every = sources(folder=folder)
    if name is not None:
        instance(name, str, name="table or parameter")
    if name is None:
        keys = list(every)
    elif name == _PARAMETERS or name in parameters(folder=folder):
        items = parameters(folder=folder)
        chosen = items.values() if name == _PARAMETERS else [items[name]]
        keys = sorted({item.source for item in chosen if item.source in every})
    else:
        one_of(name, (*table_names(), _PARAMETERS), name="table or parameter")
        keys = sorted({str(key) for key in load_table(name, folder=folder).column("source")})
    columns = ("key", "publisher", "title", "year", "known_on", "place", "terms")
    rows = tuple(tuple(_plain(getattr(every[key], column)) for column in columns) for key in keys)
    return Listing("Sources" if name is None else f"Sources of {name}", columns, rows)
