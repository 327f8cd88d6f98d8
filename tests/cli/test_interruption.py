"""Ctrl-C and kill -9: what is kept is said, nobody is left behind, and the rest gives the same."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.reference import ROOT

SWEEP = """
name = "slow"
evaluate = "sweep_functions:slow"
size = 64
chunk = 2

[ranges.x]
low = 0.0
high = 1.0

[fixed]
log = "rows.log"
"""
STUDY = 'name = "{0}"\ntitle = "{0}"\nas_of = 2025-05-02\nanalysis = "mine:{0}"\n'
ANALYSIS = """
import time
from pathlib import Path

def first():
    return [1.0, 2.0]

def second():
    mark = Path(__file__).with_name("begun")
    if not mark.exists():
        mark.touch()
        time.sleep(600)
    return [3.0]
"""


def started(folder, *arguments):
    """A command in a session of its own, as a terminal has."""
    return subprocess.Popen(
        [sys.executable, "-m", "negotiation", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(folder, *arguments):
    child = started(folder, *arguments)
    out, err = child.communicate()
    assert child.returncode == 0, out + err


def wait_until(condition, child):
    while not condition():
        assert child.poll() is None, child.communicate()
        time.sleep(0.005)


def nobody_is_left(session):
    """Wait for the last process of a session; hangs, and so fails, where one stays."""
    for _ in range(6_000):
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    os.killpg(session, signal.SIGKILL)
    return False


def parts(folder):
    return {path.name: path.read_bytes() for path in sorted((folder / "parts").glob("[!.]*"))}


def swept(folder):
    """Folder with a sweep, and the command for it."""
    folder.mkdir()
    (folder / "sweep.toml").write_text(SWEEP)
    shutil.copy(ROOT / "tests" / "study" / "sweep_functions.py", folder)
    return folder, ("sweep", "sweep.toml", "--folder", "parts", "--workers", "2")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder, command = swept(tmp_path_factory.mktemp("whole") / "sweep")
    finish(folder, *command)
    return parts(folder)


def test_an_interrupted_sweep_says_what_is_kept(tmp_path, undisturbed):
    folder, command = swept(tmp_path / "sweep")
    child = started(folder, *command)
    wait_until(lambda: parts(folder), child)
    os.killpg(child.pid, signal.SIGINT)
    _, err = child.communicate()
    assert child.returncode == 130, err
    assert "Traceback" not in err
    (said,) = err.strip().splitlines()
    kept = parts(folder)
    assert (
        f"interrupted; {2 * len(kept)} rows are kept in parts; run the same command again" in said
    )
    assert nobody_is_left(child.pid)
    assert kept.items() < undisturbed.items()
    finish(folder, *command)
    assert parts(folder) == undisturbed


@pytest.mark.parametrize("kills", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_parents_leave_no_workers_and_whole_parts(tmp_path, undisturbed, kills):
    folder, command = swept(tmp_path / "sweep")
    for _ in range(kills):
        before = parts(folder)
        child = started(folder, *command)
        wait_until(lambda known=before: parts(folder).keys() > known.keys(), child)
        child.kill()
        child.communicate()
        assert nobody_is_left(child.pid)
        assert before.items() < parts(folder).items() < undisturbed.items()
    finish(folder, *command)
    assert parts(folder) == undisturbed


def results(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted((folder / "experiments" / "results").rglob("*"))
        if path.is_file() and path.name != "run.json"
    }


def test_interrupted_studies_say_what_is_kept(tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / name / "experiments"
        folder.mkdir(parents=True)
        (folder / "mine.py").write_text(ANALYSIS)
        for study in ("first", "second"):
            (folder / f"{study}.toml").write_text(STUDY.format(study))
        # The second study reads the first, and so comes after it.
        with (folder / "second.toml").open("a") as file:
            file.write('needs = ["first"]\n')
    (tmp_path / "two" / "experiments" / "begun").touch()
    child = started(tmp_path / "one", "reproduce")
    wait_until((tmp_path / "one" / "experiments" / "begun").exists, child)
    os.killpg(child.pid, signal.SIGINT)
    _, err = child.communicate()
    assert child.returncode == 130, err
    assert "Traceback" not in err
    assert "interrupted; finished studies and figures are kept; run the same command again" in err
    assert nobody_is_left(child.pid)
    kept = tmp_path / "one" / "experiments" / "results" / "first" / "summary.json"
    made = kept.stat().st_mtime_ns
    for name in ("one", "two"):
        finish(tmp_path / name, "reproduce")
    assert kept.stat().st_mtime_ns == made
    assert results(tmp_path / "one") == results(tmp_path / "two") != {}
