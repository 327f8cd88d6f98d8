"""Estimating the precision of logit responses from observed play."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar

from negotiation.arguments import takes
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.path_following import CurvePoint
from negotiation.equilibrium.quantal.logit_branch import (
    LogitSystem,
    QuantalResponse,
    principal_branch,
)
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["QuantalResponseFit", "fit_quantal_response"]


@dataclass(frozen=True, eq=False)
class QuantalResponseFit(Presented):
    """Precision that makes observed play most likely.

    Attributes
    ----------
    point
        The equilibrium at the estimate.
    log_likelihood
        Of the counts, without the multinomial constant.
    standard_error
        From the curvature of the log-likelihood; NaN at a limit or where precision has no effect.
    at_limit
        Whether the estimate is 0 or the largest precision that was tried.
    observations
        Number of choices.
    """

    point: QuantalResponse
    log_likelihood: float
    standard_error: float
    at_limit: bool
    observations: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row: the precision with its standard error, likelihood and choices."""
        import pandas as pd

        return pd.DataFrame(
            {
                "precision": [self.precision],
                "std_error": [self.standard_error],
                "log_likelihood": [self.log_likelihood],
                "choices": [self.observations],
                "at_limit": [self.at_limit],
            }
        )

    @property
    def precision(self) -> float:
        """The estimate, in 1 / payoff units."""
        return self.point.precision


@takes
def fit_quantal_response(
    game: NormalFormGame,
    counts: Sequence[ArrayLike],
    *,
    max_precision: float | None = None,
    max_steps: int = 20_000,
    max_seconds: float | None = None,
) -> QuantalResponseFit:
    r"""Estimate the precision from observed play by maximum likelihood.

    Maximises :math:`\sum_{i,a} n_{ia} \ln p_{ia}(\lambda)` along the principal branch (McKelvey
    and Palfrey 1995), first over the traced points, then between the neighbours of the best.

    Parameters
    ----------
    game
        Any finite normal-form game.
    counts
        For each player, how often each action was played; weights need not be whole.
    max_precision
        Largest precision tried, in 1 / payoff units; None stands for 1,000 / payoff range.
    max_steps, max_seconds
        Limits of the steps along the branch.

    Raises
    ------
    InvalidInputError
        If counts are negative, all zero, or not one an action.
    ConvergenceError
        If the branch cannot be followed.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[9, 0], [0, 1]], [[0, 1], [1, 0]])
    >>> fit = fit_quantal_response(game, [[64, 36], [19, 81]])
    >>> round(fit.precision, 3)
    6.267
    """
    limit = TimeLimit(max_seconds)
    if len(counts) != len(game.shape):
        raise InvalidInputError(
            "one vector of counts a player",
            where="counts",
            seen=len(counts),
            allowed=str(len(game.shape)),
        )
    observed = np.concatenate(
        [
            float_array(c, name=f"counts[{i}]", shape=(n,), low=0.0)
            for i, (c, n) in enumerate(zip(counts, game.shape, strict=True))
        ]
    )
    if observed.sum() == 0.0:
        raise InvalidInputError("nothing was observed", where="counts", seen=0.0)
    system = LogitSystem(game)
    end = 1e3 if max_precision is None else (
        number(max_precision, name="max_precision", low=0.0, open_low=True) * system.unit
    )  # fmt: skip

    def likelihood(z: FloatArray) -> float:
        return float(observed @ z[:-1])

    curve = []
    for here in principal_branch(system, max_steps, limit, end):
        curve.append(here)
        if here.position[-1] >= end:
            break
    beyond = system.at(curve[-1].position, end) if len(curve) > 1 else None
    if beyond is not None:
        curve[-1] = CurvePoint(beyond, curve[-1].tangent, curve[-1].orientation)
    values = [likelihood(point.position) for point in curve]
    best = int(np.argmax(values))
    z = curve[best].position

    def between(s: float) -> FloatArray:
        k = min(int(s), len(curve) - 2)
        return system.between(curve[k].position, curve[k + 1].position, s - k)

    span = (max(best - 1, 0), min(best + 1, len(curve) - 1))
    answer = minimize_scalar(
        lambda s: -likelihood(between(float(s))),
        bounds=span,
        method="bounded",
        options={"xatol": 1e-10},
    )
    if -float(answer.fun) > values[best]:
        z = between(float(answer.x))
    # On a plateau that reaches an end of the range, the end is the answer.
    ends = [k for k in (0, -1) if values[k] >= likelihood(z) - 1e-9 * float(observed.sum())]
    if ends:
        z = curve[ends[0]].position
    scaled = float(z[-1])
    at_limit = scaled <= 1e-9 or scaled >= end * (1.0 - 1e-6)
    error = np.nan
    if not at_limit:
        width = 1e-3 * max(scaled, 1e-3)
        sides = [system.at(z, scaled - width), system.at(z, scaled + width)]
        if sides[0] is not None and sides[1] is not None:
            bend = likelihood(sides[0]) + likelihood(sides[1]) - 2.0 * likelihood(z)
            curvature = -bend / width**2
            error = 1.0 / np.sqrt(curvature) / system.unit if curvature > 0.0 else np.nan
    return QuantalResponseFit(
        point=system.point(z),
        log_likelihood=likelihood(z),
        standard_error=float(error),
        at_limit=at_limit,
        observations=float(observed.sum()),
    )
