"""Build the process of spring 2025 from an economy's payoffs and dated parameters.

Payoffs are in percent of annual GDP against the tariffs of January 2025. While added tariffs tau
are in force a side earns u_i(tau) a year. Terms lapse at rate 1/D to tariffs tau*, so that terms
h from then on are worth

    W_i(h) = u_i(h) / (r_i + 1/D) + (1/D) / (r_i + 1/D) * u_i(tau*) / r_i,

which is what ends the process; before its end flows are paid as they accrue at the tariffs in
force, and a breakdown at rate 1/D leaves u_i(tau*) / r_i.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.data.embedded import load_economy
from negotiation.data.tables import DateLike
from negotiation.data.tariffs import exempt_sectors
from negotiation.errors import InvalidInputError
from negotiation.payoffs import sourced_job_losses, tariff_payoffs
from negotiation.policy.objectives.objective import Objective
from negotiation.process.audience_costs import with_audience_costs
from negotiation.process.multi_step.definition import (
    DatedParameters,
    Definition,
    process_names,
    read_definition,
)
from negotiation.process.multi_step.economy_stages import StageBuilder
from negotiation.process.stage import DAYS_IN
from negotiation.process.stages import MultiStepProcess
from negotiation.trade.economy import Economy
from negotiation.values import FloatArray, float_array, one_of

__all__ = ["TariffFlows", "load_process", "standoff_flows"]

_HORIZONS = ("short_run", "long_run")


@dataclass(frozen=True, eq=False)
class TariffFlows:
    """What each side earns a year at added tariffs, from an economy.

    Attributes
    ----------
    economy
        Baseline.
    model
        Payoff model of `negotiation.payoffs.tariff_payoffs`.
    options
        Its other options: objectives, exporter_incidence, exemptions, as_of.
    elasticities
        One number for all sectors by horizon, in place of the horizon's set.
    """

    economy: Economy
    model: str
    options: Mapping[str, Any]
    elasticities: Mapping[str, float] = field(default_factory=dict)

    def __call__(self, rates: FloatArray, horizon: str) -> FloatArray:
        """Return u ``[scenario, side]`` in percent of GDP a year, at ``rates [scenario, side]``."""
        found = tariff_payoffs(
            self.economy,
            rates,
            model=self.model,
            horizon=horizon,
            elasticities=self.elasticities.get(horizon),
            **self.options,
        )
        return np.asarray(found.percent_of_gdp)


@takes
def load_process(
    name: str = "multi-step-2025",
    as_of: DateLike = None,
    economy: Economy | None = None,
    *,
    values: Mapping[str, float] | None = None,
    model: str = "export_dependence",
    standoff_horizon: str = "short_run",
    terms_horizon: str = "long_run",
    relapse: bool = False,
    audience_costs: Any = None,
) -> MultiStepProcess:
    """Return a named process built from an economy's payoffs.

    Parameters
    ----------
    name
        ``"multi-step-2025"``: contact, de-escalation (reopened where its terms leave a tariff
        above the threshold), purchases, non-tariff barriers and intellectual property, and a
        comprehensive agreement.
    as_of
        Information date: a parameter that became known later is refused; None sets no limit.
    economy
        None takes the embedded economy of 2022.
    values
        Parameters to put in place of the embedded ones, by name: ``{"terms_duration": 0.25}``. A
        trade elasticity given here holds in every sector.
    model
        Payoff model, see `negotiation.payoffs.tariff_payoffs`.
    standoff_horizon, terms_horizon
        Trade elasticities ("short_run" or "long_run") of flows during the standoff, and of terms.
    relapse
        False: terms lapse for good at rate 1/D. True: breakdowns come at the relapse hazard and
        return play to the first cut of tariffs.
    audience_costs
        One-off cost of conceding of each side in every stage after contact, in percent of GDP;
        None: in each stage, the smallest for which holding out is rational, where it is positive,
        plus the parameter audience_cost_excess.

    Returns
    -------
    MultiStepProcess
        With ``parameters`` that say for each number whether it is sourced, derived or assumed.

    Raises
    ------
    InvalidInputError
        If a name, horizon or value is unknown.
    InformationDateError
        If a parameter became known after ``as_of``.

    Examples
    --------
    >>> process = load_process("multi-step-2025", as_of="2025-05-02")
    >>> [stage.name for stage in process.stages][:2]
    ['contact', 'de-escalation']
    """
    definition = read_definition(one_of(name, process_names(), name="name"))
    one_of(standoff_horizon, _HORIZONS, name="standoff_horizon")
    one_of(terms_horizon, _HORIZONS, name="terms_horizon")
    dated = DatedParameters(definition.parameters, as_of, values or {})
    if economy is None:
        economy = load_economy("us-china-2022")
    missing = [player for player in definition.players if player not in economy.regions]
    if missing:
        raise InvalidInputError(
            "a side is not a region of the economy",
            where="economy",
            seen=", ".join(missing),
            allowed=", ".join(economy.regions),
        )
    options = _payoff_options(definition, dated, economy)
    if model == "export_dependence":
        options["exporter_incidence"] = dated("exporter_incidence")
    flat = {
        horizon: dated(f"trade_elasticity_{horizon}")
        for horizon in sorted({standoff_horizon, terms_horizon})
        if f"trade_elasticity_{horizon}" in (values or {})
    }
    flows = TariffFlows(economy, model, options, flat)
    builder = StageBuilder(
        definition=definition,
        dated=dated,
        flows=flows,
        gdp=_gdp(economy, definition),
        standoff_horizon=standoff_horizon,
        terms_horizon=terms_horizon,
        relapse=relapse,
    )
    bare = builder.process()
    if audience_costs is None:
        costed = with_audience_costs(bare, excess=dated("audience_cost_excess"), skip=1)
    else:
        pair = float_array(audience_costs, name="audience_costs", shape=(2,), low=0.0)
        stages = [
            stage if k == 0 else replace(stage, audience_cost=pair)
            for k, stage in enumerate(bare.stages)
        ]
        costed = replace(bare, stages=tuple(stages))
    return replace(costed, parameters=tuple(dated.used.values()), as_of=dated.as_of)


def _gdp(economy: Economy, definition: Definition) -> FloatArray:
    if economy.gdp is None:
        raise InvalidInputError(
            "the economy has no GDP, which purchases are divided by", where="economy.gdp"
        )
    return np.array([economy.gdp[economy.region_index(player)] for player in definition.players])


def _payoff_options(
    definition: Definition, dated: DatedParameters, economy: Economy
) -> dict[str, Any]:
    """Objectives with sourced job figures, incidence and exemptions of `tariff_payoffs`."""
    objectives = {}
    for player in definition.players:
        losses = sourced_job_losses(player, as_of=dated.as_of)
        side = player.lower()
        if losses is not None:
            losses = replace(
                losses,
                jobs_per_billion=dated(f"jobs_per_billion_exports_{side}"),
                reemployment_share=dated("reemployment_share"),
                annual_wage=dated(f"annual_wage_{side}"),
                spell_years=dated("unemployment_spell"),
            )
        weight = dated("job_cost_weight") if losses is not None else 0.0
        objectives[player] = Objective(jobs=weight, job_losses=losses)
    return {
        "players": definition.players,
        "objectives": objectives,
        "exemptions": _exemptions(definition, dated, economy),
        "as_of": dated.as_of,
    }


def _exemptions(
    definition: Definition, dated: DatedParameters, economy: Economy
) -> dict[str, dict[str, float]] | None:
    """Put the exempt share of the United States' imports on electronics, where it is known.

    The list of 11 April 2025 is of electronics; the 20 points of February and March that stay on
    them are left out. The size of China's list was not public at the information date.
    """
    first, second = definition.players
    if "C26" not in economy.sectors or not dated.known("exempt_share_usa"):
        return None
    exporter, importer = economy.region_index(second), economy.region_index(first)
    goods = [k for k, sector in enumerate(economy.sectors) if sector != "SERV"]
    imports = economy.flows[:, exporter, importer]
    electronics = imports[economy.sector_index("C26")]
    if electronics <= 0.0:
        return None
    share = dated("exempt_share_usa") * float(imports[goods].sum()) / float(electronics)
    return {first: {"C26": min(1.0, share)}}


def standoff_flows(
    name: str = "multi-step-2025",
    as_of: DateLike = None,
    economy: Economy | None = None,
    *,
    values: Mapping[str, float] | None = None,
    model: str = "export_dependence",
    horizon: str = "short_run",
    sectors: Mapping[str, Iterable[str]] | None = None,
) -> Callable[[float, float], FloatArray]:
    """Return what each side earns in the standoff at given exempt shares of listed sectors.

    Parameters
    ----------
    name, as_of, economy, values, model
        As in `load_process`.
    horizon
        Trade elasticities of the flows.
    sectors
        Listed sectors by importer; None: those exempted in public sources by ``as_of``.

    Returns
    -------
    callable
        From the exempt shares of the first and second side to flows ``[side]``, percent of GDP
        per unit of the process's clock.

    Examples
    --------
    >>> flows = standoff_flows(as_of="2025-05-02")
    >>> bool((flows(1.0, 1.0) > flows(0.0, 0.0)).all())
    True
    """
    definition = read_definition(name)
    dated = DatedParameters(definition.parameters, as_of, values or {})
    chosen = load_economy("us-china-2022") if economy is None else economy
    first, second = definition.players
    if sectors is None:
        sectors = {
            importer: [entry.sector for entry in exempt_sectors(importer, exporter, as_of=as_of)]
            for importer, exporter in ((first, second), (second, first))
        }
    listed = {player: tuple(sectors.get(player, ())) for player in definition.players}
    options = _payoff_options(definition, dated, chosen)
    names = definition.roles["standoff"]
    rates = np.array([[dated(names[player]) for player in definition.players]])
    scale = DAYS_IN[definition.time_unit] / DAYS_IN["year"]

    def flows(share_first: float, share_second: float) -> FloatArray:
        shares = {first: share_first, second: share_second}
        exempt = {
            player: dict.fromkeys(listed[player], shares[player]) for player in definition.players
        }
        found = TariffFlows(chosen, model, {**options, "exemptions": exempt})
        return np.asarray(found(rates, horizon)[0] * scale)

    return flows
