"""Division of a surplus with transfers, and between risk-averse sides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.solutions.transferable import nash_risk_averse, nash_transferable
from negotiation.errors import InvalidInputError

NUMBERS = st.floats(-5, 5)


@given(st.lists(NUMBERS, min_size=2, max_size=5), st.floats(0, 10), st.integers(0, 99))
def test_the_surplus_is_divided_by_weight(d, extra, seed):
    weights = np.random.default_rng(seed).uniform(0.1, 1, len(d))
    result = nash_transferable(sum(d) + extra, d, weights=weights)
    assert result.payoffs.sum() == pytest.approx(sum(d) + extra)
    assert result.gains == pytest.approx(extra * weights / weights.sum(), abs=1e-9)


@given(st.lists(st.floats(0, 0.3), min_size=2, max_size=3))
def test_outside_options_are_met(o):
    result = nash_transferable(1, [0] * len(o), outside_options=o)
    assert np.all(result.payoffs >= np.array(o) - 1e-12)
    assert result.payoffs.sum() == pytest.approx(1)
    free = ~np.array(result.bound)
    assert np.ptp(result.payoffs[free]) < 1e-12


def test_all_bound():
    result = nash_transferable(1, [0, 0], outside_options=[0.6, 0.4])
    assert result.payoffs == pytest.approx([0.6, 0.4])


@given(st.floats(0.05, 0.95))
def test_risk_aversion_costs(a):
    assert nash_risk_averse([a, 1]).payoffs[0] == pytest.approx(a / (1 + a))
    assert nash_risk_averse([a, a]).payoffs[0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: nash_transferable(1, [1, 1]),
        lambda: nash_transferable(1, [0, 0], outside_options=[0.6, 0.6]),
        lambda: nash_transferable(1, [0, 0], weights=[0, 0]),
        lambda: nash_risk_averse([0.5]),
        lambda: nash_risk_averse([0.0, 0.5]),
        lambda: nash_risk_averse([1.5, 0.5]),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()
