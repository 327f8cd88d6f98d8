"""Instruments beyond tariffs: against a model in levels, symmetries, limits, refusals."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactual, counterfactuals
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.model import TradeModel
from negotiation.trade.purging import purge_imbalances
from tests.trade.levels import random_levels
from tests.trade.test_equilibrium import MODELS
from tests.trade.worlds import random_world

WORLDS = [
    {},
    {"sectors": 3},
    {"regions": 4, "inputs": False},
    {"kappa": 0.5},
    {"kappa": 0.5, "relief": False},
    {"in_wages": True},
    {"profit": 0.2, "inputs": False},
    {"sectors": 1, "inputs": False, "kappa": 0.4, "exponent": 1.4, "abroad": 0.15},
    {"sectors": 2, "kappa": 0.3, "exponent": 1.3, "abroad": 0.1},
    {"transfers": 0.0, "profit": 0.1},
]


def data_of(world, before):
    """The economy and model that a researcher would calibrate to a world in levels."""
    sectors, count = world.taste.shape
    names = tuple(f"R{i}" for i in range(count))
    goods = tuple(f"S{s}" for s in range(sectors))
    economy = Economy(
        name="levels",
        regions=names,
        sectors=goods,
        flows=before["sales"],
        tariffs=TariffSchedule(names, goods, world.tariff),
    )
    model = TradeModel(
        trade_elasticity=world.theta,
        tariff_exponent=world.exponent,
        destination_share=world.abroad,
        labor_supply_elasticity=world.kappa,
        value_added_share=world.labor.T,
        input_shares=world.inputs if np.any(world.labor < 1.0) else None,
        profit_share=world.profit,
        revenue="income_tax_relief" if world.relief else "lump_sum",
        transfers="given" if world.in_wages else "world_gdp_share",
    )
    return economy, model


def changes(seed, shape, kind):
    """New tariffs, export taxes and factors of trade costs of a random policy."""
    rng = np.random.default_rng(1000 + seed)
    index = np.arange(shape[1])
    tariff, tax = rng.uniform(0.0, 0.6, shape), rng.uniform(-0.1, 0.7, shape)
    factor = rng.uniform(0.8, 1.6, shape)
    for table, none in ((tariff, 0.0), (tax, 0.0), (factor, 1.0)):
        table[:, index, index] = none
    tax[rng.uniform(size=shape) < 0.4] = 0.0
    if kind == "export_tax":
        factor[:] = 1.0
        tariff = None
    elif kind == "trade_cost":
        tax[:], tariff = 0.0, None
    elif kind == "import_tariff":
        tax[:], factor[:] = 0.0, 1.0
    return tariff, tax, factor


def distance(result, before, after):
    """Largest relative distance of the package's real changes from those in levels."""
    wage = result.wage_index / result.wage_index[0]
    flows = result.flows / result.flows.sum()
    pairs = [
        (wage, after["wage"] / before["wage"] / (after["wage"][0] / before["wage"][0])),
        (
            result.expenditure / result.price_index / result.calibration.expenditure,
            after["income"] / after["index"] / (before["income"] / before["index"]),
        ),
        (result.employment_index, after["work"] / before["work"]),
        (flows, after["sales"] / after["sales"].sum()),
        (result.tariff_revenue / result.wage_bill.sum(),
         after["revenue"] / (after["wage"] * after["work"]).sum()),
    ]  # fmt: skip
    return max(float(np.abs(one - two).max() / np.abs(two).max()) for one, two in pairs)


@pytest.mark.parametrize("kind", ["import_tariff", "export_tax", "trade_cost", "all"])
@pytest.mark.parametrize("seed", range(20))
def test_a_model_in_levels_agrees(seed, kind):
    world = random_levels(seed, **WORLDS[seed % len(WORLDS)])
    before, at = world.solve()
    economy, model = data_of(world, before)
    tariff, tax, factor = changes(seed, world.tariff.shape, kind)
    tariffs = economy.tariffs if tariff is None else replace(economy.tariffs, rates=tariff)
    after, _ = world.changed(
        tariff=tariffs.rates, export_tax=tax, iceberg=world.iceberg * factor
    ).solve(at)
    result = counterfactual(economy, tariffs, model, trade_costs=factor, export_taxes=tax)
    assert distance(result, before, after) < 1e-8
    assert result.certificate.largest < 1e-9
    if world.kappa == 0.0:
        real = after["income"] / after["index"] / (before["income"] / before["index"])
        np.testing.assert_allclose(1.0 + result.welfare / 100.0, real, rtol=1e-8)
    scale = result.wage_bill.sum() / (after["wage"] * after["work"]).sum()
    np.testing.assert_allclose(
        result.export_tax_revenue, scale * (tax * after["sales"]).sum(axis=(0, 2)), atol=1e-8
    )


