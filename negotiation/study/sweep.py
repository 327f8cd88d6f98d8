"""Sweeps: many parameter values, any executor, resumable after a kill."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import time
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from negotiation.errors import DataError, InvalidInputError, NegotiationError
from negotiation.study.design import DESIGNS, ParameterRange, design_rows
from negotiation.study.store import write_json
from negotiation.values import FloatArray, one_of

__all__ = ["Sweep", "SweepProgress", "SweepResult", "load_sweep", "run_sweep"]

Columns: TypeAlias = dict[str, FloatArray]


@dataclass(frozen=True)
class Sweep:
    """A sweep as data.

    Attributes
    ----------
    name
        Short name.
    evaluate
        ``package.module:function``; called as ``function(columns, fixed, rng)`` with one array a
        parameter, it returns one array an output, of the same length.
    ranges
        Swept parameters.
    fixed
        Everything else that the function needs.
    design, size, seed
        See `negotiation.study.design.design_rows`.
    chunk
        Rows a task. Results do not depend on it as long as the function uses ``rng`` for nothing
        that crosses rows.
    store
        "npz" or "parquet" (needs the extra ``cluster``).
    """

    name: str
    evaluate: str
    ranges: Mapping[str, ParameterRange]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    design: str = "sobol"
    size: int = 1024
    seed: int = 20250502
    chunk: int = 64
    store: str = "npz"

    def __post_init__(self) -> None:
        """Check choices and that the function exists."""
        one_of(self.design, DESIGNS, name="design")
        one_of(self.store, ("npz", "parquet"), name="store")
        if self.chunk < 1:
            raise InvalidInputError("no rows a task", where="chunk", seen=self.chunk)
        _function(self.evaluate)

    def rows(self) -> Columns:
        """Return the design."""
        return design_rows(self.ranges, design=self.design, size=self.size, seed=self.seed)

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides the results."""
        content = asdict(self)
        content["ranges"] = {key: asdict(item) for key, item in self.ranges.items()}
        content["fixed"] = dict(self.fixed)
        text = json.dumps(content, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class SweepProgress:
    """How far a sweep is: rows done and asked for, rows a second, seconds left."""

    done: int
    total: int
    rows_per_second: float
    seconds_left: float


@dataclass(frozen=True)
class SweepResult:
    """All rows of a sweep, in the order of the design.

    Attributes
    ----------
    parameters
        One array a swept parameter.
    outputs
        One array an output.
    folder
        Where parts and manifest stand, or None for a sweep in memory.
    computed
        Rows computed by this call; the others were found on disk.
    """

    parameters: Columns
    outputs: Columns
    folder: Path | None
    computed: int = field(compare=False)

    def to_frame(self) -> Any:
        """Return parameters and outputs as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame({**self.parameters, **self.outputs})


def _function(path: str) -> Callable[[Columns, Mapping[str, Any], np.random.Generator], Columns]:
    module, _, name = path.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidInputError(
            "no such function", where="evaluate", seen=path, allowed="package.module:function"
        ) from error
    return found  # type: ignore[no-any-return]  # an imported name has no static type


def load_sweep(path: str | Path) -> Sweep:
    """Read a sweep from TOML: the fields of `Sweep`, with a table a swept parameter."""
    path = Path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InvalidInputError(f"cannot be read: {error}", where=str(path)) from error
    mistakes: list[str] = []
    known = set(Sweep.__dataclass_fields__)
    mistakes += [f"{key}: no such key" for key in content if key not in known]
    mistakes += [f"{key}: missing" for key in ("name", "evaluate", "ranges") if key not in content]
    ranges = {}
    for name, item in dict(content.get("ranges", {})).items():
        try:
            ranges[name] = ParameterRange(**item)
        except (InvalidInputError, TypeError) as error:
            mistakes.append(f"ranges.{name}: {error}")
    if not mistakes:
        try:
            return Sweep(**{**content, "ranges": ranges})
        except InvalidInputError as error:
            mistakes.append(str(error))
    listed = "".join(f"\n  {k}. {line}" for k, line in enumerate(mistakes, start=1))
    raise InvalidInputError(f"{len(mistakes)} mistakes in the sweep:{listed}", where=path.name)


def _evaluate_chunk(sweep: Sweep, index: int) -> Columns:
    """Rows of one chunk; depends on the sweep and the index alone."""
    rows = sweep.rows()
    start = index * sweep.chunk
    columns = {name: values[start : start + sweep.chunk] for name, values in rows.items()}
    count = len(next(iter(columns.values())))
    rng = np.random.default_rng(np.random.SeedSequence([sweep.seed, index]))
    outputs = _function(sweep.evaluate)(columns, sweep.fixed, rng)
    for name, values in outputs.items():
        if np.shape(values) != (count,):
            raise InvalidInputError(
                "an output must have one value a row",
                where=f"{sweep.evaluate}, output {name}",
                seen=np.shape(values),
                allowed=f"({count},)",
            )
    return {name: np.asarray(values, dtype=np.float64) for name, values in outputs.items()}


def _write_part(path: Path, fingerprint: str, outputs: Columns) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.table({name: pa.array(values) for name, values in outputs.items()})
        pq.write_table(table.replace_schema_metadata({"fingerprint": fingerprint}), temporary)
    else:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo("fingerprint.txt"), fingerprint)
            for name, values in outputs.items():
                with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as out:
                    np.lib.format.write_array(out, values, allow_pickle=False)
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(temporary, path)


def _read_part(path: Path, fingerprint: str) -> Columns:
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            table = pq.read_table(path)
            seen = (table.schema.metadata or {}).get(b"fingerprint", b"").decode()
            columns = {name: table[name].to_numpy() for name in table.column_names}
        else:
            with zipfile.ZipFile(path) as archive:
                seen = archive.read("fingerprint.txt").decode()
            with np.load(path, allow_pickle=False) as stored:
                columns = {name: stored[name] for name in stored.files if name != "fingerprint.txt"}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(
            f"a part cannot be read: {error}", where=str(path), hint="Delete it and run again."
        ) from error
    if seen != fingerprint:
        raise DataError(
            "a part of another sweep stands in this folder",
            where=str(path),
            hint="Choose an empty folder, or delete the old results.",
        )
    return columns


def run_sweep(
    study: Sweep | str | Path,
    executor: Executor | None = None,
    *,
    folder: str | Path | None = None,
    progress: Callable[[SweepProgress], None] | None = None,
    in_flight: int = 16,
) -> SweepResult:
    """Run a sweep, or finish one that was interrupted.

    Parameters
    ----------
    study
        A `Sweep`, or the path of its TOML file.
    executor
        Anything with the interface of ``concurrent.futures``: a process pool, or the executor of
        a dask.distributed client. By default rows are computed in this process.
    folder
        Where parts are kept; parts found there are not computed again. None keeps all in memory.
    progress
        Called after each part.
    in_flight
        Tasks submitted and not yet finished, at most.

    Returns
    -------
    SweepResult
        The same whatever the executor, the number of workers and the number of restarts.

    Raises
    ------
    NegotiationError
        If the executor breaks; finished parts stay on disk.
    """
    sweep = study if isinstance(study, Sweep) else load_sweep(study)
    rows = sweep.rows()
    total = len(next(iter(rows.values())))
    chunks = -(-total // sweep.chunk)
    target = None if folder is None else Path(folder)
    done: dict[int, Columns] = {}
    if target is not None:
        target.mkdir(parents=True, exist_ok=True)
        for leftover in target.glob(".part-*.part"):
            leftover.unlink()
        for index in range(chunks):
            path = target / f"part-{index:06d}.{sweep.store}"
            if path.exists():
                done[index] = _read_part(path, sweep.fingerprint)
    missing = [index for index in range(chunks) if index not in done]
    started = time.perf_counter()

    def keep(index: int, outputs: Columns, finished: int) -> None:
        if target is not None:
            path = target / f"part-{index:06d}.{sweep.store}"
            _write_part(path, sweep.fingerprint, outputs)
        done[index] = outputs
        if progress is not None:
            computed = min(finished * sweep.chunk, total)
            rate = computed / max(time.perf_counter() - started, 1e-9)
            known = min(len(done) * sweep.chunk, total)
            progress(SweepProgress(known, total, rate, (total - known) / max(rate, 1e-9)))

    if executor is None:
        for count, index in enumerate(missing, start=1):
            keep(index, _evaluate_chunk(sweep, index), count)
    else:
        _run_on(executor, sweep, missing, keep, in_flight)
    names = list(done[0])
    outputs = {name: np.concatenate([done[k][name] for k in range(chunks)]) for name in names}
    if target is not None:
        _write_manifest(target, sweep, chunks)
    computed = sum(min(sweep.chunk, total - index * sweep.chunk) for index in missing)
    return SweepResult(rows, outputs, target, computed)


def _run_on(
    executor: Executor,
    sweep: Sweep,
    missing: list[int],
    keep: Callable[[int, Columns, int], None],
    in_flight: int,
) -> None:
    waiting = iter(missing)
    running: dict[Future[Columns], int] = {}
    finished = 0
    try:
        for index in waiting:
            running[executor.submit(_evaluate_chunk, sweep, index)] = index
            if len(running) < in_flight:
                continue
            finished = _collect(running, keep, finished)
        while running:
            finished = _collect(running, keep, finished)
    except NegotiationError:
        raise
    except Exception as error:
        raise NegotiationError(
            f"the executor failed after {finished} of {len(missing)} parts: {error!r}. "
            "Finished parts are kept: run the sweep again to go on from there"
        ) from error


def _collect(
    running: dict[Future[Columns], int],
    keep: Callable[[int, Columns, int], None],
    finished: int,
) -> int:
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        index = running.pop(future)
        finished += 1
        keep(index, future.result(), finished)
    return finished


def _write_manifest(folder: Path, sweep: Sweep, chunks: int) -> None:
    parts = {}
    for index in range(chunks):
        path = folder / f"part-{index:06d}.{sweep.store}"
        parts[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    write_json(
        folder / "manifest.json",
        {
            "sweep": sweep.name,
            "fingerprint": sweep.fingerprint,
            "parameters": {key: asdict(item) for key, item in sweep.ranges.items()},
            "rows": len(next(iter(sweep.rows().values()))),
            "parts": parts,
        },
    )
