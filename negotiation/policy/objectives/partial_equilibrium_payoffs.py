"""Payoffs of tariffs in percent of GDP, from the market effects of every sector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.policy.objectives.objective import Objective
from negotiation.presentation import Presented
from negotiation.trade.economy import Economy
from negotiation.trade.elasticities.elasticity_sets import TradeElasticities
from negotiation.trade.markets.partial_equilibrium import market_effects
from negotiation.trade.tariff_scenarios import TariffScenarios
from negotiation.values import FloatArray, decoding, number, quantity, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TariffPayoffs", "economy_gdp", "partial_equilibrium_payoffs"]

_COLUMNS = (
    "added_rates",
    "average_rates",
    "percent_of_gdp",
    "without_jobs",
    "real_income",
    "consumer_loss",
    "revenue_change",
    "exporter_surplus_change",
    "lost_exports",
    "jobs_lost",
    "transition_cost",
)


_GROWTH_TO_NOTE = 4.0


@dataclass(frozen=True, eq=False)
class TariffPayoffs(Presented):
    """Payoffs of the players in each tariff scenario, against the baseline tariffs.

    Attributes
    ----------
    economy, model, horizon, elasticities
        Names of what the numbers rest on.
    players
        Order of the last axis.
    objectives
        One a player.
    percent_of_gdp
        Payoffs ``[scenario, player]``: each objective's combination of the parts below.
    real_income
        Change of real income, producers weighted by sector where the objective says so.
    revenue_change
        Change of tariff revenue.
    transition_cost
        Cost of job losses, before its weight.
    consumer_loss, exporter_surplus_change
        The other two parts of real income; None where the model does not tell them apart.
    lost_exports
        Fall of exports net of tariff; negative if they grow.
    jobs_lost
        Jobs lost net of re-employment.
    added_rates, average_rates
        Mean points added to each player's tariffs on the others, and mean tariffs in force with
        exemptions, fractions.
    notes
        What a reader of the numbers must know.
    """

    economy: str
    model: str
    horizon: str
    elasticities: str
    players: tuple[str, ...]
    objectives: tuple[Objective, ...]
    percent_of_gdp: FloatArray = quantity("u", "percent of GDP", "payoff [scenario, player]")
    real_income: FloatArray = quantity("dW", "percent of GDP", "change of real income")
    revenue_change: FloatArray = quantity("dR", "percent of GDP", "change of tariff revenue")
    transition_cost: FloatArray = quantity("C", "percent of GDP", "cost of job losses")
    lost_exports: FloatArray = quantity("X", "billion USD/year", "fall of exports")
    jobs_lost: FloatArray = quantity("J", "jobs", "jobs lost net of re-employment")
    added_rates: FloatArray = quantity("a", "fraction", "mean points added")
    average_rates: FloatArray = quantity("t_m", "fraction", "mean tariff in force")
    consumer_loss: FloatArray | None = quantity(
        "CL", "percent of GDP", "loss of buyers", default=None
    )
    exporter_surplus_change: FloatArray | None = quantity(
        "dPS", "percent of GDP", "change of exporters' surplus", default=None
    )
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse numbers that are not finite and make the arrays read-only."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                with decoding(item.name):
                    finite = bool(np.all(np.isfinite(value)))
                if not finite:
                    raise NonFiniteError(f"{item.name} is not finite", where="tariff payoffs")
                object.__setattr__(self, item.name, read_only(value))

    @property
    def title(self) -> str:
        """What the payoffs rest on, for tables and figures."""
        return f"{self.economy}, {self.model}, {self.horizon}, elasticities {self.elasticities}"

    @property
    def without_jobs(self) -> FloatArray:
        """Payoffs with no weight on job losses ``[scenario, player]``, percent of GDP."""
        out = np.zeros_like(self.percent_of_gdp)
        for k, objective in enumerate(self.objectives):
            out[:, k] = self.percent_of_gdp[:, k] + objective.jobs * self.transition_cost[:, k]
        return out

    def measures(self) -> dict[str, FloatArray]:
        """Return every measure there is ``[scenario, player]``, by name, in the order of tables."""
        columns = {name: getattr(self, name) for name in _COLUMNS}
        return {name: value for name, value in columns.items() if value is not None}

    def to_frame(self) -> pd.DataFrame:
        """Return one row a scenario and player, rates as fractions, payoffs in percent of GDP."""
        import pandas as pd

        index = pd.MultiIndex.from_product(
            [range(len(self.percent_of_gdp)), self.players], names=["scenario", "player"]
        )
        columns = {name: value.ravel() for name, value in self.measures().items()}
        frame = pd.DataFrame(columns, index=index)
        frame.attrs["notes"] = list(self.notes)
        return frame


def economy_gdp(economy: Economy) -> FloatArray:
    """Return GDP by region, billion USD a year.

    The economy's own where known; otherwise gross output times the share of value added, and
    gross output itself where that share is unknown too (no intermediate inputs).

    Raises
    ------
    InvalidInputError
        If a region has none.
    """
    if economy.gdp is not None:
        out = economy.gdp
    else:
        output = economy.flows.sum(axis=(0, 2))
        share = economy.value_added_share
        out = output if share is None else output * share
    if np.any(out <= 0.0):
        place = int(np.argmax(out <= 0.0))
        raise InvalidInputError(
            "GDP must be positive", where=f"gdp of {economy.regions[place]}", seen=out[place]
        )
    return out


def _incidence(value: float | Mapping[str, float], economy: Economy) -> dict[str, float]:
    """Exporter incidence by importer."""

    def bounded(item: float, name: str) -> float:
        return number(item, name=name, low=0.0, high=1.0, open_high=True)

    if not isinstance(value, Mapping):
        return dict.fromkeys(economy.regions, bounded(value, "exporter_incidence"))
    for region in value:
        economy.region_index(region)
    return {
        region: bounded(value.get(region, 0.0), f"exporter_incidence[{region}]")
        for region in economy.regions
    }


def partial_equilibrium_payoffs(
    economy: Economy,
    scenarios: TariffScenarios,
    *,
    elasticities: TradeElasticities,
    objectives: Sequence[Objective],
    exporter_incidence: float | Mapping[str, float] = 0.0,
    demand: str = "constant_elasticity",
    horizon: str = "",
) -> TariffPayoffs:
    """Return payoffs from the markets whose tariffs change, everything else given.

    Real income is minus the consumer loss, plus revenue on own imports, plus the surplus of own
    exporters, over GDP and summed over sectors. Lost exports drive jobs and are never a part of
    real income.

    Parameters
    ----------
    economy
        Baseline flows, tariffs and GDP.
    scenarios
        Tariffs by scenario.
    elasticities
        Trade elasticities by sector.
    objectives
        One a player, in the order of ``scenarios.players``.
    exporter_incidence
        Share of a tariff that exporters' prices absorb, in [0, 1): a number, or by importer
        (0 where not named).
    demand
        ``"constant_elasticity"`` or ``"linear"``.
    horizon
        Its name, for tables.
    """
    count, players = len(scenarios), scenarios.players
    gdp = economy_gdp(economy)
    incidence = _incidence(exporter_incidence, economy)
    loss, revenue, surplus, weighted, lost, weighted_lost = np.zeros((6, count, len(players)))
    exploding: list[str] = []
    weights = [objective.weights_of(economy.sectors) for objective in objectives]
    for k, (exporter, importer) in enumerate(scenarios.pairs):
        x, m = economy.region_index(exporter), economy.region_index(importer)
        effects = market_effects(
            economy.flows[:, x, m],
            baseline_rate=economy.tariffs.rates[:, x, m],
            rate=scenarios.rates[k],
            trade_elasticity=elasticities.values,
            exporter_incidence=incidence[importer],
            exempt_share=scenarios.exempt_share[k],
            demand=demand,
        )
        if importer in players:
            i = players.index(importer)
            loss[:, i] += effects.consumer_loss.sum(axis=1)
            revenue[:, i] += effects.revenue_change.sum(axis=1)
        if exporter in players:
            i = players.index(exporter)
            surplus[:, i] += effects.exporter_surplus_change.sum(axis=1)
            weighted[:, i] += effects.exporter_surplus_change @ weights[i]
            lost[:, i] += effects.lost_exports.sum(axis=1)
            weighted_lost[:, i] += effects.lost_exports @ weights[i]
        grown = effects.lost_exports < -economy.flows[:, x, m] * _GROWTH_TO_NOTE
        if grown.any():
            named = ", ".join(economy.sectors[s] for s in np.flatnonzero(grown.any(axis=0)))
            exploding.append(
                f"Exports from {exporter} to {importer} grow more than {1 + _GROWTH_TO_NOTE:g}-fold"
                f" in some scenario in {named}: demand with a constant elasticity knows no budget, "
                "and gains from tariff cuts are overstated."
            )
    percent = 100.0 / np.array([gdp[economy.region_index(player)] for player in players])
    jobs, cost, payoff = np.zeros((3, count, len(players)))
    income = percent * (revenue - loss + weighted)
    for i, objective in enumerate(objectives):
        if objective.job_losses is not None:
            jobs[:, i] = objective.job_losses.jobs_lost(lost[:, i])
            cost[:, i] = objective.job_losses.transition_cost(weighted_lost[:, i]) * percent[i]
        payoff[:, i] = objective.combine(
            real_income=income[:, i],
            revenue=percent[i] * revenue[:, i],
            transition_cost=cost[:, i],
        )
    return TariffPayoffs(
        economy=economy.name,
        model="export_dependence",
        horizon=horizon,
        elasticities=elasticities.name,
        players=players,
        objectives=tuple(objectives),
        percent_of_gdp=payoff,
        real_income=income,
        revenue_change=percent * revenue,
        transition_cost=cost,
        lost_exports=lost,
        jobs_lost=jobs,
        added_rates=scenarios.added,
        average_rates=scenarios.average,
        consumer_loss=percent * loss,
        exporter_surplus_change=percent * surplus,
        notes=(*_notes(players, objectives, incidence), *exploding),
    )


def _notes(
    players: Sequence[str], objectives: Sequence[Objective], incidence: Mapping[str, float]
) -> tuple[str, ...]:
    notes = []
    if any(incidence[player] == 0.0 for player in players):
        notes.append(
            "Exporter incidence is 0: exporters' prices do not move, and jobs are the only channel "
            "through which export dependence hurts."
        )
    for player, objective in zip(players, objectives, strict=True):
        if objective.job_losses is None:
            notes.append(f"{player}: no source of job losses is given; none are counted.")
        else:
            notes.append(
                f"{player}: weight {objective.jobs:g} on job losses, from "
                f"{objective.job_losses.source}."
            )
    return tuple(notes)
