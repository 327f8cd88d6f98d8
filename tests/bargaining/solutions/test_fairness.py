"""Equal cuts, inequity-averse sides, and the ultimatum game."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.solutions.axiomatic import egalitarian, nash_bargaining
from negotiation.bargaining.solutions.fairness import (
    equal_cuts,
    inequity_averse,
    inequity_averse_ultimatum,
)
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.trade.markets.linear_tariffs import LinearTariffModel


def tariff_problem(**options):
    one, two = LinearTariffModel.two_good(gap=1.2), LinearTariffModel.two_good(gap=1.0)
    rates = [np.linspace(0, 1.5, 31), np.linspace(0, 1.3, 27)]
    own, other = one.effects(rates[0]), two.effects(rates[1])
    game = NormalFormGame.from_bimatrix(
        own.importer[:, None] + other.exporter[None, :],
        own.exporter[:, None] + other.importer[None, :],
    )
    return BargainingProblem.from_game(game, disagreement=(29, 25), rates=rates, **options)


@pytest.mark.parametrize("rule", ["nash", "egalitarian", "utilitarian", "largest"])
def test_cuts_are_equal_and_nobody_loses(rule):
    problem = tariff_problem()
    agreed = equal_cuts(problem, standoff=[1.45, 1.25], rule=rule, tolerance=1e-9)
    cuts = np.array([1.45, 1.25]) - agreed.parameters
    assert cuts[0] == pytest.approx(cuts[1])
    assert cuts[0] > 0
    assert np.all(agreed.gains >= 0)
    along = [
        row
        for row, rate in enumerate(problem.parameters)
        if abs((1.45 - rate[0]) - (1.25 - rate[1])) < 1e-9
    ]
    gains = problem.points[along] - problem.point
    accepted = gains[np.all(gains >= 0, axis=1)]
    best = {
        "nash": np.prod(accepted, axis=1).max(),
        "egalitarian": accepted.min(axis=1).max(),
        "utilitarian": accepted.sum(axis=1).max(),
    }
    score = {
        "nash": np.prod(agreed.gains),
        "egalitarian": agreed.gains.min(),
        "utilitarian": agreed.gains.sum(),
    }
    if rule in best:
        assert score[rule] == pytest.approx(best[rule])


def test_equal_cuts_cost_efficiency_at_most():
    problem = tariff_problem()
    agreed = equal_cuts(problem, standoff=[1.45, 1.25])
    assert np.prod(agreed.gains) <= np.prod(nash_bargaining(problem).gains) + 1e-12
    assert agreed.efficiency_slack >= 0


def test_equal_cuts_refuse():
    with pytest.raises(InvalidInputError, match="carry no tariffs"):
        equal_cuts(BargainingProblem([[0, 1], [1, 0]], [0, 0]), standoff=[1, 1])
    with pytest.raises(InvalidInputError, match="no equal cut"):
        equal_cuts(tariff_problem(), standoff=[1.451, 1.25], tolerance=1e-6)
    with pytest.raises(InvalidInputError, match="unknown choice"):
        equal_cuts(tariff_problem(), standoff=[1.45, 1.25], rule="fair")


def test_from_game_refuses():
    game = NormalFormGame.from_bimatrix(np.zeros((2, 2)), np.zeros((2, 2)))
    with pytest.raises(InvalidInputError, match="not an action profile"):
        BargainingProblem.from_game(game, disagreement=(2, 0))
    with pytest.raises(InvalidInputError, match="one list a player"):
        BargainingProblem.from_game(game, disagreement=(0, 0), rates=[[0, 1]])


@given(st.floats(0, 3), st.floats(0, 3))
def test_without_envy_and_guilt_it_is_nash(slope, power):
    problem = BargainingProblem([[0, 1 + slope], [0.7, 0.6 + slope / 3], [1 + power, 0]], [0, 0])
    plain = inequity_averse(problem, envy=[0, 0], guilt=[0, 0])
    assert plain.payoffs == pytest.approx(nash_bargaining(problem).payoffs, abs=1e-9)


def test_strong_envy_leads_to_equal_gains():
    problem = BargainingProblem([[0.1, 2.2], [1.1, 0.2]], [0.1, 0.2])
    fair = inequity_averse(problem, envy=[50, 50], guilt=[0, 0])
    assert fair.payoffs == pytest.approx(egalitarian(problem).payoffs, abs=1e-9)
    assert fair.utilities == pytest.approx(fair.payoffs - problem.point, abs=1e-9)


def test_guilt_moves_shares_towards_equality():
    problem = BargainingProblem([[0, 3], [1, 0]], [0, 0])
    plain = inequity_averse(problem, envy=[0, 0], guilt=[0, 0]).payoffs
    guilty = inequity_averse(problem, envy=[0.6, 0.6], guilt=[0.6, 0.6]).payoffs
    assert abs(guilty[0] - guilty[1]) < abs(plain[0] - plain[1])


def test_inequity_aversion_on_a_curve_and_without_lotteries():
    curve = inequity_averse(
        BargainingProblem(lambda u: 1 - u**2, [0, 0]), envy=[9, 9], guilt=[0, 0]
    )
    assert curve.payoffs == pytest.approx([0.618034, 0.618034], abs=1e-3)
    cloud = BargainingProblem([[0, 1], [0.5, 0.4], [1, 0.1]], [0, 0], convexify=False)
    chosen = inequity_averse(cloud, envy=[2, 2], guilt=[0, 0])
    assert chosen.payoffs.tolist() == [0.5, 0.4]
    with pytest.raises(InvalidInputError, match="at most envy"):
        inequity_averse(cloud, envy=[0, 0], guilt=[0.5, 0])


@given(st.floats(0, 50))
def test_envy_raises_the_least_accepted_share_up_to_one_half(alpha):
    offer = inequity_averse_ultimatum(responder_envy=alpha)
    assert 0 <= offer.minimum_accepted < 0.5
    assert inequity_averse_ultimatum(responder_envy=alpha + 1).minimum_accepted > (
        offer.minimum_accepted
    )


def test_guilty_proposers_offer_one_half():
    assert inequity_averse_ultimatum(responder_envy=1, proposer_guilt=0.7).offer == 0.5
    assert inequity_averse_ultimatum(responder_envy=1, proposer_guilt=0.5).offers == (1 / 3, 0.5)
    with pytest.raises(InvalidInputError, match="at most envy"):
        inequity_averse_ultimatum(responder_envy=1, proposer_guilt=0.4, proposer_envy=0.2)
