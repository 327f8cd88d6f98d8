"""What a forecast is drawn over: assumed parameters over their ranges, resolve from a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from negotiation.forecasting.resolve_prior import ResolvePrior
from negotiation.process.analysis.parameter_changes import ParameterSpan, parameter_spans
from negotiation.process.game.process_game import ProcessGame
from negotiation.values import FloatArray, number, random_generator

__all__ = ["assumed_spans", "drawn_values", "resolve_rows"]


def resolve_rows(
    resolve: ResolvePrior | None, recorded: Mapping[str, float], stakes: FloatArray, count: int
) -> list[FloatArray]:
    """Return values of names drawn from a fit ``[draw, name]`` by stake, then at their mean.

    The first row is the values as recorded.
    """
    if resolve is None:
        return [np.zeros((count, 0))] * (len(stakes) + 1)
    first = np.array([list(recorded.values())])
    places = [resolve.names.index(name) for name in recorded]
    drawn = [resolve.rows(float(stake))[:, places] for stake in (*stakes, stakes.mean())]
    return [np.concatenate([first, rows]) for rows in drawn]


def assumed_spans(
    game: ProcessGame, parameters: Sequence[str] | Mapping[str, tuple[float, float]] | None = None
) -> tuple[ParameterSpan, ...]:
    """Return ranges of named parameters; None: of all whose recorded range is an assumption."""
    if parameters is None:
        parameters = [
            entry.name
            for entry in game.parameters
            if entry.low < entry.high and entry.status == "assumption"
        ]
    return parameter_spans(game, parameters)


def drawn_values(
    spans: Sequence[ParameterSpan], draws: int, rng: np.random.Generator | int
) -> FloatArray:
    """Return parameter values ``[draw, parameter]``; the first row is the values as they are."""
    from scipy.stats import qmc

    count = int(number(draws, name="draws", low=0.0))
    central = np.array([[span.value for span in spans]])
    if count == 0 or not spans:
        return central
    sampler = qmc.Sobol(len(spans), scramble=True, rng=random_generator(rng))
    unit = sampler.random_base2(int(np.ceil(np.log2(count))))[:count]
    drawn = np.stack([span.between(unit[:, k]) for k, span in enumerate(spans)], axis=1)
    return np.concatenate([central, drawn])
