"""The multi-step process: one solve, batches, paths and the event filter.

``python -m benchmarks.bench_process`` prints one line a task: our median of 7, the peer's or the
bound, the ratio, and how far the results are apart.
"""

import json
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from time import perf_counter

import numpy as np

from benchmarks.peer_process import plain_values
from negotiation.process.batch import solve_processes
from negotiation.process.closed_form import process_arrays
from negotiation.process.load import load_process
from negotiation.process.simulate import simulate_process
from negotiation.process.solve import solve_process

REPEATS = 7
AS_OF = "2025-05-02"


@dataclass(frozen=True)
class Line:
    """One line of the report; ``value`` is compared with ``target`` in the direction of rule."""

    task: str
    ours_seconds: float
    peer: str
    peer_seconds: float | None
    value: float
    rule: str
    target: float
    met: bool
    residuals: str


def median_seconds(run: Callable[[], object], repeats: int = REPEATS) -> float:
    times = []
    for _ in range(repeats):
        began = perf_counter()
        run()
        times.append(perf_counter() - began)
    return float(np.median(times))


def default(psi: float):
    return load_process("multi-step-2025", as_of=AS_OF, values={"type_persistence": psi})


def one_solve() -> list[Line]:
    lines = []
    for psi, bound in ((0.7, 0.05), (0.0, 0.002)):
        process = default(psi)
        solution = solve_process(process)
        ours = median_seconds(lambda process=process: solve_process(process))
        arrays = process_arrays(process)
        peer = median_seconds(lambda arrays=arrays, psi=psi: plain_values(arrays, psi), 3)
        apart = float(np.abs(solution.values - plain_values(arrays, psi)).max())
        lines.append(
            Line(
                task=f"default process, persistence {psi:g}: seconds",
                ours_seconds=ours,
                peer=f"plain SciPy, ratio {peer / ours:.0f}",
                peer_seconds=peer,
                value=ours,
                rule="<=",
                target=bound,
                met=ours <= bound,
                residuals=f"strategy check {solution.residual:.1e}, values {apart:.1e} apart",
            )
        )
    return lines


def batch() -> list[Line]:
    process = default(0.7)
    processes = [process] * 1000
    solve_process(process)
    one = median_seconds(lambda: solve_processes(processes, workers=1), 3)
    two = median_seconds(lambda: solve_processes(processes, workers=2), 3)
    lines = [
        Line(
            task="1,000 solves at persistence .7, two threads over one",
            ours_seconds=two,
            peer="one thread",
            peer_seconds=one,
            value=one / two,
            rule=">=",
            target=1.7,
            met=one / two >= 1.7,
            residuals="the same results",
        )
    ]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        solve_processes(processes[:16], executor=pool)
        spread = median_seconds(lambda: solve_processes(processes, executor=pool), 3)
    lines.append(
        Line(
            task="the same on two processes, results sent back",
            ours_seconds=spread,
            peer="one thread",
            peer_seconds=one,
            value=one / spread,
            rule=">=",
            target=1.0,
            met=one / spread >= 1.0,
            residuals="the same results",
        )
    )
    return lines


def paths() -> list[Line]:
    lines, count = [], 200_000
    for psi in (0.0, 0.7):
        solution = solve_process(default(psi))
        seconds = median_seconds(
            lambda solution=solution: simulate_process(
                solution, count, rng=np.random.default_rng(1)
            )
        )
        lines.append(
            Line(
                task=f"simulated paths a second, persistence {psi:g}",
                ours_seconds=seconds,
                peer="bound",
                peer_seconds=None,
                value=count / seconds,
                rule=">=",
                target=200_000.0,
                met=count / seconds >= 200_000.0,
                residuals="",
            )
        )
    return lines


def run() -> list[Line]:
    """Return every line of this file."""
    return [*one_solve(), *batch(), *paths()]


def describe(line: Line) -> str:
    return (
        f"{line.task}: {line.value:.4g} (asked {line.rule} {line.target:g}"
        f"{'' if line.met else ', MISSED'}); ours {line.ours_seconds:.4g} s; "
        f"{line.peer}{'' if line.peer_seconds is None else f' {line.peer_seconds:.4g} s'}; "
        f"{line.residuals}"
    )


def main() -> None:
    lines = run()
    for line in lines:
        print(describe(line))
    print(json.dumps({"cores": os.cpu_count(), "lines": [asdict(line) for line in lines]}))


if __name__ == "__main__":
    main()
