"""One function a reference vector: from its inputs to its outputs, by the formula's symbols."""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Callable
from typing import Any

VECTORS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
for _part in ("tests.vectors_a", "tests.vectors_b", "tests.vectors_process"):
    if importlib.util.find_spec(_part) is not None:
        VECTORS |= importlib.import_module(_part).VECTORS

TOLERANCE = 1e-9
_BY_OUTPUT = {("M07", "first_step_efficient_path_approx"): 1e-4}


def short(identifier: str) -> str:
    """Return "A01" of "A01_weighted_nash_TU"."""
    return identifier.split("_", maxsplit=1)[0]


def run(vector: dict[str, Any]) -> dict[str, Any]:
    """Return the library's outputs for a vector's inputs."""
    return VECTORS[short(vector["id"])](vector["inputs"])


def mismatches(vector: dict[str, Any], outputs: dict[str, Any]) -> list[str]:
    """Every expected number that the outputs miss: ``|x-y| <= max(rel |y|, 1e-12)``."""
    key = short(vector["id"])
    found: list[str] = []

    def compare(want: Any, got: Any, path: tuple[Any, ...]) -> None:
        where = ".".join(str(step) for step in path)
        if isinstance(want, dict):
            for name, value in want.items():
                if not isinstance(got, dict) or name not in got:
                    found.append(f"{where}.{name} is missing")
                else:
                    compare(value, got[name], (*path, name))
        elif isinstance(want, list):
            if len(want) != len(got):
                found.append(f"{where}: {len(got)} entries, not {len(want)}")
                return
            for place, (w, g) in enumerate(zip(want, got, strict=True)):
                compare(w, g, (*path, place))
        elif isinstance(want, bool) or want is None:
            if got is not want and got != want:
                found.append(f"{where}: {got!r}, not {want!r}")
        else:
            try:
                y = float(want)
            except ValueError:
                if str(got) != want:
                    found.append(f"{where}: {got!r}, not {want!r}")
                return
            name = path[0] if path else ""
            rel = _BY_OUTPUT.get((key, name), TOLERANCE)
            x = float(got)
            if not (math.isfinite(x) and abs(x - y) <= max(rel * abs(y), 1e-12)):
                found.append(f"{where}: {x!r}, not {y!r}")

    compare(vector.get("outputs_hp", vector["outputs"]), outputs, ())
    return found
