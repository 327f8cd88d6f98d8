"""Parts of a welfare change: they add up, and each is what economics says where it is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.errors import InvalidInputError
from negotiation.trade.analysis.decomposition import decompose_welfare
from negotiation.trade.analysis.diversion import trade_diversion
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from tests.trade.test_equilibrium import MODELS, PLAIN, changed
from tests.trade.test_instrument_policy import busy_policy
from tests.trade.worlds import random_world


@pytest.mark.parametrize("name", MODELS)
def test_parts_add_up_in_every_model(name):
    sectors, model = MODELS[name]
    economy = random_world(21, regions=4, sectors=sectors)
    war = counterfactual(economy, changed(economy, 1.5), model)
    parts = decompose_welfare(war)
    assert parts.gap < 1e-8
    assert np.abs(parts.welfare).max() > 0.1
    assert np.allclose(parts.terms_of_trade_by_partner.sum(axis=0), parts.terms_of_trade)
    frame = parts.to_frame()
    assert np.allclose(frame["volume"], frame["tariff_burden"] + frame["revenue"])
    again = replace(model, numeraire="prices" if model.numeraire == "wages" else "wages")
    if model.transfers != "given":
        other = decompose_welfare(counterfactual(economy, changed(economy, 1.5), again))
        assert np.allclose(other.to_frame(), frame, atol=1e-8)
    still = decompose_welfare(counterfactual(economy, economy.tariffs, model))
    assert np.allclose(still.to_frame(), 0.0, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 0.6))
def test_parts_add_up(seed, size):
    economy = random_world(seed, regions=3, sectors=2)
    flows = economy.flows.copy()
    flows[0, 0, 1] = flows[1, :, 2] = 0.0
    economy = replace(economy, flows=flows)
    model = TradeModel(labor_supply_elasticity=0.4, tariff_exponent=1.1, value_added_share=0.6)
    parts = decompose_welfare(counterfactual(economy, changed(economy, size, seed), model))
    assert parts.gap < 1e-8


def test_symmetric_war_moves_no_terms_of_trade():
    names = ("A", "B")
    free = TariffSchedule(names, ("goods",), np.zeros((1, 2, 2)))
    world = Economy("two", names, ("goods",), np.array([[[8.0, 2.0], [2.0, 8.0]]]), free)
    parts = decompose_welfare(counterfactual(world, free.set(rate=0.5), PLAIN))
    assert np.allclose(parts.terms_of_trade, 0.0, atol=1e-9)
    assert np.allclose(parts.volume, parts.welfare)
    assert np.all(parts.volume < 0.0)
    for name in ("labor_supply", "profits", "entry", "transfers"):
        assert np.allclose(getattr(parts, name), 0.0, atol=1e-9)


def test_small_country_has_no_terms_of_trade():
    """Facing a world that does not notice it, a country only loses volume."""
    names = ("SMALL", "WORLD")
    flows = np.array([[[0.8, 0.2], [0.2, 99999.8]]])
    free = TariffSchedule(names, ("goods",), np.zeros((1, 2, 2)))
    world = Economy("two", names, ("goods",), flows, free)
    taxed = decompose_welfare(counterfactual(world, free.set(importer="WORLD", rate=0.1), PLAIN))
    assert taxed.terms_of_trade[0] < -0.5
    assert taxed.volume[0] == pytest.approx(0.0, abs=1e-9)
    assert taxed.welfare[1] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("inputs", [False, True])
def test_small_changes_are_those_of_the_accounts(inputs):
    """First order: quantities exchanged times prices, and wedges times quantities.

    With balanced trade, ``E dlogW = sum sold dlog p - sum bought dlog p* + sum t F dlog q``.
    """
    economy = random_world(22, regions=3, sectors=2, tariffs=0.3)
    model = TradeModel(
        value_added_share=0.6 if inputs else 1.0, transfers="balanced", trade_elasticity=[3.0, 5.0]
    )
    balanced = counterfactual(economy, economy.tariffs, model)
    economy = replace(economy, flows=balanced.flows)
    cal = balanced.calibration
    rates = economy.tariffs.rates + 1e-5 * (economy.tariffs.rates > 0.0)
    new = counterfactual(
        economy, TariffSchedule(economy.regions, economy.sectors, rates), model, tol=1e-12
    )
    cal = new.calibration
    bundle = np.log(new.wage_index) * cal.labor_share
    if cal.input_shares is not None:
        bundle = bundle + np.einsum("iks,ki->si", cal.input_shares, np.log(new.sector_prices))
    flows = cal.flows * (1.0 - np.eye(3))
    growth = np.log(new.flows / cal.flows)
    sold = (flows * bundle[:, :, None]).sum(axis=(0, 2))
    bought = (flows * bundle[:, :, None]).sum(axis=(0, 1))
    volume = (cal.tariffs * flows * (growth - bundle[:, :, None])).sum(axis=(0, 1))
    parts = decompose_welfare(new)
    spent = cal.expenditure
    assert np.allclose(parts.terms_of_trade, 100 * (sold - bought) / spent, rtol=2e-3, atol=1e-9)
    assert np.allclose(parts.volume, 100 * volume / spent, rtol=2e-3, atol=1e-9)


def test_diversion_is_the_change_of_flows():
    economy = random_world(23, regions=4, sectors=3)
    war = counterfactual(economy, economy.tariffs.add(importer="R0", exporter="R1", rate=0.8))
    moved = trade_diversion(war, exporter="R1", importer="R0")
    change = war.flows - war.calibration.flows
    assert np.allclose(moved.direct, change[:, 1, 0])
    assert moved.third_regions == ("R2", "R3")
    assert np.all(moved.direct < 0.0)
    assert moved.replaced_share > 0.0
    assert moved.redirected_share > 0.0
    frame = moved.to_frame()
    assert frame["to_importer"].sum() == pytest.approx(change[:, 2:, 0].sum())
    assert frame["from_exporter"].sum() == pytest.approx(change[:, 1, 2:].sum())
    table = moved.by_sector()
    assert table.loc["S1", "home_sales"] == pytest.approx(change[1, 0, 0])
    same = trade_diversion(counterfactual(economy, economy.tariffs), exporter="R1", importer="R0")
    assert abs(same.direct.sum()) < 1e-6


def test_refusals():
    names = ("TINY", "BIG")
    free = TariffSchedule(names, ("all",), np.zeros((1, 2, 2)))
    lender = Economy("two", names, ("all",), np.array([[[0.2, 3.0], [0.1, 100.0]]]), free)
    elastic = TradeModel(labor_supply_elasticity=0.5, trade_elasticity=4.0, transfers="given")
    with pytest.raises(InvalidInputError, match=r"TINY.*not positive"):
        decompose_welfare(counterfactual(lender, free, elastic))
    economy = random_world(1)
    war = counterfactual(economy, economy.tariffs)
    with pytest.raises(InvalidInputError, match="must differ"):
        trade_diversion(war, exporter="R0", importer="R0")
    with pytest.raises(InvalidInputError, match="unknown region"):
        trade_diversion(war, exporter="X", importer="R0")
    with pytest.raises(InvalidInputError, match="not converged"):
        decompose_welfare(replace(war, converged=False))


@pytest.mark.parametrize("name", MODELS)
def test_parts_add_up_under_every_instrument(name):
    sectors, model = MODELS[name]
    economy = random_world(22, regions=4, sectors=sectors)
    policy = busy_policy(economy).with_export_ban(exporter="R1", importer="R2", sectors=["S0"])
    world = counterfactual(economy, policy, model)
    parts = decompose_welfare(world)
    assert parts.gap < 1e-8
    assert np.all(parts.export_tax_revenue > 0.0)
    assert np.all(parts.export_taxes_paid < 0.0)
    assert np.all(parts.trade_costs < 0.0)
    plain = decompose_welfare(counterfactual(economy, changed(economy, 0.5), model))
    for part in ("export_tax_revenue", "export_taxes_paid", "trade_costs"):
        assert np.all(getattr(plain, part) == 0.0)


def test_small_export_taxes_are_paid_by_buyers():
    """First order: buyers lose the tax times what they buy, the exporter earns it."""
    economy = random_world(23, regions=3, sectors=2, tariffs=0.0, value_added_share=np.ones(3))
    rate = 1e-5
    taxes = np.zeros(economy.flows.shape)
    taxes[:, 0, 1] = rate
    world = counterfactual(economy, economy.tariffs, export_taxes=taxes)
    parts = decompose_welfare(world)
    traded = economy.flows[:, 0, 1].sum()
    spent = world.calibration.expenditure
    assert parts.export_tax_revenue[0] == pytest.approx(100 * rate * traded / spent[0], rel=1e-3)
    assert parts.export_taxes_paid[1] == pytest.approx(-100 * rate * traded / spent[1], rel=1e-3)
    moved = trade_diversion(world, exporter="R0", importer="R1")
    assert moved.direct.sum() < 0.0
    assert np.allclose(moved.direct, world.flows[:, 0, 1] - economy.flows[:, 0, 1])
