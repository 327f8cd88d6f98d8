"""What figures of the process's sensitivity are drawn from."""

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.process.multi_step.load import load_process
from negotiation.process.solve import solve_process
from negotiation.study.comparisons.sensitivity import (
    exemption_regions,
    first_concession_map,
    recorded_ranges,
    swept_outcomes,
    tornado,
)

AS_OF = "2025-05-02"
TWO = ("terms_duration", "audience_cost_usa")
ONE_YEAR = {"model": "equilibrium_one_year"}


def solved(**values):
    return solve_process(load_process(as_of=AS_OF, values=values, **ONE_YEAR))


def test_tornado_starts_from_the_process_as_it_is():
    fixed = {"dates": ["2025-05-31"], **ONE_YEAR}
    found = tornado(as_of=AS_OF, parameters=TWO, outcome="cut_2025-05-31", fixed=fixed)
    assert found.base == solved().cut_by("2025-05-31")
    assert found.ends[0, 1] == solved(terms_duration=5.0).cut_by("2025-05-31")
    with pytest.raises(InvalidInputError, match="cut_ever"):
        tornado(as_of=AS_OF, parameters=TWO, outcome="cut", fixed=ONE_YEAR)


def test_the_map_is_of_concessions_in_the_open_stage():
    found = first_concession_map(as_of=AS_OF, low=0.2, high=0.8, points=2, fixed=ONE_YEAR)
    assert found.first_cost == pytest.approx([0.2, 0.8])
    assert found.second_cost == pytest.approx([0.2, 0.8])
    solution = solved(audience_cost_usa=0.8, audience_cost_chn=0.2)
    shares = solution.concedes(solution.open_stage)
    assert found.share[1, 0] == pytest.approx(shares[0], rel=1e-12)
    assert np.all(found.share[:, 1] >= found.share[:, 0])


def test_regions_are_chances_of_the_act_in_the_game():
    found = exemption_regions(
        as_of=AS_OF, visibility=[0.2, 1.0], curvature=[0.1, 1.0], fixed=ONE_YEAR
    )
    solution = solved(exemption_visibility=1.0, audience_curvature=0.1)
    acts = solution.actions
    china = acts[(acts["kind"] == "exempt") & (acts["player"] == "CHN")]
    assert found.chance[1, 0, 1] == pytest.approx(china["expected_number"].sum())
    assert found.chance[0, 0, 1] > found.chance[1, 1, 1]
    # The United States had exempted what they listed.
    assert np.all(found.chance[:, :, 0] == 0.0)


def test_indices_have_intervals_and_words():
    words = {"usa_first": "who concedes first"}
    (found,) = swept_outcomes(
        as_of=AS_OF, parameters=TWO, outcomes=words, size=8, resamples=50, fixed=ONE_YEAR
    )
    assert found.label == "who concedes first"
    assert found.values.shape == (8 * 4,)
    assert found.first_interval.shape == (2, 2)
    assert np.all(found.total_interval[:, 0] <= found.total_interval[:, 1])
    with pytest.raises(InvalidInputError, match="usa_first"):
        swept_outcomes(as_of=AS_OF, parameters=TWO, outcomes=["first"], size=1, fixed=ONE_YEAR)


def test_ranges_are_those_of_the_table():
    found = recorded_ranges(load_process(as_of=AS_OF, **ONE_YEAR), TWO)
    assert (found["terms_duration"].low, found["terms_duration"].high) == (0.25, 5.0)
    assert found["terms_duration"].scale == "log"
