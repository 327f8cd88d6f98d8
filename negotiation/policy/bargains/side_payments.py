"""The Nash bargain of a pair that also agrees on a lump sum.

With a payment the weights on payoffs follow from what a billion USD is worth to each side, and
the payment from the split of the surplus::

    lambda_a dV_a/dT + lambda_b dV_b/dT = 0
    lambda_a (V_a - d_a)/alpha_a = lambda_b (V_b - d_b)/alpha_b
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from negotiation.policy.problem.first_order import Search, iterate_map
from negotiation.policy.problem.government import governments
from negotiation.policy.problem.setting import Objectives, Setting
from negotiation.trade.calibration import calibrate
from negotiation.trade.solver.solve import system_of
from negotiation.values import FloatArray

__all__ = ["PaidBargain", "bargain_with_payment"]

_OUTER_ROUNDS = 80


@dataclass(frozen=True, eq=False)
class PaidBargain:
    """Where the search ended.

    Attributes
    ----------
    place
        The setting with the payment among its transfers and the final weights.
    search
        Of the tariffs at that payment.
    payment
        From the second to the first of the pair, billion USD a year at baseline values.
    mismatch
        Largest relative violation of the two conditions above.
    """

    place: Setting
    search: Search
    payment: float
    mismatch: float


def _with_payment(
    place: Setting, objectives: Objectives, direction: FloatArray, payment: float
) -> Setting:
    """The same problem where ``payment`` is given along ``direction``."""
    own = calibrate(place.economy, place.model).new_transfers
    model = replace(place.model, transfer_values=own + payment * direction)
    system = system_of(calibrate(place.economy, model))
    players = governments(system, place.economy, place.players, objectives)
    problem = replace(place.problem, system=system, governments=players)
    return replace(place, model=model, system=system, governments=players, problem=problem)


def bargain_with_payment(
    place: Setting,
    objectives: Objectives,
    power: FloatArray,
    fallback: FloatArray,
    start: FloatArray,
    tol: float,
    max_rounds: int,
) -> PaidBargain:
    """Search tariffs, weights and the payment of a pair from one start.

    Parameters
    ----------
    place
        The pair is its players; its only team holds all rates.
    power, fallback
        Bargaining weights and disagreement payoffs of the pair.
    start
        Rates.
    """
    economy = place.economy
    direction = np.zeros(len(economy.regions))
    direction[economy.region_index(place.players[0])] = 1.0
    direction[economy.region_index(place.players[1])] = -1.0
    scale = min(government.gdp for government in place.governments)
    weights = np.array([government.gdp for government in place.governments])
    weights = weights / weights.sum()
    payment, rates, state, rounds = 0.0, start, None, 0
    now = place
    search = Search(None, False, 0, weights[None])
    mismatch = np.inf
    for _ in range(_OUTER_ROUNDS):
        now = _with_payment(place, objectives, direction, payment)
        now = replace(now, problem=replace(now.problem, weights=weights[None]))
        search = iterate_map(now.problem, rates, tol=tol, max_rounds=max_rounds, state=state)
        rounds += search.rounds
        search = replace(search, rounds=rounds)
        if search.point is None or not search.converged:
            break
        rates, state = search.point.rates, search.point.solution.outcome.state
        worth = now.problem.transfer_effects(search.point, direction)
        wanted = np.abs(worth[::-1]) / np.abs(worth).sum()
        gain = search.point.values - fallback
        slope = float(np.abs(wanted * worth / power).sum())
        gap = float((wanted * gain / power) @ [1.0, -1.0])
        step = gap / slope
        mismatch = max(float(np.abs(wanted - weights).max()), abs(step) / scale)
        if mismatch <= tol:
            break
        weights = wanted
        payment -= float(np.clip(step, -0.05 * scale, 0.05 * scale))
    return PaidBargain(now, search, payment, mismatch)
