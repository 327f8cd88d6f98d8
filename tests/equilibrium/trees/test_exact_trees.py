"""Rational payoffs, chance moves and priors travel through every form of a game."""

import itertools
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from negotiation import BayesianGame, InvalidInputError, NormalFormGame, nash_equilibria
from negotiation.equilibrium.refinements.perfection import is_perfect, is_proper
from negotiation.equilibrium.trees.reduced_form import tree_equilibria
from negotiation.equilibrium.trees.sequence_form import sequence_form_equilibrium
from negotiation.equilibrium.trees.subgame_perfect import subgame_perfect_equilibria
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.formats import read_efg, read_nfg, write_efg
from negotiation.games.strategies import to_normal_form
from negotiation.games.tree import (
    ChanceNode,
    DecisionNode,
    TerminalNode,
    chance,
    decision,
    terminal,
)

TENTHS = [Fraction(1, 10), Fraction(1, 5), Fraction(7, 10)]


def gamble(number):
    """Player 1 takes the sure 3/10 or a draw worth 3/10 on average; player 2 then tips or not."""
    draw = chance(
        {
            "a": (number(TENTHS[0]), terminal(number(Fraction(1)), 0)),
            "b": (number(TENTHS[1]), terminal(number(Fraction(1)), 0)),
            "c": (number(TENTHS[2]), terminal(0, 0)),
        }
    )
    return ExtensiveFormGame.from_tree(
        decision(
            0,
            "first",
            {
                "draw": draw,
                "sure": decision(
                    1, "second", {"x": terminal(number(Fraction(3, 10)), 1), "y": terminal(0, 0)}
                ),
            },
        ),
        ["1", "2"],
    )


@pytest.mark.parametrize(
    "number",
    [Fraction, str, lambda f: Decimal(f.numerator) / Decimal(f.denominator)],
    ids=["Fraction", "text", "Decimal"],
)
def test_a_tie_in_tenths_is_a_tie(number):
    game = gamble(number)
    form = to_normal_form(game).game
    assert form.exact_payoffs[0].tolist() == [[Fraction(3, 10)] * 2, [Fraction(3, 10), 0]]
    found = tree_equilibria(game)
    assert found.complete
    assert len(found.equilibria) == 3
    assert all(e.exact_regret == 0 for e in found.equilibria)
    perfect = subgame_perfect_equilibria(game)
    assert perfect.complete
    assert len(perfect.equilibria) == 2
    nash = {tuple(e.exact.values()) for e in found.equilibria}
    assert all(tuple(e.exact.values()) in nash for e in perfect.equilibria)


def test_floats_are_the_binary_rationals_that_they_are():
    # 0.1 + 0.2 exceeds 0.3 as binary numbers, so that the draw is strictly better.
    found = subgame_perfect_equilibria(gamble(float))
    assert found.complete
    assert len(found.equilibria) == 1


def exact_reduced_form(game):
    """Expected payoffs of every profile of full plans, from a recursion over the tree."""
    sets = [[s for s in game.information_sets if s.player == i] for i in range(2)]
    plans = [list(itertools.product(*(range(len(s.actions)) for s in own))) for own in sets]
    place = {s.name: (i, k) for i, own in enumerate(sets) for k, s in enumerate(own)}

    def value(position, choice):
        node = game.nodes[position]
        if isinstance(node, TerminalNode):
            return [Fraction(x) for x in node.exact or node.payoffs]
        if isinstance(node, DecisionNode):
            i, k = place[node.information_set]
            return value(node.children[choice[i][k]], choice)
        weights = [Fraction(x) for x in node.exact or node.probabilities]
        below = [value(c, choice) for c in node.children]
        return [
            sum(w * b[i] for w, b in zip(weights, below, strict=True)) / sum(weights)
            for i in range(2)
        ]

    table = [[value(0, (a, b)) for b in plans[1]] for a in plans[0]]
    return [[[cell[i] for cell in row] for row in table] for i in range(2)]


