"""What a solution and its paths tell: tables, dates, tariffs, histories and relapses."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.process.solve import solve_process
from negotiation.process.tough_types.deviations import check_strategies
from negotiation.process.tough_types.simulation import simulate_process
from tests.process.tough_types.processes import solved_draws, staged, with_history


def relapsing():
    """`with_history` whose later stages fall back to the first, often enough to be seen."""
    process = with_history()
    first, *later = process.stages
    again = [replace(stage, relapse_to=0, breakdown_hazard=0.2) for stage in later]
    return replace(process, stages=(first, *again))


@pytest.mark.kernel
def test_tables_of_histories():
    solution = solve_process(with_history())
    frame = solution.branches
    assert list(frame["stage"]).count("stage 3") == 4
    assert "stage 1: player 2" in set(frame["history"])
    passed = frame[(frame["stage"] == "stage 2") & (frame["history"] == "stage 1: player 2")]
    assert passed["kind"].item() == "passed"
    assert solution.stages["reached"].iloc[0] == pytest.approx(1.0)
    last = len(solution.process.stages) - 1
    days = [0.0, 20.0, 200.0]
    assert np.array_equal(solution.stage_by(last, days), solution.deal_by(days))
    assert np.all(solution.stage_by(0, days) >= solution.stage_by("stage 2", days))
    assert np.all(solution.stage_by("stage 2", days) >= solution.deal_by(days))


def test_stage_dates_agree_with_paths():
    solution = solve_process(with_history())
    paths = simulate_process(solution, 100_000, rng=np.random.default_rng(8))
    ended = (paths.stage == 0) & (paths.outcome >= 0) & (paths.time <= solution.process.in_time(30))
    assert ended.any(axis=1).mean() == pytest.approx(solution.stage_by(0, 30), abs=0.007)
    assert paths.deal_by(60)[0] == pytest.approx(solution.deal_by(60), abs=0.007)


def test_tariffs_follow_the_path():
    solution = solve_process(with_history())
    paths = simulate_process(solution, 2000, rng=np.random.default_rng(8))
    rates = paths.tariffs([0.0, 1e6])
    assert rates.shape == (2000, 2, 2)
    done = np.isfinite(paths.deal_time)
    assert set(np.unique(rates[done, 1, 0])) <= {0.0, 0.1, 0.2, 0.3}
    first = (paths.outcome[:, 0] == 0) & (paths.time[:, 0] == 0.0)
    assert np.all(rates[first & (paths.time[:, 1] > 0.0), 0, 0] == 0.2)
    quantiles = paths.tariff_quantiles([0.0, 30.0], [0.1, 0.9])
    assert np.all(quantiles[0] <= quantiles[1])


def test_relapses_bring_tariffs_back():
    process = relapsing()
    solution = solve_process(process)
    paths = simulate_process(solution, 5000, rng=np.random.default_rng(8), horizon_days=2000)
    relapsed = (paths.outcome == -1).any(axis=1)
    assert relapsed.any()
    early = solution.deal_by([50.0, 365.0])
    assert paths.deal_by([50.0, 365.0]) == pytest.approx(early, abs=0.03)
    day = np.linspace(0.0, 2000.0, 60)
    rates = paths.tariffs(day, paths=slice(0, 200))[:, :, 0]
    assert np.any(np.diff(rates, axis=1) > 0.5)


def test_a_stage_that_opens_after_some_histories_only():
    process = with_history()
    solution = solve_process(process)
    paths = simulate_process(solution, 100_000, rng=np.random.default_rng(5))
    seen = np.array([(paths.stage == k).sum() for k in range(len(process.stages))])
    reopened = 1
    assert solution.reached[reopened] == pytest.approx(seen[reopened] / 100_000, rel=0.05)
    assert solution.reached[reopened] > 0.0
    error = np.sqrt(solution.success * (1.0 - solution.success) / seen[:, None])
    assert np.all(np.abs(solution.success - paths.concessions) <= 4.0 * error + 1e-9)


def test_no_event_of_a_path_with_relapses_is_lost():
    process = relapsing()
    paths = simulate_process(solve_process(process), 5000, rng=np.random.default_rng(8))
    targets = np.array(
        [
            k if stage.relapse_to is None else stage.relapse_to
            for k, stage in enumerate(process.stages)
        ]
    )
    after = np.where(paths.outcome == -1, targets[paths.stage], paths.stage + 1)
    followed = paths.stage[:, 1:] >= 0
    # Stages that do not open after a history are passed without an event.
    passed = paths.stage[:, 1:] - after[:, :-1]
    assert np.all(passed[followed] >= 0)
    assert np.all(paths.outcome[:, :-1][followed] >= -1)
    back = followed & (paths.outcome[:, :-1] == -1)
    assert back.any()
    assert np.all(passed[back] == 0)
    assert np.all((paths.time[:, 1:] >= paths.time[:, :-1])[followed])


def test_simulation_is_reproducible():
    solution = solve_process(staged())
    first, second = (simulate_process(solution, 100, rng=np.random.default_rng(3)) for _ in "ab")
    assert np.array_equal(first.time, second.time)
    with pytest.raises(InvalidInputError, match="n"):
        simulate_process(solution, 0, rng=np.random.default_rng(3))


def test_dates():
    solution = solve_process(with_history())
    assert solution.days_until("2025-05-02") == 20.0
    for bad in ("2025-01-01", None):
        with pytest.raises(InvalidInputError):
            solution.days_until(bad)
    with pytest.raises(InvalidInputError):
        solution.stage_by(7, 10)
    with pytest.raises(InvalidInputError):
        solution.stage_by("stage 9", 10)
    with pytest.raises(InvalidInputError):
        solution.deal_by(-1)
    assert isinstance(solution.deal_by(10), float)
    assert solution.deal_by([[1.0, 2.0]]).shape == (1, 2)


def test_discounted_deals():
    solution = solve_process(with_history())
    assert solution.discounted_deal(0.0) == pytest.approx(solution.deal_probability)
    times = simulate_process(solution, 200_000, rng=np.random.default_rng(1)).deal_time
    assert solution.discounted_deal(0.1) == pytest.approx(np.exp(-0.1 * times).mean(), abs=0.004)


def test_an_iteration_that_does_not_settle_is_reported():
    stages = [
        {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5]},
        {"g": [-0.02] * 2, "l": [0.1, 0.05], "f": [0.4, 0.25], "beta": 0.04, "relapse_to": 0},
    ]
    process = staged(stages=stages)
    with pytest.raises(ConvergenceError, match="relapse") as caught:
        solve_process(process, max_iter=2)
    assert not caught.value.partial.converged


@pytest.mark.kernel
@pytest.mark.parametrize("flow", [[1.0, -0.02], [-0.02, 1.0], [1.0, 1.0]])
@pytest.mark.parametrize("win", [[0.4, 0.25], [0.05, 0.25], [0.4, 0.01], [0.05, 0.01]])
def test_corners_after_other_stages(flow, win):
    stages = [
        {"g": [-0.3, -0.3], "l": [-0.3, -0.3], "f": [2.0, 2.0]},
        {"g": [-0.02, -0.02], "l": [0.1, 0.05], "f": win, "beta": 0.05},
        {"g": flow, "l": [0.1, 0.05], "f": [0.4, 0.25], "beta": 0.05},
    ]
    solution = solve_process(staged(stages=stages))
    assert check_strategies(solution, points=201).worst < 1e-4
    paths = simulate_process(solution, 20_000, rng=np.random.default_rng(0))
    assert paths.deal_probability == pytest.approx(solution.deal_probability, abs=0.015)


def test_early_dates_of_a_slow_process():
    solution = solve_process(staged().with_time_unit("day"))
    early, late = solution.deal_by(0.5), solution.deal_by([0.5, 4000.0])
    assert early == pytest.approx(late[0], abs=5e-3)
    assert solution.deal_by(0) <= early


def test_early_dates_of_a_fast_process_do_not_depend_on_late_ones():
    stages = [
        {"g": [-0.2, -0.15], "l": [0.1, 0.1], "f": [0.25, 0.3]},
        {"g": [-0.1, -0.2], "l": [0.0, 0.1], "f": [0.2, 0.3]},
    ]
    solution = solve_process(staged(stages=stages).with_time_unit("day"))
    fast = replace(solution.process, time_unit="day")
    alone, beside = solve_process(fast).deal_by(40.0), solve_process(fast).deal_by([40.0, 6000.0])
    assert 0.2 < alone < 0.9
    assert beside[0] == pytest.approx(alone, abs=1e-3)


def fast(rng):
    count, speed = int(rng.integers(1, 4)), 10.0 ** rng.uniform(-1.0, 2.0)
    low = rng.uniform(-0.2, 0.3, (count, 2))
    stages = [
        {
            "g": rng.uniform(-0.3, -0.02, 2) * speed,
            "l": low[k],
            "f": low[k] + rng.uniform(0.1, 0.5, 2),
            "beta": rng.uniform(0.0, 0.5) * speed,
            "relapse_to": int(rng.integers(0, k + 1)) if rng.random() < 0.7 else None,
            "relapse_lump": rng.uniform(-0.5, -0.1, 2),
            "B": rng.uniform(-3.0, -1.0, 2),
        }
        for k in range(count)
    ]
    rates, z = rng.uniform(0.005, 0.03, 2) * speed, rng.uniform(0.02, 0.4, 2)
    return staged(stages=stages, r=rates, z=z, time_unit="day")


def test_dates_of_fast_processes_with_relapses():
    rng = np.random.default_rng(1)
    days, paths = np.array([0.05, 0.1, 0.5, 1.0, 3.0, 10.0, 60.0]), 100_000
    for solution in solved_draws(rng, fast, 12):
        seen = simulate_process(solution, paths, rng=rng, horizon_days=100.0)
        chance, share = solution.deal_by(days), seen.deal_by(days)
        error = np.sqrt(chance * (1.0 - chance) / paths)
        assert np.all(np.abs(chance - share) <= 4.0 * error + 3e-4)
