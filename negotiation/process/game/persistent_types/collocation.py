"""Boundary problems of ordinary differential equations by collocation at Gauss points.

On each piece the solution is a polynomial that satisfies the equations at the Gauss points (Ascher,
Mattheij and Russell 1995, Numerical Solution of Boundary Value Problems); pieces on which its last
coefficients are not small are halved. The equations are solved by Newton's method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial import chebyshev, legendre
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import splu

from negotiation.values import FloatArray, compact_repr

__all__ = [
    "Collocation",
    "collocate",
    "gauss_points",
    "integrated",
    "interpolated",
    "nodes_of",
]

#: Degree of the polynomials.
DEGREE = 10
#: Steps of Newton's method, and the step of the differences that replace derivatives.
_ROUNDS, _DIFFERENCE = 25, 1e-6
#: A step, in units of the solution, beyond which Newton's method is given up.
_FARTHEST = 1e4

#: Slopes ``[variable, point]`` at points and states ``[variable, point]``.
Slopes = Callable[[FloatArray, FloatArray], FloatArray]
#: What is zero of the states ``[variable, end]`` at the two ends, ``[variable, case]``.
Boundary = Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class Collocation:
    """Solution of a boundary problem.

    Attributes
    ----------
    edges
        Of the pieces, from 0 to 1.
    points, states
        Nodes of the polynomials and states ``[variable, point]`` there.
    tail
        Largest of the last coefficients on any piece, of what was watched.
    """

    edges: FloatArray
    points: FloatArray
    states: FloatArray
    tail: float

    __repr__ = compact_repr

    def at(self, points: FloatArray) -> FloatArray:
        """States ``[variable, point]`` anywhere between 0 and 1."""
        return interpolated(self.edges, self.states, points)


@cache
def _rule() -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Nodes on [0, 1], their Chebyshev coefficients, Gauss points, values and slopes there."""
    nodes = 0.5 - 0.5 * np.cos(np.pi * np.arange(DEGREE + 1) / DEGREE)
    to_coefficients = np.asarray(
        np.linalg.inv(chebyshev.chebvander(2.0 * nodes - 1.0, DEGREE)), dtype=np.float64
    )
    gauss = np.asarray(legendre.leggauss(DEGREE)[0], dtype=np.float64)
    values = np.asarray(chebyshev.chebvander(gauss, DEGREE) @ to_coefficients)
    slopes = np.stack(
        [
            chebyshev.chebval(gauss, 2.0 * chebyshev.chebder(column))
            for column in np.eye(DEGREE + 1)
        ],
        axis=1,
    )
    return nodes, to_coefficients, 0.5 + 0.5 * gauss, values, np.asarray(slopes @ to_coefficients)


def nodes_of(edges: FloatArray) -> FloatArray:
    """Nodes of the polynomials on all pieces; neighbours share a node."""
    nodes = _rule()[0]
    inner = edges[:-1, None] + np.diff(edges)[:, None] * nodes[:-1]
    return np.append(inner.ravel(), edges[-1])


def _pieces(states: FloatArray) -> FloatArray:
    """States ``[variable, piece, node]``; neighbours share a node."""
    count = (states.shape[1] - 1) // DEGREE
    places = DEGREE * np.arange(count)[:, None] + np.arange(DEGREE + 1)
    return np.asarray(states[:, places])


def _coefficients(states: FloatArray) -> FloatArray:
    return np.asarray(_pieces(states) @ _rule()[1].T)


def interpolated(edges: FloatArray, values: FloatArray, points: FloatArray) -> FloatArray:
    """Values ``[variable, point]`` between those at the nodes."""
    piece = np.clip(np.searchsorted(edges, points, side="right") - 1, 0, len(edges) - 2)
    place = 2.0 * (points - edges[piece]) / np.diff(edges)[piece] - 1.0
    basis = chebyshev.chebvander(place, DEGREE)
    return np.asarray(np.einsum("vpk,pk->vp", _coefficients(values)[:, piece], basis))


def integrated(edges: FloatArray, values: FloatArray) -> FloatArray:
    """Integrals from 0 to the nodes ``[variable, point]`` of values at the nodes."""
    half = 0.5 * np.diff(edges)[:, None]
    inner = chebyshev.chebint(_coefficients(values), axis=2, lbnd=-1) * half
    gained = inner @ chebyshev.chebvander(2.0 * _rule()[0] - 1.0, DEGREE + 1).T
    before = np.cumsum(gained[:, :, -1], axis=1)
    begun = np.concatenate([np.zeros((len(values), 1)), before[:, :-1]], axis=1)
    inside = (begun[:, :, None] + gained)[:, :, :-1].reshape(len(values), -1)
    return np.concatenate([inside, before[:, -1:]], axis=1)


