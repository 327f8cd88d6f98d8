"""Fits: values known from elsewhere, invariance, certificates, errors."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

import negotiation as ng
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.exposure import design_of, steps_of
from negotiation.estimation.laws import LAWS
from tests.estimation.second_methods import (
    cox_efron,
    distribution,
    largest_by_simplex,
    strikes,
    weibull_by_its_equation,
)


def simulated(n, seed=1, shape=0.8, censored_at=400.0, slope=0.7):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    days = 100.0 * np.exp(-slope * x) * rng.weibull(shape, n)
    low = np.minimum(days, censored_at)
    high = np.where(days > censored_at, np.inf, days)
    return Disputes.from_intervals(
        low, high, dyads=[f"d{k % 17}" for k in range(n)], covariates={"x": x}
    )


def test_strikes():
    days, output = strikes()
    disputes = Disputes.from_intervals(days, days, covariates={"output": output})
    constant = ng.fit_concessions(disputes)
    assert 1 / constant.scale == pytest.approx(0.02343159486, abs=1e-11)
    assert constant.log_likelihood == pytest.approx(-294.7275375, abs=5e-8)
    weibull = ng.fit_concessions(disputes, "weibull")
    assert weibull.log_likelihood == pytest.approx(-294.4026804, abs=5e-8)
    shape, scale = weibull_by_its_equation(days)
    assert weibull.shape == pytest.approx(shape, rel=1e-9)
    assert weibull.scale == pytest.approx(scale, rel=1e-9)
    # The published fit stopped a little before the root of that equation.
    assert weibull.shape == pytest.approx(0.9246822242, abs=1e-5)
    assert weibull.scale == pytest.approx(41.10764952, abs=1e-3)
    short = Disputes.from_intervals(np.minimum(days, 60), np.where(days >= 60, np.inf, days))
    assert ng.fit_concessions(short, "weibull").log_likelihood == pytest.approx(
        -223.6523106, abs=5e-8
    )
    b, errors, _ = cox_efron(days, np.ones(days.size), output[:, None])
    assert b[0] == pytest.approx(9.21638492, abs=5e-9)
    # In proportional hazards, with its own error, as the baseline is another one.
    mine = ng.fit_concessions(disputes, "weibull", covariates=["output"])
    assert mine.shape * mine.coefficients[1] == pytest.approx(b[0], abs=0.5 * errors[0])


@pytest.mark.parametrize("model", ["weibull", "log_normal", "log_logistic", "lomax"])
def test_against_plain_maximum_likelihood_of_scipys_densities(model):
    rng = np.random.default_rng(4)
    days = rng.lognormal(4.0, 1.2, 150)
    kind = rng.integers(0, 3, 150)
    low = np.where(kind == 1, np.floor(days / 30) * 30, days)
    high = np.where(kind == 1, low + 30, np.where(kind == 2, np.inf, days))
    low = np.where(kind == 2, 0.6 * days, low)
    fit = ng.fit_concessions(Disputes.from_intervals(low, high), model)

    def loss(at):
        law = distribution(model, np.exp(at[0]), np.exp(at[1]))
        exact, within = kind == 0, kind == 1
        total = law.logpdf(days[exact]).sum() + law.logsf(low[kind == 2]).sum()
        gap = law.sf(low[within]) - law.sf(high[within])
        return -(total + np.log(np.maximum(gap, 1e-300)).sum())

    at, value = largest_by_simplex(loss, [-4.0, 0.0])
    assert fit.log_likelihood == pytest.approx(value, abs=1e-7)
    assert fit.coefficients == pytest.approx(at, abs=1e-4)


def test_piecewise_constant_rates_are_events_over_exposure():
    rng = np.random.default_rng(5)
    days = rng.exponential(60.0, 300)
    low, high = np.minimum(days, 200.0), np.where(days > 200, np.inf, days)
    disputes = Disputes.from_intervals(low, high)
    cuts = np.array([20.0, 80.0])
    fit = ng.fit_concessions(disputes, "piecewise_constant", cuts=cuts)
    edges = np.array([0.0, 20.0, 80.0, np.inf])
    rates = []
    for begin, end in pairwise(edges):
        exposure = np.clip(np.minimum(low, end) - begin, 0.0, None).sum()
        rates.append(((days > begin) & (days <= end) & (days <= 200)).sum() / exposure)
    assert np.exp(fit.coefficients[0]) == pytest.approx(rates[0], rel=1e-8)
    mine = fit.hazard([10.0, 50.0, 150.0])
    assert mine == pytest.approx(rates, rel=1e-8)
    assert fit.names == ("constant", "days 20 to 80", "after day 80")


def test_rates_by_days_to_a_deadline_are_events_over_exposure():
    rng = np.random.default_rng(6)
    due = np.where(rng.random(400) < 0.6, rng.uniform(5, 90, 400), np.nan)
    days = rng.exponential(50.0, 400)
    disputes = Disputes.from_intervals(days, days, deadline=due)
    fit = ng.fit_concessions(disputes, deadline_windows=[7, 30])

    def rate(begin, end):
        inside = np.clip(np.minimum(days, end) - np.maximum(begin, 0.0), 0.0, None)
        return ((days > begin) & (days <= end)).sum(), inside.sum()

    far = np.where(np.isnan(due), np.inf, due)
    parts = [rate(np.zeros(400), far - 30.5), rate(far - 7.5, far + 0.5)]
    parts += [rate(far - 30.5, far - 7.5), rate(far + 0.5, np.full(400, np.inf))]
    expected = np.log([count / exposure for count, exposure in parts])
    mine = fit.coefficients
    assert mine[0] == pytest.approx(expected[0], abs=1e-8)
    assert mine[1:] + mine[0] == pytest.approx(expected[1:], abs=1e-8)
    assert fit.hazard([95.0], deadline=100.0)[0] == pytest.approx(np.exp(expected[1]), rel=1e-8)
    assert fit.hazard([101.0], deadline=100.0)[0] == pytest.approx(np.exp(expected[3]), rel=1e-8)


def test_steps_of_elapsed_time_and_of_a_deadline_multiply():
    disputes = Disputes.from_intervals(
        [50.0, 10.0, 80.0], [50.0, 12.0, np.inf], deadline=[60, 20, np.nan]
    )
    design, _ = design_of(disputes, (), steps_of([30.0], [15.0]), "refuse")
    b = np.array([0.1, 0.5, 0.9, -0.4])
    grid = np.linspace(0, 100, 200001)
    for k, due in enumerate([60.0, 20.0, np.nan]):
        pace = np.exp(0.1 + 0.5 * (grid > 30))
        near = (grid > due - 15.5) & (grid <= due + 0.5)
        pace = pace * np.exp(0.9 * near - 0.4 * (grid > due + 0.5))
        for day in (10.0, 47.0, 100.0):
            exact = integrate.trapezoid(np.where(grid <= day, pace, 0.0), grid)
            times = np.full(3, day)
            assert design.clock(times, b)[k] == pytest.approx(exact, rel=1e-4)


@given(unit=st.floats(1e-3, 1e3), factor=st.floats(1e-4, 1e4))
@settings(max_examples=10, deadline=None)
def test_units_do_not_matter(unit, factor):
    base = simulated(80)
    other = Disputes.from_intervals(
        base.low * unit,
        base.high * unit,
        dyads=base.dyads,
        covariates={"x": base.covariates["x"] * factor},
    )
    for model in ("weibull", "lomax"):
        one = ng.fit_concessions(base, model, covariates=["x"])
        two = ng.fit_concessions(other, model, covariates=["x"])
        assert two.coefficients[1] * factor == pytest.approx(one.coefficients[1], rel=1e-5)
        assert two.coefficients[-1] == pytest.approx(one.coefficients[-1], rel=1e-5, abs=1e-6)
        shift = one.n_ended * np.log(unit)
        assert two.log_likelihood + shift == pytest.approx(one.log_likelihood, abs=1e-6)
        assert np.sqrt(two.clustered_covariance[1, 1]) * factor == pytest.approx(
            np.sqrt(one.clustered_covariance[1, 1]), rel=1e-4
        )


def test_order_does_not_matter_and_copies_leave_the_sandwich_alone():
    base = simulated(60)
    fit = ng.fit_concessions(base, "weibull", covariates=["x"])
    back = ng.fit_concessions(base.take(np.arange(60)[::-1]), "weibull", covariates=["x"])
    assert back.coefficients == pytest.approx(fit.coefficients, abs=1e-8)
    # Each dispute twice in its dyad: the likelihood doubles, the dyads say as much as before.
    twice = ng.fit_concessions(base.take(np.r_[:60, :60]), "weibull", covariates=["x"])
    assert twice.covariance == pytest.approx(fit.covariance / 2, rel=1e-5)
    assert twice.clustered_covariance == pytest.approx(fit.clustered_covariance, rel=1e-5)


def test_sandwich_by_hand():
    base = simulated(40)
    fit = ng.fit_concessions(base)
    rate = 1 / fit.scale
    scores = base.ended - rate * base.low
    sums = np.array([scores[base.clusters == g].sum() for g in range(17)])
    expected = 17 / 16 * (sums**2).sum() / base.ended.sum() ** 2
    assert fit.clustered_covariance[0, 0] == pytest.approx(expected, rel=1e-6)
    assert fit.covariance[0, 0] == pytest.approx(1 / base.ended.sum(), rel=1e-6)


def test_a_shape_at_its_bound_is_named():
    even = Disputes.from_intervals(np.full(50, 99.0), np.full(50, 101.0))
    for model in ("lomax", "log_normal_frailty"):
        fit = ng.fit_concessions(even, model)
        assert fit.at_bound == (f"transformed {LAWS[fit.model].shape_name}",)
        assert fit.covariance[-1, -1] == 0.0
        exponential = ng.fit_concessions(even)
        assert fit.log_likelihood == pytest.approx(exponential.log_likelihood, abs=0.1)


def test_cure_finds_the_share_that_never_ends():
    rng = np.random.default_rng(8)
    days = np.where(rng.random(3000) < 0.3, np.inf, rng.exponential(50.0, 3000))
    low, high = np.minimum(days, 1000.0), np.where(days > 1000, np.inf, days)
    fit = ng.fit_concessions(Disputes.from_intervals(low, high), "cure")
    assert fit.shape == pytest.approx((days == np.inf).mean(), abs=1e-6)
    assert fit.survival([1e7])[0] == pytest.approx(fit.shape)


def test_missing_numbers():
    base = simulated(120)
    x = base.covariates["x"].copy()
    x[::4] = np.nan
    holed = base.with_covariates(x=x)
    with pytest.raises(InvalidInputError, match=r"covariates, x: missing.*30 of 120, first 0"):
        ng.fit_concessions(holed, covariates=["x"])
    dropped = ng.fit_concessions(holed, covariates=["x"], missing="drop")
    assert dropped.n == 90
    marked = ng.fit_concessions(holed, covariates=["x"], missing="indicator")
    assert marked.names == ("constant", "x", "x missing")
    # With a constant rate and a column of their own, those without x tell nothing of the others.
    assert marked.coefficients[1] == pytest.approx(dropped.coefficients[1], abs=1e-7)
    assert marked.survival_of(holed, [100.0]).shape == (120, 1)
    assert marked.survival([100.0], {"x": float("nan")})[0] == pytest.approx(
        marked.survival_of(holed, [100.0])[0, 0]
    )
    with pytest.raises(InvalidInputError, match="missing numbers"):
        dropped.survival_of(holed, [100.0])
    assert marked.survival_of(base, [100.0]).shape == (120, 1)


def test_competing_endings_add_up():
    disputes = ng.load_disputes()
    parts = [ng.fit_concessions(disputes, ending=who) for who in ("sender", "target", "other")]
    both = ng.fit_concessions(disputes, ending=("sender", "target"))
    assert both.n_ended == parts[0].n_ended + parts[1].n_ended
    # Exact times: the rates of competing endings sum to the rate of any.
    exact = Disputes.from_intervals(
        disputes.times,
        np.where(disputes.ended, disputes.times, np.inf),
        ending=disputes.ending,
    )
    rates = [
        1 / ng.fit_concessions(exact, ending=who).scale for who in ("sender", "target", "other")
    ]
    assert sum(rates) == pytest.approx(1 / ng.fit_concessions(exact).scale, rel=1e-8)
    assert parts[0].log_likelihood_of(disputes).sum() == pytest.approx(parts[0].log_likelihood)


@pytest.mark.parametrize("model", list(LAWS))
def test_survival_and_hazard_of_every_law(model):
    more = {"cuts": [30.0, 200.0]} if model == "piecewise_constant" else {}
    disputes = ng.load_disputes()
    fit = ng.fit_concessions(
        disputes, model, covariates=["imposed_at_start"], deadline_windows=[7], **more
    )
    assert fit.converged
    assert fit.expected_gain < 1e-8
    assert fit.gradient_norm < 1e-4
    days = np.array([1.0, 20.0, 55.0, 58.0, 64.0, 300.0])
    given_, step = {"imposed_at_start": 1.0}, 1e-5
    survival = fit.survival(days, given_, deadline=60.0)
    assert (np.diff(survival) < 0).all()
    near = fit.survival(np.r_[days - step, days + step], given_, deadline=60.0).reshape(2, -1)
    slope = -np.diff(np.log(near), axis=0)[0] / (2 * step)
    assert fit.hazard(days, given_, deadline=60.0) == pytest.approx(slope, rel=1e-4)
    assert fit.survival([0.0], given_)[0] == 1.0
    total = fit.log_likelihood_of(disputes).sum()
    assert total == pytest.approx(fit.log_likelihood, abs=1e-9)


def test_draws_have_the_stated_spread():
    fit = ng.fit_concessions(simulated(200), "weibull", covariates=["x"])
    draws = fit.draws(40_000, rng=3)
    assert np.cov(draws.T) == pytest.approx(fit.clustered_covariance, rel=0.08, abs=2e-4)
    plain = fit.draws(40_000, rng=np.random.default_rng(3), clustered=False)
    assert plain.std(axis=0) == pytest.approx(np.sqrt(np.diag(fit.covariance)), rel=0.02)
    curve = fit.survival([10.0], {"x": 0.0}, parameters=draws[0])
    assert 0 < curve[0] < 1
    alone = Disputes.from_intervals([1, 2, 3], [1, 2, 3], dyads=["a"] * 3)
    with pytest.raises(InvalidInputError, match="one dyad has no sandwich"):
        ng.fit_concessions(alone).draws(3)


def test_tables():
    fit = ng.fit_concessions(ng.load_disputes(), "weibull", covariates=["imposed_at_start"])
    frame = fit.to_frame()
    assert list(frame["parameter"]) == [
        "constant",
        "imposed_at_start",
        "transformed shape",
        "shape",
    ]
    assert r"\toprule" in fit.to_latex()
    assert "weibull law of 72 disputes (57 ended)" in fit._repr_html_()
    assert fit.aic == pytest.approx(6 - 2 * fit.log_likelihood)
    assert np.isnan(ng.fit_concessions(ng.load_disputes()).shape)


def test_bad_input():
    disputes = ng.load_disputes()
    cases = [
        ({"model": "gompertz"}, "model: unknown law; seen 'gompertz'"),
        ({"covariates": ["gdp"]}, "covariates: unknown choice; seen 'gdp'"),
        ({"missing": "ignore"}, "missing: unknown choice"),
        ({"ending": "nobody"}, "ending: unknown choice"),
        ({"ending": ("any", "sender")}, "ending: unknown choice"),
        ({"deadline_windows": [30, 7]}, "deadline_windows: days must be positive and ascend"),
        ({"cuts": [0.0]}, "cuts: days must be positive"),
        ({"model": "piecewise_constant"}, "cuts: no day"),
        ({"covariates": ["imposed_at_start", "imposed_at_start"]}, "others determine"),
    ]
    for arguments, message in cases:
        with pytest.raises(InvalidInputError, match=message):
            ng.fit_concessions(disputes, **arguments)
    with pytest.raises(InvalidInputError, match="disputes is not a Disputes"):
        ng.fit_concessions([1, 2])
    with pytest.raises(InvalidInputError, match="no dispute has ended"):
        ng.fit_concessions(Disputes.from_intervals([1.0], [np.inf]))
    with pytest.raises(InvalidInputError, match="density has no value at 0 days"):
        ng.fit_concessions(Disputes.from_intervals([0.0, 2.0], [0.0, 2.0]))
    fit = ng.fit_concessions(disputes, covariates=["imposed_at_start"])
    with pytest.raises(InvalidInputError, match="allowed: imposed_at_start"):
        fit.survival([1.0])
    with pytest.raises(InvalidInputError, match=r"times\[0\]"):
        fit.survival([-1.0], {"imposed_at_start": 1.0})
    with pytest.raises(InvalidInputError, match="days must be positive"):
        fit.hazard([0.0], {"imposed_at_start": 1.0})


def test_a_fit_that_has_no_maximum_raises():
    # x separates the disputes that ended from those that did not.
    low = np.r_[np.full(10, 5.0), np.full(10, 500.0)]
    disputes = Disputes.from_intervals(
        low,
        np.r_[low[:10], np.full(10, np.inf)],
        covariates={"x": np.r_[np.ones(10), np.zeros(10)]},
    )
    with pytest.raises(ConvergenceError, match="log-likelihood") as caught:
        ng.fit_concessions(disputes, covariates=["x"])
    assert not caught.value.partial.converged
    partial = ng.fit_concessions(disputes, covariates=["x"], raise_on_failure=False)
    assert not partial.converged
