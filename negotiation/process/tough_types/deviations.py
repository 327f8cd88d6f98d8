"""No concession time pays more than the equilibrium: a check apart from the solver.

Values after a concession are computed again, stage by stage, from the laws of play alone, and the
payoff of conceding at t,

    U_i(t) = mu_j F_i + (1 - mu_j) { int_0^t exp(-(r + beta) s) [(g + beta B) S_j ds - F_i dS_j]
             + exp(-(r + beta) t) S_j(t) L_i(t) },

is integrated over the other side's concessions, S_j = b_j(0)/b_j(t), along the path.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.presentation import Presented
from negotiation.process.tough_types.closed_form import SolvedProcess
from negotiation.process.tough_types.kernels.regimes import ATTRITION, IMPASSE
from negotiation.process.tough_types.node_laws import NodeLaw, node_laws
from negotiation.values import FloatArray

__all__ = ["StrategyCheck", "check_strategies"]

#: Behaviours of a side that concedes at the opening.
_AT_ONCE = (1, 3)


@dataclass(frozen=True, eq=False)
class StrategyCheck(Presented):
    """What deviations from a solution would gain, ``[node, side]``.

    Attributes
    ----------
    stage, history
        Of each node.
    gain
        Largest payoff of conceding at some time of the grid, or never, less the value.
    spread
        Largest distance from the value of the payoff of conceding at a time at which the side
        does concede; zero where it does not mix.
    worst
        Largest of both over the largest payoff of the process.
    """

    stage: tuple[int, ...]
    history: tuple[int, ...]
    gain: FloatArray
    spread: FloatArray
    worst: float


class _Values:
    """Values of a process's nodes, from the laws of play alone."""

    def __init__(self, solution: SolvedProcess) -> None:
        self.laws = node_laws(solution)
        arrays, branches = solution.arrays, solution.branch_solution
        at = ([law.stage for law in self.laws], [law.history for law in self.laws])
        self.flows, self.concede, self.win = (
            values[at] for values in (arrays.flows, arrays.concede, arrays.win)
        )
        self.breakdown = branches.breakdown_values[at]
        self.hazard = arrays.breakdown_hazard[at[0]]
        self.growth = arrays.audience_growth[at[0]]
        self.discount = arrays.discount_rates
        self._known: dict[int, FloatArray] = {}

    def after(self, n: int, conceder: int) -> FloatArray:
        """Payoffs ``[side]`` when a side concedes."""
        out = np.empty(2)
        out[conceder] = self.concede[n, conceder]
        out[1 - conceder] = self.win[n, 1 - conceder]
        child = int(self.laws[n].following[conceder])
        return out + self.at(child) if child >= 0 else out

    def forever(self, n: int) -> FloatArray:
        """Payoff of never conceding, from the opening, to a side that never does."""
        rate = self.discount + self.hazard[n]
        flow = self.flows[n] + self.hazard[n] * self.breakdown[n]
        with np.errstate(divide="ignore", invalid="ignore"):
            worth = np.where(rate > 0.0, flow / rate, np.where(flow < 0.0, -np.inf, flow * np.inf))
        worth = np.where((rate == 0.0) & (flow == 0.0), 0.0, worth)
        return np.asarray(worth)

    def until_the_deadline(
        self, n: int, i: int, start: float, won: float, lost: float
    ) -> tuple[float, float]:
        """Payoffs of side i, quiet from ``start`` on, of conceding at the deadline and of not.

        ``won`` and ``lost`` are what the concessions of the other side and of its own are worth
        there; a coin decides which of two counts.
        """
        law = self.laws[n]
        given = float(law.deadline_atoms[1 - i])
        rate = float(self.discount[i] + self.hazard[n])
        flow = float(self.flows[n, i] + self.hazard[n] * self.breakdown[n, i])
        gap = max(law.deadline - start, 0.0)
        kept = float(np.exp(-rate * gap))
        paid = flow * gap if rate == 0.0 else flow * (1.0 - kept) / rate
        late = lost - self.growth[n, i] * law.deadline
        reached = (
            late + 0.5 * given * (won - late),
            given * won + (1.0 - given) * float(self.breakdown[n, i]),
        )
        return paid + kept * reached[0], paid + kept * reached[1]

    def at(self, n: int) -> FloatArray:
        """Values ``[side]`` of a node that opens at its priors."""
        if n not in self._known:
            self._known[n] = self._at(n)
        return self._known[n]

    def _at(self, n: int) -> FloatArray:
        law = self.laws[n]
        clock = _has_clock(law)
        if law.kind == IMPASSE and not clock:
            return self.forever(n)
        if law.kind != ATTRITION and not clock:
            return self._corner(n, law)
        out = np.empty(2)
        for i in range(2):
            j = 1 - i
            won, lost = float(self.after(n, j)[i]), float(self.after(n, i)[i])
            best = lost
            if clock and law.duration == 0.0:
                best = max(lost, *self.until_the_deadline(n, i, 0.0, won, lost))
            out[i] = law.atoms[j] * won + (1.0 - law.atoms[j]) * best
        return out

    def _corner(self, n: int, law: NodeLaw) -> FloatArray:
        """Values where a side concedes at once, by who is met and what is then done."""
        forever = self.forever(n)
        out = np.empty(2)
        for i in range(2):
            j = 1 - i
            tough = law.prior[j]
            won, lost = self.after(n, j)[i], self.after(n, i)[i]
            if law.behaviour[i] == 2:
                out[i] = (1.0 - tough) * won + tough * forever[i]
            elif law.behaviour[j] == 3:
                out[i] = (1.0 - tough) * won + tough * lost
            elif law.behaviour[i] == 3 or law.behaviour[j] == 2:
                out[i] = lost
            else:
                out[i] = 0.5 * (1.0 + tough) * lost + 0.5 * (1.0 - tough) * won
        return out


