"""Payoffs from the trade equilibrium against the equilibrium itself."""

import numpy as np
import pytest

from negotiation.data.embedded import load_economy
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.errors import InvalidInputError
from negotiation.payoffs import (
    best_response_curves,
    horizon_elasticities,
    tariff_game,
    tariff_payoffs,
)
from negotiation.policy.noncooperative import nash_tariffs
from negotiation.policy.objectives.objective import Objective
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from tests.strategies_payoffs import LOSSES, economy_of

GE = "general_equilibrium"


@pytest.fixture(scope="module")
def economy():
    full = load_economy()
    others = [region for region in full.regions if region not in ("USA", "CHN")]
    goods = [sector for sector in full.sectors if sector != "SERV"]
    return full.aggregate(regions={"ROW": others}, sectors={"goods": goods})


def symmetric():
    return economy_of(np.full((1, 2, 2), 10.0) + np.eye(2) * 80.0)


def test_payoffs_are_the_welfare_of_the_equilibrium(economy):
    model = TradeModel(trade_elasticity=4.0)
    rates = {"USA": ["free_trade", 1.45], "CHN": [0.1, 1.25]}
    game = tariff_game(economy, rates, model=GE, elasticities=4.0, objectives=Objective())
    base = economy.tariffs
    war = base.add(importer="USA", exporter="CHN", rate=1.45, sectors="goods").add(
        importer="CHN", exporter="USA", rate=1.25, sectors="goods"
    )
    peace = base.set(importer="USA", exporter="CHN", rate=0.0).add(
        importer="CHN", exporter="USA", rate=0.1, sectors="goods"
    )
    for schedule, at in ((war, (1, 1)), (peace, (0, 0))):
        world = counterfactual(economy, schedule, model)
        expected = [world.welfare[economy.region_index(p)] for p in ("USA", "CHN")]
        np.testing.assert_allclose(game.payoffs[:, at[0], at[1]], expected, atol=1e-7)


def test_one_rate_a_pair(economy):
    """Each rival has a rate of its own, and payoffs are those of the equilibrium at them."""
    model, goods = TradeModel(trade_elasticity=4.0), "goods"
    players = tuple(economy.regions[:3])
    first, second, third = players
    rates = {
        first: {second: [0.0, 0.5], third: [0.0, "free_trade"]},
        second: {first: [0.0, 0.4], third: [0.0]},
        third: [0.0, 0.2],
    }
    game = tariff_game(economy, rates, model=GE, elasticities=4.0, objectives=Objective())
    assert game.shape == (4, 2, 2)
    assert game.actions[0][1].startswith(f"{second} 0 (")
    assert game.actions[0][1].endswith(f", {third} free trade (0 %)")
    schedule = economy.tariffs
    for importer, exporter, rate in (
        (first, second, 0.5), (second, first, 0.4), (third, first, 0.2), (third, second, 0.2),
    ):  # fmt: skip
        schedule = schedule.add(importer=importer, exporter=exporter, rate=rate, sectors=goods)
    schedule = schedule.set(importer=first, exporter=third, rate=0.0, sectors=goods)
    world = counterfactual(economy, schedule, model)
    expected = [world.welfare[economy.region_index(player)] for player in players]
    np.testing.assert_allclose(game.payoffs[:, 3, 1, 1], expected, atol=1e-7)
    found = nash_equilibria(game)
    assert found.complete
    assert all(item.regret <= 1e-9 for item in found.equilibria)
    assert found.equilibria


def test_two_players_with_one_rate_a_pair_play_the_game_of_one_rate(economy):
    plain = {"USA": [0.0, 0.1, 1.45], "CHN": ["free_trade", 1.25]}
    by_rival = {"USA": {"CHN": plain["USA"]}, "CHN": {"USA": plain["CHN"]}}
    one, other = (tariff_game(economy, r, model=GE, elasticities=4.0) for r in (plain, by_rival))
    np.testing.assert_allclose(one.payoffs, other.payoffs, atol=1e-12)
    assert one.added_rates == other.added_rates
    assert other.actions[0] == tuple(f"CHN {label}" for label in one.actions[0])


