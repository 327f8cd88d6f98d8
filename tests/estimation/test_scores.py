"""Scores: by hand, proper, calibrated on simulated disputes; out of sample by dyad and by time."""

import numpy as np
import pytest
from scipy import integrate, stats

import negotiation as ng
from negotiation.errors import InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.scores import clustered_mean


class Exponential:
    """A forecast with a given rate."""

    ending = ("any",)

    def __init__(self, rate):
        self.rate = rate

    def survival_of(self, disputes, times):
        days = np.asarray(times, dtype=float)
        return np.exp(-self.rate * np.broadcast_to(days, (len(disputes), days.shape[-1])))

    def log_likelihood_of(self, disputes):
        return np.where(disputes.ended, np.log(self.rate), 0.0) - self.rate * disputes.low


def simulated(n, seed=0, rate=0.01, follow=400.0):
    rng = np.random.default_rng(seed)
    days, seen = rng.exponential(1 / rate, n), rng.uniform(0, follow, n)
    low = np.minimum(days, seen)
    return Disputes.from_intervals(low, np.where(days <= seen, days, np.inf))


def test_by_hand():
    disputes = Disputes.from_intervals([10, 40, 50, 90], [10, 40, np.inf, 90])
    scores = ng.score_forecasts(
        Exponential(0.02), disputes, horizons=[30, 60], crps_horizon=60, bins=[20, 60]
    )
    s = np.exp(-0.02 * np.array([30.0, 60.0]))
    # Followed: one of two left when one leaves at 50, so half after it.
    assert scores.brier_scores[:, 0] == pytest.approx(
        [s[0] ** 2, (1 - s[0]) ** 2, (1 - s[0]) ** 2, (1 - s[0]) ** 2]
    )
    assert scores.brier_scores[:, 1] == pytest.approx(
        [s[1] ** 2, s[1] ** 2, 0.0, 2 * (1 - s[1]) ** 2]
    )
    assert scores.log_score == pytest.approx((3 * np.log(0.02) - 0.02 * 190) / 4)
    u = 1 - np.exp(-0.02 * np.array([10, 40, 50, 90.0]))
    assert scores.pit == pytest.approx(np.stack([u, [u[0], u[1], 1.0, u[3]]], axis=1))
    b = np.exp(-0.02 * np.array([0, 20, 60.0]))
    assert np.exp(scores.binned_log_scores) == pytest.approx([b[0] - b[1], b[1] - b[2], b[1], b[2]])
    grid = np.linspace(0, 60, 400_001)
    curve = np.exp(-0.02 * grid)
    early = integrate.trapezoid(np.where(grid >= 10, curve, 1 - curve) ** 2, grid)
    assert scores.crps_scores[0] == pytest.approx(early, rel=5e-3)
    assert scores.brier[0] == pytest.approx(scores.brier_scores[:, 0].mean())


def test_the_log_score_is_proper():
    disputes = simulated(5_000)
    rates = 0.01 * np.array([0.5, 0.8, 0.95, 1.0, 1.05, 1.25, 2.0])
    scores = [ng.score_forecasts(Exponential(r), disputes) for r in rates]
    for name, sign in (("log", 1), ("crps", -1), ("brier_90", -1), ("brier_365", -1)):
        means = [sign * s.series(name).mean() for s in scores]
        assert np.argmax(means) in (2, 3, 4), name
        assert means[0] < means[1] < means[3] > means[5] > means[6], name


def test_weights_undo_the_censoring():
    whole, cut = simulated(8_000, follow=1e9), simulated(8_000, seed=1)
    full = ng.score_forecasts(Exponential(0.013), whole)
    part = ng.score_forecasts(Exponential(0.013), cut)
    assert part.brier == pytest.approx(full.brier, abs=0.012)


@pytest.mark.parametrize("model", ["weibull", "lomax"])
def test_calibrated_forecasts_have_uniform_transforms(model):
    rng = np.random.default_rng(9)
    days = 80 * rng.weibull(0.7, 4000) if model == "weibull" else 100 * rng.pareto(1.5, 4000)
    seen = rng.uniform(0, 1500, 4000)
    low, high = np.minimum(days, seen), np.where(days <= seen, days, np.inf)
    train = Disputes.from_intervals(low[:2000], high[:2000])
    test = Disputes.from_intervals(low[2000:], high[2000:])
    good = ng.score_forecasts(ng.fit_concessions(train, model), test)
    u = np.linspace(0.02, 0.95, 94)
    distance = np.abs(1 - good.pit_distribution().survival(u) - u).max()
    assert distance < 1.6 / np.sqrt(2000)
    bad = ng.score_forecasts(ng.fit_concessions(train, "exponential"), test)
    assert np.abs(1 - bad.pit_distribution().survival(u) - u).max() > 2 * distance
    table = good.reliability(90.0, groups=2)
    assert (np.abs(table["forecast"] - table["ended"]) < 0.06).all()


def test_reliability_and_tables():
    disputes = ng.load_disputes()
    scores = ng.score_forecasts(ng.fit_concessions(disputes, "weibull"), disputes, bins=[30, 365])
    table = scores.reliability(30.0)
    assert table["disputes"].sum() == 72
    known = table.dropna()
    assert len(known) >= 3
    assert (known["low"] <= known["ended"]).all()
    assert (known["high"] >= known["ended"]).all()
    assert list(scores.to_frame()["score"])[:3] == ["log", "binned_log", "crps"]
    assert "scores of 72 disputes" in scores._repr_html_()
    assert np.isfinite(scores.binned_log_score)
    few = scores.disputes.take([scores.disputes.ids.index("eu_china_ev_2024")] * 2)
    open_ = ng.score_forecasts(Exponential(0.001), few)
    assert open_.reliability(30.0, groups=3)["ended"].tolist() == [0.0, 0.0]


