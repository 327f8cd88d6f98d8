"""Economies and tariff schedules: bad tables are refused, aggregation adds up."""

import pickle

import numpy as np
import pytest

from negotiation import Economy, InvalidInputError, TariffSchedule, load_economy
from negotiation.trade.model import TradeModel

REGIONS, SECTORS = ("USA", "CHN", "ROW"), ("goods", "services")


def schedule(rate=0.1):
    rates = np.full((2, 3, 3), rate)
    rates[:, np.arange(3), np.arange(3)] = 0.0
    return TariffSchedule(REGIONS, SECTORS, rates)


def economy(**changes):
    rng = np.random.default_rng(7)
    given = {
        "name": "toy",
        "regions": REGIONS,
        "sectors": SECTORS,
        "flows": rng.uniform(1, 9, (2, 3, 3)),
        "tariffs": schedule(),
        "gdp": np.array([5.0, 4.0, 9.0]),
        "value_added_share": np.array([0.5, 0.4, 0.45]),
        "elasticities": {"flat": np.array([4.0, 4.0])},
        "political_weights": np.ones((3, 2)),
    }
    return Economy(**{**given, **changes})


def test_changes_return_new_schedules():
    base = schedule()
    war = base.set(importer="USA", exporter="CHN", rate=1.45, sectors="goods")
    more = war.add(importer="CHN", exporter="USA", rate=1.25)
    assert war.rate("goods", exporter="CHN", importer="USA") == 1.45
    assert war.rate("services", exporter="CHN", importer="USA") == 0.1
    assert more.rate("goods", exporter="USA", importer="CHN") == pytest.approx(1.35)
    assert base.rates.max() == 0.1
    assert np.all(np.einsum("sxx->sx", base.set(rate=0.3).rates) == 0.0)


def test_bad_tariffs():
    with pytest.raises(InvalidInputError, match="importer USA, exporter CHN"):
        schedule().set(importer="USA", exporter="CHN", rate=-2)
    with pytest.raises(InvalidInputError, match="unknown exporter"):
        schedule().set(importer="USA", exporter="XXX", rate=0.1)
    with pytest.raises(InvalidInputError, match="own sales; seen USA"):
        schedule().set(importer="USA", exporter="USA", rate=0.1)
    with pytest.raises(InvalidInputError, match="own sales"):
        TariffSchedule(REGIONS, SECTORS, np.full((2, 3, 3), 0.1))
    with pytest.raises(InvalidInputError, match="distinct"):
        TariffSchedule(("USA", "USA", "ROW"), SECTORS, np.zeros((2, 3, 3)))


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_bad_flow_is_named(bad):
    flows = economy().flows.copy()
    flows[1, 0, 2] = bad
    with pytest.raises(InvalidInputError, match="sector services, exporter USA, importer ROW"):
        economy(flows=flows)


def test_other_bad_tables():
    flows = economy().flows.copy()
    flows[1] = 0.0
    with pytest.raises(InvalidInputError, match="nobody buys.*services"):
        economy(flows=flows)
    with pytest.raises(InvalidInputError, match="sector services"):
        economy(elasticities={"flat": np.array([4.0, 0.0])})
    with pytest.raises(InvalidInputError, match="shape"):
        economy(flows=np.ones((2, 3, 2)))
    with pytest.raises(InvalidInputError, match="labels differ"):
        economy(tariffs=TariffSchedule(("A", "B", "C"), SECTORS, np.zeros((2, 3, 3))))
    with pytest.raises(InvalidInputError, match="unknown region"):
        economy().region_index("MARS")
    with pytest.raises(InvalidInputError, match="unknown sector"):
        economy().sector_index("air")


def test_aggregation_adds_up():
    whole = economy()
    merged = whole.aggregate(regions={"FOREIGN": ["CHN", "ROW"]}, sectors={"all": SECTORS})
    assert merged.regions == ("USA", "FOREIGN")
    assert merged.sectors == ("all",)
    assert merged.flows.sum() == pytest.approx(whole.flows.sum())
    assert merged.flows[0, 0, 1] == pytest.approx(whole.flows[:, 0, 1:].sum())
    assert merged.gdp.tolist() == [5.0, 13.0]
    assert merged.tariffs.rate("all", exporter="FOREIGN", importer="USA") == pytest.approx(0.1)
    assert merged.elasticities["flat"].tolist() == [4.0]
    assert merged.political_weights.tolist() == [[1.0], [1.0]]
    same = whole.aggregate()
    assert np.array_equal(same.flows, whole.flows)


def test_economies_and_models_travel_between_processes():
    whole = economy()
    copy = pickle.loads(pickle.dumps(whole))
    assert np.array_equal(copy.flows, whole.flows)
    assert copy.elasticities["flat"].tolist() == [4.0, 4.0]
    model = TradeModel(tariff_exponent={"USA": 1.2, "*": 1.0}, scale_elasticity=[0.1, 0.2])
    assert pickle.loads(pickle.dumps(model)) == model


def test_bad_groups():
    with pytest.raises(InvalidInputError, match="two groups"):
        economy().aggregate(regions={"A": ["USA"], "B": ["USA"]})
    with pytest.raises(InvalidInputError, match="unknown label"):
        economy().aggregate(sectors={"A": ["steel"]})


@pytest.mark.parametrize("groups", [[("N", ["A"])], "AB", {"X": 5}])
def test_groups_of_another_form_are_refused(groups):
    with pytest.raises(InvalidInputError, match="regions"):
        load_economy().aggregate(regions=groups)
