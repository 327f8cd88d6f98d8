"""Audience costs: the smallest that make holding out rational, and processes that carry them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from negotiation.arguments import takes
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.closed_form import (
    ProcessArrays,
    process_arrays,
    solve_closed_form,
)
from negotiation.process.tough_types.continuation import stage_number
from negotiation.process.tough_types.kernels.regimes import PASSED
from negotiation.values import FloatArray, number

__all__ = ["smallest_audience_costs", "with_audience_costs"]


@takes
def smallest_audience_costs(process: MultiStepProcess, stage: int) -> FloatArray:
    """Return the smallest cost of conceding for which being conceded to is better, ``[side]``.

    ``A_i_min = PV_i(i concedes) - PV_i(j concedes)``, the largest over the histories with which
    the stage may be entered, given what the sides do later; negative where real income alone
    makes a side prefer to be conceded to. Types are taken as drawn anew in each stage.
    """
    place = stage_number(process, stage)
    return _smallest(process_arrays(process), place, process.stages[place].audience_cost)


def _smallest(arrays: ProcessArrays, stage: int, cost: FloatArray) -> FloatArray:
    """By how much conceding is better before the cost in force is taken off, ``[side]``."""
    branches = solve_closed_form(arrays, tol=1e-10, max_iter=10_000)
    played = branches.kinds[stage, : arrays.histories(stage)] != PASSED
    if not played.any():
        return np.zeros(2)
    gap = (branches.concede_values - branches.win_values)[stage, : len(played)][played]
    return np.asarray(gap.max(axis=0) + cost)


@takes
def with_audience_costs(
    process: MultiStepProcess, *, excess: float, skip: int = 0
) -> MultiStepProcess:
    """Return the process with ``A_i = max(0, A_i_min) + excess`` in each stage.

    Parameters
    ----------
    process
        Its audience costs are replaced from the last stage backward, since what a stage is worth
        depends on those after it.
    excess
        In units of payoff, positive.
    skip
        Number of opening stages that keep their costs.
    """
    excess = number(excess, name="excess", low=0.0)
    stages = list(process.stages)
    arrays = process_arrays(process)
    concede = arrays.concede.copy()
    arrays = replace(arrays, concede=concede)
    for k in range(len(stages) - 1, skip - 1, -1):
        # Lump sums of conceding are net of the cost.
        concede[k] += stages[k].audience_cost
        cost = np.maximum(_smallest(arrays, k, np.zeros(2)), 0.0) + excess
        concede[k] -= cost
        stages[k] = replace(stages[k], audience_cost=cost)
    return replace(process, stages=tuple(stages))
