r"""Equilibrium payoffs of repeated games at a given discount factor.

With a public draw before each period and pure actions, the set V of subgame-perfect payoffs is
the largest fixed point of

.. math:: B(W) = \mathrm{co} \bigcup_a \{(1-\delta) u(a) + \delta w : w \in W,\;
    \delta (w_i - v_i) \ge (1-\delta) (d_i(a) - u_i(a))\},

with :math:`v_i` the smallest payoff of player i in W and :math:`d_i(a)` that of the best
deviation (Abreu, Pearce and Stacchetti 1990). B is monotone: from a set that holds V it comes
down to V from outside, and every set with :math:`W \subseteq B(W)` lies inside V (Judd, Yeltekin
and Conklin 2003 for inner and outer polygons). A profile that nobody leaves when it is played for
ever adds only its own payoff to the corners of V (Abreu and Sannikov 2014), and so here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.dynamic.exact_polygons import exact_fixed_point
from negotiation.equilibrium.dynamic.polygons import (
    convex_hull,
    cut_polygon,
    distance_outside,
)
from negotiation.equilibrium.frames import corners_frame
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.normal_form.results import pure_equilibria
from negotiation.errors import ConvergenceError
from negotiation.games.normal_form import NormalFormGame, as_normal_form
from negotiation.presentation import Presented
from negotiation.values import FloatArray, number, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DiscountedPayoffs", "discounted_payoffs"]

# Shares by which the outer polygon is drawn together until it generates itself.
_SHRINK = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3)


@dataclass(frozen=True, eq=False)
class DiscountedPayoffs(Presented):
    """Payoffs of subgame-perfect equilibria in pure strategies with a public draw.

    Attributes
    ----------
    game
        The stage game.
    discount
        Common discount factor.
    outer
        Corners of a polygon that holds every equilibrium payoff, counter-clockwise, ``[corner,
        player]``; no corner where there is no such equilibrium.
    inner
        Corners of a polygon of equilibrium payoffs: it generates itself.
    gap
        How far a point of ``outer`` may be from ``inner``, relative to payoff ranges; infinity
        where ``inner`` is empty and ``outer`` is not.
    exact
        Whether the set is known without rounding: ``outer`` and ``inner`` are one fixed point of
        B in rational arithmetic.
    iterations
        Applications of B from outside, in floats.
    converged
        Whether the last one moved no corner by more than the tolerance.
    elapsed_seconds
        Wall-clock time; never compared.
    """

    game: NormalFormGame
    discount: float
    outer: FloatArray
    inner: FloatArray
    gap: float
    exact: bool
    iterations: int
    converged: bool
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a corner of the two polygons: the payoffs of both players."""
        return corners_frame(self.game.players, {"outer": self.outer, "inner": self.inner})


class _Stage:
    """Stage payoffs and gains from deviating, scaled to [0, 1] a player."""

    def __init__(self, game: NormalFormGame, discount: float) -> None:
        A, B = game.bimatrix
        self.low = np.array([A.min(), B.min()])
        ranges = np.array([np.ptp(A), np.ptp(B)])
        self.unit = np.where(ranges > 0.0, ranges, 1.0)
        shares = [(t - low) / u for t, low, u in zip((A, B), self.low, self.unit, strict=True)]
        best = [shares[0].max(axis=0, keepdims=True), shares[1].max(axis=1, keepdims=True)]
        self.payoffs = np.stack([s.ravel() for s in shares], axis=1)
        self.temptation = np.stack(
            [(b - s).ravel() for b, s in zip(best, shares, strict=True)], axis=1
        )
        self.minmax = np.array([float(best[0].min()), float(best[1].min())])
        self.discount = discount

    def generated(self, corners: FloatArray) -> FloatArray:
        """Return the corners of B(W), less those that no largest set has."""
        if len(corners) == 0:
            return corners
        delta = self.discount
        worst = corners.min(axis=0)
        points = []
        for u, temptation in zip(self.payoffs, self.temptation, strict=True):
            if np.all(delta * (u - worst) >= (1.0 - delta) * temptation):
                # What it starts with slack incentives is extreme only when played for ever.
                points.append(u[np.newaxis])
                continue
            if delta == 0.0:
                continue
            floor = worst + (1.0 - delta) / delta * temptation
            part = cut_polygon(corners, 0, float(floor[0]))
            part = cut_polygon(part, 1, float(floor[1])) if len(part) else part
            if len(part):
                points.append((1.0 - delta) * u + delta * part)
        return convex_hull(np.concatenate(points)) if points else np.empty((0, 2))

    def payoff_units(self, corners: FloatArray) -> FloatArray:
        return read_only(self.low + corners * self.unit)


