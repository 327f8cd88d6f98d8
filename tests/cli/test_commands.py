"""The command line as a newcomer meets it: help, exit codes, one clear message."""

import json
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from negotiation import __version__
from negotiation.cli import main
from negotiation.cli.output import percent_cell, print_table
from negotiation.forecasting.dated_forecast import forecast_process
from negotiation.standoff.load import load_standoff
from negotiation.study.provenance import run_record
from tests.reference import ROOT


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
    assert "clone" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_unknown_profile(capsys):
    code, _, err = call(capsys, "reproduce", "--profile", "slow")
    assert code == 2
    assert "fast, full, tiny" in err


def test_game_for_people_and_scripts(capsys):
    code, out, _ = call(capsys, "game", "--rates", "USA:0,30,145", "--rates", "CHN:0,10,125")
    assert code == 0
    assert "Kind of game" in out
    grids = ("--rates", "USA:free,0", "--rates", "CHN:free,0")
    code, out, _ = call(capsys, "game", *grids, "--json")
    content = json.loads(out)
    assert content["players"] == ["USA", "CHN"]
    assert content["complete"] is True
    assert max(item["regret"] for item in content["equilibria"]) < 1e-9


def test_former_options_of_the_game_still_work_and_say_so(capsys):
    code, out, err = call(capsys, "game", "--usa", "free,0", "--china", "free,0", "--json")
    assert code == 0
    grids = ("--rates", "USA:free,0", "--rates", "CHN:free,0")
    assert json.loads(out) == json.loads(call(capsys, "game", *grids, "--json")[1])
    assert "--rates CHN:free,0" in err


def test_game_of_other_sides(capsys):
    grids = ("--rates", "KOR:0,10", "--rates", "JPN:0,10")
    code, out, _ = call(capsys, "game", *grids, "--economy", "world-2022", "--json")
    assert code == 0
    assert json.loads(out)["players"] == ["KOR", "JPN"]


def test_game_of_measures(capsys):
    measures = "0,export_tax:30:C26+C27,trade_cost:10,purchase:5:A01,quota:90:C24B,export_ban:C24B"
    code, out, _ = call(
        capsys, *("game", "--rates", "USA:0,145", "--rates", f"CHN:{measures}"),
        *("--model", "general_equilibrium", "--json"),
    )  # fmt: skip
    assert code == 0
    assert json.loads(out)["actions"][1][1:] == [
        "export tax +30 % (C26, C27)",
        "trade cost x 1.1",
        "purchase of 5 bn (A01)",
        "quota at 90 % (C24B)",
        "export ban (C24B)",
    ]


def test_game_from_a_file(capsys, tmp_path):
    path = tmp_path / "pd.nfg"
    path.write_text('NFG 1 R "pd" { "A" "B" } { 2 2 }\n\n3 3 5 0 0 5 1 1\n')
    code, out, _ = call(capsys, "game", "--file", str(path))
    assert code == 0
    assert "prisoner's dilemma" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("game", "--rates", "USA:x", "--rates", "CHN:1"), "--rates: not a rate"),
        (("game", "--rates", "USA:10"), "give the grid of each player"),
        (("game", "--rates", "10"), "not the grid of a player"),
        (("game", "--rates", "USA:-200", "--rates", "CHN:1"), "rates[USA]"),
        (("game", "--rates", "USA:quota:a", "--rates", "CHN:1"), "--rates: not a rate"),
        (("game", "--rates", "USA:quota:1:C26:C27", "--rates", "CHN:1"), "--rates: not a rate"),
        (("game", "--rates", "USA:embargo:1", "--rates", "CHN:1"), "instrument"),
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


def test_process(capsys):
    code, out, _ = call(capsys, "process", "--by", "2025-06-30", "--json")
    assert code == 0
    content = json.loads(out)
    *alone, together = content["rows"]
    found = forecast_process(as_of="2025-05-02", dates=["2025-06-30"], draws=0)
    assert together["cut by 2025-06-30"] == found.cut_by("2025-06-30")
    assert [row["payoffs"] for row in alone] == list(found.models)
    assert content["left_out"] == list(found.left_out)


