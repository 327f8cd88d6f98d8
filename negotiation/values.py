"""Validated, read-only arrays and dataclass fields that carry their symbol and unit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.errors import InvalidInputError, NegotiationError

__all__ = [
    "FloatArray",
    "IntArray",
    "closest",
    "compact_repr",
    "decoding",
    "float_array",
    "float_vector",
    "instance",
    "instances",
    "number",
    "one_of",
    "points_of",
    "quantity",
    "random_generator",
    "read_only",
    "shown",
    "user_path",
]

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]

_MISSING: Any = object()
T = TypeVar("T")


def quantity(symbol: str, unit: str, meaning: str, *, default: Any = _MISSING) -> Any:
    """Return a dataclass field that documents its symbol, unit and meaning.

    ``docs/symbols.md`` is generated from this metadata.

    Examples
    --------
    >>> from dataclasses import dataclass, fields
    >>> @dataclass(frozen=True)
    ... class Side:
    ...     discount_rate: float = quantity("r", "1/year", "discount rate")
    >>> fields(Side)[0].metadata["symbol"]
    'r'
    """
    metadata = {"symbol": symbol, "unit": unit, "meaning": meaning}
    if default is _MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def _brief(value: Any) -> str:
    """One short phrase for a field's value."""
    if isinstance(value, np.ndarray):
        if value.size <= 18:
            return np.array2string(value, precision=6, separator=", ").replace("\n", "")
        return f"<{' x '.join(map(str, value.shape))} {value.dtype}>"
    if is_dataclass(value):
        name = getattr(value, "name", None)
        return f"{type(value).__name__}({name if isinstance(name, str) else '...'})"
    if isinstance(value, tuple | list):
        if len(value) > 12 or any(is_dataclass(item) for item in value):
            kind = type(value[0]).__name__
            return f"<{len(value)} x {kind}>"
        return f"({', '.join(map(_brief, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping):
        names = ", ".join(map(str, list(value)[:6]))
        return f"<{len(value)} entries{': ' if names else ''}{names}>"
    return repr(value)


def compact_repr(item: Any) -> str:
    """Return one line a dataclass: small values in full, large ones by shape or number.

    A class body takes it as ``__repr__ = compact_repr``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, eq=False)
    ... class Result:
    ...     flows: FloatArray
    ...     converged: bool
    ...     __repr__ = compact_repr
    >>> Result(np.zeros((3, 12, 12)), True)
    Result(flows=<3 x 12 x 12 float64>, converged=True)
    """
    inside = ", ".join(
        f"{spec.name}={_brief(getattr(item, spec.name))}" for spec in fields(item) if spec.repr
    )
    return f"{type(item).__name__}({inside})"


def shown(value: Any) -> str:
    """Return a value as an error message shows it: its beginning, whatever it is.

    Examples
    --------
    >>> shown("x" * 200)[-8:]
    'xxxxx...'
    """
    try:
        text = repr(value)
    except Exception:  # a repr may fail: that of an integer of 5,000 digits does
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 120 else f"{text[:117]}..."


@contextmanager
def decoding(where: str) -> Iterator[None]:
    """Let nested data of a user leave as InvalidInputError where they have another form.

    For readers of mappings and lists, whose every level would need a check of its own.

    Examples
    --------
    >>> with decoding("stages"):
    ...     {}["name"]
    Traceback (most recent call last):
    negotiation.errors.InvalidInputError: stages: not of the form that is documented; seen ...
    """
    try:
        yield
    except NegotiationError:
        raise
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        raise InvalidInputError(
            "not of the form that is documented", where=where, seen=str(error)[:200]
        ) from error


def user_path(path: Any, *, name: str = "path") -> Path:
    """Return an argument as a path, or say that it is none.

    Examples
    --------
    >>> user_path("a.csv").name
    'a.csv'
    """
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(text, str) or "\0" in text:
        raise InvalidInputError("not a path", where=name, seen=shown(path), allowed="a path")
    return Path(text)


