"""Pure strategies of a game tree, its normal form, and Kuhn's theorem in both directions.

References
----------
Kuhn (1953), "Extensive games and the problem of information".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.games.exact_numbers import common_numerators, quotients
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.normal_form import NormalFormGame
from negotiation.games.tree import DecisionNode, Node, TerminalNode
from negotiation.values import FloatArray

__all__ = [
    "TreeStrategies",
    "agent_form",
    "behavior_of_mixed",
    "exact_behavior_of_mixed",
    "to_normal_form",
]

_LIMIT = 1_000_000


@dataclass(frozen=True)
class TreeStrategies:
    """A game tree in normal form.

    Attributes
    ----------
    game
        The normal form; its action labels join the actions of a strategy with ``/``, with ``*``
        at information sets that the strategy itself avoids (reduced form only).
    information_sets
        For each player, the names of their information sets in the order of the labels.
    strategies
        For each player, one tuple a strategy: the action number at each of these information
        sets, None where avoided.
    """

    game: NormalFormGame
    information_sets: tuple[tuple[str, ...], ...]
    strategies: tuple[tuple[tuple[int | None, ...], ...], ...]


def _histories(tree: ExtensiveFormGame, player: int) -> list[list[dict[int, int]]]:
    """For each information set of a player: own moves that lead to each of its nodes."""
    mine = [s for s in tree.information_sets if s.player == player]
    place = {s.name: k for k, s in enumerate(mine)}
    actions = {s.name: s.actions for s in mine}
    return [
        [
            {place[name]: actions[name].index(action) for name, action in tree.own_history(node)}
            for node in information_set.nodes
        ]
        for information_set in mine
    ]


def _pure_strategies(
    tree: ExtensiveFormGame, player: int, *, reduced: bool, limit: int
) -> list[tuple[int | None, ...]]:
    sizes = [len(s.actions) for s in tree.information_sets if s.player == player]
    histories = _histories(tree, player)

    def reachable(k: int, choice: tuple[int | None, ...]) -> bool:
        return any(
            all(choice[other] == action for other, action in history.items())
            for history in histories[k]
        )

    done: list[tuple[int | None, ...]] = []
    stack: list[tuple[int | None, ...]] = [(None,) * len(sizes)]
    while stack:
        choice = stack.pop()
        undecided = (
            k
            for k in range(len(sizes))
            if choice[k] is None and (not reduced or reachable(k, choice))
        )
        k = next(undecided, None)
        if k is None:
            done.append(choice)
        else:
            stack.extend(
                (*choice[:k], action, *choice[k + 1 :]) for action in reversed(range(sizes[k]))
            )
        if len(done) + len(stack) > limit:
            raise InvalidInputError(
                "too many pure strategies",
                where=f"player {tree.players[player]!r}",
                seen=f"more than {limit}",
                allowed=f"{limit}",
                hint="Use sequence_form_equilibrium, which does not enumerate strategies.",
            )
    return done


@takes
def to_normal_form(
    tree: ExtensiveFormGame, *, reduced: bool = True, limit: int = _LIMIT
) -> TreeStrategies:
    """Return the normal form of a game tree.

    A pure strategy names one action at each information set of its player. The reduced form
    leaves out the information sets that the strategy's own earlier choices avoid, which merges
    strategies with equal payoffs whatever the others do.

    Parameters
    ----------
    tree
        Any finite game tree, perfect recall or not.
    reduced
        Whether to merge strategies as above.
    limit
        Largest number of strategies of one player, and of profiles.

    Raises
    ------
    InvalidInputError
        If there are more strategies or profiles than ``limit``.

    Examples
    --------
    >>> from negotiation.games.tree import decision, terminal
    >>> entry = ExtensiveFormGame.from_tree(
    ...     decision(0, "entrant", {
    ...         "out": terminal(0, 2),
    ...         "in": decision(1, "incumbent", {"fight": terminal(-1, -1),
    ...                                         "share": terminal(1, 1)})}),
    ...     players=["entrant", "incumbent"])
    >>> to_normal_form(entry).game.payoffs[0]
    array([[ 0.,  0.],
           [-1.,  1.]])
    """
    count = len(tree.players)
    strategies = [
        _pure_strategies(tree, player, reduced=reduced, limit=limit) for player in range(count)
    ]
    shape = tuple(len(s) for s in strategies)
    if float(np.prod([float(n) for n in shape])) > limit:
        raise InvalidInputError(
            "too many strategy profiles",
            where="to_normal_form",
            seen=shape,
            allowed=f"{limit} profiles",
            hint="Use sequence_form_equilibrium, which does not enumerate strategies.",
        )
    place: dict[str, int] = {}
    names: list[list[str]] = [[] for _ in range(count)]
    for information_set in tree.information_sets:
        place[information_set.name] = len(names[information_set.player])
        names[information_set.player].append(information_set.name)
    # -1 stands for an information set that the strategy avoids.
    choices = [
        np.array([[-1 if a is None else a for a in s] for s in of_player]).reshape(n, -1)
        for of_player, n in zip(strategies, shape, strict=True)
    ]
    ends = [
        (_chance_weight(tree, path), tree.exact_payoffs[position], path)
        for position, path in tree.walk_terminals()
    ]
    scaled = [
        common_numerators([weight * payoffs[i] for weight, payoffs, _ in ends])
        for i in range(count)
    ]
    # Whole numbers of 64 bits where no sum can leave the range in which floats are exact.
    fits = all(sum(map(abs, numerators)) < 2**53 for numerators, _ in scaled)
    sums: NDArray[Any] = np.zeros((count, *shape), dtype=np.int64 if fits else object)
    for k, (_, _, path) in enumerate(ends):
        plays = [np.ones(n, dtype=bool) for n in shape]
        for node_position, branch in path:
            node = tree.nodes[node_position]
            if isinstance(node, DecisionNode):
                chosen = choices[node.player][:, place[node.information_set]]
                plays[node.player] &= chosen == branch
        where = np.ix_(*plays)
        for i in range(count):
            sums[i][where] += scaled[i][0][k]
    floats, fractions = quotients(sums, [denominator for _, denominator in scaled])
    labels = tuple(
        tuple(
            "/".join(
                "*" if action is None else _actions(tree, name)[action]
                for name, action in zip(names[player], strategy, strict=True)
            )
            or "no move"
            for strategy in strategies[player]
        )
        for player in range(count)
    )
    return TreeStrategies(
        game=NormalFormGame(floats, tree.players, labels, tree.title, fractions),
        information_sets=tuple(tuple(n) for n in names),
        strategies=tuple(tuple(s) for s in strategies),
    )


@takes
def agent_form(tree: ExtensiveFormGame) -> ExtensiveFormGame:
    """Return the tree in which every information set is decided by an agent of its own.

    An agent is called by its information set and earns what its player earns. A behaviour
    profile of the tree is a profile of the agents, one distribution each;
    ``to_normal_form(agent_form(tree))`` is the agent normal form, whose perfect equilibria are
    the perfect equilibria of the tree (Selten 1975).

    Parameters
    ----------
    tree
        Any finite game tree, perfect recall or not.

    Raises
    ------
    InvalidInputError
        If nobody has a move.

    Examples
    --------
    >>> from negotiation.games.tree import decision, terminal
    >>> twice = ExtensiveFormGame.from_tree(
    ...     decision(0, "now", {"stop": terminal("1/3"),
    ...                         "go": decision(0, "later", {"l": terminal(0), "r": terminal(1)})}),
    ...     players=["one"])
    >>> agents = to_normal_form(agent_form(twice)).game
    >>> agents.players, agents.shape, str(agents.exact_payoffs[1][0, 0])
    (('now', 'later'), (2, 2), '1/3')
    """
    sets = tree.information_sets
    if not sets:
        raise InvalidInputError("nobody has a move", where="agent_form", seen="no information set")
    place = {s.name: k for k, s in enumerate(sets)}
    nodes: list[Node] = []
    for position, node in enumerate(tree.nodes):
        if isinstance(node, DecisionNode):
            nodes.append(replace(node, player=place[node.information_set]))
        elif isinstance(node, TerminalNode):
            payoffs = tree.exact_payoffs[position]
            nodes.append(TerminalNode(tuple(payoffs[s.player] for s in sets), node.label))
        else:
            nodes.append(node)
    return ExtensiveFormGame(tuple(nodes), tuple(s.name for s in sets), tree.title)


def _chance_weight(tree: ExtensiveFormGame, path: Sequence[tuple[int, int]]) -> Fraction:
    weight = Fraction(1)
    for position, branch in path:
        if position in tree.exact_probabilities:
            weight *= tree.exact_probabilities[position][branch]
    return weight


def _actions(tree: ExtensiveFormGame, name: str) -> tuple[str, ...]:
    return next(s.actions for s in tree.information_sets if s.name == name)


def _behavior(
    tree: ExtensiveFormGame, form: TreeStrategies, profile: Sequence[Sequence[Any]], even: Any
) -> dict[str, list[Any]]:
    """Return the behaviour of a mixed profile; ``even`` over the actions where none is defined."""
    out: dict[str, list[Any]] = {}
    for player, names in enumerate(form.information_sets):
        histories = _histories(tree, player)
        for k, name in enumerate(names):
            history = histories[k][0]
            total = [0 * even] * len(_actions(tree, name))
            for strategy, weight in zip(form.strategies[player], profile[player], strict=True):
                action = strategy[k]
                if action is not None and all(strategy[o] == a for o, a in history.items()):
                    total[action] += weight
            reach = sum(total, 0 * even)
            out[name] = (
                [t / reach for t in total] if reach > 0 else [even / len(total)] * len(total)
            )
    return out


@takes
def behavior_of_mixed(
    tree: ExtensiveFormGame, form: TreeStrategies, profile: Sequence[FloatArray]
) -> Mapping[str, FloatArray]:
    """Return the behaviour profile with the same outcome as a mixed-strategy profile.

    The probability of an action is the weight of the strategies that reach its information set
    and take it, over the weight of those that reach it (Kuhn 1953). Where a player's own
    strategy avoids an information set, all its actions are equally likely.

    Raises
    ------
    InvalidInputError
        If the game has imperfect recall: no such behaviour profile need exist.
    """
    tree.require_perfect_recall("behavior_of_mixed")
    floats = [np.asarray(x, dtype=np.float64).tolist() for x in profile]
    return {name: np.array(p) for name, p in _behavior(tree, form, floats, 1.0).items()}


@takes
def exact_behavior_of_mixed(
    tree: ExtensiveFormGame, form: TreeStrategies, profile: Sequence[Sequence[Fraction]]
) -> Mapping[str, tuple[Fraction, ...]]:
    """Return what :func:`behavior_of_mixed` does, as fractions of fractions.

    Raises
    ------
    InvalidInputError
        If the game has imperfect recall.
    """
    tree.require_perfect_recall("exact_behavior_of_mixed")
    return {name: tuple(p) for name, p in _behavior(tree, form, profile, Fraction(1)).items()}
