"""What a result depends on is read from the sources."""

import json
import shutil
import subprocess
import sys

import pytest

from negotiation.study.provenance import module_closure, source_hash
from tests.reference import ROOT


def test_closure_follows_imports_inside_functions():
    closure = module_closure(["negotiation.trade.economy"])
    assert "negotiation.trade.aggregation" in closure
    assert "negotiation.errors" in closure
    assert "negotiation.cli" not in closure


def test_hash_depends_on_the_modules():
    one = source_hash(["negotiation.errors"])
    assert one == source_hash(["negotiation.errors"])
    assert one != source_hash(["negotiation.values"])


LISTING = """
import json, pathlib
from negotiation.study.provenance import source_hash
from negotiation.study.spec import analysis_names
studies = {name: source_hash([f"negotiation.study.analyses.{name}"]) for name in analysis_names()}
from negotiation.exhibits import drawing_modules
studies["figures"] = source_hash(drawing_modules())
print(json.dumps(studies))
"""


def hashes(folder):
    done = subprocess.run(
        [sys.executable, "-c", LISTING], cwd=folder, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("edited", "reruns", "rests"),
    [
        ("trade/economy.py", {"export_dependence", "data"}, set()),
        ("trade/analysis/dependence.py", {"export_dependence"}, {"data"}),
        ("data/parameters.py", {"data"}, set()),
        ("plotting/games.py", {"figures"}, {"data", "export_dependence"}),
        ("cli/output.py", set(), {"figures", "data", "export_dependence"}),
        ("report/page.py", set(), {"figures", "data", "export_dependence"}),
    ],
)
def test_an_edit_reruns_what_depends_on_it(tmp_path, edited, reruns, rests):
    skip = shutil.ignore_patterns("__pycache__", "*.nbi", "*.nbc")
    shutil.copytree(ROOT / "negotiation", tmp_path / "negotiation", ignore=skip)
    before = hashes(tmp_path)
    with (tmp_path / "negotiation" / edited).open("a") as file:
        file.write("\nEDITED = True\n")
    after = hashes(tmp_path)
    changed = {name for name in before if before[name] != after[name]}
    assert reruns <= changed
    assert not rests & changed
