"""The linear tariff model against printed vectors, and against areas found by quadrature."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar

from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.trade.markets.linear_tariffs import LinearTariffModel, linear_tariff_war
from tests.reference import reference_path


def vector(prefix):
    rows = json.loads(reference_path("vectors", "bargaining.json").read_text())
    row = next(row for row in rows if row["id"].startswith(prefix))
    return row["inputs"], row["outputs_hp"]


def close(value, expected):
    expected = np.array(expected, dtype=float)
    assert np.all(
        np.abs(np.asarray(value) - expected) <= np.maximum(1e-9 * np.abs(expected), 1e-12)
    )


def surplus_by_areas(M0, m, phi, tau):
    """Clear the market by root finding and integrate demand and supply numerically."""
    price = 10.0 * M0 / m
    supply_slope = m * (1.0 - phi) / phi

    def demand(p):
        return max(M0 - m * (p - price), 0.0)

    def supply(p):
        return max(M0 + supply_slope * (p - price), 0.0)

    autarky_gap = M0 / m + M0 / supply_slope
    if tau >= autarky_gap:
        buyer, seller = price + M0 / m, price - M0 / supply_slope
    else:
        seller = brentq(
            lambda p: demand(p + tau) - supply(p), price - 2 * abs(tau), price + 2 * abs(tau) + 1e-9
        )
        buyer = seller + tau
    consumer_loss = quad(demand, price, buyer)[0]
    revenue = (buyer - seller) * demand(buyer)
    return revenue - consumer_loss, quad(supply, price, seller)[0], demand(buyer)


def test_welfare_vector():
    inputs, outputs = vector("M01")
    effects = LinearTariffModel.two_good(gap=inputs["G"], slope=inputs["beta"]).effects(
        inputs["tau"]
    )
    close(effects.importer, outputs["dW_importer"])
    close(effects.exporter, outputs["dW_exporter"])
    close(effects.world, outputs["dW_world"])
    close(effects.imports, outputs["imports"])


def test_symmetric_war_vector():
    inputs, outputs = vector("M02")
    market = LinearTariffModel.two_good(gap=inputs["G"], slope=inputs["beta"])
    war = linear_tariff_war(market, market)
    close(war.tariffs, [outputs["tau_N"]] * 2)
    close(market.prohibitive_tariff, outputs["prohibitive"])
    close(war.payoffs, [outputs["u_nash_war"]] * 2)
    close(war.unilateral, [outputs["u_unilateral"]] * 2)
    close(war.victim, [outputs["u_victim"]] * 2)
    assert war.winner is None


def test_asymmetric_war_vector():
    inputs, outputs = vector("M03")
    markets = [LinearTariffModel.two_good(gap=gap, slope=inputs["beta"]) for gap in inputs["G"]]
    war = linear_tariff_war(*markets)
    close(war.tariffs, outputs["tau_N"])
    close(war.payoffs, outputs["u_war"])
    close(war.joint, outputs["joint"])
    close(markets[0].win_threshold_ratio, outputs["win_threshold_ratio"])
    assert war.winner == 0
    assert linear_tariff_war(*markets[::-1]).winner == 1


def test_incidence_vector():
    inputs, outputs = vector("M19")
    market = LinearTariffModel(inputs["M0"], inputs["m"], exporter_incidence=inputs["phi"])
    close(market.optimal_tariff, outputs["tau_N"])
    close(market.optimal_gain, outputs["gain"])
    close(market.victim_loss, outputs["victim"])
    close(market.win_threshold_ratio, outputs["win_ratio"])
    close(market.critical_discount_factor, outputs["critical_delta"])


markets = st.builds(
    LinearTariffModel,
    free_trade_imports=st.floats(0.05, 50.0),
    import_slope=st.floats(0.05, 20.0),
    exporter_incidence=st.floats(0.02, 0.95),
)


@given(market=markets, share=st.floats(-0.5, 1.5).map(lambda x: round(x, 6)))
def test_effects_are_the_areas_under_the_curves(market, share):
    tau = share * market.prohibitive_tariff
    effects = market.effects(tau)
    importer, exporter, imports = surplus_by_areas(
        market.free_trade_imports, market.import_slope, market.exporter_incidence, tau
    )
    scale = market.free_trade_imports**2 / market.import_slope
    scale /= min(market.exporter_incidence, 1.0 - market.exporter_incidence)
    assert float(effects.importer) == pytest.approx(importer, abs=1e-6 * scale)
    assert float(effects.exporter) == pytest.approx(exporter, abs=1e-6 * scale)
    assert float(effects.imports) == pytest.approx(imports, abs=1e-6 * market.free_trade_imports)
    assert float(effects.world) == pytest.approx(importer + exporter, abs=1e-6 * scale)
    assert bool(effects.prohibitive) == (tau >= market.prohibitive_tariff)


@given(market=markets)
def test_optimum_and_victim_are_those_found_by_search(market):
    top = market.prohibitive_tariff
    found = minimize_scalar(
        lambda share: -float(market.effects(share * top).importer) / market.optimal_gain,
        bounds=(0.0, 1.0),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert found.x * top == pytest.approx(market.optimal_tariff, rel=1e-4, abs=1e-5 * top)
    assert -found.fun == pytest.approx(1.0, rel=1e-8)
    at_optimum = market.effects(market.optimal_tariff)
    assert market.victim_loss == pytest.approx(float(at_optimum.exporter), rel=1e-9)


@given(market=markets, above=st.floats(1.0001, 3.0))
def test_threshold_separates_winners_from_losers(market, above):
    def larger(ratio):
        return LinearTariffModel(
            market.free_trade_imports * ratio, market.import_slope, market.exporter_incidence
        )

    threshold = market.win_threshold_ratio
    assert linear_tariff_war(larger(threshold * above), market).winner == 0
    assert linear_tariff_war(larger(threshold / above), market).payoffs[0] < 0.0


@given(market=markets)
def test_critical_discount_factor_balances_deviation_and_war(market):
    war = linear_tariff_war(market, market)
    delta = market.critical_discount_factor
    stay = 0.0
    deviate = (1.0 - delta) * war.unilateral[0] + delta * war.payoffs[0]
    assert deviate == pytest.approx(stay, abs=1e-9 * market.optimal_gain)


def test_full_pass_through_has_no_optimal_tariff():
    market = LinearTariffModel(1.0, 1.0, exporter_incidence=0.0)
    assert market.optimal_tariff == 0.0
    assert market.victim_loss == 0.0
    assert float(market.effects(0.4).exporter) == 0.0
    assert float(market.effects(0.4).importer) == pytest.approx(-0.08)


def test_beyond_the_prohibitive_tariff_nothing_changes():
    market = LinearTariffModel.two_good(gap=1.0)
    effects = market.effects([1.0, 2.0, 1e300])
    assert np.all(effects.imports == 0.0)
    assert np.ptp(effects.importer) == 0.0
    assert float(effects.importer[0]) == pytest.approx(-0.125)
    assert not effects.imports.flags.writeable


def test_revenue_and_consumer_loss_make_up_the_importers_change():
    effects = LinearTariffModel(2.0, 0.7, 0.3).effects(np.linspace(-1.0, 6.0, 15))
    np.testing.assert_allclose(
        effects.revenue - effects.consumer_loss, effects.importer, atol=1e-12
    )


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"free_trade_imports": 0.0, "import_slope": 1.0}, "free_trade_imports"),
        ({"free_trade_imports": 1.0, "import_slope": -1.0}, "import_slope"),
        (
            {"free_trade_imports": 1.0, "import_slope": 1.0, "exporter_incidence": 1.0},
            "exporter_incidence",
        ),
        ({"free_trade_imports": float("nan"), "import_slope": 1.0}, "free_trade_imports"),
    ],
)
def test_bad_markets_are_refused(arguments, word):
    with pytest.raises(InvalidInputError, match=word):
        LinearTariffModel(**arguments)


def test_bad_calls_are_refused():
    market = LinearTariffModel.two_good(gap=1.0)
    with pytest.raises(InvalidInputError, match="tariff"):
        market.effects(float("nan"))
    with pytest.raises(InvalidInputError, match="gap"):
        LinearTariffModel.two_good(gap=-1.0)
    with pytest.raises(InvalidInputError, match="second"):
        linear_tariff_war(market, 3.0)
    with pytest.raises(NonFiniteError, match="importer"):
        market.effects(-1e200)
