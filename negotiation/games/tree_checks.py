"""Whether nodes make up a game tree."""

from __future__ import annotations

import math
from collections.abc import Sequence

from negotiation.errors import InvalidInputError
from negotiation.games.tree import ChanceNode, DecisionNode, Node, TerminalNode
from negotiation.values import number

__all__ = ["PROBABILITY_TOLERANCE", "check_nodes"]

# How far probabilities may be from a sum of 1.
PROBABILITY_TOLERANCE = 1e-9


def check_nodes(nodes: Sequence[Node], players: Sequence[str]) -> None:
    """Check every node, that they form a tree, and that information sets agree.

    Raises
    ------
    InvalidInputError
        If the nodes are no tree (a cycle, a node with two parents or none), probabilities do not
        sum to 1, payoffs are not finite or not one a player, or the nodes of an information set
        differ in player or actions.
    """
    for position, node in enumerate(nodes):
        _check_node(position, node, players)
    _check_tree(nodes)
    _check_information_sets(nodes, players)


def _check_node(position: int, node: Node, players: Sequence[str]) -> None:
    where = f"nodes[{position}]"
    if isinstance(node, TerminalNode):
        if len(node.payoffs) != len(players):
            raise InvalidInputError(
                "one payoff a player",
                where=where,
                seen=node.payoffs,
                allowed=f"{len(players)} numbers",
            )
        for payoff in node.payoffs:
            number(payoff, name=f"{where}.payoffs")
        return
    if not node.children or len(node.children) != len(node.actions):
        raise InvalidInputError(
            "one child an action, at least one",
            where=where,
            seen=f"{len(node.actions)} actions, {len(node.children)} children",
        )
    if len(set(node.actions)) != len(node.actions):
        raise InvalidInputError("action named twice", where=where, seen=node.actions)
    if isinstance(node, ChanceNode):
        if len(node.probabilities) != len(node.actions):
            raise InvalidInputError(
                "one probability an action", where=where, seen=node.probabilities
            )
        for p in node.probabilities:
            number(p, name=f"{where}.probabilities", low=0.0, high=1.0)
        total = math.fsum(node.probabilities)
        if abs(total - 1.0) > PROBABILITY_TOLERANCE:
            raise InvalidInputError(
                "chance probabilities do not sum to 1",
                where=f"{where}.probabilities",
                seen=total,
            )
    elif not 0 <= node.player < len(players):
        raise InvalidInputError(
            "no such player",
            where=f"{where}.player",
            seen=node.player,
            allowed=f"0..{len(players) - 1}",
        )


def _check_tree(nodes: Sequence[Node]) -> None:
    seen = {0}
    stack = [0]
    while stack:
        position = stack.pop()
        for child in nodes[position].children:
            where = f"nodes[{position}].children"
            if not 0 <= child < len(nodes):
                raise InvalidInputError(
                    "no such node",
                    where=where,
                    seen=child,
                    allowed=f"1..{len(nodes) - 1}",
                )
            if child in seen:
                raise InvalidInputError(
                    "not a tree: a cycle, or a node with two parents",
                    where=where,
                    seen=child,
                )
            seen.add(child)
            stack.append(child)
    if len(seen) != len(nodes):
        lost = next(k for k in range(len(nodes)) if k not in seen)
        raise InvalidInputError(
            "node cannot be reached from the root", where=f"nodes[{lost}]", seen=lost
        )


def _check_information_sets(nodes: Sequence[Node], players: Sequence[str]) -> None:
    first: dict[str, tuple[int, DecisionNode]] = {}
    for position, node in enumerate(nodes):
        if not isinstance(node, DecisionNode):
            continue
        other, model = first.setdefault(node.information_set, (position, node))
        if (node.player, node.actions) != (model.player, model.actions):
            raise InvalidInputError(
                "nodes of one information set differ in player or actions",
                where=f"information set {node.information_set!r}, nodes[{position}]",
                seen=(players[node.player], node.actions),
                allowed=f"{(players[model.player], model.actions)} as at nodes[{other}]",
            )
