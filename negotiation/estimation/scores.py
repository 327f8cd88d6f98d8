"""Scores of forecasts of how long disputes last, with cases that are still open.

The log score is each dispute's log-likelihood (proper with independent censoring). The Brier score
weighs by the inverse probability of still being followed (Graf, Schmoor, Sauerbrei and Schumacher
1999, Assessment and comparison of prognostic classification schemes for survival data), and the
continuous ranked probability score is its integral over days up to a horizon. The probability
integral transform of an open case is known to lie above the probability of ending by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.nonparametric import SurvivalCurve, kaplan_meier, nonparametric_curve
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Forecast", "ForecastScores", "clustered_mean", "score_forecasts", "scored"]

_GRID = 365


class Forecast(Protocol):
    """What can be scored: a fitted law, a curve, or a user's own."""

    @property
    def ending(self) -> tuple[str, ...]:
        """Whose concessions count as ends; ("any",) for all."""

    def survival_of(self, disputes: Disputes, times: ArrayLike) -> FloatArray:
        """Return probabilities of lasting longer ``[dispute, time]``."""

    def log_likelihood_of(self, disputes: Disputes) -> FloatArray:
        """Return log-likelihoods ``[dispute]``."""


def clustered_mean(values: FloatArray, clusters: ArrayLike) -> tuple[float, float]:
    """Return the mean of ``[dispute]`` and its standard error with dependence within clusters.

    NaN for the error with a single cluster.

    Examples
    --------
    >>> clustered_mean(np.array([1.0, 3.0]), [0, 1])
    (2.0, 1.0)
    """
    mean = float(np.mean(values))
    if not np.isfinite(mean):
        return mean, float("nan")
    sums = np.bincount(np.unique(clusters, return_inverse=True)[1], weights=values - mean)
    if sums.size == 1:
        return mean, float("nan")
    spread = sums.size / (sums.size - 1.0) * float(sums @ sums)
    return mean, float(np.sqrt(spread)) / values.size


@dataclass(frozen=True, eq=False, repr=False)
class ForecastScores(Presented):
    """Scores of one forecast, dispute by dispute.

    Attributes
    ----------
    log_scores
        Log probability, or density per day where the end is exact ``[dispute]``; larger is better.
    binned_log_scores
        Log probability of the bin of days that holds the end, of being open after the last edge
        passed for open cases ``[dispute]``; NaN without bins.
    brier_scores
        Weighted squared errors at each horizon ``[dispute, horizon]``; smaller is better.
    crps_scores
        Their integral over days up to ``crps_horizon`` ``[dispute]``, days; smaller is better.
    pit
        Probability of ending by the lower and by the upper bound of each end, 1 above for open
        cases ``[dispute, 2]``: uniform where forecasts are calibrated.
    horizons
        Days of the Brier scores.
    predicted
        Probabilities of having ended by the horizons ``[dispute, horizon]``.
    crps_horizon
        Days.
    disputes
        What was forecast.
    """

    log_scores: FloatArray
    binned_log_scores: FloatArray
    brier_scores: FloatArray
    crps_scores: FloatArray
    pit: FloatArray
    horizons: tuple[float, ...]
    predicted: FloatArray
    crps_horizon: float
    disputes: Disputes

    def __repr__(self) -> str:
        brier = ", ".join(
            f"{b:.4f} at {h:g} days" for b, h in zip(self.brier, self.horizons, strict=True)
        )
        return (
            f"<scores of {len(self.disputes)} disputes: log {self.log_score:.4f}; Brier {brier}; "
            f"CRPS {self.crps:.2f} days>"
        )

    @property
    def log_score(self) -> float:
        """Mean log score a dispute."""
        return float(np.mean(self.log_scores))

    @property
    def binned_log_score(self) -> float:
        """Mean log score over bins a dispute."""
        return float(np.mean(self.binned_log_scores))

    @property
    def brier(self) -> FloatArray:
        """Mean Brier score ``[horizon]``."""
        return np.asarray(np.mean(self.brier_scores, axis=0))

    @property
    def crps(self) -> float:
        """Mean continuous ranked probability score, days."""
        return float(np.mean(self.crps_scores))

    def series(self, score: str) -> FloatArray:
        """Return one score by dispute: "log", "binned_log", "crps" or "brier_<horizon>"."""
        found = {
            "log": self.log_scores,
            "binned_log": self.binned_log_scores,
            "crps": self.crps_scores,
            **{f"brier_{h:g}": self.brier_scores[:, k] for k, h in enumerate(self.horizons)},
        }
        if score not in found:
            raise InvalidInputError(
                "unknown score", where="score", seen=repr(score), allowed=", ".join(found)
            )
        return found[score]

    def pit_distribution(self) -> SurvivalCurve:
        """Return the distribution of the integral transform, uniform if calibrated.

        Open cases say only that theirs is larger: the nonparametric maximum likelihood uses that.
        """
        low, high = self.pit[:, 0], np.where(self.disputes.ended, self.pit[:, 1], np.inf)
        return nonparametric_curve(Disputes.from_intervals(low, np.maximum(low, high)))

    def reliability(self, horizon: float, *, groups: int = 4) -> pd.DataFrame:
        """Return mean forecast and Kaplan-Meier's share ended by a horizon, by forecast."""
        import pandas as pd

        if horizon not in self.horizons:
            raise InvalidInputError(
                "no such horizon", where="horizon", seen=horizon, allowed=str(self.horizons)
            )
        column = self.predicted[:, self.horizons.index(horizon)]
        rows = []
        for places in np.array_split(np.argsort(column, kind="stable"), groups):
            if places.size == 0:
                continue
            chosen = self.disputes.take(places)
            seen = 1.0
            low = high = float("nan")
            if chosen.ended.any():
                curve = kaplan_meier(chosen)
                seen = float(curve.survival(horizon))
                at = int(np.searchsorted(curve.left, horizon, side="right")) - 1
                if at >= 0:
                    low, high = 1.0 - float(curve.high[at]), 1.0 - float(curve.low[at])
            rows.append((float(column[places].mean()), 1.0 - seen, low, high, places.size))
        return pd.DataFrame(rows, columns=["forecast", "ended", "low", "high", "disputes"])

    def to_frame(self) -> pd.DataFrame:
        """Return one row a score with its mean and its standard error by dyads."""
        import pandas as pd

        names = ["log", *(["binned_log"] if np.isfinite(self.binned_log_scores).any() else [])]
        names += ["crps", *(f"brier_{h:g}" for h in self.horizons)]
        rows = [
            (name, *clustered_mean(self.series(name), self.disputes.clusters)) for name in names
        ]
        return pd.DataFrame(rows, columns=["score", "mean", "clustered_error"])


