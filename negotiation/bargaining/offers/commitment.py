"""Attempts to commit to a demand before bargaining, and the impasse they may cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.bargaining.conditions import Distribution, pair, require
from negotiation.presentation import Presented
from negotiation.values import FloatArray, quantity

__all__ = [
    "CommitmentOutcome",
    "RevocableCommitment",
    "UncertainCommitment",
    "revocable_commitment",
    "uncertain_commitment",
]


@dataclass(frozen=True)
class CommitmentOutcome:
    """One equilibrium: how likely each side attempts, or stands firm, and what follows."""

    probabilities: tuple[float, float] = quantity("p", "probability", "attempts, or stands firm")
    impasse: float = quantity("", "probability", "both are committed and nothing is agreed")
    payoffs: tuple[float, float] = quantity("", "share", "expected share less cost")


@dataclass(frozen=True)
class UncertainCommitment(Presented):
    """Equilibria of simultaneous, uncertain attempts at commitment.

    ``kind`` is ``"both attempt"``, ``"side 1 attempts"``, ``"side 2 attempts"``,
    ``"one attempts"`` (either side may be the one, and a mixed equilibrium exists),
    ``"nobody attempts"`` or ``"indifferent"`` at an exact threshold.
    """

    kind: str
    thresholds: tuple[float, float] = quantity(
        "q_i(1-q_j)(1-s_i)", "share", "cost under which i attempts although the other does"
    )
    lone_thresholds: tuple[float, float] = quantity(
        "q_i(1-s_i)", "share", "cost under which i attempts when the other does not"
    )
    equilibria: tuple[CommitmentOutcome, ...] = ()
    assumptions: tuple[str, ...] = ()


def _attempts_outcome(
    p: tuple[float, float],
    q: tuple[float, float],
    c: tuple[float, float],
    share: tuple[float, float],
) -> CommitmentOutcome:
    """Outcome when side i attempts with probability p_i."""
    done = (p[0] * q[0], p[1] * q[1])
    payoffs = tuple(
        done[i] * (1 - done[1 - i]) + (1 - done[0]) * (1 - done[1]) * share[i] - p[i] * c[i]
        for i in (0, 1)
    )
    return CommitmentOutcome(p, done[0] * done[1], (payoffs[0], payoffs[1]))


@takes
def uncertain_commitment(
    *,
    success: Sequence[float] | FloatArray,
    costs: Sequence[float] | FloatArray,
    default_shares: Sequence[float] | FloatArray = (0.5, 0.5),
) -> UncertainCommitment:
    """Simultaneous attempts to commit to the whole pie, each of which may fail.

    Players: two sides over a pie of one. Timing: each may pay ``c_i`` to attempt a commitment,
    which succeeds with probability ``q_i``; then they bargain. One committed side gets its demand;
    with none committed they share ``s_i``; two incompatible commitments mean impasse. Information:
    complete, successes independent.

    A demand short of everything is never better than the whole pie, and no pair of compatible
    commitments is an equilibrium, so sides choose between that demand and none. Side i attempts
    against an attempt iff ``c_i < q_i (1 - q_j)(1 - s_i)``; with equal sides ``c < q (1 - q)/2``,
    impasse has probability ``q^2`` and the payoff is ``q (1 - q) + (1 - q)^2/2 - c``. Ellingsen and
    Miettinen (2008), "Commitment and Conflict in Bilateral Bargaining", after Schelling (1956) and
    Crawford (1982); the asymmetric version is derived here.

    Parameters
    ----------
    success, costs
        Probabilities q in [0, 1] and costs c, not negative.
    default_shares
        Shares when nobody is committed, in [0, 1], together one.

    Raises
    ------
    InvalidInputError
        If the default shares do not sum to one or a number is out of range.

    Examples
    --------
    >>> found = uncertain_commitment(success=[0.4, 0.4], costs=[0.05, 0.05])
    >>> found.kind, round(found.equilibria[0].payoffs[0], 6)
    ('both attempt', 0.37)
    """
    q = pair(success, name="success", low=0, high=1)
    c = pair(costs, name="costs", low=0)
    share = pair(default_shares, name="default_shares", low=0, high=1)
    require(
        abs(share[0] + share[1] - 1) < 1e-9,
        "default shares that sum to 1",
        where="default_shares",
        seen=share,
    )
    lone = (q[0] * (1 - share[0]), q[1] * (1 - share[1]))
    against = (lone[0] * (1 - q[1]), lone[1] * (1 - q[0]))
    # Gains of an attempt given that the other attempts (1) or not (0).
    gain = [(lone[i] - c[i], against[i] - c[i]) for i in (0, 1)]
    pure = [
        (float(first), float(second))
        for first in (1, 0)
        for second in (1, 0)
        if (2 * first - 1) * gain[0][second] >= 0 and (2 * second - 1) * gain[1][first] >= 0
    ]
    profiles = list(pure)
    if all(gain[i][0] > 0 > gain[i][1] for i in (0, 1)):
        # p_j makes i indifferent: lone_i (1 - p_j q_j) = c_i.
        profiles.append(((1 - c[1] / lone[1]) / q[0], (1 - c[0] / lone[0]) / q[1]))
    if any(item == 0 for row in gain for item in row):
        kind = "indifferent"
    elif len(pure) > 1:
        kind = "one attempts"
    else:
        kind = {
            (1.0, 1.0): "both attempt",
            (1.0, 0.0): "side 1 attempts",
            (0.0, 1.0): "side 2 attempts",
            (0.0, 0.0): "nobody attempts",
        }[pure[0]]
    return UncertainCommitment(
        kind=kind,
        thresholds=against,
        lone_thresholds=lone,
        equilibria=tuple(_attempts_outcome(p, q, c, share) for p in profiles),
        assumptions=(
            "a successful commitment cannot be revoked; successes are independent",
            "impasse leaves nothing to either side",
            "with one side committed the other yields",
        ),
    )


@dataclass(frozen=True)
class RevocableCommitment(Presented):
    """Equilibria after incompatible demands that can be revoked at a private cost."""

    equilibria: tuple[CommitmentOutcome, ...]
    thresholds: tuple[tuple[float, float], ...] = quantity(
        "k", "share", "a side stands firm when revoking costs it more, by equilibrium"
    )
    residual: float = quantity("", "probability", "largest gap in the fixed point")
    assumptions: tuple[str, ...] = ()


@takes
def revocable_commitment(
    *,
    demands: Sequence[float] | FloatArray,
    revoking_costs: Sequence[Distribution],
    default_shares: Sequence[float] | FloatArray = (0.5, 0.5),
    grid: int = 2001,
) -> RevocableCommitment:
    """Incompatible demands, private costs of backing down, and the chance of impasse.

    Players: two sides that have announced shares ``x_1 + x_2 > 1``. Timing: each learns its cost
    ``c_i`` of revoking, then both stand firm or revoke at once. Both firm: impasse, nothing. One
    revokes: it gets ``1 - x_j - c_i``, the other its demand. Both revoke: ``s_i - c_i``.
    Information: costs are private and independent with distributions ``G_i``.

    Side i stands firm iff ``c_i >= k_i = p_j (1 - x_j) - (1 - p_j)(x_i - s_i)`` and
    ``p_i = 1 - G_i(k_i)``; standing firm is a strategic substitute, so several equilibria may
    exist, and all that a grid separates are returned. Impasse has probability ``p_1 p_2``.
    After the second stage of Crawford (1982), "A Theory of Disagreement in Bargaining"; derived
    here for general distributions.

    Parameters
    ----------
    demands
        Shares in (0, 1] that together exceed one.
    revoking_costs
        Distribution of each side's cost, on a support from 0 or above.
    default_shares
        Shares when both revoke, together one.
    grid
        Number of values of ``p_1`` scanned for sign changes.

    Raises
    ------
    InvalidInputError
        If the demands are compatible or a cost may be negative.

    Examples
    --------
    >>> from scipy.stats import uniform
    >>> found = revocable_commitment(demands=[0.7, 0.7], revoking_costs=[uniform(), uniform()])
    >>> round(found.equilibria[0].impasse, 6)
    0.64
    """
    from scipy.optimize import brentq

    x = pair(demands, name="demands", low=0, high=1, open_low=True)
    require(x[0] + x[1] > 1, "x_1 + x_2 > 1", where="demands", seen=x)
    share = pair(default_shares, name="default_shares", low=0, high=1)
    require(
        abs(share[0] + share[1] - 1) < 1e-9,
        "default shares that sum to 1",
        where="default_shares",
        seen=share,
    )
    for i, distribution in enumerate(revoking_costs):
        low = float(distribution.support()[0])
        require(low >= 0, "costs of 0 or more", where=f"revoking_costs[{i}]", seen=low)

    def threshold(i: int, rival: float) -> float:
        return rival * (1 - x[1 - i]) - (1 - rival) * (x[i] - share[i])

    def firm(i: int, rival: float) -> float:
        # A cost equal to the threshold stands firm; costs are never negative.
        k = threshold(i, rival)
        return 1.0 if k <= 0 else float(revoking_costs[i].sf(k))

    def gap(p: float) -> float:
        return firm(0, firm(1, p)) - p

    points = np.linspace(0.0, 1.0, grid)
    gaps = np.array([gap(float(p)) for p in points])
    roots = [float(p) for p, value in zip(points, gaps, strict=True) if value == 0.0]
    roots += [
        float(brentq(gap, points[k], points[k + 1], xtol=1e-15, rtol=1e-14))
        for k in np.flatnonzero(gaps[:-1] * gaps[1:] < 0)
    ]
    outcomes, thresholds, residual = [], [], 0.0
    for p_1 in sorted(roots):
        p = (p_1, firm(1, p_1))
        k = (threshold(0, p[1]), threshold(1, p[0]))
        residual = max(residual, abs(gap(p_1)))
        payoffs = []
        for i in (0, 1):
            stay = p[i] * (1 - p[1 - i]) * x[i]
            yields = (1 - p[i]) * (p[1 - i] * (1 - x[1 - i]) + (1 - p[1 - i]) * share[i])
            payoffs.append(stay + yields - _mean_below(revoking_costs[i], k[i]))
        outcomes.append(CommitmentOutcome(p, p[0] * p[1], (payoffs[0], payoffs[1])))
        thresholds.append(k)
    return RevocableCommitment(
        equilibria=tuple(outcomes),
        thresholds=tuple(thresholds),
        residual=residual,
        assumptions=(
            "demands are given; the choice of demands is not solved",
            "costs of revoking are private and independent",
            "impasse leaves nothing to either side",
        ),
    )


def _mean_below(distribution: Distribution, limit: float) -> float:
    """Expected cost over the draws below ``limit``: ``limit G(limit) - int_0^limit G``."""
    from scipy.integrate import quad

    low = float(distribution.support()[0])
    if limit <= low:
        return 0.0
    area = quad(distribution.cdf, low, limit, epsabs=1e-14, epsrel=1e-12, limit=200)[0]
    return float(limit * distribution.cdf(limit) - area)
