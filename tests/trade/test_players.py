"""Who plays where nobody is named."""

import numpy as np
import pytest

import negotiation as ng
from negotiation.trade.players import first_two


def world(*regions):
    count = len(regions)
    flows = (np.ones((count, count)) + 9.0 * np.eye(count))[None]
    free = ng.TariffSchedule(regions, ("goods",), np.zeros((1, count, count)))
    return ng.Economy("toy", regions, ("goods",), flows, free, gdp=np.full(count, 12.0))


def test_the_first_two_regions_play():
    assert first_two(world("A", "B", "C")) == ("A", "B")
    assert first_two(world("USA", "CHN", "C")) == ("USA", "CHN")
    payoffs = ng.tariff_payoffs(world("A", "B", "C"), [(0.1, 0.2)])
    assert payoffs.players == ("A", "B")


def test_former_players_are_taken_with_a_warning():
    economy = world("CHN", "EU27", "USA")
    with pytest.warns(DeprecationWarning, match="USA and CHN are taken"):
        assert first_two(economy) == ("USA", "CHN")
    with pytest.warns(DeprecationWarning, match="first two regions, CHN and EU27"):
        assert ng.nash_tariffs(economy, model=ng.TradeModel(trade_elasticity=4.0)).tariffs
    named = ng.tariff_payoffs(economy, [(0.1, 0.2)], players=("CHN", "EU27"))
    assert named.players == ("CHN", "EU27")


def test_one_region_has_nobody_to_play_against():
    with pytest.raises(ng.InvalidInputError, match="nobody to play against"):
        first_two(world("A"))
