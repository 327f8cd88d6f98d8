"""Repeated games against closed forms, vertex enumeration and simulated deviations."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from negotiation import InvalidInputError, NormalFormGame
from negotiation.equilibrium.dynamic.repeated import (
    critical_discount_factors,
    is_sustainable,
    minmax_payoffs,
    sustainable_payoffs,
)
from negotiation.equilibrium.normal_form.zero_sum import zero_sum_value

DILEMMA = NormalFormGame.from_bimatrix(
    [[3, 0], [5, 1]], [[3, 5], [0, 1]], actions=[["trade", "tariff"]] * 2
)


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
@pytest.mark.parametrize("punishment", ["nash", "minmax", ([0, 1], [0, 1])])
def test_dilemma(punishment, scale):
    game = NormalFormGame(DILEMMA.payoffs * scale)
    found = critical_discount_factors(game, (0, 0), punishment=punishment)
    # Temptation 5, reward 3, punishment 1.
    assert found.critical == pytest.approx(0.5)
    assert found.sustains(0.5 + 1e-9)
    assert not found.sustains(0.49)


@pytest.mark.parametrize("punishment", ["nash", "minmax", ([0, 1], [0, 1])])
def test_payoffs_beyond_what_floats_hold_are_told_apart(punishment):
    payoffs = [[[int(u) + 2**60 + 1 for u in row] for row in A] for A in DILEMMA.payoffs]
    found = critical_discount_factors(NormalFormGame(payoffs), (0, 0), punishment=punishment)
    assert found.critical == pytest.approx(0.5)
    assert found.punishment == pytest.approx(2.0**60, rel=1e-15)


def test_labels_and_a_profile_without_temptation():
    by_label = critical_discount_factors(DILEMMA, ("trade", "trade"))
    assert by_label.factors.tolist() == [0.5, 0.5]
    assert by_label.threat == "nash"
    assert critical_discount_factors(DILEMMA, ("tariff", 1)).critical == 0.0
    lopsided = critical_discount_factors(DILEMMA, ("trade", "tariff"))
    assert math.isinf(lopsided.factors[0])
    assert lopsided.factors[1] == 0.0


def test_cournot_duopoly():
    # Price 12 - Q, no cost: sharing the monopoly 6 against Cournot 4 each (Friedman 1971): 9/17.
    q = np.array([3.0, 4.0, 4.5])
    price = 12 - q[:, None] - q[None, :]
    game = NormalFormGame.from_bimatrix(price * q[:, None], price * q[None, :])
    assert critical_discount_factors(game, (0, 0)).factors == pytest.approx([9 / 17, 9 / 17])


def test_worst_nash_punishes_each_deviator_in_her_own_way():
    # Two strict equilibria (2, 1) and (1, 2) beside a target (3, 3) with temptation 4.
    A = [[3, 0, 0], [4, 2, 0], [0, 0, 1]]
    B = [[3, 4, 0], [0, 1, 0], [0, 0, 2]]
    game = NormalFormGame.from_bimatrix(A, B)
    found = critical_discount_factors(game, (0, 0))
    mixed = np.array([2 / 3, 2 / 3])
    assert found.punishment == pytest.approx(mixed)
    assert found.factors == pytest.approx((4 - 3) / (4 - mixed))
    named = critical_discount_factors(game, (0, 0), punishment=([0, 1, 0], [0, 1, 0]))
    assert named.factors == pytest.approx([1 / 2, 1 / 3])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-4, 4), min_size=8, max_size=8), st.sampled_from([0.2, 0.6, 0.9]))
def test_factors_decide_whether_any_one_shot_deviation_pays(entries, discount):
    game = NormalFormGame(np.array(entries, dtype=float).reshape(2, 2, 2))
    for cell in itertools.product(range(2), repeat=2):
        found = critical_discount_factors(game, cell, punishment="minmax")
        for i in range(2):
            after = minmax_payoffs(game)[i]
            stay = game.payoffs[i][cell]
            other = list(cell)
            other[i] = 1 - cell[i]
            cheat = (1 - discount) * game.payoffs[i][tuple(other)] + discount * after
            if abs(cheat - stay) > 1e-9:
                assert (discount >= found.factors[i]) == (stay >= cheat)


def test_minmax_payoffs():
    pennies = NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    assert minmax_payoffs(pennies) == pytest.approx([0, 0], abs=1e-12)
    rng = np.random.default_rng(0)
    game = NormalFormGame(rng.integers(-5, 5, size=(2, 3, 4)).astype(float))
    A, B = game.bimatrix
    values = [
        zero_sum_value(NormalFormGame.from_bimatrix(A, -A)).value,
        zero_sum_value(NormalFormGame.from_bimatrix(B.T, -B.T)).value,
    ]
    assert minmax_payoffs(game) == pytest.approx(values, abs=1e-9)
    # Maskin's kind of example: two who mix alike in secret hold the third to -1/2, while
    # independent ones only to -1/4 at best; each constant player has its constant.
    third = np.zeros((2, 2, 2))
    third[0, 0, 0] = third[1, 1, 1] = -1.0
    flat = np.zeros((3, 2, 2, 2))
    flat[2] = third
    assert minmax_payoffs(NormalFormGame(flat)) == pytest.approx([0.0, 0.0, -0.5])


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
def test_sustainable_set_of_the_dilemma(scale):
    found = sustainable_payoffs(NormalFormGame(DILEMMA.payoffs * scale))
    assert found.vertices / scale == pytest.approx(
        np.array([[1, 1], [13 / 3, 1], [3, 3], [1, 13 / 3]]), abs=1e-8
    )
    assert found.minmax / scale == pytest.approx([1, 1])
    corners = np.array([[0, 5], [1, 1], [5, 0], [3, 3]])
    assert found.feasible / scale == pytest.approx(corners)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-4, 4), min_size=12, max_size=12))
def test_the_polygon_holds_exactly_the_sustainable_points(entries):
    game = NormalFormGame(np.array(entries, dtype=float).reshape(2, 2, 3))
    found = sustainable_payoffs(game)
    for corner in found.vertices:
        assert is_sustainable(game, corner, tolerance=1e-7)
    points = np.column_stack([game.payoffs[0].ravel(), game.payoffs[1].ravel()])
    if np.linalg.matrix_rank(points - points[0]) == 2:
        hull = ConvexHull(points)
        area = 0.5 * abs(
            sum(
                a[0] * b[1] - a[1] * b[0]
                for a, b in zip(found.feasible, np.roll(found.feasible, -1, axis=0), strict=True)
            )
        )
        assert area == pytest.approx(hull.volume)
    rng = np.random.default_rng(1)
    for weights in rng.dirichlet(np.ones(len(points)), size=20):
        point = weights @ points
        inside = bool(np.all(point >= found.minmax + 1e-6))
        assert is_sustainable(game, point) or not inside
        outside = point + np.array([20.0, 0.0])
        assert not is_sustainable(game, outside)
        if inside and len(found.vertices) > 2:
            edges = np.roll(found.vertices, -1, axis=0) - found.vertices
            away = point - found.vertices
            assert np.all(edges[:, 0] * away[:, 1] - edges[:, 1] * away[:, 0] >= -1e-6)


def test_degenerate_sets():
    pennies = NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    assert sustainable_payoffs(pennies).vertices == pytest.approx(np.zeros((1, 2)), abs=1e-8)
    flat = sustainable_payoffs(NormalFormGame(np.full((2, 2, 2), 3.0)))
    assert flat.vertices.tolist() == [[3.0, 3.0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: critical_discount_factors(DILEMMA, ("free", 0)), "no such action"),
        (lambda: critical_discount_factors(DILEMMA, (0, 2)), "no such action"),
        (lambda: critical_discount_factors(DILEMMA, (0,)), "one action a player"),
        (lambda: critical_discount_factors(DILEMMA, (0, 0), punishment="exile"), "punishment"),
        (
            lambda: critical_discount_factors(DILEMMA, (0, 0), punishment=([1, 0], [1, 0])),
            "not credible",
        ),
        (lambda: sustainable_payoffs(NormalFormGame(np.zeros((3, 2, 2, 2)))), "two-player"),
        (lambda: is_sustainable(DILEMMA, [1.0]), "payoffs"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()


def test_no_pure_equilibrium_to_revert_to():
    payoffs = np.zeros((3, 2, 2, 1))
    payoffs[0, :, :, 0] = [[1, -1], [-1, 1]]
    payoffs[1, :, :, 0] = [[-1, 1], [1, -1]]
    with pytest.raises(InvalidInputError, match="no pure equilibrium"):
        critical_discount_factors(NormalFormGame(payoffs), (0, 0, 0))
