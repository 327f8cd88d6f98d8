"""The process whose types are drawn anew in each stage, in closed form.

The value of the next stage does not depend on what a side's behaviour has revealed, so that hazards
are constant (or known functions of time, where the cost of conceding grows) and each stage is
solved by itself:

    lam_j = [r_i L_i - g_i + beta (L_i - B_i)] / (F_i - L_i),   T_i = -ln z_i / lam_i,
    T0 = min(T_U, T_C),   mu_i = 1 - z_i exp(lam_i T0),   V_i = mu_j F_i + (1 - mu_j) L_i.

For stages with a deadline see `negotiation.process.tough_types.kernels.deadlines`.

Sources: Hendricks, Weiss and Wilson (1988), The war of attrition in continuous time with complete
information; Abreu and Gul (2000), Bargaining and reputation; Binmore, Rubinstein and Wolinsky
(1986), The Nash bargaining solution in economic modelling.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from negotiation.values import FloatArray, IntArray

if TYPE_CHECKING:
    from negotiation.process.stages import MultiStepProcess

__all__ = [
    "Branches",
    "ProcessArrays",
    "SolvedProcess",
    "process_arrays",
    "solve_closed_form",
    "values_of_war",
]


@dataclass(frozen=True, eq=False)
class ProcessArrays:
    """A process as arrays ``[stage, history, side]``, every stage padded to the same histories."""

    shift: IntArray
    flows: FloatArray
    concede: FloatArray
    win: FloatArray
    breakdown: FloatArray
    breakdown_hazard: FloatArray
    audience_growth: FloatArray
    stubbornness: FloatArray
    discount_rates: FloatArray
    deadlines: FloatArray
    opens: FloatArray
    relapse_to: IntArray
    relapse_lump: FloatArray

    @cached_property
    def level(self) -> IntArray:
        """Number of remembered stages before each stage, and at the end, ``[stage + 1]``."""
        return np.concatenate([[0], np.cumsum(self.shift)])

    def histories(self, stage: int) -> int:
        """Return the number of histories told apart before a stage."""
        return 1 << int(self.level[stage])

    def child(self, stage: int, history: int, conceder: int) -> int:
        """Return the history after a concession in a stage."""
        digit = int(self.shift[stage])
        return (history << digit) + digit * conceder

    def ancestor(self, stage: int, earlier: int, history: int) -> int:
        """Return the part of a history that had happened before an earlier stage."""
        return history >> int(self.level[stage] - self.level[earlier])


@dataclass(frozen=True, eq=False)
class Branches:
    """Equilibrium of every stage after every history, arrays ``[stage, history, side]``.

    Attributes
    ----------
    values, concede_values, win_values, breakdown_values
        V, L, F and B at the prior beliefs of the stage.
    hazards
        Hazards of concession at the opening.
    exhaustion, horizons
        Times T_i and T0 at which the normal types of a side are exhausted, and at which concessions
        stop (but for those at a deadline).
    atoms, deadline_atoms
        Probability of conceding at the opening, and at the deadline once it is reached.
    kinds, behaviours
        See `negotiation.process.tough_types.kernels.regimes`.
    rounds, relapse_change
        Outer iterations on the value of a relapse, and its last change over the largest value.
    """

    values: FloatArray
    concede_values: FloatArray
    win_values: FloatArray
    breakdown_values: FloatArray
    hazards: FloatArray
    exhaustion: FloatArray
    horizons: FloatArray
    atoms: FloatArray
    deadline_atoms: FloatArray
    kinds: IntArray
    behaviours: IntArray
    rounds: int
    relapse_change: float


class SolvedProcess(Protocol):
    """The numbers of a process and its equilibrium by stage and history."""

    @property
    def process(self) -> MultiStepProcess:
        """The process that was solved."""

    @property
    def arrays(self) -> ProcessArrays:
        """Its numbers by stage and history."""

    @property
    def branch_solution(self) -> Branches:
        """Its equilibrium by stage and history."""


def process_arrays(process: MultiStepProcess) -> ProcessArrays:
    """Lay a process out as padded arrays for the kernels."""
    stages = process.stages
    count = len(stages)
    remembered = process.remembered
    widths = [1]
    for digit in remembered:
        widths.append(widths[-1] << digit)
    payoffs = np.zeros((4, count, widths[count - 1], 2))
    opens = np.ones((count, widths[count - 1]))
    pairs = np.empty((3, count, 2))
    for k, stage in enumerate(stages):
        here = payoffs[:, k, : widths[k]]
        here[0], here[2], here[3] = stage.flows, stage.win, stage.breakdown
        here[1] = stage.concede - stage.audience_cost
        pairs[:, k] = stage.audience_growth, stage.stubbornness, stage.relapse_lump
        if stage.opens is not None:
            opens[k, : widths[k]] = stage.opens
    return ProcessArrays(
        shift=np.array(remembered, dtype=np.int64),
        flows=payoffs[0],
        concede=payoffs[1],
        win=payoffs[2],
        breakdown=payoffs[3],
        breakdown_hazard=np.array([stage.breakdown_hazard for stage in stages]),
        audience_growth=pairs[0],
        stubbornness=pairs[1],
        discount_rates=np.array(process.discount_rates),
        deadlines=np.array(
            [np.inf if stage.deadline is None else float(stage.deadline) for stage in stages]
        ),
        opens=opens,
        relapse_to=np.array(
            [-1 if stage.relapse_to is None else stage.relapse_to for stage in stages],
            dtype=np.int64,
        ),
        relapse_lump=pairs[2],
    )


def values_of_war(arrays: ProcessArrays) -> FloatArray:
    """Values of a breakdown ``[stage, history, side]`` if a return to a stage meant lasting war.

    The flow of the stage to which play returns, until the next breakdown would come.
    """
    out = arrays.breakdown.copy()
    for k, m in enumerate(arrays.relapse_to.tolist()):
        if m < 0:
            continue
        rate = arrays.discount_rates + arrays.breakdown_hazard[k]
        for h in range(arrays.histories(k)):
            flow = arrays.flows[m, arrays.ancestor(k, m, h)]
            lasting = np.divide(flow, rate, out=np.zeros(2), where=rate > 0.0)
            out[k, h] = arrays.relapse_lump[k] + lasting
    return out


def solve_closed_form(arrays: ProcessArrays, *, tol: float, max_iter: int) -> Branches:
    """Solve a process; see the module's equations."""
    from negotiation.process.tough_types.kernels import closed_form as kernels

    start = values_of_war(arrays) if (arrays.relapse_to >= 0).any() else arrays.breakdown
    count, width, _ = arrays.flows.shape
    V, L, F, lam, T, mu, last = (np.zeros((count, width, 2)) for _ in range(7))
    T0, kind = np.zeros((count, width)), np.zeros((count, width), dtype=np.int64)
    behaviour = np.zeros((count, width, 2), dtype=np.int64)
    tables = tuple(getattr(arrays, part.name) for part in fields(arrays))
    out = V, L, F, start.copy(), lam, T, T0, mu, last, kind, behaviour
    rounds, change = kernels.closed_form_tree(tables, tol, max_iter, out)
    return Branches(*out, rounds=int(rounds), relapse_change=float(change))
