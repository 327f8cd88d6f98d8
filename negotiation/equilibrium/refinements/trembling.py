r"""One perfect and one proper equilibrium of a game with any number of players.

Perfect: in the perturbed game of size :math:`\varepsilon` every action has at least the weight
:math:`\varepsilon`; its equilibria are those of the game whose actions are the corners of the
smaller simplices, and their limits are perfect (Selten 1975).

Proper: let every player choose among the permutations of the weights
:math:`1, \varepsilon, \varepsilon^2, \dots`. At an equilibrium of that finite game an action that
earns less than another is at most :math:`\varepsilon` times as likely: it is
:math:`\varepsilon`-proper, and limits of such profiles are proper (Myerson 1978; Kohlberg and
Mertens 1986).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial, prod
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.frames import play_frame
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.normal_form.one_equilibrium import one_equilibrium
from negotiation.equilibrium.normal_form.results import Equilibrium, certified_equilibrium
from negotiation.equilibrium.profiles import deviation_payoffs
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, number, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "TremblingEquilibrium",
    "perfect_equilibrium",
    "proper_equilibrium",
    "tremble_violation",
]

# Cells of the game of corners or permutations.
MOST_CELLS = 200_000
# Sizes of mistakes that are tried in turn.
SIZES = (1e-2, 1e-3, 1e-4)
# Weights below this are what Newton's method leaves of 0.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class TremblingEquilibrium(Presented):
    """An equilibrium next to a completely mixed profile that supports it.

    Attributes
    ----------
    equilibrium
        The Nash equilibrium, certified.
    trembles
        The completely mixed profile.
    size
        The size of its mistakes, epsilon.
    violation
        Largest gain, relative to the payoff range, of an action that the trembles make more
        likely than the rules of epsilon allow; from the payoffs alone, 0 up to rounding.
    distance
        Largest difference between the two profiles.
    """

    equilibrium: Equilibrium
    trembles: tuple[FloatArray, ...]
    size: float
    violation: float
    distance: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row a player and action: its probability, and that of its mistakes."""
        game = self.equilibrium.game
        profile = {"probabilities": self.equilibrium.probabilities, "with_mistakes": self.trembles}
        return play_frame(game.players, game.actions, [profile])


@takes
def tremble_violation(
    game: NormalFormGame, profile: Sequence[FloatArray], size: float, *, proper: bool
) -> float:
    """Return how far a completely mixed profile is from epsilon-perfect, or epsilon-proper.

    Where an action earns less than another (than the best, unless ``proper``) it may have at
    most ``size`` times that one's weight (at most the weight ``size``).

    Parameters
    ----------
    game
        Any number of players.
    profile
        One distribution a player, all positive.
    size
        Epsilon.
    proper
        Which of the two rules.

    Returns
    -------
    float
        The largest difference of payoffs, relative to the player's payoff range, between two
        actions that break the rule.
    """
    worst = 0.0
    for i, x in enumerate(profile):
        spread = float(game.gains[i].max()) or 1.0
        u = deviation_payoffs(game.gains, profile, i) / spread
        for a, b in itertools.permutations(range(len(x)), 2):
            rule = size * x[b] if proper else size
            if x[a] > rule * (1.0 + 1e-6):
                worst = max(worst, float(u[b] - u[a]))
    return worst


def _corners(count: int, size: float, proper: bool) -> FloatArray:
    """Strategies ``[corner, action]`` that mixtures of which a player may choose."""
    if proper:
        weights = size ** np.arange(count)
        table = np.array(list(itertools.permutations(weights / weights.sum())))
    else:
        table = np.full((count, count), size) + (1.0 - count * size) * np.eye(count)
    return np.asarray(table, dtype=np.float64)


def _polished(game: NormalFormGame, near: Sequence[FloatArray], cut: float) -> list[FloatArray]:
    """Profile on the actions above ``cut`` at which these earn the same, by Newton's method."""
    supports = [np.flatnonzero(x > cut) for x in near]
    profile = []
    for x, support in zip(near, supports, strict=True):
        own = np.zeros(len(x))
        own[support] = x[support] / x[support].sum()
        profile.append(own)
    starts = np.cumsum([0, *(len(x) for x in near)])
    free = np.concatenate([s + a for s, a in zip(supports, starts, strict=False)])
    for _ in range(20):
        rows, right = [], []
        for i, support in enumerate(supports):
            row = np.zeros(starts[-1])
            row[starts[i] : starts[i + 1]] = 1.0
            rows.append(row)
            right.append(1.0 - profile[i].sum())
            u = deviation_payoffs(game.gains, profile, i)
            for a in support[1:]:
                row = np.zeros(starts[-1])
                for j in range(len(near)):
                    if j != i:
                        row[starts[j] : starts[j + 1]] = _slope(game, profile, i, j, a, support[0])
                rows.append(row)
                right.append(float(u[support[0]] - u[a]))
        step = np.linalg.lstsq(np.array(rows)[:, free], np.array(right), rcond=None)[0]
        flat = np.concatenate(profile)
        flat[free] += step
        profile = [flat[a:b] for a, b in itertools.pairwise(starts)]
        if float(np.abs(step).max()) <= 1e-14:
            break
    cleared = [np.where(x < ROUNDING, 0.0, x) for x in profile]
    return [x / x.sum() for x in cleared]


