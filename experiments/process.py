"""The multi-step process: dates, stages, who concedes, by payoff model and by what is assumed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

import negotiation as ng
from negotiation.data.labels import spelled
from negotiation.data.parameters import Parameter
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.process.analysis.scores import DatedForecasts
from negotiation.process.analysis.stage_ends import stage_ends
from negotiation.process.analysis.tariffs import tariff_fan
from negotiation.process.game.solution import GameSolution
from negotiation.process.multi_step.built_process import BuiltProcess
from negotiation.process.multi_step.case_process import EnsembleMember
from negotiation.process.multi_step.load import built_process


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Name of the process.
    process: str = "multi-step-2025"
    #: How long terms are expected to last, years; the first is the headline.
    durations: tuple[float, ...] = (1.7, 0.25, 0.5, 1.0, 3.0, 5.0)
    #: Dates of the probabilities.
    dates: tuple[dt.date, ...] = (dt.date(2025, 5, 31), dt.date(2025, 6, 30), dt.date(2025, 12, 31))
    #: What is moved to the ends of its range, by the name of its row; several move together.
    moved: dict[str, tuple[str, ...]]
    #: Days at which the tariffs in force are drawn.
    fan_days: tuple[float, ...] = tuple(float(day) for day in range(0, 731, 5))
    #: Largest violation of the equilibrium conditions, and of those of the other models.
    residual_bound: float = 1e-9
    other_bound: float = 1e-8


NAMES = ("may", "june", "december")
SIDES = ("us", "china")
Solved = Mapping[str, GameSolution]


def _percent(value: float) -> ng.Number:
    return ng.Number(float(value), ".0f", 100)


class Ensemble:
    """Forecasts of the ensemble at values of its parameters, without draws."""

    def __init__(self, settings: AnalysisSettings, as_of: dt.date) -> None:
        self.settings, self.as_of = settings, as_of

    def at(self, values: Mapping[str, float] | None = None) -> ProcessForecast:
        """Return dated probabilities at parameter values."""
        return ng.forecast_process(
            self.settings.process,
            as_of=self.as_of,
            dates=self.settings.dates,
            draws=0,
            values=values,
        )


def _alone(found: ProcessForecast, name: str, day: int) -> float:
    """Probability of a first cut by a date under one payoff model alone."""
    return float(found.cut[0, found.models.index(name), day])


def _models_table(
    members: Sequence[EnsembleMember],
    solved: Solved,
    forecast: ProcessForecast,
    dates: tuple[dt.date, ...],
) -> ng.StudyTable:
    rows: list[tuple[str | ng.Number, ...]] = []
    shares = forecast.weights.sum(axis=0)
    for member in members:
        name = member.model.name
        found = solved[name]
        kept = name in forecast.models
        rows.append(
            (
                spelled(name),
                _percent(shares[forecast.models.index(name)]) if kept else "left out",
                *(_percent(found.cut_by(day)) for day in dates),
                ng.Number(float(found.deal_by(dates[-1])), ".2f", 100),
                _percent(found.concedes(found.open_stage)[0]),
                *(ng.Number(weight.weight, ".2f") if weight.explained else "none"
                  for weight in member.built.revenue_weights),
            )
        )  # fmt: skip
    rows.append(
        (
            "ensemble",
            _percent(1.0),
            *(_percent(forecast.cut_by(day)) for day in dates),
            ng.Number(forecast.deal_by(dates[-1]), ".2f", 100),
            _percent(forecast.concedes_first()[0]),
            "",
            "",
        )
    )
    columns = (
        "payoff model",
        "weight, %",
        *(f"by {day.day} {day:%b}, %" for day in dates),
        f"deal by {dates[-1].day} {dates[-1]:%b}, %",
        "USA concedes, %",
        "revenue weight USA",
        "China",
    )
    return ng.StudyTable(columns, tuple(rows), "l" + "r" * (len(columns) - 1))


def _by_duration(
    ensemble: Ensemble, central: ProcessForecast, settings: AnalysisSettings
) -> DatedForecasts:
    """Dated probabilities of a first cut by life of terms and payoff model."""
    years = sorted(settings.durations)
    found = {
        item: central if item == settings.durations[0] else ensemble.at({"terms_duration": item})
        for item in years
    }
    names = central.models
    alone = np.array(
        [
            [
                [
                    _alone(found[item], name, k) if name in found[item].models else np.nan
                    for name in names
                ]
                for k in range(len(settings.dates))
            ]
            for item in years
        ]
    )
    together = np.array([[found[item].cut_by(day) for day in settings.dates] for item in years])
    return DatedForecasts(np.array(years), settings.dates, names, alone, together)


def _prize(built: BuiltProcess, found: GameSolution, stage: str) -> np.ndarray | None:
    """F - L of a stage in the history in which it is most often reached."""
    seen = found.eventual.visits
    visits: dict[str, float] = {}
    for node, count in zip(built.game.nodes, seen, strict=True):
        if node.stage == stage:
            visits[node.history] = visits.get(node.history, 0.0) + float(count)
    noted = {history: prize for name, history, prize in built.prizes if name == stage}
    known = [history for history in visits if history in noted]
    return noted[max(known, key=lambda history: visits[history])] if known else None


def _stage_table(members: Sequence[EnsembleMember], solved: Solved) -> ng.StudyTable:
    rows: list[tuple[str | ng.Number, ...]] = []
    first = solved[members[0].model.name]
    for stage in first.stage_names:
        for member in members:
            name = member.model.name
            found = solved[name]
            prize = _prize(member.built, found, stage)
            if member.weight == 0.0 or prize is None:
                continue
            ends = stage_ends(found)
            number = ends.number[ends.stages.index(stage)]
            here = np.array([node.stage == stage for node in found.process.nodes])
            spent = 12.0 * float(found.eventual.time[here].sum()) / float(number.sum())
            rows.append(
                (
                    stage,
                    spelled(name),
                    *(ng.Number(float(value), ".2f") for value in prize),
                    _percent(number.sum()),
                    *(_percent(share) for share in (number / number.sum())[:2]),
                    ng.Number(spent, ".1f"),
                )
            )
    columns = (
        "stage", "payoff model", "F - L USA", "F - L China", "reached, %",
        "then USA concedes, %", "then China concedes, %", "months",
    )  # fmt: skip
    return ng.StudyTable(columns, tuple(rows), "llrrrrrr")


def _ranges(
    ensemble: Ensemble, central: ProcessForecast, known: Mapping[str, Parameter]
) -> tuple[ng.StudyTable, float]:
    """P(cut by the first date) at both ends of ranges, and how far the terms move it."""
    settings = ensemble.settings
    day = settings.dates[0]
    rows: list[tuple[str | ng.Number, ...]] = []
    terms = 0.0
    for label, names in settings.moved.items():
        at = {
            end: ensemble.at({name: getattr(known[name], end) for name in names})
            for end in ("low", "high")
        }
        swept = [found.cut_by(day) for found in (at["low"], central, at["high"])]
        if "leaked_terms_usa" in names:
            terms = max(swept) - min(swept)
        alone = [
            f"{100 * _alone(at['low'], name, 0):.0f} to {100 * _alone(at['high'], name, 0):.0f}"
            if name in at["low"].models and name in at["high"].models
            else "left out"
            for name in central.models
        ]
        one = known[names[0]]
        rows.append(
            (label, f"{one.low:g} to {one.high:g}", *(_percent(p) for p in swept), *alone)
        )  # fmt: skip
    columns = ("moved", "range", "at the low end, %", "as it is", "at the high end",
               *map(spelled, central.models))  # fmt: skip
    return ng.StudyTable(columns, tuple(rows), "ll" + "r" * (len(columns) - 2)), terms


def _elasticity(ensemble: Ensemble, known: Mapping[str, Parameter]) -> float:
    """Elasticity of P(cut by the first date) to both audience costs together."""
    names = [f"audience_cost_{side}" for side in ("usa", "chn")]
    step = 0.01
    up, down = (
        ensemble.at({name: factor * known[name].value for name in names}).cut_by(
            ensemble.settings.dates[0]
        )
        for factor in (1.0 + step, 1.0 - step)
    )
    return float(np.log(up / down) / np.log((1.0 + step) / (1.0 - step)))


def _alternatives(
    solution: GameSolution, settings: AnalysisSettings
) -> tuple[ng.StudyTable, dict[str, ng.Number], float]:
    """Other models of the open stage at the same stakes, and their largest certificate."""
    dates = [settings.dates[0], settings.dates[-1]]
    days = [float(solution.days_until(day)) for day in dates]
    frame = ng.compare_models(solution, days=days)
    first = solution.process.players[0]
    rows: list[tuple[str | ng.Number, ...]] = []
    for _, row in frame.iterrows():
        share = float(row[f"{first}_concedes"])
        rows.append(
            (
                str(row["model"]),
                *(_percent(float(row[f"over_by_{wait:g}_days"])) for wait in days),
                _percent(share) if np.isfinite(share) else "none",
                str(row["assumes"]),
            )
        )
    columns = ("model", *(f"by {day.day} {day:%b}, %" for day in dates), "USA concedes, %",
               "assumes")  # fmt: skip
    last = [float(value) for value in frame[f"over_by_{days[1]:g}_days"]]
    numbers = {
        "models_cut_lowest": _percent(min(last)),
        "models_cut_highest": _percent(max(last)),
    }
    table = ng.StudyTable(columns, tuple(rows), "p{40mm}rrrp{60mm}")
    return table, numbers, float(frame["certificate"].max())


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return dates, stages and who concedes, by payoff model and by what is assumed."""
    ensemble = Ensemble(settings, study.as_of)
    forecast = ensemble.at()
    members = ng.process_ensemble(settings.process, study.as_of)
    solved = {m.model.name: ng.solve_process(m.built.game) for m in members}
    opened = {
        m.model.name: ng.solve_process(
            built_process(settings.process, study.as_of, model=m.model, from_opening=True).game
        )
        for m in members
        if m.weight > 0.0
    }
    known = {entry.name: entry for entry in members[0].built.game.parameters}
    dated = _by_duration(ensemble, forecast, settings)
    ranges, terms_move = _ranges(ensemble, forecast, known)
    default = solved[forecast.models[0]]
    alternatives, alternative_numbers, certificate = _alternatives(default, settings)
    kept = [m for m in members if m.weight > 0.0]
    shares = forecast.weights.sum(axis=0)
    fan = tariff_fan(
        [(float(w), m.built, solved[m.model.name]) for w, m in zip(shares, kept, strict=True)],
        days=settings.fan_days,
    )
    worst = max(found.residual for found in (*solved.values(), *opened.values()))
    return ng.StudyResult(
        numbers={
            **_numbers(forecast, settings),
            **_model_numbers(kept, solved, opened, study.as_of),
            **alternative_numbers,
            "terms_move": ng.Number(terms_move, ".0f", 100),
            "audience_elasticity": ng.Number(_elasticity(ensemble, known), ".2f"),
            "models": ng.Number(len(members), "d"),
            "models_kept": ng.Number(len(kept), "d"),
            "duration": ng.Number(settings.durations[0], ".1f"),
            **{
                key: ng.Number(known[name].value, "g")
                for key, name in (
                    ("audience_cost", "audience_cost_usa"),
                    ("shock_scale", "shock_scale_usa"),
                    ("window_rate", "window_rate"),
                    ("base_rate", "base_rate"),
                )
            },
        },
        tables={
            "models": _models_table(members, solved, forecast, settings.dates),
            "stages": _stage_table(members, solved),
            "ranges": ranges,
            "alternatives": alternatives,
        },
        objects={
            "by_model": {spelled(name): solved[name] for name in forecast.models},
            "by_duration": dated,
            "fan": fan,
        },
        health={
            "largest violation of equilibrium": (worst, settings.residual_bound),
            "largest certificate of the other models": (certificate, settings.other_bound),
        },
    )


