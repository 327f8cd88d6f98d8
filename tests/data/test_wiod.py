"""The World Input-Output Database, flat and as a worksheet."""

import numpy as np
import pytest

from negotiation.data import read_icio, read_wiod
from negotiation.errors import DataError
from tests.data.table_files import WIOD_KINDS, icio, small_world, wiod

WORLD = small_world(2, sectors=("A01", "C10-C12", "T"), kinds=WIOD_KINDS, inventories=4)


@pytest.mark.parametrize("layout", ["flat", "sheet"])
def test_both_layouts_are_the_world(write, layout):
    economy = read_wiod(write(wiod(WORLD, layout), "WIOT2014.csv"), year=2014)
    assert (economy.regions, economy.sectors) == (WORLD.regions, WORLD.sectors)
    np.testing.assert_allclose(economy.flows, WORLD.flows, rtol=1e-8)
    np.testing.assert_allclose(economy.input_shares, WORLD.input_shares, rtol=1e-8)
    np.testing.assert_allclose(economy.gdp, WORLD.value_added.sum(axis=1) / 1000, rtol=1e-8)
    assert (economy.name, economy.year) == ("WIOT2014", 2014)


def test_both_publishers_agree_on_the_same_world(write):
    oecd = read_icio(write(icio(WORLD)), regions={"NA": ["USA", "MEX"]})
    wiot = read_wiod(write(wiod(WORLD)), regions={"NA": ["USA", "MEX"]})
    np.testing.assert_allclose(oecd.flows, wiot.flows, rtol=1e-8)
    np.testing.assert_allclose(oecd.input_shares, wiot.input_shares, rtol=1e-7)


FLAT, SHEET = wiod(WORLD), wiod(WORLD, "sheet")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FLAT.replace("USA1,", "USA99,"), "column 6: not a table.*seen USA99"),
        (FLAT.replace("USA1,", "XXX1,"), "not a table of the World"),
        (FLAT.replace("CHN2,", "USA1,"), "repeated column"),
        (FLAT.replace("USA2,", "USA01,"), "repeated column; seen USA_A01"),
        (FLAT.replace("2014", "2013", 1), "several years"),
        (FLAT.replace("\nA01,", "\nX01,", 1), "countries with other industries"),
        (FLAT.replace("\nVA,", "\nVAX,"), "unknown row of totals"),
        (FLAT.replace("\nPURR,", "\nPURNR,"), "duplicate row"),
        (FLAT.replace("\nGO,", "\nPURR2,"), "unknown row of totals"),
        ("\n".join(r for r in FLAT.splitlines() if r[:3] != "GO,"), "no rows of output"),
        ("\n".join(r for r in FLAT.splitlines() if r[:5] != "TXSP,"), "does not add up"),
        ("\n".join(FLAT.splitlines()[:-4]) + "\nx,y", "wrong number of cells"),
        (FLAT.replace("MEX,7,2014,", "MEX,7,2014,x"), "not a number"),
        (SHEET.replace("USA,r2,", "USA,r2,,"), "wrong number of cells"),
        (SHEET.replace("c1,", ",", 1).replace("TOT", "TOTAL", 1), "not a table of the World"),
        (SHEET.replace("\nC10-C12,about C10-C12,CHN", "\nC13,about,CHN"), "add up|without its"),
        (SHEET.replace("\nC10-C12,about C10-C12,CHN", "\nC10-C12\nx"), "wrong number of cells"),
        ("a,b\n1,2\n", "not a table of the World"),
        ("", "not a table of the World"),
    ],
)
def test_bad_files_are_refused(write, text, message):
    with pytest.raises(DataError, match=message):
        read_wiod(write(text))
