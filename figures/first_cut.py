"""Forecast distribution of days to the first cut and of the level after it, beside what
happened.
"""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.forecasts import plot_cut_levels, plot_cut_times

exhibit = ng.Exhibit(__file__)
result = exhibit.load("../experiments/results/backtest/first_cut")
figure, axes = plt.subplots(1, 2, figsize=(6.9, 3.2), layout="constrained")
plot_cut_times(result, ax=axes[0])
plot_cut_levels(result, ax=axes[1])
exhibit.save(figure)
