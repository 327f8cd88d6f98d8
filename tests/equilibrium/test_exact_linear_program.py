"""The exact simplex method agrees with HiGHS, and decides ties that HiGHS cannot."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from negotiation.equilibrium.exact_linear_program import dominating_mixture, maximize

small = st.integers(-3, 3)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_agrees_with_highs(data):
    n = data.draw(st.integers(1, 4))
    row = st.lists(small, min_size=n, max_size=n)
    objective = data.draw(row)
    at_most = data.draw(st.lists(st.tuples(row, small), max_size=4))
    equal = data.draw(st.lists(st.tuples(row, small), max_size=3))
    ours = maximize(objective, at_most=at_most, equal=equal)
    theirs = linprog(
        -np.array(objective, dtype=float),
        A_ub=np.array([r for r, _ in at_most], dtype=float) if at_most else None,
        b_ub=[b for _, b in at_most] or None,
        A_eq=np.array([r for r, _ in equal], dtype=float) if equal else None,
        b_eq=[b for _, b in equal] or None,
        options={"presolve": False},
    )
    status = {0: "optimal", 2: "infeasible", 3: "unbounded"}[theirs.status]
    assert ours.status == status
    if status == "optimal":
        assert float(ours.value) == pytest.approx(-theirs.fun, abs=1e-7)
        for r, b in at_most:
            assert sum(a * x for a, x in zip(r, ours.point, strict=True)) <= b
        for r, b in equal:
            assert sum(a * x for a, x in zip(r, ours.point, strict=True)) == b
        assert min(ours.point) >= 0


def test_fractions_and_floats_are_exact():
    assert maximize([0.1], at_most=[([1], 3)]).value == 3 * Fraction(0.1)
    assert maximize([Fraction(1, 3)], equal=[([Fraction(2, 7)], 1)]).value == Fraction(7, 6)


def test_one_unit_in_the_last_place_decides_weak_dominance():
    above = float(np.nextafter(1.0, 2.0))
    assert dominating_mixture([[1.0, 1.0], [1.0, above]], [1, 0], strict=False) == (0, 1)
    assert dominating_mixture([[1.0, 1.0], [1.0, 1.0]], [1, 0], strict=False) is None
    assert dominating_mixture([[1.0, 1.0], [1.0, above]], [1, 0], strict=True) is None


def test_a_mixture_dominates_where_no_action_does():
    payoffs = [[4, 0], [0, 4], [1, 1]]
    z = dominating_mixture(payoffs, [0, 0, 1], strict=True)
    assert z is not None
    assert min(np.array(z) @ np.array(payoffs)) > 1
    assert dominating_mixture([[2, 0], [0, 2], [1, 1]], [0, 0, 1], strict=False) is None
    weak = dominating_mixture([[2, 0, 1], [0, 2, 1], [1, 1, 0]], [0, 0, 1], strict=False)
    assert weak == (Fraction(1, 2), Fraction(1, 2), 0)
