"""``negotiation sweep``: many parameter values, resumable, here or on a cluster."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negotiation.cli.interruption import interruptible
from negotiation.cli.output import emit
from negotiation.errors import InvalidInputError, MissingDependencyError

if TYPE_CHECKING:
    from negotiation.study.sweeps.run import SweepProgress

__all__ = ["EXAMPLE", "sweep"]


EXAMPLE = """\b
A file of a sweep looks like this:
\b
  name = "audience"
  evaluate = "negotiation.process.analysis.parameter_draws:evaluate"
  design = "sobol"      # or "grid", "sobol_indices"
  size = 1024           # points; a grid takes points from each range
  store = "npz"         # or "parquet"
\b
  [ranges.audience_cost_usa]
  low = 0.01
  high = 1.0
  scale = "log"         # or "linear"
\b
  [ranges.terms_duration]
  low = 0.25
  high = 5.0
\b
  [fixed]
  as_of = "2025-05-02"
  dates = ["2025-05-31", "2025-12-31"]
\b
Names of parameters: negotiation data show parameters
"""


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
        from negotiation.study.sweeps.workers import worker_pool

        return stack.enter_context(worker_pool(workers))
    return None


def _progress(state: SweepProgress) -> str:
    """Rows done, rate and time left, in words."""
    text = f"{state.done} of {state.total} rows"
    if state.rows_per_second <= 0.0:
        return text
    left = timedelta(seconds=round(state.seconds_left))
    return f"{text}, {state.rows_per_second:.3g} a second, {left} left"


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
    from rich.progress import BarColumn, Progress, TextColumn

    from negotiation.study.sweeps.run import run_sweep
    from negotiation.study.sweeps.specification import load_sweep

    chosen = load_sweep(file)
    console = Console(stderr=True)
    bar = Progress(
        BarColumn(),
        TextColumn("{task.description}"),
        console=console,
        disable=not console.is_terminal,
    )
    with ExitStack() as stack:
        executor = _executor(stack, workers, scheduler)
        stack.enter_context(bar)
        task = bar.add_task("", total=1.0)
        last = monotonic()

        def show(state: SweepProgress) -> None:
            nonlocal last
            text = _progress(state)
            bar.update(task, completed=state.done, total=state.total, description=text)
            # Where the bar is not drawn, in a log for instance, a line now and then.
            if not console.is_terminal and monotonic() - last > 10.0:
                last = monotonic()
                console.print(text)

        def kept() -> str:
            # Counted where they are: a part may have been written and not yet been reported.
            total = len(next(iter(chosen.rows().values())))
            places = [int(path.stem.removeprefix("part-")) for path in folder.glob("part-*")]
            done = sum(min(chosen.chunk, total - chosen.chunk * place) for place in places)
            return f"{done} rows are kept in {folder}; run the same command again to finish"

        with interruptible(kept):
            result = run_sweep(chosen, executor, folder=folder, progress=show)
    columns = ["output", "mean", "lowest", "highest"]
    rows = [
        [name, *(float(f(v[np.isfinite(v)])) for f in (np.mean, np.min, np.max))]
        for name, v in result.outputs.items()
        if np.isfinite(v).any()
    ]
    content = {
        "sweep": chosen.name,
        "rows": len(next(iter(result.outputs.values()))),
        "computed": result.computed,
        "outputs": {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in rows},
    }
    emit(content, as_json=as_json, columns=columns, rows=rows, title=chosen.name)
