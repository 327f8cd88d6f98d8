"""Figures of bargaining show what the results say, on the caller's axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from negotiation.bargaining.agreements.purchases import phase_one_compliance
from negotiation.bargaining.agreements.self_enforcing import gradual_cuts
from negotiation.bargaining.offers.finite_horizon import stahl_finite_horizon
from negotiation.bargaining.offers.ratification import ratification_offer, win_sets
from negotiation.bargaining.solutions.axiomatic import kalai_smorodinsky, nash_bargaining
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.errors import InvalidInputError
from negotiation.plotting.bargaining import (
    plot_bargaining_set,
    plot_compliance_posterior,
    plot_gradual_cuts,
    plot_offers,
    plot_ratification_offer,
    plot_win_sets,
)
from negotiation.trade.markets.linear_tariffs import LinearTariffModel


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize("convexify", [True, False])
def test_bargaining_set(convexify):
    problem = BargainingProblem(
        [[0, 1], [0.6, 0.7], [1, 0], [0.2, 0.2]],
        [0, 0],
        outside_options=[0.1, 0.1],
        players=("USA", "CHN"),
        convexify=convexify,
    )
    solutions = [nash_bargaining(problem), kalai_smorodinsky(problem)]
    figure, ax = plt.subplots(figsize=(4, 3))
    assert plot_bargaining_set(problem, solutions, ax, unit="% of GDP") is ax
    assert figure.get_size_inches().tolist() == [4, 3]
    assert ax.get_xlabel() == "USA: % of GDP"
    assert {"Nash", "Kalai-Smorodinsky", "disagreement", "outside options"} <= set(labels(ax))
    nash = next(line for line in ax.lines if line.get_label() == "Nash")
    assert np.ravel(nash.get_xydata()) == pytest.approx(solutions[0].payoffs)


def test_bargaining_set_of_a_curve_on_its_own_axes():
    ax = plot_bargaining_set(BargainingProblem(lambda u: 1 - u**2, [0, 0]))
    assert "outcomes" not in labels(ax)
    with pytest.raises(InvalidInputError, match="two players"):
        plot_bargaining_set(BargainingProblem(np.eye(3), [0, 0, 0]))


def test_offers():
    game = stahl_finite_horizon(0.9, 6)
    ax = plot_offers(game, players=("USA", "CHN"))
    assert "USA proposes" in labels(ax)
    assert ax.lines[0].get_ydata() == pytest.approx(game.offers[:, 0])
    assert ax.lines[1].get_xdata().tolist() == [1, 3, 5]


def test_win_sets():
    ax = plot_win_sets(win_sets([0.6, 0.5], [0.5, 2 / 3]), players=("USA", "CHN"))
    assert "USA ratifies" in [t.get_text() for t in ax.get_yticklabels()]
    assert "both ratify: 37% of the surplus" in labels(ax)
    apart = plot_win_sets(win_sets([0.9, 0.9], [1, 1]))
    assert apart.get_title() == "win-sets do not meet"


def test_compliance_posterior():
    result = phase_one_compliance(by_group=True)
    ax = plot_compliance_posterior(result)
    line = next(x for x in ax.lines if "willing" in str(x.get_label()))
    assert line.get_ydata() == pytest.approx(result.posterior_path)
    assert len(ax.patches) == 6


def test_ratification_offer_and_gradual_cuts():
    best = ratification_offer(0.9, 0.3)
    ax = plot_ratification_offer(best)
    assert ax.lines[1].get_ydata()[0] == pytest.approx(max(best.payoffs), abs=1e-4)
    cuts = gradual_cuts(LinearTariffModel.two_good(gap=1.0), 0.8)
    ax = plot_gradual_cuts(cuts, ax=plt.subplots()[1])
    assert ax.lines[1].get_ydata()[0] == pytest.approx(cuts.limit)
