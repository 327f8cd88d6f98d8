"""The equilibrium as a square system of equations, in batches, with its analytic Jacobian.

Unknowns, all in logs of changes: wages ``w_i`` and final spending ``h_i`` always; employment
``L_i`` with elastic labour; prices ``P_js`` and spending ``x_js`` with inputs; firms' labour
``L_is`` with scale economies in several sectors. Residuals are relative, so that one tolerance
fits every region:

1. labour market: ``sum_s [(1-pi) gL (1-nu) sales + nu imports] / (w L Y) - 1`` (one of them is
   implied by the others and gives its place to ``mean wage = 1``);
2. budget: ``(w L Y + profits + R + T') / (E h) - 1``;
3. labour supply: ``log L - kappa log(after-tax wage / P)``;
4. prices: ``log P_js - [(1-phi) log(x_js/w_j) - log(S_js)/theta]``;
5. goods: ``(mu E h + sum_k gIO (1-pi) sales_k) / X_js - 1``;
6. scale: ``log L_is - log(sector wage bill change / w_i)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negotiation.trade.calibration import Calibration
from negotiation.trade.solver.shares import Shares, places_of
from negotiation.values import FloatArray, IntArray

__all__ = ["Outcome", "System"]

_SPARSE = 0.25


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a state implies; all arrays start with the batch axis ``B``.

    ``unit_price`` is ``log P_js``, ``price`` ``log P_j``; supply and share sums are the factors
    ``a_is`` and ``S_js``; the rest are levels in the economy's units.
    """

    state: FloatArray
    supply: FloatArray
    share_sum: FloatArray
    spending: FloatArray
    sales: FloatArray
    imports: FloatArray
    sector_wage_bill: FloatArray
    wage_bill: FloatArray
    profits: FloatArray
    revenue: FloatArray
    labor_income: FloatArray
    unit_price: FloatArray
    price: FloatArray
    gdp: FloatArray
    index: FloatArray
    transfers: FloatArray
    residual: FloatArray


def _by_user(weights: FloatArray, cells: FloatArray) -> FloatArray:
    """``sum_k weights_irk cells_bki`` as ``[B, r, i]``, region by region."""
    product: FloatArray = np.matmul(weights, cells.transpose(2, 1, 0)).transpose(2, 1, 0)
    return product


