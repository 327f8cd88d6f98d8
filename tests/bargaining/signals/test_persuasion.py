"""Persuasion against a linear programme over distributions of posteriors."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from negotiation.bargaining.signals.persuasion import bayesian_persuasion, persuasion_value
from negotiation.errors import InvalidInputError


def best_by_programme(prior, beliefs, payoffs):
    """Largest mean payoff over distributions of posteriors that average to the prior."""
    solved = linprog(
        -np.asarray(payoffs),
        A_eq=np.vstack([np.ones(len(beliefs)), beliefs]),
        b_eq=[1.0, prior],
        bounds=(0, 1),
        method="highs",
    )
    return -solved.fun


@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 0.99), st.floats(0.01, 1.0))
def test_threshold_by_linear_programme(prior, threshold):
    beliefs = np.unique(np.append(np.linspace(0, 1, 101), threshold))
    found = bayesian_persuasion(prior, threshold)
    want = best_by_programme(prior, beliefs, (beliefs >= threshold).astype(float))
    assert found.prob_high_signal == pytest.approx(want, rel=1e-7)
    # Signals average to the prior, and the stated false positives give the stated posterior.
    truthful = prior + (1 - prior) * found.high_given_low_state
    assert truthful == pytest.approx(found.prob_high_signal)
    assert prior / truthful == pytest.approx(found.posterior_high)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1), st.lists(st.floats(-3, 3), min_size=2, max_size=12))
def test_concave_closure_by_linear_programme(prior, payoffs):
    beliefs = np.linspace(0, 1, len(payoffs))
    found = persuasion_value(prior, beliefs, payoffs)
    assert found.value == pytest.approx(best_by_programme(prior, beliefs, payoffs), abs=1e-7)
    assert np.dot(found.weights, found.posteriors) == pytest.approx(prior, abs=1e-12)
    at = np.interp(found.posteriors, beliefs, payoffs)
    assert np.dot(found.weights, at) == pytest.approx(found.value, abs=1e-9)
    assert np.all(found.closure >= np.array(payoffs) - 1e-9)
    assert found.value >= found.no_information - 1e-9


@given(st.floats(0, 1), st.floats(0.01, 0.98), st.floats(0.001, 0.5))
def test_a_higher_bar_persuades_less(prior, threshold, more):
    low = bayesian_persuasion(prior, threshold)
    high = bayesian_persuasion(prior, min(threshold + more, 1.0))
    assert high.prob_high_signal <= low.prob_high_signal


def test_corners():
    easy = bayesian_persuasion(0.6, 0.5)
    assert (easy.prob_high_signal, easy.posterior_high, easy.gain) == (1.0, 0.6, 0.0)
    assert math.isnan(easy.posterior_low)
    hopeless = bayesian_persuasion(0.0, 0.5)
    assert hopeless.prob_high_signal == 0
    sure = bayesian_persuasion(0.3, 1.0)
    assert sure.prob_high_signal == pytest.approx(0.3)
    assert sure.high_given_low_state == 0
    with pytest.raises(InvalidInputError, match="threshold"):
        bayesian_persuasion(0.3, 0.0)
    with pytest.raises(InvalidInputError, match="ascending"):
        persuasion_value(0.3, [0, 0], [1, 1])
    with pytest.raises(InvalidInputError, match="prior"):
        persuasion_value(0.3, [0.5, 1], [1, 1])
