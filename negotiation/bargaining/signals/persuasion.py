"""Signals of a sender who can commit to them: persuasion and its value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.bargaining.conditions import require
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, quantity, read_only

__all__ = ["Persuasion", "PersuasionValue", "bayesian_persuasion", "persuasion_value"]


@dataclass(frozen=True)
class Persuasion(Presented):
    """Optimal signal of a sender who can commit to it, binary state and binary action."""

    prob_high_signal: float = quantity("P(h)", "probability", "the persuasive signal is sent")
    high_given_low_state: float = quantity("pi(h | low)", "probability", "sent although untrue")
    posterior_high: float = quantity("", "probability", "belief after the persuasive signal")
    posterior_low: float = quantity("", "probability", "belief after the other, NaN if never sent")
    gain: float = quantity("", "probability", "added chance of the action against no signal")
    assumptions: tuple[str, ...] = ()


@takes
def bayesian_persuasion(prior: float, threshold: float) -> Persuasion:
    """Persuade a receiver who acts when its belief reaches a threshold.

    Players: a sender who always wants the action, and a receiver. Timing: the sender commits to a
    signal, the state and signal are drawn, the receiver acts iff its belief is at least the
    threshold. Information: the state is not known to either before.

    For a prior ``mu`` under the threshold: ``P(h) = mu / thr`` and ``pi(h | low) = mu (1 - thr) /
    ((1 - mu) thr)``, posteriors thr and 0. At or above it no signal is needed (Kamenica and
    Gentzkow 2011, "Bayesian Persuasion").

    Raises
    ------
    InvalidInputError
        If the prior is not in [0, 1] or the threshold not in (0, 1].

    Examples
    --------
    >>> round(bayesian_persuasion(0.3, 0.5).prob_high_signal, 6)
    0.6
    """
    mu = number(prior, name="prior", low=0, high=1)
    bar = number(threshold, name="threshold", low=0, high=1, open_low=True)
    if mu >= bar:
        high, lie, after, other, gain = 1.0, 1.0, mu, math.nan, 0.0
    else:
        high, lie = mu / bar, mu * (1 - bar) / ((1 - mu) * bar)
        after, other, gain = bar, 0.0, high
    return Persuasion(
        prob_high_signal=high,
        high_given_low_state=lie,
        posterior_high=after,
        posterior_low=other,
        gain=gain,
        assumptions=(
            "the sender commits to the signal before the state is known",
            "an indifferent receiver acts",
            "sender's payoff does not depend on the state",
        ),
    )


@dataclass(frozen=True, eq=False)
class PersuasionValue(Presented):
    """Concave closure of a sender's payoff over the receiver's belief."""

    value: float = quantity("", "payoff", "largest expected payoff at the prior")
    no_information: float = quantity("", "payoff", "payoff at the prior, interpolated")
    posteriors: tuple[float, ...] = quantity("", "probability", "beliefs that signals induce")
    weights: tuple[float, ...] = quantity("", "probability", "how often each is induced")
    closure: FloatArray = quantity("", "payoff", "concave closure at each belief of the grid")
    assumptions: tuple[str, ...] = ()


@takes
def persuasion_value(prior: float, beliefs: ArrayLike, payoffs: ArrayLike) -> PersuasionValue:
    """Best signal for any payoff of a binary state: concavification on a grid of beliefs.

    Players, timing and information as in :func:`bayesian_persuasion`, for a sender's payoff given
    as a function of the receiver's belief, sampled at ``beliefs``. The value is the smallest
    concave function above the payoff, at the prior (Kamenica and Gentzkow 2011,
    "Bayesian Persuasion").

    Parameters
    ----------
    prior
        Between the first and last belief.
    beliefs, payoffs
        Ascending beliefs in [0, 1] and the sender's payoff at each.

    Raises
    ------
    InvalidInputError
        If beliefs do not ascend or do not enclose the prior.

    Examples
    --------
    >>> persuasion_value(0.3, [0, 0.5, 1], [0, 1, 1]).value
    0.6
    """
    x = float_array(beliefs, name="beliefs", ndim=1, low=0, high=1)
    y = float_array(payoffs, name="payoffs", shape=x.shape)
    require(bool(np.all(np.diff(x) > 0)), "ascending beliefs", where="beliefs", seen=x)
    mu = number(prior, name="prior", low=float(x[0]), high=float(x[-1]))
    hull: list[int] = []
    for k in range(x.size):
        while len(hull) > 1:
            i, j = hull[-2], hull[-1]
            if (y[j] - y[i]) * (x[k] - x[i]) > (y[k] - y[i]) * (x[j] - x[i]):
                break
            hull.pop()
        hull.append(k)
    closure = np.interp(x, x[hull], y[hull])
    right = int(np.searchsorted(x[hull], mu))
    posteriors: tuple[float, ...] = (mu,)
    weights: tuple[float, ...] = (1.0,)
    if x[hull][right] != mu:
        low, high = float(x[hull][right - 1]), float(x[hull][right])
        share = (mu - low) / (high - low)
        posteriors, weights = (low, high), (1 - share, share)
    return PersuasionValue(
        value=float(np.interp(mu, x[hull], y[hull])),
        no_information=float(np.interp(mu, x, y)),
        posteriors=posteriors,
        weights=weights,
        closure=read_only(closure),
        assumptions=(
            "binary state, the sender commits to the signal",
            "payoff between beliefs of the grid is not used",
        ),
    )
