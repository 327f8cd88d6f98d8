"""Correlated equilibria against published examples, brute force and their own inequalities."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from negotiation import ConvergenceError, InvalidInputError, NormalFormGame
from negotiation.equilibrium.correlated.equilibria import (
    correlated_equilibria,
    incentive_to_disobey,
)
from negotiation.equilibrium.correlated.payoff_set import correlated_payoff_set
from negotiation.equilibrium.normal_form.nash import nash_equilibria

# Aumann (1974): the game of chicken.
CHICKEN = NormalFormGame.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])


def test_payoffs_beyond_what_floats_hold_are_told_apart():
    A, B = np.array(CHICKEN.payoffs, dtype=int).astype(object) + 2**60 + 1
    game = NormalFormGame.from_bimatrix(A, B)
    best = correlated_equilibria(game)
    assert best.distribution == pytest.approx(np.array([[0.5, 0.25], [0.25, 0.0]]), abs=1e-8)
    assert incentive_to_disobey(game, np.array([[1.0, 0.0], [0.0, 0.0]])) == pytest.approx(1 / 7)


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
def test_chicken(scale):
    game = NormalFormGame(CHICKEN.payoffs * scale)
    best = correlated_equilibria(game)
    assert best.payoffs / scale == pytest.approx([5.25, 5.25], abs=1e-8)
    assert best.distribution == pytest.approx(np.array([[0.5, 0.25], [0.25, 0.0]]), abs=1e-8)
    assert correlated_equilibria(game, "worst").payoffs / scale == pytest.approx([3.6, 3.6])
    assert correlated_equilibria(game, "best", player=1).payoffs / scale == pytest.approx([2, 7])
    assert correlated_equilibria(game, "worst", player=1).payoffs[1] / scale == pytest.approx(2.0)
    fair = correlated_equilibria(game, "fairest")
    assert fair.payoffs / scale == pytest.approx([5.25, 5.25], abs=1e-8)
    assert fair.value / scale == pytest.approx(5.25)
    corners = correlated_payoff_set(game).vertices / scale
    assert sorted(map(tuple, corners.round(6))) == [(2, 7), (3.6, 3.6), (5.25, 5.25), (7, 2)]


def test_a_shift_of_payoffs_changes_nothing():
    shifted = NormalFormGame(CHICKEN.payoffs + np.array([1e6, -3e6])[:, None, None])
    assert correlated_equilibria(shifted).distribution == pytest.approx(
        correlated_equilibria(CHICKEN).distribution, abs=1e-7
    )


def test_fairest_differs_from_welfare_where_welfare_is_lopsided():
    game = NormalFormGame.from_bimatrix([[9, 0], [0, 2]], [[1, 0], [0, 2]])
    assert correlated_equilibria(game).payoffs == pytest.approx([9, 1])
    fair = correlated_equilibria(game, "fairest")
    assert fair.payoffs == pytest.approx([2, 2])
    weighted = correlated_equilibria(game, weights=[1, 10])
    assert weighted.payoffs == pytest.approx([2, 2])
    assert weighted.value == pytest.approx(22)


def test_coarse_equilibria_can_pay_more_than_every_correlated_one():
    # By hand: 2/3 on the middle cell and 1/3 on the last pay (4, 3); no row earns more than 10/3
    # against the columns' odds, no column more than 3 against the rows'.
    A = np.array([[3, 1, 4], [1, 5, 0], [1, 0, 2]], dtype=float)
    B = np.array([[3, 1, 1], [4, 2, 0], [1, 0, 5]], dtype=float)
    game = NormalFormGame.from_bimatrix(A, B)
    strict = correlated_equilibria(game)
    coarse = correlated_equilibria(game, coarse=True)
    assert strict.payoffs == pytest.approx([3.0, 3.0])
    assert coarse.payoffs == pytest.approx([4.0, 3.0])
    assert incentive_to_disobey(game, strict.distribution, coarse=True) <= 1e-9
    assert incentive_to_disobey(game, coarse.distribution) > 1e-3
    q = coarse.distribution
    assert (A @ q.sum(axis=0)).max() <= coarse.payoffs[0] + 1e-9
    assert (q.sum(axis=1) @ B).max() <= coarse.payoffs[1] + 1e-9


def disobedience(game, q):
    """The definition, cell by cell."""
    worst = 0.0
    shape = game.shape
    for i in range(len(shape)):
        for a, b in itertools.permutations(range(shape[i]), 2):
            gain = 0.0
            for cell in itertools.product(*(range(n) for n in shape)):
                if cell[i] == a:
                    other = (*cell[:i], b, *cell[i + 1 :])
                    gain += q[cell] * (game.payoffs[i][other] - game.payoffs[i][cell])
            worst = max(worst, gain / (np.ptp(game.payoffs[i]) or 1.0))
    return worst


@settings(max_examples=50, deadline=None)
@given(st.sampled_from([(2, 2), (3, 2), (2, 2, 2), (2, 3, 2)]), st.data())
def test_inequalities_hold_and_nash_equilibria_lie_in_the_set(shape, data):
    size = len(shape) * int(np.prod(shape))
    entries = data.draw(st.lists(st.integers(-3, 3), min_size=size, max_size=size))
    game = NormalFormGame(np.array(entries, dtype=float).reshape(len(shape), *shape))
    values = {}
    for objective in ("welfare", "worst", "fairest", "best"):
        result = correlated_equilibria(game, objective)
        assert result.regret == pytest.approx(disobedience(game, result.distribution), abs=1e-12)
        assert result.regret <= 1e-8
        assert result.distribution.sum() == pytest.approx(1.0)
        values[objective] = result.value
    assert values["worst"] <= values["welfare"] + 1e-9
    assert values["best"] == pytest.approx(values["welfare"], abs=1e-9)
    if len(shape) == 2:
        fairest = values["fairest"]
        for e in nash_equilibria(game).equilibria:
            assert values["worst"] - 1e-7 <= e.payoffs.sum() <= values["welfare"] + 1e-7
            assert e.payoffs.min() <= fairest + 1e-7
            assert incentive_to_disobey(game, np.outer(*e.probabilities)) <= 1e-9


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=18, max_size=18), st.booleans())
@example([0] * 13 + [1, 0, 0, 0, 2], False)
def test_payoff_set_supports_every_direction(entries, coarse):
    game = NormalFormGame(np.array(entries, dtype=float).reshape(2, 3, 3))
    found = correlated_payoff_set(game, coarse=coarse).vertices
    for weights in ([1.0, 3.0], [2.0, 1.0], [1.0, 1.0]):
        result = correlated_equilibria(game, weights=weights, coarse=coarse)
        assert float((found @ weights).max()) == pytest.approx(result.value, abs=1e-6)
    if len(found) > 2:
        edges = np.roll(found, -1, axis=0) - found
        after = np.roll(edges, -1, axis=0)
        assert np.all(edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0] > -1e-9)


def test_payoff_set_of_a_game_with_one_equilibrium_is_a_point():
    dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    assert correlated_payoff_set(dilemma).vertices == pytest.approx(np.array([[1.0, 1.0]]))
    flat = correlated_payoff_set(NormalFormGame(np.zeros((3, 2, 2, 2))), players=(2, 0))
    assert flat.vertices.tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"objective": "nicest"}, "objective"),
        ({"player": 0}, "only 'best' and 'worst'"),
        ({"objective": "best", "player": 2}, "no such player"),
        ({"weights": [1, 0]}, "positive"),
        ({"weights": [1, 1, 1]}, "weights"),
        ({"tol": -1.0}, "tol"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        correlated_equilibria(CHICKEN, **arguments)


def test_payoff_set_refuses_one_player_twice():
    with pytest.raises(InvalidInputError, match="two different"):
        correlated_payoff_set(CHICKEN, players=(1, 1))


def test_a_failed_certificate_raises_with_the_partial_result(monkeypatch):
    from negotiation.equilibrium.correlated import equilibria as correlated

    monkeypatch.setattr(correlated, "incentive_to_disobey", lambda *a, **k: 0.5)
    with pytest.raises(ConvergenceError) as caught:
        correlated_equilibria(CHICKEN)
    assert caught.value.partial.converged is False


@pytest.mark.parametrize(
    ("players", "columns"),
    [
        (("X", "Y"), ["X", "Y", "probability"]),
        (("probability", "Y"), ["probability", "Y", "probability 2"]),
        (("probability", "probability 2"), ["probability", "probability 2", "probability 3"]),
    ],
)
def test_every_player_has_a_column_of_actions_beside_the_probabilities(players, columns):
    game = NormalFormGame.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]], players=players)
    best = correlated_equilibria(game)
    frame = best.to_frame()
    assert list(frame.columns) == columns
    assert frame.iloc[:, 0].astype(str).tolist() == ["1", "1", "2", "2"]
    assert frame.iloc[:, 1].astype(str).tolist() == ["1", "2", "1", "2"]
    assert frame.iloc[:, 2].tolist() == best.distribution.ravel().tolist()
    assert len(best._displayed()) == np.count_nonzero(best.distribution)
