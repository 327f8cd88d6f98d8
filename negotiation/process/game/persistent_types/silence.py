"""The path of beliefs and values in a node while nobody acts: a boundary problem.

Unknown are the values of all types and the log-odds of beliefs, functions of the time since the
node was entered. Log-odds are given at entry; values in the end: where the node has a deadline by
what follows it, otherwise they no longer move. Time runs on a log scale up to where what comes
later no longer counts. The problem is solved by collocation. It starts where all types of a side
are alike, whose game is solved on the branch from large shocks, and is continued in how far they
differ; where that fails this is done at a larger scale of the shocks, which is then reduced.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from negotiation.errors import ConvergenceError
from negotiation.process.game.nodes import Action, Deadline, Ending, Node
from negotiation.process.game.persistent_types.collocation import (
    Collocation,
    collocate,
    gauss_points,
    integrated,
    interpolated,
    nodes_of,
)
from negotiation.process.game.persistent_types.conditions import NodeConditions, Pair, log_beliefs
from negotiation.process.game.solve import solve_games
from negotiation.values import FloatArray, compact_repr

__all__ = ["SilentPath", "silent_path"]

#: Discounting beyond which nothing counts.
_FORGOTTEN = 36.0
#: Smallest step of a continuation: in how far types differ, in the log of the shocks' scale.
_SMALLEST_STEP = 0.01
#: Error allowed on the way, in scales of the shocks, and doublings of that scale.
_ROUGH, _MOST_DOUBLINGS = 1e-4, 8
#: Pieces of time with which a path starts.
_PIECES = 8


@dataclass(frozen=True)
class _Clock:
    """Time as a function of the coordinate, from 0 to 1, of the solver.

    Even up to a deadline; without one on a log scale from ``unit`` on.
    """

    unit: float
    reach: float
    end: float

    def times(self, points: FloatArray) -> FloatArray:
        if np.isfinite(self.end):
            return points * self.end
        return np.asarray(self.unit * np.expm1(self.reach * points))

    def points(self, times: FloatArray) -> FloatArray:
        if np.isfinite(self.end):
            return np.minimum(times / self.end, 1.0)
        return np.minimum(np.log1p(times / self.unit) / self.reach, 1.0)

    def slopes(self, points: FloatArray) -> FloatArray:
        """Time by coordinate."""
        if np.isfinite(self.end):
            return np.full_like(points, self.end)
        return np.asarray(self.unit * self.reach * np.exp(self.reach * points))


@dataclass(frozen=True, eq=False)
class SilentPath:
    """Beliefs and values along silence.

    Attributes
    ----------
    times
        Since entry, in units of the clock.
    values, logs
        ``[side]`` of ``[type, time]``: values and log-beliefs.
    error
        Largest of the last coefficients of the polynomials, in scales of the shocks.
    solved, clock, scale
        The solution in the coordinates of the solver: values over ``scale``, and log-odds.
    """

    times: FloatArray
    values: Pair
    logs: Pair
    error: float
    solved: Collocation
    clock: _Clock
    scale: FloatArray

    __repr__ = compact_repr

    @property
    def end(self) -> float:
        """Time of the deadline; infinite without one."""
        return self.clock.end

    def at(self, times: FloatArray) -> tuple[Pair, Pair]:
        """Values and log-beliefs ``[side]`` of ``[type, time]`` at any times."""
        states = self.solved.at(self.clock.points(times))
        return _split(states, (len(self.values[0]), len(self.values[1])), self.scale)

    def spent(self, node: NodeConditions, times: FloatArray) -> FloatArray:
        """Integral of all hazards from entry to each time."""
        play = node.play(self.values, self.logs)
        total = node.ending_rate + sum(mean.sum(axis=0) for mean in play.mean_hazards)
        edges, points = self.solved.edges, self.solved.points
        known = integrated(edges, (total * self.clock.slopes(points))[None, :])
        late = np.maximum(times - self.times[-1], 0.0) * total[-1]
        return np.asarray(interpolated(edges, known, self.clock.points(times))[0] + late)

    def quadrature(self) -> tuple[FloatArray, FloatArray]:
        """Times and weights of Gauss's rule on every piece."""
        points, weights = gauss_points(self.solved.edges)
        return self.clock.times(points), weights * self.clock.slopes(points)


def _split(states: FloatArray, types: tuple[int, int], scale: FloatArray) -> tuple[Pair, Pair]:
    """Values and log-beliefs of each side."""
    parts = np.split(states, np.cumsum([types[0], types[1], types[0] - 1]))
    values = (parts[0] * scale[0], parts[1] * scale[1])
    return values, (log_beliefs(parts[2]), log_beliefs(parts[3]))


