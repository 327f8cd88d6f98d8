"""Rates by days to a deadline, and the embedded disputes' last weeks."""

import numpy as np
import pytest
from scipy import stats

import negotiation as ng
from negotiation.estimation.deadlines import deadline_rates
from negotiation.estimation.disputes.durations import Disputes


def test_the_last_week_of_the_embedded_deadlines():
    rates = deadline_rates(ng.load_disputes(), [7])
    assert rates.ends[1] == 17
    assert rates.ends.sum() == 57
    # A law with a constant rate in each window has the same rates, up to ends known by interval.
    fit = ng.fit_concessions(ng.load_disputes(), deadline_windows=[7])
    mine = np.exp(fit.coefficients[0] + np.r_[0.0, fit.coefficients[1:]])
    assert mine == pytest.approx(rates.rate, rel=0.05)


def test_by_hand():
    disputes = Disputes.from_intervals([10, 20, 30], [10, 20, np.inf], deadline=[12, np.nan, 25])
    rates = deadline_rates(disputes, [3], probability=0.9)
    # First: 1.5 of its last days in the window; third: all 4 of them, then 4.5 after it.
    assert rates.days == pytest.approx([60 - 1.5 - 4.0 - 4.5, 5.5, 4.5])
    assert list(rates.ends) == [1.0, 1.0, 0.0]
    assert rates.rate[1] == pytest.approx(1 / 5.5)
    # The exact interval: one event or fewer at the upper end, one or more at the lower.
    assert stats.poisson.cdf(1, rates.high[1] * 5.5) == pytest.approx(0.05)
    assert stats.poisson.sf(0, rates.low[1] * 5.5) == pytest.approx(0.05)
    assert rates.low[2] == 0.0
    assert next(iter(rates.to_frame()["window"])) == "other days"
