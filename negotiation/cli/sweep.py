"""``negotiation sweep``: many parameter values, resumable, here or on a cluster."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from negotiation.cli.output import emit
from negotiation.errors import InvalidInputError, MissingDependencyError

__all__ = ["sweep"]


def _executor(stack: ExitStack, workers: int, scheduler: str | None) -> Executor | None:
    if scheduler is not None:
        try:
            from distributed import Client
        except ImportError as error:
            raise MissingDependencyError(
                "distributed", extra="cluster", purpose="--scheduler"
            ) from error
        try:
            client: Any = stack.enter_context(Client(scheduler, timeout=10))
        except (OSError, ValueError) as error:
            raise InvalidInputError(
                "no scheduler answers",
                where="--scheduler",
                seen=scheduler,
                allowed="tcp://host:port",
            ) from error
        executor: Executor = client.get_executor()
        return executor
    if workers > 1:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        pool: AbstractContextManager[Executor] = ProcessPoolExecutor(
            workers, mp_context=get_context("spawn")
        )
        return stack.enter_context(pool)
    return None


def sweep(
    file: Annotated[Path, typer.Argument(help="TOML file of the sweep.")],
    folder: Annotated[Path, typer.Option(help="Where parts are kept; run again to resume.")],
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a dask.distributed scheduler.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a sweep, or finish one that was interrupted; results do not depend on the workers."""
    import numpy as np
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from negotiation.study.sweep import SweepProgress, load_sweep, run_sweep

    chosen = load_sweep(file)
    bar = Progress(
        TextColumn("rows"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}, {task.fields[rate]:.0f} a second"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    with ExitStack() as stack:
        executor = _executor(stack, workers, scheduler)
        stack.enter_context(bar)
        task = bar.add_task("rows", total=1.0, rate=0.0)

        def show(state: SweepProgress) -> None:
            bar.update(task, completed=state.done, total=state.total, rate=state.rows_per_second)

        result = run_sweep(chosen, executor, folder=folder, progress=show)
    columns = ["output", "mean", "lowest", "highest"]
    rows = [
        [name, float(np.mean(v)), float(np.min(v)), float(np.max(v))]
        for name, v in result.outputs.items()
    ]
    content = {
        "sweep": chosen.name,
        "rows": len(next(iter(result.outputs.values()))),
        "computed": result.computed,
        "outputs": {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in rows},
    }
    emit(content, as_json=as_json, columns=columns, rows=rows, title=chosen.name)
