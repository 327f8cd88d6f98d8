"""Probability of a first cut and of a comprehensive agreement by day, by payoff model."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process import plot_time_to_deal

exhibit = ng.Exhibit(__file__)
solutions = exhibit.load("../experiments/results/process/by_model")
figure, axes = plt.subplots(1, 2, figsize=(6.1, 2.9), layout="constrained")
plot_time_to_deal(solutions, stage="de-escalation", ax=axes[0])
plot_time_to_deal(solutions, ax=axes[1])
axes[0].set_ylabel("first cut by then (percent)")
axes[1].set_ylabel("agreement by then (percent)")
for ax in axes:
    ax.get_legend().remove()
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
exhibit.save(figure)
