"""Several pairs at once: each pair's Nash bargain at what the others agree on.

Pairs take turns. In its turn a pair solves its own bargain at the other pairs' current rates,
which fix what it falls back to; the turns end where no pair wants to move. A pair that finds
nothing both members prefer keeps its disagreement tariffs until its next turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from negotiation.policy.bargains.bargain import (
    Agreement,
    Bargains,
    agreement_of_pair,
    log_product,
    talk_starts,
)
from negotiation.policy.problem.first_order import Search
from negotiation.policy.problem.tariff_problem import Instruments
from negotiation.values import FloatArray

__all__ = ["nash_in_nash", "pair_gains"]

_CYCLES = 60
_ROUNDING = 4.0


@dataclass(eq=False)
class _Turn:
    """What one pair holds between its turns: its rates where it agrees, and its last search."""

    rates: FloatArray
    agreed: bool
    search: Search | None = None


def _alone(bargains: Bargains, pair: int, rates: FloatArray, idle: frozenset[int]) -> Bargains:
    """One pair's own problem at the others' rates, or at disagreement where they are idle."""
    place = bargains.place
    problem = place.problem
    owned = problem.instruments
    mine = np.flatnonzero(owned.team == pair)
    kept = owned.team[owned.rate] == pair
    back = np.isin(owned.team[owned.rate], sorted({pair, *idle}))
    base = owned.spread(problem.base, rates)
    base.reshape(-1)[owned.places[back]] = problem.base.reshape(-1)[owned.places[back]]
    own = Instruments(
        owned.places[kept],
        np.searchsorted(mine, owned.rate[kept]),
        np.zeros(len(mine), dtype=np.int64),
    )
    members = bargains.members[pair]
    weights = np.zeros((1, len(place.players)))
    weights[0, list(members)] = bargains.power[pair]
    sub = replace(problem, instruments=own, base=base, weights=weights)
    return Bargains(replace(place, problem=sub), (members,), bargains.power[pair : pair + 1])


def _take_turn(one: Bargains, turn: _Turn, tol: float, max_iter: int) -> None:
    """Solve one pair's bargain: from where it stands, or from every start where that is nothing."""
    near = turn.search if turn.agreed else None
    problem = one.place.problem
    starts = [turn.rates] if near else talk_starts(problem, one.place.economy)
    fallback = one.disagreement(starts[0])
    ends = []
    for start in starts:
        end = agreement_of_pair(one, start, tol, max_iter, fallback=fallback, near=near)
        ends.append(end)
        if end.converged:
            break
    best = max(ends, key=lambda end: (end.converged, end.product))
    turn.agreed, turn.search = best.converged, best.search
    if best.search.point is not None:
        turn.rates = best.search.point.rates


def nash_in_nash(bargains: Bargains, tol: float, max_iter: int) -> Agreement:
    """Return the bargains of all pairs, each best at the others'."""
    problem = bargains.place.problem
    owned = problem.instruments
    rates = np.clip(owned.mean(problem.base), problem.low, problem.high)
    pairs = range(len(bargains.members))
    turns = [_Turn(rates[owned.team == p], agreed=False) for p in pairs]
    settled, rounds = False, 0
    for _ in range(_CYCLES):
        settled = True
        for p, turn in enumerate(turns):
            idle = frozenset(q for q in pairs if q != p and not turns[q].agreed)
            was, before = turn.agreed, turn.rates
            _take_turn(_alone(bargains, p, rates, idle), turn, tol, max_iter)
            rates[owned.team == p] = turn.rates
            rounds += 0 if turn.search is None else turn.search.rounds
            moved = np.abs(np.log1p(turn.rates) - np.log1p(before)).max()
            if turn.agreed != was or (turn.agreed and moved > _ROUNDING * tol):
                settled = False
        if settled:
            break
    without = tuple(p for p in pairs if not turns[p].agreed)
    kept = [p for p in pairs if turns[p].agreed]
    if not kept:
        end = agreement_of_pair(
            _alone(bargains, 0, rates, frozenset(pairs)), turns[0].rates, tol, 1
        )
        return replace(end, product=-np.inf, without=without)
    return _joint(bargains, kept, turns, settled, rounds, without)


def _joint(
    bargains: Bargains,
    kept: list[int],
    turns: list[_Turn],
    settled: bool,
    rounds: int,
    without: tuple[int, ...],
) -> Agreement:
    """All agreements as one point: conditions of every pair at the same equilibrium."""
    place, problem = bargains.place, bargains.place.problem
    owned = problem.instruments
    stay = np.isin(owned.team[owned.rate], kept)
    mine = np.flatnonzero(np.isin(owned.team, kept))
    joint = Instruments(
        owned.places[stay],
        np.searchsorted(mine, owned.rate[stay]),
        np.searchsorted(kept, owned.team[mine]),
    )
    searches = [turns[p].search for p in kept]
    weights = np.concatenate([search.weights for search in searches if search is not None])
    sub = replace(problem, instruments=joint, weights=weights)
    rates = np.empty(len(mine))
    for k, p in enumerate(kept):
        rates[joint.team == k] = turns[p].rates
    final = Bargains(
        replace(place, problem=sub),
        tuple(bargains.members[p] for p in kept),
        bargains.power[kept],
    )
    fallback = final.disagreement(rates)
    last = searches[-1]
    state = None if last is None or last.point is None else last.point.solution.outcome.state
    point = sub.evaluate(rates, state)
    search = Search(point, settled and point is not None, rounds, weights, point is None)
    if point is None:
        return Agreement(final.place, search, -np.inf, np.inf, fallback, without=without)
    product = -np.inf if without else log_product(final, point, fallback)
    mismatch = float(np.abs(final.wanted_weights(point.values, fallback) - weights).max())
    return Agreement(final.place, search, product, mismatch, fallback, without=without)


def pair_gains(bargains: Bargains, end: Agreement, tol: float, max_iter: int) -> list[float]:
    """Gains of each pair's log Nash product from other starts, the other pairs' rates given."""
    point = end.search.point
    assert point is not None
    problem, gains = bargains.place.problem, []
    surplus = bargains.surplus(point.values, end.fallback)
    for p in range(len(bargains.members)):
        one = _alone(bargains, p, point.rates, frozenset())
        mine = point.rates[problem.instruments.team == p]
        product = float(bargains.power[p] @ np.log(surplus[p]))
        for start in (np.zeros(len(mine)), 0.5 * mine + 0.1):
            there = np.clip(start, problem.low, problem.high)
            other = agreement_of_pair(one, there, tol, max_iter, fallback=end.fallback[p : p + 1])
            if other.converged:
                gains.append(other.product - product)
    return gains
