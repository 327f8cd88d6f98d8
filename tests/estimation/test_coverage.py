"""Recovering the truth: how often intervals of 90 % cover it."""

import numpy as np
import pytest

import negotiation as ng
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.laws import LAWS

Z = 1.6448536269514722
TRUTH = {"constant": -5.0, "x": 0.6, "deadline in 0 to 7 days": 1.2, "shape": -0.25}


def simulated(model, n, rng):
    """Disputes of 12 dyads on average 6 each, some with a deadline, censored, known by day."""
    x = rng.normal(size=n)
    deadline = np.where(rng.random(n) < 0.6, np.ceil(rng.uniform(10, 120, n)), np.nan)
    if model == "weibull":
        tau = rng.exponential(size=n) ** np.exp(-TRUTH["shape"])
    elif model == "lomax":
        # Gamma frailty of variance exp(shape).
        theta = np.exp(TRUTH["shape"])
        tau = rng.exponential(size=n) / rng.gamma(1 / theta, theta, n)
    else:
        tau = rng.exponential(size=n)
    pace = np.exp(TRUTH["constant"] + TRUTH["x"] * x)
    due = np.where(np.isnan(deadline), np.inf, deadline)
    fast = np.exp(TRUTH["deadline in 0 to 7 days"])
    # Invert the clock: slow until 7.5 days before the deadline, fast until it, slow after.
    first, second = pace * (due - 7.5), pace * (due - 7.5 + 8.0 * fast)
    with np.errstate(invalid="ignore"):
        days = np.where(
            tau <= first,
            tau / pace,
            np.where(
                tau <= second,
                due - 7.5 + (tau - first) / (pace * fast),
                due + 0.5 + (tau - second) / pace,
            ),
        )
    seen = np.ceil(rng.uniform(60, 900, n))
    whole = np.floor(days + 0.5)
    ended = days < seen
    low = np.where(ended, np.maximum(whole - 0.5, 0.0), seen)
    high = np.where(ended, whole + 0.5, np.inf)
    return Disputes.from_intervals(
        low, high, dyads=[f"d{k}" for k in rng.integers(0, max(n // 6, 8), n)],
        deadline=deadline, covariates={"x": x},
    )  # fmt: skip


def coverage(model, n, runs, seed):
    rng = np.random.default_rng(seed)
    inside = []
    for _ in range(runs):
        fit = ng.fit_concessions(
            simulated(model, n, rng), model, covariates=["x"], deadline_windows=[7]
        )
        errors = np.sqrt(np.diag(fit.covariance))
        truth = [TRUTH["constant"], TRUTH["x"], TRUTH["deadline in 0 to 7 days"], 0.0]
        truth += [TRUTH["shape"]] if LAWS[fit.model].shape_name else []
        inside.append(np.abs(fit.coefficients - truth) <= Z * errors)
    return np.mean(inside, axis=0)


@pytest.mark.parametrize("model", ["exponential", "weibull"])
def test_intervals_cover_the_truth_in_a_few_runs(model):
    found = coverage(model, 100, 30, seed=1)
    # Three standard errors of a share of .9 in 30 runs.
    assert (found > 0.9 - 0.165).all()


@pytest.mark.slow
@pytest.mark.parametrize("n", [60, 200, 800])
@pytest.mark.parametrize("model", ["exponential", "weibull", "lomax"])
def test_intervals_cover_the_truth(model, n):
    found = coverage(model, n, 500, seed=2)
    # Few disputes of 60 end in a last week: intervals of that coefficient are a little wide.
    highest = np.array([0.94, 0.94, 0.96 if n == 60 else 0.94])
    assert ((found[:3] >= 0.86) & (found[:3] <= highest)).all()
    # Ends after a deadline are fewer still, and a shape is bounded on one side.
    assert (found[3:] >= 0.85).all()
