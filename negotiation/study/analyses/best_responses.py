"""Best replies on a continuum of tariffs."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiation.data import load_economy
from negotiation.payoffs import best_response_curves
from negotiation.study.analyses.tariff_game import Case, standoff_rates
from negotiation.study.results import Number, StudyResult, StudyTable
from negotiation.study.run import StudyInputs
from negotiation.study.spec import Settings, Study

__all__ = ["AnalysisSettings", "analyse"]


class AnalysisSettings(Settings):
    """Settings of the exhibit.

    Attributes
    ----------
    cases
        Payoffs to compare.
    points
        Partner's rates on each curve.
    regret_bound
        What the best point of the certifying grid may pay more, percent of GDP.
    """

    cases: tuple[Case, ...] = (Case(name="short_run_incidence", exporter_incidence=0.2),)
    points: int = 21
    regret_bound: float = 1e-6


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return curves and Nash points in each case."""
    economy = load_economy(study.economy)
    standoff = standoff_rates(study)
    rows: list[tuple[str | Number, ...]] = []
    numbers: dict[str, Number] = {}
    objects: dict[str, Any] = {}
    worst = 0.0
    for case in settings.cases:
        options: dict[str, Any] = {"model": case.model, "horizon": case.horizon}
        if case.model == "export_dependence":
            options["exporter_incidence"] = case.exporter_incidence
        curves = best_response_curves(
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
                    Number(float(point.rates[0]), "+.0f", 100),
                    Number(total[0], ".0f", 100),
                    Number(float(point.rates[1]), "+.0f", 100),
                    Number(total[1], ".0f", 100),
                )
            )
            if k == 0:
                numbers[f"{case.name}_us"] = Number(total[0], ".0f", 100)
                numbers[f"{case.name}_china"] = Number(total[1], ".0f", 100)
        objects[case.name] = curves
    columns = ("payoffs", "added USA, %", "total USA, %", "added China, %", "total China, %")
    return StudyResult(
        numbers=numbers,
        tables={"nash": StudyTable(columns, tuple(rows), "lrrrr")},
        objects=objects,
        health={"best-reply regret, percent of GDP": (worst, settings.regret_bound)},
    )
