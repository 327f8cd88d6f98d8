r"""Logit quantal response equilibria of games with any number of players.

Players see payoffs with noise: action a is chosen with probability

.. math:: p_{ia} = \frac{e^{\lambda u_{ia}(p)}}{\sum_b e^{\lambda u_{ib}(p)}},

where :math:`u_{ia}(p)` is the expected payoff of a and the precision :math:`\lambda \ge 0` is in
1 / payoff units (McKelvey and Palfrey 1995). At precision 0 all actions are equally likely; the
branch of solutions that starts there is traced in log-probabilities (Turocy 2005).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.frames import play_frame
from negotiation.equilibrium.limits import COUNT_REACHED, TimeLimit, count_limit
from negotiation.equilibrium.path_following import CurvePoint
from negotiation.equilibrium.quantal.logit_branch import (
    LogitSystem,
    QuantalResponse,
    crosses_another,
    principal_branch,
)
from negotiation.errors import ConvergenceError
from negotiation.games.normal_form import NormalFormGame, as_normal_form
from negotiation.presentation import Pictured
from negotiation.values import FloatArray, float_vector, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "QuantalResponse",
    "QuantalResponseResult",
    "quantal_response",
    "quantal_response_branch",
]


@dataclass(frozen=True, eq=False)
class QuantalResponseResult(Pictured):
    """Points of the principal branch.

    Attributes
    ----------
    game
        The game that was solved.
    points
        One equilibrium a precision asked for, in the order asked; along the branch where the
        whole branch was asked for.
    bifurcations
        Precisions near which another branch crosses, as in games with symmetric players or
        actions; the trace goes straight on.
    converged
        Whether every residual is within the tolerance and the branch was followed to its end.
    notes
        The limit that was hit.
    elapsed_seconds
        Wall-clock time; never compared.
    """

    game: NormalFormGame
    points: tuple[QuantalResponse, ...]
    bifurcations: tuple[float, ...]
    converged: bool
    notes: tuple[str, ...] = ()
    elapsed_seconds: float = field(default=0.0, compare=False)

    _picture = "plot_quantal_response"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a point, player and action: precision, probability and payoff."""
        profiles = (
            {
                "precision": point.precision,
                "probabilities": point.probabilities,
                "payoff": point.payoffs,
            }
            for point in self.points
        )
        return play_frame(self.game.players, self.game.actions, profiles)

    def _heading(self) -> str:
        return f"logit quantal responses at {len(self.points)} precisions"

    @property
    def probabilities(self) -> tuple[FloatArray, ...]:
        """Profile at the last point."""
        return self.points[-1].probabilities

    @property
    def precisions(self) -> FloatArray:
        """Precision of each point."""
        return np.array([point.precision for point in self.points])


