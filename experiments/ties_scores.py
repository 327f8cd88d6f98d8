"""Scores of laws on threats over trade of the TIES data: computed where the file is, then stored.

The file must not be passed on; its scores may. ``python experiments/ties_scores.py`` computes them
from ``estimation/ties_v4.csv`` of the reference folder and writes them to ``paper/validation``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import negotiation as ng
from negotiation.study.provenance import file_hash
from negotiation.study.store.files import write_json
from replication import STORED, reference_folder

#: Where the scores are, and what they are of.
FILE = STORED / "ties_scores.json"
DATA = "ties_v4.csv"
LAWS = ("exponential", "weibull", "lomax", "kaplan_meier")
#: Cases without an end or a last report: left out, or open after five years.
TREATMENTS: dict[str, str | float] = {"left out": "drop", "open after five years": 1826.0}
SCORES = ("log", "binned_log", "crps")
#: Groups into which dyads are dealt, each forecast from the others.
FOLDS = 8
#: Dyads of the small sample that is computed again in the ordinary tests, and its groups.
FEW_DYADS, FEW_FOLDS = 30, 2


def threats(path: Path, treatment: str, dyads: int | None = None) -> ng.Disputes:
    """Return threats over trade under one treatment of lost cases; of some dyads only if asked."""
    found = ng.read_ties(path, lost=TREATMENTS[treatment])
    if dyads is None:
        return found
    chosen = np.random.default_rng(1).permutation(found.clusters.max() + 1)[:dyads]
    return found.take(np.isin(found.clusters, chosen))


def scored(disputes: ng.Disputes, folds: int) -> dict[str, Any]:
    """Return out-of-sample scores of every law, and the process's less each of the others'."""
    test = ng.backtest_disputes(
        disputes, ("process", *LAWS), folds=folds, process={"raise_on_failure": False}
    )
    means, gaps = {}, {}
    for law in ("process", *LAWS):
        pairs = {score: test.paired("process", law, score=score) for score in SCORES}
        kept = [score for score, pair in pairs.items() if np.isfinite(pair).all()]
        means[law] = {score: float(np.mean(test.scores[law].series(score))) for score in kept}
        if law != "process":
            gaps[law] = {score: list(pairs[score]) for score in kept}
    return {
        "disputes": len(disputes),
        "ended": int(disputes.ended.sum()),
        "dyads": len(set(disputes.dyads)),
        "fits": test.n_fits,
        "means": means,
        "process_less": gaps,
    }


def compute(path: Path, treatment: str, *, few: bool = False) -> dict[str, Any]:
    """Return the scores of one treatment, of the whole or of the small sample."""
    if few:
        return scored(threats(path, treatment, FEW_DYADS), FEW_FOLDS)
    return scored(threats(path, treatment), FOLDS)


def read() -> dict[str, Any]:
    """Return what is stored."""
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


def main() -> int:
    """Compute and store."""
    folder = reference_folder("estimation")
    if folder is None or not (folder / DATA).exists():
        print("The file is not at hand: set NEGOTIATION_REFERENCE.", file=sys.stderr)
        return 1
    path = folder / DATA
    content: dict[str, Any] = {
        "command": "python experiments/ties_scores.py",
        "data": f"{DATA}, threats over trade",
        "data_sha256": file_hash(path),
        "split": "dyads dealt into groups, as many as fits, each forecast from the others",
    }
    for kind, few in (("whole", False), ("few", True)):
        content[kind] = {name: compute(path, name, few=few) for name in TREATMENTS}
    write_json(FILE, content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
