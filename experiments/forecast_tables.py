"""Tables of scored forecasts: by the life of terms, at later dates, of others, of other cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

import negotiation as ng
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

Found = Mapping[float, Mapping[str, FloatArray]]


def interval(values: FloatArray, probability: float) -> tuple[float, float, float]:
    """Return the mean and the central interval of finite values."""
    kept = values[np.isfinite(values)]
    tail = (1.0 - probability) / 2.0
    low, high = np.quantile(kept, [tail, 1.0 - tail])
    return float(kept.mean()), float(low), float(high)


def _spread(values: FloatArray, probability: float) -> str:
    mean, low, high = (100.0 * value for value in interval(values, probability))
    return f"{mean:.0f} [{low:.0f}, {high:.0f}]"


def forecast_table(found: Found, dates: Sequence[dt.date], probability: float) -> ng.StudyTable:
    """Return dated probabilities, the level after the cut and who gives more, by life of terms."""
    rows: list[tuple[str | ng.Number, ...]] = []
    for years, out in sorted(found.items()):
        keys = (*(f"cut_{day.isoformat()}" for day in dates), "level", "usa_more", "chn_more")
        rows.append(
            (ng.Number(years, ".2f"), *(_spread(out[key], probability) for key in (*keys, "equal")))
        )
    columns = (
        "D",
        *(f"by {day.day} {day:%b}" for day in dates),
        "level",
        "USA more",
        "China more",
        "equal",
    )
    return ng.StudyTable(columns, tuple(rows), "r" * len(columns))


def timing_table(found: Found, days: Sequence[int], dates: Sequence[str]) -> ng.StudyTable:
    """Return the days within which a first cut comes with given probability, by life of terms.

    ``found``: outcomes over draws by life of terms; ``days``, ``dates``: days since the information
    date at which probabilities are at hand, and their ISO dates.
    """
    levels = (0.1, 0.25, 0.5)
    rows: list[tuple[str | ng.Number, ...]] = []
    for years, out in sorted(found.items()):
        curve = np.array([np.nanmean(out[f"cut_{day}"]) for day in dates])
        cells: list[str | ng.Number] = [ng.Number(years, ".2f"), ng.Number(curve[0], ".0f", 100)]
        for level in levels:
            if level > curve[-1]:
                cells.append(f"over {days[-1]}")
            elif level <= curve[0]:
                cells.append(f"at most {days[0]}")
            else:
                cells.append(ng.Number(np.interp(level, curve, days), ".0f"))
        cells.append(ng.Number(1.0 - float(np.nanmean(out["cut_ever"])), ".0f", 100))
        rows.append(tuple(cells))
    columns = (
        "terms last, years",
        "within a day, %",
        *(f"days to {100 * level:.0f} %" for level in levels),
        "never, %",
    )
    return ng.StudyTable(columns, tuple(rows), "r" * len(columns))


def mixture_at(levels: FloatArray, weights: FloatArray, value: float) -> tuple[float, float]:
    """Return the share of a mixture below, and at or below, a value."""
    below = float(np.sum(weights * (levels < value - 1e-9)) / weights.sum())
    upto = float(np.sum(weights * (levels <= value + 1e-9)) / weights.sum())
    return below, upto


def level_mixture(out: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return levels after the first cut over draws and conceders, and their weights."""
    shares = np.concatenate([out["usa_first"], out["chn_first"]])
    levels = np.concatenate([out["level_usa"], out["level_chn"]])
    finite = np.isfinite(shares)
    return levels[finite], shares[finite]


def who_cut_more(cut: RateCut, within: float) -> int:
    """Return 0 or 1 for the side that cut by more, 2 for equal cuts."""
    points = [before - after for before, after in zip(cut.before, cut.after, strict=True)]
    gap = points[0] - points[1]
    return 2 if abs(gap) <= within + 1e-9 else int(gap < 0.0)


