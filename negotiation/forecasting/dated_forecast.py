"""Dated forecasts of a standoff: over payoff models and draws, weighed by what was seen.

Each draw of what nobody measured is solved under every payoff model of the ensemble that explains
what the sides ask for. See `negotiation.process.analysis.forecast` for the weights.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Literal

import numpy as np

from negotiation.arguments import takes
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.estimation.concession_fit import ConcessionFit
from negotiation.forecasting.draws import assumed_spans, drawn_values, resolve_rows
from negotiation.forecasting.resolve_prior import (
    ResolvePrior,
    fit_to_known,
    prior_for,
    yearly_stake,
)
from negotiation.forecasting.solved_draws import Build, Keep, computed, solved_cells
from negotiation.payoffs.ensemble import PAYOFF_MODELS, PayoffModel
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.process.batch import solve_processes
from negotiation.process.beliefs.events import DatedEvent
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.game.solution import GameSolution
from negotiation.process.multi_step.case_process import case_ensemble
from negotiation.process.multi_step.load import built_process, process_standoff
from negotiation.standoff.load import load_standoff
from negotiation.standoff.standoff import Standoff
from negotiation.trade.economy import Economy
from negotiation.values import number, random_generator

__all__ = ["forecast", "forecast_process", "outlook"]

#: Processes solved in one batch: the memory that a forecast takes.
_BATCH = 64
#: Days ahead of a forecast whose dates nobody names.
_AHEAD = (30, 90, 180, 365)


@takes
def forecast(
    standoff: Standoff,
    *,
    as_of: DateLike,
    dates: Sequence[DateLike] | None = None,
    parameters: Sequence[str] | Mapping[str, tuple[float, float]] | None = None,
    draws: int = 64,
    rng: np.random.Generator | int = 20250502,
    models: tuple[PayoffModel, ...] = PAYOFF_MODELS,
    values: Mapping[str, float] | None = None,
    ratios: Mapping[str, float] | None = None,
    weigh: bool = True,
    workers: int | None = 1,
    fit: ConcessionFit | Literal["disputes"] | None = "disputes",
    keep: Keep = computed,
    **options: Any,
) -> ProcessForecast:
    """Return dated probabilities of a standoff over payoff models and parameter draws.

    Parameters
    ----------
    standoff
        See `negotiation.load_standoff`.
    as_of
        Information date on which everything is conditional.
    dates
        Dates of the probabilities, not before ``as_of``; None: those deadlines that stand, and 30,
        90, 180 and 365 days on.
    parameters
        What is drawn, uniformly (in logarithms where a range spans a factor of ten); None: every
        recorded parameter with a range that is an assumption, and that no fit tells of.
    draws
        Points of a scrambled Sobol sequence; 0: the parameters as they are, whatever the fit.
    rng
        What scrambles it: a source of randomness or a seed.
    models
        Payoff models with their weights.
    values
        Parameters to put in place of the file's and the embedded ones.
    ratios
        Likelihood ratio of types of the file's events, tough against not, see
        `negotiation.process.analysis.forecast`; None: 1.
    weigh
        Whether draws weigh as much as what was seen is likely; otherwise all alike.
    workers
        As in `negotiation.solve_processes`.
    fit
        Of the process's law to disputes known at the date: audience costs and scales of shocks are
        drawn from it (`prior_for`), in units of each payoff model's yearly stake; they then stand
        in the result in units of the mean stake. ``"disputes"``: the fit to the embedded disputes
        known at the date; where nothing is at stake under a payoff model, or no dispute
        had ended by then, as None. None:
        over their recorded ranges. Those in ``values`` or in ``parameters`` are left as asked.
    keep
        Given the number of a part of the draws and what computes it, returns the part: computed,
        or as it was kept.
    options
        ``relapse`` and ``linked``, as in `negotiation.load_process`.

    Raises
    ------
    InvalidInputError
        If there is no information date, a date is before it, or a parameter is unknown.

    Examples
    --------
    >>> from negotiation.standoff.load import load_standoff
    >>> from negotiation.payoffs.ensemble import payoff_model
    >>> dispute = load_standoff("us-japan-2025")
    >>> found = forecast(dispute, as_of="2025-07-10", draws=0, models=(payoff_model("partial_25"),))
    >>> found.stage, str(found.dates[0])
    ('cut', '2025-08-01')
    >>> 0.0 < found.cut_by("2025-08-01") < 1.0
    True
    """
    today = as_date(as_of, name="as_of")
    if dates is None and today is not None:
        stands = [row for row in standoff.as_known(today).deadlines if row.ended_on is None]
        ahead = [row.date for row in stands if row.date > today]
        dates = sorted({*ahead, *(today + timedelta(days=days) for days in _AHEAD)})
    return _dated_forecast(
        partial(standoff.build, today, **options),
        today,
        dates or (),
        parameters=parameters,
        draws=draws,
        rng=rng,
        models=models,
        values=values,
        ratios=ratios,
        events=_dated_events(standoff, today),
        weigh=weigh,
        workers=workers,
        keep=keep,
        standoff=standoff,
        fit=fit,
    )


def _resolve(
    standoff: Standoff,
    fit: ConcessionFit | Literal["disputes"] | None,
    today: date,
    stakes: Mapping[str, float],
    draws: int,
    rng: np.random.Generator | int,
) -> ResolvePrior | None:
    """Draws of the sides' resolve, None where a forecast takes what is recorded."""
    count = int(number(draws, name="draws", low=0.0))
    if fit is None or count == 0:
        return None
    nothing = [name for name, stake in stakes.items() if not stake > 0.0]
    if isinstance(fit, str):
        known = None if nothing else fit_to_known(today)
        if known is None:
            return None
        fit = known
    if nothing:
        raise InvalidInputError(
            "nothing is at stake, so that there is no unit for a fit",
            where=f"payoff model {nothing[0]}",
            seen="no concession changes what the other side earns",
            allowed="a stake above zero under every payoff model",
            hint="Leave it out with models=, or draw over recorded ranges with fit=None.",
        )
    return prior_for(standoff, _known(fit, today), n=count, rng=random_generator(rng))


