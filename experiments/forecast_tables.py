"""Tables of scored forecasts: by payoff model, at later dates, of others, of other cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

import negotiation as ng
from negotiation.data.labels import spelled
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.process.analysis.scores import (
    ConstantHazard,
    RateCut,
    ScoredForecast,
    brier,
    constant_hazard,
    log_score,
    next_cut,
)
from negotiation.process.beliefs.events import DatedEvent
from negotiation.values import FloatArray

#: Probabilities are kept away from 0 and 1 by this much before logarithms are taken.
_TINY = 1e-9


def parts(forecast: ProcessForecast) -> dict[str, FloatArray]:
    """Return weights ``[draw, model]`` of each payoff model alone, and of the ensemble."""
    out = {}
    for m, name in enumerate(forecast.models):
        alone = np.zeros_like(forecast.weights)
        alone[:, m] = forecast.weights[:, m] / forecast.weights[:, m].sum()
        out[spelled(name)] = alone
    return {**out, "ensemble": forecast.weights}


def interval(
    values: FloatArray, weights: FloatArray, probability: float
) -> tuple[float, float, float]:
    """Return the weighted mean and the central weighted interval of finite values."""
    kept = np.isfinite(values)
    v, w = values[kept], weights[kept]
    order = np.argsort(v, kind="stable")
    reached = np.cumsum(w[order]) / w.sum()
    tail = (1.0 - probability) / 2.0
    places = np.minimum(np.searchsorted(reached, [tail, 1.0 - tail]), len(v) - 1)
    low, high = v[order][places]
    return float(w @ v / w.sum()), float(low), float(high)


def _spread(values: FloatArray, weights: FloatArray, probability: float) -> str:
    mean, low, high = (100.0 * value for value in interval(values, weights, probability))
    return f"{mean:.0f} [{low:.0f}, {high:.0f}]"


def forecast_table(
    forecast: ProcessForecast,
    dates: Sequence[dt.date],
    cut: RateCut,
    *,
    probability: float,
    within: float,
) -> ng.StudyTable:
    """Return dated probabilities, the level after the cut and who gives more, by payoff model."""
    rows: list[tuple[str | ng.Number, ...]] = []
    for name, weights in parts(forecast).items():
        levels, shares = level_mixture(forecast, weights)
        level, low, high = interval(levels, shares, probability)
        rows.append(
            (
                name,
                *(
                    _spread(forecast.cut[:, :, forecast.dates.index(day)], weights, probability)
                    for day in dates
                ),
                f"{100 * level:.0f} [{100 * low:.0f}, {100 * high:.0f}]",
                *(ng.Number(p, ".0f", 100) for p in who_gives_more(forecast, weights, cut, within)),
            )
        )
    columns = (
        "payoff model",
        *(f"by {day.day} {day:%b}" for day in dates),
        "level",
        "USA more",
        "China more",
        "equal",
    )
    return ng.StudyTable(columns, tuple(rows), "l" + "r" * (len(columns) - 1))


def mixture_at(levels: FloatArray, weights: FloatArray, value: float) -> tuple[float, float]:
    """Return the share of a mixture below, and at or below, a value."""
    below = float(np.sum(weights * (levels < value - 1e-9)) / weights.sum())
    upto = float(np.sum(weights * (levels <= value + 1e-9)) / weights.sum())
    return below, upto


def level_mixture(forecast: ProcessForecast, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the first side's added tariff after each concession, and how likely each is."""
    shares = (weights[:, :, None] * forecast.concedes).ravel()
    levels = forecast.after[:, :, :, 0].ravel()
    kept = np.isfinite(levels) & (shares > 0.0)
    return levels[kept], shares[kept]


def who_gives_more(
    forecast: ProcessForecast, weights: FloatArray, cut: RateCut, within: float
) -> FloatArray:
    """Return how likely the first side cuts by more, the second does, and neither.

    ``cut``: the tariffs in force before it; ``within``: cuts that differ by no more are equal.
    """
    points = np.array(cut.before) - forecast.after
    gap = points[..., 0] - points[..., 1]
    shares = weights[:, :, None] * forecast.concedes
    told = [gap > within + 1e-9, gap < -within - 1e-9, np.abs(gap) <= within + 1e-9]
    return np.array([float(shares[item].sum()) for item in told]) / float(shares.sum())


