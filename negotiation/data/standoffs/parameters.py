"""Parameters of a standoff: its file's, the embedded ones, and defaults by region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from negotiation.data.parameters import (
    DEFAULT_REGION,
    Parameter,
    parameters,
    regional_names,
)
from negotiation.data.standoffs.checks import Section

__all__ = ["OwnParameters", "all_parameters", "full_names", "read_parameters"]

#: By name, then by region; the region ``""`` holds for both sides.
OwnParameters = Mapping[str, Mapping[str, Parameter]]

_ASSUMPTION = "assumption"


def _embedded(name: str) -> Parameter | None:
    """Return what the library says of a parameter: unit, symbol and meaning."""
    everything = parameters()
    found = everything.get(name)
    if found is None and name in regional_names():
        found = everything[f"{name}_{DEFAULT_REGION}"]
    return found


def _entry(name: str, section: Section) -> Parameter:
    known = _embedded(name)
    value = section.number("value")
    low = section.number("low", default=value)
    high = section.number("high", default=value)
    if not low <= value <= high:
        section.note("value", "outside its range", seen=value, allowed=f"{low:g} to {high:g}")
    texts = {
        key: section.text(key, required=known is None)
        or ("" if known is None else str(getattr(known, key)))
        for key in ("unit", "symbol", "meaning")
    }
    source = section.text("source")
    note = section.text("note", required=False)
    known_on = section.day("known_on") or date.min
    section.finish()
    return Parameter(
        name=name,
        value=value,
        low=low,
        high=high,
        known_on=known_on,
        status=_ASSUMPTION if source == _ASSUMPTION else "sourced",
        source=source,
        note=note,
        **texts,
    )


def read_parameters(table: Section, sides: tuple[str, str] | None) -> OwnParameters:
    """Return the parameters of a file, one table a name, or one a side within it."""
    out: dict[str, Mapping[str, Parameter]] = {}
    for name in table.keys():  # noqa: SIM118  # a Section is no mapping
        section = table.table(name)
        regions = [key for key in sides or section.keys() if section.holds_table(key)]
        if regions:
            found = {region: _entry(name, section.table(region)) for region in regions}
            section.finish()
        else:
            found = {"": _entry(name, section)}
        out[name] = found
    return out


def all_parameters(
    own: OwnParameters, sides: tuple[str, str], as_of: date | None = None
) -> dict[str, Parameter]:
    """Return every parameter by name; one of a side is called ``name_side``, in small letters.

    A side without a value of its own that was known at the date has the documented default, under
    the side's name, also where that became known later.
    """
    out, known = dict(parameters()), parameters(as_of)
    for name in regional_names():
        for side in sides:
            full = f"{name}_{side.lower()}"
            found = known.get(full, out[f"{name}_{DEFAULT_REGION}"])
            out[full] = replace(found, name=full)
    return {**out, **full_names(own, sides)}


def full_names(own: OwnParameters, sides: tuple[str, str]) -> dict[str, Parameter]:
    """Return a file's parameters by name; one of a side is called ``name_side``."""
    out: dict[str, Parameter] = {}
    for name, found_by_side in own.items():
        for region, entry in found_by_side.items():
            regions = [region] if region else (sides if name in regional_names() else [])
            for side in regions:
                full = f"{name}_{side.lower()}"
                out[full] = replace(entry, name=full)
            if not regions:
                out[name] = entry
    return out
