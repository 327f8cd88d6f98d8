"""Equilibria: published tables, properties of any equilibrium, and refusals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.policy.problem.setting import setting
from negotiation.trade.calibration import calibrate
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactual, counterfactuals
from negotiation.trade.model import TradeModel
from negotiation.trade.purging import purge_imbalances
from tests.trade.worlds import agrees, ignatenko, ignatenko_groups, published, random_world

ONE_SECTOR = TradeModel.ignatenko2025()
PLAIN = TradeModel(trade_elasticity=4.0, value_added_share=1.0)
MODELS = {
    "one sector": (1, ONE_SECTOR),
    "lump sum": (1, TradeModel.ignatenko2025(revenue="lump_sum")),
    "roundabout": (1, TradeModel.roundabout()),
    "fixed labour": (1, replace(TradeModel.roundabout(), labor_supply_elasticity=0.0)),
    "plain": (1, PLAIN),
    "profits": (3, TradeModel.ossa2014()),
    "inputs": (3, TradeModel()),
    "deficits given": (3, TradeModel.caliendo_parro2015()),
    "scale": (
        3,
        TradeModel(
            scale_elasticity=0.1,
            labor_supply_elasticity=0.3,
            destination_share=0.1,
            tariff_exponent=1.2,
            transfers="given",
            numeraire="prices",
        ),
    ),
}


def closed_form(flows, share, exponent, elasticity=4.0):
    """Inputs of the authors' formula for a uniform optimal tariff, by exporter's partners."""
    own = np.diag(flows)
    spent = flows.sum(axis=0)
    abroad = flows * (1.0 - share) * (1.0 - np.eye(len(flows)))

    def rate(at, denominator):
        kept = (abroad * (1.0 - flows / spent)).sum(axis=1)
        delta = kept / ((1.0 - share) * (denominator - own))
        return 1.0 / ((1.0 + delta[at] * elasticity) * exponent[at] - 1.0)

    return rate


@pytest.fixture(scope="module")
def liberation_day():
    """Every scenario of the three printed tables."""
    economy, rates = ignatenko()
    cal = calibrate(economy, ONE_SECTOR)
    count, us, china = len(rates), economy.region_index("USA"), economy.region_index("CHN")
    groups = ignatenko_groups(economy.regions)
    flows = cal.flows[0]
    own = closed_form(flows, cal.nu, cal.phi)
    sides = np.zeros((2, count))
    sides[0], sides[1, us] = 1.0, 1.0
    sides[0, us] = 0.0
    merged = closed_form(sides @ flows @ sides.T, cal.nu[[0, us]], cal.phi[[0, us]])
    retaliation = merged(0, sides @ cal.wage_bill)

    def both(to_us=0.0, from_us=0.0):
        table = np.zeros((count, count))
        table[:, us], table[us] = to_us, from_us
        return table

    def war(partners, china_rate=None):
        table = both(0.1, 0.1)
        for region in partners:
            i = economy.region_index(region)
            rate = rates[i] if china_rate is None or i != china else china_rate
            table[i, us] = table[us, i] = rate
        return table

    alone = own(us, cal.expenditure)
    scenarios = {
        "USTR+income tax relief": both(rates),
        "optimal US tariff+income tax relief": both(alone),
        "USTR+reciprocal retaliation": both(rates, rates),
        "USTR+optimal retaliation": both(rates, retaliation),
        "optimal+optimal retaliation": both(own(us, cal.wage_bill), retaliation),
        "US war with EU & China": war(["CHN", *groups["EU"]]),
        "US war with China": war(["CHN"]),
        "US war with China 108%": war(["CHN"], 1.08),
        "USTR+lump-sum": both(rates),
    }
    for table in scenarios.values():
        np.fill_diagonal(table, 0.0)
    lump_sum = TradeModel.ignatenko2025(revenue="lump_sum")
    return {
        name: counterfactual(
            economy,
            TariffSchedule(economy.regions, economy.sectors, table[None]),
            lump_sum if name == "USTR+lump-sum" else ONE_SECTOR,
        )
        for name, table in scenarios.items()
    }


@pytest.mark.parametrize("number", [1, 2, 8])
def test_every_printed_cell(liberation_day, number):
    groups = ignatenko_groups(next(iter(liberation_day.values())).regions)
    tables = {name: result.table(groups) for name, result in liberation_day.items()}
    rows = published(f"ignatenko2025_table{number}.csv")
    wrong = [
        (row["panel"], row["row"], row["measure"], value, row["published_pct"])
        for row in rows
        if not agrees(
            value := tables[row["panel"]].loc[row["row"], row["measure"]], row["published_pct"]
        )
    ]
    assert len(rows) >= 36
    assert not wrong
    assert max(result.certificate.largest for result in liberation_day.values()) < 1e-9


def test_world_trade_and_employment_of_the_roundabout_version():
    """World trade over GDP and employment, with and without inputs, as their table prints them."""
    economy, rates = ignatenko()
    count, us = len(rates), economy.region_index("USA")
    alone = np.zeros((count, count))
    alone[:, us] = rates
    alone[us, us] = 0.0
    both = alone.copy()
    both[us] = both[:, us]
    printed = {
        "alone": ("-9.4", "-0.02", "-10.8", "-0.12"),
        "both": ("-11.6", "-0.15", "-12.4", "-0.58"),
    }
    for table, cells in ((alone, printed["alone"]), (both, printed["both"])):
        schedule = TariffSchedule(economy.regions, economy.sectors, table[None])
        for model, trade, employment in (
            (ONE_SECTOR, *cells[:2]),
            (TradeModel.roundabout(), *cells[2:]),
        ):
            world = counterfactual(economy, schedule, model)
            cal = world.calibration
            abroad = 1.0 - np.eye(count)
            new = (world.flows[0] * (1.0 + table) * abroad).sum() / world.wage_bill.sum()
            old = (cal.flows[0] * abroad).sum() / cal.wage_bill.sum()
            assert agrees(100.0 * (new / old - 1.0), trade)
            assert agrees(np.average(world.employment, weights=cal.wage_bill), employment)
            assert world.certificate.largest < 1e-9


def test_destination_shares_are_those_of_the_data():
    """The two shares solve the authors' two conditions on the US and the rest of the world."""
    economy, _ = ignatenko()
    us = economy.region_index("USA")
    flows, gdp = economy.flows[0].copy(), economy.gdp
    np.fill_diagonal(flows, 0.0)
    out, into = flows[us].sum(), flows[:, us].sum()
    rest, own = (ONE_SECTOR.destination_share[key] for key in ("*", "USA"))
    income = np.array([gdp.sum() - gdp[us], gdp[us]])
    bought, sold = np.array([out, into]), np.array([into, out])
    share, other = np.array([rest, own]), np.array([own, rest])
    inside = np.array([flows.sum() - out - into, 0.0])
    paid = sold * (1.0 - other) + inside * (1.0 - share)
    spent = income + (1.0 - share) * (bought + inside - paid)
    home = (spent - bought) / (spent - bought + sold)
    target = (1.0 - home[0]) * own + home[0] * rest, home[1] * own + (1.0 - home[1]) * rest
    assert target == pytest.approx((0.12, 0.26), abs=1e-8)


