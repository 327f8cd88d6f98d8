"""How far a behaviour profile of a game tree is from equilibrium, from the tree alone.

Behaviour in fractions is judged by the exact payoffs and probabilities of the tree, behaviour in
floats by their floats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from negotiation.arguments import takes
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.tree import DecisionNode, TerminalNode
from negotiation.presentation import Presented
from negotiation.values import FloatArray, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Behavior",
    "ExactBehavior",
    "TreeEquilibrium",
    "best_continuation",
    "certified",
    "certified_exactly",
    "continuation",
    "tree_gain",
    "tree_regret",
]

ExactBehavior: TypeAlias = Mapping[str, tuple[Fraction, ...]]
Behavior: TypeAlias = Mapping[str, FloatArray] | ExactBehavior


@dataclass(frozen=True, eq=False)
class TreeEquilibrium(Presented):
    """An equilibrium of a game tree in behaviour strategies.

    Attributes
    ----------
    behavior
        Probabilities of the actions at each information set, by its name.
    payoffs
        Expected payoff of each player.
    regret
        Largest gain from another strategy, relative to the player's payoff range.
    exact
        The behaviour as fractions; None where the solver is numerical.
    exact_regret
        Largest gain in payoff units, without rounding: 0 at an equilibrium; None where ``exact``
        is.
    """

    behavior: Mapping[str, FloatArray]
    payoffs: FloatArray
    regret: float
    exact: ExactBehavior | None = None
    exact_regret: Fraction | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return one row an information set and action (by number), with its probability."""
        import pandas as pd

        rows = [
            (name, k, float(p))
            for name, probabilities in self.behavior.items()
            for k, p in enumerate(probabilities, start=1)
        ]
        return pd.DataFrame(rows, columns=["information_set", "action", "probability"])


def _is_exact(behavior: Behavior) -> bool:
    return all(isinstance(p, tuple) for p in behavior.values())


def _branches(game: ExtensiveFormGame, position: int, behavior: Behavior) -> Sequence[Any]:
    node = game.nodes[position]
    if isinstance(node, DecisionNode):
        return list(behavior[node.information_set])
    if isinstance(node, TerminalNode):
        return ()
    return game.exact_probabilities[position] if _is_exact(behavior) else node.probabilities


def _payoff(game: ExtensiveFormGame, position: int, player: int, behavior: Behavior) -> Any:
    node = game.nodes[position]
    assert isinstance(node, TerminalNode)
    return game.exact_payoffs[position][player] if _is_exact(behavior) else node.payoffs[player]


def _zeros(game: ExtensiveFormGame, behavior: Behavior) -> NDArray[Any]:
    if _is_exact(behavior):
        return np.array([Fraction(0)] * len(game.nodes), dtype=object)
    return np.zeros(len(game.nodes))


def _reach(
    game: ExtensiveFormGame,
    behavior: Behavior,
    start: Mapping[int, Any],
    without: int | None,
) -> NDArray[Any]:
    """Probability of each node after the start nodes; moves of ``without`` count as certain."""
    out = _zeros(game, behavior)
    for position, weight in start.items():
        out[position] = weight
    for position in game.order:
        if out[position] == 0:
            continue
        node = game.nodes[position]
        free = isinstance(node, DecisionNode) and node.player == without
        branches = _branches(game, position, behavior)
        for child, p in zip(node.children, branches, strict=True):
            out[child] += out[position] * (1 if free else p)
    return out


@takes
def continuation(
    game: ExtensiveFormGame,
    behavior: Behavior,
    player: int,
    start: Mapping[int, Any],
) -> Any:
    """Return a player's expected payoff from weighted start nodes on, as everybody behaves."""
    reach = _reach(game, behavior, start, None)
    return sum(
        reach[position] * _payoff(game, position, player, behavior)
        for position, node in enumerate(game.nodes)
        if isinstance(node, TerminalNode)
    )


@takes
def best_continuation(
    game: ExtensiveFormGame,
    behavior: Behavior,
    player: int,
    start: Mapping[int, Any],
) -> Any:
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

    def worth() -> NDArray[Any]:
        out = _zeros(game, behavior)
        for position in reversed(game.order):
            node = game.nodes[position]
            if isinstance(node, TerminalNode):
                out[position] = reach[position] * _payoff(game, position, player, behavior)
            elif isinstance(node, DecisionNode) and node.player == player:
                chosen = choice.get(node.information_set)
                out[position] = 0 if chosen is None else out[node.children[chosen]]
            else:
                out[position] = sum(out[child] for child in node.children)
        return out

    for depth in sorted(by_depth, reverse=True):
        values = worth()
        for k in by_depth[depth]:
            totals = np.sum([values[list(game.nodes[n].children)] for n in mine[k].nodes], axis=0)
            choice[mine[k].name] = int(np.argmax(totals))
    values = worth()
    return sum(values[position] for position in start)


@takes
def tree_regret(game: ExtensiveFormGame, behavior: Behavior) -> float:
    """Return the largest gain of any player from another strategy, relative to payoff ranges.

    Raises
    ------
    InvalidInputError
        If the game has imperfect recall.
    """
    return tree_gain(game, behavior)[0]


@takes
def tree_gain(
    game: ExtensiveFormGame, behavior: Behavior, starts: Sequence[int] = (0,)
) -> tuple[float, Any]:
    """Return the largest gain of any player from another strategy, relative and in payoff units.

    Parameters
    ----------
    game
        Any number of players with perfect recall.
    behavior
        Floats, or fractions for an exact answer.
    starts
        Nodes from which the game is played: 0, or the roots of subgames.

    Returns
    -------
    relative, absolute
        The largest gain over the range of the player's payoffs at the ends, and the largest gain.

    Raises
    ------
    InvalidInputError
        If the game has imperfect recall.
    """
    game.require_perfect_recall("tree_gain")
    relative: float = 0.0
    absolute: Any = 0
    for player, spread in enumerate(game.payoff_range):
        if spread == 0.0:
            continue
        for start in starts:
            here = {start: Fraction(1) if _is_exact(behavior) else 1.0}
            gain = best_continuation(game, behavior, player, here) - continuation(
                game, behavior, player, here
            )
            absolute = max(absolute, gain)
            relative = max(relative, float(gain) / float(spread))
    return relative, absolute


@takes
def certified(
    game: ExtensiveFormGame, behavior: Mapping[str, FloatArray], starts: Sequence[int] = (0,)
) -> TreeEquilibrium:
    """Attach payoffs and regret to a behaviour profile in floats."""
    profile = {name: read_only(p) for name, p in game.behavior(behavior).items()}
    return TreeEquilibrium(
        behavior=profile,
        payoffs=read_only(game.expected_payoffs(profile)),
        regret=tree_gain(game, profile, starts)[0],
    )


@takes
def certified_exactly(
    game: ExtensiveFormGame, behavior: ExactBehavior, starts: Sequence[int] = (0,)
) -> TreeEquilibrium:
    """Attach payoffs and regret, both without rounding, to a behaviour profile in fractions."""
    profile = dict(behavior)
    relative, absolute = tree_gain(game, profile, starts)
    start = {0: Fraction(1)}
    payoffs = [float(continuation(game, profile, i, start)) for i in range(len(game.players))]
    return TreeEquilibrium(
        behavior={name: read_only(np.array([float(q) for q in p])) for name, p in profile.items()},
        payoffs=read_only(np.array(payoffs)),
        regret=relative,
        exact=profile,
        exact_regret=Fraction(absolute),
    )
