"""Equilibria of trees against published values, closed forms and the normal form."""

import json

import numpy as np
import pytest

from negotiation import ConvergenceError, InvalidInputError
from negotiation.equilibrium.lemke import solve_complementarity
from negotiation.equilibrium.trees.certificate import tree_regret
from negotiation.equilibrium.trees.reduced_form import tree_equilibria
from negotiation.equilibrium.trees.sequence_form import sequence_form_equilibrium
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.formats import read_efg, write_efg
from negotiation.games.strategies import to_normal_form
from negotiation.games.tree import ChanceNode, DecisionNode, TerminalNode
from tests.game_trees import (
    beer_quiche,
    centipede,
    crisis,
    entry_deterrence,
    forgetful,
    kuhn_poker,
    random_perfect_information,
    random_signalling,
    selten_horse,
)
from tests.reference import reference_path


def scaled(game, scale):
    nodes = tuple(
        TerminalNode(tuple(scale * p for p in n.payoffs)) if isinstance(n, TerminalNode) else n
        for n in game.nodes
    )
    return ExtensiveFormGame(nodes, game.players)


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
@pytest.mark.parametrize("method", ["linear_program", "complementarity"])
def test_kuhn_poker_is_worth_minus_one_eighteenth(method, scale):
    result = sequence_form_equilibrium(scaled(kuhn_poker(), scale), method)
    assert result.converged
    assert result.method == method
    assert result.equilibria[0].payoffs / scale == pytest.approx([-1 / 18, 1 / 18], abs=1e-9)


