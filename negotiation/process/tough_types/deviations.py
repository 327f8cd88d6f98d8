"""No concession time pays more than the equilibrium: a check apart from the solver.

Values after a concession are computed again, stage by stage, from the curves of posteriors alone
(not from the tables that the solver interpolates), and the payoff of conceding at t,

    U_i(t) = mu_j F_i + (1 - mu_j) { int_0^t exp(-(r + beta) s) [(g + beta B) S_j ds - F_i dS_j]
             + exp(-(r + beta) t) S_j(t) L_i(b_j(t)) },

is integrated over the other side's concessions, S_j = b_j(0)/b_j(t), along the path.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.presentation import Presented
from negotiation.process.tough_types.branches import SolvedProcess
from negotiation.process.tough_types.kernels.regimes import ATTRITION, IMPASSE
from negotiation.process.tough_types.node_laws import node_laws
from negotiation.process.tough_types.posteriors import NodeLaw
from negotiation.values import FloatArray

__all__ = ["StrategyCheck", "check_strategies", "corner_gain"]

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
    """Values of a process's nodes at any beliefs, from the laws of play alone."""

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
        self.psi = solution.process.type_persistence
        self._waits: dict[int, FloatArray] = {}
        self._fixed: dict[int, FloatArray] = {}

    def after(self, n: int, conceder: int, winner: FloatArray) -> FloatArray:
        """Payoffs ``[entry, side]`` when a side concedes to a winner with given posteriors."""
        law = self.laws[n]
        out = np.empty((len(winner), 2))
        out[:, conceder] = self.concede[n, conceder]
        out[:, 1 - conceder] = self.win[n, 1 - conceder]
        child = int(law.following[conceder])
        if child >= 0:
            prior = self.laws[child].prior
            beliefs = np.empty((len(winner), 2))
            beliefs[:, conceder] = (1.0 - self.psi) * prior[conceder]
            beliefs[:, 1 - conceder] = self.psi * winner + (1.0 - self.psi) * prior[1 - conceder]
            out += self.at(child, beliefs, conceder)
        return out

    def forever(self, n: int) -> FloatArray:
        """Payoff of never conceding, from the opening, to a side that never does."""
        rate = self.discount + self.hazard[n]
        flow = self.flows[n] + self.hazard[n] * self.breakdown[n]
        with np.errstate(divide="ignore", invalid="ignore"):
            worth = np.where(rate > 0.0, flow / rate, np.where(flow < 0.0, -np.inf, flow * np.inf))
        worth = np.where((rate == 0.0) & (flow == 0.0), 0.0, worth)
        return np.asarray(worth)

    def until_the_deadline(
        self, n: int, law: NodeLaw, i: int, start: float, won: float, lost: float
    ) -> tuple[float, float]:
        """Payoffs of side i, quiet from ``start`` on, of conceding at the deadline and of not.

        ``law`` is that of the node or of one of its tracks; ``won`` and ``lost`` are what the
        concessions of the other side and of its own are worth there; a coin decides which of two
        counts.
        """
        given = 0.0 if law.deadline_atoms is None else float(law.deadline_atoms[1 - i])
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

    def at(self, n: int, beliefs: FloatArray, loser: int = -1) -> FloatArray:
        """Values ``[entry, side]`` of a node at beliefs ``[entry, side]``; see `NodeLaw.open`."""
        if self.psi > 0.0:
            return self._at(n, beliefs, loser)
        # A node is entered with its priors alone.
        if n not in self._fixed:
            self._fixed[n] = self._at(n, self.laws[n].prior[None, :], loser)
        return np.broadcast_to(self._fixed[n], beliefs.shape).copy()

    def _at(self, n: int, beliefs: FloatArray, loser: int) -> FloatArray:
        law = self.laws[n]
        if law.tracks:
            return self._between_tracks(n, law, beliefs, loser)
        if _has_clock(law):
            return np.broadcast_to(self._clocked(n, law), beliefs.shape).copy()
        if law.kind == IMPASSE:
            return np.broadcast_to(self.forever(n), beliefs.shape).copy()
        opening = law.open(beliefs, loser)
        if law.kind != ATTRITION:
            return self._corner(n, law, beliefs)
        # Only one side concedes at the opening, which lifts its posterior to the curve.
        with np.errstate(divide="ignore", invalid="ignore"):
            lifted = np.where(opening.atoms < 1.0, beliefs / (1.0 - opening.atoms), 1.0)
        out = np.empty_like(beliefs)
        for i in range(2):
            j = 1 - i
            won = self.after(n, j, beliefs[:, i])[:, i]
            lost = self.after(n, i, lifted[:, j])[:, i]
            out[:, i] = opening.atoms[:, j] * won + (1.0 - opening.atoms[:, j]) * lost
        return out

    def _between_tracks(self, n: int, law: NodeLaw, beliefs: FloatArray, loser: int) -> FloatArray:
        """Values of a node whose entries have curves of their own."""
        opening = law.open(beliefs, loser)
        assert opening.tracks is not None
        assert opening.share is not None
        with np.errstate(divide="ignore", invalid="ignore"):
            lifted = np.where(opening.atoms < 1.0, beliefs / (1.0 - opening.atoms), 1.0)
        quiet = self._quiet(n)[opening.tracks]
        weight = np.stack([1.0 - opening.share, opening.share], axis=1)[:, :, None]
        waited = np.multiply(weight, quiet, out=np.zeros(quiet.shape), where=weight > 0.0).sum(
            axis=1
        )
        out = np.empty_like(beliefs)
        for i in range(2):
            j = 1 - i
            won = self.after(n, j, beliefs[:, i])[:, i]
            lost = np.maximum(self.after(n, i, lifted[:, j])[:, i], waited[:, i])
            out[:, i] = opening.atoms[:, j] * won + (1.0 - opening.atoms[:, j]) * lost
        return out

    def _quiet(self, n: int) -> FloatArray:
        """Payoffs ``[track, side]`` of waiting for the deadline, where that starts at once."""
        if n not in self._waits:
            law = self.laws[n]
            out = np.full((len(law.tracks), 2), -np.inf)
            resting = [m for m, track in enumerate(law.tracks) if track.duration == 0.0]
            if np.isfinite(law.deadline) and resting:
                winners = np.stack([law.tracks[m].last_winners() for m in resting])
                for i in range(2):
                    j = 1 - i
                    won = self.after(n, j, winners[:, i])[:, i]
                    lost = self.after(n, i, winners[:, j])[:, i]
                    for m, pair in zip(resting, zip(won, lost, strict=True), strict=True):
                        out[m, i] = max(self.until_the_deadline(n, law.tracks[m], i, 0.0, *pair))
            self._waits[n] = out
        return self._waits[n]

    def _clocked(self, n: int, law: NodeLaw) -> FloatArray:
        """Values of a node with a deadline, which do not depend on beliefs."""
        atoms = law.open(law.prior[None, :]).atoms[0]
        out = np.empty(2)
        for i in range(2):
            j = 1 - i
            won = float(self.after(n, j, law.prior[None, i])[0, i])
            lost = float(self.after(n, i, law.prior[None, j])[0, i])
            best = lost
            if law.duration == 0.0:
                best = max(lost, *self.until_the_deadline(n, law, i, 0.0, won, lost))
            out[i] = atoms[j] * won + (1.0 - atoms[j]) * best
        return out

    def _corner(self, n: int, law: NodeLaw, beliefs: FloatArray) -> FloatArray:
        """Values where a side concedes at once, by who is met and what is then done."""
        forever = self.forever(n)
        one = np.ones(len(beliefs))
        out = np.empty_like(beliefs)
        for i in range(2):
            j = 1 - i
            tough = beliefs[:, j]
            won = self.after(n, j, beliefs[:, i])[:, i]
            lost = self.after(n, i, tough)[:, i]
            if law.behaviour[i] == 2:
                out[:, i] = (1.0 - tough) * won + tough * forever[i]
            elif law.behaviour[j] == 3:
                out[:, i] = (1.0 - tough) * won + tough * self.after(n, i, one)[:, i]
            elif law.behaviour[i] == 3 or law.behaviour[j] == 2:
                out[:, i] = lost
            else:
                out[:, i] = 0.5 * (1.0 + tough) * lost + 0.5 * (1.0 - tough) * won
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
        prior = law.prior[None, :]
        found = values.at(n, prior)[0]
        stated = solution.branch_solution.values[law.stage, law.history]
        for i in range(2):
            if (
                law.tracks
                or _has_clock(law)
                or (law.kind == ATTRITION and 0.0 < law.duration < np.inf)
            ):
                gain[n, i], spread[n, i] = _mixing(values, n, i, points, stated[i])
            else:
                best = float(_corner_best(values, n, i, prior)[0])
                gain[n, i] = max(best - stated[i], 0.0)
                spread[n, i] = abs(found[i] - stated[i])
    worst = max(float(gain.max()), float(spread.max())) / largest
    return StrategyCheck(
        stage=tuple(law.stage for law in values.laws),
        history=tuple(law.history for law in values.laws),
        gain=gain,
        spread=spread,
        worst=worst,
    )


