"""A sweep over the parameters of the multi-step process, on one process and on two.

``python -m benchmarks process`` prints one line a task as it ends. Where the peer is a bound, its
seconds are what the bound allows for the same work.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from time import perf_counter

import numpy as np

from benchmarks.report import Line, bounded, least_seconds
from negotiation.process.multi_step.load import load_process
from negotiation.study.comparisons.sensitivity import recorded_ranges
from negotiation.study.sweeps.run import run_sweep
from negotiation.study.sweeps.specification import Sweep

AS_OF = "2025-05-02"
SWEPT = (
    "audience_cost_usa",
    "audience_cost_chn",
    "shock_scale_usa",
    "shock_scale_chn",
    "terms_duration",
    "base_rate",
    "discount_rate_usa",
    "discount_rate_chn",
    "terms_mixture",
    "leaked_terms_usa",
    "demand_chn_on_usa",
    "job_cost_weight",
)


def sweep() -> Iterator[Line]:
    """Two minutes a core for 10,000 rows; the larger sweep once, the ratio on a smaller one."""
    ranges = recorded_ranges(load_process(as_of=AS_OF), SWEPT)
    fixed = {"as_of": AS_OF, "dates": ["2025-05-31", "2025-12-31"], "deal_dates": ["2025-12-31"]}
    whole = Sweep(
        "bench",
        "negotiation.process.analysis.parameter_draws:evaluate",
        ranges,
        fixed,
        size=10_000,
    )
    part = replace(whole, size=512, chunk=32)
    one = least_seconds(lambda: run_sweep(part), 3)
    alone = run_sweep(part).outputs
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        two = least_seconds(lambda: run_sweep(part, pool), 3)
        shared = run_sweep(part, pool).outputs
        began = perf_counter()
        run_sweep(whole, pool)
        seconds = perf_counter() - began
    same = all(np.array_equal(alone[key], shared[key], equal_nan=True) for key in alone)
    note = f"{1e3 * one / 512:.3g} ms a row on one core; {'same' if same else 'OTHER'} bytes"
    task = "sweep of 512 rows, two processes"
    yield Line(task, two, "one process", one, one / two, "at least", 1.7, note)
    rate = f"{10_000 / seconds:.0f} rows a second"
    yield bounded("sweep of 10,000 rows, two processes", seconds, 120.0, rate)


def run() -> list[Line]:
    """Return every line of this file, each printed as it ends."""
    lines = []
    for line in sweep():
        print(line.describe(), flush=True)
        lines.append(line)
    return lines


if __name__ == "__main__":
    run()
