"""What a result depends on is read from the sources."""

import json
import shutil
import subprocess
import sys

import pytest

from negotiation.study.provenance import commit_of, module_closure, source_hash
from tests.reference import ROOT


def test_closure_follows_imports_inside_functions():
    closure = module_closure(["negotiation.trade.economy"])
    assert "negotiation.trade.aggregation" in closure
    assert "negotiation.errors" in closure
    assert "negotiation.cli" not in closure


def test_closure_follows_files_that_import_one_another(tmp_path):
    (tmp_path / "study.py").write_text("def f():\n    from part import g\n    return g()\n")
    (tmp_path / "part.py").write_text("import numpy\nimport negotiation as ng\ng = ng.parameter\n")
    (tmp_path / "other.py").write_text("")
    closure = module_closure(["study"], tmp_path)
    assert {"study", "part", "negotiation.data.parameters"} <= set(closure)
    assert not {"other", "numpy"} & set(closure)


def test_hash_depends_on_the_modules():
    one = source_hash(["negotiation.errors"])
    assert one == source_hash(["negotiation.errors"])
    assert one != source_hash(["negotiation.values"])


def test_commit_of_an_unpacked_archive_and_of_nothing(tmp_path):
    assert commit_of(tmp_path) == "unknown"
    (tmp_path / "COMMIT").write_text("ab12\n")
    (tmp_path / "studies").mkdir()
    assert commit_of(tmp_path / "studies") == "ab12"


LISTING = """
import json, pathlib
from negotiation.study.exhibit import exhibit_scripts
from negotiation.study.provenance import source_hash
from negotiation.study.run import study_sources
from negotiation.study.spec import load_study
found = {p.stem: study_sources(load_study(p)) for p in pathlib.Path("experiments").glob("*.toml")}
figures = pathlib.Path("figures")
found |= {f"figure {n}": source_hash([n], figures) for n in exhibit_scripts(figures)}
print(json.dumps(found))
"""


def hashes(folder):
    done = subprocess.run(
        [sys.executable, "-c", LISTING],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


ALL_BUT_TWO = {"data", "export_dependence", "policy", "figure sobol", "figure tariff_plane"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    skip = shutil.ignore_patterns("__pycache__", "*.nbi", "*.nbc", "results", "out")
    for name in ("negotiation", "experiments", "figures"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    return folder, hashes(folder)


@pytest.mark.parametrize(
    ("edited", "reruns", "rests"),
    [
        ("negotiation/trade/economy.py", {"export_dependence", "data"}, set()),
        ("negotiation/trade/analysis/dependence.py", {"export_dependence"}, {"data"}),
        ("negotiation/data/parameters.py", {"data"}, set()),
        ("negotiation/plotting/games.py", {"figure payoff_matrix"}, ALL_BUT_TWO),
        ("negotiation/cli/output.py", set(), ALL_BUT_TWO),
        ("negotiation/report/standoff_page/page.py", set(), ALL_BUT_TWO),
        ("experiments/data.py", {"data"}, ALL_BUT_TWO - {"data"}),
        ("experiments/tariff_game.py", {"tariff_game", "policy", "bargaining"}, {"data"}),
        ("experiments/ossa2014.py", {"replication_ossa_nash"}, ALL_BUT_TWO),
        ("figures/sobol.py", {"figure sobol"}, ALL_BUT_TWO - {"figure sobol"}),
    ],
)
def test_an_edit_reruns_what_depends_on_it(project, edited, reruns, rests):
    folder, before = project
    path = folder / edited
    kept = path.read_bytes()
    path.write_bytes(kept + b"\nEDITED = True\n")
    after = hashes(folder)
    path.write_bytes(kept)
    changed = {name for name in before if before[name] != after[name]}
    assert reruns <= changed
    assert not rests & changed


def test_the_same_project_elsewhere_has_the_same_hashes(project):
    assert project[1] == hashes(ROOT)
