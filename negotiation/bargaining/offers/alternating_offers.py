"""Alternating offers between two sides: who gets what when waiting is costly.

Sides 1 and 2 take turns to propose how to split a surplus; the other accepts or rejects; complete
information throughout. The models differ in what a rejection costs: discounting, a fixed cost, the
risk of breakdown, the flows of an impasse such as a trade war, or an outside option.

Sources: Rubinstein (1982) "Perfect equilibrium in a bargaining model"; Binmore (1987); Binmore,
Rubinstein and Wolinsky (1986) "The Nash bargaining solution in economic modelling"; Binmore, Shaked
and Sutton (1989); Osborne and Rubinstein (1990); Muthoo (1999); Miettinen and Perea (2015) on
commitment.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.bargaining.offers.outcome import (
    AlternatingOffers,
    discount_factors,
    division,
    first_proposer,
    pair_of_numbers,
    require_agreement,
)
from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray, float_array, number, read_only

__all__ = [
    "alternating_offers_breakdown",
    "alternating_offers_commitment",
    "alternating_offers_fixed_costs",
    "alternating_offers_flows",
    "alternating_offers_outside_options",
    "rubinstein",
    "rubinstein_limit",
]


_COMPLETE = "complete information, an infinite horizon and immediate acceptance"


@takes
def rubinstein(delta: ArrayLike, *, surplus: float = 1.0, proposer: int = 1) -> AlternatingOffers:
    """Return the division of Rubinstein (1982).

    Each round of delay multiplies side i's payoff by ``delta_i``. Side 1, proposing first, gets
    ``(1 - d2)/(1 - d1 d2)`` of the surplus. With discount rates r and time D between offers,
    ``d_i = exp(-r_i D)``.

    Raises
    ------
    InvalidInputError
        Unless ``0 <= d_i <= 1`` and one of them is below one.

    Examples
    --------
    >>> rubinstein([0.9, 0.95]).payoffs.round(6).tolist()
    [0.344828, 0.655172]
    """
    d = discount_factors(delta)
    pie = number(surplus, name="surplus", low=0.0)
    scale = pie / (1 - d[0] * d[1])
    return division(
        scale * (1 - d[1]),
        scale * (1 - d[0]),
        pie,
        first_proposer(proposer),
        ("a rejection costs one round of discounting", _COMPLETE),
    )


@takes
def rubinstein_limit(
    rates: ArrayLike, *, surplus: float = 1.0, disagreement: ArrayLike | None = None
) -> FloatArray:
    """Return the division as the time between offers goes to zero: weights ``1/r_i``.

    ``x_1 = r_2/(r_1 + r_2)`` (Binmore 1987): Nash's solution with those weights. With impasse flows
    the disagreement point is their present value. Any number of sides: the limit of the stationary
    equilibrium in which all must agree.

    Raises
    ------
    InvalidInputError
        Unless all rates are positive and the surplus covers the disagreement payoffs.

    Examples
    --------
    >>> rubinstein_limit([0.05, 0.1]).round(6).tolist()
    [0.666667, 0.333333]
    """
    r = float_array(rates, name="rates", ndim=1, low=0.0)
    if np.any(r <= 0):
        raise InvalidInputError("discount rates must be positive", where="rates", seen=r)
    d = (
        np.zeros(r.size)
        if disagreement is None
        else float_array(disagreement, name="disagreement", shape=(r.size,))
    )
    rest = number(surplus, name="surplus") - d.sum()
    if rest < 0:
        raise InvalidInputError("less than the disagreement payoffs", where="surplus", seen=surplus)
    return read_only(d + rest * (1 / r) / (1 / r).sum())


@takes
def alternating_offers_fixed_costs(
    costs: ArrayLike, *, surplus: float = 1.0, proposer: int = 1
) -> AlternatingOffers:
    """Return the division when each round of delay costs side i the amount ``c_i``.

    Side 1 proposes first: all of the surplus if ``c1 < c2``; ``c2`` if ``c1 > c2``; with equal
    costs any share in ``[c, 1]`` is an equilibrium, and the largest is returned with
    ``unique=False`` (Rubinstein 1982, fixed bargaining costs).

    Raises
    ------
    InvalidInputError
        Unless both costs are positive and below the surplus.

    Examples
    --------
    >>> alternating_offers_fixed_costs([0.2, 0.1]).payoffs.tolist()
    [0.1, 0.9]
    """
    pie = number(surplus, name="surplus", low=0.0, open_low=True)
    c = pair_of_numbers(costs, "costs", low=0.0)
    if np.any(c <= 0) or np.any(c > pie):
        raise InvalidInputError(
            "costs must be positive and at most the surplus", where="costs", seen=c
        )
    first = pie if c[0] <= c[1] else float(c[1])
    second = pie if c[1] <= c[0] else float(c[0])
    return division(
        first,
        second,
        pie,
        first_proposer(proposer),
        ("a rejection costs each side a fixed amount", _COMPLETE),
        unique=bool(c[0] != c[1]),
    )


@takes
def alternating_offers_breakdown(
    probability: float,
    breakdown: ArrayLike,
    *,
    delta: ArrayLike = 1.0,
    surplus: float = 1.0,
    proposer: int = 1,
) -> AlternatingOffers:
    """Return the division when talks break down with probability p after each rejection.

    Breakdown pays ``b_i``. Without discounting ``x1 = (S - b2 + (1-p) b1)/(2 - p)``, which tends to
    Nash's split over b as p goes to zero (Binmore, Rubinstein and Wolinsky 1986). With discount
    factors, a rejection is worth ``p b_i + (1-p) d_i x_i`` to the responder i.

    Raises
    ------
    InvalidInputError
        Unless ``0 < p <= 1`` (or p = 0 with some discounting) and ``b1 + b2 <= surplus``, or where
        a side discounts a loss so much that it would rather have its proposal rejected.

    Examples
    --------
    >>> alternating_offers_breakdown(0.02, [0.2, 0.1]).payoffs.round(6).tolist()
    [0.553535, 0.446465]
    """
    p = number(probability, name="probability", low=0.0, high=1.0)
    b = pair_of_numbers(breakdown, "breakdown")
    d = pair_of_numbers(delta, "delta", low=0.0, high=1.0)
    pie = number(surplus, name="surplus")
    if b.sum() > pie:
        raise InvalidInputError(
            "breakdown is worth more than agreement",
            where="breakdown",
            seen=b,
            allowed=f"sum <= {pie:g}",
        )
    keep = (1 - p) * d
    if keep[0] * keep[1] >= 1:
        raise InvalidInputError(
            "a rejection must cost something", where="probability", seen=p, allowed="> 0"
        )
    # x_i = S - p b_j - keep_j (S - y_i) with y_i = p b_i + keep_i x_i what i gets when j proposes.
    first, second = (
        (pie - p * b[j] - keep[j] * (pie - p * b[i])) / (1 - keep[0] * keep[1])
        for i, j in ((0, 1), (1, 0))
    )
    proposing = np.array([first, second])
    later = p * b + keep * (pie - proposing[::-1])
    require_agreement(proposing, later, where="breakdown", seen=b)
    return division(
        float(first),
        float(second),
        pie,
        first_proposer(proposer),
        ("talks break down with a given probability after each rejection", _COMPLETE),
    )


@takes
def alternating_offers_flows(
    delta: ArrayLike, flows: ArrayLike, *, surplus: float = 1.0, proposer: int = 1
) -> AlternatingOffers:
    """Return the division when each side earns a flow ``s_i`` for as long as there is no deal.

    Flows (inside options, such as payoffs in a trade war) and the surplus are present values of
    being in that state for ever: a round without agreement pays ``(1 - d_i) s_i``. Side 1 gets
    ``[(1-d2)(S-s2) + d2 (1-d1) s1]/(1 - d1 d2)``. As offers quicken this is Nash's solution with
    ``s`` as disagreement point and weights ``r_j/(r_i + r_j)`` (Muthoo 1999; Binmore, Rubinstein
    and Wolinsky 1986).

    Raises
    ------
    InvalidInputError
        If ``s1 + s2 > surplus``.

    Examples
    --------
    >>> alternating_offers_flows([0.98, 0.97], [-0.3, -0.5]).payoffs.round(6).tolist()
    [0.793117, 0.206883]
    """
    d = discount_factors(delta)
    s = pair_of_numbers(flows, "flows")
    pie = number(surplus, name="surplus")
    if s.sum() > pie:
        raise InvalidInputError(
            "impasse is worth more than agreement", where="flows", seen=s, allowed=f"sum <= {pie:g}"
        )
    first, second = (
        ((1 - d[j]) * (pie - s[j]) + d[j] * (1 - d[i]) * s[i]) / (1 - d[0] * d[1])
        for i, j in ((0, 1), (1, 0))
    )
    return division(
        float(first),
        float(second),
        pie,
        first_proposer(proposer),
        ("impasse pays a constant flow until agreement", _COMPLETE),
    )


@takes
def alternating_offers_outside_options(
    delta: ArrayLike, options: ArrayLike, *, surplus: float = 1.0, proposer: int = 1
) -> AlternatingOffers:
    """Return the division when the responder may walk away to an outside option.

    ``S - a = max(d2 (S - b), o2)`` and ``b = max(d1 a, o1)``, with a what side 1 keeps when it
    proposes and b what it gets when side 2 does. An option below the division without options
    changes nothing (Binmore, Shaked and Sutton 1989; Osborne and Rubinstein 1990).

    Raises
    ------
    InvalidInputError
        If ``o1 + o2 > surplus``: the sides would rather part.

    Examples
    --------
    >>> alternating_offers_outside_options(0.9, [0, 0.6]).payoffs.round(6).tolist()
    [0.4, 0.6]
    """
    d = discount_factors(delta)
    o = pair_of_numbers(options, "options")
    pie = number(surplus, name="surplus", low=0.0)
    if o.sum() > pie:
        raise InvalidInputError(
            "outside options exceed the surplus", where="options", seen=o, allowed=f"sum <= {pie:g}"
        )
    kept = _largest_reservation(d, o, pie)
    second = pie - max(d[0] * kept, o[0])
    return division(
        kept,
        float(second),
        pie,
        first_proposer(proposer),
        ("only the responder can leave, right after rejecting", _COMPLETE),
    )


def _largest_reservation(d: FloatArray, o: FloatArray, pie: float) -> float:
    """Solve ``a = S - max(d2 (S - max(d1 a, o1)), o2)`` for a.

    The right side is piecewise linear with a slope in [0, 1), so exactly one of the four regimes
    is consistent; at a boundary two give the same number.
    """
    regimes = (
        pie * (1 - d[1]) / (1 - d[0] * d[1]),
        pie - d[1] * (pie - o[0]),
        pie - o[1],
    )
    gaps = [abs(a - (pie - max(d[1] * (pie - max(d[0] * a, o[0])), o[1]))) for a in regimes]
    return float(regimes[int(np.argmin(gaps))])


@takes
def alternating_offers_commitment(
    delta: float, *, surplus: float = 1.0, proposer: int = 1
) -> AlternatingOffers:
    """Return the division when sides can commit to demands at small, rising costs.

    Before each round both can commit; commitment costs are small and increase. The first proposer
    then gets ``d/(1+d)`` and the second ``1/(1+d)``: Rubinstein's shares reversed, so that moving
    first is no advantage. The outcome is taken from the abstract of Miettinen and Perea (2015); it
    is stated for a common discount factor only and is not derived here.

    Raises
    ------
    InvalidInputError
        Unless there is one discount factor in [0, 1).

    Examples
    --------
    >>> alternating_offers_commitment(0.9).payoffs.round(6).tolist()
    [0.473684, 0.526316]
    """
    common = pair_of_numbers(delta, "delta", low=0.0, high=1.0)
    if common[0] != common[1] or common[0] >= 1:
        raise InvalidInputError(
            "known for a common discount factor below one only", where="delta", seen=common
        )
    d = float(common[0])
    pie = number(surplus, name="surplus", low=0.0)
    first = pie * d / (1 + d)
    return division(
        first,
        first,
        pie,
        first_proposer(proposer),
        ("commitment costs are small and increasing", "a common discount factor", _COMPLETE),
    )
