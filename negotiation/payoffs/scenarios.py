"""Payoffs of tariff scenarios, by the model's name and with sourced defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from negotiation.arguments import takes
from negotiation.data.parameters import parameter
from negotiation.errors import InvalidInputError
from negotiation.payoffs.defaults import HORIZONS, horizon_elasticities, player_objectives
from negotiation.policy.objectives.objective import Objective
from negotiation.policy.objectives.partial_equilibrium_payoffs import (
    TariffPayoffs,
    partial_equilibrium_payoffs,
)
from negotiation.trade.economy import Economy
from negotiation.trade.elasticities.elasticity_sets import ElasticityChoice, trade_elasticities
from negotiation.trade.tariff_scenarios import Exemptions, tariff_scenarios
from negotiation.values import one_of

if TYPE_CHECKING:
    from negotiation.data.tables import DateLike
    from negotiation.trade.model import TradeModel

__all__ = ["MODELS", "PayoffOptions", "tariff_payoffs"]

MODELS = ("export_dependence", "general_equilibrium")


class PayoffOptions(TypedDict, total=False):
    """Options of :func:`tariff_payoffs` that other functions hand on.

    Examples
    --------
    >>> from negotiation.data import load_economy
    >>> options: PayoffOptions = {"model": "export_dependence", "exporter_incidence": 0.25}
    >>> tariff_payoffs(load_economy(), [[1.45, 1.25]], **options).percent_of_gdp.shape
    (1, 2)
    """

    model: str
    horizon: str | float
    elasticities: ElasticityChoice | None
    exporter_incidence: float | Mapping[str, float] | None
    demand: str
    objectives: Objective | Mapping[str, Objective] | None
    exemptions: Exemptions | None
    sectors: Sequence[str] | None
    trade_model: TradeModel | None
    as_of: DateLike


@takes
def tariff_payoffs(
    economy: Economy,
    rates: Any,
    *,
    players: Sequence[str] | None = None,
    model: str = "export_dependence",
    horizon: str | float = "long_run",
    elasticities: ElasticityChoice | None = None,
    exporter_incidence: float | Mapping[str, float] | None = None,
    demand: str = "constant_elasticity",
    objectives: Objective | Mapping[str, Objective] | None = None,
    exemptions: Exemptions | None = None,
    sectors: Iterable[str] | None = None,
    trade_model: TradeModel | None = None,
    as_of: DateLike = None,
) -> TariffPayoffs:
    """Return payoffs in percent of GDP in every tariff scenario, against the baseline tariffs.

    Parameters
    ----------
    economy
        Baseline flows, tariffs, GDP.
    rates
        Points added to each player's baseline tariffs on the other players: an array
        ``[scenario, player]``, or a mapping from each player to a list of actions, one a scenario:
        a number, ``"free_trade"``, a mapping with one of these for each rival, or in general
        equilibrium a `negotiation.Measure` in any instrument, or a tuple of them. Or a tariff
        schedule, or a list of them.
    players
        Two or more regions; None: the first two of the economy.
    model
        ``"export_dependence"``: each market by itself, with everything else given;
        ``"general_equilibrium"``: one trade equilibrium of the world a scenario.
    horizon
        ``"short_run"``, ``"long_run"`` or a number of years: which trade elasticities stand for
        it, see :func:`horizon_elasticities`.
    elasticities
        A set by name, a number, a mapping or an array, instead of the horizon's.
    exporter_incidence
        Share of a tariff that exporters' prices absorb, in [0, 1), a number or by importer; None
        takes the sourced value (0: full pass-through). For export dependence only.
    demand
        ``"constant_elasticity"`` or ``"linear"``. For export dependence only.
    objectives
        One for all players or one a player; None takes real income and, where a job figure is
        sourced, the transition cost of job losses at its weight. Objectives that name no job
        figure are given the sourced one.
    exemptions
        By importer: sectors that keep the baseline tariff, or the exempt share of each.
    sectors
        Sectors to which added points apply; None: all but services.
    trade_model
        Options of the trade equilibrium, its elasticities included; None: the default options
        with the horizon's elasticities. For general equilibrium only.
    as_of
        Information date of sourced defaults.

    Returns
    -------
    TariffPayoffs
        Payoffs and their parts ``[scenario, player]``.

    Raises
    ------
    InvalidInputError
        If a name is unknown, a grid is empty, or a rate is not finite or at or below -100 %.

    Examples
    --------
    >>> from negotiation.data.embedded import load_economy
    >>> payoffs = tariff_payoffs(load_economy(), [(0.0, 0.0), (1.45, 1.25)])
    >>> payoffs.percent_of_gdp.shape
    (2, 2)
    >>> bool((payoffs.percent_of_gdp[1] < 0).all())
    True
    """
    one_of(model, MODELS, name="model")
    if isinstance(horizon, str):
        one_of(horizon, HORIZONS, name="horizon")
    scenarios = tariff_scenarios(
        economy, rates, players=players, sectors=sectors, exemptions=exemptions
    )
    if trade_model is not None:
        _refuse(model == "export_dependence", "trade_model", model)
        _refuse(elasticities is not None, "elasticities", "a trade_model, which has its own")
        name, span = "of the trade model", "as given"
    else:
        chosen = (
            horizon_elasticities(economy, horizon, as_of=as_of)
            if elasticities is None
            else trade_elasticities(economy, elasticities)
        )
        named = horizon if isinstance(horizon, str) else f"{horizon:g} years"
        name, span = chosen.name, named if elasticities is None else "as given"
    if model == "general_equilibrium":
        from negotiation.policy.objectives.general_equilibrium_payoffs import (
            general_equilibrium_payoffs,
        )
        from negotiation.trade.model import TradeModel

        _refuse(exporter_incidence is not None, "exporter_incidence", model)
        _refuse(demand != "constant_elasticity", "demand", model)
        if trade_model is None:
            trade_model = TradeModel(trade_elasticity=chosen.values)
        return general_equilibrium_payoffs(
            economy,
            scenarios,
            model=trade_model,
            objectives=player_objectives(
                scenarios.players, objectives, trade_model.labor_supply_elasticity, as_of
            ),
            elasticities=name,
            horizon=span,
        )
    if scenarios.measures:
        raise InvalidInputError(
            "only an equilibrium of the world values measures beyond tariffs",
            where="model",
            seen=model,
            allowed="general_equilibrium",
        )
    if exporter_incidence is None:
        exporter_incidence = parameter("exporter_incidence", as_of=as_of).value
    return partial_equilibrium_payoffs(
        economy,
        scenarios,
        elasticities=chosen,
        objectives=player_objectives(scenarios.players, objectives, 0.0, as_of),
        exporter_incidence=exporter_incidence,
        demand=demand,
        horizon=span,
    )


def _refuse(given: bool, option: str, model: str) -> None:
    if given:
        raise InvalidInputError("this option does not go with", where=option, seen=model)
