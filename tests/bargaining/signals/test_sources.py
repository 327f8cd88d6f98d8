"""Beliefs after reports against enumeration, quadrature and simulation."""

import itertools
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.signals.sources import (
    electronic_mail,
    source_posterior,
    source_reliability,
    strategic_source,
)
from negotiation.errors import InvalidInputError

INSIDE = st.floats(0.02, 0.98)


def enumerated(prior, sens, fpr, reports, copying):
    """Posterior from the joint distribution of states, own signals and copying."""
    total = {True: 0.0, False: 0.0}
    count = len(sens)
    for event in (True, False):
        rates = sens if event else fpr
        for own in itertools.product((True, False), repeat=count):
            for copies in itertools.product((True, False), repeat=count):
                said = [own[0] if k and copies[k] else own[k] for k in range(count)]
                if said != list(reports):
                    continue
                chance = prior if event else 1 - prior
                for k in range(count):
                    chance *= rates[k] if own[k] else 1 - rates[k]
                    chance *= copying[k] if copies[k] else 1 - copying[k]
                total[event] += chance
    return total[True] / (total[True] + total[False])


@given(
    INSIDE,
    st.lists(st.tuples(INSIDE, INSIDE, st.booleans(), st.floats(0, 0.9)), min_size=1, max_size=3),
)
def test_posterior_by_enumeration(prior, sources):
    sens, fpr, reports, copying = (list(part) for part in zip(*sources, strict=True))
    found = source_posterior(
        prior, sensitivities=sens, false_positive_rates=fpr, reports=reports, copying=copying
    )
    want = enumerated(prior, sens, fpr, reports, copying)
    assert found.posterior == pytest.approx(want, rel=1e-10)
    assert found.path[0] == prior
    assert len(found.path) == len(sources) + 1


def test_contradicting_sources_of_the_text():
    found = source_posterior(
        0.5, sensitivities=[0.9, 0.7], false_positive_rates=[0.2, 0.6], reports=["yes", "no"]
    )
    assert found.posterior == pytest.approx(27 / 35, rel=1e-14)
    assert found.likelihood_ratios == pytest.approx((4.5, 0.75))


@given(INSIDE, INSIDE, INSIDE)
def test_order_of_independent_sources_does_not_matter(prior, x, y):
    one = source_posterior(
        prior, sensitivities=[x, 0.7], false_positive_rates=[y, 0.4], reports=[True, False]
    )
    other = source_posterior(
        prior, sensitivities=[0.7, x], false_positive_rates=[0.4, y], reports=[False, True]
    )
    assert one.posterior == pytest.approx(other.posterior, rel=1e-12)


def test_a_full_copy_adds_nothing():
    alone = source_posterior(0.4, sensitivities=[0.8], false_positive_rates=[0.3], reports=[1])
    echoed = source_posterior(
        0.4,
        sensitivities=[0.8, 0.9],
        false_positive_rates=[0.3, 0.1],
        reports=[True, True],
        copying=[0, 1],
    )
    assert echoed.posterior == pytest.approx(alone.posterior)


def test_certain_sources():
    sure = source_posterior(0.3, sensitivities=[0.9], false_positive_rates=[0.0], reports=["yes"])
    assert (sure.posterior, sure.likelihood_ratios) == (1.0, (math.inf,))
    with pytest.raises(InvalidInputError, match="possible in one state"):
        source_posterior(
            0.3, sensitivities=[1, 1], false_positive_rates=[0, 0], reports=["yes", "no"]
        )
    with pytest.raises(InvalidInputError, match="one report"):
        source_posterior(0.3, sensitivities=[1], false_positive_rates=[0], reports=[])
    with pytest.raises(InvalidInputError, match="unknown report"):
        source_posterior(0.3, sensitivities=[1], false_positive_rates=[0], reports=["perhaps"])
    with pytest.raises(InvalidInputError, match="reports is not"):
        source_posterior(0.3, sensitivities=[1], false_positive_rates=[0], reports=[None])


