"""Deals that must pass at home: win-sets, domestic constraints and the risk of rejection.

Sources: Putnam (1988) "Diplomacy and domestic politics: the logic of two-level games"; Iida (1993)
and Tarar (2001) on international bargaining with domestic constraints; Milner and Rosendorff (1997)
and Iida (1996) for the risk that a deal is voted down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.bargaining.offers.alternating_offers import (
    alternating_offers_outside_options,
    rubinstein,
)
from negotiation.bargaining.offers.outcome import AlternatingOffers
from negotiation.errors import InvalidInputError
from negotiation.presentation import Pictured, Presented
from negotiation.values import FloatArray, float_array, number, read_only

__all__ = [
    "DomesticConstraint",
    "RatificationOffer",
    "WinSets",
    "domestic_constraints",
    "ratification_offer",
    "win_sets",
    "win_sets_from_ratifiers",
]


@dataclass(frozen=True, eq=False)
class DomesticConstraint(Presented):
    """Alternating offers when a deal must give a side's ratifiers enough.

    Attributes
    ----------
    when_1_proposes, when_2_proposes
        Side 1's share by first proposer.
    unconstrained
        Side 1's share, proposing first, without constraints.
    gain_to_first
        What the constraints change for side 1 when it proposes.
    constrained, free
        Both divisions in full.
    assumptions
        What is supposed.
    """

    when_1_proposes: float
    when_2_proposes: float
    unconstrained: float
    gain_to_first: float
    constrained: AlternatingOffers
    free: AlternatingOffers
    assumptions: tuple[str, ...]


@takes
def domestic_constraints(
    delta: ArrayLike, needed: ArrayLike, *, surplus: float = 1.0
) -> DomesticConstraint:
    """Return the division when side i's share must be at least ``k_i`` to be ratified.

    Alternating offers, complete information; shares below ``k_i`` fail at home and bargaining
    goes on: ``1 - a = max(d2 (1-b), k2)``, ``b = max(d1 a, k1)``. A one-sided constraint that
    binds helps its owner, Schelling's conjecture; two high ones need not (Iida 1993; Tarar 2001;
    Putnam 1988).

    Raises
    ------
    InvalidInputError
        If ``k1 + k2 > surplus``: no deal can be ratified on both sides.

    Examples
    --------
    >>> result = domestic_constraints(0.9, [0.6, 0.0])
    >>> round(result.when_1_proposes, 6), round(result.when_2_proposes, 6)
    (0.64, 0.6)
    """
    constrained = alternating_offers_outside_options(delta, needed, surplus=surplus)
    free = rubinstein(delta, surplus=surplus)
    return DomesticConstraint(
        when_1_proposes=float(constrained.when_proposing[0]),
        when_2_proposes=float(constrained.when_responding[0]),
        unconstrained=float(free.when_proposing[0]),
        gain_to_first=float(constrained.when_proposing[0] - free.when_proposing[0]),
        constrained=constrained,
        free=free,
        assumptions=(
            "complete information about what can be ratified",
            "a share that cannot be ratified is rejected and bargaining goes on",
        ),
    )


@dataclass(frozen=True)
class WinSets(Pictured):
    """Divisions that both sides' ratifiers accept.

    Attributes
    ----------
    least_first, most_first
        Smallest and largest share of side 1 that passes on both sides.
    overlap
        Length of the zone of possible agreement; negative when win-sets do not meet.
    agreement_possible
        Whether it is not negative.
    midpoint
        Side 1's share at Nash's solution between the two reservation shares, if possible.
    reservations
        What each side's pivotal ratifier needs.
    assumptions
        What is supposed.
    """

    least_first: float
    most_first: float
    overlap: float
    agreement_possible: bool
    midpoint: float | None
    reservations: tuple[float, float]
    assumptions: tuple[str, ...]

    _picture = "plot_win_sets"


def _win_sets(needed: tuple[float, float], assumptions: tuple[str, ...]) -> WinSets:
    least, most = needed[0], 1 - needed[1]
    possible = most >= least
    return WinSets(
        least_first=least,
        most_first=most,
        overlap=most - least,
        agreement_possible=possible,
        midpoint=(least + most) / 2 if possible else None,
        reservations=needed,
        assumptions=assumptions,
    )


@takes
def win_sets(largest_reservation: ArrayLike, quota: ArrayLike) -> WinSets:
    """Return the zone of agreement when ratifiers' reservations are spread evenly.

    Side i's ratifiers need shares uniform on ``[0, m_i]`` and a deal passes with a share ``Q_i`` of
    them: the pivot needs ``Q_i m_i``. Side 1 gets x, side 2 ``1 - x``; both ratify iff
    ``Q_1 m_1 <= x <= 1 - Q_2 m_2`` (Putnam 1988).

    Raises
    ------
    InvalidInputError
        Unless ``m_i >= 0`` and quotas are in (0, 1].

    Examples
    --------
    >>> zone = win_sets([0.6, 0.5], [1 / 2, 2 / 3])
    >>> round(zone.overlap, 6), round(zone.midpoint, 6)
    (0.366667, 0.483333)
    """
    m = float_array(largest_reservation, name="largest_reservation", shape=(2,), low=0.0)
    q = float_array(quota, name="quota", shape=(2,), low=0.0, high=1.0)
    if np.any(q <= 0):
        raise InvalidInputError("quotas must be positive", where="quota", seen=q)
    return _win_sets(
        (float(q[0] * m[0]), float(q[1] * m[1])),
        ("many ratifiers with reservations uniform on [0, m]", "a surplus of one"),
    )


@takes
def win_sets_from_ratifiers(reservations: tuple[ArrayLike, ArrayLike], quota: ArrayLike) -> WinSets:
    """Return the zone of agreement from each ratifier's own reservation share.

    The pivot is the ratifier whose consent completes the quota ``ceil(Q n)``.

    Examples
    --------
    >>> win_sets_from_ratifiers(([0.1, 0.2, 0.5], [0.3]), [2 / 3, 1.0]).least_first
    0.2
    """
    q = float_array(quota, name="quota", shape=(2,), low=0.0, high=1.0)
    if np.any(q <= 0):
        raise InvalidInputError("quotas must be positive", where="quota", seen=q)
    pivots: list[float] = []
    for side, (values, share) in enumerate(zip(reservations, q, strict=True)):
        needs: FloatArray = np.sort(float_array(values, name=f"reservations[{side}]", ndim=1))
        votes = int(np.ceil(share * needs.size - 1e-12))
        pivots.append(float(needs[votes - 1]))
    return _win_sets((pivots[0], pivots[1]), ("each ratifier's reservation is known",))


@dataclass(frozen=True, eq=False)
class RatificationOffer(Pictured):
    """Best offer to a side whose ratification is uncertain.

    Attributes
    ----------
    offer
        Share offered to the other side.
    probability
        Probability that it ratifies.
    payoff
        Proposer's expected payoff.
    certain_offer
        Smallest offer that passes for certain.
    offers, payoffs
        Expected payoff along all offers, for figures.
    assumptions
        What is supposed.
    """

    offer: float
    probability: float
    payoff: float
    certain_offer: float
    offers: FloatArray
    payoffs: FloatArray
    assumptions: tuple[str, ...]

    _picture = "plot_ratification_offer"


@takes
def ratification_offer(largest_reservation: float, disagreement: float) -> RatificationOffer:
    """Return the take-it-or-leave-it offer to a side that may fail to ratify.

    The other side's pivotal reservation is uniform on ``[0, m]``, unknown to the proposer, who gets
    ``1 - x`` if the offer x passes, with probability ``min(x/m, 1)``, and d otherwise:
    ``x* = min((1-d)/2, m)``. In the spirit of Milner and Rosendorff (1997) and of Iida's (1996)
    involuntary defection; derived here.

    Raises
    ------
    InvalidInputError
        Unless ``m > 0`` and ``d <= 1``: above one the proposer wants no deal.

    Examples
    --------
    >>> best = ratification_offer(0.6, -0.2)
    >>> best.offer, best.probability, best.payoff
    (0.6, 1.0, 0.4)
    """
    m = number(largest_reservation, name="largest_reservation", low=0.0, open_low=True)
    d = number(disagreement, name="disagreement", high=1.0)
    offer = min((1 - d) / 2, m)

    def value(x: FloatArray) -> FloatArray:
        passes = np.minimum(x / m, 1.0)
        return np.asarray(passes * (1 - x) + (1 - passes) * d)

    grid = np.linspace(0.0, max(1.0, m), 201)
    return RatificationOffer(
        offer=offer,
        probability=min(offer / m, 1.0),
        payoff=float(value(np.array(offer))),
        certain_offer=m,
        offers=read_only(grid),
        payoffs=read_only(value(grid)),
        assumptions=("one offer, no second round", "the reservation is uniform on [0, m]"),
    )
