"""Pictures of dated forecasts show what they are given."""

import datetime as dt

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.plotting.forecasts import (
    plot_cut_levels,
    plot_dated_forecasts,
    plot_forecast_bands,
    plot_timeline,
)
from negotiation.process.analysis.scores import DatedForecasts, RateCut
from negotiation.process.analysis.tariffs import TariffFan
from negotiation.process.beliefs.events import DatedEvent
from tests.forecasts import DAY, LAST, MADE, forecast

CUT = RateCut(dt.date(2025, 5, 12), (1.45, 1.25), (0.30, 0.10))


def by_duration():
    alone = np.array([[[0.2, 0.1], [0.4, 0.3]], [[np.nan, 0.3], [np.nan, 0.6]]])
    return DatedForecasts(
        durations=np.array([0.5, 2.0]),
        dates=(DAY, LAST),
        models=("equilibrium", "partial_0"),
        alone=alone,
        ensemble=np.array([[0.15, 0.35], [0.3, 0.6]]),
    )


def test_dated_forecasts_in_percent():
    ax = plot_dated_forecasts(by_duration(), DAY)
    assert ax.get_lines()[1].get_ydata() == pytest.approx([10.0, 30.0])
    assert ax.get_lines()[-1].get_ydata() == pytest.approx([15.0, 30.0])
    assert ax.get_title() == "by 31 May 2025"


def test_dated_forecasts_of_another_day():
    with pytest.raises(InvalidInputError, match="no such date"):
        plot_dated_forecasts(by_duration(), dt.date(2026, 1, 1))


def test_bands_are_of_draws_by_their_weight():
    found = forecast()
    ax = plot_forecast_bands(found, intervals=(0.9,), happened=CUT.day)
    mean, happened = ax.get_lines()
    chances = [0.0, 100 * found.cut_by(DAY), 100 * found.cut_by(LAST)]
    assert mean.get_ydata() == pytest.approx(chances)
    assert list(happened.get_xdata()) == [10.0, 10.0]
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == pytest.approx((0.0, 90.0))
    with pytest.raises(InvalidInputError, match="of"):
        plot_forecast_bands(found, of="peace")


def test_levels_are_a_mixture_over_who_concedes():
    ax = plot_cut_levels(forecast(), CUT)
    steps = ax.get_lines()[0]
    assert list(np.unique(steps.get_xdata())) == pytest.approx([0.0, 20.0, 50.0])
    assert steps.get_ydata()[-1] == pytest.approx(100.0)
    assert ax.get_lines()[1].get_xdata() == pytest.approx([30.0, 30.0])


def test_timeline_has_what_was_and_what_was_expected():
    levels = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    steps = np.linspace(0.1, 0.5, 5)[:, None, None] * np.ones((5, 2, 2))
    fan = TariffFan(("USA", "CHN"), MADE, np.array([0.0, 30.0]), levels, steps, steps[2])
    events = (
        DatedEvent(dt.date(2025, 4, 9), "USA", "escalation", "a", rates=(1.45, np.nan)),
        DatedEvent(dt.date(2025, 5, 12), "BOTH", "agreement", "a", rates=(0.3, 0.1)),
    )
    ax = plot_timeline(events, fan, "USA", named={CUT.day: "Geneva"}, until=LAST)
    expected, in_force, line = ax.get_lines()
    assert in_force.get_ydata() == pytest.approx([145.0, 30.0, 30.0])
    assert expected.get_ydata() == pytest.approx([30.0, 30.0])
    assert [text.get_text() for text in ax.texts] == ["Geneva"]
    assert line.get_xdata()[0] == CUT.day
    with pytest.raises(InvalidInputError, match="no event"):
        plot_timeline((), fan, "USA")
    with pytest.raises(InvalidInputError, match="JPN"):
        plot_timeline(events, fan, "JPN")
