"""Loss of each side under China's export bans and tariffs, one mark a setting."""

import matplotlib.pyplot as plt
import numpy as np

import negotiation as ng

SHOWN = {
    "ban, narrow": ("o", "#009E73", "ban on non-ferrous metals"),
    "ban, wide": ("s", "#D55E00", "ban that adds electronics and electrical goods"),
    "tariff +125": ("^", "#0072B2", "tariff, 125 points added"),
}
ENDS = (2e-4, 3.0)

exhibit = ng.Exhibit(__file__)
found = exhibit.load("../experiments/results/rare_earths/losses")
years = np.array([time for _, time, _ in found["settings"]])
short = (years == 1.0) | np.array([name.endswith("short_run") for name, _, _ in found["settings"]])
figure, ax = plt.subplots(figsize=(6.1, 3.7), layout="constrained")
for name, (marker, color, label) in SHOWN.items():
    usa, china = found["losses"][:, found["measures"].index(name)].T
    for chosen, face, suffix in ((short, "none", " (one year)"), (~short, color, "")):
        ax.plot(
            china[chosen],
            usa[chosen],
            marker,
            color=color,
            markerfacecolor=face,
            markersize=5,
            markeredgewidth=0.9,
            label=label + suffix,
        )
ax.plot(ENDS, ENDS, color="0.4", linewidth=0.9, label="both lose alike", zorder=1)
# A setting in which somebody gains has no place on axes in logs; the study's table has all.
ax.set(xscale="log", yscale="log", xlim=ENDS, ylim=ENDS)
for axis in (ax.xaxis, ax.yaxis):
    axis.set_major_formatter("{x:g}")
ax.set_xlabel("Loss of China (% of real income)")
ax.set_ylabel("Loss of the United States (% of real income)")
ax.legend(fontsize=7.0, loc="lower right")
exhibit.save(figure)
