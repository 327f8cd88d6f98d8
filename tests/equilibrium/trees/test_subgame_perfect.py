"""Backward induction against brute force over all pure strategy profiles."""

import itertools

import numpy as np
import pytest

from negotiation import InvalidInputError
from negotiation.equilibrium.trees.subgame_perfect import (
    subgame_perfect_equilibria,
    subgame_regret,
    subgame_roots,
)
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.tree import TerminalNode, chance, decision, terminal
from tests.game_trees import (
    beer_quiche,
    centipede,
    entry_deterrence,
    random_perfect_information,
    selten_horse,
)


def build(tree, players=("a", "b")):
    return ExtensiveFormGame.from_tree(tree, players)


def test_entry_deterrence_drops_the_empty_threat():
    found = subgame_perfect_equilibria(entry_deterrence())
    assert [e.payoffs.tolist() for e in found.equilibria] == [[1.0, 1.0]]
    assert found.complete
    assert found.converged
    assert found.equilibria[0].behavior["entrant"].tolist() == [0.0, 1.0]
    threat = {"entrant": np.array([1.0, 0.0]), "incumbent": np.array([1.0, 0.0])}
    assert subgame_regret(entry_deterrence(), threat) == pytest.approx(2 / 3)


def test_centipede_is_taken_at_every_move():
    found = subgame_perfect_equilibria(centipede(20))
    assert len(found.equilibria) == 1
    assert all(p.tolist() == [1.0, 0.0] for p in found.equilibria[0].behavior.values())


def test_ultimatum_has_both_equilibria_of_the_tie():
    offers = {
        f"offer {k}": decision(1, f"answer {k}", {"yes": terminal(4 - k, k), "no": terminal(0, 0)})
        for k in range(5)
    }
    found = subgame_perfect_equilibria(build(decision(0, "offer", offers)))
    # The zero offer may be accepted (then it is made) or refused (then one is offered).
    assert sorted(tuple(e.payoffs) for e in found.equilibria) == [(3.0, 1.0), (4.0, 0.0)]


def all_pure_by_brute_force(game):
    sets = game.information_sets
    found = set()
    for choice in itertools.product(*(range(len(s.actions)) for s in sets)):
        behavior = {s.name: np.eye(len(s.actions))[k] for s, k in zip(sets, choice, strict=True)}
        place = {s.name: k for s, k in zip(sets, choice, strict=True)}
        value = {}
        good = True
        for position in reversed(game.order):
            node = game.nodes[position]
            if isinstance(node, TerminalNode):
                value[position] = np.array(node.payoffs, dtype=float)
            elif hasattr(node, "probabilities"):
                value[position] = sum(
                    p * value[c] for p, c in zip(node.probabilities, node.children, strict=True)
                )
            else:
                options = [value[c][node.player] for c in node.children]
                value[position] = value[node.children[place[node.information_set]]]
                good &= value[position][node.player] >= max(options) - 1e-12
        if good:
            found.add(choice)
            assert subgame_regret(game, behavior) <= 1e-12
    return found


@pytest.mark.parametrize("seed", range(25))
def test_all_pure_equilibria_are_found(seed):
    rng = np.random.default_rng(seed)
    game = random_perfect_information(rng, 3, players=2 + seed % 2, values=3)
    if np.prod([float(len(s.actions)) for s in game.information_sets]) > 20_000:
        game = random_perfect_information(rng, 2, values=3)
    found = subgame_perfect_equilibria(game)
    choices = {
        tuple(int(e.behavior[s.name].argmax()) for s in game.information_sets)
        for e in found.equilibria
    }
    assert len(choices) == len(found.equilibria)
    assert choices == all_pure_by_brute_force(game)
    assert all(e.regret <= 1e-12 for e in found.equilibria)
    for e in found.equilibria:
        assert game.expected_payoffs(e.behavior) == pytest.approx(e.payoffs)


def simultaneous(A, B, name=""):
    rows, columns = len(A), len(A[0])
    return decision(
        0,
        f"row{name}",
        {
            f"r{i}": decision(
                1, f"column{name}", {f"c{j}": terminal(A[i][j], B[i][j]) for j in range(columns)}
            )
            for i in range(rows)
        },
    )


