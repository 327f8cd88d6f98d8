"""Bargaining over tariffs, with the standoff as disagreement point."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

import negotiation as ng
from negotiation.trade.tariff_scenarios import baseline_averages
from negotiation.values import FloatArray
from tariff_game import Case, standoff_rates


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Payoffs to compare.
    cases: tuple[Case, ...] = (Case(name="long_run"),)
    #: Added rates a side: from a total rate of zero to the standoff.
    points: int = 30
    #: Bargaining weight of the United States in the weighted solution.
    weight_usa: float = 0.7
    #: Parameters of inequity aversion, USA and CHN (Fehr and Schmidt 1999).
    envy: tuple[float, float] = (0.5, 0.5)
    guilt: tuple[float, float] = (0.25, 0.25)
    #: Largest defining residual and efficiency slack of a solution.
    residual_bound: float = 1e-6


def _problem(
    study: ng.Study, case: Case, points: int
) -> tuple[ng.BargainingProblem, tuple[float, float]]:
    standoff = standoff_rates(study)
    economy = ng.load_economy(study.economy)
    base = baseline_averages(economy, ("USA", "CHN"), None)
    axes = [np.linspace(-low, high, points) for low, high in zip(base, standoff, strict=True)]
    first, second = np.meshgrid(*axes, indexing="ij")
    shared = np.linspace(0.0, min(standoff), points)
    equal = np.stack([standoff[0] - shared, standoff[1] - shared], axis=1)
    rates = np.concatenate([np.stack([first.ravel(), second.ravel()], axis=1), equal])
    options: dict[str, Any] = {}
    if case.model == "export_dependence":
        options["exporter_incidence"] = case.exporter_incidence
    payoffs = ng.tariff_payoffs(
        economy, rates, model=case.model, horizon=case.horizon, as_of=study.as_of, **options
    ).percent_of_gdp
    at_war = payoffs[points * points - 1]
    problem = ng.BargainingProblem(
        frontier=payoffs, disagreement=at_war, parameters=rates, players=("USA", "CHN")
    )
    return problem, standoff


def _pair(values: Iterable[float], digits: str) -> str:
    """Return what the two sides have, with true minus signs."""
    return ", ".join(format(value, digits) for value in values).replace("-", "\N{MINUS SIGN}")


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return the solutions in each case."""
    cells: dict[str, list[str]] = {}
    numbers: dict[str, ng.Number] = {}
    objects: dict[str, Any] = {}
    worst = 0.0
    gained: list[FloatArray] = []
    for case in settings.cases:
        problem, standoff = _problem(study, case, settings.points)
        weighted = ng.BargainingProblem(
            frontier=problem.frontier,
            disagreement=problem.disagreement,
            weights=np.array([settings.weight_usa, 1.0 - settings.weight_usa]),
            parameters=problem.parameters,
            players=problem.players,
        )
        solutions = {
            "Nash": ng.nash_bargaining(problem),
            f"Nash, weight {settings.weight_usa:g} on USA": ng.nash_bargaining(weighted),
            "Kalai-Smorodinsky": ng.kalai_smorodinsky(problem),
            "egalitarian": ng.egalitarian(problem),
            "utilitarian": ng.utilitarian(problem),
            "equal cuts": ng.equal_cuts(problem, standoff=standoff),
        }
        fair = ng.inequity_averse(problem, envy=settings.envy, guilt=settings.guilt)
        gains = {name: item.gains for name, item in solutions.items()}
        gains["inequity averse"] = fair.payoffs - problem.point
        gained += gains.values()
        for name, pair in gains.items():
            item = solutions.get(name)
            worst = max(worst, (item or fair.solution).defining_residual)
            cells.setdefault(name, []).extend(
                (
                    _pair([100.0 * x for x in item.parameters], ".0f") if item else "",
                    _pair(pair, "+.2f"),
                )
            )
        for key, name in (("nash", "Nash"), ("equal", "equal cuts")):
            for side, word in enumerate(("us", "china")):
                tariff, gain = solutions[name].parameters[side], gains[name][side]
                numbers[f"{case.name}_{key}_{word}_tariff"] = ng.Number(tariff, ".0f", 100)
                numbers[f"{case.name}_{key}_{word}_gain"] = ng.Number(gain, ".2f")
        objects[f"{case.name}_problem"] = problem
        objects[f"{case.name}_solutions"] = tuple(solutions.values())
    for side, name in enumerate(("us", "china")):
        numbers[f"{name}_gain_lowest"] = ng.Number(min(item[side] for item in gained), ".2f")
        numbers[f"{name}_gain_highest"] = ng.Number(max(item[side] for item in gained), ".2f")
    names = [case.name.replace("_", " ") for case in settings.cases]
    columns = ("solution", *(f"{name}: {what}" for name in names for what in ("added", "gains")))
    rows = tuple((name, *row) for name, row in cells.items())
    return ng.StudyResult(
        numbers=numbers,
        tables={"solutions": ng.StudyTable(columns, rows, "l" + "r" * (len(columns) - 1))},
        objects=objects,
        health={"largest defining residual": (worst, settings.residual_bound)},
    )
