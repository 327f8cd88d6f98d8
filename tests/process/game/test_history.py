"""Likelihood of histories by hand, and what silence teaches."""

import numpy as np
import pytest

import negotiation as ng
from negotiation.process.game.nodes import Action, Deadline, Ending, Node
from negotiation.process.game.process_game import ProcessGame
from tests.process.game.games import printed


def likelihood(solution, *events, until=None):
    history = ng.ObservedHistory(tuple(ng.ObservedEvent(*event) for event in events), until)
    return ng.weigh_by_history([solution], history).log_likelihood[0]


def two_nodes(**first):
    war = Node(
        "war",
        (-0.6, -1.0),
        (Action(0, (0, 0.1), 0.3, "truce"), Action(1, (0.1, 0), 0.3, "truce")),
        (Ending(0.4, None, (-1, -1), "court"),),
        **first,
    )
    truce = Node("truce", (0.0, 0.0), (Action(0, (0, 0), 0.5, "war", "withdraw"),))
    return ng.solve_process(ProcessGame((war, truce), (0.05, 0.05), (0.2, 0.2)))


@pytest.mark.kernel
def test_by_hand():
    solution = two_nodes()
    h0, h1, back = solution.hazards
    years = np.array([40.0, 100.0, 200.0]) / 365.25
    silent = -(h0 + h1 + 0.4) * years[0]
    assert likelihood(solution, until=40.0) == pytest.approx(silent, rel=1e-12)
    seen = likelihood(solution, (40.0, "concede", 1), (100.0, "withdraw", 0), until=200.0)
    by_hand = silent + np.log(h1) - back * (years[1] - years[0]) + np.log(back)
    by_hand += -(h0 + h1 + 0.4) * (years[2] - years[1])
    assert seen == pytest.approx(by_hand, rel=1e-12)
    court = likelihood(solution, (40.0, "court", None, "end"), until=300.0)
    assert court == pytest.approx(silent + np.log(0.4), rel=1e-12)


def test_through_a_deadline():
    """Hazards that move, silence through a deadline, and the node that follows."""
    solution = two_nodes(deadline=Deadline(0.2, "truce"))
    grid = np.linspace(0.0, 0.2 * (1.0 - 1e-12), 8001)
    total = [solution.hazards_at(t * 365.25)[:2].sum() + 0.4 for t in grid]
    stays = np.trapezoid(total, grid) + solution.final_hazards[2] * 0.3
    assert likelihood(solution, until=0.5 * 365.25) == pytest.approx(-stays, abs=1e-6)
    day = 0.1 * 365.25
    by_hand = -np.trapezoid(total[:4001], grid[:4001]) + np.log(solution.hazards_at(day)[0])
    assert likelihood(solution, (day, "concede", 0)) == pytest.approx(by_hand, abs=1e-6)
    # Play ends at a deadline that leads nowhere: nothing can happen afterwards.
    ended = ng.solve_process(printed(deadline=Deadline(0.1)))
    left = np.log(ended.node_probabilities(0.1 * 365.25 * (1 - 1e-12))[0, 0])
    assert likelihood(ended, until=400.0) == pytest.approx(left, abs=1e-7)


def test_posterior_over_draws():
    solutions = ng.solve_processes([printed(mu=(mu, mu)) for mu in (0.1, 0.3, 0.6, 1.0)])
    silent = ng.ObservedHistory(silent_until=60.0)
    found = ng.weigh_by_history(solutions, silent)
    chance = np.array([solution.node_probabilities(60.0)[0, 0] for solution in solutions])
    np.testing.assert_allclose(found.weights, chance / chance.sum(), rtol=1e-10)
    assert 1.0 < found.effective_draws < 4.0
    given = ng.weigh_by_history(solutions, silent, prior=[1.0, 0.0, 0.0, 0.0])
    assert given.weights.tolist() == [1.0, 0.0, 0.0, 0.0]


def test_bad_histories():
    solution = two_nodes()
    with pytest.raises(ng.InvalidInputError, match="probability zero"):
        likelihood(solution, (10.0, "call", 0))
    with pytest.raises(ng.InvalidInputError, match="probability zero"):
        likelihood(solution, (10.0, "court"), (20.0, "concede", 0))
    with pytest.raises(ng.InvalidInputError, match="not in order"):
        likelihood(solution, (10.0, "concede", 0), (5.0, "withdraw", 0))
    with pytest.raises(ng.InvalidInputError, match="silence ends"):
        likelihood(solution, (10.0, "concede", 0), until=5.0)
    with pytest.raises(ng.InvalidInputError, match="no draws"):
        ng.weigh_by_history([], ng.ObservedHistory())
    twice = Node("war", (-1, -1), (Action(0, (0, 0), 0.3, "a"), Action(0, (0, 0), 0.3, "b")))
    game = ProcessGame((twice, Node("a", (0, 0)), Node("b", (0, 0))), (0.05,) * 2, (0.2,) * 2)
    solution = ng.solve_process(game)
    with pytest.raises(ng.InvalidInputError, match="fits several"):
        likelihood(solution, (10.0, "concede", 0))
    assert np.isfinite(likelihood(solution, (10.0, "concede", 0, "b")))
    assert np.isfinite(likelihood(solution, (10.0, "concede", 0, 1)))
