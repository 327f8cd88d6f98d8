"""The common hazard: special cases, and indifference over every date of concession."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import cumulative_simpson, quad

from negotiation.bargaining.attrition.hazard import (
    AttritionSide,
    concession_hazard,
    concession_path,
)
from negotiation.errors import InvalidInputError


def payoff_of_conceding_at(stop, side, survival, rate, breakdown_rate=0.0):
    """Payoff of a plan to concede at ``stop`` against an opponent with this survival and rate."""

    def at(path, t):
        return path(t) if callable(path) else path

    decay = side.discount_rate + breakdown_rate

    def stream(t):
        now = at(side.flow, t) + breakdown_rate * side.breakdown_payoff
        return np.exp(-decay * t) * survival(t) * (rate(t) * at(side.win, t) + now)

    earned = quad(stream, 0, stop, epsabs=1e-13, epsrel=1e-12)[0]
    return earned + np.exp(-decay * stop) * survival(stop) * at(side.concede, stop)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"win": 4.0, "concede": 3.0, "discount_rate": 0.15}, 0.45),
        ({"win": 0.7, "concede": 0.4, "discount_rate": 0.08}, 0.032 / 0.3),
        ({"win": 3.0, "concede": 0.0, "flow": -0.6}, 0.2),
        ({"win": 1.0, "concede": -0.39, "concede_slope": -0.3}, 0.3 / 1.39),
        (
            {"win": 2.0, "concede": 1.0, "breakdown_rate": 0.1, "breakdown_payoff": -1.0},
            0.2,
        ),
    ],
    ids=["discounting", "reputation", "flow cost", "audience cost", "breakdown"],
)
def test_special_cases(arguments, expected):
    assert concession_hazard(**arguments).hazard == pytest.approx(expected, rel=1e-12)


@given(
    concede=st.floats(0.1, 2),
    gain=st.floats(0.1, 3),
    rate=st.floats(0.01, 0.5),
    flow=st.floats(-1, 0),
    beta=st.floats(0, 0.3),
    broken=st.floats(-3, 0),
    stop=st.floats(0.1, 20),
)
def test_every_date_of_concession_pays_the_same(concede, gain, rate, flow, beta, broken, stop):
    side = AttritionSide(concede, concede + gain, rate, flow, breakdown_payoff=broken)
    hazard = concession_hazard(
        win=concede + gain,
        concede=concede,
        discount_rate=rate,
        flow=flow,
        breakdown_rate=beta,
        breakdown_payoff=broken,
    ).hazard
    paid = payoff_of_conceding_at(
        stop, side, lambda t: np.exp(-hazard * t), lambda t: hazard, breakdown_rate=beta
    )
    assert paid == pytest.approx(concede, rel=1e-8, abs=1e-9)


def test_time_varying_path_keeps_both_sides_indifferent():
    first = AttritionSide(
        concede=lambda t: 1 - 0.2 * t,
        concede_slope=lambda t: -0.2,
        win=lambda t: 3 + 0.1 * np.sin(t),
        discount_rate=0.05,
        flow=lambda t: -0.1 - 0.02 * t,
    )
    second = AttritionSide(concede=0.5, win=2.0, discount_rate=0.1, flow=-0.2)
    times = np.linspace(0, 4, 801)
    path = concession_path(times, (first, second))
    worst = 0.0
    for j, side in ((1, first), (0, second)):
        low, high, flow = (
            np.array([part(t) if callable(part) else part for t in times])
            for part in (side.concede, side.win, side.flow)
        )
        decay = np.exp(-side.discount_rate * times) * path.survival[j]
        stream = decay * (path.hazards[j] * high + flow)
        earned = cumulative_simpson(stream, x=times, initial=0.0)
        worst = max(worst, np.abs(earned + decay * low - low[0]).max())
    assert worst < 1e-11


def test_survival_of_the_audience_cost_hazard_is_its_closed_form():
    side = AttritionSide(concede=lambda t: -0.3 * t, win=1.0, concede_slope=lambda t: -0.3)
    path = concession_path(
        np.linspace(0, 5, 6), (side, side), initial_concession=(0.2, 0.0), nodes=20
    )
    assert path.survival[0] == pytest.approx(0.8 / (1 + 0.3 * path.times), rel=1e-12)
    assert path.survival[1] == pytest.approx(1 / (1 + 0.3 * path.times), rel=1e-12)


@given(st.floats(0.01, 100), st.floats(0.1, 5), st.floats(-1, 0))
def test_scale_of_payoffs_does_not_matter(scale, gain, flow):
    one = concession_hazard(win=1 + gain, concede=1, discount_rate=0.1, flow=flow).hazard
    other = concession_hazard(
        win=scale * (1 + gain), concede=scale, discount_rate=0.1, flow=scale * flow
    ).hazard
    assert other == pytest.approx(one, rel=1e-12)


def test_what_is_refused():
    with pytest.raises(InvalidInputError, match="win > concede"):
        concession_hazard(win=1, concede=1)
    with pytest.raises(InvalidInputError, match="never concedes"):
        concession_hazard(win=2, concede=1, flow=1)
    with pytest.raises(InvalidInputError, match="derivative"):
        AttritionSide(concede=lambda t: -t, win=1.0)
    side = AttritionSide(concede=0.5, win=1.0, discount_rate=0.1)
    with pytest.raises(InvalidInputError, match="ascend"):
        concession_path([0.0, 0.0], (side, side))
    with pytest.raises(InvalidInputError, match="two sides"):
        concession_path([0.0, 1.0], (side,))
