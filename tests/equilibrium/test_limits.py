"""Every search ends with its time and hands back what it has."""

import numpy as np
import pytest

from negotiation import (
    ConvergenceError,
    InvalidInputError,
    NormalFormGame,
    correlated_equilibria,
    correlated_payoff_set,
    nash_equilibria,
    nash_equilibria_batch,
    one_equilibrium,
    quantal_response,
    stackelberg,
)
from negotiation.equilibrium.dynamic.markov import markov_perfect_equilibrium
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.many_players.isolation import isolate_equilibria
from negotiation.equilibrium.quantal.estimation import fit_quantal_response
from negotiation.equilibrium.quantal.quantal_response import (
    quantal_response_branch,
)
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
    game = random_perfect_information(np.random.default_rng(4), 3, values=2)
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


def ends_after(monkeypatch, asked):
    """A clock that stands still until the limit has been looked at so often."""
    looks = iter(range(10**9))
    monkeypatch.setattr(TimeLimit, "is_over", lambda *_: next(looks) >= asked)
    monkeypatch.setattr(TimeLimit, "seconds_left", lambda *_: 0.0 if next(looks) >= asked else 9.0)


@pytest.mark.parametrize("scale", [1.0, 1e12])
def test_a_leader_without_time_knows_how_much_is_open(scale):
    rng = np.random.default_rng(5)
    A, B = rng.random((2, 6, 6))
    A[0, 0], B[0, 0] = -scale, -scale
    game = NormalFormGame.from_bimatrix(A, B)
    whole = stackelberg(game)
    early = stackelberg(game, max_seconds=0.0, raise_on_failure=False)
    assert not early.converged
    assert early.follower_regret <= 1e-8
    unit = 1.0 if scale > 1.0 else np.ptp(A)
    assert early.payoffs[0] <= whole.payoffs[0] <= early.payoffs[0] + early.optimality_gap * unit
    with pytest.raises(ConvergenceError, match="max_seconds") as caught:
        stackelberg(game, max_seconds=0.0)
    assert caught.value.partial.response == early.response


@pytest.mark.parametrize("objective", ["welfare", "fairest"])
@pytest.mark.parametrize("worst", [0.0, -1e12])
def test_a_mediator_without_time_has_nothing(objective, worst):
    A = np.random.default_rng(6).random((2, 4, 4))
    A[:, 0, 0] = worst
    game = NormalFormGame(A)
    with pytest.raises(ConvergenceError, match="max_seconds"):
        correlated_equilibria(game, objective, max_seconds=0.0)
    assert correlated_equilibria(game, objective, max_seconds=60.0).converged


def test_corners_known_in_time_span_a_part(monkeypatch):
    game = NormalFormGame.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    with pytest.raises(ConvergenceError, match="max_seconds"):
        correlated_payoff_set(game, max_seconds=0.0)
    whole = correlated_payoff_set(game, max_seconds=60.0)
    assert whole.complete
    ends_after(monkeypatch, 2)
    part = correlated_payoff_set(game, max_seconds=60.0)
    assert not part.complete
    assert 0 < len(part.vertices) < len(whole.vertices)


def test_games_of_a_batch_that_are_not_reached_say_so(monkeypatch):
    A, B = np.random.default_rng(7).random((2, 7_000, 3, 3))
    late = nash_equilibria_batch(A, B, threads=1, max_seconds=0.0)
    assert not late.converged
    assert not late.complete.any()
    assert late.counts.sum() == len(late.strategies) == 0
    whole = nash_equilibria_batch(A, B, threads=1)
    assert whole.converged
    ends_after(monkeypatch, 1)
    part = nash_equilibria_batch(A, B, threads=1, max_seconds=60.0)
    done = int(part.complete.sum())
    assert 0 < done < 7_000
    assert part.complete[:done].all()
    np.testing.assert_array_equal(part.counts[:done], whole.counts[:done])
    np.testing.assert_array_equal(part.strategies, whole.strategies[: len(part.strategies)])


def test_a_small_batch_without_time_keeps_what_it_found():
    found = nash_equilibria_batch(np.eye(9)[None], np.eye(9)[None], max_seconds=0.0)
    assert not found.complete[0]
    assert 0 < found.counts[0] < 511
