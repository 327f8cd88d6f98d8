"""One equilibrium of large games: certified, or an error."""

import numpy as np
import pytest
from hypothesis import given

from negotiation.equilibrium.certificate import regret
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.one_equilibrium import one_equilibrium
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from tests.strategies_games import bimatrix_games, untimed


@pytest.mark.kernel
@untimed
@given(bimatrix_games())
def test_tied_games_have_one_too(game):
    result = one_equilibrium(game)
    (equilibrium,) = result.equilibria
    assert regret(game, equilibrium.probabilities) < 1e-12
    assert result.converged
    assert not result.complete


@pytest.mark.kernel
def test_paths_end_in_one_of_all_equilibria():
    rng = np.random.default_rng(3)
    for _ in range(20):
        A = rng.normal(size=(4, 3)) * 10.0 ** rng.integers(-9, 10)
        B = rng.normal(size=(4, 3))
        game = NormalFormGame.from_bimatrix(A, B)
        found = np.concatenate(one_equilibrium(game).equilibria[0].probabilities)
        everything = [np.concatenate(e.probabilities) for e in nash_equilibria(game).equilibria]
        assert min(np.abs(found - e).max() for e in everything) < 1e-10


def test_two_hundred_actions_a_side():
    A, B = np.random.default_rng(6).normal(size=(2, 200, 200))
    # No pure equilibrium: the best cell of each column is the worst of its row.
    B[A.argmax(axis=0), np.arange(200)] -= 20
    result = one_equilibrium(NormalFormGame.from_bimatrix(A, B))
    assert result.method == "lemke_howson"
    assert result.max_regret < 1e-12


def test_payoffs_that_never_change():
    game = NormalFormGame.from_bimatrix(np.eye(2), 1 - np.eye(2))
    assert one_equilibrium(game).max_regret == 0
    wide = NormalFormGame.from_bimatrix([[1, 0], [0, 1], [0, 0]], [[0, 1], [1, 0], [5, 5]])
    assert one_equilibrium(wide).max_regret < 1e-12


def test_a_cycle_of_forty_actions_needs_paths_beyond_the_first_cap():
    # Each action beats the one before: the only equilibrium mixes all of them.
    A = np.roll(np.eye(41), 1, axis=0) - np.roll(np.eye(41), -1, axis=0)
    A += np.triu(np.full((41, 41), 0.01), 2)
    game = NormalFormGame.from_bimatrix(A, -A)
    result = one_equilibrium(game)
    assert result.max_regret < 1e-9


def test_too_few_pivots_is_an_error_with_the_partial_result():
    pennies = NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    with pytest.raises(ConvergenceError, match="no profile") as caught:
        one_equilibrium(pennies, max_pivots=1)
    assert caught.value.partial.equilibria == ()
    assert not caught.value.partial.converged
    with pytest.raises(InvalidInputError, match="max_pivots"):
        one_equilibrium(pennies, max_pivots=0)


def test_more_players_by_pure_actions_or_by_supports():
    payoffs = np.zeros((3, 2, 2, 2))
    payoffs[:, 1, 1, 1] = 1
    assert one_equilibrium(NormalFormGame(payoffs)).method == "pure"
    cycle = np.zeros((3, 2, 2, 2))
    for i in range(2):
        for j in range(2):
            for k in range(2):
                cycle[:, i, j, k] = [i == j, j == k, k != i]
    result = one_equilibrium(NormalFormGame(cycle))
    assert result.method == "isolation"
    assert result.max_regret < 1e-9
