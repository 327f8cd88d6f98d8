"""Linkage and the order of issues."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.offers.alternating_offers import rubinstein
from negotiation.bargaining.solutions.agenda import agenda_orders, issue_linkage, sequential_agenda
from negotiation.errors import InvalidInputError


@given(st.integers(0, 2**31), st.integers(1, 5), st.floats(0.2, 0.8))
def test_linkage_never_hurts_the_product(seed, count, weight):
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(0.1, 3, (2, count))
    w = np.array([weight, 1 - weight])
    linked = issue_linkage(a, b, weights=w)
    assert w @ np.log(linked.package_payoffs) >= w @ np.log(linked.separate_payoffs) - 1e-9
    assert linked.package_payoffs == pytest.approx(
        [a @ linked.package_shares, b @ (1 - linked.package_shares)]
    )
    assert np.sum((linked.package_shares > 1e-9) & (linked.package_shares < 1 - 1e-9)) <= 1


def test_no_gain_when_issues_are_valued_alike():
    linked = issue_linkage([1, 2, 3], [2, 4, 6], weights=[0.3, 0.7])
    assert linked.linkage_gain == pytest.approx([0, 0], abs=1e-9)


def test_an_issue_only_one_side_cares_about():
    linked = issue_linkage([1, 0], [0, 1])
    assert linked.package_payoffs.tolist() == [1, 1]
    assert linked.package_shares.tolist() == [1, 0]


@given(st.floats(0.1, 0.95), st.floats(0.1, 0.95))
def test_one_issue_is_rubinstein(d1, d2):
    one = sequential_agenda([d1, d2], [2.0])
    assert one.payoffs == pytest.approx(rubinstein([d1, d2], surplus=2.0).payoffs)
    assert one.interior


def test_openers():
    same = sequential_agenda(0.9, [1.0, 1.0], next_proposer="proposer")
    other = sequential_agenda(0.9, [1.0, 1.0])
    # Whoever opens the next issue gains there and gives in on this one.
    assert same.first_shares[0] < other.first_shares[0]
    assert same.first_shares[1] > other.first_shares[1]
    second = sequential_agenda(0.9, [1.0, 1.0], proposer=2)
    assert second.payoffs == pytest.approx(other.payoffs[::-1])


def test_big_issue_first_is_better_for_impatient_sides():
    orders = agenda_orders([0.9, 0.8], [0.5, 1.0])
    assert orders.agreed
    assert orders.payoffs[1] == pytest.approx([1.0127551020408163, 0.4193877551020408])


@pytest.mark.parametrize(
    "call",
    [
        lambda: issue_linkage([0, 1], [0, 1]),
        lambda: issue_linkage([1], [1, 2]),
        lambda: sequential_agenda(1.0, [1.0]),
        lambda: sequential_agenda(0.9, [0.0]),
        lambda: sequential_agenda(0.9, [1.0], proposer=0),
        lambda: sequential_agenda(0.9, [1.0], next_proposer="me"),
        lambda: agenda_orders(0.9, np.ones(8)),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()
