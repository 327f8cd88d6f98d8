"""What the rows of a standoff's file have in common: days, sources, regions, sectors, points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict

from negotiation.data.parameters import Parameter
from negotiation.data.standoffs.checks import Section
from negotiation.data.standoffs.tariffs import mean_baseline
from negotiation.trade.economy import Economy
from negotiation.values import closest

__all__ = ["HIGHEST_RATE", "RowReader"]

HIGHEST_RATE = 10.0


class Stated(TypedDict):
    """Day on which a row became known, and its source."""

    known_on: date
    source: str


@dataclass(frozen=True)
class RowReader:
    """Reads what the rows of a file have in common: days, sources, labels, points.

    Attributes
    ----------
    sides
        The two sides.
    economy
        Its labels are those that the file may use, its tariffs the baseline.
    parameters
        What a rate or a hazard may name.

    Where sides or economy could not be read they are None and any label passes, since that
    mistake is told already.
    """

    sides: tuple[str, str] | None
    economy: Economy | None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def _stated(self, section: Section) -> Stated:
        return {"known_on": section.day("known_on") or date.min, "source": section.text("source")}

    def _rows(self, sections: Iterable[Section]) -> Iterator[tuple[Section, Stated]]:
        """Return each row with what every row states; what is left unread is noted after it."""
        for section in sections:
            yield section, self._stated(section)
            section.finish()

    def _region(self, section: Section, name: str) -> str:
        if self.economy is None:
            return section.text(name)
        return section.choice(name, self.economy.regions)

    def _side(self, section: Section, name: str, *others: str) -> str:
        if self.sides is None:
            return section.text(name)
        return section.choice(name, (*self.sides, *others))

    def _pair(self, section: Section, first: str, second: str) -> tuple[str, str]:
        one, two = self._region(section, first), self._region(section, second)
        if one and one == two:
            section.note(second, f"the same as {first}", seen=two, allowed="another region")
        return one, two

    def _listed(self, section: Section, *, required: bool) -> tuple[str, ...] | None:
        value = section.raw("sectors", required=required, allowed="a list of sectors")
        if value is None:
            return () if required else None
        if not isinstance(value, list) or not value:
            section.note("sectors", "not a list of sectors", seen=value)
            return ()
        sectors = value if self.economy is None else self.economy.sectors
        unknown = [item for item in value if item not in sectors]
        if unknown:
            section.note("sectors", "unknown", seen=unknown[0], allowed=", ".join(sectors))
        if len(set(map(str, value))) < len(value):
            section.note("sectors", "a sector stands twice", seen=value)
        return tuple(str(item) for item in value)

    def _points(
        self, section: Section, imposer: str, target: str, names: dict[str, str] | None = None
    ) -> float:
        """Return added points, given as such or as a total over the pair's mean baseline.

        The name of a parameter in their place goes into ``names``, where there is one.
        """
        if "total" not in section:
            bounds = {"low": -1.0, "high": HIGHEST_RATE}
            if names is None:
                return section.number("added", **bounds)
            return self._value(section, "added", names, **bounds)
        if "added" in section:
            section.note("total", "given beside added", allowed="one of the two")
        total = section.number("total", low=0.0, high=HIGHEST_RATE)
        section.raw("added", required=False)
        economy = self.economy
        if economy is None or imposer == target or not {imposer, target} <= set(economy.regions):
            return 0.0
        mean = mean_baseline(economy, importer=imposer, exporter=target)
        return round(total - mean, 12)

    def _value(
        self, section: Section, key: str, names: dict[str, str], *, low: float, high: float
    ) -> float:
        """Return a number, or the value of the parameter that stands in its place."""
        value = section.raw(key, required=False)
        if not isinstance(value, str):
            return section.number(key, low=low, high=high)
        if value not in self.parameters:
            section.note(
                key, "not a number nor the name of a parameter", seen=value,
                hint=closest(value, tuple(self.parameters)),
            )  # fmt: skip
            return 0.0
        names[key] = value
        return self.parameters[value].value

    def _rates(
        self, section: Section, name: str, names: dict[str, str] | None = None
    ) -> Mapping[str, float]:
        """Return added points of both sides; a name of a parameter goes into ``names``."""
        if name not in section:
            section.raw(name, allowed="added points of both sides")
            return {}
        table = section.table(name)
        rates: dict[str, float] = {}
        first, second = self.sides or (*table.keys(), "", "")[:2]
        for side, other in ((first, second), (second, first)):
            if table.holds_table(side):
                within = table.table(side)
                rates[side] = self._points(within, side, other)
                within.finish()
            elif names is not None:
                rates[side] = self._value(table, side, names, low=-1.0, high=HIGHEST_RATE)
            else:
                rates[side] = table.number(side, low=-1.0, high=HIGHEST_RATE)
        table.finish()
        return rates

    def _ended(self, section: Section, known_on: date) -> date | None:
        ended = section.day("ended_on", required=False)
        if ended is not None and ended < known_on:
            section.note("ended_on", "before known_on", seen=ended, allowed=f"{known_on} or later")
        return ended
