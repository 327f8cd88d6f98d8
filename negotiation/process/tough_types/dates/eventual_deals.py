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

__all__ = ["eventual_deal", "first_pass", "transform"]


def _moves(
    arrays: ProcessArrays, branches: Branches, outcomes: StageOutcomes, k: int, h: int
) -> list[tuple[int, float, float]]:
    """History after each end of a stage, its probability, and mean time times its indicator."""
    if branches.kinds[k, h] == PASSED:
        return [(arrays.child(k, h, 0), 1.0, 0.0)]
    chances, times = outcomes.concedes[k, h].tolist(), outcomes.time[k, h].tolist()
    return [(arrays.child(k, h, c), chances[c], times[c]) for c in range(2)]


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
            for child, chance, _ in _moves(arrays, branches, outcomes, k, h):
                if k == count - 1:
                    deal[here] += chance
                else:
                    matrix[here, (k + 1) * width + child] += chance
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


def first_pass(
    arrays: ProcessArrays, branches: Branches, outcomes: StageOutcomes
) -> tuple[FloatArray, FloatArray]:
    """Probability of reaching each stage on the first pass, and mean time times its indicator.

    Both ``[stage + 1, history]``; the last row is the deal.
    """
    count = len(arrays.breakdown_hazard)
    chance, moment = np.zeros((2, count + 1, arrays.histories(count)))
    chance[0, 0] = 1.0
    for k in range(count):
        for h in range(arrays.histories(k)):
            for child, p, t in _moves(arrays, branches, outcomes, k, h):
                chance[k + 1, child] += chance[k, h] * p
                moment[k + 1, child] += moment[k, h] * p + chance[k, h] * t
    return chance, moment


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