def who_cut_more(cut: RateCut, within: float) -> int:
    """Return 0 or 1 for the side that cut by more, 2 for equal cuts."""
    points = [before - after for before, after in zip(cut.before, cut.after, strict=True)]
    gap = points[0] - points[1]
    return 2 if abs(gap) <= within + 1e-9 else int(gap < 0.0)


def first_cut_scores(
    forecast: ProcessForecast,
    cut: RateCut,
    base: ConstantHazard,
    *,
    dates: Sequence[dt.date],
    probability: float,
    within: float,
) -> tuple[ng.StudyTable, dict[str, ng.Number], list[ScoredForecast]]:
    """Score the forecasts of the first cut against what happened, with the baseline beside.

    ``cut``: what happened; ``base``: the baseline; ``dates``: of the scored probabilities;
    ``probability``: of the intervals over draws and payoff models; ``within``: cuts that differ
    by no more than this are equal.
    """
    as_of = forecast.as_of
    waited = (cut.day - as_of).days
    outcomes = [float(cut.day <= day) for day in dates]
    who = who_cut_more(cut, within)
    rows: list[tuple[str | ng.Number, ...]] = []
    numbers: dict[str, ng.Number] = {}
    scored: list[ScoredForecast] = []
    for name, weights in parts(forecast).items():
        named = [
            interval(forecast.cut[:, :, forecast.dates.index(day)], weights, probability)
            for day in dates
        ]
        means = [item[0] for item in named]
        at_cut = forecast.cut[:, :, forecast.dates.index(cut.day)]
        timing = interval(at_cut, weights, probability)[0]
        below, upto = mixture_at(*level_mixture(forecast, weights), cut.after[0])
        right = float(who_gives_more(forecast, weights, cut, within)[who])
        score = brier(means, outcomes)
        logs = log_score(np.clip(means, _TINY, 1.0 - _TINY), outcomes)
        rows.append(
            (
                name,
                ng.Number(score, ".3f"),
                ng.Number(logs, ".2f"),
                ng.Number(timing, ".2f"),
                f"{below:.2f}-{upto:.2f}",
                ng.Number(right, ".2f"),
            )
        )
        if name == "ensemble":
            numbers |= {
                "brier": ng.Number(score, ".2f"),
                "log_score": ng.Number(logs, ".2f"),
                "time_position": ng.Number(timing, ".2f"),
                "level_position": ng.Number(upto, ".2f"),
                "level_below": ng.Number(below, ".2f"),
                "right_about_more": ng.Number(right, ".0f", 100),
            }
            scored += [
                ScoredForecast(f"cut by {day}", "this model", as_of, day, *item, outcome == 1.0)
                for day, item, outcome in zip(dates, named, outcomes, strict=True)
            ]
    flat = [base.by((day - as_of).days) for day in dates]
    flat_score, flat_logs = brier(flat, outcomes), log_score(flat, outcomes)
    rows.append(
        (
            "constant hazard",
            ng.Number(flat_score, ".3f"),
            ng.Number(flat_logs, ".2f"),
            ng.Number(base.by(waited), ".2f"),
            "",
            "",
        )
    )
    numbers |= {
        "baseline_brier": ng.Number(flat_score, ".2f"),
        "baseline_log_score": ng.Number(flat_logs, ".2f"),
        "baseline_position": ng.Number(base.by(waited), ".2f"),
        "baseline_episodes": ng.Number(base.settled, "d"),
        "days_to_cut": ng.Number(waited, "d"),
        "level_outcome": ng.Number(cut.after[0], ".0f", 100),
    }
    scored += [
        ScoredForecast(f"cut by {day}", "constant hazard", as_of, day, p, p, p, outcome == 1.0)
        for day, p, outcome in zip(dates, flat, outcomes, strict=True)
    ]
    columns = (
        "forecast", "Brier", "log score", "time: position", "level: position", "who gave more",
    )  # fmt: skip
    return ng.StudyTable(columns, tuple(rows), "lrrrrr"), numbers, scored


