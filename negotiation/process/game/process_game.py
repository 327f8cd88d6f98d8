"""The process as a Markov game with private shocks, and what is read of a solved one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from negotiation.data.parameters import Parameter
from negotiation.data.tables import DateLike
from negotiation.process.game.checks import game_mistakes
from negotiation.process.game.layout import GameArrays, Path, game_arrays
from negotiation.process.game.nodes import Node, Steps
from negotiation.process.stage import DAYS_IN, PLAYERS, days_between
from negotiation.process.validation import raise_mistakes
from negotiation.values import FloatArray, decoding, float_vector, quantity

__all__ = ["ProcessGame", "SolvedGame"]


@dataclass(frozen=True, eq=False)
class ProcessGame:
    """The multi-step process as a Markov game with private shocks.

    Players: two sides, in the order of ``players``. Timing: continuous; windows of side i arrive
    at rate ``window_rates[i]``. Information: who acted when is public; the shocks of a window,
    independent Gumbel with mean zero and scale ``shock_scales[i]``, are seen by the side alone.
    The log-weights of waiting and acting are such that an indifferent side takes each action at
    rate ``base_rate[i]``.

    Attributes
    ----------
    nodes
        In any order.
    discount_rates
        Of each side, per unit of time.
    shock_scales
        Scale of the shocks of each side, in units of payoff.
    window_rates
        Windows per unit of time; None: 52 a year.
    base_rate
        Rate at which an indifferent side takes an action; None: 1 a year.
    start_node
        Where play starts.
    time_unit
        "day", "month" or "year".
    players
        Names of the sides.
    start
        Date on which play starts; needed for ISO dates.
    as_of
        Information date: parameters with a later ``known_on`` are refused.
    parameters
        Where the numbers come from.

    Raises
    ------
    InvalidInputError
        Once, with every mistake in one list.

    Examples
    --------
    >>> from negotiation.process.game.nodes import Action
    >>> terms = Node("terms", [0.0, 0.0])
    >>> war = Node(
    ...     "standoff",
    ...     [-0.6, -1.07],
    ...     (Action(0, [0.0, 0.2], 0.3, "terms"), Action(1, [0.1, 0.05], 0.3, "terms")),
    ... )
    >>> ProcessGame((war, terms), discount_rates=[0.05, 0.05], shock_scales=[0.2, 0.2])
    ProcessGame(2 nodes, 2 actions, 0 endings, 0 deadlines; player 1 against player 2)
    """

    nodes: tuple[Node, ...]
    discount_rates: FloatArray = quantity("r", "1/time", "discount rate")
    shock_scales: FloatArray = quantity("s", "payoff", "scale of the private shocks")
    window_rates: FloatArray = quantity("eta", "1/time", "rate of windows", default=None)
    base_rate: FloatArray = quantity(
        "lambda0", "1/time", "rate at which an indifferent side acts", default=None
    )
    start_node: int | str = 0
    time_unit: str = "year"
    players: tuple[str, str] = PLAYERS
    start: date | None = None
    as_of: date | None = None
    parameters: tuple[Parameter, ...] = ()

    def __post_init__(self) -> None:
        """Turn every number into an array, labels into numbers; report all mistakes at once."""
        with decoding("game"):
            mistakes, fixed = game_mistakes(vars(self))
        raise_mistakes(mistakes)
        for name, value in fixed.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        count = [sum(len(getattr(n, kind)) for n in self.nodes) for kind in ("actions", "endings")]
        dated = sum(node.deadline is not None for node in self.nodes)
        return (
            f"ProcessGame({len(self.nodes)} nodes, {count[0]} actions, {count[1]} endings, "
            f"{dated} deadlines; {' against '.join(self.players)})"
        )

    @cached_property
    def arrays(self) -> GameArrays:
        """The numbers of the game as the kernels take them."""
        return game_arrays(
            self.nodes, self.discount_rates, self.shock_scales, self.window_rates, self.base_rate
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the nodes."""
        return tuple(node.label for node in self.nodes)

    @cached_property
    def deals(self) -> tuple[bool, ...]:
        """Whether reaching a node is a deal."""
        return tuple(
            not node.actions if node.deal is None else bool(node.deal) for node in self.nodes
        )

    def in_time(self, days: ArrayLike) -> FloatArray:
        """Turn days into units of the clock."""
        with decoding("days"):
            counted = np.asarray(days, dtype=np.float64)
        return counted / DAYS_IN[self.time_unit]

    def times(self, days: ArrayLike | DateLike) -> FloatArray:
        """Turn days from the start, or a date, into times of the clock along one axis."""
        asked: Any = days_between(self.start, days) if isinstance(days, str | date) else days
        with decoding("days"):
            counted = float_vector(asked, name="days", low=0.0)
        return np.ravel(self.in_time(counted))

    def with_time_unit(self, time_unit: str) -> ProcessGame:
        """Return the same game told in another unit of time; values do not change."""
        if time_unit not in DAYS_IN:
            raise_mistakes([f"time_unit: seen {time_unit!r}; allowed: {', '.join(DAYS_IN)}"])
        k = DAYS_IN[time_unit] / DAYS_IN[self.time_unit]
        nodes = tuple(
            replace(
                node,
                flow=node.flow * k,
                endings=tuple(
                    replace(ending, rate=_scaled(ending.rate, k)) for ending in node.endings
                ),
                deadline=None
                if node.deadline is None
                else replace(node.deadline, at=float(node.deadline.at) / k),  # type: ignore[arg-type]  # checked
            )
            for node in self.nodes
        )
        return replace(
            self,
            nodes=nodes,
            discount_rates=self.discount_rates * k,
            window_rates=self.window_rates * k,
            base_rate=self.base_rate * k,
            time_unit=time_unit,
        )


def _scaled(rate: Steps, k: float) -> Steps:
    """Tell a rate in a unit of time that is ``k`` times as long."""
    if isinstance(rate, int | float):
        return rate * k
    return tuple((float(day) / k, value * k) for day, value in rate)  # type: ignore[arg-type]  # checked


class SolvedGame(Protocol):
    """What dates, certificates and branches read of a solution; see `GameSolution`."""

    @property
    def process(self) -> ProcessGame:
        """The game that was solved."""

    @property
    def node_values(self) -> FloatArray:
        """Values at the start, ``[node, side]``."""

    @property
    def hazards(self) -> FloatArray:
        """Hazard of every action at the start."""

    @property
    def final_values(self) -> FloatArray:
        """Values after the last date."""

    @property
    def final_hazards(self) -> FloatArray:
        """Hazards after the last date."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Values between the dates before the last, one a span."""

    @property
    def tol(self) -> float:
        """Error allowed in a step through time."""

    def values_along(self, k: int, times: FloatArray) -> FloatArray:
        """Values ``[time, node, side]`` at times within span ``k``."""

    def hazards_in(self, k: int, time: float) -> FloatArray:
        """Hazards of every action at a time within span ``k``."""
