"""What governments maximise in the trade equilibrium, with its cotangents.

The payoff of region j, in percent of GDP, the same as in payoff matrices::

    100 real_income (G_j - 1) + 100 revenue (R'_j/GDP'_j - R_j/GDP_j) - 100 jobs C_j/GDP_j

``G_j`` is the factor of real income, with sector weights ``sum_s lambda_js income'_js / P_j`` over
its baseline value. A sector's income is its wages and profits and, in proportion to its wages,
tariff revenue and transfers. ``C_j`` is the transition cost of the jobs that go with the fall of
exports in units of the own wage: of the labour that exports employ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.policy.objectives.objective import Objective
from negotiation.policy.objectives.partial_equilibrium_payoffs import economy_gdp
from negotiation.trade.economy import Economy
from negotiation.trade.solver.adjoint import Cotangents
from negotiation.trade.solver.system import Outcome, System
from negotiation.values import FloatArray

__all__ = ["Government", "governments"]


@dataclass(frozen=True, eq=False)
class Government:
    """One region's objective on one system.

    Attributes
    ----------
    region
        Position of the region.
    objective
        Weights of the parts.
    income_weights
        Weight of each sector's income, None where all are equal.
    job_weights
        Weight of each sector's lost exports.
    job_cost
        Transition cost over lost exports.
    gdp
        What percent are of.
    """

    system: System
    region: int
    objective: Objective
    income_weights: FloatArray | None
    job_weights: FloatArray
    job_cost: float
    gdp: float

    def _income(
        self, bill: FloatArray, sales: FloatArray, given: float
    ) -> tuple[float, FloatArray, FloatArray, float]:
        """Weighted income and its derivatives by sector wage bill, sales and given income."""
        weights = self.income_weights
        assert weights is not None
        profit = self.system.calibration.profit
        total = bill.sum()
        mean = float(weights @ bill / total)
        value = float(weights @ bill + weights @ (profit * sales) + mean * given)
        by_bill = weights + given / total * (weights - mean)
        return value, by_bill, weights * profit, mean

    def _baseline_income(self) -> float:
        cal, j = self.system.calibration, self.region
        sales = cal.flows[:, j, :] @ (1.0 - cal.nu)
        given = float(cal.revenue[j] + cal.transfers[j])
        return self._income(cal.sector_wage_bill[:, j], sales, given)[0]

    def _work(self, outcome: Outcome) -> tuple[float, float, float]:
        """Weight of spending in real income, its derivative by the burden, the burden."""
        cal, j, system = self.system.calibration, self.region, self.system
        burden = float(outcome.revenue[0, j] / outcome.labor_income[0, j]) if system.relief else 0.0
        spent, work = cal.expenditure[j], cal.kappa / (1.0 + cal.kappa) * cal.wage_bill[j]
        rest = float(spent - work * (1.0 - burden))
        return float(spent) / rest, -float(spent * work) / rest**2, burden

    def value(self, outcome: Outcome, exports: FloatArray) -> tuple[float, Cotangents]:
        """Return the payoff in percent of GDP with its cotangents.

        Parameters
        ----------
        outcome
            Of one scenario.
        exports
            Exports of the region to other regions, by sector.
        """
        system, j, aim = self.system, self.region, self.objective
        cal, cot = system.calibration, Cotangents(system)
        price = float(np.exp(outcome.price[0, j]))
        unit = np.zeros(system.regions)
        unit[j] = 1.0
        factor = self._real_income(outcome, price, cot, unit * 100.0 * aim.real_income)
        value = 100.0 * aim.real_income * (factor - 1.0)
        if aim.revenue > 0.0:
            income = float(outcome.gdp[0, j])
            share = float(outcome.revenue[0, j]) / income
            scale = 100.0 * aim.revenue
            value += scale * (share - float(cal.revenue[j] / cal.gdp[j]))
            cot.add_revenue(unit * scale / income, outcome)
            falling = -unit * scale * share / income
            cot.add_log_labor_income(falling * outcome.labor_income[0, j])
            cot.add_profits(falling)
        if aim.jobs > 0.0:
            scale = 100.0 / self.gdp * aim.jobs * self.job_cost
            wage = float(np.exp(outcome.state[0, system.block["wage"]][j]))
            home = cal.flows[:, j, j]
            before = cal.flows[:, j, :].sum(axis=1) - home
            value -= scale * float(self.job_weights @ (before - exports / wage))
            cot.flows = np.zeros(cal.shares.shape)
            cot.flows[:, j, :] = scale * self.job_weights[:, None] / wage
            cot.flows[:, j, j] = 0.0
            cot.add_log_wage(-unit * scale * float(self.job_weights @ exports) / wage)
        return value, cot

    def _real_income(
        self, outcome: Outcome, price: float, cot: Cotangents, weight: FloatArray
    ) -> float:
        """Factor of real income; adds its cotangents times ``weight``."""
        system, j = self.system, self.region
        cal = system.calibration
        spent = float(np.exp(outcome.state[0, system.block["expenditure"]][j]))
        share, share_slope, burden = (1.0, 0.0, 0.0) if not system.elastic else self._work(outcome)
        if self.income_weights is None:
            cot.add_log_expenditure(weight * share * spent / price)
        else:
            base = self._baseline_income()
            given = float(outcome.revenue[0, j] + outcome.transfers[0, j])
            total, by_bill, by_sales, by_given = self._income(
                outcome.sector_wage_bill[0, :, j], outcome.sales[0, :, j], given
            )
            spent = total / base
            scale = share / (price * base)
            cot.add_sector_wage_bill(np.outer(by_bill, weight) * scale)
            cot.sales += np.outer(by_sales, weight) * scale
            cot.add_revenue(weight * by_given * scale, outcome)
            cot.add_transfers(weight * by_given * scale, outcome)
        earned = float(outcome.labor_income[0, j] / cal.wage_bill[j])
        factor = (share * spent + (1.0 - share) * earned) / price
        cot.add_log_price(-weight * factor)
        if system.elastic:
            cot.add_log_labor_income(weight * (1.0 - share) * earned / price)
        if system.relief:
            slope = weight * share_slope * (spent - earned) / price
            cot.add_revenue(slope / outcome.labor_income[0, j], outcome)
            cot.add_log_labor_income(-slope * burden)
        return factor


def governments(
    system: System,
    economy: Economy,
    players: tuple[str, ...],
    objectives: Mapping[str, Objective] | Objective | None,
) -> tuple[Government, ...]:
    """Return the governments of the players.

    Without an objective a government maximises real income with the economy's political weights.

    Raises
    ------
    InvalidInputError
        If jobs have a weight without a source of job losses, or count twice.
    """
    out = []
    cal = system.calibration
    gdp = economy_gdp(economy)
    for player in players:
        j = economy.region_index(player)
        given = objectives.get(player) if isinstance(objectives, Mapping) else objectives
        objective = Objective() if given is None else given
        objective.check(cal.kappa)
        if given is None and economy.political_weights is not None:
            weights = economy.political_weights[j]
        else:
            weights = objective.weights_of(economy.sectors)
        if objective.jobs > 0.0 and objective.job_losses is None:
            raise InvalidInputError(
                "job losses have a weight but no source",
                where=f"Objective of {player}",
                hint="Pass job_losses=JobLosses(...).",
            )
        losses = objective.job_losses
        uniform = bool(np.all(weights == weights[0]))
        out.append(
            Government(
                system=system,
                region=j,
                objective=objective,
                income_weights=None if uniform else np.asarray(weights, dtype=np.float64),
                job_weights=objective.weights_of(economy.sectors),
                job_cost=0.0 if losses is None else float(losses.transition_cost(1.0)),
                gdp=float(gdp[j]),
            )
        )
    return tuple(out)
