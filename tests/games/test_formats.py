"""Files read and written; malformed ones are refused with line and token."""

import io
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation import InvalidInputError, NormalFormGame
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.formats import read_efg, read_nfg, write_efg, write_nfg
from negotiation.games.strategies import to_normal_form
from negotiation.games.tree import decision, terminal
from tests.game_trees import (
    beer_quiche,
    kuhn_poker,
    random_perfect_information,
    random_signalling,
    selten_horse,
)

PAYOFFS = """NFG 1 R "Selten (IJGT, 75), Figure 2, normal form"
{ "Player 1" "Player 2" } { 3 2 }
"a comment"
1 1 0 2 0 2 1 1 0 3 2 0
"""
OUTCOMES = """NFG 1 R "Selten (IJGT, 75), Figure 2, normal form" { "Player 1" "Player 2" }
{
{ "1" "2" "3" }
{ "1" "2" }
}
"a comment"

{
{ "one" 1, 1 }
{ "two" 0, 2 }
{ "" 0 3 }
{ "four" 2 0 }
}
1 2 2 1 3 4
"""


def test_payoff_and_outcome_versions_are_the_same_game():
    a, b = read_nfg(PAYOFFS), read_nfg(OUTCOMES)
    assert a.payoffs.tolist() == b.payoffs.tolist()
    # Player 1's strategy varies fastest.
    assert a.payoffs[0].tolist() == [[1, 1], [0, 0], [0, 2]]
    assert a.payoffs[1].tolist() == [[1, 1], [2, 3], [2, 0]]
    assert a.actions == b.actions == (("1", "2", "3"), ("1", "2"))
    assert a.title.startswith("Selten")


def test_numbers_quotes_and_outcome_zero(tmp_path):
    text = (
        'NFG 1 D "a \\"quoted\\" \\\\ title" { "x" } { { "say \\"no\\"" "b" "c" } }\n'
        '{ { "o" -1/3 } { "p" 1.5e-3 } } 1 2 0'
    )
    path = tmp_path / "game.nfg"
    path.write_text(text, encoding="utf-8")
    game = read_nfg(path)
    assert game.payoffs.tolist() == [[-1 / 3, 0.0015, 0.0]]
    assert game.title == 'a "quoted" \\ title'
    assert game.actions == (('say "no"', "b", "c"),)
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write_nfg(game, tmp_path)
    written = write_nfg(game, tmp_path / "again.nfg", comment="why")
    assert (tmp_path / "again.nfg").read_text(encoding="utf-8") == written
    assert "-1/3" in written
    assert '"why"' in written
    again = read_nfg(str(tmp_path / "again.nfg"))
    assert again.payoffs.tolist() == game.payoffs.tolist()
    assert (again.title, again.actions) == (game.title, game.actions)


payoff = st.one_of(
    st.integers(-9, 9).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
    st.fractions(max_denominator=999).map(float),
)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([(2,), (2, 3), (1, 4), (2, 2, 3), (2, 1, 2, 2)]), st.booleans(), st.data())
def test_normal_form_round_trip(shape, outcomes, data):
    size = len(shape) * int(np.prod(shape))
    entries = data.draw(st.lists(payoff, min_size=size, max_size=size))
    label = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=6)
    game = NormalFormGame(
        np.array(entries).reshape(len(shape), *shape),
        players=tuple(
            data.draw(
                st.lists(label.filter(bool), min_size=len(shape), max_size=len(shape), unique=True)
            )
        ),
        actions=tuple(tuple(data.draw(label) for _ in range(n)) for n in shape),
        title=data.draw(label),
    )
    again = read_nfg(write_nfg(game, outcomes=outcomes))
    assert np.array_equal(again.payoffs, game.payoffs)
    assert (again.players, again.actions, again.title) == (game.players, game.actions, game.title)


@pytest.mark.parametrize("seed", range(6))
def test_tree_round_trip(seed, tmp_path):
    rng = np.random.default_rng(seed)
    trees = [
        beer_quiche(1 / 3),
        kuhn_poker(),
        selten_horse(),
        random_signalling(rng),
        random_perfect_information(rng, 4, players=3),
    ]
    for tree in trees:
        path = tmp_path / "tree.efg"
        write_efg(tree, path, comment="a comment")
        again = read_efg(path)
        assert again.players == tree.players
        assert again.title == tree.title
        assert [s.name for s in again.information_sets] == [s.name for s in tree.information_sets]
        a, b = to_normal_form(again).game, to_normal_form(tree).game
        assert a.actions == b.actions
        assert a.payoffs == pytest.approx(b.payoffs, abs=1e-14)
        assert write_efg(again) == write_efg(read_efg(write_efg(again)))


