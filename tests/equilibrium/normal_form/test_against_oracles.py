"""Number and place of all extreme equilibria of random games, against lrsnash and Gambit."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from negotiation.equilibrium.normal_form.batch import nash_equilibria_batch
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.other_solvers import lrsnash
from negotiation.games.normal_form import NormalFormGame
from tests.strategies_games import KINDS, strategy_set

STORED = Path(__file__).parents[2] / "oracles" / "random_games.json"
SHAPES = {
    "0, 1, 2": [(3, 3), (4, 4)],
    "-1, 0, 1": [(3, 4)],
    "0..999": [(2, 2), (3, 3), (4, 4), (5, 5), (6, 6)],
    "dollars": [(3, 3), (5, 5)],
    "floats": [(3, 3), (4, 5)],
    "tied beyond 64 bits": [(4, 3)],
}


def stored_games():
    for entry in json.loads(STORED.read_text()):
        exact = {
            tuple(tuple(Fraction(word) for word in line.split()) for line in pair)
            for pair in entry["equilibria"]
        }
        yield entry["kind"], np.array(entry["A"]), np.array(entry["B"]), exact


def assert_same_place(found, wanted):
    found, wanted = np.array(found, dtype=float), np.array(wanted, dtype=float)
    assert found.shape == wanted.shape
    apart = np.abs(found[:, None] - wanted[None]).max(axis=-1)
    # Each is met, and the numbers agree: a one-to-one match up to rounding.
    assert apart.min(axis=0).max() < 1e-9
    assert apart.min(axis=1).max() < 1e-9


@pytest.mark.parametrize("method", ["auto", "vertex_enumeration"])
def test_stored_answers_exactly(method):
    for kind, A, B, exact in stored_games():
        result = nash_equilibria(NormalFormGame.from_bimatrix(A, B), method)
        assert strategy_set(result) == exact, kind
        assert result.complete
        assert sum(c.index for c in result.components) == 1


def test_stored_answers_by_the_batch_and_in_floating_point():
    for _, A, B, exact in stored_games():
        want = [[*x, *y] for x, y in exact]
        batch = nash_equilibria_batch(A[np.newaxis], B[np.newaxis], threads=1)
        assert_same_place([np.concatenate(p) for p in batch.profiles(0)], want)
        result = nash_equilibria(NormalFormGame.from_bimatrix(A, B), "floating_point")
        assert_same_place([np.concatenate(e.probabilities) for e in result.equilibria], want)


CASES = [(kind, shape) for kind, shapes in SHAPES.items() for shape in shapes]


def agree_with_lrsnash(kind, shape, count, seed):
    if shutil.which("lrsnash") is None:
        pytest.skip("lrsnash is not installed (Debian package lrslib)")
    rng = np.random.default_rng(seed)
    A, B = KINDS[kind](rng, (2, count, *shape)).astype(float)
    batch = nash_equilibria_batch(A, B)
    for game in range(count):
        answer = lrsnash(NormalFormGame.from_bimatrix(A[game], B[game]))
        assert_same_place(
            [np.concatenate(p) for p in batch.profiles(game)],
            [np.concatenate(p) for p in answer.profiles],
        )


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "shape"), CASES)
def test_two_hundred_games_of_a_kind_against_lrsnash(kind, shape):
    agree_with_lrsnash(kind, shape, count=200, seed=7)


@pytest.mark.oracle
@pytest.mark.slow
@pytest.mark.parametrize(("kind", "shape"), CASES)
def test_two_thousand_games_of_a_kind_against_lrsnash(kind, shape):
    agree_with_lrsnash(kind, shape, count=2000, seed=8)


@pytest.mark.oracle
@pytest.mark.parametrize("kind", ["0, 1, 2", "-1, 0, 1", "0..999"])
def test_two_hundred_games_of_a_kind_against_gambit(kind):
    pytest.importorskip("pygambit")
    rng = np.random.default_rng(8)
    A, B = KINDS[kind](rng, (2, 200, 3, 4)).astype(float)
    for a, b in zip(A, B, strict=True):
        game = NormalFormGame.from_bimatrix(a, b)
        assert strategy_set(nash_equilibria(game, "pygambit")) == strategy_set(
            nash_equilibria(game)
        )


@pytest.mark.oracle
@pytest.mark.parametrize("shape", [(7, 9), (10, 10), (12, 12)])
@pytest.mark.parametrize("top", [3, 1000])
def test_larger_games_against_lrsnash(shape, top):
    if shutil.which("lrsnash") is None:
        pytest.skip("lrsnash is not installed (Debian package lrslib)")
    rng = np.random.default_rng([top, *shape])
    A, B = rng.integers(0, top, (2, *shape)).astype(float)
    game = NormalFormGame.from_bimatrix(A, B)
    exact = {tuple(profile) for profile in lrsnash(game).exact}
    result = nash_equilibria(game)
    assert strategy_set(result) == exact
    assert result.complete
    assert sum(c.index for c in result.components) == 1
