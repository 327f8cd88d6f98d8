"""The command line as a newcomer meets it: help, exit codes, one clear message."""

import subprocess
import sys

import pytest

from negotiation import __version__
from negotiation.cli import main


def run(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "negotiation", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


def call(capsys, *arguments):
    """Run in this process; return exit code, output and errors."""
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    out, err = capsys.readouterr()
    return stopped.value.code, out, err


def test_version_and_help(capsys):
    assert call(capsys, "--version") == (0, f"negotiation {__version__}\n", "")
    code, out, _ = call(capsys, "--help")
    assert code == 0
    assert "tariff standoff" in out
    assert "reproduce" in out


def test_outside_a_checkout(tmp_path):
    done = run("reproduce", cwd=tmp_path)
    assert done.returncode == 2
    assert "Clone" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_unknown_profile(capsys):
    code, _, err = call(capsys, "reproduce", "--profile", "slow")
    assert code == 2
    assert "fast, full, tiny" in err
