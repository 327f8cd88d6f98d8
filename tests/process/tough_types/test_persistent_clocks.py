"""Clocks with persistent types: limits, an independent shooting method, paths, corners."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from negotiation.errors import ConvergenceError
from negotiation.process.beliefs.updating import filter_beliefs
from negotiation.process.solve import solve_process
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.continuation import process_from
from negotiation.process.tough_types.deviations import check_strategies
from negotiation.process.tough_types.node_laws import node_laws
from negotiation.process.tough_types.simulation import simulate_process


def drawn(rng, count, psi, *, relapse=False):
    """Draw a process with deadlines and growing costs of conceding."""
    low = rng.uniform(0.0, 0.5, (count, 2))
    high = low + rng.uniform(0.1, 1.0, (count, 2))
    return MultiStepProcess.from_payoffs(
        flows=-rng.uniform(0.02, 1.0, (count, 2)),
        terms=[[[low[k, 0], high[k, 1]], [high[k, 0], low[k, 1]]] for k in range(count)],
        discount_rates=rng.uniform(0.02, 0.3, 2),
        stubbornness=rng.uniform(0.02, 0.4, (count, 2)),
        breakdown=rng.uniform(-3.0, 0.3, (count, 2)) * (rng.random() < 0.6),
        breakdown_hazard=rng.uniform(0.02, 0.3, count) * (relapse or rng.random() < 0.5),
        relapse_to=[None, *[0 if relapse else None] * (count - 1)],
        audience_growth=rng.uniform(0.0, 0.3, (count, 2)) * (rng.random() < 0.5),
        deadlines=[float(rng.uniform(0.2, 6)) if rng.random() < 0.7 else None for _ in low],
        type_persistence=psi,
    )


def staged(psi=0.6, stages=2, **options):
    given = {
        "flows": [[-0.1, -0.15]] * stages,
        "terms": [[[0.3, 0.6], [0.7, 0.4]]] * stages,
        "discount_rates": [0.05, 0.06],
        "stubbornness": [0.2, 0.3],
        "type_persistence": psi,
    }
    return MultiStepProcess.from_payoffs(**{**given, **options})


def test_a_single_stage_is_the_one_of_the_closed_form():
    # In the last stage beliefs do not move what a concession is worth.
    rng = np.random.default_rng(3)
    kinds = set()
    waits = [
        staged(0.0, 1, deadlines=[T], breakdown=[[B, B]])
        for T in (0.02, 0.1, 0.4)
        for B in (-1.0, 0.1)
    ]
    for process in (*waits, *(drawn(rng, 1, 0.0) for _ in range(120))):
        plain = solve_process(process)
        solution = solve_process(replace(process, type_persistence=0.7))
        kinds.add(int(plain.branch_solution.kinds[0, 0]))
        assert solution.values == pytest.approx(plain.values, abs=5e-5)
        assert solution.deal_probability == pytest.approx(plain.deal_probability, abs=5e-5)
    assert {0, 1, 5} <= kinds


def test_sides_that_are_alike_are_treated_alike_at_the_priors():
    alike = {"terms": [[[0.3, 0.7], [0.7, 0.3]]] * 2, "flows": [[-0.1, -0.1]] * 2}
    for psi in (1e-9, 0.5, 1.0):
        for deadline in (1e-6, 1.0):
            process = staged(
                psi,
                deadlines=[deadline] * 2,
                stubbornness=[0.2, 0.2],
                discount_rates=[0.05, 0.05],
                **alike,
            )
            values = solve_process(process).values
            assert values[0] == pytest.approx(values[1], rel=1e-9)


def test_values_tend_to_the_closed_form_with_the_persistence():
    rng = np.random.default_rng(21)
    for _ in range(25):
        process = drawn(rng, int(rng.integers(2, 4)), 0.0)
        solution = solve_process(replace(process, type_persistence=1e-7))
        assert solution.values == pytest.approx(solve_process(process).values, abs=1e-4)


def test_shooting_on_the_end_time_finds_the_same_path():
    psi, growth, r = 0.6, np.array([0.03, 0.05]), np.array([0.05, 0.06])
    process = staged(psi, audience_growth=[growth, [0.0, 0.0]])
    flows, z = np.array([-0.1, -0.15]), np.array([0.2, 0.3])
    lump, prize = np.array([0.3, 0.4]), np.array([0.7, 0.6])

    def last_stage(winner, j):
        beliefs = (1.0 - psi) * z
        beliefs[j] += psi * winner
        return solve_process(process_from(process, 1, beliefs=beliefs)).values

    grid = np.linspace(0.05, 1.0, 400)
    ahead = [np.array([last_stage(b, j) for b in grid]) for j in range(2)]

    def hazards(t, logs):
        b = np.exp(np.minimum(logs, 0.0))
        out = np.empty(2)
        for j in range(2):
            i = 1 - j
            lose = np.interp([b[j], b[j] - 1e-3, min(b[j] + 1e-3, 1.0)], grid, ahead[j][:, i])
            slope = (lose[2] - lose[1]) / (min(b[j] + 1e-3, 1.0) - b[j] + 1e-3)
            L = lump[i] + lose[0] - growth[i] * t
            F = prize[i] + np.interp(b[i], grid, ahead[i][:, i])
            out[j] = (r[i] * L - flows[i] + growth[i]) / (F - L + b[j] * slope)
        return out

    def opening(end):
        back = solve_ivp(
            lambda s, x: -hazards(end - s, x), (0.0, end), np.zeros(2), rtol=1e-8, atol=1e-10
        )
        return np.exp(back.y[:, -1])

    end = brentq(lambda end: (opening(end) - z).min(), 0.2, 8.0, xtol=1e-7)
    solution = solve_process(process)
    reached = opening(end)
    assert solution.branch_solution.horizons[0, 0] == pytest.approx(end, rel=2e-4)
    assert solution.branch_solution.atoms[0, 0] == pytest.approx(1.0 - z / reached, abs=2e-4)
    assert solution.hazards[0] == pytest.approx(hazards(0.0, np.log(reached)), rel=1e-2)


@pytest.mark.parametrize("seed", range(6))
def test_no_deviation_pays_and_paths_agree(seed):
    rng = np.random.default_rng(40 + seed)
    psi = (0.3, 0.7, 1.0)[seed % 3]
    solution = solve_process(drawn(rng, 2 + seed // 3, psi, relapse=seed % 2 == 1))
    assert check_strategies(solution).worst < 3e-4
    days, paths = np.array([20.0, 120.0, 900.0]), 100_000
    seen = simulate_process(solution, paths, rng=rng)
    for chance, share in (
        *zip(solution.deal_by(days), seen.deal_by(days), strict=True),
        *zip(solution.success.ravel(), seen.concessions.ravel(), strict=True),
    ):
        error = np.sqrt(max(chance * (1.0 - chance), 0.0) / (0.2 * paths))
        assert np.isnan(share) or abs(chance - share) <= 4.0 * error + 1e-3


def test_the_discounted_deal_agrees_with_paths():
    solution = solve_process(staged(deadlines=[1.5, 2.0], audience_growth=[0.02, 0.0]))
    seen = simulate_process(solution, 200_000, rng=np.random.default_rng(5))
    late = np.exp(-0.2 * seen.deal_time)
    error = late.std() / np.sqrt(len(late))
    assert solution.discounted_deal(0.2) == pytest.approx(late.mean(), abs=4 * error + 2e-4)


def test_units_of_time_and_payoffs_do_not_matter():
    plain = solve_process(staged(deadlines=[1.5, 2.0], audience_growth=[0.03, 0.05]))
    months = staged(
        deadlines=[18.0, 24.0],
        audience_growth=[0.03 / 12, 0.05 / 12],
        flows=[[-0.1 / 12, -0.15 / 12]] * 2,
        discount_rates=[0.05 / 12, 0.06 / 12],
        time_unit="month",
    )
    assert solve_process(months).values == pytest.approx(plain.values, rel=1e-7)
    for scale in (1e-8, 1e8):
        terms = (scale * np.array([[[0.3, 0.6], [0.7, 0.4]]] * 2)).tolist()
        scaled = staged(
            deadlines=[1.5, 2.0],
            audience_growth=[0.03 * scale, 0.05 * scale],
            flows=[[-0.1 * scale, -0.15 * scale]] * 2,
            terms=terms,
        )
        assert solve_process(scaled).values / scale == pytest.approx(plain.values, rel=1e-6)


CASES = {
    "a growing cost": {"audience_growth": [0.05, 0.05]},
    "a cost that locks a side in": {"audience_growth": [0.3, 0.0], "stubbornness": [0.01, 0.01]},
    "deadlines": {"deadlines": [1.5, 2.0]},
    "both": {"deadlines": [1.5, 2.0], "audience_growth": [0.03, 0.05]},
    "bad breakdowns": {"deadlines": [0.6, 0.4], "breakdown": [[-3.0, -3.0]] * 2},
    "good breakdowns": {"deadlines": [0.6, 0.4], "breakdown": [[1.4, 1.2], [0.6, 0.5]]},
    "one good breakdown": {"deadlines": [1.0, 1.0], "breakdown": [[1.4, -3.0], [0.6, -3.0]]},
    "the other good breakdown": {"deadlines": [1.0, 1.0], "breakdown": [[-3.0, 1.2], [-3.0, 0.5]]},
    "short deadlines": {"deadlines": [0.05, 0.05], "breakdown": [[-1.0, -1.0]] * 2},
    "likely tough": {"deadlines": [1.5, 1.0], "stubbornness": [[0.8, 0.02], [0.05, 0.7]]},
    "hardly tough": {"deadlines": [0.4, 0.5], "stubbornness": [[0.02, 0.01], [0.01, 0.03]]},
    "no tough type": {"deadlines": [1.5, 2.0], "stubbornness": [[0.0, 0.2], [0.2, 0.1]]},
}


@pytest.mark.kernel
@pytest.mark.parametrize("psi", [0.4, 1.0])
@pytest.mark.parametrize("case", CASES)
def test_cases_are_solved_on_coarse_curves(case, psi):
    solution = solve_process(staged(psi, **CASES[case]), steps=12, residual_tol=0.05)
    assert solution.converged
    assert check_strategies(solution).worst < 0.03


@pytest.mark.parametrize("case", CASES)
def test_cases_are_solved_well_on_fine_ones(case):
    for psi in (0.4, 0.7, 1.0):
        solution = solve_process(staged(psi, **CASES[case]))
        assert check_strategies(solution).worst < 8e-4
        assert 0.0 <= solution.deal_probability <= 1.0


def test_hazards_resume_where_both_would_concede_at_the_opening():
    # From the entries of a strong winner down: hazards, waiting from the opening, hazards again.
    process = MultiStepProcess.from_payoffs(
        flows=[[-0.153, -0.309], [-0.306, -0.681]],
        terms=[[[0.19, 0.8], [0.726, 0.39]], [[0.188, 0.83], [0.422, 0.367]]],
        discount_rates=[0.275, 0.035],
        stubbornness=[[0.097, 0.059], [0.109, 0.032]],
        breakdown=[[-1.97, -0.216], [-1.814, -2.96]],
        breakdown_hazard=[0.066, 0.044],
        deadlines=[0.484, 0.705],
        type_persistence=0.2,
    )
    solution = solve_process(process)
    assert 0.0 < solution.branch_solution.horizons[0, 0] < 0.1
    assert check_strategies(solution).worst < 1e-5


def test_a_stage_without_a_regular_path_says_so():
    process = MultiStepProcess.from_payoffs(
        flows=[[-0.303, -0.5], [-0.639, -0.825], [-0.434, -0.835]],
        terms=[
            [[0.018, 1.087], [0.738, 0.317]],
            [[0.174, 1.254], [1.09, 0.424]],
            [[0.185, 0.558], [0.889, 0.399]],
        ],
        discount_rates=[0.012, 0.115],
        stubbornness=[[0.293, 0.044], [0.07, 0.103], [0.38, 0.366]],
        audience_growth=[[0.273, 0.296], [0.197, 0.0], [0.229, 0.183]],
        deadlines=[4.692, 0.952, 4.47],
        type_persistence=0.8,
    )
    with pytest.raises(ConvergenceError, match="worn down") as caught:
        solve_process(process)
    assert not caught.value.partial.converged


def test_a_loser_known_to_be_normal_gives_in_again():
    solution = solve_process(staged(1.0, deadlines=[1.5, 2.0]))
    law = node_laws(solution)[1]
    opening = law.open(np.array([[0.0, 0.5], [0.0, 0.9]]), 0)
    assert opening.atoms.tolist() == [[1.0, 0.0], [1.0, 0.0]]


def test_beliefs_follow_the_path_of_the_clock():
    process = staged(0.6, deadlines=[1.5, None], start="2025-04-12", time_unit="year")
    law = node_laws(solve_process(process))[0]
    opening = law.open(law.prior[None, :])
    path = filter_beliefs(process, as_of="2025-06-30", stage=0, events=())
    expected = np.exp(law.log_beliefs(opening.time - 79 / 365.25))[0]
    assert path.posteriors[-1] == pytest.approx(expected, abs=1e-3)
