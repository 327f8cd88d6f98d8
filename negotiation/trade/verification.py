"""Check an equilibrium against its conditions, from the reported numbers alone.

The solver works with logs, share kernels and batches; here prices, flows and accounts are rebuilt
in levels, flow by flow, for every region, the one left out by Walras' law included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from negotiation.arguments import takes
from negotiation.presentation import Presented
from negotiation.trade.calibration import Calibration
from negotiation.trade.economy import TariffSchedule
from negotiation.trade.instruments.policy import Policy
from negotiation.values import FloatArray

__all__ = ["EquilibriumCertificate", "flows_at", "verify_equilibrium"]


class ReportedWorld(Protocol):
    """The numbers of a world that are checked; see `TradeEquilibrium`."""

    @property
    def calibration(self) -> Calibration:
        """See `TradeEquilibrium`."""

    @property
    def tariffs(self) -> TariffSchedule:
        """See `TradeEquilibrium`."""

    @property
    def policy(self) -> Policy:
        """See `TradeEquilibrium`."""

    @property
    def wage_index(self) -> FloatArray:
        """See `TradeEquilibrium`."""

    @property
    def price_index(self) -> FloatArray:
        """See `TradeEquilibrium`."""

    @property
    def employment_index(self) -> FloatArray:
        """See `TradeEquilibrium`."""

    @property
    def sector_prices(self) -> FloatArray:
        """See `TradeEquilibrium`."""

    @property
    def expenditure(self) -> FloatArray:
        """See `TradeEquilibrium`."""

    @property
    def spending(self) -> FloatArray:
        """See `TradeEquilibrium`."""

    @property
    def flows(self) -> FloatArray:
        """See `TradeEquilibrium`."""

    @property
    def sector_scale(self) -> FloatArray | None:
        """See `TradeEquilibrium`."""


@dataclass(frozen=True)
class EquilibriumCertificate(Presented):
    """Largest relative violation of each equilibrium condition over all regions and sectors.

    Attributes
    ----------
    excess_labor_demand
        Labour income earned from sales over the wage bill, minus 1.
    budget
        Income over final expenditure, minus 1.
    labor_supply
        Employment over what workers supply, minus 1.
    prices
        Sector price over the cost-based one, minus 1.
    goods
        Final and input demand over spending, minus 1.
    world_transfers
        Sum of transfers over world GDP.
    """

    excess_labor_demand: float
    budget: float
    labor_supply: float
    prices: float
    goods: float
    world_transfers: float

    @property
    def largest(self) -> float:
        """The largest of them."""
        return float(max(vars(self).values()))


def _unit_costs(result: ReportedWorld) -> FloatArray:
    """Unit cost factor ``[S, N]``."""
    cal = result.calibration
    wage = result.wage_index[None, :]
    bundle = wage**cal.labor_share
    if cal.input_shares is not None:
        for k in range(len(cal.sectors)):
            bundle = bundle * result.sector_prices[k] ** cal.input_shares[:, k, :].T
    firms = result.employment_index if result.sector_scale is None else result.sector_scale
    if len(cal.sectors) > 1 and result.sector_scale is None:
        return bundle
    costs: FloatArray = bundle * (firms * wage / bundle) ** (-cal.psi[:, None])
    return costs


def _delivered(result: ReportedWorld) -> FloatArray:
    """Factor ``[c tau^phi]^-theta`` times the baseline share, flow by flow."""
    cal = result.calibration
    policy = result.policy
    wedge = (1.0 + result.tariffs.rates) / (1.0 + cal.tariffs)
    change = wedge**cal.phi
    if not policy.tariffs_alone:
        change = (wedge * (1.0 + policy.export_taxes)) ** cal.phi
        change = change * policy.trade_costs * (1.0 + policy.export_controls)
    factor: FloatArray = (_unit_costs(result)[:, :, None] * change) ** (-cal.theta[:, None, None])
    return cal.shares * factor


def flows_at(result: ReportedWorld) -> FloatArray:
    """Return trade net of all taxes ``[sector, exporter, importer]`` at the reported prices."""
    weighted = _delivered(result)
    share = weighted / weighted.sum(axis=1, keepdims=True)
    paid: FloatArray = share * result.spending[:, None, :] / (1.0 + result.tariffs.rates)
    return paid / (1.0 + result.policy.export_taxes)


def _gap(have: FloatArray, want: FloatArray) -> float:
    """Largest relative distance where something is wanted, absolute share of the rest elsewhere."""
    scale = np.where(np.abs(want) > 0.0, np.abs(want), np.abs(want).max(initial=1e-300))
    return float(np.max(np.abs(have - want) / scale, initial=0.0))


@takes
def verify_equilibrium(result: ReportedWorld) -> EquilibriumCertificate:
    """Return how far the reported numbers are from satisfying each condition.

    Examples
    --------
    >>> from negotiation.data import load_economy
    >>> from negotiation.trade.equilibrium import counterfactual
    >>> world = load_economy()
    >>> war = counterfactual(world, world.tariffs.add(importer="USA", exporter="CHN", rate=1.45))
    >>> verify_equilibrium(war).largest < 1e-9
    True
    """
    cal = result.calibration
    flows = result.flows
    imports = flows.sum(axis=1)
    kept = (flows * (1.0 - cal.nu)[None, None, :]).sum(axis=2)
    profits = (cal.profit[:, None] * kept).sum(axis=0)
    cost = kept - cal.profit[:, None] * kept
    earned = (cal.labor_share * cost + cal.nu * imports).sum(axis=0)
    at_border = flows * (1.0 + result.policy.export_taxes)
    revenue = (result.tariffs.rates * at_border).sum(axis=(0, 1))
    revenue = revenue + (result.policy.export_taxes * flows).sum(axis=(0, 2))
    wage_bill = result.wage_index * result.employment_index * cal.wage_bill
    world = (wage_bill + profits).sum()
    if cal.model.transfers == "given":
        transfers = cal.new_transfers
    else:
        transfers = cal.new_transfers * world / cal.gdp.sum()
    income = wage_bill + profits + revenue + transfers
    relief = 1.0
    if cal.kappa > 0.0 and cal.model.revenue == "income_tax_relief":
        relief = (1.0 - cal.revenue / cal.wage_bill) / (1.0 - revenue / wage_bill)
    supply = (relief * result.wage_index / result.price_index) ** cal.kappa
    weighted = _delivered(result).sum(axis=1)
    final = cal.final_shares * result.expenditure
    demand = final
    if cal.input_shares is not None:
        demand = final + np.einsum("iks,si->ki", cal.input_shares, cost)
    bought = cal.spending > 0.0
    growth = np.where(bought, result.spending / np.where(bought, cal.spending, 1.0), 1.0)
    unit_price = (growth / result.wage_index) ** (1.0 - cal.phi) * weighted ** (
        -1.0 / cal.theta[:, None]
    )
    unit_price = np.where(bought, unit_price, result.sector_prices)
    return EquilibriumCertificate(
        excess_labor_demand=_gap(earned, wage_bill),
        budget=_gap(income, result.expenditure),
        labor_supply=_gap(result.employment_index, supply),
        prices=_gap(result.sector_prices, unit_price),
        goods=_gap(demand, result.spending),
        world_transfers=float(abs(transfers.sum()) / world),
    )
