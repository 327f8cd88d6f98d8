"""Pictures of quantal-response branches and of sets of correlated equilibria."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.correlated.payoff_set import CorrelatedPayoffSet
from negotiation.equilibrium.quantal.quantal_response import QuantalResponseResult
from negotiation.errors import InvalidInputError
from negotiation.plotting.style import Pen

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_correlated_payoffs", "plot_quantal_response"]


@takes
def plot_quantal_response(
    result: QuantalResponseResult,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    players: Iterable[int] | None = None,
    payoff_unit: str = "payoff unit",
) -> Axes:
    """Draw choice probabilities along the principal branch against precision.

    Colours and widths tell players, line styles actions; small circles mark precisions at which
    another branch crosses. Precision is on a logarithmic scale that is linear near zero.

    Parameters
    ----------
    result
        Of ``quantal_response_branch``, or of ``quantal_response`` at several precisions.
    ax
        Axes to draw on; a new figure where None.
    players
        Positions of the players shown; all where None.
    payoff_unit
        Unit of the payoffs, for the axis label.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Returns
    -------
    Axes

    Raises
    ------
    InvalidInputError
        If the result has fewer than two points or a player does not exist.
    """
    game = result.game
    shown = tuple(range(len(game.shape)) if players is None else players)
    if len(result.points) < 2:
        raise InvalidInputError(
            "a branch needs two points or more", where="result", seen=len(result.points)
        )
    if not shown or not set(shown) <= set(range(len(game.shape))):
        raise InvalidInputError(
            "no such player", where="players", seen=shown, allowed=f"0..{len(game.shape) - 1}"
        )
    pen = Pen(ax, colours, (6.4, 4.0))
    ax = pen.ax
    precisions = result.precisions
    for player in shown:
        for action, label in enumerate(game.actions[player]):
            ax.plot(
                precisions,
                [point.probabilities[player][action] for point in result.points],
                lw=2.6 - 0.8 * min(player, 2),
                **{**pen.series(action), "color": pen.colour(player)},
                label=f"{game.players[player]}: {label}",
            )
    for precision in result.bifurcations:
        if precision <= precisions.max():
            ax.axvline(precision, color=pen.grey(0.75), lw=0.8, zorder=0)
            ax.plot(precision, 0.0, "o", mfc=pen.paper, mec=pen.ink, ms=5, clip_on=False)
    positive = precisions[precisions > 0.0]
    first = max(float(positive.min()), 1e-4 * float(positive.max())) if len(positive) else 1.0
    ax.set_xscale("symlog", linthresh=10.0 ** float(np.ceil(np.log10(first))))
    ax.set_xlim(0.0, float(precisions.max()) or 1.0)
    ax.set_ylim(-0.02, 1.02)
    ax.set_xlabel(f"precision (1 / {payoff_unit})")
    ax.set_ylabel("probability of the action")
    ax.grid(alpha=0.25, lw=0.6)
    pen.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    if game.title:
        ax.set_title(game.title)
    return pen.finish(labels)


@takes
def plot_correlated_payoffs(
    payoff_set: CorrelatedPayoffSet,
    equilibria: Any = None,
    *,
    coarse: CorrelatedPayoffSet | None = None,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    payoff_label: str = "payoff",
) -> Axes:
    """Draw the payoffs of correlated equilibria beside those of actions and Nash equilibria.

    Parameters
    ----------
    payoff_set
        Of ``correlated_payoff_set``.
    equilibria
        A result of ``nash_equilibria``, or equilibria with ``.payoffs``, drawn as stars.
    coarse
        The larger set of coarse correlated equilibria, drawn as an outline.
    ax
        Axes to draw on; a new figure where None.
    payoff_label
        What the payoffs are and their unit.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Returns
    -------
    Axes
    """
    pen = Pen(ax, colours, (5.2, 4.4))
    ax = pen.ax
    first, second = payoff_set.players
    game = payoff_set.game
    ax.scatter(
        game.payoffs[first].ravel(),
        game.payoffs[second].ravel(),
        s=22,
        marker="o",
        facecolor=pen.paper,
        edgecolor=pen.grey(0.35),
        label="pure profiles",
        zorder=3,
    )
    if coarse is not None:
        outline = np.vstack([coarse.vertices, coarse.vertices[:1]])
        ax.plot(
            outline[:, 0], outline[:, 1], ls="--", lw=1.4, color=pen.ink, zorder=2,
            marker="s" if len(coarse.vertices) == 1 else None, mfc="none",
            label="coarse correlated equilibria",
        )  # fmt: skip
    corners = payoff_set.vertices
    if len(corners) > 2:
        ax.fill(
            corners[:, 0], corners[:, 1], facecolor=pen.colour(4), alpha=0.55,
            edgecolor=pen.colour(0),
            lw=1.4, label="correlated equilibria", zorder=1,
        )  # fmt: skip
    else:
        ax.plot(
            corners[:, 0], corners[:, 1], color=pen.colour(0), lw=3.0, marker="o", ms=9,
            mfc=pen.colour(4), label="correlated equilibria", zorder=2,
        )  # fmt: skip
    found = list(getattr(equilibria, "equilibria", equilibria) or [])
    if found:
        points = np.array([np.asarray(e.payoffs)[[first, second]] for e in found])
        ax.scatter(
            points[:, 0], points[:, 1], s=120, marker="*", facecolor=pen.colour(5),
            edgecolor=pen.ink, lw=0.8, label="Nash equilibria", zorder=4,
        )  # fmt: skip
    ax.set_xlabel(f"{payoff_label} of {game.players[first]}")
    ax.set_ylabel(f"{payoff_label} of {game.players[second]}")
    ax.grid(alpha=0.25, lw=0.6)
    pen.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
    return pen.finish(labels)
