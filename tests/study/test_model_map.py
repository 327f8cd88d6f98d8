"""The map of models: its numbers against single counterfactuals and another Nash solver."""

import numpy as np
import pytest

from negotiation.data import load_economy
from negotiation.errors import InvalidInputError
from negotiation.policy.noncooperative import nash_tariffs
from negotiation.study.comparisons.model_map import _Bilateral, model_map
from negotiation.study.comparisons.model_settings import ModelSetting, goods_economy, model_settings
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from tests.trade.worlds import random_world

ECONOMY = load_economy()
GOODS = [sector for sector in ECONOMY.sectors if sector != "SERV"]


@pytest.mark.parametrize("name", ["Ignatenko et al.", "Eaton-Kortum, one year"])
def test_nash_point_is_that_of_the_adjoint_solver(name):
    setting = next(item for item in model_settings(ECONOMY) if item.name == name)
    row = model_map([setting]).rows[0]
    war = nash_tariffs(setting.economy, ("USA", "CHN"), exporters="players", model=setting.model)
    base = setting.economy.tariffs
    added = [
        war.tariffs.rate("goods", exporter=other, importer=one)
        - base.rate("goods", exporter=other, importer=one)
        for one, other in (("USA", "CHN"), ("CHN", "USA"))
    ]
    assert row.nash_added == pytest.approx(added, abs=2e-4)
    assert row.nash == pytest.approx(tuple(war.equilibrium.welfare[:2]), abs=5e-4)
    assert row.nash_regret < 1e-6
    assert row.converged


def test_losses_are_those_of_single_counterfactuals():
    settings = model_settings(ECONOMY, elasticities=["boehm_short_run"])
    assert len(settings) == 16
    setting = settings[1]
    found = model_map([setting], points=[(0.5, 0.2)])
    war = ECONOMY.tariffs.add(importer="USA", exporter="CHN", rate=0.5, sectors=GOODS)
    war = war.add(importer="CHN", exporter="USA", rate=0.2, sectors=GOODS)
    one = counterfactual(ECONOMY, war, setting.model)
    assert found.rows[0].losses[0] == pytest.approx(one.welfare[:2], abs=1e-8)
    assert found.labels == ("50/20", "Nash")
    frame = found.to_frame()
    assert frame.loc["Boehm et al., one year, no inputs", "50/20 CHN"] == found.rows[0].losses[0][1]
    assert sum(found.counts(player)[0] for player in ("USA", "CHN")) == 1
    assert found.rows[0].worse_off(None) in ("USA", "CHN")


def test_stiff_elasticities_still_give_a_nash_point():
    """The petroleum elasticity makes payoffs convex far from the Nash point."""
    model = TradeModel(trade_elasticity="caliendo_parro_2015", value_added_share=1.0)
    setting = ModelSetting("stiff", "no inputs", "long run", "gross sales", ECONOMY, model)
    row = model_map([setting]).rows[0]
    assert row.converged
    assert row.nash_regret < 1e-6
    problem = _Bilateral(setting)
    point, converged = problem.nash(problem.coarse_nash(), 1e-4, 20)
    assert converged
    assert point == pytest.approx(row.nash_added, abs=1e-3)
    assert not problem.nash(np.full(2, 0.5), 1e-12, 1)[1]


def test_goods_economy_adds_up_to_gdp():
    one = goods_economy(ECONOMY, np.zeros(12))
    goods = [ECONOMY.sector_index(sector) for sector in GOODS]
    abroad = ~np.eye(12, dtype=bool)
    assert np.allclose(one.flows[0][abroad], ECONOMY.flows[goods].sum(axis=0)[abroad])
    assert np.allclose(one.flows[0].sum(axis=1), ECONOMY.gdp, rtol=1e-9)
    assert one.tariffs.rate("goods", exporter="CHN", importer="USA") == pytest.approx(
        0.208, abs=2e-3
    )
    with pytest.raises(InvalidInputError, match="GDP"):
        goods_economy(random_world(1), np.zeros(3))
    with pytest.raises(InvalidInputError, match="no setting"):
        model_map([])
