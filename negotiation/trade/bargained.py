"""Tariffs bargained by pairs of governments: the Nash bargain, and Nash-in-Nash for several pairs.

Players: the governments of the pairs; everybody else's tariffs are given. Timing: every pair
agrees on its tariffs at once, given what the other pairs agree on; then markets clear.
Information: complete. A pair ``(a, b)`` maximises the Nash product
``(V_a - d_a)^alpha_a (V_b - d_b)^alpha_b``, where ``d`` are payoffs when this pair falls back to
the disagreement tariffs and the other pairs' agreements stand. Sources: Nash (1950); Horn and
Wolinsky (1988) for several pairs; Bagwell, Staiger and Yurukoglu (2021) for tariffs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.trade._first_order import Search, conditions, iterate_map
from negotiation.trade._pairs import bargaining_power, checked_pairs, pair_instruments
from negotiation.trade._policy_outcome import payoffs_at, policy_result
from negotiation.trade._setting import Objectives, Setting, setting
from negotiation.trade._side_payments import bargain_with_payment
from negotiation.trade._tariff_problem import SCOPES, Instruments, Point, TariffProblem
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.model import TradeModel
from negotiation.trade.policy_results import PolicyCertificate, PolicyResult
from negotiation.values import FloatArray, one_of, read_only

__all__ = ["bargained_tariffs"]

_FLOOR = 0.02
_WEIGHT_STEP = 0.05
_WEIGHT_MOVE = 0.3
_OUTER_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class _Bargains:
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


def _search(
    bargains: _Bargains, start: FloatArray, tol: float, max_iter: int
) -> tuple[Search, FloatArray]:
    """Nash-in-Nash from one start; returns the search and the disagreement payoffs."""
    problem = bargains.place.problem
    fallback = bargains.disagreement(start)
    values = payoffs_at(
        bargains.place, bargains.place.world_at(problem.instruments.spread(problem.base, start))
    )
    at = [bargains.place.economy.region_index(name) for name in bargains.place.players]
    weights = bargains.wanted_weights(values[at], fallback)
    rates, state, rounds = start, None, 0
    search = Search(None, False, 0, weights)
    for _ in range(_OUTER_ROUNDS):
        held = fallback

        def rule(payoffs: FloatArray, now: FloatArray, held: FloatArray = held) -> FloatArray:
            return bargains.weight_moves(payoffs, now, held)

        search = iterate_map(
            replace(problem, weights=weights),
            rates,
            tol=tol,
            max_rounds=max_iter,
            state=state,
            rule=rule,
        )
        rounds += search.rounds
        search = replace(search, rounds=rounds)
        if search.point is None or not search.converged:
            break
        rates, weights = search.point.rates, search.weights
        state = search.point.solution.outcome.state
        fallback = bargains.disagreement(rates) if len(bargains.members) > 1 else held
        if np.abs(fallback - held).max() <= tol:
            break
    return search, fallback


@dataclass(frozen=True, eq=False)
class _Ended:
    """Where one start led."""

    place: Setting
    search: Search
    product: float
    mismatch: float
    fallback: FloatArray
    payment: float = 0.0

    @property
    def converged(self) -> bool:
        """Whether it is an agreement that everybody gains from."""
        return self.search.converged and bool(np.isfinite(self.product))


def _without_payment(bargains: _Bargains, start: FloatArray, tol: float, max_iter: int) -> _Ended:
    search, fallback = _search(bargains, start, tol, max_iter)
    place = bargains.place
    if search.point is None:
        return _Ended(place, search, -np.inf, np.inf, fallback)
    place = replace(place, problem=replace(place.problem, weights=search.weights))
    wanted = bargains.wanted_weights(search.point.values, fallback)
    return _Ended(
        place,
        search,
        _product(bargains, search.point, fallback),
        float(np.abs(wanted - search.weights).max()),
        fallback,
    )


def _with_payment(
    bargains: _Bargains, objectives: Objectives, start: FloatArray, tol: float, max_iter: int
) -> _Ended:
    fallback = bargains.disagreement(start)
    found = bargain_with_payment(
        bargains.place, objectives, bargains.power[0], fallback[0], start, tol, max_iter
    )
    point = found.search.point
    product = -np.inf if point is None else _product(bargains, point, fallback)
    search = replace(found.search, converged=found.search.converged and found.mismatch <= tol)
    return _Ended(found.place, search, product, found.mismatch, fallback, found.payment)


def _product(bargains: _Bargains, point: Point, fallback: FloatArray) -> float:
    """Sum of the log Nash products; minus infinity where somebody does not gain."""
    gain = bargains.surplus(point.values, fallback)
    if np.any(gain <= 0.0):
        return -np.inf
    return float((bargains.power * np.log(gain)).sum())


def _pair_gains(
    bargains: _Bargains, point: Point, fallback: FloatArray, tol: float, max_iter: int
) -> list[float]:
    """Gains of each pair's log Nash product from other starts, the other pairs' rates given."""
    place, gains = bargains.place, []
    problem = place.problem
    owned = problem.instruments
    surplus = bargains.surplus(point.values, fallback)
    for p, pair in enumerate(bargains.members):
        mine = np.flatnonzero(owned.team == p)
        kept = np.isin(owned.rate, mine)
        base = owned.spread(problem.base, point.rates)
        base.reshape(-1)[owned.places[kept]] = problem.base.reshape(-1)[owned.places[kept]]
        alone = Instruments(
            owned.places[kept],
            np.searchsorted(mine, owned.rate[kept]),
            np.zeros(len(mine), dtype=np.int64),
        )
        weights = np.zeros((1, len(place.players)))
        weights[0, list(pair)] = bargains.power[p]
        sub = replace(problem, instruments=alone, base=base, weights=weights)
        one = _Bargains(replace(place, problem=sub), (pair,), bargains.power[p : p + 1])
        product = float(bargains.power[p] @ np.log(surplus[p]))
        for start in (np.zeros(len(mine)), 0.5 * point.rates[mine] + 0.1):
            end = _without_payment(one, np.clip(start, problem.low, problem.high), tol, max_iter)
            if end.converged:
                gains.append(end.product - product)
    return gains


def bargained_tariffs(
    economy: Economy,
    pairs: Sequence[Sequence[str]] = (("USA", "CHN"),),
    disagreement: TariffSchedule | None = None,
    weights: Mapping[str, float] | Sequence[float] | None = None,
    transfers: bool = False,
    scope: str = "uniform",
    most_favored_nation: bool = False,
    model: TradeModel | None = None,
    objectives: Objectives = None,
    *,
    bounds: Sequence[float] = (0.0, 10.0),
    tol: float = 1e-8,
    max_iter: int = 400,
    raise_on_failure: bool = True,
) -> PolicyResult:
    """Return the tariffs that pairs of governments agree on.

    Parameters
    ----------
    economy, model, objectives, bounds
        As in :func:`~negotiation.trade.policy.nash_tariffs`.
    pairs
        Who bargains with whom; several pairs bargain at once, each taking the others'
        agreements as given (Nash-in-Nash).
    disagreement
        Tariffs in force without agreement: the standoff, or a Nash war. Those on trade outside
        the bargains hold anyway. None is the baseline's.
    weights
        Bargaining weights: two numbers for every pair, or one a player by name; equal by default.
    transfers
        Whether the members of a pair can also pay each other a lump sum.
    scope
        ``"uniform"``: one rate a member; ``"discriminatory"`` or ``"most_favored_nation"``: one a
        sector.
    most_favored_nation
        Whether an agreed rate holds for all exporters. Where an importer stands in several
        pairs, each of its rates is then bargained with the principal supplier among them.
    tol
        Largest move of a log rate or weight that ends the iteration.
    max_iter
        Rounds of the map.
    raise_on_failure
        Whether to raise where no agreement is found, or return with ``converged=False``.

    Returns
    -------
    PolicyResult
        ``objective.gain_pct`` is over the disagreement tariffs; ``certificate`` holds the
        first-order conditions at the weights that the surpluses imply, and the largest
        improvement of a pair's Nash product that other starts find.

    Raises
    ------
    InvalidInputError
        If an argument does not fit.
    ConvergenceError
        If no tariffs are better for both members of each pair than disagreement, or the
        iteration does not settle; carries ``.partial``.
    """
    began = perf_counter()
    one_of(scope, SCOPES, name="scope")
    chosen = checked_pairs(economy, pairs)
    power = bargaining_power(chosen, weights)
    players = tuple(dict.fromkeys(name for pair in chosen for name in pair))
    before = economy.tariffs if disagreement is None else disagreement
    place = setting(economy, players, "uniform", None, model, objectives, before, bounds)
    owned = pair_instruments(economy, chosen, scope, most_favored_nation)
    teams = np.zeros((len(chosen), len(players)))
    members = tuple((players.index(a), players.index(b)) for a, b in chosen)
    for p, pair in enumerate(members):
        teams[p, list(pair)] = power[p]
    place = replace(place, problem=replace(place.problem, instruments=owned, weights=teams))
    bargains = _Bargains(place, members, power)
    if transfers and len(chosen) > 1:
        raise InvalidInputError(
            "side payments are for one pair at a time",
            where="transfers",
            seen=f"{len(chosen)} pairs",
        )
    outcomes = [
        _with_payment(bargains, objectives, start, tol, max_iter)
        if transfers
        else _without_payment(bargains, start, tol, max_iter)
        for start in _starts(place.problem, economy)
    ]
    usable = [item for item in outcomes if item.search.point is not None]
    if not usable:
        raise ConvergenceError("no trade equilibrium on the way", where=f"pairs {chosen}")
    best = max(usable, key=lambda item: (item.converged, item.product))
    point = best.search.point
    assert point is not None
    first = conditions(best.place.problem, point)
    rivals = [item.product - best.product for item in usable if item.converged]
    if len(chosen) > 1 and best.converged:
        rivals = _pair_gains(bargains, point, best.fallback, tol, max_iter)
    certificate = PolicyCertificate(
        interior_gradient=first.interior_gradient,
        relative_gradient=first.relative_gradient,
        bound_violation=first.bound_violation,
        unilateral_gain=100.0 * max(rivals) if rivals else float("nan"),
        equilibrium_residual=float(point.solution.norms[0]),
        condition=best.mismatch,
    )
    converged = best.converged
    result = policy_result(
        best.place, scope, "bargained", point, converged, best.search.rounds, certificate, began
    )
    if transfers:
        before_pair = best.fallback[0]
        gain = (point.values - before_pair) / (1.0 + before_pair / 100.0)
        result = replace(
            result,
            side_payments=read_only(np.array([best.payment])),
            objective=replace(result.objective, gain_pct=read_only(gain)),
        )
    if raise_on_failure and not converged:
        raise ConvergenceError(
            "no tariffs were found that both members of each pair prefer to disagreement",
            where=f"pairs {chosen}",
            partial=result,
            hint="Where the disagreement tariffs are nearly efficient there is nothing to gain.",
        )
    return result


def _starts(problem: TariffProblem, economy: Economy) -> list[FloatArray]:
    """Free trade, baseline tariffs, half of the disagreement tariffs."""
    owned = problem.instruments
    starts = [
        np.zeros(owned.count),
        owned.mean(economy.tariffs.rates),
        0.5 * owned.mean(problem.base),
    ]
    return [np.clip(start, problem.low, problem.high) for start in starts]
