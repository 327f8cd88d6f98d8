"""Derivatives of any functional of the equilibrium with respect to every tariff at once.

A functional is given by its cotangents: the weights with which it reacts to each flow, to the
log share sums ``S_js``, to log spending and to the unknowns. `pull_back` turns them into the
derivative with respect to the unknowns and to ``log(1 + t_ijs)`` at fixed unknowns; the adjoint
multipliers ``y`` of the equilibrium conditions, ``F_z' y = dG/dz``, turn that into the total
derivative. With ``f_ijs`` the weight of a flow in ``G - y'F``, ``V_js = sum_i f_ijs F_ijs`` and
``s_js`` the weight of ``log S_js`` net of ``V_js``::

    dG/dlog(1+t_ijs) = -theta_s phi_j share_ijs s_js - (1 + theta_s phi_j) f_ijs F_ijs

A tariff or a group g of tariffs that share one rate is stationary where::

    1 + t = sum_g (1 + theta phi) f F / sum_g (-theta phi s F / X)

With an export tax ``e`` beside the tariff, ``r_ij = rho_i - rho_j`` the weight of the exporter's
revenue less that of the importer's, and ``c`` the rate of a control or trade cost::

    dG/dlog(1+e_ijs) = -theta_s phi_j share_ijs s_js - (1 + theta_s phi_j) f_ijs F_ijs
                       + (1 + e_ijs) r_ij F_ijs
    dG/dlog(1+c_ijs) = -theta_s (share_ijs s_js + f_ijs F_ijs)
    1 + e = sum_g (1 + theta phi) [f - (1+e) r] F / sum_g [-theta phi (1+t) s F / X - theta phi r F]

where ``f - (1+e) r`` does not depend on ``e``: ``f`` holds ``e r``, what the flow's own tax earns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from negotiation.trade.solver.jacobian import Trade, jacobian_at, trade_at
from negotiation.trade.solver.shares import Shares
from negotiation.trade.solver.solve import NEWTON_SIZE, reference_inverse
from negotiation.trade.solver.system import Outcome, System
from negotiation.values import FloatArray

__all__ = ["Adjoint", "Cotangents", "TariffDerivative", "pull_back", "residual_cotangents"]

_ADJOINT_TOLERANCE = 1e-10
_MANY = 8
_LARGEST_DENSE = 1500


@dataclass(eq=False)
class Cotangents:
    """Weights of a functional, filled in by whoever defines it.

    ``sales`` and ``imports`` weigh the sums ``sum_j (1-nu_j) F_ijs`` and ``sum_i F_ijs``,
    ``flows`` single flows, ``share_sum`` and ``spending`` their logs, ``cost`` log unit costs,
    ``state`` the unknowns, ``revenue`` what each region earns from taxes on trade (its part from
    export taxes: the rest is in ``imports`` and ``spending``) and ``transfers`` what each is given,
    beyond the effect of the unknowns on it.
    """

    system: System
    sales: FloatArray = field(init=False)
    imports: FloatArray = field(init=False)
    share_sum: FloatArray = field(init=False)
    spending: FloatArray = field(init=False)
    cost: FloatArray = field(init=False)
    state: FloatArray = field(init=False)
    revenue: FloatArray = field(init=False)
    flows: FloatArray | None = None
    transfers: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Start from nothing."""
        shape = self.system.calibration.spending.shape
        self.sales, self.imports = np.zeros(shape), np.zeros(shape)
        self.share_sum, self.spending = np.zeros(shape), np.zeros(shape)
        self.cost, self.revenue = np.zeros(shape), np.zeros(self.system.regions)
        self.state = np.zeros(self.system.size)
        self.transfers = np.zeros(self.system.regions)

    def add_log_wage(self, weight: FloatArray) -> None:
        """Add ``weight_i dlog w_i``."""
        self.state[self.system.block["wage"]] += weight

    def add_log_expenditure(self, weight: FloatArray) -> None:
        """Add ``weight_i dlog h_i``."""
        self.state[self.system.block["expenditure"]] += weight

    def add_log_labor_income(self, weight: FloatArray) -> None:
        """Add ``weight_i dlog(w_i L_i)``."""
        self.add_log_wage(weight)
        if self.system.elastic:
            self.state[self.system.block["labor"]] += weight

    def add_log_price(self, weight: FloatArray) -> None:
        """Add ``weight_j dlog P_j``."""
        cal = self.system.calibration
        by_sector = cal.final_shares * weight
        if self.system.inputs:
            self.state[self.system.block["price"]] += by_sector.reshape(-1)
            return
        self.add_log_unit_price(by_sector)

    def add_log_unit_price(self, weight: FloatArray) -> None:
        """Add ``weight_js d[(1-phi) log(x_js/w_j) - log(S_js)/theta]``."""
        cal = self.system.calibration
        markup = (1.0 - cal.phi) * weight
        self.spending += markup
        self.add_log_wage(-markup.sum(axis=0))
        self.share_sum -= weight / cal.theta[:, None]

    def add_sector_wage_bill(self, weight: FloatArray) -> None:
        """Add ``weight_is d(wage bill_is)``."""
        cal = self.system.calibration
        self.sales += weight * cal.labor_share * (1.0 - cal.profit)[:, None]
        self.imports += weight * cal.nu

    def add_profits(self, weight: FloatArray) -> None:
        """Add ``weight_i d(profits_i)``."""
        self.sales += self.system.calibration.profit[:, None] * weight

    def add_revenue(self, weight: FloatArray, outcome: Outcome) -> None:
        """Add ``weight_j d(revenue_j)``: spending less the net value of imports, export taxes."""
        self.spending += weight * outcome.spending[0]
        self.imports -= weight
        self.revenue += weight

    def add_transfers(self, weight: FloatArray, outcome: Outcome) -> None:
        """Add ``weight_i d(transfers_i)``."""
        cal, system = self.system.calibration, self.system
        self.transfers += weight
        total = float(weight @ cal.new_transfers)
        if total == 0.0:
            return
        if cal.model.transfers != "given":
            share = np.full(system.regions, total / system.world_gdp)
            self.add_log_labor_income(share * outcome.labor_income[0])
            self.add_profits(share)
        elif cal.model.numeraire == "wages":
            wages = np.exp(outcome.state[0, system.block["wage"]])
            self.add_log_wage(total * system.wage_weight * wages)
        else:
            self.add_log_price(total * system.price_weight * np.exp(outcome.price[0]))


