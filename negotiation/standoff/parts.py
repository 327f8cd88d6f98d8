"""The sections of a standoff's file, each read into its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from negotiation.standoff.checks import Section
from negotiation.standoff.records import (
    DEADLINE_KINDS,
    ENDING_KINDS,
    EVENT_KINDS,
    STAGE_KINDS,
    Deadline,
    Demand,
    DisputeStage,
    Ending,
    MeasureInForce,
    Moment,
    PublicEvent,
    SectorExemption,
    TariffChange,
    TariffThreat,
)
from negotiation.standoff.tariffs import mean_baseline
from negotiation.trade.economy import Economy

__all__ = ["FileReader"]

_MEASURES = ("export_control", "export_tax", "export_ban", "trade_cost", "quota")
_HIGHEST_RATE = 10.0
_HIGHEST_FACTOR = 1000.0


@dataclass(frozen=True)
class FileReader:
    """Reads the sections of a file about two sides of an economy.

    Attributes
    ----------
    sides
        The two sides.
    economy
        Its labels are those that the file may use, its tariffs the baseline.

    Where sides or economy could not be read they are None and any label passes, since that
    mistake is told already.
    """

    sides: tuple[str, str] | None
    economy: Economy | None

    def _facts(self, section: Section) -> tuple[date, str]:
        """Return the day on which a row became known, and its source."""
        return section.day("known_on") or date.min, section.text("source")

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

    def _points(self, section: Section, imposer: str, target: str) -> float:
        """Return added points, given as such or as a total over the pair's mean baseline."""
        if "total" not in section:
            return section.number("added", low=-1.0, high=_HIGHEST_RATE)
        if "added" in section:
            section.note("total", "given beside added", allowed="one of the two")
        total = section.number("total", low=0.0, high=_HIGHEST_RATE)
        section.raw("added", required=False)
        economy = self.economy
        if economy is None or imposer == target or not {imposer, target} <= set(economy.regions):
            return 0.0
        mean = mean_baseline(economy, importer=imposer, exporter=target)
        return round(total - mean, 12)

    def _rates(self, section: Section, name: str) -> Mapping[str, float]:
        """Return added points of both sides."""
        if name not in section:
            section.raw(name, allowed="added points of both sides")
            return {}
        table = section.table(name)
        rates = {}
        first, second = self.sides or (*table.keys(), "", "")[:2]
        for side, other in ((first, second), (second, first)):
            if table.holds_table(side):
                within = table.table(side)
                rates[side] = self._points(within, side, other)
                within.finish()
            else:
                rates[side] = table.number(side, low=-1.0, high=_HIGHEST_RATE)
        table.finish()
        return MappingProxyType(rates)

    def _ended(self, section: Section, known_on: date) -> date | None:
        ended = section.day("ended_on", required=False)
        if ended is not None and ended < known_on:
            section.note("ended_on", "before known_on", seen=ended, allowed=f"{known_on} or later")
        return ended

    def changes(self, sections: Iterable[Section]) -> tuple[TariffChange, ...]:
        """Return dated steps, in order; a repeated one is a mistake."""
        rows: dict[tuple[date, str, str, tuple[str, ...] | None], TariffChange] = {}
        for section in sections:
            known_on, source = self._facts(section)
            imposer, target = self._pair(section, "imposer", "target")
            row = TariffChange(
                date=section.day("date") or date.min,
                imposer=imposer,
                target=target,
                added=self._points(section, imposer, target),
                sectors=self._listed(section, required=False),
                measure=section.text("measure", required=False),
                known_on=known_on,
                source=source,
            )
            section.finish()
            key = (row.date, row.imposer, row.target, row.sectors)
            if key in rows:
                section.note("date", "a second step of this day, pair and sectors", seen=row.date)
            rows[key] = row
        return tuple(sorted(rows.values(), key=lambda row: row.date))

    def threats(self, sections: Iterable[Section]) -> tuple[TariffThreat, ...]:
        """Return threatened rates."""
        rows = []
        for section in sections:
            known_on, source = self._facts(section)
            imposer, target = self._pair(section, "imposer", "target")
            rows.append(
                TariffThreat(
                    imposer=imposer,
                    target=target,
                    added=self._points(section, imposer, target),
                    deadline=section.day("deadline") or date.max,
                    ended_on=self._ended(section, known_on),
                    known_on=known_on,
                    source=source,
                )
            )
            section.finish()
        return tuple(rows)

    def exemptions(self, sections: Iterable[Section]) -> tuple[SectorExemption, ...]:
        """Return exemptions."""
        rows = []
        for section in sections:
            known_on, source = self._facts(section)
            importer, exporter = self._pair(section, "importer", "exporter")
            rows.append(
                SectorExemption(
                    date=section.day("date") or date.min,
                    importer=importer,
                    exporter=exporter,
                    sectors=self._listed(section, required=True) or (),
                    share=section.number("share", low=0.0, high=1.0, default=1.0),
                    residual=section.number("residual", low=-1.0, high=_HIGHEST_RATE, default=0.0),
                    known_on=known_on,
                    source=source,
                )
            )
            section.finish()
        return tuple(rows)

    def measures(self, sections: Iterable[Section]) -> tuple[MeasureInForce, ...]:
        """Return instruments other than tariffs."""
        rows = []
        for section in sections:
            known_on, source = self._facts(section)
            instrument = section.choice("instrument", _MEASURES)
            start = section.day("start") or date.min
            end = section.day("end", required=False)
            if end is not None and end <= start:
                section.note("end", "not after start", seen=end, allowed=f"after {start}")
            ban = instrument == "export_ban"
            rows.append(
                MeasureInForce(
                    name=section.text("name"),
                    side=self._side(section, "side"),
                    instrument=instrument,
                    size=section.number(
                        "size", low=0.0, high=_HIGHEST_FACTOR, default=0.0 if ban else None
                    ),
                    sectors=self._listed(section, required=True) or (),
                    start=start,
                    end=end,
                    known_on=known_on,
                    source=source,
                )
            )
            section.finish()
        return tuple(rows)

    def _demand(self, section: Section) -> Demand:
        known_on, source = self._facts(section)
        rates: Mapping[str, float] | None = None
        if section.raw("rates", required=False) != "ideal":
            rates = self._rates(section, "rates")
        section.finish()
        return Demand(rates, known_on, source)

    def stages(self, sections: Iterable[Section]) -> tuple[DisputeStage, ...]:
        """Return the steps of the talks; their names differ."""
        rows: dict[str, DisputeStage] = {}
        for section in sections:
            name = section.text("name")
            kind = section.choice("kind", STAGE_KINDS)
            remembered = section.flag("remembered", default=True)
            table = section.table("demands")
            demands = {
                side: self._demand(table.table(side))
                for side in self.sides or table.keys()
                if side in table
            }
            table.finish()
            section.finish()
            if name in rows:
                section.note("name", "a second stage of this name", seen=name)
            rows[name] = DisputeStage(name, kind, remembered, MappingProxyType(demands))
        return tuple(rows.values())

    def deadlines(self, sections: Iterable[Section]) -> tuple[Deadline, ...]:
        """Return deadlines in order."""
        rows = []
        for section in sections:
            known_on, source = self._facts(section)
            rows.append(
                Deadline(
                    name=section.text("name"),
                    date=section.day("date") or date.max,
                    follows=section.choice("follows", DEADLINE_KINDS),
                    rates=self._rates(section, "rates"),
                    ended_on=self._ended(section, known_on),
                    known_on=known_on,
                    source=source,
                )
            )
            section.finish()
        return tuple(sorted(rows, key=lambda row: row.date))

    def endings(self, sections: Iterable[Section]) -> tuple[Ending, ...]:
        """Return competing endings."""
        rows = []
        for section in sections:
            known_on, source = self._facts(section)
            hazard = section.number("hazard", low=0.0, high=_HIGHEST_FACTOR)
            low = section.number("low", low=0.0, high=_HIGHEST_FACTOR, default=hazard)
            high = section.number("high", low=0.0, high=_HIGHEST_FACTOR, default=hazard)
            if not low <= hazard <= high:
                section.note("hazard", "outside its range", seen=hazard, allowed=f"{low} to {high}")
            rows.append(
                Ending(
                    name=section.text("name"),
                    kind=section.choice("kind", ENDING_KINDS),
                    hazard=hazard,
                    low=low,
                    high=high,
                    rates=self._rates(section, "rates"),
                    known_on=known_on,
                    source=source,
                )
            )
            section.finish()
        return tuple(rows)

    def events(self, sections: Iterable[Section]) -> tuple[PublicEvent, ...]:
        """Return public events in order."""
        rows = []
        for section in sections:
            known_on, source = self._facts(section)
            rows.append(
                PublicEvent(
                    date=section.day("date") or date.min,
                    actor=self._side(section, "actor", "BOTH"),
                    kind=section.choice("kind", EVENT_KINDS),
                    event=section.text("event"),
                    likelihood_ratio=_ratio(section),
                    known_on=known_on,
                    source=source,
                )
            )
            section.finish()
        return tuple(sorted(rows, key=lambda row: row.date))

    def moments(self, sections: Iterable[Section]) -> tuple[Moment, ...]:
        """Return what had happened by a day."""
        rows = []
        for section in sections:
            known_on, source = self._facts(section)
            rows.append(
                Moment(
                    name=section.text("name"),
                    date=section.day("date") or date.min,
                    happened=section.flag("happened"),
                    known_on=known_on,
                    source=source,
                )
            )
            section.finish()
        return tuple(rows)


def _ratio(section: Section) -> tuple[float, float] | None:
    value = section.raw("likelihood_ratio", required=False)
    if value is None:
        return None
    numbers = isinstance(value, list) and all(
        isinstance(item, int | float) and not isinstance(item, bool) for item in value
    )
    if not numbers or len(value) != 2 or not 0.0 < value[0] <= value[1] < float("inf"):
        section.note(
            "likelihood_ratio", "not a range", seen=value, allowed="[low, high], 0 < low <= high"
        )
        return None
    return float(value[0]), float(value[1])
