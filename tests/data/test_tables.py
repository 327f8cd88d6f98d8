"""Embedded tables: checksums, types, keys and information dates."""

from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.data import load_table, sources, table_names
from negotiation.data.schema import SCHEMAS
from negotiation.data.sources import EMBEDDED
from negotiation.data.tables import as_date
from negotiation.errors import DataError, InformationDateError, InvalidInputError


@pytest.mark.parametrize("name", table_names())
def test_every_table_loads_with_its_schema(name):
    table = load_table(name)
    assert len(table) > 0
    assert table.columns == tuple(column.name for column in SCHEMAS[name].columns)
    assert {row["source"] for row in table} <= set(sources())
    assert all(isinstance(row["known_on"], date) for row in table)


@pytest.mark.parametrize("name", table_names())
@pytest.mark.parametrize("place", [0, 0.5, -2])
def test_one_changed_byte_is_noticed(name, place, data_folder):
    path = data_folder / "tables" / f"{name}.csv"
    content = bytearray(path.read_bytes())
    k = int(place * len(content)) if place >= 0 else place
    content[k] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(DataError, match=f"{name}.csv: wrong checksum"):
        load_table(name, folder=data_folder)


@pytest.mark.parametrize("name", table_names())
@given(day=st.dates(date(2014, 1, 1), date(2027, 1, 1)))
@settings(max_examples=12, deadline=None)
def test_later_rows_are_withheld_in_every_table(name, day):
    everything = load_table(name)
    known = [row for row in everything if row["known_on"] <= day]
    if not known:
        with pytest.raises(InformationDateError, match=name):
            load_table(name, as_of=day)
        return
    table = load_table(name, as_of=day)
    assert list(table) == known
    assert len(table.withheld) == len(everything) - len(known)
    for key, known_on in list(table.withheld.items())[:3]:
        assert known_on > day
        with pytest.raises(InformationDateError, match=str(known_on)):
            table.row(**dict(zip(table.key, key, strict=True)))


def test_a_row_is_found_by_its_key():
    row = load_table("phase_one").row(
        group="All covered goods and services",
        period="2020-2021 two years",
        definition="US exports basis (58 after later data revision)",
    )
    assert (row["actual_usd_bn"], row["commitment_usd_bn"]) == (288.8, 502.4)


def test_row_says_how_many_rows_answer():
    with pytest.raises(InvalidInputError, match=r"more than one row.*key of this table is date"):
        load_table("events").row(actor="USA")
    with pytest.raises(InvalidInputError, match="no such row"):
        load_table("events").row(date="1999-01-01")
    with pytest.raises(InvalidInputError, match="column of events"):
        load_table("events").select(who="USA")


def test_a_typing_error_is_not_taken_for_a_later_row():
    table = load_table("jobs", as_of="2025-05-02")
    with pytest.raises(InvalidInputError, match="no such row") as caught:
        table.row(estimator="Natixes")
    assert not isinstance(caught.value, InformationDateError)
    with pytest.raises(InformationDateError, match="2025-05-07"):
        table.row(estimator="Natixis CIB", unit="million jobs")


def test_the_entry_of_a_table_agrees_with_its_rows():
    import tomllib

    content = tomllib.loads((EMBEDDED / "sources.toml").read_text(encoding="utf-8"))
    for name in table_names():
        entry, table = content["tables"][name], load_table(name)
        assert entry["rows"] == len(table)
        assert entry["known_on"] == max(table.column("known_on"))
        assert entry["publisher"]
        assert entry["terms"]


def test_columns_and_frames():
    table = load_table("jobs")
    assert np.isnan(table.numbers("low")).sum() == 1
    assert not table.numbers("high").flags.writeable
    with pytest.raises(InvalidInputError, match="not a column of numbers"):
        table.numbers("unit")
    frame = table.to_frame()
    assert frame.shape == (len(table), len(table.columns))


def test_dates_are_read_and_refused():
    assert as_date(None) is None
    assert as_date(datetime(2025, 5, 2, 12)) == date(2025, 5, 2)
    with pytest.raises(InvalidInputError, match="as_of: not a date"):
        load_table("jobs", as_of="2 May 2025")


