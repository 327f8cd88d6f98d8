"""Numbers as they were given: fractions, decimals, whole numbers and text, without rounding.

A float is the binary rational that it is. Fractions, decimals and text such as ``"1/10"`` are
kept as fractions wherever floats do not hold them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from numbers import Rational
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray

__all__ = [
    "as_distribution",
    "common_numerators",
    "exact_number",
    "is_plain",
    "number_array",
    "object_array",
    "quotients",
]

# Longest text and largest power of ten that are read as a number.
_LONGEST = 2_000
_LARGEST_EXPONENT = 400
_TEXT = re.compile(r"\s*[+-]?(\d[\d_]*\s*/\s*\d+|(\d+\.?\d*|\.\d+)([eE]([+-]?\d+))?)\s*")


def is_plain(value: Any) -> bool:
    """Say whether a number is a float, or a whole number that a float holds."""
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < 2**53)


def exact_number(value: Any, *, name: str) -> Fraction:
    """Return a number as a fraction, without rounding.

    Parameters
    ----------
    value
        A whole number, ``Fraction``, ``Decimal``, float, NumPy scalar, or text such as
        ``"0.1"``, ``"1e-3"`` or ``"1/10"``.
    name
        How the caller names the argument; it opens the error message.

    Raises
    ------
    InvalidInputError
        If it is no finite number, or longer than is sensible.

    Examples
    --------
    >>> exact_number("1/10", name="payoff"), exact_number(0.5, name="payoff")
    (Fraction(1, 10), Fraction(1, 2))
    """
    plain = value.item() if isinstance(value, np.generic) else value
    try:
        if isinstance(plain, str):
            match = _TEXT.fullmatch(plain) if len(plain) <= _LONGEST else None
            if match is None or abs(int(match[4] or 0)) > _LARGEST_EXPONENT:
                raise ValueError(plain)
            return Fraction(plain.replace(" ", ""))
        if isinstance(plain, Decimal) and (
            not plain.is_finite() or abs(plain.adjusted()) > _LARGEST_EXPONENT
        ):
            raise ValueError(plain)
        if isinstance(plain, Rational):
            return Fraction(int(plain.numerator), int(plain.denominator))
        return Fraction(plain if isinstance(plain, Decimal) else float(plain))
    except (TypeError, ValueError, OverflowError, ZeroDivisionError) as error:
        raise InvalidInputError(
            "not a finite number",
            where=name,
            seen=repr(value)[:60],
            allowed='whole numbers, floats, Fraction, Decimal, text such as "1/10"',
        ) from error


def object_array(values: Sequence[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return values as an array of Python objects of a given shape."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out.reshape(shape)


def number_array(value: Any, name: str) -> tuple[FloatArray, NDArray[Any] | None]:
    """Return an array of numbers as floats, and as fractions where the floats are rounded.

    Raises
    ------
    InvalidInputError
        If it is no full array of finite numbers, empty, or has masked entries.
    """
    exact: NDArray[Any] | None = None
    if isinstance(value, np.ma.MaskedArray):
        if np.ma.is_masked(value):
            raise InvalidInputError(
                "some payoffs are masked",
                where=name,
                seen=f"{int(np.sum(np.ma.getmaskarray(value)))} masked entries",
                hint="Give a number for every profile.",
            )
        value = value.data
    try:
        if isinstance(value, np.ndarray) and value.dtype.kind == "c":
            raise TypeError("complex numbers")
        given = np.asarray(value)
        if given.dtype.kind in "OUS":
            # Text has no float of its own, and objects of any kind are read one by one.
            texts = [v.decode() if isinstance(v, bytes) else v for v in given.ravel().tolist()]
            if any(isinstance(v, list | tuple | dict | set) or v is None for v in texts):
                raise ValueError("ragged")
            numbers = [exact_number(v, name=name) for v in texts]
            floats = np.array([float(v) for v in numbers]).reshape(given.shape)
            if any(v != held for v, held in zip(numbers, floats.ravel().tolist(), strict=True)):
                exact = object_array(numbers, given.shape)
        else:
            floats = np.array(given, dtype=np.float64, order="C")
            if given.dtype.kind in "iu" and given.size and np.abs(floats).max() >= 2.0**53:
                exact = object_array([Fraction(v) for v in given.ravel().tolist()], given.shape)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(
            "payoffs are not a full array of numbers",
            where=name,
            seen=str(error) if isinstance(error, InvalidInputError) else type(value).__name__,
        ) from error
    if floats.size == 0:
        raise InvalidInputError(
            "the game is empty",
            where=name,
            seen=f"shape {floats.shape}",
            allowed="1 action or more",
        )
    if not np.isfinite(floats).all():
        place = [int(i) for i in np.argwhere(~np.isfinite(floats))[0]]
        raise InvalidInputError(
            "payoff is not finite",
            where=f"{name}{place}",
            seen=floats[tuple(place)],
            allowed="finite numbers",
        )
    return floats, exact


def as_distribution(probabilities: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return probabilities that sum to 1 exactly: each divided by their sum.

    Floats such as 0.1, 0.2, 0.7 do not sum to 1 as the rationals that they are.
    """
    total = sum(probabilities, Fraction(0))
    return tuple(probabilities) if total == 1 else tuple(p / total for p in probabilities)


def common_numerators(values: Sequence[Fraction]) -> tuple[list[int], int]:
    """Return whole numbers over one positive denominator."""
    denominator = lcm(*(value.denominator for value in values))
    return [value.numerator * (denominator // value.denominator) for value in values], denominator


def quotients(
    numerators: NDArray[Any], denominators: Sequence[int]
) -> tuple[FloatArray, NDArray[Any] | None]:
    """Return ``numerators[k] / denominators[k]`` as floats, and as fractions where these round.

    Parameters
    ----------
    numerators
        64-bit or Python integers, first axis k.
    denominators
        Positive.
    """
    floats = np.empty(numerators.shape)
    exact = True
    for k, d in enumerate(denominators):
        table = numerators[k]
        small = table.dtype != object and d < 2**53 and bool(np.abs(table).max() < 2**53)
        if small:
            floats[k] = table / float(d)
            lowest = d // np.gcd(np.abs(table), d)
            exact = exact and bool(np.all(lowest & (lowest - 1) == 0))
        else:
            entries = table.ravel().tolist()
            floats[k] = np.array([entry / d for entry in entries]).reshape(table.shape)
            exact = exact and all(
                Fraction(entry, d) == held
                for entry, held in zip(entries, floats[k].ravel().tolist(), strict=True)
            )
    if exact:
        return floats, None
    fractions = [
        Fraction(entry, d)
        for table, d in zip(numerators, denominators, strict=True)
        for entry in table.ravel().tolist()
    ]
    return floats, object_array(fractions, numerators.shape)