def changed(economy, size=0.3, seed=1):
    rng = np.random.default_rng(seed)
    rates = economy.tariffs.rates + rng.uniform(0.0, size, economy.flows.shape)
    rates[:, np.arange(len(economy.regions)), np.arange(len(economy.regions))] = 0.0
    return TariffSchedule(economy.regions, economy.sectors, rates)


@pytest.mark.parametrize("name", MODELS)
def test_any_equilibrium(name):
    """No change changes nothing; all markets clear, the one left out included."""
    sectors, model = MODELS[name]
    economy = random_world(3, regions=4, sectors=sectors)
    same = counterfactual(economy, economy.tariffs, model)
    for change in (same.welfare, same.prices, same.employment, same.wages):
        assert np.allclose(change, 0.0, atol=1e-9)
    assert np.allclose(same.flows, same.calibration.flows)
    war = counterfactual(economy, changed(economy), model)
    assert war.certificate.largest < 1e-9
    assert war.converged
    assert not np.allclose(war.welfare, 0.0, atol=1e-3)
    level = war.wage_index if model.numeraire == "wages" else war.price_index
    cal = war.calibration
    weight = cal.wage_bill if model.numeraire == "wages" else cal.expenditure
    assert np.average(level, weights=weight) == pytest.approx(1.0)


