"""The plan of a named process at an information date: what is in force, asked for and known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from negotiation.data.tariffs import exempt_sectors
from negotiation.payoffs.defaults import sourced_job_losses
from negotiation.payoffs.ensemble import PayoffModel
from negotiation.policy.objectives.partial_equilibrium_payoffs import economy_gdp
from negotiation.process.multi_step.definition import DatedParameters, Definition
from negotiation.process.multi_step.plan import (
    DatedChange,
    PlannedStage,
    ProcessNumbers,
    ProcessPlan,
)
from negotiation.process.multi_step.state_flows import Instrument, StateFlows
from negotiation.trade.economy import Economy
from negotiation.trade.instruments.measures import Measure
from negotiation.values import FloatArray

__all__ = ["dated_flows", "dated_plan"]


def _pair(definition: Definition, dated: DatedParameters, role: str) -> FloatArray:
    names = definition.roles[role]
    return np.array([dated(names[player]) for player in definition.players])


def dated_plan(
    definition: Definition,
    dated: DatedParameters,
    economy: Economy,
    *,
    relapse: bool,
    linked: bool,
    from_opening: bool,
) -> ProcessPlan:
    """Return the plan of a named process at its information date."""
    players = definition.players
    stages = [PlannedStage(entry["name"], entry["kind"]) for entry in definition.stages]
    standoff = _pair(definition, dated, "standoff")
    in_force = (float(standoff[0]), float(standoff[1]))
    deadlines: tuple[DatedChange, ...] = ()
    today = dated.as_of or definition.start
    begins = definition.start if from_opening else today
    for moment in definition.moments:
        if moment["on"] > today or dated.as_of is None:
            continue
        if from_opening and "in_force" not in moment:
            continue
        begins = moment["on"] if from_opening else today
        opens = [stage.name for stage in stages].index(moment["opens"])
        stages = stages[opens:]
        if "in_force" in moment:
            in_force = _rates(moment["in_force"], players, dated)
            deadlines = (
                DatedChange(
                    tuple(stage.name for stage in stages),
                    _rates(moment["after_deadline"], players, dated),
                    stages[0].name,
                    at=moment["deadline"],
                ),
            )
    if linked:
        later = {"purchases", "barriers", "comprehensive"}
        stages = [stage for stage in stages if stage.kind not in later]
        stages.append(PlannedStage("package", "package"))
    names = [stage.name for stage in stages]
    cutting = any(stage.kind == "cut" for stage in stages)
    demands, ideal = np.full((2, 2), np.nan), (False, False)
    if cutting:
        demands, ideal = _demands(definition, dated, standoff)
    lapse = _pair(definition, dated, "lapse")
    asks = [entry.get("asked_by") for entry in definition.stages if entry["kind"] == "purchases"]
    asked_by = players.index(asks[0]) if asks and asks[0] in players else 0
    exempted = _exempted(definition, dated, economy)
    listed = {player: _listed(player, definition, dated, economy) for player in players}
    endings = tuple(
        DatedChange(
            tuple(stage for stage in entry["stages"] if stage in names),
            _rates(entry["leaves"], players, dated),
            entry["goes_to"] if entry["goes_to"] in names else names[-1],
            rate=dated(entry["hazard"]),
            kind=entry["kind"],
        )
        for entry in definition.endings
        if set(entry["stages"]) & set(names)
    )
    return ProcessPlan(
        sides=players,
        stages=tuple(stages),
        in_force=in_force,
        lapse_to=(float(lapse[0]), float(lapse[1])),
        demands=demands,
        numbers=_numbers(definition, dated, economy, stages),
        ideal=ideal,
        purchases_asked_by=asked_by,
        relapse=relapse,
        waits_for_exemptions={
            players.index(side): kinds for side, kinds in definition.waits_for_exemptions.items()
        }
        if cutting
        else {},
        exempt=(bool(exempted.get(players[0])), bool(exempted.get(players[1]))),
        can_exempt=(bool(listed[players[0]]), bool(listed[players[1]])),
        endings=endings,
        deadlines=deadlines,
        instruments=_instruments(definition, dated, {stage.kind for stage in stages}, asked_by),
        start=max(begins, definition.start),
        as_of=dated.as_of,
    )


def _rates(
    given: Mapping[str, Any], players: tuple[str, str], dated: DatedParameters
) -> tuple[float, float]:
    """Added tariffs by side, each a number or the name of a parameter."""
    found = [dated(given[p]) if isinstance(given[p], str) else float(given[p]) for p in players]
    return found[0], found[1]


def _demands(
    definition: Definition, dated: DatedParameters, standoff: FloatArray
) -> tuple[FloatArray, tuple[bool, bool]]:
    """What each side asks for, mixed with equal cuts that take as many points off in total.

    A side whose demand was not known at the information date asks for its ideal.
    """
    players = definition.players
    names = [[definition.roles["demands"][side][player] for player in players] for side in players]
    unknown = [not all(dated.known(name) for name in row) for row in names]
    asked = np.array(
        [
            [np.nan if ideal else dated(name) for name in row]
            for row, ideal in zip(names, unknown, strict=True)
        ]
    )
    mixture = 0.0 if all(unknown) else dated("terms_mixture")
    equal = standoff - (standoff - asked).sum(axis=1, keepdims=True) / 2.0
    demands = (1.0 - mixture) * asked + mixture * np.maximum(equal, 0.0)
    return demands, (unknown[0], unknown[1])


def _numbers(
    definition: Definition,
    dated: DatedParameters,
    economy: Economy,
    stages: list[PlannedStage],
) -> ProcessNumbers:
    kinds = {stage.kind for stage in stages}
    gdp = economy_gdp(economy)
    costs = np.zeros(2)
    for i, player in enumerate(definition.players):
        losses = sourced_job_losses(player, as_of=dated.as_of)
        if losses is not None:
            side = player.lower()
            losses = replace(
                losses,
                jobs_per_billion=dated(f"jobs_per_billion_exports_{side}"),
                reemployment_share=dated("reemployment_share"),
                annual_wage=dated(f"annual_wage_{side}"),
                spell_years=dated("unemployment_spell"),
            )
            cost = dated("job_cost_weight") * float(losses.transition_cost(1.0))
            costs[i] = 100.0 * cost / gdp[economy.region_index(player)]
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
        discount_rates=_pair(definition, dated, "discount_rate"),
        shock_scales=_pair(definition, dated, "shock_scale"),
        audience_costs=_pair(definition, dated, "audience_cost"),
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
    definition: Definition, dated: DatedParameters, kinds: set[str], asked_by: int
) -> dict[str, tuple[Instrument, ...]]:
    """Purchases of the side that is asked, and barriers of each, in shares of the largest size."""
    out: dict[str, tuple[Instrument, ...]] = {}
    if kinds & {"purchases", "package"}:
        made = dated("purchase_commitment") * dated("purchase_compliance")
        most = dated.used["purchase_commitment"].high * dated.used["purchase_compliance"].high
        measure = Measure("purchase", most)
        out["purchases"] = (Instrument(definition.players[1 - asked_by], measure, made / most),)
    if kinds & {"barriers", "package"}:
        size, rents = dated("barrier_cut"), dated("barrier_rent_share")
        most = dated.used["barrier_cut"].high
        costs, tariffs = Measure("trade_cost", 1.0 - most), Measure("import_tariff", -most)
        for side in definition.players:
            out[f"barriers {side}"] = (
                Instrument(side, costs, size * (1.0 - rents) / most),
                Instrument(side, tariffs, size * rents / most),
            )
    return out


def _exempted(
    definition: Definition, dated: DatedParameters, economy: Economy
) -> dict[str, dict[str, float]]:
    """Put the exempt share of the United States' imports on electronics, where it is known.

    The list of 11 April 2025 is of electronics; the 20 points of February and March that stay on
    them are left out. The size of China's list was not public at the information date.
    """
    first, second = definition.players
    if "C26" not in economy.sectors or not dated.known("exempt_share_usa"):
        return {}
    exporter, importer = economy.region_index(second), economy.region_index(first)
    goods = [k for k, sector in enumerate(economy.sectors) if sector != "SERV"]
    imports = economy.flows[:, exporter, importer]
    electronics = imports[economy.sector_index("C26")]
    if electronics <= 0.0:
        return {}
    share = dated("exempt_share_usa") * float(imports[goods].sum()) / float(electronics)
    return {first: {"C26": min(1.0, share)}}


def _listed(
    player: str, definition: Definition, dated: DatedParameters, economy: Economy
) -> tuple[str, ...]:
    """Sectors that a side is said to exempt in public sources by the information date."""
    other = next(side for side in definition.players if side != player)
    found = exempt_sectors(player, other, as_of=dated.as_of)
    return tuple(entry.sector for entry in found if entry.sector in economy.sectors)


_KNOWN: dict[tuple[Any, ...], StateFlows] = {}
_KEPT = 64


def dated_flows(
    definition: Definition,
    dated: DatedParameters,
    economy: Economy,
    model: PayoffModel,
) -> StateFlows:
    """Flows of an economy; the same object where only weights or dates differ."""
    flat = {
        str(horizon): dated(f"trade_elasticity_{horizon}")
        for horizon in model.horizons
        if f"trade_elasticity_{horizon}" in dated.given
    }
    exempted = _exempted(definition, dated, economy)
    listed = {side: _listed(side, definition, dated, economy) for side in definition.players}
    key = (
        id(economy), definition.players, model, dated.as_of, repr(flat), repr(exempted),
        repr(listed),
    )  # fmt: skip
    if key not in _KNOWN:
        while len(_KNOWN) >= _KEPT:
            _KNOWN.pop(next(iter(_KNOWN)))
        _KNOWN[key] = StateFlows(
            economy,
            definition.players,
            model,
            exempted=exempted,
            listed=listed,
            elasticities=flat,
            as_of=dated.as_of,
        )
    return _KNOWN[key]