def _followed(disputes: Disputes) -> SurvivalCurve:
    """Return the probability of still being followed, by days: Kaplan-Meier of the censoring."""
    open_ = ~disputes.ended
    if not open_.any():
        nothing = np.zeros(0)
        return SurvivalCurve(nothing, nothing, nothing, nothing, nothing, 0.0)
    # An end and a last report on one day: the end came first.
    times = np.where(open_, np.nextafter(disputes.times, np.inf), disputes.times)
    return kaplan_meier(Disputes.from_intervals(times, np.where(open_, times, np.inf)))


def _weighted_errors(
    disputes: Disputes, survival: FloatArray, days: FloatArray, followed: SurvivalCurve
) -> FloatArray:
    """Return weighted squared errors ``[dispute, day]``."""
    times, ended = disputes.times[:, None], disputes.ended[:, None]
    over = (times <= days) & ended
    weight = np.zeros(survival.shape)
    at_end = np.broadcast_to(followed.survival(disputes.times)[:, None], weight.shape)
    then = np.broadcast_to(followed.survival(days), weight.shape)
    np.divide(1.0, at_end, out=weight, where=over)
    alive = times > days
    np.divide(1.0, then, out=weight, where=alive)
    return np.asarray(weight * (alive - survival) ** 2)


def scored(
    disputes: Disputes,
    log_scores: FloatArray,
    survival: FloatArray,
    bounds: FloatArray,
    binned: FloatArray,
    horizons: tuple[float, ...],
    grid: FloatArray,
) -> ForecastScores:
    """Return scores from what was forecast: survival at horizons then grid ``[dispute, time]``."""
    days = np.concatenate([horizons, grid])
    errors = _weighted_errors(disputes, survival, days, _followed(disputes))
    k = len(horizons)
    upper = np.where(disputes.ended, 1.0 - bounds[:, 1], 1.0)
    return ForecastScores(
        log_scores=read_only(log_scores),
        binned_log_scores=read_only(binned),
        brier_scores=read_only(errors[:, :k]),
        crps_scores=read_only(0.5 * (errors[:, k:-1] + errors[:, k + 1 :]) @ np.diff(grid)),
        pit=read_only(np.stack([1.0 - bounds[:, 0], upper], axis=-1)),
        horizons=horizons,
        predicted=read_only(1.0 - survival[:, :k]),
        crps_horizon=float(grid[-1]),
        disputes=disputes,
    )


