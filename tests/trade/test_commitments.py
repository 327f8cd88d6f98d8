"""Quotas and purchase commitments: tariff equivalents, complementarity, a model in levels."""

import numpy as np
import pytest
from scipy.optimize import root

from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.policy.purchases import purchase_effects
from negotiation.trade.economy import Economy
from negotiation.trade.equilibrium import counterfactual, counterfactuals
from negotiation.trade.instruments.policy import Policy, Purchase, Quota
from tests.trade.levels import random_levels
from tests.trade.test_equilibrium import MODELS
from tests.trade.test_instruments import WORLDS, data_of, distance
from tests.trade.worlds import random_world


def quantities(result):
    """Delivered quantities over the baseline's, from reported prices and flows."""
    cal, policy = result.calibration, result.policy
    bundle = result.wage_index**cal.labor_share
    if cal.input_shares is not None:
        for k in range(len(cal.sectors)):
            bundle = bundle * result.sector_prices[k] ** cal.input_shares[:, k, :].T
    firms = result.employment_index if result.sector_scale is None else result.sector_scale
    bundle = bundle * (firms * result.wage_index / bundle) ** -cal.psi[:, None]
    cost = bundle[:, :, None] * policy.trade_costs * (1.0 + policy.export_controls)
    return result.flows / cal.flows / cost


@pytest.mark.parametrize("rents", ["importer", "exporter"])
@pytest.mark.parametrize("seed", range(20))
def test_a_quota_is_its_tariff_equivalent_and_that_of_levels(seed, rents):
    """The wedge is found here by a root in levels; rents go to either side."""
    world = random_levels(seed, **WORLDS[seed % len(WORLDS)])
    before, at = world.solve()
    economy, model = data_of(world, before)
    limit, s = 0.6, world.taste.shape[0] - 1
    policy = Policy(economy.tariffs).with_quota(
        exporter="R0", importer="R1", sectors=[f"S{s}"], limit=limit, rents=rents
    )
    result = counterfactual(economy, policy, model)

    def taxed(log):
        factor = np.exp(log)
        if rents == "importer":
            tariff = world.tariff.copy()
            tariff[s, 0, 1] = (1.0 + tariff[s, 0, 1]) * factor - 1.0
            return world.changed(tariff=tariff)
        tax = world.export_tax.copy()
        tax[s, 0, 1] = factor - 1.0
        return world.changed(export_tax=tax)

    def gap(x):
        after, _ = taxed(x[0]).solve(at)
        return np.log(after["quantity"][s, 0, 1] / before["quantity"][s, 0, 1] / limit)

    found = root(gap, 0.1, tol=1e-12)
    after, _ = taxed(found.x[0]).solve(at)
    assert distance(result, before, after) < 1e-8
    wedge = (1.0 + result.tariffs.rates) * (1.0 + result.policy.export_taxes)
    np.testing.assert_allclose(
        np.log(wedge[s, 0, 1] / (1.0 + world.tariff[s, 0, 1])), found.x[0], rtol=1e-7
    )
    again = counterfactual(
        economy, Policy(result.tariffs, export_taxes=result.policy.export_taxes), model
    )
    np.testing.assert_allclose(again.welfare, result.welfare, atol=1e-9)
    assert result.certificate.largest < 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_purchases_in_levels(seed):
    """A subsidy on two goods at one rate, found by a root in levels."""
    world = random_levels(seed, sectors=3, kappa=0.3 * (seed % 2))
    before, at = world.solve()
    economy, model = data_of(world, before)
    value = 0.25 * before["sales"][1:, 2, 0].sum()
    policy = Policy(economy.tariffs).with_purchase(
        importer="R0", exporter="R2", sectors=["S1", "S2"], value=value
    )
    result = counterfactual(economy, policy, model)

    def subsidised(log):
        tariff = world.tariff.copy()
        tariff[1:, 2, 0] = (1.0 + tariff[1:, 2, 0]) * np.exp(-log) - 1.0
        return world.changed(tariff=tariff)

    def gap(x):
        after, _ = subsidised(x[0]).solve(at)
        growth = after["quantity"][1:, 2, 0] / before["quantity"][1:, 2, 0]
        base = before["sales"][1:, 2, 0]
        return (base * growth).sum() / (base.sum() + value) - 1.0

    found = root(gap, 0.05, tol=1e-12)
    after, _ = subsidised(found.x[0]).solve(at)
    assert distance(result, before, after) < 1e-8
    assert found.x[0] > 0.0


