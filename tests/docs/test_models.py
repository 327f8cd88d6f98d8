"""The table of models is current, its functions exist and every reference vector is in it."""

import importlib
import importlib.util

import pytest

from tests.reference import ROOT
from tests.vectors import VECTORS

spec = importlib.util.spec_from_file_location("docs_models", ROOT / "docs" / "models.py")
models = importlib.util.module_from_spec(spec)
spec.loader.exec_module(models)


def test_page_is_current():
    assert models.PAGE.read_text(encoding="utf-8") == models.render()


@pytest.mark.parametrize("row", models.rows(), ids=lambda row: row["name"])
def test_row_names_a_documented_function(row):
    module, name = row["function"].rsplit(".", 1)
    assert getattr(importlib.import_module(module), name).__doc__
    assert row["method"]
    assert row["source"]
    assert set(row["vectors"]) <= set(VECTORS)


def test_every_vector_has_its_model():
    listed = {vector for row in models.rows() for vector in row["vectors"]}
    assert set(VECTORS) - listed == set()
