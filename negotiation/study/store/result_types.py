"""Which types a stored result may hold: the public dataclasses of this library, and no others."""

from __future__ import annotations

import functools
import importlib
import re
from pathlib import Path
from typing import Any

import negotiation

__all__ = ["result_type", "result_types"]

_PACKAGE = Path(negotiation.__file__).resolve().parent
_DATACLASS = re.compile(r"^@dataclass\b[^\n]*\n(?:@[^\n]*\n)*class ([A-Za-z]\w*)", re.MULTILINE)


@functools.cache
def result_types() -> dict[str, str]:
    """Return the table of types: ``<module>:<class>`` to the module that defines it.

    It is read from the library's own sources, so that nothing is imported to make it and no
    stored file can add to it.
    """
    found = {}
    for path in sorted(_PACKAGE.rglob("*.py")):
        parts = path.relative_to(_PACKAGE.parent).with_suffix("").parts
        module = ".".join(parts).removesuffix(".__init__")
        for name in _DATACLASS.findall(path.read_text(encoding="utf-8")):
            found[f"{module}:{name}"] = module
    return found


def result_type(kind: str) -> type[Any] | None:
    """Return the type of an entry of the table; None where there is no such entry."""
    module = result_types().get(kind)
    if module is None:
        return None
    named: type[Any] = getattr(importlib.import_module(module), kind.partition(":")[2])
    return named
