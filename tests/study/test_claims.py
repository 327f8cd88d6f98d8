"""The mechanism of claims, on rows that know nothing of tariffs."""

import datetime as dt

import pytest

from negotiation.errors import DataError, InvalidInputError, NonFiniteError
from negotiation.study.claims import (
    Claim,
    check_claim,
    differences,
    evaluate_claim,
    load_claims,
    load_evaluators,
    read_evaluation,
    store_evaluation,
)
from paper.claim_status import marked_sentences

EVALUATORS = """
from negotiation.study.claims import Finding

LIMIT = 3.0


def half(x):
    return x / 2.0


def below(*, as_of, x=2.0):
    return Finding(half(x) < LIMIT, {"half": half(x)})


def other(*, as_of):
    return Finding(True, {"value": 0.0 * 1e-20})
"""
ROWS = """
kinds = ["range", "seed"]
[claims.small]
evaluator = "below"
as_of = 2025-05-02
conditional = "arithmetic"
keys = { "study.half" = "half" }
[claims.small.perturbations.range]
"three" = { x = 3.0 }
"ten" = { x = 10.0 }
[claims.small.inapplicable]
seed = "nothing is drawn"
[claims.small.flips]
"range: ten" = "below ten"
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "evaluators.py").write_text(EVALUATORS)
    (tmp_path / "claims.toml").write_text(ROWS)
    return tmp_path


def row(files):
    return load_claims(files / "claims.toml")["small"]


def test_cases_are_evaluated_stored_and_read_back(files):
    claim = row(files)
    found = evaluate_claim(claim, files / "evaluators.py")
    assert {case: item.holds for case, item in found.findings.items()} == {
        "base": True,
        "range: three": True,
        "range: ten": False,
    }
    assert found.findings["range: three"].values["half"] == 1.5
    store_evaluation(files / "a.json", found)
    store_evaluation(files / "b.json", evaluate_claim(claim, files / "evaluators.py"))
    assert (files / "a.json").read_bytes() == (files / "b.json").read_bytes()
    assert differences(found, read_evaluation(files / "a.json")) == []


def test_a_flip_has_to_be_in_every_sentence(files):
    claim = row(files)
    found = evaluate_claim(claim, files / "evaluators.py")
    said = {"here": "Small, Below Ten at least."}
    status = check_claim(claim, found, sentences=said)
    assert status == ((), 1, 1)
    silent = check_claim(claim, found, sentences={**said, "there": "Small."})
    assert len(silent.mistakes) == 1
    assert "there" in silent.mistakes[0]


def test_an_unnamed_flip_a_stale_flip_and_a_missing_mark_are_mistakes(files):
    found = evaluate_claim(row(files), files / "evaluators.py")
    unnamed = row(files).model_copy(update={"flips": {}})
    assert check_claim(unnamed, found, sentences={"here": "x"}).mistakes == (
        "does not hold: range: ten",
    )
    stale = row(files).model_copy(update={"flips": {"range: three": "x", "range: ten": "x"}})
    assert (
        "though the row says it flips"
        in check_claim(stale, found, sentences={"h": "x"}).mistakes[0]
    )
    assert "no sentence" in check_claim(row(files), found, sentences={}).mistakes[-1]
    fewer = found._replace(findings={"base": found.findings["base"]})
    assert "not evaluated: range: three" in check_claim(row(files), fewer, sentences={}).mistakes


def test_results_have_to_agree(files):
    found = evaluate_claim(row(files), files / "evaluators.py")
    said = {"here": "below ten"}
    good = check_claim(row(files), found, sentences=said, results={"study.half": 1.0})
    assert not good.mistakes
    wrong = check_claim(row(files), found, sentences=said, results={"study.half": 1.1})
    assert "study.half" in wrong.mistakes[0]
    assert (
        "no such result" in check_claim(row(files), found, sentences=said, results={}).mistakes[0]
    )


def test_the_hash_of_an_evaluator_covers_what_it_uses_and_nothing_else(files):
    claim, path = row(files), files / "evaluators.py"
    before = evaluate_claim(claim, path).hashes
    path.write_text(EVALUATORS.replace("0.0 * 1e-20", "0.0"))
    assert evaluate_claim(claim, path).hashes == before
    path.write_text(EVALUATORS.replace("x / 2.0", "x * 0.5"))
    assert evaluate_claim(claim, path).hashes != before
    path.write_text(EVALUATORS.replace("3.0", "4.0"))
    assert evaluate_claim(claim, path).hashes["evaluator"] != before["evaluator"]


def test_differences_see_truth_values_and_cases(files):
    one = evaluate_claim(row(files), files / "evaluators.py")
    base = one.findings["base"]
    close = one._replace(
        findings={**one.findings, "base": base._replace(values={"half": 1.0 + 1e-6})}
    )
    assert differences(one, close) == []
    far = one._replace(findings={**one.findings, "base": base._replace(values={"half": 1.01})})
    assert len(differences(one, far)) == 1
    false = one._replace(findings={**one.findings, "base": base._replace(holds=False)})
    assert len(differences(one, false)) == 1
    assert len(differences(one, one._replace(findings={}))) == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('seed = "nothing is drawn"', "", "seed is neither tried nor excused"),
        ('seed = "nothing is drawn"', 'seed = "a"\nrange = "b"', "range is tried and excused"),
        ('seed = "nothing is drawn"', 'seed = "a"\ncolour = "b"', "no such kind as colour"),
        ('"range: ten"', '"range: twelve"', "no such perturbation"),
        ('evaluator = "below"', "", "small.evaluator"),
    ],
)
def test_mistakes_in_rows_are_named(files, old, new, message):
    (files / "claims.toml").write_text(ROWS.replace(old, new))
    with pytest.raises(InvalidInputError, match=message):
        load_claims(files / "claims.toml")


def test_bad_files(files):
    (files / "claims.toml").write_text("kinds = []")
    with pytest.raises(InvalidInputError, match="no claims"):
        load_claims(files / "claims.toml")
    with pytest.raises(DataError, match="Evaluate the claims again"):
        read_evaluation(files / "none.json")
    with pytest.raises(InvalidInputError, match="not a Python file"):
        load_evaluators(files / "claims.toml")
    claim = Claim(evaluator="below", as_of=dt.date(2025, 5, 2), conditional="x")
    nameless = claim.model_copy(update={"evaluator": "LIMITS"})
    with pytest.raises(InvalidInputError, match="no such evaluator"):
        evaluate_claim(nameless, files / "evaluators.py")
    infinite = claim.model_copy(update={"options": {"x": float("-inf")}})
    with pytest.raises(NonFiniteError):
        evaluate_claim(infinite, files / "evaluators.py")


def test_marks():
    text = r"A \claim{one}{b \result{s.k}\,\% \emph{c {d}} \{e\}} f. "
    text += "<!-- claim: two -->g<!-- /claim -->"
    assert marked_sentences(text)[1] == ("two", "g")
    assert marked_sentences(text)[0][1].startswith("b s.k % c d")
    with pytest.raises(InvalidInputError, match="not closed"):
        marked_sentences(r"\claim{one}{b")
