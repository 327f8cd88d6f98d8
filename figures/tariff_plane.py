"""Payoff of each side over the plane of both tariffs, best replies and the Nash point."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.payoffs import plot_tariff_plane

exhibit = ng.Exhibit(__file__)
plane = exhibit.load("../experiments/results/policy/plane")
curves = exhibit.load("../experiments/results/best_responses/equilibrium_short_run")
figure, axes = plt.subplots(1, 2, figsize=(6.1, 4.0), layout="constrained")
for ax, player in zip(axes, plane.players, strict=True):
    plot_tariff_plane(plane, player=player, curves=curves, legend=False, ax=ax)
handles, labels = axes[0].get_legend_handles_labels()
figure.legend(handles, labels, loc="outside upper center", ncols=3)
exhibit.save(figure)
