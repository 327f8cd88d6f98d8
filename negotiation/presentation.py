r"""How results show themselves: as a data frame, a LaTeX table, HTML and text.

Every public result is a dataclass that inherits `Presented`. One of numbers alone needs nothing
more; one with labels says its own ``to_frame``, and ``_displayed`` where people read another
arrangement than programs do.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from negotiation.values import compact_repr

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = [
    "Pictured",
    "Presented",
    "escape",
    "frame_latex",
    "in_order",
    "show",
    "shown_numbers",
    "table_latex",
]

#: Columns and rows of text, ready to print.
TextTable: TypeAlias = tuple[list[str], list[list[str]]]

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "\u2212": "$-$",
    "×": r"$\times$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "→": r"$\to$",
}
_COLUMN = re.compile(r"[lrc]|p\{[^}]*\}")
_NUMBER = re.compile(r"^[+-]?[\d,]*\.?\d+(e[+-]?\d+)?$")

#: Letters of a heading that is never broken.
_SHORT_HEADING = 8
#: Significant figures of a number that people read.
_FIGURES = 4
#: Rows from which a LaTeX table may break over pages.
_ONE_PAGE = 45
#: Rows of a table on a screen.
_ON_SCREEN = 12
#: Columns of numbers whose sizes differ by more have each number rounded on its own.
_MANY_SIZES = 1e2
#: Fields that say how a result was come by, not what it is.
_ASIDE = ("assumptions", "notes", "elapsed_seconds")


class Presented:
    """A result, a dataclass, that presents itself as a table."""

    #: For a field, what stands on each of its axes: labels, or the attribute that has them.
    _axes: ClassVar[Mapping[str, tuple[str | tuple[str, ...], ...]]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        """Show the table where the class says a heading for it, otherwise one line of fields."""
        super().__init_subclass__(**options)
        if "__repr__" not in cls.__dict__:  # a dataclass would write its own
            has_heading = cls._heading is not Presented._heading
            type.__setattr__(cls, "__repr__", _table_repr if has_heading else compact_repr)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a number: its name, whose or which it is, value, unit.

        Sides, stages and other places stand by name where the result names them, and count from 1
        where it does not.
        """
        import pandas as pd

        rows = [
            row
            for spec in fields(self)  # type: ignore[arg-type]  # every subclass is a dataclass
            if spec.repr and spec.name not in _ASIDE and not spec.name.startswith("_")
            for row in self._numbers(spec.name, str(spec.metadata.get("unit", "")))
        ]
        frame = pd.DataFrame(rows, columns=["quantity", "of", "value", "unit"])
        return frame if frame["unit"].any() else frame.drop(columns="unit")

    def _numbers(self, name: str, unit: str) -> list[tuple[str, str, Any, str]]:
        value = getattr(self, name)
        if isinstance(value, str | bool | np.bool_ | int | float | np.number | Fraction | dt.date):
            return [(name, "", value, unit)]
        if isinstance(value, Mapping):
            return [(name, str(k), v, unit) for k, v in value.items() if np.isscalar(v)]
        try:
            array = np.asarray(value)
        except ValueError:  # tuples of different lengths
            return []
        if array.dtype.kind not in "fiubU":
            return []
        if array.ndim == 0:
            return [(name, "", array.item(), unit)]
        labels = self._labels(name, array.shape)
        return [
            (
                name,
                ", ".join(names[n] for names, n in zip(labels, place, strict=True)),
                array[place].item(),
                unit,
            )
            for place in np.ndindex(*array.shape)
        ]

    def _labels(self, name: str, shape: tuple[int, ...]) -> list[list[str]]:
        """Return what stands on each axis of a field."""
        counts = [[str(n + 1) for n in range(size)] for size in shape]
        players = getattr(self, "players", ())
        axes = self._axes.get(name)
        if axes is None:
            return [*counts[:-1], list(players)] if len(players) == shape[-1] else counts
        found = [getattr(self, axis) if isinstance(axis, str) else axis for axis in axes]
        return [[str(label) for label in labels] for labels in found]

    def _displayed(self) -> pd.DataFrame:
        """Return the table that people read; a named index counts as columns."""
        return self.to_frame()

    def _heading(self) -> str:
        """Return one line that stands above the table on a screen."""
        return repr(self)

    def to_latex(self) -> str:
        r"""Return a LaTeX table that compiles as it is, special characters escaped.

        The preamble needs ``\usepackage{booktabs}``, and ``\usepackage{longtable}`` for a table
        of more than 45 rows, which breaks over pages.
        """
        frame = self._displayed()
        return frame_latex(frame) if len(frame) else escape(self._heading()) + "\n"

    def _repr_html_(self) -> str:
        frame = self._displayed()
        columns, rows = show(frame.head(_ON_SCREEN))
        head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            for row in rows
        )
        cut = f"<p>first {len(rows)} of {len(frame)} rows</p>" if len(frame) > len(rows) else ""
        return (
            f"<p>{html.escape(self._heading())}</p><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>{cut}"
        )


class Pictured(Presented):
    """A result with a natural picture, which ``plot`` draws."""

    #: Public function that draws it.
    _picture: ClassVar[str]

    def _drawn(self) -> tuple[Any, ...]:
        """Return what the function takes."""
        return (self,)

    def plot(self, **options: Any) -> Axes:
        """Draw the result, with the options of the plot function for its kind; return the axes."""
        import negotiation

        axes: Axes = getattr(negotiation, self._picture)(*self._drawn(), **options)
        return axes


