"""Agreement of solution and simulation, and the fixed point of relapses."""

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.process.solve import solve_process
from negotiation.process.tough_types.simulation import simulate_process
from tests.process.tough_types.processes import fight, random_process, solved_draws, staged


def test_relapse_values_agree_with_their_fixed_point():
    stages = [
        {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5]},
        {
            "g": [-0.02, -0.02],
            "l": [0.1, 0.05],
            "f": [0.4, 0.25],
            "beta": 0.04,
            "relapse_to": 0,
            "relapse_lump": [-0.3, -0.2],
        },
    ]
    solution = solve_process(staged(stages=stages))
    branches = solution.branch_solution
    assert solution.converged
    assert branches.rounds > 1
    back = branches.values[0, 0] + [-0.3, -0.2]
    assert branches.breakdown_values[1, 0] == pytest.approx(back, abs=1e-9)
    times = solution.deal_by([10, 100, 1000])
    assert np.all(np.diff(times) > 0)
    assert times[-1] <= solution.deal_probability + 1e-6


def test_relapses_are_settled_at_any_scale_of_payoffs():
    def told_in(scale):
        stages = [
            {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5]},
            {"g": [-0.02] * 2, "l": [0.1, 0.05], "f": [0.4, 0.25], "relapse_lump": [-0.3, -0.2]},
        ]
        told = [{key: np.array(value) * scale for key, value in s.items()} for s in stages]
        told[1].update({"beta": 0.04, "relapse_to": 0})
        return solve_process(staged(stages=told))

    plain = told_in(1.0)
    for scale in (1e-9, 1e9):
        scaled = told_in(scale)
        assert scaled.values / scale == pytest.approx(plain.values, rel=1e-9)
        assert scaled.branch_solution.rounds == plain.branch_solution.rounds


def test_solution_and_simulation_agree():
    rng = np.random.default_rng(20250502)
    days, paths = np.array([5.0, 30.0, 100.0, 365.0]), 200_000
    for solution in solved_draws(rng, random_process, 30):
        seen = simulate_process(solution, paths, rng=rng)
        for chance, share in [
            (solution.deal_probability, seen.deal_probability),
            *zip(solution.deal_by(days), seen.deal_by(days), strict=True),
            *zip(solution.success.ravel(), seen.concessions.ravel(), strict=True),
        ]:
            if np.isnan(share):
                continue
            error = np.sqrt(max(chance * (1 - chance), 0.0) / (0.3 * paths))
            assert abs(chance - share) <= 4 * error + 2e-4


def test_equilibrium_of_a_stage_without_tough_types():
    # The first side cannot be tough and concedes at once; each side's mixing in the second stage
    # is worth its own concession.
    solution = solve_process(fight(2, [[0.0, 0.1], [0.0, 0.0]], discount_rates=[0.05, 0.04]))
    assert solution.atoms[0].tolist() == [1.0, 0.0]
    np.testing.assert_allclose(solution.values, [0.3 + 0.3, 0.6 + 0.4], atol=1e-9)


@pytest.mark.parametrize("psi", [0.5, 1.0])
def test_types_that_last_are_an_option_of_the_other_model(psi):
    with pytest.raises(InvalidInputError, match="TypedGame"):
        staged(psi=psi)
