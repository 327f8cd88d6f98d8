"""Worker processes: one thread each, and no word from a pool whose calls were called off."""

import threading
from contextlib import suppress

import pytest

from negotiation.study.sweeps.workers import worker_pool
from tests.study.sweep_functions import meets


def test_every_worker_has_one_thread(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    with worker_pool(2) as pool:
        found = dict(pool.map(meets, [tmp_path] * 2, [2] * 2))
    assert list(found.values()) == ["1", "1"]


@pytest.mark.parametrize("workers", [1, 2])
def test_calls_that_were_called_off_leave_no_error_behind(tmp_path, monkeypatch, workers):
    said = []
    monkeypatch.setattr(threading, "excepthook", said.append)
    before = set(threading.enumerate())
    calls = []
    with suppress(KeyboardInterrupt), worker_pool(workers) as pool:
        calls += [pool.submit(meets, tmp_path, 99) for _ in range(8)]
        while not list(tmp_path.iterdir()):
            pass
        for call in calls[5:]:
            assert call.cancel()
        raise KeyboardInterrupt
    for thread in set(threading.enumerate()) - before:
        thread.join(60.0)
    assert all(call.done() for call in calls)
    assert said == []
