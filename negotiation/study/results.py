"""What an analysis returns: numbers and tables for the text, objects for the figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.presentation import Presented

if TYPE_CHECKING:
    import pandas as pd
from negotiation.values import instances

__all__ = ["Number", "StudyResult", "StudyTable"]


@dataclass(frozen=True)
class Number:
    """A number of the text: its value and how it is printed.

    Attributes
    ----------
    value
        A number, or a word that a result decides ("China").
    style
        A format specification (``.2f``, ``+.1f``, ``d``), applied after scaling; empty for words.
    scale
        Factor applied before printing, for instance 100 for percent.

    Examples
    --------
    >>> Number(0.1234, ".1f", 100).text
    '12.3'
    >>> Number(-0.04, ".1f").text
    '0.0'
    """

    value: float | int | str
    style: str = ".2f"
    scale: float = 1.0

    @property
    def text(self) -> str:
        """The printed form; a rounded zero has no sign."""
        if isinstance(self.value, str):
            return self.value
        if not math.isfinite(self.value):
            raise NonFiniteError("a number of the text is not finite", where=repr(self))
        if self.style == "d":
            return f"{round(self.value * self.scale):d}"
        text = format(self.value * self.scale, self.style)
        if float(text.replace(",", "")) == 0.0:
            text = text.replace("-", "").replace("+", "")
        return text


@dataclass(frozen=True)
class StudyTable:
    """A table of the paper.

    Attributes
    ----------
    columns
        Headings.
    rows
        Cells: words, numbers with a style, or plain values.
    align
        LaTeX column letters; by default words left and numbers right.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | Number, ...], ...]
    align: str = ""

    def __post_init__(self) -> None:
        """Refuse ragged rows."""
        instances(self.columns, str, name="columns")
        for k, row in enumerate(instances(self.rows, Sequence, name="rows")):
            if len(row) != len(self.columns):
                raise InvalidInputError(
                    "ragged table",
                    where=f"row {k + 1}",
                    seen=len(row),
                    allowed=f"{len(self.columns)} cells",
                )

    @property
    def text_rows(self) -> tuple[tuple[str, ...], ...]:
        """Printed cells."""
        return tuple(
            tuple(cell.text if isinstance(cell, Number) else str(cell) for cell in row)
            for row in self.rows
        )


@dataclass(frozen=True)
class StudyResult(Presented):
    r"""Everything that a study hands on.

    Attributes
    ----------
    numbers
        Keys of ``\result{}`` in the text, without the name of the study.
    tables
        Tables by name.
    objects
        Frozen results that the figures are drawn from.
    health
        Largest regret, excess demand, Bellman residual ... with the bound each must respect.
    """

    numbers: Mapping[str, Number] = field(default_factory=dict)
    tables: Mapping[str, StudyTable] = field(default_factory=dict)
    objects: Mapping[str, Any] = field(default_factory=dict)
    health: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a number: its key, its value, and how the text prints it."""
        import pandas as pd

        rows = [(key, item.value, item.text) for key, item in self.numbers.items()]
        return pd.DataFrame(rows, columns=["key", "value", "text"])
