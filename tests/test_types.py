"""Type checkers know every public name: no ``Any`` where a user's script looks."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest

import negotiation as ng
from tests.reference import ROOT

SCRIPT = ROOT / "tests" / "user_script.txt"
#: Models that public functions run.
ENGINES = {"isolate_equilibria", "solve_games"}
#: Words of revealed types that stand for ``Any``; an array's shape may be any.
UNKNOWN = re.compile(r"\bAny\b|\bUnknown\b")
SHAPE = re.compile(r"tuple\[(?:typing\.)?Any, \.\.\.\]")


def of_stub():
    """Public names of the stub, with the module each comes from."""
    text = (ROOT / "negotiation" / "__init__.pyi").read_text(encoding="utf-8")
    rows = re.findall(r"^from (\S+) import (.+)$", text, flags=re.MULTILINE)
    return {part.split(" as ")[1]: module for module, names in rows for part in names.split(", ")}


def test_stub_and_lazy_table_are_equal():
    assert of_stub() == ng._MODULE_OF
    names = [name for names in ng._HOME.values() for name in names.split()]
    assert len(names) == len(set(names))


def test_every_plot_and_every_model_is_exported():
    plotting = ROOT / "negotiation" / "plotting"
    text = "".join(path.read_text(encoding="utf-8") for path in plotting.glob("*.py"))
    plots = set(re.findall(r"^def (plot_\w+)", text, flags=re.MULTILINE))
    models = re.findall(
        r"^function = \"negotiation\.([\w.]+)\"",
        "".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs").glob("models_*.toml")),
        flags=re.MULTILINE,
    )
    functions = {path.rpartition(".")[2] for path in models}
    assert plots | functions - set(ng.__all__) - ENGINES <= set(ng.__all__)


def revealed(command, pattern):
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=500
    )
    found = re.findall(pattern, done.stdout)
    assert len(found) > 20, done.stdout + done.stderr
    return [kind for kind in found if UNKNOWN.search(SHAPE.sub("", kind))]


@pytest.mark.oracle
def test_mypy_reveals_no_any(tmp_path):
    script = tmp_path / "script.py"
    shutil.copy(SCRIPT, script)
    command = [sys.executable, "-m", "mypy", "--strict", f"--config-file={ROOT / 'pyproject.toml'}"]
    assert revealed([*command, str(script)], r'Revealed type is "(.*)"') == []


@pytest.mark.oracle
@pytest.mark.skipif(find_spec("basedpyright") is None, reason="no basedpyright")
def test_pyright_knows_everything(tmp_path):
    script = tmp_path / "script.py"
    shutil.copy(SCRIPT, script)
    settings = {
        "include": [str(script)],
        "extraPaths": [str(ROOT)],
        "pythonVersion": "3.11",
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    checker = [
        *(sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable),
        *("-p", str(tmp_path / "pyrightconfig.json")),
    ]
    assert revealed(checker, r'Type of ".*" is "(.*)"') == []
    done = subprocess.run(
        [*checker, "--verifytypes", "negotiation",
         "--ignoreexternal"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=500,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "Type completeness score: 100%" in done.stdout, done.stdout[-3000:]
