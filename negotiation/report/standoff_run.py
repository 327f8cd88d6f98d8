"""Everything that a run of one standoff computes: what its files and its page are written from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from negotiation.bargaining.solutions.axiomatic import (
    egalitarian,
    kalai_smorodinsky,
    nash_bargaining,
)
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.result import BargainingSolution
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.results import NashResult
from negotiation.payoffs.ensemble import PayoffModel
from negotiation.payoffs.game import TariffGame
from negotiation.presentation import Presented
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.process.game.solution import GameSolution
from negotiation.process.multi_step.built_process import BuiltProcess
from negotiation.process.solve import solve_process
from negotiation.standoff.standoff import Standoff
from negotiation.trade.analysis.dependence import ExportDependence
from negotiation.values import compact_repr

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PAYOFFS", "StandoffRun", "computed_run"]

#: Payoffs of the game and of bargains: those of the process with elasticities of one year.
PAYOFFS = {"model": "general_equilibrium", "horizon": "short_run"}


@dataclass(frozen=True, eq=False)
class StandoffRun(Presented):
    """What a run of a standoff computed, all of it conditional on one date.

    Attributes
    ----------
    standoff, as_of
        The dispute and its information date.
    forecast
        Dated probabilities over draws and payoff models.
    built
        The process by payoff model, those that do not explain the demands included.
    game, equilibria
        The game of tariffs, and all its equilibria.
    bargaining_problem, bargains
        What the sides can agree on, and what solution concepts award.
    dependence
        How much each side depends on selling to the other, by the seller.
    """

    standoff: Standoff
    as_of: date
    forecast: ProcessForecast
    built: Mapping[str, BuiltProcess]
    game: TariffGame
    equilibria: NashResult
    bargaining_problem: BargainingProblem
    bargains: tuple[BargainingSolution, ...]
    dependence: Mapping[str, ExportDependence]

    __repr__ = compact_repr

    def to_frame(self) -> pd.DataFrame:
        """Return the dated forecast, one row a date."""
        return self.forecast.table().reset_index()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of results must know."""
        first = next(iter(self.built.values()))
        common = (note for note in first.notes if note != first.nothing_at_stake)
        return (*common, *self.stakes_notes)

    @property
    def stakes_notes(self) -> tuple[str, ...]:
        """What is not at stake in the open stage, and under which payoff models if not all."""
        found: dict[str, list[str]] = {}
        for name, item in self.built.items():
            if item.nothing_at_stake:
                found.setdefault(item.nothing_at_stake, []).append(name)
        return tuple(
            note if len(names) == len(self.built) else f"{note} (payoffs: {', '.join(names)})"
            for note, names in found.items()
        )

    @cached_property
    def solved(self) -> dict[str, GameSolution]:
        """The solution of the process by payoff model."""
        return {name: solve_process(item.game) for name, item in self.built.items()}

    def build(self, model: PayoffModel, values: Mapping[str, float]) -> BuiltProcess:
        """Return the process under a payoff model, at values of parameters by name."""
        return self.standoff.build(self.as_of, model=model, values=values)


def computed_run(
    standoff: Standoff,
    as_of: date,
    forecast: ProcessForecast,
    progress: Callable[[str], None] = lambda _: None,
) -> StandoffRun:
    """Return a run with what follows at the information date beside its forecast.

    Parameters
    ----------
    standoff, as_of, forecast
        See `StandoffRun`.
    progress
        Told what is computed next.
    """
    progress("game, equilibria and bargains")
    game = standoff.game(as_of, **PAYOFFS)
    problem = standoff.bargaining(as_of, **PAYOFFS)
    equilibria = nash_equilibria(game)
    bargains = tuple(solve(problem) for solve in (nash_bargaining, kalai_smorodinsky, egalitarian))
    progress("process under each payoff model")
    return StandoffRun(
        standoff=standoff,
        as_of=as_of,
        forecast=forecast,
        built={member.model.name: member.built for member in standoff.ensemble(as_of)},
        game=game,
        equilibria=equilibria,
        bargaining_problem=problem,
        bargains=bargains,
        dependence=standoff.dependence(as_of),
    )
