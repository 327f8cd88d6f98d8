"""A published table computed again from the authors' files, or its stored cells without them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field

import ignatenko2025
import negotiation as ng
import ossa2014
from negotiation.study.comparisons.published import (
    Cell,
    Replication,
    input_hashes,
    printed_cells,
    read_stored,
)
from negotiation.study.provenance import source_hash

HERE = Path(__file__).resolve().parent
#: Tables computed where the authors' files were at hand; see paper/validate.py.
STORED = HERE.parent / "paper" / "validation"

_MEASURES = ("welfare", "deficit", "exports_to_gdp", "imports_to_gdp", "employment", "prices")


class AnalysisSettings(ng.Settings):
    """Settings of a table."""

    #: Whose files are read.
    paper: Literal["ignatenko2025", "ossa2014"]
    #: Scenarios of Ignatenko et al. (2025).
    panels: tuple[ignatenko2025.Panel, ...] = ()
    #: Tariff problems of Ossa (2014).
    problems: tuple[ossa2014.Problem, ...] = ()
    #: Of a table of Ignatenko et al.; measures are columns of ``TradeEquilibrium.table()``.
    rows: tuple[str, ...] = ("USA", "non-US (average)")
    measures: tuple[str, ...] = _MEASURES
    #: Weights of groups of countries: ``expenditure``, ``gdp`` or ``equal``.
    weights: Literal["expenditure", "gdp", "equal"] = "expenditure"
    #: Name of the csv file of printed cells in the folder ``published``; empty without one.
    published: str = ""
    #: Printed decimals; None reads them off each printed text.
    decimals: int | None = None
    #: By measure (``*`` for all others), the distance that counts as agreement where the published
    #: number is known to be loose.
    slack: dict[str, float] = Field(default_factory=dict)
    #: Whether the stored table is used even where the files are: for tables that take long.
    stored: bool = False
    #: Largest violation of an equilibrium condition that is accepted.
    residual_bound: float = 1e-9


def reference_folder(name: str) -> Path | None:
    """Return a folder of other authors' files, or None where it is absent.

    ``NEGOTIATION_REFERENCE`` names the folder of such folders; otherwise it is
    ``shared/reference`` beside the checkout.
    """
    named = os.environ.get("NEGOTIATION_REFERENCE")
    base = Path(named) if named else HERE.parents[1] / "shared" / "reference"
    return base / name if (base / name).exists() else None


def _values(
    settings: AnalysisSettings, folder: Path
) -> tuple[list[tuple[str, str, str, float]], float]:
    """(panel, row, measure, value) of the whole table, and the largest violation."""
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


def _printed(settings: AnalysisSettings, folder: Path) -> dict[tuple[str, str, str], str]:
    if not settings.published:
        return {}
    columns = ossa2014.OSSA_MEASURES[settings.problems[0].problem] if settings.problems else ()
    return printed_cells(folder / settings.published, columns=columns)


def replicate(study: ng.Study, settings: AnalysisSettings) -> Replication:
    """Return the table: computed where the authors' files are, as stored elsewhere.

    Raises
    ------
    DataError
        If the files are absent and no table is stored.
    """
    folder = reference_folder(settings.paper)
    if settings.stored or folder is None:
        return read_stored(study.name, STORED)
    published = folder.with_name("published")
    found, worst = _values(settings, folder)
    printed = _printed(settings, published)
    cells = []
    for panel, row, measure, value in found:
        text = printed.get((panel, row, measure), "")
        decimals = settings.decimals
        if decimals is None:
            decimals = len(text.partition(".")[2]) if text else 1
        slack = settings.slack.get(measure, settings.slack.get("*", 0.0))
        cells.append(Cell(panel, row, measure, value, text, slack, decimals))
    module = ignatenko2025 if settings.paper == "ignatenko2025" else ossa2014
    inputs = input_hashes(folder, module.FILES)
    if settings.published:
        inputs |= input_hashes(published, [settings.published])
    return Replication(
        name=study.name,
        paper=settings.paper,
        cells=tuple(cells),
        inputs=inputs,
        source_sha256=source_hash(["replication", module.__name__], HERE),
        largest_residual=worst,
    )


def _table(result: Replication) -> ng.StudyTable:
    measures = list(dict.fromkeys(cell.measure for cell in result.cells))
    lines: dict[tuple[str, str], dict[str, Cell]] = {}
    for cell in result.cells:
        lines.setdefault((cell.panel, cell.row), {})[cell.measure] = cell
    rows: list[tuple[str | ng.Number, ...]] = []
    for (panel, row), by_measure in lines.items():
        cells = [by_measure[m] for m in measures]
        rows.append(
            (panel, row, *(ng.Number(c.computed, f".{max(c.decimals, 1)}f") for c in cells))
        )
    names = tuple(measure.replace("_", " ") for measure in measures)
    return ng.StudyTable(("panel", "row", *names), tuple(rows), "ll" + "r" * len(names))


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return the table with its distance from print."""
    result = replicate(study, settings)
    printed = result.printed
    numbers = {
        "cells": ng.Number(len(result.cells), "d"),
        "printed_cells": ng.Number(len(printed), "d"),
        "outside_printed_digits": ng.Number(sum(not cell.agrees for cell in printed), "d"),
    }
    if printed:
        largest = max(abs(cell.deviation) for cell in printed)
        numbers["largest_deviation"] = ng.Number(largest, ".3f")
    health = {"equilibrium conditions": (result.largest_residual, settings.residual_bound)}
    if printed:
        missed = float(sum(not cell.agrees for cell in printed))
        health["cells outside the printed digits"] = (missed, 0.0)
    return ng.StudyResult(
        numbers=numbers, tables={"cells": _table(result)}, objects={"table": result}, health=health
    )
