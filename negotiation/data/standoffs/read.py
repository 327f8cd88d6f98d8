"""Reading the file of a standoff, embedded or a user's."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from negotiation.data.sources import EMBEDDED
from negotiation.data.standoffs.checks import Mistakes, Section
from negotiation.data.standoffs.economies import read_economy
from negotiation.data.standoffs.facts import StandoffFacts
from negotiation.data.standoffs.parameters import all_parameters, read_parameters
from negotiation.data.standoffs.parts import FileReader
from negotiation.errors import DataError, InvalidInputError
from negotiation.trade.economy import Economy
from negotiation.values import closest

__all__ = ["read_standoff", "standoff_names"]

_FOLDER = EMBEDDED / "standoffs"
_UNITS = ("day", "week", "month", "year")
_LARGEST_FILE = 4_000_000


def standoff_names() -> tuple[str, ...]:
    """Return the names of the standoffs that come with the library.

    Examples
    --------
    >>> "us-eu-2025" in standoff_names()
    True
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def read_standoff(name_or_path: str | Path) -> StandoffFacts:
    """Return what the file of a standoff says, every mistake told at once.

    Parameters, errors: as of `negotiation.load_standoff`.
    """
    if not isinstance(name_or_path, str | Path):
        raise InvalidInputError(
            "neither a name nor a path", where="standoff", seen=repr(name_or_path)[:80]
        )
    if isinstance(name_or_path, str) and name_or_path in standoff_names():
        return _embedded(name_or_path)
    path = Path(name_or_path)
    if not path.is_file():
        raise InvalidInputError(
            "no such standoff and no such file",
            where="standoff",
            seen=str(name_or_path),
            allowed=", ".join(standoff_names()),
            hint=closest(name_or_path, standoff_names()),
        )
    return _read(path)


@lru_cache(maxsize=32)
def _embedded(name: str) -> StandoffFacts:
    return _read(_FOLDER / f"{name}.toml")


def _content(path: Path) -> dict[str, object]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise DataError(
                "too large", where=path.name, seen=f"{path.stat().st_size} bytes",
                allowed=f"{_LARGEST_FILE}",
            )  # fmt: skip
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError("cannot be read", where=path.name, seen=str(error.strerror)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError("not a toml file", where=path.name, seen=str(error)) from error


def _sides(file: Section, regions: tuple[str, ...] | None) -> tuple[str, str] | None:
    value = file.raw("sides", allowed="two regions of the economy")
    if value is None:
        return None
    # A parameter of a side is called by its code in small letters.
    named = [str(side).lower() for side in value] if isinstance(value, list) else []
    if len(named) != 2 or named[0] == named[1]:
        file.note("sides", "not two different regions", seen=value)
        return None
    unknown = [side for side in value if regions is not None and side not in regions]
    if unknown and regions is not None:
        file.note(
            "sides", "not a region of the economy", seen=unknown[0], allowed=", ".join(regions)
        )
        return None
    return str(value[0]), str(value[1])


def _remarks(file: Section) -> tuple[str, ...]:
    value = file.raw("remarks", required=False)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        file.note("remarks", "not a list of texts", seen=value)
        return ()
    return tuple(value)


def _value(column: str, cell: str) -> object:
    """Return a cell of a csv file as a toml file would hold it, as text where it cannot be read."""
    try:
        if column in ("date", "known_on"):
            return date.fromisoformat(cell)
        if column in ("added", "total"):
            return float(cell)
    except ValueError:
        return cell
    return cell.split() if column == "sectors" else cell


def _listed_steps(tariffs: Section, folder: Path) -> list[Section]:
    """Return the tariff steps of a csv file beside the standoff's, one a row."""
    name = tariffs.text("file", required=False)
    if not name:
        return []
    path = folder / name
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        tariffs.note("file", "cannot be read", seen=name, allowed=f"a csv file ({error})")
        return []
    return [
        Section(
            {str(key): _value(str(key), cell) for key, cell in row.items() if cell},
            f"{name}, row {k}",
            tariffs.mistakes,
        )
        for k, row in enumerate(rows, start=2)
    ]


def _read(path: Path) -> StandoffFacts:
    mistakes = Mistakes(path.name)
    file = Section(_content(path), "", mistakes)
    tariffs = file.table("tariffs")
    economy = read_economy(file, tariffs.day("baseline", required=False), path.parent)
    sides = _sides(file, None if economy is None else economy.regions)
    own = read_parameters(file.table("parameters"), sides)
    named = all_parameters(own, sides) if sides else {}
    reader = FileReader(sides, economy, named)
    stages = reader.stages(file.tables("stages"))
    steps = [*tariffs.tables("steps"), *_listed_steps(tariffs, path.parent)]
    read: dict[str, Any] = {
        "title": file.text("title"),
        "start": file.day("start"),
        "time_unit": file.choice("time_unit", _UNITS, default="year"),
        "changes": reader.changes(steps),
        "threats": reader.threats(tariffs.tables("threatened")),
        "exemptions": reader.exemptions(tariffs.tables("exemptions")),
        "exemptible": reader.exemptible(tariffs.tables("exemptible")),
        "measures": reader.measures(file.tables("instruments"), stages),
        "stages": stages,
        "deadlines": reader.deadlines(file.tables("deadlines")),
        "endings": reader.endings(file.tables("endings"), stages),
        "events": reader.events(file.tables("events")),
        "moments": reader.moments(file.tables("moments"), stages),
        "waits_for_exemptions": reader.waits(file.table("waits_for_exemptions")),
        "own": own,
        "remarks": _remarks(file),
    }
    tariffs.finish()
    file.finish()
    mistakes.raise_any()
    return StandoffFacts(
        name=path.stem,
        sides=cast(tuple[str, str], sides),
        economy=cast(Economy, economy),
        **read,
    )