def _numbers(forecast: ProcessForecast, settings: AnalysisSettings) -> dict[str, ng.Number]:
    """Ensemble and range over payoff models, by date."""
    numbers = {"cut_by_may_left_out": ng.Number(", ".join(map(spelled, forecast.left_out)))}
    for k, (name, day) in enumerate(zip(NAMES, settings.dates, strict=True)):
        alone = [_alone(forecast, model, k) for model in forecast.models]
        numbers[f"cut_by_{name}"] = _percent(forecast.cut_by(day))
        numbers[f"cut_by_{name}_lowest"] = _percent(min(alone))
        numbers[f"cut_by_{name}_highest"] = _percent(max(alone))
    last = forecast.deal[0, :, -1]
    numbers["deal_by_december"] = ng.Number(forecast.deal_by(settings.dates[-1]), ".1f", 100)
    numbers["deal_by_december_lowest"] = ng.Number(float(last.min()), ".2f", 100)
    numbers["deal_by_december_highest"] = ng.Number(float(last.max()), ".1f", 100)
    first = forecast.concedes[0, :, 0]
    numbers["us_first"] = _percent(forecast.concedes_first()[0])
    numbers["us_first_lowest"] = _percent(first.min())
    numbers["us_first_highest"] = _percent(first.max())
    numbers["us_first_incidence_0"] = _percent(first[forecast.models.index("partial_0")])
    return numbers


