"""E[exp(-rate T); deal]: against the closed form, simulated paths, and the chance of a deal."""

import numpy as np
import pytest

import negotiation as ng
from negotiation.process.stage import DAYS_IN
from negotiation.process.tough_types.dates.dated_outcomes import discounted_deal
from negotiation.process.tough_types.dates.eventual_deals import transform
from tests.process.tough_types.processes import fight

FLOWS = [[-0.05, -0.08], [-0.06, -0.05], [-0.04, -0.07]]
TERMS = [[[0.3, 0.6], [0.7, 0.4]], [[0.2, 0.5], [0.6, 0.3]], [[0.25, 0.55], [0.7, 0.35]]]


def solved(**changed):
    given = {
        "flows": FLOWS,
        "terms": TERMS,
        "discount_rates": [0.05, 0.04],
        "stubbornness": [[0.1, 0.1], [0.2, 0.05], [0.05, 0.15]],
        "breakdown_hazard": 0.03,
        "breakdown": [-0.5, -0.4],
    }
    return ng.solve_process(fight(3, **{**given, **changed}))


CLOSED = {
    "constant hazards": {},
    "deadlines": {"deadlines": [2.0, None, 4.0]},
    "growing costs": {"audience_growth": [[0.01, 0.02], [0.0, 0.0], [0.02, 0.0]]},
    "no breakdown": {"breakdown_hazard": 0.0},
    "priors of zero": {"stubbornness": [[0.1, 0.1], [0.0, 0.0], [0.05, 0.15]]},
}


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("rate", [0.01, 0.2, 3.0])
def test_the_chain_agrees_with_the_closed_form(name, rate):
    solution = solved(**CLOSED[name])
    exact = transform(solution.arrays, solution.branch_solution, rate)
    assert discounted_deal(solution, rate) == pytest.approx(exact, abs=1e-6)
    assert solution.discounted_deal(rate) == exact


SIMULATED = {
    "relapse": {"relapse_to": [0, 0, 1], "relapse_lump": [-0.05, -0.05]},
    "relapse at deadlines": {"relapse_to": [0, 0, 1], "deadlines": [2.0, None, 4.0]},
}


@pytest.mark.parametrize("name", SIMULATED)
def test_discounted_deals_of_simulated_paths(name):
    solution = solved(**SIMULATED[name])
    horizon = 400.0 * DAYS_IN[solution.process.time_unit]
    paths = ng.simulate_process(
        solution, 100_000, rng=np.random.default_rng(3), horizon_days=horizon
    )
    for rate in (0.03, 0.3):
        draws = np.exp(-rate * paths.deal_time)
        error = draws.std() / np.sqrt(len(draws))
        assert abs(draws.mean() - solution.discounted_deal(rate)) <= 4.0 * error


@pytest.mark.parametrize("name", SIMULATED)
def test_without_discounting_it_is_the_chance_of_a_deal(name):
    solution = solved(**SIMULATED[name])
    assert solution.discounted_deal(0.0) == pytest.approx(solution.deal_probability, abs=1e-9)
    slope = (solution.discounted_deal(0.0) - solution.discounted_deal(1e-6)) / 1e-6
    mean = solution.mean_time_to_deal * solution.deal_probability
    assert slope == pytest.approx(mean, rel=1e-3)
