"""Audience costs: shooting, simulated types, deviations, limits and comparative statics."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

from negotiation.bargaining.attrition.audience_costs import (
    audience_cost_crisis,
    audience_cost_crisis_uniform,
)
from negotiation.errors import ConvergenceError, InvalidInputError

CASE = {"prize": 1.0, "cost_rates": [0.3, 0.2], "war_bounds": [0.8, 1.0]}
POSITIVE = st.floats(0.05, 4)


def test_shooting_on_the_horizon():
    """Integrate both survivals backward from a guessed horizon; neither may start above one."""
    v, a, bounds = CASE["prize"], CASE["cost_rates"], CASE["war_bounds"]

    def start(horizon):
        def back(s, log_s):
            t = horizon - s
            return [a[1] / (v + a[1] * t), a[0] / (v + a[0] * t)]

        end = [math.log(a[j] * horizon / bounds[j]) for j in (0, 1)]
        path = solve_ivp(back, (0, horizon), end, rtol=1e-12, atol=1e-13)
        return np.exp(path.y[:, -1])

    horizon = brentq(lambda t: start(t).max() - 1, 0.1, 5, xtol=1e-13)
    found = audience_cost_crisis_uniform(**CASE)
    atoms = 1 - start(horizon)
    deviation = max(abs(horizon - found.horizon), *np.abs(atoms - found.initial_concession))
    assert deviation < 1e-11


def test_types_by_simulation():
    """Draw war values; a type quits when the weaker types' share equals what survival has lost."""
    found = audience_cost_crisis_uniform(**CASE)
    rng, paths = np.random.default_rng(6), 200_000
    quits = np.full((2, paths), np.inf)
    for j in (0, 1):
        value = rng.uniform(-CASE["war_bounds"][j], 0, paths)
        weaker = (value + CASE["war_bounds"][j]) / CASE["war_bounds"][j]
        rival = CASE["cost_rates"][1 - j]
        left = 1 - found.initial_concession[j]
        date = (left / np.maximum(1 - weaker, 1e-300) - 1) / rival
        locked = value > -CASE["cost_rates"][j] * found.horizon
        quits[j] = np.where(locked, np.inf, np.maximum(date, 0.0))
    first = quits.min(axis=0)
    length = np.minimum(first, found.horizon)

    def standard_errors(sample, value):
        return abs(sample.mean() - value) / (sample.std() / paths**0.5)

    errors = [
        standard_errors(np.isinf(first), found.prob_war),
        standard_errors((quits[0] < quits[1]) & np.isfinite(first), found.prob_backs_down[0]),
        standard_errors((quits[1] < quits[0]) & np.isfinite(first), found.prob_backs_down[1]),
        standard_errors(length, found.mean_time),
    ]
    assert max(errors) < 4


def test_no_date_of_quitting_is_better():
    found = audience_cost_crisis_uniform(**CASE)
    v, a = CASE["prize"], CASE["cost_rates"]
    for i in (0, 1):
        j = 1 - i
        left = 1 - found.initial_concession[j]

        def survival(t, left=left, i=i):
            return left * v / (v + a[i] * t)

        for share in (1e-9, 0.4, 1.0):
            stop = share * found.horizon
            won = quad(lambda t, i=i: survival(t) * a[i] / (v + a[i] * t) * v, 0, stop)[0]
            paid = found.initial_concession[j] * v + won - survival(stop) * a[i] * stop
            assert paid == pytest.approx(found.values[i], abs=1e-8)


def test_general_distributions_agree_with_the_closed_form():
    worst = 0.0
    for a, bounds in (([0.3, 0.2], [0.8, 1.0]), ([2.0, 0.1], [0.5, 3.0]), ([0.0, 0.4], [1, 2])):
        one = audience_cost_crisis_uniform(prize=1.3, cost_rates=a, war_bounds=bounds)
        other = audience_cost_crisis(
            prize=1.3,
            cost_rates=a,
            war_values=[scipy.stats.uniform(-w, w) for w in bounds],
        )
        for name in ("horizon", "prob_war", "mean_time"):
            worst = max(worst, abs(getattr(one, name) - getattr(other, name)))
        worst = max(worst, *np.abs(np.subtract(one.prob_backs_down, other.prob_backs_down)))
    assert worst < 1e-10


def test_exponential_war_values():
    found = audience_cost_crisis(
        prize=2.0,
        cost_rates=[0.5, 0.3],
        war_values=[MinusExponential(1.0)] * 2,
    )
    # 1 - F(-a t) = 1 - e^{-a t} for w = -Exp(1)
    j = int(found.candidate_times[1] == found.horizon)
    a = [0.5, 0.3]
    left = 1 - math.exp(-a[j] * found.horizon)
    assert left == pytest.approx(2 / (2 + a[1 - j] * found.horizon), rel=1e-10)
    assert found.converged
    assert found.prob_war + sum(found.prob_backs_down) == pytest.approx(1, rel=1e-10)


