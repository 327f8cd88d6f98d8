"""The Jacobian of the system, from the derivatives of everything that a state implies.

A tangent has the shape of its quantity with one more axis of length ``n``, the unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.trade.solver.shares import Shares
from negotiation.trade.solver.system import Outcome, System
from negotiation.values import FloatArray

__all__ = ["Trade", "jacobian_at", "trade_at"]


@dataclass(frozen=True, eq=False)
class Trade:
    """Shares with taxes, net flows and export taxes of one scenario, ``[S, exporter, importer]``.

    ``export_taxes`` is None where there are none.
    """

    share: FloatArray
    flows: FloatArray
    export_taxes: FloatArray | None = None


def trade_at(outcome: Outcome, shares: Shares, scenario: int = 0) -> Trade:
    """Return shares and flows of one scenario of a batch."""
    kernel, net = shares.kernels(scenario)
    supply, share_sum = outcome.supply[scenario], outcome.share_sum[scenario]
    demand = outcome.spending[scenario] / share_sum
    return Trade(
        share=kernel * supply[:, :, None] / share_sum[:, None, :],
        flows=net * supply[:, :, None] * demand[:, None, :],
        export_taxes=shares.export_taxes(scenario),
    )


def _diagonal(block: slice, shape: tuple[int, ...], size: int) -> FloatArray:
    """Tangent of a block of unknowns: an identity, spread over the axis ``n``."""
    count = int(np.prod(shape))
    out = np.zeros((count, size))
    out[np.arange(count), block.start + np.arange(count)] = 1.0
    return out.reshape(*shape, size)


def _cost_tangent(system: System, wage: FloatArray, labor: FloatArray) -> FloatArray:
    """Tangent of ``log c_is``, with a sector axis of length 1 where sectors share it."""
    cal, size = system.calibration, system.size
    sectors, count = system.sectors, system.regions
    bundle = wage[None]
    if cal.input_shares is not None:
        bundle = cal.labor_share[:, :, None] * wage
        at = system.block["price"].start + np.arange(sectors * count).reshape(sectors, count)
        bundle[:, np.arange(count)[:, None], at.T] += cal.input_shares.transpose(2, 0, 1)
    if system.sector_scale:
        labor = _diagonal(system.block["scale"], (sectors, count), size)
    elif system.scale_in_labor:
        labor = labor[None]
    else:
        return bundle
    psi = cal.psi[:, None, None]
    return (1.0 + psi) * bundle - psi * (labor + wage)


def jacobian_at(system: System, outcome: Outcome, shares: Shares, scenario: int = 0) -> FloatArray:
    """Return the Jacobian ``[n, n]`` at one scenario of a batch."""
    cal, block, size, b = system.calibration, system.block, system.size, scenario
    count = system.regions
    trade = trade_at(outcome, shares, b)
    share, flows = trade.share, trade.flows
    wage = _diagonal(block["wage"], (count,), size)
    final = _diagonal(block["expenditure"], (count,), size)
    labor = _diagonal(block["labor"], (count,), size) if system.elastic else np.zeros((count, size))
    theta = cal.theta[:, None, None]
    pull = -theta * _cost_tangent(system, wage, labor)
    share_sum_d = np.matmul(share.transpose(0, 2, 1), pull)
    spending_d = (
        _diagonal(block["spending"], cal.spending.shape, size) if system.inputs else final[None]
    )
    demand_d = spending_d - share_sum_d
    sales = outcome.sales[b][:, :, None] * pull + np.matmul(flows * (1.0 - cal.nu), demand_d)
    imports = outcome.imports[b][:, :, None] * demand_d + np.matmul(flows.transpose(0, 2, 1), pull)
    cost_sales = (1.0 - cal.profit)[:, None, None] * sales
    sector_wage_bill = cal.labor_share[:, :, None] * cost_sales + cal.nu[:, None] * imports
    profits = np.einsum("s,sin->in", cal.profit, sales)
    revenue = (outcome.spending[b][:, :, None] * spending_d - imports).sum(axis=0)
    if trade.export_taxes is not None:
        rents = trade.export_taxes * flows
        by_flow = np.matmul(rents, demand_d) + rents.sum(axis=2)[:, :, None] * pull
        to_buyer = rents.sum(axis=1)[:, :, None] * demand_d
        to_buyer = to_buyer + np.matmul(rents.transpose(0, 2, 1), pull)
        revenue = revenue + (by_flow - to_buyer).sum(axis=0)
    earned = outcome.labor_income[b][:, None]
    log_earned = wage + labor
    labor_income = earned * log_earned
    implied = (1.0 - cal.phi)[:, None] * (spending_d - wage) - share_sum_d / theta
    unit_price = _diagonal(block["price"], cal.spending.shape, size) if system.inputs else implied
    price = (cal.final_shares[:, :, None] * unit_price).sum(axis=0)
    if cal.model.transfers == "given":
        if cal.model.numeraire == "wages":
            level = system.wage_weight * np.exp(_logs(system, outcome, b, "wage"))
            scale = level @ wage
        else:
            scale = (system.price_weight * np.exp(outcome.price[b])) @ price
    else:
        scale = (labor_income + profits).sum(axis=0) / system.world_gdp
    transfers = cal.new_transfers[:, None] * scale

    jacobian = np.zeros((size, size))
    ratio = (outcome.wage_bill[b] / outcome.labor_income[b])[:, None]
    jacobian[block["wage"]] = sector_wage_bill.sum(axis=0) / earned - ratio * log_earned
    wages = np.exp(_logs(system, outcome, b, "wage"))
    jacobian[cal.anchor] = 0.0
    jacobian[cal.anchor, block["wage"]] = system.wage_weight * wages
    income = outcome.labor_income[b] + outcome.profits[b] + outcome.revenue[b]
    income = income + outcome.transfers[b]
    level = cal.expenditure * np.exp(_logs(system, outcome, b, "expenditure"))
    jacobian[block["expenditure"]] = (labor_income + profits + revenue + transfers) / level[
        :, None
    ] - (income / level)[:, None] * final
    if system.elastic:
        relief = 0.0
        if system.relief:
            burden = (outcome.revenue[b] / outcome.labor_income[b])[:, None]
            relief = -(revenue / earned - burden * log_earned) / (1.0 - burden)
        jacobian[block["labor"]] = labor - cal.kappa * (wage - price - relief)
    if cal.input_shares is not None:
        used = np.matmul(cal.input_shares, cost_sales.transpose(1, 0, 2)).transpose(1, 0, 2)
        bought = (cal.final_shares * level)[:, :, None] * final
        total = np.where(system.no_spending, 1.0, outcome.spending[b])[:, :, None]
        wanted = (1.0 + outcome.residual[b, block["spending"]]).reshape(cal.spending.shape)
        goods = (bought + used) / total - wanted[:, :, None] * spending_d
        goods = np.where(system.no_spending[:, :, None], spending_d, goods)
        jacobian[block["spending"]] = goods.reshape(-1, size)
        jacobian[block["price"]] = (unit_price - implied).reshape(-1, size)
    if system.sector_scale:
        own = _diagonal(block["scale"], cal.spending.shape, size)
        bill = np.where(system.no_labor, 1.0, outcome.sector_wage_bill[b])[:, :, None]
        gap = np.where(system.no_labor[:, :, None], own, own + wage - sector_wage_bill / bill)
        jacobian[block["scale"]] = gap.reshape(-1, size)
    return jacobian


def _logs(system: System, outcome: Outcome, scenario: int, name: str) -> FloatArray:
    """One block of the state at which the outcome was computed."""
    logs: FloatArray = outcome.state[scenario, system.block[name]]
    return logs
