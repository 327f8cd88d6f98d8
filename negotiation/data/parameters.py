"""Parameters of the models with their unit, range, source and the day they became known.

The file holds a parameter that differs by side as tables keyed by region, among them ``default``
for a region without a value of its own: ``[discount_rate.default]`` is ``discount_rate_default``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from negotiation.arguments import takes
from negotiation.data.sources import EMBEDDED, read_toml, sources
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import DataError, InformationDateError
from negotiation.values import one_of

__all__ = [
    "DEFAULT_REGION",
    "Parameter",
    "parameter",
    "parameters",
    "regional_names",
    "regional_parameter",
]

#: Ending of the parameter that stands for a region without a value of its own.
DEFAULT_REGION = "default"


_STATUS = ("sourced", "derived", "assumption")
_FILE = "parameters.toml"


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes
    ----------
    name, symbol, unit, meaning
        What it is called here, in the equations, in which unit, and what it means.
    value, low, high
        Central value and the range over which it is swept.
    known_on
        Day from which it may be used.
    status
        ``sourced`` (printed in the source), ``derived`` (computed from sourced figures) or
        ``assumption``.
    source
        Key of `sources`, or ``assumption``.
    note
        How the value came about.
    """

    name: str
    value: float
    unit: str
    symbol: str
    meaning: str
    low: float
    high: float
    known_on: date
    status: str
    source: str
    note: str = ""


def _parse(name: str, entry: object, known_sources: frozenset[str]) -> Parameter:
    where = f"{_FILE}, {name}"
    if not isinstance(entry, dict):
        raise DataError("not a parameter", where=where, seen=repr(entry), allowed=f"[{name}]")
    allowed = set(Parameter.__dataclass_fields__) - {"name"}
    unknown, missing = set(entry) - allowed, allowed - set(entry) - {"note"}
    if unknown or missing:
        raise DataError(
            "unknown key" if unknown else "missing key",
            where=where,
            seen=", ".join(sorted(unknown or missing)),
            allowed=", ".join(sorted(allowed)),
        )
    numbers = {}
    for key in ("low", "value", "high"):
        number = entry[key]
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise DataError("not a number", where=f"{where}.{key}", seen=repr(number))
        if not math.isfinite(number):
            raise DataError("not finite", where=f"{where}.{key}", seen=number)
        numbers[key] = float(number)
    if not numbers["low"] <= numbers["value"] <= numbers["high"]:
        raise DataError(
            "value outside its own range",
            where=f"{where}.value",
            seen=numbers["value"],
            allowed=f"{numbers['low']:g} to {numbers['high']:g}",
        )
    texts = {}
    for key in ("unit", "symbol", "meaning", "status", "source", "note"):
        text = entry.get(key, "")
        if not isinstance(text, str) or (not text and key != "note"):
            raise DataError("not a text", where=f"{where}.{key}", seen=repr(text))
        texts[key] = text
    if texts["status"] not in _STATUS:
        raise DataError(
            "unknown status", where=where, seen=texts["status"], allowed=", ".join(_STATUS)
        )
    if (texts["source"] == "assumption") != (texts["status"] == "assumption") or (
        texts["source"] != "assumption" and texts["source"] not in known_sources
    ):
        raise DataError(
            "source does not fit",
            where=f"{where}.source",
            seen=texts["source"],
            allowed="a key of sources.toml, or assumption with the status assumption",
        )
    if not isinstance(entry["known_on"], date):
        raise DataError("not a date", where=f"{where}.known_on", seen=repr(entry["known_on"]))
    return Parameter(
        name=name,
        value=numbers["value"],
        unit=texts["unit"],
        symbol=texts["symbol"],
        meaning=texts["meaning"],
        low=numbers["low"],
        high=numbers["high"],
        known_on=entry["known_on"],
        status=texts["status"],
        source=texts["source"],
        note=texts["note"],
    )


@lru_cache(maxsize=8)
def _read(folder: Path) -> Mapping[str, Parameter]:
    known = frozenset(sources(folder=folder))
    return MappingProxyType(
        {
            name: _parse(name, entry, known)
            for name, entry in _by_name(read_toml(folder / _FILE)).items()
        }
    )


def _by_name(content: Mapping[str, object]) -> dict[str, object]:
    """Return every entry by name; one of a region is called ``name_region``, in small letters."""
    out: dict[str, object] = {}
    for name, entry in content.items():
        if isinstance(entry, dict) and all(isinstance(item, dict) for item in entry.values()):
            out |= {f"{name}_{region.lower()}": item for region, item in entry.items()}
        else:
            out[name] = entry
    return out


def _all(folder: str | Path | None) -> Mapping[str, Parameter]:
    return _read(EMBEDDED) if folder is None else _read.__wrapped__(Path(folder))


@takes
def parameters(
    as_of: DateLike = None, *, folder: str | Path | None = None
) -> Mapping[str, Parameter]:
    """Return every parameter known at a date, by name.

    Examples
    --------
    >>> "exempt_share_chn" in parameters(as_of="2025-05-02")
    False
    """
    limit = as_date(as_of)
    everything = _all(folder)
    return MappingProxyType(
        {n: p for n, p in everything.items() if limit is None or p.known_on <= limit}
    )


@takes
def parameter(name: str, as_of: DateLike = None, *, folder: str | Path | None = None) -> Parameter:
    """Return one parameter.

    Raises
    ------
    InvalidInputError
        If there is no parameter of that name.
    InformationDateError
        If it became known after ``as_of``.

    Examples
    --------
    >>> compliance = parameter("purchase_compliance", as_of="2025-05-02")
    >>> compliance.value, compliance.status
    (0.5748, 'derived')
    """
    everything = _all(folder)
    one_of(name, everything, name="parameter")
    found, limit = everything[name], as_date(as_of)
    if limit is not None and found.known_on > limit:
        raise InformationDateError(
            "this parameter was not known at the information date",
            where=name,
            seen=f"known on {found.known_on}",
            allowed=f"on or before {limit}",
        )
    return found


def regional_names() -> tuple[str, ...]:
    """Return the names of the parameters that differ by region.

    Examples
    --------
    >>> "discount_rate" in regional_names()
    True
    """
    ending = f"_{DEFAULT_REGION}"
    return tuple(name.removesuffix(ending) for name in _all(None) if name.endswith(ending))


@takes
def regional_parameter(
    name: str, region: str, as_of: DateLike = None, *, folder: str | Path | None = None
) -> Parameter:
    """Return a parameter of a region, or the default of regions without a value of their own.

    Parameters
    ----------
    name
        One of `regional_names`.
    region
        Region code.
    as_of
        Information date: a value of the region that became known later gives way to the default.

    Returns
    -------
    Parameter
        Its name ends in ``default`` where the region has no value that was known.

    Examples
    --------
    >>> regional_parameter("annual_wage", "CHN").value
    14000.0
    >>> regional_parameter("annual_wage", "EU27").name
    'annual_wage_default'
    """
    one_of(name, regional_names(), name="parameter")
    own = f"{name}_{region.lower()}"
    if own in parameters(as_of, folder=folder):
        return parameter(own, as_of, folder=folder)
    return parameter(f"{name}_{DEFAULT_REGION}", as_of, folder=folder)
