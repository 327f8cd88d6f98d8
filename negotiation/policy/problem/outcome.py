"""From a point of a tariff problem to its certificate and result."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np

from negotiation.policy.problem.first_order import Search, conditions, iterate_map
from negotiation.policy.problem.government import governments
from negotiation.policy.problem.one_rate import peak_searches
from negotiation.policy.problem.setting import Setting, protective_rates
from negotiation.policy.problem.tariff_problem import Instruments, Point, TariffProblem
from negotiation.policy.results import PolicyCertificate, PolicyObjective, PolicyResult
from negotiation.trade.economy import TariffSchedule
from negotiation.trade.equilibrium import equilibrium_at
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.solver.solve import Solution
from negotiation.values import FloatArray, read_only

__all__ = ["better_replies", "certify", "payoffs_at", "policy_result", "rival_searches"]


def _reply_problem(problem: TariffProblem, point: Point, player: int) -> TariffProblem:
    """One player's own problem at the others' rates of a point."""
    owned = problem.instruments
    mine = np.flatnonzero(owned.team == player)
    kept = np.isin(owned.rate, mine)
    renumber = np.zeros(owned.count, dtype=np.int64)
    renumber[mine] = np.arange(len(mine))
    return replace(
        problem,
        governments=(problem.governments[player],),
        instruments=Instruments(
            owned.places[kept], renumber[owned.rate[kept]], np.zeros(len(mine), dtype=np.int64)
        ),
        base=owned.spread(problem.base, point.rates),
        weights=np.eye(1),
    )


def rival_searches(
    problem: TariffProblem,
    rates: FloatArray,
    state: FloatArray,
    starts: int,
    tol: float,
    max_rounds: int,
) -> tuple[list[Search], float]:
    """Searches of one player for something better than ``rates``, and the best payoff seen.

    One rate: from every other peak of the payoff along its interval. Several: from ``starts``
    rates far off. The payoff is NaN where nothing was tried.
    """
    if starts < 1:
        return [], float("nan")
    if problem.instruments.count == 1:
        found, highest = peak_searches(
            problem, float(rates[0]), state, tol=tol, max_rounds=max_rounds, skip_own=True
        )
    else:
        places = [*protective_rates(problem), np.zeros_like(rates), 2.0 * rates + 0.2, 0.5 * rates]
        found, highest = [], -np.inf
        for start in places[:starts]:
            there = np.clip(start, problem.low, problem.high)
            found.append(iterate_map(problem, there, tol=tol, max_rounds=max_rounds, state=state))
    found = [search for search in found if search.point is not None]
    payoffs = [float(search.point.values[0]) for search in found if search.point is not None]
    best = max([*payoffs, highest])
    return found, best if np.isfinite(best) else float("nan")


def better_replies(
    problem: TariffProblem, point: Point, starts: int, tol: float, max_rounds: int
) -> tuple[float, FloatArray]:
    """Largest gain that a player finds by replying from elsewhere, and the best replies.

    The gain is NaN where nothing was tried; rates stay where a player finds nothing better.
    """
    gains = []
    owned, rates = problem.instruments, point.rates.copy()
    state = point.solution.outcome.state
    for player in range(len(problem.governments)):
        reply = _reply_problem(problem, point, player)
        mine = owned.team == player
        here = float(point.values[player])
        found, best = rival_searches(reply, point.rates[mine], state, starts, tol, max_rounds)
        gains.append(best - here)
        for search in found:
            if search.point is not None and float(search.point.values[0]) > here:
                here, rates[mine] = float(search.point.values[0]), search.point.rates
    known = [gain for gain in gains if np.isfinite(gain)]
    return max(known, default=float("nan")), rates


def certify(problem: TariffProblem, point: Point, gain: float) -> PolicyCertificate:
    """Conditions of a point; the equilibrium is checked where the result is made."""
    found = conditions(problem, point)
    return PolicyCertificate(
        interior_gradient=found.interior_gradient,
        relative_gradient=found.relative_gradient,
        bound_violation=found.bound_violation,
        unilateral_gain=gain,
        equilibrium_residual=float(point.solution.norms[0]),
    )


def payoffs_at(place: Setting, solution: Solution) -> FloatArray:
    """Payoffs of all regions, players with their own objectives, percent of GDP."""
    outcome = solution.outcome
    demand = outcome.spending[0] / outcome.share_sum[0]
    net = solution.shares.kernels(0)[1]
    flows = net * outcome.supply[0][:, :, None] * demand[:, None, :]
    by_player = dict(zip(place.players, place.governments, strict=True))
    others = tuple(region for region in place.economy.regions if region not in by_player)
    by_player |= zip(others, governments(place.system, place.economy, others, None), strict=True)
    out = []
    for region in place.economy.regions:
        government = by_player[region]
        j = government.region
        exports = flows[:, j, :].sum(axis=1) - flows[:, j, j]
        out.append(government.value(outcome, exports)[0])
    return np.array(out)


def _notes(problem: TariffProblem, point: Point, players: tuple[str, ...]) -> tuple[str, ...]:
    """One line a team whose rates stand at the upper bound for the most part."""
    team = problem.instruments.team
    teams = np.unique(team)
    names = players if len(teams) == len(players) else (", ".join(players),) * len(teams)
    notes = []
    for name, k in zip(names, teams, strict=True):
        mine = point.rates[team == k] >= problem.high * (1.0 - 1e-9)
        if 2 * mine.sum() > len(mine):
            notes.append(
                f"{name}: {mine.sum()} of {len(mine)} rates stand at their upper bound. Shutting "
                "out trade lightens a fixed transfer: compare with purge_imbalances(economy), or "
                "narrow the bounds."
            )
    return tuple(notes)


def policy_result(
    place: Setting,
    scope: str,
    method: str,
    point: Point,
    converged: bool,
    rounds: int,
    certificate: PolicyCertificate,
    began: float,
) -> PolicyResult:
    """Return the public result of a point."""
    economy, problem = place.economy, place.problem
    tables = problem.instruments.spread(problem.base, point.rates)
    alone = tables.ndim == 3
    rates = tables if alone else tables[0]
    highest = max(economy.tariffs.highest_rate, float(rates.max()))
    tariffs = TariffSchedule(economy.regions, economy.sectors, rates, highest)
    policy = None if alone else Policy(tariffs).with_tables(tables)
    world = equilibrium_at(place.system, economy, tariffs, point.solution, problem.tol, 0.0, policy)
    payoffs = payoffs_at(place, point.solution)
    chosen_by = [economy.region_index(name) for name in place.players]
    value = payoffs[chosen_by]
    before = payoffs_at(place, place.world_at(problem.base))[chosen_by]
    gain = (value - before) / (1.0 + before / 100.0)
    single = len(place.players) == 1
    chosen = np.zeros(problem.base.size)
    chosen[problem.instruments.places] = 1.0
    return PolicyResult(
        economy=economy,
        model=place.model,
        players=place.players,
        scope=scope,
        method=method,
        tariffs=tariffs,
        objective=PolicyObjective(
            players=place.players,
            value=float(value[0]) if single else read_only(value),
            gain_pct=float(gain[0]) if single else read_only(gain),
        ),
        payoffs=read_only(payoffs),
        equilibrium=world,
        certificate=replace(certificate, equilibrium_residual=world.certificate.largest),
        chosen=read_only(chosen.reshape(-1, *economy.flows.shape).max(axis=0)),
        instruments=dict(place.kinds),
        converged=converged,
        iterations=rounds,
        notes=_notes(problem, point, place.players),
        elapsed_seconds=perf_counter() - began,
    )
