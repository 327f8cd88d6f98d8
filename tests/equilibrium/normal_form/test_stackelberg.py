"""Commitment pays what closed forms and brute force say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation import ConvergenceError, InvalidInputError, NormalFormGame
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.stackelberg import stackelberg

# Conitzer and Sandholm's introductory example: commitment to 1/2, 1/2 earns 3.5.
EXAMPLE = NormalFormGame.from_bimatrix([[2, 4], [1, 3]], [[1, 0], [0, 1]])


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
def test_mixed_commitment_earns_more_than_pure_and_nash(scale):
    game = NormalFormGame(EXAMPLE.payoffs * scale)
    result = stackelberg(game)
    assert result.commitment == pytest.approx([0.5, 0.5], abs=1e-9)
    assert result.payoffs / scale == pytest.approx([3.5, 0.5])
    assert result.converged
    assert stackelberg(game, commitment="pure").payoffs / scale == pytest.approx([3.0, 1.0])
    second = stackelberg(game, leader=1)
    assert second.response == 0
    assert second.payoffs[1] / scale == pytest.approx(1.0)


def test_cournot_first_mover():
    # Linear duopoly with price 12 - q1 - q2 and no cost: the leader sells 6, the follower 3.
    q = np.arange(13.0)
    price = np.clip(12 - q[:, None] - q[None, :], 0, None)
    game = NormalFormGame.from_bimatrix(price * q[:, None], price * q[None, :])
    result = stackelberg(game, commitment="pure", favour="against")
    assert int(result.commitment.argmax()) == 6
    assert result.response == 3
    assert result.payoffs.tolist() == [18.0, 9.0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-4, 4), min_size=12, max_size=12), st.sampled_from([0, 1]))
def test_leader_gets_at_least_any_nash_payoff_and_no_grid_point_beats_it(entries, leader):
    payoffs = np.array(entries, dtype=float).reshape(2, 2, 3)
    game = NormalFormGame(payoffs)
    result = stackelberg(game, leader=leader)
    pure = stackelberg(game, leader=leader, commitment="pure")
    weak = stackelberg(game, leader=leader, commitment="pure", favour="against")
    assert result.payoffs[leader] >= pure.payoffs[leader] - 1e-9
    assert pure.payoffs[leader] >= weak.payoffs[leader]
    for e in nash_equilibria(game).equilibria:
        assert result.payoffs[leader] >= e.payoffs[leader] - 1e-7
    lead = payoffs[0] if leader == 0 else payoffs[1].T
    follow = payoffs[1] if leader == 0 else payoffs[0].T
    rng = np.random.default_rng(0)
    for x in rng.dirichlet(np.ones(len(lead)), size=200):
        replies = x @ follow
        best = replies >= replies.max() - 1e-12
        assert (x @ lead)[best].max() <= result.payoffs[leader] + 1e-7


def test_refusals():
    with pytest.raises(InvalidInputError, match="leader"):
        stackelberg(EXAMPLE, leader=2)
    with pytest.raises(InvalidInputError, match="commitment"):
        stackelberg(EXAMPLE, commitment="secret")
    with pytest.raises(InvalidInputError, match="approached"):
        stackelberg(EXAMPLE, favour="against")
    with pytest.raises(InvalidInputError, match="two-player"):
        stackelberg(NormalFormGame(np.zeros((3, 2, 2, 2))))


def test_an_impossible_tolerance_is_reported_with_the_partial_result():
    rng = np.random.default_rng(5)
    game = NormalFormGame(rng.normal(size=(2, 7, 7)))
    if stackelberg(game, tol=0.0, raise_on_failure=False).converged:
        return
    with pytest.raises(ConvergenceError) as caught:
        stackelberg(game, tol=0.0)
    assert caught.value.partial.payoffs.shape == (2,)
