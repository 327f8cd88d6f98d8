"""Objectives of governments: weights, job losses, and no double counting."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.errors import InvalidInputError
from negotiation.policy.objectives.objective import JobLosses, Objective

COMMON = {
    "reemployment_share": 0.25,
    "annual_wage": 20_000.0,
    "spell_years": 0.5,
    "source": "bank, 2025",
}


def test_jobs_lost_and_their_cost_by_hand():
    losses = JobLosses(jobs_per_billion=10_000.0, **COMMON)
    np.testing.assert_allclose(losses.jobs_lost([0.0, 40.0, -4.0]), [0.0, 300_000.0, -30_000.0])
    assert float(losses.transition_cost(40.0)) == pytest.approx(300_000 * 20_000 * 0.5 / 1e9)


def test_projection_returns_its_own_figure():
    losses = JobLosses.from_projection(
        jobs_lost=6.4e6, lost_exports=400.0, **{**COMMON, "reemployment_share": 0.0}
    )
    assert float(losses.jobs_lost(400.0)) == pytest.approx(6.4e6)


@given(fall=st.floats(0.0, 1.0), share=st.floats(0.0, 1.0))
def test_exposed_jobs_are_lost_only_with_the_exports_they_make(fall, share):
    losses = JobLosses.from_exposed(
        exposed_jobs=16e6, exports=500.0, **{**COMMON, "reemployment_share": share}
    )
    assert float(losses.jobs_lost(500.0 * fall)) == pytest.approx(16e6 * fall * (1.0 - share))


def test_exposed_jobs_are_refused_as_lost_ones():
    with pytest.raises(InvalidInputError, match="exposed"):
        JobLosses(jobs_per_billion=1.0, definition="exposed", **COMMON)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"source": " "}, "source"),
        ({"reemployment_share": 1.2}, "reemployment_share"),
        ({"annual_wage": -1.0}, "annual_wage"),
        ({"spell_years": float("nan")}, "spell_years"),
        ({"definition": "at risk"}, "definition"),
    ],
)
def test_bad_job_losses_are_refused(change, word):
    with pytest.raises(InvalidInputError, match=word):
        JobLosses(**{"jobs_per_billion": 1.0, **COMMON, **change})


def test_projection_needs_a_fall_of_exports():
    with pytest.raises(InvalidInputError, match="lost_exports"):
        JobLosses.from_projection(jobs_lost=1.0, lost_exports=0.0, **COMMON)
    with pytest.raises(InvalidInputError, match="exports"):
        JobLosses.from_exposed(exposed_jobs=1.0, exports=0.0, **COMMON)


@given(
    weights=st.tuples(*[st.floats(0.0, 5.0)] * 3).filter(lambda w: max(w) > 0.0),
    parts=st.tuples(*[st.floats(-10.0, 10.0)] * 3),
)
def test_combination_is_linear(weights, parts):
    objective = Objective(real_income=weights[0], jobs=weights[1], revenue=weights[2])
    income, revenue, cost = parts
    value = objective.combine(real_income=[income], revenue=revenue, transition_cost=[[cost]])
    assert value.shape == (1, 1)
    expected = weights[0] * income + weights[2] * revenue - weights[1] * cost
    assert float(value[0, 0]) == pytest.approx(expected, abs=1e-12)


def test_elastic_labour_and_jobs_need_a_word_of_politics():
    both = Objective(jobs=1.0)
    both.check(0.0)
    Objective().check(0.5)
    Objective(jobs=1.0, political=True).check(0.5)
    with pytest.raises(InvalidInputError, match="political=True"):
        both.check(0.5)
    with pytest.raises(InvalidInputError, match="labor_supply_elasticity"):
        both.check(-0.1)


def test_sector_weights_follow_labels():
    objective = Objective(sector_weights={"steel": 2.0})
    np.testing.assert_array_equal(objective.weights_of(("food", "steel")), [1.0, 2.0])
    np.testing.assert_array_equal(Objective().weights_of(("food",)), [1.0])
    with pytest.raises(InvalidInputError, match="steel"):
        objective.weights_of(("food",))


def test_objectives_travel_between_processes():
    losses = JobLosses(jobs_per_billion=1.0, **COMMON)
    for objective in (Objective(), Objective(jobs=0.5, sector_weights={"a": 2}, job_losses=losses)):
        assert pickle.loads(pickle.dumps(objective)) == objective


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"real_income": -1.0}, "real_income"),
        ({"jobs": float("nan")}, "jobs"),
        ({"real_income": 0.0}, "nothing has a weight"),
        ({"sector_weights": {"steel": -2.0}}, "steel"),
        ({"job_losses": 3.0}, "job_losses"),
    ],
)
def test_bad_objectives_are_refused(arguments, word):
    with pytest.raises(InvalidInputError, match=word):
        Objective(**arguments)
