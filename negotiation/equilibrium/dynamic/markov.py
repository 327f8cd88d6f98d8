r"""Markov perfect equilibria of finite discounted stochastic games.

Strategies depend on the state only. In state s player i's action values are

.. math:: Q_{sia} = \sum_{a_{-i}} \Big(u_{si}(a) + \delta_i \sum_{s'} T(s' \mid s, a) V_{s'i}\Big)
    \prod_{j \ne i} p_{sja_j}, \qquad V_{si} = \sum_a p_{sia} Q_{sia},

and an equilibrium puts weight on the largest of them only (Shapley 1953; Fink 1964). The solver
follows the logit responses :math:`p_{sia} \propto e^{\lambda Q_{sia}}` from equal probabilities
at precision 0 (Eibelshaeuser and Poensgen 2019), then solves the indifference and Bellman
equations on the supports that emerge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import deviation_payoffs
from negotiation.equilibrium.dynamic.markov_certificate import (
    bellman_residual,
    markov_regret,
    payoffs_ahead,
)
from negotiation.equilibrium.frames import play_frame
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.path_following import milestones, trace
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.games.stochastic import StochasticGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, number, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MarkovEquilibrium", "markov_perfect_equilibrium"]


@dataclass(frozen=True, eq=False)
class MarkovEquilibrium(Presented):
    """A Markov perfect equilibrium.

    Attributes
    ----------
    game
        The game that was solved.
    probabilities
        ``[state][player]``, each one distribution over the player's actions there.
    values
        Expected discounted payoffs ``[state, player]``, in payoff units.
    regret
        Largest gain in any state from the best response of all, relative to the range of stage
        payoffs / (1 - discount factor); from each player's own decision problem.
    bellman_residual
        Largest violation of the Bellman equation of the values, on the same scale.
    precision
        Scaled precision at which the supports were read.
    converged
        Whether regret and residual are within the tolerance.
    elapsed_seconds
        Wall-clock time; never compared.
    """

    game: StochasticGame
    probabilities: tuple[tuple[FloatArray, ...], ...]
    values: FloatArray
    regret: float
    bellman_residual: float
    precision: float
    converged: bool
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a state, player and action: probability, value of the state."""
        import pandas as pd

        by_state = [
            play_frame(
                self.game.players,
                stage.actions,
                [{"state": state, "probabilities": play, "value": values}],
            )
            for state, stage, play, values in zip(
                self.game.states, self.game.stages, self.probabilities, self.values, strict=True
            )
        ]
        return pd.concat(by_state, ignore_index=True)

    def _heading(self) -> str:
        return f"Markov perfect equilibrium, regret {self.regret:.2g}"


