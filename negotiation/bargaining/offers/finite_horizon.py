"""Alternating offers with a last date for agreement.

Source: Stahl (1972) "Bargaining theory".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.bargaining.offers.outcome import (
    AlternatingOffers,
    division,
    first_proposer,
    pair_of_numbers,
    require_agreement,
)
from negotiation.errors import InvalidInputError
from negotiation.presentation import Pictured
from negotiation.values import FloatArray, number, read_only

__all__ = ["FiniteHorizonOffers", "stahl_finite_horizon"]


@dataclass(frozen=True, eq=False)
class FiniteHorizonOffers(Pictured):
    """Alternating offers up to a last date.

    Attributes
    ----------
    division
        Agreement at the first date.
    offers
        What both get at each date if play gets there ``[period, player]``.
    proposers
        Side that proposes at each date, 1 or 2.
    surplus
        What is divided.
    assumptions
        What is supposed.
    """

    division: AlternatingOffers
    offers: FloatArray
    proposers: tuple[int, ...]
    surplus: float
    assumptions: tuple[str, ...]

    _picture = "plot_offers"


@takes
def stahl_finite_horizon(
    delta: ArrayLike,
    periods: int,
    *,
    surplus: float = 1.0,
    proposer: int = 1,
    disagreement: ArrayLike = 0.0,
) -> FiniteHorizonOffers:
    """Return the division with a last date for agreement, and the offer at every date.

    Offers alternate over ``periods`` dates; with no agreement by the last, side i gets
    ``disagreement_i`` one period later. Backward induction: the proposer leaves the responder its
    discounted share of the next date (Stahl 1972). With a common factor and zero disagreement the
    first proposer gets ``(1 - (-d)^T)/(1 + d)``. As the horizon grows this is Rubinstein's
    division.

    Raises
    ------
    InvalidInputError
        Unless ``periods`` is a positive whole number and disagreement is worth at most the surplus,
        or where a side discounts a loss so much that it would rather have its offer rejected.

    Examples
    --------
    >>> game = stahl_finite_horizon(0.9, 3)
    >>> game.division.payoffs.round(6).tolist(), game.offers[-1].tolist()
    ([0.91, 0.09], [1.0, 0.0])
    """
    d = pair_of_numbers(delta, "delta", low=0.0, high=1.0)
    pie = number(surplus, name="surplus")
    if int(periods) != periods or periods < 1:
        raise InvalidInputError("a positive whole number", where="periods", seen=periods)
    end = pair_of_numbers(disagreement, "disagreement")
    if end.sum() > pie:
        raise InvalidInputError("worth more than agreement", where="disagreement", seen=end)
    first = first_proposer(proposer)

    def backward(start: int) -> FloatArray:
        path = np.empty((int(periods), 2))
        value = np.array(end)
        for date in reversed(range(int(periods))):
            i = (start - 1 + date) % 2
            j = 1 - i
            kept = d[j] * value[j]
            value = np.empty(2)
            value[i], value[j] = pie - kept, kept
            path[date] = value
        dates = np.arange(int(periods))
        who = (start - 1 + dates) % 2
        waiting = d[who] * np.vstack([path[1:], end])[dates, who]
        require_agreement(path[dates, who], waiting, where="disagreement", seen=end)
        return path

    paths = {side: backward(side) for side in (1, 2)}
    agreed = division(
        float(paths[1][0, 0]),
        float(paths[2][0, 1]),
        pie,
        first,
        (f"no agreement is possible after {int(periods)} offers", "complete information"),
    )
    return FiniteHorizonOffers(
        division=agreed,
        offers=read_only(paths[first]),
        proposers=tuple((first - 1 + date) % 2 + 1 for date in range(int(periods))),
        surplus=pie,
        assumptions=agreed.assumptions,
    )
