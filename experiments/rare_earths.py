"""Rare earths: one side's tariffs against the other's export controls, over many settings.

Players: the United States, with points added to its tariffs on Chinese goods, and China, with
tariffs of its own, export taxes, controls or bans on what it sells to the United States. Timing:
both act at once. Information: complete. Payoffs: real income in general equilibrium, for every set
of elasticities, time in force and accounting of inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

import negotiation as ng
from negotiation.values import FloatArray

_LICENCES = ("export licence", "export ban to the US")


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Times in force.
    years: tuple[float, ...] = (1.0, 3.0, 10.0)
    #: Sectors that a wider ban adds to those of the table of instruments: an assumption.
    wider: tuple[str, ...] = ("C26", "C27")
    #: Points added.
    tariffs_usa: tuple[float, ...] = (0.0, 0.1, 0.3, 0.54, 1.45)
    tariffs_china: tuple[float, ...] = (0.0, 0.1, 0.34, 0.84, 1.25)
    #: Rates of the milder measures on the narrow list.
    control: float = 1.0
    export_tax: float = 0.3
    #: Elasticity of the listed goods where they have hardly a substitute: an assumption.
    inelastic: float = 0.1
    #: Largest relative regret that an equilibrium may have.
    regret_bound: float = 1e-9


@dataclass(frozen=True, eq=False)
class ControlLosses:
    """Losses of both sides under China's measures, against no American points added.

    Attributes
    ----------
    settings
        Set of elasticities, years in force (0 where the set is of one horizon), inputs counted.
    measures
        Labels.
    losses
        Percent of real income ``[setting, measure, side]``, the United States first.
    """

    settings: tuple[tuple[str, float, bool], ...]
    measures: tuple[str, ...]
    losses: FloatArray


def models(
    economy: ng.Economy,
    years: tuple[float, ...],
    counted: tuple[bool, ...] = (True, False),
    **options: Any,
) -> dict[tuple[str, float, bool], ng.TradeModel]:
    """Return one model a setting; sets that are of one horizon are not scaled."""
    out = {}
    for name, inputs in product(economy.elasticities, counted):
        for time in (0.0,) if name.startswith("boehm_") else years:
            out[name, time, inputs] = ng.TradeModel(
                trade_elasticity=name,
                value_added_share="economy" if inputs else 1.0,
                years_in_force=time or None,
                **options,
            )
    return out


def licensed_sectors(as_of: Any) -> tuple[str, ...]:
    """Return the sectors in which China had put exports under licence or banned them."""
    table = ng.load_table("instruments", as_of=as_of)
    rows = [row for row in table if row["side"] == "CHN" and row["instrument"] in _LICENCES]
    return tuple(dict.fromkeys(str(row["sector"]) for row in rows))


def restrictions(
    narrow: tuple[str, ...], wide: tuple[str, ...], control: float
) -> dict[str, ng.Measure]:
    """Return China's measures that earn nobody anything."""
    return {
        "control, narrow": ng.Measure("export_control", control, sectors=narrow),
        "ban, narrow": ng.Measure("export_ban", sectors=narrow),
        "ban, wide": ng.Measure("export_ban", sectors=wide),
    }


def export_taxes(
    narrow: tuple[str, ...], wide: tuple[str, ...], rate: float
) -> dict[str, ng.Measure]:
    """Return China's export taxes."""
    return {
        "export tax, narrow": ng.Measure("export_tax", rate, sectors=narrow),
        "export tax, wide": ng.Measure("export_tax", rate, sectors=wide),
    }


def actions_used(game: ng.TariffGame, equilibria: Any) -> set[str]:
    """Return China's actions with positive probability in some equilibrium."""
    return {
        game.actions[1][k] for item in equilibria for k in np.flatnonzero(item.probabilities[1])
    }


