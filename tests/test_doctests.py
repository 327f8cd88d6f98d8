"""Every example of a docstring, the README and the tutorials prints what it says."""

import doctest
from importlib import import_module
from pkgutil import walk_packages

import matplotlib as mpl
import pytest

import negotiation
from tests.reference import ROOT

MODULES = sorted(
    info.name
    for info in walk_packages(negotiation.__path__, "negotiation.")
    if not info.name.endswith("__main__")
)
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("tutorials/*.md")),
]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name):
    outcome = doctest.testmod(import_module(name), optionflags=FLAGS)
    assert outcome.failed == 0


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_examples_of_a_page(path, tmp_path, monkeypatch):
    mpl.use("Agg")
    monkeypatch.chdir(tmp_path)
    outcome = doctest.testfile(str(path), module_relative=False, optionflags=FLAGS)
    assert outcome.failed == 0
