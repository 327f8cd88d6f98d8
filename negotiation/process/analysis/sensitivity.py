"""Results of sweeps over parameters, for tables and figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from negotiation.values import FloatArray, compact_repr

__all__ = ["ExemptionRegions", "FirstConcessionMap", "SweptDates", "SweptOutcome", "Tornado"]


def _no_intervals() -> FloatArray:
    return np.empty((0, 2))


@dataclass(frozen=True, eq=False)
class SweptOutcome:
    """An outcome over a sweep, and the shares of its variance.

    Attributes
    ----------
    outcome
        Its name.
    parameters
        Swept parameters.
    first_order, total_order
        Sobol indices, one a parameter.
    values
        The outcome in every row of the design.
    first_interval, total_interval
        Bootstrap interval of each index ``[parameter, low or high]``; empty where not computed.
    label
        The outcome in words; empty where its name says it.
    """

    outcome: str
    parameters: tuple[str, ...]
    first_order: FloatArray
    total_order: FloatArray
    values: FloatArray
    first_interval: FloatArray = field(default_factory=_no_intervals)
    total_interval: FloatArray = field(default_factory=_no_intervals)
    label: str = ""

    __repr__ = compact_repr


@dataclass(frozen=True, eq=False)
class Tornado:
    """An outcome at the ends of the range of each parameter, one at a time.

    Attributes
    ----------
    outcome
        Its name.
    parameters
        What is varied.
    base
        The outcome at the parameters as they are.
    ends
        ``[parameter, low or high end]``; NaN where there is no equilibrium.
    """

    outcome: str
    parameters: tuple[str, ...]
    base: float
    ends: FloatArray


@dataclass(frozen=True, eq=False)
class SweptDates:
    """The probability of an event by day, over draws of the parameters.

    Attributes
    ----------
    event
        What the probability is of.
    start
        The day from which days are counted; None where the process has no dates.
    days
        ``[day]`` since then.
    probabilities
        ``[draw, day]``.
    central
        ``[day]`` at the parameters as they are.
    """

    event: str
    start: date | None
    days: FloatArray
    probabilities: FloatArray
    central: FloatArray


@dataclass(frozen=True, eq=False)
class FirstConcessionMap:
    """Who concedes first over the stubbornness of both sides.

    Attributes
    ----------
    players
        Names of the sides.
    first_stubbornness, second_stubbornness
        Prior probabilities of the tough type of each side: the axes.
    share
        Probability ``[first, second]`` that the first side concedes first, given a concession; NaN
        where nobody concedes.
    ever
        Probability ``[first, second]`` that either concedes.
    """

    players: tuple[str, str]
    first_stubbornness: FloatArray
    second_stubbornness: FloatArray
    share: FloatArray
    ever: FloatArray


@dataclass(frozen=True, eq=False)
class ExemptionRegions:
    """Exempt shares in equilibrium over the two costs of being seen to exempt.

    Attributes
    ----------
    players
        Names of the sides.
    visibility
        Probability that an exemption is seen, ``[visibility]``.
    curvature
        Curvature of the audience cost ``[curvature]``, percent of GDP.
    lowest, highest
        Smallest and largest mean exempt share over all equilibria
        ``[visibility, curvature, side]``.
    myopic
        Exempt share that only weighs what an exemption earns while the stage lasts against its
        audience cost, of the same shape.
    """

    players: tuple[str, str]
    visibility: FloatArray
    curvature: FloatArray
    lowest: FloatArray
    highest: FloatArray
    myopic: FloatArray