@takes
def quantal_response(
    game: NormalFormGame,
    precision: float | Sequence[float] | FloatArray,
    *,
    tol: float = 1e-8,
    max_steps: int = 20_000,
    max_seconds: float | None = None,
    raise_on_failure: bool = True,
) -> QuantalResponseResult:
    """Return logit quantal response equilibria on the principal branch.

    Any number of players, who move at once; noise is independent across players and actions
    (McKelvey and Palfrey 1995). Where the branch folds and passes a precision more than once,
    the first passage counts.

    Parameters
    ----------
    game
        Any finite normal-form game.
    precision
        One precision or several, >= 0, in 1 / payoff units: payoffs times c with precision / c
        give the same play.
    tol
        Largest residual of a certified point.
    max_steps, max_seconds
        Limits of the steps along the branch.
    raise_on_failure
        Whether a precision that is not reached, or a residual above ``tol``, raises.

    Raises
    ------
    InvalidInputError
        If a precision is negative or not finite.
    ConvergenceError
        If the branch cannot be followed far enough; ``.partial`` has the points found.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[9, 0], [0, 1]], [[0, 1], [1, 0]])
    >>> result = quantal_response(game, [0.0, 2.0])
    >>> [point.probabilities[0].round(4).tolist() for point in result.points]
    [[0.5, 0.5], [0.8608, 0.1392]]
    """
    limit = TimeLimit(max_seconds)
    number(tol, name="tol", low=0.0)
    wanted = float_vector(precision, name="precision", low=0.0, ndim=1)
    system = LogitSystem(as_normal_form(game, "quantal_response"))
    scaled = wanted * system.unit
    found: dict[float, FloatArray] = {0.0: system.centroid()}
    waiting = sorted({float(s) for s in scaled} - {0.0})
    bifurcations: list[float] = []
    problem = ""
    try:
        before: CurvePoint | None = None
        for here in principal_branch(system, max_steps, limit, max(waiting, default=0.0)):
            if before is not None:
                low, high = sorted((float(before.position[-1]), float(here.position[-1])))
                if crosses_another(before, here):
                    bifurcations.append(0.5 * (low + high) / system.unit)
                for target in [t for t in waiting if low <= t <= high]:
                    share = (target - before.position[-1]) / (
                        here.position[-1] - before.position[-1]
                    )
                    guess = before.position + share * (here.position - before.position)
                    for near in (guess, here.position, before.position):
                        z = system.at(near, target)
                        if z is not None:
                            found[target] = z
                            waiting.remove(target)
                            break
            if not waiting:
                break
            before = here
    except ConvergenceError as error:
        problem = str(error)
    points = tuple(system.point(found[float(s)]) for s in scaled if float(s) in found)
    residual = max((p.residual for p in points), default=0.0)
    result = QuantalResponseResult(
        game=game,
        points=points,
        bifurcations=tuple(bifurcations),
        converged=not waiting and residual <= tol,
        elapsed_seconds=limit.elapsed_seconds(),
    )
    if raise_on_failure and not result.converged:
        raise ConvergenceError(
            problem or f"residual {residual:.1e} is above {tol:.1e}",
            where="quantal_response",
            partial=result,
            hint="Ask for a smaller precision, or raise max_steps or tol.",
        )
    return result


@takes
def quantal_response_branch(
    game: NormalFormGame,
    max_precision: float,
    *,
    refine: int = 4,
    tol: float = 1e-8,
    max_steps: int = 20_000,
    max_seconds: float | None = None,
    max_count: int | None = None,
) -> QuantalResponseResult:
    """Return points of the principal branch up to ``max_precision``, folds included.

    Parameters
    ----------
    game
        Any finite normal-form game.
    max_precision
        Where to stop, in 1 / payoff units.
    refine
        Points a step of the trace, 1 or more; more make a smoother picture.
    tol, max_steps, max_seconds
        As in :func:`quantal_response`.
    max_count
        Most points, from precision 0 on; where there are more the result says
        ``converged=False``.

    Raises
    ------
    InvalidInputError
        If ``max_precision`` is not positive and finite, or ``refine`` is below 1.
    ConvergenceError
        If the branch cannot be followed that far; ``.partial`` has the points up to there.
    """
    limit = TimeLimit(max_seconds)
    number(max_precision, name="max_precision", low=0.0, open_low=True)
    number(refine, name="refine", low=1)
    count_limit(max_count)
    system = LogitSystem(game)
    points: list[QuantalResponse] = []
    bifurcations: list[float] = []
    before: CurvePoint | None = None

    def result(reached: bool) -> QuantalResponseResult:
        counted = max_count is not None and len(points) > max_count
        return QuantalResponseResult(
            game=game,
            points=tuple(points[:max_count]),
            bifurcations=tuple(bifurcations),
            converged=reached and not counted and all(p.residual <= tol for p in points),
            notes=(COUNT_REACHED,) if counted else (),
            elapsed_seconds=limit.elapsed_seconds(),
        )

    try:
        for here in principal_branch(system, max_steps, limit, max_precision * system.unit):
            if before is not None and crosses_another(before, here):
                middle = 0.5 * float(before.position[-1] + here.position[-1])
                bifurcations.append(middle / system.unit)
            if before is None:
                points.append(system.point(here.position))
            else:
                for k in range(1, refine + 1):
                    z = system.between(before.position, here.position, k / refine)
                    if z[-1] < max_precision * system.unit:
                        points.append(system.point(z))
            if max_count is not None and len(points) > max_count:
                return result(False)
            if here.position[-1] > max_precision * system.unit:
                break
            before = here
        last = quantal_response(
            game, max_precision, tol=tol, max_steps=max_steps, max_seconds=limit.seconds_left()
        )
    except ConvergenceError as error:
        raise ConvergenceError(
            str(error), where="quantal_response_branch", partial=result(False)
        ) from error
    points.extend(last.points)
    return result(True)
