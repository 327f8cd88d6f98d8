"""Random proposers, stochastic surplus and optimism."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.offers.random_proposer import (
    optimism_deadline,
    random_proposer,
    stochastic_surplus,
)
from negotiation.errors import InvalidInputError


@given(st.floats(0.05, 0.9), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_shares_rise_with_recognition_and_patience(p, d1, d2):
    base = random_proposer([p, 1 - p], [d1, d2])
    assert base.values.sum() == pytest.approx(1)
    assert random_proposer([p + 0.05, 0.95 - p], [d1, d2]).values[0] > base.values[0]
    assert random_proposer([p, 1 - p], [d1 + 0.04, d2]).values[0] > base.values[0]
    assert base.proposer_payoffs == pytest.approx(1 - base.offers[::-1])


def test_equal_sides_share_equally():
    assert random_proposer([0.25] * 4, 0.9, surplus=8).values == pytest.approx([2] * 4)


@given(st.floats(0.1, 0.99), st.floats(0.5, 4), st.floats(0.05, 0.95))
def test_sides_wait_when_the_pie_may_grow(d, high, chance):
    result = stochastic_surplus([1.0, high], [1 - chance, chance], d)
    assert result.residual < 1e-12
    # Waiting for the larger surplus is worth q d S/(1 - (1-q) d).
    larger, smaller = max(high, 1.0), min(high, 1.0)
    q = chance if high >= 1 else 1 - chance
    value = q * d * larger / (1 - (1 - q) * d)
    waits = not result.agree[int(np.argmin([1.0, high]))]
    assert waits == (smaller < value - 1e-12) or abs(smaller - value) < 1e-9
    assert result.values.sum(axis=1) == pytest.approx(result.joint_value)
    if waits:
        assert result.expected_delay[int(np.argmin([1.0, high]))] == pytest.approx(1 / q)


def test_a_surplus_that_never_comes():
    stuck = stochastic_surplus([-1.0, 1.0], [[1.0, 0.0], [0.0, 1.0]], 0.9)
    assert stuck.agree == (False, True)
    assert np.isinf(stuck.expected_delay[0])
    assert stuck.ex_ante is None


def test_recognition_by_state():
    result = stochastic_surplus([1.0], [1.0], 0.9, recognition=[[0.8, 0.2]])
    assert result.values[0] == pytest.approx([0.8, 0.2])


def test_delay_is_finite_where_agreement_is_sure():
    # State 1 waits one round for state 0; state 2 never agrees; state 3 goes either way.
    chain = [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0.5, 0.5, 0]]
    result = stochastic_surplus([1.0, 0.1, -1.0, 0.1], chain, 0.9)
    assert result.agree == (True, False, False, False)
    assert result.expected_delay.tolist() == [0.0, 1.0, np.inf, np.inf]


@given(st.floats(0.01, 1.0), st.floats(0.3, 0.99))
def test_optimism_delays_agreement_more_the_more_patient(y, d):
    result = optimism_deadline(y, d)
    assert d**result.delay_periods * (1 + y) <= 1 + 1e-9
    assert d ** (result.delay_periods - 1) * (1 + y) > 1 - 1e-9
    assert result.agreement_without_deadline
    assert optimism_deadline(y, d + 0.009).delay_periods >= result.delay_periods


def test_without_optimism_there_is_no_delay():
    calm = optimism_deadline(0.0, 0.9)
    assert calm.delay_periods == 0
    assert calm.silent_dates == 0
    assert calm.perceived_surplus == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: random_proposer([0.5, 0.6], 0.9),
        lambda: random_proposer([0.5, 0.5], 1.0),
        lambda: random_proposer([0.5, 0.5], [0.9, 0.9, 0.9]),
        lambda: stochastic_surplus([1, 2], [0.5, 0.6], 0.9),
        lambda: stochastic_surplus([1, 2], [0.5, 0.5], 1.0),
        lambda: stochastic_surplus([1, 2], [0.5, 0.5], 0.9, recognition=[0.5, 0.6]),
        lambda: optimism_deadline(1.5, 0.9),
        lambda: optimism_deadline(0.5, 1.0),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()
