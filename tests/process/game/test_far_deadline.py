"""A deadline far away: before it values tend to an equilibrium without one."""

import numpy as np

import negotiation as ng
from negotiation.process.game.nodes import Deadline
from tests.process.game.games import printed


def test_a_far_deadline_tends_to_an_equilibrium():
    # Unique: whatever follows the deadline.
    wide = ng.solve_process(printed())
    for after in ((-12.0, -21.4), (0.0, 0.0), (0.1, 0.2)):
        far = ng.solve_process(printed(deadline=Deadline(40.0, None, after)))
        np.testing.assert_allclose(far.values, wide.values, atol=1e-8)
    # Of three: where both would give in at the end, the one on the branch from large shocks; what
    # follows the deadline decides which.
    narrow = ng.solve_process(printed(0.1))
    every = [narrow.node_values[0], *(other[0] for other in narrow.other_solutions)]
    limits = []
    for after in ((-0.3, -0.25), (-0.3, 0.2), (0.1, -0.25)):
        far = ng.solve_process(printed(0.1, deadline=Deadline(40.0, None, after)))
        gaps = [np.abs(far.values - values).max() for values in every]
        assert min(gaps) < 1e-8
        limits.append(int(np.argmin(gaps)))
    assert limits[0] == 0
    assert len(set(limits)) == 2
