r"""The principal branch of logit responses, compiled: equations, Newton steps and the trace.

Unknowns z are the log-probabilities of all actions, players one after another, and the scaled
precision :math:`\lambda`. The rows of player i are :math:`\sum_a p_{ia} - 1` and
:math:`z_{ia} - z_{i0} - \lambda [u_{ia}(p) - u_{i0}(p)]` for the other actions. The trace is that
of :mod:`negotiation.equilibrium.path_following`: a step along the tangent, Newton's method
orthogonal to it, shorter steps where it works hard (Allgower and Georg 1990).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

# How a call of the trace ends: there, no room for more points, or a step that is too short.
REACHED, FULL, STUCK = 0, 1, 2


@njit(cache=True, nogil=True)
def logit_equations(table: Any, shape: Any, starts: Any, z: Any, values: Any, jacobian: Any) -> Any:
    """Fill in the value of each equation and its derivatives ``[equation, unknown]``.

    ``table`` [player, cell] holds scaled payoffs, the last player's action moving fastest;
    ``starts`` says where each player's unknowns begin.
    """
    n, size = len(shape), len(z) - 1
    precision = z[size]
    p = np.exp(z[:size])
    u = np.zeros(size)
    cross = np.zeros((size, size))
    action = np.zeros(n, np.int64)
    before, after = np.ones(n + 1), np.ones(n + 1)
    for cell in range(table.shape[1]):
        for i in range(n):
            before[i + 1] = before[i] * p[starts[i] + action[i]]
        for i in range(n - 1, -1, -1):
            after[i] = after[i + 1] * p[starts[i] + action[i]]
        for i in range(n):
            weighted = table[i, cell] * before[i] * after[i + 1]
            own = starts[i] + action[i]
            u[own] += weighted
            for j in range(n):
                if j != i:
                    cross[own, starts[j] + action[j]] += weighted
        for i in range(n - 1, -1, -1):
            action[i] += 1
            if action[i] < shape[i]:
                break
            action[i] = 0
    jacobian[:, :] = 0.0
    for i in range(n):
        first = starts[i]
        total = -1.0
        for a in range(first, first + shape[i]):
            total += p[a]
            jacobian[first, a] = p[a]
        values[first] = total
        for a in range(first + 1, first + shape[i]):
            values[a] = z[a] - z[first] - precision * (u[a] - u[first])
            for b in range(size):
                jacobian[a, b] = -precision * (cross[a, b] - cross[first, b])
            jacobian[a, a] = 1.0
            jacobian[a, first] = -1.0
            jacobian[a, size] = -(u[a] - u[first])


@njit(cache=True, nogil=True)
def _solve(matrix: Any, right: Any) -> Any:
    """Gaussian elimination in place; the sign of the determinant, 0 where it is singular."""
    size = len(right)
    sign = 1
    for k in range(size):
        pivot = k
        for row in range(k + 1, size):
            if abs(matrix[row, k]) > abs(matrix[pivot, k]):
                pivot = row
        if not abs(matrix[pivot, k]) > 0.0:
            return 0
        if pivot != k:
            for column in range(k, size):
                matrix[k, column], matrix[pivot, column] = (
                    matrix[pivot, column],
                    matrix[k, column],
                )
            right[k], right[pivot] = right[pivot], right[k]
            sign = -sign
        if matrix[k, k] < 0.0:
            sign = -sign
        for row in range(k + 1, size):
            factor = matrix[row, k] / matrix[k, k]
            if factor != 0.0:
                for column in range(k + 1, size):
                    matrix[row, column] -= factor * matrix[k, column]
                right[row] -= factor * right[k]
    for k in range(size - 1, -1, -1):
        for column in range(k + 1, size):
            right[k] -= matrix[k, column] * right[column]
        right[k] /= matrix[k, k]
    return sign


@njit(cache=True, nogil=True)
def _corrected(
    table: Any, shape: Any, starts: Any, z: Any, border: Any, values: Any, jacobian: Any
) -> Any:
    """Newton's method orthogonal to ``border``, z in place; whether it contracts.

    At success ``values`` and ``jacobian`` are those of the last step but one.
    """
    size = len(z)
    matrix, right = np.empty((size, size)), np.empty(size)
    last = np.inf
    for _ in range(8):
        logit_equations(table, shape, starts, z, values, jacobian)
        largest = 1.0
        for k in range(size):
            largest = max(largest, abs(z[k]))
        residual = 0.0
        for k in range(size - 1):
            right[k] = -values[k]
            residual = max(residual, abs(values[k]))
            for j in range(size):
                matrix[k, j] = jacobian[k, j]
        if not np.isfinite(residual):
            return False
        if residual <= 1e-15 * largest:
            return True
        right[size - 1] = 0.0
        for j in range(size):
            matrix[size - 1, j] = border[j]
        if _solve(matrix, right) == 0:
            return False
        step = 0.0
        for k in range(size):
            step = max(step, abs(right[k]))
        if not np.isfinite(step) or step > 0.7 * last + 1e-12:
            return False
        last = step
        largest = 1.0
        for k in range(size):
            z[k] += right[k]
            largest = max(largest, abs(z[k]))
        if step <= 1e-12 * largest:
            return True
    return False


@njit(cache=True, nogil=True)
def _tangent(jacobian: Any, along: Any, tangent: Any) -> Any:
    """Unit kernel vector with a positive part along ``along``; the sign of the bordered matrix."""
    size = len(along)
    matrix = np.empty((size, size))
    matrix[: size - 1] = jacobian
    matrix[size - 1] = along
    tangent[:] = 0.0
    tangent[size - 1] = 1.0
    sign = _solve(matrix, tangent)
    if sign == 0:
        return 0
    # Along . kernel is 1 before the kernel is scaled: the determinant keeps its sign when the
    # border is replaced by the kernel itself.
    tangent /= np.sqrt((tangent * tangent).sum())
    return sign


@njit(cache=True, nogil=True)
def follow(
    table: Any,
    shape: Any,
    starts: Any,
    length: Any,
    until: Any,
    min_step: Any,
    crossing_step: Any,
    positions: Any,
    tangents: Any,
    signs: Any,
    count: Any,
) -> Any:
    """Continue the trace from point ``count - 1`` until the precision is reached.

    Points are added to ``positions``, ``tangents`` and ``signs``; a first call has one position
    only, whose tangent points to larger precision. Returns how it ended, the number of points
    and the length of the next step.
    """
    size = positions.shape[1]
    values, jacobian = np.empty(size - 1), np.empty((size - 1, size))
    guess, tangent = np.empty(size), np.empty(size)
    if signs[0] == 0:
        upward = np.zeros(size)
        upward[size - 1] = 1.0
        logit_equations(table, shape, starts, positions[0], values, jacobian)
        signs[0] = _tangent(jacobian, upward, tangents[0])
    while positions[count - 1, size - 1] < until:
        if count == len(positions):
            return FULL, count, length
        here, direction = positions[count - 1], tangents[count - 1]
        while True:
            if length < min_step:
                return STUCK, count, length
            for k in range(size):
                guess[k] = here[k] + length * direction[k]
            z = positions[count]
            z[:] = guess
            good = _corrected(table, shape, starts, z, direction, values, jacobian)
            away = bend = 0.0
            sign = 0
            if good:
                for k in range(size):
                    away += (z[k] - guess[k]) ** 2
                away = np.sqrt(away)
                good = away <= 0.3 * length
            if good:
                logit_equations(table, shape, starts, z, values, jacobian)
                sign = _tangent(jacobian, direction, tangent)
                for k in range(size):
                    bend += tangent[k] * direction[k]
                # A change of orientation is another branch crossing, or a jump onto another
                # branch; only the former survives short steps.
                crossed = sign * signs[count - 1] < 0 and length > crossing_step
                good = sign != 0 and bend >= 0.85 and not crossed
            if good:
                break
            length *= 0.4
        if away <= 0.08 * length and bend >= 0.98:
            length *= 2.0
        tangents[count] = tangent
        signs[count] = sign
        count += 1
    return REACHED, count, length
