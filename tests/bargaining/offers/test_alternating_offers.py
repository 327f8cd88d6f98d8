"""Limits, comparative statics and refusals of alternating offers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.offers.alternating_offers import (
    alternating_offers_breakdown,
    alternating_offers_commitment,
    alternating_offers_fixed_costs,
    alternating_offers_flows,
    alternating_offers_outside_options,
    rubinstein,
    rubinstein_limit,
)
from negotiation.bargaining.offers.finite_horizon import stahl_finite_horizon
from negotiation.bargaining.solutions.axiomatic import nash_bargaining
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.errors import InvalidInputError

FACTORS = st.floats(0.05, 0.99)
RATES = st.floats(0.01, 1.0)
LINE = [[-5, 6], [6, -5]]


@given(RATES, RATES)
def test_rubinstein_tends_to_nash_as_offers_quicken(r1, r2):
    rates = np.array([r1, r2])
    weights = rates[::-1] / rates.sum()
    nash = nash_bargaining(BargainingProblem(LINE, [0, 0], weights=weights)).payoffs
    gaps = [abs(rubinstein(np.exp(-rates * h)).payoffs[0] - nash[0]) for h in (1e-1, 1e-3, 1e-5)]
    assert gaps[2] < 1e-4
    assert gaps[0] >= gaps[1] - 1e-12
    assert gaps[1] >= gaps[2] - 1e-12
    assert rubinstein_limit(rates) == pytest.approx(nash)


@given(RATES, RATES, st.floats(-1, 0.4), st.floats(-1, 0.4))
def test_impasse_flows_are_nash_with_the_war_as_disagreement(r1, r2, s1, s2):
    rates, flows = np.array([r1, r2]), [s1, s2]
    weights = rates[::-1] / rates.sum()
    nash = nash_bargaining(BargainingProblem(LINE, flows, weights=weights)).payoffs
    quick = alternating_offers_flows(np.exp(-rates * 1e-6), flows).payoffs
    assert quick == pytest.approx(nash, abs=1e-5)
    assert rubinstein_limit(rates, disagreement=flows) == pytest.approx(nash)


@given(st.floats(-1, 0.4), st.floats(-1, 0.4))
def test_breakdown_is_nash_over_breakdown_payoffs_as_risk_vanishes(b1, b2):
    rare = alternating_offers_breakdown(1e-7, [b1, b2]).payoffs
    assert rare == pytest.approx([b1 + (1 - b1 - b2) / 2, b2 + (1 - b1 - b2) / 2], abs=1e-6)


@given(FACTORS, FACTORS, st.floats(0.01, 0.9))
def test_patience_and_a_better_impasse_help(d1, d2, more):
    base = rubinstein([d1, d2]).payoffs[0]
    assert rubinstein([d1 + more * (1 - d1), d2]).payoffs[0] >= base - 1e-12
    assert rubinstein([d1, d2 + more * (1 - d2)]).payoffs[0] <= base + 1e-12
    worse_for_other = alternating_offers_flows([d1, d2], [0, -more]).payoffs[0]
    assert worse_for_other >= base - 1e-12


@given(FACTORS, FACTORS)
def test_proposing_first_is_worth_something(d1, d2):
    division = rubinstein([d1, d2])
    assert np.all(division.first_mover_rent > 0)
    second = rubinstein([d1, d2], proposer=2)
    assert second.payoffs[0] == pytest.approx(division.when_responding[0])
    assert division.payoffs.sum() == pytest.approx(1)


@given(st.floats(0.05, 0.95))
def test_commitment_reverses_the_order(d):
    assert alternating_offers_commitment(d).payoffs == pytest.approx(
        rubinstein(d, proposer=2).payoffs
    )
    assert alternating_offers_commitment(d, proposer=2).payoffs[1] == pytest.approx(d / (1 + d))


@given(FACTORS, st.floats(0, 0.5), st.floats(0, 0.5))
def test_outside_options_bind_or_do_not_matter(d, o1, o2):
    free = rubinstein(d)
    division = alternating_offers_outside_options(d, [o1, o2])
    if o1 <= free.when_responding[0] and o2 <= free.when_responding[1]:
        assert division.payoffs == pytest.approx(free.payoffs)
    assert division.when_responding[0] >= o1 - 1e-12
    assert division.when_responding[1] >= o2 - 1e-12


def test_outside_option_differs_from_impasse_flow():
    d, o = 0.9999, 0.4
    as_option = alternating_offers_outside_options(d, [0, o]).payoffs[1]
    as_flow = alternating_offers_flows(d, [0, o]).payoffs[1]
    assert as_option == pytest.approx(0.5, abs=1e-3)
    assert as_flow == pytest.approx(0.7, abs=1e-3)


def test_the_larger_fixed_cost_loses_everything_but_the_other_cost():
    assert alternating_offers_fixed_costs([0.1, 0.2]).payoffs[0] == 1
    assert alternating_offers_fixed_costs([0.1, 0.2], proposer=2).payoffs[0] == pytest.approx(0.9)
    tie = alternating_offers_fixed_costs([0.2, 0.2])
    assert not tie.unique
    assert tie.payoffs[0] == 1


@given(FACTORS, st.integers(1, 40))
def test_finite_horizon(d, periods):
    game = stahl_finite_horizon(d, periods)
    assert game.offers.sum(axis=1) == pytest.approx(1)
    assert game.offers[-1, game.proposers[-1] - 1] == 1
    long = stahl_finite_horizon(d, 3000).division
    assert long.payoffs == pytest.approx(rubinstein(d).payoffs, abs=1e-9)


def test_finite_horizon_with_a_prize_for_failure():
    game = stahl_finite_horizon(0.5, 1, disagreement=[0.2, 0.4], proposer=2)
    assert game.division.payoffs == pytest.approx([0.1, 0.9])


@pytest.mark.parametrize(
    "call",
    [
        lambda: rubinstein([1.0, 1.0]),
        lambda: rubinstein(1.2),
        lambda: rubinstein([0.9, 0.9], proposer=3),
        lambda: rubinstein_limit([0.0, 0.1]),
        lambda: rubinstein_limit([0.1, 0.1], disagreement=[0.7, 0.7]),
        lambda: alternating_offers_fixed_costs([0.0, 0.1]),
        lambda: alternating_offers_fixed_costs([0.5, 2.0]),
        lambda: alternating_offers_breakdown(0.1, [0.7, 0.7]),
        lambda: alternating_offers_breakdown(0.0, [0.1, 0.1]),
        lambda: alternating_offers_flows(0.9, [0.7, 0.7]),
        lambda: alternating_offers_outside_options(0.9, [0.7, 0.7]),
        lambda: alternating_offers_commitment(1.0),
        lambda: alternating_offers_commitment([0.8, 0.9]),
        lambda: stahl_finite_horizon(0.9, 0),
        lambda: stahl_finite_horizon(0.9, 2, disagreement=[0.7, 0.7]),
        # Whoever discounts a loss would rather be refused: 1's offer is worth -1.6, waiting -1.05.
        lambda: alternating_offers_breakdown(0.1, [-5, 6], delta=[0.5, 1.0]),
        lambda: alternating_offers_breakdown(0.01, [-1, -1], delta=0.5, surplus=-1.0),
        lambda: stahl_finite_horizon([0.5, 1.0], 1, disagreement=[-5, 6]),
        lambda: stahl_finite_horizon(0.5, 2, surplus=-1.0, disagreement=[-1, -1]),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()
