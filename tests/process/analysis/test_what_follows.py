"""How stages end and which tariffs are in force, against the solution and by hand."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.process.analysis.stage_ends import stage_ends
from negotiation.process.analysis.tariffs import tariff_fan
from negotiation.process.multi_step.load import built_process
from negotiation.process.solve import solve_process

MODEL = "equilibrium_one_year"


@pytest.fixture(scope="module")
def built():
    return built_process(as_of="2025-05-02", model=MODEL)


@pytest.fixture(scope="module")
def solved(built):
    return solve_process(built.game)


def test_what_enters_a_stage_leaves_it(solved):
    found = stage_ends(solved)
    table = dict(zip(found.stages, found.number, strict=True))
    column = {cause: k for k, cause in enumerate(found.causes)}
    opening = table["de-escalation"]
    assert opening.sum() == pytest.approx(1.0)
    # Both a concession and a ruling of the court open the purchases.
    assert table["purchases"].sum() == pytest.approx(opening.sum())
    conceded = [column["USA concedes"], column["CHN concedes"]]
    for before, after in zip(found.stages[1:], found.stages[2:], strict=False):
        assert table[after].sum() == pytest.approx(table[before][conceded].sum())
    assert opening[conceded] / opening[conceded].sum() == pytest.approx(
        solved.concedes("de-escalation")
    )
    last = table["comprehensive agreement"]
    assert last[conceded].sum() == pytest.approx(solved.deal_probability)


def test_fan_of_tariffs_follows_the_chances_of_nodes(built, solved):
    days = np.array([0.0, 60.0, 365.0])
    fan = tariff_fan([(1.0, built, solved)], days=days, levels=[0.1, 0.5, 0.9])
    assert fan.quantiles[:, 0, 0] == pytest.approx([1.45] * 3)
    assert fan.mean[0] == pytest.approx([1.45, 1.25])
    chances = solved.node_probabilities(days)[:, :-1]
    assert fan.mean == pytest.approx(chances @ built.rates)
    below = chances[1, built.rates[:, 0] < fan.quantiles[1, 1, 0] - 1e-9].sum()
    assert below < 0.5 <= below + chances[1, built.rates[:, 0] == fan.quantiles[1, 1, 0]].sum()


def test_a_fan_over_models_is_their_mixture(built, solved):
    lower = replace(built, rates=built.rates / 2.0)
    fan = tariff_fan([(1.0, built, solved), (3.0, lower, solved)], days=[0.0], levels=[0.5])
    assert fan.mean[0, 0] == pytest.approx((1.45 + 3 * 0.725) / 4)
    assert fan.quantiles[0, 0, 0] == pytest.approx(0.725)
    with pytest.raises(InvalidInputError, match="members"):
        tariff_fan([], days=[0.0])


def test_a_node_that_has_been_left_was_reached(built, solved):
    lower = built.rates[:, 0] < built.plan.in_force[0]
    days = np.array([0.0, 30.0, 365.0])
    reached = solved.reaches(lower, days)
    now = solved.node_probabilities(days)[:, :-1][:, lower].sum(axis=1)
    assert reached[0] == 0.0
    assert np.all(reached >= now - 1e-12)
    # Every end of the open stage lowers the tariff of the United States.
    assert reached == pytest.approx(solved.cut_by(days), abs=1e-9)
