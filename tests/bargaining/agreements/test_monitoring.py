"""Noisy and late monitoring, and thresholds of repeated play."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.agreements.monitoring import (
    cooperation_thresholds,
    detection_lag_discounts,
    trigger_phase,
)
from negotiation.errors import InvalidInputError

BASE = {"gain_from_cheating": 0.8, "war_loss": 1.0, "false_alarm": 0.05, "detection": 0.5}


@given(st.floats(0.6, 0.99), st.floats(0.01, 1.0), st.floats(0.0, 0.3))
def test_the_shortest_sufficient_war(d, gain, alarm):
    setting = BASE | {"gain_from_cheating": gain, "false_alarm": alarm}
    result = trigger_phase(d, **setting)
    if result.periods is None:
        assert not result.sustainable
        assert result.incentive_slack <= 0
    else:
        assert result.incentive_slack >= 0
        if result.periods > 1:
            shorter = trigger_phase(d, **setting, periods=result.periods - 1)
            assert shorter.incentive_slack < 0
            assert not shorter.sustainable
    better = trigger_phase(d, **(setting | {"detection": 0.9}))
    if result.periods is not None:
        assert better.periods <= result.periods


def test_false_alarms_cost():
    clean = trigger_phase(0.95, **(BASE | {"false_alarm": 0.0}))
    assert clean.value == 0
    assert trigger_phase(0.95, **BASE).value < 0


@given(st.floats(0.01, 5), st.floats(0.01, 5))
def test_slower_detection_needs_more_patience(gain, loss):
    factors = detection_lag_discounts(gain, loss, [1, 2, 4, 8])
    assert list(factors) == sorted(factors)
    assert factors[0] == pytest.approx(gain / (gain + loss))


@given(st.floats(0.1, 3), st.floats(0.1, 3), st.floats(0.1, 3))
def test_order_of_thresholds(one, two, three):
    s = 0.0
    p, r, t = s + one, s + one + two, s + one + two + three
    result = cooperation_thresholds(t, r, p, s, longest_penance=4)
    assert result.grim <= result.tit_for_tat + 1e-12
    assert result.grim <= result.penance + 1e-9
    assert result.penance <= result.one_period_penance + 1e-12
    assert result.punisher_gains > 0


def test_longer_penance_can_help():
    result = cooperation_thresholds(5.0, 2.0, 0.5, 0.0, longest_penance=6)
    assert result.penance_periods > 1
    assert result.penance < result.one_period_penance


@pytest.mark.parametrize(
    "call",
    [
        lambda: trigger_phase(0.9, **(BASE | {"detection": 0.05})),
        lambda: trigger_phase(1.0, **BASE),
        lambda: trigger_phase(0.9, **BASE, periods=0),
        lambda: detection_lag_discounts(0.0, 1.0, [1]),
        lambda: detection_lag_discounts(1.0, 1.0, [0]),
        lambda: cooperation_thresholds(1, 2, 3, 4),
        lambda: cooperation_thresholds(4, 3, 2, 1, longest_penance=0),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()
