"""Tables of a solved process: one row a stage, or one row a stage and history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from negotiation.process.solution import ProcessSolution

__all__ = ["BEHAVIOURS", "branch_table", "stage_table"]

#: Names of the codes of the kernels.
BEHAVIOURS = ("mixes", "concedes_at_once", "never", "concedes_at_once", "concedes_at_deadline")
_KINDS = (
    "attrition",
    "concedes_at_once",
    "impasse",
    "passed",
    "no_equilibrium",
    "waits_for_deadline",
)


def stage_table(solution: ProcessSolution) -> pd.DataFrame:
    """One row a stage: hazards, atoms, success, who concedes, mean time, values."""
    import pandas as pd

    process, branch = solution.process, solution.branch_solution
    success = solution.success
    total = success.sum(axis=1)
    table: dict[str, Any] = {"stage": [stage.name for stage in process.stages]}
    table["reached"] = solution.reached
    table["kind"] = [_KINDS[code] for code in branch.kinds[:, 0]]
    bound, values = solution.audience_cost_bound, solution.stage_values
    behaviours, hazards, atoms = solution.behaviours, solution.hazards, solution.atoms
    for i, player in enumerate(process.players):
        table[f"behaviour_{player}"] = [row[i] for row in behaviours]
        table[f"hazard_{player}"] = hazards[:, i]
        table[f"atom_{player}"] = atoms[:, i]
        table[f"value_{player}"] = values[:, i]
        table[f"audience_cost_bound_{player}"] = bound[:, i]
    table["T0"] = solution.exhaustion_times
    table["success"] = total
    with np.errstate(invalid="ignore", divide="ignore"):
        for c, player in enumerate(process.players):
            table[f"{player}_concedes_first"] = success[:, c] / total
        if solution.curves is None:
            table["mean_time"] = solution.mean_over_histories(solution.outcomes.time).sum(axis=1)
            table["mean_time"] /= total
    table["impasse"] = solution.impasse
    return pd.DataFrame(table)


def branch_table(solution: ProcessSolution) -> pd.DataFrame:
    """One row a stage and history: who conceded before, and the equilibrium there."""
    import pandas as pd

    rows = []
    players, branch = solution.process.players, solution.branch_solution
    for k, stage in enumerate(solution.process.stages):
        for h in range(solution.arrays.histories(k)):
            row: dict[str, Any] = {"stage": stage.name, "history": _history_name(solution, k, h)}
            if solution.curves is None:
                row["reached"] = solution.reach_probability[k, h]
            row["kind"] = _KINDS[branch.kinds[k, h]]
            for i, player in enumerate(players):
                row[f"behaviour_{player}"] = BEHAVIOURS[branch.behaviours[k, h, i]]
                row[f"hazard_{player}"] = branch.hazards[k, h, i]
                row[f"atom_{player}"] = branch.atoms[k, h, i]
                row[f"value_{player}"] = branch.values[k, h, i]
                if solution.curves is None:
                    row[f"concedes_{player}"] = solution.outcomes.concedes[k, h, i]
            row["T0"] = branch.horizons[k, h]
            rows.append(row)
    return pd.DataFrame(rows)


def _history_name(solution: ProcessSolution, k: int, h: int) -> str:
    arrays, process = solution.arrays, solution.process
    names = [
        f"{stage.name}: {process.players[arrays.ancestor(k, m + 1, h) & 1]}"
        for m, stage in enumerate(process.stages[:k])
        if arrays.shift[m]
    ]
    return ", ".join(names) or "any"
