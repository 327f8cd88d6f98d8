"""The command line as a newcomer meets it: help, exit codes, one clear message."""

import json
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


def test_game_for_people_and_scripts(capsys):
    code, out, _ = call(capsys, "game", "--usa", "0,30,145", "--china", "0,10,125")
    assert code == 0
    assert "Kind of game" in out
    code, out, _ = call(capsys, "game", "--usa", "free,0", "--china", "free,0", "--json")
    content = json.loads(out)
    assert content["players"] == ["USA", "CHN"]
    assert content["complete"] is True
    assert max(item["regret"] for item in content["equilibria"]) < 1e-9


def test_game_from_a_file(capsys, tmp_path):
    path = tmp_path / "pd.nfg"
    path.write_text('NFG 1 R "pd" { "A" "B" } { 2 2 }\n\n3 3 5 0 0 5 1 1\n')
    code, out, _ = call(capsys, "game", "--file", str(path))
    assert code == 0
    assert "prisoner's dilemma" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("game", "--usa", "x", "--china", "1"), "--usa: not a rate"),
        (("game", "--usa", "10"), "give both grids"),
        (("game", "--usa", "-200", "--china", "1"), "rates[USA]"),
        (("game", "--model", "magic"), "model"),
        (("game", "--file", "absent.nfg"), "absent.nfg"),
        (("economy", "show", "--name", "moon"), "moon"),
        (("economy", "dependence", "--exporter", "XXX"), "XXX"),
    ],
)
def test_bad_input_is_one_message(capsys, arguments, message):
    code, out, err = call(capsys, *arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err + out


def test_economy(capsys):
    code, out, _ = call(capsys, "economy", "show", "--json")
    assert code == 0
    assert json.loads(out)["regions"]["USA"]["gdp"] > 20_000
    code, out, _ = call(capsys, "economy", "dependence")
    assert code == 0
    assert "total" in out
    code, out, _ = call(capsys, "economy", "dependence", "--json")
    assert json.loads(out)["total"]["share_of_exports"] == pytest.approx(0.163, abs=5e-4)
