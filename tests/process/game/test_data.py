"""Games as data: mappings, TOML, offers, dates, and everything that can be wrong with them."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import negotiation as ng
from negotiation.process.game.nodes import Action, Deadline, Ending, Node
from negotiation.process.game.process_game import ProcessGame
from tests.process.game.games import printed
from tests.process.tough_types.processes import fight

GRAPH = {
    "nodes": [
        {
            "label": "standoff",
            "stage": "de-escalation",
            "flow": [-0.6, -1.07],
            "actions": [
                {"side": 1, "pi": [0.1, 0.05], "mu": 0.3, "to": "terms"},
                {"side": 0, "payoff": [0.0, 0.2], "mu": 0.3, "to": "terms"},
                {"side": 0, "kind": "extend", "to": "offer"},
            ],
            "endings": [{"rate": 0.1, "to": None, "value": [-0.5, -0.9], "kind": "court"}],
        },
        {
            "label": "offer",
            "flow": [-0.5, -0.9],
            "offer_by": 0,
            "actions": [{"side": 1, "kind": "accept", "to": "terms"}],
            "endings": [{"gamma": 4.0, "to": "standoff", "kind": "lapse"}],
        },
        {"label": "terms", "flow": [0.1, 0.2], "lapse": {"duration": 1.7, "to": "standoff"}},
    ],
    "r": [0.05, 0.05],
    "s": [0.2, 0.2],
}


def changed(**changes):
    return {**GRAPH, **changes}


def with_node(position, **changes):
    nodes = list(GRAPH["nodes"])
    nodes[position] = {**nodes[position], **changes}
    return changed(nodes=nodes)


@pytest.mark.kernel
def test_from_dict_and_toml(tmp_path):
    game = ng.MultiStepProcess.from_dict(GRAPH)
    assert isinstance(game, ng.ProcessGame)
    assert [action.side for action in game.nodes[0].actions] == [0, 0, 1]
    assert game.nodes[2].endings[0].rate == pytest.approx(1 / 1.7)
    assert game.window_rates.tolist() == [52.0, 52.0]
    assert game.base_rate.tolist() == [1.0, 1.0]
    assert "3 nodes, 4 actions, 3 endings" in repr(game)
    path = tmp_path / "game.toml"
    path.write_text(
        """
