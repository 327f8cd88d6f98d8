"""Second-best trade against a linear programme, and both against known numbers."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad

from negotiation.bargaining.offers.bilateral_trade import mechanism_bound, second_best_trade
from negotiation.errors import ConvergenceError, InvalidInputError

CASES = {
    "uniform": (scipy.stats.uniform(), scipy.stats.uniform()),
    "beta": (scipy.stats.beta(2, 1), scipy.stats.beta(1, 2)),
    "shifted": (scipy.stats.uniform(), scipy.stats.uniform(0.2, 1.5)),
    "narrow": (scipy.stats.uniform(0.5, 1), scipy.stats.uniform(0, 1)),
}


def on_grid(buyer, seller, n):
    def types(distribution):
        edges = np.linspace(*distribution.support(), n + 1)
        return (edges[1:] + edges[:-1]) / 2, np.diff(distribution.cdf(edges))

    (v, f), (c, g) = types(buyer), types(seller)
    return mechanism_bound(v, c, buyer_weights=f, seller_weights=g)


@pytest.mark.parametrize("name", CASES)
def test_linear_programme_tends_to_the_second_best(name):
    buyer, seller = CASES[name]
    found = second_best_trade(buyer, seller)
    rough, fine = (on_grid(buyer, seller, n).gains for n in (12, 24))
    assert rough > fine > found.gains
    deviation = abs(2 * fine - rough - found.gains)
    assert deviation < 5e-3  # what remains after one extrapolation in the grid


@pytest.mark.parametrize("name", CASES)
def test_first_best_by_quadrature(name):
    buyer, seller = CASES[name]
    found = second_best_trade(buyer, seller)
    (v_low, v_high), (c_low, c_high) = buyer.support(), seller.support()
    direct = dblquad(
        lambda v, c: (v - c) * buyer.pdf(v) * seller.pdf(c),
        c_low,
        min(c_high, v_high),
        lambda c: max(c, v_low),
        v_high,
        epsabs=1e-10,
        epsrel=1e-8,
    )[0]
    assert found.first_best == pytest.approx(direct, rel=1e-6)
    assert 0 < found.welfare_loss < found.first_best
    assert found.gains + found.welfare_loss == pytest.approx(found.first_best)


def test_efficient_trade_needs_its_gains_as_subsidy():
    """With one support, each side must be paid the whole surplus that it brings (VCG payments)."""
    rng, draws = np.random.default_rng(0), 400_000
    v, c = rng.random(draws), rng.random(draws)
    trade = v > c
    deficit = np.where(trade, v - c, 0.0)  # the buyer pays c, the seller receives v
    found = second_best_trade(scipy.stats.uniform(), scipy.stats.uniform())
    assert found.subsidy == pytest.approx(1 / 6, rel=1e-12)
    assert abs(deficit.mean() - found.subsidy) < 4 * deficit.std() / draws**0.5


def test_uniform_numbers():
    found = second_best_trade(scipy.stats.uniform(), scipy.stats.uniform())
    assert found.gains == pytest.approx(9 / 64, rel=1e-12)
    assert found.prob_trade == pytest.approx(9 / 32, rel=1e-12)
    assert found.distortion == pytest.approx(1 / 3, rel=1e-9)
    assert found.welfare_loss == pytest.approx(1 / 6 - 9 / 64, rel=1e-11)


@settings(max_examples=5, deadline=None)
@given(st.floats(0.1, 50), st.floats(-5, 5))
def test_scale_and_origin_do_not_matter(width, start):
    one = second_best_trade(scipy.stats.uniform(), scipy.stats.uniform(0.3, 1), nodes=16)
    other = second_best_trade(
        scipy.stats.uniform(start, width),
        scipy.stats.uniform(start + 0.3 * width, width),
        nodes=16,
    )
    assert other.gains / width == pytest.approx(one.gains, rel=1e-8)


def test_few_types_may_trade_efficiently():
    bound = mechanism_bound([0, 1], [0, 1], buyer_weights=[0.5, 0.5], seller_weights=[0.5, 0.5])
    assert bound.gains == pytest.approx(bound.first_best)
    alone = mechanism_bound([1.0], [0.4], buyer_weights=[1.0], seller_weights=[1.0])
    assert alone.gains == pytest.approx(0.6)
    assert alone.trade[0, 0] == pytest.approx(1.0)


def test_what_is_refused():
    uniform = scipy.stats.uniform()
    with pytest.raises(InvalidInputError, match="overlap"):
        second_best_trade(uniform, scipy.stats.uniform(2, 1))
    with pytest.raises(InvalidInputError, match="bounded"):
        second_best_trade(scipy.stats.expon(), uniform)
    with pytest.raises(InvalidInputError, match="regular"):
        second_best_trade(scipy.stats.beta(0.2, 0.2), uniform)
    with pytest.raises(ConvergenceError) as raised:
        second_best_trade(uniform, uniform, max_residual=0.0, nodes=4)
    assert raised.value.partial.gains == pytest.approx(9 / 64)
    with pytest.raises(InvalidInputError, match="sum to 1"):
        mechanism_bound([0, 1], [0, 1], buyer_weights=[0.5, 0.6], seller_weights=[0.5, 0.5])
    with pytest.raises(ConvergenceError):
        mechanism_bound(
            np.linspace(0, 1, 7),
            np.linspace(0, 1, 7),
            buyer_weights=np.full(7, 1 / 7),
            seller_weights=np.full(7, 1 / 7),
            tol=-1.0,
        )