def frame_latex(frame: pd.DataFrame) -> str:
    """Return a frame as the LaTeX table that :meth:`Presented.to_latex` describes."""
    columns, rows = show(frame)
    return table_latex(columns, rows, long=len(rows) > _ONE_PAGE)


def _table_repr(item: Presented) -> str:
    """Return a heading and the first rows of a result's table."""
    frame = item._displayed()
    columns, rows = show(frame.head(_ON_SCREEN))
    widths = [max(len(name), *(len(row[k]) for row in rows)) if rows else len(name)
              for k, name in enumerate(columns)]  # fmt: skip
    right = [k for k in range(len(columns)) if _is_of_numbers([row[k] for row in rows])]
    lines = [
        "  ".join(
            cell.rjust(width) if k in right else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [columns, *rows]
    ]
    if len(frame) > len(rows):
        lines.append(f"... {len(frame)} rows")
    return "\n".join([item._heading(), *(lines if rows else [])])


def show(frame: pd.DataFrame) -> TextTable:
    """Return a frame as text: numbers to four figures, nothing for what is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> show(pd.DataFrame({"side": ["USA", "CHN"], "gain": [0.123456, None]}))
    (['side', 'gain'], [['USA', '0.1235'], ['CHN', '']])
    """
    if frame.index.nlevels > 1 or frame.index.name is not None:
        frame = frame.reset_index()
    columns = [
        " ".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)
        for name in list[Any](frame.columns)
    ]
    cells = [shown_numbers(frame.iloc[:, k].tolist()) for k in range(len(columns))]
    return columns, [list(row) for row in zip(*cells, strict=True)]


def in_order(values: Any, order: Iterable[Any]) -> pd.Categorical:
    """Return labels as categories in a given order, which sorting and grouping then keep."""
    import pandas as pd

    return pd.Categorical(values, categories=list(dict.fromkeys(order)))


def shown_numbers(values: Iterable[Any]) -> list[str]:
    """Return the cells of one column: as many decimals as its largest number needs."""
    values = list(values)
    sizes = [abs(x) for x in values if isinstance(x, float) and np.isfinite(x) and x != 0.0]
    decimals = None
    if sizes and max(sizes) / min(sizes) <= _MANY_SIZES and 1e-4 <= max(sizes) < 1e7:
        decimals = _decimals(max(sizes))
        if all(float(x).is_integer() for x in sizes):
            decimals = 0
    return [_cell(x, decimals) for x in values]


def _decimals(size: float) -> int:
    return max(0, _FIGURES - 1 - int(np.floor(np.log10(size))))


def _cell(value: Any, decimals: int | None) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if not isinstance(value, float):
        return str(value)
    if not np.isfinite(value):
        return "infinite" if value > 0 else "-infinite"
    if decimals is not None:
        text = f"{value:.{decimals}f}"
    elif value == 0.0 or 1e-4 <= abs(value) < 1e7:
        text = f"{value:.{_decimals(abs(value)) if value else 0}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{value:.{_FIGURES - 1}e}"
    return text.removeprefix("-") if not float(text) else text


def _is_of_numbers(cells: Sequence[str]) -> bool:
    return any(cells) and all(_NUMBER.match(cell) or not cell for cell in cells)


def escape(text: str) -> str:
    r"""Return text with LaTeX's special characters escaped, and a true minus before numbers.

    Examples
    --------
    >>> escape("20 %")
    '20 \\%'
    >>> escape("-1.5")
    '$-$1.5'
    """
    if _NUMBER.match(text):
        return text.replace("-", "$-$", 1) if text.startswith("-") else text
    return "".join(_SPECIAL.get(char, char) for char in text)


def _heading_latex(name: str, cells: list[str], align: str) -> str:
    """Return a heading, broken over lines where it is wider than the cells below it."""
    words = name.split()
    width = max((len(item) for item in (*cells, *words)), default=0)
    if align.startswith("p") or len(name) <= max(width, _SHORT_HEADING):
        return escape(name)
    lines = textwrap.wrap(name, max(width, _SHORT_HEADING), break_long_words=False)
    stacked = r" \\ ".join(escape(line) for line in lines)
    return rf"\shortstack[{align}]{{{stacked}}}"


def table_latex(
    columns: list[str], rows: list[list[str]], align: str = "", *, long: bool = False
) -> str:
    """Return a booktabs tabular; words stand left, numbers right, long headings over lines.

    A ``long`` one is a longtable, which breaks over pages.
    """
    if not align:
        align = "".join(
            "r" if _is_of_numbers([row[k] for row in rows]) else "l" for k in range(len(columns))
        )
    widths = align.replace("p{", r">{\raggedright\arraybackslash}p{")
    kind = "longtable" if long else "tabular"
    kinds = _COLUMN.findall(align)
    headings = [
        _heading_latex(name, [row[k] for row in rows], kinds[k]) for k, name in enumerate(columns)
    ]
    head = [r"\toprule", " & ".join(headings) + r" \\", r"\midrule"]
    lines = [rf"\begin{{{kind}}}{{{widths}}}", *head, *([r"\endhead"] if long else [])]
    # a row must not open with "[" or "*": LaTeX would take it for an argument of the one above
    lines += [
        " & ".join("{}" + cell if cell[:1] in ("[", "*") else cell for cell in map(escape, row))
        + r" \\"
        for row in rows
    ]
    lines += [r"\bottomrule", rf"\end{{{kind}}}"]
    return "\n".join(lines) + "\n"
