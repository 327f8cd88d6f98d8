"""Costly signals in a crisis: challenges under audience costs, tying hands, sinking costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from negotiation.arguments import takes
from negotiation.bargaining.conditions import pair, require
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, quantity

__all__ = [
    "CrisisSignalling",
    "SunkCostSignal",
    "TiedHands",
    "crisis_signalling",
    "sunk_cost_signal",
    "tying_hands",
]


@dataclass(frozen=True)
class CrisisSignalling(Presented):
    """Equilibrium of a challenge that may be a bluff.

    ``kind`` is ``"semi-separating"`` or the corner: ``"pooling"`` (both types challenge, the target
    yields), ``"deterred"`` (the target always resists), ``"locked in"`` (the weak type would fight
    too).
    """

    kind: str
    threshold_belief: float = quantity("q", "probability", "belief at which the target yields")
    bluff_probability: float = quantity("beta", "probability", "the weak type challenges")
    resistance: float = quantity("rho", "probability", "the target resists a challenge")
    prob_challenge: float = quantity("", "probability", "a challenge is made")
    prob_war: float = quantity("", "probability", "the crisis ends in war")
    prob_backs_down: float = quantity("", "probability", "the challenger backs down")
    prob_concession: float = quantity("", "probability", "the target yields")
    values: tuple[float, float] = quantity("", "payoff", "strong and weak challenger")
    target_value: float = quantity("", "payoff", "the target, ex ante")
    assumptions: tuple[str, ...] = ()


@takes
def crisis_signalling(
    *,
    prob_strong: float,
    audience_cost: float,
    war_strong: float,
    war_weak: float,
    target_war_cost: float,
    target_audience_cost: float = 0.0,
    prize: float = 1.0,
) -> CrisisSignalling:
    """Challenge, resistance, and backing down at an audience cost: private and public threats.

    Players: a challenger A, strong with probability pi, and a target B. Timing: A challenges or
    not; B yields (A gets the prize v, B loses v and an audience cost ``a_B``) or resists; then A
    fights (A gets w, B ``-c_B``) or backs down (A gets ``-a``). Information: only A knows w.

    With ``w_weak < -a < w_strong`` the semi-separating equilibrium has ``q = (v + a_B)/c_B``,
    ``beta = pi (1 - q) / ((1 - pi) q)`` and ``rho = v / (v + a)``; war has probability ``pi rho``.
    A private threat is ``a_B = 0`` with a small a, a public one raises both: the public threat
    lowers war and resistance but humiliates the target (Kurizaki 2007, "Efficient Secrecy: Public
    versus Private Threats in Crisis Diplomacy"). Text-book form after Fearon (1994; 1997) and
    Schultz (1999); derived here, corners included:

    - ``pi >= q``: both types challenge and B yields;
    - ``q >= 1``: B resists even a strong challenger, the weak type stays quiet and the strong
      challenges when ``w_strong > 0``;
    - ``w_weak >= -a``: the weak type would fight as well; B resists when ``c_B < v + a_B``.

    Parameters
    ----------
    prob_strong
        Probability pi of the strong type.
    audience_cost, target_audience_cost
        a and a_B, not negative.
    war_strong, war_weak
        Values of war to the two types.
    target_war_cost
        c_B, positive.
    prize
        v, positive.

    Raises
    ------
    InvalidInputError
        If the strong type would rather back down than fight (``w_strong <= -a``), or
        ``w_weak > w_strong``.

    Examples
    --------
    >>> private = crisis_signalling(prob_strong=0.3, audience_cost=0.5, war_strong=0.2,
    ...     war_weak=-2, target_war_cost=2)
    >>> public = crisis_signalling(prob_strong=0.3, audience_cost=1.5, war_strong=0.2,
    ...     war_weak=-2, target_war_cost=2, target_audience_cost=0.4)
    >>> round(private.prob_war, 6), round(public.prob_war, 6)
    (0.2, 0.12)
    """
    pi = number(prob_strong, name="prob_strong", low=0, high=1)
    a = number(audience_cost, name="audience_cost", low=0)
    strong = number(war_strong, name="war_strong")
    weak = number(war_weak, name="war_weak", high=strong)
    cost = number(target_war_cost, name="target_war_cost", low=0, open_low=True)
    a_b = number(target_audience_cost, name="target_audience_cost", low=0)
    v = number(prize, name="prize", low=0, open_low=True)
    require(strong > -a, "w_strong > -a", where="war_strong", seen=strong)
    q = (v + a_b) / cost
    weak_resisted = max(weak, -a)

    if weak >= -a:
        kind = "locked in"
        resist = 1.0 if q > 1 else 0.0
        challenges = (
            float(resist == 0 or strong > 0),
            float(resist == 0 or weak > 0),
        )
    elif q >= 1:
        kind = "deterred"
        resist = 1.0
        challenges = (float(strong > 0), 0.0)
    elif pi >= q:
        kind = "pooling"
        resist = 0.0
        challenges = (1.0, 1.0)
    else:
        kind = "semi-separating"
        resist = v / (v + a)
        challenges = (1.0, pi * (1 - q) / ((1 - pi) * q))
    by_strong, by_weak = pi * challenges[0], (1 - pi) * challenges[1]
    weak_fights = weak >= -a
    war = resist * (by_strong + (by_weak if weak_fights else 0.0))
    backs_down = 0.0 if weak_fights else resist * by_weak
    yields = (1 - resist) * (by_strong + by_weak)
    return CrisisSignalling(
        kind=kind,
        threshold_belief=q,
        bluff_probability=challenges[1],
        resistance=resist,
        prob_challenge=by_strong + by_weak,
        prob_war=war,
        prob_backs_down=backs_down,
        prob_concession=yields,
        values=(
            challenges[0] * ((1 - resist) * v + resist * strong),
            challenges[1] * ((1 - resist) * v + resist * weak_resisted),
        ),
        target_value=-war * cost - yields * (v + a_b),
        assumptions=(
            "two types of challenger, the target's payoffs are known",
            "a target that is indifferent mixes so that the weak type is indifferent too",
            "audience costs are known and paid in full",
        ),
    )


@dataclass(frozen=True)
class SunkCostSignal(Presented):
    """Least-cost separation by a cost that is paid whatever happens."""

    war_values: tuple[float, float] = quantity("w", "payoff", "weak and strong type, if resisted")
    signal: float = quantity("m*", "payoff", "smallest cost that the weak type will not pay")
    strong_payoff: float = quantity("v_H - m*", "payoff", "strong type that signals")
    strong_prefers_signal: bool = False
    assumptions: tuple[str, ...] = ()


@takes
def sunk_cost_signal(
    *, win_probability: float, war_cost: float, valuations: Sequence[float] | FloatArray
) -> SunkCostSignal:
    """Sinking costs: the least-cost separating signal between a weak and a strong type.

    Players: a challenger of low or high valuation and a target. Timing: the challenger sinks m, the
    target yields when it infers the high type and resists otherwise; a resisted challenger fights
    or drops the matter. Information: the valuation is private. A war is won with probability p at
    cost c, so ``w = p v - c``.

    The weak type mimics iff ``v_L - m > max(w_L, 0)``, so ``m* = v_L - max(w_L, 0)``, and the
    strong type signals when ``v_H - m* >= max(w_H, 0)``. After Fearon (1997), "Signaling Foreign
    Policy Interests: Tying Hands versus Sinking Costs", and the least-cost separation of Spence
    (1973) and Riley (1979); the two-type version is derived here.

    Parameters
    ----------
    win_probability, war_cost
        p in [0, 1] and c, not negative.
    valuations
        Low and high valuation, positive and ascending.

    Raises
    ------
    InvalidInputError
        If the valuations do not ascend, or a number is out of range.

    Examples
    --------
    >>> signal = sunk_cost_signal(win_probability=0.6, war_cost=0.5, valuations=[0.7, 1.5])
    >>> round(signal.signal, 6), signal.strong_prefers_signal
    (0.7, True)
    """
    p = number(win_probability, name="win_probability", low=0, high=1)
    c = number(war_cost, name="war_cost", low=0)
    low, high = pair(valuations, name="valuations", low=0, open_low=True)
    require(low < high, "v_L < v_H", where="valuations", seen=(low, high))
    weak, strong = p * low - c, p * high - c
    signal = low - max(weak, 0.0)
    payoff = high - signal
    return SunkCostSignal(
        war_values=(weak, strong),
        signal=signal,
        strong_payoff=payoff,
        strong_prefers_signal=payoff >= max(strong, 0.0),
        assumptions=(
            "two types; the target yields to a type it knows to be strong",
            "the signal is paid whatever the target does",
            "least-cost separation (intuitive criterion)",
        ),
    )


@dataclass(frozen=True)
class TiedHands(Presented):
    """Which audience costs make a challenger fight once it is resisted."""

    locked_in: tuple[bool, ...]
    locking_cost: float = quantity("-w", "payoff", "audience cost above which fighting is better")
    payoffs_if_resisted: tuple[float, ...] = quantity(
        "", "payoff", "better of war and backing down"
    )
    assumptions: tuple[str, ...] = ()


@takes
def tying_hands(
    war_value: float, audience_costs: float | Sequence[float] | FloatArray
) -> TiedHands:
    """Tying hands: an audience cost locks a challenger in when it exceeds the loss from fighting.

    Players: a challenger that has generated audience costs m, and a target that resists. Timing:
    the challenger fights (payoff w) or backs down (``-m``). Information: complete at this node.
    It fights iff ``m > -w``; at ``m = -w`` it is indifferent and counts as not locked in. The cost
    is paid only when backing down, unlike a sunk cost (Fearon 1997, "Signaling Foreign Policy
    Interests: Tying Hands versus Sinking Costs").

    Parameters
    ----------
    war_value
        Value of war w.
    audience_costs
        One or more audience costs m, not negative.

    Raises
    ------
    InvalidInputError
        If an audience cost is negative.

    Examples
    --------
    >>> tying_hands(-0.08, [0.05, 0.08, 0.1]).locked_in
    (False, False, True)
    """
    w = number(war_value, name="war_value")
    costs = float_array(audience_costs, name="audience_costs", low=0.0).reshape(-1)
    return TiedHands(
        locked_in=tuple(bool(m > -w) for m in costs),
        locking_cost=max(-w, 0.0),
        payoffs_if_resisted=tuple(max(w, -float(m)) for m in costs),
        assumptions=(
            "the cost is paid only when backing down",
            "war value known to the challenger",
        ),
    )
