"""Worker processes: one thread of linear algebra each, and none that outlives its parent."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

__all__ = ["THREAD_VARIABLES", "study_pool", "worker_pool"]

#: What the libraries of linear algebra read when they are loaded: with more threads than one they
#: add in another order, and results differ in the last digits.
THREAD_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "BLIS_NUM_THREADS",
)


def _leave_with_parent(parent_id: int) -> None:
    """End this worker once its parent is gone: after kill -9 nobody else would."""
    import threading
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        # prctl(PR_SET_PDEATHSIG, SIGKILL): the kernel's own promise.
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != parent_id:
            os._exit(1)
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes started here have one thread of linear algebra; this one stays as it is."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let processes started here not see Ctrl-C, which is for their parent to answer."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _call_off(pool: Executor) -> None:
    """Cancel what waits in a pool, and return once the pool has dropped it.

    Before Python 3.13 a pool whose worker ends stumbles, in a thread of its own, over calls that
    were cancelled and that it has not dropped yet.
    """
    try:
        last = pool.submit(int)
    except RuntimeError:  # broken or shut down: nothing waits there
        return
    pool.shutdown(wait=False, cancel_futures=True)
    # The last call is cancelled or handed to a worker after all before it.
    for _ in range(1000):
        if last.running() or last.done():
            return
        time.sleep(0.001)


@contextmanager
def worker_pool(workers: int) -> Iterator[Executor]:
    """Yield a pool of processes; where the body is left by an error they end at once.

    Parameters
    ----------
    workers
        Number of processes, 1 or more.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    others = set(active_children())
    pool = ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),
        initializer=_leave_with_parent,
        initargs=(os.getpid(),),
    )
    with _one_thread(), _without_interrupts():
        # A process starts with each task that finds none idle.
        for _ in range(workers):
            pool.submit(int)
    try:
        yield pool
    except BaseException:
        _call_off(pool)
        for child in set(active_children()) - others:
            child.kill()
        raise
    finally:
        pool.shutdown()


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
    with worker_pool(cores) as pool:
        yield pool
