"""Best replies on a continuum of tariffs."""

from __future__ import annotations

from typing import Any

import numpy as np

import negotiation as ng
from tariff_game import Case, standoff_rates


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Payoffs to compare.
    cases: tuple[Case, ...] = (Case(name="short_run_incidence", exporter_incidence=0.2),)
    #: Partner's rates on each curve.
    points: int = 21
    #: What the best point of the certifying grid may pay more, percent of GDP.
    regret_bound: float = 1e-6


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return curves and Nash points in each case."""
    economy = ng.load_economy(study.economy)
    standoff = standoff_rates(study)
    rows: list[tuple[str | ng.Number, ...]] = []
    numbers: dict[str, ng.Number] = {}
    objects: dict[str, Any] = {}
    worst = 0.0
    for case in settings.cases:
        options: dict[str, Any] = {"model": case.model, "horizon": case.horizon}
        if case.model == "export_dependence":
            options["exporter_incidence"] = case.exporter_incidence
        curves = ng.best_response_curves(
            economy,
            partner_rates=settings.points,
            status_quo={"USA": standoff[0], "CHN": standoff[1]},
            as_of=study.as_of,
            **options,
        )
        worst = max(worst, float(np.max(curves.regrets)))
        for k, point in enumerate(curves.nash_points):
            total = [float(point.rates[i]) + float(curves.baseline[i]) for i in range(2)]
            rows.append(
                (
                    case.name.replace("_", " "),
                    ng.Number(point.rates[0], "+.0f", 100),
                    ng.Number(total[0], ".0f", 100),
                    ng.Number(point.rates[1], "+.0f", 100),
                    ng.Number(total[1], ".0f", 100),
                )
            )
            if k == 0:
                numbers[f"{case.name}_us"] = ng.Number(total[0], ".0f", 100)
                numbers[f"{case.name}_china"] = ng.Number(total[1], ".0f", 100)
        objects[case.name] = curves
    columns = ("payoffs", "added USA, %", "total USA, %", "added China, %", "total China, %")
    return ng.StudyResult(
        numbers=numbers,
        tables={"nash": ng.StudyTable(columns, tuple(rows), "lrrrr")},
        objects=objects,
        health={"best-reply regret, percent of GDP": (worst, settings.regret_bound)},
    )
