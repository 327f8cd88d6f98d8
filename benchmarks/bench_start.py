"""What a fresh process waits for: once set-up has compiled the kernels, and with nothing stored."""

import os
import subprocess
import sys
import tempfile
from time import perf_counter

import numpy as np

from benchmarks.report import REPEATS, Line

TASKS = {
    "a Python process that does nothing": "pass",
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


def run() -> list[Line]:
    lines = []
    for task, code in TASKS.items():
        for cold in (False, True) if task.startswith("first") else (False,):
            name = f"{task}, nothing stored" if cold else task
            lines.append(Line(name, seconds(code, cold=cold), "", None, None, "", None, ""))
            print(lines[-1].describe(), flush=True)
    return lines
