r"""The principal branch of logit quantal response equilibria as a curve.

Unknowns are the log-probabilities of all actions and the precision times the payoff range;
equations are :math:`\sum_a p_{ia} = 1` and
:math:`\ln p_{ia} - \ln p_{i0} = \lambda [u_{ia}(p) - u_{i0}(p)]` (Turocy 2005).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import deviation_payoffs, expected_payoffs, regret
from negotiation.equilibrium.limits import TIME_REACHED, TimeLimit
from negotiation.equilibrium.path_following import CurvePoint, correct
from negotiation.errors import ConvergenceError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, read_only

__all__ = [
    "LogitSystem",
    "QuantalResponse",
    "crosses_another",
    "logit_residual",
    "principal_branch",
]

# Points for which there is room at first, and lengths of steps along the branch.
FIRST_POINTS = 64
FIRST_STEP, SHORTEST_STEP, CROSSING_STEP = 0.05, 1e-10, 1e-3


@dataclass(frozen=True, eq=False)
class QuantalResponse(Presented):
    """One logit quantal response equilibrium.

    Attributes
    ----------
    precision
        In 1 / payoff units.
    probabilities
        One distribution a player.
    payoffs
        Expected payoff of each player.
    residual
        Largest difference between a probability and the logit response to the profile, from the
        payoffs alone.
    regret
        Distance from Nash equilibrium, relative to the payoff range.
    """

    precision: float
    probabilities: tuple[FloatArray, ...]
    payoffs: FloatArray
    residual: float
    regret: float


class LogitSystem:
    """Equations of the branch; unknowns are log-probabilities and scaled precision."""

    unit: float
    payoffs: FloatArray
    starts: NDArray[np.intp]
    game: NormalFormGame
    table: FloatArray
    shape: NDArray[np.int64]

    def __init__(self, game: NormalFormGame) -> None:
        gains = game.gains.reshape(len(game.shape), -1)
        spread = float(gains.max())
        self.game = game
        self.unit = spread if spread > 0.0 else 1.0
        self.table = np.ascontiguousarray(gains / self.unit)
        self.shape = np.array(game.shape, dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.shape)])

    def split(self, z: FloatArray) -> tuple[FloatArray, ...]:
        """Return the log-probabilities of each player."""
        return tuple(
            np.asarray(z[a:b], dtype=np.float64)
            for a, b in zip(self.starts[:-1], self.starts[1:], strict=True)
        )

    def centroid(self) -> FloatArray:
        """Return the solution at precision 0."""
        logs = [np.full(n, -np.log(n)) for n in self.game.shape]
        return np.concatenate([*logs, [0.0]])

    def _equations(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        from negotiation.equilibrium.quantal import kernels

        values, jacobian = np.empty(len(z) - 1), np.empty((len(z) - 1, len(z)))
        kernels.logit_equations(self.table, self.shape, self.starts, z, values, jacobian)
        return values, jacobian

    def residual(self, z: FloatArray) -> FloatArray:
        """Return the value of each equation."""
        return self._equations(z)[0]

    def jacobian(self, z: FloatArray) -> FloatArray:
        """Return the derivatives ``[equation, unknown]``."""
        return self._equations(z)[1]

    def at(self, guess: FloatArray, scaled: float) -> FloatArray | None:
        """Newton at a given precision, from a guess."""
        z = guess.copy()
        z[-1] = scaled
        border = np.zeros(len(z))
        border[-1] = 1.0
        found = correct(self.residual, self.jacobian, z, border, max_iter=20)
        return None if found is None else found[0]

    def between(self, a: FloatArray, b: FloatArray, share: float) -> FloatArray:
        """Point of the branch between two neighbours of the trace."""
        chord = (b - a) / np.linalg.norm(b - a)
        found = correct(self.residual, self.jacobian, a + share * (b - a), chord)
        return a if found is None else found[0]

    def point(self, z: FloatArray) -> QuantalResponse:
        """Return a solution with its certificate."""
        profile = []
        for x in self.split(z):
            p = np.exp(x)
            profile.append(read_only(p / p.sum()))
        precision = float(z[-1]) / self.unit
        return QuantalResponse(
            precision=precision,
            probabilities=tuple(profile),
            payoffs=read_only(expected_payoffs(self.game, profile)),
            residual=logit_residual(self.game, profile, precision),
            regret=regret(self.game, profile),
        )


@takes
def logit_residual(game: NormalFormGame, profile: Sequence[FloatArray], precision: float) -> float:
    """Return the largest difference between a profile and the logit response to it."""
    worst = 0.0
    for player, p in enumerate(profile):
        utility = precision * deviation_payoffs(game.gains, profile, player)
        response = np.exp(utility - utility.max())
        worst = max(worst, float(np.abs(response / response.sum() - p).max()))
    return worst


def principal_branch(
    system: LogitSystem, max_steps: int, limit: TimeLimit, until: float
) -> Iterator[CurvePoint]:
    """Trace the branch that starts at equal probabilities to a scaled precision.

    Raises
    ------
    ConvergenceError
        If steps become too short or too many, or time is up.
    """
    from negotiation.equilibrium.quantal import kernels

    start = system.centroid()
    positions, tangents = np.empty((2, FIRST_POINTS, len(start)))
    signs = np.zeros(FIRST_POINTS, dtype=np.int64)
    positions[0] = start
    shown, count, length, status = 0, 1, FIRST_STEP, kernels.FULL
    while status == kernels.FULL:
        where = f"curve at parameter {positions[count - 1, -1]:.6g}"
        if count > max_steps:
            raise ConvergenceError(f"more than {max_steps} steps", where=where)
        if limit.is_over() and shown:
            raise ConvergenceError(TIME_REACHED, where=where)
        room = 1 if not shown else min(2 * count, max_steps + 1)
        if room > len(signs):
            positions, tangents = (
                np.concatenate([table, np.empty((room - len(signs), len(start)))])
                for table in (positions, tangents)
            )
            signs = np.concatenate([signs, np.zeros(room - len(signs), dtype=np.int64)])
        status, count, length = kernels.follow(
            system.table, system.shape, system.starts, length, until, SHORTEST_STEP,
            CROSSING_STEP, positions[:room], tangents[:room], signs[:room], count,
        )  # fmt: skip
        for k in range(shown, count):
            yield CurvePoint(positions[k].copy(), tangents[k].copy(), int(signs[k]))
        shown = count
    if status == kernels.STUCK:
        raise ConvergenceError(
            "the step became too short", where=f"curve at parameter {positions[count - 1, -1]:.6g}"
        )


def crosses_another(a: CurvePoint, b: CurvePoint) -> bool:
    """Say whether another branch crosses between two neighbours of the trace."""
    return a.orientation * b.orientation < 0
