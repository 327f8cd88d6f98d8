"""A limit of wall-clock time that everything a function does shares."""

from __future__ import annotations

import time
from collections.abc import Callable

from negotiation.values import number

__all__ = ["TimeLimit"]


class TimeLimit:
    """Seconds from now; None for no limit.

    Raises
    ------
    InvalidInputError
        If ``max_seconds`` is negative or not finite.

    Examples
    --------
    >>> TimeLimit(0.0).is_over(), TimeLimit(None).is_over()
    (True, False)
    >>> TimeLimit(None).seconds_left() is None
    True
    """

    start: float
    max_seconds: float | None

    def __init__(self, max_seconds: float | None) -> None:
        if max_seconds is not None:
            number(max_seconds, name="max_seconds", low=0.0)
        self.start = time.perf_counter()
        self.max_seconds = max_seconds

    def elapsed_seconds(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self.start

    def is_over(self, share: float = 1.0) -> bool:
        """Return whether this share of the time is used up."""
        return self.max_seconds is not None and self.elapsed_seconds() >= share * self.max_seconds

    def seconds_left(self, share: float = 1.0) -> float | None:
        """Return what is left of this share of the time, at least 0; None where all is allowed."""
        if self.max_seconds is None:
            return None
        return max(share * self.max_seconds - self.elapsed_seconds(), 0.0)

    def keep_going(self, share: float = 1.0) -> Callable[[], bool]:
        """Return a question to ask now and then: is there time left of this share?"""
        if self.max_seconds is None:
            return lambda: True
        end = self.start + share * self.max_seconds
        return lambda: time.perf_counter() < end
