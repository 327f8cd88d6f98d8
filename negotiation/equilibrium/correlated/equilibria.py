r"""Correlated and coarse correlated equilibria of games with any number of players.

A mediator draws a profile from a known distribution and tells each player only the own action.
The distribution is a correlated equilibrium (Aumann 1974, 1987) if nobody gains by disobeying a
recommendation,

.. math:: \sum_{s_{-i}} q(a, s_{-i}) [u_i(b, s_{-i}) - u_i(a, s_{-i})] \le 0
    \quad\text{for all } i, a, b,

and a coarse one (Moulin and Vial 1978) if nobody gains by choosing an action before the
recommendation is heard. Both sets are polytopes; an objective picks one of their points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.correlated.certificate import (
    CorrelatedResult,
    disobedience_at_stake,
    incentive_to_disobey,
)
from negotiation.equilibrium.correlated.exact_programme import (
    exact_best,
    exact_fairest,
    exact_gains,
)
from negotiation.equilibrium.correlated.programme import CorrelatedProgramme, scaled_payoffs
from negotiation.equilibrium.exact_linear_program import is_badly_scaled
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.refinements.dominance import iterated_elimination
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.games.exact_numbers import object_array
from negotiation.games.normal_form import NormalFormGame, as_normal_form
from negotiation.values import FloatArray, float_array, number, one_of, read_only

__all__ = [
    "CorrelatedResult",
    "correlated_equilibria",
    "incentive_to_disobey",
]

# Games up to this size are solved in rational arithmetic where floats would lose payoffs.
MOST_EXACT_CELLS = 64
OBJECTIVES = ("welfare", "best", "worst", "fairest")


@takes
def correlated_equilibria(
    game: NormalFormGame,
    objective: str = "welfare",
    *,
    player: int | None = None,
    weights: Sequence[float] | None = None,
    coarse: bool = False,
    tol: float = 1e-8,
    max_seconds: float | None = None,
    raise_on_failure: bool = True,
) -> CorrelatedResult:
    """Return the correlated equilibrium that an objective picks.

    Any number of players, who move at once after a private recommendation; see the module.

    Parameters
    ----------
    game
        Payoffs of different players are added and compared as they are, so give them in one
        unit, or weights.
    objective
        ``"welfare"``: largest weighted sum of payoffs. ``"best"`` and ``"worst"``: largest and
        smallest payoff of ``player``, or of the weighted sum where ``player`` is None.
        ``"fairest"``: largest smallest weighted payoff, and among these the largest weighted sum.
    player
        For ``"best"`` and ``"worst"``: position of one player.
    weights
        One positive weight a player; 1 each where None.
    coarse
        Whether to look among the coarse correlated equilibria.
    tol
        Largest regret and gap, relative to payoff ranges.
    max_seconds
        Wall-clock limit on the linear programmes.
    raise_on_failure
        Whether a larger one raises.

    Raises
    ------
    InvalidInputError
        If the objective or the player is unknown, or a weight is not positive.
    ConvergenceError
        If the certificate fails, or the time is over before there is any equilibrium.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    >>> result = correlated_equilibria(game)
    >>> result.payoffs.round(9).tolist(), result.distribution.round(9).tolist()
    ([5.25, 5.25], [[0.5, 0.25], [0.25, 0.0]])
    """
    limit = TimeLimit(max_seconds)
    as_normal_form(game, "correlated_equilibria")
    one_of(objective, OBJECTIVES, name="objective")
    number(tol, name="tol", low=0.0)
    count = len(game.shape)
    if player is not None:
        if objective not in {"best", "worst"}:
            raise InvalidInputError(
                "only 'best' and 'worst' are for one player", where="player", seen=player
            )
        if not 0 <= player < count:
            raise InvalidInputError(
                "no such player", where="player", seen=player, allowed=f"0..{count - 1}"
            )
    weight = float_array(
        np.ones(count) if weights is None else weights, name="weights", shape=(count,)
    )
    if np.any(weight <= 0.0):
        raise InvalidInputError(
            "weights must be positive", where="weights", seen=weight.tolist(), allowed="> 0"
        )
    if player is not None:
        weight = np.eye(count)[player]

    if not coarse:
        # What is strictly dominated is never recommended in a correlated equilibrium.
        reduced = iterated_elimination(game, "strict")
        if reduced.trace:
            small = correlated_equilibria(
                reduced.game,
                objective,
                player=player,
                weights=weights,
                tol=tol,
                max_seconds=limit.seconds_left(),
                raise_on_failure=raise_on_failure,
            )
            return _widened(game, small, reduced.surviving, tol)
    if game.payoffs[0].size <= MOST_EXACT_CELLS and is_badly_scaled(game.exact_payoffs):
        return _exact(game, objective, weight, coarse, limit)
    gains, low, spread = scaled_payoffs(game)
    unit = spread * float(weight.max()) or 1.0
    programme = CorrelatedProgramme(game, coarse=coarse)
    if objective == "fairest":
        # The smallest payoff is compared across players, so their lowest payoffs stay in.
        floor = float((weight * low).min())
        levels = (weight[:, np.newaxis] * (gains + low[:, np.newaxis]) - floor) / unit
        level_unit = max(float(levels.max()), 1.0)
        q, bound = programme.fairest(levels / level_unit, limit)
        reached = float((levels / level_unit @ q).min())
    else:
        gain = (weight @ gains) / unit
        gain = -gain if objective == "worst" else gain
        q, bound = programme.best(gain, limit)
        reached = float(gain @ q)
    payoffs = low + gains @ q
    weighted = weight * payoffs
    value = float(weighted.min() if objective == "fairest" else weighted.sum())
    distribution = q.reshape(game.shape)
    regret = incentive_to_disobey(game, distribution, coarse=coarse)
    if is_badly_scaled(game.exact_payoffs):
        regret = max(regret, disobedience_at_stake(game, distribution, coarse=coarse))
    gap = max(bound - reached, 0.0)
    result = CorrelatedResult(
        game=game,
        distribution=read_only(distribution),
        payoffs=read_only(payoffs),
        objective=objective,
        value=value,
        coarse=coarse,
        regret=regret,
        optimality_gap=gap,
        converged=regret <= tol and gap <= tol,
        elapsed_seconds=limit.elapsed_seconds(),
    )
    if raise_on_failure and not result.converged:
        raise ConvergenceError(
            f"regret {regret:.1e}, optimality gap {gap:.1e}",
            where="correlated_equilibria",
            partial=result,
            hint="Raise tol, or rescale payoffs of very different size.",
        )
    return result


def _exact(
    game: NormalFormGame, objective: str, weight: FloatArray, coarse: bool, limit: TimeLimit
) -> CorrelatedResult:
    """Solve the programme and its dual in rational arithmetic."""
    payoffs = [[Fraction(v) for v in table.ravel().tolist()] for table in game.exact_payoffs]
    weights = [Fraction(w) for w in weight.tolist()]
    rows = exact_gains(game.exact_payoffs, coarse=coarse)
    scaled = [[w * u for u in own] for w, own in zip(weights, payoffs, strict=True)]
    if objective == "fairest":
        q, bound = exact_fairest(rows, scaled, limit.keep_going())
        reached = min(sum(p * v for p, v in zip(q, level, strict=True)) for level in scaled)
    else:
        total = [sum(column, Fraction(0)) for column in zip(*scaled, strict=True)]
        sign = -1 if objective == "worst" else 1
        q, bound = exact_best(rows, [sign * v for v in total], limit.keep_going())
        reached = sum((p * v for p, v in zip(q, total, strict=True)), Fraction(0))
        bound *= sign
    earned = [float(sum(p * u for p, u in zip(q, own, strict=True))) for own in payoffs]
    exact = object_array(q, game.shape)
    distribution = exact.astype(np.float64)
    result = CorrelatedResult(
        game=game,
        distribution=read_only(distribution),
        payoffs=read_only(np.array(earned)),
        objective=objective,
        value=float(reached),
        coarse=coarse,
        regret=0.0,
        optimality_gap=float(abs(bound - reached)),
        converged=False,
        elapsed_seconds=limit.elapsed_seconds(),
        exact=read_only(exact),
    )
    return replace(
        result,
        regret=float(result.exact_regret),
        converged=result.exact_regret == 0 and bound == reached,
    )


def _widened(
    game: NormalFormGame,
    small: CorrelatedResult,
    surviving: Sequence[Sequence[int]],
    tol: float,
) -> CorrelatedResult:
    """Give a result for the undominated actions weights on all, certified on the whole game."""
    place = np.ix_(*surviving)
    distribution = np.zeros(game.shape)
    distribution[place] = small.distribution
    result = replace(small, game=game, distribution=read_only(distribution))
    if small.exact is not None:
        exact = object_array([Fraction(0)] * distribution.size, game.shape)
        exact[place] = small.exact
        result = replace(result, exact=read_only(exact))
        return replace(
            result,
            regret=float(result.exact_regret),
            converged=small.converged and result.exact_regret == 0,
        )
    regret = max(incentive_to_disobey(game, distribution), small.regret)
    return replace(result, regret=regret, converged=small.converged and regret <= tol)
