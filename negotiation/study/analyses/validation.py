"""Published tables against their recomputation: the largest deviation of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.study.replication.cells import Replication
from negotiation.study.results import Number, StudyResult, StudyTable
from negotiation.study.run import StudyInputs
from negotiation.study.spec import Settings, Study

__all__ = ["AnalysisSettings", "ValidationPoints", "analyse"]

_PAPERS = {"ignatenko2025": "Ignatenko et al. (2025)", "ossa2014": "Ossa (2014)"}


class AnalysisSettings(Settings):
    """Settings of the exhibit.

    Attributes
    ----------
    tables
        Replication studies with printed cells, and what each table is called.
    """

    tables: dict[str, str]


@dataclass(frozen=True)
class ValidationPoints:
    """Every printed cell with its computed value.

    Attributes
    ----------
    papers
        Papers, by the codes in ``paper``.
    paper
        Code of each cell's paper.
    loose
        Whether the published number of each cell is known to be loosely converged.
    printed, computed
        Percent.
    """

    papers: tuple[str, ...]
    paper: tuple[str, ...]
    loose: tuple[bool, ...]
    printed: tuple[float, ...]
    computed: tuple[float, ...]


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return deviations by table and the points of the scatter figure."""
    rows: list[tuple[str | Number, ...]] = []
    numbers: dict[str, Number] = {}
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
            raise InvalidInputError("no printed cells in this study", where=f"tables.{name}")
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
                Number(len(cells), "d"),
                Number(max(strict), ".3f") if strict else "",
                Number(max(slack), ".2f") if slack else "",
                Number(missed, "d"),
            )
        )
        exact_cells += len(strict)
        exact_largest = max([exact_largest, *strict])
        numbers[f"{name.removeprefix('replication_')}_cells"] = Number(len(cells), "d")
        paper += [table.paper] * len(cells)
        loose += [cell.slack > 0.0 for cell in cells]
        printed += [float(cell.printed) for cell in cells]
        computed += [cell.computed for cell in cells]
    numbers |= {
        "cells": Number(len(printed), "d"),
        "exact_cells": Number(int(exact_cells), "d"),
        "largest_deviation": Number(exact_largest, ".3f"),
        "outside": Number(outside, "d"),
        "origin": Number("; ".join(dict.fromkeys(origins))),
    }
    columns = (
        *("paper", "table", "cells", "largest deviation"),
        *("of loose cells", "outside"),
    )
    points = ValidationPoints(
        papers=tuple(_PAPERS[name] for name in _PAPERS),
        paper=tuple(_PAPERS[name] for name in paper),
        loose=tuple(loose),
        printed=tuple(printed),
        computed=tuple(computed),
    )
    return StudyResult(
        numbers=numbers,
        tables={"deviations": StudyTable(columns, tuple(rows), "llrrrr")},
        objects={"points": points},
        health={"printed cells outside their digits": (float(outside), 0.0)},
    )
