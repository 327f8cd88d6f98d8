"""Beliefs about who is tough, moved by silence and by dated public events.

A stage opens on a date at prior z. While nobody concedes, the posterior of side i follows the
solved stage, b_i' = lam_i b_i from b_i = z_i / (1 - mu_i); this is the likelihood of "nobody has
conceded until t", and it enters once. Every other event of type k by side i multiplies the odds
b_i / (1 - b_i) by its likelihood ratio, tough against normal,

    ell_k                              for an act,
    theta_i ell_k + (1 - theta_i)      for a claim, which says something only where it is true,

with theta_i the mean of the Beta posterior of the rate at which the side's earlier claims proved
true. An event takes the pair of posteriors off the curve on which both types are exhausted
together; the side that is then too weak concedes at once with probability 1 - b_i / b_i^+, and if
it has not done so the pair is on the curve again, b_i^+ = b_j^(lam_i / lam_j).

Sources: Abreu and Gul (2000), Bargaining and reputation, for beliefs in silence; Bayes' rule for
the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InvalidInputError
from negotiation.former_names import former_players
from negotiation.presentation import Presented, in_order
from negotiation.process.beliefs.draws import BeliefDraws, filter_draws
from negotiation.process.beliefs.events import (
    ContactClaim,
    DatedEvent,
    believed_events,
    contact_posterior,
    learned_reliability,
    read_events,
)
from negotiation.process.beliefs.silence import filter_by_solving
from negotiation.process.solve import ProcessSolution, solve_process
from negotiation.process.stage import DAYS_IN
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.continuation import process_from, stage_number
from negotiation.process.tough_types.kernels.regimes import ATTRITION
from negotiation.values import FloatArray, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BeliefDraws", "BeliefPath", "filter_beliefs", "filter_draws"]


@dataclass(frozen=True, eq=False)
class BeliefPath(Presented):
    """Beliefs over dated events, and the process they lead to.

    Attributes
    ----------
    process
        The process in which the events are read.
    stage
        Number of the stage that is open.
    opened, as_of
        When it opened, and the information date.
    days
        Days of the path in order; the last is ``as_of``.
    labels
        What happened on each day, empty for none.
    silence, posteriors
        Probability of the tough type ``[day, side]`` just before and just after the day's news.
    quiet
        The same from silence alone, without any other event.
    at_once
        Probability ``[day, side]`` that a side concedes at once on the day's news.
    survival
        Probability, by the solved stage, of no concession from its opening to ``as_of``.
    reliability
        Rate at which each side's claims had proved true, ``[side]``.
    contact
        Probability that the sides are in contact, by the claims of both.
    elapsed_seconds
        Time spent; not compared.
    """

    process: MultiStepProcess
    stage: int
    opened: date
    as_of: date
    days: tuple[date, ...]
    labels: tuple[str, ...]
    silence: FloatArray
    posteriors: FloatArray
    quiet: FloatArray
    at_once: FloatArray
    survival: float
    reliability: FloatArray
    contact: float
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a day and side: belief before and after the news, and from silence."""
        import pandas as pd

        names = in_order(self.process.players, self.process.players)
        index = pd.MultiIndex.from_product([self.days, names], names=["day", "player"])
        measures = ("silence", "posteriors", "quiet", "at_once")
        frame = pd.DataFrame({m: getattr(self, m).ravel() for m in measures}, index=index)
        frame = frame.reset_index()
        frame.insert(1, "event", np.repeat(self.labels, len(self.process.players)))
        return frame

    @property
    def beliefs(self) -> FloatArray:
        """Posterior of each side at the information date."""
        return np.asarray(self.posteriors[-1])

    def process_at(self, *, filtered: bool = True) -> MultiStepProcess:
        """Return the rest of the process from the information date.

        Parameters
        ----------
        filtered
            With the beliefs of all events; otherwise with those of silence alone.
        """
        beliefs = self.posteriors[-1] if filtered else self.quiet[-1]
        spent = (self.as_of - self.opened).days / DAYS_IN[self.process.time_unit]
        return process_from(
            self.process, self.stage, beliefs=beliefs, start=self.as_of, elapsed=spent
        )

    def unfiltered(self) -> MultiStepProcess:
        """Return the process as if the stage opened at the information date, at its priors."""
        return process_from(self.process, self.stage, start=self.as_of)


