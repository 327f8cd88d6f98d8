"""A standoff at an information date: what is known of it then, and where play starts.

Which stage is open follows from the moments that open one; without any, contact is over once both
sides have met (an event of both: contact, talks, a summit, an agreement or none). A file without
stages has a cut and a comprehensive agreement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from negotiation.data.parameters import Parameter
from negotiation.data.standoffs.facts import StandoffFacts
from negotiation.data.standoffs.parameters import all_parameters
from negotiation.data.standoffs.records import DisputeStage, Ending
from negotiation.data.standoffs.tariffs import steps_beside, whole_pair
from negotiation.data.tables import DateLike, as_date
from negotiation.values import compact_repr

__all__ = ["StandoffCase", "hazard_name", "standoff_case"]

_MEETINGS = ("contact", "talks", "summit", "agreement", "no agreement")
#: Where a file names no stages.
_AGENDA = (
    DisputeStage("cut", "cut", remembered=True, demands={}),
    DisputeStage("comprehensive agreement", "comprehensive", remembered=True, demands={}),
)
_NO_STAGES = (
    "The file names no stages: a cut and a comprehensive agreement, each side asking for what is "
    "best for it among what the other prefers to the tariffs in force."
)


@dataclass(frozen=True, eq=False)
class StandoffCase:
    """What a multi-step process is built from.

    Attributes
    ----------
    facts, known
        The standoff, and what is known of it on the day on which it is looked at.
    as_of, today
        Information date, None for the start with nothing refused, and that day.
    start
        Day on which play starts.
    stages
        What is left of the agenda; the first is open.
    in_force
        Added tariffs now by side, each a number or the name of a parameter.
    parameters
        By name; those that differ by side are called ``name_side``, in small letters.
    notes
        What a reader of results must know.
    """

    facts: StandoffFacts
    known: StandoffFacts
    as_of: date | None
    today: date
    start: date
    stages: tuple[DisputeStage, ...]
    in_force: tuple[float | str, float | str]
    parameters: Mapping[str, Parameter]
    notes: tuple[str, ...]

    __repr__ = compact_repr

    @property
    def sides(self) -> tuple[str, str]:
        """The two regions."""
        return self.facts.sides

    @property
    def public(self) -> StandoffFacts:
        """Facts that demands and lists are taken from: all of them without information date."""
        return self.facts if self.as_of is None else self.known


def standoff_case(
    standoff: StandoffFacts, as_of: DateLike = None, *, from_opening: bool = False
) -> StandoffCase:
    """Return the case of a standoff at an information date.

    Parameters
    ----------
    standoff
        Its file's facts.
    as_of
        Information date: play starts then. None: the start of the standoff, with no demand,
        list of exemptible goods or parameter refused.
    from_opening
        Whether play starts when the tariffs in force at the date were put in force, in the stage
        that was open then.
    """
    day = as_date(as_of)
    today = max(day or standoff.start, standoff.start)
    if not standoff.stages:
        standoff = replace(standoff, stages=_AGENDA, remarks=(*standoff.remarks, _NO_STAGES))
    known = standoff.as_known(today)
    own = all_parameters(standoff.own, standoff.sides, day)
    points, since = _points(known, today)
    start = since if from_opening else today
    return StandoffCase(
        facts=standoff,
        known=known,
        as_of=day,
        today=today,
        start=start,
        stages=known.stages[_open_stage(standoff.as_known(start), start) :],
        in_force=(points[standoff.sides[0]], points[standoff.sides[1]]),
        parameters={**own, **_hazards(known.endings)},
        notes=_notes(standoff, day, today),
    )


def _points(known: StandoffFacts, today: date) -> tuple[Mapping[str, float | str], date]:
    """Points by side in force on a day, and the day since when they are.

    A step that only carries out what a moment had agreed on begins nothing new.
    """
    begun: list[tuple[date, Mapping[str, float | str], bool]] = [
        (row.date, {row.imposer: row.name or row.added}, False)
        for row in known.changes
        if whole_pair(row, known.sides) and row.date <= today
    ]
    begun += [(row.known_on, row.rates, True) for row in known.moments if row.rates is not None]
    points: Mapping[str, float | str] = dict.fromkeys(known.sides, 0.0)
    since = known.start
    for day, given, agreed in sorted(begun, key=lambda item: (item[0], item[2])):
        after = {**points, **given}
        if agreed or after != points:
            since = day
        points = after
    return points, max(since, known.start)


def _open_stage(known: StandoffFacts, today: date) -> int:
    """Place of the stage that is open on a day."""
    names = [stage.name for stage in known.stages]
    moments = [row for row in known.moments if row.opens and row.known_on <= today]
    if moments:
        return names.index(max(moments, key=lambda row: row.known_on).opens)
    met = any(
        row.kind in _MEETINGS and row.actor not in known.sides and row.date >= known.start
        for row in known.events
    )
    return int(met and len(names) > 1 and known.stages[0].kind == "contact")


def hazard_name(row: Ending) -> str:
    """Name of the parameter with the hazard of an ending that names none."""
    return "hazard_" + re.sub(r"[^a-z0-9]+", "_", row.name.lower()).strip("_")


def _hazards(endings: Sequence[Ending]) -> dict[str, Parameter]:
    """Hazards of the endings that name no parameter."""
    return {
        hazard_name(row): Parameter(
            name=hazard_name(row),
            value=row.hazard,
            unit="1/year",
            symbol="h_E",
            meaning=f"hazard: {row.name}",
            low=row.low,
            high=row.high,
            known_on=row.known_on,
            status="assumption" if row.source == "assumption" else "sourced",
            source=row.source,
        )
        for row in endings
        if "hazard" not in row.names
    }


def _notes(standoff: StandoffFacts, day: date | None, today: date) -> tuple[str, ...]:
    """Remarks of the file, defaults that stand in, and what the process leaves out."""
    measures = []
    for row in standoff.as_known(today).measures:
        if row.in_force(today):
            lifted = f", lifted where {row.side} concedes {row.lifted_in}" if row.lifted_in else ""
            where = (
                f"in force in the process{lifted}" if row.in_process else "left out of the process"
            )
            measures.append(f"{row.name}: not a tariff, {where}")
    residual = [
        f"exemption of {row.date}: {', '.join(row.sectors)} counted as free of added points"
        for row in standoff.as_known(today).exemptions
        if row.in_process and row.residual and row.importer in standoff.sides
    ]
    return (
        *standoff.remarks,
        *standoff.defaults_used(day),
        *_on_sectors(standoff.as_known(today), today),
        *measures,
        *residual,
    )


def _on_sectors(known: StandoffFacts, today: date) -> tuple[str, ...]:
    """Say of each side which of its points on single sectors the stages are not about."""
    points = {
        (step.imposer, sector): step.added
        for step, _ in steps_beside(known.changes, known.sides, today)
        if step.imposer in known.sides and step.target in known.sides
        for sector in step.sectors or ()
    }
    named = {
        side: ", ".join(
            sector for (imposer, sector), added in points.items() if imposer == side and added
        )
        for side in known.sides
    }
    return tuple(
        f"points of {side} on single sectors of {known.other(side)} ({sectors}): in force in the "
        "process, whose stages are about points on all goods"
        for side, sectors in named.items()
        if sectors
    )
