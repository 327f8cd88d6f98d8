"""A game in which each side is of one of several types that last from node to node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.process.game.dates import CONCESSIONS
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.validation import raise_mistakes
from negotiation.values import FloatArray, instance, number, read_only

__all__ = ["TypedGame"]

#: Most types a side where types last beyond a node: what follows is tabulated over beliefs.
_MOST_LASTING = 2


@dataclass(frozen=True, eq=False)
class TypedGame:
    """A Markov game with private shocks whose sides are of persistent types.

    Players, timing and shocks are those of ``game``. Information: each side knows its own type;
    the other knows the prior and learns from silence and from acts. Types of a side differ in what
    a concession (conceding or accepting) costs them.

    Attributes
    ----------
    game
        The game without types.
    costs
        ``[side][type]``: added to the audience cost of each of the side's concessions; infinite: a
        type that never concedes.
    priors
        ``[side][type]``: probabilities with which play starts and with which types are drawn anew.
    persistence
        Probability that a side's type lasts when play moves to another node; with the rest it is
        drawn anew.

    Raises
    ------
    InvalidInputError
        Once, with every mistake in one list.

    Examples
    --------
    >>> from negotiation.process.game.nodes import Action, Node
    >>> war = Node("standoff", [-0.6, -1.07], (Action(0, [0, 0.2]), Action(1, [0.1, 0.05])))
    >>> game = ProcessGame((war,), discount_rates=[0.05, 0.05], shock_scales=[0.2, 0.2])
    >>> TypedGame(game, costs=([0.3, 0.8], [0.3]), priors=([0.7, 0.3], [1.0]))
    TypedGame(2 and 1 types, persistence 1; ProcessGame(1 nodes, 2 actions, 0 endings, \
0 deadlines; player 1 against player 2))
    """

    game: ProcessGame
    costs: tuple[FloatArray, FloatArray]
    priors: tuple[FloatArray, FloatArray]
    persistence: float = 1.0

    def __post_init__(self) -> None:
        """Check and turn every number into an array."""
        instance(self.game, ProcessGame, name="game")
        mistakes: list[str] = []
        costs = _by_side(self.costs, "costs", mistakes)
        priors = _by_side(self.priors, "priors", mistakes)
        psi = number(self.persistence, name="persistence", low=0.0, high=1.0)
        for i, (cost, prior) in enumerate(zip(costs, priors, strict=True)):
            if cost.shape != prior.shape:
                mistakes.append(
                    f"priors[{i}]: seen {len(prior)} entries; allowed: one a type, {len(cost)}"
                )
            if np.isnan(cost).any() or (cost == -np.inf).any():
                mistakes.append(f"costs[{i}]: seen {cost}; allowed: numbers, or infinity")
            if not (prior >= 0.0).all() or abs(prior.sum() - 1.0) > 1e-9:
                mistakes.append(f"priors[{i}]: seen {prior}; allowed: >= 0 with sum 1")
            if psi > 0.0 and len(cost) > _MOST_LASTING and len(self.game.nodes) > 1:
                mistakes.append(
                    f"costs[{i}]: seen {len(cost)} types; allowed: {_MOST_LASTING} where types "
                    "last beyond a node; use persistence=0, or merge types"
                )
        for n, node in enumerate(self.game.nodes):
            moving = any(not isinstance(ending.rate, int | float) for ending in node.endings)
            if moving or (node.deadline is not None and n != self.game.start_node):
                mistakes.append(
                    f"node {node.label!r}: a deadline or a hazard that changes with the date; "
                    "allowed: a deadline of the node in which play starts"
                )
        lasting = psi > 0.0 and max(len(cost) for cost in costs) > 1
        circles = [block for block in self.blocks() if self.leads_back(block)]
        if lasting and circles:
            names = ", ".join(self.game.labels[n] for n in circles[0][:4])
            mistakes.append(
                f"nodes {names} lead back to one another; allowed: circles where types are drawn "
                "anew with every move; use persistence=0, or let the circle end play"
            )
        start = int(self.game.start_node)
        if self.game.nodes[start].deadline is not None and any(
            start in self.targets(n) for n in range(len(self.game.nodes))
        ):
            mistakes.append(
                f"node {self.game.labels[start]!r}: a deadline, and play returns to the node; "
                "allowed: a deadline where play only starts"
            )
        raise_mistakes(mistakes)
        object.__setattr__(self, "costs", costs)
        object.__setattr__(self, "priors", priors)
        object.__setattr__(self, "persistence", psi)

    def __repr__(self) -> str:
        sizes = " and ".join(str(len(cost)) for cost in self.costs)
        return f"TypedGame({sizes} types, persistence {self.persistence:g}; {self.game!r})"

    def targets(self, n: int) -> list[int]:
        """Nodes to which moves from node n lead."""
        node = self.game.nodes[n]
        moves: list[Any] = [*node.actions, *node.endings]
        moves += [node.deadline] if node.deadline is not None else []
        return [int(move.to) for move in moves if move.to is not None]

    def reached(self) -> set[int]:
        """Nodes that play can reach."""
        found, waiting = {int(self.game.start_node)}, [int(self.game.start_node)]
        while waiting:
            new = set(self.targets(waiting.pop())) - found
            found |= new
            waiting += new
        return found

    def blocks(self) -> list[list[int]]:
        """Nodes that lead to one another, what follows them first; one with a deadline last."""
        blocks = [block.members.tolist() for block in self.game.arrays.blocks]
        first = int(self.game.start_node)
        return blocks if any(first in block for block in blocks) else [*blocks, [first]]

    def leads_back(self, block: list[int]) -> bool:
        """Whether play can return to a node of a block."""
        return len(block) > 1 or block[0] in self.targets(block[0])

    def type_costs(self, n: int, i: int) -> FloatArray:
        """Audience costs ``[type, action]`` of the actions of side i in node n."""
        actions = [action for action in self.game.nodes[n].actions if action.side == i]
        return np.array(
            [
                [
                    action.audience_cost + (extra if action.kind in CONCESSIONS else 0.0)
                    for action in actions
                ]
                for extra in self.costs[i]
            ]
        ).reshape(len(self.costs[i]), len(actions))


def _by_side(
    values: tuple[ArrayLike, ArrayLike], name: str, mistakes: list[str]
) -> tuple[FloatArray, FloatArray]:
    try:
        first, second = (read_only(np.array(entry, dtype=np.float64)) for entry in values)
    except (TypeError, ValueError):
        first = second = np.zeros(0)
    if first.ndim != 1 or second.ndim != 1 or not len(first) or not len(second):
        mistakes.append(f"{name}: seen {values!r}; allowed: two lists of numbers, one a side")
        return read_only(np.ones(1)), read_only(np.ones(1))
    return first, second
