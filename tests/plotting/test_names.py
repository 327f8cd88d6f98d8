"""Names of users in pictures: printed as they are, whatever they hold."""

import io
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest

import negotiation as ng

#: Formulas, one that cannot be read, and one that Matplotlib would leave out of a legend.
PAIRS = [("US$", "C$ bloc"), (r"$\bad{", "$^"), ("_a", "_b")]


def words(ax):
    """Texts of a picture once it is drawn, with whether they are read as formulas."""
    ax.figure.canvas.draw()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.savefig(io.BytesIO(), format="png", dpi=40)
    texts = [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts]
    texts += [*ax.get_xticklabels(), *ax.get_yticklabels()]
    if ax.get_legend() is not None:
        texts += ax.get_legend().get_texts()
    return [(text.get_text().strip(), text.get_parse_math()) for text in texts if text.get_text()]


@pytest.fixture(params=PAIRS, ids=["formula", "broken", "stroke"])
def sides(request):
    yield request.param
    plt.close("all")


def holds(ax, names):
    """Whether names stand in a picture, and none of the texts that hold one is a formula."""
    found = words(ax)
    assert all(any(name in text for text, _ in found) for name in names), found
    assert not [text for text, math in found if math and "$" in text]


def process(sides):
    acts = [
        {"side": 0, "payoff": [0, 0.2], "mu": 0.3, "to": "end"},
        {"side": 1, "payoff": [0.1, 0.05], "mu": 0.3, "to": "end"},
    ]
    war = {"label": "war", "stage": sides[0], "flow": [-0.6, -1.07], "actions": acts}
    return ng.solve_process(
        ng.MultiStepProcess.from_dict(
            {
                "nodes": [war, {"label": "end", "flow": [0, 0]}],
                "r": [0.05] * 2,
                "s": [0.2] * 2,
                "players": list(sides),
            }
        )
    )


def test_of_a_process(sides):
    solved = process(sides)
    holds(ng.plot_stage_ends(ng.stage_ends(solved)), sides)
    holds(ng.plot_time_to_deal({sides[1]: solved, sides[0]: solved}), sides)


def test_of_a_game_and_an_economy(sides):
    flows = np.random.default_rng(1).uniform(1.0, 5.0, (1, 3, 3)) + 60.0 * np.eye(3)
    names = (*sides, "rest")
    free = ng.TariffSchedule(names, ("goods",), np.zeros((1, 3, 3)))
    economy = ng.Economy("three", names, ("goods",), flows, free, gdp=flows.sum(axis=(0, 2)))
    game = ng.tariff_game(
        economy,
        {sides[0]: [0, 0.3], sides[1]: [0, 0.2]},
        model="export_dependence",
        elasticities=4.0,
    )
    holds(ng.plot_payoff_matrix(game), sides)
    bought = ng.export_dependence(economy, exporter=sides[0], importer=sides[1])
    holds(bought.plot(), sides[:1])


def test_a_formula_may_stand_in_labels_and_in_what_was_there(sides):
    _, ax = plt.subplots()
    ax.set_title(r"$\alpha$")
    ng.plot_stage_ends(ng.stage_ends(process(sides)), labels={sides[0]: r"$\beta$"}, ax=ax)
    assert (r"$\alpha$", True) in words(ax)
    assert (r"$\beta$", True) in words(ax)
