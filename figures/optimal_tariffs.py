"""Optimal tariffs by sector against the inverse of the trade elasticity."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.trade import plot_optimal_tariffs

exhibit = ng.Exhibit(__file__)
tariffs = exhibit.load("../experiments/results/policy/sector_tariffs")
figure, ax = plt.subplots(layout="constrained")
plot_optimal_tariffs(tariffs, ax=ax)
exhibit.save(figure)
