"""Figures of the process: what they say on their axes, and that they draw what they are given."""

from dataclasses import replace
from datetime import date

import matplotlib
import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.plotting.process import (
    plot_belief_path,
    plot_reputation_curves,
    plot_stage_tree,
    plot_tariff_fan,
    plot_time_to_deal,
)
from negotiation.plotting.process_sensitivity import (
    plot_exemption_regions,
    plot_first_concession_map,
    plot_probability_bands,
    plot_sobol_indices,
    plot_tornado,
)
from negotiation.process.analysis.sensitivity import (
    ExemptionRegions,
    FirstConcessionMap,
    SweptDates,
    SweptOutcome,
    Tornado,
)
from negotiation.process.beliefs.updating import filter_beliefs
from negotiation.process.multi_step.load import load_process
from negotiation.process.solve import solve_process
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.simulation import simulate_process

matplotlib.use("agg")
plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def solution():
    return solve_process(load_process(as_of="2025-05-02"))


def test_time_to_deal(solution):
    ax = plot_time_to_deal({"a": solution, "b": solution}, days=[0.0, 100.0, 365.0])
    assert np.array_equal(ax.lines[0].get_ydata(), solution.deal_by([0.0, 100.0, 365.0]))
    assert "2025-04-12" in ax.get_xlabel()
    assert "de-escalation" in plot_time_to_deal(solution, stage="de-escalation").get_ylabel()
    with pytest.raises(InvalidInputError):
        plot_time_to_deal({})


def test_tariff_fan(solution):
    paths = simulate_process(solution, 500, rng=np.random.default_rng(1))
    ax = plot_tariff_fan(paths, "USA", days=[0.0, 50.0, 400.0], intervals=(0.5,))
    assert "USA" in ax.get_ylabel()
    median = 100 * paths.tariff_quantiles([0.0, 50.0, 400.0], [0.5])[0, :, 0]
    assert np.array_equal(ax.lines[0].get_ydata(), median)
    with pytest.raises(InvalidInputError, match="JPN"):
        plot_tariff_fan(paths, "JPN")
    bare = MultiStepProcess.from_dict(
        {"stages": [{"g": [-1, -1], "l": [0, 0], "f": [1, 1]}], "r": [0.1, 0.1], "z": [0.1, 0.1]}
    )
    with pytest.raises(InvalidInputError, match="tariffs"):
        plot_tariff_fan(
            simulate_process(solve_process(bare), 10, rng=np.random.default_rng(1)), "USA"
        )


def test_stage_tree(solution):
    ax = plot_stage_tree(solution)
    assert [t.get_text() for t in ax.get_xticklabels()][-1] == "deal"
    shown = {text.get_text() for text in ax.texts}
    assert f"{100 * solution.deal_probability:.0f}" in shown


def test_reputation_curves(solution):
    ax = plot_reputation_curves(solution, "de-escalation")
    for line in (ax.lines[0], ax.lines[2]):
        values = np.asarray(line.get_ydata())
        assert np.all(np.diff(values) >= 0.0)
        assert values[-1] == pytest.approx(1.0)
    with pytest.raises(InvalidInputError):
        plot_reputation_curves(solution, "de-escalation reopened")


def test_belief_path(solution):
    path = filter_beliefs(solution.process, as_of="2025-05-02")
    ax = plot_belief_path(path)
    assert np.array_equal(ax.lines[0].get_ydata(), path.posteriors[:, 0])


def test_bands():
    result = SweptDates(
        event="a cut",
        start=date(2025, 5, 2),
        days=np.array([0.0, 1.0, 2.0]),
        probabilities=np.array([[0, 0.1, 0.2], [0, 0.3, 0.4], [np.nan] * 3]),
        central=np.array([0.0, 0.2, 0.3]),
    )
    ax = plot_probability_bands(result, intervals=(0.5,))
    median, central = ax.lines
    assert median.get_ydata() == pytest.approx([0.0, 0.2, 0.3])
    assert central.get_ydata() == pytest.approx([0.0, 0.2, 0.3])
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "days since 2025-05-02",
        "probability of a cut",
    )


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
    grid = np.array([0.01, 0.1, 0.5])
    share = np.linspace(0, 1, 9).reshape(3, 3)
    ever = np.ones((3, 3))
    found = FirstConcessionMap(("USA", "CHN"), grid, grid, share, ever)
    ax = plot_first_concession_map(found)
    assert ax.get_xscale() == "log"
    assert "USA" in ax.get_xlabel()
    assert "CHN" in ax.get_ylabel()
    nobody = replace(found, share=np.where(share > 0.9, np.nan, share))
    assert plot_first_concession_map(nobody).patch.get_hatch() == "xxx"
    cells = np.array([[[1.0, 0.0], [0.0, 0.5]], [[1.0, 1.0], [0.5, 0.0]]])
    regions = ExemptionRegions(
        ("USA", "CHN"), np.array([0.1, 1.0]), np.array([0.1, 0.5]), cells / 2, cells, cells
    )
    ax = plot_exemption_regions(regions, "CHN")
    assert "seen" in ax.get_xlabel()
    drawn = np.asarray(ax.collections[0].get_array()).ravel()
    assert drawn == pytest.approx([0.0, 100.0, 50.0, 0.0])
    with pytest.raises(InvalidInputError, match="JPN"):
        plot_exemption_regions(regions, "JPN")
    with pytest.raises(InvalidInputError, match="two values"):
        plot_exemption_regions(replace(regions, visibility=np.array([0.1])), "CHN")


def test_the_callers_axes_are_used(solution):
    figure, ax = plt.subplots(figsize=(3, 2))
    assert plot_time_to_deal(solution, days=[0, 10], ax=ax) is ax
    assert tuple(figure.get_size_inches()) == (3, 2)
