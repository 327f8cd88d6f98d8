"""What a result was computed from: code, data, study file, seed and versions."""

from __future__ import annotations

import ast
import functools
import hashlib
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import negotiation

__all__ = [
    "VERSIONED",
    "commit_of",
    "data_hash",
    "file_hash",
    "file_imports",
    "module_closure",
    "run_record",
    "source_hash",
    "versions",
]

PACKAGE = Path(negotiation.__file__).resolve().parent
VERSIONED = ("numpy", "scipy", "numba", "pandas", "nashpy", "matplotlib", "pydantic")


def file_hash(path: Path) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _file_of(module: str) -> Path | None:
    path = PACKAGE.parent.joinpath(*module.split("."))
    if (path / "__init__.py").is_file():
        return path / "__init__.py"
    source = path.with_suffix(".py")
    return source if source.is_file() else None


@functools.cache
def _imports(module: str) -> tuple[str, ...]:
    path = _file_of(module)
    return () if path is None else file_imports(path)


def file_imports(path: Path) -> tuple[str, ...]:
    """Return the modules of this package that a file's source imports, anywhere in it."""
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    public = negotiation._MODULE_OF
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            if node.module == "negotiation":
                names += [public[a.name] for a in node.names if a.name in public]
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("ng", "negotiation")
        ):
            names = [public.get(node.attr, "")]
        for name in names:
            if name.split(".")[0] == "negotiation" and _file_of(name) is not None:
                found.add(name)
    return tuple(sorted(found))


def module_closure(modules: Iterable[str]) -> tuple[str, ...]:
    """Return the modules of this package that the given ones need, themselves included.

    Read from the sources: imports inside functions count, names of the public table
    (``ng.counterfactual``) count as their module.
    """
    seen: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        waiting += _imports(module)
    return tuple(sorted(seen - {"negotiation"}))


def source_hash(modules: Iterable[str]) -> str:
    """Return one sha256 of the sources that the given modules need."""
    digest = hashlib.sha256()
    for module in module_closure(modules):
        path = _file_of(module)
        if path is not None:
            digest.update(module.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def data_hash() -> str:
    """Return one sha256 of every embedded table and definition."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in (".csv", ".toml") and path.is_file():
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of the packages that numbers depend on."""
    out = {}
    for package in VERSIONED:
        try:
            out[package] = version(package)
        except PackageNotFoundError:
            out[package] = "not installed"
    return out


def commit_of(root: Path) -> str:
    """Return the commit of a checkout's folder, or the one an unpacked archive was made from."""
    named = root / "COMMIT"
    if named.is_file():
        return named.read_text(encoding="utf-8").strip()

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    commit = git("rev-parse", "HEAD")
    changed = git("status", "--porcelain", "--untracked-files=no")
    return f"{commit}, with changes" if commit and changed else commit or "unknown"


def run_record(folder: Path) -> dict[str, str]:
    """Return commit and platform; they stand beside results, outside compared content.

    ``folder`` is the folder of the studies, one below the top of the checkout.
    """
    return {
        "commit": commit_of(folder.resolve().parent),
        "platform": platform.platform(),
        "python": platform.python_version(),
    }