def _slope(
    game: NormalFormGame, profile: Sequence[FloatArray], i: int, j: int, a: int, b: int
) -> FloatArray:
    """Change of u_i(a) - u_i(b) in each weight of player j."""
    table = game.gains[i]
    for other in reversed(range(len(profile))):
        if other not in (i, j):
            table = np.tensordot(table, profile[other], axes=([other], [0]))
    table = table if i < j else table.T
    return np.asarray(table[a] - table[b], dtype=np.float64)


def _by_trembles(
    game: NormalFormGame, proper: bool, tolerance: float, max_seconds: float | None, where: str
) -> TremblingEquilibrium:
    limit = TimeLimit(max_seconds)
    number(tolerance, name="tolerance", low=0.0)
    cells = prod(factorial(n) if proper else n for n in game.shape)
    if cells > MOST_CELLS:
        raise InvalidInputError(
            "too many orders of mistakes" if proper else "too many profiles",
            where=where,
            seen=f"{cells} cells",
            allowed=f"{MOST_CELLS} cells",
            hint="Remove dominated or duplicate actions.",
        )
    best: TremblingEquilibrium | None = None
    for size in SIZES:
        corners = [_corners(n, size, proper) for n in game.shape]
        table = game.gains
        for i, own in enumerate(corners):
            table = np.moveaxis(np.tensordot(table, own, axes=([i + 1], [1])), -1, i + 1)
        try:
            found = one_equilibrium(
                NormalFormGame(table), tolerance=1e-9, max_seconds=limit.seconds_left()
            )
        except ConvergenceError:
            continue
        trembles = tuple(
            read_only(p @ own)
            for p, own in zip(found.equilibria[0].probabilities, corners, strict=True)
        )
        for cut in (size**0.5, 2.0 * size):
            profile = _polished(game, trembles, cut)
            equilibrium = certified_equilibrium(game, profile)
            result = TremblingEquilibrium(
                equilibrium=equilibrium,
                trembles=trembles,
                size=size,
                violation=tremble_violation(game, trembles, size, proper=proper),
                distance=max(
                    float(np.abs(x - y).max()) for x, y in zip(profile, trembles, strict=True)
                ),
            )
            holds = equilibrium.regret <= tolerance >= result.violation
            if holds and (best is None or result.distance < best.distance):
                best = result
    if best is None:
        raise ConvergenceError(
            limit.reached("no equilibrium next to one with small mistakes was found"),
            where=where,
            hint="Raise tolerance or max_seconds.",
        )
    return best


@takes
def perfect_equilibrium(
    game: NormalFormGame, *, tolerance: float = 1e-7, max_seconds: float | None = None
) -> TremblingEquilibrium:
    """Return a Nash equilibrium next to an equilibrium with mistakes of every kind.

    Any number of players. Mistakes have the smallest of the sizes 1e-2, 1e-3 and 1e-4 for which
    a certified answer is found; ``is_perfect`` may decide the limit exactly.

    Parameters
    ----------
    game
        Any number of players.
    tolerance
        Largest regret of the equilibrium and violation of the trembles, relative to payoff
        ranges.
    max_seconds
        Time for the search.

    Raises
    ------
    InvalidInputError
        If there are too many profiles.
    ConvergenceError
        If nothing could be certified.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[1, 0], [0, 0]], [[1, 0], [0, 0]])
    >>> [p.tolist() for p in perfect_equilibrium(game).equilibrium.probabilities]
    [[1.0, 0.0], [1.0, 0.0]]
    """
    return _by_trembles(game, False, tolerance, max_seconds, "perfect_equilibrium")


@takes
def proper_equilibrium(
    game: NormalFormGame, *, tolerance: float = 1e-7, max_seconds: float | None = None
) -> TremblingEquilibrium:
    """Return a Nash equilibrium next to one in which costlier mistakes are far less likely.

    Any number of players with few actions: every order of a player's actions is a strategy of
    the game that is solved. Sizes of mistakes as in :func:`perfect_equilibrium`.

    Parameters
    ----------
    game, tolerance, max_seconds
        As in :func:`perfect_equilibrium`.

    Raises
    ------
    InvalidInputError
        If there are too many orders of actions.
    ConvergenceError
        If nothing could be certified.

    Examples
    --------
    Myerson's example, in which the second action is perfect and not proper:

    >>> A = [[1, 0, -9], [0, 0, -7], [-9, -7, -7]]
    >>> found = proper_equilibrium(NormalFormGame.from_bimatrix(A, A))
    >>> [p.tolist() for p in found.equilibrium.probabilities]
    [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    return _by_trembles(game, True, tolerance, max_seconds, "proper_equilibrium")
