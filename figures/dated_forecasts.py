"""Probability of a first cut by three dates, by how long terms are expected to last."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.forecasts import plot_dated_forecasts

exhibit = ng.Exhibit(__file__)
found = exhibit.load("../experiments/results/backtest/by_duration")
figure, axes = plt.subplots(
    1, len(found.dates), figsize=(8.4, 3.2), layout="constrained", sharey=True
)
for ax, day in zip(axes, found.dates, strict=True):
    plot_dated_forecasts(found, day, ax=ax)
for ax in axes[1:]:
    ax.set_ylabel("")
    ax.get_legend().remove()
exhibit.save(figure)
