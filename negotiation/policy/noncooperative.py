"""Optimal, Nash and cooperative tariffs, each with a certificate.

Players: the governments named; everybody else's tariffs are given. Timing: all set their tariffs
at once, then markets clear. Information: complete. A rate is stationary where the shadow value
of an exporter's sales, net of the revenue they displace, equals the marginal cost of the tariff
to buyers; that condition, solved for the rate, is the map which is iterated. Shadow values come
from one adjoint solution a government and round. Sources: Ossa (2014) for the optimal, Nash and
cooperative tariffs of governments with political weights in general equilibrium.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.policy.objectives.objective import Objective
from negotiation.policy.problem.first_order import Search, iterate_map
from negotiation.policy.problem.government import Government
from negotiation.policy.problem.one_rate import peak_searches
from negotiation.policy.problem.outcome import (
    better_replies,
    certify,
    policy_result,
    rival_searches,
)
from negotiation.policy.problem.setting import (
    InstrumentChoice,
    Objectives,
    Setting,
    chosen_players,
    setting,
    starting_rates,
)
from negotiation.policy.problem.tariff_problem import TariffProblem
from negotiation.policy.results import PolicyResult
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import likely_cause
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.model import TradeModel
from negotiation.trade.players import FIRST_TWO, first_two
from negotiation.values import one_of

__all__ = ["nash_tariffs", "optimal_tariffs"]

_SLACK = 1e-6
_MOVES = 4


def _is_plain(government: Government) -> bool:
    """Whether a government maximises real income alone: then one start is enough."""
    aim = government.objective
    return government.income_weights is None and aim.revenue == 0.0 and aim.jobs == 0.0


def failure(
    where: str, result: PolicyResult | None, search: Search, problem: TariffProblem
) -> ConvergenceError:
    """The error of a search that did not end at a solution."""
    if search.equilibrium_lost:
        if search.point is None:
            cause = "Try lower tariffs of everybody else."
            if problem.system.relief:
                cause = (
                    "Where tariff revenue exceeds labour income it cannot be relieved from income "
                    'tax: small open states have no solution then. Try revenue="lump_sum".'
                )
        else:
            cause = likely_cause(problem.system, search.point.solution.outcome)
        return ConvergenceError(
            "no trade equilibrium on the way to the tariffs sought, which may not exist",
            where=where,
            partial=result,
            hint=f"{cause} Lower upper bounds or fewer players leave a solution, too.",
        )
    if result is not None and result.certificate.unilateral_gain > _SLACK:
        return ConvergenceError(
            "all first-order conditions hold, but a player gains "
            f"{result.certificate.unilateral_gain:.3g} % of GDP by another reply",
            where=where,
            partial=result,
            hint="Payoffs have several peaks; try more starts or narrower bounds. There may be no "
            "equilibrium in pure strategies; where transfers are large, payoffs rise with "
            "prohibitive tariffs as far as there is an equilibrium: try purge_imbalances(...).",
        )
    return ConvergenceError(
        f"the tariffs did not settle in {search.rounds} rounds",
        where=where,
        partial=result,
        hint="Try more starts, narrower bounds or a larger max_iter.",
    )


@takes
def optimal_tariffs(
    economy: Economy,
    importer: str,
    scope: str = "uniform",
    exporters: Iterable[str] | None = None,
    model: TradeModel | None = None,
    objective: Objective | None = None,
    *,
    tariffs: TariffSchedule | Policy | None = None,
    sectors: Iterable[str] | None = None,
    instrument: str = "import_tariff",
    bounds: Sequence[float] = (0.0, 10.0),
    method: str = "first_order",
    starts: int | None = None,
    check_starts: int = 3,
    tol: float = 1e-8,
    max_iter: int = 500,
    raise_on_failure: bool = True,
) -> PolicyResult:
    """Return the tariffs of one importer that maximise its objective, the others' given.

    Parameters
    ----------
    economy
        The baseline.
    importer
        Who chooses, whatever the instrument.
    scope
        ``"uniform"``: one rate; ``"bilateral"``: one an exporter, thus one a pair;
        ``"most_favored_nation"``: one a sector; ``"discriminatory"``: one a sector and exporter.
    exporters
        Whose goods are taxed by choice; None is everybody's. Other rates stay.
    model
        As in :func:`~negotiation.trade.equilibrium.counterfactual`.
    objective
        None is real income, with the economy's political weights where it has some.
    tariffs
        Tariffs, or the whole policy, of everybody else; None is the baseline's.
    sectors
        Sectors that are taxed by choice; None is all of them. Other rates stay.
    instrument
        ``"import_tariff"``, ``"trade_cost"`` (on imports), ``"export_tax"`` or ``"export_control"``
        (on exports: ``exporters`` then names the buyers). What controls and trade costs take pays
        nobody; their optimum for real income is a bound.
    bounds
        Lowest and highest rate.
    method
        ``"first_order"`` solves the problem. ``"closed_form"`` gives the approximation of
        Ignatenko et al. (2025) for a uniform rate. **It is not the optimum of the model**: it
        holds shares at their baseline values and leaves out the response of wages elsewhere,
        of labour supply and of income tax; its certificate shows the gradient that remains.
    starts
        Number of starting points, the best result counts; None is 1 for real income alone and 4
        otherwise, since other objectives can have several peaks. Where there is one rate to
        choose its whole interval is scanned instead, and every peak is a start.
    check_starts
        Number of further starts that look for a better reply for the certificate.
    tol
        Largest move of a log rate that ends the iteration.
    max_iter
        Rounds from each start.
    raise_on_failure
        Whether to raise where no start converges, or return with ``converged=False``.

    Raises
    ------
    InvalidInputError
        If an argument does not fit.
    ConvergenceError
        If no start converges, or something better than what converged is not stationary itself:
        where transfers are fixed a payoff can rise with the rate until a region has no income
        left to pay its transfer from, and there is no equilibrium beyond. Carries ``.partial``.

    Notes
    -----
    A better reply that the check finds takes the place of the first. Where transfers are large,
    payoffs can have a second peak at prohibitive tariffs, which lighten a fixed transfer: look
    at ``rates`` at their bounds, and at economies with imbalances purged.

    Examples
    --------
    >>> import numpy as np
    >>> names, none = ("SMALL", "WORLD"), np.zeros((1, 2, 2))
    >>> flows = np.array([[[0.8, 0.2], [0.2, 9999.8]]])
    >>> free = TariffSchedule(names, ("goods",), none)
    >>> world = Economy("two", names, ("goods",), flows, free)
    >>> best = optimal_tariffs(world, importer="SMALL", model=TradeModel(trade_elasticity=4.0))
    >>> round(float(best.tariffs.rates[0, 1, 0]), 3)
    0.25
    """
    began = perf_counter()
    one_of(method, ("first_order", "closed_form"), name="method")
    place = setting(
        economy,
        (importer,),
        scope,
        exporters,
        model,
        objective,
        tariffs,
        bounds,
        sectors,
        instrument,
    )
    if method == "closed_form":
        return _closed_form(place, scope, exporters, check_starts, began)
    problem = place.problem
    if problem.instruments.count == 1:
        best, gain = _best_peak(problem, tol, max_iter)
    else:
        best, gain = _best_start(problem, starts, check_starts, tol, max_iter)
    if best.point is None:
        raise failure(f"importer {importer}", None, best, problem)
    certificate = certify(problem, best.point, gain)
    stands = best.converged and not gain > _SLACK
    result = policy_result(
        place, scope, method, best.point, stands, best.rounds, certificate, began
    )
    if raise_on_failure and not result.converged:
        raise failure(f"importer {importer}", result, best, problem)
    return result


def _best_peak(problem: TariffProblem, tol: float, max_iter: int) -> tuple[Search, float]:
    """The highest peak of one rate where the payoff is stationary, and what exceeds it by most."""
    rate = float(problem.instruments.mean(problem.base)[0])
    found, highest = peak_searches(problem, rate, None, tol=tol, max_rounds=max_iter)
    found = [search for search in found if search.point is not None]
    if not found:
        return Search(None, False, 0, problem.weights, equilibrium_lost=True), float("nan")
    best = found[0]
    for search in found[1:]:
        best = search if _better(search, best) else best
    assert best.point is not None
    rivals = [_payoff(search) for search in found if search is not best]
    return best, max([*rivals, highest]) - float(best.point.values[0])


def _best_start(
    problem: TariffProblem, starts: int | None, check_starts: int, tol: float, max_iter: int
) -> tuple[Search, float]:
    """The best of several starts, and the largest gain that others find."""
    if starts is None:
        starts = 1 if _is_plain(problem.governments[0]) else 4
    best = Search(None, False, 0, problem.weights, equilibrium_lost=True)
    for start in starting_rates(problem, starts):
        found = iterate_map(problem, start, tol=tol, max_rounds=max_iter)
        if found.point is not None and (best.point is None or _better(found, best)):
            best = found
    gain = float("nan")
    for _ in range(_MOVES):
        if best.point is None:
            break
        here = best.point
        rivals, payoff = rival_searches(
            problem, here.rates, here.solution.outcome.state, check_starts, tol, max_iter
        )
        gain = payoff - float(here.values[0])
        better = [search for search in rivals if _better(search, best)]
        if not gain > _SLACK or not better:
            break
        best = max(better, key=_payoff)
    return best, gain


def _payoff(search: Search) -> float:
    return -np.inf if search.point is None else float(search.point.values[0])


def _better(one: Search, two: Search) -> bool:
    if one.converged != two.converged:
        return one.converged
    return _payoff(one) > _payoff(two)


def _closed_form(
    place: Setting,
    scope: str,
    exporters: Iterable[str] | None,
    check_starts: int,
    began: float,
) -> PolicyResult:
    """The approximation, with the certificate that it deserves."""
    from negotiation.policy.closed_form import approximate_optimal_tariff

    if scope != "uniform" or exporters is not None or place.base.ndim > 3:
        raise InvalidInputError(
            "the closed form is one rate on everybody",
            where="scope, exporters and instrument",
            seen=(scope, exporters, ", ".join(place.kinds.values())),
            allowed="scope='uniform', exporters=None, import tariffs alone",
        )
    rate = approximate_optimal_tariff(place.economy, place.players[0], place.model)
    point = place.problem.evaluate(np.array([rate]))
    if point is None:
        raise failure(
            "closed form",
            None,
            Search(None, False, 0, place.problem.weights, True),
            place.problem,
        )
    gain, _ = better_replies(place.problem, point, check_starts, 1e-8, 500)
    certificate = certify(place.problem, point, gain)
    return policy_result(place, scope, "closed_form", point, True, 0, certificate, began)


@takes
def nash_tariffs(
    economy: Economy,
    players: Iterable[str] | None = FIRST_TWO,
    scope: str = "uniform",
    exporters: Iterable[str] | None = None,
    model: TradeModel | None = None,
    objectives: Objectives = None,
    *,
    tariffs: TariffSchedule | Policy | None = None,
    sectors: Iterable[str] | None = None,
    instrument: InstrumentChoice = "import_tariff",
    bounds: Sequence[float] = (0.0, 10.0),
    starts: int = 4,
    check_starts: int = 3,
    tol: float = 1e-8,
    max_iter: int = 500,
    raise_on_failure: bool = True,
) -> PolicyResult:
    """Return tariffs of the players that are best replies to each other.

    Every point where all first-order conditions hold is tested with best replies from several
    starts; from a point that a player can leave with a gain the search goes on at the better
    replies, then at the next start.

    Parameters
    ----------
    economy, scope, model, bounds, tol, max_iter
        As in :func:`optimal_tariffs`.
    players
        Who chooses; ``"first_two"`` are the first two regions, None is every region.
    exporters
        Whose goods are taxed by choice; None is everybody's, ``"players"`` the other players'.
    objectives
        One for all, or by player; None as in :func:`optimal_tariffs`.
    tariffs
        Tariffs, or the whole policy, of those who do not play; None is the baseline's.
    sectors
        Sectors that are taxed by choice; None is all of them. Other rates stay.
    instrument
        As in :func:`optimal_tariffs`: one for all players, or one a player by name.
    starts
        Number of starting points tried at most.
    check_starts
        Number of starts of each best reply that tests a point; 0 trusts the conditions. A player
        with one rate replies from every other peak along its interval.
    raise_on_failure
        Whether to raise where no tested point is found, or return the last one.

    Raises
    ------
    InvalidInputError
        If an argument does not fit.
    ConvergenceError
        If no start leads to a Nash equilibrium; carries ``.partial``.
    """
    began = perf_counter()
    if players == FIRST_TWO:
        players = first_two(economy)
    chosen = chosen_players(economy, players, 1)
    if isinstance(exporters, str) and exporters == "players":
        exporters = chosen
    place = setting(
        economy, chosen, scope, exporters, model, objectives, tariffs, bounds, sectors, instrument
    )
    problem = place.problem
    result, last = None, Search(None, False, 0, problem.weights)
    best = (False, False, 0.0)
    queue = starting_rates(problem, starts)
    for _ in range(2 * len(queue)):
        if not queue:
            break
        last = iterate_map(problem, queue.pop(0), tol=tol, max_rounds=max_iter)
        if last.point is None:
            continue
        gain, replies = better_replies(
            problem, last.point, check_starts if last.converged else 0, tol, max_iter
        )
        stands = last.converged and not gain > _SLACK
        certificate = certify(problem, last.point, gain)
        found = policy_result(
            place, scope, "nash", last.point, stands, last.rounds, certificate, began
        )
        rank = (stands, last.converged, -gain if last.converged else 0.0)
        if result is None or rank > best:
            result, best = found, rank
        if stands:
            break
        if last.converged:
            queue.insert(0, replies)
    if result is None or (raise_on_failure and not result.converged):
        where = f"players {', '.join(chosen[:6])}"
        raise failure(where, result, last, problem)
    return replace(result, elapsed_seconds=perf_counter() - began)
