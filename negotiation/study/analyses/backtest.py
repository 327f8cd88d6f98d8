"""What the process said on an information date, and on later ones."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from negotiation.data.embedded import load_economy
from negotiation.data.parameters import Parameter, parameters
from negotiation.data.tables import load_table
from negotiation.errors import DataError
from negotiation.process.continuation import process_from
from negotiation.process.definition import read_definition
from negotiation.process.events import DatedEvent, read_events
from negotiation.process.forecast import lowered_by
from negotiation.process.load import load_process
from negotiation.process.outcomes_over import RATIO, evaluate
from negotiation.process.scores import (
    RateCut,
    ScoredForecast,
    brier,
    constant_hazard,
    log_score,
    next_cut,
)
from negotiation.process.solve import solve_process
from negotiation.study.design import ParameterRange, design_rows
from negotiation.study.results import Number, StudyResult, StudyTable
from negotiation.study.run import StudyInputs
from negotiation.study.spec import Settings, Study
from negotiation.values import FloatArray

__all__ = ["AnalysisSettings", "analyse", "forecasts", "swept_ranges"]


class AnalysisSettings(Settings):
    """Settings of the exhibit; all of them fixed before anything is scored.

    Attributes
    ----------
    process
        Name of the process.
    durations
        How long terms are expected to last, years; the first is the headline.
    dates
        Dates of the probabilities of a first cut.
    linear, logarithmic
        Swept parameters, over the ranges that stand beside them in the tables of parameters.
    events
        Types of events whose likelihood ratio is swept over the range of likelihood_ratio.
    draws
        Points of the Sobol sequence.
    interval
        Probability of the printed intervals over swept parameters.
    equal_within
        Cuts that differ by no more than this fraction are equal.
    later_dates
        Information dates after the first.
    horizon
        Days over which later information dates look ahead.
    """

    process: str = "multi-step-2025"
    durations: tuple[float, ...] = (1.7, 0.25, 0.5, 1.0, 3.0, 5.0)
    dates: tuple[dt.date, ...] = (dt.date(2025, 5, 31), dt.date(2025, 6, 30), dt.date(2025, 12, 31))
    linear: tuple[str, ...] = ()
    logarithmic: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    draws: int = 64
    interval: float = 0.9
    equal_within: float = 0.05
    later_dates: tuple[dt.date, ...] = ()
    horizon: int = 90


#: First stage after the cut of tariffs.
AFTER_THE_CUT = "purchases"

#: Days since the information date at which the distribution of the first cut is kept.
DAYS = (1, 3, 5, 7, 10, 14, 21, 29, 45, 59, 90, 120, 180, 243, 365, 545, 730)


def _known(study: Study, settings: AnalysisSettings) -> dict[str, Parameter]:
    return {**parameters(), **read_definition(settings.process).parameters}


def swept_ranges(study: Study, settings: AnalysisSettings) -> dict[str, ParameterRange]:
    """Return the interval of each swept parameter, as its own table states it."""
    known = _known(study, settings)
    ranges = {}
    for scale, names in (("linear", settings.linear), ("log", settings.logarithmic)):
        for name in names:
            ranges[name] = ParameterRange(known[name].low, known[name].high, scale)
    ratio = known["likelihood_ratio"]
    for name in settings.events:
        ranges[RATIO + name] = ParameterRange(ratio.low, ratio.high, "log")
    return ranges


def forecasts(
    study: Study,
    settings: AnalysisSettings,
    *,
    as_of: dt.date,
    duration: float,
    dates: tuple[str, ...],
) -> dict[str, FloatArray]:
    """Return outcomes over the swept parameters at an information date."""
    rows = design_rows(
        swept_ranges(study, settings), design="sobol", size=settings.draws, seed=study.seed
    )
    fixed: dict[str, Any] = {
        "process": settings.process,
        "as_of": as_of.isoformat(),
        "dates": list(dates),
        "deal_date": settings.dates[-1].isoformat(),
        "economy": study.economy,
        "within": settings.equal_within,
        "values": {"terms_duration": duration},
    }
    found = evaluate(rows, fixed)
    keep = found["converged"] == 1.0
    return {key: values[keep] for key, values in found.items()}


def later_forecast(study: Study, settings: AnalysisSettings, day: dt.date) -> FloatArray:
    """Return the probability, over swept parameters, that the US tariff falls again.

    The first cut is over: play is in the stages that follow, whoever conceded, at the tariffs that
    the events known on that day say are in force; terms then made lapse as at first.
    """
    rates = [event.rates for event in read_events(as_of=day)][-1]
    now = {
        "leaked_terms_usa": rates[0],
        "demand_chn_on_usa": rates[0],
        "demand_usa_on_chn": rates[1],
        "demand_chn_own": rates[1],
        "terms_mixture": 0.0,
        "terms_duration": settings.durations[0],
    }
    known = _known(study, settings)
    ranges = {
        name: item
        for name, item in swept_ranges(study, settings).items()
        if name not in now and not name.startswith(RATIO)
    }
    rows = design_rows(ranges, design="sobol", size=settings.draws, seed=study.seed)
    economy = load_economy(study.economy)
    out = []
    for n in range(settings.draws):
        values = {**now, **{name: float(rows[name][n]) for name in ranges}}
        process = load_process(settings.process, as_of=day, economy=economy, values=values)
        rest = process_from(process, AFTER_THE_CUT, start=day)
        solution = solve_process(rest, raise_on_failure=False)
        if solution.converged:
            lapses_to = known["lapse_added_usa"].value
            out.append(lowered_by(solution, settings.horizon, side=0, lapses_to=lapses_to))
    return np.array(out)


def interval(values: FloatArray, probability: float) -> tuple[float, float, float]:
    """Return the mean and the central interval of finite values."""
    kept = values[np.isfinite(values)]
    tail = (1.0 - probability) / 2.0
    low, high = np.quantile(kept, [tail, 1.0 - tail])
    return float(kept.mean()), float(low), float(high)


def _spread(values: FloatArray, probability: float, *, scale: float = 100.0) -> str:
    mean, low, high = (scale * value for value in interval(values, probability))
    return f"{mean:.0f} [{low:.0f}, {high:.0f}]"


def _forecast_table(
    settings: AnalysisSettings, found: dict[float, dict[str, FloatArray]]
) -> StudyTable:
    days = [day.isoformat() for day in settings.dates]
    rows: list[tuple[str | Number, ...]] = []
    for years, out in sorted(found.items()):
        rows.append(
            (
                Number(years, ".2f"),
                *(_spread(out[f"cut_{day}"], settings.interval) for day in days),
                _spread(out["level"], settings.interval),
                *(
                    _spread(out[key], settings.interval)
                    for key in ("usa_more", "chn_more", "equal")
                ),
            )
        )
    columns = (
        "terms last, years",
        *(f"cut by {day.day} {day:%B}" for day in settings.dates),
        "level after the cut",
        "USA cuts more",
        "China cuts more",
        "equal",
    )
    return StudyTable(columns, tuple(rows), "r" * len(columns))


def _mixture_at(levels: FloatArray, weights: FloatArray, value: float) -> tuple[float, float]:
    """Return the share of a mixture below and at or below a value."""
    below = float(np.sum(weights * (levels < value - 1e-9)) / weights.sum())
    upto = float(np.sum(weights * (levels <= value + 1e-9)) / weights.sum())
    return below, upto


def _first_cut_scores(
    study: Study,
    settings: AnalysisSettings,
    found: dict[float, dict[str, FloatArray]],
    cut: RateCut,
) -> tuple[StudyTable, dict[str, Number], list[ScoredForecast]]:
    """Score the forecasts of the first cut against what happened, with the baseline beside."""
    waited = (cut.day - study.as_of).days
    opened = read_definition(settings.process).start
    base = constant_hazard(as_of=study.as_of, current_days=(study.as_of - opened).days)
    outcomes = [float(cut.day <= day) for day in settings.dates]
    points = [before - after for before, after in zip(cut.before, cut.after, strict=True)]
    gap = points[0] - points[1]
    who = 2 if abs(gap) <= settings.equal_within + 1e-9 else int(gap < 0.0)
    rows: list[tuple[str | Number, ...]] = []
    numbers: dict[str, Number] = {}
    scored: list[ScoredForecast] = []
    for years, out in sorted(found.items()):
        named = [
            interval(out[f"cut_{day.isoformat()}"], settings.interval) for day in settings.dates
        ]
        means = [item[0] for item in named]
        timing = interval(out[f"cut_{cut.day.isoformat()}"], settings.interval)[0]
        shares = np.concatenate([out["usa_first"], out["chn_first"]])
        levels = np.concatenate([out["level_usa"], out["level_chn"]])
        finite = np.isfinite(shares)
        below, upto = _mixture_at(levels[finite], shares[finite], cut.after[0])
        more = [
            interval(out[key], settings.interval)[0] for key in ("usa_more", "chn_more", "equal")
        ]
        right = max(more[who] / sum(more), 1e-12)
        rows.append(
            (
                f"{years:g} years",
                Number(brier(means, outcomes), ".3f"),
                Number(log_score(np.clip(means, 1e-9, 1.0 - 1e-9), outcomes), ".2f"),
                Number(timing, ".2f"),
                f"{below:.2f}-{upto:.2f}",
                Number(right, ".2f"),
            )
        )
        if years == settings.durations[0]:
            numbers["brier"] = Number(brier(means, outcomes), ".2f")
            numbers["log_score"] = Number(log_score(means, outcomes), ".2f")
            numbers["time_position"] = Number(timing, ".2f")
            numbers["level_position"] = Number(upto, ".2f")
            numbers["right_about_more"] = Number(right, ".0f", 100)
            for day, item, outcome in zip(settings.dates, named, outcomes, strict=True):
                scored.append(
                    ScoredForecast(
                        f"cut by {day}", "this model", study.as_of, day, *item, outcome == 1.0
                    )
                )
    flat = [base.by((day - study.as_of).days) for day in settings.dates]
    rows.append(
        (
            "constant hazard",
            Number(brier(flat, outcomes), ".3f"),
            Number(log_score(flat, outcomes), ".2f"),
            Number(base.by(waited), ".2f"),
            "",
            "",
        )
    )
    numbers["baseline_brier"] = Number(brier(flat, outcomes), ".2f")
    numbers["baseline_log_score"] = Number(log_score(flat, outcomes), ".2f")
    numbers["days_to_cut"] = Number(waited, "d")
    for day, p, outcome in zip(settings.dates, flat, outcomes, strict=True):
        scored.append(
            ScoredForecast(
                f"cut by {day}", "constant hazard", study.as_of, day, p, p, p, outcome == 1.0
            )
        )
    columns = (
        "terms last",
        "Brier",
        "log score",
        "time: position",
        "level: position",
        "who gave more",
    )
    return StudyTable(columns, tuple(rows)), numbers, scored


def _later_scores(
    settings: AnalysisSettings, later: dict[dt.date, FloatArray], events: tuple[DatedEvent, ...]
) -> tuple[StudyTable, dict[str, Number], list[ScoredForecast]]:
    """Score the later information dates; a window that outlasts the events is not scored."""
    last = max(event.day for event in events)
    rows: list[tuple[str | Number, ...]] = []
    pairs: list[tuple[float, float, float]] = []
    scored: list[ScoredForecast] = []
    for day, values in sorted(later.items()):
        end = day + dt.timedelta(days=settings.horizon)
        cut = next_cut(events, day)
        happened = None if cut is None and end > last else cut is not None and cut.day <= end
        if cut is not None and cut.day > end > last:
            happened = None
        mean, low, high = interval(values, settings.interval)
        base = constant_hazard(as_of=day).by(settings.horizon)
        rows.append(
            (
                day.isoformat(),
                _spread(values, settings.interval),
                Number(base, ".0f", 100),
                "not decided" if happened is None else "yes" if happened else "no",
            )
        )
        question = f"US tariff falls within {settings.horizon} days"
        scored.append(ScoredForecast(question, "this model", day, end, mean, low, high, happened))
        if happened is not None:
            pairs.append((mean, base, float(happened)))
    numbers: dict[str, Number] = {"later_scored": Number(len(pairs), "d")}
    if pairs:
        model, base_rate, outcome = (np.array(item) for item in zip(*pairs, strict=True))
        numbers["later_brier"] = Number(brier(model, outcome), ".2f")
        numbers["later_baseline_brier"] = Number(brier(base_rate, outcome), ".2f")
    columns = ("information date", "model, %", "constant hazard, %", "fell")
    return StudyTable(columns, tuple(rows), "lrrl"), numbers, scored


def _public_scores(as_of: dt.date) -> tuple[StudyTable, list[ScoredForecast]]:
    """Score public probabilities of a fall of the US tariff that were decided."""
    outcomes = {
        (row["date"], row["forecaster"], row["question"]): str(row["outcome"])
        for row in load_table("forecast_outcomes")
    }
    rows: list[tuple[str | Number, ...]] = []
    scored = []
    for row in load_table("forecasts"):
        question = str(row["question"])
        made, resolves, value = row["date"], row["resolve_by"], row["value"]
        outcome = outcomes.get((made, row["forecaster"], row["question"]), "")
        about = ("lowers tariffs on China" in question) or ("ends tariffs on China" in question)
        decided = outcome.startswith(("yes", "no"))
        if not (about and decided and row["unit"] == "probability_pct"):
            continue
        if not (isinstance(made, dt.date) and isinstance(resolves, dt.date)):
            continue
        p = float(value) / 100.0 if isinstance(value, float | int) else float("nan")
        item = ScoredForecast(
            question, str(row["forecaster"]), made, resolves, p, p, p, outcome.startswith("yes")
        )
        scored.append(item)
        when = "" if made <= as_of else ", later than this model's date"
        rows.append(
            (
                f"{row['forecaster']}, {made}{when}",
                question,
                Number(p, ".0f", 100),
                outcome,
                Number(item.brier, ".3f"),
            )
        )
    columns = ("forecaster", "question", "%", "outcome", "Brier")
    return StudyTable(columns, tuple(rows), "lp{55mm}rlr"), scored


def _episodes() -> tuple[StudyTable, Number]:
    """Other episodes: where each falls under the hazard of the others, and deadlines met."""
    rows: list[tuple[str | Number, ...]] = []
    close = dated = 0
    for row in load_table("episodes"):
        began, settled, deadline = row["began"], row["settled"], row["deadline"]
        position, left = "", ""
        if isinstance(began, dt.date) and isinstance(settled, dt.date):
            others = constant_hazard(as_of=None, without=(str(row["episode"]),))
            position = f"{others.by((settled - began).days):.2f}"
        if isinstance(deadline, dt.date) and isinstance(settled, dt.date):
            days = (deadline - settled).days
            left = str(days)
            dated += 1
            close += days <= 5
        rows.append(
            (
                str(row["episode"]).replace("_", " "),
                "" if began is None else str(began),
                "" if settled is None else str(settled),
                left,
                position,
            )
        )
    columns = ("episode", "began", "settled", "days before the deadline", "position")
    return StudyTable(columns, tuple(rows), "lllrr"), Number(f"{close} of {dated}")


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return dated probabilities as a function of how long terms are expected to last."""
    events = read_events()
    cut = next_cut(events, study.as_of)
    if cut is None:
        raise DataError("no cut after the information date", where="events", seen=study.as_of)
    grid = tuple((study.as_of + dt.timedelta(days=n)).isoformat() for n in DAYS)
    dates = tuple(
        dict.fromkeys((*(day.isoformat() for day in settings.dates), *grid, cut.day.isoformat()))
    )
    found = {
        years: forecasts(study, settings, as_of=study.as_of, duration=years, dates=dates)
        for years in settings.durations
    }
    headline = found[settings.durations[0]]
    numbers = {"draws": Number(settings.draws, "d"), "duration": Number(settings.durations[0])}
    for name, day in zip(("may", "june", "december"), settings.dates, strict=True):
        mean, low, high = interval(headline[f"cut_{day.isoformat()}"], settings.interval)
        numbers[f"cut_by_{name}"] = Number(mean, ".0f", 100)
        numbers[f"cut_by_{name}_low"] = Number(low, ".0f", 100)
        numbers[f"cut_by_{name}_high"] = Number(high, ".0f", 100)
    curves = {
        f"{years:g} years": np.stack([out[f"cut_{day}"] for day in grid])
        for years, out in sorted(found.items())
    }
    later = {day: later_forecast(study, settings, day) for day in settings.later_dates}
    failed = max(settings.draws - len(out["level"]) for out in found.values())
    scores, score_numbers, scored = _first_cut_scores(study, settings, found, cut)
    later_table, later_numbers, later_scored = _later_scores(settings, later, events)
    public_table, public_scored = _public_scores(study.as_of)
    episode_table, numbers["settled_near_deadline"] = _episodes()
    return StudyResult(
        numbers={**numbers, **score_numbers, **later_numbers},
        tables={
            "forecasts": _forecast_table(settings, found),
            "scores": scores,
            "later": later_table,
            "public": public_table,
            "episodes": episode_table,
        },
        objects={
            "days": np.array(DAYS, dtype=np.float64),
            "curves": curves,
            "scored": (*scored, *later_scored, *public_scored),
            "cut": cut,
        },
        health={"share of draws without equilibrium": (failed / settings.draws, 0.5)},
    )