def _known(fit: ConcessionFit, today: date | None) -> ConcessionFit:
    """Refuse a fit to what was not known at the date."""
    known = fit.disputes.as_of
    if today is not None and (known is None or known > today):
        raise InformationDateError(
            "the fit rests on disputes as known later",
            where="fit",
            seen=f"as known on {known}" if known else "everything",
            allowed=f"load_disputes(as_of={str(today)!r}) or before",
        )
    return fit


def _dated_events(standoff: Standoff, today: date | None) -> tuple[DatedEvent, ...]:
    """Events of a file that had happened and were known at a date, in order."""
    return tuple(
        DatedEvent(row.date, row.actor, row.kind, row.source)
        for row in standoff.as_known(today).events
        if today is None or row.date <= today
    )


@takes
def forecast_process(
    name: str = "multi-step-2025",
    *,
    as_of: DateLike,
    dates: Sequence[DateLike],
    parameters: Sequence[str] | Mapping[str, tuple[float, float]] | None = None,
    draws: int = 64,
    rng: np.random.Generator | int = 20250502,
    models: tuple[PayoffModel, ...] = PAYOFF_MODELS,
    economy: Economy | None = None,
    values: Mapping[str, float] | None = None,
    ratios: Mapping[str, float] | None = None,
    weigh: bool = True,
    workers: int | None = 1,
    fit: ConcessionFit | Literal["disputes"] | None = "disputes",
    **options: Any,
) -> ProcessForecast:
    """Return dated probabilities of a named process: `forecast` of the standoff it stands for.

    Parameters
    ----------
    name, as_of, economy, values, options
        As in `negotiation.load_process`; the information date is needed.
    dates, parameters, draws, rng, models, ratios, weigh, workers, fit
        As in `forecast`; events are the embedded ones.

    Raises
    ------
    InvalidInputError
        If there is no information date, a date is before it, or a parameter is unknown.

    Examples
    --------
    >>> found = forecast_process(as_of="2025-05-02", dates=["2025-05-31"], draws=0)
    >>> found.models
    ('equilibrium', 'equilibrium_one_year', 'partial_0', 'partial_25', 'partial_50')
    >>> 0.0 < found.cut_by("2025-05-31") < 1.0
    True
    """
    today = as_date(as_of, name="as_of")
    return _dated_forecast(
        partial(built_process, name, today, economy, **options),
        today,
        dates,
        parameters=parameters,
        draws=draws,
        rng=rng,
        models=models,
        values=values,
        ratios=ratios,
        events=None,
        weigh=weigh,
        workers=workers,
        standoff=load_standoff(process_standoff(name).name),
        fit=fit,
    )


