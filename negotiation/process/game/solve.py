"""Solve games: stationary values on the branch from large shocks, then back through the dates."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

import numpy as np

from negotiation.errors import ConvergenceError, NonFiniteError
from negotiation.process.game.branches import continued, stationary
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.game.solution import GameSolution
from negotiation.values import number, read_only

__all__ = ["solve_games"]


def solve_games(
    games: Sequence[ProcessGame],
    *,
    tol: float = 1e-10,
    max_iter: int = 10_000,
    raise_on_failure: bool = True,
) -> list[GameSolution]:
    """Solve Markov games with private shocks.

    With ``A_a = pi_i(a) - mu_a + V_i(n^a)``, ``w_a = lambda0 / eta_i`` and ``W`` their sum, values
    and hazards of side i in node n solve

        h_a = eta_i w_a exp((A_a - V_i) / s_i) / (1 - W + sum_b w_b exp((A_b - V_i) / s_i)),
        r_i V_i = g_i + dV_i/dt + eta_i s_i log(1 - W + sum_a w_a exp((A_a - V_i) / s_i))
                  + sum_b h_b (pi_i(b) + V_i(n^b) - V_i) + sum_m gamma_m (M_mi - V_i).

    After the last date values do not move: nodes that lead to one another are solved together, what
    follows them first, on the branch that comes from boundless shocks, followed by pseudo-arclength
    in the values and the scale of the shocks. Before a date the equations are integrated back.

    Parameters
    ----------
    games
        Any number of games.
    tol
        Error allowed in a step back through time, in scales of the shocks.
    max_iter
        Steps allowed along a branch; a hundred times as many back through time.
    raise_on_failure
        Raise where a branch is lost; otherwise return the result with ``converged=False``.

    Returns
    -------
    list of GameSolution

    Raises
    ------
    ConvergenceError, NonFiniteError

    Examples
    --------
    >>> from negotiation.process.game.nodes import Action, Node
    >>> acts = Action(0, [0.0, 0.2], 0.3), Action(1, [0.1, 0.05], 0.3)
    >>> war = Node("standoff", [-0.6, -1.07], acts)
    >>> game = ProcessGame((war,), discount_rates=[0.05, 0.05], shock_scales=[0.2, 0.2])
    >>> solution = solve_games([game])[0]
    >>> solution.values.round(5)
    array([-0.05342, -0.58028])
    >>> solution.action_hazards[0].round(5)
    array([0.29548, 4.82333])
    """
    tol = number(tol, name="tol", low=0.0, open_low=True)
    max_iter = int(number(max_iter, name="max_iter", low=1.0))
    return [_solved(game, tol, max_iter, raise_on_failure) for game in games]


def _solved(game: ProcessGame, tol: float, max_iter: int, raise_on_failure: bool) -> GameSolution:
    started = perf_counter()
    arrays = game.arrays
    count = len(game.nodes)
    values, steps = stationary(arrays, np.zeros((count, 2)), np.zeros(count, np.int64), max_iter)
    lost = [k for k, number_of_steps in enumerate(steps.tolist()) if number_of_steps < 0]
    reason = ""
    if lost:
        names = ", ".join(game.labels[n] for n in arrays.blocks[lost[0]].members[:4])
        if not np.isfinite(values).all():
            raise NonFiniteError(
                f"the value of {names} is not finite",
                where="solve_process",
                hint="Payoffs may be too large, or the scale of the shocks too small beside them.",
            )
        reason = f"the branch from large shocks is lost at {names}"
        values[:] = np.nan
    start, hazards, paths = continued(arrays, values, tol=tol, max_iter=max_iter)
    if any(not len(path.dates) for path in paths):
        reason = "the way back through the dates needs more steps"
    solution = GameSolution(
        process=game,
        node_values=read_only(start),
        hazards=read_only(hazards),
        final_values=read_only(values),
        paths=paths,
        branch_steps=read_only(steps),
        converged=not reason,
        tol=tol,
        elapsed_seconds=perf_counter() - started,
    )
    if reason and raise_on_failure:
        raise ConvergenceError(
            reason,
            where="solve_process",
            partial=solution,
            hint="Raise max_iter, or the scale of the shocks.",
        )
    return solution
