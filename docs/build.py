"""Build the documentation: run every tutorial, write the API pages, call mkdocs.

Usage: python docs/build.py
"""

import contextlib
import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory

import negotiation

DOCS = Path(__file__).resolve().parent
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_tutorials(pictures: Path) -> int:
    failed = 0
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir()
    rooms = ("tutorials", "how_to", "replications")
    pages = [path for room in rooms for path in sorted((DOCS / room).glob("*.md"))]
    for path in [DOCS.parent / "README.md", *pages]:
        folders = re.findall(r'os\.environ\["(\w+)"', path.read_text(encoding="utf-8"))
        if not os.environ.keys() >= set(folders):
            print(f"{path.name}: not executed, it needs files that {', '.join(folders)} names")
            continue
        # What a page writes is written where it runs; what it draws is shown.
        with TemporaryDirectory() as folder, contextlib.chdir(folder):
            outcome = doctest.testfile(str(path), module_relative=False, optionflags=FLAGS)
            for picture in Path(folder).glob("*.png"):
                shutil.copy(picture, pictures)
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
    api, pictures = DOCS / "api", DOCS / "pictures"
    try:
        if run_tutorials(pictures):
            return 1
        write_api_pages(api)
        command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
        return subprocess.run(command, cwd=DOCS.parent, check=False).returncode
    finally:
        shutil.rmtree(api, ignore_errors=True)
        shutil.rmtree(pictures, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