class _LogitMarkovSystem:
    """Equations of the path; unknowns: log-probabilities by state and player, values, precision.

    Payoffs and values of a state and player are above the lowest and in units of the range of what
    play may still earn from there: payoffs of states that are out of reach have no part in them.
    """

    def __init__(self, game: StochasticGame) -> None:
        low, spread, reach = payoffs_ahead(game)
        self.game = game
        self.count = len(game.players)
        wide = (-1, *([1] * self.count))
        self.payoffs = [
            (s.payoffs - low[k].reshape(wide)) / spread[k].reshape(wide)
            for k, s in enumerate(game.stages)
        ]
        #: What a value of a next state is in the units of a state, ``[state, next state, player]``.
        near = reach[:, :, None]
        self.ratio = np.where(near, spread / spread[:, None], 0.0)
        rise = np.where(near, (low - low[:, None]) / spread[:, None], 0.0)
        self.shift = rise / (1.0 - np.array(game.discounts))
        self.blocks: dict[tuple[int, int], slice] = {}
        size = 0
        for k, stage in enumerate(game.stages):
            for i, n in enumerate(stage.shape):
                self.blocks[k, i] = slice(size, size + n)
                size += n
        self.first_value = size
        self.size = size + len(game.stages) * self.count

    def value_place(self, state: int, player: int) -> int:
        return self.first_value + state * self.count + player

    def profile(self, z: FloatArray) -> list[list[FloatArray]]:
        return [
            [np.exp(z[self.blocks[k, i]]) for i in range(self.count)]
            for k in range(len(self.payoffs))
        ]

    def start(self) -> FloatArray:
        z = np.zeros(self.size + 1)
        for block in self.blocks.values():
            z[block] = -np.log(block.stop - block.start)
        profile = self.profile(z)
        states = len(self.payoffs)
        for i, discount in enumerate(self.game.discounts):
            reward = np.array(
                [deviation_payoffs(u, x, i) @ x[i]
                 for u, x in zip(self.payoffs, profile, strict=True)]
            )  # fmt: skip
            moves = np.array([self._next(k, profile[k]) for k in range(states)])
            ahead = discount * moves * self.ratio[:, :, i]
            reward += discount * (moves * self.shift[:, :, i]).sum(axis=1)
            value = np.linalg.solve(np.eye(states) - ahead, reward)
            for k in range(states):
                z[self.value_place(k, i)] = value[k]
        return z

    def _next(self, state: int, x: Sequence[FloatArray]) -> FloatArray:
        table = self.game.transitions[state]
        for p in x:
            table = np.tensordot(p, table, axes=(0, 0))
        return np.asarray(table, dtype=np.float64)

    def _total(self, state: int, z: FloatArray) -> FloatArray:
        """Stage payoff plus discounted continuation, ``[player, actions ...]``."""
        states = len(self.payoffs)
        values = z[self.first_value : self.size].reshape(states, self.count)
        here = values * self.ratio[state] + self.shift[state]
        ahead = np.moveaxis(self.game.transitions[state] @ here, -1, 0)
        discount = np.array(self.game.discounts).reshape(-1, *([1] * self.count))
        return np.asarray(self.payoffs[state] + discount * ahead, dtype=np.float64)

    def residual(self, z: FloatArray) -> FloatArray:
        out = np.zeros(self.size)
        for k, x in enumerate(self.profile(z)):
            total = self._total(k, z)
            for i in range(self.count):
                block = self.blocks[k, i]
                logs = z[block]
                q = deviation_payoffs(total, x, i)
                out[block.start] = x[i].sum() - 1.0
                out[block.start + 1 : block.stop] = logs[1:] - logs[0] - z[-1] * (q[1:] - q[0])
                place = self.value_place(k, i)
                out[place] = z[place] - x[i] @ q
        return out

    def jacobian(self, z: FloatArray) -> FloatArray:
        out = np.zeros((self.size, self.size + 1))
        states = len(self.payoffs)
        for k, x in enumerate(self.profile(z)):
            total = self._total(k, z)
            for i in range(self.count):
                block = self.blocks[k, i]
                inner = slice(block.start + 1, block.stop)
                place = self.value_place(k, i)
                q = deviation_payoffs(total, x, i)
                out[block.start, block] = x[i]
                out[np.arange(inner.start, inner.stop), np.arange(inner.start, inner.stop)] = 1.0
                out[inner, block.start] = -1.0
                out[inner, -1] = -(q[1:] - q[0])
                out[place, place] += 1.0
                out[place, block] -= x[i] * q
                for j in range(self.count):
                    if j == i:
                        continue
                    pair = _pair(total[i], x, i, j) * x[j]
                    out[inner, self.blocks[k, j]] = -z[-1] * (pair[1:] - pair[0])
                    out[place, self.blocks[k, j]] -= x[i] @ pair
                ahead = self._ahead(k, x, i)
                for s in range(states):
                    column = self.value_place(s, i)
                    out[inner, column] -= z[-1] * (ahead[1:, s] - ahead[0, s])
                    out[place, column] -= x[i] @ ahead[:, s]
        return out

    def _ahead(self, state: int, x: Sequence[FloatArray], player: int) -> FloatArray:
        """Weight of the next states' values in each own action's, ``[action, next state]``."""
        table = self.game.transitions[state]
        for other in reversed(range(self.count)):
            if other != player:
                table = np.tensordot(table, x[other], axes=([other], [0]))
        weight = self.game.discounts[player] * self.ratio[state, :, player]
        return np.asarray(table * weight, dtype=np.float64)


def _pair(table: FloatArray, x: Sequence[FloatArray], i: int, j: int) -> FloatArray:
    """Payoff ``[action of i, action of j]`` with the others mixed."""
    for other in reversed(range(len(x))):
        if other not in (i, j):
            table = np.tensordot(table, x[other], axes=([other], [0]))
    return np.asarray(table if i < j else table.T, dtype=np.float64)


def _polish(
    system: _LogitMarkovSystem, z: FloatArray, threshold: float
) -> list[list[FloatArray]] | None:
    """Solve indifference and Bellman equations on the supports at z; None where that fails."""
    supports = {key: np.exp(z[block]) > threshold for key, block in system.blocks.items()}
    kept = np.concatenate([supports[key] for key in system.blocks])
    p = np.where(kept, np.exp(z[: system.first_value]), 0.0)
    for block in system.blocks.values():
        p[block] /= p[block].sum()
    free = np.append(np.flatnonzero(kept), np.arange(system.first_value, system.size))
    unknown = np.append(p, z[system.first_value : system.size])
    for _ in range(30):
        step, error = _support_newton(system, unknown, supports, free)
        if step is None:
            return None
        unknown[free] += step
        if not np.all(np.isfinite(unknown)):
            return None
        if error <= 1e-13:
            break
    p = unknown[: system.first_value]
    if p.min() < -1e-9:
        return None
    p = np.clip(p, 0.0, None)
    return [
        [p[system.blocks[k, i]] / p[system.blocks[k, i]].sum() for i in range(system.count)]
        for k in range(len(system.payoffs))
    ]


