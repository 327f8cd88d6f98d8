"""Cells of a published table: what was computed, what was printed, and from which files.

Other authors' files often must not be passed on. Where they are at hand, a table is computed;
elsewhere a stored table stands in and says of which code it is.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from negotiation.errors import DataError
from negotiation.study.provenance import file_hash
from negotiation.study.store.files import write_json

__all__ = [
    "Cell",
    "Replication",
    "ValidationPoints",
    "input_hashes",
    "printed_cells",
    "read_stored",
    "write_stored",
]


@dataclass(frozen=True)
class Cell:
    """One cell of a table, in percent.

    Attributes
    ----------
    panel, row, measure
        Where it stands.
    computed
        Our value.
    printed
        The published text, empty where the table is not at hand.
    slack
        Largest distance that counts as agreement beyond rounding to the printed digits; above 0
        only where the published number itself is known to be loose.
    decimals
        Printed decimals.
    """

    panel: str
    row: str
    measure: str
    computed: float
    printed: str = ""
    slack: float = 0.0
    decimals: int = 1

    @property
    def deviation(self) -> float:
        """Computed minus printed; NaN where nothing is printed."""
        return self.computed - float(self.printed) if self.printed else float("nan")

    @property
    def agrees(self) -> bool:
        """Whether the computed value rounds to the printed one, or is within the slack."""
        if not self.printed:
            return True
        rounded = abs(round(self.computed, self.decimals) - float(self.printed)) < 1e-9
        return rounded or abs(self.deviation) <= self.slack


@dataclass(frozen=True)
class Replication:
    """A published table computed again.

    Attributes
    ----------
    name
        Of the study.
    paper
        Short name of the publication.
    cells
        All cells.
    inputs
        sha256 of each file read.
    source_sha256
        Of the code that computed the cells.
    largest_residual
        Largest violation of an equilibrium condition over all worlds behind the table.
    recomputed
        False where the stored table stands in.
    """

    name: str
    paper: str
    cells: tuple[Cell, ...]
    inputs: Mapping[str, str]
    source_sha256: str
    largest_residual: float
    recomputed: bool = True

    @property
    def printed(self) -> tuple[Cell, ...]:
        """Cells with a printed value."""
        return tuple(cell for cell in self.cells if cell.printed)

    @property
    def origin(self) -> str:
        """One line for people: computed now, or stored and of which code."""
        if self.recomputed:
            return "validation: recomputed"
        return f"validation: stored, of {self.source_sha256[:12]}"


@dataclass(frozen=True)
class ValidationPoints:
    """Every printed cell with its computed value.

    Attributes
    ----------
    papers
        Publications, by the names in ``paper``.
    paper
        Name of each cell's publication.
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


def printed_cells(path: Path, *, columns: Sequence[str] = ()) -> dict[tuple[str, str, str], str]:
    """Return the printed text by panel, row and measure.

    Parameters
    ----------
    path
        Of a csv file; either one row a cell (``panel, row, measure, published_pct``) or one row a
        table row with a column a measure.
    columns
        Measures of the second kind; empty for the first kind.
    """
    if not path.is_file():
        raise DataError("the published table is not at hand", where=path.name)
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    if not columns:
        return {(row["panel"], row["row"], row["measure"]): row["published_pct"] for row in rows}
    return {(row["panel"], row["row"], name): row[name] for row in rows for name in columns}


def write_stored(result: Replication, folder: Path) -> Path:
    """Write ``<name>.json`` of a replication and return its path."""
    path = folder / f"{result.name}.json"
    cells = [
        {**asdict(cell), "deviation": cell.deviation if cell.printed else None}
        for cell in result.cells
    ]
    write_json(
        path,
        {
            "name": result.name,
            "paper": result.paper,
            "cells": cells,
            "inputs_sha256": dict(result.inputs),
            "source_sha256": result.source_sha256,
            "largest_residual": result.largest_residual,
        },
    )
    return path


def read_stored(name: str, folder: Path) -> Replication:
    """Read a stored table from its folder.

    Raises
    ------
    DataError
        If there is none, or it is damaged.
    """
    path = folder / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        cells = tuple(
            Cell(**{key: value for key, value in cell.items() if key != "deviation"})
            for cell in content["cells"]
        )
        return Replication(
            name=content["name"],
            paper=content["paper"],
            cells=cells,
            inputs=content["inputs_sha256"],
            source_sha256=content["source_sha256"],
            largest_residual=content["largest_residual"],
            recomputed=False,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"no stored table can be read: {error}",
            where=str(path),
            hint="Compute the table from the authors' files, and store it.",
        ) from error


def input_hashes(folder: Path, files: Sequence[str]) -> dict[str, str]:
    """Return the sha256 of files of a folder, by the folder's and the file's name."""
    hashes = {}
    for name in files:
        if not (folder / name).is_file():
            raise DataError("missing file", where=f"{folder.name}/{name}")
        hashes[f"{folder.name}/{name}"] = file_hash(folder / name)
    return hashes
