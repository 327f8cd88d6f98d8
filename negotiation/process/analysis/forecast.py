"""Dated forecasts of a named process: over payoff models and draws, weighed by what was seen.

Parameters that nobody measured are drawn over their ranges, and each draw is solved under every
payoff model of the ensemble that explains what the sides ask for. A draw weighs as much as what has
been seen since the tariffs in force were put in force is likely under it: the probability that play
stands in the stage that is open at the information date. Public events may say more about a
side's audience cost: a draw whose cost is in the upper half of its range is called tough, and
an event of type k multiplies its weight by

    ell_k                              for an act,
    theta ell_k + (1 - theta)          for a claim, which says something only where it is true,

with theta the mean rate at which the side's earlier claims had proved true.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InvalidInputError
from negotiation.payoffs.ensemble import PAYOFF_MODELS, PayoffModel
from negotiation.presentation import Presented
from negotiation.process.analysis.parameter_changes import ParameterSpan, parameter_spans
from negotiation.process.batch import solve_processes
from negotiation.process.beliefs.events import DatedEvent, event_ratios, read_events
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.game.solution import GameSolution
from negotiation.process.multi_step.case_process import EnsembleMember
from negotiation.process.multi_step.load import built_process, process_ensemble
from negotiation.trade.economy import Economy
from negotiation.values import FloatArray, number, one_of, random_generator

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ProcessForecast", "forecast_process", "outlook"]

#: Processes solved in one batch: the memory that a forecast takes.
_BATCH = 64
#: Tariffs that differ by less are the same.
_EQUAL = 1e-9


@dataclass(frozen=True, eq=False)
class ProcessForecast(Presented):
    """Probabilities by date over payoff models and parameter draws.

    Attributes
    ----------
    as_of
        Information date on which everything is conditional: the stage open then has not ended.
    stage
        The open stage.
    players
        The sides.
    models
        Names of the payoff models that explain what the sides ask for.
    left_out
        Names of those that do not.
    model_weights
        Of ``models``; they add to 1.
    dates
        Dates of the probabilities.
    parameters, values
        Names of what is drawn, and the draws ``[draw, parameter]``; the first is the value that
        each parameter has, and weighs nothing unless it is the only one.
    middle
        Of the range of each parameter ``[parameter]``: a side whose audience cost is above it is
        called tough.
    seen
        Likelihood of what was seen ``[draw, model]``.
    cut, deal
        Probability that the open stage is over, and of a deal, ``[draw, model, date]``.
    lowered
        Probability that a side's added tariff has been below the one in force now, for whatever
        reason, ``[draw, model, date, side]``.
    concedes
        Share of each side among concessions that end the stage, ``[draw, model, side]``.
    after
        Added tariffs after each side's concession, ``[draw, model, conceder, side]``; NaN where
        it has nothing to concede.
    """

    as_of: date
    stage: str
    players: tuple[str, str]
    models: tuple[str, ...]
    left_out: tuple[str, ...]
    model_weights: FloatArray
    dates: tuple[date, ...]
    parameters: tuple[str, ...]
    values: FloatArray
    middle: FloatArray
    seen: FloatArray
    cut: FloatArray
    deal: FloatArray
    lowered: FloatArray
    concedes: FloatArray
    after: FloatArray

    @cached_property
    def weights(self) -> FloatArray:
        """Weight of each draw under each model ``[draw, model]``; they add to 1."""
        out = self.seen * self.model_weights
        if len(out) > 1:
            out = out.copy()
            out[0] = 0.0
        return np.asarray(out / out.sum())

    def read(self, ratios: Mapping[str, float]) -> ProcessForecast:
        """Return the forecast whose draws weigh as much as public events say as well.

        Parameters
        ----------
        ratios
            Likelihood ratio of types of events, tough against not; see the module.
        """
        weights = _event_weights(self, ratios, read_events(as_of=self.as_of))
        return replace(self, seen=self.seen * weights[:, None])

    @property
    def effective_draws(self) -> float:
        """``1 / sum of squared weights``."""
        return float(1.0 / np.sum(self.weights**2))

    def _place(self, day: DateLike) -> int:
        asked = as_date(day, name="day")
        if asked not in self.dates:
            raise InvalidInputError(
                "not one of the dates of the forecast",
                where="day",
                seen=str(asked),
                allowed=", ".join(map(str, self.dates)),
            )
        return self.dates.index(asked)

    def cut_by(self, day: DateLike) -> float:
        """Probability that the open stage is over by one of the dates."""
        return float(np.sum(self.weights * self.cut[:, :, self._place(day)]))

    def deal_by(self, day: DateLike) -> float:
        """Probability of a deal by one of the dates."""
        return float(np.sum(self.weights * self.deal[:, :, self._place(day)]))

    def lowered_by(self, day: DateLike, player: str) -> float:
        """Probability that a side's added tariff is lowered by one of the dates."""
        side = self.players.index(one_of(player, self.players, name="player"))
        return float(np.sum(self.weights * self.lowered[:, :, self._place(day), side]))

    def concedes_first(self) -> FloatArray:
        """Probability, given a concession, that each side makes it, ``[side]``."""
        return np.asarray(np.einsum("dm,dms->s", self.weights, self.concedes))

    def interval(self, day: DateLike, level: float = 0.9, *, of: str = "cut") -> FloatArray:
        """Ends of the central interval of a probability over draws and models."""
        level = number(level, name="level", low=0.0, high=1.0)
        values = {"cut": self.cut, "deal": self.deal}[of][:, :, self._place(day)].ravel()
        order = np.argsort(values)
        reached = np.cumsum(self.weights.ravel()[order])
        ends = np.array([(1.0 - level) / 2.0, (1.0 + level) / 2.0])
        places = np.clip(np.searchsorted(reached, ends), 0, len(values) - 1)
        return np.asarray(values[order][places])

    def to_frame(self, level: float = 0.9) -> pd.DataFrame:
        """One row a payoff model, then the ensemble: probabilities by date, who concedes.

        Every row is conditional on the same date. Columns ``low`` and ``high`` are the ends of
        the central interval of the ensemble's probability by each date.
        """
        import pandas as pd

        rows: list[dict[str, Any]] = []
        shares = self.weights.sum(axis=0)
        for m, name in enumerate(self.models):
            own = self.weights[:, m] / shares[m]
            row: dict[str, Any] = {"payoffs": name, "weight": float(shares[m])}
            for k, day in enumerate(self.dates):
                row[f"cut by {day}"] = float(own @ self.cut[:, m, k])
                row[f"deal by {day}"] = float(own @ self.deal[:, m, k])
            for i, player in enumerate(self.players):
                row[f"{player} concedes first"] = float(own @ self.concedes[:, m, i])
            rows.append(row)
        row = {"payoffs": "ensemble", "weight": 1.0}
        for day in self.dates:
            row[f"cut by {day}"], row[f"deal by {day}"] = self.cut_by(day), self.deal_by(day)
            low, high = self.interval(day, level)
            row[f"cut by {day}, low"], row[f"cut by {day}, high"] = low, high
        for i, player in enumerate(self.players):
            row[f"{player} concedes first"] = float(self.concedes_first()[i])
        return pd.DataFrame([*rows, row])


