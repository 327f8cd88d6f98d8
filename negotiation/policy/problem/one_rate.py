"""One rate: the payoff along the whole interval of the rate, and every peak on the way.

Equilibria follow one another from the rate at hand outwards, each from an extrapolation of the two
before it, so that a hundred cost as much as a few from afar. Where a step finds no equilibrium it
is halved; where that fails too, the interval ends there: there may be no equilibrium beyond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.policy.problem.first_order import Search, iterate_map
from negotiation.policy.problem.tariff_problem import TariffProblem
from negotiation.values import FloatArray

__all__ = ["Profile", "payoff_profile", "peak_searches"]

_STEP = 0.16
_FEWEST = 8
_HALVINGS = 3
_PEAKS = 4


@dataclass(frozen=True, eq=False)
class Profile:
    """Payoff along one rate, in ascending order.

    Attributes
    ----------
    logs
        ``log(1 + rate)`` where an equilibrium was found.
    values
        Payoffs there, percent of GDP.
    states
        Equilibria there ``[place, unknown]``.
    cut_below, cut_above
        Whether equilibria end before the bound.
    """

    logs: FloatArray
    values: FloatArray
    states: FloatArray
    cut_below: bool
    cut_above: bool

    def peaks(self) -> list[int]:
        """Places that no neighbor exceeds, the highest first."""
        around = np.concatenate([[-np.inf], self.values, [-np.inf]])
        top = np.flatnonzero((self.values >= around[:-2]) & (self.values >= around[2:]))
        return sorted((int(k) for k in top), key=lambda k: -float(self.values[k]))

    def is_cut(self, k: int) -> bool:
        """Whether equilibria end next to a place."""
        last = len(self.logs) - 1
        return (k == 0 and self.cut_below) or (k == last and self.cut_above)


def payoff_profile(
    problem: TariffProblem, rate: float, state: FloatArray | None = None
) -> Profile | None:
    """Payoff of a one-rate problem over its bounds; None where ``rate`` has no equilibrium."""
    low, high = np.log1p(problem.low), np.log1p(problem.high)
    here = float(np.clip(np.log1p(rate), low, high))
    first = problem.payoff(np.expm1([here]), state)
    if first is None and state is not None:
        first = problem.payoff(np.expm1([here]))
    if first is None:
        return None
    count = max(_FEWEST, int(np.ceil((high - low) / _STEP)))
    grid = np.linspace(low, high, count + 1)
    found = [(here, *first)]
    cuts = []
    for goals in (grid[grid < here][::-1], grid[grid > here]):
        branch, cut = _branch(problem, found[0], goals)
        found += branch
        cuts.append(cut)
    found.sort(key=lambda item: item[0])
    return Profile(
        np.array([log for log, _, _ in found]),
        np.array([value for _, value, _ in found]),
        np.stack([kept[0] for _, _, kept in found]),
        *cuts,
    )


def _branch(
    problem: TariffProblem, first: tuple[float, float, FloatArray], goals: FloatArray
) -> tuple[list[tuple[float, float, FloatArray]], bool]:
    """Equilibria at one goal after the other, and whether they end before the last."""
    done = [first]
    for goal in goals:
        step, failures = goal - done[-1][0], 0
        while done[-1][0] != goal:
            last, _, state = done[-1]
            target = goal if abs(step) >= abs(goal - last) * (1.0 - 1e-9) else last + step
            if len(done) > 1:
                before, _, older = done[-2]
                state = state + (state - older) * (target - last) / (last - before)
            found = problem.payoff(np.expm1([target]), state)
            if found is not None:
                done.append((target, *found))
                continue
            step, failures = 0.5 * step, failures + 1
            if failures > _HALVINGS:
                return done[1:], True
    return done[1:], False


def peak_searches(
    problem: TariffProblem,
    rate: float,
    state: FloatArray | None,
    *,
    tol: float,
    max_rounds: int,
    skip_own: bool = False,
) -> tuple[list[Search], float]:
    """Iterate the first-order map from the peaks of the profile.

    Parameters
    ----------
    problem
        With one rate.
    rate, state
        Where the profile starts, with the equilibrium there if it is known.
    tol, max_rounds
        As in :func:`~negotiation.policy.problem.first_order.iterate_map`.
    skip_own
        Whether ``rate`` is a solution already, whose own peak need not be searched.

    Returns
    -------
    searches
        Best first where payoffs of peaks on the grid differ.
    highest
        Largest payoff on the grid at other rates; minus infinity where there is none.
    """
    profile = payoff_profile(problem, rate, state)
    if profile is None:
        return [], -np.inf
    own = np.abs(profile.logs - np.log1p(rate)) < 1e-12
    searches = []
    for k in profile.peaks()[:_PEAKS]:
        if skip_own and own[k]:
            continue
        here, start = np.expm1(profile.logs[k : k + 1]), profile.states[k : k + 1]
        if profile.is_cut(k):
            point = problem.evaluate(here, start)
            outward = 1.0 if k else -1.0
            if point is not None and outward * point.gradient[0] > 0.0:
                searches.append(Search(point, False, 0, problem.weights, equilibrium_lost=True))
                continue
        searches.append(iterate_map(problem, here, tol=tol, max_rounds=max_rounds, state=start))
    others = profile.values[~own] if skip_own else profile.values
    return searches, float(others.max(initial=-np.inf))
