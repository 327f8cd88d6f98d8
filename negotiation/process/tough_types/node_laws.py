"""Laws of a solved process's nodes: what happens at an opening, how posteriors grow after it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from negotiation.process.tough_types.closed_form import SolvedProcess
from negotiation.process.tough_types.dates.closed_form_outcomes import log_growth
from negotiation.process.tough_types.histories import links, reachable
from negotiation.process.tough_types.kernels.regimes import ATTRITION
from negotiation.values import FloatArray, IntArray

__all__ = ["NodeLaw", "node_laws"]

#: Points of a curve along which hazards change, and of one along which they do not.
_GROWING = 2001
_POINTS, _OWN_POINTS = 400, 40


@dataclass(frozen=True, eq=False)
class NodeLaw:
    """One stage after one history, as far as dates and outcomes go.

    Attributes
    ----------
    stage, history, kind, behaviour
        What it is; codes of `negotiation.process.tough_types.kernels.regimes`.
    prior
        Prior of the tough type, ``[side]``.
    following
        Next node by conceder, -1 at the end; ``back`` where a breakdown returns to, -1 for none.
    breakdown_hazard
        Rate of breakdown.
    atoms
        Probability ``[side]`` that a side is the one that concedes at the opening.
    times, beliefs
        The curve of posteriors: times before its end, ascending from zero, and their logs
        ``[point, side]``, up to a constant.
    duration
        Time after the opening up to which sides concede with hazards.
    steady_hazards
        Hazards where they are constant for ever.
    deadline, deadline_atoms
        Time after the opening at which the stage breaks down, and concessions there.
    to_deadline
        Whether the curve goes on to the deadline, so that its place 0 is left at once.
    """

    stage: int
    history: int
    kind: int
    behaviour: IntArray
    prior: FloatArray
    following: IntArray
    back: int
    breakdown_hazard: float
    atoms: FloatArray
    times: FloatArray
    beliefs: FloatArray
    duration: float
    steady_hazards: FloatArray
    deadline: float
    deadline_atoms: FloatArray
    to_deadline: bool = False

    def until_deadline(self) -> NodeLaw:
        """Return the law with its curve measured from the deadline, if the stage has one.

        Nobody concedes between the end of the curve and the deadline.
        """
        if not np.isfinite(self.deadline):
            return self
        gap = self.deadline - self.duration
        mixes = self.kind == ATTRITION and self.duration > 0.0
        times, beliefs = self.times, self.beliefs
        if not mixes:
            times, beliefs = np.array([0.0, self.deadline]), np.repeat(beliefs[:1], 2, axis=0)
        elif gap > 0.0:
            times = np.concatenate([[0.0], times + gap])
            beliefs = np.concatenate([beliefs[:1], beliefs])
        return replace(
            self,
            kind=ATTRITION,
            times=times,
            beliefs=beliefs,
            duration=self.deadline,
            to_deadline=True,
        )

    def last_concessions(self) -> FloatArray:
        """Chance ``[side]`` of being the one that concedes at the deadline; a coin orders two."""
        return np.asarray(self.deadline_atoms * (1.0 - 0.5 * self.deadline_atoms[::-1]))

    def log_beliefs(self, times: FloatArray) -> FloatArray:
        """Log posteriors ``[time, side]``; beyond the curve its last slope goes on."""
        out = np.empty((len(times), 2))
        over = np.maximum(times - self.times[-1], 0.0)
        for j in range(2):
            out[:, j] = np.interp(times, self.times, self.beliefs[:, j])
            slope = (self.beliefs[-1, j] - self.beliefs[-2, j]) / (self.times[-1] - self.times[-2])
            out[:, j] += slope * over
        return out

    def places(self, span: float | None = None) -> FloatArray:
        """Places at the points of the curve, or cells of a length along it, the lowest shorter.

        Place 0 alone where nobody mixes. Every entry is at the upper end of the highest cell.
        """
        if self.kind != ATTRITION or self.duration == 0.0:
            return np.zeros(1)
        if not np.isfinite(self.duration):
            return np.array([0.0, np.inf])
        if span is not None:
            cells = int(np.ceil(self.duration / span * (1.0 - 1e-12)))
            ends = self.duration - span * np.arange(cells - 1, -1, -1, dtype=np.float64)
            return np.concatenate([[0.0], ends])
        if len(self.times) >= _OWN_POINTS:
            return self.times
        return np.linspace(0.0, self.duration, _POINTS)

    def exit_times(self, places: FloatArray) -> FloatArray:
        """Mean time at which a cell is left by a concession or breakdown, given that it is."""
        grown = self.log_beliefs(places)
        width = np.diff(places)
        total = np.maximum(
            (grown[:-1] - grown[1:]).sum(axis=1) + self.breakdown_hazard * width, 1e-9
        )
        return np.asarray(width * (1.0 / total - 1.0 / np.expm1(total)))

    def draw(self, size: int, rng: np.random.Generator) -> tuple[FloatArray, IntArray]:
        """Draw how the node ends for a number of paths that enter it.

        Returns the time spent and the outcome (the side that concedes, -1 for a breakdown, -2 for
        a stage that never ends).
        """
        chance = rng.random(size)
        waits = rng.standard_exponential((size, 3))
        with np.errstate(divide="ignore", invalid="ignore"):
            broke = np.minimum(waits[:, 2] / self.breakdown_hazard, self.deadline)
        times = self._concession_times(waits[:, :2], rng)
        first = np.argmin(times, axis=1)
        spent = times[np.arange(size), first]
        at_once = chance < self.atoms.sum()
        spent = np.where(at_once, 0.0, spent)
        first = np.where(at_once, (chance >= self.atoms[0]).astype(np.int64), first)
        outcome = np.where(spent <= broke, first, -1)
        spent = np.minimum(spent, broke)
        return spent, np.where(np.isfinite(spent), outcome, -2)

    def _concession_times(self, growth: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Times ``[path, side]`` at which log posteriors have grown by ``growth``, or infinity."""
        times = np.full(growth.shape, np.inf)
        if self.kind != ATTRITION or self.duration == 0.0:
            return self._at_the_deadline(times, rng)
        if not np.isfinite(self.duration):
            with np.errstate(divide="ignore"):
                return np.asarray(growth / self.steady_hazards)
        reached = self.log_beliefs(np.array([self.duration])) + growth
        for j in range(2):
            left = np.interp(-reached[:, j], -self.beliefs[:, j], self.times)
            times[:, j] = np.where(
                reached[:, j] < self.beliefs[0, j], np.maximum(self.duration - left, 0.0), np.inf
            )
        return self._at_the_deadline(times, rng)

    def _at_the_deadline(self, times: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Put concessions at the deadline among those that have not conceded before."""
        if not self.deadline_atoms.any():
            return times
        gives = np.isinf(times) & (rng.random(times.shape) < self.deadline_atoms)
        # A coin orders two that concede there.
        times[gives] = self.deadline * (1.0 - 1e-12 * rng.random(int(gives.sum())))
        return times


def node_laws(solution: SolvedProcess) -> list[NodeLaw]:
    """Return the law of every node that play can reach, the first where it starts."""
    arrays, branches = solution.arrays, solution.branch_solution
    order = reachable(arrays)
    number = {node: n for n, node in enumerate(order)}
    laws = []
    for k, h in order:
        following, back = links(arrays, k, h, number)
        times, beliefs = np.array([0.0, 1.0]), np.zeros((2, 2))
        duration = 0.0
        if branches.kinds[k, h] == ATTRITION:
            duration = float(branches.horizons[k, h])
            if 0.0 < duration < np.inf:
                times, beliefs = _curve(solution, k, h, duration)
        laws.append(
            NodeLaw(
                stage=k,
                history=h,
                kind=int(branches.kinds[k, h]),
                behaviour=branches.behaviours[k, h],
                prior=arrays.stubbornness[k],
                following=following,
                back=back,
                breakdown_hazard=float(arrays.breakdown_hazard[k]),
                atoms=branches.atoms[k, h],
                times=times,
                beliefs=beliefs,
                duration=duration,
                steady_hazards=branches.hazards[k, h],
                deadline=float(arrays.deadlines[k]),
                deadline_atoms=branches.deadline_atoms[k, h],
            )
        )
    return laws


def _curve(
    solution: SolvedProcess, k: int, h: int, duration: float
) -> tuple[FloatArray, FloatArray]:
    """Log posteriors of a stage, by the time left."""
    arrays, branches = solution.arrays, solution.branch_solution
    growing = arrays.audience_growth[k].any()
    spent = np.linspace(0.0, duration, _GROWING if growing else 2)
    if growing:
        # Points close to the opening, for hazards by which little is left long before the end.
        spent = np.union1d(spent, duration * np.geomspace(1e-5, 1.0, _GROWING))
    grown = np.empty((len(spent), 2))
    for j in range(2):
        i = 1 - j
        L, F = branches.concede_values[k, h, i], branches.win_values[k, h, i]
        a = arrays.audience_growth[k, i]
        rho = arrays.discount_rates[i] + arrays.breakdown_hazard[k]
        N = branches.hazards[k, h, j] * (F - L)
        grown[:, j] = log_growth(spent, N, F - L, a, rho)
    left = (grown - grown[-1])[::-1]
    return np.asarray(duration - spent[::-1]), np.asarray(left)
