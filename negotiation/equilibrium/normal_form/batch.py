"""All Nash equilibria of many small two-player games at once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.arguments import takes
from negotiation.equilibrium.limits import COUNT_REACHED, TIME_REACHED, TimeLimit, count_limit
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.polytopes import most_vertices
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, IntArray, float_array, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BatchNashResult", "nash_equilibria_batch"]

# Entries of one compiled tableau queue; larger shapes are solved one at a time.
QUEUE_ENTRIES = 1_000_000
# Cells of a batch so small that it is solved game by game, within a tenth of a second: a first
# answer that waits for no compiler, with the same bytes whether a kernel is stored or not.
FEW_CELLS = 1_000
# Payoffs beyond this size leave no room for differences in a float's exponent.
LARGEST_PAYOFF = 1e290


@dataclass(frozen=True, eq=False)
class BatchNashResult(Presented):
    """Extreme Nash equilibria of a batch of games of one shape.

    Attributes
    ----------
    counts
        [game] number of extreme equilibria.
    strategies
        [equilibrium, rows + columns] probabilities of the row player's, then of the column
        player's actions; the equilibria of a game stand together.
    offsets
        [game] where each game's equilibria begin in ``strategies``.
    regrets
        [equilibrium] largest gain from deviating, relative to the player's payoff range,
        computed apart from the solver.
    shape
        Number of actions of the row and of the column player.
    complete
        [game] whether all of them are listed: a game that the compiled kernel cannot decide is
        solved in whole numbers of any size, unless a limit is hit.
    notes
        Limits that were hit.
    elapsed_seconds
        Wall-clock time; never compared.
    """

    counts: IntArray
    strategies: FloatArray
    offsets: IntArray
    regrets: FloatArray
    shape: tuple[int, int]
    complete: NDArray[np.bool_]
    notes: tuple[str, ...] = ()
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an equilibrium, player and action; all count from 1.

        Its size is that of ``strategies``: take some games first where there are many.
        """
        import pandas as pd

        rows, columns = self.shape
        games = np.repeat(np.arange(1, len(self.counts) + 1), self.counts)
        owner = np.repeat(self.offsets, self.counts)
        width = rows + columns
        return pd.DataFrame(
            {
                "game": np.repeat(games, width),
                "equilibrium": np.repeat(np.arange(len(games)) - owner + 1, width),
                "player": np.tile(np.repeat(["row", "column"], self.shape), len(games)),
                "action": np.tile([*range(1, rows + 1), *range(1, columns + 1)], len(games)),
                "probability": self.strategies.ravel(),
                "regret": np.repeat(self.regrets, width),
            }
        )

    def _displayed(self) -> pd.DataFrame:
        import pandas as pd

        counts, games = np.unique(self.counts, return_counts=True)
        return pd.DataFrame({"equilibria": counts, "games": games})

    def _heading(self) -> str:
        rows, columns = self.shape
        found = int(self.counts.sum())
        return (
            f"{len(self.counts)} games of {rows} x {columns} actions: {found} equilibria, "
            f"largest regret {self.max_regret:.2g}"
        )

    @property
    def converged(self) -> bool:
        """Whether the list of every game is complete."""
        return bool(self.complete.all())

    def __len__(self) -> int:
        return len(self.counts)

    def profiles(self, game: int) -> list[tuple[FloatArray, FloatArray]]:
        """Return the equilibria of one game, each as the two players' probabilities.

        Raises
        ------
        InvalidInputError
            If there is no such game.
        """
        if not -len(self.counts) <= game < len(self.counts):
            raise InvalidInputError(
                "no such game", where="game", seen=game, allowed=f"0 to {len(self.counts) - 1}"
            )
        first, rows = int(self.offsets[game]), self.shape[0]
        block = self.strategies[first : first + int(self.counts[game])]
        return [(line[:rows], line[rows:]) for line in block]

    @property
    def max_regret(self) -> float:
        """Largest regret of any equilibrium of any game."""
        return float(self.regrets.max(initial=0.0))


