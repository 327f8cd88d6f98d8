"""Every example of a docstring, the README and the tutorials prints what it says."""

import doctest
import re
from importlib import import_module
from importlib.util import find_spec
from pkgutil import walk_packages

import matplotlib as mpl
import pytest

import negotiation
from tests.reference import ROOT, caliendo_parro2015_folder, reference_path

MODULES = sorted(
    info.name
    for info in walk_packages(negotiation.__path__, "negotiation.")
    if not info.name.endswith("__main__")
)
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("tutorials/*.md")),
    *sorted((ROOT / "docs").glob("how_to/*.md")),
    *sorted((ROOT / "docs").glob("replications/*.md")),
]
#: Other people's files that a page reads, by the variable that names their folder.
FOLDERS = {
    "NEGOTIATION_REFERENCE": reference_path,
    "NEGOTIATION_CALIENDO_PARRO2015": caliendo_parro2015_folder,
}
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name):
    outcome = doctest.testmod(import_module(name), optionflags=FLAGS)
    assert outcome.failed == 0


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_examples_of_a_page(path, tmp_path, monkeypatch):
    mpl.use("Agg")
    text = path.read_text(encoding="utf-8")
    for module in re.findall(r"^>>> (?:import|from) (\w+)", text, flags=re.MULTILINE):
        if find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    for variable in re.findall(r'os\.environ\["(\w+)"', text):
        monkeypatch.setenv(variable, str(FOLDERS[variable]()))
    monkeypatch.chdir(tmp_path)
    outcome = doctest.testfile(str(path), module_relative=False, optionflags=FLAGS)
    assert outcome.failed == 0
    shown = re.findall(r"!\[[^\]]+\]\(\.\./pictures/([^)]+)\)", text)
    assert sorted(shown) == sorted(picture.name for picture in tmp_path.glob("*.png"))


@pytest.mark.parametrize(
    "path", [page for page in PAGES if page.parent.name == "how_to"], ids=lambda path: path.stem
)
def test_a_question_is_answered_in_forty_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 40
