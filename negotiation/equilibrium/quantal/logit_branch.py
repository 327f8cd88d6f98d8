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
from negotiation.equilibrium.path_following import CurvePoint, correct, trace
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

    def __init__(self, game: NormalFormGame) -> None:
        flat = game.payoffs.reshape(len(game.shape), -1)
        low = flat.min(axis=1)
        spread = float((flat.max(axis=1) - low).max())
        self.game = game
        self.unit = spread if spread > 0.0 else 1.0
        shifted = game.payoffs - low.reshape(-1, *([1] * len(game.shape)))
        self.payoffs = shifted / self.unit
        self.starts = np.concatenate([[0], np.cumsum(game.shape)])

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

    def residual(self, z: FloatArray) -> FloatArray:
        """Return the value of each equation."""
        logs = self.split(z)
        profile = [np.exp(x) for x in logs]
        out = []
        for player, x in enumerate(logs):
            u = deviation_payoffs(self.payoffs, profile, player)
            out.append([profile[player].sum() - 1.0])
            out.append(x[1:] - x[0] - z[-1] * (u[1:] - u[0]))
        return np.concatenate(out)

    def jacobian(self, z: FloatArray) -> FloatArray:
        """Return the derivatives ``[equation, unknown]``."""
        logs = self.split(z)
        profile = [np.exp(x) for x in logs]
        size = len(z) - 1
        out = np.zeros((size, size + 1))
        for i, n in enumerate(self.game.shape):
            first, last = int(self.starts[i]), int(self.starts[i + 1])
            out[first, first:last] = profile[i]
            inner = np.arange(first + 1, last)
            out[inner, inner] = 1.0
            out[inner, first] = -1.0
            u = deviation_payoffs(self.payoffs, profile, i)
            out[inner, -1] = -(u[1:] - u[0])
            for j in range(len(profile)):
                if j == i or n == 1:
                    continue
                pair = self._pair_payoffs(profile, i, j) * profile[j]
                out[first + 1 : last, self.starts[j] : self.starts[j + 1]] = -z[-1] * (
                    pair[1:] - pair[0]
                )
        return out

    def _pair_payoffs(self, profile: Sequence[FloatArray], i: int, j: int) -> FloatArray:
        """Payoff of i, ``[action of i, action of j]``, with the others mixed as in profile."""
        table = self.payoffs[i]
        for other in reversed(range(len(profile))):
            if other not in (i, j):
                table = np.tensordot(table, profile[other], axes=([other], [0]))
        return np.asarray(table if i < j else table.T, dtype=np.float64)

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
        centred = game.payoffs - game.payoffs[player].min()
        utility = precision * deviation_payoffs(centred, profile, player)
        response = np.exp(utility - utility.max())
        worst = max(worst, float(np.abs(response / response.sum() - p).max()))
    return worst


def principal_branch(system: LogitSystem, max_steps: int) -> Iterator[CurvePoint]:
    """Trace the branch that starts at equal probabilities."""
    return trace(system.residual, system.jacobian, system.centroid(), max_steps=max_steps)


def crosses_another(a: CurvePoint, b: CurvePoint) -> bool:
    """Say whether another branch crosses between two neighbours of the trace."""
    return a.orientation * b.orientation < 0