@pytest.mark.parametrize("name", sorted(MODELS))
def test_any_model_is_certified_and_batches_agree(name):
    sectors, model = MODELS[name]
    economy = random_world(3, regions=4, sectors=sectors)
    policies = []
    for seed in range(5):
        tariff, tax, factor = changes(seed, economy.flows.shape, "all")
        policies.append(
            Policy(replace(economy.tariffs, rates=tariff), export_taxes=tax / 3, trade_costs=factor)
        )
    batch = counterfactuals(economy, [economy.tariffs, *policies], model)
    assert np.abs(batch.welfare[0]).max() < 1e-8
    for b, policy in enumerate(policies):
        one = counterfactual(economy, policy, model)
        assert one.certificate.largest < 1e-9
        np.testing.assert_allclose(batch.welfare[b + 1], one.welfare, atol=1e-8)
        np.testing.assert_allclose(batch.tariff_revenue[b + 1], one.tariff_revenue, rtol=1e-8)
    arrays = counterfactuals(
        economy,
        np.stack([policy.tariffs.rates for policy in policies]),
        model,
        trade_costs=np.stack([policy.trade_costs for policy in policies]),
        export_taxes=np.stack([policy.export_taxes for policy in policies]),
    )
    np.testing.assert_allclose(arrays.welfare, batch.welfare[1:], atol=1e-9)


@pytest.mark.parametrize("name", ["plain", "profits", "inputs", "deficits given", "elastic"])
@pytest.mark.parametrize("seed", range(4))
def test_lerner_symmetry(name, seed):
    """A uniform import tariff and a uniform export tax leave the same real allocation."""
    if name == "elastic":
        sectors, model = 3, TradeModel(labor_supply_elasticity=0.5)
    else:
        sectors, model = MODELS[name]
    economy = purge_imbalances(random_world(seed, regions=4, sectors=sectors), model)
    rate, rates = 0.3, economy.tariffs.rates.copy()
    rates[:, :, 1] = (1.0 + rates[:, :, 1]) * (1.0 + rate) - 1.0
    rates[:, 1, 1] = 0.0
    taxes = np.zeros_like(rates)
    taxes[:, 1, :] = rate
    taxes[:, 1, 1] = 0.0
    tariff = counterfactual(economy, replace(economy.tariffs, rates=rates), model)
    tax = counterfactual(economy, economy.tariffs, model, export_taxes=taxes)
    assert np.abs(tariff.welfare).max() > 1e-3
    np.testing.assert_allclose(tax.welfare, tariff.welfare, atol=1e-9)
    np.testing.assert_allclose(tax.employment_index, tariff.employment_index, rtol=1e-9)
    real = [r.flows / r.wage_index[:, None] for r in (tax, tariff)]
    np.testing.assert_allclose(real[0], real[1], rtol=1e-9)
    np.testing.assert_allclose(
        tax.tariff_revenue / tax.wage_bill, tariff.tariff_revenue / tariff.wage_bill, atol=1e-9
    )


@pytest.mark.parametrize("name", sorted(MODELS))
def test_an_identity_change_changes_nothing(name):
    sectors, model = MODELS[name]
    economy = random_world(5, regions=4, sectors=sectors)
    ones, zeros = np.ones(economy.flows.shape), np.zeros(economy.flows.shape)
    result = counterfactual(economy, economy.tariffs, model, trade_costs=ones, export_taxes=zeros)
    plain = counterfactual(economy, economy.tariffs, model)
    assert np.abs(result.welfare - plain.welfare).max() < 1e-12
    np.testing.assert_allclose(result.flows, economy_flows(result), rtol=1e-12)
    assert np.abs(result.welfare).max() < 1e-10


def economy_flows(result):
    return result.calibration.flows


