"""The embedded economy against the shares printed with its source."""

import numpy as np
import pytest

from negotiation.data import load_economy, load_table, parameter
from negotiation.data.schema import REGIONS, SECTORS
from negotiation.errors import DataError, InformationDateError, InvalidInputError

GOODS = slice(0, 27)
SETS = {
    "caliendo_parro_2015",
    "bagwell_staiger_yurukoglu_2021",
    "fontagne_2022",
    "giri_yi_yilmazkuday_2021",
    "lashkaripour_lugovskyy_2023",
    "shapiro_2016",
    "boehm_short_run",
    "boehm_long_run",
    "flat_4",
}


@pytest.fixture(scope="module")
def economy():
    return load_economy("us-china-2022")


def _goods(economy):
    flows = economy.flows[GOODS].sum(axis=0).copy()
    home = flows.diagonal().copy()
    np.fill_diagonal(flows, 0.0)
    return flows, home


def test_labels_and_units(economy):
    assert economy.regions == REGIONS
    assert economy.sectors == SECTORS
    assert economy.year == 2022
    assert economy.flows.shape == (28, 12, 12)
    assert set(economy.elasticities) == SETS
    assert 100_000 < economy.gdp.sum() < 105_000
    assert economy.elasticities["boehm_short_run"][0] == 0.7
    assert economy.elasticities["boehm_long_run"][-1] == 1.75
    assert economy.elasticities["flat_4"][3] == 4.0
    assert economy.elasticities["caliendo_parro_2015"][12] == 64.85
    assert int((economy.flows == 0).sum()) == 20


def test_printed_shares_of_goods_trade(economy):
    """16.3, 9.9, 18.1, 6.2 %; 4.5 and .54 % of absorption."""
    flows, home = _goods(economy)
    usa, chn = 0, 1
    exports, imports = flows.sum(axis=1), flows.sum(axis=0)
    assert round(100 * flows[chn, usa] / exports[chn], 1) == 16.3
    assert round(100 * flows[usa, chn] / exports[usa], 1) == 9.9
    assert round(100 * flows[chn, usa] / imports[usa], 1) == 18.1
    assert round(100 * flows[usa, chn] / imports[chn], 1) == 6.2
    assert round(100 * flows[chn, usa] / (imports[usa] + home[usa]), 1) == 4.5
    assert round(100 * flows[usa, chn] / (imports[chn] + home[chn]), 2) == 0.54


def test_printed_shares_by_sector(economy):
    usa, chn = 0, 1
    electronics = economy.flows[economy.sector_index("C26")]
    assert round(float(electronics[chn, usa])) == 108
    assert round(float(electronics[usa, chn])) == 19
    imports = electronics[:, usa].sum() - electronics[usa, usa]
    assert round(100 * electronics[chn, usa] / imports, 1) == 35.0
    crops = economy.flows[economy.sector_index("A01")]
    exports = crops[usa].sum() - crops[usa, usa]
    assert round(100 * crops[usa, chn] / exports, 1) == 32.0


def test_sector_table_equals_sums_of_the_trade_table(economy):
    table = load_table("sectors_icio_2022")
    assert table.column("sector") == SECTORS
    usa, chn = 0, 1
    flows = economy.flows
    home = np.einsum("sii->si", flows)
    expected = {
        "chn_to_usa": flows[:, chn, usa],
        "usa_to_chn": flows[:, usa, chn],
        "chn_exports": flows[:, chn].sum(axis=1) - home[:, chn],
        "usa_exports": flows[:, usa].sum(axis=1) - home[:, usa],
        "chn_imports": flows[:, :, chn].sum(axis=1) - home[:, chn],
        "usa_imports": flows[:, :, usa].sum(axis=1) - home[:, usa],
        "chn_home": home[:, chn],
        "usa_home": home[:, usa],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(table.numbers(f"{name}_usd_bn"), values, atol=2e-3, rtol=1e-5)


def test_output_matches_the_value_added_table(economy):
    table = load_table("value_added_2022")
    output = economy.flows.sum(axis=(0, 2))
    np.testing.assert_allclose(table.numbers("gross_output_usd_bn"), output, rtol=1e-5)
    np.testing.assert_allclose(economy.value_added_share, economy.gdp / output, atol=1e-4)


def test_baseline_tariffs(economy):
    rates = economy.tariffs.rates
    assert np.all(rates[GOODS, 1, 0] == 0.208)
    assert np.all(rates[GOODS, 0, 1] == 0.212)
    assert np.count_nonzero(rates) == 54
    assert parameter("baseline_tariff_usa").value == 0.208
    assert parameter("baseline_tariff_chn").value == 0.212
    none = load_economy(tariffs=None)
    assert not none.tariffs.rates.any()
    early = load_economy(tariffs="2020-03-01")
    assert early.tariffs.rate("A01", exporter="CHN", importer="USA") == 0.193


def test_information_date(economy):
    known = load_economy(as_of="2025-05-02")
    assert np.array_equal(known.flows, economy.flows)
    assert np.array_equal(known.tariffs.rates, economy.tariffs.rates)
    with pytest.raises(InformationDateError, match="year of the data had not ended"):
        load_economy(as_of="2022-06-30")
    with pytest.raises(InformationDateError, match="edition was not known"):
        load_economy(as_of="2025-05-02", vintage="edition")
    load_economy(as_of="2026-01-01", vintage="edition")
    with pytest.raises(InformationDateError, match=r"CHN on USA|USA on CHN"):
        load_economy(as_of="2025-03-01")
    old = load_economy(tariffs="2020-02-14", as_of="2023-01-01")
    assert set(old.elasticities) == SETS - {"lashkaripour_lugovskyy_2023"}


def test_bad_requests_are_refused():
    with pytest.raises(InvalidInputError, match="us-china-2022"):
        load_economy("us-china-2023")
    with pytest.raises(InvalidInputError, match="vintage"):
        load_economy(vintage="any")
    with pytest.raises(InvalidInputError, match="no average of this series"):
        load_economy(tariffs="2010-01-01")


def test_a_missing_flow_or_region_is_named(spoil):
    folder = spoil("trade_icio_2022", lambda lines: lines[:-1])
    with pytest.raises(DataError, match=r"no row for SERV, ROW, ROW"):
        load_economy(folder=folder)
    folder = spoil(
        "trade_icio_2022", lambda lines: [*lines, "SERV,ROW,ROW,1,2025-12-31,oecd_icio_2022"]
    )
    load_economy(folder=folder)
    folder = spoil("value_added_2022", lambda lines: lines[:-1])
    with pytest.raises(
        DataError, match=r"value_added_2022.csv, column region: missing row; seen ROW"
    ):
        load_economy(folder=folder)