def test_process_under_one_payoff_model(capsys):
    arguments = ("process", "--model", "equilibrium_one_year", "--by", "2025-06-30")
    code, out, _ = call(capsys, *arguments, "--json")
    assert code == 0
    content = json.loads(out)
    assert 0.0 < content["deal_by"]["2025-06-30"] < content["first_cut_by"]["2025-06-30"] < 1.0
    assert content["residual"] < 1e-9
    code, out, _ = call(capsys, *arguments, "--set", "terms_duration=3", "--json")
    assert code == 0
    assert json.loads(out)["first_cut_by"] != content["first_cut_by"]


def test_counterfactual(capsys):
    code, out, _ = call(capsys, "counterfactual", "--add", "USA:CHN:145", "--json")
    assert code == 0
    assert json.loads(out)["percent"]["USA"]["welfare"] < 0.0


def test_counterfactual_with_other_instruments(capsys):
    arguments = (
        *("counterfactual", "--add", "USA:CHN:30", "--export-tax", "USA:CHN:5:A01"),
        *("--export-control", "CHN:USA:50:C24B", "--export-control", "CHN:USA:inf:B07"),
        *("--trade-cost", "CHN:USA:10:C20,C21"),
        *("--quota", "USA:CHN:50:C24A", "--purchase", "CHN:USA:10:A01,A02", "--json"),
    )
    code, out, _ = call(capsys, *arguments)
    found = json.loads(out)
    assert code == 0
    assert found["certificate"] == "True"
    assert len(found["changes"]) == 7
    assert found["percent"]["CHN"]["welfare"] < 0.0


def test_counterfactual_with_other_elasticities(capsys):
    arguments = ("counterfactual", "--add", "USA:CHN:145", "--json")
    code, out, _ = call(capsys, *arguments, "--elasticities", "boehm_short_run")
    assert code == 0
    short = json.loads(out)["percent"]["CHN"]["welfare"]
    assert short < json.loads(call(capsys, *arguments)[1])["percent"]["CHN"]["welfare"] < 0.0


def test_dependence_has_customs_shares_beside_it(capsys):
    code, out, _ = call(capsys, "economy", "dependence", "--exporter", "USA", "--importer", "CHN")
    assert code == 0
    assert "By customs records of 2022: 7.4 % of exports" in out
    code, out, _ = call(capsys, "economy", "dependence", "--name", "world-2022", "--json")
    assert code == 0
    assert 0.1 < json.loads(out)["total"]["share_of_exports"] < 0.2


def test_data(capsys):
    code, out, _ = call(capsys, "data", "list")
    assert code == 0
    assert "events" in out
    code, out, _ = call(capsys, "data", "show", "parameters", "--as-of", "2025-05-02", "--json")
    assert code == 0
    names = {row["name"] for row in json.loads(out)["rows"]}
    assert "terms_duration" in names
    assert "exempt_share_chn" not in names
    code, out, _ = call(capsys, "data", "sources", "events")
    assert code == 0


SWEEP = """
name = "noisy"
evaluate = "sweep_functions:noisy"
size = 32
chunk = 8

[ranges.x]
low = 0.0
high = 1.0
"""


def test_sweep(capsys, tmp_path):
    path = tmp_path / "sweep.toml"
    path.write_text(SWEEP)
    shutil.copy(ROOT / "tests" / "study" / "sweep_functions.py", tmp_path)
    arguments = ("sweep", str(path), "--folder", str(tmp_path / "parts"), "--json")
    code, out, _ = call(capsys, *arguments)
    assert code == 0
    first = json.loads(out)
    assert first["rows"] == first["computed"] == 32
    code, out, _ = call(capsys, *arguments, "--workers", "2")
    second = json.loads(out)
    assert second["computed"] == 0
    assert second["outputs"] == first["outputs"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("process", "--set", "terms_duration"), "--set"),
        (("process", "--set", "terms_duration=x"), "name=number"),
        (("process", "moon"), "moon"),
        (("process", "--by", "2020-01-01"), "2020-01-01"),
        (("counterfactual", "--add", "USA-CHN"), "--add"),
        (("counterfactual", "--add", "USA:MARS:10"), "MARS"),
        (("counterfactual",), "no change"),
        (("counterfactual", "--export-tax", "USA:CHN"), "--export-tax"),
        (("counterfactual", "--quota", "USA:CHN:1:A01:x"), "--quota"),
        (("counterfactual", "--quota", "USA:CHN:1:X99"), "X99"),
        (("counterfactual", "--add", "USA:USA:10"), "on itself"),
        (("counterfactual", "--add", "USA:CHN:nan"), "finite"),
        (("counterfactual", "--add", "USA:CHN:9", "--elasticities", "magic"), "magic"),
        (("game", "--rates", "USA:nan", "--rates", "CHN:1"), "finite"),
        (("game", "--rates", "USA:1", "--file", "a.nfg"), "--file"),
        (("process", "--set", "terms_duration=nan"), "finite"),
        (("process", "--by", "2025-02-30"), "not a date"),
        (("data", "list", "--as-of", "tomorrow"), "not a date"),
        (("archive", "--project", str(ROOT), "--output", f"{ROOT}/Makefile/a.zip"), "Makefile"),
        (("data", "show", "nothing"), "nothing"),
        (("sweep", "absent.toml", "--folder", "x"), "absent.toml"),
    ],
)
def test_more_bad_input(capsys, arguments, message):
    code, out, err = call(capsys, *arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err + out


def test_json_of_reproduce_stands_alone(capsys, monkeypatch, tmp_path):
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "mine.toml").touch()

    def build(project, profile, *, lines):
        assert not lines
        print("progress")
        return SimpleNamespace(exit_code=0)

    monkeypatch.setattr("negotiation.cli.reproduce._build", build)
    code, out, err = call(capsys, "reproduce", "--project", str(tmp_path), "--json")
    assert code in (0, None)
    assert json.loads(out) == {"claims": {}, "studies": {}, "figures": [], "paper": None}
    assert "progress" in err


