"""The one hazard equation behind wars of attrition, reputation, audience costs and breakdown.

A side that may concede at any time stays indifferent while its opponent concedes at the rate

    lambda_j(t) = [r_i L_i - L_i' - g_i + beta (L_i - B_i)] / (F_i - L_i),

where ``L_i(t)`` is what side i gets by conceding, ``F_i`` what it gets when the opponent
concedes, ``g_i`` its flow while the standoff lasts, ``B_i`` what a breakdown at rate ``beta``
leaves it, and ``r_i`` its discount rate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.bargaining.conditions import pair, require
from negotiation.errors import InvalidInputError
from negotiation.presentation import Pictured, Presented
from negotiation.values import FloatArray, float_array, number, quantity, read_only

__all__ = [
    "AttritionSide",
    "ConcessionHazard",
    "ConcessionPath",
    "concession_hazard",
    "concession_path",
]

TimePath: TypeAlias = float | Callable[[float], float]


@dataclass(frozen=True)
class ConcessionHazard(Presented):
    """Opponent's concession rate that keeps one side indifferent, and its two parts."""

    hazard: float = quantity("lambda_j", "1/time", "rate at which the opponent concedes")
    cost_of_waiting: float = quantity("N_i", "payoff/time", "what a unit of waiting costs side i")
    gain_from_winning: float = quantity("F_i - L_i", "payoff", "win payoff less concede payoff")
    assumptions: tuple[str, ...] = ()


@takes
def concession_hazard(
    *,
    win: float,
    concede: float,
    discount_rate: float = 0.0,
    concede_slope: float = 0.0,
    flow: float = 0.0,
    breakdown_rate: float = 0.0,
    breakdown_payoff: float = 0.0,
) -> ConcessionHazard:
    """Rate at which the opponent must concede for this side to be indifferent about waiting.

    Players: side i, whose payoffs are given, and its opponent j. Timing: continuous; either side
    may concede at any moment. Information: complete about these payoffs.

    ``lambda_j = [r L - L' - g + beta (L - B)] / (F - L)`` nests

    - discounting only: ``r L / (F - L)`` (Hendricks, Weiss and Wilson 1988); with ``L = 1 -
      alpha_j`` and ``F = alpha_i`` it is the hazard of Abreu and Gul (2000);
    - flow cost c and prize v: ``L = 0``, ``F = v``, ``g = -c``, hazard ``c / v``;
    - audience cost growing at rate a (Fearon 1994): ``L = -a t``, ``L' = -a``, ``F = v``, hazard
      ``a / (v + a t)``;
    - exogenous breakdown (the risk of Binmore, Rubinstein and Wolinsky 1986) at rate ``beta``.

    The single equation is a derivation of this project from those papers.

    Parameters
    ----------
    win, concede
        Present payoffs F_i and L_i at the moment of concession.
    discount_rate, breakdown_rate
        Rates r_i and beta per unit of time, not negative.
    concede_slope
        Time derivative L_i' of the concede payoff.
    flow
        Payoff per unit of time while the standoff lasts; a cost is negative.
    breakdown_payoff
        Present payoff B_i at a breakdown.

    Raises
    ------
    InvalidInputError
        If winning is not better than conceding (``F_i > L_i``), or waiting costs nothing
        (numerator below zero): then side i never concedes and no hazard keeps it indifferent.

    Examples
    --------
    >>> concession_hazard(win=5.0, concede=0.0, flow=-0.5).hazard
    0.1
    """
    win = number(win, name="win")
    concede = number(concede, name="concede")
    rate = number(discount_rate, name="discount_rate", low=0)
    slope = number(concede_slope, name="concede_slope")
    flow = number(flow, name="flow")
    beta = number(breakdown_rate, name="breakdown_rate", low=0)
    broken = number(breakdown_payoff, name="breakdown_payoff")
    gain = win - concede
    require(gain > 0, "win > concede", where="concession_hazard", seen=f"F - L = {gain:g}")
    cost = rate * concede - slope - flow + beta * (concede - broken)
    require(
        cost >= 0,
        "r L - L' - g + beta (L - B) >= 0",
        where="concession_hazard",
        seen=f"{cost:g}",
        hint="Waiting pays for this side: it never concedes, and its opponent concedes at once.",
    )
    return ConcessionHazard(
        hazard=cost / gain,
        cost_of_waiting=cost,
        gain_from_winning=gain,
        assumptions=(
            "continuous time, one concession ends the standoff",
            "the side mixes, so it is indifferent at every moment",
            "payoffs are common knowledge up to stubborn types",
        ),
    )


