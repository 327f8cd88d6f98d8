"""Long tables of trade: ITPD-E, BACI, own csv files; what they leave out is filled in."""

import gzip

import numpy as np
import pytest

import negotiation as ng
from negotiation.data import FileLimits, read_concordance, read_icio, read_trade
from negotiation.errors import DataError, InvalidInputError
from negotiation.trade.model import TradeModel
from tests.data.table_files import REGIONS, SECTORS, baci, icio, itpd, small_world

WORLD = small_world(3)
PRODUCTS = {"A01": ["010121"], "C26": ["854231", "854239"], "SERV": ["999999"]}
CODES = {"01": "A01", "85": "C26", "*": "SERV"}


def test_itpd_column_names_and_years(write):
    path = write(itpd(WORLD))
    economy = read_trade(path, year=2019)
    assert (economy.regions, economy.sectors) == (REGIONS, SECTORS)
    np.testing.assert_allclose(economy.flows, WORLD.flows, rtol=1e-12)
    np.testing.assert_allclose(read_trade(path, year=2018).flows, 0.9 * WORLD.flows, rtol=1e-12)
    with pytest.raises(DataError, match="several years; seen 2018 to 2019"):
        read_trade(path)
    with pytest.raises(DataError, match=r"no rows; seen years \[2018, 2019\]"):
        read_trade(path, year=1999)


def test_baci_needs_sales_at_home(write):
    path = write(baci(WORLD, PRODUCTS))
    with pytest.raises(InvalidInputError, match=r"without sales at home.*3 of 3.*close_home_sales"):
        read_trade(path, concordance=CODES)
    output = {
        sector: {
            str(100 + x): float(WORLD.flows[s, x].sum()) for x in range(len(REGIONS))
        }
        for s, sector in enumerate(SECTORS)
    }  # fmt: skip
    closed = read_trade(path, concordance=CODES, output=output)
    assert closed.sectors == SECTORS
    np.testing.assert_allclose(closed.flows, WORLD.flows, rtol=1e-9)
    bare = read_trade(path, concordance=CODES, home_sales="as_given")
    assert not np.diagonal(bare.flows, axis1=1, axis2=2).any()
    less = {s: {r: 0.01 * v for r, v in by.items()} for s, by in output.items()}
    with pytest.raises(InvalidInputError, match="exports above output"):
        read_trade(path, concordance=CODES, output=less)
    with pytest.raises(InvalidInputError, match="no output for a sector"):
        read_trade(path, concordance=CODES, output={"A01": {}})
    with pytest.raises(InvalidInputError, match=r"output\[A01\]: no value for a region; seen 100"):
        read_trade(path, concordance=CODES, output={key: {} for key in SECTORS})


def test_gdp_closes_a_world_of_one_sector(write):
    path = write(baci(WORLD, PRODUCTS))
    gdp = {"100": 30.0, "101": 20.0, "102": 25.0}
    world = read_trade(path, concordance={"*": "goods"}, gdp=gdp)
    exports = world.flows[0].sum(axis=1)
    np.testing.assert_allclose(exports, [30.0, 20.0, 25.0], rtol=1e-12)
    with pytest.raises(InvalidInputError, match="world of one sector"):
        read_trade(path, concordance=CODES, gdp=gdp)
    with pytest.raises(InvalidInputError, match="not in the same unit.*billion USD"):
        read_trade(path, concordance={"*": "g"}, gdp={r: 1e9 * v for r, v in gdp.items()})
    with pytest.raises(InvalidInputError, match="not both"):
        read_trade(path, concordance=CODES, gdp=gdp, output={})
    with pytest.raises(InvalidInputError, match="gdp is not a Mapping"):
        read_trade(path, concordance={"*": "g"}, gdp=[1, 2, 3])


def test_trade_alone_makes_tariffs_look_harmless(write):
    """Why sales at home are demanded: without them a war costs next to nothing."""
    path = write(itpd(WORLD, years=(2019,)))
    full = read_trade(path)
    without = "\n".join(
        row for row in path.read_text().splitlines()
        if not any(f"{r},Name,2019" in row and row.startswith(r) for r in REGIONS)
    )  # fmt: skip
    bare = read_trade(write(without, "bare.csv"), home_sales="as_given")
    model = TradeModel(trade_elasticity=4.0, value_added_share=1.0)
    prices = {}
    for name, economy in (("full", full), ("bare", bare)):
        wall = economy.tariffs.set(importer="USA", rate=0.5)
        war = ng.counterfactual(economy, wall, model)
        prices[name] = war.flows[:, 1:, 0].sum() / economy.flows[:, 1:, 0].sum()
    assert prices["bare"] > 2 * prices["full"]


