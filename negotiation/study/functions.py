"""Functions that a study or a sweep names: of the library, or of a Python file beside its own."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import sysconfig
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from negotiation.errors import InvalidInputError
from negotiation.values import user_path

__all__ = ["function_named", "import_beside", "modules_of"]

#: Hash of the source of every file that stands beside a study and has been imported.
_IMPORTED: dict[Path, str] = {}


def modules_of(function: Callable[..., Any], path: str) -> tuple[str, ...]:
    """Return the modules whose sources decide what a named function does."""
    return tuple(dict.fromkeys((path.partition(":")[0], function.__module__)))


def import_beside(folder: Path, name: str | None = None) -> Any:
    """Let Python find the files of a folder first, as for a script run there; import one of them.

    Modules of another folder with the same names are forgotten, so that projects whose files
    share names can be used one after the other. So are those of this folder once one of its files
    has changed: what runs is what the files say.

    Raises
    ------
    InvalidInputError
        If a file has the name of an installed module, which it would hide.
    """
    folder = folder.resolve()
    installed = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "purelib", "platlib"))
    files = sorted(folder.glob("*.py"))
    for path in files:
        origin = getattr(sys.modules.get(path.stem), "__file__", None) or ""
        if path.stem in sys.stdlib_module_names or origin.startswith(installed):
            raise InvalidInputError(
                "a file with the name of an installed module",
                where=path.name,
                hint="Rename the file: other modules could not find the installed one.",
            )
        if path.stem in sys.modules and Path(origin).resolve() != path:
            del sys.modules[path.stem]
    if any(_note_import(path) != _hash(path) for path in _loaded(files)):
        for path in _loaded(files):
            sys.modules.pop(path.stem, None)
            _IMPORTED.pop(path, None)
            # Compiled code is told apart by size and second alone.
            with suppress(OSError):
                Path(importlib.util.cache_from_source(str(path))).unlink()
    if sys.path[0] != str(folder):
        sys.path[:] = [str(folder), *(item for item in sys.path if item != str(folder))]
    importlib.invalidate_caches()
    found = None if name is None else importlib.import_module(name)
    for path in _loaded(files):
        _note_import(path)
    return found


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _loaded(files: list[Path]) -> list[Path]:
    return [path for path in files if path.stem in sys.modules]


def _note_import(path: Path) -> str:
    """Return the hash of the source that a file was imported from, as far as it was seen."""
    return _IMPORTED.setdefault(path, _hash(path))


def function_named(
    path: str, folder: Path | None = None, *, where: str = "evaluate"
) -> Callable[..., Any]:
    """Return the function that a path names; nothing else is imported.

    Parameters
    ----------
    path
        ``negotiation.<module>:<function>``, or ``<file>:<function>`` for a Python file.
    folder
        Where that file stands.
    where
        Key that holds the path, for messages.

    Raises
    ------
    InvalidInputError
        If the path names anything else, or something that its module only imports.
    """
    if folder is not None:
        folder = user_path(folder, name="folder")
    name, _, attribute = str(path).partition(":")
    library = name.split(".")[0] == "negotiation"
    files = set() if folder is None else {path.stem for path in folder.glob("*.py")}
    beside = name.isidentifier() and name in files
    function: Any = None
    if library and not any(part.startswith("_") for part in (*name.split("."), attribute)):
        try:
            function = getattr(importlib.import_module(name), attribute, None)
        except ImportError:
            function = None
    elif folder is not None and beside:
        function = getattr(import_beside(folder, name), attribute, None)
    home = str(getattr(function, "__module__", "")).split(".")[0]
    own = home == "negotiation" or (beside and home in files)
    if not callable(function) or isinstance(function, type) or not own:
        raise InvalidInputError(
            "no such function",
            where=where,
            seen=path,
            allowed="negotiation.<module>:<function>, or <file>:<function> of a Python file in "
            f"the same folder{'' if folder is None else f' ({folder.name})'}",
        )
    named: Callable[..., Any] = function
    return named