def _corner_best(values: _Values, n: int, i: int, beliefs: FloatArray) -> FloatArray:
    """Best payoffs ``[entry]`` of conceding at once, just after the opening, and never."""
    law = values.laws[n]
    j = 1 - i
    tough = beliefs[:, j]
    won = values.after(n, j, beliefs[:, i])[:, i]
    lost = values.after(n, i, tough)[:, i]
    forever = float(values.forever(n)[i])
    if np.isfinite(law.deadline):
        forever = max(values.until_the_deadline(n, law, i, 0.0, float(won[0]), float(lost[0])))
    if law.kind == ATTRITION:
        # Constant hazards without end, or a side known to be normal: see `closed_form_residual`.
        return values.at(n, beliefs)[:, i]
    if law.behaviour[j] == 2 or law.kind == IMPASSE:
        return np.asarray(np.maximum(lost, forever))
    one = np.ones(len(beliefs))
    late = values.after(n, i, one)[:, i]
    if law.behaviour[i] == 3:
        # Waiting makes i known as tough, and a normal j gives in to that.
        won = values.after(n, j, one)[:, i]
    waited = (1.0 - tough) * won + tough * np.maximum(late, forever)
    # Where both want to be first, a coin decides: giving in cannot be done earlier.
    theirs = values.after(n, j, beliefs[:, i])[:, j] >= values.after(n, i, tough)[:, j]
    first = np.where(theirs, lost + 0.5 * (1.0 - tough) * (won - lost), lost)
    return np.asarray(np.maximum(waited, first) if law.behaviour[i] >= 2 else waited)


