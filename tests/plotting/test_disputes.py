"""Pictures of disputes show what they are given."""

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import InvalidInputError
from negotiation.estimation.deadlines import deadline_rates
from negotiation.plotting.disputes import (
    plot_coefficients,
    plot_deadline_rates,
    plot_durations,
    plot_reliability,
    plot_transforms,
)


@pytest.fixture(scope="module")
def disputes():
    return ng.load_disputes()


@pytest.fixture(scope="module")
def fits(disputes):
    return {m: ng.fit_concessions(disputes, m) for m in ("exponential", "weibull")}


def test_durations_against_laws(disputes, fits):
    curve = ng.kaplan_meier(disputes)
    ax = plot_durations(curve, fits, days=[1.0, 30.0, 365.0])
    lines = ax.get_lines()
    assert lines[0].get_ydata() == pytest.approx(curve.survival([1.0, 30.0, 365.0]))
    assert lines[2].get_ydata() == pytest.approx(fits["weibull"].survival([1.0, 30.0, 365.0]))
    assert len(ax.collections) == 1
    # No interval where the curve has none, and no law where none is given.
    plain = plot_durations(ng.turnbull(disputes))
    assert len(plain.get_lines()) == 1
    assert not plain.collections


def test_rates_by_days_to_a_deadline(disputes):
    rates = deadline_rates(disputes, [7, 30])
    ax = plot_deadline_rates(rates)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["other days", "7-30", "0-7", "passed"]
    assert ax.get_lines()[0].get_ydata() == pytest.approx(100 * rates.rate[[0, 2, 1, 3]])
    assert [t.get_text() for t in ax.texts] == [f"{n:.0f}" for n in rates.ends[[0, 2, 1, 3]]]
    assert len(plot_deadline_rates(deadline_rates(disputes, [])).texts) == 1


def test_coefficients(disputes):
    fits = {
        who: ng.fit_concessions(
            disputes, "weibull", covariates=["imposed_at_start"], deadline_windows=[7], ending=who
        )
        for who in ("any", "target")
    }
    ax = plot_coefficients(fits)
    names = [t.get_text() for t in ax.get_yticklabels()]
    assert names == ["imposed at start", "deadline in 0 to 7 days", "deadline passed"]
    assert ax.get_lines()[0].get_xdata() == pytest.approx(fits["any"].coefficients[1:4])
    one = plot_coefficients(fits, ["imposed_at_start"])
    assert len(one.get_yticklabels()) == 1
    with pytest.raises(InvalidInputError, match="no coefficient to draw"):
        plot_coefficients({"plain": ng.fit_concessions(disputes)})


def test_calibration(disputes, fits):
    scores = {name: ng.score_forecasts(fit, disputes) for name, fit in fits.items()}
    ax = plot_reliability(scores, 90.0, groups=3)
    table = scores["weibull"].reliability(90.0, groups=3)
    assert ax.containers[1].lines[0].get_ydata() == pytest.approx(table["ended"].to_numpy())
    ax = plot_transforms(scores)
    drawn = ax.get_lines()[1].get_ydata()
    assert drawn[0] <= drawn[-1] <= 1.0
    assert (np.diff(drawn) >= -1e-12).all()
