"""When play ends, and how, where types persist.

Along silence everybody else sees side i act at its mean hazard H_i, the average over types by
belief, so that play stays in a node entered with beliefs e until t with probability

    S(t) = exp(- int_0^t (H_0 + H_1 + sum_m gamma_m)),

and the chance u_n(t; e) of an event within t after entry solves

    u_n(t; e) = int_0^t S(v) sum_m q_m(v) u_m(t - v; b_m(v)) dv

over moves m with hazards q_m, each into a node with what is believed then, or into the event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from negotiation.process.game.dates import CONCESSIONS
from negotiation.process.game.persistent_types.conditions import NodeConditions, Pair
from negotiation.process.game.persistent_types.entries import (
    EntryTable,
    beliefs_at_entry,
    entering,
)
from negotiation.process.game.persistent_types.silence import SilentPath
from negotiation.process.game.persistent_types.typed_game import TypedGame
from negotiation.values import FloatArray, compact_repr

__all__ = ["Chances", "Event", "concession_of", "deal"]

#: Whether a move (an action, an ending or a deadline, and the side or None) is the event: 1 or 0;
#: None: it depends on what follows.
Event = Callable[[Any, int | None], float | None]

#: Dates at which chances are tabulated, and pieces of time towards both ends of each integral.
_DATES, _PIECES = 129, 14
_GAUSS = np.polynomial.legendre.leggauss(8)
_SETTLED = 1e-12


def deal(typed: TypedGame) -> Event:
    """Arrival at a node that is a deal, or an act that ends play by conceding or accepting."""
    deals = typed.game.deals

    def event(move: Any, side: int | None) -> float | None:
        if move.to is None:
            return float(side is not None and move.kind in CONCESSIONS)
        return 1.0 if deals[int(move.to)] else None

    return event


def concession_of(player: int) -> Event:
    """First concession of all, by one side."""

    def event(move: Any, side: int | None) -> float | None:
        if side is not None and move.kind in CONCESSIONS:
            return float(side == player)
        return 0.0 if move.to is None else None

    return event


@dataclass(frozen=True, eq=False)
class _Law:
    """What can happen at times after entry: survival, and rate, chance and beliefs of each move.

    A move's chance is that of the event if the move decides it, otherwise None, and ``to`` says
    where it leads.
    """

    survival: FloatArray
    moves: list[tuple[FloatArray, float | None, int, Pair]]


@dataclass(eq=False)
class Chances:
    """Chances of an event, node by node.

    Attributes
    ----------
    typed, event
        The game and the event.
    path, entries
        Silence where play starts, and tables of the nodes that it can enter.
    """

    typed: TypedGame
    path: SilentPath
    entries: dict[int, EntryTable]
    event: Event

    __repr__ = compact_repr

    def _ahead(self, n: int, first: FloatArray, second: FloatArray) -> Pair:
        return entering(self.typed, self.entries[n], first, second)

    def law(self, n: int, path: SilentPath, times: FloatArray) -> _Law:
        """Law of silence at times after entry, before the deadline of the node."""
        node = NodeConditions(self.typed, n, self._ahead)
        values, logs = path.at(times)
        play, beliefs = node.play(values, logs), (np.exp(logs[0]), np.exp(logs[1]))
        moves = []
        for i in range(2):
            for a, action in enumerate(node.actions[i]):
                post = play.posteriors[i][a]
                after = (post, beliefs[1]) if i == 0 else (beliefs[0], post)
                moves.append((play.mean_hazards[i][a], *self._after(action, i), after))
        for ending in node.endings:
            rate = np.full(len(times), float(ending.rate))  # type: ignore[arg-type]  # checked
            moves.append((rate, *self._after(ending, None), beliefs))
        return _Law(np.exp(-path.spent(node, times)), moves)

    def _after(self, move: Any, side: int | None) -> tuple[float | None, int]:
        return self.event(move, side), -1 if move.to is None else int(move.to)

    def weights(self, to: int, beliefs: Pair) -> Pair:
        """Weights of a table's points at entries with beliefs from before the move."""
        entry = beliefs_at_entry(self.typed, *beliefs)
        axes = self.entries[to].axes
        return axes[0].weights(entry[0]), axes[1].weights(entry[1])

    def by_nodes(self, fill: Callable[[int, SilentPath], FloatArray], size: int) -> None:
        """Tables ``[first belief, second belief, ...]`` of every node, those that follow first."""
        self._tables: dict[int, FloatArray] = {}
        tables = self._tables
        for block in self.typed.blocks():
            members = [n for n in block if n in self.entries]
            for n in members:
                tables[n] = np.zeros((*self.entries[n].values[0].shape[1:], size))
            while members:
                change = 0.0
                for n in members:
                    paths = self.entries[n].paths
                    new = np.array([[fill(n, path) for path in row] for row in paths])
                    change = max(change, float(np.abs(new - tables[n]).max()))
                    tables[n] = new
                if change <= _SETTLED or not self.typed.leads_back(block):
                    break

    # Within a time ------------------------------------------------------------------------------

    def by(self, times: FloatArray) -> FloatArray:
        """Chance within each of some times after the start, in units of the clock."""
        last = float(times.max(initial=0.0))
        if last == 0.0:
            return np.zeros_like(times)
        self._unit = 1e-3 * last
        x = np.linspace(0.0, np.log1p(1e3), _DATES)
        grid = self._unit * np.expm1(x)
        self._grid = x
        self.by_nodes(lambda n, path: self.within(n, path, grid), _DATES)
        start = int(self.typed.game.start_node)
        return np.clip(self.within(start, self.path, times), 0.0, 1.0)

    def within(self, n: int, path: SilentPath, times: FloatArray) -> FloatArray:
        """Chance within times after entry."""
        ends = np.minimum(times, path.end)
        graded = 0.5 ** np.arange(_PIECES, 0, -1)
        breaks = np.concatenate([graded, 1.0 - graded, np.linspace(0.0, 1.0, _PIECES)])
        breaks = np.unique(breaks)
        middle, half = 0.5 * (breaks[1:] + breaks[:-1]), 0.5 * np.diff(breaks)
        points = (middle[:, None] + half[:, None] * _GAUSS[0]).ravel()
        weights = (half[:, None] * _GAUSS[1]).ravel()
        at = ends[:, None] * points
        law = self.law(n, path, at.ravel())
        left = np.maximum(times[:, None] - at, 0.0).ravel()
        total = np.zeros(at.size)
        for rate, decided, to, beliefs in law.moves:
            total += rate * (self.later(to, left, beliefs) if decided is None else decided)
        out = ends * ((law.survival * total).reshape(at.shape) @ weights)
        late = times > path.end
        deadline = self.typed.game.nodes[n].deadline
        if late.any() and deadline is not None:
            decided, to = self._after(deadline, None)
            beliefs = self.last_beliefs(path, int(late.sum()))
            chance = self.later(to, times[late] - path.end, beliefs) if decided is None else decided
            out[late] += self.law(n, path, np.array([path.end])).survival[0] * chance
        return np.asarray(out)

    @staticmethod
    def last_beliefs(path: SilentPath, times: int) -> Pair:
        """Beliefs when the deadline passes, a number of times over."""
        logs = path.at(np.full(times, path.end))[1]
        return np.exp(logs[0]), np.exp(logs[1])

    def later(self, to: int, left: FloatArray, beliefs: Pair) -> FloatArray:
        """Chance within a time left after entering a node."""
        first, second = self.weights(to, beliefs)
        table = CubicSpline(self._grid, self._tables[to], axis=2)(np.log1p(left / self._unit))
        return np.asarray(np.einsum("abm,am,bm->m", table, first, second))

    # Ever ---------------------------------------------------------------------------------------

    def ever(self) -> float:
        """Chance over the whole of play."""
        self.by_nodes(lambda n, path: np.array([self.over_all(n, path)]), 1)
        start = int(self.typed.game.start_node)
        return float(np.clip(self.over_all(start, self.path), 0.0, 1.0))

    def over_all(self, n: int, path: SilentPath) -> float:
        """Chance over the whole of play after entry."""
        times, weights = path.quadrature()
        law = self.law(n, path, np.append(times, path.times[-1]))
        total = np.zeros(len(times) + 1)
        leave = np.zeros(len(times) + 1)
        for rate, decided, to, beliefs in law.moves:
            leave += rate
            total += rate * (self._ever_later(to, beliefs) if decided is None else decided)
        chance = float((law.survival * total)[:-1] @ weights)
        deadline = self.typed.game.nodes[n].deadline
        if deadline is not None:
            decided, to = self._after(deadline, None)
            beliefs = self.last_beliefs(path, 1)
            later = self._ever_later(to, beliefs)[0] if decided is None else decided
            return chance + float(law.survival[-1] * later)
        if leave[-1] > 0.0:
            chance += float(law.survival[-1] * total[-1] / leave[-1])
        return chance

    def _ever_later(self, to: int, beliefs: Pair) -> FloatArray:
        first, second = self.weights(to, beliefs)
        return np.asarray(np.einsum("ab,am,bm->m", self._tables[to][:, :, 0], first, second))
