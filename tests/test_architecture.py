"""Rooms of the library: size, what their first lines say, no circle of files, former paths."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import negotiation
from negotiation.former_names import FORMER
from tests.reference import ROOT

PACKAGE = Path(negotiation.__file__).parent
FILES = {
    ".".join(["negotiation", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(
        ".__init__"
    ): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
ROOMS = sorted({path.parent for path in FILES.values()} - {PACKAGE})


def imported(module):
    """Modules of the library that a file imports anywhere, type hints included."""
    found = set()
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (whole & set(FILES)) or {node.module}
    return found & set(FILES) - {module}


def circles(graph):
    """Modules that lead back to themselves."""

    def reached(start):
        seen, waiting = set(), list(graph[start])
        while waiting:
            module = waiting.pop()
            if module not in seen:
                seen.add(module)
                waiting += graph[module]
        return seen

    return [module for module in graph if module in reached(module)]


def test_no_circle_of_files():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["b", "c"]
    assert circles({module: imported(module) for module in FILES}) == []


def test_rooms_are_small_and_say_what_is_in_them():
    for room in ROOMS:
        files = [path for path in room.glob("*.py") if path.name != "__init__.py"]
        assert len(files) <= 13, f"{room.relative_to(PACKAGE)} has {len(files)} files"
        if not files and not list(room.glob("*/__init__.py")):
            continue
        text = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
        assert text, room
        assert 2 <= len(text.splitlines()) <= 9, room


def test_long_files_are_kernels():
    long = [path for path in FILES.values() if len(path.read_text().splitlines()) > 410]
    assert all("njit" in path.read_text() for path in long), long


def test_former_paths_lead_to_present_ones_and_warn():
    for former, present in FORMER.items():
        assert present in FILES, former
        assert former not in FILES or FILES[former].name == "__init__.py", former
    code = (
        "import warnings; warnings.simplefilter('error', FutureWarning); "
        "import negotiation.bargaining.reputation as old, negotiation.trade.policy as policy; "
        "import negotiation as ng; assert policy.optimal_tariffs is ng.optimal_tariffs"
    )
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "negotiation.bargaining.attrition.reputation" in done.stderr


def test_a_room_with_the_name_of_a_former_module_has_its_names():
    room = importlib.import_module("negotiation.bargaining.solutions")
    with pytest.warns(DeprecationWarning, match="axiomatic"):
        assert room.nash_bargaining is negotiation.nash_bargaining
    with pytest.warns(DeprecationWarning, match="axiomatic"), pytest.raises(AttributeError):
        _ = room.no_such_name
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("negotiation.trade.no_such_module")


def test_layers_name_every_room():
    listed = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = listed[listed.index("layers = [") :]
    for room in PACKAGE.iterdir():
        if (room / "__init__.py").is_file():
            assert room.name in layers, room.name
