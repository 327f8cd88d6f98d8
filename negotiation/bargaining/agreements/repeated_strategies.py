"""Strategies with one period of memory in repeated two-action games.

Sources: Press and Dyson (2012) and Stewart and Plotkin (2012) on zero-determinant strategies;
Axelrod (1984), Axelrod and Dion (1988), Nowak and Sigmund (1993) on tit for tat and noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, read_only

__all__ = [
    "STRATEGIES",
    "LongRunPlay",
    "RepeatedMatch",
    "ZeroDeterminant",
    "extortionate_strategy",
    "long_run_play",
    "play_match",
    "zero_determinant",
]

# Probability of cooperating after CC, CD, DC, DD (own action first), and in the first period.
STRATEGIES = {
    "always_cooperate": (1.0, 1.0, 1.0, 1.0),
    "always_defect": (0.0, 0.0, 0.0, 0.0),
    "tit_for_tat": (1.0, 0.0, 1.0, 0.0),
    "grim": (1.0, 0.0, 0.0, 0.0),
    "win_stay_lose_shift": (1.0, 0.0, 0.0, 1.0),
}
_OPENS_WITH_DEFECTION = ("always_defect",)


@dataclass(frozen=True, eq=False)
class LongRunPlay(Presented):
    """Averages of infinitely repeated play between two memory-one strategies.

    Attributes
    ----------
    scores
        Mean payoffs a period ``[player]``.
    cooperation
        Share of periods in which each player cooperates ``[player]``.
    outcomes
        Share of periods in CC, CD, DC, DD (player 1's action first).
    residual
        Largest change of ``outcomes`` under one more period.
    assumptions
        What is supposed.
    """

    scores: FloatArray
    cooperation: FloatArray
    outcomes: FloatArray
    residual: float
    assumptions: tuple[str, ...]


def _strategy(value: ArrayLike | str, name: str) -> tuple[FloatArray, float]:
    """Four probabilities of cooperating, and that of the first period."""
    if isinstance(value, str):
        if value not in STRATEGIES:
            raise InvalidInputError(
                "unknown strategy", where=name, seen=value, allowed=", ".join(STRATEGIES)
            )
        return np.array(STRATEGIES[value]), 0.0 if value in _OPENS_WITH_DEFECTION else 1.0
    p = float_array(value, name=name, shape=(4,), low=0.0, high=1.0)
    return p, 0.0 if not np.any(p > 0) else 1.0


def _payoffs(payoffs: ArrayLike) -> tuple[FloatArray, FloatArray]:
    r, s, t, p = float_array(payoffs, name="payoffs", shape=(4,))
    return np.array([r, s, t, p]), np.array([r, t, s, p])


def _chain(
    first: ArrayLike | str, second: ArrayLike | str, noise: float, opening: ArrayLike | None
) -> tuple[FloatArray, FloatArray]:
    """Transition matrix over CC, CD, DC, DD and the distribution of the first period."""
    (p, a), (q, b) = _strategy(first, "first"), _strategy(second, "second")
    error = number(noise, name="noise", low=0.0, high=0.5)
    if opening is not None:
        a, b = float_array(opening, name="opening", shape=(2,), low=0.0, high=1.0)
    p, q = (x * (1 - error) + (1 - x) * error for x in (p, q[[0, 2, 1, 3]]))
    a, b = (x * (1 - error) + (1 - x) * error for x in (a, b))
    moves = np.column_stack([p * q, p * (1 - q), (1 - p) * q, (1 - p) * (1 - q)])
    return moves, np.array([a * b, a * (1 - b), (1 - a) * b, (1 - a) * (1 - b)])


@takes
def long_run_play(
    first: ArrayLike | str,
    second: ArrayLike | str,
    *,
    payoffs: ArrayLike = (3.0, 0.0, 5.0, 1.0),
    noise: float = 0.0,
    opening: ArrayLike | None = None,
) -> LongRunPlay:
    """Return long-run mean payoffs of two memory-one strategies.

    A strategy gives the probability of cooperating after CC, CD, DC, DD, own action first. Play
    is a Markov chain on these four outcomes; each action is flipped with probability ``noise``.
    Where the chain has several recurrent classes the opening decides, and averages over time are
    returned.

    Parameters
    ----------
    first, second
        Four probabilities, or a name in ``STRATEGIES``.
    payoffs
        ``(R, S, T, P)``.
    opening
        Probability that each cooperates in the first period; one by default, zero for
        unconditional defectors.

    Examples
    --------
    >>> play = long_run_play([8 / 9, 1 / 2, 1 / 3, 0], "always_cooperate")
    >>> play.scores.round(6).tolist()
    [3.5, 2.25]
    """
    moves, start = _chain(first, second, noise, opening)
    # The lazy chain has the same long-run averages and is aperiodic; squaring reaches its limit.
    lazy = (moves + np.eye(4)) / 2
    for _ in range(60):
        lazy = lazy @ lazy
        lazy /= lazy.sum(axis=1, keepdims=True)
    outcomes = start @ lazy
    one, two = _payoffs(payoffs)
    return LongRunPlay(
        scores=read_only(np.array([outcomes @ one, outcomes @ two])),
        cooperation=read_only(np.array([outcomes[0] + outcomes[1], outcomes[0] + outcomes[2]])),
        outcomes=read_only(outcomes),
        residual=float(np.abs(outcomes @ moves - outcomes).max()),
        assumptions=("memory of one period", "payoffs are averaged without discounting"),
    )


@dataclass(frozen=True, eq=False)
class RepeatedMatch(Presented):
    """A match of finitely many turns.

    Attributes
    ----------
    scores
        Expected total payoffs ``[player]``.
    cooperation
        Expected share of turns in which each cooperates ``[player]``.
    assumptions
        What is supposed.
    """

    scores: FloatArray
    cooperation: FloatArray
    assumptions: tuple[str, ...]


@takes
def play_match(
    first: ArrayLike | str,
    second: ArrayLike | str,
    turns: int,
    *,
    payoffs: ArrayLike = (3.0, 0.0, 5.0, 1.0),
    noise: float = 0.0,
    opening: ArrayLike | None = None,
) -> RepeatedMatch:
    """Return expected totals of a finite match between memory-one strategies.

    Examples
    --------
    >>> play_match("tit_for_tat", "always_defect", 200).scores.tolist()
    [199.0, 204.0]
    """
    if int(turns) != turns or turns < 1:
        raise InvalidInputError("a positive whole number", where="turns", seen=turns)
    moves, now = _chain(first, second, noise, opening)
    one, two = _payoffs(payoffs)
    visits = np.zeros(4)
    for _ in range(int(turns)):
        visits += now
        now = now @ moves
    return RepeatedMatch(
        scores=read_only(np.array([visits @ one, visits @ two])),
        cooperation=read_only(
            np.array([visits[0] + visits[1], visits[0] + visits[2]]) / int(turns)
        ),
        assumptions=("memory of one period", "a known number of turns without discounting"),
    )


@dataclass(frozen=True)
class ZeroDeterminant(Presented):
    """The linear relation between scores that a strategy enforces.

    Attributes
    ----------
    enforces
        Whether ``alpha s_X + beta s_Y + gamma = 0`` holds against every opponent.
    alpha, beta, gamma
        Its coefficients, scaled so that the largest of alpha and beta is one in size.
    extortion_factor
        chi with ``s_X - P = chi (s_Y - P)``, None if the strategy is not extortionate.
    residual
        Distance of the strategy from that relation.
    """

    enforces: bool
    alpha: float
    beta: float
    gamma: float
    extortion_factor: float | None
    residual: float


@takes
def zero_determinant(
    strategy: ArrayLike | str,
    *,
    payoffs: ArrayLike = (3.0, 0.0, 5.0, 1.0),
    tol: float = 1e-9,
) -> ZeroDeterminant:
    """Return the linear relation that a memory-one strategy enforces, if any.

    ``(p1 - 1, p2 - 1, p3, p4) = alpha S_X + beta S_Y + gamma`` (Press and Dyson 2012).

    Examples
    --------
    >>> round(zero_determinant([8 / 9, 1 / 2, 1 / 3, 0]).extortion_factor, 9)
    2.0
    """
    p, _ = _strategy(strategy, "strategy")
    one, two = _payoffs(payoffs)
    shifted = p - np.array([1.0, 1.0, 0.0, 0.0])
    design = np.column_stack([one, two, np.ones(4)])
    coefficients = np.linalg.lstsq(design, shifted, rcond=None)[0]
    residual = float(np.abs(design @ coefficients - shifted).max())
    size = max(abs(float(coefficients[0])), abs(float(coefficients[1])))
    enforces = residual <= tol and size > tol
    alpha, beta, gamma = (float(c / size) if size > tol else float(c) for c in coefficients)
    factor = None
    punishment = float(one[3])
    if enforces and abs(alpha) > tol and abs(gamma + (alpha + beta) * punishment) <= 1e-6:
        factor = -beta / alpha
    return ZeroDeterminant(enforces, alpha, beta, gamma, factor, residual)


@takes
def extortionate_strategy(
    factor: float, *, payoffs: ArrayLike = (3.0, 0.0, 5.0, 1.0), intensity: float = 1.0
) -> FloatArray:
    """Return the strategy that enforces ``s_X - P = chi (s_Y - P)``.

    ``(p1 - 1, p2 - 1, p3, p4) = phi [(S_X - P) - chi (S_Y - P)]`` with ``phi`` the share
    ``intensity`` in (0, 1] of the largest feasible one (Press and Dyson 2012).

    Raises
    ------
    InvalidInputError
        Unless ``chi >= 1`` and ``T > R > P > S``.

    Examples
    --------
    >>> extortionate_strategy(2.0, intensity=0.5).round(6).tolist()
    [0.888889, 0.5, 0.333333, 0.0]
    """
    chi = number(factor, name="factor", low=1.0)
    share = number(intensity, name="intensity", low=0.0, high=1.0, open_low=True)
    one, two = _payoffs(payoffs)
    r, s, t, p = one
    if not t > r > p > s:
        raise InvalidInputError(
            "not a prisoners' dilemma", where="payoffs", seen=(r, s, t, p), allowed="T > R > P > S"
        )
    shape = (one - p) - chi * (two - p)
    base = np.array([1.0, 1.0, 0.0, 0.0])
    limits = [(1 / -x if b == 1.0 else 1 / x) for x, b in zip(shape, base, strict=True) if x != 0]
    return read_only(np.clip(base + share * min(limits) * shape, 0.0, 1.0))
