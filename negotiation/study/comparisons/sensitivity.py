"""What a named process's answers rest on: sweeps whose results the figures take.

Every function sweeps outcomes of `parameter_draws.evaluate`, in this process or
on any executor, over the ranges that the parameters' table states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.data.tables import DateLike
from negotiation.errors import InvalidInputError
from negotiation.process.analysis.parameter_changes import parameter_spans
from negotiation.process.analysis.sensitivity import (
    ExemptionRegions,
    FirstConcessionMap,
    SweptOutcome,
    Tornado,
)
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.game.solve import solve_games
from negotiation.process.multi_step.load import load_process
from negotiation.study.sweeps.design import ParameterRange, sobol_indices_of
from negotiation.study.sweeps.run import run_sweep
from negotiation.study.sweeps.specification import Sweep
from negotiation.values import float_array, random_generator

__all__ = [
    "exemption_regions",
    "first_concession_map",
    "recorded_ranges",
    "swept_outcomes",
    "tornado",
]

EVALUATE = "negotiation.process.analysis.parameter_draws:evaluate"


def recorded_ranges(process: ProcessGame, parameters: Sequence[str]) -> dict[str, ParameterRange]:
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
        More keys of `negotiation.process.analysis.parameter_draws.evaluate`.
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


def first_concession_map(
    process: str = "multi-step-2025",
    *,
    as_of: DateLike,
    low: float = 0.1,
    high: float = 1.2,
    points: int = 25,
    fixed: Mapping[str, Any] | None = None,
    executor: Executor | None = None,
) -> FirstConcessionMap:
    """Return who concedes first over the audience costs of both sides.

    Parameters
    ----------
    process, as_of, executor
        As in `swept_outcomes`.
    low, high, points
        Of both axes, logarithmic.
    fixed
        More keys of `negotiation.process.analysis.parameter_draws.evaluate`.
    """
    loaded = load_process(process, as_of=as_of)
    names = [f"audience_cost_{player.lower()}" for player in loaded.players]
    sweep = Sweep(
        name="first_concession",
        evaluate=EVALUATE,
        ranges={name: ParameterRange(low, high, "log", points) for name in names},
        fixed=_fixed(process, as_of, **(fixed or {})),
        design="grid",
    )
    found = run_sweep(sweep, executor)
    shape = (points, points)
    axes = [found.parameters[name].reshape(shape) for name in names]
    first = loaded.players[0].lower()
    return FirstConcessionMap(
        players=loaded.players,
        first_cost=axes[0][:, 0],
        second_cost=axes[1][0],
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
    values: Mapping[str, float] | None = None,
    fixed: Mapping[str, Any] | None = None,
) -> ExemptionRegions:
    """Return how likely sides are to exempt before the open stage ends, over what being seen costs.

    Parameters
    ----------
    process, as_of, values
        See `negotiation.process.multi_step.load.load_process`.
    visibility, curvature
        Grids of the probability that an exemption is seen, and of the curvature of its cost.
    fixed
        More options of `negotiation.load_process`.
    """
    seen = float_array(visibility, name="visibility", ndim=1, low=0.0, high=1.0)
    curved = float_array(curvature, name="curvature", ndim=1, low=0.0)
    games = [
        load_process(
            process,
            as_of=as_of,
            values={
                **(values or {}),
                "exemption_visibility": float(rho),
                "audience_curvature": float(kappa),
            },
            **(fixed or {}),
        )
        for rho in seen
        for kappa in curved
    ]
    chance = np.empty((len(games), 2))
    for n, solution in enumerate(solve_games(games)):
        table = solution.actions
        exempting = table[table["kind"] == "exempt"].groupby("player")["expected_number"].sum()
        chance[n] = [exempting.get(player, 0.0) for player in games[n].players]
    return ExemptionRegions(
        games[0].players, seen, curved, chance.reshape(len(seen), len(curved), 2)
    )


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
        More keys of `negotiation.process.analysis.parameter_draws.evaluate`.
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
