"""Games of one player, and roots on the border of their support."""

import numpy as np

import negotiation as ng


def test_one_player_plays_what_is_best():
    found = ng.nash_equilibria(ng.NormalFormGame(np.array([[1.0, 2.0, 2.0]])))
    assert found.complete
    assert [e.exact for e in found.equilibria] == [((0, 1, 0),), ((0, 0, 1),)]
    assert [component.equilibria for component in found.components] == [(0, 1)]
    assert "payoff player 1" in str(found)


def test_one_player_in_a_tree_and_with_types():
    ends = {"a": ng.terminal(1), "b": ng.terminal(2)}
    tree = ng.ExtensiveFormGame.from_tree(ng.decision(0, "h", ends), players=("x",))
    (found,) = ng.tree_equilibria(tree).equilibria
    assert found.behavior["h"].tolist() == [0.0, 1.0]
    payoffs = np.array([[[1.0, 2.0], [3.0, 0.0]]])
    typed = ng.bayesian_equilibria(ng.BayesianGame(payoffs=payoffs, prior=np.array([0.3, 0.7])))
    played = typed.to_frame()["probability"].to_list()
    assert played == [0.0, 1.0, 1.0, 0.0]


def test_an_action_of_no_weight_is_not_played():
    """An equilibrium of this game is found on a support that one of its actions leaves."""
    bits = "00110101111010111011011100011011001001101001010101111100011001110111101111011001"
    payoffs = np.array([float(bit) for bit in bits]).reshape(5, 2, 2, 2, 1, 2)
    for item in ng.nash_equilibria(ng.NormalFormGame(payoffs)).equilibria:
        weights = np.concatenate(item.probabilities)
        assert ((weights == 0.0) | (weights > 1e-6)).all()
        assert item.regret <= 1e-14
