"""What a standoff's file says at an information date, as the case that a process is built from.

Which stage is open follows from the moments that open one; without any, contact is over once both
sides have met (an event of both: contact, talks, a summit, an agreement or none). A file without
stages has a cut and a comprehensive agreement. Terms lapse to the parameter ``lapse_added`` of each
side where the file has it, otherwise to what holds without a deal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from negotiation.data.parameters import Parameter
from negotiation.data.standoffs.facts import StandoffFacts
from negotiation.data.standoffs.parameters import all_parameters
from negotiation.data.standoffs.records import Deadline, Demand, DisputeStage, Ending
from negotiation.data.standoffs.tariffs import background_in_force, whole_pair
from negotiation.data.tables import DateLike, as_date
from negotiation.process.multi_step.case import CaseChange, DatedCase, ExemptGoods, SideRates
from negotiation.process.multi_step.plan import PlannedStage, StandingMeasure
from negotiation.process.multi_step.state_flows import Instrument
from negotiation.trade.instruments.measures import Measure
from negotiation.trade.tariff_scenarios import taxed_sectors

__all__ = ["standoff_case"]

_MEETINGS = ("contact", "talks", "summit", "agreement", "no agreement")
_CUTS = ("cut", "cut_below_threshold")
_LAPSE = "lapse_added"
#: Where a file names no stages.
_AGENDA = (
    DisputeStage("cut", "cut", remembered=True, demands={}),
    DisputeStage("comprehensive agreement", "comprehensive", remembered=True, demands={}),
)
_NO_STAGES = (
    "The file names no stages: a cut and a comprehensive agreement, each side asking for what is "
    "best for it among what the other prefers to the tariffs in force."
)


def standoff_case(
    standoff: StandoffFacts, as_of: DateLike = None, *, from_opening: bool = False
) -> DatedCase:
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
    parameters = all_parameters(standoff.own, standoff.sides, day)
    points, since = _points(known, today)
    start = since if from_opening else today
    opened = _open_stage(standoff.as_known(start), start)
    stages = known.stages[opened:]
    public = known if day is not None else standoff
    asked = public.stages
    cut = next((stage for stage in asked if stage.kind == "cut"), None)
    in_force = (points[standoff.sides[0]], points[standoff.sides[1]])
    return DatedCase(
        name=standoff.name,
        sides=standoff.sides,
        start=start,
        as_of=day,
        stages=tuple(PlannedStage(stage.name, stage.kind) for stage in stages),
        in_force=in_force,
        standoff=in_force,
        lapse_to=_lapse(standoff, parameters, known.without_deal(today)),
        demands=_demands(standoff.sides, cut),
        own_demands={
            stage.name: _demands(standoff.sides, stage)
            for stage in asked
            if stage.kind in ("own", "comprehensive")
            and any(demand.rates is not None for demand in stage.demands.values())
        },
        parameters={**parameters, **_hazards(known.endings)},
        own=frozenset(standoff.own),
        asked_by=_asks(standoff),
        waits_for_exemptions=standoff.waits_for_exemptions,
        exempted=tuple(
            ExemptGoods(
                row.importer,
                row.sectors,
                row.share if row.of_imports is None else row.of_imports,
                row.of_imports is not None,
            )
            for row in known.exemptions
            if row.in_process and row.date <= today and row.importer in standoff.sides
        ),
        listed={
            side: tuple(s for row in public.exemptible if row.side == side for s in row.sectors)
            for side in standoff.sides
        },
        endings=tuple(_ending(row, stages, standoff.sides) for row in known.endings),
        deadlines=tuple(
            change
            for row in known.deadlines
            if row.ended_on is None and row.date > today
            for change in _deadline(row, stages, standoff.sides)
        ),
        standing=tuple(
            StandingMeasure(
                row.name,
                Instrument(row.side, Measure(row.instrument, row.size, sectors=row.sectors)),
                row.lifted_in,
            )
            for row in known.measures
            if row.in_process and row.in_force(today)
        ),
        background=background_in_force(standoff.economy, known.changes, standoff.sides, today),
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


def _rates(
    sides: tuple[str, str], rates: Mapping[str, float], names: Mapping[str, str]
) -> SideRates:
    first, second = (names.get(side, rates[side]) for side in sides)
    return first, second


def _lapse(
    standoff: StandoffFacts, parameters: Mapping[str, Parameter], otherwise: Mapping[str, float]
) -> SideRates:
    names = {side: f"{_LAPSE}_{side.lower()}" for side in standoff.sides}
    return _rates(
        standoff.sides,
        otherwise,
        {side: name for side, name in names.items() if name in parameters},
    )


def _demands(
    sides: tuple[str, str], stage: DisputeStage | None
) -> tuple[SideRates | None, SideRates | None]:
    """What each side asks for in a stage; None: its ideal."""

    def asked(demand: Demand | None) -> SideRates | None:
        if demand is None or demand.rates is None:
            return None
        return _rates(sides, demand.rates, demand.names)

    found = {} if stage is None else stage.demands
    return asked(found.get(sides[0])), asked(found.get(sides[1]))


def _asks(standoff: StandoffFacts) -> int:
    """Side that asks for purchases: as the file says, or the one with the larger deficit."""
    named = [stage.asked_by for stage in standoff.stages if stage.asked_by]
    if named:
        return standoff.sides.index(named[0])
    economy, goods = standoff.economy, taxed_sectors(standoff.economy)
    first, second = (economy.region_index(side) for side in standoff.sides)
    bought = [
        float(economy.flows[goods, x, m].sum()) for x, m in ((second, first), (first, second))
    ]
    return int(bought[1] > bought[0])


def _until_cut(stages: Sequence[DisputeStage]) -> tuple[int, bool]:
    """Number of stages up to the first agreement on tariffs, and whether one is ahead."""
    cuts = [k for k, stage in enumerate(stages) if stage.kind in _CUTS]
    return (cuts[-1] + 1, True) if cuts else (len(stages), False)


def _hazard_name(row: Ending) -> str:
    return "hazard_" + re.sub(r"[^a-z0-9]+", "_", row.name.lower()).strip("_")


def _hazards(endings: Sequence[Ending]) -> dict[str, Parameter]:
    """Hazards of the endings that name no parameter."""
    return {
        _hazard_name(row): Parameter(
            name=_hazard_name(row),
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


def _ending(row: Ending, stages: Sequence[DisputeStage], sides: tuple[str, str]) -> CaseChange:
    count, cutting = _until_cut(stages)
    names = [stage.name for stage in stages]
    after = names[count] if cutting and count < len(names) else "agreed" if cutting else names[0]
    return CaseChange(
        row.stages or tuple(names[:count]),
        _rates(sides, row.rates or {}, row.names),
        row.goes_to or after,
        hazard=row.names.get("hazard", _hazard_name(row)),
        kind="court" if row.kind == "legal limit" else row.kind,
    )


def _deadline(
    row: Deadline, stages: Sequence[DisputeStage], sides: tuple[str, str]
) -> list[CaseChange]:
    """Where a deadline leads from each stage in which it may pass.

    Imposed rates and the end of talks are over with the cut, the lapse of a truce with its
    extension. Talks go on where they stood; from later stages they begin again.
    """
    count, _ = _until_cut(stages)
    if row.follows == "truce lapses":
        longer = [k for k, stage in enumerate(stages) if stage.kind == "extension"]
        count = longer[0] + 1 if longer else len(stages)
    rates = _rates(sides, row.rates, {})
    names = [stage.name for stage in stages]
    talks = next((stage.name for stage in stages if stage.kind != "contact"), names[0])
    out = []
    for stage in stages[:count]:
        stays = stage.kind in ("contact", "extension", *_CUTS)
        goes_to = "lapsed" if row.follows == "talks end" else stage.name if stays else talks
        out.append(CaseChange((stage.name,), rates, goes_to, at=row.date))
    return out


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
    return (*standoff.remarks, *standoff.defaults_used(day), *measures, *residual)
