"""A dispute of two sides: dated tariffs and facts, as its file says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from negotiation.data.parameters import (
    DEFAULT_REGION,
    Parameter,
    parameter,
    regional_names,
    regional_parameter,
)
from negotiation.data.standoffs.parameters import OwnParameters, full_names
from negotiation.data.standoffs.records import (
    Deadline,
    DisputeStage,
    Ending,
    ExemptibleGoods,
    MeasureInForce,
    Moment,
    PublicEvent,
    SectorExemption,
    TariffChange,
    TariffThreat,
    known_at,
)
from negotiation.data.standoffs.tariffs import points_in_force, schedule_in_force
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InformationDateError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.measures import Measure, apply_measures
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.tariff_scenarios import taxed_sectors
from negotiation.values import one_of

__all__ = ["StandoffFacts"]


@dataclass(frozen=True, eq=False)
class StandoffFacts:
    """What the file of a dispute says, and what of it was known and in force on a day.

    Attributes
    ----------
    name, title
        Name of the file, and what it is about.
    sides
        Two regions of the economy.
    economy
        Baseline flows and tariffs.
    start
        Day on which it begins.
    time_unit
        Clock of its process.
    changes, threats, exemptions, exemptible, measures
        Tariffs in force, tariffs threatened, goods taken out, goods that a side could take out, and
        other instruments.
    stages, deadlines, endings
        Steps of the talks, days on which something follows, and ends from outside.
    events, moments
        Dated public events, and what had happened by a day.
    waits_for_exemptions
        By side: acts (``call``, ``concede``) that it takes only once the other has exempted goods.
    own
        Parameters of its file, by name and side.
    remarks
        What a reader must know: proxies, definitions.
    """

    name: str
    title: str
    sides: tuple[str, str]
    economy: Economy
    start: date
    time_unit: str
    changes: tuple[TariffChange, ...]
    threats: tuple[TariffThreat, ...]
    exemptions: tuple[SectorExemption, ...]
    exemptible: tuple[ExemptibleGoods, ...]
    measures: tuple[MeasureInForce, ...]
    stages: tuple[DisputeStage, ...]
    deadlines: tuple[Deadline, ...]
    endings: tuple[Ending, ...]
    events: tuple[PublicEvent, ...]
    moments: tuple[Moment, ...]
    waits_for_exemptions: Mapping[str, tuple[str, ...]]
    own: OwnParameters
    remarks: tuple[str, ...]

    def __repr__(self) -> str:
        """Show name, sides and size."""
        return (
            f"Standoff({self.name!r}, {self.sides[0]} and {self.sides[1]}, from {self.start}, "
            f"{len(self.changes)} tariff steps, {len(self.events)} events)"
        )

    def as_known(self, as_of: DateLike) -> Self:
        """Return the standoff without the facts that became known after a day.

        A threat or deadline that ended later stands again.
        """
        day = as_date(as_of)
        if day is None:
            return self

        def open_again(row: Any) -> Any:
            return replace(row, ended_on=None) if row.ended_on and row.ended_on > day else row

        return replace(
            self,
            changes=known_at(self.changes, day),
            threats=tuple(open_again(row) for row in known_at(self.threats, day)),
            exemptions=known_at(self.exemptions, day),
            exemptible=known_at(self.exemptible, day),
            measures=known_at(self.measures, day),
            stages=tuple(
                replace(
                    stage,
                    demands={s: d for s, d in stage.demands.items() if d.known_on <= day},
                )
                for stage in self.stages
            ),
            deadlines=tuple(open_again(row) for row in known_at(self.deadlines, day)),
            endings=known_at(self.endings, day),
            events=known_at(self.events, day),
            moments=known_at(self.moments, day),
        )

    @property
    def goods(self) -> tuple[str, ...]:
        """Sectors that carry tariffs."""
        taxed = taxed_sectors(self.economy)
        return tuple(s for s, yes in zip(self.economy.sectors, taxed, strict=True) if yes)

    def other(self, side: str) -> str:
        """Return the other side."""
        one_of(side, self.sides, name="side")
        return self.sides[1 - self.sides.index(side)]

    def parameter(self, name: str, side: str | None = None, as_of: DateLike = None) -> Parameter:
        """Return a parameter: the file's, else the embedded one, else the documented default.

        Parameters
        ----------
        name
            Of the file, of `negotiation.parameters`, or one that differs by region.
        side
            Whose, where it differs by region; the other side's is never taken in its place.
        as_of
            Information date.

        Raises
        ------
        InformationDateError
            If the file's value became known later.
        """
        day = as_date(as_of)
        regional = name in regional_names()
        if regional or side is not None:
            one_of(side or "", self.sides, name="side")
        found = self.own.get(name, {})
        mine = found.get(side or "") or found.get("")
        if mine is not None:
            if day is not None and mine.known_on > day:
                raise InformationDateError(
                    "this parameter was not known at the information date",
                    where=f"{self.name}, parameters.{name}",
                    seen=f"known on {mine.known_on}",
                    allowed=f"on or before {day}",
                )
            return mine
        if regional and side is not None:
            return regional_parameter(name, side, day)
        return parameter(name, day)

    @property
    def own_parameters(self) -> dict[str, Parameter]:
        """Parameters of the file by name; one of a side is called ``name_side``."""
        return full_names(self.own, self.sides)

    def defaults_used(self, as_of: DateLike = None) -> tuple[str, ...]:
        """Return one note a side and parameter for which the documented default stands in.

        Parameters that became known later are refused where they are used.
        """
        notes = []
        for name in regional_names():
            for side in self.sides:
                try:
                    found = self.parameter(name, side, as_of)
                except InformationDateError:
                    continue
                if found.name == f"{name}_{DEFAULT_REGION}":
                    notes.append(
                        f"{name} of {side}: no value of its own, the default {found.value:g} "
                        f"{found.unit} stands in"
                    )
        return tuple(notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know: remarks of the file and defaults that stand in."""
        return (*self.remarks, *self.defaults_used())

    def tariffs(self, as_of: DateLike) -> TariffSchedule:
        """Return the tariffs in force on a day as they were known on it.

        Examples
        --------
        >>> from negotiation.standoff.load import load_standoff
        >>> deal = load_standoff("us-eu-2025").tariffs("2025-08-07")
        >>> round(deal.rate("C29", exporter="EU27", importer="USA"), 4)
        0.15
        """
        day = as_date(as_of)
        known = self.as_known(day)
        return schedule_in_force(self.economy, known.changes, known.exemptions, day)

    def measures_in_force(self, as_of: DateLike) -> dict[str, tuple[Measure, ...]]:
        """Return each side's instruments other than tariffs on a day, as they were known on it."""
        day = as_date(as_of)
        rows = [row for row in known_at(self.measures, day) if row.in_force(day)]
        return {
            side: tuple(
                Measure(row.instrument, row.size, sectors=row.sectors)
                for row in rows
                if row.side == side
            )
            for side in self.sides
        }

    def policy(self, as_of: DateLike) -> Policy:
        """Return tariffs and other instruments in force on a day, for `counterfactual`."""
        measures = tuple(self.measures_in_force(as_of).items())
        return apply_measures(Policy(self.tariffs(as_of)), measures, self.goods)

    def likelihood_ratio(self, event: PublicEvent) -> tuple[float, float]:
        """Return the range of an event's likelihood, tough side against normal side."""
        if event.likelihood_ratio is not None:
            return event.likelihood_ratio
        found = self.parameter("likelihood_ratio")
        return found.low, found.high

    def points(self, as_of: DateLike) -> dict[str, float]:
        """Return the points that each side adds on all goods of the other on a day."""
        day = as_date(as_of)
        return points_in_force(known_at(self.changes, day), self.sides, day)

    def next_deadline(self, as_of: DateLike) -> Deadline | None:
        """Return the first deadline on or after a day that stood on it."""
        day = as_date(as_of)
        for row in self.as_known(day).deadlines:
            if row.ended_on is None and (day is None or row.date >= day):
                return row
        return None

    def without_deal(self, as_of: DateLike = None) -> Mapping[str, float]:
        """Return the points that hold without a deal: those of the next deadline, else in force."""
        ahead = self.next_deadline(as_of)
        return self.points(as_of) if ahead is None else ahead.rates
