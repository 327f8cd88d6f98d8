"""Disputes: the embedded table, what was known at a date, users' files."""

import csv
import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import negotiation as ng
from negotiation.data.catalog import show_codebook
from negotiation.data.schema import SCHEMAS
from negotiation.data.sources import EMBEDDED
from negotiation.errors import DataError, InformationDateError, InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.disputes.load import load_disputes


def embedded():
    with (EMBEDDED / "tables" / "disputes.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_counts_of_the_table():
    rows = embedded()
    since = [r for r in rows if (r["threat_date"] or r["imposition_date"]) >= "2018"]
    due = [r for r in rows if r["deadline"] and r["settlement_date"]]
    left = [
        (dt.date.fromisoformat(r["deadline"]) - dt.date.fromisoformat(r["settlement_date"])).days
        for r in due
    ]
    assert (len(rows), len(since)) == (75, 44)
    assert sum(bool(r["settlement_date"]) for r in rows) == 60
    assert sum(bool(r["censored_on"]) for r in rows) == 15
    assert (len(due), sum(d >= 0 for d in left), sum(0 <= d <= 7 for d in left)) == (37, 28, 17)


def test_dates_that_were_corrected():
    rows = {r["dispute_id"]: r for r in embedded()}
    assert rows["us_eu_steel_2018"]["imposition_date"] == "2018-06-01"
    assert rows["us_eu_aircraft_2019"]["imposition_date"] == "2019-10-18"
    assert rows["us_eu_aircraft_2019"]["settlement_date"] == "2021-06-15"
    assert rows["us_china_ipr_1995"]["threat_date"] == "1995-02-04"
    assert rows["us_china_2018"]["deadline"] == "2019-01-01"
    assert rows["us_china_2025_spring"]["threat_date"] == "2025-02-01"


def test_every_column_has_its_meaning():
    listing = show_codebook("disputes")
    assert [row[0] for row in listing.rows] == list(embedded()[0])
    with pytest.raises(InvalidInputError, match="table: unknown choice"):
        show_codebook("quarrels")
    columns = SCHEMAS["disputes"].columns
    assert all(c.meaning for c in columns[:-2])
    assert {c.unit for c in columns if c.kind == "number"} == {"percentage points", "billion USD"}


def test_durations_of_the_embedded_disputes():
    disputes = load_disputes()
    at = disputes.ids.index
    spring = at("us_china_2025_spring")
    assert (disputes.low[spring], disputes.high[spring]) == (99.5, 100.5)
    same_day = at("us_colombia_2025")
    assert (disputes.low[same_day], disputes.high[same_day]) == (0.0, 0.5)
    # Dated by month at both ends: 1 to 31 July 1932, 1 to 30 April 1938.
    months = at("uk_ireland_1932")
    assert disputes.low[months] == (dt.date(1938, 4, 1) - dt.date(1932, 7, 31)).days - 0.5
    assert disputes.high[months] == (dt.date(1938, 4, 30) - dt.date(1932, 7, 1)).days + 0.5
    # Dated by year.
    year = at("us_india_steel_2018")
    assert disputes.high[year] - disputes.low[year] == 365.0
    open_ = at("us_canada_s338_2026")
    assert disputes.high[open_] == np.inf
    assert disputes.low[open_] == (dt.date(2026, 10, 9) - dt.date(2026, 7, 20)).days
    assert disputes.deadline[at("us_mexico_2019")] == 11.0
    assert disputes.covariates["sender_added_rate"][spring] == 1.45
    assert set(disputes.left_out) == {
        "us_china_textiles_2005",
        "us_canada_lumber_iv",
        "us_eu_cars_2018",
    }


def test_a_court_is_no_concession():
    disputes = load_disputes()
    assert disputes.ending[disputes.ids.index("us_brazil_2025")] == "other"
    assert disputes.ending[disputes.ids.index("us_mexico_2019")] == "target"
    assert disputes.ending[disputes.ids.index("us_eu_greenland_2026")] == "sender"


def test_from_the_imposition():
    disputes = load_disputes(clock="imposition")
    assert "us_mexico_2019" in disputes.left_out
    spring = disputes.ids.index("us_china_2025_spring")
    assert disputes.low[spring] == 96.5


@given(day=st.dates(dt.date(1990, 1, 1), dt.date(2026, 12, 31)))
@settings(max_examples=40, deadline=None)
def test_nothing_later_is_known(day):
    then, now = load_disputes(as_of=day), load_disputes()
    for k, name in enumerate(then.ids):
        j = now.ids.index(name)
        assert then.start[k] <= day
        if then.ended[k]:
            assert (then.low[k], then.high[k]) == (now.low[j], now.high[j])
            assert then.start[k] + dt.timedelta(days=int(then.low[k])) <= day
        else:
            assert then.start[k] + dt.timedelta(days=int(then.low[k])) <= day
            assert then.low[k] <= now.high[j]
    later = [k for k, begun in enumerate(now.start) if begun > day]
    assert all(now.ids[k] in then.left_out for k in later)


def test_terms_of_an_open_dispute_are_withheld():
    disputes = load_disputes(as_of="2025-05-02")
    spring = disputes.ids.index("us_china_2025_spring")
    assert disputes.low[spring] == 90.0
    assert np.isnan(disputes.covariates["sender_added_rate"][spring])
    assert np.isnan(disputes.deadline[disputes.ids.index("us_japan_2025")])
    assert disputes.covariates["imposed_at_start"][spring] == 0.0
    with pytest.raises(InformationDateError, match="no dispute had begun"):
        load_disputes(as_of="1900-01-01")


def written(tmp_path, rows):
    path = tmp_path / "mine.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def spoiled(tmp_path, column, text, line=3):
    rows = embedded()
    rows[line - 2][column] = text
    return written(tmp_path, rows)


def test_a_users_file_is_read_the_same(tmp_path):
    path = spoiled(tmp_path, "source", "my own notes")
    mine = load_disputes(path)
    assert mine.ids == load_disputes().ids
    assert np.array_equal(mine.low, load_disputes().low)


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("deadline", "soon", r"mine.csv, row 3, column deadline: not a date; seen 'soon'"),
        ("outcome", "won", r"row 3, column outcome: unknown label; seen 'won'; allowed: settled"),
        ("coverage_usd_bn", "-2", r"row 3, column coverage_usd_bn: number out of range"),
        ("sender", "", r"row 3, column sender: empty cell"),
        ("dispute_id", "us_canada_smoot_hawley_1930", r"row 3, column dispute_id: duplicate key"),
    ],
)
def test_a_bad_cell_is_named(tmp_path, column, text, message):
    with pytest.raises(DataError, match=message):
        load_disputes(spoiled(tmp_path, column, text))