def _largest_payoff(solution: SolvedProcess) -> float:
    """Largest payoff that a concession or an opening is worth."""
    branches = solution.branch_solution
    return max(
        1e-300,
        *(
            float(np.abs(values).max())
            for values in (branches.values, branches.concede_values, branches.win_values)
        ),
    )


def _has_clock(law: NodeLaw) -> bool:
    """Whether a deadline matters: play does not end at the opening by both sides' concessions."""
    return bool(np.isfinite(law.deadline)) and not np.isin(law.behaviour, _AT_ONCE).all()


@takes
def check_strategies(solution: SolvedProcess, *, points: int = 801) -> StrategyCheck:
    """Integrate the payoff of conceding at each time of a grid, in every node at its priors.

    Parameters
    ----------
    solution
        From `solve_process`.
    points
        Concession times of each node's grid.

    Returns
    -------
    StrategyCheck
        Errors are of the order of the square of the grid's step.
    """
    values = _Values(solution)
    size = len(values.laws)
    gain, spread = np.zeros((size, 2)), np.zeros((size, 2))
    largest = _largest_payoff(solution)
    for n, law in enumerate(values.laws):
        found = values.at(n)
        stated = solution.branch_solution.values[law.stage, law.history]
        for i in range(2):
            if _has_clock(law) or (law.kind == ATTRITION and 0.0 < law.duration < np.inf):
                gain[n, i], spread[n, i] = _mixing(values, n, i, points, stated[i])
            else:
                gain[n, i] = max(_corner_best(values, n, i) - stated[i], 0.0)
                spread[n, i] = abs(found[i] - stated[i])
    worst = max(float(gain.max()), float(spread.max())) / largest
    return StrategyCheck(
        stage=tuple(law.stage for law in values.laws),
        history=tuple(law.history for law in values.laws),
        gain=gain,
        spread=spread,
        worst=worst,
    )


