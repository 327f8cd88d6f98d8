"""Sequential equilibria: rational everywhere, and limits of fully mixed behaviour."""

import itertools

import numpy as np
import pytest

from negotiation import BayesianGame, ConvergenceError, InvalidInputError
from negotiation.equilibrium.trees.bayesian import bayesian_equilibria
from negotiation.equilibrium.trees.sequential import consistency_gap, sequential_equilibrium
from negotiation.equilibrium.trees.subgame_perfect import subgame_perfect_equilibria
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.tree import DecisionNode, TerminalNode, decision, terminal
from tests.game_trees import (
    beer_quiche,
    centipede,
    entry_deterrence,
    kuhn_poker,
    random_imperfect_information,
    selten_horse,
)


def test_equilibria_of_the_literature():
    assert sequential_equilibrium(entry_deterrence()).behavior["incumbent"].tolist() == [0.0, 1.0]
    # Selten's horse: the equilibrium in which the first two pass; the third must doubt enough.
    horse = sequential_equilibrium(selten_horse())
    assert horse.behavior["first"].tolist() == horse.behavior["second"].tolist() == [0.0, 1.0]
    assert horse.behavior["third"][1] >= 0.75
    assert horse.beliefs["third"][0] <= 1 / 3 + 1e-3
    # Beer for both types; whoever orders quiche is taken for weak at least as likely as not.
    beer = sequential_equilibrium(beer_quiche())
    assert beer.behavior["strong"][0] == beer.behavior["weak"][0] == 1.0
    assert beer.behavior["after quiche"][0] == 1.0
    assert beer.beliefs["after quiche"][1] >= 0.5
    assert all(p[0] == 1.0 for p in sequential_equilibrium(centipede(12)).behavior.values())
    poker = sequential_equilibrium(kuhn_poker())
    assert poker.payoffs == pytest.approx([-1 / 18, 1 / 18], abs=1e-5)


@pytest.mark.parametrize("unit", [1e-7, 1e7])
def test_the_unit_of_payoffs_does_not_matter(unit):
    for game in (selten_horse(), beer_quiche(), kuhn_poker()):
        nodes = [
            TerminalNode(tuple(unit * x + unit for x in node.payoffs), node.label)
            if isinstance(node, TerminalNode)
            else node
            for node in game.nodes
        ]
        plain = sequential_equilibrium(game)
        other = sequential_equilibrium(ExtensiveFormGame(tuple(nodes), game.players))
        assert np.allclose(other.payoffs, unit * np.array(plain.payoffs) + unit, rtol=1e-4)
        for label, play in plain.behavior.items():
            assert other.behavior[label] == pytest.approx(play, abs=1e-3)


def best_gain(game, behavior, beliefs, information_set):
    """Gain from the best pure continuation plan, by enumeration of all plans."""
    player = information_set.player
    mine = [s for s in game.information_sets if s.player == player]

    def value(position, plan):
        node = game.nodes[position]
        if isinstance(node, TerminalNode):
            return node.payoffs[player]
        if isinstance(node, DecisionNode):
            if plan is not None and node.player == player:
                return value(node.children[plan[node.information_set]], plan)
            weights = behavior[node.information_set]
        else:
            weights = node.probabilities
        return sum(
            w * value(c, plan) for w, c in zip(weights, node.children, strict=True) if w > 0.0
        )

    def mean(plan):
        weights = beliefs[information_set.name]
        return sum(w * value(n, plan) for w, n in zip(weights, information_set.nodes, strict=True))

    plans = itertools.product(*(range(len(s.actions)) for s in mine))
    names = [s.name for s in mine]
    return max(mean(dict(zip(names, plan, strict=True))) for plan in plans) - mean(None)


def check_random_trees(count, seed):
    rng = np.random.default_rng(seed)
    done = checked = 0
    while done < count:
        game = random_imperfect_information(rng, players=2 + done % 3)
        if not 8 <= len(game.nodes) <= 60:
            continue
        done += 1
        found = sequential_equilibrium(game)
        assert found.converged
        assert found.largest_gain <= 1e-6
        assert found.consistency <= 1e-3
        for s in game.information_sets:
            plans = np.prod(
                [float(len(t.actions)) for t in game.information_sets if t.player == s.player]
            )
            if plans <= 64:
                checked += 1
                spread = game.payoff_range[s.player]
                gain = best_gain(game, found.behavior, found.beliefs, s)
                assert gain <= 2e-6 * spread + 1e-12
        one = subgame_perfect_equilibria(game, "one")
        assert len(one.equilibria) == 1
        assert not one.complete
        assert one.equilibria[0].regret <= 1e-9
    assert checked > count


