"""A frontier given as a function: guarded, sampled, and traced to where both sides gain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray, decoding

__all__ = ["Curve"]

_NODES = 2049
_EXACT = 4 * np.finfo(float).eps


@dataclass(frozen=True, eq=False)
class Curve:
    """The second payoff at each first payoff; minus infinity outside the function's domain.

    ``function`` takes a number; one that also takes arrays is sampled in one call.
    """

    function: Callable[[Any], Any]

    def __call__(self, first: float) -> float:
        """Return the second payoff at one first payoff."""
        try:
            with np.errstate(all="ignore"):
                out = self.function(first)
        except (ValueError, ZeroDivisionError, OverflowError):
            return -np.inf
        if isinstance(out, complex):
            return -np.inf
        with decoding("frontier"):
            value = float(np.asarray(out, dtype=np.float64).reshape(()))
        return value if np.isfinite(value) else -np.inf

    def sample(self, grid: FloatArray) -> FloatArray:
        """Return points ``[n, 2]`` at every first payoff of ``grid``.

        One call where the function takes arrays and agrees with itself at single numbers.
        """
        places = np.linspace(0, grid.size - 1, 5).astype(int)
        alone = np.array([self(float(u)) for u in grid[places]])
        try:
            with np.errstate(all="ignore"):
                together = np.asarray(self.function(grid), dtype=np.float64)
        except (TypeError, ValueError, AttributeError):
            together = np.empty(0)
        together = np.where(np.isfinite(together), together, -np.inf)
        if together.shape != grid.shape or not np.array_equal(together[places], alone):
            together = np.array([self(float(u)) for u in grid])
        return np.column_stack([grid, together])

    def range_above(
        self, disagreement: FloatArray, bounds: tuple[float, float] | None
    ) -> tuple[float, float]:
        """Return the lowest and highest first payoff at which both sides gain.

        Without ``bounds`` the range starts at the disagreement payoff, and its end is found by
        doubling.
        """
        inner, outer, low = (
            self._search(disagreement) if bounds is None else self._scan(disagreement, bounds)
        )
        if outer > inner:
            inner = self._last_above(float(disagreement[1]), inner, outer, outer - low)
        return low, inner

    def _search(self, disagreement: FloatArray) -> tuple[float, float, float]:
        low = float(disagreement[0])
        surplus = self(low) - disagreement[1]
        scale = abs(surplus) if np.isfinite(surplus) and surplus != 0 else max(1.0, abs(low))
        steps = low + scale * 2.0 ** np.arange(-30, 41)
        inside = np.array([self(float(u)) >= disagreement[1] for u in steps])
        if not inside.any():
            raise InvalidInputError(
                "no payoff pair gains on the disagreement point",
                where="frontier",
                seen=f"frontier({low:g}) = {self(low):g}",
                allowed=f"above {disagreement[1]:g} somewhere",
                hint="Give bounds=(lowest, highest first payoff) if the curve starts elsewhere.",
            )
        first = int(np.argmax(inside))
        past = first + int(np.argmin(inside[first:]))
        if inside[past]:
            raise InvalidInputError(
                "the frontier does not come down to the disagreement payoff",
                where="frontier",
                hint="Give bounds=(lowest, highest first payoff).",
            )
        return float(steps[past - 1]), float(steps[past]), low

    def _scan(
        self, disagreement: FloatArray, bounds: tuple[float, float]
    ) -> tuple[float, float, float]:
        low = max(bounds[0], float(disagreement[0]))
        if low > bounds[1]:
            raise InvalidInputError(
                "no payoff pair gains on the disagreement point", where="bounds", seen=bounds
            )
        points = self.sample(np.linspace(low, bounds[1], _NODES))
        good = np.flatnonzero(points[:, 1] >= disagreement[1])
        if not good.size:
            raise InvalidInputError(
                "no payoff pair gains on the disagreement point", where="frontier", seen=bounds
            )
        last = int(good[-1])
        return float(points[last, 0]), float(points[min(last + 1, _NODES - 1), 0]), low

    def _last_above(self, level: float, inner: float, outer: float, scale: float) -> float:
        """Where the curve leaves ``level`` (or its domain) between ``inner`` and ``outer``."""
        from scipy.optimize import brentq

        if np.isfinite(self(outer)):
            return float(
                brentq(lambda u: self(u) - level, inner, outer, xtol=_EXACT * scale, rtol=_EXACT)
            )
        for _ in range(200):
            middle = (inner + outer) / 2
            inner, outer = (middle, outer) if self(middle) >= level else (inner, middle)
        return inner
