"""Where play can stand in a node: its curve of posteriors, and what happens at an opening."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from negotiation.process.tough_types.kernels.regimes import (
    AT_ONCE,
    ATTRITION,
    CONCEDES_FIRST,
    LEAST,
    NEVER,
)
from negotiation.values import FloatArray, IntArray

__all__ = ["NodeLaw", "Opening"]

_POINTS, _OWN_POINTS = 400, 40


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
    tracks, share
        In a node with tracks: the two of them ``[entry, 2]`` between which the entry lies, and its
        distance ``[entry]`` from the first as a share of theirs.
    """

    atoms: FloatArray
    winner: FloatArray
    time: FloatArray
    tracks: IntArray | None = None
    share: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class NodeLaw:
    """One stage after one history, as far as dates and outcomes go.

    Attributes
    ----------
    stage, history, kind, behaviour
        What it is; codes of `negotiation.process.tough_types.closed_form` and of the kernels.
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
    tracks, entries
        Where a clock runs and types persist every entry has a curve of its own: that of entries
        at the priors is the node's, those of others are interpolated between the curves of
        ``tracks``. ``entries`` holds, for a loss of either side before and for the priors, log
        posteriors of the winner (at the priors of the second side), descending, and the numbers
        of their tracks.
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
    tracks: tuple[NodeLaw, ...] = ()
    entries: tuple[tuple[FloatArray, IntArray], ...] = ()

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
            fixed_opening=(
                np.zeros(2) if self.fixed_opening is None else self.fixed_opening[0],
                self.deadline,
            ),
            to_deadline=True,
        )

    def last_concessions(self) -> FloatArray:
        """Chance ``[side]`` of being the one that concedes at the deadline; a coin orders two."""
        atoms = np.zeros(2) if self.deadline_atoms is None else self.deadline_atoms
        return np.asarray(atoms * (1.0 - 0.5 * atoms[::-1]))

    def last_winners(self) -> FloatArray:
        """Posteriors ``[side]`` of a side to which the other concedes at the deadline."""
        atoms = np.zeros(2) if self.deadline_atoms is None else self.deadline_atoms
        return np.asarray(np.minimum(np.exp(self.beliefs[0]) / (1.0 - 0.5 * atoms), 1.0))

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
        if len(self.times) >= _OWN_POINTS:
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
        if self.tracks:
            return self._between_tracks(beliefs, winner, np.broadcast_to(np.asarray(loser), size))
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
                if self.behaviour[i] == NEVER:
                    atoms[:, j] = 1.0 - beliefs[:, j]
                elif self.behaviour[i] == CONCEDES_FIRST:
                    atoms[:, i] = 1.0 - beliefs[:, i]
                    atoms[:, j] = beliefs[:, i] * (1.0 - beliefs[:, j])
                    winner[:, j] = 1.0
            if not (self.behaviour >= NEVER).any():
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
        if self.tracks:
            return self._draw_on_tracks(opening, chance, rng)
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
        if self.deadline_atoms is not None:
            late = spent >= self.deadline * (1.0 - 2e-12)
            winner = np.where(late, self.last_winners()[1 - first], winner)
        spent, first, winner = _with_opening(opening, chance, spent, first, winner)
        outcome = np.where(spent <= broke, first, -1)
        spent = np.minimum(spent, broke)
        return spent, np.where(np.isfinite(spent), outcome, -2), winner

    def _draw_on_tracks(
        self, opening: Opening, chance: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, IntArray, FloatArray]:
        """Draw as `draw` does, each path on one of the tracks between which it lies."""
        size = len(chance)
        assert opening.tracks is not None
        assert opening.share is not None
        taken = (rng.random(size) < opening.share).astype(np.int64)
        on = opening.tracks[np.arange(size), taken]
        spent, winner = np.empty(size), np.empty(size)
        outcome = np.empty(size, dtype=np.int64)
        for number in np.unique(on):
            members = np.flatnonzero(on == number)
            nobody = np.zeros((len(members), 2))
            spent[members], outcome[members], winner[members] = self.tracks[number].draw(
                nobody, rng
            )
        spent, outcome, winner = _with_opening(opening, chance, spent, outcome, winner)
        return spent, outcome, winner

    def _between_tracks(self, beliefs: FloatArray, winner: FloatArray, loser: IntArray) -> Opening:
        """Find the tracks of entries, and who concedes to bring their posteriors there."""
        size = len(beliefs)
        tracks, share = np.empty((size, 2), dtype=np.int64), np.empty(size)
        logs = np.log(np.maximum(beliefs, LEAST))
        for source in range(3):
            members = np.flatnonzero(loser == (source if source < 2 else -1))
            if not len(members):
                continue
            places, which = self.entries[source]
            if not len(places):
                tracks[members], share[members] = 0, 0.0
                continue
            asked = logs[members, 1 - source % 2]
            row = np.clip(np.searchsorted(-places, -asked, side="left") - 1, 0, len(places) - 1)
            after = np.minimum(row + 1, len(places) - 1)
            width = places[row] - places[after]
            part = np.divide(places[row] - asked, width, out=np.zeros(len(row)), where=width > 0.0)
            tracks[members] = np.stack([which[row], which[after]], axis=1)
            share[members] = np.clip(part, 0.0, 1.0)
        opened = np.stack([track.beliefs[-1] for track in self.tracks])
        spans = np.array([track.duration for track in self.tracks])
        reached = (1.0 - share)[:, None] * opened[tracks[:, 0]] + share[:, None] * opened[
            tracks[:, 1]
        ]
        atoms = np.clip(-np.expm1(np.minimum(logs - reached, 0.0)), 0.0, 1.0)
        # Only one side concedes at the opening: rounding must not make the other.
        weak = np.argmax(atoms, axis=1)
        atoms[np.arange(size), 1 - weak] = 0.0
        for side in range(2):
            if not len(self.entries[side][0]):
                # Known to be normal, it concedes again.
                atoms[loser == side] = np.arange(2) == side
        time = (1.0 - share) * spans[tracks[:, 0]] + share * spans[tracks[:, 1]]
        return Opening(atoms, winner, time, tracks, share)

    def thinned(self, count: int) -> NodeLaw:
        """Return the law with about ``count`` tracks for the entries after a loss of each side."""
        if not self.tracks:
            return self
        kept: list[int] = []
        entries = []
        for places, which in self.entries:
            jump = np.flatnonzero(np.diff(places) == 0.0)
            rows = np.unique(
                np.concatenate(
                    [
                        np.linspace(0, max(len(places) - 1, 0), count).astype(np.int64),
                        jump,
                        jump + 1,
                    ]
                )
            )
            rows = rows[rows < len(places)]
            entries.append((places[rows], len(kept) + np.arange(len(rows), dtype=np.int64)))
            kept.extend(which[rows].tolist())
        return replace(self, tracks=tuple(self.tracks[m] for m in kept), entries=tuple(entries))

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
            times[:, j] = np.where(
                reached < self.beliefs[0, j], np.maximum(start - left, 0.0), np.inf
            )
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


def _with_opening(
    opening: Opening, chance: FloatArray, spent: FloatArray, first: IntArray, winner: FloatArray
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Put concessions at the opening, where ``chance`` is below their atoms, before the rest."""
    at_once = chance < opening.atoms.sum(axis=1)
    opener = (chance >= opening.atoms[:, 0]).astype(np.int64)
    won = opening.winner[np.arange(len(chance)), opener]
    return (
        np.where(at_once, 0.0, spent),
        np.where(at_once, opener, first),
        np.where(at_once, won, winner),
    )
