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
from dataclasses import replace
from time import perf_counter

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.policy.bargains.bargain import (
    Agreement,
    Bargains,
    agreement_of_pair,
    log_product,
    talk_starts,
)
from negotiation.policy.bargains.nash_in_nash import nash_in_nash, pair_gains
from negotiation.policy.bargains.pairs import bargaining_power, checked_pairs, pair_instruments
from negotiation.policy.bargains.side_payments import bargain_with_payment
from negotiation.policy.problem.first_order import conditions
from negotiation.policy.problem.outcome import policy_result
from negotiation.policy.problem.setting import InstrumentChoice, Objectives, setting
from negotiation.policy.problem.tariff_problem import SCOPES
from negotiation.policy.results import PolicyCertificate, PolicyResult
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.model import TradeModel
from negotiation.trade.players import first_two
from negotiation.values import FloatArray, one_of, read_only

__all__ = ["bargained_tariffs"]

_SLACK = 1e-6


def _with_payment(
    bargains: Bargains, objectives: Objectives, start: FloatArray, tol: float, max_iter: int
) -> Agreement:
    fallback = bargains.disagreement(start)
    found = bargain_with_payment(
        bargains.place, objectives, bargains.power[0], fallback[0], start, tol, max_iter
    )
    point = found.search.point
    product = -np.inf if point is None else log_product(bargains, point, fallback)
    search = replace(found.search, converged=found.search.converged and found.mismatch <= tol)
    return Agreement(found.place, search, product, found.mismatch, fallback, found.payment)


@takes
def bargained_tariffs(
    economy: Economy,
    pairs: Sequence[Sequence[str]] | None = None,
    disagreement: TariffSchedule | Policy | None = None,
    weights: Mapping[str, float] | Sequence[float] | None = None,
    transfers: bool = False,
    scope: str = "uniform",
    most_favored_nation: bool = False,
    model: TradeModel | None = None,
    objectives: Objectives = None,
    *,
    instrument: InstrumentChoice = "import_tariff",
    bounds: Sequence[float] = (0.0, 10.0),
    tol: float = 1e-8,
    max_iter: int = 400,
    raise_on_failure: bool = True,
) -> PolicyResult:
    """Return the tariffs that pairs of governments agree on.

    Parameters
    ----------
    economy, model, objectives, instrument, bounds
        As in :func:`~negotiation.policy.noncooperative.nash_tariffs`.
    pairs
        Who bargains with whom; None: the first two regions of the economy. Several pairs bargain
        at once, each taking the others' agreements as given (Nash-in-Nash).
    disagreement
        Tariffs, or the whole policy, in force without agreement: the standoff, or a Nash war. What
        is outside the bargains holds anyway. None is the baseline's tariffs.
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
        If no tariffs are better for both members of some pair than disagreement (with several
        pairs: at what the others agree on; ``.partial`` holds the others' agreements), or the
        iteration does not settle; carries ``.partial``.

    Examples
    --------
    >>> import numpy as np
    >>> import negotiation as ng
    >>> sides, flows = ("A", "B"), np.array([[[80.0, 20.0], [20.0, 80.0]]])
    >>> world = ng.Economy("two", sides, ("goods",), flows,
    ...                    ng.TariffSchedule(sides, ("goods",), np.zeros((1, 2, 2))))
    >>> war = world.tariffs.add(importer="A", exporter="B", rate=0.5)
    >>> war = war.add(importer="B", exporter="A", rate=0.5)
    >>> model = ng.TradeModel(trade_elasticity=4.0)
    >>> deal = bargained_tariffs(world, [("A", "B")], war, model=model)
    >>> deal.objective.gain_pct.round(2).tolist()
    [2.83, 2.83]
    """
    began = perf_counter()
    one_of(scope, [name for name in SCOPES if name != "bilateral"], name="scope")
    chosen = checked_pairs(economy, (first_two(economy),) if pairs is None else pairs)
    power = bargaining_power(chosen, weights)
    players = tuple(dict.fromkeys(name for pair in chosen for name in pair))
    before = economy.tariffs if disagreement is None else disagreement
    place = setting(
        economy, players, "uniform", None, model, objectives, before, bounds, None, instrument
    )
    owned = pair_instruments(economy, chosen, scope, most_favored_nation, place.kinds)
    teams = np.zeros((len(chosen), len(players)))
    members = tuple((players.index(a), players.index(b)) for a, b in chosen)
    for p, pair in enumerate(members):
        teams[p, list(pair)] = power[p]
    place = replace(place, problem=replace(place.problem, instruments=owned, weights=teams))
    bargains = Bargains(place, members, power)
    if transfers and len(chosen) > 1:
        raise InvalidInputError(
            "side payments are for one pair at a time",
            where="transfers",
            seen=f"{len(chosen)} pairs",
        )
    if len(chosen) > 1:
        outcomes = [nash_in_nash(bargains, tol, max_iter)]
    else:
        outcomes = [
            _with_payment(bargains, objectives, start, tol, max_iter)
            if transfers
            else agreement_of_pair(bargains, start, tol, max_iter)
            for start in talk_starts(place.problem, economy)
        ]
    usable = [item for item in outcomes if item.search.point is not None]
    if not usable:
        raise ConvergenceError("no trade equilibrium on the way", where=f"pairs {chosen}")
    best = max(usable, key=lambda item: (item.converged, item.product))
    point = best.search.point
    assert point is not None
    first = conditions(best.place.problem, point)
    rivals = [item.product - best.product for item in usable if item.converged]
    product_gain = 0.0
    if len(chosen) > 1 and best.converged:
        rivals = pair_gains(bargains, best, tol, max_iter)
        product_gain = max(rivals, default=0.0)
    certificate = PolicyCertificate(
        interior_gradient=first.interior_gradient,
        relative_gradient=first.relative_gradient,
        bound_violation=first.bound_violation,
        unilateral_gain=100.0 * max(rivals) if rivals else float("nan"),
        equilibrium_residual=float(point.solution.norms[0]),
        condition=best.mismatch,
    )
    converged = best.converged and product_gain <= _SLACK
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
        raise _failure(chosen, best, result)
    return result


def _failure(
    chosen: list[tuple[str, str]], best: Agreement, result: PolicyResult
) -> ConvergenceError:
    """Why there is no agreement: nothing to gain for some pair, or no end of the iteration."""
    gain = result.certificate.unilateral_gain
    if best.search.converged and gain > 0.0:
        return ConvergenceError(
            f"a pair's Nash product rises by {gain:.3g} % at other tariffs",
            where=f"pairs {chosen}",
            partial=result,
            hint="Payoffs have several peaks: try narrower bounds.",
        )
    if not best.search.converged and not best.without:
        return ConvergenceError(
            f"the bargains did not settle in {best.search.rounds} rounds",
            where=f"pairs {chosen}",
            partial=result,
            hint="Try a larger max_iter, narrower bounds or fewer pairs.",
        )
    pairs = [chosen[p] for p in best.without] or chosen
    return ConvergenceError(
        "no tariffs were found that both members prefer to disagreement",
        where=" and ".join(f"pair {a}-{b}" for a, b in pairs),
        partial=result,
        hint="Where the disagreement tariffs are nearly efficient, as without tariffs between the "
        "two, there is nothing to gain at tariffs within bounds: leave the pair out, or give the "
        "tariffs of a standoff as disagreement. What the other pairs agree on is in .partial.",
    )
