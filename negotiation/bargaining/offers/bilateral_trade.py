"""How much trade any mechanism can achieve when valuation and cost are private."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.bargaining.conditions import Distribution, require
from negotiation.errors import ConvergenceError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, quantity, read_only

__all__ = ["MechanismBound", "SecondBestTrade", "mechanism_bound", "second_best_trade"]


@dataclass(frozen=True)
class SecondBestTrade(Presented):
    """Largest gains from trade that incentives, participation and a balanced budget allow."""

    gains: float = quantity("", "payoff", "second-best gains")
    first_best: float = quantity("", "payoff", "expected gains if all gains were made")
    welfare_loss: float = quantity("", "payoff", "first best less second best")
    subsidy: float = quantity("", "payoff", "outside money that efficient trade would need")
    prob_trade: float = quantity("", "probability", "trade in the second-best mechanism")
    distortion: float = quantity("alpha", "", "weight on information rents in the trading rule")
    budget_residual: float = quantity("", "payoff", "money left over, by a second quadrature")
    converged: bool = True
    assumptions: tuple[str, ...] = ()
    elapsed_seconds: float = field(default=0.0, compare=False)


def _rent(probability: FloatArray, density: FloatArray) -> FloatArray:
    """Information rent: a tail probability over the density, 0 at the end of the tail."""
    out = np.full(probability.shape, np.inf)
    np.divide(probability, density, out=out, where=density > 0)
    return np.where(probability > 0, out, 0.0)


def _bisect(
    adjusted: Callable[[FloatArray], FloatArray], need: FloatArray, low: float, high: float
) -> FloatArray:
    """Smallest types in [low, high] whose increasing adjusted type reaches ``need``."""
    a, b = np.full(need.shape, low), np.full(need.shape, high)
    for _ in range(200):
        middle = (a + b) / 2
        below = adjusted(middle) < need
        a, b = np.where(below, middle, a), np.where(below, b, middle)
    at_low = adjusted(np.full(need.shape, low)) >= need
    return np.where(at_low, low, b)


def _trade_moments(
    buyer: Distribution, seller: Distribution, weight: float, nodes: int
) -> FloatArray:
    """Gains, budget and probability when v - c >= weight * (rents of both types).

    Gauss-Legendre over costs, and for each cost over the valuations that trade. The range of costs
    is cut where every valuation, and where no valuation, trades: the integrand has kinks there.
    """
    v_low, v_high = (float(item) for item in buyer.support())
    c_low, c_high = (float(item) for item in seller.support())
    x, w = np.polynomial.legendre.leggauss(nodes)

    def adjusted_value(v: FloatArray) -> FloatArray:
        return v - weight * _rent(buyer.sf(v), buyer.pdf(v)) if weight > 0 else v

    def adjusted_cost(c: FloatArray) -> FloatArray:
        return c + weight * _rent(seller.cdf(c), seller.pdf(c)) if weight > 0 else c

    edges = adjusted_value(np.array([v_low, v_high]))
    knot, top = (float(c) for c in _bisect(adjusted_cost, edges, c_low, c_high))
    moments = np.zeros(3)
    for start, end in ((c_low, knot), (knot, top)):
        if end <= start:
            continue
        c = start + (end - start) * (x + 1) / 2
        c_step = (end - start) / 2 * w
        cut = _bisect(adjusted_value, adjusted_cost(c), v_low, v_high)[:, None]
        v = cut + (v_high - cut) * (x + 1) / 2
        v_step = (v_high - cut) / 2 * w
        f, g = buyer.pdf(v), seller.pdf(c)
        traded = v_step * f
        # v f - (1 - F) and c g + G are the virtual types times their densities.
        budget = v_step * (v * f - buyer.sf(v)) * g[:, None]
        budget = budget - traded * (c * g + seller.cdf(c))[:, None]
        gains = traded * g[:, None] * (v - c[:, None])
        moments += [float((c_step @ item).sum()) for item in (gains, budget, traded * g[:, None])]
    return moments


@takes
def second_best_trade(
    buyer: Distribution,
    seller: Distribution,
    *,
    nodes: int = 64,
    tol: float = 1e-12,
    max_residual: float = 1e-8,
    raise_on_failure: bool = True,
) -> SecondBestTrade:
    """Second-best gains from bilateral trade for any regular distributions.

    Players: a buyer of valuation v and a seller of cost c, and a mechanism. Timing: types are
    reported at once, then goods and money change hands. Information: v and c private, independent.
    The mechanism is incentive compatible, leaves no type worse off than without trade, and needs
    no outside money.

    Trade takes place iff ``v - alpha (1 - F(v))/f(v) >= c + alpha G(c)/g(c)``, with the smallest
    alpha in [0, 1] that balances ``E[(virtual valuation - virtual cost) 1{trade}] = 0``; efficient
    trade (alpha = 0) is short of money by the subsidy (Myerson and Satterthwaite 1983, "Efficient
    Mechanisms for Bilateral Trading"). On uniform [0, 1] types: trade iff ``v >= c + 1/4``, gains
    9/64 of 1/6, subsidy 1/6.

    Parameters
    ----------
    buyer, seller
        Continuous distributions on bounded supports with positive density; both adjusted types
        must increase (regularity).
    nodes
        Quadrature nodes a segment; the certificate uses one and a half times as many.
    tol
        Tolerance on alpha.
    max_residual
        Largest imbalance, relative to the first best, that counts as converged.
    raise_on_failure
        Whether to raise when the imbalance is larger.

    Raises
    ------
    InvalidInputError
        If a support is unbounded, supports do not overlap so that trade is certain or impossible,
        or a virtual type does not increase.
    ConvergenceError
        If the budget does not balance within ``max_residual``.

    Examples
    --------
    >>> from scipy.stats import uniform
    >>> trade = second_best_trade(uniform(), uniform())
    >>> round(trade.gains, 9), round(trade.subsidy, 9)
    (0.140625, 0.166666667)
    """
    from scipy.optimize import brentq

    start = time.perf_counter()
    supports = (*buyer.support(), *seller.support())
    require(
        bool(np.all(np.isfinite(supports))),
        "bounded supports",
        where="distributions",
        seen=supports,
    )
    v_low, v_high, c_low, c_high = (float(item) for item in supports)
    require(
        v_low < c_high and c_low < v_high,
        "supports that overlap (otherwise trade is always, or never, efficient)",
        where="distributions",
        seen=f"buyer [{v_low:g}, {v_high:g}], seller [{c_low:g}, {c_high:g}]",
    )
    for name, distribution, tail, sign in (
        ("buyer", buyer, buyer.sf, -1.0),
        ("seller", seller, seller.cdf, 1.0),
    ):
        inside = np.linspace(*distribution.support(), 203)[1:-1]
        virtual = inside + sign * _rent(tail(inside), distribution.pdf(inside))
        require(
            bool(np.all(np.diff(virtual) > 0)),
            "a virtual type that increases (a regular distribution)",
            where=name,
            seen="it decreases somewhere",
            hint="mechanism_bound takes any distribution on a grid.",
        )
    number(tol, name="tol", low=0, open_low=True)
    efficient = _trade_moments(buyer, seller, 0.0, nodes)
    alpha = float(brentq(lambda t: _trade_moments(buyer, seller, t, nodes)[1], 0.0, 1.0, xtol=tol))
    best = _trade_moments(buyer, seller, alpha, nodes)
    check = _trade_moments(buyer, seller, alpha, nodes + nodes // 2)
    residual = abs(float(check[1]))
    result = SecondBestTrade(
        gains=float(best[0]),
        first_best=float(efficient[0]),
        welfare_loss=float(efficient[0] - best[0]),
        subsidy=float(-efficient[1]),
        prob_trade=float(best[2]),
        distortion=alpha,
        budget_residual=residual,
        converged=residual <= max_residual * float(efficient[0]),
        assumptions=(
            "types independent, continuous, regular",
            "incentive compatibility, participation of every type, no outside money",
            "risk-neutral sides",
        ),
        elapsed_seconds=time.perf_counter() - start,
    )
    if not result.converged and raise_on_failure:
        raise ConvergenceError(
            f"budget out of balance by {residual:.1e}",
            where="second_best_trade",
            partial=result,
            hint="Raise nodes.",
        )
    return result


@dataclass(frozen=True, eq=False)
class MechanismBound(Presented):
    """Best mechanism between finitely many types, as a linear programme.

    ``trade[b, s]`` is the probability of trade between buyer type b and seller type s. ``residual``
    is the largest violation of a constraint, recomputed from the solution.
    """

    gains: float = quantity("", "payoff", "largest expected gains")
    first_best: float = quantity("", "payoff", "expected gains if all gains were made")
    trade: FloatArray = quantity("p", "probability", "probability of trade [buyer, seller]")
    residual: float = quantity("", "payoff", "largest violated constraint")
    converged: bool = True
    assumptions: tuple[str, ...] = ()
    elapsed_seconds: float = field(default=0.0, compare=False)


def _types(values: ArrayLike, weights: ArrayLike, name: str) -> tuple[FloatArray, FloatArray]:
    v = float_array(values, name=name, ndim=1)
    w = float_array(weights, name=f"{name} weights", shape=v.shape, low=0.0)
    require(
        bool(np.all(w > 0)) and abs(float(w.sum()) - 1) < 1e-9,
        "positive weights that sum to 1",
        where=f"{name} weights",
        seen=float(w.sum()),
    )
    return v, w


@takes
def mechanism_bound(
    valuations: ArrayLike,
    costs: ArrayLike,
    *,
    buyer_weights: ArrayLike,
    seller_weights: ArrayLike,
    tol: float = 1e-7,
    raise_on_failure: bool = True,
) -> MechanismBound:
    """Largest expected gains from trade between finitely many types, over all mechanisms.

    Players, timing and information as in :func:`second_best_trade`, with finitely many types. The
    linear programme maximises ``sum p(b, s) (v_b - c_s)`` over trade probabilities and interim
    payments, subject to every type's incentive and participation constraint and to a budget that
    balances in expectation. The bound is that of Myerson and Satterthwaite (1983) on a grid; more
    is possible between finitely many types than between a continuum, and the gap falls with the
    grid. No regularity is needed.

    Parameters
    ----------
    valuations, costs
        Types of the buyer and the seller.
    buyer_weights, seller_weights
        Their probabilities.
    tol
        Largest violation of a constraint that counts as converged.
    raise_on_failure
        Whether to raise when the programme is not solved to ``tol``.

    Raises
    ------
    InvalidInputError
        If weights are not positive or do not sum to one.
    ConvergenceError
        If the programme is not solved.

    Examples
    --------
    >>> bound = mechanism_bound([0, 1], [0, 1], buyer_weights=[0.5, 0.5],
    ...     seller_weights=[0.5, 0.5])
    >>> round(bound.gains, 9)
    0.25
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, vstack

    start = time.perf_counter()
    v, f = _types(valuations, buyer_weights, "valuations")
    c, g = _types(costs, seller_weights, "costs")
    n, m = v.size, c.size
    count = n * m + n + m
    # Unknowns: p[b, s], the buyer's interim payment t[b], the seller's interim receipt r[s].
    # Interim trade probabilities are linear in p: P[b] = sum_s g p[b, s], Q[s] = sum_b f p[b, s].
    interim_buyer = csr_matrix(np.kron(np.eye(n), g[None, :]))
    interim_seller = csr_matrix(np.kron(f[None, :], np.eye(m)))

    def block(trade: csr_matrix, payments: FloatArray, receipts: FloatArray) -> csr_matrix:
        from scipy.sparse import hstack

        return hstack([trade, csr_matrix(payments), csr_matrix(receipts)], format="csr")

    rows = []
    for b in range(n):
        # v_b P_b - t_b >= max(v_b P_k - t_k, 0)
        eye = np.eye(n)
        others = [k for k in range(n) if k != b]
        if others:
            trade = v[b] * (interim_buyer[others] - interim_buyer[[b] * len(others)])
            rows.append(block(trade, eye[b] - eye[others], np.zeros((len(others), m))))
        rows.append(block(-v[b] * interim_buyer[[b]], eye[[b]], np.zeros((1, m))))
    for s in range(m):
        eye = np.eye(m)
        others = [k for k in range(m) if k != s]
        if others:
            trade = c[s] * (interim_seller[[s] * len(others)] - interim_seller[others])
            rows.append(block(trade, np.zeros((len(others), n)), eye[others] - eye[s]))
        rows.append(block(c[s] * interim_seller[[s]], np.zeros((1, n)), -eye[[s]]))
    rows.append(block(csr_matrix((1, n * m)), -f[None, :], g[None, :]))
    matrix = vstack(rows, format="csr")
    gains = (f[:, None] * g[None, :] * (v[:, None] - c[None, :])).ravel()
    objective = np.concatenate([-gains, np.zeros(n + m)])
    bounds = [(0.0, 1.0)] * (n * m) + [(None, None)] * (n + m)
    solved = linprog(
        objective, A_ub=matrix, b_ub=np.zeros(matrix.shape[0]), bounds=bounds, method="highs"
    )
    x = solved.x if solved.x is not None else np.zeros(count)
    residual = float(max((matrix @ x).max(), 0.0))
    result = MechanismBound(
        gains=float(gains @ x[: n * m]),
        first_best=float(np.maximum(gains, 0.0).sum()),
        trade=read_only(x[: n * m].reshape(n, m)),
        residual=residual,
        converged=bool(solved.status == 0 and residual <= tol * max(1.0, float(np.abs(v).max()))),
        assumptions=(
            "finitely many independent types",
            "incentive compatibility, participation of every type, budget balanced in expectation",
        ),
        elapsed_seconds=time.perf_counter() - start,
    )
    if not result.converged and raise_on_failure:
        raise ConvergenceError(
            f"linear programme not solved ({solved.message}; residual {residual:.1e})",
            where="mechanism_bound",
            partial=result,
        )
    return result