def test_schedules_and_own_models(economy):
    model = TradeModel(trade_elasticity=3.0, labor_supply_elasticity=0.5, revenue="lump_sum")
    schedule = economy.tariffs.add(importer="USA", exporter="CHN", rate=0.5, sectors="goods")
    result = tariff_payoffs(economy, schedule, model=GE, trade_model=model)
    world = counterfactual(economy, schedule, model)
    np.testing.assert_allclose(result.percent_of_gdp[0], world.welfare[[0, 1]], atol=1e-7)
    assert [objective.jobs for objective in result.objectives] == [0.0, 0.0]
    assert result.horizon == "as given"


def test_lost_exports_and_jobs_come_from_the_flows(economy):
    model = TradeModel(trade_elasticity=4.0)
    schedule = economy.tariffs.add(importer="USA", exporter="CHN", rate=1.0, sectors="goods")
    result = tariff_payoffs(
        economy,
        schedule,
        model=GE,
        elasticities=4.0,
        objectives=Objective(jobs=1.0, job_losses=LOSSES),
    )
    world = counterfactual(economy, schedule, model)
    c = economy.region_index("CHN")
    abroad = np.arange(len(economy.regions)) != c
    before = economy.flows[:, c, abroad].sum()
    after = world.flows[:, c, abroad].sum() / world.wage_index[c]
    assert result.lost_exports[0, 1] == pytest.approx(before - after, rel=1e-6)
    assert result.jobs_lost[0, 1] == pytest.approx(5_000.0 * (before - after), rel=1e-6)
    share = world.tariff_revenue / world.income
    old = economy.tariffs.rates * economy.flows
    at_baseline = counterfactual(economy, economy.tariffs, model)
    base = old.sum(axis=(0, 1)) / at_baseline.income
    np.testing.assert_allclose(result.revenue_change[0], 100.0 * (share - base)[[0, 1]], atol=1e-7)
    cost = result.transition_cost[0, 1]
    assert cost == pytest.approx(
        100.0 * result.jobs_lost[0, 1] * 10_000.0 / 1e9 / economy.gdp[c], rel=1e-9
    )
    assert result.percent_of_gdp[0, 1] == pytest.approx(world.welfare[c] - cost, abs=1e-7)
    assert result.consumer_loss is None
    assert "consumer_loss" not in result.measures()


def test_the_numeraire_does_not_matter(economy):
    wages, prices = (
        tariff_payoffs(
            economy,
            (1.0, 0.5),
            model=GE,
            trade_model=TradeModel(trade_elasticity=4.0, numeraire=numeraire),
        )
        for numeraire in ("wages", "prices")
    )
    for name, value in wages.measures().items():
        np.testing.assert_allclose(prices.measures()[name], value, rtol=1e-6, atol=1e-7)


def test_horizon_gives_the_elasticities():
    economy = load_economy()
    chosen = horizon_elasticities(economy, "short_run")
    by_name = tariff_payoffs(economy, (0.3, 0.1), model=GE, horizon="short_run")
    by_model = tariff_payoffs(
        economy, (0.3, 0.1), model=GE, trade_model=TradeModel(trade_elasticity=chosen.values)
    )
    np.testing.assert_allclose(by_name.percent_of_gdp, by_model.percent_of_gdp, atol=1e-9)
    assert by_name.elasticities == "boehm_short_run"


