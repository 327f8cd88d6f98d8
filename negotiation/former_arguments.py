"""Names that arguments had in an earlier version: they still work, with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["former_argument"]

P = ParamSpec("P")
T = TypeVar("T")


def former_argument(former: str, present: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator: an argument may still be given by its former name, with a warning."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def called(*args: P.args, **options: P.kwargs) -> T:
            if former in options:
                warnings.warn(
                    f"{former}= of {function.__name__} is now {present}=; "
                    "the former name goes in version 0.3",
                    DeprecationWarning,
                    stacklevel=2,
                )
                options[present] = options.pop(former)
            return function(*args, **options)

        return called

    return decorate
