"""Record the last full run: date, sources, seconds of each part, what was counted and missed.

Usage: python docs/record_full_run.py build/full.log

The log is what ``make full`` prints. A line ``== part (seconds) ==`` opens a part; the last one
is called ``end``. The page is a function of the log, the sources and the embedded data alone.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from negotiation.study.provenance import PACKAGE, data_hash, source_hash

PAGE = Path(__file__).resolve().parent / "full_run.md"
_PART = re.compile(r"^== (?P<name>.+) \((?P<seconds>\d+) s\) ==$")
_STARTED = re.compile(r"^full run of (?P<date>\d{4}-\d{2}-\d{2})(?:, (?P<machine>.+))?$")
_TERMINAL = re.compile(r"\x1b\[[0-9;]*m")
_KEPT = re.compile(
    r"Succeeded in"  # the chain of studies, figures and paper
    r"|^=* ?\d+ (?:passed|failed|error)"  # the tests
    r"|^\d+ targets missed"  # the benchmarks
)
_MISSED = re.compile(r"MISSED|^\w+ failed: ")


@dataclass(frozen=True)
class Part:
    """One part of the run.

    Attributes
    ----------
    name
        What ran.
    seconds
        Wall time; None where the log ends inside the part.
    counts
        Closing lines: tasks, tests and targets.
    missed
        Benchmarks that missed their target or failed.
    """

    name: str
    seconds: int | None
    counts: tuple[str, ...]
    missed: tuple[str, ...]


@dataclass(frozen=True)
class FullRun:
    """What a log says.

    Attributes
    ----------
    date
        Day on which the run began, from its first line.
    machine
        Cores and memory, as printed; empty where the log has none.
    parts
        In the order in which they ran.
    """

    date: str
    machine: str
    parts: tuple[Part, ...]

    @property
    def complete(self) -> bool:
        """Whether the log reaches its end."""
        return bool(self.parts) and all(part.seconds is not None for part in self.parts)


def read_log(text: str) -> FullRun:
    """Return what a log of ``make full`` says.

    Raises
    ------
    ValueError
        If the text is no such log.
    """
    date = machine = ""
    opened: list[tuple[str, int, list[str]]] = []
    for raw in text.splitlines():
        line = _TERMINAL.sub("", raw).strip()
        if begun := _STARTED.match(line):
            date, machine = begun["date"], begun["machine"] or ""
        elif part := _PART.match(line):
            opened.append((part["name"], int(part["seconds"]), []))
        elif opened:
            opened[-1][2].append(line)
    if not date or not opened:
        raise ValueError("not a log of make full: no first line with a date, or no parts")
    ends = [start for _, start, _ in opened[1:]]
    parts = []
    for k, (name, start, lines) in enumerate(opened):
        if name == "end":
            break
        counts = tuple(line.strip("=─ ") for line in lines if _KEPT.search(line))
        missed = tuple(line for line in lines if _MISSED.search(line))
        parts.append(Part(name, ends[k] - start if k < len(ends) else None, counts, missed))
    return FullRun(date, machine, tuple(parts))


def page(run: FullRun, *, source: str, data: str) -> str:
    """Return the page in Markdown."""
    lines = [
        "# The last full run",
        "",
        "Written by `make full` from its log (`build/full.log`).",
        "",
        f"- date: {run.date}",
        *([f"- machine: {run.machine}"] if run.machine else []),
        f"- source sha256: `{source}`",
        f"- data sha256: `{data}`",
        f"- reached its end: {'yes' if run.complete else 'no'}",
        "",
        "| part | wall time | outcome |",
        "|---|---:|---|",
    ]
    for part in run.parts:
        lines.append(f"| {part.name} | {_clock(part.seconds)} | {'; '.join(part.counts) or '-'} |")
    if run.complete:
        total = sum(part.seconds or 0 for part in run.parts)
        lines.append(f"| total | {_clock(total)} | |")
    missed = [line for part in run.parts for line in part.missed]
    lines += ["", "## Benchmarks that missed their target", ""]
    lines += [f"- {line}" for line in missed] or ["None."]
    return "\n".join(lines) + "\n"


def _clock(seconds: int | None) -> str:
    return "not finished" if seconds is None else f"{seconds // 60} min {seconds % 60:02d} s"


def main() -> int:
    """Write docs/full_run.md."""
    log = Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace")
    modules = [
        ".".join(("negotiation", *path.relative_to(PACKAGE).with_suffix("").parts))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name not in ("__init__.py", "__main__.py")
    ]
    text = page(read_log(log), source=source_hash(modules), data=data_hash())
    PAGE.write_text(text, encoding="utf-8")
    print(f"Wrote {PAGE.relative_to(PAGE.parent.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
