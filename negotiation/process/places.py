"""Where play can stand in a node: its curve of posteriors, and what happens at an opening."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from negotiation.process.closed_form import AT_ONCE, ATTRITION
from negotiation.process.graph import links, reachable
from negotiation.process.outcomes import log_growth
from negotiation.process.persistent import Curves
from negotiation.values import FloatArray, IntArray

if TYPE_CHECKING:
    from negotiation.process.solution import ProcessSolution

__all__ = ["NodeLaw", "Opening", "node_laws"]

_POINTS = 400
_GROWING = 2001
_NEVER, _FIRST = 2, 3


@dataclass(frozen=True, eq=False)
class Opening:
    """What happens when a node opens with given beliefs, arrays over entries.

    Attributes
    ----------
    atoms
        ``[entry, side]``: probability that a side is the one that concedes at once.
    winner
        ``[entry, conceder]``: posterior of the other side at such a concession.
    time
        ``[entry]``: place on the curve, as the time left until concessions end.
    """

    atoms: FloatArray
    winner: FloatArray
    time: FloatArray


@dataclass(frozen=True, eq=False)
class NodeLaw:
    """One stage after one history, as far as dates and outcomes go.

    Attributes
    ----------
    stage, history, kind, behaviour
        What it is; codes of `negotiation.process.closed_form` and of the kernels.
    prior
        Prior of the tough type, ``[side]``.
    following
        Next node by conceder, -1 at the end; ``back`` where a breakdown returns to, -1 for none.
    breakdown_hazard
        Rate of breakdown.
    times, beliefs
        The curve: times before its end, ascending from zero, and log posteriors ``[point, side]``.
    duration
        Longest time for which concessions can last.
    steady_hazards
        Hazards where both priors are zero.
    fixed_opening
        Atoms ``[side]`` and time where every entry is the same (no persistence); else None.
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
    times: FloatArray
    beliefs: FloatArray
    duration: float
    steady_hazards: FloatArray
    fixed_opening: tuple[FloatArray, float] | None = None
    deadline: float = np.inf
    deadline_atoms: FloatArray | None = None
    to_deadline: bool = False

    def until_deadline(self) -> NodeLaw:
        """Return the law with its curve measured from the deadline, if the stage has one.

        Nobody concedes between the end of the curve and the deadline.
        """
        if not np.isfinite(self.deadline) or self.fixed_opening is None:
            return self
        gap = self.deadline - self.duration
        mixes = self.kind == ATTRITION and self.duration > 0.0
        times, beliefs = self.times, self.beliefs
        if not mixes:
            times, beliefs = np.array([0.0, self.deadline]), np.zeros((2, 2))
        elif gap > 0.0:
            times = np.concatenate([[0.0], times + gap])
            beliefs = np.concatenate([beliefs[:1], beliefs])
        return replace(
            self,
            kind=ATTRITION,
            times=times,
            beliefs=beliefs,
            duration=self.deadline,
            fixed_opening=(self.fixed_opening[0], self.deadline),
            to_deadline=True,
        )

    def last_concessions(self) -> FloatArray:
        """Chance ``[side]`` of being the one that concedes at the deadline; a coin orders two."""
        atoms = np.zeros(2) if self.deadline_atoms is None else self.deadline_atoms
        return np.asarray(atoms * (1.0 - 0.5 * atoms[::-1]))

    def log_beliefs(self, times: FloatArray) -> FloatArray:
        """Log posteriors ``[time, side]``; beyond the curve its last slope goes on."""
        out = np.empty((len(times), 2))
        over = np.maximum(times - self.times[-1], 0.0)
        for j in range(2):
            out[:, j] = np.interp(times, self.times, self.beliefs[:, j])
            slope = (self.beliefs[-1, j] - self.beliefs[-2, j]) / (self.times[-1] - self.times[-2])
            out[:, j] += slope * over
        return out

    def natural_places(self) -> FloatArray:
        """Places at the points of the curve; place 0 alone where nobody mixes."""
        if self.kind != ATTRITION or self.duration == 0.0:
            return np.zeros(1)
        if not np.isfinite(self.duration):
            return np.array([0.0, np.inf])
        if len(self.times) >= 100:
            return self.times
        return np.linspace(0.0, self.duration, _POINTS)

    def concession_rates(self, left: float) -> tuple[FloatArray, FloatArray, float]:
        """Rates of a concession by either side between points of the path that is left.

        Parameters
        ----------
        left
            Place on the curve, as the time left until concessions end.

        Returns
        -------
        spent, rates
            Times since the opening ``[point]``, and the rate between each and the next.
        last
            Chance of a concession at the deadline, once it is reached.
        """
        if np.isfinite(self.deadline) and not self.to_deadline:
            return self.until_deadline().concession_rates(self.deadline)
        if self.kind != ATTRITION or self.duration == 0.0:
            return np.zeros(1), np.zeros(0), 0.0
        if not np.isfinite(self.duration):
            return np.array([0.0, np.inf]), np.array([self.steady_hazards.sum()]), 0.0
        places = np.append(self.times[self.times < left * (1.0 - 1e-12)], left)[::-1]
        rates = np.diff(self.log_beliefs(places).sum(axis=1)) / -np.diff(places)
        return left - places, np.asarray(rates), float(self.last_concessions().sum())

    def exit_times(self, places: FloatArray) -> FloatArray:
        """Mean time at which a cell is left by a concession or breakdown, given that it is."""
        grown = self.log_beliefs(places)
        width = np.diff(places)
        total = np.maximum(
            (grown[:-1] - grown[1:]).sum(axis=1) + self.breakdown_hazard * width, 1e-9
        )
        return np.asarray(width * (1.0 / total - 1.0 / np.expm1(total)))

    def open(self, beliefs: FloatArray, loser: IntArray | int = -1) -> Opening:
        """Return what happens when the node opens with ``beliefs [entry, side]``.

        ``loser`` is the side that conceded just before, -1 for none. Where both sides are known
        to be normal it concedes again, as it does against a winner who may hardly be tough.
        """
        size = len(beliefs)
        winner = np.asarray(beliefs[:, ::-1])
        if self.fixed_opening is not None:
            atoms, time = self.fixed_opening
            return Opening(np.broadcast_to(atoms, (size, 2)), winner, np.full(size, time))
        if self.kind == ATTRITION:
            found = self._on_the_curve(beliefs, winner)
            conceded = np.broadcast_to(np.asarray(loser), size)
            again = (beliefs == 0.0).all(axis=1) & (conceded >= 0)
            if again.any():
                found.atoms[again] = conceded[again, None] == np.arange(2)
            return found
        atoms = np.zeros((size, 2))
        if self.kind == AT_ONCE:
            winner = winner.copy()
            for i in range(2):
                j = 1 - i
                if self.behaviour[i] == _NEVER:
                    atoms[:, j] = 1.0 - beliefs[:, j]
                elif self.behaviour[i] == _FIRST:
                    atoms[:, i] = 1.0 - beliefs[:, i]
                    atoms[:, j] = beliefs[:, i] * (1.0 - beliefs[:, j])
                    winner[:, j] = 1.0
            if not (self.behaviour >= _NEVER).any():
                for i in range(2):
                    atoms[:, i] = 0.5 * (1.0 - beliefs[:, i]) * (1.0 + beliefs[:, 1 - i])
        return Opening(atoms, winner, np.zeros(size))

    def draw(
        self, beliefs: FloatArray, rng: np.random.Generator, loser: IntArray | int = -1
    ) -> tuple[FloatArray, IntArray, FloatArray]:
        """Draw how the node ends for paths that enter with ``beliefs [path, side]``; see `open`.

        Returns the time spent, the outcome (the side that concedes, -1 for a breakdown, -2 for
        a stage that never ends) and the winner's posterior.
        """
        size = len(beliefs)
        opening = self.open(beliefs, loser)
        chance = rng.random(size)
        waits = rng.standard_exponential((size, 3))
        with np.errstate(divide="ignore", invalid="ignore"):
            broke = np.minimum(waits[:, 2] / self.breakdown_hazard, self.deadline)
        times = self._concession_times(opening.time, waits[:, :2], rng)
        first = np.argmin(times, axis=1)
        spent = times[np.arange(size), first]
        winner = np.zeros(size)
        if self.kind == ATTRITION and 0.0 < self.duration < np.inf:
            place = np.clip(opening.time - spent, 0.0, None)
            winner = np.exp(self.log_beliefs(place))[np.arange(size), 1 - first]
        at_once = chance < opening.atoms.sum(axis=1)
        opener = (chance >= opening.atoms[:, 0]).astype(np.int64)
        first = np.where(at_once, opener, first)
        spent = np.where(at_once, 0.0, spent)
        winner = np.where(at_once, opening.winner[np.arange(size), opener], winner)
        outcome = np.where(spent <= broke, first, -1)
        spent = np.minimum(spent, broke)
        return spent, np.where(np.isfinite(spent), outcome, -2), winner

    def _concession_times(
        self, start: FloatArray, growth: FloatArray, rng: np.random.Generator
    ) -> FloatArray:
        """Times ``[path, side]`` at which log posteriors have grown by ``growth``, or infinity."""
        times = np.full(growth.shape, np.inf)
        if self.kind != ATTRITION or self.duration == 0.0:
            return self._at_the_deadline(times, rng)
        if not np.isfinite(self.duration):
            with np.errstate(divide="ignore"):
                return np.asarray(growth / self.steady_hazards)
        began = self.log_beliefs(start)
        for j in range(2):
            reached = began[:, j] + growth[:, j]
            left = np.interp(-reached, -self.beliefs[:, j], self.times)
            times[:, j] = np.where(reached < 0.0, np.maximum(start - left, 0.0), np.inf)
        return self._at_the_deadline(times, rng)

    def _at_the_deadline(self, times: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Put concessions at the deadline among those that have not conceded before."""
        if self.deadline_atoms is None or not self.deadline_atoms.any():
            return times
        gives = np.isinf(times) & (rng.random(times.shape) < self.deadline_atoms)
        # A coin orders two that concede there.
        times[gives] = self.deadline * (1.0 - 1e-12 * rng.random(int(gives.sum())))
        return times

    def _on_the_curve(self, beliefs: FloatArray, winner: FloatArray) -> Opening:
        if self.duration == 0.0 or not np.isfinite(self.duration):
            normal = beliefs == 0.0
            alone = normal & ~normal.all(axis=1, keepdims=True)
            # A side that is surely tough is given in to at once, one surely normal gives in.
            sure = np.where(beliefs[:, ::-1] >= 1.0, 1.0 - beliefs, 0.0)
            return Opening(np.where(alone, 1.0, sure), winner, np.zeros(len(beliefs)))
        with np.errstate(divide="ignore"):
            logs = np.log(beliefs)
        left = np.empty_like(beliefs)
        for j in range(2):
            left[:, j] = np.interp(-logs[:, j], -self.beliefs[:, j], self.times)
        time = left.min(axis=1)
        reached = self.log_beliefs(time)
        atoms = np.clip(-np.expm1(logs - reached), 0.0, 1.0)
        # One of the two is on the curve: rounding must not make it concede.
        atoms[np.arange(len(time)), np.argmin(atoms, axis=1)] = 0.0
        return Opening(atoms, winner, time)


def node_laws(solution: ProcessSolution) -> list[NodeLaw]:
    """Return the law of every node that play can reach, the first where it starts."""
    if solution.curves is not None:
        return _persistent_laws(solution.curves, solution)
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
                times, beliefs = _closed_curve(solution, k, h, duration)
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
                times=times,
                beliefs=beliefs,
                duration=duration,
                steady_hazards=branches.hazards[k, h],
                fixed_opening=(branches.atoms[k, h], duration),
                deadline=float(arrays.deadlines[k]),
                deadline_atoms=branches.deadline_atoms[k, h],
            )
        )
    return laws


def _persistent_laws(curves: Curves, solution: ProcessSolution) -> list[NodeLaw]:
    arrays = solution.arrays
    laws = []
    for n, (k, h) in enumerate(zip(curves.stage, curves.history, strict=True)):
        count = int(curves.counts[n])
        attrition = curves.kinds[n] == ATTRITION
        laws.append(
            NodeLaw(
                stage=int(k),
                history=int(h),
                kind=int(curves.kinds[n]),
                behaviour=curves.behaviours[n],
                prior=curves.priors[n],
                following=curves.following[n],
                back=int(curves.back[n]),
                breakdown_hazard=float(arrays.breakdown_hazard[k]),
                times=curves.curve[n, :count, 2] if count else np.array([0.0, 1.0]),
                beliefs=curves.curve[n, :count, :2] if count else np.zeros((2, 2)),
                duration=_longest(curves.curve[n, :count, 2], curves.priors[n], attrition),
                steady_hazards=solution.branch_solution.hazards[k, h],
            )
        )
    return laws


def _longest(times: FloatArray, prior: FloatArray, attrition: bool) -> float:
    """Longest time of concessions; no curve means that a side is known to be normal."""
    if not attrition:
        return 0.0
    if len(times):
        return float(times[-1])
    return 0.0 if prior.any() else np.inf


def _closed_curve(
    solution: ProcessSolution, k: int, h: int, duration: float
) -> tuple[FloatArray, FloatArray]:
    """Log posteriors of a stage solved in closed form, by the time left."""
    arrays, branches = solution.arrays, solution.branch_solution
    growing = arrays.audience_growth[k].any()
    spent = np.linspace(0.0, duration, _GROWING if growing else 2)
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
