"""Record the last full run: date, source hash and the closing lines of its log.

Usage: python docs/record_full_run.py build/full.log
"""

import datetime as dt
import re
import sys
from pathlib import Path

from negotiation.study.provenance import PACKAGE, data_hash, source_hash

PAGE = Path(__file__).resolve().parent / "full_run.md"


def main() -> int:
    """Write docs/full_run.md."""
    log = Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace")
    modules = [
        ".".join(("negotiation", *path.relative_to(PACKAGE).with_suffix("").parts))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name not in ("__init__.py", "__main__.py")
    ]
    kept = [
        line.strip()
        for line in log.splitlines()
        if re.search(r"Succeeded in|passed|failed|ratio", line)
    ]
    lines = [
        "# The last full run",
        "",
        f"- date: {dt.datetime.now(dt.UTC).date().isoformat()}",
        f"- source sha256: `{source_hash(modules)}`",
        f"- data sha256: `{data_hash()}`",
        "",
        "```",
        *kept,
        "```",
        "",
    ]
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
