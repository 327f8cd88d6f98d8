"""Probability of a first cut and of a deal by day, over parameter draws and payoff models."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.forecasts import plot_forecast_bands

exhibit = ng.Exhibit(__file__)
forecast = exhibit.load("../experiments/results/backtest/forecast")
figure, axes = plt.subplots(1, 2, figsize=(6.1, 3.4), layout="constrained")
for ax, of in zip(axes, ("cut", "deal"), strict=True):
    plot_forecast_bands(forecast, of=of, ax=ax)
    ax.get_legend().remove()
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
exhibit.save(figure)
