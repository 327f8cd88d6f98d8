"""What the process said on an information date, and on later ones, beside what happened."""

from __future__ import annotations

import datetime as dt

import numpy as np

import negotiation as ng
from episode_table import episode_table
from forecast_tables import (
    first_cut_scores,
    forecast_table,
    interval,
    later_scores,
    level_table,
    public_scores,
    who_cut_more,
    who_gives_more,
)
from negotiation.forecasting.resolve_prior import fit_to_known
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.process.analysis.scores import RateCut, constant_hazard, next_cut
from negotiation.process.beliefs.events import read_events
from negotiation.process.multi_step.load import process_standoff


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit; all of them fixed before anything is scored."""

    #: Name of the process.
    process: str = "multi-step-2025"
    #: Dates of the probabilities of a first cut.
    dates: tuple[dt.date, ...] = (dt.date(2025, 5, 31), dt.date(2025, 6, 30), dt.date(2025, 12, 31))
    #: Parameter draws under each payoff model, at the first information date and at each later one.
    draws: int = 64
    later_draws: int = 4
    #: Probability of the printed intervals over draws and payoff models.
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


def _text_numbers(
    forecast: ProcessForecast, settings: AnalysisSettings, cut: RateCut
) -> dict[str, ng.Number]:
    numbers = {
        "draws": ng.Number(settings.draws, "d"),
        "later_draws": ng.Number(settings.later_draws, "d"),
        "interval": ng.Number(settings.interval, ".0f", 100),
        "horizon": ng.Number(settings.horizon, "d"),
        "disputes": ng.Number(forecast.disputes, "d"),
        "effective_draws": ng.Number(forecast.effective_draws, ".0f"),
    }
    alike = np.tile(forecast.model_weights, (len(forecast.values), 1))
    alike[0] = 0.0
    for name, day in zip(NAMES, settings.dates, strict=True):
        values = forecast.cut[:, :, forecast.dates.index(day)]
        for end, weights in (("", forecast.weights), ("_unweighted", alike)):
            spread = interval(values, weights, settings.interval)
            for word, value in zip(("", "_low", "_high"), spread, strict=True):
                numbers[f"cut_by_{name}{end}{word}"] = ng.Number(value, ".0f", 100)
    more = who_gives_more(forecast, forecast.weights, cut, settings.equal_within)
    for name, share in zip(("usa_more", "chn_more", "equal"), more, strict=True):
        numbers[name] = ng.Number(float(share), ".0f", 100)
    words = ("the United States", "China", "neither side")
    numbers["who_cut_more"] = ng.Number(words[who_cut_more(cut, settings.equal_within)])
    return numbers


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return dated probabilities over draws and payoff models, scored."""
    events = read_events()
    cut = next_cut(events, study.as_of)
    if cut is None:
        raise ng.DataError("no cut after the information date", where="events", seen=study.as_of)
    grid = tuple(study.as_of + dt.timedelta(days=n) for n in DAYS)
    # Later dates rest on the same fit: nothing is fitted to what is scored.
    fit = fit_to_known(study.as_of)
    forecast = ng.forecast_process(
        settings.process,
        as_of=study.as_of,
        fit=fit,
        dates=sorted({*settings.dates, *grid, cut.day}),
        draws=settings.draws,
        rng=study.seed,
    )
    later = {
        day: ng.forecast_process(
            settings.process,
            as_of=day,
            fit=fit,
            dates=[day + dt.timedelta(days=settings.horizon)],
            draws=settings.later_draws,
            rng=study.seed,
        )
        for day in settings.later_dates
    }
    opened = process_standoff(settings.process).start
    base = constant_hazard(as_of=study.as_of, current_days=(study.as_of - opened).days)
    shown = {"probability": settings.interval, "within": settings.equal_within}
    scores, score_numbers, scored = first_cut_scores(
        forecast, cut, base, dates=settings.dates, **shown
    )
    later_table, later_numbers, later_scored = later_scores(
        later, events, horizon=settings.horizon, probability=settings.interval
    )
    public_table, public_scored = public_scores(study.as_of)
    episodes, episode_numbers = episode_table()
    return ng.StudyResult(
        numbers={
            **_text_numbers(forecast, settings, cut),
            **score_numbers,
            **later_numbers,
            **episode_numbers,
        },
        tables={
            "forecasts": forecast_table(forecast, settings.dates, cut, **shown),
            "scores": scores,
            "levels": level_table(forecast, cut, probability=settings.interval),
            "later": later_table,
            "public": public_table,
            "episodes": episodes,
        },
        objects={
            "forecast": forecast,
            "scored": (*scored, *later_scored, *public_scored),
            "cut": cut,
        },
        health={
            "share of payoff models left out": (
                len(forecast.left_out) / (len(forecast.left_out) + len(forecast.models)),
                0.5,
            )
        },
    )
