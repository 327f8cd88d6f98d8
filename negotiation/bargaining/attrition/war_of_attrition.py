"""Wars of attrition: complete information, private values, and the shadow of the future."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.bargaining.attrition.hazard import concession_hazard
from negotiation.bargaining.conditions import Distribution, require
from negotiation.errors import NonFiniteError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, quantity

__all__ = [
    "AttritionEquilibrium",
    "PrivateValueAttrition",
    "ShadowOfTheFuture",
    "private_value_attrition",
    "shadow_of_the_future",
    "war_of_attrition",
]


@dataclass(frozen=True)
class AttritionEquilibrium(Presented):
    """Mixed equilibrium of a war of attrition with complete information."""

    hazards: tuple[float, ...] = quantity("lambda", "1/time", "concession rate of each side")
    expected_duration: float = quantity("E t", "time", "mean time to the first concession or end")
    concedes_first: tuple[float, ...] = quantity("P", "probability", "each side concedes first")
    breakdown_probability: float = quantity("P_B", "probability", "the standoff breaks down first")
    values: tuple[float, ...] = quantity("V", "payoff", "equilibrium value, the concede payoff")
    patience_needed: tuple[float, ...] = quantity(
        "N/(F-L)", "1/time", "total rate of the others' concessions that keeps a side in"
    )
    assumptions: tuple[str, ...] = ()


@takes
def war_of_attrition(
    *,
    concede: Sequence[float] | FloatArray,
    win: Sequence[float] | FloatArray,
    discount_rates: Sequence[float] | FloatArray | None = None,
    flows: Sequence[float] | FloatArray | None = None,
    breakdown_rate: float = 0.0,
    breakdown_payoffs: Sequence[float] | FloatArray | None = None,
) -> AttritionEquilibrium:
    """Stationary mixed equilibrium of the war of attrition with complete information.

    Players: two sides or more. Timing: continuous; the first concession ends the game, the
    conceding side i gets ``L_i`` and every other side ``F_i``. Information: complete.

    Each side stays indifferent when the others together concede at rate
    ``h_i = [r_i L_i - g_i + beta (L_i - B_i)] / (F_i - L_i)``. With two sides ``lambda_j = h_i``
    (Hendricks, Weiss and Wilson 1988, "The War of Attrition in Continuous Time with Complete
    Information"); with n sides ``lambda_i = sum_k h_k / (n - 1) - h_i``, derived here.

    **Perverse sign.** A side's hazard rests on its *opponent's* payoffs. Raising side i's own cost
    of waiting raises ``lambda_j`` and leaves ``lambda_i`` alone, so the side that suffers more
    concedes *less* often. This is a property of mixing, not advice: use
    `reputational_bargaining`, where stubborn types make
    the side that suffers more concede at once with positive probability. Two pure equilibria, in
    which one side concedes at once and the others never, exist beside the mixed one.

    Parameters
    ----------
    concede, win
        Payoffs L and F, one a side.
    discount_rates
        Rates r per unit of time; zero where left out.
    flows
        Payoff per unit of time while nobody has conceded (a cost c is ``-c``); zero where left out.
    breakdown_rate, breakdown_payoffs
        Common rate of a breakdown and what it leaves each side.

    Raises
    ------
    InvalidInputError
        If ``F_i > L_i`` or a positive cost of waiting fails for some side, or with three sides or
        more the mixed equilibrium would need a negative hazard.

    Examples
    --------
    >>> standoff = war_of_attrition(concede=[2, 3], win=[5, 4], discount_rates=[0.1, 0.15])
    >>> [round(h, 6) for h in standoff.hazards], round(standoff.expected_duration, 6)
    ([0.45, 0.066667], 1.935484)
    """
    low = float_array(concede, name="concede", ndim=1)
    count = low.size
    require(count >= 2, "two sides or more", where="concede", seen=count)
    high = float_array(win, name="win", shape=(count,))
    zeros = np.zeros(count)
    rates = float_array(
        zeros if discount_rates is None else discount_rates, name="discount_rates", shape=(count,)
    )
    flow = float_array(zeros if flows is None else flows, name="flows", shape=(count,))
    broken = float_array(
        zeros if breakdown_payoffs is None else breakdown_payoffs,
        name="breakdown_payoffs",
        shape=(count,),
    )
    needed = [
        concession_hazard(
            win=high[i],
            concede=low[i],
            discount_rate=rates[i],
            flow=flow[i],
            breakdown_rate=breakdown_rate,
            breakdown_payoff=broken[i],
        ).hazard
        for i in range(count)
    ]
    if count == 2:
        hazards: tuple[float, ...] = (needed[1], needed[0])
    else:
        average = sum(needed) / (count - 1)
        hazards = tuple(average - item for item in needed)
        require(
            min(hazards) >= -1e-12 * average,
            "sum_k h_k / (n - 1) >= h_i for every side",
            where="war_of_attrition",
            seen=[round(item, 6) for item in hazards],
            hint="A side this impatient concedes at once; drop it and solve for the others.",
        )
        hazards = tuple(max(item, 0.0) for item in hazards)
    ends = sum(hazards) + float(breakdown_rate)
    require(
        ends > 0,
        "a positive cost of waiting for some side",
        where="war_of_attrition",
        seen="all hazards are 0",
    )
    return AttritionEquilibrium(
        hazards=hazards,
        expected_duration=1 / ends,
        concedes_first=tuple(item / ends for item in hazards),
        breakdown_probability=float(breakdown_rate) / ends,
        values=tuple(float(item) for item in low),
        patience_needed=tuple(needed),
        assumptions=(
            "complete information, no stubborn types",
            "the stationary mixed equilibrium, without concession at time 0",
            "a side's own waiting cost moves the other side's hazard, not its own",
        ),
    )


@dataclass(frozen=True)
class PrivateValueAttrition(Presented):
    """Symmetric war of attrition with private values."""

    stopping_time: float = quantity("t(v)", "time", "when a side of this value gives in")
    expected_duration: float = quantity("E t", "time", "mean time to the first concession")
    expected_payoff: float = quantity("E U", "payoff", "ex-ante payoff of a side")
    interim_payoff: float = quantity("U(v)", "payoff", "payoff of a side of this value")
    efficiency: float = quantity("", "fraction", "payoffs over the expected larger value")
    assumptions: tuple[str, ...] = ()


def _integral(integrand: object, low: float, high: float, tol: float) -> float:
    from scipy.integrate import quad

    value, error = quad(integrand, low, high, epsabs=0.0, epsrel=tol, limit=400)
    if not math.isfinite(value) or error > 1e4 * tol * max(abs(value), 1e-300):
        raise NonFiniteError(
            f"an integral over the distribution does not converge (value {value:g}, "
            f"error {error:g})",
            where="private_value_attrition",
            hint="The distribution needs finite mean and a bounded density.",
        )
    return float(value)


@takes
def private_value_attrition(
    distribution: Distribution, *, value: float, cost: float = 1.0, tol: float = 1e-12
) -> PrivateValueAttrition:
    """Symmetric war of attrition between two sides with private values of the prize.

    Players: two sides. Timing: both pay ``cost`` per unit of time until one gives in; the other
    then gets its value. Information: values are private, independent draws from ``distribution``.

    A side of value v gives in at ``t(v) = (1/c) int_low^v x f(x) / (1 - F(x)) dx`` (Bishop,
    Cannings and Maynard Smith 1978, "The war of attrition with random rewards"; Krishna and Morgan
    1997, "An Analysis of the War of Attrition and the All-Pay Auction"). By the envelope theorem
    ``U(v) = int_low^v F`` and the ex-ante payoff is ``int F (1 - F)``; the mean duration is
    ``(1/c) int x f (1 - F)``. Durations fall with the cost, payoffs do not depend on it.

    Parameters
    ----------
    distribution
        Continuous distribution of values on a support from 0 or above: a frozen distribution of
        ``scipy.stats`` or anything with ``cdf``, ``sf``, ``pdf``, ``support``.
    value
        The value v for which the stopping time is wanted, within the support.
    cost
        Cost per unit of time, positive.
    tol
        Relative tolerance of the quadrature.

    Raises
    ------
    InvalidInputError
        If the support goes below 0 or ``value`` lies outside it.
    NonFiniteError
        If an integral diverges, as for values without a finite mean.

    Examples
    --------
    >>> from scipy.stats import uniform
    >>> war = private_value_attrition(uniform(), value=0.5)
    >>> round(war.stopping_time, 9), round(war.expected_duration, 9)
    (0.193147181, 0.166666667)
    """
    cost = number(cost, name="cost", low=0, open_low=True)
    start, end = (float(item) for item in distribution.support())
    require(start >= 0, "values of 0 or more", where="distribution", seen=f"support from {start:g}")
    value = number(value, name="value", low=start, high=end if math.isfinite(end) else None)
    cdf, sf, pdf = distribution.cdf, distribution.sf, distribution.pdf

    def waiting(x: float) -> float:
        return float(x * pdf(x) / sf(x))

    if value == end:
        stop = math.inf
    else:
        stop = _integral(waiting, start, value, tol) / cost if value > start else 0.0
    duration = _integral(lambda x: x * pdf(x) * sf(x), start, end, tol) / cost
    payoff = _integral(lambda x: cdf(x) * sf(x), start, end, tol)
    interim = _integral(cdf, start, value, tol) if value > start else 0.0
    return PrivateValueAttrition(
        stopping_time=stop,
        expected_duration=duration,
        expected_payoff=payoff,
        interim_payoff=interim,
        efficiency=payoff / (payoff + cost * duration),
        assumptions=(
            "two sides, values independent from one distribution",
            "the symmetric equilibrium; asymmetric ones exist",
            "no discounting, a constant cost per unit of time",
        ),
    )


@dataclass(frozen=True)
class ShadowOfTheFuture(Presented):
    """Delay before an agreement that will be enforced by the future."""

    hazard: float = quantity("lambda", "1/time", "concession rate of each side")
    expected_delay: float = quantity("E T", "time", "mean time to agreement")
    expected_discount: float = quantity("E e^{-rT}", "fraction", "mean discount of the agreement")
    relative_loss: float = quantity("", "fraction", "share of the surplus lost to delay")
    assumptions: tuple[str, ...] = ()


@takes
def shadow_of_the_future(share: float, discount_rate: float) -> ShadowOfTheFuture:
    """Standoff over which of two agreements to enforce: more patience, longer delay, equal loss.

    Players: two symmetric sides. Timing: continuous; the side that gives in first gets the share
    ``1 - x`` of the value of cooperation for ever, the other ``x > 1/2``. Information: complete.

    Each side concedes at ``lambda = r (1 - x) / (2 x - 1)``, so the mean delay is ``(2x - 1) /
    (2 r (1 - x))`` and ``E e^{-rT} = 2 (1 - x)``, whatever r: a longer shadow of the future buys
    no more surplus, only a longer standoff. After Fearon (1998), "Bargaining, Enforcement, and
    International Cooperation"; the continuous-time form is derived here.

    Parameters
    ----------
    share
        Winner's share x, above 1/2 and below 1.
    discount_rate
        Rate r per unit of time, positive.

    Raises
    ------
    InvalidInputError
        If the share is not between 1/2 and 1, or the rate not positive.

    Examples
    --------
    >>> round(shadow_of_the_future(0.6, 0.05).expected_delay, 9)
    5.0
    """
    x = number(share, name="share", low=0.5, high=1, open_low=True, open_high=True)
    r = number(discount_rate, name="discount_rate", low=0, open_low=True)
    hazard = concession_hazard(win=x, concede=1 - x, discount_rate=r).hazard
    discount = 2 * hazard / (2 * hazard + r)
    return ShadowOfTheFuture(
        hazard=hazard,
        expected_delay=1 / (2 * hazard),
        expected_discount=discount,
        relative_loss=1 - discount,
        assumptions=(
            "two symmetric sides and two possible agreements",
            "the agreement, once reached, is enforced for ever",
            "complete information, symmetric mixed equilibrium",
        ),
    )