@pytest.mark.parametrize(
    ("s", "f", "shape"), [(7, 1, (1, 1)), (0, 4, (2, 3)), (20, 25, (0.5, 0.5))]
)
def test_reliability_on_a_grid(s, f, shape):
    theta = (np.arange(400_000) + 0.5) / 400_000
    weight = scipy.stats.beta(*shape).pdf(theta) * theta**s * (1 - theta) ** f
    weight /= weight.sum()
    mean = weight @ theta
    deviation_of = math.sqrt(weight @ (theta - mean) ** 2)
    found = source_reliability(s, f, prior_shape=shape, event_prior=0.3, level=0.9)
    gap = max(abs(found.mean - mean), abs(found.standard_deviation - deviation_of))
    cumulative = np.cumsum(weight)
    ends = [theta[np.searchsorted(cumulative, p)] for p in (0.05, 0.95)]
    gap = max(gap, *np.abs(np.subtract(found.interval, ends)))
    assert gap < 2e-6
    assert found.posterior_if_claimed == pytest.approx(0.3 * mean / (0.3 * mean + 0.7 * (1 - mean)))


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_confirmation_raises_reliability(s, f):
    base, better = source_reliability(s, f), source_reliability(s + 1, f)
    assert better.mean > base.mean
    assert better.posterior_if_claimed > base.posterior_if_claimed
    assert better.posterior_if_denied < base.posterior_if_denied
    assert (s > 0 and f > 0) == (not math.isnan(base.mode))


@pytest.mark.parametrize("push", [1.0, 0.4])
def test_strategic_source_by_simulation(push):
    h, mu, draws = 0.6, 0.4, 400_000
    rng = np.random.default_rng(9)
    honest, state = rng.random(draws) < h, rng.random(draws) < mu
    yes = state | (~honest & (rng.random(draws) < push))
    found = strategic_source(h, mu, push_probability=push)

    def standard_errors(sample, value):
        return abs(sample.mean() - value) / (sample.std() / sample.size**0.5)

    errors = [
        standard_errors(yes, found.prob_yes),
        standard_errors(state[yes], found.posterior_after_yes),
        standard_errors(honest[yes], found.honesty_after_yes),
        standard_errors(honest[yes & state], found.honesty_after_yes_confirmed),
    ]
    if push < 1:
        errors.append(standard_errors(honest[~yes], found.honesty_after_no))
    assert max(errors) < 4
    assert not state[~yes].any()
    assert found.posterior_after_no == 0
    assert not honest[yes & ~state].any()
    assert found.honesty_after_yes_refuted == 0


@given(INSIDE, INSIDE)
def test_an_unverified_claim_costs_honesty(h, mu):
    found = strategic_source(h, mu)
    assert found.honesty_after_yes < h
    assert found.posterior_after_yes > mu
    assert found.honesty_after_no == pytest.approx(1)


def test_strategic_source_corners():
    honest = strategic_source(1.0, 0.4)
    assert (honest.posterior_after_yes, honest.honesty_after_yes) == (1.0, 1.0)
    assert math.isnan(honest.honesty_after_yes_refuted)
    pushing = strategic_source(0.0, 0.4)
    assert pushing.posterior_after_yes == 0.4
    assert math.isnan(pushing.honesty_after_no)
    impossible = strategic_source(0.5, 0.0)
    assert math.isnan(impossible.honesty_after_yes_confirmed)
    with pytest.raises(InvalidInputError, match="may push"):
        strategic_source(1.0, 0.0)


@pytest.mark.parametrize("channels", [1, 2])
def test_electronic_mail_by_simulation(channels):
    loss, paths = 0.3, 40_000
    rng = np.random.default_rng(7)
    mail = electronic_mail(loss, messages=[1, 2, 3], channels=channels)
    lost = (rng.random((paths, 300, channels)) < loss).all(axis=2)
    sent = lost.argmax(axis=1) + 1
    # The first sender with one message sent and no answer: its message, or the answer, was lost.
    waiting = sent <= 2
    errors = [
        ((sent == n).mean() - p) / (0.5 / paths**0.5)
        for n, p in zip((1, 2, 3), mail.prob_messages, strict=True)
    ]
    mine = sent[waiting] == 1
    errors.append((mine.mean() - mail.belief_last_message_lost) / (mine.std() / mine.size**0.5))
    errors.append((sent.mean() - mail.expected_messages) / (sent.std() / paths**0.5))
    assert np.abs(errors).max() < 4


@given(st.floats(0.001, 0.999), st.integers(1, 5))
def test_more_channels_and_coordination(loss, channels):
    one = electronic_mail(loss)
    many = electronic_mail(loss, channels=channels + 1)
    assert many.effective_loss < one.effective_loss
    assert 0.5 <= many.belief_last_message_lost < 1
    assert not one.coordinates  # with equal stakes never, however small the loss
    assert electronic_mail(loss, gain=1e6).coordinates


def test_sure_and_hopeless_channels():
    sure = electronic_mail(0.0)
    assert sure.coordinates
    assert sure.prob_messages == (0.0, 0.0, 0.0)
    assert sure.expected_messages == math.inf
    hopeless = electronic_mail(1.0)
    assert hopeless.prob_messages == (1.0, 0.0, 0.0)
    assert hopeless.belief_last_message_lost == 1.0
