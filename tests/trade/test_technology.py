"""Technology by sector: refused where it does not add up, weighted by output in groups."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.trade.calibration import calibrate
from negotiation.trade.model import TradeModel
from tests.trade.worlds import random_world

MODEL = TradeModel.caliendo_parro2015(trade_elasticity=4.0)


def world():
    inputs = np.random.default_rng(1).uniform(0.05, 0.15, (3, 3, 3))
    return replace(
        random_world(3, regions=3, sectors=3, elasticities={}),
        input_shares=inputs,
        sector_value_added_share=1.0 - inputs.sum(axis=1),
    )


def test_what_does_not_add_up_is_refused():
    economy = world()
    with pytest.raises(InvalidInputError, match="must be given together"):
        replace(economy, input_shares=None)
    added = np.array(economy.sector_value_added_share)
    added[0, 0] += 0.09
    with pytest.raises(InvalidInputError, match=r"region R0, sector S0.*must add to 1"):
        replace(economy, sector_value_added_share=added)
    none = np.zeros((3, 3))
    with pytest.raises(InvalidInputError, match="value added must be positive"):
        calibrate(
            replace(
                economy, sector_value_added_share=none, input_shares=np.full((3, 3, 3), 1.0 / 3.0)
            ),
            MODEL,
        )


def test_groups_keep_inputs_and_output():
    economy = world()
    grouped = economy.aggregate(regions={"W": ["R0", "R2"]}, sectors={"all": ["S0", "S1"]})
    fine = np.einsum("iks,si->", economy.input_shares, economy.flows.sum(axis=2))
    coarse = np.einsum("iks,si->", grouped.input_shares, grouped.flows.sum(axis=2))
    assert coarse == pytest.approx(fine, rel=1e-12)
    whole = grouped.sector_value_added_share + grouped.input_shares.sum(axis=1)
    np.testing.assert_allclose(whole, 1.0, rtol=1e-12)


def test_an_economys_own_technology_is_the_default():
    economy = world()
    plain = replace(economy, input_shares=None, sector_value_added_share=None)
    given = replace(
        MODEL,
        input_shares=economy.input_shares,
        value_added_share=economy.sector_value_added_share,
    )
    own, named = calibrate(economy, MODEL), calibrate(plain, given)
    np.testing.assert_allclose(own.final_shares, named.final_shares, rtol=1e-12)
    np.testing.assert_allclose(own.wage_bill, named.wage_bill, rtol=1e-12)
