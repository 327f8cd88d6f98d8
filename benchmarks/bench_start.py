"""What a fresh process waits for, once set-up has compiled the kernels."""

import subprocess
import sys
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
}


def seconds(code: str) -> float:
    times = []
    for _ in range(REPEATS + 1):
        began = perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(perf_counter() - began)
    return float(np.median(times[1:]))


def run() -> list[Line]:
    lines = []
    for task, code in TASKS.items():
        lines.append(Line(task, seconds(code), "", None, None, "", None, ""))
        print(lines[-1].describe(), flush=True)
    return lines
