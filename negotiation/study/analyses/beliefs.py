"""Beliefs over the dated events, and exemptions chosen before the first cut."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
from pydantic import Field

from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.process.beliefs.events import ContactClaim
from negotiation.process.beliefs.updating import BeliefPath, filter_beliefs
from negotiation.process.choices.exemptions import (
    ExemptionChoice,
    choose_exemptions,
    exemption_game,
)
from negotiation.process.continuation import stage_number
from negotiation.process.multi_step.load import load_process, standoff_flows
from negotiation.process.solve import ProcessSolution, solve_process
from negotiation.study.dated_forecasts import known_parameters
from negotiation.study.results import Number, StudyResult, StudyTable
from negotiation.study.run import StudyInputs
from negotiation.study.spec import Settings, Study

__all__ = ["AnalysisSettings", "analyse"]


class AnalysisSettings(Settings):
    """Settings of the exhibit.

    Attributes
    ----------
    process
        Name of the process.
    stage
        The stage that is open.
    dates
        Dates of the probabilities of a first cut.
    readings
        Likelihood ratios, tough against normal, of types of events, by the name of a reading.
    shown
        The reading whose path is drawn.
    claims
        Who said on which day whether the leaders had talked.
    models
        Payoff models of the exemption game.
    visibilities
        Probabilities that an exemption is seen; the parameter's own is solved besides.
    shares
        Grid of exempt shares.
    regret_bound
        Largest relative regret of an equilibrium.
    """

    process: str = "multi-step-2025"
    stage: str = "de-escalation"
    dates: tuple[dt.date, ...] = (dt.date(2025, 5, 31), dt.date(2025, 6, 30), dt.date(2025, 12, 31))
    readings: dict[str, dict[str, float]] = Field(default_factory=dict)
    shown: str
    claims: tuple[tuple[dt.date, str, bool], ...] = ()
    models: tuple[str, ...] = ("export_dependence", "general_equilibrium")
    visibilities: tuple[float, ...] = (0.05, 1.0)
    shares: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    regret_bound: float = 1e-9


def _filters(
    paths: dict[str, BeliefPath], settings: AnalysisSettings, day: dt.date
) -> tuple[StudyTable, list[float], float]:
    """Posteriors and forecasts with and without the filter, and those by the first date."""
    first = next(iter(paths.values()))
    given = [
        ("prior of the opening, no filter", first.unfiltered(), None),
        ("silence alone", first.process_at(filtered=False), (0.0, 0.0)),
        *((name, path.process_at(), path.at_once[-1]) for name, path in paths.items()),
    ]
    rows: list[tuple[str | Number, ...]] = []
    first_cuts: list[float] = []
    worst = 0.0
    for name, process, news in given:
        found = solve_process(process)
        worst = max(worst, found.residual)
        at_once = found.atoms[0] if news is None else news
        waits = [float((end - day).days) for end in settings.dates]
        cuts = [float(found.stage_by(0, days)) for days in waits]
        first_cuts.append(cuts[0])
        rows.append(
            (
                name,
                *(Number(float(b), ".1f", 100) for b in process.stages[0].stubbornness),
                *(Number(float(p), ".1f", 100) for p in at_once),
                *(Number(p, ".0f", 100) for p in cuts),
            )
        )
    columns = (
        "events are read as",
        "stubborn: USA",
        "China",
        "at once: USA",
        "China",
        *(f"by {end.day} {end:%b}" for end in settings.dates),
    )
    return StudyTable(columns, tuple(rows), "p{42mm}" + "r" * 7), first_cuts, worst


def _path_table(path: BeliefPath) -> StudyTable:
    rows: list[tuple[str | Number, ...]] = []
    for n, day in enumerate(path.days):
        rows.append(
            (
                day.isoformat(),
                path.labels[n],
                *(Number(float(b), ".1f", 100) for b in path.quiet[n]),
                *(Number(float(b), ".1f", 100) for b in path.posteriors[n]),
            )
        )
    columns = (
        "day",
        "events",
        "silence: USA",
        "China",
        "events: USA",
        "China",
    )
    return StudyTable(columns, tuple(rows), "lp{72mm}rrrr")


def _exemptions(
    study: Study, settings: AnalysisSettings
) -> tuple[StudyTable, dict[str, Number], float]:
    """Equilibria of the exemption game beside the benchmark that leaves bargaining out."""
    known = known_parameters(settings.process)
    curvature = known["audience_curvature"].value
    own = known["exemption_visibility"].value
    rows: list[tuple[str | Number, ...]] = []
    numbers: dict[str, Number] = {"visibility": Number(own, ".1f")}
    worst = 0.0
    for model in settings.models:
        process = load_process(settings.process, as_of=study.as_of, model=model)
        last = stage_number(process, settings.stage)
        solved = choose_exemptions(
            process,
            standoff_flows(settings.process, study.as_of, model=model),
            shares=settings.shares,
            stages=tuple(range(last + 1)),
            visibility=own,
            curvature=curvature,
            regret_bound=settings.regret_bound,
        )
        numbers |= _choice_numbers(model, solved)
        for seen in sorted({own, *settings.visibilities}):
            choice = _at_visibility(
                solved, seen * curvature, settings.regret_bound, process.players
            )
            worst = max(worst, *(found.regret for found in choice.equilibria.equilibria))
            rows += _choice_rows(model, seen, choice)
    columns = (
        "payoffs",
        "seen with",
        "equilibrium",
        "USA exempts, %",
        "China exempts, %",
        "myopic USA, %",
        "myopic China, %",
    )
    return StudyTable(columns, tuple(rows), "lrlrrrr"), numbers, worst


def _at_visibility(
    choice: ExemptionChoice, weight: float, bound: float, players: tuple[str, str]
) -> ExemptionChoice:
    """The same game at another rho kappa: values of the process do not depend on it."""
    game = exemption_game(choice.values, choice.shares, weight, players=players)
    return replace(
        choice,
        game=game,
        equilibria=nash_equilibria(game, tolerance=bound),
        myopic=choice.myopic_at(weight),
    )


def _choice_rows(
    model: str, seen: float, choice: ExemptionChoice
) -> list[tuple[str | Number, ...]]:
    count = len(choice.expected_shares)
    return [
        (
            model.replace("_", " "),
            Number(seen, ".2f"),
            f"{n} of {count}",
            *(Number(float(x), ".0f", 100) for x in mean),
            *(Number(float(x), ".0f", 100) for x in choice.myopic),
        )
        for n, mean in enumerate(choice.expected_shares, start=1)
    ]


def _choice_numbers(model: str, choice: ExemptionChoice) -> dict[str, Number]:
    out = {f"{model}_equilibria": Number(len(choice.expected_shares), "d")}
    low, high = choice.expected_shares.min(axis=0), choice.expected_shares.max(axis=0)
    for side, name in enumerate(("us", "china")):
        out[f"{model}_exempt_{name}_low"] = Number(float(low[side]), ".0f", 100)
        out[f"{model}_exempt_{name}_high"] = Number(float(high[side]), ".0f", 100)
        out[f"{model}_myopic_{name}"] = Number(float(choice.myopic[side]), ".0f", 100)
    return out


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return posteriors with and without the filter, reliabilities and exemptions."""
    process = load_process(settings.process, as_of=study.as_of)
    opened: ProcessSolution = solve_process(process)
    claims = [ContactClaim(day, actor, says) for day, actor, says in settings.claims]
    paths = {
        name: filter_beliefs(
            opened, as_of=study.as_of, stage=settings.stage, ratios=ratios, contact_claims=claims
        )
        for name, ratios in settings.readings.items()
    }
    shown = paths[settings.shown]
    silence = filter_beliefs(opened, as_of=study.as_of, stage=settings.stage)
    filters, cuts, residual = _filters(paths, settings, study.as_of)
    exemptions, exempt_numbers, regret = _exemptions(study, settings)
    prior = process.stages[shown.stage].stubbornness
    numbers = {
        "survival": Number(shown.survival, ".0f", 100),
        "silence_survival": Number(silence.survival, ".0f", 100),
        "readings": Number(len(paths), "d"),
        "events": Number(sum(bool(label) for label in shown.labels), "d"),
        "contact": Number(shown.contact, ".0f", 100),
        **exempt_numbers,
    }
    numbers["cut_by_may_lowest"] = Number(min(cuts), ".0f", 100)
    numbers["cut_by_may_highest"] = Number(max(cuts), ".0f", 100)
    for side, name in enumerate(("us", "china")):
        numbers |= {
            f"prior_{name}": Number(float(prior[side]), ".0f", 100),
            f"quiet_{name}": Number(float(shown.quiet[-1, side]), ".1f", 100),
            f"posterior_{name}": Number(float(shown.beliefs[side]), ".1f", 100),
            f"reliability_{name}": Number(float(shown.reliability[side]), ".0f", 100),
        }
    return StudyResult(
        numbers=numbers,
        tables={"filters": filters, "path": _path_table(shown), "exemptions": exemptions},
        objects={"path": shown},
        health={
            "largest violation of equilibrium": (max(residual, opened.residual), 1e-9),
            "largest regret of exemptions": (regret, settings.regret_bound),
        },
    )
