"""Each kernel is compiled for one kind of arguments, whatever callers bring."""

import os

import numpy as np
import pytest

import negotiation as ng
from negotiation.process.game import _kernels
from negotiation.process.game.nodes import Deadline
from tests.process.game.games import PRINTED, one_node, random_graph


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled")
def test_one_signature_a_kernel():
    rng = np.random.default_rng(1)
    games = [random_graph(rng, 5, dated=dated) for dated in (False, True)]
    games.append(one_node(**PRINTED, s=[1, 1], eta=np.float32(52), deadline=Deadline(1)))
    games.append(one_node(**PRINTED, s=np.array([0.1, 0.1]), eta=[52, 12], lambda0=1))
    for solution in ng.solve_processes(games):
        solution.node_probabilities([3, 400])
        solution.deal_by(np.float32(30))
        assert solution.residual < 1e-9
        assert solution.multiplicity.proven <= solution.multiplicity.blocks
        ng.simulate_process(solution, 5, rng=rng, horizon_days=30)
    compiled = {
        name: len(kernel.signatures)
        for name, kernel in vars(_kernels).items()
        if hasattr(kernel, "signatures")
    }
    assert len(compiled) > 10
    assert {name: count for name, count in compiled.items() if count > 1} == {}
