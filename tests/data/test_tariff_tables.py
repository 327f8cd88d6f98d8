"""Tariffs by product, with a concordance."""

import numpy as np
import pytest

from negotiation.data import FileLimits, read_tariffs
from negotiation.errors import DataError, InvalidInputError

CODES = {"01": "A01", "85": "C26"}
TEXT = """reporter,partner,hs6,rate,weight
USA,WLD,010121,2,1
USA,WLD,854231,0,3
USA,WLD,854239,4,1
USA,CHN,010121,10,1
USA,CHN,854231,30,1
CHN,000,010121,5,1
CHN,000,854231,6,2
ZZZ,000,854231,6,2
"""
AXES = ("USA", "CHN", "MEX"), ("A01", "C26")


def test_means_by_sector_and_partner(write):
    rates = read_tariffs(write(TEXT), *AXES, unit="percent", concordance=CODES, missing=0.25)
    assert rates.rate("C26", exporter="CHN", importer="USA") == pytest.approx(0.30)
    assert rates.rate("C26", exporter="MEX", importer="USA") == pytest.approx(0.01)
    assert rates.rate("A01", exporter="MEX", importer="CHN") == pytest.approx(0.05)
    assert rates.rate("A01", exporter="USA", importer="MEX") == 0.25
    assert not np.diagonal(rates.rates, axis1=1, axis2=2).any()
    simple = "\n".join(row.rsplit(",", 1)[0] for row in TEXT.splitlines())
    plain = read_tariffs(write(simple), *AXES, unit="percent", concordance=CODES, missing=0.0)
    assert plain.rate("C26", exporter="MEX", importer="USA") == pytest.approx(0.02)


def test_percent_meant_as_fractions_is_refused(write):
    path = write(TEXT.replace("CHN,010121,10", "CHN,010121,145"))
    with pytest.raises(DataError, match=r"row 5.*seen 145.*percent"):
        read_tariffs(path, *AXES, unit="fraction", concordance=CODES, missing=0.0)
    rates = read_tariffs(path, *AXES, unit="percent", concordance=CODES, missing=0.0)
    assert rates.rates.max() == pytest.approx(1.45)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEXT, "no rate; seen importer MEX, exporter USA"),
        (TEXT.replace("hs6", "thing"), "missing column"),
        (TEXT.replace("partner", "exporter,partner"), "two columns for the exporter"),
        (TEXT.replace("USA,WLD,010121,2,1", "USA,WLD,010121,,1"), "row 2, column rate: empty cell"),
        (TEXT.replace("USA,WLD,010121,2,1", "USA,WLD,010121,-100,1"), "rate out of range"),
        (TEXT.replace("USA,WLD,010121,2,1", "USA,WLD,010121,2,-1"), "negative weight"),
        (TEXT.replace("USA,WLD,010121,2,1", "USA,,010121,2,1"), "row 2: empty cell"),
        (TEXT.replace("USA,WLD,010121,2,1", "USA,WLD,010121,2"), "row 2: wrong number of cells"),
        (TEXT + "USA,CHN,854231,31,1\n", "row 10: duplicate key"),
        (TEXT.replace("854239", "990000"), "code without a sector"),
        (TEXT.replace("854239", "990000"), "990000"),
    ],
)
def test_bad_rows_are_refused(write, text, message):
    with pytest.raises(DataError, match=message):
        read_tariffs(write(text), *AXES, unit="percent", concordance=CODES)


def test_bad_options_are_refused(write):
    path = write(TEXT)
    with pytest.raises(DataError, match="sector that is not listed; seen 010121"):
        read_tariffs(path, *AXES, unit="percent", missing=0.0)
    with pytest.raises(InvalidInputError, match="unit"):
        read_tariffs(path, *AXES, unit="points")
    with pytest.raises(InvalidInputError, match="regions: not a list"):
        read_tariffs(path, "USA", ("A01",), unit="percent")
    with pytest.raises(InvalidInputError, match="sectors is not a"):
        read_tariffs(path, ("USA",), (1,), unit="percent")
    with pytest.raises(DataError, match="too many rows"):
        read_tariffs(path, *AXES, unit="percent", concordance=CODES, limits=FileLimits(rows=2))
