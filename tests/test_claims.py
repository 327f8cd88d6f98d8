"""Sentences that state a finding are rows that hold under their perturbations, or say where not."""

import re
import shutil

import pytest

from negotiation.errors import NegotiationError
from negotiation.study.claims import (
    check_claim,
    hashes_of,
    load_claims,
    read_evaluation,
)
from negotiation.study.spec import load_study
from paper.claim_status import claim_places, claim_rows, marked_sentences
from tests.reference import ROOT

PAPER = ROOT / "paper"
EVALUATORS = PAPER / "claims.py"
CLAIMS = load_claims(PAPER / "claims.toml")
PLACES = claim_places(ROOT)
#: Numbers of the method and of the case that state no finding of their own.
NO_FINDING = {"process.duration", "backtest.interval"}


def test_claims_and_marks_match_one_to_one():
    assert set(PLACES) == set(CLAIMS)
    stored = {path.stem for path in (PAPER / "evaluations").glob("*.json")}
    assert stored == set(CLAIMS)


@pytest.mark.parametrize("name", ["abstract", "introduction"])
def test_every_number_lies_inside_a_claim(name):
    text = (PAPER / "sections" / f"{name}.tex").read_text(encoding="utf-8")
    inside = {key for _, said in marked_sentences(text) for key in re.findall(r"\w+\.\w+", said)}
    for mark, _ in marked_sentences(text):
        start = text.index(f"\\claim{{{mark}}}{{")
        depth, at = 1, start + len(f"\\claim{{{mark}}}{{")
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        text = text[:start] + text[at:]
    assert not re.findall(r"\\result\{([^}]*)\}", text)
    assert inside


def test_every_line_of_the_headline_shows_a_number_of_its_claim():
    lines = load_study(ROOT / "experiments" / "headline.toml").settings["lines"]
    for what, key, _, name in lines:
        assert key in CLAIMS[name].keys, (what, key, name)


def test_every_number_of_a_marked_sentence_is_one_that_its_row_rests_on():
    for path in sorted((PAPER / "sections").glob("*.tex")):
        text = path.read_text(encoding="utf-8")
        for name, sentence in marked_sentences(text):
            named = set(re.findall(r"\b[a-z_]+\.[a-z_0-9]+\b", sentence)) - NO_FINDING
            assert named <= set(CLAIMS[name].keys), (path.name, name)


@pytest.mark.parametrize("name", CLAIMS)
def test_stored_evaluations_hold_as_written_and_are_current(name):
    stored = read_evaluation(PAPER / "evaluations" / f"{name}.json")
    status = check_claim(CLAIMS[name], stored, sentences=PLACES[name])
    assert not status.mistakes
    assert set(stored.findings) == set(CLAIMS[name].cases())
    assert dict(stored.hashes) == hashes_of(CLAIMS[name], EVALUATORS), (
        "run python paper/claims.py and read the sentences again"
    )


def test_rows_of_the_checkout_are_those_stored():
    rows = claim_rows(ROOT)
    assert set(rows) == set(CLAIMS)
    assert all(row["origin"].startswith("stored, of ") for row in rows.values())


def test_a_finding_that_differs_from_its_stored_evaluation_stops_the_run(tmp_path):
    for folder in ("paper/sections", "experiments"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("results"))
    for name in ("claims.toml", "claims.py"):
        shutil.copy(PAPER / name, tmp_path / "paper" / name)
    shutil.copytree(PAPER / "evaluations", tmp_path / "paper" / "evaluations")
    shutil.copy(ROOT / "README.md", tmp_path / "README.md")
    stored = tmp_path / "paper" / "evaluations" / "us_share.json"
    stored.write_text(
        stored.read_text().replace("0.0742948", "0.0842948").replace('"row": "', '"row": "0')
    )
    with pytest.raises(NegotiationError, match="us_share differs from its stored evaluation"):
        claim_rows(tmp_path)
    shutil.copy(PAPER / "evaluations" / "us_share.json", stored)
    with pytest.raises(
        NegotiationError, match=r"losses: result tariff_game.equilibrium_long_run_us"
    ):
        claim_rows(tmp_path, results={"tariff_game.equilibrium_long_run_us": 1.0})
    text = tmp_path / "paper" / "sections" / "abstract.tex"
    text.write_text(text.read_text().replace("half of a tariff", "part of a tariff"))
    with pytest.raises(NegotiationError, match="best_replies: abstract.tex does not say"):
        claim_rows(tmp_path)
    text.write_text(text.read_text() + r"\claim{unknown}{x}")
    with pytest.raises(NegotiationError, match="unknown: marked, and no row"):
        claim_rows(tmp_path)
