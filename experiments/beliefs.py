"""What the dated events say, whether the leaders had talked, and exemptions inside the game."""

from __future__ import annotations

import datetime as dt

import numpy as np
from pydantic import Field

import negotiation as ng
from negotiation.data.labels import spelled
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.process.analysis.readings import Readings
from negotiation.process.beliefs.events import (
    CLAIMS,
    ContactClaim,
    DatedEvent,
    contact_posterior,
    event_ratios,
    learned_reliability,
    read_events,
)
from negotiation.study.run import StudyInputs
from negotiation.study.store.objects import load_object


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Name of the process.
    process: str = "multi-step-2025"
    #: Dates of the probabilities of a first cut.
    dates: tuple[dt.date, ...] = (dt.date(2025, 5, 31), dt.date(2025, 6, 30), dt.date(2025, 12, 31))
    #: Likelihood ratios, tough against not, of types of events, by the name of a reading.
    readings: dict[str, dict[str, float]] = Field(default_factory=dict)
    #: The reading by which the table of events is filled.
    shown: str
    #: Who said on which day whether the leaders had talked.
    claims: tuple[tuple[dt.date, str, bool], ...] = ()
    #: Probabilities that an exemption is seen; the parameter's own is solved besides.
    visibilities: tuple[float, ...] = (0.05, 1.0)
    #: Probability of the printed intervals over draws and payoff models.
    interval: float = 0.9


def _percent(value: float) -> ng.Number:
    return ng.Number(float(value), ".0f", 100)


def _readings_table(
    found: dict[str, ProcessForecast], settings: AnalysisSettings
) -> tuple[ng.StudyTable, Readings]:
    """Forecasts under each reading of the events, silence alone first."""
    day = settings.dates[0]
    rows: list[tuple[str | ng.Number, ...]] = []
    for name, forecast in found.items():
        tough = [
            float(np.sum(forecast.weights[forecast.values[:, k] > forecast.middle[k]]))
            for k in (
                forecast.parameters.index(f"audience_cost_{player.lower()}")
                for player in forecast.players
            )
        ]
        low, high = forecast.interval(day, settings.interval)
        rows.append(
            (
                name,
                *(_percent(share) for share in tough),
                *(_percent(forecast.cut_by(end)) for end in settings.dates),
                f"{100 * low:.0f} to {100 * high:.0f}",
                _percent(forecast.concedes_first()[0]),
                ng.Number(forecast.effective_draws, ".0f"),
            )
        )
    columns = (
        "events are read as", "tough: USA, %", "China, %",
        *(f"by {end.day} {end:%b}, %" for end in settings.dates),
        f"{100 * settings.interval:.0f} % of draws, {day.day} {day:%b}", "USA concedes, %",
        "effective draws",
    )  # fmt: skip
    ends = np.array([forecast.interval(day, settings.interval) for forecast in found.values()])
    drawn = Readings(
        day=day,
        names=tuple(found),
        mean=np.array([forecast.cut_by(day) for forecast in found.values()]),
        low=ends[:, 0],
        high=ends[:, 1],
        probability=settings.interval,
    )
    return ng.StudyTable(columns, tuple(rows), "p{42mm}" + "r" * (len(columns) - 1)), drawn


def _events_table(
    events: tuple[DatedEvent, ...], players: tuple[str, str], ratios: dict[str, float]
) -> ng.StudyTable:
    """Days of each kind of event by side, and what one says under one reading.

    A claim counts by its side's reliability of the day, so that its ratios differ.
    """
    said = [event_ratios(events, player, ratios) for player in players]
    rows: list[tuple[str | ng.Number, ...]] = []
    seen = {event.type for own in said for event, _ in own}
    for kind in [name for name in ratios if name in seen]:
        found = [[ratio for event, ratio in own if event.type == kind] for own in said]
        low, high = (f"{end(found[0] + found[1]):.2f}" for end in (min, max))
        rows.append(
            (
                kind,
                "claim" if kind in CLAIMS else "act",
                *(ng.Number(len(own), "d") for own in found),
                low if low == high else f"{low} to {high}",
            )
        )
    columns = ("event", "read as", "days: USA", "China", "likelihood ratio")
    return ng.StudyTable(columns, tuple(rows), "llrrr")


