"""Perfection and properness with more than two players, and equilibria found with mistakes."""

from fractions import Fraction

import numpy as np
import pytest

from negotiation import (
    ConvergenceError,
    InvalidInputError,
    NormalFormGame,
    agent_form,
    is_perfect,
    is_proper,
    nash_equilibria,
    perfect_equilibrium,
    proper_equilibrium,
)
from negotiation.equilibrium.profiles import deviation_payoffs
from negotiation.equilibrium.refinements.trembling import tremble_violation
from negotiation.games.strategies import to_normal_form
from tests.game_trees import selten_horse


def horse():
    return to_normal_form(agent_form(selten_horse())).game


def pure(game, *actions):
    return [np.eye(n)[a] for n, a in zip(game.shape, actions, strict=True)]


def test_seltens_horse():
    game = horse()
    assert game.players == ("first", "third", "second")
    # Down, across, left: the second player should go down once the first might err.
    wrong = is_perfect(game, pure(game, 0, 0, 1))
    assert wrong.is_nash
    assert wrong.is_perfect is False
    assert wrong.dominated_player == 2
    assert "down" in wrong.reason
    assert is_proper(game, pure(game, 0, 0, 1)).is_proper is False
    # Across, across, right survives mistakes.
    right = is_perfect(game, pure(game, 1, 1, 1))
    assert right.is_perfect is True
    for find in (perfect_equilibrium, proper_equilibrium):
        found = find(game)
        assert found.equilibrium.probabilities[0].tolist() == [0.0, 1.0]
        assert found.equilibrium.probabilities[2].tolist() == [0.0, 1.0]


def test_first_order_mistakes_that_decide_are_a_witness():
    # The third player is indifferent between both actions at (0, 0); mistakes tell.
    payoffs = np.zeros((3, 2, 2, 2))
    payoffs[0, 0], payoffs[1, :, 0] = 1.0, 1.0
    payoffs[2, 1, 0, 0] = payoffs[2, 0, 1, 1] = 1.0
    game = NormalFormGame(payoffs)
    check = is_perfect(game, pure(game, 0, 0, 0))
    assert check.is_perfect is True
    first, second, third = (np.array([float(q) for q in x]) for x in check.mistakes)
    assert min(first[1], second[1], third[1]) > 0.0
    size = 1e-4
    mixed = [np.array([1 - size * q[1], size * q[1]]) for q in (first, second, third)]
    gains = deviation_payoffs(game.payoffs, mixed, 2)
    assert gains[0] > gains[1]


def test_regular_equilibria_are_proper_and_mistakes_confirm_it():
    rng = np.random.default_rng(0)
    for shape in ((2, 2, 2), (2, 3, 2)):
        game = NormalFormGame(rng.integers(0, 1000, (3, *shape)))
        for e in nash_equilibria(game).equilibria:
            assert is_perfect(game, e).is_perfect is True
            assert is_proper(game, e).is_proper is True
        found = proper_equilibrium(game)
        profile = np.concatenate(found.equilibrium.probabilities)
        known = [np.concatenate(e.probabilities) for e in nash_equilibria(game).equilibria]
        assert min(np.abs(profile - k).max() for k in known) < 1e-8
        assert found.violation <= 1e-7
        # The rule itself, written out: less payoff, at most epsilon times the weight.
        for i, x in enumerate(found.trembles):
            u = deviation_payoffs(game.payoffs, found.trembles, i)
            for a in range(len(x)):
                for b in range(len(x)):
                    if u[a] < u[b] - 1e-4:
                        assert x[a] <= found.size * x[b] * (1 + 1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_two_players_agree_with_the_exact_checks(seed):
    rng = np.random.default_rng(seed)
    game = NormalFormGame(rng.integers(0, 3, (2, 3, 3)))
    perfect, proper = perfect_equilibrium(game), proper_equilibrium(game)
    assert is_perfect(game, perfect.equilibrium).is_perfect is True
    assert is_proper(game, proper.equilibrium).is_proper is True


def test_what_cannot_be_told():
    # All payoffs of the first player depend on others' mistakes of two kinds with unequal signs.
    payoffs = np.zeros((3, 2, 2, 2))
    payoffs[0, 1, 1, 0], payoffs[0, 1, 0, 1] = 1.0, -1.0
    payoffs[1, :, 0], payoffs[2, :, :, 0] = 1.0, 1.0
    game = NormalFormGame(payoffs)
    assert is_perfect(game, pure(game, 0, 0, 0)).is_perfect is True
    payoffs[0, 1, 0, 1], payoffs[0, 1, 1, 0], payoffs[0, 1, 1, 1] = 0.0, 0.0, -1.0
    # First-order forms vanish: only mistakes of both others at once tell.
    second_order = NormalFormGame(payoffs)
    check = is_perfect(second_order, pure(second_order, 0, 0, 0))
    assert check.is_perfect is None
    assert is_proper(second_order, pure(second_order, 0, 0, 0)).is_proper is None
    mixed = [np.array([0.5, 0.5]), np.array([1.0, 0.0]), np.array([1.0, 0.0])]
    assert is_perfect(second_order, mixed).is_perfect in (None, False)
    assert is_proper(game, pure(game, 0, 0, 1)).is_nash is False


def test_the_answer_does_not_hang_on_the_unit_of_fractions():
    rng = np.random.default_rng(5)
    for _ in range(5):
        table = rng.integers(0, 3, (3, 2, 2, 2))
        whole = NormalFormGame(table)
        tenths = NormalFormGame(np.vectorize(lambda v: Fraction(int(v), 10))(table))
        for e in nash_equilibria(whole, "pure").equilibria:
            for check in (is_perfect, is_proper):
                one, other = check(whole, e.exact), check(tenths, e.exact)
                assert one.reason == other.reason


def test_trembles_that_break_the_rule():
    game = NormalFormGame.from_bimatrix([[1, 1], [0, 0]], [[1, 0], [1, 0]])
    even = [np.array([0.5, 0.5])] * 2
    assert tremble_violation(game, even, 0.01, proper=True) == 1.0
    assert tremble_violation(game, even, 0.01, proper=False) == 1.0


def test_limits_and_sizes():
    game = NormalFormGame(np.random.default_rng(0).random((2, 7, 7)))
    with pytest.raises(InvalidInputError, match="orders"):
        proper_equilibrium(game)
    cycle = NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    with pytest.raises(ConvergenceError, match="mistakes"):
        perfect_equilibrium(cycle, max_seconds=0.0)


def test_agents_earn_what_their_player_earns():
    game = selten_horse()
    agents = agent_form(game)
    assert agents.players == ("first", "third", "second")
    behavior = {s.name: np.array([0.25, 0.75]) for s in game.information_sets}
    assert agents.expected_payoffs(behavior) == pytest.approx(
        game.expected_payoffs(behavior)[[0, 2, 1]]
    )
    nobody = type(game)((game.nodes[-1],), game.players)
    with pytest.raises(InvalidInputError, match="nobody"):
        agent_form(nobody)


@pytest.mark.parametrize("find", [perfect_equilibrium, proper_equilibrium])
def test_payoffs_beyond_what_floats_hold_are_told_apart(find):
    # One equilibrium, in which both mix: the row player by the column player's 1 and 2.
    tables = [[[3, 0], [0, 1]], [[0, 1], [2, 0]]]
    game = NormalFormGame([[[u + 2**60 + 1 for u in row] for row in A] for A in tables])
    found = find(game).equilibrium
    assert np.array(found.probabilities) == pytest.approx(
        np.array([[2 / 3, 1 / 3], [1 / 4, 3 / 4]]), abs=1e-9
    )