r = [0.05, 0.05]
s = [0.2, 0.2]
start = 2025-04-12
[[nodes]]
label = "standoff"
flow = [-0.6, -1.07]
actions = [
  { side = 0, payoff = [0.0, 0.2], mu = 0.3, to = "terms" },
  { side = 1, payoff = [0.1, 0.05], mu = inf, to = "terms" },
]
deadline = { at = "2025-07-09", to = "terms", value = [-0.1, -0.1] }
endings = [{ rate = [[0.0, 0.1], [2025-05-28, 2.0]], value = [0.0, 0.0], kind = "court" }]
[[nodes]]
label = "terms"
flow = [0.0, 0.0]
"""
    )
    game = ng.MultiStepProcess.from_toml(path)
    assert game.nodes[0].deadline.at == pytest.approx(88 / 365.25)
    assert game.nodes[0].endings[0].rate[1][0] == pytest.approx(46 / 365.25)
    solution = ng.solve_process(game)
    assert solution.hazards[1] == 0.0
    assert solution.deal_by("2025-07-09") > solution.deal_by(date(2025, 7, 8)) + 0.1
    assert solution.deal_by([10.0, 20.0]).shape == (2,)
    assert solution.hazards_at("2025-07-08").shape == (2,)
    with pytest.raises(ng.InvalidInputError, match="on or after"):
        solution.deal_by("2025-01-01")


def test_results_protocol():
    solution = ng.solve_process(ng.MultiStepProcess.from_dict(GRAPH))
    assert "3 nodes; values player 1" in repr(solution)
    stages = solution.stages
    assert stages["stage"].tolist() == ["de-escalation", "offer", "terms"]
    assert stages["reached"][0] > 1.0
    shares = stages[["player 1_acts_first", "player 2_acts_first"]].to_numpy()
    assert ((shares >= 0.0) & (shares <= 1.0)).all()
    assert (stages["player 1_concedes_first"] <= stages["player 1_acts_first"] + 1e-12).all()
    nodes = solution.to_frame()
    assert nodes["deal"].tolist() == [False, False, True]
    actions = solution.actions
    assert actions["kind"].tolist() == ["concede", "extend", "concede", "accept"]
    assert (actions["mean_cost_paid"] < actions["audience_cost"]).all()
    assert len(solution.action_hazards[0]) == 3
    # The court ends play before a deal with the rest.
    assert 0.9 < solution.deal_probability < 1.0
    assert solution.concedes_first.sum() == pytest.approx(solution.deal_probability, abs=1e-12)
    assert solution.unique is None
    assert solution.multiplicity.blocks == 1


def test_offer_node():
    """Without the sugar: an action to a node where the other accepts or the offer lapses."""
    plain = ng.MultiStepProcess.from_dict(GRAPH)
    offer = Node.offer("offer", (-0.5, -0.9), by=0, accept="terms", back="standoff", lapse_rate=4.0)
    built = replace(plain, nodes=(plain.nodes[0], offer, plain.nodes[2]))
    np.testing.assert_array_equal(
        ng.solve_process(built).node_values, ng.solve_process(plain).node_values
    )


@pytest.mark.kernel
def test_unnamed_circle_never_ends():
    war = Node("war", (-1.0, -1.0), (Action(0, (0, 0), 0.1, "truce"),), deal=False)
    truce = Node("truce", (0.0, 0.0), endings=(Ending.lapse(0.5, "war"),), deal=True)
    game = ProcessGame((war, truce), (0.05, 0.05), (0.2, 0.2))
    solution = ng.solve_process(game)
    assert np.isinf(solution.eventual.visits).all()
    assert solution.deal_probability == pytest.approx(1.0)
    assert np.isinf(solution.stages["reached"]).all()
    begun = replace(game, start_node="truce")
    assert ng.solve_process(begun).deal_by(0.0) == 1.0
    drawn = ng.simulate_process(ng.solve_process(begun), 5, rng=np.random.default_rng(1))
    assert drawn.deal_probability == 1.0


@pytest.mark.kernel
def test_deadline_after_deadline():
    """A node entered after its deadline passes through to what follows."""
    first = Node("first", (-1.0, -1.0), (Action(0, (0, 0), 0.1, "second"),), (), Deadline(0.3, 1))
    second = Node("second", (-0.5, 0.0), (), (), Deadline(0.1, "third", (0.2, 0.1)))
    third = Node("third", (0.0, 0.0))
    game = ProcessGame((first, second, third), (0.05, 0.05), (0.2, 0.2))
    solution = ng.solve_process(game)
    np.testing.assert_allclose(solution.values_at(0.2 * 365.25)[1], [0.2, 0.1], atol=1e-12)
    np.testing.assert_allclose(solution.final_values[0], [0.2, 0.1], atol=1e-12)
    assert solution.node_probabilities(0.31 * 365.25)[0, 2] == pytest.approx(1.0)
    assert solution.certificate.residual < 1e-9
    drawn = ng.simulate_process(solution, 2000, rng=np.random.default_rng(1))
    assert drawn.deal_probability == 1.0
    seen = solution.eventual
    assert seen.visits[2] == pytest.approx(1.0)
    assert seen.acts[0] + seen.deadlines[0] == pytest.approx(1.0)


def test_a_change_of_hazard_that_comes_too_late_changes_nothing():
    steps = ((0.0, 0.5), (0.4, 3.0))
    deadline = Deadline(0.3, None, (-0.2, -0.2))
    late, never = (
        ng.solve_process(printed(endings=(Ending(rate, None, (-0.5, -0.5)),), deadline=deadline))
        for rate in (steps, 0.5)
    )
    np.testing.assert_allclose(late.values, never.values, atol=1e-9)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (changed(r=[0.05]), "discount_rates"),
        (changed(r=[0.05, 0.0]), "discount_rates.*> 0"),
        (changed(s=[0.2, -0.1]), "shock_scales.*> 0"),
        (changed(s=[0.2, "x"]), "shock_scales.*one number a side"),
        ({"nodes": GRAPH["nodes"], "r": [0.05, 0.05]}, "s .shock_scales.: missing"),
        (changed(eta=[2.0, 52.0]), "side 0: 2 actions"),
        (changed(nodes=[]), "nodes: missing"),
        (changed(nodes=[3]), "a mapping"),
        (changed(colour="red"), "unknown key 'colour'"),
        (changed(time_unit="fortnight"), "time_unit"),
        (changed(players=["USA", "USA"]), "two different names"),
        (changed(start_node="peace"), "start_node: seen 'peace', no such node"),
        (changed(start_node=7), "start_node: seen 7"),
        (changed(start_node=1.5), "start_node: seen 1.5"),
        (changed(start="yesterday"), "start: not a date"),
        (with_node(0, flow=[1.0, np.inf]), "node 'standoff' flow"),
        (with_node(0, flow=None), "flow is missing"),
        (with_node(0, label="terms"), "stands twice"),
        (with_node(0, actions=[{"side": 2}]), "node 'standoff' action 0 side"),
        (with_node(0, actions=[{"payoff": [0, 0]}]), "side is missing"),
        (with_node(0, actions=[{"side": 0, "mu": "x"}]), "audience_cost"),
        (with_node(0, actions=[{"side": 0, "kind": "shout"}]), "kind: seen 'shout'"),
        (with_node(0, actions=[{"side": 0, "kind": "accept"}]), "no offer to accept"),
        (with_node(0, actions=[{"side": 0, "to": "standof"}]), "Did you mean standoff"),
        (with_node(1, actions=[{"side": 0, "kind": "accept"}]), "side 0 made the offer"),
        (with_node(0, endings=[{"rate": -1.0}]), "ending 0 rate"),
        (with_node(0, endings=[{"to": 1}]), "rate is missing"),
        (with_node(0, endings=[{"rate": "x"}]), "pairs of a date and a rate"),
        (with_node(0, endings=[{"rate": [[0.0, 1.0], 2.0]}]), "a date and a rate"),
        (with_node(0, endings=[{"rate": [[1.0, 1.0], [0.5, 1.0]]}]), "increasing"),
        (with_node(0, endings=[{"rate": 1.0, "kind": "rain"}]), "kind: seen 'rain'"),
        (with_node(0, lapse={"duration": 0.0}), "lapse"),
        (with_node(0, deadline={"at": -1.0}), "not after the start"),
        (with_node(0, deadline={"at": "2025-07-09"}), "needs the game's start"),
        (with_node(0, deadline={"at": "soon"}), "not a date"),
        (with_node(0, deadline={"at": 1.0, "to": 0}), "through deadlines alone"),
        (
            changed(
                as_of="2025-05-02",
                parameters=[
                    {
                        "name": "mu",
                        "value": 0.3,
                        "status": "assumption",
                        "source": "assumption",
                        "known_on": "2025-06-01",
                    }
                ],
            ),
            "later than the information date",
        ),
    ],
)
def test_mistakes(data, message):
    with pytest.raises(ng.InvalidInputError, match=message):
        ng.MultiStepProcess.from_dict(data)


def test_mistakes_come_together():
    data = with_node(0, flow=[1.0], actions=[{"side": 5}, {"side": 0, "to": 9}])
    with pytest.raises(ng.InvalidInputError) as caught:
        ng.MultiStepProcess.from_dict({**data, "r": [-1, 0.05], "colour": 1})
    assert str(caught.value).startswith("process: 5 mistakes")


def test_other_errors():
    game = ng.MultiStepProcess.from_dict(GRAPH)
    with pytest.raises(ng.InvalidInputError, match="time_unit"):
        game.with_time_unit("fortnight")
    with pytest.raises(ng.InvalidInputError, match="lapse duration"):
        Ending.lapse(0.0, None)
    with pytest.raises(ng.InvalidInputError, match="process is not a"):
        ng.solve_process(3)
    mixed = [
        game,
        fight(),
    ]
    solved = ng.solve_processes(mixed)
    assert isinstance(solved[0], ng.GameSolution)
    assert not isinstance(solved[1], ng.GameSolution)


@pytest.mark.kernel
def test_what_is_not_solved_raises():
    with pytest.raises(ng.ConvergenceError) as caught:
        ng.solve_process(printed(0.001), max_iter=1)
    assert caught.value.partial.converged is False
    partial = ng.solve_process(printed(0.001), max_iter=1, raise_on_failure=False)
    assert np.isnan(partial.values).all()
    dated = printed(0.1, deadline=Deadline(500.0, None, (-1.0, -1.0)))
    with pytest.raises(ng.ConvergenceError, match="more steps"):
        ng.solve_process(dated, max_iter=1)


def test_what_overflows_raises():
    vast = printed(0.1, g=(1e308, 1.0))
    with pytest.raises(ng.NonFiniteError, match="too large"):
        ng.solve_process(vast)
