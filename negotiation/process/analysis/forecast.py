"""What a process says at an information date: when tariffs fall, to what, and who gives more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.process.beliefs.events import DatedEvent
from negotiation.process.beliefs.updating import filter_beliefs
from negotiation.process.continuation import process_from, stage_number
from negotiation.process.solve import ProcessSolution, solve_process
from negotiation.process.stage import DAYS_IN
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.node_laws import node_laws
from negotiation.values import FloatArray, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Outlook", "lowered_by", "outlook", "terms_after"]


def terms_after(process: MultiStepProcess, stage: str | int = 0) -> FloatArray:
    """Return the added tariffs in force once a stage is over, ``[conceder, side]``.

    Of the first history; NaN where the process does not say.
    """
    k = stage_number(process, stage)
    last = k + 1 == len(process.stages)
    rates = process.rates_after if last else process.stages[k + 1].rates
    if rates is None:
        return np.full((2, 2), np.nan)
    told_apart = len(rates) > 1 and process.remembered[k]
    return np.array([rates[c if told_apart else 0] for c in range(2)])


@dataclass(frozen=True, eq=False)
class Outlook(Presented):
    """A process from an information date on, given that a stage has not ended by then.

    Attributes
    ----------
    whole
        Solution of the process from its start.
    solution
        Solution of what is left of it: the open stage is its first.
    day
        Information date, or None where the process has no dates.
    beliefs
        Posterior of the tough type, ``[side]``.
    at_once
        Probability that each side concedes at once at the information date.
    survival
        Probability, by the solved stage, of no concession up to the information date.
    """

    whole: ProcessSolution
    solution: ProcessSolution
    day: date | None
    beliefs: FloatArray
    at_once: FloatArray
    survival: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row a side: belief that it is tough, and whether it concedes."""
        import pandas as pd

        columns = {"tough": self.beliefs, "concedes_now": self.at_once}
        return pd.DataFrame(
            {
                "player": list(self.whole.process.players),
                **columns,
                "concedes_first": self.concedes_first,
            }
        )

    def days_until(self, day: DateLike) -> float:
        """Days from the information date to another."""
        end = as_date(day, name="day")
        if self.day is None or end is None or end < self.day:
            raise InvalidInputError(
                "no such span of days", where="day", seen=day, allowed=f"on or after {self.day}"
            )
        return float((end - self.day).days)

    def cut_by(self, when: DateLike | ArrayLike) -> Any:
        """Probability that the open stage is over by a date, or by numbers of days from now."""
        return self.solution.stage_by(0, self._days(when))

    def deal_by(self, when: DateLike | ArrayLike) -> Any:
        """Probability of the whole deal by a date, or by numbers of days from now."""
        return self.solution.deal_by(self._days(when))

    def _days(self, when: Any) -> Any:
        return self.days_until(when) if isinstance(when, str | date) else when

    @cached_property
    def cut_probability(self) -> float:
        """Probability that the open stage is ever over."""
        return float(self.solution.success[0].sum())

    @property
    def concedes_first(self) -> FloatArray:
        """Share of each side among concessions that end the open stage; NaN if there is none."""
        success = self.solution.success[0]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(success / success.sum())

    @property
    def cut_quantiles(self) -> tuple[float, float, float]:
        """Days within which the stage is over with probability .25, .5 and .75; may be infinite."""
        low, middle, high = (self.days_to(level) for level in (0.25, 0.5, 0.75))
        return low, middle, high

    def days_to(self, level: float) -> float:
        """Days within which the open stage is over with a given probability.

        Hazards are constant between the points of the stage's curve; infinite where the
        probability is never reached.
        """
        p = number(level, name="level", low=0.0, high=1.0, open_high=True)
        law = node_laws(self.solution)[0]
        gone = float(law.atoms.sum())
        if p <= gone:
            return 0.0
        spent, rates, last = law.concession_rates()
        alive = 1.0 - gone
        for began, ended, rate in zip(spent[:-1], spent[1:], rates, strict=True):
            total = rate + law.breakdown_hazard
            share = rate / total if total > 0.0 else 0.0
            here = alive * share * -np.expm1(-total * (ended - began))
            if p <= gone + here:
                more = -np.log1p(-(p - gone) / (alive * share)) / total
                return float(began + more) * DAYS_IN[self.solution.process.time_unit]
            gone += here
            alive *= np.exp(-total * (ended - began))
        if p <= gone + alive * last:
            return float(law.deadline) * DAYS_IN[self.solution.process.time_unit]
        return float("inf")

    @property
    def terms(self) -> FloatArray:
        """Added tariffs once the open stage is over, ``[conceder, side]``."""
        return terms_after(self.solution.process, 0)

    @property
    def points_cut(self) -> FloatArray:
        """Points by which each side cuts, ``[conceder, side]``."""
        rates = self.solution.process.stages[0].rates
        if rates is None:
            return np.full((2, 2), np.nan)
        return np.asarray(rates[0] - self.terms)

    def concedes_more(
        self, within: float = 0.05, *, shares: FloatArray | None = None
    ) -> FloatArray:
        """Probability, given a cut, that the first, the second or neither side cuts by more.

        Parameters
        ----------
        within
            Cuts that differ by no more than this are equal.
        shares
            Of each side among concessions; None takes `concedes_first`.
        """
        gap = self.points_cut[:, 0] - self.points_cut[:, 1]
        share = self.concedes_first if shares is None else shares
        equal = np.abs(gap) <= within + 1e-12
        return np.array(
            [
                share[~equal & (gap > 0.0)].sum(),
                share[~equal & (gap < 0.0)].sum(),
                share[equal].sum(),
            ]
        )


