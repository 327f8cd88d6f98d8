"""What figures of the process's sensitivity are drawn from."""

import numpy as np
import pytest
from negotiation.process.choices.exemptions import choose_exemptions

from negotiation.errors import InvalidInputError
from negotiation.process.analysis.forecast import outlook
from negotiation.process.multi_step.load import load_process, standoff_flows
from negotiation.process.solve import solve_process
from negotiation.study.comparisons.sensitivity import (
    exemption_regions,
    first_concession_map,
    recorded_ranges,
    swept_dates,
    swept_outcomes,
    tornado,
)

AS_OF = "2025-05-02"
TWO = ("terms_duration", "toughness_usa")


def test_tornado_starts_from_the_process_as_it_is():
    found = tornado(
        as_of=AS_OF, parameters=TWO, outcome="cut_2025-05-31", fixed={"dates": ["2025-05-31"]}
    )
    assert found.base == outlook(load_process(as_of=AS_OF)).cut_by("2025-05-31")
    changed = load_process(as_of=AS_OF, values={"terms_duration": 5.0})
    assert found.ends[0, 1] == outlook(changed).cut_by("2025-05-31")
    with pytest.raises(InvalidInputError, match="cut_ever"):
        tornado(as_of=AS_OF, parameters=TWO, outcome="cut")


def test_the_map_counts_who_concedes_at_once():
    found = first_concession_map(as_of=AS_OF, low=0.1, high=0.3, points=2)
    assert found.first_stubbornness == pytest.approx([0.1, 0.3])
    values = {"toughness_usa": 0.3, "toughness_chn": 0.1}
    solution = solve_process(load_process(as_of=AS_OF, values=values))
    success = solution.success[1]
    assert solution.atoms[1].sum() > 0.1
    assert found.share[1, 0] == pytest.approx(success[0] / success.sum(), rel=1e-12)


def test_bands_are_probabilities_by_day():
    found = swept_dates(as_of=AS_OF, parameters=TWO, days=[0, 30, 365], size=4)
    assert set(found) == {"cut", "deal"}
    for item in found.values():
        assert item.probabilities.shape == (4, 3)
        assert np.all(np.diff(item.probabilities, axis=1) >= 0.0)
    base = outlook(load_process(as_of=AS_OF))
    assert found["deal"].central == pytest.approx(base.deal_by([0, 30, 365]))
    assert np.all(found["deal"].probabilities <= found["cut"].probabilities)


def test_regions_are_the_equilibria_of_the_exemption_game():
    shares = [0.0, 0.5, 1.0]
    found = exemption_regions(as_of=AS_OF, visibility=[0.5, 1.0], curvature=[0.02], shares=shares)
    choice = choose_exemptions(
        load_process(as_of=AS_OF),
        standoff_flows(as_of=AS_OF),
        shares=shares,
        visibility=0.5,
        curvature=0.02,
    )
    assert found.lowest[0, 0] == pytest.approx(choice.expected_shares.min(axis=0))
    assert found.highest[0, 0] == pytest.approx(choice.expected_shares.max(axis=0))
    assert found.myopic[0, 0] == pytest.approx(choice.myopic)


def test_indices_have_intervals_and_words():
    words = {"usa_first": "who concedes first"}
    (found,) = swept_outcomes(as_of=AS_OF, parameters=TWO, outcomes=words, size=8, resamples=50)
    assert found.label == "who concedes first"
    assert found.values.shape == (8 * 4,)
    assert found.first_interval.shape == (2, 2)
    assert np.all(found.total_interval[:, 0] <= found.total_interval[:, 1])
    with pytest.raises(InvalidInputError, match="usa_first"):
        swept_outcomes(as_of=AS_OF, parameters=TWO, outcomes=["first"], size=1)


def test_ranges_are_those_of_the_table():
    found = recorded_ranges(load_process(as_of=AS_OF), TWO)
    assert (found["terms_duration"].low, found["terms_duration"].high) == (0.25, 5.0)
    assert found["toughness_usa"].scale == "log"
