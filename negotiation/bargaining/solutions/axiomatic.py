"""Axiomatic solutions of a bargaining problem.

Sources: Nash (1950) "The bargaining problem"; Kalai (1977) for weights and proportional solutions;
Kalai and Smorodinsky (1975) "Other solutions to Nash's bargaining problem"; Binmore, Shaked and
Sutton (1989) for outside options. Their use over tariffs is this library's.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from negotiation.arguments import takes
from negotiation.bargaining.solutions.polytope import max_along_ray, max_log_product, maximin_value
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.result import BargainingSolution, award
from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray

__all__ = [
    "deal_me_out",
    "egalitarian",
    "kalai_smorodinsky",
    "nash_bargaining",
    "split_the_difference",
    "utilitarian",
]


def _floor_note(problem: BargainingProblem) -> tuple[str, ...]:
    if problem.outside_options is None:
        return ()
    return ("outside options bound what is accepted and do not move the disagreement point",)


def _row(problem: BargainingProblem, payoffs: FloatArray) -> int:
    return int(np.flatnonzero(np.all(problem.points == payoffs, axis=1))[0])


def _nash_residual(problem: BargainingProblem, payoffs: FloatArray) -> float:
    """Largest first-order gain ``sum_i w_i (p_i - u_i)/g_i`` over accepted points p."""
    gains = payoffs - problem.point
    weights = problem.shares
    active = weights > 0
    if np.any(gains[active] <= 0):
        # Right where nobody can do better: no lottery leaves all of them a gain.
        reach = np.where(active, np.maximum(problem.ideal - problem.point, 0.0), 0.0)
        free = problem.convexify and problem.point.size > 2 and problem.outside_options is None
        shared = free and reach[active].min() > 0.0
        return maximin_value(problem.points, problem.point, reach) if shared else 0.0
    if problem.convexify and problem.point.size == 2:
        points = problem.geometry.nodes()
    elif problem.outside_options is None:
        points = problem.points
    else:
        points = problem.points[np.all(problem.points >= problem.floor, axis=1)]
    if not problem.convexify:
        inside = points[np.all(points >= problem.floor, axis=1)] - problem.point
        ratio = np.prod((inside / np.where(active, gains, 1.0)) ** weights, axis=1)
        return max(float(ratio.max()) - 1.0, 0.0)
    price = np.where(active, weights / np.where(active, gains, 1.0), 0.0)
    if points is problem.points or problem.point.size == 2:
        best = points[int(np.argmax(points @ price))]
    else:
        best, _ = max_along_ray(problem.points, problem.point, None, problem.floor, objective=price)
    return max(float((best - payoffs) @ price), 0.0)


@takes
def nash_bargaining(problem: BargainingProblem, *, tol: float = 1e-8) -> BargainingSolution:
    """Return the weighted Nash solution: maximise ``prod_i (u_i - d_i)^w_i``.

    Complete information; the solution of Nash's four axioms with equal weights, of all but symmetry
    with others (Nash 1950; Kalai 1977). Outside options of the problem bound the choice.

    Raises
    ------
    InvalidInputError
        From the problem, if nobody can gain.

    Examples
    --------
    >>> problem = BargainingProblem(lambda u: 1 - u**2, disagreement=[0, 0])
    >>> nash_bargaining(problem).payoffs.round(6).tolist()
    [0.57735, 0.666667]
    >>> line = BargainingProblem([[-2, 12], [9, 1]], disagreement=[-2, 1], weights=[0.6, 0.4])
    >>> nash_bargaining(line).payoffs.round(6).tolist()
    [4.6, 5.4]
    """
    started = time.perf_counter()
    mixture, row = None, None
    if not problem.convexify:
        gains = np.maximum(problem.candidates - problem.point, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(problem.shares > 0, problem.shares * np.log(gains), 0.0).sum(axis=1)
        payoffs = problem.candidates[int(np.argmax(logs))]
        row = None if callable(problem.frontier) else _row(problem, payoffs)
    elif problem.point.size == 2:
        payoffs = problem.geometry.nash(problem.point, problem.shares)
    else:
        payoffs, mixture = max_log_product(
            problem.points, problem.point, problem.shares, problem.floor
        )
    return award(
        problem,
        "Nash",
        payoffs,
        _nash_residual(problem, payoffs),
        ("affine rescaling of payoffs does not matter", *_floor_note(problem)),
        started=started,
        tol=tol,
        mixture=mixture,
        row=row,
    )


def _on_ray(
    problem: BargainingProblem, direction: FloatArray
) -> tuple[FloatArray, FloatArray | None, int | None]:
    """Best smallest gain over ``direction``; a side at its maximum leaves others the rest."""
    d = problem.point
    if not problem.convexify:
        scaled = (problem.candidates - d) / np.where(direction > 0, direction, np.inf)
        smallest = np.where(direction > 0, scaled, np.inf).min(axis=1)
        best = np.flatnonzero(smallest >= smallest.max())
        payoffs = problem.candidates[best[np.argmax(problem.candidates[best].sum(axis=1))]]
        return payoffs, None, None if callable(problem.frontier) else _row(problem, payoffs)
    if d.size > 2:
        payoffs, mixture = max_along_ray(problem.points, d, direction, problem.floor)
        return payoffs, mixture, None
    curve = problem.accepted_above(d)
    first, last = curve.ends
    if (last[1] - d[1]) * direction[0] >= (last[0] - d[0]) * direction[1]:
        payoffs = last.copy()
    elif (first[0] - d[0]) * direction[1] >= (first[1] - d[1]) * direction[0]:
        payoffs = first.copy()
    else:
        from scipy.optimize import brentq

        u = brentq(
            lambda u: (curve.value(u) - d[1]) * direction[0] - (u - d[0]) * direction[1],
            first[0],
            last[0],
            xtol=4 * np.finfo(float).eps * (last[0] - first[0]),
            rtol=4 * np.finfo(float).eps,
        )
        payoffs = np.array([u, curve.value(float(u))])
    if np.any(payoffs < problem.floor):
        first, last = problem.geometry.ends
        u = float(np.clip(payoffs[0], first[0], last[0]))
        payoffs = np.array([u, problem.geometry.value(u)])
    return payoffs, None, None


def _ray_residual(problem: BargainingProblem, payoffs: FloatArray, direction: FloatArray) -> float:
    """Shortfall of the smallest gain over ``direction`` from its largest possible value.

    That value is found as a price problem, or on a smooth curve as equality of the gains. Not
    defined where an outside option binds.
    """
    used = direction > 0
    # At its outside option but for rounding.
    near = 1e-12 * (np.abs(problem.ideal - problem.point) + np.abs(problem.floor))
    bound = (payoffs <= problem.floor + near) & (problem.floor > problem.point)
    if bound.any() or not used.any():
        return 0.0
    scaled = (payoffs - problem.point)[used] / direction[used]
    if problem.smooth:
        first, last = problem.accepted_above(problem.point).ends
        at_end = np.array_equal(payoffs, first) or np.array_equal(payoffs, last)
        return 0.0 if at_end else float(np.ptp(scaled) / max(scaled.max(), 1e-300))
    if not problem.convexify:
        gains = (problem.candidates - problem.point)[:, used] / direction[used]
        largest = float(gains.min(axis=1).max())
    else:
        largest = maximin_value(problem.points, problem.point, direction)
    return max(largest - float(scaled.min()), 0.0) / max(largest, 1e-300)


@takes
def kalai_smorodinsky(problem: BargainingProblem, *, tol: float = 1e-8) -> BargainingSolution:
    """Return the Kalai-Smorodinsky solution: everybody gets the same share of the ideal gain.

    ``(u_i - d_i)/(a_i - d_i)`` is equal for all, with ``a`` the ideal point (Kalai and Smorodinsky
    1975). Weights are not used. Without lotteries: the outcome with the largest smallest share.
    With three or more players equal shares can be inefficient; a side at its maximum then leaves
    the rest to the others.

    Examples
    --------
    >>> problem = BargainingProblem(lambda u: 1 - u**2, disagreement=[0, 0])
    >>> kalai_smorodinsky(problem).payoffs.round(6).tolist()
    [0.618034, 0.618034]
    """
    started = time.perf_counter()
    direction = problem.ideal - problem.point
    payoffs, mixture, row = _on_ray(problem, direction)
    return award(
        problem,
        "Kalai-Smorodinsky",
        payoffs,
        _ray_residual(problem, payoffs, direction),
        ("equal shares of the ideal gain; weights are not used", *_floor_note(problem)),
        started=started,
        tol=tol,
        mixture=mixture,
        row=row,
    )


@takes
def egalitarian(problem: BargainingProblem, *, tol: float = 1e-8) -> BargainingSolution:
    """Return the egalitarian solution: equal gains, or gains proportional to the weights.

    The largest smallest gain over weight: on the frontier the largest t with ``d + t w`` feasible
    (Kalai 1977). Where one side is at its maximum before gains are equal, it leaves the rest to the
    other instead of throwing it away. Payoffs are compared between players, so their unit matters.
    Without lotteries: the outcome with the largest smallest gain.

    Examples
    --------
    >>> problem = BargainingProblem(lambda u: 1 - u**2, disagreement=[0.1, 0.2])
    >>> egalitarian(problem).payoffs.round(6).tolist()
    [0.572381, 0.672381]
    """
    started = time.perf_counter()
    direction = problem.shares
    payoffs, mixture, row = _on_ray(problem, direction)
    return award(
        problem,
        "egalitarian",
        payoffs,
        _ray_residual(problem, payoffs, direction),
        ("payoffs of different players are compared in their unit", *_floor_note(problem)),
        started=started,
        tol=tol,
        mixture=mixture,
        row=row,
    )


@takes
def utilitarian(problem: BargainingProblem, *, tol: float = 1e-8) -> BargainingSolution:
    """Return the utilitarian solution: the largest weighted sum of payoffs that all accept.

    Where a whole edge is best, its middle is returned.

    Examples
    --------
    >>> problem = BargainingProblem(lambda u: 1 - u**2, disagreement=[0, 0])
    >>> utilitarian(problem).payoffs.round(6).tolist()
    [0.5, 0.75]
    """
    started = time.perf_counter()
    mixture, row = None, None
    if not problem.convexify:
        payoffs = problem.candidates[int(np.argmax(problem.candidates @ problem.shares))]
        row = None if callable(problem.frontier) else _row(problem, payoffs)
        points = problem.candidates
    elif problem.point.size == 2:
        payoffs = problem.geometry.weighted_sum(problem.shares)
        points = problem.geometry.nodes()
    else:
        payoffs, mixture = max_along_ray(
            problem.points, problem.point, None, problem.floor, objective=problem.shares
        )
        points = payoffs[None, :]
    gain = float((problem.shares * np.abs(payoffs - problem.point)).sum())
    residual = max(float(((points - payoffs) @ problem.shares).max()), 0.0) / max(gain, 1e-300)
    return award(
        problem,
        "utilitarian",
        payoffs,
        residual,
        ("payoffs of different players are compared in their unit", *_floor_note(problem)),
        started=started,
        tol=tol,
        mixture=mixture,
        row=row,
    )


@takes
def deal_me_out(problem: BargainingProblem, *, tol: float = 1e-8) -> BargainingSolution:
    """Return the Nash solution bounded by outside options that do not move it unless they bind.

    The disagreement point is the impasse (the war that goes on); walking away for good is worth the
    outside option and is a credible threat only where it beats the deal (Binmore, Shaked and Sutton
    1989). With a surplus S and impasse payoffs 0: ``x1 = max(o1, min(1/2, 1 - o2))`` for S = 1.

    Examples
    --------
    >>> problem = BargainingProblem([[0, 1], [1, 0]], [0, 0], outside_options=[0.7, 0.1])
    >>> deal_me_out(problem).payoffs.round(6).tolist()
    [0.7, 0.3]
    """
    if problem.outside_options is None:
        raise InvalidInputError("none given", where="outside_options", hint="Give them.")
    return replace(nash_bargaining(problem, tol=tol), name="deal me out")


@takes
def split_the_difference(problem: BargainingProblem, *, tol: float = 1e-8) -> BargainingSolution:
    """Return the Nash solution with the outside options as the disagreement point.

    The rule that Binmore, Shaked and Sutton (1989) contrast with deal-me-out: right where walking
    away happens by itself (breakdown), wrong where it is a choice.

    Examples
    --------
    >>> problem = BargainingProblem([[0, 1], [1, 0]], [0, 0], outside_options=[0.7, 0.1])
    >>> split_the_difference(problem).payoffs.round(6).tolist()
    [0.8, 0.2]
    """
    if problem.outside_options is None:
        raise InvalidInputError("none given", where="outside_options", hint="Give them.")
    moved = replace(problem, disagreement=problem.outside_options, outside_options=None)
    return replace(nash_bargaining(moved, tol=tol), name="split the difference")
