"""What the process said on an information date, and on later ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

import negotiation as ng
from dated_forecasts import first_cut_forecasts, later_forecasts, stated_ranges
from episode_table import episode_table
from forecast_tables import (
    first_cut_scores,
    forecast_table,
    interval,
    later_scores,
    level_mixture,
    level_table,
    public_scores,
    timing_table,
    who_cut_more,
)
from negotiation.process.analysis.scores import (
    DatedForecasts,
    FirstCutForecast,
    RateCut,
    constant_hazard,
    next_cut,
)
from negotiation.process.beliefs.events import read_events
from negotiation.process.multi_step.definition import read_definition
from negotiation.study.sweeps.workers import study_pool
from negotiation.values import FloatArray


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit; all of them fixed before anything is scored."""

    #: Name of the process.
    process: str = "multi-step-2025"
    #: How long terms are expected to last, years; the first is the headline.
    durations: tuple[float, ...] = (1.7, 0.25, 0.5, 1.0, 3.0, 5.0)
    #: Dates of the probabilities of a first cut.
    dates: tuple[dt.date, ...] = (dt.date(2025, 5, 31), dt.date(2025, 6, 30), dt.date(2025, 12, 31))
    #: Swept parameters, over the ranges that stand beside them in the tables of parameters.
    linear: tuple[str, ...] = ()
    logarithmic: tuple[str, ...] = ()
    #: Types of events whose likelihood ratio is swept over the range of likelihood_ratio.
    events: tuple[str, ...] = ()
    #: Points of the Sobol sequence, at the first information date and at each later one.
    draws: int = 256
    later_draws: int = 64
    #: Probability of the printed intervals over swept parameters.
    interval: float = 0.9
    #: Cuts that differ by no more than this fraction are equal.
    equal_within: float = 0.05
    #: Information dates after the first.
    later_dates: tuple[dt.date, ...] = ()
    #: Days over which later information dates look ahead.
    horizon: int = 90


#: Days since the information date at which the distribution of the first cut is kept.
DAYS = (1, 3, 5, 7, 10, 14, 21, 29, 45, 59, 90, 120, 180, 243, 365, 545, 730)
#: Names in the keys of the text of the first three dates.
NAMES = ("may", "june", "december")


def _by_duration(
    found: Mapping[float, Mapping[str, FloatArray]], settings: AnalysisSettings
) -> DatedForecasts:
    """Dated probabilities as a function of how long terms last."""
    years = sorted(found)
    summary = np.array(
        [
            [
                interval(found[item][f"cut_{day.isoformat()}"], settings.interval)
                for day in settings.dates
            ]
            for item in years
        ]
    )
    return DatedForecasts(
        durations=np.array(years),
        dates=settings.dates,
        mean=summary[:, :, 0],
        low=summary[:, :, 1],
        high=summary[:, :, 2],
        probability=settings.interval,
    )


def _first_cut(
    out: Mapping[str, FloatArray],
    grid: tuple[str, ...],
    cut: RateCut,
    study: ng.Study,
    share: float,
) -> FirstCutForecast:
    """Distribution of the days to the first cut and of the level after it."""
    curve = np.array([interval(out[f"cut_{day}"], share) for day in grid])
    levels, weights = level_mixture(out)
    order = np.argsort(levels, kind="stable")
    return FirstCutForecast(
        days=np.array(DAYS, dtype=np.float64),
        mean=curve[:, 0],
        low=curve[:, 1],
        high=curve[:, 2],
        probability=share,
        levels=levels[order],
        weights=weights[order] / weights.sum(),
        days_outcome=float((cut.day - study.as_of).days),
        level_outcome=cut.after[0],
    )


