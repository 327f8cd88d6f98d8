"""Pictures take results, show units, and leave the caller's figure alone."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.payoffs import best_response_curves, tariff_plane
from negotiation.plotting.dependence import plot_export_dependence
from negotiation.plotting.payoffs import plot_best_responses, plot_tariff_plane
from negotiation.trade.analysis.dependence import export_dependence
from negotiation.trade.model import TradeModel
from tests.strategies_payoffs import economy_of


@pytest.fixture
def ax():
    return plt.subplots(figsize=(4, 3))[1]


@pytest.fixture(scope="module")
def economy():
    flows = np.array([[[90.0, 10.0, 5.0], [20.0, 80.0, 4.0], [3.0, 2.0, 70.0]]] * 2)
    tariffs = np.array([[[0.0, 0.1, 0.0], [0.2, 0.0, 0.0], [0.0, 0.0, 0.0]]] * 2)
    return economy_of(flows, tariffs)


@pytest.fixture(scope="module")
def curves(economy):
    return best_response_curves(economy, exporter_incidence=0.3, partner_rates=5, grid_size=15)


def test_dependence_in_both_directions(economy, ax):
    pair = [
        export_dependence(economy, exporter=a, importer=b)
        for a, b in (("CHN", "USA"), ("USA", "CHN"))
    ]
    drawn = plot_export_dependence(pair, ax=ax, sector_names={"s0": "Food"})
    assert drawn is ax
    assert len(ax.patches) == 6
    widths = sorted(patch.get_width() for patch in ax.patches)
    assert widths[-1] == pytest.approx(100.0 * 20.0 / 24.0)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[-1] == "total"
    assert "Food" in labels
    assert "(%)" in ax.get_xlabel()
    assert tuple(ax.figure.get_size_inches()) == (4.0, 3.0)


def test_dependence_of_one_direction_makes_its_own_figure(economy):
    result = export_dependence(economy, exporter="CHN", importer="USA")
    drawn = plot_export_dependence(result, measure="share_of_importer_absorption")
    assert len(drawn.patches) == 3


def test_dependence_refuses_what_it_cannot_show(economy):
    one = export_dependence(economy, exporter="CHN", importer="USA")
    part = export_dependence(economy, exporter="CHN", importer="USA", sectors=["s0"])
    for directions in ([one, part], [], [one] * 3):
        with pytest.raises(InvalidInputError, match="directions"):
            plot_export_dependence(directions)
    with pytest.raises(InvalidInputError, match="measure"):
        plot_export_dependence(one, measure="exports")


def test_best_responses_show_total_and_added(curves, ax):
    plot_best_responses(curves, ax=ax)
    first, second = ax.lines[:2]
    expected = 100.0 * (curves.replies[0] + curves.baseline[0])
    np.testing.assert_allclose(first.get_xdata(), expected)
    np.testing.assert_allclose(second.get_ydata(), 100.0 * (curves.replies[1] + 0.1))
    assert "total (%)" in ax.get_xlabel()
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts[2:] == ["Nash point", "baseline", "status quo"]
    ax.figure.canvas.draw()
    added = ax.child_axes[0].get_xlim()
    np.testing.assert_allclose(np.array(ax.get_xlim()) - 20.0, added)


def test_plane_shows_one_players_payoff(economy, curves):
    plane = tariff_plane(economy, rates=6, exporter_incidence=0.3)
    drawn = plot_tariff_plane(plane, player="CHN", curves=curves)
    colorbar = drawn.figure.axes[-1]
    assert "Payoff of CHN (% of GDP" in " ".join(colorbar.get_xlabel().split())
    np.testing.assert_allclose(drawn.get_xlim(), [0.0, 220.0])
    assert drawn.get_legend() is not None
    bare = plot_tariff_plane(plane, player="CHN", legend=False)
    assert bare.get_legend() is None
    with pytest.raises(InvalidInputError, match="player"):
        plot_tariff_plane(plane, player="ROW")
    other = best_response_curves(
        economy, players=("USA", "ROW"), partner_rates=2, grid_size=5, exporter_incidence=0.3
    )
    with pytest.raises(InvalidInputError, match="curves"):
        plot_tariff_plane(plane, player="USA", curves=other)


def test_other_instruments_have_axes_of_their_own(economy, ax):
    options = {"model": "general_equilibrium", "trade_model": TradeModel(trade_elasticity=4.0)}
    kinds = {"USA": "trade_cost", "CHN": "export_tax"}
    rates = {"USA": [1.0, 1.2, 1.5], "CHN": [0.0, 0.3, 0.6]}
    plane = tariff_plane(economy, rates=rates, instruments=kinds, **options)
    plot_tariff_plane(plane, player="CHN", ax=ax)
    assert ax.get_xlabel() == "USA trade cost on CHN (factor)"
    assert ax.get_ylabel() == "CHN export tax on USA (%)"
    assert not ax.child_axes
    np.testing.assert_allclose([*ax.get_xlim(), *ax.get_ylim()], [1.0, 1.5, 0.0, 60.0])
    (baseline,) = [line for line in ax.lines if line.get_label() == "baseline"]
    assert (baseline.get_xdata()[0], baseline.get_ydata()[0]) == (1.0, 0.0)
    tariffs = best_response_curves(economy, partner_rates=2, grid_size=5)
    with pytest.raises(InvalidInputError, match="instruments"):
        plot_tariff_plane(plane, player="CHN", curves=tariffs)


def test_plane_without_a_status_quo(economy, ax):
    plane = tariff_plane(economy, players=("CHN", "ROW"), rates={"CHN": [0, 0.5], "ROW": [0, 1.0]})
    plot_tariff_plane(plane, player="ROW", ax=ax)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["baseline"]