def _games_in_a_slice(rows: int, columns: int) -> int:
    # A few milliseconds of work each, whatever the number of threads.
    return max(64, 2**18 // (rows * columns) ** 2)


def _payoffs(value: ArrayLike, name: str) -> FloatArray:
    # Copied only where it must be; a million games are looked through by the threads.
    if isinstance(value, np.ndarray) and value.dtype == np.float64 and value.ndim == 3:
        if value.size == 0:
            return float_array(value, name=name, ndim=3)
        view = np.ascontiguousarray(value).view()
        view.setflags(write=False)
        return view
    return float_array(value, name=name, ndim=3)


def _solve_slice(
    A: FloatArray, B: FloatArray, capacity: int, table_size: int
) -> tuple[IntArray, FloatArray, FloatArray]:
    from negotiation.equilibrium.normal_form import kernels

    games, rows, columns = A.shape
    counts = np.zeros(games, dtype=np.int64)
    # np.maximum, unlike max, passes NaN on.
    largest = np.maximum(np.abs(A).max(), np.abs(B).max())
    if not largest < LARGEST_PAYOFF:
        # NaN and infinity end here as well, and are named by the caller.
        counts[:] = -1 if np.isfinite(largest) else -2
        return counts, np.empty((0, rows + columns)), np.empty(0)
    blocks = []
    game, room = 0, 3 * games + capacity * rows * columns
    while game < games:
        out = np.empty((room, rows + columns))
        game, used = kernels.solve_slice(A, B, game, counts, out, capacity, table_size)
        blocks.append(out[:used])
        room *= 2
    strategies = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
    regrets = np.empty(len(strategies))
    kernels.batch_regrets(A, B, counts, strategies, regrets)
    return counts, strategies, regrets


def _solve_exactly(
    A: FloatArray, B: FloatArray, limit: TimeLimit, max_count: int | None
) -> tuple[FloatArray, FloatArray, bool]:
    game = NormalFormGame.from_bimatrix(A, B)
    result = nash_equilibria(game, max_seconds=limit.seconds_left(), max_count=max_count)
    strategies = np.array([np.concatenate(e.probabilities) for e in result.equilibria])
    regrets = np.array([e.regret for e in result.equilibria])
    return strategies.reshape(-1, sum(game.shape)), regrets, result.complete


@takes
def nash_equilibria_batch(
    A: ArrayLike,
    B: ArrayLike,
    *,
    threads: int | None = None,
    tolerance: float = 1e-12,
    max_seconds: float | None = None,
    max_count: int | None = None,
) -> BatchNashResult:
    """Return all extreme Nash equilibria of each of many two-player games.

    Payoffs are taken as the rational numbers that the floats are: ties are ties, near-ties are
    not. A compiled kernel removes strictly dominated actions and enumerates the vertices of the
    best-response polytopes in whole numbers with a checked bound, or in floating point with a
    proof of every sign; what it cannot decide is solved in whole numbers of any size, and so is a
    batch of at most a thousand payoffs a side.

    Parameters
    ----------
    A, B
        [game, row, column] payoffs of the row and of the column player. Fractions and whole
        numbers above 2**53 are rounded to floats first; ``nash_equilibria`` keeps them.
    threads
        Threads over slices of the batch; None takes the cores of this process. The result does
        not depend on it.
    tolerance
        A game where rounding leaves any regret above this is solved again exactly.
    max_seconds
        Wall-clock limit, looked at between slices of the batch; games that are not reached have
        no equilibrium and are not complete.
    max_count
        Most equilibria that are listed of any one game, which is then not complete.

    Returns
    -------
    BatchNashResult
        ``counts`` [game] and ``profiles(game)``.

    Raises
    ------
    InvalidInputError
        If the arrays are not [game, row, column], differ in shape, are empty or not finite, or
        if a game is too large to be solved completely.

    Examples
    --------
    >>> A = [[[3, 0], [5, 1]], [[2, 0], [0, 1]]]
    >>> B = [[[3, 5], [0, 1]], [[1, 0], [0, 2]]]
    >>> result = nash_equilibria_batch(A, B)
    >>> result.counts.tolist()
    [1, 3]
    >>> [x.tolist() for x, y in result.profiles(0)]
    [[0.0, 1.0]]
    """
    limit = TimeLimit(max_seconds)
    count_limit(max_count)
    row, column = _payoffs(A, "A"), _payoffs(B, "B")
    if row.shape != column.shape:
        raise InvalidInputError(
            "A and B must have one shape",
            where="nash_equilibria_batch",
            seen=f"{row.shape} and {column.shape}",
        )
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    threads = int(number(threads, name="threads", low=1.0))
    number(tolerance, name="tolerance", low=0.0)
    games, m, n = row.shape
    size = max(m, n)
    bound = max(most_vertices(m + n, m), most_vertices(m + n, n)) + size
    fits = m + n <= 62 and bound * size * (size + 1) <= QUEUE_ENTRIES
    fits = fits and row.size > FEW_CELLS
    if fits:
        # Up to 12 labels, a table with a slot for every mask knows no collision.
        table_size = 1 << (m + n if m + n <= 12 else (2 * bound).bit_length())
        step = _games_in_a_slice(m, n)
        cuts = [slice(k, k + step) for k in range(0, games, step)]

        def work(cut: slice) -> tuple[IntArray, FloatArray, FloatArray]:
            if limit.is_over():
                waiting = np.full(len(row[cut]), -3, dtype=np.int64)
                return waiting, np.empty((0, m + n)), np.empty(0)
            return _solve_slice(row[cut], column[cut], bound, table_size)

        if threads == 1 or len(cuts) == 1:
            parts = [work(cut) for cut in cuts]
        else:
            with ThreadPoolExecutor(min(threads, len(cuts))) as pool:
                parts = list(pool.map(work, cuts))
        counts = np.concatenate([part[0] for part in parts])
        strategies = np.concatenate([part[1] for part in parts])
        regrets = np.concatenate([part[2] for part in parts])
    else:
        counts = np.full(games, -2, dtype=np.int64)
        strategies, regrets = np.empty((0, m + n)), np.empty(0)
    if (counts == -2).any():
        float_array(row, name="A", ndim=3)
        float_array(column, name="B", ndim=3)
    complete = counts != -3
    counts[~complete] = 0
    present = np.maximum(counts, 0)
    offsets = np.cumsum(present) - present
    again = set(np.flatnonzero(counts < 0).tolist())
    if regrets.size and float(regrets.max()) > tolerance:
        owner = np.repeat(np.arange(games), present)
        again |= set(owner[regrets > tolerance].tolist())
    if again:
        more, more_regrets, end = [strategies], [regrets], len(strategies)
        for game in sorted(again):
            found, found_regrets, complete[game] = _solve_exactly(
                row[game], column[game], limit, max_count
            )
            counts[game], offsets[game] = len(found), end
            end += len(found)
            more.append(found)
            more_regrets.append(found_regrets)
        order = np.concatenate(
            [np.arange(first, first + count) for first, count in zip(offsets, counts, strict=True)]
        )
        strategies, regrets = np.concatenate(more)[order], np.concatenate(more_regrets)[order]
        offsets = np.cumsum(counts) - counts
    notes = []
    if max_count is not None:
        # The first of each game stay.
        if (counts >= max_count).any():
            place = np.arange(len(strategies)) - np.repeat(offsets, counts)
            complete &= counts <= max_count
            strategies, regrets = strategies[place < max_count], regrets[place < max_count]
            counts = np.minimum(counts, max_count)
            offsets = np.cumsum(counts) - counts
        if (~complete & (counts == max_count)).any():
            notes.append(COUNT_REACHED)
    if not complete.all() and limit.is_over():
        notes.append(TIME_REACHED)
    for array in (counts, strategies, offsets, regrets, complete):
        array.setflags(write=False)
    return BatchNashResult(
        counts=counts,
        strategies=strategies,
        offsets=offsets,
        regrets=regrets,
        shape=(m, n),
        complete=complete,
        notes=tuple(notes),
        elapsed_seconds=limit.elapsed_seconds(),
    )
