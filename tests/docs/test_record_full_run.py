"""The record of a full run is read from its log alone."""

import importlib.util

import pytest

from tests.reference import ROOT

LOG = """full run of 2026-11-30, 2 cores

== studies, figures and paper, full profile (0 s) ==
\x1b[32m──────────────── Succeeded in 10 minutes, 6.01 seconds ────────────────\x1b[0m
policy                            gain from a deviation, percent  3.2e-12  1e-06

== every test, slow ones and comparisons included (607 s) ==
tests/games/test_formats.py ....
================= 2711 passed, 3 skipped in 900.12s (0:15:00) =================

== benchmarks (1510 s) ==
-- equilibria
bimatrix, 3x3: ours 1 ms; nashpy 9 ms; ratio 9 (at least 10: MISSED)
bimatrix, 4x4: ours 1 ms; nashpy 30 ms; ratio 30 (at least 10: met)
1 targets missed; benchmarks/latest.json written

== end (1800 s) ==
"""


@pytest.fixture(scope="module")
def record():
    place = importlib.util.spec_from_file_location(
        "record_full_run", ROOT / "docs" / "record_full_run.py"
    )
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


def test_a_log_that_reaches_its_end(record):
    run = record.read_log(LOG)
    assert (run.date, run.machine, run.complete) == ("2026-11-30", "2 cores", True)
    assert [part.seconds for part in run.parts] == [607, 903, 290]
    assert run.parts[0].counts == ("Succeeded in 10 minutes, 6.01 seconds",)
    assert run.parts[1].counts == ("2711 passed, 3 skipped in 900.12s (0:15:00)",)
    assert run.parts[2].counts == ("1 targets missed; benchmarks/latest.json written",)
    assert [len(part.missed) for part in run.parts] == [0, 0, 1]


def test_the_page_is_a_function_of_the_log(record):
    text = record.page(record.read_log(LOG), source="ab12", data="cd34")
    assert text == record.page(record.read_log(LOG), source="ab12", data="cd34")
    assert "- date: 2026-11-30\n- machine: 2 cores\n- source sha256: `ab12`" in text
    assert "| total | 30 min 00 s | |" in text
    assert "- bimatrix, 3x3: ours 1 ms" in text
    assert "4x4" not in text


def test_a_log_cut_short_says_so(record):
    run = record.read_log(LOG[: LOG.index("== benchmarks")])
    text = record.page(run, source="", data="")
    assert not run.complete
    assert "reached its end: no" in text
    assert "not finished" in text
    assert "total" not in text


def test_other_text_is_refused(record):
    with pytest.raises(ValueError, match="not a log"):
        record.read_log("10 passed in 3 s\n")