@pytest.mark.parametrize("name", ["plain", "inputs", "one sector", "scale"])
def test_a_ban_is_the_limit_of_controls_and_finite(name):
    sectors, model = MODELS[name]
    economy = random_world(6, regions=4, sectors=sectors)
    start = Policy(economy.tariffs)
    pair = {"exporter": "R0", "importer": "R1", "sectors": ["S0"]}
    ban = counterfactual(economy, start.with_export_ban(**pair), model)
    assert ban.flows[0, 0, 1] == 0.0
    for values in (ban.welfare, ban.price_index, ban.sector_prices, ban.flows):
        assert np.all(np.isfinite(values))
    near = [
        counterfactual(economy, start.with_export_control(**pair, rate=rate), model)
        for rate in (1e2, 1e5)
    ]
    gaps = [np.abs(world.welfare - ban.welfare).max() for world in near]
    assert gaps[1] < gaps[0]
    assert gaps[1] < 1e-6
    taxed = counterfactual(economy, start.with_export_tax(**pair, rate=1e6), model)
    np.testing.assert_allclose(taxed.welfare, ban.welfare, atol=1e-5)
    assert ban.certificate.largest < 1e-9


def test_a_control_is_a_trade_cost_that_the_exporter_decides():
    economy = random_world(7, regions=3, sectors=2)
    factor = np.ones(economy.flows.shape)
    factor[1, 0, 2] = 1.4
    control = Policy(economy.tariffs).with_export_control(
        exporter="R0", importer="R2", sectors=["S1"], rate=0.4
    )
    cost = Policy(economy.tariffs).with_trade_cost(
        exporter="R0", importer="R2", sectors=["S1"], factor=1.4
    )
    worlds = [counterfactual(economy, policy) for policy in (control, cost)]
    direct = counterfactual(economy, economy.tariffs, trade_costs=factor)
    np.testing.assert_allclose(worlds[0].welfare, direct.welfare, atol=1e-12)
    np.testing.assert_allclose(worlds[1].welfare, direct.welfare, atol=1e-12)
    assert np.abs(direct.export_tax_revenue).max() == 0.0
    taxed = counterfactual(
        economy,
        Policy(economy.tariffs).with_export_tax(
            exporter="R0", importer="R2", sectors=["S1"], rate=0.4
        ),
    )
    assert taxed.welfare[0] > direct.welfare[0]


def test_a_policy_of_tariffs_alone_is_the_tariffs():
    economy = random_world(8, regions=3, sectors=2)
    war = economy.tariffs.set(importer="R0", rate=0.5)
    one, two = counterfactual(economy, war), counterfactual(economy, Policy(war))
    assert np.array_equal(one.welfare, two.welfare)
    assert np.array_equal(one.flows, two.flows)
    assert two.policy.tariffs is war


def test_bad_policies():
    economy = random_world(0, regions=3, sectors=2)
    shape = economy.flows.shape
    good = Policy(economy.tariffs)
    diagonal = np.full(shape, 0.1)
    bad_cost = np.ones(shape)
    bad_cost[0, 0, 1] = 0.0
    cases = [
        (lambda: Policy(np.zeros(shape)), "tariffs"),
        (lambda: Policy(economy.tariffs, export_taxes=diagonal), "own sales"),
        (lambda: Policy(economy.tariffs, export_taxes=np.full((1, 3, 3), 0.1)), "shape"),
        (lambda: Policy(economy.tariffs, trade_costs=bad_cost), "trade_costs"),
        (lambda: good.with_export_tax(exporter="R0", importer="R0", rate=0.1), "own sales"),
        (lambda: good.with_export_tax(exporter="XX", importer="R0", rate=0.1), "XX"),
        (lambda: good.with_export_tax(exporter="R0", importer="R1", rate=-1.0), "rate"),
        (lambda: good.with_export_control(exporter="R0", importer="R1", rate=-0.1), "rate"),
        (lambda: good.with_trade_cost(exporter="R0", importer="R1", factor=0.0), "factor"),
        (lambda: counterfactual(economy, good, export_taxes=np.zeros(shape)), "export_taxes"),
        (lambda: counterfactual(random_world(0, regions=2), good), "labels"),
        (lambda: counterfactual(economy, 3.0), "tariffs"),
    ]
    for call, word in cases:
        with pytest.raises(InvalidInputError, match=word):
            call()


