"""Laws: survival and density against scipy, quadrature, and each other's limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from negotiation.errors import InvalidInputError
from negotiation.estimation.laws import LAWS, law_named
from tests.estimation.second_methods import distribution, frailty_survival

DAYS = np.array([0.01, 0.5, 3.0, 40.0, 900.0])


@pytest.mark.parametrize("model", ["exponential", "weibull", "log_normal", "log_logistic", "lomax"])
@given(shape=st.floats(0.3, 3.0), rate=st.floats(1e-3, 1.0))
@settings(max_examples=25, deadline=None)
def test_against_scipy(model, shape, rate):
    law, other = law_named(model), distribution(model, rate, shape)
    tau = rate * DAYS
    survival = law.log_survival(tau, np.log(shape))
    density = law.log_density(tau, np.log(shape)) + np.log(rate)
    keep = other.sf(DAYS) > 1e-250
    assert survival[keep] == pytest.approx(other.logsf(DAYS)[keep], rel=1e-7, abs=1e-12)
    assert density[keep] == pytest.approx(other.logpdf(DAYS)[keep], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("sigma", [0.1, 0.7, 1.5, 2.5])
def test_frailty_against_quadrature(sigma):
    law = law_named("log_normal_frailty")
    for day in (0.1, 1.0, 10.0, 80.0):
        exact = frailty_survival(day, 0.1, sigma)
        mine = np.exp(law.log_survival(np.array([0.1 * day]), np.log(sigma)))[0]
        assert mine == pytest.approx(exact, rel=2e-3 if sigma > 2 else 1e-6)


@pytest.mark.parametrize("model", list(LAWS))
def test_density_is_the_fall_of_survival(model):
    law = law_named(model)
    for shape in (-0.8, 0.4):
        for tau in (0.2, 1.3, 4.0):
            step = 1e-5 * tau
            near = np.array([tau - step, tau + step])
            fall = -np.diff(np.exp(law.log_survival(near, shape)))[0] / (2 * step)
            density = np.exp(law.log_density(np.array([tau]), shape))[0]
            assert density == pytest.approx(fall, rel=1e-6)
            hazard = law.hazard(np.array([tau]), shape)[0]
            survival = np.exp(law.log_survival(np.array([tau]), shape))[0]
            assert hazard * survival == pytest.approx(density, rel=1e-12)


@pytest.mark.parametrize("model", ["lomax", "log_normal_frailty", "cure"])
def test_at_its_bound_a_mixture_is_exponential(model):
    law = law_named(model)
    tau = np.array([0.1, 1.0, 3.0])
    assert law.log_survival(tau, law.bounds[0]) == pytest.approx(-tau, rel=5e-3)


def test_complex_numbers_give_derivatives():
    tau = np.array([0.3, 1.0, 7.0])
    for law in LAWS.values():
        for function in (law.log_survival, law.log_density):
            exact = np.imag(function(tau, 0.4 + 1e-20j)) / 1e-20
            step = (function(tau, 0.4 + 1e-6) - function(tau, 0.4 - 1e-6)) / 2e-6
            assert exact == pytest.approx(step, rel=1e-6, abs=1e-8)
            clock = np.imag(function(tau + 1e-20j, 0.4)) / 1e-20
            step = (function(tau + 1e-6, 0.4) - function(tau - 1e-6, 0.4)) / 2e-6
            assert clock == pytest.approx(step, rel=1e-6, abs=1e-8)


def test_densities_integrate_to_what_ends():
    for law in LAWS.values():
        total = integrate.quad(
            lambda u, law=law: np.exp(u + law.log_density(np.array([np.exp(u)]), 0.2)[0]),
            -40,
            12,
            limit=400,
        )[0]
        left = float(np.exp(law.log_survival(np.array([np.exp(12.0)]), 0.2))[0])
        assert total + left == pytest.approx(1.0, abs=1e-6)


def test_an_unknown_law_is_refused_with_the_names():
    with pytest.raises(InvalidInputError, match=r"seen 'weibul'.*log_normal_frailty.*weibull\?"):
        law_named("weibul")
    with pytest.raises(InvalidInputError, match="exponential, weibull"):
        law_named("process")
