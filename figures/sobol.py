"""Sobol indices of three outcomes with bootstrap intervals."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process_sensitivity import plot_sobol_indices

exhibit = ng.Exhibit(__file__)
outcomes = exhibit.load("../experiments/results/sensitivity/outcomes")
size = (6.0, 2.7 * len(outcomes))
figure, axes = plt.subplots(len(outcomes), 1, figsize=size, layout="constrained", squeeze=False)
for ax, item in zip(axes[:, 0], outcomes, strict=True):
    plot_sobol_indices(item, ax=ax)
    ax.set_title(item.label or item.outcome)
    ax.set_xlabel("share of the variance" if item is outcomes[-1] else "")
    ax.get_legend().remove()
handles = axes[0, 0].get_legend_handles_labels()
figure.legend(*handles, loc="outside upper center", ncols=2)
exhibit.save(figure)