EFG = """EFG 2 R "General Bayes game" { "Player 1" "Player 2" }
"Comment"

c "ROOT" 1 "(0,1)" { "1G" 0.500000 "1B" 1/2 } 0
c "" 2 "(0,2)" { "2g" 1/2 "2b" 1/2 } 0
p "" 1 1 "" { "H" "" "" } 0
p "" 2 1 "(2,1)" { "h" "l" } 1 "early" { 10, 1 }
t "" 2 "one" { 0.5 2 }
t "" 0
t "" 3 "three" { 2, 4 }
t "" 3
p "" 1 1 3
t "" 1
t "" 1
t "" 2 "one" { 0.5 2 }
t "" 4 "" { 7 7 }
"""


def test_efg_features():
    game = read_efg(EFG)
    names = [s.name for s in game.information_sets]
    assert names == ["Player 1:1", "(2,1)"]
    # Blank and repeated action names become distinct.
    assert game.information_sets[0].actions == ("H", "2", "3")
    assert len(game.information_sets[0].nodes) == 2
    form = to_normal_form(game).game
    # H, h: 1/4 (outcome 1 + outcome 2) + 1/4 (outcome 3 at the node + outcome 1) + 1/2 outcome 4.
    wanted = 0.25 * np.array([10.5, 3]) + 0.25 * np.array([12, 5]) + 0.5 * np.array([7, 7])
    assert form.payoffs[:, 0, 0] == pytest.approx(wanted)


BAD_NFG = [
    ("NFG 2 R", r"line 1: unknown version; seen '2'"),
    ("NFG 1 Q", "number type"),
    ('NFG 1 R "t', "quotation mark without its end"),
    ('NFG 1 R "t" { }', "players"),
    ('NFG 1 R "t" { "a" "b" }\n{ 2 x }', r"line 2: not a whole number; seen 'x'"),
    ('NFG 1 R "t" { "a" "b" }\n{ 2 0 }', r"line 2: number out of range; seen '0'"),
    ('NFG 1 R "t" { "a" "b" } { { } 2 }', "needs strategies"),
    ('NFG 1 R "t" { "a" } { 2 }\n\n1 one', r"line 3: not a number; seen 'one'"),
    ('NFG 1 R "t" { "a" } { 2 }\n1 1/0', r"line 2: not a number; seen '1/0'"),
    ('NFG 1 R "t" { "a" } { 2 }\n1', "fewer numbers"),
    ('NFG 1 R "t" { "a" } { 2 }\n1 2\n3', r"line 3: something follows"),
    ('NFG 1 R "t" { "a" } { 2 } { { "o" 1 } } 1 2', "number out of range; seen '2'"),
    ('NFG 1 R "t" { "a" } { 2 } { { 1 } } 1 1', "unexpected token; seen '1'"),
    ("EFG", "unexpected token; seen 'EFG'"),
]


@pytest.mark.parametrize(("text", "message"), BAD_NFG)
def test_malformed_nfg(text, message):
    with pytest.raises(InvalidInputError, match=message):
        read_nfg(text)


HEAD = 'EFG 2 R "t" { "a" "b" }\n'
BAD_EFG = [
    (HEAD, "end of file"),
    (HEAD + 'x "" 1', r"line 2: unknown kind of node; seen 'x'"),
    (HEAD + "t 1", "unexpected token; seen '1'"),
    (HEAD + 't "" 1', "outcome without payoffs"),
    (HEAD + 't "" 1 "" { 1 }', "unexpected token; seen '}'"),
    (HEAD + 't "" 1 "" { 1 2 3 }', "unexpected token; seen '3'"),
    (HEAD + 't "" 0\nt "" 0', r"line 3: something follows"),
    (HEAD + 'p "" 3 1 "" { "x" } 0', r"number out of range; seen '3'"),
    (HEAD + 'p "" 1 1 "" 0', "not defined"),
    (HEAD + 'p "" 1 1 "" { } 0', "disagree"),
    (HEAD + 'p "" 1 1 "" { "x" "y" } 0 p "" 1 1 "" { "x" } 0', "disagree"),
    (HEAD + 'c "" 1 "" { "x" 0.5 "y" 0.4 } 0', "no distribution"),
    (HEAD + 'c "" 1 "" { "x" 1.5 "y" -0.5 } 0', "no distribution"),
    (HEAD + 'c "" 1 "" 0', "not defined"),
    (HEAD + 'p "" 1 1 "" { "x" "y" } 0 t "" 0', "end of file"),
]


@pytest.mark.parametrize(("text", "message"), BAD_EFG)
def test_malformed_efg(text, message):
    with pytest.raises(InvalidInputError, match=message):
        read_efg(text)


def test_missing_and_binary_files(tmp_path):
    with pytest.raises(InvalidInputError, match="nowhere.nfg: file cannot be read"):
        read_nfg(tmp_path / "nowhere.nfg")
    (tmp_path / "b.efg").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_efg(tmp_path / "b.efg")


