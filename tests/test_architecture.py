"""Rooms of the library: size, what their first lines say, no circle of files, former paths."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
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


def test_layers_name_every_room_and_the_page_has_them():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = listed["tool"]["importlinter"]["contracts"][0]["layers"]
    layers = [set(re.findall(r"\w+", layer)) for layer in reversed(contract)]
    for room in PACKAGE.iterdir():
        if (room / "__init__.py").is_file():
            assert any(room.name in layer for layer in layers), room.name
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    shown = page[page.index("## Layers") : page.index("Rooms in one pair")].split("<")
    assert [set(re.findall(r"`(\w+)`", part)) for part in shown] == layers
