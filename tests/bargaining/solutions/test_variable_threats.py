"""Variable threats with and without transfers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.bargaining.solutions.axiomatic import nash_bargaining
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.variable_threats import variable_threats, zero_sum_value
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.trade.markets.linear_tariffs import LinearTariffModel


@st.composite
def games(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.tuples(st.integers(2, 4), st.integers(2, 4)))
    return NormalFormGame.from_bimatrix(rng.normal(size=shape), rng.normal(size=shape))


@given(games())
def test_with_transfers(game):
    solution = variable_threats(game)
    assert solution.payoffs.sum() == pytest.approx(game.payoffs.sum(axis=0).max())
    assert solution.threat_regret < 1e-7
    split = solution.payoffs - solution.disagreement
    assert split[0] == pytest.approx(split[1], abs=1e-7)
    cell = game.payoffs[:, *solution.agreed]
    assert solution.payoffs[0] - solution.transfer_to_first == pytest.approx(cell[0])


@given(games())
@settings(max_examples=25)
def test_without_transfers_the_agreement_is_nash_over_the_threats(game):
    solution = variable_threats(game, transfers=False)
    points = game.payoffs.reshape(2, -1).T
    again = nash_bargaining(BargainingProblem(points, solution.disagreement))
    assert solution.payoffs == pytest.approx(again.payoffs, abs=1e-6)
    assert solution.threat_regret < 1e-6
    assert solution.transfer_to_first == 0


@given(games(), st.floats(0.1, 100), st.floats(0.1, 100))
@settings(max_examples=25)
def test_units_of_payoffs_do_not_matter_without_transfers(game, a, b):
    first, second = game.bimatrix
    here = variable_threats(game, transfers=False).payoffs
    scaled = NormalFormGame.from_bimatrix(a * first + 1, b * second - 2)
    there = variable_threats(scaled, transfers=False).payoffs
    assert there == pytest.approx([a * here[0] + 1, b * here[1] - 2], rel=1e-5, abs=1e-5 * (a + b))


def test_a_tariff_war_threatens_more_than_nash_tariffs():
    one = LinearTariffModel.two_good(gap=1.0)
    rates = np.linspace(0, 1, 21)
    own = one.effects(rates)
    game = NormalFormGame.from_bimatrix(
        own.importer[:, None] + own.exporter[None, :], own.exporter[:, None] + own.importer[None, :]
    )
    solution = variable_threats(game)
    assert solution.payoffs == pytest.approx([0, 0], abs=1e-9)
    # The threat maximises the difference of payoffs: W - V, so tau = G/(2b), above Nash's G/(3b).
    assert rates[np.argmax(solution.threats[0])] == pytest.approx(0.5)


def test_zero_sum_value_of_matching_pennies_scaled():
    value, row, column = zero_sum_value([[5e6, -5e6], [-5e6, 5e6]])
    assert value == pytest.approx(0, abs=1e-3)
    assert row == pytest.approx([0.5, 0.5])
    assert column == pytest.approx([0.5, 0.5])


def test_a_player_who_does_not_care():
    with pytest.raises(InvalidInputError, match="the same everywhere"):
        variable_threats(
            NormalFormGame.from_bimatrix(np.zeros((2, 2)), [[1, 2], [3, 4]]), transfers=False
        )
    with pytest.raises(InvalidInputError, match="two-player"):
        variable_threats(NormalFormGame(np.zeros((3, 2, 2, 2))))
