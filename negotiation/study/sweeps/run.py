"""Run a sweep on any executor, or finish one that was interrupted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from negotiation.arguments import takes
from negotiation.presentation import Presented
from negotiation.study.sweeps.folder import Columns, PartsFolder
from negotiation.study.sweeps.specification import Sweep, load_sweep
from negotiation.study.sweeps.tasks import SweepProgress, SweepTasks

__all__ = ["SweepProgress", "SweepResult", "run_sweep"]


@dataclass(frozen=True)
class SweepResult(Presented):
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


@takes
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
        Called before the first part and after each.
    in_flight
        Tasks submitted and not yet finished, at most.

    Returns
    -------
    SweepResult
        The same whatever the executor, the number of workers, the rows a task and the number of
        restarts.

    Raises
    ------
    InvalidInputError
        If another sweep writes to the folder at this moment.
    DataError
        If parts in the folder are damaged, of another sweep, or made by other code or data.
    NegotiationError
        If the executor breaks; finished parts stay on disk.
    """
    sweep = study if isinstance(study, Sweep) else load_sweep(study)
    rows = sweep.rows()
    run = SweepTasks(sweep, rows, progress)
    if folder is None:
        run.finish(executor, in_flight)
        return SweepResult(rows, run.outputs(), None, run.computed)
    target = Path(folder)
    parts = PartsFolder(target, store=sweep.store, fingerprint=sweep.fingerprint, chunks=run.chunks)
    with parts.held():
        parts.clean()
        run.resume(parts)
        run.finish(executor, in_flight)
        parts.write_manifest(
            {
                "sweep": sweep.name,
                "evaluate": sweep.evaluate,
                "parameters": {key: asdict(item) for key, item in sweep.ranges.items()},
                "rows": run.total,
            }
        )
    return SweepResult(rows, run.outputs(), target, run.computed)
