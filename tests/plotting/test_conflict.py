"""The pictures of standoffs show what they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from negotiation.bargaining.attrition.audience_costs import audience_cost_crisis_uniform
from negotiation.bargaining.attrition.hazard import AttritionSide, concession_path
from negotiation.bargaining.attrition.reputation import reputational_bargaining
from negotiation.bargaining.signals.cheap_talk import cheap_talk_partition
from negotiation.bargaining.signals.sources import source_posterior
from negotiation.errors import InvalidInputError
from negotiation.plotting.conflict import (
    plot_audience_cost_horizon,
    plot_cheap_talk_partition,
    plot_concession_hazards,
    plot_concession_survival,
    plot_source_posterior,
)

STANDOFF = {
    "concede": [0.3, 0.4],
    "win": [0.7, 0.6],
    "stubbornness": [0.1, 0.1],
    "discount_rates": [0.05, 0.05],
    "flows": [-0.05, -0.08],
}


def test_survival_starts_after_the_jump_and_ends_at_the_prior():
    found = reputational_bargaining(**STANDOFF)
    figure, ax = plt.subplots(figsize=(4, 3))
    assert plot_concession_survival(found, ax=ax, sides=("USA", "CHN"), time_unit="month") is ax
    assert figure.get_size_inches().tolist() == [4, 3]
    lines = [line for line in ax.lines if line.get_label() in ("USA", "CHN")]
    ends = [line.get_ydata()[[0, -1]].tolist() for line in lines]
    assert ends[0] == pytest.approx([1.0, 0.1])
    assert ends[1] == pytest.approx([1 - found.initial_concession[1], 0.1])
    assert ax.get_xlabel() == "time (months)"
    assert any("stubborn" in text.get_text() for text in ax.texts)


def test_survival_without_a_horizon_and_in_a_corner():
    endless = reputational_bargaining(**(STANDOFF | {"stubbornness": [0.0, 0.0]}))
    assert not plot_concession_survival(endless).texts
    corner = reputational_bargaining(**(STANDOFF | {"flows": [1.0, -0.1]}))
    with pytest.raises(InvalidInputError, match="corner"):
        plot_concession_survival(corner)


def test_hazards_are_drawn_as_given():
    side = AttritionSide(concede=lambda t: -0.3 * t, concede_slope=lambda t: -0.3, win=1.0)
    path = concession_path(np.linspace(0, 3, 7), (side, side))
    ax = plot_concession_hazards(path, time_unit="day")
    assert np.array_equal(ax.lines[0].get_ydata(), path.hazards[0])
    assert ax.get_ylabel() == "concession rate (per day)"


def test_horizon_of_a_crisis():
    crisis = audience_cost_crisis_uniform(prize=1, cost_rates=[0.4, 0.2], war_bounds=[1, 1])
    ax = plot_audience_cost_horizon(crisis, sides=("USA", "CHN"))
    curves = [line for line in ax.lines if "backs down" in str(line.get_label())]
    for j, curve in enumerate(curves):
        assert curve.get_xdata()[-1] == pytest.approx(crisis.horizon)
        assert curve.get_ydata()[-1] == pytest.approx(crisis.survival[j])
    assert any("0.27" in text.get_text() for text in ax.texts)


def test_partition_of_talk():
    talk = cheap_talk_partition(0.05)
    ax = plot_cheap_talk_partition(talk, unit="points")
    assert ax.get_xticks().tolist() == pytest.approx(list(talk.boundaries))
    levels = [line.get_ydata()[0] for line in ax.lines[:3]]
    assert levels == pytest.approx(list(talk.actions))
    with pytest.raises(InvalidInputError, match="no intervals"):
        plot_cheap_talk_partition(cheap_talk_partition(0.0))


def test_beliefs_after_reports():
    found = source_posterior(
        0.5, sensitivities=[0.9, 0.7], false_positive_rates=[0.2, 0.6], reports=["yes", "no"]
    )
    ax = plot_source_posterior(found, sources=["state media: yes", "ministry: no"], event="call")
    heights = [bar.get_height() for bar in ax.patches]
    assert heights == pytest.approx(np.diff(found.path))
    assert [text.get_text() for text in ax.texts] == ["0.50", "0.82", "0.77"]
    assert plot_source_posterior(found).get_ylabel() == "probability of the event"
    with pytest.raises(InvalidInputError, match="one name"):
        plot_source_posterior(found, sources=["one"])