def _inner(stage: _Stage, outer: FloatArray, nash: FloatArray, rounds: int) -> FloatArray:
    """Return a polygon that generates itself, close to the outer one where that succeeds."""
    found = convex_hull(nash) if len(nash) else nash
    if len(outer) > 1:
        middle = outer.mean(axis=0)
        for share in _SHRINK:
            trial = middle + (1.0 - share) * (outer - middle)
            if distance_outside(trial, stage.generated(trial)) == 0.0:
                found = trial
                break
    for _ in range(rounds if len(found) else 0):
        # What a set that generates itself generates holds it and does so too.
        larger = stage.generated(found)
        moved = distance_outside(larger, found)
        if distance_outside(found, larger) > 0.0:
            break
        found = larger
        if moved <= 1e-12:
            break
    return found


@takes
def discounted_payoffs(
    game: NormalFormGame,
    discount: float,
    *,
    tol: float = 1e-9,
    max_iter: int = 10_000,
    max_seconds: float | None = None,
    raise_on_failure: bool = True,
) -> DiscountedPayoffs:
    """Return the set of equilibrium payoffs of a repeated two-player game, from both sides.

    Two players repeat the game for ever, see all past actions and a public draw before each
    period, and discount by the same factor. Payoffs are averages a period. Strategies are pure
    given the draw.

    Parameters
    ----------
    game
        The stage game.
    discount
        Discount factor a period, in [0, 1).
    tol
        Movement of a corner, relative to payoff ranges, at which the iteration from outside
        ends.
    max_iter, max_seconds
        Limits of that iteration.
    raise_on_failure
        Whether reaching a limit raises.

    Raises
    ------
    InvalidInputError
        If there are not two players or the discount factor is not in [0, 1).
    ConvergenceError
        If a limit is reached; ``.partial`` has an outer polygon all the same.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> discounted_payoffs(dilemma, 0.2).outer.tolist()
    [[1.0, 1.0]]
    >>> discounted_payoffs(dilemma, 0.9).outer.round(6).tolist()
    [[1.0, 1.0], [4.333333, 1.0], [3.0, 3.0], [1.0, 4.333333]]
    """
    limit = TimeLimit(max_seconds)
    as_normal_form(game, "discounted_payoffs")
    number(discount, name="discount", low=0.0, high=1.0, open_high=True)
    number(tol, name="tol", low=0.0)
    number(max_iter, name="max_iter", low=1)
    fixed = exact_fixed_point(game, float(discount))
    if fixed is not None:
        known = read_only(np.array([[float(v) for v in p] for p in fixed]).reshape(-1, 2))
        return DiscountedPayoffs(
            game=game,
            discount=float(discount),
            outer=known,
            inner=known,
            gap=0.0,
            exact=True,
            iterations=0,
            converged=True,
            elapsed_seconds=limit.elapsed_seconds(),
        )
    stage = _Stage(game, float(discount))
    outer = convex_hull(stage.payoffs)
    for axis in (0, 1):
        outer = cut_polygon(outer, axis, float(stage.minmax[axis])) if len(outer) else outer
    outer = convex_hull(outer) if len(outer) else outer
    converged = len(outer) == 0
    iterations = 0
    while not converged and iterations < max_iter:
        iterations += 1
        smaller = stage.generated(outer)
        moved = distance_outside(outer, smaller)
        outer = smaller
        converged = len(outer) == 0 or moved <= tol * (1.0 - discount)
        if limit.is_over():
            break
    nash = np.array([(e.payoffs - stage.low) / stage.unit for e in pure_equilibria(game)]).reshape(
        -1, 2
    )
    inner = _inner(stage, outer, nash, 200)
    result = DiscountedPayoffs(
        game=game,
        discount=float(discount),
        outer=stage.payoff_units(outer),
        inner=stage.payoff_units(inner),
        gap=distance_outside(outer, inner),
        exact=False,
        iterations=iterations,
        converged=converged,
        elapsed_seconds=limit.elapsed_seconds(),
    )
    if raise_on_failure and not converged:
        raise ConvergenceError(
            limit.reached(f"corners still move after {iterations} iterations"),
            where="discounted_payoffs",
            partial=result,
            hint="Raise max_iter, max_seconds or tol; the outer polygon holds all the same.",
        )
    return result
