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
from functools import lru_cache
from pathlib import Path
from time import perf_counter

import numpy as np

from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InvalidInputError
from negotiation.process.closed_form import ATTRITION
from negotiation.process.continuation import process_from, stage_number
from negotiation.process.events import (
    CLAIMS,
    ContactClaim,
    DatedEvent,
    contact_posterior,
    learned_reliability,
    read_events,
)
from negotiation.process.silence import filter_by_solving
from negotiation.process.solve import ProcessSolution, solve_process
from negotiation.process.stages import DAYS_IN, MultiStepProcess
from negotiation.values import FloatArray, compact_repr, float_array, number

__all__ = ["BeliefDraws", "BeliefPath", "event_log_ratios", "filter_beliefs", "filter_draws"]


def event_log_ratios(
    events: Sequence[DatedEvent],
    types: Sequence[str],
    log_ratios: FloatArray,
    *,
    players: tuple[str, str],
    theta: FloatArray,
) -> FloatArray:
    """Return what events add to the log odds of toughness, ``[draw, event, side]``.

    Parameters
    ----------
    log_ratios
        ln ell ``[draw, type]``.
    theta
        Reliability of the actor behind each event, ``[event]``; 1 for an act.
    """
    out = np.zeros((len(log_ratios), len(events), 2))
    column = {name: k for k, name in enumerate(types)}
    seen: set[tuple[date, str, str]] = set()
    for e, event in enumerate(events):
        key = (event.day, event.actor, event.type)
        # Several reports of one kind by one side on one day are one piece of news.
        if event.type not in column or key in seen:
            continue
        seen.add(key)
        ratio = log_ratios[:, column[event.type]]
        if theta[e] < 1.0:
            ratio = np.log(theta[e] * np.exp(ratio) + 1.0 - theta[e])
        for side, player in enumerate(players):
            if event.actor in {player, "BOTH"}:
                out[:, e, side] = ratio
    return out


@dataclass(frozen=True, eq=False)
class BeliefDraws:
    """Posteriors of toughness along a list of times, for many parameter draws.

    Attributes
    ----------
    silence
        Posterior ``[draw, time, side]`` just before the events at each time.
    posteriors
        The same just after them.
    at_once
        Probability ``[draw, time, side]`` that a side concedes at once on the news.
    survival
        Probability ``[draw]`` of no concession up to the last time, before its news.
    """

    silence: FloatArray
    posteriors: FloatArray
    at_once: FloatArray
    survival: FloatArray


