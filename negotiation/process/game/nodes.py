"""The process as a Markov game with private shocks: nodes, actions, endings, deadlines.

A node is a stage together with what happened before it. In a node each side earns a flow. Windows
in which a side can act arrive at a rate of its own; at a window it sees private shocks on waiting
and on each of its actions and takes the best. Endings nobody chooses arrive at hazards that may be
steps of the date; a deadline moves play to what follows at its date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from negotiation.data.parameters import Parameter
from negotiation.process.checks import raise_mistakes
from negotiation.process.game.checks import game_mistakes
from negotiation.process.stages import DAYS_IN
from negotiation.values import FloatArray, compact_repr, quantity

if TYPE_CHECKING:
    from negotiation.process.game.layout import GameArrays

__all__ = ["Action", "Deadline", "Ending", "Node", "ProcessGame"]

#: A node by number or label; None: play ends.
Target: TypeAlias = int | str | None
#: A rate, or steps of the date: pairs of the date from which a rate holds and that rate.
Steps: TypeAlias = float | Sequence[tuple[float | str | date, float]]

#: Defaults a year: a window a week, and an indifferent side that acts once a year.
WINDOWS_A_YEAR, BASE_RATE_A_YEAR = 52.0, 1.0


@dataclass(frozen=True, eq=False)
class Action:
    """Something a side can do at a window.

    Attributes
    ----------
    side
        Who acts, 0 or 1.
    payoff
        What each side gets at once, ``[side]``.
    audience_cost
        What the act costs the side that acts, before the shock; infinite: it never acts.
    to
        Node to which the act leads, by number or label; None: play ends.
    kind
        One of concede, accept, decline, escalate, exempt, extend, call, withdraw. An act that ends
        play is a deal if it concedes or accepts.
    """

    side: int
    payoff: FloatArray = quantity("pi", "payoff", "lump sum of an act", default=(0.0, 0.0))
    audience_cost: float = quantity("mu", "payoff", "audience cost of an act", default=0.0)
    to: Target = None
    kind: str = "concede"

    __repr__ = compact_repr


@dataclass(frozen=True, eq=False)
class Ending:
    """Something that happens to a node without anybody choosing it.

    Attributes
    ----------
    rate
        Hazard per unit of time, or pairs ``(date, rate)`` in order of date: each rate holds from
        its date (units of the clock after the start, or ISO date) to the next; 0 before the first.
    to
        Node to which it leads; None: play ends.
    payoff
        What each side gets at once; where play ends, all there is.
    kind
        One of breakdown, relapse, lapse, court, election, outside.
    """

    rate: Steps = quantity("gamma", "1/time", "hazard of an ending nobody chooses")
    to: Target = None
    payoff: FloatArray = quantity("M", "payoff", "payoff of an ending", default=(0.0, 0.0))
    kind: str = "breakdown"

    __repr__ = compact_repr

    @classmethod
    def lapse(cls, duration: float, to: Target, payoff: ArrayLike = (0.0, 0.0)) -> Ending:
        """Terms that last a mean time ``duration`` (units of the clock) and then lapse."""
        if not duration > 0.0:
            raise_mistakes([f"lapse duration: seen {duration}; allowed: > 0"])
        return cls(1.0 / duration, to, np.asarray(payoff, dtype=np.float64), "lapse")


@dataclass(frozen=True, eq=False)
class Deadline:
    """A date at which a node gives way to what follows.

    Attributes
    ----------
    at
        Units of the clock after the start, or ISO date. Who enters the node later passes through.
    to
        Node that follows; None: play ends.
    payoff
        What each side gets at the date; where play ends, all there is.
    """

    at: float | str | date
    to: Target = None
    payoff: FloatArray = quantity("V_T", "payoff", "payoff at a deadline", default=(0.0, 0.0))

    __repr__ = compact_repr


@dataclass(frozen=True, eq=False)
class Node:
    """A stage and what happened before it.

    Attributes
    ----------
    label
        Name, different from that of every other node.
    flow
        What each side earns per unit of time, ``[side]``.
    actions, endings, deadline
        How play leaves the node.
    stage
        Stage to which the node belongs; empty: its label.
    history
        What was agreed or done before, in words.
    offer_by
        Side whose offer lies on the table; then only the other side accepts or declines.
    deal
        Whether reaching the node is a deal; None: if nobody can act in it.
    """

    label: str
    flow: FloatArray = quantity("g", "payoff per unit of time", "flow while the stage lasts")
    actions: tuple[Action, ...] = ()
    endings: tuple[Ending, ...] = ()
    deadline: Deadline | None = None
    stage: str = ""
    history: str = ""
    offer_by: int | None = None
    deal: bool | None = None

    __repr__ = compact_repr

    @classmethod
    def offer(
        cls,
        label: str,
        flow: ArrayLike,
        *,
        by: int,
        accept: Target,
        back: Target,
        payoff: ArrayLike = (0.0, 0.0),
        audience_cost: float = 0.0,
        lapse_rate: float,
        stage: str = "",
    ) -> Node:
        """Build the node of an offer that needs the other side.

        Parameters
        ----------
        label, flow, stage
            As in `Node`.
        by
            Side that offers; the other accepts at its windows by the rule of every action.
        accept, payoff, audience_cost
            Node that follows acceptance, what each side gets then, and what accepting costs.
        back, lapse_rate
            Node to which play returns when the offer lapses, and the hazard of that.
        """
        accepting = Action(
            1 - by, np.asarray(payoff, dtype=np.float64), audience_cost, accept, "accept"
        )
        return cls(
            label,
            np.asarray(flow, dtype=np.float64),
            (accepting,),
            (Ending(lapse_rate, back, kind="lapse"),),
            stage=stage,
            offer_by=by,
        )


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
    >>> terms = Node("terms", [0.0, 0.0])
    >>> war = Node(
    ...     "standoff",
    ...     [-0.6, -1.07],
    ...     (Action(0, [0.0, 0.2], 0.3, "terms"), Action(1, [0.1, 0.05], 0.3, "terms")),
    ... )
    >>> ProcessGame((war, terms), discount_rates=[0.05, 0.05], shock_scales=[0.2, 0.2])
    ProcessGame(2 nodes, 2 actions, 0 endings, 0 deadlines; USA against CHN)
    """

    nodes: tuple[Node, ...]
    discount_rates: FloatArray = quantity("r", "1/time", "discount rate")
    shock_scales: FloatArray = quantity("s", "payoff", "scale of the private shocks")
    window_rates: FloatArray | None = quantity("eta", "1/time", "rate of windows", default=None)
    base_rate: FloatArray | None = quantity(
        "lambda0", "1/time", "rate at which an indifferent side acts", default=None
    )
    start_node: int | str = 0
    time_unit: str = "year"
    players: tuple[str, str] = ("USA", "CHN")
    start: date | None = None
    as_of: date | None = None
    parameters: tuple[Parameter, ...] = ()

    def __post_init__(self) -> None:
        """Turn every number into an array, labels into numbers; report all mistakes at once."""
        mistakes, fixed = game_mistakes(self)
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
        from negotiation.process.game.layout import game_arrays

        return game_arrays(self)

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
        return np.asarray(days, dtype=np.float64) / DAYS_IN[self.time_unit]

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
        assert self.window_rates is not None
        assert self.base_rate is not None
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
