"""The compiled batch against the plain exact enumeration and its own invariances."""

import numpy as np
import pytest

from negotiation.equilibrium.normal_form import batch
from negotiation.equilibrium.normal_form.batch import nash_equilibria_batch
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame

KINDS = {
    "tied": lambda rng, shape: rng.integers(0, 3, shape),
    "signs": lambda rng, shape: rng.integers(-1, 2, shape),
    "generic": lambda rng, shape: rng.integers(0, 1000, shape),
    "dollars": lambda rng, shape: rng.integers(0, 10**12, shape),
    "floats": lambda rng, shape: rng.random(shape),
    "tied tenths": lambda rng, shape: rng.integers(0, 3, shape) * 0.1,
    "tied beyond 64 bits": lambda rng, shape: (
        rng.integers(0, 3, shape) * 1e15 + rng.integers(0, 2, shape)
    ),
    "scales apart": lambda rng, shape: (
        rng.integers(0, 3, shape) * 10.0 ** rng.integers(-9, 10, shape)
    ),
}


@pytest.fixture(autouse=True)
def _kernels_take_small_batches_too(monkeypatch):
    monkeypatch.setattr(batch, "FEW_CELLS", 0)


@pytest.mark.kernel
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(1, 3), (2, 2), (2, 3), (3, 2), (3, 3), (4, 3)])
def test_batch_agrees_with_plain_integers(kind, shape):
    rng = np.random.default_rng([len(kind), *shape])
    A, B = KINDS[kind](rng, (2, 8, *shape)).astype(float)
    result = nash_equilibria_batch(A, B)
    assert result.max_regret < 1e-14
    for game in range(len(A)):
        exact = nash_equilibria(
            NormalFormGame.from_bimatrix(A[game], B[game]), method="vertex_enumeration"
        )
        want = np.array(sorted(np.concatenate(e.probabilities).tolist() for e in exact.equilibria))
        got = np.array(sorted(np.concatenate(p).tolist() for p in result.profiles(game)))
        assert got.shape == want.shape
        assert np.allclose(got, want, rtol=0, atol=1e-13)


def test_threads_do_not_change_a_bit():
    rng = np.random.default_rng(5)
    A, B = rng.integers(0, 4, (2, 9000, 3, 4)).astype(float)
    one, three = (nash_equilibria_batch(A, B, threads=k) for k in (1, 3))
    assert one.counts.tobytes() == three.counts.tobytes()
    assert one.strategies.tobytes() == three.strategies.tobytes()
    assert one.regrets.tobytes() == three.regrets.tobytes()


def test_many_equilibria_do_not_overflow_the_output():
    zeros = np.zeros((300, 4, 4))
    result = nash_equilibria_batch(zeros, zeros)
    assert (result.counts == 16).all()
    assert len(result.profiles(299)) == 16


def test_large_shapes_take_the_general_path():
    diagonal = np.eye(11)[np.newaxis]
    rng = np.random.default_rng(0)
    A = diagonal * rng.integers(1, 5, (1, 11, 11))
    A[0, 4:] = A[0, 3] - 1
    result = nash_equilibria_batch(A, A)
    assert result.counts.tolist() == [15]
    wide = rng.integers(0, 100, (2, 2, 2, 70)).astype(float)
    result = nash_equilibria_batch(*wide)
    assert result.max_regret < 1e-14


def test_payoffs_near_the_end_of_the_float_range():
    A = np.array([[[1.7e308, -1.7e308], [-1.7e308, 1.7e308]]])
    result = nash_equilibria_batch(A, -A)
    ((x, y),) = result.profiles(0)
    assert x.tolist() == [0.5, 0.5]
    assert y.tolist() == [0.5, 0.5]
    small = np.array([[[3e-320, 0, 0], [0, 2e-320, 0], [0, 0, 1e-320]]])
    assert nash_equilibria_batch(small, small).counts.tolist() == [7]


@pytest.mark.parametrize(
    ("A", "B", "message"),
    [
        ([[1.0]], [[1.0]], "wrong number of axes"),
        ([[[1.0, np.nan]]], [[[1.0, 1.0]]], "finite"),
        ([[[1.0, 2.0]]], [[[1.0, np.inf]]], "finite"),
        (np.ones((2, 1, 2)), np.array([[[1.0, 2.0]], [[1.0, np.nan]]]), r"B\[1, 0, 1\]"),
        (np.full((2, 1, 2), -np.inf), np.ones((2, 1, 2)), r"A\[0, 0, 0\]"),
        ([[[1.0, 2.0]]], [[[1.0], [2.0]]], "one shape"),
        (np.zeros((0, 2, 2)), np.zeros((0, 2, 2)), "empty"),
        (np.zeros((2, 0, 2)), np.zeros((2, 0, 2)), "empty"),
        (np.eye(30)[np.newaxis], np.eye(30)[np.newaxis], "too large"),
    ],
)
def test_bad_batches(A, B, message):
    with pytest.raises(InvalidInputError, match=message):
        nash_equilibria_batch(A, B)


def test_bad_arguments():
    with pytest.raises(InvalidInputError, match="threads"):
        nash_equilibria_batch([[[1.0]]], [[[1.0]]], threads=0)
    result = nash_equilibria_batch([[[1.0]]], [[[1.0]]])
    assert len(result) == 1
    with pytest.raises(InvalidInputError, match="game"):
        result.profiles(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"threads": "two"}, "threads is not"), ({"tolerance": np.nan}, "tolerance")],
)
def test_options_that_are_no_numbers(options, message):
    with pytest.raises(InvalidInputError, match=message):
        nash_equilibria_batch(np.ones((1, 2, 2)), np.ones((1, 2, 2)), **options)


def test_complex_payoffs_are_refused():
    with pytest.raises(InvalidInputError, match="A: not an array of numbers"):
        nash_equilibria_batch(np.full((1, 2, 2), 1j), np.ones((1, 2, 2)))
