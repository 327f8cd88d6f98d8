"""Optimisation over the convex hull of points, for any number of players."""

from __future__ import annotations

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray

__all__ = ["TIGHT", "max_along_ray", "max_log_product", "maximin_value", "pareto_slack"]

# The default of 1e-7 is looser than the digits that closed forms give.
TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def pareto_slack(points: FloatArray, payoffs: FloatArray) -> float:
    """Share of the largest spread that a lottery over ``points`` adds to every payoff at once.

    Solved as the search for prices ``q >= 0``, summing to one, that make the best point least
    better: ``min_q max_p q.(p - u)``.
    """
    from scipy.optimize import linprog

    spread = np.ptp(points, axis=0)
    scaled = (points - payoffs) / np.where(spread > 0, spread, 1.0)
    count = payoffs.size
    solved = linprog(
        np.append(np.zeros(count), 1.0),
        A_ub=np.column_stack([scaled, -np.ones(len(scaled))]),
        b_ub=np.zeros(len(scaled)),
        A_eq=np.append(np.ones(count), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[(0, None)] * count + [(None, None)],
        method="highs",
        options=TIGHT,
    )
    return max(float(solved.fun), 0.0)


def maximin_value(points: FloatArray, disagreement: FloatArray, direction: FloatArray) -> float:
    """Largest smallest gain over ``direction`` among lotteries, by prices ``q >= 0``.

    ``min_q max_p sum_i q_i (p_i - d_i) / direction_i`` over prices that sum to 1: the dual of the
    search for the lottery.
    """
    from scipy.optimize import linprog

    gains = np.vstack([points, disagreement]) - disagreement
    used = direction > 0
    shares = gains[:, used] / direction[used]
    # Nobody gets a larger share than the best of its own.
    most = max(float(shares.max(axis=0).min()), 1e-300)
    count = int(used.sum())
    solved = linprog(
        np.append(np.zeros(count), 1.0),
        A_ub=np.column_stack([shares / most, -np.ones(len(gains))]),
        b_ub=np.zeros(len(gains)),
        A_eq=np.append(np.ones(count), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[(0, None)] * count + [(None, None)],
        method="highs",
        options=TIGHT,
    )
    return float(solved.fun) * most


def lottery_slack(points: FloatArray, floor: FloatArray) -> float:
    """Largest smallest gain over ``floor`` among lotteries, relative to each player's points."""
    from scipy.optimize import linprog

    gains = points - floor
    scale = np.maximum(np.abs(gains).max(axis=0), 1e-300)
    solved = linprog(
        np.append(np.zeros(len(gains)), -1.0),
        A_ub=np.column_stack([-(gains / scale).T, np.ones(gains.shape[1])]),
        b_ub=np.zeros(gains.shape[1]),
        A_eq=np.append(np.ones(len(gains)), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[(0, None)] * len(gains) + [(None, None)],
        method="highs",
        options=TIGHT,
    )
    return float(-solved.fun)


def max_along_ray(
    points: FloatArray,
    disagreement: FloatArray,
    direction: FloatArray | None,
    floor: FloatArray,
    *,
    objective: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return payoffs and lottery: the farthest ``d + t direction``, or the best linear objective.

    Every payoff is at least ``floor``. The lottery has one entry a point and one for disagreement.
    """
    from scipy.optimize import linprog

    everything = np.vstack([points, disagreement])
    # Each player on a scale of its own.
    raw = everything - disagreement
    scale = np.maximum(np.abs(raw).max(axis=0), 1e-300)
    gains = raw / scale
    rows = [np.column_stack([-gains.T, np.zeros(disagreement.size)])]
    bound = [-(floor - disagreement) / scale]
    cost = np.zeros(len(everything) + 1)
    if direction is not None:
        used = direction > 0
        shares = raw[:, used] / direction[used]
        most = max(float(shares.max(axis=0).min()), 1e-300)
        rows.append(np.column_stack([-shares.T / most, np.ones(int(used.sum()))]))
        bound.append(np.zeros(int(used.sum())))
        cost[-1] = -1.0
    if objective is not None:
        worth = raw @ objective
        cost[:-1] = -worth / max(float(np.abs(worth).max()), 1e-300)
    solved = linprog(
        cost,
        A_ub=np.vstack(rows),
        b_ub=np.concatenate(bound),
        A_eq=np.append(np.ones(len(everything)), 0.0)[None, :],
        b_eq=[1.0],
        method="highs",
        options=TIGHT,
    )
    if solved.status != 0:
        raise InvalidInputError(
            "no payoff vector is at least as good for everybody as no agreement",
            where="frontier",
            seen=f"least accepted {floor.tolist()}",
        )
    mixture = np.maximum(solved.x[:-1], 0.0)
    mixture /= mixture.sum()
    if direction is None:
        return np.asarray(mixture @ everything), mixture
    reached = disagreement + solved.x[-1] * most * direction
    # Of all lotteries that reach it, one that wastes nothing.
    least = np.maximum(np.minimum(reached, mixture @ everything), floor)
    return max_along_ray(points, disagreement, None, least, objective=1.0 / scale)


def _master(gains: FloatArray, weights: FloatArray, start: FloatArray) -> FloatArray:
    """Maximise ``sum_i w_i log(sum_k x_k gains[k, i])`` on the simplex, few columns.

    Newton steps on the active columns with a line search; a column that reaches zero is dropped.
    """
    x = start.copy()
    for _ in range(200):
        value = x @ gains
        gradient = gains @ (weights / value)
        active = (x > 0) | (gradient > 1 + 1e-15)
        g = gains[active]
        scaled = g * (np.sqrt(weights) / value)
        size = int(active.sum())
        system = np.zeros((size + 1, size + 1))
        system[:size, :size] = scaled @ scaled.T + 1e-14 * np.eye(size)
        system[:size, -1] = system[-1, :size] = 1.0
        step = np.zeros_like(x)
        step[active] = np.linalg.lstsq(system, np.append(gradient[active], 0.0), rcond=None)[0][
            :size
        ]
        if float(gradient @ step) < 1e-17:
            break
        falling = step < 0
        blocked = falling & (x <= 0)
        if blocked.any():
            step[blocked] = 0.0
            step[x > 0] -= step.sum() / max(int((x > 0).sum()), 1)
            falling = step < 0
            if float(gradient @ step) <= 0:
                step = -x.copy()
                step[int(np.argmax(gradient))] += 1.0
                falling = step < 0
        longest = min(1.0, float((x[falling] / -step[falling]).min())) if falling.any() else 1.0
        before = float(weights @ np.log(value))
        length = longest
        while length > 1e-12:
            trial = np.maximum(x + length * step, 0.0)
            trial /= trial.sum()
            after = trial @ gains
            if np.all(after > 0) and float(weights @ np.log(after)) >= before:
                break
            length /= 2
        else:
            break
        if np.allclose(trial, x, rtol=0, atol=1e-16):
            break
        x = np.where(trial < 1e-15, 0.0, trial)
        x /= x.sum()
    return x


def max_log_product(
    points: FloatArray, disagreement: FloatArray, weights: FloatArray, floor: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return payoffs and lottery that maximise ``sum_i w_i log(u_i - d_i)`` over the hull.

    Column generation: a linear program prices the best point (or lottery that respects
    ``floor``) at the current marginal values, then the few columns found are re-optimised.
    """
    everything = np.vstack([points, disagreement])
    scale = np.maximum(np.ptp(everything, axis=0), 1e-300)
    _, mixture = max_along_ray(points, disagreement, scale, floor)
    mixed = mixture @ everything
    if np.any((mixed - disagreement)[weights > 0] <= 1e-14 * scale[weights > 0]):
        return mixed, mixture
    columns = [mixture]
    x = np.array([1.0])
    for _ in range(200):
        lotteries = np.array(columns)
        gains = np.where(weights > 0, (lotteries @ everything - disagreement) / scale, 1.0)
        x = _master(gains, weights, x)
        price = np.where(weights > 0, weights / (x @ gains), 0.0) / scale
        if np.any(floor > disagreement):
            _, fresh = max_along_ray(points, disagreement, None, floor, objective=price)
        else:
            fresh = np.zeros(len(everything))
            fresh[int(np.argmax(everything @ price))] = 1.0
        here = float((x @ lotteries) @ everything @ price)
        if float(fresh @ everything @ price) - here < 1e-12:
            break
        kept = x > 0
        columns = [*(lotteries[kept]), fresh]
        x = np.append(x[kept], 0.0)
    lottery = x @ np.array(columns)[: x.size]
    return np.asarray(lottery @ everything), lottery
