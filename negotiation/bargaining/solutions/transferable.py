"""Nash bargaining in closed form where payoffs can be transferred, or sides are risk-averse.

Sources: Nash (1950) "The bargaining problem"; Kalai (1977) for weights; Binmore, Shaked and Sutton
(1989) for outside options; Roth (1979) and Muthoo (1999) for risk aversion.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, read_only

__all__ = ["TransferableSolution", "nash_risk_averse", "nash_transferable"]


@dataclass(frozen=True, eq=False)
class TransferableSolution(Presented):
    """Division of a surplus.

    Attributes
    ----------
    payoffs
        Payoffs, or shares of the surplus ``[player]``.
    gains
        Payoffs over the disagreement point ``[player]``.
    weights
        Weights, summing to one ``[player]``.
    bound
        Whether a player's outside option binds ``[player]``.
    assumptions
        What is supposed.
    """

    payoffs: FloatArray
    gains: FloatArray
    weights: FloatArray
    bound: tuple[bool, ...]
    assumptions: tuple[str, ...]


def _scaled(weights: ArrayLike | None, count: int) -> FloatArray:
    if weights is None:
        return np.full(count, 1.0 / count)
    out = float_array(weights, name="weights", shape=(count,), low=0.0)
    if out.sum() <= 0:
        raise InvalidInputError("weights must not all be zero", where="weights", seen=out)
    return np.asarray(out / out.sum())


@takes
def nash_transferable(
    surplus: float,
    disagreement: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    outside_options: ArrayLike | None = None,
) -> TransferableSolution:
    """Divide a surplus that can be transferred: ``u_i = d_i + w_i (S - sum_j d_j)``.

    Any number of players, complete information (Nash 1950; Kalai 1977 for weights). Outside options
    bound payoffs from below without moving d: whoever they bind gets exactly that, the others share
    the rest by weight (deal-me-out).

    Raises
    ------
    InvalidInputError
        If ``S < sum d`` or ``S < sum max(d, o)``: then there is nothing to agree on.

    Examples
    --------
    >>> nash_transferable(10, [-2, 1], weights=[0.6, 0.4]).payoffs.round(12).tolist()
    [4.6, 5.4]
    >>> nash_transferable(1, [0, 0, 0], outside_options=[0.5, 0, 0]).payoffs.tolist()
    [0.5, 0.25, 0.25]
    """
    total = number(surplus, name="surplus")
    d = float_array(disagreement, name="disagreement", ndim=1)
    w = _scaled(weights, d.size)
    o = (
        d
        if outside_options is None
        else float_array(outside_options, name="outside_options", shape=(d.size,))
    )
    floor = np.maximum(d, o)
    slack = 1e-12 * max(abs(total), float(np.abs(floor).sum()))
    if total < floor.sum() - slack:
        raise InvalidInputError(
            "there is nothing to agree on",
            where="surplus",
            seen=total,
            allowed=f">= {floor.sum():g}, the sum of what the players get without agreement",
        )
    bound = np.zeros(d.size, dtype=bool)
    while True:
        free = w * ~bound
        rest = total - floor[bound].sum() - d[~bound].sum()
        share = rest * free / free.sum() if free.sum() > 0 else np.zeros(d.size)
        payoffs = np.where(bound, floor, d + share)
        violated = ~bound & (payoffs < floor)
        if not violated.any():
            break
        bound |= violated
    return TransferableSolution(
        payoffs=read_only(payoffs),
        gains=read_only(payoffs - d),
        weights=read_only(w),
        bound=tuple(bool(b) for b in bound),
        assumptions=(
            "payoffs are transferable one for one",
            "complete information",
            "outside options bind or do not matter",
        ),
    )


@takes
def nash_risk_averse(
    exponents: ArrayLike, *, weights: ArrayLike | None = None
) -> TransferableSolution:
    """Divide a pie of one between players with utilities ``x_i^a_i``: ``x_i = w_i a_i/sum w a``.

    Two players, ``u1 = x^a, u2 = 1 - x``: ``x = a/(1 + a)``, so that the more risk-averse side gets
    less (Roth 1979; Muthoo 1999). Disagreement gives nothing to anybody.

    Raises
    ------
    InvalidInputError
        Unless every exponent is in (0, 1].

    Examples
    --------
    >>> nash_risk_averse([0.5, 1.0]).payoffs.round(6).tolist()
    [0.333333, 0.666667]
    """
    a = float_array(exponents, name="exponents", ndim=1, low=0.0, high=1.0)
    if a.size < 2 or np.any(a == 0):
        raise InvalidInputError(
            "two or more players, each exponent in (0, 1]", where="exponents", seen=a
        )
    w = _scaled(weights, a.size)
    share = w * a / (w * a).sum()
    return TransferableSolution(
        payoffs=read_only(share),
        gains=read_only(share),
        weights=read_only(w),
        bound=(False,) * a.size,
        assumptions=("constant relative risk aversion 1 - a_i", "disagreement gives zero"),
    )