def filter_draws(
    times: FloatArray,
    news: FloatArray,
    *,
    beliefs: FloatArray,
    hazards: FloatArray,
    atoms: FloatArray,
) -> BeliefDraws:
    """Filter beliefs along dated news for many draws at once.

    Parameters
    ----------
    times
        Times of the news since the stage opened, ascending, ``[time]``.
    news
        Log likelihood ratios, tough against normal, ``[draw, time, side]``.
    beliefs
        Priors z ``[draw, side]``, in (0, 1).
    hazards, atoms
        Of the solved stage at its opening, ``[draw, side]``; hazards 0 where the stage is not a
        war of attrition, so that silence says no more than the atom.

    Raises
    ------
    InvalidInputError
        If shapes differ or times descend.
    """
    z = float_array(beliefs, name="beliefs", ndim=2, low=0.0, high=1.0)
    lam = float_array(hazards, name="hazards", shape=z.shape, low=0.0)
    mu = float_array(atoms, name="atoms", shape=z.shape, low=0.0, high=1.0)
    t = float_array(times, name="times", ndim=1, low=0.0)
    moved = float_array(news, name="news", shape=(len(z), len(t), 2))
    if np.any(np.diff(t) < 0.0):
        raise InvalidInputError("times descend", where="times", allowed="ascending times")
    shape = (len(z), len(t), 2)
    silence, posteriors, at_once = np.empty(shape), np.empty(shape), np.zeros(shape)
    with np.errstate(divide="ignore"):
        log_b = np.minimum(np.log(z) - np.log1p(-mu), 0.0)
    log_alive = np.log1p(-np.minimum(mu.sum(axis=1), 1.0 - 1e-300))
    log_alive = np.where(np.isfinite(log_b).all(axis=1), log_alive, -np.inf)
    works = np.asarray((lam > 0.0).all(axis=1) & (z > 0.0).all(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(works[:, None], lam / lam[:, ::-1], 1.0)
    last = 0.0
    for n, now in enumerate(t):
        # No side concedes once either posterior has reached 1.
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.where(lam > 0.0, -log_b / lam, np.inf).min(axis=1)
        spent = np.minimum(now - last, left)
        log_alive -= lam.sum(axis=1) * spent
        log_b = np.minimum(log_b + lam * spent[:, None], 0.0)
        # Where one type is exhausted both are: rounding must not leave the other a hair below.
        done = works & (left <= now - last)
        log_b[done] = 0.0
        last = float(now)
        b = np.exp(log_b)
        silence[:, n] = b
        with np.errstate(divide="ignore"):
            odds = log_b - np.log(-np.expm1(log_b))
        after = odds + moved[:, n]
        log_b = np.where(b >= 1.0, 0.0, -np.logaddexp(0.0, -after))
        posteriors[:, n] = np.exp(log_b)
        curve = log_b[:, ::-1] * ratio
        news_here = np.asarray((moved[:, n] != 0.0).any(axis=1))
        weak = works[:, None] & (curve > log_b) & news_here[:, None]
        # A side that is surely tough ends the other's concessions: that one gives in at once.
        gap = np.where(weak, log_b - np.minimum(curve, 0.0), 0.0)
        at_once[:, n] = -np.expm1(gap)
        if n + 1 < len(t) and t[n + 1] > now:
            log_b = np.where(weak, np.minimum(curve, 0.0), log_b)
            log_alive += gap.sum(axis=1)
    return BeliefDraws(silence, posteriors, at_once, np.exp(log_alive))


@dataclass(frozen=True, eq=False)
class BeliefPath:
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

    __repr__ = compact_repr

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
        Or its solution. Where types persist or a clock runs in the stage, it is solved again from
        the beliefs after each piece of news; otherwise hazards are the same whatever the beliefs.
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
    types = tuple(sorted(given))
    logs = np.log(np.array([[given[name] for name in types]])).reshape(1, len(types))
    theta, reliability = _reliabilities(
        known, begin, today, whole.players, window, tuple(prior_shape)
    )
    by_event = event_log_ratios(now, types, logs, players=whole.players, theta=theta)
    days = tuple(sorted({begin, today, *(event.day for event in now)}))
    news = np.zeros((1, len(days), 2))
    for e, event in enumerate(now):
        news[:, days.index(event.day)] += by_event[:, e]
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
        reliability=reliability.copy(),
        contact=contact_posterior(
            heard, dict(zip(whole.players, reliability.tolist(), strict=True))
        ),
        elapsed_seconds=perf_counter() - started,
    )


@lru_cache(maxsize=8)
def _reliabilities(
    known: tuple[DatedEvent, ...],
    begin: date,
    today: date,
    players: tuple[str, str],
    window: int,
    prior_shape: tuple[float, float],
) -> tuple[FloatArray, FloatArray]:
    """Reliability behind each event from ``begin`` on, and of each side today; 1 for an act."""

    def learned(actor: str, day: date) -> float:
        return learned_reliability(known, actor, day=day, window=window, prior_shape=prior_shape)

    behind = [
        learned(event.actor, event.day) if event.type in CLAIMS else 1.0
        for event in known
        if event.day >= begin
    ]
    return np.array(behind), np.array([learned(player, today) for player in players])


def _filtered(
    process: MultiStepProcess | ProcessSolution, k: int, times: FloatArray, news: FloatArray
) -> BeliefDraws:
    """Filter paths of news ``[path, time, side]`` through a stage that opened at its priors."""
    whole = process.process if isinstance(process, ProcessSolution) else process
    stage = whole.stages[k]
    plain = (
        whole.type_persistence == 0.0
        and stage.deadline is None
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
