"""The multi-step process: dates, stages, who concedes, and what a standoff requires."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

import negotiation as ng
from dated_forecasts import known_parameters
from negotiation.process.analysis.conclusions import shares_of_concessions
from negotiation.process.analysis.other_models import compare_models
from negotiation.process.tough_types.continuation import stage_number
from negotiation.values import FloatArray


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Name of the process.
    process: str = "multi-step-2025"
    #: How long terms are expected to last, years; the first is the headline.
    durations: tuple[float, ...] = (1.7, 0.25, 0.5, 1.0, 3.0, 5.0)
    #: Dates of the probabilities.
    dates: tuple[dt.date, ...] = (dt.date(2025, 5, 31), dt.date(2025, 6, 30), dt.date(2025, 12, 31))
    #: Payoff models whose audience-cost bound is compared.
    models: tuple[str, ...] = ("export_dependence", "general_equilibrium")
    #: Simulated paths.
    paths: int = 20_000
    #: Largest violation of the equilibrium conditions, and of those of the other models.
    residual_bound: float = 1e-9
    other_bound: float = 1e-8


CUT = "de-escalation"


def _dates_table(
    solutions: dict[float, ng.ProcessSolution], dates: tuple[dt.date, ...]
) -> ng.StudyTable:
    rows: list[tuple[str | ng.Number, ...]] = []
    for years, solution in sorted(solutions.items()):
        cut = [float(solution.stage_by(CUT, solution.days_until(day))) for day in dates]
        deal = float(solution.deal_by(solution.days_until(dates[-1])))
        first = solution.success[1]
        rows.append(
            (
                ng.Number(years, ".2f"),
                *(ng.Number(p, ".0f", 100) for p in cut),
                ng.Number(deal, ".0f", 100),
                ng.Number(first[0] / first.sum(), ".0f", 100),
            )
        )
    columns = (
        "terms last, years",
        *(f"cut by {day.day} {day:%B}" for day in dates),
        f"deal by {dates[-1].day} {dates[-1]:%B}",
        "USA concedes the cut",
    )
    return ng.StudyTable(columns, tuple(rows))


def _stage_table(solution: ng.ProcessSolution) -> ng.StudyTable:
    shown = [
        "reached",
        "hazard_USA",
        "hazard_CHN",
        "atom_USA",
        "atom_CHN",
        "success",
        "USA_concedes_first",
    ]
    columns = ("stage", "reached", "hazard USA", "hazard China", "atom USA", "atom China")
    rows: list[tuple[str | ng.Number, ...]] = []
    for _, row in solution.stages.iterrows():
        if row["kind"] == "passed":
            continue
        rows.append((str(row["stage"]), *(ng.Number(row[name], ".2f") for name in shown)))
    return ng.StudyTable((*columns, "passed", "USA first"), tuple(rows))


def _alternatives_table(
    solution: ng.ProcessSolution, settings: AnalysisSettings
) -> tuple[ng.StudyTable, dict[str, ng.Number], float]:
    """Other models of the same stages side by side, and their largest certificate."""
    process = solution.process
    dates = [settings.dates[0], settings.dates[-1]]
    waits = [float(solution.days_until(day)) for day in dates]
    stage = stage_number(process, CUT)
    frame = compare_models(process, days=waits, stage=stage, solution=solution)
    rows: list[tuple[str | ng.Number, ...]] = []
    numbers: dict[str, ng.Number] = {}
    first, second = process.players
    for _, row in frame.iterrows():
        rows.append(
            (
                str(row["model"]),
                *(ng.Number(row[f"deal_by_{days:g}_days"], ".0f", 100) for days in waits),
                ng.Number(row["deal"], ".0f", 100),
                ng.Number(row[f"{first}_concedes_first"], ".0f", 100),
                ng.Number(row[f"value_{first}"], ".2f"),
                ng.Number(row[f"value_{second}"], ".2f"),
            )
        )
    december = [float(item) for item in frame[f"deal_by_{waits[1]:g}_days"]]
    numbers["models_deal_lowest"] = ng.Number(min(december), ".0f", 100)
    numbers["models_deal_highest"] = ng.Number(max(december), ".0f", 100)
    columns = (
        "model",
        *(f"deal by {day.day} {day:%B}, %" for day in dates),
        "deal ever, %",
        "USA first, %",
        "value USA",
        "value China",
    )
    return (
        ng.StudyTable(columns, tuple(rows), "lrrrrrr"),
        numbers,
        float(frame["certificate"].max()),
    )


def analyse(
    study: ng.Study, settings: AnalysisSettings, rng: np.random.Generator
) -> ng.StudyResult:
    """Return the default process, its dates by the life of terms, and the audience-cost bound."""
    worst = 0.0

    def solved(**options: Any) -> ng.ProcessSolution:
        nonlocal worst
        found = ng.solve_process(ng.load_process(settings.process, as_of=study.as_of, **options))
        worst = max(worst, found.residual)
        return found

    solutions = {years: solved(values={"terms_duration": years}) for years in settings.durations}
    headline = solutions[settings.durations[0]]
    bounds: list[tuple[str | ng.Number, ...]] = []
    smallest: list[FloatArray] = []
    for model in settings.models:
        for horizon in ("short_run", "long_run"):
            found = solved(model=model, standoff_horizon=horizon, terms_horizon=horizon)
            bound = found.audience_cost_bound[1]
            smallest.append(bound)
            bounds.append(
                (
                    model.replace("_", " "),
                    horizon.replace("_", " "),
                    ng.Number(bound[0], ".2f"),
                    ng.Number(bound[1], ".2f"),
                )
            )
    paths = ng.simulate_process(headline, n=settings.paths, rng=rng)
    numbers = _numbers(headline, settings)
    for side, name in enumerate(("us", "china")):
        column = [float(bound[side]) for bound in smallest]
        numbers[f"bound_{name}_lowest"] = ng.Number(min(column), ".2f")
        numbers[f"bound_{name}_highest"] = ng.Number(max(column), ".2f")
    numbers |= _by_model(settings, study.as_of)
    alternatives, alternative_numbers, certificate = _alternatives_table(headline, settings)
    labels = {f"{years:g} years": item for years, item in sorted(solutions.items())}
    return ng.StudyResult(
        numbers={**numbers, **alternative_numbers},
        tables={
            "alternatives": alternatives,
            "dates": _dates_table(solutions, settings.dates),
            "stages": _stage_table(headline),
            "bound": ng.StudyTable(
                ("payoffs", "horizon", "USA, % of GDP", "China, % of GDP"), tuple(bounds)
            ),
        },
        objects={"headline": headline, "by_duration": labels, "paths": paths},
        health={
            "largest violation of equilibrium": (worst, settings.residual_bound),
            "largest certificate of the other models": (certificate, settings.other_bound),
        },
    )


def _by_model(settings: AnalysisSettings, as_of: dt.date) -> dict[str, ng.Number]:
    """Dates, the first to concede and the odds of the silence so far, by payoff model."""
    numbers = {}
    for model, suffix in (("export_dependence", ""), ("general_equilibrium", "_equilibrium")):
        found = ng.outlook(ng.load_process(settings.process, as_of=as_of, model=model), as_of=as_of)
        numbers[f"open_us_first{suffix}"] = ng.Number(
            float(shares_of_concessions(found)[0]), ".0f", 100
        )
        for name, day in zip(("may", "june", "december"), settings.dates, strict=True):
            numbers[f"open_cut_by_{name}{suffix}"] = ng.Number(float(found.cut_by(day)), ".0f", 100)
        numbers[f"open_deal_by_december{suffix}"] = ng.Number(
            float(found.deal_by(settings.dates[-1])), ".0f", 100
        )
        numbers[f"silence{suffix}"] = ng.Number(found.survival, ".0f", 100)
        least = known_parameters(settings.process)["audience_cost_excess"].low
        cheap = ng.outlook(
            ng.load_process(
                settings.process,
                as_of=as_of,
                model=model,
                values={"audience_cost_excess": least},
            ),
            as_of=as_of,
        )
        numbers[f"silence_least{suffix}"] = ng.Number(cheap.survival, ".0f", 100)
        numbers["least_excess"] = ng.Number(least, ".2f")
    return numbers


def _numbers(solution: ng.ProcessSolution, settings: AnalysisSettings) -> dict[str, ng.Number]:
    first = solution.success[1]
    share = float(first[0] / first.sum())
    names = ("may", "june", "december")
    out = {
        "deal_probability": ng.Number(solution.deal_probability, ".0f", 100),
        "us_concedes_cut": ng.Number(share, ".0f", 100),
        "who_concedes_first": ng.Number("the United States" if share > 0.5 else "China"),
        "bound_us": ng.Number(solution.audience_cost_bound[1, 0], ".2f"),
        "bound_china": ng.Number(solution.audience_cost_bound[1, 1], ".2f"),
        "value_us": ng.Number(solution.values[0], ".2f"),
        "value_china": ng.Number(solution.values[1], ".2f"),
        "duration": ng.Number(settings.durations[0], ".1f"),
    }
    for name, day in zip(names, settings.dates, strict=True):
        days = solution.days_until(day)
        out[f"cut_by_{name}"] = ng.Number(solution.stage_by(CUT, days), ".0f", 100)
        out[f"deal_by_{name}"] = ng.Number(solution.deal_by(days), ".0f", 100)
    return out
