"""Bargaining over tariffs, with the standoff as disagreement point."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiation.bargaining.fairness import equal_cuts, inequity_averse
from negotiation.bargaining.problem import BargainingProblem
from negotiation.bargaining.solutions import (
    egalitarian,
    kalai_smorodinsky,
    nash_bargaining,
    utilitarian,
)
from negotiation.data import load_economy
from negotiation.payoffs import tariff_payoffs
from negotiation.study.analyses.tariff_game import Case, standoff_rates
from negotiation.study.results import Number, StudyResult, StudyTable
from negotiation.study.run import StudyInputs
from negotiation.study.spec import Settings, Study
from negotiation.trade.tariff_scenarios import baseline_averages
from negotiation.values import FloatArray

__all__ = ["AnalysisSettings", "analyse"]


class AnalysisSettings(Settings):
    """Settings of the exhibit.

    Attributes
    ----------
    cases
        Payoffs to compare.
    points
        Added rates a side: from a total rate of zero to the standoff.
    weight_usa
        Bargaining weight of the United States in the weighted solution.
    envy, guilt
        Parameters of inequity aversion, USA and CHN (Fehr and Schmidt 1999).
    residual_bound
        Largest defining residual and efficiency slack of a solution.
    """

    cases: tuple[Case, ...] = (Case(name="long_run"),)
    points: int = 30
    weight_usa: float = 0.7
    envy: tuple[float, float] = (0.5, 0.5)
    guilt: tuple[float, float] = (0.25, 0.25)
    residual_bound: float = 1e-6


def _problem(
    study: Study, case: Case, points: int
) -> tuple[BargainingProblem, tuple[float, float]]:
    standoff = standoff_rates(study)
    economy = load_economy(study.economy)
    base = baseline_averages(economy, ("USA", "CHN"), None)
    axes = [np.linspace(-low, high, points) for low, high in zip(base, standoff, strict=True)]
    first, second = np.meshgrid(*axes, indexing="ij")
    shared = np.linspace(0.0, min(standoff), points)
    equal = np.stack([standoff[0] - shared, standoff[1] - shared], axis=1)
    rates = np.concatenate([np.stack([first.ravel(), second.ravel()], axis=1), equal])
    options: dict[str, Any] = {}
    if case.model == "export_dependence":
        options["exporter_incidence"] = case.exporter_incidence
    payoffs = tariff_payoffs(
        economy, rates, model=case.model, horizon=case.horizon, as_of=study.as_of, **options
    ).percent_of_gdp
    at_war = payoffs[points * points - 1]
    problem = BargainingProblem(
        frontier=payoffs, disagreement=at_war, parameters=rates, players=("USA", "CHN")
    )
    return problem, standoff


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return the solutions in each case."""
    rows: list[tuple[str | Number, ...]] = []
    numbers: dict[str, Number] = {}
    objects: dict[str, Any] = {}
    worst = 0.0
    gained: list[FloatArray] = []
    for case in settings.cases:
        problem, standoff = _problem(study, case, settings.points)
        weighted = BargainingProblem(
            frontier=problem.frontier,
            disagreement=problem.disagreement,
            weights=np.array([settings.weight_usa, 1.0 - settings.weight_usa]),
            parameters=problem.parameters,
            players=problem.players,
        )
        solutions = {
            "Nash": nash_bargaining(problem),
            f"Nash, weight {settings.weight_usa:g} on USA": nash_bargaining(weighted),
            "Kalai-Smorodinsky": kalai_smorodinsky(problem),
            "egalitarian": egalitarian(problem),
            "utilitarian": utilitarian(problem),
            "equal cuts": equal_cuts(problem, standoff=standoff),
        }
        gained += [item.gains for item in solutions.values()]
        for name, item in solutions.items():
            tariffs = item.parameters
            worst = max(worst, item.defining_residual)
            rows.append(
                (
                    case.name.replace("_", " "),
                    name,
                    Number(tariffs[0], ".0f", 100),
                    Number(tariffs[1], ".0f", 100),
                    Number(float(item.gains[0]), "+.2f"),
                    Number(float(item.gains[1]), "+.2f"),
                )
            )
        fair = inequity_averse(problem, envy=settings.envy, guilt=settings.guilt)
        gains = fair.payoffs - problem.point
        gained.append(gains)
        worst = max(worst, fair.solution.defining_residual)
        rows.append(
            (
                case.name.replace("_", " "),
                "inequity averse",
                "",
                "",
                Number(float(gains[0]), "+.2f"),
                Number(float(gains[1]), "+.2f"),
            )
        )
        nash, equal = solutions["Nash"], solutions["equal cuts"]
        numbers |= {
            f"{case.name}_nash_us_tariff": Number(nash.parameters[0], ".0f", 100),
            f"{case.name}_nash_china_tariff": Number(nash.parameters[1], ".0f", 100),
            f"{case.name}_equal_us_tariff": Number(equal.parameters[0], ".0f", 100),
            f"{case.name}_equal_china_tariff": Number(equal.parameters[1], ".0f", 100),
            f"{case.name}_equal_us_gain": Number(float(equal.gains[0]), ".2f"),
            f"{case.name}_equal_china_gain": Number(float(equal.gains[1]), ".2f"),
            f"{case.name}_nash_us_gain": Number(float(nash.gains[0]), ".2f"),
            f"{case.name}_nash_china_gain": Number(float(nash.gains[1]), ".2f"),
        }
        objects[f"{case.name}_problem"] = problem
        objects[f"{case.name}_solutions"] = tuple(solutions.values())
    for side, name in enumerate(("us", "china")):
        numbers[f"{name}_gain_lowest"] = Number(float(min(item[side] for item in gained)), ".2f")
        numbers[f"{name}_gain_highest"] = Number(float(max(item[side] for item in gained)), ".2f")
    columns = ("payoffs", "solution", "added USA, %", "added China, %", "gain USA", "gain China")
    return StudyResult(
        numbers=numbers,
        tables={"solutions": StudyTable(columns, tuple(rows), "llrrrr")},
        objects=objects,
        health={"largest defining residual": (worst, settings.residual_bound)},
    )
