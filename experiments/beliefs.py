"""Beliefs over the dated events, and exemptions chosen before the first cut."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from pydantic import Field

import negotiation as ng
from dated_forecasts import known_parameters
from negotiation.process.beliefs.events import ContactClaim
from negotiation.process.beliefs.updating import BeliefPath
from negotiation.process.choices.exemptions import (
    ExemptionChoice,
    choose_exemptions,
    exemption_game,
)
from negotiation.process.tough_types.continuation import stage_number
from negotiation.process.multi_step.load import standoff_flows


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Name of the process.
    process: str = "multi-step-2025"
    #: The stage that is open.
    stage: str = "de-escalation"
    #: Dates of the probabilities of a first cut.
    dates: tuple[dt.date, ...] = (dt.date(2025, 5, 31), dt.date(2025, 6, 30), dt.date(2025, 12, 31))
    #: Likelihood ratios, tough against normal, of types of events, by the name of a reading.
    readings: dict[str, dict[str, float]] = Field(default_factory=dict)
    #: The reading whose path is drawn.
    shown: str
    #: Who said on which day whether the leaders had talked.
    claims: tuple[tuple[dt.date, str, bool], ...] = ()
    #: Payoff models of the exemption game.
    models: tuple[str, ...] = ("export_dependence", "general_equilibrium")
    #: Probabilities that an exemption is seen; the parameter's own is solved besides.
    visibilities: tuple[float, ...] = (0.05, 1.0)
    #: Grid of exempt shares.
    shares: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    #: Largest relative regret of an equilibrium.
    regret_bound: float = 1e-9


def _filters(
    paths: dict[str, BeliefPath], settings: AnalysisSettings, day: dt.date
) -> tuple[ng.StudyTable, list[float], float]:
    """Posteriors and forecasts with and without the filter, and those by the first date."""
    first = next(iter(paths.values()))
    given = [
        ("prior of the opening, no filter", first.unfiltered(), None),
        ("silence alone", first.process_at(filtered=False), (0.0, 0.0)),
        *((name, path.process_at(), path.at_once[-1]) for name, path in paths.items()),
    ]
    rows: list[tuple[str | ng.Number, ...]] = []
    first_cuts: list[float] = []
    worst = 0.0
    for name, process, news in given:
        found = ng.solve_process(process)
        worst = max(worst, found.residual)
        at_once = found.atoms[0] if news is None else news
        waits = [float((end - day).days) for end in settings.dates]
        cuts = [float(found.stage_by(0, days)) for days in waits]
        first_cuts.append(cuts[0])
        rows.append(
            (
                name,
                *(ng.Number(b, ".1f", 100) for b in process.stages[0].stubbornness),
                *(ng.Number(p, ".1f", 100) for p in at_once),
                *(ng.Number(p, ".0f", 100) for p in cuts),
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
    return ng.StudyTable(columns, tuple(rows), "p{42mm}" + "r" * 7), first_cuts, worst


def _path_table(path: BeliefPath) -> ng.StudyTable:
    rows: list[tuple[str | ng.Number, ...]] = []
    for n, day in enumerate(path.days):
        rows.append(
            (
                day.isoformat(),
                path.labels[n],
                *(ng.Number(b, ".1f", 100) for b in path.quiet[n]),
                *(ng.Number(b, ".1f", 100) for b in path.posteriors[n]),
            )
        )
    columns = ("day", "events", "silence: USA", "China", "events: USA", "China")
    return ng.StudyTable(columns, tuple(rows), "lp{72mm}rrrr")


def _exemptions(
    study: ng.Study, settings: AnalysisSettings
) -> tuple[ng.StudyTable, dict[str, ng.Number], float]:
    """Equilibria of the exemption game beside the benchmark that leaves bargaining out."""
    known = known_parameters(settings.process)
    curvature = known["audience_curvature"].value
    own = known["exemption_visibility"].value
    rows: list[tuple[str | ng.Number, ...]] = []
    numbers: dict[str, ng.Number] = {"visibility": ng.Number(own, ".1f")}
    worst = 0.0
    for model in settings.models:
        process = ng.load_process(settings.process, as_of=study.as_of, model=model)
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
    return ng.StudyTable(columns, tuple(rows), "lrlrrrr"), numbers, worst


def _at_visibility(
    choice: ExemptionChoice, weight: float, bound: float, players: tuple[str, str]
) -> ExemptionChoice:
    """The same game at another rho kappa: values of the process do not depend on it."""
    game = exemption_game(choice.values, choice.shares, weight, players=players)
    return replace(
        choice,
        game=game,
        equilibria=ng.nash_equilibria(game, tolerance=bound),
        myopic=choice.myopic_at(weight),
    )


def _choice_rows(
    model: str, seen: float, choice: ExemptionChoice
) -> list[tuple[str | ng.Number, ...]]:
    count = len(choice.expected_shares)
    return [
        (
            model.replace("_", " "),
            ng.Number(seen, ".2f"),
            f"{n} of {count}",
            *(ng.Number(x, ".0f", 100) for x in mean),
            *(ng.Number(x, ".0f", 100) for x in choice.myopic),
        )
        for n, mean in enumerate(choice.expected_shares, start=1)
    ]


def _choice_numbers(model: str, choice: ExemptionChoice) -> dict[str, ng.Number]:
    out = {f"{model}_equilibria": ng.Number(len(choice.expected_shares), "d")}
    low, high = choice.expected_shares.min(axis=0), choice.expected_shares.max(axis=0)
    for side, name in enumerate(("us", "china")):
        out[f"{model}_exempt_{name}_low"] = ng.Number(low[side], ".0f", 100)
        out[f"{model}_exempt_{name}_high"] = ng.Number(high[side], ".0f", 100)
        out[f"{model}_myopic_{name}"] = ng.Number(choice.myopic[side], ".0f", 100)
    return out


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return posteriors with and without the filter, reliabilities and exemptions."""
    process = ng.load_process(settings.process, as_of=study.as_of)
    opened: ng.ProcessSolution = ng.solve_process(process)
    claims = [ContactClaim(day, actor, says) for day, actor, says in settings.claims]
    paths = {
        name: ng.filter_beliefs(
            opened, as_of=study.as_of, stage=settings.stage, ratios=ratios, contact_claims=claims
        )
        for name, ratios in settings.readings.items()
    }
    shown = paths[settings.shown]
    silence = ng.filter_beliefs(opened, as_of=study.as_of, stage=settings.stage)
    filters, cuts, residual = _filters(paths, settings, study.as_of)
    exemptions, exempt_numbers, regret = _exemptions(study, settings)
    prior = process.stages[shown.stage].stubbornness
    numbers = {
        "survival": ng.Number(shown.survival, ".0f", 100),
        "silence_survival": ng.Number(silence.survival, ".0f", 100),
        "readings": ng.Number(len(paths), "d"),
        "events": ng.Number(sum(bool(label) for label in shown.labels), "d"),
        "contact": ng.Number(shown.contact, ".0f", 100),
        **exempt_numbers,
    }
    numbers["cut_by_may_lowest"] = ng.Number(min(cuts), ".0f", 100)
    numbers["cut_by_may_highest"] = ng.Number(max(cuts), ".0f", 100)
    for side, name in enumerate(("us", "china")):
        numbers |= {
            f"prior_{name}": ng.Number(prior[side], ".0f", 100),
            f"quiet_{name}": ng.Number(shown.quiet[-1, side], ".1f", 100),
            f"posterior_{name}": ng.Number(shown.beliefs[side], ".1f", 100),
            f"reliability_{name}": ng.Number(shown.reliability[side], ".0f", 100),
        }
    return ng.StudyResult(
        numbers=numbers,
        tables={"filters": filters, "path": _path_table(shown), "exemptions": exemptions},
        objects={"path": shown},
        health={
            "largest violation of equilibrium": (max(residual, opened.residual), 1e-9),
            "largest regret of exemptions": (regret, settings.regret_bound),
        },
    )
