"""Pictures of what a process's answers rest on: bands, bars, maps over parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError
from negotiation.plotting.process import new_axes
from negotiation.values import FloatArray, IntArray, float_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "plot_exemption_regions",
    "plot_first_concession_map",
    "plot_probability_bands",
    "plot_sobol_indices",
    "plot_tornado",
]

_DARK, _LIGHT = "#0072B2", "#E69F00"


def plot_probability_bands(
    days: ArrayLike,
    probabilities: ArrayLike,
    *,
    central: ArrayLike | None = None,
    intervals: Sequence[float] = (0.5, 0.9),
    event: str = "a deal",
    ax: Axes | None = None,
) -> Axes:
    """Draw the spread over swept parameters of a probability by date.

    Parameters
    ----------
    days
        ``[day]`` since the start.
    probabilities
        ``[draw, day]``, one row a draw of the parameters.
    central
        ``[day]`` at the central parameters, drawn as a line besides the median.
    intervals
        Share of the draws in each band around the median.
    event
        What the probability is of.
    """
    x = float_array(days, name="days", ndim=1, low=0.0)
    draws = float_array(probabilities, name="probabilities", shape=(None, len(x)), low=0, high=1)
    bands = sorted(float_array(intervals, name="intervals", ndim=1, low=0.0, high=1.0))
    ax = new_axes(ax)
    for n, share in enumerate(reversed(bands)):
        low, high = np.quantile(draws, [0.5 - share / 2, 0.5 + share / 2], axis=0)
        ax.fill_between(
            x,
            low,
            high,
            color=_DARK,
            alpha=0.2 + 0.25 * n,
            linewidth=0,
            label=f"{100 * share:.0f} % of parameter draws",
        )
    ax.plot(x, np.median(draws, axis=0), color="black", label="median draw")
    if central is not None:
        middle = float_array(central, name="central", shape=(len(x),), low=0.0, high=1.0)
        ax.plot(x, middle, color="black", linestyle="--", label="central parameters")
    ax.set(xlim=(float(x.min()), float(x.max())), ylim=(0.0, 1.0))
    ax.set_xlabel("days since the start")
    ax.set_ylabel(f"probability of {event}")
    ax.legend(loc="best")
    return ax


def _ordered(size: FloatArray, most: int | None) -> IntArray:
    order = np.argsort(size, kind="stable").astype(np.int64)
    return order if most is None else order[-most:]


def plot_tornado(
    names: Sequence[str],
    low: ArrayLike,
    high: ArrayLike,
    base: float,
    *,
    label: str,
    most: int | None = 12,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far an answer moves when each parameter goes to the ends of its range.

    Parameters
    ----------
    names
        Of the parameters.
    low, high
        Answer at the low and the high end of each range ``[parameter]``.
    base
        Answer at the central values.
    label
        What the answer is, with its unit.
    most
        Only this many of the widest bars; None: all.
    """
    down = float_array(low, name="low", shape=(len(names),))
    up = float_array(high, name="high", shape=(len(names),))
    order = _ordered(np.maximum(np.abs(down - base), np.abs(up - base)), most)
    ax = new_axes(ax)
    rows = np.arange(len(order))
    ax.barh(
        rows,
        down[order] - base,
        left=base,
        color=_LIGHT,
        edgecolor="black",
        label="low end of range",
    )
    ax.barh(
        rows,
        up[order] - base,
        left=base,
        color=_DARK,
        edgecolor="black",
        hatch="//",
        label="high end of range",
    )
    ax.axvline(base, color="black", linewidth=1.0)
    ax.set_yticks(rows, [names[int(k)].replace("_", " ") for k in order])
    ax.set_xlabel(label)
    ax.legend(loc="best")
    return ax


