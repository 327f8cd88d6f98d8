"""The wheel alone: README's lines, a user's own project, and the paper's from a clone beside it."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile

import pytest

from tests.reference import ROOT

pytestmark = pytest.mark.fresh


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Run the Python of an environment that holds the built wheel, and other packages of ours."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True
    )
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    (site / "packages.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")

    def run(*arguments, cwd=folder):
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        return subprocess.run(
            [str(folder / "venv" / "bin" / "python"), *map(str, arguments)],
            cwd=cwd,
            env={**kept, "NEGOTIATION_REFERENCE": str(folder / "absent")},
            capture_output=True,
            text=True,
            check=False,
        )

    where = run("-c", "import negotiation; print(negotiation.__file__)")
    assert where.stdout.startswith(str(site)), where.stdout + where.stderr
    return run


def reproduce(run, project, *options):
    """Report of a run."""
    done = run("-m", "negotiation", "reproduce", "--project", project, "--json", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def built(project):
    """When each study and figure was made."""
    found = {path.parent.name: path for path in project.glob("experiments/results/*/summary.json")}
    found |= {path.name: path for path in project.glob("figures/out/*.pdf")}
    return {name: path.stat().st_mtime_ns for name, path in found.items()}


def test_lines_of_the_readme(installed, tmp_path):
    shutil.copy(ROOT / "README.md", tmp_path)
    done = installed("-m", "doctest", "-o", "NORMALIZE_WHITESPACE", "README.md", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


STUDY = """
import negotiation as ng
from shared import scaled

class Choices(ng.Settings):
    rates: tuple[float, ...]

def losses(study: ng.Study, settings: Choices) -> ng.StudyResult:
    economy = ng.load_economy(study.economy)
    found = [
        ng.counterfactual(economy, economy.tariffs.add(importer="USA", exporter="CHN", rate=rate))
        for rate in settings.rates
    ]
    losses = tuple(scaled(item.welfare[0]) for item in found)
    return ng.StudyResult(
        numbers={"largest": ng.Number(min(losses))}, objects={"curve": (settings.rates, losses)}
    )
"""
FIGURE = '''"""What a tariff costs."""

import matplotlib.pyplot as plt

import negotiation as ng

exhibit = ng.Exhibit(__file__)
rates, losses = exhibit.load("../experiments/results/mine/curve")
figure, ax = plt.subplots()
ax.plot(rates, losses)
exhibit.save(figure)
'''
SPEC = """
title = "{0}"
name = "{0}"
as_of = 2025-05-02
analysis = "{1}"
[settings]
{2}
"""


def test_a_project_in_an_empty_folder(installed, tmp_path):
    for name in ("experiments", "figures"):
        (tmp_path / name).mkdir()
    studies = tmp_path / "experiments"
    (studies / "mine.toml").write_text(SPEC.format("mine", "mine:losses", "rates = [0.1, 0.5]"))
    (studies / "mine.py").write_text(STUDY)
    (studies / "shared.py").write_text("def scaled(value):\n    return float(value)\n")
    (tmp_path / "figures" / "cost.py").write_text(FIGURE)
    listed = SPEC.format("duty", "negotiation:parameter", 'name = "standoff_added_usa"')
    (studies / "duty.toml").write_text(listed)
    report = reproduce(installed, tmp_path)
    assert set(report["studies"]) == {"mine", "duty"}
    assert report["figures"] == ["cost.pdf"]
    first = report["studies"]["mine"]["numbers"]["largest"]["value"]
    assert first < 0.0
    made = built(tmp_path)
    assert set(made) == {"mine", "duty", "cost.pdf"}
    reproduce(installed, tmp_path)
    assert built(tmp_path) == made
    (studies / "shared.py").write_text("def scaled(value):\n    return 2.0 * float(value)\n")
    report = reproduce(installed, tmp_path)
    assert report["studies"]["mine"]["numbers"]["largest"]["value"] == 2.0 * first
    again = built(tmp_path)
    assert {name for name in made if again[name] != made[name]} == {"mine", "cost.pdf"}
    alone = installed(tmp_path / "figures" / "cost.py", cwd="/")
    assert alone.returncode == 0, alone.stderr
    page = installed("-m", "negotiation", "report", "--project", tmp_path, cwd=tmp_path)
    assert page.returncode == 0, page.stderr
    assert "What a tariff costs." in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_paper_from_a_clone(installed, tmp_path):
    skip = shutil.ignore_patterns("results", "out", "generated", "__pycache__", "paper.*")
    for name in ("experiments", "figures", "paper"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skip)
    shutil.copy(ROOT / "paper" / "paper.tex", tmp_path / "paper")
    report = reproduce(installed, tmp_path, "--profile", "tiny")
    assert len(report["studies"]) == len(list((ROOT / "experiments").glob("*.toml")))
    assert len(report["figures"]) == len(list((ROOT / "figures").glob("*.py")))
    assert (tmp_path / "paper" / "generated" / "numbers.tex").exists()
    origin = report["studies"]["validation"]["numbers"]["origin"]["text"]
    assert origin.startswith("validation: stored, of ")
