"""Play that comes back to the same nodes for ever: what is told of the long run."""

import numpy as np
import pytest

import negotiation as ng
from negotiation.process.game.nodes import Action, Ending, Node
from negotiation.process.game.process_game import ProcessGame
from tests.process.game.games import random_graph


def circle(rng, count, stages=None):
    """Nodes that lead on to the next and back to the first, entered from a node of its own."""
    nodes = [Node("before", (-1.0, -1.0), endings=(Ending(2.0, "n0", kind="outside"),))]
    for n in range(count):
        to = f"n{(n + 1) % count}"
        acts = [Action(side, rng.normal(0.0, 0.1, 2), 0.3, to) for side in range(2)]
        ends = [Ending(float(rng.uniform(0.2, 1.0)), to, kind="lapse")]
        stage = f"n{n}" if stages is None else stages[n]
        nodes.append(
            Node(f"n{n}", rng.uniform(-1.0, 0.0, 2), tuple(acts), tuple(ends), stage=stage)
        )
    return ProcessGame(tuple(nodes), discount_rates=[0.05, 0.05], shock_scales=[0.2, 0.2])


@pytest.mark.parametrize("seed", range(20))
def test_a_node_ends_as_its_hazards_say(seed):
    rng = np.random.default_rng(seed)
    solved = ng.solve_process(circle(rng, int(rng.integers(2, 6))))
    table, nodes = solved.stages.set_index("stage"), solved.nodes.set_index("node")
    assert table.loc["before", "reached"] == 1.0
    assert table.loc["before", "mean_time"] == pytest.approx(0.5, rel=1e-12)
    ends = ng.stage_ends(solved)
    for k, node in enumerate(solved.process.nodes[1:]):
        acts = nodes.loc[node.label, ["hazard_player 1", "hazard_player 2"]].to_numpy(float)
        leave = acts.sum() + node.endings[0].rate
        row = table.loc[node.label]
        assert row["reached"] == np.inf
        assert row["mean_time"] == pytest.approx(1.0 / leave, rel=1e-9)
        assert row["hazard_player 1"] == pytest.approx(acts[0], rel=1e-9)
        assert row["player 2_concedes_first"] == pytest.approx(acts[1] / leave, rel=1e-9)
        shares = ends.number[k] / ends.number[k].sum()
        assert shares[:2] == pytest.approx(acts / leave, rel=1e-9)


def test_a_stage_of_two_nodes_is_their_mean():
    """Both are visited as often: shares are means, hazards weigh them by the time spent."""
    solved = ng.solve_process(circle(np.random.default_rng(3), 3, ("s", "s", "t")))
    acts = solved.final_hazards.reshape(3, 2)[:2]
    leave = acts.sum(axis=1) + [node.endings[0].rate for node in solved.process.nodes[1:3]]
    row = solved.stages.set_index("stage").loc["s"]
    assert row["player 1_acts_first"] == pytest.approx((acts[:, 0] / leave).mean(), rel=1e-9)
    spent = 1.0 / leave
    assert row["hazard_player 2"] == pytest.approx(acts[:, 1] @ spent / spent.sum(), rel=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_every_graph_has_finite_shares(seed):
    solved = ng.solve_process(random_graph(np.random.default_rng(seed)))
    table = solved.stages
    reached = table["reached"] > 0.0
    named = [name for name in table if name.startswith(("hazard", "player 1_", "player 2_"))]
    assert np.isfinite(table.loc[reached, named].to_numpy(float)).all()
    assert np.isfinite(ng.stage_ends(solved).number).all()
