"""Bargaining under private information: screening offers and the double auction."""

from __future__ import annotations

import math
from dataclasses import dataclass

from negotiation.arguments import takes
from negotiation.bargaining.conditions import require
from negotiation.presentation import Presented
from negotiation.values import number, quantity

__all__ = [
    "DoubleAuction",
    "ScreeningOffers",
    "TwoTypeScreening",
    "double_auction",
    "screening_offers",
    "two_type_screening",
]


@dataclass(frozen=True)
class ScreeningOffers(Presented):
    """Equilibrium of repeated one-sided offers to a side with a private valuation.

    Sequences run from the first offer on; for an infinite horizon they hold one stationary entry.
    With types up to ``high`` still in, the offer is ``price_coefficient * high`` and types above
    ``cutoff_ratio * high`` accept.
    """

    price_coefficients: tuple[float, ...] = quantity("a", "", "offer over the highest type left")
    cutoff_ratios: tuple[float, ...] = quantity("b", "", "next highest type over this one")
    first_offer: float = quantity("a v", "payoff", "opening offer")
    settlement_probability: float = quantity("1 - b", "probability", "first offer is accepted")
    uninformed_value: float = quantity("c v", "payoff", "value of the side that makes offers")
    informed_value: float = quantity("", "payoff", "mean value of the side with the valuation")
    expected_rounds: float = quantity("", "rounds", "mean number of offers; infinite if no end")
    assumptions: tuple[str, ...] = ()


@takes
def screening_offers(
    discount: float,
    *,
    high: float = 1.0,
    rounds: int | None = None,
    informed_discount: float | None = None,
) -> ScreeningOffers:
    """One side makes all offers to another whose valuation is uniform on ``[0, high]``.

    Players: an uninformed side S that makes offers, and an informed side B. Timing: one offer a
    round, accepted or refused, for ever or for ``rounds`` rounds; discount factors per round.
    Information: only B knows its valuation v.

    With a common discount factor d and no last round, ``s = sqrt(1 - d)``, ``a = s/(1 + s)``,
    ``b = 1/(1 + s)`` and the value is ``a/2`` (Sobel and Takahashi 1983, "A Multistage Model of
    Bargaining"; Fudenberg, Levine and Tirole 1985). Strikes as screening: Kennan and Wilson (1989).
    As d tends to 1 the first offer tends to 0 (Coase). Derived here: with a last round the
    recursion ``g = 1 - d_B + d_B a'``, ``b = g / (2 (g - d_S c'))``, ``a = g b``, ``c = a/2``
    backward from ``a' = 1, c' = 0``; with different discount factors and no last round
    ``a = (1 - d_B)/(1 - d_B + s)`` and ``b = 1/(1 + s)`` with ``s = sqrt(1 - d_S)``.

    Parameters
    ----------
    discount
        Discount factor of S in [0, 1).
    high
        Highest valuation, positive.
    rounds
        Number of offers, or None for no end.
    informed_discount
        Discount factor of B in [0, 1); that of S where left out.

    Raises
    ------
    InvalidInputError
        If a discount factor is not in [0, 1) or ``rounds`` is below 1.

    Examples
    --------
    >>> offers = screening_offers(0.91)
    >>> round(offers.first_offer, 6), round(offers.uninformed_value, 6)
    (0.230769, 0.115385)
    """
    d_s = number(discount, name="discount", low=0, high=1, open_high=True)
    d_b = (
        d_s
        if informed_discount is None
        else number(informed_discount, name="informed_discount", low=0, high=1, open_high=True)
    )
    v = number(high, name="high", low=0, open_low=True)
    price: tuple[float, ...]
    cutoff: tuple[float, ...]
    if rounds is None:
        a, b = _stationary(d_s, d_b)
        price, cutoff = (a,), (b,)
        # A type is left after n refusals with probability b^n; its gain is discounted d_B^n.
        expected_rounds = 1 / (1 - b)
        informed = v * _informed(a, b) / (1 - d_b * b * b)
    else:
        count = int(number(rounds, name="rounds", low=1))
        price, cutoff = _recursion(d_s, d_b, count)
        left, weight, expected_rounds, informed = 1.0, 1.0, 0.0, 0.0
        for a, b in zip(price, cutoff, strict=True):
            expected_rounds += left
            informed += v * weight * left * left * _informed(a, b)
            left *= b
            weight *= d_b
    return ScreeningOffers(
        price_coefficients=price,
        cutoff_ratios=cutoff,
        first_offer=price[0] * v,
        settlement_probability=1 - cutoff[0],
        uninformed_value=price[0] * v / 2,
        informed_value=informed,
        expected_rounds=expected_rounds,
        assumptions=(
            "valuation uniform from 0: no gap between the lowest valuation and the cost of S",
            "offers are linear in the highest type left",
            "S cannot commit to future offers",
            "no last round" if rounds is None else f"last round {rounds}",
        ),
    )


