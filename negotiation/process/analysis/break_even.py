"""What would have to change for a conclusion to be reversed, and what the facts leave open.

A parameter moves over its range [low, high]; a change is scaled by the length of the range, taken
in logarithms where the range spans a factor of ten. The break-even of a conclusion is the smallest
scaled change that reverses it, found by stepping outward on a grid and bisecting the first step
with a reversal; a reversal and its undoing within one step of the grid are not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import NegotiationError, NonFiniteError
from negotiation.presentation import Presented
from negotiation.process.analysis.conclusions import Conclusion, conclusion_named
from negotiation.process.analysis.parameter_changes import ParameterSpan, parameter_spans, rebuilder
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.game.solution import GameSolution
from negotiation.process.game.solve import solve_games
from negotiation.values import FloatArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BreakEven", "BreakEvens", "break_even"]


@dataclass(frozen=True, eq=False)
class BreakEven:
    """The smallest change found that reverses a conclusion.

    Attributes
    ----------
    parameters
        Names of what changes.
    start, values
        Values before, and at the reversal (just beyond it).
    last_held
        Values just short of the reversal.
    distance
        Length of the scaled change; infinite where nothing in the range reverses the conclusion.
    margin_before, margin_after
        Margin of the conclusion on both sides, of opposite sign.
    before, after
        What the process says on both sides; None where there is no reversal.
    """

    parameters: tuple[str, ...]
    start: tuple[float, ...]
    values: tuple[float, ...]
    last_held: tuple[float, ...]
    distance: float
    margin_before: float
    margin_after: float
    before: GameSolution | None = None
    after: GameSolution | None = None

    @property
    def reverses(self) -> bool:
        """Whether a reversal was found."""
        return bool(np.isfinite(self.distance))


@dataclass(frozen=True, eq=False)
class BreakEvens(Presented):
    """Break-evens of one conclusion.

    Attributes
    ----------
    conclusion
        The statement.
    holds, margin
        Whether it holds at the start, and by how much.
    single
        One entry a parameter, in the order of the smallest change.
    joint
        All parameters together: the shortest scaled change found by a local search.
    evaluations
        Processes solved.
    elapsed_seconds
        Time spent; not compared.
    """

    conclusion: str
    holds: bool
    margin: float
    single: tuple[BreakEven, ...]
    joint: BreakEven | None
    evaluations: int
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a parameter: value, value that reverses the conclusion, distance."""
        import pandas as pd

        rows = [
            (item.parameters[0], item.start[0], item.values[0], item.distance)
            for item in self.single
        ]
        return pd.DataFrame(rows, columns=["parameter", "value", "reverses_at", "distance"])

    def _heading(self) -> str:
        return f"{self.conclusion}: {'holds' if self.holds else 'fails'}, {self.verdict}"

    @property
    def nearest(self) -> BreakEven | None:
        """The parameter whose change reverses the conclusion first; None if none does."""
        return self.single[0] if self.single and self.single[0].reverses else None

    @property
    def verdict(self) -> str:
        """``survives``, or ``flips at`` with the nearest single parameter or the joint change."""
        if self.nearest is not None:
            return f"flips at {self.nearest.parameters[0]} = {self.nearest.values[0]:.3g}"
        if self.joint is not None and self.joint.reverses:
            return "flips jointly"
        return "survives"


@dataclass
class Margins:
    """Margin of a conclusion over scaled changes of parameters, counting what it solves."""

    process: ProcessGame
    conclusion: Conclusion
    spans: tuple[ParameterSpan, ...]
    build: Callable[[Mapping[str, float]], ProcessGame]
    count: int = 0

    def look(self, values: Mapping[str, float]) -> GameSolution:
        """Return the solution at parameter values."""
        self.count += 1
        return solve_games([self.build(values) if values else self.process])[0]

    def __call__(self, change: FloatArray) -> float:
        """Return the margin; a process without equilibrium is no reversal: NaN."""
        values = self.values(change)
        try:
            return self.conclusion.margin(self.look(values))
        except NegotiationError:
            return float("nan")

    def at_start(self) -> float:
        """Return the margin where the search starts, where there must be one."""
        margin = self.conclusion.margin(self.look({}))
        if not np.isfinite(margin):
            raise NonFiniteError(
                "the conclusion has no margin at the values of the process",
                where=f"conclusion {self.conclusion.name!r}",
            )
        return float(margin)

    def reverse(self, margin: float, holds: bool) -> bool:
        """Whether a margin says that the conclusion holds where it did not, or the other way."""
        return bool(np.isfinite(margin)) and (margin > 0.0) != holds

    def values(self, change: FloatArray) -> dict[str, float]:
        """Return parameter values after a scaled change."""
        return {
            span.name: span.at(float(d)) for span, d in zip(self.spans, change, strict=True) if d
        }