def test_subgames_with_unobserved_moves_contribute_their_nash_equilibria():
    # Ben-Porath and Dekel's outside option: battle of the sexes after an entry decision.
    sexes = simultaneous([[3, 0], [0, 1]], [[1, 0], [0, 3]])
    game = build(decision(0, "enter?", {"out": terminal(2, 2), "in": sexes}))
    assert len(subgame_roots(game)) == 2
    found = subgame_perfect_equilibria(game)
    payoffs = sorted(tuple(e.payoffs.round(9)) for e in found.equilibria)
    assert payoffs == [(2.0, 2.0), (2.0, 2.0), (3.0, 1.0)]
    assert all(e.regret <= 1e-12 for e in found.equilibria)


def test_three_players_and_one_subgame_of_two():
    pennies = simultaneous([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])

    def third(branch):
        if branch.payoffs:
            return terminal(*branch.payoffs, 5.0)
        moves = {a: third(s) for a, s in zip(branch.actions, branch.subtrees, strict=True)}
        return decision(branch.player, branch.information_set, moves)

    tree = decision(2, "host", {"play": third(pennies), "cancel": terminal(0, 0, 1)})
    found = subgame_perfect_equilibria(build(tree, ("a", "b", "c")))
    assert len(found.equilibria) == 1
    assert found.equilibria[0].payoffs == pytest.approx([0, 0, 5])


def test_a_set_far_apart_does_not_hide_the_subgame_between():
    linked = {
        "l": decision(1, "linked", {"x": terminal(0, 1), "y": terminal(1, 0)}),
        "m": decision(0, "own", {"x": terminal(5, 0), "y": terminal(2, 0)}),
        "r": decision(1, "linked", {"x": terminal(2, 0), "y": terminal(0, 1)}),
    }
    game = build(decision(0, "start", linked))
    assert len(subgame_roots(game)) == 2
    assert subgame_perfect_equilibria(game).equilibria[0].payoffs[0] == 5.0


def test_chance_roots_and_a_tree_of_one_node():
    coin = chance({"h": (0.5, terminal(1, 0)), "t": (0.5, terminal(0, 1))})
    assert subgame_perfect_equilibria(build(coin)).equilibria[0].payoffs.tolist() == [0.5, 0.5]
    lone = subgame_perfect_equilibria(build(terminal(3, 4)))
    assert lone.equilibria[0].payoffs.tolist() == [3.0, 4.0]
    assert len(subgame_perfect_equilibria(beer_quiche()).equilibria) >= 2


def test_limits_are_reported():
    tie = decision(0, "end", {"a": terminal(0, 0), "b": terminal(0, 0), "c": terminal(0, 0)})
    found = subgame_perfect_equilibria(build(tie), max_count=2)
    assert len(found.equilibria) == 2
    assert not found.complete
    assert not found.converged


def test_refusals():
    with pytest.raises(InvalidInputError, match="which"):
        subgame_perfect_equilibria(selten_horse(), "some")
    with pytest.raises(InvalidInputError, match="tie_tol"):
        subgame_perfect_equilibria(entry_deterrence(), tie_tol=-1.0)
    with pytest.raises(InvalidInputError, match="max_count"):
        subgame_perfect_equilibria(entry_deterrence(), max_count=0)
    # One who does not know whether the first move was made already (Piccione and Rubinstein 1997).
    forgot = decision(
        0, "x", {"l": decision(0, "x", {"l": terminal(1, 0), "r": terminal(0, 0)}),
                 "r": terminal(0, 1)}
    )  # fmt: skip
    after = {"l": decision(0, "x", {"l": terminal(1, 0), "r": decision(1, "y", {
        "u": terminal(5, 1), "d": terminal(2, 2)})}), "r": terminal(0, 1)}  # fmt: skip
    for tree in (forgot, decision(0, "x", after)):
        for which in ("one", "all"):
            with pytest.raises(InvalidInputError, match="imperfect recall"):
                subgame_perfect_equilibria(build(tree), which)
