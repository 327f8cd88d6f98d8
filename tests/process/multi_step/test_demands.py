import numpy as np
import pytest
from scipy.interpolate import RectBivariateSpline

from negotiation.process.multi_step.demands import TariffBox, ideal_demands
from negotiation.process.multi_step.surfaces import Surface


def box(function, low=(-0.2, -0.2), high=(0.6, 0.6), points=25):
    axes = [np.linspace(a, b, points) for a, b in zip(low, high, strict=True)]
    axes = [np.unique(np.append(axis, 0.0)) for axis in axes]
    values = function(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1))
    return TariffBox(np.array(low), np.array(high), Surface((axes[0], axes[1]), values))


def quadratic(t):
    """Own optimum at .3 and .2; each point of the other's tariff costs one."""
    return -t[..., ::-1] - np.stack([(t[..., 0] - 0.3) ** 2, (t[..., 1] - 0.2) ** 2], axis=-1)


def test_ideal_demands_are_constrained_optima():
    """First-order conditions of the Lagrangian at the demand, and no better point of a grid."""
    found, now = box(quadratic), np.array([0.5, 0.5])
    status = found.flow(now)
    demands = ideal_demands(found, now, moderation=0.0)
    for side in range(2):
        other = 1 - side
        assert found.flow(demands[side])[other] >= status[other] - 1e-8
        flows = found.fine[1]
        allowed = flows[:, other] >= status[other]
        assert found.flow(demands[side])[side] >= flows[allowed, side].max() - 1e-8
    # The other's participation does not bind: own optimum, and the other at its lowest.
    assert demands[0] == pytest.approx([0.3, -0.2], abs=1e-6)


def test_equal_gains_and_moderation():
    found, now = box(quadratic), np.array([0.5, 0.5])
    status = found.flow(now)
    equal = ideal_demands(found, now, moderation=1.0)
    assert equal[0] == pytest.approx(equal[1])
    gains = found.flow(equal[0]) - status
    assert gains[0] == pytest.approx(gains[1], abs=1e-6)
    assert gains.min() >= (found.fine[1] - status).min(axis=1).max() - 1e-8
    half = ideal_demands(found, now, moderation=0.5)
    ideal = ideal_demands(found, now, moderation=0.0)
    assert half == pytest.approx(0.5 * (ideal + equal))


def test_relabelling_the_sides_relabels_demands():
    def mirrored(t):
        return quadratic(t[..., ::-1])[..., ::-1]

    now = np.array([0.5, 0.4])
    one = ideal_demands(box(quadratic), now, moderation=0.3)
    two = ideal_demands(box(mirrored), now[::-1], moderation=0.3)
    assert one == pytest.approx(two[::-1, ::-1], abs=1e-5)


def test_demands_move_smoothly_with_what_is_in_force():
    found = box(quadratic)
    before = ideal_demands(found, np.array([0.5, 0.5]), moderation=0.2)
    after = ideal_demands(found, np.array([0.5, 0.505]), moderation=0.2)
    assert np.abs(after - before).max() < 0.01


def test_a_surface_keeps_a_kink_and_is_exact_for_cubics():
    grid = np.array([-0.3, -0.2, -0.1, -0.05, 0.0, 0.1, 0.2, 0.4, 0.6])
    x, y = np.meshgrid(grid, grid, indexing="ij")

    def kinked(x, y):
        return np.where(x < 0.0, 3.0 * x, x**3 - x) + y**2 * np.where(y < 0.0, -2.0, 1.0)

    found = Surface((grid, grid), kinked(x, y)[..., None])
    points = np.random.default_rng(1).uniform(-0.3, 0.6, (200, 2))
    assert found.at(points)[:, 0] == pytest.approx(kinked(*points.T), abs=1e-12)
    plain = RectBivariateSpline(grid, grid, kinked(x, y)).ev(*points.T)
    assert np.abs(plain - kinked(*points.T)).max() > 1e-3
    assert found.at(np.array([[0.1, 0.1]]), 1, 0)[0, 0] == pytest.approx(3 * 0.01 - 1.0)


def contract(t):
    """Efficient points lie inside the box, between the best points (.3, 0) and (0, .2)."""
    first, second = t[..., 0], t[..., 1]
    return -np.stack([second**2 + (first - 0.3) ** 2, first**2 + (second - 0.2) ** 2], axis=-1)


def test_who_has_what_is_best_asks_for_what_is_in_force():
    """At an efficient point nobody can gain: no rounding of it is a demand."""
    found, now = box(contract), np.array([0.3, 0.1])
    rng = np.random.default_rng(3)
    for side in range(2):
        best = ideal_demands(found, now, moderation=0.0)[side]
        assert (found.low < best).all()
        assert (best < found.high).all()
        for _ in range(5):
            force = best * (1.0 + 1e-7 * rng.standard_normal(2))
            for moderation in (0.0, 0.2, 0.5):
                assert (ideal_demands(found, force, moderation=moderation) == force).all()


def test_a_demand_is_never_below_free_trade_by_rounding():
    axis = np.linspace(0.0, 0.6, 7)
    t = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    box = TariffBox(np.zeros(2), np.full(2, 0.6), Surface((axis, axis), -t - 4.0 * t[..., ::-1]))
    for now in np.random.default_rng(3).uniform(0.05, 0.55, (40, 2)):
        demands = ideal_demands(box, now, moderation=0.2)
        assert (demands >= 0.0).all()
        assert not np.signbit(demands).any()


@pytest.mark.parametrize("lowest", [0.0, -0.06])
def test_below_free_trade_a_surface_holds_the_values_of_its_edge(lowest):
    axis = np.concatenate([np.linspace(lowest, 0.0, 4)[: 3 if lowest else 0], np.linspace(0, 1, 5)])
    x, y = np.meshgrid(axis, axis, indexing="ij")
    surface = Surface((axis, axis), (1.0 + x + 2.0 * y)[..., None])
    below = surface.at(np.array([[lowest - 1e-15, 0.5], [0.5, lowest - 0.1]]))[:, 0]
    assert below == pytest.approx([2.0 + lowest, 1.5 + 2.0 * lowest], abs=1e-12)