@takes
def break_even(
    process: ProcessGame,
    conclusion: str | Conclusion,
    parameters: Sequence[str] | Mapping[str, tuple[float, float]],
    *,
    joint: bool = True,
    steps: int = 8,
    tol: float = 1e-4,
    rounds: int = 4,
    rebuild: Callable[[Mapping[str, float]], ProcessGame] | None = None,
) -> BreakEvens:
    """Return the smallest changes of parameters that reverse a conclusion.

    Parameters
    ----------
    process
        Where the search starts.
    conclusion
        See `negotiation.process.analysis.conclusions.conclusion_named`.
    parameters
        See `parameter_spans`.
    joint
        Whether all parameters are moved together too.
    steps
        Of the grid between the value and each end of its range.
    tol
        Width of the bracket around a reversal, as a scaled change.
    rounds
        Gradient steps of the joint search.
    rebuild
        Builds the process at parameter values; None uses its definition or its fields.

    Returns
    -------
    BreakEvens

    Raises
    ------
    InvalidInputError
        If a conclusion or parameter is unknown, or the process cannot be built again.

    Examples
    --------
    >>> from negotiation.process.game.nodes import Action, Node
    >>> acts = Action(0, [0.0, 0.2], 0.3), Action(1, [0.1, 0.05], 0.3)
    >>> process = ProcessGame(
    ...     (Node("standoff", [-0.6, -1.07], acts),),
    ...     discount_rates=[0.05, 0.05],
    ...     shock_scales=[0.2, 0.2],
    ...     players=("A", "B"),
    ... )
    >>> found = break_even(process, "B concedes first", {"flow_A": (-3.0, 0.0)}, joint=False)
    >>> found.verdict
    'flips at flow_A = -0.994'
    """
    started = perf_counter()
    statement = conclusion_named(conclusion, process.players)
    spans = parameter_spans(process, parameters)
    margins = Margins(process, statement, spans, rebuilder(process, rebuild))
    margin = margins.at_start()
    holds = margin > 0.0
    singles = []
    for k in range(len(spans)):
        direction = np.zeros(len(spans))
        direction[k] = 1.0
        ends = [spans[k].change_to(spans[k].low), spans[k].change_to(spans[k].high)]
        found = [
            _first_reversal(margins, np.sign(end) * direction, abs(end), holds, steps, tol)
            for end in ends
            if end != 0.0
        ]
        singles.append(_result(margins, [spans[k]], found, k))
    singles.sort(key=lambda item: item.distance)
    together = _joint(margins, singles, holds, tol, rounds) if joint and len(spans) > 1 else None
    return BreakEvens(
        conclusion=statement.name,
        holds=holds,
        margin=margin,
        single=tuple(singles),
        joint=together,
        evaluations=margins.count,
        elapsed_seconds=perf_counter() - started,
    )


def _first_reversal(
    margins: Margins, direction: FloatArray, length: float, holds: bool, steps: int, tol: float
) -> tuple[FloatArray, FloatArray] | None:
    """Changes just short of and just beyond the first reversal along a direction."""
    low = 0.0
    for t in np.linspace(0.0, length, steps + 1)[1:]:
        if margins.reverse(margins(t * direction), holds):
            high = float(t)
            while high - low > tol:
                middle = 0.5 * (low + high)
                if margins.reverse(margins(middle * direction), holds):
                    high = middle
                else:
                    low = middle
            return low * direction, high * direction
        low = float(t)
    return None