def gauss_points(edges: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points and weights of Gauss's rule on every piece."""
    width = np.diff(edges)[:, None]
    weights = 0.5 * legendre.leggauss(DEGREE)[1]
    return (edges[:-1, None] + width * _rule()[2]).ravel(), (width * weights).ravel()


def _newton(
    slopes: Slopes, boundary: Boundary, edges: FloatArray, states: FloatArray, tol: float
) -> FloatArray | None:
    """Solve the equations of collocation on given pieces; None where that fails."""
    size, count = len(states), len(edges) - 1
    _, _, gauss, values, rates = _rule()
    width = np.diff(edges)
    points = (edges[:-1, None] + width[:, None] * gauss).ravel()
    shift = _DIFFERENCE * np.eye(size)
    total = count * DEGREE * size
    unknown = size * (DEGREE * np.arange(count)[:, None] + np.arange(DEGREE + 1))
    rows = np.arange(total).reshape(count, DEGREE, size)
    columns = unknown[:, :, None] + np.arange(size)
    shape = (count, DEGREE, size, DEGREE + 1, size)
    row_list = np.broadcast_to(rows[:, :, :, None, None], shape).ravel()
    column_list = np.broadcast_to(columns[:, None, None], shape).ravel()
    ends = np.arange(size)
    end_rows = np.repeat(total + ends, size)
    before = np.inf
    for _ in range(_ROUNDS):
        inside = (_pieces(states) @ values.T).reshape(size, -1)
        moving = (_pieces(states) @ rates.T / width[:, None]).reshape(size, -1)
        many = np.concatenate([inside[:, None], inside[:, None] + shift[:, :, None]], axis=1)
        found = slopes(np.tile(points, size + 1), many.reshape(size, -1))
        found = found.reshape(size, size + 1, -1)
        jacobian = (found[:, 1:] - found[:, :1]) / _DIFFERENCE
        gap = (moving - found[:, 0]).reshape(size, count, DEGREE)
        block = np.einsum("gn,vw,c->cgvnw", rates, np.eye(size), 1.0 / width) - np.einsum(
            "vwcg,gn->cgvnw", jacobian.reshape(size, size, count, DEGREE), values
        )
        first, last = states[:, 0], states[:, -1]
        cases = np.concatenate([np.zeros((1, size)), shift]).T
        same = np.zeros_like(cases)
        at_first = boundary(first[:, None] + cases, last[:, None] + same)
        at_last = boundary(first[:, None] + same, last[:, None] + cases)
        by_first = (at_first[:, 1:] - at_first[:, :1]) / _DIFFERENCE
        by_last = (at_last[:, 1:] - at_last[:, :1]) / _DIFFERENCE
        right = np.concatenate([gap.transpose(1, 2, 0).ravel(), at_first[:, 0]])
        data = np.concatenate([block.ravel(), by_first.ravel(), by_last.ravel()])
        if not (np.isfinite(data).all() and np.isfinite(right).all()):
            return None
        where = (
            np.concatenate([row_list, end_rows, end_rows]),
            np.concatenate(
                [column_list, np.tile(ends, size), np.tile(unknown[-1, -1] + ends, size)]
            ),
        )
        matrix = coo_matrix((data, where), shape=(len(right), len(right))).tocsc()
        scale = 1.0 / np.maximum(abs(matrix).max(axis=1).toarray().ravel(), 1e-300)
        try:
            step = splu(matrix.multiply(scale[:, None]).tocsc()).solve(-right * scale)
        except RuntimeError:
            return None
        step = step.reshape(-1, size).T
        length = float(np.abs(step / (1.0 + np.abs(states))).max())
        if not length <= _FARTHEST:
            return None
        states = states + step
        if length <= tol or (length < 1e-7 and length > 0.3 * before):
            return states
        before = length
    return None


def collocate(
    slopes: Slopes,
    boundary: Boundary,
    watched: Callable[[FloatArray], FloatArray],
    edges: FloatArray,
    states: FloatArray,
    *,
    tol: float,
    most: int = 200,
) -> Collocation | None:
    """Solve ``dy/dx = slopes(x, y)`` on [0, 1] with ``boundary(y(0), y(1)) = 0``.

    Parameters
    ----------
    slopes, boundary
        The problem; both take many points or cases at once.
    watched
        What of the states has to be smooth on a piece: a function of states ``[variable, point]``.
    edges, states
        Pieces and states at their nodes from which to start.
    tol
        Largest last coefficient allowed in what is watched.
    most
        Pieces allowed.

    Returns
    -------
    Collocation or None
        None where Newton's method fails or too many pieces would be needed.
    """
    while True:
        solved = _newton(slopes, boundary, edges, states, 1e-3 * tol)
        if solved is None:
            return None
        tails = np.abs(_coefficients(watched(solved))[:, :, -2:]).max(axis=(0, 2))
        found = Collocation(edges, nodes_of(edges), solved, float(tails.max()))
        coarse = np.flatnonzero(tails > tol)
        if not len(coarse):
            return found
        if len(edges) + len(coarse) > most + 1:
            return None
        middle = 0.5 * (edges[coarse] + edges[coarse + 1])
        edges = np.sort(np.concatenate([edges, middle]))
        states = found.at(nodes_of(edges))
