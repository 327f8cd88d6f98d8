"""Everything that can be wrong with a game, collected with its place before anything is raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from math import isfinite, isnan
from operator import is_
from typing import Any

import numpy as np

from negotiation.process.game.nodes import (
    BASE_RATE_A_YEAR,
    WINDOWS_A_YEAR,
    Action,
    Deadline,
    Ending,
    Node,
)
from negotiation.process.stage import DAYS_IN
from negotiation.process.validation import Checker, fixed_array
from negotiation.values import FloatArray, closest

__all__ = ["ACTION_KINDS", "ENDING_KINDS", "game_mistakes"]

ACTION_KINDS = (
    "concede",
    "accept",
    "decline",
    "escalate",
    "exempt",
    "extend",
    "call",
    "withdraw",
)
ENDING_KINDS = ("breakdown", "relapse", "lapse", "court", "election", "outside")


class _Checker(Checker):
    """Also turns names of nodes and dates of the clock into numbers."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        nodes = fields["nodes"]
        self.numbers: dict[Any, int] = {}
        for n, node in enumerate(nodes):
            if node.label in self.numbers:
                self.note(f"nodes: the label {node.label!r} stands twice; allowed: distinct labels")
            self.numbers[node.label] = n
        self.count = len(nodes)
        self.place = (tuple(self.numbers), self.start, self.unit)

    def positive(self, value: Any, name: str) -> FloatArray:
        """Two positive numbers; one stands for both sides."""
        if np.ndim(value) == 0:
            value = (value, value)
        out = self.array(value, name)
        if not out.min() > 0.0:
            self.note(f"{name}: seen {out[0]:g}, {out[1]:g}; allowed: > 0")
            return np.ones(2)
        return out

    def target(self, value: Any, name: str) -> int | None:
        if value is None:
            return None
        if isinstance(value, str):
            if value in self.numbers:
                return self.numbers[value]
            hint = closest(value, [str(label) for label in self.numbers])
            self.note(f"{name}: seen {value!r}, no such node. {hint}".rstrip())
            return None
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            self.note(f"{name}: seen {value!r}; allowed: a node's number or label, or None")
            return None
        if not 0 <= value < self.count:
            self.note(f"{name}: seen {value}, no such node; allowed: 0 to {self.count - 1}")
            return None
        return int(value)

    def side(self, value: Any, name: str) -> int:
        if isinstance(value, bool) or value not in (0, 1):
            self.note(f"{name}: seen {value!r}; allowed: 0 or 1")
            return 0
        return int(value)

    def kind(self, value: Any, kinds: Sequence[str], name: str) -> str:
        if value not in kinds:
            self.note(f"{name}: seen {value!r}; allowed: {', '.join(kinds)}")
        return str(value)

    def time(self, value: Any, name: str) -> float:
        """A date in units of the clock after the start."""
        if isinstance(value, str | date):
            day = self.day(value, name)
            if day is None:
                return 0.0
            if self.start is None:
                self.note(f"{name}: a date needs the game's start")
                return 0.0
            return (day - self.start).days / self.unit
        return self.number(value, name)

    def rate(self, value: Any, name: str) -> Any:
        """A rate or its steps, by the date from which each holds."""
        if not isinstance(value, str | list | tuple):
            return self.number(value, name, low=0.0)
        if not isinstance(value, list | tuple) or not value:
            self.note(f"{name}: seen {value!r}; allowed: a rate, or pairs of a date and a rate")
            return 0.0
        steps = []
        for k, step in enumerate(value):
            if not isinstance(step, list | tuple) or len(step) != 2:
                self.note(f"{name}[{k}]: seen {step!r}; allowed: a date and a rate")
                return 0.0
            steps.append(
                (
                    self.time(step[0], f"{name}[{k}] date"),
                    self.number(step[1], f"{name}[{k}]", low=0.0),
                )
            )
        if any(late <= early for (early, _), (late, _) in pairwise(steps)):
            self.note(f"{name}: seen dates {[day for day, _ in steps]}; allowed: increasing")
        return tuple(steps)


def _renewed(entry: Any, **fields: Any) -> Any:
    """Replace fields of a frozen entry, or return it where none is new."""
    if all(getattr(entry, name) is value for name, value in fields.items()):
        return entry
    return replace(entry, **fields)


def _same(given: Any, checked: tuple[Any, ...]) -> Any:
    """Return the tuple that was given, if it holds the same entries."""
    kept = isinstance(given, tuple) and len(given) == len(checked)
    return given if kept and all(map(is_, given, checked)) else checked


