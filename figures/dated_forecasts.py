"""Probability of a first cut by three dates, by how long terms are expected to last and by
payoff model.
"""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.forecasts import plot_dated_forecasts

exhibit = ng.Exhibit(__file__)
found = exhibit.load("../experiments/results/process/by_duration")
figure, axes = plt.subplots(
    1, len(found.dates), figsize=(6.1, 2.9), layout="constrained", sharey=True
)
for ax, day in zip(axes, found.dates, strict=True):
    plot_dated_forecasts(found, day, ax=ax)
    ax.get_legend().remove()
for ax in axes[1:]:
    ax.set_ylabel("")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
exhibit.save(figure)