def test_one_ending_is_scored_alone():
    disputes = ng.load_disputes()
    fit = ng.fit_concessions(disputes, ending="target")
    scores = ng.score_forecasts(fit, disputes)
    assert scores.disputes.ended.sum() == fit.n_ended
    assert scores.log_scores.sum() == pytest.approx(fit.log_likelihood)


def test_errors_of_means_by_cluster():
    assert clustered_mean(np.array([1.0, 2.0]), [0, 0])[0] == 1.5
    assert np.isnan(clustered_mean(np.array([1.0, 2.0]), [0, 0])[1])
    values = np.array([1.0, 2.0, 4.0])
    assert clustered_mean(values, [0, 1, 2])[1] == pytest.approx(stats.sem(values))
    twice = clustered_mean(np.repeat(values, 2), [0, 0, 1, 1, 2, 2])
    assert twice == pytest.approx(clustered_mean(values, [0, 1, 2]))


def test_leaving_a_dyad_out_uses_the_others_only():
    disputes = ng.load_disputes()
    test = ng.backtest_disputes(disputes, ("exponential", "kaplan_meier"))
    scores = test.scores["exponential"]
    assert test.n_fits == len(set(disputes.dyads))
    here = np.array([d == "CHN-USA" for d in disputes.dyads])
    fit = ng.fit_concessions(disputes.take(~here))
    mine = fit.log_likelihood_of(disputes.take(here))
    there = np.array([d == "CHN-USA" for d in scores.disputes.dyads])
    assert scores.log_scores[there] == pytest.approx(mine)
    assert test.paired("exponential", "exponential") == (0.0, 0.0)
    gap, error = test.paired("exponential", "kaplan_meier", score="crps")
    assert gap == pytest.approx(scores.crps - test.scores["kaplan_meier"].crps)
    assert error > 0
    assert np.isnan(test.paired("exponential", "kaplan_meier")[1])
    assert set(test.to_frame()["model"]) == {"exponential", "kaplan_meier"}
    assert r"\toprule" in test.to_latex()
    assert "backtest of 72 disputes by dyad" in test._repr_html_()


def test_forward_in_time_uses_what_was_known():
    disputes = ng.load_disputes()
    test = ng.backtest_disputes(
        disputes, ("weibull",), split="time", dates=["2018-01-01", "2025-01-01"],
        forecasts={"fixed": Exponential(0.005)},
    )  # fmt: skip
    scores = test.scores["weibull"]
    assert min(scores.disputes.start).year == 2018
    fit = ng.fit_concessions(ng.load_disputes(as_of="2018-01-01"), "weibull")
    early = [k for k, day in enumerate(scores.disputes.start) if day.year < 2025]
    mine = fit.log_likelihood_of(scores.disputes.take(early))
    assert scores.log_scores[early] == pytest.approx(mine)
    assert set(test.scores) == {"weibull", "fixed"}


def test_one_ending_out_of_sample():
    test = ng.backtest_disputes(
        ng.load_disputes(), ("exponential", "kaplan_meier"), ending="target", bins=[90, 365]
    )
    assert test.scores["exponential"].disputes.ended.sum() == 27
    assert np.isfinite(test.scores["kaplan_meier"].binned_log_score)


def test_disputes_without_a_covariate_are_not_scored():
    disputes = ng.load_disputes()
    test = ng.backtest_disputes(
        disputes, ("exponential",), covariates=["coverage_usd_bn"], missing="drop"
    )
    known = ~np.isnan(disputes.covariates["coverage_usd_bn"])
    assert len(test.scores["exponential"].disputes) == known.sum()
    with pytest.raises(InvalidInputError, match="covariates: unknown choice"):
        ng.backtest_disputes(disputes, ("exponential",), covariates=["gdp"], missing="drop")


def test_bad_input():
    disputes = ng.load_disputes()
    fit = ng.fit_concessions(disputes)
    with pytest.raises(InvalidInputError, match="not a Disputes"):
        ng.score_forecasts(fit, None)
    with pytest.raises(InvalidInputError, match="bins: must be positive and ascend"):
        ng.score_forecasts(fit, disputes, bins=[30, 7])
    with pytest.raises(InvalidInputError, match="allowed: log, binned_log, crps, brier_30"):
        ng.score_forecasts(fit, disputes).series("rmse")
    with pytest.raises(InvalidInputError, match="no such horizon"):
        ng.score_forecasts(fit, disputes).reliability(31.0)
    for arguments, message in (
        ({"models": ["gauss"]}, r"models\[0\]: unknown choice"),
        ({"split": "side"}, "split: unknown choice"),
        ({"split": "time"}, "dates ascend, and go with a split by time; seen none"),
        ({"dates": ["2020-01-01"]}, "dates ascend"),
        ({"split": "time", "dates": ["2020-01-01", "2018-01-01"]}, "dates ascend"),
        ({"split": "time", "dates": ["2026-12-01"]}, "no dispute begins after the dates"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            ng.backtest_disputes(disputes, **arguments)
    test = ng.backtest_disputes(disputes, ("exponential",))
    with pytest.raises(InvalidInputError, match="against: unknown choice"):
        test.paired("exponential", "weibull")
