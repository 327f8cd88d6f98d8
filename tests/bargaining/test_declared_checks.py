"""The table of models names tests that exist and the bounds that they assert."""

import ast
import tomllib

import pytest

from tests.reference import ROOT

ROWS = tomllib.loads((ROOT / "docs" / "models_b.toml").read_text(encoding="utf-8"))["model"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_check_asserts_the_stated_bound(row):
    module, name = row["check"].split(".")
    (path,) = (ROOT / "tests" / "bargaining").rglob(f"{module}.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    function = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name
    )
    numbers = {node.value for node in ast.walk(function) if isinstance(node, ast.Constant)}
    if "deviation" in row:
        assert row["deviation"] in numbers
