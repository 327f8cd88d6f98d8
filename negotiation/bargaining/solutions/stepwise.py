"""Solutions reached in steps along the frontier: Maschler-Perles and Raiffa.

Sources: Maschler and Perles (1981) for the superadditive solution; Raiffa (1953), Luce and Raiffa
(1957) for the sequential one.
"""

from __future__ import annotations

import time

import numpy as np

from negotiation.arguments import takes
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.result import BargainingSolution, award
from negotiation.errors import InvalidInputError

__all__ = ["discrete_raiffa", "maschler_perles"]


def _needs_two(problem: BargainingProblem, name: str) -> None:
    if problem.point.size != 2 or not problem.convexify:
        raise InvalidInputError(
            f"{name} is defined here for two players with lotteries",
            where="problem",
            seen=f"{problem.point.size} players, convexify={problem.convexify}",
        )


@takes
def maschler_perles(problem: BargainingProblem, *, tol: float = 1e-6) -> BargainingSolution:
    """Return the superadditive solution of Maschler and Perles (1981), two players.

    The point of the frontier that halves the integral of ``sqrt(-du1 du2)`` between the two
    players' best individually rational points.

    Examples
    --------
    >>> problem = BargainingProblem(lambda u: 1 - u**2, disagreement=[0, 0])
    >>> maschler_perles(problem).payoffs.round(6).tolist()
    [0.629961, 0.60315]
    """
    started = time.perf_counter()
    _needs_two(problem, "Maschler-Perles")
    curve = problem.accepted_above(problem.point)
    payoffs = curve.area_midpoint()
    before, after = curve.area_halves(float(payoffs[0]))
    apart = abs(before - after) / max(before + after, 1e-300)
    return award(
        problem,
        "Maschler-Perles",
        payoffs,
        apart,
        ("superadditive; outside options are not used",),
        started=started,
        tol=tol,
    )


@takes
def discrete_raiffa(
    problem: BargainingProblem, *, tol: float = 1e-8, max_iter: int = 200
) -> BargainingSolution:
    """Return the sequential solution of Raiffa (1953), in discrete steps.

    Each step moves the disagreement point to the mean of everybody's best points over it,
    ``d_i <- d_i + (a_i(d) - d_i)/n``, until nothing is left to gain (Luce and Raiffa 1957).

    Examples
    --------
    >>> problem = BargainingProblem(lambda u: 1 - u**2, disagreement=[0, 0])
    >>> discrete_raiffa(problem).payoffs.round(6).tolist()
    [0.607971, 0.630371]
    """
    started = time.perf_counter()
    if not problem.convexify:
        raise InvalidInputError("Raiffa's steps need lotteries", where="problem.convexify")
    current = problem.point.copy()
    spread = problem.ideal - problem.point
    scale = np.where(spread > 0, spread, 1.0)
    rest = np.inf
    for _ in range(max_iter):
        ideal = np.maximum(problem.ideal_above(current), current)
        rest = float(np.max((ideal - current) / scale))
        if rest <= 4e-16:
            break
        current = current + (ideal - current) / current.size
    return award(
        problem,
        "discrete Raiffa",
        current,
        rest if rest > 1e-12 else 0.0,
        ("equal chances to dictate at each step", "outside options are not used"),
        started=started,
        tol=tol,
    )
