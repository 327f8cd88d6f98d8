"""The plan and the flows of a case: its numbers, instruments and agenda, from dated parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from negotiation.data.standoffs.facts import StandoffFacts
from negotiation.data.standoffs.records import DisputeStage
from negotiation.data.standoffs.tariffs import background_in_force
from negotiation.payoffs.ensemble import PayoffModel
from negotiation.policy.objectives.objective import JobLosses
from negotiation.policy.objectives.partial_equilibrium_payoffs import economy_gdp
from negotiation.process.multi_step.dated_parameters import DatedParameters
from negotiation.process.multi_step.plan import (
    LATER_KINDS,
    DatedChange,
    PlannedStage,
    ProcessNumbers,
    ProcessPlan,
    StandingMeasure,
)
from negotiation.process.multi_step.standoff_case import StandoffCase, hazard_name
from negotiation.process.multi_step.state_flows import Instrument, StateFlows
from negotiation.trade.economy import Economy
from negotiation.trade.instruments.measures import Measure
from negotiation.trade.tariff_scenarios import taxed_sectors
from negotiation.values import FloatArray

__all__ = ["dated_flows", "dated_plan"]


_CUTS = ("cut", "cut_below_threshold")
_LAPSE = "lapse_added"


def dated_plan(
    case: StandoffCase,
    dated: DatedParameters,
    economy: Economy,
    *,
    relapse: bool,
    linked: bool,
) -> ProcessPlan:
    """Return the plan of a case, the last stages settled at once if linked."""
    sides = case.sides
    stages = [PlannedStage(stage.name, stage.kind) for stage in case.stages]
    if linked:
        stages = [stage for stage in stages if stage.kind not in LATER_KINDS]
        stages.append(PlannedStage("package", "package"))
    names = [stage.name for stage in stages]
    settled = {stage.name for stage in case.stages} - set(names)
    cutting = any(stage.kind == "cut" for stage in stages)
    asked = {stage.name: stage for stage in case.public.stages}
    in_force = dated.pair(case.in_force)
    demands, ideal = np.full((2, 2), np.nan), (False, False)
    if cutting:
        cut = next((stage for stage in case.public.stages if stage.kind == "cut"), None)
        demands, ideal = _demands(case, cut, dated, in_force)
    lapse = dated.pair(_lapse(case))
    exempted = _exempted(case, dated, economy)
    listed = _listed(case, economy)
    asks = _asks(case.facts)
    return ProcessPlan(
        sides=sides,
        stages=tuple(stages),
        in_force=_two(in_force),
        lapse_to=_two(lapse),
        demands=demands,
        endings=_endings(case, names, settled, dated),
        deadlines=_deadlines(case, names, settled, dated),
        numbers=_numbers(case, dated, economy, stages),
        ideal=ideal,
        own_demands={
            name: _asked(case, asked[name], dated)
            for name in names
            if name in asked
            and asked[name].kind in ("own", "comprehensive")
            and any(demand.rates is not None for demand in asked[name].demands.values())
        },
        purchases_asked_by=asks,
        relapse=relapse,
        waits_for_exemptions={
            sides.index(side): kinds for side, kinds in case.facts.waits_for_exemptions.items()
        }
        if cutting
        else {},
        exempt=(bool(exempted.get(sides[0])), bool(exempted.get(sides[1]))),
        can_exempt=(bool(listed[sides[0]]), bool(listed[sides[1]])),
        instruments=_instruments(sides, asks, dated, {stage.kind for stage in stages}),
        standing=tuple(
            StandingMeasure(
                row.name,
                Instrument(row.side, Measure(row.instrument, row.size, sectors=row.sectors)),
                # What was to be lifted in a stage settled at once is lifted there.
                names[-1] if row.lifted_in in settled else row.lifted_in,
            )
            for row in case.known.measures
            if row.in_process and row.in_force(case.today)
        ),
        start=case.start,
        as_of=dated.as_of,
    )


def _two(rates: FloatArray) -> tuple[float, float]:
    return float(rates[0]), float(rates[1])


def _rates(
    sides: tuple[str, str], rates: Mapping[str, float], names: Mapping[str, str]
) -> list[float | str]:
    """Added tariffs by side, each a number or the name of a parameter."""
    return [names.get(side, rates[side]) for side in sides]


def _lapse(case: StandoffCase) -> list[float | str]:
    """Tariffs to which terms lapse: parameters of the case, or what holds without a deal."""
    names = {side: f"{_LAPSE}_{side.lower()}" for side in case.sides}
    known = {side: name for side, name in names.items() if name in case.parameters}
    return _rates(case.sides, case.known.without_deal(case.today), known)


def _asks(facts: StandoffFacts) -> int:
    """Side that asks for purchases: as the file says, or the one with the larger deficit."""
    named = [stage.asked_by for stage in facts.stages if stage.asked_by]
    if named:
        return facts.sides.index(named[0])
    economy, goods = facts.economy, taxed_sectors(facts.economy)
    first, second = (economy.region_index(side) for side in facts.sides)
    bought = [
        float(economy.flows[goods, x, m].sum()) for x, m in ((second, first), (first, second))
    ]
    return int(bought[1] > bought[0])


def _asked(case: StandoffCase, stage: DisputeStage | None, dated: DatedParameters) -> FloatArray:
    """Demands ``[side that asks, tariff]``, not numbers where a side asks for its ideal."""
    found = {} if stage is None else stage.demands
    rows: list[Sequence[float | str]] = []
    for demand in map(found.get, case.sides):
        if demand is None or demand.rates is None:
            rows.append((np.nan, np.nan))
        else:
            rows.append(_rates(case.sides, demand.rates, demand.names))
    return np.array([dated.pair(row) for row in rows])


def _demands(
    case: StandoffCase, cut: DisputeStage | None, dated: DatedParameters, in_force: FloatArray
) -> tuple[FloatArray, tuple[bool, bool]]:
    """What each side asks for, mixed with equal cuts that take as many points off in total."""
    asked = _asked(case, cut, dated)
    first, second = (bool(np.isnan(row).all()) for row in asked)
    mixture = 0.0 if first and second else dated("terms_mixture")
    equal = in_force - (in_force - asked).sum(axis=1, keepdims=True) / 2.0
    return (1.0 - mixture) * asked + mixture * np.maximum(equal, 0.0), (first, second)


def _until_cut(stages: Sequence[DisputeStage]) -> tuple[int, bool]:
    """Number of stages up to the first agreement on tariffs, and whether one is ahead."""
    cuts = [k for k, stage in enumerate(stages) if stage.kind in _CUTS]
    return (cuts[-1] + 1, True) if cuts else (len(stages), False)


def _within(stages: tuple[str, ...], names: list[str], settled: set[str]) -> tuple[str, ...]:
    """Those that are left of some stages; stages settled at once are one, the last."""
    left = tuple(name for name in stages if name in names)
    return (*left, names[-1]) if settled & set(stages) else left


def _goes_to(stage: str, names: list[str]) -> str:
    return stage if stage in (*names, "agreed", "lapsed") else names[-1]


def _endings(
    case: StandoffCase, names: list[str], settled: set[str], dated: DatedParameters
) -> tuple[DatedChange, ...]:
    """Endings in the stages that are left: those up to the cut where none are named."""
    count, cutting = _until_cut(case.stages)
    agenda = [stage.name for stage in case.stages]
    after = agenda[0]
    if cutting:
        after = agenda[count] if count < len(agenda) else "agreed"
    out = []
    for row in case.known.endings:
        within = _within(row.stages or tuple(agenda[:count]), names, settled)
        if within:
            rates = _two(dated.pair(_rates(case.sides, row.rates or {}, row.names)))
            rate = dated(row.names.get("hazard", hazard_name(row)))
            kind = "court" if row.kind == "legal limit" else row.kind
            goes_to = _goes_to(row.goes_to or after, names)
            out.append(DatedChange(within, rates, goes_to, rate=rate, kind=kind))
    return tuple(out)


def _deadlines(
    case: StandoffCase, names: list[str], settled: set[str], dated: DatedParameters
) -> tuple[DatedChange, ...]:
    """Where each deadline leads from each stage in which it may pass.

    Imposed rates and the end of talks are over with the cut, the lapse of a truce with its
    extension. Talks go on where they stood; from later stages they begin again.
    """
    stages = case.stages
    talks = next((stage.name for stage in stages if stage.kind != "contact"), stages[0].name)
    out = []
    for row in case.known.deadlines:
        if row.ended_on is not None or row.date <= case.today:
            continue
        count, _ = _until_cut(stages)
        if row.follows == "truce lapses":
            longer = [k for k, stage in enumerate(stages) if stage.kind == "extension"]
            count = longer[0] + 1 if longer else len(stages)
        for stage in stages[:count]:
            within = _within((stage.name,), names, settled)
            stays = stage.kind in ("contact", "extension", *_CUTS)
            goes_to = "lapsed" if row.follows == "talks end" else stage.name if stays else talks
            if within:
                rates = _two(dated.pair(_rates(case.sides, row.rates, {})))
                out.append(DatedChange(within, rates, _goes_to(goes_to, names), at=row.date))
    return tuple(out)


def _numbers(
    case: StandoffCase, dated: DatedParameters, economy: Economy, stages: Sequence[PlannedStage]
) -> ProcessNumbers:
    kinds = {stage.kind for stage in stages}
    gdp = economy_gdp(economy)
    costs = np.zeros(2)
    for i, region in enumerate(case.sides):
        side = region.lower()
        if not dated.counts(f"jobs_per_billion_exports_{side}"):
            continue
        losses = JobLosses(
            jobs_per_billion=dated(f"jobs_per_billion_exports_{side}"),
            reemployment_share=dated("reemployment_share"),
            annual_wage=dated(f"annual_wage_{side}"),
            spell_years=dated("unemployment_spell"),
            source=dated.used[f"jobs_per_billion_exports_{side}"].source,
        )
        cost = dated("job_cost_weight") * float(losses.transition_cost(1.0))
        costs[i] = 100.0 * cost / gdp[economy.region_index(region)]
    more: dict[str, float] = {}
    if "contact" in kinds:
        more["contact_stake"] = dated("contact_stake")
    if kinds & {"contact", "cut"}:
        more["visibility"] = dated("exemption_visibility")
        more["curvature"] = dated("audience_curvature")
    if "cut_below_threshold" in kinds:
        more["threshold"] = dated("threshold_tariff")
    if kinds & {"purchases", "package"}:
        more["shortfall_hazard"] = dated("shortfall_hazard")
        more["compliance"] = dated("purchase_compliance")
    return ProcessNumbers(
        discount_rates=dated.by_side("discount_rate", case.sides),
        shock_scales=dated.by_side("shock_scale", case.sides),
        audience_costs=dated.by_side("audience_cost", case.sides),
        window_rate=dated("window_rate"),
        base_rate=dated("base_rate"),
        terms_duration=dated("terms_duration"),
        later_cost_share=dated("later_cost_share"),
        elasticity_years=dated("elasticity_years"),
        moderation=dated("demand_moderation"),
        job_costs=costs,
        **more,
    )


def _instruments(
    sides: tuple[str, str], asks: int, dated: DatedParameters, kinds: set[str]
) -> dict[str, tuple[Instrument, ...]]:
    """Purchases of the side that is asked, and barriers of each, in shares of the largest size."""
    out: dict[str, tuple[Instrument, ...]] = {}
    if kinds & {"purchases", "package"}:
        made = dated("purchase_commitment") * dated("purchase_compliance")
        most = dated.used["purchase_commitment"].high * dated.used["purchase_compliance"].high
        measure = Measure("purchase", most)
        out["purchases"] = (Instrument(sides[1 - asks], measure, made / most),)
    if kinds & {"barriers", "package"}:
        size, rents = dated("barrier_cut"), dated("barrier_rent_share")
        most = dated.used["barrier_cut"].high
        costs, tariffs = Measure("trade_cost", 1.0 - most), Measure("import_tariff", -most)
        for side in sides:
            out[f"barriers {side}"] = (
                Instrument(side, costs, size * (1.0 - rents) / most),
                Instrument(side, tariffs, size * rents / most),
            )
    return out


def _exempted(
    case: StandoffCase, dated: DatedParameters, economy: Economy
) -> dict[str, dict[str, float]]:
    """Exempt share of each sector of the economy, by side."""
    out: dict[str, dict[str, float]] = {}
    goods = taxed_sectors(economy)
    for row in case.known.exemptions:
        if not row.in_process or row.date > case.today or row.importer not in case.sides:
            continue
        places = [economy.sector_index(name) for name in row.sectors if name in economy.sectors]
        other = case.sides[1 - case.sides.index(row.importer)]
        bought = economy.flows[:, economy.region_index(other), economy.region_index(row.importer)]
        traded = float(bought[places].sum())
        if traded <= 0.0:
            continue
        given = row.share if row.of_imports is None else row.of_imports
        share = dated(given) if isinstance(given, str) else given
        if row.of_imports is not None:
            share *= float(bought[goods].sum()) / traded
        found = out.setdefault(row.importer, {})
        found.update({economy.sectors[k]: min(1.0, share) for k in places})
    return out


def _listed(case: StandoffCase, economy: Economy) -> dict[str, tuple[str, ...]]:
    return {
        side: tuple(
            name
            for row in case.public.exemptible
            if row.side == side
            for name in row.sectors
            if name in economy.sectors
        )
        for side in case.sides
    }


_KNOWN: dict[tuple[Any, ...], StateFlows] = {}
_KEPT = 64


def dated_flows(
    case: StandoffCase, dated: DatedParameters, economy: Economy, model: PayoffModel
) -> StateFlows:
    """Flows of an economy; the same object where only weights or dates differ."""
    flat = {
        str(horizon): dated(f"trade_elasticity_{horizon}")
        for horizon in model.horizons
        if f"trade_elasticity_{horizon}" in {*dated.given, *case.facts.own}
    }
    exempted, listed = _exempted(case, dated, economy), _listed(case, economy)
    changes = case.known.changes
    background, counted = background_in_force(economy, changes, case.sides, case.today)
    key = (
        id(economy), case.sides, model, dated.as_of, repr(flat), repr(exempted),
        repr(listed), b"" if background is None else background.rates.tobytes(),
        counted.tobytes(),
    )  # fmt: skip
    if key not in _KNOWN:
        while len(_KNOWN) >= _KEPT:
            _KNOWN.pop(next(iter(_KNOWN)))
        _KNOWN[key] = StateFlows(
            economy,
            case.sides,
            model,
            exempted=exempted,
            listed=listed,
            elasticities=flat,
            as_of=dated.as_of,
            background=background,
            counted=counted,
        )
    return _KNOWN[key]