@dataclass(frozen=True, eq=False)
class TariffDerivative:
    """Total derivative of a functional, with the parts of its first-order map.

    ``gradient`` is with respect to ``log(1 + rate)`` of tariffs ``[S, N, N]`` or of all instruments
    ``[instrument, S, N, N]``, and ``gradient = (1 + rate) burden - worth``. For tariffs
    ``worth = (1 + theta phi) f F`` and ``burden = -theta phi s F / X``; controls and trade costs
    have no burden, since they earn nothing at any rate.
    """

    gradient: FloatArray
    worth: FloatArray
    burden: FloatArray


def pull_back(cotangents: Cotangents, trade: Trade) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the weights of the unknowns ``[n]``, of each flow ``f F`` and of log share sums."""
    system = cotangents.system
    cal, block = system.calibration, system.block
    weight = (
        cotangents.sales[:, :, None] * (1.0 - cal.nu) + cotangents.imports[:, None, :]
    ) * trade.flows
    if cotangents.flows is not None:
        weight = weight + cotangents.flows * trade.flows
    if trade.export_taxes is not None:
        weight = weight + _exporters_part(cotangents.revenue) * trade.export_taxes * trade.flows
    demand = weight.sum(axis=1)
    share_sum = cotangents.share_sum - demand
    theta = cal.theta[:, None]
    cost = -theta * (weight.sum(axis=2) + np.matmul(trade.share, share_sum[:, :, None])[:, :, 0])
    cost = cost + cotangents.cost
    state = cotangents.state.copy()
    spending = demand + cotangents.spending
    if system.inputs:
        state[block["spending"]] += spending.reshape(-1)
    else:
        state[block["expenditure"]] += spending.sum(axis=0)
    bundle = cost
    if system.sector_scale or system.scale_in_labor:
        psi = cal.psi[:, None]
        bundle = (1.0 + psi) * cost
        state[block["wage"]] -= (psi * cost).sum(axis=0)
        if system.sector_scale or system.elastic:
            name = "scale" if system.sector_scale else "labor"
            state[block[name]] -= (psi * cost).reshape(-1)
    if cal.input_shares is None:
        state[block["wage"]] += bundle.sum(axis=0)
    else:
        state[block["wage"]] += (cal.labor_share * bundle).sum(axis=0)
        inputs = np.matmul(cal.input_shares, bundle.T[:, :, None])[:, :, 0].T
        state[block["price"]] += inputs.reshape(-1)
    return state, weight, share_sum


def _exporters_part(revenue: FloatArray) -> FloatArray:
    """Weight of the exporter's revenue less that of the importer's, ``[exporter, importer]``."""
    part: FloatArray = revenue[:, None] - revenue
    return part


def residual_cotangents(system: System, outcome: Outcome, multipliers: FloatArray) -> Cotangents:
    """Return the weights of ``y'F``, residual by residual."""
    cal, block, state = system.calibration, system.block, outcome.state[0]
    cot = Cotangents(system)
    earned = outcome.labor_income[0]
    market = multipliers[block["wage"]].copy()
    anchor = market[cal.anchor]
    market[cal.anchor] = 0.0
    cot.add_sector_wage_bill(np.broadcast_to(market / earned, cal.spending.shape))
    cot.add_log_labor_income(-market * outcome.wage_bill[0] / earned)
    wages = np.exp(state[block["wage"]])
    cot.add_log_wage(anchor * system.wage_weight * wages)
    level = cal.expenditure * np.exp(state[block["expenditure"]])
    budget = multipliers[block["expenditure"]] / level
    income = earned + outcome.profits[0] + outcome.revenue[0] + outcome.transfers[0]
    cot.add_log_labor_income(budget * earned)
    cot.add_profits(budget)
    cot.add_revenue(budget, outcome)
    cot.add_transfers(budget, outcome)
    cot.add_log_expenditure(-budget * income)
    if system.elastic:
        supply = multipliers[block["labor"]]
        cot.state[block["labor"]] += supply
        cot.add_log_wage(-cal.kappa * supply)
        cot.add_log_price(cal.kappa * supply)
        if system.relief:
            burden = outcome.revenue[0] / earned
            push = -cal.kappa * supply / (1.0 - burden)
            cot.add_revenue(push / earned, outcome)
            cot.add_log_labor_income(-push * burden)
    if cal.input_shares is not None:
        _input_cotangents(cot, system, outcome, multipliers)
    if system.sector_scale:
        own = multipliers[block["scale"]].reshape(cal.spending.shape)
        cot.state[block["scale"]] += own.reshape(-1)
        moved = np.where(system.no_labor, 0.0, own)
        cot.add_log_wage(moved.sum(axis=0))
        bill = np.where(system.no_labor, 1.0, outcome.sector_wage_bill[0])
        cot.add_sector_wage_bill(-moved / bill)
    return cot


