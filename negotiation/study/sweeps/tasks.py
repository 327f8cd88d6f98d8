"""What a sweep computes: rows of the design on any executor, part by part."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from negotiation.errors import InvalidInputError, NegotiationError
from negotiation.study.functions import function_named, modules_of
from negotiation.study.provenance import own_source_hash
from negotiation.study.sweeps.folder import Columns, PartsFolder
from negotiation.study.sweeps.specification import Sweep
from negotiation.values import decoding

__all__ = ["SweepProgress", "SweepTasks", "evaluate_rows"]


@dataclass(frozen=True)
class SweepProgress:
    """How far a sweep is: rows done and asked for, rows a second, seconds left."""

    done: int
    total: int
    rows_per_second: float
    seconds_left: float


def evaluate_rows(
    sweep: tuple[str, Path | None, Mapping[str, Any], int, str], start: int, rows: Columns
) -> Columns:
    """Outputs of the rows of a design from one on; the same however the design is cut."""
    evaluate, folder, fixed, seed, code = sweep
    count = len(next(iter(rows.values())))
    generators = tuple(
        np.random.default_rng(np.random.SeedSequence([seed, start + n])) for n in range(count)
    )
    function = function_named(evaluate, folder)
    if own_code(function, evaluate, folder) != code:
        raise InvalidInputError(
            "the code was changed while the sweep ran",
            where=evaluate,
            hint="Run it again, into an empty folder.",
        )
    outputs = function(rows, fixed, generators)
    if not isinstance(outputs, Mapping):
        raise InvalidInputError(
            "not a mapping from outputs to their values",
            where=evaluate,
            seen=type(outputs).__name__,
            allowed='{"output": one number a row, ...}',
        )
    for name, values in outputs.items():
        if np.shape(values) != (count,):
            raise InvalidInputError(
                "an output must have one value a row",
                where=f"{evaluate}, output {name}",
                seen=np.shape(values),
                allowed=f"({count},)",
            )
        if name in rows:
            raise InvalidInputError("an output has the name of a parameter", where=name)
    found = {}
    for name, values in outputs.items():
        with decoding(f"{evaluate}, output {name}"):
            found[name] = np.asarray(values, dtype=np.float64)
    return found


def own_code(function: Callable[..., Any], evaluate: str, folder: Path | None) -> str:
    """Hash of the user's files that a function needs."""
    return own_source_hash(modules_of(function, evaluate), folder)


class SweepTasks:
    """One call of `run_sweep`: which parts there are, and how fast more come."""

    sweep: Sweep
    rows: Columns
    progress: Callable[[SweepProgress], None] | None
    total: int
    chunks: int
    computed: int
    known: int
    started: float

    def __init__(
        self, sweep: Sweep, rows: Columns, progress: Callable[[SweepProgress], None] | None
    ) -> None:
        self.sweep, self.rows, self.progress = sweep, rows, progress
        self.total = len(next(iter(rows.values())))
        self.chunks = -(-self.total // sweep.chunk)
        self.parts: PartsFolder | None = None
        self.done: dict[int, Columns] = {}
        self.computed, self.known = 0, 0
        self.started = time.perf_counter()

    def cut(self, index: int) -> Columns:
        """Rows of one part."""
        start = index * self.sweep.chunk
        return {
            name: values[start : start + self.sweep.chunk] for name, values in self.rows.items()
        }

    def size(self, index: int) -> int:
        """Number of rows of one part."""
        return min(self.sweep.chunk, self.total - index * self.sweep.chunk)

    def resume(self, parts: PartsFolder) -> None:
        """Take the parts that a folder already holds."""
        self.parts = parts
        for index in range(self.chunks):
            if parts.has(index):
                self.done[index] = parts.read(index, self.cut(index))
        self.known = sum(map(self.size, self.done))

    def report(self) -> None:
        """Say how far the sweep is."""
        if self.progress is None:
            return
        rate = self.computed / max(time.perf_counter() - self.started, 1e-9)
        left = self.total - self.known
        seconds = left / rate if rate > 0.0 else float("inf") if left else 0.0
        self.progress(SweepProgress(self.known, self.total, rate, seconds))

    def keep(self, index: int, outputs: Columns) -> None:
        """Take a part that has been computed, to disk where there is a folder."""
        if self.parts is not None:
            self.parts.write(index, {**self.cut(index), **outputs})
        self.done[index] = outputs
        self.computed += self.size(index)
        self.known += self.size(index)
        self.report()

    def finish(self, executor: Executor | None, in_flight: int) -> None:
        """Compute the parts that are missing."""
        missing = [index for index in range(self.chunks) if index not in self.done]
        given = self.sweep
        code = own_code(given.function, given.evaluate, given.folder)
        sweep = (given.evaluate, given.folder, dict(given.fixed), given.seed, code)
        self.report()
        if executor is None:
            for index in missing:
                start = index * self.sweep.chunk
                self.keep(index, evaluate_rows(sweep, start, self.cut(index)))
            return
        running: dict[Future[Columns], int] = {}
        waiting = iter(missing)
        try:
            while True:
                for index in waiting:
                    start = index * self.sweep.chunk
                    task = executor.submit(evaluate_rows, sweep, start, self.cut(index))
                    running[task] = index
                    if len(running) >= in_flight:
                        break
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    self.keep(running.pop(future), future.result())
        except NegotiationError:
            raise
        except Exception as error:
            raise NegotiationError(
                f"the executor failed after {self.computed} of "
                f"{sum(map(self.size, missing))} rows: {error!r}. "
                "Finished parts are kept: run the sweep again to go on from there"
            ) from error
        finally:
            for future in running:
                future.cancel()

    def outputs(self) -> Columns:
        """All rows in the order of the design; NaN where a part lacks an output."""
        names = list(dict.fromkeys(name for k in range(self.chunks) for name in self.done[k]))
        return {
            name: np.concatenate(
                [self.done[k].get(name, np.full(self.size(k), np.nan)) for k in range(self.chunks)]
            )
            for name in names
        }
