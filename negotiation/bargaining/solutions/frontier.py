"""Geometry of two-player payoff sets: the efficient curve seen from a disagreement point.

Payoffs may be thrown away (free disposal), so left of its first point a frontier is flat and right
of its last point it drops. Both classes answer the same questions: the other side's payoff at a
given own payoff, its inverse, the best weighted product of gains, and the point that halves the
integral of ``sqrt(-du1 du2)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from negotiation.bargaining.solutions.curve import Curve
from negotiation.values import FloatArray, IntArray

__all__ = [
    "Frontier",
    "PolygonFrontier",
    "SmoothFrontier",
    "pareto_indices",
    "upper_hull",
]

_EXACT = 4 * np.finfo(float).eps


def pareto_indices(points: FloatArray) -> IntArray:
    """Return the rows of ``points`` that no other row weakly dominates, one of each set of ties.

    Examples
    --------
    >>> import numpy as np
    >>> pareto_indices(np.array([[0.0, 1.0], [0.5, 0.5], [0.4, 0.4], [1.0, 0.0]]))
    array([0, 1, 3])
    """
    order = np.lexsort(points.T[::-1])[::-1]
    if points.shape[1] == 2:
        second = points[order, 1]
        best_before = np.concatenate([[-np.inf], np.maximum.accumulate(second)[:-1]])
        return np.sort(order[second > best_before]).astype(np.int64)
    kept: list[int] = []
    for row in order:
        chosen = points[kept]
        if not np.any(np.all(chosen >= points[row], axis=1)):
            kept.append(int(row))
    return np.array(sorted(kept), dtype=np.int64)


def upper_hull(points: FloatArray) -> IntArray:
    """Return rows on the north-east boundary of the convex hull, first payoff rising.

    Points inside a straight edge are left out.

    Examples
    --------
    >>> import numpy as np
    >>> upper_hull(np.array([[0.0, 1.0], [0.4, 0.4], [1.0, 0.0]]))
    array([0, 2])
    """
    efficient = pareto_indices(points)
    order = efficient[np.argsort(points[efficient, 0], kind="stable")]
    span = np.ptp(points[order], axis=0)
    scaled = (points - points[order[0]]) / np.where(span > 0, span, 1.0)
    hull: list[int] = []
    for row in order:
        while len(hull) > 1:
            a, b = scaled[hull[-2]], scaled[hull[-1]]
            c = scaled[row]
            if (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) < 0:
                break
            hull.pop()
        hull.append(int(row))
    return np.array(hull, dtype=np.int64)


def _log_product(gains: FloatArray, weights: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(weights > 0, weights * np.log(np.maximum(gains, 0.0)), 0.0)
    out: FloatArray = terms.sum(axis=-1)
    return out


#: Panels of an integral, at most: a frontier of so many kinks is no curve.
_MOST_PANELS = 20_000


@dataclass(frozen=True, eq=False)
class PolygonFrontier:
    """Concave polyline ``vertices [v, 2]``: first payoff rising, second falling."""

    vertices: FloatArray

    @property
    def ends(self) -> tuple[FloatArray, FloatArray]:
        """First and last point of the efficient curve."""
        return self.vertices[0], self.vertices[-1]

    def value(self, first: float) -> float:
        """Largest second payoff when the first player gets at least ``first``."""
        return float(np.interp(first, self.vertices[:, 0], self.vertices[:, 1]))

    def inverse(self, second: float) -> float:
        """Largest first payoff when the second player gets at least ``second``."""
        return float(np.interp(-second, -self.vertices[:, 1], self.vertices[:, 0]))

    def above(self, floor: FloatArray) -> PolygonFrontier:
        """Return the part where both payoffs are at least ``floor``."""
        left, right = max(floor[0], self.vertices[0, 0]), self.inverse(floor[1])
        inner = (self.vertices[:, 0] > left) & (self.vertices[:, 0] < right)
        return PolygonFrontier(
            np.array([[left, self.value(left)], *self.vertices[inner], [right, self.value(right)]])
        )

    def nash(self, origin: FloatArray, weights: FloatArray) -> FloatArray:
        """Maximise ``w1 log(u1 - d1) + w2 log(u2 - d2)``: closed form on every edge."""
        start, end = self.vertices[:-1] - origin, self.vertices[1:] - origin
        step = end - start
        with np.errstate(divide="ignore", invalid="ignore"):
            share = -(
                weights[0] * step[:, 0] * start[:, 1] + weights[1] * step[:, 1] * start[:, 0]
            ) / (step[:, 0] * step[:, 1])
        share = np.clip(np.nan_to_num(share), 0.0, 1.0)[:, None]
        candidates = np.concatenate([start + share * step, self.vertices - origin])
        best = int(np.argmax(_log_product(candidates, weights)))
        return np.asarray(candidates[best] + origin)

    def weighted_sum(self, weights: FloatArray) -> FloatArray:
        """Maximise ``w1 u1 + w2 u2``; the middle of the best edge where it is not unique."""
        value = self.vertices @ weights
        spread = float(np.ptp(self.vertices, axis=0).max())
        best = self.vertices[value >= value.max() - 1e-12 * spread]
        return np.asarray((best[0] + best[-1]) / 2)

    def area_midpoint(self) -> FloatArray:
        """Halve the integral of ``sqrt(-du1 du2)`` along the curve."""
        step = np.diff(self.vertices, axis=0)
        length = np.concatenate(
            [[0.0], np.cumsum(np.sqrt(np.maximum(-step[:, 0] * step[:, 1], 0)))]
        )
        half = length[-1] / 2
        return np.array([np.interp(half, length, self.vertices[:, k]) for k in (0, 1)])

    def area_halves(self, first: float) -> tuple[float, float]:
        """Integrals of ``sqrt(-du1 du2)`` up to a first payoff and from there on."""
        here = np.array([[first, self.value(first)]])
        before = self.vertices[:, 0] < first
        parts = np.vstack([self.vertices[before], here]), np.vstack([here, self.vertices[~before]])
        steps = (np.diff(part, axis=0) for part in parts)
        left, right = (float(np.sqrt(np.maximum(-d[:, 0] * d[:, 1], 0.0)).sum()) for d in steps)
        return left, right

    def nodes(self) -> FloatArray:
        """Points whose convex hull is the frontier."""
        return self.vertices


@dataclass(frozen=True, eq=False)
class SmoothFrontier:
    """Decreasing concave curve ``u2 = function(u1)`` on ``[low, high]``."""

    function: Curve
    low: float
    high: float

    @property
    def ends(self) -> tuple[FloatArray, FloatArray]:
        """First and last point of the efficient curve."""
        return (
            np.array([self.low, self.function(self.low)]),
            np.array([self.high, self.function(self.high)]),
        )

    def value(self, first: float) -> float:
        """Largest second payoff when the first player gets at least ``first``."""
        return self.function(min(max(first, self.low), self.high))

    def inverse(self, second: float) -> float:
        """Largest first payoff when the second player gets at least ``second``."""
        from scipy.optimize import brentq

        if second <= self.function(self.high):
            return self.high
        if second >= self.function(self.low):
            return self.low
        return float(
            brentq(
                lambda u: self.function(u) - second,
                self.low,
                self.high,
                xtol=_EXACT * (self.high - self.low),
                rtol=_EXACT,
            )
        )

    def above(self, floor: FloatArray) -> SmoothFrontier:
        """Return the part where both payoffs are at least ``floor``."""
        return SmoothFrontier(self.function, max(self.low, floor[0]), self.inverse(floor[1]))

    def slopes(self, first: FloatArray) -> FloatArray:
        """Derivatives by Richardson extrapolation of central differences inside the domain."""
        width = self.high - self.low
        inside = np.clip(first, self.low + 1e-9 * width, self.high - 1e-9 * width)
        room = np.minimum(inside - self.low, self.high - inside)
        steps = np.minimum(0.02 * width, 0.25 * room) / 2.0 ** np.arange(5)[:, None]
        places = np.stack([inside + steps, inside - steps])
        values = self.function.sample(places.ravel())[:, 1].reshape(places.shape)
        table = list((values[0] - values[1]) / (2 * steps))
        for order in range(1, 5):
            table = [b + (b - a) / (4.0**order - 1) for a, b in pairwise(table)]
        return np.asarray(table[0])

    def slope(self, first: float) -> float:
        """Derivative at one first payoff."""
        return float(self.slopes(np.array([first]))[0])

    def nash(self, origin: FloatArray, weights: FloatArray) -> FloatArray:
        """Maximise ``w1 log(u1 - d1) + w2 log(u2 - d2)`` by its first-order condition.

        A direct search along the curve is compared with the stationary point, so that a kink,
        where no derivative exists, is found as well.
        """

        def condition(first: float) -> float:
            gain, other = first - origin[0], self.function(first) - origin[1]
            return float(weights[0] * other + weights[1] * gain * self.slope(first))

        return self._best(lambda points: _log_product(points - origin, weights), condition)

    def weighted_sum(self, weights: FloatArray) -> FloatArray:
        """Maximise ``w1 u1 + w2 u2``."""
        first, last = self.ends
        scaled = weights / max(float(weights @ np.abs(last - first)), 1e-300)
        return self._best(
            lambda points: (points - first) @ scaled,
            lambda u: float(weights[0] + weights[1] * self.slope(u)),
        )

    def _best(
        self, score: Callable[[FloatArray], FloatArray], condition: Callable[[float], float]
    ) -> FloatArray:
        """Maximise a score of points; ``condition`` has the sign of its derivative on the curve."""
        from scipy.optimize import brentq, minimize_scalar

        def objective(first: float) -> float:
            return float(score(np.array([first, self.function(first)])))

        grid = np.linspace(self.low, self.high, 257)
        best = int(np.argmax(score(self.function.sample(grid))))
        left, right = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, grid.size - 1)])
        direct = minimize_scalar(
            lambda u: -objective(u),
            bounds=(left, right),
            method="bounded",
            options={"xatol": 1e-15 * (self.high - self.low)},
        )
        candidates = [float(grid[best]), float(direct.x)]
        margin = 1e-6 * (right - left)
        if condition(left + margin) > 0 > condition(right - margin):
            stationary = brentq(
                condition,
                left + margin,
                right - margin,
                xtol=_EXACT * (self.high - self.low),
                rtol=_EXACT,
            )
            candidates.append(float(stationary))
        achieved = [objective(u) for u in candidates]
        noise = 1e-13 * max(1.0, abs(max(achieved)))
        first = [u for u, v in zip(candidates, achieved, strict=True) if v >= max(achieved) - noise]
        return np.array([first[-1], self.function(first[-1])])

    def _points(self, angles: FloatArray) -> FloatArray:
        """Points at ``u1 = low + width sin(v/2)^2``, which runs smoothly into steep ends."""
        first = self.low + (self.high - self.low) * np.sin(angles / 2.0) ** 2
        return self.function.sample(np.minimum(first, self.high))

    def _area(self, left: float, right: float) -> tuple[float, float]:
        """Integral of ``sqrt(-du1 du2)`` between two angles, and its error where it is smooth.

        Sums of ``sqrt`` over chords fall to the integral as chords are halved; Romberg's scheme.
        """
        points = self._points(np.linspace(left, right, 33))
        sums = []
        for stride in (32, 16, 8, 4, 2, 1):
            step = np.diff(points[::stride], axis=0)
            sums.append(float(np.sqrt(np.maximum(-step[:, 0] * step[:, 1], 0.0)).sum()))
        before = sums
        for order in range(1, len(sums)):
            before, sums = sums, [b + (b - a) / (4.0**order - 1) for a, b in pairwise(sums)]
        return sums[-1], abs(sums[-1] - before[-1])

    def _panels(self, left: float, right: float) -> list[tuple[float, float, float]]:
        """Angles and integrals of panels, halved until what a kink is worth does not count."""
        ends = self._points(np.array([0.0, np.pi]))
        # No sum over chords is above that over one.
        least = 1e-13 * float(np.sqrt(abs(np.prod(ends[1] - ends[0]))))
        edges = np.linspace(left, right, 8).tolist()
        waiting = list(pairwise(edges))[::-1]
        found: list[tuple[float, float, float]] = []
        while waiting:
            a, b = waiting.pop()
            value, error = self._area(a, b)
            if error <= least or b - a < 1e-12 or len(found) > _MOST_PANELS:
                found.append((a, b, value))
            else:
                middle = (a + b) / 2.0
                waiting += [(middle, b), (a, middle)]
        return found

    def area_midpoint(self) -> FloatArray:
        """Halve the integral of ``sqrt(-du1 du2)``, which needs no derivative."""
        panels = self._panels(0.0, np.pi)
        left = sum(value for _, _, value in panels) / 2.0
        if left == 0.0:
            # Nothing is traded for anything: the first payoff rises at no cost to the second.
            return self.ends[1]
        place = 0
        while panels[place][2] < left and place < len(panels) - 1:
            left -= panels[place][2]
            place += 1
        a, b, _ = panels[place]
        for _ in range(60):
            middle = (a + b) / 2.0
            value = self._area(a, middle)[0]
            if value >= left:
                b = middle
            else:
                a, left = middle, left - value
        return np.asarray(self._points(np.array([(a + b) / 2.0]))[0])

    def area_halves(self, first: float) -> tuple[float, float]:
        """Integrals of ``sqrt(-du1 du2)`` up to a first payoff and from there on."""
        share = (first - self.low) / max(self.high - self.low, 1e-300)
        at = 2.0 * float(np.arcsin(np.sqrt(min(max(share, 0.0), 1.0))))
        parts = self._panels(0.0, at), self._panels(at, np.pi)
        before, after = (sum(value for _, _, value in part) for part in parts)
        return before, after

    def nodes(self) -> FloatArray:
        """Points whose convex hull approximates the frontier from inside."""
        return self.function.sample(np.linspace(self.low, self.high, 513))


Frontier = PolygonFrontier | SmoothFrontier
