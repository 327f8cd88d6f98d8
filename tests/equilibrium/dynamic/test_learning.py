"""Paths of learning against conserved quantities, closed forms and known limits."""

import numpy as np
import pytest

from negotiation import InvalidInputError, NormalFormGame
from negotiation.equilibrium.dynamic.learning import fictitious_play, replicator_dynamics

PENNIES = NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
DILEMMA = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
def test_fictitious_play_finds_the_value_of_a_zero_sum_game(scale):
    path = fictitious_play(NormalFormGame(PENNIES.payoffs * scale), 5000, start=[1, 0])
    assert path.probabilities[0].shape == (5000, 2)
    assert path.probabilities[0][0].tolist() == [0.0, 1.0]
    assert path.probabilities[0][-1] == pytest.approx([0.5, 0.5], abs=0.03)
    assert path.regret < 0.05
    assert path.times[-1] == 5000


def test_fictitious_play_by_hand():
    # Matching pennies from (0, 0): the matcher repeats 0, the other side switches at once.
    path = fictitious_play(PENNIES, 3)
    assert path.probabilities[0].tolist() == [[1, 0], [1, 0], [1, 0]]
    assert path.probabilities[1] == pytest.approx(np.array([[1, 0], [0.5, 0.5], [1 / 3, 2 / 3]]))


def test_fictitious_play_tells_payoffs_apart_beyond_what_floats_hold():
    shifted = [[[int(u) + 2**60 + 1 for u in row] for row in A] for A in PENNIES.payoffs]
    paths = [fictitious_play(game, 50).probabilities for game in (PENNIES, NormalFormGame(shifted))]
    assert np.array_equal(*paths)


def test_fictitious_play_cycles_in_shapleys_game():
    A = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    B = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    path = fictitious_play(NormalFormGame.from_bimatrix(A, B), 20_000)
    assert path.regret > 0.05
    three = fictitious_play(NormalFormGame(np.arange(24.0).reshape(3, 2, 2, 2)), 50)
    assert [p[-1].argmax() for p in three.probabilities] == [1, 1, 1]


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
def test_replicator_follows_the_logistic_path_of_a_dominated_action(scale):
    # In the dilemma with payoffs over 5, tariff beats trade by (1 + y) / 5 with y the other's
    # share of trade; against an opponent who never trades the log-odds fall linearly at 1 / 5.
    game = NormalFormGame(DILEMMA.payoffs * scale)
    path = replicator_dynamics(game, [[0.8, 0.2], [0.0, 1.0]], 20.0, points=41)
    odds = np.log(path.probabilities[0][:, 0] / path.probabilities[0][:, 1])
    assert odds == pytest.approx(np.log(4.0) - path.times / 5.0, abs=1e-6)
    assert path.probabilities[1][:, 1] == pytest.approx(np.ones(41))


def test_replicator_conserves_the_product_in_zero_sum_games():
    path = replicator_dynamics(PENNIES, [[0.6, 0.4], [0.3, 0.7]], 60.0)
    x, y = path.probabilities
    conserved = np.log(x).sum(axis=1) + np.log(y).sum(axis=1)
    assert np.ptp(conserved) < 1e-6
    assert np.ptp(x[:, 0]) > 0.2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fictitious_play(PENNIES, 0), "rounds"),
        (lambda: fictitious_play(PENNIES, 5, start=[2, 0]), "start"),
        (lambda: fictitious_play(PENNIES, 5, start=[0]), "start"),
        (lambda: replicator_dynamics(PENNIES, [[0.5, 0.4], [1, 0]], 1.0), "sum to 1"),
        (lambda: replicator_dynamics(PENNIES, [[0.5, 0.5], [1, 0]], 0.0), "duration"),
        (lambda: replicator_dynamics(PENNIES, [[0.5, 0.5], [1, 0]], 1.0, points=1), "points"),
        (lambda: replicator_dynamics(PENNIES, [[0.5, 0.5], [1, 0]], 1.0, tol=0.0), "tol"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()
