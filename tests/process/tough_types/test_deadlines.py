"""Deadlines: best responses by brute force, closed forms, limits, simulated paths."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from negotiation.process.solve import solve_process
from negotiation.process.stage import DAYS_IN
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.deviations import check_strategies
from negotiation.process.tough_types.simulation import simulate_process
from tests.process.tough_types.processes import fight
from tests.process.tough_types.test_clocks import clocked, one


def bare(deadline, cost=(1.0, 1.0), breakdown=(-3.0, -3.0), z=(0.1, 0.1), scale=1.0, **options):
    """Costs of waiting alone: nothing for who concedes first, one for the other."""
    return MultiStepProcess.from_payoffs(
        flows=[[-scale * c for c in cost]],
        terms=[[[0.0, scale], [scale, 0.0]]],
        breakdown=[scale * b for b in breakdown],
        discount_rates=[0.0, 0.0],
        stubbornness=z,
        deadlines=[deadline],
        **options,
    )


def payoffs_of_plans(solution, k, h, i, points=2001):
    """Payoffs of conceding at each time of a grid, at the deadline, and never, by summing up.

    Also returns the times, and the chance that the other side never concedes. Nothing of the
    library's solver or check is used but the hazards at the opening and the atoms.
    """
    arrays, branch, j = solution.arrays, solution.branch_solution, 1 - i
    win, lose = branch.win_values[k, h], branch.concede_values[k, h]
    F, B = win[i], branch.breakdown_values[k, h, i]
    T, stop = arrays.deadlines[k], branch.horizons[k, h]
    beta, r, g = arrays.breakdown_hazard[k], arrays.discount_rates[i], arrays.flows[k, h, i]
    atom, last = branch.atoms[k, h, j], branch.deadline_atoms[k, h, j]
    t = np.unique(np.concatenate([np.linspace(0, stop, points), np.linspace(stop, T, points)]))
    step, middle = np.diff(t), 0.5 * (t[1:] + t[:-1])
    cost = lose[i] - arrays.audience_growth[k, i] * t
    # The other side's hazard that makes i indifferent between conceding now and a moment later.
    a, now = arrays.audience_growth[k, i], lose[i] - arrays.audience_growth[k, i] * middle
    hazard = (r * now - g + beta * (now - B) + a) / (F - now) * (middle < stop)
    alive = np.concatenate([[1.0], np.exp(-np.cumsum(hazard * step))])
    stays = np.exp(-beta * step)
    reached = np.concatenate([[1.0], np.cumprod(stays)]) * np.exp(-r * t) * alive
    half = np.exp(-0.5 * r * step)
    total = hazard + beta
    # Of what ends in a step the sides' shares are in proportion to their rates.
    ends = -np.expm1(-total * step)
    share = np.divide(ends, total, out=step.copy(), where=total > 0.0)
    gained = reached[:-1] * half * share * (hazard * F + beta * B + g)
    before = np.concatenate([[0.0], np.cumsum(gained)])
    plans = before + reached * cost
    at_deadline = before[-1] + reached[-1] * ((1 - last) * cost[-1] + last * 0.5 * (cost[-1] + F))
    never = before[-1] + reached[-1] * (last * F + (1 - last) * B)
    late = np.array([at_deadline, never])
    kept = (1.0 - atom) * alive[-1] * (1.0 - last)
    return t, atom * F + (1 - atom) * plans, atom * F + (1 - atom) * late, kept


def assert_equilibrium(solution, tol):
    """Each side's normal types suffice for what they do, and nothing pays more than that."""
    arrays, branch = solution.arrays, solution.branch_solution
    largest = max(np.abs(branch.concede_values).max(), np.abs(branch.win_values).max())
    seen = 0
    for k in np.flatnonzero(np.isfinite(arrays.deadlines)):
        for h in range(arrays.histories(k)):
            if np.isin(branch.behaviours[k, h], (1, 3)).all():
                continue
            seen += 1
            for i in range(2):
                t, plans, late, other = payoffs_of_plans(solution, k, h, i)
                V, stop = branch.values[k, h, i], branch.horizons[k, h]
                own = payoffs_of_plans(solution, k, h, 1 - i)[3]
                assert other >= arrays.stubbornness[k, 1 - i] - 1e-6
                assert max(plans.max(), late.max()) == pytest.approx(V, abs=tol * largest)
                opening, final = branch.atoms[k, h, i], branch.deadline_atoms[k, h, i]
                if opening > 0.0:
                    assert plans[0] == pytest.approx(V, abs=tol * largest)
                if opening < 1.0 and stop > 0.0:
                    used = plans[(t > 0.0) & (t <= stop)]
                    assert used == pytest.approx(V, abs=tol * largest)
                if opening < 1.0 and final > 0.0:
                    assert late[0] == pytest.approx(V, abs=tol * largest)
                if own > arrays.stubbornness[k, i] + 1e-6:
                    assert late[1] == pytest.approx(V, abs=tol * largest)
    return seen


