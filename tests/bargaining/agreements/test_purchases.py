"""Purchase commitments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.agreements.purchases import (
    phase_one_compliance,
    purchase_compliance,
    self_enforcing_purchases,
)
from negotiation.errors import InformationDateError, InvalidInputError


def test_phase_one_in_total_and_by_group():
    total = phase_one_compliance()
    assert total.fulfilment == pytest.approx(288.8 / 502.4)
    assert total.posterior_willing == pytest.approx(0.28)
    groups = phase_one_compliance(by_group=True, as_of="2025-05-02")
    assert all(groups.short)
    assert groups.posterior_willing < total.posterior_willing
    with pytest.raises(InformationDateError):
        phase_one_compliance(as_of="2021-01-01")


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.5), st.floats(0.5, 0.99))
def test_a_shortfall_is_bad_news_and_fulfilment_good(prior, willing, unwilling):
    chances = {"shortfall_if_willing": willing, "shortfall_if_unwilling": unwilling}
    bad = purchase_compliance(10, 5, prior=prior, **chances)
    good = purchase_compliance(10, 12, prior=prior, **chances)
    assert bad.posterior_willing <= prior + 1e-12 <= good.posterior_willing + 2e-12
    assert bad.likelihood_ratio == pytest.approx(willing / unwilling)
    assert good.shortfall == 0


def test_order_of_outcomes_does_not_matter():
    a = purchase_compliance([10, 20], [5, 25]).posterior_willing
    b = purchase_compliance([20, 10], [25, 5]).posterior_willing
    assert a == pytest.approx(b)


def test_a_margin_forgives():
    assert purchase_compliance(100, 95, tolerance=0.1).short == (False,)


@given(st.floats(0.05, 2), st.floats(0, 2), st.floats(0, 0.99))
def test_the_bound_binds(c, b, d):
    result = self_enforcing_purchases(c, b, d)
    assert result.buyer_value == pytest.approx(result.deviation_value, abs=1e-9)
    assert self_enforcing_purchases(c, b, d, lag=3).quantity <= result.quantity + 1e-12


@pytest.mark.parametrize(
    "call",
    [
        lambda: purchase_compliance([0, 1], [1, 1]),
        lambda: purchase_compliance([1, 1], [1]),
        lambda: purchase_compliance(1, 1, items=("a", "b")),
        lambda: purchase_compliance(2, 1, shortfall_if_willing=0, shortfall_if_unwilling=0),
        lambda: self_enforcing_purchases(0, 1, 0.9),
        lambda: self_enforcing_purchases(1, 1, 1.0),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()


def test_certain_types_stay_certain():
    assert np.all(purchase_compliance([1, 1], [0, 0], prior=1.0).posterior_path == 1)
