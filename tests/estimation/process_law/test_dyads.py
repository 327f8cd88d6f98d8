"""Disputes of one dyad that share a part of their resolve: likelihood, history, recovery."""

import numpy as np
import pytest
from scipy import stats
from scipy.interpolate import CubicSpline

import negotiation as ng
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.process_law.law import process_law
from negotiation.estimation.process_law.likelihood import ProcessLikelihood
from negotiation.estimation.process_law.terms import FixedTerms
from tests.estimation.process_law.simulated import simulated

TERMS = FixedTerms()
#: Log rate, difference, log s, log tau / s, logit of the share.
PARAMETERS = np.array([0.3, 0.2, np.log(0.5), 0.4, 0.6])


def pair(dyads=("a", "a")):
    """Two disputes, one slow and one open."""
    return Disputes.from_intervals(
        [300.0, 500.0], [301.0, np.inf], ids=["x", "y"], dyads=list(dyads),
        ending=["target", ""],
    )  # fmt: skip


def of(disputes, history=None, dyads=True):
    law = process_law(disputes, (), "refuse", TERMS, None, dyads)
    return ProcessLikelihood.of(law, disputes, None, history)


def with_share(share):
    at = PARAMETERS.copy()
    at[-1] = np.log(share / (1.0 - share))
    return at


def test_two_disputes_against_the_plane_of_their_resolves():
    given = of(pair())
    share = given.law.at(PARAMETERS).dyad_share
    assert share == pytest.approx(1.0 / (1.0 + np.exp(-0.6)))
    u, weights = given.quadrature
    chances = given._own_chances(PARAMETERS, given._kinds)
    # Their resolves are normal with this correlation: the product over the plane.
    plane = stats.multivariate_normal([0.0, 0.0], [[1.0, share], [share, 1.0]])
    grid = np.linspace(-6.0, 6.0, 301)
    first, second = (np.exp(CubicSpline(u, np.log(row))(grid)) for row in chances)
    density = plane.pdf(np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1))
    step = grid[1] - grid[0]
    total = step**2 * first @ density @ second
    assert given.who_and_when(PARAMETERS).sum() == pytest.approx(np.log(total), abs=2e-3)
    assert weights.sum() == pytest.approx(1.0)


def test_without_a_common_part_or_a_common_dyad_they_are_independent():
    alone = of(pair(), dyads=False).who_and_when(PARAMETERS[:-1])
    assert of(pair()).who_and_when(with_share(1e-9)) == pytest.approx(alone, abs=1e-6)
    apart = of(pair(("a", "b")))
    assert apart.who_and_when(PARAMETERS) == pytest.approx(alone, abs=1e-4)


def test_each_is_told_given_those_before_it():
    # The first stands alone; the second is told by the first, as by a history.
    both = of(pair()).who_and_when(PARAMETERS)
    first, second = pair().take([0]), pair().take([1])
    assert both[0] == pytest.approx(of(first).who_and_when(PARAMETERS)[0], abs=1e-9)
    later = of(second, history=first)
    assert both[1] == pytest.approx(later.by_dispute(PARAMETERS)[0], abs=1e-9)
    # A dispute tells nothing of itself, another dyad's nothing of this one.
    own = of(second, history=second)
    alone = of(second, dyads=False).by_dispute(PARAMETERS[:-1])
    assert own.by_dispute(PARAMETERS) == pytest.approx(alone, abs=1e-4)
    other = of(second, history=pair(("b", "c")).take([0]))
    assert other.by_dispute(PARAMETERS) == pytest.approx(alone, abs=1e-4)


def test_a_slow_history_makes_the_next_dispute_slower():
    slow = Disputes.from_intervals(
        [900.0, 1200.0], [901.0, 1201.0], dyads=["a", "a"], ending=["target", "sender"]
    )
    fast = Disputes.from_intervals([3.0, 5.0], [4.0, 6.0], dyads=["a", "a"],
                                   ending=["target", "sender"])  # fmt: skip
    new = Disputes.from_intervals([1.0], [np.inf], ids=["new"], dyads=["a"])
    days = np.array([[100.0, 400.0]])
    after_slow, alone, after_fast = (
        of(new, history=history).log_survival(days, PARAMETERS)[0] for history in (slow, None, fast)
    )
    assert (after_slow > alone).all()
    assert (alone > after_fast).all()
    draws = np.array(
        [of(slow).draw_resolve(PARAMETERS, np.random.default_rng(k)) for k in range(400)]
    )
    given = of(new, history=slow)
    u, mean = given.quadrature[0], given.node_weights(PARAMETERS)[0]
    assert draws.mean() == pytest.approx(mean @ u, abs=4.0 * draws.std() / 20.0)


def grouped(rng, share, dyads=60, size=5, spread=4.0):
    """Disputes of dyads alike in that part of their resolve, which differs much between them."""
    common = np.repeat(rng.standard_normal(dyads), size)
    u = np.sqrt(share) * common + np.sqrt(1.0 - share) * rng.standard_normal(dyads * size)
    at = [0.3, 0.0, np.log(0.5), np.log(spread)]
    return simulated(rng, dyads * size, at, resolve=u, dyads=np.repeat(np.arange(dyads), size))


def test_the_share_is_found_where_there_is_one():
    rng = np.random.default_rng(5)
    found = {}
    for share in (0.2, 0.9):
        disputes = grouped(rng, share)
        fit = ng.fit_concessions(
            disputes, "process", dyads=True, draws=200, rng=1, raise_on_failure=False
        )
        assert fit.names[-1] == "logit dyad share"
        low, high = fit.posterior.quantiles([0.02, 0.98])[:, -1]
        assert low < np.log(share / (1.0 - share)) < high
        found[share] = fit.resolve.dyad_share
    assert found[0.2] < 0.5
    assert found[0.9] > 0.6


def gained(spread):
    """Log score of the fifth dispute of each dyad, with its history less without, and its error."""
    disputes = grouped(np.random.default_rng(6), 0.9, spread=spread)
    last = np.arange(len(disputes)) % 5 == 4
    told = [
        ng.fit_concessions(
            disputes.take(~last), "process", dyads=dyads, draws=0, raise_on_failure=False
        ).log_likelihood_of(disputes.take(last))
        for dyads in (True, False)
    ]
    gap = told[0] - told[1]
    return gap.mean(), gap.std() / np.sqrt(len(gap))


def test_history_helps_to_forecast_where_resolve_differs_much():
    gain, error = gained(4.0)
    assert gain > 2.0 * error
    # At the spread that the embedded disputes show, chance hides what a dyad is like.
    little, _ = gained(0.84)
    assert abs(little) < 0.25 * gain
