"""What kind of game a payoff matrix is: prisoner's dilemma, chicken, stag hunt and others.

The 2x2 names follow the order of payoffs (Rapoport and Guyer 1966), whatever the order in which
the actions are listed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.refinements.dominance import (
    dominant_actions,
    iterated_elimination,
    pareto_frontier,
    pure_best_responses,
)
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray

__all__ = ["GameReading", "read_game"]

Cell = tuple[int, ...]


@dataclass(frozen=True)
class GameReading(Presented):
    """The kind of a game and the facts that make it so.

    Attributes
    ----------
    name
        The kind, for example ``"prisoner's dilemma"``.
    because
        The order of payoffs that gives it the name, in words.
    pure_equilibria
        Cells of the original game.
    pareto_frontier
        Cells that no other cell improves on for everybody.
    dominant
        Each player's strictly dominant action, or None.
    surviving
        Actions that survive iterated elimination of strictly dominated ones.
    features
        Further properties: ``zero-sum``, ``constant-sum``, ``symmetric``, ``ties``, ...
    """

    name: str
    because: str
    pure_equilibria: tuple[Cell, ...]
    pareto_frontier: tuple[Cell, ...]
    dominant: tuple[int | None, ...]
    surviving: tuple[tuple[int, ...], ...]
    features: tuple[str, ...]


def _features(game: NormalFormGame) -> tuple[str, ...]:
    out = []
    payoffs = game.exact_payoffs
    if len(game.shape) == 2:
        if np.all(payoffs[0] == -payoffs[1]):
            out.append("zero-sum")
        elif np.ptp(payoffs.sum(axis=0)) <= 1e-12 * float(game.gains.max()):
            out.append("constant-sum")
        if game.shape[0] == game.shape[1] and np.array_equal(payoffs[0], payoffs[1].T):
            out.append("symmetric")
    if np.array_equal(payoffs, np.broadcast_to(payoffs[0], payoffs.shape)):
        out.append("common interest")
    for player, table in enumerate(payoffs):
        ordered = np.sort(table, axis=player)
        if np.any(np.diff(ordered, axis=player) == 0):
            out.append("ties")
            break
    return tuple(out)


def _dominant_both(own: FloatArray, cell: Cell) -> tuple[str, str]:
    # own[i] is player i's matrix with own action first and the equilibrium action in place 0.
    equilibrium, other = own[:, 0, 0], own[:, 1, 1]
    tempting, lonely = own[:, 0, 1], own[:, 1, 0]
    if (other > equilibrium).all():
        return (
            "prisoner's dilemma",
            "each has a dominant action, and both would gain if neither took it",
        )
    if (equilibrium > tempting).all() and (equilibrium > lonely).all():
        return "harmony", "each has a dominant action, and together they give both their best"
    if (tempting > equilibrium).all() and (equilibrium > other).all():
        return (
            "deadlock",
            "each has a dominant action and prefers mutual insistence to mutual restraint",
        )
    return "dominant-strategy game", f"each has a dominant action; they meet at {cell}"


def _two_equilibria(first: FloatArray, second: FloatArray, off: FloatArray) -> tuple[str, str]:
    # first, second: payoffs of both players at the two equilibria; off: at the other cells.
    if ((first > second).all()) or ((second > first).all()):
        high, low = (first, second) if (first > second).all() else (second, first)
        # off[0]: row keeps to the better equilibrium's action alone; off[1]: column does.
        alone = np.array([off[0, 0], off[1, 1]])
        safe = np.array([off[1, 0], off[0, 1]])
        if first is not high:
            alone, safe = safe, alone
        if (safe >= low).all() and (alone < low).all():
            return (
                "stag hunt",
                "both prefer one equilibrium, but reaching for it alone gives the worst payoff",
            )
        return "coordination game", "two equilibria, one better for both"
    if ((first - second) == 0).any():
        return "coordination game", "two equilibria, of equal worth to somebody"
    worse = np.minimum(first, second)
    if any(bool((cell > worse).all()) for cell in off):
        return (
            "chicken",
            "each wants the other to yield; mutual yielding beats yielding alone",
        )
    return (
        "battle of the sexes",
        "both want to coordinate, and disagree on which equilibrium",
    )


def _read_two_by_two(game: NormalFormGame) -> tuple[str, str]:
    A, B = game.exact_bimatrix
    row_gain = A[0] - A[1]
    column_gain = B[:, 0] - B[:, 1]
    if (row_gain == 0).any() or (column_gain == 0).any():
        return "game with ties", "somebody is indifferent between two actions"
    dominant = dominant_actions(game)
    r, c = dominant
    if r is not None and c is not None:
        rows, columns = [r, 1 - r], [c, 1 - c]
        own = np.stack([A[np.ix_(rows, columns)], B[np.ix_(rows, columns)].T])
        return _dominant_both(own, (r, c))
    if r is not None or c is not None:
        who = game.players[0 if r is not None else 1]
        return "dominance-solvable game", f"{who} has a dominant action, the other answers it"
    if (row_gain[0] > 0) != (column_gain[0] > 0):
        return "matching pennies", "best responses run in a circle; no pure equilibrium"
    if row_gain[0] > 0:
        cells, others = ((0, 0), (1, 1)), ((0, 1), (1, 0))
    else:
        cells, others = ((0, 1), (1, 0)), ((0, 0), (1, 1))
    first, second = (game.exact_payoffs[(slice(None), *cell)] for cell in cells)
    off = np.stack([game.exact_payoffs[(slice(None), *cell)] for cell in others])
    return _two_equilibria(first, second, off)


@takes
def read_game(game: NormalFormGame) -> GameReading:
    """Name the kind of game, by itself or after iterated elimination.

    Parameters
    ----------
    game
        Any finite normal-form game. For 2x2 games the name follows the order of payoffs; a
        larger game takes the name of the 2x2 game that is left once strictly dominated actions
        are gone, or is described by its pure equilibria.

    Returns
    -------
    GameReading
        Name, reason and the facts behind it.

    Examples
    --------
    >>> read_game(NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])).name
    "prisoner's dilemma"
    >>> read_game(NormalFormGame.from_bimatrix([[3, 1], [4, 0]], [[3, 4], [1, 0]])).name
    'chicken'
    """
    best = pure_best_responses(game)
    cells = tuple(tuple(int(i) for i in cell) for cell in np.argwhere(np.logical_and.reduce(best)))
    reduced = iterated_elimination(game, "strict_mixed")
    if game.shape == (2, 2):
        name, because = _read_two_by_two(game)
    elif reduced.is_solved:
        name = "dominance-solvable game"
        because = "iterated elimination of strictly dominated actions leaves one profile"
    elif reduced.game.shape == (2, 2):
        inner, why = _read_two_by_two(reduced.game)
        name, because = inner, f"after strictly dominated actions are gone: {why}"
    elif not cells:
        name, because = "game without a pure equilibrium", "best responses run in circles"
    elif len(cells) == 1:
        name, because = "game with one pure equilibrium", f"best responses meet at {cells[0]} only"
    else:
        name, because = "game of coordination", f"{len(cells)} pure equilibria"
    return GameReading(
        name=name,
        because=because,
        pure_equilibria=cells,
        pareto_frontier=pareto_frontier(game),
        dominant=dominant_actions(game),
        surviving=reduced.surviving,
        features=_features(game),
    )
