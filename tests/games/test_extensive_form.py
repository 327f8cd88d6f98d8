"""Trees are checked, walked and turned into normal form as the definitions say."""

import numpy as np
import pytest

from negotiation import InvalidInputError
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.strategies import behavior_of_mixed, to_normal_form
from negotiation.games.tree import (
    ChanceNode,
    DecisionNode,
    TerminalNode,
    chance,
    decision,
    terminal,
)
from tests.game_trees import (
    beer_quiche,
    centipede,
    entry_deterrence,
    kuhn_poker,
    random_perfect_information,
    random_signalling,
    selten_horse,
)

END = TerminalNode((0.0, 0.0))


def move(*children, player=0, name="h", actions=None):
    return DecisionNode(
        player, name, actions or tuple(f"a{k}" for k in range(len(children))), children
    )


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ((), "empty"),
        ((move(1, 2), END, move(0, 1)), "cycle"),
        ((move(1, 1), END), "two parents"),
        ((move(0), END), "cycle"),
        ((move(1), END, END), r"nodes\[2\].*reached"),
        ((move(5), END), "no such node"),
        ((move(1, player=2), END), "no such player"),
        ((move(1, player=-1), END), "no such player"),
        ((DecisionNode(0, "h", ("a", "b"), (1,)), END), "one child an action"),
        ((move(1, 2, actions=("a", "a")), END, END), "named twice"),
        ((ChanceNode(("a", "b"), (0.5, 0.4), (1, 2)), END, END), "sum to 1"),
        ((ChanceNode(("a", "b"), (1.5, -0.5), (1, 2)), END, END), "out of range"),
        ((ChanceNode(("a", "b"), (1.0,), (1, 2)), END, END), "one probability"),
        ((move(1), TerminalNode((1.0,))), "one payoff"),
        ((move(1), TerminalNode((1.0, np.nan))), "payoffs"),
        ((move(1, 2), move(3), END, END), "differ in player or actions"),
        ((move(1, 2), move(3, 4, player=1), END, END, END), "differ in player or actions"),
    ],
)
def test_bad_trees_are_refused(nodes, message):
    with pytest.raises(InvalidInputError, match=message):
        ExtensiveFormGame(nodes, ("a", "b"))


def test_players_are_needed():
    with pytest.raises(InvalidInputError, match="players"):
        ExtensiveFormGame((TerminalNode(()),), ())


def test_a_cyclic_description_cannot_be_written_down_and_chance_needs_moves():
    with pytest.raises(InvalidInputError, match="one payoff"):
        ExtensiveFormGame.from_tree(chance({}), ["a"])


def test_perfect_recall():
    assert kuhn_poker().has_perfect_recall
    forgot = decision(
        0,
        "first",
        {
            "left": decision(0, "later", {"x": terminal(1, 0), "y": terminal(0, 1)}),
            "right": decision(0, "later", {"x": terminal(0, 1), "y": terminal(1, 0)}),
        },
    )
    game = ExtensiveFormGame.from_tree(forgot, ["driver", "nobody"])
    assert game.forgetful_set == "later"
    form = to_normal_form(game)
    assert form.game.shape == (4, 1)
    with pytest.raises(InvalidInputError, match="imperfect recall"):
        behavior_of_mixed(game, form, [np.full(4, 0.25), np.ones(1)])
    absent = decision(
        0, "junction", {"exit": terminal(0, 0), "on": decision(
            0, "junction", {"exit": terminal(4, 0), "on": terminal(1, 0)})}
    )  # fmt: skip
    assert not ExtensiveFormGame.from_tree(absent, ["driver", "nobody"]).has_perfect_recall


def test_reduced_and_full_normal_form():
    game = entry_deterrence()
    form = to_normal_form(game)
    assert form.game.actions == (("out", "in"), ("fight", "share"))
    assert form.game.payoffs.tolist() == [[[0, 0], [-1, 1]], [[2, 2], [-1, 1]]]
    assert form.game.title == "Entry deterrence"
    assert to_normal_form(centipede(6)).game.shape == (4, 4)
    assert to_normal_form(centipede(6), reduced=False).game.shape == (8, 8)
    assert to_normal_form(centipede(4)).game.actions[0] == ("take/*", "pass/take", "pass/pass")
    assert to_normal_form(selten_horse()).game.shape == (2, 2, 2)
    nothing = ExtensiveFormGame.from_tree(
        decision(0, "alone", {"a": terminal(1, 2), "b": terminal(3, 4)}), ["x", "y"]
    )
    assert to_normal_form(nothing).game.actions == (("a", "b"), ("no move",))


def test_normal_form_limits():
    with pytest.raises(InvalidInputError, match="too many pure strategies"):
        to_normal_form(kuhn_poker(), limit=10)
    with pytest.raises(InvalidInputError, match="too many strategy profiles"):
        to_normal_form(kuhn_poker(), limit=100)


@pytest.mark.parametrize("seed", range(8))
def test_mixed_and_behaviour_strategies_have_the_same_outcome(seed):
    rng = np.random.default_rng(seed)
    makers = (random_signalling, lambda r: random_perfect_information(r, 3, players=3))
    game = makers[seed % 2](rng)
    for reduced in (True, False):
        form = to_normal_form(game, reduced=reduced)
        profile = [rng.dirichlet(np.ones(n)) for n in form.game.shape]
        behavior = behavior_of_mixed(game, form, profile)
        payoffs = form.game.payoffs
        for p in profile[::-1]:
            payoffs = payoffs @ p
        assert game.expected_payoffs(behavior) == pytest.approx(payoffs, abs=1e-12)


def test_behaviour_is_checked():
    game = beer_quiche()
    good = {"strong": [1, 0], "weak": {"quiche": 1.0}, "after beer": [0, 1], "after quiche": [1, 0]}
    behavior = game.behavior(good)
    assert behavior["weak"].tolist() == [0.0, 1.0]
    # The strong drink beer (1) and are not fought (+2); the weak eat quiche (1) and are fought.
    assert game.expected_payoffs(behavior) == pytest.approx([0.9 * 3 + 0.1, 1.0])
    reach = game.reach(behavior)
    ends = [k for k, node in enumerate(game.nodes) if isinstance(node, TerminalNode)]
    assert reach[ends].sum() == pytest.approx(1.0)
    assert game.reach(behavior, without=0)[ends].sum() == pytest.approx(2.0)
    for bad, message in [
        ({"strong": [1, 0]}, "missing"),
        ({**good, "other": [1.0]}, "unknown"),
        ({**good, "weak": [0.5, 0.4]}, "distribution"),
        ({**good, "weak": [1.0]}, "distribution"),
        ({**good, "weak": [np.nan, 1.0]}, "distribution"),
        ({**good, "weak": {"tea": 1.0}}, "no such action"),
    ]:
        with pytest.raises(InvalidInputError, match=message):
            game.behavior(bad)


def test_history_of_a_node_where_nobody_decides():
    game = beer_quiche()
    with pytest.raises(InvalidInputError, match="nobody decides"):
        game.own_history(0)
    assert game.branch_probabilities(game.order[-1], {}) == ()


@pytest.mark.parametrize("players", [("a", "a"), ("", "")])
def test_players_need_names_of_their_own(players):
    with pytest.raises(InvalidInputError, match=r"players: two players have the same name; seen"):
        ExtensiveFormGame((END,), players)
