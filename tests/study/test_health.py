"""A certificate beyond its bound stops a study, and what is stored is within bounds."""

import json
import math

import pytest

from negotiation.errors import NegotiationError
from negotiation.study.latex import write_generated
from negotiation.study.run import StudyInputs, run_study
from negotiation.study.spec import load_study
from tests.reference import ROOT

RESULTS = ROOT / "experiments" / "results"


@pytest.mark.parametrize("regret", [2e-9, math.nan])
def test_a_study_beyond_its_bound_is_refused(tmp_path, regret):
    (tmp_path / "broken.py").write_text(
        "import negotiation as ng\n"
        "def analyse(regret):\n"
        "    return ng.StudyResult(health={'largest regret': (float(regret), 1e-9)})\n"
    )
    (tmp_path / "broken.toml").write_text(
        'name = "broken"\ntitle = "x"\nanalysis = "broken:analyse"\nas_of = 2025-05-02\n'
        f'settings = {{ regret = "{regret}" }}\n'
    )
    study = load_study(tmp_path / "broken.toml")
    with pytest.raises(NegotiationError, match="largest regret = .* allowed 1e-09"):
        run_study(study, inputs=StudyInputs(tmp_path))


def test_stored_certificates_are_within_their_bounds():
    found = 0
    for path in RESULTS.glob("*/summary.json"):
        for item in json.loads(path.read_text(encoding="utf-8"))["health"].values():
            found += 1
            assert 0.0 <= item["value"] <= item["bound"]
    if not found:
        pytest.skip("no results here: a run refuses what exceeds its bound")


def test_the_table_of_the_paper_lists_every_certificate(tmp_path):
    summaries = {path.parent.name: path for path in RESULTS.glob("*/summary.json")}
    write_generated(summaries, tmp_path)
    listed = (tmp_path / "table_health.tex").read_text(encoding="utf-8")
    for study, path in summaries.items():
        for name in json.loads(path.read_text(encoding="utf-8"))["health"]:
            assert name in listed, (study, name)
