"""Enforcement when compliance is seen with noise or late, and punishments nobody wants to skip.

Sources: Green and Porter (1984); Park (2011) on private and public monitoring of trade agreements;
Axelrod (1984) and Telser (1980) for repeated games; van Damme (1989) and Farrell and Maskin (1989)
on renegotiation-proofness. The two-state and lag algebra is written out for this library.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, read_only

__all__ = [
    "CooperationThresholds",
    "TriggerPhase",
    "cooperation_thresholds",
    "detection_lag_discounts",
    "trigger_phase",
]


@dataclass(frozen=True)
class TriggerPhase(Presented):
    """Cooperation under a noisy public signal, with tariff-war phases of fixed length.

    Attributes
    ----------
    periods
        Shortest war phase that keeps both sides honest; None when none is long enough.
    value
        Normalised value of cooperation; zero would be cooperation without false alarms.
    gap
        D: normalised value lost when a war phase starts.
    incentive_slack
        ``d (p1 - p0) D - (1-d) g``, at least zero when cooperation holds.
    longest_gap
        D of a war that never ends.
    sustainable
        Whether some war phase is long enough.
    assumptions
        What is supposed.
    """

    periods: int | None
    value: float
    gap: float
    incentive_slack: float
    longest_gap: float
    sustainable: bool
    assumptions: tuple[str, ...]


@takes
def trigger_phase(
    delta: float,
    *,
    gain_from_cheating: float,
    war_loss: float,
    false_alarm: float,
    detection: float,
    periods: int | None = None,
) -> TriggerPhase:
    """Return the shortest war phase that deters cheating, and what false alarms cost.

    Each period a public signal of cheating appears with probability ``p1`` if somebody cheats and
    ``p0`` if nobody does; after it a war of T periods costs ``L`` a period and then cooperation
    resumes. ``D = (1-d^T) L/(1 + (1-d^T) d p0/(1-d))``, ``V = -d p0 D/(1-d)``, and cheating does
    not pay iff ``d (p1-p0) D >= (1-d) g`` (Green and Porter 1984; Park 2011 with a public
    signal).

    Parameters
    ----------
    periods
        Length of the war phase, to evaluate one instead of searching for the shortest.

    Raises
    ------
    InvalidInputError
        Unless ``0 < d < 1``, ``g >= 0``, ``L > 0`` and ``0 <= p0 < p1 <= 1``.

    Examples
    --------
    >>> phase = trigger_phase(
    ...     0.95, gain_from_cheating=0.8, war_loss=1.0, false_alarm=0.05, detection=0.5
    ... )
    >>> phase.periods, round(phase.value, 6)
    (3, -0.119326)
    """
    d = number(delta, name="delta", low=0.0, high=1.0, open_low=True, open_high=True)
    g = number(gain_from_cheating, name="gain_from_cheating", low=0.0)
    loss = number(war_loss, name="war_loss", low=0.0, open_low=True)
    p0 = number(false_alarm, name="false_alarm", low=0.0, high=1.0)
    p1 = number(detection, name="detection", low=0.0, high=1.0)
    if p1 <= p0:
        raise InvalidInputError(
            "the signal must be more likely after cheating",
            where="detection",
            seen=p1,
            allowed=f"> false_alarm = {p0:g}",
        )

    def gap(length: float) -> float:
        lost = 1.0 if math.isinf(length) else -math.expm1(length * math.log(d))
        return lost * loss / (1 + lost * d * p0 / (1 - d))

    def slack(length: float) -> float:
        return d * (p1 - p0) * gap(length) - (1 - d) * g

    chosen: int | None
    if periods is not None:
        if int(periods) != periods or periods < 1:
            raise InvalidInputError("a positive whole number", where="periods", seen=periods)
        chosen = int(periods)
        sustainable = slack(chosen) >= 0
    elif slack(math.inf) <= 0 < g:
        chosen, sustainable = None, False
    else:
        needed = (1 - d) * g / (d * (p1 - p0))
        share = needed / (loss - needed * d * p0 / (1 - d))
        chosen = max(1, math.floor(math.log1p(-share) / math.log(d)) - 1)
        while slack(chosen) < 0:
            chosen += 1
        sustainable = True
    length = math.inf if chosen is None else chosen
    return TriggerPhase(
        periods=chosen,
        value=0.0 - d * p0 * gap(length) / (1 - d),
        gap=gap(length),
        incentive_slack=slack(length),
        longest_gap=gap(math.inf),
        sustainable=sustainable,
        assumptions=(
            "a public signal, independent over time",
            "both sides go to war after it and return together",
        ),
    )


@takes
def detection_lag_discounts(gain: float, loss: float, lags: ArrayLike) -> FloatArray:
    """Return the critical discount factor for each number of periods before cheating is seen.

    A cheater gains ``g`` a period until detected after l periods and then bears ``L`` a period for
    ever: ``(1-d^l) g <= d^l L``, so ``d* = (g/(g+L))^(1/l)``. Slower detection calls for more
    patience. The algebra of repeated games, in the context of Ludema (2001) and Maggi (1999).

    Raises
    ------
    InvalidInputError
        Unless gain and loss are positive and lags are positive.

    Examples
    --------
    >>> detection_lag_discounts(1 / 24, 1 / 36, [1, 2]).round(6).tolist()
    [0.6, 0.774597]
    """
    g = number(gain, name="gain", low=0.0, open_low=True)
    cost = number(loss, name="loss", low=0.0, open_low=True)
    lag = float_array(lags, name="lags", low=0.0)
    if np.any(lag <= 0):
        raise InvalidInputError("lags must be positive", where="lags", seen=lag)
    return read_only((g / (g + cost)) ** (1 / lag))


@dataclass(frozen=True)
class CooperationThresholds(Presented):
    """Smallest discount factors at which a prisoners' dilemma is solved by cooperation.

    Attributes
    ----------
    grim
        War for ever after a defection: ``(T-R)/(T-P)``.
    tit_for_tat
        Tit for tat against one defection and against steady defection:
        ``max[(T-R)/(T-P), (T-R)/(R-S)]``.
    penance
        Weakly renegotiation-proof: the defector cooperates while the other defects for some
        periods, which the other likes; with the best number of periods up to ``longest_penance``.
    penance_periods
        That number of periods.
    one_period_penance
        The threshold with one period: ``max[(T-R)/(R-S), (P-S)/(R-S)]``.
    punisher_gains
        ``T - R``: why the punisher does not renegotiate.
    assumptions
        What is supposed.
    """

    grim: float
    tit_for_tat: float
    penance: float
    penance_periods: int
    one_period_penance: float
    punisher_gains: float
    assumptions: tuple[str, ...]


def _penance_threshold(t: float, r: float, p: float, s: float, length: int) -> float:
    """Smallest d at which neither a defection nor skipping penance of ``length`` periods pays.

    Cooperating: ``R >= (1-d) T + d C`` with ``C = (1-d^k) S + d^k R`` the value of starting
    penance. Doing penance: ``C >= (1-d) P + d C``, which is ``C >= P``.
    """
    from scipy.optimize import brentq

    def worst(d: float) -> float:
        start = (1 - d**length) * s + d**length * r
        return min(r - (1 - d) * t - d * start, start - p)

    grid = np.linspace(0.0, 1.0, 2001)[1:-1]
    good = np.array([worst(float(d)) >= 0 for d in grid])
    if not good.any():
        return math.inf
    k = int(np.argmax(good))
    low = float(grid[k - 1]) if k else 1e-12
    if worst(low) >= 0:
        return low
    return float(brentq(worst, low, float(grid[k]), xtol=1e-15, rtol=1e-14))


@takes
def cooperation_thresholds(
    temptation: float, reward: float, punishment: float, sucker: float, *, longest_penance: int = 1
) -> CooperationThresholds:
    """Return the critical discount factors of grim trigger, tit for tat and penance.

    A prisoners' dilemma ``T > R > P > S`` repeated without end. Penance (van Damme 1989) is weakly
    renegotiation-proof (Farrell and Maskin 1989): in the punishment the defector cooperates and the
    punisher defects, who so gains ``T - R`` and has no wish to forgive. With one period it needs
    ``d >= (T-R)/(R-S)`` and ``d >= (P-S)/(R-S)``.

    Raises
    ------
    InvalidInputError
        Unless ``T > R > P > S``.

    Examples
    --------
    >>> result = cooperation_thresholds(5, 3, 1, 0)
    >>> result.grim, round(result.tit_for_tat, 6), round(result.penance, 6)
    (0.5, 0.666667, 0.666667)
    """
    t, r = number(temptation, name="temptation"), number(reward, name="reward")
    p, s = number(punishment, name="punishment"), number(sucker, name="sucker")
    if not t > r > p > s:
        raise InvalidInputError(
            "not a prisoners' dilemma", where="payoffs", seen=(t, r, p, s), allowed="T > R > P > S"
        )
    if int(longest_penance) != longest_penance or longest_penance < 1:
        raise InvalidInputError("a positive whole number", where="longest_penance")
    one = max((t - r) / (r - s), (p - s) / (r - s))
    lengths = range(2, int(longest_penance) + 1)
    options = [one, *(_penance_threshold(t, r, p, s, k) for k in lengths)]
    best = int(np.argmin(options))
    return CooperationThresholds(
        grim=(t - r) / (t - p),
        tit_for_tat=max((t - r) / (t - p), (t - r) / (r - s)),
        penance=options[best],
        penance_periods=best + 1,
        one_period_penance=one,
        punisher_gains=t - r,
        assumptions=("actions are seen without error", "strategies of one punishment phase"),
    )
