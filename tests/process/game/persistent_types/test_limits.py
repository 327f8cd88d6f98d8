"""Games with persistent types: one type, equal types, certain types, relabelling, refusals."""

from dataclasses import replace

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.process.game.nodes import Action, Deadline, Ending, Node
from negotiation.process.game.persistent_types import TypedGame, belief_grid_error
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.game.solve import solve_games
from negotiation.process.solve import solve_process
from tests.process.game.games import PRINTED, one_node
from tests.process.game.persistent_types.typed_games import chain, standoff

DAYS = np.array([7.0, 90.0, 365.0, 2000.0])


def same_as(plain, solution, tol=1e-8):
    for i in range(2):
        np.testing.assert_allclose(solution.values[i], plain.values[i], rtol=0.0, atol=tol)
    np.testing.assert_allclose(solution.deal_by(DAYS), plain.deal_by(DAYS), atol=5e-7)
    assert solution.deal_probability == pytest.approx(plain.deal_probability, abs=1e-8)
    np.testing.assert_allclose(solution.concedes_first, plain.concedes_first, atol=1e-8)


@pytest.mark.parametrize("s", [0.2, 0.1])
def test_one_type_a_side_is_the_stationary_game(s):
    plain = solve_games([standoff(s, cost=(0.3, 0.3))])[0]
    same_as(plain, solve_process(TypedGame(standoff(s), ([0.3], [0.3]), ([1.0], [1.0]))))


@pytest.mark.parametrize("psi", [0.0, 0.7, 1.0])
def test_equal_types_are_one_type(psi):
    plain = solve_games([chain(cost=0.3)])[0]
    typed = TypedGame(chain(), ([0.3, 0.3], [0.3, 0.3]), ([0.7, 0.3], [0.4, 0.6]), psi)
    solution = solve_process(typed, points=3)
    same_as(plain, solution)
    assert belief_grid_error(solution) < 1e-8


def test_equal_types_are_one_type_where_play_returns():
    plain = solve_games([chain(cost=0.3, back="a")])[0]
    typed = TypedGame(chain(back="a"), ([0.3, 0.3], [0.3]), ([0.7, 0.3], [1.0]), 0.0)
    same_as(plain, solve_process(typed))


def test_equal_types_are_one_type_before_a_deadline():
    deadline = Deadline(0.7, None, np.array([-0.5, -0.9]))
    plain = solve_games([standoff(0.2, cost=(0.3, 0.3), deadline=deadline)])[0]
    game = standoff(0.2, deadline=deadline)
    typed = TypedGame(game, ([0.3, 0.3], [0.3, 0.3]), ([0.7, 0.3], [0.4, 0.6]))
    same_as(plain, solve_process(typed), tol=2e-8)


@pytest.mark.parametrize("certain", [0, 1])
@pytest.mark.parametrize("psi", [0.0, 1.0])
def test_a_certain_type_is_alone(certain, psi):
    prior = np.eye(2)[certain]
    cost = (0.3, 0.7)
    game = chain()
    solution = solve_process(TypedGame(game, (cost, [0.4]), (prior, [1.0]), psi), points=3)
    costs = [cost[certain], 0.4]
    nodes = tuple(
        replace(
            node,
            actions=tuple(replace(a, audience_cost=costs[a.side]) for a in node.actions),
        )
        for node in game.nodes
    )
    plain = solve_games([replace(game, nodes=nodes)])[0]
    assert solution.values[0][certain] == pytest.approx(plain.values[0], abs=1e-8)
    assert solution.values[1][0] == pytest.approx(plain.values[1], abs=1e-8)
    np.testing.assert_allclose(solution.deal_by(DAYS), plain.deal_by(DAYS), atol=5e-7)


def test_sides_may_change_names():
    costs, priors = ([0.3, 0.6], [0.2, 0.9, 0.4]), ([0.7, 0.3], [0.2, 0.3, 0.5])
    solution = solve_process(TypedGame(standoff(0.2), costs, priors))
    node = standoff(0.2).nodes[0]
    turned = ProcessGame(
        (
            Node(
                "standoff",
                node.flow[::-1],
                tuple(
                    replace(a, side=1 - a.side, payoff=a.payoff[::-1]) for a in node.actions[::-1]
                ),
            ),
        ),
        discount_rates=[0.05, 0.05],
        shock_scales=[0.2, 0.2],
    )
    other = solve_process(TypedGame(turned, costs[::-1], priors[::-1]))
    for i in range(2):
        np.testing.assert_allclose(solution.values[i], other.values[1 - i], atol=1e-9)


def test_a_symmetric_game_has_a_symmetric_equilibrium():
    game = one_node(
        (-0.4, -0.4), (0.0, 0.0), (0.2, 0.2), (0.0, 0.0), (0.3, 0.3), (0.05, 0.05), (52.0, 52.0),
        endings=(Ending(0.6, None, np.array([-0.3, -0.3])),),
    )  # fmt: skip
    types = ([0.1, 0.5], [0.1, 0.5]), ([0.6, 0.4], [0.6, 0.4])
    solution = solve_process(TypedGame(game, *types))
    np.testing.assert_allclose(solution.values[0], solution.values[1], atol=1e-9)
    np.testing.assert_allclose(*solution.beliefs(DAYS), atol=1e-9)
    np.testing.assert_allclose(*solution.concedes_first, atol=1e-9)


