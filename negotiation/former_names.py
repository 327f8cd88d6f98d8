"""Names of version 0.1 that still work, with a warning: module paths, players, options."""

from __future__ import annotations

import warnings
from importlib import import_module
from importlib.machinery import ModuleSpec

TYPE_CHECKING = False  # importing typing would take longer than everything else here
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

__all__ = [
    "FORMER",
    "FORMER_GRIDS",
    "FORMER_PLAYERS",
    "FormerPaths",
    "former_argument",
    "former_module",
    "former_players",
]

#: Who played where nobody was named.
FORMER_PLAYERS = ("USA", "CHN")
#: Options of ``negotiation game`` with the grid of one player each.
FORMER_GRIDS = {"USA": "--usa", "CHN": "--china"}

#: (former room, present room): modules, as ``former=present`` where the name has changed too.
_MOVED = {
    ("trade", "trade.elasticities"): ("elasticity_sets"),
    ("trade", "trade.analysis"): ("decomposition diversion dependence"),
    ("trade", "trade.markets"): ("linear_tariffs partial_equilibrium"),
    ("trade", "policy"): (
        "policy=noncooperative cooperation=cooperative bargained closed_form "
        "policy_results=results best_responses"
    ),
    ("trade", "policy.objectives"): (
        "objective tariff_payoffs=partial_equilibrium_payoffs general_equilibrium_payoffs"
    ),
    ("equilibrium", "equilibrium.normal_form"): (
        "nash batch bimatrix components polytopes search=vertex_search large=one_equilibrium "
        "peers=other_solvers zero_sum stackelberg"
    ),
    ("equilibrium", "equilibrium.refinements"): (
        "dominance refinement=perfection selection reading=classification"
    ),
    ("equilibrium", "equilibrium.trees"): (
        "sequence_form subgame_perfect perfect_bayesian tree_certificate=certificate"
    ),
    ("equilibrium", "equilibrium.dynamic"): ("markov markov_certificate repeated learning"),
    ("equilibrium", "equilibrium.correlated"): (
        "correlated=equilibria correlated_programme=programme"
    ),
    ("equilibrium", "equilibrium.quantal"): ("quantal_response logit_branch"),
    ("bargaining", "bargaining.solutions"): (
        "problem curve frontier solution=result solutions=axiomatic "
        "stepwise_solutions=stepwise fairness threats=variable_threats transferable agenda "
        "tariff_war_settlement"
    ),
    ("bargaining", "bargaining.offers"): (
        "alternating_offers finite_horizon random_proposer private_information "
        "bilateral_trade ratification commitment"
    ),
    ("bargaining", "bargaining.attrition"): (
        "attrition=war_of_attrition hazard audience_costs reputation reputation_types"
    ),
    ("bargaining", "bargaining.signals"): ("signals=sources cheap_talk persuasion crisis_signals"),
    ("bargaining", "bargaining.agreements"): (
        "agreements=self_enforcing flexibility monitoring purchases repeated_strategies "
        "staged_exchange"
    ),
    ("process", "process"): ("reading=mapping checks=validation"),
    ("process", "process.tough_types"): (
        "demands=announced_demands closed_form graph=histories node_laws "
        "certificate strategy_check=deviations solution simulate=simulation"
    ),
    ("process", "process.beliefs"): ("beliefs=updating belief_draws=draws events silence"),
    ("process", "process.analysis"): (
        "break_even identified=identified_set conclusions forecast scores sensitivity "
        "outcomes_over=parameter_draws parameter_changes alternatives=other_models"
    ),
    ("study", "study.sweeps"): "design sweep=specification sweep_tasks=tasks parts=folder workers",
    ("study", "study.store"): "store=objects",
    ("study", "study.comparisons"): "model_map model_settings sensitivity",
    ("process", "process.multi_step"): ("load"),
    ("data", "data.readers"): ("icio home_sales"),
    ("data", "data"): ("readers=published"),
}
#: Former path of a module to its present one.
FORMER = {
    f"negotiation.{old}.{pair.split('=')[0]}": f"negotiation.{new}.{pair.split('=')[-1]}"
    for (old, new), names in _MOVED.items()
    for pair in names.split()
}


def _warn(former: str) -> ModuleType:
    present = FORMER[former]
    warnings.warn(
        f"{former} is now {present}; the former path goes in version 0.3",
        DeprecationWarning,
        stacklevel=3,
    )
    return import_module(present)


class FormerPaths:
    """Finds a module by its former path, when no module of that path exists."""

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        """Return how to load a former path, or None for any other."""
        return ModuleSpec(fullname, self) if fullname in FORMER else None  # type: ignore[arg-type]  # is a loader

    def create_module(self, _: ModuleSpec) -> None:
        """Leave the making of the module to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module the names of the present one."""
        vars(module).update(
            {k: v for k, v in vars(_warn(module.__name__)).items() if not k.startswith("__")}
        )


def former_argument(former: str, present: str) -> Callable[[F], F]:
    """Return a decorator that lets a function be called with the former name of an argument."""
    from functools import wraps

    def taking_both(function: F) -> F:
        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            if former in kwargs:
                warnings.warn(
                    f"{function.__name__}: {former}= is now {present}=; the former name goes in "
                    "version 0.3",
                    DeprecationWarning,
                    stacklevel=2,
                )
                kwargs.setdefault(present, kwargs.pop(former))
            return function(*args, **kwargs)

        return called  # type: ignore[return-value]  # of the same signature

    return taking_both


def former_players(players: tuple[str, ...], seen: Iterable[str]) -> tuple[str, ...]:
    """Return the names by which sides are called: the former ones where nobody has named them."""
    former = sorted(set(seen) & set(FORMER_PLAYERS))
    if not former or players != ("player 1", "player 2"):
        return players
    warnings.warn(
        f"{', '.join(former)}: sides that nobody has named are {' and '.join(players)} now; the "
        "former names go in version 0.3; give players= to name the sides",
        DeprecationWarning,
        stacklevel=4,
    )
    return FORMER_PLAYERS


def former_module(room: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a room that has the path of a former module."""

    def named(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_warn(room), name)

    return named
