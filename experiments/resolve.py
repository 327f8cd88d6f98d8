"""What many disputes say of resolve: the fit, its scores, and the forecast that rests on it."""

from __future__ import annotations

import datetime as dt

import numpy as np

import negotiation as ng
from negotiation.forecasting.resolve_prior import yearly_stake
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.study.run import StudyInputs
from negotiation.study.store.objects import load_object
from resolve_parts import PARTS, computed, read
from resolve_scores import public_table, ties_table


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Standoff that is forecast, and the date by which.
    standoff: str
    date: dt.date
    #: Draws of the forecast over assumed ranges, and of a round of the posterior.
    draws: int = 64
    posterior_draws: int = 600
    #: Whether parts that take long are read as stored.
    stored: bool = True
    #: Probability of the printed intervals.
    interval: float = 0.9
    #: Descriptive laws that the process's is scored against.
    laws: tuple[str, ...] = ("exponential", "weibull", "lomax", "kaplan_meier")
    #: Days before a deadline at which their rate changes, where they know of deadlines.
    windows: tuple[float, ...] = (7.0, 30.0)
    #: Groups into which dyads are dealt; 0: each dyad is forecast from all others.
    folds: int = 0
    #: The same where payoffs come from an economy.
    economy_folds: int = 0
    #: Dates from which later disputes are forecast.
    dates: tuple[dt.date, ...]
    #: The dispute of that standoff in the table of disputes.
    dispute: str
    #: Economy that gives disputes their payoffs, from which day on, and under which payoff models.
    economy: str
    since: dt.date
    payoff_models: tuple[str, ...]
    #: Assumed parameters that are moved to the ends of their ranges; none: all of them.
    parameters: tuple[str, ...] = ()
    #: Disputes whose rates are means over all goods, as their sources say.
    all_goods: tuple[str, ...]


def _percent(value: float) -> ng.Number:
    return ng.Number(float(value), ".0f", 100)


def _last_week(fit: ng.ConcessionFit, disputes: ng.Disputes) -> tuple[float, int, int]:
    """Return the expected and the seen number of ends in a deadline's last week, and disputes."""
    dated = disputes.take(disputes.deadline > 7.0)
    due = dated.deadline
    open_ = fit.survival_of(dated, np.stack([due - 7.5, due + 0.5], axis=-1))
    times = dated.times
    seen = dated.ended & (times >= due - 7.5) & (times <= due + 0.5)
    return float((open_[:, 0] - open_[:, 1]).sum()), int(seen.sum()), len(dated)


def analyse(study: ng.Study, settings: AnalysisSettings, inputs: StudyInputs) -> ng.StudyResult:
    """Return the fit, its scores, and the forecast of the backtest over assumed ranges."""
    disputes = ng.load_disputes()
    fit = ng.fit_concessions(
        disputes, "process", draws=settings.posterior_draws, rng=study.seed, raise_on_failure=False
    )
    standoff = ng.load_standoff(settings.standoff)
    assumed = ng.forecast(
        standoff,
        as_of=study.as_of,
        dates=[settings.date],
        draws=settings.draws,
        rng=study.seed,
        fit=None,
    )
    fitted: ProcessForecast = load_object(inputs.folder / "backtest" / "forecast")
    numbers = {
        "disputes": ng.Number(len(disputes), "d"),
        "disputes_then": ng.Number(fitted.disputes, "d"),
    }
    for name, forecast in (("assumed", assumed), ("fitted", fitted)):
        low, high = forecast.interval(settings.date, settings.interval)
        numbers[f"cut_{name}"] = _percent(forecast.cut_by(settings.date))
        numbers[f"cut_{name}_low"], numbers[f"cut_{name}_high"] = _percent(low), _percent(high)
    stakes = np.array(
        [
            yearly_stake(standoff.build(study.as_of, model=ng.payoff_model(name)).game)
            for name in assumed.models
        ]
    )
    expected, seen, dated = _last_week(fit, disputes)
    tables = {"ties": ties_table(), "public": public_table(settings.dispute, study.as_of)}
    for name in PARTS:
        table, own = read(name) if settings.stored else computed(name, study, settings)
        numbers |= own
        if table is not None:
            tables[name] = table, own
    for _, own in tables.values():
        numbers |= own
    assert fit.posterior is not None
    assert fit.process is not None
    drawn = [fit.process.at(row) for row in fit.posterior.draws]
    moments = np.cov(
        [r.audience_cost for r in drawn],
        np.log([r.shock_scale for r in drawn]),
        aweights=fit.posterior.weights,
    )
    numbers |= {
        "last_week_expected": ng.Number(expected, ".1f"),
        "last_week_seen": ng.Number(seen, "d"),
        "dated": ng.Number(dated, "d"),
        "correlation": ng.Number(
            float(moments[0, 1] / np.sqrt(moments[0, 0] * moments[1, 1])), ".2f"
        ),
        "interval": ng.Number(settings.interval, ".0f", 100),
    }
    rows: list[tuple[str | ng.Number, ...]] = [
        (str(name), *(ng.Number(float(value), ".2f") for value in values))
        for name, *values in fit.posterior.to_frame()[
            ["parameter", "mode", "q05", "q50", "q95"]
        ].itertuples(index=False)
    ]
    columns = ("parameter", "mode", "5 %", "50 %", "95 %")
    return ng.StudyResult(
        numbers=numbers,
        tables={
            **{name: table for name, (table, _) in tables.items()},
            "fit": ng.StudyTable(columns, tuple(rows), "lrrrr"),
        },
        objects={"assumed": assumed, "stakes": stakes},
        health={"Pareto shape of the weights": (fit.posterior.pareto_k, 0.7)},
    )
