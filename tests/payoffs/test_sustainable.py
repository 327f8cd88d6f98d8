"""Critical discount factors of agreements on trade policy."""

import math

import numpy as np
import pytest

from negotiation.equilibrium.dynamic.repeated import critical_discount_factors
from negotiation.equilibrium.punishments import critical_discount
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.payoffs.sustainable import sustainable_cooperation
from negotiation.policy.noncooperative import nash_tariffs, optimal_tariffs
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.model import TradeModel
from tests.trade.worlds import balanced_world

MODEL = TradeModel(trade_elasticity=4.0, value_added_share=1.0, transfers="balanced")


@pytest.mark.parametrize("length", [1, 2, 3, 7, 40])
def test_the_factor_balances_gain_and_punishment(length):
    """The sum of losses over the punishment, discounted, is what cheating gains."""
    c, d, p = 2.0, 2.9, 1.0
    delta = critical_discount(c, d, p, length)
    assert sum(delta**k for k in range(1, length + 1)) * (c - p) == pytest.approx(d - c)
    assert delta >= critical_discount(c, d, p) - 1e-12
    assert critical_discount(10 * c + 3, 10 * d + 3, 10 * p + 3, length) == pytest.approx(delta)


def test_corners_of_the_factor():
    assert critical_discount(3.0, 3.0, 1.0, 2) == 0.0
    assert critical_discount(3.0, 4.0, 3.0) == math.inf
    assert critical_discount(3.0, 6.0, 1.0, 1) == math.inf
    assert critical_discount(3.0, 5.0, 1.0, 1) == pytest.approx(1.0)
    assert critical_discount(3.0, 5.0, 1.0, 400) == pytest.approx(0.5)
    for length in (0, 1.5, -1, math.nan):
        with pytest.raises(InvalidInputError, match="length"):
            critical_discount(3.0, 5.0, 1.0, length)
    dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    short = critical_discount_factors(dilemma, (0, 0), length=2)
    assert short.critical == pytest.approx((math.sqrt(5.0) - 1.0) / 2.0)


def test_symmetric_free_trade():
    """Payoffs are those of policies solved apart; symmetric players need the same patience."""
    names = ("R0", "R1", "R2")
    economy = balanced_world(0, regions=3)
    flows = np.full((1, 3, 3), 1.0) + 8.0 * np.eye(3)
    economy = economy.__class__("same", names, economy.sectors, flows, economy.tariffs)
    found = sustainable_cooperation(
        economy, agreement="free_trade", lengths=(1, 4, math.inf), model=MODEL, without="R2"
    )
    war = nash_tariffs(economy, names, model=MODEL)
    assert found.punishment == pytest.approx(war.payoffs, abs=1e-7)
    assert np.allclose(found.cooperation, 0.0, atol=1e-9)
    alone = optimal_tariffs(economy, "R1", model=MODEL)
    assert found.deviation[1] == pytest.approx(alone.objective.value, abs=1e-7)
    assert np.ptp(found.factors, axis=1) == pytest.approx(0.0, abs=1e-5)
    assert np.all(np.diff(found.critical) < 0.0)
    expected = critical_discount(0.0, alone.objective.value, float(war.payoffs[0]))
    assert found.critical[-1] == pytest.approx(expected, abs=1e-5)
    assert found.without is not None
    assert found.without.players == ("R0", "R1")
    assert found.without.least_patient[0] in ("R0", "R1")
    frame = found.to_frame()
    assert list(frame.columns[-3:]) == ["1 period", "4 periods", "for ever"]


def test_cooperative_policies_and_given_ones():
    economy = balanced_world(1, regions=3)
    found = sustainable_cooperation(economy, lengths=(math.inf,), model=MODEL)
    assert np.all(found.cooperation > found.punishment)
    assert np.all((found.factors > 0.0) & (found.factors < 1.0))
    given = sustainable_cooperation(
        economy, agreement=found.agreed, lengths=(math.inf,), model=MODEL, purge=False
    )
    assert given.factors == pytest.approx(found.factors, abs=1e-4)
    by_schedule = sustainable_cooperation(
        economy, agreement=found.agreed.tariffs, lengths=(math.inf,), model=MODEL, purge=False
    )
    assert by_schedule.factors == pytest.approx(given.factors, abs=1e-6)
    world = counterfactual(economy, found.agreed, MODEL)
    assert given.cooperation == pytest.approx(world.welfare, abs=1e-7)
    taxes = sustainable_cooperation(
        economy,
        agreement=Policy(economy.tariffs),
        lengths=(math.inf,),
        model=MODEL,
        instrument="export_tax",
    )
    free = sustainable_cooperation(
        economy, agreement="free_trade", lengths=(math.inf,), model=MODEL
    )
    assert taxes.factors == pytest.approx(free.factors, abs=1e-4)


def test_refusals():
    economy = balanced_world(0, regions=3)
    cases = [
        ({"players": "R0"}, "players"),
        ({"without": "XX"}, "without"),
        ({"players": ["R0", "R1"], "without": "R0"}, "without"),
        ({"agreement": "peace"}, "agreement"),
    ]
    for options, word in cases:
        with pytest.raises(InvalidInputError, match=word):
            sustainable_cooperation(economy, model=MODEL, **options)
