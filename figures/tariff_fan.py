"""Added tariffs over simulated paths of the process."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process import plot_tariff_fan

exhibit = ng.Exhibit(__file__)
paths = exhibit.load("../experiments/results/process/paths")
figure, axes = plt.subplots(1, 2, figsize=(6.9, 3.2), layout="constrained")
for ax, player in zip(axes, paths.process.players, strict=True):
    plot_tariff_fan(paths, player, ax=ax)
exhibit.save(figure)
