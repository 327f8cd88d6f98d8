"""Fairness, screening, agenda and ratification by methods that share nothing with the library.

Every function returns the largest deviation over a few cases; ``docs/models_a.toml`` states what it
may be at most.
"""

from __future__ import annotations

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq, minimize

from negotiation.bargaining.offers.private_information import screening_offers, two_type_screening
from negotiation.bargaining.offers.ratification import (
    domestic_constraints,
    ratification_offer,
    win_sets,
)
from negotiation.bargaining.solutions.agenda import issue_linkage, sequential_agenda
from negotiation.bargaining.solutions.fairness import inequity_averse_ultimatum
from tests.bargaining.deviation import worst


def ultimatum_by_enumeration():
    error = 0.0
    shares = np.linspace(0, 1, 200_001)
    for alpha, beta in ((0.5, 0.25), (2.0, 0.1), (1.0, 0.7), (4.0, 0.45)):
        mine = 1 - shares
        accept = shares - alpha * np.maximum(mine - shares, 0) - 0.0 >= -1e-12
        utility = mine - beta * np.maximum(mine - shares, 0) - 9 * np.maximum(shares - mine, 0)
        best = shares[np.argmax(np.where(accept, utility, -np.inf))]
        ours = inequity_averse_ultimatum(responder_envy=alpha, proposer_guilt=beta)
        error = max(error, abs(ours.offer - best), abs(ours.minimum_accepted - shares[accept][0]))
    return error


def screening_by_value_iteration():
    """The seller's value on a grid of remaining types, buyers buying when it suits them."""
    error = 0.0
    for d, e in ((0.91, 0.91), (0.8, 0.9), (0.95, 0.7)):
        ours = screening_offers(d, informed_discount=e)
        price, cutoff = ours.price_coefficients[0], ours.cutoff_ratios[0]
        slope = price / cutoff
        ratios = np.linspace(0.001, 1, 20_001)
        c = 0.0
        for _ in range(600):
            # c v^2 at v = 1: sell to (b, 1] at b times slope, which the marginal type accepts.
            c = float(np.max((1 - ratios) * ratios * slope + d * c * ratios**2))
        best = ratios[np.argmax((1 - ratios) * ratios * slope + d * c * ratios**2)]
        waits = [e**n * (cutoff - price * cutoff**n) for n in range(60)]
        error = max(
            error, abs(c - ours.uninformed_value), abs(best - cutoff), max(waits) - waits[0]
        )
    return error


def two_types_by_enumeration():
    """Best first price when the high type's acceptance is consistent with the second offer."""
    error = 0.0
    for v, w, d, q in (
        (2.0, 1.0, 0.9, 0.4),
        (3.0, 1.0, 0.8, 0.45),
        (2.0, 1.0, 0.5, 0.9),
        (4, 1, 0.6, 0.2),
    ):
        best = w
        for price in np.linspace(w, v, 3001)[1:]:
            # sigma: probability of a low second offer that keeps the high type willing to accept.
            sigma = (v - price) / (d * (v - w))
            if sigma >= 1 - 1e-12:
                value = q * price + (1 - q) * d * w
            else:
                # The seller mixes only at a posterior w/v, if the prior is above it.
                if q <= w / v:
                    continue
                accept = brentq(
                    lambda x, q=q, w=w, v=v: q * (1 - x) / (1 - q * x) - w / v, 0, 1 - 1e-15
                )
                value = q * accept * price + (1 - q * accept) * d * w
            best = max(best, value)
        ours = two_type_screening(high=v, low=w, discount=d, prob_high=q)
        error = max(error, abs(ours.uninformed_value - best))
    return error


def linkage_by_linear_programmes():
    """Nash product over shares of the issues by an optimiser that knows only the issues."""
    error = 0.0
    for rest in (
        ([3, 1], [1, 2], [0.5, 0.5]),
        ([3, 1, 2], [1, 2, 2], [0.6, 0.4]),
        ([1, 1], [1, 1], [0.3, 0.7]),
    ):
        a, b, w = (np.array(x, float) for x in rest)
        done = minimize(
            lambda x, a=a, b=b, w=w: -w @ np.log(np.maximum([a @ x, b @ (1 - x)], 1e-9)),
            np.full(a.size, 0.5),
            bounds=[(0, 1)] * a.size,
            options={"ftol": 1e-16, "maxiter": 1000},
            method="SLSQP",
        )
        ours = issue_linkage(a, b, weights=w)
        error = max(error, worst((ours.package_payoffs, [a @ done.x, b @ (1 - done.x)])))
        check = worst((a @ ours.package_shares, ours.package_payoffs[0]))
        error = max(error, check)
    return error


def agenda_backward():
    """Two and three issues from the last of many rounds backward."""
    error = 0.0
    d = np.array([0.9, 0.8])
    for stakes in ([0.5, 1.0], [1.0, 0.5], [1.0, 0.7, 0.4]):
        after = np.zeros((2, 2))
        for s in reversed(stakes):
            # after[i]: values one period on if i's offer on this issue is accepted now.
            after = d * after[::-1]
            value = np.array([[s / 2, s / 2], [s / 2, s / 2]]) + after
            for _ in range(2000):
                new = np.empty((2, 2))
                for i in (0, 1):
                    j = 1 - i
                    new[i, j] = d[j] * value[j, j]
                    new[i, i] = s + after[i].sum() - new[i, j]
                value = new
            after = value
        error = max(error, worst((sequential_agenda(d, stakes).payoffs, after[0])))
    return error


def constraints_backward():
    """A side that cannot ratify less than k rejects it; offers from the last round backward."""
    error = 0.0
    for d, k in ((0.9, [0.6, 0.0]), (0.9, [0.0, 0.7]), (0.8, [0.55, 0.4]), (0.9, [0.3, 0.2])):
        x = np.array([[0.5, 0.5], [0.5, 0.5]])
        for _ in range(3000):
            first = 1 - max(d * x[1, 1], k[1])
            second = 1 - max(d * x[0, 0], k[0])
            x = np.array([[first, 1 - first], [1 - second, second]])
        ours = domestic_constraints(d, k)
        error = max(error, worst((ours.when_1_proposes, x[0, 0]), (ours.when_2_proposes, x[1, 0])))
    return error


def win_sets_by_votes():
    """Thousands of drawn ratifiers vote on every division."""
    rng = np.random.default_rng(11)
    m, q = np.array([0.6, 0.5]), np.array([0.5, 2 / 3])
    one, two = (rng.uniform(0, x, 400_000) for x in m)
    shares = np.linspace(0, 1, 2001)
    pass_one = np.searchsorted(np.sort(one), shares) / one.size >= q[0]
    pass_two = np.searchsorted(np.sort(two), 1 - shares) / two.size >= q[1]
    both = shares[pass_one & pass_two]
    ours = win_sets(m, q)
    return worst((ours.least_first, both[0]), (ours.most_first, both[-1]))


def ratification_by_quadrature():
    error = 0.0
    for m, d in ((0.6, -0.2), (0.9, 0.3), (1.4, -0.5), (0.3, 0.9)):

        def payoff(x, m=m, d=d):
            return quad(lambda k: (1 - x if k <= x else d) / m, 0, m, points=[min(x, m)])[0]

        grid = np.linspace(0, min(m, 1.0), 601)
        values = [payoff(x) for x in grid]
        ours = ratification_offer(m, d)
        error = max(error, abs(max(values) - ours.payoff))
    return error
