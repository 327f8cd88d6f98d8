"""Curves without a law, against products by hand, self-consistency and each other."""

import numpy as np
import pytest

from negotiation.errors import ConvergenceError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.nonparametric import kaplan_meier, turnbull


def sample(n=120, seed=2):
    rng = np.random.default_rng(seed)
    days = np.ceil(rng.exponential(20.0, n))
    seen = np.ceil(rng.exponential(40.0, n))
    low = np.minimum(days, seen)
    return Disputes.from_intervals(low, np.where(days <= seen, days, np.inf))


def test_product_limit_by_hand():
    # At risk 5, 4, 2: survival 4/5, 4/5 * 2/4, and so on.
    disputes = Disputes.from_intervals([1, 2, 2, 2, 5], [1, 2, 2, np.inf, 5])
    curve = kaplan_meier(disputes)
    assert curve.left == pytest.approx([1.0, 2.0, 5.0])
    assert curve.survival([0.9, 1.0, 2.0, 5.0]) == pytest.approx([1.0, 0.8, 0.4, 0.0])
    # Greenwood at 2: S^2 (1/(5*4) + 2/(4*2)), on the log of the cumulative hazard.
    error = np.sqrt(1 / 20 + 2 / 8) / abs(np.log(0.4))
    assert curve.low[1] == pytest.approx(0.4 ** np.exp(1.959963985 * error))
    assert curve.high[1] == pytest.approx(0.4 ** np.exp(-1.959963985 * error))


def test_both_agree_where_ends_are_exact():
    disputes = sample()
    one, two = kaplan_meier(disputes), turnbull(disputes)
    days = np.linspace(0.0, 60.0, 241)
    assert two.survival(days) == pytest.approx(one.survival(days), abs=1e-8)
    assert two.gap < 1e-9


def test_intervals_against_self_consistency():
    rng = np.random.default_rng(3)
    days = rng.exponential(30.0, 60)
    low = np.floor(days / 7) * 7 - rng.integers(0, 2, 60) * 3
    low, high = np.maximum(low, 0), np.floor(days / 7) * 7 + 7 + rng.integers(0, 2, 60) * 4.0
    high[::5] = np.inf
    disputes = Disputes.from_intervals(low, high)
    curve = turnbull(disputes)
    # Turnbull's own iteration on a fine grid of cells, run until it stays.
    edges = np.unique(np.r_[low, high[np.isfinite(high)], np.inf])
    within = (edges[:-1] >= low[:, None]) & (edges[1:] <= high[:, None])
    mass = np.full(edges.size - 1, 1.0 / (edges.size - 1))
    for _ in range(20_000):
        mass = mass * (within / (within @ mass)[:, None]).mean(axis=0)
    mine = curve.log_likelihood_of(disputes).sum()
    assert mine == pytest.approx(np.log(within @ mass).sum(), abs=1e-5)
    assert mine >= np.log(within @ mass).sum() - 1e-9


def test_as_a_forecast():
    disputes = sample()
    curve = kaplan_meier(disputes)
    assert curve.survival_of(disputes, [10.0, 20.0]).shape == (120, 2)
    # A day on which nothing ended has no probability.
    other = Disputes.from_intervals([10.5], [10.5])
    assert curve.log_likelihood_of(other)[0] == -np.inf
    day = curve.left[3]
    mass = curve.log_likelihood_of(Disputes.from_intervals([day], [day]))[0]
    assert np.exp(mass) == pytest.approx(curve.mass[3])
    frame = curve.to_frame()
    assert frame["survival"].iloc[-1] == pytest.approx(curve.survival(1e9), abs=1e-12)


def test_too_few_steps_raise():
    with pytest.raises(ConvergenceError, match="directional derivative") as caught:
        turnbull(sample(), max_iter=0)
    assert caught.value.partial.gap > 1e-9