def test_bad_disputes_are_named(tmp_path):
    with pytest.raises(InvalidInputError, match="uk_ireland_1932.*exactly one date"):
        load_disputes(spoiled(tmp_path, "settlement_date", ""))
    with pytest.raises(InvalidInputError, match="uk_ireland_1932: ends before it begins"):
        load_disputes(spoiled(tmp_path, "settlement_date", "1931-01-01"))
    with pytest.raises(DataError, match="nowhere.csv: cannot be read"):
        load_disputes(tmp_path / "nowhere.csv")
    with pytest.raises(InvalidInputError, match="clock: unknown choice"):
        load_disputes(clock="talks")
    for content, message in ((b"\xff\xfe", "not UTF-8"), (b"", "missing column")):
        (tmp_path / "odd.csv").write_bytes(content)
        with pytest.raises(DataError, match=message):
            load_disputes(tmp_path / "odd.csv")
    header = ",".join(c.name for c in SCHEMAS["disputes"].columns)
    (tmp_path / "odd.csv").write_text(header + "\n")
    with pytest.raises(DataError, match="no rows"):
        load_disputes(tmp_path / "odd.csv")


def test_what_was_known_needs_dates():
    with pytest.raises(InvalidInputError, match="disputes, 0: no first day"):
        Disputes.from_intervals([1], [2]).known_at("2025-01-01")
    assert load_disputes().known_at(None).as_of is None


def test_a_file_without_first_days(tmp_path):
    rows = [row for row in embedded() if row["dispute_id"] == "us_eu_cars_2018"]
    with pytest.raises(InvalidInputError, match="no dispute has a first day"):
        load_disputes(written(tmp_path, rows))


def test_intervals_are_checked():
    with pytest.raises(InvalidInputError, match=r"high\[1\].*seen 3.0; allowed: >= 5"):
        Disputes.from_intervals([1, 5], [2, 3])
    with pytest.raises(InvalidInputError, match="high.*shape"):
        Disputes.from_intervals([1, 5], [2])
    with pytest.raises(InvalidInputError, match="ids: wrong length"):
        Disputes.from_intervals([1], [2], ids=["a", "b"])
    with pytest.raises(InvalidInputError, match=r"ending\[0\]"):
        Disputes.from_intervals([1], [2], ending=["nobody"])
    with pytest.raises(InvalidInputError, match=r"ending\[0\]"):
        Disputes.from_intervals([1], [np.inf], ending=["target"])
    with pytest.raises(InvalidInputError, match=r"low\[0\]"):
        Disputes.from_intervals([-1], [2])
    disputes = Disputes.from_intervals([1, 2], [2, np.inf])
    with pytest.raises(InvalidInputError, match="gdp: not one number a dispute"):
        disputes.with_covariates(gdp=[1.0])
    with pytest.raises(InvalidInputError, match="no dispute is left"):
        disputes.take([False, False])


def test_taking_and_splitting():
    disputes = Disputes.from_intervals(
        [1, 4, 9],
        [3, 6, np.inf],
        dyads=["a", "b", "a"],
        ending=["target", "sender", ""],
        covariates={"x": [1, np.nan, 3]},
    )
    few = disputes.take([0, 2])
    assert few.dyads == ("a", "a")
    assert few.covariates["x"] == pytest.approx([1.0, 3.0])
    other = disputes.ended_by("target")
    assert other.low == pytest.approx([1.0, 5.0, 9.0])
    assert list(other.ended) == [True, False, False]
    assert disputes.ended_by(("target", "sender")).ended.sum() == 2
    assert not disputes.low.flags.writeable
    frame = disputes.with_covariates(y=[0, 0, 1]).to_frame()
    assert list(frame["y"]) == [0, 0, 1]
    assert "3 disputes: 2 ended, 1 open, 2 dyads" in disputes._repr_html_()
    assert repr(ng.load_disputes(as_of="2025-05-02")).startswith("<59 disputes, as known on 2025")
