"""The sections of a standoff's file, each read into its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from negotiation.data.standoffs import records
from negotiation.data.standoffs.checks import Section
from negotiation.data.standoffs.rows import HIGHEST_RATE, RowReader
from negotiation.data.standoffs.tariffs import share_of_sectors

__all__ = ["FileReader"]

_MEASURES = ("export_control", "export_tax", "export_ban", "trade_cost", "quota")
_HIGHEST_FACTOR = 1000.0


class FileReader(RowReader):
    """Reads the sections of a file about two sides of an economy."""

    def changes(self, sections: Iterable[Section]) -> tuple[records.TariffChange, ...]:
        """Return dated steps, in order; a repeated one is a mistake."""
        rows: dict[tuple[date, str, str, tuple[str, ...] | None], records.TariffChange] = {}
        for section, stated in self._rows(sections):
            imposer, target = self._pair(section, "imposer", "target")
            names: dict[str, str] = {}
            row = records.TariffChange(
                date=section.day("date") or date.min,
                imposer=imposer,
                target=target,
                added=self._points(section, imposer, target, names),
                name=names.get("added", ""),
                sectors=self._listed(section, required=False),
                measure=section.text("measure", required=False),
                **stated,
            )
            key = (row.date, row.imposer, row.target, row.sectors)
            if key in rows:
                section.note("date", "a second step of this day, pair and sectors", seen=row.date)
            rows[key] = row
        return tuple(sorted(rows.values(), key=lambda row: row.date))

    def threats(self, sections: Iterable[Section]) -> tuple[records.TariffThreat, ...]:
        """Return threatened rates."""
        rows = []
        for section, stated in self._rows(sections):
            imposer, target = self._pair(section, "imposer", "target")
            rows.append(
                records.TariffThreat(
                    imposer=imposer,
                    target=target,
                    added=self._points(section, imposer, target),
                    deadline=section.day("deadline") or date.max,
                    ended_on=self._ended(section, stated["known_on"]),
                    **stated,
                )
            )
        return tuple(rows)

    def exemptions(self, sections: Iterable[Section]) -> tuple[records.SectorExemption, ...]:
        """Return exemptions."""
        rows = []
        for section, stated in self._rows(sections):
            importer, exporter = self._pair(section, "importer", "exporter")
            sectors = self._listed(section, required=True) or ()
            share, of_imports = self._exempt_share(section, importer, exporter, sectors)
            rows.append(
                records.SectorExemption(
                    date=section.day("date") or date.min,
                    importer=importer,
                    exporter=exporter,
                    sectors=sectors,
                    share=share,
                    of_imports=of_imports,
                    in_process=section.flag("in_process", default=True),
                    residual=section.number("residual", low=-1.0, high=HIGHEST_RATE, default=0.0),
                    **stated,
                )
            )
        return tuple(rows)

    def _exempt_share(
        self, section: Section, importer: str, exporter: str, sectors: tuple[str, ...]
    ) -> tuple[float, float | str | None]:
        """Return the exempt share of sectors, and the share of all goods from which it follows."""
        if "of_imports" not in section:
            return section.number("share", low=0.0, high=1.0, default=1.0), None
        if section.raw("share", required=False) is not None:
            section.note("of_imports", "given beside share", allowed="one of the two")
        names: dict[str, str] = {}
        value = self._value(section, "of_imports", names, low=0.0, high=1.0)
        given = names.get("of_imports", value)
        if self.economy is None or not {importer, exporter} <= set(self.economy.regions):
            return 0.0, given
        return share_of_sectors(self.economy, importer, exporter, sectors, value), given

    def exemptible(self, sections: Iterable[Section]) -> tuple[records.ExemptibleGoods, ...]:
        """Return the sectors that a side could exempt."""
        rows = []
        for section, stated in self._rows(sections):
            sectors = self._listed(section, required=True) or ()
            rows.append(records.ExemptibleGoods(self._side(section, "side"), sectors, **stated))
        return tuple(rows)

    def waits(self, section: Section) -> Mapping[str, tuple[str, ...]]:
        """Return by side the acts that it takes only after the other's exemptions."""
        out = {}
        for side in self.sides or section.keys():
            value = section.raw(side, required=False)
            if value is None:
                continue
            if not isinstance(value, list) or not set(map(str, value)) <= set(records.ACTION_KINDS):
                section.note(
                    side, "not a list of acts", seen=value, allowed=", ".join(records.ACTION_KINDS)
                )
                continue
            out[side] = tuple(str(item) for item in value)
        section.finish()
        return out

    def measures(
        self, sections: Iterable[Section], stages: Sequence[records.DisputeStage]
    ) -> tuple[records.MeasureInForce, ...]:
        """Return instruments other than tariffs; their names differ."""
        rows: list[records.MeasureInForce] = []
        named = [stage.name for stage in stages]
        for section, stated in self._rows(sections):
            instrument = section.choice("instrument", _MEASURES)
            start = section.day("start") or date.min
            end = section.day("end", required=False)
            if end is not None and end <= start:
                section.note("end", "not after start", seen=end, allowed=f"after {start}")
            ban = instrument == "export_ban"
            name = section.text("name")
            if any(row.name == name for row in rows):
                section.note("name", "a second instrument of this name", seen=name)
            rows.append(
                records.MeasureInForce(
                    name=name,
                    side=self._side(section, "side"),
                    instrument=instrument,
                    size=section.number(
                        "size", low=0.0, high=_HIGHEST_FACTOR, default=0.0 if ban else None
                    ),
                    sectors=self._listed(section, required=True) or (),
                    start=start,
                    end=end,
                    in_process=section.flag("in_process", default=True),
                    lifted_in=section.choice("lifted_in", named, default=""),
                    **stated,
                )
            )
        return tuple(rows)

    def _demand(self, section: Section) -> records.Demand:
        stated = self._stated(section)
        rates: Mapping[str, float] | None = None
        names: dict[str, str] = {}
        if section.raw("rates", required=False) != "ideal":
            rates = self._rates(section, "rates", names)
        section.finish()
        return records.Demand(rates, **stated, names=names)

    def stages(self, sections: Iterable[Section]) -> tuple[records.DisputeStage, ...]:
        """Return the steps of the talks; their names differ."""
        rows: dict[str, records.DisputeStage] = {}
        for section in sections:
            name = section.text("name")
            kind = section.choice("kind", records.STAGE_KINDS)
            remembered = section.flag("remembered", default=True)
            table = section.table("demands")
            demands = {
                side: self._demand(table.table(side))
                for side in self.sides or table.keys()
                if side in table
            }
            table.finish()
            asks = "asked_by" in section
            asked_by = self._side(section, "asked_by") if asks else ""
            section.finish()
            if name in rows:
                section.note("name", "a second stage of this name", seen=name)
            rows[name] = records.DisputeStage(name, kind, remembered, demands, asked_by)
        return tuple(rows.values())

    def deadlines(self, sections: Iterable[Section]) -> tuple[records.Deadline, ...]:
        """Return deadlines in order."""
        rows = []
        for section, stated in self._rows(sections):
            rows.append(
                records.Deadline(
                    name=section.text("name"),
                    date=section.day("date") or date.max,
                    follows=section.choice("follows", records.DEADLINE_KINDS),
                    rates=self._rates(section, "rates"),
                    ended_on=self._ended(section, stated["known_on"]),
                    **stated,
                )
            )
        return tuple(sorted(rows, key=lambda row: row.date))

    def endings(
        self, sections: Iterable[Section], stages: Sequence[records.DisputeStage]
    ) -> tuple[records.Ending, ...]:
        """Return competing endings."""
        rows = []
        named = [stage.name for stage in stages]
        for section, stated in self._rows(sections):
            names: dict[str, str] = {}
            hazard = self._value(section, "hazard", names, low=0.0, high=_HIGHEST_FACTOR)
            within = section.raw("stages", required=False) or []
            if not isinstance(within, list) or not set(map(str, within)) <= set(named):
                section.note("stages", "not names of stages", seen=within, allowed=", ".join(named))
                within = []
            low = section.number("low", low=0.0, high=_HIGHEST_FACTOR, default=hazard)
            high = section.number("high", low=0.0, high=_HIGHEST_FACTOR, default=hazard)
            if not low <= hazard <= high:
                section.note("hazard", "outside its range", seen=hazard, allowed=f"{low} to {high}")
            rows.append(
                records.Ending(
                    name=section.text("name"),
                    kind=section.choice("kind", records.ENDING_KINDS),
                    hazard=hazard,
                    low=low,
                    high=high,
                    rates=self._rates(section, "rates", names),
                    names=names,
                    stages=tuple(str(item) for item in within),
                    goes_to=section.choice("goes_to", (*named, "agreed", "lapsed"), default=""),
                    **stated,
                )
            )
        return tuple(rows)

    def events(self, sections: Iterable[Section]) -> tuple[records.PublicEvent, ...]:
        """Return public events in order."""
        rows = []
        for section, stated in self._rows(sections):
            rows.append(
                records.PublicEvent(
                    date=section.day("date") or date.min,
                    actor=self._side(section, "actor", "BOTH"),
                    kind=section.choice("kind", records.EVENT_KINDS),
                    event=section.text("event"),
                    likelihood_ratio=_ratio(section),
                    **stated,
                )
            )
        return tuple(sorted(rows, key=lambda row: row.date))

    def moments(
        self, sections: Iterable[Section], stages: Sequence[records.DisputeStage]
    ) -> tuple[records.Moment, ...]:
        """Return what had happened by a day."""
        rows = []
        named = [stage.name for stage in stages]
        for section, stated in self._rows(sections):
            rows.append(
                records.Moment(
                    name=section.text("name"),
                    date=section.day("date") or date.min,
                    happened=section.flag("happened"),
                    opens=section.choice("opens", named, default=""),
                    rates=self._rates(section, "rates") if "rates" in section else None,
                    **stated,
                )
            )
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
