"""How far a behaviour profile of a game tree is from equilibrium, from the tree alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.tree import DecisionNode, TerminalNode
from negotiation.values import FloatArray, read_only

__all__ = ["TreeEquilibrium", "best_continuation", "certified", "continuation", "tree_regret"]


@dataclass(frozen=True, eq=False)
class TreeEquilibrium:
    """An equilibrium of a game tree in behaviour strategies.

    Attributes
    ----------
    behavior
        Probabilities of the actions at each information set, by its name.
    payoffs
        Expected payoff of each player.
    regret
        Largest gain from another strategy, relative to the player's payoff range.
    """

    behavior: Mapping[str, FloatArray]
    payoffs: FloatArray
    regret: float


def _reach(
    game: ExtensiveFormGame,
    behavior: Mapping[str, FloatArray],
    start: Mapping[int, float],
    without: int | None,
) -> FloatArray:
    """Probability of each node after the start nodes; moves of ``without`` count as certain."""
    out = np.zeros(len(game.nodes))
    for position, weight in start.items():
        out[position] = weight
    for position in game.order:
        if out[position] == 0.0:
            continue
        node = game.nodes[position]
        free = isinstance(node, DecisionNode) and node.player == without
        branches = game.branch_probabilities(position, behavior)
        for child, p in zip(node.children, branches, strict=True):
            out[child] += out[position] * (1.0 if free else p)
    return out


def continuation(
    game: ExtensiveFormGame,
    behavior: Mapping[str, FloatArray],
    player: int,
    start: Mapping[int, float],
) -> float:
    """Return a player's expected payoff from weighted start nodes on, as everybody behaves."""
    reach = _reach(game, behavior, start, None)
    return float(
        sum(
            reach[position] * node.payoffs[player]
            for position, node in enumerate(game.nodes)
            if isinstance(node, TerminalNode)
        )
    )


def best_continuation(
    game: ExtensiveFormGame,
    behavior: Mapping[str, FloatArray],
    player: int,
    start: Mapping[int, float],
) -> float:
    """Return the most that a player can expect from weighted start nodes on.

    The player chooses anew at every information set, later ones first, against the others'
    behaviour; the game must have perfect recall.
    """
    reach = _reach(game, behavior, start, player)
    mine = [s for s in game.information_sets if s.player == player]
    by_depth: dict[int, list[int]] = {}
    for k, information_set in enumerate(mine):
        depth = len(game.own_history(information_set.nodes[0]))
        by_depth.setdefault(depth, []).append(k)
    choice: dict[str, int] = {}

    def worth() -> FloatArray:
        out = np.zeros(len(game.nodes))
        for position in reversed(game.order):
            node = game.nodes[position]
            if isinstance(node, TerminalNode):
                out[position] = reach[position] * node.payoffs[player]
            elif isinstance(node, DecisionNode) and node.player == player:
                chosen = choice.get(node.information_set)
                out[position] = 0.0 if chosen is None else out[node.children[chosen]]
            else:
                out[position] = sum(out[child] for child in node.children)
        return out

    for depth in sorted(by_depth, reverse=True):
        values = worth()
        for k in by_depth[depth]:
            totals = np.sum([values[list(game.nodes[n].children)] for n in mine[k].nodes], axis=0)
            choice[mine[k].name] = int(np.argmax(totals))
    values = worth()
    return float(sum(values[position] for position in start))


def tree_regret(game: ExtensiveFormGame, behavior: Mapping[str, FloatArray]) -> float:
    """Return the largest gain of any player from another strategy, relative to payoff ranges.

    Raises
    ------
    InvalidInputError
        If the game has imperfect recall.
    """
    game.require_perfect_recall("tree_regret")
    worst = 0.0
    for player, spread in enumerate(game.payoff_range):
        if spread > 0.0:
            best = best_continuation(game, behavior, player, {0: 1.0})
            worst = max(worst, (best - continuation(game, behavior, player, {0: 1.0})) / spread)
    return float(worst)


def certified(game: ExtensiveFormGame, behavior: Mapping[str, FloatArray]) -> TreeEquilibrium:
    """Attach payoffs and regret to a behaviour profile."""
    profile = {name: read_only(p) for name, p in game.behavior(behavior).items()}
    return TreeEquilibrium(
        behavior=profile,
        payoffs=read_only(game.expected_payoffs(profile)),
        regret=tree_regret(game, profile),
    )