@pytest.mark.parametrize("kappa", [0.0, 0.5])
@pytest.mark.parametrize("inputs", [False, True])
def test_a_sector_is_as_good_as_two_of_its_halves(kappa, inputs):
    """Scale economies, inputs and tastes of halves are those of the whole."""
    one = random_world(6, regions=4, sectors=1)
    rates = one.tariffs.rates.repeat(2, axis=0)
    two = replace(
        one,
        sectors=("S0", "S1"),
        flows=0.5 * one.flows.repeat(2, axis=0),
        tariffs=replace(one.tariffs, sectors=("S0", "S1"), rates=rates),
        elasticities={},
    )
    model = TradeModel(
        trade_elasticity=4.0,
        scale_elasticity=0.1,
        labor_supply_elasticity=kappa,
        value_added_share=0.6 if inputs else 1.0,
    )
    worlds = [
        counterfactual(economy, economy.tariffs.add(importer="R0", rate=0.4), model)
        for economy in (one, two)
    ]
    np.testing.assert_allclose(worlds[0].welfare, worlds[1].welfare, atol=1e-8)
    np.testing.assert_allclose(worlds[0].wage_index, worlds[1].wage_index, rtol=1e-9)
    np.testing.assert_allclose(worlds[0].flows[0], worlds[1].flows.sum(axis=0), rtol=1e-8)
    without = counterfactual(
        one, one.tariffs.add(importer="R0", rate=0.4), replace(model, scale_elasticity=0.0)
    )
    moved = np.abs(without.welfare - worlds[0].welfare).max()
    assert (moved > 1e-4) == (kappa > 0.0 or inputs)


@pytest.mark.parametrize("name", [n for n in MODELS if MODELS[n][1].transfers != "given"])
def test_numeraire_and_money_unit_do_not_matter(name):
    sectors, model = MODELS[name]
    economy = random_world(4, regions=4, sectors=sectors)
    war = counterfactual(economy, changed(economy), model)
    other = "wages" if model.numeraire == "prices" else "prices"
    again = counterfactual(economy, changed(economy), replace(model, numeraire=other))
    in_millions = replace(economy, flows=1e3 * economy.flows)
    scaled = counterfactual(in_millions, changed(economy), model)
    for result in (again, scaled):
        assert np.allclose(result.welfare, war.welfare, atol=1e-9)
        assert np.allclose(result.employment, war.employment, atol=1e-9)
    assert np.allclose(scaled.flows, 1e3 * war.flows)
    assert np.allclose(again.flows / again.flows.sum(), war.flows / war.flows.sum(), atol=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_batch_equals_single(name):
    sectors, model = MODELS[name]
    economy = random_world(5, regions=3, sectors=sectors)
    schedules = [changed(economy, size, seed) for seed, size in enumerate((0.1, 0.5, 1.5))]
    schedules.append(economy.tariffs.set(importer="R0", exporter="R1", rate=1.45))
    batch = counterfactuals(economy, (item for item in schedules), model)
    stacked = counterfactuals(economy, np.stack([item.rates for item in schedules]), model)
    sparse = counterfactuals(economy, schedules[3:], model)
    assert np.array_equal(batch.welfare, stacked.welfare)
    assert np.allclose(sparse.welfare[0], batch.welfare[3], atol=1e-10)
    for b, schedule in enumerate(schedules):
        one = counterfactual(economy, schedule, model)
        new = one.flows.sum(axis=0)
        exports = new.sum(axis=1) - np.diag(new)
        for mine, theirs in (
            (one.welfare, batch.welfare),
            (one.prices, batch.prices),
            (one.wages, batch.wages),
            (one.employment, batch.employment),
            (one.income, batch.income),
            (one.tariff_revenue, batch.tariff_revenue),
            (exports, batch.exports),
            (new.sum(axis=0) - np.diag(new), batch.imports),
        ):
            assert np.allclose(mine, theirs[b], atol=1e-10, rtol=1e-10)
    assert len(batch) == 4
    assert list(batch.to_frame().columns)[:2] == ["welfare", "employment"]


@pytest.mark.parametrize("name", ["plain", "roundabout", "inputs", "profits"])
def test_splitting_a_region_into_equal_parts_changes_nothing(name):
    sectors, model = MODELS[name]
    model = replace(model, home_sales="gross")
    whole = random_world(6, regions=3, sectors=sectors)
    twin = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]])
    part = twin / twin.sum(axis=0)
    names = ("R0", "R1", "R2", "R3")

    def spread(values, left, right):
        return np.einsum("ax,by,sxy->sab", left, right, values)

    halves = replace(
        whole,
        regions=names,
        flows=spread(whole.flows, part, part),
        tariffs=TariffSchedule(names, whole.sectors, spread(whole.tariffs.rates, twin, twin)),
        value_added_share=twin @ whole.value_added_share,
    )
    war = whole.tariffs.set(importer="R0", exporter="R2", rate=0.8)
    split = halves.tariffs.set(importer="R0", exporter=("R2", "R3"), rate=0.8)
    one, two = counterfactual(whole, war, model), counterfactual(halves, split, model)
    assert np.allclose(twin @ one.welfare, two.welfare, atol=1e-9)
    merged = halves.aggregate(regions={"R2": ["R2", "R3"]})
    assert np.allclose(merged.flows, whole.flows)
    assert np.allclose(counterfactual(merged, war, model).welfare, one.welfare, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 4.0), st.floats(0.5, 12.0))