@takes
def forecast_process(
    name: str = "multi-step-2025",
    *,
    as_of: DateLike,
    dates: Sequence[DateLike],
    parameters: Sequence[str] | Mapping[str, tuple[float, float]] | None = None,
    draws: int = 64,
    rng: np.random.Generator | int = 20250502,
    models: tuple[PayoffModel, ...] = PAYOFF_MODELS,
    economy: Economy | None = None,
    values: Mapping[str, float] | None = None,
    ratios: Mapping[str, float] | None = None,
    weigh: bool = True,
    workers: int | None = 1,
    **options: Any,
) -> ProcessForecast:
    """Return dated probabilities over payoff models and parameter draws.

    Parameters
    ----------
    name, as_of, economy, values, options
        As in `negotiation.load_process`; the information date is needed.
    dates
        Dates of the probabilities, not before ``as_of``.
    parameters
        What is drawn, uniformly (in logarithms where a range spans a factor of ten); None: every
        recorded parameter with a range that is an assumption.
    draws
        Points of a scrambled Sobol sequence; 0: the parameters as they are.
    rng
        What scrambles it: a source of randomness or a seed.
    models
        Payoff models with their weights.
    ratios
        Likelihood ratio of types of events, tough against not; see the module. None: 1.
    weigh
        Whether draws weigh as much as what was seen is likely; otherwise all alike.
    workers
        As in `negotiation.solve_processes`.

    Raises
    ------
    InvalidInputError
        If there is no information date, a date is before it, or a parameter is unknown.

    Examples
    --------
    >>> found = forecast_process(as_of="2025-05-02", dates=["2025-05-31"], draws=0)
    >>> found.models
    ('equilibrium', 'equilibrium_one_year', 'partial_0', 'partial_25', 'partial_50')
    >>> 0.0 < found.cut_by("2025-05-31") < 1.0
    True
    """
    today = as_date(as_of, name="as_of")
    asked = [as_date(day, name="dates") for day in dates]
    if today is None or not asked or any(day is None or day < today for day in asked):
        raise InvalidInputError(
            "dates of a forecast are not before its information date",
            where="dates",
            seen=", ".join(map(str, dates)),
            allowed=f"on or after {today}",
        )
    days = tuple(day for day in asked if day is not None)
    members = process_ensemble(name, today, economy, models=models, values=values, **options)
    kept = [member for member in members if member.weight > 0.0]
    spans = _spans(kept[0], parameters)
    rows = _draws(spans, draws, rng)
    given = dict(values or {})
    shape = (len(rows), len(kept))
    seen = np.ones(shape)
    cut, deal = np.zeros((2, *shape, len(days)))
    lowered = np.zeros((*shape, len(days), 2))
    concedes = np.zeros((*shape, 2))
    after = np.full((*shape, 2, 2), np.nan)
    cells = [(d, m) for d in range(len(rows)) for m in range(len(kept))]
    for begin in range(0, len(cells), _BATCH):
        part = cells[begin : begin + _BATCH]
        built = []
        for d, m in part:
            drawn = {s.name: float(v) for s, v in zip(spans, rows[d], strict=True)}
            for opening in (False, True):
                built.append(
                    built_process(
                        name,
                        today,
                        economy,
                        values={**given, **drawn},
                        model=kept[m].model,
                        from_opening=opening,
                        **options,
                    )
                )
        games = [item.game for item in built]
        solved: Sequence[GameSolution] = solve_processes(games, workers=workers)
        for k, (d, m) in enumerate(part):
            now, opening_solution = solved[2 * k], solved[2 * k + 1]
            ahead = np.array([(day - today).days for day in days], dtype=np.float64)
            cut[d, m], deal[d, m] = now.cut_by(ahead), now.deal_by(ahead)
            rates, in_force = built[2 * k].rates, np.array(built[2 * k].plan.in_force)
            for side in range(2):
                below = rates[:, side] < in_force[side] - _EQUAL
                lowered[d, m, :, side] = now.reaches(below, ahead)
            after[d, m] = _after_concessions(now, rates)
            concedes[d, m] = np.nan_to_num(now.concedes(now.open_stage), nan=0.5)
            seen[d, m] = _likelihood(opening_solution, now.open_stage, today) if weigh else 1.0
    game = kept[0].built.game
    weights = np.array([member.weight for member in kept])
    found = ProcessForecast(
        as_of=today,
        stage=game.nodes[int(game.start_node)].stage,
        players=game.players,
        models=tuple(member.model.name for member in kept),
        left_out=tuple(member.model.name for member in members if member.weight == 0.0),
        model_weights=weights / weights.sum(),
        dates=days,
        parameters=tuple(span.name for span in spans),
        values=rows,
        middle=np.array([float(span.between(np.array([0.5]))[0]) for span in spans]),
        seen=seen,
        cut=cut,
        deal=deal,
        lowered=lowered,
        concedes=concedes,
        after=after,
    )
    return found.read(ratios) if ratios else found


