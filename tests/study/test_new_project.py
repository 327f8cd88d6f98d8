"""A project of the user's own: written once, rebuilt byte for byte, stale where a file changes."""

import json
import tomllib

import pytest

import negotiation as ng
from negotiation.cli import main
from negotiation.errors import InvalidInputError
from negotiation.study.provenance import file_hash
from negotiation.study.run import run_study_file
from negotiation.study.spec import load_study


@pytest.fixture
def project(tmp_path):
    ng.new_project(tmp_path / "own")
    return tmp_path / "own"


def rebuilt(project, capsys):
    """Bytes of everything that a run builds; platform and commit stand apart in run.json."""
    with pytest.raises(SystemExit) as stopped:
        main(("reproduce", "--project", str(project), "--json"))
    assert stopped.value.code in (0, None), capsys.readouterr().err
    built = [*project.glob("experiments/results/*/*"), *project.glob("figures/out/*")]
    return {path.relative_to(project): path.read_bytes() for path in built}


def test_a_project_is_rebuilt_byte_for_byte(project, tmp_path, capsys):
    first = rebuilt(project, capsys)
    assert {path.name for path in first} >= {"summary.json", "run.json", "dispute.pdf"}
    again = tmp_path / "again"
    ng.new_project(again)
    second = rebuilt(again, capsys)
    assert second == first
    stamps = {path: (project / path).stat().st_mtime_ns for path in first}
    assert rebuilt(project, capsys) == first
    assert {path: (project / path).stat().st_mtime_ns for path in first} == stamps


def test_what_a_study_reads_is_in_its_provenance_and_makes_it_stale(project, capsys):
    summary = project / "experiments" / "results" / "dispute" / "summary.json"
    rebuilt(project, capsys)
    before = json.loads(summary.read_text())
    assert before["provenance"]["files_sha256"] == {
        f"../data/{name}": file_hash(project / "data" / name)
        for name in ("dispute.toml", "tariffs.csv", "trade.csv")
    }
    trade = project / "data" / "trade.csv"
    trade.write_text(trade.read_text().replace("NORTH,SOUTH,60", "NORTH,SOUTH,90"))
    rebuilt(project, capsys)
    after = json.loads(summary.read_text())
    assert after["numbers"]["share_of_exports_north"]["value"] == pytest.approx(90 / 200)
    assert before["numbers"]["share_of_exports_north"]["value"] == pytest.approx(60 / 170)
    assert before["provenance"]["files_sha256"] != after["provenance"]["files_sha256"]


def test_its_standoff_is_the_template_with_own_trade(project):
    own = ng.load_standoff(project / "data" / "dispute.toml")
    assert own.economy.regions == ("NORTH", "SOUTH", "REST")
    assert tomllib.loads((project / "data" / "dispute.toml").read_text())["remarks"]
    study = load_study(project / "experiments" / "dispute.toml")
    game = own.game(study.as_of, elasticities=study.settings["elasticity"])
    result = run_study_file(
        project / "experiments" / "dispute.toml", project / "experiments" / "results"
    )
    assert (result.objects["game"].payoffs == game.payoffs).all()
    deadline = own.next_deadline(study.as_of).date
    assert result.numbers["over_by_deadline"].value == result.objects["forecast"].cut_by(deadline)


def test_nothing_is_overwritten(project, tmp_path, capsys):
    kept = (project / "README.md").read_bytes()
    with pytest.raises(InvalidInputError, match="a new or an empty folder"):
        ng.new_project(project)
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as stopped:
        main(("new", str(tmp_path / "file")))
    assert stopped.value.code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert (project / "README.md").read_bytes() == kept
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit) as stopped:
        main(("new", str(tmp_path / "empty")))
    assert stopped.value.code in (0, None)
    assert "negotiation reproduce --project" in capsys.readouterr().out


def test_a_file_that_is_not_listed_or_not_there(project):
    spec = project / "experiments" / "dispute.toml"
    study = load_study(spec)
    with pytest.raises(InvalidInputError, match=r"dispute\.toml, trade\.csv, tariffs\.csv"):
        study.file("other.csv")
    spec.write_text(spec.read_text().replace("trade.csv", "trades.csv"))
    with pytest.raises(InvalidInputError, match=r"files: no such file: \.\./data/trades\.csv"):
        load_study(spec)
