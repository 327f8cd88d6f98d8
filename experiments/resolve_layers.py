"""Variants of the process's law: payoffs from an economy, effects of dyads, what stays assumed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

import negotiation as ng
from negotiation.data.labels import spelled
from negotiation.estimation.scores import clustered_mean
from negotiation.forecasting.draws import assumed_spans
from negotiation.values import FloatArray

TAILS = (0.05, 0.5, 0.95)
#: Change of a probability below which a parameter is not listed.
_SEEN = 0.01


def _quantiles(values: FloatArray, weights: FloatArray) -> FloatArray:
    order = np.argsort(values, kind="stable")
    return np.interp(TAILS, np.cumsum(weights[order]) - 0.5 * weights[order], values[order])


def _backtest(
    disputes: ng.Disputes, process: Mapping[str, object], **split: Any
) -> ng.ForecastScores:
    settings = {"raise_on_failure": False, **process}
    return ng.backtest_disputes(disputes, ("process",), process=settings, **split).scores["process"]


def _gap(first: ng.ForecastScores, second: ng.ForecastScores) -> tuple[float, float]:
    """Mean difference of two log scores of the same disputes, and its error by dyads."""
    return clustered_mean(first.log_scores - second.log_scores, first.disputes.clusters)


def _fit(
    disputes: ng.Disputes, draws: int, seed: int, **options: Any
) -> tuple[ng.ConcessionFit, ng.Posterior]:
    fit = ng.fit_concessions(
        disputes, "process", draws=draws, rng=seed, raise_on_failure=False, **options
    )
    assert fit.posterior is not None
    return fit, fit.posterior


def economy_table(
    disputes: ng.Disputes,
    economy: ng.Economy,
    *,
    models: Iterable[str],
    since: dt.date,
    all_goods: Sequence[str],
    draws: int,
    seed: int,
    folds: int | None,
) -> tuple[ng.StudyTable, dict[str, ng.Number]]:
    """Fit with and without flows from the economy; audience costs in percent of GDP, and scores.

    ``since``: first day of disputes that the economy's table can serve; ``all_goods``: disputes
    whose rates are means over all goods.
    """
    plain = _backtest(disputes, {}, folds=folds)
    rows: list[tuple[str | ng.Number, ...]] = []
    numbers: dict[str, ng.Number] = {}
    for model in models:
        payoffs = ng.dispute_payoffs(
            disputes, economy, model=model, since=since, all_goods=all_goods
        )
        fit, posterior = _fit(disputes, draws, seed, payoffs=payoffs)
        law = fit.process
        assert law is not None
        resolves = [law.at(row) for row in posterior.draws]
        percent = float(payoffs.unit.split()[0])
        cost, scale = (
            percent * _quantiles(np.array(values), posterior.weights)
            for values in (
                [r.audience_cost for r in resolves],
                [r.shock_scale for r in resolves],
            )
        )
        gap, error = _gap(_backtest(disputes, {"payoffs": payoffs}, folds=folds), plain)
        flows = np.array([row[0] for row in payoffs.rows.values()]) * percent
        worse = float(np.mean(flows < 0.0))
        rows.append(
            (
                spelled(model),
                ng.Number(len(payoffs.rows), "d"),
                ng.Number(percent, ".2f"),
                ng.Number(worse, ".0f", 100),
                f"{cost[1]:.2f} [{cost[0]:.2f}, {cost[2]:.2f}]",
                f"{scale[1]:.2f} [{scale[0]:.2f}, {scale[2]:.2f}]",
                ng.Number(gap, "+.3f"),
                ng.Number(error, ".3f"),
            )
        )
        numbers |= {
            "served": ng.Number(len(payoffs.rows), "d"),
            f"economy_gap_{model}": ng.Number(gap, "+.2f"),
            f"economy_error_{model}": ng.Number(error, ".2f"),
            f"economy_cost_{model}": ng.Number(float(cost[1]), ".2f"),
            f"economy_cost_low_{model}": ng.Number(float(cost[0]), ".2f"),
            f"economy_cost_high_{model}": ng.Number(float(cost[2]), ".2f"),
        }
    columns = (
        "payoffs", "disputes", "flow, % of GDP", "sides that lose, %", "audience cost, % of GDP",
        "shocks, % of GDP", "log score", "s.e.",
    )  # fmt: skip
    return ng.StudyTable(columns, tuple(rows), "lrrrrrrr"), numbers


def dyad_numbers(
    disputes: ng.Disputes, *, draws: int, seed: int, dates: Sequence[dt.date]
) -> dict[str, ng.Number]:
    """Ask whether disputes of a dyad are alike: posterior of the share, evidence, later scores."""
    _, alone = _fit(disputes, draws, seed)
    fit, posterior = _fit(disputes, draws, seed, dyads=True)
    law = fit.process
    assert law is not None
    share = np.array([law.at(row).dyad_share for row in posterior.draws])
    low, middle, high = _quantiles(share, posterior.weights)
    # The prior of the share is not normalised in the evidence.
    deviation = law.prior[law.names.index("logit dyad share"), 1]
    evidence = posterior.log_evidence - np.log(deviation * np.sqrt(2.0 * np.pi))
    with_dyads, without = (
        _backtest(disputes, {"dyads": dyads}, split="time", dates=dates) for dyads in (True, False)
    )
    gap, error = _gap(with_dyads, without)
    return {
        "dyad_share": ng.Number(float(middle), ".2f"),
        "dyad_share_low": ng.Number(float(low), ".2f"),
        "dyad_share_high": ng.Number(float(high), ".2f"),
        "dyad_evidence": ng.Number(float(evidence - alone.log_evidence), "+.1f"),
        "dyad_gap": ng.Number(gap, "+.3f"),
        "dyad_error": ng.Number(error, ".3f"),
    }


def assumed_table(
    standoff: ng.Standoff, as_of: dt.date, day: dt.date, *, parameters: Sequence[str]
) -> tuple[ng.StudyTable, dict[str, ng.Number]]:
    """Move each assumed parameter alone to the ends of its range: the chance of a cut by a date.

    Listed are those that move it by more than a point.

    ``parameters``: those that are moved; none: all that have a range.
    """

    def chance(values: Mapping[str, float]) -> float:
        found = ng.forecast(standoff, as_of=as_of, dates=[day], draws=0, values=values, weigh=False)
        return found.cut_by(day)

    spans = assumed_spans(standoff.build(as_of).game, parameters or None)
    told = {f"{kind}_{side.lower()}" for kind in ("audience_cost", "shock_scale")
            for side in standoff.sides}  # fmt: skip
    middle = chance({})
    moved = []
    for span in spans:
        ends = [chance({span.name: value}) for value in (span.low, span.high)]
        moved.append((abs(ends[1] - ends[0]), span, ends))
    moved.sort(key=lambda item: -item[0])
    rows = [
        (
            spelled(span.name),
            ng.Number(span.low, "g"),
            ng.Number(span.high, "g"),
            ng.Number(low, ".1f", 100),
            ng.Number(high, ".1f", 100),
            "fitted" if span.name in told else "assumed",
        )
        for size, span, (low, high) in moved
        if size > _SEEN
    ]
    kept = [item for item in moved if item[1].name not in told]
    size, largest, _ = kept[0]
    numbers = {
        "assumed": ng.Number(len(kept), "d"),
        "assumed_middle": ng.Number(middle, ".0f", 100),
        "assumed_largest": ng.Number(spelled(largest.name)),
        "assumed_largest_effect": ng.Number(size, ".0f", 100),
        "assumed_above_one_point": ng.Number(sum(item[0] > _SEEN for item in kept), "d"),
    }
    columns = ("parameter", "low", "high", "cut at low, %", "cut at high, %", "given a fit")
    return ng.StudyTable(columns, tuple(rows), "lrrrrl"), numbers
