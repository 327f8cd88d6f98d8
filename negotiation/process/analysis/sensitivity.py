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
    """Who concedes first over the audience costs of both sides.

    Attributes
    ----------
    players
        Names of the sides.
    first_cost, second_cost
        Audience costs of each side, percent of GDP: the axes.
    share
        Probability ``[first, second]`` that the first side concedes first, given a concession; NaN
        where nobody concedes.
    ever
        Probability ``[first, second]`` that the stage is ever over.
    """

    players: tuple[str, str]
    first_cost: FloatArray
    second_cost: FloatArray
    share: FloatArray
    ever: FloatArray


@dataclass(frozen=True, eq=False)
class ExemptionRegions:
    """How likely sides are to exempt, over the two costs of being seen to.

    Attributes
    ----------
    players
        Names of the sides.
    visibility
        Probability that an exemption is seen, ``[visibility]``.
    curvature
        Curvature of the audience cost ``[curvature]``, percent of GDP.
    chance
        Probability that a side exempts before the open stage ends,
        ``[visibility, curvature, side]``; 0 for a side that has nothing left to exempt.
    """

    players: tuple[str, str]
    visibility: FloatArray
    curvature: FloatArray
    chance: FloatArray
