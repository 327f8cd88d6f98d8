"""The wheel alone: README's lines, a user's own project, and the paper's from a clone beside it."""

import json
import os
import re
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


def test_a_project_in_an_empty_folder(installed, tmp_path):
    studies, figures = tmp_path / "experiments", tmp_path / "figures"
    studies.mkdir()
    figures.mkdir()
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## A study of your own")[2]
    blocks = re.findall(r"```(?:toml|python)\n(.*?)```", text, flags=re.DOTALL)
    files = (studies / "costs.toml", studies / "costs.py", figures / "costs.py")
    for path, block in zip(files, blocks, strict=True):
        path.write_text(block)
    (studies / "shared.py").write_text("FACTOR = 1.0\n")
    files[1].write_text("import shared\n" + blocks[1].replace("[:, 0]", "[:, 0] * shared.FACTOR"))
    (studies / "duty.toml").write_text(
        'name = "duty"\ntitle = "A duty"\nas_of = 2025-05-02\n'
        'analysis = "negotiation:parameter"\nsettings = { name = "standoff_added_usa" }\n'
    )
    report = reproduce(installed, tmp_path)
    assert report["figures"] == ["costs.pdf"]
    first = report["studies"]["costs"]["numbers"]["highest"]["value"]
    made = built(tmp_path)
    assert set(made) == {"costs", "duty", "costs.pdf"}
    reproduce(installed, tmp_path)
    assert built(tmp_path) == made
    (studies / "shared.py").write_text("FACTOR = 2.0\n")
    report = reproduce(installed, tmp_path)
    assert report["studies"]["costs"]["numbers"]["highest"]["value"] == 2.0 * first != 0.0
    again = built(tmp_path)
    assert {name for name in made if again[name] != made[name]} == {"costs", "costs.pdf"}
    alone = installed(files[2], cwd="/")
    assert alone.returncode == 0, alone.stderr


def test_a_new_project_is_rebuilt_byte_for_byte(installed, tmp_path):
    seen = []
    for name in ("one", "two"):
        made = installed("-m", "negotiation", "new", tmp_path / name, cwd=tmp_path)
        assert made.returncode == 0, made.stderr
        report = reproduce(installed, tmp_path / name)
        assert report["figures"] == ["dispute.pdf"]
        parts = [
            *tmp_path.glob(f"{name}/experiments/results/*/*"),
            *tmp_path.glob(f"{name}/fig*/out/*"),
        ]
        seen.append({path.relative_to(tmp_path / name): path.read_bytes() for path in parts})
    assert seen[0] == seen[1]


def test_the_paper_from_a_clone(installed, tmp_path):
    skip = shutil.ignore_patterns("results", "out", "generated", "__pycache__", "paper.*")
    for name in ("experiments", "figures", "paper"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skip)
    shutil.copy(ROOT / "paper" / "paper.tex", tmp_path / "paper")
    shutil.copy(ROOT / "README.md", tmp_path)
    report = reproduce(installed, tmp_path, "--profile", "tiny")
    assert len(report["studies"]) == len(list((ROOT / "experiments").glob("*.toml")))
    assert len(report["figures"]) == len(list((ROOT / "figures").glob("*.py")))
    assert (tmp_path / "paper" / "generated" / "numbers.tex").exists()
    origin = report["studies"]["validation"]["numbers"]["origin"]["text"]
    assert origin.startswith("validation: stored, of ")
