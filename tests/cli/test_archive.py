"""The replication package: tracked files alone, the same twice, whole or not at all."""

import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from tests.cli.test_commands import call
from tests.reference import ROOT


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="an unpacked archive, not a checkout")
def test_archive_is_the_same_twice(capsys, tmp_path):
    for name in ("a.zip", "b.zip"):
        code, out, _ = call(
            capsys, "archive", "--output", str(tmp_path / name), "--project", str(ROOT)
        )
        assert code == 0
        assert "Wrote" in out
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    names = zipfile.ZipFile(tmp_path / "a.zip").namelist()
    assert any(name.endswith("/Makefile") for name in names)
    for item in ("/paper/validation/", "/experiments/policy.py", "/figures/sobol.py"):
        assert any(item in name for name in names)
    assert not any("/experiments/results/" in name or "/.git/" in name for name in names)
    with zipfile.ZipFile(tmp_path / "a.zip") as package:
        (commit,) = [name for name in names if name.endswith("/COMMIT")]
        assert package.read(commit).decode()[:40].isalnum()
        modes = {name: item.external_attr >> 16 for name, item in package.NameToInfo.items()}
    assert next(mode for name, mode in modes.items() if name.endswith("/.ci/run")) & 0o100


def test_archive_outside_git(capsys, tmp_path):
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "mine.toml").touch()
    code, _, err = call(capsys, "archive", "--project", str(tmp_path))
    assert code == 2
    assert "git checkout" in err


def checkout(folder):
    """A git checkout with a study, whose tracked files are returned."""
    (folder / "experiments").mkdir(parents=True)
    (folder / "experiments" / "mine.toml").write_text("a = 1\n")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def tracked(folder):
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)


def archived(capsys, folder):
    """Exit code and errors, and what stands beside the archive."""
    target = folder.parent / "out" / "a.zip"
    code, _, err = call(capsys, "archive", "--project", str(folder), "--output", str(target))
    return code, err, sorted(path.name for path in target.parent.iterdir())


def test_no_link_is_followed_out_of_the_tree(capsys, tmp_path):
    (tmp_path / "secret").write_text("secret")
    folder = checkout(tmp_path / "tree")
    (folder / "inside").symlink_to("experiments/mine.toml")
    tracked(folder)
    assert archived(capsys, folder) == (0, "", ["a.zip"])
    with zipfile.ZipFile(tmp_path / "out" / "a.zip") as package:
        assert sum(package.read(name) == b"a = 1\n" for name in package.namelist()) == 2
    before = (tmp_path / "out" / "a.zip").read_bytes()
    for name, target in (("straight", "../secret"), ("by another", "straight"), ("up", "..")):
        (folder / name).symlink_to(target)
        tracked(folder)
        code, err, left = archived(capsys, folder)
        assert code == 2
        assert "leads out of the tree" in err
        assert left == ["a.zip"]
        assert (tmp_path / "out" / "a.zip").read_bytes() == before


def test_a_failure_leaves_nothing(capsys, tmp_path):
    folder = checkout(tmp_path / "tree")
    (folder / "gone").touch()
    tracked(folder)
    (folder / "gone").unlink()
    code, err, left = archived(capsys, folder)
    assert code == 2
    assert "gone" in err
    assert left == []


def test_an_interrupt_leaves_nothing(tmp_path):
    folder, out = checkout(tmp_path / "tree"), tmp_path / "out"
    (folder / "large").write_bytes(os.urandom(60_000_000))
    tracked(folder)
    child = subprocess.Popen(
        [sys.executable, "-m", "negotiation", "archive", "--output", str(out / "a.zip")],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not list(out.glob(".a.zip.*.part")):
        assert child.poll() is None
        time.sleep(0.002)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate()
    assert child.returncode == 130, err
    assert "a.zip is as it was" in err
    assert "Traceback" not in err
    assert list(out.iterdir()) == []
