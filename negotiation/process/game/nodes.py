"""The process as a Markov game with private shocks: nodes, actions, endings, deadlines.

A node is a stage together with what happened before it. In a node each side earns a flow. Windows
in which a side can act arrive at a rate of its own; at a window it sees private shocks on waiting
and on each of its actions and takes the best. Endings nobody chooses arrive at hazards that may be
steps of the date; a deadline moves play to what follows at its date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from numpy.typing import ArrayLike

from negotiation.process.validation import raise_mistakes
from negotiation.values import FloatArray, compact_repr, float_array, number, quantity

__all__ = ["Action", "Deadline", "Ending", "Node"]

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
        lasts = number(duration, name="lapse duration")
        if not lasts > 0.0:
            raise_mistakes([f"lapse duration: seen {duration}; allowed: > 0"])
        return cls(1.0 / lasts, to, float_array(payoff, name="payoff"), "lapse")


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
        received = float_array(payoff, name="payoff")
        accepting = Action(1 - by, received, audience_cost, accept, "accept")
        return cls(
            label,
            float_array(flow, name="flow"),
            (accepting,),
            (Ending(lapse_rate, back, kind="lapse"),),
            stage=stage,
            offer_by=by,
        )
