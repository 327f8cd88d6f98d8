"""Market effects against areas found by quadrature, limits and accounting identities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq

from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.trade.markets.linear_tariffs import LinearTariffModel
from negotiation.trade.markets.partial_equilibrium import market_effects

rates = st.floats(-0.3, 2.5)
elasticities = st.floats(0.2, 12.0)
incidences = st.floats(0.02, 0.95)


def one(flow, t0, t1, eps, phi, **options):
    effects = market_effects(
        [flow],
        baseline_rate=t0,
        rate=[[t1]],
        trade_elasticity=eps,
        exporter_incidence=phi,
        **options,
    )
    return tuple(
        float(part[0, 0])
        for part in (
            effects.consumer_loss,
            effects.revenue_change,
            effects.exporter_surplus_change,
            effects.lost_exports,
        )
    )


@given(t0=rates, t1=rates, eps=elasticities, phi=incidences)
def test_areas_of_constant_elasticity_curves(t0, t1, eps, phi):
    """Demand q = A b^-eps and supply q = V0 p^eta, cleared by root finding and integrated."""
    V0, eta = 7.0, eps * (1.0 - phi) / phi

    def demand(buyer):
        return V0 * (buyer / (1.0 + t0)) ** -eps

    def excess(log_price):
        return np.log(demand((1.0 + t1) * np.exp(log_price)) / V0) - eta * log_price

    price = np.exp(brentq(excess, -20.0, 20.0, xtol=1e-14))
    traded = V0 * price**eta
    loss = quad(demand, 1.0 + t0, (1.0 + t1) * price)[0]
    surplus = quad(lambda p: V0 * p**eta, 1.0, price)[0]
    revenue = t1 * price * traded - t0 * V0
    got = one(V0, t0, t1, eps, phi)
    expected = (loss, revenue, surplus, V0 - price * traded)
    scale = max(V0, price * traded)
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6 * scale)


@given(t0=st.floats(0.0, 0.5), t1=rates, eps=elasticities, phi=incidences)
def test_areas_of_linear_curves(t0, t1, eps, phi):
    V0 = 7.0
    slope = eps * V0 / (1.0 + t0)
    supply_slope = slope * (1.0 - phi) / phi

    def demand(buyer):
        return max(V0 - slope * (buyer - 1.0 - t0), 0.0)

    def supply(price):
        return max(V0 + supply_slope * (price - 1.0), 0.0)

    def excess(price):
        return demand((1.0 + t1) * price) - supply(price)

    choke = 1.0 - V0 / supply_slope
    top = (1.0 + t0 + V0 / slope) / (1.0 + t1)
    if choke >= top:
        seller, buyer, traded = choke, 1.0 + t0 + V0 / slope, 0.0
    else:
        seller = brentq(excess, choke, max(top, 1.0) + 1.0, xtol=1e-13)
        buyer, traded = (1.0 + t1) * seller, supply(seller)
    loss = quad(demand, 1.0 + t0, buyer)[0]
    surplus = quad(supply, 1.0, seller)[0]
    expected = (loss, t1 * seller * traded - t0 * V0, surplus, V0 - seller * traded)
    got = one(V0, t0, t1, eps, phi, demand="linear")
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-5 * V0)


def test_linear_market_without_baseline_tariff_is_the_linear_model():
    market = LinearTariffModel(3.0, 3.0 * 0.5, 0.5)
    rate = 0.3
    specific = rate / (1.0 + 0.5 * rate)
    effects = market.effects(specific)
    loss, revenue, surplus, _ = one(3.0, 0.0, rate, 0.5, 0.5, demand="linear")
    assert revenue - loss == pytest.approx(float(effects.importer))
    assert surplus == pytest.approx(float(effects.exporter))


@pytest.mark.parametrize("demand", ["constant_elasticity", "linear"])
def test_full_pass_through_spares_the_exporters_price(demand):
    loss, _, surplus, lost = one(10.0, 0.1, 0.6, 3.0, 0.0, demand=demand)
    assert surplus == 0.0
    assert loss > 0.0
    assert lost > 0.0


@given(t1=rates, phi=st.floats(0.0, 0.9))
def test_unit_elasticity_is_the_limit(t1, phi):
    at = one(5.0, 0.2, t1, 1.0, phi)
    near = one(5.0, 0.2, t1, 1.0 + 1e-9, phi)
    np.testing.assert_allclose(at, near, rtol=1e-6, atol=1e-7)
    assert at[0] == pytest.approx(1.2 * 5.0 * (1.0 - phi) * np.log((1.0 + t1) / 1.2), abs=1e-12)


@given(t0=rates, t1=rates, eps=elasticities)
def test_no_incidence_is_the_limit(t0, t1, eps):
    at, near = one(5.0, t0, t1, eps, 0.0), one(5.0, t0, t1, eps, 1e-9)
    size = max(map(abs, at))
    np.testing.assert_allclose(at, near, atol=1e-6 * max(size, 1.0))


@given(t0=st.floats(0.0, 1.0), eps=elasticities, phi=incidences)
def test_no_change_of_tariff_changes_nothing(t0, eps, phi):
    assert one(5.0, t0, t0, eps, phi) == (0.0, 0.0, 0.0, 0.0)
    np.testing.assert_allclose(one(5.0, t0, t0, eps, phi, demand="linear"), 0.0, atol=1e-12)


@given(t1=st.floats(0.01, 3.0), eps=elasticities, phi=incidences)
def test_a_tariff_on_free_trade_costs_the_world(t1, eps, phi):
    for demand in ("constant_elasticity", "linear"):
        loss, revenue, surplus, _ = one(5.0, 0.0, t1, eps, phi, demand=demand)
        assert revenue + surplus - loss < 0.0
        assert surplus < 0.0 < loss


def test_both_demands_agree_on_a_small_change():
    smooth = one(5.0, 0.2, 0.2001, 3.0, 0.0)
    straight = one(5.0, 0.2, 0.2001, 3.0, 0.0, demand="linear")
    np.testing.assert_allclose(smooth, straight, rtol=1e-3)


def test_linear_trade_stops_at_the_prohibitive_tariff():
    first = one(5.0, 0.0, 1.0, 2.0, 0.0, demand="linear")
    assert first == one(5.0, 0.0, 50.0, 2.0, 0.0, demand="linear")
    assert first[1] == 0.0
    assert first[3] == 5.0


def test_scenarios_and_sectors_are_independent():
    flow, t0, eps = np.array([3.0, 0.0, 8.0]), np.array([0.1, 0.2, 0.0]), np.array([2.0, 1.0, 5.0])
    rate = np.array([[0.1, 0.3, 0.5], [1.0, 0.0, -0.2]])
    for demand in ("constant_elasticity", "linear"):
        all_at_once = market_effects(
            flow,
            baseline_rate=t0,
            rate=rate,
            trade_elasticity=eps,
            exporter_incidence=0.3,
            demand=demand,
        )
        for n in range(2):
            for s in range(3):
                alone = one(flow[s], t0[s], rate[n, s], eps[s], 0.3, demand=demand)
                assert all_at_once.consumer_loss[n, s] == pytest.approx(alone[0], abs=1e-14)
                assert all_at_once.lost_exports[n, s] == pytest.approx(alone[3], abs=1e-14)
        assert np.all(all_at_once.lost_exports[:, 1] == 0.0)


def test_exempt_share_scales_the_change():
    full = one(5.0, 0.2, 1.5, 3.0, 0.2)
    quarter = one(5.0, 0.2, 1.5, 3.0, 0.2, exempt_share=[0.75])
    np.testing.assert_allclose(quarter, 0.25 * np.array(full))
    assert one(5.0, 0.2, 1.5, 3.0, 0.2, exempt_share=[[1.0]]) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"rate": [[-2.0]]}, "rate"),
        ({"rate": [[float("nan")]]}, "rate"),
        ({"rate": [0.1]}, "axes"),
        ({"trade_elasticity": 0.0}, "trade_elasticity"),
        ({"exporter_incidence": 1.0}, "exporter_incidence"),
        ({"exporter_incidence": [0.1, 0.2]}, "exporter_incidence"),
        ({"exempt_share": 1.5}, "exempt_share"),
        ({"exempt_share": [0.1, 0.2]}, "exempt_share"),
        ({"exempt_share": [[0.1], [0.2]]}, "exempt_share"),
        ({"demand": "cubic"}, "demand"),
    ],
)
def test_bad_markets_are_refused(change, word):
    arguments = {"baseline_rate": 0.0, "rate": [[0.1]], "trade_elasticity": 2.0, **change}
    with pytest.raises(InvalidInputError, match=word):
        market_effects([1.0], **arguments)


def test_overflow_is_an_error():
    with pytest.raises(NonFiniteError, match="overflows"):
        one(1.0, 0.0, -0.999999999999, 64.85, 0.0)
