"""Bad games are refused with the place named."""

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