def _informed(a: float, b: float) -> float:
    """Surplus of the types that accept an offer: int_b^1 (v - a) dv."""
    return (1 - b * b) / 2 - a * (1 - b)


def _stationary(d_s: float, d_b: float) -> tuple[float, float]:
    """Fixed point of the recursion: a = e/(e + s), b = 1/(1 + s) with e = 1 - d_B."""
    s = math.sqrt(1 - d_s)
    return (1 - d_b) / (1 - d_b + s), 1 / (1 + s)


def _recursion(d_s: float, d_b: float, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    price, cutoff = [], []
    a, c = 1.0, 0.0
    for _ in range(count):
        g = 1 - d_b + d_b * a
        b = g / (2 * (g - d_s * c))
        a, c = g * b, g * b / 2
        price.append(a)
        cutoff.append(b)
    return tuple(reversed(price)), tuple(reversed(cutoff))


@dataclass(frozen=True)
class TwoTypeScreening(Presented):
    """Two offers to a side of high or low valuation.

    ``kind`` is ``"pooling"`` (both types accept the low valuation at once), ``"screening"`` (the
    high type accepts at once, the low type later) or ``"gradual screening"`` (the high type
    accepts its full valuation with a probability below one).
    """

    kind: str
    first_offer: float = quantity("p_1", "payoff", "opening offer")
    second_offer: float = quantity("p_2", "payoff", "offer after a refusal")
    high_accepts: float = quantity("", "probability", "the high type accepts the first offer")
    uninformed_value: float = quantity("", "payoff", "value of the side that makes offers")
    screening_offer: float = quantity("v_H - d (v_H - v_L)", "payoff", "offer that separates")
    screening_value: float = quantity("", "payoff", "value of separating at once")
    pooling_value: float = quantity("v_L", "payoff", "value of offering the low valuation")
    gradual_value: float = quantity("", "payoff", "value of gradual screening, NaN if infeasible")
    assumptions: tuple[str, ...] = ()


@takes
def two_type_screening(
    *, high: float, low: float, discount: float, prob_high: float
) -> TwoTypeScreening:
    """Two rounds of offers to a side whose valuation is high or low.

    Players: an uninformed side S and an informed side B with valuation ``v_H`` (probability pi) or
    ``v_L``. Timing: an offer, and after a refusal a last one. Information: only B knows its type.

    The high type accepts a first offer up to ``p_1 = v_H - d (v_H - v_L)`` when it expects
    ``v_L`` next. S compares ``v_L`` (pooling), ``pi p_1 + (1 - pi) d v_L`` (screening), and, when
    ``pi > v_L / v_H``, the offer ``v_H`` accepted with the probability ``gamma`` that leaves the
    posterior ``v_L / v_H`` (gradual): ``pi gamma v_H + (1 - pi gamma) d v_L``. Two-period
    example in the spirit of Fudenberg, Levine and Tirole (1985), "Infinite-Horizon Models of
    Bargaining with One-Sided Incomplete Information"; derived here.

    Raises
    ------
    InvalidInputError
        If ``v_L < v_H`` does not hold, or a number is out of range.

    Examples
    --------
    >>> two_type_screening(high=2.0, low=1.0, discount=0.5, prob_high=0.75).first_offer
    1.5
    """
    v_low = number(low, name="low", low=0, open_low=True)
    v_high = number(high, name="high", low=v_low, open_low=True)
    d = number(discount, name="discount", low=0, high=1)
    pi = number(prob_high, name="prob_high", low=0, high=1)
    separating = v_high - d * (v_high - v_low)
    ratio = v_low / v_high
    values = {
        "pooling": v_low,
        "screening": pi * separating + (1 - pi) * d * v_low,
        "gradual screening": math.nan,
    }
    gamma = 0.0
    if pi > ratio:
        gamma = (pi - ratio) / (pi * (1 - ratio))
        values["gradual screening"] = pi * gamma * v_high + (1 - pi * gamma) * d * v_low
    kind = max(values, key=lambda name: -math.inf if math.isnan(values[name]) else values[name])
    first = {"pooling": v_low, "screening": separating, "gradual screening": v_high}[kind]
    return TwoTypeScreening(
        kind=kind,
        first_offer=first,
        # After the offer v_H is refused the posterior makes S indifferent; it asks v_H again, for
        # otherwise the high type would have waited.
        second_offer=v_high if kind == "gradual screening" else v_low,
        high_accepts=gamma if kind == "gradual screening" else 1.0,
        uninformed_value=values[kind],
        screening_offer=separating,
        screening_value=values["screening"],
        pooling_value=v_low,
        gradual_value=values["gradual screening"],
        assumptions=(
            "two types and two rounds, S cannot commit to its second offer",
            "ties are broken in favour of the earlier agreement",
        ),
    )


@dataclass(frozen=True)
class DoubleAuction(Presented):
    """Linear equilibrium of the k-double auction with uniform values on a common interval."""

    buyer_slope: float = quantity("", "", "bid over valuation")
    buyer_intercept: float = quantity("", "payoff", "bid of a valuation of 0")
    seller_slope: float = quantity("", "", "ask over cost")
    seller_intercept: float = quantity("", "payoff", "ask of a cost of 0")
    prob_trade: float = quantity("", "probability", "bid at or above ask")
    gains: float = quantity("", "payoff", "expected gains from trade")
    first_best: float = quantity("", "payoff", "expected gains if all gains were made")
    efficiency: float = quantity("", "fraction", "gains over the first best")
    trade_gap: tuple[float, float] = quantity(
        "v - c", "payoff", "least gap that trades at the lowest cost and at the highest valuation"
    )
    buyer_payoff: float = quantity("", "payoff", "expected payoff of the buyer")
    seller_payoff: float = quantity("", "payoff", "expected payoff of the seller")
    assumptions: tuple[str, ...] = ()


@takes
def double_auction(k: float = 0.5, *, low: float = 0.0, high: float = 1.0) -> DoubleAuction:
    """Sealed-bid double auction at price ``k bid + (1 - k) ask``, linear equilibrium, every k.

    Players: a buyer of valuation v and a seller of cost c. Timing: sealed bids at once, trade when
    bid >= ask. Information: v and c private, independent, uniform on ``[low, high]``.

    On [0, 1]: ``bid = v/(1 + k) + k (1 - k)/(2 (1 + k))``, ``ask = c/(2 - k) + (1 - k)/2``; trade
    has probability ``(1 + k)(2 - k)/8`` and gains ``(1 + k)(2 - k)/16`` of a first best of 1/6,
    most at k = 1/2, where trade needs ``v - c >= 1/4`` and the gains 9/64 are the largest that any
    mechanism allows (Myerson and Satterthwaite 1983). Chatterjee and Samuelson (1983), "Bargaining
    under Incomplete Information"; the probabilities for every k are derived here.

    Parameters
    ----------
    k
        Weight of the bid in the price, in [0, 1].
    low, high
        Common support of valuation and cost.

    Raises
    ------
    InvalidInputError
        If k is not in [0, 1] or the support is empty.

    Examples
    --------
    >>> auction = double_auction(0.5)
    >>> auction.prob_trade, auction.gains
    (0.28125, 0.140625)
    """
    k = number(k, name="k", low=0, high=1)
    low = number(low, name="low")
    high = number(high, name="high")
    require(low < high, "low < high", where="double_auction", seen=(low, high))
    width = high - low
    buyer_slope, seller_slope = 1 / (1 + k), 1 / (2 - k)
    buyer, seller = k * (1 - k) / (2 * (1 + k)), (1 - k) / 2
    probability = (1 + k) * (2 - k) / 8
    gains = probability / 2
    # The traders are the triangle c >= 0, v <= 1, bid >= ask, with centroid (c, v) below.
    c, v = (2 - k) / 6, (5 - k) / 6
    bid, ask = buyer_slope * v + buyer, seller_slope * c + seller
    price = k * bid + (1 - k) * ask
    return DoubleAuction(
        buyer_slope=buyer_slope,
        buyer_intercept=low + width * buyer - buyer_slope * low,
        seller_slope=seller_slope,
        seller_intercept=low + width * seller - seller_slope * low,
        prob_trade=probability,
        gains=gains * width,
        first_best=width / 6,
        efficiency=6 * gains,
        trade_gap=(width * (1 - k) / 2, width * k / 2),
        buyer_payoff=probability * (v - price) * width,
        seller_payoff=probability * (price - c) * width,
        assumptions=(
            "valuation and cost independent and uniform on one interval",
            "the linear equilibrium, one of many",
            "types that cannot trade bid along the same lines",
        ),
    )
