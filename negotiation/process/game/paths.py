"""Paths of a solved game, drawn by its hazards."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.data.tables import DateLike
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.process.game._kernels import draw_paths
from negotiation.process.game.branches import hazards_of
from negotiation.process.game.dates import CONCESSIONS, chain
from negotiation.process.game.process_game import ProcessGame
from negotiation.values import FloatArray, IntArray, float_array, random_generator, read_only

if TYPE_CHECKING:
    import pandas as pd

    from negotiation.process.game.solution import GameSolution

__all__ = ["GamePaths", "simulate_game"]

#: Points on which hazards are interpolated, between two dates of the path of values.
_FINER = 8


@dataclass(frozen=True, eq=False)
class GamePaths(Presented):
    """Simulated paths: what happened, where and when, path after path.

    Attributes
    ----------
    process
        The game that was simulated.
    begins
        Events of path p are ``begins[p]`` to ``begins[p + 1]``.
    node
        Node in which an event happens.
    event
        What happens: actions of all nodes in order, then endings, then the deadline of a node.
    time
        When, in units of the clock.
    elapsed_seconds
        Time spent; not compared.
    """

    process: ProcessGame
    begins: IntArray
    node: IntArray
    event: IntArray
    time: FloatArray
    horizon: float
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a path and event: node, number of the event, time."""
        import pandas as pd

        path = np.repeat(np.arange(self.count), np.diff(self.begins))
        columns = {"node": self.node, "event": self.event, "time": self.time}
        return pd.DataFrame({"path": path, **columns})

    @property
    def count(self) -> int:
        """Number of paths."""
        return len(self.begins) - 1

    def _targets(self) -> tuple[IntArray, IntArray]:
        """Number of the path and state that every event leads to; -1 for the end."""
        arrays = self.process.arrays
        span = np.searchsorted(np.array(arrays.dates), self.time, side="right")
        table = np.array(
            [
                np.concatenate([entry.act_to, entry.ending_to, entry.later_to])
                for entry in arrays.spans
            ]
        )
        path = np.repeat(np.arange(self.count), np.diff(self.begins))
        return path, table[span, self.event]

    @cached_property
    def deal_time(self) -> FloatArray:
        """Time at which each path first reaches a deal; infinite where it does not."""
        path, target = self._targets()
        out = np.full(self.count, np.inf)
        if self.process.deals[int(self.process.start_node)]:
            return np.zeros(self.count)
        actions = [action for node in self.process.nodes for action in node.actions]
        concedes = np.zeros(int(self.event.max(initial=0)) + 1, dtype=bool)
        for a, action in enumerate(actions[: len(concedes)]):
            concedes[a] = action.kind in CONCESSIONS
        deal = np.array([*self.process.deals, False])[target] | (
            (target < 0) & concedes[self.event]
        )
        np.minimum.at(out, path[deal], self.time[deal])
        return out

    @property
    def deal_probability(self) -> float:
        """Share of the paths that reach a deal before the horizon."""
        return float(np.isfinite(self.deal_time).mean())

    def deal_by(self, days: ArrayLike | DateLike) -> FloatArray:
        """Share of the paths with a deal by days from the start or a date."""
        times = self.process.times(days)
        share: FloatArray = np.searchsorted(np.sort(self.deal_time), times, side="right") / (
            self.count
        )
        return share

    def node_probabilities(self, days: ArrayLike | DateLike) -> FloatArray:
        """Share of the paths in each node, ``[day, node + 1]``; the last column is "ended"."""
        times = self.process.times(days)
        _, target = self._targets()
        count = len(self.process.nodes)
        out = np.zeros((len(times), count + 1))
        for q, time in enumerate(times):
            # Events up to a time, of all paths at once.
            happened = np.concatenate([[0], np.cumsum(self.time <= time)])[self.begins]
            number = np.diff(happened)
            # A path without an event yet stands at the start; there may be no event at all.
            last = np.append(target, -1)[self.begins[:-1] + number - 1]
            at = np.where(number > 0, last, int(self.process.start_node))
            out[q] = np.bincount(np.where(at < 0, count, at), minlength=count + 1) / self.count
        return out

    @cached_property
    def events(self) -> FloatArray:
        """Mean number of times a path sees each event: actions, endings, deadlines of nodes."""
        arrays = self.process.arrays
        size = len(arrays.act_side) + len(arrays.spans[0].ending_to) + len(self.process.nodes)
        return np.bincount(self.event, minlength=size) / self.count


def simulate_game(
    solution: GameSolution,
    n: int = 10_000,
    *,
    rng: np.random.Generator | int,
    horizon_days: float | None = None,
) -> GamePaths:
    """Draw paths of a solved game by its hazards.

    Parameters
    ----------
    solution
        From `solve_process`.
    n
        Number of paths.
    rng
        Source of randomness, or a seed; the same one gives the same bytes.
    horizon_days
        Events until this many days; None: 20 years.

    Returns
    -------
    GamePaths
    """
    started = perf_counter()
    if int(n) < 1:
        raise InvalidInputError("no paths", where="n", seen=n, allowed="1 or more")
    game, arrays = solution.process, solution.process.arrays
    days = 20.0 * 365.25 if horizon_days is None else horizon_days
    horizon = float(game.in_time(float_array(days, name="horizon_days", low=0.0)))
    spans, count = arrays.spans, len(game.nodes)
    led = chain(solution)
    grids, hazards = [np.zeros(0)], [np.zeros((0, len(arrays.act_side)))]
    for k, path in enumerate(solution.paths):
        dates = path.dates[::-1]
        parts = np.linspace(0.0, 1.0, _FINER, endpoint=False)
        fine = np.append((dates[:-1, None] + np.diff(dates)[:, None] * parts).ravel(), dates[-1])
        grids.append(fine)
        hazards.append(np.array([hazards_of(arrays, k, v) for v in solution.values_along(k, fine)]))
    bound = np.zeros(count)
    for node, side in {
        (m, action.side) for m, entry in enumerate(game.nodes) for action in entry.actions
    }:
        bound[node] += game.window_rates[side]
    passed = np.ones((len(spans), count), dtype=np.int64)
    for k, span in enumerate(spans):
        passed[k, span.active] = 0
    dated = np.zeros(count, dtype=np.int64)
    dated[arrays.dated] = 1
    begins, where, what, when = draw_paths(
        random_generator(rng),
        int(n),
        int(game.start_node),
        horizon,
        (
            arrays.act_begin,
            arrays.ending_begin,
            np.array([span.end for span in spans]),
            led.act_target,
            led.ending_target,
            led.later_target,
            np.array([span.ending_rate for span in spans]).reshape(len(spans), -1),
            passed,
        ),
        (
            dated,
            bound,
            solution.final_hazards,
            np.cumsum([len(grid) for grid in grids]),
            np.concatenate(grids),
            np.concatenate(hazards),
        ),
    )
    return GamePaths(
        process=game,
        begins=read_only(begins),
        node=read_only(where),
        event=read_only(what),
        time=read_only(when),
        horizon=horizon,
        elapsed_seconds=perf_counter() - started,
    )
