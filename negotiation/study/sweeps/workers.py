"""Worker processes for the sweeps of a study."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

__all__ = ["study_pool"]


@contextmanager
def study_pool(rows: int, *, smallest: int = 128) -> Iterator[Executor | None]:
    """Yield a pool with a process a core, or None where starting one would not pay.

    Parameters
    ----------
    rows
        Rows that will be computed.
    smallest
        Fewest rows for which worker processes are started.

    Examples
    --------
    >>> with study_pool(8) as pool:
    ...     pool is None
    True
    """
    cores = os.cpu_count() or 1
    if rows < smallest or cores < 2:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(max_workers=cores, mp_context=get_context("spawn")) as pool:
        yield pool
