"""One tree of exceptions; every message says what, where, seen, allowed and what to try."""

from __future__ import annotations

from typing import Any

__all__ = [
    "ConvergenceError",
    "DataError",
    "InformationDateError",
    "InvalidInputError",
    "MissingDependencyError",
    "NegotiationError",
    "NonFiniteError",
]


def _message(what: str, where: str, seen: object, allowed: str, hint: str) -> str:
    parts = [f"{where}: {what}" if where else what]
    if seen is not None:
        parts.append(f"seen {seen}")
    if allowed:
        parts.append(f"allowed: {allowed}")
    text = "; ".join(parts)
    return f"{text}. {hint}" if hint else text


class NegotiationError(Exception):
    """Base of every error that this library raises on purpose."""


class InvalidInputError(NegotiationError, ValueError):
    """An argument, table or file is not what the function accepts.

    Parameters
    ----------
    what
        What is wrong, in one clause.
    where
        The argument, key, file, row or region.
    seen
        The offending value.
    allowed
        What would be accepted.
    hint
        What to try.
    """

    def __init__(
        self, what: str, *, where: str = "", seen: object = None, allowed: str = "", hint: str = ""
    ) -> None:
        super().__init__(_message(what, where, seen, allowed, hint))


class DataError(InvalidInputError):
    """A data file is unreadable, altered or inconsistent; names file, row and column."""


class InformationDateError(InvalidInputError):
    """A fact that was not known at the information date was asked for."""


class NonFiniteError(NegotiationError, FloatingPointError):
    """A computation produced NaN or infinity."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(_message(what, where, None, "finite numbers", hint))


class ConvergenceError(NegotiationError, RuntimeError):
    """A solver stopped before its tolerance was met.

    Attributes
    ----------
    partial
        The result as far as it got, marked ``converged=False``.
    """

    def __init__(self, what: str, *, where: str = "", partial: Any = None, hint: str = "") -> None:
        super().__init__(_message(what, where, None, "", hint))
        self.partial = partial


class MissingDependencyError(NegotiationError, ImportError):
    """An optional package is needed and is not installed."""

    def __init__(self, package: str, *, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed. "
            f"Try: pip install 'negotiation[{extra}]'"
        )
