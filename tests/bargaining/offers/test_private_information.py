"""Screening and the double auction against dynamic programming, brute force and quadrature."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize_scalar

from negotiation.bargaining.offers.private_information import (
    double_auction,
    screening_offers,
    two_type_screening,
)
from negotiation.errors import InvalidInputError


def backward_induction(d_s, d_b, rounds, points=41):
    """First price, value and cutoff by optimising over the cutoff in each of many states.

    Nothing is assumed linear: next round's price and value are splines in the highest type left.
    """
    states = np.linspace(0, 1, points)
    price, value, cutoff = np.zeros(points), np.zeros(points), np.zeros(points)
    for left in range(1, rounds + 1):
        next_price, next_value = CubicSpline(states, price), CubicSpline(states, value)
        for k, v in enumerate(states[1:], start=1):

            def offer(w, left=left, next_price=next_price):
                return w if left == 1 else w - d_b * (w - next_price(w))

            def loss(w, v=v, offer=offer, next_value=next_value):
                return -((v - w) * offer(w) + d_s * next_value(w))

            best = minimize_scalar(loss, bounds=(0, v), method="bounded", options={"xatol": 1e-11})
            price[k], value[k], cutoff[k] = offer(best.x), -best.fun, best.x
    return price[-1], value[-1], cutoff[-1]


@pytest.mark.parametrize(("d_s", "d_b", "rounds"), [(0.9, 0.9, 1), (0.91, 0.91, 4), (0.8, 0.95, 3)])
def test_last_round_by_backward_induction(d_s, d_b, rounds):
    found = screening_offers(d_s, informed_discount=d_b, rounds=rounds)
    price, value, cutoff = backward_induction(d_s, d_b, rounds)
    deviation = max(
        abs(price - found.first_offer),
        abs(value - found.uninformed_value),
        abs(cutoff - found.cutoff_ratios[0]),
    )
    assert deviation < 1e-6  # a maximum is found to the root of machine precision


@pytest.mark.parametrize(("d_s", "d_b"), [(0.91, 0.91), (0.7, 0.9), (0.95, 0.5), (0.0, 0.3)])
def test_many_rounds_tend_to_the_stationary_offers(d_s, d_b):
    found = screening_offers(d_s, informed_discount=d_b)
    many = screening_offers(d_s, informed_discount=d_b, rounds=400)
    assert many.first_offer == pytest.approx(found.first_offer, rel=1e-9)
    assert many.cutoff_ratios[0] == pytest.approx(found.cutoff_ratios[0], rel=1e-9)
    assert many.expected_rounds == pytest.approx(found.expected_rounds, rel=1e-6)
    assert many.informed_value == pytest.approx(found.informed_value, rel=1e-6)


def test_screening_by_simulation():
    d, paths = 0.91, 100_000
    found = screening_offers(d, high=2.0)
    a, b = found.price_coefficients[0], found.cutoff_ratios[0]
    v = np.random.default_rng(1).uniform(0, 2.0, paths)
    top, paid = np.full(paths, 2.0), np.zeros(paths)
    gained, rounds = np.zeros(paths), np.ones(paths)
    active = np.ones(paths, dtype=bool)
    for n in range(400):
        takes = active & (v >= b * top)
        paid[takes] = d**n * a * top[takes]
        gained[takes] = d**n * (v[takes] - a * top[takes])
        active &= ~takes
        rounds += active
        top = np.where(active, b * top, top)
    errors = [
        (sample.mean() - value) / (sample.std() / paths**0.5)
        for sample, value in (
            (paid, found.uninformed_value),
            (gained, found.informed_value),
            (rounds, found.expected_rounds),
        )
    ]
    assert np.abs(errors).max() < 4


def test_informed_side_takes_the_best_round():
    """Types accept when that is best over all rounds, given the path of offers."""
    d = 0.85
    found = screening_offers(d)
    a, b = found.price_coefficients[0], found.cutoff_ratios[0]
    n = np.arange(60)
    offers = a * b**n
    for v in np.linspace(0.05, 1, 77):
        best = (d**n * (v - offers)).max()
        plan = np.flatnonzero(v >= b ** (n + 1))[0]
        assert d**plan * (v - offers[plan]) == pytest.approx(best, abs=1e-12)


@given(st.floats(0.01, 0.99), st.floats(0.001, 0.5))
def test_patience_lowers_the_first_offer(d, more):
    before, after = screening_offers(d), screening_offers(d + (1 - d) * more)
    assert after.first_offer < before.first_offer
    assert after.uninformed_value < before.uninformed_value


def test_coase_limit():
    assert screening_offers(1 - 1e-14).first_offer < 1e-6
    with pytest.raises(InvalidInputError):
        screening_offers(1.0)
    with pytest.raises(InvalidInputError):
        screening_offers(0.5, rounds=0)


def brute_force_value(high, low, d, pi, points=201):
    """Best equilibrium value of the offering side over first offers, acceptances and mixing."""
    best = -np.inf
    separating = high - d * (high - low)
    for p1 in np.unique(np.append(np.linspace(0, high, points), [low, separating])):
        for accepts in np.linspace(0, 1, points):
            left = pi * (1 - accepts)
            posterior = left / (left + 1 - pi) if left + 1 - pi > 0 else 0.0
            low_takes = p1 <= low + 1e-12
            if low_takes:
                best = max(best, p1)
                continue
            sure, risky = low, posterior * high
            mixes = [1.0] if sure > risky + 1e-9 else [0.0] if risky > sure + 1e-9 else [0.0, 1.0]
            for mix in mixes:  # probability that the second offer is the low valuation
                wait = d * mix * (high - low)
                now = high - p1
                if (accepts < 1 and now > wait + 1e-9) or (accepts > 0 and now < wait - 1e-9):
                    continue
                later = mix * low + (1 - mix) * posterior * high
                best = max(best, pi * accepts * p1 + (1 - pi * accepts) * d * later)
    return best


@pytest.mark.parametrize(
    ("high", "low", "d", "pi"),
    [(2, 1, 0.5, 0.75), (2, 1, 0.9, 0.3), (2, 1, 0.9, 0.75), (3, 1, 0.4, 0.3), (3, 1, 0.4, 0.9)],
)
def test_two_types_by_brute_force(high, low, d, pi):
    found = two_type_screening(high=high, low=low, discount=d, prob_high=pi)
    deviation = abs(brute_force_value(high, low, d, pi) - found.uninformed_value)
    assert deviation < 1e-2  # the grid of acceptance probabilities


@given(
    st.floats(0.1, 3),
    st.floats(0.05, 3),
    st.floats(0, 0.99),
    st.floats(0.001, 0.2),
    st.floats(0, 1),
)
def test_two_types_comparative_statics(low, more, d, change, pi):
    high = low + more
    one = two_type_screening(high=high, low=low, discount=d, prob_high=pi)
    other = two_type_screening(high=high, low=low, discount=min(d + change, 1), prob_high=pi)
    assert other.screening_offer < one.screening_offer
    assert one.uninformed_value >= low
    screens = pi * one.screening_offer + (1 - pi) * d * low
    if abs(pi - low / high) > 1e-9:
        assert (screens > low) == (pi > low / high) or abs(screens - low) < 1e-9
    with pytest.raises(InvalidInputError):
        two_type_screening(high=low, low=low, discount=d, prob_high=pi)


@pytest.mark.parametrize("k", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_bids_are_best_replies(k):
    auction = double_auction(k)
    costs = (np.arange(20_000) + 0.5) / 20_000
    asks = auction.seller_slope * costs + auction.seller_intercept
    bids = auction.buyer_slope * costs + auction.buyer_intercept
    worst = 0.0
    for v in (0.6, 0.8, 1.0):
        tried = np.linspace(0.3, 1.0, 1401)
        profit = [np.where(b >= asks, v - k * b - (1 - k) * asks, 0).mean() for b in tried]
        own = auction.buyer_slope * v + auction.buyer_intercept
        if v - (1 - k) / 2 > 0.05 and own > asks[0]:
            worst = max(worst, abs(tried[np.argmax(profit)] - own))
    for c in (0.0, 0.2, 0.4):
        tried = np.linspace(0.0, 0.8, 1601)
        profit = [np.where(bids >= a, k * bids + (1 - k) * a - c, 0).mean() for a in tried]
        own = auction.seller_slope * c + auction.seller_intercept
        if own < bids[-1] - 0.05:
            worst = max(worst, abs(tried[np.argmax(profit)] - own))
    assert worst < 1e-3


@settings(max_examples=6, deadline=None)
@given(st.floats(0, 1))
def test_gains_by_quadrature(k):
    auction = double_auction(k, low=1.0, high=3.0)

    def integrate(term):
        def least(c):
            ask = auction.seller_slope * c + auction.seller_intercept
            return min((ask - auction.buyer_intercept) / auction.buyer_slope, 3.0)

        top = 1.0 + 2.0 * (2 - k) / 2
        return dblquad(lambda v, c: term(v, c) / 4, 1.0, top, least, 3.0)[0]

    def price(v, c):
        bid = auction.buyer_slope * v + auction.buyer_intercept
        ask = auction.seller_slope * c + auction.seller_intercept
        return k * bid + (1 - k) * ask

    assert integrate(lambda v, c: 1.0) == pytest.approx(auction.prob_trade, rel=1e-9)
    assert integrate(lambda v, c: v - c) == pytest.approx(auction.gains, rel=1e-9)
    assert integrate(lambda v, c: v - price(v, c)) == pytest.approx(auction.buyer_payoff, rel=1e-9)
    assert integrate(lambda v, c: price(v, c) - c) == pytest.approx(auction.seller_payoff, rel=1e-9)


@given(st.floats(0, 1))
def test_no_price_rule_beats_the_even_split(k):
    auction, mirrored, even = double_auction(k), double_auction(1 - k), double_auction(0.5)
    assert auction.gains <= even.gains + 1e-15
    assert mirrored.gains == pytest.approx(auction.gains)
    assert mirrored.buyer_payoff == pytest.approx(auction.seller_payoff)
    assert auction.efficiency == pytest.approx(auction.gains / auction.first_best)


def test_double_auction_refuses():
    with pytest.raises(InvalidInputError, match="k"):
        double_auction(1.2)
    with pytest.raises(InvalidInputError, match="low < high"):
        double_auction(0.5, low=1.0, high=1.0)