def test_concordances(write, tmp_path):
    path = write(baci(WORLD, PRODUCTS))
    table = tmp_path / "hs.csv"
    table.write_text("hs6,sector\n01,A01\n8542,C26\n999999,SERV\n")
    by_file = read_trade(path, concordance=table, home_sales="as_given")
    by_codes = read_trade(path, concordance=CODES, home_sales="as_given")
    np.testing.assert_array_equal(by_file.flows, by_codes.flows)
    short = write(path.read_text().replace(",010121,", ",10121,"), "short.csv")
    lost_zero = read_trade(short, concordance=read_concordance(table), home_sales="as_given")
    np.testing.assert_array_equal(lost_zero.flows, by_codes.flows)
    with pytest.raises(DataError, match="code without a sector.*seen 999999"):
        read_trade(path, concordance={"01": "A01", "85": "C26"})
    for bad, message in (
        ("hs6,sector\n01\n", "wrong number of cells"),
        ("hs6,sector\n01,A\n01,B\n", "duplicate code"),
        ("hs6,sector\n", "no rows"),
    ):
        table.write_text(bad)
        with pytest.raises(DataError, match=message):
            read_concordance(table)
    for wrong in ({}, {1: "A"}, {"1": ""}):
        with pytest.raises(InvalidInputError, match="concordance is not|not a mapping"):
            read_trade(path, concordance=wrong)


LONG = "sector,exporter,importer,value\ng_1,A_B,A_B,2\ng_1,A_B,C,1\ng_1,C,A_B,1\ng_1,C,C,3\n"


def test_codes_with_underscores(write):
    economy = read_trade(write(LONG), unit="billion USD")
    assert (economy.regions, economy.sectors) == (("A_B", "C"), ("g_1",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LONG.replace("A_B,C,1", "A_B,C,"), "row 3, column value: empty cell"),
        (LONG.replace("A_B,C,1", "A_B,C,-1"), "negative flow"),
        (LONG.replace("A_B,C,1", "A_B,C,1e400"), "not finite"),
        (LONG.replace("importer", "exporter"), "repeated column; seen exporter"),
        (LONG.replace("importer", "exporter_iso3"), "two columns for the exporter"),
        (LONG.replace("importer", "buyer"), "column importer: missing column"),
        (LONG + "g_1,C,C,3\n", "row 6, column sector: duplicate key; seen g_1, C, C.*row 5"),
        (LONG.replace("value", "value,year").replace("2\n", "2,x\n"), "not a year|wrong number"),
        (LONG.replace("g_1,C,C,3\n", ""), "without sales at home.*1 of 2 regions, such as C"),
        (LONG.replace("3\n", "3e12\n"), "more than the world produces"),
        (LONG.replace(",", "\t"), "must be separated by commas"),
        ("\n\n", "empty file"),
    ],
)  # fmt: skip
def test_bad_tables_are_refused(write, text, message):
    with pytest.raises(InvalidInputError, match=message):
        read_trade(write(text))


def test_blank_and_negative_values_by_option(write):
    blank = write(LONG.replace("A_B,C,1", "A_B,C,"))
    assert read_trade(blank, blank="zero").flows[0, 0, 1] == 0.0
    negative = write(LONG.replace("A_B,C,1", "A_B,C,-4"))
    assert read_trade(negative, negative="zero").flows[0, 0, 1] == 0.0


def test_rows_and_stated_total_are_bounded(write):
    path = write(LONG)
    with pytest.raises(DataError, match="too many rows"):
        read_trade(path, limits=FileLimits(rows=3))
    with pytest.raises(DataError, match=r"off by 10\^-3"):
        read_trade(path, unit="million USD", stated_total=7.0)
    assert read_trade(path, unit="billion USD", stated_total=7.0).flows.sum() == 7.0


def test_long_and_wide_tables_agree(write, tmp_path):
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(gzip.compress(itpd(WORLD, years=(2019,)).encode()))
    long, wide = read_trade(packed), read_icio(write(icio(WORLD)))
    np.testing.assert_allclose(long.flows, wide.flows, rtol=1e-8)
