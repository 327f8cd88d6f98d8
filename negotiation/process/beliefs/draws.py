"""Posteriors of toughness along times and news, for many parameter draws at once.

The equations are those of `negotiation.process.beliefs.updating`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array

__all__ = ["BeliefDraws", "filter_draws"]


@dataclass(frozen=True, eq=False)
class BeliefDraws(Presented):
    """Posteriors of toughness along a list of times, for many parameter draws.

    Attributes
    ----------
    silence
        Posterior ``[draw, time, side]`` just before the events at each time.
    posteriors
        The same just after them.
    at_once
        Probability ``[draw, time, side]`` that a side concedes at once on the news.
    survival
        Probability ``[draw]`` of no concession up to the last time, before its news.
    """

    silence: FloatArray
    posteriors: FloatArray
    at_once: FloatArray
    survival: FloatArray


@takes
def filter_draws(
    times: FloatArray,
    news: FloatArray,
    *,
    beliefs: FloatArray,
    hazards: FloatArray,
    atoms: FloatArray,
) -> BeliefDraws:
    """Filter beliefs along dated news for many draws at once.

    Parameters
    ----------
    times
        Times of the news since the stage opened, ascending, ``[time]``.
    news
        Log likelihood ratios, tough against normal, ``[draw, time, side]``.
    beliefs
        Priors z ``[draw, side]``, in (0, 1).
    hazards, atoms
        Of the solved stage at its opening, ``[draw, side]``; hazards 0 where the stage is not a
        war of attrition, so that silence says no more than the atom.

    Raises
    ------
    InvalidInputError
        If shapes differ or times descend.
    """
    z = float_array(beliefs, name="beliefs", ndim=2, low=0.0, high=1.0)
    lam = float_array(hazards, name="hazards", shape=z.shape, low=0.0)
    mu = float_array(atoms, name="atoms", shape=z.shape, low=0.0, high=1.0)
    t = float_array(times, name="times", ndim=1, low=0.0)
    moved = float_array(news, name="news", shape=(len(z), len(t), 2))
    if np.any(np.diff(t) < 0.0):
        raise InvalidInputError("times descend", where="times", allowed="ascending times")
    shape = (len(z), len(t), 2)
    silence, posteriors, at_once = np.empty(shape), np.empty(shape), np.zeros(shape)
    with np.errstate(divide="ignore"):
        log_b = np.minimum(np.log(z) - np.log1p(-mu), 0.0)
    log_alive = np.log1p(-np.minimum(mu.sum(axis=1), 1.0 - 1e-300))
    log_alive = np.where(np.isfinite(log_b).all(axis=1), log_alive, -np.inf)
    works = np.asarray((lam > 0.0).all(axis=1) & (z > 0.0).all(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(works[:, None], lam / lam[:, ::-1], 1.0)
    last = 0.0
    for n, now in enumerate(t):
        # No side concedes once either posterior has reached 1.
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.where(lam > 0.0, -log_b / lam, np.inf).min(axis=1)
        spent = np.minimum(now - last, left)
        log_alive -= lam.sum(axis=1) * spent
        log_b = np.minimum(log_b + lam * spent[:, None], 0.0)
        # Where one type is exhausted both are: rounding must not leave the other a hair below.
        done = works & (left <= now - last)
        log_b[done] = 0.0
        last = float(now)
        b = np.exp(log_b)
        silence[:, n] = b
        with np.errstate(divide="ignore"):
            odds = log_b - np.log(-np.expm1(log_b))
        after = odds + moved[:, n]
        log_b = np.where(b >= 1.0, 0.0, -np.logaddexp(0.0, -after))
        posteriors[:, n] = np.exp(log_b)
        curve = log_b[:, ::-1] * ratio
        news_here = np.asarray((moved[:, n] != 0.0).any(axis=1))
        weak = works[:, None] & (curve > log_b) & news_here[:, None]
        # A side that is surely tough ends the other's concessions: that one gives in at once.
        gap = np.where(weak, log_b - np.minimum(curve, 0.0), 0.0)
        at_once[:, n] = -np.expm1(gap)
        if n + 1 < len(t) and t[n + 1] > now:
            log_b = np.where(weak, np.minimum(curve, 0.0), log_b)
            log_alive += gap.sum(axis=1)
    return BeliefDraws(silence, posteriors, at_once, np.exp(log_alive))
