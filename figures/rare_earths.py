"""What China's export controls and tariffs cost either side, setting by setting."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

__all__ = ["draw"]

_SHOWN = {
    "ban, narrow": ("o", "#009E73", "ban on non-ferrous metals"),
    "ban, wide": ("s", "#D55E00", "ban that adds electronics and electrical goods"),
    "tariff +125": ("^", "#0072B2", "tariff, 125 points added"),
}
_ENDS = (2e-4, 3.0)


def draw(objects: dict[str, Any]) -> Figure:
    """Return the figure from the study's stored losses: one mark a setting and measure.

    Raises
    ------
    ValueError
        If somebody gains, which axes in logs cannot show.
    """
    import matplotlib.pyplot as plt

    found = objects["losses"]
    shown = found.losses[:, [found.measures.index(name) for name in _SHOWN]]
    if shown.min() <= 0.0:
        raise ValueError(f"a loss of {shown.min():g} % cannot be drawn on a log axis")
    years = np.array([time for _, time, _ in found.settings])
    figure, ax = plt.subplots(figsize=(6.3, 4.3), layout="constrained")
    for name, (marker, color, label) in _SHOWN.items():
        usa, china = found.losses[:, found.measures.index(name)].T
        short = (years == 1.0) | np.array([s.endswith("short_run") for s, _, _ in found.settings])
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
    ax.plot(_ENDS, _ENDS, color="0.4", linewidth=0.9, label="both lose alike", zorder=1)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(*_ENDS)
    ax.set_ylim(*_ENDS)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:g}")
    ax.set_xlabel("Loss of China (% of real income)")
    ax.set_ylabel("Loss of the United States (% of real income)")
    ax.legend(fontsize="x-small", loc="lower right")
    return figure
