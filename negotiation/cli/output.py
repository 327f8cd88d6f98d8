"""Tables for people and JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import typer

__all__ = ["emit", "print_table"]

_WORD = 26


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


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "") -> None:
    """Print a table; numbers stand right."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for k, name in enumerate(columns):
        words = any(isinstance(row[k], str) and not _numeric(row[k]) for row in rows)
        whole = max((_longest_word(row[k]) for row in rows), default=1)
        table.add_column(
            name, justify="left" if words else "right", overflow="fold", min_width=min(whole, _WORD)
        )
    for row in rows:
        table.add_row(*(cell if isinstance(cell, str) else _text(cell) for cell in row))
    Console().print(table)


def _longest_word(cell: Any) -> int:
    """Width that a column needs to keep words and numbers whole."""
    text = cell if isinstance(cell, str) else _text(cell)
    return max((len(word) for word in text.split()), default=1)


def _numeric(text: str) -> bool:
    try:
        float(text.replace(",", "").removesuffix("%"))
    except ValueError:
        return text == ""
    return True


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


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
