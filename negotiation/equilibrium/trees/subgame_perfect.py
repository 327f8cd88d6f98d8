"""Subgame-perfect equilibria of game trees by backward induction, all of them under ties.

A subgame starts at a node that is alone in its information set and whose successors share no
information set with the rest of the tree (Selten 1965, 1975). Subgames are solved from the ends
up. Where every move is a subgame of its own (perfect information) each best choice is kept, so
that all pure equilibria are found; a subgame in which two players move without seeing each other
contributes its extreme Nash equilibria.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence

import numpy as np

from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.trees.certificate import (
    TreeEquilibrium,
    best_continuation,
    continuation,
)
from negotiation.equilibrium.trees.sequence_form import TreeSolution
from negotiation.errors import InvalidInputError
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.normal_form import NormalFormGame
from negotiation.games.strategies import behavior_of_mixed, to_normal_form
from negotiation.games.tree import ChanceNode, DecisionNode, Node, TerminalNode
from negotiation.values import FloatArray, number, read_only

__all__ = ["subgame_perfect_equilibria", "subgame_regret", "subgame_roots"]

# One solution of a subgame: payoffs at its root, and behaviour at its information sets.
Solution = tuple[FloatArray, Mapping[str, FloatArray]]


def subgame_roots(game: ExtensiveFormGame) -> tuple[int, ...]:
    """Return the nodes at which subgames start, parents first; ends of the game do not count.

    Examples
    --------
    >>> from negotiation.games.tree import decision, terminal
    >>> tree = decision(0, "first", {"stop": terminal(1, 0), "go": decision(1, "second", {
    ...     "stop": terminal(0, 2), "go": terminal(3, 1)})})
    >>> subgame_roots(ExtensiveFormGame.from_tree(tree, ["a", "b"]))
    (0, 2)
    """
    # Positions in depth-first order make each subtree one run of numbers.
    rank = {position: k for k, position in enumerate(game.order)}
    end: dict[int, int] = {}
    for position in reversed(game.order):
        children = game.nodes[position].children
        end[position] = end[children[-1]] if children else rank[position]
    ranks = {s.name: np.sort([rank[n] for n in s.nodes]) for s in game.information_sets}
    roots = []
    for position in game.order:
        node = game.nodes[position]
        if isinstance(node, TerminalNode):
            continue
        bounds = (rank[position], end[position] + 1)
        alone = not isinstance(node, DecisionNode) or len(ranks[node.information_set]) == 1
        # No set may have nodes both inside and outside.
        if alone and all(np.ptp(np.searchsorted(r, bounds)) in (0, len(r)) for r in ranks.values()):
            roots.append(position)
    return tuple(roots)


def subgame_regret(game: ExtensiveFormGame, behavior: Mapping[str, FloatArray]) -> float:
    """Return the largest gain from deviating in any subgame, relative to payoff ranges."""
    game.require_perfect_recall("subgame_regret")
    worst = 0.0
    for root in subgame_roots(game):
        for player, spread in enumerate(game.payoff_range):
            if spread > 0.0:
                gain = best_continuation(game, behavior, player, {root: 1.0}) - continuation(
                    game, behavior, player, {root: 1.0}
                )
                worst = max(worst, gain / float(spread))
    return worst


def _residual(
    game: ExtensiveFormGame, root: int, values: Mapping[int, FloatArray]
) -> ExtensiveFormGame:
    """Return the subgame at ``root`` with the subgames inside it replaced by their payoffs."""
    nodes: list[Node | None] = [None]
    stack = [(0, root)]
    while stack:
        place, position = stack.pop()
        node = game.nodes[position]
        if position in values and position != root:
            nodes[place] = TerminalNode(tuple(values[position].tolist()))
            continue
        children = tuple(range(len(nodes), len(nodes) + len(node.children)))
        nodes.extend([None] * len(children))
        if isinstance(node, DecisionNode):
            nodes[place] = DecisionNode(node.player, node.information_set, node.actions, children)
        elif isinstance(node, ChanceNode):
            nodes[place] = ChanceNode(node.actions, node.probabilities, children)
        else:
            nodes[place] = node
        stack.extend(zip(children, node.children, strict=True))
    return ExtensiveFormGame(tuple(n for n in nodes if n is not None), game.players)


def _solve_residual(tree: ExtensiveFormGame, spread: FloatArray, tie_tol: float) -> list[Solution]:
    root = tree.nodes[0]
    ends = [tree.nodes[child] for child in root.children]
    if all(isinstance(end, TerminalNode) for end in ends):
        payoffs = np.array(
            [end.payoffs for end in ends if isinstance(end, TerminalNode)], dtype=np.float64
        )
        if isinstance(root, ChanceNode):
            return [(np.array(root.probabilities) @ payoffs, {})]
        assert isinstance(root, DecisionNode)
        own = payoffs[:, root.player]
        best = np.flatnonzero(own >= own.max() - tie_tol * spread[root.player])
        choices = np.eye(len(own))
        return [(payoffs[k], {root.information_set: choices[k]}) for k in best]
    active = sorted({s.player for s in tree.information_sets})
    if len(active) > 2:
        raise InvalidInputError(
            "a subgame has three or more players who do not see each other's moves",
            where=f"subgame at information set {tree.information_sets[0].name!r}",
            seen=[tree.players[i] for i in active],
            allowed="2 players",
            hint="Use to_normal_form and a solver for more players.",
        )
    tree.require_perfect_recall("subgame_perfect_equilibria")
    form = to_normal_form(tree)
    pair = (*active, *(i for i in range(len(tree.players)) if i not in active))[:2]
    shape = tuple(form.game.shape[i] for i in sorted(pair))
    game = NormalFormGame(form.game.payoffs[sorted(pair)].reshape(2, *shape))
    out: list[Solution] = []
    for equilibrium in nash_equilibria(game).equilibria:
        profile = [np.ones(1)] * len(tree.players)
        for i, p in zip(sorted(pair), equilibrium.probabilities, strict=True):
            profile[i] = p
        behavior = behavior_of_mixed(tree, form, profile)
        out.append((tree.expected_payoffs(behavior), behavior))
    return out


def subgame_perfect_equilibria(
    game: ExtensiveFormGame, *, tie_tol: float = 1e-12, max_equilibria: int = 10_000
) -> TreeSolution:
    """Return the subgame-perfect equilibria of a game tree (Selten 1965).

    Any number of players and chance. With perfect information: every pure equilibrium, ties
    included. A subgame with moves that are not observed must have at most two active players and
    contributes its extreme Nash equilibria.

    Parameters
    ----------
    game
        The tree.
    tie_tol
        Payoffs within this share of a player's range of the best are best: chance moves make
        sums whose rounding would break ties.
    max_equilibria
        Where to stop; the result then says ``complete=False``.

    Returns
    -------
    TreeSolution
        The regret of each equilibrium is the largest over all subgames.

    Raises
    ------
    InvalidInputError
        If three or more players move unobserved in one subgame, or recall is imperfect.

    Examples
    --------
    >>> from negotiation.games.tree import decision, terminal
    >>> entry = ExtensiveFormGame.from_tree(
    ...     decision(0, "entrant", {
    ...         "out": terminal(0, 2),
    ...         "in": decision(1, "incumbent", {"fight": terminal(-1, -1),
    ...                                         "share": terminal(1, 1)})}),
    ...     players=["entrant", "incumbent"])
    >>> [e.payoffs.tolist() for e in subgame_perfect_equilibria(entry).equilibria]
    [[1.0, 1.0]]
    """
    start = time.perf_counter()
    number(tie_tol, name="tie_tol", low=0.0)
    number(max_equilibria, name="max_equilibria", low=1)
    roots = subgame_roots(game)
    spread = game.payoff_range
    inside = _subgames_inside(game, roots)
    complete = True
    solved: dict[int, list[Solution]] = {}
    for root in reversed(roots):
        found: list[Solution] = []
        for parts in itertools.product(*(solved.pop(k) for k in inside[root])):
            below = {k: part[0] for k, part in zip(inside[root], parts, strict=True)}
            for payoffs, behavior in _solve_residual(_residual(game, root, below), spread, tie_tol):
                merged = dict(behavior)
                for part in parts:
                    merged.update(part[1])
                found.append((payoffs, merged))
            if len(found) > max_equilibria:
                complete = False
                found = found[:max_equilibria]
                break
        solved[root] = found
    solutions = solved[0] if roots else [(np.array(_only(game)), {})]
    equilibria = []
    for payoffs, behavior in solutions:
        profile = {name: read_only(p) for name, p in game.behavior(behavior).items()}
        equilibria.append(
            TreeEquilibrium(profile, read_only(payoffs), subgame_regret(game, profile))
        )
    return TreeSolution(
        game=game,
        equilibria=tuple(equilibria),
        complete=complete,
        method="backward induction",
        converged=complete and all(e.regret <= max(tie_tol, 1e-9) for e in equilibria),
        elapsed_seconds=time.perf_counter() - start,
    )


def _only(game: ExtensiveFormGame) -> tuple[float, ...]:
    end = game.nodes[0]
    assert isinstance(end, TerminalNode)
    return end.payoffs


def _subgames_inside(game: ExtensiveFormGame, roots: Sequence[int]) -> dict[int, list[int]]:
    """For each root, the roots of the largest subgames strictly inside its own."""
    known = set(roots)
    inside: dict[int, list[int]] = {root: [] for root in roots}
    for root in roots:
        above = game.parents[root]
        while above >= 0 and above not in known:
            above = game.parents[above]
        if above >= 0:
            inside[above].append(root)
    return inside
