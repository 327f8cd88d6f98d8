"""One Nash equilibrium of a game too large for all of them."""

from __future__ import annotations

from math import prod

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import regret_at_stake, undominated_range
from negotiation.equilibrium.exact_linear_program import is_badly_scaled
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.results import (
    Equilibrium,
    NashResult,
    certified_equilibrium,
    pure_equilibria,
)
from negotiation.equilibrium.refinements.dominance import iterated_elimination
from negotiation.errors import ConvergenceError
from negotiation.games.normal_form import NormalFormGame, as_normal_form
from negotiation.games.stochastic import StochasticGame
from negotiation.values import FloatArray, number

__all__ = ["one_equilibrium"]

# Pivots of the first round of paths; short paths are common, and one of many labels finds one.
FIRST_CAP = 10
# Games of several players up to this size are searched support by support, for so long.
MOST_SUPPORTS = 30_000
MOST_CELLS = 256
SEARCH_SECONDS = 5.0
# Two players with so many actions between them are solved exactly where payoffs differ a lot.
MOST_ACTIONS = 20
# The difference of two payoffs up to this size is a float.
LARGEST_PAYOFF = 8e307


def _unit_rows(payoffs: FloatArray) -> tuple[FloatArray, FloatArray]:
    # Shift and scale each row into [0, 1]: the other player's best responses stay as they are.
    # Halved only where a range could overflow: the smallest floats have no half.
    size = payoffs / 2 if np.abs(payoffs).max() > LARGEST_PAYOFF else payoffs
    shifted = size - size.min(axis=1, keepdims=True)
    top = shifted.max(axis=1, keepdims=True)
    flat = top == 0
    out = np.where(flat, 1.0, shifted / np.where(flat, 1.0, top))
    return np.ascontiguousarray(out), np.where(flat, 1.0, top)[:, 0]


def _strategy(vertex: FloatArray, scales: FloatArray) -> FloatArray:
    # Only ratios matter; dividing by the largest scale keeps the smallest in range.
    weights = np.clip(vertex, 0.0, None) / (scales / scales.max())
    return np.asarray(weights / weights.sum())


def _by_paths(
    game: NormalFormGame, max_pivots: int, tolerance: float, limit: TimeLimit
) -> tuple[Equilibrium | None, int]:
    from negotiation.equilibrium.normal_form import kernels

    A, B = game.bimatrix
    m, n = game.shape
    row_source, row_scales = _unit_rows(B)
    column_source, column_scales = _unit_rows(A.T)
    x, y = np.zeros(m), np.zeros(n)
    spread = undominated_range(game)
    cap, pivots = FIRST_CAP, 0
    while pivots < max_pivots:
        label = 0
        while label < m + n and pivots < max_pivots:
            if limit.is_over():
                return None, pivots
            most = min(cap, max_pivots - pivots)
            found, used = kernels.lemke_howson(row_source, column_source, label, most, x, y)
            pivots += used
            if found < 0:
                break
            equilibrium = certified_equilibrium(
                game, [_strategy(x, row_scales), _strategy(y, column_scales)], spread=spread
            )
            if equilibrium.regret <= tolerance >= regret_at_stake(game, equilibrium.probabilities):
                return equilibrium, pivots
            label = found + 1
        cap *= 4
    return None, pivots


