"""The compiled equations and trace against plain NumPy and the general trace."""

import numpy as np
import pytest

from negotiation import ConvergenceError, NormalFormGame
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.path_following import trace
from negotiation.equilibrium.profiles import deviation_payoffs
from negotiation.equilibrium.quantal.logit_branch import LogitSystem, principal_branch

SHAPES = [(2, 3), (1, 4), (2, 3, 2), (2, 2, 2, 2)]


@pytest.mark.kernel
@pytest.mark.parametrize("shape", SHAPES)
def test_equations_and_derivatives(shape):
    rng = np.random.default_rng(len(shape))
    system = LogitSystem(NormalFormGame(rng.random((len(shape), *shape))))
    z = rng.normal(size=sum(shape) + 1)
    logs = system.split(z)
    profile = [np.exp(x) for x in logs]
    scaled = system.table.reshape(len(shape), *shape)
    want = []
    for i, x in enumerate(logs):
        u = deviation_payoffs(scaled, profile, i)
        want += [profile[i].sum() - 1.0, *(x[1:] - x[0] - z[-1] * (u[1:] - u[0]))]
    assert system.residual(z) == pytest.approx(np.array(want), abs=1e-12)
    step = 1e-6
    slopes = [
        (system.residual(z + step * e) - system.residual(z - step * e)) / (2 * step)
        for e in np.eye(len(z))
    ]
    assert system.jacobian(z) == pytest.approx(np.array(slopes).T, abs=1e-6)


@pytest.mark.kernel
def test_the_same_curve_as_the_general_trace():
    rng = np.random.default_rng(3)
    symmetric = rng.random((3, 3))
    games = [
        NormalFormGame(rng.random((2, 3, 3))),
        NormalFormGame.from_bimatrix(symmetric, symmetric.T),
        NormalFormGame(rng.random((3, 2, 2, 2))),
    ]
    for game in games:
        system = LogitSystem(game)
        general = []
        for point in trace(system.residual, system.jacobian, system.centroid()):
            general.append(point)
            if point.position[-1] >= 20.0:
                break
        ours = list(principal_branch(system, 20_000, TimeLimit(None), 20.0))
        assert len(ours) == len(general)
        for one, other in zip(ours, general, strict=True):
            assert one.position == pytest.approx(other.position, abs=1e-8)
            assert one.tangent == pytest.approx(other.tangent, abs=1e-7)
            assert one.orientation == other.orientation


@pytest.mark.kernel
def test_a_branch_has_room_for_so_many_steps():
    system = LogitSystem(NormalFormGame.from_bimatrix([[9, 0], [0, 1]], [[0, 1], [1, 0]]))
    with pytest.raises(ConvergenceError, match="more than 5 steps"):
        list(principal_branch(system, 5, TimeLimit(None), 1e9))


@pytest.mark.kernel
def test_a_step_that_is_too_short(monkeypatch):
    from negotiation.equilibrium.quantal import logit_branch

    monkeypatch.setattr(logit_branch, "SHORTEST_STEP", 1.0)
    system = LogitSystem(NormalFormGame.from_bimatrix([[9, 0], [0, 1]], [[0, 1], [1, 0]]))
    with pytest.raises(ConvergenceError, match="too short"):
        list(principal_branch(system, 100, TimeLimit(None), 1e9))
