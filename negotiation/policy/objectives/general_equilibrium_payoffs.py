"""Payoffs of tariffs in percent of GDP, from the trade equilibrium of the whole world."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.policy.objectives.objective import Objective
from negotiation.policy.objectives.partial_equilibrium_payoffs import TariffPayoffs, economy_gdp
from negotiation.trade.economy import Economy
from negotiation.trade.equilibrium import counterfactuals
from negotiation.trade.model import TradeModel
from negotiation.trade.solver.scenarios import Schedules
from negotiation.trade.tariff_scenarios import TariffScenarios

__all__ = ["general_equilibrium_payoffs"]


def general_equilibrium_payoffs(
    economy: Economy,
    scenarios: TariffScenarios,
    *,
    model: TradeModel,
    objectives: Sequence[Objective],
    elasticities: str = "",
    horizon: str = "",
    tol: float = 1e-9,
) -> TariffPayoffs:
    """Return payoffs from one trade equilibrium a scenario.

    Real income is the welfare change of the model, in percent. Lost exports are the fall of all
    exports to all partners, in units of the exporter's own wage: they do not depend on the
    numeraire, and are the fall of the labour that exports employ. Sales that go to other partners
    instead are netted, and exports that a player's own tariffs cost it (Lerner symmetry) are in.
    Revenue, of export taxes too, is in percent of the model's GDP.

    Parameters
    ----------
    economy
        Baseline flows, tariffs, GDP.
    scenarios
        Tariffs and measures by scenario; exempt shares are averaged into the rates.
    model
        Options of the trade equilibrium.
    objectives
        One a player, in the order of ``scenarios.players``.
    elasticities, horizon
        Their names, for tables.
    tol
        Largest relative residual of an equilibrium.

    Raises
    ------
    InvalidInputError
        If an objective weighs sectors, which this batch does not tell apart, or counts jobs twice.
    ConvergenceError
        If a scenario has no equilibrium within ``tol``.
    """
    for player, objective in zip(scenarios.players, objectives, strict=True):
        objective.check(model.labor_supply_elasticity)
        if objective.sector_weights is not None:
            raise InvalidInputError(
                "sector weights are not defined for payoffs in general equilibrium",
                where=f"objectives[{player}].sector_weights",
                allowed="None",
                hint='Use model="export_dependence", or political weights in optimal_tariffs.',
            )
    schedules: Schedules
    if scenarios.measures:
        schedules = [*scenarios.policies(economy), economy.tariffs]
    else:
        schedules = np.concatenate([scenarios.full_rates(economy), economy.tariffs.rates[None]])
    worlds = counterfactuals(economy, schedules, model, tol=tol)
    columns = [economy.region_index(player) for player in scenarios.players]
    percent = 100.0 / economy_gdp(economy)[columns]

    wage = 1.0 + worlds.wages[:, columns] / 100.0
    exports = (worlds.exports - worlds.export_tax_revenue)[:, columns] / wage
    share = worlds.tariff_revenue[:, columns] / worlds.income[:, columns]
    income = worlds.welfare[:-1, columns] - worlds.welfare[-1, columns]
    revenue = 100.0 * (share[:-1] - share[-1])
    lost = wage[-1] * (exports[-1] - exports[:-1])

    jobs, cost, payoff = np.zeros((3, *income.shape))
    notes = [
        "Lost exports are net of sales that go to other partners and of export taxes, and hold "
        "those lost to a player's own tariffs, in units of its wage."
    ]
    for i, (player, objective) in enumerate(zip(scenarios.players, objectives, strict=True)):
        if objective.job_losses is None:
            notes.append(f"{player}: no source of job losses is given; none are counted.")
        else:
            jobs[:, i] = objective.job_losses.jobs_lost(lost[:, i])
            cost[:, i] = objective.job_losses.transition_cost(lost[:, i]) * percent[i]
            notes.append(
                f"{player}: weight {objective.jobs:g} on job losses, from "
                f"{objective.job_losses.source}."
            )
        payoff[:, i] = objective.combine(
            real_income=income[:, i], revenue=revenue[:, i], transition_cost=cost[:, i]
        )
    return TariffPayoffs(
        economy=economy.name,
        model="general_equilibrium",
        horizon=horizon,
        elasticities=elasticities,
        players=scenarios.players,
        objectives=tuple(objectives),
        percent_of_gdp=payoff,
        real_income=income,
        revenue_change=revenue,
        transition_cost=cost,
        lost_exports=lost,
        jobs_lost=jobs,
        added_rates=scenarios.added,
        average_rates=scenarios.average,
        notes=tuple(notes),
    )