def random_rational_tree(rng):
    """Chance in tenths, a first mover who may see it, a second mover who sees the move only."""

    def number():
        return Fraction(int(rng.integers(0, 4)), 10)

    cut = sorted(rng.choice(np.arange(1, 10), 2, replace=False).tolist())
    weights = [Fraction(a, 10) for a in (cut[0], cut[1] - cut[0], 10 - cut[1])]
    informed = rng.random() < 0.5
    branches = {}
    for k, weight in enumerate(weights):
        moves = {
            f"m{m}": terminal(number(), number())
            if rng.random() < 0.2
            else decision(1, f"after {m}", {r: terminal(number(), number()) for r in "xy"})
            for m in range(2)
        }
        branches[f"c{k}"] = (weight, decision(0, f"type {k}" if informed else "blind", moves))
    return ExtensiveFormGame.from_tree(chance(branches), ["1", "2"])


def payoffs(result):
    return {tuple(e.payoffs.round(12).tolist()) for e in result.equilibria}


def check_random_trees(count):
    rng = np.random.default_rng(0)
    for _ in range(count):
        game = random_rational_tree(rng)
        A, B = exact_reduced_form(game)
        full = to_normal_form(game, reduced=False).game
        assert full.exact_payoffs[0].tolist() == A
        assert full.exact_payoffs[1].tolist() == B
        found = tree_equilibria(game)
        reduced = nash_equilibria(to_normal_form(game).game)
        assert found.complete
        assert reduced.complete
        assert payoffs(found) == payoffs(reduced)
        assert all(e.exact_regret == 0 for e in found.equilibria)
        again = read_efg(write_efg(game))
        for kind in ("exact_payoffs", "exact_probabilities"):
            old, new = getattr(game, kind), getattr(again, kind)
            assert [new[k] for k in again.order if k in new] == [
                old[k] for k in game.order if k in old
            ]


def test_random_rational_trees_equal_their_exact_forms():
    check_random_trees(60)


@pytest.mark.slow
def test_many_random_rational_trees_equal_their_exact_forms():
    check_random_trees(5_000)


def random_bayesian(rng):
    cut = sorted(rng.choice(np.arange(1, 10), 3, replace=False).tolist())
    prior = np.array(
        [Fraction(b - a, 10) for a, b in itertools.pairwise([0, *cut, 10])], dtype=object
    ).reshape(2, 2)
    table = np.array([Fraction(int(v), 10) for v in rng.integers(0, 4, 32)], dtype=object)
    return table.reshape(2, 2, 2, 2, 2), prior


def check_random_bayesian_games(count):
    rng = np.random.default_rng(1)
    for _ in range(count):
        table, prior = random_bayesian(rng)
        game = BayesianGame(table, prior)
        form = game.normal_form()
        plans = list(itertools.product(range(2), repeat=2))
        for i in range(2):
            for (a, row), (b, column) in itertools.product(enumerate(plans), enumerate(plans)):
                mean = sum(
                    prior[s, t] * table[i, s, t, row[s], column[t]]
                    for s in range(2)
                    for t in range(2)
                )
                assert form.exact_payoffs[i][a, b] == mean
        agents = game.agent_normal_form()
        mean = sum(prior[1, t] * table[0, 1, t, 0, t] for t in range(2)) / sum(prior[1])
        assert agents.exact_payoffs[1][1, 0, 0, 1] == mean
        exact = tree_equilibria(game.extensive_form())
        plain = nash_equilibria(form)
        assert exact.complete
        assert plain.complete
        assert payoffs(exact) == payoffs(plain)


def test_random_bayesian_games_equal_their_exact_forms():
    check_random_bayesian_games(60)


@pytest.mark.slow
def test_many_random_bayesian_games_equal_their_exact_forms():
    check_random_bayesian_games(5_000)


