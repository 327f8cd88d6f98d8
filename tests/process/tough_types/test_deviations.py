"""No concession time pays more than the equilibrium, corners one by one, and batches."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.process.batch import solve_processes
from negotiation.process.solve import solve_process
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.deviations import check_strategies
from negotiation.process.tough_types.simulation import simulate_process
from tests.process.tough_types.processes import random_process, solved_draws, staged


def one_stage(**changes):
    stage = {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5], "B": [-2, -2.5], "beta": 0.03}
    extra = {key: changes.pop(key) for key in list(changes) if key in {"r", "z"}}
    return MultiStepProcess.from_dict(
        {"stages": [{**stage, **changes}], "r": [0.01, 0.01], "z": [0.1, 0.15], **extra}
    )


def test_no_deviation_pays_on_random_processes():
    rng = np.random.default_rng(11)
    for solution in solved_draws(rng, random_process, 15):
        check = check_strategies(solution, points=401)
        assert check.worst < 1e-4
        assert check.gain.shape == (len(check.stage), 2)


def test_a_wrong_solution_is_found_out():
    solution = solve_process(staged())
    branches = solution.branch_solution
    wrong = replace(branches, values=branches.values + np.array([0.01, -0.01]))
    assert check_strategies(replace(solution, branch_solution=wrong)).worst > 1e-3
    shifted = replace(branches, hazards=branches.hazards * 1.01)
    assert replace(solution, branch_solution=shifted).residual > 1e-4


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("changes", "kind", "behaviours"),
    [
        ({"g": [1.0, -0.08]}, "concedes_at_once", ("never", "concedes_at_once")),
        ({"g": [-0.06, 1.0]}, "concedes_at_once", ("concedes_at_once", "never")),
        ({"g": [1.0, 1.0]}, "impasse", ("never", "never")),
        ({"f": [0.1, 0.5]}, "concedes_at_once", ("concedes_at_once", "concedes_at_once")),
        ({"f": [0.1, 0.1]}, "concedes_at_once", ("concedes_at_once", "concedes_at_once")),
        ({"z": [0.0, 0.15]}, "attrition", ("mixes", "mixes")),
    ],
)
def test_corners_by_name(changes, kind, behaviours):
    solution = solve_process(one_stage(**changes))
    frame = solution.stages
    assert frame.loc[0, "kind"] == kind
    if "z" not in changes:
        assert solution.behaviours[0] == behaviours
    else:
        assert solution.atoms[0, 0] == 1.0
        assert solution.deal_probability == pytest.approx(1.0)
    assert check_strategies(solution).worst < 1e-9
    assert solution.residual < 1e-9
    paths = simulate_process(solution, 20_000, rng=np.random.default_rng(0))
    assert paths.deal_probability == pytest.approx(solution.deal_probability, abs=0.015)
    assert solution.impasse[0] == pytest.approx(1.0 - solution.deal_probability, abs=1e-9)


@pytest.mark.kernel
def test_impasse_is_worth_waiting_for_ever():
    solution = solve_process(one_stage(g=[1.0, 1.0]))
    assert solution.values == pytest.approx([(1 - 0.03 * 2) / 0.04, (1 - 0.03 * 2.5) / 0.04])
    assert solution.deal_probability == 0.0
    assert solution.deal_by(1000) == 0.0


@pytest.mark.kernel
def test_worthless_waiting_without_discounting_is_refused():
    process = one_stage(g=[1.0, -1.0], r=[0.0, 0.0], beta=0.0)
    with pytest.raises(NonFiniteError):
        solve_process(process)


@pytest.mark.kernel
def test_constant_hazards_without_tough_types():
    process = one_stage(z=[0.0, 0.0], beta=0.0)
    plain = solve_process(process)
    assert plain.deal_probability == 1.0
    total = plain.hazards[0].sum()
    assert plain.mean_time_to_deal == pytest.approx(1 / total)
    assert plain.deal_by(30) == pytest.approx(-np.expm1(-total * 30 / 30.4375), abs=1e-5)
    paths = simulate_process(plain, 50_000, rng=np.random.default_rng(3))
    assert paths.deal_time.mean() == pytest.approx(1 / total, rel=0.03)


@pytest.mark.kernel
def test_growing_audience_costs():
    process = one_stage(a=[0.05, 0.02], beta=0.01)
    solution = solve_process(process)
    paths = simulate_process(solution, 200_000, rng=np.random.default_rng(4))
    assert paths.deal_probability == pytest.approx(solution.deal_probability, abs=0.005)
    assert paths.deal_by(60)[0] == pytest.approx(solution.deal_by(60), abs=0.005)
    small = solve_process(one_stage(a=[1e-9, 1e-9], beta=0.01))
    none = solve_process(one_stage(beta=0.01))
    assert small.values == pytest.approx(none.values, abs=1e-6)


@pytest.mark.kernel
def test_a_growing_cost_locks_a_side_in():
    # Conceding soon costs the first side more than waiting for ever does.
    solution = solve_process(one_stage(a=[5.0, 0.0], beta=0.0, r=[0.5, 0.5], z=[0.01, 0.01]))
    branches = solution.branch_solution
    locked = (0.2 - (-0.06 / 0.5)) / 5.0
    assert solution.exhaustion_times[0] == pytest.approx(locked)
    assert branches.atoms[0, 0, 0] == 0.0
    assert branches.atoms[0, 0, 1] > 0.0


@pytest.mark.kernel
def test_deadlines():
    free = solve_process(one_stage())
    late = solve_process(one_stage(deadline=100.0))
    assert late.values == pytest.approx(free.values)
    solution = solve_process(one_stage(deadline=3.0))
    assert 0.0 < solution.exhaustion_times[0] < 3.0
    assert np.all(solution.branch_solution.deadline_atoms[0, 0] > 0.0)
    paths = simulate_process(solution, 200_000, rng=np.random.default_rng(5))
    assert paths.deal_probability == pytest.approx(solution.deal_probability, abs=0.005)
    moved = replace(
        solution.branch_solution, deadline_atoms=solution.branch_solution.deadline_atoms * 1.1
    )
    wrong = replace(solution, branch_solution=moved)
    assert wrong.residual > 1e-3
    assert check_strategies(wrong).worst > 1e-3


@pytest.mark.parametrize("workers", [1, 2])
def test_batches(workers):
    processes = [staged(z=[z, 0.15]) for z in (0.1, 0.2, 0.3)] * 4
    found = solve_processes(processes, workers=workers)
    assert [s.process for s in found] == processes
    assert all(np.array_equal(a.values, solve_process(a.process).values) for a in found)


def test_batches_on_an_executor():
    with ThreadPoolExecutor(2) as pool:
        found = solve_processes([staged()] * 3, executor=pool)
    assert len(found) == 3
    assert solve_processes([]) == ()
    with pytest.raises(InvalidInputError, match="workers"):
        solve_processes([staged()], workers=0)
    with pytest.raises(InvalidInputError, match="process"):
        solve_process("a process")
