"""Solve games with persistent types: nodes in order of the graph, then silence in the first one."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from scipy.optimize import root

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError
from negotiation.process.game.persistent_types.conditions import NodeConditions, Pair
from negotiation.process.game.persistent_types.entries import (
    EntryTable,
    belief_axis,
    entering,
    log_odds,
)
from negotiation.process.game.persistent_types.silence import SilentPath, silent_path
from negotiation.process.game.persistent_types.solution import TypedSolution
from negotiation.process.game.persistent_types.typed_game import TypedGame
from negotiation.process.game.solve import solve_games
from negotiation.values import FloatArray, number, read_only

__all__ = ["belief_grid_error", "solve_typed_game"]

#: How far values of a circle of nodes may be from agreeing, in scales of the shocks.
_CIRCLE_TOLERANCE = 1e-8
#: Smallest step of the continuation in how far types differ.
_SMALLEST_STEP = 0.02


def solve_typed_game(typed: TypedGame, *, points: int = 9, tol: float = 1e-10) -> TypedSolution:
    """Solve a Markov game with private shocks and persistent types.

    Along silence in a node beliefs and values of all types move together; see
    `negotiation.process.game.persistent_types.conditions` for the equations. A move to another
    node carries the posterior b there as ``(1 - psi) prior + psi b``. Nodes are solved from the
    last to the first at a grid of beliefs, nodes that lead back to one another by rounds.

    Parameters
    ----------
    typed
        The game.
    points
        Points of the grid of beliefs, one axis a side with two types.
    tol
        Error allowed along silence, in scales of the shocks.

    Returns
    -------
    TypedSolution

    Raises
    ------
    ConvergenceError
        If the path of silence of a node, or the values of a circle of nodes, are not found.
    """
    started = perf_counter()
    points = int(number(points, name="points", low=2))
    tol = number(tol, name="tol", low=0.0, open_low=True)
    solver = _Solver(typed, points, tol)
    path = solver.start()
    return TypedSolution(
        process=typed,
        path=path,
        tables=solver.tables,
        tol=tol,
        elapsed_seconds=perf_counter() - started,
    )


@takes
def belief_grid_error(solution: TypedSolution) -> float:
    """Largest change of a value when the grid of beliefs is halved, in scales of the shocks.

    Zero where nodes are entered with their priors alone.
    """
    points = [len(axis.beliefs) for table in solution.tables.values() for axis in table.axes]
    most = max(points, default=1)
    if most == 1:
        return 0.0
    coarse = solve_typed_game(solution.process, points=(most + 1) // 2, tol=solution.tol)
    scales = solution.process.game.shock_scales
    pairs = zip(solution.values, coarse.values, scales, strict=True)
    return float(max(np.abs(fine - rough).max() / s for fine, rough, s in pairs))


class _Solver:
    """Tables of values by beliefs at entry, node by node."""

    def __init__(self, typed: TypedGame, points: int, tol: float) -> None:
        self.typed, self.tol = typed, tol
        self.axes = (belief_axis(typed, 0, points), belief_axis(typed, 1, points))
        self.tables: dict[int, EntryTable] = {}
        self.most = 1.0
        self.plain = solve_games([typed.game], raise_on_failure=False)[0].node_values
        self.plain = np.where(np.isfinite(self.plain), self.plain, 0.0)

    def ahead(self, n: int, first: FloatArray, second: FloatArray) -> Pair:
        """What a move to a node is worth to each type, from beliefs before types are drawn anew."""
        return entering(self.typed, self.tables[n], first, second)

    def start(self) -> SilentPath:
        """Solve every node that play can reach, and silence where it starts."""
        game = self.typed.game
        first = int(game.start_node)
        reached = self.typed.reached()
        for block in self.typed.blocks():
            members = [n for n in block if n in reached]
            if members and self.typed.leads_back(members):
                self._circle(members)
            elif members and members[0] != first:
                self.tables[members[0]] = self._table(members[0])
        prior = self.typed.priors
        return self._path(first, (prior[0], prior[1]), None)

    def _path(self, n: int, beliefs: Pair, near: SilentPath | None) -> SilentPath:
        return silent_path(
            NodeConditions(self.typed, n, self.ahead, self.most),
            (log_odds(beliefs[0]), log_odds(beliefs[1])),
            deadline=self.typed.game.nodes[n].deadline,
            near=near,
            tol=self.tol,
        )

    def _table(self, n: int, before: EntryTable | None = None) -> EntryTable:
        """Solve silence from every entry of the grid, each started from a neighbour."""
        rows: list[tuple[SilentPath, ...]] = []
        for a, first in enumerate(self.axes[0].beliefs):
            row: list[SilentPath] = []
            for b, second in enumerate(self.axes[1].beliefs):
                near = row[-1] if row else (rows[-1][0] if rows else None)
                if before is not None:
                    near = before.paths[a][b] if before.paths else None
                row.append(self._path(n, (first, second), near))
            rows.append(tuple(row))
        values = [
            np.array([[path.values[i][:, 0] for path in row] for row in rows]).transpose(2, 0, 1)
            for i in range(2)
        ]
        return EntryTable(self.axes, (read_only(values[0]), read_only(values[1])), tuple(rows))

    def _circle(self, members: list[int]) -> None:
        """Solve nodes that lead back to one another; each is entered with its priors alone."""
        sizes = [len(prior) for prior in self.typed.priors]
        scale = self.typed.game.shock_scales
        scales = np.tile(np.repeat(scale, sizes), len(members))
        cuts = np.cumsum(np.tile(sizes, len(members)))[:-1]
        start = np.concatenate([np.repeat(self.plain[n], sizes) for n in members])

        def gap(given: FloatArray) -> FloatArray:
            """How far values that are assumed for entries are from what entering is worth."""
            parts = iter(np.split(given * scales, cuts))
            for n in members:
                values = [next(parts)[:, None, None] for _ in range(2)]
                paths = self.tables[n].paths if n in self.tables else ()
                self.tables[n] = EntryTable(self.axes, (values[0], values[1]), paths)
            solved = {n: self._table(n, self.tables[n]) for n in members}
            self.tables.update(solved)
            found = [solved[n].values[i].ravel() for n in members for i in range(2)]
            return np.concatenate(found) / scales - given

        values, step = start / scales, 1.0
        self.most = 0.0
        while self.most < 1.0 and step >= _SMALLEST_STEP:
            before, self.most = self.most, min(self.most + step, 1.0)
            found = root(gap, values, method="hybr", options={"xtol": 1e-11})
            left = float(np.abs(gap(found.x)).max())
            if left <= _CIRCLE_TOLERANCE:
                values = found.x
            else:
                self.most, step = before, 0.5 * step
        if self.most < 1.0:
            names = ", ".join(self.typed.game.labels[n] for n in members[:4])
            raise ConvergenceError(
                f"values of {names}, which lead back to one another, are {left:.2g} scales of the "
                "shocks from agreeing",
                where="solve_process",
                hint="Raise the scale of the shocks, or make the types more alike.",
            )