def vectors():
    path = reference_path("vectors", "bargaining.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    found = found if isinstance(found, list) else found["vectors"]
    return [v for v in found if v["id"].startswith(("I01", "I02"))]


def crisis_numbers(behavior, prior):
    """Bluffs, resistance and outcomes from a behaviour profile of the crisis tree."""
    challenge = {t: behavior[t][0] for t in ("strong", "weak")}
    war = {t: behavior[f"{t} resisted"][0] for t in ("strong", "weak")}
    resist = behavior["challenged"][1]
    weight = {"strong": prior, "weak": 1.0 - prior}
    fight = sum(weight[t] * challenge[t] * resist * war[t] for t in weight)
    back = sum(weight[t] * challenge[t] * resist * (1.0 - war[t]) for t in weight)
    total = sum(weight[t] * challenge[t] for t in weight)
    return {
        "threshold_belief": weight["strong"] * challenge["strong"] / total,
        "bluff_prob_weak": challenge["weak"],
        "prob_resist": resist,
        "prob_challenge": total,
        "prob_war": fight,
        "prob_backdown": back,
    }


def test_crisis_signalling_vectors():
    found = vectors()
    assert found
    for vector in found:
        wanted = {k: float(v) for k, v in vector["outputs_hp"].items()}
        prior = vector["inputs"]["pi_strong"]
        game = crisis(**vector["inputs"])
        solved = sequence_form_equilibrium(game).equilibria[0]
        numbers = crisis_numbers(solved.behavior, prior)
        assert numbers == pytest.approx(wanted, rel=1e-9, abs=1e-12)
        every = [
            crisis_numbers(e.behavior, prior)
            for e in tree_equilibria(game).equilibria
            if e.behavior["strong"][0] == 1.0
        ]
        assert any(n == pytest.approx(wanted, rel=1e-9, abs=1e-12) for n in every)


@pytest.mark.parametrize(("a", "a_B", "w_weak", "c"), [(0.5, 0.0, -2.0, 2.0), (1.5, 0.4, -3, 3.5)])
def test_crisis_signalling_closed_form(a, a_B, w_weak, c):
    prior = 0.3
    game = crisis(prior, a, 0.2, w_weak, c, a_B)
    numbers = crisis_numbers(sequence_form_equilibrium(game).equilibria[0].behavior, prior)
    q = (1 + a_B) / c
    assert numbers["threshold_belief"] == pytest.approx(q)
    assert numbers["bluff_prob_weak"] == pytest.approx(prior * (1 - q) / ((1 - prior) * q))
    assert numbers["prob_resist"] == pytest.approx(1 / (1 + a))


def test_entry_deterrence_has_the_threat_among_its_nash_equilibria():
    solution = tree_equilibria(entry_deterrence())
    assert solution.complete
    payoffs = sorted(tuple(e.payoffs) for e in solution.equilibria)
    assert payoffs == [(0.0, 2.0), (0.0, 2.0), (1.0, 1.0)]
    one = sequence_form_equilibrium(entry_deterrence())
    assert tuple(one.equilibria[0].payoffs) in payoffs


def test_centipede_ends_at_once_in_every_equilibrium():
    for e in tree_equilibria(centipede(6)).equilibria:
        assert e.payoffs == pytest.approx([1.0, 1.0])
    assert sequence_form_equilibrium(centipede(30)).equilibria[0].payoffs == pytest.approx([1, 1])


def test_beer_quiche_pools():
    payoffs = {tuple(e.payoffs.round(9)) for e in tree_equilibria(beer_quiche()).equilibria}
    assert payoffs == {(2.9, 0.9), (2.1, 0.9)}


@pytest.mark.parametrize("seed", range(12))
def test_random_trees_agree_with_the_reduced_normal_form(seed):
    rng = np.random.default_rng(seed)
    game = random_signalling(rng, types=2, signals=2, replies=2, zero_sum=seed % 3 == 0)
    solved = sequence_form_equilibrium(game)
    found = solved.equilibria[0]
    assert found.regret <= 1e-9
    # The regret recomputed with every pure strategy of the full normal form.
    form = to_normal_form(game, reduced=False)
    outcomes = []
    for player in (0, 1):
        best = -np.inf
        for strategy in form.strategies[player]:
            behavior = dict(found.behavior)
            for name, action in zip(form.information_sets[player], strategy, strict=True):
                behavior[name] = np.eye(len(behavior[name]))[action]
            best = max(best, game.expected_payoffs(behavior)[player])
        outcomes.append(best)
    assert outcomes == pytest.approx(found.payoffs.tolist(), abs=1e-9)
    every = tree_equilibria(game)
    assert every.equilibria
    assert all(e.regret <= 1e-9 for e in every.equilibria)
    if seed % 3 == 0:
        assert solved.method == "linear_program"
        assert every.equilibria[0].payoffs == pytest.approx(found.payoffs, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_regret_is_the_gain_from_the_best_pure_strategy(seed):
    rng = np.random.default_rng(100 + seed)
    makers = (random_signalling, lambda r: random_perfect_information(r, 3, players=3))
    game = makers[seed % 2](rng)
    behavior = {s.name: rng.dirichlet(np.ones(len(s.actions))) for s in game.information_sets}
    form = to_normal_form(game, reduced=False)
    actual = game.expected_payoffs(behavior)
    worst = 0.0
    for player, strategies in enumerate(form.strategies):
        for strategy in strategies:
            other = dict(behavior)
            for name, action in zip(form.information_sets[player], strategy, strict=True):
                other[name] = np.eye(len(behavior[name]))[action]
            gain = game.expected_payoffs(other)[player] - actual[player]
            worst = max(worst, gain / (game.payoff_range[player] or 1.0))
    assert tree_regret(game, behavior) == pytest.approx(worst, abs=1e-12)


def test_refusals():
    with pytest.raises(InvalidInputError, match="two players"):
        sequence_form_equilibrium(selten_horse())
    with pytest.raises(InvalidInputError, match="method"):
        sequence_form_equilibrium(kuhn_poker(), "guess")
    with pytest.raises(InvalidInputError, match="constant"):
        sequence_form_equilibrium(entry_deterrence(), "linear_program")
    with pytest.raises(InvalidInputError, match="imperfect recall"):
        tree_equilibria(forgetful())


def test_a_failed_certificate_raises_with_the_partial_result(monkeypatch):
    from negotiation.equilibrium.trees import sequence_form

    plan = np.ones(50)
    monkeypatch.setattr(sequence_form, "_linear_program_plan", lambda *a: plan)
    with pytest.raises(ConvergenceError) as caught:
        sequence_form_equilibrium(kuhn_poker())
    assert caught.value.partial.equilibria[0].regret > 0.0
    assert not sequence_form_equilibrium(kuhn_poker(), raise_on_failure=False).converged


def test_complementarity_problem():
    assert solve_complementarity([[1]], [2]) == (0,)
    assert solve_complementarity([[2, 1], [1, 2]], [-5, -6]) == pytest.approx((4 / 3, 7 / 3))
    with pytest.raises(ConvergenceError, match="ray"):
        solve_complementarity([[-1]], [-1])
    with pytest.raises(ConvergenceError, match="pivots"):
        solve_complementarity([[2, 1], [1, 2]], [-5, -6], max_pivots=1)


def test_kinds_of_nodes_survive_a_file():
    game = read_efg(write_efg(kuhn_poker()))
    kinds = {type(node) for node in game.nodes}
    assert kinds == {ChanceNode, DecisionNode, TerminalNode}


@pytest.mark.oracle
def test_agrees_with_gambit():
    gambit = pytest.importorskip("pygambit")
    import io

    for seed in range(30):
        rng = np.random.default_rng(1000 + seed)
        game = random_signalling(rng, types=2, signals=2, replies=3, zero_sum=seed % 2 == 0)
        theirs = gambit.read_efg(io.BytesIO(write_efg(game).encode()))
        if seed % 2 == 0:
            value = float(gambit.nash.lp_solve(theirs).equilibrium.payoffs["sender"])
            ours = sequence_form_equilibrium(game).equilibria[0].payoffs[0]
            assert ours == pytest.approx(value, abs=1e-9)
        else:
            ours = sequence_form_equilibrium(game).equilibria[0]
            assert ours.regret <= 1e-12