def _support_newton(
    system: _LogitMarkovSystem,
    unknown: FloatArray,
    supports: dict[tuple[int, int], NDArray[np.bool_]],
    free: NDArray[np.intp],
) -> tuple[FloatArray | None, float]:
    """One Newton step on: probabilities sum to 1, supported actions earn the state's value."""
    size = system.size
    rows = []
    right = []
    z = np.append(unknown, 1.0)
    for k in range(len(system.payoffs)):
        x = [unknown[system.blocks[k, i]] for i in range(system.count)]
        total = system._total(k, z)
        for i in range(system.count):
            block, place = system.blocks[k, i], system.value_place(k, i)
            row = np.zeros(size)
            row[block] = 1.0
            rows.append(row)
            right.append(1.0 - float(x[i].sum()))
            q = deviation_payoffs(total, x, i)
            ahead = system._ahead(k, x, i)
            pairs = {j: _pair(total[i], x, i, j) for j in range(system.count) if j != i}
            for a in np.flatnonzero(supports[k, i]):
                row = np.zeros(size)
                for j, pair in pairs.items():
                    row[system.blocks[k, j]] = pair[a]
                for s in range(len(system.payoffs)):
                    row[system.value_place(s, i)] += ahead[a, s]
                row[place] -= 1.0
                rows.append(row)
                right.append(float(unknown[place] - q[a]))
    matrix, vector = np.array(rows)[:, free], np.array(right)
    try:
        step = np.linalg.lstsq(matrix, vector, rcond=None)[0]
    except np.linalg.LinAlgError:
        return None, np.inf
    return np.asarray(step, dtype=np.float64), float(np.abs(vector).max())


@takes
def markov_perfect_equilibrium(
    game: StochasticGame,
    *,
    tol: float = 1e-8,
    max_precision: float = 1e8,
    max_steps: int = 20_000,
    max_seconds: float | None = None,
    raise_on_failure: bool = True,
) -> MarkovEquilibrium:
    """Return one Markov perfect equilibrium in mixed strategies.

    Any number of players, who see the state and move at once; see the module for equations and
    sources. Which equilibrium is returned where there are several: the one on the logit branch
    that starts from equal probabilities.

    Parameters
    ----------
    game
        Finite states and actions, discount factors below 1.
    tol
        Largest regret and Bellman residual, relative to the range of discounted payoffs.
    max_precision
        Largest precision along the path, in 1 / (range of stage payoffs ahead).
    max_steps, max_seconds
        Limits of the path; the best profile so far is judged.
    raise_on_failure
        Whether a larger regret raises.

    Raises
    ------
    InvalidInputError
        If a tolerance is out of range.
    ConvergenceError
        If no profile on the path can be certified; ``.partial`` has the best one.

    Examples
    --------
    >>> from negotiation.games.normal_form import NormalFormGame
    >>> war = NormalFormGame.from_bimatrix([[0, -1], [1, 0]], [[0, 1], [-1, 0]])
    >>> peace = NormalFormGame.from_bimatrix([[2]], [[2]])
    >>> game = StochasticGame(
    ...     (war, peace), (np.array([[[0.5, 0.5], [1, 0]], [[1, 0], [1, 0]]]),
    ...                    np.array([[[0, 1.0]]])), (0.5, 0.5))
    >>> markov_perfect_equilibrium(game).values.round(9).tolist()
    [[0.0, 0.0], [4.0, 4.0]]
    """
    limit = TimeLimit(max_seconds)
    number(tol, name="tol", low=0.0)
    number(max_precision, name="max_precision", low=0.0, open_low=True)
    if max_steps < 1:
        raise InvalidInputError("at least one step", where="max_steps", seen=max_steps)
    near, lowest = game.above_lowest
    system = _LogitMarkovSystem(near)
    best: MarkovEquilibrium | None = None
    problem = "no profile on the path could be certified"
    points = trace(system.residual, system.jacobian, system.start(), max_steps=max_steps)
    try:
        for point in milestones(points, 10.0, max_precision, limit):
            for candidate in _candidates(system, point.position):
                regret, values = markov_regret(near, candidate)
                residual = bellman_residual(near, candidate, values)
                if best is None or regret < best.regret:
                    best = MarkovEquilibrium(
                        game=game,
                        probabilities=tuple(
                            tuple(read_only(p) for p in profile) for profile in candidate
                        ),
                        values=read_only(values + lowest / (1.0 - np.array(game.discounts))),
                        regret=regret,
                        bellman_residual=residual,
                        precision=float(point.position[-1]),
                        converged=regret <= tol and residual <= tol,
                        elapsed_seconds=limit.elapsed_seconds(),
                    )
            if best is not None and best.converged:
                break
    except ConvergenceError as error:
        problem = str(error)
    if best is not None and (best.converged or not raise_on_failure):
        return best
    raise ConvergenceError(
        limit.reached(problem),
        where="markov_perfect_equilibrium",
        partial=best,
        hint="Raise tol or the limit that was reached.",
    )


def _candidates(system: _LogitMarkovSystem, z: FloatArray) -> list[list[list[FloatArray]]]:
    """Profiles to certify at a point of the path: polished on several supports, and as it is."""
    out = []
    for threshold in (1e-2, 1e-4, 1e-8):
        polished = _polish(system, z, threshold)
        if polished is not None:
            out.append(polished)
    out.append([[p / p.sum() for p in profile] for profile in system.profile(z)])
    return out
