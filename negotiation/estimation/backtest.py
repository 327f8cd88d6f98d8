"""Forecasts of disputes that the law was not fitted to: other dyads, later years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.fit import fit_concessions
from negotiation.estimation.laws import LAWS
from negotiation.estimation.nonparametric import nonparametric_curve
from negotiation.estimation.scores import (
    Forecast,
    ForecastScores,
    checked_days,
    clustered_mean,
    forecast_of,
    scored,
)
from negotiation.presentation import Presented, frame_latex
from negotiation.values import number, one_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DisputeBacktest", "backtest_disputes"]

_CURVE = "kaplan_meier"
_PROCESS = "process"


@dataclass(frozen=True, eq=False, repr=False)
class DisputeBacktest(Presented):
    """Scores of several laws on the same disputes, none of which they were fitted to.

    Attributes
    ----------
    scores
        By model.
    split
        "dyad" or "time".
    n_fits
        Fits a model.
    at_bound
        How many of them ran to a bound of their shape, by model.
    """

    scores: Mapping[str, ForecastScores]
    split: str
    n_fits: int
    at_bound: Mapping[str, int]

    def __repr__(self) -> str:
        first = next(iter(self.scores.values()))
        means = ", ".join(f"{name} {s.log_score:.4f}" for name, s in self.scores.items())
        return f"<backtest of {len(first.disputes)} disputes by {self.split}: log score {means}>"

    def paired(self, model: str, against: str, *, score: str = "log") -> tuple[float, float]:
        """Return the mean difference a dispute of two models' scores, and its error by dyads.

        Positive differences favour ``model`` in the log scores, negative ones in the others.
        """
        one_of(model, self.scores, name="model")
        one_of(against, self.scores, name="against")
        mine, other = self.scores[model].series(score), self.scores[against].series(score)
        # Two forecasts that both ruled an event out do not differ there.
        same = mine == other
        with np.errstate(invalid="ignore"):
            gap = np.where(same, 0.0, mine - other)
        return clustered_mean(gap, self.scores[model].disputes.clusters)

    def to_frame(self, against: str | None = None) -> pd.DataFrame:
        """Return one row a model and score: mean, and paired difference to one of the models."""
        import pandas as pd

        base = against or next(iter(self.scores))
        rows = []
        for name, scores in self.scores.items():
            for score, mean in scores.to_frame()[["score", "mean"]].itertuples(index=False):
                rows.append((name, score, mean, *self.paired(name, base, score=score)))
        columns = ["model", "score", "mean", f"less_{base}", "clustered_error"]
        return pd.DataFrame(rows, columns=columns)

    def to_latex(self, against: str | None = None) -> str:
        """Return that table as a tabular of booktabs."""
        return frame_latex(self.to_frame(against))


def _folds(
    disputes: Disputes, split: str, dates: Sequence[date], folds: int | None
) -> list[tuple[Disputes, Disputes]]:
    """Return what is fitted and what is forecast, fold by fold."""
    if split == "dyad":
        groups = disputes.clusters
        if folds is not None:
            groups = np.random.default_rng(0).permutation(groups.max() + 1)[groups] % folds
        return [(disputes.take(groups != g), disputes.take(groups == g)) for g in np.unique(groups)]
    pairs = []
    last = (*dates[1:], date.max)
    for day, until in zip(dates, last, strict=True):
        train = disputes.known_at(day)
        later = np.array([s is not None and day < s <= until for s in disputes.start])
        if later.any():
            pairs.append((train, disputes.take(later)))
    if not pairs:
        raise InvalidInputError(
            "no dispute begins after the dates", where="dates", seen=", ".join(map(str, dates))
        )
    return pairs


@takes
def backtest_disputes(
    disputes: Disputes,
    models: Sequence[str] = ("exponential", "weibull", "lomax", _CURVE),
    *,
    split: str = "dyad",
    dates: Sequence[DateLike] = (),
    folds: int | None = None,
    horizons: Sequence[float] = (30.0, 90.0, 365.0),
    crps_horizon: float = 730.0,
    bins: Sequence[float] = (7.0, 30.0, 90.0, 180.0, 365.0, 730.0, 1826.0),
    forecasts: Mapping[str, Forecast] | None = None,
    process: Mapping[str, Any] | None = None,
    **settings: Any,
) -> DisputeBacktest:
    """Score laws on disputes that they were not fitted to.

    Parameters
    ----------
    disputes
        With their dyads; for ``split="time"`` with their first days.
    models
        Names of laws, "process", and "kaplan_meier" for the nonparametric curve (by intervals:
        Turnbull's). On single days the curve has no mass between the ends it saw and its log score
        is minus infinity there: compare it by bins, Brier score or ranked probability score.
    split
        "dyad": each dyad forecast from all others. "time": each dispute that begins after one of
        ``dates`` (and not after the next) forecast from what was known on that date.
    dates
        Ascending.
    folds
        Dyads are dealt into so many groups, each forecast from the others; None: each alone.
    horizons, crps_horizon, bins
        As in `score_forecasts`.
    forecasts
        Forecasts by name that are scored beside the laws and fitted to nothing here.
    process
        Settings of the process's law, such as ``covariates`` or ``payoffs``. It is fitted to who
        conceded and when, and scored on when.
    settings
        Of `fit_concessions`, such as ``covariates`` or ``deadline_windows``, for every law but the
        process's;
        ``missing="drop"`` drops the disputes it drops from what is scored too.

    Raises
    ------
    InvalidInputError
        If a name is unknown, dates do not ascend, or no dispute begins after them.
    ConvergenceError
        If a fit fails its certificate.

    Examples
    --------
    >>> import negotiation as ng
    >>> test = ng.backtest_disputes(ng.load_disputes(), ("exponential", "weibull"))
    >>> [round(value, 3) for value in test.paired("weibull", "exponential")]
    [0.151, 0.063]
    """
    for k, name in enumerate(models):
        one_of(name, (*LAWS, _PROCESS, _CURVE), name=f"models[{k}]")
    one_of(split, ("dyad", "time"), name="split")
    cutoffs = [day for day in (as_date(d, name="dates") for d in dates) if day is not None]
    if (split == "time") != bool(cutoffs) or cutoffs != sorted(set(cutoffs)):
        raise InvalidInputError(
            "dates ascend, and go with a split by time",
            where="dates",
            seen=", ".join(map(str, cutoffs)) or "none",
            allowed="1 or more" if split == "time" else "none",
        )
    names = settings.get("covariates", ())
    if settings.get("missing") == "drop" and names:
        for name in names:
            one_of(name, disputes.covariates, name="covariates")
        disputes = disputes.take(
            ~np.isnan([disputes.covariates[name] for name in names]).any(axis=0)
        )
    days, grid, edges = checked_days(horizons, crps_horizon, bins)
    times = np.concatenate([days, grid])
    count = None if folds is None else int(number(folds, name="folds", low=2))
    pairs = _folds(disputes, split, cutoffs, count)
    others = dict(forecasts or {})
    parts: dict[str, list[tuple[Any, ...]]] = {name: [] for name in (*models, *others)}
    bounds = dict.fromkeys(models, 0)
    ending = settings.get("ending", "any")
    near: dict[str, float] = {}
    for train, unseen in pairs:
        chosen = unseen if ending in ("any", ("any",)) else unseen.ended_by(ending)
        fitted: dict[str, Forecast] = dict(others)
        for name in models:
            if name == _CURVE:
                known = train if chosen is unseen else train.ended_by(ending)
                fitted[name] = nonparametric_curve(known)
            else:
                own = {"draws": 0, "start": near, **(process or {})}
                fit = fit_concessions(train, name, **(own if name == _PROCESS else settings))
                if name == _PROCESS:
                    near = dict(zip(fit.names, fit.coefficients.tolist(), strict=True))
                bounds[name] += bool(fit.at_bound)
                fitted[name] = fit
        for name, forecast in fitted.items():
            parts[name].append((chosen, *forecast_of(forecast, chosen, times, edges)))
    order = np.concatenate(
        [[disputes.ids.index(i) for i in part[0].ids] for part in parts[models[0]]]
    )
    every = disputes.take(order)
    every = every if ending in ("any", ("any",)) else every.ended_by(ending)
    scores = {}
    for name, pieces in parts.items():
        log_scores, survival, ends, binned = (
            np.concatenate([piece[k] for piece in pieces]) for k in range(1, 5)
        )
        scores[name] = scored(every, log_scores, survival, ends, binned, days, grid)
    return DisputeBacktest(
        scores=MappingProxyType(scores),
        split=split,
        n_fits=len(pairs),
        at_bound=MappingProxyType(bounds),
    )
