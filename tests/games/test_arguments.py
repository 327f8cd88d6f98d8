"""What comes in: games of the right kind, cells, data frames, masks; what comes out: tables."""

import importlib
import inspect
import pkgutil

import numpy as np
import pandas as pd
import pytest

import negotiation.equilibrium
import negotiation.games
from negotiation import InvalidInputError, NegotiationError, NormalFormGame, nash_equilibria

KINDS = ("NormalFormGame", "ExtensiveFormGame", "StochasticGame", "BayesianGame")


def functions_of_games():
    for room in (negotiation.equilibrium, negotiation.games):
        for found in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
            module = importlib.import_module(found.name)
            for name in getattr(module, "__all__", ()):
                function = getattr(module, name)
                if not inspect.isfunction(function) or function.__module__ != found.name:
                    continue
                parameters = list(inspect.signature(function).parameters.values())
                if parameters and any(k in str(parameters[0].annotation) for k in KINDS):
                    yield pytest.param(function, parameters, id=f"{found.name}.{name}")


@pytest.mark.parametrize(("function", "parameters"), list(functions_of_games()))
def test_every_function_names_what_it_takes(function, parameters):
    rest = [
        0.5 if "float" in str(p.annotation) else [[1, 0], [1, 0]]
        for p in parameters[1:]
        if p.default is p.empty and p.kind != p.KEYWORD_ONLY
    ]
    for value in ([[1, 2], [3, 4]], None, "game"):
        with pytest.raises(NegotiationError, match=parameters[0].annotation.split(".")[-1]):
            function(value, *rest)


def test_the_first_argument_by_name():
    from negotiation.equilibrium.refinements.dominance import dominant_actions

    with pytest.raises(InvalidInputError, match="from_bimatrix"):
        dominant_actions(game=[[1]])
    with pytest.raises(TypeError, match="missing"):
        dominant_actions()


def test_cells_are_read_as_cells():
    cells = [[(3, 3), (0, 5)], [(5, 0), (1, 1)]]
    assert NormalFormGame(cells).payoffs[0].tolist() == [[3, 0], [5, 1]]
    assert NormalFormGame(cells).payoffs[1].tolist() == [[3, 5], [0, 1]]
    wide = [[(1, "1/3"), (2, 0), (3, 0)]]
    assert NormalFormGame(wide).shape == (1, 3)
    assert str(NormalFormGame(wide).exact_payoffs[1][0, 0]) == "1/3"
    three = [[[(1, 2, 3), (4, 5, 6)]]]
    assert NormalFormGame(three).payoffs[:, 0, 0, 1].tolist() == [4, 5, 6]
    by_player = [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]
    assert NormalFormGame(by_player).payoffs[0].tolist() == [[3, 0], [5, 1]]
    with pytest.raises(InvalidInputError, match="axes"):
        NormalFormGame([[(1, 2, 3), (1, 2, 3)]])


def test_labels_of_data_frames():
    A = pd.DataFrame([[2, 0], [0, 1]], index=["up", "down"], columns=["left", "right"])
    game = NormalFormGame.from_bimatrix(A, A)
    assert game.actions == (("up", "down"), ("left", "right"))
    assert NormalFormGame.from_bimatrix(A, A.to_numpy()).actions == game.actions
    named = NormalFormGame.from_bimatrix(A, A, actions=[["a", "b"], ["c", "d"]])
    assert named.actions[0] == ("a", "b")
    with pytest.raises(InvalidInputError, match="different labels"):
        NormalFormGame.from_bimatrix(A, A[["right", "left"]])


def test_masks_are_refused():
    masked = np.ma.masked_array([[1, 2], [3, 4]], [[False, True], [False, False]])
    with pytest.raises(InvalidInputError, match="masked"):
        NormalFormGame.from_bimatrix(masked, masked.data)


def test_results_carry_labels():
    game = NormalFormGame.from_bimatrix(
        [[2, 0], [0, 1]], [[1, 0], [0, 2]], [["opera", "fight"]] * 2, ["she", "he_&"]
    )
    found = nash_equilibria(game)
    frame = found.to_frame()
    assert len(frame) == 12
    one = frame.query("equilibrium == 2 and player == 'she' and action == 'opera'").iloc[0]
    assert (one.exact, one.payoff, one["index"]) == ("2/3", pytest.approx(2 / 3), -1)
    assert "opera (2/3), fight (1/3)" in found._repr_html_()
    assert r"he\_\&" in found.to_latex()
    nothing = nash_equilibria(
        NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]), "pure"
    )
    assert "no equilibrium" in nothing._repr_html_()
    assert "no equilibrium" in nothing.to_latex()
