"""The map of models: who loses more at given tariffs and at the Nash point, setting by setting."""

from __future__ import annotations

import numpy as np

import negotiation as ng
from negotiation.study.comparisons.model_map import PLAYERS, ModelMap, model_map
from negotiation.study.comparisons.model_settings import model_settings

_NAMES = {"USA": "the United States", "CHN": "China"}


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Points added by (USA, CHN), fractions.
    points: tuple[tuple[float, float], ...] = ((1.45, 1.25), (0.30, 0.10))
    #: Elasticity sets to go through; empty for all.
    elasticities: tuple[str, ...] = ()
    #: What a deviation from a Nash point may gain, percent of real income.
    regret_bound: float = 1e-4


def _table(found: ModelMap) -> ng.StudyTable:
    """One row a setting; of each pair of columns the first is the United States."""
    rows: list[tuple[str | ng.Number, ...]] = []
    for row in found.rows:
        cells: list[str | ng.Number] = [row.name, row.denominator]
        for usa, china in (*row.losses, row.nash):
            cells += [ng.Number(usa, "+.2f"), ng.Number(china, "+.2f")]
        cells += [ng.Number(100 * rate, "+.0f") for rate in row.nash_added]
        rows.append(tuple(cells))
    columns = ["setting", "% of"]
    for label in found.labels:
        columns += [label, "China"]
    columns += ["adds", "China"]
    return ng.StudyTable(tuple(columns), tuple(rows), "ll" + "rr" * (len(found.labels) + 1))


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return the map with the number of settings in which each side is worse off."""
    economy = ng.load_economy(study.economy)
    found = model_map(
        model_settings(economy, elasticities=settings.elasticities or None), points=settings.points
    )
    numbers = {"settings": ng.Number(len(found.rows), "d")}
    keys = [f"at_{label.replace('/', '_')}" for label in found.labels[:-1]] + ["at_nash"]
    for k, key in enumerate(keys):
        by_player = {player: found.counts(player)[k] for player in PLAYERS}
        most = max(by_player, key=lambda player: by_player[player])
        numbers[f"{key}_usa_worse_off"] = ng.Number(by_player["USA"], "d")
        numbers[f"{key}_china_worse_off"] = ng.Number(by_player["CHN"], "d")
        numbers[f"{key}_mostly"] = ng.Number(_NAMES[most])
        values = np.array(
            [(*row.losses, row.nash)[k] for row in found.rows if row.denominator == "GDP"]
        )
        for column, player in enumerate(("usa", "china")):
            numbers[f"{key}_{player}_lowest"] = ng.Number(float(values[:, column].min()), ".2f")
            numbers[f"{key}_{player}_highest"] = ng.Number(float(values[:, column].max()), ".2f")
    numbers["gdp_settings"] = ng.Number(sum(row.denominator == "GDP" for row in found.rows), "d")
    short = [row for row in found.rows if row.horizon == "one year"]
    numbers["one_year_settings"] = ng.Number(len(short), "d")
    numbers["one_year_china_worse_off"] = ng.Number(
        sum(row.worse_off(0) == "CHN" for row in short), "d"
    )
    none = [row for row in found.rows if row.family == "no baseline tariffs"]
    numbers["no_baseline_settings"] = ng.Number(len(none), "d")
    numbers["no_baseline_china_worse_off"] = ng.Number(
        sum(row.worse_off(0) == "CHN" for row in none), "d"
    )
    return ng.StudyResult(
        numbers=numbers,
        tables={"map": _table(found)},
        objects={"map": found},
        health={
            "Nash regret, percent": (
                max(row.nash_regret for row in found.rows),
                settings.regret_bound,
            ),
            "Nash points not found": (float(sum(not row.converged for row in found.rows)), 0.0),
        },
    )
