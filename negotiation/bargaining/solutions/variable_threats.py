"""Variable threats: each side first commits to what it will do if there is no agreement.

Nash (1953) "Two-person cooperative games"; Owen (1995) for the treatment with transfers. In a
tariff standoff the threats are tariffs and the game is the tariff game.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.bargaining.solutions.axiomatic import nash_bargaining
from negotiation.bargaining.solutions.frontier import upper_hull
from negotiation.bargaining.solutions.polytope import TIGHT
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, read_only

__all__ = ["VariableThreatSolution", "variable_threats", "zero_sum_value"]


@dataclass(frozen=True, eq=False)
class VariableThreatSolution(Presented):
    """Agreement and threats.

    Attributes
    ----------
    payoffs
        Agreed payoffs ``[player]``.
    disagreement
        Payoffs if the threats were carried out ``[player]``.
    threats
        Mixed threat of each player over its actions.
    joint_surplus
        ``S``, the largest weighted sum of payoffs (plain sum with transfers).
    threat_value
        ``D``, value of the zero-sum game over the weighted difference of payoffs.
    weights
        Rates at which payoffs trade off at the agreement; (1, 1) with transfers.
    transfer_to_first
        Transfer on top of the payoffs of ``agreed``, with transfers only; otherwise zero.
    agreed
        Actions of a cell that attains the surplus.
    threat_regret
        Most that a player gains by another pure threat, the agreement being Nash's.
    assumptions
        What is supposed.
    """

    payoffs: FloatArray
    disagreement: FloatArray
    threats: tuple[FloatArray, FloatArray]
    joint_surplus: float
    threat_value: float
    weights: FloatArray
    transfer_to_first: float
    agreed: tuple[int, int]
    threat_regret: float
    assumptions: tuple[str, ...]


def zero_sum_value(matrix: ArrayLike) -> tuple[float, FloatArray, FloatArray]:
    """Return value and optimal strategies of the zero-sum game in which rows maximise.

    Examples
    --------
    >>> value, row, column = zero_sum_value([[1, -1], [-1, 1]])
    >>> round(value, 12), row.tolist()
    (0.0, [0.5, 0.5])
    """
    from scipy.optimize import linprog

    payoff = np.asarray(matrix, dtype=np.float64)
    scale = max(float(np.ptp(payoff)), 1e-300)
    scaled = (payoff - payoff.min()) / scale
    sides = []
    for side in (scaled.T, -scaled):
        count = side.shape[1]
        solved = linprog(
            np.append(np.zeros(count), -1.0),
            A_ub=np.column_stack([-side, np.ones(side.shape[0])]),
            b_ub=np.zeros(side.shape[0]),
            A_eq=np.append(np.ones(count), 0.0)[None, :],
            b_eq=[1.0],
            bounds=[(0, None)] * count + [(None, None)],
            method="highs",
            options=TIGHT,
        )
        strategy = np.maximum(solved.x[:-1], 0.0)
        sides.append(strategy / strategy.sum())
    row, column = sides
    low, high = float((row @ payoff).min()), float((payoff @ column).max())
    if high - low > 1e-8 * scale:
        raise ConvergenceError(
            "zero-sum game not solved", where="zero_sum_value", partial=(row, column)
        )
    return (low + high) / 2, row, column


def _transferable(first: FloatArray, second: FloatArray) -> VariableThreatSolution:
    total = first + second
    surplus = float(total.max())
    value, row, column = zero_sum_value(first - second)
    payoffs = np.array([(surplus + value) / 2, (surplus - value) / 2])
    cell = np.unravel_index(int(np.argmax(total)), total.shape)
    # A threat pair (p, q) leads to u1 = (S + p (A - B) q)/2: regret is half the zero-sum regret.
    difference = first - second
    here = float(row @ difference @ column)
    regret = max(float((difference @ column).max()) - here, here - float((row @ difference).min()))
    return VariableThreatSolution(
        payoffs=read_only(payoffs),
        disagreement=read_only(np.array([row @ first @ column, row @ second @ column])),
        threats=(read_only(row), read_only(column)),
        joint_surplus=surplus,
        threat_value=value,
        weights=read_only(np.ones(2)),
        transfer_to_first=float(payoffs[0] - first[cell]),
        agreed=(int(cell[0]), int(cell[1])),
        threat_regret=max(regret, 0.0) / 2,
        assumptions=(
            "payoffs are transferable one for one",
            "both sides can commit to their threats",
            "the split of the surplus over the threat point is equal",
        ),
    )


def _nash_over(points: FloatArray, threat: FloatArray) -> FloatArray:
    problem = BargainingProblem(points, np.minimum(threat, points.max(axis=0)))
    return nash_bargaining(problem).payoffs


def _without_transfers(first: FloatArray, second: FloatArray) -> VariableThreatSolution:
    """Find the rate at which the transferable solution needs no transfer."""
    from scipy.optimize import brentq

    points = np.column_stack([first.ravel(), second.ravel()])
    low, spread = points.min(axis=0), np.ptp(points, axis=0)
    if np.any(spread <= 0):
        raise InvalidInputError(
            "a player's payoff is the same everywhere: no rate of exchange exists", where="game"
        )
    a, b = (first - low[0]) / spread[0], (second - low[1]) / spread[1]
    vertices = ((points - low) / spread)[upper_hull(points)]

    def excess(weight: float, vertex: float) -> float:
        """Player 1's weighted payoff with transfers at this rate, over that at ``vertex``."""
        surplus = float((weight * a + (1 - weight) * b).max())
        value = zero_sum_value(weight * a - (1 - weight) * b)[0]
        return (surplus + value) / 2 - weight * vertex

    drop, run = -np.diff(vertices[:, 1]), np.diff(vertices[:, 0])
    rates = np.concatenate([[0.0], drop / (drop + run), [1.0]])
    weight = None
    for k, vertex in enumerate(vertices[:, 0]):
        left, right = rates[k], rates[k + 1]
        at_left, at_right = excess(left, vertex), excess(right, vertex)
        if k > 0 and excess(left, vertices[k - 1, 0]) >= -1e-13 and at_left <= 1e-13:
            weight = left
        elif at_left * at_right <= 0 and right > left:
            inside = float(brentq(excess, left, right, args=(vertex,), xtol=1e-15))
            weight = inside if 0 < inside < 1 else None
        if weight is not None:
            break
    if weight is None:
        raise ConvergenceError(
            "no interior rate of exchange supports the agreement",
            where="variable_threats",
            hint="One side may be able to dictate; look at the hull's ends.",
        )
    surplus = float((weight * a + (1 - weight) * b).max())
    value, row, column = zero_sum_value(weight * a - (1 - weight) * b)
    scaled = np.array([(surplus + value) / 2 / weight, (surplus - value) / 2 / (1 - weight)])
    payoffs = low + spread * scaled
    threat = np.array([row @ first @ column, row @ second @ column])
    regret = 0.0
    for i in range(first.shape[0]):
        other = np.array([first[i] @ column, second[i] @ column])
        regret = max(regret, float(_nash_over(points, other)[0] - payoffs[0]) / spread[0])
    for j in range(first.shape[1]):
        other = np.array([row @ first[:, j], row @ second[:, j]])
        regret = max(regret, float(_nash_over(points, other)[1] - payoffs[1]) / spread[1])
    total = weight * a + (1 - weight) * b
    cell = np.unravel_index(int(np.argmax(total)), total.shape)
    rate = np.array([weight, 1 - weight]) / spread
    return VariableThreatSolution(
        payoffs=read_only(payoffs),
        disagreement=read_only(threat),
        threats=(read_only(row), read_only(column)),
        joint_surplus=float((payoffs * rate).sum() / rate.sum()),
        threat_value=float(((threat[0] * rate[0]) - threat[1] * rate[1]) / rate.sum()),
        weights=read_only(rate / rate.sum()),
        transfer_to_first=0.0,
        agreed=(int(cell[0]), int(cell[1])),
        threat_regret=regret,
        assumptions=(
            "no transfers; lotteries over outcomes are allowed",
            "both sides can commit to their threats",
        ),
    )


@takes
def variable_threats(game: NormalFormGame, *, transfers: bool = True) -> VariableThreatSolution:
    """Return Nash's (1953) solution with optimal threats of a two-player game.

    Timing: both commit to threats, then agree on Nash's solution with the threats as the
    disagreement point. Complete information.

    With transfers ``u1 = (S + D)/2, u2 = (S - D)/2`` with ``S = max(a + b)`` and ``D`` the value
    of the zero-sum game ``A - B``. Without them, the same at the weights ``(l, 1 - l)`` for which
    the result is feasible; ``l`` is found by bisection along the frontier.

    Raises
    ------
    InvalidInputError
        If the game is not one of two players, or one's payoff never changes (no transfers).

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[0, -4], [3, -2]], [[0, 2], [-5, -3]])
    >>> solution = variable_threats(game)
    >>> solution.payoffs.tolist(), solution.threat_value
    ([0.5, -0.5], 1.0)
    """
    first, second = game.bimatrix
    return _transferable(first, second) if transfers else _without_transfers(first, second)
