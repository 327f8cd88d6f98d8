"""Cooperative tariffs: the largest gain that all players can have.

Players: the governments named. Timing: one agreement on all their tariffs. Information: complete.
Source: Ossa (2014), whose cooperative tariffs raise every government's payoff by the same,
largest possible percentage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from negotiation.arguments import takes
from negotiation.policy.noncooperative import failure, nash_tariffs
from negotiation.policy.problem.common_gain import largest_common_gain
from negotiation.policy.problem.first_order import Search, WeightRule, conditions, iterate_map
from negotiation.policy.problem.outcome import certify, payoffs_at, policy_result
from negotiation.policy.problem.setting import (
    InstrumentChoice,
    Objectives,
    chosen_players,
    setting,
)
from negotiation.policy.problem.tariff_problem import TariffProblem
from negotiation.policy.results import PolicyResult
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.model import TradeModel
from negotiation.values import FloatArray, one_of

__all__ = ["cooperative_tariffs"]

_STARTS = ("factual", "nash", "free_trade")
_WEIGHT_STEP = 0.05
_COMMON = 1e-6
_FEW_RATES = 300
_STATIONARY = 1e-6
_POLISH = 150


def _start_schedule(
    economy: Economy,
    start: str,
    players: tuple[str, ...],
    scope: str,
    exporters: Iterable[str] | None,
    model: TradeModel | None,
    objectives: Objectives,
    bounds: Sequence[float],
    sectors: Iterable[str] | None,
    instrument: InstrumentChoice,
) -> TariffSchedule | Policy:
    """What is in force before the talks."""
    if start == "factual":
        return economy.tariffs
    if start == "free_trade":
        return replace(economy.tariffs, rates=np.zeros(economy.flows.shape))
    return nash_tariffs(
        economy,
        players,
        scope,
        exporters,
        model,
        objectives,
        sectors=sectors,
        bounds=bounds,
        instrument=instrument,
    ).policy


def _by_programming(
    problem: TariffProblem,
    first: FloatArray,
    gains: Callable[[FloatArray], FloatArray],
    slopes: FloatArray,
    rule: WeightRule,
    tol: float,
    max_iter: int,
) -> Search:
    """Few rates: solve for the largest least gain, then iterate the map at its multipliers."""
    point, multipliers = largest_common_gain(problem, first, gains, slopes, max_iter)
    if point is None:
        return Search(None, False, 0, problem.weights, equilibrium_lost=True)
    weights = (multipliers * slopes)[None] / (multipliers @ slopes)
    problem = replace(problem, weights=weights)
    polished = iterate_map(
        problem,
        point.rates,
        tol=tol,
        max_rounds=min(max_iter, _POLISH),
        state=point.solution.outcome.state,
        rule=rule,
    )
    least = float(gains(point.values).min())
    if polished.converged and polished.point is not None:
        gain = gains(polished.point.values)
        if gain.min() >= least - _COMMON:
            return polished
    found = conditions(problem, point)
    gain = gains(point.values)[multipliers > 0.0]
    settled = max(found.relative_gradient, found.bound_violation) <= _STATIONARY
    return Search(point, settled and gain.max() - least <= _COMMON, polished.rounds, weights)


@takes
def cooperative_tariffs(
    economy: Economy,
    start: str = "factual",
    players: Iterable[str] | None = None,
    scope: str = "discriminatory",
    exporters: Iterable[str] | None = None,
    model: TradeModel | None = None,
    objectives: Objectives = None,
    *,
    tariffs: TariffSchedule | Policy | None = None,
    sectors: Iterable[str] | None = None,
    instrument: InstrumentChoice = "import_tariff",
    bounds: Sequence[float] = (0.0, 10.0),
    tol: float = 1e-8,
    max_iter: int = 2000,
    raise_on_failure: bool = True,
) -> PolicyResult:
    """Return the tariffs that raise all players' payoffs by at least the largest percentage.

    Gains are equal where rates are rich enough to shift income from everybody to everybody, as
    discriminatory tariffs usually are. With few rates (one a player, say) some players may gain
    more than that: their weight is then 0, and the least gain can be negative where the tariffs
    that gains are counted from differ by exporter and the agreed ones may not.

    Parameters
    ----------
    economy, scope, exporters, model, objectives, sectors, instrument, bounds
        As in :func:`~negotiation.policy.noncooperative.nash_tariffs`.
    start
        Tariffs that gains are counted from: ``"factual"`` (the baseline's), ``"nash"`` (the
        players' Nash tariffs) or ``"free_trade"``.
    players
        Who agrees; None is every region.
    tariffs
        Another schedule or policy to count gains from, in place of ``start``; what those who do
        not play have in force is its own.
    tol
        Largest move of a log rate or weight that ends the iteration.
    max_iter
        Rounds of the map.
    raise_on_failure
        Whether to raise where the tariffs do not settle, or return with ``converged=False``.

    Returns
    -------
    PolicyResult
        ``objective.gain_pct`` is over the start; ``certificate`` holds the first-order conditions
        of the weighted payoffs, and as ``condition`` the largest excess of a gain with a
        positive weight over the least gain. Tariffs that only shift income between regions are
        chosen so that gains are common, since there are no other transfers.

    Raises
    ------
    InvalidInputError
        If an argument does not fit.
    ConvergenceError
        If the tariffs do not settle; carries ``.partial``.

    Examples
    --------
    >>> import numpy as np
    >>> import negotiation as ng
    >>> sides, flows = ("A", "B"), np.array([[[80.0, 20.0], [20.0, 80.0]]])
    >>> rates = np.array([[[0.0, 0.3], [0.3, 0.0]]])
    >>> world = ng.Economy("two", sides, ("goods",), flows,
    ...                    ng.TariffSchedule(sides, ("goods",), rates))
    >>> peace = cooperative_tariffs(world, model=ng.TradeModel(trade_elasticity=4.0))
    >>> peace.objective.gain_pct.round(2).tolist()
    [3.62, 3.62]
    """
    began = perf_counter()
    one_of(start, _STARTS, name="start")
    chosen = chosen_players(economy, players, 2)
    if isinstance(exporters, str) and exporters == "players":
        exporters = chosen
    before = tariffs
    if before is None:
        before = _start_schedule(
            economy, start, chosen, scope, exporters, model, objectives, bounds, sectors, instrument
        )
    place = setting(
        economy, chosen, scope, exporters, model, objectives, before, bounds, sectors, instrument
    )
    at = [economy.region_index(name) for name in chosen]
    initial = payoffs_at(place, place.world_at(place.base))[at]

    slopes = 1.0 / (1.0 + initial / 100.0)

    def gains(values: FloatArray) -> FloatArray:
        return (values - initial) * slopes

    def rule(values: FloatArray, weights: FloatArray) -> FloatArray:
        gain = gains(values)
        common = gain[weights[0] > 0.0].mean()
        spread = np.clip(_WEIGHT_STEP * (gain - common), -0.5, 0.5)
        move: FloatArray = -spread[None, :] - np.log(weights.sum())
        return move

    owned = place.problem.instruments
    problem = replace(
        place.problem,
        instruments=replace(owned, team=np.zeros_like(owned.team)),
        weights=np.full((1, len(chosen)), 1.0 / len(chosen)),
    )
    first = np.clip(owned.mean(problem.base), problem.low, problem.high)
    search = Search(None, False, 0, problem.weights)
    if owned.count <= _FEW_RATES:
        search = _by_programming(problem, first, gains, slopes, rule, tol, max_iter)
    if not search.converged:
        mapped = iterate_map(problem, first, tol=tol, max_rounds=max_iter, rule=rule)
        if mapped.converged or search.point is None:
            search = mapped
    if search.point is None:
        raise failure("cooperative tariffs", None, search, problem)
    problem = replace(problem, weights=search.weights)
    gain = gains(search.point.values)
    unequal = float((gain - gain.min())[search.weights[0] > 0.0].max())
    certificate = replace(certify(problem, search.point, float("nan")), condition=unequal)
    converged = search.converged and unequal <= _COMMON
    place = replace(place, problem=problem)
    result = policy_result(
        place, scope, "cooperative", search.point, converged, search.rounds, certificate, began
    )
    if raise_on_failure and not converged:
        raise failure("cooperative tariffs", result, search, problem)
    return result
