"""Finite stochastic games: stage games linked by transitions that actions steer (Shapley 1953)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.values import FloatArray, compact_repr, decoding, float_array, instances, read_only

__all__ = ["StochasticGame"]


@dataclass(frozen=True, eq=False)
class StochasticGame:
    """A discounted game that moves between finitely many states.

    In each period players see the state, choose actions at once, receive the payoffs of the
    state's stage game, and the next state is drawn given state and actions.

    Attributes
    ----------
    stages
        One stage game a state, all with the same players; numbers of actions may differ.
    transitions
        For each state, probabilities ``[action of player 1, ..., action of player n, next
        state]``.
    discounts
        Discount factor a period of each player, in [0, 1).
    states
        Names of the states; numbered where empty.

    Raises
    ------
    InvalidInputError
        If shapes or players disagree, transitions are no distributions, or a discount factor is
        not in [0, 1).

    Examples
    --------
    >>> stay = NormalFormGame.from_bimatrix([[1, 0], [0, 2]], [[1, 0], [0, 2]])
    >>> game = StochasticGame((stay,), (np.ones((2, 2, 1)),), (0.9, 0.9))
    >>> game.states
    ('1',)
    """

    stages: tuple[NormalFormGame, ...]
    transitions: tuple[FloatArray, ...]
    discounts: tuple[float, ...]
    states: tuple[str, ...] = ()

    __repr__ = compact_repr

    def __post_init__(self) -> None:
        """Check shapes, probabilities and discount factors."""
        stages = instances(self.stages, NormalFormGame, name="stages")
        if not stages:
            raise InvalidInputError("a game needs states", where="stages", seen=())
        players = stages[0].players
        count = len(stages)
        with decoding("states"):
            named = tuple(str(name) for name in self.states)
        states = named or tuple(str(k + 1) for k in range(count))
        if len(states) != count or len(set(states)) != count:
            raise InvalidInputError(
                "one distinct name a state", where="states", seen=states, allowed=f"{count} names"
            )
        with decoding("transitions"):
            given: Sequence[ArrayLike] = tuple(self.transitions)
        if len(given) != count:
            raise InvalidInputError(
                "one array of transitions a state",
                where="transitions",
                seen=len(given),
                allowed=str(count),
            )
        transitions = []
        for k, (stage, array) in enumerate(zip(stages, given, strict=True)):
            if stage.players != players:
                raise InvalidInputError(
                    "stage games must have the same players",
                    where=f"stages[{k}]",
                    seen=stage.players,
                    allowed=str(players),
                )
            p = float_array(
                array, name=f"transitions[{k}]", shape=(*stage.shape, count), low=0.0, high=1.0
            )
            off = np.abs(p.sum(axis=-1) - 1.0)
            if off.max() > 1e-9:
                place = tuple(int(i) for i in np.unravel_index(int(off.argmax()), off.shape))
                raise InvalidInputError(
                    "probabilities of the next state do not sum to 1",
                    where=f"transitions[{k}]{list(place)}",
                    seen=float(p.sum(axis=-1)[place]),
                )
            transitions.append(read_only(p))
        discounts = float_array(
            self.discounts, name="discounts", shape=(len(players),), low=0.0, high=1.0
        )
        if float(discounts.max()) >= 1.0:
            raise InvalidInputError(
                "discount factors must be below 1",
                where="discounts",
                seen=discounts.tolist(),
                allowed=">= 0 and < 1",
            )
        put = object.__setattr__
        put(self, "stages", stages)
        put(self, "transitions", tuple(transitions))
        put(self, "discounts", tuple(float(d) for d in discounts))
        put(self, "states", states)

    @cached_property
    def above_lowest(self) -> tuple[StochasticGame, FloatArray]:
        """The game with payoffs that floats tell apart, and what was taken off, ``[player]``.

        Where stages keep fractions, each player's lowest payoff of all states is taken off before
        they are rounded; otherwise the game itself.
        """
        count = len(self.players)
        if all(stage.fractions is None for stage in self.stages):
            return self, np.zeros(count)
        exact = [np.vectorize(Fraction, otypes=[object])(s.exact_payoffs) for s in self.stages]
        low = np.array([min(table[i].min() for table in exact) for i in range(count)])
        base = low.reshape(-1, *([1] * count))
        stages = tuple(
            replace(stage, payoffs=np.asarray(table - base, dtype=np.float64), fractions=None)
            for stage, table in zip(self.stages, exact, strict=True)
        )
        return replace(self, stages=stages), np.asarray(low, dtype=np.float64)

    @property
    def players(self) -> tuple[str, ...]:
        """Names of the players."""
        return self.stages[0].players
