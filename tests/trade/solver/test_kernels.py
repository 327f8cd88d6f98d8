"""The compiled kernels against the system that they solve, in both modes."""

import numpy as np
import pytest

from negotiation.trade.calibration import calibrate
from negotiation.trade.equilibrium import counterfactual, counterfactuals
from negotiation.trade.model import TradeModel
from negotiation.trade.solver.kernels import fill_kernels
from negotiation.trade.solver.reduced import is_reducible, solve_reduced
from negotiation.trade.solver.solve import solve_batch, system_of
from tests.trade.worlds import random_world

MODELS = {
    "relief": TradeModel.eaton_kortum(),
    "destinations": TradeModel(
        trade_elasticity=4.0,
        tariff_exponent=[1.1, 1.3, 1.0],
        destination_share=[0.1, 0.2, 0.0],
        scale_elasticity=0.1,
        labor_supply_elasticity=0.5,
        value_added_share=1.0,
    ),
    "lump sum": TradeModel(
        trade_elasticity=5.0,
        labor_supply_elasticity=0.3,
        value_added_share=1.0,
        revenue="lump_sum",
        transfers="given",
    ),
    "in prices": TradeModel(
        trade_elasticity=3.0,
        tariff_exponent=1.2,
        value_added_share=1.0,
        transfers="given",
        numeraire="prices",
    ),
}


@pytest.mark.kernel
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("baseline", [0.0, 0.2])
def test_states_solve_the_system(name, baseline):
    economy = random_world(3, regions=3, tariffs=baseline)
    system = system_of(calibrate(economy, MODELS[name]))
    assert is_reducible(system)
    base = economy.tariffs.rates
    few = np.repeat(base[None], 4, axis=0)
    few[:, 0, 1, 0] += [0.1, 0.4, 0.8, 1.2]
    many = np.where(np.eye(3, dtype=bool), 0.0, base + np.array([0.1, 0.2])[:, None, None, None])
    for rates in (few, many):
        shares = system.shares(rates)
        states, steps = solve_reduced(system, shares, 1e-12, 100)
        assert np.abs(system.outcome(states, shares).residual).max() < 1e-11
        assert 0 < steps.max() < 60
        again, more = solve_reduced(system, shares, 1e-12, 100, states)
        assert np.abs(again - states).max() < 1e-9
        assert more.max() <= steps.max()


PROFITS = {
    "wages": {},
    "prices": {"transfers": "given", "numeraire": "prices", "tariff_exponent": 1.2},
    "relief": {"labor_supply_elasticity": 0.4, "tariff_exponent": 1.1},
    "lump sum": {
        "labor_supply_elasticity": 0.4,
        "destination_share": [0.1, 0.0, 0.2],
        "revenue": "lump_sum",
    },
}


@pytest.mark.kernel
@pytest.mark.parametrize("name", PROFITS)
@pytest.mark.parametrize("baseline", [0.0, 0.2])
def test_profits_are_conditions_of_their_own(name, baseline):
    economy = random_world(5, regions=3, sectors=2, tariffs=baseline)
    model = TradeModel(value_added_share=1.0, profit_share="monopolistic", **PROFITS[name])
    system = system_of(calibrate(economy, model))
    assert is_reducible(system)
    rates = np.repeat(economy.tariffs.rates[None], 3, axis=0)
    rates[:, :, 0, 1] += np.array([0.1, 0.5, 1.0])[:, None]
    wide = rates + np.where(np.eye(3, dtype=bool), 0.0, 0.3)
    for batch in (rates, wide):
        shares = system.shares(batch)
        states, steps = solve_reduced(system, shares, 1e-12, 100)
        assert np.abs(system.outcome(states, shares).residual).max() < 1e-11
        assert steps.max() < 25
    worlds = counterfactuals(economy, wide, model)
    one = type(economy.tariffs)(economy.regions, economy.sectors, wide[2])
    alone = counterfactual(economy, one, model)
    assert worlds.welfare[2] == pytest.approx(alone.welfare, abs=1e-10)


