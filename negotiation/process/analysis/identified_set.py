"""Parameters that facts dated before the information date do not rule out.

A moment is a number that a process implies and an interval that the facts allow. The identified
set is every parameter value at which all moments lie in their intervals; it is described by the
points of a Sobol sequence that do (Sobol 1967). What holds at all of them is identified.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.data.tables import DateLike, as_date, load_table
from negotiation.errors import ConvergenceError, InvalidInputError, NonFiniteError
from negotiation.former_arguments import former_argument
from negotiation.payoffs.ensemble import PayoffModel
from negotiation.presentation import Presented
from negotiation.process.analysis.conclusions import Conclusion, conclusion_named
from negotiation.process.analysis.parameter_changes import parameter_spans, rebuilder
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.game.solution import GameSolution
from negotiation.process.game.solve import solve_games
from negotiation.process.multi_step.load import built_process
from negotiation.values import FloatArray, compact_repr, number, random_generator

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["IdentifiedSet", "Moment", "Seen", "dated_moments", "identified_set"]


@dataclass(frozen=True, eq=False)
class Seen:
    """A process as moments see it.

    Attributes
    ----------
    now
        Solution from the information date on.
    opening
        The game from the day the tariffs in force were put in force.
    """

    now: GameSolution
    opening: ProcessGame

    __repr__ = compact_repr

    @cached_property
    def from_opening(self) -> GameSolution:
        """Solution of ``opening``."""
        return solve_games([self.opening])[0]

    def over_by(self, days: float) -> float:
        """Probability, from the opening, that the stage now open is over by then."""
        return float(self.from_opening.stage_by(self.now.open_stage, days))


@dataclass(frozen=True)
class Moment:
    """A number implied by a process, and the interval the facts allow.

    Attributes
    ----------
    name
        What it is.
    measure
        Its value at a process.
    low, high
        The interval.
    known_on
        When the fact became known.
    """

    name: str
    measure: Callable[[Seen], float]
    low: float
    high: float
    known_on: date


@takes
def dated_moments(
    *,
    as_of: DateLike,
    start: DateLike,
    level: float = 0.05,
    within: float = 0.25,
    sides: tuple[str, str] | None = None,
) -> tuple[Moment, ...]:
    """Return the moments that the embedded facts give at a date.

    No concession by that date: its probability is at least ``level``. The life of the Phase One
    terms (14 February 2020 to 31 December 2021) is no surprise at that level under an exponential
    life of the mean assumed. Prices of prediction markets, in the days after the start, of a cut
    by a date lie within ``within`` of the probability; prices of an end of the tariffs, which
    implies a cut, are no more than ``within`` above it.

    Parameters
    ----------
    as_of
        Information date.
    start
        When the tariffs in force were put in force.
    level, within
        Tolerances, assumptions both.
    sides
        Whose tariffs on each other the prices are of; None: of any two regions.
    """
    day, begin = as_date(as_of), as_date(start, name="start")
    if day is None or begin is None or day < begin:
        raise InvalidInputError("no such dates", where="as_of", seen=(as_of, start))
    level = number(level, name="level", low=0.0, high=1.0)
    life = (date(2021, 12, 31) - date(2020, 2, 14)).days / 365.25

    def position_of_life(found: Seen) -> float:
        for entry in found.now.process.parameters:
            if entry.name == "terms_duration":
                return float(-np.expm1(-life / entry.value))
        return 0.5

    waited, half = float((day - begin).days), level / 2.0
    quiet, ended = f"no concession by {day}", date(2021, 12, 31)
    moments = [
        Moment(quiet, lambda found: 1.0 - found.over_by(waited), level, 1.0, day),
        Moment("life of the Phase One terms", position_of_life, half, 1.0 - half, ended),
    ]
    for row in load_table("forecasts", as_of=day):
        question, made, resolves = str(row["question"]), row["date"], row["resolve_by"]
        price, known = row["value"], row["known_on"]
        if not (isinstance(made, date) and isinstance(resolves, date) and isinstance(known, date)):
            continue
        if row["kind"] != "prediction market" or not 0 <= (made - begin).days <= 7:
            continue
        if row["change"] not in ("cut", "end") or not isinstance(price, float):
            continue
        if sides is not None and {row["imposer"], row["target"]} != set(sides):
            continue
        days = float((resolves - begin).days)
        share = price / 100.0
        moments.append(
            Moment(
                f"{row['forecaster']}: {question}",
                lambda found, days=days: found.over_by(days),  # type: ignore[misc]  # binds days now
                max(0.0, share - within),
                min(1.0, share + within) if row["change"] == "cut" else 1.0,
                known,
            )
        )
    return tuple(moments)


@dataclass(frozen=True, eq=False)
class IdentifiedSet(Presented):
    """Parameter values that the moments allow, and what can be concluded from them.

    Attributes
    ----------
    parameters
        Names.
    draws
        Values tried, ``[draw, parameter]``.
    moments
        Names of the moments.
    measured
        Their values ``[draw, moment]``, NaN where the process has no equilibrium.
    consistent
        Which draws are in the set.
    conclusions
        Statements.
    margins
        Margin of each ``[draw, conclusion]``; positive where it holds.
    elapsed_seconds
        Time spent; not compared.
    """

    parameters: tuple[str, ...]
    draws: FloatArray
    moments: tuple[str, ...]
    measured: FloatArray
    consistent: FloatArray
    conclusions: tuple[str, ...]
    margins: FloatArray
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a parameter: its smallest and largest value in the set."""
        import pandas as pd

        rows = [(name, *ends) for name, ends in self.intervals.items()]
        return pd.DataFrame(rows, columns=["parameter", "lowest", "highest"])

    def _heading(self) -> str:
        if not self.consistent.any():
            return f"empty set: none of {len(self.draws)} draws"
        held = "; ".join(f"{name} in {self.holds(name):.0%}" for name in self.conclusions)
        return f"set of {self.share:.0%} of {len(self.draws)} draws{': ' if held else ''}{held}"

    @property
    def share(self) -> float:
        """Share of the draws that the moments allow."""
        return float(self.consistent.mean())

    @property
    def intervals(self) -> Mapping[str, tuple[float, float]]:
        """Smallest and largest value of each parameter in the set; NaN where it is empty."""
        inside = self.draws[self.consistent > 0.0]
        if not len(inside):
            return dict.fromkeys(self.parameters, (float("nan"), float("nan")))
        return {
            name: (float(inside[:, k].min()), float(inside[:, k].max()))
            for k, name in enumerate(self.parameters)
        }

    def holds(self, conclusion: str) -> float:
        """Share of the set in which a conclusion holds; NaN where the set is empty."""
        values = self.margin_values(conclusion)
        return float(np.mean(values > 0.0)) if len(values) else float("nan")

    def margin_values(self, conclusion: str) -> FloatArray:
        """Margins of a conclusion over the set."""
        if conclusion not in self.conclusions:
            raise InvalidInputError(
                "not evaluated over this set",
                where="conclusion",
                seen=conclusion,
                allowed="; ".join(self.conclusions),
            )
        values = self.margins[self.consistent > 0.0, self.conclusions.index(conclusion)]
        return np.asarray(values[np.isfinite(values)])


