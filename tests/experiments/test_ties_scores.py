"""Scores on threats of the TIES data: stored, computed again, and what they say."""

import pytest

from negotiation.study.provenance import file_hash
from tests.reference import reference_path
from ties_scores import DATA, FOLDS, LAWS, TREATMENTS, compute, read

STORED = read()


def same(found, stored):
    for name in ("disputes", "ended", "dyads", "fits"):
        assert found[name] == stored[name]
    for law, scores in stored["means"].items():
        assert found["means"][law] == pytest.approx(scores, rel=1e-4)
    for law, scores in stored["process_less"].items():
        for score, pair in scores.items():
            scale = abs(stored["means"]["process"][score])
            assert found["process_less"][law][score] == pytest.approx(pair, abs=1e-4 * scale)


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_a_few_dyads_computed_again(treatment):
    path = reference_path("estimation", DATA)
    assert file_hash(path) == STORED["data_sha256"]
    same(compute(path, treatment, few=True), STORED["few"][treatment])


@pytest.mark.slow
@pytest.mark.parametrize("treatment", TREATMENTS)
def test_all_dyads_computed_again(treatment):
    same(compute(reference_path("estimation", DATA), treatment), STORED["whole"][treatment])


def test_what_is_stored():
    sizes = [(row["disputes"], row["ended"]) for row in STORED["whole"].values()]
    assert sizes == [(377, 189), (517, 189)]
    for row in STORED["whole"].values():
        assert row["fits"] == FOLDS
        means = row["means"]
        for law in LAWS:
            for score, (gap, error) in row["process_less"][law].items():
                assert gap == pytest.approx(means["process"][score] - means[law][score], abs=1e-9)
                assert error > 0.0
