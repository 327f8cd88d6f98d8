"""All extreme equilibria, against published answers."""

import json
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from negotiation.equilibrium.certificate import exact_regret
from negotiation.equilibrium.correlated.equilibria import correlated_equilibria
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.one_equilibrium import one_equilibrium
from negotiation.equilibrium.normal_form.stackelberg import stackelberg
from negotiation.equilibrium.quantal.quantal_response import quantal_response
from negotiation.equilibrium.refinements.dominance import dominated_actions, pure_best_responses
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from tests.reference import reference_path


def corpus():
    return json.loads(reference_path("games", "tricky_games.json").read_text())


def as_floats(matrix):
    return np.array([[float(Fraction(value)) for value in row] for row in matrix])


def test_every_corpus_game_has_exactly_the_listed_extreme_equilibria():
    for entry in corpus():
        game = NormalFormGame.from_bimatrix(as_floats(entry["A"]), as_floats(entry["B"]))
        result = nash_equilibria(game)
        want = sorted(
            [*map(Fraction, x), *map(Fraction, y)] for x, y in entry["extreme_equilibria"]
        )
        got = sorted([*e.exact[0], *e.exact[1]] for e in result.equilibria)
        assert len(got) == len(want), entry["name"]
        for one, other in zip(got, want, strict=True):
            assert np.allclose(
                np.array(one, dtype=float), np.array(other, dtype=float), rtol=0, atol=1e-14
            ), entry["name"]
        assert result.complete
        assert len(result.components) == entry["n_components"], entry["name"]
        assert result.max_regret < 1e-14


@pytest.mark.parametrize("limit", [{"max_count": 2}, {"max_seconds": 0.0}])
def test_a_limit_returns_what_was_found(limit):
    result = nash_equilibria(NormalFormGame.from_bimatrix(np.eye(4), np.eye(4)), **limit)
    assert not result.complete
    # A search that found nothing still offers what a scan of the cells shows.
    assert len(result.equilibria) == limit.get("max_count", 4)
    assert result.components == ()


@pytest.mark.parametrize("size", [2, 3, 6])
@pytest.mark.parametrize("method", ["auto", "vertex_enumeration"])
def test_fractions_are_solved_as_the_whole_numbers_they_are_multiples_of(size, method):
    rng = np.random.default_rng(size)
    for _ in range(10):
        A, B = rng.integers(-4, 5, (2, size, size))
        whole = nash_equilibria(NormalFormGame.from_bimatrix(A, B), method)
        thirds = NormalFormGame.from_bimatrix(*(X * Fraction(1, 3) for X in (A, B)))
        sevenths = NormalFormGame.from_bimatrix(A * Fraction(1, 7) + Fraction(1, 3), B)
        for game in (thirds, sevenths):
            result = nash_equilibria(game, method)
            assert [e.exact for e in result.equilibria] == [e.exact for e in whole.equilibria]
            assert all(exact_regret(game, e.exact) == 0 for e in result.equilibria)
            assert result.complete


def test_decimals_tie_as_text_and_not_as_floats():
    column = [[1, 1], [1, 1]]
    floats = NormalFormGame.from_bimatrix([[0.3, 0], [0.1 + 0.2, 0]], column)
    tenths = NormalFormGame.from_bimatrix(
        [["0.3", 0], [Fraction(1, 10) + Fraction(2, 10), 0]], column
    )
    assert len(nash_equilibria(floats).equilibria) == 3
    assert len(nash_equilibria(tenths).equilibria) == 4
    assert len(nash_equilibria(tenths, "pure").equilibria) == 4
    assert pure_best_responses(tenths)[0].all()
    assert [d.action for d in dominated_actions(floats, "weak")] == [0]
    assert dominated_actions(tenths, "weak_mixed") == ()


def test_whole_numbers_beyond_a_float_are_told_apart():
    wide = np.array([[2**53, 2**53 + 1]])
    assert len(nash_equilibria(NormalFormGame.from_bimatrix(wide, wide)).equilibria) == 1


@pytest.mark.parametrize("scale", [5e-324, 1e-310, 1e-300, 1e300, 1e308])
def test_the_smallest_and_largest_floats_are_payoffs_like_others(scale):
    A, B = (
        np.array([[0, 1, -1], [-1, 0, 1], [1, -1, 0]]),
        np.array([[0, 1, 0], [1, 0, 1], [0, 0, 1]]),
    )
    plain = nash_equilibria(NormalFormGame.from_bimatrix(A, B))
    game = NormalFormGame.from_bimatrix(A * scale, B * scale)
    assert [e.exact for e in nash_equilibria(game).equilibria] == [
        e.exact for e in plain.equilibria
    ]
    assert one_equilibrium(game).max_regret <= 1e-9


@pytest.mark.parametrize(
    "solve",
    [
        nash_equilibria,
        one_equilibrium,
        correlated_equilibria,
        stackelberg,
        partial(quantal_response, precision=1.0),
    ],
)
def test_two_matrices_are_no_game(solve):
    with pytest.raises(InvalidInputError, match="not a NormalFormGame|not a game in normal form"):
        solve(([[1, 0], [0, 1]], [[1, 0], [0, 1]]))