def _exemptions(
    study: ng.Study, settings: AnalysisSettings, forecast: ProcessForecast
) -> tuple[ng.StudyTable, dict[str, ng.Number], float]:
    """Chance that China exempts before the first cut, by payoff model and visibility."""
    process = ng.load_process(settings.process, as_of=study.as_of)
    own = {entry.name: entry.value for entry in process.parameters}["exemption_visibility"]
    seen = sorted({own, *settings.visibilities})
    rows: list[tuple[str | ng.Number, ...]] = []
    chances = np.empty((len(forecast.models), len(seen)))
    worst = 0.0
    for m, model in enumerate(forecast.models):
        costs: list[str | ng.Number] = []
        for k, visibility in enumerate(seen):
            solved = ng.solve_process(
                ng.load_process(
                    settings.process,
                    as_of=study.as_of,
                    model=model,
                    values={"exemption_visibility": visibility},
                )
            )
            worst = max(worst, solved.residual)
            table = solved.actions
            acts = table[(table["kind"] == "exempt") & (table["player"] == forecast.players[1])]
            chances[m, k] = float(acts["expected_number"].sum())
            if visibility == own and len(acts):
                costs = [
                    ng.Number(float(acts["audience_cost"].iloc[0]), ".2f"),
                    ng.Number(float(acts["mean_cost_paid"].iloc[0]), ".2f"),
                ]
        rows.append((spelled(model), *map(_percent, chances[m]), *(costs or ["none", "none"])))
    columns = (
        "payoff model",
        *(f"seen with {visibility:g}, %" for visibility in seen),
        "mean cost",
        "paid given the act",
    )
    at_own = chances[:, seen.index(own)]
    shares = forecast.weights.sum(axis=0)
    numbers = {
        "visibility": ng.Number(own, ".1f"),
        "exempt_china": _percent(shares @ at_own),
        "exempt_china_lowest": _percent(at_own.min()),
        "exempt_china_highest": _percent(at_own.max()),
    }
    return ng.StudyTable(columns, tuple(rows), "l" + "r" * (len(columns) - 1)), numbers, worst


def analyse(study: ng.Study, settings: AnalysisSettings, inputs: StudyInputs) -> ng.StudyResult:
    """Return forecasts under readings of the events, reliabilities, contact and exemptions."""
    forecast: ProcessForecast = load_object(inputs.folder / "backtest" / "forecast")
    events = read_events(as_of=study.as_of)
    found = {"silence alone": forecast}
    found |= {name: forecast.read(ratios) for name, ratios in settings.readings.items()}
    readings, drawn = _readings_table(found, settings)
    reliability = {
        player: learned_reliability(events, player, day=study.as_of) for player in forecast.players
    }
    claims = [ContactClaim(day, actor, says) for day, actor, says in settings.claims]
    exemptions, exempt_numbers, residual = _exemptions(study, settings, forecast)
    silence = np.average(forecast.seen[1:], axis=0)
    cuts = [item.cut_by(settings.dates[0]) for item in found.values()]
    numbers = {
        "readings": ng.Number(len(settings.readings), "d"),
        "events": ng.Number(len(events), "d"),
        "contact": _percent(contact_posterior(claims, reliability)),
        "cut_by_may_silence": _percent(cuts[0]),
        "cut_by_may_lowest": _percent(min(cuts)),
        "cut_by_may_highest": _percent(max(cuts)),
        "silence_lowest": _percent(silence.min()),
        "silence_highest": _percent(silence.max()),
        **{
            f"reliability_{name}": _percent(reliability[player])
            for name, player in zip(("us", "china"), forecast.players, strict=True)
        },
        **exempt_numbers,
    }
    events_table = _events_table(events, forecast.players, settings.readings[settings.shown])
    return ng.StudyResult(
        numbers=numbers,
        tables={"readings": readings, "events": events_table, "exemptions": exemptions},
        objects={"readings": drawn},
        health={"largest violation of equilibrium": (residual, 1e-9)},
    )
