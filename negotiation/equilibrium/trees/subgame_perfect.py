"""Subgame-perfect equilibria of game trees by backward induction, all of them under ties.

A subgame starts at a node that is alone in its information set and whose successors share no
information set with the rest of the tree (Selten 1965, 1975). Subgames are solved from the ends
up. Where every move is a subgame of its own (perfect information) each best choice is kept, so
that all pure equilibria are found; a subgame in which two players move without seeing each other
contributes its Nash equilibria (with two players the extreme ones).
Payoffs and chance moves are exact all the way up, as long as equilibria are rational.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.limits import COUNT_REACHED, TIME_REACHED, TimeLimit, count_limit
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.one_equilibrium import one_equilibrium
from negotiation.equilibrium.trees.certificate import (
    Behavior,
    TreeEquilibrium,
    certified,
    certified_exactly,
    continuation,
    tree_gain,
)
from negotiation.equilibrium.trees.sequence_form import TreeSolution
from negotiation.former_names import former_argument
from negotiation.games.exact_numbers import as_distribution
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.normal_form import NormalFormGame
from negotiation.games.strategies import (
    behavior_of_mixed,
    exact_behavior_of_mixed,
    to_normal_form,
)
from negotiation.games.tree import ChanceNode, DecisionNode, Node, TerminalNode
from negotiation.values import number, one_of

__all__ = ["subgame_perfect_equilibria", "subgame_regret", "subgame_roots"]

Weights = tuple[Fraction, ...]
# Share of the time for the search; certificates take the rest.
SEARCH = 0.7


@dataclass(frozen=True)
class _Solution:
    """One solution of a subgame: payoffs at its root, and behaviour at its information sets.

    ``exact`` is False where behaviour is only a float near an irrational equilibrium.
    """

    payoffs: Weights
    behavior: Mapping[str, Weights]
    exact: bool = True


@dataclass
class _Search:
    """Limits of a search, and what it ran into."""

    tie_tol: Fraction
    spread: tuple[Fraction, ...]
    limit: TimeLimit
    max_count: int | None
    one: bool
    complete: bool = True
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        self.complete = False
        if text not in self.notes:
            self.notes.append(text)


@takes
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


@takes
def subgame_regret(game: ExtensiveFormGame, behavior: Behavior) -> float:
    """Return the largest gain from deviating in any subgame, relative to payoff ranges."""
    return tree_gain(game, behavior, subgame_roots(game))[0]


def _residual(
    game: ExtensiveFormGame, root: int, values: Mapping[int, Weights]
) -> ExtensiveFormGame:
    """Return the subgame at ``root`` with the subgames inside it replaced by their payoffs."""
    nodes: list[Node | None] = [None]
    stack = [(0, root)]
    while stack:
        place, position = stack.pop()
        node = game.nodes[position]
        if position in values and position != root:
            nodes[place] = TerminalNode(values[position])
            continue
        children = tuple(range(len(nodes), len(nodes) + len(node.children)))
        nodes.extend([None] * len(children))
        if isinstance(node, DecisionNode):
            nodes[place] = DecisionNode(node.player, node.information_set, node.actions, children)
        elif isinstance(node, ChanceNode):
            chances = game.exact_probabilities[position]
            nodes[place] = ChanceNode(node.actions, chances, children)
        else:
            nodes[place] = TerminalNode(game.exact_payoffs[position])
        stack.extend(zip(children, node.children, strict=True))
    return ExtensiveFormGame(tuple(n for n in nodes if n is not None), game.players)


def _one_move(
    game: ExtensiveFormGame, root: int, values: Mapping[int, Weights], search: _Search
) -> list[_Solution]:
    """Solve a subgame of a single move by its player or by chance."""
    node = game.nodes[root]
    ends = [values.get(k) or game.exact_payoffs[k] for k in node.children]
    if isinstance(node, ChanceNode):
        chances = game.exact_probabilities[root]
        means = tuple(
            sum((p * u for p, u in zip(chances, column, strict=True)), Fraction(0))
            for column in zip(*ends, strict=True)
        )
        return [_Solution(means, {})]
    assert isinstance(node, DecisionNode)
    own = [end[node.player] for end in ends]
    floor = max(own) - search.tie_tol * search.spread[node.player]
    best = [k for k, u in enumerate(own) if u >= floor]
    return [
        _Solution(
            ends[k],
            {node.information_set: tuple(Fraction(int(j == k)) for j in range(len(own)))},
        )
        for k in (best[:1] if search.one else best)
    ]


def _simultaneous(tree: ExtensiveFormGame, search: _Search) -> Iterator[_Solution]:
    """Solve a subgame in which players do not see all moves, by its reduced normal form."""
    tree.require_perfect_recall("subgame_perfect_equilibria")
    form = to_normal_form(tree)
    active = sorted({s.player for s in tree.information_sets})
    # A player without a move has one strategy; two axes are kept for the two-player solver.
    idle = [i for i in range(len(tree.players)) if i not in active]
    kept = sorted([*active, *idle[: max(0, 2 - len(active))]])
    if len(kept) == 1:
        kept_shape = (*(form.game.shape[i] for i in kept), 1)
        payoffs = np.concatenate([form.game.exact_payoffs[kept]] * 2).reshape(2, *kept_shape)
    else:
        payoffs = form.game.exact_payoffs[kept].reshape(
            len(kept), *(form.game.shape[i] for i in kept)
        )
    game = NormalFormGame(payoffs)
    if search.one:
        solved = one_equilibrium(game, max_seconds=search.limit.seconds_left(SEARCH))
    else:
        solved = nash_equilibria(
            game, max_seconds=search.limit.seconds_left(SEARCH), max_count=search.max_count
        )
        if not solved.complete:
            search.note("equilibria of a subgame may be missing")
            for note in solved.notes:
                search.note(note)
    for equilibrium in solved.equilibria:
        if equilibrium.exact is not None:
            profile: list[Weights] = [(Fraction(1),)] * len(tree.players)
            for i, weights in zip(kept, equilibrium.exact, strict=False):
                profile[i] = weights
            exact = exact_behavior_of_mixed(tree, form, profile)
            yield _Solution(_payoffs(tree, exact), exact)
        else:
            floats = [np.ones(1)] * len(tree.players)
            for i, p in zip(kept, equilibrium.probabilities, strict=False):
                floats[i] = p
            behavior = behavior_of_mixed(tree, form, floats)
            near = {name: as_distribution([Fraction(q) for q in p.tolist()])
                    for name, p in behavior.items()}  # fmt: skip
            yield _Solution(_payoffs(tree, near), near, exact=False)


def _payoffs(tree: ExtensiveFormGame, behavior: Behavior) -> Weights:
    start = {0: Fraction(1)}
    return tuple(Fraction(continuation(tree, behavior, i, start)) for i in range(len(tree.players)))


@former_argument("max_equilibria", "max_count")
@takes
def subgame_perfect_equilibria(
    game: ExtensiveFormGame,
    which: str = "all",
    *,
    tie_tol: float = 0.0,
    max_count: int | None = 10_000,
    max_seconds: float | None = None,
) -> TreeSolution:
    """Return the subgame-perfect equilibria of a game tree (Selten 1965).

    Any number of players and chance. With perfect information: every pure equilibrium, ties
    included. A subgame with moves that are not observed contributes its Nash equilibria, with
    two players the extreme ones. Payoffs and chance moves are compared exactly, as the fractions
    that were given; floats are the binary rationals that they are.

    Parameters
    ----------
    game
        The tree.
    which
        ``"all"``, or ``"one"``: the first in the order of actions, for trees with too many.
    tie_tol
        Payoffs within this share of a player's range of the best count as best too: for trees
        whose chance moves are floats that stand for other fractions. The list is complete, and
        each of its members exact, only where it is 0.
    max_count, max_seconds
        Limits, as in :func:`~negotiation.nash_equilibria`; ``max_count`` is also the most that
        any subgame hands upwards.

    Returns
    -------
    TreeSolution
        The regret of each equilibrium is the largest over all subgames.

    Raises
    ------
    InvalidInputError
        If recall is imperfect where moves are not observed.
    ConvergenceError
        If ``which="one"`` and no equilibrium of a subgame can be certified.

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
    limit = TimeLimit(max_seconds)
    one_of(which, ("all", "one"), name="which")
    number(tie_tol, name="tie_tol", low=0.0)
    count_limit(max_count)
    roots = subgame_roots(game)
    if game.nodes[0].children and 0 not in roots:
        # Whoever moves first forgets it: the tree is no subgame of itself.
        game.require_perfect_recall("subgame_perfect_equilibria")
    columns = list(zip(*game.exact_payoffs.values(), strict=True))
    search = _Search(
        tie_tol=Fraction(tie_tol),
        spread=tuple(max(column) - min(column) for column in columns),
        limit=limit,
        max_count=max_count,
        one=which == "one",
        complete=tie_tol == 0 and which == "all",
    )
    solutions = _backward_induction(game, roots, search)
    certify: list[TreeEquilibrium] = []
    for solution in solutions:
        if certify and limit.is_over():
            search.note(TIME_REACHED)
            break
        certify.append(_certificate(game, solution, roots))
    kept = tuple(e for e in certify if e.regret <= max(tie_tol, 1e-9))
    if len(kept) < len(certify):
        search.note("profiles were dropped: regret too large")
    return TreeSolution(
        game=game,
        equilibria=kept,
        complete=search.complete,
        method="backward induction",
        converged=bool(kept) and not search.notes,
        elapsed_seconds=limit.elapsed_seconds(),
        notes=tuple(search.notes),
    )


