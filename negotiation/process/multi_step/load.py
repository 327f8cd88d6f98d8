"""Named processes, built from an economy's payoffs and dated parameters.

Payoffs are in percent of annual GDP against the tariffs of January 2025. In a node a side earns
what is in force there: tariffs, exemptions, purchases, barriers; what ends or lapses leads to
another node. At an information date play starts in the stage that is open then, at the tariffs then
in force: who asks for a date later than that conditions on nothing having happened in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.data.embedded import load_economy
from negotiation.data.tables import DateLike
from negotiation.errors import InvalidInputError
from negotiation.payoffs.ensemble import PAYOFF_MODELS, PayoffModel, payoff_model
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.multi_step.built_process import BuiltProcess
from negotiation.process.multi_step.dated_plan import dated_flows, dated_plan
from negotiation.process.multi_step.definition import DatedParameters, read_definition
from negotiation.process.multi_step.graph import build_process
from negotiation.trade.economy import Economy

__all__ = ["EnsembleMember", "built_process", "load_process", "process_ensemble"]


@takes
def load_process(
    name: str = "multi-step-2025",
    as_of: DateLike = None,
    economy: Economy | None = None,
    *,
    values: Mapping[str, float] | None = None,
    model: str | PayoffModel = "equilibrium",
    relapse: bool = False,
    linked: bool = False,
) -> ProcessGame:
    """Return a named process built from an economy's payoffs.

    Parameters
    ----------
    name
        ``"multi-step-2025"``: contact, de-escalation (reopened where its terms leave a tariff
        above the threshold), purchases, non-tariff barriers and intellectual property, and a
        comprehensive agreement.
    as_of
        Information date: play starts then, in the stage that is open, at the tariffs in force; a
        parameter that became known later is refused. None: the start of the process, with nothing
        refused.
    economy
        None takes the embedded economy of 2022.
    values
        Parameters to put in place of the embedded ones, by name: ``{"terms_duration": 0.25}``. A
        trade elasticity given here holds in every sector.
    model
        Payoff model, see `negotiation.payoffs.payoff_model`.
    relapse
        Whether terms that lapse return play to the stage that is open now, at its tariffs, rather
        than to the lasting tariffs of a lapse.
    linked
        Whether purchases, barriers and the comprehensive agreement are settled at once.

    Returns
    -------
    ProcessGame
        With ``parameters`` that say for each number whether it is sourced, derived or assumed.

    Raises
    ------
    InvalidInputError
        If a name or value is unknown, or a value is of a parameter that moves nothing.
    InformationDateError
        If a parameter became known after ``as_of``.

    Examples
    --------
    >>> process = load_process("multi-step-2025", as_of="2025-05-02", model="partial_25")
    >>> process.nodes[0].stage
    'de-escalation'
    """
    return built_process(
        name, as_of, economy, values=values, model=model, relapse=relapse, linked=linked
    ).game


@dataclass(frozen=True)
class EnsembleMember:
    """A process under one payoff model.

    Attributes
    ----------
    model
        The payoff model.
    built
        The process, with the weights that its demands reveal and what its stages are about.
    weight
        In the ensemble: 0 where the model does not explain what a side asks for.
    """

    model: PayoffModel
    built: BuiltProcess
    weight: float


@takes
def process_ensemble(
    name: str = "multi-step-2025",
    as_of: DateLike = None,
    economy: Economy | None = None,
    *,
    models: tuple[PayoffModel, ...] = PAYOFF_MODELS,
    values: Mapping[str, float] | None = None,
    **options: Any,
) -> tuple[EnsembleMember, ...]:
    """Return a named process under every payoff model of an ensemble.

    A model under which a side's stated demand is not its best at any weight on revenue is left
    out: its weight is 0. The other weights add to 1; without any, all models weigh as given.

    Parameters
    ----------
    name, as_of, economy, values, options
        As in `load_process`.
    models
        Payoff models with their weights.

    Examples
    --------
    >>> members = process_ensemble(as_of="2025-05-02")
    >>> round(float(sum(member.weight for member in members)), 12)
    1.0
    """
    built = [
        built_process(name, as_of, economy, values=values, model=item, **options) for item in models
    ]
    weights = np.array([item.weight * b.explained for item, b in zip(models, built, strict=True)])
    if not weights.sum() > 0.0:
        weights = np.array([item.weight for item in models])
    return tuple(
        EnsembleMember(*entry) for entry in zip(models, built, weights / weights.sum(), strict=True)
    )


def built_process(
    name: str = "multi-step-2025",
    as_of: DateLike = None,
    economy: Economy | None = None,
    *,
    values: Mapping[str, float] | None = None,
    model: str | PayoffModel = "equilibrium",
    relapse: bool = False,
    linked: bool = False,
    from_opening: bool = False,
) -> BuiltProcess:
    """Return a named process with what its demands reveal; see `load_process`.

    With ``from_opening`` play starts when the tariffs in force at the information date were put in
    force, in the stage that was open then: what has been seen since can be weighed.
    """
    definition = read_definition(name)
    dated = DatedParameters(definition.parameters, as_of, values or {})
    chosen = payoff_model(model)
    if chosen.exporter_incidence is not None and "exporter_incidence" in (values or {}):
        chosen = replace(chosen, exporter_incidence=dated("exporter_incidence"))
    if economy is None:
        economy = _embedded()
    missing = [player for player in definition.players if player not in economy.regions]
    if missing:
        raise InvalidInputError(
            "a side is not a region of the economy",
            where="economy",
            seen=", ".join(missing),
            allowed=", ".join(economy.regions),
        )
    plan = dated_plan(
        definition, dated, economy, relapse=relapse, linked=linked, from_opening=from_opening
    )
    flows = dated_flows(definition, dated, economy, chosen)
    dated.refuse_unused()
    return build_process(plan, flows, parameters=tuple(dated.used.values()))


@lru_cache(maxsize=1)
def _embedded() -> Economy:
    return load_economy("us-china-2022")