def _spans(
    member: EnsembleMember, parameters: Sequence[str] | Mapping[str, tuple[float, float]] | None
) -> tuple[ParameterSpan, ...]:
    game = member.built.game
    if parameters is None:
        parameters = [
            entry.name
            for entry in game.parameters
            if entry.low < entry.high and entry.status == "assumption"
        ]
    return parameter_spans(game, parameters)


def _draws(
    spans: Sequence[ParameterSpan], draws: int, rng: np.random.Generator | int
) -> FloatArray:
    """Parameter values ``[draw, parameter]``; the first row is the values as they are."""
    from scipy.stats import qmc

    count = int(number(draws, name="draws", low=0.0))
    central = np.array([[span.value for span in spans]])
    if count == 0 or not spans:
        return central
    sampler = qmc.Sobol(len(spans), scramble=True, rng=random_generator(rng))
    unit = sampler.random_base2(int(np.ceil(np.log2(count))))[:count]
    drawn = np.stack([span.between(unit[:, k]) for k, span in enumerate(spans)], axis=1)
    return np.concatenate([central, drawn])


def _after_concessions(solution: GameSolution, rates: FloatArray) -> FloatArray:
    """Added tariffs ``[conceder, side]`` after a concession in the open stage."""
    game, out = solution.process, np.full((2, 2), np.nan)
    for node in game.nodes:
        for action in node.actions:
            if action.kind == "concede" and node.stage == solution.open_stage:
                out[action.side] = rates[int(action.to)]  # type: ignore[arg-type]  # numbers now
    return out