@pytest.mark.parametrize(("seed", "enough"), [(3, 8), pytest.param(2, 60, marks=pytest.mark.slow)])
def test_random_clocked_processes_are_equilibria_and_agree_with_simulated_paths(seed, enough):
    rng = np.random.default_rng(seed)
    days, paths, done = np.array([7.0, 33.0, 150.0, 400.0]), 200_000, 0
    while done < enough:
        solution = solve_process(clocked(rng))
        if not assert_equilibrium(solution, 2e-4):
            continue
        done += 1
        assert max(solution.residual, check_strategies(solution).worst) < 1e-4
        seen = simulate_process(solution, paths, rng=rng)
        visits = [(seen.stage == k).any(axis=1).sum() for k in range(len(seen.concessions))]
        for chance, share, count in (
            *zip(solution.deal_by(days), seen.deal_by(days), [paths] * 4, strict=True),
            *zip(
                solution.success.ravel(),
                seen.concessions.ravel(),
                np.repeat(visits, 2),
                strict=True,
            ),
        ):
            error = np.sqrt(max(chance * (1.0 - chance), 1.0 / paths) / max(count, 1))
            assert np.isnan(share) or abs(chance - share) <= 4.0 * error


def test_many_clocked_processes_solve():
    rng = np.random.default_rng(9)
    for _ in range(150):
        assert solve_process(clocked(rng)).residual < 1e-4


@pytest.mark.kernel
def test_hazards_stop_before_a_binding_deadline():
    # Waiting from t* costs T - t*; a coin's half chance of one against a concession pays for it.
    T, z = 1.0, 0.1
    solution = solve_process(bare(T, z=(z, z)))
    stop = brentq(lambda t: 2.0 * (T - t) - (1.0 - z * np.exp(t)), 0.0, T)
    assert solution.exhaustion_times[0] == pytest.approx(stop, rel=1e-12)
    given = solution.branch_solution.deadline_atoms[0, 0]
    assert given == pytest.approx([1.0 - z * np.exp(stop)] * 2, rel=1e-9)
    assert solution.hazards[0] == pytest.approx([1.0, 1.0])
    assert solution.values == pytest.approx([0.0, 0.0], abs=1e-12)
    assert solution.stages.loc[0, "kind"] == "attrition"
    assert assert_equilibrium(solution, 1e-6) == 1


