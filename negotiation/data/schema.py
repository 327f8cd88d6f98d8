"""Columns, types, labels and keys of the embedded tables: the file ``schema.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, cast

from negotiation.data.sources import EMBEDDED, read_toml

__all__ = ["REGIONS", "SCHEMAS", "SECTORS", "SERIES", "SIDES", "Column", "Schema"]

Kind = Literal["text", "label", "date", "number", "integer"]


@dataclass(frozen=True)
class Column:
    """One column: its name, type, bounds, allowed labels, and what it holds in which unit."""

    name: str
    kind: Kind
    meaning: str
    optional: bool = False
    low: float | None = None
    high: float | None = None
    labels: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Schema:
    """Columns of a table in order, and the columns whose values together are unique."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]


def _column(entry: Mapping[str, Any], named: Mapping[str, tuple[str, ...]]) -> Column:
    labels = entry.get("labels", ())
    known = named[labels] if isinstance(labels, str) else tuple(labels)
    return Column(**{**entry, "labels": known})


def _read() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, Schema]]:
    """Return the named lists of labels, and the schemas by table."""
    content = cast(dict[str, dict[str, Any]], read_toml(EMBEDDED / "schema.toml"))
    named = {name: tuple(labels) for name, labels in content["labels"].items()}
    schemas = {
        name: Schema(
            tuple(_column(column, named) for column in entry["columns"]),
            tuple(entry["key"].split()),
        )
        for name, entry in content["tables"].items()
    }
    return MappingProxyType(named), MappingProxyType(schemas)


_LABELS, SCHEMAS = _read()
REGIONS, SECTORS, SERIES = (_LABELS[name] for name in ("regions_2022", "sectors", "series"))
SIDES = _LABELS["sides"]
