"""A run of a standoff into a folder."""

import json
import re

import pandas as pd
import pytest

import negotiation as ng
from negotiation.cli import main
from negotiation.forecasting import dated_forecast, solved_draws
from negotiation.standoff.template import standoff_template
from tests.standoff.files import write

DAY = "2030-02-20"


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    standoff = ng.load_standoff(write(folder))
    run = ng.run_standoff(standoff, folder / "out", DAY, draws=2)
    return standoff, folder / "out", run


def test_numbers_tables_pictures_and_page_are_written(done):
    _, folder, run = done
    results = json.loads((folder / "results.json").read_text())
    assert results["as_of"] == DAY
    assert results["over_by"]["2030-03-01"] == run.forecast.cut_by("2030-03-01")
    table = pd.read_csv(folder / "tables" / "forecast.csv", index_col="by")
    assert table.loc["2030-03-01", "cut"] == pytest.approx(results["over_by"]["2030-03-01"])
    for name in results["tables"]:
        assert (folder / "tables" / f"{name}.tex").read_text().startswith("\\begin{")
    for name in ("forecast", "payoffs", "bargains"):
        assert (folder / "figures" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert (folder / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert "<title>AAA and BBB</title>" in (folder / "report.html").read_text()


def test_the_run_holds_what_the_calls_give(done):
    standoff, _, run = done
    built = standoff.build(DAY, model="partial_25")
    assert run.built["partial_25"].game.labels == built.game.labels
    assert run.solved["partial_25"].values == pytest.approx(
        ng.solve_process(built.game).values, abs=1e-12
    )
    assert any("discount_rate of BBB" in note for note in run.notes)


def test_again_computes_no_forecast_and_writes_the_same_bytes(done, tmp_path):
    standoff, folder, _ = done
    before = contents(folder)
    lines = []
    ng.run_standoff(standoff, folder, DAY, draws=2, progress=lines.append)
    assert not any("forecast" in line for line in lines)
    assert contents(folder) == before
    ng.run_standoff(standoff, tmp_path / "b", DAY, draws=2)
    assert contents(tmp_path / "b") == before


def test_a_forecast_that_was_broken_off_goes_on_where_it_stood(done, tmp_path, monkeypatch):
    """Parts of the draws that were finished are not computed again, and the bytes are the same."""
    standoff, folder, _ = done
    monkeypatch.setattr(dated_forecast, "_BATCH", 4)
    solve, calls = solved_draws.solve_processes, []

    def counted(games, **options):
        calls.append(len(games))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return solve(games, **options)

    monkeypatch.setattr(solved_draws, "solve_processes", counted)
    with pytest.raises(KeyboardInterrupt):
        ng.run_standoff(standoff, tmp_path, DAY, draws=2)
    run = ng.run_standoff(standoff, tmp_path, DAY, draws=2)
    cells = len(run.forecast.values) * len(run.forecast.models)
    assert sum(calls) == 2 * cells + calls[2]
    assert contents(tmp_path) == contents(folder)


def test_a_run_of_other_input_or_a_spoilt_part_is_computed_anew(done, tmp_path):
    standoff, folder, _ = done
    lines = []
    (folder / "parts" / "forecast.npz").write_bytes(b"spoilt")
    ng.run_standoff(standoff, folder, DAY, draws=2, progress=lines.append)
    assert any("forecast" in line for line in lines)


def test_the_command_writes_the_folder(done, tmp_path, capsys):
    _, folder, run = done
    call = ["standoff", "run", str(write(tmp_path)), "--as-of", DAY, "--draws", "2"]
    with pytest.raises(SystemExit, match="0"):
        main([*call, "--out", str(tmp_path / "out"), "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert printed["over_by"]["2030-03-01"] == run.forecast.cut_by("2030-03-01")
    assert contents(tmp_path / "out") == contents(folder)


def test_rounding_residue_and_years_ahead_are_written_plainly(tmp_path):
    """A bargain at 2e-17 points and a deadline more than four years away."""
    text = standoff_template("JPN", "KOR", file="own.toml").replace("2026-06-30", "2030-06-30")
    (tmp_path / "own.toml").write_text(text)
    run = ng.run_standoff(ng.load_standoff(tmp_path / "own.toml"), tmp_path / "out", draws=1)
    spoken = re.sub(
        r"<(script|style|svg).*?</\1>",
        "",
        (tmp_path / "out" / "report.html").read_text(),
        flags=re.S,
    )
    assert not re.findall(r"\d(?:e[-+\u2212]?\d)", spoken)
    labels = [label for built in run.built.values() for label in built.game.labels]
    assert not [label for label in labels if re.search(r"\de-\d", label)]