def later_scores(
    later: Mapping[dt.date, ProcessForecast],
    events: tuple[DatedEvent, ...],
    *,
    horizon: int,
    probability: float,
) -> tuple[ng.StudyTable, dict[str, ng.Number], list[ScoredForecast]]:
    """Score later information dates; a window that outlasts the events is not scored.

    ``later``: forecasts by information date; ``events``: all that are known, in
    order; ``horizon``: days over which each date looks ahead; ``probability``: of the intervals
    over draws and payoff models.
    """
    last = max(event.day for event in events)
    rows: list[tuple[str | ng.Number, ...]] = []
    pairs: list[tuple[float, float, float]] = []
    scored: list[ScoredForecast] = []
    for day, forecast in sorted(later.items()):
        end = day + dt.timedelta(days=horizon)
        values = forecast.lowered[:, :, forecast.dates.index(end), 0]
        cut = next_cut(events, day)
        fell = cut is not None and cut.day <= end
        happened = fell if fell or end <= last else None
        mean, low, high = interval(values, forecast.weights, probability)
        base = constant_hazard(as_of=day).by(horizon)
        rows.append(
            (
                day.isoformat(),
                _spread(values, forecast.weights, probability),
                ng.Number(base, ".0f", 100),
                "not decided" if happened is None else "yes" if happened else "no",
            )
        )
        question = f"US tariff falls within {horizon} days"
        scored.append(ScoredForecast(question, "this model", day, end, mean, low, high, happened))
        if happened is not None:
            pairs.append((mean, base, float(happened)))
    numbers: dict[str, ng.Number] = {"later_scored": ng.Number(len(pairs), "d")}
    if pairs:
        model, base_rate, outcome = (np.array(item) for item in zip(*pairs, strict=True))
        numbers |= {
            "later_brier": ng.Number(brier(model, outcome), ".2f"),
            "later_baseline_brier": ng.Number(brier(base_rate, outcome), ".2f"),
            "later_log_score": ng.Number(log_score(model, outcome), ".2f"),
            "later_baseline_log_score": ng.Number(log_score(base_rate, outcome), ".2f"),
            "later_fell": ng.Number(int(outcome.sum()), "d"),
        }
    columns = ("information date", "model, %", "constant hazard, %", "fell")
    return ng.StudyTable(columns, tuple(rows), "lrrl"), numbers, scored


def public_scores(as_of: dt.date) -> tuple[ng.StudyTable, list[ScoredForecast]]:
    """Score public probabilities of a fall of the US tariff that were decided."""
    outcomes = _outcomes()
    rows: list[tuple[str | ng.Number, ...]] = []
    scored = []
    for row in ng.load_table("forecasts"):
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
                ng.Number(p, ".0f", 100),
                outcome,
                ng.Number(item.brier, ".3f"),
            )
        )
    columns = ("forecaster", "question", "%", "outcome", "Brier")
    return ng.StudyTable(columns, tuple(rows), "p{38mm}p{52mm}rp{32mm}r"), scored


def _outcomes() -> dict[tuple[object, object, object], str]:
    return {
        (row["date"], row["forecaster"], row["question"]): str(row["outcome"])
        for row in ng.load_table("forecast_outcomes")
    }


def level_table(forecast: ProcessForecast, cut: RateCut, *, probability: float) -> ng.StudyTable:
    """Return public point forecasts of the added tariff by a date, and the model's beside them.

    ``cut``: what happened first; forecasts that were public at the information date are listed;
    ``probability``: of the interval of the model's level.
    """
    as_of = forecast.as_of
    outcomes = _outcomes()
    rows: list[tuple[str | ng.Number, ...]] = []
    for row in ng.load_table("forecasts", as_of=as_of):
        if "US tariff on China" not in str(row["question"]) or "point" not in str(row["unit"]):
            continue
        happened = outcomes.get((row["date"], row["forecaster"], row["question"]), "")
        rows.append((f"{row['forecaster']}, {row['date']}", str(row["question"]),
                     f"{row['value']}", happened.split(" pct")[0]))  # fmt: skip
    levels, weights = level_mixture(forecast, forecast.weights)
    order = np.argsort(levels, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    tail = (1.0 - probability) / 2.0
    low, middle, high = (levels[order][np.searchsorted(share, p)] for p in (tail, 0.5, 1.0 - tail))
    rows.append(
        (
            f"this model, {as_of}",
            "added US tariff on China after the first cut, median and interval",
            f"{100 * middle:.0f} [{100 * low:.0f}, {100 * high:.0f}]",
            ng.Number(cut.after[0], ".0f", 100),
        )
    )
    columns = ("forecaster", "question", "points", "outcome")
    return ng.StudyTable(columns, tuple(rows), "p{45mm}p{62mm}rr")
