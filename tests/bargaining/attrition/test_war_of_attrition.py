"""Wars of attrition against discrete games, brute-force replies and simulation."""

from functools import cache

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq

from negotiation.bargaining.attrition.war_of_attrition import (
    private_value_attrition,
    shadow_of_the_future,
    war_of_attrition,
)
from negotiation.errors import InvalidInputError, NonFiniteError


def discrete_hazards(concede, win, rates, flows, step):
    """Per-period concession probabilities over the step in a discrete war of attrition.

    Both move at once each period; a tie splits L and F evenly. In the stationary mixed equilibrium
    the value of the game is what conceding now pays.
    """
    out = []
    for i in (0, 1):
        d = np.exp(-rates[i] * step)

        def gap(p, i=i, d=d):
            now = p * (concede[i] + win[i]) / 2 + (1 - p) * concede[i]
            wait = p * win[i] + (1 - p) * (flows[i] * step + d * now)
            return now - wait

        out.append(brentq(gap, 0, 1, xtol=1e-16) / step)
    return np.array([out[1], out[0]])


@pytest.mark.parametrize(
    ("concede", "win", "rates", "flows"),
    [
        ([2, 3], [5, 4], [0.1, 0.15], [0, 0]),
        ([0, 0], [3, 5], [0, 0], [-0.6, -0.5]),
        ([1, 0.5], [2, 3], [0.05, 0.2], [-0.3, 0.05]),
    ],
)
def test_limit_of_the_discrete_game(concede, win, rates, flows):
    found = war_of_attrition(concede=concede, win=win, discount_rates=rates, flows=flows)
    rows = [discrete_hazards(concede, win, rates, flows, h) for h in (4e-3, 2e-3, 1e-3)]
    once = [2 * rows[1] - rows[0], 2 * rows[2] - rows[1]]
    limit = (4 * once[1] - once[0]) / 3
    deviation = np.abs(limit - found.hazards).max()
    assert deviation < 1e-9


def test_duration_and_first_concession_by_simulation():
    standoff = war_of_attrition(concede=[2, 3], win=[5, 4], discount_rates=[0.1, 0.15])
    rng = np.random.default_rng(5)
    step, paths = 0.02, 40_000
    p = 1 - np.exp(-np.array(standoff.hazards) * step)
    dates = rng.geometric(p[:, None], size=(2, paths)) * step
    duration = dates.min(axis=0)
    errors = [
        (duration.mean() - standoff.expected_duration) / (duration.std() / paths**0.5),
        ((dates[0] < dates[1]).mean() - standoff.concedes_first[0]) / (0.5 / paths**0.5),
    ]
    assert max(map(abs, errors)) < 4


def test_three_sides_are_each_indifferent():
    low, high = np.array([1.0, 1.2, 0.8]), np.array([2.0, 2.5, 1.9])
    rates, flows = np.array([0.1, 0.12, 0.09]), np.array([-0.05, -0.1, -0.08])
    beta, broken = 0.03, np.array([-1.0, -0.5, -2.0])
    standoff = war_of_attrition(
        concede=low,
        win=high,
        discount_rates=rates,
        flows=flows,
        breakdown_rate=beta,
        breakdown_payoffs=broken,
    )
    worst = 0.0
    for i in range(3):
        others = sum(standoff.hazards) - standoff.hazards[i]
        decay = rates[i] + beta + others
        for stop in (0.5, 3.0, 11.0):
            earned = quad(
                lambda t, i=i, o=others, k=decay: (
                    np.exp(-k * t) * (o * high[i] + flows[i] + beta * broken[i])
                ),
                0,
                stop,
            )[0]
            worst = max(worst, abs(earned + np.exp(-decay * stop) * low[i] - low[i]))
    assert worst < 1e-10
    total = sum(standoff.concedes_first) + standoff.breakdown_probability
    assert total == pytest.approx(1)


@given(
    costs=st.tuples(st.floats(0.1, 2), st.floats(0.1, 2)),
    prizes=st.tuples(st.floats(0.5, 5), st.floats(0.5, 5)),
    more=st.floats(0.01, 3),
)
def test_perverse_sign_of_the_own_waiting_cost(costs, prizes, more):
    def hazards(first):
        return war_of_attrition(concede=[0, 0], win=prizes, flows=[-first, -costs[1]]).hazards

    before, after = hazards(costs[0]), hazards(costs[0] + more)
    assert after[0] == before[0]
    assert after[1] > before[1]


def test_war_of_attrition_refuses():
    with pytest.raises(InvalidInputError, match="two sides or more"):
        war_of_attrition(concede=[1], win=[2])
    with pytest.raises(InvalidInputError, match="never concedes"):
        war_of_attrition(concede=[1, 1], win=[2, 2], flows=[0.5, -1])
    with pytest.raises(InvalidInputError, match="positive cost of waiting"):
        war_of_attrition(concede=[1, 1], win=[2, 2])
    with pytest.raises(InvalidInputError, match="for every side"):
        war_of_attrition(concede=[0, 0, 0], win=[1, 1, 1], flows=[-9, -1, -1])


DISTRIBUTIONS = {
    "uniform": scipy.stats.uniform(),
    "exponential": scipy.stats.expon(),
    "beta": scipy.stats.beta(2, 3),
    "shifted": scipy.stats.uniform(0.5, 1.5),
}


COST = 1.3


