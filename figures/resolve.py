"""What the forecast of a first cut makes of assumed and of fitted audience costs, and why they
differ.
"""

import matplotlib.pyplot as plt
import numpy as np

import negotiation as ng

exhibit = ng.Exhibit(__file__)
assumed = exhibit.load("../experiments/results/resolve/assumed")
fitted = exhibit.load("../experiments/results/backtest/forecast")
stakes = exhibit.load("../experiments/results/resolve/stakes")
figure, axes = plt.subplots(1, 2, figsize=(6.1, 2.8), layout="constrained")
for forecast, own, label, style in (
    (assumed, stakes, "assumed ranges", "--"),
    (fitted, np.full(stakes.size, stakes.mean()), "fit to disputes", "-"),
):
    column = forecast.parameters.index(f"audience_cost_{forecast.players[0].lower()}")
    cost = np.divide.outer(forecast.values[:, column], own)
    cut = 100.0 * forecast.cut[:, :, forecast.dates.index(assumed.dates[0])]
    for ax, values in ((axes[0], cost), (axes[1], cut)):
        order = np.argsort(values, axis=None)
        share = 100.0 * np.cumsum(forecast.weights.ravel()[order])
        ax.step(values.ravel()[order], share, style, where="post", label=label)
axes[0].set(xscale="log", xlabel="audience cost over yearly stake", ylabel="draws below, %")
axes[1].set(xlabel=f"probability of a cut by {assumed.dates[0]}, %", ylabel="draws below, %")
axes[0].xaxis.set_major_formatter("{x:g}")
axes[1].legend(frameon=False)
exhibit.save(figure)
