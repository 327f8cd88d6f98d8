"""Parameters of a process that may be varied: their ranges, and the process at other values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from negotiation.errors import InvalidInputError, NegotiationError
from negotiation.former_names import former_players
from negotiation.payoffs.ensemble import PAYOFF_MODELS
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.multi_step.load import load_process, process_names
from negotiation.values import FloatArray, instance, number

__all__ = ["ParameterSpan", "parameter_spans", "rebuilder"]

#: Numbers by side of a process without recorded parameters.
_BY_SIDE = ("discount_rate", "shock_scale", "audience_cost", "flow")


@dataclass(frozen=True)
class ParameterSpan:
    """Value and range of a parameter, and how changes are scaled.

    Attributes
    ----------
    name, value, low, high
        The parameter.
    """

    name: str
    value: float
    low: float
    high: float

    @property
    def logarithmic(self) -> bool:
        """Whether the range spans a factor of ten and is all positive."""
        return self.low > 0.0 and self.high >= 10.0 * self.low

    def at(self, change: float) -> float:
        """Return the value after a scaled change, kept inside the range."""
        if self.logarithmic:
            moved = float(np.exp(np.log(self.value) + change * np.log(self.high / self.low)))
        else:
            moved = self.value + change * (self.high - self.low)
        return float(min(max(moved, self.low), self.high))

    def between(self, position: FloatArray) -> FloatArray:
        """Return the values at positions in [0, 1] of the range."""
        if self.logarithmic:
            return np.asarray(self.low * (self.high / self.low) ** position)
        return np.asarray(self.low + (self.high - self.low) * position)

    def change_to(self, value: float) -> float:
        """Return the scaled change that leads to a value."""
        if self.logarithmic:
            return float(np.log(value / self.value) / np.log(self.high / self.low))
        return float((value - self.value) / (self.high - self.low))


def parameter_spans(
    process: ProcessGame,
    parameters: Sequence[str] | Mapping[str, tuple[float, float]] | None = None,
) -> tuple[ParameterSpan, ...]:
    """Return value and range of parameters of a process.

    Parameters
    ----------
    parameters
        Names, with the ranges that the process records, or a mapping from names to ranges; None:
        every recorded parameter that has a range. A process without recorded parameters knows
        ``discount_rate_<side>``, ``shock_scale_<side>``, ``audience_cost_<side>`` (all acts
        alike) and ``flow_<side>`` (where play starts), by ranges given here.
    """
    recorded = {entry.name: entry for entry in process.parameters}
    if parameters is None:
        parameters = [entry.name for entry in process.parameters if entry.low < entry.high]
    given = parameters if isinstance(parameters, Mapping) else dict.fromkeys(parameters)
    spans = []
    for name, bounds in given.items():
        instance(name, str, name="parameters")
        if name in recorded:
            entry = recorded[name]
            value, low, high = entry.value, entry.low, entry.high
        else:
            value, low, high = _field_value(process, name), np.nan, np.nan
        if bounds is not None:
            low, high = (number(end, name=f"parameters[{name}]") for end in bounds)
        if not (low < high and low <= value <= high):
            raise InvalidInputError(
                "not a range around the value",
                where=f"parameters[{name}]",
                seen=f"{low:g} <= {value:g} <= {high:g}",
                allowed="low < high with the value between them",
                hint="Pass a mapping from the name to (low, high).",
            )
        spans.append(ParameterSpan(name, value, low, high))
    return tuple(spans)


def _field(process: ProcessGame, name: str) -> tuple[str, int]:
    """Split ``shock_scale_USA`` into the field and the side."""
    for head in _BY_SIDE:
        player = name.removeprefix(f"{head}_")
        sides = former_players(process.players, [player])
        if player != name and player in sides:
            return head, sides.index(player)
    by_side = [f"{head}_{player}" for head in _BY_SIDE for player in process.players]
    recorded = [entry.name for entry in process.parameters]
    raise InvalidInputError(
        "unknown parameter", where="parameters", seen=name, allowed=", ".join([*recorded, *by_side])
    )


def _field_value(process: ProcessGame, name: str) -> float:
    head, side = _field(process, name)
    if head == "audience_cost":
        costs = [a.audience_cost for node in process.nodes for a in node.actions if a.side == side]
        return costs[0] if costs else 0.0
    if head == "flow":
        return float(process.nodes[int(process.start_node)].flow[side])
    return float(getattr(process, f"{head}s")[side])


def _with_field(process: ProcessGame, name: str, value: float) -> ProcessGame:
    """Return the process with one number of a side changed."""
    head, side = _field(process, name)
    if head in {"discount_rate", "shock_scale"}:
        array = np.array(getattr(process, f"{head}s"))
        array[side] = value
        if head == "discount_rate":
            return replace(process, discount_rates=array)
        return replace(process, shock_scales=array)
    nodes = list(process.nodes)
    if head == "flow":
        start = int(process.start_node)
        flow = np.array(nodes[start].flow)
        flow[side] = value
        nodes[start] = replace(nodes[start], flow=flow)
    else:
        nodes = [
            replace(
                node,
                actions=tuple(
                    replace(a, audience_cost=value) if a.side == side else a for a in node.actions
                ),
            )
            for node in nodes
        ]
    return replace(process, nodes=tuple(nodes))


def rebuilder(
    process: ProcessGame,
    rebuild: Callable[[Mapping[str, float]], ProcessGame] | None,
) -> Callable[[Mapping[str, float]], ProcessGame]:
    """Return what builds the process again at other values.

    Without ``rebuild`` a process that records parameters is loaded again by its definition with
    the embedded economy, under the payoff model that gives the same process at the same values.
    """
    if rebuild is not None:
        return rebuild
    recorded = {entry.name: entry.value for entry in process.parameters}
    if not recorded:

        def changed(values: Mapping[str, float]) -> ProcessGame:
            out = process
            for name, value in values.items():
                out = _with_field(out, name, value)
            return out

        return changed
    for name in process_names():
        for model in PAYOFF_MODELS:

            def loaded(
                values: Mapping[str, float], name: str = name, model: object = model
            ) -> ProcessGame:
                return load_process(
                    name,
                    as_of=process.as_of,
                    values={**recorded, **values},
                    model=model,  # type: ignore[arg-type]  # a payoff model, bound now
                )

            try:
                same = _same(loaded({}), process)
            except NegotiationError:
                continue
            if same:
                return loaded
    raise InvalidInputError(
        "the process cannot be built again from its parameters",
        where="process",
        hint="Pass rebuild=, a function from parameter values to a process, such as "
        "lambda values: standoff.process(as_of=..., values=values).",
    )


def _same(one: ProcessGame, other: ProcessGame) -> bool:
    return one.labels == other.labels and all(
        np.allclose(a.flow, b.flow, rtol=1e-9, atol=1e-12)
        for a, b in zip(one.nodes, other.nodes, strict=True)
    )
