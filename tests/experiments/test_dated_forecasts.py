"""Forecasts over swept parameters: the same on any workers, later dates, and their tables."""

import datetime as dt

import numpy as np
import pytest

from dated_forecasts import evaluate_later, first_cut_forecasts, later_forecasts, stated_ranges
from episode_table import episode_table
from forecast_tables import (
    first_cut_scores,
    interval,
    level_table,
    mixture_at,
    timing_table,
    who_cut_more,
)
from negotiation.process.analysis.scores import RateCut, constant_hazard
from negotiation.study.sweeps.workers import study_pool

DAY = dt.date(2025, 5, 2)
CUT = RateCut(dt.date(2025, 5, 12), (1.45, 1.25), (0.30, 0.10))
FIXED = {
    "process": "multi-step-2025",
    "as_of": "2025-05-02",
    "dates": ["2025-05-12", "2025-05-31"],
    "economy": "us-china-2022",
}
LATER = {
    "process": "multi-step-2025",
    "as_of": "2025-06-30",
    "economy": "us-china-2022",
    "duration": 1.7,
    "horizon": 90,
}


def ranges():
    return stated_ranges(
        "multi-step-2025",
        linear=("terms_mixture",),
        logarithmic=("toughness_usa",),
        events=("threat",),
    )


def test_ranges_are_those_of_the_tables():
    found = ranges()
    assert (found["toughness_usa"].low, found["toughness_usa"].high) == (0.001, 0.5)
    assert found["ratio:threat"].low == pytest.approx(1.0 / 3.0)


def test_small_sweeps_start_no_processes():
    with study_pool(8) as pool:
        assert pool is None


def test_workers_change_nothing():
    given = {"draws": 4, "seed": 7}
    alone = first_cut_forecasts(ranges(), FIXED, **given)
    with study_pool(4, smallest=1) as pool:
        shared = first_cut_forecasts(ranges(), FIXED, **given, executor=pool)
    for key, values in alone.items():
        np.testing.assert_array_equal(values, shared[key])


def test_later_dates_are_played_from_the_tariffs_in_force():
    found = later_forecasts(ranges(), LATER, draws=2, seed=7)
    assert ((found >= 0.0) & (found <= 1.0)).all()
    one = evaluate_later({"toughness_usa": np.array([0.1])}, LATER)["fell"]
    longer = evaluate_later({"toughness_usa": np.array([0.1])}, {**LATER, "horizon": 180})["fell"]
    assert longer[0] > one[0]


def outcomes():
    return {
        "cut_2025-05-03": np.array([0.05, 0.25]),
        "cut_2025-05-12": np.array([0.1, 0.5]),
        "cut_2025-05-31": np.array([0.2, 0.6]),
        "cut_ever": np.array([0.4, 0.8]),
        "usa_first": np.array([0.25, np.nan]),
        "chn_first": np.array([0.75, np.nan]),
        "level_usa": np.array([0.2, 0.2]),
        "level_chn": np.array([0.5, 0.5]),
        "usa_more": np.array([0.25, 0.25]),
        "chn_more": np.array([0.25, 0.25]),
        "equal": np.array([0.5, 0.5]),
    }


def test_who_cut_more():
    assert who_cut_more(CUT, 0.05) == 2
    assert who_cut_more(RateCut(CUT.day, (1.45, 1.25), (0.3, 0.6)), 0.05) == 0
    assert who_cut_more(RateCut(CUT.day, (1.45, 1.25), (1.0, 0.1)), 0.05) == 1


def test_mixture_positions():
    assert mixture_at(np.array([0.2, 0.5]), np.array([0.25, 0.75]), 0.5) == (0.25, 1.0)


def test_scores_by_hand():
    base = constant_hazard(as_of=DAY, current_days=20)
    table, numbers, scored = first_cut_scores(
        {1.7: outcomes()},
        CUT,
        base,
        as_of=DAY,
        dates=[dt.date(2025, 5, 31)],
        headline=1.7,
        probability=0.9,
        within=0.05,
    )
    assert float(numbers["brier"].value) == pytest.approx(0.36)
    assert float(numbers["log_score"].value) == pytest.approx(np.log(0.4))
    assert float(numbers["time_position"].value) == pytest.approx(0.3)
    assert float(numbers["level_position"].value) == pytest.approx(0.25)
    assert numbers["right_about_more"].text == "50"
    assert [item.forecaster for item in scored] == ["this model", "constant hazard"]
    assert len(table.rows) == 2


def test_days_to_a_probability():
    table = timing_table({1.7: outcomes()}, (1, 10, 29), ("2025-05-03", "2025-05-12", "2025-05-31"))
    assert table.text_rows[0][1:] == ("15", "at most 1", "7", "over 29", "40")


def test_levels_and_episodes():
    levels = level_table(outcomes(), CUT, as_of=DAY, probability=0.9)
    assert levels.text_rows[-1][2:] == ("50 [20, 50]", "30")
    _, numbers = episode_table()
    assert numbers["settled_near_deadline"].text == "6 of 8"
    assert interval(np.array([1.0, np.nan]), 0.9) == (1.0, 1.0, 1.0)
