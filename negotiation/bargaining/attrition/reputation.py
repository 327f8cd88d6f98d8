"""Reputational attrition: stubborn types decide who concedes, and when.

Each side is stubborn with a known probability and then never concedes. A normal side mimics the
stubborn one until a common date at which both are known to be stubborn, if nobody conceded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.bargaining.conditions import pair, require
from negotiation.presentation import Pictured, Presented
from negotiation.values import FloatArray, number, quantity, read_only

__all__ = [
    "ReputationEquilibrium",
    "StubbornnessLimit",
    "abreu_gul",
    "reputational_bargaining",
    "stubbornness_limit",
    "survival_of_reputation",
]


@dataclass(frozen=True)
class ReputationEquilibrium(Pictured):
    """Equilibrium of reputational attrition between two sides.

    ``kind`` is ``"attrition"`` for the interior solution, otherwise the corner by name:
    ``"side 1 never concedes"``, ``"side 2 never concedes"``, ``"nobody concedes"``,
    ``"side 1 concedes at once"``, ``"side 2 concedes at once"``.
    ``exhaustion_times`` are the dates at which each side alone would be known to be stubborn;
    ``horizon`` is the earlier one; in the corners, where nobody mixes over time, it is 0.
    """

    kind: str
    hazards: tuple[float, float] = quantity("lambda", "1/time", "concession rate of each side")
    exhaustion_times: tuple[float, float] = quantity("T", "time", "-ln z / lambda")
    horizon: float = quantity("T0", "time", "both known stubborn after it")
    initial_concession: tuple[float, float] = quantity("mu", "probability", "concession at time 0")
    values: tuple[float, float] = quantity("V", "payoff", "value of each normal side")
    prob_deal_at_start: float = quantity("", "probability", "a concession at time 0")
    prob_concedes_first: tuple[float, float] = quantity("", "probability", "each concedes first")
    prob_deal: float = quantity("", "probability", "somebody concedes")
    prob_breakdown: float = quantity("", "probability", "exogenous breakdown comes first")
    prob_never: float = quantity("", "probability", "the standoff lasts for ever")
    mean_time_given_deal: float = quantity("", "time", "mean date of concession, given one")
    breakdown_rate: float = quantity("beta", "1/time", "rate of an exogenous breakdown")
    assumptions: tuple[str, ...] = ()

    _picture = "plot_concession_survival"


_ASSUMPTIONS = (
    "one stubborn type a side, which never concedes",
    "beliefs about stubbornness are common knowledge at the start and independent",
    "payoffs of normal sides are common knowledge and constant over the standoff",
    "values are those of a side that is normal",
)


def _expected_time(rate: float, horizon: float) -> float:
    """Integral of t e^{-rate t} from 0 to the horizon."""
    if math.isinf(horizon):
        return 1 / rate**2
    return (1 - math.exp(-rate * horizon) * (1 + rate * horizon)) / rate**2


def _corner(
    kind: str,
    atoms: tuple[float, float],
    values: tuple[float, float],
    beta: float,
    first: tuple[float, float],
) -> ReputationEquilibrium:
    deal = first[0] + first[1]
    return ReputationEquilibrium(
        kind=kind,
        hazards=(0.0, 0.0),
        exhaustion_times=(0.0, 0.0),
        horizon=0.0,
        initial_concession=atoms,
        values=values,
        prob_deal_at_start=deal,
        prob_concedes_first=first,
        prob_deal=deal,
        prob_breakdown=1 - deal if beta > 0 else 0.0,
        prob_never=0.0 if beta > 0 else 1 - deal,
        mean_time_given_deal=0.0 if deal > 0 else math.nan,
        breakdown_rate=beta,
        assumptions=(*_ASSUMPTIONS, f"corner: {kind}"),
    )


def _forever(flow: float, rate: float, beta: float, broken: float) -> float:
    """Value of a standoff that ends in a breakdown only."""
    if rate + beta == 0:
        return math.copysign(math.inf, flow) if flow else 0.0
    return (flow + beta * broken) / (rate + beta)


@takes
def reputational_bargaining(
    *,
    concede: Sequence[float] | FloatArray,
    win: Sequence[float] | FloatArray,
    stubbornness: Sequence[float] | FloatArray,
    discount_rates: Sequence[float] | FloatArray = (0.0, 0.0),
    flows: Sequence[float] | FloatArray = (0.0, 0.0),
    breakdown_rate: float = 0.0,
    breakdown_payoffs: Sequence[float] | FloatArray = (0.0, 0.0),
) -> ReputationEquilibrium:
    """War of attrition in which each side may be stubborn, with flows and breakdown.

    Players: two sides. Timing: continuous; the first concession ends the standoff with ``L_i`` for
    the side that conceded and ``F_j`` for the other. Information: side i is stubborn with
    probability ``z_i`` and then never concedes; only it knows.

    ``lambda_j = N_i / (F_i - L_i)`` with ``N_i = r_i L_i - g_i + beta (L_i - B_i)``,
    ``T_i = -ln z_i / lambda_i``, ``T0 = min T``, ``mu_i = 1 - z_i exp(lambda_i T0)`` and
    ``V_i = L_i + mu_j (F_i - L_i)``. With ``q = (1 - mu_1)(1 - mu_2)`` and ``s = lambda_1 +
    lambda_2`` a deal has probability ``1 - q + q s/(s + beta) (1 - e^{-(s + beta) T0})``.
    A side's own cost of waiting raises its opponent's hazard, and through ``T_i`` makes the side
    itself the one that concedes at time 0: stubborn types mend the perverse sign of
    :func:`negotiation.bargaining.attrition.war_of_attrition`.

    The interior solution is Proposition 1 of Abreu and Gul (2000), "Bargaining and Reputation",
    with flows and breakdown added here; see also Kreps and Wilson (1982), "Reputation and
    Imperfect Information". The corners are derived here.

    - ``N_i <= 0 < N_j``: i never concedes, a normal j concedes at once.
    - ``N_1, N_2 <= 0``: nobody concedes, ``V = (g + beta B) / (r + beta)``.
    - ``F_i <= L_i`` and ``N_i > 0``: a normal i concedes at once, then j knows that i is stubborn
      and concedes at once too.
    - ``z_i = 0 < z_j``: i concedes at once. ``z_1 = z_2 = 0``: the mixed equilibrium without
      concession at time 0, one of a continuum.

    Parameters
    ----------
    concede, win
        Payoffs L and F of the two sides.
    stubbornness
        Probabilities z in [0, 1].
    discount_rates, flows, breakdown_rate, breakdown_payoffs
        r, g (a cost is negative), beta and B.

    Raises
    ------
    InvalidInputError
        If both sides prefer conceding to winning while waiting costs both.

    Examples
    --------
    >>> standoff = reputational_bargaining(concede=[0.3, 0.4], win=[0.7, 0.6],
    ...     stubbornness=[0.1, 0.1], discount_rates=[0.05, 0.05], flows=[-0.05, -0.08])
    >>> [round(m, 6) for m in standoff.initial_concession]
    [0.0, 0.788651]
    """
    low = pair(concede, name="concede")
    high = pair(win, name="win")
    z = pair(stubbornness, name="stubbornness", low=0, high=1)
    r = pair(discount_rates, name="discount_rates", low=0)
    g = pair(flows, name="flows")
    beta = number(breakdown_rate, name="breakdown_rate", low=0)
    broken = pair(breakdown_payoffs, name="breakdown_payoffs")
    cost = [r[i] * low[i] - g[i] + beta * (low[i] - broken[i]) for i in (0, 1)]
    gain = [high[i] - low[i] for i in (0, 1)]
    lasting = [_forever(g[i], r[i], beta, broken[i]) for i in (0, 1)]

    if cost[0] <= 0 and cost[1] <= 0:
        values = (lasting[0], lasting[1])
        return _corner("nobody concedes", (0.0, 0.0), values, beta, (0.0, 0.0))
    for i in (0, 1):
        j = 1 - i
        if cost[i] <= 0:
            kind = f"side {i + 1} never concedes"
            stays = z[j] * lasting[i] if z[j] > 0 else 0.0
            winner = (1 - z[j]) * high[i] + stays
            return _ordered_corner(kind, i, (0.0, 1 - z[j]), (winner, low[j]), beta)
    at_once = [i for i in (0, 1) if gain[i] <= 0]
    require(
        len(at_once) < 2,
        "F_i > L_i for one side at least",
        where="reputational_bargaining",
        seen=f"F - L = ({gain[0]:g}, {gain[1]:g})",
        hint="Both would concede at the same moment; the model does not say who gets what.",
    )
    if at_once:
        i = at_once[0]
        j = 1 - i
        kind = f"side {i + 1} concedes at once"
        values = (low[i], (1 - z[i]) * high[j] + z[i] * low[j])
        return _ordered_corner(kind, i, (1 - z[i], z[i] * (1 - z[j])), values, beta)
    return _interior(low, gain, (cost[1] / gain[1], cost[0] / gain[0]), z, beta)


def _ordered_corner(
    kind: str, i: int, first: tuple[float, float], values: tuple[float, float], beta: float
) -> ReputationEquilibrium:
    """Corner described from the view of side i, put in the order of the sides."""
    if i == 1:
        first, values = (first[1], first[0]), (values[1], values[0])
    return _corner(kind, first, values, beta, first)


def _interior(
    low: tuple[float, float],
    gain: list[float],
    hazard: tuple[float, float],
    z: tuple[float, float],
    beta: float,
) -> ReputationEquilibrium:
    exhausted = tuple((0.0 - math.log(z[i])) / hazard[i] if z[i] > 0 else math.inf for i in (0, 1))
    horizon = min(exhausted)
    if math.isinf(horizon):
        atoms = (0.0, 0.0)
    else:
        # 1 - z exp(hazard horizon), an exact zero for the side that is exhausted first.
        atoms = (
            abs(math.expm1(hazard[0] * (horizon - exhausted[0]))),
            abs(math.expm1(hazard[1] * (horizon - exhausted[1]))),
        )
    stay = (1 - atoms[0]) * (1 - atoms[1])
    total = hazard[0] + hazard[1]
    ends = total + beta
    later = stay * (1.0 if math.isinf(horizon) else -math.expm1(-ends * horizon))
    deal = 1 - stay + later * total / ends
    timed = stay * total * _expected_time(ends, horizon)
    # Without breakdown a standoff that outlasts the horizon lasts for ever.
    never = z[0] * z[1] if beta == 0 else 0.0
    return ReputationEquilibrium(
        kind="attrition",
        hazards=hazard,
        exhaustion_times=(exhausted[0], exhausted[1]),
        horizon=horizon,
        initial_concession=atoms,
        values=(low[0] + atoms[1] * gain[0], low[1] + atoms[0] * gain[1]),
        prob_deal_at_start=1 - stay,
        prob_concedes_first=(
            atoms[0] + later * hazard[0] / ends,
            atoms[1] + later * hazard[1] / ends,
        ),
        prob_deal=deal,
        prob_breakdown=max(1 - deal - never, 0.0) if beta > 0 else 0.0,
        prob_never=never,
        mean_time_given_deal=timed / deal if deal > 0 else math.nan,
        breakdown_rate=beta,
        assumptions=_ASSUMPTIONS,
    )


@takes
def abreu_gul(
    demands: Sequence[float] | FloatArray,
    *,
    stubbornness: Sequence[float] | FloatArray,
    discount_rates: Sequence[float] | FloatArray,
) -> ReputationEquilibrium:
    """Reputational bargaining over a unit pie with one stubborn demand a side.

    Players: two sides. Timing: continuous-time limit of any bargaining protocol with frequent
    offers. Information: side i is stubborn on its demand ``alpha_i`` with probability ``z_i``.

    ``lambda_i = r_j (1 - alpha_i) / (alpha_1 + alpha_2 - 1)``, ``T_i = -ln z_i / lambda_i``,
    ``mu_i = 1 - z_i z_j^(-lambda_i / lambda_j)`` where ``T_i > T_j`` (Abreu and Gul 2000,
    "Bargaining and Reputation").

    Parameters
    ----------
    demands
        Shares alpha in (0, 1) that together exceed the pie.
    stubbornness
        Probabilities z in [0, 1].
    discount_rates
        Rates r, positive.

    Raises
    ------
    InvalidInputError
        If the demands are compatible (``alpha_1 + alpha_2 <= 1``) or a number is out of range.

    Examples
    --------
    >>> game = abreu_gul([0.6, 0.7], stubbornness=[0.05, 0.1], discount_rates=[0.1, 0.08])
    >>> round(game.horizon, 6), round(game.initial_concession[0], 6)
    (23.025851, 0.417043)
    """
    alpha = _incompatible(demands)
    r = pair(discount_rates, name="discount_rates", low=0, open_low=True)
    return reputational_bargaining(
        concede=(1 - alpha[1], 1 - alpha[0]),
        win=alpha,
        stubbornness=stubbornness,
        discount_rates=r,
    )


def _incompatible(demands: Sequence[float] | FloatArray) -> tuple[float, float]:
    alpha = pair(demands, name="demands", low=0, high=1, open_low=True, open_high=True)
    require(
        alpha[0] + alpha[1] > 1,
        "alpha_1 + alpha_2 > 1",
        where="demands",
        seen=alpha,
        hint="Compatible demands are met at once; there is no standoff.",
    )
    return alpha


@dataclass(frozen=True)
class StubbornnessLimit(Presented):
    """What remains of reputational bargaining as stubborn types become rare."""

    values: tuple[float, float] = quantity("V", "share", "payoffs for the given demands")
    rubinstein_shares: tuple[float, float] = quantity(
        "r_j/(r_1+r_2)", "share", "shares of alternating offers at short intervals"
    )
    concedes_at_once: int | None = quantity("", "side", "1 or 2, or None on the knife edge")
    assumptions: tuple[str, ...] = ()


@takes
def stubbornness_limit(
    demands: Sequence[float] | FloatArray, *, discount_rates: Sequence[float] | FloatArray
) -> StubbornnessLimit:
    """Limit of :func:`abreu_gul` as both stubbornness probabilities vanish at the same speed.

    As z falls to 0 with ``z_1 / z_2`` fixed, the side with the smaller hazard concedes at once with
    probability one. A side that demands ``r_j / (r_1 + r_2)``, its share in Rubinstein (1982),
    never has the smaller hazard against a larger demand; so with rich sets of demands both secure
    those shares (Abreu and Gul 2000, "Bargaining and Reputation"). The statement for two given
    demands is derived here from their Proposition 1.

    Raises
    ------
    InvalidInputError
        If the demands are compatible or a number is out of range.

    Examples
    --------
    >>> stubbornness_limit([0.6, 0.7], discount_rates=[0.1, 0.1]).values
    (0.6, 0.4)
    """
    alpha = _incompatible(demands)
    r = pair(discount_rates, name="discount_rates", low=0, open_low=True)
    first, second = r[1] * (1 - alpha[0]), r[0] * (1 - alpha[1])
    low = (1 - alpha[1], 1 - alpha[0])
    if math.isclose(first, second, rel_tol=1e-12):
        values, loser = low, None
    elif first < second:
        values, loser = (low[0], alpha[1]), 1
    else:
        values, loser = (alpha[0], low[1]), 2
    return StubbornnessLimit(
        values=values,
        rubinstein_shares=(r[1] / (r[0] + r[1]), r[0] / (r[0] + r[1])),
        concedes_at_once=loser,
        assumptions=(
            "stubbornness of both sides vanishes at the same speed",
            "on the knife edge of equal hazards and equal stubbornness both get what conceding "
            "pays",
        ),
    )


@takes
def survival_of_reputation(
    equilibrium: ReputationEquilibrium, times: Sequence[float] | FloatArray
) -> FloatArray:
    """Probability that each side has not conceded by each date, ``[side, time]``.

    ``(1 - mu_i) e^{-lambda_i min(t, T0)}``: after the horizon only stubborn sides are left.

    Examples
    --------
    >>> game = abreu_gul([0.6, 0.6], stubbornness=[0.1, 0.1], discount_rates=[0.1, 0.1])
    >>> survival_of_reputation(game, [0.0, game.horizon]).round(6)
    array([[1. , 0.1],
           [1. , 0.1]])
    """
    dates = np.minimum(np.asarray(times, dtype=np.float64), equilibrium.horizon)
    rows = [
        (1 - atom) * np.exp(-rate * dates)
        for atom, rate in zip(equilibrium.initial_concession, equilibrium.hazards, strict=True)
    ]
    return read_only(np.array(rows))
