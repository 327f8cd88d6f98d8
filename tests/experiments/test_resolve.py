"""Tables of the study of resolve: scores by hand, stored scores, effects of what is assumed."""

import datetime as dt
import json
from pathlib import Path

import pytest

import negotiation as ng
import resolve_parts
from resolve_layers import assumed_table
from resolve_scores import _counts, ends_by, ties_table
from ties_scores import LAWS, TREATMENTS, read

DAY = dt.date(2025, 5, 2)


def test_comparisons_are_counted_by_two_standard_errors():
    pairs = [
        {"log": (0.5, 0.2)},
        {"log": (-0.5, 0.2), "crps": (9.0, 1.0)},
        {"log": (0.3, 0.2)},
        {"binned_log": (0.9, 0.2)},
        {"crps": (-9.0, 1.0)},
    ]
    numbers = {name: number.value for name, number in _counts("all", pairs).items()}
    assert numbers == {"all_compared": 5, "all_ahead": 3, "all_behind": 1}


def test_the_table_shows_what_is_stored():
    table, numbers = ties_table()
    assert len(table.rows) == len(LAWS) * len(TREATMENTS)
    gap, error = read()["whole"]["left out"]["process_less"]["weibull"]["log"]
    assert numbers["gap_weibull_ties_dropped"].value == gap
    row = next(row for row in table.rows if row[:2] == ("left out", "weibull"))
    assert (row[2].value, row[3].value) == (gap, error)
    # The curve's mass lies on spans: no density at a day.
    assert next(row for row in table.rows if row[1] == "kaplan meier")[2] == ""


@pytest.mark.parametrize("name", resolve_parts.PARTS)
def test_stored_parts_are_of_the_present_settings_and_disputes(name):
    study = ng.load_study(Path(resolve_parts.__file__).with_name("resolve.toml"))
    stored = json.loads(resolve_parts.FILE.read_text(encoding="utf-8"))[name]
    stamp = resolve_parts.stamp(name, study, study.settings_for("full"))
    assert {key: stored[key] for key in stamp} == stamp
    table, numbers = resolve_parts.read(name)
    assert numbers
    assert (table is None) == (name == "dyads")


def test_a_stored_part_is_what_is_computed():
    study = ng.load_study(Path(resolve_parts.__file__).with_name("resolve.toml"))
    settings = study.settings_for("full")
    few = settings.model_copy(update={"parameters": ("base_rate",)})
    (row,) = resolve_parts.computed("assumed", study, few)[0].rows
    table, _ = resolve_parts.read("assumed")
    (stored,) = (item for item in table.rows if item[0] == row[0])
    assert [cell.text for cell in row[1:5]] == [cell.text for cell in stored[1:5]]


def test_a_dispute_ends_sooner_or_later():
    chances = [
        ends_by("us_china_2025_spring", dt.date(2025, 4, 12), day)
        for day in (dt.date(2025, 4, 12), dt.date(2025, 4, 30), dt.date(2026, 4, 30))
    ]
    assert chances[0] == pytest.approx(0.0)
    assert 0.0 < chances[1] < chances[2] < 1.0


def test_what_is_assumed_is_moved_one_at_a_time():
    standoff, day = ng.load_standoff("us-china-2025-spring"), dt.date(2025, 5, 31)
    table, numbers = assumed_table(standoff, DAY, day, parameters=["base_rate"])
    (row,) = table.rows
    direct = [
        ng.forecast(
            standoff, as_of=DAY, dates=[day], draws=0, weigh=False, values={"base_rate": rate}
        ).cut_by(day)
        for rate in (0.5, 2.0)
    ]
    assert [row[3].value, row[4].value] == pytest.approx(direct)
    assert direct[1] > direct[0]
    assert (numbers["assumed"].value, numbers["assumed_largest"].value) == (1, "base rate")
