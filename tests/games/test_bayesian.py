"""Bayesian games in their three forms."""

import numpy as np
import pytest

from negotiation import InvalidInputError, NormalFormGame
from negotiation.equilibrium.certificate import regret
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.trees.sequence_form import sequence_form_equilibrium
from negotiation.games.bayesian import BayesianGame
from negotiation.games.strategies import to_normal_form


def random_game(rng, types, actions):
    prior = rng.dirichlet(np.ones(int(np.prod(types)))).reshape(types)
    payoffs = rng.integers(-4, 5, size=(len(types), *types, *actions)).astype(float)
    return BayesianGame(payoffs, prior)


@pytest.mark.parametrize("shape", [(2, 3), (2, 2, 3)])
def test_one_type_is_the_normal_form(shape):
    payoffs = np.random.default_rng(0).normal(size=(len(shape), *shape))
    ones = (1,) * len(shape)
    game = BayesianGame(payoffs.reshape(len(shape), *ones, *shape), np.ones(ones))
    plain = NormalFormGame(payoffs)
    for form in (game.agent_normal_form(), game.normal_form()):
        assert form.payoffs == pytest.approx(plain.payoffs)
        assert form.players == plain.players
        assert form.actions == plain.actions


@pytest.mark.parametrize("seed", range(5))
def test_the_three_forms_agree(seed):
    rng = np.random.default_rng(seed)
    game = random_game(rng, (2, 3), (2, 2))
    tree = game.extensive_form()
    assert tree.has_perfect_recall
    full = to_normal_form(tree, reduced=False)
    plain = game.normal_form()
    assert full.game.shape == plain.shape == (4, 8)
    assert np.sort(full.game.payoffs.reshape(2, -1)) == pytest.approx(
        np.sort(plain.payoffs.reshape(2, -1))
    )
    # A Bayesian equilibrium makes every agent best respond.
    agents = game.agent_normal_form()
    assert agents.shape == (2, 2, 2, 2, 2)
    found = sequence_form_equilibrium(tree).equilibria[0]
    profile = [
        found.behavior[f"player {i + 1}: {t + 1}"] for i, n in enumerate((2, 3)) for t in range(n)
    ]
    assert regret(agents, profile) <= 1e-9
    # The same from the normal form before types are drawn.
    first = nash_equilibria(plain).equilibria[0]
    plans = [np.indices((2,) * n).reshape(n, -1).T for n in (2, 3)]
    behavior = [
        np.array([sum(p for p, plan in zip(x, rows, strict=True) if plan[t] == a) for a in (0, 1)])
        for x, rows in zip(first.probabilities, plans, strict=True)
        for t in range(rows.shape[1])
    ]
    assert regret(agents, behavior) <= 1e-9


def test_first_price_auction_in_closed_form():
    # Values 0 or 1 equally likely, bids 0, 1/4 or 1/2, ties split: with value 1 both bid 1/4.
    bids = np.array([0.0, 0.25, 0.5])
    win = np.where(bids[:, None] > bids, 1.0, np.where(bids[:, None] == bids, 0.5, 0.0))
    payoffs = np.zeros((2, 2, 2, 3, 3))
    for v1, v2 in np.ndindex(2, 2):
        payoffs[0, v1, v2] = win * (v1 - bids[:, None])
        payoffs[1, v1, v2] = win.T * (v2 - bids[None, :])
    game = BayesianGame(payoffs, np.full((2, 2), 0.25), types=(("low", "high"),) * 2)
    agents = game.agent_normal_form()
    assert agents.players[1] == "player 1: high"
    equilibrium = [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0]]
    assert regret(agents, equilibrium) <= 1e-12
    cell = (0, 1, 0, 1)
    # Wins for sure against low (1/2) and half the time against high (1/4), at price 1/4.
    assert agents.payoffs[1][cell] == pytest.approx(0.75 * 0.75)


def test_types_that_never_meet_are_left_out_of_the_tree():
    prior = np.array([[0.5, 0.0], [0.0, 0.5]])
    game = BayesianGame(np.zeros((2, 2, 2, 2, 2)), prior)
    assert len(game.extensive_form().nodes[0].children) == 2


ZERO = np.zeros((2, 2, 2, 2, 2))
EVEN = np.full((2, 2), 0.25)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"payoffs": ZERO, "prior": EVEN * 2}, "sum to 1"),
        ({"payoffs": ZERO, "prior": [[0.5, 0.5], [0.0, 0.0]]}, "probability 0"),
        ({"payoffs": ZERO, "prior": [[1.5, -0.5], [0.0, 0.0]]}, "prior"),
        ({"payoffs": ZERO[0], "prior": EVEN}, "axes must be"),
        ({"payoffs": ZERO, "prior": EVEN, "players": ("a",)}, "one name a player"),
        ({"payoffs": ZERO, "prior": EVEN, "types": (("a", "b"), ("c",))}, "types"),
        ({"payoffs": ZERO, "prior": EVEN, "actions": (("a", "a"), ("c", "d"))}, "actions"),
        ({"payoffs": ZERO * np.nan, "prior": EVEN}, "payoffs"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        BayesianGame(**arguments)


def test_too_large_a_normal_form_is_refused_but_its_tree_is_not():
    game = random_game(np.random.default_rng(1), (8, 8), (4, 4))
    with pytest.raises(InvalidInputError, match="too large"):
        game.normal_form()
    with pytest.raises(InvalidInputError, match="too large"):
        game.agent_normal_form()
    assert len(game.extensive_form().information_sets) == 16


def test_players_need_names_of_their_own():
    with pytest.raises(InvalidInputError, match="two players have the same name"):
        BayesianGame(np.zeros((2, 1, 1, 1, 1)), np.ones((1, 1)), players=("A", "A"))


def test_agents_whose_names_run_together_are_told_apart():
    game = BayesianGame(
        np.zeros((2, 2, 2, 1, 1)),
        np.full((2, 2), 0.25),
        players=("A", "A: B"),
        types=(("B: C", "D"), ("C", "D")),
    )
    names = ["A: B: C", "A: D", "A: B: C 2", "A: B: D"]
    assert list(game.agent_normal_form().players) == names
    assert {s.name for s in game.extensive_form().information_sets} == set(names)
