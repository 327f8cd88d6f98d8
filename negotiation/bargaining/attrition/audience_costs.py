"""International crises in which backing down in public costs more the longer it took."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from negotiation.arguments import takes
from negotiation.bargaining.conditions import Distribution, pair, require
from negotiation.errors import ConvergenceError
from negotiation.presentation import Pictured
from negotiation.values import FloatArray, decoding, number, quantity

__all__ = ["AudienceCostCrisis", "audience_cost_crisis", "audience_cost_crisis_uniform"]


@dataclass(frozen=True)
class AudienceCostCrisis(Pictured):
    """Equilibrium of a crisis with growing audience costs.

    ``residual`` is the gap in the horizon's equation for the side that determines it.
    """

    horizon: float = quantity("t*", "time", "after it only attack follows")
    candidate_times: tuple[float, float] = quantity("t_j", "time", "horizon set by each side")
    initial_concession: tuple[float, float] = quantity("", "probability", "quits at time 0")
    survival: tuple[float, float] = quantity("S(t*)", "probability", "has not quit by the horizon")
    prob_war: float = quantity("", "probability", "both stay beyond the horizon")
    prob_backs_down: tuple[float, float] = quantity("", "probability", "each side quits first")
    mean_time: float = quantity("", "time", "mean date of quitting or of the horizon")
    values: tuple[float, float] = quantity("V", "payoff", "value of a type that would quit")
    prize: float = quantity("v", "payoff", "value of the prize")
    cost_rates: tuple[float, float] = quantity("a", "payoff/time", "growth of audience costs")
    residual: float = 0.0
    converged: bool = True
    assumptions: tuple[str, ...] = ()
    elapsed_seconds: float = field(default=0.0, compare=False)

    _picture = "plot_audience_cost_horizon"


_ASSUMPTIONS = (
    "both sides are public states; war ends the crisis at any date at a private value of 0 or less",
    "audience costs grow linearly and are common knowledge",
    "at most one side quits at time 0 with positive probability",
)


def _summary(
    prize: float,
    a: tuple[float, float],
    candidates: tuple[float, float],
    locked: tuple[float, float],
    *,
    residual: float,
    converged: bool,
    assumptions: tuple[str, ...],
    start: float,
) -> AudienceCostCrisis:
    """Outcomes from the horizon and the shares of types that are locked in at it.

    Side j survives with ``S_j(t) = C_j v / (v + a_i t)``; ``C_j`` makes ``S_j(t*)`` the share
    locked in. The chance that j quits first after 0 is ``int S_i(t) (-S_j'(t)) dt``.
    """
    from scipy.integrate import quad

    horizon = min(candidates)
    scale = [min(locked[j] * (prize + a[1 - j] * horizon) / prize, 1.0) for j in (0, 1)]
    atoms = [1 - scale[j] if candidates[j] != horizon else 0.0 for j in (0, 1)]
    scale = [1 - atom for atom in atoms]

    def survival(j: int, t: float) -> float:
        return scale[j] * prize / (prize + a[1 - j] * t)

    def quits(j: int, t: float) -> float:
        return scale[j] * prize * a[1 - j] / (prize + a[1 - j] * t) ** 2

    def total(integrand: object) -> float:
        return float(quad(integrand, 0.0, horizon, epsabs=1e-15, epsrel=1e-13, limit=200)[0])

    first = [atoms[j] + total(lambda t, j=j: survival(1 - j, t) * quits(j, t)) for j in (0, 1)]
    return AudienceCostCrisis(
        horizon=horizon,
        candidate_times=candidates,
        initial_concession=(atoms[0], atoms[1]),
        survival=locked,
        prob_war=locked[0] * locked[1],
        prob_backs_down=(first[0], first[1]),
        mean_time=total(lambda t: survival(0, t) * survival(1, t)),
        values=(atoms[1] * prize, atoms[0] * prize),
        prize=prize,
        cost_rates=a,
        residual=residual,
        converged=converged,
        assumptions=assumptions,
        elapsed_seconds=time.perf_counter() - start,
    )


def _rates(cost_rates: Sequence[float] | FloatArray) -> tuple[float, float]:
    a = pair(cost_rates, name="cost_rates", low=0)
    require(
        max(a) > 0,
        "an audience cost above 0 for one side at least",
        where="cost_rates",
        seen=a,
        hint="Without audience costs a threat is cheap talk: no horizon, no one is locked in.",
    )
    return a


@takes
def audience_cost_crisis_uniform(
    *,
    prize: float,
    cost_rates: Sequence[float] | FloatArray,
    war_bounds: Sequence[float] | FloatArray,
) -> AudienceCostCrisis:
    """Crisis with audience costs when war values are uniform on ``[-W_i, 0]``: closed form.

    As :func:`audience_cost_crisis`, whose horizon's equation is here
    ``a_j t / W_j = v / (v + a_i t)`` with the root
    ``t_j = [-a_j v + sqrt(a_j^2 v^2 + 4 a_i a_j v W_j)] / (2 a_i a_j)``. With equal sides and
    ``W = v`` this gives ``a t* = v (sqrt 5 - 1)/2`` and a probability of war of
    ``(3 - sqrt 5)/2``, whatever the size of a. Model of Fearon (1994), "Domestic Political
    Audiences and the Escalation of International Disputes"; the closed form is derived here.

    Parameters
    ----------
    prize
        Value v of the prize, positive.
    cost_rates
        Growth a_i of each side's audience cost, not negative and not both zero.
    war_bounds
        Largest cost of war W_i, positive.

    Raises
    ------
    InvalidInputError
        If both audience costs are zero or a number is out of range.

    Examples
    --------
    >>> crisis = audience_cost_crisis_uniform(prize=1, cost_rates=[0.4, 0.2], war_bounds=[1, 1])
    >>> [round(p, 3) for p in (*crisis.prob_backs_down, crisis.prob_war)]
    [0.131, 0.601, 0.268]
    """
    start = time.perf_counter()
    v = number(prize, name="prize", low=0, open_low=True)
    a = _rates(cost_rates)
    bounds = pair(war_bounds, name="war_bounds", low=0, open_low=True)

    def candidate(j: int) -> float:
        own, other = a[j], a[1 - j]
        if own == 0:
            return math.inf
        # The root rationalised, so that the other side's cost may be zero.
        root = math.sqrt((own * v) ** 2 + 4 * own * other * v * bounds[j])
        return 2 * v * bounds[j] / (own * v + root)

    with decoding("prize, cost_rates and war_bounds"):
        candidates = (candidate(0), candidate(1))
    horizon = min(candidates)
    locked = (a[0] * horizon / bounds[0], a[1] * horizon / bounds[1])
    decisive = candidates.index(horizon)
    residual = locked[decisive] - v / (v + a[1 - decisive] * horizon)
    return _summary(
        v,
        a,
        candidates,
        locked,
        residual=abs(residual),
        converged=True,
        assumptions=(*_ASSUMPTIONS, "war values uniform from -W to 0"),
        start=start,
    )


@takes
def audience_cost_crisis(
    *,
    prize: float,
    cost_rates: Sequence[float] | FloatArray,
    war_values: Sequence[Distribution],
    tol: float = 1e-12,
    max_doublings: int = 200,
    raise_on_failure: bool = True,
) -> AudienceCostCrisis:
    """Crisis as a war of attrition with audience costs and private values of war.

    Players: two states. Timing: continuous; at each date a state may quit, attack or wait. A state
    that quits at t gets ``-a_i t`` and the other the prize ``v``; an attack gives each its value of
    war. Information: the value of war ``w_i <= 0`` is private, drawn from ``F_i``.

    While the crisis lasts, indifference of i makes the other side survive with ``S_j(t) = C_j
    v / (v + a_i t)``. Types with ``w_j > -a_j t`` are locked in: they would rather fight than quit.
    The horizon is the smaller of the roots of ``1 - F_j(-a_j t) = v / (v + a_i t)``; after it only
    locked-in types are left. The side whose root is larger quits at time 0 with probability
    ``1 - C_j``. The side with the faster growing audience cost backs down less often (Fearon 1994,
    "Domestic Political Audiences and the Escalation of International Disputes").

    Parameters
    ----------
    prize
        Value v of the prize, positive.
    cost_rates
        Growth a_i of each side's audience cost, not negative and not both zero.
    war_values
        Distribution of each side's value of war, on a support that ends at 0 or below.
    tol
        Relative tolerance of the horizon.
    max_doublings
        How often the bracket of the horizon may double.
    raise_on_failure
        Whether to raise when no horizon is found or its equation is not met.

    Raises
    ------
    InvalidInputError
        If both audience costs are zero, or a war value may be positive.
    ConvergenceError
        If the horizon's equation is not met within 1e-8.

    Examples
    --------
    >>> from scipy.stats import uniform
    >>> crisis = audience_cost_crisis(prize=1, cost_rates=[1, 1],
    ...     war_values=[uniform(-1, 1), uniform(-1, 1)])
    >>> round(crisis.horizon, 9), round(crisis.prob_war, 9)
    (0.618033989, 0.381966011)
    """
    from scipy.optimize import brentq

    start = time.perf_counter()
    v = number(prize, name="prize", low=0, open_low=True)
    a = _rates(cost_rates)
    require(len(war_values) == 2, "two distributions", where="war_values", seen=len(war_values))
    for j, values in enumerate(war_values):
        top = float(values.support()[1])
        require(top <= 0, "values of war of 0 or less", where=f"war_values[{j}]", seen=top)

    def gap(j: int, t: float) -> float:
        return float(war_values[j].sf(-a[j] * t)) - v / (v + a[1 - j] * t)

    def candidate(j: int) -> float:
        if a[j] == 0:
            return math.inf
        if a[1 - j] == 0:
            # Against a side without audience cost j never quits: its last type is locked in then.
            return -float(war_values[j].support()[0]) / a[j]
        high = v / max(a)
        for _ in range(max_doublings):
            if gap(j, high) >= 0:
                return float(brentq(lambda t: gap(j, t), 0.0, high, xtol=1e-300, rtol=tol))
            high *= 2
        return math.inf

    candidates = (candidate(0), candidate(1))
    horizon = min(candidates)
    require(
        math.isfinite(horizon),
        "a date at which one side is locked in",
        where="audience_cost_crisis",
        seen=f"none within {max_doublings} doublings",
    )
    locked = (float(war_values[0].sf(-a[0] * horizon)), float(war_values[1].sf(-a[1] * horizon)))
    residual = abs(gap(candidates.index(horizon), horizon))
    result = _summary(
        v,
        a,
        candidates,
        locked,
        residual=residual,
        converged=residual <= 1e-8,
        assumptions=_ASSUMPTIONS,
        start=start,
    )
    if not result.converged and raise_on_failure:
        raise ConvergenceError(
            f"the horizon's equation is missed by {residual:.1e}",
            where="audience_cost_crisis",
            partial=result,
            hint="A distribution with atoms has no exact root; smooth it.",
        )
    return result