@pytest.mark.kernel
def test_a_cheap_breakdown_leaves_some_normal_types_stubborn_to_the_end():
    # Conceding at the deadline stops paying once the other side does so with this chance.
    solution = solve_process(bare(1.0, breakdown=(-0.1, -0.3), z=(0.05, 0.05)))
    given = solution.branch_solution.deadline_atoms[0, 0]
    enough = 0.3 / (0.3 + 0.5), 0.1 / (0.1 + 0.5)
    stop = 1.0 - 0.5 * enough[1]
    assert solution.exhaustion_times[0] == pytest.approx(stop, rel=1e-12)
    assert given == pytest.approx([2.0 * (1.0 - stop), enough[1]], rel=1e-9)
    assert solution.atoms[0] == pytest.approx(
        [0.0, 1.0 - 0.05 * np.exp(stop) / (1.0 - enough[1])], abs=1e-12
    )
    assert assert_equilibrium(solution, 1e-6) == 1


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("changes", "kind", "behaviours"),
    [
        # so near a deadline that both sides wait for it
        ({"deadline": 0.05}, "waits_for_deadline", ("concedes_at_deadline",) * 2),
        # a breakdown that is good for one or both sides
        ({"breakdown": (2.0, -3.0)}, "concedes_at_once", ("never", "concedes_at_once")),
        ({"breakdown": (-3.0, 2.0)}, "concedes_at_once", ("concedes_at_once", "never")),
        ({"breakdown": (2.0, 2.0)}, "impasse", ("never", "never")),
        ({"breakdown": (0.5, -3.0)}, "attrition", ("mixes", "mixes")),
        # waiting that pleases one side, which gives in at the end, or both
        ({"cost": (-0.1, 0.3)}, "waits_for_deadline", ("concedes_at_deadline",) * 2),
        ({"cost": (-0.1, 1.0)}, "concedes_at_once", ("concedes_at_deadline", "concedes_at_once")),
        ({"cost": (-0.1, -0.1)}, "waits_for_deadline", ("concedes_at_deadline",) * 2),
        ({"cost": (-0.1, 1.0), "z": (0.99, 0.1)}, "concedes_at_once", None),
        # no tough types
        ({"z": (0.0, 0.0)}, "attrition", None),
        ({"z": (0.0, 0.1)}, "attrition", None),
        ({"breakdown": (-0.1, -0.1), "deadline": 0.05}, "waits_for_deadline", None),
        ({"breakdown": (-0.1, -9.0), "deadline": 0.05, "z": (0.3, 0.1)}, None, None),
        ({"breakdown": (-0.1, -0.1), "cost": (-0.1, 0.1)}, "waits_for_deadline", None),
        ({"breakdown": (0.1, -0.1), "cost": (-0.1, -0.1)}, "waits_for_deadline", None),
        ({"z": (1.0, 0.1)}, "attrition", None),
        ({"audience_growth": (0.5, 0.2)}, "attrition", None),
        ({"audience_growth": (3.0, 2.0)}, None, None),
    ],
)
def test_kinds_of_a_stage_with_a_deadline(changes, kind, behaviours):
    solution = solve_process(bare(**{"deadline": 1.0, **changes}))
    assert kind is None or solution.stages.loc[0, "kind"] == kind
    assert behaviours is None or solution.behaviours[0] == behaviours
    assert assert_equilibrium(solution, 1e-6) == 1
    assert check_strategies(solution).worst < 1e-5
    paths = simulate_process(solution, 20_000, rng=np.random.default_rng(0))
    assert paths.deal_probability == pytest.approx(solution.deal_probability, abs=0.015)
    assert solution.success[0] == pytest.approx(paths.concessions[0], abs=0.015)


@pytest.mark.kernel
def test_greedy_sides_do_not_wait_for_a_deadline():
    for win in ([0.1, 0.5], [0.1, 0.1]):
        stage = {"g": [-0.1, -0.1], "l": [0.2, 0.2], "f": win, "deadline": 2.0, "B": [-1, -1]}
        process = MultiStepProcess.from_dict(
            {"stages": [stage], "r": [0.01, 0.01], "z": [0.1, 0.2]}
        )
        solution = solve_process(process)
        free = solve_process(replace(process, stages=(replace(process.stages[0], deadline=None),)))
        assert solution.values == pytest.approx(free.values)
        assert solution.residual < 1e-12
        assert check_strategies(solution).worst < 1e-12


def test_values_do_not_jump_where_a_deadline_begins_to_bind():
    free = solve_process(bare(50.0, cost=(1.0, 1.3)))
    ends = float(free.exhaustion_times[0])
    for near in (1e-3, 1e-6):
        bound = solve_process(bare(ends - near, cost=(1.0, 1.3)))
        assert bound.exhaustion_times[0] < ends - near
        assert bound.values == pytest.approx(free.values, abs=3.0 * near)
        assert bound.atoms == pytest.approx(free.atoms, abs=3.0 * near)
    late = solve_process(bare(ends * (1.0 + 1e-9), cost=(1.0, 1.3)))
    assert late.values == pytest.approx(free.values, rel=1e-12)


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_the_scale_of_payoffs_does_not_matter(scale):
    for changes in ({}, {"breakdown": (-0.1, -0.3)}, {"cost": (-0.1, 1.0)}, {"deadline": 0.05}):
        given = {"deadline": 1.0, **changes}
        plain, scaled = solve_process(bare(**given)), solve_process(bare(**given, scale=scale))
        assert scaled.values / scale == pytest.approx(plain.values, rel=1e-9, abs=1e-12)
        assert scaled.atoms == pytest.approx(plain.atoms, rel=1e-9, abs=1e-12)
        last = [s.branch_solution.deadline_atoms for s in (plain, scaled)]
        assert last[1] == pytest.approx(last[0], rel=1e-9)


def test_a_deal_at_a_deadline_is_discounted():
    process = one(deadlines=[2.0, 5.0], breakdown=(-0.5, -0.5), audience_growth=(0.01, 0.0))
    solution = solve_process(process)
    times = simulate_process(solution, 200_000, rng=np.random.default_rng(3)).deal_time
    assert solution.discounted_deal(0.1) == pytest.approx(np.exp(-0.1 * times).mean(), abs=0.004)
    deal = times[np.isfinite(times)].mean()
    assert solution.mean_time_to_deal == pytest.approx(deal, rel=0.01)


