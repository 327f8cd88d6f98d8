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
    "module_closure",
    "own_source_hash",
    "run_record",
    "source_hash",
    "versions",
]

PACKAGE = Path(negotiation.__file__).resolve().parent
VERSIONED = ("numpy", "scipy", "numba", "pandas", "nashpy", "matplotlib", "pydantic")


def file_hash(path: Path) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _file_of(module: str, folder: Path | None = None) -> Path | None:
    """Source of a module: of this package, or of a project's folder of Python files."""
    parts = module.split(".")
    base = PACKAGE.parent if parts[0] == PACKAGE.name else folder
    if base is None:
        return None
    path = base.joinpath(*parts)
    for source in (path / "__init__.py", path.with_name(f"{path.name}.py")):
        if source.is_file():
            return source
    return None


@functools.cache
def _names(source: str) -> frozenset[str]:
    """Modules that a source may import, anywhere in it."""
    names: set[str] = set()
    public = negotiation._MODULE_OF
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            if node.module == PACKAGE.name:
                names |= {public[a.name] for a in node.names if a.name in public}
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("ng", PACKAGE.name)
            and node.attr in public
        ):
            names.add(public[node.attr])
    return frozenset(names)


@functools.cache
def _library_imports(module: str) -> tuple[str, ...]:
    path = _file_of(module)
    return () if path is None else _imports(path, None)


def _imports(path: Path, folder: Path | None) -> tuple[str, ...]:
    names = _names(path.read_text(encoding="utf-8"))
    return tuple(sorted(name for name in names if _file_of(name, folder) is not None))


def module_closure(modules: Iterable[str], folder: Path | None = None) -> tuple[str, ...]:
    """Return the modules that the given ones need, of this package and of a folder.

    Read from the sources: imports inside functions count, names of the public table
    (``ng.counterfactual``) count as their module.

    Parameters
    ----------
    modules
        Of this package (``negotiation.values``), or names of Python files of the folder.
    folder
        Files of a project, which import one another by name.
    """
    seen: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        if module.split(".")[0] == PACKAGE.name:
            waiting += _library_imports(module)
        elif (path := _file_of(module, folder)) is not None:
            waiting += _imports(path, folder)
    return tuple(sorted(seen - {PACKAGE.name}))


def source_hash(modules: Iterable[str], folder: Path | None = None) -> str:
    """Return one sha256 of the sources that the given modules need; see `module_closure`.

    Folders have no part in it: the same files elsewhere have the same hash.
    """
    digest = hashlib.sha256()
    for module in module_closure(modules, folder):
        path = _file_of(module, folder)
        if path is not None:
            digest.update(module.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def own_source_hash(modules: Iterable[str], folder: Path | None) -> str:
    """Return one sha256 of the files of a folder among the sources of `source_hash`."""
    digest = hashlib.sha256()
    for module in module_closure(modules, folder):
        path = None if module.split(".")[0] == PACKAGE.name else _file_of(module, folder)
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


def commit_of(folder: Path) -> str:
    """Return the commit of a checkout, or the one that an unpacked archive was made from.

    ``folder`` is the top of the checkout, or any folder in it.
    """
    for top in (folder.resolve(), *folder.resolve().parents):
        if (top / "COMMIT").is_file():
            return (top / "COMMIT").read_text(encoding="utf-8").strip()
        if (top / ".git").exists():
            break

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    commit = git("rev-parse", "HEAD")
    changed = git("status", "--porcelain", "--untracked-files=no")
    return f"{commit}, with changes" if commit and changed else commit or "unknown"


def run_record(folder: Path) -> dict[str, str]:
    """Return commit and platform; they stand beside results, outside compared content."""
    return {
        "commit": commit_of(folder),
        "platform": platform.platform(),
        "python": platform.python_version(),
    }
