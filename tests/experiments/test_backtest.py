"""Scores of forecasts by hand, their tables, and what is said at later dates."""

import datetime as dt

import numpy as np
import pytest

from episode_table import episode_table
from forecast_tables import (
    first_cut_scores,
    interval,
    later_scores,
    level_table,
    mixture_at,
    parts,
    who_cut_more,
    who_gives_more,
)
from negotiation.process.analysis.scores import RateCut, constant_hazard
from negotiation.process.beliefs.events import read_events
from tests.forecasts import DAY, LAST, MADE, forecast

CUT = RateCut(DAY, (1.45, 1.25), (0.30, 0.10))


def test_who_cut_more():
    assert who_cut_more(CUT, 0.05) == 2
    assert who_cut_more(RateCut(CUT.day, (1.45, 1.25), (0.3, 0.6)), 0.05) == 0
    assert who_cut_more(RateCut(CUT.day, (1.45, 1.25), (1.0, 0.1)), 0.05) == 1


def test_who_is_said_to_give_more():
    # The United States give 125 points where they concede, China 115: a quarter and the rest.
    found = forecast()
    assert who_gives_more(found, found.weights, CUT, 0.05) == pytest.approx([0.25, 0.75, 0.0])


def test_mixture_positions():
    assert mixture_at(np.array([0.2, 0.5]), np.array([0.25, 0.75]), 0.5) == (0.25, 1.0)


def test_intervals_are_weighted():
    values, weights = np.array([[0.1, 0.2], [0.9, np.nan]]), np.array([[1.0, 98.0], [1.0, 5.0]])
    mean, low, high = interval(values, weights, 0.9)
    assert mean == pytest.approx((0.1 + 98 * 0.2 + 0.9) / 100)
    assert (low, high) == (0.2, 0.2)


def test_each_model_alone_and_all_together():
    found = forecast(seen=np.array([[1.0, 1.0], [3.0, 1.0], [1.0, 1.0]]))
    weights = parts(found)
    assert list(weights) == ["equilibrium", "partial 0", "ensemble"]
    assert weights["equilibrium"][:, 0] == pytest.approx([0.0, 0.75, 0.25])
    assert weights["equilibrium"][:, 1] == pytest.approx(0.0)
    assert weights["ensemble"][1:] == pytest.approx(np.array([[3, 1], [1, 1]]) / 6)


def test_scores_by_hand():
    base = constant_hazard(as_of=MADE, current_days=20)
    table, numbers, scored = first_cut_scores(
        forecast(), CUT, base, dates=[DAY], probability=0.9, within=0.05
    )
    # The mean over draws and models is one quarter.
    assert float(numbers["brier"].value) == pytest.approx(0.75**2)
    assert float(numbers["log_score"].value) == pytest.approx(np.log(0.25))
    assert float(numbers["time_position"].value) == pytest.approx(0.25)
    assert float(numbers["level_position"].value) == pytest.approx(0.25)
    assert numbers["right_about_more"].text == "0"
    assert [item.forecaster for item in scored] == ["this model", "constant hazard"]
    assert [row[0] for row in table.text_rows][:3] == ["equilibrium", "partial 0", "ensemble"]


def test_later_dates_are_scored_by_what_happened_to_the_tariff():
    day = dt.date(2025, 9, 30)
    found = forecast(as_of=day, dates=(day + dt.timedelta(days=90), LAST))
    table, numbers, scored = later_scores({day: found}, read_events(), horizon=90, probability=0.9)
    assert table.text_rows[0][0] == "2025-09-30"
    assert scored[0].outcome is True
    assert float(numbers["later_brier"].value) == pytest.approx(0.75**2)


def test_levels_and_episodes():
    levels = level_table(forecast(), CUT, probability=0.9)
    assert levels.text_rows[-1][2:] == ("50 [20, 50]", "30")
    _, numbers = episode_table()
    assert numbers["settled_near_deadline"].text == "6 of 8"
