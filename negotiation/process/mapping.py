"""Processes from mappings and TOML files: short keys of the literature, all mistakes at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, TypeVar

import numpy as np

from negotiation.data.parameters import Parameter
from negotiation.data.tables import as_date
from negotiation.errors import InvalidInputError
from negotiation.process.stage import Stage
from negotiation.process.validation import raise_mistakes

__all__ = [
    "listed_mistakes",
    "needed_field",
    "process_from_mapping",
    "read_fields",
    "read_parameters",
]

Process = TypeVar("Process")

_STAGE_KEYS = {
    "g": "flows",
    "l": "concede",
    "f": "win",
    "B": "breakdown",
    "beta": "breakdown_hazard",
    "z": "stubbornness",
    "A": "audience_cost",
    "a": "audience_growth",
    "relapse_to": "relapse_to",
    "relapse_lump": "relapse_lump",
    "deadline": "deadline",
    "rates": "rates",
    "opens": "opens",
    "remembered": "remembered",
    "name": "name",
}
_PROCESS_KEYS = {
    "r": "discount_rates",
    "psi": "type_persistence",
    "time_unit": "time_unit",
    "players": "players",
    "start": "start",
    "as_of": "as_of",
    "rates_after": "rates_after",
}
_OTHER_KEYS = {"stages", "z", "stubbornness", "names", "parameters", "A", "a"}
_NEEDED = ("g", "l", "f")
_STATUS = ("sourced", "derived", "assumption")
_WORDS = ("unit", "symbol", "meaning", "status", "source", "note")


def process_from_mapping(build: Callable[..., Process], data: Mapping[str, Any]) -> Process:
    """Build a process from the mapping described at `MultiStepProcess.from_dict`."""
    mistakes: list[str] = []
    options = read_fields(data, _PROCESS_KEYS, "process", mistakes, _OTHER_KEYS)
    if "discount_rates" not in options:
        mistakes.append("r: missing; allowed: one discount rate a side")
        options["discount_rates"] = (0.0, 0.0)
    entries = data.get("stages")
    if not isinstance(entries, list | tuple) or not entries:
        raise_mistakes([*mistakes, "stages: missing; allowed: a list of one or more stages"])
        raise AssertionError  # raise_mistakes has raised
    wrong = [k for k, entry in enumerate(entries) if not isinstance(entry, Mapping)]
    if wrong:
        raise_mistakes(
            [*mistakes, f"stages[{wrong[0]}]: seen {entries[wrong[0]]!r}; allowed: a mapping"]
        )
    names = data.get("names", [])
    if not isinstance(names, list | tuple):
        mistakes.append(f"names: seen {names!r}; allowed: a list with one name a stage")
        names = []
    if names and len(names) != len(entries):
        mistakes.append(f"names: seen {len(names)}; allowed: one a stage, {len(entries)}")
        names = []
    prior = np.asarray(data.get("z", data.get("stubbornness", np.nan)), dtype=object)
    stages = []
    for k, entry in enumerate(entries):
        label = names[k] if names else f"stage {k + 1}"
        where = f"stage {label!r}"
        found = read_fields(entry, _STAGE_KEYS, where, mistakes)
        for short in _NEEDED:
            needed_field(found, _STAGE_KEYS[short], (0.0, 0.0), where, mistakes, short)
        if prior.ndim == 0:
            needed_field(found, "stubbornness", (0.5, 0.5), where, mistakes, "z")
        elif "stubbornness" not in found:
            found["stubbornness"] = prior[k] if prior.ndim == 2 else list(prior)
        for short in ("A", "a"):
            if short in data and _STAGE_KEYS[short] not in found:
                found[_STAGE_KEYS[short]] = data[short]
        stages.append(Stage(**{"name": label, **found}))
    options["parameters"] = read_parameters(data.get("parameters", []), mistakes)
    try:
        process = build(stages=tuple(stages), **options)
    except InvalidInputError as error:
        if not mistakes:
            raise
        raise_mistakes([*mistakes, *listed_mistakes(error)])
        raise AssertionError from error  # raise_mistakes has raised
    raise_mistakes(mistakes)
    return process


def read_fields(
    entry: Any,
    names: Mapping[str, str],
    where: str,
    mistakes: list[str],
    others: Collection[str] = (),
    *,
    silent: Collection[str] = (),
) -> dict[str, Any]:
    """Read the keys of a mapping by their short or full names; note every other key.

    ``others`` are read elsewhere; so are ``silent`` ones, which are not named as allowed.
    """
    if not isinstance(entry, Mapping):
        mistakes.append(f"{where}: seen {entry!r}; allowed: a mapping")
        return {}
    known = {**names, **{name: name for name in names.values()}}
    out = {}
    for key, value in entry.items():
        if key in known:
            if value is not None:
                out[known[key]] = value
        elif key not in others and key not in silent:
            allowed = ", ".join(sorted({*known, *others}))
            mistakes.append(f"{where}: unknown key {key!r}; allowed: {allowed}")
    return out


def needed_field(
    found: dict[str, Any], name: str, fallback: Any, where: str, out: list[str], short: str = ""
) -> None:
    """Note a field that is missing, and go on with a fallback."""
    if name not in found:
        out.append(f"{where}: {f'{short} ({name})' if short else name} is missing")
        found[name] = fallback


def listed_mistakes(error: InvalidInputError) -> list[str]:
    """Take apart the list of mistakes in an error of `raise_mistakes`."""
    lines = str(error).split("\n")[1:]
    if not lines:
        return [str(error).removeprefix("process: ")]
    return [line.split(". ", 1)[1] for line in lines]


def read_parameters(entries: Any, mistakes: list[str]) -> tuple[Parameter, ...]:
    """Read parameters from mappings; what is wrong with one is added to ``mistakes``."""
    out: list[Parameter] = []
    if not isinstance(entries, list | tuple):
        mistakes.append(f"parameters: seen {entries!r}; allowed: a list of mappings")
        return ()
    for entry in entries:
        if isinstance(entry, Parameter):
            out.append(entry)
            continue
        if not isinstance(entry, Mapping):
            mistakes.append(f"parameters: seen {entry!r}; allowed: a mapping")
            continue
        name = str(entry.get("name", "?"))
        if not entry.get("source"):
            mistakes.append(f"parameter {name}: no source; allowed: a source or a reason")
        if entry.get("status") not in _STATUS:
            mistakes.append(
                f"parameter {name}: status {entry.get('status')!r}; allowed: {', '.join(_STATUS)}"
            )
        try:
            value = float(entry["value"])
            more: dict[str, Any] = {key: str(entry.get(key, "")) for key in _WORDS}
            more |= {end: float(entry.get(end, value)) for end in ("low", "high")}
            known = as_date(entry.get("known_on"), name=f"parameter {name}") or date.min
            out.append(Parameter(name=name, value=value, known_on=known, **more))
        except (KeyError, TypeError, ValueError) as error:
            mistakes.append(f"parameter {name}: {error!r}")
    return tuple(out)
