"""Published tables against their recomputation: the largest deviation of each."""

from __future__ import annotations

import negotiation as ng
from negotiation.study.comparisons.published import Replication, ValidationPoints

_PAPERS = {"ignatenko2025": "Ignatenko et al. (2025)", "ossa2014": "Ossa (2014)"}


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Replication studies with printed cells, and what each table is called.
    tables: dict[str, str]


def analyse(study: ng.Study, settings: AnalysisSettings, inputs: ng.StudyInputs) -> ng.StudyResult:
    """Return deviations by table and the points of the scatter figure."""
    rows: list[tuple[str | ng.Number, ...]] = []
    numbers: dict[str, ng.Number] = {}
    paper: list[str] = []
    loose: list[bool] = []
    printed: list[float] = []
    computed: list[float] = []
    outside = 0
    exact_cells = exact_largest = 0.0
    origins = []
    for name, title in settings.tables.items():
        table = inputs.load(name, "table")
        if not isinstance(table, Replication) or not table.printed:
            raise ng.InvalidInputError("no printed cells in this study", where=f"tables.{name}")
        cells = table.printed
        strict = [abs(cell.deviation) for cell in cells if cell.slack == 0.0]
        slack = [abs(cell.deviation) for cell in cells if cell.slack > 0.0]
        missed = sum(not cell.agrees for cell in cells)
        outside += missed
        origins.append(table.origin)
        rows.append(
            (
                _PAPERS[table.paper],
                title,
                ng.Number(len(cells), "d"),
                ng.Number(max(strict), ".3f") if strict else "",
                ng.Number(max(slack), ".2f") if slack else "",
                ng.Number(missed, "d"),
            )
        )
        exact_cells += len(strict)
        exact_largest = max([exact_largest, *strict])
        numbers[f"{name.removeprefix('replication_')}_cells"] = ng.Number(len(cells), "d")
        paper += [table.paper] * len(cells)
        loose += [cell.slack > 0.0 for cell in cells]
        printed += [float(cell.printed) for cell in cells]
        computed += [cell.computed for cell in cells]
    numbers |= {
        "cells": ng.Number(len(printed), "d"),
        "exact_cells": ng.Number(int(exact_cells), "d"),
        "largest_deviation": ng.Number(exact_largest, ".3f"),
        "outside": ng.Number(outside, "d"),
        "origin": ng.Number("; ".join(dict.fromkeys(origins))),
    }
    columns = (*("paper", "table", "cells", "largest deviation"), *("of loose cells", "outside"))
    points = ValidationPoints(
        papers=tuple(_PAPERS[name] for name in _PAPERS),
        paper=tuple(_PAPERS[name] for name in paper),
        loose=tuple(loose),
        printed=tuple(printed),
        computed=tuple(computed),
    )
    return ng.StudyResult(
        numbers=numbers,
        tables={"deviations": ng.StudyTable(columns, tuple(rows), "llrrrr")},
        objects={"points": points},
        health={"printed cells outside their digits": (float(outside), 0.0)},
    )
