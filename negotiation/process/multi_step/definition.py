"""Definition files of named processes, and the parameters they may use at a date."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from negotiation.data.parameters import Parameter, parameters
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.values import closest, number, one_of

__all__ = ["DatedParameters", "Definition", "process_names", "read_definition"]

_FOLDER = Path(__file__).resolve().parent / "definitions"


@dataclass(frozen=True)
class Definition:
    """A named process as its file says it.

    Attributes
    ----------
    name, title, start, time_unit, players
        What it is, when its first stage opens, and its clock.
    roles
        Name of the parameter of each side in each role: discount_rate, stubbornness, standoff,
        lapse, and demands by the side that makes them.
    stages
        Name, kind and whether the conceder is remembered, in the order of play.
    parameters
        Parameters that only this process uses.
    """

    name: str
    title: str
    start: date
    time_unit: str
    players: tuple[str, str]
    roles: Mapping[str, Any]
    stages: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, Parameter]


def process_names() -> tuple[str, ...]:
    """Return the names of the processes that come with the library.

    Examples
    --------
    >>> process_names()
    ('multi-step-2025',)
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@lru_cache(maxsize=16)
def read_definition(name: str) -> Definition:
    """Read a process's definition file."""
    one_of(name, process_names(), name="process")
    content = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    first, second = content["players"]
    return Definition(
        name=name,
        title=content["title"],
        start=content["start"],
        time_unit=content["time_unit"],
        players=(first, second),
        roles={
            key: content[key]
            for key in ("discount_rate", "stubbornness", "standoff", "lapse", "demands")
        },
        stages=tuple(content["stages"]),
        parameters={
            key: Parameter(name=key, **entry) for key, entry in content["parameters"].items()
        },
    )


class DatedParameters:
    """Parameters by name at an information date, with values put in their place by hand.

    Every parameter asked for is noted, so that the process can say what it rests on.
    """

    as_of: date | None

    def __init__(
        self, own: Mapping[str, Parameter], as_of: DateLike, values: Mapping[str, float]
    ) -> None:
        self.as_of = as_date(as_of)
        self._known: dict[str, Parameter] = {**parameters(), **own}
        unknown = sorted(set(values) - set(self._known))
        if unknown:
            raise InvalidInputError(
                "unknown parameter",
                where="values",
                seen=", ".join(unknown),
                allowed=", ".join(sorted(self._known)),
                hint=" ".join(filter(None, (closest(name, self._known) for name in unknown))),
            )
        self._values = {key: number(value, name=f"values[{key}]") for key, value in values.items()}
        self.used: dict[str, Parameter] = {}

    def known(self, name: str) -> bool:
        """Whether a parameter may be used at the information date."""
        return self.as_of is None or self._known[name].known_on <= self.as_of

    def __call__(self, name: str) -> float:
        """Return the value of a parameter, noting its use."""
        one_of(name, self._known, name="parameter")
        found = self._known[name]
        if not self.known(name):
            raise InformationDateError(
                "this parameter was not known at the information date",
                where=name,
                seen=f"known on {found.known_on}",
                allowed=f"on or before {self.as_of}",
            )
        if name in self._values:
            found = replace(found, value=self._values[name])
        self.used[name] = found
        return found.value
