"""Largest Sobol indices of three outcomes with bootstrap intervals."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process_sensitivity import plot_sobol_indices

exhibit = ng.Exhibit(__file__)
outcomes = exhibit.load("../experiments/results/sensitivity/outcomes")
figure, axes = plt.subplots(1, len(outcomes), figsize=(6.1, 2.5), layout="constrained")
for ax, item in zip(axes, outcomes, strict=True):
    plot_sobol_indices(item, most=6, ax=ax)
    ax.set_title(item.label or item.outcome)
    ax.set_xlabel("")
    ax.get_legend().remove()
figure.supxlabel("share of the variance", size="medium")
handles = axes[0].get_legend_handles_labels()
figure.legend(*handles, loc="outside upper center", ncols=2)
exhibit.save(figure)
