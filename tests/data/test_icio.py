"""Inter-country input-output tables in csv: two layouts, groups and refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import negotiation.data
from negotiation.data import load_economy, read_icio
from negotiation.errors import DataError, InvalidInputError
from negotiation.policy.noncooperative import nash_tariffs
from negotiation.trade.model import TradeModel

WIDE = """V1,A_01,A_02,B_01,B_02,A_HFCE,B_HFCE,A_INVNT,OUT
A_01,1,2,3,4,10,5,-1,24
A_02,0,1,1,0,8,1,0,11
B_01,2,0,5,5,3,20,0,35
B_02,1,1,2,2,1,9,0,16
TLS,1,1,1,1,2,2,0,8
VA,19,6,23,4,0,0,0,52
OUT,24,11,35,16,24,37,-1,0
"""
FLOWS = [[[12, 12], [5, 30]], [[9, 2], [3, 13]]]


@pytest.fixture
def file(tmp_path):
    def write(text, name="table.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_embedded_table_reads_as_the_embedded_economy():
    from pathlib import Path

    path = Path(negotiation.data.__file__).parent / "tables" / "trade_icio_2022.csv"
    economy, embedded = read_icio(path, year=2022), load_economy()
    assert (economy.regions, economy.sectors) == (embedded.regions, embedded.sectors)
    np.testing.assert_allclose(economy.flows, embedded.flows, rtol=1e-12)
    assert not economy.tariffs.rates.any()
    assert economy.name == "trade_icio_2022"


def test_wide_layout_adds_all_uses(file):
    economy = read_icio(file(WIDE), unit="billion USD", name="two", year=2020)
    assert (economy.regions, economy.sectors) == (("A", "B"), ("01", "02"))
    assert economy.flows.tolist() == FLOWS
    assert economy.gdp.tolist() == [25, 27]
    np.testing.assert_allclose(economy.value_added_share, [25 / 35, 27 / 51])
    assert (economy.name, economy.year) == ("two", 2020)


def test_wide_and_long_layouts_agree(file):
    lines = ["sector,exporter,importer,value,unit"]
    for s, sector in enumerate(("01", "02")):
        for x, exporter in enumerate("AB"):
            for m, importer in enumerate("AB"):
                lines.append(f"{sector},{exporter},{importer},{FLOWS[s][x][m]},thousand USD")
    long = read_icio(file("\n".join(lines), "long.csv"))
    wide = read_icio(file(WIDE), unit="thousand USD")
    np.testing.assert_allclose(long.flows, wide.flows, rtol=1e-12)
    assert long.flows[0, 0, 0] == pytest.approx(12e-6)


def test_groups_of_regions_and_sectors(file):
    path = file(WIDE)
    world = read_icio(
        path, regions={"W": ["A", "B"]}, sectors={"all": ["01", "02"]}, unit="billion USD"
    )
    assert world.flows.tolist() == [[[86.0]]]
    assert world.value_added_share[0] == pytest.approx(52 / 86)
    kept = read_icio(path, regions=["B"], sectors="02", unit="billion USD")
    assert (kept.regions, kept.sectors) == (("ROW", "B"), ("REST", "02"))
    same = read_icio(path, regions=["A", "B"], unit="billion USD")
    assert same.flows.tolist() == FLOWS
    named = read_icio(path, regions={"AA": "A"}, unit="billion USD")
    assert named.regions == ("AA", "B")


@given(arrays(float, (3, 3, 3), elements=st.floats(0.01, 1e4)))
@settings(max_examples=25, deadline=None)
def test_long_layout_round_trip(tmp_path_factory, flows):
    path = tmp_path_factory.mktemp("icio") / "t.csv"
    cells = ((place, float(value)) for place, value in np.ndenumerate(flows))
    rows = [f"s{s},r{x},r{m},{value!r}" for (s, x, m), value in cells]
    path.write_text("\n".join(["sector,exporter,importer,value_usd_bn", *rows]))
    np.testing.assert_array_equal(read_icio(path).flows, flows)


def test_flows_that_are_not_listed_are_zero(file):
    economy = read_icio(file("sector,exporter,importer,value\ng,A,A,2\ng,B,B,1\n"))
    assert economy.flows[0].tolist() == [[0.002, 0], [0, 0.001]]


def test_negative_uses_are_refused_or_zero(file):
    text = WIDE.replace("A_02,0,1,1,0,8,1,0,11", "A_02,0,1,1,0,8,-9,0,1")
    text = text.replace("VA,19,6", "VA,19,-4").replace("OUT,24,11", "OUT,24,1")
    with pytest.raises(DataError, match="sector 02, exporter A, importer B.*-0.008"):
        read_icio(file(text))
    economy = read_icio(file(text), negative="zero")
    assert economy.flows[1, 0, 1] == 0.0


LONG = "sector,exporter,importer,value\ng,A,A,2\ng,A,B,1\ng,B,A,1\ng,B,B,3\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LONG.replace("A,B,1", "A,B,-1"), "table.csv, row 3, column value: negative flow"),
        (LONG.replace("A,B,1", "A,B,one"), "row 3, column value: not a number; seen 'one'"),
        (LONG.replace("A,B,1", "A,B,inf"), "row 3, column value: not finite"),
        (LONG.replace("A,B,1", "A,,1"), "row 3, column importer: empty cell"),
        (LONG.replace("A,B,1", "A,B,1,2"), "row 3: wrong number of cells; seen 5; allowed: 4"),
        (LONG + "g,A,B,4\n", r"row 6, column sector: duplicate key; seen g, A, B.*row 3"),
        (LONG.replace("exporter", "origin"), "column exporter: missing column"),
        (LONG.replace("value", "amount"), "column value: missing column"),
        ("sector,exporter,importer,value\n", "table.csv: no rows"),
        ("", "an empty file"),
        (
            LONG.replace("value", "value,unit").replace("A,B,1", "A,B,1,EUR"),
            "unknown unit|wrong number",
        ),
        (WIDE.replace("A_02,0", "A2,0"), "row 3, column 1: not a label of a region"),
        (WIDE.replace("A_02,0,1", "A_02,0,x"), r"row 3 \(A_02\), column A_02: not a number"),
        (WIDE.replace("A_02,0,1", "A_02,0,nan"), r"row 3 \(A_02\), column A_02: not finite"),
        (WIDE.replace("A_02,0", "A_01,0"), "row 3, column 1: duplicate row; seen A_01"),
        (WIDE.replace("A_02,0,", "A_02,"), r"row 3 \(A_02\): wrong number of cells"),
        (WIDE.replace("VA,19", "VA,190"), "column A_01: column does not add up; seen 195; .* 24"),
        (WIDE.replace("OUT,24,11", "OUT,24,12"), r"row 3 \(A_02\): sales and output does"),
        (WIDE.replace("1,2,3,4,10,5,-1,24", "1,2,3,4,10,6,-1,24"), r"row 2 \(A_01\): row does not"),
        (
            WIDE.replace("OUT,24,", "OUT,44,").replace("VA,19", "VA,39"),
            r"row 2 \(A_01\): sales and output does not add up",
        ),
        (WIDE.replace("A_HFCE", "A_01"), "row 1, column 6: repeated column; seen A_01"),
        (WIDE.replace("A_HFCE", "_HFCE"), "row 1, column 6: not a label"),
    ],
)
def test_bad_files_are_refused_with_their_place(file, text, message):
    with pytest.raises(DataError, match=message):
        read_icio(file(text))


def test_blank_cells_of_the_wide_layout_are_refused_or_zero(file):
    path = file(WIDE.replace("A_02,0,1,1,0", "A_02,,1,1,"))
    assert read_icio(path, unit="billion USD", blank="zero").flows.tolist() == FLOWS
    with pytest.raises(DataError, match=r"row 3 \(A_02\), column A_01: empty cell"):
        read_icio(path)


def test_bad_options_are_refused(file, tmp_path):
    with pytest.raises(DataError, match=r"row 2, column unit: unknown unit; seen 'EUR'"):
        read_icio(file(LONG), unit="EUR")
    with pytest.raises(DataError, match="unknown unit; seen None"):
        read_icio(file(LONG), unit=None)
    with pytest.raises(InvalidInputError, match="unit: unknown choice"):
        read_icio(file(WIDE), unit="EUR")
    with pytest.raises(InvalidInputError, match="negative"):
        read_icio(file(WIDE), negative="keep")
    with pytest.raises(InvalidInputError, match=r"seen 'C'"):
        read_icio(file(WIDE), regions=["C"])
    with pytest.raises(InvalidInputError, match="unknown label in group 'G'"):
        read_icio(file(WIDE), sectors={"G": ["03"]})
    with pytest.raises(DataError, match=r"none.csv: cannot be read"):
        read_icio(tmp_path / "none.csv")
    path = tmp_path / "bytes.csv"
    path.write_bytes(b"\xff\x00\xfe")
    with pytest.raises(DataError, match=r"bytes.csv: not a csv file"):
        read_icio(path)


def test_other_separators_are_named(file):
    with pytest.raises(DataError, match="must be separated by commas"):
        read_icio(file(LONG.replace(",", ";")))


def test_a_newcomers_table_reaches_tariffs_of_two_regions(file):
    """Only what the docstring says: labels, values, a model with an elasticity."""
    text = (
        "Sector,Exporter,Importer,Value\n"
        "food,US,US,900\nfood,US,CN,60\nfood,CN,US,60\nfood,CN,CN,800\n"
        "cars,US,US,2000\ncars,US,CN,90\ncars,CN,US,90\ncars,CN,CN,1900\n"
    )
    economy = read_icio(file(text))
    assert economy.flows.sum() == pytest.approx(5.9)
    model = TradeModel(trade_elasticity=[3.0, 5.0])
    war = nash_tariffs(economy, ("US", "CN"), model=model)
    assert war.certificate.unilateral_gain < 1e-6
    assert np.all(war.equilibrium.welfare < 0.0)
    unnamed = nash_tariffs(economy, model=model)
    assert np.array_equal(unnamed.tariffs.rates, war.tariffs.rates)