class System:
    """Residual and Jacobian of one calibration."""

    calibration: Calibration
    sectors: int
    regions: int
    elastic: bool
    inputs: bool
    sector_scale: bool
    relief: bool
    flat_tariffs: FloatArray
    flat_log_tariffs: FloatArray
    taxed: IntArray
    flat_exponent: FloatArray
    flat_minus_theta: FloatArray
    kernel: FloatArray
    net: FloatArray
    flat_kernel: FloatArray
    flat_net: FloatArray
    no_spending: NDArray[np.bool_]
    no_labor: NDArray[np.bool_]
    wage_weight: FloatArray
    price_weight: FloatArray
    world_gdp: float
    base_tax_room: FloatArray
    minus_theta: FloatArray
    kept: FloatArray
    markup: FloatArray
    partial_markup: bool
    labor_cost: FloatArray
    pays_profits: bool
    input_cost: FloatArray
    input_prices: FloatArray

    def __init__(self, calibration: Calibration) -> None:
        cal = self.calibration = calibration
        self.sectors, self.regions = cal.spending.shape
        count, cells = self.regions, self.sectors * self.regions
        self.elastic = cal.kappa > 0.0
        self.inputs = cal.input_shares is not None
        self.sector_scale = self.sectors > 1 and bool(np.any(cal.psi > 0.0))
        self.relief = self.elastic and cal.model.revenue == "income_tax_relief"
        sizes = (
            ("wage", count),
            ("expenditure", count),
            ("labor", count if self.elastic else 0),
            ("price", cells if self.inputs else 0),
            ("spending", cells if self.inputs else 0),
            ("scale", cells if self.sector_scale else 0),
        )
        self.block: dict[str, slice] = {}
        start = 0
        for name, size in sizes:
            self.block[name] = slice(start, start + size)
            start += size
        self.size = start
        self.flat_tariffs = cal.tariffs.reshape(-1).copy()
        self.flat_log_tariffs = np.log1p(self.flat_tariffs)
        self.taxed = places_of(self.flat_tariffs[None] != 0.0)
        self.flat_exponent = np.broadcast_to(
            -cal.theta[:, None, None] * cal.phi, cal.shares.shape
        ).reshape(-1)
        self.flat_minus_theta = np.broadcast_to(
            -cal.theta[:, None, None], cal.shares.shape
        ).reshape(-1)
        self.kernel = np.ascontiguousarray(cal.shares)
        self.net = self.kernel / (1.0 + cal.tariffs)
        self.flat_kernel = self.kernel.reshape(-1)
        self.flat_net = self.net.reshape(-1)
        self.no_spending = cal.spending <= 0.0
        self.no_labor = cal.sector_wage_bill <= 0.0
        self.wage_weight = cal.wage_bill / cal.wage_bill.sum()
        self.price_weight = cal.expenditure / cal.expenditure.sum()
        self.world_gdp = float(cal.gdp.sum())
        self.base_tax_room = 1.0 - cal.revenue / cal.wage_bill
        moves = self.elastic or self.inputs
        self.scale_in_labor = self.sectors == 1 and moves and cal.psi[0] > 0.0
        self.minus_theta = -cal.theta[:, None]
        self.kept = 1.0 - cal.nu
        self.markup = 1.0 - cal.phi
        self.partial_markup = bool(np.any(self.markup != 0.0))
        self.labor_cost = cal.labor_share * (1.0 - cal.profit)[:, None]
        self.pays_profits = bool(np.any(cal.profit > 0.0))
        if cal.input_shares is not None:
            cost_share = (1.0 - cal.profit) * cal.input_shares
            self.input_cost = np.ascontiguousarray(cost_share)
            self.input_prices = np.ascontiguousarray(cal.input_shares.transpose(0, 2, 1))

    def _by_region(self, cells: FloatArray) -> FloatArray:
        """Sum over sectors of ``[B, S, N]``."""
        if self.sectors == 1:
            return cells[:, 0]
        total: FloatArray = cells.sum(axis=1)
        return total

    def changed_places(self, tables: FloatArray) -> IntArray:
        """Flat places where some scenario of a batch departs from the baseline."""
        if tables.ndim == 4:
            return places_of(tables.reshape(len(tables), -1) != self.flat_tariffs)
        moved = tables.reshape(*tables.shape[:2], -1) != 0.0
        moved[:, 0] = tables[:, 0].reshape(len(tables), -1) != self.flat_tariffs
        return places_of(moved.any(axis=1))

    def is_dense(self, changed: IntArray) -> bool:
        """Whether so many places change that every scenario needs kernels of its own."""
        return len(changed) > _SPARSE * self.flat_kernel.size

    def shares(self, tables: FloatArray) -> Shares:
        """Share kernels of a batch of tariffs ``[B, S, N, N]`` or of all instruments."""
        return Shares(self, tables)

    def _cells(self, state: FloatArray, name: str) -> FloatArray:
        return state[:, self.block[name]].reshape(len(state), self.sectors, self.regions)

    def _log_spending(self, state: FloatArray) -> FloatArray:
        if self.inputs:
            return self._cells(state, "spending")
        return state[:, None, self.block["expenditure"]]

    def _cost(self, state: FloatArray) -> FloatArray:
        """``log c_is``, possibly with a sector axis of length 1."""
        cal = self.calibration
        wage = state[:, None, self.block["wage"]]
        bundle = wage
        if cal.input_shares is not None:
            prices = self._cells(state, "price")
            bundle = cal.labor_share * wage + _by_user(self.input_prices, prices)
        if self.sector_scale:
            labor = self._cells(state, "scale")
        elif self.scale_in_labor:
            labor = state[:, None, self.block["labor"]] if self.elastic else np.zeros_like(wage)
        else:
            return bundle
        psi = cal.psi[:, None]
        return (1.0 + psi) * bundle - psi * (labor + wage)

    def outcome(self, state: FloatArray, shares: Shares) -> Outcome:
        """Everything that a batch of states ``[B, n]`` implies, with the residual.

        A state far off may give infinities or NaN; callers look at the norm of the residual.
        """
        with np.errstate(all="ignore"):
            return self._outcome(state, shares)

    def _outcome(self, state: FloatArray, shares: Shares) -> Outcome:
        cal, block = self.calibration, self.block
        wage = state[:, block["wage"]]
        levels = np.exp(state[:, : block["labor"].stop])
        wages = levels[:, block["wage"]]
        labor_income = cal.wage_bill * wages
        if self.elastic:
            labor_income = labor_income * levels[:, block["labor"]]
        expenditure = cal.expenditure * levels[:, block["expenditure"]]
        log_spending = self._log_spending(state)
        supply = np.exp(self.minus_theta * self._cost(state))
        share_sum = shares.share_sums(supply)
        if self.inputs:
            spending = cal.spending * np.exp(log_spending)
        else:
            spending = cal.final_shares * expenditure[:, None, :]
        demand = spending / share_sum
        sales = supply * shares.to_exporters(demand * self.kept)
        imports = demand * shares.net_sums(supply)
        sector_wage_bill = self.labor_cost * sales + cal.nu * imports
        wage_bill = self._by_region(sector_wage_bill)
        profits = cal.profit @ sales if self.pays_profits else np.zeros_like(wage)
        revenue = self._by_region(spending - imports)
        if len(shares.taxed_exports):
            earned, charged = shares.export_revenue(supply, demand)
            revenue = revenue + (earned - charged)
        implied = np.log(share_sum) / self.minus_theta
        if self.partial_markup:
            implied = implied + self.markup * (log_spending - wage[:, None, :])
        unit_price = self._cells(state, "price") if self.inputs else implied
        price = self._by_region(cal.final_shares * unit_price)
        gdp = labor_income + profits
        mean_wage = wages @ self.wage_weight
        in_wages = cal.model.numeraire == "wages"
        index = mean_wage if in_wages else np.exp(price) @ self.price_weight
        transfers = self._transfer_scale(gdp, index)[:, None] * cal.new_transfers
        residual = np.empty_like(state)
        residual[:, block["wage"]] = wage_bill / labor_income - 1.0
        residual[:, cal.anchor] = mean_wage - 1.0
        residual[:, block["expenditure"]] = (gdp + revenue + transfers) / expenditure - 1.0
        if self.elastic:
            real = wage - price
            if self.relief:
                real = real - np.log((1.0 - revenue / labor_income) / self.base_tax_room)
            residual[:, block["labor"]] = state[:, block["labor"]] - cal.kappa * real
        if self.inputs:
            wanted = cal.final_shares * expenditure[:, None, :] + _by_user(self.input_cost, sales)
            level = np.where(self.no_spending, 1.0, spending)
            gap = np.where(self.no_spending, log_spending, wanted / level - 1.0)
            residual[:, block["spending"]] = gap.reshape(len(state), -1)
            residual[:, block["price"]] = (unit_price - implied).reshape(len(state), -1)
        if self.sector_scale:
            own = self._cells(state, "scale")
            base = np.where(self.no_labor, 1.0, cal.sector_wage_bill)
            ratio = np.where(self.no_labor, 1.0, sector_wage_bill / base)
            gap = np.where(self.no_labor, own, own + wage[:, None, :] - np.log(ratio))
            residual[:, block["scale"]] = gap.reshape(len(state), -1)
        return Outcome(
            state=state,
            supply=supply,
            share_sum=share_sum,
            spending=spending,
            sales=sales,
            imports=imports,
            sector_wage_bill=sector_wage_bill,
            wage_bill=wage_bill,
            profits=profits,
            revenue=revenue,
            labor_income=labor_income,
            unit_price=unit_price,
            price=price,
            gdp=gdp,
            index=index,
            transfers=transfers,
            residual=residual,
        )

    def _transfer_scale(self, gdp: FloatArray, index: FloatArray) -> FloatArray:
        if self.calibration.model.transfers == "given":
            return index
        scale: FloatArray = gdp.sum(axis=1) / self.world_gdp
        return scale
