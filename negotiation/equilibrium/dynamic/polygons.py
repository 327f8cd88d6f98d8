"""Convex polygons of payoff pairs whose ranges are about 1."""

from __future__ import annotations

import numpy as np

from negotiation.values import FloatArray

__all__ = ["convex_hull", "cut_polygon", "distance_outside"]

# Distance, relative to payoff ranges, below which two corners are one: minmax payoffs come from
# linear programmes and corners may lie on them.
_NEAR = 1e-9


def convex_hull(points: FloatArray) -> FloatArray:
    """Corners of the convex hull, counter-clockwise, by Andrew's (1979) chains."""
    unique = np.unique(points, axis=0)
    if len(unique) <= 2:
        return unique

    def chain(ordered: FloatArray) -> list[FloatArray]:
        out: list[FloatArray] = []
        for p in ordered:
            while len(out) > 1:
                a, b = out[-1] - out[-2], p - out[-1]
                if a[0] * b[1] - a[1] * b[0] > _NEAR**2:
                    break
                out.pop()
            out.append(p)
        return out[:-1]

    corners = np.array(chain(unique) + chain(unique[::-1]))
    gaps = np.abs(corners - np.roll(corners, 1, axis=0)).max(axis=1)
    return corners[gaps > _NEAR] if np.any(gaps > _NEAR) else corners[:1]


def cut_polygon(corners: FloatArray, axis: int, level: float) -> FloatArray:
    """Part of a convex polygon on which a coordinate is at least ``level``."""
    out: list[FloatArray] = []
    for k, here in enumerate(corners):
        before = corners[k - 1]
        if (here[axis] >= level - _NEAR) != (before[axis] >= level - _NEAR):
            share = (level - before[axis]) / (here[axis] - before[axis])
            point = before + share * (here - before)
            point[axis] = level
            out.append(point)
        if here[axis] >= level - _NEAR:
            out.append(here)
    return np.array(out).reshape(-1, 2)


def distance_outside(points: FloatArray, corners: FloatArray) -> float:
    """Return how far the farthest of some points lies outside a convex polygon.

    Parameters
    ----------
    points
        ``[point, coordinate]``.
    corners
        Counter-clockwise; one or two corners are a point or a segment.
    """
    if len(corners) == 0:
        return float("inf") if len(points) else 0.0
    worst = 0.0
    ends = np.roll(corners, -1, axis=0)
    edges = ends - corners
    squared = np.maximum((edges**2).sum(axis=1), 1e-300)
    for p in points:
        away = p - corners
        if len(corners) > 2 and np.all(edges[:, 0] * away[:, 1] - edges[:, 1] * away[:, 0] >= 0.0):
            continue
        along = np.clip((away * edges).sum(axis=1) / squared, 0.0, 1.0)
        nearest = corners + along[:, np.newaxis] * edges
        worst = max(worst, float(np.sqrt(((p - nearest) ** 2).sum(axis=1)).min()))
    return worst