def test_results_name_the_commit_of_an_unpacked_archive(tmp_path):
    (tmp_path / "experiments").mkdir()
    (tmp_path / "COMMIT").write_text("ab12\n")
    assert run_record(tmp_path / "experiments")["commit"] == "ab12"


def test_standoffs_are_listed_and_shown(capsys):
    code, out, _ = call(capsys, "standoff", "list", "--json")
    assert code == 0
    assert json.loads(out)["us-eu-2025"]["sides"] == ["USA", "EU27"]
    shown = ("standoff", "show", "us-eu-2025", "--as-of", "2025-07-20")
    code, out, _ = call(capsys, *shown, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["points_in_force"] == {"EU27": 0.0, "USA": 0.1}
    assert found["next_deadline"]["date"] == "2025-08-01"
    assert found["without_deal"]["USA"] == 0.2
    assert found["events"][-1][0] == "2025-07-07"
    code, out, _ = call(capsys, *shown)
    assert code == 0
    assert "Next deadline: 2025-08-01" in out
    assert "discount_rate of EU27" in out
    code, out, _ = call(capsys, "standoff", "show", "us-eu-2025", "--as-of", "2025-07-20", "--json")
    notes = load_standoff("us-eu-2025").build("2025-07-20", model="partial_25").notes
    assert json.loads(out)["notes"] == list(notes)


def test_a_new_standoff_is_written_and_checked(capsys, tmp_path):
    path = tmp_path / "own.toml"
    code, out, _ = call(capsys, "standoff", "new", str(path), "--sides", "KOR, JPN")
    assert code == 0
    code, out, _ = call(capsys, "standoff", "check", str(path))
    assert code == 0
    assert "no mistake" in out
    code, _, err = call(capsys, "standoff", "new", str(path), "--sides", "KOR,JPN")
    assert code != 0
    assert "there already" in err
    code, _, err = call(capsys, "standoff", "new", str(tmp_path / "b"), "--sides", "KOR")
    assert code != 0
    assert "not two sides" in err
    path.write_text(path.read_text().replace('"cut"', '"cutt"').replace("0.10", '"ten"'))
    code, _, err = call(capsys, "standoff", "check", str(path))
    assert code != 0
    assert "own.toml: " in err
    assert "stages[1].kind: unknown" in err
    assert "tariffs.steps[1].added: not a number" in err


@pytest.mark.parametrize("width", ["30", "80", "200"])
def test_a_table_keeps_every_word_whatever_the_terminal(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", width)
    columns = ["payoffs", *(f"2025-0{k}-30" for k in range(1, 7)), "CHN concedes first"]
    rows = [["equilibrium one year", *(percent_cell(k / 7, 1) for k in range(6)), "<0.1 %"]]
    print_table(columns, rows, title="de-escalation")
    printed = capsys.readouterr().out
    words = " ".join([*columns, *rows[0]]).split()
    assert sorted(printed.split()[1:]) == sorted(words)
    assert all(len(line) <= max(int(width), 95) for line in printed.splitlines())
