"""Reputational bargaining in which each side chooses which stubborn type to imitate."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from negotiation.arguments import takes
from negotiation.bargaining.attrition.reputation import abreu_gul
from negotiation.bargaining.conditions import pair, require
from negotiation.errors import ConvergenceError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, quantity, read_only

__all__ = ["DemandEquilibrium", "StubbornTypes", "abreu_gul_demands"]


@dataclass(frozen=True, eq=False)
class StubbornTypes:
    """Stubborn types of one side: what they insist on, and how likely each is.

    ``weights`` are conditional on being stubborn and sum to one.
    """

    demands: FloatArray = quantity("alpha", "share", "shares insisted on, each in (0, 1)")
    weights: FloatArray = quantity("pi", "probability", "probability of each, given stubborn")
    stubbornness: float = quantity("z", "probability", "probability of being stubborn")

    def __post_init__(self) -> None:
        """Check shapes and bounds; the weights must sum to one."""
        demands = float_array(self.demands, name="demands", ndim=1, low=0.0, high=1.0)
        require(
            bool(np.all((demands > 0) & (demands < 1)) and np.all(np.diff(demands) > 0)),
            "ascending shares strictly between 0 and 1",
            where="demands",
            seen=demands,
        )
        weights = float_array(self.weights, name="weights", shape=demands.shape, low=0.0)
        require(
            bool(np.all(weights > 0)) and math.isclose(float(weights.sum()), 1.0, rel_tol=1e-9),
            "positive weights that sum to 1",
            where="weights",
            seen=weights,
        )
        object.__setattr__(self, "demands", demands)
        object.__setattr__(self, "weights", weights)
        object.__setattr__(
            self, "stubbornness", number(self.stubbornness, name="z", low=0, high=1, open_high=True)
        )


@dataclass(frozen=True, eq=False)
class DemandEquilibrium(Presented):
    """Equilibrium choice of demands and the values it gives.

    ``counter_demands[a, b]`` is the probability with which a normal side 2 answers demand a with
    demand b; ``acceptance[a]`` with which it accepts. ``regret`` is the largest gain from another
    demand of either side, computed pair by pair from the game with one type a side.
    """

    demands: FloatArray = quantity("mu_1", "probability", "demands of a normal side 1")
    counter_demands: FloatArray = quantity("mu_2", "probability", "answers [demand, answer]")
    acceptance: FloatArray = quantity("", "probability", "acceptance of each demand")
    values: tuple[float, float] = quantity("V", "share", "values of normal sides 1 and 2")
    values_by_demand: FloatArray = quantity("V_2", "share", "value of normal 2 after each demand")
    rubinstein_shares: tuple[float, float] = quantity("", "share", "benchmark r_j / (r_1 + r_2)")
    regret: float = quantity("", "share", "largest gain from a deviation")
    converged: bool = True
    assumptions: tuple[str, ...] = ()
    elapsed_seconds: float = field(default=0.0, compare=False)


class _Answer(NamedTuple):
    value_2: float
    counter: FloatArray
    accept: float
    value_1: float


def _root(function: object, low: float, high: float, *, tol: float = 1e-14) -> float:
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=tol, rtol=1e-14, maxiter=500))


def _answer(alpha: float, x: float, second: StubbornTypes, rates: tuple[float, float]) -> _Answer:
    """Equilibrium answer of side 2 to demand ``alpha`` of side 1, stubborn with probability x.

    At value u a counter-demand ``a`` needs the posterior ``y(a; u) = (x / (1 - m))^{lam2/lam1}``
    with ``m = (u - (1 - alpha)) / (a - (1 - alpha))``, the atom of side 1 that pays u; its weight
    is ``z pi (1 - y) / ((1 - z) y)``. Weights fall in u; they must sum to one, or to less at
    ``u = 1 - alpha``, and the rest accepts.
    """
    z = second.stubbornness
    low = 1 - alpha
    rival = second.demands > low + 1e-15
    a = second.demands[rival]
    prior = z * second.weights[rival]
    power = rates[0] * (1 - a) / (rates[1] * low)

    top = float(a.max()) if a.size else low

    def weights(log_gap: float) -> FloatArray:
        # The unknown is ln(top - u): with rare stubborn types u nears top beyond a float's reach.
        slack = np.maximum(np.exp(log_gap) - (top - a), 0.0) / (a - low)
        inside = slack > 0
        out = np.zeros(a.size)
        log_y = power[inside] * (math.log(x) - np.log(np.minimum(slack[inside], 1.0)))
        # (1 - y)/y = e^{-log y} - 1, bounded before use: a weight above 1e6 is as good as infinite.
        odds = np.expm1(np.clip(-log_y, -50.0, 700.0))
        out[inside] = np.maximum(prior[inside] * odds / (1 - z), 0.0)
        return np.minimum(out, 1e6)

    counter = np.zeros(second.demands.size)
    u = low
    if a.size:
        chosen = weights(math.log(top - low))
        if chosen.sum() > 1:
            root = _root(lambda gap: float(weights(gap).sum()) - 1.0, -700.0, math.log(top - low))
            chosen = weights(root)
            chosen = chosen / chosen.sum()
            u = top - math.exp(root)
        counter[rival] = chosen
    accept = max(1.0 - float(counter.sum()), 0.0) if u == low else 0.0
    stubborn_mass = np.where(rival, z * second.weights, 0.0)
    standoff = stubborn_mass + (1 - z) * counter
    value_1 = float(standoff @ (1 - second.demands) + (1 - standoff.sum()) * alpha)
    return _Answer(u, counter, accept, value_1)


def _posterior(prior: float, z: float, chosen: float) -> float:
    """Probability of being stubborn after a demand with prior z pi, chosen by normal sides."""
    return prior / (prior + (1 - z) * chosen) if prior > 0 else 0.0


def _opening(
    first: StubbornTypes, second: StubbornTypes, rates: tuple[float, float], tol: float
) -> FloatArray:
    """Probabilities with which a normal side 1 opens with each demand."""
    z = first.stubbornness
    priors = z * first.weights
    # The posterior after a demand that every normal side makes, and ln of it: the unknown is ln x.
    lowest = np.log(priors / (priors + 1 - z))

    def value(k: int, log_x: float) -> float:
        return _answer(float(first.demands[k]), math.exp(log_x), second, rates).value_1

    untouched = np.array([value(k, 0.0) for k in range(priors.size)])
    crowded = np.array([value(k, lowest[k]) for k in range(priors.size)])

    def chosen(v: float) -> FloatArray:
        out = np.zeros(priors.size)
        for k in range(priors.size):
            if untouched[k] <= v:
                continue
            if crowded[k] >= v:
                out[k] = 1.0
                continue
            log_x = _root(lambda t, k=k: value(k, t) - v, lowest[k], 0.0)
            out[k] = priors[k] * math.expm1(-log_x) / (1 - z)
        return out

    low, high = float(crowded.min()) - 1e-9, float(untouched.max())
    found = _root(lambda v: float(chosen(v).sum()) - 1.0, low, high, tol=tol)
    # Where values are flat in the weight, the total jumps: share the jump out.
    below, above = chosen(max(found - tol, low)), chosen(min(found + tol, high))
    jump = below.sum() - above.sum()
    theta = (1 - above.sum()) / jump if jump > 0 else 0.0
    mixed = above + theta * (below - above)
    return np.asarray(mixed / mixed.sum(), dtype=np.float64)


def _pair_values(
    alpha: float, x: float, a: float, y: float, rates: tuple[float, float]
) -> tuple[float, float]:
    if alpha + a <= 1:
        return alpha, 1 - alpha
    return abreu_gul((alpha, a), stubbornness=(x, y), discount_rates=rates).values


def _regret(
    first: StubbornTypes,
    second: StubbornTypes,
    opening: FloatArray,
    answers: list[_Answer],
    rates: tuple[float, float],
) -> float:
    """Largest gain from another demand, from the two-sided game with one type a side."""
    z1, z2 = first.stubbornness, second.stubbornness
    payoffs_1 = np.empty(opening.size)
    worst = 0.0
    for k, answer in enumerate(answers):
        alpha = float(first.demands[k])
        x = _posterior(float(z1 * first.weights[k]), z1, float(opening[k]))
        replies = np.empty(second.demands.size)
        payoffs_1[k] = (1 - z2) * answer.accept * alpha
        for b, a in enumerate(second.demands):
            prior = float(z2 * second.weights[b])
            y = _posterior(prior, z2, float(answer.counter[b]))
            own_1, replies[b] = _pair_values(alpha, x, float(a), y, rates)
            payoffs_1[k] += (prior + (1 - z2) * answer.counter[b]) * own_1
        best = max(float(replies.max()), 1 - alpha)
        played = float(answer.counter @ replies + answer.accept * (1 - alpha))
        if x > 0:
            worst = max(worst, best - played)
    return max(worst, float(payoffs_1.max() - opening @ payoffs_1))


@takes
def abreu_gul_demands(
    first: StubbornTypes,
    second: StubbornTypes,
    *,
    discount_rates: Sequence[float] | FloatArray,
    tol: float = 1e-12,
    max_regret: float = 1e-6,
    raise_on_failure: bool = True,
) -> DemandEquilibrium:
    """Reputational bargaining with several stubborn types a side and a choice of demands.

    Players: side 1 and side 2. Timing: 1 announces a demand, 2 accepts or announces another, and a
    war of attrition between the two demands follows in continuous time. Information: side i is
    stubborn with probability ``z_i`` and then insists on ``alpha`` with probability ``pi_i``;
    a normal side chooses which stubborn type to imitate, and the other updates by Bayes' rule.

    Demands in use pay the same and others no more; each weight lowers the posterior that the
    demand comes from a stubborn side, and with it the payoff of using it, so weights and values are
    roots of monotone equations, solved by nested root finding. Model of Abreu and Gul (2000),
    "Bargaining and Reputation"; the algorithm is of this project. As stubbornness vanishes over
    fine grids of demands, values tend to the Rubinstein (1982) shares ``r_j / (r_1 + r_2)``.

    Parameters
    ----------
    first, second
        Stubborn types of the sides.
    discount_rates
        Rates r, positive.
    tol
        Width of the final bracket on side 1's value.
    max_regret
        Largest regret at which the result counts as converged.
    raise_on_failure
        Whether to raise when it does not.

    Raises
    ------
    InvalidInputError
        If side 1 is surely normal (``z_1 = 0``: no demand of its can persuade), or an input is out
        of range.
    ConvergenceError
        If the regret exceeds ``max_regret``.

    Examples
    --------
    >>> types = StubbornTypes(demands=[0.5, 0.6, 0.7], weights=[0.4, 0.3, 0.3], stubbornness=0.01)
    >>> found = abreu_gul_demands(types, types, discount_rates=[0.1, 0.1])
    >>> found.converged, bool(found.regret < 1e-8)
    (True, True)
    """
    start = time.perf_counter()
    r = pair(discount_rates, name="discount_rates", low=0, open_low=True)
    require(
        first.stubbornness > 0,
        "z_1 > 0",
        where="first.stubbornness",
        seen=first.stubbornness,
        hint="A side known to be normal concedes at once to any demand that may be stubborn.",
    )
    opening = _opening(first, second, r, number(tol, name="tol", low=0, open_low=True))
    z = first.stubbornness
    answers = [
        _answer(float(alpha), _posterior(float(z * w), z, float(m)), second, r)
        for alpha, w, m in zip(first.demands, first.weights, opening, strict=True)
    ]
    regret = _regret(first, second, opening, answers, r)
    by_demand = np.array([answer.value_2 for answer in answers])
    seen = z * first.weights + (1 - z) * opening
    result = DemandEquilibrium(
        demands=read_only(opening),
        counter_demands=read_only(np.array([answer.counter for answer in answers])),
        acceptance=read_only(np.array([answer.accept for answer in answers])),
        values=(
            float(opening @ np.array([answer.value_1 for answer in answers])),
            float(seen @ by_demand),
        ),
        values_by_demand=read_only(by_demand),
        rubinstein_shares=(r[1] / (r[0] + r[1]), r[0] / (r[0] + r[1])),
        regret=regret,
        converged=regret <= max_regret,
        assumptions=(
            "side 1 announces its demand first",
            "an answer that would be conceded at time 0 counts as acceptance",
            "stubborn sides accept what meets their demand and nothing else",
        ),
        elapsed_seconds=time.perf_counter() - start,
    )
    if not result.converged and raise_on_failure:
        raise ConvergenceError(
            f"regret {regret:.2e} above {max_regret:.0e}",
            where="abreu_gul_demands",
            partial=result,
            hint="Lower tol, or pass raise_on_failure=False to inspect the result.",
        )
    return result
