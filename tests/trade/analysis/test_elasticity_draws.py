"""Draws of elasticities: moments, copies, intervals, probabilities with Monte Carlo errors."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kstest, truncnorm

import negotiation as ng
from negotiation.data import elasticity_names, load_economy, load_elasticities
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.trade.analysis.elasticity_draws import ElasticityEstimates, counterfactual_draws
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from tests.trade.worlds import random_world

OWN = ElasticityEstimates(
    "own", ("a", "b", "c", "d"), [4.0, 4.0, 1.0, 6.0], [0.5, 0.5, 0.8, 0.0], ("X", "X", "Y", "")
)


def test_draws_are_the_truncated_normal():
    drawn = OWN.draw(20_000, rng=3, lowest=0.05)
    assert drawn.shape == (20_000, 4)
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 1])
    np.testing.assert_array_equal(drawn[:, 3], 6.0)
    law = truncnorm((0.05 - 1.0) / 0.8, np.inf, loc=1.0, scale=0.8)
    assert kstest(drawn[:, 2], law.cdf).pvalue > 0.01
    assert drawn.min() >= 0.05
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 2])[0, 1]) < 0.03
    np.testing.assert_array_equal(drawn, OWN.draw(20_000, rng=np.random.default_rng(3)))


def world(sectors=("a", "b", "c", "d")):
    economy = random_world(2, regions=3, sectors=len(sectors))
    table = economy.to_frame()
    table["sector"] = table["sector"].map(dict(zip(economy.sectors, sectors, strict=True)))
    return type(economy).from_frame(table)


def test_a_draw_is_a_counterfactual_of_its_own():
    economy = world()
    schedules = [economy.tariffs.set(importer="R0", rate=rate) for rate in (0.4, 1.0)]
    result = counterfactual_draws(economy, schedules, OWN, draws=4, rng=1)
    assert result.welfare.shape == (4, 2, 3)
    for k in (0, 3):
        model = TradeModel(trade_elasticity=result.elasticities[k])
        for n, schedule in enumerate(schedules):
            alone = counterfactual(economy, schedule, model).welfare
            np.testing.assert_allclose(result.welfare[k, n], alone, atol=1e-8)
    table = result.interval(0.8, scenario=1)
    assert (table["low"] <= table["median"]).all()
    assert (table["median"] <= table["high"]).all()


def test_intervals_close_on_the_estimate_as_errors_vanish():
    economy = world()
    sure = replace(OWN, std_errors=1e-6 * np.array(OWN.std_errors))
    war = economy.tariffs.set(importer="R1", rate=0.6)
    table = counterfactual_draws(economy, war, sure, draws=5, rng=0).interval()
    np.testing.assert_allclose(table["low"], table["at_estimates"], atol=1e-4)
    np.testing.assert_allclose(table["high"], table["at_estimates"], atol=1e-4)


def test_probability_counts_draws():
    economy = world()
    war = economy.tariffs.set(importer="R0", exporter="R1", rate=0.8)
    result = counterfactual_draws(economy, war, OWN, draws=40, rng=5)
    there = result.probability_loses_more("R1", "R0")
    back = result.probability_loses_more("R0", "R1")
    share = float((result.welfare[:, 0, 1] < result.welfare[:, 0, 0]).mean())
    assert there.value == share
    assert there.value + back.value == pytest.approx(1.0)
    assert there.standard_error == pytest.approx(np.sqrt(share * (1 - share) / 40))
    assert there.low <= there.value <= there.high
    certain = replace(result, welfare=np.broadcast_to([[-1.0, 0.0, 0.0]], (40, 1, 3)))
    sure = certain.probability_loses_more("R0", "R1")
    assert (sure.value, sure.standard_error, sure.draws) == (1.0, 0.0, 40)
    assert 0.9 < sure.low < 1.0
    with pytest.raises(InvalidInputError, match="unknown region; seen ZZZ"):
        result.probability_loses_more("ZZZ", "R0")
    with pytest.raises(InvalidInputError, match="no such scenario"):
        result.interval(scenario=1)


def test_embedded_sets_say_where_values_come_from():
    sets = {name: load_elasticities(name) for name in elasticity_names()}
    economy = load_economy()
    for name, estimates in sets.items():
        if name in economy.elasticities:
            np.testing.assert_array_equal(estimates.values, economy.elasticities[name])
    table = sets["giri_yi_yilmazkuday_2021"].to_frame()
    filled = table[table["flag"] == "filled"]
    assert set(filled["value"]) == {4.0}
    assert "C26" in filled.index
    assert (
        sets["caliendo_parro_2015"].to_frame().loc["C29", "published"] == "Auto + Other transport"
    )
    assert sets["fontagne_2022"].flags[-1] == "published"
    assert sets["lashkaripour_lugovskyy_2023"].flags[0] == "copied"


def test_who_loses_more_under_the_published_standard_errors():
    economy = load_economy()
    estimates = load_elasticities("ignatenko_2025")
    war = economy.tariffs.add(
        importer="USA", exporter="CHN", rate=1.45, sectors=economy.sectors[:-1]
    )
    war = war.add(importer="CHN", exporter="USA", rate=1.25, sectors=economy.sectors[:-1])
    result = ng.counterfactual_draws(economy, war, estimates, draws=12, rng=7)
    assert len(result) == 12
    table = result.interval(0.9)
    assert (table.loc[["USA", "CHN"], "high"] < 0.0).all()
    chance = result.probability_loses_more("USA", "CHN")
    assert 0.0 <= chance.low <= chance.value <= chance.high <= 1.0


def test_dates_and_missing_errors_are_refused():
    with pytest.raises(InformationDateError, match="known on 2025-09-30"):
        load_elasticities("ignatenko_2025", as_of="2025-05-02")
    with pytest.raises(InformationDateError, match="2022-12-31"):
        load_elasticities("fontagne_2022", as_of="2020-01-01")
    economy = load_economy()
    with pytest.raises(InvalidInputError, match="no standard error is published.*fontagne"):
        counterfactual_draws(economy, economy.tariffs, load_elasticities("fontagne_2022"))
    with pytest.raises(InvalidInputError, match="sectors differ"):
        counterfactual_draws(economy, economy.tariffs, OWN)
    with pytest.raises(InvalidInputError, match="ElasticityEstimates"):
        counterfactual_draws(economy, economy.tariffs, "fontagne_2022")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"values": [4.0, 4.0, -1.0, 6.0]}, "sector c"),
        ({"std_errors": [0.5, 0.5, -1.0, 0.0]}, "std_errors"),
        ({"published": ("X",)}, "one published sector"),
        ({"values": [4.0, 5.0, 1.0, 6.0]}, "copies of one published sector differ"),
    ],
)
def test_bad_estimates_are_refused(changes, message):
    with pytest.raises(InvalidInputError, match=message):
        replace(OWN, **changes)


def test_bad_draws_are_refused():
    for count in (0, 1.5, True):
        with pytest.raises(InvalidInputError, match="number of draws"):
            OWN.draw(count, rng=0)
    with pytest.raises(InvalidInputError, match="sector c"):
        OWN.draw(3, rng=0, lowest=2.0)
