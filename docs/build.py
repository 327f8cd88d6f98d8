"""Build the documentation: run every tutorial, write the API pages, call mkdocs.

Usage: python docs/build.py
"""

import contextlib
import doctest
import json
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
#: Order of the tutorials; the other rooms are in alphabetical order.
TUTORIALS = (
    *("trade", "payoffs", "equilibria", "game_trees", "private_information"),
    *("noisy_and_correlated_play", "bargaining", "process", "beliefs", "what_it_rests_on"),
    *("standoffs", "estimation", "game_files", "pictures_of_games", "pictures_of_disputes"),
)
ROOMS = {
    "Tutorials": "tutorials",
    "How to": "how_to",
    "Replications": "replications",
    "API": "api",
    "Decisions": "decisions",
}
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_page(path: Path, folder: Path) -> list[str]:
    """Run the examples of a page in an empty folder; return what is wrong with it.

    It must draw there what it shows.
    """
    with contextlib.chdir(folder):
        outcome = doctest.testfile(str(path), module_relative=False, optionflags=FLAGS)
    print(f"{path.name}: {outcome.attempted} examples, {outcome.failed} failed")
    text = path.read_text(encoding="utf-8")
    shown = set(re.findall(r"!\[[^\]]+\]\(\.\./pictures/([^)]+)\)", text))
    apart = shown ^ {picture.name for picture in folder.glob("*.png")}
    wrong = [f"{path.name}: {outcome.failed} examples failed"] if outcome.failed else []
    return wrong + [f"{path.name}: {name} is drawn or shown, not both" for name in sorted(apart)]


def run_tutorials(pictures: Path) -> list[str]:
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir()
    rooms = ("tutorials", "how_to", "replications")
    pages = [path for room in rooms for path in sorted((DOCS / room).glob("*.md"))]
    wrong = []
    for path in [DOCS.parent / "README.md", *pages]:
        folders = re.findall(r'os\.environ\["(\w+)"', path.read_text(encoding="utf-8"))
        if not os.environ.keys() >= set(folders):
            print(f"{path.name}: not executed, it needs files that {', '.join(folders)} names")
            continue
        # What a page writes is written where it runs; what it draws is shown.
        with TemporaryDirectory() as folder:
            wrong += run_page(path, Path(folder))
            for picture in Path(folder).glob("*.png"):
                shutil.copy(picture, pictures)
    return wrong


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


def navigation() -> list[str | dict[str, list[str]]]:
    """Return the pages in the order in which they are read: tutorials first."""
    pages: list[str | dict[str, list[str]]] = ["index.md"]
    for title, room in ROOMS.items():
        found = sorted(path.stem for path in (DOCS / room).glob("*.md"))
        if room == "tutorials":
            found = [*TUTORIALS, *(stem for stem in found if stem not in TUTORIALS)]
        found.sort(key=lambda stem: stem != "index")
        pages.append({title: [f"{room}/{stem}.md" for stem in found]})
    rest = sorted(path.name for path in DOCS.glob("*.md") if path.name != "index.md")
    return [*pages, {"Reference": rest}]


def main() -> int:
    api, pictures = DOCS / "api", DOCS / "pictures"
    config = DOCS.parent / "mkdocs.ordered.yml"
    try:
        wrong = run_tutorials(pictures)
        if wrong:
            print(*wrong, sep="\n")
            return 1
        write_api_pages(api)
        # Every JSON text is YAML.
        inherited = {"INHERIT": "mkdocs.yml", "nav": navigation()}
        config.write_text(json.dumps(inherited), encoding="utf-8")
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(config)]
        return subprocess.run(command, cwd=DOCS.parent, check=False).returncode
    finally:
        shutil.rmtree(api, ignore_errors=True)
        shutil.rmtree(pictures, ignore_errors=True)
        config.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
