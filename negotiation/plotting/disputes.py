"""Pictures of disputes: durations against laws, deadlines, coefficients, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.estimation.concession_fit import ConcessionFit
from negotiation.estimation.deadlines import DeadlineRates
from negotiation.estimation.nonparametric import SurvivalCurve
from negotiation.estimation.scores import ForecastScores
from negotiation.plotting.style import Pen
from negotiation.values import float_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "plot_coefficients",
    "plot_deadline_rates",
    "plot_durations",
    "plot_reliability",
    "plot_transforms",
]

_Z90 = 1.6448536269514722


@takes
def plot_durations(
    curve: SurvivalCurve,
    fits: Mapping[str, ConcessionFit] | None = None,
    *,
    days: ArrayLike | None = None,
    covariates: Mapping[str, float] | None = None,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of disputes that are still open by days, and what laws say.

    Parameters
    ----------
    curve
        Kaplan-Meier or Turnbull; its pointwise interval is shaded where it has one.
    fits
        Laws by label.
    days
        Where the curves are drawn; None: from 1 day to the last end, evenly on a log scale.
    covariates
        At which the laws are drawn.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    pen = Pen(ax, colours)
    ax = pen.ax
    last = float(curve.right[-1]) if curve.right.size else 1000.0
    given = np.geomspace(1.0, max(last, 2.0), 400) if days is None else days
    grid = float_array(given, name="days", ndim=1, low=0.0)
    if np.isfinite(curve.low).any():
        ax.fill_between(
            curve.right, curve.low, curve.high, step="post", color=pen.grey(0.85), linewidth=0,
            label="95 % interval",
        )  # fmt: skip
    ax.step(grid, curve.survival(grid), where="post", color=pen.ink, label="no law")
    for k, (label, fit) in enumerate((fits or {}).items()):
        ax.plot(
            grid,
            fit.survival(grid, covariates),
            **pen.series(k),
            label=label,
        )
    ax.set(xscale="log", xlim=(grid[0], grid[-1]), ylim=(0.0, 1.0))
    ax.set_xlabel("days since the threat or imposition")
    ax.set_ylabel("share still open")
    pen.legend(loc="best")
    return pen.finish(labels)


def _short(name: str) -> str:
    """Return a window's name as a tick: "0-7", "passed"."""
    if name.startswith("deadline in"):
        low, _, high = name.removeprefix("deadline in ").removesuffix(" days").partition(" to ")
        return f"{low}-{high}"
    return name.removeprefix("deadline ")


@takes
def plot_deadline_rates(
    rates: DeadlineRates,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw rates of ending by days left to a deadline, with their intervals and numbers of ends."""
    pen = Pen(ax, colours)
    ax = pen.ax
    passed = len(rates.names) - 1
    order = [0, *range(passed - 1, 0, -1), passed] if rates.windows else [0]
    at = np.arange(len(order))
    rate = 100.0 * rates.rate[order]
    reach = [rate - 100.0 * rates.low[order], 100.0 * rates.high[order] - rate]
    ax.errorbar(at, rate, yerr=reach, fmt="o", color=pen.colour(0), capsize=3)
    top = 100.0 * rates.high[order]
    for x, y, count in zip(at, top, rates.ends[order], strict=True):
        ax.annotate(f"{count:.0f}", (x, y), xytext=(0, 4), textcoords="offset points", ha="center")
    ax.set_xticks(at, [_short(rates.names[k]) for k in order])
    low = 100.0 * rates.low[order]
    ax.set(yscale="log", ylim=(0.5 * low[low > 0].min(), 3.0 * top.max()))
    ax.set_xlabel("days to the deadline")
    ax.set_ylabel("ends per 100 days at risk")
    return pen.finish(labels)


@takes
def plot_coefficients(
    fits: Mapping[str, ConcessionFit],
    names: Sequence[str] | None = None,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw coefficients with 90 % intervals by dyads, one colour a fit.

    Parameters
    ----------
    fits
        By label.
    names
        Which coefficients, in order from the top; None: all but constants and shapes.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    ax
        Axes to draw on; a new figure where None.
    """
    every = [n for fit in fits.values() for n in fit.names if n != "constant"]
    chosen = names or [n for n in dict.fromkeys(every) if not n.startswith("transformed ")]
    if not chosen:
        raise InvalidInputError("no coefficient to draw", where="fits", seen=", ".join(fits))
    pen = Pen(ax, colours)
    ax = pen.ax
    for k, (label, fit) in enumerate(fits.items()):
        own = [n for n in chosen if n in fit.names]
        at = [fit.names.index(n) for n in own]
        errors = np.sqrt(np.diag(fit.clustered_covariance))[at]
        shift = 0.15 * (k - 0.5 * (len(fits) - 1))
        ax.errorbar(
            fit.coefficients[at],
            [chosen.index(n) + shift for n in own],
            xerr=_Z90 * errors,
            fmt=pen.marker(k),
            color=pen.colour(k),
            capsize=3,
            label=label,
        )
    ax.axvline(0.0, color=pen.grey(0.6), linewidth=0.8)
    ax.set_yticks(range(len(chosen)), [name.replace("_", " ") for name in chosen])
    ax.set_ylim(len(chosen) - 0.5, -0.5)
    ax.set_xlabel("change of the log rate of ending")
    pen.legend(loc="best")
    return pen.finish(labels)


@takes
def plot_reliability(
    scores: Mapping[str, ForecastScores],
    horizon: float,
    *,
    groups: int = 4,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw shares that ended by a horizon over forecast probabilities, by groups of forecasts."""
    pen = Pen(ax, colours)
    ax = pen.ax
    ax.plot([0, 1], [0, 1], color=pen.grey(0.6), linewidth=0.8)
    for k, (label, score) in enumerate(scores.items()):
        table = score.reliability(horizon, groups=groups)
        seen = table["ended"].to_numpy()
        reach = [
            np.nan_to_num(seen - table["low"].to_numpy()),
            np.nan_to_num(table["high"].to_numpy() - seen),
        ]
        ax.errorbar(
            table["forecast"], seen, yerr=np.maximum(reach, 0.0), fmt="o", capsize=3,
            color=pen.colour(k), label=label,
        )  # fmt: skip
    ax.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0), aspect="equal")
    ax.set_xlabel(f"forecast probability of ending within {horizon:g} days")
    ax.set_ylabel("share that did (Kaplan-Meier)")
    pen.legend(loc="best")
    return pen.finish(labels)


@takes
def plot_transforms(
    scores: Mapping[str, ForecastScores],
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the distribution of the probability integral transform; the diagonal is calibrated."""
    pen = Pen(ax, colours)
    ax = pen.ax
    grid = np.linspace(0.0, 1.0, 401)
    ax.plot([0, 1], [0, 1], color=pen.grey(0.6), linewidth=0.8)
    for k, (label, score) in enumerate(scores.items()):
        ax.plot(
            grid,
            1.0 - score.pit_distribution().survival(grid),
            **pen.series(k),
            label=label,
        )
    ax.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0), aspect="equal")
    ax.set_xlabel("forecast probability of ending by the day it ended")
    ax.set_ylabel("share of disputes")
    pen.legend(loc="best")
    return pen.finish(labels)
