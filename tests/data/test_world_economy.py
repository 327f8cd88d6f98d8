"""The wider embedded economy, its tariffs between all pairs, and customs records."""

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import DataError, InformationDateError, InvalidInputError


@pytest.fixture(scope="module")
def world():
    return ng.load_economy("world-2022")


@pytest.fixture(scope="module")
def base():
    return ng.load_economy()


def test_names(world, base):
    assert ng.economy_names() == ("us-china-2022", "world-2022")
    assert world.regions == (*base.regions[:-1], "BRA", "CHE", "ROW")
    assert (world.name, world.year, world.sectors) == ("world-2022", 2022, base.sectors)


def test_countries_put_back_give_the_narrow_economy(world, base):
    groups = {region: [region] for region in base.regions[:-1]}
    back = world.aggregate(regions={**groups, "ROW": ["BRA", "CHE", "ROW"]})
    assert np.allclose(back.flows, base.flows, rtol=0.0, atol=1e-9)
    assert np.allclose(back.gdp, base.gdp, rtol=0.0, atol=1e-9)
    assert np.all(world.flows >= 0.0)
    for name, values in base.elasticities.items():
        assert np.array_equal(world.elasticities[name], values)


def test_gdp_and_output_are_those_printed(world):
    # World Bank, GDP of 2022 in current USD: 1,951.92 and 818.43 billion.
    at = world.regions.index
    assert world.gdp[at("BRA")] == pytest.approx(1951.924)
    assert world.gdp[at("CHE")] == pytest.approx(818.427)
    output = world.flows.sum(axis=(0, 2))
    for region in ("BRA", "CHE"):
        share = world.gdp[at(region)] / output[at(region)]
        assert world.value_added_share[at(region)] == pytest.approx(share, abs=1e-4)
    rest = at("ROW")
    # Groups and the rest carry the rounding of the printed outputs.
    assert world.value_added_share[rest] == pytest.approx(world.gdp[rest] / output[rest], abs=2e-3)


def test_every_pair_has_a_sourced_tariff(world):
    table = ng.load_table("baseline_tariffs_2021")
    pairs = {(row["importer"], row["exporter"]) for row in table}
    assert pairs == {(m, x) for m in world.regions for x in world.regions if m != x}
    rates = {(row["importer"], row["exporter"]): row["rate_pct"] for row in table}
    for (importer, exporter), percent in rates.items():
        if {importer, exporter} == {"USA", "CHN"}:
            continue
        found = world.tariffs.rate("C28", importer=importer, exporter=exporter)
        assert found == pytest.approx(percent / 100)
        assert world.tariffs.rate("SERV", importer=importer, exporter=exporter) == 0.0
    # Free trade between the three of North America is a sourced zero.
    assert rates["USA", "MEX"] == rates["MEX", "USA"] == rates["USA", "CAN"] == 0.0


def test_the_two_dated_averages_are_those_of_the_narrow_economy(world, base):
    for pair in (("USA", "CHN"), ("CHN", "USA")):
        one, two = (
            e.tariffs.rate("C28", importer=pair[0], exporter=pair[1]) for e in (world, base)
        )
        assert one == two > 0.2
    assert np.all(base.tariffs.rates[:, 2:, 2:] == 0.0)
    assert np.all(ng.load_economy("world-2022", tariffs=None).tariffs.rates == 0.0)


def test_information_dates(world):
    known = ng.load_economy("world-2022", as_of="2025-05-02")
    assert np.array_equal(known.flows, world.flows)
    with pytest.raises(InformationDateError, match="had not ended"):
        ng.load_economy("world-2022", as_of="2022-06-30")
    with pytest.raises(InformationDateError, match="baseline_tariffs_2021"):
        ng.load_economy("world-2022", tariffs="2020-02-14", as_of="2023-06-30")
    with pytest.raises(InformationDateError, match="edition"):
        ng.load_economy("world-2022", as_of="2025-05-02", vintage="edition")


@pytest.mark.parametrize(
    ("line", "place"), [(1, "A01, USA, BRA"), (30, "A01, BRA, ASEAN10"), (-1, "SERV, ROW, CHE")]
)
def test_a_missing_row_is_refused(spoil, line, place):
    folder = spoil(
        "trade_icio_2022_split", lambda lines: [row for row in lines if row is not lines[line]]
    )
    with pytest.raises(
        DataError, match=rf"trade_icio_2022_split.*missing row; seen no row for {place}"
    ):
        ng.load_economy("world-2022", folder=folder)


def test_customs_shares_beside_those_of_the_table(base):
    customs = ng.customs_trade("USA", "CHN")
    goods = base.sectors[:-1]
    found = ng.export_dependence(
        base,
        exporter="USA",
        importer="CHN",
        sectors=goods,
        customs=(*customs, *ng.customs_trade("CHN", "USA")),
    )
    assert found.customs == customs
    assert found.total.share_of_exports == pytest.approx(0.099, abs=5e-4)
    census = {item.year: item for item in customs if item.exporter_total is not None}
    assert census[2022].share_of_exports == pytest.approx(153.987 / 2072.648)
    assert census[2022].share_of_importer_imports is None
    # Why they differ: the table's exports abroad are far smaller than those at customs.
    x = base.regions.index("USA")
    abroad = base.flows[:-1, x].sum() - base.flows[:-1, x, x].sum()
    assert abroad == pytest.approx(1294, abs=1)
    assert abroad < census[2022].exporter_total


def test_customs_records_by_information_date():
    years = {item.year for item in ng.customs_trade("USA", "CHN", as_of="2025-04-30")}
    assert years == {2022, 2024}
    assert {i.year for i in ng.customs_trade("USA", "CHN", as_of="2024-12-31")} == {2022}
    assert ng.customs_trade("BRA", "USA") == ()
    # White paper of 9 April 2025: 14.7 % of China's exports go to the United States.
    china = [i for i in ng.customs_trade("CHN", "USA") if i.exporter_total is not None]
    assert china[0].share_of_exports == pytest.approx(0.147, abs=5e-4)


def test_a_region_without_a_value_has_the_default():
    assert ng.regional_parameter("discount_rate", "USA").name == "discount_rate_usa"
    assert ng.regional_parameter("discount_rate", "BRA").name == "discount_rate_default"
    early = ng.regional_parameter("annual_wage", "USA", "2025-04-01")
    assert early.name == "annual_wage_default"
    with pytest.raises(InvalidInputError, match="parameter"):
        ng.regional_parameter("terms_duration", "USA")
