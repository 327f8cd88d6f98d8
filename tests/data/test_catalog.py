"""Listings for the command line."""

import json

import pytest

from negotiation.data import load_table, parameters, sources, table_names
from negotiation.data.catalog import list_data, list_sources, show_data
from negotiation.errors import DataError, InformationDateError, InvalidInputError


def test_every_table_is_listed_with_its_rows():
    listing = list_data()
    counts = {row[0]: row[1] for row in listing.rows}
    assert counts == {name: len(load_table(name)) for name in table_names()} | {
        "parameters": len(parameters())
    }
    assert all(row[2] == 0 for row in listing.rows)
    json.dumps(listing.as_dict(), allow_nan=False)


def test_rows_withheld_at_the_information_date():
    rows = {row[0]: row for row in list_data(as_of="2025-05-02").rows}
    assert rows["events"][1:3] == (33, 63)
    assert rows["trade_icio_2022"][1:5] == (0, 4032, None, None)
    assert rows["parameters"][2] == 1
    assert all(row[4] is None or row[4] <= "2025-05-02" for row in rows.values())
    assert list_data(as_of="1990-01-01").rows[-1][3:5] == (None, None)


def test_tables_and_parameters_are_shown():
    jobs = show_data("jobs", as_of="2025-05-02")
    assert "2025-05-02" in jobs.title
    assert len(jobs.rows) == len(load_table("jobs", as_of="2025-05-02"))
    assert "" in {row[jobs.columns.index("low")] for row in jobs.as_text()}
    one = show_data("terms_duration").as_dict()["rows"][0]
    assert (one["value"], one["symbol"], one["status"]) == (1.7, "D", "assumption")
    assert len(show_data("parameters").rows) == len(parameters())
    for name in table_names():
        json.dumps(show_data(name).as_dict(), allow_nan=False)


def test_numbers_are_printed_without_noise():
    rows = show_data("trade_icio_2022").as_text()
    assert rows[0][3] == "564501.341"


def test_sources_of_everything_and_of_one():
    assert len(list_sources().rows) == len(sources())
    assert {row[0] for row in list_sources("value_added_2022").rows} == {
        "imf_oecd_value_added_2022"
    }
    assert [row[1] for row in list_sources("jobs_per_billion_exports_chn").rows] == ["SCMP"]
    assert list_sources("terms_duration").rows == ()
    assert len(list_sources("parameters").rows) > 10


def test_bad_requests(data_folder):
    with pytest.raises(InvalidInputError, match="table or parameter.*trade_icio_2022"):
        show_data("trade")
    with pytest.raises(InvalidInputError, match="table or parameter"):
        list_sources("trade")
    with pytest.raises(InformationDateError):
        show_data("exempt_share_chn", as_of="2025-05-02")
    path = data_folder / "tables" / "jobs.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="jobs.csv: wrong checksum"):
        list_data(folder=data_folder)
