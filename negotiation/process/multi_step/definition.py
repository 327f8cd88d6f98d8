"""Named processes that come with the library, as cases at an information date."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from negotiation.data.parameters import Parameter, parameters
from negotiation.data.tables import DateLike, as_date
from negotiation.data.tariffs import exempt_sectors
from negotiation.process.multi_step.case import CaseChange, DatedCase, ExemptGoods, SideRates
from negotiation.process.multi_step.plan import PlannedStage
from negotiation.values import one_of

__all__ = ["Definition", "process_names", "read_definition"]

_FOLDER = Path(__file__).resolve().parent / "definitions"


@dataclass(frozen=True)
class Definition:
    """A named process as its file says it.

    Attributes
    ----------
    name, title, start, players
        What it is, when its first stage opens, and its sides.
    content
        The file.
    moments
        What had happened by a date, in order.
    parameters
        Parameters that only this process uses.
    """

    name: str
    title: str
    start: date
    players: tuple[str, str]
    content: Mapping[str, Any]
    moments: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, Parameter]

    def at(self, as_of: DateLike = None, *, from_opening: bool = False) -> DatedCase:
        """Return the case at an information date.

        With ``from_opening`` play starts when the tariffs in force at the date were put in force,
        in the stage that was open then.
        """
        day = as_date(as_of)
        today = day or self.start
        content, known = self.content, {**parameters(), **self.parameters}
        stages = tuple(PlannedStage(item["name"], item["kind"]) for item in content["stages"])
        standoff = in_force = self._rates(content["standoff"])
        deadlines: tuple[CaseChange, ...] = ()
        begins = self.start if from_opening else today
        for moment in self.moments if day is not None else ():
            if moment["on"] > today or (from_opening and "in_force" not in moment):
                continue
            begins = moment["on"] if from_opening else today
            names = [stage.name for stage in stages]
            stages = stages[names.index(moment["opens"]) :]
            if "in_force" in moment:
                in_force = self._rates(moment["in_force"])
                names = [stage.name for stage in stages]
                after = self._rates(moment["after_deadline"])
                deadlines = (CaseChange(tuple(names), after, names[0], at=moment["deadline"]),)

        def public(name: str) -> bool:
            return day is None or known[name].known_on <= day

        rows = (self._rates(content["demands"][side]) for side in self.players)
        demands = [row if all(public(str(name)) for name in row) else None for row in rows]
        asks = [item["asked_by"] for item in content["stages"] if "asked_by" in item]
        first, second = self.players
        return DatedCase(
            name=self.name,
            sides=self.players,
            start=max(begins, self.start),
            as_of=day,
            stages=stages,
            in_force=in_force,
            standoff=standoff,
            lapse_to=self._rates(content["lapse"]),
            demands=(demands[0], demands[1]),
            parameters=known,
            asked_by=self.players.index(asks[0]) if asks else 0,
            waits_for_exemptions={
                side: tuple(kinds)
                for side, kinds in content.get("waits_for_exemptions", {}).items()
            },
            exempted=tuple(
                ExemptGoods(item["side"], tuple(item["sectors"]), item["of_imports"], True)
                for item in content.get("exempted", ())
                if public(item["of_imports"])
            ),
            listed={
                side: tuple(row.sector for row in exempt_sectors(side, other, as_of=day))
                for side, other in ((first, second), (second, first))
            },
            endings=tuple(
                CaseChange(
                    tuple(item["stages"]),
                    self._rates(item["leaves"]),
                    item["goes_to"],
                    hazard=item["hazard"],
                    kind=item["kind"],
                )
                for item in content.get("endings", ())
            ),
            deadlines=deadlines,
        )

    def _rates(self, given: Mapping[str, float | str]) -> SideRates:
        """Added tariffs by side, each a number or the name of a parameter."""
        return given[self.players[0]], given[self.players[1]]


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
        players=(first, second),
        content=content,
        moments=tuple(sorted(content.get("moments", ()), key=lambda moment: moment["on"])),
        parameters={
            key: Parameter(name=key, **entry) for key, entry in content["parameters"].items()
        },
    )
