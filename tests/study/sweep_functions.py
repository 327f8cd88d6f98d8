"""Functions that sweeps of the tests evaluate; importable by worker processes."""

import os
import signal
import time
from pathlib import Path

import numpy as np


def ishigami(columns, fixed, generators):
    """Ishigami and Homma's function; its Sobol indices are known in closed form."""
    x, y, z = (columns[key] for key in ("x", "y", "z"))
    a, b = fixed["a"], fixed["b"]
    return {"value": np.sin(x) + a * np.sin(y) ** 2 + b * z**4 * np.sin(x)}


def noisy(columns, fixed, generators):
    return {"value": columns["x"] + np.array([rng.normal() for rng in generators])}


def slow(columns, fixed, generators):
    with Path(fixed["log"]).open("a") as log:
        log.writelines(f"{x!r}\n" for x in columns["x"].tolist())
    time.sleep(fixed.get("seconds", 0.02))
    return noisy(columns, fixed, generators)


def dies_once(columns, fixed, generators):
    """Kill the worker that gets a certain row, the first time."""
    mark = Path(fixed["mark"])
    if columns["x"].max() > fixed["above"] and not mark.exists():
        mark.write_text("killed")
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return noisy(columns, fixed, generators)


def ragged(columns, fixed, generators):
    return {"value": np.zeros(1)}


def meets(folder, count):
    """Wait for as many workers; say who this one is, and what it was started with."""
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < count:
        time.sleep(0.002)
    return os.getpid(), os.environ["OPENBLAS_NUM_THREADS"]
