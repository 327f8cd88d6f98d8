"""Equilibria of economies without inputs, by compiled chord steps on unit costs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from negotiation.trade.solver.jacobian import jacobian_at
from negotiation.trade.solver.shares import Shares
from negotiation.trade.solver.system import System
from negotiation.values import FloatArray, IntArray

__all__ = ["is_reducible", "reduced_inverse", "solve_reduced"]

_FEW = 0.1


def is_reducible(system: System) -> bool:
    """Whether unit costs, with spending where firms keep profits, determine everything else."""
    return not (system.inputs or system.sector_scale)


@lru_cache(maxsize=16)
def reduced_inverse(system: System) -> Any:
    """Inverse Jacobian of the reduced system at the baseline, single precision.

    Employment, and without profits spending, are eliminated from the full Jacobian;
    ``log w = u + psi log L``.
    """
    shares = system.shares(system.calibration.tariffs[None])
    outcome = system.outcome(np.zeros((1, system.size)), shares)
    jacobian = jacobian_at(system, outcome, shares)
    count = 2 * system.regions if system.pays_profits else system.regions
    if system.scale_in_labor:
        jacobian[:, system.block["labor"]] += (
            system.calibration.psi[0] * jacobian[:, system.block["wage"]]
        )
    kept, other = slice(0, count), slice(count, system.size)
    solved = np.linalg.solve(jacobian[other, other], jacobian[other, kept])
    reduced = jacobian[kept, kept] - jacobian[kept, other] @ solved
    inverse = np.ascontiguousarray(np.linalg.inv(reduced), dtype=np.float32)
    return inverse, np.diag(reduced).copy()


@lru_cache(maxsize=16)
def _constants(system: System) -> tuple[Any, ...]:
    """Arguments of the kernel that no scenario changes, as arrays of one kind."""
    cal = system.calibration
    rule = 0
    if cal.model.transfers == "given":
        rule = 1 if cal.model.numeraire == "wages" else 2
    values = (
        cal.theta,
        float(cal.psi[0]) if system.scale_in_labor else 0.0,
        float(cal.kappa),
        cal.profit,
        system.relief,
        system.kept,
        system.markup,
        cal.final_shares,
        cal.expenditure,
        cal.wage_bill,
        system.wage_weight,
        system.price_weight,
        system.base_tax_room,
        cal.new_transfers,
        system.world_gdp,
        rule,
        cal.anchor,
    )
    # read-only arrays are another type to the compiler
    return tuple(np.array(v) if isinstance(v, np.ndarray) else v for v in values)


def _wedges(system: System, shares: Shares) -> tuple[IntArray, FloatArray]:
    """Places of a batch ``[B, place]`` with a tariff, and ``t/(1+t)``; none where most have one."""
    places = shares.changed
    if len(places) + len(system.taxed) > _FEW * shares.rates.shape[1]:
        places = places[:0]
    elif len(system.taxed):
        places = np.union1d(places, system.taxed)
    shape = system.calibration.shares.shape
    taxed = np.stack(np.unravel_index(places, shape), axis=1).astype(np.int64)
    at = np.ascontiguousarray(shares.rates[:, places])
    return np.ascontiguousarray(taxed), at / (1.0 + at)


def solve_reduced(
    system: System,
    shares: Shares,
    target: float,
    max_iter: int,
    start: FloatArray | None = None,
) -> tuple[FloatArray, IntArray]:
    """Return states ``[B, n]`` and steps; a scenario that is lost comes back at the baseline."""
    from negotiation.trade.solver.kernels import solve_unit_costs

    states = np.zeros((shares.count, system.size)) if start is None else start.copy()
    counts = np.zeros(shares.count, dtype=np.int64)
    none = np.zeros((shares.count, 0))
    if shares.dense:
        kernel, net = shares.kernel, shares.net
        changed: tuple[IntArray, FloatArray, FloatArray] = np.zeros(0, dtype=np.int64), none, none
    else:
        kernel, net = shares.kernel.copy()[None], shares.net.copy()[None]
        new, new_net = (np.ascontiguousarray(part) for part in (shares.new, shares.new_net))
        changed = shares.changed, new, new_net
    arguments: tuple[Any, ...] = (
        *(kernel, net),
        *changed,
        *_wedges(system, shares),
        *_constants(system),
        *(*reduced_inverse(system), target, max_iter, states, counts),
    )
    solve_unit_costs(*arguments)
    return states, counts
