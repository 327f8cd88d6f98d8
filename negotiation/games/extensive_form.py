"""Finite game trees with information sets and chance, as immutable values.

A tree is stored as a tuple of nodes that name their children by position; node 0 is the root.
:meth:`ExtensiveFormGame.from_tree` numbers a tree written down as nested calls.

References
----------
Kuhn (1953), "Extensive games and the problem of information".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.games.exact_numbers import as_distribution
from negotiation.games.names import check_players
from negotiation.games.tree import (
    Branch,
    ChanceNode,
    DecisionNode,
    Node,
    TerminalNode,
    kept_exactly,
)
from negotiation.games.tree_checks import PROBABILITY_TOLERANCE, check_nodes
from negotiation.values import FloatArray, decoding, instance, instances

__all__ = ["ExtensiveFormGame", "InformationSet"]


@dataclass(frozen=True)
class InformationSet:
    """Nodes that ``player`` cannot tell apart, and the actions there."""

    name: str
    player: int
    actions: tuple[str, ...]
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class ExtensiveFormGame:
    """A finite game tree.

    Attributes
    ----------
    nodes
        Tuple of nodes; ``nodes[0]`` is the root, children are positions in the tuple. Payoffs and
        probabilities given as ``Fraction``, ``Decimal`` or text become floats that keep the
        given number in ``exact``.
    players
        One distinct name a player.
    title
        What the game is, for tables and figures.

    Raises
    ------
    InvalidInputError
        If the nodes are no tree (a cycle, a node with two parents or none), probabilities do not
        sum to 1, payoffs are not finite or not one a player, the nodes of an information set
        differ in player or actions, or two players have the same name.

    Examples
    --------
    >>> from negotiation.games.tree import decision, terminal
    >>> entry = ExtensiveFormGame.from_tree(
    ...     decision(0, "entrant", {
    ...         "out": terminal(0, 2),
    ...         "in": decision(1, "incumbent", {"fight": terminal(-1, -1),
    ...                                         "share": terminal(1, 1)})}),
    ...     players=["entrant", "incumbent"])
    >>> [s.name for s in entry.information_sets]
    ['entrant', 'incumbent']
    """

    nodes: tuple[Node, ...]
    players: tuple[str, ...]
    title: str = ""

    def __post_init__(self) -> None:
        """Check the tree, the probabilities, the payoffs and the information sets."""
        put = object.__setattr__
        nodes: tuple[Node, ...] = instances(
            self.nodes, (TerminalNode, ChanceNode, DecisionNode), name="nodes"
        )
        with decoding("nodes"):
            put(self, "nodes", tuple(kept_exactly(node, k) for k, node in enumerate(nodes)))
        with decoding("players"):
            put(self, "players", tuple(str(name) for name in self.players))
        if not self.players:
            raise InvalidInputError("a game needs players", where="players", seen=self.players)
        check_players(self.players)
        if not self.nodes:
            raise InvalidInputError("the tree is empty", where="nodes", seen=())
        check_nodes(self.nodes, self.players)

    @classmethod
    @takes
    def from_tree(cls, tree: Branch, players: Sequence[str], title: str = "") -> ExtensiveFormGame:
        """Number a nested tree in depth-first order and return the game.

        Raises
        ------
        InvalidInputError
            If the description is no tree; see the class.
        """
        nodes: list[Node | None] = [None]
        stack = [(0, tree)]
        while stack:
            position, branch = stack.pop()
            first = len(nodes)
            children = tuple(range(first, first + len(branch.subtrees)))
            nodes.extend([None] * len(children))
            if branch.player is not None:
                nodes[position] = DecisionNode(
                    branch.player, branch.information_set, branch.actions, children, branch.label
                )
            elif branch.payoffs or not children:
                nodes[position] = TerminalNode(tuple(branch.payoffs), branch.label)
            else:
                nodes[position] = ChanceNode(
                    branch.actions, branch.probabilities, children, branch.label
                )
            stack.extend(zip(children, branch.subtrees, strict=True))
        return cls(tuple(node for node in nodes if node is not None), tuple(players), title)

    @cached_property
    def exact_payoffs(self) -> Mapping[int, tuple[Fraction, ...]]:
        """Payoffs of each end without rounding, by position; floats are binary rationals."""
        return {
            k: node.exact or tuple(Fraction(p) for p in node.payoffs)
            for k, node in enumerate(self.nodes)
            if isinstance(node, TerminalNode)
        }

    @cached_property
    def exact_probabilities(self) -> Mapping[int, tuple[Fraction, ...]]:
        """Probabilities of each chance move, by position, divided by their exact sum.

        Floats that stand for tenths do not sum to 1 as the binary rationals that they are: the
        game that is solved has these proportions.
        """
        return {
            k: as_distribution(node.exact or tuple(Fraction(p) for p in node.probabilities))
            for k, node in enumerate(self.nodes)
            if isinstance(node, ChanceNode)
        }

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Positions of the nodes, parents before children, first branches first."""
        out: list[int] = []
        stack = [0]
        while stack:
            position = stack.pop()
            out.append(position)
            stack.extend(reversed(self.nodes[position].children))
        return tuple(out)

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """Position of each node's parent; -1 for the root."""
        out = [-1] * len(self.nodes)
        for position, node in enumerate(self.nodes):
            for child in node.children:
                out[child] = position
        return tuple(out)

    @cached_property
    def information_sets(self) -> tuple[InformationSet, ...]:
        """All information sets, in the order of their first nodes."""
        members: dict[str, list[int]] = {}
        for position in self.order:
            node = self.nodes[position]
            if isinstance(node, DecisionNode):
                members.setdefault(node.information_set, []).append(position)
        out = []
        for name, positions in members.items():
            node = self.nodes[positions[0]]
            assert isinstance(node, DecisionNode)
            out.append(InformationSet(name, node.player, node.actions, tuple(positions)))
        return tuple(out)

    def own_history(self, position: int) -> tuple[tuple[str, str], ...]:
        """What the player who moves at a node did before: (information set, action) pairs."""
        node = self.nodes[position]
        if not isinstance(node, DecisionNode):
            raise InvalidInputError("nobody decides here", where=f"nodes[{position}]")
        history = []
        child, parent = position, self.parents[position]
        while parent >= 0:
            above = self.nodes[parent]
            if isinstance(above, DecisionNode) and above.player == node.player:
                action = above.actions[above.children.index(child)]
                history.append((above.information_set, action))
            child, parent = parent, self.parents[parent]
        return tuple(reversed(history))

    @cached_property
    def forgetful_set(self) -> str | None:
        """Name of an information set that violates perfect recall; None where all remember."""
        for information_set in self.information_sets:
            if len({self.own_history(position) for position in information_set.nodes}) > 1:
                return information_set.name
        return None

    @property
    def has_perfect_recall(self) -> bool:
        """Whether no player forgets what they knew or did (Kuhn 1953)."""
        return self.forgetful_set is None

    def require_perfect_recall(self, where: str) -> None:
        """Raise InvalidInputError, naming the information set, if a player forgets."""
        if self.forgetful_set is not None:
            raise InvalidInputError(
                "the game has imperfect recall",
                where=where,
                seen=f"information set {self.forgetful_set!r}",
                hint="Nodes of one information set must share their player's own past moves.",
            )

    def walk_terminals(self) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
        """Yield each terminal position with the path (node, branch taken) that leads to it."""
        for position in self.order:
            if isinstance(self.nodes[position], TerminalNode):
                path = []
                child, parent = position, self.parents[position]
                while parent >= 0:
                    path.append((parent, self.nodes[parent].children.index(child)))
                    child, parent = parent, self.parents[parent]
                yield position, tuple(reversed(path))

    def behavior(
        self, probabilities: Mapping[str, Sequence[float] | FloatArray | Mapping[str, float]]
    ) -> dict[str, FloatArray]:
        """Check and complete a behaviour profile: probabilities of actions by information set.

        A set maps to a sequence in the order of its actions, or to a mapping by action, in which
        actions left out have probability 0.

        Raises
        ------
        InvalidInputError
            If a set is missing or unknown, or its probabilities are no distribution.
        """
        instance(probabilities, Mapping, name="behavior")
        known = {s.name: s for s in self.information_sets}
        unknown = [name for name in probabilities if name not in known]
        missing = [name for name in known if name not in probabilities]
        if unknown or missing:
            raise InvalidInputError(
                "one distribution an information set",
                where="behavior",
                seen=f"missing {missing}, unknown {unknown}",
                allowed=str(list(known)),
            )
        out = {}
        for name, information_set in known.items():
            given = probabilities[name]
            if isinstance(given, Mapping):
                strangers = [action for action in given if action not in information_set.actions]
                if strangers:
                    raise InvalidInputError(
                        "no such action",
                        where=f"behavior[{name!r}]",
                        seen=strangers,
                        allowed=str(information_set.actions),
                    )
                given = [float(given.get(action, 0.0)) for action in information_set.actions]
            array = np.array(given, dtype=np.float64)
            if (
                array.shape != (len(information_set.actions),)
                or not np.all(np.isfinite(array))
                or array.min() < 0.0
                or abs(array.sum() - 1.0) > PROBABILITY_TOLERANCE
            ):
                raise InvalidInputError(
                    "not a distribution over the actions",
                    where=f"behavior[{name!r}]",
                    seen=array.tolist(),
                    allowed=f"{len(information_set.actions)} numbers >= 0 that sum to 1",
                )
            array.setflags(write=False)
            out[name] = array
        return out

    def branch_probabilities(
        self, position: int, behavior: Mapping[str, FloatArray]
    ) -> Sequence[float] | FloatArray:
        """Probability of each branch of a node under a behaviour profile."""
        node = self.nodes[position]
        if isinstance(node, DecisionNode):
            return behavior[node.information_set]
        return node.probabilities if isinstance(node, ChanceNode) else ()

    def reach(
        self, behavior: Mapping[str, FloatArray], *, without: int | None = None
    ) -> FloatArray:
        """Probability of reaching each node; moves of player ``without`` count as certain."""
        out = np.zeros(len(self.nodes))
        out[0] = 1.0
        for position in self.order:
            node = self.nodes[position]
            free = isinstance(node, DecisionNode) and node.player == without
            branches = self.branch_probabilities(position, behavior)
            for child, p in zip(node.children, branches, strict=True):
                out[child] = out[position] * (1.0 if free else p)
        return out

    def expected_payoffs(self, behavior: Mapping[str, FloatArray]) -> FloatArray:
        """Expected payoff of each player under a behaviour profile."""
        reach = self.reach(behavior)
        total = np.zeros(len(self.players))
        for position, node in enumerate(self.nodes):
            if isinstance(node, TerminalNode):
                total += reach[position] * np.array(node.payoffs)
        return total

    @cached_property
    def payoff_range(self) -> FloatArray:
        """Largest minus smallest terminal payoff of each player."""
        payoffs = np.array([n.payoffs for n in self.nodes if isinstance(n, TerminalNode)])
        return np.asarray(np.ptp(payoffs, axis=0), dtype=np.float64)
