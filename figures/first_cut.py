"""Forecast distribution of days to the first cut and of the level after it, beside what
happened.
"""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.forecasts import plot_cut_levels, plot_forecast_bands

exhibit = ng.Exhibit(__file__)
forecast = exhibit.load("../experiments/results/backtest/forecast")
cut = exhibit.load("../experiments/results/backtest/cut")
figure, axes = plt.subplots(1, 2, figsize=(6.1, 3.6), layout="constrained")
plot_forecast_bands(forecast, intervals=(0.9,), happened=cut.day, ax=axes[0])
axes[0].set_xlim(0.0, 365.0)
plot_cut_levels(forecast, cut, ax=axes[1])
exhibit.save(figure)
