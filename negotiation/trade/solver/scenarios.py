"""Scenarios of a batch, checked and stacked in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.policy import Policy, checked_rates, policy_of
from negotiation.trade.instruments.rate_tables import checked_table
from negotiation.trade.solver.commitments import checked_tables, solve_policy
from negotiation.trade.solver.system import System
from negotiation.values import FloatArray

__all__ = ["Schedules", "combined_policies", "policy_chunks", "tariff_chunks"]

Schedules: TypeAlias = Iterable[TariffSchedule | Policy] | FloatArray


def tariff_chunks(economy: Economy, schedules: FloatArray, size: int) -> Iterator[FloatArray]:
    """Yield checked tariffs ``[B, S, N, N]`` of at most ``size`` scenarios."""
    shape = economy.flows.shape
    if schedules.shape[1:] != shape:
        raise InvalidInputError(
            "wrong shape",
            where="schedules",
            seen=schedules.shape,
            allowed=f"(scenario, {', '.join(map(str, shape))})",
        )
    for first in range(0, len(schedules), size):
        part = np.asarray(schedules[first : first + size], dtype=np.float64)
        bad = ~(np.isfinite(part) & (part > -1.0))
        if bad.any() or np.einsum("bsxx->", np.abs(part)) != 0.0:
            raise InvalidInputError(
                "tariffs must be finite, above -1, and 0 inside a region",
                where=f"schedules, scenarios {first} to {first + len(part) - 1}",
            )
        yield part


def policy_chunks(
    system: System,
    economy: Economy,
    schedules: Iterable[TariffSchedule | Policy],
    size: int,
    tol: float,
    max_iter: int,
) -> Iterator[FloatArray]:
    """Yield tariffs ``[B, S, N, N]``, or rates of all instruments where a scenario has more."""
    items = iter(schedules)
    while part := list(islice(items, size)):
        if all(isinstance(item, TariffSchedule) for item in part):
            yield np.stack([checked_rates(economy, item) for item in part])
            continue
        tables = []
        for item in part:
            policy = policy_of(economy, item, None, None)
            if policy.quotas or policy.purchases:
                policy, _ = solve_policy(system, economy, policy, tol, max_iter)
            tables.append(checked_tables(economy, system.calibration, policy))
        yield np.stack(tables)


def combined_policies(
    economy: Economy,
    schedules: Schedules,
    trade_costs: FloatArray | None,
    export_taxes: FloatArray | None,
) -> Iterator[Policy]:
    """Yield each scenario's tariffs with its trade costs and export taxes, or with those of all."""
    shape = economy.flows.shape
    costs = checked_table(trade_costs, "trade_costs", shape, scenarios=True)
    taxes = checked_table(export_taxes, "export_taxes", shape, scenarios=True)
    for k, item in enumerate(schedules):
        tariffs = replace(economy.tariffs, rates=item) if isinstance(item, np.ndarray) else item
        for name, table in (("trade_costs", costs), ("export_taxes", taxes)):
            if table.ndim > len(shape) and k >= len(table):
                raise InvalidInputError("fewer scenarios than schedules", where=name, seen=k)
        own = [table if table.ndim == len(shape) else table[k] for table in (costs, taxes)]
        yield policy_of(economy, tariffs, *own)
