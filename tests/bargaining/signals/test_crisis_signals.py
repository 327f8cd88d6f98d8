"""Signals in a crisis against the bimatrix game and brute force."""

import nashpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.signals.crisis_signals import (
    crisis_signalling,
    sunk_cost_signal,
    tying_hands,
)
from negotiation.errors import InvalidInputError

PRIVATE = {
    "prob_strong": 0.3,
    "audience_cost": 0.5,
    "war_strong": 0.2,
    "war_weak": -2.0,
    "target_war_cost": 2.0,
}
PUBLIC = PRIVATE | {"audience_cost": 1.5, "target_audience_cost": 0.4}


def bimatrix(
    prob_strong,
    audience_cost,
    war_strong,
    war_weak,
    target_war_cost,
    target_audience_cost=0.0,
    prize=1.0,
):
    """Ex-ante payoffs: rows are (strong, weak) plans of A, columns are yield and resist."""
    A, B = np.zeros((4, 2)), np.zeros((4, 2))
    for row, plan in enumerate([(1, 1), (1, 0), (0, 1), (0, 0)]):
        for weight, w, goes in zip(
            (prob_strong, 1 - prob_strong), (war_strong, war_weak), plan, strict=True
        ):
            if not goes:
                continue
            A[row] += weight * np.array([prize, max(w, -audience_cost)])
            fights = w > -audience_cost
            B[row] += weight * np.array(
                [-(prize + target_audience_cost), -target_war_cost if fights else 0.0]
            )
    return A, B


@pytest.mark.parametrize("case", [PRIVATE, PUBLIC], ids=["private", "public"])
def test_equilibrium_of_the_bimatrix_game(case):
    A, B = bimatrix(**case)
    found = crisis_signalling(**case)
    best = np.inf
    for row, column in nashpy.Game(A, B).vertex_enumeration():
        challenge = np.array([row[0] + row[1], row[0] + row[2]])
        gap = max(
            abs(column[1] - found.resistance),
            abs(challenge[1] - found.bluff_probability),
            abs(challenge[0] - 1),
        )
        best = min(best, gap)
    assert best < 1e-12
    assert found.kind == "semi-separating"


def test_public_threat_of_the_text():
    private, public = crisis_signalling(**PRIVATE), crisis_signalling(**PUBLIC)
    assert (private.prob_war, public.prob_war) == (pytest.approx(0.2), pytest.approx(0.12))
    assert (private.resistance, public.resistance) == (pytest.approx(2 / 3), pytest.approx(0.4))


def cases():
    return st.fixed_dictionaries(
        {
            "prob_strong": st.floats(0.02, 0.98),
            "audience_cost": st.floats(0, 3),
            "war_strong": st.floats(0.01, 0.9),
            "war_weak": st.floats(-5, -0.01),
            "target_war_cost": st.floats(0.2, 5),
            "target_audience_cost": st.floats(0, 1),
            "prize": st.floats(0.5, 2),
        }
    )


@given(cases())
def test_nobody_gains_by_deviating(case):
    found = crisis_signalling(**case)
    A, B = bimatrix(**case)
    weak = found.bluff_probability
    column = np.array([1 - found.resistance, found.resistance])
    row = np.array([weak, 1 - weak, 0, 0])  # a strong type with w > 0 always challenges
    assert (A @ column).max() - row @ A @ column <= 1e-9
    assert (row @ B).max() - row @ B @ column <= 1e-9
    total = found.prob_war + found.prob_backs_down + found.prob_concession
    assert total == pytest.approx(found.prob_challenge)
    assert found.target_value == pytest.approx(row @ B @ column, abs=1e-9)
    pi = case["prob_strong"]
    mean = pi * found.values[0] + (1 - pi) * found.values[1]
    assert mean == pytest.approx(row @ A @ column, abs=1e-9)


@given(st.floats(0.05, 1.9), st.floats(0.01, 2))
def test_audience_costs_lower_resistance_and_war(a, more):
    before = crisis_signalling(**(PRIVATE | {"audience_cost": a, "war_weak": -9}))
    after = crisis_signalling(**(PRIVATE | {"audience_cost": a + more, "war_weak": -9}))
    assert after.resistance < before.resistance
    assert after.prob_war < before.prob_war
    assert after.bluff_probability == before.bluff_probability


def test_zero_audience_cost_makes_challenges_empty():
    none = crisis_signalling(**(PRIVATE | {"audience_cost": 0.0}))
    assert none.resistance == 1
    assert none.values == pytest.approx((0.2, 0.0))
    assert none.prob_concession == 0


@pytest.mark.parametrize(
    ("change", "kind", "war", "concession"),
    [
        ({"prob_strong": 0.6}, "pooling", 0.0, 1.0),
        ({"target_war_cost": 0.5}, "deterred", 0.3, 0.0),
        ({"target_war_cost": 0.5, "war_strong": -0.1}, "deterred", 0.0, 0.0),
        ({"war_weak": -0.3}, "locked in", 0.0, 1.0),
        ({"war_weak": -0.3, "target_war_cost": 0.5}, "locked in", 0.3, 0.0),
        ({"war_weak": 0.1, "target_war_cost": 0.5}, "locked in", 1.0, 0.0),
    ],
)
def test_corners(change, kind, war, concession):
    found = crisis_signalling(**(PRIVATE | change))
    assert found.kind == kind
    assert found.prob_war == pytest.approx(war)
    assert found.prob_concession == pytest.approx(concession)


def test_crisis_signalling_refuses():
    with pytest.raises(InvalidInputError, match="w_strong > -a"):
        crisis_signalling(**(PRIVATE | {"war_strong": -0.6}))
    with pytest.raises(InvalidInputError, match="war_weak"):
        crisis_signalling(**(PRIVATE | {"war_weak": 0.3}))


@given(st.floats(0.05, 0.95), st.floats(0, 1), st.floats(0.2, 2), st.floats(0.1, 2))
def test_least_cost_separation_by_brute_force(p, c, low, more):
    high = low + more
    found = sunk_cost_signal(win_probability=p, war_cost=c, valuations=[low, high])
    grid = np.linspace(0, low + more, 4001)
    outside = [max(p * v - c, 0.0) for v in (low, high)]
    # At a signal m that convinces, the weak type may gain low - m against its outside option.
    deterring = grid[low - grid <= outside[0] + 1e-12]
    assert found.signal == pytest.approx(deterring[0], abs=2 * (grid[1] - grid[0]))
    if abs(high - found.signal - outside[1]) > 1e-9:
        assert found.strong_prefers_signal == (high - found.signal > outside[1])


def test_sunk_costs_refuse():
    with pytest.raises(InvalidInputError, match="v_L < v_H"):
        sunk_cost_signal(win_probability=0.5, war_cost=0.1, valuations=[1, 1])


@given(st.floats(-2, 1), st.lists(st.floats(0, 3), min_size=1, max_size=5))
def test_tied_hands_fight_when_that_pays(w, costs):
    found = tying_hands(w, costs)
    for m, locked, payoff in zip(costs, found.locked_in, found.payoffs_if_resisted, strict=True):
        assert payoff == max(w, -m)
        assert locked == (w > -m)
    assert tying_hands(-0.5, 0.6).locked_in == (True,)
    assert tying_hands(0.2, 0.0).locking_cost == 0
