"""Smooth surfaces through values on a grid of two tariffs, with a kink at the baseline allowed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from negotiation.values import FloatArray, compact_repr

__all__ = ["Surface"]


@dataclass(frozen=True, eq=False)
class Surface:
    """Values over two coordinates: bicubic splines, one for each quadrant around the origin.

    Attributes
    ----------
    grid
        Coordinates of the grid, increasing, 0 among them; at least four on each side of 0 that has
        any.
    values
        ``[first, second, ...]``.
    """

    grid: tuple[FloatArray, FloatArray]
    values: FloatArray

    __repr__ = compact_repr

    @cached_property
    def _lowest(self) -> FloatArray:
        return np.array([axis[0] for axis in self.grid])

    @cached_property
    def _splines(self) -> dict[tuple[bool, bool], list[Any]]:
        from scipy.interpolate import RectBivariateSpline

        flat = self.values.reshape(*self.values.shape[:2], -1)
        out: dict[tuple[bool, bool], list[Any]] = {}
        for first in (False, True):
            for second in (False, True):
                picks = [
                    axis <= 0.0 if below else axis >= 0.0
                    for axis, below in zip(self.grid, (first, second), strict=True)
                ]
                axes = [axis[pick] for axis, pick in zip(self.grid, picks, strict=True)]
                if min(len(axis) for axis in axes) < 2:
                    continue
                part = flat[np.ix_(picks[0], picks[1])]
                kx, ky = (min(3, len(axis) - 1) for axis in axes)
                out[first, second] = [
                    RectBivariateSpline(*axes, part[..., k], kx=kx, ky=ky)
                    for k in range(flat.shape[-1])
                ]
        return out

    def at(self, points: FloatArray, dx: int = 0, dy: int = 0) -> FloatArray:
        """Values, or derivatives of order ``dx`` and ``dy``, at points ``[point, 2]``.

        At the kink derivatives are those from above. Below the grid, where tariffs are at free
        trade already, hold the values of its edge.
        """
        points = np.maximum(points, self._lowest).reshape(-1, 2)
        if len(points) == 1:  # the same numbers, without masks
            x, y = points[0]
            alone = self._splines[bool(x < 0.0), bool(y < 0.0)]
            found = [s.ev(x, y, dx=dx, dy=dy) for s in alone]
            return np.array(found, dtype=np.float64).reshape(1, *self.values.shape[2:])
        out = np.empty((len(points), int(np.prod(self.values.shape[2:], dtype=int))))
        below = points < 0.0
        for (first, second), splines in self._splines.items():
            here = (below[:, 0] == first) & (below[:, 1] == second)
            if here.any():
                x, y = points[here].T
                out[here] = np.stack([s.ev(x, y, dx=dx, dy=dy) for s in splines], axis=-1)
        return out.reshape(len(points), *self.values.shape[2:])
