"""Study files: every mistake is reported at once; the project's own files are right."""

import json

import pytest

from negotiation.errors import InvalidInputError
from negotiation.study.run import StudyInputs, run_study, run_study_file
from negotiation.study.spec import load_study
from tests.reference import ROOT

THREE_MISTAKES = """
name = "Bad Name"
title = "x"
analysis = "bad:analyse"
as_of = 2025-05-02

[settings]
regret_bound = "small"
colour = "red"
"""


def test_three_mistakes_at_once(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(THREE_MISTAKES)
    (tmp_path / "bad.py").write_text(ANALYSIS)
    with pytest.raises(InvalidInputError) as caught:
        load_study(path)
    message = str(caught.value)
    assert message.startswith("bad.toml: 3 mistakes")
    for part in ("name", "settings.regret_bound", "settings.colour: no such key"):
        assert part in message


ANALYSIS = """
from os import system
import negotiation as ng

class Choices(ng.Settings):
    regret_bound: float = 1e-9

def analyse(settings: Choices):
    return ng.StudyResult()

def untyped(settings):
    return None

def plain(rng, steps, start=0.0):
    return steps + start
"""
HEAD = 'name="a"\ntitle="b"\nanalysis="mine:analyse"\nas_of=2025-05-02\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not a TOML file"),
        ('name = "a"\n', "title"),
        (HEAD.replace("mine:analyse", "magic:analyse"), "analysis: no such function"),
        (HEAD.replace("mine:analyse", "os:system"), "analysis: no such function"),
        (HEAD.replace("mine:analyse", "mine:system"), "analysis: no such function"),
        (HEAD.replace("mine:analyse", "mine:untyped"), "subclass of negotiation.Settings"),
        (HEAD + 'folder = "/"\n', "folder: no such key"),
        (HEAD + "[profile.slow]\n", "profile.slow"),
        (HEAD + "[profile.full]\nx=1\n", "profile.full.x: no such key"),
        (HEAD.replace("analyse", "plain") + "[settings]\nstep=1\n", "Did you mean steps"),
        (HEAD.replace("analyse", "plain") + "[settings]\nrng=1\n", "settings.rng: no such key"),
        (HEAD.replace("analyse", "plain"), "settings.steps: missing"),
    ],
)
def test_bad_files(tmp_path, text, message):
    path = tmp_path / "study.toml"
    path.write_text(text)
    (tmp_path / "mine.py").write_text(ANALYSIS)
    with pytest.raises(InvalidInputError, match=message):
        load_study(path)


def test_a_function_of_the_library_takes_settings_as_its_arguments(tmp_path):
    path = tmp_path / "ratio.toml"
    path.write_text(
        HEAD.replace("mine:analyse", "negotiation:parameter")
        + '[settings]\nname="standoff_added_usa"\n'
    )
    result = run_study(load_study(path), inputs=StudyInputs(tmp_path))
    assert result.objects["result"].value == 1.45


def test_projects_with_files_of_the_same_name(tmp_path):
    values = []
    for name in ("one", "two", "one"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "mine.py").write_text("from part import VALUE\ndef f(): return VALUE\n")
        (folder / "part.py").write_text(f"VALUE = {name!r}\n")
        (folder / "a.toml").write_text(HEAD.replace("analyse", "f"))
        study = load_study(folder / "a.toml")
        values.append(run_study(study, inputs=StudyInputs(folder)).objects["result"])
    assert values == ["one", "two", "one"]
    hiding = tmp_path / "three"
    hiding.mkdir()
    (hiding / "json.py").touch()
    (hiding / "mine.py").touch()
    (hiding / "a.toml").write_text(HEAD)
    with pytest.raises(InvalidInputError, match=r"json\.py: a file with the name of an installed"):
        load_study(hiding / "a.toml")


def test_missing_file(tmp_path):
    with pytest.raises(InvalidInputError, match="no such study file"):
        load_study(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "experiments").glob("*.toml")), ids=lambda p: p.stem
)
def test_own_studies(path):
    study = load_study(path)
    assert study.name == path.stem
    for profile in ("fast", "full", "tiny"):
        study.settings_for(profile)


def test_an_edited_study_runs_as_it_stands(tmp_path):
    """In the same session, as long as before and within the same second."""
    (tmp_path / "edited.toml").write_text(
        'name = "edited"\ntitle = "t"\nanalysis = "edited_study:f"\nas_of = 2025-05-02\n'
    )
    hashes = set()
    for value in (1, 2):
        (tmp_path / "edited_study.py").write_text(f"def f(study):\n    return {value}\n")
        found = run_study_file(tmp_path / "edited.toml", tmp_path / "results")
        assert found.objects["result"] == value
        summary = json.loads((tmp_path / "results/edited/summary.json").read_text())
        hashes.add(summary["provenance"]["source_sha256"])
    assert len(hashes) == 2
