"""The process's law: the process's own hazards, probabilities that add up, signs, recovery."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate

import negotiation as ng
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.process_law.law import process_law, ways_of_ending
from negotiation.estimation.process_law.likelihood import ProcessLikelihood
from negotiation.estimation.process_law.payoffs import DisputePayoffs
from negotiation.estimation.process_law.terms import FixedTerms, concession_node
from tests.estimation.process_law.simulated import coverage, simulated
from tests.estimation.test_ties import who_concedes

YEAR = 365.25
TERMS = FixedTerms()


def likelihood(disputes, payoffs=None, covariates=(), nodes=100):
    law = process_law(disputes, covariates, "refuse", TERMS, payoffs)
    given = ProcessLikelihood.of(law, disputes, payoffs)
    return ProcessLikelihood(law, given.disputes, given.payoffs, nodes)


def mixed():
    """A few disputes of every kind: dated or not, open, known by day or within months."""
    return Disputes.from_intervals(
        [40.0, 9.5, 100.0, 30.0, 55.5, 200.0],
        [40.0, 10.5, np.inf, 90.0, 56.5, 300.0],
        deadline=[np.nan, np.nan, 120.0, 60.0, 56.0, 90.0],
        ending=["sender", "target", "", "target", "other", "other"],
        covariates={"x": [0.0, 1.0, 0.5, 0.0, 1.0, 0.0]},
    )


PARAMETERS = np.array([-0.4, 0.5, np.log(0.5), 0.1, 0.8])


@pytest.mark.parametrize("seed", range(6))
def test_rates_are_those_of_the_solved_process(seed):
    rng = np.random.default_rng(seed)
    disputes = mixed()
    flows = -np.exp(rng.normal(0.0, 0.5, (6, 2)))
    rows = {
        name: np.array([flows[k], *rng.uniform(0.0, 0.4, (2, 2))])
        for k, name in enumerate(disputes.ids)
    }
    given = likelihood(disputes, DisputePayoffs(rows, 1.0, "percent"), {"sender": ["x"]})
    at = given.law.prior[:, 0] + 0.7 * given.law.prior[:, 1] * rng.standard_normal(
        len(given.law.names)
    )
    rates = given.rates(at)
    u, _ = given.quadrature
    for k in (0, 1, 3, 5):
        for node in (10, 19, 26):
            solution = ng.solve_process(given.node(at, k, float(u[node])))
            dated = len(solution.process.nodes) == 4
            own = solution.final_hazards[2:4] if dated else solution.action_hazards[0]
            mine = rates.hazards[rates.row[k], node]
            assert mine == pytest.approx(own, rel=1e-9, abs=1e-12)
            if dated:
                due = (disputes.deadline[k] + 0.5) / YEAR
                for step in (1, 20, 45):
                    now = solution.hazards_in(0, due - rates.ahead[step])[:2]
                    run = rates.run[rates.row[k], node, step, 4:6]
                    assert run == pytest.approx(now, rel=2e-5, abs=1e-9)


def test_chances_against_quadrature_of_the_solved_process():
    disputes = Disputes.from_intervals(
        [20.0, 45.0], [35.0, 70.0], deadline=[np.nan, 60.0], ending=["target", "target"]
    )
    given = likelihood(disputes)
    parameters = np.array([-0.4, 0.5, np.log(0.5), -0.5, 0.8])

    def chance(dispute, u):
        solution = ng.solve_process(given.node(parameters, dispute, u))
        low, high = disputes.low[dispute] / YEAR, disputes.high[dispute] / YEAR
        late = solution.final_hazards[-2:]
        if dispute == 0:
            total = late.sum()
            return late[1] / total * (np.exp(-total * low) - np.exp(-total * high))
        due = 60.5 / YEAR
        grid = np.linspace(0.0, due, 4001)
        rates = np.array([solution.hazards_in(0, float(t))[:2] for t in grid])
        lasts = np.exp(-integrate.cumulative_simpson(rates.sum(axis=1), x=grid, initial=0.0))
        inside = grid >= low
        before = integrate.simpson((rates[:, 1] * lasts)[inside], x=grid[inside])
        total = late.sum()
        return before + lasts[-1] * late[1] / total * -np.expm1(-total * (high - due))

    u, weights = np.polynomial.hermite_e.hermegauss(15)
    weights = weights / weights.sum()
    mine = np.exp(given.who_and_when(parameters))
    for dispute, tolerance in ((0, 2e-4), (1, 2e-3)):
        expected = sum(w * chance(dispute, float(x)) for x, w in zip(u, weights, strict=True))
        assert mine[dispute] == pytest.approx(expected, rel=tolerance)


@pytest.mark.kernel
def test_chances_of_all_ways_add_up():
    edges = [0.0, 3.0, 30.0, 59.5, 60.5, 61.0, 90.0, 500.0]
    pieces = list(pairwise(edges))
    for deadline in (np.nan, 60.0, 700.0):
        total = 0.0
        for who in ("sender", "target", "other"):
            for nobody in (False, True) if who == "other" else (False,):
                disputes = Disputes.from_intervals(
                    *zip(*pieces, strict=True),
                    deadline=[deadline] * len(pieces),
                    ending=[who] * len(pieces),
                )
                if nobody:
                    object.__setattr__(disputes, "outcome", ("court",) * len(pieces))
                given = likelihood(disputes)
                law = process_law(mixed_with_court(), (), "refuse", TERMS, None)
                given = ProcessLikelihood(law, disputes, given.payoffs)
                at = np.array([-0.4, 0.5, np.log(0.5), 0.1, np.log(0.3), 0.8])
                chances = np.exp(given.who_and_when(at))
                # "other" without a court is one of the two: counted by them already.
                total += chances.sum() if who != "other" or nobody else 0.0
        survival = np.exp(given.log_survival(np.full((len(pieces), 1), 500.0), at))[0, 0]
        assert total + survival == pytest.approx(1.0, abs=1e-9)


def mixed_with_court():
    disputes = mixed()
    object.__setattr__(disputes, "outcome", ("ended",) * 5 + ("court",))
    return disputes


@pytest.mark.kernel
def test_density_is_the_slope_of_survival():
    disputes = mixed()
    given = likelihood(disputes)
    days = np.array([5.0, 40.0, 130.0, 600.0])
    grid = np.tile(days, (6, 1))
    step = 1e-3
    up, down = (np.exp(given.log_survival(grid + e, PARAMETERS)) for e in (step, -step))
    density = np.exp(given.log_density(grid, PARAMETERS))
    assert density == pytest.approx((down - up) / (2 * step), rel=1e-4)


def test_quadrature_is_fine_enough():
    disputes = ng.load_disputes()
    usual, many = likelihood(disputes), likelihood(disputes, nodes=190)
    at = usual.law.prior[:, 0].copy()
    # Up to a resolve that differs between disputes by four scales of the shocks.
    for spread, tolerance in ((1.0, 1e-4), (2.0, 1e-3), (4.0, 1e-2)):
        at[3] = np.log(spread)
        assert usual.who_and_when(at).sum() == pytest.approx(
            many.who_and_when(at).sum(), abs=tolerance
        )


def test_units_of_payoffs_do_not_matter():
    disputes = mixed()
    rows = {name: np.array([[-1.0, -0.6], [0.2, 0.3], [0.25, 0.1]]) for name in disputes.ids}
    one = likelihood(disputes, DisputePayoffs(rows, 1.0, "percent"))
    large = {name: 50.0 * row for name, row in rows.items()}
    two = likelihood(disputes, DisputePayoffs(large, 50.0, "dollars"))
    moved = PARAMETERS + np.log(50.0) * np.array([0, 0, 1, 0, 0])
    assert two.who_and_when(moved) == pytest.approx(one.who_and_when(PARAMETERS), abs=1e-9)


def test_a_sides_own_cost_speeds_it_and_slows_its_rival():
    at = np.array([-0.5, 0.0, np.log(0.8), 0.0])

    def rates(flows):
        disputes = Disputes.from_intervals([1.0], [2.0], ending=["sender"])
        rows = {"0": np.array([flows, [0.25, 0.25], [0.25, 0.25]])}
        return likelihood(disputes, DisputePayoffs(rows, 1.0, "cost")).rates(at).hazards[0]

    base, dearer = rates([-1.0, -1.0]), rates([-1.2, -1.0])
    assert (dearer[:, 0] > base[:, 0]).all()
    # A rival waits for it where its concession is worth more than what is left of waiting.
    middle = slice(12, 28)
    assert (dearer[middle, 1] <= base[middle, 1] + 1e-12).all()


COSTS = {
    "sender cost": ["sender_cost"],
    "target cost": ["target_cost"],
    "sender": ["committed"],
}


def own_costs(lost, covariates):
    """Estimates and clustered errors by name on the sample of threats and sanctions."""
    cases, _ = who_concedes(lost)
    fit = ng.fit_concessions(
        cases, "process", covariates=covariates, draws=0, raise_on_failure=False
    )
    errors = np.sqrt(np.diag(fit.clustered_covariance))
    return dict(zip(fit.names, zip(fit.coefficients, errors, strict=True), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["drop", 1826])
def test_own_costs_speed_a_side_on_the_sample_of_threats_and_sanctions(lost):
    found = own_costs(lost, {**COSTS, "both": ["specific", "usa", "institution"]})
    for side in ("sender", "target"):
        estimate, error = found[f"{side} cost: {side}_cost"]
        assert estimate > 1.5 * error
    # Who is committed gives in later.
    estimate, error = found["sender: committed"]
    assert estimate > 2.0 * error


def test_intervals_cover_a_truth_drawn_from_the_prior_in_a_few_runs():
    inside, _, _, _ = coverage(np.random.default_rng(3), 60, 12, draws=300)
    # Three standard errors of a share of .9 in 12 runs.
    assert (inside > 0.9 - 0.26).all()


@pytest.mark.slow
@pytest.mark.parametrize(("n", "runs"), [(60, 200), (200, 100), (800, 40)])
def test_intervals_cover_a_truth_drawn_from_the_prior(n, runs):
    inside, correlation, deviation, heavy = coverage(np.random.default_rng(n), n, runs)
    # Between .86 and .94, and two standard errors of a share in so few runs.
    assert (np.abs(inside - 0.9) < 0.04 + 2.0 * (0.09 / runs) ** 0.5).all()
    # The audience cost and the scale of the shocks are told together, not apart.
    assert correlation > 0.3
    assert deviation > 0.2
    assert heavy < 0.4


@pytest.mark.parametrize("year", ["1995", "2024"])
def test_draws_of_a_fit_to_what_was_known_can_be_trusted(year):
    # With equal costs two equilibria meet: the posterior of 2024 has a wall there.
    known = ng.load_disputes(as_of=f"{year}-06-01")
    fit = ng.fit_concessions(known, "process", draws=200, rng=20250502)
    assert fit.converged
    assert fit.posterior.pareto_k < 0.6
    assert fit.posterior.effective > 75


def test_the_embedded_disputes():
    disputes = ng.load_disputes()
    counts = []
    fit = ng.fit_concessions(disputes, "process", draws=400, rng=1, progress=counts.append)
    assert counts == list(range(1, len(counts) + 1))
    assert fit.converged
    assert fit.posterior.pareto_k < 0.7
    assert fit.names[-2:] == ("log outside rate", "log deadline loss / s")
    assert fit.log_likelihood_of(disputes).sum() > fit.log_likelihood
    # A deadline speeds the end: a fourth or more of those still open a week before it.
    due = Disputes.from_intervals([1.0], [np.inf], deadline=[90.0])
    before, after = fit.survival_of(due, [[83.5, 90.5]])[0]
    assert 0.25 < 1.0 - after / before < 0.8
    resolve = fit.resolve
    assert resolve.unit == "yearly cost of a dispute"
    assert resolve.shock_scale == pytest.approx(np.exp(fit.coefficients[2]))
    assert np.isnan([fit.scale, fit.shape]).all()
    assert fit.draws(50, rng=1).shape == (50, 6)
    assert fit.hazard([30.0])[0] > 0.0
    assert "log tau / s" in fit._repr_html_()
    with pytest.raises(InvalidInputError, match="allowed: process"):
        _ = ng.fit_concessions(disputes, "weibull").resolve


def test_a_start_near_the_mode_saves_evaluations():
    disputes = simulated(np.random.default_rng(1), 60, [0.0, 0.3, -0.7, 0.0])
    found, counts = [], []
    start = {}
    for _ in range(2):
        done = []
        fit = ng.fit_concessions(disputes, "process", draws=0, start=start, progress=done.append)
        start = dict(zip(fit.names, fit.coefficients, strict=True)) | {"of another law": 1.0}
        found.append(fit.coefficients)
        counts.append(len(done))
    assert found[1] == pytest.approx(found[0], abs=1e-3)
    assert counts[1] < 0.7 * counts[0]


def test_ways_of_ending():
    assert ways_of_ending(mixed_with_court()) == [0, 1, -1, 1, 2, 3]


def test_missing_numbers_and_unknown_payoffs_are_marked():
    disputes = mixed().with_covariates(x=[np.nan, 1.0, 0.5, 0.0, 1.0, 0.0])
    with pytest.raises(InvalidInputError, match="covariates, x: missing numbers"):
        likelihood(disputes, covariates=["x"]).who_and_when(np.append(PARAMETERS, 0.0))
    law = process_law(disputes, ["x"], "indicator", TERMS, None)
    assert law.names[-2:] == ("x", "x missing")
    assert law.covariates == ("x",)
    rows = {"1": np.array([[-1.0, -0.6], [0.2, 0.3], [0.25, 0.1]])}
    payoffs = DisputePayoffs(rows, 0.7, "percent")
    given = likelihood(disputes, payoffs)
    assert given.law.names[-1] == "no economy"
    assert given.disputes.covariates["no economy"].tolist() == [1, 0, 1, 1, 1, 1]
    assert given.payoffs.flows[0] == pytest.approx([-0.7, -0.7])


def test_bad_input():
    disputes = mixed()
    cases = [
        ({"covariates": ["gdp"]}, "covariates: unknown choice; seen 'gdp'"),
        ({"covariates": {"rival": ["x"]}}, "covariates: unknown choice; seen 'rival'"),
        ({"missing": "drop"}, "missing: unknown choice"),
        ({"deadline_windows": [7]}, "deadline_windows: the process's law has none"),
        ({"cuts": [7]}, "cuts: the process's law has none"),
        ({"ending": "sender"}, "ending: unknown choice"),
    ]
    for arguments, message in cases:
        with pytest.raises(InvalidInputError, match=message):
            ng.fit_concessions(disputes, "process", **arguments)
    with pytest.raises(InvalidInputError, match="no dispute has ended"):
        ng.fit_concessions(Disputes.from_intervals([1.0], [np.inf]), "process")
    with pytest.raises(InvalidInputError, match="density has no value at 0 days"):
        ng.fit_concessions(Disputes.from_intervals([0.0, 2.0], [0.0, 2.0]), "process")
    with pytest.raises(InvalidInputError, match="covariates: a descriptive law has one clock"):
        ng.fit_concessions(disputes, "weibull", covariates={"both": ["x"]})
    for name in ("window_rate", "life"):
        with pytest.raises(InvalidInputError, match=name):
            FixedTerms(**{name: 0.0})
    with pytest.raises(InvalidInputError, match="flows"):
        concession_node([-1.0], [0, 0], [0, 0], [0, 0], 1.0)


def test_draws_that_cannot_be_trusted_are_refused(monkeypatch):
    monkeypatch.setattr("negotiation.estimation.process_law.fit._LARGEST_K", -10.0)
    disputes = simulated(np.random.default_rng(1), 40, [0.0, 0.3, -0.7, 0.0])
    with pytest.raises(ConvergenceError, match="Pareto k") as caught:
        ng.fit_concessions(disputes, "process", draws=100)
    assert caught.value.partial.posterior is not None


@pytest.mark.slow
def test_scores_out_of_sample_on_the_embedded_disputes():
    disputes = ng.load_disputes()
    laws = ("process", "exponential", "weibull", "lomax", "kaplan_meier")
    test = ng.backtest_disputes(disputes, laws, process={"raise_on_failure": False})
    for law in laws[1:4]:
        gap, error = test.paired("process", law)
        assert gap > 2.0 * error
    assert test.paired("process", "kaplan_meier", score="crps")[0] < 0.0
    # Told nothing of deadlines, it is as good as the best of them, and no better.
    undated = replace(disputes, deadline=np.full(len(disputes), np.nan))
    test = ng.backtest_disputes(undated, laws[:4], process={"raise_on_failure": False})
    assert test.paired("process", "exponential")[0] > 0.0
    gap, error = test.paired("process", "lomax")
    assert abs(gap) < 2.0 * error


def test_a_backtest_gives_the_process_its_own_settings():
    disputes = simulated(np.random.default_rng(2), 30, [0.0, 0.3, -0.4, 0.0])
    test = ng.backtest_disputes(
        disputes, ("process", "exponential"), folds=2, process={"raise_on_failure": False}
    )
    assert test.n_fits == 2
    assert np.isfinite(test.paired("process", "exponential")).all()
    with pytest.raises(InvalidInputError, match="folds"):
        ng.backtest_disputes(disputes, ("exponential",), folds=1)
