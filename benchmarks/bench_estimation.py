"""Fits of the process's law on one core, posterior included, against what they may take."""

import os
from pathlib import Path
from time import perf_counter

import negotiation as ng
from benchmarks.report import Line, bounded

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
THREATS = Path("estimation", "ties_v4.csv")


def process_law() -> list[Line]:
    """The whole fit, posterior included: embedded disputes, and threats over trade."""
    lines = []
    cases = {"embedded disputes": (ng.load_disputes(), 60.0)}
    path = Path(os.environ.get("NEGOTIATION_REFERENCE") or REFERENCE) / THREATS
    if path.exists():
        cases["threats over trade (TIES)"] = (ng.read_ties(path), 300.0)
    for name, (disputes, allowed) in cases.items():
        began = perf_counter()
        fit = ng.fit_concessions(disputes, "process", raise_on_failure=False)
        seconds = perf_counter() - began
        task = f"process's law, {len(disputes)} {name}"
        note = f"gradient {fit.gradient_norm:.0e} standard errors"
        lines.append(bounded(task, seconds, allowed, note))
    return lines


def run() -> list[Line]:
    """Return every line of this file, each printed as it ends."""
    lines = process_law()
    for line in lines:
        print(line.describe(), flush=True)
    return lines
