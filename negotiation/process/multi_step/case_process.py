"""From a case and an economy to the process, under one payoff model or each of an ensemble.

Payoffs are in percent of annual GDP against the economy's baseline tariffs. In a node a side earns
what is in force there: tariffs, exemptions, purchases, barriers; what ends or lapses leads to
another node. At an information date play starts in the stage that is open then, at the tariffs then
in force: who asks for a date later than that conditions on nothing having happened in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.payoffs.ensemble import PAYOFF_MODELS, PayoffModel, payoff_model
from negotiation.process.multi_step.built_process import BuiltProcess
from negotiation.process.multi_step.dated_parameters import DatedParameters
from negotiation.process.multi_step.dated_plan import dated_flows, dated_plan
from negotiation.process.multi_step.graph import build_process
from negotiation.process.multi_step.standoff_case import StandoffCase

__all__ = ["EnsembleMember", "build_case", "case_ensemble"]


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


def build_case(
    case: StandoffCase,
    *,
    values: Mapping[str, float] | None = None,
    model: str | PayoffModel = "equilibrium",
    relapse: bool = False,
    linked: bool = False,
) -> BuiltProcess:
    """Return the process of a case, valued by its economy.

    Parameters
    ----------
    case
        A standoff at an information date; the tariffs of its economy are the baseline over which
        points are added.
    values
        Parameters to put in place of the case's, by name.
    model, relapse, linked
        As in `negotiation.load_process`.

    Raises
    ------
    InvalidInputError
        If a side is no region of the economy, or a name or value is unknown or moves nothing.
    InformationDateError
        If a parameter became known after the information date.
    """
    given, economy = dict(values or {}), case.facts.economy
    dated = DatedParameters(case.parameters, case.as_of, given)
    chosen = payoff_model(model)
    if chosen.exporter_incidence is not None and "exporter_incidence" in given:
        chosen = replace(chosen, exporter_incidence=dated("exporter_incidence"))
    missing = [side for side in case.sides if side not in economy.regions]
    if missing:
        raise InvalidInputError(
            "a side is not a region of the economy",
            where="economy",
            seen=", ".join(missing),
            allowed=", ".join(economy.regions),
        )
    plan = dated_plan(case, dated, economy, relapse=relapse, linked=linked)
    dated.refuse_late()
    flows = dated_flows(case, dated, economy, chosen)
    dated.refuse_late()
    dated.refuse_unused()
    built = build_process(plan, flows, parameters=tuple(dated.used.values()))
    stakes = (built.nothing_at_stake,) if built.nothing_at_stake else ()
    return replace(built, notes=(*case.notes, *stakes))


def case_ensemble(
    build: Callable[[PayoffModel], BuiltProcess], models: tuple[PayoffModel, ...] = PAYOFF_MODELS
) -> tuple[EnsembleMember, ...]:
    """Return the process under every payoff model of an ensemble.

    A model under which a side's stated demand is not its best at any weight on revenue is left
    out: its weight is 0. The other weights add to 1; without any, all models weigh as given.

    Parameters
    ----------
    build
        From a payoff model to the process.
    models
        Payoff models with their weights.
    """
    built = [build(item) for item in models]
    weights = np.array([item.weight * b.explained for item, b in zip(models, built, strict=True)])
    if not weights.sum() > 0.0:
        weights = np.array([item.weight for item in models])
    return tuple(
        EnsembleMember(*entry) for entry in zip(models, built, weights / weights.sum(), strict=True)
    )
