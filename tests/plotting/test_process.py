"""Figures of the process: what they say on their axes, and that they draw what they are given."""

from dataclasses import replace
from datetime import date

import matplotlib.pyplot as plt
import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.plotting.process import (
    plot_readings,
    plot_stage_ends,
    plot_tariff_fan,
    plot_time_to_deal,
)
from negotiation.plotting.process_sensitivity import (
    plot_exemption_regions,
    plot_first_concession_map,
    plot_sobol_indices,
    plot_tornado,
)
from negotiation.process.analysis.readings import Readings
from negotiation.process.analysis.sensitivity import (
    ExemptionRegions,
    FirstConcessionMap,
    SweptOutcome,
    Tornado,
)
from negotiation.process.analysis.stage_ends import StageEnds
from negotiation.process.analysis.tariffs import TariffFan
from negotiation.process.game.nodes import Action, Node
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.solve import solve_process


@pytest.fixture(scope="module")
def solution():
    standoff = Node(
        "standoff",
        [-0.6, -1.07],
        (Action(0, [0.0, 0.2], 0.3, "terms"), Action(1, [0.1, 0.05], 0.3, "terms")),
    )
    return solve_process(
        ProcessGame(
            (standoff, Node("terms", [0.0, 0.0])),
            discount_rates=[0.05, 0.05],
            shock_scales=[0.2, 0.2],
            start=date(2025, 4, 12),
        )
    )


def test_time_to_deal(solution):
    ax = plot_time_to_deal({"a": solution, "b": solution}, days=[0.0, 100.0, 365.0])
    assert np.array_equal(ax.lines[0].get_ydata(), 100 * solution.deal_by([0.0, 100.0, 365.0]))
    assert "2025-04-12" in ax.get_xlabel()
    assert "standoff" in plot_time_to_deal(solution, stage="standoff").get_ylabel()
    with pytest.raises(InvalidInputError):
        plot_time_to_deal({})


def fan():
    levels = np.array([0.25, 0.5, 0.75])
    steps = np.array([[1.0, 0.1], [1.2, 0.2], [1.4, 0.6]])
    quantiles = np.stack([steps, 0.5 * steps], axis=-1)
    return TariffFan(
        ("USA", "CHN"), date(2025, 5, 2), np.array([0.0, 90.0]), levels, quantiles, quantiles[1]
    )


def test_tariff_fan():
    ax = plot_tariff_fan(fan(), "CHN", intervals=(0.5,))
    assert "CHN on USA" in ax.get_ylabel()
    median, mean = ax.lines
    assert median.get_ydata() == pytest.approx([60.0, 10.0])
    assert mean.get_ydata() == pytest.approx([60.0, 10.0])
    with pytest.raises(InvalidInputError, match="JPN"):
        plot_tariff_fan(fan(), "JPN", intervals=(0.5,))
    with pytest.raises(InvalidInputError, match="quantile"):
        plot_tariff_fan(fan(), "USA", intervals=(0.9,))


def test_stage_ends_add_up_to_all():
    one = StageEnds(("cut", "deal"), ("USA concedes", "lapse"), np.array([[0.5, 0.5], [0.1, 0.3]]))
    ax = plot_stage_ends({"a": one, "b": one})
    first, second = (container.patches for container in ax.containers)
    assert [bar.get_width() for bar in first] == pytest.approx([50.0, 50.0, 25.0, 25.0])
    assert [bar.get_x() + bar.get_width() for bar in second] == pytest.approx([100.0] * 4)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "a", "b"]
    with pytest.raises(InvalidInputError, match="nothing"):
        plot_stage_ends({})


def test_readings_show_mean_and_interval():
    low, mean, high = np.array([[0.1, 0.05], [0.2, 0.15], [0.4, 0.3]])
    found = Readings(date(2025, 5, 31), ("silence", "words"), mean, low, high, 0.9)
    ax = plot_readings(found)
    assert ax.lines[0].get_xdata() == pytest.approx([20.0, 15.0])
    assert [segment[1][0] for segment in ax.collections[0].get_segments()] == pytest.approx(
        [40.0, 30.0]
    )
    assert "2025-05-31" in ax.get_xlabel()


def test_bars():
    ends = np.array([[0.2, 0.8], [0.45, np.nan]])
    ax = plot_tornado(Tornado("probability", ("a_usa", "c"), 0.5, ends), most=None)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["c", "a USA"]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([-0.05, -0.3, 0.0, 0.3])
    with pytest.raises(InvalidInputError, match="two ends"):
        plot_tornado(Tornado("probability", ("a",), 0.5, ends))
    bands = np.array([[0.1, 0.3], [0.3, 0.5]])
    indices = {
        "parameters": ("a", "c"),
        "first_order": np.array([0.2, 0.4]),
        "total_order": np.array([0.3, 0.6]),
        "values": np.zeros(8),
    }
    split = SweptOutcome(outcome="usa_first", **indices)
    ax = plot_sobol_indices(split, most=1)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["c"]
    assert "usa first" in ax.get_xlabel()
    assert not ax.collections
    ax = plot_sobol_indices(
        replace(split, first_interval=bands, total_interval=bands, label="who concedes")
    )
    assert "who concedes" in ax.get_xlabel()
    assert len(ax.collections) == 2
    with pytest.raises(InvalidInputError):
        plot_sobol_indices(replace(split, parameters=("a",)))


def test_maps():
    grid = np.array([0.1, 0.3, 1.0])
    share = np.linspace(0, 1, 9).reshape(3, 3)
    found = FirstConcessionMap(("USA", "CHN"), grid, grid, share, np.ones((3, 3)))
    ax = plot_first_concession_map(found)
    assert ax.get_xscale() == "log"
    assert "USA" in ax.get_xlabel()
    assert "CHN" in ax.get_ylabel()
    nobody = replace(found, share=np.where(share > 0.9, np.nan, share))
    assert plot_first_concession_map(nobody).patch.get_hatch() == "xxx"
    chance = np.array([[[1.0, 0.0], [0.0, 0.5]], [[1.0, 1.0], [0.5, 0.0]]])
    regions = ExemptionRegions(("USA", "CHN"), np.array([0.1, 1.0]), np.array([0.0, 0.5]), chance)
    ax = plot_exemption_regions(regions, "CHN")
    assert "seen" in ax.get_xlabel()
    drawn = np.asarray(ax.collections[0].get_array()).ravel()
    assert drawn == pytest.approx([0.0, 1.0, 0.5, 0.0])
    with pytest.raises(InvalidInputError, match="JPN"):
        plot_exemption_regions(regions, "JPN")
    with pytest.raises(InvalidInputError, match="two values"):
        plot_exemption_regions(replace(regions, visibility=np.array([0.1])), "CHN")


def test_the_callers_axes_are_used(solution):
    figure, ax = plt.subplots(figsize=(3, 2))
    assert plot_time_to_deal(solution, days=[0, 10], ax=ax) is ax
    assert tuple(figure.get_size_inches()) == (3, 2)
