"""Alternating and random offers by methods that share neither code nor formula with the library.

Every function returns the largest deviation over a few cases; ``docs/models_a.toml`` states what it
may be at most.
"""

from __future__ import annotations

import itertools

import numpy as np

from negotiation.bargaining.offers.alternating_offers import (
    alternating_offers_breakdown,
    alternating_offers_fixed_costs,
    alternating_offers_flows,
    alternating_offers_outside_options,
    rubinstein,
    rubinstein_limit,
)
from negotiation.bargaining.offers.finite_horizon import stahl_finite_horizon
from negotiation.bargaining.offers.random_proposer import (
    optimism_deadline,
    random_proposer,
    stochastic_surplus,
)
from tests.bargaining.deviation import worst


def backward_offers(delta, *, pie=1.0, p=0.0, b=(0, 0), s=(0, 0), o=None, c=(0, 0), rounds=4000):
    """Side 1's share as first proposer, from the last of many rounds backward."""
    delta = np.broadcast_to(delta, 2)
    value = {i: np.array([pie / 2, pie / 2]) for i in (0, 1)}
    for _ in range(rounds):
        new = {}
        for i in (0, 1):
            j = 1 - i
            wait = p * b[j] + (1 - p) * ((1 - delta[j]) * s[j] + delta[j] * value[j][j]) - c[j]
            keep = max(wait, 0.0 if o is None else o[j]) if (o is not None or any(c)) else wait
            share = np.empty(2)
            share[j], share[i] = keep, pie - keep
            new[i] = share
        value = new
    return value[0][0]


def rubinstein_backward():
    return worst(
        *(
            (rubinstein(d, surplus=pie).payoffs[0], backward_offers(d, pie=pie))
            for d, pie in (([0.9, 0.95], 1.0), ([0.5, 0.99], 3.0), ([0.99, 0.98], 1.0))
        )
    )


def rubinstein_limit_backward():
    r = np.array([0.05, 0.1])
    shares = [backward_offers(np.exp(-r * h), rounds=int(200 / h)) for h in (0.04, 0.02, 0.01)]
    # Richardson extrapolation in the time between offers removes the first-mover rent.
    first = [2 * b - a for a, b in itertools.pairwise(shares)]
    return worst((rubinstein_limit(r)[0], (4 * first[1] - first[0]) / 3))


def fixed_costs_backward():
    return worst(
        *(
            (alternating_offers_fixed_costs(c).payoffs[0], backward_offers(1.0, c=c, rounds=400))
            for c in ([0.1, 0.2], [0.2, 0.1], [0.05, 0.03])
        )
    )


def breakdown_backward():
    cases = ((0.02, [0.2, 0.1], 1.0), (0.1, [-0.3, 0.2], [0.95, 0.9]))
    return worst(
        *(
            (
                alternating_offers_breakdown(p, b, delta=d).payoffs[0],
                backward_offers(d, p=p, b=b),
            )
            for p, b, d in cases
        )
    )


def flows_backward():
    cases = (([0.98, 0.97], [-0.3, -0.5]), ([0.9, 0.5], [0.2, -1.0]))
    return worst(
        *((alternating_offers_flows(d, s).payoffs[0], backward_offers(d, s=s)) for d, s in cases)
    )


def outside_options_backward():
    cases = itertools.product(
        ([0.9, 0.9], [0.8, 0.95]), ([0.2, 0.2], [0, 0.6], [0.6, 0], [0.5, 0.5])
    )
    return worst(
        *(
            (alternating_offers_outside_options(d, o).payoffs[0], backward_offers(d, o=o))
            for d, o in cases
        )
    )


def stahl_closed_form():
    d = 0.83
    return worst(
        *(
            (stahl_finite_horizon(d, n).division.payoffs[0], (1 - (-d) ** n) / (1 + d))
            for n in (1, 2, 3, 8, 25)
        )
    )


def random_proposer_by_iteration():
    p, d = np.array([0.5, 0.3, 0.2]), np.array([0.95, 0.9, 0.8])
    v = np.zeros(3)
    for _ in range(5000):
        offers = d * v
        v = np.array(
            [p[i] * (1 - offers.sum() + offers[i]) + (1 - p[i]) * offers[i] for i in range(3)]
        )
    return worst((random_proposer(p, d).values, v))


def stochastic_surplus_by_iteration():
    pies = np.array([1.0, 2.0, 5.0])
    chain = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4]])
    p = np.array([0.7, 0.3])
    v = np.zeros((3, 2))
    for _ in range(4000):
        wait = 0.92 * chain @ v
        surplus = pies - wait.sum(axis=1)
        v = wait + np.where(surplus >= 0, surplus, 0)[:, None] * p
    ours = stochastic_surplus(pies, chain, 0.92, recognition=p)
    return worst((ours.values, v), (ours.joint_value, v.sum(axis=1)))


def optimism_by_backward_induction():
    error = 0.0
    for y, d in ((0.5, 0.95), (0.2, 0.9), (1.0, 0.97), (0.8, 0.6)):
        perceived, agreed = 0.0, []
        p = (1 + y) / 2
        v = 0.0
        for _ in range(4000):
            # Each side's value: propose with probability p if there is anything to share.
            offer = d * v
            if 2 * offer <= 1 + 1e-12:
                v = p * (1 - offer) + (1 - p) * offer
                agreed.append(True)
            else:
                v = offer
                agreed.append(False)
            perceived = 2 * v
        delay = 1 + agreed[1:].index(True)
        ours = optimism_deadline(y, d)
        error = max(error, abs(ours.delay_periods - delay), abs(ours.perceived_surplus - perceived))
    return error
