"""Counterfactual trade equilibria in exact-hat algebra: one policy or a batch of them.

Perfect foresight plays no part: the model is static. Policies are given; producers, workers and
consumers take prices as given, and all markets clear at once. Sources: Dekle, Eaton, Kortum
(2008) for the method; the settings of :class:`~negotiation.trade.model.TradeModel` for the models.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.trade.calibration import calibrate
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.policy import Policy, checked_rates, policy_of
from negotiation.trade.model import TradeModel
from negotiation.trade.results import TradeEquilibria, TradeEquilibrium
from negotiation.trade.solver.commitments import solve_policy
from negotiation.trade.solver.scenarios import (
    Schedules,
    combined_policies,
    policy_chunks,
    tariff_chunks,
)
from negotiation.trade.solver.solve import Solution, solve_batch, system_of
from negotiation.trade.solver.system import Outcome, System
from negotiation.values import FloatArray, instance, number, read_only

__all__ = [
    "TradeEquilibria",
    "TradeEquilibrium",
    "counterfactual",
    "counterfactuals",
    "likely_cause",
]

_CHUNK_BYTES = 100e6
_LARGEST_CHUNK = 1024
_KERNEL_BYTES = 4e6


def _welfare(system: System, outcome: Outcome) -> FloatArray:
    """Equivalent change of real income net of the disutility of work, as a factor."""
    cal, block, state = system.calibration, system.block, outcome.state
    real = np.exp(state[:, block["expenditure"]] - outcome.price)
    if not system.elastic:
        return real
    burden = outcome.revenue / outcome.labor_income if system.relief else 0.0
    work = cal.kappa / (1.0 + cal.kappa) * (1.0 - burden) * cal.wage_bill
    weight = cal.expenditure / (cal.expenditure - work)
    earned = outcome.labor_income / cal.wage_bill / np.exp(outcome.price)
    welfare: FloatArray = weight * real + (1.0 - weight) * earned
    return welfare


@takes
def counterfactual(
    economy: Economy,
    tariffs: TariffSchedule | Policy,
    model: TradeModel | None = None,
    trade_costs: FloatArray | None = None,
    export_taxes: FloatArray | None = None,
    *,
    years_in_force: float | None = None,
    tol: float = 1e-9,
    max_iter: int = 200,
    raise_on_failure: bool = True,
) -> TradeEquilibrium:
    """Return the equilibrium under other tariffs, or under any policy.

    Parameters
    ----------
    economy
        The baseline, with its tariffs.
    tariffs
        Tariffs of the counterfactual, or a policy of all instruments.
    model
        Options; None is ``TradeModel()``: the economy's own value added and first set of
        elasticities, transfers a fixed share of world GDP, fixed labour.
    trade_costs
        Iceberg factors over the baseline ``[sector, exporter, importer]``; None is no change.
    export_taxes
        Rates that pay the exporter, same axes.
    years_in_force
        Horizon of the elasticities, in place of the model's: between one year and ten.
    tol
        Largest relative residual accepted; the solver goes further where it can.
    max_iter
        Steps of the solver at each attempt.
    raise_on_failure
        Whether to raise where ``tol`` is not met, or return with ``converged=False``.

    Raises
    ------
    InvalidInputError
        If an option or table does not fit, or bans leave nobody to sell what somebody buys.
    ConvergenceError
        If no equilibrium was found within ``tol``; carries ``.partial``.

    Notes
    -----
    An export tax moves shares as a tariff does, with the importer's tariff exponent; a trade cost
    moves them with exponent 1. Quotas and purchase commitments of a policy are replaced by the
    taxes that bring them about, which the result holds.

    Examples
    --------
    >>> import numpy as np
    >>> free = TariffSchedule(("A", "B"), ("goods",), np.zeros((1, 2, 2)))
    >>> world = Economy("two", ("A", "B"), ("goods",), np.array([[[8.0, 2.0], [2.0, 8.0]]]), free)
    >>> same = counterfactual(world, free, TradeModel(trade_elasticity=4.0))
    >>> bool(np.allclose(same.welfare, 0.0))
    True
    >>> war = counterfactual(world, free.set(rate=0.5), TradeModel(trade_elasticity=4.0))
    >>> war.welfare.round(3).tolist()
    [-2.754, -2.754]
    """
    began = perf_counter()
    economy = instance(economy, Economy, name="economy")
    model = instance(TradeModel() if model is None else model, TradeModel, name="model")
    if years_in_force is not None:
        model = replace(model, years_in_force=years_in_force)
    limit = number(tol, name="tol", low=0.0, open_low=True)
    system = system_of(calibrate(economy, model))
    policy: Policy | None = None
    if isinstance(tariffs, Policy) or not (trade_costs is None and export_taxes is None):
        policy = policy_of(economy, tariffs, trade_costs, export_taxes)
        tariffs = policy.tariffs
    if policy is None or policy.tariffs_alone:
        rates, policy = checked_rates(economy, tariffs), None
        solution = solve_batch(system, rates[None], tol=limit, max_iter=max_iter)
    else:
        policy, solution = solve_policy(system, economy, policy, limit, max_iter)
        tariffs = policy.tariffs
    elapsed = perf_counter() - began
    result = equilibrium_at(system, economy, tariffs, solution, tol, elapsed, policy)
    if raise_on_failure and not result.converged:
        raise ConvergenceError(
            f"no equilibrium: largest relative residual {result.residual:.3g} after "
            f"{result.iterations} steps, tolerance {tol:g}",
            where=f"economy {economy.name}",
            partial=result,
            hint=likely_cause(system, solution.outcome),
        )
    return result


def likely_cause(system: System, outcome: Outcome) -> str:
    """What is likely to stand in the way of an equilibrium."""
    cal = system.calibration
    income = outcome.gdp[0] + outcome.revenue[0]
    if not np.all(np.isfinite(income)):
        return "Try smaller tariffs or another set of elasticities."
    burden = outcome.revenue[0] / outcome.labor_income[0]
    if system.relief and burden.max() > 0.9:
        return (
            f"Tariff revenue nears or exceeds labour income in {cal.regions[int(burden.argmax())]},"
            ' where it cannot all be relieved from income tax; try revenue="lump_sum" or lower '
            "tariffs."
        )
    paid = -outcome.transfers[0] / income
    if paid.max() > 0.3:
        return (
            f"The transfer that {cal.regions[int(paid.argmax())]} pays is {paid.max():.0%} of its "
            "income at these tariffs; large imbalances may leave no equilibrium. Try "
            "purge_imbalances(...) or smaller tariffs."
        )
    hint = "Try smaller tariffs, a larger max_iter, or another set of elasticities."
    if np.any(outcome.transfers[0] != 0.0):
        hint += ' Where hardly any trade is left no transfer can be paid: transfers="balanced".'
    return hint


def equilibrium_at(
    system: System,
    economy: Economy,
    tariffs: TariffSchedule,
    solution: Solution,
    tol: float,
    elapsed: float,
    beyond_tariffs: Policy | None = None,
) -> TradeEquilibrium:
    """Return the result of the first scenario of a batch, in units of the model's numeraire."""
    cal, block, outcome = system.calibration, system.block, solution.outcome
    state = outcome.state[0]
    level = float(outcome.index[0])
    ones = np.ones(system.regions)
    return TradeEquilibrium(
        economy=economy,
        model=cal.model,
        tariffs=tariffs,
        welfare=read_only(100.0 * (_welfare(system, outcome)[0] - 1.0)),
        wage_index=read_only(np.exp(state[block["wage"]]) / level),
        price_index=read_only(np.exp(outcome.price[0]) / level),
        employment_index=read_only(np.exp(state[block["labor"]]) if system.elastic else ones),
        sector_prices=read_only(np.exp(outcome.unit_price[0]) / level),
        expenditure=read_only(cal.expenditure * np.exp(state[block["expenditure"]]) / level),
        spending=read_only(outcome.spending[0] / level),
        wage_bill=read_only(outcome.labor_income[0] / level),
        profits=read_only(outcome.profits[0] / level),
        tariff_revenue=read_only(outcome.revenue[0] / level),
        transfers=read_only(outcome.transfers[0] / level),
        sector_scale=read_only(np.exp(state[block["scale"]]).reshape(cal.spending.shape))
        if system.sector_scale
        else None,
        converged=bool(solution.norms[0] <= tol),
        residual=float(solution.norms[0]),
        iterations=int(solution.iterations[0]),
        beyond_tariffs=beyond_tariffs,
        elapsed_seconds=elapsed,
    )


