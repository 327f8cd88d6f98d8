"""A published table computed again from the authors' files, or its stored cells without them."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from negotiation.study.provenance import source_hash
from negotiation.study.replication import ignatenko2025, ossa2014
from negotiation.study.replication.cells import (
    Cell,
    Replication,
    input_hashes,
    printed_cells,
    read_stored,
    reference_folder,
)
from negotiation.study.results import Number, StudyResult, StudyTable
from negotiation.study.run import StudyInputs
from negotiation.study.spec import Settings, Study

__all__ = ["AnalysisSettings", "analyse", "replicate"]

_MEASURES = ("welfare", "deficit", "exports_to_gdp", "imports_to_gdp", "employment", "prices")


class AnalysisSettings(Settings):
    """Settings of a table.

    Attributes
    ----------
    paper
        Whose files are read.
    panels
        Scenarios of Ignatenko et al. (2025).
    problems
        Tariff problems of Ossa (2014).
    rows, measures
        Of a table of Ignatenko et al.; measures are columns of ``TradeEquilibrium.table()``.
    weights
        Weights of groups of countries: ``expenditure``, ``gdp`` or ``equal``.
    published
        Name of the csv file of printed cells in the folder ``published``; empty without one.
    decimals
        Printed decimals; None reads them off each printed text.
    slack
        By measure (``*`` for all others), the distance that counts as agreement where the
        published number is known to be loose.
    stored
        Whether the stored table is used even where the files are: for tables that take long.
    residual_bound
        Largest violation of an equilibrium condition that is accepted.
    """

    paper: Literal["ignatenko2025", "ossa2014"]
    panels: tuple[ignatenko2025.Panel, ...] = ()
    problems: tuple[ossa2014.Problem, ...] = ()
    rows: tuple[str, ...] = ("USA", "non-US (average)")
    measures: tuple[str, ...] = _MEASURES
    weights: Literal["expenditure", "gdp", "equal"] = "expenditure"
    published: str = ""
    decimals: int | None = None
    slack: dict[str, float] = Field(default_factory=dict)
    stored: bool = False
    residual_bound: float = 1e-9


def _values(settings: AnalysisSettings) -> tuple[list[tuple[str, str, str, float]], float]:
    """(panel, row, measure, value) of the whole table, and the largest violation."""
    folder = reference_folder(settings.paper)
    assert folder is not None
    found: list[tuple[str, str, str, float]] = []
    worst = 0.0
    if settings.panels:
        world = ignatenko2025.read_world(folder)
        for panel in settings.panels:
            cells, violation = ignatenko2025.panel_cells(
                world, panel, settings.rows, settings.measures, settings.weights
            )
            found += [(panel.name, *cell) for cell in cells]
            worst = max(worst, violation)
    for problem in settings.problems:
        cells, violation = ossa2014.problem_cells(folder / "DATA.mat", problem)
        found += [(problem.name, *cell) for cell in cells]
        worst = max(worst, violation)
    return found, worst


def _printed(settings: AnalysisSettings) -> dict[tuple[str, str, str], str]:
    if not settings.published:
        return {}
    columns = ossa2014.OSSA_MEASURES[settings.problems[0].problem] if settings.problems else ()
    return printed_cells(settings.published, columns=columns)


def replicate(study: Study, settings: AnalysisSettings) -> Replication:
    """Return the table: computed where the authors' files are, as stored elsewhere.

    Raises
    ------
    DataError
        If the files are absent and no table is stored.
    """
    if settings.stored or reference_folder(settings.paper) is None:
        return read_stored(study.name)
    found, worst = _values(settings)
    printed = _printed(settings)
    cells = []
    for panel, row, measure, value in found:
        text = printed.get((panel, row, measure), "")
        decimals = settings.decimals
        if decimals is None:
            decimals = len(text.partition(".")[2]) if text else 1
        slack = settings.slack.get(measure, settings.slack.get("*", 0.0))
        cells.append(Cell(panel, row, measure, value, text, slack, decimals))
    module = ignatenko2025 if settings.paper == "ignatenko2025" else ossa2014
    inputs = input_hashes(settings.paper, module.FILES)
    if settings.published:
        inputs |= input_hashes("published", [settings.published])
    return Replication(
        name=study.name,
        paper=settings.paper,
        cells=tuple(cells),
        inputs=inputs,
        source_sha256=source_hash([__name__, module.__name__]),
        largest_residual=worst,
    )


def _table(result: Replication) -> StudyTable:
    measures = list(dict.fromkeys(cell.measure for cell in result.cells))
    lines: dict[tuple[str, str], dict[str, Cell]] = {}
    for cell in result.cells:
        lines.setdefault((cell.panel, cell.row), {})[cell.measure] = cell
    rows: list[tuple[str | Number, ...]] = []
    for (panel, row), by_measure in lines.items():
        cells = [by_measure[m] for m in measures]
        rows.append((panel, row, *(Number(c.computed, f".{max(c.decimals, 1)}f") for c in cells)))
    names = tuple(measure.replace("_", " ") for measure in measures)
    return StudyTable(("panel", "row", *names), tuple(rows), "ll" + "r" * len(names))


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return the table with its distance from print."""
    result = replicate(study, settings)
    printed = result.printed
    numbers = {
        "cells": Number(len(result.cells), "d"),
        "printed_cells": Number(len(printed), "d"),
        "outside_printed_digits": Number(sum(not cell.agrees for cell in printed), "d"),
    }
    if printed:
        largest = max(abs(cell.deviation) for cell in printed)
        numbers["largest_deviation"] = Number(largest, ".3f")
    health = {"equilibrium conditions": (result.largest_residual, settings.residual_bound)}
    if printed:
        missed = float(sum(not cell.agrees for cell in printed))
        health["cells outside the printed digits"] = (missed, 0.0)
    return StudyResult(
        numbers=numbers, tables={"cells": _table(result)}, objects={"table": result}, health=health
    )
