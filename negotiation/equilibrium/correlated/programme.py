"""Linear programmes over the polytope of correlated or coarse correlated equilibria."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

from negotiation.arguments import takes
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.normal_form.zero_sum import TIGHT
from negotiation.errors import ConvergenceError
from negotiation.games.normal_form import NormalFormGame
from negotiation.values import FloatArray

__all__ = ["CorrelatedProgramme", "scaled_payoffs", "to_distribution"]


@takes
def scaled_payoffs(game: NormalFormGame) -> tuple[FloatArray, FloatArray, float]:
    """Return payoffs ``[player, cell]`` above their lowest, the lowest, and the largest range."""
    flat = game.payoffs.reshape(len(game.shape), -1)
    low = flat.min(axis=1)
    gains = game.gains.reshape(flat.shape)
    return gains, low, float(gains.max())


def _incentive_rows(game: NormalFormGame, *, coarse: bool) -> csr_array:
    """Rows of the inequalities, each scaled by its player's payoff range."""
    cells = np.arange(int(np.prod(game.shape))).reshape(game.shape)
    rows: list[int] = []
    columns: list[int] = []
    entries: list[float] = []
    count = 0
    for player, table in enumerate(game.gains):
        spread = float(np.ptp(table)) or 1.0
        size = game.shape[player]
        u = np.moveaxis(table, player, 0).reshape(size, -1) / spread
        place = np.moveaxis(cells, player, 0).reshape(size, -1)
        for b in range(size):
            if coarse:
                gain = u[b] - u
                rows.extend([count] * gain.size)
                columns.extend(place.ravel().tolist())
                entries.extend(gain.ravel().tolist())
                count += 1
                continue
            for a in range(size):
                if a != b:
                    rows.extend([count] * place.shape[1])
                    columns.extend(place[a].tolist())
                    entries.extend((u[b] - u[a]).tolist())
                    count += 1
    out = csr_array((entries, (rows, columns)), shape=(max(count, 1), cells.size))
    out.eliminate_zeros()
    return out


def _solved(limit: TimeLimit, *objective: FloatArray, **constraints: Any) -> Any:
    """Answer of scipy's linear programme, within what is left of the time."""
    answer = linprog(*objective, **constraints, options={**TIGHT, **limit.of_programme()})
    if answer.x is None or answer.status == 1:
        raise ConvergenceError(
            limit.reached("linear programme not solved"), where="correlated_equilibria"
        )
    return answer


class CorrelatedProgramme:
    """Linear programmes over the polytope of (coarse) correlated equilibria."""

    rows: csr_array
    cells: int

    def __init__(self, game: NormalFormGame, *, coarse: bool) -> None:
        self.rows = _incentive_rows(game, coarse=coarse)
        self.cells = self.rows.shape[1]

    def best(self, gain: FloatArray, limit: TimeLimit) -> tuple[FloatArray, float]:
        """Maximise ``gain @ q``; return q and an upper bound on the optimum."""
        answer = _solved(
            limit,
            -gain,
            A_ub=self.rows,
            b_ub=np.zeros(self.rows.shape[0]),
            A_eq=np.ones((1, self.cells)),
            b_eq=[1.0],
        )
        prices = np.clip(-answer.ineqlin.marginals, 0.0, None)
        return to_distribution(answer.x), float((gain - prices @ self.rows).max())

    def fairest(self, gains: FloatArray, limit: TimeLimit) -> tuple[FloatArray, float]:
        """Maximise the smallest of ``gains @ q``, then their sum; return q and a bound."""
        count = len(gains)
        wide = hstack([self.rows, csr_array((self.rows.shape[0], 1))])
        shares = np.hstack([-gains, np.ones((count, 1))])
        answer = _solved(
            limit,
            np.append(np.zeros(self.cells), -1.0),
            A_ub=vstack([wide, csr_array(shares)]),
            b_ub=np.zeros(wide.shape[0] + count),
            A_eq=np.append(np.ones(self.cells), 0.0)[np.newaxis],
            b_eq=[1.0],
            bounds=[(0.0, None)] * self.cells + [(None, None)],
        )
        prices = np.clip(-answer.ineqlin.marginals, 0.0, None)
        weights = prices[-count:] / prices[-count:].sum()
        bound = float((weights @ gains - prices[:-count] @ self.rows).max())
        floor = float(answer.x[-1])
        second = _solved(
            limit,
            -gains.sum(axis=0),
            A_ub=vstack([self.rows, csr_array(-gains)]),
            b_ub=np.append(np.zeros(self.rows.shape[0]), np.full(count, -floor + 1e-12)),
            A_eq=np.ones((1, self.cells)),
            b_eq=[1.0],
        )
        return to_distribution(second.x), bound


def to_distribution(q: FloatArray) -> FloatArray:
    """Return ``q`` without rounding errors below zero, summing to 1."""
    positive = np.clip(q, 0.0, None)
    positive[positive < 1e-14] = 0.0
    return np.asarray(positive / positive.sum(), dtype=np.float64)
