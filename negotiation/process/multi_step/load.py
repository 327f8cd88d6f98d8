"""Named processes that come with the library, at an information date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from negotiation.arguments import takes
from negotiation.data.standoffs.facts import StandoffFacts
from negotiation.data.standoffs.read import read_standoff
from negotiation.data.tables import DateLike
from negotiation.payoffs.ensemble import PAYOFF_MODELS, PayoffModel
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.multi_step.built_process import BuiltProcess
from negotiation.process.multi_step.case_process import EnsembleMember, build_case, case_ensemble
from negotiation.process.multi_step.standoff_case import standoff_case
from negotiation.trade.economy import Economy
from negotiation.values import one_of

__all__ = [
    "built_process",
    "load_process",
    "process_ensemble",
    "process_names",
    "process_standoff",
]

#: Processes by name, and the files of standoffs that hold them.
_FILES = {"multi-step-2025": "us-china-2025-spring"}


def process_names() -> tuple[str, ...]:
    """Return the names of the processes that come with the library.

    Examples
    --------
    >>> process_names()
    ('multi-step-2025',)
    """
    return tuple(_FILES)


def process_standoff(name: str) -> StandoffFacts:
    """Return the dispute of a named process.

    Examples
    --------
    >>> process_standoff("multi-step-2025").name
    'us-china-2025-spring'
    """
    return read_standoff(_FILES[one_of(name, _FILES, name="process")])


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
    """Return a named process: that of the standoff it stands for.

    ``load_standoff("us-china-2025-spring").process(...)`` is the same process.

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
        None takes the one that the standoff's file names.
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
    return case_ensemble(
        lambda model: built_process(name, as_of, economy, values=values, model=model, **options),
        models,
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
    facts = process_standoff(name)
    if economy is not None:
        facts = replace(facts, economy=economy)
    return build_case(
        standoff_case(facts, as_of, from_opening=from_opening),
        values=values,
        model=model,
        relapse=relapse,
        linked=linked,
    )
