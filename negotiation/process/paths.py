"""How a stage unfolds from given beliefs: the law of who concedes and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from negotiation.process.closed_form import ATTRITION, PASSED
from negotiation.process.outcomes import log_growth
from negotiation.values import FloatArray, IntArray

if TYPE_CHECKING:
    from negotiation.process.solve import ProcessSolution

__all__ = ["StageLaw", "stage_laws"]

_GROWING = 2001


@dataclass(frozen=True, eq=False)
class StageLaw:
    """Law of one stage after one history, from its prior beliefs.

    Attributes
    ----------
    stage, history
        Where it applies.
    passed
        Whether the stage is not played.
    atoms
        Probability that each side concedes at the opening.
    times, log_beliefs
        Path of the log posteriors ``[point, side]`` after the opening; empty where concessions
        end with the opening.
    breakdown_hazard, deadline, deadline_atoms
        When the stage breaks down, and concessions at the deadline.
    """

    stage: int
    history: int
    passed: bool
    atoms: FloatArray
    times: FloatArray
    log_beliefs: FloatArray
    breakdown_hazard: float
    deadline: float
    deadline_atoms: FloatArray

    def draw(
        self, beliefs: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, IntArray, FloatArray]:
        """Draw (time spent, outcome, winner's posterior) for paths with entry ``beliefs``.

        Outcome is the side that concedes, -1 for a breakdown, -2 for a stage that never ends.
        """
        n = len(beliefs)
        opening = rng.random(n)
        levels = rng.random((n, 2))
        waits = rng.standard_exponential(n)
        with np.errstate(divide="ignore"):
            broke = np.minimum(waits / self.breakdown_hazard, self.deadline)
        times = np.full((n, 2), np.inf)
        if len(self.times):
            for i in range(2):
                path = self.log_beliefs[:, i]
                reached = path[0] - np.log1p(-levels[:, i])
                if np.isfinite(self.times[-1]):
                    times[:, i] = np.interp(reached, path, self.times, right=np.inf)
                else:
                    # z = 0: the posterior stays at zero and concessions come at a constant rate.
                    times[:, i] = -np.log1p(-levels[:, i]) / self.log_beliefs[-1, i]
            if self.deadline_atoms.any():
                for i in range(2):
                    left = np.exp(self.log_beliefs[0, i] - self.log_beliefs[-1, i])
                    survive = left * (1.0 - self.deadline_atoms[i])
                    late = ~np.isfinite(times[:, i]) & (1.0 - levels[:, i] > survive)
                    # a fair coin decides between two concessions at the deadline
                    times[late, i] = self.times[-1] * (1.0 - 1e-12 * rng.random(int(late.sum())))
        first = np.argmin(times, axis=1)
        spent = times[np.arange(n), first]
        at_once = opening < self.atoms.sum()
        first = np.where(at_once, (opening >= self.atoms[0]).astype(np.int64), first)
        spent = np.where(at_once, 0.0, spent)
        before = spent <= broke
        who = np.where(before, first, -1)
        spent = np.minimum(spent, broke)
        who = np.where(np.isfinite(spent), who, -2)
        return spent, who, np.zeros(n)


def stage_laws(solution: ProcessSolution) -> dict[tuple[int, int], StageLaw]:
    """Return the law of every stage and history of a solution in closed form."""
    arrays, branches = solution.arrays, solution.branch_solution
    laws = {}
    for k in range(len(arrays.breakdown_hazard)):
        for h in range(arrays.histories(k)):
            times, path = np.empty(0), np.empty((0, 2))
            if branches.kinds[k, h] == ATTRITION:
                times, path = _posterior_path(solution, k, h)
            laws[k, h] = StageLaw(
                stage=k,
                history=h,
                passed=bool(branches.kinds[k, h] == PASSED),
                atoms=branches.atoms[k, h],
                times=times,
                log_beliefs=path,
                breakdown_hazard=float(arrays.breakdown_hazard[k]),
                deadline=float(arrays.deadlines[k]),
                deadline_atoms=branches.deadline_atoms[k, h],
            )
    return laws


def _posterior_path(solution: ProcessSolution, k: int, h: int) -> tuple[FloatArray, FloatArray]:
    """Log growth of both posteriors since the opening; linear for constant hazards."""
    arrays, branches = solution.arrays, solution.branch_solution
    T0 = branches.horizons[k, h]
    if not np.isfinite(T0):
        return np.array([0.0, np.inf]), np.stack([np.zeros(2), branches.hazards[k, h]])
    growing = arrays.audience_growth[k].any()
    times = np.linspace(0.0, T0, _GROWING if growing else 2)
    grown = np.empty((len(times), 2))
    for j in range(2):
        i = 1 - j
        L, F = branches.concede_values[k, h, i], branches.win_values[k, h, i]
        a, beta = arrays.audience_growth[k, i], arrays.breakdown_hazard[k]
        N = branches.hazards[k, h, j] * (F - L)
        grown[:, j] = log_growth(times, N, F - L, a, arrays.discount_rates[i] + beta)
    return times, grown
