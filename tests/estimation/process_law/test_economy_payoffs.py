"""What an economy says that disputes are about: the same payoffs as the process, in one unit."""

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import InvalidInputError
from negotiation.estimation.process_law.terms import FixedTerms

SINCE = "2018-01-01"
SPRING = "us_china_2025_spring"


@pytest.fixture(scope="module")
def world():
    return ng.load_economy("world-2022")


@pytest.fixture(scope="module")
def disputes():
    return ng.load_disputes()


def percent(payoffs):
    return float(payoffs.unit.split()[0])


def test_flows_are_payoffs_of_the_duties(disputes, world):
    found = ng.dispute_payoffs(disputes, world, model="partial_25", since=SINCE, all_goods=[SPRING])
    direct = ng.tariff_payoffs(
        world,
        [(1.45, 1.25), (0.0, 0.25 * 1.25), (0.25 * 1.45, 0.0)],
        players=("USA", "CHN"),
        horizon="short_run",
        exporter_incidence=0.25,
    ).percent_of_gdp
    row = found.rows[SPRING] * percent(found)
    assert row[0] == pytest.approx(direct[0], rel=5e-3)
    # Who concedes bears a share of the other's duties and keeps none.
    assert row[1] == pytest.approx([-direct[1, 0], -direct[2, 1]], rel=5e-3)
    assert row[2] == pytest.approx([direct[2, 0], direct[1, 1]], rel=5e-3)
    assert found.reference == 1.0
    assert np.mean([np.abs(r[0]) for r in found.rows.values()]) == pytest.approx(1.0)


def test_only_what_the_economy_can_serve(disputes, world):
    early = ng.dispute_payoffs(disputes, world, model="partial_0")
    late = ng.dispute_payoffs(disputes, world, model="partial_0", since=SINCE)
    assert set(late.rows) < set(early.rows)
    assert "us_japan_autos_1995" in early.rows
    # Turkey is no region of the economy, and coverage of steel from Canada is not in the table.
    assert not {"us_turkey_2018", "us_canada_steel_2018"} & set(early.rows)
    narrow = ng.dispute_payoffs(
        disputes, ng.load_economy("us-china-2022"), model="partial_0", since=SINCE
    )
    assert "us_brazil_2025" in late.rows
    assert "us_brazil_2025" not in narrow.rows


def test_who_sends_does_not_matter_to_who_bears(disputes, world):
    place = disputes.ids.index("eu_china_solar_2013")
    found = ng.dispute_payoffs(disputes.take([place]), world, model="partial_0")
    # The union sends: China loses by the union's duty.
    sender, target = found.rows["eu_china_solar_2013"][0]
    assert target < sender


def test_a_larger_share_of_duties_makes_concessions_dearer(disputes, world):
    chosen = disputes.take([disputes.ids.index(SPRING)])
    small, large = (
        ng.dispute_payoffs(chosen, world, model="partial_25", terms=FixedTerms(demand=share))
        for share in (0.1, 0.5)
    )
    assert (large.rows[SPRING][1] > small.rows[SPRING][1]).all()
    assert large.rows[SPRING][0] == pytest.approx(small.rows[SPRING][0])


def test_a_fit_with_payoffs(disputes, world):
    some = disputes.take(np.isnan(disputes.deadline))
    payoffs = ng.dispute_payoffs(some, world, model="partial_25", since=SINCE)
    fit = ng.fit_concessions(some, "process", payoffs=payoffs, draws=0, raise_on_failure=False)
    assert fit.names[-1] == "no economy"
    assert fit.resolve.unit == payoffs.unit
    assert np.isfinite(fit.log_likelihood_of(some)).all()


def test_bad_input(disputes, world):
    with pytest.raises(InvalidInputError, match="all_goods: no such dispute; seen us_mars"):
        ng.dispute_payoffs(disputes, world, all_goods=["us_mars"])
    with pytest.raises(InvalidInputError, match="the economy holds no dispute"):
        ng.dispute_payoffs(disputes, world, since="2030-01-01")
