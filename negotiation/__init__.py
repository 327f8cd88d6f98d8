"""How does a tariff standoff between two large economies end?

Trade equilibrium, games and bargaining in one library. Public names are loaded on first use,
so that ``import negotiation`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "negotiation.errors": (
        "ConvergenceError",
        "DataError",
        "InformationDateError",
        "InvalidInputError",
        "MissingDependencyError",
        "NegotiationError",
        "NonFiniteError",
    ),
    "negotiation.trade.economy": ("Economy", "TariffSchedule"),
    "negotiation.games.normal_form": ("NormalFormGame",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = ["__version__", *sorted(_MODULE_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'negotiation' has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})
