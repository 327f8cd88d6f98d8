"""Other models of the same process, so that conclusions are not one model's.

All take a `MultiStepProcess` and answer with an `AlternativeOutcome`: alternating offers over the
whole package with the standoff as impasse (Rubinstein 1982; Muthoo 1999), a Markov game with
escalation inside each stage, and the same game played with logit errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.process.choices.escalation import (
    PeriodPlay,
    StagePayoffs,
    markov_play,
    quantal_play,
)
from negotiation.process.solve import ProcessSolution, solve_process
from negotiation.process.stage import DAYS_IN
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.closed_form import ProcessArrays, process_arrays
from negotiation.values import FloatArray, float_array, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AlternativeOutcome",
    "alternating_offers_package",
    "compare_models",
    "markov_escalation",
    "quantal_escalation",
]


@dataclass(frozen=True, eq=False)
class AlternativeOutcome(Presented):
    """What a model says about a process.

    Attributes
    ----------
    model
        Its name.
    players
        Order of the last axes.
    days, chances
        Dates, and the probability of a deal by each of them; between dates nothing happens.
    deal_probability
        Probability of a deal at any date.
    first_concession
        Probability that each side is the one that concedes in the stage asked for, ``[side]``.
    values
        ``[side]``.
    certificate
        What is left of the model's equilibrium conditions.
    elapsed_seconds
        Time spent; not compared.
    """

    model: str
    players: tuple[str, str]
    days: FloatArray
    chances: FloatArray
    deal_probability: float
    first_concession: FloatArray
    values: FloatArray
    certificate: float
    elapsed_seconds: float = 0.0

    def deal_by(self, days: ArrayLike) -> Any:
        """Probability of a deal by a number of days: a float, or an array for an array."""
        asked = float_array(np.atleast_1d(days), name="days", low=0.0)
        place = np.searchsorted(self.days, asked * (1.0 + 1e-12), side="right") - 1
        out = np.where(place >= 0, self.chances[np.maximum(place, 0)], 0.0)
        return float(out[0]) if np.ndim(days) == 0 else out


@takes
def alternating_offers_package(
    process: MultiStepProcess, *, round_days: float = 7.0, stage: int = 0
) -> AlternativeOutcome:
    """Return the outcome of alternating offers over the whole package.

    The sides divide what all stages bring: share t of the way from the outcome in which the first
    side concedes everywhere to that in which the second does. While they disagree the first
    stage's flows run and it may break down. Complete information makes agreement immediate,
    where some share is worth more to both than waiting for ever. The first proposer is drawn by a
    fair coin.

    Parameters
    ----------
    process
        Its audience costs are paid in proportion to what a side concedes; beliefs play no part.
    round_days
        Time between offers.
    stage
        Kept for the common interface: the package has one concession for all stages.
    """
    started = perf_counter()
    arrays = process_arrays(process)
    _stage_of(process, stage)
    round_days = number(round_days, name="round_days", low=0.0, open_low=True)
    ends = np.array([_total(arrays, c) for c in range(2)])
    rate = arrays.discount_rates + arrays.breakdown_hazard[0]
    if np.any(rate <= 0.0):
        raise InvalidInputError(
            "waiting costs nothing", where="discount_rates", seen=arrays.discount_rates.tolist()
        )
    breakdown = solve_process(process).branch_solution.breakdown_values[0, 0]
    waiting = (arrays.flows[0, 0] + arrays.breakdown_hazard[0] * breakdown) / rate
    patience = np.exp(-rate * round_days / DAYS_IN[process.time_unit])
    shares, residual = _offers(ends, waiting, patience)
    agreed = shares is not None
    share = float(np.mean(shares)) if shares is not None else 0.5
    return AlternativeOutcome(
        model="alternating offers over the package",
        players=process.players,
        days=np.zeros(1),
        chances=np.array([1.0 if agreed else 0.0]),
        deal_probability=1.0 if agreed else 0.0,
        # the larger part of the package is conceded by the side further from its best outcome
        first_concession=np.array([1.0 - share, share]) if agreed else np.zeros(2),
        values=ends[0] + share * (ends[1] - ends[0]) if agreed else waiting,
        certificate=residual,
        elapsed_seconds=perf_counter() - started,
    )


def _total(arrays: ProcessArrays, conceder: int) -> FloatArray:
    """Payoffs when one side concedes at once in every stage."""
    total, history = np.zeros(2), 0
    for k in range(len(arrays.breakdown_hazard)):
        if not arrays.opens[k, history]:
            history = arrays.child(k, history, 0)
            continue
        total[conceder] += arrays.concede[k, history, conceder]
        total[1 - conceder] += arrays.win[k, history, 1 - conceder]
        history = arrays.child(k, history, conceder)
    return total


def _offers(
    ends: FloatArray, waiting: FloatArray, patience: FloatArray
) -> tuple[FloatArray | None, float]:
    """Shares proposed by each side, and how far they are from leaving the other indifferent.

    The share t gives side i ``ends[0, i] + t (ends[1, i] - ends[0, i])``; a proposer offers what
    makes the other indifferent between accepting and its own offer a round later.
    """
    slope = ends[1] - ends[0]
    if not (slope[0] > 0.0 > slope[1]):
        # no conflict along the line: the end that both prefer, if it beats waiting
        best = np.array([ends[c].sum() for c in range(2)]).argmax()
        fine = bool(np.all(ends[best] >= waiting))
        return (np.full(2, float(best)) if fine else None), 0.0
    low = max(0.0, (waiting[0] - ends[0, 0]) / slope[0])
    high = min(1.0, (waiting[1] - ends[0, 1]) / slope[1])
    if low > high:
        return None, 0.0
    shares = np.array([high, low])
    for _ in range(100_000):
        mine = (1.0 - patience[1]) * waiting[1] + patience[1] * (ends[0, 1] + shares[1] * slope[1])
        yours = (1.0 - patience[0]) * waiting[0] + patience[0] * (ends[0, 0] + shares[0] * slope[0])
        new = np.clip([(mine - ends[0, 1]) / slope[1], (yours - ends[0, 0]) / slope[0]], 0.0, 1.0)
        change = float(np.abs(new - shares).max())
        shares = new
        if change <= 1e-13:
            break
    return shares, change


@takes
def markov_escalation(
    process: MultiStepProcess,
    *,
    period_days: float = 7.0,
    levels: int = 2,
    step: float = 0.5,
    stage: int = 0,
) -> AlternativeOutcome:
    """Return the outcome of a Markov perfect equilibrium with escalation inside each stage.

    Parameters
    ----------
    process
        Stubbornness plays no part: information is complete.
    period_days
        Length of a period.
    levels, step
        Levels of escalation, and by how much each raises the flows of both sides.
    stage
        Number of the stage whose first concession is reported.
    """

    def play(payoffs: StagePayoffs, period: float) -> PeriodPlay:
        return markov_play(payoffs, period=period, levels=levels, step=step)

    return _in_periods(process, play, "Markov game with escalation", period_days, levels, stage)


@takes
def quantal_escalation(
    process: MultiStepProcess,
    *,
    precision: float = 20.0,
    period_days: float = 7.0,
    levels: int = 2,
    step: float = 0.5,
    stage: int = 0,
) -> AlternativeOutcome:
    """Return the outcome of the Markov game when sides choose with logit errors.

    Parameters
    ----------
    precision
        In 1 / units of payoff; at zero all actions are equally likely.
    process, period_days, levels, step, stage
        As in `markov_escalation`.
    """
    precision = number(precision, name="precision", low=0.0)

    def play(payoffs: StagePayoffs, period: float) -> PeriodPlay:
        return quantal_play(payoffs, period=period, levels=levels, step=step, precision=precision)

    return _in_periods(process, play, "quantal response", period_days, levels, stage)


def _stage_of(process: MultiStepProcess, stage: int) -> int:
    if not 0 <= stage < len(process.stages):
        raise InvalidInputError(
            "no such stage", where="stage", seen=stage, allowed=f"0 to {len(process.stages) - 1}"
        )
    return stage


def _in_periods(
    process: MultiStepProcess,
    play: Callable[[StagePayoffs, float], PeriodPlay],
    model: str,
    period_days: float,
    levels: int,
    stage: int,
) -> AlternativeOutcome:
    """Solve stage after stage backward, then run the chain of periods forward."""
    started = perf_counter()
    stage = _stage_of(process, stage)
    period_days = number(period_days, name="period_days", low=0.0, open_low=True)
    if levels < 1:
        raise InvalidInputError("no levels", where="levels", seen=levels, allowed=">= 1")
    if process.has_relapse:
        raise InvalidInputError(
            "breakdowns must end the process here", where="process", hint="Use relapse=False."
        )
    arrays = process_arrays(process)
    period = period_days / DAYS_IN[process.time_unit]
    count = len(arrays.breakdown_hazard)
    values = {(count, h): np.zeros(2) for h in range(arrays.histories(count))}
    plays: dict[tuple[int, int], PeriodPlay] = {}
    for k in range(count - 1, -1, -1):
        for h in range(arrays.histories(k)):
            if not arrays.opens[k, h]:
                values[k, h] = values[k + 1, arrays.child(k, h, 0)]
                continue
            outcomes = np.array([values[k + 1, arrays.child(k, h, c)] for c in range(2)])
            for c in range(2):
                outcomes[c, c] += arrays.concede[k, h, c]
                outcomes[c, 1 - c] += arrays.win[k, h, 1 - c]
            plays[k, h] = play(
                StagePayoffs(
                    flows=arrays.flows[k, h],
                    outcomes=outcomes,
                    breakdown=arrays.breakdown[k, h],
                    hazard=float(arrays.breakdown_hazard[k]),
                    discount=arrays.discount_rates,
                ),
                period,
            )
            values[k, h] = plays[k, h].values
    chances, first = _forward(arrays, plays, levels, stage)
    return AlternativeOutcome(
        model=model,
        players=process.players,
        days=np.asarray(period_days * np.arange(len(chances), dtype=np.float64)),
        chances=chances,
        deal_probability=float(chances[-1]),
        first_concession=first,
        values=values[0, 0],
        certificate=max(found.certificate for found in plays.values()),
        elapsed_seconds=perf_counter() - started,
    )


def _forward(
    arrays: ProcessArrays, plays: dict[tuple[int, int], PeriodPlay], levels: int, stage: int
) -> tuple[FloatArray, FloatArray]:
    """Probability of a deal by each period, and who concedes in one stage.

    A concession opens the next stage in the next period; two at once count half for each.
    """
    count = len(arrays.breakdown_hazard)
    mass: dict[tuple[int, int], FloatArray] = {}
    deal, first, chances = 0.0, np.zeros(2), []

    def put(k: int, h: int, weight: float, into: dict[tuple[int, int], FloatArray]) -> float:
        while k < count and not arrays.opens[k, h]:
            k, h = k + 1, arrays.child(k, h, 0)
        if k == count:
            return weight
        into.setdefault((k, h), np.zeros(levels))[0] += weight
        return 0.0

    deal += put(0, 0, 1.0, mass)
    for _ in range(4000):
        following: dict[tuple[int, int], FloatArray] = {}
        for (k, h), alive in mass.items():
            found = plays[k, h]
            ended = alive @ found.concedes
            gave = ended[:2] + 0.5 * ended[2]
            if k == stage:
                first += gave
            for c in range(2):
                deal += put(k + 1, arrays.child(k, h, c), float(gave[c]), following)
            left = alive @ found.moves
            if left.sum() > 0.0:
                into = following.setdefault((k, h), np.zeros(levels))
                into += left
        chances.append(deal)
        mass = following
        if sum(float(alive.sum()) for alive in mass.values()) < 1e-9:
            break
    return np.array(chances), first


@takes
def compare_models(
    process: MultiStepProcess,
    *,
    days: Sequence[float] = (49.0, 180.0, 365.0),
    stage: int = 0,
    solution: ProcessSolution | None = None,
    precision: float = 20.0,
    period_days: float = 7.0,
) -> pd.DataFrame:
    """Put the reputational process and its alternatives side by side.

    Parameters
    ----------
    process
        What all models are about.
    days
        Dates of the deal probabilities.
    stage
        Number of the stage whose first concession is compared.
    solution
        Of the process, where it has been solved already.
    precision, period_days
        Of the alternatives.

    Returns
    -------
    DataFrame
        One row a model: probability of a deal by each date and at all, share of first
        concessions by each side, values, certificate.
    """
    import pandas as pd

    stage = _stage_of(process, stage)
    found = solve_process(process) if solution is None else solution
    dates: FloatArray = float_array(sorted(days), name="days", ndim=1, low=0.0)
    own = AlternativeOutcome(
        model="reputation over stages",
        players=process.players,
        days=dates,
        chances=np.asarray(found.deal_by(dates)),
        deal_probability=found.deal_probability,
        first_concession=found.success[stage],
        values=found.values,
        certificate=found.residual,
    )
    rows = []
    for outcome in (
        own,
        alternating_offers_package(process, round_days=period_days, stage=stage),
        markov_escalation(process, period_days=period_days, stage=stage),
        quantal_escalation(process, precision=precision, period_days=period_days, stage=stage),
    ):
        row: dict[str, Any] = {"model": outcome.model}
        row |= {f"deal_by_{day:g}_days": outcome.deal_by(day) for day in days}
        row["deal"] = outcome.deal_probability
        total = outcome.first_concession.sum()
        for i, player in enumerate(process.players):
            share = outcome.first_concession[i] / total if total > 0.0 else np.nan
            row[f"{player}_concedes_first"] = share
            row[f"value_{player}"] = outcome.values[i]
        row["certificate"] = outcome.certificate
        rows.append(row)
    return pd.DataFrame(rows)
