"""Trees are drawn with their payoffs, moves, information sets and probabilities."""

import matplotlib.pyplot as plt
import pytest

from negotiation import InvalidInputError
from negotiation.equilibrium.trees.sequence_form import sequence_form_equilibrium
from negotiation.plotting.game_trees import plot_game_tree
from tests.game_trees import beer_quiche, centipede, crisis, kuhn_poker, selten_horse


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_payoffs_actions_and_legend():
    ax = plot_game_tree(centipede(4), payoff_label="welfare (percent)")
    assert texts(ax).count("take") == 4
    assert "2, 6" in texts(ax)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["first", "second"]
    assert ax.get_xlabel() == "at the ends: welfare (percent) of first, second"
    assert ax.get_title() == "Centipede"


def dotted(ax):
    return [line for line in ax.lines if line.get_linestyle() == ":"]


def test_information_sets_are_joined_and_kept_apart():
    ax = plot_game_tree(beer_quiche())
    lines = dotted(ax)
    assert len(lines) == 2
    bows = [line.get_xdata()[12] - line.get_xdata()[0] for line in lines]
    assert bows[0] * bows[1] < 0
    assert "chance" in [t.get_text() for t in ax.get_legend().get_texts()]
    assert len(dotted(plot_game_tree(selten_horse()))) == 1
    plot_game_tree(kuhn_poker()).figure.canvas.draw()


def test_an_equilibrium_widens_branches_and_prints_odds():
    game = crisis(0.3, 0.5, 0.2, -2, 2, 0)
    found = sequence_form_equilibrium(game).equilibria[0]
    figure, ax = plt.subplots(figsize=(6, 4))
    assert plot_game_tree(game, found, ax=ax) is ax
    assert figure.get_size_inches().tolist() == [6, 4]
    assert "challenge (0.429)" in texts(ax)
    assert "strong (0.3)" in texts(ax)
    widths = [line.get_linewidth() for line in ax.lines]
    assert max(widths) == pytest.approx(2.9)
    with pytest.raises(InvalidInputError, match="missing"):
        plot_game_tree(game, {"strong": [1, 0]})
