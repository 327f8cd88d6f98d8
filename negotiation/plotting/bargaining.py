"""Figures of bargaining results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.bargaining.agreements.purchases import PurchaseCompliance
from negotiation.bargaining.agreements.self_enforcing import GradualCuts
from negotiation.bargaining.offers.finite_horizon import FiniteHorizonOffers
from negotiation.bargaining.offers.ratification import RatificationOffer, WinSets
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.result import BargainingSolution
from negotiation.errors import InvalidInputError
from negotiation.plotting.style import Pen
from negotiation.values import instances

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "plot_bargaining_set",
    "plot_compliance_posterior",
    "plot_gradual_cuts",
    "plot_offers",
    "plot_ratification_offer",
    "plot_win_sets",
]


def _name(solution: BargainingSolution) -> str:
    """The solution's name, with its weights where they differ."""
    weights = np.asarray(solution.weights)
    if np.ptp(weights) == 0.0:
        return solution.name
    shares = ", ".join(f"{weight:g}" for weight in weights)
    return f"{solution.name}, weights {shares}"


@takes
def plot_bargaining_set(
    problem: BargainingProblem,
    solutions: Iterable[BargainingSolution] = (),
    ax: Axes | None = None,
    *,
    unit: str = "payoff",
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw feasible payoffs, the frontier, the disagreement point and solutions of two players.

    Parameters
    ----------
    problem
        Two players.
    solutions
        Any solutions of it; each gets a marker and an entry in the legend.
    ax
        Where to draw; a new figure when None.
    unit
        Unit of payoffs, for the axis labels (for example "% of GDP").
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.
    """
    if problem.point.size != 2:
        raise InvalidInputError(
            "a plane shows two players", where="problem", seen=f"{problem.point.size} players"
        )
    pen = Pen(ax, colours)
    ax = pen.ax
    if not callable(problem.frontier):
        ax.plot(
            *problem.points.T, ".", color=pen.grey(0.7), markersize=2, label="outcomes", zorder=1
        )
    if problem.convexify:
        ax.plot(
            *problem.geometry.nodes().T, "-", color=pen.grey(0.25), linewidth=1.5, label="frontier"
        )
    else:
        order = np.argsort(problem.candidates[:, 0])
        ax.plot(
            *problem.candidates[order].T, ".", color=pen.grey(0.25), markersize=4, label="frontier"
        )
    d = problem.point
    ax.plot(*d, "x", color=pen.ink, markersize=8, markeredgewidth=2, label="disagreement", zorder=4)
    ax.axvline(d[0], color=pen.grey(0.6), linewidth=0.7, linestyle=":", zorder=0)
    ax.axhline(d[1], color=pen.grey(0.6), linewidth=0.7, linestyle=":", zorder=0)
    if problem.outside_options is not None:
        ax.plot(
            *np.asarray(problem.outside_options),
            "+",
            color=pen.grey(0.3),
            markersize=10,
            label="outside options",
        )
    for k, solution in enumerate(instances(solutions, BargainingSolution, name="solutions")):
        ax.plot(
            *solution.payoffs,
            pen.marker(k),
            color=pen.colour(k),
            markerfacecolor="none",
            markeredgewidth=1.6,
            markersize=7 + 1.5 * (k % 6),
            linestyle="none",
            label=_name(solution),
            zorder=5,
        )
    # Outcomes that both would refuse say nothing about the bargain.
    low, high = np.minimum(d, problem.floor), problem.ideal
    if problem.outside_options is not None:
        low = np.minimum(low, np.asarray(problem.outside_options))
    margin = 0.08 * np.where(high > low, high - low, 1.0)
    ax.set_xlim(low[0] - margin[0], high[0] + margin[0])
    ax.set_ylim(low[1] - margin[1], high[1] + margin[1])
    ax.set_xlabel(f"{problem.players[0]}: {unit}")
    ax.set_ylabel(f"{problem.players[1]}: {unit}")
    pen.legend()
    return pen.finish(labels)


@takes
def plot_offers(
    result: FiniteHorizonOffers,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    players: tuple[str, str] | None = None,
) -> Axes:
    """Draw what each side gets at every date of alternating offers with a last date."""
    pen = Pen(ax, colours)
    ax = pen.ax
    names = players or ("side 1", "side 2")
    dates = np.arange(1, len(result.offers) + 1)
    for k in (0, 1):
        ax.plot(
            dates,
            result.offers[:, k],
            color=pen.colour(k),
            linestyle=("-", "--")[k],
            label=f"{names[k]} gets",
        )
        proposing = np.array(result.proposers) == k + 1
        ax.plot(
            dates[proposing],
            result.offers[proposing, k],
            pen.marker(k),
            color=pen.colour(k),
            markerfacecolor=pen.paper,
            label=f"{names[k]} proposes",
        )
    ax.set_xlabel("date of the offer (period)")
    ax.set_ylabel(f"payoff (share of a surplus of {result.surplus:g})")
    pen.legend()
    return pen.finish(labels)


@takes
def plot_win_sets(
    result: WinSets,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    players: tuple[str, str] | None = None,
) -> Axes:
    """Draw which divisions each side can ratify, and the zone of agreement."""
    pen = Pen(ax, colours)
    ax = pen.ax
    names = players or ("side 1", "side 2")
    spans = (
        (names[0], result.least_first, 1.0, pen.colour(0), "///"),
        (names[1], 0.0, result.most_first, pen.colour(1), "\\\\\\"),
    )
    for k, (_, low, high, colour, hatch) in enumerate(spans):
        ax.barh(
            k,
            max(high - low, 0.0),
            left=low,
            height=0.5,
            facecolor=pen.paper,
            edgecolor=colour,
            hatch=hatch,
        )
    if result.agreement_possible:
        ax.axvspan(
            result.least_first,
            result.most_first,
            color=pen.grey(0.85),
            zorder=0,
            label=f"both ratify: {result.overlap:.0%} of the surplus",
        )
    if result.midpoint is not None:
        ax.axvline(result.midpoint, color=pen.ink, linewidth=1.2, label="midpoint (Nash)")
    ax.set_yticks([0, 1], [f"{span[0]} ratifies" for span in spans])
    ax.set_ylim(-0.6, 2.1)
    ax.set_xlim(0, 1)
    ax.set_xlabel(f"share of {names[0]} (fraction of the surplus)")
    if result.agreement_possible:
        pen.legend(loc="upper center", ncols=2)
    else:
        ax.set_title("win-sets do not meet", fontsize="medium")
    return pen.finish(labels)


@takes
def plot_compliance_posterior(
    result: PurchaseCompliance,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw fulfilment of each commitment and the belief after it that the buyer is willing."""
    pen = Pen(ax, colours)
    ax = pen.ax
    steps = np.arange(len(result.posterior_path))
    bars = ax.bar(
        steps[1:],
        result.fulfilment_by_item,
        width=0.6,
        facecolor=pen.grey(0.88),
        edgecolor=pen.grey(0.4),
        label="purchases over commitment",
    )
    for bar, short in zip(bars, result.short, strict=True):
        bar.set_hatch("..." if short else None)
    ax.axhline(1.0, color=pen.grey(0.4), linewidth=0.8, linestyle=":")
    ax.plot(
        steps,
        result.posterior_path,
        "o-",
        color=pen.colour(0),
        label="belief that the buyer is willing",
    )
    ax.set_xticks(steps, ["prior", *result.items], rotation=30, ha="right")
    ax.set_ylim(0, max(1.15, 1.1 * float(result.fulfilment_by_item.max())))
    ax.set_ylabel("fraction, probability")
    ax.set_xlabel("commitment (dotted bars: missed)")
    pen.legend()
    return pen.finish(labels)


@takes
def plot_ratification_offer(
    result: RatificationOffer,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the proposer's expected payoff against the share it offers."""
    pen = Pen(ax, colours)
    ax = pen.ax
    ax.plot(result.offers, result.payoffs, color=pen.colour(0), label="expected payoff")
    ax.plot(result.offer, result.payoff, "o", color=pen.colour(1), label="best offer", zorder=3)
    ax.axvline(result.certain_offer, color=pen.grey(0.5), linestyle=":", label="passes for certain")
    ax.set_xlabel("share offered (fraction of the surplus)")
    ax.set_ylabel("proposer's expected payoff (fraction)")
    pen.legend()
    return pen.finish(labels)


@takes
def plot_gradual_cuts(
    result: GradualCuts,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the efficient path of tariff cuts that cannot be withdrawn, and its limit."""
    pen = Pen(ax, colours)
    ax = pen.ax
    ax.step(
        np.arange(result.path.size),
        result.path,
        where="post",
        color=pen.colour(0),
        label="irreversible cuts",
    )
    ax.axhline(result.limit, color=pen.colour(0), linestyle="--", linewidth=1, label="limit")
    ax.axhline(
        result.reversible_tariff,
        color=pen.colour(1),
        linestyle=":",
        label="cuts that can be withdrawn",
    )
    ax.set_ylim(-0.04 * float(result.path.max()), 1.08 * float(result.path.max()))
    ax.set_xlabel("date (period)")
    ax.set_ylabel("tariff of both sides (money a unit)")
    pen.legend()
    return pen.finish(labels)
