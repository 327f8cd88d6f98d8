"""Best-response curves against closed forms, a multi-peaked payoff, and on bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.policy.best_responses import best_responses


def duopoly(rates):
    return rates * (1.0 - rates - 0.5 * rates[:, ::-1])


UNIT = {"players": ("A", "B"), "bounds": [(0.0, 1.0), (0.0, 1.0)]}


def test_linear_replies():
    curves = best_responses(duopoly, **UNIT, status_quo=(0.9, 0.9))
    for k in range(2):
        expected = (1.0 - 0.5 * curves.partner_rates[k]) / 2.0
        np.testing.assert_allclose(curves.replies[k], expected, atol=1e-6)
        np.testing.assert_allclose(curves.payoffs[k], expected**2, atol=1e-12)
    assert len(curves.nash_points) == 1
    assert curves.nash_points[0].rates == pytest.approx((0.4, 0.4), abs=1e-6)
    assert curves.nash_points[0].payoffs == pytest.approx((0.16, 0.16))
    assert curves.converged
    assert curves.largest_regret < 1e-12
    assert curves.status_quo == (0.9, 0.9)


@settings(max_examples=30)
@given(scale=st.sampled_from([1e-9, 1.0, 1e9]), shift=st.floats(-5.0, 5.0))
def test_scale_and_level_of_payoffs_do_not_matter(scale, shift):
    curves = best_responses(
        lambda rates: scale * (duopoly(rates) + shift), **UNIT, partner_rates=3, tol=1e-6
    )
    np.testing.assert_allclose(curves.replies, [[0.5, 0.375, 0.25]] * 2, atol=1e-5)


def test_the_higher_of_two_peaks_is_found():
    def payoff(rates):
        own = rates
        low, high = np.exp(-((own - 0.2) ** 2) / 0.002), np.exp(-((own - 0.77) ** 2) / 0.0005)
        return low + 1.2 * high - 0.0 * rates[:, ::-1]

    curves = best_responses(payoff, **UNIT, partner_rates=2)
    np.testing.assert_allclose(curves.replies, 0.77, atol=1e-5)


def test_two_nash_points_are_both_found():
    def payoff(rates):
        own, other = rates, rates[:, ::-1]
        return -((own - (other > 0.5)) ** 2)

    curves = best_responses(payoff, **UNIT)
    found = sorted(point.rates for point in curves.nash_points)
    np.testing.assert_allclose(found, [[0.0, 0.0], [1.0, 1.0]], atol=1e-6)


def test_a_game_without_a_point_says_so():
    def payoff(rates):
        first, second = rates.T
        return np.stack([-((first - second) ** 2), -((second - (1.0 - first).round()) ** 2)], 1)

    curves = best_responses(payoff, **UNIT, max_iter=20)
    assert not curves.converged


def test_corners_are_replies_too():
    curves = best_responses(lambda rates: rates - 2.0 * rates[:, ::-1], **UNIT, partner_rates=[0.5])
    np.testing.assert_array_equal(curves.replies, 1.0)
    assert curves.nash_points[0].rates == (1.0, 1.0)


def test_a_peak_missed_by_the_search_shows_as_regret():
    """The spike is at 5.5/7: a point of the certifying grid, far from the search grid's three."""

    def payoff(rates):
        return np.exp(-((rates - 5.5 / 7.0) ** 2) / 1e-7)

    curves = best_responses(payoff, **UNIT, partner_rates=2, grid_size=3)
    np.testing.assert_allclose(curves.regrets, 1.0)
    assert curves.largest_regret == pytest.approx(1.0)


def test_frame_shows_added_and_total():
    frame = best_responses(duopoly, **UNIT, partner_rates=3, baseline=(0.2, 0.1)).to_frame()
    assert len(frame) == 6
    first = frame.iloc[0]
    assert first["partner_total"] == pytest.approx(0.1)
    assert first["reply_total"] == pytest.approx(first["reply_added"] + 0.2)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"players": ("A", "B", "C")}, "players"),
        ({"bounds": [(0.0, 0.0), (0.0, 1.0)]}, "bounds"),
        ({"bounds": [(0.0, 1.0)]}, "bounds"),
        ({"partner_rates": 1}, "partner_rates"),
        ({"partner_rates": [float("nan")]}, "partner_rates"),
        ({"grid_size": 2}, "grid_size"),
        ({"tol": 0.0}, "tol"),
        ({"status_quo": (0.1,)}, "status_quo"),
    ],
)
def test_bad_calls_are_refused(change, word):
    with pytest.raises(InvalidInputError, match=word):
        best_responses(duopoly, **{**UNIT, **change})


def test_bad_payoffs_are_refused():
    with pytest.raises(InvalidInputError, match="shape"):
        best_responses(lambda rates: rates[:, 0], **UNIT)
    with pytest.raises(NonFiniteError):
        best_responses(lambda rates: rates * np.nan, **UNIT)
