"""Memory-one strategies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.agreements.repeated_strategies import (
    STRATEGIES,
    extortionate_strategy,
    long_run_play,
    play_match,
    zero_determinant,
)
from negotiation.errors import InvalidInputError

CHANCES = st.lists(st.floats(0.05, 0.95), min_size=4, max_size=4)


@given(CHANCES, st.floats(1.0, 8.0), st.floats(0.1, 1.0))
def test_extortion_enforces_its_relation_on_anybody(opponent, chi, intensity):
    strategy = extortionate_strategy(chi, intensity=intensity)
    play = long_run_play(strategy, opponent)
    assert play.residual < 1e-12
    assert play.scores[0] - 1 == pytest.approx(chi * (play.scores[1] - 1), abs=1e-7)
    found = zero_determinant(strategy)
    assert found.enforces
    assert found.extortion_factor == pytest.approx(chi)


@given(CHANCES, CHANCES)
def test_long_matches_tend_to_the_long_run(p, q):
    play = long_run_play(p, q)
    match = play_match(p, q, 3000)
    assert match.scores / 3000 == pytest.approx(play.scores, abs=0.05)
    assert match.cooperation == pytest.approx(play.cooperation, abs=0.02)
    swapped = long_run_play(q, p)
    assert swapped.scores == pytest.approx(play.scores[::-1], abs=1e-9)


def test_named_strategies():
    assert long_run_play("tit_for_tat", "always_defect").scores.tolist() == [1, 1]
    assert long_run_play("tit_for_tat", "tit_for_tat").scores.tolist() == [3, 3]
    alternating = long_run_play("tit_for_tat", "tit_for_tat", opening=[1, 0])
    assert alternating.scores == pytest.approx([2.5, 2.5])
    assert long_run_play("grim", "grim", noise=0.01).cooperation[0] < 0.1
    assert long_run_play("win_stay_lose_shift", "win_stay_lose_shift", noise=0.01).scores[0] > 2.8
    assert set(STRATEGIES) >= {"grim", "tit_for_tat"}


def test_no_relation():
    plain = zero_determinant("win_stay_lose_shift")
    assert not plain.enforces
    assert plain.extortion_factor is None
    generous = zero_determinant("tit_for_tat")
    assert generous.enforces
    assert generous.extortion_factor == pytest.approx(1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: long_run_play("nice", "nice"),
        lambda: long_run_play([0.5] * 3, "grim"),
        lambda: long_run_play([1.5] * 4, "grim"),
        lambda: long_run_play("grim", "grim", noise=0.9),
        lambda: play_match("grim", "grim", 0),
        lambda: extortionate_strategy(0.5),
        lambda: extortionate_strategy(2.0, payoffs=(1, 2, 3, 4)),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()


def test_opening_decides_between_absorbing_outcomes():
    assert np.allclose(long_run_play("grim", "grim", opening=[1, 0]).scores, [1, 1])
