"""Solution of a game with persistent types: values by type, beliefs along silence, dates."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.data.tables import DateLike
from negotiation.presentation import Presented
from negotiation.process.game.persistent_types.certificate import TypedCertificate, certify_types
from negotiation.process.game.persistent_types.conditions import NodeConditions, Pair, Play
from negotiation.process.game.persistent_types.dates import Chances, Event, concession_of, deal
from negotiation.process.game.persistent_types.entries import EntryTable, entering
from negotiation.process.game.persistent_types.silence import SilentPath
from negotiation.process.game.persistent_types.typed_game import TypedGame
from negotiation.values import FloatArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TypedSolution"]


@dataclass(frozen=True, eq=False)
class TypedSolution(Presented):
    """Equilibrium of a game with persistent types.

    Attributes
    ----------
    process
        The game that was solved.
    path
        Silence in the node in which play starts, from the priors.
    tables
        Values of every node that play can enter, by beliefs at entry.
    tol
        Error allowed along silence, in scales of the shocks.
    elapsed_seconds
        Time spent; not compared.

    Examples
    --------
    A side that may be so stubborn that conceding costs it .8 instead of .3:

    >>> import negotiation as ng
    >>> from negotiation.process.game.nodes import Action, Node
    >>> war = Node("standoff", [-0.6, -1.07], (Action(0, [0, 0.2]), Action(1, [0.1, 0.05])))
    >>> game = ng.ProcessGame((war,), discount_rates=[0.05, 0.05], shock_scales=[0.2, 0.2])
    >>> types = {"costs": ([0.3, 0.8], [0.3]), "priors": ([0.5, 0.5], [1.0])}
    >>> solution = ng.solve_process(ng.TypedGame(game, **types))
    >>> solution.values[0].round(4), solution.values[1].round(4)
    (array([-0.0395, -0.0489]), array([-0.6023]))
    """

    process: TypedGame
    path: SilentPath
    tables: dict[int, EntryTable]
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

    @cached_property
    def certificate(self) -> TypedCertificate:
        """Gains from deviating and beliefs by Bayes, computed apart from the solver."""
        return certify_types(self.process, self.path, self.ahead)

    @property
    def residual(self) -> float:
        """Largest violation of the equilibrium along silence where play starts."""
        return self.certificate.residual

    def ahead(self, n: int, first: FloatArray, second: FloatArray) -> Pair:
        """What a move to a node is worth to each type, from beliefs ``[type, case]`` before it."""
        return entering(self.process, self.tables[n], first, second)

    def to_frame(self) -> pd.DataFrame:
        """One row a type: prior, cost added to a concession, value, hazard at the start."""
        import pandas as pd

        typed, hazards = self.process, self.hazards(0.0)
        rows = [
            {
                "player": player,
                "type": k,
                "prior": typed.priors[i][k],
                "cost": typed.costs[i][k],
                "value": self.values[i][k],
                "hazard": hazards[i][:, k, 0].sum(),
            }
            for i, player in enumerate(typed.game.players)
            for k in range(len(typed.costs[i]))
        ]
        return pd.DataFrame(rows)

    # Silence where play starts -------------------------------------------------------------------

    def _play(self, days: ArrayLike) -> Play:
        node = NodeConditions(self.process, int(self.process.game.start_node), self.ahead)
        return node.play(*self.path.at(self.process.game.times(days)))

    def beliefs(self, days: ArrayLike) -> Pair:
        """Beliefs ``[side]`` of ``[type, day]`` after days in which nothing happened."""
        logs = self.path.at(self.process.game.times(days))[1]
        return np.exp(logs[0]), np.exp(logs[1])

    def hazards(self, days: ArrayLike) -> Pair:
        """Hazards ``[side]`` of ``[action, type, day]`` after days in which nothing happened."""
        return self._play(days).hazards

    def mean_hazards(self, days: ArrayLike) -> Pair:
        """Hazards ``[side]`` of ``[action, day]`` as everybody but the side sees them."""
        return self._play(days).mean_hazards

    # Dates ---------------------------------------------------------------------------------------

    def deal_by(self, days: ArrayLike | DateLike) -> Any:
        """Probability that a deal has been reached by a number of days from the start or a date.

        A number or date gives a float, an array an array.
        """
        asked: Any = days
        times = self.process.game.times(asked)
        if self._begins_with_deal:
            out = np.ones(len(times))
        else:
            out = self._chances(deal(self.process)).by(times)
        return float(out[0]) if np.ndim(asked) == 0 else out.reshape(np.shape(asked))

    @property
    def _begins_with_deal(self) -> bool:
        return self.process.game.deals[int(self.process.game.start_node)]

    @cached_property
    def deal_probability(self) -> float:
        """Probability that a deal is ever reached."""
        return 1.0 if self._begins_with_deal else self._chances(deal(self.process)).ever()

    @cached_property
    def concedes_first(self) -> FloatArray:
        """Probability that a side is the first to concede or to accept, ``[side]``."""
        return np.array([self._chances(concession_of(i)).ever() for i in range(2)])

    def _chances(self, event: Event) -> Chances:
        return Chances(self.process, self.path, self.tables, event)
