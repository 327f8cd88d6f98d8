"""Nodes, graphs and deadlines solved by other code: values, hazards, chances at dates."""

import json

import numpy as np
import pytest

import negotiation as ng
from negotiation.process.game.nodes import Deadline
from tests.process.game.games import one_node
from tests.reference import reference_path

VALUES, CHANCES = 1e-8, 1e-7


def vectors(kind):
    return json.loads(reference_path("vectors", "process_game.json").read_text())[kind]


@pytest.mark.kernel
def test_one_node_all_solutions():
    for vector in vectors("one_node"):
        solution = ng.solve_process(one_node(**stakes(vector)))
        listed = sorted(vector["solutions"], key=lambda found: found["V"])
        all_values = solution.multiplicity.by_node[0]
        order = np.argsort(all_values[:, 0])
        np.testing.assert_allclose(
            all_values[order], [found["V"] for found in listed], atol=VALUES, rtol=0
        )
        assert solution.unique is (len(listed) == 1)
        assert len(solution.other_solutions) == len(listed) - 1
        followed = min(listed, key=lambda found: abs(found["V"][0] - solution.values[0]))
        np.testing.assert_allclose(solution.values, followed["V"], atol=VALUES, rtol=0)
        np.testing.assert_allclose(
            solution.action_hazards[0], followed["h"], atol=VALUES, rtol=VALUES
        )


@pytest.mark.kernel
def test_graphs_as_they_stand():
    for vector in vectors("graphs"):
        solution = ng.solve_process(ng.MultiStepProcess.from_dict(vector))
        np.testing.assert_allclose(solution.node_values, vector["V"], atol=VALUES, rtol=0)
        for seen, listed in zip(solution.action_hazards, vector["hazards"], strict=True):
            np.testing.assert_allclose(seen, listed, atol=VALUES, rtol=VALUES)
        days = np.array(vector["times"]) * 365.25
        chances = solution.node_probabilities(days)
        np.testing.assert_allclose(chances, vector["at_node_from_0"], atol=CHANCES, rtol=0)
        assert solution.unique is not True or vector["others_found"] == 0
        assert len(solution.other_solutions) >= vector["others_found"]


@pytest.mark.kernel
def test_deadlines():
    for vector in vectors("deadlines"):
        deadline = Deadline(vector["T"], None, vector["V_at_T"])
        solution = ng.solve_process(one_node(**stakes(vector), deadline=deadline))
        np.testing.assert_allclose(solution.values, vector["V_at_0"], atol=VALUES, rtol=0)
        np.testing.assert_allclose(solution.hazards, vector["h_at_0"], atol=1e-7, rtol=1e-7)
        before = vector["T"] * (1.0 - 1e-13) * 365.25
        np.testing.assert_allclose(
            solution.hazards_at(before), vector["h_before_T"], atol=1e-7, rtol=1e-7
        )
        left = solution.node_probabilities(before)[0, 0]
        assert left == pytest.approx(vector["no_action_by_T"], abs=CHANCES)
        assert solution.node_probabilities(vector["T"] * 365.25 * (1 + 1e-13))[0, 0] == 0.0
        # Given what follows, values before a deadline follow from one another.
        assert solution.unique is True


def stakes(vector):
    return {key: vector[key] for key in ("g", "L", "F", "mu", "s", "r", "eta", "lambda0")}
