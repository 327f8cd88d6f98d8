"""Many processes solved at once, in threads or in processes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any, overload

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.game.solution import GameSolution
from negotiation.process.solve import solve_all
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.solution import ProcessSolution
from negotiation.values import instances

__all__ = ["solve_processes"]

#: Processes in one call of a kernel: long against a switch of threads, small in memory.
_SLICE = 64


@overload
def solve_processes(
    processes: Iterable[MultiStepProcess],
    *,
    workers: int | None = ...,
    executor: Executor | None = ...,
    **options: Any,
) -> tuple[ProcessSolution, ...]: ...
@overload
def solve_processes(
    processes: Iterable[ProcessGame],
    *,
    workers: int | None = ...,
    executor: Executor | None = ...,
    **options: Any,
) -> tuple[GameSolution, ...]: ...
@overload
def solve_processes(
    processes: Iterable[MultiStepProcess | ProcessGame],
    *,
    workers: int | None = ...,
    executor: Executor | None = ...,
    **options: Any,
) -> tuple[ProcessSolution | GameSolution, ...]: ...
@takes
def solve_processes(
    processes: Iterable[Any],
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    **options: Any,
) -> tuple[Any, ...]:
    """Solve a batch of processes.

    The kernels release the interpreter's lock, so that threads share the work; results do not
    depend on how many there are.

    Parameters
    ----------
    processes
        Any number of processes, of either model.
    workers
        Threads; None: one a core.
    executor
        Anything with the interface of ``concurrent.futures`` to use instead: a process pool
        where building results takes longer than solving.
    options
        As in `solve_process`: tol, max_iter, raise_on_failure.

    Returns
    -------
    tuple of ProcessSolution or GameSolution
        In the order given.

    Examples
    --------
    >>> process = MultiStepProcess.from_payoffs(
    ...     flows=[[-0.05, -0.08]],
    ...     terms=[[[0.3, 0.6], [0.7, 0.4]]],
    ...     discount_rates=[0.05, 0.05],
    ...     stubbornness=[0.1, 0.1],
    ... )
    >>> [solution.values.round(4).tolist() for solution in solve_processes([process] * 2)]
    [[0.6155, 0.4], [0.6155, 0.4]]
    """
    batch: tuple[MultiStepProcess | ProcessGame, ...] = instances(
        processes, (MultiStepProcess, ProcessGame), name="processes"
    )
    count = (os.cpu_count() or 1) if workers is None else workers
    if count < 1:
        raise InvalidInputError("no workers", where="workers", seen=workers, allowed=">= 1")
    if not batch:
        return ()
    if executor is None and count == 1:
        return tuple(solve_all(batch, **options))
    size = max(1, min(_SLICE, -(-len(batch) // (4 * count))))
    slices = [batch[n : n + size] for n in range(0, len(batch), size)]
    own = ThreadPoolExecutor(max_workers=count) if executor is None else nullcontext(executor)
    with own as pool:
        found = [pool.submit(solve_all, part, **options) for part in slices]
        return tuple(solution for part in found for solution in part.result())
