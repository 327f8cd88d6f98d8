"""Compile the kernels of the default process once, so that no later process of the machine has to.

Those of tough types compile when one is first solved.
"""

from __future__ import annotations

import numpy as np

from negotiation.process.game.branches import multiplicity
from negotiation.process.game.paths import simulate_game
from negotiation.process.solve import solve_all
from negotiation.process.stages import MultiStepProcess

__all__ = ["compile_kernels"]


def compile_kernels() -> None:
    """Solve small processes, which fills numba's disk cache.

    Examples
    --------
    >>> compile_kernels()
    """
    acts = [{"side": side, "payoff": [0.0, 0.0], "mu": 0.3, "to": 1} for side in range(2)]
    flow = [-0.6, -1.0]
    shared = {"r": [0.05, 0.05], "s": [0.2, 0.2]}
    dated, looped = solve_all(
        [
            MultiStepProcess.from_dict({"nodes": nodes, **shared})
            for nodes in (
                [{"flow": flow, "actions": acts, "deadline": {"at": 0.1}}, {"flow": [0.0, 0.0]}],
                [
                    {"flow": flow, "actions": acts},
                    {"flow": flow, "actions": [{**acts[1], "to": 0}]},
                ],
            )
        ]
    )
    # Dates and paths, all solutions of a node, restarts in a loop.
    dated.node_probabilities([1.0, 100.0])
    simulate_game(dated, 1, rng=np.random.default_rng(0))
    for game in (dated, looped):
        multiplicity(game)