def test_unknown_table_is_refused_with_the_names():
    with pytest.raises(InvalidInputError, match="trade_icio_2022"):
        load_table("trade")


def _cell(line, column, text):
    def edit(lines):
        cells = lines[line].split(",")
        cells[column] = text
        return [*lines[:line], ",".join(cells), *lines[line + 1 :]]

    return edit


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_cell(4, 3, "-1.5"), r"row 5, column value_usd_mn: number out of range; seen -1.5"),
        (_cell(4, 3, "nan"), r"row 5, column value_usd_mn: number out of range"),
        (_cell(4, 3, "many"), r"row 5, column value_usd_mn: not a number; seen 'many'"),
        (_cell(4, 3, ""), r"row 5, column value_usd_mn: empty cell"),
        (_cell(4, 1, "FRA"), r"row 5, column exporter: unknown label; seen 'FRA'"),
        (_cell(4, 4, "2025"), r"row 5, column known_on: not a date"),
        (_cell(4, 5, "hearsay"), r"row 5, column source: source without an entry"),
        (_cell(0, 3, "value"), r"row 1, column value_usd_mn: missing column"),
        (_cell(0, 5, "source,note"), r"row 1: unexpected columns"),
        (_cell(4, 5, "a,b"), r"row 5: wrong number of cells; seen 7; allowed: 6"),
        (lambda lines: [*lines, lines[1]], r"row 4034, column sector: duplicate key"),
        (lambda lines: lines[:1], r": no rows"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(spoil, edit, message):
    folder = spoil("trade_icio_2022", edit)
    with pytest.raises(DataError, match=r"tables/trade_icio_2022.csv.*" + message):
        load_table("trade_icio_2022", folder=folder)


def test_files_that_cannot_be_read(data_folder):
    (data_folder / "tables" / "jobs.csv").unlink()
    with pytest.raises(DataError, match=r"jobs.csv: cannot be read"):
        load_table("jobs", folder=data_folder)
    (data_folder / "sources.toml").write_text("= 3")
    with pytest.raises(DataError, match=r"sources.toml: not a toml file"):
        load_table("events", folder=data_folder)
    (data_folder / "sources.toml").write_text("")
    with pytest.raises(DataError, match=r"missing section"):
        load_table("events", folder=data_folder)
    (data_folder / "sources.toml").unlink()
    with pytest.raises(DataError, match=r"sources.toml: cannot be read"):
        sources(folder=data_folder)


def test_text_that_is_not_utf8(spoil, data_folder):
    import hashlib

    path = data_folder / "tables" / "jobs.csv"
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(b"\xff" + path.read_bytes())
    toml = data_folder / "sources.toml"
    new = hashlib.sha256(path.read_bytes()).hexdigest()
    toml.write_text(toml.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=r"jobs.csv: not UTF-8 text; seen byte 0"):
        load_table("jobs", folder=data_folder)


def test_sources_are_complete(data_folder):
    for source in sources().values():
        assert source.publisher
        assert source.title
        assert source.terms
        assert 1929 < source.year < 2030
        assert not source.place.startswith("/")
        assert "/home/" not in source.place
    toml = data_folder / "sources.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('publisher = "OECD"', 'publisher = ""'), encoding="utf-8")
    with pytest.raises(DataError, match=r"sources.oecd_icio_2022.publisher: missing text"):
        sources(folder=data_folder)
    toml.write_text(text.replace("year = 2025", 'year = "2025"'), encoding="utf-8")
    with pytest.raises(DataError, match="must be a number and a date"):
        sources(folder=data_folder)
    toml.write_text(text.replace("[tables.jobs]", "[tables.work]"), encoding="utf-8")
    with pytest.raises(DataError, match=r"table without an entry; seen jobs"):
        load_table("jobs", folder=data_folder)


def test_event_and_forecast_counts_by_the_information_date():
    assert len(load_table("events", as_of="2025-05-02")) == 33
    assert len(load_table("forecasts", as_of="2025-05-02")) == 27
