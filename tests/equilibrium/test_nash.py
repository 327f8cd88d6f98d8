"""All extreme equilibria, against published answers."""

import json
from fractions import Fraction

import numpy as np
import pytest

from negotiation.equilibrium.nash import nash_equilibria
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


@pytest.mark.parametrize("limit", [{"max_equilibria": 2}, {"max_seconds": 0.0}])
def test_a_limit_returns_what_was_found(limit):
    result = nash_equilibria(NormalFormGame.from_bimatrix(np.eye(4), np.eye(4)), **limit)
    assert not result.complete
    # A search that found nothing still offers what a scan of the cells shows.
    assert len(result.equilibria) == limit.get("max_equilibria", 4)
    assert result.components == ()
