"""Scenarios of tariffs and their payoffs: by hand, by properties, and on bad input."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.data import exempt_sectors
from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.policy.objectives.objective import Objective
from negotiation.policy.objectives.partial_equilibrium_payoffs import (
    economy_gdp,
    partial_equilibrium_payoffs,
)
from negotiation.trade.elasticities.elasticity_sets import trade_elasticities
from negotiation.trade.markets.partial_equilibrium import market_effects
from negotiation.trade.tariff_actions import action_label
from negotiation.trade.tariff_scenarios import tariff_scenarios, taxed_sectors
from tests.strategies_payoffs import LOSSES, economies, economy_of

FLOWS = np.array([[[90.0, 10.0], [20.0, 80.0]], [[50.0, 5.0], [4.0, 60.0]]])
TARIFFS = np.array([[[0.0, 0.1], [0.2, 0.0]], [[0.0, 0.3], [0.4, 0.0]]])
PLAIN = (Objective(), Objective())


def toy():
    return economy_of(FLOWS, TARIFFS, gdp=[100.0, 50.0], elasticities={"measured": [2.0, 5.0]})


def payoffs(economy, rates, objectives=PLAIN, incidence=0.0, **options):
    demand = options.pop("demand", "constant_elasticity")
    return partial_equilibrium_payoffs(
        economy,
        tariff_scenarios(economy, rates, **options),
        elasticities=trade_elasticities(economy, "measured"),
        objectives=objectives,
        exporter_incidence=incidence,
        demand=demand,
    )


def test_payoffs_by_hand():
    incidence, added = 0.25, (0.5, 0.8)
    objectives = (Objective(jobs=2.0, job_losses=LOSSES), Objective(revenue=0.5))
    result = payoffs(toy(), added, objectives, incidence)
    usa, chn = 0, 1
    by_importer = {}
    for m, x in ((usa, chn), (chn, usa)):
        by_importer[m] = market_effects(
            FLOWS[:, x, m],
            baseline_rate=TARIFFS[:, x, m],
            rate=[TARIFFS[:, x, m] + added[m]],
            trade_elasticity=[2.0, 5.0],
            exporter_incidence=incidence,
        )
    own, abroad = by_importer[usa], by_importer[chn]
    lost = abroad.lost_exports.sum()
    income = (
        own.revenue_change.sum() - own.consumer_loss.sum() + abroad.exporter_surplus_change.sum()
    )
    cost = lost * 10_000 * 0.5 * 20_000 * 0.5 / 1e9
    assert result.lost_exports[0, usa] == pytest.approx(lost)
    assert result.jobs_lost[0, usa] == pytest.approx(5_000 * lost)
    assert result.transition_cost[0, usa] == pytest.approx(cost)
    assert result.percent_of_gdp[0, usa] == pytest.approx(income - 2.0 * cost)
    assert result.without_jobs[0, usa] == pytest.approx(income)
    income = (
        abroad.revenue_change.sum() - abroad.consumer_loss.sum() + own.exporter_surplus_change.sum()
    )
    expected = 2.0 * (income + 0.5 * abroad.revenue_change.sum())
    assert result.percent_of_gdp[0, chn] == pytest.approx(expected)
    assert result.jobs_lost[0, chn] == 0.0
    assert "CHN: no source" in " ".join(result.notes)


def test_sector_weights_raise_the_exporters_side_only():
    weighted = Objective(sector_weights={"s1": 3.0})
    plain = payoffs(toy(), (0.5, 0.8), incidence=0.3)
    heavy = payoffs(toy(), (0.5, 0.8), (weighted, Objective()), incidence=0.3)
    surplus = market_effects(
        FLOWS[:, 0, 1],
        baseline_rate=TARIFFS[:, 0, 1],
        rate=[TARIFFS[:, 0, 1] + 0.8],
        trade_elasticity=[2.0, 5.0],
        exporter_incidence=0.3,
    ).exporter_surplus_change
    rise = heavy.percent_of_gdp[0, 0] - plain.percent_of_gdp[0, 0]
    assert rise == pytest.approx(2.0 * surplus[0, 1])
    assert heavy.exporter_surplus_change[0, 0] == pytest.approx(surplus.sum())


@given(economy=economies(), incidence=st.floats(0.0, 0.9))
def test_no_added_points_change_nothing(economy, incidence):
    result = payoffs(economy, np.zeros((1, 2)), incidence=incidence)
    np.testing.assert_allclose(result.percent_of_gdp, 0.0, atol=1e-13)


@given(economy=economies(), first=st.floats(-0.2, 2.0), second=st.floats(-0.2, 2.0))
def test_payoffs_are_separable_across_the_two_tariffs(economy, first, second):
    options = {"incidence": 0.2, "objectives": (Objective(jobs=1.0, job_losses=LOSSES),) * 2}
    grid = [(first, second), (first, 0.0), (0.0, second)]
    both, left, right = payoffs(economy, grid, **options).percent_of_gdp
    np.testing.assert_allclose(both, left + right, atol=1e-10)


@given(economy=economies(), added=st.floats(0.01, 2.0))
def test_full_pass_through_hurts_exporters_through_jobs_alone(economy, added):
    result = payoffs(economy, [(added, 0.0)])
    assert result.percent_of_gdp[0, 1] == 0.0
    assert result.lost_exports[0, 1] > 0.0
    assert "jobs are the only channel" in result.notes[0]
    with_jobs = payoffs(economy, [(added, 0.0)], (Objective(jobs=1.0, job_losses=LOSSES),) * 2)
    assert with_jobs.percent_of_gdp[0, 1] < 0.0


@given(economy=economies(), scale=st.sampled_from([1e-6, 1e6]))
def test_the_unit_of_money_does_not_matter(economy, scale):
    scaled = replace(economy, flows=economy.flows * scale, gdp=economy.gdp * scale)
    rates = [(0.5, 0.3), (1.0, 2.0)]
    one, two = (payoffs(e, rates, incidence=0.1).percent_of_gdp for e in (economy, scaled))
    np.testing.assert_allclose(one, two, rtol=1e-10)


def test_schedules_and_added_points_agree():
    economy = toy()
    schedule = economy.tariffs.add(importer="USA", exporter="CHN", rate=0.5).add(
        importer="CHN", exporter="USA", rate=0.8
    )
    by_points = payoffs(economy, (0.5, 0.8), incidence=0.1)
    for given_schedules in (schedule, [schedule], (schedule,)):
        by_schedule = payoffs(economy, given_schedules, incidence=0.1)
        np.testing.assert_allclose(by_schedule.percent_of_gdp, by_points.percent_of_gdp)
        np.testing.assert_allclose(by_schedule.added_rates, [[0.5, 0.8]])
    unchanged = payoffs(economy, economy.tariffs)
    assert np.all(unchanged.percent_of_gdp == 0.0)


@given(economy=economies())
def test_schedules_reach_third_regions(economy):
    schedule = economy.tariffs.add(importer="ROW", exporter="CHN", rate=0.5)
    result = payoffs(economy, schedule, incidence=0.3)
    assert result.percent_of_gdp[0, 0] == 0.0
    assert result.percent_of_gdp[0, 1] < 0.0


def test_imports_from_outsiders_cost_their_buyers():
    economy = economy_of(np.full((1, 3, 3), 10.0), elasticities={"measured": [3.0]})
    schedule = economy.tariffs.add(importer="USA", exporter="ROW", rate=0.5)
    result = payoffs(economy, schedule)
    assert result.percent_of_gdp[0, 0] < 0.0
    assert result.percent_of_gdp[0, 1] == 0.0
    assert np.all(result.lost_exports == 0.0)


def test_numbers_that_are_not_finite_are_refused():
    result = payoffs(toy(), (0.5, 0.8))
    with pytest.raises(NonFiniteError, match="real_income"):
        replace(result, real_income=np.array([[np.nan, 0.0]]))


def test_three_players_tax_one_another():
    economy = economy_of(np.full((1, 3, 3), 10.0), elasticities={"measured": [3.0]})
    result = payoffs(
        economy,
        [(0.5, 0.0, 0.0)],
        (Objective(),) * 3,
        incidence=0.2,
        players=("USA", "CHN", "ROW"),
    )
    assert result.percent_of_gdp[0, 1] == result.percent_of_gdp[0, 2] < 0.0


def test_free_trade_removes_the_baseline():
    scenarios = tariff_scenarios(toy(), {"USA": ["free_trade", 0.0], "CHN": [0.0, "free_trade"]})
    rates = scenarios.full_rates(toy())
    np.testing.assert_array_equal(rates[0, :, 1, 0], 0.0)
    np.testing.assert_array_equal(rates[0, :, 0, 1], TARIFFS[:, 0, 1])
    assert scenarios.average[0, 0] == 0.0
    assert scenarios.added[0, 0] == pytest.approx(-(20 * 0.2 + 4 * 0.4) / 24)
    assert len(scenarios) == 2


def test_exemptions_keep_the_baseline():
    economy = toy()
    for exemptions in ({"USA": ["s1"]}, {"USA": "s1"}, {"USA": {"s1": 1.0}}):
        scenarios = tariff_scenarios(economy, (0.5, 0.8), exemptions=exemptions)
        rates = scenarios.full_rates(economy)[0]
        np.testing.assert_allclose(rates[:, 1, 0], [0.7, 0.4])
        np.testing.assert_allclose(rates[:, 0, 1], [0.9, 1.1])
    half = payoffs(economy, (0.5, 0.8), exemptions={"USA": {"s0": 0.5, "s1": 0.5}})
    full = payoffs(economy, (0.5, 0.8))
    np.testing.assert_allclose(half.consumer_loss[0], full.consumer_loss[0] * [0.5, 1.0])
    np.testing.assert_allclose(half.average_rates[0, 0] - 5.6 / 24, 0.25)
    np.testing.assert_allclose(half.added_rates[0, 0], 0.5)


def test_exempt_shares_may_differ_by_scenario():
    rates = [(0.5, 0.8)] * 2
    result = payoffs(toy(), rates, exemptions={"CHN": {"s0": [0.0, 1.0], "s1": 1.0}})
    assert result.lost_exports[0, 0] > 0.0
    assert result.lost_exports[1, 0] == 0.0


def test_services_stay_untaxed_unless_named():
    economy = replace(
        toy(), sectors=("goods", "SERV"), tariffs=replace(toy().tariffs, sectors=("goods", "SERV"))
    )
    np.testing.assert_array_equal(taxed_sectors(economy), [True, False])
    np.testing.assert_array_equal(taxed_sectors(economy, "SERV"), [False, True])
    rates = tariff_scenarios(economy, (0.5, 0.5)).full_rates(economy)[0]
    np.testing.assert_allclose(rates[1], TARIFFS[1])


@pytest.mark.parametrize(
    ("total", "added", "text"),
    [(0.208, 0.0, "0 (20.8 %)"), (1.158, 0.95, "+95 (115.8 %)"), (0.1, -0.108, "-10.8 (10.0 %)")],
)
def test_labels_show_added_and_total(total, added, text):
    assert action_label(added, total) == text


def test_gdp_falls_back_on_value_added_and_output():
    economy = replace(toy(), gdp=None)
    np.testing.assert_allclose(economy_gdp(economy), FLOWS.sum(axis=(0, 2)))
    shares = replace(economy, value_added_share=[0.5, 0.4])
    np.testing.assert_allclose(economy_gdp(shares), FLOWS.sum(axis=(0, 2)) * [0.5, 0.4])
    with pytest.raises(InvalidInputError, match="CHN"):
        economy_gdp(replace(toy(), gdp=[1.0, 0.0]))


def test_incidence_by_importer():
    by_importer = payoffs(toy(), (0.5, 0.8), incidence={"USA": 0.3})
    everywhere = payoffs(toy(), (0.5, 0.8), incidence=0.3)
    assert by_importer.percent_of_gdp[0, 1] != 0.0
    assert by_importer.exporter_surplus_change[0, 0] == 0.0
    np.testing.assert_allclose(
        by_importer.exporter_surplus_change[0, 1], everywhere.exporter_surplus_change[0, 1]
    )


def test_frame_has_a_row_a_scenario_and_player():
    frame = payoffs(toy(), [(0.5, 0.8), (0.0, 0.0)]).to_frame()
    assert list(frame.index.names) == ["scenario", "player"]
    assert frame.shape[0] == 4
    assert frame.loc[(0, "USA"), "added_rates"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"rates": (-2.0, 0.0)}, "-100 %"),
        ({"rates": (float("nan"), 0.0)}, "rates"),
        ({"rates": (0.1, 0.1, 0.1)}, "shape"),
        ({"rates": np.zeros((0, 2))}, "empty"),
        ({"rates": {"USA": [], "CHN": []}}, "empty grid"),
        ({"rates": {"USA": [0.1], "CHN": [0.1, 0.2]}}, "each scenario"),
        ({"rates": {"USA": [0.1]}}, "CHN"),
        ({"rates": {"USA": [0.1], "CHN": ["peace"]}}, "peace"),
        ({"rates": {"USA": [0.1], "CHN": [float("inf")]}}, r"rates\[CHN\]\[0\]"),
        ({"rates": (0.1, 0.1), "players": ("USA", "MARS")}, "MARS"),
        ({"rates": (0.1, 0.1), "players": ("USA", "USA")}, "players"),
        ({"rates": (0.1, 0.1), "players": "USA"}, "players"),
        ({"rates": (0.1, 0.1), "sectors": ["s7"]}, "s7"),
        ({"rates": (0.1, 0.1), "sectors": []}, "sectors"),
        ({"rates": (0.1, 0.1), "exemptions": {"ROW": ["s0"]}}, "ROW"),
        ({"rates": (0.1, 0.1), "exemptions": {"USA": ["s7"]}}, "s7"),
        ({"rates": (0.1, 0.1), "exemptions": {"USA": {"s0": 1.5}}}, "exemptions"),
        ({"rates": (0.1, 0.1), "exemptions": exempt_sectors("CHN", "USA")}, "e.sector for e"),
        ({"rates": (0.1, 0.1), "exemptions": {"CHN": exempt_sectors("CHN", "USA")}}, "e.sector"),
        ({"rates": (0.1, 0.1), "exemptions": {"USA": None}}, "sectors by region"),
        ({"rates": (0.1, 0.1), "exemptions": {"USA": {"s0": [0.1, 0.2]}}}, "exemptions"),
    ],
)
def test_bad_scenarios_are_refused(arguments, word):
    with pytest.raises(InvalidInputError, match=word):
        tariff_scenarios(toy(), **arguments)


def test_foreign_schedules_are_refused():
    other = economy_of(np.ones((1, 2, 2))).tariffs
    with pytest.raises(InvalidInputError, match=r"schedules\[1\]"):
        tariff_scenarios(toy(), [toy().tariffs, other])
    with pytest.raises(InvalidInputError, match=r"schedules\[1\]"):
        tariff_scenarios(toy(), [toy().tariffs, 3.0])


def test_incidence_out_of_bounds_is_refused():
    with pytest.raises(InvalidInputError, match=r"exporter_incidence\[USA\]"):
        payoffs(toy(), (0.5, 0.8), incidence={"USA": 1.0})
    with pytest.raises(InvalidInputError, match="MARS"):
        payoffs(toy(), (0.5, 0.8), incidence={"MARS": 0.1})
