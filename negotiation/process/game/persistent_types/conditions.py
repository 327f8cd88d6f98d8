"""Conditions of equilibrium in a node whose sides are of several types.

Symbols: i the side, k its type, b_i^k the belief that i is of type k, C_i^k(n, b) what entering a
node is worth to it when beliefs were b before types were drawn anew:

    x_i^{a,k} = (pi_i(a) - mu_i^{a,k} + C_i^k(n^a, b^a) - V_i^k) / s_i,
    h_i^{a,k} = eta_i w exp(x_i^{a,k}) / D_i^k,   D_i^k = 1 - W + sum_a w exp(x_i^{a,k}),
    dV_i^k/dt = r_i V_i^k - g_i - eta_i s_i log D_i^k
                - sum_b H_j^b (pi_i(b) + C_i^k(n^b, b^b) - V_i^k)
                - sum_m gamma_m (M_mi + C_i^k(n^m, b) - V_i^k),
    H_j^b = sum_l b_j^l h_j^{b,l},   db_i^k/dt = b_i^k (H_i - h_i^k),

H_i and h_i^k summed over actions. After act a of side i, b^a has its posterior, proportional to
b_i^k h_i^{a,k}, and what was believed of the other side.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from negotiation.process.game.nodes import Action, Ending
from negotiation.process.game.persistent_types.typed_game import TypedGame
from negotiation.process.game.process_game import ProcessGame
from negotiation.values import FloatArray

__all__ = ["Ahead", "NodeConditions", "Play", "log_beliefs"]

#: A pair of arrays ``[type, point]``, one a side.
Pair = tuple[FloatArray, FloatArray]
#: What entering a node is worth to each type, from beliefs before types are drawn anew.
Ahead = Callable[[int, FloatArray, FloatArray], Pair]

#: Rounds of the search for posteriors after an act that agree with who acts.
_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Play:
    """What is done at some points of a path: arrays over points in the last axis.

    Attributes
    ----------
    hazards
        ``[side]`` of ``[action, type, point]``.
    mean_hazards
        ``[side]`` of ``[action, point]``, as believed by the other side.
    posteriors
        ``[side]`` of ``[action, type, point]``: beliefs about who acts, after the act.
    value_slopes, log_slopes
        Slopes of the values and of the logs of beliefs along silence, ``[side]`` of
        ``[type, point]``; of the latter only differences between types count.
    consistent
        Whether posteriors were found that agree with who acts.
    """

    hazards: Pair
    mean_hazards: Pair
    posteriors: Pair
    value_slopes: Pair
    log_slopes: Pair
    consistent: bool


def log_beliefs(odds: FloatArray) -> FloatArray:
    """Log-probabilities ``[type, point]`` from log-odds ``[type - 1, point]`` to the last type."""
    logs = np.concatenate([odds, np.zeros((1, odds.shape[1]))])
    top = logs.max(axis=0)
    return np.asarray(logs - top - np.log(np.exp(logs - top).sum(axis=0)))


class NodeConditions:
    """The conditions of one node; see the module."""

    game: ProcessGame
    label: str
    ahead: Ahead
    most: float
    priors: tuple[FloatArray, FloatArray]
    types: tuple[int, int]
    flow: FloatArray
    discount: FloatArray
    scale: FloatArray
    windows: FloatArray
    weight: FloatArray
    costs: tuple[FloatArray, FloatArray]
    actions: tuple[list[Action], ...]
    endings: tuple[Ending, ...]
    ending_rate: float

    def __init__(self, typed: TypedGame, n: int, ahead: Ahead, most: float = 1.0) -> None:
        game, node = typed.game, typed.game.nodes[n]
        self.game, self.label, self.ahead, self.most = game, node.label, ahead, most
        self.priors = typed.priors
        self.types = (len(typed.costs[0]), len(typed.costs[1]))
        self.flow, self.discount, self.scale = node.flow, game.discount_rates, game.shock_scales
        self.windows = game.window_rates
        self.weight = game.base_rate / game.window_rates
        self.costs = (typed.type_costs(n, 0), typed.type_costs(n, 1))
        self.actions = tuple(
            [action for action in node.actions if action.side == i] for i in range(2)
        )
        self.endings = node.endings
        self.ending_rate = float(sum(ending.rate for ending in node.endings))  # type: ignore[misc]  # checked

    def stretched(self, times: float) -> NodeConditions:
        """Conditions of the same node under larger shocks."""
        out = copy(self)
        out.scale = self.scale * times
        out.game = replace(self.game, shock_scales=out.scale)
        out.__dict__.pop("common_costs", None)
        return out

    @cached_property
    def common_costs(self) -> Pair:
        """Costs ``[action]`` with which all types would act as the average of the prior does."""
        out = []
        for costs, prior, s in zip(self.costs, self.priors, self.scale, strict=True):
            with np.errstate(divide="ignore"):
                out.append(-s * np.log(prior @ np.exp(-costs / s)))
        return out[0], out[1]

    def costs_between(self, difference: float) -> Pair:
        """Costs ``[type, action]`` of types that differ less than those of the game."""
        if difference == 1.0:
            return self.costs
        out = []
        for costs, common, s in zip(self.costs, self.common_costs, self.scale, strict=True):
            with np.errstate(divide="ignore"):
                mixed = (1.0 - difference) * np.exp(-common / s) + difference * np.exp(-costs / s)
                out.append(-s * np.log(mixed))
        return out[0], out[1]

    def entering(
        self, to: Any, first: FloatArray, second: FloatArray, difference: float = 1.0
    ) -> Pair:
        """What a move to a node, or to the end, is worth to each type at beliefs afterwards."""
        if to is None:
            return np.zeros_like(first), np.zeros_like(second)
        found = self.ahead(int(to), first, second)
        if difference == 1.0:
            return found
        mixed = [
            difference * worth + (1.0 - difference) * (belief * worth).sum(axis=0)
            for belief, worth in zip((first, second), found, strict=True)
        ]
        return mixed[0], mixed[1]

    def _acts(
        self, i: int, values: FloatArray, logs: Pair, difference: float
    ) -> tuple[FloatArray, FloatArray, FloatArray, list[FloatArray], bool]:
        """Hazards and posteriors of side i, log D, and what its acts are worth to the other."""
        size, points = len(self.actions[i]), values.shape[1]
        own, other = logs[i], np.exp(logs[1 - i])
        costs = self.costs_between(difference)[i]
        weight = self.weight[i]
        s = self.scale[i]
        logpost = np.broadcast_to(own, (size, *own.shape)).copy()
        theirs = [np.zeros((self.types[1 - i], points)) for _ in range(size)]
        x = np.full((size, *own.shape), -np.inf)
        old_gap = old = None
        leads = any(action.to is not None for action in self.actions[i])
        for _ in range(_ROUNDS):
            for a, action in enumerate(self.actions[i]):
                post = np.exp(logpost[a])
                beliefs = (post, other) if i == 0 else (other, post)
                pair = self.entering(action.to, beliefs[0], beliefs[1], difference)
                x[a] = (action.payoff[i] - costs[:, a, None] + pair[i] - values) / s
                theirs[a] = action.payoff[1 - i] + pair[1 - i]
            top = np.maximum(x.max(axis=0, initial=0.0), 0.0)
            total = (1.0 - size * weight) * np.exp(-top) + weight * np.exp(x - top).sum(axis=0)
            log_all = top + np.log(total)
            log_hazard = np.log(self.windows[i] * weight) + x - log_all
            found = own + log_hazard
            peak = found.max(axis=1, keepdims=True, initial=-np.inf)
            never = ~np.isfinite(peak)
            found = found - np.where(never, 0.0, peak)
            found -= np.log(np.where(never, 1.0, np.exp(found).sum(axis=1, keepdims=True)))
            found = np.where(never, own, found)
            off = float(np.abs(np.exp(found) - np.exp(logpost)).max(initial=0.0))
            if off <= 1e-13 or not leads or own.shape[0] == 1:
                break
            logpost, old, old_gap = _nearer(logpost, found, old, old_gap)
        return np.exp(log_hazard), np.exp(found), log_all, theirs, not leads or off <= 1e-9

    def play(self, values: Pair, logs: Pair, difference: float = 1.0) -> Play:
        """Hazards, posteriors and slopes at values and log-beliefs ``[type, point]``.

        ``difference`` is how far types differ: 0 all of a side are alike, 1 by ``most`` of what
        they do in the game.
        """
        difference *= self.most
        beliefs = (np.exp(logs[0]), np.exp(logs[1]))
        acts = [self._acts(i, values[i], logs, difference) for i in range(2)]
        mean = tuple((acts[i][0] * beliefs[i]).sum(axis=1) for i in range(2))
        slopes = []
        ends = [self.entering(ending.to, *beliefs, difference) for ending in self.endings]
        for i in range(2):
            j = 1 - i
            log_all = acts[i][2]
            windows = self.windows[i] * self.scale[i]
            out = self.discount[i] * values[i] - self.flow[i] - windows * log_all
            for b, worth in enumerate(acts[j][3]):
                out = out - mean[j][b] * (worth - values[i])
            for ending, pair in zip(self.endings, ends, strict=True):
                out = out - ending.rate * (ending.payoff[i] + pair[i] - values[i])
            slopes.append(out)
        return Play(
            hazards=(acts[0][0], acts[1][0]),
            mean_hazards=(mean[0], mean[1]),
            posteriors=(acts[0][1], acts[1][1]),
            value_slopes=(slopes[0], slopes[1]),
            log_slopes=(-acts[0][0].sum(axis=0), -acts[1][0].sum(axis=0)),
            consistent=acts[0][4] and acts[1][4],
        )


def _nearer(
    now: FloatArray, found: FloatArray, old: FloatArray | None, old_gap: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Secant step of two types' log-odds towards posteriors that agree with themselves."""
    with np.errstate(invalid="ignore", divide="ignore"):
        odds, gap = now[:, :1] - now[:, 1:2], (found[:, :1] - found[:, 1:2])
        gap = gap - odds
        step = gap
        if old is not None and old_gap is not None and now.shape[1] == 2:
            slope = (gap - old_gap) / (odds - old)
            secant = -gap / slope
            good = np.isfinite(secant) & (slope < -1e-3) & (np.abs(secant) < 20.0)
            step = np.where(good, secant, gap)
        new = odds + step
    plain = ~np.isfinite(new)
    new = np.where(plain, 0.0, new)
    logs = np.concatenate([-np.logaddexp(0.0, -new), -np.logaddexp(0.0, new)], axis=1)
    return np.where(plain, found, logs), odds, gap
