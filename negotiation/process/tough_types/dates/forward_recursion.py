"""Forward recursion over (time, winner's posterior, history).

The posteriors of a node move along one curve, so that where play stands is a place on a curve:
the time tau left until concessions end. Curves are cut into cells; in a cell each side concedes
in proportion to the growth of its log posterior, and the stage breaks down at its hazard. A
concession opens the next stage at the winner's posterior, where a side may concede at once, and
so on; what is left is put on the next curve, split between the two nearest places. The recursion
is a Markov chain whose matrix does not change with time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from negotiation.process.tough_types.kernels.regimes import ATTRITION
from negotiation.process.tough_types.posteriors import NodeLaw, Opening
from negotiation.values import FloatArray, IntArray

__all__ = ["NEGLIGIBLE", "Chain"]

#: Probability below which a path is dropped.
NEGLIGIBLE = 1e-14
#: Growth of both log posteriors over a part of a cell, and most parts of a cell.
_GROWTH, _PARTS = 0.1, 64
#: Growth of log posteriors over a cell below which nobody concedes in it.
_FLAT = 1e-10


def _mixes(law: NodeLaw) -> bool:
    """Whether concessions last for some time, and not for ever."""
    return law.kind == ATTRITION and 0.0 < law.duration < np.inf


@dataclass
class _Rows:
    """Entries of the chain's matrices, gathered piece by piece."""

    origin: list[IntArray] = field(default_factory=list)
    target: list[IntArray] = field(default_factory=list)
    weight: list[FloatArray] = field(default_factory=list)

    def add(self, origin: IntArray, target: IntArray, weight: FloatArray) -> None:
        keep = weight > 0.0
        if keep.any():
            self.origin.append(origin[keep])
            self.target.append(target[keep])
            self.weight.append(weight[keep])

    def matrix(self, shape: tuple[int, int]) -> Any:
        """Sparse matrix [target, origin]."""
        if not self.origin:
            return sparse.csr_matrix(shape)
        return sparse.coo_matrix(
            (
                np.concatenate(self.weight),
                (np.concatenate(self.target), np.concatenate(self.origin)),
            ),
            shape=shape,
        ).tocsr()