@cache
def stopping_dates(name):
    """Values that are equally likely, and when each stops."""
    values = DISTRIBUTIONS[name]
    grid = values.ppf((np.arange(300) + 0.5) / 300)
    found = [private_value_attrition(values, value=v, cost=COST, tol=1e-9) for v in grid]
    return grid, np.array([item.stopping_time for item in found])


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_stopping_time_is_the_best_reply(name):
    values, (rivals, dates) = DISTRIBUTIONS[name], stopping_dates(name)
    worst = 0.0
    for v in values.ppf([0.2, 0.5, 0.8]):
        # Stopping just after rival k: win against all up to k, pay until k's date.
        won = np.cumsum(v - COST * dates)
        lost = COST * dates * (len(dates) - 1 - np.arange(len(dates)))
        payoff = (won - lost) / len(dates)
        best = rivals[payoff.argmax()]
        worst = max(worst, abs(best - v) / v)
        planned = private_value_attrition(values, value=v, cost=COST)
        assert payoff.max() == pytest.approx(planned.interim_payoff, rel=2e-2, abs=3e-3)
    assert worst < 1e-2  # the grid of rivals


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_private_values_by_simulation(name):
    values, paths = DISTRIBUTIONS[name], 20_000
    grid, dates = stopping_dates(name)
    draws = values.rvs(size=(2, paths), random_state=np.random.default_rng(11))
    stop = np.interp(draws, grid, dates)
    duration = stop.min(axis=0)
    payoff = np.where(draws[0] > draws[1], draws[0], 0.0) - COST * duration
    found = private_value_attrition(values, value=float(grid[0]), cost=COST)
    errors = [
        (duration.mean() - found.expected_duration) / (duration.std() / paths**0.5),
        (payoff.mean() - found.expected_payoff) / (payoff.std() / paths**0.5),
    ]
    assert max(map(abs, errors)) < 4


def test_known_moments():
    uniform = private_value_attrition(scipy.stats.uniform(), value=0.5)
    assert uniform.stopping_time == pytest.approx(np.log(2) - 0.5, rel=1e-10)
    assert uniform.expected_payoff == pytest.approx(1 / 6, rel=1e-10)
    exponential = private_value_attrition(scipy.stats.expon(scale=1 / 3), value=2.0, cost=0.5)
    assert exponential.stopping_time == pytest.approx(3 * 2.0**2 / 2 / 0.5, rel=1e-10)
    assert exponential.expected_duration == pytest.approx(1 / (4 * 3 * 0.5), rel=1e-10)
    assert exponential.expected_payoff == pytest.approx(1 / 6, rel=1e-10)
    assert exponential.efficiency == pytest.approx(2 / 3 / (3 / 2) * 1.5, rel=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.2, 5), st.floats(0.2, 3), st.floats(1.01, 3))
def test_cost_shortens_and_value_lengthens(shape, value, factor):
    values = scipy.stats.gamma(shape + 1)
    base = private_value_attrition(values, value=value, cost=1.0)
    dearer = private_value_attrition(values, value=value, cost=factor)
    keener = private_value_attrition(values, value=value * factor, cost=1.0)
    assert dearer.expected_duration == pytest.approx(base.expected_duration / factor, rel=1e-9)
    assert dearer.expected_payoff == pytest.approx(base.expected_payoff, rel=1e-9)
    assert keener.stopping_time > base.stopping_time


def test_private_values_corners_and_refusals():
    ends = private_value_attrition(scipy.stats.uniform(), value=1.0)
    assert ends.stopping_time == np.inf
    starts = private_value_attrition(scipy.stats.uniform(), value=0.0)
    assert (starts.stopping_time, starts.interim_payoff) == (0.0, 0.0)
    with pytest.raises(InvalidInputError, match="values of 0 or more"):
        private_value_attrition(scipy.stats.norm(), value=1)
    with pytest.raises(InvalidInputError, match="value"):
        private_value_attrition(scipy.stats.uniform(), value=2)
    with (
        pytest.warns(Warning, match=r"(?i)integral|subdivisions|diverg|converg"),
        pytest.raises(NonFiniteError),
    ):
        private_value_attrition(scipy.stats.pareto(0.5), value=2.0)


@given(st.floats(0.51, 0.99), st.floats(0.001, 1), st.floats(1.1, 10))
def test_shadow_of_the_future(x, r, factor):
    short, long = shadow_of_the_future(x, r), shadow_of_the_future(x, r / factor)
    assert long.expected_delay > short.expected_delay
    assert long.relative_loss == pytest.approx(short.relative_loss, abs=1e-9)
    # Waiting for ever against a rival who concedes at this rate pays what conceding pays.
    waits = quad(
        lambda u: x * np.exp(-u * (1 + r / short.hazard)), 0, np.inf, epsabs=1e-13, epsrel=1e-11
    )[0]
    assert waits == pytest.approx(1 - x, rel=1e-7)


def test_shadow_of_the_future_by_simulation():
    found = shadow_of_the_future(0.6, 0.05)
    rng, paths = np.random.default_rng(2), 50_000
    step = 0.01
    p = 1 - np.exp(-found.hazard * step)
    end = rng.geometric(p, size=(2, paths)).min(axis=0) * step
    discount = np.exp(-0.05 * end)
    errors = [
        (end.mean() - found.expected_delay) / (end.std() / paths**0.5),
        (discount.mean() - found.expected_discount) / (discount.std() / paths**0.5),
    ]
    assert max(map(abs, errors)) < 4
    with pytest.raises(InvalidInputError):
        shadow_of_the_future(0.5, 0.1)
