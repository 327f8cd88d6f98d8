"""Sweeps: many parameter values, any executor, resumable after a kill."""

from __future__ import annotations

import datetime as dt
import hashlib
import inspect
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.study.functions import function_named, modules_of
from negotiation.study.provenance import data_hash, source_hash
from negotiation.study.sweeps.design import DESIGNS, ParameterRange, design_rows
from negotiation.study.sweeps.folder import STORES, Columns
from negotiation.values import closest, one_of, shown, user_path

__all__ = ["Sweep", "load_sweep"]


@dataclass(frozen=True)
class Sweep:
    """A sweep as data.

    Attributes
    ----------
    name
        Short name.
    evaluate
        ``negotiation.<module>:<function>``, or ``<file>:<function>`` of a Python file in
        ``folder``; called as ``function(columns, fixed, generators)`` with one array a parameter
        and one random generator a row, it returns one array an output, of the same length. Where
        its module has a function ``sweep_mistakes(names, fixed)``, what that returns (lines, one a
        mistake) is reported before anything is computed.
    ranges
        Swept parameters.
    fixed
        Everything else that the function needs: numbers, words, dates, lists and mappings.
    design, size, seed
        See `negotiation.study.sweeps.design.design_rows`.
    chunk
        Rows a task, and a part on disk. Results do not depend on it.
    store
        "npz", or "parquet" (needs the extra ``cluster``).
    folder
        Where the Python file stands; for a sweep from a TOML file, the folder of that file.
        Results do not depend on it.
    """

    name: str
    evaluate: str
    ranges: Mapping[str, ParameterRange]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    design: str = "sobol"
    size: int = 1024
    seed: int = 20250502
    chunk: int = 64
    store: str = "npz"
    folder: Path | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Report every mistake at once."""
        given = {name: getattr(self, name) for name in self.__dataclass_fields__}
        _raise_listed(_mistakes(given), where=f"sweep {self.name}")

    def rows(self) -> Columns:
        """Return the design."""
        return design_rows(self.ranges, design=self.design, size=self.size, seed=self.seed)

    @property
    def function(self) -> Callable[..., Any]:
        """The function that computes rows."""
        return function_named(self.evaluate, self.folder)

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides the results: the sweep, the code and the data."""
        content = {
            **{key: getattr(self, key) for key in self.__dataclass_fields__ if key != "folder"},
            "ranges": {key: asdict(item) for key, item in self.ranges.items()},
        }
        modules = modules_of(self.function, self.evaluate)
        content["code"] = source_hash(modules, self.folder)
        content["data"] = data_hash()
        text = json.dumps(content, sort_keys=True, default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """What JSON does not know, in a form that differs wherever the value does."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise InvalidInputError(
        "a sweep holds what a file can say",
        where="fixed",
        seen=type(value).__name__,
        allowed="numbers, words, dates, lists and mappings",
    )


def _raise_listed(mistakes: list[str], *, where: str) -> None:
    if not mistakes:
        return
    if len(mistakes) == 1:
        raise InvalidInputError(mistakes[0], where=where)
    listed = "".join(f"\n  {k}. {line}" for k, line in enumerate(mistakes, start=1))
    raise InvalidInputError(f"{len(mistakes)} mistakes:{listed}", where=where)


def _mistakes(given: Mapping[str, Any]) -> list[str]:
    """Everything wrong with the fields of a sweep; those not given are left out."""
    mistakes: list[str] = []
    for name, allowed in (("design", DESIGNS), ("store", STORES)):
        if name in given and given[name] not in allowed:
            hint = closest(given[name], allowed)
            line = f"{name}: seen {given[name]!r}; allowed: {', '.join(allowed)}. {hint}"
            mistakes.append(line.rstrip(". "))
    for name, low in (("chunk", 1), ("seed", 0), ("size", 0)):
        value = given.get(name, low)
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            mistakes.append(f"{name}: seen {value!r}; allowed: a whole number >= {low}")
    ranges = given.get("ranges", {})
    if not isinstance(ranges, Mapping):
        mistakes.append(f"ranges: seen {shown(ranges)}; allowed: a mapping from names to ranges")
    else:
        mistakes += [
            f"ranges.{name}: seen {shown(item)}; allowed: a ParameterRange, such as "
            "ParameterRange(0.1, 0.5)"
            for name, item in ranges.items()
            if not (item is None or isinstance(item, ParameterRange))
        ]
    if "evaluate" in given:
        try:
            function = function_named(given["evaluate"], given.get("folder"))
        except InvalidInputError as error:
            mistakes.append(str(error))
        else:
            check = getattr(inspect.getmodule(function), "sweep_mistakes", None)
            if check is not None:
                mistakes += check(tuple(given.get("ranges", ())), given.get("fixed", {}))
    return mistakes


@takes
def load_sweep(path: str | Path) -> Sweep:
    """Read a sweep from TOML: the fields of `Sweep`, with a table a swept parameter.

    Raises
    ------
    InvalidInputError
        If the file cannot be read, or once with every mistake in it.
    """
    path = user_path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInputError(f"cannot be read: {error}", where=str(path)) from error
    known = [key for key in Sweep.__dataclass_fields__ if key != "folder"]
    mistakes = [
        f"{key}: no such key. {closest(key, known)}".rstrip(". ")
        for key in content
        if key not in known
    ]
    mistakes += [f"{key}: missing" for key in ("name", "evaluate", "ranges") if key not in content]
    given = {key: value for key, value in content.items() if key in known}
    given["folder"] = path.resolve().parent
    for key in ("ranges", "fixed"):
        if not isinstance(given.get(key, {}), dict):
            mistakes.append(f"{key}: seen {given.pop(key)!r}; allowed: a table")
    ranges: dict[str, ParameterRange | None] = dict.fromkeys(given.get("ranges", {}))
    for name, item in given.get("ranges", {}).items():
        try:
            ranges[name] = _range(item)
        except InvalidInputError as error:
            mistakes.append(f"ranges.{name}: {error}")
    given["ranges"] = ranges
    _raise_listed([*mistakes, *_mistakes(given)], where=path.name)
    return Sweep(**given)


def _range(item: Any) -> ParameterRange:
    known = ParameterRange.__dataclass_fields__
    if not isinstance(item, dict):
        raise InvalidInputError("not a table", seen=repr(item), allowed="low and high")
    for key in item:
        one_of(key, known, name="key")
    missing = [key for key in ("low", "high") if key not in item]
    if missing:
        raise InvalidInputError(f"{' and '.join(missing)} missing")
    return ParameterRange(**item)