def test_symmetric_countries_reply_alike():
    curves = best_response_curves(
        symmetric(),
        model=GE,
        elasticities=4.0,
        partner_rates=3,
        grid_size=9,
        tol=1e-5,
        objectives=Objective(),
        status_quo={"USA": 1.0, "CHN": 1.0},
    )
    np.testing.assert_allclose(curves.replies[0], curves.replies[1], atol=1e-3)
    assert curves.converged
    assert len(curves.nash_points) == 1
    first, second = curves.nash_points[0].rates
    assert first == pytest.approx(second, abs=1e-3)
    assert first > 0.2
    assert max(curves.nash_points[0].payoffs) < 0.0
    assert curves.largest_regret < 1e-6


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"model": GE, "exporter_incidence": 0.1}, "exporter_incidence"),
        ({"model": GE, "demand": "linear"}, "demand"),
        ({"trade_model": TradeModel()}, "trade_model"),
        ({"model": GE, "trade_model": TradeModel(), "elasticities": 4.0}, "elasticities"),
        ({"model": GE, "objectives": Objective(sector_weights={"goods": 2.0})}, "sector_weights"),
        (
            {
                "model": GE,
                "trade_model": TradeModel(labor_supply_elasticity=0.5),
                "objectives": Objective(jobs=1.0, job_losses=LOSSES),
            },
            "political",
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(economy, options, word):
    with pytest.raises(InvalidInputError, match=word):
        tariff_payoffs(economy, (0.1, 0.1), **options)


def test_regions_without_job_figures(economy):
    result = tariff_payoffs(economy, (0.1, 0.1), players=("USA", "ROW"), model=GE)
    assert result.jobs_lost[0, 1] == 0.0
    assert any("ROW: no source" in note for note in result.notes)


def test_meeting_points_are_the_nash_tariffs_of_the_first_order_map():
    """Search on payoffs against first-order conditions with adjoints: no formula in common."""
    flows = np.array([[[90.0, 10.0, 6.0], [10.0, 50.0, 5.0], [6.0, 5.0, 70.0]]])
    tariffs = np.array([[[0.0, 0.1, 0.0], [0.2, 0.0, 0.0], [0.0, 0.0, 0.0]]])
    world = economy_of(flows, tariffs)
    solved = nash_tariffs(
        world,
        players=("USA", "CHN"),
        scope="discriminatory",
        exporters=("USA", "CHN"),
        model=TradeModel(trade_elasticity=4.0),
    )
    curves = best_response_curves(
        world,
        model=GE,
        elasticities=4.0,
        objectives=Objective(),
        partner_rates=2,
        grid_size=11,
        tol=1e-6,
    )
    point = curves.nash_points[0]
    expected = [solved.tariffs.rates[0, 1, 0] - 0.2, solved.tariffs.rates[0, 0, 1] - 0.1]
    np.testing.assert_allclose(point.rates, expected, atol=1e-5)
    np.testing.assert_allclose(point.payoffs, solved.objective.value, atol=1e-5)


def test_nash_tariffs_with_job_losses_are_best_replies_in_the_game_with_them(economy):
    """Each player its own objective; the game is solved from counterfactuals alone."""
    model = TradeModel(trade_elasticity=4.0)
    aims = {
        "USA": Objective(jobs=1.0, job_losses=LOSSES),
        "CHN": Objective(jobs=2.0, revenue=0.2, job_losses=LOSSES),
    }
    solved = nash_tariffs(
        economy, exporters="players", sectors=["goods"], model=model, objectives=aims
    )
    goods = economy.sector_index("goods")
    grids = {}
    for player, other in (("USA", "CHN"), ("CHN", "USA")):
        at = goods, economy.region_index(other), economy.region_index(player)
        added = float(solved.tariffs.rates[at] - economy.tariffs.rates[at])
        grids[player] = [added, added - 0.02, added + 0.02, added + 1.0]
    game = tariff_game(economy, grids, model=GE, trade_model=model, objectives=aims)
    np.testing.assert_allclose(game.payoffs[:, 0, 0], solved.objective.value, atol=1e-7)
    assert np.all(game.payoffs[0, 1:, 0] < game.payoffs[0, 0, 0])
    assert np.all(game.payoffs[1, 0, 1:] < game.payoffs[1, 0, 0])
    plain = nash_tariffs(
        economy, exporters="players", sectors=["goods"], model=model, objectives=Objective()
    )
    assert np.all(solved.tariffs.rates <= plain.tariffs.rates + 1e-9)
