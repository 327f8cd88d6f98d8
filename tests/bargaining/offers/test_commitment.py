"""Commitment attempts against enumerated games and simulated costs."""

import itertools

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from negotiation.bargaining.offers.commitment import revocable_commitment, uncertain_commitment
from negotiation.errors import InvalidInputError

DEMANDS = np.array([np.nan, *np.linspace(0.05, 1, 20)])  # nan: no attempt


def demand_game(q, c, share):
    """Payoff matrices over demands, from the four outcomes of the two attempts."""
    payoffs = np.zeros((2, DEMANDS.size, DEMANDS.size))
    for (k, x), (m, y) in itertools.product(enumerate(DEMANDS), repeat=2):
        for first, second in itertools.product((0, 1), repeat=2):
            chance = 1.0
            for ok, demand, rate in ((first, x, q[0]), (second, y, q[1])):
                tries = not np.isnan(demand)
                chance *= (rate if ok else 1 - rate) if tries else float(not ok)
            if chance == 0:
                continue
            if first and second:
                got = (x, y) if x + y <= 1 + 1e-12 else (0.0, 0.0)
            elif first:
                got = (x, 1 - x)
            elif second:
                got = (1 - y, y)
            else:
                got = share
            payoffs[0, k, m] += chance * got[0]
            payoffs[1, k, m] += chance * got[1]
        payoffs[0, k, m] -= 0.0 if np.isnan(x) else c[0]
        payoffs[1, k, m] -= 0.0 if np.isnan(y) else c[1]
    return payoffs


@settings(max_examples=15, deadline=None)
@given(
    q=st.tuples(st.floats(0.05, 0.95), st.floats(0.05, 0.95)),
    c=st.tuples(st.floats(0.001, 0.4), st.floats(0.001, 0.4)),
    first=st.floats(0.3, 0.7),
)
def test_equilibria_of_the_demand_game(q, c, first):
    share = (first, 1 - first)
    found = uncertain_commitment(success=q, costs=c, default_shares=share)
    edges = np.subtract([found.thresholds, found.lone_thresholds], c)
    assume(np.abs(edges).min() > 1e-6)
    game = demand_game(q, c, share)
    gaps = np.maximum(
        game[0].max(axis=0)[None, :] - game[0], game[1].max(axis=1)[:, None] - game[1]
    )
    pure = {
        (float(k > 0), float(m > 0)): (game[0, k, m], game[1, k, m])
        for k, m in np.argwhere(gaps <= 1e-12)
    }
    for equilibrium in found.equilibria:
        p = equilibrium.probabilities
        if p in pure:
            assert equilibrium.payoffs == pytest.approx(pure.pop(p), abs=1e-12)
            continue
        row, column = np.zeros(DEMANDS.size), np.zeros(DEMANDS.size)
        row[[0, -1]] = 1 - p[0], p[0]
        column[[0, -1]] = 1 - p[1], p[1]
        assert (game[0] @ column).max() - row @ game[0] @ column < 1e-12
        assert (row @ game[1]).max() - row @ game[1] @ column < 1e-12
        assert equilibrium.payoffs[0] == pytest.approx(row @ game[0] @ column, abs=1e-12)
    assert not pure  # nothing on the grid of demands was missed


def test_symmetric_numbers():
    found = uncertain_commitment(success=[0.4, 0.4], costs=[0.05, 0.05])
    assert found.thresholds == pytest.approx((0.12, 0.12))
    assert found.equilibria[0].impasse == pytest.approx(0.16)
    assert found.equilibria[0].payoffs == pytest.approx((0.37, 0.37))


@pytest.mark.parametrize(
    ("costs", "kind"),
    [
        ([0.05, 0.05], "both attempt"),
        ([0.05, 0.3], "side 1 attempts"),
        ([0.3, 0.05], "side 2 attempts"),
        ([0.15, 0.15], "one attempts"),
        ([0.3, 0.3], "nobody attempts"),
        ([0.4 * 0.5, 0.3], "indifferent"),
    ],
)
def test_kinds(costs, kind):
    found = uncertain_commitment(success=[0.4, 0.4], costs=costs)
    assert found.kind == kind
    if kind == "one attempts":
        assert len(found.equilibria) == 3


