"""Export dependence by hand, by properties, and on bad input."""

import numpy as np
import pytest
from hypothesis import given

from negotiation.errors import InvalidInputError
from negotiation.trade.analysis.dependence import export_dependence
from negotiation.trade.elasticities.elasticity_sets import TradeElasticities, trade_elasticities
from tests.strategies_payoffs import economies, economy_of

FLOWS = np.array(
    [
        [[80.0, 15.0, 5.0], [4.0, 90.0, 6.0], [2.0, 8.0, 70.0]],
        [[30.0, 0.0, 0.0], [10.0, 40.0, 0.0], [10.0, 5.0, 20.0]],
    ]
)


def test_shares_by_hand():
    toy = economy_of(FLOWS, elasticities={"measured": [2.0, 5.0]})
    result = export_dependence(toy, exporter="CHN", importer="USA", elasticities="measured")
    first, second = result.table
    assert first.exports == 4.0
    assert first.share_of_exports == pytest.approx(0.4)
    assert first.share_of_output == pytest.approx(0.04)
    assert first.share_of_importer_imports == pytest.approx(4.0 / 6.0)
    assert first.share_of_importer_absorption == pytest.approx(4.0 / 86.0)
    assert second.substitutability == pytest.approx(5.0 * 0.8)
    assert result.total.exports == 14.0
    assert result.total.share_of_exports == pytest.approx(14.0 / 20.0)
    assert result.total.share_of_importer_absorption == pytest.approx(14.0 / 136.0)
    assert result.total.trade_elasticity == pytest.approx((4.0 * 2.0 + 10.0 * 5.0) / 14.0)
    assert result.elasticities == "measured"
    assert result.sectors == ("s0", "s1")


def test_an_exporter_without_exports_depends_on_nothing():
    toy = economy_of(FLOWS)
    row = export_dependence(toy, exporter="USA", importer="CHN").table[1]
    assert row.share_of_exports == 0.0
    assert row.available_elsewhere == 1.0


def test_a_part_of_the_sectors():
    toy = economy_of(FLOWS)
    result = export_dependence(toy, exporter="CHN", importer="USA", sectors=["s1"])
    assert result.total.exports == 10.0
    assert result.total.share_of_exports == 1.0
    assert result.total.trade_elasticity == 4.0


def test_substitutability_is_the_slope_of_demand_at_given_spending():
    toy = economy_of(FLOWS)
    eps, rise = 3.0, 1e-6
    prices = np.array([1.0, 1.0 + rise, 1.0])
    demand = FLOWS[0, :, 0] * prices**-eps
    spent = demand / demand.sum() * FLOWS[0, :, 0].sum()
    slope = -np.log(spent[1] / FLOWS[0, 1, 0]) / rise
    row = export_dependence(toy, exporter="CHN", importer="USA", elasticities=eps).table[0]
    assert row.substitutability == pytest.approx(slope, rel=1e-4)


@given(economy=economies())
def test_shares_over_all_partners_add_up(economy):
    rows = [
        export_dependence(economy, exporter="USA", importer=other, elasticities="measured")
        for other in ("CHN", "ROW")
    ]
    np.testing.assert_allclose(sum(r.column("share_of_exports") for r in rows), 1.0)
    assert sum(r.total.share_of_exports for r in rows) == pytest.approx(1.0)
    for r in rows:
        assert np.all(r.column("share_of_output") <= r.column("share_of_exports"))
        assert min(r.column("share_of_exports")) - 1e-12 <= r.total.share_of_exports
        assert r.total.share_of_exports <= max(r.column("share_of_exports")) + 1e-12


def test_frame_ends_with_the_total():
    frame = export_dependence(economy_of(FLOWS), exporter="CHN", importer="USA").to_frame()
    assert list(frame.index) == ["s0", "s1", "total"]
    assert frame.loc["total", "exports"] == 14.0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"exporter": "USA", "importer": "MARS"}, "MARS"),
        ({"exporter": "USA", "importer": "USA"}, "itself"),
        ({"exporter": "USA", "importer": "CHN", "sectors": ["s9"]}, "s9"),
        ({"exporter": "USA", "importer": "CHN", "sectors": []}, "sectors"),
        ({"exporter": "USA", "importer": "CHN", "elasticities": "best"}, "best"),
        ({"exporter": "USA", "importer": "CHN", "elasticities": [1.0, 0.0]}, "positive"),
        ({"exporter": "USA", "importer": "CHN", "elasticities": [1.0]}, "shape"),
        ({"exporter": "USA", "importer": "CHN", "elasticities": {"s0": 2.0}}, "s1"),
    ],
)
def test_bad_calls_are_refused(arguments, word):
    with pytest.raises(InvalidInputError, match=word):
        export_dependence(economy_of(FLOWS), **arguments)


def test_unknown_measure_is_refused():
    result = export_dependence(economy_of(FLOWS), exporter="USA", importer="CHN")
    with pytest.raises(InvalidInputError, match="share_of_exports"):
        result.column("sector")


def test_elasticities_in_every_form():
    toy = economy_of(FLOWS, elasticities={"measured": [2.0, 5.0]})
    by_name = trade_elasticities(toy, {"s1": 5.0, "s0": 2.0})
    np.testing.assert_array_equal(by_name.values, [2.0, 5.0])
    np.testing.assert_array_equal(trade_elasticities(toy, [2.0, 5.0]).values, [2.0, 5.0])
    assert trade_elasticities(toy, by_name) is by_name
    with pytest.raises(InvalidInputError, match="one elasticity a sector"):
        trade_elasticities(toy, TradeElasticities("short", np.array([1.0])))
