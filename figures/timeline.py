"""Added tariffs of both sides in 2025 and 2026, and what the process expected of them on
2 May 2025.
"""

import datetime as dt

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.forecasts import plot_timeline

NAMED = {
    dt.date(2025, 3, 4): "4 March",
    dt.date(2025, 4, 2): "2 April",
    dt.date(2025, 5, 12): "Geneva",
    dt.date(2025, 10, 30): "Busan",
    dt.date(2026, 2, 20): "court ruling",
}
exhibit = ng.Exhibit(__file__)
fan = exhibit.load("../experiments/results/process/fan")
figure, axes = plt.subplots(2, 1, figsize=(6.1, 4.5), layout="constrained", sharex=True)
lines = dict.fromkeys(NAMED, "")
for ax, player, named in zip(axes, fan.players, (NAMED, lines), strict=True):
    plot_timeline(ng.read_events(), fan, player, named=named, until=dt.date(2026, 7, 1), ax=ax)
    ax.get_legend().remove()
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
exhibit.save(figure)