def test_a_date_at_which_a_deadline_is_met_counts_the_concessions_there():
    # Nobody concedes before the deadlines, at which all but the tough types do.
    process = fight(
        2,
        (0.1, 0.2),
        flows=[[0.1, 0.1]] * 2,
        discount_rates=[0.05, 0.04],
        breakdown=[-1.0, -1.0],
        deadlines=[2.0, 3.0],
    )
    solution = solve_process(process)
    days = np.array([1.9, 2.0, 4.9, 5.0, 20.0]) * DAYS_IN[solution.process.time_unit]
    met = 1.0 - 0.1 * 0.2
    expected = [0.0, 0.0, 0.0, met**2, met**2]
    np.testing.assert_allclose(solution.deal_by(days), expected, atol=1e-9)
    np.testing.assert_allclose([solution.deal_by(day) for day in days], expected, atol=1e-9)
    first = [0.0, met, met, met, met]
    np.testing.assert_allclose(solution.stage_by(0, days), first, atol=1e-9)


def test_symmetric_sides_do_the_same():
    # With hazards of 1/2 until T - 1/3 each side is indifferent to the end: L = -2 is the value.
    solution = solve_process(
        MultiStepProcess.from_payoffs(
            flows=[[-1.0, -1.0]],
            terms=[[[-2.0, 0.0], [0.0, -2.0]]],
            breakdown=[-2.5, -2.5],
            discount_rates=[0.0, 0.0],
            stubbornness=[0.01, 0.01],
            deadlines=[5.0],
        )
    )
    assert solution.atoms[0] == pytest.approx([0.0, 0.0], abs=1e-15)
    assert solution.values == pytest.approx([-2.0, -2.0], rel=1e-12)
    assert assert_equilibrium(solution, 1e-6) == 1


def test_symmetric_games_stay_symmetric():
    rng = np.random.default_rng(4)
    for _ in range(300):
        concede, gap, end = rng.normal(0.0, 1.0, 3)
        process = MultiStepProcess.from_payoffs(
            flows=[[rng.normal(-0.5, 0.5)] * 2],
            terms=[[[concede, concede + abs(gap)], [concede + abs(gap), concede]]],
            breakdown=[end - 0.5] * 2,
            discount_rates=[rng.choice([0.05, 0.5])] * 2,
            stubbornness=[rng.choice([0.0, 1e-300, 1e-10, 0.01, 0.3, 1.0])] * 2,
            audience_growth=[rng.choice([0.0, 0.1, 1.0])] * 2,
            breakdown_hazard=rng.choice([0.0, 0.1]),
            deadlines=[rng.choice([None, 0.1, 1.0, 5.0, 50.0])],
        )
        branch = solve_process(process).branch_solution
        for found in (branch.values, branch.atoms, branch.deadline_atoms):
            assert found[0, 0, 0] == pytest.approx(found[0, 0, 1], rel=1e-9, abs=1e-12)


@pytest.mark.kernel
@pytest.mark.parametrize("flow", [-0.4, 0.3])
def test_sides_that_would_rather_give_in_than_win_do_so_at_once(flow):
    # F < L on both sides. Each plan against a rival that concedes at the opening unless tough:
    # conceding there as well (a coin decides), or waiting, alone with a tough rival, until any t.
    concede, win, end, r, deadline = (0.2, 0.1), (-0.3, -0.5), (-1.0, -2.0), (0.05, 0.1), 2.0
    z = (0.02, 0.05)
    solution = solve_process(
        MultiStepProcess.from_payoffs(
            flows=[[flow, flow]],
            terms=[[[concede[0], win[1]], [win[0], concede[1]]]],
            breakdown=end,
            discount_rates=r,
            stubbornness=z,
            deadlines=[deadline],
        )
    )
    assert solution.behaviours[0] == ("concedes_at_once",) * 2
    t = np.linspace(0.0, deadline, 401)
    for i in range(2):
        j = 1 - i
        paid = flow * -np.expm1(-r[i] * t) / r[i]
        alone = paid + np.exp(-r[i] * t) * concede[i]
        waits = max(alone.max(), paid[-1] + np.exp(-r[i] * deadline) * end[i])
        first = 0.5 * (1.0 + z[j]) * concede[i] + 0.5 * (1.0 - z[j]) * win[i]
        assert solution.values[i] == pytest.approx(first, rel=1e-12)
        assert (1.0 - z[j]) * win[i] + z[j] * waits < first