@given(st.floats(0.05, 0.95), st.floats(0, 0.4), st.floats(0.01, 0.5))
def test_dearer_attempts_are_rarer(q, c, more):
    def attempts(cost):
        found = uncertain_commitment(success=[q, q], costs=[cost, cost])
        return max(sum(item.probabilities) for item in found.equilibria)

    assert attempts(c + more) <= attempts(c) + 1e-12


def test_sure_commitment_is_impasse():
    found = uncertain_commitment(success=[1.0, 1.0], costs=[0.0, 0.0])
    assert found.kind == "indifferent"
    assert any(item.impasse == 1.0 for item in found.equilibria)


def test_uncertain_commitment_refuses():
    with pytest.raises(InvalidInputError, match="sum to 1"):
        uncertain_commitment(success=[0.5, 0.5], costs=[0, 0], default_shares=[0.5, 0.6])


@pytest.mark.parametrize(
    ("demands", "costs"),
    [
        ([0.7, 0.7], [scipy.stats.uniform(), scipy.stats.uniform()]),
        ([0.8, 0.6], [scipy.stats.expon(scale=0.3), scipy.stats.beta(2, 4)]),
    ],
)
def test_standing_firm_by_simulated_costs(demands, costs):
    rng, paths = np.random.default_rng(3), 400_000
    found = revocable_commitment(demands=demands, revoking_costs=costs)
    assert found.residual < 1e-12
    errors = []
    for equilibrium in found.equilibria:
        firm = np.empty((2, paths), dtype=bool)
        draws = np.array([g.rvs(paths, random_state=rng) for g in costs])
        for i in (0, 1):
            # Each cost type compares its two expected payoffs against the other side's play.
            p, x, rest = equilibrium.probabilities[1 - i], demands[i], 1 - demands[1 - i]
            firm[i] = (1 - p) * x >= p * rest + (1 - p) * 0.5 - draws[i]
        for i in (0, 1):
            j = 1 - i
            share = np.where(
                firm[i],
                np.where(firm[j], 0.0, demands[i]),
                np.where(firm[j], 1 - demands[j], 0.5) - draws[i],
            )
            errors += [
                (share.mean() - equilibrium.payoffs[i]) / (share.std() / paths**0.5),
                (firm[i].mean() - equilibrium.probabilities[i]) / (0.5 / paths**0.5),
            ]
        errors.append(((firm[0] & firm[1]).mean() - equilibrium.impasse) / (0.5 / paths**0.5))
    assert np.abs(errors).max() < 4


def test_irrevocable_demands_mean_impasse():
    dear = scipy.stats.uniform(10, 1)
    found = revocable_commitment(demands=[0.9, 0.6], revoking_costs=[dear, dear])
    assert found.equilibria[-1].impasse == pytest.approx(1.0)
    assert found.equilibria[-1].payoffs == pytest.approx((0.0, 0.0))


def test_several_equilibria_of_cheap_revocation():
    cheap = scipy.stats.uniform(0, 0.02)
    found = revocable_commitment(demands=[0.6, 0.6], revoking_costs=[cheap, cheap])
    assert len(found.equilibria) == 3
    firsts = [item.probabilities[0] for item in found.equilibria]
    assert firsts[0] < 0.1
    assert firsts[-1] > 0.9


def test_revocable_commitment_refuses():
    uniform = scipy.stats.uniform()
    with pytest.raises(InvalidInputError, match="x_1"):
        revocable_commitment(demands=[0.5, 0.5], revoking_costs=[uniform, uniform])
    with pytest.raises(InvalidInputError, match="costs of 0 or more"):
        revocable_commitment(demands=[0.7, 0.5], revoking_costs=[scipy.stats.norm(), uniform])
    with pytest.raises(InvalidInputError, match="sum to 1"):
        revocable_commitment(
            demands=[0.7, 0.5], revoking_costs=[uniform, uniform], default_shares=[0.4, 0.4]
        )


