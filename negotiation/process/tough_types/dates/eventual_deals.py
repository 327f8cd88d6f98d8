"""Deals in closed form: chances, mean times and transforms over stages and histories."""

from __future__ import annotations

import numpy as np

from negotiation.process.tough_types.closed_form import Branches, ProcessArrays
from negotiation.process.tough_types.dates.closed_form_outcomes import (
    StageOutcomes,
    stage_transform,
)
from negotiation.process.tough_types.kernels.regimes import PASSED
from negotiation.values import FloatArray

__all__ = ["chance_and_time", "eventual_deal", "transform"]


def _transition(
    arrays: ProcessArrays, branches: Branches, outcomes: StageOutcomes
) -> tuple[FloatArray, FloatArray]:
    """Transition matrix between nodes (stage, history), and the probability of a deal from each."""
    count, width = branches.kinds.shape
    size = count * width
    matrix, deal = np.zeros((size, size)), np.zeros(size)
    for k in range(count):
        for h in range(arrays.histories(k)):
            here = k * width + h
            moves = (
                [(0, 1.0)]
                if branches.kinds[k, h] == PASSED
                else [(c, float(outcomes.concedes[k, h, c])) for c in range(2)]
            )
            for c, chance in moves:
                if k == count - 1:
                    deal[here] += chance
                else:
                    matrix[here, (k + 1) * width + arrays.child(k, h, c)] += chance
            breaks = arrays.breakdown_hazard[k] > 0.0 or np.isfinite(arrays.deadlines[k])
            if arrays.relapse_to[k] >= 0 and breaks and branches.kinds[k, h] != PASSED:
                m = int(arrays.relapse_to[k])
                back = m * width + arrays.ancestor(k, m, h)
                matrix[here, back] += 1.0 - outcomes.concedes[k, h].sum()
    return matrix, deal


def eventual_deal(arrays: ProcessArrays, branches: Branches, outcomes: StageOutcomes) -> float:
    """Return the probability that the last stage is ever passed, relapses included."""
    matrix, deal = _transition(arrays, branches, outcomes)
    # Least squares: a process that cycles for ever without a deal makes the system singular.
    chance = np.linalg.lstsq(np.eye(len(deal)) - matrix, deal, rcond=None)[0]
    return float(min(max(chance[0], 0.0), 1.0))


def chance_and_time(
    arrays: ProcessArrays, branches: Branches, outcomes: StageOutcomes
) -> tuple[float, float]:
    """Return P(deal on the first pass) and E[time; deal on the first pass]."""
    count = len(arrays.breakdown_hazard)
    width = arrays.histories(count)
    chance, moment = np.zeros((count + 1, width)), np.zeros((count + 1, width))
    chance[0, 0] = 1.0
    for k in range(count):
        for h in range(arrays.histories(k)):
            passed = branches.kinds[k, h] == PASSED
            for c in range(1 if passed else 2):
                child = arrays.child(k, h, c)
                p = 1.0 if passed else outcomes.concedes[k, h, c]
                t = 0.0 if passed else outcomes.time[k, h, c]
                chance[k + 1, child] += chance[k, h] * p
                moment[k + 1, child] += moment[k, h] * p + chance[k, h] * t
    return float(chance[count].sum()), float(moment[count].sum())


def transform(arrays: ProcessArrays, branches: Branches, x: float) -> float:
    """Return E[exp(-x T); deal] on the first pass."""
    ahead = np.ones((arrays.histories(len(arrays.breakdown_hazard)),))
    for k in range(len(arrays.breakdown_hazard) - 1, -1, -1):
        now = np.zeros(arrays.histories(k))
        for h in range(len(now)):
            if branches.kinds[k, h] == PASSED:
                now[h] = ahead[arrays.child(k, h, 0)]
                continue
            chances = stage_transform(arrays, branches, k, h, x)[0]
            now[h] = sum(chances[c] * ahead[arrays.child(k, h, c)] for c in range(2))
        ahead = now
    return float(ahead[0])
