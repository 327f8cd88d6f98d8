"""Printed numbers, limits and closed forms of the Markov game with private shocks."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import negotiation as ng
from negotiation.process.game.nodes import Action, Ending, Node
from negotiation.process.game.process_game import ProcessGame
from tests.process.game.games import PRINTED, one_node, printed, random_graph


@pytest.mark.kernel
def test_printed_numbers():
    wide = ng.solve_process(printed(0.2))
    np.testing.assert_allclose(wide.values, [-0.05342, -0.58028], atol=5e-6)
    np.testing.assert_allclose(wide.hazards, [0.29548, 4.82333], atol=5e-6)
    assert wide.unique is True
    narrow = ng.solve_process(printed(0.1))
    np.testing.assert_allclose(narrow.values, [0.03064, -0.50059], atol=5e-6)
    np.testing.assert_allclose(narrow.hazards, [0.03734, 10.07423], atol=5e-6)
    assert narrow.unique is False
    assert len(narrow.other_solutions) == 2


@pytest.mark.parametrize(
    ("s", "values", "hazards"),
    [(0.2, (0.034, -0.018), (1.899, 2.866)), (0.1, (0.008, -0.248), (0.527, 5.948))],
)
def test_printed_numbers_without_the_normalisation(s, values, hazards):
    # Weights of one beside waiting are a base rate of half the windows and a flow eta s log 2.
    eta = 12.0
    flow = np.array(PRINTED["g"]) + eta * s * np.log(2.0)
    game = printed(s, eta, g=flow, lambda0=eta / 2.0)
    solution = ng.solve_process(game)
    np.testing.assert_allclose(solution.values, values, atol=5e-4)
    np.testing.assert_allclose(solution.hazards, hazards, atol=5e-4)
    assert solution.unique is True


def mixed(game, s, eta, weight):
    """Hazards of the equilibrium nearest to V = L - mu, by the definition of a hazard."""
    solution = ng.solve_process(game)
    every = [solution.node_values[0], *(other[0] for other in solution.other_solutions)]
    assert len(every) == 3
    values = min(every, key=lambda v: np.abs(v - [-0.3, -0.25]).max())
    x = weight * np.exp((np.array([-0.3, -0.25]) - values) / s)
    return eta * x / (1.0 - weight + x)


def test_small_shocks_tend_to_hendricks_weiss_wilson():
    """Hazards of the mixed equilibrium tend to (r_j L_j' - g_j) / (F_j - L_j'), L' = L - mu."""
    limit = np.array([2.35, 1.4625])
    gaps = [
        np.abs(mixed(printed(s), s, 52.0, 1.0 / 52.0) - limit).max()
        for s in (0.008, 0.004, 0.002, 0.001)
    ]
    assert gaps[-1] < 0.02
    assert all(late < 0.75 * early for early, late in pairwise(gaps))
    # Printed: without the normalisation, s = .002.
    s, eta = 0.002, 12.0
    flow = np.array(PRINTED["g"]) + eta * s * np.log(2.0)
    game = printed(s, eta, g=flow, lambda0=eta / 2.0)
    np.testing.assert_allclose(mixed(game, s, eta, 0.5), [2.364, 1.460], atol=5e-4)


def test_one_side_and_no_rival_is_optimal_stopping():
    eta, s, r, gain = 52.0, 0.1, 0.05, -0.3
    for value in (-1.0, -0.35, -0.2, 0.5):
        # The flow at which stopping is worth that much, from the equation solved for the flow.
        earned = eta * s * np.log(1.0 - 1.0 / eta + np.exp((gain - value) / s) / eta)
        game = ProcessGame(
            (Node("alone", (r * value - earned, 0.0), (Action(0, (0.0, 0.0), 0.3),)),),
            discount_rates=(r, r),
            shock_scales=(s, s),
            window_rates=(eta, eta),
            base_rate=1.0,
        )
        solution = ng.solve_process(game)
        assert solution.values[0] == pytest.approx(value, abs=1e-11)
        assert solution.unique is True
    # Without shocks: stop at the first window, or never.
    for flow in (-0.6, 0.2):
        game = ProcessGame(
            (Node("alone", (flow, 0.0), (Action(0, (0.0, 0.0), 0.3),)),),
            discount_rates=(r, r),
            shock_scales=(1e-5, 1e-5),
            window_rates=(eta, eta),
        )
        stopping = max(flow / r, (flow + eta * gain) / (r + eta))
        assert ng.solve_process(game).values[0] == pytest.approx(stopping, abs=2e-3)


def test_a_stage_without_actions_is_worth_its_flow():
    node = Node("impasse", (-0.4, 0.7))
    game = ProcessGame((node,), discount_rates=(0.05, 0.1), shock_scales=(0.1, 0.2))
    np.testing.assert_allclose(ng.solve_process(game).values, [-8.0, 7.0], rtol=1e-13)
    ended = replace(node, endings=(Ending(0.5, None, (-1.0, 2.0)),))
    solution = ng.solve_process(replace(game, nodes=(ended,)))
    np.testing.assert_allclose(
        solution.values, [(-0.4 - 0.5) / 0.55, (0.7 + 1.0) / 0.6], rtol=1e-13
    )