def outlook(
    process: MultiStepProcess,
    *,
    as_of: DateLike = None,
    stage: str | int = "de-escalation",
    events: tuple[DatedEvent, ...] = (),
    ratios: Mapping[str, float] | None = None,
    raise_on_failure: bool = True,
) -> Outlook:
    """Return what a process says at a date, given that a stage is still open.

    Parameters
    ----------
    process
        A process whose clock of that stage starts on its ``start``.
    as_of
        Information date; None takes the process's own. Where neither is known, or the process has
        no start, nothing is conditioned on.
    stage
        The open stage.
    events, ratios
        See `negotiation.filter_beliefs`; without events only silence counts.
    raise_on_failure
        See `negotiation.solve_process`.

    Examples
    --------
    >>> process = MultiStepProcess.from_payoffs(
    ...     flows=[[-0.05, -0.08]], terms=[[[0.3, 0.6], [0.7, 0.4]]],
    ...     discount_rates=[0.05, 0.05], stubbornness=[0.1, 0.1])
    >>> outlook(process, stage=0).concedes_first.round(3)
    array([0.153, 0.847])
    """
    whole = solve_process(process, raise_on_failure=raise_on_failure)
    k = stage_number(process, stage)
    day = as_date(as_of) or process.as_of
    if day is None or process.start is None:
        rest = process_from(process, k)
        prior = process.stages[k].stubbornness
        found = solve_process(rest, raise_on_failure=raise_on_failure)
        return Outlook(whole, found, None, prior, found.atoms[0], 1.0)
    path = filter_beliefs(whole, as_of=day, stage=k, events=events, ratios=ratios)
    rest = path.process_at()
    return Outlook(
        whole=whole,
        solution=solve_process(rest, raise_on_failure=raise_on_failure),
        day=day,
        beliefs=path.beliefs,
        at_once=path.at_once[-1],
        survival=path.survival,
    )


def lowered_by(
    solution: ProcessSolution, days: float, *, side: int, lapses_to: float, steps: int = 60
) -> float:
    """Probability that a side's added tariff falls below the one in force now.

    It falls at the deal, where what is agreed is lower, and when the terms in force lapse before
    the deal, where what they lapse to is lower. Every stage must break down at the same hazard
    beta, as terms of one duration do; with G(t) the probability of the deal by t,

        P(lapse first, by t) = int_0^t beta exp(-beta s) [1 - G0(s)] ds,  dG0 = exp(beta s) dG.

    Parameters
    ----------
    solution
        Of the stages that are left.
    days
        Days from now.
    side
        Whose tariff: 0 or 1.
    lapses_to
        Added tariff of that side once terms lapse.
    steps
        Of the integral.
    """
    process = solution.process
    hazards = {stage.breakdown_hazard for stage in process.stages}
    now = process.stages[0].rates
    if len(hazards) != 1 or now is None or process.rates_after is None:
        raise InvalidInputError(
            "one breakdown hazard in all stages, and tariffs in force, are needed",
            where="solution.process",
            seen=sorted(hazards),
        )
    beta = hazards.pop()
    grid = np.linspace(0.0, float(number(days, name="days", low=0.0)), steps + 1)
    t = grid / DAYS_IN[process.time_unit]
    deal = np.asarray(solution.deal_by(grid))
    # What happens at time zero is not discounted by the chance of a lapse.
    middle = 0.5 * (t[1:] + t[:-1])
    free = deal[0] + np.concatenate([[0.0], np.cumsum(np.diff(deal) * np.exp(beta * middle))])
    stay = 0.5 * (free[1:] + free[:-1])
    lapse = float(np.sum(-np.diff(np.exp(-beta * t)) * (1.0 - stay)))
    current = float(now[0, side])
    agreed = float(np.mean(process.rates_after[:, side]))
    return float(deal[-1]) * (agreed < current) + lapse * (lapses_to < current)
