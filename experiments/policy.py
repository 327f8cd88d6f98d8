"""Optimal, Nash and cooperative tariffs on goods, and who gains from whose war."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

import negotiation as ng
from negotiation.data.labels import sector_names
from negotiation.policy.results import SectorTariffs, WarGains
from negotiation.trade.calibration import calibrate
from tariff_game import standoff_rates

_PAIR = ("USA", "CHN")
_KEYS = {"USA": "usa", "CHN": "china"}


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Name of a set.
    elasticities: str = "fontagne_2022"
    #: Regions whose optimal tariffs make the rows of the matrix; empty for all.
    importers: tuple[str, ...] = ()
    #: Of optimal and Nash tariffs.
    scope: str = "most_favored_nation"
    #: Whether the pair's cooperation and the world-wide war count inputs; without them percentages
    #: are of gross sales, not of GDP, and the problems are far smaller.
    cooperation_inputs: bool = True
    world_inputs: bool = True
    #: Tariffs of each side in the plane of payoffs (one-year elasticities).
    plane_points: int = 21
    #: Largest relative gradient left at an interior rate.
    gradient_bound: float = 1e-6
    #: Largest gain from a deviation, percent of GDP.
    gain_bound: float = 1e-6


class _Exercises:
    """The problems of the study on one economy."""

    def __init__(self, economy: ng.Economy, settings: AnalysisSettings) -> None:
        self.economy, self.settings = economy, settings
        self.goods = tuple(sector for sector in economy.sectors if sector != "SERV")
        self.inputs = ng.TradeModel(trade_elasticity=settings.elasticities)
        self.plain = ng.TradeModel(trade_elasticity=settings.elasticities, value_added_share=1.0)
        self.given: dict[str, Any] = {"scope": settings.scope, "sectors": self.goods}

    def optimal(self, importer: str) -> ng.PolicyResult:
        starts = 1 if importer in _PAIR else 0
        return ng.optimal_tariffs(
            self.economy, importer, model=self.inputs, check_starts=starts, **self.given
        )

    def optimal_with_profits(self, importer: str) -> ng.PolicyResult:
        model = replace(self.plain, profit_share="monopolistic")
        return ng.optimal_tariffs(self.economy, importer, model=model, check_starts=1, **self.given)

    def pair_nash(self) -> ng.PolicyResult:
        given = {"exporters": "players", "check_starts": 1, **self.given}
        return ng.nash_tariffs(self.economy, _PAIR, model=self.inputs, **given)

    def pair_cooperation(self) -> ng.PolicyResult:
        model = self.inputs if self.settings.cooperation_inputs else self.plain
        given = {"exporters": "players", **self.given}
        return ng.cooperative_tariffs(self.economy, "factual", _PAIR, model=model, **given)

    def world_nash(self) -> ng.PolicyResult:
        model = self.inputs if self.settings.world_inputs else self.plain
        return ng.nash_tariffs(self.economy, None, model=model, check_starts=1, **self.given)

    def standoff(self, added: tuple[float, float]) -> ng.TradeEquilibrium:
        war = self.economy.tariffs
        for importer, exporter, rate in zip(_PAIR, _PAIR[::-1], added, strict=True):
            war = war.add(importer=importer, exporter=exporter, rate=rate, sectors=self.goods)
        return ng.counterfactual(self.economy, war, self.inputs)


def _median_rate(result: ng.PolicyResult, importer: str) -> float:
    at = result.economy.region_index(importer)
    rates = result.tariffs.rates[:, :, at][result.chosen[:, :, at] > 0.0]
    return float(np.median(rates)) if rates.size else float("nan")


def _policy_table(found: Mapping[str, tuple[ng.PolicyResult, bool]]) -> ng.StudyTable:
    rows: list[tuple[str | ng.Number, ...]] = []
    for name, (result, inputs) in found.items():
        at = [result.economy.region_index(player) for player in _PAIR]
        world = result.equilibrium.welfare
        spent = result.equilibrium.calibration.expenditure
        medians = [_median_rate(result, player) for player in _PAIR]
        rows.append(
            (
                name,
                "GDP" if inputs else "gross sales",
                *("" if np.isnan(rate) else ng.Number(rate, ".0f", 100) for rate in medians),
                *(ng.Number(world[k], "+.2f") for k in at),
                ng.Number(np.average(world, weights=spent), "+.2f"),
            )
        )
    columns = ("tariffs", "% of", "rate USA, %", "China, %", "USA", "China", "world")
    return ng.StudyTable(columns, tuple(rows), "llrrrrr")


def _parts_table(parts: ng.WelfareDecomposition) -> ng.StudyTable:
    names = ("welfare", "terms_of_trade", "tariff_burden", "revenue", "volume", "transfers")
    rows: list[tuple[str | ng.Number, ...]] = [
        (region, *(ng.Number(getattr(parts, name)[k], "+.2f") for name in names))
        for k, region in enumerate(parts.regions)
    ]
    columns = ("region", *(name.replace("_", " ") for name in names))
    return ng.StudyTable(columns, tuple(rows), "l" + "r" * len(names))


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return tariffs and welfare of each problem, the matrix of wars, and the standoff's parts."""
    economy = ng.load_economy(study.economy)
    work = _Exercises(economy, settings)
    importers = settings.importers or economy.regions
    optimal = {region: work.optimal(region) for region in importers}
    pair, cooperation, world = work.pair_nash(), work.pair_cooperation(), work.world_nash()
    added = standoff_rates(study)
    war = work.standoff(added)
    parts = ng.decompose_welfare(war)
    moved = ng.trade_diversion(war, exporter="CHN", importer="USA")
    back = ng.trade_diversion(war, exporter="USA", importer="CHN")

    named: dict[str, tuple[ng.PolicyResult, bool]] = {
        f"optimal, {region}": (optimal[region], True) for region in _PAIR if region in optimal
    }
    named["Nash, USA and China"] = (pair, True)
    named["cooperative, USA and China"] = (cooperation, settings.cooperation_inputs)
    named["Nash, all regions"] = (world, settings.world_inputs)
    wars = (
        *(f"{region} alone" for region in optimal),
        "USA and CHN, Nash",
        f"USA and CHN, +{100 * added[0]:.0f}/+{100 * added[1]:.0f}",
    )
    worlds = (*(item.equilibrium for item in optimal.values()), pair.equilibrium, war)
    title = f"28 sectors with inputs, {settings.elasticities.replace('_', ' ')}"
    gains = WarGains(
        wars=wars,
        regions=economy.regions,
        welfare=np.array([item.welfare for item in worlds]),
        title=title,
    )
    calibration = calibrate(economy, work.inputs)
    goods = [economy.sector_index(sector) for sector in work.goods]
    profits = {region: work.optimal_with_profits(region) for region in _PAIR if region in optimal}
    choices = {region: optimal[region] for region in profits}
    choices |= {f"{region}, with profits": item for region, item in profits.items()}
    rates = []
    for item in choices.values():
        at = economy.region_index(item.players[0])
        table = item.tariffs.rates[:, :, at]
        picked = item.chosen[:, :, at] > 0.0
        rates.append([float(np.median(table[s][picked[s]])) for s in goods])
    by_sector = SectorTariffs(
        importers=tuple(choices),
        sectors=work.goods,
        rates=np.array(rates),
        elasticities=calibration.theta[goods],
        title=title,
    )

    numbers: dict[str, ng.Number] = {}
    for k, region in enumerate(_PAIR):
        at, key = economy.region_index(region), _KEYS[region]
        if region in optimal:
            numbers[f"optimal_{key}_rate"] = ng.Number(
                _median_rate(optimal[region], region), ".0f", 100
            )
            numbers[f"optimal_{key}_gain"] = ng.Number(optimal[region].payoffs[at], ".2f")
        if region in profits:
            spread = by_sector.rates[list(choices).index(f"{region}, with profits")]
            numbers[f"profits_{key}_lowest"] = ng.Number(spread.min(), ".0f", 100)
            numbers[f"profits_{key}_highest"] = ng.Number(spread.max(), ".0f", 100)
            spread = by_sector.rates[list(choices).index(region)]
            numbers[f"optimal_{key}_lowest"] = ng.Number(spread.min(), ".0f", 100)
            numbers[f"optimal_{key}_highest"] = ng.Number(spread.max(), ".0f", 100)
        numbers[f"nash_{key}_rate"] = ng.Number(_median_rate(pair, region), ".0f", 100)
        numbers[f"nash_{key}_gain"] = ng.Number(pair.equilibrium.welfare[at], ".2f")
        numbers[f"world_nash_{key}"] = ng.Number(world.equilibrium.welfare[at], ".2f")
        numbers[f"cooperative_{key}_rate"] = ng.Number(
            _median_rate(cooperation, region), ".0f", 100
        )
        numbers[f"cooperative_{key}_gain"] = ng.Number(
            np.atleast_1d(cooperation.objective.gain_pct)[k], ".2f"
        )
        for name in ("welfare", "terms_of_trade", "volume", "revenue", "tariff_burden"):
            value = float(getattr(parts, name)[at])
            numbers[f"standoff_{key}_{name}"] = ng.Number(value, ".2f")
    third = [k for k, region in enumerate(economy.regions) if region not in _PAIR]
    winner = third[int(np.argmax(war.welfare[third]))]
    numbers["standoff_third_winners"] = ng.Number(int((war.welfare[third] > 0.0).sum()), "d")
    numbers["standoff_third_regions"] = ng.Number(len(third), "d")
    numbers["standoff_third_gains_most"] = ng.Number(economy.regions[winner])
    numbers["standoff_third_largest_gain"] = ng.Number(war.welfare[winner], ".2f")
    numbers["standoff_replaced_share"] = ng.Number(moved.replaced_share, ".0f", 100)
    numbers["standoff_redirected_share"] = ng.Number(moved.redirected_share, ".0f", 100)
    numbers["standoff_usa_redirected_share"] = ng.Number(back.redirected_share, ".0f", 100)

    plane = ng.tariff_plane(
        economy,
        rates=settings.plane_points,
        model="general_equilibrium",
        horizon="short_run",
        as_of=study.as_of,
    )
    every = [*optimal.values(), *profits.values(), pair, cooperation, world]
    tested = [item.certificate.unilateral_gain for item in every]
    sectors = moved.by_sector()
    largest = sectors["direct"].abs().nlargest(10).index
    names = sector_names()
    diverted: list[tuple[Any, ...]] = [
        (
            names.get(str(sector), str(sector)),
            *(ng.Number(value, "+.1f") for value in sectors.loc[sector]),
        )
        for sector in largest
    ]
    return ng.StudyResult(
        numbers=numbers,
        tables={
            "policies": _policy_table(named),
            "standoff_parts": _parts_table(parts),
            "diversion": ng.StudyTable(
                (
                    *("sector", "China to USA, bn USD", "third regions to USA"),
                    *("China to third regions", "USA at home"),
                ),
                tuple(diverted),
                "lrrrr",
            ),
        },
        objects={
            "gains": gains,
            "sector_tariffs": by_sector,
            "standoff_parts": parts,
            "diversion": moved,
            "plane": plane,
        },
        health={
            "relative gradient of chosen tariffs": (
                max(item.certificate.relative_gradient for item in every),
                settings.gradient_bound,
            ),
            "gain from a deviation, percent of GDP": (
                max(0.0, *(gain for gain in tested if not np.isnan(gain))),
                settings.gain_bound,
            ),
            "gap of the parts of welfare, percent": (parts.gap, 1e-8),
            "equilibrium conditions": (
                max(item.certificate.equilibrium_residual for item in every),
                1e-9,
            ),
        },
    )
