"""Limits of a search: wall-clock time that all its parts share, and how many results it holds."""

from __future__ import annotations

import time
from collections.abc import Callable

from negotiation.values import number

__all__ = ["COUNT_REACHED", "TIME_REACHED", "TimeLimit", "count_limit"]

#: What a result that a limit cut short says.
COUNT_REACHED, TIME_REACHED = "max_count was reached", "max_seconds was reached"


def count_limit(max_count: int | None) -> int | None:
    """Return how many results may be listed, a whole number from 1 on; None for no limit.

    Raises
    ------
    InvalidInputError
        If it is below 1.
    """
    if max_count is not None:
        number(max_count, name="max_count", low=1)
    return max_count


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

    def reached(self, otherwise: str) -> str:
        """Return why there is no answer: the time, or ``otherwise`` where there is time left."""
        return f"{TIME_REACHED}: {otherwise}" if self.is_over() else otherwise

    def of_programme(self) -> dict[str, float]:
        """Return what is left as an option of SciPy's linear programmes."""
        left = self.seconds_left()
        return {} if left is None else {"time_limit": left}

    def keep_going(self, share: float = 1.0) -> Callable[[], bool]:
        """Return a question to ask now and then: is there time left of this share?"""
        if self.max_seconds is None:
            return lambda: True
        end = self.start + share * self.max_seconds
        return lambda: time.perf_counter() < end
