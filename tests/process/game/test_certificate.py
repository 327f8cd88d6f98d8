"""The certificate accepts solutions, and refuses what is not one."""

from dataclasses import replace

import numpy as np
import pytest

import negotiation as ng
from negotiation.process.game.nodes import Deadline
from tests.process.game.games import printed, random_graph


def test_no_gain_from_deviating():
    rng = np.random.default_rng(1)
    for dated in (False, False, True):
        found = ng.solve_process(random_graph(rng, dated=dated)).certificate
        assert found.residual < 1e-9
        assert found.best_reply_gain < 1e-9
        for gain in (found.never_act_gain, found.always_act_gain, found.ignore_shocks_gain):
            assert gain < 1e-9


def test_every_equilibrium_has_a_certificate():
    solution = ng.solve_process(printed(0.1))
    for other in solution.other_solutions:
        claimed = replace(solution, node_values=other, final_values=other)
        assert claimed.certificate.value_gap < 1e-9


@pytest.mark.parametrize("deadline", [None, Deadline(0.2, None, (-0.1, -0.1))])
def test_what_is_no_equilibrium_shows(deadline):
    solution = ng.solve_process(printed(deadline=deadline))
    wrong = solution.final_values + np.array([0.01, 0.0])
    claimed = replace(solution, node_values=wrong, final_values=wrong)
    if deadline is None:
        assert claimed.certificate.residual > 1e-3
    path = solution.paths[0] if solution.paths else None
    if path is not None:
        moved = path.values.copy()
        moved[..., 0] += 0.01
        claimed = replace(solution, paths=(replace(path, values=moved),))
        assert claimed.certificate.residual > 1e-3


def test_deviations_cost_what_they_should():
    """Side 0 alone against nobody: never acting is worth the flow less the cost of windows."""
    solution = ng.solve_process(printed(mu=(0.3, np.inf)))
    waits = (-0.6 + 52.0 * 0.2 * np.log(1.0 - 1.0 / 52.0)) / 0.05
    assert solution.certificate.never_act_gain <= 0.0
    # The other side never acts, so that only side 1 loses nothing by never acting.
    assert solution.certificate.never_act_gain == pytest.approx(0.0, abs=1e-9)
    assert waits < solution.values[0]
