r"""Commitment: one player moves first and is believed.

The leader commits to a mixed strategy x (von Stackelberg 1934; von Stengel and Zamir 2010), the
follower sees x and chooses an action. For each action j that the follower could choose, the
leader's best commitment is a linear programme (Conitzer and Sandholm 2006):

.. math:: \max_x \sum_i x_i u^L_{ij} \quad\text{s.t.}\quad
    \sum_i x_i (u^F_{ij} - u^F_{ik}) \ge 0 \;\forall k, \quad \sum_i x_i = 1, \quad x \ge 0.

The best of these is the strong Stackelberg equilibrium, in which the follower breaks ties in
the leader's favour (the leader can come as close as wished without that favour in generic games).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from negotiation.arguments import takes
from negotiation.equilibrium.exact_linear_program import is_badly_scaled, maximize
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.normal_form.zero_sum import TIGHT
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.games.normal_form import NormalFormGame, as_normal_form
from negotiation.presentation import Presented
from negotiation.values import FloatArray, number, one_of, read_only

__all__ = ["StackelbergResult", "stackelberg"]

# Games up to this size are solved in rational arithmetic where floats would lose payoffs.
MOST_EXACT_CELLS = 144


@dataclass(frozen=True, eq=False)
class StackelbergResult(Presented):
    """Optimal commitment of one player.

    Attributes
    ----------
    game
        The game that was solved.
    leader
        Position of the leader.
    commitment
        Probability of each of the leader's actions.
    response
        The follower's action.
    payoffs
        Expected payoff of each player, in player order.
    follower_regret
        What the follower could gain by another response, relative to the payoff range.
    optimality_gap
        How much more the leader might get, by weak duality over all responses, relative to the
        payoff range; 0 for pure commitments, which are enumerated.
    converged
        Whether regret and gap are within the tolerance.
    exact
        The commitment as fractions where payoffs of very different size made exact arithmetic
        necessary (regret and gap are then 0 without rounding); otherwise None.
    elapsed_seconds
        Wall-clock time; never compared.
    """

    game: NormalFormGame
    leader: int
    commitment: FloatArray
    response: int
    payoffs: FloatArray
    follower_regret: float
    optimality_gap: float
    converged: bool
    elapsed_seconds: float = field(default=0.0, compare=False)
    exact: tuple[Fraction, ...] | None = None


def _shares(table: FloatArray) -> FloatArray:
    spread = float(np.ptp(table))
    return (table - table.min()) / spread if spread > 0.0 else np.zeros_like(table)


def _pure(lead: NDArray[Any], follow: NDArray[Any], favour: str) -> tuple[FloatArray, int]:
    best = follow == follow.max(axis=1, keepdims=True)
    if favour == "leader":
        reply = np.where(best, lead, -np.inf).argmax(axis=1)
    else:
        reply = np.where(best, lead, np.inf).argmin(axis=1)
    row = int(lead[np.arange(len(lead)), reply].argmax())
    return np.eye(len(lead))[row], int(reply[row])


def _mixed(lead: FloatArray, follow: FloatArray, limit: TimeLimit) -> tuple[FloatArray, int, float]:
    """Best commitment, its response, and an upper bound on what any commitment earns.

    Without time left the bound on a response that was not looked at is its best payoff.
    """
    rows, columns = lead.shape
    best: tuple[FloatArray, int] | None = None
    value = bound = -np.inf
    for j in range(columns):
        if best is not None and limit.is_over():
            bound = max(bound, float(lead[:, j:].max()))
            break
        temptation = (follow - follow[:, [j]]).T
        answer = linprog(
            -lead[:, j],
            A_ub=temptation,
            b_ub=np.zeros(columns),
            A_eq=np.ones((1, rows)),
            b_eq=[1.0],
            options=TIGHT,
        )
        if answer.x is None:
            continue
        prices = np.clip(-answer.ineqlin.marginals, 0.0, None)
        bound = max(bound, float((lead[:, j] - prices @ temptation).max()))
        x = np.clip(answer.x, 0.0, None)
        x /= x.sum()
        if float(x @ lead[:, j]) > value:
            best, value = (x, j), float(x @ lead[:, j])
    if best is None:
        raise ConvergenceError("linear programme not solved", where="stackelberg")
    return (*best, bound)


def _mixed_exactly(
    lead: NDArray[Any], follow: NDArray[Any], limit: TimeLimit
) -> tuple[tuple[Fraction, ...], int, Fraction]:
    """Best commitment, its response, and the dual's bound on any, in rational arithmetic."""
    exact_lead = [[Fraction(v) for v in row] for row in lead.tolist()]
    exact_follow = [[Fraction(v) for v in row] for row in follow.tolist()]
    best: tuple[tuple[Fraction, ...], int] | None = None
    value = bound = min(min(row) for row in exact_lead) - 1
    for j in range(lead.shape[1]):
        if best is not None and limit.is_over():
            bound = max(bound, *(max(row[j:]) for row in exact_lead))
            break
        rows = [[row[k] - row[j] for row in exact_follow] for k in range(lead.shape[1]) if k != j]
        aim = [row[j] for row in exact_lead]
        answer = maximize(aim, at_most=[(row, 0) for row in rows], equal=[([1] * len(aim), 1)])
        if answer.status != "optimal":
            continue
        floor = min(aim)
        dual = maximize(
            [*([0] * len(rows)), -1],
            at_most=[([*(-row[i] for row in rows), -1], floor - u) for i, u in enumerate(aim)],
        )
        bound = max(bound, floor - dual.value)
        if answer.value > value:
            best, value = (answer.point, j), answer.value
    if best is None:
        raise ConvergenceError("linear programme not solved", where="stackelberg")
    return (*best, bound)