@pytest.mark.parametrize("name", sorted(MODELS))
def test_many_limits_are_complementary(name):
    """Those that bind are met exactly, and only they are taxed."""
    sectors, model = MODELS[name]
    economy = random_world(4, regions=4, sectors=sectors)
    policy = Policy(economy.tariffs.add(importer="R3", rate=0.5)).with_trade_cost(
        exporter="R1", importer="R3", factor=1.05
    )
    rng = np.random.default_rng(0)
    limits = {}
    for i in range(3):
        for s in range(sectors):
            limits[s, i, 3] = float(rng.uniform(0.1, 0.9))
            policy = policy.with_quota(
                exporter=f"R{i}",
                importer="R3",
                sectors=[f"S{s}"],
                limit=limits[s, i, 3],
                rents=("importer", "exporter")[i % 2],
            )
    result = counterfactual(economy, policy, model)
    wedge = (1.0 + result.tariffs.rates) * (1.0 + result.policy.export_taxes)
    extra = wedge / (1.0 + policy.tariffs.rates) - 1.0
    reached = quantities(result)
    bound = 0
    for place, limit in limits.items():
        assert reached[place] < limit * (1.0 + 1e-8)
        if extra[place] > 1e-9:
            bound += 1
            assert abs(reached[place] / limit - 1.0) < 1e-8
    assert 0 < bound < len(limits) or sectors == 1
    assert result.certificate.largest < 1e-9
    batch = counterfactuals(economy, [policy, economy.tariffs], model)
    np.testing.assert_allclose(batch.welfare[0], result.welfare, atol=1e-8)
    again = counterfactual(economy, result.policy, model)
    np.testing.assert_allclose(again.welfare, result.welfare, atol=1e-8)


def test_limits_that_do_not_bind_change_nothing():
    economy = random_world(1, regions=3, sectors=2)
    policy = Policy(economy.tariffs)
    loose = policy.with_quota(exporter="R0", importer="R1", limit=1.5).with_purchase(
        importer="R2", exporter="R1", value=0.0
    )
    result = counterfactual(economy, loose)
    assert np.abs(result.welfare).max() < 1e-9
    assert np.abs(result.tariffs.rates - economy.tariffs.rates).max() < 1e-10


def test_a_quota_of_nothing_is_a_ban_and_its_limit():
    economy = random_world(2, regions=3, sectors=2)
    start = Policy(economy.tariffs)
    pair = {"exporter": "R0", "importer": "R1", "sectors": ["S1"]}
    ban = counterfactual(economy, start.with_export_ban(**pair))
    none = counterfactual(economy, start.with_quota(**pair, limit=0.0))
    np.testing.assert_allclose(none.welfare, ban.welfare, atol=1e-10)
    little = counterfactual(economy, start.with_quota(**pair, limit=1e-6))
    np.testing.assert_allclose(little.welfare, ban.welfare, atol=1e-4)


def test_rents_go_where_they_are_said_to():
    economy = random_world(3, regions=3, sectors=2)
    start = Policy(economy.tariffs)
    worlds = [
        counterfactual(
            economy,
            start.with_quota(exporter="R0", importer="R1", sectors=["S0"], limit=0.5, rents=rents),
        )
        for rents in ("importer", "exporter")
    ]
    assert worlds[0].welfare[1] > worlds[1].welfare[1]
    assert worlds[0].welfare[0] < worlds[1].welfare[0]
    assert worlds[0].export_tax_revenue.max() == 0.0
    assert worlds[1].export_tax_revenue[0] > 0.0


