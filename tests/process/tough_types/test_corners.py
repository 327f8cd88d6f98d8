"""Sides that gain nothing by being conceded to, or by conceding: best replies by brute force."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import ConvergenceError, NonFiniteError
from negotiation.process import check_strategies

FIRST, GIVES, NEVER = 3, 1, 2


def draw(seed, signs, clock):
    """A stage with given signs of N and F - L of each side, as keywords of `from_payoffs`."""
    rng = np.random.default_rng([5, seed])
    slopes, gaps = np.array(signs, dtype=float).T
    L = rng.uniform(-1.0, 1.0, 2)
    F = L + gaps * rng.uniform(0.02, 1.0, 2)
    B, r = rng.uniform(-1.0, 1.0, 2), rng.uniform(0.01, 0.4, 2)
    beta = float(rng.choice([0.0, rng.uniform(0.01, 0.4)]))
    a = rng.uniform(0.01, 0.3, 2) * ("growth" in clock)
    return {
        "flows": [r * L + beta * (L - B) + a - slopes * rng.uniform(0.02, 0.5, 2)],
        "terms": [[[L[0], F[1]], [F[0], L[1]]]],
        "discount_rates": r,
        "stubbornness": 10.0 ** rng.uniform(-2.5, -0.05, 2),
        "breakdown": B,
        "breakdown_hazard": beta,
        "audience_growth": a,
        "deadlines": [float(10.0 ** rng.uniform(-1.0, 1.3)) if "deadline" in clock else None],
    }


class Reply:
    """Payoffs of a side's concession times against the other side's part of a solution.

    Nothing here is taken from the solver but the probabilities of the other side's concessions,
    at the opening (before or with the side's own there), at a rate, and at the deadline.
    """

    def __init__(self, stage, solution, i):
        j = 1 - i
        found = solution.branch_solution
        behaviour, atoms = found.behaviours[0, 0], found.atoms[0, 0]
        (conceded, _), (_, _) = stage["terms"][0]
        L, F = np.empty(2), np.empty(2)
        (L[0], F[1]), (F[0], L[1]) = stage["terms"][0]
        assert conceded == L[0]
        z, beta = stage["stubbornness"], stage["breakdown_hazard"]
        a, T = stage["audience_growth"][i], stage["deadlines"][0]
        flow = stage["flows"][0][i] + beta * stage["breakdown"][i]
        rho = stage["discount_rates"][i] + beta
        mixes = found.kinds[0, 0] == 0
        stops = float(found.horizons[0, 0]) if mixes else 0.0
        end = T if T is not None else stops + 60.0
        # Of the other side's opening concessions, those that i's own can only tie with.
        early = late = 0.0
        if not mixes and behaviour[j] in (FIRST, GIVES):
            chance = 1.0 - z[j]
            tied = behaviour[j] == FIRST or (
                behaviour[i] == GIVES or (behaviour[i] != FIRST and F[j] <= L[j])
            )
            early, late = (chance, 0.0) if tied else (0.0, chance)
        else:
            late = float(atoms[j])
        self.t = np.unique(
            np.concatenate([np.linspace(0.0, stops, 4001), np.linspace(stops, end, 4001)])
        )
        t = self.t
        rate = found.hazards[0, 0, j]
        gap = F[i] - L[i]
        inside = np.minimum(t, stops)
        hazard = (rate * gap - rho * a * inside) / (gap + a * inside) if stops else np.zeros(len(t))
        assert np.all(hazard >= -1e-9)
        grown = np.concatenate(
            [[0.0], np.cumsum(0.5 * (hazard[1:] + hazard[:-1]) * np.diff(inside))]
        )
        S = (1.0 - early - late) * np.exp(-grown)
        kept = np.exp(-rho * t)
        paid = flow * 0.5 * (kept[1:] * S[1:] + kept[:-1] * S[:-1]) * np.diff(t)
        prize = F[i] * 0.5 * (kept[1:] + kept[:-1]) * -np.diff(S)
        base = (early + late) * F[i] + np.concatenate([[0.0], np.cumsum(paid + prize)])
        cost = L[i] - a * t
        self.at = base + kept * S * cost
        self.first = early * 0.5 * (L[i] + F[i]) + (1.0 - early) * L[i]
        self.second = early * F[i] + late * 0.5 * (L[i] + F[i]) + (1.0 - early - late) * L[i]
        last = float(found.deadline_atoms[0, 0, j])
        left = kept[-1] * S[-1]
        if T is None:
            self.deadline = -np.inf
            self.never = base[-1] + left * flow / rho
        else:
            tie = cost[-1] + 0.5 * last * (F[i] - cost[-1])
            self.deadline = base[-1] + left * tie
            self.never = base[-1] + left * (last * F[i] + (1.0 - last) * stage["breakdown"][i])

    @property
    def best(self):
        return max(self.first, self.second, self.at.max(), self.deadline, self.never)


SIDES = list(product((1, -1), (1, -1)))
SEEDS = 6


@pytest.mark.parametrize("clock", ["none", "growth", "deadline", "growth deadline"])
def test_no_reply_is_better_than_the_value(clock):
    solved = 0
    for signs in product(SIDES, SIDES):
        for seed in range(SEEDS):
            stage = draw(seed, signs, clock)
            try:
                solution = ng.solve_process(ng.MultiStepProcess.from_payoffs(**stage))
            except ConvergenceError:
                # Where waiting pays and being conceded to does not, no time is the last one
                # before a deadline.
                assert "deadline" in clock
                assert any(slope < 0 and gap < 0 for slope, gap in signs)
                continue
            solved += 1
            scale = max(np.abs(solution.branch_solution.values).max(), np.abs(stage["terms"]).max())
            for i in range(2):
                reply = Reply(stage, solution, i)
                assert reply.best - solution.values[i] <= 1.5e-3 * scale, (signs, seed, i)
                assert reply.best >= solution.values[i] - 1e-4 * scale, (signs, seed, i)
    assert solved >= 16 * SEEDS * (0.8 if "deadline" in clock else 1.0)


@pytest.mark.parametrize("rival_wins", [0.6, 0.1])
def test_a_side_that_would_wait_gives_in_before_a_bad_concession(rival_wins):
    # The first side would rather wait for ever (flow 0.05 at rate 0.1) than concede for 0.4, and
    # rather concede than be conceded to for -1. Where the second side prefers being conceded to,
    # the first gives in before it; otherwise a coin decides.
    solution = ng.solve_process(
        ng.MultiStepProcess.from_payoffs(
            flows=[[0.05, -0.05]],
            terms=[[[0.4, rival_wins], [-1.0, 0.3]]],
            discount_rates=[0.1, 0.1],
            stubbornness=[0.2, 0.1],
        )
    )
    if rival_wins > 0.3:
        assert solution.branch_solution.behaviours[0, 0].tolist() == [FIRST, GIVES]
        np.testing.assert_allclose(solution.values, [0.4, 0.8 * 0.6 + 0.2 * 0.3])
        np.testing.assert_allclose(solution.atoms[0], [0.8, 0.2 * 0.9])
    else:
        np.testing.assert_allclose(
            solution.values, [0.55 * 0.4 - 0.45 * 1.0, 0.6 * 0.3 + 0.4 * 0.1]
        )
        np.testing.assert_allclose(solution.atoms[0], [0.8 * 0.55, 0.9 * 0.6])
    assert solution.residual < 1e-12


def test_a_residual_sees_a_side_that_should_give_in_before():
    process = ng.MultiStepProcess.from_payoffs(
        flows=[[0.05, -0.05]],
        terms=[[[0.4, 0.6], [-1.0, 0.3]]],
        discount_rates=[0.1, 0.1],
        stubbornness=[0.2, 0.1],
    )
    solution = ng.solve_process(process)
    branches = solution.branch_solution
    behaviours, values, atoms = (
        branches.behaviours.copy(),
        branches.values.copy(),
        branches.atoms.copy(),
    )
    behaviours[0, 0], atoms[0, 0] = [NEVER, GIVES], [0.0, 0.9]
    values[0, 0] = [-0.9 + 0.1 * 0.5, 0.3]
    wrong = replace(
        solution,
        branch_solution=replace(branches, behaviours=behaviours, values=values, atoms=atoms),
    )
    assert wrong.residual > 0.5
    assert check_strategies(wrong).worst > 0.5


@pytest.mark.parametrize("growth", [0.0, 0.2])
def test_a_later_stage_of_infinite_value_is_named(growth):
    # Without discounting or breakdown a gain from waiting has no finite value.
    process = ng.MultiStepProcess.from_payoffs(
        flows=[[-0.1, -0.1], [0.1, 0.1], [0.1, -0.1]],
        terms=[[[0.3, 0.6], [0.7, 0.4]]] * 3,
        discount_rates=[0.0, 0.0],
        stubbornness=[0.1, 0.1],
        audience_growth=[[0.0, 0.0], [0.0, 0.0], [growth, growth]],
        deadlines=[5.0, None, None],
    )
    with pytest.raises(NonFiniteError, match="not finite"):
        ng.solve_process(process)
