"""Optimal, Nash and cooperative tariffs on goods, and who gains from whose war."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from negotiation.data import load_economy
from negotiation.data.labels import sector_names
from negotiation.payoffs import tariff_plane
from negotiation.study.analyses.tariff_game import standoff_rates
from negotiation.study.policy_exhibit import SectorTariffs, WarGains
from negotiation.study.results import Number, StudyResult, StudyTable
from negotiation.study.run import StudyInputs
from negotiation.study.spec import Settings, Study
from negotiation.trade.calibration import calibrate
from negotiation.trade.cooperation import cooperative_tariffs
from negotiation.trade.decomposition import WelfareDecomposition, decompose_welfare
from negotiation.trade.diversion import trade_diversion
from negotiation.trade.economy import Economy
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from negotiation.trade.policy import nash_tariffs, optimal_tariffs
from negotiation.trade.policy_results import PolicyResult
from negotiation.trade.results import TradeEquilibrium

__all__ = ["AnalysisSettings", "analyse"]

_PAIR = ("USA", "CHN")
_KEYS = {"USA": "usa", "CHN": "china"}


class AnalysisSettings(Settings):
    """Settings of the exhibit.

    Attributes
    ----------
    elasticities
        Name of a set.
    importers
        Regions whose optimal tariffs make the rows of the matrix; empty for all.
    scope
        Of optimal and Nash tariffs.
    cooperation_inputs, world_inputs
        Whether the pair's cooperation and the world-wide war count inputs; without them
        percentages are of gross sales, not of GDP, and the problems are far smaller.
    plane_points
        Tariffs of each side in the plane of payoffs (one-year elasticities).
    gradient_bound
        Largest relative gradient left at an interior rate.
    gain_bound
        Largest gain from a deviation, percent of GDP.
    """

    elasticities: str = "fontagne_2022"
    importers: tuple[str, ...] = ()
    scope: str = "most_favored_nation"
    cooperation_inputs: bool = True
    world_inputs: bool = True
    plane_points: int = 21
    gradient_bound: float = 1e-6
    gain_bound: float = 1e-6


class _Exercises:
    """The problems of the study on one economy."""

    def __init__(self, economy: Economy, settings: AnalysisSettings) -> None:
        self.economy = economy
        self.settings = settings
        self.goods = tuple(sector for sector in economy.sectors if sector != "SERV")
        self.inputs = TradeModel(trade_elasticity=settings.elasticities)
        self.plain = TradeModel(trade_elasticity=settings.elasticities, value_added_share=1.0)

    def optimal(self, importer: str) -> PolicyResult:
        return optimal_tariffs(
            self.economy,
            importer,
            self.settings.scope,
            model=self.inputs,
            sectors=self.goods,
            check_starts=0 if importer not in _PAIR else 1,
        )

    def optimal_with_profits(self, importer: str) -> PolicyResult:
        return optimal_tariffs(
            self.economy,
            importer,
            self.settings.scope,
            model=replace(self.plain, profit_share="monopolistic"),
            sectors=self.goods,
            check_starts=1,
        )

    def pair_nash(self) -> PolicyResult:
        return nash_tariffs(
            self.economy,
            _PAIR,
            self.settings.scope,
            exporters="players",
            model=self.inputs,
            sectors=self.goods,
            check_starts=1,
        )

    def pair_cooperation(self) -> PolicyResult:
        return cooperative_tariffs(
            self.economy,
            "factual",
            _PAIR,
            self.settings.scope,
            exporters="players",
            model=self.inputs if self.settings.cooperation_inputs else self.plain,
            sectors=self.goods,
        )

    def world_nash(self) -> PolicyResult:
        return nash_tariffs(
            self.economy,
            None,
            self.settings.scope,
            model=self.inputs if self.settings.world_inputs else self.plain,
            sectors=self.goods,
            check_starts=1,
        )

    def standoff(self, added: tuple[float, float]) -> TradeEquilibrium:
        usa, china = _PAIR
        war = self.economy.tariffs.add(
            importer=usa, exporter=china, rate=added[0], sectors=self.goods
        ).add(importer=china, exporter=usa, rate=added[1], sectors=self.goods)
        return counterfactual(self.economy, war, self.inputs)


def _median_rate(result: PolicyResult, importer: str) -> float:
    at = result.economy.region_index(importer)
    rates = result.tariffs.rates[:, :, at][result.chosen[:, :, at] > 0.0]
    return float(np.median(rates)) if rates.size else float("nan")


def _policy_table(found: Mapping[str, tuple[PolicyResult, bool]]) -> StudyTable:
    rows: list[tuple[str | Number, ...]] = []
    for name, (result, inputs) in found.items():
        at = [result.economy.region_index(player) for player in _PAIR]
        world = result.equilibrium.welfare
        spent = result.equilibrium.calibration.expenditure
        medians = [_median_rate(result, player) for player in _PAIR]
        rows.append(
            (
                name,
                "GDP" if inputs else "gross sales",
                *("" if np.isnan(rate) else Number(rate, ".0f", 100) for rate in medians),
                *(Number(float(world[k]), "+.2f") for k in at),
                Number(float(np.average(world, weights=spent)), "+.2f"),
            )
        )
    columns = ("tariffs", "% of", "rate USA, %", "China, %", "USA", "China", "world")
    return StudyTable(columns, tuple(rows), "llrrrrr")


def _parts_table(parts: WelfareDecomposition) -> StudyTable:
    names = ("welfare", "terms_of_trade", "tariff_burden", "revenue", "volume", "transfers")
    rows: list[tuple[str | Number, ...]] = [
        (region, *(Number(float(getattr(parts, name)[k]), "+.2f") for name in names))
        for k, region in enumerate(parts.regions)
    ]
    columns = ("region", *(name.replace("_", " ") for name in names))
    return StudyTable(columns, tuple(rows), "l" + "r" * len(names))


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return tariffs and welfare of each problem, the matrix of wars, and the standoff's parts."""
    economy = load_economy(study.economy)
    work = _Exercises(economy, settings)
    importers = settings.importers or economy.regions
    optimal = {region: work.optimal(region) for region in importers}
    pair, cooperation, world = work.pair_nash(), work.pair_cooperation(), work.world_nash()
    added = standoff_rates(study)
    war = work.standoff(added)
    parts = decompose_welfare(war)
    moved = trade_diversion(war, exporter="CHN", importer="USA")
    back = trade_diversion(war, exporter="USA", importer="CHN")

    named: dict[str, tuple[PolicyResult, bool]] = {
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

    numbers: dict[str, Number] = {}
    for k, region in enumerate(_PAIR):
        at, key = economy.region_index(region), _KEYS[region]
        if region in optimal:
            numbers[f"optimal_{key}_rate"] = Number(
                _median_rate(optimal[region], region), ".0f", 100
            )
            numbers[f"optimal_{key}_gain"] = Number(float(optimal[region].payoffs[at]), ".2f")
        if region in profits:
            spread = by_sector.rates[list(choices).index(f"{region}, with profits")]
            numbers[f"profits_{key}_lowest"] = Number(float(spread.min()), ".0f", 100)
            numbers[f"profits_{key}_highest"] = Number(float(spread.max()), ".0f", 100)
            spread = by_sector.rates[list(choices).index(region)]
            numbers[f"optimal_{key}_lowest"] = Number(float(spread.min()), ".0f", 100)
            numbers[f"optimal_{key}_highest"] = Number(float(spread.max()), ".0f", 100)
        numbers[f"nash_{key}_rate"] = Number(_median_rate(pair, region), ".0f", 100)
        numbers[f"nash_{key}_gain"] = Number(float(pair.equilibrium.welfare[at]), ".2f")
        numbers[f"world_nash_{key}"] = Number(float(world.equilibrium.welfare[at]), ".2f")
        numbers[f"cooperative_{key}_rate"] = Number(_median_rate(cooperation, region), ".0f", 100)
        numbers[f"cooperative_{key}_gain"] = Number(
            float(np.atleast_1d(cooperation.objective.gain_pct)[k]), ".2f"
        )
        for name in ("welfare", "terms_of_trade", "volume", "revenue", "tariff_burden"):
            value = float(getattr(parts, name)[at])
            numbers[f"standoff_{key}_{name}"] = Number(value, ".2f")
    third = [k for k, region in enumerate(economy.regions) if region not in _PAIR]
    winner = third[int(np.argmax(war.welfare[third]))]
    numbers["standoff_third_winners"] = Number(int((war.welfare[third] > 0.0).sum()), "d")
    numbers["standoff_third_regions"] = Number(len(third), "d")
    numbers["standoff_third_gains_most"] = Number(economy.regions[winner])
    numbers["standoff_third_largest_gain"] = Number(float(war.welfare[winner]), ".2f")
    numbers["standoff_replaced_share"] = Number(moved.replaced_share, ".0f", 100)
    numbers["standoff_redirected_share"] = Number(moved.redirected_share, ".0f", 100)
    numbers["standoff_usa_redirected_share"] = Number(back.redirected_share, ".0f", 100)

    plane = tariff_plane(
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
            *(Number(float(value), "+.1f") for value in sectors.loc[sector]),
        )
        for sector in largest
    ]
    return StudyResult(
        numbers=numbers,
        tables={
            "policies": _policy_table(named),
            "standoff_parts": _parts_table(parts),
            "diversion": StudyTable(
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