@dataclass(frozen=True)
class AttritionSide:
    """Payoffs of one side of a standoff; ``concede``, ``win`` and ``flow`` may depend on time.

    A ``concede`` payoff that depends on time needs its derivative as ``concede_slope``.
    """

    concede: TimePath = quantity("L", "payoff", "payoff of conceding, number or function of time")
    win: TimePath = quantity("F", "payoff", "payoff when the opponent concedes")
    discount_rate: float = quantity("r", "1/time", "discount rate", default=0.0)
    flow: TimePath = quantity("g", "payoff/time", "flow during the standoff", default=0.0)
    concede_slope: TimePath = quantity("L'", "payoff/time", "derivative of L", default=0.0)
    breakdown_payoff: float = quantity("B", "payoff", "payoff at a breakdown", default=0.0)

    def __post_init__(self) -> None:
        """Refuse a time-dependent concede payoff without its derivative."""
        if callable(self.concede) and not callable(self.concede_slope):
            raise InvalidInputError(
                "concede depends on time, so its derivative is needed",
                where="concede_slope",
                seen=repr(self.concede_slope),
                allowed="a function of time",
            )


@dataclass(frozen=True, eq=False)
class ConcessionPath(Pictured):
    """Hazards and survival of both sides over time.

    ``hazards`` and ``survival`` are read-only arrays ``[side, time]``: the rate at which the side
    concedes, and the probability that it has not conceded yet.
    """

    times: FloatArray = quantity("t", "time", "dates, ascending from 0")
    hazards: FloatArray = quantity("lambda", "1/time", "concession rate [side, time]")
    survival: FloatArray = quantity("S", "probability", "not yet conceded [side, time]")
    assumptions: tuple[str, ...] = ()

    _picture = "plot_concession_hazards"


def _at(path: TimePath, time: float) -> float:
    return float(path(time)) if callable(path) else float(path)


def _rate_against(side: AttritionSide, time: float, breakdown_rate: float) -> float:
    """Hazard of the opponent of ``side`` at one date."""
    return concession_hazard(
        win=_at(side.win, time),
        concede=_at(side.concede, time),
        discount_rate=side.discount_rate,
        concede_slope=_at(side.concede_slope, time),
        flow=_at(side.flow, time),
        breakdown_rate=breakdown_rate,
        breakdown_payoff=side.breakdown_payoff,
    ).hazard


@takes
def concession_path(
    times: ArrayLike,
    sides: Sequence[AttritionSide],
    *,
    breakdown_rate: float = 0.0,
    initial_concession: Sequence[float] = (0.0, 0.0),
    nodes: int = 8,
) -> ConcessionPath:
    """Concession hazards and survival over time for payoffs that may change with time.

    Players: two sides. Timing: continuous. Information: complete. Side j's survival is
    ``S_j(t) = (1 - mu_j) exp(-int_0^t lambda_j)`` with ``lambda_j`` from the other side's
    indifference (see :func:`concession_hazard`); the integral is Gauss-Legendre on each
    interval. Derived here for time-varying payoffs.

    Parameters
    ----------
    times
        Ascending dates; the first is 0.
    sides
        Payoffs of the two sides.
    breakdown_rate
        Common rate of an exogenous breakdown.
    initial_concession
        Probability with which each side concedes at time 0.
    nodes
        Quadrature nodes an interval.

    Raises
    ------
    InvalidInputError
        If the dates do not ascend from 0, or at some date conceding is not worse than winning.

    Examples
    --------
    >>> side = AttritionSide(concede=lambda t: -0.3 * t, win=1.0, concede_slope=lambda t: -0.3)
    >>> path = concession_path([0.0, 2.0], (side, side))
    >>> [round(float(s), 6) for s in path.survival[0]]
    [1.0, 0.625]
    """
    dates = float_array(times, name="times", ndim=1, low=0.0)
    if dates[0] != 0.0 or np.any(np.diff(dates) <= 0):
        raise InvalidInputError("dates must ascend strictly from 0", where="times", seen=dates)
    if len(sides) != 2:
        raise InvalidInputError("two sides", where="sides", seen=len(sides), allowed="2")
    beta = number(breakdown_rate, name="breakdown_rate", low=0)
    atoms = pair(initial_concession, name="initial_concession", low=0, high=1)
    points, weights = np.polynomial.legendre.leggauss(int(number(nodes, name="nodes", low=1)))
    half = np.diff(dates) / 2
    middle = (dates[1:] + dates[:-1]) / 2
    hazards = np.empty((2, dates.size))
    survival = np.empty((2, dates.size))
    for j in (0, 1):
        other = sides[1 - j]
        hazards[j] = [_rate_against(other, float(t), beta) for t in dates]
        inside = middle[:, None] + half[:, None] * points
        rates = np.array([[_rate_against(other, float(t), beta) for t in row] for row in inside])
        steps = half * (rates.reshape(inside.shape) @ weights)
        survival[j] = (1 - atoms[j]) * np.exp(-np.concatenate([[0.0], np.cumsum(steps)]))
    return ConcessionPath(
        times=dates,
        hazards=read_only(hazards),
        survival=read_only(survival),
        assumptions=(
            "continuous time, one concession ends the standoff",
            "each side is indifferent at every date",
            f"initial concession probabilities given as {atoms[0]:g} and {atoms[1]:g}",
        ),
    )
