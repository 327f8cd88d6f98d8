"""Random graphs against a plain solver that shares neither code nor formula."""

import numpy as np
import pytest

import negotiation as ng
from negotiation.process.game.nodes import Action, Ending, Node
from negotiation.process.game.process_game import ProcessGame
from tests.process.game.games import one_node, random_graph
from tests.process.game.plain_solver import BranchLostError, PlainGame, plain_values


def compared(seed, count, most_nodes, dated):
    rng = np.random.default_rng(seed)
    games = [random_graph(rng, most_nodes, dated=dated) for _ in range(count)]
    lost = 0
    for game, solution in zip(games, ng.solve_processes(games, workers=1), strict=True):
        assert solution.residual < 1e-9
        try:
            plain = plain_values(game)
        except BranchLostError:
            # Nothing to compare the choice among equilibria with; it is one by the equations.
            lost += 1
            drift = PlainGame(game).drift(np.array(solution.final_values))
            assert np.abs(drift).max() < 1e-10
            continue
        np.testing.assert_allclose(solution.node_values, plain, atol=1e-8, rtol=0)
    assert lost <= 0.02 * count


def test_graphs():
    compared(1, 25, 10, dated=False)


def test_graphs_with_deadlines_and_dated_hazards():
    compared(2, 10, 8, dated=True)


@pytest.mark.kernel
def test_acts_and_endings_that_lead_back_to_their_node():
    contact = Action(0, (-0.01, 0.0), 0.02, "standoff", "call")
    stays = Ending(0.7, "standoff", (0.05, -0.05), "outside")
    acts = (Action(0, (0.0, 0.2), 0.3, "terms"), contact, Action(1, (0.1, 0.05), 0.3, "terms"))
    game = ProcessGame(
        (
            Node("standoff", (-0.6, -1.07), acts, (stays,)),
            Node("terms", (0.0, 0.0), endings=(Ending.lapse(1.7, "standoff"),)),
        ),
        discount_rates=(0.05, 0.05),
        shock_scales=(0.2, 0.2),
    )
    solution = ng.solve_process(game)
    np.testing.assert_allclose(solution.node_values, plain_values(game), atol=1e-8, rtol=0)
    assert solution.residual < 1e-9
    assert solution.unique is not True


@pytest.mark.slow
def test_many_graphs():
    compared(3, 400, 30, dated=False)


@pytest.mark.slow
def test_many_graphs_with_deadlines_and_dated_hazards():
    compared(4, 100, 30, dated=True)


def signs(seed, count):
    """A side's own flow cost up, alone, where the node is unique before and after."""
    rng = np.random.default_rng(seed)
    seen = [0, 0]
    while sum(seen) < count:
        s, L = rng.choice([0.05, 0.1, 0.2]), rng.uniform(-0.3, 0.3, 2)
        stakes = {
            "L": L,
            "F": L + rng.uniform(-0.6, 0.5, 2),
            "mu": rng.uniform(0.0, 0.8, 2),
            "s": (s, s),
            "r": rng.uniform(0.03, 0.15, 2),
            "eta": rng.choice([12.0, 52.0]),
        }
        flow = rng.uniform(-1.5, 0.0, 2)
        before = ng.solve_process(one_node(g=flow, **stakes))
        after = ng.solve_process(one_node(g=flow - [0.01, 0.0], **stakes))
        if not (before.unique and after.unique):
            continue
        change = after.hazards - before.hazards
        rounding = 1e-10
        assert change[0] > -rounding
        gains = stakes["F"][1] > before.values[1]
        assert change[1] < rounding if gains else change[1] > -rounding
        seen[int(gains)] += 1
    assert min(seen) > 0.1 * count


def test_sign_of_own_flow_cost():
    signs(5, 100)


@pytest.mark.slow
def test_sign_of_own_flow_cost_many():
    signs(6, 1000)
