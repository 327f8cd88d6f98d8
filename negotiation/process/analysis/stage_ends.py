"""How stages end: by whose concession, by lapse, by what nobody chooses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.presentation import Presented
from negotiation.process.game.dates import CONCESSIONS
from negotiation.process.game.solution import GameSolution
from negotiation.values import FloatArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["StageEnds", "stage_ends"]


@dataclass(frozen=True, eq=False)
class StageEnds(Presented):
    """Expected number of times that each stage ends by each cause.

    Attributes
    ----------
    stages
        Those that an act can end, in order.
    causes
        Concession of each side, then acts, endings and deadlines by kind.
    number
        ``[stage, cause]``; where no stage is played twice, a probability.
    """

    stages: tuple[str, ...]
    causes: tuple[str, ...]
    number: FloatArray

    def to_frame(self) -> pd.DataFrame:
        """Return one row a stage, one column a cause."""
        import pandas as pd

        return pd.DataFrame(self.number, columns=self.causes).assign(stage=self.stages)


@takes
def stage_ends(solution: GameSolution) -> StageEnds:
    """Return how often each stage ends by each cause over the whole of play.

    Parameters
    ----------
    solution
        Of a process. Where play comes back to a stage for ever, its ends are counted a unit of
        time in the long run.

    Examples
    --------
    >>> from negotiation.process.multi_step.load import load_process
    >>> from negotiation.process.solve import solve_process
    >>> found = stage_ends(solve_process(load_process(as_of="2025-05-02", model="partial_25")))
    >>> found.stages[0], found.causes[:3]
    ('de-escalation', ('USA concedes', 'CHN concedes', 'court'))
    """
    game = solution.process
    stage = [node.stage for node in game.nodes]
    place = np.array([solution.stage_names.index(name) for name in stage])
    seen = solution.eventual.by_stage(place, game.arrays.owners)
    told: dict[tuple[str, str], float] = {}

    def note(node: int, to: object, cause: str, count: float) -> None:
        after = None if to is None else stage[int(to)]  # type: ignore[call-overload]  # numbers now
        if after != stage[node] and count > 0.0:
            key = (stage[node], cause)
            told[key] = told.get(key, 0.0) + count

    act = ending = 0
    acted: set[str] = set()
    for n, node in enumerate(game.nodes):
        for action in node.actions:
            kind = "concedes" if action.kind in CONCESSIONS else f"{action.kind}s"
            note(n, action.to, f"{game.players[action.side]} {kind}", float(seen.acts[act]))
            acted.add(node.stage)
            act += 1
        for item in node.endings:
            note(n, item.to, item.kind, float(seen.endings[ending]))
            ending += 1
        if node.deadline is not None:
            note(n, node.deadline.to, "deadline", float(seen.deadlines[n]))
    own = [f"{player} concedes" for player in game.players]
    causes = tuple(dict.fromkeys([*own, *sorted({c for name, c in told if name in acted})]))
    stages = tuple(name for name in solution.stage_names if name in acted)
    number = np.array([[told.get((name, cause), 0.0) for cause in causes] for name in stages])
    return StageEnds(stages, causes, number.reshape(len(stages), len(causes)))