class _Problem:
    """The boundary problem in the coordinates of the solver: values over scales of the shocks."""

    def __init__(self, node: NodeConditions, odds: Pair, deadline: Deadline | None) -> None:
        self.node, self.odds, self.deadline = node, odds, deadline
        self.size = sum(node.types)
        fast = float(node.windows.max() + node.discount.max() + node.ending_rate)
        self.slow = float(node.discount.min() + node.ending_rate)
        unit = 0.1 / fast
        self.clock = _Clock(
            unit,
            float(np.log1p(_FORGOTTEN / self.slow / unit)),
            np.inf if deadline is None else float(deadline.at),  # type: ignore[arg-type]  # checked
        )

    def slopes(self, points: FloatArray, states: FloatArray, difference: float) -> FloatArray:
        play = self.node.play(*_split(states, self.node.types, self.node.scale), difference)
        out = [slope / s for slope, s in zip(play.value_slopes, self.node.scale, strict=True)]
        out += [slope[:-1] - slope[-1] for slope in play.log_slopes]
        return np.asarray(np.concatenate(out) * self.clock.slopes(points))

    def ends(self, entry: FloatArray, end: FloatArray, difference: float) -> FloatArray:
        """What is zero of the states at entry and in the end."""
        s = self.node.scale
        gaps = [entry[self.size :] - np.concatenate(self.odds)]
        values, logs = _split(end, self.node.types, s)
        if self.deadline is None:
            play = self.node.play(values, logs, difference)
            gaps += [play.value_slopes[i] / s[i] / self.slow for i in range(2)]
        else:
            beliefs = (np.exp(logs[0]), np.exp(logs[1]))
            worth = self.node.entering(self.deadline.to, *beliefs, difference)
            gaps += [(values[i] - self.deadline.payoff[i] - worth[i]) / s[i] for i in range(2)]
        return np.concatenate(gaps)

    def alike(self, points: FloatArray) -> FloatArray:
        """States of the game in which all types of a side are alike, beliefs as at entry."""
        node, beliefs = self.node, [np.exp(log_beliefs(odd)) for odd in self.odds]

        def mean(move: Action | Ending | Deadline) -> FloatArray:
            worth = node.entering(move.to, beliefs[0], beliefs[1])
            ahead = [float(b[:, 0] @ v[:, 0]) for b, v in zip(beliefs, worth, strict=True)]
            return np.asarray(move.payoff + np.array(ahead))

        actions = [
            replace(action, payoff=mean(action), audience_cost=float(cost), to=None)
            for side, costs in zip(node.actions, node.common_costs, strict=True)
            for action, cost in zip(side, costs, strict=True)
        ]
        endings = [replace(ending, payoff=mean(ending), to=None) for ending in node.endings]
        last = self.deadline
        if last is not None:
            last = replace(last, payoff=mean(last), to=None)
        alone = Node("node", node.flow, tuple(actions), tuple(endings), last)
        solved = solve_games([replace(node.game, nodes=(alone,), start_node=0)])[0]
        values = solved.values_along(0, self.clock.times(points))[:, 0].T / node.scale[:, None]
        odds = [np.broadcast_to(odd, (len(odd), len(points))) for odd in self.odds]
        return np.concatenate([np.repeat(values, node.types, axis=0), *odds])

    def watched(self, states: FloatArray) -> FloatArray:
        """Values and beliefs: log-odds of certain beliefs need not be smooth."""
        logs = _split(states, self.node.types, self.node.scale)[1]
        return np.concatenate([states[: self.size], np.exp(logs[0]), np.exp(logs[1])])

    def check(self, found: Collocation) -> None:
        """Refuse a path on which posteriors do not agree with acts, or that does not end well."""
        if not self.node.play(*_split(found.states, self.node.types, self.node.scale)).consistent:
            raise ConvergenceError(
                "posteriors after an act that agree with who acts were not found",
                where=f"solve_process, node {self.node.label!r}",
                hint="Raise the scale of the shocks, or lower the persistence of types.",
            )
        self.check_end(found.states[:, -1:], 1.0)

    def check_end(self, state: FloatArray, difference: float) -> None:
        """Refuse an end that values of a far deadline would leave, going back in time."""
        if self.deadline is not None:
            return
        shifts = 1e-6 * np.eye(len(state), self.size + 1, 1)
        at = _split(state + shifts, self.node.types, self.node.scale)
        play = self.node.play(*at, difference)
        slopes = np.concatenate(
            [slope / s for slope, s in zip(play.value_slopes, self.node.scale, strict=True)]
        )
        rates = np.linalg.eigvals((slopes[:, 1:] - slopes[:, :1]) / 1e-6).real
        if not rates.min() > 0.0:
            raise ConvergenceError(
                "the node to which silence leads has several solutions, and the one on the branch "
                "from large shocks is not the limit of a far deadline",
                where=f"solve_process, node {self.node.label!r}",
                hint="Raise the scale of the shocks, or let the node lapse or break down sooner.",
            )

    def solve(
        self, edges: FloatArray, states: FloatArray, difference: float, tol: float
    ) -> Collocation | None:
        with np.errstate(all="ignore"):
            return collocate(
                lambda points, at: self.slopes(points, at, difference),
                lambda entry, end: self.ends(entry, end, difference),
                self.watched,
                edges,
                states,
                tol=tol,
            )


