"""Persistent types: limits, corners, and agreement of solution and simulation."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.errors import ConvergenceError
from negotiation.process.multi_step.load import load_process
from negotiation.process.solve import solve_process
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.deviations import corner_gain
from negotiation.process.tough_types.simulation import simulate_process


def staged(**changes):
    stages = [
        {
            "g": [-0.06, -0.08],
            "l": [-0.05, -0.05],
            "f": [0.05, 0.05],
            "B": [-2, -2.5],
            "beta": 0.02,
        },
        {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5], "B": [-2, -2.5], "beta": 0.03},
        {"g": [-0.02, -0.02], "l": [0.1, 0.05], "f": [0.4, 0.25], "B": [-2, -2.5], "beta": 0.02},
    ]
    data = {"stages": stages, "r": [0.01, 0.01], "z": [0.1, 0.15], "time_unit": "month"}
    return MultiStepProcess.from_dict({**data, **changes})


@pytest.mark.kernel
def test_small_persistence_tends_to_the_closed_form():
    process = staged()
    plain = solve_process(process)
    near = solve_process(replace(process, type_persistence=1e-7), steps=40)
    assert near.values == pytest.approx(plain.values, abs=1e-6)
    assert near.atoms == pytest.approx(plain.atoms, abs=1e-5)


@pytest.mark.kernel
def test_one_stage_does_not_depend_on_persistence():
    one = MultiStepProcess.from_dict(
        {
            "stages": [{"g": [-0.05, -0.08], "l": [0.3, 0.4], "f": [0.7, 0.6]}],
            "r": [0.05, 0.05],
            "z": [0.1, 0.1],
        }
    )
    plain, persistent = solve_process(one), solve_process(replace(one, type_persistence=0.6))
    assert persistent.values == pytest.approx(plain.values, rel=1e-10)
    assert persistent.exhaustion_times == pytest.approx(plain.exhaustion_times, rel=1e-10)
    assert persistent.deal_probability == pytest.approx(plain.deal_probability, abs=1e-10)


@pytest.mark.kernel
def test_full_persistence_is_the_limit_and_the_revealed_side_concedes_at_once():
    process = staged(psi=1.0)
    solution = solve_process(process)
    near = solve_process(replace(process, type_persistence=1.0 - 1e-7))
    assert solution.values == pytest.approx(near.values, abs=1e-5)
    assert solution.success[1:].sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-9)
    paths = simulate_process(solution, 4000, rng=np.random.default_rng(2))
    later = (paths.stage[:, 1] == 1) & (paths.outcome[:, 0] >= 0)
    assert later.any()
    # who conceded first concedes again, and at once
    assert np.array_equal(paths.outcome[later, 1], paths.outcome[later, 0])
    assert np.array_equal(paths.time[later, 1], paths.time[later, 0])


def test_finer_curves_change_little():
    process = staged(psi=0.7)
    coarse, fine = solve_process(process, steps=80), solve_process(process, steps=640)
    assert coarse.values == pytest.approx(fine.values, abs=1e-7)
    assert coarse.deal_probability == pytest.approx(fine.deal_probability, abs=2e-5)
    assert fine.recursion_error([30, 90, 365]) < 1e-4


@pytest.mark.parametrize("unit", ["day", "month", "year"])
def test_time_unit_does_not_matter(unit):
    process = staged(psi=0.7)
    first, second = solve_process(process), solve_process(process.with_time_unit(unit))
    assert second.values == pytest.approx(first.values, rel=1e-10)
    assert second.deal_by(90) == pytest.approx(first.deal_by(90), abs=1e-8)


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
    for psi in (0.0, 0.4):
        solution = solve_process(staged(stages=stages, psi=psi))
        branches = solution.branch_solution
        assert solution.converged
        assert branches.rounds > 1
        back = branches.values[0, 0] + [-0.3, -0.2]
        assert branches.breakdown_values[1, 0] == pytest.approx(back, abs=1e-9)
        times = solution.deal_by([10, 100, 1000])
        assert np.all(np.diff(times) > 0)
        assert times[-1] <= solution.deal_probability + 1e-6


@pytest.mark.parametrize("psi", [0.7, 1.0])
def test_relapse_under_general_equilibrium(psi):
    options = {"as_of": "2025-05-02", "model": "general_equilibrium", "relapse": True}
    process = replace(load_process(**options), type_persistence=psi)
    solution = solve_process(process)
    assert max(solution.residual, corner_gain(solution)) < 1e-5
    paths = simulate_process(solution, 20_000, rng=np.random.default_rng(3))
    assert paths.deal_by([30.0, 400.0]) == pytest.approx(solution.deal_by([30.0, 400.0]), abs=0.015)
    assert solution.success[[0, 1, 3, 4, 5]] == pytest.approx(
        paths.concessions[[0, 1, 3, 4, 5]], abs=0.015
    )


def test_the_answer_with_relapses_moves_smoothly_with_toughness():
    options = {"as_of": "2025-05-02", "model": "general_equilibrium", "relapse": True}
    values = [
        solve_process(
            replace(load_process(**options, values={"toughness_chn": z}), type_persistence=1.0)
        ).values
        for z in np.arange(0.02, 0.07, 0.005)
    ]
    # Two equilibria are .4 apart.
    assert np.abs(np.diff(values, axis=0)).max() < 0.02


@pytest.mark.parametrize("psi", [0.0, 0.5])
def test_relapses_are_settled_at_any_scale_of_payoffs(psi):
    def told_in(scale):
        stages = [
            {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5]},
            {"g": [-0.02] * 2, "l": [0.1, 0.05], "f": [0.4, 0.25], "relapse_lump": [-0.3, -0.2]},
        ]
        told = [{key: np.array(value) * scale for key, value in s.items()} for s in stages]
        told[1].update({"beta": 0.04, "relapse_to": 0})
        return solve_process(staged(stages=told, psi=psi))

    plain = told_in(1.0)
    for scale in (1e-9, 1e9):
        scaled = told_in(scale)
        assert scaled.values / scale == pytest.approx(plain.values, rel=1e-9)
        assert scaled.branch_solution.rounds == plain.branch_solution.rounds


def random_process(rng, psi, depends):
    stages = []
    for k in range(int(rng.integers(1, 5))):
        shape = (2**k, 2) if depends else (2,)
        low = rng.uniform(-0.2, 0.3, shape)
        stages.append(
            {
                "g": rng.uniform(-0.2, -0.02, shape),
                "l": low,
                "f": low + rng.uniform(0.1, 0.5, shape),
                "B": rng.uniform(-3, -1, 2),
                "beta": rng.uniform(0, 0.05) * (rng.random() < 0.7),
            }
        )
    return MultiStepProcess.from_dict(
        {
            "stages": stages,
            "r": rng.uniform(0.005, 0.03, 2),
            "z": rng.uniform(0.02, 0.4, 2),
            "psi": psi,
        }
    )


def test_solution_and_simulation_agree():
    rng = np.random.default_rng(20250502)
    days, paths = np.array([5.0, 30.0, 100.0, 365.0]), 200_000
    done = 0
    while done < 30:
        psi = float(rng.choice([0.0, 1.0, rng.random()]))
        solution = solve_process(
            random_process(rng, psi, bool(rng.integers(2))), raise_on_failure=False
        )
        if not solution.converged:
            continue
        done += 1
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


def test_a_path_that_cannot_be_an_equilibrium_is_reported():
    rng = np.random.default_rng(4)
    draws = (random_process(rng, 0.5, True) for _ in range(200))
    process = next(
        draw for draw in draws if not solve_process(draw, raise_on_failure=False).converged
    )
    with pytest.raises(ConvergenceError, match="stage number") as caught:
        solve_process(process)
    assert caught.value.partial.converged is False
    assert "worn down" in caught.value.partial.curves.failure


@pytest.mark.parametrize(("psi", "second"), [(0.0, 0.4), (1e-6, 0.6), (1.0, 0.6)])
def test_equilibrium_of_a_stage_without_tough_types(psi, second):
    # The first side cannot be tough and concedes at once. Types drawn anew: each side's mixing in
    # the second stage is worth its own concession. With persistence the first concedes again.
    solution = solve_process(
        MultiStepProcess.from_payoffs(
            flows=[[-0.05, -0.08]] * 2,
            terms=[[[0.3, 0.6], [0.7, 0.4]]] * 2,
            discount_rates=[0.05, 0.04],
            stubbornness=[[0.0, 0.1], [0.0, 0.0]],
            type_persistence=psi,
        )
    )
    assert solution.atoms[0].tolist() == [1.0, 0.0]
    np.testing.assert_allclose(solution.values, [0.3 + 0.3, 0.6 + second], atol=1e-9)
