"""Simulate paths of a solved process: who concedes in which stage and when.

A path is a list of events; each event ends a visit to a stage. A side with posterior b at the
opening has not conceded when its posterior reaches b' with probability b / b', so concession times
are drawn by inverting the path of its posterior.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.process.game.paths import GamePaths, simulate_game
from negotiation.process.game.solution import GameSolution
from negotiation.process.solve import ProcessSolution
from negotiation.process.stage import DAYS_IN
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.node_laws import node_laws
from negotiation.values import FloatArray, IntArray, float_array, float_vector, random_generator

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ProcessPaths", "simulate_process"]

BREAKDOWN = -1
NOTHING = -2
_DEAL, _OVER = -1, -2


@dataclass(frozen=True, eq=False)
class ProcessPaths(Presented):
    """Simulated paths, arrays ``[path, event]``.

    Attributes
    ----------
    process
        The process that was simulated.
    stage
        Number of the stage that the event ends; -1 after the last event of a path.
    time
        Time of the event in units of the clock; infinite for an impasse that never ends.
    outcome
        0 or 1: the side that conceded; -1: the stage broke down; -2: no event.
    history
        History with which the stage was entered.
    deal_time
        Time of the deal, ``[path]``; infinite where there is none.
    elapsed_seconds
        Time spent; not compared.
    """

    process: MultiStepProcess
    stage: IntArray
    time: FloatArray
    outcome: IntArray
    history: IntArray
    deal_time: FloatArray
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a path and event: stage, time, who conceded."""
        import pandas as pd

        path, event = np.nonzero(self.outcome > -2)
        found = {name: getattr(self, name)[path, event] for name in ("stage", "time", "outcome")}
        return pd.DataFrame({"path": path, **found})

    @property
    def deal_probability(self) -> float:
        """Share of the paths that reach a deal."""
        return float(np.isfinite(self.deal_time).mean())

    def deal_by(self, days: ArrayLike) -> FloatArray:
        """Share of the paths with a deal by a number of days."""
        times = self.process.in_time(float_vector(days, name="days"))
        ordered = np.sort(self.deal_time)
        share: FloatArray = np.searchsorted(ordered, times * (1 + 1e-15), side="right") / len(
            ordered
        )
        return share

    @cached_property
    def concessions(self) -> FloatArray:
        """Share of the visits to a stage that each side ends by conceding, ``[stage, side]``.

        Every visit counts, after a relapse too, as in `ProcessSolution.success`; not a number
        where there is none.
        """
        count = len(self.process.stages)
        out = np.full((count, 2), np.nan)
        for k in range(count):
            visit = self.stage == k
            if visit.any():
                out[k] = [float((self.outcome[visit] == c).mean()) for c in range(2)]
        return out

    def tariffs(self, days: ArrayLike, *, paths: slice = slice(None)) -> FloatArray:
        """Additional tariffs in force ``[path, day, side]``, as fractions.

        Needs the ``rates`` of every stage and ``rates_after`` of the process.
        """
        process = self.process
        in_force = [stage.rates for stage in process.stages] + [process.rates_after]
        rows = [values for values in in_force if values is not None]
        if len(rows) < len(in_force):
            raise InvalidInputError(
                "the process does not say which tariffs are in force",
                where="tariffs",
                hint="Give every stage its rates and the process its rates_after.",
            )
        shift = np.array(process.remembered, dtype=np.int64)
        level = np.concatenate([[0], np.cumsum(shift)])
        width = 1 << int(level[-1])
        table = np.stack([_spread(values, width) for values in rows])
        times = process.in_time(float_vector(days, name="days", low=0.0))
        stage, time = self.stage[paths], self.time[paths]
        outcome, history = self.outcome[paths], self.history[paths]
        targets = np.array(
            [m if s.relapse_to is None else s.relapse_to for m, s in enumerate(process.stages)]
        )
        rates = np.broadcast_to(table[0, 0], (len(stage), len(times), 2)).copy()
        for event in range(stage.shape[1]):
            k, c, h = stage[:, event], outcome[:, event], history[:, event]
            there = np.flatnonzero((k >= 0) & np.isfinite(time[:, event]))
            if not len(there):
                continue
            k, c, h = k[there], c[there], h[there]
            broke = c == BREAKDOWN
            following = np.where(broke, targets[k], k + 1)
            onward = np.where(
                broke, h >> (level[k] - level[targets[k]]), (h << shift[k]) + c * shift[k]
            )
            after = table[following, onward]
            late = times[None, :] >= time[there, event][:, None]
            rates[there] = np.where(late[:, :, None], after[:, None, :], rates[there])
        return rates

    def tariff_quantiles(
        self, days: ArrayLike, probabilities: ArrayLike, *, chunk: int = 16
    ) -> FloatArray:
        """Quantiles over paths of the tariffs in force, ``[probability, day, side]``."""
        asked = float_vector(days, name="days", low=0.0)
        levels = float_vector(probabilities, name="probabilities", low=0.0, high=1.0)
        parts = [
            np.quantile(self.tariffs(asked[n : n + chunk]), levels, axis=0, method="inverted_cdf")
            for n in range(0, len(asked), chunk)
        ]
        return np.concatenate(parts, axis=1)


