"""Pictures of dated forecasts show what they are given."""

import datetime as dt

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.plotting.forecasts import plot_cut_levels, plot_cut_times, plot_dated_forecasts
from negotiation.process.analysis.scores import DatedForecasts, FirstCutForecast

DAY = dt.date(2025, 5, 31)


@pytest.fixture(autouse=True)
def _closed():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def forecasts():
    mean = np.array([[0.2, 0.4], [0.3, 0.6]])
    return DatedForecasts(
        durations=np.array([0.5, 2.0]),
        dates=(DAY, dt.date(2025, 12, 31)),
        mean=mean,
        low=mean - 0.1,
        high=mean + 0.1,
        probability=0.9,
    )


def first_cut():
    mean = np.array([0.1, 0.2, 0.4])
    return FirstCutForecast(
        days=np.array([1.0, 10.0, 100.0]),
        mean=mean,
        low=mean / 2,
        high=2 * mean,
        probability=0.9,
        levels=np.array([0.1, 0.3, 0.5]),
        weights=np.array([0.2, 0.3, 0.5]),
        days_outcome=10.0,
        level_outcome=0.3,
    )


def test_dated_forecasts_in_percent():
    ax = plot_dated_forecasts(forecasts(), DAY)
    line = ax.get_lines()[0]
    assert line.get_ydata() == pytest.approx([20.0, 30.0])
    assert ax.get_title() == "by 31 May 2025"


def test_dated_forecasts_of_another_day():
    with pytest.raises(InvalidInputError, match="no such date"):
        plot_dated_forecasts(forecasts(), dt.date(2026, 1, 1))


def test_times_and_levels_mark_what_happened():
    times = plot_cut_times(first_cut())
    assert list(times.get_lines()[1].get_xdata()) == [10.0, 10.0]
    levels = plot_cut_levels(first_cut())
    assert levels.get_lines()[0].get_ydata() == pytest.approx([0.0, 0.2, 0.5, 1.0])
    assert levels.get_lines()[1].get_xdata() == pytest.approx([30.0, 30.0])
