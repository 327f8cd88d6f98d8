"""The result of every bargaining solution, certified apart from the way it was found."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from negotiation.bargaining.solutions.frontier import upper_hull
from negotiation.bargaining.solutions.polytope import pareto_slack
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.errors import NonFiniteError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BargainingSolution", "award"]


@dataclass(frozen=True, eq=False)
class BargainingSolution(Presented):
    """What a solution concept awards.

    Attributes
    ----------
    name
        The solution concept.
    players
        One name a player.
    payoffs, gains
        Payoffs, and payoffs over the disagreement point ``[player]``.
    weights
        Bargaining weights used ``[player]``.
    support, probabilities
        Points (rows of the problem's ``frontier``) that are mixed, and their probabilities; the
        row after the last stands for disagreement. Empty where the frontier is a function.
    parameters
        Expected value of the problem's ``parameters`` over the support, empty if unlabelled.
    assumptions
        What the solution supposes.
    defining_residual
        How far the payoffs are from the concept's defining condition, relative to the gains.
    efficiency_slack
        Share of the largest gain that everybody could still win: zero when efficient, found by a
        search for a separating price vector that shares nothing with the solver.
    converged
        Whether both are within tolerance.
    """

    name: str
    players: tuple[str, ...]
    payoffs: FloatArray
    gains: FloatArray
    weights: FloatArray
    assumptions: tuple[str, ...]
    defining_residual: float
    efficiency_slack: float
    converged: bool
    support: tuple[int, ...] = ()
    probabilities: tuple[float, ...] = ()
    parameters: tuple[float, ...] = ()
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a player: payoff, gain over the disagreement point, weight."""
        import pandas as pd

        columns = {"payoff": self.payoffs, "gain": self.gains, "weight": self.weights}
        return pd.DataFrame({"player": list(self.players), **columns})

    def _heading(self) -> str:
        done = "" if self.converged else " (not converged)"
        return f"{self.name.replace('_', ' ')} solution{done}"


def _lottery(
    problem: BargainingProblem, payoffs: FloatArray
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Two points of the hull of a two-player cloud that are mixed into ``payoffs``."""
    everything = np.vstack([problem.points, problem.point])
    rows = upper_hull(everything)
    first = everything[rows, 0]
    if rows.size == 1:
        return (int(rows[0]),), (1.0,)
    k = int(np.clip(np.searchsorted(first, payoffs[0]) - 1, 0, rows.size - 2))
    share = float(np.clip((payoffs[0] - first[k]) / (first[k + 1] - first[k]), 0.0, 1.0))
    chances = {int(rows[k]): 1.0 - share, int(rows[k + 1]): share}
    kept = {row: p for row, p in chances.items() if p > 1e-12}
    return tuple(kept), tuple(kept.values())


def award(
    problem: BargainingProblem,
    name: str,
    payoffs: FloatArray,
    residual: float,
    assumptions: tuple[str, ...],
    *,
    started: float,
    tol: float,
    mixture: FloatArray | None = None,
    row: int | None = None,
    efficient: bool = True,
) -> BargainingSolution:
    """Return the result for payoffs that a solution concept awards.

    Parameters
    ----------
    residual
        How far the payoffs are from the concept's own condition.
    mixture
        Lottery over points and disagreement, where the solver gives one.
    row
        The chosen point, without lotteries.
    efficient
        Whether ``converged`` requires efficiency.
    """
    if not np.all(np.isfinite(payoffs)):
        raise NonFiniteError("payoffs are not finite", where=name)
    support: tuple[int, ...] = ()
    probabilities: tuple[float, ...] = ()
    if row is not None:
        support, probabilities = (row,), (1.0,)
    elif mixture is not None:
        support = tuple(int(i) for i in np.flatnonzero(mixture > 1e-12))
        probabilities = tuple(float(mixture[i]) for i in support)
    elif not callable(problem.frontier):
        support, probabilities = _lottery(problem, payoffs)
    parameters: tuple[float, ...] = ()
    if problem.parameters is not None and max(support) < len(problem.points):
        labels = np.asarray(problem.parameters)[list(support)]
        parameters = tuple(float(x) for x in np.array(probabilities) @ labels)
    if problem.convexify:
        nodes = problem.geometry.nodes() if problem.smooth else problem.points
        slack = pareto_slack(np.vstack([nodes, problem.point]), payoffs)
    else:
        better = problem.candidates - payoffs
        spread = max(float(np.abs(better).max()), 1e-300)
        slack = max(float(better.min(axis=1).max()), 0.0) / spread
    lottery = (
        "lotteries over outcomes are allowed"
        if problem.convexify
        else "one of the given outcomes is chosen, without lotteries"
    )
    return BargainingSolution(
        name=name,
        players=problem.players,
        payoffs=read_only(payoffs),
        gains=read_only(payoffs - problem.point),
        weights=read_only(problem.shares),
        assumptions=(lottery, *assumptions),
        defining_residual=float(residual),
        efficiency_slack=float(slack),
        converged=bool(residual <= tol and (slack <= tol or not efficient)),
        support=support,
        probabilities=probabilities,
        parameters=parameters,
        elapsed_seconds=time.perf_counter() - started,
    )
