r"""Punishments of any length in repeated games: what patience they ask of one player.

With payoffs a period c of cooperation, d of the best deviation and p of the punishment, which
lasts T periods, cheating does not pay where

.. math:: d - c \le (\delta + \dots + \delta^T) (c - p)

(Friedman 1971 for T without end).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.values import number

__all__ = ["critical_discount"]


@takes
def critical_discount(
    cooperation: float, deviation: float, punishment: float, length: float = math.inf
) -> float:
    """Return the smallest discount factor at which one player does not cheat.

    Parameters
    ----------
    cooperation, deviation, punishment
        Payoffs a period: at the profile, from the best deviation, and in punishment.
    length
        Periods of punishment, a whole number or infinite.

    Returns
    -------
    float
        0 where nothing is gained by cheating, infinite where no patience is enough.

    Raises
    ------
    InvalidInputError
        If a payoff is not finite or the length is no whole number of periods.

    Examples
    --------
    >>> [round(critical_discount(3, 5, 1, length), 3) for length in (1, 2, 10, math.inf)]
    [1.0, 0.618, 0.5, 0.5]
    """
    c, d, p = (
        number(value, name=name)
        for value, name in (
            (cooperation, "cooperation"),
            (deviation, "deviation"),
            (punishment, "punishment"),
        )
    )
    endless = length == math.inf
    periods = 1 if endless else int(number(length, name="length", low=1.0))
    if not endless and periods != length:
        raise InvalidInputError(
            "not a whole number of periods", where="length", seen=length, allowed="1, 2, ... or inf"
        )
    if d <= c:
        return 0.0
    if c <= p:
        return math.inf
    if endless:
        return (d - c) / (d - p)
    ratio = (d - c) / (c - p)
    if ratio > periods:
        return math.inf
    powers = np.arange(1, periods + 1)

    def shortfall(delta: float) -> float:
        return float((delta**powers).sum()) - ratio

    return 1.0 if shortfall(1.0) <= 0.0 else float(brentq(shortfall, 0.0, 1.0, xtol=1e-14))
