"""One check of argument types for public functions, read from their annotations."""

from __future__ import annotations

import builtins
import inspect
import numbers
import re
import sys
import types
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from fractions import Fraction
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.values import shown

__all__ = ["takes"]

P = ParamSpec("P")
R = TypeVar("R")

_HINTS = {
    "NormalFormGame": "For two matrices A, B use NormalFormGame.from_bimatrix(A, B).",
    "Executor | None": "Of a dask.distributed client: client.get_executor().",
    "ExtensiveFormGame": "Use ExtensiveFormGame.from_tree(...) or read_efg(path).",
}
#: What else than the type itself is taken for it: NumPy's numbers, and whole numbers as floats.
_WIDER: dict[Any, tuple[type, ...]] = {
    float: (numbers.Real, np.bool_),
    int: (numbers.Integral, np.bool_),
    bool: (bool, np.bool_, numbers.Integral),
}
#: Names of packages that are loaded where they are needed.
_LATE = {"pd": "pandas", "Axes": "matplotlib.axes", "Figure": "matplotlib.figure"}
_LARGEST = Fraction(sys.float_info.max)
#: Longest list or tuple whose members are looked at.
_MEMBERS = 10_000


def _has_members(value: Any, protocol: type) -> bool:
    """Whether a value has all that a protocol of this library names; none is computed."""
    named = {
        name
        for part in protocol.__mro__
        if getattr(part, "_is_protocol", False)
        for name in (*vars(part), *inspect.get_annotations(part))
        if not name.startswith("_")
    }
    missing = object()
    return all(inspect.getattr_static(value, name, missing) is not missing for name in named)


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of an annotated type; true where the type cannot be told at run time."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, option) for option in inner)
    if hint is Any:
        return True
    if hint is None or hint is type(None):
        return value is None
    if origin is Literal:
        return any(type(value) is type(option) and value == option for option in inner)
    kind = origin or hint
    if getattr(kind, "_is_protocol", False):
        return not kind.__module__.startswith("negotiation") or _has_members(value, kind)
    if hint is float and isinstance(value, numbers.Rational):
        return bool(-_LARGEST <= value <= _LARGEST)
    if isinstance(hint, type) and origin is None:
        return isinstance(value, _WIDER.get(hint, hint))
    if origin is Callable:
        return callable(value)
    if not isinstance(origin, type):
        return True
    if issubclass(origin, np.ndarray):
        return isinstance(value, np.ndarray)
    if issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(
            _fits(key, inner[0]) and _fits(item, inner[1]) for key, item in value.items()
        )
    if issubclass(origin, Iterable):
        # Where an array or a set will do for a list it is taken; a text is one of letters.
        if isinstance(value, str | bytes):
            return isinstance(value, str) and _fits("", inner[0])
        unlike = Mapping if issubclass(origin, Collection) else ()
        if not isinstance(value, Iterable) or isinstance(value, unlike):
            return False
        if isinstance(value, np.ndarray) and value.ndim == 0:
            return False
        if origin is tuple and inner[1:] != (Ellipsis,):
            if not isinstance(value, Collection) or isinstance(value, Set):
                return False
            return len(value) == len(inner) and all(map(_fits, value, inner))
        if not isinstance(value, list | tuple | np.ndarray) or len(value) > _MEMBERS:
            return True
        return all(_fits(item, inner[0]) for item in value)
    return isinstance(value, origin)


class _Names(dict[str, Any]):
    """Names of a module, and those that it imports for type checkers alone."""

    def __missing__(self, name: str) -> Any:
        import negotiation

        if name in negotiation._MODULE_OF:
            return getattr(negotiation, name)
        if name in vars(builtins):
            return getattr(builtins, name)
        loaded = sys.modules.get(_LATE.get(name, ""))
        if loaded is None:
            raise NameError(name)
        return getattr(loaded, name, loaded)


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Annotated types of the arguments that can be told at run time."""
    names, found = _Names(function.__globals__), {}
    for name, hint in inspect.get_annotations(function).items():
        if name != "return":
            try:
                found[name] = eval(hint, {}, names) if isinstance(hint, str) else hint
            except (NameError, AttributeError, TypeError):  # a name for type checkers alone
                continue
    return found


def _words(written: Any, hint: Any) -> str:
    """An annotation as a message says it: as it is written, an alias by what it stands for."""
    if isinstance(written, str) and (isinstance(hint, type) or not written.isidentifier()):
        return written
    return hint.__name__ if isinstance(hint, type) else re.sub(r"[\w.]*\.(\w+)", r"\1", str(hint))


def takes(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function be called with arguments of its annotated types only.

    NumPy's numbers count as numbers, whole numbers as floats, and any iterable as a sequence.
    Array-like arguments are left to the function, which says of what shape they should be.

    Examples
    --------
    >>> @takes
    ... def half(value: float) -> float:
    ...     return value / 2
    >>> half([1.0])
    Traceback (most recent call last):
    negotiation.errors.InvalidInputError: half: value is not a float; seen [1.0]; allowed: float
    """
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    hints: dict[str, Any] | None = None

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        nonlocal hints
        if hints is None:
            hints = _hints(function)
        for name, value in (*zip(positional, args, strict=False), *kwargs.items()):
            if name in hints and not _fits(value, hints[name]):
                text = _words(function.__annotations__[name], hints[name])
                raise InvalidInputError(
                    f"{name} is not a {text}",
                    where=function.__name__,
                    seen=shown(value),
                    allowed=text,
                    hint=_HINTS.get(text, ""),
                )
        return function(*args, **kwargs)

    return checked
