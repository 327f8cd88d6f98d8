"""Curves with a known shape are followed round folds, and lost ones are reported."""

import itertools

import numpy as np
import pytest

from negotiation import ConvergenceError
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.path_following import CurvePoint, correct, milestones, trace


def circle(z):
    return np.array([z @ z - 1.0])


def circle_slope(z):
    return 2.0 * z[np.newaxis]


def test_a_circle_is_followed_round_its_folds():
    start = np.array([-1.0, 0.0])
    points = list(itertools.islice(trace(circle, circle_slope, start, max_step=0.2), 60))
    angles = np.unwrap([np.arctan2(p.position[1], p.position[0]) for p in points])
    assert max(abs(p.position @ p.position - 1.0) for p in points) < 1e-12
    # First upward, then all the way round without turning back; folds keep the orientation.
    assert points[1].position[1] > 0.0
    assert np.all(np.diff(angles) < 0.0)
    assert angles[0] - angles[-1] > 2.0 * np.pi
    assert len({p.orientation for p in points}) == 1


def test_a_crossing_changes_the_orientation():
    # x (x - t) = 0: the lines x = 0 and x = t cross at t = 0.
    def cross(z):
        return np.array([z[0] * (z[0] - z[1])])

    def slope(z):
        return np.array([[2.0 * z[0] - z[1], -z[0]]])

    start = np.array([0.0, -1.0])
    points = list(itertools.islice(trace(cross, slope, start), 400))
    assert all(abs(p.position[0]) < 1e-12 for p in points)
    passed = [p.orientation for p in points if p.position[1] > 1e-6]
    assert passed
    assert passed[0] == -points[0].orientation


def test_lost_curves_are_reported():
    def wall(z):
        return np.array([z[0] if z[1] < 1.0 else np.nan])

    def slope(z):
        return np.array([[1.0, 0.0]])

    with pytest.raises(ConvergenceError, match="too short"):
        list(trace(wall, slope, np.zeros(2)))
    with pytest.raises(ConvergenceError, match="more than 5 steps"):
        list(trace(circle, circle_slope, np.array([-1.0, 0.0]), max_steps=5))


def test_newton_refuses_what_it_cannot_solve():
    border = np.array([0.0, 1.0])
    solved = correct(circle, circle_slope, np.array([0.9, 0.0]), border)
    assert solved is not None
    assert solved[0].tolist() == pytest.approx([1.0, 0.0])
    assert solved[1] == pytest.approx(0.1)
    # Singular at the origin, no solution at height 2, and a start that is one already.
    assert correct(circle, circle_slope, np.zeros(2), border) is None
    assert correct(circle, circle_slope, np.array([0.5, 2.0]), border) is None
    assert correct(circle, circle_slope, np.array([1.0, 0.0]), border)[1] == 0.0


def straight():
    """Points at parameters 0, 1, 2, ... for ever."""
    for k in itertools.count():
        yield CurvePoint(np.array([0.0, float(k)]), np.zeros(2), 1)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (0.0, 5e4, [0, 100, 1_000, 10_000, 100_000]),
        (10.0, 1e3, [10, 100, 1_000, 10_000]),
        (70.0, 100.0, [70, 700]),
    ],
)
def test_milestones_are_ten_times_apart(first, last, expected):
    found = milestones(straight(), first, last, TimeLimit(None))
    assert [point.position[-1] for point in found] == expected


def test_a_path_ends_with_its_time():
    (only,) = milestones(straight(), 10.0, 1e9, TimeLimit(0.0))
    assert only.position[-1] == 0.0
