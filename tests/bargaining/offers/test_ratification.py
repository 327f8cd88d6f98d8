"""Domestic constraints, win-sets and ratification risk."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.offers.ratification import (
    domestic_constraints,
    ratification_offer,
    win_sets,
    win_sets_from_ratifiers,
)
from negotiation.errors import InvalidInputError


@given(st.floats(0.1, 0.95), st.floats(0, 1))
def test_a_one_sided_constraint_helps_its_owner(d, k):
    result = domestic_constraints(d, [k, 0.0])
    assert result.gain_to_first >= -1e-12
    assert result.when_2_proposes >= k - 1e-12
    tighter = domestic_constraints(d, [k + (1 - k) / 2, 0.0])
    assert tighter.when_1_proposes >= result.when_1_proposes - 1e-12


@given(st.floats(0.1, 0.95), st.floats(0.5, 1))
def test_the_others_constraint_hurts(d, k):
    assert domestic_constraints(d, [0.0, k]).gain_to_first <= 1e-12


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.05, 1), st.floats(0.05, 1))
def test_larger_win_sets_overlap_more(m1, m2, q1, q2):
    zone = win_sets([m1, m2], [q1, q2])
    assert zone.overlap == pytest.approx(1 - q1 * m1 - q2 * m2)
    assert zone.agreement_possible == (zone.most_first >= zone.least_first)
    assert win_sets([m1, m2], [q1 / 2, q2]).overlap >= zone.overlap
    if not zone.agreement_possible:
        assert zone.midpoint is None


def test_win_sets_of_named_ratifiers():
    zone = win_sets_from_ratifiers(([0.1, 0.6, 0.3], [0.2, 0.25]), [0.5, 1.0])
    assert zone.reservations == (0.3, 0.25)
    many = np.linspace(0, 0.6, 100_001)
    assert win_sets_from_ratifiers((many, [0.0]), [0.5, 1.0]).least_first == pytest.approx(
        win_sets([0.6, 0.0], [0.5, 1.0]).least_first, abs=1e-4
    )


@given(st.floats(0.05, 2), st.floats(-2, 1))
def test_the_offer_is_best_on_its_own_grid(m, d):
    best = ratification_offer(m, d)
    assert best.payoff >= best.payoffs.max() - 1e-12
    assert best.probability <= 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: domestic_constraints(0.9, [0.6, 0.6]),
        lambda: win_sets([0.5, 0.5], [0.0, 0.5]),
        lambda: win_sets([-0.5, 0.5], [0.5, 0.5]),
        lambda: win_sets_from_ratifiers(([0.1], [0.1]), [0.0, 1.0]),
        lambda: ratification_offer(0.0, 0.0),
        lambda: ratification_offer(0.5, 1.5),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()
