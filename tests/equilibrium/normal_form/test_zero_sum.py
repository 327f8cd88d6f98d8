"""Values of zero-sum games against closed forms and exact equilibria."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation import ConvergenceError, InvalidInputError, NormalFormGame
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.zero_sum import zero_sum_value


def zero_sum(A):
    A = np.array(A, dtype=float)
    return NormalFormGame.from_bimatrix(A, -A)


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
@pytest.mark.parametrize(
    ("A", "value"),
    [
        ([[1, -1], [-1, 1]], 0.0),
        ([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], 0.0),
        ([[3, -1], [-2, 1]], 1 / 7),
        ([[2, 2], [1, 5]], 2.0),
        ([[4]], 4.0),
        ([[1, 2, 3]], 1.0),
    ],
)
def test_closed_forms(A, value, scale):
    result = zero_sum_value(zero_sum(np.array(A) * scale))
    assert result.value / scale == pytest.approx(value, abs=1e-9)
    assert result.payoffs.sum() == pytest.approx(0.0, abs=1e-9 * scale)
    assert result.converged
    assert result.gap <= 1e-9


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.data())
def test_agrees_with_exact_equilibria(m, n, data):
    entries = data.draw(st.lists(st.integers(-5, 5), min_size=m * n, max_size=m * n))
    game = zero_sum(np.array(entries).reshape(m, n))
    value = zero_sum_value(game).value
    for e in nash_equilibria(game).equilibria:
        assert e.payoffs[0] == pytest.approx(value, abs=1e-9)


def test_constant_sum_and_refusals():
    A = np.array([[3.0, 1.0], [0.0, 2.0]])
    result = zero_sum_value(NormalFormGame.from_bimatrix(A, 5 - A))
    assert result.payoffs == pytest.approx([1.5, 3.5])
    with pytest.raises(InvalidInputError, match="constant"):
        zero_sum_value(NormalFormGame.from_bimatrix(A, A))
    with pytest.raises(InvalidInputError, match="two-player"):
        zero_sum_value(NormalFormGame(np.zeros((3, 1, 1, 1))))
    with pytest.raises(InvalidInputError, match="tol"):
        zero_sum_value(zero_sum(A), tol=-1)


def test_a_gap_above_the_tolerance_raises_with_the_partial_result():
    rng = np.random.default_rng(2)
    game = zero_sum(rng.normal(size=(9, 9)))
    result = zero_sum_value(game, tol=1e-9)
    assert result.gap < 1e-12
    if result.gap > 0.0:
        with pytest.raises(ConvergenceError) as caught:
            zero_sum_value(game, tol=0.0)
        assert caught.value.partial.value == pytest.approx(result.value)
