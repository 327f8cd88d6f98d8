"""Parameters of a dispute at an information date: values by name, each use noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from negotiation.data.parameters import Parameter
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.values import FloatArray, closest, number, one_of

__all__ = ["DatedParameters"]


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

    def refuse_late(self) -> None:
        """Refuse all parameters asked for so far that became known after the information date."""
        if self.as_of is None:
            return
        late = [item for item in self.used.values() if item.known_on > self.as_of]
        if late:
            raise InformationDateError(
                "parameters that were not known at the information date",
                where=", ".join(item.name for item in late),
                seen=", ".join(f"known on {item.known_on}" for item in late),
                allowed=f"on or before {self.as_of}",
                hint="The file of a standoff may give each a value known then: [parameters.NAME], "
                "or [parameters.NAME.SIDE] where sides differ.",
            )

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