@pytest.mark.oracle
def test_every_game_of_gambits_catalogue_is_the_same_game():
    gambit = pytest.importorskip("pygambit")
    names = list(gambit.catalog.games()["Game"])
    assert len(names) >= 30
    for name in names:
        theirs = gambit.catalog.load(name)
        arrays = [np.array(a, dtype=float) for a in theirs.to_arrays()]
        if isinstance(theirs, gambit.ExtensiveGame):
            tree = read_efg(theirs.to_efg())
            assert read_efg(write_efg(tree)) == tree
            assert tree.has_perfect_recall == theirs.is_perfect_recall
            game = to_normal_form(tree).game
            back = gambit.read_efg(io.BytesIO(write_efg(tree).encode()))
        else:
            game = read_nfg(theirs.to_nfg())
            back = gambit.read_nfg(io.BytesIO(write_nfg(game, outcomes=True).encode()))
            plain = gambit.read_nfg(io.BytesIO(write_nfg(game).encode()))
            assert np.array(plain.to_arrays(), dtype=float) == pytest.approx(game.payoffs)
        assert game.payoffs == pytest.approx(np.array(arrays))
        assert np.array(back.to_arrays(), dtype=float) == pytest.approx(np.array(arrays))


@pytest.mark.parametrize("outcomes", [False, True])
def test_rationals_and_decimals_of_a_file_are_kept_exactly(outcomes):
    game = read_nfg('NFG 1 R "t" { "a" "b" } { 2 1 } 1/3 0.1 2/3 1e-1')
    assert game.fractions[:, 0, 0].tolist() == [Fraction(1, 3), Fraction(1, 10)]
    again = read_nfg(write_nfg(game, outcomes=outcomes))
    assert again.fractions.tolist() == game.fractions.tolist()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["", ""], ("player 1", "player 2")),
        (["X", "X"], ("X", "X 2")),
        (["", "player 1"], ("player 1 2", "player 1")),
        (["X", "X", "X 2", "X"], ("X", "X 3", "X 2", "X 4")),
    ],
)
def test_blank_and_repeated_names_of_players_become_distinct(given, read):
    names = " ".join(f'"{name}"' for name in given)
    numbers = " ".join(str(k) for k in range(len(given)))
    game = read_nfg(f'NFG 1 R "" {{ {names} }} {{ {"1 " * len(given)} }} {numbers}')
    assert game.players == read
    frame = game.to_frame()
    assert list(frame.columns) == [*read, *(f"payoff {name}" for name in read)]
    assert frame.iloc[0, len(read) :].tolist() == list(range(len(read)))
    tree = read_efg(f'EFG 2 R "" {{ {names} }} t "" 1 "" {{ {numbers} }}')
    assert tree.players == read
    assert read_efg(write_efg(tree)) == tree


ENDS = 't "" 1 "" { 1, 2 } t "" 2 "" { 3, 4 } t "" 3 "" { 0, 0 }'


@pytest.mark.parametrize(
    ("players", "second", "sets"),
    [
        ('"" ""', "", ["player 1:1", "player 2:1"]),
        ('"x" "x"', "", ["x:1", "x 2:1"]),
        ('"x" "y"', "x:1", ["x:1 2", "x:1"]),
        ('"x" "y"', "x:2", ["x:1", "x:2"]),
    ],
)
def test_information_sets_without_names_are_told_apart(players, second, sets):
    moves = '{ "a" "b" } 0'
    text = f'EFG 2 R "t" {{ {players} }} p "" 1 1 "" {moves} p "" 2 1 "{second}" {moves} {ENDS}'
    tree = read_efg(text)
    assert [s.name for s in tree.information_sets] == sets
    assert [s.player for s in tree.information_sets] == [0, 1]
    assert read_efg(write_efg(tree)) == tree


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["", "2", "1"], ("1'", "2", "1")),
        (["a", "a", "a'"], ("a", "a''", "a'")),
        (["2", ""], ("2", "2'")),
        (["b", "b", ""], ("b", "b'", "3")),
    ],
)
@pytest.mark.parametrize("kind", ["p", "c"])
def test_names_of_actions_in_a_file_are_kept(kind, given, read):
    moves = " ".join(f'"{name}"' + (f" 1/{len(given)}" if kind == "c" else "") for name in given)
    head = 'p "" 1 1 "h"' if kind == "p" else 'c "" 1 ""'
    ends = " ".join(f't "" {k} "" {{ {k} }}' for k in range(1, len(given) + 1))
    tree = read_efg(f'EFG 2 R "" {{ "x" }} {head} {{ {moves} }} 0 {ends}')
    assert tree.nodes[0].actions == read
    assert read_efg(write_efg(tree)) == tree


def test_a_written_tree_keeps_names_beside_a_blank_one():
    tree = ExtensiveFormGame.from_tree(
        decision(0, "h", {"": terminal(0), "2": terminal(1), "1": terminal(2)}), ["x"]
    )
    (again,) = read_efg(write_efg(tree)).information_sets
    assert again.actions == ("1'", "2", "1")