def _certificate(
    game: ExtensiveFormGame, solution: _Solution, roots: Sequence[int]
) -> TreeEquilibrium:
    if solution.exact:
        return certified_exactly(game, solution.behavior, roots)
    floats = {name: np.array([float(q) for q in p]) for name, p in solution.behavior.items()}
    return certified(game, floats, roots)


def _backward_induction(
    game: ExtensiveFormGame, roots: Sequence[int], search: _Search
) -> list[_Solution]:
    inside = _subgames_inside(game, roots)
    solved: dict[int, list[_Solution]] = {}
    for root in reversed(roots):
        found: list[_Solution] = []
        known = set(inside[root])
        one_move = all(k in known or not game.nodes[k].children for k in game.nodes[root].children)
        for parts in itertools.product(*(solved.pop(k) for k in inside[root])):
            below = {k: part.payoffs for k, part in zip(inside[root], parts, strict=True)}
            exact = all(part.exact for part in parts)
            if not exact:
                search.note("an equilibrium of a subgame is irrational: ties above it are open")
            if one_move:
                here: Iterator[_Solution] = iter(_one_move(game, root, below, search))
            else:
                here = _simultaneous(_residual(game, root, below), search)
            for solution in here:
                merged = dict(solution.behavior)
                for part in parts:
                    merged.update(part.behavior)
                found.append(_Solution(solution.payoffs, merged, exact and solution.exact))
            if search.max_count is not None and len(found) > search.max_count:
                search.note(COUNT_REACHED)
                found = found[: search.max_count]
                break
            if search.limit.is_over(SEARCH):
                search.note(TIME_REACHED)
                break
        solved[root] = found
    return solved[0] if roots else [_Solution(game.exact_payoffs[0], {})]


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
