"""Equilibria under quotas and purchase commitments: a tax on each that is due only where it binds.

With ``u_k >= 0`` the log of the tax or subsidy factor of commitment k and ``g_k(u) <= 0`` what it
asks for (log quantity less its limit; log target less purchases), the equilibrium is::

    u_k >= 0,   g_k(u) <= 0,   u_k g_k(u) = 0

solved by quasi-Newton steps on the set of those that bind. Derivatives of all ``g`` come from
adjoint solutions at one factorisation, and from the steps themselves while these go on fast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.trade.calibration import Calibration
from negotiation.trade.economy import Economy
from negotiation.trade.instruments.policy import INSTRUMENTS, Policy, Purchase, Quota
from negotiation.trade.solver.adjoint import Adjoint, Cotangents
from negotiation.trade.solver.jacobian import trade_at
from negotiation.trade.solver.solve import Solution, solve_batch
from negotiation.trade.solver.system import System
from negotiation.values import FloatArray, IntArray

__all__ = ["checked_tables", "solve_policy"]

_ROUNDS = 60
_LARGEST_STEP = 1.0
_HALVINGS = 6
_SETTLED = 1e-11
#: Slopes are taken anew where a step leaves more than this share of the violation.
_FALLING = 0.3
_TARIFF, _TAX, _CONTROL = (INSTRUMENTS.index(n) for n in INSTRUMENTS[:3])


@dataclass(frozen=True, eq=False)
class _Commitment:
    """One condition: ``sign`` times (log of quantities at baseline prices less ``log_target``).

    ``row`` is the instrument that brings it about, ``sign`` 1 for a tax under a limit and -1 for a
    subsidy under a commitment to buy; flows by sector are ``[item]`` of one exporter and importer.
    """

    row: int
    sign: float
    sectors: IntArray
    exporter: int
    importer: int
    log_target: float


def checked_tables(economy: Economy, calibration: Calibration, policy: Policy) -> FloatArray:
    """Return the rates of a policy, quotas of zero as bans.

    Raises
    ------
    InvalidInputError
        If bans leave nobody to sell what somebody buys, or a commitment does not fit.
    """
    tables = policy.tables()
    for quota in policy.quotas:
        if quota.limit == 0.0:
            i, j = economy.region_index(quota.exporter), economy.region_index(quota.importer)
            tables[_CONTROL, [economy.sector_index(s) for s in quota.sectors], i, j] = np.inf
    banned = np.isinf(tables[2:]).any(axis=0)
    if banned.any():
        left = np.where(banned, 0.0, calibration.shares).sum(axis=1)
        empty = (left <= 0.0) & (calibration.spending > 0.0)
        if empty.any():
            s, j = (int(k) for k in np.argwhere(empty)[0])
            raise InvalidInputError(
                "bans leave nobody to sell what is bought",
                where=f"importer {economy.regions[j]}, sector {economy.sectors[s]}",
                hint="Prices have no limit there: leave a supplier, or give a finite rate.",
            )
    return tables


def _commitments(
    economy: Economy, cal: Calibration, policy: Policy, tables: FloatArray
) -> list[_Commitment]:
    """Conditions of a policy; those on flows that are nil anyway are left out."""
    found: list[_Commitment] = []
    traded = (cal.flows > 0.0) & ~np.isinf(tables[2:]).any(axis=0)
    taken: set[tuple[int, int, int]] = set()

    def claimed(item: Quota | Purchase) -> tuple[IntArray, int, int]:
        """Sectors that are traded, exporter and importer; no flow may be claimed twice."""
        i, j = economy.region_index(item.exporter), economy.region_index(item.importer)
        named = [economy.sector_index(s) for s in item.sectors]
        for s in named:
            if (s, i, j) in taken:
                raise InvalidInputError(
                    "two commitments on one flow",
                    where=f"{economy.sectors[s]} from {item.exporter} to {item.importer}",
                )
            taken.add((s, i, j))
        return np.array([s for s in named if traded[s, i, j]], dtype=np.int64), i, j

    for quota in policy.quotas:
        kept, i, j = claimed(quota)
        row = _TARIFF if quota.rents == "importer" else _TAX
        for s in kept:
            target = float(np.log(quota.limit * cal.flows[s, i, j]))
            found.append(_Commitment(row, 1.0, np.array([s]), i, j, target))
    for purchase in policy.purchases:
        kept, i, j = claimed(purchase)
        base = float(cal.flows[kept, i, j].sum())
        if base <= 0.0:
            raise InvalidInputError(
                "nothing that is listed is traded in the baseline",
                where=f"purchases of {purchase.importer} from {purchase.exporter}",
                seen=purchase.sectors,
            )
        target = float(np.log(base + purchase.value))
        found.append(_Commitment(_TARIFF, -1.0, kept, i, j, target))
    return found


def _gap(
    system: System, item: _Commitment, solution: Solution, flows: FloatArray, tables: FloatArray
) -> tuple[float, Cotangents]:
    """``g`` of one commitment and its cotangents."""
    cal, s, i, j = system.calibration, item.sectors, item.exporter, item.importer
    log_cost = np.log(solution.outcome.supply[0, s, i]) / -cal.theta[s]
    melted = np.log1p(tables[2:, s, i, j]).sum(axis=0)
    bought = flows[s, i, j] * np.exp(-log_cost - melted)
    value = item.sign * (float(np.log(bought.sum())) - item.log_target)
    cot = Cotangents(system)
    weight = item.sign * bought / bought.sum()
    cot.flows = np.zeros(flows.shape)
    cot.flows[s, i, j] = weight / flows[s, i, j]
    cot.cost[s, i] = -weight
    return value, cot


def _in_force(tables: FloatArray, items: list[_Commitment], logs: FloatArray) -> FloatArray:
    """Rates with the tax of every commitment on top."""
    out = tables.copy()
    for item, log in zip(items, logs, strict=True):
        place = (item.row, item.sectors, item.exporter, item.importer)
        out[place] = np.expm1(np.log1p(tables[place]) + item.sign * log)
    return out


def solve_policy(
    system: System, economy: Economy, policy: Policy, tol: float, max_iter: int
) -> tuple[Policy, Solution]:
    """Return the policy with the taxes that quotas and purchases imply, and its equilibrium.

    The norm of the solution holds the largest violation of a commitment, too.
    """
    cal = system.calibration
    tables = checked_tables(economy, cal, policy)
    items = _commitments(economy, cal, policy, tables)
    solution = solve_batch(system, tables[None], tol=tol, max_iter=max_iter)
    if not items:
        return (policy.with_tables(tables) if policy.quotas else policy), solution
    logs, violation, least = np.zeros(len(items)), np.inf, np.inf
    before = None
    for _ in range(_ROUNDS):
        if not solution.norms[0] <= tol:
            break
        found_gaps = _gaps(system, items, solution, tables)
        gaps = np.array([value for value, _ in found_gaps])
        last, violation = violation, float(np.abs(np.minimum(logs, -gaps)).max())
        if violation <= _SETTLED or (violation <= tol and violation > 0.5 * least):
            break
        least = min(least, violation)
        if before is None or violation > _FALLING * last:
            now = _in_force(tables, items, logs)
            slopes = _slopes(system, items, solution, [cot for _, cot in found_gaps], now)
        else:
            # Broyden (1965): the last step corrects the slopes along it.
            step = logs - before[0]
            slopes = slopes + np.outer(gaps - before[1] - slopes @ step, step) / (step @ step)
        before = logs, gaps
        move = np.clip(_newton_move(logs, gaps, slopes), -_LARGEST_STEP, _LARGEST_STEP)
        for _ in range(_HALVINGS):
            trial = np.maximum(logs + move, 0.0)
            found = solve_batch(
                system,
                _in_force(tables, items, trial)[None],
                tol=tol,
                max_iter=max_iter,
                start=solution.outcome.state,
                near=True,
            )
            if found.norms[0] <= tol:
                break
            move = 0.5 * move
        steps = solution.iterations + found.iterations
        logs, solution = trial, replace(found, iterations=steps)
    now = _in_force(tables, items, logs)
    norms = np.maximum(solution.norms, violation)
    return policy.with_tables(now), replace(solution, norms=norms)


def _gaps(
    system: System, items: list[_Commitment], solution: Solution, tables: FloatArray
) -> list[tuple[float, Cotangents]]:
    """``g`` of every commitment and its cotangents."""
    flows = trade_at(solution.outcome, solution.shares).flows
    return [_gap(system, item, solution, flows, tables) for item in items]


def _slopes(
    system: System,
    items: list[_Commitment],
    solution: Solution,
    cotangents: list[Cotangents],
    now: FloatArray,
) -> FloatArray:
    """Derivatives of ``g`` of every commitment by every ``u``."""
    adjoint = Adjoint(system, solution.outcome, solution.shares, count=len(items))
    slopes = np.empty((len(items), len(items)))
    for k, cot in enumerate(cotangents):
        gradient = adjoint.total_derivative(cot, now).gradient
        for m, other in enumerate(items):
            own = gradient[other.row, other.sectors, other.exporter, other.importer]
            slopes[k, m] = other.sign * own.sum()
    return slopes


def _newton_move(logs: FloatArray, gaps: FloatArray, slopes: FloatArray) -> FloatArray:
    """Step to ``g = 0`` where a commitment binds, and to ``u = 0`` where it does not."""
    binding = logs - gaps / np.diag(slopes) > 0.0
    move = -logs
    at = np.flatnonzero(binding)
    rest = slopes[np.ix_(at, np.flatnonzero(~binding))] @ move[~binding]
    move[at] = np.linalg.solve(slopes[np.ix_(at, at)], -gaps[at] - rest)
    return move