def plot_sobol_indices(
    names: Sequence[str],
    first: ArrayLike,
    total: ArrayLike,
    *,
    most: int | None = 12,
    ax: Axes | None = None,
) -> Axes:
    """Draw first-order and total Sobol indices of each parameter.

    Parameters
    ----------
    names
        Of the parameters.
    first, total
        Indices ``[parameter]``: the share of the variance due to a parameter alone, and with all
        its interactions.
    most
        Only this many of the largest; None: all.
    """
    alone = float_array(first, name="first", shape=(len(names),))
    whole = float_array(total, name="total", shape=(len(names),))
    order = _ordered(whole, most)
    ax = new_axes(ax)
    rows = np.arange(len(order))
    ax.barh(
        rows + 0.2, whole[order], height=0.4, color=_LIGHT, edgecolor="black", label="total effect"
    )
    ax.barh(
        rows - 0.2,
        alone[order],
        height=0.4,
        color=_DARK,
        edgecolor="black",
        hatch="//",
        label="alone (first order)",
    )
    ax.set_yticks(rows, [names[int(k)].replace("_", " ") for k in order])
    ax.set_xlabel("share of the variance (Sobol index)")
    ax.set_xlim(left=min(0.0, float(alone.min())))
    ax.legend(loc="best")
    return ax


def plot_first_concession_map(
    first_stubbornness: ArrayLike,
    second_stubbornness: ArrayLike,
    share: ArrayLike,
    *,
    players: tuple[str, str] = ("USA", "CHN"),
    ax: Axes | None = None,
) -> Axes:
    """Draw who is likely to concede first over the stubbornness of both sides.

    Parameters
    ----------
    first_stubbornness, second_stubbornness
        Prior probabilities of the tough type of each side: the axes, both logarithmic.
    share
        Probability ``[first, second]`` that the first side concedes first, given a concession.
    players
        Names of the sides.
    """
    x = float_array(first_stubbornness, name="first_stubbornness", ndim=1, low=1e-12, high=1.0)
    y = float_array(second_stubbornness, name="second_stubbornness", ndim=1, low=1e-12, high=1.0)
    values = float_array(share, name="share", shape=(len(x), len(y)), low=0.0, high=1.0)
    ax = new_axes(ax)
    image = ax.pcolormesh(x, y, values.T, cmap="cividis", vmin=0.0, vmax=1.0, shading="nearest")
    if values.min() < 0.5 < values.max():
        lines = ax.contour(x, y, values.T, levels=[0.5], colors="white", linewidths=2.0)
        ax.clabel(lines, fmt={0.5: "even"})
    ax.set(xscale="log", yscale="log")
    ax.set_xlabel(f"stubbornness of {players[0]} (prior of the tough type)")
    ax.set_ylabel(f"stubbornness of {players[1]} (prior of the tough type)")
    figure = ax.get_figure()
    if figure is not None:
        figure.colorbar(image, ax=ax, label=f"probability that {players[0]} concedes first")
    return ax


def plot_exemption_regions(
    visibility: ArrayLike,
    curvature: ArrayLike,
    shares: ArrayLike,
    *,
    player: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw the exempt share that a side chooses over the costs of being seen to exempt.

    Parameters
    ----------
    visibility
        Probability that an exemption is seen ``[visibility]``.
    curvature
        Curvature of the audience cost ``[curvature]``, percent of GDP.
    shares
        Mean exempt share in equilibrium ``[visibility, curvature]``.
    player
        Whose share it is.
    """
    x = float_array(visibility, name="visibility", ndim=1, low=0.0, high=1.0)
    y = float_array(curvature, name="curvature", ndim=1, low=0.0)
    values = float_array(shares, name="shares", shape=(len(x), len(y)), low=0.0, high=1.0)
    if min(len(x), len(y)) < 2:
        raise InvalidInputError("a map needs two values an axis", where="visibility, curvature")
    ax = new_axes(ax)
    image = ax.pcolormesh(
        x, y, 100.0 * values.T, cmap="cividis", vmin=0.0, vmax=100.0, shading="nearest"
    )
    ax.set_xlabel("probability that an exemption is seen")
    ax.set_ylabel("curvature of the audience cost (percent of GDP)")
    figure = ax.get_figure()
    if figure is not None:
        figure.colorbar(image, ax=ax, label=f"exempt share of {player} (percent)")
    return ax