@former_argument("seed", "rng")
@takes
def identified_set(
    process: ProcessGame,
    moments: Sequence[Moment],
    ranges: Sequence[str] | Mapping[str, tuple[float, float]],
    *,
    conclusions: Sequence[str | Conclusion] = (),
    draws: int = 128,
    rng: np.random.Generator | int = 20250502,
    model: str | PayoffModel = "equilibrium",
    rebuild: Callable[[Mapping[str, float]], ProcessGame] | None = None,
    opening: Callable[[Mapping[str, float]], ProcessGame] | None = None,
) -> IdentifiedSet:
    """Return the parameters that are consistent with moments, and conclusions over them.

    Parameters
    ----------
    process
        Whose other parameters stay as they are.
    moments
        See `Moment` and `dated_moments`. One that became known after the process's information
        date is refused.
    ranges
        As ``parameters`` of `negotiation.process.analysis.break_even.break_even`.
    conclusions
        Whose margins are kept.
    model
        Payoff model of the process, for what has been seen since the opening.
    rebuild
        As in `negotiation.process.analysis.break_even.break_even`.
    opening
        Builds the game from the day the tariffs in force were put in force; None: by the
        process's definition, or, where it records no parameters, as ``rebuild`` does. Needed
        beside ``rebuild`` where it records some.
    draws, rng
        Points of the Sobol sequence, and what scrambles it: a source of randomness or a seed.

    Raises
    ------
    InvalidInputError
        If a parameter or conclusion is unknown, a moment is too late, or ``opening`` is missing.
    """
    from scipy.stats import qmc

    started = perf_counter()
    late = [m.name for m in moments if process.as_of is not None and m.known_on > process.as_of]
    if late:
        raise InvalidInputError(
            "moments that were not known at the information date",
            where="moments",
            seen="; ".join(late),
            allowed=f"known on or before {process.as_of}",
        )
    spans = parameter_spans(process, ranges)
    statements = [conclusion_named(item, process.players) for item in conclusions]
    if not spans:
        raise InvalidInputError("no parameter", where="ranges", allowed="1 or more")
    if rebuild is not None and opening is None and process.parameters:
        raise InvalidInputError(
            "nothing says how play began",
            where="opening",
            seen="None beside rebuild",
            hint="Pass opening=, a function from parameter values to a game, such as lambda "
            "values: standoff.build(as_of=..., values=values, from_opening=True).game; where no "
            "moment looks at the opening, rebuild itself.",
        )
    build = rebuilder(process, rebuild)
    begin = opening or (_opening(process, model) if process.parameters else build)
    sampler = qmc.Sobol(len(spans), scramble=True, rng=random_generator(rng))
    unit = sampler.random_base2(max(0, int(np.ceil(np.log2(max(draws, 1))))))[:draws]
    values = np.stack([span.between(unit[:, k]) for k, span in enumerate(spans)], axis=1)
    measured = np.full((len(values), len(moments)), np.nan)
    margins = np.full((len(values), len(statements)), np.nan)
    for n, row in enumerate(values):
        try:
            drawn = {s.name: float(v) for s, v in zip(spans, row, strict=True)}
            now = solve_games([build(drawn)])[0]
            found = Seen(now, begin(drawn))
            measured[n] = [moment.measure(found) for moment in moments]
        except (ConvergenceError, NonFiniteError):
            continue
        margins[n] = [statement.margin(now) for statement in statements]
    low = np.array([moment.low for moment in moments])
    high = np.array([moment.high for moment in moments])
    with np.errstate(invalid="ignore"):
        inside = ((measured >= low) & (measured <= high)).all(axis=1)
    solved = np.isfinite(margins).any(axis=1) if statements else np.ones(len(values), dtype=bool)
    return IdentifiedSet(
        parameters=tuple(span.name for span in spans),
        draws=values,
        moments=tuple(moment.name for moment in moments),
        measured=measured,
        consistent=(inside & solved).astype(np.float64),
        conclusions=tuple(statement.name for statement in statements),
        margins=margins,
        elapsed_seconds=perf_counter() - started,
    )


def _opening(
    process: ProcessGame, model: str | PayoffModel
) -> Callable[[Mapping[str, float]], ProcessGame]:
    """Build the game from the day the tariffs in force were put in force, by its definition."""
    recorded = {entry.name: entry.value for entry in process.parameters}

    def built(values: Mapping[str, float]) -> ProcessGame:
        return built_process(
            as_of=process.as_of, values={**recorded, **values}, model=model, from_opening=True
        ).game

    return built