def corner_gain(solution: SolvedProcess, *, points: int = 9) -> float:
    """Largest gain from leaving a corner, over the reputations with which it may be entered.

    The kind of a corner is found where both sides are known to be tough; this says whether it
    holds wherever play can enter it. In units of payoff over the largest payoff.
    """
    values = _Values(solution)
    worst, largest = 0.0, _largest_payoff(solution)
    for n, law in enumerate(values.laws):
        if law.kind == ATTRITION:
            continue
        if n == 0:
            entries = law.prior[None, :]
        else:
            low = (1.0 - values.psi) * law.prior
            entries = np.empty((2 * points, 2))
            for x in range(2):
                rows = slice(x * points, (x + 1) * points)
                entries[rows, x] = low[x]
                entries[rows, 1 - x] = np.linspace(low[1 - x], low[1 - x] + values.psi, points)
        found = values.at(n, entries)
        for i in range(2):
            gain = _corner_best(values, n, i, entries) - found[:, i]
            worst = max(worst, float(gain.max()))
    return worst / largest


def _mixing(values: _Values, n: int, i: int, points: int, stated: float) -> tuple[float, float]:
    """Largest gain, and distance from the value, over concession times of side i."""
    law = values.laws[n]
    j = 1 - i
    opening = law.open(law.prior[None, :])
    start = float(opening.time[0])
    # the curve's own points are where slopes may jump
    inner = law.times[(law.times > 0.0) & (law.times < start)]
    # Points close to the opening, for hazards by which little is left long before the end.
    early = start - start * np.geomspace(1e-5, 1.0, points)
    left = np.unique(np.concatenate([np.linspace(0.0, start, points), early, inner]))[::-1]
    spent = start - left
    logs = law.log_beliefs(left)
    # Without persistence only the growth of posteriors matters, which may overflow.
    b = np.exp(logs) if values.psi > 0.0 else np.ones_like(logs)
    won = values.after(n, j, b[:, i])[:, i]
    lost = values.after(n, i, b[:, j])[:, i] - values.growth[n, i] * spent
    survive = np.exp(logs[0, j] - logs[:, j])
    rate = values.discount[i] + values.hazard[n]
    decay = np.exp(-rate * spent)
    flow = values.flows[n, i] + values.hazard[n] * values.breakdown[n, i]
    paid = flow * 0.5 * (decay[1:] * survive[1:] + decay[:-1] * survive[:-1]) * np.diff(spent)
    prize = 0.5 * (decay[1:] * won[1:] + decay[:-1] * won[:-1]) * -np.diff(survive)
    gathered = np.concatenate([[0.0], np.cumsum(paid + prize)])
    atom = float(opening.atoms[0, j])
    at_opening = float(values.after(n, j, law.prior[None, i])[0, i])
    payoff = atom * at_opening + (1.0 - atom) * (gathered + decay * survive * lost)
    mixes = bool(opening.atoms[0, i] < 1.0)
    # What is done with some chance has to be worth the value.
    used = np.abs(payoff[0] - stated) if opening.atoms[0, i] > 0.0 else 0.0
    if mixes and start > 0.0:
        used = np.abs(payoff - stated).max()
    gone = float(gathered[-1])
    alive = float(decay[-1] * survive[-1])
    late: tuple[float, ...] = (gone + alive * float(values.forever(n)[i]),)
    if np.isfinite(law.deadline):
        winners = law.last_winners()[None, :]
        won_late = float(values.after(n, j, winners[:, i])[0, i])
        own = float(values.after(n, i, winners[:, j])[0, i])
        ends = values.until_the_deadline(n, law, i, start, won_late, own)
        # Just before the deadline no coin decides.
        plain = float(values.after(n, i, b[-1:, j])[0, i])
        grown = plain - values.growth[n, i] * law.deadline
        before = values.until_the_deadline(n, law, i, start, grown, plain)[0]
        late = tuple(gone + alive * end for end in (*ends, before))
    late = tuple(atom * at_opening + (1.0 - atom) * end for end in late)
    if atom > 0.0 and law.fixed_opening is not None:
        # Giving in before the other side does at the opening; a coin decides if both want that.
        theirs = values.after(n, j, law.prior[None, i]) - values.after(n, i, law.prior[None, j])
        tie = 0.5 * atom if theirs[0, j] >= 0.0 else 0.0
        late = (*late, float(lost[0] + tie * (at_opening - lost[0])))
    if mixes and law.deadline_atoms is not None and law.deadline_atoms[i] > 0.0:
        used = max(used, abs(late[0] - stated))
    return max(float(payoff.max()) - stated, *(end - stated for end in late), 0.0), float(used)
