"""Where a number comes from, and since when it could be known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from negotiation.errors import InvalidInputError

__all__ = ["Parameter", "as_date"]


@dataclass(frozen=True)
class Parameter:
    """One number of a process with its origin.

    Attributes
    ----------
    name, value, unit
        What it is.
    kind
        "sourced", "derived" or "assumption".
    low, high
        Range over which it is swept.
    available_from
        Date since which it could be known; None for an assumption that needs no fact.
    source
        Publisher, title and date, or the reason of the assumption.
    """

    name: str
    value: float
    unit: str
    kind: str
    low: float
    high: float
    available_from: date | None
    source: str


def as_date(value: object, *, name: str) -> date:
    """Return a date from a date or an ISO string (a month or year means its last day).

    Examples
    --------
    >>> as_date("2025-02", name="known_on")
    datetime.date(2025, 2, 28)
    """
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    text = str(value)
    try:
        parts = [int(part) for part in text.split("-")]
        if len(parts) == 1:
            return date(parts[0], 12, 31)
        if len(parts) == 2:
            following = date(parts[0] + parts[1] // 12, parts[1] % 12 + 1, 1)
            return date.fromordinal(following.toordinal() - 1)
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(
            "not a date", where=name, seen=repr(value), allowed="YYYY-MM-DD"
        ) from error
