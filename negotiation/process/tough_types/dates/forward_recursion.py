"""Forward recursion over (time, history).

The posteriors of a node move along one curve, so that where play stands is a place on a curve:
the time tau left until concessions end. Curves are cut into cells; in a cell each side concedes
in proportion to the growth of its log posterior, and the stage breaks down at its hazard. A
concession opens the next stage at its priors, where a side may concede at once, and so on; what is
left is put at the upper end of the next curve. The recursion is a Markov chain whose matrix does
not change with time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from negotiation.process.tough_types.kernels.regimes import ATTRITION
from negotiation.process.tough_types.node_laws import NodeLaw
from negotiation.values import FloatArray, IntArray

__all__ = ["NEGLIGIBLE", "Chain"]

#: Probability below which a path is dropped.
NEGLIGIBLE = 1e-14
#: Growth of both log posteriors over a part of a cell, and most parts of a cell.
_GROWTH, _PARTS = 0.1, 64


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
    its cells. ``ends`` lists for each node the places as times before its curve's end, from zero
    up; a curve whose hazards never end has place 0 and one more, where it stays. With ``span``
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
    rate: float
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
        ends: Sequence[FloatArray],
        span: float | None,
        rate: float = 0.0,
    ) -> None:
        self.laws, self.ends, self.rate = laws, ends, rate
        sizes = np.array([len(places) for places in ends])
        self.offset = np.concatenate([[0], np.cumsum(sizes)])
        self._grown = [
            law.log_beliefs(places).sum(axis=1) if _mixes(law) else np.zeros(len(places))
            for law, places in zip(laws, ends, strict=True)
        ]
        self.size = int(self.offset[-1])
        self._move, self._counts, self._stay = _Rows(), _Rows(), _Rows()
        self._start, self._start_counts = _Rows(), _Rows()
        zero = np.zeros(1, dtype=np.int64)
        self._enter(0, zero, np.ones(1), self._start, self._start_counts)
        for n in range(len(laws)):
            self._curve(n, span)
        self.stay = self._stay.matrix((self.size, self.size))
        self.move = self._move.matrix((self.size, self.size))
        rows = 3 * len(laws) + 1
        self.counts = self._counts.matrix((rows, self.size))
        self.start = self._start.matrix((self.size, 1)).toarray()[:, 0]
        self.start_counts = self._start_counts.matrix((rows, 1)).toarray()[:, 0]

    def _curve(self, n: int, span: float | None) -> None:
        law, places = self.laws[n], self.ends[n]
        base = int(self.offset[n])
        beta = law.breakdown_hazard
        here = np.array([base], dtype=np.int64)
        broken = np.ones(1)
        if law.to_deadline:
            self._at_the_deadline(n, here, 1.0)
        elif span is not None:
            broken = np.array([-np.expm1(-beta * span)])
            self._stay.add(here, here, 1.0 - broken)
        elif self.rate > 0.0:
            broken = np.array([beta / (beta + self.rate)])
        if beta > 0.0 and not law.to_deadline and law.back >= 0:
            self._enter(law.back, here, broken, self._move, self._counts)
        if len(places) == 1:
            return
        if not np.isfinite(law.duration):
            self._steady(n, base + 1, span)
            return
        grown = self._grown[n]
        # Parts of cells that are small against the growth of posteriors.
        parts = np.clip(np.ceil((grown[:-1] - grown[1:]) / _GROWTH), 1, _PARTS).astype(np.int64)
        cell = np.repeat(np.arange(len(parts)), parts)
        last = np.cumsum(parts) - 1
        width = (np.diff(places) / parts)[cell]
        lower = places[cell] + width * (np.arange(len(cell)) - (last - parts + 1)[cell])
        edges = law.log_beliefs(np.append(lower, places[-1]))
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
            self._concede(n, c, base + 1 + cell, share * rise[:, c], self._move, self._counts)
        if law.back >= 0 and beta > 0.0:
            self._enter(law.back, base + 1 + cell, broken, self._move, self._counts)
        if span is not None and not law.to_deadline and beta > 0.0:
            # A cell shorter than a step ends in place 0 before the step does.
            idle = beta * np.maximum(span - np.diff(places), 0.0)
            lost, kept = kept * -np.expm1(-idle), kept * np.exp(-idle)
            if law.back >= 0:
                self._enter(law.back, state, lost, self._move, self._counts)
        if law.to_deadline and span is not None:
            # The deadline falls into the step in which the lowest cell is left, and counts by its
            # end: a date at which play meets a deadline counts the concessions there.
            self._at_the_deadline(n, state[:1], float(kept[0]))
            state, kept = state[1:], kept[1:]
        self._stay.add(state, state - 1, kept)

    def _at_the_deadline(self, n: int, origin: IntArray, reached: float) -> None:
        """Concessions, and a breakdown without one, of the mass that reaches the deadline."""
        law = self.laws[n]
        last = reached * law.last_concessions()
        for c in range(2):
            self._concede(n, c, origin, last[c : c + 1], self._move, self._counts)
        if law.back >= 0:
            broken = np.array([reached - last.sum()])
            self._enter(law.back, origin, broken, self._move, self._counts)

    def _steady(self, n: int, state: int, span: float | None) -> None:
        """A curve whose hazards are constant for ever."""
        law = self.laws[n]
        here = np.array([state], dtype=np.int64)
        rates = law.steady_hazards
        total = rates.sum() + law.breakdown_hazard + self.rate
        gone = 1.0 if span is None else float(-np.expm1(-total * span))
        self._stay.add(here, here, np.array([1.0 - gone]))
        for c in range(2):
            weight = np.array([gone * rates[c] / total])
            self._concede(n, c, here, weight, self._move, self._counts)
        if law.back >= 0:
            weight = np.array([gone * law.breakdown_hazard / total])
            self._enter(law.back, here, weight, self._move, self._counts)

    def _concede(
        self, n: int, c: int, origin: IntArray, weight: FloatArray, move: _Rows, counts: _Rows
    ) -> None:
        """Side c concedes in node n."""
        keep = weight > NEGLIGIBLE
        if not keep.any():
            return
        origin, weight = origin[keep], weight[keep]
        counts.add(origin, np.full(len(origin), 2 * n + c, dtype=np.int64), weight)
        child = int(self.laws[n].following[c])
        if child < 0:
            row = np.full(len(origin), 2 * len(self.laws), dtype=np.int64)
            counts.add(origin, row, weight)
        else:
            self._enter(child, origin, weight, move, counts)

    def _enter(
        self, n: int, origin: IntArray, weight: FloatArray, move: _Rows, counts: _Rows
    ) -> None:
        """Node n opens at its priors."""
        atoms = self.laws[n].atoms
        row = 2 * len(self.laws) + 1 + n
        counts.add(origin, np.full(len(origin), row, dtype=np.int64), weight)
        for c in range(2):
            self._concede(n, c, origin, weight * atoms[c], move, counts)
        state = int(self.offset[n]) + len(self.ends[n]) - 1
        left = weight * max(1.0 - float(atoms.sum()), 0.0)
        move.add(origin, np.full(len(origin), state, dtype=np.int64), left)
