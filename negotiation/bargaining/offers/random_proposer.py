"""Offers by a side drawn at random, with fixed or random surplus, and with optimistic sides.

Sources: Binmore (1987); Baron and Ferejohn (1989) "Bargaining in legislatures"; Merlo and Wilson
(1995) "A stochastic model of sequential bargaining with complete information"; Yildiz (2003)
"Bargaining without a common prior: an immediate agreement theorem".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, read_only

__all__ = [
    "OptimismDelay",
    "RandomProposer",
    "StochasticSurplus",
    "optimism_deadline",
    "random_proposer",
    "stochastic_surplus",
]


@dataclass(frozen=True, eq=False)
class RandomProposer(Presented):
    """Stationary equilibrium with a randomly drawn proposer.

    Attributes
    ----------
    values
        Expected payoffs before the draw ``[player]``.
    offers
        What each side is offered by any other proposer ``[player]``.
    proposer_payoffs
        What each side keeps when it is drawn ``[player]``.
    assumptions
        What is supposed.
    """

    values: FloatArray
    offers: FloatArray
    proposer_payoffs: FloatArray
    assumptions: tuple[str, ...]


def _chances(value: ArrayLike, name: str) -> FloatArray:
    p = float_array(value, name=name, ndim=1, low=0.0)
    if abs(p.sum() - 1) > 1e-9:
        raise InvalidInputError("probabilities must sum to one", where=name, seen=p)
    return p


@takes
def random_proposer(
    recognition: ArrayLike, delta: ArrayLike, *, surplus: float = 1.0
) -> RandomProposer:
    """Return the stationary division when side i proposes with probability ``p_i`` each round.

    Everybody must agree; complete information. ``V_i = p_i T + d_i V_i`` with ``T = S - sum_j d_j
    V_j`` what is left for the proposer over its own continuation, so that ``V_i`` is proportional
    to ``p_i/(1 - d_i)``. Two sides: ``V_1 = p1 (1-d2)/(p1 (1-d2) + p2 (1-d1))`` (Binmore 1987;
    Baron and Ferejohn 1989 with two players). Any number of sides under unanimity.

    Raises
    ------
    InvalidInputError
        Unless probabilities sum to one and every factor is in [0, 1).

    Examples
    --------
    >>> random_proposer([0.7, 0.3], [0.95, 0.9]).values.round(6).tolist()
    [0.823529, 0.176471]
    """
    p = _chances(recognition, "recognition")
    given = float_array(delta, name="delta", low=0.0, high=1.0)
    d = (
        np.broadcast_to(given, p.shape)
        if given.ndim == 0
        else float_array(given, name="delta", shape=p.shape)
    )
    if np.any(d >= 1):
        raise InvalidInputError("must be below one", where="delta", seen=d)
    pie = number(surplus, name="surplus", low=0.0)
    share = p / (1 - d)
    values = pie * share / share.sum()
    offers = d * values
    return RandomProposer(
        values=read_only(values),
        offers=read_only(offers),
        proposer_payoffs=read_only(pie - offers.sum() + offers),
        assumptions=(
            "stationary strategies",
            "all sides must agree",
            "the proposer is drawn independently each round",
        ),
    )


@dataclass(frozen=True, eq=False)
class StochasticSurplus(Presented):
    """Equilibrium when the surplus follows a Markov chain.

    Attributes
    ----------
    values
        Expected payoffs before the proposer is drawn ``[state, player]``.
    joint_value
        Expected present value of the agreement ``[state]``.
    threshold
        Discounted joint value of waiting ``[state]``: agreement as soon as the surplus reaches it.
    agree
        Whether the sides agree in a state.
    expected_delay
        Expected number of rounds until agreement, from each state; infinite if it may never come.
    ex_ante
        Joint value before the first state is drawn, where the chain draws states independently.
    residual
        Largest error of the equations for ``values`` (Bellman residual).
    assumptions
        What is supposed.
    """

    values: FloatArray
    joint_value: FloatArray
    threshold: FloatArray
    agree: tuple[bool, ...]
    expected_delay: FloatArray
    ex_ante: float | None
    residual: float
    assumptions: tuple[str, ...]


def _transition(transition: ArrayLike, count: int) -> tuple[FloatArray, bool]:
    given = float_array(transition, name="transition", low=0.0)
    independent = given.ndim == 1
    matrix = (
        np.tile(float_array(given, name="transition", shape=(count,)), (count, 1))
        if independent
        else float_array(given, name="transition", shape=(count, count))
    )
    if np.any(np.abs(matrix.sum(axis=1) - 1) > 1e-9):
        raise InvalidInputError(
            "each row must sum to one", where="transition", seen=matrix.sum(axis=1)
        )
    return np.asarray(matrix), independent


def _leads_to(stay: FloatArray, states: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """States from which ``states`` are reached with positive probability while none agree."""
    out = states.copy()
    for _ in states:
        out |= (stay > 0) @ out
    return out


@takes
def stochastic_surplus(
    surplus: ArrayLike,
    transition: ArrayLike,
    delta: float,
    *,
    recognition: ArrayLike = (0.5, 0.5),
    max_iter: int = 1000,
) -> StochasticSurplus:
    """Return the stationary equilibrium when the surplus changes from round to round.

    Each round the state s is seen, a proposer is drawn, and it proposes a division of ``S(s)``
    that all must accept; otherwise the state moves on and payoffs are discounted by delta. Joint
    value: ``W(s) = max(S(s), d E[W(s')|s])``; agreement iff ``S(s) >= d E[W(s')|s]``, which is
    efficient: the sides wait for a larger surplus. Shares: ``V_i = p_i (S - d E W) + d E V_i``
    where they agree, ``V_i = d E V_i`` elsewhere (Merlo and Wilson 1995). Solved by policy
    iteration.

    Parameters
    ----------
    surplus
        Surplus in each state ``[state]``.
    transition
        Probabilities ``[state, next state]``, or ``[next state]`` for independent draws.
    delta
        Common discount factor in [0, 1).
    recognition
        Probability that each side proposes, ``[player]`` or ``[state, player]``.

    Examples
    --------
    >>> result = stochastic_surplus([1.0, 4.0], [0.5, 0.5], 0.9)
    >>> result.agree, result.joint_value.round(6).tolist()
    ((False, True), [3.272727, 4.0])
    """
    pies = float_array(surplus, name="surplus", ndim=1)
    d = number(delta, name="delta", low=0.0, high=1.0, open_high=True)
    matrix, independent = _transition(transition, pies.size)
    given = float_array(recognition, name="recognition", low=0.0)
    p = (
        np.tile(given, (pies.size, 1))
        if given.ndim == 1
        else float_array(given, name="recognition", shape=(pies.size, None))
    )
    if np.any(np.abs(p.sum(axis=1) - 1) > 1e-9):
        raise InvalidInputError("probabilities must sum to one", where="recognition", seen=p)
    agree = pies >= 0
    identity = np.eye(pies.size)
    for _ in range(max_iter):
        # Where they wait the joint value is the discounted next one; one linear system.
        joint = np.linalg.solve(
            identity - d * np.where(agree[:, None], 0.0, matrix), np.where(agree, pies, 0.0)
        )
        better = pies >= d * matrix @ joint - 1e-14 * np.abs(joint).max(initial=0.0)
        if np.array_equal(better, agree):
            break
        agree = better
    else:
        raise ConvergenceError("policy iteration did not settle", where="stochastic_surplus")
    waiting = d * matrix @ joint
    gain = np.where(agree, pies - waiting, 0.0)
    values = np.linalg.solve(identity - d * matrix, p * gain[:, None])
    stay = np.where(agree[:, None], 0.0, matrix)
    surely = ~_leads_to(stay, ~_leads_to(stay, agree))
    delay = np.where(surely, 0.0, np.inf)
    delay[surely] = np.linalg.solve(
        (identity - stay)[np.ix_(surely, surely)], np.where(agree, 0.0, 1.0)[surely]
    )
    next_values = d * matrix @ values
    check = np.where(agree[:, None], p * gain[:, None] + next_values, next_values)
    residual = max(
        float(np.abs(check - values).max()),
        float(np.abs(values.sum(axis=1) - np.maximum(pies, waiting)).max()),
    )
    return StochasticSurplus(
        values=read_only(values),
        joint_value=read_only(joint),
        threshold=read_only(waiting),
        agree=tuple(bool(a) for a in agree),
        expected_delay=read_only(delay),
        ex_ante=float(matrix[0] @ joint) if independent else None,
        residual=residual,
        assumptions=(
            "stationary strategies, all sides must agree",
            "a common discount factor",
            "the surplus is seen before the proposer is drawn",
        ),
    )


@dataclass(frozen=True)
class OptimismDelay(Presented):
    """Delay before a deadline when both sides are optimistic about who will propose.

    Attributes
    ----------
    delay_periods
        L: dates ``T - L + 1 .. T - 1`` pass without agreement; there is agreement at ``T - L`` and
        before, and at the deadline T.
    silent_dates
        Number of dates without agreement, ``L - 1``.
    perceived_surplus
        Sum of both sides' expected shares with no deadline near, ``(1 + y)/(1 + y d)``.
    perceived_at_deadline
        The same at the deadline, ``1 + y``.
    agreement_without_deadline
        Whether the sides agree at once when there is no deadline: always so with constant optimism.
    assumptions
        What is supposed.
    """

    delay_periods: int
    silent_dates: int
    perceived_surplus: float
    perceived_at_deadline: float
    agreement_without_deadline: bool
    assumptions: tuple[str, ...]


@takes
def optimism_deadline(optimism: float, delta: float) -> OptimismDelay:
    """Return how long optimistic sides wait before a deadline.

    Each believes that it is recognised as proposer with probability ``p_i`` at every date, with
    ``y = p_1 + p_2 - 1 > 0`` the optimism; beliefs are common knowledge and do not change.
    Between T-L and the deadline T each waits to be recognised at the deadline: ``L =
    ceil(ln(1+y)/(-ln d))``. Far from any deadline the perceived surplus is ``(1+y)/(1+y d) <=
    1/d`` and agreement is immediate (Yildiz 2003). It explains extensions agreed at the last
    minute.

    Raises
    ------
    InvalidInputError
        Unless ``0 <= y <= 1`` and ``0 < d < 1``.

    Examples
    --------
    >>> result = optimism_deadline(0.5, 0.95)
    >>> result.delay_periods, round(result.perceived_surplus, 6)
    (8, 1.016949)
    """
    y = number(optimism, name="optimism", low=0.0, high=1.0)
    d = number(delta, name="delta", low=0.0, high=1.0, open_low=True, open_high=True)
    exact = math.log1p(y) / -math.log(d)
    delay = math.ceil(exact - 1e-12 * max(1.0, exact))
    surplus = (1 + y) / (1 + y * d)
    return OptimismDelay(
        delay_periods=delay,
        silent_dates=max(delay - 1, 0),
        perceived_surplus=surplus,
        perceived_at_deadline=1 + y,
        agreement_without_deadline=surplus * d <= 1,
        assumptions=(
            "beliefs about recognition are constant and common knowledge",
            "a common discount factor",
        ),
    )