def _bins(disputes: Disputes, edges: FloatArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the edges around each end, or the last edge passed and infinity for open cases."""
    all_edges = np.concatenate([[0.0], edges, [np.inf]])
    place = np.clip(np.searchsorted(all_edges, disputes.times, side="left"), 1, edges.size + 1)
    open_ = ~disputes.ended
    passed = np.searchsorted(all_edges, disputes.low, side="right") - 1
    low = np.where(open_, all_edges[passed], all_edges[place - 1])
    return low, np.where(open_, np.inf, all_edges[place])


def forecast_of(
    forecast: Forecast, disputes: Disputes, days: FloatArray, bins: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return log scores, survival at ``days`` and at the bounds of ends, log scores of bins."""
    upper = np.where(disputes.ended, disputes.high, disputes.low)
    bounds = forecast.survival_of(disputes, np.stack([disputes.low, upper], axis=-1))
    binned = np.full(len(disputes), np.nan)
    if bins is not None:
        low, high = _bins(disputes, bins)
        finite = np.where(np.isfinite(high), high, low)
        ends = forecast.survival_of(disputes, np.stack([low, finite], axis=-1))
        with np.errstate(divide="ignore"):
            gone = np.where(np.isfinite(high), ends[:, 1], 0.0)
            binned = np.log(np.maximum(ends[:, 0] - gone, 0.0))
    return (
        forecast.log_likelihood_of(disputes),
        forecast.survival_of(disputes, days),
        bounds,
        binned,
    )


def checked_days(
    horizons: Sequence[float], crps_horizon: float, bins: Sequence[float] | None
) -> tuple[tuple[float, ...], FloatArray, FloatArray | None]:
    """Return checked horizons, the grid of the ranked probability score, and bins."""
    days = float_array(horizons, name="horizons", ndim=1, low=0.0)
    last = number(crps_horizon, name="crps_horizon", low=0.0, open_low=True)
    edges = None if bins is None else float_array(bins, name="bins", ndim=1, low=0.0)
    if edges is not None and ((np.diff(edges) <= 0.0).any() or edges[0] <= 0.0):
        raise InvalidInputError("must be positive and ascend", where="bins", seen=list(edges))
    return tuple(float(day) for day in days), np.linspace(0.0, last, _GRID + 1), edges


@takes
def score_forecasts(
    fit: Forecast,
    disputes: Disputes,
    *,
    horizons: Sequence[float] = (30.0, 90.0, 365.0),
    crps_horizon: float = 730.0,
    bins: Sequence[float] | None = None,
) -> ForecastScores:
    """Score a fitted law, or any forecast of survival, on disputes.

    Parameters
    ----------
    fit
        A `ConcessionFit`, a `SurvivalCurve`, or any object with their ``survival_of``,
        ``log_likelihood_of`` and ``ending``.
    disputes
        What happened. Scores on the disputes of the fit itself flatter it: see
        `backtest_disputes`.
    horizons
        Days of the Brier scores.
    crps_horizon
        Days up to which the ranked probability score looks.
    bins
        Edges of bins of days, for the log score of forecasts that put mass on single days only.

    Raises
    ------
    InvalidInputError
        If days are out of order.

    Notes
    -----
    The weights suppose that being followed does not depend on what is forecast. For the Brier and
    ranked probability scores an end known within an interval lies in its middle.

    Examples
    --------
    >>> import negotiation as ng
    >>> disputes = ng.load_disputes()
    >>> scores = ng.score_forecasts(ng.fit_concessions(disputes, "weibull"), disputes)
    >>> round(scores.log_score, 3), scores.brier.round(3)
    (-5.443, array([0.101, 0.177, 0.248]))
    """
    days, grid, edges = checked_days(horizons, crps_horizon, bins)
    chosen = disputes if fit.ending == ("any",) else disputes.ended_by(fit.ending)
    log_scores, survival, bounds, binned = forecast_of(
        fit, chosen, np.concatenate([days, grid]), edges
    )
    return scored(chosen, log_scores, survival, bounds, binned, days, grid)
