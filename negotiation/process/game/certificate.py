"""Gains from deviating, by quadrature over the shocks and policy iteration.

Nothing of the solver is used: choices at a window come from the distribution of the largest of the
shocked payoffs, integrated numerically, and the value of a plan from a linear system (after the
last date) or an initial-value problem of SciPy's (before it), the other side's hazards held fixed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp

from negotiation.process.game.layout import Span
from negotiation.process.game.process_game import SolvedGame
from negotiation.values import FloatArray, IntArray, compact_repr

__all__ = ["GameCertificate", "Side", "certify", "choices", "gain_of_window"]

#: Points and weights in scales of the shocks around the best mean; trapezoids converge faster than
#: any power on this integrand, whose tails are below rounding at both ends.
_STEP = 0.2
_GRID = np.arange(-6.0, 42.0, _STEP)
_PLANS = ("best", "never", "always", "blind")


@dataclass(frozen=True, eq=False)
class GameCertificate:
    """What a side gains by leaving the equilibrium, largest over nodes, sides and dates.

    Attributes
    ----------
    value_gap
        Largest difference between a value and what following the equilibrium is worth.
    hazard_gap
        Largest difference between a hazard and the chance of the act at a window times the rate
        of windows, over that rate.
    best_reply_gain
        Gain of the best plan of all, by policy iteration.
    never_act_gain, always_act_gain, ignore_shocks_gain
        Gains of never acting, of acting at every window, and of choosing blind to the shocks.
    scale
        Largest payoff at stake.
    """

    value_gap: float
    hazard_gap: float
    best_reply_gain: float
    never_act_gain: float
    always_act_gain: float
    ignore_shocks_gain: float
    scale: float

    __repr__ = compact_repr

    @property
    def residual(self) -> float:
        """Largest violation, over the largest payoff at stake."""
        gains = (
            self.value_gap,
            self.best_reply_gain,
            self.never_act_gain,
            self.always_act_gain,
            self.ignore_shocks_gain,
        )
        return max(self.hazard_gap, max(gains) / self.scale)


@dataclass(frozen=True, eq=False)
class Side:
    """What one side can do in the nodes, as matrices ``[node, choice]``; waiting stands first."""

    lump: FloatArray
    to: IntArray
    constant: FloatArray
    number: IntArray


def _side(solution: SolvedGame, span: Span, i: int) -> Side:
    """Choices of a side: payoffs less costs, targets, log-weights times the scale."""
    game, arrays = solution.process, solution.process.arrays
    count = len(game.nodes)
    mine = [
        [a for a in range(arrays.act_begin[n], arrays.act_begin[n + 1]) if arrays.act_side[a] == i]
        for n in range(count)
    ]
    width = 1 + max((len(row) for row in mine), default=0)
    lump = np.full((count, width), -np.inf)
    to = np.full((count, width), -1)
    constant = np.zeros((count, width))
    numbers = np.full((count, width), -1)
    weight = game.base_rate[i] / game.window_rates[i]
    for n, row in enumerate(mine):
        lump[n, 0], to[n, 0] = 0.0, n
        constant[n, 0] = game.shock_scales[i] * np.log(1.0 - len(row) * weight)
        for k, a in enumerate(row, start=1):
            lump[n, k], to[n, k] = span.act_pay[a, i], span.act_to[a]
            constant[n, k] = game.shock_scales[i] * np.log(weight)
            numbers[n, k] = a
    return Side(lump, to, constant, numbers)


def _ahead(values: FloatArray, to: IntArray) -> FloatArray:
    return np.asarray(np.where(to >= 0, values[to], 0.0))


def choices(side: Side, values: FloatArray, s: float, plan: str) -> tuple[FloatArray, FloatArray]:
    """Chance of each choice at a window, and mean of its shock and constant times that chance."""
    means = side.lump + _ahead(values, side.to) - values[:, None]
    located = means + side.constant
    if plan in {"never", "blind"}:
        picked = np.zeros(len(values), int) if plan == "never" else np.argmax(located, axis=1)
        chance = np.zeros_like(means)
        chance[np.arange(len(values)), picked] = 1.0
        return chance, chance * np.where(np.isfinite(means), side.constant, 0.0)
    if plan == "always":
        # Where nothing can be done, and where it costs without bound, a side waits.
        can = np.asarray(np.isfinite(located[:, 1:]).any(axis=1))
        located[can, 0] = -np.inf
    top = located.max(axis=1)
    points = top[:, None] + s * _GRID
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        reduced = (points[:, None, :] - located[:, :, None]) / s + np.euler_gamma
        log_below = -np.exp(-reduced)
        log_all = log_below.sum(axis=1, keepdims=True)
        density = np.exp(-reduced + log_all) * _STEP
    density = np.where(np.isfinite(located[:, :, None]), density, 0.0)
    chance = density.sum(axis=2)
    shock = points[:, None, :] - np.where(chance > 0.0, means, 0.0)[:, :, None]
    return chance, (density * shock).sum(axis=2)


def gain_of_window(
    side: Side, values: FloatArray, chance: FloatArray, shock: FloatArray
) -> FloatArray:
    """Mean gain of a window over waiting on, when the target is worth ``values``."""
    lump = np.where(chance > 0.0, side.lump, 0.0)
    ahead = lump + _ahead(values, side.to) - values[:, None]
    return np.asarray((chance * ahead + shock).sum(axis=1))


class _Bellman:
    """The problem of one side in one span against fixed hazards of the other side."""

    def __init__(self, solution: SolvedGame, k: int, i: int) -> None:
        game, arrays = solution.process, solution.process.arrays
        self.span = arrays.spans[k]
        self.side = _side(solution, self.span, i)
        self.i, self.active = i, self.span.active
        self.flow = np.array([node.flow[i] for node in game.nodes])
        self.discount = float(game.discount_rates[i])
        self.scale = float(game.shock_scales[i])
        self.windows = float(game.window_rates[i])
        self.rival = np.flatnonzero(arrays.act_side != i)
        act_node, self.ending_node = arrays.owners
        self.rival_node = act_node[self.rival]

    def outside(self, values: FloatArray, hazards: FloatArray) -> FloatArray:
        """Flow, discounting and what the other side and chance bring, a unit of time."""
        out = self.flow - self.discount * values
        span, i = self.span, self.i
        ahead = span.act_pay[self.rival, i] + _ahead(values, span.act_to[self.rival])
        np.add.at(out, self.rival_node, hazards[self.rival] * (ahead - values[self.rival_node]))
        ahead = span.ending_pay[:, i] + _ahead(values, span.ending_to)
        np.add.at(out, self.ending_node, span.ending_rate * (ahead - values[self.ending_node]))
        return out

    def rate(self, values: FloatArray, hazards: FloatArray, plan: str) -> FloatArray:
        """What a plan brings a unit of time beyond keeping the value."""
        chance, shock = choices(self.side, values, self.scale, plan)
        gain = self.windows * gain_of_window(self.side, values, chance, shock)
        return self.outside(values, hazards) + gain

    def plan_value(
        self, values: FloatArray, hazards: FloatArray, chance: FloatArray, shock: FloatArray
    ) -> FloatArray:
        """Value of fixed choices for ever: a linear system."""

        def rate(v: FloatArray) -> FloatArray:
            gain = self.windows * gain_of_window(self.side, v, chance, shock)
            return (self.outside(v, hazards) + gain)[self.active]

        base = np.array(values)
        base[self.active] = 0.0
        unit = max(float(np.abs(values).max()), self.scale)
        right = rate(base)
        system = np.empty((len(right), len(right)))
        for column, n in enumerate(self.active):
            probe = base.copy()
            probe[n] = unit
            system[:, column] = (rate(probe) - right) / unit
        out = base
        out[self.active] = np.linalg.solve(system, -right)
        return self.filled(out)

    def hazard_gap(self, chance: FloatArray, hazards: FloatArray) -> float:
        """Largest difference of a chance of acting at a window from the hazard over its rate."""
        listed = self.side.number >= 0
        listed[np.setdiff1d(np.arange(len(chance)), self.active)] = False
        seen = hazards[self.side.number[listed]] / self.windows
        return float(np.abs(chance[listed] - seen).max(initial=0.0))

    def filled(self, values: FloatArray) -> FloatArray:
        """Values of nodes whose deadline has passed."""
        passed = np.setdiff1d(np.arange(len(values)), self.active)
        to = self.span.later_to[passed]
        values[passed] = self.span.later_pay[passed, self.i] + _ahead(values, to)
        return values


def _final(
    solution: SolvedGame, i: int, max_rounds: int
) -> tuple[dict[str, FloatArray], float, float]:
    """Values of each plan after the last date, and the gaps of values and hazards there."""
    arrays = solution.process.arrays
    problem = _Bellman(solution, len(arrays.spans) - 1, i)
    values, hazards = solution.final_values[:, i], solution.final_hazards
    chance, shock = choices(problem.side, values, problem.scale, "best")
    followed = problem.plan_value(values, hazards, chance, shock)
    value_gap = float(np.abs(followed - values).max())
    hazard_gap = problem.hazard_gap(chance, hazards)
    plans = {}
    best = followed
    for _ in range(max_rounds):
        before = best
        best = problem.plan_value(
            best, hazards, *choices(problem.side, best, problem.scale, "best")
        )
        if np.abs(best - before).max() <= 1e-13 * max(np.abs(best).max(), problem.scale):
            break
    plans["best"] = best
    for plan in _PLANS[1:]:
        plans[plan] = problem.plan_value(
            values, hazards, *choices(problem.side, values, problem.scale, plan)
        )
    return plans, value_gap, hazard_gap


def certify(solution: SolvedGame, *, max_rounds: int = 50, rtol: float = 1e-11) -> GameCertificate:
    """Compute what each side gains from deviating; see `GameCertificate`.

    Parameters
    ----------
    solution
        A solved game.
    max_rounds
        Rounds of policy iteration.
    rtol
        Tolerance of SciPy's solver before the last date.
    """
    arrays = solution.process.arrays
    gains = dict.fromkeys(_PLANS, -np.inf)
    value_gap = hazard_gap = 0.0
    for i in range(2):
        plans, gap, off = _final(solution, i, max_rounds)
        value_gap, hazard_gap = max(value_gap, gap), max(hazard_gap, off)
        for plan in _PLANS:
            gains[plan] = max(gains[plan], float((plans[plan] - solution.final_values[:, i]).max()))
        for k in range(len(arrays.spans) - 2, -1, -1):
            problem = _Bellman(solution, k, i)
            for plan in _PLANS:
                plans[plan] = _back(solution, problem, k, plans[plan], plan, rtol)
            now = solution.values_along(k, np.array([arrays.spans[k].begin]))[0][:, i]
            for plan in _PLANS:
                gains[plan] = max(gains[plan], float((plans[plan] - now).max()))
            value_gap = max(value_gap, float(np.abs(plans["best"] - now).max()))
            hazards = solution.hazards_in(k, arrays.spans[k].begin)
            chance, _ = choices(problem.side, now, problem.scale, "best")
            hazard_gap = max(hazard_gap, problem.hazard_gap(chance, hazards))
    return GameCertificate(
        value_gap=value_gap,
        hazard_gap=hazard_gap,
        best_reply_gain=max(gains["best"], 0.0),
        never_act_gain=gains["never"],
        always_act_gain=gains["always"],
        ignore_shocks_gain=gains["blind"],
        scale=_stakes(solution),
    )


def _back(
    solution: SolvedGame,
    problem: _Bellman,
    k: int,
    values: FloatArray,
    plan: str,
    rtol: float,
) -> FloatArray:
    """Value of a plan at the beginning of a span from its value at the end."""
    span, active = problem.span, problem.active
    base = np.array(values)

    def slope(back: float, state: FloatArray) -> FloatArray:
        v = base.copy()
        v[active] = state
        hazards = solution.hazards_in(k, max(span.end - back, span.begin))
        return problem.rate(problem.filled(v), hazards, plan)[active]

    found = solve_ivp(
        slope,
        (0.0, span.end - span.begin),
        values[active],
        method="DOP853",
        rtol=rtol,
        atol=rtol * problem.scale,
    )
    out = base
    out[active] = found.y[:, -1]
    return problem.filled(out)


def _stakes(solution: SolvedGame) -> float:
    """Largest difference that an act or an ending makes to a side, at least a scale of a shock."""
    largest = float(solution.process.shock_scales.max())
    arrays = solution.process.arrays
    for k, values in ((0, solution.node_values), (-1, solution.final_values)):
        span = arrays.spans[k]
        for begins, to, pay in (
            (arrays.act_begin, span.act_to, span.act_pay),
            (arrays.ending_begin, span.ending_to, span.ending_pay),
        ):
            origin = np.repeat(np.arange(len(values)), np.diff(begins))
            change = pay + np.where((to >= 0)[:, None], values[to], 0.0) - values[origin]
            largest = max(largest, float(np.abs(change[np.isfinite(change)]).max(initial=0.0)))
    return largest