def test_transfers_that_no_trade_can_pay_are_said():
    economy = random_world(3, regions=3, sectors=2)
    with pytest.raises(ConvergenceError, match="balanced"):
        counterfactual(economy, Policy(economy.tariffs).with_export_ban())


def test_nobody_left_to_sell_is_said():
    economy = random_world(0, regions=3, sectors=1)
    flows = economy.flows.copy()
    flows[0, 1, 1] = 0.0
    flows[0, 2, 1] = 0.0
    economy = replace(economy, flows=flows)
    with pytest.raises(InvalidInputError, match="R1"):
        counterfactual(economy, Policy(economy.tariffs).with_export_ban(exporter="R0"))


@pytest.mark.parametrize("name", ["plain", "inputs", "one sector"])
def test_large_batches_agree_with_single_policies(name):
    """Every rate of every scenario moves: kernels are then compiled and of each scenario's own."""
    sectors, model = MODELS[name]
    economy = random_world(9, regions=5, sectors=sectors)
    count = 20_000 // economy.flows.size + 5
    rng = np.random.default_rng(0)
    index = np.arange(5)
    rates, taxes = rng.uniform(0.0, 0.3, (2, count, *economy.flows.shape))
    costs = rng.uniform(0.9, 1.3, (count, *economy.flows.shape))
    for table, none in ((rates, 0.0), (taxes, 0.0), (costs, 1.0)):
        table[..., index, index] = none
    batch = counterfactuals(economy, rates, model, trade_costs=costs, export_taxes=taxes)
    without = counterfactuals(economy, rates, model, trade_costs=costs[0])
    for b in (0, count - 1):
        tariffs = replace(economy.tariffs, rates=rates[b])
        one = counterfactual(economy, tariffs, model, trade_costs=costs[b], export_taxes=taxes[b])
        np.testing.assert_allclose(batch.welfare[b], one.welfare, atol=1e-8)
        abroad = one.border_flows.sum(axis=0) * (1.0 - np.eye(5))
        np.testing.assert_allclose(batch.exports[b], abroad.sum(axis=1), rtol=1e-8)
        np.testing.assert_allclose(batch.imports[b], abroad.sum(axis=0), rtol=1e-8)
        other = counterfactual(economy, tariffs, model, trade_costs=costs[0])
        np.testing.assert_allclose(without.welfare[b], other.welfare, atol=1e-8)


def test_bad_batches_of_policies():
    economy = random_world(1, regions=3, sectors=2)
    shape = economy.flows.shape
    two = np.stack([economy.tariffs.rates] * 2)
    cases = [
        (lambda: counterfactuals(economy, two, trade_costs=np.ones((1, *shape))), "fewer"),
        (lambda: counterfactuals(economy, two, export_taxes=np.zeros((2, 2, *shape))), "shape"),
        (lambda: counterfactuals(economy, two, export_taxes="high"), "export_taxes"),
        (lambda: counterfactuals(economy, [economy.tariffs, 3]), "schedules"),
    ]
    for call, word in cases:
        with pytest.raises(InvalidInputError, match=word):
            call()


def test_a_prohibitive_policy_far_off_is_reached():
    """Everybody's exports are banned but to themselves: autarky, in every model with prices."""
    economy = random_world(2, regions=3, sectors=2)
    balanced = TradeModel(transfers="balanced")
    policy = Policy(economy.tariffs)
    world = counterfactual(economy, policy.with_export_ban(), balanced)
    home = world.calibration.shares[:, np.arange(3), np.arange(3)]
    assert np.all(world.flows * (1.0 - np.eye(3)) == 0.0)
    assert world.certificate.largest < 1e-9
    assert np.all(world.welfare < 0.0)
    one = TradeModel(transfers="balanced", value_added_share=1.0, trade_elasticity=4.0)
    free = replace(economy, tariffs=replace(economy.tariffs, rates=np.zeros(economy.flows.shape)))
    alone = counterfactual(free, Policy(free.tariffs).with_export_ban(), one)
    cal = alone.calibration
    home = cal.shares[:, np.arange(3), np.arange(3)]
    gains = np.prod(home ** (cal.final_shares / 4.0), axis=0)
    real = cal.wage_bill / cal.expenditure * gains
    np.testing.assert_allclose(1.0 + alone.welfare / 100.0, real, rtol=1e-9)
