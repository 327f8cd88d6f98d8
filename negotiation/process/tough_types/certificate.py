"""Certificates of an equilibrium, computed apart from the solver.

The payoff of a normal side i that means to concede at t, if the other side has not done so
before, is integrated over the other side's concessions:

    U_i(t) = mu_j F_i + (1 - mu_j) { int_0^t exp(-(r + beta) s) S_j(s) [g + beta B + lam_j F_i] ds
             + exp(-(r + beta) t) S_j(t) L_i }.

In equilibrium U_i(t) = V_i for every t at which i concedes, and no t gives more. At a deadline a
coin decides which of two concessions counts.
"""

from __future__ import annotations

import numpy as np

from negotiation.process.tough_types.closed_form import Branches, ProcessArrays
from negotiation.process.tough_types.kernels.regimes import AT_ONCE, IMPASSE, PASSED

__all__ = ["closed_form_residual"]

#: Behaviours of a side that concedes at the opening.
_CONCEDES = (1, 3)

#: Share of normal types left at a deadline that counts as rounding.
_LEFT_OVER = 1e-9


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
    if kind == PASSED:
        return 0.0
    span = arrays.deadlines[k]
    if np.isfinite(span) and not np.isin(branches.behaviours[k, h], _CONCEDES).all():
        return max(_deadline_gain(arrays, branches, k, h, i) for i in range(2))
    worst = 0.0
    beta = arrays.breakdown_hazard[k]
    for i in range(2):
        j = 1 - i
        L, F = branches.concede_values[k, h, i], branches.win_values[k, h, i]
        V, B = branches.values[k, h, i], branches.breakdown_values[k, h, i]
        flow = arrays.flows[k, h, i] + beta * B
        discount = arrays.discount_rates[i] + beta
        forever = flow / discount if discount > 0.0 else (0.0 if flow == 0.0 else -np.inf)
        if np.isfinite(span):
            kept = np.exp(-discount * span)
            paid = forever * (1.0 - kept) if discount > 0.0 else flow * span
            forever = paid + kept * max(L, B)
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


def _deadline_gain(arrays: ProcessArrays, branches: Branches, k: int, h: int, i: int) -> float:
    """Gain of side i from leaving its plan where the stage ends at a deadline.

    A plan's parts are conceding up to T0, at the deadline, and never; each that is used has to be
    worth the value. Also counts how far more concessions are planned than there are normal types.
    """
    j = 1 - i
    L, F = branches.concede_values[k, h, i], branches.win_values[k, h, i]
    V, B = branches.values[k, h, i], branches.breakdown_values[k, h, i]
    beta, T0 = arrays.breakdown_hazard[k], branches.horizons[k, h]
    hazards, atoms, last = (
        values[k, h] for values in (branches.hazards, branches.atoms, branches.deadline_atoms)
    )
    terms = {
        "flow": arrays.flows[k, h, i] + beta * B,
        "discount": arrays.discount_rates[i] + beta,
        "hazard": hazards[j],
        "win": F,
        "atom": atoms[j],
    }
    early = [
        _payoff_of_conceding(t, concede=L, **terms) - V
        for t in (np.linspace(0.0, T0, 9) if T0 > 0.0 else [0.0])
    ]
    gap = arrays.deadlines[k] - T0
    late = []
    # At the deadline, never, and just before the deadline.
    for reached in (L + last[j] * 0.5 * (F - L), last[j] * F + (1.0 - last[j]) * B, L):
        quiet = _payoff_of_conceding(gap, concede=reached, **{**terms, "hazard": 0.0, "atom": 0.0})
        late.append(_payoff_of_conceding(T0, concede=quiet, **terms) - V)
    worst = max(*early, *late)
    if atoms[j] > 0.0:
        worst = max(worst, _payoff_of_first(branches, k, h, i, atoms[j]) - V)
    if atoms[i] > 0.0:
        worst = max(worst, abs(early[0]))
    if T0 > 0.0 and atoms[i] < 1.0:
        worst = max(worst, *(abs(gain) for gain in early[1:]))
    if last[i] > 0.0 and atoms[i] < 1.0:
        worst = max(worst, abs(late[0]))
    spent = (1.0 - atoms[i]) * np.exp(-hazards[i] * T0) * (1.0 - last[i])
    over = arrays.stubbornness[k, i] - spent
    if over < -_LEFT_OVER:
        worst = max(worst, abs(late[1]))
    return float(max(worst, over * abs(F - L)))


def _payoff_of_first(branches: Branches, k: int, h: int, i: int, atom: float) -> float:
    """Payoff of side i of conceding at the opening before the other side's atom there.

    A coin decides where the other side would be first as well.
    """
    L, F = branches.concede_values[k, h], branches.win_values[k, h]
    tie = 0.0 if F[1 - i] > L[1 - i] else 0.5 * atom
    return float(L[i] + tie * (F[i] - L[i]))


def _corner_gain(
    branches: Branches, arrays: ProcessArrays, k: int, h: int, i: int, forever: float
) -> float:
    """Gain of side i from leaving its part in a corner."""
    j = 1 - i
    L, F = branches.concede_values[k, h, i], branches.win_values[k, h, i]
    V, z = branches.values[k, h, i], arrays.stubbornness[k, j]
    mine, theirs = branches.behaviours[k, h, i], branches.behaviours[k, h, j]
    if theirs == 2:
        return float(max(forever - V, 0.0))
    # Waiting a moment instead yields F against a normal opponent.
    waited = (1.0 - z) * F + z * max(L, forever)
    if mine == 1 and theirs == 3:
        first = L + 0.5 * (1.0 - z) * (F - L)
    else:
        first = _payoff_of_first(branches, k, h, i, 1.0 - z)
    return float(max(waited - V, first - V, 0.0))