def test_refinements_do_not_change_when_payoffs_are_divided_by_ten():
    rng = np.random.default_rng(2)
    compared = 0
    for _ in range(60):
        whole = rng.integers(0, 4, (2, 3, 3))
        tenth = np.array([Fraction(int(v), 10) for v in whole.ravel()]).reshape(whole.shape)
        games = NormalFormGame(whole), NormalFormGame(tenth)
        for e in nash_equilibria(games[0]).equilibria:
            assert is_perfect(games[0], e) == is_perfect(games[1], e)
            assert is_proper(games[0], e) == is_proper(games[1], e)
            compared += 1
    assert compared > 60


def test_sequence_form_is_exact():
    found = sequence_form_equilibrium(gamble(Fraction), "complementarity").equilibria[0]
    assert found.exact_regret == 0
    assert all(sum(p) == 1 for p in found.exact.values())


def test_files_keep_their_fractions():
    game = read_efg(
        'EFG 2 R "" { "1" "2" } c "" 1 "" { "a" 1/3 "b" 2/3 } 0 '
        't "" 1 "" { 0.1, 1 } t "" 2 "" { 1/7, 2 }'
    )
    assert game.exact_probabilities[0] == (Fraction(1, 3), Fraction(2, 3))
    assert game.exact_payoffs[1] == (Fraction(1, 10), 1)
    assert to_normal_form(game).game.exact_payoffs[0].item() == Fraction(1, 30) + Fraction(2, 21)


def test_a_byte_order_mark_does_not_matter(tmp_path):
    text = '\ufeffNFG 1 R "" { "1" "2" } { 1 1 } 1/3 2'
    path = tmp_path / "game.nfg"
    path.write_text(text, encoding="utf-8")
    for source in (text, path):
        assert read_nfg(source).exact_payoffs.ravel().tolist() == [Fraction(1, 3), 2]


def test_pygambit_keeps_rationals():
    gambit = pytest.importorskip("pygambit")
    from negotiation import from_pygambit

    third = gambit.Rational(1, 3)
    game = gambit.StrategicGame.from_arrays([[third, 2], [3, 4]], [[1, 2], [3, third]])
    assert from_pygambit(game).exact_payoffs[0][0, 0] == Fraction(1, 3)


def test_bad_numbers():
    def tree(*payoffs, p=("1/2", "1/2")):
        ends = [TerminalNode(tuple(payoffs))] * 2
        return ExtensiveFormGame((ChanceNode(("a", "b"), p, (1, 2)), *ends), ("1",))

    assert tree("1/2").exact_payoffs[1] == (Fraction(1, 2),)
    for bad in (
        "x",
        "1/0",
        "1e999999999",
        Decimal("NaN"),
        Decimal("1e999999"),
        None,
        [1],
        "9" * 3000,
    ):
        with pytest.raises(InvalidInputError, match=r"nodes\[1\]"):
            tree(bad)
    with pytest.raises(InvalidInputError, match="beyond all floats"):
        tree("1e350")
    with pytest.raises(InvalidInputError, match="sum to 1"):
        tree(1, p=("1/2", "1/3"))
    with pytest.raises(InvalidInputError, match="exact numbers"):
        ExtensiveFormGame((TerminalNode((1.0,), "", (Fraction(1, 3),)),), ("1",))
    with pytest.raises(InvalidInputError, match="masked"):
        NormalFormGame(np.ma.masked_array(np.ones((2, 1, 1)), [[[True]], [[False]]]))
    assert NormalFormGame(np.ma.masked_array(np.ones((2, 1, 1)))).shape == (1, 1)
    with pytest.raises(InvalidInputError, match="prior"):
        BayesianGame(np.zeros((2, 1, 1, 1, 1)), [["-1"]])
    text = NormalFormGame.from_bimatrix([["1/10", "0.5"]], [["1e-1", 2]])
    assert text.exact_payoffs[0].tolist() == [[Fraction(1, 10), Fraction(1, 2)]]
