"""One check for every function whose first argument is a game."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from negotiation.errors import InvalidInputError

__all__ = ["takes"]

P = ParamSpec("P")
R = TypeVar("R")

_HINTS = {
    "NormalFormGame": "For two matrices A, B use NormalFormGame.from_bimatrix(A, B).",
    "ExtensiveFormGame": "Use ExtensiveFormGame.from_tree(...) or read_efg(path).",
}


def takes(kind: type) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that lets through a first argument of one kind only.

    Examples
    --------
    >>> @takes(float)
    ... def half(value: float) -> float:
    ...     return value / 2
    >>> half([1.0])
    Traceback (most recent call last):
    negotiation.errors.InvalidInputError: half: not a float; seen list; allowed: float
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        name = function.__code__.co_varnames[0]

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if not args and name not in kwargs:
                return function(*args, **kwargs)
            given = args[0] if args else kwargs[name]
            if not isinstance(given, kind):
                raise InvalidInputError(
                    f"not a {kind.__name__}",
                    where=function.__name__,
                    seen=type(given).__name__,
                    allowed=kind.__name__,
                    hint=_HINTS.get(kind.__name__, ""),
                )
            return function(*args, **kwargs)

        return checked

    return decorate