def silent_path(
    node: NodeConditions,
    odds: Pair,
    *,
    deadline: Deadline | None = None,
    near: SilentPath | None = None,
    tol: float = 1e-10,
) -> SilentPath:
    """Solve the boundary problem of a node.

    Parameters
    ----------
    node
        Its conditions.
    odds
        Log-odds of the types to the last one at entry, ``[side]`` of ``[type - 1, 1]``.
    deadline
        Of the node, whose time runs from entry.
    near
        Path from other beliefs, or other values of what follows, close by.
    tol
        Largest last coefficient of the polynomials, in scales of the shocks.

    Raises
    ------
    ConvergenceError
        If the continuation does not reach the game, or reaches a path on which silence does not
        lead to the limit of a far deadline.
    """
    problem = _Problem(node, odds, deadline)
    if near is not None:
        found = problem.solve(near.solved.edges, near.solved.states, 1.0, tol)
        if found is not None:
            problem.check(found)
            return _path(problem, found)
    found = _from_alike(node, odds, deadline, tol)
    if found is None:
        found = _from_large_shocks(node, odds, deadline, tol)
    if found is None:
        edges = np.linspace(0.0, 1.0, 2)
        problem.check_end(problem.alike(nodes_of(edges))[:, -1:], 0.0)
        raise ConvergenceError(
            "beliefs and values along silence were not found",
            where=f"solve_process, node {node.label!r}",
            hint="Raise the scale of the shocks, or make the types more alike.",
        )
    problem.check(found)
    return _path(problem, found)


def _from_alike(
    node: NodeConditions, odds: Pair, deadline: Deadline | None, tol: float
) -> Collocation | None:
    """Continue in how far types differ, from where they do not."""
    problem = _Problem(node, odds, deadline)
    edges = np.linspace(0.0, 1.0, _PIECES + 1)
    states = problem.alike(nodes_of(edges))
    difference, step = 0.0, 1.0
    while step >= _SMALLEST_STEP:
        further = min(difference + step, 1.0)
        found = problem.solve(edges, states, further, tol if further == 1.0 else _ROUGH)
        if found is None:
            step *= 0.5
        elif further == 1.0:
            return found
        else:
            edges, states, difference = found.edges, found.states, further
            step *= 1.5
    return None


def _from_large_shocks(
    node: NodeConditions, odds: Pair, deadline: Deadline | None, tol: float
) -> Collocation | None:
    """Continue in the scale of the shocks, from the smallest power of two at which it is solved."""
    for power in range(1, _MOST_DOUBLINGS + 1):
        reached = power * float(np.log(2.0))
        found = _from_alike(node.stretched(2.0**power), odds, deadline, _ROUGH)
        if found is not None:
            break
    else:
        return None
    step = 0.7
    while step >= _SMALLEST_STEP:
        less = max(reached - step, 0.0)
        problem = _Problem(node.stretched(float(np.exp(less))), odds, deadline)
        states = found.states.copy()
        states[: problem.size] *= np.exp(reached - less)
        nearer = problem.solve(found.edges, states, 1.0, tol if less == 0.0 else _ROUGH)
        if nearer is None:
            step *= 0.5
        elif less == 0.0:
            return nearer
        else:
            found, reached = nearer, less
            step *= 1.5
    return None


def _path(problem: _Problem, solved: Collocation) -> SilentPath:
    scale = problem.node.scale
    values, logs = _split(solved.states, problem.node.types, scale)
    times = problem.clock.times(solved.points)
    return SilentPath(times, values, logs, solved.tail, solved, problem.clock, scale)
