"""The search face by face against vertices of both polytopes and against lrsnash."""

import shutil

import numpy as np
import pytest

from negotiation import ExtensiveFormGame, NormalFormGame, nash_equilibria
from negotiation.equilibrium.certificate import regret, undominated_range
from negotiation.equilibrium.normal_form.faces import match_on_faces
from negotiation.equilibrium.normal_form.results import certified_pairs
from negotiation.games.strategies import to_normal_form
from negotiation.games.tree import decision, terminal
from tests.strategies_games import KINDS, strategy_set


def signal_tree(rng, signals, values):
    """One side sends a signal, the other answers each: 2 ** signals plans, most of them alike."""
    moves = {
        f"m{k}": decision(
            1, f"after {k}", {a: terminal(*rng.integers(0, values, 2).tolist()) for a in "xy"}
        )
        for k in range(signals)
    }
    return ExtensiveFormGame.from_tree(decision(0, "signal", moves), ["1", "2"])


@pytest.mark.parametrize("kind", ["0, 1, 2", "-1, 0, 1", "0..999", "tied tenths"])
def test_small_games_as_by_both_polytopes(kind):
    rng = np.random.default_rng(0)
    for shape in ((2, 5), (3, 6), (4, 4), (1, 3)):
        for _ in range(8):
            A, B = KINDS[kind](rng, shape), KINDS[kind](rng, shape)
            game = NormalFormGame.from_bimatrix(A, B)
            found = match_on_faces(*game.exact_payoffs, keep_going=lambda: True, max_count=None)
            pairs = [(found.few[i], found.many[j]) for i, j in found.pairs]
            assert found.complete
            whole = nash_equilibria(game, "vertex_enumeration")
            assert set(pairs) == strategy_set(whole)
            assert len(pairs) == len(whole.equilibria)


def test_limits_stop_the_search():
    game = to_normal_form(signal_tree(np.random.default_rng(0), 6, 3)).game
    found = nash_equilibria(game, max_count=5)
    assert len(found.equilibria) == 5
    assert not found.complete
    stopped = nash_equilibria(game, max_seconds=0.0)
    assert not stopped.complete
    assert not stopped.converged


def test_certificates_end_with_the_time():
    game = to_normal_form(signal_tree(np.random.default_rng(3), 6, 6)).game
    whole = nash_equilibria(game)
    rows = dict(enumerate(e.exact[0] for e in whole.equilibria))
    columns = dict(enumerate(e.exact[1] for e in whole.equilibria))
    looks = iter([True, True, False])
    pairs, certified = certified_pairs(
        game,
        rows.__getitem__,
        columns.__getitem__,
        pairs=[(k, k) for k in rows],
        exact=True,
        spread=undominated_range(game),
        keep_going=lambda: next(looks),
    )
    assert len(whole.equilibria) > 2_000
    assert len(pairs) == len(certified) == 2_000
    assert {e.exact for e in certified} == {(rows[k], columns[k]) for k in range(2_000)}


def test_lopsided_ties_of_few_actions_go_face_by_face():
    rng = np.random.default_rng(2)
    game = NormalFormGame.from_bimatrix(rng.integers(0, 3, (3, 30)), rng.integers(0, 3, (3, 30)))
    found = nash_equilibria(game)
    assert found.complete
    assert strategy_set(found) == strategy_set(nash_equilibria(game, "vertex_enumeration"))
    for e, one in zip(found.equilibria[:50], found.equilibria[1:51], strict=True):
        assert e.regret == pytest.approx(regret(game, e.probabilities), abs=1e-15)
        assert e.exact > one.exact
    generic = NormalFormGame.from_bimatrix(*rng.random((2, 3, 30)))
    indices = [c.index for c in nash_equilibria(generic).components]
    assert sum(indices) == 1


def test_a_wide_degenerate_form_of_a_tree():
    game = to_normal_form(signal_tree(np.random.default_rng(0), 6, 3)).game
    assert game.shape == (6, 64)
    found = nash_equilibria(game)
    assert found.complete
    assert all(e.exact_regret == 0 for e in found.equilibria[:20])
    assert {c.index for c in found.components} == {None}
    turned = NormalFormGame.from_bimatrix(game.payoffs[1].T, game.payoffs[0].T)
    assert {(y, x) for x, y in strategy_set(nash_equilibria(turned))} == strategy_set(found)


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("lrsnash") is None, reason="lrsnash is not installed")
@pytest.mark.parametrize("seed", range(6))
def test_wide_forms_against_lrsnash(seed):
    rng = np.random.default_rng(seed)
    if seed % 2:
        game = to_normal_form(signal_tree(rng, 6, 6)).game
    else:
        game = NormalFormGame.from_bimatrix(
            rng.integers(0, 3, (4, 62)), rng.integers(0, 3, (4, 62))
        )
    if seed == 5:
        # More equilibria than a minute is enough for, here and there: a part within the limit.
        part = nash_equilibria(game, max_seconds=2.0)
        assert not part.complete
        assert len(part.equilibria) > 1
        assert all(e.exact_regret == 0 for e in part.equilibria[::100])
        return
    ours, theirs = nash_equilibria(game), nash_equilibria(game, "lrsnash")
    assert ours.complete
    assert strategy_set(ours) == strategy_set(theirs)
