"""Adjustment paths for pictures: fictitious play and the replicator dynamics.

Neither is a solver: paths may cycle (Shapley 1964) and limits are reported with their regret.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import check_profile, deviation_payoffs, regret
from negotiation.equilibrium.frames import play_frame
from negotiation.equilibrium.limits import TimeLimit
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, number, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LearningPath", "fictitious_play", "replicator_dynamics"]

# Probabilities of one path that may be held.
MOST_NUMBERS = 50_000_000


@dataclass(frozen=True, eq=False)
class LearningPath(Presented):
    """Mixed profiles over time.

    Attributes
    ----------
    game
        The game that is played.
    times
        Rounds, or time in units of 1 / (largest payoff range).
    probabilities
        For each player ``[time, action]``: shares of past play, or of the population.
    regret
        Regret of the last profile, relative to the payoff range.
    complete
        Whether the path goes on to its end; False where the time was over before.
    """

    game: NormalFormGame
    times: FloatArray
    probabilities: tuple[FloatArray, ...]
    regret: float
    complete: bool = True

    def to_frame(self) -> pd.DataFrame:
        """Return one row a time, player and action, with its probability."""
        profiles = (
            {"time": float(time), "probabilities": [path[k] for path in self.probabilities]}
            for k, time in enumerate(self.times)
        )
        return play_frame(self.game.players, self.game.actions, profiles)


def _check_length(game: NormalFormGame, length: int, name: str, least: int) -> None:
    """Refuse a path that is too short, or too long to be held."""
    most = MOST_NUMBERS // sum(game.shape)
    if not least <= length <= most:
        raise InvalidInputError(
            "path too short or too long", where=name, seen=length, allowed=f"{least} to {most}"
        )


def _path(
    game: NormalFormGame, times: FloatArray, paths: Sequence[FloatArray], complete: bool
) -> LearningPath:
    return LearningPath(
        game=game,
        times=read_only(times),
        probabilities=tuple(read_only(p) for p in paths),
        regret=regret(game, [p[-1] for p in paths]),
        complete=complete,
    )


@takes
def fictitious_play(
    game: NormalFormGame,
    rounds: int,
    *,
    start: Sequence[int] | None = None,
    max_seconds: float | None = None,
) -> LearningPath:
    """Return shares of past play when all best respond to the others' past shares (Brown 1951).

    Shares of different players are treated as independent; ties go to the first action.

    Parameters
    ----------
    game
        Any number of players.
    rounds
        Number of rounds, 1 or more.
    start
        Actions of the first round; the first action of everybody where None.
    max_seconds
        Wall-clock limit, after which the path ends.

    Raises
    ------
    InvalidInputError
        If there are no rounds or an action does not exist.

    Examples
    --------
    >>> pennies = NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> path = fictitious_play(pennies, 4000)
    >>> bool(path.regret < 0.05)
    True
    """
    limit = TimeLimit(max_seconds)
    _check_length(game, rounds, "rounds", 1)
    count = len(game.shape)
    chosen = [0] * count if start is None else [int(a) for a in start]
    if len(chosen) != count or any(not 0 <= a < n for a, n in zip(chosen, game.shape, strict=True)):
        raise InvalidInputError(
            "one existing action a player", where="start", seen=chosen, allowed=f"{game.shape}"
        )
    paths = [np.zeros((rounds, n)) for n in game.shape]
    counts = [np.zeros(n) for n in game.shape]
    for k in range(rounds):
        for i, a in enumerate(chosen):
            counts[i][a] += 1.0
            paths[i][k] = counts[i] / (k + 1.0)
        shares = [p[k] for p in paths]
        if limit.is_over():
            paths = [p[: k + 1] for p in paths]
            break
        chosen = [int(deviation_payoffs(game.gains, shares, i).argmax()) for i in range(count)]
    done = len(paths[0])
    return _path(game, np.arange(1.0, done + 1.0), paths, done == rounds)


@takes
def replicator_dynamics(
    game: NormalFormGame,
    start: Sequence[ArrayLike],
    duration: float,
    *,
    points: int = 201,
    tol: float = 1e-9,
    max_seconds: float | None = None,
) -> LearningPath:
    r"""Return population shares under the replicator dynamics, one population a player.

    .. math:: \dot x_{ia} = x_{ia} [u_{ia}(x) - u_i(x)]

    (Taylor and Jonker 1978; Taylor 1979 for several populations), with payoffs divided by the
    largest payoff range, so that multiplying all payoffs by a constant changes nothing.

    Parameters
    ----------
    game
        Any number of players.
    start
        One distribution a player.
    duration
        Length of the path, in units of 1 / (largest payoff range).
    points
        Number of equally spaced times that are returned, 2 or more.
    tol
        Relative accuracy of the integration.
    max_seconds
        Wall-clock limit, after which the path ends.

    Raises
    ------
    InvalidInputError
        If the start is no profile of the game or the duration is not positive.
    ConvergenceError
        If the integration fails.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> path = replicator_dynamics(dilemma, [[0.9, 0.1], [0.9, 0.1]], 100.0)
    >>> bool(path.probabilities[0][-1, 1] > 0.999)
    True
    """
    from scipy.integrate import solve_ivp

    limit = TimeLimit(max_seconds)
    number(duration, name="duration", low=0.0, open_low=True)
    number(tol, name="tol", low=0.0, open_low=True)
    _check_length(game, points, "points", 2)
    profile = check_profile(game, start)
    ends = np.cumsum([0, *game.shape])
    unit = float(game.gains.max()) or 1.0
    payoffs = game.gains / unit

    def split(x: FloatArray) -> list[FloatArray]:
        return [x[a:b] for a, b in itertools.pairwise(ends)]

    def motion(_: float, x: FloatArray) -> FloatArray:
        shares = split(x)
        out = []
        for i, own in enumerate(shares):
            u = deviation_payoffs(payoffs, shares, i)
            out.append(own * (u - own @ u))
        return np.concatenate(out)

    last = np.inf

    def time_left(t: float, _: FloatArray) -> float:
        # Falls to zero at the end of the step in which the time is over.
        nonlocal last
        if np.isinf(last) and limit.is_over():
            last = t
        return last - t

    time_left.terminal = True  # type: ignore[attr-defined]  # how SciPy is told to stop
    times = np.linspace(0.0, duration, points)
    answer = solve_ivp(
        motion,
        (0.0, duration),
        np.concatenate(profile),
        t_eval=times,
        method="LSODA",
        rtol=tol,
        atol=tol * 1e-3,
        events=time_left,
    )
    if not answer.success:
        raise ConvergenceError(str(answer.message), where="replicator_dynamics")
    paths = []
    for a, b in itertools.pairwise(ends):
        shares = np.clip(answer.y[a:b].T, 0.0, None)
        paths.append(shares / shares.sum(axis=1, keepdims=True))
    done = answer.y.shape[1]
    return _path(game, times[:done], paths, done == points)
