"""Forecast distribution of days to the first cut, of its level beside what happened, and of days
to a deal.
"""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.forecasts import plot_cut_levels, plot_forecast_bands

exhibit = ng.Exhibit(__file__)
forecast = exhibit.load("../experiments/results/backtest/forecast")
cut = exhibit.load("../experiments/results/backtest/cut")
figure, axes = plt.subplots(1, 3, figsize=(6.1, 2.7), layout="constrained")
plot_forecast_bands(forecast, happened=cut.day, ax=axes[0])
axes[0].set(xlim=(0.0, 365.0), ylabel="probability (percent)", title="first cut by then")
plot_cut_levels(forecast, cut, ax=axes[1])
axes[1].set(xlabel="points", ylabel="", title="level after it, at most")
plot_forecast_bands(forecast, of="deal", ax=axes[2])
axes[2].set(ylabel="", title="deal by then")
for ax in axes:
    ax.get_legend().remove()
figure.legend(
    *axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, columnspacing=1.2
)
exhibit.save(figure)
