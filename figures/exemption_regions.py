"""Exempt shares in equilibrium over visibility and curvature of the audience cost."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process_sensitivity import plot_exemption_regions

exhibit = ng.Exhibit(__file__)
regions = exhibit.load("../experiments/results/sensitivity/exemptions")
figure, axes = plt.subplots(1, 2, figsize=(7.6, 3.5), layout="constrained")
for ax, player in zip(axes, regions.players, strict=True):
    plot_exemption_regions(regions, player, ax=ax)
exhibit.save(figure)
