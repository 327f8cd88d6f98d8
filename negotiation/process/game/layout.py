"""A game as arrays: what follows what between two dates, and the order in which nodes are solved.

Between two dates nothing changes with time: every hazard is constant and no deadline falls. Nodes
whose deadline has passed are left out there; who is sent to one lands at what followed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from negotiation.process.game.nodes import Node, Steps
from negotiation.values import FloatArray, IntArray, compact_repr, read_only

__all__ = ["Block", "GameArrays", "Path", "Span", "Tables", "game_arrays"]

_Acts: TypeAlias = tuple[IntArray, IntArray, IntArray, FloatArray]
_Endings: TypeAlias = tuple[IntArray, IntArray, FloatArray, FloatArray]
_Rules: TypeAlias = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]
#: What the kernels take, in the order of `Span.tables`.
Tables: TypeAlias = tuple[*_Acts, *_Endings, *_Rules]


@dataclass(frozen=True, eq=False)
class Span:
    """The game between two dates.

    Attributes
    ----------
    begin, end
        Dates in units of the clock; the last span has no end.
    act_to, ending_to
        Node to which an action or an ending leads, -1 for the end, past deadlines followed.
    act_pay
        What each side gets for an action ``[action, side]``, net of the audience cost of the side
        that acts.
    ending_pay, ending_rate
        Payoffs ``[ending, side]`` and hazards.
    active
        Nodes whose deadline has not passed.
    later_to, later_pay
        Where a node whose deadline has passed leads, and with what payoffs.
    tables
        All of it for the kernels.
    """

    begin: float
    end: float
    act_to: IntArray
    act_pay: FloatArray
    ending_to: IntArray
    ending_pay: FloatArray
    ending_rate: FloatArray
    active: IntArray
    later_to: IntArray
    later_pay: FloatArray
    tables: Tables


@dataclass(frozen=True, eq=False)
class Block:
    """Nodes that lead to one another, those solved first in front.

    ``bordered`` marks nodes to which play returns against that order.
    """

    members: IntArray
    bordered: IntArray


@dataclass(frozen=True, eq=False)
class GameArrays:
    """The numbers of a game.

    Attributes
    ----------
    act_begin, act_middle
        Actions of node n are ``act_begin[n]`` to ``act_begin[n + 1]``, those of the second side
        from ``act_middle[n]``.
    act_side, audience_cost
        Who acts, and the audience cost.
    ending_begin
        Endings of node n are ``ending_begin[n]`` to ``ending_begin[n + 1]``.
    spans
        From the start to the last date and after it.
    blocks
        Of the last span, in the order in which they are solved.
    dated
        Nodes whose values change with the date.
    """

    act_begin: IntArray
    act_middle: IntArray
    act_side: IntArray
    audience_cost: FloatArray
    ending_begin: IntArray
    spans: tuple[Span, ...]
    blocks: tuple[Block, ...]
    dated: IntArray

    @property
    def dates(self) -> list[float]:
        """Dates at which something changes."""
        return [span.begin for span in self.spans[1:]]

    @property
    def owners(self) -> tuple[IntArray, IntArray]:
        """Nodes of the actions and of the endings."""
        nodes = np.arange(len(self.act_middle))
        begins = self.act_begin, self.ending_begin
        actions, endings = (np.repeat(nodes, np.diff(begin)) for begin in begins)
        return actions, endings


def _ints(values: object) -> IntArray:
    return read_only(np.asarray(values, dtype=np.int64))


def _floats(values: object, *shape: int) -> FloatArray:
    return read_only(np.asarray(values, dtype=np.float64).reshape(shape))


def rate_at(rate: Steps, date: float) -> float:
    """Hazard that holds from a date on."""
    if isinstance(rate, int | float):
        return float(rate)
    current = 0.0
    for day, value in rate:
        if float(day) > date:  # type: ignore[arg-type]  # checked: a number
            break
        current = value
    return current


def _change_dates(nodes: tuple[Node, ...]) -> list[float]:
    dates = set()
    for node in nodes:
        if node.deadline is not None:
            dates.add(float(node.deadline.at))  # type: ignore[arg-type]  # checked: a number
        for ending in node.endings:
            if not isinstance(ending.rate, int | float):
                dates |= {float(day) for day, _ in ending.rate if float(day) > 0.0}  # type: ignore[arg-type]  # checked
    return sorted(dates)


def _later(nodes: tuple[Node, ...], begin: float) -> tuple[list[bool], IntArray, FloatArray]:
    """Which deadlines have passed, where the nodes lead then, and with what payoffs."""
    count = len(nodes)
    passed = [node.deadline is not None and node.deadline.at <= begin for node in nodes]  # type: ignore[operator]  # checked: a number
    to = np.full(count, -1, dtype=np.int64)
    pay = np.zeros((count, 2))
    for n in range(count):
        here = n
        while here >= 0 and passed[here]:
            deadline = nodes[here].deadline
            assert deadline is not None
            pay[n] += deadline.payoff
            here = -1 if deadline.to is None else int(deadline.to)
        to[n] = here
    return passed, to, pay


@dataclass(frozen=True, eq=False)
class Path:
    """Values of some nodes between two dates.

    Attributes
    ----------
    members
        Nodes whose values move.
    dates
        From the later back to the earlier, in units of the clock.
    values
        ``[date, node, side, derivative]``: value, first and second derivative by date.
    """

    members: IntArray
    dates: FloatArray
    values: FloatArray

    __repr__ = compact_repr


def game_arrays(
    nodes: tuple[Node, ...],
    discount: FloatArray,
    scale: FloatArray,
    eta: FloatArray,
    base: FloatArray,
) -> GameArrays:
    """Lay a checked game out as arrays: its nodes, then r, s, eta and lambda0 by side."""
    actions = [action for node in nodes for action in node.actions]
    endings = [ending for node in nodes for ending in node.endings]
    begin = np.cumsum([0] + [len(node.actions) for node in nodes])
    firsts = [sum(action.side == 0 for action in node.actions) for node in nodes]
    act_begin, act_middle = _ints(begin), _ints(begin[:-1] + np.asarray(firsts))
    ending_begin = _ints(np.cumsum([0] + [len(node.endings) for node in nodes]))
    side = _ints([action.side for action in actions])
    cost = _floats([action.audience_cost for action in actions], -1)
    act_to = _ints([-1 if action.to is None else action.to for action in actions])
    payoff = np.array([action.payoff for action in actions]).reshape(-1, 2)
    payoff[np.arange(len(actions)), side] -= cost
    ending_to = _ints([-1 if ending.to is None else ending.to for ending in endings])
    ending_pay = np.array([ending.payoff for ending in endings]).reshape(-1, 2)

    flow = np.array([node.flow for node in nodes]).reshape(-1, 2)
    weight = np.broadcast_to(base / eta, (len(nodes), 2)).copy()
    for n, i in {
        (n, action.side)
        for n, node in enumerate(nodes)
        for action in node.actions
        if action.audience_cost == np.inf
    }:
        # An act at infinite cost only takes its share of the windows.
        never = sum(a.side == i and a.audience_cost == np.inf for a in nodes[n].actions)
        lost = never * base[i] / eta[i]
        flow[n, i] += eta[i] * scale[i] * np.log1p(-lost)
        weight[n, i] /= 1.0 - lost

    rules = (
        _floats(flow, -1, 2),
        _floats(discount, 2),
        _floats(scale, 2),
        _floats(eta, 2),
        _floats(weight, -1, 2),
    )
    dates = _change_dates(nodes)
    spans = []
    for start, end in zip([0.0, *dates], [*dates, np.inf], strict=True):
        passed, later_to, later_pay = _later(nodes, start)
        rates = _floats([rate_at(ending.rate, start) for ending in endings], -1)
        to_act, pay_act = _followed(act_to, payoff, passed, later_to, later_pay)
        to_end, pay_end = _followed(ending_to, ending_pay, passed, later_to, later_pay)
        active = _ints(np.flatnonzero(~np.array(passed)))
        later = _ints(later_to), _floats(later_pay, -1, 2)
        acts, ends = (
            (act_begin, act_middle, to_act, pay_act),
            (ending_begin, to_end, pay_end, rates),
        )
        moves = to_act, pay_act, to_end, pay_end, rates
        spans.append(Span(start, end, *moves, active, *later, (*acts, *ends, *rules)))
    last = spans[-1]
    successors = _successors(last, act_begin, ending_begin)
    return GameArrays(
        act_begin=act_begin,
        act_middle=act_middle,
        act_side=side,
        audience_cost=cost,
        ending_begin=ending_begin,
        spans=tuple(spans),
        blocks=_blocks(last.active.tolist(), successors),
        dated=_ints(_dated(nodes)),
    )


def _followed(
    to: IntArray,
    pay: FloatArray,
    passed: list[bool],
    later_to: IntArray,
    later_pay: FloatArray,
) -> tuple[IntArray, FloatArray]:
    """Send what leads to a node whose deadline has passed on to what followed it."""
    if not any(passed) or not len(to):
        return _ints(to), _floats(pay, -1, 2)
    gone = (to >= 0) & np.array(passed)[to]
    onward = np.where(gone, later_to[to], to)
    return _ints(onward), _floats(pay + np.where(gone[:, None], later_pay[to], 0.0), -1, 2)


def _successors(span: Span, act_begin: IntArray, ending_begin: IntArray) -> list[list[int]]:
    act_to, ending_to = span.act_to.tolist(), span.ending_to.tolist()
    acts, ends = act_begin.tolist(), ending_begin.tolist()
    return [
        [m for m in act_to[acts[n] : acts[n + 1]] + ending_to[ends[n] : ends[n + 1]] if m >= 0]
        for n in range(len(acts) - 1)
    ]


def _dated(nodes: tuple[Node, ...]) -> list[int]:
    """Nodes with a date of their own or from which play may get to one."""
    targets = [{a.to for a in node.actions} | {e.to for e in node.endings} for node in nodes]
    found: set[int] = set()
    grown = {n for n, node in enumerate(nodes) if _change_dates((node,))}
    while grown - found:
        found |= grown
        grown = {n for n, to in enumerate(targets) if to & found}
    return sorted(found)


def _blocks(active: list[int], successors: list[list[int]]) -> tuple[Block, ...]:
    """Strongly connected nodes by Tarjan's algorithm, what follows first.

    Within a block nodes stand in the order in which the search leaves them; a node on the path of
    the search to which an edge leads back is bordered.
    """
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    left: dict[int, int] = {}
    waiting: list[int] = []
    on_path: set[int] = set()
    back: set[int] = set()
    component: set[int] = set()
    blocks: list[Block] = []
    for root in active:
        if root in index:
            continue
        path = [(root, iter(successors[root]))]
        index[root] = low[root] = len(index)
        waiting.append(root)
        on_path.add(root)
        while path:
            node, following = path[-1]
            for m in following:
                if m not in index:
                    index[m] = low[m] = len(index)
                    waiting.append(m)
                    on_path.add(m)
                    path.append((m, iter(successors[m])))
                    break
                if m not in component:
                    low[node] = min(low[node], index[m])
                    if m in on_path and m != node:
                        back.add(m)
            else:
                path.pop()
                on_path.discard(node)
                left[node] = len(left)
                if path:
                    parent = path[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    members = []
                    while True:
                        m = waiting.pop()
                        members.append(m)
                        component.add(m)
                        if m == node:
                            break
                    members.sort(key=left.__getitem__)
                    blocks.append(Block(_ints(members), _ints([m in back for m in members])))
    return tuple(blocks)
