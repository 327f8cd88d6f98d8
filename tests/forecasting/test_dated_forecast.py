"""Dated forecasts of a standoff."""

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import InvalidInputError
from negotiation.payoffs.ensemble import payoff_model
from tests.standoff.files import write
from tests.standoff.test_process import DAYS

FAST = (payoff_model("partial_25"),)


def test_the_file_of_spring_2025_gives_the_forecast_of_the_named_process():
    dates = ["2025-05-31", "2025-12-31"]
    options = {"as_of": "2025-05-02", "dates": dates, "draws": 3, "models": FAST}
    own = ng.forecast(ng.load_standoff("us-china-2025-spring"), **options)
    named = ng.forecast_process(**options)
    assert own.parameters == named.parameters
    for field in ("values", "seen", "cut", "deal", "lowered", "concedes"):
        np.testing.assert_allclose(getattr(own, field), getattr(named, field), atol=1e-12, rtol=0)


@pytest.mark.parametrize("name", ng.standoff_names())
def test_every_shipped_standoff_gives_a_forecast(name):
    found = ng.forecast(ng.load_standoff(name), as_of=DAYS[name], draws=2, models=FAST)
    table = found.table()
    assert list(table.index) == list(found.dates)
    assert table["cut"].is_monotonic_increasing
    assert ((table["cut"] > 0.0) & (table["cut"] < 1.0)).all()
    assert (table["low"] <= table["cut"] + 1e-12).all()
    assert (table["deal"] <= table["cut"] + 1e-12).all()
    ahead = ng.load_standoff(name).as_known(DAYS[name]).deadlines
    stands = {row.date for row in ahead if row.ended_on is None and str(row.date) > DAYS[name]}
    assert stands <= set(found.dates)


@pytest.mark.slow
@pytest.mark.parametrize("name", ng.standoff_names())
def test_every_payoff_model_of_every_shipped_standoff(name):
    found = ng.forecast(ng.load_standoff(name), as_of=DAYS[name], draws=8)
    assert len(found.models) + len(found.left_out) == 6
    assert found.weights.sum() == pytest.approx(1.0)
    assert np.isfinite(found.cut).all()


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    standoff = ng.load_standoff(write(tmp_path))
    one, two, other = (
        ng.forecast(standoff, as_of="2030-02-20", draws=4, models=FAST, rng=seed)
        for seed in (1, 1, 2)
    )
    assert one.cut.tobytes() == two.cut.tobytes()
    assert one.cut.tobytes() != other.cut.tobytes()
    assert one.cut_by("2030-03-01") == two.cut_by("2030-03-01")


def test_events_of_the_file_weigh_draws(tmp_path):
    standoff = ng.load_standoff(write(tmp_path))
    options = {"as_of": "2030-02-20", "draws": 8, "models": FAST}
    plain, told = (ng.forecast(standoff, ratios=r, **options) for r in (None, {"threat": 4.0}))
    k = plain.parameters.index("audience_cost_aaa")
    tough = plain.values[:, k] > plain.middle[k]
    # A claim of a side of which none was tried counts half: 4 / 2 + 1 / 2.
    assert told.seen[tough] == pytest.approx(2.5 * plain.seen[tough])
    assert told.seen[~tough] == pytest.approx(plain.seen[~tough])


def test_a_forecast_needs_its_date():
    with pytest.raises(InvalidInputError, match="not before"):
        ng.forecast(ng.load_standoff("us-eu-2025"), as_of="2025-07-20", dates=["2025-07-01"])


def test_a_forecast_draws_itself(tmp_path):
    found = ng.forecast(ng.load_standoff(write(tmp_path)), as_of="2030-02-20", draws=2, models=FAST)
    axes = found.plot()
    assert axes.lines
