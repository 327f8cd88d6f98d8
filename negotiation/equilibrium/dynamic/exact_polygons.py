"""The largest set that generates itself in rational arithmetic, where few rounds reach it.

Incentives often bind exactly at the corners of the set, where rounding cannot say on which side
they lie. With rational payoffs the rounds from outside mostly end after a few.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from negotiation.arguments import takes
from negotiation.games.normal_form import NormalFormGame

__all__ = ["exact_fixed_point"]

Point: TypeAlias = tuple[Fraction, Fraction]
# Numerators longer than this end the attempt: the set is a limit that no round reaches.
MOST_BITS = 2_000


def _hull(points: Sequence[Point]) -> list[Point]:
    """Corners of the convex hull, counter-clockwise, by Andrew's (1979) chains."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered

    def chain(line: Sequence[Point]) -> list[Point]:
        out: list[Point] = []
        for p in line:
            while len(out) > 1:
                (ax, ay), (bx, by) = out[-2:]
                if (bx - ax) * (p[1] - by) > (by - ay) * (p[0] - bx):
                    break
                out.pop()
            out.append(p)
        return out[:-1]

    return chain(ordered) + chain(ordered[::-1])


def _cut(corners: Sequence[Point], axis: int, level: Fraction) -> list[Point]:
    """Part of a convex polygon on which a coordinate is at least ``level``."""
    out: list[Point] = []
    for k, here in enumerate(corners):
        before = corners[k - 1]
        if (here[axis] >= level) != (before[axis] >= level):
            share = (level - before[axis]) / (here[axis] - before[axis])
            out.append(
                (
                    before[0] + share * (here[0] - before[0]),
                    before[1] + share * (here[1] - before[1]),
                )
            )
        if here[axis] >= level:
            out.append(here)
    return out


def _generated(
    corners: Sequence[Point], stage: Sequence[tuple[Point, Point]], discount: Fraction
) -> list[Point]:
    worst = [min(p[i] for p in corners) for i in (0, 1)]
    points: list[Point] = []
    for u, temptation in stage:
        if all(discount * (u[i] - worst[i]) >= (1 - discount) * temptation[i] for i in (0, 1)):
            # Whatever this profile can start, playing it for ever does at the corners.
            points.append(u)
            continue
        if discount == 0:
            continue
        part = list(corners)
        for axis in (0, 1):
            floor = worst[axis] + (1 - discount) / discount * temptation[axis]
            part = _cut(part, axis, floor)
        points += [
            ((1 - discount) * u[0] + discount * w[0], (1 - discount) * u[1] + discount * w[1])
            for w in part
        ]
    return _hull(points)


@takes
def exact_fixed_point(
    game: NormalFormGame, discount: float, *, rounds: int = 40
) -> list[Point] | None:
    """Return the corners of the largest set that generates itself, or None where none is reached.

    A profile that nobody leaves when it is played for ever contributes its own payoff only: an
    extreme payoff that it starts with slack incentives is that payoff (Abreu and Sannikov 2014).
    Where a round changes nothing, the set lies in what it generates.

    Parameters
    ----------
    game
        A two-player stage game; payoffs as the fractions that were given, floats as they are.
    discount
        Common discount factor, as the binary rational that it is.
    rounds
        Applications of B to the feasible payoffs.
    """
    A, B = game.exact_bimatrix
    delta = Fraction(discount)
    own = [[[Fraction(v) for v in row] for row in table.tolist()] for table in (A, B)]
    cells = [(i, j) for i in range(A.shape[0]) for j in range(A.shape[1])]
    best_row = [max(row[j] for row in own[0]) for j in range(A.shape[1])]
    best_column = [max(row) for row in own[1]]
    stage = [
        (
            (own[0][i][j], own[1][i][j]),
            (best_row[j] - own[0][i][j], best_column[i] - own[1][i][j]),
        )
        for i, j in cells
    ]
    corners = _hull([u for u, _ in stage])
    for axis, level in enumerate((min(best_row), min(best_column))):
        corners = _hull(_cut(corners, axis, level)) if corners else []
    for _ in range(rounds):
        if not corners:
            return []
        if max(p.denominator.bit_length() for point in corners for p in point) > MOST_BITS:
            return None
        smaller = _generated(corners, stage, delta)
        if smaller == corners:
            return corners
        corners = smaller
    return None