def _model_numbers(
    kept: Sequence[EnsembleMember], solved: Solved, opened: Solved, as_of: dt.date
) -> dict[str, ng.Number]:
    """What each payoff model says of weights, stakes and the silence so far."""
    numbers = {}
    prizes, quiet, several = [], [], 0
    for member in kept:
        name = member.model.name
        found, opening = solved[name], opened[name]
        several += found.unique is False
        prize = _prize(member.built, found, found.open_stage)
        assert prize is not None
        prizes.append(prize)
        quiet.append(1.0 - float(opening.stage_by(found.open_stage, as_of)))
        flow = found.process.nodes[int(found.process.start_node)].flow
        for side, word in enumerate(SIDES):
            weight = member.built.revenue_weights[side].weight
            numbers[f"weight_{word}_{name}"] = ng.Number(weight, ".2f")
            numbers[f"flow_{word}_{name}"] = ng.Number(float(flow[side]), ".2f")
    low, high = np.min(prizes, axis=0), np.max(prizes, axis=0)
    for side, word in enumerate(SIDES):
        numbers[f"prize_{word}_lowest"] = ng.Number(float(low[side]), ".2f")
        numbers[f"prize_{word}_highest"] = ng.Number(float(high[side]), ".2f")
    numbers["silence_lowest"] = _percent(min(quiet))
    numbers["silence_highest"] = _percent(max(quiet))
    numbers["models_several"] = ng.Number(several, "d")
    return numbers
