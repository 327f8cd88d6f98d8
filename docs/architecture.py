"""Renew the generated parts of architecture.md: the tree of files, and lines by folder.

Usage: python docs/architecture.py [--check]
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
PACKAGE = ROOT / "negotiation"
COUNTED = ("negotiation", "experiments", "figures", "paper", "tests", "benchmarks", "docs")
#: A stated number of lines may be off by this share before the page counts as stale.
TOLERANCE = 0.05


def first_line(path: Path) -> str:
    """Return the first line of a file's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]


def tree(room: Path = PACKAGE, depth: int = 0) -> list[str]:
    """Return one line a file, rooms after the files of the room that holds them."""
    lines = []
    for path in sorted(room.glob("*.py")):
        if path.name not in ("__init__.py", "__main__.py"):
            lines.append(f"{'  ' * depth}{path.stem:<{32 - 2 * depth}} {first_line(path)}")
    for path in sorted(room.iterdir()):
        if (path / "__init__.py").is_file():
            lines.append(f"{'  ' * depth}{path.name + '/':<{32 - 2 * depth}} ")
            lines[-1] += first_line(path / "__init__.py")
            lines += tree(path, depth + 1)
    return lines


def counts() -> dict[str, int]:
    """Return lines of Python by folder: the rooms of the library, then the other folders."""
    folders = [*sorted(p for p in PACKAGE.iterdir() if (p / "__init__.py").is_file()), PACKAGE]
    folders += [ROOT / name for name in COUNTED[1:]]
    return {
        folder.relative_to(ROOT).as_posix(): sum(
            len(path.read_text(encoding="utf-8").splitlines()) for path in folder.rglob("*.py")
        )
        for folder in folders
    }


def renewed(text: str) -> str:
    """Return the page with its generated blocks renewed."""
    table = ["| folder | lines of Python |", "|---|---|"]
    table += [f"| `{name}` | {number} |" for name, number in counts().items()]
    blocks = {"tree": "```\n" + "\n".join(tree()) + "\n```", "lines": "\n".join(table)}
    for mark, block in blocks.items():
        pattern = rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)"
        text = re.sub(pattern, lambda m, b=block: f"{m[1]}\n{b}\n\n{m[2]}", text, flags=re.DOTALL)
    return text


def is_current(text: str) -> bool:
    """Whether the tree is the present one and every number of lines is near it."""
    row = re.compile(r"^\| `([\w/]+)` \| (\d+) \|$", flags=re.MULTILINE)
    stated = {name: int(number) for name, number in row.findall(text)}
    now = counts()
    same = row.sub("", text) == row.sub("", renewed(text))
    near = all(abs(stated[n] - k) <= TOLERANCE * k for n, k in now.items() if n in stated)
    return same and near and set(stated) == set(now)


def main() -> int:
    """Write the page, or say that it is stale."""
    text = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv[1:]:
        return int(not is_current(text))
    PAGE.write_text(renewed(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
