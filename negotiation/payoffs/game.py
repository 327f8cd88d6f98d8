"""The game in which governments pick tariffs, or other measures, from grids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.data.tariffs import default_rates
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.payoffs.scenarios import tariff_payoffs
from negotiation.policy.objectives.objective import Objective
from negotiation.policy.objectives.partial_equilibrium_payoffs import TariffPayoffs
from negotiation.presentation import in_order
from negotiation.trade.economy import Economy
from negotiation.trade.elasticities.elasticity_sets import ElasticityChoice
from negotiation.trade.tariff_actions import FREE_TRADE, action_grids, action_label, measures_label
from negotiation.trade.tariff_scenarios import Exemptions, baseline_averages
from negotiation.values import points_of

if TYPE_CHECKING:
    import pandas as pd

    from negotiation.data.tables import DateLike
    from negotiation.trade.model import TradeModel

__all__ = ["TariffGame", "tariff_game"]


@dataclass(frozen=True, eq=False)
class TariffGame(NormalFormGame):
    """A normal-form game whose actions are tariffs or other measures.

    Attributes
    ----------
    outcomes
        Payoffs and their parts; scenarios are action profiles, the last player's action fastest.
    added_rates, total_rates
        Mean points added and mean tariff of each action before exemptions, one tuple a player,
        weighed by trade where rates differ by rival.
    """

    outcomes: TariffPayoffs | None = None
    added_rates: tuple[tuple[float, ...], ...] = ()
    total_rates: tuple[tuple[float, ...], ...] = ()

    def _outcomes(self) -> TariffPayoffs:
        if self.outcomes is None:
            raise InvalidInputError("made without outcomes", where="TariffGame.outcomes")
        return self.outcomes

    @property
    def without_jobs(self) -> NormalFormGame:
        """The same game with no weight on job losses."""
        payoffs = self._outcomes().without_jobs.T.reshape(self.payoffs.shape)
        return NormalFormGame(
            payoffs, self.players, self.actions, title=f"{self.title}, jobs not counted"
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the payoffs must know."""
        return self._outcomes().notes

    def to_frame(self) -> pd.DataFrame:
        """Return one row an action profile: payoffs with and without jobs, and their parts.

        Columns are (measure, player); payoffs in percent of GDP, lost exports in billion USD a
        year. ``frame.attrs["notes"]`` says what a reader must know.
        """
        import pandas as pd

        outcomes = self._outcomes()
        frame = pd.concat(
            {
                name: pd.DataFrame(value, columns=list(self.players))
                for name, value in outcomes.measures().items()
            },
            axis="columns",
        )
        frame.index = pd.MultiIndex.from_product(
            [in_order(labels, labels) for labels in self.actions], names=self.players
        )
        frame.attrs["notes"] = list(outcomes.notes)
        return frame


@takes
def tariff_game(
    economy: Economy,
    rates: Mapping[str, Any] | None = None,
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
) -> TariffGame:
    """Return the game in which each player picks a tariff from its grid.

    Parameters
    ----------
    economy
        Baseline flows, tariffs, GDP.
    rates
        By player, points added to its baseline tariffs on the others as fractions (1.45 adds 145
        points), ``"free_trade"``, which removes the baseline, or in general equilibrium a
        `negotiation.Measure` in any instrument, or a tuple of them, at
        baseline tariffs. A mapping from each rival to such a grid instead: one rate a pair, every
        combination an action. None: the embedded grids (`negotiation.data.tariffs.default_rates`).
    players
        Their order; None: that of ``rates``.
    model, horizon, elasticities, exporter_incidence, demand, objectives, exemptions, sectors
        As in :func:`tariff_payoffs`.
    trade_model, as_of
        As in :func:`tariff_payoffs`.

    Returns
    -------
    TariffGame
        Payoffs in percent of GDP; action labels show points added and the total.

    Raises
    ------
    InvalidInputError
        If a region is unknown, a grid is empty, or a rate is not finite or at or below -100 %.

    Examples
    --------
    >>> from negotiation.data.embedded import load_economy
    >>> game = tariff_game(load_economy(), {"USA": ["free_trade", 0, 1.45], "CHN": [0, 1.25]})
    >>> game.shape, game.actions[0]
    ((3, 2), ('free trade (0 %)', '0 (20.8 %)', '+145 (165.8 %)'))
    """
    grids = action_grids(default_rates(players) if rates is None else rates, players)
    profiles = list(product(*grids.values()))
    columns = {name: [profile[k] for profile in profiles] for k, name in enumerate(grids)}
    taxed = None if sectors is None else tuple(sectors)
    outcomes = tariff_payoffs(
        economy,
        columns,
        players=tuple(grids),
        model=model,
        horizon=horizon,
        elasticities=elasticities,
        exporter_incidence=exporter_incidence,
        demand=demand,
        objectives=objectives,
        exemptions=exemptions,
        sectors=taxed,
        trade_model=trade_model,
        as_of=as_of,
    )
    names, shape = tuple(grids), tuple(len(grid) for grid in grids.values())
    added = outcomes.added_rates.reshape(*shape, len(shape))
    baseline = baseline_averages(economy, names, taxed)
    labels, added_rates, total_rates = [], [], []
    for k, grid in enumerate(grids.values()):
        points = np.moveaxis(added[..., k], k, 0).reshape(len(grid), -1)[:, 0]
        totals = points + baseline[k]
        added_rates.append(tuple(float(point) for point in points))
        total_rates.append(tuple(float(total) for total in totals))
        labels.append(
            _labels(economy, names[k], list(zip(grid, points, totals, strict=True)), taxed)
        )
    return TariffGame(
        payoffs=outcomes.percent_of_gdp.T.reshape(len(shape), *shape),
        players=tuple(grids),
        actions=tuple(labels),
        title=outcomes.title,
        outcomes=outcomes,
        added_rates=tuple(added_rates),
        total_rates=tuple(total_rates),
    )


def _labels(
    economy: Economy,
    player: str,
    actions: Sequence[tuple[Any, float, float]],
    sectors: Sequence[str] | None,
) -> tuple[str, ...]:
    """How tables print actions, each given with the points that it adds and the mean total.

    Where two would be called the same, more digits tell them apart, or a number.
    """
    labels: list[str] = []
    for digits in (4, 8):
        labels = [_label(economy, player, *action, sectors, digits) for action in actions]
        if len(set(labels)) == len(labels):
            return tuple(labels)
    counts = [labels[: k + 1].count(label) for k, label in enumerate(labels)]
    return tuple(
        label if n == 1 else f"{label} #{n}" for label, n in zip(labels, counts, strict=True)
    )


def _label(
    economy: Economy,
    player: str,
    action: Any,
    points: float,
    total: float,
    sectors: Sequence[str] | None,
    digits: int,
) -> str:
    """How tables print an action, given the points that it adds and the mean total."""
    if isinstance(action, tuple):
        return measures_label(action)
    if not isinstance(action, Mapping):
        if points == 0.0 and action != FREE_TRADE and points_of(action) != 0.0:
            # Nothing is traded: no mean tells what was asked for.
            points = total = float(action)
        return action_label(points, total, free=action == FREE_TRADE, digits=digits)
    by_rival = []
    for rival, rate in action.items():
        base = float(baseline_averages(economy, (player, rival), sectors)[0])
        added = -base if rate == FREE_TRADE else rate
        label = action_label(added, base + added, free=rate == FREE_TRADE, digits=digits)
        by_rival.append(f"{rival} {label}")
    return ", ".join(by_rival)
