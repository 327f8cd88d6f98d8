"""Pages that are generated, or that name modules, are kept current."""

import re
import subprocess
import sys
from importlib.util import find_spec

import pytest
import typer

import negotiation as ng
from negotiation.cli import app
from negotiation.cli.commands import register
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


def _commands(command, words=()):
    """Options of every command, by its words."""
    found = {words: {option for item in command.params for option in item.opts}}
    for name, child in getattr(command, "commands", {}).items():
        found |= _commands(child, (*words, name))
    return found


def test_names_links_commands_and_options_of_the_pages_exist():
    register(app)
    known = _commands(typer.main.get_command(app))
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"\bng\.([a-zA-Z]\w+)", text)) <= {*dir(ng)}, page.name
        for link in re.findall(r"\]\(([\w./-]+)[)#]", text):
            assert "/pictures/" in link or (page.parent / link).exists(), (page.name, link)
        for line in re.findall(r"(?:^|`|bin/)negotiation ([a-z][^`\n]*)", text, flags=re.MULTILINE):
            words = tuple(line.split())
            called = max((name for name in known if words[: len(name)] == name), key=len)
            options = set(re.findall(r"(?<!\S)--[\w-]+", line))
            assert called, (page.name, line)
            assert options <= known[called], (page.name, line)