def _parts(system: System, tariffs: FloatArray) -> list[FloatArray]:
    """The chunk whole, or in parts whose own kernels stay in cache."""
    if not system.is_dense(system.changed_places(tariffs)):
        return [tariffs]
    size = max(1, int(_KERNEL_BYTES // (16 * system.flat_kernel.size)))
    return [tariffs[first : first + size] for first in range(0, len(tariffs), size)]


@takes
def counterfactuals(
    economy: Economy,
    schedules: Schedules,
    model: TradeModel | None = None,
    trade_costs: FloatArray | None = None,
    export_taxes: FloatArray | None = None,
    *,
    tol: float = 1e-9,
    max_iter: int = 200,
    raise_on_failure: bool = True,
) -> TradeEquilibria:
    """Return the equilibria of many tariff schedules or policies.

    Scenarios stream in chunks: memory does not grow with their number beyond the results.

    Parameters
    ----------
    economy, model, tol, max_iter, raise_on_failure
        As in :func:`counterfactual`.
    schedules
        Any iterable of schedules or policies (a generator keeps memory low), or an array of
        tariffs ``[scenario, sector, exporter, importer]``.
    trade_costs, export_taxes
        As in :func:`counterfactual`, for all scenarios or with an axis of scenarios before.

    Raises
    ------
    InvalidInputError
        If there is no scenario or one does not fit the economy.
    ConvergenceError
        If a scenario found no equilibrium; carries ``.partial`` with all scenarios.
    """
    began = perf_counter()
    economy = instance(economy, Economy, name="economy")
    model = instance(TradeModel() if model is None else model, TradeModel, name="model")
    system = system_of(calibrate(economy, model))
    size = int(min(_LARGEST_CHUNK, max(1, _CHUNK_BYTES // (64 * economy.flows.size))))
    columns: dict[str, list[Any]] = {}
    if not isinstance(schedules, Iterable):
        raise InvalidInputError("not schedules", where="schedules", seen=type(schedules).__name__)
    if trade_costs is not None or export_taxes is not None:
        schedules = combined_policies(economy, schedules, trade_costs, export_taxes)
    chunks = (
        tariff_chunks(economy, schedules, size)
        if isinstance(schedules, np.ndarray)
        else policy_chunks(system, economy, schedules, size, tol, max_iter)
    )
    for chunk in chunks:
        for tariffs in _parts(system, chunk):
            solution = solve_batch(system, tariffs, tol=tol, max_iter=max_iter)
            for name, values in _batch_columns(system, solution).items():
                columns.setdefault(name, []).append(values)
    if not columns:
        raise InvalidInputError("no scenario", where="schedules", allowed="1 or more")
    stacked = {name: np.concatenate(parts) for name, parts in columns.items()}
    for values in stacked.values():
        values.setflags(write=False)
    converged = stacked["residual"] <= tol
    result = TradeEquilibria(
        economy=economy,
        model=model,
        welfare=stacked["welfare"],
        employment=stacked["employment"],
        prices=stacked["prices"],
        wages=stacked["wages"],
        income=stacked["income"],
        expenditure=stacked["expenditure"],
        tariff_revenue=stacked["tariff_revenue"],
        export_tax_revenue=stacked["export_tax_revenue"],
        exports=stacked["exports"],
        imports=stacked["imports"],
        converged=converged,
        residual=stacked["residual"],
        iterations=stacked["iterations"],
        elapsed_seconds=perf_counter() - began,
    )
    if raise_on_failure and not converged.all():
        failed = np.flatnonzero(~converged)
        raise ConvergenceError(
            f"{len(failed)} of {len(result)} scenarios found no equilibrium within {tol:g}",
            where=f"scenario {int(failed[0])}",
            partial=result,
            hint="Solve one of them with counterfactual(...) to see why.",
        )
    return result


def _batch_columns(system: System, solution: Solution) -> dict[str, Any]:
    """Columns of :class:`TradeEquilibria` for one chunk."""
    cal, block, outcome = system.calibration, system.block, solution.outcome
    state, level = outcome.state, outcome.index[:, None]
    demand = outcome.spending / outcome.share_sum
    home = (np.diagonal(system.net, axis1=1, axis2=2) * outcome.supply * demand).sum(axis=1)
    sold = outcome.sales
    if np.any(cal.nu > 0.0):
        sold = outcome.supply * solution.shares.to_exporters(demand)
    exports, imports = sold.sum(axis=1) - home, outcome.imports.sum(axis=1) - home
    earned = np.zeros_like(exports)
    if len(solution.shares.taxed_exports):
        earned, charged = solution.shares.export_revenue(outcome.supply, demand)
        exports, imports = exports + earned, imports + charged
    return {
        "welfare": 100.0 * (_welfare(system, outcome) - 1.0),
        "employment": 100.0 * np.expm1(state[:, block["labor"]])
        if system.elastic
        else np.zeros((len(state), system.regions)),
        "prices": 100.0 * (np.exp(outcome.price) / level - 1.0),
        "wages": 100.0 * (np.exp(state[:, block["wage"]]) / level - 1.0),
        "income": outcome.gdp / level,
        "expenditure": cal.expenditure * np.exp(state[:, block["expenditure"]]) / level,
        "tariff_revenue": outcome.revenue / level,
        "export_tax_revenue": earned / level,
        "exports": exports / level,
        "imports": imports / level,
        "residual": solution.norms,
        "iterations": solution.iterations,
    }
