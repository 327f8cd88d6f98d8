"""Parameters of a process that may be varied: their ranges, and the process at other values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from negotiation.data.embedded import load_economy
from negotiation.errors import InvalidInputError, NegotiationError
from negotiation.process.multi_step.definition import process_names
from negotiation.process.multi_step.load import load_process
from negotiation.process.stages import MultiStepProcess
from negotiation.trade.economy import Economy
from negotiation.values import FloatArray, number

__all__ = ["ParameterSpan", "parameter_spans", "rebuilder"]

#: Numbers by side of a process without recorded parameters.
_BY_SIDE = ("discount_rate", "stubbornness", "audience_cost", "flow")
_COMMON = ("breakdown_hazard",)


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


@lru_cache(maxsize=1)
def _economy() -> Economy:
    return load_economy("us-china-2022")


def parameter_spans(
    process: MultiStepProcess,
    parameters: Sequence[str] | Mapping[str, tuple[float, float]],
) -> tuple[ParameterSpan, ...]:
    """Return value and range of parameters of a process.

    Parameters
    ----------
    parameters
        Names, with the ranges that the process records, or a mapping from names to ranges. A
        process without recorded parameters knows ``discount_rate_<side>``,
        ``stubbornness_<side>``, ``audience_cost_<side>``, ``flow_<side>`` (all stages alike) and
        ``breakdown_hazard``, by ranges given here.
    """
    recorded = {entry.name: entry for entry in process.parameters}
    given = parameters if isinstance(parameters, Mapping) else dict.fromkeys(parameters)
    spans = []
    for name, bounds in given.items():
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


def _field(process: MultiStepProcess, name: str) -> tuple[str, int | None]:
    """Split ``stubbornness_USA`` into the field and the side."""
    if name in _COMMON:
        return name, None
    for side, player in enumerate(process.players):
        head = name.removesuffix(f"_{player}")
        if head != name and head in _BY_SIDE:
            return head, side
    by_side = [f"{head}_{player}" for head in _BY_SIDE for player in process.players]
    recorded = [entry.name for entry in process.parameters]
    raise InvalidInputError(
        "unknown parameter",
        where="parameters",
        seen=name,
        allowed=", ".join([*recorded, *by_side, *_COMMON]),
    )


def _field_value(process: MultiStepProcess, name: str) -> float:
    head, side = _field(process, name)
    first = process.stages[0]
    if side is None:
        return first.breakdown_hazard
    if head == "discount_rate":
        return float(process.discount_rates[side])
    if head == "flow":
        return float(first.flows[0, side])
    return float(getattr(first, head)[side])


def _with_field(process: MultiStepProcess, name: str, value: float) -> MultiStepProcess:
    """Return the process with one number changed in every stage."""
    head, side = _field(process, name)
    if head == "discount_rate":
        rates = np.array(process.discount_rates)
        rates[side] = value
        return replace(process, discount_rates=rates)
    stages = []
    for stage in process.stages:
        if side is None:
            stages.append(replace(stage, breakdown_hazard=value))
            continue
        key = "flows" if head == "flow" else head
        array = np.array(getattr(stage, key))
        array[..., side] = value
        stages.append(replace(stage, **{key: array}))  # type: ignore[arg-type]  # key is a field that holds an array
    return replace(process, stages=tuple(stages))


def rebuilder(
    process: MultiStepProcess,
    rebuild: Callable[[Mapping[str, float]], MultiStepProcess] | None,
) -> Callable[[Mapping[str, float]], MultiStepProcess]:
    """Return what builds the process again at other values.

    Without ``rebuild`` a process that records parameters is loaded again by its definition with
    the embedded economy, which must give the same process at the same values.
    """
    if rebuild is not None:
        return rebuild
    recorded = {entry.name: entry.value for entry in process.parameters}
    if not recorded:

        def changed(values: Mapping[str, float]) -> MultiStepProcess:
            out = process
            for name, value in values.items():
                out = _with_field(out, name, value)
            return out

        return changed

    def loaded(values: Mapping[str, float], name: str) -> MultiStepProcess:
        return load_process(
            name, as_of=process.as_of, economy=_economy(), values={**recorded, **values}
        )

    for name in process_names():
        try:
            same = _same(loaded({}, name), process)
        except NegotiationError:
            continue
        if same:
            return lambda values, name=name: loaded(values, name)  # type: ignore[misc]  # binds the name now
    raise InvalidInputError(
        "the process cannot be built again from its parameters",
        where="process",
        hint="Pass rebuild=, a function from parameter values to a process.",
    )


def _same(one: MultiStepProcess, other: MultiStepProcess) -> bool:
    if len(one.stages) != len(other.stages):
        return False
    return all(
        np.allclose(getattr(a, key), getattr(b, key), rtol=1e-9, atol=1e-12)
        for a, b in zip(one.stages, other.stages, strict=True)
        for key in ("flows", "concede", "win", "stubbornness", "audience_cost")
        if np.shape(getattr(a, key)) == np.shape(getattr(b, key))
    )
