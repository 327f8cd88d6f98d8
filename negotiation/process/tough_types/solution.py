"""Solution of a multi-step process: dates, values, corners, who concedes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.data.tables import DateLike
from negotiation.presentation import Pictured, in_order
from negotiation.process.stage import DAYS_IN, days_between
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.certificate import closed_form_residual
from negotiation.process.tough_types.closed_form import Branches, ProcessArrays
from negotiation.process.tough_types.continuation import stage_number
from negotiation.process.tough_types.dates.closed_form_outcomes import (
    StageOutcomes,
    constant_hazard_deal_by,
    stage_outcomes,
)
from negotiation.process.tough_types.dates.date_grids import RecursionDates
from negotiation.process.tough_types.dates.eventual_deals import (
    eventual_deal,
    first_pass,
    transform,
)
from negotiation.process.tough_types.kernels.regimes import PASSED
from negotiation.values import FloatArray, float_vector, number

if TYPE_CHECKING:
    import pandas as pd

    from negotiation.process.tough_types.dates.dated_outcomes import EventualOutcomes

__all__ = ["ProcessSolution"]

#: Names of the codes of the kernels.
_BEHAVIOURS = ("mixes", "concedes_at_once", "never", "concedes_at_once", "concedes_at_deadline")
_KINDS = ("attrition", "concedes_at_once", "impasse", "passed", "waits_for_deadline")


@dataclass(frozen=True, eq=False)
class ProcessSolution(Pictured):
    """Equilibrium of a multi-step process.

    Values are those of a leader of the normal type who stays normal. Arrays ``[stage, side]``
    are means over the histories with which a stage is reached; `branches` tells them apart.

    Attributes
    ----------
    process
        The process that was solved.
    arrays, branch_solution
        Its numbers and its equilibrium by stage and history.
    converged
        Whether the outer iteration on the value of a relapse met its tolerance.
    elapsed_seconds
        Time spent; not compared.
    """

    process: MultiStepProcess
    arrays: ProcessArrays
    branch_solution: Branches
    converged: bool
    elapsed_seconds: float = field(default=0.0, compare=False)

    _picture = "plot_time_to_deal"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a stage and side: value at the opening, chance and hazard to concede."""
        import pandas as pd

        names = [stage.name for stage in self.process.stages]
        players = self.process.players
        axes = [in_order(names, names), in_order(players, players)]
        index = pd.MultiIndex.from_product(axes, names=["stage", "player"])
        columns = {"value": self.stage_values, "at_once": self.atoms, "hazard": self.hazards}
        flat = {name: values.ravel() for name, values in columns.items()}
        return pd.DataFrame(flat, index=index).reset_index()

    @cached_property
    def outcomes(self) -> StageOutcomes:
        """How each stage ends after each history."""
        return stage_outcomes(self.arrays, self.branch_solution)

    @cached_property
    def eventual(self) -> EventualOutcomes:
        """What happens in the end, from the forward recursion over posteriors and histories."""
        from negotiation.process.tough_types.dates.dated_outcomes import eventual_outcomes

        return eventual_outcomes(self)

    @property
    def _closed(self) -> bool:
        """Whether dates have a closed form: constant hazards and breakdowns that end play."""
        return (
            not self.process.has_relapse
            and not self.arrays.audience_growth.any()
            and not np.isfinite(self.arrays.deadlines).any()
        )

    @cached_property
    def visits(self) -> FloatArray:
        """Expected number of visits ``[stage, history]`` in which a stage is played.

        A stage that is passed at once after a history is not visited; without relapse a number
        is the probability of the one visit.
        """
        if not self.process.has_relapse:
            played = self.branch_solution.kinds != PASSED
            return np.asarray(np.where(played, self.reach_probability[:-1, : played.shape[1]], 0.0))
        out = np.zeros(self.branch_solution.kinds.shape)
        out[self.eventual.stage, self.eventual.history] = self.eventual.openings
        return out

    @property
    def reach_probability(self) -> FloatArray:
        """Probability ``[stage + 1, history]`` of reaching each stage on the first pass.

        A stage that is passed at once after a history counts as reached; see `visits`.
        """
        return self._first_pass[0]

    @cached_property
    def _first_pass(self) -> tuple[FloatArray, FloatArray]:
        return first_pass(self.arrays, self.branch_solution, self.outcomes)

    def mean_over_histories(self, values: FloatArray) -> FloatArray:
        """Mean over histories of ``[stage, history, ...]``, weighted by visits."""
        weights = self.visits.copy()
        weights[weights.sum(axis=1) == 0.0] = 1.0
        weights /= weights.sum(axis=1, keepdims=True)
        shape = weights.shape + (1,) * (values.ndim - 2)
        kept = np.where(weights.reshape(shape) > 0.0, values, 0.0)
        return np.asarray(np.sum(weights.reshape(shape) * kept, axis=1))

    @property
    def values(self) -> FloatArray:
        """Value of the process to each side, ``[side]``."""
        return np.asarray(self.branch_solution.values[0, 0])

    @property
    def stage_values(self) -> FloatArray:
        """Value of each stage at its opening, ``[stage, side]``."""
        return self.mean_over_histories(self.branch_solution.values)

    @property
    def atoms(self) -> FloatArray:
        """Probability of conceding when the stage opens, ``[stage, side]``."""
        return self.mean_over_histories(self.branch_solution.atoms)

    @property
    def hazards(self) -> FloatArray:
        """Hazard of conceding just after the opening, ``[stage, side]``."""
        return self.mean_over_histories(self.branch_solution.hazards)

    @property
    def exhaustion_times(self) -> FloatArray:
        """Time T0 after which only tough types are left, ``[stage]``."""
        return self.mean_over_histories(self.branch_solution.horizons)

    @property
    def behaviours(self) -> tuple[tuple[str, str], ...]:
        """What each side does in each stage.

        One of mixes, concedes_at_once, concedes_at_deadline and never. The first history is
        named; `branches` lists all of them.
        """
        return tuple(
            tuple(_BEHAVIOURS[code] for code in row)  # type: ignore[misc]  # two sides
            for row in self.branch_solution.behaviours[:, 0]
        )

    @property
    def audience_cost_bound(self) -> FloatArray:
        """Smallest one-off cost of conceding for which being conceded to is better.

        ``A_i_min = PV_i(i concedes) - PV_i(j concedes)``, ``[stage, side]``, before any audience
        cost of that stage. Where a side's audience cost is below its bound it concedes at once.
        Not a number where a stage is never played.
        """
        branch = self.branch_solution
        costs = np.array([stage.audience_cost for stage in self.process.stages])
        bound = branch.concede_values - branch.win_values + costs[:, None, :]
        played = (branch.kinds != PASSED)[:, :, None]
        share = self.mean_over_histories(played.astype(np.float64))
        with np.errstate(invalid="ignore"):
            return np.asarray(self.mean_over_histories(np.where(played, bound, 0.0)) / share)

    @property
    def success(self) -> FloatArray:
        """Share ``[stage, conceder]`` of the visits to a stage that a side's concession ends.

        `ProcessPaths.concessions` is the same share among simulated paths.
        """
        return self.mean_over_histories(self.outcomes.concedes)

    @property
    def reached(self) -> FloatArray:
        """Expected number of visits to each stage; without relapse the probability of one."""
        return np.asarray(self.visits.sum(axis=1))

    @property
    def impasse(self) -> FloatArray:
        """Share of the visits to a stage that are left with only tough types, ``[stage]``.

        Tariffs then stay where they are until the stage breaks down.
        """
        return self.mean_over_histories(self.outcomes.impasse)

    @cached_property
    def deal_probability(self) -> float:
        """Probability that the last stage is ever passed.

        Where breakdowns return to an earlier stage this counts every later attempt; `deal_by` is
        then the number to report.
        """
        return eventual_deal(self.arrays, self.branch_solution, self.outcomes)

    @property
    def mean_time_to_deal(self) -> float:
        """Mean time to the deal, given a deal, in units of the clock."""
        if self.process.has_relapse:
            return self.eventual.time
        chance, moment = (float(part[-1].sum()) for part in self._first_pass)
        return moment / chance if chance > 0.0 else float("nan")

    def deal_by(self, days: ArrayLike) -> Any:
        """Probability that the last stage has been passed by a number of days from the start.

        Parameters
        ----------
        days
            A number (returns a float) or an array (returns an array) of days >= 0.
        """
        return self.stage_by(len(self.process.stages) - 1, days)

    def stage_by(self, stage: str | int, days: ArrayLike) -> Any:
        """Probability that a stage, and all before it, are over by a number of days.

        Parameters
        ----------
        stage
            Its name or number.
        days
            As in `deal_by`.
        """
        position = stage_number(self.process, stage)
        asked = float_vector(days, name="days", low=0.0)
        times = np.ravel(asked) / DAYS_IN[self.process.time_unit]
        if self._closed:
            out = constant_hazard_deal_by(
                self.arrays, self.branch_solution, times, count=position + 1
            )
        else:
            out = self._dates.by(times, position)
        out = np.clip(out, 0.0, 1.0)
        return float(out[0]) if np.ndim(days) == 0 else out.reshape(np.shape(days))

    @cached_property
    def _dates(self) -> RecursionDates:
        return RecursionDates(self)

    def days_until(self, day: DateLike) -> float:
        """Days from the opening of the first stage to a date."""
        return days_between(self.process.start, day)

    def discounted_deal(self, rate: float) -> float:
        """Return E[exp(-rate T); deal], the rate per unit of the clock.

        T is the time of the deal; with relapse every later attempt counts.
        """
        rate = number(rate, name="rate", low=0.0)
        if not self.process.has_relapse:
            return transform(self.arrays, self.branch_solution, rate)
        from negotiation.process.tough_types.dates.dated_outcomes import discounted_deal

        return discounted_deal(self, rate)

    @cached_property
    def residual(self) -> float:
        """Largest violation of the equilibrium conditions, computed apart from the solver.

        The payoff of conceding at the opening, in the middle and at the end is integrated over
        the other side's concessions and compared with the value; corners are checked by the
        best deviation. With a growing cost of conceding see `check_strategies`, whose quadrature
        leaves errors of about 1e-5. In units of payoff over the largest payoff of the process.
        """
        if not self.arrays.audience_growth.any():
            return closed_form_residual(self.arrays, self.branch_solution)
        from negotiation.process.tough_types.deviations import check_strategies

        return check_strategies(self).worst

    @property
    def stages(self) -> pd.DataFrame:
        """One row a stage: hazards, atoms, success, who concedes, mean time, values."""
        import pandas as pd

        process, branch = self.process, self.branch_solution
        success = self.success
        total = success.sum(axis=1)
        table: dict[str, Any] = {"stage": [stage.name for stage in process.stages]}
        table["reached"] = self.reached
        table["kind"] = [_KINDS[code] for code in branch.kinds[:, 0]]
        bound, values = self.audience_cost_bound, self.stage_values
        behaviours, hazards, atoms = self.behaviours, self.hazards, self.atoms
        for i, player in enumerate(process.players):
            table[f"behaviour_{player}"] = [row[i] for row in behaviours]
            table[f"hazard_{player}"] = hazards[:, i]
            table[f"atom_{player}"] = atoms[:, i]
            table[f"value_{player}"] = values[:, i]
            table[f"audience_cost_bound_{player}"] = bound[:, i]
        table["T0"] = self.exhaustion_times
        table["success"] = total
        with np.errstate(invalid="ignore", divide="ignore"):
            for c, player in enumerate(process.players):
                table[f"{player}_concedes_first"] = success[:, c] / total
            table["mean_time"] = self.mean_over_histories(self.outcomes.time).sum(axis=1)
            table["mean_time"] /= total
        table["impasse"] = self.impasse
        return pd.DataFrame(table)

    @property
    def branches(self) -> pd.DataFrame:
        """One row a stage and history: who conceded before, and the equilibrium there."""
        import pandas as pd

        rows = []
        players, branch = self.process.players, self.branch_solution
        for k, stage in enumerate(self.process.stages):
            for h in range(self.arrays.histories(k)):
                row: dict[str, Any] = {"stage": stage.name, "history": self._history_name(k, h)}
                row["reached"] = self.reach_probability[k, h]
                row["kind"] = _KINDS[branch.kinds[k, h]]
                for i, player in enumerate(players):
                    row[f"behaviour_{player}"] = _BEHAVIOURS[branch.behaviours[k, h, i]]
                    row[f"hazard_{player}"] = branch.hazards[k, h, i]
                    row[f"atom_{player}"] = branch.atoms[k, h, i]
                    row[f"value_{player}"] = branch.values[k, h, i]
                    row[f"concedes_{player}"] = self.outcomes.concedes[k, h, i]
                row["T0"] = branch.horizons[k, h]
                rows.append(row)
        return pd.DataFrame(rows)

    def _history_name(self, k: int, h: int) -> str:
        arrays, process = self.arrays, self.process
        names = [
            f"{stage.name}: {process.players[arrays.ancestor(k, m + 1, h) & 1]}"
            for m, stage in enumerate(process.stages[:k])
            if arrays.shift[m]
        ]
        return ", ".join(names) or "any"
