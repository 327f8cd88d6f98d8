"""The welfare formula of Caliendo and Parro against exact real income, as shocks shrink."""

from itertools import pairwise

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.trade.analysis.first_order_welfare import first_order_welfare
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from negotiation.trade.purging import purge_imbalances

MODEL = TradeModel.caliendo_parro2015()


def balanced_world(seed, inputs=True):
    rng = np.random.default_rng(seed)
    names = ("A", "B", "C", "D"), ("x", "y", "z")
    flows = rng.uniform(1, 4, (3, 4, 4))
    index = np.arange(4)
    flows[:, index, index] += 12.0
    rates = rng.uniform(0, 0.3, (3, 4, 4))
    rates[:, index, index] = 0.0
    technology = {}
    if inputs:
        used = rng.uniform(0.05, 0.15, (4, 3, 3))
        technology = {"input_shares": used, "sector_value_added_share": 1.0 - used.sum(axis=1)}
    economy = Economy(
        "w", *names, flows, TariffSchedule(*names, rates),
        elasticities={"own": np.array([2.0, 5.0, 9.0])}, **technology,
    )  # fmt: skip
    return purge_imbalances(economy, MODEL)


@pytest.mark.parametrize("changes", ["proportional", "logarithmic"])
@pytest.mark.parametrize("inputs", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_error_is_of_second_order(seed, inputs, changes):
    economy = balanced_world(seed, inputs)
    direction = np.random.default_rng(seed + 9).normal(size=economy.flows.shape)
    direction[:, range(4), range(4)] = 0.0
    errors, sizes = [], []
    for step in (1e-2, 5e-3, 2.5e-3):
        rates = (1.0 + economy.tariffs.rates) * np.exp(step * direction) - 1.0
        schedule = TariffSchedule(economy.regions, economy.sectors, rates)
        parts = first_order_welfare(counterfactual(economy, schedule, MODEL), changes=changes)
        errors.append(np.abs(parts.total - parts.exact).max())
        sizes.append(np.abs(parts.exact).max())
    assert errors[0] < 0.3 * sizes[0]
    for coarse, fine in pairwise(errors):
        assert 3.4 < coarse / fine < 4.6


def test_identity_and_frame():
    economy = balanced_world(3)
    parts = first_order_welfare(counterfactual(economy, economy.tariffs, MODEL))
    np.testing.assert_allclose(parts.total, 0.0, atol=1e-8)
    table = parts.to_frame()
    assert list(table.columns) == ["terms_of_trade", "volume_of_trade", "first_order", "exact"]
    assert table.index.tolist() == list(economy.regions)


def test_terms_of_trade_add_up_to_nothing_in_income():
    """One side's better terms are the others' worse ones."""
    economy = balanced_world(4)
    world = counterfactual(economy, economy.tariffs.set(importer="A", rate=0.5), MODEL)
    parts = first_order_welfare(world)
    income = world.calibration.expenditure
    assert abs(income @ parts.terms_of_trade) < 1e-8 * income.sum()


def test_other_models_are_refused():
    economy = balanced_world(5)
    for model in (TradeModel.ossa2014(), TradeModel(labor_supply_elasticity=0.5)):
        world = counterfactual(economy, economy.tariffs.set(importer="A", rate=0.2), model)
        with pytest.raises(InvalidInputError, match="formula does not hold"):
            first_order_welfare(world)
    costs = np.ones(economy.flows.shape)
    costs[0, 0, 1] = 1.1
    dearer = counterfactual(economy, economy.tariffs, MODEL, trade_costs=costs)
    with pytest.raises(InvalidInputError, match="tariffs alone"):
        first_order_welfare(dearer)
    with pytest.raises(InvalidInputError, match="TradeEquilibrium; seen 3"):
        first_order_welfare(3)
