"""Chains of stages and staged exchange."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammainc

from negotiation.bargaining.agreements.staged_exchange import stage_chain, staged_exchange
from negotiation.errors import InvalidInputError

HAZARDS = st.lists(st.floats(0.05, 3), min_size=1, max_size=4)


@given(HAZARDS, st.floats(0, 0.5), st.floats(0, 0.3))
def test_chain(lam, b, rho):
    chain = stage_chain(lam, b, discount_rate=rho, horizons=[1.0, 5.0, 500.0])
    assert np.all(np.diff(chain.deal_by) >= -1e-12)
    assert chain.deal_by[-1] == pytest.approx(chain.deal_probability, abs=1e-3)
    assert chain.discounted_deal <= chain.deal_probability + 1e-12
    assert chain.reach_probabilities[0] == 1
    if b == 0:
        assert chain.deal_probability == 1
    riskier = stage_chain(lam, b + 0.1)
    assert riskier.deal_probability < chain.deal_probability


@pytest.mark.parametrize("apart", [0.0, 7e-18, 1e-12])
def test_two_stages_of_nearly_one_rate_are_erlang(apart):
    dates = np.array([1.0, 50.0, 500.0])
    chain = stage_chain([0.05, 0.05 + apart], 0.015625, horizons=dates)
    share = (0.05 / 0.065625) ** 2
    assert chain.deal_by == pytest.approx(share * gammainc(2.0, 0.065625 * dates), rel=1e-9)


def test_one_stage_is_exponential():
    chain = stage_chain([0.5], [0.1], horizons=[2.0])
    assert chain.deal_by[0] == pytest.approx(5 / 6 * (1 - np.exp(-1.2)))


@given(st.integers(0, 2**31), st.integers(1, 5))
def test_without_terminal_value_nothing_happens(seed, count):
    rng = np.random.default_rng(seed)
    cost, gain = rng.uniform(0.1, 1, (2, count)), rng.uniform(1, 3, (2, count))
    result = staged_exchange(
        0.95,
        first_cost=cost[0],
        first_gain=gain[0],
        second_cost=cost[1],
        second_gain=gain[1],
    )
    assert result.stages_performed == 0
    assert result.values.tolist() == [0, 0]
    assert result.least_terminal[1] == pytest.approx(cost[1][-1])
    enough = staged_exchange(
        0.95,
        first_cost=cost[0],
        first_gain=gain[0],
        second_cost=cost[1],
        second_gain=gain[1],
        terminal=[5, 5],
    )
    assert enough.stages_performed == count
    assert np.all(enough.values >= 0)


def test_the_exchange_can_stop_halfway():
    # The second stage costs the second side nothing, the third more than the terminal value.
    result = staged_exchange(
        0.9,
        first_cost=[1, 0, 1],
        first_gain=[2, 1, 1],
        second_cost=[0.0, 0.0, 9.0],
        second_gain=[1, 1, 1],
        terminal=[1, 1],
    )
    assert result.stages_performed == 2
    assert result.first_performs == (True, True, False)


def test_no_patience():
    result = staged_exchange(
        0.0, first_cost=[1], first_gain=[5], second_cost=[1], second_gain=[1], terminal=[9, 9]
    )
    assert result.stages_performed == 0
    assert np.isinf(result.least_terminal[0])


@pytest.mark.parametrize(
    "call",
    [
        lambda: stage_chain([0.0, 1.0]),
        lambda: stage_chain([1.0], [-0.1]),
        lambda: stage_chain([1.0], horizons=[-1.0]),
        lambda: staged_exchange(
            0.9, first_cost=[1], first_gain=[1, 2], second_cost=[1], second_gain=[1]
        ),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()
