"""The plan and the flows of a case: its numbers, instruments and agenda, from dated parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from negotiation.payoffs.ensemble import PayoffModel
from negotiation.policy.objectives.objective import JobLosses
from negotiation.policy.objectives.partial_equilibrium_payoffs import economy_gdp
from negotiation.process.multi_step.case import (
    CaseChange,
    DatedCase,
    DatedParameters,
    SideRates,
)
from negotiation.process.multi_step.plan import (
    LATER_KINDS,
    DatedChange,
    PlannedStage,
    ProcessNumbers,
    ProcessPlan,
    StandingMeasure,
)
from negotiation.process.multi_step.state_flows import Instrument, StateFlows
from negotiation.trade.economy import Economy
from negotiation.trade.instruments.measures import Measure
from negotiation.trade.tariff_scenarios import taxed_sectors
from negotiation.values import FloatArray

__all__ = ["dated_flows", "dated_plan"]


def dated_plan(
    case: DatedCase,
    dated: DatedParameters,
    economy: Economy,
    *,
    relapse: bool,
    linked: bool,
) -> ProcessPlan:
    """Return the plan of a case, the last stages settled at once if linked."""
    sides = case.sides
    stages = list(case.stages)
    if linked:
        stages = [stage for stage in stages if stage.kind not in LATER_KINDS]
        stages.append(PlannedStage("package", "package"))
    cutting = any(stage.kind == "cut" for stage in stages)
    standoff, in_force = dated.pair(case.standoff), dated.pair(case.in_force)
    demands, ideal = np.full((2, 2), np.nan), (False, False)
    if cutting:
        demands, ideal = _demands(case, dated, standoff)
    lapse = dated.pair(case.lapse_to)
    exempted = _exempted(case, dated, economy)
    listed = _listed(case, economy)
    return ProcessPlan(
        sides=sides,
        stages=tuple(stages),
        in_force=_two(in_force),
        lapse_to=_two(lapse),
        demands=demands,
        endings=_changes(case.endings, case, stages, dated),
        deadlines=_changes(case.deadlines, case, stages, dated),
        numbers=_numbers(case, dated, economy, stages),
        ideal=ideal,
        own_demands={
            stage.name: _rows(case.own_demands[stage.name], dated)
            for stage in stages
            if stage.name in case.own_demands
        },
        purchases_asked_by=case.asked_by,
        relapse=relapse,
        waits_for_exemptions={
            sides.index(side): kinds for side, kinds in case.waits_for_exemptions.items()
        }
        if cutting
        else {},
        exempt=(bool(exempted.get(sides[0])), bool(exempted.get(sides[1]))),
        can_exempt=(bool(listed[sides[0]]), bool(listed[sides[1]])),
        instruments=_instruments(case, dated, {stage.kind for stage in stages}),
        standing=_standing(case, stages),
        start=case.start,
        as_of=dated.as_of,
    )


def _two(rates: FloatArray) -> tuple[float, float]:
    return float(rates[0]), float(rates[1])


def _changes(
    changes: Sequence[CaseChange],
    case: DatedCase,
    stages: Sequence[PlannedStage],
    dated: DatedParameters,
) -> tuple[DatedChange, ...]:
    """Deadlines or endings of the stages that are left; stages settled at once are one."""
    names = [stage.name for stage in stages]
    settled = {stage.name for stage in case.stages} - set(names)
    out = []
    for change in changes:
        within = tuple(stage for stage in change.stages if stage in names)
        if settled & set(change.stages):
            within += (names[-1],)
        if not within:
            continue
        goes_to = change.goes_to
        if goes_to not in (*names, "agreed", "lapsed"):
            goes_to = names[-1]
        rates = _two(dated.pair(change.rates))
        rate = dated(change.hazard) if isinstance(change.hazard, str) else change.hazard
        out.append(DatedChange(within, rates, goes_to, at=change.at, rate=rate, kind=change.kind))
    return tuple(out)


def _standing(case: DatedCase, stages: Sequence[PlannedStage]) -> tuple[StandingMeasure, ...]:
    """Instruments in force; what was to be lifted in a stage settled at once is lifted there."""
    names = [stage.name for stage in stages]
    settled = {stage.name for stage in case.stages} - set(names)
    return tuple(
        replace(item, lifted_in=names[-1]) if item.lifted_in in settled else item
        for item in case.standing
    )


def _rows(demands: tuple[SideRates | None, SideRates | None], dated: DatedParameters) -> FloatArray:
    """Demands ``[side that asks, tariff]``, not numbers where a side asks for its ideal."""
    return np.array([dated.pair((np.nan, np.nan) if row is None else row) for row in demands])


def _demands(
    case: DatedCase, dated: DatedParameters, standoff: FloatArray
) -> tuple[FloatArray, tuple[bool, bool]]:
    """What each side asks for, mixed with equal cuts that take as many points off in total."""
    ideal = (case.demands[0] is None, case.demands[1] is None)
    asked = _rows(case.demands, dated)
    mixture = 0.0 if all(ideal) else dated("terms_mixture")
    equal = standoff - (standoff - asked).sum(axis=1, keepdims=True) / 2.0
    return (1.0 - mixture) * asked + mixture * np.maximum(equal, 0.0), ideal


def _numbers(
    case: DatedCase, dated: DatedParameters, economy: Economy, stages: Sequence[PlannedStage]
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
    case: DatedCase, dated: DatedParameters, kinds: set[str]
) -> dict[str, tuple[Instrument, ...]]:
    """Purchases of the side that is asked, and barriers of each, in shares of the largest size."""
    out: dict[str, tuple[Instrument, ...]] = {}
    if kinds & {"purchases", "package"}:
        made = dated("purchase_commitment") * dated("purchase_compliance")
        most = dated.used["purchase_commitment"].high * dated.used["purchase_compliance"].high
        measure = Measure("purchase", most)
        out["purchases"] = (Instrument(case.sides[1 - case.asked_by], measure, made / most),)
    if kinds & {"barriers", "package"}:
        size, rents = dated("barrier_cut"), dated("barrier_rent_share")
        most = dated.used["barrier_cut"].high
        costs, tariffs = Measure("trade_cost", 1.0 - most), Measure("import_tariff", -most)
        for side in case.sides:
            out[f"barriers {side}"] = (
                Instrument(side, costs, size * (1.0 - rents) / most),
                Instrument(side, tariffs, size * rents / most),
            )
    return out


def _exempted(
    case: DatedCase, dated: DatedParameters, economy: Economy
) -> dict[str, dict[str, float]]:
    """Exempt share of each sector of the economy, by side."""
    out: dict[str, dict[str, float]] = {}
    goods = taxed_sectors(economy)
    for row in case.exempted:
        places = [economy.sector_index(name) for name in row.sectors if name in economy.sectors]
        other = case.sides[1 - case.sides.index(row.side)]
        bought = economy.flows[:, economy.region_index(other), economy.region_index(row.side)]
        traded = float(bought[places].sum())
        if traded <= 0.0:
            continue
        share = dated(row.share) if isinstance(row.share, str) else row.share
        if row.of_imports:
            share *= float(bought[goods].sum()) / traded
        found = out.setdefault(row.side, {})
        found.update({economy.sectors[k]: min(1.0, share) for k in places})
    return out


def _listed(case: DatedCase, economy: Economy) -> dict[str, tuple[str, ...]]:
    return {
        side: tuple(name for name in case.listed.get(side, ()) if name in economy.sectors)
        for side in case.sides
    }


_KNOWN: dict[tuple[Any, ...], StateFlows] = {}
_KEPT = 64


def dated_flows(
    case: DatedCase, dated: DatedParameters, economy: Economy, model: PayoffModel
) -> StateFlows:
    """Flows of an economy; the same object where only weights or dates differ."""
    flat = {
        str(horizon): dated(f"trade_elasticity_{horizon}")
        for horizon in model.horizons
        if f"trade_elasticity_{horizon}" in {*dated.given, *case.own}
    }
    exempted, listed = _exempted(case, dated, economy), _listed(case, economy)
    key = (
        id(economy), case.sides, model, dated.as_of, repr(flat), repr(exempted),
        repr(listed), b"" if case.background is None else case.background.rates.tobytes(),
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
            background=case.background,
        )
    return _KNOWN[key]
