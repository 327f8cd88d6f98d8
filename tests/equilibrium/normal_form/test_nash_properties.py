"""What is true of every game, whatever the solver."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.equilibrium.certificate import exact_regret, regret
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.games.normal_form import NormalFormGame
from tests.strategies_games import bimatrix_games, strategy_set, untimed


@untimed
@given(bimatrix_games())
def test_every_equilibrium_has_no_regret_at_all(game):
    result = nash_equilibria(game)
    assert result.equilibria
    for equilibrium in result.equilibria:
        assert exact_regret(game, equilibrium.exact) == 0
        assert equilibrium.regret < 1e-15
        assert [sum(x) for x in equilibrium.exact] == [1, 1]


@untimed
@given(bimatrix_games())
def test_indices_sum_to_one(game):
    assert sum(c.index for c in nash_equilibria(game).components) == 1


@untimed
@given(bimatrix_games(low=0, high=10**6, most=5))
def test_a_game_of_isolated_regular_equilibria_has_an_odd_number(game):
    result = nash_equilibria(game)
    if all(e.index in (1, -1) for e in result.equilibria):
        assert len(result.equilibria) % 2 == 1
        assert sum(e.index for e in result.equilibria) == 1


@untimed
@given(
    bimatrix_games(),
    st.integers(-20, 20),
    st.integers(-20, 20),
    st.lists(st.integers(-5, 5), min_size=8, max_size=8),
)
def test_scale_and_shift_change_nothing(game, power_a, power_b, shifts):
    A, B = game.bimatrix
    m, n = game.shape
    # Powers of two are exact; a column's shift is one for every row action.
    a = A * 2.0**power_a + np.array(shifts[:n]) * 2.0**power_a
    b = B * 2.0**power_b + np.array(shifts[:m])[:, np.newaxis] * 2.0**power_b
    other = nash_equilibria(NormalFormGame.from_bimatrix(a, b))
    same = nash_equilibria(game)
    assert strategy_set(other) == strategy_set(same)
    assert [c.index for c in other.components] == [c.index for c in same.components]


@untimed
@given(bimatrix_games())
def test_a_shift_beyond_what_floats_hold_changes_nothing(game):
    shifted = NormalFormGame(
        [[[int(u) + 2**60 + 1 for u in row] for row in A] for A in game.payoffs]
    )
    other = nash_equilibria(shifted)
    assert other.complete
    assert other.max_regret < 1e-15
    assert strategy_set(other) == strategy_set(nash_equilibria(game))


def test_payoffs_of_a_dominated_action_may_be_any_number_of_times_larger():
    A, B = [[1e-300, 0], [0, 1e-300], [-1e300, -1e300]], [[1e-300, 0], [0, 1e-300], [0, 0]]
    for game in (
        NormalFormGame([A, B]),
        NormalFormGame([[[str(u) for u in row] for row in M] for M in (A, B)]),
    ):
        assert len(nash_equilibria(game).equilibria) == 3
        assert regret(game, ([0, 0, 1], [0.5, 0.5])) > 1.0


@untimed
@given(bimatrix_games(), st.randoms(use_true_random=False))
def test_relabelling_relabels(game, random):
    A, B = game.bimatrix
    rows, columns = list(range(game.shape[0])), list(range(game.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    other = nash_equilibria(
        NormalFormGame.from_bimatrix(A[np.ix_(rows, columns)], B[np.ix_(rows, columns)])
    )
    assert strategy_set(other) == {
        (tuple(x[i] for i in rows), tuple(y[j] for j in columns))
        for x, y in strategy_set(nash_equilibria(game))
    }


@untimed
@given(bimatrix_games())
def test_swapping_the_players_swaps_the_strategies(game):
    A, B = game.bimatrix
    other = nash_equilibria(NormalFormGame.from_bimatrix(B.T, A.T))
    assert strategy_set(other) == {(y, x) for x, y in strategy_set(nash_equilibria(game))}


@untimed
@given(bimatrix_games(most=3), st.integers(0, 3), st.integers(1, 3))
def test_a_strictly_dominated_row_changes_nothing(game, place, gap):
    A, B = game.bimatrix
    place = min(place, len(A))
    a = np.insert(A, place, A[0] - gap, axis=0)
    b = np.insert(B, place, 7, axis=0)
    want = {
        ((*x[:place], Fraction(0), *x[place:]), y) for x, y in strategy_set(nash_equilibria(game))
    }
    assert strategy_set(nash_equilibria(NormalFormGame.from_bimatrix(a, b))) == want


@untimed
@given(bimatrix_games(most=3), st.data())
def test_a_row_dominated_by_a_mixture_only_carries_no_weight(game, data):
    A, B = game.bimatrix
    m = len(A)
    weights = data.draw(st.lists(st.integers(1, 3), min_size=m, max_size=m))
    # Whole numbers: the mixture's payoff times the sum of weights.
    row = np.array(weights) @ A - 1
    a = np.vstack([A * sum(weights), row])
    b = np.vstack([B, np.zeros(game.shape[1])])
    want = {((*x, Fraction(0)), y) for x, y in strategy_set(nash_equilibria(game))}
    assert strategy_set(nash_equilibria(NormalFormGame.from_bimatrix(a, b))) == want


@untimed
@given(bimatrix_games(), st.randoms(use_true_random=False))
def test_mixtures_within_a_nash_subset_are_equilibria(game, random):
    result = nash_equilibria(game)
    seen = set()
    for component in result.components:
        for subset in component.subsets:
            seen |= set(subset.equilibria)
            assert len(subset.equilibria) == len(subset.rows) * len(subset.columns)
            mixed = []
            for player, members in enumerate((subset.rows, subset.columns)):
                weights = np.array([random.random() + 0.01 for _ in members])
                vectors = [result.equilibria[k].probabilities[player] for k in members]
                mixed.append(weights / weights.sum() @ np.array(vectors))
            assert regret(game, mixed) < 1e-13
    assert seen == set(range(len(result.equilibria)))


def test_a_circle_of_six_segments():
    # Kohlberg and Mertens (1986): one component, six extreme equilibria, six Nash subsets.
    A = [[1, 0, -1], [-1, 0, -1], [1, 0, -2]]
    B = [[1, -1, 1], [0, 0, 0], [-1, -1, -2]]
    (component,) = nash_equilibria(NormalFormGame.from_bimatrix(A, B)).components
    assert len(component.equilibria) == 6
    assert [len(s.equilibria) for s in component.subsets] == [2] * 6
    assert not component.is_isolated
    assert component.index == 1


@pytest.mark.parametrize("size", [2, 3, 4, 6])
def test_coordination_has_two_to_the_n_less_one(size):
    result = nash_equilibria(NormalFormGame.from_bimatrix(np.eye(size), np.eye(size)))
    assert len(result.equilibria) == 2**size - 1
    for e in result.equilibria:
        assert e.index == (-1) ** (np.count_nonzero(e.probabilities[0]) + 1)
