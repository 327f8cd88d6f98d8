"""Every search ends with its time and hands back what it has."""

import numpy as np
import pytest

from negotiation import (
    ConvergenceError,
    InvalidInputError,
    NormalFormGame,
    nash_equilibria,
    one_equilibrium,
    quantal_response,
)
from negotiation.equilibrium.dynamic.markov import markov_perfect_equilibrium
from negotiation.equilibrium.many_players.isolation import isolate_equilibria
from negotiation.equilibrium.quantal.estimation import fit_quantal_response
from negotiation.equilibrium.quantal.quantal_response import (
    quantal_response_branch,
)
from negotiation.equilibrium.time_limit import TimeLimit
from negotiation.equilibrium.trees.reduced_form import tree_equilibria
from negotiation.equilibrium.trees.sequence_form import sequence_form_equilibrium
from negotiation.equilibrium.trees.subgame_perfect import subgame_perfect_equilibria
from negotiation.games.stochastic import StochasticGame
from tests.game_trees import beer_quiche, random_perfect_information


def cycle(size):
    """A game of pure conflict without a pure equilibrium."""
    A = np.roll(np.eye(size), 1, axis=0) - np.roll(np.eye(size), -1, axis=0)
    return NormalFormGame.from_bimatrix(A, -A)


def test_shares_of_a_limit(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    limit = TimeLimit(10.0)
    going = limit.keep_going(0.5)
    now[0] = 104.0
    assert going()
    assert not limit.is_over(0.5)
    assert limit.seconds_left() == 6.0
    now[0] = 106.0
    assert not going()
    assert limit.is_over(0.5)
    assert not limit.is_over()
    assert limit.seconds_left(0.5) == 0.0
    assert TimeLimit(None).keep_going()()
    with pytest.raises(InvalidInputError, match="max_seconds"):
        TimeLimit(-1.0)


def test_two_players_without_time_keep_pure_equilibria():
    game = NormalFormGame.from_bimatrix(np.eye(9), np.eye(9))
    found = nash_equilibria(game, max_seconds=0.0)
    assert not found.complete
    assert len(found.equilibria) == 9


def test_paths_without_time_have_nothing_to_certify():
    with pytest.raises(ConvergenceError) as caught:
        one_equilibrium(cycle(41), max_seconds=0.0)
    assert caught.value.partial.equilibria == ()
    with pytest.raises(ConvergenceError, match="max_seconds") as caught:
        quantal_response(cycle(3), [0.0, 1.0], max_seconds=0.0)
    assert len(caught.value.partial.points) == 1
    with pytest.raises(ConvergenceError, match="max_seconds") as caught:
        quantal_response_branch(cycle(3), 1.0, max_seconds=0.0)
    assert len(caught.value.partial.points) == 1
    with pytest.raises(ConvergenceError, match="max_seconds"):
        fit_quantal_response(cycle(3), [[1, 2, 3], [1, 1, 1]], max_seconds=0.0)


def test_a_stochastic_game_without_time_has_its_first_profile():
    game = NormalFormGame.from_bimatrix([[3, 0], [0, 1]], [[1, 0], [0, 2]])
    still = StochasticGame((game,), (np.ones((2, 2, 1)),), (0.5, 0.5))
    found = markov_perfect_equilibrium(still, max_seconds=0.0, raise_on_failure=False)
    assert found.precision == 0.0


def test_a_support_that_needs_more_than_the_time_left_stays_open():
    payoffs = np.random.default_rng(3).random((3, 2, 2, 2))
    found = isolate_equilibria(payoffs, limit=TimeLimit(0.0))
    whole = isolate_equilibria(payoffs, limit=TimeLimit(None))
    assert whole.complete
    assert not found.complete
    assert found.undecided > 0
    assert found.boxes < whole.boxes


def test_trees_without_time():
    game = random_perfect_information(np.random.default_rng(4), 4, values=2)
    every = subgame_perfect_equilibria(game)
    part = subgame_perfect_equilibria(game, max_seconds=0.0)
    assert len(part.equilibria) < len(every.equilibria)
    assert not part.complete
    assert part.notes == ("max_seconds was reached",)
    signals = tree_equilibria(beer_quiche(), max_seconds=0.0)
    assert not signals.complete
    with pytest.raises(ConvergenceError, match="max_seconds"):
        sequence_form_equilibrium(beer_quiche(), max_seconds=0.0)
    nothing = sequence_form_equilibrium(beer_quiche(), max_seconds=0.0, raise_on_failure=False)
    assert nothing.equilibria == ()
    assert not nothing.converged
