"""Certificates of an equilibrium, computed apart from the solver.

The payoff of a normal side i that means to concede at t, if the other side has not done so
before, is integrated over the other side's concessions:

    U_i(t) = mu_j F_i + (1 - mu_j) { int_0^t exp(-(r + beta) s) S_j(s) [g + beta B + lam_j F_i] ds
             + exp(-(r + beta) t) S_j(t) L_i }.

In equilibrium U_i(t) = V_i for every t at which i concedes, and no t gives more.
"""

from __future__ import annotations

import numpy as np

from negotiation.process.closed_form import (
    AT_ONCE,
    ATTRITION,
    IMPASSE,
    NO_EQUILIBRIUM,
    PASSED,
    Branches,
    ProcessArrays,
)

__all__ = ["closed_form_residual"]


def _payoff_of_conceding(
    t: float,
    *,
    flow: float,
    discount: float,
    hazard: float,
    win: float,
    concede: float,
    atom: float,
) -> float:
    """U_i(t) for a constant hazard of the other side; ``discount`` is r + beta."""
    rate = discount + hazard
    gained = (flow + hazard * win) * (t if rate == 0.0 else -np.expm1(-rate * t) / rate)
    return float(atom * win + (1.0 - atom) * (gained + np.exp(-rate * t) * concede))


def closed_form_residual(arrays: ProcessArrays, branches: Branches) -> float:
    """Return the largest gain from a deviation, or shortfall on the support, over all nodes."""
    scale = max(
        1e-300,
        float(np.abs(branches.concede_values).max()),
        float(np.abs(branches.win_values).max()),
    )
    worst = 0.0
    for k in range(len(arrays.breakdown_hazard)):
        if arrays.audience_growth[k].any():
            continue
        for h in range(arrays.histories(k)):
            worst = max(worst, _node_residual(arrays, branches, k, h) / scale)
    return worst


def _node_residual(arrays: ProcessArrays, branches: Branches, k: int, h: int) -> float:
    kind = branches.kinds[k, h]
    if kind in {PASSED, NO_EQUILIBRIUM}:
        return 0.0 if kind == PASSED else np.inf
    worst = 0.0
    beta = arrays.breakdown_hazard[k]
    for i in range(2):
        j = 1 - i
        L, F = branches.concede_values[k, h, i], branches.win_values[k, h, i]
        V, B = branches.values[k, h, i], branches.breakdown_values[k, h, i]
        flow = arrays.flows[k, h, i] + beta * B
        discount = arrays.discount_rates[i] + beta
        forever = flow / discount if discount > 0.0 else (0.0 if flow == 0.0 else -np.inf)
        if np.isfinite(arrays.deadlines[k]):
            gap = arrays.deadlines[k] - (branches.horizons[k, h] if kind == ATTRITION else 0.0)
            given = branches.deadline_atoms[k, h, j]
            kept = np.exp(-discount * gap)
            paid = forever * (1.0 - kept) if discount > 0.0 else flow * gap
            forever = paid + kept * (given * F + (1.0 - given) * B)
        if kind == IMPASSE:
            worst = max(worst, abs(V - forever), L - V)
            continue
        if kind == AT_ONCE:
            worst = max(worst, _corner_gain(branches, arrays, k, h, i, forever))
            continue
        T0 = branches.horizons[k, h]
        hazard = branches.hazards[k, h, j]
        ends = [T0] if np.isfinite(T0) else [10.0 / (discount + hazard)]
        for t in np.linspace(0.0, ends[0], 9):
            payoff = _payoff_of_conceding(
                t,
                flow=flow,
                discount=discount,
                hazard=hazard,
                win=F,
                concede=L,
                atom=branches.atoms[k, h, j],
            )
            # A side that concedes at the opening with certainty is only held to U <= V later on.
            mixing = branches.atoms[k, h, i] < 1.0
            worst = max(worst, abs(payoff - V) if mixing and t > 0.0 else payoff - V)
        worst = max(worst, forever - L)
    return float(worst)


def _corner_gain(
    branches: Branches, arrays: ProcessArrays, k: int, h: int, i: int, forever: float
) -> float:
    """Gain of side i from leaving its part in a corner."""
    j = 1 - i
    L, F = branches.concede_values[k, h, i], branches.win_values[k, h, i]
    V, z = branches.values[k, h, i], arrays.stubbornness[k, j]
    mine, theirs = branches.behaviours[k, h, i], branches.behaviours[k, h, j]
    if mine == 2:
        # Conceding just after the other side's normal types have gone.
        return float(max((1.0 - z) * F + z * L - V, 0.0))
    if theirs == 2:
        return float(max(forever - V, 0.0))
    # Both give in at once: waiting a moment instead yields F against a normal opponent.
    waited = (1.0 - z) * F + z * max(L, forever)
    conceded_first = (1.0 - 0.5 * (1.0 - z)) * L + 0.5 * (1.0 - z) * F
    return float(max(min(waited - V, conceded_first - V), 0.0))
