"""Pairs that bargain over tariffs: their surpluses, and the bargain of one pair.

A pair's weights on its members' payoffs are unknown until their surpluses are: they move along
with the rates. Where no tariffs are better for both the map still settles, on the frontier of the
pair's payoffs where both lose alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from negotiation.policy.problem.first_order import Search, iterate_map
from negotiation.policy.problem.outcome import payoffs_at
from negotiation.policy.problem.setting import Setting
from negotiation.policy.problem.tariff_problem import Point, TariffProblem
from negotiation.trade.economy import Economy
from negotiation.values import FloatArray

__all__ = ["Agreement", "Bargains", "agreement_of_pair", "log_product", "talk_starts"]

_FLOOR = 0.02
_WEIGHT_STEP = 0.05
_WEIGHT_MOVE = 0.3


@dataclass(frozen=True, eq=False)
class Bargains:
    """Pairs as positions among the players, with bargaining weights ``[pair, 2]``."""

    place: Setting
    members: tuple[tuple[int, int], ...]
    power: FloatArray

    def disagreement(self, rates: FloatArray) -> FloatArray:
        """Payoffs ``[pair, 2]`` when one pair falls back and the others keep ``rates``."""
        problem, economy = self.place.problem, self.place.economy
        owned = problem.instruments
        out = np.empty((len(self.members), 2))
        for p, pair in enumerate(self.members):
            table = owned.spread(problem.base, rates)
            back = owned.places[owned.team[owned.rate] == p]
            table.reshape(-1)[back] = problem.base.reshape(-1)[back]
            payoffs = payoffs_at(self.place, self.place.world_at(table))
            out[p] = [payoffs[economy.region_index(self.place.players[k])] for k in pair]
        return out

    def surplus(self, values: FloatArray, fallback: FloatArray) -> FloatArray:
        """Gains over disagreement ``[pair, 2]``."""
        return np.array([values[list(pair)] for pair in self.members]) - fallback

    def wanted_weights(self, values: FloatArray, fallback: FloatArray) -> FloatArray:
        """Weights ``[pair, player]`` that the surpluses imply; each pair's add to 1."""
        gain = self.surplus(values, fallback)
        floor = np.maximum(_FLOOR * np.abs(gain).max(axis=1, keepdims=True), 1e-12)
        share = self.power / np.maximum(gain, floor)
        share /= share.sum(axis=1, keepdims=True)
        out = np.zeros((len(self.members), len(self.place.players)))
        for p, pair in enumerate(self.members):
            out[p, list(pair)] = share[p]
        return out

    def weight_moves(
        self, values: FloatArray, weights: FloatArray, fallback: FloatArray
    ) -> FloatArray:
        """Moves of the log weights ``[pair, player]`` towards equal ``weight gain / power``.

        Small tariff changes shift payoffs between the members almost one for one, so weights
        move by a small step for each percent that separates the two sides.
        """
        gain = self.surplus(values, fallback)
        out = np.zeros_like(weights)
        for p, pair in enumerate(self.members):
            side = weights[p, list(pair)] * gain[p] / self.power[p]
            apart = np.clip(_WEIGHT_STEP * (side - side.mean()), -_WEIGHT_MOVE, _WEIGHT_MOVE)
            out[p, list(pair)] = -apart - np.log(weights[p].sum())
        return out


@dataclass(frozen=True, eq=False)
class Agreement:
    """Where a search ended.

    Attributes
    ----------
    place
        The setting with the final weights.
    search
        Rates and conditions.
    product
        Sum of the log Nash products, minus infinity where somebody does not gain.
    mismatch
        Largest difference between the weights used and those that the surpluses imply.
    fallback
        Disagreement payoffs ``[pair, 2]``.
    payment
        From the second to the first of a pair.
    without
        Pairs that found nothing both members prefer.
    """

    place: Setting
    search: Search
    product: float
    mismatch: float
    fallback: FloatArray
    payment: float = 0.0
    without: tuple[int, ...] = ()

    @property
    def converged(self) -> bool:
        """Whether it is an agreement that everybody gains from."""
        return self.search.converged and bool(np.isfinite(self.product))


def log_product(bargains: Bargains, point: Point, fallback: FloatArray) -> float:
    """Sum of the log Nash products; minus infinity where somebody does not gain."""
    gain = bargains.surplus(point.values, fallback)
    if np.any(gain <= 0.0):
        return -np.inf
    return float((bargains.power * np.log(gain)).sum())


def agreement_of_pair(
    bargains: Bargains,
    start: FloatArray,
    tol: float,
    max_iter: int,
    *,
    fallback: FloatArray | None = None,
    near: Search | None = None,
) -> Agreement:
    """Return the Nash bargain of the only pair, from one start.

    Parameters
    ----------
    bargains
        Of one pair.
    start
        Rates.
    tol, max_iter
        Of the map.
    fallback
        Disagreement payoffs, if they are known.
    near
        A search of the same pair at other rates of others: its weights and equilibrium start
        this one.
    """
    place = bargains.place
    problem = place.problem
    if fallback is None:
        fallback = bargains.disagreement(start)
    held = fallback
    state = None
    if near is not None and near.point is not None:
        weights, state = near.weights, near.point.solution.outcome.state
    else:
        world = place.world_at(problem.instruments.spread(problem.base, start))
        at = [place.economy.region_index(name) for name in place.players]
        weights = bargains.wanted_weights(payoffs_at(place, world)[at], fallback)

    def rule(payoffs: FloatArray, now: FloatArray) -> FloatArray:
        return bargains.weight_moves(payoffs, now, held)

    search = iterate_map(
        replace(problem, weights=weights),
        start,
        tol=tol,
        max_rounds=max_iter,
        state=state,
        rule=rule,
    )
    if search.point is None:
        return Agreement(place, search, -np.inf, np.inf, fallback)
    wanted = bargains.wanted_weights(search.point.values, fallback)
    return Agreement(
        replace(place, problem=replace(problem, weights=search.weights)),
        search,
        log_product(bargains, search.point, fallback),
        float(np.abs(wanted - search.weights).max()),
        fallback,
    )


def talk_starts(problem: TariffProblem, economy: Economy) -> list[FloatArray]:
    """Free trade, baseline tariffs, half of the disagreement tariffs."""
    owned = problem.instruments
    starts = [
        np.zeros(owned.count),
        owned.mean(np.broadcast_to(economy.tariffs.rates, problem.base.shape)),
        0.5 * owned.mean(problem.base),
    ]
    return [np.clip(start, problem.low, problem.high) for start in starts]
