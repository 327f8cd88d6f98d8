"""What entering a node is worth, by the beliefs with which it is entered.

Beliefs at entry lie between ``(1 - psi) p`` and ``(1 - psi) p + psi``, p the prior. Values are
computed at Chebyshev points of that range, one axis a side with two types, and interpolated by
polynomials between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.process.game.persistent_types.conditions import Pair
from negotiation.process.game.persistent_types.silence import SilentPath
from negotiation.process.game.persistent_types.typed_game import TypedGame
from negotiation.values import FloatArray, compact_repr

__all__ = ["BeliefAxis", "EntryTable", "belief_axis", "beliefs_at_entry", "entering", "log_odds"]

#: Log-odds of a type that is ruled out.
_RULED_OUT = 1e6


def log_odds(beliefs: FloatArray) -> FloatArray:
    """Log-odds ``[type - 1, 1]`` of the types to the last one."""
    with np.errstate(divide="ignore"):
        logs = np.clip(np.log(beliefs), -_RULED_OUT, 0.0)
    return np.asarray((logs[:-1] - logs[-1])[:, None])


@dataclass(frozen=True, eq=False)
class BeliefAxis:
    """Beliefs in which a side's types stand at entry.

    Attributes
    ----------
    low, high
        Range of the belief in the last type.
    beliefs
        Points ``[point, type]``.
    """

    low: float
    high: float
    beliefs: FloatArray

    __repr__ = compact_repr

    def weights(self, beliefs: FloatArray) -> FloatArray:
        """Weights ``[point, entry]`` of the points at beliefs ``[type, entry]``."""
        count = len(self.beliefs)
        if count == 1:
            return np.ones((1, beliefs.shape[1]))
        x = (beliefs[-1] - self.low) / (self.high - self.low)
        # Barycentric formula at Chebyshev points.
        sign = np.where(np.arange(count) % 2, -1.0, 1.0)
        sign[[0, -1]] *= 0.5
        at = (self.beliefs[:, -1] - self.low) / (self.high - self.low)
        gap = x[None, :] - at[:, None]
        hit = np.abs(gap) < 1e-14
        terms = sign[:, None] / np.where(hit, 1.0, gap)
        exact = hit.any(axis=0)
        return np.asarray(np.where(exact, hit, terms / np.where(exact, 1.0, terms.sum(axis=0))))


def belief_axis(typed: TypedGame, i: int, points: int) -> BeliefAxis:
    """Points of the beliefs in side i's types at entry."""
    prior, psi = typed.priors[i], typed.persistence
    if len(prior) == 1 or psi == 0.0:
        return BeliefAxis(float(prior[-1]), float(prior[-1]), prior[None, :])
    low = (1.0 - psi) * float(prior[-1])
    spread = 0.5 - 0.5 * np.cos(np.pi * np.arange(points) / (points - 1))
    last = low + psi * spread
    return BeliefAxis(low, low + psi, np.stack([1.0 - last, last], axis=1))


@dataclass(frozen=True, eq=False)
class EntryTable:
    """Values of a node at entry.

    Attributes
    ----------
    axes
        Beliefs, one axis a side.
    values
        ``[side]`` of ``[type, first belief, second belief]``.
    paths
        Silence from each entry, ``[first belief][second belief]``; None where nobody can act.
    """

    axes: tuple[BeliefAxis, BeliefAxis]
    values: Pair
    paths: tuple[tuple[SilentPath, ...], ...]

    __repr__ = compact_repr

    def at(self, first: FloatArray, second: FloatArray) -> Pair:
        """Values ``[side]`` of ``[type, entry]`` at beliefs ``[type, entry]``."""
        by_first, by_second = self.axes[0].weights(first), self.axes[1].weights(second)
        out = [np.einsum("kab,am,bm->km", values, by_first, by_second) for values in self.values]
        return out[0], out[1]


def beliefs_at_entry(typed: TypedGame, first: FloatArray, second: FloatArray) -> Pair:
    """Beliefs with which a node is entered, from those ``[type, case]`` before the move."""
    psi = typed.persistence
    entry = [
        (1.0 - psi) * prior[:, None] + psi * belief
        for prior, belief in zip(typed.priors, (first, second), strict=True)
    ]
    return entry[0], entry[1]


def entering(typed: TypedGame, table: EntryTable, first: FloatArray, second: FloatArray) -> Pair:
    """What a move to a node is worth to each type, from beliefs ``[type, case]`` before it."""
    psi = typed.persistence
    found = table.at(*beliefs_at_entry(typed, first, second))
    drawn = [psi * v + (1.0 - psi) * (p @ v) for v, p in zip(found, typed.priors, strict=True)]
    return drawn[0], drawn[1]