def _input_cotangents(
    cot: Cotangents, system: System, outcome: Outcome, multipliers: FloatArray
) -> None:
    """Prices and goods of an economy with inputs."""
    cal, block = system.calibration, system.block
    shape = cal.spending.shape
    prices = multipliers[block["price"]].reshape(shape)
    cot.state[block["price"]] += prices.reshape(-1)
    cot.add_log_unit_price(-prices)
    goods = multipliers[block["spending"]].reshape(shape)
    bought = np.where(system.no_spending, 0.0, goods)
    total = np.where(system.no_spending, 1.0, outcome.spending[0])
    level = cal.expenditure * np.exp(outcome.state[0, block["expenditure"]])
    share = bought / total
    cot.add_log_expenditure((share * cal.final_shares * level).sum(axis=0))
    assert cal.input_shares is not None
    used = np.matmul(share.T[:, None, :], cal.input_shares)[:, 0, :].T
    cot.sales += used * (1.0 - cal.profit)[:, None]
    wanted = 1.0 + outcome.residual[0, block["spending"]].reshape(shape)
    cot.spending -= bought * wanted
    cot.spending += np.where(system.no_spending, goods, 0.0)


class Adjoint:
    """Adjoint solutions at one equilibrium, for ``count`` functionals.

    The Jacobian is factorised once where the system is small or functionals are many. Otherwise
    it is never built: a product ``y'F_z`` is one backward pass, and the inverse at the baseline
    preconditions GMRES.
    """

    def __init__(self, system: System, outcome: Outcome, shares: Shares, count: int = 1) -> None:
        from scipy.linalg import lu_factor

        self.system: System = system
        self.outcome: Outcome = outcome
        self.trade: Trade = trade_at(outcome, shares)
        dense = system.size <= NEWTON_SIZE or (count >= _MANY and system.size <= _LARGEST_DENSE)
        self.factors: Any = lu_factor(jacobian_at(system, outcome, shares)) if dense else None

    def multipliers(self, weights: FloatArray) -> FloatArray:
        """``y`` with ``F_z' y = weights``."""
        if self.factors is not None:
            from scipy.linalg import lu_solve

            return np.asarray(lu_solve(self.factors, weights, trans=1), dtype=np.float64)
        from scipy.sparse.linalg import LinearOperator, gmres

        system, size = self.system, self.system.size
        inverse = reference_inverse(system)

        def product(y: FloatArray) -> FloatArray:
            return pull_back(residual_cotangents(system, self.outcome, y), self.trade)[0]

        def guess(weights: FloatArray) -> FloatArray:
            # einsum stays on one thread: several threads lose time on so small a product
            product = np.einsum("ij,j->i", inverse, weights.astype(np.float32))
            return np.asarray(product, dtype=np.float64)

        scale = float(np.abs(weights).max(initial=1e-300))
        found, failed = gmres(
            LinearOperator((size, size), matvec=product, dtype=np.float64),
            weights / scale,
            M=LinearOperator((size, size), matvec=guess, dtype=np.float64),
            rtol=_ADJOINT_TOLERANCE,
            atol=0.0,
            restart=60,
            maxiter=4,
        )
        if failed:
            return self._dense(weights)
        return np.asarray(scale * found, dtype=np.float64)

    def _dense(self, weights: FloatArray) -> FloatArray:
        """The same with the Jacobian built by backward passes, one row at a time."""
        rows = [
            pull_back(residual_cotangents(self.system, self.outcome, unit), self.trade)[0]
            for unit in np.eye(self.system.size)
        ]
        return np.asarray(np.linalg.solve(np.stack(rows).T, weights), dtype=np.float64)

    def total_derivative(self, cotangents: Cotangents, tables: FloatArray) -> TariffDerivative:
        """Return the derivative of a functional with respect to all rates.

        Parameters
        ----------
        cotangents
            Of the functional.
        tables
            Rates in force: tariffs ``[S, N, N]``, or ``[instrument, S, N, N]``.
        """
        system = self.system
        cal = system.calibration
        state, weight, share_sum = pull_back(cotangents, self.trade)
        conditions = residual_cotangents(system, self.outcome, self.multipliers(state))
        _, other, other_sum = pull_back(conditions, self.trade)
        weight, share_sum = weight - other, share_sum - other_sum
        response = cal.theta[:, None, None] * cal.phi
        worth = (1.0 + response) * weight
        spending = np.where(system.no_spending, 1.0, self.outcome.spending[0])
        burden = -response * (share_sum / spending)[:, None, :] * self.trade.flows
        if tables.ndim == 3:
            return TariffDerivative((1.0 + tables) * burden - worth, worth, burden)
        tariffs, taxes = 1.0 + tables[0], 1.0 + tables[1]
        moved = _exporters_part(cotangents.revenue - conditions.revenue) * self.trade.flows
        wasted = cal.theta[:, None, None] * weight - tariffs * taxes * burden / cal.phi
        none = np.zeros_like(burden)
        worths = np.stack([worth, worth - (1.0 + response) * taxes * moved, wasted, wasted])
        burdens = np.stack([taxes * burden, tariffs * burden - response * moved, none, none])
        gradient = -worths
        gradient[:2] += (1.0 + tables[:2]) * burdens[:2]
        return TariffDerivative(gradient, worths, burdens)

    def transfer_derivative(self, cotangents: Cotangents, direction: FloatArray) -> float:
        """Return the total derivative of a functional along a change of baseline transfers."""
        system, outcome = self.system, self.outcome
        cal = system.calibration
        given = cal.model.transfers == "given"
        scale = float(outcome.index[0] if given else outcome.gdp[0].sum() / system.world_gdp)
        multipliers = self.multipliers(pull_back(cotangents, self.trade)[0])
        at = system.block["expenditure"]
        level = cal.expenditure * np.exp(outcome.state[0, at])
        moved = scale * direction
        return float(cotangents.transfers @ moved - multipliers[at] @ (moved / level))
