"""Added tariffs in force by day, over payoff models at their weights."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process import plot_tariff_fan

exhibit = ng.Exhibit(__file__)
fan = exhibit.load("../experiments/results/process/fan")
figure, axes = plt.subplots(1, 2, figsize=(6.9, 3.4), layout="constrained")
for ax, player in zip(axes, fan.players, strict=True):
    plot_tariff_fan(fan, player, ax=ax)
    ax.get_legend().remove()
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=5)
exhibit.save(figure)
