"""Other people's solvers and games of other libraries."""

import shutil
import subprocess
from types import SimpleNamespace

import numpy as np
import pytest

from negotiation.equilibrium.interop import (
    from_nashpy,
    from_pygambit,
    from_quantecon,
    load_package,
    to_nashpy,
    to_pygambit,
    to_quantecon,
)
from negotiation.equilibrium.normal_form import other_solvers as peers
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.errors import InvalidInputError, MissingDependencyError, NegotiationError
from negotiation.games.normal_form import NormalFormGame
from tests.strategies_games import strategy_set

SEXES = NormalFormGame.from_bimatrix(
    [[2, 0], [0, 1]],
    [[1, 0], [0, 2]],
    actions=[["opera", "boxing"], ["opera", "boxing"]],
    players=["row", "column"],
    title="battle of the sexes",
)
THREE = NormalFormGame(np.random.default_rng(0).integers(0, 9, (3, 2, 3, 2)).astype(float))


@pytest.mark.parametrize("method", ["nashpy_support", "nashpy_vertex", "floating_point"])
def test_every_method_gives_the_same_profiles(method):
    result = nash_equilibria(SEXES, method)
    want = [np.concatenate(e.probabilities) for e in nash_equilibria(SEXES).equilibria]
    got = [np.concatenate(e.probabilities) for e in result.equilibria]
    assert np.allclose(got, want, atol=1e-12)
    assert result.max_regret < 1e-9
    assert result.method == method


def test_lemke_howson_of_nashpy_reports_labels_that_fail():
    rng = np.random.default_rng(1)
    for _ in range(10):
        game = NormalFormGame.from_bimatrix(*rng.integers(0, 3, (2, 3, 3)))
        result = nash_equilibria(game, "nashpy_lemke_howson")
        assert result.max_regret < 1e-9
        assert not result.complete


def test_what_does_not_pass_the_certificate_is_dropped(monkeypatch):
    def careless(game):
        half = np.full(2, 0.5)
        return peers.PeerAnswer(((half, half), (np.array([1.0, 1.0]), half)))

    monkeypatch.setitem(peers.PEERS, "quantecon", careless)
    result = nash_equilibria(SEXES, "quantecon")
    assert result.equilibria == ()
    assert any("sum to 1" in note for note in result.notes)
    assert any("regret above" in note for note in result.notes)


@pytest.mark.parametrize("method", ["vertex_enumeration", "nashpy_support", "lrsnash"])
def test_two_player_methods_refuse_three_players(method):
    with pytest.raises(InvalidInputError, match="two players"):
        nash_equilibria(THREE, method)


def test_three_players_in_pure_strategies():
    result = nash_equilibria(THREE, "pure")
    for e in result.equilibria:
        assert e.is_pure
        assert e.regret == 0
    dominant = np.zeros((3, 2, 2, 2))
    dominant[0, 1], dominant[1, :, 1], dominant[2, :, :, 1] = 1, 1, 1
    solved = nash_equilibria(NormalFormGame(dominant))
    assert solved.complete
    assert len(solved.components) == 1


def test_a_missing_package_is_named(monkeypatch):
    def refuse(name):
        raise ImportError(name)

    monkeypatch.setattr("negotiation.equilibrium.interop.import_module", refuse)
    with pytest.raises(MissingDependencyError, match="negotiation\\[interop\\]"):
        load_package("quantecon.game_theory", "this")
    with pytest.raises(MissingDependencyError, match="pygambit"):
        nash_equilibria(THREE, "pygambit")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(MissingDependencyError, match="lrslib"):
        nash_equilibria(SEXES, "lrsnash")


def test_reading_of_lrsnash_output(monkeypatch):
    text = "*head\n2  2/3  1/3  2/3 \n2  1  0  1 \n1  1  0  1 \n\n2  0  1  1 \n1  0  1  2 \n"
    monkeypatch.setattr(shutil, "which", lambda name: "lrsnash")
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: SimpleNamespace(stdout=text))
    answer = peers.lrsnash(SEXES)
    assert [[str(p) for x in pair for p in x] for pair in answer.exact] == [
        ["1", "0", "2/3", "1/3"],
        ["1", "0", "1", "0"],
        ["0", "1", "0", "1"],
    ]
    # The first is no equilibrium of this game: it is dropped, and nothing is called complete.
    result = nash_equilibria(SEXES, "lrsnash")
    assert len(result.equilibria) == 2
    assert not result.complete
    limited = nash_equilibria(SEXES, "lrsnash", max_count=1)
    assert any("max_count" in note for note in limited.notes)
    with pytest.raises(InvalidInputError, match="63 bits"):
        peers.lrsnash(NormalFormGame.from_bimatrix([[1e-9]], [[1e30]]))

    def fail(*args, **kwargs):
        raise subprocess.TimeoutExpired("lrsnash", 1)

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(NegotiationError, match="did not finish"):
        peers.lrsnash(SEXES)


def test_nashpy_there_and_back():
    back = from_nashpy(to_nashpy(SEXES), title="back")
    assert np.array_equal(back.payoffs, SEXES.payoffs)
    assert back.title == "back"
    for convert in (from_nashpy, from_pygambit, from_quantecon):
        with pytest.raises(InvalidInputError, match="not a"):
            convert(object())


@pytest.mark.oracle
@pytest.mark.parametrize("game", [SEXES, THREE])
def test_gambit_and_quantecon_there_and_back(game):
    pytest.importorskip("pygambit")
    pytest.importorskip("quantecon")
    back = from_pygambit(to_pygambit(game))
    assert np.array_equal(back.payoffs, game.payoffs)
    assert back.players == game.players
    assert back.actions == game.actions
    assert np.array_equal(from_quantecon(to_quantecon(game)).payoffs, game.payoffs)


@pytest.mark.oracle
def test_gambit_and_quantecon_solve():
    pytest.importorskip("pygambit")
    pytest.importorskip("quantecon")
    exact = strategy_set(nash_equilibria(SEXES))
    assert strategy_set(nash_equilibria(SEXES, "pygambit")) == exact
    assert len(nash_equilibria(SEXES, "quantecon").equilibria) == 3
    three = nash_equilibria(THREE)
    assert three.equilibria
    assert three.max_regret < 1e-9
    assert (
        len(
            nash_equilibria(
                NormalFormGame.from_bimatrix([[1, 2]], [[3, 4]]), "quantecon"
            ).equilibria
        )
        == 1
    )


@pytest.mark.oracle
def test_lrsnash_solves():
    if shutil.which("lrsnash") is None:
        pytest.skip("lrsnash is not installed (Debian package lrslib)")
    result = nash_equilibria(SEXES, "lrsnash")
    assert strategy_set(result) == strategy_set(nash_equilibria(SEXES))
    assert result.complete
    assert len(result.components) == 3
