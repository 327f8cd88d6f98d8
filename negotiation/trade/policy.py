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

from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.trade._first_order import Search, iterate_map
from negotiation.trade._government import Government
from negotiation.trade._policy_outcome import better_replies, certify, policy_result
from negotiation.trade._setting import Objectives, Setting, setting, starting_rates
from negotiation.trade._tariff_problem import TariffProblem
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.model import TradeModel
from negotiation.trade.objective import Objective
from negotiation.trade.policy_results import PolicyResult
from negotiation.values import one_of

__all__ = ["nash_tariffs", "optimal_tariffs"]

_SLACK = 1e-6
_MOVES = 4


def _is_plain(government: Government) -> bool:
    """Whether a government maximises real income alone: then one start is enough."""
    aim = government.objective
    return government.income_weights is None and aim.revenue == 0.0 and aim.jobs == 0.0


def failure(
    where: str, result: PolicyResult | None, search: Search, relief: bool
) -> ConvergenceError:
    """The error of a search that did not end at a solution."""
    if search.equilibrium_lost and relief:
        return ConvergenceError(
            "no trade equilibrium on the way to the tariffs sought",
            where=where,
            partial=result,
            hint="Where tariff revenue exceeds labour income it cannot be relieved from income "
            'tax: small open states have no solution then. Try revenue="lump_sum", upper '
            "bounds, or fewer players.",
        )
    if result is not None and result.certificate.unilateral_gain > _SLACK:
        return ConvergenceError(
            "all first-order conditions hold, but a player gains "
            f"{result.certificate.unilateral_gain:.3g} % of GDP by another reply",
            where=where,
            partial=result,
            hint="Payoffs have several peaks; try more starts or narrower bounds. There may be no "
            "equilibrium in pure strategies.",
        )
    return ConvergenceError(
        f"the tariffs did not settle in {search.rounds} rounds",
        where=where,
        partial=result,
        hint="Try more starts, narrower bounds or a larger max_iter.",
    )


def optimal_tariffs(
    economy: Economy,
    importer: str,
    scope: str = "uniform",
    exporters: Iterable[str] | None = None,
    model: TradeModel | None = None,
    objective: Objective | None = None,
    *,
    tariffs: TariffSchedule | None = None,
    sectors: Iterable[str] | None = None,
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
        Who chooses.
    scope
        ``"uniform"``: one rate; ``"most_favored_nation"``: one a sector; ``"discriminatory"``:
        one a sector and exporter.
    exporters
        Whose goods are taxed by choice; None is everybody's. Other rates stay.
    model
        As in :func:`~negotiation.trade.equilibrium.counterfactual`.
    objective
        None is real income, with the economy's political weights where it has some.
    tariffs
        Tariffs of everybody else; None is the baseline's.
    sectors
        Sectors that are taxed by choice; None is all of them. Other rates stay.
    bounds
        Lowest and highest rate.
    method
        ``"first_order"`` solves the problem. ``"closed_form"`` gives the approximation of
        Ignatenko et al. (2025) for a uniform rate. **It is not the optimum of the model**: it
        holds shares at their baseline values and leaves out the response of wages elsewhere,
        of labour supply and of income tax; its certificate shows the gradient that remains.
    starts
        Number of starting points, the best result counts; None is 1 for real income alone and 4
        otherwise, since other objectives can have several peaks.
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
        If no start converges; carries ``.partial``.

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
        economy, (importer,), scope, exporters, model, objective, tariffs, bounds, sectors
    )
    if method == "closed_form":
        return _closed_form(place, scope, exporters, check_starts, began)
    problem = place.problem
    if starts is None:
        starts = 1 if _is_plain(place.governments[0]) else 4
    best: Search | None = None
    last = Search(None, False, 0, place.problem.weights)
    for start in starting_rates(problem, starts):
        last = iterate_map(problem, start, tol=tol, max_rounds=max_iter)
        if last.point is None:
            continue
        if best is None or best.point is None or _better(last, best):
            best = last
    if best is None or best.point is None:
        raise failure(f"importer {importer}", None, last, problem.system.relief)
    best, gain = _improved(problem, best, check_starts, tol, max_iter)
    assert best.point is not None
    certificate = certify(problem, best.point, gain)
    result = policy_result(
        place, scope, method, best.point, best.converged, best.rounds, certificate, began
    )
    if raise_on_failure and not result.converged:
        raise failure(f"importer {importer}", result, best, problem.system.relief)
    return result


def _improved(
    problem: TariffProblem, best: Search, check_starts: int, tol: float, max_iter: int
) -> tuple[Search, float]:
    """Move on to a better reply as long as the test of the optimum finds one."""
    for _ in range(_MOVES):
        assert best.point is not None
        gain, replies = better_replies(problem, best.point, check_starts, tol, max_iter)
        if not gain > _SLACK:
            break
        found = iterate_map(problem, replies, tol=tol, max_rounds=max_iter)
        if found.point is None or not _better(found, best):
            break
        best = found
    return best, gain


def _better(one: Search, two: Search) -> bool:
    assert one.point is not None
    assert two.point is not None
    if one.converged != two.converged:
        return one.converged
    return float(one.point.values[0]) > float(two.point.values[0])


def _closed_form(
    place: Setting,
    scope: str,
    exporters: Iterable[str] | None,
    check_starts: int,
    began: float,
) -> PolicyResult:
    """The approximation, with the certificate that it deserves."""
    from negotiation.trade.closed_form import approximate_optimal_tariff

    if scope != "uniform" or exporters is not None:
        raise InvalidInputError(
            "the closed form is one rate on everybody",
            where="scope and exporters",
            seen=(scope, exporters),
            allowed="scope='uniform', exporters=None",
        )
    rate = approximate_optimal_tariff(place.economy, place.players[0], place.model)
    point = place.problem.evaluate(np.array([rate]))
    if point is None:
        raise failure(
            "closed form",
            None,
            Search(None, False, 0, place.problem.weights, True),
            place.system.relief,
        )
    gain, _ = better_replies(place.problem, point, check_starts, 1e-8, 500)
    certificate = certify(place.problem, point, gain)
    return policy_result(place, scope, "closed_form", point, True, 0, certificate, began)


def nash_tariffs(
    economy: Economy,
    players: Iterable[str] | None = ("USA", "CHN"),
    scope: str = "uniform",
    exporters: Iterable[str] | None = None,
    model: TradeModel | None = None,
    objectives: Objectives = None,
    *,
    tariffs: TariffSchedule | None = None,
    sectors: Iterable[str] | None = None,
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
        Who chooses; None is every region.
    exporters
        Whose goods are taxed by choice; None is everybody's, ``"players"`` the other players'.
    objectives
        One for all, or by player; None as in :func:`optimal_tariffs`.
    tariffs
        Tariffs of those who do not play; None is the baseline's.
    sectors
        Sectors that are taxed by choice; None is all of them. Other rates stay.
    starts
        Number of starting points tried at most.
    check_starts
        Number of starts of each best reply that tests a point; 0 trusts the conditions.
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
    chosen = economy.regions if players is None else tuple(players)
    if isinstance(players, str):
        raise InvalidInputError("give two or more players", where="players", seen=players)
    if isinstance(exporters, str) and exporters == "players":
        exporters = chosen
    place = setting(economy, chosen, scope, exporters, model, objectives, tariffs, bounds, sectors)
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
        raise failure(where, result, last, place.system.relief)
    return replace(result, elapsed_seconds=perf_counter() - began)
