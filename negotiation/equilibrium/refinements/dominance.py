"""Best responses, dominance and the Pareto frontier of a game in normal form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.arguments import takes
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.profiles import check_profile, deviation_payoffs
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, one_of, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Elimination",
    "EliminationResult",
    "best_responses",
    "dominant_actions",
    "dominated_actions",
    "iterated_elimination",
    "pareto_frontier",
    "pure_best_responses",
]


@takes
def pure_best_responses(game: NormalFormGame) -> tuple[NDArray[np.bool_], ...]:
    """Return, a player, which cells of the payoff array are best responses of that player.

    Comparisons are exact: a near-tie is not a tie.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> pure_best_responses(dilemma)[0].tolist()
    [[False, False], [True, True]]
    """
    return tuple(
        read_only(table == table.max(axis=player, keepdims=True))
        for player, table in enumerate(game.exact_payoffs)
    )


@takes
def best_responses(
    game: NormalFormGame, profile: Sequence[ArrayLike], player: int, *, tolerance: float = 1e-12
) -> tuple[int, ...]:
    """Return the pure best responses of ``player`` to the others' mixed strategies.

    Parameters
    ----------
    game
        Any finite normal-form game.
    profile
        One distribution a player; that of ``player`` does not matter.
    player
        Position of the player.
    tolerance
        Payoffs within this share of the player's payoff range of the best are best responses.

    Raises
    ------
    InvalidInputError
        If the profile does not fit the game or the player does not exist.

    Examples
    --------
    >>> pennies = NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> best_responses(pennies, ([0.5, 0.5], [0.5, 0.5]), 0)
    (0, 1)
    """
    mixed = check_profile(game, profile)
    if not 0 <= player < len(mixed):
        raise InvalidInputError(
            "no such player", where="player", seen=player, allowed=f"0 to {len(mixed) - 1}"
        )
    values = deviation_payoffs(game.payoffs, mixed, player)
    spread = float(np.ptp(game.payoffs[player]))
    return tuple(int(k) for k in np.flatnonzero(values >= values.max() - tolerance * spread))


def _own_rows(table: NDArray[Any], player: int) -> NDArray[Any]:
    # Rows are the player's own actions, columns the profiles of the others.
    return np.moveaxis(table, player, 0).reshape(table.shape[player], -1)


@dataclass(frozen=True)
class Elimination:
    """One dominated action.

    Attributes
    ----------
    round
        1 for the first round of elimination.
    player, action
        Positions in the original game.
    by
        The dominating strategy: (action, probability) pairs in the original game.
    """

    round: int
    player: int
    action: int
    by: tuple[tuple[int, float], ...]


@dataclass(frozen=True, eq=False)
class EliminationResult(Presented):
    """What iterated elimination leaves, and how it came to it.

    Attributes
    ----------
    game
        The game with the surviving actions only.
    surviving
        Positions of the surviving actions in the original game, one tuple a player.
    trace
        Every elimination, in order.
    complete
        Whether none is left; False where the time was over before.
    """

    game: NormalFormGame
    surviving: tuple[tuple[int, ...], ...]
    trace: tuple[Elimination, ...]
    complete: bool = True

    def to_frame(self) -> pd.DataFrame:
        """Return one row an eliminated action, in order: round, positions, what dominates it."""
        import pandas as pd

        players = self.game.players
        rows = [
            (e.round, players[e.player], e.action, " + ".join(f"{p:.4g} of {a}" for a, p in e.by))
            for e in self.trace
        ]
        return pd.DataFrame(rows, columns=["round", "player", "action", "dominated_by"])

    @property
    def is_solved(self) -> bool:
        """Whether a single profile is left."""
        return all(len(actions) == 1 for actions in self.surviving)


def _mixed_dominator(
    rows: FloatArray, action: int, strict: bool, tolerance: float
) -> tuple[tuple[int, float], ...] | None:
    # Strict: max t with (mixture - row) >= t. Weak: max sum of slacks with slacks >= 0.
    from scipy.optimize import linprog

    others = [k for k in range(len(rows)) if k != action]
    spread = float(np.ptp(rows)) or 1.0
    gain = (rows[others] - rows[action]) / spread
    count, cells = gain.shape
    if strict:
        objective = np.append(np.zeros(count), -1.0)
        upper = np.hstack([-gain.T, np.ones((cells, 1))])
        equal = np.append(np.ones(count), 0.0)[np.newaxis]
        bounds = [(0.0, None)] * count + [(None, None)]
    else:
        objective = -gain.sum(axis=1)
        upper = -gain.T
        equal = np.ones((1, count))
        bounds = [(0.0, None)] * count
    answer = linprog(
        objective, A_ub=upper, b_ub=np.zeros(cells), A_eq=equal, b_eq=[1.0], bounds=bounds
    )
    if answer.x is None:
        return None
    mixture = np.clip(answer.x[:count], 0.0, None)
    mixture[mixture < tolerance] = 0.0
    mixture /= mixture.sum()
    # Judged on the payoffs, not by the status of the linear programme.
    margin = mixture @ gain
    if strict:
        dominates = margin.min() > tolerance
    else:
        dominates = margin.min() >= -tolerance and margin.max() > np.sqrt(tolerance)
    if not dominates:
        return None
    return tuple((others[k], float(mixture[k])) for k in np.flatnonzero(mixture))


def _dominator(
    rows: NDArray[Any], action: int, kind: str, tolerance: float
) -> tuple[tuple[int, float], ...] | None:
    own = rows[action]
    if kind.startswith("strict"):
        dominating = (rows > own).all(axis=1)
    else:
        dominating = (rows >= own).all(axis=1) & (rows > own).any(axis=1)
    if dominating.any():
        return ((int(dominating.argmax()), 1.0),)
    if kind.endswith("mixed") and len(rows) > 2:
        return _mixed_dominator(
            rows.astype(np.float64), action, kind.startswith("strict"), tolerance
        )
    return None


MOST_COMPARISONS = 1_000_000
KINDS = ("strict", "weak", "strict_mixed", "weak_mixed")


@takes
def dominated_actions(
    game: NormalFormGame, kind: str = "strict", *, tolerance: float = 1e-10
) -> tuple[Elimination, ...]:
    """Return every dominated action with a strategy that dominates it.

    Parameters
    ----------
    game
        Any finite normal-form game.
    kind
        ``"strict"`` or ``"weak"``: by another pure action, compared exactly.
        ``"strict_mixed"`` or ``"weak_mixed"``: by a mixture as well, found by linear programming
        and then checked on the payoffs.
    tolerance
        For mixtures: the margin, as a share of the player's payoff range.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> [(d.player, d.action) for d in dominated_actions(dilemma)]
    [(0, 0), (1, 0)]
    """
    one_of(kind, KINDS, name="kind")
    out = []
    for player, table in enumerate(game.exact_payoffs):
        rows = _own_rows(table, player)
        if kind == "strict" and len(rows) * rows.size <= MOST_COMPARISONS:
            # All comparisons at once; mostly there is nothing to look at more closely.
            suspects = (rows[:, np.newaxis] > rows).all(axis=2).any(axis=0)
        else:
            suspects = np.ones(len(rows), dtype=bool)
        for action in np.flatnonzero(suspects).tolist():
            by = _dominator(rows, action, kind, tolerance)
            if by is not None:
                out.append(Elimination(1, player, action, by))
    return tuple(out)


@takes
def dominant_actions(game: NormalFormGame) -> tuple[int | None, ...]:
    """Return each player's strictly dominant action, or None.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> dominant_actions(dilemma)
    (1, 1)
    """
    out: list[int | None] = []
    for player, table in enumerate(game.exact_payoffs):
        rows = _own_rows(table, player)
        best = int(rows[:, 0].argmax())
        others = np.delete(rows, best, axis=0)
        out.append(best if bool((rows[best] > others).all()) else None)
    return tuple(out)


def _restricted(game: NormalFormGame, kept: Sequence[Sequence[int]]) -> NormalFormGame:
    return NormalFormGame(
        payoffs=game.exact_payoffs[np.ix_(range(len(kept)), *kept)],
        players=game.players,
        actions=tuple(
            tuple(labels[k] for k in keep) for labels, keep in zip(game.actions, kept, strict=True)
        ),
        title=game.title,
    )


@takes
def iterated_elimination(
    game: NormalFormGame,
    kind: str = "strict",
    *,
    tolerance: float = 1e-10,
    max_seconds: float | None = None,
) -> EliminationResult:
    """Eliminate dominated actions until none is left.

    In each round all strictly dominated actions of all players go at once. Under weak
    dominance the order matters; one action goes at a time, the first player's lowest first.

    Parameters
    ----------
    game, kind, tolerance
        As in :func:`dominated_actions`.
    max_seconds
        Wall-clock limit, looked at between rounds.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> iterated_elimination(dilemma).surviving
    ((1,), (1,))
    """
    limit = TimeLimit(max_seconds)
    one_of(kind, KINDS, name="kind")
    kept = [list(range(size)) for size in game.shape]
    trace: list[Elimination] = []
    rounds = 0
    current = game
    complete = False
    while not limit.is_over():
        found = dominated_actions(current, kind, tolerance=tolerance)
        if not found:
            complete = True
            break
        rounds += 1
        if kind.startswith("weak"):
            found = found[:1]
        for item in found:
            by = tuple((kept[item.player][action], weight) for action, weight in item.by)
            trace.append(Elimination(rounds, item.player, kept[item.player][item.action], by))
        for player in range(len(kept)):
            gone = {item.action for item in found if item.player == player}
            kept[player] = [a for k, a in enumerate(kept[player]) if k not in gone]
        current = _restricted(game, kept)
    return EliminationResult(current, tuple(tuple(k) for k in kept), tuple(trace), complete)


@takes
def pareto_frontier(game: NormalFormGame) -> tuple[tuple[int, ...], ...]:
    """Return the pure profiles that no other pure profile improves on for everybody.

    A profile is left out where another one is at least as good for all and better for one.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> pareto_frontier(dilemma)
    ((0, 0), (0, 1), (1, 0))
    """
    points = game.exact_payoffs.reshape(len(game.shape), -1).T
    # Sorted by the first payoff, a profile can only be beaten by one that stands before it.
    order = sorted(range(len(points)), key=lambda k: tuple(-points[k]))
    frontier: list[int] = []
    for k in order:
        beaten = False
        for f in frontier:
            if bool((points[f] >= points[k]).all() and (points[f] > points[k]).any()):
                beaten = True
                break
        if not beaten:
            frontier.append(int(k))
    cells = sorted(np.unravel_index(k, game.shape) for k in frontier)
    return tuple(tuple(int(i) for i in cell) for cell in cells)
