"""Probabilities by date from the forward recursion, on grids as fine as each date asks for."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from negotiation.process.tough_types.closed_form import SolvedProcess
from negotiation.process.tough_types.dates.dated_outcomes import deal_by_recursion, longest_duration
from negotiation.values import FloatArray

__all__ = ["STEPS", "RecursionDates"]

_Grid: TypeAlias = tuple[FloatArray, FloatArray, FloatArray, FloatArray]

#: Steps of the first grid.
STEPS = 400
#: Probabilities that are less sure than this are computed again on a finer grid.
_ERROR = 2e-4
#: Probabilities that are less sure than this on the finest grid stand at a jump.
_JUMP = 1e-3
#: How much finer than at first, and how much longer curves may be than the span of a grid.
_FINEST, _LONGEST, _SHORTEST = 8, 5.0, 64.0


class RecursionDates:
    """Probability that a stage is over by dates; grids are kept for the next question.

    Parameters
    ----------
    solution
        From `solve_process`.
    steps
        Steps of the first grid from zero to the latest date.
    """

    def __init__(self, solution: SolvedProcess, *, steps: int = STEPS) -> None:
        self._solution, self._steps = solution, steps
        # At a deadline the probability jumps, which asks for finer steps.
        self._jumps = bool(np.isfinite(solution.arrays.deadlines).any())
        self._longest = longest_duration(solution)
        self._grids: dict[tuple[int, int, float], _Grid] = {}

    def _grid(self, position: int, steps: int, horizon: float) -> _Grid:
        """Dates, probabilities, their errors, and those of interpolating after each date."""
        key = (position, steps, horizon)
        if key not in self._grids:
            grid, fine = deal_by_recursion(self._solution, horizon, steps=steps, stage=position)
            _, coarse = deal_by_recursion(self._solution, horizon, steps=steps // 2, stage=position)
            # The recursion is of second order: a third of the change is the error left.
            left = np.empty_like(fine)
            left[::2] = (fine[::2] - coarse) / 3.0
            left[1::2] = 0.5 * (left[:-2:2] + left[2::2])
            # Past a jump the error is not smooth: nothing is to be had from extrapolating it.
            better = fine if self._jumps else fine + left
            bend = np.abs(np.diff(better, 2)) / 8.0
            between = np.maximum(np.append(bend[0], bend), np.append(bend, bend[-1]))
            self._grids[key] = (grid, better, np.abs(left), between)
        return self._grids[key]

    def by(self, times: FloatArray, position: int) -> FloatArray:
        """Probabilities that stage number ``position`` is over by each time.

        The latest dates are answered first; those that are not sure enough, and those before
        them, on a finer grid, or on one that ends at them.
        """
        first = 4 * self._steps if self._jumps else self._steps
        finest = _FINEST * self._steps
        # Curves much longer than the dates asked for would be cut into far too many cells.
        horizon = max(float(times.max()), self._longest / _LONGEST) or 1.0
        steps, out = first, np.empty(len(times))
        todo = np.arange(len(times))
        while True:
            grid, better, left, between = self._grid(position, steps, horizon)
            out[todo] = np.interp(times[todo], grid, better)
            cell = np.clip(np.searchsorted(grid, times[todo]) - 1, 0, steps - 1)
            along = times[todo] / grid[1] - cell
            error = np.interp(times[todo], grid, left)
            error += 4.0 * along * (1.0 - along) * between[cell]
            sure = error <= _ERROR
            if steps >= finest and self._jumps:
                for place in todo[error > _JUMP]:
                    # A grid that ends at a deadline has the jump there at its last point.
                    end = float(times[place])
                    out[place] = self._grid(position, first, end)[1][-1]
                sure |= error > _JUMP
            todo = todo[~sure]
            if len(todo) and steps >= finest:
                # What the finest grid leaves unsure may be sure on one that ends earlier.
                todo = todo[times[todo] <= 0.5 * horizon]
            if not len(todo):
                return out
            latest = max(float(times[todo].max()), self._longest / _SHORTEST)
            if latest <= 0.5 * horizon:
                horizon, steps = latest, first
            elif steps < finest:
                steps *= 2
            else:
                return out
