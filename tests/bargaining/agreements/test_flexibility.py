"""Escape clauses, quiet exemptions and reassurance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.agreements.flexibility import (
    escape_clause,
    quiet_exemption,
    reassurance,
)
from negotiation.errors import InvalidInputError
from negotiation.trade.markets.linear_tariffs import LinearTariffModel

MARKET = LinearTariffModel.two_good(gap=1.0)


@given(st.floats(0, 1.5), st.floats(0, 1), st.floats(0, 0.95))
def test_a_dearer_clause_is_used_less(k, r, d):
    here = escape_clause(k, cooperation=r, delta=d)
    dearer = escape_clause(k + 0.1, cooperation=r, delta=d)
    assert dearer.use_probability <= here.use_probability
    assert dearer.expected_gain <= here.expected_gain
    assert here.defection_threshold == pytest.approx(d * here.value_without_clause, abs=1e-9)


def test_worth_of_a_clause():
    assert escape_clause(0.3, cooperation=0.05, delta=0.8).clause_preferred
    assert escape_clause(0.0, delta=0.9).clause_kept
    assert not escape_clause(0.9, cooperation=0.0, delta=0.1).clause_kept
    patient = escape_clause(0.9, cooperation=0.5, delta=0.9)
    assert patient.value_without_clause == pytest.approx(5.0)


@given(st.floats(0.0, 2.0), st.floats(0.01, 2))
def test_exemptions_start_above_the_optimal_tariff(tau, kappa):
    result = quiet_exemption(MARKET, tau, kappa)
    assert (result.share > 0) == (tau > MARKET.optimal_tariff)
    assert 0 <= result.share <= 1
    assert quiet_exemption(MARKET, tau, kappa * 2).share <= result.share
    assert result.net_gain >= 0


@given(st.floats(1.1, 5), st.floats(0.1, 1.0))
def test_more_temptation_needs_a_larger_first_step(t, d):
    # The untrustworthy gain t over a reward of one.
    here = reassurance((0.5, 1, 0, -1), (t, 1, 0), delta=d)
    assert 0 < here.separating_stake < 1
    assert reassurance((0.5, 1, 0, -1), (t + 1, 1, 0), delta=d).separating_stake < (
        here.separating_stake
    )
    assert 0 < here.first_stage_threshold < 1
    assert here.first_stage_threshold <= 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: escape_clause(-0.1),
        lambda: escape_clause(0.1, delta=1.0),
        lambda: quiet_exemption(MARKET, -0.1, 1.0),
        lambda: quiet_exemption(MARKET, 0.5, 0.0),
        lambda: reassurance((3, 2, 0, -1), (4, 3, 0)),
        lambda: reassurance((2, 3, 0, -1), (2, 3, 0)),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()
