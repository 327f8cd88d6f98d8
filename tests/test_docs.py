"""Pages that are generated, or that name modules, are kept current."""

import re
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.reference import ROOT


@pytest.mark.parametrize(
    "script", ["lists.py", "symbols.py", "models.py", "architecture.py", "replications.py"]
)
def test_generated_pages_are_current(script):
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / script), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"run: python docs/{script}\n{done.stdout}{done.stderr}"


def test_every_fact_has_a_line_that_names_modules():
    text = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (S\d+) \|.*\| (.*) \|$", text, flags=re.MULTILINE)
    assert [fact for fact, _ in rows] == [f"S{k}" for k in range(1, 17)]
    for fact, cell in rows:
        modules = re.findall(r"`(negotiation[\w.]*)`", cell)
        assert modules or "not there yet" in cell, fact
        for name in modules:
            assert find_spec(name) is not None, f"{fact}: {name}"
