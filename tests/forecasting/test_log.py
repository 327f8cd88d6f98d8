"""The log of forecasts: entries are added by the command, and an edit shows."""

import json
from pathlib import Path

import pytest

import negotiation as ng
from negotiation.cli import main
from negotiation.errors import DataError, InvalidInputError
from negotiation.forecasting.log import log_forecast, read_forecast_log

LOG = Path(__file__).resolve().parents[2] / "paper" / "forecasts"
MODELS = (ng.payoff_model("partial_25"),)


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    for name, day in (("us-japan-2025", "2025-07-10"), ("us-china-2025-spring", "2025-05-02")):
        standoff = ng.load_standoff(name)
        found = ng.forecast(standoff, as_of=day, dates=["2025-08-01"], draws=0, models=MODELS)
        log_forecast(folder, standoff, found)
    return folder, standoff, found


def test_the_papers_log_is_as_it_was_written():
    entries = read_forecast_log(LOG)
    assert [(e["standoff"], e["as_of"]) for e in entries[:2]] == [
        ("us-china-2026", "2026-10-08"),
        ("us-canada-2026", "2026-10-08"),
    ]
    assert "2027-01-10" in entries[0]["probabilities"]
    for entry in entries:
        for said in entry["probabilities"].values():
            low, high = said["interval"]
            assert 0.0 <= low <= said["conceded"] <= high <= 1.0
            assert 0.0 <= said["agreed"] <= 1.0


def test_an_entry_says_what_was_forecast(logged):
    folder, standoff, found = logged
    entries = read_forecast_log(folder)
    assert [e["number"] for e in entries] == [1, 2]
    assert entries[1]["previous"] == entries[0]["sha256"]
    said = entries[1]["probabilities"]["2025-08-01"]
    assert said["conceded"] == pytest.approx(found.cut_by("2025-08-01"), abs=1e-6)
    assert entries[1]["rests_on"]["payoff_models"] == {"partial_25": 1.0}
    with pytest.raises(InvalidInputError, match="entries are never replaced"):
        log_forecast(folder, standoff, found)


@pytest.mark.parametrize("rehashed", [False, True])
def test_an_edit_is_refused(logged, tmp_path, rehashed):
    folder, standoff, found = logged
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    first = min(tmp_path.iterdir())
    entry = json.loads(first.read_text())
    entry["probabilities"]["2025-08-01"]["conceded"] = 0.99
    if rehashed:
        # Even with its own hash mended, the next entry holds the old one.
        from negotiation.forecasting.log import _hash

        entry["sha256"] = _hash(entry)
    first.write_text(json.dumps(entry))
    with pytest.raises(DataError, match="previous" if rehashed else "sha256"):
        read_forecast_log(tmp_path)
    with pytest.raises(DataError, match="never edited"):
        log_forecast(tmp_path, standoff, found)


def test_an_entry_that_is_gone_or_broken_is_noticed(logged, tmp_path):
    second = max(logged[0].iterdir())
    (tmp_path / second.name).write_bytes(second.read_bytes())
    with pytest.raises(DataError, match="previous"):
        read_forecast_log(tmp_path)
    (tmp_path / second.name).write_text("[1]")
    with pytest.raises(DataError, match="not an entry of a log"):
        read_forecast_log(tmp_path)


def test_the_command_adds_an_entry(tmp_path, capsys):
    arguments = ["standoff", "log", "us-japan-2025", "--as-of", "2025-07-10", "--draws", "0"]
    arguments += ["--folder", str(tmp_path / "log"), "--date", "2025-08-01"]
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--json"])
    assert stopped.value.code == 0
    entry = json.loads(capsys.readouterr().out)
    assert entry == read_forecast_log(tmp_path / "log")[0]
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "never replaced" in capsys.readouterr().err