@pytest.mark.kernel
def test_several_sectors_and_a_lost_scenario():
    economy = random_world(4, regions=3, sectors=2, tariffs=0.3)
    system = system_of(calibrate(economy, TradeModel(value_added_share=1.0)))
    shares = system.shares(1.5 * economy.tariffs.rates[None])
    states, _ = solve_reduced(system, shares, 1e-12, 100)
    assert np.abs(system.outcome(states, shares).residual).max() < 1e-11
    stopped, steps = solve_reduced(system, shares, 1e-12, 1)
    assert steps[0] == 1
    assert np.abs(stopped - states).max() > 0.0
    relief = system_of(calibrate(random_world(3, regions=3), MODELS["relief"]))
    nothing = np.full((1, relief.size), np.nan)
    lost, _ = solve_reduced(relief, relief.shares(rates_of(3)), 1e-12, 100, nothing)
    assert np.all(lost == 0.0)
    cheap = np.tile([5.0, -5.0, 0.0], 3)[None]
    solve_reduced(relief, relief.shares(rates_of(3)), 1e-12, 100, cheap)


def rates_of(count):
    return np.where(np.eye(count, dtype=bool), 0.0, 9.0)[None, None]


@pytest.mark.kernel
def test_share_kernels_of_every_rate():
    rng = np.random.default_rng(0)
    rates, base = rng.uniform(-0.5, 2.0, (2, 5)), np.array([0.0, 0.1, 0.2, 0.3, 0.4])
    rates[0, 1] = base[1]
    exponent, share = -rng.uniform(2.0, 6.0, 5), np.array([0.2, 0.3, 0.0, 0.1, 0.4])
    kernel, net = np.empty((2, 5)), np.empty((2, 5))
    fill_kernels(rates, base, np.log1p(base), exponent, share, share / (1.0 + base), kernel, net)
    wanted = share * ((1.0 + rates) / (1.0 + base)) ** exponent
    assert kernel == pytest.approx(wanted, rel=1e-13)
    assert net == pytest.approx(wanted / (1.0 + rates), rel=1e-13)


def test_batches_of_every_size_equal_single_solutions():
    economy = random_world(7, regions=40, tariffs=0.2)
    model = TradeModel.eaton_kortum()
    rng = np.random.default_rng(1)
    off = ~np.eye(40, dtype=bool)
    rates = economy.tariffs.rates + off * rng.uniform(0.0, 0.5, (15, 1, 40, 40))
    worlds = counterfactuals(economy, rates, model)
    for b in (0, 7, 14):
        one = counterfactual(economy, type(economy.tariffs)(*labels(economy), rates[b]), model)
        assert worlds.welfare[b] == pytest.approx(one.welfare, abs=1e-10)


def labels(economy):
    return economy.regions, economy.sectors


def test_what_the_reduced_steps_miss_is_found():
    economy = random_world(3, regions=3)
    model = MODELS["lump sum"]
    rates = np.where(np.eye(3, dtype=bool), 0.0, np.linspace(0.4, 3.0, 20)[:, None, None])
    worlds = counterfactuals(economy, rates[:, None], model)
    one = economy.tariffs.set(rate=3.0)
    assert worlds.converged.all()
    assert worlds.welfare[-1] == pytest.approx(counterfactual(economy, one, model).welfare)


def test_the_start_does_not_matter():
    economy = random_world(8, regions=36, tariffs=0.1)
    system = system_of(calibrate(economy, TradeModel.eaton_kortum()))
    rates = 3.0 * economy.tariffs.rates[None]
    cold = solve_batch(system, rates, tol=1e-9, max_iter=100)
    start = np.random.default_rng(0).normal(0.0, 0.1, (1, system.size))
    warm = solve_batch(system, rates, tol=1e-9, max_iter=100, start=start)
    assert np.abs(cold.outcome.state - warm.outcome.state).max() < 1e-9
