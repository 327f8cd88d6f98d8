"""What the process said on an information date, and on later ones."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from negotiation.data.embedded import load_economy
from negotiation.data.parameters import Parameter, parameters
from negotiation.process.continuation import process_from
from negotiation.process.definition import read_definition
from negotiation.process.events import read_events
from negotiation.process.forecast import lowered_by
from negotiation.process.load import load_process
from negotiation.process.outcomes_over import RATIO, evaluate
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


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return dated probabilities as a function of how long terms are expected to last."""
    grid = tuple((study.as_of + dt.timedelta(days=n)).isoformat() for n in DAYS)
    dates = tuple(dict.fromkeys((*(day.isoformat() for day in settings.dates), *grid)))
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
    return StudyResult(
        numbers=numbers,
        tables={"forecasts": _forecast_table(settings, found)},
        objects={"days": np.array(DAYS, dtype=np.float64), "curves": curves, "later": later},
        health={"share of draws without equilibrium": (failed / settings.draws, 0.5)},
    )
