"""Dominance and the names of games, against textbook payoff matrices."""

import numpy as np
import pytest

from negotiation.equilibrium.refinements.classification import read_game
from negotiation.equilibrium.refinements.dominance import (
    best_responses,
    dominant_actions,
    dominated_actions,
    iterated_elimination,
    pareto_frontier,
)
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame

SYMMETRIC = {
    "prisoner's dilemma": [[3, 0], [5, 1]],
    "chicken": [[3, 1], [4, 0]],
    "stag hunt": [[4, 0], [3, 2]],
    "harmony": [[4, 3], [2, 1]],
    "deadlock": [[1, 0], [3, 2]],
    "coordination game": [[2, 0], [0, 1]],
}


@pytest.mark.parametrize("name", SYMMETRIC)
@pytest.mark.parametrize("swap_rows", [False, True])
@pytest.mark.parametrize("swap_columns", [False, True])
def test_names_do_not_depend_on_the_order_of_actions(name, swap_rows, swap_columns):
    A = np.array(SYMMETRIC[name], dtype=float)
    B = A.T
    rows, columns = (
        slice(None, None, -1 if swap_rows else 1),
        slice(None, None, -1 if swap_columns else 1),
    )
    game = NormalFormGame.from_bimatrix(A[rows, columns], B[rows, columns])
    assert read_game(game).name == name
    scaled = NormalFormGame.from_bimatrix(1e9 * A[rows, columns], 1e-9 * B[rows, columns] - 7)
    assert read_game(scaled).name == name


@pytest.mark.parametrize(
    ("A", "B", "name"),
    [
        ([[2, 0], [0, 1]], [[1, 0], [0, 2]], "battle of the sexes"),
        ([[1, -1], [-1, 1]], [[-1, 1], [1, -1]], "matching pennies"),
        ([[1, 1], [0, 0]], [[0, 1], [1, 0]], "dominance-solvable game"),
        ([[1, 1], [1, 0]], [[0, 1], [1, 0]], "game with ties"),
        ([[3, 2], [1, 0]], [[3, 4], [1, 2]], "dominant-strategy game"),
        ([[2, 0], [0, 1]], [[2, 0], [0, 2]], "coordination game"),
        ([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], [[0, 1, -1], [-1, 0, 1], [1, -1, 0]], None),
        (np.eye(3), np.eye(3), "game of coordination"),
    ],
)
def test_asymmetric_names(A, B, name):
    reading = read_game(NormalFormGame.from_bimatrix(A, B))
    assert reading.name == (name or "game without a pure equilibrium")


def test_larger_games_take_the_name_of_what_dominance_leaves():
    A = [[3, 0, 9], [5, 1, 9], [-1, -1, -1]]
    B = [[3, 5, -9], [0, 1, -9], [0, 0, -9]]
    reading = read_game(NormalFormGame.from_bimatrix(A, B))
    assert reading.name == "dominance-solvable game"
    assert reading.surviving == ((1,), (1,))
    A = [[2, 0, 9], [0, 1, 9], [-1, -1, -1]]
    B = [[1, 0, -9], [0, 2, -9], [0, 0, -9]]
    reading = read_game(NormalFormGame.from_bimatrix(A, B))
    assert reading.name == "battle of the sexes"
    assert reading.pure_equilibria == ((0, 0), (1, 1))


def test_an_action_dominated_only_by_a_mixture():
    A = [[3, 0], [0, 3], [1, 1]]
    game = NormalFormGame.from_bimatrix(A, np.zeros((3, 2)))
    assert dominated_actions(game, "strict") == ()
    (found,) = dominated_actions(game, "strict_mixed")
    assert (found.player, found.action) == (0, 2)
    mixture = np.zeros(3)
    for action, weight in found.by:
        mixture[action] = weight
    assert (mixture @ np.array(A) > 1).all()
    assert mixture.sum() == pytest.approx(1)


def test_weak_dominance_by_a_mixture_with_an_equality():
    A = [[2, 0, 1], [0, 2, 1], [1, 0.5, 1]]
    game = NormalFormGame.from_bimatrix(A, np.zeros((3, 3)))
    assert [d.action for d in dominated_actions(game, "weak_mixed") if d.player == 0] == [2]
    assert [d.action for d in dominated_actions(game, "strict_mixed") if d.player == 0] == []


def test_iterated_elimination_keeps_a_trace_in_original_numbers():
    # Myerson-style cascade: the column player's third action falls first.
    A = [[4, 5, 6], [2, 8, 3], [3, 9, 2]]
    B = [[3, 1, 2], [1, 4, 6], [0, 6, 8]]
    result = iterated_elimination(NormalFormGame.from_bimatrix(A, B))
    assert result.is_solved
    assert result.surviving == ((0,), (0,))
    assert [(e.round, e.player, e.action) for e in result.trace] == [
        (1, 1, 1),
        (2, 0, 1),
        (2, 0, 2),
        (3, 1, 2),
    ]
    assert result.game.payoffs.tolist() == [[[4]], [[3]]]


def test_best_responses_and_frontier():
    game = NormalFormGame.from_bimatrix([[3, 0], [0, 3]], [[1, 0], [0, 1]])
    assert best_responses(game, ([1, 0], [0.5, 0.5]), 0) == (0, 1)
    assert best_responses(game, ([1, 0], [0.6, 0.4]), 0) == (0,)
    assert dominant_actions(game) == (None, None)
    assert pareto_frontier(game) == ((0, 0), (1, 1))
    with pytest.raises(InvalidInputError, match="player"):
        best_responses(game, ([1, 0], [0.5, 0.5]), 2)
    with pytest.raises(InvalidInputError, match="kind"):
        dominated_actions(game, "very")
    with pytest.raises(InvalidInputError, match="sum to 1"):
        best_responses(game, ([1, 1], [0.5, 0.5]), 0)
    with pytest.raises(InvalidInputError, match="one distribution"):
        best_responses(game, ([1, 0],), 0)


def test_three_players():
    payoffs = np.zeros((3, 2, 2, 2))
    payoffs[0, 1] = 1
    payoffs[1, :, 1] = 1
    payoffs[2, :, :, 1] = 1
    game = NormalFormGame(payoffs)
    assert dominant_actions(game) == (1, 1, 1)
    assert iterated_elimination(game).surviving == ((1,), (1,), (1,))
    assert pareto_frontier(game) == ((1, 1, 1),)
    assert read_game(game).name == "dominance-solvable game"


@pytest.mark.parametrize("shift", [2**60 + 1, -(2**60) - 1])
def test_a_game_is_read_from_payoffs_as_they_were_given(shift):
    hunt = NormalFormGame([[[3, 0], [2, 2]], [[3, 2], [0, 2]]])
    shifted = NormalFormGame([[[int(u) + shift for u in row] for row in A] for A in hunt.payoffs])
    assert read_game(hunt).name == "stag hunt"
    assert read_game(shifted) == read_game(hunt)


@pytest.mark.parametrize("scale", [1e-13, 1.0, 1e13])
def test_a_sum_is_constant_at_every_scale_of_payoffs(scale):
    A = np.array([[3.0, 0.0], [2.0, 2.0]]) * scale
    assert "constant-sum" in read_game(NormalFormGame([A, 4 * scale - A])).features
    assert "constant-sum" not in read_game(NormalFormGame([A, A.T])).features
