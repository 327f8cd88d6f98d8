"""Figures are drawn from stored results, to the same bytes each time."""

import pytest

from negotiation.errors import InvalidInputError
from negotiation.exhibits import EXHIBITS, draw_exhibit
from negotiation.study.run import run_study_file
from tests.reference import ROOT

STYLE = ROOT / "figures" / "style.mplstyle"


def test_same_bytes_twice(tmp_path):
    for name in ("first", "second"):
        results = tmp_path / name / "results"
        run_study_file(ROOT / "experiments" / "export_dependence.toml", results)
        out = tmp_path / name
        draw_exhibit(
            "export_dependence", results, style=STYLE, pdf=out / "x.pdf", png=out / "x.png"
        )
    for item in ("x.pdf", "x.png", "results/export_dependence/summary.json"):
        assert (tmp_path / "first" / item).read_bytes() == (tmp_path / "second" / item).read_bytes()


def test_unknown_exhibit(tmp_path):
    with pytest.raises(InvalidInputError, match="unknown exhibit"):
        draw_exhibit("moon", tmp_path, style=STYLE, pdf=tmp_path / "a", png=tmp_path / "b")


def test_every_exhibit_reads_a_study_of_the_project():
    studies = {path.stem for path in (ROOT / "experiments").glob("*.toml")}
    for name, exhibit in EXHIBITS.items():
        assert set(exhibit.studies) <= studies, name
        assert exhibit.caption.endswith("."), name
