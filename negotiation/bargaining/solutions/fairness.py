"""Solutions built on equality: equal cuts of tariffs, and inequity-averse sides.

Sources: Fehr and Schmidt (1999) "A theory of fairness, competition, and cooperation" for inequity
aversion and for the ultimatum game. Equal cuts (each side takes the same number of percentage
points off its tariff) and the Nash solution over inequity-averse utilities are this library's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.bargaining.solutions.axiomatic import nash_bargaining
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.result import BargainingSolution
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, one_of, read_only

__all__ = [
    "InequityAverseSolution",
    "UltimatumOffer",
    "equal_cuts",
    "inequity_averse",
    "inequity_averse_ultimatum",
]


@takes
def equal_cuts(
    problem: BargainingProblem,
    *,
    standoff: ArrayLike,
    tolerance: float = 1e-9,
    rule: str = "nash",
    tol: float = 1e-8,
) -> BargainingSolution:
    """Return the agreement in which all tariffs fall by the same number of percentage points.

    Only points whose parameters are ``standoff - c`` for one ``c >= 0`` are considered. Equality
    fixes the direction; ``rule`` fixes how far: the best weighted product of gains ("nash"), the
    best smallest gain ("egalitarian"), the best weighted sum ("utilitarian"), or the largest cut
    that leaves nobody worse off than the standoff ("largest").

    Parameters
    ----------
    problem
        With ``parameters [n, tariff]``: the tariff of each side at each point.
    standoff
        Tariffs in force ``[tariff]``.
    tolerance
        Largest difference between the sides' cuts that still counts as equal; on a grid of
        tariffs, half its step.

    Raises
    ------
    InvalidInputError
        If points carry no tariffs, or no equal cut leaves everybody at least as well off.

    Examples
    --------
    >>> cuts = np.linspace(0, 1.25, 6)
    >>> points = np.column_stack([cuts - 0.4 * cuts**2, cuts - 0.5 * cuts**2])
    >>> tariffs = np.column_stack([1.45 - cuts, 1.25 - cuts])
    >>> problem = BargainingProblem(points, [0, 0], parameters=tariffs)
    >>> agreed = equal_cuts(problem, standoff=[1.45, 1.25])
    >>> [round(x, 2) for x in agreed.parameters]
    [0.45, 0.25]
    """
    one_of(rule, ("nash", "egalitarian", "utilitarian", "largest"), name="rule")
    if problem.parameters is None:
        raise InvalidInputError(
            "points carry no tariffs", where="problem.parameters", hint="Give parameters=."
        )
    tariffs = np.asarray(problem.parameters)
    start = float_array(standoff, name="standoff", shape=(tariffs.shape[1],))
    tolerance = number(tolerance, name="tolerance", low=0.0)
    cuts = start - tariffs
    equal = (np.ptp(cuts, axis=1) <= tolerance) & (cuts.mean(axis=1) >= -tolerance)
    gains = problem.points - problem.floor
    accepted = np.flatnonzero(equal & np.all(gains >= 0, axis=1))
    if not accepted.size:
        raise InvalidInputError(
            "no equal cut leaves everybody at least as well off",
            where="equal_cuts",
            seen=f"{int(equal.sum())} points with equal cuts",
            hint="Widen tolerance to half the step of the tariff grid.",
        )
    over = problem.points[accepted] - problem.point
    weights = problem.shares
    if rule == "nash":
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(weights > 0, weights * np.log(over), 0.0).sum(axis=1)
    elif rule == "egalitarian":
        score = over.min(axis=1)
    elif rule == "utilitarian":
        score = over @ weights
    else:
        score = cuts[accepted].mean(axis=1)
    row = int(accepted[int(np.argmax(score))])
    whole = nash_bargaining(replace(problem, convexify=False), tol=tol)
    better = problem.points - problem.points[row]
    spread = max(float(np.abs(better).max()), 1e-300)
    return replace(
        whole,
        name="equal cuts",
        payoffs=read_only(problem.points[row]),
        gains=read_only(problem.points[row] - problem.point),
        support=(row,),
        probabilities=(1.0,),
        parameters=tuple(float(x) for x in tariffs[row]),
        defining_residual=float(np.ptp(cuts[row])),
        efficiency_slack=max(float(better.min(axis=1).max()), 0.0) / spread,
        converged=True,
        assumptions=(
            "all tariffs fall by the same number of percentage points",
            f"how far they fall: {rule}",
            "equality of cuts can cost efficiency: efficiency_slack is not required to be zero",
        ),
    )


@dataclass(frozen=True, eq=False)
class InequityAverseSolution(Presented):
    """Nash solution between inequity-averse sides.

    Attributes
    ----------
    payoffs
        Material payoffs ``[player]``.
    utilities
        Gains after envy and guilt ``[player]``; disagreement is zero.
    solution
        The Nash solution in utilities.
    envy, guilt
        Parameters alpha and beta ``[player]``.
    assumptions
        What is supposed.
    """

    payoffs: FloatArray
    utilities: FloatArray
    solution: BargainingSolution
    envy: FloatArray
    guilt: FloatArray
    assumptions: tuple[str, ...]


@takes
def inequity_averse(
    problem: BargainingProblem, *, envy: ArrayLike, guilt: ArrayLike, tol: float = 1e-8
) -> InequityAverseSolution:
    """Return the Nash solution when each side minds unequal gains.

    With gains ``x`` over disagreement and n players,
    ``U_i = x_i - alpha_i/(n-1) sum_j max(x_j - x_i, 0) - beta_i/(n-1) sum_j max(x_i - x_j, 0)``
    (Fehr and Schmidt 1999); the weighted product of U is maximised. Envy and guilt without bound
    lead to equal gains. A frontier given as a function is sampled. The Nash solution over these
    utilities is this library's construction.

    Raises
    ------
    InvalidInputError
        Unless ``0 <= beta_i < 1`` and ``beta_i <= alpha_i``.

    Examples
    --------
    >>> problem = BargainingProblem([[0, 2], [1, 0]], [0, 0])
    >>> inequity_averse(problem, envy=[0, 0], guilt=[0, 0]).payoffs.round(6).tolist()
    [0.5, 1.0]
    >>> inequity_averse(problem, envy=[9, 9], guilt=[0, 0]).payoffs.round(6).tolist()
    [0.666667, 0.666667]
    """
    count = problem.point.size
    alpha = float_array(envy, name="envy", shape=(count,), low=0.0)
    beta = float_array(guilt, name="guilt", shape=(count,), low=0.0)
    if np.any(beta >= 1) or np.any(beta > alpha):
        raise InvalidInputError(
            "guilt must be below one and at most envy",
            where="guilt",
            seen=beta,
            allowed=f"<= {alpha}",
        )
    gains = problem.points - problem.point
    if problem.convexify and not callable(problem.frontier) and count == 2:
        gains = _refined(problem) - problem.point
    difference = gains[:, None, :] - gains[:, :, None]
    ahead, behind = np.maximum(-difference, 0), np.maximum(difference, 0)
    utilities = gains - (alpha * behind.sum(axis=2) + beta * ahead.sum(axis=2)) / (count - 1)
    solution = nash_bargaining(
        BargainingProblem(
            utilities,
            np.zeros(count),
            weights=problem.weights,
            players=problem.players,
            convexify=problem.convexify,
        ),
        tol=tol,
    )
    mixed = np.vstack([gains, np.zeros(count)])[list(solution.support)]
    payoffs = problem.point + np.array(solution.probabilities) @ mixed
    return InequityAverseSolution(
        payoffs=read_only(payoffs),
        utilities=solution.payoffs,
        solution=solution,
        envy=alpha,
        guilt=beta,
        assumptions=(
            "envy and guilt compare gains over the disagreement point in their unit",
            "they apply to the agreed outcome, not to expected payoffs",
            *solution.assumptions,
        ),
    )


def _refined(problem: BargainingProblem) -> FloatArray:
    """Vertices of the hull, with the equal-gain point of every edge that crosses the diagonal.

    Utilities have a kink there, so the image of an edge is two edges.
    """
    vertices = problem.hull
    gap = (vertices - problem.point) @ np.array([1.0, -1.0])
    out = list(vertices)
    for k in np.flatnonzero(gap[:-1] * gap[1:] < 0):
        share = gap[k] / (gap[k] - gap[k + 1])
        out.append(vertices[k] + share * (vertices[k + 1] - vertices[k]))
    return np.vstack(out)


@dataclass(frozen=True)
class UltimatumOffer(Presented):
    """Take-it-or-leave-it offer between inequity-averse sides.

    Attributes
    ----------
    minimum_accepted
        Smallest share that the responder accepts.
    offer
        Share that the proposer offers; the smallest one where several are optimal.
    offers
        Smallest and largest optimal offer.
    assumptions
        What is supposed.
    """

    minimum_accepted: float
    offer: float
    offers: tuple[float, float]
    assumptions: tuple[str, ...]


@takes
def inequity_averse_ultimatum(
    *, responder_envy: float, proposer_guilt: float = 0.0, proposer_envy: float | None = None
) -> UltimatumOffer:
    """Return the least accepted share and the offer in an ultimatum game over a pie of one.

    The proposer names the responder's share s, the responder accepts or both get nothing; complete
    information. The responder accepts iff ``s >= alpha/(1 + 2 alpha)``; the proposer offers that if
    ``beta < 1/2``, one half if ``beta > 1/2`` and anything between at ``beta = 1/2`` (Fehr and
    Schmidt 1999).

    Raises
    ------
    InvalidInputError
        If a parameter is negative or guilt is one or more, or above the proposer's envy if given.

    Examples
    --------
    >>> inequity_averse_ultimatum(responder_envy=0.5, proposer_guilt=0.25).offer
    0.25
    """
    alpha = number(responder_envy, name="responder_envy", low=0.0)
    beta = number(proposer_guilt, name="proposer_guilt", low=0.0, high=1.0, open_high=True)
    if proposer_envy is not None and beta > number(proposer_envy, name="proposer_envy", low=0.0):
        raise InvalidInputError("guilt must be at most envy", where="proposer_guilt", seen=beta)
    least = alpha / (1 + 2 * alpha)
    low, high = (least, least) if beta < 0.5 else (0.5, 0.5) if beta > 0.5 else (least, 0.5)
    return UltimatumOffer(
        minimum_accepted=least,
        offer=low,
        offers=(low, high),
        assumptions=("one offer, no second round", "the responder's envy is known"),
    )