def _dated_forecast(
    build: Build,
    today: date | None,
    dates: Sequence[DateLike],
    *,
    parameters: Sequence[str] | Mapping[str, tuple[float, float]] | None,
    draws: int,
    rng: np.random.Generator | int,
    models: tuple[PayoffModel, ...],
    values: Mapping[str, float] | None,
    ratios: Mapping[str, float] | None,
    events: Sequence[DatedEvent] | None,
    weigh: bool,
    workers: int | None,
    standoff: Standoff,
    fit: ConcessionFit | Literal["disputes"] | None,
    keep: Keep = computed,
) -> ProcessForecast:
    """Forecast of what a function builds, over models and draws."""
    asked = [as_date(day, name="dates") for day in dates]
    if today is None or not asked or any(day is None or day < today for day in asked):
        raise InvalidInputError(
            "dates of a forecast are not before its information date",
            where="dates",
            seen=", ".join(map(str, dates)),
            allowed=f"on or after {today}",
        )
    days = tuple(day for day in asked if day is not None)
    members = case_ensemble(lambda model: build(model=model, values=values), models)
    kept = [member for member in members if member.weight > 0.0]
    game = kept[0].built.game
    stakes = {member.model.name: yearly_stake(member.built.game) for member in kept}
    resolve = _resolve(standoff, fit, today, stakes, draws, rng)
    given = dict(values or {})
    asked_for = {*given, *(parameters or ())}
    own = tuple(name for name in (resolve.names if resolve else ()) if name not in asked_for)
    spans = tuple(span for span in assumed_spans(game, parameters) if span.name not in own)
    rows = drawn_values(spans, draws, rng)
    known = {entry.name: entry.value for entry in game.parameters}
    recorded = {name: known[name] for name in own}
    told = resolve_rows(resolve, recorded, np.array(list(stakes.values())), len(rows))
    cells = [
        (m, {**given, **dict(zip(own, told[m][d].tolist(), strict=True)), **drawn})
        for d, drawn in enumerate(
            {span.name: float(v) for span, v in zip(spans, row, strict=True)} for row in rows
        )
        for m in range(len(kept))
    ]
    models_of = [member.model for member in kept]
    solve = partial(solved_cells, build, models_of, days, today, weigh, workers)
    parts = [
        keep(n, partial(solve, cells[begin : begin + _BATCH]))
        for n, begin in enumerate(range(0, len(cells), _BATCH))
    ]
    shape = (len(rows), len(kept))
    table = np.concatenate(parts).reshape(*shape, -1)
    ends = np.cumsum([1, len(days), len(days), 2 * len(days), 2])
    seen, cut, deal, lowered, concedes, after = map(
        np.ascontiguousarray, np.split(table, ends, axis=-1)
    )
    weights = np.array([member.weight for member in kept])
    found = ProcessForecast(
        as_of=today,
        stage=game.nodes[int(game.start_node)].stage,
        players=game.players,
        models=tuple(member.model.name for member in kept),
        left_out=tuple(member.model.name for member in members if member.weight == 0.0),
        model_weights=weights / weights.sum(),
        dates=days,
        parameters=(*(span.name for span in spans), *own),
        values=np.concatenate([rows, told[-1]], axis=1),
        middle=np.array(
            [
                *(float(span.between(np.array([0.5]))[0]) for span in spans),
                *(np.median(told[-1][1:], axis=0) if own else ()),
            ]
        ),
        seen=seen[..., 0],
        cut=cut,
        deal=deal,
        lowered=lowered.reshape(*shape, len(days), 2),
        concedes=concedes,
        after=after.reshape(*shape, 2, 2),
        disputes=len(resolve.fit.disputes) if resolve is not None and own else 0,
    )
    return found.read(ratios, events) if ratios else found


@takes
def outlook(process: ProcessGame, **options: Any) -> GameSolution:
    """Return the solution of a process: use `negotiation.solve_process`, which it calls.

    A process loaded at an information date starts there; `GameSolution.cut_by` and
    `GameSolution.deal_by` count from that date. Goes in version 0.3.
    """
    warnings.warn(
        "outlook goes in version 0.3: use solve_process, or forecast over draws and payoff models",
        DeprecationWarning,
        stacklevel=2,
    )
    if options:
        raise InvalidInputError(
            "options that outlook has no more",
            where="outlook",
            seen=", ".join(options),
            allowed="none",
            hint="Give the information date to load_process(as_of=...).",
        )
    solved: GameSolution = solve_processes([process])[0]
    return solved
