"""Deadlines and growing costs of conceding: dates, corners and deviations."""

import numpy as np
import pytest

from negotiation.process.solve import solve_process
from negotiation.process.tough_types.deviations import check_strategies
from negotiation.process.tough_types.simulation import simulate_process
from tests.process.tough_types.processes import fight


def one(**options):
    return fight(2, (0.001, 0.001), **options)


def clocked(rng):
    count = int(rng.integers(1, 4))
    low = rng.uniform(-0.2, 0.3, (count, 2))
    high = low + rng.uniform(0.05, 0.5, (count, 2))
    terms = [
        [[low[k, 0], high[k, 1]], [high[k, 0], low[k, 1]]] for k in range(count)
    ]  # [conceder, side]
    return one(
        flows=rng.uniform(-0.2, 0.05, (count, 2)),
        terms=terms,
        discount_rates=rng.uniform(0.005, 0.03, 2),
        stubbornness=rng.uniform(0.001, 0.3, 2),
        breakdown=rng.uniform(-2, 0.3, (count, 2)),
        breakdown_hazard=rng.uniform(0, 0.1, count) * (rng.random(count) < 0.7),
        relapse_to=[0 if rng.random() < 0.3 else None for _ in range(count)],
        relapse_lump=(-0.3, -0.3),
        audience_growth=rng.uniform(0, 0.03, 2) * (rng.random() < 0.5),
        deadlines=[float(rng.uniform(0.5, 20)) if rng.random() < 0.6 else None for _ in low],
    )


def test_clocks_agree_with_simulated_paths_and_no_deviation_pays():
    rng = np.random.default_rng(7)
    days, paths = np.array([7.0, 33.0, 150.0, 400.0]), 60_000
    for _ in range(6):
        solution = solve_process(clocked(rng), residual_tol=2e-4)
        seen = simulate_process(solution, paths, rng=rng)
        for chance, share in (
            *zip(solution.deal_by(days), seen.deal_by(days), strict=True),
            *zip(solution.success.ravel(), seen.concessions.ravel(), strict=True),
        ):
            error = np.sqrt(max(chance * (1 - chance), 0.0) / (0.3 * paths))
            assert np.isnan(share) or abs(chance - share) <= 4 * error + 2e-3
        assert check_strategies(solution).worst < 2e-4
        assert solution.residual < 2e-4


def test_a_binding_deadline_brings_concessions():
    solution = solve_process(one(deadlines=[2.0, None], breakdown=(-0.5, -0.5)))
    before, after = solution.stage_by(0, [60.0, 75.0])
    assert before < after - 1e-3
    assert after == pytest.approx(solution.success[0].sum(), abs=1e-4)
    assert solution.deal_by(3000.0) == pytest.approx(solution.deal_probability, abs=1e-3)
    assert np.all(np.diff(solution.deal_by(np.arange(0.0, 200.0, 5.0))) >= 0.0)


def test_a_distant_deadline_is_none():
    far = solve_process(one(stubbornness=[0.1, 0.1], deadlines=[400.0, 400.0]))
    none = solve_process(one(stubbornness=[0.1, 0.1]))
    assert far.values == pytest.approx(none.values, rel=1e-12)
    assert far.deal_by([10.0, 100.0]) == pytest.approx(none.deal_by([10.0, 100.0]), abs=1e-3)
    slow = solve_process(one(stubbornness=[0.1, 0.1], audience_growth=(1e-9, 1e-9)))
    assert slow.values == pytest.approx(none.values, abs=1e-7)


def test_waiting_in_a_corner_ends_at_the_deadline():
    happy = {"flows": [[0.5, 0.4]], "terms": [[[0.3, 0.6], [0.7, 0.4]]], "deadlines": [3.0]}
    solution = solve_process(one(**happy, breakdown=(1.0, 1.0)))
    kept = np.exp(-0.05 * 3.0)
    flow = np.array([0.5, 0.4]) * (1 - kept) / 0.05
    assert solution.behaviours == (("never", "never"),)
    assert solution.values == pytest.approx(flow + kept * 1.0)
    assert solution.residual < 1e-12
    assert check_strategies(solution).worst < 1e-12
    # With a bad breakdown they give in at the deadline.
    solution = solve_process(one(**happy, breakdown=(-1.0, -1.0)))
    assert solution.behaviours == (("concedes_at_deadline",) * 2,)
    gives = 1.3 / 1.5, 1.4 / 1.5
    late = np.array([0.7 * gives[0], 0.6 * gives[1]]) - 1.0 + np.array(gives)
    assert solution.values == pytest.approx(flow + kept * late)
