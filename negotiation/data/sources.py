"""Where the embedded facts come from: the file ``sources.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from negotiation.arguments import takes
from negotiation.errors import DataError
from negotiation.values import user_path

__all__ = ["EMBEDDED", "Source", "described_tables", "read_toml", "sources"]

EMBEDDED = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Source:
    """Where a fact comes from.

    Attributes
    ----------
    key
        Name used in the ``source`` column of tables and parameters.
    publisher, title, year, place
        Who published it, under what title, when and where.
    known_on
        Day from which the latest fact taken from it may be used.
    terms
        Terms of use as far as the source states them.
    """

    key: str
    publisher: str
    title: str
    year: int
    known_on: date
    place: str
    terms: str


def read_toml(path: Path) -> dict[str, object]:
    """Read a toml file of the data folder."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError("cannot be read", where=path.name, seen=str(error.strerror)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError("not a toml file", where=path.name, seen=str(error)) from error


def _section(content: Mapping[str, object], name: str, file: str) -> dict[str, dict[str, object]]:
    """Return the entries of a section of a toml file."""
    found = content.get(name)
    if not isinstance(found, dict) or not all(isinstance(v, dict) for v in found.values()):
        raise DataError("missing section", where=file, allowed=f"[{name}.<key>] entries")
    return found


def _source(key: str, entry: Mapping[str, object]) -> Source:
    where = f"sources.toml, sources.{key}"
    texts = {name: entry.get(name) for name in ("publisher", "title", "place", "terms")}
    for name, text in texts.items():
        if not isinstance(text, str) or not text:
            raise DataError("missing text", where=f"{where}.{name}", seen=repr(text))
    year, known_on = entry.get("year"), entry.get("known_on")
    if not isinstance(year, int) or not isinstance(known_on, date):
        raise DataError("year and known_on must be a number and a date", where=where)
    return Source(key=key, year=year, known_on=known_on, **{k: str(v) for k, v in texts.items()})


@lru_cache(maxsize=8)
def _sources(folder: Path) -> Mapping[str, Source]:
    entries = _section(read_toml(folder / "sources.toml"), "sources", "sources.toml")
    return MappingProxyType({key: _source(key, entry) for key, entry in entries.items()})


@takes
def sources(*, folder: str | Path | None = None) -> Mapping[str, Source]:
    """Return every source of the embedded tables and parameters by key.

    Examples
    --------
    >>> sources()["oecd_icio_2022"].publisher
    'OECD'
    """
    if folder is None:
        return _sources(EMBEDDED)
    return _sources.__wrapped__(user_path(folder, name="folder"))


def described_tables(*, folder: str | Path | None = None) -> Mapping[str, Mapping[str, object]]:
    """Return what ``sources.toml`` says of each table: publisher, title, year, terms, checksum.

    Examples
    --------
    >>> described_tables()["trade_icio_2022"]["publisher"]
    'OECD'
    """
    path = user_path(EMBEDDED if folder is None else folder, name="folder") / "sources.toml"
    return _section(read_toml(path), "tables", path.name)