def game_mistakes(game: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Return what is wrong with the fields of a game, and the fields as checked values."""
    check = _Checker(game)
    if not game["nodes"]:
        check.note("nodes: seen none; allowed: one or more")
    years = check.unit / DAYS_IN["year"]
    eta, base = game["window_rates"], game["base_rate"]
    fixed: dict[str, Any] = {
        **check.common,
        # Without discounting, waiting for ever has no value.
        "discount_rates": check.positive(game["discount_rates"], "discount_rates (r)"),
        "shock_scales": check.positive(game["shock_scales"], "shock_scales (s)"),
        "window_rates": check.positive(
            WINDOWS_A_YEAR * years if eta is None else eta, "window_rates (eta)"
        ),
        "base_rate": check.positive(
            BASE_RATE_A_YEAR * years if base is None else base, "base_rate (lambda0)"
        ),
    }
    nodes = tuple(_checked_node(check, node) for node in game["nodes"])
    for node in nodes:
        for side in range(2):
            taken = sum(action.side == side for action in node.actions)
            share = taken * fixed["base_rate"][side] / fixed["window_rates"][side]
            if share >= 1.0:
                check.note(
                    f"node {node.label!r} side {side}: {taken} actions at base_rate (lambda0) "
                    f"{fixed['base_rate'][side]:g} take {share:g} of its windows; allowed: < 1"
                )
    start = check.target(game["start_node"], "start_node") if nodes else 0
    fixed |= {"nodes": nodes, "start_node": 0 if start is None else start}
    _refuse_circles(check, nodes)
    return check.mistakes, fixed


def _checked_node(check: _Checker, node: Node) -> Node:
    if node.__dict__.get("_checked_at") == check.place:
        return node
    before, where = len(check.mistakes), f"node {node.label!r}"
    offer_by = None if node.offer_by is None else check.side(node.offer_by, f"{where} offer_by")
    actions = tuple(
        _checked_action(check, action, f"{where} action {k}", offer_by)
        for k, action in enumerate(node.actions)
    )
    # In the order of hazards everywhere: the first side's actions, then the second's.
    ordered = tuple(sorted(actions, key=lambda action: action.side))
    checked: Node = _renewed(
        node,
        label=str(node.label),
        flow=check.array(node.flow, f"{where} flow (g)"),
        actions=_same(node.actions, ordered),
        endings=_same(
            node.endings,
            tuple(
                _checked_ending(check, ending, f"{where} ending {k}")
                for k, ending in enumerate(node.endings)
            ),
        ),
        deadline=_checked_deadline(check, node.deadline, f"{where} deadline"),
        stage=node.stage or str(node.label),
        offer_by=offer_by,
    )
    if len(check.mistakes) == before:
        # A frozen node need not be checked again among the same nodes.
        object.__setattr__(checked, "_checked_at", check.place)
    return checked


def _well_formed(check: _Checker, action: Action) -> bool:
    """Whether an action outside an offer needs no change; most do not, and there are many."""
    to, payoff = action.to, action.payoff
    return (
        type(action.side) is int
        and 0 <= action.side <= 1
        and action.kind in ACTION_KINDS[:1] + ACTION_KINDS[3:]
        and (to is None or (type(to) is int and 0 <= to < check.count))
        and isinstance(action.audience_cost, float)  # type: ignore[redundant-expr]  # callers may be untyped
        and action.audience_cost > -np.inf
        and fixed_array(payoff)
        and payoff.shape == (2,)
        and all(map(isfinite, payoff.tolist()))
    )


def _checked_action(check: _Checker, action: Action, where: str, offer_by: int | None) -> Action:
    if _well_formed(check, action):
        return action
    try:
        cost = float(action.audience_cost)
    except (TypeError, ValueError):
        cost = float("nan")
    if isnan(cost) or cost == -np.inf:
        check.note(
            f"{where} audience_cost (mu): seen {action.audience_cost!r}; "
            "allowed: a number, or inf for a side that never acts"
        )
        cost = 0.0
    side = check.side(action.side, f"{where} side")
    kind = check.kind(action.kind, ACTION_KINDS, f"{where} kind")
    if kind in {"accept", "decline"} and offer_by is None:
        check.note(f"{where}: there is no offer to {kind}; allowed: in a node with offer_by")
    elif kind in {"accept", "decline"} and offer_by == side:
        check.note(f"{where}: side {side} made the offer; allowed: the other side's {kind}")
    checked: Action = _renewed(
        action,
        side=side,
        payoff=check.array(action.payoff, f"{where} payoff (pi)"),
        audience_cost=cost,
        to=check.target(action.to, f"{where} to"),
        kind=kind,
    )
    return checked


def _checked_ending(check: _Checker, ending: Ending, where: str) -> Ending:
    if ending.__dict__.get("_checked_at") == check.place:
        return ending
    before = len(check.mistakes)
    checked: Ending = _renewed(
        ending,
        rate=check.rate(ending.rate, f"{where} rate (gamma)"),
        to=check.target(ending.to, f"{where} to"),
        payoff=check.array(ending.payoff, f"{where} payoff"),
        kind=check.kind(ending.kind, ENDING_KINDS, f"{where} kind"),
    )
    if len(check.mistakes) == before:
        object.__setattr__(checked, "_checked_at", check.place)
    return checked


def _checked_deadline(check: _Checker, deadline: Deadline | None, where: str) -> Deadline | None:
    if deadline is None:
        return None
    at = check.time(deadline.at, where)
    if not at > 0.0:
        check.note(f"{where}: seen {deadline.at}, not after the start; allowed: later")
    return replace(
        deadline,
        at=at,
        to=check.target(deadline.to, f"{where} to"),
        payoff=check.array(deadline.payoff, f"{where} payoff"),
    )


def _refuse_circles(check: _Checker, nodes: Sequence[Node]) -> None:
    """Deadlines that lead to one another in a circle lead nowhere once all have passed."""
    for n, node in enumerate(nodes):
        seen, here = {n}, node
        while here.deadline is not None and isinstance(here.deadline.to, int):
            following = here.deadline.to
            if following in seen:
                if following == n:
                    check.note(
                        f"node {node.label!r} deadline: leads back to itself through deadlines "
                        "alone; allowed: to a node without a deadline, or to the end"
                    )
                break
            seen.add(following)
            here = nodes[following]
