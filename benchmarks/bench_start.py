"""What a fresh process waits for: once set-up has compiled the kernels, and with nothing stored."""

import os
import subprocess
import sys
import tempfile
from time import perf_counter

import numpy as np

from benchmarks.report import REPEATS, Line, bounded

IMPORT_SECONDS = 0.045
FIRST_SECONDS = 5.0
TASKS = {
    "import negotiation": "import negotiation",
    "first 2x2 game": (
        "import negotiation as ng; "
        "ng.nash_equilibria(ng.NormalFormGame.from_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]]))"
    ),
    "first batch": (
        "import numpy as np, negotiation as ng; "
        "ng.nash_equilibria_batch(np.ones((1, 3, 3)), np.ones((1, 3, 3)))"
    ),
    "first counterfactual": (
        "import negotiation as ng; economy = ng.load_economy('us-china-2022'); "
        "ng.counterfactual(economy, economy.tariffs.add(importer='USA', exporter='CHN', rate=0.2))"
    ),
}


def seconds(code: str, *, cold: bool = False) -> float:
    times = []
    for _ in range(REPEATS + 1):
        with tempfile.TemporaryDirectory() as folder:
            environment = os.environ | ({"NUMBA_CACHE_DIR": folder} if cold else {})
            began = perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=environment)
            times.append(perf_counter() - began)
    return float(np.median(times[1:]))


def compared(task: str, *, cold: bool, nothing: float) -> Line:
    """The import over an empty process, and first answers against what a user waits for."""
    taken = seconds(TASKS[task], cold=cold)
    if task == "import negotiation":
        return bounded(f"{task}, over an empty process", taken - nothing, IMPORT_SECONDS)
    if cold:
        return bounded(f"{task}, nothing stored", taken, FIRST_SECONDS)
    return Line(task, taken, "", None, None, "", None, "")


def run() -> list[Line]:
    nothing = seconds("pass")
    lines = [Line("a Python process that does nothing", nothing, "", None, None, "", None, "")]
    print(lines[0].describe(), flush=True)
    for task in TASKS:
        for cold in (False, True) if task.startswith("first") else (False,):
            lines.append(compared(task, cold=cold, nothing=nothing))
            print(lines[-1].describe(), flush=True)
    return lines
