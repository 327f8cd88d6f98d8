"""Solve the multi-step process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any, overload

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, NonFiniteError
from negotiation.process.game.persistent_types import TypedGame, TypedSolution, solve_typed_game
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.game.solution import GameSolution
from negotiation.process.game.solve import solve_games
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.closed_form import process_arrays, solve_closed_form
from negotiation.process.tough_types.solution import ProcessSolution
from negotiation.values import number

__all__ = ["ProcessSolution", "solve_all", "solve_process"]


@overload
def solve_process(
    process: MultiStepProcess,
    *,
    tol: float = ...,
    max_iter: int = ...,
    residual_tol: float = ...,
    raise_on_failure: bool = ...,
) -> ProcessSolution: ...
@overload
def solve_process(
    process: ProcessGame,
    *,
    tol: float = ...,
    max_iter: int = ...,
    raise_on_failure: bool = ...,
) -> GameSolution: ...
@overload
def solve_process(
    process: TypedGame,
    *,
    tol: float = ...,
    points: int = ...,
) -> TypedSolution: ...
@takes
def solve_process(
    process: MultiStepProcess | ProcessGame | TypedGame,
    *,
    tol: float = 1e-10,
    max_iter: int = 10_000,
    residual_tol: float = 1e-3,
    points: int = 9,
    raise_on_failure: bool = True,
) -> ProcessSolution | GameSolution | TypedSolution:
    """Solve a multi-step process.

    Parameters
    ----------
    process
        `MultiStepProcess`, or `ProcessGame`, for which see also `solve_games`, or `TypedGame`.
    tol
        Largest change allowed in the value of a relapse between outer iterations, over the
        largest value; for a game, error allowed in a step through time, or along silence where
        there are types, in scales of the shocks.
    max_iter
        Outer iterations allowed; for a game, steps along a branch.
    residual_tol
        Largest gain from deviating, in units of the largest payoff, at which a process with
        deadlines or growing audience costs counts as solved.
    points
        Of the grid of beliefs with which nodes of a `TypedGame` are entered, one axis a side with
        two types.
    raise_on_failure
        Raise where the iteration does not converge or a stage has no equilibrium of the form
        computed here; otherwise return the result with ``converged=False``. A `TypedGame` that is
        not solved always raises.

    Returns
    -------
    ProcessSolution, GameSolution or TypedSolution
        The equilibrium of a game is the one on the branch from large shocks. In the other model
        what a return to an earlier stage is worth may support more than one equilibrium: the one
        to which the iteration leads that starts as if such a return meant lasting war. So does a
        stage in which neither side can be tough: both sides mix at constant hazards with no atom at
        the opening (Hendricks, Weiss and Wilson 1988). A stage with a deadline that both sides may
        rather wait for can have several equilibria: the one without a concession at the opening.

    Raises
    ------
    ConvergenceError, NonFiniteError

    Examples
    --------
    Reputational bargaining with flow costs of waiting:

    >>> process = MultiStepProcess.from_payoffs(
    ...     flows=[[-0.05, -0.08]],
    ...     terms=[[[0.3, 0.6], [0.7, 0.4]]],
    ...     discount_rates=[0.05, 0.05],
    ...     stubbornness=[0.1, 0.1],
    ... )
    >>> solution = solve_process(process)
    >>> solution.hazards.round(4)
    array([[0.5   , 0.1625]])
    >>> solution.values.round(4)
    array([0.6155, 0.4   ])
    """
    if isinstance(process, TypedGame):
        return solve_typed_game(process, points=points, tol=tol)
    solution: ProcessSolution | GameSolution = solve_all(
        [process],
        tol=tol,
        max_iter=max_iter,
        residual_tol=residual_tol,
        raise_on_failure=raise_on_failure,
    )[0]
    return solution


def solve_all(
    processes: Sequence[MultiStepProcess | ProcessGame],
    *,
    tol: float = 1e-10,
    max_iter: int = 10_000,
    residual_tol: float = 1e-3,
    raise_on_failure: bool = True,
) -> list[Any]:
    """Solve processes of either model, each by the solver of its model; see `solve_process`."""
    games = [process for process in processes if isinstance(process, ProcessGame)]
    solved = iter(solve_games(games, tol=tol, max_iter=max_iter, raise_on_failure=raise_on_failure))
    tol = number(tol, name="tol", low=0.0, open_low=True)
    max_iter = int(number(max_iter, name="max_iter", low=1.0))
    residual_tol = number(residual_tol, name="residual_tol", low=0.0, open_low=True)
    return [
        next(solved)
        if isinstance(process, ProcessGame)
        else _solved(process, tol, max_iter, residual_tol, raise_on_failure)
        for process in processes
    ]


def _solved(
    process: MultiStepProcess,
    tol: float,
    max_iter: int,
    residual_tol: float,
    raise_on_failure: bool,
) -> ProcessSolution:
    """Solve a process with tough types, in closed form."""
    started = perf_counter()
    arrays = process_arrays(process)
    branches = solve_closed_form(arrays, tol=tol, max_iter=max_iter)
    reason = ""
    if not branches.relapse_change <= tol:
        reason = f"the value of a relapse still moves by {branches.relapse_change:.3g}"
    solution = ProcessSolution(
        process=process,
        arrays=arrays,
        branch_solution=branches,
        converged=not reason,
        elapsed_seconds=perf_counter() - started,
    )
    if not np.isfinite(solution.values).all():
        raise NonFiniteError(
            "the value of the process is not finite",
            where="solve_process",
            hint="Without discounting or breakdown, waiting for ever at a flow has no value.",
        )
    # Waiting for ever has a value to deviate to only where the future is discounted.
    clocked = bool(np.isfinite(arrays.deadlines).any()) or (
        bool(np.all(arrays.discount_rates > 0.0)) and bool(arrays.audience_growth.any())
    )
    if not reason and clocked:
        from negotiation.process.tough_types.deviations import check_strategies

        gain = max(check_strategies(solution).worst, solution.residual)
        if not gain <= residual_tol:
            reason = f"a side gains {gain:.3g} of the largest payoff by deviating"
            solution = replace(solution, converged=False)
    if reason and raise_on_failure:
        raise ConvergenceError(
            reason,
            where="solve_process",
            partial=solution,
            hint="Values jump where a side's behaviour changes, so that no value of a relapse may "
            "agree with itself, and without discounting relapses may add up without bound; raise "
            "max_iter, or change discount_rates, relapse_lump or breakdown_hazard."
            if branches.relapse_change > tol
            else "The stage may have no equilibrium in which both sides mix until the end; try "
            "slower growth of audience costs, or terms under which being  "
            "conceded to is worth more than conceding.",
        )
    return solution