def _text_numbers(
    headline: Mapping[str, FloatArray],
    by_duration: DatedForecasts,
    settings: AnalysisSettings,
    cut: RateCut,
) -> dict[str, ng.Number]:
    numbers = {
        "draws": ng.Number(settings.draws, "d"),
        "later_draws": ng.Number(settings.later_draws, "d"),
        "duration": ng.Number(settings.durations[0], ".1f"),
        "interval": ng.Number(settings.interval, ".0f", 100),
        "horizon": ng.Number(settings.horizon, "d"),
    }
    for k, (name, day) in enumerate(zip(NAMES, settings.dates, strict=True)):
        mean, low, high = interval(headline[f"cut_{day.isoformat()}"], settings.interval)
        numbers[f"cut_by_{name}"] = ng.Number(mean, ".0f", 100)
        numbers[f"cut_by_{name}_low"] = ng.Number(low, ".0f", 100)
        numbers[f"cut_by_{name}_high"] = ng.Number(high, ".0f", 100)
        for word, column in (("shortest", 0), ("longest", -1)):
            numbers[f"cut_by_{name}_{word}"] = ng.Number(by_duration.mean[column, k], ".0f", 100)
    names = ("usa_more", "chn_more", "equal")
    for name in names:
        numbers[name] = ng.Number(interval(headline[name], settings.interval)[0], ".0f", 100)
    words = ("the United States", "China", "neither side")
    numbers["who_cut_more"] = ng.Number(words[who_cut_more(cut, settings.equal_within)])
    weights = headline["survival"]
    numbers["effective_draws"] = ng.Number(float(weights.sum() ** 2 / (weights @ weights)), ".0f")
    for name, key in (
        ("cut_by_may", f"cut_{settings.dates[0].isoformat()}"),
        ("cut_by_december", f"cut_{settings.dates[-1].isoformat()}"),
    ):
        weighted = float(np.average(headline[key], weights=weights))
        numbers[f"{name}_weighted"] = ng.Number(weighted, ".0f", 100)
    numbers["never_weighted"] = ng.Number(
        1.0 - float(np.average(headline["cut_ever"], weights=weights)), ".0f", 100
    )
    numbers["never"] = ng.Number(1.0 - float(np.nanmean(headline["cut_ever"])), ".0f", 100)
    return numbers


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return dated probabilities as a function of how long terms are expected to last."""
    events = read_events()
    cut = next_cut(events, study.as_of)
    if cut is None:
        raise ng.DataError("no cut after the information date", where="events", seen=study.as_of)
    grid = tuple((study.as_of + dt.timedelta(days=n)).isoformat() for n in DAYS)
    dates = dict.fromkeys((*(day.isoformat() for day in settings.dates), *grid))
    dates[cut.day.isoformat()] = None
    named = {"linear": settings.linear, "logarithmic": settings.logarithmic}
    fixed: dict[str, Any] = {
        "process": settings.process,
        "as_of": study.as_of.isoformat(),
        "dates": list(dates),
        "economy": study.economy,
        "within": settings.equal_within,
    }
    later_fixed = {
        "process": settings.process,
        "economy": study.economy,
        "duration": settings.durations[0],
        "horizon": settings.horizon,
    }
    rows = settings.draws * len(settings.durations)
    with study_pool(rows) as pool:
        ranges = stated_ranges(settings.process, **named, events=settings.events)
        found = {
            years: first_cut_forecasts(
                ranges,
                {**fixed, "values": {"terms_duration": years}},
                draws=settings.draws,
                seed=study.seed,
                executor=pool,
            )
            for years in settings.durations
        }
        later = {
            day: later_forecasts(
                ranges,
                {**later_fixed, "as_of": day.isoformat()},
                draws=settings.later_draws,
                seed=study.seed,
                executor=pool,
            )
            for day in settings.later_dates
        }
    headline = found[settings.durations[0]]
    by_duration = _by_duration(found, settings)
    opened = read_definition(settings.process).start
    base = constant_hazard(as_of=study.as_of, current_days=(study.as_of - opened).days)
    failed = max(settings.draws - len(out["level"]) for out in found.values())
    scores, score_numbers, scored = first_cut_scores(
        found,
        cut,
        base,
        as_of=study.as_of,
        dates=settings.dates,
        headline=settings.durations[0],
        probability=settings.interval,
        within=settings.equal_within,
    )
    later_table, later_numbers, later_scored = later_scores(
        later, events, horizon=settings.horizon, probability=settings.interval
    )
    public_table, public_scored = public_scores(study.as_of)
    episodes, episode_numbers = episode_table()
    return ng.StudyResult(
        numbers={
            **_text_numbers(headline, by_duration, settings, cut),
            **score_numbers,
            **later_numbers,
            **episode_numbers,
        },
        tables={
            "forecasts": forecast_table(found, settings.dates, settings.interval),
            "timing": timing_table(found, DAYS, grid),
            "scores": scores,
            "levels": level_table(headline, cut, as_of=study.as_of, probability=settings.interval),
            "later": later_table,
            "public": public_table,
            "episodes": episodes,
        },
        objects={
            "by_duration": by_duration,
            "first_cut": _first_cut(headline, grid, cut, study, settings.interval),
            "scored": (*scored, *later_scored, *public_scored),
            "cut": cut,
        },
        health={"share of draws without equilibrium": (failed / settings.draws, 0.5)},
    )
