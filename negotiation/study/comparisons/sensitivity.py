"""What a named process's answers rest on: sweeps whose results the figures take.

Every function sweeps outcomes of `parameter_draws.evaluate`, in this process or
on any executor, over the ranges that the parameters' table states.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.data.tables import DateLike
from negotiation.errors import InvalidInputError
from negotiation.process.analysis.forecast import outlook
from negotiation.process.analysis.parameter_changes import parameter_spans
from negotiation.process.analysis.sensitivity import (
    ExemptionRegions,
    FirstConcessionMap,
    SweptDates,
    SweptOutcome,
    Tornado,
)
from negotiation.process.choices.exemptions import choose_exemptions, exemption_game
from negotiation.process.multi_step.load import load_process, standoff_flows
from negotiation.process.stages import MultiStepProcess
from negotiation.study.sweeps.design import ParameterRange, sobol_indices_of
from negotiation.study.sweeps.run import run_sweep
from negotiation.study.sweeps.specification import Sweep
from negotiation.values import float_array, random_generator

__all__ = [
    "exemption_regions",
    "first_concession_map",
    "recorded_ranges",
    "swept_dates",
    "swept_outcomes",
    "tornado",
]

EVALUATE = "negotiation.process.analysis.parameter_draws:evaluate"


def recorded_ranges(
    process: MultiStepProcess, parameters: Sequence[str]
) -> dict[str, ParameterRange]:
    """Return the ranges that a process records, logarithmic where they span a factor of ten.

    Raises
    ------
    InvalidInputError
        If a parameter is unknown or has no range.
    """
    return {
        span.name: ParameterRange(span.low, span.high, "log" if span.logarithmic else "linear")
        for span in parameter_spans(process, parameters)
    }


def _fixed(process: str, as_of: DateLike, **more: Any) -> dict[str, Any]:
    return {"process": process, "as_of": str(as_of), **more}


def _seed(rng: np.random.Generator | int) -> int:
    """Return the whole number that a sweep stores."""
    return int(random_generator(rng).integers(2**32)) if not isinstance(rng, int) else rng


@takes
def swept_outcomes(
    process: str = "multi-step-2025",
    *,
    as_of: DateLike,
    parameters: Sequence[str],
    outcomes: Mapping[str, str] | Sequence[str],
    size: int = 128,
    rng: np.random.Generator | int = 20250502,
    fixed: Mapping[str, Any] | None = None,
    resamples: int = 200,
    confidence: float = 0.95,
    executor: Executor | None = None,
) -> tuple[SweptOutcome, ...]:
    """Return Sobol indices of outcomes, with bootstrap intervals.

    Rows without an equilibrium take the mean of the others, so that they add no variance.

    Parameters
    ----------
    process, as_of
        See `negotiation.process.multi_step.load.load_process`.
    parameters
        What is swept; ``size * (parameters + 2)`` rows are solved.
    outcomes
        Outputs of `parameter_draws.evaluate`, or a mapping from them to what
        they are in words.
    size, rng
        See `negotiation.study.sweeps.design.design_rows`; a generator gives the seed.
    fixed
        More keys of `negotiation.process.analysis.parameter_draws.outlook_at`.
    resamples, confidence
        See `negotiation.study.sweeps.design.sobol_indices_of`.
    executor
        See `negotiation.study.sweeps.run.run_sweep`.
    """
    loaded = load_process(process, as_of=as_of)
    sweep = Sweep(
        name="sobol_indices",
        evaluate=EVALUATE,
        ranges=recorded_ranges(loaded, parameters),
        fixed=_fixed(process, as_of, **(fixed or {})),
        design="sobol_indices",
        size=size,
        seed=_seed(rng),
    )
    found = run_sweep(sweep, executor).outputs
    missing = [name for name in outcomes if name not in found]
    if missing:
        raise InvalidInputError(
            "no such outcome", where="outcomes", seen=", ".join(missing), allowed=", ".join(found)
        )
    names = tuple(parameters)
    words = outcomes if isinstance(outcomes, Mapping) else {}
    results = []
    for name in outcomes:
        values = found[name]
        filled = np.nan_to_num(values, nan=float(np.nanmean(values)))
        indices = sobol_indices_of(
            filled, parameters=names, size=size, resamples=resamples, confidence=confidence
        )
        results.append(
            SweptOutcome(
                outcome=name,
                parameters=names,
                first_order=indices.first_order,
                total_order=indices.total_order,
                values=values,
                first_interval=indices.first_interval,
                total_interval=indices.total_interval,
                label=words.get(name, ""),
            )
        )
    return tuple(results)


@takes
def swept_dates(
    process: str = "multi-step-2025",
    *,
    as_of: DateLike,
    parameters: Sequence[str],
    days: ArrayLike,
    size: int = 256,
    rng: np.random.Generator | int = 20250502,
    executor: Executor | None = None,
) -> dict[str, SweptDates]:
    """Return the probability of a first cut and of the deal by day, over draws of the parameters.

    Days count from the information date, given that nobody has conceded by then.

    Parameters
    ----------
    process, as_of, parameters, size, rng, executor
        As in `swept_outcomes`; the design is a Sobol sequence of ``size`` points.
    days
        Whole days from the information date, ``[day]``.

    Returns
    -------
    dict
        ``cut`` and ``deal``.
    """
    loaded = load_process(process, as_of=as_of)
    if loaded.as_of is None:
        raise InvalidInputError("dates need an information date", where="as_of", seen=as_of)
    asked = np.unique(float_array(days, name="days", ndim=1, low=0.0).round()).astype(int)
    dates = [(loaded.as_of + dt.timedelta(days=int(day))).isoformat() for day in asked]
    sweep = Sweep(
        name="dates",
        evaluate=EVALUATE,
        ranges=recorded_ranges(loaded, parameters),
        fixed=_fixed(process, as_of, dates=dates, deal_dates=dates),
        size=size,
        seed=_seed(rng),
    )
    found = run_sweep(sweep, executor).outputs
    base = outlook(loaded)
    events = {"cut": "a first cut of tariffs", "deal": "a comprehensive deal"}
    central = {"cut": base.cut_by(asked), "deal": base.deal_by(asked)}
    return {
        key: SweptDates(
            event=event,
            start=loaded.as_of,
            days=asked.astype(np.float64),
            probabilities=np.stack([found[f"{key}_{day}"] for day in dates], axis=1),
            central=np.asarray(central[key]),
        )
        for key, event in events.items()
    }


@takes
def first_concession_map(
    process: str = "multi-step-2025",
    *,
    as_of: DateLike,
    low: float = 0.005,
    high: float = 0.5,
    points: int = 25,
    fixed: Mapping[str, Any] | None = None,
    executor: Executor | None = None,
) -> FirstConcessionMap:
    """Return who concedes first over both priors of toughness, from the opening of the stage.

    Parameters
    ----------
    process, as_of, executor
        As in `swept_outcomes`.
    low, high, points
        Of both axes, logarithmic.
    fixed
        More keys of `negotiation.process.analysis.parameter_draws.outlook_at`.
    """
    loaded = load_process(process, as_of=as_of)
    names = [f"toughness_{player.lower()}" for player in loaded.players]
    sweep = Sweep(
        name="first_concession",
        evaluate=EVALUATE,
        ranges={name: ParameterRange(low, high, "log", points) for name in names},
        fixed=_fixed(process, as_of, at_opening=True, **(fixed or {})),
        design="grid",
    )
    found = run_sweep(sweep, executor)
    shape = (points, points)
    axes = [found.parameters[name].reshape(shape) for name in names]
    first = loaded.players[0].lower()
    return FirstConcessionMap(
        players=loaded.players,
        first_stubbornness=axes[0][:, 0],
        second_stubbornness=axes[1][0],
        share=found.outputs[f"{first}_first"].reshape(shape),
        ever=found.outputs["cut_ever"].reshape(shape),
    )


@takes
def exemption_regions(
    process: str = "multi-step-2025",
    *,
    as_of: DateLike,
    visibility: ArrayLike,
    curvature: ArrayLike,
    shares: ArrayLike,
    values: Mapping[str, float] | None = None,
) -> ExemptionRegions:
    """Return the exempt shares in equilibrium over the costs of being seen to exempt.

    Values of the process do not depend on those costs and are solved once a pair of shares.

    Parameters
    ----------
    process, as_of, values
        See `negotiation.process.multi_step.load.load_process`.
    visibility, curvature, shares
        Grids; see `negotiation.process.choices.exemptions.choose_exemptions`.
    """
    from negotiation.equilibrium.normal_form.nash import nash_equilibria

    loaded = load_process(process, as_of=as_of, values=values)
    seen = float_array(visibility, name="visibility", ndim=1, low=0.0, high=1.0)
    curved = float_array(curvature, name="curvature", ndim=1, low=0.0)
    choice = choose_exemptions(
        loaded,
        standoff_flows(process, as_of, values=values),
        shares=shares,
        visibility=float(seen[-1]),
        curvature=float(curved[-1]),
    )
    lowest, highest, myopic = (np.empty((len(seen), len(curved), 2)) for _ in range(3))
    for m, rho in enumerate(seen):
        for n, kappa in enumerate(curved):
            weight = float(rho * kappa)
            game = exemption_game(choice.values, choice.shares, weight, players=loaded.players)
            means = np.array(
                [
                    [float(p @ x) for p, x in zip(e.probabilities, choice.shares, strict=True)]
                    for e in nash_equilibria(game).equilibria
                ]
            )
            lowest[m, n], highest[m, n] = means.min(axis=0), means.max(axis=0)
            myopic[m, n] = choice.myopic_at(weight)
    return ExemptionRegions(loaded.players, seen, curved, lowest, highest, myopic)


@takes
def tornado(
    process: str = "multi-step-2025",
    *,
    as_of: DateLike,
    parameters: Sequence[str],
    outcome: str,
    label: str = "",
    fixed: Mapping[str, Any] | None = None,
) -> Tornado:
    """Return an outcome at both ends of the range of each parameter, the others as they are.

    Parameters
    ----------
    process, as_of, parameters
        As in `swept_outcomes`.
    outcome
        Output of `parameter_draws.evaluate`.
    label
        What it is, in words; empty takes its name.
    fixed
        More keys of `negotiation.process.analysis.parameter_draws.outlook_at`.
    """
    from negotiation.process.analysis.parameter_draws import evaluate

    spans = parameter_spans(load_process(process, as_of=as_of), parameters)
    middle = np.array([span.value for span in spans])
    rows = np.tile(middle, (1 + 2 * len(spans), 1))
    for k, span in enumerate(spans):
        rows[1 + 2 * k, k], rows[2 + 2 * k, k] = span.low, span.high
    columns = {span.name: rows[:, k] for k, span in enumerate(spans)}
    found = evaluate(columns, _fixed(process, as_of, **(fixed or {})))
    if outcome not in found:
        raise InvalidInputError(
            "no such outcome", where="outcome", seen=outcome, allowed=", ".join(found)
        )
    values = found[outcome]
    return Tornado(
        outcome=label or outcome,
        parameters=tuple(span.name for span in spans),
        base=float(values[0]),
        ends=values[1:].reshape(-1, 2),
    )