def first_cut_scores(
    found: Found,
    cut: RateCut,
    base: ConstantHazard,
    *,
    as_of: dt.date,
    dates: Sequence[dt.date],
    headline: float,
    probability: float,
    within: float,
) -> tuple[ng.StudyTable, dict[str, ng.Number], list[ScoredForecast]]:
    """Score the forecasts of the first cut against what happened, with the baseline beside.

    ``found``: outcomes over draws by life of terms; ``cut``: what happened; ``base``: the baseline;
    ``as_of``: information date; ``dates``: of the scored probabilities; ``headline``: life of terms
    whose numbers the text prints; ``probability``: of the intervals over swept parameters;
    ``within``: cuts that differ by no more than this are equal.
    """
    waited = (cut.day - as_of).days
    outcomes = [float(cut.day <= day) for day in dates]
    who = who_cut_more(cut, within)
    rows: list[tuple[str | ng.Number, ...]] = []
    numbers: dict[str, ng.Number] = {}
    scored: list[ScoredForecast] = []
    for years, out in sorted(found.items()):
        named = [interval(out[f"cut_{day.isoformat()}"], probability) for day in dates]
        means = [item[0] for item in named]
        timing = interval(out[f"cut_{cut.day.isoformat()}"], probability)[0]
        below, upto = mixture_at(*level_mixture(out), cut.after[0])
        more = [interval(out[key], probability)[0] for key in ("usa_more", "chn_more", "equal")]
        right = max(more[who] / sum(more), 1e-12)
        score = brier(means, outcomes)
        logs = log_score(np.clip(means, 1e-9, 1.0 - 1e-9), outcomes)
        rows.append(
            (
                f"{years:g} years",
                ng.Number(score, ".3f"),
                ng.Number(logs, ".2f"),
                ng.Number(timing, ".2f"),
                f"{below:.2f}-{upto:.2f}",
                ng.Number(right, ".2f"),
            )
        )
        if years == headline:
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
        "terms last", "Brier", "log score", "time: position", "level: position", "who gave more",
    )  # fmt: skip
    return ng.StudyTable(columns, tuple(rows), "lrrrrr"), numbers, scored


def later_scores(
    later: Mapping[dt.date, FloatArray],
    events: tuple[DatedEvent, ...],
    *,
    horizon: int,
    probability: float,
) -> tuple[ng.StudyTable, dict[str, ng.Number], list[ScoredForecast]]:
    """Score later information dates; a window that outlasts the events is not scored.

    ``later``: probabilities over draws by information date; ``events``: all that are known, in
    order; ``horizon``: days over which each date looks ahead; ``probability``: of the intervals
    over swept parameters.
    """
    last = max(event.day for event in events)
    rows: list[tuple[str | ng.Number, ...]] = []
    pairs: list[tuple[float, float, float]] = []
    scored: list[ScoredForecast] = []
    for day, values in sorted(later.items()):
        end = day + dt.timedelta(days=horizon)
        cut = next_cut(events, day)
        fell = cut is not None and cut.day <= end
        happened = fell if fell or end <= last else None
        mean, low, high = interval(values, probability)
        base = constant_hazard(as_of=day).by(horizon)
        rows.append(
            (
                day.isoformat(),
                _spread(values, probability),
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


def level_table(
    out: Mapping[str, FloatArray], cut: RateCut, *, as_of: dt.date, probability: float
) -> ng.StudyTable:
    """Return public point forecasts of the added tariff by a date, and the model's beside them.

    ``out``: outcomes over draws; ``cut``: what happened first; ``as_of``: forecasts that were
    public by then are listed; ``probability``: of the interval of the model's level.
    """
    outcomes = _outcomes()
    rows: list[tuple[str | ng.Number, ...]] = []
    for row in ng.load_table("forecasts", as_of=as_of):
        if "US tariff on China" not in str(row["question"]) or "point" not in str(row["unit"]):
            continue
        happened = outcomes.get((row["date"], row["forecaster"], row["question"]), "")
        rows.append((f"{row['forecaster']}, {row['date']}", str(row["question"]),
                     f"{row['value']}", happened.split(" pct")[0]))  # fmt: skip
    levels, weights = level_mixture(out)
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
