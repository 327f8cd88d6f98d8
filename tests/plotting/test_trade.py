"""Pictures of the trade economy draw what the results say."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.plotting.trade import (
    plot_model_map,
    plot_optimal_tariffs,
    plot_validation,
    plot_war_gains,
    plot_welfare_parts,
)
from negotiation.policy.results import SectorTariffs, WarGains
from negotiation.study.comparisons.model_map import MapRow, ModelMap
from negotiation.study.comparisons.published import ValidationPoints
from negotiation.trade.analysis.decomposition import decompose_welfare
from negotiation.trade.equilibrium import counterfactual
from tests.trade.worlds import random_world


@pytest.fixture
def ax():
    return plt.subplots()[1]


def test_optimal_tariffs(ax):
    result = SectorTariffs(
        ("A", "B"), ("food", "cars"), np.array([[0.1, 0.3], [0.2, 0.4]]), np.array([10.0, 4.0])
    )
    assert plot_optimal_tariffs(result, annotate=1, ax=ax) is ax
    assert ax.lines[0].get_xdata() == pytest.approx([10.0, 25.0])
    assert ax.lines[1].get_ydata() == pytest.approx([20.0, 40.0])
    assert [text.get_text() for text in ax.texts] == ["cars"]
    assert "%" in ax.get_ylabel()


def test_war_gains(ax):
    result = WarGains(("A alone", "all"), ("A", "B"), np.array([[0.2, -0.1], [0.001, -3.0]]))
    plot_war_gains(result, ax=ax)
    assert [text.get_text() for text in ax.texts] == ["+0.20", "-0.10", "0", "-3.00"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["A", "B"]


def test_validation(ax):
    points = ValidationPoints(
        ("one", "two"),
        ("one", "two", "two"),
        (False, False, True),
        (1.0, -20.0, 3.0),
        (1.1, -20.1, 3.2),
    )
    plot_validation(points, ax=ax)
    assert len(ax.lines) == 4
    assert ax.lines[3].get_markerfacecolor() == "none"
    assert ax.get_xlim() == ax.get_ylim()


def test_model_map(ax):
    rows = tuple(
        MapRow(name, "f", horizon, "GDP", ((usa, china),), (0.1, 0.1), (china, usa), 0.0, True)
        for name, horizon, usa, china in (
            ("long", "long run", -1.0, -0.5),
            ("short", "one year", -0.2, -0.9),
        )
    )
    found = ModelMap(((1.45, 1.25),), rows)
    plot_model_map(found, ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["long", "short *"]
    assert "145/125" in ax.get_xlabel()
    with pytest.raises(InvalidInputError, match="no such point"):
        plot_model_map(found, point=1, ax=ax)
    other = plot_model_map(found, point=None)
    assert "Nash" in other.get_xlabel()


def test_welfare_parts(ax):
    economy = random_world(3, regions=3, sectors=2)
    war = counterfactual(economy, economy.tariffs.add(importer="R0", rate=0.5))
    parts = decompose_welfare(war)
    plot_welfare_parts(parts, ax=ax)
    height = sum(bar.get_height() for bars in ax.containers for bar in bars)
    assert height == pytest.approx(parts.welfare.sum(), abs=1e-5)
    assert ax.get_legend().get_texts()[0].get_text() == "total" or len(ax.containers) >= 2
