"""Posteriors that are known: normal, gamma, Student; tails that are not covered."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import digamma, gammaln, polygamma

from negotiation.errors import ConvergenceError, InvalidInputError, NonFiniteError
from negotiation.estimation.posterior import laplace_posterior, pareto_smooth


def log_gamma(x):
    return 3.0 * x[0] - float(np.exp(x[0]))


def test_a_normal_posterior_is_exact():
    spread = np.array([[4.0, 1.2], [1.2, 1.0]])
    law = stats.multivariate_normal([10.0, -3.0], spread)
    posterior = laplace_posterior(lambda x: float(law.logpdf(x)) + 7.0, [0.0, 0.0], rng=1)
    assert posterior.mode == pytest.approx([10.0, -3.0], abs=1e-5)
    assert posterior.covariance == pytest.approx(spread, rel=1e-6)
    assert posterior.log_evidence == pytest.approx(7.0, abs=0.02)
    assert posterior.pareto_k < 0.3
    assert posterior.mean == pytest.approx([10.0, -3.0], abs=0.1)
    low, high = posterior.quantiles([0.05, 0.95])
    assert low == pytest.approx([10 - 3.29, -3 - 1.645], abs=0.15)
    assert high == pytest.approx([10 + 3.29, -3 + 1.645], abs=0.15)


def test_the_log_of_a_gamma():
    posterior = laplace_posterior(log_gamma, [0.0], names=["log rate"], n=20_000, rng=2)
    assert posterior.mode[0] == pytest.approx(np.log(3.0), abs=1e-5)
    assert posterior.mean[0] == pytest.approx(digamma(3), abs=0.015)
    assert posterior.standard_deviation[0] == pytest.approx(np.sqrt(polygamma(1, 3)), abs=0.015)
    assert posterior.log_evidence == pytest.approx(gammaln(3), abs=0.02)
    exact = np.log(stats.gamma.ppf([0.05, 0.5, 0.95], 3))
    assert posterior.quantiles([0.05, 0.5, 0.95])[:, 0] == pytest.approx(exact, abs=0.04)
    draws = posterior.resample(20_000, rng=3)
    assert draws.mean() == pytest.approx(posterior.mean[0], abs=0.01)
    assert posterior.to_frame()["parameter"].tolist() == ["log rate"]
    assert "log rate" in posterior._repr_html_()
    assert "Pareto k" in repr(posterior)
    assert 15_000 < posterior.effective <= 20_000


def test_scale_does_not_matter():
    one = laplace_posterior(log_gamma, [0.0], rng=4)
    small = laplace_posterior(lambda x: log_gamma(x * 1e3), [0.0], rng=4)
    assert small.mean * 1e3 == pytest.approx(one.mean, abs=1e-4)
    assert small.pareto_k == pytest.approx(one.pareto_k, abs=0.01)


def test_a_bent_posterior_takes_further_rounds():
    # The second is normal about half the square of the first: no normal law is near to both.
    def bent(x):
        return -0.5 * (x[0] / 2.0) ** 2 - 0.5 * ((x[1] - 0.5 * x[0] ** 2) / 0.5) ** 2

    posterior = laplace_posterior(bent, [0.1, 0.1], n=2000, rng=6, rounds=8)
    once = laplace_posterior(bent, [0.1, 0.1], n=16_000, rng=6, raise_on_failure=False)
    assert posterior.effective > 4.0 * once.effective
    assert posterior.pareto_k < 0.6
    assert posterior.log_evidence == pytest.approx(np.log(2.0 * np.pi), abs=0.1)
    low, high = posterior.quantiles([0.05, 0.95])
    assert (low[0], high[0]) == (pytest.approx(-3.29, abs=0.3), pytest.approx(3.29, abs=0.3))
    # Half the square of the first is twice a chi-squared variable of one degree.
    assert high[1] == pytest.approx(2.0 * stats.chi2.ppf(0.95, 1), rel=0.1)


def test_a_wall_beside_the_mode_hides_nothing():
    def wall(x):
        # An exponential law to the left of 0, next to nothing to the right, a normal one across.
        beside = x[0] / 0.03 if x[0] < 0.0 else -40.0 - x[0] / 1e-3
        return beside - 0.5 * x[1] ** 2

    found = laplace_posterior(wall, [-0.5, 0.3], rng=1, least=np.array([4.0, 1.0]))
    assert np.sqrt(found.covariance[0, 0]) < 1e-4
    assert found.pareto_k < 0.5
    assert found.mean == pytest.approx([-0.03, 0.0], abs=0.05)
    assert found.mean[0] == pytest.approx(-0.03, rel=0.05)
    assert found.log_evidence == pytest.approx(np.log(0.03 * np.sqrt(2.0 * np.pi)), abs=0.05)


def test_a_tail_that_the_proposal_misses_is_noticed():
    # Cauchy over Student with 5 degrees: weights grow like x^4 and k tends to 4/5.
    posterior = laplace_posterior(
        lambda x: float(stats.cauchy.logpdf(x[0])), [0.3], n=10_000, rng=5, raise_on_failure=False
    )
    assert posterior.pareto_k == pytest.approx(0.8, abs=0.2)
    with pytest.raises(ConvergenceError, match="Pareto k") as caught:
        laplace_posterior(lambda x: float(stats.cauchy.logpdf(x[0])), [0.3], rng=5, max_k=0.6)
    assert caught.value.partial.pareto_k > 0.6


@pytest.mark.parametrize("k", [0.2, 0.5, 0.9])
def test_shape_of_pareto_tails(k):
    rng = np.random.default_rng(6)
    found = [pareto_smooth(k * rng.exponential(size=20_000))[1] for _ in range(20)]
    assert np.mean(found) == pytest.approx(k, abs=0.06)


def test_smoothing_keeps_order_and_never_exceeds_the_largest():
    rng = np.random.default_rng(7)
    ratios = rng.standard_t(3, 5000)
    weights, _ = pareto_smooth(ratios)
    assert weights.sum() == pytest.approx(1.0)
    assert (np.diff(weights[np.argsort(ratios)]) >= -1e-18).all()


def test_bad_input():
    with pytest.raises(InvalidInputError, match="log_ratios"):
        pareto_smooth([0.0, np.nan] * 20)
    with pytest.raises(NonFiniteError, match="importance weights"):
        pareto_smooth(np.full(50, -np.inf))
    with pytest.raises(NonFiniteError, match="at the start"):
        laplace_posterior(lambda x: -np.inf, [0.0])
    with pytest.raises(ConvergenceError, match="no mode"):
        laplace_posterior(lambda x: -(x[0] ** 2), [0.0, 1.0])
    with pytest.raises(InvalidInputError, match="names: wrong length"):
        laplace_posterior(log_gamma, [0.0], names=["a", "b"])
    with pytest.raises(NonFiniteError, match="at a draw"):
        laplace_posterior(lambda x: log_gamma(x) if x[0] < 2 else float("nan"), [0.0], rng=1)