class MinusExponential:
    def __init__(self, scale):
        self.scale = scale

    def support(self):
        return (-math.inf, 0.0)

    def cdf(self, w):
        return np.exp(np.minimum(w, 0.0) / self.scale)

    def sf(self, w):
        return 1 - self.cdf(w)

    def pdf(self, w):
        return np.where(w < 0.0, self.cdf(w) / self.scale, 0.0)


@pytest.mark.parametrize("a", [0.01, 1.0, 50.0])
def test_symmetric_crisis_is_golden(a):
    found = audience_cost_crisis_uniform(prize=1, cost_rates=[a, a], war_bounds=[1, 1])
    assert a * found.horizon == pytest.approx((math.sqrt(5) - 1) / 2, rel=1e-12)
    assert found.prob_war == pytest.approx((3 - math.sqrt(5)) / 2, rel=1e-12)
    assert found.initial_concession == (0.0, 0.0)


def test_asymmetric_crisis_of_the_text():
    found = audience_cost_crisis_uniform(prize=1, cost_rates=[0.4, 0.2], war_bounds=[1, 1])
    assert found.prob_backs_down == pytest.approx((0.131, 0.601), abs=5e-4)
    assert found.prob_war == pytest.approx(0.268, abs=5e-4)


@settings(deadline=None)
@given(POSITIVE, st.tuples(POSITIVE, POSITIVE), st.floats(1.02, 4))
def test_faster_audience_costs_make_a_side_back_down_less(prize, a, factor):
    before = audience_cost_crisis_uniform(prize=prize, cost_rates=a, war_bounds=[1, 1])
    after = audience_cost_crisis_uniform(
        prize=prize, cost_rates=[a[0] * factor, a[1]], war_bounds=[1, 1]
    )
    assert after.prob_backs_down[0] <= before.prob_backs_down[0] + 1e-10
    assert after.values[0] >= before.values[0] - 1e-12
    stronger = int(a[1] > a[0])
    if abs(a[0] - a[1]) > 1e-9:
        assert before.prob_backs_down[stronger] < before.prob_backs_down[1 - stronger]
    total = before.prob_war + sum(before.prob_backs_down)
    assert total == pytest.approx(1, rel=1e-9)


@settings(deadline=None)
@given(st.floats(0.1, 3), st.floats(0.2, 3), POSITIVE)
def test_zero_audience_cost_backs_down_at_once(rate, bound, prize):
    none = audience_cost_crisis_uniform(prize=prize, cost_rates=[0, rate], war_bounds=[1, bound])
    assert none.initial_concession == (1.0, 0.0)
    assert none.prob_war == 0
    assert none.values == pytest.approx((0.0, prize))
    little = audience_cost_crisis_uniform(
        prize=prize, cost_rates=[1e-9, rate], war_bounds=[1, bound]
    )
    # To first order in the cost.
    holds_out = 1e-9 * bound * (prize + bound) / (prize * rate)
    assert 1.0 - little.initial_concession[0] == pytest.approx(holds_out, rel=1e-3, abs=1e-15)
    assert little.prob_war == pytest.approx(1e-9 * bound / rate, rel=1e-3)


def test_what_is_refused():
    with pytest.raises(InvalidInputError, match="cheap talk"):
        audience_cost_crisis_uniform(prize=1, cost_rates=[0, 0], war_bounds=[1, 1])
    with pytest.raises(InvalidInputError, match="0 or less"):
        audience_cost_crisis(
            prize=1, cost_rates=[1, 1], war_values=[scipy.stats.uniform(-1, 2)] * 2
        )
    with pytest.raises(InvalidInputError, match="two distributions"):
        audience_cost_crisis(prize=1, cost_rates=[1, 1], war_values=[scipy.stats.uniform(-1, 1)])
    with pytest.raises(InvalidInputError, match="locked in"):
        audience_cost_crisis(
            prize=1,
            cost_rates=[1, 1],
            war_values=[scipy.stats.uniform(-1e9, 1)] * 2,
            max_doublings=3,
        )


def test_an_atom_has_no_root():
    class Two:
        def support(self):
            return (-1.0, -0.5)

        def sf(self, w):
            return 0.7 if w < -0.5 else (0.2 if w < 0 else 0.0)

        def cdf(self, w):
            return 1.0 - self.sf(w)

        def pdf(self, w):
            return 0.0 * w

    with pytest.raises(ConvergenceError) as raised:
        audience_cost_crisis(prize=1, cost_rates=[1, 1], war_values=[Two(), Two()])
    assert not raised.value.partial.converged
