"""Laws of a solved process's nodes: their curves of posteriors, and what happens at an opening."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from negotiation.process.tough_types.branches import SolvedProcess
from negotiation.process.tough_types.dates.closed_form_outcomes import log_growth
from negotiation.process.tough_types.histories import links, reachable
from negotiation.process.tough_types.kernels.regimes import ATTRITION
from negotiation.process.tough_types.persistent_types import ClockedPlays, Curves
from negotiation.process.tough_types.posteriors import NodeLaw
from negotiation.values import FloatArray

__all__ = ["node_laws"]

_GROWING = 2001


def node_laws(solution: SolvedProcess) -> list[NodeLaw]:
    """Return the law of every node that play can reach, the first where it starts."""
    if solution.curves is not None:
        return _persistent_laws(solution.curves, solution)
    arrays, branches = solution.arrays, solution.branch_solution
    order = reachable(arrays)
    number = {node: n for n, node in enumerate(order)}
    laws = []
    for k, h in order:
        following, back = links(arrays, k, h, number)
        times, beliefs = np.array([0.0, 1.0]), np.zeros((2, 2))
        duration = 0.0
        if branches.kinds[k, h] == ATTRITION:
            duration = float(branches.horizons[k, h])
            if 0.0 < duration < np.inf:
                times, beliefs = _closed_curve(solution, k, h, duration)
        laws.append(
            NodeLaw(
                stage=k,
                history=h,
                kind=int(branches.kinds[k, h]),
                behaviour=branches.behaviours[k, h],
                prior=arrays.stubbornness[k],
                following=following,
                back=back,
                breakdown_hazard=float(arrays.breakdown_hazard[k]),
                times=times,
                beliefs=beliefs,
                duration=duration,
                steady_hazards=branches.hazards[k, h],
                fixed_opening=(branches.atoms[k, h], duration),
                deadline=float(arrays.deadlines[k]),
                deadline_atoms=branches.deadline_atoms[k, h],
            )
        )
    return laws


def _persistent_laws(curves: Curves, solution: SolvedProcess) -> list[NodeLaw]:
    arrays = solution.arrays
    laws = []
    for n, (k, h) in enumerate(zip(curves.stage, curves.history, strict=True)):
        count = int(curves.counts[n])
        attrition = curves.kinds[n] == ATTRITION
        law = NodeLaw(
            stage=int(k),
            history=int(h),
            kind=int(curves.kinds[n]),
            behaviour=curves.behaviours[n],
            prior=curves.priors[n],
            following=curves.following[n],
            back=int(curves.back[n]),
            breakdown_hazard=float(arrays.breakdown_hazard[k]),
            times=curves.curve[n, :count, 2] if count else np.array([0.0, 1.0]),
            beliefs=curves.curve[n, :count, :2] if count else np.zeros((2, 2)),
            duration=_longest(curves.curve[n, :count, 2], curves.priors[n], attrition),
            steady_hazards=solution.branch_solution.hazards[k, h],
            deadline=float(arrays.deadlines[k]),
        )
        plays = curves.plays[n]
        laws.append(law if plays is None else _on_tracks(law, plays))
    return laws


def _on_tracks(law: NodeLaw, plays: ClockedPlays) -> NodeLaw:
    """Law of a node with a clock, with the curve of entries at its priors as its own."""
    tracks: list[NodeLaw] = []
    for span, last, path in zip(plays.spans, plays.last, plays.paths, strict=True):
        times, beliefs = np.array([0.0, 1.0]), path[:2, :2]
        if span > 0.0:
            times, kept = np.unique(span - path[:, 2], return_index=True)
            beliefs = path[kept, :2]
        tracks.append(
            replace(
                law,
                times=times,
                beliefs=beliefs,
                duration=float(span),
                fixed_opening=(np.zeros(2), float(span)),
                deadline_atoms=last,
            )
        )
    places, which = plays.entries[2]
    own = tracks[int(which[-1])]
    return replace(
        own,
        fixed_opening=None,
        tracks=tuple(tracks),
        entries=(*plays.entries[:2], (places[-1:], which[-1:])),
    )


def _longest(times: FloatArray, prior: FloatArray, attrition: bool) -> float:
    """Longest time of concessions; no curve means that a side is known to be normal."""
    if not attrition:
        return 0.0
    if len(times):
        return float(times[-1])
    return 0.0 if prior.any() else np.inf


def _closed_curve(
    solution: SolvedProcess, k: int, h: int, duration: float
) -> tuple[FloatArray, FloatArray]:
    """Log posteriors of a stage solved in closed form, by the time left."""
    arrays, branches = solution.arrays, solution.branch_solution
    growing = arrays.audience_growth[k].any()
    spent = np.linspace(0.0, duration, _GROWING if growing else 2)
    if growing:
        # Points close to the opening, for hazards by which little is left long before the end.
        spent = np.union1d(spent, duration * np.geomspace(1e-5, 1.0, _GROWING))
    grown = np.empty((len(spent), 2))
    for j in range(2):
        i = 1 - j
        L, F = branches.concede_values[k, h, i], branches.win_values[k, h, i]
        a = arrays.audience_growth[k, i]
        rho = arrays.discount_rates[i] + arrays.breakdown_hazard[k]
        N = branches.hazards[k, h, j] * (F - L)
        grown[:, j] = log_growth(spent, N, F - L, a, rho)
    left = (grown - grown[-1])[::-1]
    return np.asarray(duration - spent[::-1]), np.asarray(left)
