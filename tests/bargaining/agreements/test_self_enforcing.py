"""Self-enforcing tariff agreements: statics, limits, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.agreements.self_enforcing import (
    critical_discounts,
    gradual_cuts,
    managed_trade,
    most_cooperative_tariff,
)
from negotiation.errors import InvalidInputError
from negotiation.trade.markets.linear_tariffs import LinearTariffModel

MARKET = LinearTariffModel.two_good(gap=1.0)
PHI = st.floats(0.05, 0.9)


@given(st.floats(0.0, 0.98), PHI)
def test_patience_lowers_tariffs(d, phi):
    market = LinearTariffModel(0.5, 1.0, phi)
    here, later = most_cooperative_tariff(market, d), most_cooperative_tariff(market, d + 0.01)
    assert later.tariff <= here.tariff + 1e-15
    assert here.slack >= -1e-12
    assert (here.tariff == 0) == (d >= here.critical_delta - 1e-12)


def test_ends_of_cooperation():
    assert most_cooperative_tariff(MARKET, 0.0).tariff == pytest.approx(1 / 3)
    assert most_cooperative_tariff(MARKET, 0.6).tariff == pytest.approx(0, abs=1e-15)
    assert most_cooperative_tariff(MARKET, 0.6).critical_delta == pytest.approx(0.6)


@given(st.floats(0.3, 3.0))
def test_the_side_with_more_imports_is_harder_to_hold(gap):
    big, small = LinearTariffModel.two_good(gap=gap), MARKET
    result = critical_discounts(big, small)
    assert result.deltas[0] == pytest.approx(0.6 * gap**2)
    assert result.deltas[1] == pytest.approx(0.6 / gap**2)
    assert result.sustainable == (max(result.deltas) < 1)
    assert result.binding == (0 if gap >= 1 else 1)


def test_without_incidence_nothing_needs_enforcement():
    free = LinearTariffModel(0.5, 1.0, 0.0)
    with pytest.raises(InvalidInputError, match="no tariff ever pays"):
        critical_discounts(free, MARKET)


@given(st.floats(0.05, 0.59))
def test_high_volumes_call_for_higher_tariffs(d):
    result = managed_trade(d, [1.0, 1.4, 2.0], [0.3, 0.3, 0.4])
    assert result.converged
    assert np.all(np.diff(result.tariffs) >= -1e-15)
    assert np.all(result.slack <= 1e-9)
    assert np.all(result.tariffs <= result.nash_tariffs + 1e-15)


def test_managed_trade_without_shocks_is_the_most_cooperative_tariff():
    for d in (0.2, 0.4, 0.55):
        shocks = managed_trade(d, [1.0, 1.0], [0.5, 0.5])
        assert shocks.tariffs == pytest.approx([most_cooperative_tariff(MARKET, d).tariff] * 2)


def test_managed_trade_at_its_ends():
    impatient = managed_trade(0.0, [1.0, 2.0], [0.5, 0.5])
    assert impatient.omega == 0
    assert impatient.tariffs == pytest.approx(impatient.nash_tariffs)
    patient = managed_trade(impatient.critical_delta + 1e-9, [1.0, 2.0], [0.5, 0.5])
    assert patient.tariffs == pytest.approx([0, 0], abs=1e-12)


@given(st.floats(0.05, 0.99), PHI)
def test_irreversible_cuts_stop_short_of_free_trade(d, phi):
    market = LinearTariffModel(0.5, 1.0, phi)
    cuts = gradual_cuts(market, d, steps=60)
    assert cuts.limit > 0
    assert np.all(np.diff(cuts.path) <= 1e-15)
    assert np.all(cuts.path >= cuts.limit - 1e-12)
    assert cuts.residual < 1e-9
    assert gradual_cuts(market, d + 0.009).limit < cuts.limit


def test_gradual_cuts_from_elsewhere():
    low = gradual_cuts(MARKET, 0.8, start=0.05, steps=3)
    assert low.path.tolist() == [0.05] * 4
    high = gradual_cuts(MARKET, 0.8, start=0.9, steps=3)
    assert high.path[1:] == pytest.approx(gradual_cuts(MARKET, 0.8, steps=3).path[1:])


@pytest.mark.parametrize(
    "call",
    [
        lambda: most_cooperative_tariff(MARKET, 1.0),
        lambda: managed_trade(0.4, [1, 2], [0.5, 0.6]),
        lambda: managed_trade(0.4, [0, 2], [0.5, 0.5]),
        lambda: gradual_cuts(MARKET, 0.0),
        lambda: gradual_cuts(MARKET, 0.5, steps=0),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()