def _inelastic_losses(
    economy: ng.Economy, narrow: tuple[str, ...], elasticity: float
) -> dict[str, float]:
    """American loss from a narrow ban where the listed goods have hardly a substitute."""
    ban = ng.Policy(economy.tariffs).with_export_ban(exporter="CHN", importer="USA", sectors=narrow)
    listed = [economy.sector_index(sector) for sector in narrow]
    losses = {}
    for name, values in economy.elasticities.items():
        changed = values.copy()
        changed[listed] = elasticity
        world = ng.counterfactual(economy, ban, ng.TradeModel(trade_elasticity=changed))
        losses[name] = -float(world.welfare[economy.region_index("USA")])
    return losses


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return losses, their ratio and equilibria in every setting."""
    economy = ng.load_economy(study.economy)
    narrow = licensed_sectors(study.as_of)
    wide = (*narrow, *settings.wider)
    restricting = restrictions(narrow, wide, settings.control)
    taxing = export_taxes(narrow, wide, settings.export_tax)
    measures = {**restricting, **taxing}
    grids = {
        "USA": list(settings.tariffs_usa),
        "CHN": [*settings.tariffs_china, *measures.values()],
    }
    first = len(settings.tariffs_china)
    names = (*(f"tariff +{100 * t:.0f}" for t in settings.tariffs_china[1:]), *measures)
    losses, used, worst = [], [], 0.0
    chosen = models(economy, settings.years)
    games: dict[tuple[str, float, bool], ng.TariffGame] = {}
    for key, model in chosen.items():
        game = ng.tariff_game(
            economy,
            grids,
            model="general_equilibrium",
            trade_model=model,
            objectives=ng.Objective(),
            as_of=study.as_of,
        )
        found = ng.nash_equilibria(game)
        worst = max(worst, found.max_regret)
        losses.append(game.payoffs[:, 0, :1] - game.payoffs[:, 0, 1:])
        used.append(actions_used(game, found.equilibria))
        games[key] = game
    result = ControlLosses(tuple(chosen), names, np.stack(losses).transpose(0, 2, 1))
    controls = {measure.label for measure in restricting.values()}
    taxes = {measure.label for measure in taxing.values()}
    numbers = {
        "settings": ng.Number(len(chosen), "d"),
        "goods": ng.Number(", ".join(narrow)),
        "equilibria_with_controls": ng.Number(sum(bool(item & controls) for item in used), "d"),
        "equilibria_with_taxes": ng.Number(sum(bool(item & taxes) for item in used), "d"),
        **_loss_numbers(result),
        "narrow_usa_inelastic_most": ng.Number(
            max(_inelastic_losses(economy, narrow, settings.inelastic).values()), ".3f"
        ),
        "inelastic": ng.Number(settings.inelastic, ".1f"),
    }
    header = ("measure of China", "USA least", "most", "China least", "most", "USA loses more")
    body: list[tuple[str | ng.Number, ...]] = []
    for k, name in enumerate(names):
        usa, china = result.losses[:, k, 0], result.losses[:, k, 1]
        cells = (usa.min(), usa.max(), china.min(), china.max())
        body.append(
            (
                name,
                *(ng.Number(float(cell), "+.3f") for cell in cells),
                ng.Number(int((usa > china).sum()), "d"),
            )
        )
    return ng.StudyResult(
        numbers=numbers,
        tables={"losses": ng.StudyTable(header, tuple(body))},
        objects={"losses": vars(result), "game": games[next(iter(games))]},
        health={
            "largest regret": (worst, settings.regret_bound),
            "sectors under licence": (float(first == 0 or not narrow), 0.5),
        },
    )


def _loss_numbers(result: ControlLosses) -> dict[str, ng.Number]:
    """Extremes over settings, and in how many each statement holds."""
    numbers = {}
    for key, name in (("narrow", "ban, narrow"), ("wide", "ban, wide")):
        usa, china = result.losses[:, result.measures.index(name)].T
        numbers[f"{key}_usa_least"] = ng.Number(float(usa.min()), ".3f")
        numbers[f"{key}_usa_most"] = ng.Number(float(usa.max()), ".3f")
        numbers[f"{key}_china_least"] = ng.Number(float(china.min()), ".3f")
        numbers[f"{key}_china_most"] = ng.Number(float(china.max()), ".3f")
        numbers[f"{key}_usa_loses_more"] = ng.Number(int((usa > china).sum()), "d")
    wide = result.losses[:, result.measures.index("ban, wide")]
    tariff = result.losses[:, [name.startswith("tariff") for name in result.measures]]
    largest = tariff[:, -1]
    numbers["wide_ratio_least"] = ng.Number(float((wide[:, 0] / wide[:, 1]).min()), ".1f")
    numbers["wide_ratio_most"] = ng.Number(float((wide[:, 0] / wide[:, 1]).max()), ".1f")
    numbers["tariff_usa_loses_more"] = ng.Number(int((largest[:, 0] > largest[:, 1]).sum()), "d")
    numbers["tariff_china_gains"] = ng.Number(int((largest[:, 1] < 0.0).sum()), "d")
    cheaper = wide[:, 1] * np.maximum(largest[:, 0], 0.0) < largest[:, 1] * wide[:, 0]
    numbers["ban_cheaper"] = ng.Number(int(cheaper.sum()), "d")
    return numbers
