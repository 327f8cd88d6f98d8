"""Perfection and properness against published examples and against the definitions."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from negotiation import InvalidInputError, NormalFormGame
from negotiation.equilibrium.normal_form.nash import nash_equilibria, pure_equilibria
from negotiation.equilibrium.refinements.perfection import is_perfect, is_proper

# Myerson (1978): perfect equilibria that are not proper, for adding dominated actions.
MYERSON = NormalFormGame.from_bimatrix(
    [[1, 0, -9], [0, 0, -7], [-9, -7, -7]], [[1, 0, -9], [0, 0, -7], [-9, -7, -7]]
)


def unit(n, k):
    return [Fraction(int(i == k)) for i in range(n)]


@pytest.mark.parametrize(
    ("k", "perfect", "proper"), [(0, True, True), (1, True, False), (2, False, False)]
)
def test_myerson_example(k, perfect, proper):
    profile = (unit(3, k), unit(3, k))
    assert is_perfect(MYERSON, profile).is_perfect is perfect
    assert is_proper(MYERSON, profile).is_proper is proper


def test_scale_does_not_matter():
    for scale in (1e9, 1e-9):
        game = NormalFormGame(MYERSON.payoffs * scale)
        for k, proper in enumerate((True, False, False)):
            profile = (unit(3, k), unit(3, k))
            assert is_proper(game, profile).is_proper is proper
            assert is_perfect(game, profile).is_perfect is (k < 2)


def epsilon_proper_exists(A, B, x, y, epsilon=1e-3):
    """Definition by brute force, for 2x2 and 2x3 games: rankings and a grid of magnitudes."""
    m, n = A.shape
    powers = range(5)
    for orders_x in itertools.product(powers, repeat=m):
        if min(orders_x) != 0 or any(o != 0 for o, p in zip(orders_x, x, strict=True) if p > 0):
            continue
        for orders_y in itertools.product(powers, repeat=n):
            if min(orders_y) != 0 or any(o != 0 for o, p in zip(orders_y, y, strict=True) if p > 0):
                continue
            xe = np.array([Fraction(1, 1000) ** o for o in orders_x], dtype=object)
            ye = np.array([Fraction(1, 1000) ** o for o in orders_y], dtype=object)
            if all(p > 0 or o > 0 for p, o in zip(x, orders_x, strict=True)) and all(
                p > 0 or o > 0 for p, o in zip(y, orders_y, strict=True)
            ):
                u, v = A @ ye, xe @ B
                if all(
                    u[a] >= u[b] or orders_x[a] > orders_x[b] for a in range(m) for b in range(m)
                ) and all(
                    v[a] >= v[b] or orders_y[a] > orders_y[b] for a in range(n) for b in range(n)
                ):
                    return True
    return False


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_proper_agrees_with_the_definition_at_pure_equilibria(data):
    m, n = data.draw(st.sampled_from([(2, 2), (2, 3), (3, 3)]))
    entries = st.lists(st.integers(0, 2), min_size=m * n, max_size=m * n)
    A = np.array(data.draw(entries), dtype=object).reshape(m, n)
    B = np.array(data.draw(entries), dtype=object).reshape(m, n)
    game = NormalFormGame.from_bimatrix(A.astype(float), B.astype(float))
    for equilibrium in pure_equilibria(game):
        x, y = equilibrium.exact
        found = is_proper(game, equilibrium)
        if epsilon_proper_exists(A, B, x, y):
            assert found.is_proper
        if found.is_proper:
            assert is_perfect(game, equilibrium).is_perfect


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=18, max_size=18))
def test_every_game_has_a_proper_equilibrium_and_perfect_means_undominated(entries):
    payoffs = np.array(entries, dtype=float).reshape(2, 3, 3)
    game = NormalFormGame(payoffs)
    equilibria = nash_equilibria(game).equilibria
    for e in equilibria:
        check = is_perfect(game, e)
        dominated = False
        for player, x in enumerate(e.probabilities):
            table = payoffs[player] if player == 0 else payoffs[1].T
            answer = linprog(
                -table.sum(axis=1),
                A_ub=-table.T,
                b_ub=-(x @ table),
                A_eq=np.ones((1, 3)),
                b_eq=[1],
            )
            dominated |= -answer.fun > (x @ table).sum() + 1e-7
        assert check.is_perfect is not dominated


def test_generic_games_have_only_proper_strict_and_mixed_equilibria():
    rng = np.random.default_rng(7)
    for _ in range(10):
        game = NormalFormGame(rng.integers(0, 10**6, size=(2, 3, 3)).astype(float))
        found = nash_equilibria(game).equilibria
        # In a regular game all equilibria are proper (van Damme 1983).
        assert all(is_proper(game, e).is_proper for e in found)
        assert all(is_perfect(game, e).is_perfect for e in found)


def test_three_players():
    payoffs = np.zeros((3, 2, 2, 2))
    payoffs[:, 0, 0, 0] = 1.0
    game = NormalFormGame(payoffs)
    assert is_perfect(game, [[1, 0]] * 3).is_perfect is True
    check = is_perfect(game, [[0, 1]] * 3)
    assert check.is_perfect is False
    assert check.dominated_player == 0
    assert check.dominating == (1, 0)
    flat = NormalFormGame(np.zeros((3, 2, 2, 2)))
    assert is_perfect(flat, [[0.5, 0.5]] * 3).is_perfect is True
    assert is_perfect(flat, [[1, 0]] * 3).is_perfect is True
    assert is_perfect(game, [[1, 0], [1, 0], [0, 1]]).is_nash is False


def test_properness_refuses_what_it_cannot_do():
    with pytest.raises(InvalidInputError, match="too many rankings"):
        is_proper(NormalFormGame(np.zeros((2, 6, 6))), [unit(6, 0)] * 2, max_orders=100)
    assert is_proper(MYERSON, (unit(3, 0), unit(3, 1))).is_nash is False