def _corner_best(values: _Values, n: int, i: int) -> float:
    """Best payoff of conceding at once, just after the opening, and never."""
    law = values.laws[n]
    j = 1 - i
    tough = float(law.prior[j])
    won, lost = float(values.after(n, j)[i]), float(values.after(n, i)[i])
    forever = float(values.forever(n)[i])
    if np.isfinite(law.deadline):
        forever = max(values.until_the_deadline(n, i, 0.0, won, lost))
    if law.kind == ATTRITION:
        # Constant hazards without end: see `closed_form_residual`.
        return float(values.at(n)[i])
    if law.behaviour[j] == 2 or law.kind == IMPASSE:
        return max(lost, forever)
    waited = (1.0 - tough) * won + tough * max(lost, forever)
    # Where both want to be first, a coin decides: giving in cannot be done earlier.
    both = values.after(n, j)[j] >= values.after(n, i)[j]
    first = lost + 0.5 * (1.0 - tough) * (won - lost) if both else lost
    return max(waited, first) if law.behaviour[i] >= 2 else waited


def _mixing(values: _Values, n: int, i: int, points: int, stated: float) -> tuple[float, float]:
    """Largest gain, and distance from the value, over concession times of side i."""
    law = values.laws[n]
    j = 1 - i
    start = law.duration
    # the curve's own points are where slopes may jump
    inner = law.times[(law.times > 0.0) & (law.times < start)]
    # Points close to the opening, for hazards by which little is left long before the end.
    early = start - start * np.geomspace(1e-5, 1.0, points)
    left = np.unique(np.concatenate([np.linspace(0.0, start, points), early, inner]))[::-1]
    spent = start - left
    logs = law.log_beliefs(left)
    survive = np.exp(logs[0, j] - logs[:, j])
    won, own = float(values.after(n, j)[i]), float(values.after(n, i)[i])
    lost = own - values.growth[n, i] * spent
    rate = values.discount[i] + values.hazard[n]
    decay = np.exp(-rate * spent)
    flow = values.flows[n, i] + values.hazard[n] * values.breakdown[n, i]
    paid = flow * 0.5 * (decay[1:] * survive[1:] + decay[:-1] * survive[:-1]) * np.diff(spent)
    prize = 0.5 * won * (decay[1:] + decay[:-1]) * -np.diff(survive)
    gathered = np.concatenate([[0.0], np.cumsum(paid + prize)])
    atom = float(law.atoms[j])
    payoff = atom * won + (1.0 - atom) * (gathered + decay * survive * lost)
    mixes = bool(law.atoms[i] < 1.0)
    # What is done with some chance has to be worth the value.
    used = np.abs(payoff[0] - stated) if law.atoms[i] > 0.0 else 0.0
    if mixes and start > 0.0:
        used = np.abs(payoff - stated).max()
    gone = float(gathered[-1])
    alive = float(decay[-1] * survive[-1])
    late: tuple[float, ...] = (gone + alive * float(values.forever(n)[i]),)
    if np.isfinite(law.deadline):
        ends = values.until_the_deadline(n, i, start, won, own)
        # Just before the deadline no coin decides.
        grown = own - values.growth[n, i] * law.deadline
        before = values.until_the_deadline(n, i, start, grown, own)[0]
        late = tuple(gone + alive * end for end in (*ends, before))
    late = tuple(atom * won + (1.0 - atom) * end for end in late)
    if atom > 0.0:
        # Giving in before the other side does at the opening; a coin decides if both want that.
        both = values.after(n, j)[j] >= values.after(n, i)[j]
        tie = 0.5 * atom if both else 0.0
        late = (*late, own + tie * (won - own))
    if mixes and law.deadline_atoms[i] > 0.0:
        used = max(used, abs(late[0] - stated))
    return max(float(payoff.max()) - stated, *(end - stated for end in late), 0.0), float(used)
