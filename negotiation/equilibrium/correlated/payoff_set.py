"""The payoffs that correlated equilibria reach, as a polygon of two players."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.correlated.programme import CorrelatedProgramme, scaled_payoffs
from negotiation.equilibrium.frames import corners_frame
from negotiation.equilibrium.limits import COUNT_REACHED, TIME_REACHED, TimeLimit, count_limit
from negotiation.equilibrium.refinements.dominance import iterated_elimination
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Pictured
from negotiation.values import FloatArray, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CorrelatedPayoffSet", "correlated_payoff_set"]

# Directions of the first corners.
COMPASS = ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0))


@dataclass(frozen=True, eq=False)
class CorrelatedPayoffSet(Pictured):
    """Payoff pairs that correlated equilibria reach.

    Attributes
    ----------
    game
        The game.
    players
        Positions of the two players on the axes.
    vertices
        Corners of the polygon counter-clockwise, ``[corner, player]``; one corner where all
        equilibria pay the same, two where they lie on a line.
    coarse
        Whether the equilibria are coarse ones.
    complete
        Whether no edge can be pushed out; False where a limit was hit before.
    notes
        The limit that was hit.
    """

    game: NormalFormGame
    players: tuple[int, int]
    vertices: FloatArray
    coarse: bool
    complete: bool = True
    notes: tuple[str, ...] = ()

    _picture = "plot_correlated_payoffs"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a corner: the payoffs of both players."""
        names = [self.game.players[i] for i in self.players]
        return corners_frame(names, {"coarse" if self.coarse else "correlated": self.vertices})


def _corners(
    extreme: Callable[[FloatArray], FloatArray],
    tol: float,
    limit: TimeLimit,
    max_count: int | None,
) -> tuple[list[FloatArray], str]:
    """Return corners counter-clockwise, and the limit that was reached before the last."""
    corners: list[FloatArray] = []
    try:
        for direction in COMPASS:
            point = extreme(np.array(direction))
            if all(np.abs(point - c).max() > tol for c in corners):
                if len(corners) == max_count:
                    return corners, COUNT_REACHED
                corners.append(point)
        position = 0
        while len(corners) > 1 and position < len(corners):
            a, b = corners[position], corners[(position + 1) % len(corners)]
            normal = np.array([b[1] - a[1], a[0] - b[0]])
            normal /= np.linalg.norm(normal)
            point = extreme(normal)
            if normal @ (point - a) > tol:
                if len(corners) == max_count:
                    return corners, COUNT_REACHED
                corners.insert(position + 1, point)
            else:
                position += 1
    except ConvergenceError:
        if not corners or not limit.is_over():
            raise
        return corners, TIME_REACHED
    return corners, ""


@takes
def correlated_payoff_set(
    game: NormalFormGame,
    *,
    players: tuple[int, int] = (0, 1),
    coarse: bool = False,
    tol: float = 1e-8,
    max_seconds: float | None = None,
    max_count: int | None = None,
) -> CorrelatedPayoffSet:
    """Return the polygon of expected payoffs that (coarse) correlated equilibria reach.

    Corners are found by maximising in one direction after another, always orthogonal to an edge
    between known corners, until no edge can be pushed out by more than ``tol`` of the range.

    Parameters
    ----------
    game
        Any number of players.
    players
        The two players on the axes.
    coarse
        Whether to use coarse correlated equilibria.
    tol
        Distances, relative to the payoff ranges, below which points count as one.
    max_seconds, max_count
        Limits of wall-clock time and of corners: those that are known by then span a part of
        the set.

    Raises
    ------
    InvalidInputError
        If the players are not two different ones of the game.
    ConvergenceError
        If the time is over before there is any corner.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    >>> correlated_payoff_set(game).vertices.round(9).tolist()
    [[7.0, 2.0], [5.25, 5.25], [2.0, 7.0], [3.6, 3.6]]
    """
    limit = TimeLimit(max_seconds)
    count_limit(max_count)
    first, second = players
    if first == second or not {first, second} <= set(range(len(game.shape))):
        raise InvalidInputError(
            "two different players of the game",
            where="players",
            seen=players,
            allowed=f"0..{len(game.shape) - 1}",
        )
    undominated = game if coarse else iterated_elimination(game, "strict").game
    gains, low, _ = scaled_payoffs(undominated)
    chosen = gains[[first, second]]
    spread = chosen.max(axis=1)
    unit = np.where(spread > 0.0, spread, 1.0)
    shares = chosen / unit[:, np.newaxis]
    programme = CorrelatedProgramme(undominated, coarse=coarse)

    def extreme(direction: FloatArray) -> FloatArray:
        q, _ = programme.best(direction @ shares, limit)
        return np.asarray(shares @ q, dtype=np.float64)

    corners, reached = _corners(extreme, tol, limit, max_count)
    points = np.array(corners)
    if len(points) > 2:
        before, after = np.roll(points, 1, axis=0) - points, np.roll(points, -1, axis=0) - points
        turn = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0])
        kept = points[turn > tol * np.linalg.norm(after, axis=1)]
        if len(kept) < 3:
            # All corners lie on one line, up to rounding: the set is a segment.
            far = points[np.argmax(np.linalg.norm(points - points[0], axis=1))]
            along = points @ (far - points[0])
            kept = points[[int(np.argmin(along)), int(np.argmax(along))]]
        points = kept
    return CorrelatedPayoffSet(
        game=game,
        players=(first, second),
        vertices=read_only(low[[first, second]] + points * spread),
        coarse=coarse,
        complete=not reached,
        notes=(reached,) if reached else (),
    )
