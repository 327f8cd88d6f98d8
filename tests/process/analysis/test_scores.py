"""Scores against closed forms, and outcomes read off the events."""

from datetime import date

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.process.analysis.scores import (
    ScoredForecast,
    brier,
    constant_hazard,
    log_score,
    next_cut,
)
from negotiation.process.beliefs.events import DatedEvent, read_events


def test_scores():
    assert brier([0.5] * 4, [0, 1, 1, 0]) == 0.25
    assert log_score([0.5, 0.5], [0, 1]) == pytest.approx(np.log(0.5))
    assert log_score([0.0], [1]) == -np.inf
    # A proper score is best, in expectation, at the true probability.
    grid, truth = np.linspace(0.01, 0.99, 99), 0.3
    for score, best in ((brier, np.argmin), (log_score, np.argmax)):
        expected = [truth * score([p], [1]) + (1 - truth) * score([p], [0]) for p in grid]
        assert grid[best(expected)] == pytest.approx(truth)
    with pytest.raises(InvalidInputError):
        brier([1.2], [1])


def test_an_undecided_forecast_has_no_score():
    day = date(2025, 5, 2)
    made = ScoredForecast("cut", "model", day, day, 0.4, 0.1, 0.8, True)
    assert made.brier == pytest.approx(0.36)
    assert np.isnan(ScoredForecast("cut", "model", day, day, 0.4, 0.1, 0.8, None).brier)


def test_cuts_of_2025():
    events = read_events()
    first = next_cut(events, "2025-05-02")
    assert first.day == date(2025, 5, 12)
    assert first.before == (1.45, 1.25)
    assert first.after == (0.3, 0.1)
    assert next_cut(events, "2025-06-30").day == date(2025, 10, 30)
    assert next_cut(events, "2026-02-28") is None
    with pytest.raises(InvalidInputError, match="no tariff"):
        next_cut(events, "2020-01-01")
    with pytest.raises(InvalidInputError, match="no day"):
        next_cut(events, None)


def test_a_cut_is_against_the_tariff_last_in_force():
    def at(day, rate):
        return DatedEvent(date(2025, 1, day), "USA", "x", "s", rates=(rate, float("nan")))

    cut = next_cut([at(1, 0.2), at(3, 0.5), at(4, float("nan")), at(5, 0.3)], "2025-01-02")
    assert (cut.day.day, cut.before[0], cut.after[0]) == (5, 0.5, 0.3)


def test_constant_hazard():
    found = constant_hazard(as_of="2025-05-02", current_days=20)
    assert found.rate == pytest.approx(6 / (22 + 1247 + 148 + 217 + 8 + 606 + 20))
    assert found.by(0) == 0.0
    assert found.by(30) == pytest.approx(1 - np.exp(-30 * found.rate))
    fewer = constant_hazard(as_of="2025-05-02", without=("us_mexico_2019",))
    assert fewer.settled == 5
    assert "us_china_2025_spring" not in found.episodes
    with pytest.raises(InvalidInputError):
        constant_hazard(as_of="1999-01-01", without=("us_china_ipr_1995",))