def _spread(values: FloatArray, width: int) -> FloatArray:
    """Repeat one row for every history, or pad the rows of a stage."""
    if len(values) == 1:
        return np.broadcast_to(values, (width, 2))
    out = np.zeros((width, 2))
    out[: len(values)] = values
    return out


@overload
def simulate_process(
    solution: ProcessSolution,
    n: int = ...,
    *,
    rng: np.random.Generator | int,
    horizon_days: float | None = ...,
) -> ProcessPaths: ...
@overload
def simulate_process(
    solution: GameSolution,
    n: int = ...,
    *,
    rng: np.random.Generator | int,
    horizon_days: float | None = ...,
) -> GamePaths: ...
@takes
def simulate_process(
    solution: ProcessSolution | GameSolution,
    n: int = 10_000,
    *,
    rng: np.random.Generator | int,
    horizon_days: float | None = None,
) -> ProcessPaths | GamePaths:
    """Simulate a solved process.

    Parameters
    ----------
    solution
        From `solve_process`.
    n
        Number of paths.
    rng
        Source of randomness.
    horizon_days
        Paths are followed until this many days; None: to the end, or 20 years where breakdowns
        return to an earlier stage and for games.

    Returns
    -------
    ProcessPaths or GamePaths

    Examples
    --------
    >>> from negotiation.process.solve import solve_process
    >>> process = MultiStepProcess.from_payoffs(
    ...     flows=[[-0.05, -0.08]],
    ...     terms=[[[0.3, 0.6], [0.7, 0.4]]],
    ...     discount_rates=[0.05, 0.05],
    ...     stubbornness=[0.1, 0.1],
    ... )
    >>> solution = solve_process(process)
    >>> paths = simulate_process(solution, 20_000, rng=1)
    >>> bool(abs(paths.deal_probability - solution.deal_probability) < 0.01)
    True
    """
    if isinstance(solution, GameSolution):
        return simulate_game(solution, n, rng=rng, horizon_days=horizon_days)
    started = perf_counter()
    if int(n) < 1:
        raise InvalidInputError("no paths", where="n", seen=n, allowed="1 or more")
    process = solution.process
    if horizon_days is None:
        horizon = 20.0 * 365.25 / DAYS_IN[process.time_unit] if process.has_relapse else np.inf
    else:
        horizon = float(process.in_time(float_array(horizon_days, name="horizon_days", low=0.0)))
    generator = random_generator(rng)
    laws = node_laws(solution)
    # Where every path stands (-1 after a deal, -2 after another end) and when; columns of events.
    node, now = np.zeros(int(n), dtype=np.int64), np.zeros(int(n))
    rounds = []
    while len(active := np.flatnonzero((node >= 0) & (now <= horizon))):
        stage, time = np.full(int(n), -1), np.full(int(n), np.inf)
        outcome, history = np.full(int(n), NOTHING), np.zeros(int(n), dtype=np.int64)
        # A path takes one step a round, wherever that step leads it.
        standing = node[active]
        for number in np.unique(standing):
            law, members = laws[int(number)], active[standing == number]
            spent, ended = law.draw(len(members), generator)
            now[members] += spent
            stage[members], history[members] = law.stage, law.history
            time[members], outcome[members] = now[members], ended
            onward = np.array(
                [
                    *(child if child >= 0 else _DEAL for child in law.following),
                    _OVER,
                    law.back if law.back >= 0 else _OVER,
                ]
            )
            # A side that concedes, no event, a breakdown: 0, 1, -2, -1.
            node[members] = onward[ended]
        rounds.append((stage, time, outcome, history))
    stage, time, outcome, history = (np.stack(part, axis=1) for part in zip(*rounds, strict=True))
    return ProcessPaths(
        process=process,
        stage=stage,
        time=time,
        outcome=outcome,
        history=history,
        deal_time=np.where(node == _DEAL, now, np.inf),
        elapsed_seconds=perf_counter() - started,
    )
