"""Solution of a game with persistent types: values by type, beliefs along silence, dates."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.process.game.persistent_types.conditions import NodeConditions, Pair, Play
from negotiation.process.game.persistent_types.dates import (
    chance_by,
    chance_ever,
    concession_of,
    deal,
)
from negotiation.process.game.persistent_types.entries import BeliefAxis, EntryTable
from negotiation.process.game.persistent_types.silence import SilentPath
from negotiation.process.game.persistent_types.typed_game import TypedGame
from negotiation.values import FloatArray, float_array

__all__ = ["TypedSolution"]


@dataclass(frozen=True, eq=False)
class TypedSolution:
    """Equilibrium of a game with persistent types.

    Attributes
    ----------
    process
        The game that was solved.
    path
        Silence in the node in which play starts, from the priors.
    tables
        Values of every node that play can enter, by beliefs at entry.
    axes
        Beliefs of the tables, one axis a side.
    tol
        Error allowed along silence, in scales of the shocks.
    elapsed_seconds
        Time spent; not compared.
    """

    process: TypedGame
    path: SilentPath
    tables: dict[int, EntryTable]
    axes: tuple[BeliefAxis, BeliefAxis]
    tol: float
    elapsed_seconds: float = field(default=0.0, compare=False)

    def __repr__(self) -> str:
        told = ", ".join(
            f"{name} {np.array2string(values, precision=4)}"
            for name, values in zip(self.process.game.players, self.values, strict=True)
        )
        return f"TypedSolution({len(self.tables)} nodes entered; values by type: {told})"

    @property
    def values(self) -> Pair:
        """Value of the game to each type at its start, ``[side]`` of ``[type]``."""
        return self.path.values[0][:, 0], self.path.values[1][:, 0]

    def ahead(self, n: int, first: FloatArray, second: FloatArray) -> Pair:
        """What a move to a node is worth to each type, from beliefs ``[type, case]`` before it."""
        return entering(self.process, self.tables[n], first, second)

    # Silence where play starts -------------------------------------------------------------------

    def _play(self, days: ArrayLike) -> Play:
        node = NodeConditions(self.process, int(self.process.game.start_node), self.ahead)
        return node.play(*self.path.at(self._times(days)))

    def beliefs(self, days: ArrayLike) -> Pair:
        """Beliefs ``[side]`` of ``[type, day]`` after days in which nothing happened."""
        logs = self.path.at(self._times(days))[1]
        return np.exp(logs[0]), np.exp(logs[1])

    def hazards(self, days: ArrayLike) -> Pair:
        """Hazards ``[side]`` of ``[action, type, day]`` after days in which nothing happened."""
        return self._play(days).hazards

    def mean_hazards(self, days: ArrayLike) -> Pair:
        """Hazards ``[side]`` of ``[action, day]`` as everybody but the side sees them."""
        return self._play(days).mean_hazards

    # Dates ---------------------------------------------------------------------------------------

    def _times(self, days: ArrayLike) -> FloatArray:
        asked = float_array(np.atleast_1d(days), name="days", low=0.0)
        return np.ravel(self.process.game.in_time(asked))

    def deal_by(self, days: ArrayLike) -> Any:
        """Probability that a deal has been reached by a number of days from the start.

        Parameters
        ----------
        days
            A number (returns a float) or an array (returns an array) of days >= 0.
        """
        if self._begins_with_deal:
            out = np.ones(np.size(days))
        else:
            out = chance_by(self, deal(self), self._times(days))
        return float(out[0]) if np.ndim(days) == 0 else out.reshape(np.shape(days))

    @property
    def _begins_with_deal(self) -> bool:
        return self.process.game.deals[int(self.process.game.start_node)]

    @cached_property
    def deal_probability(self) -> float:
        """Probability that a deal is ever reached."""
        return 1.0 if self._begins_with_deal else chance_ever(self, deal(self))

    @cached_property
    def concedes_first(self) -> FloatArray:
        """Probability that a side is the first to concede or to accept, ``[side]``."""
        return np.array([chance_ever(self, concession_of(i)) for i in range(2)])

    @cached_property
    def grid_error(self) -> float:
        """Largest change of `values` when the grid of beliefs is halved, in scales of the shocks.

        Zero where nodes are entered with their priors alone.
        """
        from negotiation.process.game.persistent_types.solve import solve_typed_game

        points = max(len(axis.beliefs) for axis in self.axes)
        if points == 1 or not self.tables:
            return 0.0
        coarse = solve_typed_game(self.process, points=(points + 1) // 2, tol=self.tol)
        gaps = [
            np.abs(fine - rough).max() / s
            for fine, rough, s in zip(
                self.values, coarse.values, self.process.game.shock_scales, strict=True
            )
        ]
        return float(max(gaps))


def entering(typed: TypedGame, table: EntryTable, first: FloatArray, second: FloatArray) -> Pair:
    """What a move to a node is worth to each type, from beliefs ``[type, case]`` before it."""
    psi, priors = typed.persistence, typed.priors
    entry = [
        (1.0 - psi) * prior[:, None] + psi * belief
        for prior, belief in zip(priors, (first, second), strict=True)
    ]
    found = table.at(entry[0], entry[1])
    drawn = [psi * v + (1.0 - psi) * (p @ v) for v, p in zip(found, priors, strict=True)]
    return drawn[0], drawn[1]