def swapped(game):
    """The same game with the sides told in the other order."""
    nodes = tuple(
        replace(
            node,
            flow=node.flow[::-1],
            actions=tuple(replace(a, side=1 - a.side, payoff=a.payoff[::-1]) for a in node.actions),
            endings=tuple(replace(e, payoff=e.payoff[::-1]) for e in node.endings),
        )
        for node in game.nodes
    )
    return replace(
        game,
        nodes=nodes,
        discount_rates=game.discount_rates[::-1],
        shock_scales=game.shock_scales[::-1],
        window_rates=game.window_rates[::-1],
        base_rate=game.base_rate[::-1],
    )


def test_relabelling_sides_and_nodes():
    rng = np.random.default_rng(1)
    for _ in range(10):
        game = random_graph(rng)
        solution = ng.solve_process(game)
        other = ng.solve_process(swapped(game))
        np.testing.assert_allclose(
            other.node_values[:, ::-1], solution.node_values, atol=1e-11, rtol=0
        )
        order = rng.permutation(len(game.nodes))
        place = np.argsort(order)

        def moved(to, place=place):
            return None if to is None else int(place[to])

        nodes = tuple(
            replace(
                game.nodes[n],
                actions=tuple(replace(a, to=moved(a.to)) for a in game.nodes[n].actions),
                endings=tuple(replace(e, to=moved(e.to)) for e in game.nodes[n].endings),
            )
            for n in order
        )
        renamed = ng.solve_process(replace(game, nodes=nodes))
        np.testing.assert_allclose(
            renamed.node_values, solution.node_values[order], atol=1e-11, rtol=0
        )


@pytest.mark.kernel
def test_symmetric_games_stay_symmetric():
    game = one_node((-0.5, -0.5), (0, 0), (0.3, 0.3), (0.4, 0.4), (0.05,) * 2, (0.05,) * 2, 52.0)
    solution = ng.solve_process(game)
    assert solution.values[0] == pytest.approx(solution.values[1], abs=1e-12)
    # In the symmetric equilibrium both mix; in the others one side gives in.
    assert len(solution.other_solutions) == 2
    first, second = (other[0] for other in solution.other_solutions)
    np.testing.assert_allclose(first, second[::-1], atol=1e-9)


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_scale_of_payoffs_does_not_matter(scale):
    rng = np.random.default_rng(2)
    for _ in range(5):
        game = random_graph(rng, dated=True)
        nodes = tuple(
            replace(
                node,
                flow=node.flow * scale,
                actions=tuple(
                    replace(a, payoff=a.payoff * scale, audience_cost=a.audience_cost * scale)
                    for a in node.actions
                ),
                endings=tuple(replace(e, payoff=e.payoff * scale) for e in node.endings),
                deadline=node.deadline
                and replace(node.deadline, payoff=node.deadline.payoff * scale),
            )
            for node in game.nodes
        )
        large = ng.solve_process(replace(game, nodes=nodes, shock_scales=game.shock_scales * scale))
        solution = ng.solve_process(game)
        np.testing.assert_allclose(
            large.node_values / scale, solution.node_values, atol=1e-9, rtol=0
        )
        assert large.residual < 1e-9


def test_time_unit_does_not_matter():
    rng = np.random.default_rng(3)
    game = random_graph(rng, dated=True)
    solution, other = ng.solve_processes([game, game.with_time_unit("day")])
    np.testing.assert_allclose(other.node_values, solution.node_values, atol=1e-9, rtol=0)
    np.testing.assert_allclose(other.hazards * 365.25, solution.hazards, atol=1e-8, rtol=1e-8)
    days = [3.0, 40.0, 400.0]
    np.testing.assert_allclose(
        other.node_probabilities(days), solution.node_probabilities(days), atol=1e-9
    )


@pytest.mark.kernel
def test_a_side_that_never_acts():
    never = ng.solve_process(printed(mu=(np.inf, 0.3)))
    almost = ng.solve_process(printed(mu=(1e3, 0.3)))
    assert never.hazards[0] == 0.0
    np.testing.assert_allclose(never.values, almost.values, atol=1e-12)
    np.testing.assert_allclose(never.hazards, almost.hazards, atol=1e-12)
    assert never.unique is True
    assert never.residual < 1e-9
    assert np.isnan(never.mean_costs_paid[0])


@pytest.mark.kernel
def test_tiny_shocks_do_not_overflow():
    for s in (1e-3, 1e-5, 1e-7):
        solution = ng.solve_process(printed(s))
        assert np.isfinite(solution.values).all()
        assert solution.residual < 1e-9
        assert (solution.hazards <= 52.0).all()


def test_mean_cost_paid_is_the_mean_of_costs_net_of_shocks():
    solution = ng.solve_process(printed(0.2))
    rng = np.random.default_rng(4)
    for i in range(2):
        cost, s = 0.3, 0.2
        gain = {0: 0.0, 1: 0.05}[i] - cost - solution.values[i]
        shocks = s * (rng.gumbel(size=(2_000_000, 2)) - np.euler_gamma)
        waits = shocks[:, 0] + s * np.log(1.0 - 1.0 / 52.0)
        acts = gain + shocks[:, 1] + s * np.log(1.0 / 52.0)
        paid = cost - shocks[acts > waits, 1]
        error = 4.0 * paid.std() / np.sqrt(len(paid))
        assert solution.mean_costs_paid[i] == pytest.approx(paid.mean(), abs=error)
        assert solution.mean_costs_paid[i] < cost
