"""Choice among stubborn demands: deviations, one type a side, and the Rubinstein limit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.bargaining.attrition.reputation import abreu_gul
from negotiation.bargaining.attrition.reputation_types import StubbornTypes, abreu_gul_demands
from negotiation.errors import ConvergenceError, InvalidInputError


def uniform_types(z, step=0.1):
    demands = np.arange(step, 1 - step / 2, step)
    return StubbornTypes(demands, np.full(demands.size, 1 / demands.size), z)


@settings(max_examples=8, deadline=None)
@given(
    z=st.tuples(st.floats(1e-4, 0.3), st.floats(1e-4, 0.3)),
    rates=st.tuples(st.floats(0.02, 0.3), st.floats(0.02, 0.3)),
    weights=st.lists(st.floats(0.1, 1), min_size=4, max_size=4),
)
def test_no_other_demand_pays_more(z, rates, weights):
    share = np.array(weights) / sum(weights)
    first = StubbornTypes([0.4, 0.55, 0.7, 0.9], share, z[0])
    second = StubbornTypes([0.35, 0.5, 0.65, 0.8], share[::-1], z[1])
    found = abreu_gul_demands(first, second, discount_rates=rates)
    assert found.regret < 1e-9
    assert found.demands.sum() == pytest.approx(1)
    assert found.counter_demands.sum(axis=1) + found.acceptance == pytest.approx(1)
    assert found.values[0] >= 1 - second.demands.max() - 1e-12


def test_payoffs_of_demands_by_simulation():
    """Play the equilibrium out: draw demands, answers, types and dates of concession."""
    first = StubbornTypes([0.5, 0.6, 0.75], [0.3, 0.4, 0.3], 0.05)
    second = StubbornTypes([0.55, 0.7], [0.5, 0.5], 0.08)
    rates = np.array([0.1, 0.07])
    found = abreu_gul_demands(first, second, discount_rates=rates)
    rng, paths = np.random.default_rng(8), 60_000
    stubborn = rng.random(paths) < second.stubbornness
    opening = rng.choice(3, paths, p=found.demands)
    payoff = np.empty(paths)
    for k in range(3):
        here = np.flatnonzero(opening == k)
        alpha = first.demands[k]
        seen = first.stubbornness * first.weights[k]
        x = seen / (seen + (1 - first.stubbornness) * found.demands[k])
        options = np.append(found.counter_demands[k], found.acceptance[k])
        normal = rng.choice(3, here.size, p=options / options.sum())
        answer = np.where(stubborn[here], rng.choice(2, here.size, p=second.weights), normal)
        for b in range(2):
            a = second.demands[b]
            prior = second.stubbornness * second.weights[b]
            y = prior / (prior + (1 - second.stubbornness) * found.counter_demands[k, b])
            war = abreu_gul((alpha, a), stubbornness=(x, y), discount_rates=rates)
            mine = answer == b
            # Conceding at once is a best plan of a normal side 1 after its atom, so its payoff
            # is that of winning when side 2 gives in at once and of yielding otherwise.
            yields = ~stubborn[here] & (rng.random(here.size) < war.initial_concession[1])
            payoff[here[mine]] = np.where(yields, alpha, 1 - a)[mine]
        payoff[here[answer == 2]] = alpha
    error = (payoff.mean() - found.values[0]) / (payoff.std() / paths**0.5)
    assert abs(error) < 4


@settings(max_examples=15, deadline=None)
@given(
    demands=st.tuples(st.floats(0.55, 0.9), st.floats(0.55, 0.9)),
    z=st.tuples(st.floats(0.01, 0.5), st.floats(0.01, 0.5)),
    rates=st.tuples(st.floats(0.02, 0.3), st.floats(0.02, 0.3)),
)
def test_one_type_a_side_is_the_simple_game(demands, z, rates):
    found = abreu_gul_demands(
        StubbornTypes([demands[0]], [1.0], z[0]),
        StubbornTypes([demands[1]], [1.0], z[1]),
        discount_rates=rates,
    )
    simple = abreu_gul(demands, stubbornness=z, discount_rates=rates)
    assert found.values == pytest.approx(simple.values, abs=1e-10)
    accepts = simple.initial_concession[1] / (1 - z[1])
    assert found.acceptance[0] == pytest.approx(accepts, abs=1e-9)


@pytest.mark.parametrize("rates", [(0.1, 0.1), (0.1, 0.05)])
def test_rubinstein_shares_as_stubbornness_vanishes(rates):
    gaps = []
    for z in (1e-2, 1e-6, 1e-14):
        types = uniform_types(z)
        found = abreu_gul_demands(types, types, discount_rates=rates)
        assert found.regret < 1e-9
        gaps.append(np.abs(np.array(found.values) - found.rubinstein_shares).max())
    assert gaps[-1] < 0.1  # the step of the grid of demands
    assert gaps[-1] < gaps[0]


def test_known_normal_second_side_accepts():
    found = abreu_gul_demands(uniform_types(0.1), uniform_types(0.0), discount_rates=[0.1, 0.1])
    assert found.acceptance == pytest.approx(np.ones(9))
    assert found.values[0] == pytest.approx(0.9)


def test_compatible_demands_end_at_once():
    modest = StubbornTypes([0.2, 0.3], [0.5, 0.5], 0.1)
    found = abreu_gul_demands(modest, modest, discount_rates=[0.1, 0.2])
    assert found.values == pytest.approx((0.3, 0.7), abs=0.011)


def test_what_is_refused():
    types = uniform_types(0.1)
    with pytest.raises(InvalidInputError, match="z_1 > 0"):
        abreu_gul_demands(uniform_types(0.0), types, discount_rates=[0.1, 0.1])
    with pytest.raises(InvalidInputError, match="ascending"):
        StubbornTypes([0.6, 0.5], [0.5, 0.5], 0.1)
    with pytest.raises(InvalidInputError, match="sum to 1"):
        StubbornTypes([0.5, 0.6], [0.5, 0.6], 0.1)
    with pytest.raises(ConvergenceError) as raised:
        abreu_gul_demands(types, types, discount_rates=[0.1, 0.1], max_regret=0.0)
    assert not raised.value.partial.converged