def _of_many_players(
    game: NormalFormGame, tolerance: float, limit: TimeLimit
) -> tuple[Equilibrium | None, str, tuple[str, ...]]:
    """Search small games support by support, follow the logit path in larger ones."""
    from negotiation.equilibrium.dynamic.markov import markov_perfect_equilibrium

    notes: tuple[str, ...] = ()
    small = prod(2**n - 1 for n in game.shape) <= MOST_SUPPORTS and prod(game.shape) <= MOST_CELLS
    if small:
        left = limit.seconds_left()
        seconds = SEARCH_SECONDS if left is None else min(left, SEARCH_SECONDS)
        first = nash_equilibria(game, max_count=1, max_seconds=seconds, tolerance=tolerance)
        if first.equilibria:
            return first.equilibria[0], first.method, first.notes
        notes = first.notes
    whole = iterated_elimination(game, "strict")
    still = StochasticGame(
        (NormalFormGame(whole.game.exact_payoffs),),
        (np.ones((*whole.game.shape, 1)),),
        (0.0,) * len(game.shape),
    )
    answer = markov_perfect_equilibrium(
        still, tol=tolerance, max_seconds=limit.seconds_left(), raise_on_failure=False
    )
    profile = [np.zeros(n) for n in game.shape]
    for x, kept, p in zip(profile, whole.surviving, answer.probabilities[0], strict=True):
        x[list(kept)] = p
    equilibrium = certified_equilibrium(game, profile)
    path = f"logit path to precision {answer.precision:.3g} over the payoff range"
    holds = equilibrium.regret <= tolerance >= regret_at_stake(game, equilibrium.probabilities)
    return (equilibrium if holds else None), "logit_path", (*notes, path)


@takes
def one_equilibrium(
    game: NormalFormGame,
    *,
    tolerance: float = 1e-9,
    max_pivots: int = 1_000_000,
    max_seconds: float | None = None,
) -> NashResult:
    """Return one certified Nash equilibrium, also of games with hundreds of actions.

    Looks for a pure equilibrium first, then follows Lemke-Howson paths with lexicographic
    pivots: at most ten pivots from each label in turn, then forty, and so on.

    Parameters
    ----------
    game
        A finite normal-form game. With more than two players, where no pure equilibrium exists,
        supports are searched in small games, and the logit path is followed in larger ones, as
        :func:`~negotiation.markov_perfect_equilibrium` does with one state.
    tolerance
        Largest regret, relative to the payoff range, that is accepted.
    max_pivots
        Pivots in all before giving up.
    max_seconds
        Limit of the whole search.

    Returns
    -------
    NashResult
        With one equilibrium; ``complete`` is False, since others are not looked for.

    Raises
    ------
    ConvergenceError
        If no profile within the tolerance was found; an uncertified one is never returned.

    Notes
    -----
    Lemke and Howson (1964); several labels with a cap on the length of each path: Codenotti, De
    Rossi and Pagan (2008). Logit path: Turocy (2005).

    Examples
    --------
    >>> pennies = NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> one_equilibrium(pennies).equilibria[0].probabilities[0].tolist()
    [0.5, 0.5]
    """
    limit = TimeLimit(max_seconds)
    number(tolerance, name="tolerance", low=0.0)
    number(max_pivots, name="max_pivots", low=1.0)
    as_normal_form(game, "one_equilibrium")
    method = "pure"
    notes: tuple[str, ...] = ()
    found: Equilibrium | None = next(iter(pure_equilibria(game, max_count=1)), None)
    if found is None and len(game.shape) > 2:
        found, method, notes = _of_many_players(game, tolerance, limit)
    elif found is None and sum(game.shape) <= MOST_ACTIONS and is_badly_scaled(game.payoffs):
        # Floats would lose the smaller payoffs on the way: vertices are exact.
        result = nash_equilibria(
            game, max_count=1, max_seconds=limit.seconds_left(), tolerance=tolerance
        )
        found, method, notes = next(iter(result.equilibria), None), result.method, result.notes
    elif found is None:
        found, pivots = _by_paths(game, int(max_pivots), tolerance, limit)
        method, notes = "lemke_howson", (f"{pivots} pivots",)
    result = NashResult(
        game=game,
        equilibria=() if found is None else (found,),
        components=(),
        complete=False,
        method=method,
        notes=notes,
        converged=found is not None,
        elapsed_seconds=limit.elapsed_seconds(),
    )
    if found is None:
        raise ConvergenceError(
            limit.reached("no profile within the tolerance was found"),
            where="one_equilibrium",
            partial=result,
            hint="Try nash_equilibria(game, max_seconds=...), or larger limits here.",
        )
    return result