def test_one_commitment_needs_no_list():
    economy = random_world(1, regions=3, sectors=2)
    quota = Quota("R0", "R1", "S0", 0.5)
    assert quota.sectors == ("S0",)
    assert Policy(economy.tariffs, quotas=quota).quotas == (quota,)


def test_bad_commitments():
    economy = random_world(0, regions=3, sectors=2)
    start = Policy(economy.tariffs)
    pair = {"exporter": "R0", "importer": "R1"}
    flows = economy.flows.copy()
    flows[0, 2, 0] = 0.0
    empty = Economy("gaps", economy.regions, economy.sectors, flows, economy.tariffs,
                    elasticities=economy.elasticities)  # fmt: skip
    cases = [
        (lambda: Quota("R0", "R1", ("S0",), limit=-0.1), "limit"),
        (lambda: Quota("R0", "R1", ("S0",), limit=0.5, rents="nobody"), "rents"),
        (lambda: Purchase("R0", "R1", ("S0",), value=-1.0), "value"),
        (lambda: start.with_quota(exporter="R0", importer="R0", limit=0.5), "own sales"),
        (lambda: start.with_quota(**pair, limit=0.5, sectors=["S0", "S0"]), "distinct"),
        (lambda: Purchase("R0", "R1", (), value=1.0), "at least one"),
        (lambda: Quota("R0", "R1", 3, limit=0.5), "list of labels"),
        (lambda: Policy(economy.tariffs, quotas=(3,)), "Quota"),
        (lambda: Policy(economy.tariffs, purchases="much"), "Purchase"),
        (
            lambda: counterfactual(
                economy, start.with_quota(**pair, limit=0.5).with_quota(**pair, limit=0.6)
            ),
            "two commitments",
        ),
        (
            lambda: counterfactual(
                empty,
                start.with_purchase(importer="R0", exporter="R2", sectors=["S0"], value=1.0),
            ),
            "nothing that is listed",
        ),
    ]
    for call, word in cases:
        with pytest.raises(InvalidInputError, match=word):
            call()
    untraded = start.with_quota(exporter="R2", importer="R0", sectors=["S0"], limit=0.5)
    assert np.abs(counterfactual(empty, untraded).welfare).max() < 1e-9


def test_purchases_beyond_reach_are_said():
    """More than the seller can make: no subsidy brings that about."""
    economy = random_world(0, regions=3, sectors=2)
    policy = Policy(economy.tariffs).with_purchase(
        importer="R0", exporter="R1", sectors=["S0"], value=1e4
    )
    with pytest.raises(ConvergenceError):
        counterfactual(economy, policy)


def test_what_purchases_cost_and_give():
    """The buyer loses, the seller gains, and a small commitment costs little of its value."""
    economy = random_world(6, regions=3, sectors=2, tariffs=0.0, gdp=np.full(3, 100.0))
    start = Policy(economy.tariffs)
    flow = {"importer": "R0", "exporter": "R1", "sectors": ["S0"]}
    effects = purchase_effects(economy, start.with_purchase(value=0.2, **flow))
    assert effects.cost_to("R0") > 0.0 > effects.cost_to("R1")
    assert effects.subsidies[0] > 0.0
    spent = effects.world.flows[0, 1, 0] * effects.subsidies[0]
    assert effects.outlays[0] == pytest.approx(spent, rel=1e-9)
    reached = quantities(effects.world)[0, 1, 0]
    assert economy.flows[0, 1, 0] * (reached - 1.0) == pytest.approx(0.2, rel=1e-8)
    small = purchase_effects(economy, start.with_purchase(value=0.02, **flow))
    assert small.cost_to("R0") / 0.02 < effects.cost_to("R0") / 0.2
    frame = effects.to_frame()
    assert list(frame.index) == ["R0", "R1", "R2"]
    assert np.allclose(frame["value"], frame["real_income"])
    idle = purchase_effects(economy, start.with_purchase(value=0.0, **flow))
    assert abs(idle.cost_to("R0")) < 1e-9
    with pytest.raises(InvalidInputError, match="no commitment"):
        purchase_effects(economy, start)
