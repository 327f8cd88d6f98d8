"""Branches and payoff sets are drawn with the numbers of the results."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from negotiation import InvalidInputError, NormalFormGame
from negotiation.equilibrium.correlated.payoff_set import correlated_payoff_set
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.quantal.quantal_response import (
    quantal_response,
    quantal_response_branch,
)
from negotiation.plotting.solution_sets import plot_correlated_payoffs, plot_quantal_response

PENNIES = NormalFormGame.from_bimatrix(
    [[9, 0], [0, 1]], [[0, 1], [1, 0]], players=["USA", "CHN"], title="Pennies"
)
CHICKEN = NormalFormGame.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])


def test_quantal_response_lines_are_the_probabilities():
    branch = quantal_response_branch(PENNIES, 100.0)
    ax = plot_quantal_response(branch, payoff_unit="percent of welfare")
    assert len(ax.lines) == 4
    assert ax.lines[2].get_ydata()[-1] == pytest.approx(0.1, abs=1e-3)
    assert ax.get_xlabel() == "precision (1 / percent of welfare)"
    assert ax.get_legend().get_texts()[0].get_text() == "USA: 1"
    assert ax.get_title() == "Pennies"
    _, mine = plt.subplots()
    assert len(plot_quantal_response(branch, ax=mine, players=[1]).lines) == 2


def test_forks_are_marked():
    game = NormalFormGame.from_bimatrix([[2, 0], [0, 2]], [[2, 0], [0, 2]])
    ax = plot_quantal_response(quantal_response_branch(game, 10.0))
    assert len(ax.lines) == 6


def test_quantal_response_refusals():
    one = quantal_response(PENNIES, 1.0)
    with pytest.raises(InvalidInputError, match="two points"):
        plot_quantal_response(one)
    with pytest.raises(InvalidInputError, match="no such player"):
        plot_quantal_response(quantal_response(PENNIES, [0.0, 1.0]), players=[2])
    flat = quantal_response(PENNIES, [0.0, 0.0])
    assert plot_quantal_response(flat).get_xlim()[1] > 0


def test_correlated_set_with_equilibria_and_coarse_outline():
    ax = plot_correlated_payoffs(
        correlated_payoff_set(CHICKEN),
        nash_equilibria(CHICKEN),
        coarse=correlated_payoff_set(CHICKEN, coarse=True),
        payoff_label="welfare (percent)",
    )
    labels = {t.get_text() for t in ax.get_legend().get_texts()}
    assert labels == {
        "pure profiles",
        "correlated equilibria",
        "coarse correlated equilibria",
        "Nash equilibria",
    }
    stars = ax.collections[-1].get_offsets()
    assert sorted(np.asarray(stars).round(6).tolist())[0] == [2.0, 7.0]
    assert ax.get_xlabel() == "welfare (percent) of player 1"


def test_a_set_that_is_a_point():
    dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    _, ax = plt.subplots()
    found = plot_correlated_payoffs(correlated_payoff_set(dilemma), ax=ax)
    assert found is ax
    assert not ax.patches
