"""Forecasts of a named process over swept parameters, at an information date and at later ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

import negotiation as ng
from negotiation.data.parameters import Parameter
from negotiation.process.analysis.forecast import lowered_by
from negotiation.process.analysis.parameter_draws import RATIO
from negotiation.process.beliefs.events import read_events
from negotiation.process.tough_types.continuation import process_from
from negotiation.process.multi_step.definition import read_definition
from negotiation.values import FloatArray

#: First stage after the cut of tariffs.
AFTER_THE_CUT = "purchases"


def known_parameters(process: str) -> dict[str, Parameter]:
    """Return the embedded parameters and those of a process's own definition, by name."""
    return {**ng.parameters(), **read_definition(process).parameters}


def stated_ranges(
    process: str, *, linear: Sequence[str], logarithmic: Sequence[str], events: Sequence[str] = ()
) -> dict[str, ng.ParameterRange]:
    """Return the interval of each swept parameter, as its own table states it.

    ``process``: name of the process; ``linear``, ``logarithmic``: names of parameters, by the scale
    of their range; ``events``: types of events; the likelihood ratio of each has the range of
    ``likelihood_ratio``.
    """
    known = known_parameters(process)
    ranges = {}
    for scale, names in (("linear", linear), ("log", logarithmic)):
        for name in names:
            ranges[name] = ng.ParameterRange(known[name].low, known[name].high, scale)
    ratio = known["likelihood_ratio"]
    for name in events:
        ranges[RATIO + name] = ng.ParameterRange(ratio.low, ratio.high, "log")
    return ranges


def first_cut_forecasts(
    ranges: Mapping[str, ng.ParameterRange],
    fixed: Mapping[str, Any],
    *,
    draws: int,
    seed: int,
    executor: Executor | None = None,
) -> dict[str, FloatArray]:
    """Return outcomes over the swept parameters; draws without an equilibrium are left out.

    ``ranges``: see `stated_ranges`; ``fixed``: see `parameter_draws.evaluate`;
    ``draws``, ``seed``: points of the Sobol sequence, and its seed; ``executor``: see
    `negotiation.study.sweeps.run.run_sweep`.
    """
    sweep = ng.Sweep(
        name="first_cut",
        evaluate="negotiation.process.analysis.parameter_draws:evaluate",
        ranges=ranges,
        fixed=fixed,
        size=draws,
        seed=seed,
    )
    found = ng.run_sweep(sweep, executor).outputs
    keep = found["converged"] == 1.0
    return {key: values[keep] for key, values in found.items()}


def later_forecasts(
    ranges: Mapping[str, ng.ParameterRange],
    fixed: Mapping[str, Any],
    *,
    draws: int,
    seed: int,
    executor: Executor | None = None,
) -> FloatArray:
    """Return the probability, over swept parameters, that the first side's tariff falls again.

    ``ranges``: see `stated_ranges`; what `evaluate_later` sets itself, and likelihood ratios, are
    left out; ``fixed``: see `evaluate_later`; ``draws``, ``seed``, ``executor``: as in
    `first_cut_forecasts`.
    """
    day = dt.date.fromisoformat(fixed["as_of"])
    now = _in_force(day, float(fixed["duration"]))
    sweep = ng.Sweep(
        name="later",
        evaluate="dated_forecasts:evaluate_later",
        folder=Path(__file__).parent,
        ranges={
            name: item
            for name, item in ranges.items()
            if name not in now and not name.startswith(RATIO)
        },
        fixed=fixed,
        size=draws,
        seed=seed,
        chunk=32,
    )
    found = ng.run_sweep(sweep, executor).outputs["fell"]
    return found[np.isfinite(found)]


def _in_force(day: dt.date, duration: float) -> dict[str, float]:
    """Parameters that say which tariffs the events known on a day left in force."""
    rates = [event.rates for event in read_events(as_of=day)][-1]
    return {
        "leaked_terms_usa": rates[0],
        "demand_chn_on_usa": rates[0],
        "demand_usa_on_chn": rates[1],
        "demand_chn_own": rates[1],
        "terms_mixture": 0.0,
        "terms_duration": duration,
    }


@lru_cache(maxsize=2)
def _economy(name: str) -> ng.Economy:
    return ng.load_economy(name)


def evaluate_later(
    columns: Mapping[str, FloatArray], fixed: Mapping[str, Any], rng: object = None
) -> dict[str, FloatArray]:
    """Return the probability that the first side's added tariff falls within a horizon.

    The first cut is over: play is in the stages that follow, whoever conceded, at the tariffs that
    the events known on that day say are in force; terms then made lapse as at first.

    ``columns``: one array a parameter of the process; ``fixed``: ``process``, ``as_of`` (ISO date),
    ``economy``, ``duration`` (years), ``horizon`` (days); ``rng``: not used: outcomes are exact.
    Returns ``fell``; NaN for rows without an equilibrium.
    """
    day = dt.date.fromisoformat(fixed["as_of"])
    now = _in_force(day, float(fixed["duration"]))
    lapses_to = known_parameters(fixed["process"])["lapse_added_usa"].value
    count = len(next(iter(columns.values())))
    out = np.full(count, np.nan)
    for n in range(count):
        values = {**now, **{name: float(column[n]) for name, column in columns.items()}}
        process = ng.load_process(
            fixed["process"], as_of=day, economy=_economy(fixed["economy"]), values=values
        )
        rest = process_from(process, AFTER_THE_CUT, start=day)
        solution = ng.solve_process(rest, raise_on_failure=False)
        if solution.converged:
            out[n] = lowered_by(solution, float(fixed["horizon"]), side=0, lapses_to=lapses_to)
    return {"fell": out}