def _solved_exactly(game: NormalFormGame, leader: int, limit: TimeLimit) -> StackelbergResult:
    A, B = game.exact_bimatrix
    lead, follow = (A, B) if leader == 0 else (B.T, A.T)
    x, j, bound = _mixed_exactly(lead, follow, limit)

    def mean(column: NDArray[Any]) -> Fraction:
        return sum((p * Fraction(v) for p, v in zip(x, column.tolist(), strict=True)), Fraction(0))

    earned = [mean(lead[:, j]), mean(follow[:, j])]
    regret = max(mean(follow[:, k]) for k in range(follow.shape[1])) - earned[1]
    return StackelbergResult(
        game=game,
        leader=leader,
        commitment=read_only(np.array([float(p) for p in x])),
        response=j,
        payoffs=read_only(np.array([float(v) for v in (earned if leader == 0 else earned[::-1])])),
        follower_regret=float(regret),
        optimality_gap=float(bound - earned[0]),
        converged=regret == 0 and bound == earned[0],
        elapsed_seconds=limit.elapsed_seconds(),
        exact=x,
    )


def _checked(
    result: StackelbergResult, limit: TimeLimit, raise_on_failure: bool
) -> StackelbergResult:
    if raise_on_failure and not result.converged:
        raise ConvergenceError(
            limit.reached(
                f"follower regret {result.follower_regret:.1e}, "
                f"optimality gap {result.optimality_gap:.1e}"
            ),
            where="stackelberg",
            partial=result,
            hint="Raise max_seconds." if limit.is_over() else "Raise tol.",
        )
    return result


@takes
def stackelberg(
    game: NormalFormGame,
    leader: int = 0,
    *,
    commitment: str = "mixed",
    favour: str = "leader",
    tol: float = 1e-8,
    max_seconds: float | None = None,
    raise_on_failure: bool = True,
) -> StackelbergResult:
    """Return a leader's optimal commitment and the follower's response.

    Two players. The leader commits first, in public and for good; the follower observes the
    commitment (for a mixed one: the probabilities, not the draw) and best responds.

    Parameters
    ----------
    game
        A two-player game.
    leader
        Position of the player who commits; solve for 0 and for 1 to compare initiatives.
    commitment
        ``"mixed"`` (multiple linear programmes) or ``"pure"`` (enumeration).
    favour
        How a follower who is indifferent chooses: for the ``"leader"`` (strong equilibrium), or,
        for pure commitments only, ``"against"`` (weak equilibrium; payoff ties are exact).
    tol
        Largest follower regret and optimality gap, relative to payoff ranges.
    max_seconds
        Wall-clock limit on the programmes of a mixed commitment: the best that was found by then
        comes with the gap to what the others might give.
    raise_on_failure
        Whether a larger one raises.

    Raises
    ------
    InvalidInputError
        If there are not two players or an option is unknown.
    ConvergenceError
        If the certificate fails.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[2, 4], [1, 3]], [[1, 0], [0, 1]])
    >>> result = stackelberg(game)
    >>> result.commitment.round(9).tolist(), result.response, result.payoffs.round(9).tolist()
    ([0.5, 0.5], 1, [3.5, 0.5])
    >>> stackelberg(game, commitment="pure").payoffs.tolist()
    [3.0, 1.0]
    """
    limit = TimeLimit(max_seconds)
    one_of(commitment, ("mixed", "pure"), name="commitment")
    as_normal_form(game, "stackelberg")
    one_of(favour, ("leader", "against"), name="favour")
    number(tol, name="tol", low=0.0)
    if leader not in (0, 1):
        raise InvalidInputError("no such player", where="leader", seen=leader, allowed="0, 1")
    if commitment == "mixed" and favour == "against":
        raise InvalidInputError(
            "mixed commitments need favour='leader'",
            where="favour",
            seen=favour,
            hint="Against the leader the optimum need not exist: it is approached, not reached.",
        )
    A, B = game.bimatrix
    lead, follow = (A, B) if leader == 0 else (B.T, A.T)
    small = lead.size <= MOST_EXACT_CELLS
    if commitment == "mixed" and small and is_badly_scaled(np.stack([lead, follow])):
        return _checked(_solved_exactly(game, leader, limit), limit, raise_on_failure)
    lead_share, follow_share = _shares(lead), _shares(follow)
    if commitment == "pure":
        row, column = game.exact_bimatrix
        x, j = _pure(row, column, favour) if leader == 0 else _pure(column.T, row.T, favour)
        bound = float(x @ lead_share[:, j])
    else:
        x, j, bound = _mixed(lead_share, follow_share, limit)
    replies = x @ follow_share
    regret = float(replies.max() - replies[j])
    gap = max(bound - float(x @ lead_share[:, j]), 0.0)
    earned = [float(x @ lead[:, j]), float(x @ follow[:, j])]
    result = StackelbergResult(
        game=game,
        leader=leader,
        commitment=read_only(x),
        response=j,
        payoffs=read_only(np.array(earned if leader == 0 else earned[::-1])),
        follower_regret=regret,
        optimality_gap=gap,
        converged=regret <= tol and gap <= tol,
        elapsed_seconds=limit.elapsed_seconds(),
    )
    return _checked(result, limit, raise_on_failure)