def test_scales_of_payoffs_and_time_do_not_matter():
    costs, priors = ([0.3, 0.6], [0.3, np.inf]), ([0.7, 0.3], [0.8, 0.2])
    solution = solve_process(TypedGame(standoff(0.2), costs, priors))
    for k in (1e-6, 1e6):
        node = standoff(0.2).nodes[0]
        actions = tuple(replace(a, payoff=k * a.payoff) for a in node.actions)
        scaled = replace(
            standoff(0.2),
            nodes=(replace(node, flow=k * node.flow, actions=actions),),
            shock_scales=np.array([0.2, 0.2]) * k,
        )
        typed = TypedGame(scaled, tuple(k * np.array(c) for c in costs), priors)
        other = solve_process(typed)
        for i in range(2):
            np.testing.assert_allclose(other.values[i] / k, solution.values[i], rtol=1e-8)
    monthly = solve_process(TypedGame(standoff(0.2).with_time_unit("month"), costs, priors))
    np.testing.assert_allclose(monthly.values[0], solution.values[0], rtol=1e-8)
    np.testing.assert_allclose(monthly.deal_by(DAYS), solution.deal_by(DAYS), atol=1e-7)


def test_a_finer_grid_of_beliefs_changes_little():
    typed = TypedGame(chain(), ([0.3, 0.6], [0.4]), ([0.7, 0.3], [1.0]), 0.5)
    coarse, fine = (solve_process(typed, points=points) for points in (5, 9))
    gap = max(np.abs(a - b).max() for a, b in zip(coarse.values, fine.values, strict=True)) / 0.2
    assert gap < 1e-3
    assert belief_grid_error(fine) == pytest.approx(gap, rel=1e-3)


def test_what_cannot_be_solved_is_refused():
    one, two = ([0.3], [0.3]), ([0.3, 0.6], [0.3])
    certain, mixed = ([1.0], [1.0]), ([0.5, 0.5], [1.0])
    for given, text in (
        ((standoff(0.2), two, certain), "one a type"),
        ((standoff(0.2), two, ([0.5, 0.4], [1.0])), "sum 1"),
        ((standoff(0.2), ([np.nan], [0.3]), certain), "infinity"),
        ((standoff(0.2), "ab", certain), "lists of numbers"),
        ((chain(), ([0.1, 0.2, 0.3], [0.1]), ([0.2, 0.3, 0.5], [1.0])), "persistence=0"),
        ((chain(back="a"), two, mixed), "lead back"),
    ):
        with pytest.raises(InvalidInputError, match=text):
            TypedGame(*given)
    late = Node("late", [0.0, 0.0], deadline=Deadline(1.0, None))
    first = Node("first", [0.0, 0.0], (Action(0, [0.0, 0.0], 0.0, "late"),))
    options = {"discount_rates": [0.05, 0.05], "shock_scales": [0.2, 0.2]}
    with pytest.raises(InvalidInputError, match="deadline"):
        TypedGame(ProcessGame((first, late), **options), one, certain)
    back = Node("first", [0.0, 0.0], (Action(0, to="first"),), deadline=Deadline(1.0, None))
    with pytest.raises(InvalidInputError, match="only starts"):
        TypedGame(ProcessGame((back,), **options), one, certain)


def test_a_node_with_several_solutions_is_refused():
    game = one_node(**{**PRINTED, "g": (-0.8, -0.8), "L": (0.0, 0.0), "F": (0.5, 0.5),
                       "mu": (0.0, 0.0)}, s=(0.05, 0.05), eta=(52.0, 52.0))  # fmt: skip
    typed = TypedGame(game, ([0.1, 0.2], [0.1, 0.2]), ([0.5, 0.5], [0.5, 0.5]))
    with pytest.raises(ConvergenceError, match="far deadline"):
        solve_process(typed)


def test_types_are_read_from_a_mapping_and_shown_as_a_table():
    acts = [
        {"side": 0, "payoff": [0.0, 0.2], "to": None},
        {"side": 1, "payoff": [0.1, 0.05], "to": None},
    ]
    data = {
        "nodes": [{"label": "standoff", "flow": [-0.6, -1.07], "actions": acts}],
        "r": [0.05, 0.05],
        "s": [0.2, 0.2],
        "types": {"costs": [[0.3, 0.6], [0.3]], "priors": [[0.7, 0.3], [1.0]], "psi": 0.5},
    }
    read = ng.MultiStepProcess.from_dict(data)
    solution = ng.solve_process(read)
    direct = solve_process(TypedGame(standoff(0.2), ([0.3, 0.6], [0.3]), ([0.7, 0.3], [1.0])))
    assert read.persistence == 0.5
    np.testing.assert_array_equal(solution.values[0], direct.values[0])
    table = solution.to_frame()
    assert table.player.tolist() == ["player 1", "player 1", "player 2"]
    assert table.value.tolist() == [*direct.values[0], *direct.values[1]]
    assert table.hazard[0] > table.hazard[1]
    with pytest.raises(InvalidInputError, match="priors"):
        ng.MultiStepProcess.from_dict({**data, "types": {"costs": [[0.3], [0.3]], "prior": 1}})
