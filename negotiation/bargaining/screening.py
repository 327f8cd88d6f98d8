"""Offers by an uninformed side to one that knows its own value.

Sources: Sobel and Takahashi (1983) "A multistage model of bargaining"; Fudenberg, Levine and Tirole
(1985); Kennan and Wilson (1989) on strikes as screening. In the standoff: offers that force out the
other side's true intentions.
"""

from __future__ import annotations

from dataclasses import dataclass

from negotiation.errors import InvalidInputError
from negotiation.values import number

__all__ = ["ScreeningOffers", "TwoTypeScreening", "screening_offers", "two_type_screening"]


@dataclass(frozen=True)
class ScreeningOffers:
    """Stationary screening of a side whose value is uniform on ``[0, v]``.

    Attributes
    ----------
    price_coefficient
        a: the offer when values up to v remain is ``a v``.
    cutoff_ratio
        b: after a rejection values up to ``b v`` remain.
    first_offer
        First offer, ``a`` times the highest value.
    settlement_probability
        Probability that a round settles, ``1 - b``.
    uninformed_value
        Expected payoff of the side that makes offers.
    expected_rounds
        Expected number of rejections before settlement, ``b/(1-b)``.
    assumptions
        What is supposed.
    """

    price_coefficient: float
    cutoff_ratio: float
    first_offer: float
    settlement_probability: float
    uninformed_value: float
    expected_rounds: float
    assumptions: tuple[str, ...]


def screening_offers(
    delta: float, *, informed_delta: float | None = None, highest_value: float = 1.0
) -> ScreeningOffers:
    """Return the linear stationary equilibrium of one-sided offers without a gap.

    The uninformed side names a price every round; the informed side, with a value uniform on
    ``[0, v]``, buys or waits. The marginal type ``b v`` is indifferent,
    ``b v - a v = d_I (b v - a b v)``, and the seller's value ``c v^2`` solves
    ``c = max_b (1-b) a + d c b^2``. With one factor and ``s = sqrt(1-d)``: ``b = 1/(1+s)``,
    ``a = s/(1+s)``, value ``a/2`` (Sobel and Takahashi 1983; Fudenberg, Levine and Tirole 1985).
    As d goes to one, so does b, and a to zero: the Coase conjecture.

    Raises
    ------
    InvalidInputError
        Unless factors are in [0, 1).

    Examples
    --------
    >>> round(screening_offers(0.91).price_coefficient, 6)
    0.230769
    """
    d = number(delta, name="delta", low=0.0, high=1.0, open_high=True)
    top = number(highest_value, name="highest_value", low=0.0, open_low=True)
    if informed_delta is None or informed_delta == delta:
        s = (1 - d) ** 0.5
        b, a = 1 / (1 + s), s / (1 + s)
    else:
        e = number(informed_delta, name="informed_delta", low=0.0, high=1.0, open_high=True)
        b = _asymmetric_cutoff(d, e)
        a = b * (1 - e) / (1 - e * b)
    value = (1 - b) * a / (1 - d * b * b)
    return ScreeningOffers(
        price_coefficient=a,
        cutoff_ratio=b,
        first_offer=a * top,
        settlement_probability=1 - b,
        uninformed_value=value * top,
        expected_rounds=b / (1 - b),
        assumptions=(
            "values are uniform down to zero (no gap)",
            "stationary strategies, linear in the highest remaining value",
            "only the uninformed side makes offers",
        ),
    )


def _asymmetric_cutoff(d: float, e: float) -> float:
    """Solve the seller's first-order condition ``b = k/(2 (k - d c))`` for the cut-off ratio.

    ``k = a/b = (1-e)/(1-e b)`` is the price of the marginal type, ``c = k/2 b`` the seller's value.
    """
    from scipy.optimize import brentq

    def condition(b: float) -> float:
        k = (1 - e) / (1 - e * b)
        c = (1 - b) * b * k / (1 - d * b * b)
        return 2 * b * (k - d * c) - k

    return float(brentq(condition, 1e-12, 1 - 1e-12, xtol=1e-15))


@dataclass(frozen=True)
class TwoTypeScreening:
    """Two offers to a side with a high or a low value.

    Attributes
    ----------
    first_price, second_price
        Offers on the path; the second is None where the first settles for certain.
    strategy
        "pool" (sell to both at once), "screen" (high type buys at once) or "mix" (the high type
        buys with probability below one at its full value).
    high_type_accepts
        Probability that the high type accepts the first offer.
    screening_price
        ``vH - d (vH - vL)``: the most that separates in the first round.
    value
        Expected payoff of the side that makes offers.
    values
        Payoffs of the three strategies; minus infinity where one is not an equilibrium.
    assumptions
        What is supposed.
    """

    first_price: float
    second_price: float | None
    strategy: str
    high_type_accepts: float
    screening_price: float
    value: float
    values: tuple[float, float, float]
    assumptions: tuple[str, ...]


def two_type_screening(
    high: float, low: float, delta: float, *, prob_high: float = 0.5
) -> TwoTypeScreening:
    """Return the equilibrium of two offers to a buyer of value ``vH`` or ``vL``.

    The high type, expecting ``p2 = vL``, accepts at most ``p1 = vH - d (vH - vL)``. The seller
    compares: sell to both at vL; screen at p1, then vL; or, where the high type is likely
    (``q > vL/vH``), ask vH so that the high type mixes until the posterior is ``vL/vH``, and ask vH
    again (Fudenberg, Levine and Tirole 1985, two types and two periods).

    Raises
    ------
    InvalidInputError
        Unless ``vH > vL > 0``, ``0 <= d <= 1`` and ``0 < q < 1``.

    Examples
    --------
    >>> result = two_type_screening(2.0, 1.0, 0.9, prob_high=0.4)
    >>> result.strategy, round(result.screening_price, 6)
    ('pool', 1.1)
    """
    v = number(high, name="high", low=0.0)
    w = number(low, name="low", low=0.0, open_low=True)
    if v <= w:
        raise InvalidInputError(
            "must exceed the low value", where="high", seen=v, allowed=f"> {w:g}"
        )
    d = number(delta, name="delta", low=0.0, high=1.0)
    q = number(prob_high, name="prob_high", low=0.0, high=1.0, open_low=True, open_high=True)
    price = v - d * (v - w)
    pool = w
    screen = q * price + (1 - q) * d * w
    accepts, mix = 1.0, float("-inf")
    if q > w / v:
        # The high type accepts with the probability that makes the posterior w/v, where the seller
        # is indifferent between v and w in the second round.
        accepts = (q - w / v) / (q * (1 - w / v))
        mix = q * accepts * v + (1 - q * accepts) * d * w
    values = (pool, screen, mix)
    best = values.index(max(values))
    return TwoTypeScreening(
        first_price=(w, price, v)[best],
        second_price=(None, w, v)[best],
        strategy=("pool", "screen", "mix")[best],
        high_type_accepts=(1.0, 1.0, accepts)[best],
        screening_price=price,
        value=values[best],
        values=values,
        assumptions=("two offers", "only the uninformed side makes offers", "a common factor"),
    )
