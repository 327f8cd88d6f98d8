r"""Equilibria of two-player game trees without listing their strategies.

A plan for a player weighs *sequences* of own moves: with x the weights of the first player's
sequences and y those of the second, payoffs are :math:`x^\top A y` and :math:`x^\top B y` and
plans satisfy :math:`E x = e, F y = f, x, y \ge 0`, all of the size of the tree (Koller, Megiddo
and von Stengel 1996; von Stengel 1996). Zero-sum trees are linear programmes, others linear
complementarity problems that Lemke's algorithm solves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack

from negotiation.arguments import takes
from negotiation.equilibrium.frames import behavior_frame
from negotiation.equilibrium.lemke import solve_complementarity
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.normal_form.zero_sum import TIGHT
from negotiation.equilibrium.trees.certificate import (
    ExactBehavior,
    TreeEquilibrium,
    certified,
    certified_exactly,
)
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.games.extensive_form import ExtensiveFormGame, InformationSet
from negotiation.games.tree import DecisionNode
from negotiation.presentation import Pictured
from negotiation.values import FloatArray, number, one_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TreeSolution", "sequence_form_equilibrium"]


@dataclass(frozen=True, eq=False)
class TreeSolution(Pictured):
    """Nash equilibria of a game tree.

    Attributes
    ----------
    game
        The game that was solved.
    equilibria
        Each certified by its regret.
    complete
        Whether it is proven that these are all extreme equilibria of the reduced normal form.
    method
        The solver that answered.
    converged
        Whether every regret is within the tolerance.
    elapsed_seconds
        Wall-clock time; never compared.
    notes
        What the reader must know: limits that were hit.
    """

    game: ExtensiveFormGame
    equilibria: tuple[TreeEquilibrium, ...]
    complete: bool
    method: str
    converged: bool
    elapsed_seconds: float = field(default=0.0, compare=False)
    notes: tuple[str, ...] = ()

    _picture = "plot_game_tree"

    def _drawn(self) -> tuple[Any, ...]:
        return (self.game, *self.equilibria[:1])

    def to_frame(self) -> pd.DataFrame:
        """Return one row an equilibrium, information set and action, with its probability."""
        found = [e.behavior for e in self.equilibria]
        return behavior_frame(self.game, found, "equilibrium")

    def _heading(self) -> str:
        head = "all of them" if self.complete else "perhaps not all"
        return f"{len(self.equilibria)} equilibria of the tree ({head}; {self.method})"


class _SequenceForm:
    """Sequences, constraints and payoffs of a two-player tree with perfect recall."""

    def __init__(self, game: ExtensiveFormGame) -> None:
        self.game = game
        self.sets: list[list[InformationSet]] = [[], []]
        # First sequence of each information set; sequence 0 is "no move yet".
        self.first: dict[str, int] = {}
        self.parent: dict[str, int] = {}
        self.sizes = [1, 1]
        for information_set in game.information_sets:
            player = information_set.player
            self.sets[player].append(information_set)
            self.first[information_set.name] = self.sizes[player]
            self.sizes[player] += len(information_set.actions)
        actions = {s.name: s.actions for s in game.information_sets}
        for information_set in game.information_sets:
            history = game.own_history(information_set.nodes[0])
            last = 0
            if history:
                name, action = history[-1]
                last = self.first[name] + actions[name].index(action)
            self.parent[information_set.name] = last
        self.leaves = self._leaves()

    def _leaves(self) -> list[tuple[int, int, Fraction, tuple[Fraction, ...]]]:
        """Row sequence, column sequence, chance weight and payoffs of each end."""
        out = []
        for position, path in self.game.walk_terminals():
            last = [0, 0]
            weight = Fraction(1)
            for node_position, branch in path:
                node = self.game.nodes[node_position]
                if isinstance(node, DecisionNode):
                    last[node.player] = self.first[node.information_set] + branch
                else:
                    weight *= self.game.exact_probabilities[node_position][branch]
            out.append((last[0], last[1], weight, self.game.exact_payoffs[position]))
        return out

    def constraints(self, player: int) -> list[dict[int, int]]:
        """Rows of E or F: 1 for the empty sequence, then one row an information set."""
        rows = [{0: 1}]
        for information_set in self.sets[player]:
            start = self.first[information_set.name]
            row = {start + k: 1 for k in range(len(information_set.actions))}
            row[self.parent[information_set.name]] = -1
            rows.append(row)
        return rows

    def behavior(self, plans: tuple[FloatArray, FloatArray]) -> dict[str, FloatArray]:
        """Turn plans into behaviour; sets that a plan avoids get equal probabilities."""
        out = {}
        for player, plan in enumerate(plans):
            for information_set in self.sets[player]:
                start = self.first[information_set.name]
                weights = np.clip(plan[start : start + len(information_set.actions)], 0.0, None)
                if plan[self.parent[information_set.name]] <= 1e-11 or weights.sum() <= 0.0:
                    weights = np.ones(len(weights))
                out[information_set.name] = weights / weights.sum()
        return out

    def exact_behavior(self, plans: tuple[Sequence[Fraction], ...]) -> ExactBehavior:
        """Turn exact plans into behaviour; sets that a plan avoids get equal probabilities."""
        out = {}
        for player, plan in enumerate(plans):
            for information_set in self.sets[player]:
                start, size = self.first[information_set.name], len(information_set.actions)
                reach = plan[self.parent[information_set.name]]
                out[information_set.name] = tuple(
                    w / reach if reach else Fraction(1, size) for w in plan[start : start + size]
                )
        return out


def _linear_program_plan(form: _SequenceForm, player: int, scale: float) -> FloatArray:
    """Plan of one player of a zero-sum tree with the largest guarantee."""
    other = 1 - player
    n, m = form.sizes[player], form.sizes[other]
    rows = form.constraints(other)
    entries = [(leaf[other], leaf[player], float(leaf[2] * leaf[3][player]) / scale)
               for leaf in form.leaves]  # fmt: skip
    payoff = csr_array(
        ([e[2] for e in entries], ([e[0] for e in entries], [e[1] for e in entries])), shape=(m, n)
    )
    dual = csr_array(
        (
            [float(v) for row in rows for v in row.values()],
            ([j for row in rows for j in row], [k for k, row in enumerate(rows) for _ in row]),
        ),
        shape=(m, len(rows)),
    )
    own = form.constraints(player)
    equal = np.zeros((len(own), n + len(rows)))
    for k, row in enumerate(own):
        for j, v in row.items():
            equal[k, j] = v
    objective = np.zeros(n + len(rows))
    objective[n] = -1.0
    answer = linprog(
        objective,
        A_ub=hstack([-payoff, dual]),
        b_ub=np.zeros(m),
        A_eq=csr_array(equal),
        b_eq=np.eye(len(own))[0],
        bounds=[(0.0, None)] * n + [(None, None)] * len(rows),
        options=TIGHT,
    )
    if answer.x is None:
        raise ConvergenceError("linear programme not solved", where="sequence_form_equilibrium")
    return np.asarray(answer.x[:n], dtype=np.float64)


def _complementarity_plans(
    form: _SequenceForm, limit: TimeLimit
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """Plans from the complementarity problem of Koller, Megiddo and von Stengel (1996)."""
    n, m = form.sizes
    E, F = form.constraints(0), form.constraints(1)
    # Payoffs are made negative, which guarantees that Lemke's path ends in a solution.
    top = [max(leaf[3][player] for leaf in form.leaves) for player in (0, 1)]
    size = n + m + 2 * len(E) + 2 * len(F)
    M = [[Fraction(0)] * size for _ in range(size)]
    q = [Fraction(0)] * size
    for i, j, weight, payoffs in form.leaves:
        M[i][n + j] += weight * (top[0] + 1 - payoffs[0])
        M[n + j][i] += weight * (top[1] + 1 - payoffs[1])
    place = n + m
    for rows, offset in ((E, 0), (F, n)):
        for sign in (1, -1):
            for k, row in enumerate(rows):
                for j, v in row.items():
                    M[offset + j][place + k] += sign * v
                    M[place + k][offset + j] -= sign * v
            q[place] = Fraction(sign)
            place += len(rows)
    z = solve_complementarity(M, q, limit=limit)
    return tuple(z[:n]), tuple(z[n : n + m])


def _two_players(game: ExtensiveFormGame, where: str) -> None:
    if len(game.players) != 2:
        raise InvalidInputError(
            "the sequence form is for two players",
            where=where,
            seen=f"{len(game.players)} players",
            hint="Use to_normal_form and a solver for more players.",
        )
    game.require_perfect_recall(where)


@takes
def sequence_form_equilibrium(
    game: ExtensiveFormGame,
    method: str = "auto",
    *,
    tol: float = 1e-8,
    max_seconds: float | None = None,
    raise_on_failure: bool = True,
) -> TreeSolution:
    """Return one Nash equilibrium of a two-player game tree in behaviour strategies.

    Parameters
    ----------
    game
        Two players with perfect recall, and chance.
    method
        ``"linear_program"`` for trees whose payoffs sum to a constant, ``"complementarity"``
        (exact arithmetic) for any; ``"auto"`` picks by the payoffs.
    tol
        Largest regret, relative to payoff ranges.
    max_seconds
        Time for the pivots of the complementarity problem.
    raise_on_failure
        Whether a larger regret, or a path that does not end in time, raises; otherwise the
        result has no equilibrium.

    Raises
    ------
    InvalidInputError
        If there are not two players, recall is imperfect, or a linear programme is asked for a
        game that is not of pure conflict.
    ConvergenceError
        If the certificate fails.

    Examples
    --------
    >>> from negotiation.games.formats import read_efg
    >>> game = read_efg('''EFG 2 R "inspection" { "inspector" "firm" }
    ... p "" 1 1 "visit?" { "visit" "stay" } 0
    ... p "" 2 1 "comply?" { "comply" "cheat" } 0
    ... t "" 1 "" { -1, 0 } t "" 2 "" { 1, -3 }
    ... p "" 2 1 0
    ... t "" 3 "" { 0, 0 } t "" 4 "" { -2, 2 }''')
    >>> found = sequence_form_equilibrium(game).equilibria[0]
    >>> {name: p.tolist() for name, p in found.behavior.items()}
    {'visit?': [0.4, 0.6], 'comply?': [0.75, 0.25]}
    """
    limit = TimeLimit(max_seconds)
    one_of(method, ("auto", "linear_program", "complementarity"), name="method")
    number(tol, name="tol", low=0.0)
    _two_players(game, "sequence_form_equilibrium")
    form = _SequenceForm(game)
    payoffs = np.array([[float(v) for v in leaf[3]] for leaf in form.leaves])
    scale = float(game.payoff_range.max()) or 1.0
    constant = float(np.ptp(payoffs.sum(axis=1))) <= 1e-12 * scale
    if method == "linear_program" and not constant:
        raise InvalidInputError(
            "payoffs do not sum to a constant",
            where="method",
            seen=method,
            hint="Use method='complementarity'.",
        )
    if method == "complementarity" or not constant:
        method = "complementarity"
        try:
            plans = _complementarity_plans(form, limit)
        except ConvergenceError as error:
            if raise_on_failure:
                raise
            return TreeSolution(
                game=game,
                equilibria=(),
                complete=False,
                method=method,
                converged=False,
                elapsed_seconds=limit.elapsed_seconds(),
                notes=(str(error),),
            )
        found = certified_exactly(game, form.exact_behavior(plans))
    else:
        method = "linear_program"
        guarantees = (_linear_program_plan(form, 0, scale), _linear_program_plan(form, 1, scale))
        found = certified(game, form.behavior(guarantees))
    result = TreeSolution(
        game=game,
        equilibria=(found,),
        complete=False,
        method=method,
        converged=found.regret <= tol,
        elapsed_seconds=limit.elapsed_seconds(),
    )
    if raise_on_failure and not result.converged:
        raise ConvergenceError(
            f"regret {found.regret:.1e} is above {tol:.1e}",
            where="sequence_form_equilibrium",
            partial=result,
            hint="Use method='complementarity', which is exact.",
        )
    return result
