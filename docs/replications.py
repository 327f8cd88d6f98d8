"""Write the tables of docs/replications from the stored results of paper/validation.

A page marks where a table stands: ``<!-- cells STUDY: MEASURE, ... -->``, or
``<!-- summary -->`` for one line a study.

Usage: python docs/replications.py [--check]
"""

import re
import sys
from pathlib import Path

from negotiation.study.comparisons.published import Cell, Replication, read_stored

DOCS = Path(__file__).resolve().parent
STORED = DOCS.parent / "paper" / "validation"


def table(columns: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown, numbers to the right."""
    lines = ["| " + " | ".join(columns) + " |", "|---|" + "---:|" * (len(columns) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def shown(cell: Cell) -> str:
    """Return what is printed and, with one digit more, what is computed."""
    return f"{cell.printed} / {cell.computed:.{cell.decimals + 1}f}"


def cells(result: Replication, measures: list[str]) -> str:
    """Return one line a row of the published table, ``printed / computed``."""
    panels = list(dict.fromkeys(cell.panel for cell in result.cells))
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for cell in result.cells:
        rows.setdefault((cell.panel, cell.row), {})[cell.measure] = shown(cell)
    lines = [
        [f"{panel}: {row}" if len(panels) > 1 else row, *(by[name] for name in measures)]
        for (panel, row), by in rows.items()
    ]
    return table(["", *(name.replace("_", " ") for name in measures)], lines)


def summary() -> str:
    """Return one line a study: cells, printed cells, how far they are from print."""
    lines = []
    for path in sorted(STORED.glob("replication_*.json")):
        result = read_stored(path.stem, STORED)
        apart = [abs(cell.deviation) for cell in result.printed]
        missed = sum(not cell.agrees for cell in result.printed)
        seen = [str(len(apart)), str(missed), f"{max(apart):.3f}"] if apart else ["none", "-", "-"]
        lines.append(
            [f"`{path.stem}`", str(len(result.cells)), *seen, f"{result.largest_residual:.0e}"]
        )
    return table(
        ["study", "cells", "printed ones at hand", "that differ", "largest distance", "violation"],
        lines,
    )


def renewed(text: str) -> str:
    """Return a page with its tables renewed."""

    def block(found: re.Match[str]) -> str:
        if found["what"] == "summary":
            new = summary()
        else:
            study, _, names = found["what"].removeprefix("cells ").partition(": ")
            new = cells(read_stored(study, STORED), names.split(", "))
        return f"<!-- {found['what']} -->\n\n{new}\n\n<!-- end -->"

    pattern = r"<!-- (?P<what>summary|cells [^>]*?) -->\n.*?<!-- end -->"
    return re.sub(pattern, block, text, flags=re.DOTALL)


def main(arguments: list[str]) -> int:
    stale = []
    for page in sorted((DOCS / "replications").glob("*.md")):
        old = page.read_text(encoding="utf-8")
        new = renewed(old)
        if new != old:
            stale.append(page.name)
            if "--check" not in arguments:
                page.write_text(new, encoding="utf-8")
    if stale and "--check" in arguments:
        print(f"not current: {', '.join(stale)}; run python docs/replications.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