def _likelihood(opening: GameSolution, stage: str, today: date) -> float:
    """Probability that play stands in the open stage at the information date."""
    game = opening.process
    chances = opening.node_probabilities(today)[0]
    return float(
        sum(p for p, node in zip(chances, game.nodes, strict=False) if node.stage == stage)
    )


def _event_weights(
    forecast: ProcessForecast, ratios: Mapping[str, float], events: Sequence[DatedEvent]
) -> FloatArray:
    """Weights of draws ``[draw]`` by what events say about who is tough."""
    out = np.ones(len(forecast.values))
    for player in forecast.players:
        column = f"audience_cost_{player.lower()}"
        if column in forecast.parameters:
            k = forecast.parameters.index(column)
            ratio = float(np.prod([item for _, item in event_ratios(events, player, ratios)]))
            out = np.where(forecast.values[:, k] > forecast.middle[k], ratio * out, out)
    return out


@takes
def outlook(process: ProcessGame, **options: Any) -> GameSolution:
    """Return the solution of a process: use `negotiation.solve_process`, which it calls.

    A process loaded at an information date starts there; `GameSolution.cut_by` and
    `GameSolution.deal_by` count from that date. Goes in version 0.3.
    """
    warnings.warn(
        "outlook goes in version 0.3: use solve_process, or forecast_process over draws and "
        "payoff models",
        DeprecationWarning,
        stacklevel=2,
    )
    if options:
        raise InvalidInputError(
            "options that outlook has no more",
            where="outlook",
            seen=", ".join(options),
            allowed="none",
            hint="Give the information date to load_process(as_of=...).",
        )
    solved: GameSolution = solve_processes([process])[0]
    return solved
