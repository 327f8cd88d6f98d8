"""Pictures of game trees."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.tree import ChanceNode, DecisionNode, TerminalNode
from negotiation.plotting.style import SMALLEST_TYPE, Pen
from negotiation.values import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_game_tree"]


def _layout(game: ExtensiveFormGame) -> FloatArray:
    """Position of each node: depth to the right, ends one below the other."""
    where = np.zeros((len(game.nodes), 2))
    leaves = 0
    for position in game.order:
        parent = game.parents[position]
        where[position, 0] = where[parent, 0] + 1.0 if parent >= 0 else 0.0
        if isinstance(game.nodes[position], TerminalNode):
            where[position, 1] = leaves
            leaves += 1
    for position in reversed(game.order):
        children = list(game.nodes[position].children)
        if children:
            where[position, 1] = 0.5 * (where[children[0], 1] + where[children[-1], 1])
    return where


def _bends(game: ExtensiveFormGame, where: FloatArray) -> dict[str, float]:
    """How far the line of each information set bows out, so that lines of several stay apart."""
    lanes: dict[str, int] = {}
    spans: list[tuple[float, float, float, int]] = []
    for information_set in game.information_sets:
        points = where[list(information_set.nodes)]
        if len(points) < 2:
            continue
        column, low, high = points[:, 0].min(), points[:, 1].min(), points[:, 1].max()
        taken = {lane for c, a, b, lane in spans if c == column and a < high and low < b}
        lane = next(k for k in itertools.count() if k not in taken)
        spans.append((column, low, high, lane))
        lanes[information_set.name] = lane
    crowded = {column for column, _, _, lane in spans if lane > 0}
    out = {}
    for (column, _, _, lane), name in zip(spans, lanes, strict=True):
        side = 1.0 if lane % 2 else -1.0
        out[name] = side * 0.11 * (lane // 2 + 1) if column in crowded else 0.0
    return out


def _payoff_text(payoffs: tuple[float, ...]) -> str:
    return ", ".join(f"{p:.4g}".replace("-", "\N{MINUS SIGN}") for p in payoffs)


@takes
def plot_game_tree(
    game: ExtensiveFormGame,
    equilibrium: Any = None,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    payoff_label: str = "payoffs",
) -> Axes:
    """Draw a game tree from left to right.

    Markers and colours tell whose move it is, small diamonds are moves of chance, dotted lines
    join the nodes of one information set, and payoffs stand at the ends in player order. With an
    equilibrium, the width of a branch grows with its probability and probabilities between 0 and
    1 are printed.

    Parameters
    ----------
    game
        Any tree; beyond about 60 ends labels get too small to read.
    equilibrium
        A result with ``.behavior``, or probabilities of actions by information set.
    ax
        Axes to draw on; a new figure that fits the tree where None.
    payoff_label
        What the payoffs are and their unit.
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
        If the equilibrium does not fit the game.
    """
    from matplotlib.lines import Line2D

    behavior: Mapping[str, FloatArray] | None = None
    if equilibrium is not None:
        behavior = game.behavior(getattr(equilibrium, "behavior", equilibrium))
    where = _layout(game)
    depth, leaves = float(where[:, 0].max()), float(where[:, 1].max()) + 1.0
    pen = Pen(ax, colours, (1.7 * depth + 2.2, max(0.36 * leaves, 1.2) + 1.2))
    ax = pen.ax
    box = ax.get_window_extent()
    room = box.height / (leaves + 1.0) * 72.0 / ax.figure.dpi
    font = float(np.clip(0.62 * room, SMALLEST_TYPE, 9.0))

    for name, bend in _bends(game, where).items():
        nodes = next(s.nodes for s in game.information_sets if s.name == name)
        points = where[list(nodes)]
        points = points[np.argsort(points[:, 1])]
        for a, b in itertools.pairwise(points):
            share = np.linspace(0.0, 1.0, 25)
            curve = np.outer(1.0 - share, a) + np.outer(share, b)
            curve[:, 0] += 4.0 * bend * share * (1.0 - share)
            ax.plot(curve[:, 0], curve[:, 1], ls=":", lw=1.4, color=pen.grey(0.3), zorder=1)
    for position in game.order:
        node = game.nodes[position]
        if isinstance(node, TerminalNode):
            ax.annotate(
                _payoff_text(node.payoffs),
                where[position],
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=font,
                color=pen.ink,
            )
            continue
        branches = game.branch_probabilities(position, behavior) if behavior else None
        for k, (child, action) in enumerate(zip(node.children, node.actions, strict=True)):
            chosen = isinstance(node, DecisionNode) and branches is not None
            p = float(branches[k]) if chosen and branches is not None else 0.3
            ax.plot(
                where[[position, child], 0],
                where[[position, child], 1],
                color=pen.ink if not chosen or p > 0.0 else pen.grey(0.7),
                lw=0.7 + 2.2 * p if chosen else 0.9,
                zorder=2,
            )
            text = action
            if isinstance(node, ChanceNode):
                text = f"{action} ({node.probabilities[k]:.3g})"
            elif chosen and 1e-9 < p < 1.0 - 1e-9:
                text = f"{action} ({p:.3g})"
            middle = 0.45 * where[position] + 0.55 * where[child]
            ax.text(
                float(middle[0]),
                float(middle[1]),
                text,
                ha="center",
                va="center",
                fontsize=font,
                color=pen.ink,
                bbox={"boxstyle": "round,pad=0.12", "fc": pen.paper, "ec": "none", "alpha": 0.85},
                zorder=3,
            )
        chance = isinstance(node, ChanceNode)
        player = node.player if isinstance(node, DecisionNode) else 0
        ax.plot(
            *where[position],
            marker="D" if chance else pen.marker(player),
            ms=4.5 if chance else 7.5,
            mfc=pen.paper if chance else pen.colour(player),
            mec=pen.ink,
            zorder=4,
        )
    handles = [
        Line2D([], [], ls="", marker=pen.marker(i), ms=7.5, mfc=pen.colour(i), mec=pen.ink)
        for i in range(len(game.players))
    ]
    names = list(game.players)
    if any(isinstance(node, ChanceNode) for node in game.nodes):
        handles.append(Line2D([], [], ls="", marker="D", ms=4.5, mfc=pen.paper, mec=pen.ink))
        names.append("chance")
    order = ", ".join(game.players)
    ax.set_xlabel(f"at the ends: {payoff_label} of {order}", fontsize=pen.small)
    pen.legend(
        handles,
        names,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=4,
        borderaxespad=0.2,
        handletextpad=0.3,
    )
    if game.title:
        ax.set_title(game.title, pad=24)
    longest = max(len(_payoff_text(n.payoffs)) for n in game.nodes if isinstance(n, TerminalNode))
    margin = min(0.62 * font * longest / (box.width * 72.0 / ax.figure.dpi), 0.5)
    ax.set_xlim(-0.15, (depth + 0.12 + 0.15 * margin) / (1.0 - margin))
    ax.set_ylim(leaves - 0.4, -0.6)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    return pen.finish(labels)