@takes
def filter_beliefs(
    process: MultiStepProcess | ProcessSolution,
    *,
    as_of: DateLike,
    stage: str | int = "de-escalation",
    opened: DateLike = None,
    events: Iterable[DatedEvent] | None = None,
    ratios: Mapping[str, float] | None = None,
    contact_claims: Sequence[ContactClaim] = (),
    window: int = 30,
    prior_shape: tuple[float, float] = (1.0, 1.0),
    folder: str | Path | None = None,
) -> BeliefPath:
    """Filter beliefs through the events known at a date.

    Parameters
    ----------
    process
        Or its solution. Where a clock runs in the stage, it is solved again from the beliefs after
        each piece of news; otherwise hazards are the same whatever the beliefs.
    as_of
        Information date; no later event is read.
    stage
        The stage that is open, by name or number.
    opened
        When it opened; None takes the process's start.
    events
        None reads the embedded table.
    ratios
        Likelihood ratio of a type of event, tough against normal; 1 where none is given.
    contact_claims
        Claims about whether the sides have talked.
    window, prior_shape
        See `learned_reliability`.
    folder
        Data folder of the events.

    Returns
    -------
    BeliefPath

    Raises
    ------
    InvalidInputError
        If the stage had not opened or is over by its deadline, or a ratio is not positive.
    """
    started = perf_counter()
    whole = process.process if isinstance(process, ProcessSolution) else process
    k = stage_number(whole, stage)
    today = as_date(as_of)
    begin = as_date(opened, name="opened") or whole.start
    if today is None or begin is None or today < begin:
        raise InvalidInputError(
            "the stage had not opened", where="as_of", seen=today, allowed=f"on or after {begin}"
        )
    known = tuple(read_events(as_of=today, folder=folder) if events is None else events)
    known = tuple(event for event in known if event.day <= today)
    now = [event for event in known if event.day >= begin]
    given = {
        name: number(value, name=f"ratios[{name}]", low=0.0, open_low=True)
        for name, value in (ratios or {}).items()
    }
    sides = former_players(whole.players, (event.actor for event in known))
    learned: dict[str, Any] = {"window": window, "prior_shape": tuple(prior_shape)}
    reliability = np.array(
        [learned_reliability(known, player, day=today, **learned) for player in sides]
    )
    days = tuple(sorted({begin, today, *(event.day for event in now)}))
    news = np.zeros((1, len(days), 2))
    for side, player in enumerate(sides):
        for event, theta in believed_events(known, player, given, **learned):
            if event.day >= begin:
                told = np.log(given[event.type])
                if theta < 1.0:
                    told = np.log(theta * np.exp(told) + 1.0 - theta)
                news[0, days.index(event.day), side] += told
    times = np.array([(day - begin).days for day in days]) / DAYS_IN[whole.time_unit]
    found = _filtered(process, k, times, np.concatenate([news, np.zeros_like(news)]))
    heard = [claim for claim in contact_claims if claim.day <= today]
    return BeliefPath(
        process=whole,
        stage=k,
        opened=begin,
        as_of=today,
        days=days,
        labels=tuple(
            "; ".join(
                dict.fromkeys(f"{event.actor}: {event.type}" for event in now if event.day == day)
            )
            for day in days
        ),
        silence=found.silence[0],
        posteriors=found.posteriors[0],
        quiet=found.silence[1],
        at_once=found.at_once[0],
        survival=float(found.survival[0]),
        reliability=reliability,
        contact=contact_posterior(heard, dict(zip(sides, reliability.tolist(), strict=True))),
        elapsed_seconds=perf_counter() - started,
    )


def _filtered(
    process: MultiStepProcess | ProcessSolution, k: int, times: FloatArray, news: FloatArray
) -> BeliefDraws:
    """Filter paths of news ``[path, time, side]`` through a stage that opened at its priors."""
    whole = process.process if isinstance(process, ProcessSolution) else process
    stage = whole.stages[k]
    plain = (
        stage.deadline is None
        and not stage.audience_growth.any()
        and bool((stage.stubbornness > 0.0).all())
    )
    if plain:
        solution = process if isinstance(process, ProcessSolution) else solve_process(process)
        branch = solution.branch_solution
        if branch.kinds[k, 0] == ATTRITION:
            return filter_draws(
                times,
                news,
                beliefs=np.tile(stage.stubbornness, (len(news), 1)),
                hazards=np.tile(branch.hazards[k, 0], (len(news), 1)),
                atoms=np.tile(branch.atoms[k, 0], (len(news), 1)),
            )
    paths = [filter_by_solving(whole, k, times, path) for path in news]
    silence, posteriors, at_once, survival = (np.stack(part) for part in zip(*paths, strict=True))
    return BeliefDraws(silence, posteriors, at_once, survival)