class Chain:
    """The chain for given cells of each node's curve.

    States are the places of every curve: place 0 (only tough types left), then the upper ends of
    its cells. ``curves`` lists for each node its law as one curve, or those of its tracks, and
    ``ends`` for each of these the places as times before its end, from zero up; a curve whose
    hazards never end has place 0 and one more, where it stays. With ``span``
    a step of the chain takes that long; without it, until the place is left. Mass is discounted at
    ``rate`` per unit of time, without ``span`` alone.

    Attributes
    ----------
    stay
        ``[state, state]``: play goes on in the same stage.
    move
        ``[state, state]``: a concession or relapse opens another stage.
    counts
        ``[row, state]``: concessions in row node * 2 + conceder, deals in the next row, openings
        of each node in the rows after that.
    """

    laws: Sequence[NodeLaw]
    ends: Sequence[FloatArray]
    psi: float
    rate: float
    curves: list[NodeLaw]
    node: list[int]
    first: IntArray
    offset: IntArray
    size: int
    stay: sparse.csr_matrix
    move: sparse.csr_matrix
    counts: sparse.csr_matrix
    start: FloatArray
    start_counts: FloatArray

    def __init__(
        self,
        laws: Sequence[NodeLaw],
        curves: Sequence[Sequence[NodeLaw]],
        ends: Sequence[FloatArray],
        psi: float,
        span: float | None,
        rate: float = 0.0,
    ) -> None:
        self.laws, self.ends, self.psi, self.rate = laws, ends, psi, rate
        self.curves = [curve for tracks in curves for curve in tracks]
        self.node = [n for n, tracks in enumerate(curves) for _ in tracks]
        self.first = np.concatenate([[0], np.cumsum([len(tracks) for tracks in curves])])
        sizes = np.array([len(places) for places in ends])
        self.offset = np.concatenate([[0], np.cumsum(sizes)])
        self._grown = [
            law.log_beliefs(places).sum(axis=1) if _mixes(law) else np.zeros(len(places))
            for law, places in zip(self.curves, ends, strict=True)
        ]
        self.size = int(self.offset[-1])
        self._move, self._counts, self._stay = _Rows(), _Rows(), _Rows()
        self._start, self._start_counts = _Rows(), _Rows()
        zero = np.zeros(1, dtype=np.int64)
        self._enter_prior(0, zero, np.ones(1), self._start, self._start_counts)
        for m in range(len(self.curves)):
            self._curve(m, span)
        self.stay = self._stay.matrix((self.size, self.size))
        self.move = self._move.matrix((self.size, self.size))
        rows = 3 * len(laws) + 1
        self.counts = self._counts.matrix((rows, self.size))
        self.start = self._start.matrix((self.size, 1)).toarray()[:, 0]
        self.start_counts = self._start_counts.matrix((rows, 1)).toarray()[:, 0]

    def _curve(self, m: int, span: float | None) -> None:
        n, law, places = self.node[m], self.curves[m], self.ends[m]
        base = int(self.offset[m])
        beta = law.breakdown_hazard
        here = np.array([base], dtype=np.int64)
        broken = np.ones(1)
        if law.to_deadline:
            self._at_the_deadline(m, here, 1.0)
        elif span is not None:
            broken = np.array([-np.expm1(-beta * span)])
            self._stay.add(here, here, 1.0 - broken)
        elif self.rate > 0.0:
            broken = np.array([beta / (beta + self.rate)])
        if beta > 0.0 and not law.to_deadline and law.back >= 0:
            self._enter_prior(law.back, here, broken, self._move, self._counts)
        if len(places) == 1:
            return
        if not np.isfinite(law.duration):
            self._steady(m, base + 1, span)
            return
        grown = self._grown[m]
        # Parts of cells that are small against the growth of posteriors.
        parts = np.clip(np.ceil((grown[:-1] - grown[1:]) / _GROWTH), 1, _PARTS).astype(np.int64)
        cell = np.repeat(np.arange(len(parts)), parts)
        last = np.cumsum(parts) - 1
        width = (np.diff(places) / parts)[cell]
        lower = places[cell] + width * (np.arange(len(cell)) - (last - parts + 1)[cell])
        edges = law.log_beliefs(np.append(lower, places[-1]))
        middle = np.exp(law.log_beliefs(lower + 0.5 * width))
        rise = np.maximum(edges[:-1] - edges[1:], 0.0)
        lapse = beta * width
        # Discounting is a hazard at which mass is lost.
        total = rise.sum(axis=1) + lapse + self.rate * width
        summed = np.cumsum(total)
        # Play goes down a cell: what is above a part comes first.
        share = np.exp(summed - summed[last][cell])
        share *= np.divide(-np.expm1(-total), total, out=np.zeros_like(total), where=total > 0.0)
        whole = np.diff(summed[last], prepend=0.0)
        state = base + 1 + np.arange(len(parts), dtype=np.int64)
        kept = np.exp(-whole)
        broken = share * lapse
        for c in range(2):
            self._concede(
                n,
                c,
                middle[:, 1 - c],
                base + 1 + cell,
                share * rise[:, c],
                self._move,
                self._counts,
            )
        if law.back >= 0 and beta > 0.0:
            self._enter_prior(law.back, base + 1 + cell, broken, self._move, self._counts)
        if span is not None and not law.to_deadline and beta > 0.0:
            # A cell shorter than a step ends in place 0 before the step does.
            idle = beta * np.maximum(span - np.diff(places), 0.0)
            lost, kept = kept * -np.expm1(-idle), kept * np.exp(-idle)
            if law.back >= 0:
                self._enter_prior(law.back, state, lost, self._move, self._counts)
        if law.to_deadline and span is not None:
            # The deadline falls into the step in which the lowest cell is left, and counts by its
            # end: a date at which play meets a deadline counts the concessions there.
            self._at_the_deadline(m, state[:1], float(kept[0]))
            state, kept = state[1:], kept[1:]
        self._stay.add(state, state - 1, kept)

    def _at_the_deadline(self, m: int, origin: IntArray, reached: float) -> None:
        """Concessions, and a breakdown without one, of the mass that reaches the deadline."""
        n, law = self.node[m], self.curves[m]
        last, winners = reached * law.last_concessions(), law.last_winners()
        for c in range(2):
            won = winners[1 - c : 2 - c]
            self._concede(n, c, won, origin, last[c : c + 1], self._move, self._counts)
        if law.back >= 0:
            broken = np.array([reached - last.sum()])
            self._enter_prior(law.back, origin, broken, self._move, self._counts)

    def _steady(self, m: int, state: int, span: float | None) -> None:
        """A curve whose hazards are constant for ever: both types of priors are zero."""
        n, law = self.node[m], self.curves[m]
        here = np.array([state], dtype=np.int64)
        rates = law.steady_hazards
        total = rates.sum() + law.breakdown_hazard + self.rate
        gone = 1.0 if span is None else float(-np.expm1(-total * span))
        self._stay.add(here, here, np.array([1.0 - gone]))
        for c in range(2):
            weight = np.array([gone * rates[c] / total])
            self._concede(n, c, np.zeros(1), here, weight, self._move, self._counts)
        if law.back >= 0:
            weight = np.array([gone * law.breakdown_hazard / total])
            self._enter_prior(law.back, here, weight, self._move, self._counts)

    def _concede(
        self,
        n: int,
        c: int,
        winner: FloatArray,
        origin: IntArray,
        weight: FloatArray,
        move: _Rows,
        counts: _Rows,
    ) -> None:
        """Side c concedes in node n to a winner with the given posteriors."""
        keep = weight > NEGLIGIBLE
        if not keep.any():
            return
        winner, origin, weight = winner[keep], origin[keep], weight[keep]
        law = self.laws[n]
        row = np.full(len(origin), 2 * n + c, dtype=np.int64)
        counts.add(origin, row, weight)
        child = int(law.following[c])
        if child < 0:
            row = np.full(len(origin), 2 * len(self.laws), dtype=np.int64)
            counts.add(origin, row, weight)
            return
        prior = self.laws[child].prior
        beliefs = np.empty((len(origin), 2))
        beliefs[:, c] = (1.0 - self.psi) * prior[c]
        beliefs[:, 1 - c] = self.psi * winner + (1.0 - self.psi) * prior[1 - c]
        self._enter(child, self.laws[child].open(beliefs, c), origin, weight, move, counts)

    def _enter_prior(
        self, n: int, origin: IntArray, weight: FloatArray, move: _Rows, counts: _Rows
    ) -> None:
        beliefs = np.broadcast_to(self.laws[n].prior, (len(origin), 2))
        self._enter(n, self.laws[n].open(beliefs), origin, weight, move, counts)

    def _enter(
        self,
        n: int,
        opening: Opening,
        origin: IntArray,
        weight: FloatArray,
        move: _Rows,
        counts: _Rows,
    ) -> None:
        row = 2 * len(self.laws) + 1 + n
        counts.add(origin, np.full(len(origin), row, dtype=np.int64), weight)
        for c in range(2):
            self._concede(
                n, c, opening.winner[:, c], origin, weight * opening.atoms[:, c], move, counts
            )
        left = weight * np.maximum(1.0 - opening.atoms.sum(axis=1), 0.0)
        first = int(self.first[n])
        if opening.tracks is None or opening.share is None:
            self._place(first, opening.time, origin, left, move)
            return
        for side, share in enumerate((1.0 - opening.share, opening.share)):
            for number in np.unique(opening.tracks[:, side]):
                here = (opening.tracks[:, side] == number) & (share > 0.0)
                m = first + int(number)
                time = np.full(int(here.sum()), self.curves[m].duration)
                self._place(m, time, origin[here], (left * share)[here], move)

    def _place(
        self, m: int, time: FloatArray, origin: IntArray, left: FloatArray, move: _Rows
    ) -> None:
        """Put mass on a curve with a given time left, split between the two places around it."""
        law, places, base = self.curves[m], self.ends[m], int(self.offset[m])
        if len(places) == 1:
            move.add(origin, np.full(len(origin), base, dtype=np.int64), left)
            return
        if not np.isfinite(law.duration):
            move.add(origin, np.full(len(origin), base + 1, dtype=np.int64), left)
            return
        if law.fixed_opening is not None:
            time = np.full(len(origin), law.fixed_opening[1])
        upper = np.clip(np.searchsorted(places, time), 1, len(places) - 1)
        part = (time - places[upper - 1]) / (places[upper] - places[upper - 1])
        # Shares of the two places near the entry that leave as much mass below the cell.
        rise = self._grown[m][upper - 1] - self._grown[m][upper]
        passed = -np.expm1(-rise)
        entered = self._grown[m][upper - 1] - law.log_beliefs(time).sum(axis=1)
        part = np.where(
            rise > _FLAT, -np.expm1(-entered) / np.where(rise > _FLAT, passed, 1.0), part
        )
        part = np.clip(part, 0.0, 1.0)
        move.add(origin, base + upper, left * part)
        move.add(origin, base + upper - 1, left * (1.0 - part))
