"""Dates and sources of the embedded tables against primary texts; the codebook is complete."""

import datetime as dt

import pytest

import negotiation as ng
from negotiation.data.catalog import show_codebook
from negotiation.data.schema import SCHEMAS


@pytest.mark.parametrize(
    ("episode", "began", "settled"),
    [
        # Press release 95-08 of the US Trade Representative, 4 February 1995.
        ("us_china_ipr_1995", "1995-02-04", "1995-02-26"),
        # European Commission, 1 June 2018; joint statement of 31 October 2021 (announced on 30).
        ("us_eu_steel_2018", "2018-06-01", "2021-10-30"),
        # 85 FR 10204: duties since 18 October 2019; agreement of 15 June 2021.
        ("us_eu_aircraft_2019", "2019-10-18", "2021-06-15"),
        # Order 14257: 10 % collected from 5 April 2025.
        ("us_japan_2025", "2025-04-05", "2025-07-22"),
        ("us_eu_2025", "2025-04-05", "2025-07-27"),
        # Geneva joint statement: in force on 14 May 2025.
        ("us_china_2025_truce", "2025-05-14", "2025-08-11"),
    ],
)
def test_episodes_begin_and_end_as_their_texts_say(episode, began, settled):
    row = ng.load_table("episodes").row(episode=episode)
    assert (row["began"].isoformat(), row["settled"].isoformat()) == (began, settled)


def test_the_busan_terms_took_effect_in_three_steps():
    rows = ng.load_table("events").select(type="agreement (in effect)")
    days = {row["date"].isoformat(): row for row in rows}
    assert sorted(days)[-3:] == ["2025-11-07", "2025-11-09", "2025-11-10"]
    assert "until 27 November 2026" in days["2025-11-09"]["event"]


def test_events_reach_october_2026():
    events = ng.load_table("events")
    assert max(events.column("date")) == dt.date(2026, 10, 7)
    extension = events.row(date="2026-09-23", actor="BOTH")
    assert "10 January 2027" in extension["event"]
    known = ng.load_table("events", as_of="2026-09-23")
    assert not len(known.select(date="2026-09-23"))
    letters = events.row(date="2025-05-23", actor="USA")
    assert letters["known_on"] == dt.date(2025, 5, 28)
    assert not len(events.select(date="2025-12-01"))


@pytest.mark.parametrize(
    ("date", "imposer", "rate", "source"),
    [
        ("2025-04-05", "USA", 30.0, "wh_2025_0402_recip"),
        ("2025-05-14", "USA", 30.0, "wh_2025_0512_geneva"),
        ("2025-05-14", "CHN", 10.0, "wh_2025_0512_geneva"),
        ("2025-11-10", "USA", 20.0, "wh_2025_1104_recip"),
        ("2026-02-20", "USA", 0.0, "wh_2026_0220_ending"),
        ("2026-02-24", "USA", 10.0, "wh_2026_0220_s122"),
        ("2026-07-24", "USA", 12.5, "wh_2026_0723_s301"),
    ],
)
def test_rates_in_force_rest_on_the_act_itself(date, imposer, rate, source):
    row = ng.load_table("tariff_rates").row(
        date=date, imposer=imposer, series="added_2025", status="in_force"
    )
    assert (row["rate_pct"], row["source"]) == (rate, source)
    assert row["known_on"] <= row["date"]
    assert ng.sources()[source].publisher.startswith("White House")


def test_market_prices_of_autumn_2026_are_dated():
    later = [row for row in ng.load_table("forecasts") if row["date"] > dt.date(2026, 6, 30)]
    assert len(later) == 14
    assert all(row["known_on"] == row["date"] for row in later)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_column_has_a_meaning_and_every_number_a_unit(name):
    rows = {row[0]: row for row in show_codebook(name).rows}
    assert list(rows) == list(ng.load_table(name).columns)
    for column in SCHEMAS[name].columns:
        meaning, unit = rows[column.name][3], rows[column.name][2]
        assert meaning, column.name
        assert bool(unit) == (column.kind in ("number", "integer")) or column.kind == "date"