def test_unequal_sides_in_closed_form():
    q, c, share = (0.5, 0.8), (0.06, 0.1), (0.7, 0.3)
    found = uncertain_commitment(success=q, costs=c, default_shares=share)
    assert found.lone_thresholds == pytest.approx((0.5 * 0.3, 0.8 * 0.7))
    assert found.thresholds == pytest.approx((0.5 * 0.3 * 0.2, 0.8 * 0.7 * 0.5))
    assert found.kind == "side 2 attempts"
    (only,) = found.equilibria
    assert only.probabilities == (0.0, 1.0)
    assert only.impasse == 0.0
    # The second is committed with .8; else they share.
    assert only.payoffs == pytest.approx((0.2 * 0.7, 0.8 + 0.2 * 0.3 - 0.1))


def test_the_mixed_equilibrium_in_closed_form():
    q, c, share = (0.6, 0.5), (0.25, 0.12), (0.4, 0.6)
    lone = (0.6 * 0.6, 0.5 * 0.4)
    found = uncertain_commitment(success=q, costs=c, default_shares=share)
    assert found.kind == "one attempts"
    p = ((1 - c[1] / lone[1]) / q[0], (1 - c[0] / lone[0]) / q[1])
    mixed = found.equilibria[-1]
    assert mixed.probabilities == pytest.approx(p)
    assert mixed.impasse == pytest.approx(p[0] * q[0] * p[1] * q[1])
    # Whoever mixes earns what no attempt earns: its share, unless the other is committed.
    assert mixed.payoffs == pytest.approx(
        ((1 - p[1] * q[1]) * share[0], (1 - p[0] * q[0]) * share[1])
    )


@pytest.mark.parametrize(
    ("demands", "share"), [((0.8, 0.6), (0.55, 0.45)), ((0.6, 0.7), (0.45, 0.55))]
)
def test_uniform_costs_in_closed_form(demands, share):
    """With costs uniform on [0, 1], p_i = 1 - k_i and k_i is linear in p_j."""
    x, s = np.array(demands), np.array(share)
    slope = 1 - x[::-1] + x - s
    p = np.linalg.solve([[1, slope[0]], [slope[1], 1]], 1 + x - s)
    k = p[::-1] * slope - (x - s)
    assert (k > 0).all()
    uniform = scipy.stats.uniform()
    found = revocable_commitment(
        demands=demands, revoking_costs=[uniform, uniform], default_shares=share
    )
    (inner,) = [item for item in found.equilibria if max(item.probabilities) < 1]
    (place,) = [n for n, item in enumerate(found.equilibria) if item is inner]
    assert inner.probabilities == pytest.approx(p, abs=1e-12)
    assert found.thresholds[place] == pytest.approx(k, abs=1e-12)
    assert inner.impasse == pytest.approx(p[0] * p[1])
    assert found.residual < 1e-13
    other = p[::-1]
    payoffs = p * (1 - other) * x + (1 - p) * (other * (1 - x[::-1]) + (1 - other) * s) - k**2 / 2
    assert inner.payoffs == pytest.approx(payoffs, abs=1e-12)


def test_costs_that_nobody_would_draw_are_not_paid():
    low, high = scipy.stats.uniform(0.2, 0.5), scipy.stats.uniform(0.9, 0.1)
    found = revocable_commitment(demands=[0.6, 0.7], revoking_costs=[low, high])
    # The second's cost exceeds any threshold: it stands firm, and the first weighs .3 against it.
    (only,) = found.equilibria
    k = 0.3
    assert only.probabilities == pytest.approx((1 - (k - 0.2) / 0.5, 1.0))
    assert found.thresholds[0][0] == pytest.approx(k)
    paid = (k**2 - 0.2**2) / 2 / 0.5
    assert only.payoffs[0] == pytest.approx((1 - only.probabilities[0]) * 0.3 - paid)
    assert only.payoffs[1] == pytest.approx((1 - only.probabilities[0]) * 0.7)
