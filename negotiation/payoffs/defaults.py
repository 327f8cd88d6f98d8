"""Sourced defaults of payoffs: elasticities of a horizon, job losses, objectives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from negotiation.arguments import takes
from negotiation.data.parameters import parameter, parameters
from negotiation.data.sources import sources
from negotiation.errors import InvalidInputError
from negotiation.policy.objectives.objective import JobLosses, Objective
from negotiation.trade.economy import Economy
from negotiation.trade.elasticities.elasticity_sets import TradeElasticities, trade_elasticities
from negotiation.trade.elasticities.horizons import elasticities_at
from negotiation.values import number, one_of

if TYPE_CHECKING:
    from negotiation.data.tables import DateLike

__all__ = [
    "HORIZONS",
    "horizon_elasticities",
    "player_objectives",
    "sourced_job_losses",
    "standoff_rates",
]

HORIZONS = ("short_run", "long_run")

_LONG_RUN_SET = "fontagne_2022"
_JOBS = "jobs_per_billion_exports"


@takes
def horizon_elasticities(
    economy: Economy, horizon: str | float = "long_run", *, as_of: DateLike = None
) -> TradeElasticities:
    """Return the trade elasticities that stand for a horizon.

    Parameters
    ----------
    economy
        Its named sets are looked at first.
    horizon
        ``"short_run"``: one year, the set ``boehm_short_run`` or the sourced flat value (Boehm,
        Levchenko and Pandalai-Nayar 2023). ``"long_run"``: the set ``fontagne_2022`` by sector
        where the economy has it, otherwise its first set of another kind, otherwise the sourced
        flat long-run value. A number of years between one and ten: those of the long run, scaled by
        :func:`~negotiation.trade.elasticities.horizons.share_of_long_run`.
    as_of
        Information date of the flat values.

    Examples
    --------
    >>> from negotiation.data.embedded import load_economy
    >>> economy = load_economy()
    >>> horizon_elasticities(economy, "short_run").name
    'boehm_short_run'
    >>> horizon_elasticities(economy, "long_run").name
    'fontagne_2022'
    """
    if not isinstance(horizon, str):
        final = horizon_elasticities(economy, "long_run", as_of=as_of)
        name = f"{final.name} after {number(horizon, name='horizon'):g} years"
        return TradeElasticities(name, elasticities_at(final.values, horizon))
    one_of(horizon, HORIZONS, name="horizon")
    aggregate = f"boehm_{horizon}"
    others = [name for name in economy.elasticities if not name.startswith("boehm_")]
    if horizon == "long_run" and others:
        preferred = _LONG_RUN_SET if _LONG_RUN_SET in others else others[0]
        return trade_elasticities(economy, preferred)
    if aggregate in economy.elasticities:
        return trade_elasticities(economy, aggregate)
    sourced = parameter(f"trade_elasticity_{horizon}", as_of=as_of)
    flat = trade_elasticities(economy, sourced.value)
    return TradeElasticities(f"{horizon} flat {sourced.value:g}", flat.values)


@takes
def sourced_job_losses(player: str, *, as_of: DateLike = None) -> JobLosses | None:
    """Return how lost exports turn into lost jobs by the embedded parameters.

    Jobs for each billion USD of exports come from one source a side; the re-employment share, the
    wage and the spell are assumptions with a range (``negotiation data show parameters``).

    Parameters
    ----------
    player
        Region; None comes back for one without a figure of its own.
    as_of
        Information date; a figure that became known later is refused.

    Examples
    --------
    >>> sourced_job_losses("CHN", as_of="2025-05-02").jobs_per_billion
    30496.0
    """
    side = player.lower()
    if f"{_JOBS}_{side}" not in parameters():
        return None
    intensity = parameter(f"{_JOBS}_{side}", as_of=as_of)
    source = sources()[intensity.source]
    return JobLosses(
        jobs_per_billion=intensity.value,
        reemployment_share=parameter("reemployment_share", as_of=as_of).value,
        annual_wage=parameter(f"annual_wage_{side}", as_of=as_of).value,
        spell_years=parameter("unemployment_spell", as_of=as_of).value,
        source=f"{source.publisher} {source.year} ({source.key})",
    )


def player_objectives(
    players: Sequence[str],
    objectives: Objective | Mapping[str, Objective] | None,
    labor_supply_elasticity: float,
    as_of: DateLike,
) -> tuple[Objective, ...]:
    """Return one objective a player, with sourced job figures where it names none.

    Parameters
    ----------
    players
        Regions.
    objectives
        One for all, or one a player; None: real income and, where a figure is sourced and labour
        supply fixed, the transition cost of job losses at its weight.
    labor_supply_elasticity
        That of the model which computes real income.
    as_of
        Information date of the sourced figures.

    Raises
    ------
    InvalidInputError
        If a player has none, jobs are weighed without a figure, or they would count twice.
    """
    if isinstance(objectives, Mapping):
        unknown = [name for name in objectives if name not in players]
        missing = [name for name in players if name not in objectives]
        if unknown or missing:
            raise InvalidInputError(
                "one objective for each player",
                where="objectives",
                seen=f"missing {missing}, unknown {unknown}",
                allowed=", ".join(players),
            )
    out = []
    for player in players:
        if objectives is None:
            losses = sourced_job_losses(player, as_of=as_of)
            counted = losses is not None and labor_supply_elasticity == 0.0
            weight = parameter("job_cost_weight", as_of=as_of).value if counted else 0.0
            objective = Objective(jobs=weight, job_losses=losses)
        else:
            objective = objectives[player] if isinstance(objectives, Mapping) else objectives
            if not isinstance(objective, Objective):
                raise InvalidInputError(
                    "not an objective", where=f"objectives[{player}]", seen=repr(objective)
                )
            known = f"{_JOBS}_{player.lower()}" in parameters(as_of)
            if objective.job_losses is None and (known or objective.jobs > 0.0):
                losses = sourced_job_losses(player, as_of=as_of)
                objective = replace(objective, job_losses=losses)
        if objective.jobs > 0.0 and objective.job_losses is None:
            raise InvalidInputError(
                "no figure of job losses is known for this player",
                where=f"objectives[{player}].jobs",
                seen=objective.jobs,
                hint="Pass Objective(job_losses=JobLosses(...)).",
            )
        objective.check(labor_supply_elasticity)
        out.append(objective)
    return tuple(out)


def standoff_rates(players: Sequence[str], *, as_of: DateLike = None) -> dict[str, float] | None:
    """Return the added points of the standoff, None unless every player has a sourced one.

    Examples
    --------
    >>> standoff_rates(("USA", "CHN"))
    {'USA': 1.45, 'CHN': 1.25}
    """
    names = {player: f"standoff_added_{player.lower()}" for player in players}
    if any(name not in parameters() for name in names.values()):
        return None
    return {player: parameter(name, as_of=as_of).value for player, name in names.items()}