def test_large_tariffs_converge(seed, size, elasticity):
    economy = random_world(seed, regions=5, sectors=2)
    model = TradeModel(trade_elasticity=elasticity, labor_supply_elasticity=0.5, revenue="lump_sum")
    result = counterfactual(economy, changed(economy, size, seed), model)
    assert result.certificate.largest < 1e-9


def test_stiff_sector_and_empty_flows():
    economy = random_world(2, regions=4, sectors=3)
    flows = economy.flows.copy()
    flows[1, 0, 2] = 0.0
    flows[2, :, 3] = 0.0
    economy = replace(economy, flows=flows)
    model = TradeModel(trade_elasticity=[64.85, 3.0, 5.0], scale_elasticity=[0.0, 0.05, 0.1])
    result = counterfactual(economy, economy.tariffs.add(importer="R0", rate=1.0), model)
    assert result.certificate.largest < 1e-9
    assert result.flows[1, 0, 2] == 0.0
    assert np.all(result.flows[2, :, 3] == 0.0)


def test_tables_and_frames():
    economy = random_world(1, regions=3, sectors=2, gdp=np.array([9.0, 1.0, 1.0]))
    war = counterfactual(economy, economy.tariffs.set(importer="R0", rate=0.5))
    table = war.table({"rest": ["R1", "R2"]})
    assert list(table.columns) == [
        "welfare",
        "employment",
        "prices",
        "exports_to_gdp",
        "imports_to_gdp",
        "deficit",
        "tariff_revenue",
    ]
    assert table.loc["rest", "welfare"] == pytest.approx(
        np.average(war.welfare[1:], weights=war.calibration.spending.sum(axis=0)[1:])
    )
    equal = war.table({"rest": ["R1", "R2"]}, weights="equal")
    assert equal.loc["rest", "welfare"] == pytest.approx(war.welfare[1:].mean())
    by_gdp = war.table({"most": ["R0", "R1"]}, weights="gdp")
    assert by_gdp.loc["most", "welfare"] == pytest.approx(
        0.9 * war.welfare[0] + 0.1 * war.welfare[1]
    )
    frame = war.to_frame()
    assert frame["flow"].sum() == pytest.approx(war.flows.sum())
    assert len(frame) == 18
    with pytest.raises(InvalidInputError, match="no GDP table"):
        counterfactual(random_world(1), random_world(1).tariffs).table({"a": ["R0"]}, weights="gdp")


