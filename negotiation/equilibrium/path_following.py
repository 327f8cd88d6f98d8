"""Tracing a curve on which N equations in N + 1 unknowns hold.

Predictor: a step along the tangent. Corrector: Newton's method orthogonal to it. Steps shrink
where the corrector works hard or the curve bends, and grow where it does not (Allgower and
Georg 1990, *Numerical Continuation Methods*).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from negotiation.equilibrium.limits import TimeLimit
from negotiation.errors import ConvergenceError
from negotiation.values import FloatArray

__all__ = ["CurvePoint", "correct", "milestones", "trace"]

Map = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class CurvePoint:
    """A point of the curve.

    Attributes
    ----------
    position
        The N + 1 unknowns; the last one is the parameter.
    tangent
        Unit vector in the direction of travel.
    orientation
        Sign of the determinant of the Jacobian bordered by the tangent: it changes where another
        branch crosses, not where the curve merely turns back.
    """

    position: FloatArray
    tangent: FloatArray
    orientation: int


def correct(
    residual: Map,
    jacobian: Map,
    guess: FloatArray,
    border: FloatArray,
    *,
    tol: float = 1e-12,
    max_iter: int = 8,
) -> tuple[FloatArray, float] | None:
    """Solve the equations by Newton's method in the plane through ``guess`` normal to ``border``.

    Returns the solution and its distance from the guess, or None where the iteration does not
    contract. ``border`` picks what is held: the tangent, or the unit vector of the parameter.
    """
    z = guess.copy()
    last = np.inf
    for _ in range(max_iter):
        # A poor guess may send exponentials out of range: that is a failed step, not an error.
        with np.errstate(over="ignore", invalid="ignore"):
            right = np.append(-residual(z), 0.0)
            matrix = np.vstack([jacobian(z), border])
        if not np.all(np.isfinite(right)) or not np.all(np.isfinite(matrix)):
            return None
        if float(np.abs(right).max()) <= 1e-15 * max(1.0, float(np.abs(z).max())):
            # Already solved; the matrix may be singular here, where branches cross.
            return z, float(np.linalg.norm(z - guess))
        try:
            step = np.linalg.solve(matrix, right)
        except np.linalg.LinAlgError:
            return None
        size = float(np.abs(step).max())
        if not np.isfinite(size) or size > 0.7 * last + tol:
            return None
        z = z + step
        last = size
        if size <= tol * max(1.0, float(np.abs(z).max())):
            return z, float(np.linalg.norm(z - guess))
    return None


def _tangent(jacobian: FloatArray, along: FloatArray) -> tuple[FloatArray, int]:
    """Unit kernel vector with a positive component along ``along``, and the orientation."""
    bordered = np.vstack([jacobian, along])
    right = np.zeros(len(along))
    right[-1] = 1.0
    try:
        kernel = np.linalg.solve(bordered, right)
    except np.linalg.LinAlgError:
        kernel = np.linalg.svd(jacobian)[2][-1]
    kernel = kernel / np.linalg.norm(kernel)
    if kernel @ along < 0.0:
        kernel = -kernel
    sign = np.linalg.slogdet(np.vstack([jacobian, kernel]))[0]
    return np.asarray(kernel, dtype=np.float64), int(sign)


def trace(
    residual: Map,
    jacobian: Map,
    start: FloatArray,
    *,
    first_step: float = 0.05,
    min_step: float = 1e-10,
    max_step: float = 1e9,
    crossing_step: float = 1e-3,
    max_steps: int = 20_000,
) -> Iterator[CurvePoint]:
    """Yield points of the curve through ``start``, first in the direction of a growing parameter.

    Parameters
    ----------
    residual, jacobian
        The N equations, and their derivatives ``[equation, unknown]`` with N + 1 columns.
    start
        A solution.
    first_step, min_step, max_step
        Length of the first step, the length below which the trace gives up, and the longest.
    crossing_step
        Length above which a step across another branch is taken back.
    max_steps
        Largest number of points.

    Raises
    ------
    ConvergenceError
        If steps become too short or too many.
    """
    upward = np.zeros(len(start))
    upward[-1] = 1.0
    tangent, sign = _tangent(jacobian(start), upward)
    here = CurvePoint(start, tangent, sign)
    yield here
    length = first_step
    for _ in range(max_steps):
        while True:
            if length < min_step:
                raise ConvergenceError(
                    "the step became too short",
                    where=f"curve at parameter {here.position[-1]:.6g}",
                )
            guess = here.position + length * here.tangent
            found = correct(residual, jacobian, guess, here.tangent)
            if found is not None and found[1] <= 0.3 * length:
                tangent, sign = _tangent(jacobian(found[0]), here.tangent)
                # A change of orientation is another branch crossing, or a jump onto another
                # branch; only the former survives short steps.
                crossed = sign * here.orientation < 0 and length > crossing_step
                if tangent @ here.tangent >= 0.85 and not crossed:
                    break
            length *= 0.4
        if found[1] <= 0.08 * length and tangent @ here.tangent >= 0.98:
            length = min(2.0 * length, max_step)
        here = CurvePoint(found[0], tangent, sign)
        yield here
    raise ConvergenceError(
        f"more than {max_steps} steps", where=f"curve at parameter {here.position[-1]:.6g}"
    )


def milestones(
    points: Iterator[CurvePoint], first: float, last: float, limit: TimeLimit
) -> Iterator[CurvePoint]:
    """Yield points of a curve whose parameter is ``first``, then 100, then ten times as large.

    The last is the first one beyond ``last``, or where the curve had come when time was up.
    """
    target = first
    for point in points:
        reached, late = float(point.position[-1]), limit.is_over()
        if reached < target and not late:
            continue
        target = max(10.0 * target, reached, 100.0)
        yield point
        if reached > last or late:
            return
