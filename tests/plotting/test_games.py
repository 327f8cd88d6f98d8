"""The pictures show the payoffs, best responses and equilibria they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Polygon

from negotiation import InvalidInputError, NormalFormGame
from negotiation.plotting.games import plot_payoff_matrix

DILEMMA = NormalFormGame.from_bimatrix(
    [[3, 0], [5, 1]],
    [[3, 5], [0, 1]],
    [["free trade", "tariff"]] * 2,
    ["USA", "CHN"],
    "Tariff dilemma",
)


def test_payoff_matrix_writes_every_payoff_and_frames_best_responses():
    ax = plot_payoff_matrix(DILEMMA, [((0.0, 1.0), (0.0, 1.0))], payoff_label="welfare (percent)")
    numbers = sorted(text.get_text() for text in ax.texts)
    assert numbers == sorted(["3", "0", "5", "1", "3", "5", "0", "1"])
    assert sum(isinstance(patch, Polygon) for patch in ax.patches) == 4
    assert ax.get_xlabel() == "action of CHN"
    assert ax.get_ylabel() == "action of USA"
    assert "equilibrium 1 (pure)" in [t.get_text() for t in ax.get_legend().get_texts()]
    marked = ax.collections[-1].get_offsets()
    assert np.asarray(marked).tolist() == [[1.0, 1.0]]


def test_payoff_matrix_keeps_the_callers_axes_and_marks_mixed_equilibria():
    figure, ax = plt.subplots(figsize=(5, 4))
    rng = np.random.default_rng(3)
    payoffs = rng.normal(size=(2, 8, 9)) * 1e9
    game = NormalFormGame(
        payoffs, actions=tuple(tuple(f"a long label {k}" for k in range(n)) for n in (8, 9))
    )
    x, y = np.full(8, 1 / 8), np.full(9, 1 / 9)
    assert plot_payoff_matrix(game, [(x, y)], ax=ax, show_numbers=True) is ax
    assert figure.get_size_inches().tolist() == [5, 4]
    assert any("e+09" in text.get_text() for text in ax.texts)
    assert len(ax.collections[-1].get_offsets()) == 72
    figure.canvas.draw()


def test_payoff_matrix_prints_no_numbers_where_cells_are_small():
    _, ax = plt.subplots(figsize=(2, 2))
    plot_payoff_matrix(NormalFormGame(np.arange(800.0).reshape(2, 20, 20)), ax=ax)
    assert not ax.texts


def test_payoff_matrix_refuses_an_equilibrium_of_another_game():
    with pytest.raises(InvalidInputError, match=r"equilibria\[0\]"):
        plot_payoff_matrix(DILEMMA, [((1.0,), (0.0, 1.0))])
    with pytest.raises(InvalidInputError, match="two-player"):
        plot_payoff_matrix(NormalFormGame(np.zeros((3, 2, 2, 2))))
