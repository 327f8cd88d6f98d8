"""The multi-step process: one solve, batches, paths, the event filter and a sweep.

``python -m benchmarks process`` prints one line a task as it ends. Where the peer is a bound, its
seconds are what the bound allows for the same work.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from time import perf_counter

import numpy as np

from benchmarks.peer_process import plain_values
from benchmarks.report import Line, median_seconds
from negotiation.process.batch import solve_processes
from negotiation.process.beliefs.events import read_events
from negotiation.process.beliefs.updating import event_log_ratios, filter_draws
from negotiation.process.multi_step.load import load_process
from negotiation.process.solve import solve_process
from negotiation.process.tough_types.closed_form import process_arrays
from negotiation.process.tough_types.simulation import simulate_process
from negotiation.study.comparisons.sensitivity import recorded_ranges
from negotiation.study.sweeps.run import run_sweep
from negotiation.study.sweeps.specification import Sweep

AS_OF = "2025-05-02"
SWEPT = (
    "toughness_usa",
    "toughness_chn",
    "audience_cost_excess",
    "terms_duration",
    "exporter_incidence",
    "discount_rate_usa",
    "discount_rate_chn",
    "terms_mixture",
    "leaked_terms_usa",
    "demand_chn_on_usa",
    "job_cost_weight",
)


def default(psi: float):
    return load_process("multi-step-2025", as_of=AS_OF, values={"type_persistence": psi})


def bounded(task: str, seconds: float, allowed: float, residuals: str = "") -> Line:
    """A task that may take so many seconds."""
    return Line(task, seconds, "allowed", allowed, seconds / allowed, "at most", 1.0, residuals)


def one_solve() -> Iterator[Line]:
    for psi, allowed in ((0.7, 0.05), (0.0, 0.002)):
        process = default(psi)
        solution = solve_process(process)
        ours = median_seconds(lambda process=process: solve_process(process))
        arrays = process_arrays(process)
        peer = median_seconds(lambda arrays=arrays, psi=psi: plain_values(arrays, psi), 3)
        apart = float(np.abs(solution.values - plain_values(arrays, psi)).max())
        task = f"default process solved, persistence {psi:g}"
        residuals = f"strategy check {solution.residual:.1e}, values {apart:.1e} apart"
        yield bounded(task, ours, allowed, residuals)
        yield Line(task, ours, "plain SciPy", peer, peer / ours, "at least", None, residuals)


def batch() -> Iterator[Line]:
    processes = [default(0.7)] * 1000
    one = median_seconds(lambda: solve_processes(processes, workers=1), 3)
    two = median_seconds(lambda: solve_processes(processes, workers=2), 3)
    task = "1,000 solves at persistence .7"
    yield Line(f"{task}, two threads", two, "one thread", one, one / two, "at least", 1.7, "")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        spread = median_seconds(lambda: solve_processes(processes, executor=pool), 3)
    residuals = "results sent back"
    task = f"{task}, two processes"
    yield Line(task, spread, "one thread", one, one / spread, "at least", None, residuals)


def paths() -> Iterator[Line]:
    count = 200_000
    for psi in (0.0, 0.7):
        solution = solve_process(default(psi))
        seconds = median_seconds(
            lambda solution=solution: simulate_process(
                solution, count, rng=np.random.default_rng(1)
            )
        )
        task = f"200,000 simulated paths, persistence {psi:g}"
        yield bounded(task, seconds, 1.0, f"{count / seconds:,.0f} a second")


def event_filter() -> Iterator[Line]:
    process = default(0.0)
    solution = solve_process(process)
    branch = solution.branch_solution
    events = [event for event in read_events(as_of=AS_OF) if event.day >= process.start]
    types = sorted({event.type for event in events})
    days = sorted({(event.day - process.start).days for event in events})
    count = 10_000
    rng = np.random.default_rng(1)
    beliefs = rng.uniform(0.01, 0.5, size=(count, 2))
    logs = rng.uniform(-np.log(3.0), np.log(3.0), size=(count, len(types)))
    given = {
        "beliefs": beliefs,
        "hazards": np.tile(branch.hazards[1, 0], (count, 1)),
        "atoms": np.tile(branch.atoms[1, 0], (count, 1)) * 0.0,
    }

    def run() -> object:
        by_event = event_log_ratios(
            events, types, logs, players=process.players, theta=np.ones(len(events))
        )
        news = np.zeros((count, len(days), 2))
        for n, event in enumerate(events):
            news[:, days.index((event.day - process.start).days)] += by_event[:, n]
        return filter_draws(process.in_time(np.array(days)), news, **given)

    seconds = median_seconds(run)
    yield bounded("10,000 draws filtered through the events", seconds, 1.0, f"{len(events)} events")


def sweep() -> Iterator[Line]:
    """Two minutes a core for 10,000 rows; the larger sweep once, the ratio on a smaller one."""
    ranges = recorded_ranges(default(0.0), SWEPT)
    fixed = {"as_of": AS_OF, "dates": ["2025-05-31", "2025-12-31"], "deal_date": "2025-12-31"}
    whole = Sweep(
        "bench",
        "negotiation.process.analysis.parameter_draws:evaluate",
        ranges,
        fixed,
        size=10_000,
    )
    part = replace(whole, size=1024, chunk=32)
    one = median_seconds(lambda: run_sweep(part), 3)
    alone = run_sweep(part).outputs
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        two = median_seconds(lambda: run_sweep(part, pool), 3)
        shared = run_sweep(part, pool).outputs
        began = perf_counter()
        run_sweep(whole, pool)
        seconds = perf_counter() - began
    same = all(np.array_equal(alone[key], shared[key], equal_nan=True) for key in alone)
    note = f"{1e3 * one / 1024:.3g} ms a row on one core; {'same' if same else 'OTHER'} bytes"
    task = "sweep of 1,024 rows, two processes"
    yield Line(task, two, "one process", one, one / two, "at least", 1.7, note)
    rate = f"{10_000 / seconds:.0f} rows a second"
    yield bounded("sweep of 10,000 rows, two processes", seconds, 120.0, rate)


def run() -> list[Line]:
    """Return every line of this file, each printed as it ends."""
    lines = []
    for part in (one_solve, batch, paths, event_filter, sweep):
        for line in part():
            print(line.describe(), flush=True)
            lines.append(line)
    return lines


if __name__ == "__main__":
    run()
