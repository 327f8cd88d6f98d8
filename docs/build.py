"""Build the documentation: run every tutorial, write the API pages, call mkdocs.

Usage: python docs/build.py
"""

import doctest
import shutil
import subprocess
import sys
from pathlib import Path
from pkgutil import walk_packages

import negotiation

DOCS = Path(__file__).resolve().parent
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_tutorials() -> int:
    failed = 0
    for path in [DOCS.parent / "README.md", *sorted((DOCS / "tutorials").glob("*.md"))]:
        outcome = doctest.testfile(str(path), module_relative=False, optionflags=FLAGS)
        print(f"{path.name}: {outcome.attempted} examples, {outcome.failed} failed")
        failed += outcome.failed
    return failed


def write_api_pages(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    rooms: dict[str, list[str]] = {}
    for info in walk_packages(negotiation.__path__, "negotiation."):
        if not info.ispkg and "._" not in info.name and not info.name.endswith("__main__"):
            room = info.name.removeprefix("negotiation.").rpartition(".")[0]
            rooms.setdefault(room or "package", []).append(info.name)
    for room, modules in rooms.items():
        blocks = "\n\n".join(f"::: {name}" for name in sorted(modules))
        (folder / f"{room}.md").write_text(f"# {room}\n\n{blocks}\n", encoding="utf-8")


def main() -> int:
    if run_tutorials():
        return 1
    api = DOCS / "api"
    write_api_pages(api)
    try:
        command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
        return subprocess.run(command, cwd=DOCS.parent, check=False).returncode
    finally:
        shutil.rmtree(api, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
