"""Risk and payoff dominance in coordination games."""

import numpy as np
import pytest

from negotiation import InvalidInputError, NormalFormGame
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.refinements.selection import payoff_dominant, risk_dominance


def test_risk_dominance_in_the_stag_hunt_and_with_unequal_stakes():
    game = NormalFormGame.from_bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]])
    found = risk_dominance(game, (0, 0), (1, 1))
    assert found.dominant == 1
    assert found.losses == (1.0, 9.0)
    assert found.resistance == (0.75, 0.75)
    assert risk_dominance(game, (1, 1), (0, 0)).dominant == 0
    even = NormalFormGame.from_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    assert risk_dominance(even, (0, 0), (1, 1)).dominant is None
    assert risk_dominance(NormalFormGame(game.payoffs * 1e9), (0, 0), (1, 1)).dominant == 1


@pytest.mark.parametrize(
    ("game", "pair", "message"),
    [
        (NormalFormGame(np.zeros((2, 2, 2))), ((0, 0), (1, 1)), "strict"),
        (NormalFormGame(np.zeros((2, 2, 2))), ((0, 0), (0, 1)), "in common"),
        (NormalFormGame(np.zeros((2, 3, 2))), ((0, 0), (1, 1)), "2x2"),
    ],
)
def test_risk_dominance_refuses(game, pair, message):
    with pytest.raises(InvalidInputError, match=message):
        risk_dominance(game, *pair)


def test_payoff_dominance_needs_agreement():
    game = NormalFormGame.from_bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]])
    assert payoff_dominant(game, nash_equilibria(game).equilibria) is not None
    sexes = NormalFormGame.from_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    assert payoff_dominant(sexes, [([1, 0], [1, 0]), ([0, 1], [0, 1])]) is None


def test_risk_dominance_follows_payoffs_as_they_were_given():
    A = [["0.3", "0"], ["0.2", "0.1"]]
    tenths = NormalFormGame.from_bimatrix(A, [[row[k] for row in A] for k in (0, 1)])
    assert risk_dominance(tenths, (0, 0), (1, 1)).dominant is None
