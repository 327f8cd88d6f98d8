"""Results on disk: what is written is what is read, and equal values give equal bytes."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest

from negotiation import InvalidInputError, NormalFormGame
from negotiation.errors import DataError
from negotiation.study.results import Number, StudyTable
from negotiation.study.store.files import write_json
from negotiation.study.store.objects import load_object, save_object


def value():
    game = NormalFormGame.from_bimatrix([[1.5, 2]], [[3, 4]], title="toy")
    return (
        game,
        {"a": Fraction(1, 3), (0, 1): dt.date(2025, 5, 2), "nothing": None},
        [np.float64(0.1), np.int64(3), float("inf"), True],
        Number(1.0, ".1f"),
    )


def test_round_trip(tmp_path):
    save_object(tmp_path / "x", value())
    game, mapping, numbers, cell = load_object(tmp_path / "x")
    assert np.array_equal(game.payoffs, value()[0].payoffs)
    assert game.title == "toy"
    assert mapping["a"] == Fraction(1, 3)
    assert mapping[(0, 1)] == dt.date(2025, 5, 2)
    assert mapping["nothing"] is None
    assert numbers == [0.1, 3, float("inf"), True]
    assert cell == Number(1.0, ".1f")


def test_equal_values_give_equal_bytes(tmp_path):
    first = save_object(tmp_path / "a" / "x", value())
    second = save_object(tmp_path / "b" / "x", value())
    assert first == second
    for suffix in ("json", "npz"):
        one, other = (tmp_path / name / f"x.{suffix}" for name in "ab")
        assert one.read_bytes() == other.read_bytes()


def test_foreign_objects_and_absent_files(tmp_path):
    with pytest.raises(InvalidInputError, match=r"x\[0\].*cannot be written"):
        save_object(tmp_path / "x", (object(),))
    with pytest.raises(DataError, match="Run the study again"):
        load_object(tmp_path / "absent")
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "z.json", {"a": float("nan")})
    assert not (tmp_path / "z.json").exists()


def test_ragged_tables_are_refused():
    with pytest.raises(InvalidInputError, match="row 2"):
        StudyTable(("a", "b"), (("1", "2"), ("3",)))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Number(0.1234, ".1f", 100), "12.3"),
        (Number(-0.0001, "+.2f"), "0.00"),
        (Number(1234567.0, ",.0f"), "1,234,567"),
        (Number(3.0, "d"), "3"),
        (Number("China"), "China"),
    ],
)
def test_printed_numbers(number, text):
    assert number.text == text
