"""Several issues: all at once, or one by one and in which order.

Sources: Tollison and Willett (1979) and Sebenius (1983) on issue linkage; Fershtman (1990) and
Busch and Horstmann (1997) on the agenda; Inderst (2000). The recursion for sequential agreements
with immediate implementation is derived here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.bargaining.solutions.axiomatic import nash_bargaining
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, decoding, float_array, one_of, read_only

__all__ = [
    "AgendaOrder",
    "IssueLinkage",
    "SequentialAgenda",
    "agenda_orders",
    "issue_linkage",
    "sequential_agenda",
]


@dataclass(frozen=True, eq=False)
class IssueLinkage(Presented):
    """A package deal against separate deals.

    Attributes
    ----------
    package_payoffs, separate_payoffs
        Payoffs ``[player]``.
    package_shares
        Share of each issue that goes to player 1 in the package ``[issue]``.
    separate_shares
        The same when issues are settled apart ``[issue]``.
    linkage_gain
        Package less separate ``[player]``.
    frontier
        Efficient corners of the package, by which issues go to player 1 ``[corner, player]``.
    assumptions
        What is supposed.
    """

    package_payoffs: FloatArray
    separate_payoffs: FloatArray
    package_shares: FloatArray
    separate_shares: FloatArray
    linkage_gain: FloatArray
    frontier: FloatArray
    assumptions: tuple[str, ...]


@takes
def issue_linkage(
    first_values: ArrayLike,
    second_values: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    disagreement: ArrayLike = (0.0, 0.0),
) -> IssueLinkage:
    """Return Nash's solution over a package of divisible issues, and issue by issue.

    Issue k is worth ``u1_k`` to player 1 and ``u2_k`` to player 2; each can be divided. On the
    frontier issues go to player 1 in order of ``u1_k/u2_k``, so that everybody gets what it has the
    comparative advantage in; the package maximises the weighted product over that frontier. Apart,
    each issue is split by weight. The gain of linkage is zero when both value issues alike
    (Tollison and Willett 1979; Sebenius 1983; Nash 1950).

    Raises
    ------
    InvalidInputError
        Unless values are positive and there is something to gain.

    Examples
    --------
    >>> linked = issue_linkage([3, 1], [1, 2])
    >>> linked.package_payoffs.tolist(), linked.linkage_gain.tolist()
    ([3.0, 2.0], [1.0, 0.5])
    """
    a = float_array(first_values, name="first_values", ndim=1, low=0.0)
    b = float_array(second_values, name="second_values", shape=a.shape, low=0.0)
    if np.any(a + b <= 0):
        raise InvalidInputError("an issue is worth nothing to both", where="first_values", seen=a)
    d = float_array(disagreement, name="disagreement", shape=(2,))
    order = np.argsort(-a / (a + b), kind="stable")
    corners = np.array([[a[order[:k]].sum(), b[order[k:]].sum()] for k in range(a.size + 1)])
    problem = BargainingProblem(corners, d, weights=weights)
    package = nash_bargaining(problem).payoffs
    shares = np.zeros(a.size)
    rest = float(package[0])
    for k in order:
        shares[k] = min(1.0, max(rest, 0.0) / a[k]) if a[k] > 0 else 0.0
        rest -= a[k] * shares[k]
    w = problem.shares
    apart = np.array([w[0] * a.sum(), w[1] * b.sum()])
    return IssueLinkage(
        package_payoffs=read_only(package),
        separate_payoffs=read_only(apart),
        package_shares=read_only(shares),
        separate_shares=read_only(np.full(a.size, w[0])),
        linkage_gain=read_only(package - apart),
        frontier=read_only(corners),
        assumptions=(
            "payoffs add up over issues and are linear in shares",
            "apart, no agreement on an issue is worth nothing",
        ),
    )


@dataclass(frozen=True, eq=False)
class SequentialAgenda(Presented):
    """Issues settled one after another.

    Attributes
    ----------
    payoffs
        Present values when ``proposer`` opens the first issue ``[player]``.
    first_shares
        Amount of each issue that player 1 gets on the path ``[issue]``.
    values
        Values at the start of each issue by who proposes ``[issue, proposer, player]``.
    interior
        Whether every amount lies between zero and the stake; the formulas do not impose it.
    assumptions
        What is supposed.
    """

    payoffs: FloatArray
    first_shares: FloatArray
    values: FloatArray
    interior: bool
    assumptions: tuple[str, ...]


@takes
def sequential_agenda(
    delta: ArrayLike,
    stakes: ArrayLike,
    *,
    proposer: int = 1,
    next_proposer: str = "accepter",
) -> SequentialAgenda:
    """Return stationary alternating offers issue by issue, each agreement implemented at once.

    Issue k of size ``s_k`` is bargained over until agreed; the next begins one period later, opened
    by the side that accepted ("accepter") or that proposed ("proposer"). With ``N_i`` player i's
    value of the next issue, given who opens it, the responder j is indifferent between accepting
    and proposing itself: ``s - x_i + d_j N_j^i = d_j (y_j + d_j N_j^j)``, for both proposers at
    once. Fershtman (1990) and Busch and Horstmann (1997) study agendas; this version is derived
    here. Shares outside ``[0, s]`` are not ruled out and are flagged.

    Raises
    ------
    InvalidInputError
        Unless ``0 <= d < 1`` and stakes are positive.

    Examples
    --------
    >>> sequential_agenda([0.9, 0.8], [0.5, 1.0]).payoffs.round(6).tolist()
    [0.954082, 0.410204]
    """
    with decoding("delta"):
        d = np.broadcast_to(float_array(delta, name="delta", low=0.0, high=1.0), (2,))
    s = float_array(stakes, name="stakes", ndim=1, low=0.0)
    if np.any(s <= 0) or d[0] * d[1] >= 1:
        raise InvalidInputError(
            "positive stakes and at least one impatient side", where="stakes", seen=(s, d)
        )
    one_of(next_proposer, ("accepter", "proposer"), name="next_proposer")
    if proposer not in (1, 2):
        raise InvalidInputError("no such side", where="proposer", seen=proposer, allowed="1 or 2")
    values = np.zeros((s.size, 2, 2))
    amounts = np.zeros((s.size, 2))
    following = np.zeros((2, 2))
    for k in reversed(range(s.size)):
        # after[i] are both sides' values of what follows an offer by i that is accepted.
        after = d * (following[::-1] if next_proposer == "accepter" else following)
        # Unknown: what each proposer i keeps for itself, kept_i.
        # s - kept_i + after[i, j] = d_j (kept_j + after[j, j]).
        target = np.array([s[k] + after[i, j] - d[j] * after[j, j] for i, j in ((0, 1), (1, 0))])
        kept = np.linalg.solve(np.array([[1.0, d[1]], [d[0], 1.0]]), target)
        amounts[k] = kept[0], s[k] - kept[1]
        values[k, 0] = kept[0] + after[0, 0], s[k] - kept[0] + after[0, 1]
        values[k, 1] = s[k] - kept[1] + after[1, 0], kept[1] + after[1, 1]
        following = values[k]
    side = proposer - 1
    path = np.empty(s.size)
    opener = side
    for k in range(s.size):
        path[k] = amounts[k, opener]
        opener = 1 - opener if next_proposer == "accepter" else opener
    return SequentialAgenda(
        payoffs=read_only(values[0, side]),
        first_shares=read_only(path),
        values=read_only(values),
        interior=bool(np.all(path >= 0) and np.all(path <= s)),
        assumptions=(
            "each agreement is implemented at once, the next issue opens one period later",
            f"the next issue is opened by the {next_proposer}",
            "shares between zero and the stake are not imposed",
        ),
    )


@dataclass(frozen=True, eq=False)
class AgendaOrder(Presented):
    """Every order of the issues and who prefers which.

    Attributes
    ----------
    orders
        Positions of the issues in each order.
    payoffs
        Present values ``[order, player]``.
    best
        Preferred order of each player.
    agreed
        Whether both prefer the same order.
    assumptions
        What is supposed.
    """

    orders: tuple[tuple[int, ...], ...]
    payoffs: FloatArray
    best: tuple[tuple[int, ...], tuple[int, ...]]
    agreed: bool
    assumptions: tuple[str, ...]


@takes
def agenda_orders(
    delta: ArrayLike, stakes: ArrayLike, *, proposer: int = 1, next_proposer: str = "accepter"
) -> AgendaOrder:
    """Return payoffs of every order in which issues can be settled one by one.

    Raises
    ------
    InvalidInputError
        As ``sequential_agenda``; also for more than seven issues.

    Examples
    --------
    >>> agenda_orders([0.9, 0.8], [0.5, 1.0]).best
    ((1, 0), (1, 0))
    """
    s = float_array(stakes, name="stakes", ndim=1, low=0.0)
    if s.size > 7:
        raise InvalidInputError(
            "too many orders", where="stakes", seen=s.size, allowed="<= 7 issues"
        )
    orders = tuple(permutations(range(s.size)))
    results = [
        sequential_agenda(delta, s[list(order)], proposer=proposer, next_proposer=next_proposer)
        for order in orders
    ]
    payoffs = np.array([result.payoffs for result in results])
    first, second = (orders[int(np.argmax(payoffs[:, i]))] for i in (0, 1))
    return AgendaOrder(
        orders=orders,
        payoffs=read_only(payoffs),
        best=(first, second),
        agreed=first == second,
        assumptions=results[0].assumptions,
    )
