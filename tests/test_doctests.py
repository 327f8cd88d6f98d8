"""Every example of a docstring, the README and the tutorials prints what it says."""

import doctest
import re
from importlib import import_module
from importlib.util import find_spec
from pkgutil import walk_packages

import pytest

import negotiation
from negotiation.study.functions import import_beside
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


def variables(path):
    """Folders of other people's files that a page names."""
    return re.findall(r'os\.environ\["(\w+)"', path.read_text(encoding="utf-8"))


def built(path):
    """Whether the documentation runs the page wherever it is built."""
    return path.name != "CONTRIBUTING.md" and not variables(path)


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem, marks=[pytest.mark.page] * built(path)) for path in PAGES],
)
def test_examples_of_a_page(path, tmp_path, monkeypatch):
    text = path.read_text(encoding="utf-8")
    for module in re.findall(r"^>>> (?:import|from) (\w+)", text, flags=re.MULTILINE):
        if find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    for variable in variables(path):
        monkeypatch.setenv(variable, str(FOLDERS[variable]()))
    assert import_beside(ROOT / "docs", "build").run_page(path, tmp_path) == []


@pytest.mark.parametrize(
    "path", [page for page in PAGES if page.parent.name == "how_to"], ids=lambda path: path.stem
)
def test_a_question_is_answered_in_forty_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 40