def points_of(rate: float) -> float:
    """Return a rate in points, to a ten-thousandth: residue of floats such as 2e-17 is 0.

    Examples
    --------
    >>> points_of(1.45), points_of(-2.2e-17)
    (145.0, 0.0)
    """
    return round(100.0 * float(rate), 4) + 0.0


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy of ``array`` that cannot be written to."""
    out = np.array(array)
    out.setflags(write=False)
    return out


def float_array(
    value: ArrayLike,
    *,
    name: str,
    ndim: int | None = None,
    shape: tuple[int | None, ...] | None = None,
    low: float | None = None,
    high: float | None = None,
) -> FloatArray:
    """Return ``value`` as a read-only float64 array, or say what is wrong with it.

    Parameters
    ----------
    value
        Anything NumPy can turn into numbers.
    name
        How the caller names the argument; it opens the error message.
    ndim, shape
        Required number of axes, or shape with None for a free axis.
    low, high
        Closed bounds that every entry must respect.

    Raises
    ------
    InvalidInputError
        If the value is not numeric, not finite, empty, of another shape or out of bounds.

    Examples
    --------
    >>> float_array([1, 2], name="rates", low=0.0)
    array([1., 2.])
    """
    try:
        if isinstance(value, np.ndarray) and value.dtype.kind == "c":
            raise TypeError("complex numbers")
        if np.ma.is_masked(value):
            raise TypeError("masked entries")
        # In C order whatever came in: compiled kernels know one layout.
        out = np.array(value, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(
            "not an array of numbers",
            where=name,
            seen=shown(value),
            hint="Fill masked entries, or leave them out." if np.ma.is_masked(value) else "",
        ) from error
    if shape is not None:
        ndim = len(shape)
    if ndim is not None and out.ndim != ndim:
        raise InvalidInputError(
            "wrong number of axes", where=name, seen=f"shape {out.shape}", allowed=f"{ndim} axes"
        )
    if shape is not None and any(
        want is not None and want != got for want, got in zip(shape, out.shape, strict=True)
    ):
        wanted = tuple("any" if want is None else want for want in shape)
        raise InvalidInputError("wrong shape", where=name, seen=out.shape, allowed=f"{wanted}")
    if out.size == 0:
        raise InvalidInputError("empty", where=name, seen=f"shape {out.shape}", allowed="1 or more")
    bad = ~np.isfinite(out)
    if low is not None:
        bad |= out < low
    if high is not None:
        bad |= out > high
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        bounds = [f">= {low:g}"] if low is not None else []
        bounds += [f"<= {high:g}"] if high is not None else []
        raise InvalidInputError(
            "number out of range",
            where=f"{name}{list(place) if place else ''}",
            seen=out[place],
            allowed=" and ".join(["finite", *bounds]),
        )
    out.setflags(write=False)
    return out


def float_vector(
    value: ArrayLike,
    *,
    name: str,
    ndim: int | None = None,
    shape: tuple[int | None, ...] | None = None,
    low: float | None = None,
    high: float | None = None,
) -> FloatArray:
    """Return `float_array` of ``value``; a number alone is an array of one entry.

    Examples
    --------
    >>> float_vector(0.5, name="probabilities", high=1.0)
    array([0.5])
    """
    out = np.atleast_1d(float_array(value, name=name, low=low, high=high))
    return float_array(out, name=name, ndim=ndim, shape=shape)


def number(
    value: Any,
    *,
    name: str,
    low: float | None = None,
    high: float | None = None,
    open_low: bool = False,
    open_high: bool = False,
) -> float:
    """Return ``value`` as a finite float within bounds, or say what is wrong with it.

    Examples
    --------
    >>> number("0.5", name="delta", low=0, high=1, open_high=True)
    0.5
    """
    try:
        out = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError("not a number", where=name, seen=shown(value)) from error
    too_low = low is not None and (out <= low if open_low else out < low)
    too_high = high is not None and (out >= high if open_high else out > high)
    if not np.isfinite(out) or too_low or too_high:
        bounds = ["finite"]
        if low is not None:
            bounds.append(f"{'>' if open_low else '>='} {low:g}")
        if high is not None:
            bounds.append(f"{'<' if open_high else '<='} {high:g}")
        raise InvalidInputError(
            "number out of range", where=name, seen=out, allowed=" and ".join(bounds)
        )
    return out


def _kinds(kind: type[T] | tuple[type[T], ...]) -> str:
    return " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))


def instance(value: Any, kind: type[T] | tuple[type[T], ...], *, name: str) -> T:
    """Return ``value`` if it is of a class, or say what it is instead.

    Examples
    --------
    >>> instance(2, int, name="count")
    2
    """
    if not isinstance(value, kind):
        raise InvalidInputError(
            f"not of class {_kinds(kind)}",
            where=name,
            seen=type(value).__name__,
            allowed=_kinds(kind),
        )
    return value


def random_generator(
    rng: np.random.Generator | int | None, *, name: str = "rng"
) -> np.random.Generator:
    """Return the source of randomness that an argument ``rng`` stands for.

    A generator is used as it is, a whole number seeds a new one, None takes fresh entropy.

    Examples
    --------
    >>> bool(random_generator(1).integers(100) == random_generator(1).integers(100))
    True
    """
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        allowed = "a numpy.random.Generator, a whole number of 0 or more, or None"
        raise InvalidInputError(
            "no source of randomness", where=name, seen=repr(rng)[:80], allowed=allowed
        ) from error


def instances(values: Any, kind: type[T] | tuple[type[T], ...], *, name: str) -> tuple[T, ...]:
    """Return values as a tuple if each is of a class, or say which is not.

    Examples
    --------
    >>> instances([1, 2], int, name="counts")
    (1, 2)
    """
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidInputError(
            "not a sequence", where=name, seen=shown(values), allowed=f"objects {_kinds(kind)}"
        )
    return tuple(instance(item, kind, name=f"{name}[{k}]") for k, item in enumerate(values))


def one_of(value: str, options: Iterable[str], *, name: str) -> str:
    """Return ``value`` if it is one of ``options``; otherwise list them.

    Examples
    --------
    >>> one_of("nash", ("nash", "egalitarian"), name="solution")
    'nash'
    """
    choices = tuple(options)
    if not isinstance(value, str) or value not in choices:  # type: ignore[redundant-expr]  # callers may be untyped
        raise InvalidInputError(
            "unknown choice",
            where=name,
            seen=shown(value),
            allowed=", ".join(choices),
            hint=closest(value, choices),
        )
    return value


def closest(value: Any, options: Iterable[str]) -> str:
    """Ask whether the nearest of ``options`` was meant; empty if none is near.

    Examples
    --------
    >>> closest("base_rat", ("base_rate", "terms_duration"))
    'Did you mean base_rate?'
    """
    from difflib import get_close_matches

    near = get_close_matches(str(value), tuple(options), n=1)
    return f"Did you mean {near[0]}?" if near else ""
