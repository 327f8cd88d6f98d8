"""Tables for people and JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["emit", "percent_cell", "print_table"]

#: The widest word that a column keeps whole, and the blanks after each column.
_WORD, _GAP = 26, 2


def _plain(value: Any) -> Any:
    """Numbers, words, lists and mappings out of arrays, dates and the like."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def percent_cell(share: float, digits: int = 0) -> str:
    """Return a share in percent for a cell; ``<0.1 %`` where 0 would be written and is not so.

    Examples
    --------
    >>> percent_cell(0.2345), percent_cell(0.99986, 1), percent_cell(0.0)
    ('23 %', '>99.9 %', '0 %')
    """
    from negotiation.report.standoff_page.markup import percent

    return percent(share, digits).replace("below ", "<").replace("above ", ">")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "") -> None:
    """Print a table; numbers stand right. One too wide for the terminal runs over, none is cut."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", box=None, padding=(0, _GAP, 0, 0))
    cells = [[cell if isinstance(cell, str) else _text(cell) for cell in row] for row in rows]
    console = Console()
    widths = _widths(
        [(name, *(row[k] for row in cells)) for k, name in enumerate(columns)], console
    )
    for k, (name, width) in enumerate(zip(columns, widths, strict=True)):
        side: Literal["left", "right"]
        side = "right" if all(_numeric(row[k]) for row in cells) else "left"
        table.add_column(name, justify=side, overflow="fold", width=width)
    for row in cells:
        table.add_row(*row)
    console.width = max(console.width, sum(widths) + _GAP * len(widths))
    console.print(table)


def _widths(columns: Sequence[Sequence[str]], console: Console) -> list[int]:
    """What each column needs, numbers and words whole, and what the terminal leaves beyond it."""
    widths, spare = [], console.width - _GAP * len(columns)
    for head, *cells in columns:
        whole = [
            _longest_word(head),
            *(len(cell) if _numeric(cell) else _longest_word(cell) for cell in cells),
        ]
        widths.append(min(max(whole), _WORD))
    spare -= sum(widths)
    for k, column in enumerate(columns):
        more = max(0, min(spare, max(map(len, column)) - widths[k]))
        widths[k], spare = widths[k] + more, spare - more
    return widths


def _longest_word(text: str) -> int:
    return max((len(word) for word in text.split()), default=1)


def _numeric(text: str) -> bool:
    try:
        float(text.lstrip("<>").replace(",", "").removesuffix("%"))
    except ValueError:
        return text == ""
    return True


def _text(value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if 9999.5 <= abs(value) < 1e15 else f"{value:.4g}"


def emit(
    content: Mapping[str, Any],
    *,
    as_json: bool,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    title: str = "",
) -> None:
    """Print ``content`` as JSON, or the table made of it."""
    if as_json:
        typer.echo(json.dumps(_plain(content), sort_keys=True, indent=1, allow_nan=False))
    else:
        print_table(columns, rows, title=title)
