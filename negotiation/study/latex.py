r"""Results as LaTeX: ``\\result{key}`` numbers, tables, and the compiled paper."""

from __future__ import annotations

import math
import os
import re
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from negotiation.errors import InvalidInputError, NegotiationError
from negotiation.presentation import escape, table_latex
from negotiation.study.store.files import write_text
from negotiation.study.store.study_results import read_summary

__all__ = ["compile_paper", "write_generated"]

_HEAD = r"""% Generated from stored results; edited by no one.
\makeatletter
\DeclareRobustCommand{\result}[1]{\ifcsname result@#1\endcsname\csname result@#1\endcsname
  \else\GenericError{}{Unknown result key #1}{}{}\fi}
"""


def write_generated(summaries: Mapping[str, Path], folder: Path) -> None:
    """Write one ``table_<study>_<name>.tex`` a table and, last, ``numbers.tex``.

    The key ``profile`` of the numbers tells the profiles that the results come from.
    """
    lines = [_HEAD]
    largest: dict[tuple[str, str, float], float] = {}
    families = Counter(study.split("_")[0] for study in summaries)
    folder.mkdir(parents=True, exist_ok=True)
    wanted, profiles = set(), set()
    for study in sorted(summaries):
        summary = read_summary(summaries[study].parent)
        profiles.add(str(summary["profile"]))
        for key in sorted(summary["numbers"]):
            text = escape(summary["numbers"][key]["text"])
            lines.append(rf"\@namedef{{result@{study}.{key}}}{{{text}}}" + "\n")
        for label, table in summary["tables"].items():
            path = folder / f"table_{study}_{label}.tex"
            wanted.add(path.name)
            write_text(path, table_latex(table["columns"], table["rows"], table["align"]))
        first = study.split("_")[0]
        # Studies of one kind, such as replications, share a row.
        name = f"{first}, {families[first]} studies" if families[first] > 2 else study
        for key, item in sorted(summary["health"].items()):
            row = (name.replace("_", " "), key, float(item["bound"]))
            largest[row] = max(largest.get(row, -math.inf), float(item["value"]))
    health = [
        [name, key, f"{value:.1e}", f"{bound:.0e}"] for (name, key, bound), value in largest.items()
    ]
    write_text(
        folder / "table_health.tex",
        table_latex(["study", "certificate", "largest", "bound"], health, "llrr"),
    )
    for stale in set(folder.glob("table_*.tex")) - {
        folder / n for n in (*wanted, "table_health.tex")
    }:
        stale.unlink()
    lines.append(rf"\@namedef{{result@profile}}{{{' and '.join(sorted(profiles))}}}" + "\n")
    lines.append("\\makeatother\n")
    write_text(folder / "numbers.tex", "".join(lines))


def compile_paper(source: Path) -> Path:
    """Compile with latexmk to bytes that depend on the sources alone; return the pdf.

    Raises
    ------
    NegotiationError
        With LaTeX's own error lines.
    """
    epoch = (source.parent / "epoch").read_text(encoding="utf-8").strip()
    if not epoch.isdigit():
        raise InvalidInputError(
            "not a number of seconds", where=str(source.parent / "epoch"), seen=epoch
        )
    environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch, "FORCE_SOURCE_DATE": "1"}
    command = [
        "latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "-silent", source.name,
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=source.parent, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        log = source.with_suffix(".log")
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else done.stderr
        found = re.findall(r"^(?:!|Unknown|l\.\d+).*$", text, flags=re.MULTILINE)
        raise NegotiationError("LaTeX stopped: " + " | ".join(found[:6] or [text[-400:]]))
    return source.with_suffix(".pdf")
