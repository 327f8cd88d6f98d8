"""A dispute at an information date, from whatever source: what a multi-step process is built from.

A case names its parameters or gives its numbers; `DatedParameters` turns the names into values,
notes each that was used, and refuses what was not known at the date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from negotiation.data.parameters import Parameter
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.process.multi_step.plan import PlannedStage, StandingMeasure
from negotiation.trade.economy import TariffSchedule
from negotiation.values import FloatArray, closest, number, one_of

__all__ = ["CaseChange", "DatedCase", "DatedParameters", "ExemptGoods", "SideRates"]

#: Added tariffs by side, each a number or the name of a parameter.
SideRates = tuple[float | str, float | str]


@dataclass(frozen=True)
class CaseChange:
    """A deadline or an ending of a case: see `negotiation.process.multi_step.plan.DatedChange`.

    Attributes
    ----------
    stages, goes_to
        Names of the stages in which it may happen, and of the one that is open then.
    rates
        Added tariffs in force after it.
    at
        Date of a deadline.
    hazard
        Of an ending, a year: a number or the name of a parameter.
    kind
        Of an ending.
    """

    stages: tuple[str, ...]
    rates: SideRates
    goes_to: str
    at: date | None = None
    hazard: float | str = 0.0
    kind: str = "court"


@dataclass(frozen=True)
class ExemptGoods:
    """Goods that a side has taken out of its added tariffs.

    Attributes
    ----------
    side, sectors
        Who, and in which sectors; those that the economy does not have are left out.
    share
        Exempt share, a number or the name of a parameter.
    of_imports
        Whether the share is of all goods that the side buys from the other, rather than of the
        trade of the sectors.
    """

    side: str
    sectors: tuple[str, ...]
    share: float | str
    of_imports: bool = False


@dataclass(frozen=True, eq=False)
class DatedCase:
    """What holds, is asked for and is known in a dispute at an information date.

    Attributes
    ----------
    name, sides
        What it is called, and the two regions.
    start, as_of
        Day on which play starts, and the information date.
    stages
        What is left of the agenda; the first is open.
    in_force
        Added tariffs now.
    standoff
        Added tariffs of the standoff, from which equal cuts are counted.
    lapse_to
        Added tariffs to which terms lapse.
    demands
        Added tariffs that each side asks for in the first cut; None: its ideal.
    parameters
        By name; those that differ by side are called ``name_side``, in small letters.
    own
        Names of the parameters that the case sets itself.
    own_demands
        By name of a later stage: what each side asks for there; None: its ideal.
    asked_by
        Side that asks for purchases, 0 or 1.
    waits_for_exemptions
        By side: kinds of act that it takes only after the other has exempted something.
    exempted
        Goods that are exempt already.
    listed
        By side: sectors that it could exempt besides.
    endings, deadlines
        What may happen that nobody chooses.
    standing
        Instruments other than tariffs that are in force.
    background
        Tariffs over which points are added, where other than the economy's.
    notes
        What a reader of results must know.
    """

    name: str
    sides: tuple[str, str]
    start: date
    as_of: date | None
    stages: tuple[PlannedStage, ...]
    in_force: SideRates
    standoff: SideRates
    lapse_to: SideRates
    demands: tuple[SideRates | None, SideRates | None]
    parameters: Mapping[str, Parameter]
    own: frozenset[str] = frozenset()
    own_demands: Mapping[str, tuple[SideRates | None, SideRates | None]] = field(
        default_factory=dict
    )
    asked_by: int = 0
    waits_for_exemptions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exempted: tuple[ExemptGoods, ...] = ()
    listed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    endings: tuple[CaseChange, ...] = ()
    deadlines: tuple[CaseChange, ...] = ()
    standing: tuple[StandingMeasure, ...] = ()
    background: TariffSchedule | None = None
    notes: tuple[str, ...] = ()


class DatedParameters:
    """Parameters by name at an information date, with values put in their place by hand.

    Every parameter asked for is noted, so that the process can say what it rests on.
    """

    as_of: date | None

    def __init__(
        self, known: Mapping[str, Parameter], as_of: DateLike, values: Mapping[str, float]
    ) -> None:
        self.as_of = as_date(as_of)
        self._known = known
        unknown = sorted(set(values) - set(self._known))
        if unknown:
            raise InvalidInputError(
                "unknown parameter",
                where="values",
                seen=", ".join(unknown),
                allowed=", ".join(sorted(self._known)),
                hint=" ".join(filter(None, (closest(name, self._known) for name in unknown))),
            )
        self._values = {key: number(value, name=f"values[{key}]") for key, value in values.items()}
        self.used: dict[str, Parameter] = {}

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the parameters with a value put in their place."""
        return tuple(self._values)

    def counts(self, name: str) -> bool:
        """Whether there is such a parameter and it is not zero; its use is not noted."""
        found = self._known.get(name)
        return found is not None and self._values.get(name, found.value) != 0.0

    def __call__(self, name: str) -> float:
        """Return the value of a parameter, noting its use."""
        one_of(name, self._known, name="parameter")
        found = self._known[name]
        if self.as_of is not None and found.known_on > self.as_of:
            raise InformationDateError(
                "this parameter was not known at the information date",
                where=name,
                seen=f"known on {found.known_on}",
                allowed=f"on or before {self.as_of}",
            )
        if name in self._values:
            found = replace(found, value=self._values[name])
        self.used[name] = found
        return found.value

    def pair(self, given: Iterable[float | str]) -> FloatArray:
        """Return numbers by side, each given as such or by the name of a parameter."""
        return np.array([self(item) if isinstance(item, str) else float(item) for item in given])

    def by_side(self, name: str, sides: tuple[str, str]) -> FloatArray:
        """Return the values of a parameter that differs by side."""
        return self.pair(f"{name}_{side.lower()}" for side in sides)

    def refuse_unused(self) -> None:
        """Refuse values of parameters that were not asked for: they would move nothing."""
        unused = sorted(set(self._values) - set(self.used))
        if unused:
            raise InvalidInputError(
                "the process does not use this parameter under these options",
                where="values",
                seen=", ".join(unused),
                allowed=", ".join(sorted(self.used)),
            )