def test_random_trees():
    check_random_trees(25, 0)


@pytest.mark.slow
def test_many_random_trees():
    check_random_trees(500, 1)


def test_consistency_is_measured_from_the_tree():
    game = selten_horse()
    logs = {"first": np.log([0.1, 0.9]), "second": np.log([0.2, 0.8]), "third": np.log([0.5, 0.5])}
    behavior = {name: np.array([0.0, 1.0]) for name in logs}
    # The third player is reached with weight 0.1 and 0.9 * 0.2.
    beliefs = {"first": np.ones(1), "second": np.ones(1), "third": np.array([10 / 28, 18 / 28])}
    assert consistency_gap(game, behavior, beliefs, logs) == pytest.approx(0.5)
    near = {name: np.exp(x) for name, x in logs.items()}
    assert consistency_gap(game, near, beliefs, logs) <= 1e-15
    wrong = {**beliefs, "third": np.array([0.5, 0.5])}
    assert consistency_gap(game, near, wrong, logs) == pytest.approx(0.5 - 10 / 28)


def test_chance_that_never_happens_and_a_tree_without_moves():
    from negotiation.games.tree import chance

    late = decision(0, "s", {"x": terminal(0.0), "y": terminal(2.0)})
    never = chance({"a": (1.0, terminal(1.0)), "b": (0.0, late)})
    found = sequential_equilibrium(ExtensiveFormGame.from_tree(never, ["1"]))
    assert found.behavior["s"].tolist() == [0.0, 1.0]
    nothing = sequential_equilibrium(ExtensiveFormGame.from_tree(terminal(3.0), ["1"]))
    assert nothing.payoffs.tolist() == [3.0]
    assert nothing.consistency == 0.0


def test_failure_and_bad_options():
    with pytest.raises(ConvergenceError) as caught:
        sequential_equilibrium(kuhn_poker(), tol=0.0, max_precision=1e3)
    assert not caught.value.partial.converged
    partial = sequential_equilibrium(kuhn_poker(), tol=0.0, max_seconds=0.0, raise_on_failure=False)
    assert not partial.converged
    with pytest.raises(ConvergenceError, match="more than 5 steps"):
        sequential_equilibrium(kuhn_poker(), tol=0.0, max_steps=5)
    with pytest.raises(InvalidInputError, match="tol"):
        sequential_equilibrium(kuhn_poker(), tol=-1.0)


def test_bayesian_answers_by_type():
    # An entrant of unknown cost: the weak one stays out, the strong one enters.
    payoffs = np.zeros((2, 2, 1, 2, 2))
    payoffs[0, 0, 0] = [[2, 1], [0, 0]]
    payoffs[0, 1, 0] = [[-1, -2], [0, 0]]
    payoffs[1, :, 0] = [[1, 0], [3, 3]]
    game = BayesianGame(
        payoffs, [["1/3"], ["2/3"]], ("entrant", "incumbent"), (("strong", "weak"), ("only",)),
        (("enter", "stay"), ("share", "fight")),
    )  # fmt: skip
    found = bayesian_equilibria(game)
    assert found.complete
    strategies = found.equilibria[0].strategies["entrant"]
    assert strategies["strong"].tolist() == [1.0, 0.0]
    assert strategies["weak"].tolist() == [0.0, 1.0]
    assert found.equilibria[0].interim_payoffs["entrant"] == {"strong": 2.0, "weak": 0.0}
    assert found.equilibria[0].exact["incumbent"]["only"] == (1, 0)
    frame = found.to_frame()
    assert frame.query("type == 'weak' and action == 'stay'").probability.tolist() == [1.0]
    with pytest.raises(InvalidInputError, match="Bayesian"):
        bayesian_equilibria([[1]])


def test_bayesian_game_of_three_players_by_type():
    rng = np.random.default_rng(3)
    game = BayesianGame(rng.random((3, 2, 1, 1, 2, 2, 2)), [[["1/2"]], [["1/2"]]])
    found = bayesian_equilibria(game)
    assert found.complete
    assert len(found.equilibria) % 2 == 1
    agents = game.agent_normal_form()
    from negotiation.equilibrium.certificate import regret

    for e in found.equilibria:
        profile = [p for by_type in e.strategies.values() for p in by_type.values()]
        assert regret(agents, profile) <= 1e-9
