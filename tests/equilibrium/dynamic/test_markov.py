"""Markov perfect equilibria against Shapley's iteration, one-shot games and closed forms."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation import ConvergenceError, InvalidInputError, NormalFormGame
from negotiation.equilibrium.certificate import regret
from negotiation.equilibrium.dynamic.markov import markov_perfect_equilibrium
from negotiation.equilibrium.dynamic.markov_certificate import markov_regret
from negotiation.equilibrium.normal_form.zero_sum import zero_sum_value
from negotiation.games.stochastic import StochasticGame


def random_game(rng, states, shape, discount, zero_sum=False, scale=1.0):
    stages, moves = [], []
    for _ in range(states):
        payoffs = rng.integers(-5, 6, size=(len(shape), *shape)) * scale
        if zero_sum:
            payoffs[1] = -payoffs[0]
        stages.append(NormalFormGame(payoffs))
        p = rng.dirichlet(np.ones(states), size=shape)
        moves.append(p)
    return StochasticGame(tuple(stages), tuple(moves), (discount,) * len(shape))


@pytest.mark.parametrize("seed", range(4))
def test_zero_sum_values_agree_with_shapleys_iteration(seed):
    rng = np.random.default_rng(seed)
    game = random_game(rng, 3, (2, 3), 0.8, zero_sum=True)
    result = markov_perfect_equilibrium(game)
    assert result.converged
    value = np.zeros(3)
    for _ in range(120):
        value = np.array(
            [
                zero_sum_value(
                    NormalFormGame.from_bimatrix(
                        s.payoffs[0] + 0.8 * t @ value, -(s.payoffs[0] + 0.8 * t @ value)
                    )
                ).value
                for s, t in zip(game.stages, game.transitions, strict=True)
            ]
        )
    assert result.values[:, 0] == pytest.approx(value, abs=1e-7)
    assert result.values.sum(axis=1) == pytest.approx(np.zeros(3), abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([(2, 2), (3, 2), (2, 2, 2)]))
def test_general_sum_games_are_certified_and_regret_is_that_of_the_one_shot_game(seed, shape):
    rng = np.random.default_rng(seed)
    game = random_game(rng, 2, shape, 0.6)
    result = markov_perfect_equilibrium(game)
    assert result.regret <= 1e-8
    assert result.bellman_residual <= 1e-8
    # Given the values, each state is a one-shot game of which the profile is an equilibrium.
    for k, (stage, move) in enumerate(zip(game.stages, game.transitions, strict=True)):
        total = stage.payoffs + 0.6 * np.moveaxis(move @ result.values, -1, 0)
        # Values are numbers found up to 1e-8: what they alone tell apart is no payoff at stake.
        spread = np.ptp(total.reshape(len(shape), -1), axis=1)
        assert regret(NormalFormGame(total), result.probabilities[k], spread=spread) <= 1e-6


def test_one_state_is_the_stage_game_forever():
    stage = NormalFormGame.from_bimatrix([[9, 0], [0, 1]], [[0, 1], [1, 0]])
    game = StochasticGame((stage,), (np.ones((2, 2, 1)),), (0.9, 0.5))
    for scale in (1.0, 1e9, 1e-9):
        scaled = StochasticGame(
            (NormalFormGame(stage.payoffs * scale),), game.transitions, (0.9, 0.5)
        )
        result = markov_perfect_equilibrium(scaled)
        assert result.probabilities[0][0] == pytest.approx([0.5, 0.5], abs=1e-9)
        assert result.probabilities[0][1] == pytest.approx([0.1, 0.9], abs=1e-9)
        assert result.values[0] / scale == pytest.approx([9.0, 1.0])


def test_payoffs_beyond_what_floats_hold_are_told_apart():
    # Both states are the same stage, told in whole numbers and in fractions.
    tables = np.array([[[9, 0], [0, 1]], [[0, 1], [1, 0]]]).astype(object) + 2**60 + 1
    stages = NormalFormGame(tables), NormalFormGame(tables + Fraction(1, 3))
    even = np.full((2, 2, 2), 0.5)
    game = StochasticGame(stages, (even, even), (0.9, 0.5))
    result = markov_perfect_equilibrium(game)
    for row, column in result.probabilities:
        assert row == pytest.approx([0.5, 0.5], abs=1e-9)
        assert column == pytest.approx([0.1, 0.9], abs=1e-9)
    assert result.values[0] == pytest.approx(2.0**60 / np.array([0.1, 0.5]), rel=1e-12)
    pure = [[np.array([1.0, 0.0]), np.array([1.0, 0.0])]] * 2
    assert markov_regret(game, pure)[0] > 0.1


def test_a_war_of_attrition_in_closed_form():
    # Each period both may quit (prize 1 to the other) or fight at cost c and meet again.
    # Indifference: quitting earns 0 against a fighter, so q = c / (1 + c) is the quitting odds.
    cost, discount = 0.25, 0.9
    fight = NormalFormGame.from_bimatrix(
        [[-cost, 1.0], [0.0, 0.0]], [[-cost, 0.0], [1.0, 0.0]], actions=[["fight", "quit"]] * 2
    )
    over = NormalFormGame.from_bimatrix([[0.0]], [[0.0]])
    moves = np.zeros((2, 2, 2))
    moves[0, 0, 0] = 1.0
    moves[..., 1] = 1.0 - moves[..., 0]
    game = StochasticGame((fight, over), (moves, np.array([[[0.0, 1.0]]])), (discount, discount))
    result = markov_perfect_equilibrium(game)
    quits = result.probabilities[0][0][1]
    assert quits == pytest.approx(cost / (1 + cost), abs=1e-9)
    assert result.values[0] == pytest.approx([0.0, 0.0], abs=1e-9)


def test_regret_finds_a_profitable_deviation():
    stage = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    game = StochasticGame((stage,), (np.ones((2, 2, 1)),), (0.5, 0.5))
    cooperate = [[np.array([1.0, 0.0]), np.array([1.0, 0.0])]]
    found, values = markov_regret(game, cooperate)
    # Forever 5 rather than 3, over a range of 5.
    assert found == pytest.approx(2 / 5)
    assert values == pytest.approx(np.array([[6.0, 6.0]]))


STAGE = NormalFormGame.from_bimatrix([[1, 0], [0, 2]], [[1, 0], [0, 2]])
STAY = np.ones((2, 2, 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((), (), (0.5, 0.5)), "needs states"),
        (((STAGE,), (), (0.5, 0.5)), "one array of transitions"),
        (((STAGE,), (STAY * 0.5,), (0.5, 0.5)), r"transitions\[0\].*sum to 1"),
        (((STAGE,), (STAY * 2,), (0.5, 0.5)), "out of range"),
        (((STAGE,), (np.ones((2, 3, 1)),), (0.5, 0.5)), r"transitions\[0\].*shape"),
        (((STAGE,), (STAY,), (0.5, 1.0)), "below 1"),
        (((STAGE,), (STAY,), (0.5,)), "discounts"),
        (((STAGE,), (STAY,), (0.5, 0.5), ("a", "b")), "one distinct name"),
        (
            (
                (STAGE, NormalFormGame(STAGE.payoffs, players=("x", "y"))),
                (np.full((2, 2, 2), 0.5),) * 2,
                (0.5, 0.5),
            ),
            "same players",
        ),
    ],
)
def test_bad_stochastic_games_are_refused(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        StochasticGame(*arguments)


def test_refusals_and_failures(monkeypatch):
    game = StochasticGame((STAGE,), (STAY,), (0.5, 0.5))
    with pytest.raises(InvalidInputError, match="max_steps"):
        markov_perfect_equilibrium(game, max_steps=0)
    with pytest.raises(InvalidInputError, match="tol"):
        markov_perfect_equilibrium(game, tol=-1.0)
    with pytest.raises(ConvergenceError, match="steps"):
        markov_perfect_equilibrium(game, max_steps=2)
    # Without the last step on the supports the logit path stays at a distance from Nash.
    from negotiation.equilibrium.dynamic import markov

    monkeypatch.setattr(markov, "_polish", lambda *a: None)
    pennies = NormalFormGame.from_bimatrix([[9, 0], [0, 1]], [[0, 1], [1, 0]])
    game = StochasticGame((pennies,), (STAY,), (0.5, 0.5))
    with pytest.raises(ConvergenceError) as caught:
        markov_perfect_equilibrium(game, max_precision=1e3)
    assert 1e-8 < caught.value.partial.regret < 1e-2
    loose = markov_perfect_equilibrium(game, max_precision=1e3, raise_on_failure=False)
    assert not loose.converged


@pytest.mark.parametrize("size", [1.0, 1e4, 1e8, 1e12, 1e15, 1e200])
@pytest.mark.parametrize("back", [False, True])
def test_payoffs_of_states_out_of_reach_have_no_part(size, back):
    """A prisoner's dilemma that never ends, beside a state with large payoffs."""
    prison = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    other = NormalFormGame.from_bimatrix([[size]], [[-size]])
    stay = np.broadcast_to([1.0, 0.0], (2, 2, 2)).copy()
    leads = np.array([[[1.0, 0.0] if back else [0.0, 1.0]]])
    found = markov_perfect_equilibrium(StochasticGame((prison, other), (stay, leads), (0.9, 0.0)))
    assert [p.tolist() for p in found.probabilities[0]] == [[0.0, 1.0], [0.0, 1.0]]
    assert found.values[0] == pytest.approx([10.0, 1.0], rel=1e-9)
    both = tuple(np.full(2, 0.5) for _ in range(2)), (np.ones(1), np.ones(1))
    assert markov_regret(found.game, both)[0] > 0.1
