"""Payoffs that tariffs can reach, the standoff, and bargaining solutions."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.bargaining import plot_bargaining_set

exhibit = ng.Exhibit(__file__)
problem = exhibit.load("../experiments/results/bargaining/equilibrium_short_run_problem")
solutions = exhibit.load("../experiments/results/bargaining/equilibrium_short_run_solutions")
figure, axes = plt.subplots(1, 2, figsize=(6.1, 3.6), layout="constrained")
for ax in axes:
    plot_bargaining_set(problem, solutions, ax=ax, unit="% of GDP a year")
    ax.get_legend().remove()
handles, labels = axes[0].get_legend_handles_labels()
figure.legend(handles, labels, loc="outside lower center", ncols=4)
nodes = problem.geometry.nodes()
low, high = nodes.min(axis=0), nodes.max(axis=0)
margin = 0.6 * (high - low)
axes[1].set_xlim(low[0] - margin[0], high[0] + margin[0])
axes[1].set_ylim(low[1] - margin[1], high[1] + margin[1])
axes[0].set_title("all tariffs")
axes[1].set_title("near the frontier")
exhibit.save(figure)
