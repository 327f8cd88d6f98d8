"""Draws of a forecast, each solved under its payoff model, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeAlias

import numpy as np

from negotiation.payoffs.ensemble import PayoffModel
from negotiation.process.batch import solve_processes
from negotiation.process.game.solution import GameSolution
from negotiation.process.multi_step.built_process import BuiltProcess
from negotiation.values import FloatArray

__all__ = ["Build", "Keep", "computed", "solved_cells"]

#: Tariffs that differ by less are the same.
_EQUAL = 1e-9


class Build(Protocol):
    """From a payoff model and values to the process."""

    def __call__(
        self,
        *,
        model: PayoffModel,
        values: Mapping[str, float] | None,
        from_opening: bool = False,
    ) -> BuiltProcess:
        """Return the process."""


#: Returns a part of the draws by its number: computed by what is given, or as it was kept.
Keep: TypeAlias = "Callable[[int, Callable[[], FloatArray]], FloatArray]"


def computed(_: int, compute: Callable[[], FloatArray]) -> FloatArray:
    """Return a part of the draws as it is computed."""
    return compute()


def solved_cells(
    build: Build,
    models: Sequence[PayoffModel],
    days: tuple[date, ...],
    today: date,
    weigh: bool,
    workers: int | None,
    cells: Sequence[tuple[int, Mapping[str, float]]],
) -> FloatArray:
    """What is told of some draws under their payoff models, one row each."""
    built = [
        build(model=models[m], values=values, from_opening=opening)
        for m, values in cells
        for opening in (False, True)
    ]
    solved: Sequence[GameSolution] = solve_processes([item.game for item in built], workers=workers)
    ahead = np.array([(day - today).days for day in days], dtype=np.float64)
    out = []
    for item, now, opened in zip(built[::2], solved[::2], solved[1::2], strict=True):
        below = item.rates < np.array(item.plan.in_force) - _EQUAL
        lowered = np.stack([now.reaches(below[:, side], ahead) for side in range(2)], axis=-1)
        seen = _likelihood(opened, now.open_stage, today) if weigh else 1.0
        told = (
            [seen], now.cut_by(ahead), now.deal_by(ahead), lowered.ravel(),
            np.nan_to_num(now.concedes(now.open_stage), nan=0.5),
            _after_concessions(now, item.rates).ravel(),
        )  # fmt: skip
        out.append(np.concatenate(told))
    return np.array(out)


def _after_concessions(solution: GameSolution, rates: FloatArray) -> FloatArray:
    """Added tariffs ``[conceder, side]`` after a concession in the open stage."""
    game, out = solution.process, np.full((2, 2), np.nan)
    for node in game.nodes:
        for action in node.actions:
            if action.kind == "concede" and node.stage == solution.open_stage:
                out[action.side] = rates[int(action.to)]  # type: ignore[arg-type]  # numbers now
    return out


def _likelihood(opening: GameSolution, stage: str, today: date) -> float:
    """Probability that play stands in the open stage at the information date."""
    game = opening.process
    chances = opening.node_probabilities(today)[0]
    return float(
        sum(p for p, node in zip(chances, game.nodes, strict=False) if node.stage == stage)
    )