def _result(
    margins: Margins,
    spans: Sequence[ParameterSpan],
    found: Sequence[tuple[FloatArray, FloatArray] | None],
    only: int | None = None,
) -> BreakEven:
    """The nearest of the reversals found, with what the process says on both sides."""
    hits = [pair for pair in found if pair is not None]
    names = tuple(span.name for span in spans)
    start = tuple(span.value for span in spans)
    if not hits:
        none = tuple(float("nan") for _ in spans)
        return BreakEven(names, start, none, none, float("inf"), float("nan"), float("nan"))
    short, beyond = min(hits, key=lambda pair: float(np.linalg.norm(pair[1])))
    chosen = range(len(margins.spans)) if only is None else [only]
    before, after = margins.look(margins.values(short)), margins.look(margins.values(beyond))
    return BreakEven(
        parameters=names,
        start=start,
        values=tuple(margins.spans[k].at(float(beyond[k])) for k in chosen),
        last_held=tuple(margins.spans[k].at(float(short[k])) for k in chosen),
        distance=float(np.linalg.norm(beyond)),
        margin_before=margins.conclusion.margin(before),
        margin_after=margins.conclusion.margin(after),
        before=before,
        after=after,
    )


def _joint(
    margins: Margins, singles: Sequence[BreakEven], holds: bool, tol: float, rounds: int
) -> BreakEven:
    """Shortest reversal found by stepping to the linearised boundary (Hasofer and Lind 1974)."""
    spans = margins.spans
    low = np.array([span.change_to(span.low) for span in spans])
    high = np.array([span.change_to(span.high) for span in spans])
    found: list[tuple[FloatArray, FloatArray] | None] = []
    for item in singles:
        if item.reverses:
            k = [span.name for span in spans].index(item.parameters[0])
            axis = np.eye(len(spans))[k]
            ends = (item.last_held[0], item.values[0])
            short, beyond = (spans[k].change_to(value) * axis for value in ends)
            found.append((short, beyond))
            break
    point = np.zeros(len(spans))
    for _ in range(rounds):
        here = margins(point)
        slope = np.zeros(len(spans))
        for k in range(len(spans)):
            moved = point.copy()
            step = 0.02 if point[k] + 0.02 <= high[k] else -0.02
            moved[k] += step
            slope[k] = (margins(moved) - here) / step
        slope = np.nan_to_num(slope)
        # A bracket's width beyond the boundary, so that the ray to it ends on the other side.
        further = (-1.0 if holds else 1.0) * tol * float(np.linalg.norm(slope))
        beyond = float(slope @ point) - here + further
        aim = _nearest_in_box(slope, beyond, low, high)
        length = float(np.linalg.norm(aim))
        if length == 0.0:
            # No slope, or no solution to take it from.
            break
        direction = aim / length
        room = np.divide(
            np.where(direction > 0, high, low),
            direction,
            out=np.full(len(spans), np.inf),
            where=direction != 0.0,
        )
        reach = float(min(room.min(), 2.0 * length + 0.1))
        pair = _first_reversal(margins, direction, reach, holds, 6, tol)
        found.append(pair)
        nearer = pair[1] if pair is not None else reach * direction
        if np.linalg.norm(nearer - point) < 10 * tol:
            break
        point = nearer
    return _result(margins, spans, found)


def _nearest_in_box(
    slope: FloatArray, level: float, low: FloatArray, high: FloatArray
) -> FloatArray:
    """Shortest change with ``slope @ change = level`` inside the ranges, or as near as they go.

    What would leave its range stays at its end, and the others make up for it.
    """
    change = np.zeros_like(slope)
    free = slope != 0.0
    while free.any():
        left = level - slope[~free] @ change[~free]
        change[free] = slope[free] * left / (slope[free] @ slope[free])
        outside = free & ((change < low) | (change > high))
        if not outside.any():
            break
        change[outside] = np.clip(change, low, high)[outside]
        free &= ~outside
    return change
