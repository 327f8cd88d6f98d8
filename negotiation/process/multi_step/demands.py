"""What each side asks for: the best point for it among those that the other prefers to what is.

A side's ideal demand is the pair of tariffs, from free trade upwards, that is best for it among
those at which the other earns no less than in force now. A side may ask for less than that: its
demand is moved by a share m of the way to the point of equal gains,

    tau_i = (1 - m) argmax {U_i(tau) : U_j(tau) >= U_j(now)} + m argmax min_k {U_k(tau) - U_k(now)},

with U_i the flow a year of terms over their discounted life.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.payoffs.ensemble import RevealedWeight
from negotiation.process.multi_step.plan import ProcessPlan
from negotiation.process.multi_step.state_flows import State, StateFlows
from negotiation.process.multi_step.surfaces import Surface
from negotiation.values import FloatArray, compact_repr, read_only

__all__ = ["StageDemands", "TariffBox", "ideal_demands", "weighed"]

#: Slack of the constraint, in percent of GDP a year.
_SLACK = 1e-9

#: Least gain for which a side asks for other terms, in percent of GDP a year: a point that is no
#: better than what is in force but for rounding is no demand.
_LEAST_GAIN = 1e-5

#: A search begins again where it ended, at most so often, until it moves by less than the step.
_SEARCHES, _STEP = 8, 1e-10


@dataclass(frozen=True, eq=False)
class TariffBox:
    """Flows of terms over a box of added tariffs.

    Attributes
    ----------
    low, high
        Ends of the box ``[side]``; low is free trade.
    flows
        Over added tariffs, ``[side]``.
    points
        Points a side of the grid on which searches begin.
    """

    low: FloatArray
    high: FloatArray
    flows: Surface
    points: int = 41

    __repr__ = compact_repr

    @cached_property
    def _last(self) -> dict[str, tuple[bytes, FloatArray]]:
        """Flows and slopes at the last pair asked for: a search asks for a pair several times."""
        return {}

    def _at(self, what: str, rates: FloatArray, compute: Callable[[FloatArray], Any]) -> FloatArray:
        point = rates[None, :2]
        key = point.tobytes()
        found = self._last.get(what)
        if found is None or found[0] != key:
            found = self._last[what] = key, read_only(compute(point))
        return found[1]

    def flow(self, rates: FloatArray) -> FloatArray:
        """Flows ``[side]`` at one pair of added tariffs."""
        return self._at("flow", rates, lambda point: self.flows.at(point)[0])

    def slope(self, rates: FloatArray) -> FloatArray:
        """Derivatives of flows ``[side, tariff]`` at one pair of added tariffs."""
        at = self.flows.at
        return self._at(
            "slope", rates, lambda p: np.stack([at(p, 1, 0)[0], at(p, 0, 1)[0]], axis=-1)
        )

    @cached_property
    def fine(self) -> tuple[FloatArray, FloatArray]:
        """Points ``[point, side]`` of a fine grid, and flows there ``[point, side]``."""
        axes = [np.linspace(*ends, self.points) for ends in zip(self.low, self.high, strict=True)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
        return points, self.flows.at(points)


@takes
def ideal_demands(box: TariffBox, now: FloatArray, *, moderation: float) -> FloatArray:
    """Return the demand of each side, ``[side that asks, tariff]``.

    Parameters
    ----------
    box
        Flows of terms.
    now
        Added tariffs in force ``[side]``, inside the box.
    moderation
        Share m of the way to the point of equal gains, in [0, 1].

    Examples
    --------
    Each side's flow falls with the other's tariff and peaks at its own of .2:

    >>> axis = np.linspace(0.0, 0.6, 7)
    >>> t = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    >>> flows = Surface((axis, axis), -t[..., ::-1] - (t - 0.2) ** 2)
    >>> box = TariffBox(np.zeros(2), np.full(2, 0.6), flows)
    >>> ideal_demands(box, np.array([0.4, 0.4]), moderation=0.0).round(3)
    array([[0.2, 0. ],
           [0. , 0.2]])
    """
    status = box.flow(now)
    ideal = np.array([_best(box, now, status, side) for side in range(2)])
    if moderation == 0.0:
        return ideal
    equal = _equal_gains(box, now, status)
    # Beside what is in force, so that two demands for it add up to it to the last digit.
    moved = now + (1.0 - moderation) * (ideal - now) + moderation * (equal - now)
    # Rounding leads to no tariff below free trade; + 0.0: nor to a negative zero.
    return np.asarray(np.maximum(moved, np.minimum(box.low, now)) + 0.0)


def _best(box: TariffBox, now: FloatArray, status: FloatArray, side: int) -> FloatArray:
    """The best point for a side among those that the other prefers to what is in force."""
    other = 1 - side
    points, flows = box.fine
    worth = np.where(flows[:, other] >= status[other], flows[:, side], -np.inf)
    constraint = {
        "type": "ineq",
        "fun": lambda x: box.flow(x)[other] - status[other],
        "jac": lambda x: box.slope(x)[other],
    }
    start = points[int(np.argmax(worth))]
    result = _minimised(
        lambda x: -box.flow(x)[side], lambda x: -box.slope(x)[side], start, box, constraint
    )
    found, reached = now, status[side] + _LEAST_GAIN
    for point in (result, start):
        flow = box.flow(point)
        if flow[other] >= status[other] - _SLACK and flow[side] > reached:
            found, reached = point, flow[side]
    return found


def _equal_gains(box: TariffBox, now: FloatArray, status: FloatArray) -> FloatArray:
    """The point at which the smaller of the two gains is largest."""
    points, flows = box.fine
    constraint = {
        "type": "ineq",
        "fun": lambda x: box.flow(x) - status - x[2],
        "jac": lambda x: np.column_stack([box.slope(x), [-1.0, -1.0]]),
    }
    start = points[int(np.argmax((flows - status).min(axis=1)))]
    level = float((box.flow(start) - status).min())
    result = _minimised(
        lambda x: -x[2],
        lambda x: np.array([0.0, 0.0, -1.0]) + 0.0 * x,
        np.append(start, level),
        box,
        constraint,
    )
    found, reached = now, _LEAST_GAIN
    for point in (result[:2], start):
        gain = float((box.flow(point) - status).min())
        if gain > reached:
            found, reached = point, gain
    return found


def _minimised(
    function: Any, gradient: Any, start: FloatArray, box: TariffBox, constraint: Any
) -> FloatArray:
    """A local minimum in the box under one constraint; where the search ends at the least."""
    from scipy.optimize import minimize

    bounds = [*zip(box.low, box.high, strict=True), *([(None, None)] * (len(start) - 2))]
    out = start
    for _ in range(_SEARCHES):
        last = out
        result = minimize(
            function,
            last,
            jac=gradient,
            bounds=bounds,
            constraints=[constraint],
            method="SLSQP",
            options={"ftol": 1e-15, "maxiter": 100},
        )
        out = np.array(result.x)
        out[:2] = np.clip(out[:2], box.low, box.high)
        if np.abs(out - last).max() < _STEP:
            break
    return out


def weighed(
    parts: FloatArray, weights: tuple[RevealedWeight, RevealedWeight], job_costs: FloatArray
) -> FloatArray:
    """Return flows ``[..., side]`` from their parts ``[..., side, part]``."""
    weight = np.array([item.weight for item in weights])
    return np.asarray(parts[..., 0] + weight * parts[..., 1] - job_costs * parts[..., 2])


@dataclass(eq=False)
class StageDemands:
    """What each side asks for in the stages of a plan, instruments in force left out.

    Attributes
    ----------
    plan, flows
        The process and what values it.
    life
        Share of the discounted life of terms spent at each horizon, ``[step, side]``.
    weights
        On revenue, by side.
    asked
        Demands over all tariffs that have been found already, by state.
    """

    plan: ProcessPlan
    flows: StateFlows
    life: FloatArray
    weights: tuple[RevealedWeight, RevealedWeight]
    asked: dict[State, FloatArray] = field(default_factory=dict)

    __repr__ = compact_repr

    @cached_property
    def box(self) -> TariffBox:
        """Flows of terms over all tariffs that somebody may ask for."""
        plan = self.plan
        finite = plan.demands[np.isfinite(plan.demands).all(axis=1)]
        below = min(plan.numbers.threshold, 10.0)
        tops = [finite, np.array([plan.lapse_to]), np.minimum(finite, below)]
        cutting = plan.stages[0].kind in {"contact", "cut", "cut_below_threshold"}
        if not cutting or any(plan.ideal):
            tops.append(np.array([plan.in_force]))
        for rows in plan.own_demands.values():
            tops.append(rows[np.isfinite(rows).all(axis=1)])
        tops += [np.array([change.rates]) for change in (*plan.endings, *plan.deadlines)]
        high = np.maximum(np.concatenate(tops).max(axis=0), 0.05)
        surfaces = [self.flows.surface(step) for step in range(self.flows.steps)]
        values = sum(
            self.life[step] * weighed(surface.values, self.weights, plan.numbers.job_costs)
            for step, surface in enumerate(surfaces)
        )
        surface = Surface(surfaces[0].grid, np.asarray(values))
        return TariffBox(-self.flows.baseline, high, surface, plan.demand_points)

    def first(self) -> FloatArray:
        """Demands ``[side that asks, tariff]`` of the cut, ideal ones put in."""
        plan = self.plan
        if not any(plan.ideal):
            return plan.demands
        best = self.comprehensive(State(plan.in_force))
        return np.where(np.array(plan.ideal)[:, None], best, plan.demands)

    def comprehensive(self, state: State) -> FloatArray:
        """Demands ``[side that asks, tariff]`` over all tariffs, from what is in force."""
        plain, numbers = State(state.rates), self.plan.numbers
        if plain not in self.asked:
            now = np.clip(np.array(state.rates), self.box.low, self.box.high)
            key = (
                self.life.tobytes(), self.weights, numbers.job_costs.tobytes(),
                self.box.high.tobytes(), now.tobytes(), numbers.moderation,
            )  # fmt: skip
            self.asked[plain] = self.flows.remembered(
                key, lambda: ideal_demands(self.box, now, moderation=numbers.moderation)
            )
        return self.asked[plain]

    def of(self, stage: str, state: State) -> FloatArray:
        """Demands ``[side that asks, tariff]`` of a stage: its own, or the ideal ones."""
        own = self.plan.own_demands.get(stage, np.full((2, 2), np.nan))
        ideal = own if np.isfinite(own).all() else self.comprehensive(state)
        return np.where(np.isfinite(own), own, ideal)
