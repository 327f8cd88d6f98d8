"""Bad games are refused with the place named."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from negotiation import InvalidInputError, NormalFormGame


def test_from_bimatrix_keeps_payoffs_and_labels():
    game = NormalFormGame.from_bimatrix(
        [[1, 2]], [[3, 4]], actions=[["up"], ["left", "right"]], players=["USA", "CHN"]
    )
    row, column = game.bimatrix
    assert row.tolist() == [[1, 2]]
    assert column.tolist() == [[3, 4]]
    assert game.players == ("USA", "CHN")
    with pytest.raises(ValueError, match="read-only"):
        game.payoffs[0, 0, 0] = 9.0


@pytest.mark.parametrize(
    ("A", "B", "message"),
    [
        ([[1, np.nan]], [[1, 1]], r"A\[0, 1\]"),
        ([[1, 1]], [[1, np.inf]], r"B\[0, 1\]"),
        ([[1, 2]], [[1], [2]], "one shape"),
        ([], [], "empty"),
        ([["a"]], [[1]], "not a full array"),
    ],
)
def test_bad_payoffs(A, B, message):
    with pytest.raises(InvalidInputError, match=message):
        NormalFormGame.from_bimatrix(A, B)


def test_bad_labels():
    with pytest.raises(InvalidInputError, match="players"):
        NormalFormGame.from_bimatrix([[1]], [[1]], players=["only one"])
    with pytest.raises(InvalidInputError, match="actions"):
        NormalFormGame.from_bimatrix([[1]], [[1]], actions=[["a", "b"], ["c"]])
    with pytest.raises(InvalidInputError, match="axes"):
        NormalFormGame(np.zeros((3, 2, 2)))
    with pytest.raises(InvalidInputError, match="two-player"):
        _ = NormalFormGame(np.zeros((3, 2, 2, 2))).bimatrix


THIRD = Fraction(1, 3)


def test_fractions_decimals_and_long_whole_numbers_are_kept():
    rows = [[THIRD, "0.1"], [Decimal("0.2"), 2**70 + 1]]
    game = NormalFormGame.from_bimatrix(rows, [[1, 2], [3, 4]])
    assert game.fractions is not None
    assert game.fractions[0].tolist() == [[THIRD, Fraction(1, 10)], [Fraction(1, 5), 2**70 + 1]]
    assert game.exact_payoffs is game.fractions
    assert game.payoffs[0, 0, 0] == 1 / 3
    assert not game.fractions.flags.writeable


@pytest.mark.parametrize(
    "rows",
    [[[0.1, 2]], [[Fraction(1, 4), 2]], [["0.25", "3"]], np.array([[1, 2**53]]), [[True, False]]],
)
def test_what_floats_hold_needs_no_fractions(rows):
    game = NormalFormGame.from_bimatrix(rows, [[0, 0]])
    assert game.fractions is None
    assert game.exact_payoffs is game.payoffs


def test_fractions_survive_a_replacement_and_must_be_those_of_the_payoffs():
    game = NormalFormGame.from_bimatrix([[THIRD, 0]], [[1, 2]], title="before")
    assert replace(game, title="after").fractions.tolist() == game.fractions.tolist()
    with pytest.raises(InvalidInputError, match="fractions are not those of the payoffs"):
        replace(game, payoffs=np.zeros((2, 1, 2)))


def test_complex_payoffs_are_refused():
    with pytest.raises(InvalidInputError, match="not a full array of numbers"):
        NormalFormGame.from_bimatrix(np.array([[1j]]), [[1]])


@pytest.mark.parametrize("read", [float, int])
def test_a_range_beyond_floats_is_refused_where_gains_are_needed(read):
    game = NormalFormGame([[[read(1e308), read(-1e308)]], [[0, 1]]])
    with pytest.raises(InvalidInputError, match="further apart than floats hold"):
        _ = game.gains


@pytest.mark.parametrize("players", [("X", "X"), ("", "")])
def test_players_need_names_of_their_own(players):
    with pytest.raises(InvalidInputError, match=r"players: two players have the same name; seen"):
        NormalFormGame.from_bimatrix([[1]], [[2]], players=players)
    game = NormalFormGame.from_bimatrix([[1]], [[2]], players=("X", "Y"))
    with pytest.raises(InvalidInputError, match="two players have the same name"):
        replace(game, players=players)


def test_a_player_named_like_a_column_of_payoffs_keeps_the_column_of_actions():
    game = NormalFormGame.from_bimatrix(
        [[1]], [[2]], players=("X", "payoff X"), actions=(("up",), ("left",))
    )
    frame = game.to_frame()
    assert list(frame.columns) == ["X", "payoff X", "payoff X 2", "payoff payoff X"]
    assert [str(x) for x in frame.iloc[0]] == ["up", "left", "1.0", "2.0"]
