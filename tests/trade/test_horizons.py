"""Elasticities between one year and ten."""

import numpy as np
import pytest

from negotiation.data.embedded import load_economy
from negotiation.data.parameters import parameter
from negotiation.errors import InvalidInputError
from negotiation.payoffs.defaults import horizon_elasticities
from negotiation.payoffs.game import tariff_game
from negotiation.trade.calibration import calibrate
from negotiation.trade.elasticities.horizons import (
    SHORT_OVER_LONG,
    elasticities_at,
    share_of_long_run,
)
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from tests.trade.worlds import random_world


def test_both_ends_are_the_sourced_values():
    short = parameter("trade_elasticity_short_run").value
    final = parameter("trade_elasticity_long_run").value
    assert pytest.approx(short / final) == SHORT_OVER_LONG
    assert elasticities_at(final, 1.0) == pytest.approx(short)
    assert elasticities_at(final, 10.0) == pytest.approx(final)
    assert elasticities_at(final, 10.0**0.5) == pytest.approx((short + final) / 2.0)


def test_they_rise_with_time_and_stay_outside_the_range():
    shares = [share_of_long_run(t) for t in (0.1, 1.0, 2.0, 5.0, 10.0, 50.0)]
    assert np.all(np.diff(shares) >= 0.0)
    assert shares[0] == shares[1]
    assert shares[-1] == shares[-2] == 1.0


def test_a_model_a_call_and_an_economy_take_the_same_option():
    economy = random_world(3, regions=3, sectors=2)
    war = economy.tariffs.add(importer="R0", rate=0.5)
    model = TradeModel(years_in_force=3.0)
    assert calibrate(economy, model).theta == pytest.approx(
        elasticities_at(economy.elasticities["drawn"], 3.0)
    )
    one = counterfactual(economy, war, model)
    two = counterfactual(economy, war, years_in_force=3.0)
    scaled = elasticities_at(economy.elasticities["drawn"], 3.0)
    three = counterfactual(economy, war, TradeModel(trade_elasticity=scaled))
    assert np.array_equal(one.welfare, two.welfare)
    np.testing.assert_allclose(one.welfare, three.welfare, atol=1e-12)
    plain = counterfactual(economy, war)
    assert np.array_equal(counterfactual(economy, war, years_in_force=10.0).welfare, plain.welfare)
    assert np.abs(one.flows - economy.flows).sum() < np.abs(plain.flows - economy.flows).sum()


def test_the_embedded_economy_and_games_at_a_horizon():
    now, later = load_economy(), load_economy(years_in_force=2.0)
    for name, values in now.elasticities.items():
        factor = 1.0 if name.startswith("boehm_") else share_of_long_run(2.0)
        np.testing.assert_allclose(later.elasticities[name], factor * values)
    chosen = horizon_elasticities(now, 2.0)
    assert chosen.name == "fontagne_2022 after 2 years"
    np.testing.assert_allclose(chosen.values, later.elasticities["fontagne_2022"])
    game = tariff_game(now, {"USA": [0, 0.3], "CHN": [0, 0.3]}, horizon=2.0)
    assert "2 years" in game.title


@pytest.mark.parametrize("years", [0.0, -1.0, float("nan")])
def test_bad_times_are_refused(years):
    with pytest.raises(InvalidInputError, match="years"):
        share_of_long_run(years)
    with pytest.raises(InvalidInputError, match="years_in_force"):
        TradeModel(years_in_force=years)
    with pytest.raises(InvalidInputError, match="short_over_long"):
        share_of_long_run(1.0, short_over_long=years)
