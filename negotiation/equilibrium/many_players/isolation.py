"""All equilibria of a game of three or more players, support by support.

A generic game has finitely many equilibria, each regular, and their indices sum to 1 (Wilson
1971; Harsanyi 1973; Gul, Pearce and Stacchetti 1993 for the index). The search proves every
root that it reports and every box that it discards; where a tie or a nearly singular root
leaves a support open, it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.equilibrium.limits import TimeLimit
from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray, IntArray

__all__ = ["Isolation", "isolate_equilibria"]

# Without a limit of the caller, more supports or more differences of payoffs are refused.
MOST_SUPPORTS = 2_000_000
MOST_DIFFERENCES = 20_000_000
# A box this narrow that is still open belongs to a tie, or to a root that is nearly double.
LEAST_WIDTH = 2.0**-34
MOST_BOXES = 400_000
# Boxes a second in a small game, before any are counted, and the least that is reckoned with:
# the first ones may be counted while kernels are compiled.
BOXES_A_SECOND, SLOWEST = 50_000.0, 5_000.0


@dataclass(frozen=True, eq=False)
class Isolation:
    """Equilibria of a game of several players, each in a box that holds no other.

    Attributes
    ----------
    profiles
        [equilibrium, action of player 1, ..., action of the last player] weights.
    radii
        [equilibrium] how far a weight may be from the true one; 0 for pure profiles.
    indices
        [equilibrium] +1 or -1; 0 where a tie leaves it open.
    undecided
        Number of supports in which a tie, a nearly double root or the limit of boxes left
        something open.
    searched
        Share of all supports that were searched.
    boxes
        Number of boxes that were looked at.
    """

    profiles: FloatArray
    radii: FloatArray
    indices: IntArray
    undecided: int
    searched: float
    boxes: int

    @property
    def complete(self) -> bool:
        """Whether it is proven that nothing is missing, the sum of the indices included."""
        return (
            self.searched == 1.0
            and self.undecided == 0
            and bool(np.all(self.indices != 0))
            and int(self.indices.sum()) == 1
        )


def _differences(table: NDArray[Any], player: int) -> FloatArray:
    """Return u(a, .) - u(b, .) over a power of two, ``[a, b, others]``, rounded once."""
    own = np.moveaxis(table, player, 0).reshape(table.shape[player], -1)
    gaps = own[:, np.newaxis] - own[np.newaxis]
    if gaps.dtype == object:
        largest = max(map(abs, gaps.ravel().tolist()), default=Fraction(0)) or Fraction(1)
        shift = int(np.frexp(float(largest))[1])
        scale = Fraction(2) ** shift
        flat = [float(value / scale) for value in gaps.ravel().tolist()]
        return np.array(flat).reshape(gaps.shape)
    largest = float(np.abs(gaps).max())
    if not np.isfinite(largest):
        return _differences(table / 4.0, player)
    return np.asarray(np.ldexp(gaps, -int(np.frexp(largest or 1.0)[1])), dtype=np.float64)


def isolate_equilibria(
    payoffs: NDArray[Any],
    *,
    limit: TimeLimit,
    max_count: int | None = None,
) -> Isolation:
    """Return all equilibria of a game with three or more players.

    Parameters
    ----------
    payoffs
        ``[player, action of player 1, ...]``, floats or fractions.
    limit, max_count
        Where to stop; the result then says that not all supports were searched.

    Raises
    ------
    InvalidInputError
        If the game has too many supports and no limit is given, or too many cells.
    """
    from negotiation.equilibrium.many_players import kernels

    shape = payoffs.shape[1:]
    supports = prod(2**n - 1 for n in shape)
    cells = prod(shape)
    if cells * sum(shape) > MOST_DIFFERENCES or (
        supports > MOST_SUPPORTS and limit.max_seconds is None and max_count is None
    ):
        raise InvalidInputError(
            "too large to find every equilibrium",
            where="nash_equilibria",
            seen=f"{' x '.join(map(str, shape))} actions, {supports:.1e} supports",
            allowed=f"{MOST_SUPPORTS:.0e} supports",
            hint="Use one_equilibrium(game), or give max_seconds or max_count.",
        )
    tables = [_differences(table, i) for i, table in enumerate(payoffs)]
    data = np.concatenate([table.ravel() for table in tables])
    offsets = np.cumsum([0, *(table.size for table in tables)]).astype(np.int64)
    sizes = np.array(shape, dtype=np.int64)
    room = 64 if max_count is None else min(max_count, 64)
    found, radii = np.zeros((room, int(sizes.sum()))), np.zeros(room)
    signs, regular = np.zeros(room, dtype=np.int64), np.zeros(room, dtype=np.int64)
    status = np.zeros(3, dtype=np.int64)
    count = 0
    speed = BOXES_A_SECOND
    begun = limit.elapsed_seconds()
    while status[0] < supports:
        # A support that would take more than all of the time left is left open.
        left = limit.seconds_left()
        most_boxes = MOST_BOXES if left is None else min(MOST_BOXES, 1 + int(speed * left))
        stop = min(supports, int(status[0]) + 20_000)
        count = kernels.search_supports(
            data, offsets, sizes, int(status[0]), stop, LEAST_WIDTH, most_boxes,
            found, radii, signs, regular, count, status,
        )  # fmt: skip
        if count == len(found):
            if max_count is not None and count >= max_count:
                break
            room = len(found) if max_count is None else min(len(found), max_count - count)
            found = np.concatenate([found, np.zeros((room, found.shape[1]))])
            radii = np.concatenate([radii, np.zeros(room)])
            signs, regular = (
                np.concatenate([a, np.zeros(room, dtype=np.int64)]) for a in (signs, regular)
            )
        if limit.is_over():
            break
        speed = max(status[2] / max(limit.elapsed_seconds() - begun, 1e-6), SLOWEST)
    return Isolation(
        profiles=found[:count],
        radii=radii[:count],
        indices=np.where(regular[:count] == 1, signs[:count], 0),
        undecided=int(status[1]),
        searched=float(int(status[0]) / supports),
        boxes=int(status[2]),
    )