def test_balanced_trade_and_explicit_transfers():
    economy = random_world(8, regions=3)
    balanced = counterfactual(economy, economy.tariffs, replace(PLAIN, transfers="balanced"))
    new = balanced.flows.sum(axis=0)
    assert np.allclose(new.sum(axis=0), new.sum(axis=1))
    with_gdp = replace(economy, gdp=np.array([9.0, 8.0, 7.0]))
    purged = purge_imbalances(with_gdp, PLAIN)
    assert np.allclose(purged.flows, balanced.flows)
    assert purged.gdp / with_gdp.gdp == pytest.approx(balanced.income / balanced.calibration.gdp)
    assert np.allclose(calibrate(purged, PLAIN).transfers, 0.0, atol=1e-8)
    with pytest.raises(InvalidInputError, match="gross"):
        purge_imbalances(economy, TradeModel.roundabout())
    given_ = replace(PLAIN, transfers="given", transfer_values=[0.1, -0.3, 0.2])
    result = counterfactual(economy, economy.tariffs, given_)
    assert result.transfers == pytest.approx([0.1, -0.3, 0.2])
    uneven = replace(PLAIN, transfer_values=[0.1, -0.3, 0.3])
    with pytest.raises(InvalidInputError, match=r"R1.*transfers must add to 0"):
        counterfactual(economy, economy.tariffs, uneven)
    absorbed = counterfactual(economy, economy.tariffs, replace(uneven, absorbing_region="R1"))
    assert absorbed.converged
    assert absorbed.certificate.world_transfers > 1e-3
    with pytest.raises(InvalidInputError, match="unknown region"):
        counterfactual(economy, economy.tariffs, replace(uneven, absorbing_region="X"))


def test_no_equilibrium_is_said():
    """Revenue beyond labour income cannot be relieved from its tax."""
    names = ("TINY", "BIG")
    flows = np.array([[[0.001, 1.0], [1.0, 100.0]]])
    free = TariffSchedule(names, ("all",), np.zeros((1, 2, 2)))
    economy = Economy("two", names, ("all",), flows, free)
    model = TradeModel(trade_elasticity=1.2, labor_supply_elasticity=0.5)
    with pytest.raises(ConvergenceError, match="TINY") as caught:
        counterfactual(economy, free.set(importer="TINY", rate=5.0), model)
    assert not caught.value.partial.converged
    schedules = [free, free.set(importer="TINY", rate=5.0)]
    with pytest.raises(ConvergenceError, match="1 of 2 scenarios") as caught:
        counterfactuals(economy, schedules, model)
    assert caught.value.partial.converged.tolist() == [True, False]
    partial = counterfactual(economy, schedules[1], model, raise_on_failure=False)
    assert not partial.converged


def test_transfers_beyond_income_are_named():
    """A region that must hand over more than it earns has no equilibrium at high tariffs."""
    names = ("GIVER", "TAKER")
    flows = np.array([[[3.0, 6.0], [1.0, 40.0]]])
    free = TariffSchedule(names, ("all",), np.zeros((1, 2, 2)))
    economy = Economy("two", names, ("all",), flows, free)
    closed = replace(free, highest_rate=30.0).set(importer="TAKER", rate=30.0)
    with pytest.raises(ConvergenceError, match="transfer that GIVER pays"):
        counterfactual(economy, closed, TradeModel(trade_elasticity=6.0))


def test_welfare_is_the_objective_of_a_government():
    for sectors, model in MODELS.values():
        economy = random_world(9, regions=3, sectors=sectors)
        place = setting(economy, economy.regions, "uniform", None, model, None, None, (0.0, 5.0))
        rates = np.array([0.3, 0.1, 0.2])
        values = place.problem.evaluate(rates).values
        table = place.problem.instruments.spread(place.base, rates)
        schedule = TariffSchedule(economy.regions, economy.sectors, table)
        assert values == pytest.approx(counterfactual(economy, schedule, model).welfare, abs=1e-9)


def test_bad_arguments():
    economy = random_world(1)
    with pytest.raises(InvalidInputError, match="not a TariffSchedule"):
        counterfactual(economy, economy.tariffs.rates)
    with pytest.raises(InvalidInputError, match="labels differ"):
        counterfactual(economy, TariffSchedule(("A",), ("b",), np.zeros((1, 1, 1))))
    with pytest.raises(InvalidInputError, match="no scenario"):
        counterfactuals(economy, [])
    with pytest.raises(InvalidInputError, match="wrong shape"):
        counterfactuals(economy, np.zeros((2, 1, 2, 2)))
    with pytest.raises(InvalidInputError, match="scenarios 0 to 1"):
        counterfactuals(economy, np.full((2, 1, 3, 3), -2.0))
    with pytest.raises(InvalidInputError, match="tol"):
        counterfactual(economy, economy.tariffs, tol=0.0)
